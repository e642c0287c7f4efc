"""An evaluation on questions in words: as `evaluation.evaluate`, with answers for proofs and math-verify for Lean.

An attempt is a whole completion; its answer is what stands in its last box. Verdicts are recorded once for each
(question, reference, answer), and those that the majority votes need beside them; so the results are a function of the
ledger, as those of proofs are.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

from rich.console import Console

from evaluation import questions
from evaluation.answers_page import write_page
from evaluation.config import EvaluationConfig
from evaluation.evaluate import Evaluation, settle
from evaluation.questions import Questions
from evaluation.results import VOICE, write_json
from evaluation.scores import answers_cost, collect
from evaluation.solvers import NO_BOX, Solver, open_solver
from training.judge import equals
from training.ledger import Ledger
from training.progress import step
from training.settle import directory_of_ours, versions
from verify.maths import POLICY, PROFILE, AnswerJob, MathVerifier
from verify.records import Outcome, Statement, Verdict
from verify.votes import majority

Votes = Mapping[str, Sequence[dict[str, Any]]]
"""By statement id: for each k the majority's `answer` (None: no vote) and its `votes` (None: they cannot be told)."""


def evaluate(config: EvaluationConfig, console: Console) -> dict[str, Any]:
    """Runs to the end, writes the results and returns them. Raises BadInput, MathsUnavailable, LedgerError, SamplerError."""
    given = questions.load(config)
    with open_solver(config) as solver:
        config.budgets(solver.samples)
        with directory_of_ours(config.directory, "--out"), Ledger(config.directory / "ledger.sqlite") as ledger:
            settle(ledger, config, given.description, solver.describe(), judged_by())
            votes = asyncio.run(_play(config, given, solver, ledger, console))
            results = collect(config, given, solver, ledger, votes, versions())
            write_json(config.directory / "cost.json", answers_cost(ledger))
    write_json(config.directory / "results.json", results)
    write_page(config.directory)
    return results


def judged_by() -> dict[str, str]:
    return {"verifier": f"math-verify {metadata.version('math-verify')}", "policy": POLICY}


async def _play(config: EvaluationConfig, given: Questions, solver: Solver, ledger: Ledger, console: Console) -> Votes:
    async with MathVerifier(config.workers, nice=15 if solver.describe()["kind"] == "model" else 0) as verifier:
        return await play(
            config, given, solver, CompletionJudge(ledger, verifier, given.references, solver.read), console
        )


async def play(
    config: EvaluationConfig, given: Questions, solver: Solver, judge: CompletionJudge, console: Console
) -> Votes:
    """All answers to all questions whose reference can be read, judged, and counted."""
    evaluation = Evaluation(config, solver, judge)
    inside = await evaluation.in_profile(given.statements)
    console.print(
        f"{len(given.statements)} questions, the answers of {len(inside)} can be read; {solver.samples} samples of each",
        highlight=False,
    )
    await evaluation.attempt(inside)
    return await judge.votes(inside, config.budgets(solver.samples))


@dataclass
class CompletionJudge:
    """Takes the place of `training.judge.Judge`: asks math-verify what the ledger does not know yet, each once.

    An `infrastructure` verdict is counted in `undecided` and not recorded: who asks again may learn more.
    """

    ledger: Ledger
    verifier: MathVerifier
    references: Mapping[str, str]  # by statement id
    read: Callable[[str], str | None]  # of a completion, its boxed answer
    undecided: int = 0

    async def ask_all(
        self,
        question: str,
        pairs: Iterable[tuple[Statement, str]],
        heartbeats: int,
        advance: Callable[[], None] = lambda: None,
    ) -> dict[tuple[str, str], Verdict]:
        """Of `statement`: can the reference be read? Of `proof`: is what the completion boxes equal to it?"""
        ask = self._readable if question == "statement" else self._right

        async def one(id: str, text: str) -> Verdict:
            verdict = await ask(id, text)
            advance()
            return verdict

        distinct = list(dict.fromkeys((statement.id, text) for statement, text in pairs))
        return dict(zip(distinct, await asyncio.gather(*(one(*pair) for pair in distinct)), strict=True))

    async def equal(self, id: str, reference: str, answer: str) -> Verdict:
        """The recorded verdict, or the verifier's, recorded."""
        verdict = self.ledger.verdict(equals(reference), id, answer)
        if verdict is None:
            verdict = await self.verifier.check(AnswerJob(reference, answer))
            self._record(equals(reference), id, answer, verdict)
        return verdict

    async def _right(self, id: str, completion: str) -> Verdict:
        answer = self.read(completion)
        if answer is None:
            return Verdict(Outcome.REFUSED, NO_BOX, PROFILE)
        return await self.equal(id, self.references[id], answer)

    async def _readable(self, id: str, _: str) -> Verdict:
        """A reference that equals itself can be read."""
        known = self.ledger.verdict("statement", id)
        if known is not None:
            return known
        verdict = await self.verifier.check(AnswerJob(self.references[id], self.references[id]))
        if verdict.outcome is not Outcome.INFRASTRUCTURE:
            good = Outcome.ELABORATES if verdict.proved else Outcome.OUT_OF_PROFILE
            verdict = replace(verdict, outcome=good, level="")
        self._record("statement", id, "", verdict)
        return verdict

    def _record(self, question: str, id: str, answer: str, verdict: Verdict) -> None:
        if verdict.outcome is Outcome.INFRASTRUCTURE:
            self.undecided += 1
        else:
            self.ledger.add_verdicts([(question, id, answer, verdict)])

    async def votes(self, statements: Sequence[Statement], ks: Sequence[int]) -> Votes:
        """The majority among the first k samples of each question, for every k (PasoDoble has none; R-Zero's labels)."""
        made: dict[str, dict[int, str | None]] = defaultdict(dict)
        for attempt in self.ledger.attempts(0, VOICE):
            made[attempt.statement_id][attempt.sample] = self.read(attempt.proof)
        found = {}
        with step("votes", len(statements)) as shown:
            for statement in statements:
                answers = [answer for _, answer in sorted(made[statement.id].items())]
                found[statement.id] = [await voted(Ballot(self, statement.id), answers, k) for k in ks]
                shown.advance()
        return found


class Undecided(Exception):
    """Two answers could not be compared."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """The `Checks` of a vote: one question's comparisons, behind the ledger."""

    judge: CompletionJudge
    statement_id: str

    async def check(self, job: AnswerJob) -> Verdict:
        for _ in range(2):  # what could not be told is asked once more
            verdict = await self.judge.equal(self.statement_id, job.reference, job.answer)
            if verdict.outcome is not Outcome.INFRASTRUCTURE:
                return verdict
        raise Undecided


async def voted(ballot: Any, answers: Sequence[str | None], k: int) -> dict[str, Any]:
    """What most of the first k answers say, by math equality. Of equally many votes the first in the order of
    `verify.votes.majority` wins: the way of writing that most have chosen, then the shorter, then by the alphabet."""
    try:
        clusters = await majority(ballot, answers[:k])
    except Undecided:
        return {"k": k, "answer": None, "votes": None}
    first = clusters[0] if clusters else None
    return {"k": k, "answer": first and first.answer, "votes": first.votes if first else 0}
