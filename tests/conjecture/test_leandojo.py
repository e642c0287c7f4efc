"""LeanDojo's benchmark as a proof library: a real excerpt of it (tests/data/leandojo), judged by the real Lean."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections import Counter
from pathlib import Path

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from conjecture import tracing
from conjecture.leandojo import Tactic, read_benchmark, replayed, written_proof
from training import coldstart
from training.config import ColdStart, SelfplayConfig
from training.judge import Judge
from training.ledger import Ledger
from training.selfplay import SelfPlay
from verify import toolchain
from verify.records import Outcome, Role
from verify.statements import BadInput
from verify.toolchain import LeanUnavailable

EXCERPT = Path(__file__).parents[1] / "data" / "leandojo"
LIBRARY = read_benchmark(EXCERPT)
BY_NAME = {theorem.statement.tags[1]: theorem for theorem in LIBRARY.theorems}
ROWS = [
    row for split in ("train", "val", "test") for row in json.loads((EXCERPT / "random" / f"{split}.json").read_text())
]
REASONS = dict(LIBRARY.rejected)


def test_every_row_is_a_theorem_or_has_a_reason():
    assert len(ROWS) == 201
    assert len(LIBRARY.theorems) == 105
    assert Counter(reason for _, reason in LIBRARY.rejected) == {
        "its proof is a term, which the benchmark leaves out": 87,
        "its proof is by equations": 5,
        "it has no name": 4,
    }
    named = [row["full_name"] for row in ROWS if row["full_name"]]
    assert sorted(named) == sorted([*BY_NAME, *(name for name in REASONS if name in named)])


def test_files_come_as_the_corpus_orders_them_and_theorems_as_in_their_file():
    files = [json.loads(line)["path"] for line in (EXCERPT / "corpus.jsonl").read_text().splitlines()]
    starts = {(row["file_path"], row["full_name"]): row["start"] for row in ROWS}
    places = [(files.index(t.chapter), starts[t.statement.tags]) for t in LIBRARY.theorems]
    assert places == sorted(places)
    assert len({t.chapter for t in LIBRARY.theorems}) == 7


def test_so_many_of_each_file():
    few = read_benchmark(EXCERPT, per_file=3)
    assert Counter(t.chapter for t in few.theorems) == {t.chapter: 3 for t in LIBRARY.theorems}
    assert [t for t in few.theorems if t.chapter.endswith("Nat/Defs.lean")] == [
        t for t in LIBRARY.theorems if t.chapter.endswith("Nat/Defs.lean")
    ][:3]


def test_a_default_binder_is_no_end_of_the_statement():
    theorem = BY_NAME["List.getElem_insertNth_add_succ"]
    assert ":= (by" in theorem.statement.signature
    assert theorem.statement.signature.endswith("= l[n + k]")
    assert theorem.proof.startswith("induction' l with hd tl IH generalizing n k"), (
        "the binder's own proof stands first"
    )


def test_a_name_is_the_librarys_full_name_and_no_name_of_the_profile():
    theorem = BY_NAME["Nat.sub_one_add_self"]
    assert theorem.statement.name == "library_Nat_sub_one_add_self"
    assert theorem.statement.text == "theorem library_Nat_sub_one_add_self (n : ℕ) : (n - 1) + n = 2 * n - 1"
    assert theorem.statement.tags == ("Mathlib/Data/Nat/Defs.lean", "Nat.sub_one_add_self")
    assert theorem.statement.source == "leandojo"


def test_a_lemmas_proof_is_that_of_its_code():
    assert BY_NAME["Nat.self_add_pred"].proof == "exact self_add_sub_one n"
    assert BY_NAME["Nat.self_add_pred"].premises == ("Nat.self_add_sub_one",), "a short name, and no tactic is traced"
    assert BY_NAME["Nat.le_succ_iff"].proof.splitlines()[1:] == [
        "rintro (hmn | rfl)", "· exact le_succ_of_le hmn", "· exact Nat.le_refl _"
    ]  # fmt: skip


def test_a_theorems_proof_is_put_together_from_its_tactics():
    theorem = BY_NAME["Int.eq_zero_of_abs_lt_dvd"]
    assert theorem.proof.splitlines()[:3] == [
        "obtain rfl | hm := eq_or_ne m 0", "· exact Int.zero_dvd.1 h1", "rcases h1 with ⟨d, rfl⟩"
    ]  # fmt: skip
    assert theorem.premises[0] == "eq_or_ne" and "Int.zero_dvd" in theorem.premises
    assert BY_NAME["List.insertNth_of_length_lt"].proof == "\n".join([
        "induction' l with hd tl IH generalizing n",
        "· cases n", "  · simp at h", "  simp", "cases n", "· simp at h",
        "simp only [Nat.succ_lt_succ_iff, length] at h", "simpa using IH _ h",
    ])  # fmt: skip


def test_lemmas_are_theorems_with_their_statements():
    assert LIBRARY.lemmas["Nat.succ_lt_succ_iff"]
    assert "List.insertNth" not in LIBRARY.lemmas, "a definition"
    assert all(":" in signature and "\n" not in signature for signature in LIBRARY.lemmas.values())
    assert not [name for name, signature in LIBRARY.lemmas.items() if signature.endswith(":=")]


@pytest.mark.parametrize(
    ("code", "proof"),
    [
        ("theorem t : 1 = 1", None),
        ("lemma t (n : ℕ := 3) : n = n := rfl", "exact rfl"),
        ("lemma t : a :=\n  ⟨b,\n    c⟩", "exact ⟨b,\n    c⟩"),
        ("lemma t : a := by simp", "simp"),
        ("lemma t : a := by\n  intro x\n  · simp\n    rfl", "intro x\n· simp\n  rfl"),
        ("lemma t : a := by intro x\n                  simp", "intro x\nsimp"),
        ("lemma t : let x := 3; x = 3 := by\n  rfl", "rfl"),
        ("lemma t : a := bye", "exact bye"),
    ],
)
def test_written_proofs(code, proof):
    assert written_proof(code) == proof


def test_equations_are_no_proof_we_can_use():
    with pytest.raises(ValueError, match="equations"):
        written_proof("lemma t : ∀ n, p n\n  | 0 => a\n  | n + 1 => have := b; c")


@given(st.recursive(st.just(None), lambda inner: st.lists(inner, min_size=2, max_size=3), max_leaves=12), st.randoms())
def test_a_bulleted_proof_comes_back_from_its_tactics_in_any_order(tree, random):
    """A tree of case distinctions, written as people write it: all cases but the last in bullets."""
    tactics, lines = [], []

    def write(node, goal, rest, depth, bullet):
        names = [f"{goal}.{i}" for i in range(len(node or []))]
        text = f"step {goal}"
        lines.append("  " * (depth - bool(bullet)) + bullet + text)
        tactics.append(Tactic(text, [goal], names))
        for i, (child, name) in enumerate(zip(node or [], names, strict=True)):
            last = i == len(names) - 1
            write(child, name, names[i + 1 :], depth + (not last), "" if last else "· ")

    write(tree, "g", [], 0, "")
    first, others = tactics[0], tactics[1:]
    random.shuffle(others)
    assert replayed([first, *others]) == "\n".join(lines)


def test_nested_tactics_are_not_written_twice():
    outer = Tactic("have h : q := by\n  simp", ["⊢ p"], ["h : q ⊢ p"])
    inner = Tactic("simp", ["⊢ q"], [])
    assert replayed([outer, Tactic("exact f h", ["h : q ⊢ p"], []), inner]) == f"{outer.text}\nexact f h"
    with pytest.raises(ValueError, match="whole proof"):
        replayed([outer, inner])


# What a person may hand over by mistake: one line each, no traceback.


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(EXCERPT, tmp_path / "benchmark"))


def test_the_folder_of_a_split_will_do(copy):
    assert read_benchmark(copy / "random").theorems == LIBRARY.theorems
    for path in (copy / "random").iterdir():
        path.rename(copy / path.name)
    assert read_benchmark(copy).theorems == LIBRARY.theorems
    (copy / "train.json").unlink()
    assert 0 < len(read_benchmark(copy).theorems) < 105


def test_what_is_missing_is_named(copy):
    with pytest.raises(BadInput, match="no such directory"):
        read_benchmark(copy / "nothing")
    for path in (copy / "random").iterdir():
        path.unlink()
    with pytest.raises(BadInput, match=r"no train.json, val.json or test.json, here or in random or novel_premises"):
        read_benchmark(copy)
    (copy / "corpus.jsonl").unlink()
    with pytest.raises(BadInput, match=r"there is no corpus.jsonl"):
        read_benchmark(copy)


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("corpus.jsonl", '{"path": "A.lean", "imports": [], "premises": []}\n{"pa', "corpus.jsonl, line 2: not JSON"),
        ("corpus.jsonl", '{"path": "A.lean"}', "line 1: there is no `premises`"),
        ("corpus.jsonl", '{"path": 3, "premises": []}', "`path` is not as LeanDojo writes it"),
        ("corpus.jsonl", '{"path": "A", "premises": [{"full_name": "a", "code": "b", "end": [1]}]}', "`end` is a line"),
        ("corpus.jsonl", "[]", "an object is wanted"),
        ("random/val.json", "[", "val.json: not JSON"),
        ("random/val.json", "{}", "val.json: a list of theorems is wanted"),
        ("random/val.json", "[3]", "theorem 1: an object is wanted"),
        ("random/val.json", '[{"file_path": "A.lean", "full_name": "a"}]', "theorem 1: there is no `start`"),
    ],
)
def test_what_is_not_as_leandojo_writes_it_is_named(copy, file, text, words):
    (copy / file).write_text(text)
    with pytest.raises(BadInput, match=words):
        read_benchmark(copy)


def test_bytes_that_are_no_text(copy):
    (copy / "random" / "val.json").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="not JSON"):
        read_benchmark(copy)


def test_a_benchmark_beside_the_seeds_or_in_their_place():
    ours = coldstart.given_library(ColdStart())
    both = coldstart.given_library(ColdStart(library=EXCERPT))
    alone = coldstart.given_library(ColdStart(library=EXCERPT, seeds=False))
    assert both.theorems == [*ours.theorems, *LIBRARY.theorems] and alone.theorems == LIBRARY.theorems
    assert both.lemmas["sq_nonneg"] == ours.lemmas["sq_nonneg"] and set(LIBRARY.lemmas) < set(both.lemmas)
    with pytest.raises(BadInput, match=r"--cold-start\.library"):
        ColdStart(seeds=False)


@pytest.mark.lean
@pytest.mark.timeout(600)
def test_lean_judges_the_library_and_both_voices_learn_from_what_is_proved(lean, tmp_path):
    """The way of a run's cold start, through `SelfPlay.prove_library`, with nothing of ours."""
    settings = ColdStart(library=EXCERPT, seeds=False, search_per_statement=0, conjectures_per_theorem=9)
    config = SelfplayConfig(run=tmp_path, cold_start=settings)
    library, out = coldstart.given_library(settings), io.StringIO()

    async def judged():
        with Ledger(tmp_path / "ledger.sqlite") as ledger:
            run = SelfPlay(config, toolchain.core(), None, ledger, None, Console(file=out, width=300), library)
            run.judge = Judge(ledger, lean.pool)
            return await run.prove_library()

    proved = lean.run(judged())
    names = {item.statement.tags[1] for item in proved}
    assert {"Nat.sub_one_add_self", "Nat.self_add_pred", "Nat.succ_succ_ne_one"} <= names and len(names) >= 12
    rows = [json.loads(line) for line in (tmp_path / "library_not_proved.jsonl").read_text().splitlines()]
    assert len(rows) + len(names) == 201
    outcomes = Counter(row["outcome"] for row in rows)
    assert outcomes["not read"] == 96 and outcomes[Outcome.OUT_OF_PROFILE] > outcomes[Outcome.FAILED] > 0
    assert "Nat.lt_one_iff" not in names, "it depends on variables of its file"
    assert [row["reason"] for row in rows if row["name"] == "library_Nat_lt_one_iff"] == [
        "the statement does not elaborate: Unknown identifier `n`"
    ]
    assert "library: " in out.getvalue() and "out of profile" in out.getvalue()
    used = {item.statement.tags[1]: item.lemmas for item in proved}
    assert "Nat.self_add_sub_one" in used["Nat.self_add_pred"]
    assert {e.role for e in coldstart.prover_examples(proved)} == {Role.PROVE}
    triples = coldstart.conjecturer_examples(proved, library.lemmas, settings)
    assert any("<lemma>Nat.self_add_sub_one : ∀ n, n + (n - 1) = 2 * n - 1<seed>" in e.prompt for e in triples)


# Tracing: what can be said of it without elan.


def test_tracing_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    with pytest.raises(LeanUnavailable, match="install elan"):
        tracing.trace("https://example.org/repository", "0" * 40, tmp_path / "out")
    monkeypatch.setattr(shutil, "which", lambda tool: f"/bin/{tool}")
    monkeypatch.setitem(sys.modules, "lean_dojo", None)
    with pytest.raises(BadInput, match=r"no module lean_dojo: .*antiphon\[leandojo\]"):
        tracing.trace("https://example.org/repository", "0" * 40, tmp_path / "out")
    with pytest.raises(BadInput, match="exists"):
        tracing.trace("https://example.org/repository", "0" * 40, tmp_path)


class Traced:
    """Stands for lean-dojo's objects, which only tracing makes: its attributes, filled from the real excerpt."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


def test_what_is_traced_is_written_as_the_benchmark_is(tmp_path):
    own, other = Traced(url="u", commit="c"), Traced(url="v", commit="d")

    def tactic(row):
        fields = {key: row[key] for key in ("tactic", "state_before", "state_after")}
        return Traced(**fields, get_annotated_tactic=lambda: tuple(row["annotated_tactic"]))

    def theorem(row, repo):
        tactics = [tactic(t) for t in row["traced_tactics"]]
        named = Traced(file_path=Path(row["file_path"]), full_name=row["full_name"])
        return Traced(repo=repo, theorem=named, start=tuple(row["start"]), end=tuple(row["end"]),
                      get_traced_tactics=lambda: [*tactics, Traced(tactic="done", state_before="no goals")])  # fmt: skip

    graph = networkx.DiGraph()
    for line in (EXCERPT / "corpus.jsonl").read_text().splitlines():
        row = json.loads(line)
        file = Traced(get_premise_definitions=lambda row=row: row["premises"])
        graph.add_node(row["path"], traced_file=file)
    batteries = [row for row in ROWS if row["file_path"].startswith(".lake")]
    theorems = [theorem(row, other if row in batteries else own) for row in ROWS]
    repo = Traced(repo=own, traced_files_graph=graph, get_traced_theorems=lambda: theorems)
    assert tracing.write_benchmark(repo, tmp_path / "out") == len(ROWS) - len(batteries)
    written = read_benchmark(tmp_path / "out")
    assert sorted(written.theorems, key=str) == sorted(
        (t for t in LIBRARY.theorems if not t.chapter.startswith(".lake")), key=str
    )
    assert written.lemmas == LIBRARY.lemmas
