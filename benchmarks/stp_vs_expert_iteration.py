"""Does self-play go on where expert iteration stalls? STP, expert iteration and parallel sampling on equal budgets.

    python benchmarks/stp_vs_expert_iteration.py STATEMENTS [--seeds 3] [--rounds 10] [--config FILE] [--out DIR]

STATEMENTS is a file of Lean Workbook (or `bundled`). Of those that elaborate, `--held-out` are never shown and `--limit`
others are to be solved; `--texts` further ones are read by the model as text. Every arm of a seed begins with the same
model: self-play is played first, the others are forks of its state after round 0. In each later round an arm spends
about the same number of samples: STP on statements and conjectures, the baselines on statements alone. A curve is what is
solved of the training statements against the samples spent, cold start excluded; gains are compared at what the
thriftiest arm of a seed has spent. The cold start's model and each arm's last one get `--held-out-samples` samples for
every held-out statement.

The settings are those of stp_vs_expert_iteration.yaml unless --config names others; on two cores three seeds are
played in an hour. The same call goes on where it was interrupted. Ablations, forks of self-play like the baselines:

    python benchmarks/stp_vs_expert_iteration.py STATEMENTS --arms stp "no band" "no reweighting" … --seeds 1 --rounds 5
        --limit 252 --config benchmarks/stp_ablations.yaml --out benchmarks/results/stp_ablations.json

Prints a table, writes `benchmarks/results/stp_vs_expert_iteration.json` and a plot beside it. `gain_ratio` is the mean
gain of STP over the cold start divided by that of expert iteration; `held_out_gain_ratio` is the same of the share of
held-out samples that are right, which no ceiling bounds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from prover import model as models
from prover.attempts import Chunk, chunks, sample_proofs
from prover.sampler import open_sampler
from training import checkpoint, metrics
from training.config import SelfplayConfig, load, merge
from training.ledger import Ledger
from training.selfplay import selfplay
from verify import toolchain
from verify.pool import LeanPool, Limits
from verify.records import Job, Outcome, Statement
from verify.statements import read_statements

SMALL = Path(__file__).with_suffix(".yaml")
RESULTS = Path(__file__).parent / "results" / "stp_vs_expert_iteration.json"
CONJECTURES = ("proposed", "passed", "proved", "selected")
BATCH = 100  # statements that are asked at a time
ARMS: dict[str, dict[str, Any]] = {  # what an arm changes in the configuration
    "stp": {},
    "expert-iteration": {"recipe": "expert-iteration"},
    "parallel-sampling": {"recipe": "parallel-sampling"},
}
ABLATIONS: dict[str, dict[str, Any]] = {
    "expert-iteration-optimised": {"recipe": "expert-iteration-optimised"},
    "no conjectures": {"conjectures": 0},  # the learner of STP on the statements alone; `main` gives it all the samples
    "no reweighting": {"reweighting": "none"},
    "no elegance filter": {"selection": {"elegance_drop": 0.0}},
    "no lemma condition": {"selection": {"off_lemma": "keep"}},
    "no band": {"selection": {"pass_rate_max": 1.0}},
    "no trivial lemma": {"seeds": {"trivial_lemma_probability": 0.0}},
    "no length penalty": {"weights": {"length_penalty": 0.0}},
    "cost penalty": {"weights": {"cost_penalty": 0.01}},
    "no replay": {"replay_rounds": 1, "begin_at_base": False},
    "from the base": {"begin_at_base": True},
    "no screening": {"screening": False},
    "trivial gate": {"screen_trivial": True},
    "adaptive K": {"adaptive": {"rule": "certain", "blocks": [2]}},
}


async def split(
    source: str, limit: int, kept: int, texts: int, seed: int
) -> tuple[list[Statement], list[Statement], list[Statement]]:
    """`limit` of the statements that elaborate, in a seeded order, `kept` to be held out, and others as mere text."""
    lean = toolchain.core()
    found = read_statements(str(toolchain.BUNDLED) if source == "bundled" else source).statements
    random.Random(seed).shuffle(found)
    inside: list[Statement] = []
    async with LeanPool(lean, 2, cache=toolchain.verdict_cache(lean)) as pool:
        for start in range(0, len(found), BATCH):
            batch = found[start : start + BATCH]
            verdicts = await asyncio.gather(*(pool.check(Job(s, None)) for s in batch))
            inside += [s for s, v in zip(batch, verdicts, strict=True) if v.outcome is Outcome.ELABORATES]
            if len(inside) >= limit + kept:
                break
    inside = inside[: limit + kept]
    used = {s.id for s in inside}
    return inside[kept:], inside[:kept], [s for s in found if s.id not in used][:texts]


def curve(run: Path, rounds: int) -> list[tuple[int, int]]:
    """(samples spent since the cold start, training statements solved) after each round."""
    with Ledger(run / "ledger.sqlite") as ledger:
        first, points, spent = ledger.solved("given"), [], 0
        for number in range(rounds + 1):
            spent += sum(t.samples for t in ledger.tallies(number, "prover")) if number else 0
            points.append((spent, sum(round <= number for round in first.values())))
    return points


def conjectures(run: Path) -> dict[str, int]:
    """What became of a run's proposals, over all its rounds."""
    rows = [row for row in metrics.read(run / "metrics.jsonl") if "conjecture/proposed" in row]
    return {name: sum(row[f"conjecture/{name}"] for row in rows) for name in CONJECTURES}


def minutes(run: Path) -> float:
    """The wall time of a run's own rounds, whatever interrupted them; the cold start and round 0 not counted."""
    return round(sum(row["time/round"] for row in metrics.read(run / "metrics.jsonl") if row["round"]) / 60, 1)


async def held_out(model: Path, config: SelfplayConfig, statements: list[Statement], samples: int) -> dict[str, float]:
    """What a model proves of statements it has never seen."""
    sampler = open_sampler("transformers", *models.load(model), config.sampling, model)
    attempts = [
        attempt
        for chunk in chunks(statements, 16, 0, samples)
        for attempt in sample_proofs(sampler, Chunk(chunk.statements, 0, samples), config.seed, 0, "held out")
    ]
    by_id = {s.id: s for s in statements}
    lean, proved = toolchain.core(), set()
    limits = Limits(heartbeats=config.heartbeats)
    async with LeanPool(lean, config.workers, limits, toolchain.verdict_cache(lean)) as pool:
        jobs = {Job(by_id[a.statement_id], a.proof) for a in attempts if a.proof}
        async for job, verdict in pool.stream(jobs):
            if verdict.proved:
                proved.add((job.statement.id, job.proof))
    right = [(a.statement_id, a.proof) in proved for a in attempts]
    return {
        "solved": len({id for id, _ in proved}),
        "of": len(statements),
        "sample_rate": round(float(np.mean(right)), 5),
    }


def band(values: list[float], seed: int = 0) -> list[float]:
    """Mean and 95 % bootstrap interval over seeds."""
    draws = np.random.default_rng(seed).choice(values, (2_000, len(values))).mean(1)
    return [round(float(x), 4) for x in (np.mean(values), *np.quantile(draws, (0.025, 0.975)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("statements")
    parser.add_argument("--limit", type=int, default=504, help="statements in profile that are to be solved")
    parser.add_argument("--held-out", type=int, default=56, help="statements in profile that are never shown")
    parser.add_argument("--texts", type=int, default=3000, help="other statements whose text the model has read")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument(
        "--arms",
        nargs="+",
        default=[*ARMS],
        choices=[*ARMS, *ABLATIONS],
        metavar="ARM",
        help="the first must be stp; also: " + ", ".join(ABLATIONS),
    )
    parser.add_argument("--held-out-samples", type=int, default=32)
    parser.add_argument("--config", type=Path, default=SMALL, help="a YAML file of `antiphon selfplay`")
    parser.add_argument("--runs", type=Path, default=Path("runs/stp_vs_expert_iteration"))
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    console = Console()
    base = load(options.config, SelfplayConfig())
    base = replace(base, rounds=options.rounds, final_evaluation=False)

    changes = {
        **ARMS,
        **ABLATIONS,
        "no conjectures": {"conjectures": 0, "samples_per_statement": base.baseline_samples},
    }
    options.runs.mkdir(parents=True, exist_ok=True)
    train, kept, texts = asyncio.run(split(options.statements, options.limit, options.held_out, options.texts, 0))
    file, further = options.runs / "statements.jsonl", options.runs / "texts.jsonl"
    for path, statements in ((file, train), (further, texts)):
        rows = ({"name": s.name, "formal_statement": s.text} for s in statements)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    if texts:
        base = replace(base, cold_start=replace(base.cold_start, reading_statements=further))
    report: dict[str, Any] = {
        "command": f"python benchmarks/stp_vs_expert_iteration.py {Path(options.statements).name} --limit {options.limit} "
        f"--held-out {options.held_out} --seeds {options.seeds} --rounds {options.rounds} --texts {options.texts} "
        f"--config {options.config.name} --arms {' '.join(repr(arm) for arm in options.arms)}",
        "cpus": os.cpu_count(), "statements": len(train), "held_out": len(kept),
        "samples_per_round": (base.statements_per_round or len(train)) * base.baseline_samples,
        "cold_start_held_out": [], "arms": {},
    }  # fmt: skip
    for seed in range(options.seeds):
        for arm in options.arms:
            run = options.runs / f"{arm.replace(' ', '-')}-{seed}"
            config = merge(replace(base, run=run, seed=seed, statements=str(file)), changes[arm], arm)
            if arm != "stp":
                config = replace(config, fork=options.runs / f"stp-{seed}", from_round=0)
            selfplay(config, console)
            row = report["arms"].setdefault(arm, {"curves": [], "conjectures": [], "held_out": [], "minutes": []})
            row["curves"].append(curve(run, options.rounds))
            row["conjectures"].append(conjectures(run))
            row["minutes"].append(minutes(run))
            if arm == "stp":
                cold = held_out(checkpoint.directory(run, 0), config, kept, options.held_out_samples)
                report["cold_start_held_out"].append(asyncio.run(cold))
            last = held_out(checkpoint.latest(run), config, kept, options.held_out_samples)
            row["held_out"].append(asyncio.run(last))
            write(report, options.out)
    console.print(f"written to {options.out}")


def write(report: dict[str, Any], out: Path) -> None:
    """Figures over the seeds that are there, as JSON, a table and a plot; gains at what the thriftiest arm has spent."""
    arms = report["arms"]
    for row in arms.values():
        row["gain"] = []
        for seed, points in enumerate(row["curves"]):
            ends = [other["curves"][seed][-1][0] for other in arms.values() if len(other["curves"]) > seed]
            spent, solved = zip(*points, strict=True)
            row["gain"].append(round(float(np.interp(min(ends), spent, solved)) - solved[0], 2))
        row["gain_band"] = band(row["gain"])
        row["spent"] = band([points[-1][0] for points in row["curves"]])
        row["held_out_solved"] = band([found["solved"] for found in row["held_out"]])
        before = report["cold_start_held_out"]
        row["held_out_gain"] = [
            round(found["sample_rate"] - cold["sample_rate"], 5)
            for found, cold in zip(row["held_out"], before, strict=False)
        ]
        row["held_out_gain_band"] = band(row["held_out_gain"])
    for name in ("gain", "held_out_gain"):
        if {"stp", "expert-iteration"} <= set(arms) and arms["expert-iteration"][f"{name}_band"][0] > 0:
            own, other = arms["stp"][f"{name}_band"][0], arms["expert-iteration"][f"{name}_band"][0]
            report[f"{name}_ratio"] = round(own / other, 3)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=1) + "\n")
    for arm, row in report["arms"].items():
        counts = " → ".join(str(sum(made[name] for made in row["conjectures"])) for name in CONJECTURES)
        print(f"{arm:28} gain {row['gain_band']}  conjectures {counts}  samples {row['spent'][0]:.0f}  held out: solved {row['held_out_solved']}, "
              f"right {100 * row['held_out'][-1]['sample_rate']:.1f} % in the last seed, "
              f"gain {[round(100 * x, 2) for x in row['held_out_gain_band']]} %")  # fmt: skip
    print(f"gain ratio {report.get('gain_ratio')}, held out {report.get('held_out_gain_ratio')}", flush=True)
    plot(report, out.with_suffix(".png"))


def plot(report: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4))
    for arm, row in report["arms"].items():
        curves = np.array(row["curves"], dtype=float)
        spent, solved = curves[:, :, 0].mean(0), curves[:, :, 1] - curves[:, :1, 1]
        bands = np.array([band(list(values)) for values in solved.T])
        axes.plot(spent, bands[:, 0], label=arm)
        axes.fill_between(spent, bands[:, 1], bands[:, 2], alpha=0.2)
    axes.set_xlabel("samples spent after the cold start")
    axes.set_ylabel(f"statements solved beyond it (of {report['statements']})")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
