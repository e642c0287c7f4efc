"""PasoDoble's rewards, gates and filters, as pure functions of recorded answers (arXiv 2511.11881, and its code at 514f11a).

A step: the proposer writes N questions with answers, the solver answers each J times. With p the share of a question's
J answers that count as right, H the last 100 questions and J(q, h) the Jaccard similarity of two SETS of token ids:

    r_diff = 1.1 - p                                            a valid trivial question still earns 0.1
    r_div  = (|H| - #{h in H : J(q, h) > 0.8}) / |H|            1 for an empty history
    reward = 0                      if p <= 0.2                 (validity gate)
             0                      if r_div <= 0.3             (diversity gate)
             r_diff + 0.2 r_div     otherwise                   0.967 at the most with J = 6
    solver: 1 if right, else 0; it trains on the questions with 0.2 < p < 1.

Defects of the release (numbered as we found them) and what becomes of them; preset `released` keeps 1a, 1b, 4 and 5:
1a H grows on rank 0 only: elsewhere it stays empty and r_div is 1. Here H is one value that is passed and returned.
1b H is scored first and extended with the whole batch then, so doubles within a batch cost nothing. Here r_div is the
   smaller of the shares in H and among the other questions of the batch; it does not depend on their order.
1c ranks may disagree on `skip` and hang: `skips` sees the whole batch; the loop calls it once.
2  the offline loop buffers pass rates from before the hack check: `conjecture.question_buffer` takes `Scored` alone.
3  the offline loop reads a stale `skip`: a matter of the loop.
4  the offline buffer takes in more than leaves it: eviction is on in `conjecture.question_buffer`.
5  an answer that is any substring of the question is a hack, which hits every fifth honest question with small
   numbers. Here it must stand alone and have `leak_floor` characters.
6  p > 0.2 is the only evidence that the proposer's answer is right: the arms below, and the loop's probes.

Ours beside that: a question that H holds word for word earns nothing (`repeats_earn`, not in `released`), and on request
a proposal must hold in its own working (`check_working`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from conjecture.arithmetic import trace_holds
from conjecture.r_zero import cluster_shares, r_zero_reward
from prover.dialogue import Proposal
from verify.answers import boxed


@dataclass(frozen=True, slots=True)
class RewardSettings:
    """Every constant of the reward. The defaults are the release's formula without its defects."""

    tau_low: float = 0.2
    """At or below this pass rate a question is invalid and does not train the solver."""
    tau_up: float = 1.0
    """At or above this pass rate a question does not train the solver."""
    difficulty_offset: float = 1.1
    diversity_weight: float = 0.2
    similarity: float = 0.8
    """Two questions are alike when the Jaccard similarity of their token ids is above this."""
    diversity_gate: float = 0.3
    """At or below this diversity a question earns nothing."""
    history: int = 100
    """Questions that are remembered."""
    within_batch: bool = True
    """Whether the batch's other questions count for diversity."""
    repeats_earn: bool = False
    """Whether a question of the history, word for word, can earn anything."""
    leak: Literal["token", "substring"] = "token"
    """When an answer inside its question is a hack: where it stands alone, or anywhere (released)."""
    leak_floor: int = 4
    """Shorter answers, in characters, never count as given away (for `token`)."""
    check_working: bool = False
    """Whether a proposal whose own worked steps are not all true is a hack. Ours, for the bundled language alone."""
    ranks: int = 1
    """Only the first of so many equal parts of a batch meets the history (released: one part for each training GPU)."""

    def __post_init__(self) -> None:
        if not 0 <= self.tau_low < self.tau_up <= 1:
            raise ValueError("rewards want 0 <= tau_low < tau_up <= 1")
        if not 0 <= self.similarity <= 1 or not 0 <= self.diversity_gate < 1 or self.diversity_weight < 0:
            raise ValueError("rewards want similarity in [0, 1], diversity_gate in [0, 1), diversity_weight >= 0")
        if self.difficulty_offset < 1:
            raise ValueError(
                "difficulty_offset must be at least 1, or a valid question could earn less than an invalid"
            )
        if self.history < 0 or self.ranks < 1 or self.leak_floor < 0:
            raise ValueError("rewards want history >= 0, ranks >= 1, leak_floor >= 0")


PRESETS = {
    "antiphon": RewardSettings(),
    "released": RewardSettings(within_batch=False, repeats_earn=True, leak="substring", ranks=6),
}
"""`released`: as the code does it on its 8 GPUs, 6 of which train."""


# Control arms

Arm = Literal[
    "published",
    "true-label",
    "majority-label",
    "frozen-proposer",
    "no-filter",
    "fully-random",
    "partially-random",
    "shuffled-labels",
    "no-knowledge",
    "no-diversity",
]


@dataclass(frozen=True, slots=True)
class ArmRules:
    """What an arm does; the defaults are PasoDoble as published."""

    label: Literal["proposer", "truth", "majority", "shuffled"] = "proposer"
    """Whose answer is right: the proposer's, the computed one, the solver's most frequent one, or that of another
    question of the step."""
    solver_reward: Literal["correct", "random", "random-if-boxed"] = "correct"
    """Of an answer: whether it is right; a coin's; a coin's where it has a box and 0 elsewhere. p is its mean."""
    proposer_reward: Literal["pasodoble", "r-zero"] = "pasodoble"
    filtered: bool = True
    """Whether the solver trains on 0.2 < p < 1 alone."""
    proposer_trained: bool = True
    knowledge: bool = True
    """Whether the proposer is shown a piece of knowledge."""
    diversity: bool = True
    """Whether diversity is rewarded and gated."""


ARMS: dict[Arm, ArmRules] = {
    "published": ArmRules(),
    "true-label": ArmRules(label="truth"),
    "majority-label": ArmRules(label="majority", proposer_reward="r-zero"),
    "frozen-proposer": ArmRules(proposer_trained=False),
    "no-filter": ArmRules(filtered=False),
    "fully-random": ArmRules(solver_reward="random"),
    "partially-random": ArmRules(solver_reward="random-if-boxed"),
    "shuffled-labels": ArmRules(label="shuffled"),
    "no-knowledge": ArmRules(knowledge=False),
    "no-diversity": ArmRules(diversity=False),
}


def shuffled(labels: Sequence[str | None], seed: int, step: int) -> list[str | None]:
    """Every label moved to another question of its step; a lone one is lost.

    >>> sorted(shuffled(["a", "b", "c"], 0, 1)), shuffled(["a"], 0, 1)
    (['a', 'b', 'c'], [None])
    """
    if len(labels) < 2:
        return [None] * len(labels)
    order = np.random.default_rng([seed, step]).permutation(len(labels))
    moved: list[str | None] = [None] * len(labels)
    for here, there in zip(order, np.roll(order, 1), strict=True):
        moved[here] = labels[there]
    return moved


def coin(seed: int, step: int, question: int, sample: int) -> bool:
    """A fair coin that depends on these four numbers alone."""
    return bool(np.random.default_rng([seed, step, question, sample]).random() < 0.5)


def solver_rewards(
    rules: ArmRules,
    correct: Sequence[bool | None],
    has_box: Sequence[bool],
    *,
    seed: int,
    step: int,
    question: int,
) -> list[float | None]:
    """The reward of each of a question's J answers; None where the verifier could not tell, which trains nobody.

    `correct` are the verdicts against the arm's label. An answer without a box earns 0 whatever they say.
    """
    rewards: list[float | None] = []
    for sample, (right, box) in enumerate(zip(correct, has_box, strict=True)):
        if rules.solver_reward == "random" or (rules.solver_reward == "random-if-boxed" and box):
            rewards.append(float(coin(seed, step, question, sample)))
        elif not box or rules.solver_reward == "random-if-boxed":
            rewards.append(0.0)
        else:
            rewards.append(None if right is None else float(right))
    return rewards


def pass_rate(rewards: Sequence[float | None]) -> float | None:
    """Their mean over the answers that could be judged; None when none could."""
    judged = [reward for reward in rewards if reward is not None]
    return sum(judged) / len(judged) if judged else None


# The proposer's reward


class Asked(NamedTuple):
    """A question as the history keeps it: its text with single blanks, and the set of its token ids."""

    text: str
    ids: frozenset[int]


History = tuple[Asked, ...]
"""Oldest first."""


class Scored(NamedTuple):
    """What a proposal has come to. `pass_rate` is after the hack check; None: the verifier could not tell."""

    pass_rate: float | None
    hack: str
    """Empty, or why the pass rate was set to 0."""
    diversity: float
    reward: float | None
    """The proposer's; None: this proposal trains nobody."""
    trains_solver: bool


def asked(question: str, ids: Sequence[int]) -> Asked:
    """A question for the history; `ids` are its text's token ids without special ones."""
    return Asked(" ".join(question.split()), frozenset(ids))


def jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    """|a ∩ b| / |a ∪ b|; two empty sets are alike.

    >>> jaccard(frozenset({1, 2, 3}), frozenset({2, 3, 4}))
    0.5
    """
    return len(a & b) / len(a | b) if a or b else 1.0


def difficulty_reward(rate: float, settings: RewardSettings) -> float:
    """r_diff = 1.1 - p."""
    return settings.difficulty_offset - rate


def diversity_reward(question: Asked, others: Sequence[Asked], settings: RewardSettings) -> float:
    """r_div: the share of the others that are not alike; 1 where there are none."""
    if not others:
        return 1.0
    alike = sum(jaccard(question.ids, other.ids) > settings.similarity for other in others)
    return (len(others) - alike) / len(others)


def proposer_reward(rate: float, diversity: float, settings: RewardSettings) -> float:
    """r_diff + 0.2 r_div behind the two gates."""
    if rate <= settings.tau_low or diversity <= settings.diversity_gate:
        return 0.0
    return difficulty_reward(rate, settings) + settings.diversity_weight * diversity


def trainable(rate: float, settings: RewardSettings) -> bool:
    """0.2 < p < 1: whether the solver trains on the question."""
    return settings.tau_low < rate < settings.tau_up


def hack(proposal: Proposal, settings: RewardSettings, rules: ArmRules = ARMS["published"]) -> str:
    """Why a proposal's pass rate counts as 0, or an empty string.

    Its answer here is the label: where that is not the proposer's own, put it in first; None while there is none, and
    then the question alone is looked at. Only the proposer's own must be there.

    >>> hack(Proposal("2+3", "", "5"), RewardSettings()), hack(Proposal("1234+0", "", "1234"), RewardSettings())
    ('', 'answer in the question')
    >>> hack(Proposal("2+3", "", None), RewardSettings()), hack(Proposal("2+3", "", None), RewardSettings(), ARMS["true-label"])
    ('no answer', '')
    """
    question, answer = proposal.question, proposal.answer
    if not question:
        return "no question"
    if not answer and rules.label == "proposer":
        return "no answer"
    if answer and question in answer:
        return "question in the answer"
    if "\\boxed" in question:
        return "boxed answer in the question"
    if answer and _gives_away(question, answer, settings):
        return "answer in the question"
    solution = proposal.solution or ""
    unworked = settings.check_working and not trace_holds(solution, boxed(solution) or "")
    return "working that does not hold" if unworked else ""


def _gives_away(question: str, answer: str, settings: RewardSettings) -> bool:
    if settings.leak == "substring":
        return answer in question
    alone = re.compile(rf"(?<![\w.]){re.escape(answer)}(?!\w|\.\d)")
    return len(answer) >= settings.leak_floor and alone.search(question) is not None


def score(
    proposals: Sequence[Proposal],
    ids: Sequence[Sequence[int]],
    rates: Sequence[float | None],
    history: History,
    settings: RewardSettings,
    rules: ArmRules = ARMS["published"],
) -> tuple[list[Scored], History]:
    """The proposer's rewards of a step, and the history after it.

    A proposal's answer here is its label, as for `hack`.
    `ids` are the token ids of each question (any, for one that is missing), `rates` the means of the solver's rewards.
    Missing questions do not enter the history.
    """
    batch = [
        asked(proposal.question, own) if proposal.question else None
        for proposal, own in zip(proposals, ids, strict=True)
    ]
    shares = cluster_shares([one.text if one else "" for one in batch]) if rules.proposer_reward == "r-zero" else []
    weights = settings if rules.diversity else replace(settings, diversity_weight=0.0)
    scored = []
    for index, (proposal, rate) in enumerate(zip(proposals, rates, strict=True)):
        word = hack(proposal, settings, rules)
        rate = 0.0 if word else rate
        diversity = _diversity(index, batch, history, settings) if rules.diversity else 1.0
        if rate is None:
            scored.append(Scored(None, word, diversity, None, False))
            continue
        if rules.proposer_reward == "r-zero":
            reward = r_zero_reward(rate, shares[index], readable=bool(proposal.question))
        else:
            reward = proposer_reward(rate, diversity, weights)
        trains = trainable(rate, settings) if rules.filtered else not word
        scored.append(Scored(rate, word, diversity, reward, trains))
    new = tuple(one for one in batch if one is not None)
    return scored, (history + new)[max(0, len(history) + len(new) - settings.history) :]


def _diversity(index: int, batch: Sequence[Asked | None], history: History, settings: RewardSettings) -> float:
    """Of a question of the batch; 1 for a missing one, whose reward is 0 anyway."""
    one = batch[index]
    if one is None:
        return 1.0
    diversity = 1.0
    if index * settings.ranks < len(batch):
        repeated = any(one.text == past.text for past in history) and not settings.repeats_earn
        diversity = 0.0 if repeated else diversity_reward(one, history, settings)
    if settings.within_batch:
        beside = [other for at, other in enumerate(batch) if other is not None and at != index]
        diversity = min(diversity, diversity_reward(one, beside, settings))
    return diversity


def skips(scored: Sequence[Scored], prompts: Sequence[int], rules: ArmRules = ARMS["published"]) -> bool:
    """Whether a step trains neither model: no question for the solver, or no proposal that differs from its group.

    `prompts` is the index of each proposal's prompt: advantages are taken within a prompt. A proposer that is not
    trained cannot be a reason.
    """
    if not any(one.trains_solver for one in scored):
        return True
    rewards: dict[int, set[float]] = {}
    for one, prompt in zip(scored, prompts, strict=True):
        if one.reward is not None:
            rewards.setdefault(prompt, set()).add(one.reward)
    return rules.proposer_trained and all(len(group) < 2 for group in rewards.values())
