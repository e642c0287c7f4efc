"""The blocking pool against a Lean that misbehaves; what the pool itself promises is in test_pool_faults.py."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from verify import sync
from verify.pool import Limits
from verify.records import Job, Outcome, Statement, Verdict
from verify.sync import SyncLeanPool
from verify.toolchain import LeanUnavailable, Toolchain

FAKE = Path(__file__).with_name("fake_repl.py")
ROOT = Path(__file__).resolve().parents[2]
QUICK = Limits(wall_seconds=20, start_seconds=30)


def fake(directory: Path, *start: str, identity: str = "") -> Toolchain:
    command = (sys.executable, "-I", "-S", str(FAKE), str(directory), *start)
    return Toolchain("fake", command, directory, {"PATH": os.environ["PATH"]}, identity)


def job(order: str = "", number: int = 0) -> Job:
    return Job(Statement("t", f"(n : ℕ) : n = {number}"), f"rfl -- do: {order}")


def ran(directory: Path) -> list[str]:
    file = directory / "ran"
    return [json.loads(line)[0] for line in file.read_text().splitlines()] if file.exists() else []


def family(directory: Path) -> list[str]:
    found = [" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])]
    return [line for line in found if str(FAKE) in line and str(directory) in line]


@pytest.fixture
def place(tmp_path):
    """A directory in whose name nothing may live on after the test, and no thread either."""
    yield tmp_path
    end = time.monotonic() + 10
    while family(tmp_path) and time.monotonic() < end:
        time.sleep(0.05)
    assert not family(tmp_path), "a process has survived its pool"
    assert "lean-pool" not in {thread.name for thread in threading.enumerate()}


def test_outcomes(place):
    with SyncLeanPool(fake(place), 2, QUICK) as pool:
        assert pool.check(job()).proved
        assert pool.check(job("crash", 1)).outcome is Outcome.INFRASTRUCTURE
        verdict = pool.check(Job(Statement("t", ": 1 = 2"), "sorry"))
        assert isinstance(verdict, Verdict) and verdict.outcome is Outcome.REFUSED
        assert family(place)
    assert not family(place)


def test_check_all_gives_verdicts_as_they_come(place):
    orders = ["sleep 1", "", 'with {"outcome": "failed"}', "crash", *[""] * 40]
    jobs = [job(order, number) for number, order in enumerate(orders)]
    with SyncLeanPool(fake(place), 2, QUICK) as pool:
        assert list(pool.check_all([])) == []
        pairs = list(pool.check_all(jobs))
    assert {id(j) for j, _ in pairs} == {id(j) for j in jobs} and len(pairs) == len(jobs)
    assert pairs[0][0] is not jobs[0]
    assert {jobs.index(j) for j, v in pairs if not v.proved} == {2, 3}


def test_jobs_may_be_without_end_and_left_early(place):
    with SyncLeanPool(fake(place), 2, QUICK) as pool:
        numbers = itertools.count()
        endless = (job("", number) for number in numbers)
        for count, (_, verdict) in enumerate(pool.check_all(endless)):
            assert verdict.proved
            if count == 20:
                break
        assert next(numbers) < 40
        time.sleep(0.5)
        assert len(ran(place)) < 40
        assert pool.check(job("", 1000)).proved
    assert not family(place)


def test_from_many_threads_and_inside_a_running_loop(place):
    with SyncLeanPool(fake(place), 2, QUICK) as pool:
        with ThreadPoolExecutor(16) as threads:
            assert all(v.proved for v in threads.map(lambda n: pool.check(job("", n)), range(100)))

        async def notebook():
            return pool.check(job("", 200)), [v for _, v in pool.check_all(job("", n) for n in range(200, 205))]

        one, more = asyncio.run(notebook())
        assert one.proved and len(more) == 5
    assert len(ran(place)) == 105


@pytest.mark.parametrize("start", ["exit", "mute"])
def test_lean_that_does_not_start(place, start):
    with SyncLeanPool(fake(place, start), 2, Limits(start_seconds=0.5)) as pool:
        with pytest.raises(LeanUnavailable, match="doctor"):
            pool.check(job())
        with pytest.raises(LeanUnavailable):
            list(pool.check_all(job(number=n) for n in range(10)))


def test_a_pool_that_is_not_open(place):
    pool = SyncLeanPool(fake(place), 1, QUICK)
    for _ in range(2):
        with pytest.raises(LeanUnavailable, match="not open"):
            pool.check(job())
        with pool:
            assert pool.check(job()).proved
    with pytest.raises(LeanUnavailable, match="not open"):
        next(pool.check_all([job()]))


def test_an_exception_in_the_block(place):
    with pytest.raises(ZeroDivisionError), SyncLeanPool(fake(place), 2, QUICK) as pool:
        pool.check(job())
        raise ZeroDivisionError
    assert not family(place)


def test_closing_tells_those_who_wait(place):
    said = []

    def wait() -> None:
        try:
            pool.check(job("hang"))
        except LeanUnavailable as error:
            said.append(str(error))

    with SyncLeanPool(fake(place), 1, QUICK) as pool:
        threads = [threading.Thread(target=wait) for _ in range(3)]
        for thread in threads:
            thread.start()
        while not ran(place):
            time.sleep(0.02)
    for thread in threads:
        thread.join(10)
    assert len(said) == 3


def test_the_store_of_verdicts(place, monkeypatch):
    """SQLite minds the thread: the store is opened by the one that uses it."""
    monkeypatch.setenv("ANTIPHON_HOME", str(place))
    for _ in range(2):
        with SyncLeanPool(fake(place, identity="x"), 1, QUICK, cached=True) as pool:
            assert pool.check(job()).proved
    assert len(ran(place)) == 1


def test_a_failure_at_the_beginning_is_raised(place, monkeypatch):
    def broken(toolchain):
        raise OSError("no disk")

    monkeypatch.setattr(sync, "verdict_cache", broken)
    with pytest.raises(OSError, match="no disk"), SyncLeanPool(fake(place), 1, QUICK, cached=True):
        pass


HOLDER = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored
from pathlib import Path
from verify.records import Job, Statement
from verify.sync import SyncLeanPool
from verify.toolchain import Toolchain

directory = Path(sys.argv[1])
command = (sys.executable, "-I", "-S", sys.argv[2], str(directory))
pool = SyncLeanPool(Toolchain("fake", command, directory, dict(os.environ)), 2)
with pool:
    jobs = [Job(Statement("t", f": {n} = {n}"), "rfl -- do: hang") for n in range(4)]
    list(pool.check_all(jobs))
"""


@pytest.mark.parametrize("end", [2, 9])
def test_the_end_of_the_whole_program(place, end):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place), str(FAKE)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as holder:  # fmt: skip
        try:
            limit = time.monotonic() + 30
            while len(ran(place)) < 2 and time.monotonic() < limit:
                time.sleep(0.02)
            holder.send_signal(end)
            holder.wait(30)
        finally:
            holder.kill()
    assert holder.returncode != 0
