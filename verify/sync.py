"""The Lean pool for programs without an event loop, and for notebooks, which have one of their own.

    with SyncLeanPool(toolchain.core(), workers=2) as pool:
        verdict = pool.check(Job(statement, proof))
        for job, verdict in pool.check_all(jobs): ...

The pool lives on a thread of its own; its methods may be called from any other one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from types import TracebackType

from verify.pool import LeanPool, Limits
from verify.records import Job, Verdict
from verify.toolchain import LeanUnavailable, Toolchain, verdict_cache


class SyncLeanPool:
    """`LeanPool` with blocking methods, and the same promises.

    `cached` answers from the machine's store of verdicts where it can. `check` and `check_all` raise
    LeanUnavailable when Lean cannot be started, and when the pool is not open.
    """

    def __init__(
        self,
        toolchain: Toolchain,
        workers: int = 2,
        limits: Limits = Limits(),
        cached: bool = False,
        certify: bool = False,
    ) -> None:
        self._toolchain, self._workers, self._limits = toolchain, workers, limits
        self._cached, self._certify = cached, certify
        self._lock = threading.Lock()
        self._open = False

    def __enter__(self) -> SyncLeanPool:
        started: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live(started)), name="lean-pool", daemon=True)
        self._thread.start()
        if error := started.exception():
            self._thread.join()
            raise error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._open = False
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _live(self, started: Future[None]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            cache = verdict_cache(self._toolchain) if self._cached else None  # SQLite: of the thread that uses it
            self._pool = LeanPool(self._toolchain, self._workers, self._limits, cache, self._certify)
        except Exception as error:
            started.set_exception(error)
            return
        async with self._pool:
            self._open = True
            started.set_result(None)
            await self._stop.wait()

    def check(self, job: Job) -> Verdict:
        """The verdict on one job."""
        future = self._ask(job)
        try:
            return _answer(future)
        finally:
            future.cancel()  # Ctrl-C

    def check_all(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Verdict]]:
        """Jobs with their verdicts, in the order in which these come.

        Jobs are taken a few at a time, so there may be any number; who stops iterating drops the rest.
        """
        rest = iter(jobs)
        asked: dict[Future[Verdict], Job] = {}
        try:
            while True:
                while len(asked) < 2 * self._workers and (job := next(rest, None)) is not None:
                    asked[self._ask(job)] = job
                if not asked:
                    return
                for future in wait(asked, return_when=FIRST_COMPLETED).done:
                    yield asked.pop(future), _answer(future)
        finally:
            for future in asked:
                future.cancel()

    def _ask(self, job: Job) -> Future[Verdict]:
        with self._lock:  # what is handed over while the pool is open will be answered
            if not self._open:
                raise LeanUnavailable("the pool is not open")
            return asyncio.run_coroutine_threadsafe(self._pool.check(job), self._loop)


def _answer(future: Future[Verdict]) -> Verdict:
    try:
        return future.result()
    except CancelledError as error:
        raise LeanUnavailable("the pool is closed") from error
