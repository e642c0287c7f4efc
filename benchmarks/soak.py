"""Does the pool keep its promises for thousands of checks while its processes are killed and stopped?

    python benchmarks/soak.py                        10,000 checks, 5 % kills and 5 % stops, a process without Lean
    python benchmarks/soak.py --lean --nice 15       the same against the real Lean, behind other work: more than an hour

While the checks run, `kill -9` and SIGSTOP hit a random process of the pool at random moments. At the end
each job must have had exactly one verdict, a good one unless a fault hit it, and no process may be left.
Prints the counts, writes JSON, and ends with status 1 when a promise was broken.

Each fault costs the real Lean a new start, 10 seconds of a core: 10,000 checks take more than an hour on two cores
(`--checks 500 --faults 0.02` four minutes). The process without Lean is tests/verify/fake_repl.py.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from conjecture.library import seed_theorems
from verify import toolchain
from verify.pool import LeanPool, Limits
from verify.process import LeanProcess
from verify.records import Job, Outcome, Statement

HERE = Path(__file__).resolve().parent
BLOCK = 250  # checks that are asked at a time
FAKE = HERE.parent / "tests" / "verify" / "fake_repl.py"


class Faults:
    """Hits processes of a pool while they are at work: `rate` times the checks with each kind."""

    def __init__(self, checks: int, rate: float, seed: int) -> None:
        random.seed(seed)
        kinds = [signal.SIGKILL, signal.SIGSTOP] * round(checks * rate)
        at = sorted(random.sample(range(checks), min(len(kinds), checks)))
        random.shuffle(kinds)
        self.plan = dict(zip(at, kinds, strict=False))
        self.asked = 0
        self.done: Counter[str] = Counter()
        self.processes: list[LeanProcess] = []

    def install(self) -> None:
        """Every question may draw a fault, which comes a random moment after it was asked."""
        ask, start = LeanProcess.ask, LeanProcess.start

        async def asked(process: LeanProcess, *arguments: object) -> dict:
            kind = self.plan.get(self.asked)
            self.asked += 1
            if kind is not None:
                asyncio.get_running_loop().call_later(random.random() * 0.01, self.hit, process, kind)
            return await ask(process, *arguments)

        async def started(*arguments: object) -> LeanProcess:
            process = await start(*arguments)
            self.processes.append(process)
            return process

        LeanProcess.ask, LeanProcess.start = asked, started

    def hit(self, process: LeanProcess, kind: signal.Signals) -> None:
        try:
            os.kill(process.pid, kind)
            self.done[kind.name] += 1
        except ProcessLookupError:
            self.done["too late"] += 1


async def run(
    lean: toolchain.Toolchain,
    jobs: list[Job],
    workers: int,
    limits: Limits,
    spare: bool,
    faults: Faults,
    seconds_most: float,
) -> dict:
    verdicts: dict[tuple, list[Outcome]] = {}
    async with LeanPool(lean, workers, limits, spare=spare) as pool:
        await pool.ready()
        begin = time.perf_counter()
        for at in range(0, len(jobs), BLOCK):
            block = jobs[at : at + BLOCK]
            verdicts |= {job.key: [] for job in block}
            async for job, verdict in pool.stream(block):
                verdicts[job.key].append(verdict.outcome)
            seconds = time.perf_counter() - begin
            print(f"{len(verdicts)} checks, {seconds:.0f} s, {dict(faults.done)}", file=sys.stderr, flush=True)
            if seconds > seconds_most:
                break
        memory = [process.memory() >> 20 for process in faults.processes if process.alive]
        counts = {"restarts": pool.restarts, "starts": pool.starts, "memory_mib": memory}
    return {
        "jobs": len(verdicts),
        "seconds": round(seconds, 1),
        "per_second": round(len(verdicts) / seconds, 2),
        "outcomes": dict(Counter(str(outcome) for found in verdicts.values() for outcome in found)),
        "without_verdict": sum(not found for found in verdicts.values()),
        "with_two": sum(len(found) > 1 for found in verdicts.values()),
        **counts,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checks", type=int, default=10_000)
    parser.add_argument("--faults", type=float, default=0.05, help="kills, and as many stops, for each check")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--wall", type=float, help="seconds after which a silent process is killed")
    parser.add_argument("--spare", action="store_true", help="keep one process more in reserve")
    parser.add_argument("--lean", action="store_true", help="the real Lean")
    parser.add_argument("--nice", type=int, default=0, help="how far the processes step back for other work")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="after so many, no further block of checks")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    faults = Faults(options.checks, options.faults, options.seed)
    faults.install()
    with tempfile.TemporaryDirectory() as place:
        if options.lean:
            lean = toolchain.core()
            short = sorted(seed_theorems(), key=lambda t: len(t.proof))[:100]
            jobs = [
                Job(Statement("t", short[n % len(short)].statement.signature), short[n % len(short)].proof, 20_000 + n)
                for n in range(options.checks)
            ]
        else:
            command = (sys.executable, "-I", "-S", str(FAKE), place)
            lean = toolchain.Toolchain("fake", command, Path(place), {"PATH": os.environ["PATH"]})
            jobs = [Job(Statement("t", f": {n} = {n}"), "rfl -- do: sleep 0.01") for n in range(options.checks)]
        limits = Limits(wall_seconds=options.wall or (8 if options.lean else 0.5), nice=options.nice)
        ask = run(lean, jobs, options.workers, limits, options.spare, faults, 60 * options.minutes)
        report = asyncio.run(ask)

    left = [process.pid for process in faults.processes if process.alive]
    stopped = faults.done["SIGSTOP"]
    report |= {
        "faults": dict(faults.done),
        "processes_left": len(left),
        "limits": {"wall_seconds": limits.wall_seconds},
    }
    outcomes = report["outcomes"]
    # A stopped process costs its job a timeout, unless the reply was already under way; a killed one is asked again.
    kept = (
        not report["without_verdict"]
        and not report["with_two"]
        and not left
        and sum(outcomes.values()) == report["jobs"]
        and outcomes.get("timeout", 0) <= stopped
        and outcomes.get("infrastructure", 0) <= faults.done["SIGKILL"]
        and set(outcomes) <= {"proved", "timeout", "infrastructure"}
    )
    report["promises_kept"] = kept
    print(json.dumps(report, indent=1))
    out = options.out or HERE / "results" / f"soak_{'lean' if options.lean else 'fake'}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=1) + "\n")
    sys.exit(not kept)


if __name__ == "__main__":
    main()
