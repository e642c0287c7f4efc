"""What a sampler is, and the one that runs a transformers model in this process.

A completion depends on the model, its prompt, its prompt's seed and its sample index, and, up to floating point, on
nothing else. So a sample is repeated exactly when a run resumes, whatever else was in the batch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, Self

from prover.decoding import Batch, Row
from prover.model import ModelConfig, encode, look, positions, to_accelerator
from verify.statements import BadInput

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


Engine = Literal["transformers", "vllm", "vllm-server"]


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """How to draw. `temperature=0` is greedy; `bf16` counts on CUDA only."""

    temperature: float = 1.0
    top_p: float = 1.0
    max_new_tokens: int = 192
    batch_size: int = 64  # rows decoded together
    bf16: bool = True
    max_model_len: int | None = None  # tokens of prompt and completion together; None: the model's whole context

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < float("inf"):
            raise BadInput("temperature must be a finite number, at least 0")
        if not 0 < self.top_p <= 1:
            raise BadInput("top_p must be in (0, 1]")
        if self.max_new_tokens < 1 or self.batch_size < 1:
            raise BadInput("max_new_tokens and batch_size must be at least 1")

    def context(self, positions: int | None) -> int:
        """Tokens of prompt and completion together, of a model with so many positions (None: it does not say).

        Raises BadInput when none is left for a prompt.
        """
        bounds = [bound for bound in (positions, self.max_model_len) if bound is not None]
        if not bounds:
            raise BadInput("the model does not say how long its context is; say max_model_len")
        if min(bounds) <= self.max_new_tokens:
            raise BadInput(
                f"max_new_tokens={self.max_new_tokens} leaves no room for a prompt in a context of {min(bounds)}"
            )
        return min(bounds)


@dataclass(frozen=True, slots=True)
class Completion:
    """One sample. `token_ids` ends with eos when `finished`; `text` leaves the eos out.

    `logprob` is the sum over `token_ids`, in nats, under the model itself: temperature 1, no
    top-p, whatever the settings were.
    """

    prompt_index: int
    sample: int
    text: str
    token_ids: tuple[int, ...]
    logprob: float | None  # None where a server does not tell
    finished: bool  # eos was drawn; otherwise max_new_tokens ended it

    @property
    def tokens(self) -> int:
        return len(self.token_ids)


class SamplerError(RuntimeError):
    """An engine beside this process's model could not be started, does not answer, or serves other weights."""


class Sampler(Protocol):
    """Draws `n` completions a prompt; `seeds` gives one seed a prompt."""

    def sample(self, prompts: Sequence[str], n: int, seeds: Sequence[int], first: int = 0) -> list[Completion]:
        """All completions, ordered by prompt, then by sample; `first` is the index of the first sample."""

    def stream(self, prompts: Sequence[str], n: int, seeds: Sequence[int], first: int = 0) -> Iterator[Completion]:
        """The same completions, each as soon as it ends."""


class ModelSampler(ABC):
    """What all samplers of a local causal Hugging Face model share: rows of ids in, completions out.

    Prompts longer than the context less `max_new_tokens` are cut from the left. Raises BadInput when `max_new_tokens`
    fills the context alone, and ValueError when seeds and prompts differ in number.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerFast,
        settings: SamplingSettings,
    ) -> None:
        self.model, self.tokenizer, self.settings = model, tokenizer, settings
        self.context = settings.context(positions(model.config))
        self.room = self.context - settings.max_new_tokens
        eos = model.generation_config.eos_token_id
        self.eos_ids = {tokenizer.eos_token_id, *(eos if isinstance(eos, list) else [eos])} - {None}

    def sample(self, prompts: Sequence[str], n: int, seeds: Sequence[int], first: int = 0) -> list[Completion]:
        """All completions, ordered by prompt, then by sample; `first` is the index of the first sample."""
        completions = self.stream(prompts, n, seeds, first)
        return sorted(completions, key=lambda c: (c.prompt_index, c.sample))

    def stream(self, prompts: Sequence[str], n: int, seeds: Sequence[int], first: int = 0) -> Iterator[Completion]:
        """The same completions, each as soon as it ends; longer prompts are begun first."""
        if len(seeds) != len(prompts):
            raise ValueError(f"{len(prompts)} prompts need as many seeds, not {len(seeds)}")
        rows = [
            Row(index, sample, seed, tuple(ids[-self.room :]))
            for index, (ids, seed) in enumerate(zip(encode(self.tokenizer, prompts), seeds, strict=True))
            for sample in range(first, first + n)
        ]
        # Neighbours of one length need little padding, and the samples of one prompt one prefill.
        rows.sort(key=lambda row: (-len(row.prompt), row.prompt))
        return (self._completion(row) for row in self._decode(rows))

    def close(self) -> None:  # noqa: B027  a sampler that holds nothing has nothing to free
        """Frees what it holds beside the model. Leaving a `with` block does it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def _decode(self, rows: list[Row]) -> Iterator[Row]:
        """Fills the rows' token ids and log-probabilities; gives each row as soon as it ends."""

    def _completion(self, row: Row) -> Completion:
        finished = row.token_ids[-1] in self.eos_ids
        ids = row.token_ids[:-1] if finished else row.token_ids
        text = self.tokenizer.decode(ids, skip_special_tokens=False)
        return Completion(row.prompt_index, row.sample, text, tuple(row.token_ids), row.logprob, finished)


class TransformersSampler(ModelSampler):
    """Sampling with the model itself, on its own device: full attention, and its current weights; nothing is copied."""

    def _decode(self, rows: list[Row]) -> Iterator[Row]:
        self.model.eval()
        batch = Batch(self.model, self.settings, self.eos_ids, rows)
        while batch.busy:
            yield from batch.step()


def foresee(name: str | None, built: ModelConfig, settings: SamplingSettings) -> None:
    """What would be said of a model, of this name or without one built so, when it is to be sampled: said now.

    Raises as `load` does, and BadInput when there is no room for a prompt. No weights are read.
    """
    settings.context(positions(look(name)[0]) if name else built.max_position_embeddings)


def open_sampler(
    engine: Engine,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    settings: SamplingSettings,
    directory: str | Path,
    python: Path | None = None,
) -> ModelSampler:
    """A sampler of the model that was loaded from `directory`; `close` it before the memory is wanted for training.

    With `transformers` the model goes to the GPU, if there is one; beside vLLM, which wants the GPU for itself, it stays
    where it is. `python` is the interpreter of vLLM's own environment. Raises SamplerError when vLLM does not serve
    these weights.
    """
    if engine == "transformers":
        return TransformersSampler(to_accelerator(model), tokenizer, settings)
    from prover.vllm import VLLMSampler, VLLMServerSampler

    if engine == "vllm":
        return VLLMSampler(model, tokenizer, settings, directory)
    return VLLMServerSampler(model, tokenizer, settings, directory, python)
