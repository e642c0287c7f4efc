"""`real_vllm.py {vllm,vllm-server} PYTHON OLD NEW` samples from two checkpoints and prints what it saw.

In process it is run by vLLM's Python; for the server by ours, with vLLM's as PYTHON.
"""

import json
import sys
from pathlib import Path

from prover import model as models
from prover.sampler import SamplerError, SamplingSettings, open_sampler
from prover.vllm import token_logprobs

PROMPTS = ["<prove>(a b : ℝ) : 2*a*b ≤ a^2 + b^2<by>", "<prove>: 1 = 1<by>", "<prove>: 1 = 1<by>"]


def main() -> None:
    engine, python, *directories = sys.argv[1:]
    settings = SamplingSettings(temperature=0.8, max_new_tokens=24, batch_size=8)
    old, new = (models.load(directory) for directory in directories)
    seen = {}
    for name, (model, tokenizer), directory in zip(("old", "new"), (old, new), directories, strict=True):
        with open_sampler(engine, model, tokenizer, settings, directory, Path(python)) as sampler:
            completions, again = (sampler.sample(PROMPTS, 4, [7, 8, 9]) for _ in range(2))
            error = 0.0
            for c in completions:
                prompt = tokenizer(PROMPTS[c.prompt_index]).input_ids
                local = sum(token_logprobs(model, [*prompt, *c.token_ids])[len(prompt) - 1 :])
                error = max(error, abs(local - c.logprob))
            later = sampler.sample(PROMPTS, 2, [7, 8, 9], first=2)
            seen[name] = {
                "samples": [c.token_ids for c in completions],
                "again": [c.token_ids for c in again],
                "later": [c.token_ids for c in later],
                "whole": all(c.finished or c.tokens == settings.max_new_tokens for c in completions),
                "error": error,
            }
            sampler.model = new[0] if name == "old" else old[0]  # as if the other checkpoint were served
            try:
                sampler._prove_weights(directory)
            except SamplerError as refusal:
                seen[name]["refusal"] = str(refusal)
    print("\n" + json.dumps(seen))


if __name__ == "__main__":  # vLLM's worker imports this file
    main()
