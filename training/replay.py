"""The proofs a prover learns from again: the replay window of a round, and all rounds for a re-training.

STP, section 3.3 and stage 3. Pure functions of tallies. Deviation: a proof's cost is counted in Lean's heartbeats,
which repeat, and not in seconds under load.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from conjecture.band import Band
from training.ledger import Tally
from training.sft import SFTSettings

HEARTBEATS_PER_SECOND = 10_000
"""What stands for one second of STP's native Lean: Lean's default limit, 200 000, is some 20 s there (a rule of thumb,
not measured here). The embedded Lean does 1 400 a second on one core of two (mean of 1 759 proved checks)."""


@dataclass(frozen=True, slots=True)
class ProofWeights:
    """The penalties in a proof's weight; STP's are 0.001 and 0.01."""

    length_penalty: float = 0.001
    """gamma, for a character of the proof; 0: none."""
    cost_penalty: float = 0.0
    """beta, for a second of checking, that is 10 000 heartbeats; 0: none."""


def proof_weight(proof: str, distinct: int = 1, heartbeats: int = 0, weights: ProofWeights = ProofWeights()) -> float:
    """exp(-gamma |proof|) exp(-beta seconds) / number of distinct correct proofs of its statement (STP, section 3.3).

    >>> round(proof_weight("p" * 200, 4, 30_000, ProofWeights(0.001, 0.01)), 6)
    0.198633
    """
    cost = weights.cost_penalty * heartbeats / HEARTBEATS_PER_SECOND
    return math.exp(-weights.length_penalty * len(proof) - cost) / distinct


@dataclass(frozen=True, slots=True)
class Retraining:
    """Training from the base on the library and the proofs of all rounds (STP, stage 3)."""

    pass_rate_max: float = 0.25
    """Proofs of what was proved at a higher rate in their round are left out."""
    given_at_any_rate: bool = False
    """That holds for conjectures alone (released code); in the paper for given statements too."""
    proofs_per_statement: int = 16
    """At most so many, drawn at random; 0: all."""
    weights: Literal["round", "length"] = "length"
    """As in a round, or the length penalty alone (released code; the paper does not say)."""
    sft: SFTSettings = field(
        default_factory=lambda: SFTSettings(
            num_train_epochs=1.0, learning_rate=7e-4, lr_scheduler_type="cosine", per_device_train_batch_size=8
        )
    )


class Replayed(NamedTuple):
    """One distinct correct proof, and how many its statement has among those that are looked at."""

    statement: str
    proof: str
    distinct: int


def recent_proofs(
    window: Sequence[Sequence[Tally]], band: Band, over: Literal["window", "round"] = "window"
) -> list[Replayed]:
    """The proofs in the tallies of the last rounds, a sequence a round, whose statement is not above `band`.

    Its pass rate is measured over the whole window (released code), or in the round that found the proof.
    """
    samples: dict[str, int] = {}
    correct: dict[str, int] = {}
    proofs: dict[str, set[str]] = {}
    hard: dict[str, set[str]] = {}
    for tallies in window:
        for tally in tallies:
            name = tally.statement
            samples[name] = samples.get(name, 0) + tally.samples
            correct[name] = correct.get(name, 0) + tally.correct
            proofs.setdefault(name, set()).update(tally.proofs)
            if band.below(tally.pass_rate):
                hard.setdefault(name, set()).update(tally.proofs)
    if over == "window":
        hard = {name: found for name, found in proofs.items() if band.below(correct[name] / samples[name])}
    return [Replayed(name, proof, len(proofs[name])) for name in proofs for proof in sorted(hard.get(name, ()))]


def all_proofs(
    rounds: Sequence[Sequence[Tally]], given: Collection[str], settings: Retraining, rng: np.random.Generator
) -> list[Replayed]:
    """The proofs a re-training sees; `given` are the ids of the data set's statements."""
    found: dict[str, set[str]] = {}
    for tallies in rounds:
        for tally in tallies:
            any_rate = settings.given_at_any_rate and tally.statement in given
            if any_rate or tally.pass_rate <= settings.pass_rate_max:
                found.setdefault(tally.statement, set()).update(tally.proofs)
    replayed = []
    for name, proofs in found.items():
        ordered = sorted(proofs)
        kept = sorted(rng.permutation(len(ordered))[: settings.proofs_per_statement or None])
        replayed += [Replayed(name, ordered[i], len(kept)) for i in kept]
    return replayed
