"""What is evaluated, on what, with how much: one frozen dataclass, the same for the command line and the store."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from prover.sampler import Engine, SamplingSettings
from verify.statements import BadInput, source_name

Layout = Literal["small", "chat", "think"]
FLOOR = "floor:"
BEST_FIRST = f"{FLOOR}best-first"


@dataclass(frozen=True)
class EvaluationConfig:
    """Evaluate MODEL on BENCHMARK: sample proofs, let Lean judge each, report pass@k with intervals.

    A benchmark of questions in words (gsm8k, math500, aime24, …) is answered instead: math-verify judges every boxed
    answer, and avg@n, maj@k and pass@k are reported (docs/informal.md).

    The same command goes on where an interrupted one stopped, and ends with the same results.json. Written into --out:
    results.json (all figures, every accepted proof with its verdict), cost.json (what it took), report.html (one page
    with every problem), ledger.sqlite (every attempt). Two results are compared by `antiphon eval compare A B`, and
    all proofs of one are checked again by `antiphon recheck A`. Exit status 1: too much could not be judged for a
    headline.
    """

    model: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="MODEL")]
    """A run (its newest checkpoint), a model directory, a hub id, an OpenAI-compatible endpoint
    (http://HOST/v1#MODEL), or a floor that needs no model: floor:grind, floor:omega, floor:simp, floor:tactics (a
    fixed list, in its order), floor:search (the grammar of tactics and hints), floor:best-first (the same grammar, one
    tactic at a time)."""
    benchmark: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="BENCHMARK")]
    """A benchmark's name, `bundled` (our statements), or a json, jsonl or parquet file of statements."""
    data: str | None = None
    """The benchmark's file or directory, or another hub id, where it is not fetched from its own."""
    split: str | None = None
    """Only this split, for example valid or test."""
    limit: int | None = None
    """Only the first so many problems."""
    samples: int | None = None
    """Proofs sampled for each problem: 8 for a model, 32 for floor:search, the whole list for another floor."""
    k: tuple[int, ...] = ()
    """pass@k is told for these k; without it for 1, 2, 4, 8, … and the number of samples."""
    stop_at_first: bool = False
    """A problem with a proof is sampled no further (in blocks of 1, 1, 2, 4, …); pass@k is then the share of problems
    proved within their first k samples."""
    format: str = "antiphon"
    """How the model is prompted and its answer read: antiphon (models of `antiphon selfplay`), deepseek-prover-v1.5,
    deepseek-prover-v2, goedel-prover, goedel-prover-v2, kimina-prover, stp."""
    layout: Layout | None = None
    """How questions in words are put: small (the tags of models from nothing), chat (the model's chat template,
    thinking turned off where it can be), think (the same, the answer beginning inside a think tag). Without it as the
    run's solver was trained, or as the tokenizer tells."""
    protocol: Literal["none", "pasodoble"] = "none"
    """pasodoble: PasoDoble's, for questions in words: six samples, 0-shot, temperature 0.6, at most 6,144 new tokens; its
    headline is avg@6."""
    memorisation: bool = False
    """Instead of answers: how many questions of BENCHMARK the model completes from their first 80 %, greedily."""
    search: Literal["samples", "best-first", "repair"] = "samples"
    """How proofs are sought: independent samples; best-first search over tactics; or repair, where a failed proof is
    shown to the model again with Lean's messages (formats that know it: goedel-prover-v2 and others)."""
    steps: Literal["proof", "goals"] = "proof"
    """What best-first search asks a model for: to go on with the proof so far (a prover of whole proofs, in the format
    antiphon), or one tactic for the open goals (a model trained so)."""
    expansions: int = 100
    """Of best-first search: states expanded for each problem."""
    step_samples: int = 8
    """Of best-first search: samples of a model for each state."""
    rounds: int = 2
    """Of repair: how often a chain of samples goes on after its first failure. Every sample counts in --samples."""
    sampling: Annotated[SamplingSettings, tyro.conf.arg(name="")] = field(default_factory=SamplingSettings)
    seed: int = 0
    """Other seeds, other samples."""
    out: Path | None = None
    """The directory of the results; without it runs/eval-MODEL-BENCHMARK."""
    profile: Literal["core", "mathlib"] = "core"
    """Which Lean: core (embedded) or mathlib (native). Their results are never mixed."""
    heartbeats: int = 20_000
    """Lean's work limit for one proof, as maxHeartbeats counts it."""
    wall_seconds: float = 60.0
    """A check that takes longer is stopped."""
    certify: bool = False
    """A proof must pass the kernel again, in one more process, which never sees a candidate."""
    workers: int = 1
    """Lean processes, 1.5 GB each."""
    verdict_cache: bool = True
    """Verdicts of earlier runs on this machine are used again (kept in ANTIPHON_HOME)."""
    sampler: Engine = "transformers"
    """What runs a model of this machine or the hub: `vllm` in this process, `vllm-server` in a process of its own."""
    vllm_python: Path | None = None
    """The Python of the environment where `vllm-server` finds vLLM; without it, this one."""
    train: tuple[Path, ...] = ()
    """Files of training statements, or runs: what they share with the benchmark is reported. Of an evaluated run its own
    statements always are."""

    def __post_init__(self) -> None:
        for name in ("limit", "samples", "heartbeats", "workers", "expansions", "step_samples", "rounds"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise BadInput(f"--{name.replace('_', '-')} must be at least 1")
        if not 0 < self.wall_seconds < math.inf:
            raise BadInput("--wall-seconds must be positive")
        if any(k < 1 for k in self.k):
            raise BadInput("--k wants numbers of at least 1")
        drawn = (self.samples, self.sampling.temperature, self.sampling.top_p)
        if self.protocol == "pasodoble" and drawn != (6, 0.6, 1.0):
            raise BadInput(
                "--protocol pasodoble is six samples at temperature 0.6; leave --samples, --temperature and --top-p away"
            )
        named = isinstance(self.model, str)  # not while tyro looks for it
        if named and self.model.startswith(FLOOR) and self.search != "samples":
            raise BadInput("a floor knows no --search; the search without a model is floor:best-first")
        if self.searches and self.stop_at_first:
            raise BadInput("a search ends at its first proof; leave --stop-at-first out")
        if self.expands and self.samples is not None:
            raise BadInput("the budget of best-first search is --expansions, not --samples")
        if self.search == "best-first" and self.format != "antiphon":
            raise BadInput(f"best-first search asks in the format antiphon, not {self.format}")

    @classmethod
    def of_protocol(cls, protocol: str, model: str, benchmark: str) -> EvaluationConfig:
        """Its settings (PasoDoble, arXiv 2511.11881; its released code for temperature and length). Raises BadInput."""
        if protocol == "none":
            return cls(model, benchmark)
        if protocol != "pasodoble":
            raise BadInput(f"no protocol {protocol!r}: choose pasodoble, or none")
        sampling = SamplingSettings(temperature=0.6, max_new_tokens=6_144)
        return cls(model, benchmark, samples=6, sampling=sampling, protocol=protocol)

    @property
    def expands(self) -> bool:
        """Whether the budget counts expansions of a best-first search."""
        return self.search == "best-first" or self.model == BEST_FIRST

    @property
    def unit(self) -> str:
        """Of the budget."""
        return "expansions" if self.expands else "samples"

    @property
    def searches(self) -> bool:
        """Whether the attempts at a problem depend on what Lean said to earlier ones."""
        return self.expands or self.search == "repair"

    @property
    def directory(self) -> Path:
        names = (
            "memorisation" if self.memorisation else "eval",
            Path(self.model).name,
            source_name(self.benchmark),
            self.split or "",
        )
        return self.out or Path("runs", "-".join(re.sub(r"[^\w.]+", "-", name) for name in names if name))

    def budgets(self, samples: int) -> tuple[int, ...]:
        """The k that are told of so many samples a problem. Raises BadInput for a k above it.

        >>> EvaluationConfig("m", "bundled").budgets(12)
        (1, 2, 4, 8, 12)
        """
        if self.k and max(self.k) > samples:
            raise BadInput(f"pass@{max(self.k)} needs as many {self.unit}; there are {samples} (--{self.unit})")
        powers = (2**i for i in range(samples.bit_length()))
        return tuple(sorted({*(self.k or (*powers, samples))}))

    def decisive(self) -> dict[str, Any]:
        """What decides the results, as plain data: a resumed evaluation must have the same.

        The layout that was found is in the model's description; a protocol is the settings that it makes.
        """
        free = {"out", "workers", "verdict_cache", "vllm_python", "layout", "protocol", "memorisation"}
        of_searches = {"search", "steps", "expansions", "step_samples", "rounds"}
        every = {key: _plain(value) for key, value in asdict(self).items() if key not in free | of_searches}
        if self.sampling.max_model_len is None:
            del every["sampling"]["max_model_len"]  # so that an evaluation from before there was one goes on
        return every | self.search_options

    @property
    def search_options(self) -> dict[str, Any]:
        """Those that decide its search; none for independent samples."""
        if self.model == BEST_FIRST:
            names = ["expansions"]
        elif self.search == "best-first":
            names = ["search", "steps", "expansions", "step_samples"]
        else:
            names = ["search", "rounds"] if self.search == "repair" else []
        return {name: getattr(self, name) for name in names}


def _plain(value: Any) -> Any:
    match value:
        case Path():
            return str(value)
        case tuple():
            return [_plain(one) for one in value]
    return value
