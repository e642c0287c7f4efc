"""PasoDoble's rewards against worked numbers of its formulas, and what must hold of them whatever the answers were."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conjecture.dualplay import (
    ARMS,
    PRESETS,
    Asked,
    RewardSettings,
    asked,
    coin,
    difficulty_reward,
    diversity_reward,
    hack,
    jaccard,
    pass_rate,
    proposer_reward,
    score,
    shuffled,
    skips,
    solver_rewards,
    trainable,
)
from prover.dialogue import Proposal

OURS, RELEASED = PRESETS["antiphon"], PRESETS["released"]
FAR = [[100 * n + k for k in range(5)] for n in range(200)]
"""Token ids of questions that have nothing in common."""


def question(n: int) -> Proposal:
    return Proposal(f"question {n}", "", "-")


def past(n: int) -> tuple[Asked, ...]:
    """A history of n unlike questions."""
    return tuple(asked(f"old {k}", FAR[100 + k]) for k in range(n))


def scores(rates, settings=OURS, history=(), rules=ARMS["published"], ids=None):
    proposals = [question(n) for n in range(len(rates))]
    return score(proposals, ids or FAR[: len(rates)], rates, history, settings, rules)[0]


# The formulas


@pytest.mark.parametrize(
    ("right", "reward"),
    [(0, 0.0), (1, 0.0), (2, 1.1 - 2 / 6 + 0.2), (3, 0.8), (4, 1.1 - 4 / 6 + 0.2), (5, 1.1 - 5 / 6 + 0.2), (6, 0.3)],
)
def test_the_reward_of_every_pass_rate_at_six_answers(right, reward):
    assert proposer_reward(right / 6, 1.0, OURS) == pytest.approx(reward)
    assert scores([right / 6])[0].reward == pytest.approx(reward)


def test_the_greatest_reward_and_the_least_positive_one():
    assert max(proposer_reward(n / 6, 1.0, OURS) for n in range(7)) == pytest.approx(0.967, abs=5e-4)
    assert proposer_reward(1.0, 0.31, OURS) == pytest.approx(0.162)
    assert difficulty_reward(1.0, OURS) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("rate", "valid", "trains"), [(0.2, False, False), (0.21, True, True), (0.99, True, True), (1, True, False)]
)
def test_both_ends_of_the_band_are_excluded_for_the_solver_and_one_for_the_proposer(rate, valid, trains):
    assert (proposer_reward(rate, 1.0, OURS) > 0) is valid
    assert trainable(rate, OURS) is trains


def test_similarity_is_that_of_sets_and_the_bound_is_excluded():
    assert jaccard(frozenset({1, 2, 3, 4}), frozenset({2, 3, 4, 5})) == 3 / 5
    assert asked("a a b", [1, 1, 2]).ids == {1, 2}
    four_of_five = [asked("b", [1, 2, 3, 4, 5])]
    assert diversity_reward(asked("a", [1, 2, 3, 4]), four_of_five, OURS) == 1.0  # 0.8 is not above 0.8
    assert diversity_reward(asked("a", [1, 2, 3, 4, 5]), four_of_five, OURS) == 0.0


def test_diversity_is_the_share_of_the_history_that_is_not_alike():
    history = (asked("x", FAR[0]), asked("y", FAR[0]), asked("z", FAR[1]), asked("w", FAR[2]))
    assert scores([0.5], history=history)[0].diversity == 0.5
    assert scores([0.5], history=history)[0].reward == pytest.approx(1.1 - 0.5 + 0.2 * 0.5)
    assert scores([0.5])[0].diversity == 1.0  # an empty history


@pytest.mark.parametrize(("alike", "reward"), [(6, 1.1 - 0.5 + 0.2 * 0.4), (7, 0.0), (8, 0.0)])
def test_the_diversity_gate_closes_at_its_bound(alike, reward):
    history = past(10 - alike) + tuple(asked(f"same {n}", FAR[0]) for n in range(alike))
    assert scores([0.5], history=history)[0].reward == pytest.approx(reward)


def test_the_history_keeps_the_last_hundred_of_the_questions_that_were_read():
    proposals = [question(0), Proposal(None, None, None), question(1)]
    _, history = score(proposals, [FAR[0], [], FAR[1]], [0.5, 0.5, 0.5], past(99), OURS)
    assert len(history) == 100
    assert [one.text for one in history[-2:]] == ["question 0", "question 1"]
    assert history[0].text == "old 1"


def test_no_history_at_all_is_possible():
    _, history = score([question(0)], [FAR[0]], [0.5], (), RewardSettings(history=0))
    assert history == ()


# Defects of the release, and the preset that keeps them


def test_doubles_within_a_batch_cost_in_ours_and_not_in_the_release():
    same = [FAR[0]] * 6
    assert [one.reward for one in scores([0.5] * 6, ids=same)] == [0.0] * 6
    assert [one.diversity for one in scores([0.5] * 6, RELEASED, ids=same)] == [1.0] * 6


def test_in_the_release_only_the_first_rank_meets_the_history():
    history = tuple(asked(f"same {n}", FAR[0]) for n in range(10))
    assert [one.diversity for one in scores([0.5] * 6, RELEASED, history, ids=[FAR[0]] * 6)] == [0.0, *[1.0] * 5]
    assert [one.diversity for one in scores([0.5], OURS, history)] == [0.0]


def test_a_question_asked_before_word_for_word_earns_nothing_in_ours():
    history = (*past(99), asked("question  0", FAR[0]))
    assert scores([0.5], OURS, history)[0].reward == 0.0
    assert scores([0.5], RELEASED, history)[0].reward == pytest.approx(1.1 - 0.5 + 0.2 * 0.99)


@pytest.mark.parametrize(
    ("text", "answer", "ours", "released"),
    [
        ("What is 2+3?", "5", "", ""),
        ("What is 12+3-3?", "12", "", "answer in the question"),  # an honest small answer
        ("What is 15*4?", "5", "", "answer in the question"),
        ("Show that it is 1234.", "1234", "answer in the question", "answer in the question"),
        ("What is 12345+1?", "1234", "", "answer in the question"),
        ("Is it 3.1415?", "3.14", "", "answer in the question"),
        (r"Simplify \frac{1}{2}.", r"\frac{1}{2}", "answer in the question", "answer in the question"),
        (r"Note \boxed{7}. What is 3+3?", "6", *["boxed answer in the question"] * 2),
        ("7", "7", *["question in the answer"] * 2),
        ("7", "17", *["question in the answer"] * 2),
        (None, "7", *["no question"] * 2),
        ("What is 2+3?", None, *["no answer"] * 2),
        ("What is 2+3?", "", *["no answer"] * 2),
    ],
)
def test_the_hack_check(text, answer, ours, released):
    proposal = Proposal(text, "", answer)
    assert hack(proposal, OURS) == ours
    assert hack(proposal, RELEASED) == released


def test_the_released_rule_hits_every_fifth_honest_question_with_small_numbers_and_ours_none():
    draw = random.Random(0)
    flags = {"ours": 0, "released": 0}
    honest = 0
    while honest < 2_000:
        a, b, c = (draw.randint(1, 20) for _ in range(3))
        first, second = draw.choice("+-*"), draw.choice("+-*")
        answer = eval(f"{a}{first}{b}{second}{c}")
        if not 0 <= answer <= 20:
            continue
        honest += 1
        proposal = Proposal(f"{a} {first} {b} {second} {c}", "", str(answer))
        flags["ours"] += bool(hack(proposal, OURS))
        flags["released"] += bool(hack(proposal, RELEASED))
    assert flags["ours"] == 0
    assert 0.15 < flags["released"] / honest < 0.35


@pytest.mark.parametrize(
    ("solution", "word"),
    [
        (r"7+5=12;12*3=36;\boxed{36}", ""),
        (r"7+5=13;13*3=36;\boxed{36}", "working that does not hold"),
        (None, "working that does not hold"),
    ],
)
def test_a_proposal_can_be_asked_to_hold_in_its_own_working(solution, word):
    proposal = Proposal("(7+5)*3", solution, "36")
    assert hack(proposal, RewardSettings(check_working=True)) == word
    assert hack(proposal, OURS) == hack(proposal, RELEASED) == ""


@pytest.mark.parametrize("arm", ["true-label", "majority-label", "shuffled-labels"])
def test_another_label_than_the_proposers_may_be_missing_and_is_looked_at_when_it_is_there(arm):
    rules = ARMS[arm]
    assert hack(Proposal("Show that it is 1234.", None, None), OURS, rules) == ""
    assert hack(Proposal("Show that it is 1234.", None, "1234"), OURS, rules) == "answer in the question"
    assert hack(Proposal("7", None, "17"), OURS, rules) == "question in the answer"
    assert hack(Proposal(None, None, None), OURS, rules) == "no question"
    assert hack(Proposal(r"Note \boxed{7}.", None, None), OURS, rules) == "boxed answer in the question"


def test_the_working_is_the_proposers_own_whatever_the_label():
    settings, own = RewardSettings(check_working=True), r"7+5=12;\boxed{12}"
    for label in (None, "12", "13"):
        assert hack(Proposal("7+5", own, label), settings, ARMS["true-label"]) == ""
    assert hack(Proposal("7+5", "7+5=12;", "12"), settings, ARMS["true-label"]) == "working that does not hold"


def test_a_hack_has_pass_rate_zero_earns_nothing_and_trains_nobody():
    for rules in (ARMS["published"], ARMS["no-filter"]):
        [one], _ = score([Proposal("1234 or what?", "", "1234")], [FAR[0]], [0.5], (), OURS, rules)
        assert (one.pass_rate, one.reward, one.trains_solver) == (0.0, 0.0, False)


# Arms


def test_an_arm_changes_what_its_word_says_and_nothing_else():
    published = ARMS["published"]
    changed = {
        arm: {name for name in published.__slots__ if getattr(rules, name) != getattr(published, name)}
        for arm, rules in ARMS.items()
    }
    assert changed == {
        "published": set(),
        "true-label": {"label"},
        "majority-label": {"label", "proposer_reward"},
        "frozen-proposer": {"proposer_trained"},
        "no-filter": {"filtered"},
        "fully-random": {"solver_reward"},
        "partially-random": {"solver_reward"},
        "shuffled-labels": {"label"},
        "no-knowledge": {"knowledge"},
        "no-diversity": {"diversity"},
    }


def rewards(arm, correct, has_box, question=0):
    return solver_rewards(ARMS[arm], correct, has_box, seed=1, step=2, question=question)


def test_the_solver_earns_one_for_a_right_answer_and_nothing_without_a_box():
    assert rewards("published", [True, False, True], [True, True, False]) == [1.0, 0.0, 0.0]


def test_a_verdict_that_could_not_be_given_is_no_reward():
    assert rewards("published", [True, None, None], [True, True, False]) == [1.0, None, 0.0]
    assert pass_rate([1.0, None, 0.0]) == 0.5
    assert pass_rate([None]) is None
    [one] = scores([None])
    assert one.reward is None and not one.trains_solver


def test_random_rewards_ignore_the_verdicts_and_come_out_the_same_again():
    verdicts, boxes = [True] * 400, [True, False] * 200
    full, partial = rewards("fully-random", verdicts, boxes), rewards("partially-random", verdicts, boxes)
    assert full == rewards("fully-random", [False] * 400, boxes) == rewards("fully-random", [None] * 400, boxes)
    assert 0.4 < pass_rate(full) < 0.6
    assert partial[1::2] == [0.0] * 200
    assert partial[0::2] == full[0::2]
    assert full != rewards("fully-random", verdicts, boxes, question=1)
    assert len({(coin(0, 0, 0, n), coin(1, 0, 0, n), coin(0, 1, 0, n), coin(0, 0, 1, n)) for n in range(200)}) == 16


def test_the_coin_is_fair_to_a_thousandth():
    """Of the first 3,000 draws these come nearest to one half: 0.50007 and 0.49972."""
    assert (coin(0, 0, 0, 322), coin(0, 0, 0, 1486)) == (False, True)


def test_no_diversity_neither_rewards_nor_gates_it():
    history = tuple(asked("question 0", FAR[0]) for _ in range(10))
    assert scores([0.5], OURS, history, ARMS["no-diversity"])[0].reward == pytest.approx(0.6)


def test_no_filter_trains_on_every_question_that_is_no_hack():
    assert [one.trains_solver for one in scores([0.0, 0.5, 1.0], rules=ARMS["no-filter"])] == [True] * 3
    assert [one.trains_solver for one in scores([0.0, 0.5, 1.0])] == [False, True, False]


def test_shuffled_labels_are_all_there_and_none_in_its_place():
    labels = [str(n) for n in range(6)]
    for step in range(50):
        moved = shuffled(labels, 0, step)
        assert sorted(moved) == labels
        assert all(a != b for a, b in zip(labels, moved, strict=True))
    assert len({tuple(shuffled(labels, 0, step)) for step in range(50)}) > 20


@pytest.mark.parametrize(
    ("rates", "prompts", "arm", "skip"),
    [
        ([0.5, 1.0], [0, 0], "published", False),
        ([0.0, 1.0], [0, 0], "published", True),  # nothing for the solver
        ([0.5, 0.5], [0, 0], "published", True),  # no advantages for the proposer
        ([0.5, 1.0], [0, 1], "published", True),  # advantages are taken within a prompt
        ([0.5, 0.5], [0, 0], "frozen-proposer", False),
        ([0.0, 1.0], [0, 0], "no-filter", False),
        ([0.5, 1.0, 0.5, 0.5], [0, 0, 1, 1], "published", False),  # one prompt's group has advantages
        ([None, 0.5], [0, 0], "published", True),
        ([], [], "published", True),
    ],
)
def test_when_a_step_is_skipped(rates, prompts, arm, skip):
    assert skips(scores(rates, rules=ARMS[arm]), prompts, ARMS[arm]) is skip


# Whatever the answers were

steps = st.lists(st.tuples(st.integers(0, 6), st.lists(st.integers(0, 12), max_size=8)), min_size=1, max_size=8)
histories = st.lists(st.lists(st.integers(0, 12), max_size=8), max_size=12)


def played(step, history):
    proposals = [Proposal(f"question {' '.join(map(str, ids))}", "", "-") for _, ids in step]
    before = tuple(asked(f"question {' '.join(map(str, ids))}", ids) for ids in history)
    return score(proposals, [ids for _, ids in step], [right / 6 for right, _ in step], before, OURS)


@given(steps, histories)
def test_an_invalid_question_earns_less_than_any_valid_one_and_rewards_are_bounded(step, history):
    for one in played(step, history)[0]:
        valid = one.pass_rate > OURS.tau_low and one.diversity > OURS.diversity_gate
        assert 0.16 < one.reward < 0.9667 if valid else one.reward == 0.0


@given(steps, histories, st.randoms(use_true_random=False))
def test_the_order_of_a_batch_does_not_matter(step, history, draw):
    order = list(range(len(step)))
    draw.shuffle(order)
    straight, mixed = played(step, history)[0], played([step[at] for at in order], history)[0]
    assert [straight[at] for at in order] == mixed


@given(st.lists(st.sampled_from([True, False, None]), min_size=1), st.randoms(use_true_random=False))
def test_the_order_of_a_questions_answers_does_not_matter(correct, draw):
    mixed = draw.sample(correct, len(correct))
    boxes = [True] * len(correct)
    assert pass_rate(rewards("published", correct, boxes)) == pass_rate(rewards("published", mixed, boxes))


@given(steps, histories)
def test_a_repeated_question_earns_nothing(step, history):
    asked_before = history + [ids for _, ids in step]
    assert all(one.reward == 0.0 for one in played(step, asked_before)[0])


@given(st.floats(0.21, 1), st.floats(0.21, 1), st.floats(0.31, 1))
def test_the_reward_falls_with_the_pass_rate_above_the_gate(one, other, diversity):
    easy, hard = max(one, other), min(one, other)
    assert proposer_reward(easy, diversity, OURS) <= proposer_reward(hard, diversity, OURS)


@given(st.frozensets(st.integers(0, 9)), st.frozensets(st.integers(0, 9)))
def test_similarity_is_symmetric_and_one_for_equals_alone(a, b):
    assert jaccard(a, b) == jaccard(b, a)
    assert (jaccard(a, b) == 1.0) is (a == b)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tau_low": 1.0},
        {"tau_up": 1.5},
        {"similarity": 2},
        {"diversity_gate": 1.0},
        {"difficulty_offset": 0.9},
        {"history": -1},
        {"ranks": 0},
    ],
)
def test_constants_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError):
        RewardSettings(**wrong)
