"""The pure parts of the policy gradient: whose logits are computed, what they say of the tokens, what is maximised.

Shapes: B rows, L positions, N completion tokens of all rows in one line, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

_CHUNK = 2**27
"""Logits in float32 at once, 512 MB: a hub model's vocabulary times a long completion would be many times that."""


def row_weights(lengths: Sequence[int], loss_type: str, max_completion_length: int) -> list[float]:
    """w_i for completions of these many tokens, all those of one optimiser step.

    >>> row_weights([2, 3], "grpo", 10)
    [0.25, 0.16666666666666666]
    >>> row_weights([2, 3], "dr_grpo", 10)
    [0.05, 0.05]
    >>> row_weights([2, 3], "dapo", 10)
    [0.2, 0.2]
    """
    rows, tokens = len(lengths), sum(lengths)
    match loss_type:
        case "grpo":
            return [1 / (rows * length) for length in lengths]
        case "dr_grpo":
            return [1 / (rows * max_completion_length)] * rows
        case "dapo":
            return [1 / tokens] * rows
    raise ValueError(f"loss_type is grpo, dr_grpo or dapo, not {loss_type!r}")


def clipped_objective(
    logprobs_N: torch.Tensor,
    old_logprobs_N: torch.Tensor,
    advantages_N: torch.Tensor,
    weights_N: torch.Tensor,
    epsilon_low: float,
    epsilon_high: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The weighted sum to be maximised, and where clipping holds a token back (N,).

    An old log-probability of NaN stands for the present one: ratio 1, and the gradient of plain policy gradient.
    """
    import torch

    old_logprobs_N = torch.where(old_logprobs_N.isnan(), logprobs_N.detach(), old_logprobs_N)
    ratio_N = (logprobs_N - old_logprobs_N).exp()
    plain_N = ratio_N * advantages_N
    clipped_N = ratio_N.clamp(1 - epsilon_low, 1 + epsilon_high) * advantages_N
    return weights_N @ torch.minimum(plain_N, clipped_N), plain_N.detach() > clipped_N.detach()


def completion_logits(model: PreTrainedModel, ids_BL: torch.Tensor, predicts_BL: torch.Tensor) -> torch.Tensor:
    """(N, V): the model's own logits, at the chosen positions only.

    Its head is given no other positions, so that whatever the architecture does to logits after it stays in force.
    """
    head = model.get_output_embeddings()
    chosen = head.register_forward_pre_hook(lambda _, inputs: (inputs[0][predicts_BL.to(inputs[0].device)],))
    try:
        return model(input_ids=ids_BL, use_cache=False).logits
    finally:
        chosen.remove()


def token_logprobs(
    logits_NV: torch.Tensor, targets_N: torch.Tensor, temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probability of each target and entropy (without gradient) of its distribution, both (N,), in nats.

    Computed in float32; where the logits are many, chunk by chunk, and again in the backward pass, which costs little
    beside the model and keeps no second copy of them.
    """
    import torch
    from torch.utils.checkpoint import checkpoint

    targets_N = targets_N.to(logits_NV.device)
    rows = max(1, _CHUNK // logits_NV.shape[1])
    if len(logits_NV) <= rows:
        return _token_logprobs(logits_NV, targets_N, temperature)
    chunks = zip(logits_NV.split(rows), targets_N.split(rows), strict=True)
    parts = [checkpoint(_token_logprobs, *chunk, temperature, use_reentrant=False) for chunk in chunks]
    logprobs, entropies = zip(*parts, strict=True)
    return torch.cat(logprobs), torch.cat(entropies)


def _token_logprobs(
    logits_NV: torch.Tensor, targets_N: torch.Tensor, temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    logits_NV = logits_NV.float() if temperature == 1 else logits_NV.float() / temperature
    logprobs_NV = logits_NV.log_softmax(-1)
    detached_NV = logprobs_NV.detach()
    entropy_N = -(detached_NV.exp() * detached_NV).sum(-1)
    return logprobs_NV.gather(1, targets_N[:, None])[:, 0], entropy_N
