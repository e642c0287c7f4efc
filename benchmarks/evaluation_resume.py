"""Does an evaluation that is killed again and again end with the same file?

    python benchmarks/evaluation_resume.py                                 500 statements, 8 samples, 10 kills: hours
    python benchmarks/evaluation_resume.py --problems 20 --samples 2 --kills 2 --within 60
    python benchmarks/evaluation_resume.py --model runs/selfplay           another model than one trained here

Once `antiphon eval` runs undisturbed; then the same command is killed (kill -9) at random moments and started again,
until the kills are spent, and let to its end. No cache of verdicts is used: both ask the real Lean. results.json must
be the same, byte for byte, and no process may outlive a kill. Prints what was compared, writes JSON, and ends with
status 1 when a promise was broken. results.json names the revision of the code: do not commit meanwhile.

The statements are those of the seed theorems and the bundled ones, in turns. The model is a tiny one that has read the
seed theorems' proofs for a minute: it proves some of them.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from conjecture.library import seed_theorems
from evaluation.results import VOICE, read_results
from prover import model as models
from prover.prompts import prove_example
from training.ledger import Ledger
from training.sft import SFTSettings, fine_tune
from verify.records import Verdict
from verify.statements import read_statements
from verify.toolchain import PROJECT

HERE = Path(__file__).resolve().parent
CONFIG = models.ModelConfig(hidden_size=128, num_hidden_layers=3, num_attention_heads=4, intermediate_size=352)


def tiny_model(directory: Path) -> Path:
    examples = [prove_example(t.statement, t.proof) for t in seed_theorems()]
    tokenizer = models.build_tokenizer([e.prompt + e.target for e in examples], CONFIG)
    model = models.build_model(CONFIG, tokenizer, seed=0)
    settings = SFTSettings(num_train_epochs=12, per_device_train_batch_size=16, learning_rate=2e-3)
    fine_tune(model, tokenizer, examples, settings, seed=0)
    models.save(model, tokenizer, directory)
    return directory


def statements(count: int, path: Path) -> Path:
    seeds = [t.statement for t in seed_theorems()]
    bundled = read_statements(str(PROJECT / "statements.jsonl")).statements
    turns = [s for pair in itertools.zip_longest(seeds, bundled) for s in pair if s is not None]
    rows = [{"name": s.name, "formal_statement": s.text, "tags": s.tags} for s in turns[:count]]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def start(command: list[str], out: Path) -> subprocess.Popen:
    """With its standard error kept in a file beside the results, in case it fails."""
    with Path(f"{out}.txt").open("w") as said:
        return subprocess.Popen([*command, "--out", str(out)], stdout=subprocess.DEVNULL, stderr=said)


def finish(command: list[str], out: Path) -> None:
    if start(command, out).wait():
        sys.exit(Path(f"{out}.txt").read_text())


def kill(process: subprocess.Popen) -> int:
    """kill -9; how many processes of its family outlive it."""
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=20)
    return len(alive)


def digest(out: Path) -> str:
    return hashlib.sha256((out / "results.json").read_bytes()).hexdigest()


def differences(one: Path, other: Path) -> list[dict[str, Any]]:
    """Attempts that were judged otherwise, with the heartbeats of both checks."""

    def judged(out: Path) -> dict[tuple[str, str], Verdict]:
        with Ledger(out / "ledger.sqlite") as ledger:
            pairs = dict.fromkeys((a.statement_id, a.proof) for a in ledger.attempts(0, VOICE) if a.proof)
            return {pair: ledger.verdict("proof", *pair) for pair in pairs}

    first, second = judged(one), judged(other)
    return [
        {"statement": id, "proof": proof, "outcomes": [first[id, proof].outcome, second[id, proof].outcome],
         "heartbeats": [first[id, proof].heartbeats, second[id, proof].heartbeats]}
        for id, proof in first
        if first[id, proof].outcome is not second[id, proof].outcome
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--problems", type=int, default=500)
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--within", type=float, help="seconds after which a session is killed at the latest")
    parser.add_argument("--heartbeats", type=int, default=500)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--model", help="a run, a model directory or a floor")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "evaluation_resume.json")
    options = parser.parse_args()
    moments, survivors, kills = random.Random(options.seed), 0, 0

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        model = options.model or str(tiny_model(folder / "model"))
        path = statements(options.problems, folder / "statements.jsonl")
        command = [sys.executable, "-m", "antiphon", "eval", model, str(path), "--samples", str(options.samples),
                   "--heartbeats", str(options.heartbeats), "--workers", str(options.workers), "--no-verdict-cache",
                   "--max-new-tokens", "96", "--batch-size", "32", "--temperature", "0.7"]  # fmt: skip
        os.environ["OMP_NUM_THREADS"] = "1"
        began = time.monotonic()
        finish(command, folder / "undisturbed")
        took = time.monotonic() - began
        print(f"undisturbed: {took:.0f} s", file=sys.stderr, flush=True)
        latest = options.within or max(took / 4, 20.0)
        while kills < options.kills:
            process = start(command, folder / "killed")
            moment = moments.uniform(1, latest)
            try:
                if process.wait(moment):
                    sys.exit(Path(f"{folder / 'killed'}.txt").read_text())
                break  # it has come to its end
            except subprocess.TimeoutExpired:
                survivors += kill(process)
                kills += 1
                print(f"killed after {moment:.0f} s", file=sys.stderr, flush=True)
        finish(command, folder / "killed")
        same = digest(folder / "undisturbed") == digest(folder / "killed")
        results = read_results(folder / "undisturbed")
        again = read_results(folder / "killed")
        told = differences(folder / "undisturbed", folder / "killed")

    report = {
        "problems": len(results["problems"]), "samples": options.samples, "attempts": results["attempts"],
        "proved": sum(bool(row["proved"]) for row in results["problems"]), "seconds_undisturbed": round(took),
        "kills": kills, "processes_left": survivors, "same_file": same,
        "differing": [key for key in results if results[key] != again[key]], "differences": told,
    }  # fmt: skip
    print(json.dumps(report, indent=1))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=1) + "\n")
    sys.exit(not same or survivors > 0)


if __name__ == "__main__":
    main()
