"""The pool's promises, kept against a process that misbehaves: no Lean here, see fake_repl.py."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from verify.launch import launched
from verify.policy import VERSION
from verify.pool import LeanPool, Limits
from verify.process import LeanProcess, LeanTimeout
from verify.records import Job, Outcome, Statement
from verify.toolchain import LeanUnavailable, Toolchain

FAKE = Path(__file__).with_name("fake_repl.py")
ROOT = Path(__file__).resolve().parents[2]
QUICK = Limits(wall_seconds=20, start_seconds=30)
HASTY = Limits(wall_seconds=1, start_seconds=30)


def fake(directory: Path, *start: str) -> Toolchain:
    command = (sys.executable, "-I", "-S", str(FAKE), str(directory), *start)
    return Toolchain("fake", command, directory, {"PATH": os.environ["PATH"]})


def job(order: str = "", number: int = 0) -> Job:
    return Job(Statement("t", f"(n : ℕ) : n = {number}"), f"rfl -- do: {order}")


def ran(directory: Path) -> list[tuple[str, str, int]]:
    """(statement, order, process) of every check that has begun."""
    file = directory / "ran"
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [(statement, proof.partition("do: ")[2], pid) for statement, proof, pid in rows]


def family(directory: Path) -> list[psutil.Process]:
    """What lives of the processes that carry this directory's name in their command line."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if words and "python" in words[0] and any(str(directory) in word for word in words):
                found.append(process)
        except psutil.Error:
            continue
    return found


def all_gone(directory: Path, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while left := family(directory):
        if time.monotonic() > end:
            for process in left:
                process.kill()
            return False
        time.sleep(0.05)
    return True


async def until(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came about"
        await asyncio.sleep(0.02)


@pytest.fixture
def place(tmp_path):
    """A directory in whose name nothing may live on after the test."""
    yield tmp_path
    assert all_gone(tmp_path), "a process has survived its pool"


async def one(place: Path, order: str, limits: Limits = QUICK, then: str | None = None):
    """The verdict on one order, and on a plain proof after it on the same single worker."""
    async with LeanPool(fake(place), workers=1, limits=limits) as pool:
        verdict = await pool.check(job(order))
        assert (await pool.check(job(then or "", 1))).proved
    return verdict


# --- what a good answer becomes


async def test_a_proof_is_proved_with_all_it_says(place):
    verdict = await one(place, "")
    assert (verdict.outcome, verdict.profile, verdict.policy) == (Outcome.PROVED, "fake", VERSION)
    assert (verdict.axioms, verdict.lemmas, verdict.level) == (("propext",), ("sq_nonneg",), "accepted")
    assert (verdict.heartbeats, verdict.seconds, verdict.toolchain) == (20_000, 1.5, "fake 1.0")


async def test_a_statement_alone_elaborates_and_proves_nothing(place):
    async with LeanPool(fake(place), 1, QUICK) as pool:
        verdict = await pool.check(Job(job().statement, None))
        other = await pool.check(Job(Statement("t", ": 1 = 1"), None))
    assert verdict.outcome is Outcome.ELABORATES
    assert not verdict.proved
    assert len(verdict.canonical) == 16
    assert verdict.canonical != other.canonical


async def test_heartbeats_of_the_job_go_before_those_of_the_pool(place):
    async with LeanPool(fake(place), 1, Limits(heartbeats=7)) as pool:
        assert (await pool.check(job())).heartbeats == 7
        assert (await pool.check(Job(job().statement, "rfl", heartbeats=9))).heartbeats == 9


# --- one misfortune, one outcome


@pytest.mark.parametrize(
    ("order", "outcome", "words"),
    [
        ("hang", Outcome.TIMEOUT, "no answer within 1 s"),
        ("stubborn", Outcome.TIMEOUT, "no answer within 1 s"),
        ("forge hang", Outcome.TIMEOUT, "no answer within 1 s"),
        ("child-hang", Outcome.TIMEOUT, "no answer within 1 s"),
        ("crash", Outcome.INFRASTRUCTURE, "ended with status 1"),
        ("child-crash", Outcome.INFRASTRUCTURE, "ended with status 1"),
        ("last-words Segmentation Error: it is over", Outcome.INFRASTRUCTURE, "it is over"),
        ("last-words RuntimeError: table index is out of bounds", Outcome.MEMORY, "its stack is full"),
        ("last-words RangeError: Maximum call stack size exceeded", Outcome.MEMORY, "its stack is full"),
        ("last-words RangeError: WebAssembly stack overflow", Outcome.MEMORY, "its stack is full"),
        ("last-words Cannot enlarge memory arrays", Outcome.MEMORY, "its memory is full"),
        ("last-words INTERNAL PANIC: Nat.pow exponent is too big", Outcome.MEMORY, "Lean gave up"),
        ("not-json", Outcome.INFRASTRUCTURE, "broken pipe or reply"),
        ("raw", Outcome.INFRASTRUCTURE, "broken pipe or reply"),
        ("raw [1]", Outcome.INFRASTRUCTURE, "wrong form"),
        ("raw {}", Outcome.INFRASTRUCTURE, "wrong form"),
        ("forge", Outcome.FAILED, "no proof"),
        ("twice", Outcome.FAILED, "no proof"),
        ("noise 2048", Outcome.PROVED, ""),
        ("stderr 2048", Outcome.PROVED, ""),
        ("child", Outcome.PROVED, ""),
        ('with {"outcome": "Proved"}', Outcome.INFRASTRUCTURE, "does not fit: 'Proved'"),
        ('with {"outcome": "elaborates"}', Outcome.INFRASTRUCTURE, "does not fit"),
        ('with {"outcome": "refused", "reason": "a word"}', Outcome.REFUSED, "a word"),
        ('with {"outcome": "memory"}', Outcome.INFRASTRUCTURE, "does not fit"),
        ('with {"outcome": ["proved"]}', Outcome.INFRASTRUCTURE, ""),
        ('with {"outcome": null}', Outcome.INFRASTRUCTURE, "does not fit"),
        ('with {"axioms": ["propext", "cheat"]}', Outcome.INFRASTRUCTURE, "does not fit"),
        ('with {"axioms": ["sorryAx"]}', Outcome.INFRASTRUCTURE, "does not fit"),
        ('with {"axioms": "propext"}', Outcome.INFRASTRUCTURE, "does not fit"),
        ('with {"axioms": null}', Outcome.INFRASTRUCTURE, "wrong form"),
        ('with {"axioms": [["propext"]]}', Outcome.INFRASTRUCTURE, "wrong form"),
        ('with {"heartbeats": "many"}', Outcome.INFRASTRUCTURE, "wrong form"),
        ('with {"ms": "1"}', Outcome.INFRASTRUCTURE, "wrong form"),
        ('with {"messages": [{"severity": "error"}]}', Outcome.INFRASTRUCTURE, "wrong form"),
        ('with {"outcome": "timeout", "reason": "heartbeats"}', Outcome.TIMEOUT, "heartbeats"),
        ('with {"outcome": "out_of_profile", "reason": "no ℂ"}', Outcome.OUT_OF_PROFILE, "no ℂ"),
        ("without outcome", Outcome.INFRASTRUCTURE, "wrong form: KeyError('outcome')"),
        ("without reason", Outcome.INFRASTRUCTURE, "wrong form"),
        ("without heartbeats", Outcome.INFRASTRUCTURE, "wrong form"),
        ("without ms", Outcome.INFRASTRUCTURE, "wrong form"),
    ],
)
async def test_outcomes(place, order, outcome, words):
    verdict = await one(place, order, HASTY if "hang" in order or order == "stubborn" else QUICK)
    assert verdict.outcome is outcome, verdict.reason
    assert words in verdict.reason
    assert "\n" not in verdict.reason


@pytest.mark.parametrize("order", ["flood", "line"])
async def test_a_flood_is_a_failed_proof_and_ends_soon(place, order):
    started = time.monotonic()
    verdict = await one(place, order, Limits(wall_seconds=120))
    assert verdict.outcome is Outcome.FAILED
    assert time.monotonic() - started < 60


async def test_growth_beyond_the_memory_limit(place):
    verdict = await one(place, "grow 200", Limits(wall_seconds=60, memory_mib=100))
    assert verdict.outcome is Outcome.MEMORY
    assert "100 MiB" in verdict.reason
    assert len([order for _, order, _ in ran(place) if order.startswith("grow")]) == 1


async def test_below_the_memory_limit_it_is_only_slow(place):
    verdict = await one(place, "grow 20", Limits(wall_seconds=2, memory_mib=500))
    assert verdict.outcome is Outcome.TIMEOUT


async def test_a_worn_process_is_replaced_for_its_memory(place):
    async with LeanPool(fake(place), 1, Limits(recycle_mib=0)) as pool:
        for number in range(51):
            assert (await pool.check(job(number=number))).proved
    assert len({pid for *_, pid in ran(place)}) == 2


async def test_a_process_is_replaced_after_its_uses(place):
    async with LeanPool(fake(place), 1, Limits(recycle_uses=3)) as pool:
        for number in range(9):
            assert (await pool.check(job(number=number))).proved
        uses = Counter(pid for *_, pid in ran(place))
    assert sorted(uses.values()) == [3, 3, 3]


async def test_messages_are_told_from_the_first_line_of_the_proof_on(place):
    row = {"severity": "error", "line": 3, "column": 4, "text": "unsolved goals\n⊢ False" + "x" * 5000}
    order = "with " + json.dumps({"outcome": "failed", "reason": "an error", "messages": [row]})
    verdict = await one(place, order)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason == "an error: unsolved goals"
    message = verdict.messages[0]
    assert (message.line, message.column, len(message.text)) == (2, 4, 2000)


# --- deaths: asked once more, and not remembered


async def test_a_first_death_costs_nothing(place):
    assert (await one(place, "crash-once a")).outcome is Outcome.PROVED
    assert [order for _, order, _ in ran(place)][:2] == ["crash-once a"] * 2


async def test_a_death_is_asked_again_exactly_once(place):
    assert (await one(place, "crash")).outcome is Outcome.INFRASTRUCTURE
    assert [order for _, order, _ in ran(place)].count("crash") == 2


async def test_time_in_which_the_machine_ran_others_does_not_count(place):
    """On a machine with more to do than cores, a check that steps back is late, and no timeout."""
    others = "import time\nend = time.monotonic() + 4\nwhile time.monotonic() < end: pass"
    async with LeanPool(fake(place), 1, replace(HASTY, nice=19)) as pool:
        await pool.ready()
        # Each in a session of its own: Linux may share the time among sessions first, and Lean has one.
        command = [sys.executable, "-c", others]
        crowd = [subprocess.Popen(command, start_new_session=True) for _ in range(3 * os.cpu_count())]
        began = time.monotonic()
        verdict = await pool.check(job("spin 0.7"))
        seconds = time.monotonic() - began
        for process in crowd:
            process.kill()
            process.wait()
    assert verdict.proved
    assert seconds > HASTY.wall_seconds, "it was not late at all: this test has shown nothing"


@pytest.mark.parametrize("order", ["hang", "grow 200", "flood"])
async def test_other_ends_are_not_asked_again(place, order):
    await one(place, order, Limits(wall_seconds=3, memory_mib=100))
    assert [o for _, o, _ in ran(place)].count(order) == 1


async def test_infrastructure_is_not_remembered_but_answers_are(place):
    async with LeanPool(fake(place), 1, HASTY) as pool:
        for order, executions in (("crash", 4), ("hang", 1), ('with {"outcome": "failed"}', 1), ("", 1)):
            first, second = await pool.check(job(order)), await pool.check(job(order))
            assert first.outcome is second.outcome
            assert [o for _, o, _ in ran(place)].count(order) == executions, order


# --- one job's fate is no other's


async def test_jobs_in_flight_beside_a_misfortune_do_not_notice(place):
    bad = ["crash", "hang", "flood", "not-json", "stubborn", "child-crash"]
    jobs = [job(order) for order in bad] + [job("sleep 0.2", number) for number in range(12)]
    async with LeanPool(fake(place), 3, Limits(wall_seconds=3)) as pool:
        verdicts = {(j.proof, j.statement.id): v async for j, v in pool.stream(jobs)}
    assert len(verdicts) == len(jobs)
    assert all(verdicts[j.proof, j.statement.id].proved for j in jobs[len(bad) :])
    assert not any(verdicts[j.proof, j.statement.id].proved for j in jobs[: len(bad)])
    assert Counter(order for _, order, _ in ran(place))["sleep 0.2"] == 12


async def test_a_spare_process_takes_the_place_of_one_that_died(place):
    async with LeanPool(fake(place), 1, HASTY, spare=True) as pool:
        assert (await pool.check(job())).proved
        await until(lambda: pool.starts == 2)
        assert pool.restarts == 0
        ready = {process.pid for process in family(place)}
        assert (await pool.check(job("hang", 1))).outcome is Outcome.TIMEOUT
        assert (await pool.check(job("", 2))).proved
        assert ran(place)[-1][2] in ready, "it was started before it was needed"
        await until(lambda: pool.starts == 3)
        assert pool.restarts == 1


async def test_a_spare_process_that_died_unused_is_not_missed(place):
    async with LeanPool(fake(place), 1, QUICK, spare=True) as pool:
        assert (await pool.check(job())).proved
        await until(lambda: pool.starts == 2)
        used = ran(place)[0][2]
        for process in family(place):
            if process.pid != used:
                process.kill()
        await until(lambda: [process.pid for process in family(place)] == [used])
        assert (await pool.check(job("crash-once", 1))).proved


async def test_who_leaves_takes_a_waiting_job_along(place):
    async with LeanPool(fake(place), 1, QUICK) as pool:
        first = asyncio.create_task(pool.check(job("sleep 0.5")))
        leaving = [asyncio.create_task(pool.check(job(number=number))) for number in range(20)]
        staying = asyncio.create_task(pool.check(job(number=3)))
        await asyncio.sleep(0.1)
        for task in leaving:
            task.cancel()
        assert (await first).proved and (await staying).proved
        assert (await pool.check(job(number=5))).proved  # asked again, it is judged
    assert len(ran(place)) == 3


async def test_a_second_reply_is_no_answer_to_the_next_job(place):
    async with LeanPool(fake(place), 1, QUICK) as pool:
        assert (await pool.check(job("twice"))).outcome is Outcome.FAILED
        assert (await pool.check(job('with {"outcome": "failed"}'))).outcome is Outcome.FAILED
    assert len({pid for *_, pid in ran(place)}) == 1


async def test_equal_jobs_run_once_in_flight_and_afterwards(place):
    async with LeanPool(fake(place), 2, QUICK) as pool:
        verdicts = await asyncio.gather(*(pool.check(job("sleep 0.2")) for _ in range(100)))
        asked = job("sleep 0.2")
        elsewhere = replace(asked, statement=replace(asked.statement, source="elsewhere", tags=("t",)))
        assert await pool.check(elsewhere) is verdicts[0]
        assert all(v is verdicts[0] for v in verdicts)
        assert len(ran(place)) == 1
        await pool.check(replace(asked, heartbeats=5))
        await pool.check(replace(asked, statement=replace(asked.statement, name="another_name")))
        assert len(ran(place)) == 3


async def test_an_asker_who_leaves_takes_no_verdict_along(place):
    async with LeanPool(fake(place), 1, QUICK) as pool:
        askers = [asyncio.create_task(pool.check(job("sleep 0.5"))) for _ in range(2)]
        await until(lambda: ran(place))
        askers[0].cancel()
        assert (await askers[1]).proved
        with pytest.raises(asyncio.CancelledError):
            await askers[0]
        assert (await pool.check(job("sleep 0.5"))).proved
    assert len(ran(place)) == 1


async def test_a_refused_proof_never_reaches_a_process(place):
    refused = [
        Job(job().statement, "exact sorry"),
        Job(job().statement, "run_tac cheat"),
        Job(job().statement, "x" * 40_000),
        Job(Statement("t", ": True := trivial axiom cheat : False"), "trivial"),
        Job(Statement("t", ": sorry"), None),
    ]
    async with LeanPool(fake(place), 1, QUICK) as pool:
        verdicts = [await pool.check(j) for j in refused]
    assert [v.outcome for v in verdicts] == [Outcome.REFUSED] * len(refused)
    assert "`sorry`" in verdicts[0].reason
    assert verdicts[0].reason.startswith("proof:")
    assert verdicts[3].reason.startswith("statement:")
    assert not ran(place)


async def test_three_hundred_jobs_with_crashes_and_hangs_end_with_exact_counts(place):
    orders = ["crash" if n % 20 == 0 else "hang" if n % 20 == 1 else "" for n in range(300)]
    jobs = [job(order, n) for n, order in enumerate(orders)]
    async with LeanPool(fake(place), 4, HASTY) as pool:
        verdicts = [v async for _, v in pool.stream(jobs)]
    assert Counter(v.outcome for v in verdicts) == {
        Outcome.PROVED: 270,
        Outcome.INFRASTRUCTURE: 15,
        Outcome.TIMEOUT: 15,
    }
    assert Counter(order for _, order, _ in ran(place)) == {"": 270, "crash": 30, "hang": 15}


# --- Lean that cannot be started


@pytest.mark.parametrize(("start", "words"), [("exit", "ended with status 3"), ("mute", "no answer within 0.5 s")])
async def test_lean_that_never_starts_is_told_to_every_asker(place, start, words):
    async with LeanPool(fake(place, start), 2, Limits(start_seconds=0.5)) as pool:
        askers = [pool.check(job(number=number)) for number in range(10)]
        answers = await asyncio.wait_for(asyncio.gather(*askers, return_exceptions=True), 60)
        assert {type(answer) for answer in answers} == {LeanUnavailable}
        assert words in str(answers[0])
        assert "doctor" in str(answers[0])
        for late in (pool.check(job()), pool.ready()):
            with pytest.raises(LeanUnavailable):
                await asyncio.wait_for(late, 10)
    assert not ran(place)


async def test_a_missing_command_is_lean_unavailable(place):
    nothing = Toolchain("fake", (str(place / "no-such-lean"),), place, {})
    async with LeanPool(nothing, 1, QUICK) as pool:
        with pytest.raises(LeanUnavailable):
            await asyncio.wait_for(pool.ready(), 60)


async def test_lean_that_starts_only_once_fails_its_job_and_then_everyone(place):
    async with LeanPool(fake(place, "once"), 1, QUICK) as pool:
        assert await pool.ready() == "fake 1.0"
        askers = [pool.check(job("crash")), *(pool.check(job(number=n)) for n in range(5))]
        first, *others = await asyncio.wait_for(asyncio.gather(*askers, return_exceptions=True), 60)
    assert first.outcome is Outcome.INFRASTRUCTURE
    assert {type(answer) for answer in others} == {LeanUnavailable}


async def test_the_launcher_does_not_start_without_its_parent(place):
    command = ["1" if word == str(os.getpid()) else word for word in launched(fake(place).command)]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    if sys.platform == "linux":
        assert (result.returncode, result.stdout, result.stderr) == (1, b"", b"")


# --- whatever ends the pool, nothing lives on


async def test_an_exception_inside_the_pool(place):
    with pytest.raises(ZeroDivisionError):
        async with LeanPool(fake(place), 2, QUICK) as pool:
            waiting = asyncio.create_task(pool.check(job("child-hang")))
            await until(lambda: ran(place))
            assert family(place)
            raise ZeroDivisionError
    assert not family(place)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 10)


@pytest.mark.parametrize("start", ["", "mute"])
async def test_cancellation_of_the_task_that_holds_the_pool(place, start):
    async def hold() -> None:
        async with LeanPool(fake(place, start), 2, QUICK) as pool:
            await asyncio.gather(*(pool.check(job("child-hang", n)) for n in range(3)))

    task = asyncio.create_task(hold())
    await until(lambda: len(family(place)) >= 2 and (start or ran(place)))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 20)
    assert not family(place)


async def test_cancellation_at_the_very_beginning(place):
    for pause in (0, 0.001, 0.01, 0.05):
        async with LeanPool(fake(place), 2, QUICK):
            await asyncio.sleep(pause)
        assert not family(place)


async def test_a_stream_left_early_leaves_nothing_running(place):
    async with LeanPool(fake(place), 2, QUICK) as pool:
        jobs = [job(number=n) for n in range(5)] + [job("child-hang", n) for n in range(5)]
        stream = pool.stream(jobs)
        async for _, verdict in stream:
            assert verdict.proved
            break
        await stream.aclose()
    assert not family(place)


async def test_killing_a_process_twice_is_no_error(place):
    process = await LeanProcess.start(fake(place), 30)
    assert process.memory() > 1 << 20
    with pytest.raises(LeanTimeout):
        await process.ask({"op": "check", "statement": "s", "proof": "-- do: child-hang", "heartbeats": 1}, 0.5)
    await process.kill()
    await process.kill()
    assert process.memory() == 0
    assert not family(place)


HOLDER = """
import asyncio, os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored
from pathlib import Path
from verify.pool import LeanPool, Limits
from verify.records import Job, Statement
from verify.toolchain import Toolchain

async def main():
    directory = Path(sys.argv[1])
    command = (sys.executable, "-I", "-S", sys.argv[2], str(directory))
    async with LeanPool(Toolchain("fake", command, directory, dict(os.environ)), 2, Limits()) as pool:
        jobs = [Job(Statement("t", f": {n} = {n}"), "rfl -- do: " + sys.argv[3]) for n in range(4)]
        await asyncio.gather(*(pool.check(job) for job in jobs))

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("end", "order"),
    # A process that is gone at once cannot take its children along: only Lean's own are promised then.
    [(signal.SIGKILL, "stubborn"), (signal.SIGKILL, "hang"), (signal.SIGINT, "child-hang")],
)
async def test_the_end_of_the_whole_program(place, end, order):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place), str(FAKE), order], cwd=ROOT, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as holder:  # fmt: skip
        try:
            await until(lambda: len(ran(place)) == 2)
            assert len(family(place)) >= 3
            holder.send_signal(end)
            holder.wait(30)
        finally:
            holder.kill()
    assert all_gone(place)
    assert holder.returncode != 0
