"""Benchmarks: the real files with their counts, every trap in them with its text here, every layout, and the descriptions."""

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from verify import benchmark, toolchain
from verify.benchmark import Problem, Question, describe, load, names
from verify.policy import refuse
from verify.preamble import opened
from verify.statements import BadInput

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
DEF = "holds a def, not a theorem"


def shared(file: str) -> str:
    path = DATA / f"{file}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"the data sets are not part of the repository, and {path.name} is not beside it")
    return str(path)


# --- the real files

FORMAL = [  # name, file, problems, needs a declaration, is a def, answers written out, splits
    ("minif2f", "minif2f", 488, 0, 0, 0, {"valid": 244, "test": 244}),
    ("minif2f-goedel-v2", "minif2f_goedel_v2", 244, 0, 0, 0, {"test": 244}),
    ("minif2f-yangky11", "minif2f_yangky11", 488, 0, 0, 0, {"valid": 244, "test": 244}),
    ("proofnet", "proofnet", 344, 13, 14, 6, {"valid": 185, "test": 186}),
    ("proofnet-sharp", "proofnet_sharp", 358, 13, 0, 0, {"": 371}),
    ("proofnet-verified", "proofnet_verified", 353, 14, 0, 5, {"test": 367}),
    ("putnambench", "putnambench", 663, 9, 0, 341, {"test": 672}),
    ("lean-workbook", "lean_workbook", 16_052, 0, 0, 0, {"train": 16_052}),
]
INFORMAL = [
    ("gsm8k", "gsm8k_test", 1_319, "18"),
    ("math500", "math500", 500, "\\left( 3, \\frac{\\pi}{2} \\right)"),
    ("aime24", "aime24", 30, "204"),
    ("aime25", "aime25", 30, "70"),
    ("amc23", "amc23", 40, "27"),
    ("olympiadbench", "olympiadbench_text_maths_en", 675, "2"),
    ("minerva", "minerva_math", 272, "1.6"),
]


@pytest.mark.parametrize(("name", "file", "count", "needs", "defs", "written", "splits"), FORMAL)
def test_formal_benchmarks(name, file, count, needs, defs, written, splits):
    loaded = load(name, shared(file))
    problems = loaded.problems
    assert len(problems) == count
    assert Counter(reason.split()[0] for _, reason in loaded.rejected) == +Counter(needs=needs, holds=defs)
    assert sum(splits.values()) == count + needs + defs
    assert "" in splits or splits.items() <= describe(name).counts.items()
    assert sum(p.statement.tags == (benchmark.WRITTEN_OUT,) for p in problems) == written
    everyone = [p.name for p in problems] + [n for n, _ in loaded.rejected]
    assert len(set(everyone)) == len(everyone)
    assert {p.split for p in problems} == splits.keys()
    assert {(type(p), p.statement.source) for p in problems} == {(Problem, name)}
    for p in problems:
        assert "sorry" not in p.statement.text, p.name
        assert p.statement.signature.split()[-1] not in ("by", ":="), p.name
        assert refuse(p.statement.signature) is None, p.name
        assert p.header.startswith("import ") and p.header.endswith("\n\n") and "--" not in p.header, p.name
        assert "/--" not in p.informal and "-/" not in p.informal, p.name


@pytest.mark.parametrize("name", ["minif2f", "proofnet"])
def test_the_splits_of_the_real_files(name):
    counts = describe(name).counts
    path = shared(name)
    for split, count in counts.items():
        loaded = load(name, path, split=split)
        assert len(loaded.problems) + len(loaded.rejected) == count
        assert {p.split for p in loaded.problems} == {split}
    assert len(load(name, path, limit=7).problems) == 7


@pytest.mark.parametrize(("name", "file", "count", "answer"), INFORMAL)
def test_informal_benchmarks(name, file, count, answer):
    loaded = load(name, shared(file))
    assert (len(loaded.problems), loaded.rejected) == (count, [])
    assert loaded.problems[0].answer == answer
    assert {type(q) for q in loaded.problems} == {Question}
    assert {q.split for q in loaded.problems} == {"test"}
    assert len({q.name for q in loaded.problems}) == count == describe(name).counts["test"]
    assert all(q.question and q.answer for q in loaded.problems)


def test_whose_opens_are_the_profiles_own():
    """Of PutnamBench a fifth; the others need `lean_header`."""
    problems = load("putnambench", shared("putnambench")).problems
    assert sum(not benchmark.not_opened(p, "mathlib") for p in problems) == 126
    assert not any(benchmark.not_opened(p, "mathlib") for p in load("minif2f", shared("minif2f")).problems)


# --- traps, with the texts of the files


@pytest.fixture
def read(tmp_path):
    """Loads rows as a file of the benchmark."""

    def loaded(name: str, *rows: dict, **options):
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return load(name, str(path), **options)

    return loaded


def test_a_sorry_glued_to_by_and_no_name(read):
    """STP's copy of miniF2F: no name, no header, and `split` in words."""
    text = "theorem mathd_numbertheory_221 (S : Finset ℕ)\n  (h₀ : ∀ x : ℕ, x ∈ S ↔ 0 < x) : S.card = 11 := by"
    rows = [{"formal_statement": text + end, "split": split, "tags": None}
            for end, split in (("", "miniF2F valid"), ("sorry", "miniF2F test"), (" sorry", "miniF2F test"))]  # fmt: skip
    loaded = read("minif2f", *rows)
    assert {p.statement.signature for p in loaded.problems} == {text[30:-6].strip()}
    assert [(p.name, p.split) for p in loaded.problems] == [
        ("mathd_numbertheory_221", "valid"), ("mathd_numbertheory_221-2", "test"), ("mathd_numbertheory_221-3", "test"),
    ]  # fmt: skip
    assert loaded.problems[0].header == describe("minif2f").header
    assert loaded.rejected == []


def test_comments_before_a_theorem(read):
    text = (
        "-- Solution encoded in theorem statement.\n-- theorem other : 1 = 2. Does it have to be computable?\n"
        "theorem imo_1962_p4 (S : Set ℝ)\n    (h₀ : S = { x : ℝ | Real.cos x ^ 2 = 1 }) :\n    S = ∅ := by"
    )
    (problem,) = read("minif2f", {"formal_statement": text, "split": "miniF2F valid"}).problems
    assert problem.statement.text == (
        "theorem imo_1962_p4 (S : Set ℝ)\n    (h₀ : S = { x : ℝ | Real.cos x ^ 2 = 1 }) :\n    S = ∅"
    )
    assert problem.name == "imo_1962_p4"
    assert problem.informal == ""


def test_header_docstring_and_theorem_in_one_string(read):
    """Goedel-Prover-V2's file."""
    head = "import Mathlib\nimport Aesop\n\nset_option maxHeartbeats 0\n\nopen BigOperators Real Nat Topology Rat\n\n"
    words = "/-- Show that there are no integers $x$ and $y$ such that $4x^3 - 7y^3 = 2003$.-/\n"
    theorem = "theorem numbertheory_4x3m7y3neq2003 (x y : ℤ) : 4 * x ^ 3 - 7 * y ^ 3 ≠ 2003 := by\n"
    row = {"name": "numbertheory_4x3m7y3neq2003", "split": "test", "lean4_code": head + words + theorem + "sorry"}
    with_words = {**row, "informal_prefix": words, "formal_statement": head + words + theorem}
    for given in (row, with_words):
        (problem,) = read("minif2f-goedel-v2", given).problems
        assert problem.header == head
        assert problem.informal == words[4:-3]
        assert problem.statement.signature == "(x y : ℤ) : 4 * x ^ 3 - 7 * y ^ 3 ≠ 2003"


def test_duplicate_names(read):
    """ProofNet lost its textbooks' names: the copies are numbered, whatever is then kept of them."""
    rows = [{"name": name, "split": split, "formal_statement": f"theorem {name} : {n} = {n} :="}
            for n, (name, split) in enumerate([("exercise_3_4", "valid"), ("exercise_3_4", "test"),
                                               ("exercise_3_4-2", "test"), ("exercise_3_4", "test")])]  # fmt: skip
    names = ["exercise_3_4", "exercise_3_4-2", "exercise_3_4-2-2", "exercise_3_4-3"]
    assert [p.name for p in read("proofnet", *rows).problems] == names
    assert [p.name for p in read("proofnet", *rows, split="test").problems] == names[1:]
    assert {p.statement.name for p in read("proofnet", *rows[:2]).problems} == {"exercise_3_4"}


def test_definitions_are_no_problems(read):
    loaded = read(
        "proofnet",
        {"name": "exercise_2_1_21", "split": "valid",
         "formal_statement": "def exercise_2_1_21 (G : Type*) [Group G] [Fintype G]\n  (hG : card G = 5) :\n  CommGroup G :="},
        {"name": "exercise_1_6_11", "split": "test",
         "formal_statement": "noncomputable def exercise_1_6_11 {A B : Type*} [Group A] [Group B] :\n  A × B ≃* B × A :="},
        {"name": "exercise_1_13a", "split": "valid", "formal_statement": "theorem exercise_1_13a (a b : Ω) :\n  f a = f b :="},
    )  # fmt: skip
    assert [p.statement.signature for p in loaded.problems] == ["(a b : Ω) :\n  f a = f b"]
    assert loaded.rejected == [("exercise_2_1_21", DEF), ("exercise_1_6_11", DEF)]


def test_inner_assignments(read):
    text = "theorem putnam_1975_a5\n(c : ℝ := 3)\n: ∃ c : ℝ, c > 0 ∧ let z : ℝ → ℝ := fun x => c * x; ∀ x ∈ I, z x = f x :=\nsorry\n"
    (problem,) = read("putnambench", {"name": "putnam_1975_a5", "formal_statement": text}).problems
    assert problem.statement.signature == text.partition("putnam_1975_a5\n")[2].removesuffix(" :=\nsorry\n")
    assert problem.split == "test"


PUTNAM = """import Mathlib

open Filter Topology Set

abbrev putnam_2008_b1_solution : ℕ := sorry
-- 2
/--
What is the maximum number of rational points?
-/
theorem putnam_2008_b1 :
  IsGreatest {n : ℕ | n < 3} putnam_2008_b1_solution :=
sorry
"""


def test_an_answer_is_written_out(read):
    (problem,) = read("putnambench", {"name": "putnam_2008_b1", "formal_statement": PUTNAM}).problems
    assert problem.statement.signature == ":\n  IsGreatest {n : ℕ | n < 3} ((2) : ℕ)"
    assert problem.statement.tags == (benchmark.WRITTEN_OUT,)
    assert problem.informal == "What is the maximum number of rational points?"
    assert "abbrev" not in problem.header


def test_an_answer_that_is_not_known_and_a_definition_are_reasons(read):
    head, theorem = "import Mathlib\n\n", "theorem t : f 1 = s := sorry"
    rows = [
        {"name": "a", "header": head + "abbrev s : ℕ := sorry\n", "formal_statement": theorem},
        {
            "name": "b",
            "header": head + "abbrev s : ℕ := sorry\n-- 2\ndef f (n : ℕ) := n\n",
            "formal_statement": theorem,
        },
        {"name": "c", "header": head + "def f (n : ℕ) := n\n", "formal_statement": "theorem t : 1 = 1 := sorry"},
    ]
    loaded = read("putnambench", *rows)
    assert [p.name for p in loaded.problems] == ["c"]
    assert loaded.rejected == [
        ("a", "needs `abbrev s` of its file"), ("b", "needs `def f` of its file"),
    ]  # fmt: skip


def test_a_definition_before_the_theorem_in_its_text(read):
    """ProofNet#: without it the theorem would be read alone, and say nothing or something else."""
    text = "def is_topology (X : Type*) (T : Set (Set X)) :=\n  univ ∈ T\n\ntheorem exercise_13_4a2 :\n  ∃ X, is_topology X T :="
    loaded = read("proofnet-sharp", {"id": "Munkres|exercise_13_4a2", "lean4_formalization": text})
    assert loaded.rejected == [("Munkres|exercise_13_4a2", "needs `def is_topology` of its file")]


def test_helpers_in_a_column_of_their_own(read):
    """ProofNet-Verified; a lemma for the proof is no matter to the statement, and an option before it goes to the header."""
    row = {"header": "import Mathlib\n\nopen Real", "helper": "abbrev I : Set ℝ := Icc 0 1"}
    first = {**row, "name": "a", "formal_stmt": "theorem a (f : I → I) : ∃ x : I, f x = x := by\n  sorry"}
    second = {"header": row["header"], "extra": {"helper": "private lemma helps : True := trivial"}, "name": "b",
              "formal_statement": "set_option maxRecDepth 2048 in\ntheorem b : 1 = 1 := by\n  sorry"}  # fmt: skip
    a, b = read("proofnet-verified", first, second).problems
    assert (
        a.statement.signature == "(f : ((Icc 0 1) : Set ℝ) → ((Icc 0 1) : Set ℝ)) : ∃ x : ((Icc 0 1) : Set ℝ), f x = x"
    )
    assert b.header == "import Mathlib\n\nopen Real\nset_option maxRecDepth 2048\n\n"


def test_rows_without_a_split_cannot_be_asked_for_one(read):
    row = {"id": "a", "lean4_formalization": "theorem a : 1 = 1 :="}
    assert read("proofnet-sharp", row).problems[0].split == ""
    with pytest.raises(BadInput, match=r"1 rows of .*rows\.jsonl name no split"):
        read("proofnet-sharp", row, split="test")
    with pytest.raises(BadInput, match="minif2f has no split 'train'; its splits are valid, test"):
        read("minif2f", row, split="train")


def test_a_missing_field_and_no_rows(read):
    with pytest.raises(BadInput, match="row 1: none of the fields formal_statement, statement"):
        read("minif2f", {"name": "a", "theorem": "theorem a : 1 = 1"})
    row = {"name": "a", "formal_statement": "theorem a : 1 = 1", "split": "valid"}
    with pytest.raises(BadInput, match="holds no rows of split 'test'"):
        read("minif2f", row, split="test")
    with pytest.raises(BadInput, match="holds no rows"):
        read("minif2f")


# --- questions


def test_answers_of_every_layout(read):
    upstream = {"question": "How much?", "answer": "9 * 2 = <<9*2=18>>18 every day.\n#### 18"}
    (question,) = read("gsm8k", upstream, split=None).problems
    assert (question.answer, question.solution) == ("18", upstream["answer"])
    (question,) = read(
        "minerva", {"question": "q", "solution": "so \\boxed{1} or \\boxed{\\frac{1}{2}} \\mathrm{cm}"}
    ).problems
    assert question.answer == "\\frac{1}{2}"
    answers = [27.0, 0.5, ["$2n-2$"], ["1", "2"], "x", 0]
    loaded = read("olympiadbench", *({"id": n, "question": "q", "final_answer": a} for n, a in enumerate(answers)))
    assert [q.answer for q in loaded.problems] == ["27", "0.5", "$2n-2$", "1, 2", "x", "0"]
    loaded = read("minerva", {"question": "q", "solution": "no box"}, {"question": "q", "solution": "\\boxed{open"})
    assert loaded.rejected == [("row_1", "has no answer"), ("row_2", "has no answer")]


# --- layouts


def test_every_layout_says_the_same(tmp_path):
    import pyarrow
    import pyarrow.parquet

    rows = [{"name": f"n{n}", "split": split, "formal_statement": f"import Mathlib\n\ntheorem n{n} : {n} = {n} := by sorry"}
            for n, split in enumerate(["test", "valid", "valid"])]  # fmt: skip
    lines = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "a.jsonl").write_text(lines)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "c.json").write_text(json.dumps(rows))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "d.parquet")
    for row in rows:
        file = tmp_path / "lean" / row["split"].title() / f"{row['name']}.lean"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(row["formal_statement"])
        name = tmp_path / "parts" / f"{row['split']}-00000-of-00001.jsonl"
        name.parent.mkdir(exist_ok=True)
        with name.open("a") as part:
            part.write(json.dumps({**row, "split": None}) + "\n")
    found = [load("minif2f-yangky11", str(path)).problems for path in sorted(tmp_path.iterdir())]
    assert len(found) == 6
    assert len(found[0]) == 3
    for problems in found[1:]:
        assert problems == found[0]


def test_a_directory_without_data_and_a_missing_file(tmp_path):
    with pytest.raises(BadInput, match="no json, jsonl, parquet or Lean file in it"):
        load("minif2f", str(tmp_path))
    with pytest.raises(BadInput, match="No such file"):
        load("minif2f", str(tmp_path / "none.jsonl.gz"))
    with pytest.raises(BadInput, match=r"minif2f-yangky11 is not on the hub; give a file as data: MiniF2F/"):
        load("minif2f-yangky11")


def test_the_hub_through_datasets(tmp_path):
    """`datasets` reads a directory as it reads a data set of the hub; what it does not find is said in one line."""
    folder = tmp_path / "set"
    folder.mkdir()
    for split in ("validation", "test"):
        rows = [{"problem_id": "same", "formal_statement": f"theorem {split}{n} : {n} = {n} := by"} for n in range(2)]
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    said = yaml.safe_load((benchmark.FOLDER / "minif2f.yaml").read_text())
    said["hub"] = {"id": str(folder), "config": None, "splits": {"valid": "validation", "test": "test"}}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(said, sort_keys=False))
    code = f"""
from pathlib import Path
from verify import benchmark
benchmark.FOLDER = Path({str(tmp_path)!r})
print([(p.name, p.split, p.statement.name) for p in benchmark.load("mine").problems])
print([(p.name, p.split) for p in benchmark.load("mine", split="test", limit=1).problems])
try: benchmark.load("mine", "nobody/nothing-at-all")
except benchmark.BadInput as error: print(error)
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-c", code]
    result = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    lines = result.stdout.splitlines()
    assert len(lines) == 3, result.stderr
    assert lines[0] == str([("same", "valid", "validation0"), ("same-2", "valid", "validation1"),
                            ("same-3", "test", "test0"), ("same-4", "test", "test1")])  # fmt: skip
    assert lines[1] == "[('same-3', 'test')]"
    assert lines[2].startswith("nobody/nothing-at-all: neither a file here nor a data set that can be loaded")


# --- descriptions


def test_every_benchmark_is_described():
    assert names() == sorted(name for name, *_ in [*FORMAL, *INFORMAL])
    for name in names():
        found = describe(name)
        assert found.name == name
        assert found.licence and found.citation and found.goal and found.source
        assert (found.profile is not None) == (found.kind == "formal") == bool(found.header)
    assert {name for name in names() if not describe(name).held_out} == {"lean-workbook"}
    with pytest.raises(BadInput, match="there is no benchmark 'minif2'; choose one of aime24, "):
        describe("minif2")


def test_adding_one_is_adding_a_file(tmp_path, monkeypatch):
    (tmp_path / "new.yaml").write_text((benchmark.FOLDER / "minif2f.yaml").read_text())
    monkeypatch.setattr(benchmark, "FOLDER", tmp_path)
    assert names() == ["new"]
    assert describe("new").counts == {"valid": 244, "test": 244}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "does not know colour"),
        ({"licence": ...}, "lacks licence"),
        ({"header": ...}, "lacks header"),
        ({"kind": "informal"}, "does not know header, profile"),
        ({"kind": "else"}, "kind is formal or informal"),
        ({"title": 3}, "title is a text"),
        ({"fields": {"statement": "a", "goal": "b"}}, "fields are of answer, header, "),
        ({"fields": {"name": "a"}}, "fields do not say where the statement is"),
        ({"counts": {"test": "all"}}, "counts give the rows of each split"),
        ({"counts": {}}, "counts give the rows of each split"),
        ({"held_out": ["train"]}, "held_out lists splits of valid, test"),
        ({"hub": {"id": "a/b", "splits": {}}}, "hub: lacks config"),
        ({"hub": {"id": "a/b", "config": None, "splits": {"train": "train"}}}, "hub: splits are of valid, test"),
        ({"profile": "mathlib"}, "profile: a mapping of name, toolchain is wanted"),
    ],
)
def test_a_description_with_a_mistake_is_refused_by_name(tmp_path, change, message):
    said = yaml.safe_load((benchmark.FOLDER / "minif2f.yaml").read_text()) | change
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in said.items() if value is not ...}, sort_keys=False))
    with pytest.raises(BadInput) as caught:
        benchmark.read_description(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    path.write_text("a: [")
    with pytest.raises(BadInput, match=r"mine\.yaml: not YAML"):
        benchmark.read_description(path)


# --- what Lean is to open


def test_a_problem_brings_its_opens_to_mathlib(tmp_path, monkeypatch, read):
    (problem,) = read("putnambench", {"name": "p", "formal_statement": PUTNAM}).problems
    assert benchmark.not_opened(problem, "mathlib") == ("Filter", "Set")
    header = benchmark.lean_header(problem)
    assert header == "set_option autoImplicit false\nset_option linter.all false\nopen Filter Topology Set\n"
    assert opened(header) == ("Filter", "Topology", "Set")

    project, lake = tmp_path / "project", tmp_path / "bin" / "lake"
    for file in (lake, project / ".lake" / "build" / "bin" / "repl"):
        file.parent.mkdir(parents=True)
        file.touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{lake.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("ANTIPHON_HOME", str(tmp_path / "home"))
    assert "header/mathlib.lean" in toolchain.mathlib(project).command
    given = toolchain.mathlib(project, header).command
    (file,) = (word for word in given if word.endswith(".lean"))
    assert Path(file).read_text() == header
    assert given[-2:] == (file, "Mathlib")
