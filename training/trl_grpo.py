"""trl's GRPOTrainer on samples and rewards made elsewhere, for its losses that `policy_gradient` has not.

It wants regular groups: as many samples for every prompt, at least two. trl asks for prompts by their text, so a prompt
is called by its number, and `rollout_func` hands over the sampled token ids together with their rewards. What trl does
to them from there on (advantages, loss, clipping, the step) is all its own. The samples count as on-policy.

`rollout_func` is an experiment of trl 1.x; without vLLM it drops log-probabilities. accelerate chooses the device, the
first GPU or the CPU: two models on two devices are for `PolicyLearner`. trl seeds the global generators.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.sft import on_one_gpu, release
from verify.statements import BadInput

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True, slots=True)
class ScoredGroup:
    """The samples of one prompt, as token ids, and one reward for each."""

    prompt_ids: tuple[int, ...]
    completion_ids: tuple[tuple[int, ...], ...]
    rewards: tuple[float, ...]


class TrlLearner:
    """Trains a whole `model` in place; Adam's moments go on from update to update.

    `arguments` are fields of trl's GRPOConfig, such as `loss_type="cispo"`. The whole update is one optimiser step (for
    each of `num_iterations`), through the model `per_device_train_batch_size` samples at a time.
    """

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, arguments: dict[str, Any]) -> None:
        self.model, self.tokenizer, self.arguments = model, tokenizer, arguments
        self.optimizer: Any = None  # of torch; trl makes it in the first update

    def update(self, groups: Sequence[ScoredGroup]) -> dict[str, float]:
        """trl's metrics of the last step, under its names. Raises BadInput for groups that are not regular."""
        sizes = {len(group.completion_ids) for group in groups} | {len(group.rewards) for group in groups}
        if len(sizes) != 1 or min(sizes) < 2:
            raise BadInput("trl wants groups of one size, at least 2: use PolicyLearner where they are ragged")
        [size] = sizes
        rows = size * len(groups)
        batch = self.arguments.get("per_device_train_batch_size", rows)
        if rows % batch:
            raise BadInput(f"per_device_train_batch_size {batch} does not divide the {rows} samples of an update")
        try:
            from datasets import Dataset
            from transformers import PrinterCallback
            from trl import GRPOConfig, GRPOTrainer
        except ImportError as error:
            raise BadInput("TrlLearner needs trl: pip install 'antiphon[trl]'") from error

        def rollout(prompts: list[str], trainer: Any) -> dict[str, list[Any]]:
            """Every prompt comes `size` times in a row."""
            places = [(groups[int(prompt)], place % size) for place, prompt in enumerate(prompts)]
            return {
                "prompt_ids": [list(group.prompt_ids) for group, _ in places],
                "completion_ids": [list(group.completion_ids[sample]) for group, sample in places],
                "logprobs": None,
                "known_reward": [float(group.rewards[sample]) for group, sample in places],
            }

        def reward(known_reward: list[float], **_: Any) -> list[float]:
            return known_reward

        os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
        cuda = self.model.device.type == "cuda"
        with tempfile.TemporaryDirectory(prefix="antiphon-grpo-") as nowhere:
            fields = {
                "lr_scheduler_type": "constant",  # a schedule would begin anew with every update
                "gradient_checkpointing": False,
                "bf16": cuda,
                **self.arguments,
                "per_device_train_batch_size": batch,
                "gradient_accumulation_steps": rows // batch,
                "num_generations": size,
                "max_steps": self.arguments.get("num_iterations", 1),
            }
            quiet = {"report_to": "none", "save_strategy": "no", "disable_tqdm": True, "logging_steps": 1}
            arguments = GRPOConfig(nowhere, use_cpu=not cuda, shuffle_dataset=False, **quiet, **fields)
            on_one_gpu(arguments)
            trainer = GRPOTrainer(
                model=self.model,
                reward_funcs=reward,
                args=arguments,
                train_dataset=Dataset.from_dict({"prompt": [str(number) for number in range(len(groups))]}),
                processing_class=self.tokenizer,
                optimizers=(self.optimizer, None),
                rollout_func=rollout,
            )
            trainer.remove_callback(PrinterCallback)
            trainer.train()
        self.optimizer, said = trainer.optimizer.optimizer, trainer.state.log_history[-2]
        release(self.model, trainer)
        return {name: value for name, value in said.items() if value is not None}
