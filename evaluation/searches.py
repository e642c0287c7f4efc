"""Searches in an evaluation: best-first over tactics, and proof repair, one statement after another.

A search asks for what Lean has said to it before, so its attempts are no independent draws. They are recorded when the
search has come to its end, each verdict as soon as it is there. A search that was killed is done again from its start:
its seeds are derived, and what was judged is not judged again, so it ends as if it had not been killed.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from prover.best_first import GoalSteps, GrammarSteps, ProofSteps, SearchSettings, best_first
from prover.formats import Format
from prover.repair import repair
from prover.sampler import Completion, Sampler
from training.judge import Judge
from verify.benchmark import Problem
from verify.records import Attempt, Goals, Job, Outcome, Statement, Verdict

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

T = TypeVar("T", Goals, Verdict)
PHASE = "search "  # before a statement's id: its finished search in the ledger


@dataclass(slots=True)
class Found:
    """What the search at one statement has made. `spent` depends on the statement, the prover and Lean's answers alone:
    `expansions`, `steps` (tactics asked), `states` and `tokens` of a best-first search, nothing of a repair, whose turns
    are attempts. `heartbeats` are those of the questions that are no checks."""

    attempts: list[Attempt] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    spent: dict[str, int] = field(default_factory=dict)
    heartbeats: int = 0
    sampling: float = 0.0  # seconds


class SearchingProver(Protocol):
    """Searches for a proof within a budget of `samples`, which of a best-first search are expansions."""

    samples: int
    ordered: bool

    def describe(self) -> dict[str, Any]: ...

    async def search(self, statement: Statement, asked: Asked, heartbeats: int, voice: str) -> Found: ...


@dataclass(slots=True)
class Asked:
    """The pool as a search sees it. Verdicts are kept; a question on which Lean's process fails is asked twice, and
    then counts in `undecided`."""

    judge: Judge
    undecided: int = 0

    async def goals(self, statement: Statement, beginning: str, heartbeats: int = 0) -> Goals:
        return await self._told(lambda: self.judge.pool.goals(statement, beginning, heartbeats))

    async def check(self, job: Job) -> Verdict:
        proof = job.proof
        assert proof is not None
        return await self._told(lambda: self.judge.ask("proof", job.statement, proof, job.heartbeats))

    async def _told(self, ask: Callable[[], Awaitable[T]]) -> T:
        said = await ask()
        if said.outcome is Outcome.INFRASTRUCTURE:
            said = await ask()
        self.undecided += said.outcome is Outcome.INFRASTRUCTURE
        return said


@dataclass(slots=True)
class Metered:
    """A search's own view of a sampler that several searches share: one draws at a time; what it drew is counted."""

    sampler: Sampler
    turn: threading.Lock
    tokens: int = 0
    seconds: float = 0.0

    def sample(self, prompts: Sequence[Any], n: int, seeds: Sequence[int], first: int = 0) -> list[Completion]:
        with self.turn:
            began = time.monotonic()
            drawn = self.sampler.sample(prompts, n, seeds, first)
            self.seconds += time.monotonic() - began
        self.tokens += sum(completion.tokens for completion in drawn)
        return drawn


@dataclass(frozen=True, slots=True)
class BestFirst:
    """Best-first search with the steps of the grammar, or of a model. An attempt is a script that left nothing open."""

    samples: int  # expansions
    description: dict[str, Any]
    sampler: Sampler | None = None
    goals: bool = False  # the model is shown goals, not the proof so far
    step_samples: int = 8
    seed: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)
    ordered = True

    def describe(self) -> dict[str, Any]:
        return self.description

    async def search(self, statement: Statement, asked: Asked, heartbeats: int, voice: str) -> Found:
        meter = Metered(self.sampler, self.turn) if self.sampler else None
        steps = (
            (GoalSteps if self.goals else ProofSteps)(meter, self.step_samples, self.seed) if meter else GrammarSteps()
        )
        found = await best_first(statement, steps, asked, SearchSettings(self.samples, heartbeats=heartbeats))
        made = [Attempt(statement.id, script, 0, n, voice) for n, (script, _) in enumerate(found.checked)]
        spent = {"expansions": found.expansions, "steps": found.steps, "states": found.states,
                 "tokens": meter.tokens if meter else 0}  # fmt: skip
        beside = found.heartbeats - sum(verdict.heartbeats for _, verdict in found.checked)
        return Found(made, Counter(), spent, beside, meter.seconds if meter else 0.0)


@dataclass(frozen=True, slots=True)
class Repair:
    """Proofs that a model mends from Lean's messages. Every turn is an attempt, and counts as a sample."""

    sampler: Sampler
    format: Format
    tokenizer: PreTrainedTokenizerBase | None
    problems: Mapping[str, Problem]  # by statement id
    samples: int
    rounds: int
    seed: int
    description: dict[str, Any]
    turn: threading.Lock = field(default_factory=threading.Lock)
    ordered = True

    def describe(self) -> dict[str, Any]:
        return self.description

    async def search(self, statement: Statement, asked: Asked, heartbeats: int, voice: str) -> Found:
        problem, meter, found = self.problems[statement.id], Metered(self.sampler, self.turn), Found()
        async for turn in repair(
            statement, meter, self.format, asked, samples=self.samples, rounds=self.rounds, seed=self.seed,
            header=problem.header, informal=problem.informal, heartbeats=heartbeats, tokenizer=self.tokenizer,
        ):  # fmt: skip
            proof, drawn = turn.answer.proof or "", turn.completion
            found.unread.update([turn.answer.reason] if turn.answer.proof is None else [])
            found.attempts.append(Attempt(statement.id, proof, 0, turn.sample, voice, drawn.tokens, drawn.logprob))
            if not proof:
                await asked.check(Job(statement, proof, heartbeats))  # an attempt like any other
        found.sampling = meter.seconds
        return found


async def search_all(
    prover: SearchingProver,
    statements: Sequence[Statement],
    judge: Judge,
    heartbeats: int,
    voice: str,
    workers: int,
    finished: Callable[[str, Found], None],
    advance: Callable[[], None],
) -> None:
    """Searches at every statement that has none at its end yet, and calls `finished` with the ledger's name for each.

    One search more than there are Lean processes goes on at a time, so that Lean works while the model writes. A search
    without a proof in which something could not be told leaves nothing behind: it is done again the next time.
    """
    ledger, room = judge.ledger, asyncio.Semaphore(workers + 1)
    done = ledger.phases(0)

    async def one(statement: Statement) -> None:
        async with room:
            asked = Asked(judge)
            found = await prover.search(statement, asked, heartbeats, voice)
        proofs = (ledger.verdict("proof", statement.id, attempt.proof) for attempt in found.attempts)
        if not asked.undecided or any(verdict and verdict.proved for verdict in proofs):
            ledger.add_attempts(found.attempts)
            finished(PHASE + statement.id, found)
        advance()

    searching = [asyncio.create_task(one(s)) for s in statements if PHASE + s.id not in done]
    try:
        await asyncio.gather(*searching)
    finally:
        for task in searching:
            task.cancel()
        await asyncio.gather(*searching, return_exceptions=True)
