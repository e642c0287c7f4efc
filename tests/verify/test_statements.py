"""Reading statements: the public data sets as they are, and files that are not what they should be."""

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.policy import refuse
from verify.statements import BadInput, cut_proof, parse_theorem, read_statements, source_name

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"


def rows(path: Path, *items) -> str:
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return str(path)


def theorem(n: int, **fields) -> dict:
    return {"formal_statement": f"theorem t{n} : {n} = {n} := by", **fields}


# --- the data sets themselves


@pytest.mark.parametrize(
    ("name", "count", "rejected", "splits"),
    [
        ("minif2f", 488, {}, {"valid": 244, "test": 244}),
        ("minif2f_goedel_v2", 244, {}, {"test": 244}),
        ("minif2f_yangky11", 488, {}, {"valid": 244, "test": 244}),
        ("proofnet", 357, {"holds a def, not a theorem": 14}, {"valid": 178, "test": 179}),
        ("proofnet_sharp", 358, {"holds a `def` before the theorem, which is not run": 13}, {"train": 358}),
        ("proofnet_verified", 367, {}, {"train": 367}),
        # 16,052 rows
        ("lean_workbook", 13_389, {"duplicate of an earlier statement": 2_663}, {"base": 7_022, "plus": 6_367}),
        ("putnambench", 672, {}, {"train": 672}),
    ],
)
def test_public_data(name, count, rejected, splits):
    path = DATA / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"the data sets are not part of the repository, and {path.name} is not beside it")
    reading = read_statements(str(path))
    assert len(reading.statements) == count
    assert Counter(reason for _, reason in reading.rejected) == rejected
    assert Counter(s.split for s in reading.statements) == splits
    assert {s.source for s in reading.statements} == {name}
    assert len({s.id for s in reading.statements}) == count
    for statement in reading.statements:
        signature = statement.signature
        assert "sorry" not in signature
        assert signature.split()[-1] not in ("by", ":=")
        assert ":" in signature
        assert refuse(statement.text.removeprefix("theorem ")) is None, statement.name


# --- one theorem


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("theorem t : 1 = 1", ": 1 = 1"),
        ("theorem t : 1 = 1 :=", ": 1 = 1"),
        ("theorem t : 1 = 1 := by", ": 1 = 1"),
        ("theorem t : 1 = 1 := by sorry", ": 1 = 1"),
        ("theorem t : 1 = 1 := bysorry", ": 1 = 1"),
        ("theorem t : 1 = 1 :=\nsorry\n", ": 1 = 1"),
        ("theorem t : 1 = 1 := rfl", ": 1 = 1"),
        ("theorem t : 1 = 1 := by\n  have h : 2 = 2 := by rfl\n  let y := 3\n  rfl", ": 1 = 1"),
        ("theorem t (n : ℕ := 2) : n = n := by", "(n : ℕ := 2) : n = n"),
        (
            "theorem t (n : ℕ := 2) {f : ℕ → ℕ := fun x => x} : f n = n",
            "(n : ℕ := 2) {f : ℕ → ℕ := fun x => x} : f n = n",
        ),
        ("theorem t : let x := 3; x = 3 := by sorry", ": let x := 3; x = 3"),
        ("theorem t : let x := 3\n  let y := x\n  x = y := sorry", ": let x := 3\n  let y := x\n  x = y"),
        ("theorem t : ∃ x, let (a, b) := x; a = b := by", ": ∃ x, let (a, b) := x; a = b"),
        ('theorem t : ":= by" ≠ "" := by', ': ":= by" ≠ ""'),
        ("theorem t : 1 = 1 /- := by -/ := by", ": 1 = 1 /- := by -/"),
        ("theorem t -- := by\n  : 1 = 1 := by", "-- := by\n  : 1 = 1"),
        ("@[simp] theorem t : 1 = 1 := rfl", ": 1 = 1"),
        ("@[simp, norm_num]\ntheorem t : 1 = 1 := rfl", ": 1 = 1"),
        ("lemma t : 1 = 1 := rfl", ": 1 = 1"),
        ("-- theorem old : 2 = 2 := by\ntheorem t : 1 = 1 := by", ": 1 = 1"),
        ("/-- theorem old : 2 = 2 -/\ntheorem t : 1 = 1 := by", ": 1 = 1"),
        ("/-\ntheorem old : 2 = 2\n-/\ntheorem t : 1 = 1 := by", ": 1 = 1"),
        ("/- /- nested -/\ntheorem old : 2 = 2\n-/\ntheorem t : 1 = 1 := by", ": 1 = 1"),
        ("import Mathlib\nopen Nat\n\ntheorem t : 1 = 1 := by", ": 1 = 1"),
        ("abbrev answer : ℕ := 3\n\ntheorem t : 1 = 1 := by", ": 1 = 1"),
    ],
)
def test_a_theorem_without_its_proof(text, signature):
    statement = parse_theorem(text)
    assert (statement.name, statement.signature) == ("t", signature)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no theorem"),
        ("-- theorem t : 1 = 1", "holds no theorem"),
        ("def f : ℕ := 3", "holds a def, not a theorem"),
        ("noncomputable def f : ℕ := 3", "holds a def, not a theorem"),
        ("abbrev f := 3", "holds a abbrev, not a theorem"),
        ("structure S where", "holds a structure, not a theorem"),
        ("theorem t := by sorry", "the theorem has no statement"),
        ("theorem : 1 = 1", "not a theorem"),
        ("theorem t--\n(Odd : ℕ → Prop)\n: ∃ n : ℕ, Odd n := by", "not a theorem"),
        ("theorem a : 1 = 1 := rfl\ntheorem t : 1 = 2", "holds more than one theorem"),
        ("def Even (n : ℕ) : Prop := False\ntheorem t : ∃ n : ℕ, Even n", "holds a `def` before the theorem"),
        ('local notation "ℕ" => Int\ntheorem t : ∀ n : ℕ, 0 ≤ n', "holds a `local` before the theorem"),
        ("open Nat in /- -/ def A.Even := 0\n theorem t : Even 1 = 1", "holds a `def` before the theorem"),
        ("namespace Int\ntheorem t : ModEq 2 (0 - 1) 0", "holds a `namespace` before the theorem"),
        ("variable (n : Fin 2)\ntheorem t : n = n", "holds a `variable` before the theorem"),
        ("attribute [local simp] f\ntheorem t : 1 = 1", "holds a `attribute` before the theorem"),
    ],
)
def test_what_holds_no_theorem(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse_theorem(text)


def test_fields_of_the_row_are_kept():
    statement = parse_theorem("theorem t : 1 = 1", "here", {"split": "valid", "tags": ["a", 2]})
    assert (statement.source, statement.split, statement.tags) == ("here", "valid", ("a", "2"))
    assert parse_theorem("theorem t : 1 = 1", "here", {"split": None, "tags": None}).split == "train"


SIGNATURES = st.sampled_from(
    [
        ": 1 = 1",
        "(n : ℕ := 2) : n = n",
        ": let x := 3; x = 3",
        "(h : ∀ x : ℝ, 0 ≤ x ^ 2) :\n  2 = 2",
        '{s : String} : s = ":= by"',
    ]
)
PROOFS = st.sampled_from(
    ["", "by", "by sorry", "by\n  sorry", "sorry", "by\n  have h : 1 = 1 := rfl\n  exact h", "by simp -- := by"]
)


@given(SIGNATURES, PROOFS, st.sampled_from(["", "@[simp] ", "  ", "/-- doc := by -/\n"]))
def test_the_proof_is_cut_and_the_statement_kept(signature, proof, before):
    assert parse_theorem(f"{before}theorem t {signature} := {proof}").signature == signature


@given(st.text())
def test_cutting_never_raises_and_only_shortens(text):
    assert cut_proof(text) in text


def test_source_names():
    assert [source_name(s) for s in ("a/b.jsonl.gz", "b.json", "c.parquet", "org/set")] == ["b", "b", "c", "set"]


# --- files


def test_every_kind_of_file_says_the_same(tmp_path):
    import pyarrow
    import pyarrow.parquet

    items = [theorem(n, name=f"n{n}", split="valid") for n in range(3)]
    lines = "\n".join(json.dumps(item) for item in items)
    (tmp_path / "a.jsonl").write_text(lines + "\n\n")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "c.json").write_text(json.dumps(items))
    (tmp_path / "d.json.gz").write_bytes(gzip.compress(json.dumps(items).encode()))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(items), tmp_path / "e.parquet")
    for path in sorted(tmp_path.iterdir()):
        reading = read_statements(str(path))
        assert [(s.name, s.signature, s.split) for s in reading.statements] == [
            (f"t{n}", f": {n} = {n}", "valid") for n in range(3)
        ]
        assert not reading.rejected


@pytest.mark.parametrize("field", ["formal_statement", "statement", "theorem", "lean4_formalization"])
def test_every_name_of_the_text_field(tmp_path, field):
    path = rows(tmp_path / "a.jsonl", {field: "theorem t : 1 = 1"})
    assert read_statements(path).statements[0].signature == ": 1 = 1"


def test_limit_and_split(tmp_path):
    splits = ["train", "valid", "train", None, "valid", "train"]
    path = rows(tmp_path / "a.jsonl", *(theorem(n, split=split) for n, split in enumerate(splits)))

    def names(**options):
        return [s.name for s in read_statements(path, **options).statements]

    assert names(limit=2) == ["t0", "t1"]
    assert names(split="valid") == ["t1", "t3", "t4"]
    assert names(split="train", limit=2) == ["t0", "t2"]
    assert names(limit=99) == [f"t{n}" for n in range(6)]


def test_rejected_rows_are_named(tmp_path):
    path = rows(
        tmp_path / "a.jsonl",
        theorem(1, name="first"),
        theorem(1, id="again"),
        {"name": "a_def", "formal_statement": "def f := 1"},
        {"formal_statement": "nothing"},
    )
    reading = read_statements(path)
    assert [s.name for s in reading.statements] == ["t1"]
    assert reading.rejected == [
        ("again", "duplicate of an earlier statement"),
        ("a_def", "holds a def, not a theorem"),
        ("row_4", "holds no theorem"),
    ]


def bad(path, **options) -> str:
    with pytest.raises(BadInput) as caught:
        read_statements(str(path), **options)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("kind", ["jsonl", "json", "jsonl.gz"])
def test_a_missing_file(tmp_path, kind):
    assert "No such file" in bad(tmp_path / f"none.{kind}")


def test_a_directory_and_a_wrong_suffix(tmp_path):
    assert "is a directory" in bad(tmp_path)
    for name in ("a.txt", "a", "a.gz", "a.jsonl.bak"):
        (tmp_path / name).write_text("{}")
        assert "not a json, jsonl or parquet file" in bad(tmp_path / name)


def test_broken_bytes(tmp_path):
    (tmp_path / "a.jsonl.gz").write_text("{}")
    assert "gzip" in bad(tmp_path / "a.jsonl.gz")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b"{}" * 1000)[:-12])
    assert "end" in bad(tmp_path / "b.jsonl.gz")
    (tmp_path / "c.jsonl").write_bytes(b'{"a": "\xff"}')
    assert "utf-8" in bad(tmp_path / "c.jsonl")
    (tmp_path / "d.parquet").write_text("PAR1 not at all")
    assert "arquet" in bad(tmp_path / "d.parquet")


def test_bad_json_is_told_with_its_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(theorem(1)) + "\n\n{oh\n")
    assert f"{path}, line 3: not JSON" in bad(path)
    path = tmp_path / "b.json"
    path.write_text("[{")
    assert "not JSON" in bad(path)


def test_rows_that_are_no_objects(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(theorem(1)) + "\n[1]\n")
    assert "row 2: an object is wanted" in bad(path)
    path = tmp_path / "b.json"
    path.write_text(json.dumps([theorem(1), "text"]))
    assert "row 2: an object is wanted" in bad(path)
    path.write_text(json.dumps(theorem(1)))
    assert "a list of objects is wanted" in bad(path)


def test_a_missing_field(tmp_path):
    path = tmp_path / "a.jsonl"
    for row in ({"name": "x"}, {"statement": None}, {"statement": 3}):
        rows(path, theorem(1), row)
        message = bad(path)
        assert "row 2" in message
        assert "formal_statement" in message


def test_an_empty_file_and_an_empty_split(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n  \n")
    assert "holds no rows" in bad(path)
    rows(path, theorem(1, split="train"))
    assert "no rows of split 'test'" in bad(path, split="test")
    assert "holds no rows" in bad(path, limit=0)


def test_a_data_set_that_cannot_be_reached(tmp_path):
    code = "import sys\nfrom verify.statements import *\ntry: read_statements('nobody/nothing-at-all')\nexcept BadInput as e: print(e)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = result.stdout.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("nobody/nothing-at-all: neither a file here nor a data set that can be loaded")
