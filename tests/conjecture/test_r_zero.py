"""R-Zero's questioner reward: worked numbers, and clusters of questions that say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conjecture.dualplay import ARMS, RewardSettings, score
from conjecture.r_zero import bleu, cluster_shares, r_zero_reward
from prover.dialogue import Proposal

APPLES = "A shop sells 12 apples a day. How many apples does it sell in 7 days?"
PEARS = "A shop sells 12 pears a day. How many pears does it sell in 7 days?"
PRIMES = "Find the sum of all primes below 30."


@pytest.mark.parametrize(("right", "reward"), [(0, 0.0), (3, 1 / 3), (4, 4 / 9), (5, 4 / 9), (6, 1 / 3), (9, 0.0)])
def test_the_reward_of_nine_votes_before_the_share(right, reward):
    assert r_zero_reward(right / 9, 0.0) == pytest.approx(reward)


def test_an_unreadable_question_loses_one_and_its_share():
    assert r_zero_reward(0.5, 0.25, readable=False) == -1.25


def test_bleu_of_a_known_pair():
    reference, candidate = "the cat sat on the mat".split(), "the cat sat on a mat".split()
    assert bleu(reference, candidate) == pytest.approx((5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25)
    assert bleu(reference, "the cat sat on".split()) == pytest.approx(2.718281828 ** (1 - 6 / 4))
    assert bleu([], []) == 0.0


def test_questions_that_say_the_same_share_a_cluster():
    assert cluster_shares([APPLES, PEARS, PRIMES, "12+7*3"]) == [0.5, 0.5, 0.25, 0.25]
    assert cluster_shares([APPLES]) == [1.0]
    assert cluster_shares([]) == []


@pytest.mark.parametrize(
    ("one", "other", "distance", "share"),
    [
        ("a b c d e f g h", "a b c d e d g", 0.4506, 1.0),
        ("a b c d e f g h", "a b c d x f g h", 0.5, 0.5),  # 7/8 5/7 3/6 1/5 = 1/16, whose fourth root is exact
        ("a b c d e f g", "a b c d a f", 0.5552, 0.5),
    ],
)
def test_a_pair_shares_a_cluster_when_it_is_nearer_than_one_half(one, other, distance, share):
    measured = 1 - (bleu(one.split(), other.split()) + bleu(other.split(), one.split())) / 2
    assert measured == (distance if distance == 0.5 else pytest.approx(distance, abs=1e-4))
    assert cluster_shares([one, other]) == [share, share]


@given(st.permutations([APPLES, PEARS, PRIMES, APPLES + " Why?", "12+7*3", "12+7*4"]))
def test_the_order_of_the_batch_does_not_matter(questions):
    shares = dict(zip(questions, cluster_shares(questions), strict=True))
    assert shares[APPLES] == shares[PEARS] == shares[APPLES + " Why?"] == 0.5


def test_the_majority_arm_pays_by_this_rule():
    proposals = [Proposal(text, "", "-") for text in (APPLES, PEARS, PRIMES)] + [Proposal(None, None, None)]
    scored, _ = score(
        proposals, [[1], [2], [3], []], [0.5, 1.0, 2 / 3, 1.0], (), RewardSettings(), ARMS["majority-label"]
    )
    assert [one.reward for one in scored] == pytest.approx([0.5 - 0.5, -0.5, 1 / 3 - 0.25, -1.25])


def test_a_question_that_gives_its_majority_away_can_be_read_and_has_pass_rate_zero():
    [one], _ = score([Proposal("Is it 1234?", "", "1234")], [[1]], [0.5], (), RewardSettings(), ARMS["majority-label"])
    assert (one.hack, one.pass_rate, one.reward) == ("answer in the question", 0.0, -1.0)
