"""What is solved without a model: the floors on any benchmarks, in the core profile.

    python benchmarks/floors.py minif2f=minif2f.jsonl.gz:valid lean-workbook=lean_workbook.jsonl.gz::200 bundled

A benchmark is NAME, NAME=DATA, NAME=DATA:SPLIT or NAME=DATA:SPLIT:LIMIT, its first so many problems. Each evaluation
is that of `antiphon eval`, resumable by the same command. Prints one table and writes `benchmarks/results/floors.json`,
where rows of other calls stay.
A row of `tactics` also tells what each of its tactics solves alone.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from evaluation.config import EvaluationConfig
from evaluation.evaluate import evaluate
from evaluation.results import read_cost

FLOORS = ("grind", "omega", "simp", "tactics", "search")
RESULTS = Path(__file__).parent / "results" / "floors.json"


def configured(floor: str, benchmark: str, options: argparse.Namespace) -> EvaluationConfig:
    name, _, rest = benchmark.partition("=")
    data, split, limit = [*rest.split(":"), "", ""][:3]
    said = "-".join(part for part in (floor, Path(name).stem, split, limit) if part)
    return EvaluationConfig(
        f"floor:{floor}", name, data=data or None, split=split or None, limit=int(limit) if limit else None,
        samples=options.samples if floor == "search" else None, heartbeats=options.heartbeats, workers=options.workers,
        verdict_cache=False, out=options.out / said,
    )  # fmt: skip


def row(floor: str, config: EvaluationConfig, results: dict[str, Any], cost: dict[str, Any]) -> dict[str, Any]:
    inside, outside = len(results["problems"]), len(results["out_of_profile"])
    solved = results["headline"]["solved"] if results["headline"] else None
    alone = Counter(found["proof"] for problem in results["problems"] for found in problem["proofs"])
    return {
        "benchmark": Path(config.benchmark).stem, "split": results["benchmark"]["split"], "first": config.limit,
        "floor": floor, "samples": results["settings"]["samples"],
        "solved": solved and solved["count"], "in_profile": inside, "problems": inside + outside,
        "low": solved and solved["low"], "high": solved and solved["high"], "no_headline": results["no_headline"],
        "lean_seconds": cost["lean_seconds"], "wall_seconds": cost["wall_seconds"], "judge": results["judge"],
        "digest": results["benchmark"]["digest"], "alone": dict(alone.most_common()) if floor == "tactics" else None,
    }  # fmt: skip


def key(one: dict[str, Any]) -> tuple[str, str, int, str, int]:
    return one["benchmark"], one["split"] or "", one["first"] or 0, one["floor"], one["judge"]["heartbeats"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("benchmarks", nargs="+", metavar="NAME[=DATA[:SPLIT[:LIMIT]]]")
    parser.add_argument("--floors", nargs="+", default=FLOORS, choices=FLOORS)
    parser.add_argument("--samples", type=int, default=32, help="of `search`, for each problem")
    parser.add_argument("--heartbeats", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("runs/floors"), help="where the evaluations are kept")
    options = parser.parse_args()
    console, rows = Console(), []
    earlier = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    for benchmark in options.benchmarks:
        for floor in options.floors:
            config = configured(floor, benchmark, options)
            rows.append(row(floor, config, evaluate(config, console), read_cost(config.directory)))
    table = Table(box=None, pad_edge=False)
    for heading in ("benchmark", "floor", "solved", "in profile", "problems", "95 % interval", "Lean s", "wall s"):
        table.add_column(heading, no_wrap=True)
    for one in rows:
        figures = (
            ("–", "–") if one["solved"] is None else (str(one["solved"]), f"{one['low']:.1%} to {one['high']:.1%}")
        )
        name = " ".join(filter(None, (one["benchmark"], one["split"])))
        table.add_row(name, one["floor"], figures[0], str(one["in_profile"]), str(one["problems"]), figures[1],
                      f"{one['lean_seconds']:,.0f}", f"{one['wall_seconds']:,.0f}")  # fmt: skip
    console.print(table)
    for one in rows:
        if one["alone"]:
            console.print(one["benchmark"], one["split"] or "", one["alone"], highlight=False)
    RESULTS.parent.mkdir(exist_ok=True)
    again = {key(one) for one in rows}
    rows = sorted((*(one for one in earlier if key(one) not in again), *rows), key=key)
    RESULTS.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
