"""Lean text as a person hands it in: nothing in it is passed over in silence."""

import json

import pytest

from verify.records import Job, Outcome, Statement
from verify.source import read_items, unprefixed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("set_option maxHeartbeats 400000 in\ntheorem t", " " * 34 + "\ntheorem t"),
        ("open Nat Real in theorem t", " " * 16 + " theorem t"),
        ("set_option maxRecDepth 9 in\nopen Rat in\ntheorem t", " " * 27 + "\n" + " " * 11 + "\ntheorem t"),
        ("open A.b in\ntheorem t", "open A.b in\ntheorem t"),
        ("open Nat hiding succ in\ntheorem t", "open Nat hiding succ in\ntheorem t"),
        ('theorem t : "\nopen Nat in " = "', 'theorem t : "\nopen Nat in " = "'),
        ("theorem t :\nopen Nat in\nModEq 2 1 1", "theorem t :\nopen Nat in\nModEq 2 1 1"),
        ("/-\nopen Nat in theorem -/ theorem t", "/-\nopen Nat in theorem -/ theorem t"),
        ("open Nat\ntheorem t : ∑ i in s, i = 0", "open Nat\ntheorem t : ∑ i in s, i = 0"),
        ("theorem t := by\n  open Nat in simp", "theorem t := by\n  open Nat in simp"),
    ],
)
def test_what_wraps_a_theorem_is_taken_off(before, after):
    assert unprefixed(before) == after


@pytest.mark.lean
@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("open Nat in\ntheorem t : 1 = 2 := by decide", Outcome.FAILED, ""),
        ("set_option maxRecDepth 900 in open Nat in\ntheorem t : 1 = 2 := rfl", Outcome.REFUSED, "not allowed beside"),
        ("open Nat in\ntheorem t : 1 = 1 := rfl", Outcome.PROVED, ""),
        ("open Nat hiding succ in\ntheorem t : 1 = 2 := rfl", Outcome.REFUSED, "not allowed beside"),
        ("open Int\ntheorem t : 1 = 1 := rfl", Outcome.REFUSED, "opens Int, which"),
        ("open\n  Int\ntheorem t : 1 = 1 := rfl", Outcome.REFUSED, "opens Int, which"),
        ('theorem t : "\nopen Int in " = "\n            " := by rfl', Outcome.FAILED, ""),
        ("theorem t :\nopen Int in\nModEq 2 (0 - 1) 0 := by rfl", Outcome.OUT_OF_PROFILE, "Ambiguous"),
        ('theorem t : "\nlemma b".length = 10 := by rfl', Outcome.FAILED, ""),
        ('theorem t : "\nlemma b".length = 8 := by rfl', Outcome.PROVED, ""),
        (
            "theorem t--\n(Odd : ℕ → Prop)\n: ∃ n : ℕ, Odd n := by\n  exact ⟨1, 0, rfl⟩",
            Outcome.OUT_OF_PROFILE,
            "not a theorem",
        ),
        ("variable (n : Nat) in\ntheorem t : 1 = 2 := rfl", Outcome.REFUSED, "not allowed beside"),
        ("theorem t : 1 = 1 := /- c -/ by trivial", Outcome.PROVED, ""),
        ("theorem/-c-/foo : True := trivial", Outcome.OUT_OF_PROFILE, "not a theorem"),
        ("theorem t : 1 = 1 := by exact \ud800", Outcome.FAILED, ""),
    ],
)
def test_a_theorem_beside_an_easy_one(lean, text, outcome, reason):
    """Each text comes with an easy theorem, which must not speak for it."""
    items = lean.run(read_items(f"theorem easy : True := trivial\n\n{text}", "file", lean.pool))
    verdicts = [item.verdict or lean.run(lean.pool.check(item.job)) for item in items]
    assert verdicts[-1].outcome is outcome
    assert reason in verdicts[-1].reason


@pytest.mark.lean
def test_messages_of_a_statement_of_many_lines(lean):
    verdict = lean.check("(n : ℕ)\n  (h : n = 1)\n  : n = 1", "have : 1 = 1 := rfl\nexact nothing")
    assert [m.line for m in verdict.messages if m.severity == "error"] == [2]


@pytest.mark.lean
@pytest.mark.parametrize(
    ("true", "false", "proof"),
    [
        ("(a : ℕ) -- x\n(h : a = a + 1) --\n : a = a + 1", "(a : ℕ) -- x (h : a = a + 1) --\n : a = a + 1", "exact h"),
        (': "a b".length = 3', ': "a  b".length = 3', "rfl"),
        (": ' '.toNat = 32", ": '\u00a0'.toNat = 32", "rfl"),
    ],
)
def test_no_statement_answers_for_one_that_differs_in_blanks(lean, true, false, proof):
    assert lean.check(true, proof).outcome is Outcome.PROVED
    assert lean.check(false, proof).outcome is Outcome.FAILED


@pytest.mark.lean
def test_no_statement_answers_for_one_in_another_namespace(lean):
    verdicts = [
        lean.run(lean.pool.check(Job(Statement(f"{space}.t", ": ModEq 2 (0 - 1) 0"), "rfl")))
        for space in ("Nat", "Int")
    ]
    assert [verdict.outcome for verdict in verdicts] == [Outcome.PROVED, Outcome.FAILED]


@pytest.mark.lean
@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        ("import Mathlib\nopen BigOperators Real Nat Topology Rat\n@[simp] ", Outcome.PROVED),
        ("open Int\n", Outcome.OUT_OF_PROFILE),
        ("open\n Int Nat in ", Outcome.OUT_OF_PROFILE),
        ("def f := 1\n", Outcome.PROVED),
        ("def ModEq := 1\n", Outcome.OUT_OF_PROFILE),
    ],
)
def test_a_row_leans_on_nothing_that_stands_before_its_theorem(lean, before, outcome):
    row = {"statement": f"{before}theorem t : ModEq 2 3 1", "proof": "rfl"}
    (item,) = lean.run(read_items(json.dumps(row), "rows", lean.pool))
    assert (item.verdict or lean.run(lean.pool.check(item.job))).outcome is outcome
