"""Reweighting by the paper's rules and worked numbers, against linear programs (STP, section 3.2)."""

import tracemalloc
from dataclasses import replace
from itertools import pairwise

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from conjecture.reweighting import Reweighting, ReweightingSettings, _north_west, reweight

WORKED = np.array([[0.9, 0.8, 0.7, 0.2], [0.6, 0.5, 0.6, 0.9], [0.1, 0.2, 0.3, 0.4]])
NEAREST = ReweightingSettings("nearest")
GREEDY = ReweightingSettings("greedy")
REPO = ReweightingSettings("repo", cap=4.0)
EXACT = ReweightingSettings("exact")
SINKHORN = ReweightingSettings("sinkhorn")
CAPPED = [EXACT, SINKHORN]
ALL = [NEAREST, GREEDY, REPO, EXACT, SINKHORN]


def embedded(cosines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows x, y with x y^T = cosines: x share an angle, each y is completed in a dimension of its own."""
    n, m = cosines.shape
    for shared in np.linspace(0, 0.95, 20):
        x = np.linalg.cholesky(np.full((n, n), shared) + (1 - shared) * np.eye(n))
        inside = np.linalg.solve(x, cosines)
        if (inside**2).sum(0).max() <= 1:
            outside = np.diag(np.sqrt(1 - (inside**2).sum(0)))
            return np.hstack([x, np.zeros((n, m))]), np.hstack([inside.T, outside])
    raise ValueError("no such angle")


def sphere(count: int, d: int, rng: np.random.Generator) -> np.ndarray:
    rows = rng.normal(size=(count, d))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def weighs(found: Reweighting, expected: list[float]) -> bool:
    return found.weights.shape == (len(expected),) and np.allclose(found.weights, expected, atol=1e-6)


def optimum(x: np.ndarray, y: np.ndarray, cap: float, q: np.ndarray) -> float:
    """The mean cosine of the best plan, from all pairs, by HiGHS."""
    n, m = len(x), len(y)
    rows, columns = np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))
    found = linprog(-(x @ y.T).ravel(), A_ub=rows, b_ub=np.full(n, cap / n), A_eq=columns, b_eq=q, method="highs")
    assert found.success
    return -found.fun


def by_emd(x: np.ndarray, y: np.ndarray, cap: float) -> float:
    """The same by POT: all pairs, and a column of cost 0 for the room that is left."""
    n, m = len(x), len(y)
    cost = np.hstack([-(x @ y.T), np.zeros((n, 1))])
    return -ot.emd2(np.full(n, cap / n), np.append(np.full(m, 1 / m), cap - 1), cost)


@st.composite
def problems(draw, weighted: bool = False):
    """Embeddings, with duplicates and ties now and then; a cap; whole matching weights."""
    n, m, d = draw(st.integers(1, 12)), draw(st.integers(1, 20)), draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x, y = sphere(n, d, rng), sphere(m, d, rng)
    if draw(st.booleans()):
        x = x[rng.integers(n, size=n)]
    if draw(st.booleans()):
        y = y[rng.integers(m, size=m)]
    cap = draw(st.sampled_from([1.0, 1.25, 2.0, 3.0, 4.0, 100.0]))
    b = rng.integers(1, 6, size=m) if weighted else np.ones(m)
    return x, y, cap, b


# The worked numbers


def test_the_closed_form():
    found = reweight(*embedded(WORKED), NEAREST)
    assert weighs(found, [2.25, 0.75, 0])
    assert found.objective == pytest.approx(0.825)
    assert found.gap == 0


def test_greedy_in_column_order(monkeypatch):
    class InOrder:
        def permutation(self, m):
            return np.arange(m)

    monkeypatch.setattr(np.random, "default_rng", lambda seed: InOrder())
    for method in ("greedy", "repo"):
        found = reweight(*embedded(WORKED), ReweightingSettings(method, cap=1.5))
        assert weighs(found, [1.5, 1.5, 0])
        assert found.objective == pytest.approx(0.80)
        assert found.gap == pytest.approx(0.025)


def test_the_optimum_under_the_cap():
    found = reweight(*embedded(WORKED), ReweightingSettings("exact", cap=1.5))
    assert found.objective == pytest.approx(0.80)
    assert found.gap == pytest.approx(0, abs=1e-7)
    near = reweight(*embedded(WORKED), ReweightingSettings("sinkhorn", cap=1.5))
    assert near.objective == pytest.approx(0.80, abs=0.005)


def test_greedy_overshoots_by_one_increment():
    """n / m = 3 gives weight 6 under cap 4."""
    x, y = np.eye(6)[:6], np.eye(6)[[0, 0]]
    assert reweight(x, y, REPO).weights.max() == 6
    assert reweight(x, y, replace(GREEDY, cap=4.0)).weights.max() == 6
    assert reweight(x, y, replace(EXACT, cap=4.0)).weights.max() == pytest.approx(4)


def test_a_zeroed_cosine_wins_where_all_others_are_negative():
    x, y = np.array([[1.0, 0], [-1, 0], [-0.6, -0.8]]), np.array([[1.0, 0]] * 6)
    assert weighs(reweight(x, y, replace(REPO, cap=1.0)), [3, 0, 0])
    assert weighs(reweight(x, y, replace(GREEDY, cap=1.0)), [1, 1, 1])


def test_toy_clusters_as_measured():
    """Clusters, n = m = 200: the greedy rule is below the optimum and depends on its order."""
    rng = np.random.default_rng(1)
    centres = sphere(12, 16, rng)

    def draw(count):
        own = rng.choice(12, count, p=rng.dirichlet(np.full(12, 0.5)))
        rows = centres[own] + 0.3 * rng.normal(size=(count, 16))
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    x, y = draw(200), draw(200)
    exact = reweight(x, y, EXACT)
    greedy = [reweight(x, y, GREEDY, seed) for seed in range(4)]
    assert all(g.objective < exact.objective - 0.005 for g in greedy)
    assert abs(greedy[0].weights - greedy[1].weights).sum() > 0.02 * 200
    assert exact.objective == pytest.approx(by_emd(x, y, 3.0), abs=1e-6)
    assert (reweight(x, y, GREEDY, 0).weights == greedy[0].weights).all()


# Properties


@settings(deadline=None)
@given(problems(), st.sampled_from(ALL))
def test_weights_sum_to_n(problem, method):
    x, y, cap, _ = problem
    found = reweight(x, y, replace(method, cap=cap))
    assert found.weights.shape == (len(x),)
    assert (found.weights >= 0).all()
    assert found.weights.sum() == pytest.approx(len(x), rel=1e-9)
    assert found.objective <= found.bound + 1e-6


@settings(deadline=None)
@given(problems(weighted=True), st.sampled_from(CAPPED))
def test_no_weight_above_the_cap(problem, method):
    x, y, cap, b = problem
    found = reweight(x, y, replace(method, cap=cap), matching_weights=b)
    assert found.weights.max() <= cap + 1e-9
    assert found.weights.sum() == pytest.approx(len(x), rel=1e-9)


@settings(deadline=None)
@given(problems(weighted=True))
def test_greedy_overshoots_at_most_by_one_increment(problem):
    x, y, cap, b = problem
    found = reweight(x, y, replace(GREEDY, cap=cap), matching_weights=b)
    assert found.weights.max() < cap + len(x) / b.sum() + 1e-9
    assert found.weights.sum() <= len(x) + 1e-9


@settings(deadline=None)
@given(problems(weighted=True), st.integers(0, 100))
def test_greedy_never_takes_a_masked_one_while_another_is_open(problem, seed):
    """The rule in plain words, one statement at a time."""
    x, y, cap, b = problem
    cosines = y.astype(np.float32) @ x.astype(np.float32).T
    weights = np.zeros(len(x))
    for target in np.random.default_rng(seed).permutation(len(y)):
        still_open = [i for i in range(len(x)) if weights[i] < cap]
        assert still_open
        nearest = sorted(still_open, key=lambda i: -cosines[target, i])[: b[target].astype(int)]
        weights[nearest] += len(x) / b.sum()
    found = reweight(x, y, replace(GREEDY, cap=cap), seed, b)
    if len(np.unique(x, axis=0)) == len(x):  # else equal ones may stand for one another
        assert np.allclose(found.weights, weights)


@settings(deadline=None)
@given(problems(), st.randoms())
def test_the_order_of_the_statements_does_not_move_the_closed_form(problem, random):
    x, y, _, _ = problem
    x = np.unique(x, axis=0)
    order = list(range(len(y)))
    random.shuffle(order)
    assert np.allclose(reweight(x, y, NEAREST).weights, reweight(x, y[order], NEAREST).weights)


@settings(deadline=None)
@given(problems(), st.data(), st.sampled_from([NEAREST, EXACT]))
def test_a_duplicate_conjecture_never_lowers_the_objective(problem, data, method):
    """Under a cap that counts in units of 1 / n: each conjecture's room is kept."""
    x, y, cap, _ = problem
    again = np.vstack([x, x[data.draw(st.integers(0, len(x) - 1))]])
    before = reweight(x, y, replace(method, cap=cap))
    after = reweight(again, y, replace(method, cap=cap * len(again) / len(x)))
    assert after.objective >= before.objective - 1e-6


@settings(deadline=None)
@given(problems(weighted=True), st.sampled_from([1, 2, 12]))
def test_exact_is_the_linear_program(problem, candidates):
    """Also where it begins with few pairs and has to find the others."""
    x, y, cap, b = problem
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("conjecture.reweighting._CANDIDATES", candidates)
        patch.setattr("conjecture.reweighting._prices", lambda x, *_: (np.zeros(len(x)),))
        found = reweight(x, y, replace(EXACT, cap=cap), matching_weights=b)
    assert found.objective == pytest.approx(optimum(x, y, cap, b / b.sum()), abs=1e-6)
    assert found.gap == pytest.approx(0, abs=1e-9)


@settings(deadline=None)
@given(problems(weighted=True), st.integers(0, 100))
def test_the_order_of_the_methods(problem, seed):
    """nearest >= exact >= greedy, where greedy has kept the cap that exact is given."""
    x, y, cap, b = problem
    nearest, exact, sinkhorn = (
        reweight(x, y, replace(s, cap=cap), matching_weights=b) for s in (NEAREST, EXACT, SINKHORN)
    )
    assert nearest.objective >= exact.objective - 1e-6
    assert exact.objective >= sinkhorn.objective - 1e-6
    assert exact.objective <= sinkhorn.bound + 1e-6
    greedy = reweight(x, y, replace(GREEDY, cap=cap), seed, b)
    if greedy.weights.sum() > len(x) - 1e-9:
        kept = reweight(x, y, replace(EXACT, cap=max(1.0, greedy.weights.max())), matching_weights=b)
        assert kept.objective >= greedy.objective - 1e-6


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.sampled_from([1.0, 1.5, 3.0]))
def test_sinkhorn_comes_near_as_the_regularisation_falls(seed, cap):
    rng = np.random.default_rng(seed)
    x, y = sphere(30, 4, rng), sphere(50, 4, rng)
    best = reweight(x, y, replace(EXACT, cap=cap)).objective
    found = [reweight(x, y, ReweightingSettings("sinkhorn", cap, r, 500)) for r in (1, 0.3, 0.1, 0.03, 0.01)]
    shortfalls = [best - f.objective for f in found]
    # 500 iterations are not quite enough for the sharpest one: of 429 draws the worst rose by 0.0025.
    assert all(later < sooner + 5e-3 for sooner, later in pairwise(shortfalls))
    assert shortfalls[-1] < 0.01
    assert found[-1].bound - best < 0.005


@given(st.lists(st.integers(1, 9), min_size=1, max_size=9), st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_the_first_pairs_hold_a_plan(room, demand):
    room, demand = np.array(room, dtype=float), np.array(demand, dtype=float)
    room *= 1.5 * demand.sum() / room.sum()
    y, x = np.divmod(_north_west(room, demand), len(room))
    pairs = np.arange(len(x))
    rows, columns = np.zeros((len(room), len(x))), np.zeros((len(demand), len(x)))
    rows[x, pairs] = columns[y, pairs] = 1
    assert linprog(np.zeros(len(x)), A_ub=rows, b_ub=room, A_eq=columns, b_eq=demand).success


def test_the_regularisation_follows_the_spread_of_the_cosines():
    """A language model's means over tokens share a direction: all cosines are near 1."""
    rng = np.random.default_rng(0)
    shared = np.array([8.0, 0, 0, 0])
    x, y = sphere(60, 4, rng) + shared, sphere(90, 4, rng) + shared
    x, y = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (x, y))
    assert (x @ y.T).min() > 0.9
    best, near = (reweight(x, y, method).objective for method in (EXACT, SINKHORN))
    assert best - near < 0.1 * (x @ y.T).std()


# Matching weights, edges, errors


def test_a_weighty_statement_draws_more():
    x, y = np.eye(3), np.eye(3)[:2]
    assert weighs(reweight(x, y, NEAREST, matching_weights=[3, 1]), [2.25, 0.75, 0])
    assert weighs(reweight(x, y, NEAREST, matching_weights=[0.3, 0.1]), [2.25, 0.75, 0])
    for method in CAPPED:  # 2 of 3, as capped, where 2.25 would go; 0.75 of 0.75
        found = reweight(x, y, replace(method, cap=2.0), matching_weights=[3, 1])
        assert found.weights[0] == pytest.approx(2)
        assert found.objective == pytest.approx((2 + 0.75) / 3)


def test_greedy_spreads_a_weighty_statement_over_its_nearest():
    x = np.array([[1.0, 0], [0.8, 0.6], [0.6, 0.8], [0, 1]])
    found = reweight(x, np.array([[1.0, 0]]), replace(GREEDY, cap=4.0), matching_weights=[2])
    assert weighs(found, [2, 2, 0, 0])
    assert found.objective == pytest.approx(0.9)
    everyone = reweight(x, np.array([[1.0, 0]]), replace(GREEDY, cap=4.0), matching_weights=[8])
    assert weighs(everyone, [0.5] * 4)  # four of eight shares find a conjecture
    few = reweight(x[:3], x[[0, 0, 0]], replace(GREEDY, cap=1.0), matching_weights=[2, 2, 2])
    assert weighs(few, [1, 1, 0.5])  # of the third two one finds the last that is open
    closed_too = reweight(x[:3], x[[0, 0, 0]], replace(REPO, cap=1.0), matching_weights=[2, 2, 2])
    assert closed_too.weights.sum() == pytest.approx(3)


@pytest.mark.parametrize("method", ALL, ids=lambda s: s.method)
def test_edges(method):
    nothing, some = np.empty((0, 3)), np.eye(3)
    assert reweight(nothing, some, method).weights.shape == (0,)
    assert reweight(nothing, nothing, method).weights.shape == (0,)
    alone = reweight(some, nothing, method)
    assert weighs(alone, [1, 1, 1])
    assert alone.objective is alone.gap is None
    one = reweight(some[:1], some, replace(method, cap=1.0))
    assert weighs(one, [1])
    assert one.objective == pytest.approx(1 / 3)
    same = reweight(some[[0, 0, 0]], some[[0, 0]], replace(method, cap=1.5))
    assert same.weights.sum() == pytest.approx(3)
    assert same.objective == pytest.approx(1)


def test_none_leaves_all_at_1():
    assert weighs(reweight(np.eye(2), np.eye(2), ReweightingSettings("none")), [1, 1])


def test_many_blocks_are_as_one(monkeypatch):
    rng = np.random.default_rng(1)
    x, y = sphere(40, 6, rng), sphere(70, 6, rng)
    whole = [reweight(x, y, s) for s in ALL]
    monkeypatch.setattr("conjecture.reweighting._BLOCK", 64)
    for one, method in zip(whole, ALL, strict=True):
        many = reweight(x, y, method)
        assert np.allclose(many.weights, one.weights, atol=1e-3)
        assert many.objective == pytest.approx(one.objective, abs=1e-6)


@pytest.mark.parametrize("method", [NEAREST, GREEDY, replace(SINKHORN, iterations=2)], ids=lambda s: s.method)
def test_the_matrix_of_all_cosines_is_never_held(method):
    rng = np.random.default_rng(0)
    x, y = sphere(2_000, 8, rng).astype(np.float32), sphere(20_000, 8, rng).astype(np.float32)
    tracemalloc.start()
    try:
        reweight(x, y, method)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(x) * len(y) / 4


def test_what_cannot_be():
    with pytest.raises(ValueError, match="cap must be finite and at least 1"):
        ReweightingSettings(cap=0.9)
    with pytest.raises(ValueError, match="regularisation"):
        ReweightingSettings(regularisation=0)
    with pytest.raises(ValueError, match="unit length"):
        reweight(2 * np.eye(2), np.eye(2))
    with pytest.raises(ValueError, match="unit length"):
        reweight(np.full((2, 2), np.nan), np.eye(2))
    with pytest.raises(ValueError, match="one width"):
        reweight(np.eye(2), np.eye(3))
    for weights in ([1], [1, 0], [1, np.inf]):
        with pytest.raises(ValueError, match="one for each unproved"):
            reweight(np.eye(2), np.eye(2), NEAREST, matching_weights=weights)
    with pytest.raises(ValueError, match="whole numbers"):
        reweight(np.eye(2), np.eye(2), GREEDY, matching_weights=[1, 0.5])
