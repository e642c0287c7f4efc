"""Policy gradient on rollouts that were scored elsewhere: GRPO, Dr.GRPO and DAPO over groups of any size.

With A_i the advantage of rollout i, T_i its tokens and r_it = exp(logprob_it - old_logprob_it) the ratio of its token t,

    loss = - sum_i w_i sum_t min(r_it A_i, clip(r_it, 1 - epsilon, 1 + epsilon_high) A_i)

without a KL term, and the loss types differ in w_i alone. Over the B rollouts of one optimiser step,

    grpo     w_i = 1 / (B T_i)                     DeepSeekMath, arXiv 2402.03300, equation 3
    dr_grpo  w_i = 1 / (B max_completion_length)   Understanding R1-Zero-like training, 2503.20783; PasoDoble's
    dapo     w_i = 1 / sum_j T_j                   DAPO, 2503.14476, equation 8

as trl computes them. So a sum over micro-batches is exactly the loss of the whole, however they are cut.

Plain torch, without accelerate: its state is one per process, device and precision included, while a proposer and a
solver are two models that may live on two devices. Each learner works where its model is; a model that transformers has
spread over several devices (`device_map`) works too.

Shapes: B rows, L positions, N completion tokens in a micro-batch, V vocabulary.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from training.advantages import ScaleRewards
from training.policy_loss import clipped_objective, completion_logits, row_weights, token_logprobs
from training.rollouts import MicroBatch, Rollout, check, micro_batches
from verify.statements import BadInput

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

FORMAT = 1


@dataclass(frozen=True, slots=True)
class PolicyGradientSettings:
    """Hugging Face's and trl's names, with their meaning; PasoDoble's loss by default."""

    learning_rate: float = 1e-6  # constant after the warm-up; the small default model takes about 3e-5
    warmup_steps: int = 5  # fresh Adam moments at the full rate set a model back; the first step has rate 0
    weight_decay: float = 0.0  # of matrices, not of biases and norms
    max_grad_norm: float = 1.0  # 0: no clipping
    adam_beta1: float = 0.9
    adam_beta2: float = 0.999
    adam_epsilon: float = 1e-8
    loss_type: Literal["grpo", "dr_grpo", "dapo"] = "dr_grpo"
    scale_rewards: ScaleRewards = "group"  # for `group_advantages`; Dr.GRPO's authors say "none"
    epsilon: float = 0.2
    epsilon_high: float | None = None  # None: as epsilon
    num_iterations: int = 1  # passes over the rollouts of one update
    temperature: float = 1.0  # of sampling; logits are divided by it
    max_completion_length: int = 512  # tokens; the divisor of dr_grpo
    per_device_train_batch_size: int = 8  # rollouts that go through the model at once
    gradient_accumulation_steps: int | None = None  # so many make an optimiser step; None: the whole update makes one
    bf16: bool = True  # autocast, on CUDA alone; weights stay as they are
    gradient_checkpointing: bool = False
    use_peft: bool = False  # LoRA: only adapters are trained
    lora_r: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0  # not 0: the ratio would compare two different random thinnings
    lora_target_modules: tuple[str, ...] | None = None  # None: peft's choice for the architecture
    seed: int = 0  # of the adapters' first weights

    def __post_init__(self) -> None:
        for name in ("num_iterations", "max_completion_length", "per_device_train_batch_size"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.gradient_accumulation_steps is not None and self.gradient_accumulation_steps < 1:
            raise BadInput("gradient_accumulation_steps must be at least 1, or None for one step an update")
        if not 0 <= self.epsilon < 1:
            raise BadInput(f"epsilon must be in [0, 1), not {self.epsilon}")
        if not self.temperature > 0:
            raise BadInput(f"temperature must be above 0, not {self.temperature}: greedy samples have no gradient")


class PolicyLearner:
    """Trains `model` in place, update after update, with one Adam whose moments and steps go on.

    Between updates the model is in evaluation mode and holds no gradients. On a CPU, equal updates from equal states
    give equal bits, also when the state went through `save` and `load` between them; but dropout, where the model has
    any, draws from torch's own generator.
    """

    def __init__(self, model: PreTrainedModel, settings: PolicyGradientSettings) -> None:
        import torch

        self.settings = settings
        self.model = _with_adapters(model, settings) if settings.use_peft else model
        if settings.gradient_checkpointing:
            self.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        self.model.eval()
        self.steps = 0
        """Optimiser steps taken so far, over all updates."""
        matrices = [p for p in self._trained().values() if p.ndim >= 2]
        others = [p for p in self._trained().values() if p.ndim < 2]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": settings.weight_decay},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=settings.learning_rate,
            betas=(settings.adam_beta1, settings.adam_beta2),
            eps=settings.adam_epsilon,
            fused=True,
        )

    @property
    def device(self) -> torch.device:
        """Of the model's embeddings, where a forward pass begins."""
        return self.model.get_input_embeddings().weight.device

    def update(self, rollouts: Sequence[Rollout]) -> dict[str, float]:
        """`num_iterations` passes over the rollouts; every mini-batch of them is one optimiser step.

        Mini-batches are cut in the order given. A rollout of advantage 0 has no gradient: it counts in the weights of
        the others and is not run. Where a mini-batch has no other there is no step, and Adam's moments do not move the
        model either. A step whose loss or gradient is not finite is skipped and counted.

        Returns `rollouts`, `steps` (taken), `skipped_steps`, `tokens` (positions trained over, prompts included,
        padding not), `completion_tokens` (those of them with a loss) and `seconds`. Where a step was taken also its
        `learning_rate`, and means over the steps: `loss`, `grad_norm` (before clipping), and over completion tokens
        `entropy` (nats, at the temperature) and `clip_ratio` (the share that clipping holds back).
        Raises ValueError for a rollout that cannot be learnt from; then nothing has changed.
        """
        check(rollouts, self.settings.max_completion_length)
        began = time.perf_counter()
        size = len(rollouts) or 1
        if self.settings.gradient_accumulation_steps is not None:
            size = self.settings.gradient_accumulation_steps * self.settings.per_device_train_batch_size
        if self.settings.num_iterations > 1 or size < len(rollouts):
            rollouts = self._with_old_logprobs(rollouts)
        taken = []
        with self._training():
            for _ in range(self.settings.num_iterations):
                for start in range(0, len(rollouts), size):
                    taken.append(self._step(rollouts[start : start + size]))
        return {"rollouts": len(rollouts), **_summary(taken), "seconds": time.perf_counter() - began}

    def _step(self, rollouts: Sequence[Rollout]) -> dict[str, float] | None:
        import torch

        settings = self.settings
        lengths = [len(rollout.completion_ids) for rollout in rollouts]
        weights = row_weights(lengths, settings.loss_type, settings.max_completion_length)
        weighted = [(rollout, weight) for rollout, weight in zip(rollouts, weights, strict=True) if rollout.advantage]
        if not weighted:
            return None
        sums = []
        tokens = completion_tokens = 0
        for rows in micro_batches(weighted, settings.per_device_train_batch_size):
            batch = MicroBatch.of(*zip(*rows, strict=True), device=self.device)
            logprobs_N, entropy_N = self._logprobs(batch)
            objective, clipped = clipped_objective(
                logprobs_N,
                batch.old_logprobs_N,
                batch.advantages_N,
                batch.weights_N,
                settings.epsilon,
                settings.epsilon if settings.epsilon_high is None else settings.epsilon_high,
            )
            (-objective).backward()
            sums.append(torch.stack([-objective.detach(), entropy_N.sum(), clipped.sum()]))
            tokens += batch.tokens
            completion_tokens += len(batch.targets_N)
        loss, entropy, clipped = torch.stack(sums).double().sum(0).tolist()
        parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        grad_norm = float(torch.nn.utils.clip_grad_norm_(parameters, settings.max_grad_norm or math.inf))
        finite = math.isfinite(loss) and math.isfinite(grad_norm)
        if finite:
            warmed = 1.0 if self.steps >= settings.warmup_steps else self.steps / settings.warmup_steps
            for group in self.optimizer.param_groups:
                group["lr"] = settings.learning_rate * warmed
            self.optimizer.step()
            self.steps += 1
        self.optimizer.zero_grad(set_to_none=True)
        return {
            "finite": finite,
            "tokens": tokens,
            "completion_tokens": completion_tokens,
            "loss": loss,
            "grad_norm": grad_norm,
            "entropy": entropy / completion_tokens,
            "clip_ratio": clipped / completion_tokens,
            "learning_rate": self.optimizer.param_groups[0]["lr"],
        }

    def _logprobs(self, batch: MicroBatch) -> tuple[torch.Tensor, torch.Tensor]:
        import torch

        device = self.device.type
        with torch.autocast(device, torch.bfloat16, enabled=self.settings.bf16 and device == "cuda"):
            logits_NV = completion_logits(self.model, batch.ids_BL, batch.predicts_BL)
        logprobs_N, entropy_N = token_logprobs(logits_NV, batch.targets_N, self.settings.temperature)
        return logprobs_N.to(self.device), entropy_N.to(self.device)

    def _with_old_logprobs(self, rollouts: Sequence[Rollout]) -> list[Rollout]:
        """Before several steps: the log-probabilities of now, where a later step will need them."""
        import torch

        rollouts = list(rollouts)
        missing = [(r, i) for i, r in enumerate(rollouts) if r.old_logprobs is None and r.advantage]
        for rows in micro_batches(missing, self.settings.per_device_train_batch_size):
            some, numbers = zip(*rows, strict=True)
            with torch.no_grad():
                logprobs_N, _ = self._logprobs(MicroBatch.of(some, [0.0] * len(some), self.device))
            for number, rollout, logprobs in zip(
                numbers, some, logprobs_N.split([len(r.completion_ids) for r in some]), strict=True
            ):
                rollouts[number] = replace(rollout, old_logprobs=tuple(logprobs.tolist()))
        return rollouts

    @contextmanager
    def _training(self) -> Iterator[None]:
        self.model.train()
        try:
            yield
        finally:
            self.optimizer.zero_grad(set_to_none=True)
            self.model.eval()

    def _trained(self) -> dict[str, torch.nn.Parameter]:
        return {name: p for name, p in self.model.named_parameters() if p.requires_grad}

    def merged(self) -> PreTrainedModel:
        """A plain model with what was learnt: without LoRA the model itself, with it a copy in main memory that has no
        adapters."""
        import copy

        import torch

        if not self.settings.use_peft:
            return self.model
        tensors = [*self.model.parameters(), *self.model.buffers()]
        copied = {id(one): torch.empty_like(one, device="cpu").copy_(one.detach()) for one in tensors}
        for one in self.model.parameters():
            copied[id(one)] = torch.nn.Parameter(copied[id(one)], one.requires_grad)
        return copy.deepcopy(self.model, copied).merge_and_unload()

    def state_dict(self) -> dict[str, Any]:
        """All that the next update depends on beside the model: Adam's state, the steps, and LoRA's adapters."""
        trained = self._trained()
        return {
            "format": FORMAT,
            "steps": self.steps,
            "shapes": {name: list(p.shape) for name, p in trained.items()},
            "optimizer": self.optimizer.state_dict(),
            "adapters": {name: p.detach() for name, p in trained.items()} if self.settings.use_peft else {},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Raises BadInput when the state belongs to another model or to another set of trained parameters."""
        import torch

        trained = self._trained()
        if state.get("format") != FORMAT:
            raise BadInput(f"the learner's state has format {state.get('format')}, wanted is {FORMAT}: start a new run")
        if state["shapes"] != {name: list(p.shape) for name, p in trained.items()}:
            raise BadInput("the learner's state belongs to a model of another shape: load the model it was saved with")
        # Rates, betas and decay are the settings' own, also where a resumed run has new ones.
        fields = [{k: v for k, v in group.items() if k != "params"} for group in self.optimizer.param_groups]
        self.optimizer.load_state_dict(state["optimizer"])
        for group, own in zip(self.optimizer.param_groups, fields, strict=True):
            group.update(own)
        self.steps = state["steps"]
        with torch.no_grad():
            for name, tensor in state["adapters"].items():
                trained[name].copy_(tensor)

    def save(self, directory: str | Path) -> None:
        """Writes `learner.pt` aside and renames it: it is there whole, or as it was. The model is saved apart."""
        import torch

        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        aside = directory / f".learner-{os.getpid()}.pt"
        try:
            with aside.open("wb") as file:
                torch.save(self.state_dict(), file)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(directory / "learner.pt")
        finally:
            aside.unlink(missing_ok=True)

    def load(self, directory: str | Path) -> None:
        """Goes on from a saved state. Raises BadInput when there is none, or when it is another model's."""
        import torch

        path = Path(directory) / "learner.pt"
        if not path.is_file():
            raise BadInput(f"no learner's state at {path}: name a directory that was saved")
        self.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))


def _summary(steps: Sequence[dict[str, float] | None]) -> dict[str, float]:
    tried = [step for step in steps if step]
    taken = [step for step in tried if step["finite"]]
    summary = {
        "steps": len(taken),
        "skipped_steps": len(tried) - len(taken),
        "tokens": sum(step["tokens"] for step in tried),
        "completion_tokens": sum(step["completion_tokens"] for step in tried),
    }
    for name in ("loss", "grad_norm", "entropy", "clip_ratio") if taken else ():
        summary[name] = sum(step[name] for step in taken) / len(taken)
    return summary | ({"learning_rate": taken[-1]["learning_rate"]} if taken else {})


def _with_adapters(model: PreTrainedModel, settings: PolicyGradientSettings) -> Any:
    import torch

    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise BadInput("use_peft needs peft: pip install peft") from error
    modules = settings.lora_target_modules
    config = LoraConfig(
        r=settings.lora_r,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules=None if modules is None else list(modules),
        task_type="CAUSAL_LM",
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return get_peft_model(model, config)
