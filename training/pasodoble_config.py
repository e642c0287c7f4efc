"""The configuration of a PasoDoble run, and its presets: ours for two cores, and the released code's.

`released` is github.com/HCY123902/PasoDoble at 514f11a: what decides its algorithm, its known defects included where
`conjecture.dualplay` can repeat them. What a machine can bear stays ours: the models, the devices, the workers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from conjecture.dualplay import ARMS, Arm, ArmRules, RewardSettings
from conjecture.dualplay import PRESETS as REWARDS
from conjecture.knowledge import KnowledgeSettings
from conjecture.lessons import Lessons
from conjecture.question_buffer import BufferSettings
from prover.dialogue import Layout
from prover.model import ModelConfig
from prover.sampler import SamplingSettings
from training.config import merge, refuse_nonsense
from training.policy_gradient import PolicyGradientSettings
from training.sft import SFTSettings
from verify.statements import BadInput

RECIPE = "pasodoble"
_FROM_NOTHING = SFTSettings(
    num_train_epochs=1.0,
    learning_rate=2e-3,
    lr_scheduler_type="linear",
    warmup_steps=20,
    per_device_train_batch_size=32,
    adam_epsilon=1e-8,
    group_by_length=False,
)


@dataclass(frozen=True)
class PlayersColdStart:
    """The first SFT. A model from nothing learns to solve the bundled language of arithmetic; the proposer goes on from
    it and learns to ask."""

    proposer: Path | None = None
    """Lines of JSON with `knowledge`, `question`, `solution` (its last box is the answer) for the proposer,"""
    solver: Path | None = None
    """and with `question`, `solution` for the solver. A model from elsewhere has no cold start without them."""
    lessons: Lessons = field(
        default_factory=lambda: Lessons(
            solver_rows=50_000, proposer_rows=12_000, topics=("sums", "order of operations", "equations")
        )
    )
    """Rows of the bundled language, for models from nothing: repeated ones would be known by heart."""
    solver_sft: SFTSettings = field(default_factory=lambda: _FROM_NOTHING)
    proposer_sft: SFTSettings = field(default_factory=lambda: replace(_FROM_NOTHING, learning_rate=1e-3))


@dataclass(frozen=True)
class OfflineSettings:
    """The offline paradigm: phases in turn, the other player frozen (the release has 10 and 5 hard-coded)."""

    proposer_steps: int = 10
    solver_steps: int = 5
    questions_per_step: int = 6
    """Of the buffer, in ring order."""
    buffer: BufferSettings = field(default_factory=BufferSettings)
    buffer_size: int = 512
    """The oldest questions beyond it leave, unless `buffer.evict` is off."""


@dataclass(frozen=True)
class PasoDobleConfig:
    """A run of informal self-play between two models. The same command continues it."""

    run: Path = Path("runs/pasodoble")
    """The run's directory; an unfinished run in it is resumed."""
    recipe: Literal["pasodoble"] = RECIPE
    """The formal recipes have other options: see `antiphon selfplay --help`."""
    preset: Literal["antiphon", "released"] = "antiphon"
    """Where the defaults of all other options come from: ours for two cores, or PasoDoble's released values."""
    arm: Arm = "published"
    """As published, or an ablation or control in one word."""
    label: Literal["arm", "proposer", "truth", "majority"] = "arm"
    """Whose answer counts as right, if not the arm's: `truth` is known of the bundled knowledge alone."""
    paradigm: Literal["online", "offline"] = "online"
    """Both players in every step, or in turns with a buffer of questions."""
    offline: OfflineSettings = field(default_factory=OfflineSettings)
    knowledge: KnowledgeSettings = field(default_factory=KnowledgeSettings)
    proposer: str | None = None
    """A hub id or directory to start from; without it a small model is built from nothing."""
    solver: str | None = None
    """The same for the solver."""
    model: ModelConfig = field(
        default_factory=lambda: ModelConfig(
            vocab_size=512,
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=192,
            max_position_embeddings=160,
        )
    )
    """Of the models from nothing: 0.13 M parameters."""
    layout: Layout = "small"
    """How prompts are laid out: `chat` for models of the hub, through their chat templates."""
    think: bool = True
    """With `chat`: answers begin inside a think tag, as in the release; otherwise a template that can is told not to
    think."""
    proposer_device: str | None = None
    """Where the proposer works, as torch names it; by default the first GPU, or the CPU."""
    solver_device: str | None = None
    """Where the solver works; by default the second GPU where there is one, otherwise as the proposer."""
    cold_start: PlayersColdStart = field(default_factory=PlayersColdStart)
    max_steps: int = 150
    pieces_per_step: int = 4
    """Pieces of knowledge drawn for a step (released: 1)."""
    proposals_per_piece: int = 8
    """N, the proposals sampled for each piece: the group of the proposer's advantage (released: 6)."""
    answers_per_question: int = 8
    """J, the answers sampled for each question: the group of the solver's advantage (released: 6)."""
    rewards: RewardSettings = field(default_factory=RewardSettings)
    proposer_sampling: SamplingSettings = field(
        default_factory=lambda: SamplingSettings(temperature=1.0, max_new_tokens=64, batch_size=64)
    )
    solver_sampling: SamplingSettings = field(
        default_factory=lambda: SamplingSettings(temperature=0.6, max_new_tokens=48, batch_size=256)
    )
    proposer_learner: PolicyGradientSettings = field(
        default_factory=lambda: PolicyGradientSettings(
            learning_rate=3e-5, warmup_steps=20, scale_rewards="none", per_device_train_batch_size=64
        )
    )
    """Temperature and completion length are those of its sampling."""
    solver_learner: PolicyGradientSettings = field(
        default_factory=lambda: PolicyGradientSettings(
            learning_rate=3e-5, warmup_steps=20, scale_rewards="none", per_device_train_batch_size=128
        )
    )
    workers: int = 1
    """Processes that judge answers with math-verify."""
    eval_steps: int = 25
    """After so many steps the fixed probe set is asked; also before the first and after the last."""
    probes: int = 240
    """Questions of the probe set, drawn once by the seed 0, the same for every run."""
    save_steps: int = 25
    save_total_limit: int = 2
    """Newest checkpoints that are kept, beside the cold start's."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name in (
            "pieces_per_step", "proposals_per_piece", "answers_per_question", "workers", "eval_steps", "probes",
            "save_steps", "save_total_limit", "max_steps",
        ):  # fmt: skip
            if getattr(self, name) < 1:
                raise BadInput(f"--{name.replace('_', '-')} must be at least 1, not {getattr(self, name)}")
        refuse_nonsense(self)
        if self.rules.label == "truth" and self.knowledge.source != "bundled":
            raise BadInput(
                "the true answer can be computed of the bundled knowledge alone: leave --knowledge.source bundled"
            )
        if min(self.offline.proposer_steps, self.offline.solver_steps, self.offline.questions_per_step) < 1:
            raise BadInput("--offline.proposer-steps, .solver-steps and .questions-per-step must be at least 1")

    @property
    def rules(self) -> ArmRules:
        """What the arm does, with the label that the settings say."""
        rules = ARMS[self.arm]
        return rules if self.label == "arm" else replace(rules, label=self.label)


_RELEASED_LEARNER = {
    "learning_rate": 1e-6, "warmup_steps": 0, "max_grad_norm": 1.0, "loss_type": "dr_grpo", "scale_rewards": "group",
    "bf16": True, "gradient_checkpointing": True, "per_device_train_batch_size": 1,
}  # fmt: skip
PRESETS: dict[str, dict[str, Any]] = {
    "antiphon": {},
    "released": {
    "max_steps": 2000, "save_steps": 40,
    "pieces_per_step": 1, "proposals_per_piece": 6, "answers_per_question": 6,
    "proposer_sampling": {"temperature": 0.6, "max_new_tokens": 6144, "batch_size": 6},
    "solver_sampling": {"temperature": 0.6, "max_new_tokens": 6144, "batch_size": 36},
    "proposer_learner": _RELEASED_LEARNER,
    "solver_learner": _RELEASED_LEARNER,
    "layout": "chat", "think": True,
    "knowledge": {"source": "OctoThinker/MegaMath-Web-Pro-Max"},
    "rewards": asdict(REWARDS["released"]),
    "offline": {"buffer": {"evict": False}},
    },
}  # fmt: skip


def preset(name: str) -> PasoDobleConfig:
    """The configuration of that name. Raises BadInput when there is none."""
    if name not in PRESETS:
        raise BadInput(f"--preset is one of {', '.join(PRESETS)}, not {name!r}")
    return replace(merge(PasoDobleConfig(), PRESETS[name], name), preset=name)


def configured(name: str | None, values: Any, where: str) -> PasoDobleConfig:
    """A preset with the fields a YAML file sets; without a name the file's own `preset`, or `antiphon`."""
    said = values.get("preset") if isinstance(values, dict) else None
    base = preset(name or str(said or "antiphon"))
    return replace(merge(base, values, where), preset=base.preset)
