"""The verifier of answers keeps its promises against answers that hang, grow and kill."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import psutil
import pytest

from verify.maths import AnswerJob, MathsUnavailable, MathVerifier
from verify.records import Outcome

ROOT = Path(__file__).resolve().parents[2]
SLOW = r"\sum_{k=1}^{10^7} \frac{1}{k^2}"  # sympy adds them up one by one, for minutes


def family(parent: int | None = None) -> list[psutil.Process]:
    """The processes of verifiers that a process has started: each one that forks, and its child."""
    found = []
    for process in psutil.Process(parent).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "verify.maths_worker" in process.cmdline():
                found.append(process)
    return found


def child() -> psutil.Process:
    (process,) = [one for one in family() if one.ppid() != os.getpid()]
    return process


async def until(condition, seconds: float = 60):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it never came about"
        await asyncio.sleep(0.02)
    return value


async def at_work(verifier: MathVerifier, job: AnswerJob) -> asyncio.Task:
    """A task that waits for a verdict, when the child has begun to look for it."""
    assert (await verifier.check(AnswerJob("1", "1"))).proved
    used = sum(child().cpu_times()[:2])
    task = asyncio.create_task(verifier.check(job))
    await until(lambda: sum(child().cpu_times()[:2]) > used + 0.3)
    return task


@pytest.fixture(autouse=True)
def nothing_survives():
    yield
    left = family()
    _, alive = psutil.wait_procs(left, timeout=20)
    for process in alive:
        process.kill()
    assert not alive


async def test_what_a_verdict_says():
    async with MathVerifier(1) as verifier:
        right = await verifier.check(AnswerJob(r"\frac{1}{2}", "0.5"))
        wrong = await verifier.check(AnswerJob(r"\frac{1}{2}", "2"))
        unreadable = await verifier.check(AnswerJob("1", "(("))
        outside = await verifier.check(AnswerJob("((", "1"))
    assert (right.outcome, right.profile, right.level) == (Outcome.PROVED, "maths", "accepted")
    assert right.toolchain == f"math-verify {metadata.version('math-verify')}"
    assert right.policy == "answers-2"
    assert (wrong.outcome, wrong.reason, wrong.level) == (Outcome.FAILED, "another answer", "")
    assert (unreadable.outcome, outside.outcome) == (Outcome.REFUSED, Outcome.OUT_OF_PROFILE)


@pytest.mark.parametrize(
    ("job", "outcome", "reason"),
    [
        (AnswerJob("1", None), Outcome.REFUSED, "no boxed answer"),
        (AnswerJob("1", " "), Outcome.REFUSED, "an empty answer"),
        (AnswerJob("1", "1" * 1_000_000), Outcome.REFUSED, "longer than 1,000 characters"),
        (AnswerJob("", "1"), Outcome.OUT_OF_PROFILE, "the reference is empty"),
        (AnswerJob("1" * 2_000, "1"), Outcome.OUT_OF_PROFILE, "the reference is longer than 1,000 characters"),
    ],
)
async def test_form_needs_no_process(job, outcome, reason):
    verdict = await MathVerifier(1).check(job)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


async def test_a_hang_costs_its_limit_and_nobody_elses_verdict():
    async with MathVerifier(1, seconds=0.5) as verifier:
        honest = [AnswerJob(str(n), str(n % 3)) for n in range(6)]
        jobs = [*honest[:3], AnswerJob("1", SLOW), *honest[3:], AnswerJob(SLOW, "1")]
        verdicts = await asyncio.gather(*map(verifier.check, jobs))
        assert verifier.deaths == 2
    assert [verdict.outcome is Outcome.TIMEOUT for verdict in verdicts] == [job not in honest for job in jobs]
    assert [verdict.proved for verdict in verdicts] == [job.reference == job.answer for job in jobs]


async def test_memory_is_limited():
    async with MathVerifier(1) as verifier:
        await verifier.check(AnswerJob("1", "1"))
        base = child().memory_info().vms >> 20
    async with MathVerifier(1, seconds=60, memory_mib=base + 2) as verifier:
        verdict = await verifier.check(AnswerJob("(a+b+c+d)^{8}", "(a+b+c+d+1)^{8}"))
        assert verdict.outcome is Outcome.MEMORY
        assert (await verifier.check(AnswerJob("1", "1"))).proved
        assert verifier.peak_mib <= base + 2


async def test_equal_jobs_run_once():
    async with MathVerifier(2) as verifier:
        job = AnswerJob(r"\sqrt{8}", r"2\sqrt{2}")
        verdicts = await asyncio.gather(*(verifier.check(job) for _ in range(50)))
        again = await verifier.check(job)
        assert verifier.checks == 1
    assert all(verdict is again for verdict in verdicts)


async def test_a_stream_gives_every_job_its_verdict():
    jobs = [AnswerJob(rf"\frac{{{n}}}{{7}}", f"{n + n % 2}/7") for n in range(1, 41)]
    async with MathVerifier(2) as verifier:
        verdicts = {job: verdict async for job, verdict in verifier.stream(jobs)}
    assert {job: verdict.proved for job, verdict in verdicts.items()} == {
        job: n % 2 == 0 for n, job in enumerate(jobs, 1)
    }


async def test_a_killed_child_is_asked_once_more_and_then_nothing_is_known():
    async with MathVerifier(1, seconds=60) as verifier:
        task = await at_work(verifier, AnswerJob("1", SLOW))
        first = child()
        first.kill()
        second = await until(lambda: next((p for p in family() if p.ppid() != os.getpid() and p != first), None))
        await until(lambda: sum(second.cpu_times()[:2]) > 0.3)
        assert not task.done()
        second.kill()
        verdict = await task
        assert verdict.outcome is Outcome.INFRASTRUCTURE
        assert "status 9" in verdict.reason
        assert (await verifier.check(AnswerJob("2", "2"))).proved
        again = await at_work(verifier, AnswerJob("1", SLOW))  # not remembered
        assert not again.done()
        again.cancel()


async def test_the_forking_process_is_replaced_and_the_job_asked_again():
    async with MathVerifier(1, seconds=60) as verifier:
        task = await at_work(verifier, AnswerJob("1", SLOW))
        behind = asyncio.create_task(verifier.check(AnswerJob("3", "3.0")))
        forking = psutil.Process(child().ppid())
        forking.kill()
        fresh = await until(lambda: next((p for p in family() if p.ppid() not in (os.getpid(), forking.pid)), None))
        await until(lambda: sum(fresh.cpu_times()[:2]) > 0.3)
        assert not task.done()
        fresh.kill()
        assert (await task).outcome is Outcome.INFRASTRUCTURE
        assert (await behind).proved


async def test_a_dead_child_is_noticed_by_the_next_job():
    async with MathVerifier(1) as verifier:
        assert (await verifier.check(AnswerJob("1", "1"))).proved
        child().kill()
        assert (await verifier.check(AnswerJob("2", "2"))).proved


async def test_a_stopped_forking_process_holds_nobody_up(monkeypatch):
    monkeypatch.setattr("verify.maths.GRACE_SECONDS", 1.0)
    async with MathVerifier(1, seconds=0.5) as verifier:
        task = await at_work(verifier, AnswerJob("1", SLOW))
        os.kill(child().ppid(), signal.SIGSTOP)
        assert (await task).outcome is Outcome.TIMEOUT
        assert (await verifier.check(AnswerJob("2", "2"))).proved


async def test_who_leaves_takes_the_job_along():
    async with MathVerifier(1, seconds=60) as verifier:
        await at_work(verifier, AnswerJob("1", SLOW))
        waiting = asyncio.create_task(verifier.check(AnswerJob("4", "4")))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_a_closed_verifier_says_so():
    async with MathVerifier(1, seconds=60) as verifier:
        task = await at_work(verifier, AnswerJob("1", SLOW))
    with pytest.raises((MathsUnavailable, asyncio.CancelledError)):
        await task
    with pytest.raises(MathsUnavailable, match="closed"):
        await verifier.check(AnswerJob("5", "5"))


async def test_a_worker_that_cannot_start_is_no_verdict(tmp_path, monkeypatch):
    (tmp_path / "math_verify.py").write_text("raise ImportError('math-verify is broken here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    async with MathVerifier(2) as verifier:
        with pytest.raises(MathsUnavailable, match="broken here"):
            await asyncio.wait_for(verifier.check(AnswerJob("1", "1")), 60)


@pytest.mark.skipif(sys.platform != "linux", reason="death with the parent is Linux's")
def test_nothing_survives_a_parent_that_is_killed():
    program = (
        "import asyncio\nfrom verify.maths import *\n"
        "async def main():\n"
        " async with MathVerifier(2, seconds=60) as verifier:\n"
        "  await asyncio.gather(*(verifier.check(AnswerJob(str(n), str(n))) for n in range(50)))\n"
        "  print('ready', flush=True)\n"
        f"  await verifier.check(AnswerJob('1', {SLOW!r}))\n"
        "asyncio.run(main())"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout.readline() == b"ready\n"
        processes = family(parent.pid)
        assert len(processes) >= 3  # the second worker may still be starting
        parent.kill()
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert not alive
