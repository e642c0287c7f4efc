"""Lean text as a person hands it in: nothing in it is passed over in silence."""

import pytest

from verify.records import Outcome
from verify.source import read_items, unprefixed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("set_option maxHeartbeats 400000 in\ntheorem t", " " * 34 + "\ntheorem t"),
        ("open Nat Real in theorem t", " " * 16 + " theorem t"),
        ("set_option maxRecDepth 9 in\nopen A.b in\ntheorem t", " " * 27 + "\n" + " " * 11 + "\ntheorem t"),
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
        ("open Nat hiding succ in\ntheorem t : 1 = 2 := rfl", Outcome.FAILED, ""),
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
