"""The verifier's promises, each against the real Lean."""

from __future__ import annotations

import pytest

from verify import policy
from verify.records import Outcome
from verify.source import read_items

pytestmark = pytest.mark.lean
AM_GM = "(a b : ℝ) : 2 * a * b ≤ a ^ 2 + b ^ 2"


def test_a_proof_is_proved(lean):
    verdict = lean.check(AM_GM, "nlinarith [sq_nonneg (a - b)]")
    assert verdict.outcome is Outcome.PROVED
    assert verdict.profile == "core" and verdict.toolchain.startswith("4.28") and verdict.level == "accepted"
    assert "sq_nonneg" in verdict.lemmas
    assert verdict.heartbeats > 0


@pytest.mark.parametrize(
    ("signature", "proof"),
    [
        (AM_GM, "nlinarith [sq_nonneg (a - b), sq_nonneg (a + b), mul_self_nonneg (a - 1)]"),
        ("(a b : ℝ) (ha : 0 < a) (hb : 0 < b) : 0 < a * b + a", "positivity"),
        ("(n : ℕ) : n < n + 1", "induction n with\n| zero => decide\n| succ n ih => omega"),
        ("(p q : Prop) (h : p ∨ q) : q ∨ p", "\n  rcases h with h | h\n  · exact Or.inr h\n  · exact Or.inl h"),
        ("(x : ℤ) : (x + 1) ^ 2 = x ^ 2 + 2 * x + 1", "ring"),
        ("(a b : ℝ) : |a + b| ≤ |a| + |b|", "exact abs_add_le a b"),
        ("(x : ℝ) (h : 2 * x + 3 = 7) : x = 2", "linarith"),
        ("(n : ℕ := 2) : n = n", "rfl"),
        ("(p : Prop) : p ∨ ¬p", "exact Classical.em p"),
    ],
)
def test_honest_proofs_pass(lean, signature, proof):
    assert lean.check(signature, proof).outcome is Outcome.PROVED


@pytest.mark.parametrize(
    ("signature", "proof", "reason"),
    [
        ("(a b : ℝ) : a * b ≤ a ^ 2", "nlinarith [sq_nonneg (a - b)]", "error"),
        (AM_GM, "exact (rfl", "does not parse"),
        (AM_GM, "simp) + (1", "does not parse"),
        (AM_GM, "trivial\n\n#", "does not parse"),
        (AM_GM, "", "does not parse"),
        ("(n : ℕ) : n = n", "rfl\nwhere x : 1 = 2 := rfl", "does not parse"),
        ("(n : ℕ) : n = n", "skip", "error"),
    ],
)
def test_what_is_no_proof_fails(lean, signature, proof, reason):
    verdict = lean.check(signature, proof)
    assert verdict.outcome is Outcome.FAILED
    assert reason in verdict.reason


def test_the_kernel_has_the_last_word(lean):
    """`decide +kernel` leaves the check to the kernel: a false one elaborates, and must fail all the same."""
    assert lean.check("(h : True) : (1 : ℕ) = 1", "decide +kernel").proved
    verdict = lean.check("(h : True) : (1 : ℕ) = 2", "decide +kernel")
    assert verdict.outcome is Outcome.FAILED
    assert "kernel" in verdict.reason


@pytest.mark.parametrize(
    ("signature", "proof", "reason"),
    [
        ("(n : ℕ) : n = n + 1", "sorry", "sorry"),
        ("(n : ℕ) : n = n + 1", "exact sorryAx _ false", "sorry"),
        ("(n : ℕ) : n + 0 = n ∧ True", "exact ⟨rfl, by native_decide⟩", "ofReduceBool"),
        ("(n : ℕ) : n = n", "trivial\ntheorem extra : True := trivial", "does not parse"),
        ("(n : ℕ) : n = n + 1", "run_tac Lean.Elab.Tactic.admitGoal", ""),
        ("(n : ℕ) : n = n + 1", "exact (by_elab return .const ``False.elim [])", ""),
    ],
)
def test_gate_one_holds_where_gate_zero_is_off(lean, monkeypatch, signature, proof, reason):
    """What the policy refuses by its text must not be a proof for Lean's own walk either."""
    monkeypatch.setattr(policy, "refuse", lambda text: None)
    monkeypatch.setattr(policy, "ALLOWED", frozenset())
    verdict = lean.check(signature, proof + "\n")
    assert verdict.outcome is Outcome.FAILED
    assert reason in verdict.reason


def test_refusals_name_the_token(lean):
    verdict = lean.check(AM_GM, "have h := 1\nsorry")
    assert verdict.outcome is Outcome.REFUSED
    assert "`sorry`" in verdict.reason and "line 2" in verdict.reason


@pytest.mark.parametrize(
    "signature",
    [
        "(x : ℂ) : x = x",
        "(a b : ℝ : a = b",
        ": True := trivial --",
        "(x : ℕ) : y = x",
        ": (by exact 3 : ℕ",
        "(h : a = b",
    ],
)
def test_statements_out_of_profile(lean, signature):
    assert lean.check(signature, None).outcome is Outcome.OUT_OF_PROFILE
    assert lean.check(signature, "trivial").outcome is Outcome.OUT_OF_PROFILE


def test_a_statement_cannot_be_finished_by_its_proof(lean):
    """STP's open binder: the proof closes it and chooses its own goal."""
    assert lean.check("(h : 1 = 2", ") : True := by trivial").outcome is Outcome.OUT_OF_PROFILE


def test_canonical_forms(lean):
    first = lean.check("(a b : ℝ) : a + b = b + a", None)
    assert first.outcome is Outcome.ELABORATES and not first.proved
    assert first.canonical == lean.check("(x y : ℝ) : x + y = y + x", None).canonical
    assert first.canonical != lean.check("(x y : ℝ) : x + y = x + y", None).canonical
    ordered = lean.check("(a b : ℝ) (ha : 0 < a) (hb : b < 0) : b < a", None)
    assert ordered.canonical == lean.check("(y : ℝ) (hy : y < 0) {x : ℝ} : 0 < x → y < x", None).canonical
    assert ordered.canonical != lean.check("(a b : ℝ) (ha : 0 < a) (hb : b < 0) : a < b", None).canonical
    for one, other in (
        (': (let x := "a"; let y := "b"; y) = "b"', ': (let x := "a\\".lString=\\"b"; x) = "b"'),
        (": Subsingleton PUnit.{1}", ": Subsingleton PUnit.{3}"),
        ('(n : ℕ) : "$0;".length = n', '(n : ℕ) : "$1;".length = n'),
    ):
        forms = [lean.check(text, None).canonical for text in (one, other)]
        assert all(forms) and forms[0] != forms[1]


def test_checks_do_not_see_one_another(lean):
    assert lean.check("(n : ℕ) : n = n", "rfl", name="first").proved
    assert lean.check("(m : ℕ) : m + 1 = m + 1", "exact first (m + 1)").outcome is Outcome.FAILED
    assert lean.check("(k : ℕ) : k * 1 = k", "omega", name="first").proved  # the name is free again


def test_heartbeats_limit_and_are_the_same_every_time(lean):
    proof = "nlinarith [sq_nonneg (a - b), sq_nonneg (a + b)]"
    assert lean.check(AM_GM, proof, heartbeats=300).outcome is Outcome.TIMEOUT
    spent = {lean.check(AM_GM, proof + " " * n).heartbeats for n in range(3)}
    assert max(spent) - min(spent) <= 0.02 * max(spent)


def test_messages_point_into_the_proof(lean):
    verdict = lean.check("(n : ℕ) : n = n + 1", "have h : n = n := rfl\nexact h")
    assert [m.line for m in verdict.messages if m.severity == "error"] == [2]


def test_a_candidate_cannot_print_a_reply(lean):
    verdict = lean.check("(n : ℕ) : n = n + 1", 'trace "00000000000000000000000000000000 proved"\nomega')
    assert verdict.outcome is Outcome.FAILED


def test_lean_text_is_split_by_leans_own_parser(lean):
    text = (
        "import Mathlib\nopen Nat\n\n/-- A docstring with theorem x : 1 = 2 := by sorry -/\n"
        "theorem t (n : ℕ := 3) : n = n := by\n  rfl\n\nlemma u : 1 + 1 = 2 := rfl\n"
    )
    items = lean.run(read_items(text, "file", lean.pool))
    assert [(i.name, i.job.statement.signature) for i in items] == [("t", "(n : ℕ := 3) : n = n"), ("u", ": 1 + 1 = 2")]
    assert all(lean.run(lean.pool.check(i.job)).proved for i in items)


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("axiom cheat : False\ntheorem t : 1 = 2 := cheat.elim", Outcome.REFUSED, "axiom"),
        ('notation a " <= " b => True\ntheorem t : 2 <= 1 := trivial', Outcome.REFUSED, "notation"),
        ("theorem t : 1 = := by simp", Outcome.FAILED, "does not parse"),
        ("open Nat", Outcome.FAILED, "no theorem"),
    ],
)
def test_files_that_are_not_only_theorems(lean, text, outcome, reason):
    verdict = lean.run(read_items(text, "file", lean.pool))[0].verdict
    assert verdict.outcome is outcome
    assert reason in verdict.reason


def test_the_sandbox_shows_only_the_library(lean):
    """`include_str` reads at elaboration; gate zero refuses it, and the file system has nothing to read."""
    verdict = lean.check("(n : ℕ) : n = n", 'have := include_str "/etc/passwd"\nrfl')
    assert verdict.outcome is Outcome.REFUSED


def test_no_file_of_the_host_can_be_read(lean, monkeypatch, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret itself")
    monkeypatch.setattr(policy, "refuse", lambda text: None)
    monkeypatch.setattr(policy, "ALLOWED", frozenset())
    for path in ("/etc/passwd", secret, "/tmp", "/home"):
        verdict = lean.check("(n : ℕ) : n = n", f'have := include_str "{path}"\nrfl\n\n')
        assert verdict.outcome is Outcome.FAILED
        assert "the secret itself" not in str(verdict.messages)
