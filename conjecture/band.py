"""Pass rates, the band of the barely provable, and when to stop sampling (STP, section 3.2).

P is estimated from K samples, so it is uncertain: at K = 32 its standard error near 1/4 is 0.08. Beyond the paper:
exact (Clopper-Pearson) intervals, and an adaptive K that leaves a conjecture alone once its fate is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Band:
    """0 < P and P at most (`inclusive`) or below `pass_rate_max`.

    >>> Band(0.25, True).most(32), Band(0.25, False).most(32)
    (8, 7)
    """

    pass_rate_max: float
    inclusive: bool

    def below(self, rate: float) -> bool:
        """Whether a pass rate is not above the band; 0 is not."""
        return rate <= self.pass_rate_max if self.inclusive else rate < self.pass_rate_max

    def most(self, samples: int) -> int:
        """The greatest number of successes of so many samples that is not above the band; -1 if there is none."""
        return max((n for n in range(samples + 1) if self.below(n / samples)), default=-1)


def pass_rate_interval(correct: int, samples: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact (Clopper-Pearson) interval of a pass rate. Raises ValueError without samples.

    >>> [round(end, 4) for end in pass_rate_interval(4, 32)]
    [0.0351, 0.2899]
    """
    from scipy.stats import binomtest  # late: it takes longer to load than the command line may

    interval = binomtest(correct, samples).proportion_ci(confidence, method="exact")
    return float(interval.low), float(interval.high)


@dataclass(frozen=True, slots=True)
class AdaptiveK:
    """When the sampling of a conjecture stops before its K samples. Given statements always get all of them."""

    rule: Literal["off", "certain", "confident"] = "off"
    """`certain`: once the successes so far exceed what the band allows of K, so that the same conjectures are
    selected. `confident`: once the exact interval of P lies above the band or inside it."""
    confidence: float = 0.95
    """Of the interval."""
    blocks: tuple[int, ...] = (4, 4, 8, 16)
    """Samples are drawn in blocks of these sizes, the last one again and again; between them the rule is asked."""

    def __post_init__(self) -> None:
        if not self.blocks or min(self.blocks) < 1:
            raise ValueError("adaptive.blocks wants sizes of at least 1")
        if not 0 < self.confidence < 1:
            raise ValueError("adaptive.confidence must be between 0 and 1")

    def spans(self, k: int) -> Iterator[tuple[int, int]]:
        """The blocks of K samples as (first sample, number of samples).

        >>> list(AdaptiveK("certain").spans(32)), list(AdaptiveK().spans(32))
        ([(0, 4), (4, 4), (8, 8), (16, 16)], [(0, 32)])
        """
        if self.rule == "off":
            yield 0, k
            return
        first = number = 0
        while first < k:
            size = min(self.blocks[min(number, len(self.blocks) - 1)], k - first)
            yield first, size
            first, number = first + size, number + 1

    def settled(self, correct: int, samples: int, k: int, band: Band) -> bool:
        """Whether a conjecture with so many successes of so many samples needs no more of its K.

        Certainly inside the band is no reason for the rule `certain`: a later proof may be the one that uses the
        lemma, or the shortest, which selection asks for.
        """
        if self.rule == "off" or not samples:
            return False
        if self.rule == "certain":
            return correct > band.most(k)
        low, high = pass_rate_interval(correct, samples, self.confidence)
        return not band.below(low) or (low > 0 and band.below(high))
