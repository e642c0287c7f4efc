"""Equal questions share one answer, in flight and afterwards; and answers in the order in which they come."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterable
from typing import Any, Generic, TypeVar

Q = TypeVar("Q")
V = TypeVar("V")


class Once(Generic[V]):
    """Runs what it is asked once for each key, and remembers the `remembered` newest answers that `keep` allows.

    What nobody waits for any more is cancelled; an answer that is not kept is asked for again by the next one.
    """

    def __init__(self, keep: Callable[[V], bool], remembered: int = 100_000) -> None:
        self._keep, self._remembered = keep, remembered
        self._tasks: dict[Hashable, asyncio.Task[V]] = {}
        self._askers: Counter[Hashable] = Counter()

    async def get(self, key: Hashable, begin: Callable[[], Coroutine[Any, Any, V]]) -> V:
        task = self._tasks.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._tasks[key] = asyncio.create_task(begin())
            if len(self._tasks) > self._remembered:
                oldest = next(iter(self._tasks))
                if self._tasks[oldest].done():
                    del self._tasks[oldest]
        self._askers[key] += 1
        try:
            value = await asyncio.shield(task)
        finally:
            self._askers[key] -= 1
            if not self._askers[key]:
                del self._askers[key]
                if not task.done() and self._tasks.get(key) is task:
                    del self._tasks[key]
                    task.cancel()
        if not self._keep(value) and self._tasks.get(key) is task:
            del self._tasks[key]
        return value

    def pending(self) -> list[asyncio.Task[V]]:
        return [task for task in self._tasks.values() if not task.done()]

    def clear(self) -> None:
        self._tasks.clear()


async def as_they_come(ask: Callable[[Q], Awaitable[V]], questions: Iterable[Q]) -> AsyncIterator[tuple[Q, V]]:
    """Questions with their answers, in the order in which these come; who stops iterating drops the rest."""

    async def one(question: Q) -> tuple[Q, V]:
        return question, await ask(question)

    tasks = [asyncio.create_task(one(question)) for question in questions]
    try:
        for next_done in asyncio.as_completed(tasks):
            yield await next_done
    finally:
        for task in tasks:
            task.cancel()
