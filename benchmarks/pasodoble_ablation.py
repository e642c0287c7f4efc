"""Whose label, whose reward? The arms of PasoDoble on the bundled arithmetic, from one cold start a seed.

    python benchmarks/pasodoble_ablation.py [--seeds 3] [--steps 200] [--arms ARM ...] [--config FILE] [--out FILE]

Every arm of a seed begins with the same two players (0.13 M parameters each, from nothing) and plays the same number of
steps; two arms are played side by side, each on one thread. Held-out accuracy is the solver's, greedy, on a probe set
that never changes and that no cold start shows; beside it stand the pair's own pass rate, the share of labels that are
true, and the steps that its questions take. The same call goes on where it was interrupted: a finished arm is not
repeated, and goes on where more --steps are asked for. The settings are the recipe's defaults with the probe set and
the learning rate of pasodoble_ablation.yaml, unless --config names others; `frozen-proposer` has true labels here, so
that it is the control of learning from verifiable rewards alone.

What must hold: every random arm ends below 0.6 of every arm with true labels. The published arm is reported as it is.
Prints a table and writes `benchmarks/results/pasodoble_ablation.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import fmean
from typing import Any

import yaml

from training import checkpoint, metrics
from training.config import merge, read_yaml
from training.history import open_ledger
from training.meters import alarms_by_step, readings
from training.pasodoble_config import configured
from training.probe import PROBE

ROOT = Path(__file__).resolve().parents[1]
SMALL = Path(__file__).with_suffix(".yaml")
RESULTS = Path(__file__).parent / "results" / "pasodoble_ablation.json"
ARMS: dict[str, dict[str, Any]] = {  # what an arm changes in the configuration
    "published": {"arm": "published"},
    "true-label": {"arm": "true-label"},
    "majority-label": {"arm": "majority-label"},
    "frozen-proposer": {"arm": "frozen-proposer", "label": "truth"},
    "no-filter": {"arm": "no-filter"},
    "fully-random": {"arm": "fully-random"},
    "partially-random": {"arm": "partially-random"},
}
MORE: dict[str, dict[str, Any]] = {
    "true-label-no-filter": {"arm": "no-filter", "label": "truth"},
    "checked-working": {"rewards": {"check_working": True}},  # as published, but the proposer's steps must be true
    "checked-working-no-filter": {"arm": "no-filter", "rewards": {"check_working": True}},
    "shuffled-labels": {"arm": "shuffled-labels"},
    "no-diversity": {"arm": "no-diversity"},
}
RANDOM = ("fully-random", "partially-random")
TRUE = ("true-label", "frozen-proposer", "true-label-no-filter")
BELOW = 0.6


def play(run: Path, settings: dict[str, Any]) -> float:
    """Plays a run to its end in a process with one thread; returns the seconds it took. Nothing where it has ended."""
    config = run.with_suffix(".yaml")
    config.write_text(yaml.safe_dump({**settings, "run": str(run)}))
    began = time.monotonic()
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}
    with run.with_suffix(".log").open("a") as log:
        subprocess.run(
            [sys.executable, "-m", "antiphon", "selfplay", "--config", str(config)],
            stdout=log, stderr=log, check=True, env=environment,
        )  # fmt: skip
    return time.monotonic() - began


def outcome(run: Path, steps: int) -> dict[str, Any]:
    """What a run has come to after so many steps, from its own records."""
    with open_ledger(run) as ledger:
        probes = {step: found for step, found in ledger.phases_named(PROBE).items() if step <= steps}
    found = readings(metrics.read(run / "metrics.jsonl"), probes)
    start, played, last = found[0], [r for r in found if r.steps], found[-1]
    said = {sentence.partition(":")[0] for _, sentences in alarms_by_step(found) for sentence in sentences}
    return {
        "start": start.held_out, "end": last.held_out, "by_level": dict(last.probe), "start_by_level": dict(start.probe),
        "steps": [r.step for r in found], "held_out": [r.held_out for r in found],
        "label_accuracy_on_probes": [r.labels for r in found],
        "pass_rate": [r.pass_rate for r in played], "label_accuracy": [r.label_accuracy for r in played],
        "difficulty": [r.difficulty for r in played], "fresh": [r.fresh for r in played],
        "skipped": [r.skipped for r in played], "alarms": sorted(said),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--arms", nargs="+", default=[*ARMS], choices=[*ARMS, *MORE], metavar="ARM",
                        help="also: " + ", ".join(MORE))  # fmt: skip
    parser.add_argument("--side-by-side", type=int, default=2)
    parser.add_argument("--config", type=Path, default=SMALL, help="a YAML file of `antiphon selfplay`")
    parser.add_argument("--runs", type=Path, default=Path("runs/pasodoble_ablation"))
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    base = read_yaml(options.config)
    options.runs.mkdir(parents=True, exist_ok=True)

    def settings(seed: int, changes: dict[str, Any]) -> dict[str, Any]:
        own = {
            **base,
            **changes,
            "rewards": {**base.get("rewards", {}), **changes.get("rewards", {})},
            "seed": seed,
            "max_steps": options.steps,
            "workers": 1,
        }
        lessons = own.setdefault("cold_start", {}).get("lessons", {})
        own["cold_start"] = {**own["cold_start"], "lessons": {**lessons, "seed": seed}}
        merge(configured(None, own, str(options.config)), {}, "")  # a mistake shows before anything is played
        return own

    def cold(seed: int) -> None:
        """One step of the first arm, whose cold start the others share."""
        run = options.runs / f"cold-{seed}"
        if not checkpoint.whole(run, 0):
            play(run, {**settings(seed, {}), "max_steps": 1, "eval_steps": 1_000, "probes": 4})

    def one(job: tuple[int, str]) -> None:
        seed, arm = job
        run = options.runs / f"{arm}-{seed}"
        checkpoint.link(checkpoint.directory(options.runs / f"cold-{seed}", 0), run, 0, history=[], buffer=[], cursor=0)
        seconds = play(run, settings(seed, (ARMS | MORE)[arm]))
        print(f"{arm}, seed {seed}: {seconds:.0f} s", flush=True)

    seeds = range(options.seeds)
    with ThreadPoolExecutor(options.side_by_side) as side_by_side:
        list(side_by_side.map(cold, seeds))
        list(side_by_side.map(one, [(seed, arm) for seed in seeds for arm in options.arms]))
    arms = {arm: [outcome(options.runs / f"{arm}-{seed}", options.steps) for seed in seeds] for arm in options.arms}
    command = (f"python benchmarks/pasodoble_ablation.py --seeds {options.seeds} --steps {options.steps} "
               f"--arms {' '.join(options.arms)} --config {options.config.name}")  # fmt: skip
    report = {"command": command, "cpus": os.cpu_count(), **compared(arms)}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=1) + "\n")
    tell(report)
    print(f"written to {options.out}")


def compared(arms: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """`held_out` by arm and seed, the other curves, and whether the random arms end where they must."""
    held_out = {arm: [{"start": run["start"], "end": run["end"]} for run in runs] for arm, runs in arms.items()}
    pairs = [
        {"seed": seed, "random": low, "true": high, "ratio": _ratio(held_out[low][seed]["end"], held_out[high][seed]["end"])}
        for low in RANDOM if low in arms for high in TRUE if high in arms for seed in range(len(arms[low]))
    ]  # fmt: skip
    return {
        "held_out": held_out,
        "random_below": BELOW,
        "random_over_true": pairs,
        "holds": all(pair["ratio"] < BELOW for pair in pairs) if pairs else None,
        "arms": arms,
    }


def _ratio(low: float, high: float) -> float:
    """Beside an arm that knows nothing no other is below it."""
    return low / high if high else 1.0


def tell(report: dict[str, Any]) -> None:
    print(
        f"{'arm':22} {'held out: start → end, by seed':34} {'pass rate':>9} {'labels':>7} {'probes':>7} {'steps':>6}  alarms"
    )
    for arm, runs in report["arms"].items():
        ends = "  ".join(f"{run['start']:.3f} → {run['end']:.3f}" for run in runs)
        last = [_mean([run[name][-1] for run in runs]) for name in
                ("pass_rate", "label_accuracy", "label_accuracy_on_probes", "difficulty")]  # fmt: skip
        said = ", ".join(sorted({word for run in runs for word in run["alarms"]}))
        print(f"{arm:22} {ends:34} {last[0]:>9} {last[1]:>7} {last[2]:>7} {last[3]:>6}  {said}")
    if report["holds"] is None:
        print("no random arm beside one with true labels: nothing to compare")
        return
    worst = max(report["random_over_true"], key=lambda pair: pair["ratio"])
    word = "holds" if report["holds"] else "DOES NOT HOLD"
    print(f"every random arm ends below {BELOW} of every arm with true labels: {word}; the closest is {worst['random']}"
          f" at {worst['ratio']:.2f} of {worst['true']}, seed {worst['seed']}")  # fmt: skip


def _mean(values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{fmean(known):.2f}" if known else "-"


if __name__ == "__main__":
    main()
