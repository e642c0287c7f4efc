"""Answers in mathematics, checked by math-verify in processes that can be killed.

    async with MathVerifier(workers=2) as verifier:
        verdict = await verifier.check(AnswerJob(reference="\\frac{1}{2}", answer=boxed(completion)))
        async for job, verdict in verifier.stream(jobs): ...

Promises, as of `verify.pool.LeanPool`: every job gets exactly one verdict; a hang, a crash or a flood of memory ends
only its own process, which is replaced; equal jobs run once, in flight and afterwards; no process survives the
verifier, whatever ends it. What the outcomes mean for answers: docs/informal.md.

The time limit is enforced from outside, by death: math-verify's own one is a signal, which works on a main thread
only and costs whole seconds. A worker has the next jobs in hand while it answers one, so no time is lost between.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from verify.answers import CHARACTERS, boxed, format_fault
from verify.launch import launched
from verify.once import Once, as_they_come
from verify.records import Outcome, Verdict

__all__ = ["AnswerJob", "MathVerifier", "MathsUnavailable", "boxed", "format_fault"]

ROOT = Path(__file__).resolve().parents[1]
PROFILE = "maths"
POLICY = "answers-2"
"""Names the guards; another one where they judge differently."""
IN_HAND = 4  # jobs that a worker has been sent
TRIES = 2
START_SECONDS = 300.0
GRACE_SECONDS = 30.0
PATIENCE = 20
"""Where the machine is busy, only the processor's time counts against the limit; up to so many times the limit."""
ANSWERS = frozenset({Outcome.PROVED, Outcome.FAILED, Outcome.REFUSED, Outcome.OUT_OF_PROFILE, Outcome.MEMORY})


class MathsUnavailable(RuntimeError):
    """No checking process can be started, or the verifier is closed; the text says what to do about it."""


@dataclass(frozen=True, slots=True)
class AnswerJob:
    """Is `answer` equal to `reference`? Both are the contents of a box; None where the text had no boxed answer.

    The two are not exchangeable: the reference decides what is asked for.
    """

    reference: str
    answer: str | None


@dataclass(slots=True, eq=False)
class _Asked:
    number: int
    job: AnswerJob
    verdict: asyncio.Future[Verdict]
    deaths: int = 0


class _WorkerLost(Exception):
    """The process that forks the checking ones is gone, or does not answer."""


class MathVerifier:
    """Checks answers on `workers` processes; use it as an asynchronous context manager.

    `seconds` and `memory_mib` limit a single job. `check` and `stream` raise MathsUnavailable when no process can
    be started at all; a job's own misfortunes are outcomes, never exceptions.
    """

    def __init__(
        self, workers: int = 2, seconds: float = 5.0, memory_mib: int = 1_024, remembered: int = 100_000, nice: int = 0
    ) -> None:
        self.workers, self.seconds, self.memory_mib, self.nice = workers, seconds, memory_mib, nice
        self.checks = self.deaths = self.peak_mib = 0
        # Could not tell: the next one who asks may have more luck.
        self._verdicts = Once[Verdict](lambda verdict: verdict.outcome is not Outcome.INFRASTRUCTURE, remembered)
        self._queue: asyncio.Queue[_Asked] = asyncio.Queue()
        self._asked = 0
        self._lanes: list[asyncio.Task[None]] = []
        self._broken: MathsUnavailable | None = None
        self._toolchain = f"math-verify {metadata.version('math-verify')}"

    async def __aenter__(self) -> MathVerifier:
        self._lanes = [asyncio.create_task(self._work()) for _ in range(self.workers)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pending = self._verdicts.pending()
        for task in (*self._lanes, *pending):
            task.cancel()
        await asyncio.gather(*self._lanes, *pending, return_exceptions=True)
        self._close(MathsUnavailable("the verifier is closed"))

    async def check(self, job: AnswerJob) -> Verdict:
        """The verdict on one job. Equal jobs share one check; one that nobody waits for any more is not begun."""
        if fault := format_fault(job.answer):
            return self._verdict(Outcome.REFUSED, fault)
        if not job.reference.strip():
            return self._verdict(Outcome.OUT_OF_PROFILE, "the reference is empty")
        if len(job.reference) > CHARACTERS:
            return self._verdict(Outcome.OUT_OF_PROFILE, f"the reference is longer than {CHARACTERS:,} characters")
        return await self._verdicts.get(job, lambda: self._ask(job))

    def stream(self, jobs: Iterable[AnswerJob]) -> AsyncIterator[tuple[AnswerJob, Verdict]]:
        """Verdicts in the order in which they come."""
        return as_they_come(self.check, jobs)

    async def _ask(self, job: AnswerJob) -> Verdict:
        if self._broken:
            raise self._broken
        self._asked += 1
        asked = _Asked(self._asked, job, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(asked)
        return await asked.verdict

    def _close(self, error: MathsUnavailable) -> None:
        self._broken = error
        while not self._queue.empty():
            _fail(self._queue.get_nowait(), error)

    def _verdict(self, outcome: Outcome, reason: str, seconds: float = 0.0) -> Verdict:
        level = "accepted" if outcome is Outcome.PROVED else ""
        return Verdict(outcome, reason, PROFILE, seconds=seconds, toolchain=self._toolchain, policy=POLICY, level=level)

    async def _work(self) -> None:
        """One worker: keeps a process, feeds it, and replaces it when it is gone."""
        in_hand: deque[_Asked] = deque()
        try:
            while True:
                worker = await _Worker.start(self.memory_mib << 20, self.nice)
                try:
                    await self._feed(worker, in_hand)
                except _WorkerLost:
                    self._died(in_hand, "the checking process is lost")
                finally:
                    await worker.kill()
        except MathsUnavailable as error:  # the others fare no better: it is the same command
            self._close(error)
            for asked in in_hand:
                _fail(asked, error)

    async def _feed(self, worker: _Worker, in_hand: deque[_Asked]) -> None:
        """Sends jobs and reads verdicts, without end. The oldest job in hand is the one that is being answered."""
        for asked in in_hand:
            worker.send(asked)
        while True:
            while len(in_hand) < IN_HAND and not (in_hand and self._queue.empty()):
                asked = await self._queue.get()
                if not asked.verdict.done():  # its asker has not left
                    in_hand.append(asked)
                    worker.send(asked)
            reply = await worker.reply(self.seconds)
            if reply is None:
                self.deaths += 1
                self._settle(in_hand, self._verdict(Outcome.TIMEOUT, f"no verdict within {self.seconds:g} s"))
                await worker.replace_child()
            elif "epoch" in reply:  # the child has ended by itself, and there is another one
                if reply["before"]:
                    self._died(in_hand, f"the checking process ended with status {reply['before']}")
            elif in_hand and reply["number"] == in_hand[0].number:
                self.checks += 1
                self.peak_mib = max(self.peak_mib, reply["memory"] >> 20)
                self._settle(in_hand, self._read(reply))
                continue
            else:
                continue
            for asked in in_hand:
                worker.send(asked)

    def _read(self, reply: dict[str, Any]) -> Verdict:
        """Closed: what is not exactly a success is none."""
        try:
            outcome = Outcome(reply["outcome"])
            if outcome in ANSWERS:
                return self._verdict(outcome, str(reply["reason"]), float(reply["seconds"]))
        except (LookupError, TypeError, ValueError):
            pass
        return self._verdict(Outcome.INFRASTRUCTURE, f"a reply that does not fit: {str(reply)[:100]}")

    def _died(self, in_hand: deque[_Asked], reason: str) -> None:
        """The job that was being answered may be asked once more."""
        self.deaths += 1
        if in_hand:
            in_hand[0].deaths += 1
            if in_hand[0].deaths >= TRIES:
                self._settle(in_hand, self._verdict(Outcome.INFRASTRUCTURE, reason))

    @staticmethod
    def _settle(in_hand: deque[_Asked], verdict: Verdict) -> None:
        asked = in_hand.popleft()
        if not asked.verdict.done():
            asked.verdict.set_result(verdict)


def _fail(asked: _Asked, error: Exception) -> None:
    if not asked.verdict.done():
        asked.verdict.set_exception(error)


class _Worker:
    """A process of `verify.maths_worker`: it forks the child that answers, and forks another when that is dead."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._epoch = 0
        self._child: psutil.Process | None = None
        self._processor = 0.0  # seconds that the child had used before the job that it is at

    @classmethod
    async def start(cls, memory: int, nice: int) -> _Worker:
        """Raises MathsUnavailable when it does not become ready."""
        paths = (str(ROOT), os.getenv("PYTHONPATH"))
        process = await asyncio.create_subprocess_exec(
            *launched([sys.executable, "-P", "-m", "verify.maths_worker", str(memory)], nice),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
        self = cls(process)
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._line()
        except (TimeoutError, _WorkerLost) as error:
            await self.kill()
            words = (await process.stderr.read(20_000)).decode(errors="replace").strip().split("\n")[-1]
            raise MathsUnavailable(
                f"math-verify does not start ({words or 'no answer'}); install antiphon anew, or see that memory is left"
            ) from error
        except BaseException:
            await self.kill()
            raise
        return self

    def send(self, asked: _Asked) -> None:
        """Hands a job over. A few thousand bytes: the pipe takes them, and a broken one shows on reading."""
        request = {"epoch": self._epoch, "number": asked.number, "reference": asked.job.reference}
        self._process.stdin.write((json.dumps({**request, "answer": asked.job.answer}) + "\n").encode())

    async def reply(self, seconds: float) -> dict[str, Any] | None:
        """The next line; None when the limit of the job has passed without one. Raises _WorkerLost."""
        clock = asyncio.get_running_loop().time
        began, left = clock(), seconds
        while True:
            try:
                async with asyncio.timeout(left):
                    return await self._line()
            except TimeoutError:
                left = seconds - self._spent(clock() - began)
                if left <= 0 or clock() - began >= PATIENCE * seconds:
                    return None

    def _spent(self, wall: float) -> float:
        """Seconds that the child has had for its job: the processor's, unless it waits for something else."""
        with contextlib.suppress(psutil.Error):
            if self._child and self._child.status() == psutil.STATUS_RUNNING:
                times = self._child.cpu_times()
                return times.user + times.system - self._processor
        return wall

    async def _line(self) -> dict[str, Any]:
        try:
            reply = json.loads(await self._process.stdout.readline())
            if "epoch" in reply:
                self._epoch, self._processor = reply["epoch"], 0.0
                with contextlib.suppress(psutil.Error):
                    self._child = psutil.Process(reply["process"])
            else:
                self._processor = reply["processor"]
            return reply
        except (ValueError, LookupError, TypeError) as error:  # the end of the output, or no line of ours
            raise _WorkerLost from error

    async def replace_child(self) -> None:
        """Ends the child and waits for the next one. Raises _WorkerLost."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)
        epoch = self._epoch
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                while self._epoch == epoch:
                    await self._line()
        except TimeoutError as error:
            raise _WorkerLost from error

    async def kill(self) -> None:
        """Ends the process and its child, which is of the same group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), GRACE_SECONDS)
