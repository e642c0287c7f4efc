"""Who is evaluated: a model of this machine or the hub, an endpoint, or a floor; each gives attempts at statements."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from evaluation.config import EvaluationConfig
from evaluation.floors import PREFIX, Floor
from prover.attempts import Chunk, derived_seed
from prover.prompts import prove_prompt, read_proof
from prover.sampler import Sampler
from training import checkpoint
from verify.benchmark import Problem
from verify.records import Attempt, Statement
from verify.statements import BadInput

SAMPLES = 8


class Prover(Protocol):
    """Makes attempts. `ordered`: they come in an order of their own, and are no draws from one distribution."""

    samples: int
    ordered: bool

    def describe(self) -> dict[str, Any]:
        """What a result says of it; equal for equal provers."""

    def attempts(self, chunk: Chunk, voice: str) -> list[Attempt]:
        """The chunk's attempts, by statement and sample."""


class Format(Protocol):
    """How a prover is prompted, and how its answer is read; `prover.formats` has the known ones."""

    def prompt(self, statement: Statement, header: str, informal: str) -> str: ...

    def read(self, completion: str, statement: Statement) -> str | None:
        """The text after `:= by`, or None when the completion holds no proof."""


class OwnFormat:
    """The prompts of models that `antiphon selfplay` trains."""

    def prompt(self, statement: Statement, header: str, informal: str) -> str:
        return prove_prompt(statement)

    def read(self, completion: str, statement: Statement) -> str | None:
        return read_proof(completion)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Attempts of a language model. A completion that holds no proof is an attempt with an empty one."""

    sampler: Sampler
    format: Format
    problems: Mapping[str, Problem]  # by statement id
    samples: int
    seed: int
    description: dict[str, Any]
    ordered = False

    def describe(self) -> dict[str, Any]:
        return self.description

    def attempts(self, chunk: Chunk, voice: str) -> list[Attempt]:
        statements = chunk.statements
        prompts = [self.format.prompt(s, self.problems[s.id].header, self.problems[s.id].informal) for s in statements]
        seeds = [derived_seed(self.seed, voice, s.id) for s in statements]
        made = self.sampler.sample(prompts, chunk.samples, seeds, chunk.first)
        return [self._attempt(statements[c.prompt_index], c, voice) for c in made]

    def _attempt(self, statement: Statement, completion: Any, voice: str) -> Attempt:
        proof = self.format.read(completion.text, statement) or ""
        return Attempt(statement.id, proof, 0, completion.sample, voice, completion.tokens, completion.logprob)


@contextmanager
def open_prover(config: EvaluationConfig, problems: Sequence[Problem]) -> Iterator[Prover]:
    """Raises BadInput or FileNotFoundError when there is no such model, SamplerError when it does not answer."""
    if config.model.startswith(PREFIX):
        yield Floor.open(config.model.removeprefix(PREFIX), config.samples, config.seed)
        return
    form = open_format(config.format)
    by_id = {problem.statement.id: problem for problem in problems}
    sampler, description = _endpoint(config) if "://" in config.model else _local(config)
    with sampler if hasattr(sampler, "__exit__") else nullcontext():
        description["format"] = config.format
        yield Sampled(sampler, form, by_id, config.samples or SAMPLES, config.seed, description)


def open_format(name: str) -> Format:
    if name == "antiphon":
        return OwnFormat()
    from prover import formats

    return formats.open_format(name)


def _endpoint(config: EvaluationConfig) -> tuple[Sampler, dict[str, Any]]:
    from prover.endpoint import EndpointSampler

    url, _, model = config.model.partition("#")
    if not model:
        raise BadInput(f"{config.model}: say which model the endpoint shall serve: {config.model}#MODEL")
    return EndpointSampler(url, model, config.sampling), {"kind": "endpoint", "name": model}


def _local(config: EvaluationConfig) -> tuple[Sampler, dict[str, Any]]:
    import torch

    from prover import model as models
    from prover.sampler import open_sampler
    from prover.vllm import require

    require(config.sampler, config.vllm_python)
    torch.set_num_threads(max((os.cpu_count() or 1) - config.workers, 1))  # beside so many busy Lean processes
    found = checkpoint.latest(Path(config.model)) or config.model
    try:
        model, tokenizer = models.load(found)
        if config.sampler == "transformers" and torch.cuda.is_available():
            model = model.to("cuda")
        sampler = open_sampler(config.sampler, model, tokenizer, config.sampling, found, config.vllm_python)
    except ValueError as error:  # no eos token, or a context too short for the new tokens
        raise BadInput(f"{config.model}: {error}") from error
    name = Path(found).relative_to(config.model).as_posix() if isinstance(found, Path) else ""
    weights = _weights(Path(found)) or getattr(model.config, "_commit_hash", None) or ""
    return sampler, {"kind": "model", "name": config.model, "checkpoint": name, "weights": weights}


def _weights(directory: Path) -> str:
    """A hash of the weights in a directory, so that a result names what was evaluated; empty for a hub id."""
    digest = hashlib.sha256()
    files = sorted(directory.glob("*.safetensors"))
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16] if files else ""
