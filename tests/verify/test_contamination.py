"""Contamination: test items are known without the data and refused, and overlap is found, the same both ways."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify import contamination
from verify.benchmark import Problem, load
from verify.contamination import fingerprint, overlap, refuse_test_items
from verify.records import Outcome, Statement
from verify.statements import BadInput, read_statements

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
FILES = {
    "minif2f": "minif2f", "minif2f-goedel-v2": "minif2f_goedel_v2", "minif2f-yangky11": "minif2f_yangky11",
    "proofnet": "proofnet", "proofnet-sharp": "proofnet_sharp", "proofnet-verified": "proofnet_verified",
    "putnambench": "putnambench", "lean-workbook": "lean_workbook",
}  # fmt: skip
TEST_ITEM = "(a b : ℝ) (h₁ : a * b = 180) (h₂ : 2 * (a + b) = 54) :\n    a ^ 2 + b ^ 2 = 369"  # mathd_algebra_141
VALID_ITEM = "(x y : ℤ) (h₀ : 0 < y) (h₁ : y < x) (h₂ : x + y + x * y = 80) : x = 26"  # amc12a_2015_p10


def shared(name: str) -> str:
    path = DATA / f"{FILES[name]}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"the data sets are not part of the repository, and {path.name} is not beside it")
    return str(path)


def statement(signature: str, name: str = "t") -> Statement:
    return Statement(name, signature)


def read_fingerprints() -> dict[str, dict[str, list[str]]]:
    return json.loads(gzip.decompress(contamination.FINGERPRINTS.read_bytes()))


def problems(*signatures: str) -> list[Problem]:
    return [Problem(f"p{n}", statement(s, f"p{n}"), "", "", "test") for n, s in enumerate(signatures)]


# --- test items


@pytest.mark.parametrize(
    "signature",
    [
        TEST_ITEM,
        " ".join(TEST_ITEM.split()),
        TEST_ITEM.replace(" : ", ":").replace("a ^ 2", "a^2"),
        TEST_ITEM.replace("(h₂", "-- the perimeter\n (h₂ /- feet -/"),
    ],
)
def test_a_test_item_is_known_up_to_space_comments_and_name(signature):
    found = contamination.test_items([statement(": 1 = 1"), statement(signature, "any_name")])
    assert {name: [s.name for s in items] for name, items in found.items()} == {
        name: ["any_name"] for name in ("minif2f", "minif2f-goedel-v2")
    }


def test_what_is_not_a_test_item():
    others = [VALID_ITEM, TEST_ITEM.replace("369", "370"), TEST_ITEM.replace("a", "c"), ": 1 = 1"]
    assert contamination.test_items([statement(s) for s in others]) == {}
    assert contamination.test_items([]) == {}


def test_an_answer_of_putnambench_is_known_open_and_written_out():
    """putnam_2023_b2, as in its file and as STP's copy has it."""
    for answer in ("putnam_2023_b2_solution", "((3) : ℕ)"):
        found = contamination.test_items([statement(f": sInf {{(digits 2 (2023*n)).sum | n > 0}} = {answer}")])
        assert list(found) == ["putnambench"]


def test_a_refusal_says_whose_how_many_which_and_what_to_do():
    items = [statement(TEST_ITEM, "mine"), statement(VALID_ITEM), statement(": 1 = 1")]
    with pytest.raises(BadInput) as caught:
        refuse_test_items(items, False)
    assert str(caught.value) == (
        "1 of 3 statements are test items of minif2f (1), minif2f-goedel-v2 (1): mine; "
        "leave them out, or train on them with --allow-benchmark-items"
    )
    refuse_test_items(items, True)
    refuse_test_items(items[1:], False)


def test_our_own_statements_are_no_test_items():
    refuse_test_items(read_statements(str(ROOT / "lean_project" / "statements.jsonl")).statements, False)


@pytest.mark.parametrize("name", ["minif2f", "proofnet"])
def test_valid_may_be_trained_on_and_test_may_not(name):
    path = shared(name)
    refuse_test_items([p.statement for p in load(name, path, split="valid").problems], False)
    test = [p.statement for p in load(name, path, split="test").problems]
    with pytest.raises(BadInput, match=rf"{name} \(\d+\)") as caught:
        refuse_test_items(test, False)
    assert ", …; leave them out" in str(caught.value)
    assert len(contamination.test_items(test)[name]) >= 0.98 * len(test)


def test_every_item_of_a_set_for_evaluation_is_known_and_lean_workbook_never_refused():
    """But those that ProofNet valid, or Lean Workbook, has too."""
    lean_workbook = read_statements(shared("lean-workbook")).statements
    refuse_test_items(lean_workbook, False)
    free = {fingerprint(s) for s in lean_workbook}
    free |= {fingerprint(p.statement) for p in load("proofnet", shared("proofnet"), split="valid").problems}
    for name in ("minif2f-goedel-v2", "proofnet-sharp", "proofnet-verified", "putnambench"):
        known = contamination.known_fingerprints()[name]
        assert {fingerprint(p.statement) for p in load(name, shared(name)).problems} - known <= free
        assert not known & free


def test_the_fingerprints_are_what_the_files_give(tmp_path, monkeypatch):
    """What Lean Workbook has in common with the test items is one statement of miniF2F and two of its newest edition."""
    given = {name: shared(name) for name in FILES if name != "lean-workbook"}
    kept = {name: set().union(*splits.values()) for name, splits in read_fingerprints().items()}
    monkeypatch.setattr(contamination, "FINGERPRINTS", tmp_path / "fingerprints.json.gz")
    contamination.write_fingerprints(given)
    written = {name: set().union(*splits.values()) for name, splits in read_fingerprints().items()}
    assert {name: len(written[name] - kept[name]) for name in written if written[name] != kept[name]} == {
        "minif2f": 1, "minif2f-goedel-v2": 1, "minif2f-yangky11": 2,
    }  # fmt: skip
    assert all(kept[name] <= written[name] for name in written)
    assert [path.name for path in tmp_path.iterdir()] == ["fingerprints.json.gz"]


def test_the_fingerprints_are_small_and_well_formed():
    assert contamination.FINGERPRINTS.stat().st_size < 40_000
    held = read_fingerprints()
    assert held.keys() == FILES.keys() - {"lean-workbook"}
    for splits in held.values():
        for ids in splits.values():
            assert ids == sorted(set(ids))
            assert all(len(id) == 16 and int(id, 16) >= 0 for id in ids)


# --- overlap


def test_overlap_in_worked_numbers():
    """`: a + b + c = c + b` has ten tokens, six runs of five; with `d` for the last, five of them, seven in the union."""
    near = ": a + b + c = c + d"
    training = [statement(": a+b + c = c + b -- yes", "one"), statement(near, "two"), statement(": x = y", "three")]
    found = overlap(training, problems(": a + b + c = c + b"), near=0.5)
    assert [(m.kind, m.training.name, m.problem.name, m.score) for m in found.matches] == [
        ("exact", "one", "p0", 1.0), ("near", "two", "p0", 5 / 7),
    ]  # fmt: skip
    assert (found.training, found.problems, found.touched(), found.touched("near")) == (3, 1, 1, 1)
    assert [m.training.name for m in overlap(training, problems(": a + b + c = c + b"), near=0.72).matches] == ["one"]
    said = found.to_dict()
    assert json.loads(json.dumps(said)) == said
    assert said["touched"] == {"any": 1, "exact": 1, "canonical": 0, "near": 1}
    assert said["matches"][1]["training"]["text"] == f"theorem two {near}"
    assert said["matches"][1]["problem"]["text"] == "theorem p0 : a + b + c = c + b"


def test_canonical_forms_match_what_looks_different():
    theirs = problems("(x y : ℝ) (h : x < y) : ∃ z, x < z ∧ z < y", ": True ∧ False")
    ours = [statement("(b a : ℝ) : a < b → ∃ c, a < c ∧ c < b", "renamed"), statement(": 2 = 3", "none")]
    assert overlap(ours, theirs).matches == ()
    forms = {ours[0].id: "same", theirs[0].statement.id: "same", ours[1].id: "", theirs[1].statement.id: ""}
    (match,) = overlap(ours, theirs, forms).matches
    assert (match.kind, match.training.name, match.problem.name) == ("canonical", "renamed", "p0")
    assert match.score < 0.5


@pytest.mark.lean
def test_the_verifiers_canonical_forms(lean):
    """Of statements that elaborate; an answer that is written out means what it says."""
    theirs = problems("(x y : Nat) (h : x < y) (hy : y < 9) : x < ((9) : Nat)", ": ((True) : Prop) ↔ 1 = 1")
    ours = [statement("(a b : Nat) (two : b < 9) (one : a < b) : a < 9"), statement(": 1 = 1")]
    both = [*ours, *(problem.statement for problem in theirs)]
    verdicts = lean.check_all([(each, None) for each in both])
    assert {verdict.outcome for verdict in verdicts} == {Outcome.ELABORATES}
    forms = {each.id: verdict.canonical for each, verdict in zip(both, verdicts, strict=True)}
    assert [(m.kind, m.problem.name) for m in overlap(ours, theirs, forms).matches] == [("canonical", "p0")]


def test_short_statements_and_nothing():
    assert [m.kind for m in overlap([statement(": P"), statement(": Q")], problems(": P")).matches] == ["exact"]
    assert overlap([], problems(": P")).matches == ()
    assert overlap([statement(": P")], []).matches == ()


SIGNATURES = st.lists(
    st.lists(st.sampled_from(["a", "b", "+", "=", "2"]), min_size=1, max_size=9).map(lambda t: ": " + " ".join(t)),
    max_size=7,
)


def pairs(ours: list[str], theirs: list[str], forms: dict[str, str], near: float) -> set[tuple[str, str, str, float]]:
    found = overlap([statement(s) for s in ours], problems(*theirs), forms, near)
    return {(m.kind, m.training.signature, m.problem.statement.signature, m.score) for m in found.matches}


@given(SIGNATURES, SIGNATURES, st.sampled_from([0.2, 0.5, 1.0]), st.randoms(use_true_random=False))
def test_overlap_is_symmetric_and_no_order_matters(ours, theirs, near, random):
    forms = {statement(s).id: str(s.count("2")) for s in {*ours, *theirs} if "2" in s}
    found = pairs(ours, theirs, forms, near)
    assert {(kind, b, a, score) for kind, a, b, score in pairs(theirs, ours, forms, near)} == found
    assert pairs(random.sample(ours, len(ours)), random.sample(theirs, len(theirs)), forms, near) == found


@given(SIGNATURES, SIGNATURES, st.sampled_from([0.2, 0.5, 1.0]))
def test_near_is_what_comparing_all_pairs_finds(ours, theirs, near):
    def runs(signature: str) -> set[tuple[str, ...]]:
        words = signature.split()
        return {tuple(words[k : k + 5]) for k in range(len(words) - 4)} or {tuple(words)}

    expected = {
        (a, b) for a in ours for b in theirs
        if a == b or len(runs(a) & runs(b)) >= near * len(runs(a) | runs(b))
    }  # fmt: skip
    assert {(a, b) for _, a, b, _ in pairs(ours, theirs, {}, near)} == expected


def test_what_of_minif2f_is_in_lean_workbook():
    """Four rows of Lean Workbook. The second is a test item that everybody trains on: reported, not refused."""
    ours = [
        statement("(a b n : ℕ) (h₀ : 1 ≤ a ∧ a ≤ 9) (h₁ : 0 ≤ b ∧ b ≤ 9) (h₂ : n = 10 * a + b) (h₃ : n = a * b + a + b) : b = 9"),
        statement("(a b c : ℝ)\n (h₀ : 0 < a ∧ 0 < b ∧ 0 < c)\n (h₁ : c < a + b)\n (h₂ : b < a + c)\n (h₃ : a < b + c) :\n"
                  " 0 ≤ a^2 * b * (a - b) + b^2 * c * (b - c) + c^2 * a * (c - a)"),
        statement(":\n  ((100 ^ 2 - 7 ^ 2):ℝ) / (70 ^ 2 - 11 ^ 2) * ((70 - 11) * (70 + 11) / ((100 - 7) * (100 + 7))) = 1"),
        statement("(a b c: ℝ) (ha : a ≥ 0 ∧ b ≥ 0 ∧ c ≥ 0 ∧ a + b + c = 1): a^3 + b^3 + c^3 + (15 * a * b * c)/4 ≥ 1/4"),
    ]  # fmt: skip
    found = overlap(ours, load("minif2f", shared("minif2f")).problems)
    assert [(m.kind, m.training.id, m.problem.name) for m in found.matches] == [
        ("exact", ours[0].id, "amc12_2001_p2"), ("exact", ours[1].id, "imo_1983_p6"), ("near", ours[2].id, "amc12b_2020_p2"),
    ]  # fmt: skip
    assert contamination.test_items(ours) == {}


@given(st.sampled_from([TEST_ITEM, VALID_ITEM]), st.text(" \n\t", max_size=3), st.text("abc", min_size=1, max_size=4))
def test_a_fingerprint_does_not_see_space_or_names(signature, space, name):
    spaced = signature.replace(" ", " " + space)
    assert fingerprint(statement(spaced, name)) == fingerprint(statement(signature))
    assert fingerprint(replace(statement(signature), split="test", tags=("x",))) == fingerprint(statement(signature))
    assert fingerprint(statement(signature + " ∧ True")) != fingerprint(statement(signature))
