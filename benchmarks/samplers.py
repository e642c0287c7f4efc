"""Tokens a second of the samplers: transformers against vLLM, on the same model and prompts in one run.

    python benchmarks/samplers.py [--model DIR] [--vllm-python PYTHON] [--engines transformers,vllm-server]

Without --model a new model of the default size, whose random weights hardly ever end a completion, so that every
sampler draws the same number of tokens. The prompts are seed theorems, 8 samples each, in self-play's settings. The
engines take turns, twice each after a warm-up; starting and stopping is measured beside it. Prints a table and writes
benchmarks/results/samplers.json; `ratio` is against transformers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import tempfile
import time
from pathlib import Path

import psutil

from conjecture.library import seed_theorems
from prover import model as models
from prover.prompts import prove_prompt
from prover.sampler import open_sampler
from training.config import SelfplayConfig

RESULTS = Path(__file__).parent / "results" / "samplers.json"
ROUNDS, SAMPLES = 2, 8


def new_model(directory: str) -> str:
    config = models.ModelConfig()
    corpus = [prove_prompt(t.statement) + t.proof for t in seed_theorems()]
    tokenizer = models.build_tokenizer(corpus, config)
    models.save(models.build_model(config, tokenizer, 0), tokenizer, directory)
    return directory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--vllm-python", type=Path)
    parser.add_argument("--engines", default="transformers,vllm-server")
    parser.add_argument("--prompts", type=int, default=32)
    options = parser.parse_args()
    theorems = seed_theorems()
    chosen = [theorems[i * len(theorems) // options.prompts] for i in range(options.prompts)]
    prompts, settings = [prove_prompt(t.statement) for t in chosen], SelfplayConfig().sampling
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        directory = options.model or new_model(f"{scratch}/model")
        model, tokenizer = models.load(directory)
        rows, samplers = {}, {}
        for engine in options.engines.split(","):
            began = time.perf_counter()
            sampler = open_sampler(engine, model, tokenizer, settings, directory, options.vllm_python)
            samplers[engine] = stack.enter_context(sampler)
            rows[engine] = {"start_seconds": time.perf_counter() - began, "tokens": 0, "seconds": 0.0}
            sampler.sample(prompts, 1, range(len(prompts)))
        for turn in range(ROUNDS):
            for engine, sampler in samplers.items():
                seeds = [1_000 * turn + number for number in range(len(prompts))]
                began = time.perf_counter()
                completions = sampler.sample(prompts, SAMPLES, seeds)
                rows[engine]["seconds"] += time.perf_counter() - began
                rows[engine]["tokens"] += sum(c.tokens for c in completions)
    for row in rows.values():
        row["tokens_per_second"] = row["tokens"] / row["seconds"]
    least = rows.get("transformers", {}).get("tokens_per_second")
    print(f"{'engine':<14}{'start s':>9}{'tokens':>9}{'tokens/s':>10}{'ratio':>7}")
    for engine, row in rows.items():
        row["ratio"] = row["tokens_per_second"] / least if least else None
        ratio = f"{row['ratio']:.2f}" if least else ""
        print(f"{engine:<14}{row['start_seconds']:>9.1f}{row['tokens']:>9}{row['tokens_per_second']:>10.0f}{ratio:>7}")
    machine = {"cores": os.cpu_count(), "load": psutil.getloadavg()[0], "machine": platform.machine()}
    parameters = sum(parameter.numel() for parameter in model.parameters())
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"parameters": parameters, **machine, "engines": rows}, indent=1) + "\n")


if __name__ == "__main__":  # vLLM's worker imports this file
    main()
