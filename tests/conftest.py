"""What the tests share: the real embedded Lean, one pool a test process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from verify import toolchain
from verify.pool import LeanPool, Limits
from verify.records import Job, Statement, Verdict


class RealLean:
    """A pool on a thread of its own, so that all tests of a process share one Lean."""

    def __init__(self, lean: toolchain.Toolchain) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.pool = LeanPool(lean, 1, Limits(wall_seconds=45))
        self.run(self.pool.__aenter__())

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def check(self, signature: str, proof: str | None, name: str = "t", heartbeats: int = 0) -> Verdict:
        return self.run(self.pool.check(Job(Statement(name, signature), proof, heartbeats)))

    def close(self) -> None:
        self.run(self.pool.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@pytest.fixture(scope="session")
def lean() -> Iterator[RealLean]:
    """The embedded Lean. Its absence is a failure: `make test` installs it."""
    try:
        found = toolchain.core()
    except toolchain.LeanUnavailable as error:
        pytest.fail(str(error))
    real = RealLean(found)
    yield real
    real.close()
