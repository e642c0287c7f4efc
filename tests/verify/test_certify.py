"""Gate 2 against the real Lean: a process that never saw the candidate accepts terms, and nothing else."""

from __future__ import annotations

import json

import pytest

from verify import install
from verify.pool import CERTIFIED, LeanPool
from verify.records import Outcome

pytestmark = [pytest.mark.lean, pytest.mark.xdist_group("certify")]  # one test process starts the two Leans

AM_GM = "(a b : ℝ) : 2 * a * b ≤ a ^ 2 + b ^ 2"
HONEST = [
    (AM_GM, "nlinarith [sq_nonneg (a - b)]"),
    ("(n : ℕ) : n < n + 1", "induction n with\n| zero => decide\n| succ n ih => omega"),
    ('(s : String) (h : s = "a\\n") : s ≠ "b"', "simp [h]"),
    (
        "(p q : Prop) : (p → q) ∨ (q → p)",
        "by_cases h : p\n· exact Or.inr fun _ => h\n· exact Or.inl fun hp => absurd hp h",
    ),
    (".{u} (α : Type u) (a b : α) (h : a = b) : b = a", "exact h.symm"),
    ("(a b : ℝ) (h : a = b ∧ True) : b = a", "let x := h.1\nhave : b = a := x.symm\nexact this"),
    (  # a term deeper than the stack of a recursion over it
        "(a b c d : ℝ) (h₀ : b = a ^ 2) (h₁ : a + b = 1) (h₂ : d = c ^ 2) (h₃ : c + d = 1) (h₄ : a ≠ c) : "
        "(a - c) ^ 2 + (b - d) ^ 2 = 10",
        "nlinarith [sq_nonneg (a - c), sq_nonneg (a + c), sq_nonneg (b - d), sq_nonneg (b + d)]",
    ),
]


@pytest.mark.parametrize(("signature", "proof"), HONEST)
def test_honest_proofs_are_certified(certifying, signature, proof):
    verdict = certifying.check(signature, proof)
    assert verdict.proved, verdict.reason
    assert verdict.level == CERTIFIED


def test_what_is_refused_before_stays_refused(certifying):
    assert certifying.check("(a : ℝ) : a ^ 2 < 0", "nlinarith").outcome is Outcome.FAILED
    assert certifying.check("(a : ℝ) : a = a", "sorry").outcome is Outcome.REFUSED


def term(kind: str, type_: list, value: list, name: str = "t") -> dict:
    """An export of one declaration whose type and value are single nodes."""
    return {
        "nodes": [type_, value],
        "declarations": [{"kind": kind, "name": name.split("."), "levels": [], "type": 0, "value": 1}],
    }


def constant(name: str) -> list:
    return ["const", name.split("."), []]


TRUE, FALSE, INTRO = constant("True"), constant("False"), constant("True.intro")
FORGED = {
    "an honest one passes": ("theorem t : True", term("theorem", TRUE, INTRO), "proved", ""),
    "a term of another type": ("theorem t : False", term("theorem", FALSE, INTRO), "failed", "kernel"),
    "another statement": ("theorem t : False", term("theorem", TRUE, INTRO), "failed", "something else"),
    "another name": ("theorem t : True", term("theorem", TRUE, INTRO, "s"), "failed", "no theorem of that name"),
    "a definition": ("theorem t : True", term("def", TRUE, INTRO), "failed", "no theorem of that name"),
    "an axiom": ("theorem t : False", term("axiom", FALSE, INTRO), "failed", "cannot be read"),
    "a name that is taken": ("theorem t : True", term("theorem", TRUE, INTRO, "sq_nonneg"), "failed", "kernel"),
    "nothing": ("theorem t : True", {"nodes": [], "declarations": []}, "failed", "no theorem of that name"),
    "no export": ("theorem t : True", None, "failed", "cannot be read"),
    "no object": ("theorem t : True", [1, "x"], "failed", "cannot be read"),
    "a node that is none": ("theorem t : True", term("theorem", TRUE, ["magic"]), "failed", "cannot be read"),
    "a free variable": ("theorem t : True", term("theorem", TRUE, ["fvar", ["x"]]), "failed", "cannot be read"),
    "a loose variable": ("theorem t : True", term("theorem", TRUE, ["bvar", 0]), "failed", "kernel"),
    "a node before its parts": ("theorem t : True", term("theorem", TRUE, ["app", 5, 6]), "failed", "cannot be read"),
    "itself": ("theorem t : False", term("theorem", FALSE, constant("t")), "failed", "kernel"),
    "an unknown constant": ("theorem t : False", term("theorem", FALSE, constant("elsewhere")), "failed", "kernel"),
}


@pytest.mark.parametrize("case", FORGED)
def test_forged_terms(certifying, case):
    statement, export, outcome, reason = FORGED[case]
    reply = certifying.certify(statement, export)
    assert reply["outcome"] == outcome
    assert reason in reply["reason"]


def test_an_axiom_that_is_not_allowed(certifying):
    """`False` by sorryAx, behind a second theorem; the same shape over `propext` is fine."""
    nodes = [FALSE, ["const", ["sorryAx"], [["zero"]]], ["const", ["Bool", "false"], []], ["app", 1, 0], ["app", 3, 2]]
    hidden = {"kind": "theorem", "name": ["hidden"], "levels": [], "type": 0, "value": 4}
    shown = {"kind": "theorem", "name": ["t"], "levels": [], "type": 0, "value": 5}
    reply = certifying.certify(
        "theorem t : False", {"nodes": [*nodes, constant("hidden")], "declarations": [hidden, shown]}
    )
    assert reply["outcome"] == "failed"
    assert "sorryAx" in reply["reason"]
    assert certifying.check("(p q : Prop) (h : p ↔ q) : p = q", "exact propext h").axioms == ("propext",)


def test_a_disagreement_is_an_alarm_and_is_kept(certifying, monkeypatch, caplog, tmp_path):
    """Gate 1 fooled (its reply is exchanged): no proof comes of it, and the case is on the disk."""
    monkeypatch.setattr(install, "home", lambda: tmp_path)
    honest = LeanPool._ask

    async def fooled(pool, lane, request):
        reply = await honest(pool, lane, request)
        return {**reply, "export": term("theorem", FALSE, INTRO)} if request["op"] == "check" else reply

    monkeypatch.setattr(LeanPool, "_ask", fooled)
    verdict = certifying.check("(n : ℕ) : n = n ∧ True", "simp")
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason.startswith("not certified") and verdict.level == ""
    kept = json.loads(next((tmp_path / "evidence").glob("*.json")).read_text())
    assert (
        kept["proof"] == "simp" and kept["accepted"]["outcome"] == "proved" and kept["refused"]["outcome"] == "failed"
    )
    assert "gate 2 refuses" in caplog.text
