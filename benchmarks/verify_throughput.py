"""How fast proofs are judged: our pool, the bare limit, other people's pools on the same Lean, and a start.

    python benchmarks/verify_throughput.py [--peer-python PYTHON] [--only start,pool,peers,growth]

Every pool judges the same jobs with the same number of workers, each in processes of its own, warmed up with
the same proofs, one pool after the other in one run. Two sets of jobs, both of real proofs:

`distinct`: seed theorems with their own proofs.
`group`: what self-play asks: for each of some statements, samples drawn from few different proofs (its own,
its neighbours' and a search's), most of them wrong, many of them equal.

Peers need a virtual environment with `lean-interact` and `kimina-ast-server` (see peers.py); without
--peer-python they are left out. Prints a table and writes benchmarks/results/verify_throughput.json.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from conjecture.library import Theorem, seed_theorems
from prover.search import candidates
from verify import toolchain
from verify.launch import launched
from verify.pool import LeanPool, Limits
from verify.process import LeanProcess
from verify.records import Job, Outcome

HERE = Path(__file__).resolve().parent
HEARTBEATS = Limits().heartbeats
PEERS = ("leaninteract", "kimina", "kimina-unchecked")
Table = dict[str, Any]


def spread(theorems: Sequence[Theorem], count: int) -> list[Theorem]:
    """`count` of them, evenly from all chapters."""
    return [theorems[i * len(theorems) // count] for i in range(min(count, len(theorems)))]


def group_jobs(theorems: Sequence[Theorem], statements: int, samples: int, seed: int = 0) -> list[Job]:
    """`samples` proofs for each of `statements`, drawn as a model draws them: few different, the likely ones often."""
    rng = np.random.default_rng(seed)
    jobs = []
    for theorem in spread(theorems, statements):
        at = theorems.index(theorem)
        near = [theorems[(at + step) % len(theorems)].proof for step in (1, 2, 3)]
        choice = list(dict.fromkeys([theorem.proof, *near, *candidates(theorem.statement, 4, rng)]))
        weights = 1 / np.arange(1, len(choice) + 1)
        order = rng.permutation(len(choice))
        for drawn in rng.choice(len(choice), samples, p=weights / weights.sum()):
            jobs.append(Job(theorem.statement, choice[order[drawn]]))
    return jobs


def code(job: Job) -> str:
    body = "\n".join(f"  {line}" for line in (job.proof or "").split("\n"))
    return f"{job.statement.text} := by\n{body}"


def request(job: Job) -> dict[str, Any]:
    return {"op": "check", "statement": job.statement.text, "proof": job.proof, "heartbeats": HEARTBEATS}


def quantiles(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {"p50": round(ordered[len(ordered) // 2], 4), "p95": round(ordered[int(len(ordered) * 0.95)], 4)}


def cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


# --- the bare limit: one process, one pipe, nothing beside it


class Bare:
    """A checking process fed by hand: what no pool can beat."""

    def __init__(self, lean: toolchain.Toolchain) -> None:
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            launched(lean.command), cwd=lean.directory, env=lean.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not self.process.stdout.readline().startswith(b"ready "):
            if self.process.poll() is not None:
                raise SystemExit("Lean does not start; run `antiphon doctor`")
        self.ready_seconds = time.perf_counter() - self.began

    def ask(self, job: Job) -> tuple[bool, float]:
        begin = time.perf_counter()
        line = json.dumps({**request(job), "id": "it"}, ensure_ascii=False) + "\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        while not (line := self.process.stdout.readline()).startswith(b"it "):
            if not line:
                raise SystemExit("Lean died in the bare loop")
        return json.loads(line[3:])["outcome"] == "proved", time.perf_counter() - begin

    def rss(self) -> int:
        return psutil.Process(self.process.pid).memory_info().rss >> 20

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def bare(lean: toolchain.Toolchain, warm: Sequence[Job] = ()):
    process = Bare(lean)
    try:
        for job in warm:
            process.ask(job)
        yield process
    finally:
        process.close()


def run_bare(lean: toolchain.Toolchain, warm: list[Job], sets: dict[str, list[Job]]) -> dict[str, Table]:
    rows = {}
    with bare(lean, warm) as process:
        for name, jobs in sets.items():
            cpu, begin = cpu_seconds(process.process.pid), time.perf_counter()
            said = [process.ask(job) for job in jobs]
            seconds = time.perf_counter() - begin
            rows[name] = {
                **speed(jobs, seconds, sum(proved for proved, _ in said)),
                "lean_cpu_seconds": round(cpu_seconds(process.process.pid) - cpu, 1),
                "latency": quantiles([s for _, s in said]),
                "memory_mib": [process.rss()],
            }
    return rows


def speed(jobs: Sequence[Job], seconds: float, proved: int) -> Table:
    return {
        "jobs": len(jobs),
        "seconds": round(seconds, 2),
        "per_second": round(len(jobs) / seconds, 3),
        "proved": proved,
    }


# --- our pool


@contextlib.asynccontextmanager
async def watched_pool(lean: toolchain.Toolchain, workers: int) -> AsyncIterator[tuple[LeanPool, list[LeanProcess]]]:
    """A pool and the processes it has started."""
    processes: list[LeanProcess] = []
    start = LeanProcess.start

    async def remembered(*arguments: Any) -> LeanProcess:
        processes.append(await start(*arguments))
        return processes[-1]

    LeanProcess.start = remembered
    try:
        async with LeanPool(lean, workers, Limits(wall_seconds=120)) as pool:
            yield pool, processes
    finally:
        LeanProcess.start = start


async def run_pool(
    lean: toolchain.Toolchain, workers: int, warm: list[Job], sets: dict[str, list[Job]]
) -> dict[str, Table]:
    rows = {}
    async with watched_pool(lean, workers) as (pool, processes):
        while len(processes) < workers:  # so that each has its share of the warm-up
            await asyncio.sleep(0.1)
        # Names of their own, so that they are jobs of their own.
        twins = [[replace(j, heartbeats=HEARTBEATS + n + 1) for j in warm] for n in range(workers)]
        await asyncio.gather(*(pool.check(job) for jobs in twins for job in jobs))
        for name, jobs in sets.items():
            cpu, waits, serves = sum(cpu_seconds(p.pid) for p in processes), [], []
            begin = time.perf_counter()

            async def one(job: Job, waits: list[float] = waits, serves: list[float] = serves) -> Outcome:
                asked = time.perf_counter()
                verdict = await pool.check(job)
                serves.append(verdict.seconds)
                waits.append(time.perf_counter() - asked - verdict.seconds)
                return verdict.outcome

            outcomes = await asyncio.gather(*(one(job) for job in jobs))
            rows[name] = {
                **speed(jobs, time.perf_counter() - begin, outcomes.count(Outcome.PROVED)),
                "lean_cpu_seconds": round(sum(cpu_seconds(p.pid) for p in processes) - cpu, 1),
                "latency": quantiles(serves),
                "queue_wait": quantiles(waits),
                "memory_mib": [p.memory() >> 20 for p in processes],
                "restarts": pool.restarts,
            }
    return rows


# --- ratios, taken in turns: what one process costs differs from the next, and the machine from minute to minute


async def run_ratios(lean: toolchain.Toolchain, warm: list[Job], jobs: list[Job], turns: int) -> Table:
    """The bare process, a pool of one and a pool of two, all alive, each on the same proofs, turn by turn."""
    seconds: dict[str, list[float]] = {"bare": [], "one": [], "two": []}
    async with LeanPool(lean, 1) as one, LeanPool(lean, 2) as two:
        await asyncio.gather(one.ready(), two.ready())
        with bare(lean, warm) as process:
            for turn in range(-1, turns):  # the first is for warming up
                again = [replace(job, heartbeats=HEARTBEATS + 10_000 + turn) for job in jobs]
                for name in seconds:
                    begin = time.perf_counter()
                    if name == "bare":
                        for job in again:
                            await asyncio.to_thread(process.ask, job)
                    else:
                        pool = one if name == "one" else two
                        await asyncio.gather(*(pool.check(job) for job in again))
                    if turn >= 0:
                        seconds[name].append(round(time.perf_counter() - begin, 2))
    total = {name: sum(values) for name, values in seconds.items()}
    return {
        "jobs": len(jobs), "turns": turns, "seconds": seconds,
        "one_to_bare": round(total["bare"] / total["one"], 3), "two_to_one": round(total["one"] / total["two"], 3),
    }  # fmt: skip


# --- other people's


def run_peer(python: str, name: str, workers: int, warm: list[Job], sets: dict[str, list[Job]]) -> dict[str, Table]:
    rows = {}
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    for which, jobs in sets.items():
        task = {
            "repl": [sys.executable, "-m", "verify.community_repl"],
            "warm": [code(job) for job in warm],
            "jobs": [code(job) for job in jobs],
        }
        command = [python, str(HERE / "peers.py"), name, str(workers)]
        done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, env=environment)
        if done.returncode:
            rows[which] = {"error": done.stderr.strip().split("\n")[-1][:300]}
            continue
        result = json.loads(done.stdout)
        rows[which] = speed(jobs, result["seconds"], result["said"].count(True))
        rows[which]["could_not_tell"] = result["said"].count(None)
    return rows


# --- a start, and the growth of one process


def run_starts(lean: toolchain.Toolchain, times: int) -> dict[str, Table]:
    """From nothing to the first verdict, with and without what the installation has prepared."""
    first = Job(seed_theorems()[0].statement, seed_theorems()[0].proof)
    variants = {
        "as installed": lean.command,
        "without kept machine code": tuple("fresh" if word == "sealed" else word for word in lean.command),
    }
    rows = {}
    for name, command in variants.items():
        ready, verdict, cpu, memory = [], [], [], []
        for _ in range(times):
            with bare(replace(lean, command=command)) as process:
                process.ask(first)
                verdict.append(time.perf_counter() - process.began)
                ready.append(process.ready_seconds)
                cpu.append(cpu_seconds(process.process.pid))
                memory.append(process.rss())
        both = {"ready": ready, "first_verdict": verdict, "cpu": cpu, "memory_mib": memory}
        rows[name] = {
            key: {"min": round(min(v), 1), "median": round(statistics.median(v), 1)} for key, v in both.items()
        }
    return rows


def run_growth(lean: toolchain.Toolchain, checks: int, jobs: list[Job]) -> Table:
    """The same few proofs over and over in one process, one after the other."""
    with bare(lean) as process:
        for job in jobs:
            process.ask(job)
        before = process.rss()
        seconds = [process.ask(job)[1] for job in itertools.islice(itertools.cycle(jobs), checks)]
        tenth = max(checks // 10 // len(jobs) * len(jobs), len(jobs))
        return {
            "checks": checks,
            "first_ms": round(1000 * statistics.median(seconds[:tenth]), 1),
            "last_ms": round(1000 * statistics.median(seconds[-tenth:]), 1),
            "of_each": tenth,
            "rss_mib": [before, process.rss()],
        }


def show(title: str, rows: dict[str, Table]) -> None:
    print(f"\n{title}")
    for name, row in rows.items():
        print(f"  {name:28}", "  ".join(f"{key} {value}" for key, value in row.items()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--distinct", type=int, default=160, help="distinct proofs")
    parser.add_argument("--statements", type=int, default=40)
    parser.add_argument("--samples", type=int, default=16, help="proofs of each statement in the group sample")
    parser.add_argument("--warm", type=int, default=24, help="proofs before the clock starts, for each process")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--growth", type=int, default=2000)
    parser.add_argument("--peer-python", help="of a virtual environment with lean-interact and kimina-ast-server")
    parser.add_argument("--peers", nargs="+", default=PEERS)
    parser.add_argument("--only", default="start,pool,ratios,peers,growth")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "verify_throughput.json")
    options = parser.parse_args()
    parts = options.only.split(",")

    lean = toolchain.core()
    theorems = seed_theorems()
    sets = {
        "distinct": [Job(t.statement, t.proof) for t in spread(theorems, options.distinct)],
        "group": group_jobs(theorems, options.statements, options.samples),
    }
    for number, jobs in enumerate(sets.values()):  # a pool remembers: no job of one set is one of the other's
        jobs[:] = [replace(job, heartbeats=HEARTBEATS + 1000 * (number + 1)) for job in jobs]
    warm = [Job(t.statement, t.proof) for t in spread(theorems[1:], options.warm)]
    report: dict[str, Any] = {
        "machine": {
            "cpus": os.cpu_count(),
            "processor": platform.processor() or platform.machine(),
            "memory_gib": psutil.virtual_memory().total >> 30,
        },
        "distinct_of_group": len({job.key for job in sets["group"]}),
        "identity": lean.identity,
    }
    if options.out.exists():  # parts that are not asked for stay as they were
        before = json.loads(options.out.read_text())
        report = {key: value for key, value in before.items() if key not in parts} | report
    began = os.getloadavg()

    def keep(part: str, name: str, rows: Any) -> None:
        report.setdefault(part, {})[name] = rows
        report[part]["load"] = [began, os.getloadavg()]
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(report, indent=1) + "\n")

    if "start" in parts:
        rows = run_starts(lean, options.starts)
        show(f"A start ({options.starts} times)", rows)
        keep("start", "variants", rows)
    if "pool" in parts or "peers" in parts:
        print(
            f"\n{len(sets['distinct'])} distinct proofs; {len(sets['group'])} in groups, {report['distinct_of_group']} different"
        )
    if "pool" in parts:
        rows = run_bare(lean, warm, sets)
        show("Bare process", rows)
        keep("pool", "bare", rows)
        for workers in options.workers:
            rows = asyncio.run(run_pool(lean, workers, warm, sets))
            for name, row in rows.items():
                row["ratio_to_bare"] = round(
                    row["per_second"] / report["pool"]["bare"][name]["per_second"] / workers, 3
                )
            show(f"Our pool, {workers} workers", rows)
            keep("pool", f"ours-{workers}", rows)
    if "ratios" in parts:
        row = asyncio.run(run_ratios(lean, warm, sets["distinct"], options.turns))
        show("In turns", {"": row})
        keep("ratios", "in_turns", row)
    if "peers" in parts and options.peer_python:
        workers = max(options.workers)
        for name in options.peers:
            rows = run_peer(options.peer_python, name, workers, warm, sets)
            for which, row in rows.items():
                ours = report.get("pool", {}).get(f"ours-{workers}", {}).get(which)
                if ours and "per_second" in row:
                    row["ours_is_faster_by"] = round(ours["per_second"] / row["per_second"], 2)
            show(f"{name}, {workers} workers", rows)
            keep("peers", f"{name}-{workers}", rows)
    if "growth" in parts:
        row = run_growth(lean, options.growth, warm[:20])
        show("Growth of one process", {"": row})
        keep("growth", "bare", row)
    print(f"\nwritten to {options.out}")


if __name__ == "__main__":
    main()
