"""Who answers questions in words: the solver of a dual-play run, another model of this machine or the hub, an endpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evaluation.config import FLOOR, EvaluationConfig, Layout
from evaluation.provers import SAMPLES, Opened, open_model
from prover.attempts import Chunk, derived_seed
from prover.dialogue import SOLVER, Chat, dialogue
from prover.formats import ChatMessage, Prompt
from prover.prompts import TAGS
from prover.sampler import Sampler
from verify.records import Attempt
from verify.statements import BadInput

NO_BOX = "no boxed answer"
CUT_OFF = "no boxed answer within the new tokens that are allowed"


@dataclass(frozen=True, slots=True)
class Solver:
    """Answers of a language model, 0-shot: a `Prover` whose attempts are whole completions; `read` finds the answer."""

    sampler: Sampler
    ask: Callable[[str], Prompt]
    read: Callable[[str], str | None]
    samples: int
    seed: int
    description: dict[str, Any]
    ordered = False

    def describe(self) -> dict[str, Any]:
        return self.description

    def attempts(self, chunk: Chunk, voice: str) -> tuple[list[Attempt], Counter[str]]:
        """The chunk's attempts, and how many have no boxed answer, by reason."""
        statements, made, unread = chunk.statements, [], Counter[str]()
        seeds = [derived_seed(self.seed, voice, s.id) for s in statements]
        prompts = [self.ask(s.signature) for s in statements]
        for c in self.sampler.sample(prompts, chunk.samples, seeds, chunk.first):
            made.append(Attempt(statements[c.prompt_index].id, c.text, 0, c.sample, voice, c.tokens, c.logprob))
            if self.read(c.text) is None:
                unread.update([NO_BOX if c.finished else CUT_OFF])
        return made, unread


@contextmanager
def open_solver(config: EvaluationConfig) -> Iterator[Solver]:
    """Raises BadInput or FileNotFoundError when there is no such model, SamplerError when it does not answer."""
    if config.model.startswith(FLOOR):
        raise BadInput(f"{config.model} proves theorems; {config.benchmark} asks questions in words and wants a model")
    opened = open_model(config)
    with opened.sampler as sampler:
        if opened.tokenizer is None:
            if config.layout not in (None, "chat"):
                raise BadInput(f"--layout {config.layout}: an endpoint lays out the conversation itself; leave it away")
            ask, read, layout = conversation, Chat(None).read_answer, "chat"
        else:
            layout = config.layout or _layout(config, opened)
            voice = dialogue("small" if layout == "small" else "chat", opened.tokenizer, layout == "think")
            ask, read = voice.solver_prompt, voice.read_answer
            ask("")  # a chat template that is missing is said before anything is done
        description = {**opened.description, "layout": layout}
        yield Solver(sampler, ask, read, config.samples or SAMPLES, config.seed, description)


def conversation(question: str) -> Sequence[ChatMessage]:
    """The solver's prompt for an endpoint."""
    return [{"role": "system", "content": SOLVER}, {"role": "user", "content": question.strip()}]


def _layout(config: EvaluationConfig, opened: Opened) -> Layout:
    """As the run's solver was trained; of another model, as its tokenizer tells."""
    if opened.player is None:
        return "small" if set(TAGS) <= opened.tokenizer.get_vocab().keys() else "chat"
    path = Path(config.model) / "config.yaml"
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))["config"]
        return "small" if said["layout"] == "small" else "think" if said["think"] else "chat"
    except (OSError, yaml.YAMLError, LookupError, TypeError) as error:
        raise BadInput(f"{path} does not say how the solver is asked; say --layout small, chat or think") from error
