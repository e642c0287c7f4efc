"""Weighted supervised fine-tuning: the loss of STP, section 4.1, through `transformers.Trainer`.

Over one whole optimiser batch, gradient accumulation included,

    loss = sum_i w_i sum_t ce_it / sum_i w_i T_i

with t over the T_i target tokens of row i, its eos among them. Only ratios of weights matter:
doubling all of them changes nothing, and a row of weight 0 is as good as absent.

Shapes: B rows, L positions, N target tokens of all rows in one line, V vocabulary.
"""

from __future__ import annotations

import functools
import math
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prover.model import encode, encode_targets
from training.policy_loss import completion_logits, token_logprobs
from verify.records import Example

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

OnStep = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class SFTSettings:
    """Hugging Face's names. The betas, eps, clipping and constant rate are STP's (appendix)."""

    learning_rate: float = 1e-3  # for the small default model; STP's 7B takes 5e-5
    num_train_epochs: float = 1.0
    per_device_train_batch_size: int = 32
    gradient_accumulation_steps: int = 1
    lr_scheduler_type: str = "constant_with_warmup"
    warmup_steps: int = 5
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    adam_beta1: float = 0.9
    adam_beta2: float = 0.95
    adam_epsilon: float = 1e-5
    gradient_checkpointing: bool = False  # activations are computed twice instead of kept
    max_length: int = 512  # tokens; a longer row loses its beginning
    group_by_length: bool = True  # less padding; but a batch of one length is no fair sample of mixed lessons
    min_steps: int = 0  # STP counts steps, see `steps_of`; 0: epochs are counted

    def __post_init__(self) -> None:
        if self.max_length < 2:
            raise ValueError("max_length must be at least 2: one token to see, one to predict")


def steps_of(rows: int, settings: SFTSettings) -> int:
    """Optimiser steps by STP's rule, max(rows // batch, min_steps); the rows of an incomplete batch are over.

    >>> steps_of(10_000, SFTSettings(per_device_train_batch_size=2048, min_steps=5))
    5
    """
    batch = settings.per_device_train_batch_size * settings.gradient_accumulation_steps
    return max(rows // batch, settings.min_steps)


def fine_tune(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    examples: Sequence[Example],
    settings: SFTSettings,
    seed: int,
    on_step: OnStep | None = None,
) -> dict[str, float]:
    """Trains `model` in place, with a fresh optimiser; writes no files.

    Equal model, examples, settings, seed and thread count give bit-identical weights on one CPU.
    `on_step(step, total, loss)` follows every optimiser step. A CUDA device trains in bfloat16
    over float32 weights.

    Returns `rows` (of positive weight), `steps`, `tokens` (all positions trained over, padding
    not counted), `seconds`, and `loss`, the mean over the steps; without a row of positive
    weight nothing happens and `loss` is missing.
    Raises ValueError for a weight that is negative or not finite, and for an empty prompt.
    """
    for number, example in enumerate(examples):
        if not example.prompt:
            raise ValueError(f"example {number} has an empty prompt")
        if not (math.isfinite(example.weight) and example.weight >= 0):
            raise ValueError(f"example {number} has weight {example.weight}: want finite, >= 0")
    rows = _encoded([e for e in examples if e.weight > 0], tokenizer, settings.max_length)
    if not rows:
        return {"rows": 0, "steps": 0, "tokens": 0, "seconds": 0.0}

    import torch
    from transformers import PrinterCallback, TrainingArguments

    cuda = torch.cuda.is_available()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="antiphon-sft-") as nowhere:
        fields = {name: getattr(settings, name) for name in settings.__slots__}
        for ours in ("max_length", "min_steps", "group_by_length", "gradient_checkpointing"):
            del fields[ours]
        if settings.min_steps:
            fields["max_steps"] = steps_of(len(rows), settings)
            fields["warmup_steps"] = min(settings.warmup_steps, fields["max_steps"] - 1)
        arguments = TrainingArguments(
            **fields,
            output_dir=nowhere,
            seed=seed % 2**32,
            use_cpu=not cuda,
            optim="adamw_torch",
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
            remove_unused_columns=False,
            dataloader_pin_memory=cuda,
        )
        on_one_gpu(arguments)
        trainer = _trainer_class()(
            on_step,
            settings.group_by_length,
            model=model,
            args=arguments,
            train_dataset=rows,
            data_collator=functools.partial(collate, pad_token_id=tokenizer.pad_token_id),
        )
        trainer.remove_callback(PrinterCallback)
        if settings.gradient_checkpointing:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        trainer.train()
        if settings.gradient_checkpointing:
            model.gradient_checkpointing_disable()
    losses, tokens = trainer.losses, trainer.tokens
    release(model, trainer)
    return {
        "rows": len(rows),
        "steps": len(losses),
        "tokens": tokens,
        "seconds": time.perf_counter() - began,
        "loss": sum(losses) / len(losses),
    }


def on_one_gpu(arguments: Any) -> None:
    """Trainer would wrap the model in nn.DataParallel where there are more, and a batch be as many batches."""
    if arguments.n_gpu > 1:
        arguments._n_gpu = 1


def release(model: PreTrainedModel, trainer: Any) -> None:
    """Takes off a trained model what Trainer has put on it, its gradients too; in evaluation mode.

    Mixed precision, where Trainer has it from its arguments, wraps `forward`: the wrappers would nest. The mark of a
    prepared model would keep the next training from wrapping it at all: that would be in float32. The trainer, which
    refers to itself, is emptied: until it is collected it would hold the model and Adam's moments.
    """
    trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
    for name in ("forward", "_is_accelerate_prepared"):
        vars(model).pop(name, None)
    vars(trainer).clear()
    model.zero_grad(set_to_none=True)
    model.eval()


def collate(rows: Sequence[dict[str, Any]], pad_token_id: int) -> dict[str, torch.Tensor]:
    """Right-padded `input_ids`, `attention_mask`, `labels` (B, L) and `weights` (B,)."""
    import torch

    shape = len(rows), max(len(row["input_ids"]) for row in rows)
    ids_BL = torch.full(shape, pad_token_id, dtype=torch.long)
    labels_BL = torch.full(shape, -100, dtype=torch.long)
    mask_BL = torch.zeros(shape, dtype=torch.long)
    for number, row in enumerate(rows):
        end = len(row["input_ids"])
        ids_BL[number, :end] = torch.tensor(row["input_ids"])
        labels_BL[number, :end] = torch.tensor(row["labels"])
        mask_BL[number, :end] = 1
    weights_B = torch.tensor([row["weight"] for row in rows], dtype=torch.float32)
    return {
        "input_ids": ids_BL,
        "attention_mask": mask_BL,
        "labels": labels_BL,
        "weights": weights_B,
    }


def weighted_ce(
    model: PreTrainedModel, ids_BL: torch.Tensor, labels_BL: torch.Tensor, weights_B: torch.Tensor
) -> torch.Tensor:
    """sum_i w_i sum_t ce_it, in nats; divided by `weighted_tokens` it is the loss.

    Rows are padded on the right, where a causal model does not look; logits are computed where there is a label alone.
    """
    import torch

    next_BL = torch.nn.functional.pad(labels_BL[:, 1:], (0, 1), value=-100)
    predicts_BL = next_BL != -100
    device = ids_BL.device.type
    with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
        logits_NV = completion_logits(model, ids_BL, predicts_BL)
    logprobs_N, _ = token_logprobs(logits_NV, next_BL[predicts_BL], temperature=1)
    return -weights_B[predicts_BL.nonzero()[:, 0]] @ logprobs_N


def weighted_tokens(labels_BL: torch.Tensor, weights_B: torch.Tensor) -> torch.Tensor:
    """sum_i w_i T_i; a row's first position has no prediction and does not count."""
    return weights_B @ (labels_BL[:, 1:] != -100).sum(1).to(weights_B.dtype)


def length_grouped_order(lengths: Sequence[int], batch_size: int, seed: int) -> list[int]:
    """A shuffle of range(len(lengths)) whose every `batch_size` neighbours are about equally long.

    Sorted by length within random chunks of 32 batches, then batches in random order, so that no
    part of training sees only long rows; an incomplete batch comes last.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(lengths), generator=generator).tolist()
    chunk = 32 * batch_size
    order = [
        row
        for start in range(0, len(order), chunk)
        for row in sorted(order[start : start + chunk], key=lengths.__getitem__)
    ]
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    last = [batches.pop()] if len(batches[-1]) < batch_size else []
    shuffled = torch.randperm(len(batches), generator=generator).tolist()
    return [row for batch in [*(batches[i] for i in shuffled), *last] for row in batch]


def _encoded(examples: Sequence[Example], tokenizer: PreTrainedTokenizerFast, max_length: int) -> list[dict[str, Any]]:
    prompts = encode(tokenizer, [example.prompt for example in examples])
    targets = encode_targets(tokenizer, [example.target for example in examples])
    return [
        {
            "input_ids": (prompt + target)[-max_length:],
            "labels": ([-100] * len(prompt) + target)[-max_length:],
            "weight": example.weight,
        }
        for example, prompt, target in zip(examples, prompts, targets, strict=True)
    ]


@functools.cache
def _trainer_class() -> type:
    import torch
    from transformers import Trainer, TrainerCallback

    class Order(torch.utils.data.Sampler):
        """A new order every epoch, a function of the seed and the epoch alone."""

        def __init__(self, lengths: list[int], batch_size: int, seed: int, grouped: bool) -> None:
            self.lengths, self.batch_size, self.seed, self.epoch = lengths, batch_size, seed, 0
            self.grouped = grouped

        def __len__(self) -> int:
            return len(self.lengths)

        def __iter__(self) -> Iterator[int]:
            seed = (self.seed << 16) + self.epoch
            self.epoch += 1
            if not self.grouped:
                return iter(torch.randperm(len(self), generator=torch.Generator().manual_seed(seed)).tolist())
            return iter(length_grouped_order(self.lengths, self.batch_size, seed))

    class WeightedTrainer(Trainer):
        # The loss below is already divided by the sum over the accumulation window.
        loss_is_scaled_for_ga = True

        def __init__(self, on_step: OnStep | None, grouped: bool, **fields: Any) -> None:
            super().__init__(**fields)
            self.grouped = grouped
            self.losses: list[float] = []
            self.tokens = 0
            self.pending: list[torch.Tensor] = []  # shares of the current step's loss
            self.add_callback(StepEnd(self, on_step))

        def _get_train_sampler(self, train_dataset: Any = None) -> Order:
            lengths = [len(row["input_ids"]) for row in self.train_dataset]
            window = self.args.train_batch_size * self.args.gradient_accumulation_steps
            return Order(lengths, window, self.args.seed, self.grouped)

        def get_batch_samples(self, epoch_iterator: Any, num_batches: int, device: Any) -> Any:
            """The batches of one optimiser step and, as `num_items_in_batch`, sum_i w_i T_i."""
            batches, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
            self.tokens += sum(int(batch["attention_mask"].sum()) for batch in batches)
            sums = [weighted_tokens(batch["labels"], batch["weights"]) for batch in batches]
            return batches, sum(sums).to(device) if sums else None

        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = 1
        ) -> torch.Tensor:
            loss = weighted_ce(model, inputs["input_ids"], inputs["labels"], inputs["weights"]) / num_items_in_batch
            self.pending.append(loss.detach())
            return loss

    class StepEnd(TrainerCallback):
        def __init__(self, trainer: WeightedTrainer, on_step: OnStep | None) -> None:
            self.trainer, self.on_step = trainer, on_step

        def on_step_end(self, args: Any, state: Any, control: Any, **context: Any) -> None:
            loss = float(sum(self.trainer.pending))
            self.trainer.pending.clear()
            self.trainer.losses.append(loss)
            if self.on_step:
                self.on_step(state.global_step, state.max_steps, loss)

    return WeightedTrainer
