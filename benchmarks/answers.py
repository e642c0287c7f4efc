"""Answers: hostile ones among honest ones, throughput against the bare library, disagreements with exact match.

    python benchmarks/answers.py [--data DIRECTORY] [--answers 10000] [--workers 2]

DIRECTORY holds `NAME.jsonl[.gz]` files with `answer` and, where they have one, `solution` (its last box is read). Without
it, references are made up and the third table is left out. Prints tables, writes `benchmarks/results/answers.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import logging
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil

from verify.maths import AnswerJob, MathVerifier, boxed
from verify.records import Outcome

RESULTS = Path(__file__).parent / "results" / "answers.json"
SECONDS, MEMORY_MIB = 5.0, 1_024
SETS = ("gsm8k_test", "math500", "aime24", "aime25", "amc23", "olympiadbench_text_maths_en", "minerva_math")
BLOCK = 300


def references(directory: Path | None) -> dict[str, list[tuple[str, str | None]]]:
    """(answer, the box of its own solution) by data set."""
    if directory is None:
        drawn = random.Random(0)
        made = [rf"\frac{{{drawn.randint(1, 99)}}}{{{drawn.randint(2, 99)}}}" for _ in range(300)]
        made += [str(drawn.randint(-999, 99_999)) for _ in range(800)]
        made += [rf"{drawn.randint(2, 9)}\sqrt{{{drawn.randint(2, 99)}}}+{drawn.randint(1, 9)}" for _ in range(200)]
        made += [f"({drawn.randint(1, 9)}, {drawn.randint(1, 9)}]" for _ in range(50)]
        return {"made up": [(text, None) for text in dict.fromkeys(made)]}
    sets = {}
    for name in SETS:
        path = next((p for p in (directory / f"{name}.jsonl.gz", directory / f"{name}.jsonl") if p.exists()), None)
        if path is None:
            continue
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        sets[name] = [(_one(row["answer"]), boxed(_one(row.get("solution")))) for row in rows]
    if not sets:
        raise SystemExit(f"no data set in {directory}; wanted one of {', '.join(SETS)} (.jsonl or .jsonl.gz)")
    return sets


def _one(value: object) -> str:
    return str(value[0] if isinstance(value, list) and value else value or "")


def equivalent(text: str) -> Iterator[str]:
    """Other ways of writing the same."""
    bare = text.strip().strip("$")
    yield f"$ {bare} $"
    if re.fullmatch(r"-?\d+", bare):
        yield f"{bare}.0"
        yield rf"\frac{{{2 * int(bare)}}}{{2}}"
        if len(bare) == 4 and bare[0] != "-":
            yield f"{bare[0]},{bare[1:]}"
    elif found := re.fullmatch(r"(-?)\\frac\{(\d+)\}\{(\d+)\}", bare):
        yield f"{found[1]}{found[2]}/{found[3]}"
        yield rf"{found[1]}\dfrac{{{3 * int(found[2])}}}{{{3 * int(found[3])}}}"
    elif re.fullmatch(r"[-\w\\{}^+ ]+", bare) and not re.search("text|mbox|_", bare):
        yield rf"\left({bare}\right)"


def different(text: str) -> Iterator[str]:
    """What another answer looks like, and what a policy would like to pass."""
    bare = text.strip().strip("$")
    if re.fullmatch(r"-?\d+", bare):
        yield str(int(bare) + 1)
        yield rf"\{{{bare}\}}"
    elif found := re.fullmatch(r"(-?)\\frac\{(\d+)\}\{(\d+)\}", bare):
        p, q = int(found[1] + found[2]), int(found[3])
        if 10**9 % q:
            yield f"{p / q:.9f}"
    elif found := re.fullmatch(r"(\d*)\\sqrt\{(\d+)\}", bare):
        yield f"{int(found[1] or 1) * int(found[2]) ** 0.5:.9f}"
    elif found := re.fullmatch(r"\((-?\d+),\s*(-?\d+)\)", bare):
        yield rf"\{{{found[1]},{found[2]}\}}"
    elif re.fullmatch(r"[-\w\\{}^+ ]+", bare) and not re.search("text|mbox|_", bare):
        yield f"{bare}+10^{{-20}}"


def honest(sets: dict[str, list[tuple[str, str | None]]], count: int) -> list[AnswerJob]:
    """Distinct jobs over the sets' references: right ones in several ways, and wrong ones."""
    texts = list(dict.fromkeys(answer for rows in sets.values() for answer, _ in rows))
    drawn = random.Random(1)
    jobs: dict[AnswerJob, None] = {}
    for text in texts:
        for answer in (text, *equivalent(text), *different(text)):
            jobs[AnswerJob(text, answer)] = None
    while len(jobs) < count:  # another problem's answer
        jobs[AnswerJob(drawn.choice(texts), drawn.choice(texts))] = None
    chosen = list(jobs)
    drawn.shuffle(chosen)
    return chosen[:count]


def hostile(count: int) -> list[AnswerJob]:
    """Towers, factorials, megabytes, open brackets, nests, binomials, junk, and sums that do not end."""
    kinds = [
        lambda n: f"{n}^{{{n}^{{{n}^{n}}}}}",
        lambda n: f"2^{{{3_000_000_000 + n}}}",
        lambda n: f"{100_000_000 + n}!",
        lambda n: f"{n}" + "!" * 6,
        lambda n: rf"\binom{{{1_000_000_000 + n}}}{{{500_000_000}}}",
        lambda n: rf"\binom{{\binom{{9999}}{{{4_000 + n}}}}}{{500}}",
        lambda n: str(n) * 500_000,
        lambda n: "(" * 500_000 + str(n),
        lambda n: r"\frac{1}{" * n + "1",
        lambda n: r"\sqrt{" * (10 + n) + "2" + "}" * (10 + n),
        lambda n: "(" * n + "1" + ")" * (n + 1),
        lambda n: "{" * 900 + str(n),
        lambda n: "😀" * n + "\u202e\u200b",
        lambda n: "\\" * (n + 1),
        lambda n: "\x00" * n,
        lambda n: "∑∏∫√" * n + "٣",
        lambda n: rf"\sum_{{k=1}}^{{{10**7 + n}}} \frac{{1}}{{k^2}}",
        lambda n: rf"\prod_{{k=1}}^{{{10**6 + n}}} (x+k)",
        lambda n: rf"(a+b+c+d)^{{{200 + n}}}-(a+b+c+d+1)^{{{200 + n}}}",
        lambda n: rf"\int_0^1 x^{{x^{{x^{{{n}}}}}}} dx",
    ]
    return [AnswerJob("5", kinds[k % len(kinds)](2 + k // len(kinds))) for k in range(count)]


def family() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "verify.maths_worker" in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


async def endure(jobs: list[AnswerJob], bad: set[AnswerJob], workers: int) -> dict:
    outcomes: dict[str, Counter[str]] = {"honest": Counter(), "hostile": Counter()}
    longest, peak = {"honest": 0.0, "hostile": 0.0}, 0

    async def watch() -> None:
        nonlocal peak
        while True:
            for process in family():
                try:
                    peak = max(peak, process.memory_info().rss)
                except psutil.Error:
                    continue
            await asyncio.sleep(0.2)

    async with MathVerifier(workers, SECONDS, MEMORY_MIB) as verifier:
        watching = asyncio.create_task(watch())
        began = time.perf_counter()
        async for job, verdict in verifier.stream(jobs):
            kind = "hostile" if job in bad else "honest"
            outcomes[kind][str(verdict.outcome)] += 1
            longest[kind] = max(longest[kind], verdict.seconds)
        seconds = time.perf_counter() - began
        watching.cancel()
        answering = [await verifier.check(AnswerJob(str(n), f"{n}.00")) for n in range(8 * workers)]
        after = sum(verdict.proved for verdict in answering)
        deaths, alive = verifier.deaths, len(family())
    _, left = psutil.wait_procs(family(), timeout=10)
    return {
        "answers": len(jobs),
        "hostile": len(bad),
        "workers": workers,
        "limit_seconds": SECONDS,
        "limit_mib": MEMORY_MIB,
        "outcomes": {kind: dict(counts.most_common()) for kind, counts in outcomes.items()},
        "verdicts": sum(counts.total() for counts in outcomes.values()),
        "hostile_proved": outcomes["hostile"][Outcome.PROVED],
        "longest_answered_seconds": {kind: round(value, 3) for kind, value in longest.items()},
        "seconds": round(seconds, 1),
        "peak_rss_mib_of_a_process": peak >> 20,
        "killed_and_replaced": deaths,
        "workers_alive_at_the_end": alive // 2,  # each is a process that forks and its child
        "right_afterwards": f"{after} of {8 * workers}",
        "processes_left_behind": len(left),
    }


def bare(job: AnswerJob) -> bool | None:
    """The library as its users call it; None where it finds no reference."""
    from math_verify import parse, verify

    reference = parse(f"${job.reference.replace('$', '')}$")
    return verify(reference, parse(f"${job.answer.replace('$', '')}$")) if reference else None


def algebra(job: AnswerJob) -> bool:
    """Whether texts and numbers alone cannot decide it."""
    return "\\" in job.reference and "\\" in job.answer and job.reference.strip("$ ") != job.answer.strip("$ ")


async def throughput(jobs: list[AnswerJob]) -> dict:
    """Answers a second on the same jobs, blocks of either side by turns, so that both see the same load."""
    spent = {"bare": 0.0, "ours": 0.0}
    warm, jobs = jobs[:BLOCK], jobs[BLOCK:]
    async with MathVerifier(1, SECONDS, MEMORY_MIB) as verifier:
        for job in warm:
            bare(job)
        await asyncio.gather(*map(verifier.check, warm))
        for start in range(0, len(jobs), BLOCK):
            block = jobs[start : start + BLOCK]
            began = time.perf_counter()
            for job in block:
                bare(job)
            spent["bare"] += time.perf_counter() - began
            began = time.perf_counter()
            await asyncio.gather(*map(verifier.check, block))
            spent["ours"] += time.perf_counter() - began
    rates = {side: round(len(jobs) / seconds, 1) for side, seconds in spent.items()}
    return {"answers": len(jobs), "a_second": rates, "ratio_one_worker": round(spent["bare"] / spent["ours"], 3)}


async def disagreements(sets: dict[str, list[tuple[str, str | None]]], workers: int) -> list[dict]:
    rows = []
    async with MathVerifier(workers, SECONDS, MEMORY_MIB) as verifier:
        for name, pairs in sets.items():
            wanted = {
                "its own solution's box": [(text, box) for text, box in pairs if box is not None],
                "equivalent rewritings": [(text, other) for text, _ in pairs for other in equivalent(text)],
                "different answers": [(text, other) for text, _ in pairs for other in different(text)],
            }
            for what, texts in wanted.items():
                jobs = list(dict.fromkeys(AnswerJob(*pair) for pair in texts))
                if not jobs:
                    continue
                ours = dict([pair async for pair in verifier.stream(jobs)])
                library = {job: bare(job) for job in jobs}
                exact = {job: job.reference.strip() == job.answer.strip() for job in jobs}
                against_exact = [job for job in jobs if ours[job].proved != exact[job]]
                against_bare = [job for job in jobs if ours[job].proved != bool(library[job])]
                rows.append(
                    {
                        "set": name,
                        "answers": what,
                        "n": len(jobs),
                        "exact": sum(exact.values()),
                        "bare": sum(map(bool, library.values())),
                        "ours": sum(verdict.proved for verdict in ours.values()),
                        "reference_unreadable": sum(v.outcome is Outcome.OUT_OF_PROFILE for v in ours.values()),
                        "ours_against_exact": len(against_exact),
                        "ours_against_bare": len(against_bare),
                        "examples_against_bare": [
                            [job.reference, job.answer, str(ours[job].outcome), library[job]]
                            for job in against_bare[:12]
                        ],
                    }
                )
    return rows


def show(result: dict) -> None:
    enduring = result["enduring"]
    for key, value in enduring.items():
        print(f"{key:28} {value}")
    print(f"\n{'answers a second':18}{'n':>6}{'bare':>9}{'1 worker':>10}{'ratio':>8}")
    for what, row in result["throughput"].items():
        rates = row["a_second"]
        print(f"{what:18}{row['answers']:>6}{rates['bare']:>9}{rates['ours']:>10}{row['ratio_one_worker']:>8}")
    print()
    if result["disagreements"]:
        print(
            f"{'set':28}{'answers':24}{'n':>6}{'exact':>7}{'bare':>7}{'ours':>7}{'unread.':>8}{'≠exact':>8}{'≠bare':>7}"
        )
    for row in result["disagreements"]:
        print(
            f"{row['set']:28}{row['answers']:24}{row['n']:>6}{row['exact']:>7}{row['bare']:>7}{row['ours']:>7}"
            f"{row['reference_unreadable']:>8}{row['ours_against_exact']:>8}{row['ours_against_bare']:>7}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="directory of answer sets")
    parser.add_argument("--answers", type=int, default=10_000)
    parser.add_argument("--hostile", type=int, default=200)
    parser.add_argument("--throughput", type=int, default=1_500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # the library warns of every text that it cannot parse
    sets = references(options.data)
    bad = hostile(options.hostile)
    jobs = honest(sets, options.answers - len(bad)) + bad
    random.Random(2).shuffle(jobs)
    load = os.getloadavg()
    mixed = honest(sets, options.answers)
    result = {
        "machine": {"cpus": os.cpu_count(), "load_at_start": [round(value, 1) for value in load]},
        "data": list(sets) if options.data else "made up",
        "enduring": asyncio.run(endure(jobs, set(bad), options.workers)),
        "throughput": {
            "all": asyncio.run(throughput(mixed[: options.throughput])),
            "algebra only": asyncio.run(throughput([job for job in mixed if algebra(job)][: options.throughput])),
        },
        "disagreements": asyncio.run(disagreements(sets, options.workers)) if options.data else [],
    }
    result["machine"]["load_at_end"] = [round(value, 1) for value in os.getloadavg()]
    show(result)
    options.output.parent.mkdir(exist_ok=True)
    aside = options.output.with_suffix(".partial")
    aside.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(aside, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
