"""Embeddings of statements: the mean over tokens of the model's last hidden layer (STP, section 3.2, "re-weighting").

The model is this round's generating model, the text a statement alone, cut to its first 512 tokens. Deviations from
the paper's code: batches hold texts of like length instead of padding all to 512; rows have unit length, so that a
product is a cosine; on CUDA bfloat16, not float16.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from prover.model import encode, positions

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

MAX_TOKENS = 512


def embed(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[str],
    batch_size: int = 32,
    bf16: bool = True,
) -> np.ndarray:
    """Rows of unit length in the order of `texts`: (texts, hidden size), float32, on the model's own device.

    A row depends on the model and its text alone, up to floating point. For any causal Hugging Face model; `bf16`
    counts on CUDA only. Tokens that a hub tokenizer puts in front of a text are part of the mean. Raises ValueError
    for a text without tokens.
    """
    import torch

    room = min(MAX_TOKENS, positions(model.config) or MAX_TOKENS)
    rows = [ids[:room] for ids in encode(tokenizer, texts)]
    if not all(rows):
        raise ValueError(f"text {rows.index([])} has no tokens, so it has no embedding")
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    embeddings = np.empty((len(rows), model.config.get_text_config().hidden_size), dtype=np.float32)
    model.eval()
    device = model.device.type
    with torch.inference_mode(), torch.autocast(device, torch.bfloat16, enabled=bf16 and device == "cuda"):
        for at in range(0, len(order), batch_size):
            batch = order[at : at + batch_size]
            embeddings[batch] = _means(model, [rows[index] for index in batch]).cpu().numpy()
    return embeddings


def _means(model: PreTrainedModel, rows: list[list[int]]) -> torch.Tensor:
    """Padding stands on the right, where a causal model's tokens do not see it. Shapes: B rows, L tokens, H hidden."""
    import torch

    length_B1 = torch.tensor([[len(row)] for row in rows])
    width = len(rows[-1])
    ids_BL = torch.tensor([row + [0] * (width - len(row)) for row in rows]).to(model.device)
    mask_BL = (torch.arange(width) < length_B1).long().to(model.device)
    # The base model: a head's logits over the vocabulary would be computed for nothing.
    hidden_BLH = model.base_model(input_ids=ids_BL, attention_mask=mask_BL, use_cache=False).last_hidden_state
    sum_BH = (hidden_BLH.float() * mask_BL[:, :, None]).sum(1)
    return torch.nn.functional.normalize(sum_BH, dim=-1)  # the mean's direction is the sum's
