"""Which proofs are learnt from again, and what they weigh: STP's worked numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conjecture.band import Band
from training.ledger import Tally
from training.replay import (
    HEARTBEATS_PER_SECOND,
    ProofWeights,
    Replayed,
    Retraining,
    all_proofs,
    proof_weight,
    recent_proofs,
)

STP = ProofWeights(0.001, 0.01)


def test_the_weight_of_a_proof():
    assert proof_weight("p" * 200, 4, 3 * HEARTBEATS_PER_SECOND, STP) == pytest.approx(0.198633, abs=1e-6)
    assert proof_weight("p" * 200) == pytest.approx(0.818731, abs=1e-6)
    assert proof_weight("p" * 200, 4) == pytest.approx(0.204683, abs=1e-6)
    assert proof_weight("", 1) == 1


def test_each_penalty_can_be_left_out():
    long, slow = "p" * 200, 5 * HEARTBEATS_PER_SECOND
    assert proof_weight(long, 4, slow, ProofWeights(0.0, 0.01)) == pytest.approx(math.exp(-0.05) / 4)
    assert proof_weight(long, 4, slow, ProofWeights(0.001, 0.0)) == pytest.approx(math.exp(-0.2) / 4)
    assert proof_weight(long, 4, slow, ProofWeights(0.0, 0.0)) == 0.25


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 50), st.integers(0, 10**7))
def test_shorter_cheaper_and_rarer_proofs_weigh_more(a, b, distinct, heartbeats):
    short, long = sorted((a, b))
    assert (
        0 < proof_weight("p" * long, distinct, heartbeats, STP) <= proof_weight("p" * short, distinct, heartbeats, STP)
    )
    assert proof_weight("p" * a, distinct + 1) < proof_weight("p" * a, distinct)
    assert proof_weight("p" * a, distinct, heartbeats + 1000, STP) < proof_weight("p" * a, distinct, heartbeats, STP)


WINDOW = [
    [Tally("s", 4, 3, ("a", "b")), Tally("t", 4, 2, ("x",)), Tally("u", 4, 0, ())],
    [Tally("s", 4, 1, ("a",)), Tally("t", 4, 2, ("y",)), Tally("v", 4, 4, ("easy",))],
]


def test_the_code_measures_over_the_window_and_keeps_a_half():
    found = recent_proofs(WINDOW, Band(0.5, True), "window")
    assert found == [Replayed("s", "a", 2), Replayed("s", "b", 2), Replayed("t", "x", 2), Replayed("t", "y", 2)]


def test_the_paper_wants_less_than_a_half_in_the_round_itself():
    assert recent_proofs(WINDOW, Band(0.5, False), "round") == [Replayed("s", "a", 2)]  # 1 of 4 in the second round
    assert recent_proofs(WINDOW, Band(0.5, False), "window") == []
    assert [r.proof for r in recent_proofs(WINDOW, Band(0.5, True), "round")] == ["a", "x", "y"]


def test_without_the_filter_every_proof_is_replayed():
    found = recent_proofs(WINDOW, Band(1.0, True), "window")
    assert {(r.statement, r.proof) for r in found} == {("s", "a"), ("s", "b"), ("t", "x"), ("t", "y"), ("v", "easy")}
    assert recent_proofs([], Band(1.0, True)) == []


ROUNDS = [
    [Tally("given", 32, 30, tuple(f"g{n:02}" for n in range(20))), Tally("c", 32, 8, ("c1", "c2"))],
    [Tally("given", 32, 4, ("g99",)), Tally("c", 32, 9, ("c3",)), Tally("never", 32, 0, ())],
]


def retrained(settings, seed=0):
    return all_proofs(ROUNDS, {"given", "never"}, settings, np.random.default_rng(seed))


def test_the_final_filter_of_the_paper_and_of_the_code():
    paper, code = retrained(Retraining()), retrained(Retraining(given_at_any_rate=True))
    assert [(r.statement, r.proof) for r in paper] == [("c", "c1"), ("c", "c2"), ("given", "g99")]
    assert {r.proof for r in code if r.statement == "c"} == {"c1", "c2"}
    assert sum(r.statement == "given" for r in code) == 16


def test_at_most_so_many_proofs_of_a_statement_at_random():
    settings = Retraining(pass_rate_max=1.0)
    one, other = ({r.proof for r in retrained(settings, seed) if r.statement == "given"} for seed in (1, 2))
    assert len(one) == len(other) == 16 and one != other
    assert retrained(settings, 1) == retrained(settings, 1)
    every = retrained(Retraining(pass_rate_max=1.0, proofs_per_statement=0))
    assert sum(r.statement == "given" for r in every) == 21 and {r.distinct for r in every} == {21, 3}
