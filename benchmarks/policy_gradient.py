"""Tokens a second of our policy-gradient step beside trl's GRPOTrainer: same model, same rollouts, one process.

    python benchmarks/policy_gradient.py [--repetitions 12] [--threads 1]

A repetition is one optimiser step of trl's, then one of ours, in turns. Sampling, rewards and the padding of a batch are
left out of trl's time (all of `_generate_and_score_completions`); ours is the whole of `update`, checks and padding
included. Every rollout has an advantage, so that none is spared. Tokens are those of prompts and completions, without
padding. The ratio is of medians, its 95% interval a bootstrap over repetitions. Writes
benchmarks/results/policy_gradient.json.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "policy_gradient.json"
GROUPS, SIZE, BATCH, LENGTH = 4, 8, 8, 96
MODELS = {
    "0.8M": {"hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 352},
    "4M": {"hidden_size": 256, "num_hidden_layers": 5, "num_attention_heads": 8, "intermediate_size": 704},
}
VOCABULARY = 1024
COMMON = {
    "learning_rate": 1e-5,
    "loss_type": "dr_grpo",
    "scale_rewards": "none",
    "max_completion_length": LENGTH,
    "per_device_train_batch_size": BATCH,
}


def scored_groups():
    """Prompts of 24 to 64 tokens, completions of 16 to 96, half of each group right."""
    import numpy as np

    from training.trl_grpo import ScoredGroup

    rng = np.random.default_rng(0)

    def ids(low, high):
        return tuple(rng.integers(2, VOCABULARY, rng.integers(low, high + 1)).tolist())

    return [
        ScoredGroup(ids(24, 64), tuple(ids(16, LENGTH) for _ in range(SIZE)), tuple(float(i % 2) for i in range(SIZE)))
        for _ in range(GROUPS)
    ]


def measure(name: str, repetitions: int) -> dict:
    import numpy as np
    import torch
    from datasets import Dataset
    from transformers import LlamaConfig, LlamaForCausalLM, PrinterCallback, TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    from prover.model import ModelConfig, build_tokenizer
    from training.advantages import group_advantages
    from training.policy_gradient import PolicyGradientSettings, PolicyLearner
    from training.rollouts import Rollout

    def model():
        torch.manual_seed(0)
        config = LlamaConfig(
            vocab_size=VOCABULARY, max_position_embeddings=256, tie_word_embeddings=True, eos_token_id=1, **MODELS[name]
        )
        return LlamaForCausalLM(config)

    groups = scored_groups()
    advantages = group_advantages([group.rewards for group in groups], "none")
    rollouts = [
        Rollout(group.prompt_ids, completion, advantage)
        for group, row in zip(groups, advantages, strict=True)
        for completion, advantage in zip(group.completion_ids, row, strict=True)
    ]
    learner = PolicyLearner(model(), PolicyGradientSettings(**COMMON, warmup_steps=0))
    seconds: dict[str, list[float]] = {"trl": [], "ours": []}
    losses: dict[str, list[float]] = {"trl": [], "ours": []}

    class Timed(GRPOTrainer):
        preparing = 0.0

        def _generate_and_score_completions(self, inputs):
            began = time.perf_counter()
            made = super()._generate_and_score_completions(inputs)
            self.preparing += time.perf_counter() - began
            return made

    class InTurns(TrainerCallback):
        def on_step_begin(self, args, state, control, **context):
            trainer.preparing, self.began = 0.0, time.perf_counter()

        def on_step_end(self, args, state, control, **context):
            seconds["trl"].append(time.perf_counter() - self.began - trainer.preparing)
            metrics = learner.update(rollouts)
            seconds["ours"].append(metrics["seconds"])
            losses["ours"].append(metrics["loss"])

    def rollout(prompts, _):
        places = [(groups[int(prompt)], place % SIZE) for place, prompt in enumerate(prompts)]
        return {
            "prompt_ids": [list(group.prompt_ids) for group, _ in places],
            "completion_ids": [list(group.completion_ids[sample]) for group, sample in places],
            "logprobs": None,
            "known": [group.rewards[sample] for group, sample in places],
        }

    os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
    with tempfile.TemporaryDirectory() as nowhere:
        trainer = Timed(
            model=model(),
            reward_funcs=lambda known, **_: known,
            args=GRPOConfig(
                nowhere,
                **COMMON,
                use_cpu=True,
                bf16=False,
                gradient_checkpointing=False,
                lr_scheduler_type="constant",
                gradient_accumulation_steps=GROUPS * SIZE // BATCH,
                num_generations=SIZE,
                max_steps=repetitions + 2,
                shuffle_dataset=False,
                report_to="none",
                save_strategy="no",
                logging_steps=1,
                disable_tqdm=True,
            ),
            train_dataset=Dataset.from_dict({"prompt": [str(number) for number in range(GROUPS)]}),
            processing_class=build_tokenizer(["1 + 1"], ModelConfig(vocab_size=300)),
            rollout_func=rollout,
            callbacks=[InTurns()],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    losses["trl"] = [row["loss"] for row in trainer.state.log_history if "loss" in row]
    apart = max(
        float((p - q).detach().abs().max())
        for p, q in zip(trainer.model.parameters(), learner.model.parameters(), strict=True)
    )
    tokens = sum(len(row.prompt_ids) + len(row.completion_ids) for row in rollouts)
    times = {who: np.array(rows[2:]) for who, rows in seconds.items()}  # the first two warm up
    draws = np.random.default_rng(0).integers(0, repetitions, (2_000, repetitions))
    ratios = np.median(times["trl"][draws], axis=1) / np.median(times["ours"][draws], axis=1)
    return {
        "model": name,
        "parameters": sum(p.numel() for p in learner.model.parameters()),
        "tokens_a_step": tokens,
        "repetitions": repetitions,
        "tokens_per_second": {who: round(tokens / float(np.median(rows)), 1) for who, rows in times.items()},
        "ratio": round(float(np.median(times["trl"]) / np.median(times["ours"])), 3),
        "interval_95": [round(float(q), 3) for q in np.quantile(ratios, [0.025, 0.975])],
        "largest_difference_of_weights_after_all_steps": apart,
        "last_loss": {who: rows[-1] for who, rows in losses.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=12)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()

    import torch
    import transformers
    import trl

    torch.set_num_threads(arguments.threads)
    before = os.getloadavg()
    rows = [measure(name, arguments.repetitions) for name in MODELS]
    RESULTS.parent.mkdir(exist_ok=True)
    result = {
        "rollouts_a_step": GROUPS * SIZE,
        "per_device_train_batch_size": BATCH,
        "threads": arguments.threads,
        "versions": {m.__name__: m.__version__ for m in (torch, transformers, trl)},
        "load_average": {"before": before, "after": os.getloadavg()},
        "models": rows,
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    for row in rows:
        print(row["model"], row["tokens_per_second"], row["ratio"], row["interval_95"])


if __name__ == "__main__":
    main()
