"""Accepted and rejected proofs of provers, written for Mathlib, replayed in the core profile.

    python benchmarks/replay_proofs.py lean4_mathlib_verified_proofs.jsonl.gz [--limit 20] [--workers 1]

A row holds a whole file (`code`), whether Mathlib's Lean `accepted` it, and its `errors`. Each is read to its statement
and proof as a prover's answer is, and checked. Prints accepted and rejected by outcome and by reason, and every rejected
code that Lean accepts here, with Mathlib's error. Such a proof is a real one in this profile, whose gates are the same;
status 1 when the recorded error of one is not about resources or a tactic that failed. Writes
`benchmarks/results/replay_proofs.json`. Verdicts are kept in ANTIPHON_HOME, so that the same call goes on where it was
interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from prover.formats import open_format
from training.progress import step
from verify import toolchain
from verify.pool import LeanPool, Limits
from verify.records import Job, Outcome
from verify.statements import parse_theorem

RESULTS = Path(__file__).parent / "results" / "replay_proofs.json"
READER = open_format("deepseek-prover-v2")
EXPLAINED = re.compile(
    r"heartbeats|timeout|maximum recursion|deep recursion|unsolved goals|made no progress|no goals to be (proved|solved)|"
    r"could not prove|did not find instance of the pattern|not a positivity goal|"
    r"failed(?! to (synthesize|infer|elaborate|parse))"
)
"""Errors of a dialect's own: another strength or another limit of a tactic may well prove the same."""


async def replay(rows: list[dict[str, Any]], workers: int, heartbeats: int) -> list[dict[str, Any]]:
    lean, limits = toolchain.core(), Limits(heartbeats, 60.0)
    async with LeanPool(lean, workers, limits, toolchain.verdict_cache(lean)) as pool:
        with step("replay", len(rows)) as shown:

            async def one(row: dict[str, Any]) -> dict[str, Any]:
                found = await replayed(row, pool)
                shown.advance()
                return found

            return list(await asyncio.gather(*map(one, rows)))


async def replayed(row: dict[str, Any], pool: LeanPool) -> dict[str, Any]:
    said = {key: row[key] for key in ("row", "name", "source", "accepted")}
    try:
        statement = parse_theorem(row["code"])
    except ValueError as error:
        return {**said, "outcome": "unread", "reason": str(error)}
    answer = READER.read(f"```lean4\n{row['code']}\n```", statement)
    if answer.proof is None:
        return {**said, "outcome": "unread", "reason": answer.reason}
    verdict = await pool.check(Job(statement, answer.proof))
    found = {**said, "outcome": str(verdict.outcome), "reason": verdict.reason.split("\n")[0]}
    if verdict.outcome is Outcome.PROVED and not row["accepted"]:
        errors = [error["data"] for error in row["errors"] or ()]
        explained = bool(errors) and all(EXPLAINED.search(error) for error in errors)
        found |= {"code": row["code"], "proof": answer.proof, "errors": errors, "explained": explained}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, help="so many accepted ones and so many rejected ones")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--heartbeats", type=int, default=20_000)
    options = parser.parse_args()
    lines = gzip.decompress(options.file.read_bytes()).splitlines()
    rows = [{**json.loads(line), "row": number} for number, line in enumerate(lines)]
    rows = [row for kind in (True, False) for row in [r for r in rows if r["accepted"] is kind][: options.limit]]
    found = asyncio.run(replay(rows, options.workers, options.heartbeats))
    counts = Counter((row["accepted"], row["outcome"]) for row in found)
    reasons = Counter((row["accepted"], row["outcome"], row["reason"]) for row in found if row["outcome"] != "proved")
    for (accepted, outcome), n in sorted(counts.items(), reverse=True):
        print(f"{'accepted' if accepted else 'rejected'}  {outcome:16} {n:5}")
        for (kind, what, reason), m in reasons.most_common():
            if (kind, what) == (accepted, outcome):
                print(f"      {m:5}  {reason[:110]}")
    passed = [row for row in found if "errors" in row]
    print(f"rejected codes that Lean accepts here: {len(passed)}")
    for row in passed:
        print(
            f"\n{row['name']} (row {row['row']}), {'explained' if row['explained'] else 'NOT EXPLAINED'}\n{row['code']}"
        )
        print("Read as the proof:\n" + row["proof"] + "\nMathlib said:\n  " + "\n  ".join(row["errors"]))
    RESULTS.parent.mkdir(exist_ok=True)
    table = [{"accepted": a, "outcome": o, "count": n} for (a, o), n in sorted(counts.items())]
    report = {"file": options.file.name, "limit": options.limit, "heartbeats": options.heartbeats, "table": table,
              "accepted_here": passed, "rows": [{k: v for k, v in row.items() if k != "code"} for row in found]}  # fmt: skip
    RESULTS.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.exit(any(not row["explained"] for row in passed))


if __name__ == "__main__":
    main()
