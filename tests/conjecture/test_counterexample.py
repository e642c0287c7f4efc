"""The search for counterexamples: Lean's conventions, exact values, and Lean has the last word."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conjecture.counterexample import VALUES, Unreadable, contradiction, negation, proposition, search
from conjecture.gates import ABSURD_PROOF
from verify.policy import refuse
from verify.records import Statement

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "types", "values", "truth"),
    [
        ("a - 1 + 1 = a", "ℕ", (0,), False),  # truncated
        ("a - 1 + 1 = a", "ℤ", (0,), True),
        ("a / 2 * 2 = a", "ℕ", (3,), False),
        ("a / 2 * 2 = a", "ℝ", (Fraction(3),), True),
        ("a / 0 = 0", "ℝ", (HALF,), True),
        ("a / 0 = 0 ∧ a % 0 = a", "ℤ", (5,), True),
        ("a / 2 = -4 ∧ a % 2 = 1", "ℤ", (-7,), True),  # Euclidean
        ("a / -2 = 4 ∧ a % -2 = 1", "ℤ", (-7,), True),
        ("0 ∣ a ↔ a = 0", "ℕ", (3,), True),
        ("-a ^ 2 ≤ 0", "ℝ", (HALF,), True),
        ("2 ^ 3 ^ 2 = 512", "ℕ", (0,), True),
        ("a - 1 - 1 = a - 2", "ℤ", (9,), True),
        ("8 / 4 / 2 = 1", "ℕ", (0,), True),
        ("1 / 2 = 0", "ℕ", (0,), True),  # numerals alone are natural numbers
        ("(1 : ℝ) / 2 > 0", "ℝ", (HALF,), True),
        ("|a| = 1 / 2", "ℝ", (-HALF,), True),
        ("¬ a = 0 ∧ a < 1", "ℝ", (HALF,), True),
        ("a < 0 → a > 0 → a = 7", "ℝ", (HALF,), True),
        ("a = 1 ∨ a = 2 ∧ a = 3", "ℕ", (1,), True),
        ("(a = 1 ∨ a = 2) ∧ a = 3", "ℕ", (1,), False),
        ("(a + 1) * 2 = 3", "ℝ", (HALF,), True),
        ("a → ¬ a", "Prop", (True,), False),
        ("a ∧ True ↔ a", "Prop", (False,), True),
    ],
)
def test_truth_is_leans(text, types, values, truth):
    names = dict(zip("abc", types.split(), strict=False))
    assert proposition(text, names)(dict(zip(names, values, strict=True))) is truth


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "∀ x, x = a",
        "Real.sqrt a = 1",
        "a = b",
        "a + = 1",
        "a = 1)",
        "(a = 1",
        "a < a < a",
        "a % 2 = 1",
        "2 ∣ a",
        "n = a",
        "a ^ a = 1",
        "∃ x, x = a",
    ],
)
def test_what_cannot_be_read(text):
    with pytest.raises(Unreadable):
        proposition(text, {"a": "ℝ", "n": "ℕ"})


def test_search_tells_three_things_apart():
    assert search(Statement("t", "(a b : ℝ) : a ≤ b")).refuting
    true = search(Statement("t", "(a b : ℝ) (h : a < b) : a ≤ b"))
    assert true.refuting is None and true.satisfied
    absurd = search(Statement("t", "(a : ℝ) (h : a < a) : a = 3"))
    assert absurd.refuting is None and not absurd.satisfied
    unread = search(Statement("t", "(a : ℝ) : Real.sqrt a = 1"))
    assert unread.refuting is None and not unread.satisfied
    assert search(Statement("t", ": (1 : ℝ) = 2")).refuting == {}


@settings(deadline=None)
@given(st.lists(st.sampled_from(["ℝ", "ℤ", "ℕ"]), min_size=1, max_size=6), st.integers(0, 9))
def test_search_is_a_function_of_its_seed_and_its_values_refute(types, seed):
    names = "abcdef"[: len(types)]
    binders = " ".join(f"({name} : {type_})" for name, type_ in zip(names, types, strict=True))
    statement = Statement("t", f"{binders} : " + " ∨ ".join(f"{name} ^ 2 ≠ 1" for name in names))
    found = search(statement, seed, tries=500)
    assert found == search(statement, seed, tries=500)
    if found.refuting is not None:
        assert all(
            found.refuting[name] in VALUES[type_] and found.refuting[name] ** 2 == 1
            for name, type_ in zip(names, types, strict=True)
        )


def test_a_counterexample_as_a_proof():
    statement = Statement("t", "(a b : ℝ) (h : 0 < a) : a ≤ b")
    negated, proof = negation(statement, {"a": HALF, "b": Fraction(-1)})
    assert negated.signature == ": ¬ (∀ (a : ℝ) (b : ℝ) (h : 0 < a), a ≤ b)"
    assert "(h (1/2 : ℝ) (-1 : ℝ) (by" in proof
    assert refuse(proof) is None and refuse(ABSURD_PROOF) is None


def test_only_hypotheses_can_contradict():
    assert contradiction(Statement("t", "(a b : ℝ) : a ≤ b")) is None
    assert contradiction(Statement("t", "[Foo ℝ] : 1 = 1")) is None
    assert contradiction(Statement("t", "(a : ℝ) (h : a < a) : 1 = 2")).signature == "(a : ℝ) (h : a < a) : False"


FALSE = [
    "(a b : ℝ) : (a + b) ^ 2 + b ^ 2 ≤ 2 ^ 2",
    "(p q : Prop) : q",
    "(a b : ℤ) : 4 ∣ a + b",
    "(n : ℕ) (h : 2 ∣ n) : 2 * n ∣ n",
    "(n : ℕ) : n % 5 * n % 2 = 1",
    "(a b c : ℝ) (h : 4 ≤ a + b) : a ≤ b + c ^ 2",
    "(n : ℕ) : n - 1 + 1 = n",
    "(a : ℤ) {b : ℤ} : a / b * b = a",
    "(x : ℝ) (hx : x ≠ 0) : |x| = x",
    "(a b : ℝ) : a < b → a ^ 2 < b ^ 2",
    "(p q : Prop) (h : p → q) : q → p",
    ": (1 : ℝ) / 3 = 2",
]


@pytest.mark.lean
def test_lean_believes_the_counterexamples(lean):
    """Each is refuted by its negation; a true look-alike is not (the verdict on a wrong negation is no proof)."""
    asked = [negation(s, search(s).refuting) for s in (Statement("t", signature) for signature in FALSE)]
    verdicts = lean.check_all(asked)
    assert [s.signature for (s, _), v in zip(asked, verdicts, strict=True) if not v.proved] == []
    wrong = negation(Statement("t", "(a b : ℝ) (h : a < b) : a ≤ b"), {"a": Fraction(0), "b": Fraction(1)})
    assert not lean.check_all([wrong])[0].proved


@pytest.mark.lean
@pytest.mark.parametrize(
    "hypotheses",
    ["(a : ℝ) (h : a < a)", "(n : ℕ) (h : n < 0)", "(p : Prop) (h : p) (k : ¬p)", "(x y : ℝ) (h : x ^ 2 + y ^ 2 < 0)"],
)
def test_lean_finds_contradictory_hypotheses(lean, hypotheses):
    absurd = contradiction(Statement("t", f"{hypotheses} : 1 = 2"))
    assert lean.check(absurd.signature, ABSURD_PROOF).proved
    assert not lean.check("(a : ℝ) (h : 0 < a) : False", ABSURD_PROOF).proved


def test_values_of_every_type_are_distinct():
    for values in VALUES.values():
        assert all(a != b for a, b in itertools.combinations(values, 2)) or values == VALUES["Prop"]
