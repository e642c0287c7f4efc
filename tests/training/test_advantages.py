import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.advantages import group_advantages

REWARDS = st.lists(st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=6), min_size=1, max_size=5)


def test_centring():
    [group] = group_advantages([[1, 1, 0]], "none")
    assert group == pytest.approx([1 / 3, 1 / 3, -2 / 3])


def test_a_group_is_divided_by_its_own_deviation_of_a_sample():
    deviation = statistics.stdev([1, 1, 0]) + 1e-4
    groups = group_advantages([[1, 1, 0], [10, 30]], "group")
    assert groups[0] == pytest.approx([1 / 3 / deviation, 1 / 3 / deviation, -2 / 3 / deviation])
    assert groups[1] == pytest.approx([-10 / (math.sqrt(200) + 1e-4), 10 / (math.sqrt(200) + 1e-4)])


def test_a_batch_is_divided_by_the_deviation_of_all_rewards():
    deviation = statistics.stdev([1, 1, 0, 10, 30]) + 1e-4
    groups = group_advantages([[1, 1, 0], [10, 30]], "batch")
    assert groups[0] == pytest.approx([1 / 3 / deviation, 1 / 3 / deviation, -2 / 3 / deviation])
    assert groups[1] == pytest.approx([-10 / deviation, 10 / deviation])


@pytest.mark.parametrize("scale", ["group", "batch", "none"])
def test_groups_without_a_signal_give_exact_zeros(scale):
    # 0.1 + 0.1 + 0.1 is not 3 x 0.1 in floating point.
    assert group_advantages([[0.1] * 3, [0] * 4, [7.0], [], [0, 1]], scale)[:4] == [[0] * 3, [0] * 4, [0], []]


@given(REWARDS, st.sampled_from(["group", "batch", "none"]))
def test_every_group_sums_to_nothing_and_keeps_its_order(groups, scale):
    for rewards, advantages in zip(groups, group_advantages(groups, scale), strict=True):
        assert sum(advantages) == pytest.approx(0, abs=1e-6 + 1e-6 * max(map(abs, advantages)))
        for i, one in enumerate(rewards):
            for j, two in enumerate(rewards):
                assert (one > two) >= (advantages[i] > advantages[j])


@given(REWARDS)
def test_a_group_alone_has_the_advantages_it_has_among_others(groups):
    for scale in ("group", "none"):
        assert group_advantages(groups, scale) == [group_advantages([group], scale)[0] for group in groups]


@pytest.mark.parametrize("reward", [math.nan, math.inf])
def test_a_reward_that_is_not_finite_is_refused(reward):
    with pytest.raises(ValueError, match="group 1 has a reward"):
        group_advantages([[0, 1], [0, reward]])
