"""Who is evaluated: a model of this machine or the hub, an endpoint, or a floor; each gives attempts at statements."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from evaluation.config import BEST_FIRST, FLOOR, EvaluationConfig
from evaluation.floors import Floor
from evaluation.searches import BestFirst, Repair, SearchingProver
from prover.attempts import Chunk, derived_seed
from prover.formats import Format, Prompt, open_format
from prover.sampler import Sampler
from training import checkpoint
from verify.benchmark import Problem
from verify.records import Attempt, Statement
from verify.statements import BadInput

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

SAMPLES = 8


class Prover(Protocol):
    """Makes attempts. `ordered`: they come in an order of their own, and are no draws from one distribution."""

    samples: int
    ordered: bool

    def describe(self) -> dict[str, Any]:
        """What a result says of it; equal for equal provers."""

    def attempts(self, chunk: Chunk, voice: str) -> tuple[list[Attempt], Counter[str]]:
        """The chunk's attempts, by statement and sample; and why so many of them hold no proof, by reason."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Attempts of a language model. A completion that holds no proof is an attempt with an empty one."""

    sampler: Sampler
    format: Format
    tokenizer: PreTrainedTokenizerFast | None  # lays out a conversation; an endpoint does that itself
    problems: Mapping[str, Problem]  # by statement id
    samples: int
    seed: int
    description: dict[str, Any]
    ordered = False

    def describe(self) -> dict[str, Any]:
        return self.description

    def attempts(self, chunk: Chunk, voice: str) -> tuple[list[Attempt], Counter[str]]:
        statements, made, unread = chunk.statements, [], Counter[str]()
        seeds = [derived_seed(self.seed, voice, s.id) for s in statements]
        for c in self.sampler.sample([self._prompt(s) for s in statements], chunk.samples, seeds, chunk.first):
            statement = statements[c.prompt_index]
            answer = self.format.read(c.text, statement)
            unread.update([answer.reason] if answer.proof is None else [])
            made.append(Attempt(statement.id, answer.proof or "", 0, c.sample, voice, c.tokens, c.logprob))
        return made, unread

    def _prompt(self, statement: Statement) -> Prompt:
        problem = self.problems[statement.id]
        return self.format.ask(statement, problem.header, problem.informal, self.tokenizer)


@contextmanager
def open_prover(config: EvaluationConfig, problems: Sequence[Problem]) -> Iterator[Prover | SearchingProver]:
    """Raises BadInput or FileNotFoundError when there is no such model, SamplerError when it does not answer."""
    if config.model == BEST_FIRST:
        yield BestFirst(config.expansions, {"kind": "floor", "name": config.model})
        return
    if config.model.startswith(FLOOR):
        yield Floor.open(config.model.removeprefix(FLOOR), config.samples, config.seed)
        return
    form = open_format(config.format)
    by_id = {problem.statement.id: problem for problem in problems}
    if config.search == "repair":
        form.repair(problems[0].statement, "", (), 0)  # a format that knows none is told before anything is loaded
    opened = open_model(config, form.stop)
    with opened.sampler as sampler:
        description = {**opened.description, "format": config.format}
        samples, seed = config.samples or SAMPLES, config.seed
        match config.search:
            case "best-first":
                goals = config.steps == "goals"
                yield BestFirst(config.expansions, description, sampler, goals, config.step_samples, seed)
            case "repair":
                yield Repair(sampler, form, opened.tokenizer, by_id, samples, config.rounds, seed, description)
            case _:
                yield Sampled(sampler, form, opened.tokenizer, by_id, samples, seed, description)


class Opened(NamedTuple):
    """A model, and what a result says of it; `player` is the directory of a dual-play run's solver, or None."""

    sampler: Any  # a Sampler that is closed at its end
    tokenizer: PreTrainedTokenizerFast | None
    description: dict[str, Any]
    player: Path | None = None


def open_model(config: EvaluationConfig, stop: Sequence[str] = ()) -> Opened:
    """What MODEL names. At `stop` an endpoint ends a completion."""
    return _endpoint(config, stop) if "://" in config.model else _local(config)


def _endpoint(config: EvaluationConfig, stop: Sequence[str]) -> Opened:
    from prover.endpoint import EndpointSampler

    url, _, model = config.model.partition("#")
    if not model:
        raise BadInput(f"{config.model}: say which model the endpoint shall serve: {config.model}#MODEL")
    sampler = EndpointSampler(url, model, config.sampling, stop=stop)
    return Opened(sampler, None, {"kind": "endpoint", "name": model})


def _local(config: EvaluationConfig) -> Opened:
    import torch

    from prover import model as models
    from prover.sampler import open_sampler
    from prover.vllm import require

    require(config.sampler, config.vllm_python)
    torch.set_num_threads(max((os.cpu_count() or 1) - config.workers, 1))  # beside so many busy Lean processes
    newest = checkpoint.latest(Path(config.model))
    player = newest / "solver" if newest and (newest / "solver").is_dir() else None
    found = player or newest or config.model
    model, tokenizer = models.load(found)
    sampler = open_sampler(config.sampler, model, tokenizer, config.sampling, found, config.vllm_python)
    weights = _weights(Path(found)) or getattr(model.config, "_commit_hash", None) or ""
    name = {"name": config.model, "checkpoint": newest.name if newest else "", "weights": weights}
    return Opened(sampler, tokenizer, {"kind": "model", **name}, player)


def _weights(directory: Path) -> str:
    """A hash of the weights in a directory, so that a result names what was evaluated; empty for a hub id."""
    digest = hashlib.sha256()
    files = sorted(directory.glob("*.safetensors"))
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16] if files else ""
