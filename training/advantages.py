"""Advantages of groups of rewards: each group is centred on its mean, and scaled by a standard deviation.

A group holds the rewards of one prompt's rollouts. Groups may differ in size: what could not be scored is left out, and
the next group is none the wiser. GRPO (arXiv 2402.03300, section 4.1.2) divides by the group's standard deviation,
Dr.GRPO (2503.20783, section 3.2) by nothing, and PPO's habit of the whole batch's is Lite PPO's advice (2508.08221).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

ScaleRewards = Literal["group", "batch", "none"]
_EPSILON = 1e-4  # trl's, added to the standard deviation


def group_advantages(groups: Sequence[Sequence[float]], scale_rewards: ScaleRewards = "group") -> list[list[float]]:
    """One advantage a reward, in the same shape. A group whose rewards are all equal gives exact zeros.

    Standard deviations are of a sample, with n - 1, as in trl. Raises ValueError for a reward that is not finite.

    >>> group_advantages([[1, 0], [1, 1, 1]], "none")
    [[0.5, -0.5], [0.0, 0.0, 0.0]]
    """
    for number, group in enumerate(groups):
        if not all(map(math.isfinite, group)):
            raise ValueError(f"group {number} has a reward that is not finite: leave out what could not be scored")
    whole = _deviation([reward for group in groups for reward in group])
    advantages = []
    for group in groups:
        scale = {"group": _deviation(group) + _EPSILON, "batch": whole + _EPSILON, "none": 1.0}[scale_rewards]
        advantages.append([difference / scale for difference in _centred(group)])
    return advantages


def _centred(rewards: Sequence[float]) -> list[float]:
    # A rounded mean of equal rewards may miss them by one bit, and a deviation of 0 would make much of it.
    if len(set(rewards)) < 2:
        return [0.0] * len(rewards)
    mean = math.fsum(rewards) / len(rewards)
    return [reward - mean for reward in rewards]


def _deviation(rewards: Sequence[float]) -> float:
    if len(rewards) < 2:
        return 0.0
    return math.sqrt(math.fsum(difference**2 for difference in _centred(rewards)) / (len(rewards) - 1))
