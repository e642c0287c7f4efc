"""Weights that draw the conjecturer's examples towards the statements still unproved (STP, section 3.2, "re-weighting").

X are the n selected conjectures, Y the m statements still unproved, Q(y) = matching weight of y / M with M the sum of
the matching weights. A plan mu >= 0 has the column sums Q; P(x), its row sums, is free, and x weighs n P(x). The plan
sought is nearest in Wasserstein distance: it has the largest mean cosine, sum of mu(x, y) cos(x, y), among those in
which no conjecture weighs more than the cap, P(x) <= cap / n. That is a transportation problem:

    nearest    without the cap each y goes wholly to its nearest x: the closed form of the paper
    greedy     the paper's practical rule: y in random order, N/M to each of the conjectures most like it
    repo       the same as released code has it
    exact      the optimum under the cap: a linear program over few pairs, and prices that prove no other pair is missed
    sinkhorn   nearly that: each y spreads over all x by softmax((cos - price) / regularisation)

Deviations from the paper and from its released code:
- `greedy` masks a conjecture that has reached the cap with -inf. The code multiplies its cosines by 0, so that it wins
  again where all others are negative; `repo` does that too. Both overshoot the cap by up to one N/M.
- Where fewer than matching-weight(y) conjectures are left open, `greedy` gives to those alone: the weights then sum to
  less than n, and the mean cosine is that of what was given. `repo` gives to closed ones as well.
- The greedy rules give the shares of a y to as many conjectures; the other methods bound a conjecture by the cap alone.
- Random orders are numpy's, seeded by the caller; the code's own stream is not reproduced.
- Cosines are computed in blocks, never all n m at once.

Shapes: n conjectures, m unproved statements, d the embedding, B statements in a block, A pairs (x, y) of a program.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

Method = Literal["none", "nearest", "greedy", "repo", "exact", "sinkhorn"]

_BLOCK = 2**21  # cosines held at once: 8 MB of float32 stays near the caches
_WARMEST = 1.0  # where the regularisation begins to fall, in standard deviations; it falls geometrically
_FALLING = 0.8  # the share of the iterations in which it falls
_OVERRELAXATION = 1.8  # of the price steps: halves the shortfall of plain steps (Thibault et al. 2021)
_CANDIDATES = 12  # the pairs of each y that an exact program begins with


@dataclass(frozen=True, slots=True)
class ReweightingSettings:
    """How conjectures are weighed. Raises ValueError for values that no plan can meet."""

    method: Method = "greedy"
    """`none` gives every conjecture the weight 1."""
    cap: float = 3.0
    """No conjecture weighs more (STP: 3; its code: 4). At least 1, as n conjectures share the weight n; not for `nearest`."""
    regularisation: float = 0.03
    """Of `sinkhorn`, in standard deviations of the cosines: lower is nearer to `exact`, and takes more iterations."""
    iterations: int = 100
    """Of `sinkhorn`, at most; each is one pass over all cosines."""

    def __post_init__(self) -> None:
        if not 1 <= self.cap < float("inf"):
            raise ValueError(f"cap must be finite and at least 1, not {self.cap}: n conjectures share the weight n")
        if not 0 < self.regularisation < float("inf") or self.iterations < 1:
            raise ValueError("regularisation must be above 0 and iterations at least 1")


@dataclass(frozen=True, slots=True)
class Reweighting:
    """A weight for each conjecture, (n,) float64, and how near its plan is to the best one.

    `objective` is the plan's mean cosine and `bound` a value that no plan under the cap exceeds (for `nearest`,
    `greedy` and `repo`: no plan at all). Both are None where there was nothing to plan. `seconds` is wall time.
    """

    weights: np.ndarray
    objective: float | None
    bound: float | None
    seconds: float

    @property
    def gap(self) -> float | None:
        """`objective` is at most this far below the best plan's; `exact` proves it to be 0, up to rounding."""
        return None if self.bound is None else max(0.0, self.bound - self.objective)


def reweight(
    conjectures: np.ndarray,
    unproved: np.ndarray,
    settings: ReweightingSettings = ReweightingSettings(),
    seed: int = 0,
    matching_weights: np.ndarray | None = None,
) -> Reweighting:
    """Weighs `conjectures` (n, d) by `unproved` (m, d), both rows of unit length; `seed` orders the greedy rules.

    `matching_weights` (m,) are above 0, and whole numbers for the greedy rules; without them all are 1, and the
    weights sum to n. Without conjectures there are no weights; without unproved statements all are 1.
    Raises ValueError for rows of another length or width, and for other matching weights.

    >>> reweight(np.eye(2), np.array([[0.6, 0.8], [0.0, 1.0]]), ReweightingSettings("nearest")).weights.tolist()
    [0.0, 2.0]
    """
    began = time.perf_counter()
    n, m = len(conjectures), len(unproved)
    if settings.method == "none" or not n or not m:
        return Reweighting(np.ones(n), None, None, time.perf_counter() - began)
    x_nd, y_md = _unit(conjectures), _unit(unproved)
    if x_nd.shape[1] != y_md.shape[1]:
        raise ValueError(f"embeddings of one model have one width, not {x_nd.shape[1]} and {y_md.shape[1]}")
    b_m = _matching(matching_weights, m, whole=settings.method in ("greedy", "repo"))
    match settings.method:
        case "nearest":
            p_n, objective, bound = _nearest(x_nd, y_md, b_m / b_m.sum())
        case "greedy" | "repo":
            closed = 0.0 if settings.method == "repo" else -np.inf
            order_m = np.random.default_rng(seed).permutation(m)
            p_n, objective, bound = _greedy(x_nd, y_md, b_m.astype(int), settings.cap, order_m, closed)
        case "exact":
            p_n, objective, bound = _exact(x_nd, y_md, b_m, settings.cap)
        case "sinkhorn":
            p_n, objective, bound = _sinkhorn(x_nd, y_md, b_m / b_m.sum(), settings)
    return Reweighting(n * p_n, float(objective), float(bound), time.perf_counter() - began)


def _unit(rows: np.ndarray) -> np.ndarray:
    rows = np.ascontiguousarray(rows, dtype=np.float32)
    if rows.ndim != 2 or not np.allclose(np.einsum("nd,nd->n", rows, rows), 1, atol=1e-3):
        raise ValueError("embeddings must be rows of unit length")
    return rows


def _matching(weights: np.ndarray | None, m: int, whole: bool) -> np.ndarray:
    b_m = np.ones(m) if weights is None else np.asarray(weights, dtype=float)
    if b_m.shape != (m,) or not ((b_m > 0) & (b_m < np.inf)).all():
        raise ValueError("matching weights must be finite and above 0, one for each unproved statement")
    if whole and (b_m != b_m.round()).any():
        raise ValueError("the greedy rules need matching weights that are whole numbers")
    return b_m


def _cosines(
    x_nd: np.ndarray, y_md: np.ndarray, order_m: np.ndarray | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Which statements, (B,), and their cosines with every conjecture, (B, n), in the precision of `x_nd`."""
    order_m = np.arange(len(y_md)) if order_m is None else order_m
    size = max(1, _BLOCK // len(x_nd))
    for at in range(0, len(y_md), size):
        block_B = order_m[at : at + size]
        yield block_B, y_md[block_B].astype(x_nd.dtype, copy=False) @ x_nd.T


def _nearest(x_nd: np.ndarray, y_md: np.ndarray, q_m: np.ndarray) -> tuple[np.ndarray, float, float]:
    p_n, objective = np.zeros(len(x_nd)), 0.0
    for block_B, cos_Bn in _cosines(x_nd, y_md):
        p_n += np.bincount(cos_Bn.argmax(1), q_m[block_B], len(x_nd))
        objective += q_m[block_B] @ cos_Bn.max(1)
    return p_n, objective, objective


def _greedy(
    x_nd: np.ndarray, y_md: np.ndarray, b_m: np.ndarray, cap: float, order_m: np.ndarray, closed: float
) -> tuple[np.ndarray, float, float]:
    """`closed` stands for the cosine of a conjecture that has reached the cap."""
    n, total = len(x_nd), b_m.sum()
    weights_n, open_n = np.zeros(n), np.ones(n, dtype=bool)
    matched, shares, nearest = 0.0, 0, 0.0
    for block_B, cos_Bn in _cosines(x_nd, y_md, order_m):
        nearest += b_m[block_B] @ cos_Bn.max(1)
        for cos_n, count in zip(cos_Bn, b_m[block_B], strict=True):
            chosen = _largest(np.where(open_n, cos_n, closed), count)
            if closed == -np.inf:
                chosen = chosen[open_n[chosen]]
            weights_n[chosen] += n / total
            open_n[chosen] = weights_n[chosen] < cap
            matched += cos_n[chosen].sum(dtype=float)
            shares += len(chosen)
    return weights_n / n, matched / shares, nearest / total


def _largest(values: np.ndarray, count: int) -> np.ndarray:
    """Where the `count` largest values are, in no order; all, where there are fewer."""
    if count == 1:
        return values.argmax(keepdims=True)
    return np.argpartition(values, -count)[-count:] if count < len(values) else np.arange(len(values))


def _sinkhorn(
    x_nd: np.ndarray, y_md: np.ndarray, q_m: np.ndarray, settings: ReweightingSettings
) -> tuple[np.ndarray, float, float]:
    """The entropic plan, made to keep the cap: what is above it goes to those below, in proportion to their room."""
    room = settings.cap / len(x_nd)
    price_n, mass_n, bound, regularisation = _prices(
        x_nd, y_md, q_m, room, settings.regularisation, settings.iterations
    )
    kept_n = np.minimum(1, room / np.maximum(mass_n, 1e-300))
    spare_n = room - mass_n * kept_n
    share_n = spare_n / max(spare_n.sum(), 1e-300)
    moved_d, objective = np.zeros(x_nd.shape[1]), 0.0
    for block_B, cos_Bn in _cosines(x_nd, y_md):
        plan_Bn, _ = _softmax(cos_Bn, price_n, regularisation, q_m[block_B])
        plan_Bn *= kept_n.astype(np.float32)
        objective += np.einsum("Bn,Bn->B", plan_Bn, cos_Bn).sum(dtype=float)
        moved_B = np.maximum(0, q_m[block_B] - plan_Bn.sum(1))
        moved_d += moved_B @ y_md[block_B]
    objective += (share_n @ x_nd) @ moved_d
    p_n = mass_n * kept_n
    return p_n + share_n * (1 - p_n.sum()), objective, bound


def _prices(
    x_nd: np.ndarray, y_md: np.ndarray, q_m: np.ndarray, room: float, regularisation: float, iterations: int
) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Sinkhorn iterations in the log domain: prices (n,), the mass (n,) they lead to, a bound, the last regularisation.

    `regularisation` is in standard deviations of the cosines, the last one in cosines.

    Column sums are fixed and rows are bounded above: the Bregman projections of Benamou et al. 2015 (arXiv 1412.5154),
    with both steps in one pass. A row's scaling is exp(-price / regularisation), so a price is never below
    0, and any prices bound every plan from above (linear duality): sum of Q(y) max (cos - price) + room sum of prices.
    """
    price_n, bound, falling = np.zeros(len(x_nd)), np.inf, max(1, int(_FALLING * iterations))
    spread = _spread(x_nd, y_md)
    warmest, regularisation = max(_WARMEST, regularisation) * spread, regularisation * spread
    for iteration in range(iterations):
        now = warmest * (regularisation / warmest) ** min(1.0, (iteration + 1) / falling)
        mass_n, best = np.zeros(len(x_nd)), 0.0
        for block_B, cos_Bn in _cosines(x_nd, y_md):
            plan_Bn, best_B = _softmax(cos_Bn, price_n, now, q_m[block_B])
            mass_n += plan_Bn.sum(0)
            best += q_m[block_B] @ best_B
        mass_n /= mass_n.sum()
        bound = min(bound, best + room * price_n.sum())
        settled = iteration + 1 >= falling and mass_n.max() <= room * (1 + 1e-3)
        if settled or iteration + 1 == iterations:
            break
        price_n = np.maximum(0, price_n + _OVERRELAXATION * now * np.log(np.maximum(mass_n, 1e-300) / room))
    return price_n, mass_n, bound, now


def _spread(x_nd: np.ndarray, y_md: np.ndarray) -> float:
    """The standard deviation of a statement's cosines, over some 256 statements: embeddings of one model lie close together."""
    some_Bn = y_md[:: max(1, len(y_md) // 256)] @ x_nd.T
    return max(1e-6, float(some_Bn.std(1).mean()))


def _softmax(
    cos_Bn: np.ndarray, price_n: np.ndarray, regularisation: float, q_B: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The columns Q(y) softmax((cos - price) / regularisation), (B, n), and the largest cos - price, (B,)."""
    plan_Bn = cos_Bn - price_n.astype(np.float32)
    best_B = plan_Bn.max(1)
    plan_Bn -= best_B[:, None]
    plan_Bn *= np.float32(1 / regularisation)
    np.maximum(plan_Bn, -60, out=plan_Bn)  # below it float32 has only denormal numbers, which are slow
    np.exp(plan_Bn, out=plan_Bn)
    plan_Bn *= (q_B / plan_Bn.sum(1)).astype(np.float32)[:, None]
    return plan_Bn, best_B


def _exact(x_nd: np.ndarray, y_md: np.ndarray, b_m: np.ndarray, cap: float) -> tuple[np.ndarray, float, float]:
    """Column generation: the program over some pairs, its prices, the pairs that beat those prices, and again.

    When no pair is left that does, the prices bound every plan by this one's own mean cosine.
    """
    n, m, total = len(x_nd), len(y_md), b_m.sum()
    room_n = np.full(n, cap * total / n)  # in units of one matching weight, which keeps numbers near 1
    price_n = _prices(x_nd, y_md, b_m / total, cap / n, 0.1, 12)[0]
    x_nd = x_nd.astype(float)  # and with it the cosines: prices are compared to 1e-10
    _, pairs_A = _missing(x_nd, y_md, price_n, np.full(m, -np.inf))
    pairs_A = np.union1d(pairs_A, _north_west(room_n, b_m))
    while True:
        y_A, x_A = np.divmod(pairs_A, n)
        cos_A = _pairwise(x_nd, y_md, x_A, y_A)
        mass_A, price_n = _transport(x_A, y_A, cos_A, room_n, b_m)
        starts_m = np.searchsorted(y_A, np.arange(m))
        known_m = np.maximum.reduceat(cos_A - price_n[x_A], starts_m)
        best_m, missed_A = _missing(x_nd, y_md, price_n, known_m)
        missed_A = np.setdiff1d(missed_A, pairs_A)
        if not len(missed_A):
            bound = b_m @ best_m + room_n @ price_n
            return np.bincount(x_A, mass_A, n) / total, mass_A @ cos_A / total, bound / total
        pairs_A = np.union1d(pairs_A, missed_A)


def _missing(
    x_nd: np.ndarray, y_md: np.ndarray, price_n: np.ndarray, known_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The largest cos - price of each y, (m,), and pairs, as y n + x, of those y whose largest exceeds the known one."""
    best_m, pairs = np.empty(len(y_md)), []
    for block_B, cos_Bn in _cosines(x_nd, y_md):
        cos_Bn -= price_n
        best_m[block_B] = cos_Bn.max(1)
        above_B = best_m[block_B] > known_m[block_B] + 1e-10
        for y, net_n in zip(block_B[above_B], cos_Bn[above_B], strict=True):
            pairs.append(y * len(x_nd) + _largest(net_n, _CANDIDATES))
    return best_m, np.concatenate(pairs) if pairs else np.empty(0, dtype=int)


def _north_west(room_n: np.ndarray, b_m: np.ndarray) -> np.ndarray:
    """n + m pairs, as y n + x, that hold a plan whatever the cosines are: both sides filled in order."""
    filled_n, filled_m = np.cumsum(room_n), np.cumsum(b_m)
    ends = np.concatenate([filled_n, filled_m])
    x = np.searchsorted(filled_n, ends).clip(max=len(room_n) - 1)
    y = np.searchsorted(filled_m, ends).clip(max=len(b_m) - 1)
    return y * len(room_n) + x


def _pairwise(x_nd: np.ndarray, y_md: np.ndarray, x_A: np.ndarray, y_A: np.ndarray) -> np.ndarray:
    size = max(1, _BLOCK // x_nd.shape[1])
    parts = [slice(at, at + size) for at in range(0, len(x_A), size)]
    return np.concatenate([np.einsum("Ad,Ad->A", x_nd[x_A[part]], y_md[y_A[part]]) for part in parts])


def _transport(
    x_A: np.ndarray, y_A: np.ndarray, cos_A: np.ndarray, room_n: np.ndarray, b_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The best plan on some pairs, (A,), and the price of each conjecture's room, (n,), by POT's network simplex.

    One more column takes the room that is left, for nothing; a row with some left has the price 0.
    """
    import ot  # late, both: it looks for torch, and a run's options come from this module
    from scipy.sparse import coo_array

    n, m = len(room_n), len(b_m)
    left = max(0.0, room_n.sum() - b_m.sum())
    rows, columns = np.concatenate([x_A, np.arange(n)]), np.concatenate([y_A, np.full(n, m)])
    cost = coo_array((np.concatenate([1 - cos_A, np.zeros(n)]), (rows, columns)), shape=(n, m + 1))
    plan, log = ot.emd(room_n, np.append(b_m, left), cost, numItermax=10**8, log=True)
    if log["warning"]:
        raise ArithmeticError(f"the transportation problem was not solved: {log['warning']}")
    return np.asarray(plan.tocsr()[x_A, y_A]).ravel(), log["u"].max() - log["u"]
