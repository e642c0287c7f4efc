"""The configuration of a run: frozen dataclasses, the same for the command line, YAML and the presets.

The defaults are the preset `antiphon`; `training.presets` has the others.
"""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import yaml

from conjecture.band import AdaptiveK, Band
from conjecture.guide import GuideSettings
from conjecture.reweighting import Method, ReweightingSettings
from conjecture.seeds import SeedSettings
from conjecture.selection import SelectionSettings
from prover.model import ModelConfig
from prover.sampler import Engine, SamplingSettings
from training.replay import ProofWeights, Retraining
from training.sft import SFTSettings
from verify.statements import BadInput

SHARES = ("_probability", "_rate_max", "_rate_min", "_drop", "lemma_cap")
"""Endings of the names of numbers that are at most 1."""


@dataclass(frozen=True)
class ColdStart:
    """The library a run begins with, and the first SFT in both roles (STP, section 3, stage 1)."""

    library: Path | None = None
    """Theorems of a proof library beside the seed theorems: the directory of a LeanDojo benchmark."""
    seeds: bool = True
    """Our seed theorems are in the library."""
    theorems: int = 0
    """Only the first so many theorems of each chapter, or file of the library; 0: all."""
    search_per_statement: int = 1
    """Proofs from the grammar of tactics and hints that are tried on each seed theorem."""
    search_heartbeats: int = 800
    """Lean's work limit for one of them."""
    renamings: int = 1
    """Training copies of each proof with other letters for the theorem's variables."""
    conjectures_per_theorem: int = 1
    """At most so many (lemma, earlier theorem) prompts for which a theorem is the target."""
    trivial_pairs: bool = True
    """Two theorems of a chapter that share no lemma are a prompt too, with the trivial one. In STP they are none."""
    weighted: bool = True
    """Its proofs are weighted as in a round; in STP every row weighs 1."""
    reading_statements: Path | None = None
    """A file of further statements, read without proofs by a model from nothing (STP's has read all of LeanWorkbook)."""
    reading: SFTSettings = field(
        default_factory=lambda: SFTSettings(
            num_train_epochs=2.0,
            learning_rate=1.5e-3,
            lr_scheduler_type="cosine",
            warmup_steps=30,
            per_device_train_batch_size=8,
        )
    )
    """The first lessons of a model from nothing, with nothing masked."""
    sft: SFTSettings = field(
        default_factory=lambda: SFTSettings(
            num_train_epochs=1.0, learning_rate=7e-4, lr_scheduler_type="cosine", per_device_train_batch_size=8
        )
    )
    """The SFT in both roles that follows; a model from elsewhere begins with it."""

    def __post_init__(self) -> None:
        if not (self.seeds or self.library):
            raise BadInput("without the seed theorems --cold-start.library must say which others there are")


@dataclass(frozen=True)
class SelfplayConfig:
    """A self-play run. The same command continues it."""

    run: Path = Path("runs/selfplay")
    """The run's directory; an unfinished run in it is resumed."""
    preset: Literal["antiphon", "paper-v4", "repo-2b5fe8b", "sgs"] = "antiphon"
    """Where the defaults of all other options come from: ours for small models, STP's paper, its released code, or its
    successor SGS (arXiv 2604.20209)."""
    recipe: Literal["stp", "expert-iteration", "expert-iteration-optimised", "parallel-sampling"] = "stp"
    """Self-play, or one of the baselines it is compared with: without conjectures, everything else the same."""
    fork: Path | None = None
    """Begin with the state of this other run; settings may differ from its own."""
    from_round: int | None = None
    """The state after this round of it; without it, after the newest."""
    statements: str = "bundled"
    """What to prove: `bundled`, a json/jsonl/parquet file (.gz too), or a Hugging Face data set id."""
    split: str | None = None
    """Only rows of this split."""
    limit: int | None = None
    """Only the first so many rows."""
    allow_benchmark_items: bool = False
    """Train on statements that are test items of a benchmark; otherwise they are refused (docs/evaluation.md)."""
    rounds: int = 3
    """Self-play rounds after round 0, in which the cold start's model proves and nothing is conjectured."""
    samples_per_statement: int = 8
    """K, the proofs sampled for each statement in a round (STP: 32)."""
    samples_per_conjecture: int = 0
    """The same for each conjecture; 0: as many as for a statement, as in STP."""
    baseline_samples: int = 16
    """K of the baselines, which spend on statements what STP spends on conjectures (STP: 64)."""
    evaluation_samples: int = 2
    """The same for round 0 and for the final model, which try every statement; 0: as in the other rounds (paper), the
    final model of a baseline like that of self-play."""
    final_evaluation: bool = True
    """Let the final model try every statement alone, to be compared with the cold start."""
    statements_per_round: int = 40
    """Of the statements to try, so many are drawn in a self-play round; 0: all, as STP does."""
    resample_rate_max: float = 0.0
    """Solved statements are tried again while their best pass rate is below this (released code: 0.35),"""
    resample_probability: float = 0.0
    """and the other solved ones with this probability (released code: 0.05)."""
    adaptive: AdaptiveK = field(default_factory=AdaptiveK)
    conjectures: int = 40
    """At most so many conjectures are proved in a round,"""
    conjecture_budget: Literal["fixed", "unproved", "all"] = "fixed"
    """or as many as there are unproved statements (paper), or statements (released code)."""
    conjectures_per_prompt: int = 2
    """Samples of a prompt, at least; up to 8 where there are few prompts. Exactly so many where prompts are targets."""
    proposals_per_conjecture: int = 4
    """Proposals sampled for each of a fixed budget, or for each statement, because many fall at the gates (STP: 3)."""
    screening: bool = True
    """Conjectures must elaborate and be neither refuted, trivial, vacuous nor renamed; otherwise only new (STP)."""
    screen_trivial: bool = True
    """One that a cheap tactic closes is no conjecture either; without it the band alone decides."""
    seed: int = 0
    profile: str = "core"
    """Which Lean: `core` (embedded) or `mathlib` (native). Their results are never mixed."""
    workers: int = 2
    """Lean processes, 1.5 GB each."""
    verdict_cache: bool = True
    """Verdicts of earlier runs on this machine are used again (kept in ANTIPHON_HOME)."""
    heartbeats: int = 1_500
    """Lean's work limit for one proof, as `maxHeartbeats` counts it."""
    model_name_or_path: str | None = None
    """A hub id or directory to start from; without it a small model is built from nothing."""
    model: ModelConfig = field(default_factory=ModelConfig)
    sampling: SamplingSettings = field(
        default_factory=lambda: SamplingSettings(temperature=0.6, max_new_tokens=72, batch_size=64)
    )
    sampler: Engine = "transformers"
    """What runs the model when it samples: `vllm` in this process, `vllm-server` in a process of its own."""
    vllm_python: Path | None = None
    """The Python of the environment where `vllm-server` finds vLLM; without it, this one."""
    cold_start: ColdStart = field(default_factory=ColdStart)
    sft: SFTSettings = field(
        default_factory=lambda: SFTSettings(num_train_epochs=1.0, learning_rate=5e-4, per_device_train_batch_size=8)
    )
    seeds: SeedSettings = field(default_factory=SeedSettings)
    selection: SelectionSettings = field(default_factory=SelectionSettings)
    guide: GuideSettings = field(default_factory=GuideSettings)
    reweighting: Method = "exact"
    """How the selected conjectures are weighted towards the unproved statements (STP, section 3.2)."""
    reweighting_cap: float = 3.0
    """No conjecture weighs more (paper: 3; released code: 4)."""
    matching_weight: int = 1
    """How much a statement of a validation split counts, as a seed and as a target of reweighting, (paper: 128),"""
    matching_weight_from: int = 0
    """from this round on (paper: 24)."""
    weights: ProofWeights = field(default_factory=ProofWeights)
    prover_pass_rate_max: float = 0.5
    """Proofs of statements proved more often than this teach the prover nothing; 1: all do."""
    prover_pass_rate_inclusive: bool = True
    """A rate equal to it is kept (released code); the paper wants it below."""
    prover_pass_rate_over: Literal["window", "round"] = "window"
    """The rate is that of all rounds of the replay window (released code), or of the round that found the proof."""
    replay_rounds: int = 3
    """Proofs of the last so many rounds are trained on; 1: no replay."""
    library_rows: int = 300
    """Rows of the cold start's library that each round's training repeats, so that it is not forgotten."""
    refresh_every: int = 0
    """After so many rounds train from the base on everything, empty the replay window and begin anew; 0: never."""
    begin_at_base: bool = False
    """Train each round's model from the base on everything so far, as expert iteration does; STP goes on from the
    round's weights. `--retraining` says what everything is."""
    final_retraining: bool = False
    """At the end train the final model from the base on the proofs of all rounds (STP, stage 3)."""
    retraining: Retraining = field(default_factory=Retraining)

    def __post_init__(self) -> None:
        for name in (
            "rounds", "samples_per_statement", "baseline_samples", "conjectures_per_prompt", "proposals_per_conjecture",
            "workers", "heartbeats", "matching_weight", "replay_rounds", "limit",
        ):  # fmt: skip
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise BadInput(f"--{name.replace('_', '-')} must be at least 1, not {getattr(self, name)}")
        refuse_nonsense(self)
        try:
            ReweightingSettings(self.reweighting, self.reweighting_cap)
        except ValueError as error:
            raise BadInput(f"--reweighting-cap: {error}") from error
        if self.guide.judge == "model" and not self.guide.model_name_or_path:
            raise BadInput("--guide.judge model wants --guide.model-name-or-path")
        if self.guide.max_new_tokens < 1:
            raise BadInput(f"--guide.max-new-tokens must be at least 1, not {self.guide.max_new_tokens}")
        if not 0 <= self.selection.easiest_drop < 1:
            raise BadInput(
                f"--selection.easiest-drop must be at least 0 and below 1, not {self.selection.easiest_drop}"
            )
        if self.profile not in ("core", "mathlib"):
            raise BadInput(f"--profile is core or mathlib, not {self.profile!r}")
        if self.vllm_python is not None and self.sampler != "vllm-server":
            raise BadInput("--vllm-python PATH goes with --sampler vllm-server")
        if self.from_round is not None and self.fork is None:
            raise BadInput("--from-round goes with --fork RUN")

    @property
    def prover_band(self) -> Band:
        return Band(self.prover_pass_rate_max, self.prover_pass_rate_inclusive)

    @property
    def begins_at_base(self) -> bool:
        """Whether some model of the run is trained from the base."""
        if self.recipe == "stp":
            return self.final_retraining or self.refresh_every > 0 or self.begin_at_base
        return self.recipe != "parallel-sampling"

    def fresh(self, round: int) -> bool:
        """Whether a round begins anew, like round 0: every open statement is tried and nothing is conjectured."""
        refreshes = self.recipe == "stp" and self.refresh_every > 0
        return round == 0 or (refreshes and round % self.refresh_every == 0)

    def from_base(self, round: int) -> bool:
        """Whether the model with which self-play begins a round after the first was trained from the base."""
        return self.begin_at_base or self.fresh(round)


def refuse_nonsense(config: Any, before: str = "--") -> None:
    """Raises BadInput for a number below 0 or without end, and for a share above 1, in `config` or its parts."""
    for one in fields(config):
        option, value = before + one.name.replace("_", "-"), getattr(config, one.name)
        if is_dataclass(value):
            refuse_nonsense(value, f"{option}.")
        elif isinstance(value, int | float):
            if not 0 <= value < math.inf:
                raise BadInput(f"{option} must be at least 0, and have an end, not {value}")
            if value > 1 and one.name.endswith(SHARES):
                raise BadInput(f"{option} is a share, at most 1, not {value}")


def to_dict(config: Any) -> dict[str, Any]:
    """Plain values, ready for YAML."""
    return {key: str(value) if isinstance(value, Path) else value for key, value in asdict(config).items()}


def load(path: Path, default: SelfplayConfig) -> SelfplayConfig:
    """`default` with the fields that a YAML file sets. Raises BadInput for a field that does not exist."""
    return merge(default, read_yaml(path), str(path))


def read_yaml(path: Path) -> Any:
    """What a YAML file says; nothing is {}. Raises BadInput."""
    try:
        return yaml.safe_load(path.read_text()) or {}
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{path}: not YAML ({str(error).splitlines()[0]})") from error


def _items(hint: Any) -> tuple[tuple[type, ...], str]:
    """What may stand in a tuple of this type, and how to say it."""
    match get_args(hint)[0]:
        case kind if kind is int:
            return (int,), "whole numbers"
        case kind if kind is float:
            return (int, float), "numbers"
    return (str,), "words"


def merge(default: Any, values: Any, where: str) -> Any:
    """A dataclass with some of its fields replaced, nested ones too."""
    if not isinstance(values, dict):
        raise BadInput(f"{where}: a mapping of fields is wanted")
    known = {f.name for f in fields(default)}
    hints = get_type_hints(type(default))
    changes = {}
    for key, value in values.items():
        if key not in known:
            raise BadInput(f"{where}: there is no field {key!r}; the fields are {', '.join(sorted(known))}")
        current = getattr(default, key)
        if is_dataclass(current):
            changes[key] = merge(current, value, f"{where}: {key}")
        elif isinstance(current, Path) or (hints[key] == Path | None and value is not None):
            changes[key] = Path(str(value))
        elif get_origin(hints[key]) is Literal:
            if value not in get_args(hints[key]):
                raise BadInput(f"{where}: {key} is one of {', '.join(get_args(hints[key]))}, not {value!r}")
            changes[key] = value
        elif isinstance(current, tuple):
            kinds, named = _items(hints[key])
            if not isinstance(value, list | tuple) or not all(type(item) in kinds for item in value):
                raise BadInput(f"{where}: {key} wants a list of {named}, not {value!r}")
            changes[key] = tuple(value)
        elif isinstance(current, float) and isinstance(value, int):
            changes[key] = float(value)
        elif isinstance(current, float) and isinstance(value, str) and re.fullmatch(r"[\d.]+[eE][+-]?\d+", value):
            changes[key] = float(value)  # YAML reads 5e-4 as text
        elif value is not None and hints[key] == int | None and (isinstance(value, bool) or not isinstance(value, int)):
            raise BadInput(f"{where}: {key} wants a whole number, not {value!r}")
        elif current is not None and (
            not isinstance(value, type(current)) or isinstance(value, bool) != isinstance(current, bool)
        ):
            raise BadInput(f"{where}: {key} wants a {type(current).__name__}, not {value!r}")
        else:
            changes[key] = value
    try:
        return replace(default, **changes)
    except ValueError as error:
        raise error if isinstance(error, BadInput) else BadInput(f"{where}: {error}") from error
