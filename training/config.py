"""The configuration of a run: frozen dataclasses, the same for the command line and for YAML."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_type_hints

import yaml

from conjecture.seeds import SeedSettings
from conjecture.selection import SelectionSettings
from prover.model import ModelConfig
from prover.sampler import SamplingSettings
from training.sft import SFTSettings
from verify.statements import BadInput


@dataclass(frozen=True)
class ColdStart:
    """The library a run begins with, and the first SFT in both roles (STP, section 3, stage 1)."""

    theorems: int = 0
    """Only the first so many seed theorems of each chapter; 0: all."""
    search_per_statement: int = 1
    """Proofs from the grammar of tactics and hints that are tried on each seed theorem."""
    search_heartbeats: int = 800
    """Lean's work limit for one of them."""
    renamings: int = 1
    """Training copies of each proof with other letters for the theorem's variables."""
    conjectures_per_theorem: int = 1
    """At most so many (lemma, earlier theorem) prompts for which a theorem is the target."""
    reading: SFTSettings = field(
        default_factory=lambda: SFTSettings(
            num_train_epochs=2.0, learning_rate=1.5e-3, lr_scheduler_type="cosine", warmup_steps=30,
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


@dataclass(frozen=True)
class SelfplayConfig:
    """A self-play run. The same command continues it."""

    run: Path = Path("runs/selfplay")
    """The run's directory; an unfinished run in it is resumed."""
    statements: str = "bundled"
    """What to prove: `bundled`, a json/jsonl/parquet file (.gz too), or a Hugging Face data set id."""
    split: str | None = None
    """Only rows of this split."""
    limit: int | None = None
    """Only the first so many rows."""
    rounds: int = 3
    """Self-play rounds after round 0, in which the cold start's model proves and nothing is conjectured."""
    samples_per_statement: int = 8
    """K, the proofs sampled for each statement in a round (STP: 64, then 32)."""
    evaluation_samples: int = 2
    """The same for round 0 and for the final model, which try every statement."""
    statements_per_round: int = 40
    """Of the unproved statements, so many are tried in a self-play round; 0: all, as STP does."""
    conjectures: int = 40
    """At most so many conjectures are proved in a round."""
    conjectures_per_prompt: int = 2
    seed: int = 0
    profile: str = "core"
    """Which Lean: `core` (embedded) or `mathlib` (native). Their results are never mixed."""
    workers: int = 2
    """Lean processes, 2.1 GB each."""
    verdict_cache: bool = True
    """Verdicts of earlier runs on this machine are used again (kept in ANTIPHON_HOME)."""
    heartbeats: int = 1_500
    """Lean's work limit for one proof, as `maxHeartbeats` counts it."""
    model_name_or_path: str | None = None
    """A hub id or directory to start from; without it a small model is built from nothing."""
    model: ModelConfig = field(default_factory=ModelConfig)
    sampling: SamplingSettings = field(default_factory=lambda: SamplingSettings(temperature=0.6, max_new_tokens=72, batch_size=64))
    cold_start: ColdStart = field(default_factory=ColdStart)
    sft: SFTSettings = field(default_factory=lambda: SFTSettings(num_train_epochs=1.0, learning_rate=5e-4, per_device_train_batch_size=8))
    seeds: SeedSettings = field(default_factory=SeedSettings)
    selection: SelectionSettings = field(default_factory=SelectionSettings)
    prover_pass_rate_max: float = 0.5
    """Proofs of statements proved more often than this teach the prover nothing (STP: below 1/2)."""
    replay_rounds: int = 3
    """Proofs of the last so many rounds are trained on."""
    library_rows: int = 300
    """Rows of the cold start's library that each round's training repeats, so that it is not forgotten."""

    def __post_init__(self) -> None:
        for name in ("rounds", "samples_per_statement", "conjectures_per_prompt", "workers", "heartbeats"):
            if getattr(self, name) < 1:
                raise BadInput(f"--{name.replace('_', '-')} must be at least 1, not {getattr(self, name)}")
        if self.profile not in ("core", "mathlib"):
            raise BadInput(f"--profile is core or mathlib, not {self.profile!r}")


def to_dict(config: Any) -> dict[str, Any]:
    """Plain values, ready for YAML."""
    return {key: str(value) if isinstance(value, Path) else value for key, value in asdict(config).items()}


def load(path: Path, default: SelfplayConfig) -> SelfplayConfig:
    """`default` with the fields that a YAML file sets. Raises BadInput for a field that does not exist."""
    try:
        values = yaml.safe_load(path.read_text()) or {}
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{path}: not YAML ({str(error).splitlines()[0]})") from error
    return merge(default, values, str(path))


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
        elif isinstance(current, Path) or hints[key] is Path:
            changes[key] = Path(str(value))
        elif isinstance(current, float) and isinstance(value, int):
            changes[key] = float(value)
        elif isinstance(current, float) and isinstance(value, str) and re.fullmatch(r"[\d.]+[eE][+-]?\d+", value):
            changes[key] = float(value)  # YAML reads 5e-4 as text
        elif value is not None and hints[key] == int | None and (isinstance(value, bool) or not isinstance(value, int)):
            raise BadInput(f"{where}: {key} wants a whole number, not {value!r}")
        elif current is not None and (not isinstance(value, type(current)) or isinstance(value, bool) != isinstance(current, bool)):
            raise BadInput(f"{where}: {key} wants a {type(current).__name__}, not {value!r}")
        else:
            changes[key] = value
    try:
        return replace(default, **changes)
    except ValueError as error:
        raise error if isinstance(error, BadInput) else BadInput(f"{where}: {error}") from error
