"""The decoding loop: rows of a batch that draw token after token, leave when they have ended, and make room for others.

Row r draws its t-th token by inverting the distribution's CDF at the t-th number of its own Philox stream, keyed (seed,
sample). Prompts that several rows share are run once.

Shapes: B rows in the batch, L cached positions, V vocabulary.
"""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache, PreTrainedModel

    from prover.sampler import SamplingSettings


def uniforms(seed: int, sample: int, count: int) -> np.ndarray:
    """The first `count` numbers in [0, 1) of the stream (seed, sample), float64."""
    key = np.array([seed % 2**64, sample], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key)).random(count)


def pick(logits_BV: torch.Tensor, uniforms_B: torch.Tensor, temperature: float, top_p: float) -> torch.Tensor:
    """Token ids (B,): the inverse CDF of softmax(logits / temperature) at the given numbers.

    With `top_p` below 1 only the smallest set of most likely tokens that reaches it takes part.
    """
    import torch

    if temperature == 0:
        return logits_BV.argmax(-1)
    peak_B1 = logits_BV.max(-1, keepdim=True).values
    probs_BV = torch.softmax((logits_BV - peak_B1) / temperature, -1, dtype=torch.float64)
    if top_p < 1:
        sorted_BV, order_BV = probs_BV.sort(-1, descending=True)
        before_BV = sorted_BV.cumsum(-1) - sorted_BV
        probs_BV = torch.zeros_like(probs_BV).scatter(-1, order_BV, sorted_BV * (before_BV < top_p))
    cdf_BV = probs_BV.cumsum(-1)
    # The first entry above the number, so that a token of probability 0 is never drawn.
    at_B1 = uniforms_B[:, None] * cdf_BV[:, -1:]
    return torch.searchsorted(cdf_BV, at_B1, right=True)[:, 0]


@dataclass(slots=True)
class Row:
    """A completion in the making: its prompt's ids, and what was drawn so far."""

    prompt_index: int
    sample: int
    seed: int
    prompt: tuple[int, ...]
    token_ids: list[int] = field(default_factory=list)
    logprob: float = 0.0
    ended: bool = False
    uniforms: np.ndarray | None = None

    @property
    def length(self) -> int:
        return len(self.prompt) + len(self.token_ids)


# Fractions of the batch that may stand idle before its rows are gathered anew: gathering copies
# the cache, an idle row costs its share of every step.
_IDLE_WHILE_WAITING = 1 / 8
_IDLE_AT_THE_END = 1 / 4


class Batch:
    """The rows being decoded, right-aligned in one cache, and the rows that wait to join.

    A step draws a token for every row, then runs the model once on the drawn tokens. Between
    steps ended rows leave and waiting rows take their place.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        settings: SamplingSettings,
        eos_ids: set[int],
        waiting: list[Row],
    ) -> None:
        self.model, self.settings, self.eos_ids = model, settings, eos_ids
        self.waiting = waiting[::-1]
        self.unseen = Counter(row.prompt for row in waiting)
        self.prefilled: dict[tuple[int, ...], _Prefilled] = {}
        self.rows: list[Row] = []
        self.cache: DynamicCache  # set, like the logits, when the first rows join
        self.logits_BV: torch.Tensor

    @property
    def busy(self) -> bool:
        return bool(self.waiting) or any(not row.ended for row in self.rows)

    def step(self) -> list[Row]:
        """Draws one token a row; returns the rows that ended with it."""
        import torch

        # Opened here and not around the loop: a generator would leak the mode to its consumer.
        device = self.model.device.type
        bf16 = self.settings.bf16 and device == "cuda"
        with torch.inference_mode(), torch.autocast(device, torch.bfloat16, enabled=bf16):
            self._gather_if_idle()
            ended = self._draw()
            if any(not row.ended for row in self.rows):
                self._advance()
        return ended

    def _draw(self) -> list[Row]:
        import torch

        settings = self.settings
        drawing = [(index, row) for index, row in enumerate(self.rows) if not row.ended]
        number_B = [0.0] * len(self.rows)
        for index, row in drawing:
            number_B[index] = row.uniforms[len(row.token_ids)]
        uniforms_B = torch.tensor(number_B, dtype=torch.float64, device=self.logits_BV.device)
        token_B = pick(self.logits_BV, uniforms_B, settings.temperature, settings.top_p)
        logprob_B = self.logits_BV.log_softmax(-1).gather(-1, token_B[:, None])[:, 0]
        tokens, logprobs = token_B.tolist(), logprob_B.tolist()
        for index, row in drawing:
            row.token_ids.append(tokens[index])
            row.logprob += logprobs[index]
            row.ended = tokens[index] in self.eos_ids or len(row.token_ids) == settings.max_new_tokens
        return [row for _, row in drawing if row.ended]

    def _advance(self) -> None:
        import torch

        device = self.logits_BV.device
        token_B1 = torch.tensor([[row.token_ids[-1]] for row in self.rows], device=device)
        length_B1 = torch.tensor([[row.length] for row in self.rows], device=device)
        width = self.cache.get_seq_length() + 1
        mask_BL = torch.arange(width, device=device) >= width - length_B1
        output = self.model(
            input_ids=token_B1,
            attention_mask=mask_BL.long(),
            position_ids=length_B1 - 1,
            past_key_values=self.cache,
            use_cache=True,
        )
        self.logits_BV = output.logits[:, -1].float()

    def _gather_if_idle(self) -> None:
        keep = [index for index, row in enumerate(self.rows) if not row.ended]
        if self.waiting:
            size = self.settings.batch_size
            if size - len(keep) >= max(1, size * _IDLE_WHILE_WAITING):
                joining = [self.waiting.pop() for _ in range(min(size - len(keep), len(self.waiting)))]
                self._gather(keep, joining)
        elif len(self.rows) - len(keep) > len(self.rows) * _IDLE_AT_THE_END:
            self._gather(keep, [])

    def _gather(self, keep: list[int], joining: list[Row]) -> None:
        """A new cache of the kept rows, then the joining ones, no wider than its longest row.

        Each former layer goes once it is copied: two whole caches would not fit where one does.
        """
        import torch
        from transformers import DynamicCache

        former = self.cache.layers if keep else []
        self.cache = DynamicCache()
        groups = Counter(row.prompt for row in joining)  # in order: equal prompts are neighbours
        self._prefill([prompt for prompt in groups if prompt not in self.prefilled])
        for row in joining:
            row.uniforms = uniforms(row.seed, row.sample, self.settings.max_new_tokens)
        kept = [self.rows[index] for index in keep]
        # A kept row's last token has been drawn and run: the cache holds its whole length.
        width = max([row.length for row in kept] + [len(prompt) for prompt in groups])
        layers = []
        for number in range(self.model.config.get_text_config().num_hidden_layers):
            layer = _roomy_layer()(len(keep) + len(joining), width)
            if keep:
                past, former[number] = former[number], None
                index = torch.tensor(keep, device=past.keys.device)
                layer.put(0, past.keys[index, :, -width:], past.values[index, :, -width:])
                del past
            at = len(keep)
            for prompt, count in groups.items():
                keys, values = self.prefilled[prompt].layers[number]
                layer.put(at, keys.expand(count, -1, -1, -1), values.expand(count, -1, -1, -1))
                at += count
            layers.append(layer)
        self.cache.layers = layers
        logits = [self.logits_BV[keep]] if keep else []
        logits += [self.prefilled[p].logits_1V.expand(count, -1) for p, count in groups.items()]
        self.logits_BV = torch.cat(logits)
        self.rows = kept + joining
        self.unseen -= groups
        for prompt in groups:
            if not self.unseen[prompt]:
                del self.prefilled[prompt]

    def _prefill(self, prompts: list[tuple[int, ...]]) -> None:
        import torch
        from transformers import DynamicCache

        if not prompts:
            return
        device = self.model.device
        width = max(map(len, prompts))
        ids_BL = torch.zeros(len(prompts), width, dtype=torch.long)
        for row, prompt in enumerate(prompts):
            ids_BL[row, width - len(prompt) :] = torch.tensor(prompt)
        length_B1 = torch.tensor([[len(prompt)] for prompt in prompts])
        position_BL = torch.arange(width) - (width - length_B1)
        cache = DynamicCache()
        output = self.model(
            input_ids=ids_BL.to(device),
            attention_mask=(position_BL >= 0).long().to(device),
            position_ids=position_BL.clamp(min=0).to(device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        # Under autocast attention takes bfloat16 whatever it is given, but what it is given would be kept in float32.
        autocast = torch.is_autocast_enabled(device.type)
        dtype = torch.get_autocast_dtype(device.type) if autocast else cache.layers[0].keys.dtype
        for row, prompt in enumerate(prompts):
            self.prefilled[prompt] = _Prefilled(
                output.logits[row : row + 1, -1].float(),
                [
                    (
                        layer.keys[row : row + 1, :, -len(prompt) :].to(dtype),
                        layer.values[row : row + 1, :, -len(prompt) :].to(dtype),
                    )
                    for layer in cache.layers
                ],
            )


@dataclass(frozen=True, slots=True)
class _Prefilled:
    logits_1V: torch.Tensor
    layers: list[tuple[torch.Tensor, torch.Tensor]]  # keys and values, each (1, heads, L, size)


_ROOM = 64  # positions


@functools.cache
def _roomy_layer() -> type:
    from transformers.cache_utils import DynamicLayer

    class RoomyLayer(DynamicLayer):
        """Keys and values with free room behind them: a new token costs no copy of the past.

        Whatever comes in later is kept in the type of the first contents.
        """

        def __init__(self, rows: int, width: int) -> None:
            super().__init__()
            self.rows, self.width = rows, width
            self.buffers: list[torch.Tensor] = []
            self.is_initialized = True

        def put(self, at: int, keys: torch.Tensor, values: torch.Tensor) -> None:
            """Right-aligned contents for the rows from `at` on."""
            if not self.buffers:
                self.dtype, self.device = keys.dtype, keys.device
                self.buffers = [
                    past.new_zeros(self.rows, past.shape[1], self.width + _ROOM, past.shape[3])
                    for past in (keys, values)
                ]
                self._show()
            for buffer, past in zip(self.buffers, (keys, values), strict=True):
                rows, _, width, _ = past.shape
                buffer[at : at + rows, :, self.width - width : self.width] = past

        def update(self, key_states, value_states, *args, **kwargs):
            new = key_states.shape[-2]
            if self.width + new > self.buffers[0].shape[-2]:
                self.buffers = [_widened(buffer[:, :, : self.width], new + _ROOM) for buffer in self.buffers]
            for buffer, states in zip(self.buffers, (key_states, value_states), strict=True):
                buffer[:, :, self.width : self.width + new] = states
            self.width += new
            self._show()
            return self.keys, self.values

        def _show(self) -> None:
            self.keys, self.values = (buffer[:, :, : self.width] for buffer in self.buffers)

    return RoomyLayer


def _widened(past: torch.Tensor, room: int) -> torch.Tensor:
    wider = past.new_zeros(*past.shape[:2], past.shape[2] + room, past.shape[3])
    wider[:, :, : past.shape[2]] = past
    return wider
