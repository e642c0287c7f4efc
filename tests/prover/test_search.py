"""Proofs from the grammar: as many as asked, all different, and about the statement's own variables."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conjecture.library import seed_theorems
from prover.search import CLOSERS, binders, candidates, hints
from verify.policy import refuse
from verify.records import Statement

AMGM = Statement("t", "(a b : ℝ) (ha : 0 < a) (hb : b ≥ 0) : 2 * a * b ≤ a ^ 2 + b ^ 2")
STATEMENTS = [
    AMGM,
    Statement("t", ": 1 = 1"),
    Statement("t", "(n : ℕ) (h : n = 3) : n + 0 = 3"),
    Statement("t", "(p q : Prop) (h : p ∧ q) : q ∧ p"),
    Statement("t", "{x y z : ℤ} : ∀ w : ℤ, x = y → w = w"),
    *(theorem.statement for theorem in seed_theorems()[::10]),
]


def draw(statement, count, seed=0):
    return candidates(statement, count, np.random.default_rng(seed))


def test_binders():
    assert binders(AMGM) == ([("a", "real"), ("b", "real")], [("ha", "0 < a"), ("hb", "b ≥ 0")])
    assert binders(Statement("t", "{n : ℕ} (z : ℤ) (f : ℕ → ℕ) : n = n")) == ([("n", "natural"), ("z", "integer")], [])


def test_hints_of_two_positive_reals():
    found = hints(AMGM)
    assert {"sq_nonneg (a - b)", "sq_nonneg (a + b)", "mul_pos ha hb", "mul_self_nonneg (a - b)"} <= set(found)
    assert len(set(found)) == len(found)
    assert hints(Statement("t", ": 1 = 1")) == []


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s.name)
def test_hints_speak_of_the_statement_only(statement):
    variables, hypotheses = binders(statement)
    own = {name for name, _ in variables + hypotheses} | {"sq_nonneg", "mul_pos", "mul_self_nonneg"}
    for hint in hints(statement):
        assert set(re.findall(r"[^\W\d][\w']*", hint)) <= own
        assert refuse(hint) is None


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(STATEMENTS), st.integers(0, 60), st.integers(0, 2**32))
def test_candidates_are_repeatable_different_and_at_most_so_many(statement, count, seed):
    found = draw(statement, count, seed)
    assert found == draw(statement, count, seed)
    assert len(set(found)) == len(found) == min(count, len(found))
    assert len(found) >= min(count, len(CLOSERS))
    assert all(refuse(proof) is None and proof.strip() for proof in found)


def test_steps_follow_the_shape_of_the_statement():
    assert set(draw(Statement("t", ": 1 = 1"), 50)) == set(CLOSERS)
    shapes = {
        "(n : ℕ) : n = n": "induction n with\n| zero =>",
        "(n : ℕ) (h : n = 3) : n = 3": "subst h\n",
        "(p q : Prop) (h : p ∧ q) : q": "obtain ⟨h1, h2⟩ := h\n",
        "(p q : Prop) : q ↔ p": "constructor <;> ",
        "(p q : Prop) : q → p": "intro x\n",
    }
    for signature, beginning in shapes.items():
        assert any(proof.startswith(beginning) for proof in draw(Statement("t", signature), 99)), signature


def test_other_seeds_give_other_proofs():
    assert draw(AMGM, 20, 1) != draw(AMGM, 20, 2)
