"""Where does the wall time of a round go?

    python benchmarks/round_times.py RUN [RUN ...]

Sampling and verification go on side by side, so a round should take little more than the longer of the two. From the
metrics of finished runs, over their rounds with conjectures:

    overlap   (round - training) / max(sampling, Lean's busy seconds / Lean processes)
    whole     the same with the training, which has to wait for the verdicts
    select    embeddings, selection and reweighting, as a share of the round

Prints a table and writes `benchmarks/results/round_times.json`.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import yaml

from training import metrics

RESULTS = Path(__file__).parent / "results" / "round_times.json"


def shares(run: Path) -> dict[str, Any]:
    """Sums over the rounds of a run that conjectured."""
    workers = yaml.safe_load((run / "config.yaml").read_text())["config"]["workers"]
    rounds = [row for row in metrics.read(run / "metrics.jsonl") if row.get("conjecture/proposed")]
    sample, verify, select, train, whole = (
        sum(row[f"time/{name}"] for row in rounds) for name in ("sample", "verify", "select", "train", "round")
    )
    longer = max(sample, verify / workers)
    return {
        "run": run.name, "rounds": len(rounds), "workers": workers, "seconds": round(whole, 1),
        "sample": round(sample, 1), "verify": round(verify / workers, 1), "train": round(train, 1),
        "overlap": round((whole - train) / longer, 3), "whole": round(whole / longer, 3), "select": round(select / whole, 4),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    rows = [shares(run) for run in parser.parse_args().runs]
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    RESULTS.write_text(json.dumps({"cpus": os.cpu_count(), "runs": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
