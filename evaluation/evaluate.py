"""An evaluation from its directory: which problems are in profile, attempts, verdicts, figures; the same call resumes.

Everything is in the ledger, as of a self-play run with one round: an attempt is recorded before its verdict, both
once. Samples are seeded by (seed, statement, sample) and drawn in chunks whose composition depends on the settings and
on verdicts alone; so an evaluation killed at any moment and started again ends with the same `results.json`, where the
prover repeats its samples (an endpoint may not) and no check hangs on a wall limit.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from rich.console import Console

from evaluation import problems as benchmarks
from evaluation import questions
from evaluation.config import EvaluationConfig
from evaluation.page import write_page
from evaluation.provers import Prover, open_prover
from evaluation.results import VOICE, collect, cost, write_json
from evaluation.searches import Found, SearchingProver, search_all
from prover.attempts import Chunk, Clock, chunks, sample_and_check
from training.judge import Judge
from training.ledger import Ledger
from training.progress import step
from training.settle import directory_of_ours, versions
from verify import policy, toolchain
from verify.pool import LeanPool, Limits
from verify.records import Attempt, Outcome, Statement, Verdict
from verify.statements import BadInput


def evaluate(config: EvaluationConfig, console: Console) -> dict[str, Any]:
    """Runs to the end, writes the results and returns them. Raises BadInput, LeanUnavailable, LedgerError, SamplerError.

    Ctrl-C or a kill loses at most the work in flight; call it again to go on.
    """
    if questions.informal(config.benchmark):
        from evaluation import answers  # which builds on this module

        return answers.evaluate(config, console)
    if config.protocol != "none" or config.layout or config.memorisation:
        raise BadInput("--protocol, --layout and --memorisation go with questions in words, such as gsm8k")
    given = benchmarks.load(config)
    leans = _leans(config, given)
    with open_prover(config, given.problems) as prover:
        config.budgets(prover.samples)
        with directory_of_ours(config.directory, "--out"), Ledger(config.directory / "ledger.sqlite") as ledger:
            judge = {"lean": leans[0][0].identity, "policy": policy.VERSION}
            settle(ledger, config, given.description, prover.describe(), judge)
            asyncio.run(_play(config, leans, prover, ledger, console))
            results = collect(config, given, prover, ledger, versions())
            write_json(config.directory / "cost.json", cost(ledger))
    write_json(config.directory / "results.json", results)
    write_page(config.directory)
    return results


def _leans(config: EvaluationConfig, given: benchmarks.Problems) -> list[tuple[toolchain.Toolchain, list[Statement]]]:
    """One Lean for each header, with the statements under it."""
    groups = given.by_header(config.profile)
    return [(benchmarks.toolchain_of(config.profile, header), statements) for header, statements in groups.items()]


def settle(
    ledger: Ledger,
    config: EvaluationConfig,
    benchmark: Mapping[str, Any],
    model: Mapping[str, Any],
    judge: Mapping[str, str],
) -> None:
    """Records what decides the results, or compares with what was recorded. Raises BadInput."""
    now = {**config.decisive(), "model": model, "problems": benchmark, **judge}
    ledger.note("evaluation", json.dumps(now, ensure_ascii=False))
    now, before = json.loads(json.dumps(now)), json.loads(ledger.noted("evaluation") or "{}")
    changed = sorted(key for key in {*now, *before} if now.get(key) != before.get(key))
    if changed:
        raise BadInput(f"{ledger.path.parent} was begun with another {', '.join(changed)}; choose another --out")


async def _play(
    config: EvaluationConfig,
    leans: Sequence[tuple[toolchain.Toolchain, list[Statement]]],
    prover: Prover | SearchingProver,
    ledger: Ledger,
    console: Console,
) -> None:
    beside = prover.describe()["kind"] == "model"  # whose threads wait for one another: it comes first on these cores
    limits = Limits(config.heartbeats, config.wall_seconds, nice=15 if beside else 0)
    for lean, statements in leans:
        cache = toolchain.verdict_cache(lean) if config.verdict_cache else None
        async with LeanPool(lean, config.workers, limits, cache, config.certify) as pool:
            evaluation = Evaluation(config, prover, Judge(ledger, pool))
            inside = await evaluation.in_profile(statements)
            console.print(
                f"{len(statements)} statements, {len(inside)} in profile {config.profile}; "
                f"{prover.samples} {config.unit} at each",
                highlight=False,
            )
            await evaluation.attempt(inside)


class Judges(Protocol):
    """Whoever judges, behind the ledger: `training.judge.Judge`, for answers `evaluation.answers.CompletionJudge`."""

    ledger: Ledger

    async def ask_all(
        self,
        question: str,
        pairs: Iterable[tuple[Statement, str]],
        heartbeats: int,
        advance: Callable[[], None] = lambda: None,
    ) -> dict[tuple[str, str], Verdict]: ...


@dataclass
class Evaluation:
    """The work between problems and verdicts, for statements that one Lean judges."""

    config: EvaluationConfig
    prover: Prover | SearchingProver
    judge: Judges
    clock: Clock = field(default_factory=Clock)
    _sampled: float = 0.0  # of the clock's seconds, those that are recorded already
    _since: float = field(default_factory=time.monotonic)
    _unread: Counter[str] = field(default_factory=Counter)  # of the newest chunk

    @property
    def ledger(self) -> Ledger:
        return self.judge.ledger

    async def in_profile(self, statements: Sequence[Statement]) -> list[Statement]:
        """The statements that elaborate here; what could not be told is asked once more."""
        self.ledger.add_statements("given", 0, statements)
        pairs, limit = [(s, "") for s in statements], self.config.heartbeats
        with step("statements", len(statements)) as shown:
            await self.judge.ask_all("statement", pairs, limit, shown.advance)
            verdicts = await self.judge.ask_all("statement", pairs, limit)
        self._record(f"statements{_of(statements)}")
        return [s for s in statements if verdicts[s.id, ""].outcome is Outcome.ELABORATES]

    async def attempt(self, statements: Sequence[Statement]) -> None:
        """All attempts at all statements."""
        await (self._search(statements) if self.config.searches else self._sample(statements))
        self._record(f"end{_of(statements)}")

    async def _search(self, statements: Sequence[Statement]) -> None:
        config = self.config

        def finished(work: str, found: Found) -> None:
            self.clock.sample += found.sampling
            self._record(work, found.unread, search=found.spent, heartbeats=found.heartbeats)

        with step("search", len(statements)) as shown:
            await search_all(
                self.prover, statements, self.judge, config.heartbeats, VOICE, config.workers, finished, shown.advance
            )

    async def _sample(self, statements: Sequence[Statement]) -> None:
        """Each is judged while the next are sampled."""
        samples, by_id = self.prover.samples, {s.id: s for s in statements}
        recorded = self._attempts(by_id)
        made = {(a.statement_id, a.sample) for a in recorded}
        rows = 2 * self.config.sampling.batch_size
        judging: list[asyncio.Task[None]] = []
        with step("prove", len(statements) * samples) as shown:
            shown.advance(len(recorded))

            def judge(attempts: list[Attempt], advance: Callable[[int], None]) -> asyncio.Task[None]:
                judging.append(asyncio.create_task(self._judge(attempts, by_id, advance)))
                return judging[-1]

            def sample(chunk: Chunk) -> list[Attempt]:
                attempts, self._unread = self.prover.attempts(chunk, VOICE)
                return attempts

            def check(attempts: list[Attempt]) -> asyncio.Task[None]:
                if attempts:  # of a floor nothing may be left
                    self._record(f"{attempts[0].statement_id}, from {attempts[0].sample}", self._unread)
                self.ledger.add_attempts(attempts)  # before any verdict: a verdict without its attempt says nothing
                return judge(attempts, shown.advance)

            try:
                left_open = judge(recorded, lambda _: None)
                for first, size in spans(samples, rows, self.config.stop_at_first):
                    tried = self._unproved(statements) if self.config.stop_at_first else statements
                    todo = [
                        chunk for chunk in chunks(tried, max(rows // size, 1), first, size)
                        if not all((s.id, first) in made for s in chunk.statements)
                    ]  # fmt: skip
                    await sample_and_check(_in_turn(todo), sample, check, self.clock)
                    await left_open
                # What could not be told is asked once more.
                await judge(self._attempts(by_id), lambda _: None)
            finally:
                for task in judging:
                    task.cancel()
                await asyncio.gather(*judging, return_exceptions=True)

    def _attempts(self, at: Container[str]) -> list[Attempt]:
        return [a for a in self.ledger.attempts(0, VOICE) if a.statement_id in at]

    async def _judge(
        self, attempts: Sequence[Attempt], by_id: dict[str, Statement], advance: Callable[[int], None]
    ) -> None:
        pairs = ((by_id[a.statement_id], a.proof) for a in attempts)
        await self.judge.ask_all("proof", pairs, self.config.heartbeats)
        advance(len(attempts))

    def _unproved(self, statements: Sequence[Statement]) -> list[Statement]:
        proved = {t.statement for t in self.ledger.tallies(0, VOICE) if t.correct}
        return [s for s in statements if s.id not in proved]

    def _record(self, work: str, unread: Mapping[str, int] = MappingProxyType({}), **more: Any) -> None:
        """What a piece of work took, once: the sums over all sessions are the cost; and the answers without a proof."""
        now = time.monotonic()
        spent = {"sampling": self.clock.sample - self._sampled, "wall": now - self._since}
        self.ledger.finish(0, work, **spent, unread=dict(unread), **more)
        self._sampled, self._since = self.clock.sample, now


def spans(samples: int, most: int, growing: bool) -> Iterator[tuple[int, int]]:
    """The blocks in which samples are drawn, as (first, number): of `most`, or `growing` 1, 1, 2, 4, … up to it.

    >>> list(spans(20, 8, False)), list(spans(20, 8, True))
    ([(0, 8), (8, 8), (16, 4)], [(0, 1), (1, 1), (2, 2), (4, 4), (8, 8), (16, 4)])
    """
    first = 0
    while first < samples:
        size = min(max(first, 1) if growing else most, most, samples - first)
        yield first, size
        first += size


def _of(statements: Sequence[Statement]) -> str:
    """Tells the statements of one header from those of another in the ledger."""
    return f" from {statements[0].id}" if statements else ""


async def _in_turn(work: Sequence[Chunk]) -> AsyncIterator[Chunk]:
    for chunk in work:
        yield chunk
