"""The two players of a dual-play run: what each begins with, its cold start, and its way back from a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from conjecture import lessons
from prover import model as models
from prover.dialogue import Dialogue, Small, dialogue
from prover.sampler import SamplingSettings, TransformersSampler
from training import checkpoint
from training.pasodoble import Player
from training.pasodoble_config import PasoDobleConfig
from training.policy_gradient import PolicyLearner
from training.progress import step
from training.sft import SFTSettings, fine_tune
from verify.records import Example, Role
from verify.statements import BadInput, file_rows

ROLES = ("proposer", "solver")


def begin(config: PasoDobleConfig, role: str) -> None:
    """The cold start of a role; its model is kept on disk until both players have had theirs."""
    name = cold_start_name(role)
    if not checkpoint.whole(config.run, name):
        origin, path = getattr(config, role), getattr(config.cold_start, role)
        model, tokenizer = models.load(origin) if origin else base(config)
        examples: list[Example] = []
        if path is not None:
            examples = file_examples(path, role, dialogue(config.layout, tokenizer, config.think))
        elif role == "proposer" and not origin:
            examples = bundled_examples(config, role)
        if examples:
            _fit(config, role, model, tokenizer, examples, getattr(config.cold_start, f"{role}_sft"))
        checkpoint.save(config.run, name, model, tokenizer)


def begun(config: PasoDobleConfig, role: str) -> Player:
    """The player as its cold start has left it."""
    return seat(config, role, *models.load(checkpoint.directory(config.run, cold_start_name(role))))


def base(config: PasoDobleConfig) -> tuple[Any, Any]:
    """A model from nothing that has learnt to solve the bundled language.

    It is the solver; the proposer goes on from it, as PasoDoble's players have one base model: who asks must be able to
    answer, and the arithmetic is learnt once.
    """
    if not checkpoint.whole(config.run, checkpoint.BASE):
        examples = {role: bundled_examples(config, role) for role in ROLES}
        tokenizer = models.build_tokenizer(
            [e.prompt + e.target for role in ROLES for e in examples[role]], config.model
        )
        model = models.build_model(config.model, tokenizer, config.seed)
        _fit(config, "solver", model, tokenizer, examples["solver"], config.cold_start.solver_sft)
        checkpoint.save(config.run, checkpoint.BASE, model, tokenizer)
    return models.load(checkpoint.directory(config.run, checkpoint.BASE))


def _fit(
    config: PasoDobleConfig, role: str, model: Any, tokenizer: Any, examples: Sequence[Example], settings: SFTSettings
) -> None:
    with step(f"cold start of the {role}: train on {len(examples)} rows", 1) as shown:
        seed = config.seed * 1_000 + ROLES.index(role)
        fine_tune(model, tokenizer, examples, settings, seed, lambda at, total, _: shown.at(at, total))


def cold_start_name(role: str) -> str:
    return f"cold-start-{role}"


def bundled_examples(config: PasoDobleConfig, role: str) -> list[Example]:
    settings, voice = config.cold_start.lessons, Small()
    if role == "solver":
        return [_solver_example(voice, *row) for row in lessons.solver_rows(settings)]
    shown = config.rules.knowledge
    return [
        _proposer_example(voice, row.knowledge if shown else "", row.question, row.solution)
        for row in lessons.proposer_rows(settings)
    ]


def file_examples(path: Path, role: str, voice: Dialogue) -> list[Example]:
    """Rows with `question` and `solution`, for the proposer also `knowledge`. Raises BadInput."""
    wanted = ("knowledge", "question", "solution") if role == "proposer" else ("question", "solution")
    examples = []
    for number, row in enumerate(file_rows(path), 1):
        texts = [row.get(name) for name in wanted]
        if not all(isinstance(text, str) for text in texts):
            raise BadInput(f"{path}, row {number}: a row for the {role} has the texts {', '.join(wanted)}")
        examples.append((_proposer_example if role == "proposer" else _solver_example)(voice, *texts))
    return examples


def _proposer_example(voice: Dialogue, knowledge: str, question: str, solution: str) -> Example:
    return Example(Role.CONJECTURE, voice.proposer_prompt(knowledge), voice.proposer_target(question, solution))


def _solver_example(voice: Dialogue, question: str, solution: str) -> Example:
    return Example(Role.PROVE, voice.solver_prompt(question), voice.solver_target(solution))


def seat(config: PasoDobleConfig, role: str, model: Any, tokenizer: Any) -> Player:
    """The player in its place: on its device, with its sampler and its learner, whose limits are the sampling's."""
    sampling: SamplingSettings = getattr(config, f"{role}_sampling")
    settings = replace(
        getattr(config, f"{role}_learner"),
        temperature=sampling.temperature,
        max_completion_length=sampling.max_new_tokens,
    )
    learner = PolicyLearner(model.to(device(config, role)), settings)
    sampler = TransformersSampler(learner.model, tokenizer, sampling)
    return Player(role, dialogue(config.layout, tokenizer, config.think), sampler, learner)


def device(config: PasoDobleConfig, role: str) -> str:
    """Where a role works: as configured, or the first GPU, and for the solver the second where there is one."""
    import torch

    said = getattr(config, f"{role}_device")
    if said or not torch.cuda.is_available():
        return said or "cpu"
    return "cuda:1" if role == "solver" and torch.cuda.device_count() > 1 else "cuda:0"


def restored(config: PasoDobleConfig, role: str, number: int) -> Player:
    """The player with which a step begins, from its checkpoint, its learner's state included.

    With LoRA the weights below the adapters are those of the cold start, and the learner brings the adapters.
    """
    learner = getattr(config, f"{role}_learner")
    model = models.load(checkpoint.directory(config.run, 0 if learner.use_peft else number) / role)
    player = seat(config, role, *model)
    player.learner.load(checkpoint.directory(config.run, number) / role)
    return player


def save(config: PasoDobleConfig, number: int, players: Iterable[Player], **state: Any) -> None:
    """The checkpoint with which a step begins; older ones go."""
    checkpoint.save_players(config.run, number, players, **state)
    checkpoint.keep(config.run, config.save_total_limit)
