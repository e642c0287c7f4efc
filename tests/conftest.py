"""What the tests share: the real embedded Lean, one pool a test process.

Tests that need Lean come last, so that `make test` can install it beside the others; the first one waits for that.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import Coroutine, Generator, Iterator
from typing import Any

import pytest

from verify import install, toolchain
from verify.pool import LeanPool, Limits
from verify.records import Job, Statement, Verdict


def needs_lean(item: pytest.Item) -> bool:
    return item.get_closest_marker("lean") is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=needs_lean)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    if needs_lean(item):
        install_lean()  # outside of the test's own time limit
    return (yield)


@functools.cache
def install_lean() -> None:
    with contextlib.suppress(install.InstallError):  # the tests say what is missing
        install.install(lambda *_: None)


class RealLean:
    """A pool on a thread of its own, so that all tests of a process share one Lean."""

    def __init__(self, lean: toolchain.Toolchain, certify: bool = False) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.pool = LeanPool(lean, 1, Limits(wall_seconds=45), certify=certify)
        self.run(self.pool.__aenter__())

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def check(self, signature: str, proof: str | None, name: str = "t", heartbeats: int = 0) -> Verdict:
        return self.run(self.pool.check(Job(Statement(name, signature), proof, heartbeats)))

    def check_all(self, pairs: list[tuple[Statement, str | None]]) -> list[Verdict]:
        async def ask() -> list[Verdict]:
            return await asyncio.gather(*(self.pool.check(Job(*pair)) for pair in pairs))

        return self.run(ask())

    def certify(self, statement: str, export: object) -> dict[str, Any]:
        """Asks gate 2 alone."""
        request = {"op": "certify", "statement": statement, "export": export, "heartbeats": 10_000}
        return self.run(self.pool._ask(self.pool._certifier, request))

    def close(self) -> None:
        self.run(self.pool.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many are counted by transformers' Trainer, which would spread a model over them."""
    from transformers import TrainingArguments

    def devices(arguments: Any) -> Any:
        device = begin(arguments)
        arguments._n_gpu = 2
        return device

    begin = TrainingArguments._setup_devices.func
    pretended = functools.cached_property(devices)
    pretended.__set_name__(TrainingArguments, "_setup_devices")
    monkeypatch.setattr(TrainingArguments, "_setup_devices", pretended)


def real_lean(certify: bool) -> Iterator[RealLean]:
    """The embedded Lean. Its absence is a failure: `make test` installs it."""
    try:
        found = toolchain.core()
    except toolchain.LeanUnavailable as error:
        pytest.fail(str(error))
    real = RealLean(found, certify)
    yield real
    real.close()


@pytest.fixture(scope="session")
def lean() -> Iterator[RealLean]:
    yield from real_lean(certify=False)


@pytest.fixture(scope="session")
def certifying() -> Iterator[RealLean]:
    """Gates 1 and 2, each with a process of its own."""
    yield from real_lean(certify=True)
