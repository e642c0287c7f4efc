"""Figures: against worked numbers, brute force over all draws, and scipy."""

import itertools
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.statistics import blocks, interval, paired_difference, pass_at_k, wilson

counts = st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n)))


def test_worked_numbers():
    assert pass_at_k(10, 3, 5) == pytest.approx(11 / 12)
    assert round(pass_at_k(10, 3, 5), 6) == 0.916667
    assert pass_at_k(64, 1, 1) == pytest.approx(1 / 64)
    assert pass_at_k(64, 1, 64) == 1 and pass_at_k(64, 0, 64) == 0


@settings(deadline=None)
@given(counts)
def test_pass_at_k_is_the_share_of_draws_with_a_proof(numbers):
    n, c, k = numbers
    draws = list(itertools.combinations(range(n), k))
    hits = sum(min(draw) < c for draw in draws)  # the first c samples are the proofs
    assert pass_at_k(n, c, k) == pytest.approx(hits / len(draws))


@settings(deadline=None)
@given(st.integers(1, 4000), st.data())
def test_pass_at_k_is_a_hypergeometric_tail_at_any_size(n, data):
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    assert pass_at_k(n, c, k) == pytest.approx(stats.hypergeom.sf(0, n, c, k), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("n", "c", "k"), [(4, 1, 5), (4, 5, 1), (4, -1, 1), (4, 1, 0), (0, 0, 1)])
def test_what_cannot_be_told_is_not_told(n, c, k):
    with pytest.raises(ValueError):
        pass_at_k(n, c, k)


@settings(deadline=None)
@given(st.integers(1, 500), st.data())
def test_wilson_is_the_textbook_formula(n, data):
    successes = data.draw(st.integers(0, n))
    z, p = stats.norm.ppf(0.975), successes / n
    centre, width = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = wilson(successes, n)
    assert (low, high) == pytest.approx(
        ((centre - width) / (1 + z**2 / n), (centre + width) / (1 + z**2 / n)), abs=1e-9
    )


def test_wilson_worked_number():
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 244)[1] == pytest.approx(0.0155, abs=1e-4)  # nothing solved is not nothing known


def test_a_proportion_gets_wilson_and_a_mean_the_bootstrap():
    solved = interval([1, 0, 1, 1, 0])
    assert (solved.mean, solved.method) == (0.6, "wilson") and (solved.low, solved.high) == wilson(3, 5)
    mixed = interval([1.0, 0.25, 0.0, 0.5])
    assert mixed.method == "bootstrap" and mixed.low < mixed.mean == 0.4375 < mixed.high


def test_the_bootstrap_is_scipys_and_the_same_each_time():
    values = np.random.default_rng(1).beta(0.3, 0.6, 200)
    ours = interval(values, seed=7)
    theirs = stats.bootstrap(
        (values,), np.mean, method="BCa", random_state=np.random.default_rng(7)
    ).confidence_interval
    assert (ours.low, ours.high) == pytest.approx(theirs, abs=0.004)
    assert ours == interval(values, seed=7) != interval(values, seed=8)
    error = values.std(ddof=1) / math.sqrt(len(values))
    assert ours.high - ours.low == pytest.approx(2 * 1.96 * error, rel=0.06)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.125, 0.5, 1.0]), min_size=1, max_size=6))
def test_an_interval_always_holds_the_mean(values):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=stats.DegenerateDataWarning)
        found = interval(values)
    assert 0 <= found.low <= found.mean + 1e-12 and found.mean - 1e-12 <= found.high <= 1
    if len(set(values)) == 1:
        assert found.low < found.high  # equal values are not certainty


def test_no_problems_no_mean():
    with pytest.raises(ValueError, match="no problems"):
        interval([])


def test_blocks_worked_numbers():
    solved = np.zeros((2, 8), bool)
    solved[0, [0, 5]] = True  # blocks of two: yes, no, yes, no
    solved[1, 2] = True  # no, yes, no, no
    found = blocks(solved, 2)
    assert found.count == 4 and found.mean == pytest.approx(3 / 8)
    assert found.std == pytest.approx(np.std([0.5, 0.5, 0.5, 0.0]))
    assert blocks(solved, 3).count == 2 and blocks(solved, 3).std is None  # two samples are left over
    with pytest.raises(ValueError, match="no block of 9"):
        blocks(solved, 9)


def test_the_papers_budgets():
    """3200 samples: 25 blocks of 128, and one of 3200, whose spread cannot be told (specs: worked numbers)."""
    solved = np.random.default_rng(0).random((3, 3200)) < 0.01
    assert blocks(solved, 128).count == 25 and blocks(solved, 128).std is not None
    assert blocks(solved, 3200).count == 1 and blocks(solved, 3200).std is None
    assert blocks(solved, 1).mean == pytest.approx(solved.mean())


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 6), st.sampled_from([1, 2, 3, 6]))
def test_blocks_agree_with_the_estimator_over_all_orders_of_the_samples(c, k):
    rows = [
        blocks(np.array([[i in places for i in range(6)]]), k).mean for places in itertools.combinations(range(6), c)
    ]
    assert np.mean(rows) == pytest.approx(pass_at_k(6, c, k))


def test_pairing_takes_out_what_is_hard_for_both():
    rng = np.random.default_rng(0)
    hard = rng.beta(0.4, 0.4, 300)
    a, b = np.clip(hard + 0.03, 0, 1), np.clip(hard + rng.normal(0, 0.01, 300), 0, 1)
    paired = paired_difference(a, b)
    assert paired.mean == pytest.approx((a - b).mean()) and 0 < paired.low < paired.high < 0.04
    alone = interval(a)
    assert paired.high - paired.low < (alone.high - alone.low) / 10
    theirs = stats.bootstrap((a, b), lambda x, y, axis: x.mean(axis) - y.mean(axis), paired=True, method="BCa",
                             random_state=np.random.default_rng(0)).confidence_interval  # fmt: skip
    assert (paired.low, paired.high) == pytest.approx(theirs, abs=0.001)
    back = paired_difference(b, a)
    assert (back.low, back.high) == pytest.approx((-paired.high, -paired.low), abs=0.001)


def test_equal_models_differ_by_nothing():
    assert paired_difference([0.5, 1.0], [0.5, 1.0]).low == paired_difference([0.5, 1.0], [0.5, 1.0]).high == 0
    with pytest.raises(ValueError, match="paired"):
        paired_difference([1.0], [1.0, 0.0])
