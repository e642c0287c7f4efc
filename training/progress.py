"""Progress for people: a live bar with rate and time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINE_SECONDS = 15.0
CONSOLE = Console(stderr=True)  # one for all: two steps may last at once


@dataclass(slots=True)
class Step:
    """One long step: call `advance` or `at`."""

    name: str
    total: int
    done: int = 0
    _began: float = field(default_factory=time.monotonic)
    _said: float = field(default_factory=time.monotonic)
    _bar: Progress | None = None

    def advance(self, count: int = 1) -> None:
        self.at(self.done + count)

    def at(self, done: int, total: int | None = None) -> None:
        self.done, self.total = done, self.total if total is None else total
        now = time.monotonic()
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=done, total=self.total, rate=f"{self._rate(now):.1f}/s")
        elif now - self._said > LINE_SECONDS:
            self._said = now
            rate = self._rate(now)
            left = f", {(self.total - done) / rate:.0f} s left" if rate else ""
            print(f"  {self.name}: {done} of {self.total} ({rate:.1f}/s{left})", file=sys.stderr, flush=True)

    def restart(self, name: str, total: int) -> None:
        """Goes on under another name, from the beginning."""
        self.name, self.total, self.done, self._began = name, total, 0, time.monotonic()
        if self._bar:
            self._bar.reset(self._bar.task_ids[0], description=name, total=total, rate="")
        else:
            print(f"  {name} …", file=sys.stderr, flush=True)

    def _rate(self, now: float) -> float:
        return self.done / max(now - self._began, 1e-6)


@contextmanager
def step(name: str, total: int) -> Iterator[Step]:
    """Shows `name` while it lasts. On a terminal the bar goes away at the end."""
    if not CONSOLE.is_terminal:
        if total > 1:
            print(f"  {name} …", file=sys.stderr, flush=True)
        yield Step(name, total)
        return
    columns = (
        TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=CONSOLE, transient=True) as bar:
        bar.add_task(name, total=total, rate="")
        yield Step(name, total, _bar=bar)
