"""The Lean pool: N checking processes behind one queue.

    async with LeanPool(toolchain.core(), workers=2) as pool:
        verdict = await pool.check(Job(statement, proof))
        async for job, verdict in pool.stream(jobs): ...

Promises. Every job gets exactly one verdict. What happens to one job happens to no other: each is
elaborated on the same base environment, and a crash, hang or flood ends only its own process, which is
replaced. Equal jobs run once, in flight and afterwards. No process survives the pool, whatever ends it.

With `certify=True` an accepted proof has to pass once more: its terms go, as data, to a process that never
elaborates a candidate's text, and what that one does not accept too is no proof.

With `spare=True` one process more stands ready, so that replacing another costs no waiting.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from verify import evidence, policy
from verify.cache import VerdictCache
from verify.canonical import canonical
from verify.once import Once, as_they_come
from verify.process import LeanDied, LeanError, LeanFlood, LeanOutOfMemory, LeanProcess, LeanTimeout
from verify.records import Job, Message, Outcome, Verdict
from verify.toolchain import LeanUnavailable, Toolchain

log = logging.getLogger("antiphon.verify")
MESSAGE_CHARACTERS = 2_000
CERTIFIED = "certified"
CERTIFY_HEARTBEATS = 200_000  # for the kernel alone, which has accepted the same terms before
ALLOWED_AXIOMS = frozenset({"propext", "Classical.choice", "Quot.sound"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one check may cost, and when a process is retired."""

    heartbeats: int = 20_000
    """Lean's deterministic work limit for a check, as `maxHeartbeats` counts it (about 1,000 a second here)."""
    wall_seconds: float = 60.0
    """For what heartbeats do not count; a process that stays silent so long is killed. Waiting for a busy machine
    does not count (Linux)."""
    memory_mib: int = 4_096
    """Resident memory of one process, above which it is killed in the middle of a check."""
    recycle_mib: int = 2_200
    """Above this, a process is replaced between two checks."""
    recycle_uses: int = 5_000
    """Checks after which a process is replaced."""
    start_seconds: float = 300.0
    """Time for a process to load its library."""
    nice: int = 0
    """How far Lean steps back for others, as Unix counts it: 15 beside a model that trains on the same cores."""


@dataclass(slots=True)
class _Lane:
    """A queue of requests and the processes that serve it."""

    alive: int
    queue: asyncio.Queue[tuple[dict[str, Any], asyncio.Future[dict[str, Any]]]] = field(default_factory=asyncio.Queue)


class LeanPool:
    """Checks jobs on `workers` Lean processes; use it as an asynchronous context manager.

    `check` and `stream` raise LeanUnavailable when Lean cannot be started at all; a job's own
    misfortunes are outcomes, never exceptions.
    """

    def __init__(
        self,
        toolchain: Toolchain,
        workers: int = 2,
        limits: Limits = Limits(),
        cache: VerdictCache | None = None,
        certify: bool = False,
        spare: bool = False,
    ) -> None:
        self.toolchain = toolchain
        self.limits = limits
        self._cache = cache
        self._candidates = _Lane(workers)
        self._certifier = _Lane(1) if certify else None
        self._size = workers + certify
        # Could not tell: the next one who asks may have more luck.
        self._verdicts = Once[Verdict](keep=lambda verdict: verdict.outcome is not Outcome.INFRASTRUCTURE)
        self._workers: list[asyncio.Task[None]] = []
        self._keeps_spare = spare
        self._spare: asyncio.Task[LeanProcess] | None = None
        self._broken: LeanUnavailable | None = None
        self._version = ""
        self.checks = 0
        self.starts = 0
        self.busy_seconds = 0.0

    async def __aenter__(self) -> LeanPool:
        lanes = [lane for lane in (self._candidates, self._certifier) if lane]
        self._workers = [asyncio.create_task(self._work(lane)) for lane in lanes for _ in range(lane.alive)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pending = self._verdicts.pending()
        for task in (*self._workers, *pending):
            task.cancel()
        await asyncio.gather(*self._workers, *pending, return_exceptions=True)
        if self._spare:
            self._spare.cancel()
            for process in await asyncio.gather(self._spare, return_exceptions=True):
                if isinstance(process, LeanProcess):
                    await process.kill()
        self._close(LeanUnavailable("the pool is closed"))
        if self._cache:
            self._cache.close()

    @property
    def restarts(self) -> int:
        """Processes that had to be replaced so far."""
        unused = self._spare is not None and self._spare.done()
        return max(self.starts - self._size - unused, 0)

    def _close(self, error: LeanUnavailable) -> None:
        """No process is left: whoever waits, and whoever comes, is told so."""
        self._broken = error
        for lane in (self._candidates, self._certifier):
            while lane and not lane.queue.empty():
                self._fail(lane.queue.get_nowait()[1], error)

    async def check(self, job: Job) -> Verdict:
        """The verdict on one job. Equal jobs share one check; one that nobody waits for any more is not begun."""
        return await self._verdicts.get(job.key, lambda: self._judge(job))

    def stream(self, jobs: Iterable[Job]) -> AsyncIterator[tuple[Job, Verdict]]:
        """Verdicts in the order in which they come."""
        return as_they_come(self.check, jobs)

    async def split(self, text: str) -> list[dict[str, Any]]:
        """The commands of a Lean file, by Lean's own parser: theorems in their parts, the rest as text.

        Raises LeanError when Lean does not survive the text.
        """
        return (await self._ask(self._candidates, {"op": "split", "text": text})).get("items", [])

    async def ready(self) -> str:
        """Waits for a process that answers; its version. Raises LeanUnavailable."""
        try:
            await self.split("")
        except LeanError as error:
            raise LeanUnavailable(f"Lean starts, but does not answer ({error}); run `antiphon doctor`") from error
        return self._version

    async def _judge(self, job: Job) -> Verdict:
        limit = job.heartbeats or self.limits.heartbeats
        verdict = self._cache.get(job, limit) if self._cache else None
        if verdict is None or (self._certifier and verdict.proved and verdict.level != CERTIFIED):
            verdict = await self._examine(job, limit)
            if self._cache:
                self._cache.put(job, limit, verdict)
        return verdict

    async def _examine(self, job: Job, heartbeats: int) -> Verdict:
        for text, what in ((job.statement.text, "statement"), (job.proof or "", "proof")):
            # The statement's own `theorem` is ours to write.
            refusal = policy.refuse(text.removeprefix("theorem ") if what == "statement" else text)
            if refusal:
                return self._verdict(Outcome.REFUSED, f"{what}: {refusal}")
        request = {
            "op": "statement" if job.proof is None else "check",
            "statement": job.statement.text,
            "proof": job.proof or "",
            "heartbeats": heartbeats,
            "words": " ".join(sorted(policy.ALLOWED)),
            "export": self._certifier is not None,
        }
        try:
            reply = await self._ask(self._candidates, request)
            verdict = self._read(reply, job)
            return await self._certify(job, verdict, reply) if self._certifier and verdict.proved else verdict
        except LeanTimeout as error:
            return self._verdict(Outcome.TIMEOUT, str(error))
        except LeanOutOfMemory as error:
            return self._verdict(Outcome.MEMORY, str(error))
        except LeanFlood as error:
            return self._verdict(Outcome.FAILED, str(error))
        except LeanError as error:
            return self._verdict(Outcome.INFRASTRUCTURE, str(error))

    async def _certify(self, job: Job, verdict: Verdict, reply: dict[str, Any]) -> Verdict:
        """Gate 2. Closed: an accepted proof that is not certified is none."""
        request = {
            "op": "certify",
            "statement": job.statement.text,
            "export": reply.get("export"),
            "heartbeats": CERTIFY_HEARTBEATS,
        }
        second = self._read(await self._ask(self._certifier, request), job)
        if second.proved:
            return replace(verdict, level=CERTIFIED, axioms=second.axioms)
        if second.outcome is Outcome.FAILED:
            kept = evidence.keep(job, verdict, second)
            log.error(
                "gate 2 refuses what gate 1 accepted (%s): %s; kept as %s", job.statement.name, second.reason, kept
            )
            return replace(second, reason=f"not certified: {second.reason}")
        return self._verdict(Outcome.INFRASTRUCTURE, f"not certified: {second.reason}")

    def _read(self, reply: dict[str, Any], job: Job) -> Verdict:
        """From a reply to a verdict. Closed: what is not exactly a success is none."""
        try:
            axioms = tuple(reply.get("axioms", ()))
            fields = {
                "axioms": axioms,
                "lemmas": tuple(reply.get("lemmas", ())),
                "messages": tuple(_message(m, job) for m in reply.get("messages", ())),
                "heartbeats": int(reply["heartbeats"]),
                "seconds": reply["ms"] / 1000,
            }
            said, reason = reply["outcome"], reply["reason"]
            form = canonical(reply["canonical"]) if "canonical" in reply else ""
            if said == "proved" and job.proof is not None and ALLOWED_AXIOMS.issuperset(reply["axioms"]):
                return self._verdict(Outcome.PROVED, reason, level="accepted", canonical=form, **fields)
            if said == "elaborates" and job.proof is None:
                return self._verdict(Outcome.ELABORATES, "", canonical=form, **fields)
            if said in ("failed", "timeout", "out_of_profile", "refused"):
                first = next((m.text for m in fields["messages"] if m.severity == "error"), "")
                detail = first.strip().split("\n")[0]
                return self._verdict(Outcome(said), f"{reason}: {detail}" if detail else reason, **fields)
            return self._verdict(Outcome.INFRASTRUCTURE, f"an answer that does not fit: {said!r}")
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            return self._verdict(Outcome.INFRASTRUCTURE, f"an answer of the wrong form: {error!r}")

    def _verdict(self, outcome: Outcome, reason: str, **fields: Any) -> Verdict:
        return Verdict(
            outcome, reason, self.toolchain.profile, toolchain=self._version, policy=policy.VERSION, **fields
        )

    async def _ask(self, lane: _Lane, request: dict[str, Any]) -> dict[str, Any]:
        if self._broken:
            raise self._broken
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        lane.queue.put_nowait((request, answer))
        return await answer

    async def _work(self, lane: _Lane) -> None:
        """One worker: keeps a process, feeds it, and replaces it when it is gone or worn."""
        process: LeanProcess | None = None
        try:
            while True:
                if process is None:
                    process = await self._take()
                request, answer = await lane.queue.get()
                if answer.done():  # its asker has left
                    continue
                process = await self._serve(process, request, answer)
                if process and self._worn(process):
                    await process.kill()
                    process = None
        except LeanUnavailable as error:
            lane.alive -= 1
            log.warning("%s", error)
            if lane.alive:  # the others go on
                return
            self._close(error)
        finally:
            if process:
                await process.kill()

    async def _serve(
        self, process: LeanProcess, request: dict[str, Any], answer: asyncio.Future[dict[str, Any]]
    ) -> LeanProcess | None:
        """Answers one request; a process that dies over it is replaced and asked once more."""
        clock = asyncio.get_running_loop().time
        try:
            for last_try in (False, True):
                started = clock()
                try:
                    reply = await process.ask(request, self.limits.wall_seconds)
                    self.checks += 1
                    if not answer.done():
                        answer.set_result(reply)
                    return process
                except LeanDied as error:
                    if last_try:
                        self._fail(answer, error)
                        return None
                    log.info("a Lean process died (%s); asking another one", error)
                    process = await self._take()
                except LeanError as error:
                    self._fail(answer, error)
                    return None
                finally:
                    self.busy_seconds += clock() - started
        except (LeanUnavailable, asyncio.CancelledError):
            self._fail(answer, LeanDied("the pool is closing"))
            await process.kill()
            raise
        return None

    @staticmethod
    def _fail(answer: asyncio.Future[dict[str, Any]], error: Exception) -> None:
        if not answer.done():
            answer.set_exception(error)

    async def _take(self) -> LeanProcess:
        """The spare process where there is one that lives, else a new one; then a spare is made ready."""
        spare, self._spare = self._spare, None
        try:
            process = await spare if spare else None
        except LeanUnavailable:
            process = None
        if process is None or not process.alive:
            process = await self._start()
        if self._keeps_spare and self._spare is None and self.starts >= self._size:
            self._spare = asyncio.create_task(self._start())
        return process

    async def _start(self) -> LeanProcess:
        """A new process; tries twice. Raises LeanUnavailable."""
        problem: Exception | None = None
        for _ in range(2):
            try:
                memory = self.limits.memory_mib << 20
                process = await LeanProcess.start(self.toolchain, self.limits.start_seconds, memory, self.limits.nice)
                self._version = process.version
                self.starts += 1
                return process
            except (LeanError, OSError) as error:
                problem = error
        raise LeanUnavailable(f"Lean does not start: {problem}; run `antiphon doctor`")

    def _worn(self, process: LeanProcess) -> bool:
        if process.uses >= self.limits.recycle_uses:
            return True
        # Reading /proc costs more than a short check: every 50th will do.
        return process.uses % 50 == 0 and process.memory() > self.limits.recycle_mib << 20


def _message(row: dict[str, Any], job: Job) -> Message:
    """Lean counts from the first line of the statement; the candidate's first line comes after `:= by`."""
    line = int(row["line"]) - job.statement.text.count("\n") - 1
    return Message(row["severity"], line, int(row["column"]), row["text"][:MESSAGE_CHARACTERS])
