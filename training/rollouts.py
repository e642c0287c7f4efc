"""Rollouts, and how they go through the model: in micro-batches of one length, padded on the right.

Shapes: B rows, L positions, N completion tokens in a micro-batch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Rollout:
    """A prompt, what a policy answered, and how much better that was than its group.

    `old_logprobs` are those of the completion's tokens, in nats, under the policy that sampled them at the settings'
    temperature. None: that policy is the learner's model as it is when the update begins, and the ratio starts at 1.
    """

    prompt_ids: tuple[int, ...]
    completion_ids: tuple[int, ...]
    advantage: float
    old_logprobs: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class MicroBatch:
    """Rows through the model at once. The tokens of all completions stand in one line, row after row."""

    ids_BL: torch.Tensor
    predicts_BL: torch.Tensor
    """True where the next position holds a token of the completion."""
    targets_N: torch.Tensor
    advantages_N: torch.Tensor
    weights_N: torch.Tensor
    old_logprobs_N: torch.Tensor
    """NaN: those of now, whatever they are."""
    tokens: int

    @classmethod
    def of(cls, rollouts: Sequence[Rollout], weights: Sequence[float], device: torch.device) -> MicroBatch:
        """Padded on the right, where a causal model does not look back at it: no mask is needed and any id serves."""
        import torch

        lengths = [len(r.prompt_ids) + len(r.completion_ids) for r in rollouts]
        ids_BL = torch.zeros(len(rollouts), max(lengths), dtype=torch.long)
        predicts_BL = torch.zeros_like(ids_BL, dtype=torch.bool)
        for row, (rollout, length) in enumerate(zip(rollouts, lengths, strict=True)):
            ids_BL[row, :length] = torch.tensor(rollout.prompt_ids + rollout.completion_ids)
            predicts_BL[row, len(rollout.prompt_ids) - 1 : length - 1] = True
        counts = torch.tensor([len(r.completion_ids) for r in rollouts])
        old = [r.old_logprobs or [math.nan] * len(r.completion_ids) for r in rollouts]
        return cls(
            ids_BL=ids_BL.to(device),
            predicts_BL=predicts_BL.to(device),
            targets_N=torch.tensor([i for r in rollouts for i in r.completion_ids]).to(device),
            advantages_N=torch.tensor([r.advantage for r in rollouts]).repeat_interleave(counts).to(device),
            weights_N=torch.tensor(weights, dtype=torch.float32).repeat_interleave(counts).to(device),
            old_logprobs_N=torch.tensor([logprob for row in old for logprob in row], dtype=torch.float32).to(device),
            tokens=sum(lengths),
        )


def micro_batches(rows: Sequence[tuple[Rollout, Any]], size: int) -> Iterator[Sequence[tuple[Rollout, Any]]]:
    """Longest first, so that rows of one length share their padding and a lack of memory shows at once."""
    rows = sorted(rows, key=lambda row: -len(row[0].prompt_ids) - len(row[0].completion_ids))
    return (rows[start : start + size] for start in range(0, len(rows), size))


def check(rollouts: Sequence[Rollout], max_completion_length: int) -> None:
    """Raises ValueError for the first rollout that cannot be learnt from."""
    for number, rollout in enumerate(rollouts):
        name, length, old = f"rollout {number}", len(rollout.completion_ids), rollout.old_logprobs
        if not math.isfinite(rollout.advantage):
            raise ValueError(f"{name} has advantage {rollout.advantage}: leave out what could not be scored")
        if not rollout.prompt_ids or not length:
            raise ValueError(f"{name} has an empty {'completion' if rollout.prompt_ids else 'prompt'}")
        if length > max_completion_length:
            raise ValueError(f"{name} has {length} tokens, max_completion_length is {max_completion_length}")
        if old is not None and (len(old) != length or not all(map(math.isfinite, old))):
            raise ValueError(f"{name} wants one finite old log-probability a token, {length} of them")
