"""PasoDoble (arXiv 2511.11881): a proposer writes questions with answers, a solver answers them, both learn.

    draw      pieces of knowledge, one prompt each
    propose   N completions of the proposer for each prompt: question, worked solution, boxed answer
    answer    J completions of the solver for each question
    judge     an answer is right when math-verify finds it equal to the label, the proposer's own answer;
              p is the share of right ones
    score     the proposer earns 1.1 - p and 0.2 of the question's diversity, behind gates (`conjecture.dualplay`)
    learn     policy gradient for both, the solver on questions of 0.2 < p < 1; or the step is skipped

Online, every step does all of it. Offline, the players take turns, the other one frozen: the proposer's valid questions
wait in a buffer, from which the solver's steps draw. Steps count both kinds, valid or not: the loop always ends.

Deviations from the released code at 514f11a, whose defects `conjecture.dualplay` numbers: the pass rates that enter the
buffer have passed the hack check (2), whether a step is skipped is decided in that step (3), the buffer evicts and is
bounded (4; not in preset `released`). A question that the hack check refuses is not asked, its pass rate is 0 either
way; where the label is not the proposer's answer, that answer is not looked at, and the label is checked once it is
known. An answer whose verdict is `infrastructure` counts as not made. Everything drawn is a function of (seed, step, …),
and every completion is in the ledger before it is judged: a step that is played again after a kill does not sample what
was recorded.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any, NamedTuple

from conjecture import arithmetic
from conjecture.dualplay import (
    History,
    Scored,
    asked,
    hack,
    pass_rate,
    score,
    shuffled,
    skips,
    solver_rewards,
)
from conjecture.knowledge import NOTHING, KnowledgeBase, Piece
from conjecture.question_buffer import QuestionBuffer
from prover.attempts import derived_seed
from prover.dialogue import Dialogue, Proposal
from prover.model import encode
from prover.sampler import Completion, ModelSampler
from training.advantages import group_advantages
from training.judge import AnswerJudge
from training.ledger import LedgerError, Question
from training.pasodoble_config import PasoDobleConfig
from training.policy_gradient import PolicyLearner
from training.rollouts import Rollout
from verify.records import Attempt, Statement
from verify.votes import majority

QUESTION = "question"  # the kind of a proposed statement in the ledger
Row = dict[str, Any]


@dataclass
class Player:
    """A model in its role: what it is told, how it samples, how it learns. Sampler and learner share the weights."""

    role: str
    dialogue: Dialogue
    sampler: ModelSampler
    learner: PolicyLearner

    def prompt_ids(self, prompts: Sequence[str]) -> list[tuple[int, ...]]:
        """What the sampler puts before a completion."""
        return [tuple(ids[-self.sampler.room :]) for ids in encode(self.sampler.tokenizer, prompts)]

    def learn(self, prompts: Sequence[str], groups: Sequence[Sequence[tuple[Completion, float]]]) -> dict[str, float]:
        """One update on (completion, reward) pairs, a group for each prompt."""
        rewards = [[reward for _, reward in group] for group in groups]
        advantages = group_advantages(rewards, self.learner.settings.scale_rewards)
        return self.learner.update(
            [
                Rollout(ids, completion.token_ids, advantage)
                for ids, group, row in zip(self.prompt_ids(prompts), groups, advantages, strict=True)
                for (completion, _), advantage in zip(group, row, strict=True)
            ]
        )


@dataclass
class Memory:
    """What a step hands to the next beside the models."""

    history: History = ()
    buffer: QuestionBuffer = field(default_factory=QuestionBuffer)
    seen: set[str] = field(default_factory=set)
    """The distinct questions ever proposed, by their statements' ids,"""
    asked: int = 0
    """and how many there were."""


class Proposed(NamedTuple):
    """One completion of the proposer, read."""

    piece: int  # the index of its prompt in the step
    completion: Completion
    proposal: Proposal


class Answered(NamedTuple):
    """The J answers to a question: their completions and rewards, and the label they were compared with."""

    completions: Sequence[Completion]
    label: str | None
    rewards: Sequence[float | None]


NOT_ASKED = Answered((), None, ())


class PasoDoble:
    """The steps of one run."""

    def __init__(
        self,
        config: PasoDobleConfig,
        judge: AnswerJudge,
        knowledge: KnowledgeBase,
        proposer: Player,
        solver: Player,
        memory: Memory,
    ) -> None:
        self.config, self.rules, self.judge, self.ledger = config, config.rules, judge, judge.ledger
        self.knowledge, self.proposer, self.solver, self.memory = knowledge, proposer, solver, memory

    async def step(self, number: int) -> Row:
        """Plays one step; returns its row of metrics."""
        began, offline = time.monotonic(), self.config.offline
        if self.config.paradigm == "online":
            row = await self.both_learn(number)
        elif number % (offline.proposer_steps + offline.solver_steps) < offline.proposer_steps:
            row = await self.proposer_learns(number)
        else:
            row = await self.solver_learns(number)
        return {"round": number, **row, "time/round": time.monotonic() - began}

    # The two paradigms

    async def both_learn(self, number: int) -> Row:
        prompts, proposed = self.propose(number)
        answered = await self.answer(number, [p.proposal for p in proposed])
        scored, row = await self.score(number, proposed, answered)
        row["step/skipped"] = skips(scored, [p.piece for p in proposed], self.rules)
        if not row["step/skipped"]:
            if self.rules.proposer_trained:
                row |= self.teach_proposer(prompts, proposed, scored)
            questions = [p.proposal.question for p in proposed]
            chosen = [index for index, one in enumerate(scored) if one.trains_solver]
            row |= self.teach_solver([questions[i] for i in chosen], [answered[i] for i in chosen])
        return row

    async def proposer_learns(self, number: int) -> Row:
        """The solver is frozen; what is valid goes to the buffer."""
        prompts, proposed = self.propose(number)
        answered = await self.answer(number, [p.proposal for p in proposed])
        scored, row = await self.score(number, proposed, answered)
        if self.rules.proposer_trained:
            row |= self.teach_proposer(prompts, proposed, scored)
        labelled = [
            Proposal(p.proposal.question, p.proposal.solution, a.label) for p, a in zip(proposed, answered, strict=True)
        ]
        buffer = self.memory.buffer.insert(labelled, scored, self.config.rewards)
        offline = self.config.offline
        beyond = max(0, len(buffer.kept) - offline.buffer_size) if offline.buffer.evict else 0
        self.memory.buffer = QuestionBuffer(buffer.kept[beyond:], max(0, buffer.cursor - beyond))
        return row | {"buffer/questions": len(self.memory.buffer.kept)}

    async def solver_learns(self, number: int) -> Row:
        """The proposer is frozen; questions come from the buffer in ring order."""
        drawn, buffer = self.memory.buffer.draw(self.config.offline.questions_per_step)
        row: Row = {"buffer/starved": len(drawn) < self.config.offline.questions_per_step}
        answered = await self.answer(
            number, [Proposal(one.question, None, one.answer) for one in drawn], [one.answer for one in drawn]
        )
        if drawn:
            row |= self.teach_solver([one.question for one in drawn], answered)
        rates = {one.question: pass_rate(a.rewards) for one, a in zip(drawn, answered, strict=True)}
        rates = {question: rate for question, rate in rates.items() if rate is not None}
        self.memory.buffer = buffer.trained(rates, self.config.offline.buffer)
        return row | {"solve/pass_rate": _mean([*rates.values()]), "buffer/questions": len(self.memory.buffer.kept)}

    # The parts of a step

    def propose(self, number: int) -> tuple[list[str], list[Proposed]]:
        """The prompts of this step, and N readings of each."""
        prompts = [self.proposer.dialogue.proposer_prompt(piece.text) for piece in self.pieces(number)]
        completions = self.sample(number, self.proposer, prompts, self.config.proposals_per_piece)
        read = self.proposer.dialogue.read_proposal
        return prompts, [Proposed(c.prompt_index, c, read(c.text)) for c in completions]

    def pieces(self, number: int) -> list[Piece]:
        """What the proposer is shown in a step."""
        count = self.config.pieces_per_step
        return self.knowledge.draw(self.config.seed, number, count) if self.rules.knowledge else [NOTHING] * count

    def sample(self, number: int, player: Player, prompts: Sequence[str], n: int) -> list[Completion]:
        """The recorded completions of this step, or new ones, which are recorded; by prompt, then by sample."""
        recorded = self.ledger.finished(number, player.role)
        if recorded and recorded["prompts"] != len(prompts):
            raise LedgerError(
                f"{self.ledger.path}: step {number} was recorded by a version that asked other questions; "
                "choose another --run"
            )
        if not recorded:
            seeds = [derived_seed(self.config.seed, player.role, number, index) for index in range(len(prompts))]
            self.ledger.add_rollouts(number, player.role, player.sampler.sample(prompts, n, seeds))
            self.ledger.finish(number, player.role, prompts=len(prompts))
        return self.ledger.rollouts(number, player.role)

    async def answer(
        self, number: int, proposals: Sequence[Proposal], labels: Sequence[str | None] | None = None
    ) -> list[Answered]:
        """J answers to each question that passes the hack check as far as it can be made; the others are not asked.

        With `labels` the questions are the buffer's, which have passed it.
        """
        clean = [
            index
            for index, one in enumerate(proposals)
            if labels is not None or not hack(self.judged(one), self.config.rewards, self.rules)
        ]
        statements = [self.statement(number, index, proposals[index].question) for index in clean]
        self.ledger.add_statements(QUESTION, number, statements)
        j = self.config.answers_per_question
        prompts = [self.solver.dialogue.solver_prompt(proposals[index].question) for index in clean]
        completions = self.sample(number, self.solver, prompts, j)
        groups = [completions[at : at + j] for at in range(0, len(completions), j)]
        boxes = [[self.solver.dialogue.read_answer(c.text) for c in group] for group in groups]
        self.ledger.add_attempts(
            Attempt(s.id, box or "", number, index * j + c.sample, self.solver.role, c.tokens, c.logprob)
            for index, s, group, row in zip(clean, statements, groups, boxes, strict=True)
            for c, box in zip(group, row, strict=True)
        )
        if labels is None:
            labels = await self.labels(number, [proposals[index] for index in clean], boxes)
        correct = await self.correct(statements, labels, boxes)
        answered = [NOT_ASKED] * len(proposals)
        for index, group, row, label, right in zip(clean, groups, boxes, labels, correct, strict=True):
            has_box = [box is not None for box in row]
            rewards = solver_rewards(self.rules, right, has_box, seed=self.config.seed, step=number, question=index)
            answered[index] = Answered(group, label, rewards)
        return answered

    def judged(self, proposal: Proposal, label: str | None = None) -> Proposal:
        """The proposal with what its question is judged by: its own answer, or the arm's label once there is one."""
        return proposal if self.rules.label == "proposer" else replace(proposal, answer=label)

    def statement(self, number: int, index: int, question: str) -> Statement:
        """A question as the ledger keeps it; equal up to white space, equal id."""
        return Statement(f"step-{number}-{index}", question, source=self.config.knowledge.source)

    async def labels(
        self, number: int, proposals: Sequence[Proposal], boxes: Sequence[Sequence[str | None]]
    ) -> list[str | None]:
        """What counts as the right answer to each question, by the arm; None: nothing is right."""
        match self.rules.label:
            case "truth":
                return [arithmetic.truth(one.question) for one in proposals]
            case "shuffled":
                return shuffled([one.answer for one in proposals], self.config.seed, number)
            case "majority":
                votes = [await majority(self.judge.verifier, row) for row in boxes]
                return [clusters[0].answer if clusters else None for clusters in votes]
        return [one.answer for one in proposals]

    async def correct(
        self, statements: Sequence[Statement], labels: Sequence[str | None], boxes: Sequence[Sequence[str | None]]
    ) -> list[list[bool | None]]:
        """Whether each answer equals its label; None where the verifier could not tell, or nobody asks."""
        if self.rules.solver_reward != "correct":
            return [[None] * len(row) for row in boxes]
        groups = list(zip(statements, labels, boxes, strict=True))
        verdicts = await self.judge.ask_all(
            (s.id, label, box) for s, label, row in groups for box in row if label is not None and box is not None
        )

        def right(id: str, label: str | None, box: str | None) -> bool | None:
            return verdicts[id, label, box] if label is not None and box is not None else False

        return [[right(s.id, label, box) for box in row] for s, label, row in groups]

    async def score(
        self, number: int, proposed: Sequence[Proposed], answered: Sequence[Answered]
    ) -> tuple[list[Scored], Row]:
        """The proposer's rewards, recorded; the history goes on."""
        proposals = [p.proposal for p in proposed]
        ids = [self.token_ids(p.question or "") for p in proposals]
        rates = [pass_rate(a.rewards) for a in answered]
        judged = [self.judged(p, a.label) for p, a in zip(proposals, answered, strict=True)]
        scored, self.memory.history = score(judged, ids, rates, self.memory.history, self.config.rewards, self.rules)
        statements = [
            self.statement(number, index, p.question) if p.question else None for index, p in enumerate(proposals)
        ]
        pieces = self.pieces(number)
        self.ledger.add_questions(
            Question(
                number, index, pieces[p.piece].id, s.id if s else None, p.proposal.solution, p.proposal.answer,
                a.label, one.pass_rate, sum(r is not None for r in a.rewards), one.diversity, one.reward, one.hack,
                one.trains_solver,
            )
            for index, (p, s, a, one) in enumerate(zip(proposed, statements, answered, scored, strict=True))
        )  # fmt: skip
        return scored, await self.measure(statements, answered, scored)

    def token_ids(self, question: str) -> list[int]:
        """Of the text as the history keeps it, so that a resumed run finds the same."""
        return self.proposer.sampler.tokenizer(" ".join(question.split()), add_special_tokens=False).input_ids

    def remember(self, questions: Sequence[str]) -> None:
        """The history of these questions, oldest first, as after the step that asked the last of them."""
        self.memory.history = tuple(asked(question, self.token_ids(question)) for question in questions)

    def teach_proposer(self, prompts: Sequence[str], proposed: Sequence[Proposed], scored: Sequence[Scored]) -> Row:
        groups = [
            [(p.completion, one.reward) for p, one in zip(proposed, scored, strict=True)
             if p.piece == piece and one.reward is not None]
            for piece in range(len(prompts))
        ]  # fmt: skip
        return _named("proposer", self.proposer.learn(prompts, groups))

    def teach_solver(self, questions: Sequence[str], answered: Sequence[Answered]) -> Row:
        prompts = [self.solver.dialogue.solver_prompt(question) for question in questions]
        groups = [
            [(c, reward) for c, reward in zip(a.completions, a.rewards, strict=True) if reward is not None]
            for a in answered
        ]
        return _named("solver", self.solver.learn(prompts, groups))

    async def measure(
        self, statements: Sequence[Statement | None], answered: Sequence[Answered], scored: Sequence[Scored]
    ) -> Row:
        """How a step looks without a probe. Shares are of the step's proposals, or of those the name says."""
        questions = [s for s in statements if s]
        levels = [level for s in questions if (level := arithmetic.difficulty(s.signature)) is not None]
        tried = [(a, one) for a, one in zip(answered, scored, strict=True) if a.completions]
        fresh = {s.id for s in questions} - self.memory.seen
        self.memory.seen |= fresh
        self.memory.asked += len(questions)
        return {
            "propose/questions": len(questions) / len(statements),
            "propose/tried": len(tried) / len(statements),
            "propose/valid": _mean([float((one.pass_rate or 0) > self.config.rewards.tau_low) for one in scored]),
            "propose/diversity": _mean([one.diversity for s, one in zip(statements, scored, strict=True) if s]),
            "propose/reward": _mean([one.reward for one in scored if one.reward is not None]),
            "propose/difficulty": _mean(levels),
            "propose/fresh": len(fresh) / len(questions) if questions else None,
            "propose/unique": len(self.memory.seen) / self.memory.asked if self.memory.asked else None,
            "label/accuracy": await self.label_accuracy(statements, answered),
            "solve/pass_rate": _mean([one.pass_rate for _, one in tried if one.pass_rate is not None]),
            "solve/trained": _mean([float(one.trains_solver) for one in scored]),
            "solve/zero_signal": _mean([float(len({*a.rewards} - {None}) < 2) for a, _ in tried]),
        }

    async def label_accuracy(
        self, statements: Sequence[Statement | None], answered: Sequence[Answered]
    ) -> float | None:
        """The share of labels that are true, of the questions whose truth can be computed."""
        known = [
            (s.id, truth, a.label)
            for s, a in zip(statements, answered, strict=True)
            if s and a.label is not None and (truth := arithmetic.truth(s.signature)) is not None
        ]
        verdicts = await self.judge.ask_all(known)
        return _mean([float(verdicts[key]) for key in known if verdicts[key] is not None])


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _named(role: str, result: dict[str, float]) -> Row:
    return {f"{role}/{key}": value for key, value in result.items()}
