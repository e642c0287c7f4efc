"""From samples to figures: pass@k with its intervals, STP's block protocol, two models on the same problems.

Shapes: P problems, S samples each. Every figure is a mean over problems, and every interval says how it would move
with other problems of the same kind, not with other samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
RESAMPLES = 9_999


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over problems between `low` and `high`; `method` is `wilson` or `bootstrap`."""

    mean: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Blocks:
    """pass@k over `count` disjoint blocks of samples; `std` is None below four blocks, as in STP's code."""

    mean: float
    std: float | None
    count: int


def pass_at_k(n: int, c: int, k: int) -> float:
    """The chance that k of n samples, drawn without replacement, hold one of the c proofs: 1 - C(n-c, k) / C(n, k).

    Unbiased (Chen et al., arXiv 2107.03374, section 2.1), as a product that neither overflows nor cancels. Raises
    ValueError for k > n: there is no unbiased estimate.

    >>> round(pass_at_k(10, 3, 5), 6)
    0.916667
    """
    if not (1 <= k <= n and 0 <= c <= n):
        raise ValueError(f"pass@{k} cannot be told from {c} proofs of {n} samples")
    if n - c < k:
        return 1.0
    return 1.0 - math.prod(1.0 - k / i for i in range(n - c + 1, n + 1))


def wilson(successes: float, trials: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a proportion.

    Between two counts the wider side of each is taken. That is cautious for a mean of numbers from 0 to 1, which
    vary less than a coin with the same mean.
    """
    low = stats.binomtest(math.floor(successes), trials).proportion_ci(CONFIDENCE, "wilson").low
    high = stats.binomtest(math.ceil(successes), trials).proportion_ci(CONFIDENCE, "wilson").high
    return float(low), float(high)


def interval(values: Sequence[float], seed: int = 0) -> Interval:
    """The mean over P problems of a figure between 0 and 1, with its 95 % interval.

    Where every problem is either solved or not the mean is a proportion, and Wilson's interval is its own. Otherwise
    problems are drawn anew (BCa bootstrap). Values that are all equal tell a bootstrap nothing; Wilson's serves again.
    """
    values_P = np.asarray(values, float)
    if not values_P.size:
        raise ValueError("no problems: there is no mean")
    mean = float(values_P.mean())
    if np.all(values_P == values_P[0]) or set(np.unique(values_P)) <= {0.0, 1.0}:
        # A sum of decimals misses its whole number by an ulp.
        return Interval(mean, *wilson(round(float(values_P.sum()), 9), len(values_P)), "wilson")
    return Interval(mean, *_bootstrap(values_P, seed), "bootstrap")


def _bootstrap(values_P: np.ndarray, seed: int) -> tuple[float, float]:
    for method in ("BCa", "percentile"):  # BCa has no answer where every resample lies on one side
        found = stats.bootstrap(
            (values_P,), np.mean, n_resamples=RESAMPLES, batch=500, confidence_level=CONFIDENCE, method=method,
            random_state=np.random.default_rng(seed),
        ).confidence_interval  # fmt: skip
        if np.isfinite(found.low) and np.isfinite(found.high):
            break
    return float(found.low), float(found.high)


def blocks(solved_PS: np.ndarray, k: int) -> Blocks:
    """pass@k as STP reports it (arXiv 2502.00212v4, section 4.2, and its code).

    The S samples of every problem are cut into disjoint blocks of k in their order, a rest is left out; of the share
    of problems solved in each block mean and population standard deviation are told. Raises ValueError for k > S.
    """
    problems, samples = solved_PS.shape
    count = samples // k
    if not count:
        raise ValueError(f"no block of {k} in {samples} samples")
    share_B = solved_PS[:, : count * k].reshape(problems, count, k).any(2).mean(0)
    return Blocks(float(share_B.mean()), float(share_B.std()) if count >= 4 else None, count)


def paired_difference(a: Sequence[float], b: Sequence[float], seed: int = 0) -> Interval:
    """The mean over the same P problems of a - b, with its 95 % interval by a paired bootstrap.

    Problems are drawn with both their figures, so that what makes a problem hard for both does not count as
    uncertainty. Where all differences are equal the interval is that point. Raises ValueError when P differs.
    """
    if len(a) != len(b) or not len(a):
        raise ValueError(f"{len(a)} and {len(b)} problems cannot be paired")
    gain_P = np.asarray(a, float) - np.asarray(b, float)
    if np.allclose(gain_P, gain_P[0], rtol=0, atol=1e-12):
        return Interval(float(gain_P[0]), float(gain_P[0]), float(gain_P[0]), "bootstrap")
    return Interval(float(gain_P.mean()), *_bootstrap(gain_P, seed), "bootstrap")
