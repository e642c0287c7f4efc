"""The shared records: identity by content, and nothing lost on the way to JSON and back."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.records import Attempt, Example, Job, Message, Outcome, Role, Statement, Verdict, content_id


@given(st.lists(st.text()), st.lists(st.text()))
def test_content_ids_are_equal_exactly_for_equal_parts(a, b):
    assert (content_id(*a) == content_id(*b)) == (a == b)
    assert len(content_id(*a)) == 16


def test_content_ids_do_not_depend_on_the_machine():
    assert content_id("statement", ": True") == "6b8af67b87c882f9"
    assert content_id("ab", "c") != content_id("a", "bc") != content_id("abc")


@pytest.mark.parametrize(
    ("text", "name", "signature"),
    [
        ("theorem t : True", "t", ": True"),
        ("theorem t: True", "t", ": True"),
        ("lemma foo.bar' (n : ℕ) : n = n", "foo.bar'", "(n : ℕ) : n = n"),
        ("  theorem\n  t\n  {α : Type} [Ring α]\n  : p  ", "t", "{α : Type} [Ring α]\n  : p"),
        ("theorem t(n : ℕ) : n = n", "t", "(n : ℕ) : n = n"),
        ("theorem t[Ring α] : p", "t", "[Ring α] : p"),
        ("theorem t⦃x : ℕ⦄ : p", "t", "⦃x : ℕ⦄ : p"),
        ("theorem «a : b».c : p", "«a : b».c", ": p"),
        ("theorem t.u.{u, v} (α : Type u) : p", "t.u", ".{u, v} (α : Type u) : p"),
    ],
)
def test_parse(text, name, signature):
    statement = Statement.parse(text, source="here")
    assert (statement.name, statement.signature, statement.source) == (name, signature, "here")
    assert statement.text == f"theorem {name} {signature}"


@pytest.mark.parametrize(
    "text", ["", "def x : ℕ", "theorem", "theoremt : p", "example : p", "theorem : p", "x theorem t : p"]
)
def test_what_is_no_theorem_is_refused(text):
    with pytest.raises(ValueError, match="not a theorem"):
        Statement.parse(text)


def test_identity_is_the_signature_up_to_white_space():
    one = Statement("a", "(n : ℕ) :\n    n = n", source="x", split="test", tags=("t",))
    assert one.id == Statement("b", "(n : ℕ) : n = n").id
    assert one.id != Statement("a", "(m : ℕ) : m = m").id
    assert one.id != Statement("a", "(n : ℕ) : n=n").id
    row = one.to_dict()
    assert json.loads(json.dumps(row)) == row
    assert (row["id"], row["tags"], row["parents"]) == (one.id, ["t"], [])


def test_attempts_are_told_apart_by_their_place_not_by_their_text():
    one = Attempt("s", "simp", 1, 2, "prover")
    assert one.id == dataclasses.replace(one, proof="ring", tokens=9).id
    others = [
        dataclasses.replace(one, **{k: v})
        for k, v in [("statement_id", "r"), ("round", 2), ("sample", 3), ("sampler", "search")]
    ]
    assert len({one.id, *(other.id for other in others)}) == 5
    assert Attempt("s", "", 1, 12, "p").id != Attempt("s", "", 11, 2, "p").id


def test_a_job_is_its_statement_proof_and_limit():
    one = Job(Statement("a", ": p"), "simp", 5)
    assert one.key == Job(Statement("a", ": p", source="elsewhere"), "simp", 5).key
    keys = {
        one.key,
        Job(Statement("a", ":  p"), "simp", 5).key,
        Job(Statement("b", ": p"), "simp", 5).key,
        Job(one.statement, None, 5).key,
        Job(one.statement, "", 5).key,
        Job(one.statement, "simp").key,
    }
    assert len(keys) == 6


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("theorem t (a : ℕ) -- x\n(h : a = a + 1) --\n : a = a + 1", "theorem t (a : ℕ) -- x (h : a = a + 1) --\n : a = a + 1"),
        ('theorem t : "a b".length = 3', 'theorem t : "a  b".length = 3'),
        ("theorem t : ' '.toNat = 32", "theorem t : '\u00a0'.toNat = 32"),
        ("theorem t : x = y", "theorem t : x\u00a0= y"),
        ("theorem Nat.t : ModEq 2 (0 - 1) 0", "theorem Int.t : ModEq 2 (0 - 1) 0"),
        ("theorem «Nat».t : p", "theorem t : p"),
        ("theorem t : let f := g\n  h = k; q", "theorem t : let f := g h = k; q"),
        ("theorem t : «a b» = 1", "theorem t : «a  b» = 1"),
    ],
)  # fmt: skip
def test_what_lean_may_read_otherwise_is_another_statement(one, other):
    assert Statement.parse(one).id != Statement.parse(other).id


def test_names_are_no_part_of_it_but_for_their_namespace():
    ids = {Statement(name, ": p").id for name in ("t", "u'", "t_1", "step-1-2", "1.json", "v1.5", "a b.c")}
    assert len(ids) == 1
    assert Statement("A.b.t", ": p").id == Statement("A.b.u", ": p").id not in ids


VERDICTS = st.builds(
    Verdict,
    st.sampled_from(Outcome),
    st.text(),
    st.text(),
    axioms=st.lists(st.text()).map(tuple),
    lemmas=st.lists(st.text()).map(tuple),
    messages=st.lists(st.builds(Message, st.text(), st.integers(), st.integers(), st.text()), max_size=3).map(tuple),
    heartbeats=st.integers(),
    seconds=st.floats(allow_nan=False),
    canonical=st.text(),
)


@given(VERDICTS)
def test_verdicts_survive_json(verdict):
    again = Verdict.from_dict(json.loads(json.dumps(verdict.to_dict())))
    assert again == verdict
    assert again.outcome is verdict.outcome


@pytest.mark.parametrize("outcome", Outcome)
def test_only_proved_is_proved(outcome):
    assert Verdict(outcome, "", "core").proved is (outcome is Outcome.PROVED)


def test_an_unknown_outcome_is_no_outcome():
    row = Verdict(Outcome.PROVED, "", "core").to_dict() | {"outcome": "probably"}
    with pytest.raises(ValueError, match="probably"):
        Verdict.from_dict(row)


def test_records_cannot_be_changed():
    for record in (Statement("a", ": p"), Verdict(Outcome.FAILED, "", "core"), Example(Role.PROVE, "a", "b")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, dataclasses.fields(record)[0].name, "x")
