"""What the beginning of a proof leaves open, asked of the real Lean; and of a process that misbehaves (fake_repl.py)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from verify.pool import LeanPool, Limits
from verify.records import Goals, Outcome, Statement
from verify.toolchain import Toolchain

real = pytest.mark.lean
AND = "(p q : Prop) (hp : p) (hq : q) : p ∧ q"


def goals(lean, signature: str, beginning: str, heartbeats: int = 0) -> Goals:
    return lean.run(lean.pool.goals(Statement("t", signature), beginning, heartbeats))


@real
def test_the_goal_of_an_empty_beginning_is_the_statements(lean):
    state = goals(lean, AND, "")
    assert state.outcome is Outcome.ELABORATES and not state.done
    assert state.goals == ("p q : Prop\nhp : p\nhq : q\n⊢ p ∧ q",)
    assert goals(lean, AND, " \n").goals == state.goals


@real
def test_the_goals_that_tactics_leave(lean):
    left, right = goals(lean, AND, "constructor").goals
    assert left.endswith("⊢ p") and left.startswith("case left") and right.endswith("⊢ q")
    assert goals(lean, AND, "constructor\nexact hp").goals == (right,)
    assert goals(lean, AND, "  constructor\n  · exact hp").goals == (right,)
    assert goals(lean, AND, "constructor;").goals == (left, right)
    assert goals(lean, AND, "{ constructor }").goals == (left, right)
    assert goals(lean, AND, "refine ⟨?_, hq⟩ -- and then").goals == ("p q : Prop\nhp : p\nhq : q\n⊢ p",)


@real
@pytest.mark.parametrize(
    "beginning", ["exact ⟨hp, hq⟩", "constructor\nexact hp\nexact hq", "refine ⟨?_, hq⟩\nassumption"]
)
def test_no_goal_left_is_done_and_a_check_says_proved(lean, beginning):
    assert goals(lean, AND, beginning).done
    assert lean.check(AND, beginning).proved


@real
@pytest.mark.parametrize(
    ("beginning", "reason"),
    [
        ("exact hq", "Lean reports an error"),
        ("constructor\nexact hq", "Lean reports an error"),
        ("constructor\n· skip", "Lean reports an error"),
        ("exact (hp", "does not parse"),
        ("constructor\n\ntheorem u : 1 = 1 := rfl", "command"),
        ("/- open", "does not parse"),
    ],
)
def test_an_error_is_told_and_leaves_no_goals(lean, beginning, reason):
    state = goals(lean, AND, beginning)
    assert state.outcome in (Outcome.FAILED, Outcome.REFUSED) and reason in state.reason
    assert not state.reached and not state.done and state.goals == ()


@real
@pytest.mark.parametrize(
    "beginning", ["sorry", "constructor\n· sorry", "exact sorryAx _ false", "all_goals sorry", "run_tac pure ()"]
)
def test_what_a_proof_may_not_contain_its_beginning_may_not_either(lean, beginning):
    state = goals(lean, "(n : ℕ) : n = n + 1", beginning)
    assert state.outcome is Outcome.REFUSED and not state.done


@real
def test_what_a_candidate_prints_is_no_goal(lean):
    state = goals(lean, AND, 'trace "⊢ False"\nconstructor\ntrace_state')
    assert [goal.rpartition("⊢ ")[2] for goal in state.goals] == ["p", "q"]


@real
def test_a_false_statement_is_never_done_by_what_the_kernel_would_refuse(lean):
    """Elaboration leaves the kernel to the check: nothing open is not yet a proof."""
    signature = "(h : True) : (1 : ℕ) = 2"
    assert goals(lean, signature, "decide +kernel").done
    assert not lean.check(signature, "decide +kernel").proved


@real
def test_a_statement_out_of_the_profile_and_a_limit(lean):
    assert goals(lean, "(x : NoSuchType) : x = x", "").outcome is Outcome.OUT_OF_PROFILE
    state = goals(lean, "(a b c d : ℝ) (h : a * b = c) : (a + b + c + d) ^ 8 ≥ 0", "nlinarith [h]\nskip", 1)
    assert state.outcome is Outcome.TIMEOUT


@real
def test_one_question_leaves_nothing_to_the_next(lean):
    assert len(goals(lean, AND, "constructor").goals) == 2
    assert goals(lean, AND, "exact hq").outcome is Outcome.FAILED
    assert lean.check(AND, "exact ⟨hp, hq⟩").proved
    assert len(goals(lean, AND, "").goals) == 1


# --- what is no answer opens no state


@pytest.mark.parametrize(
    ("order", "outcome"),
    [
        ("", Outcome.INFRASTRUCTURE),  # it says `proved`
        ("crash", Outcome.INFRASTRUCTURE),
        ("crash-once 1", Outcome.INFRASTRUCTURE),  # asked again, it says `proved`
        ("hang", Outcome.TIMEOUT),
        ("flood", Outcome.FAILED),
        ("not-json", Outcome.INFRASTRUCTURE),
        ("raw []", Outcome.INFRASTRUCTURE),
        ('raw {"outcome": "goals", "goals": "p", "heartbeats": 1}', Outcome.INFRASTRUCTURE),
        ('raw {"outcome": "goals", "goals": [1], "heartbeats": 1}', Outcome.INFRASTRUCTURE),
        ('raw {"outcome": "goals", "goals": []}', Outcome.INFRASTRUCTURE),
        ('raw {"outcome": "elaborates", "goals": [], "reason": "", "heartbeats": 1, "ms": 1}', Outcome.INFRASTRUCTURE),
        ('raw {"outcome": "timeout", "reason": "heartbeat limit", "heartbeats": 1, "ms": 1}', Outcome.TIMEOUT),
        ('raw {"outcome": "goals", "goals": ["\\n⊢ p"], "heartbeats": 1}', Outcome.ELABORATES),
    ],
)
async def test_what_does_not_fit_is_no_state(tmp_path, order, outcome):
    command = (sys.executable, "-I", "-S", str(Path(__file__).with_name("fake_repl.py")), str(tmp_path))
    toolchain = Toolchain("fake", command, tmp_path, {"PATH": os.environ["PATH"]})
    async with LeanPool(toolchain, 1, Limits(wall_seconds=2, start_seconds=30)) as pool:
        state = await pool.goals(Statement("t", ": 1 = 1"), f"rfl -- do: {order}")
    assert state.outcome is outcome
    assert (state.reached, state.done) == (outcome is Outcome.ELABORATES, False)
    assert state.goals == (("⊢ p",) if state.reached else ())
