"""Which conjectures the conjecturer learns from: barely provable, on topic, elegant (STP, section 3.2).

Pure functions of recorded attempts. Deviations from the paper are fields of `SelectionSettings`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SelectionSettings:
    """The thresholds of STP, section 3.2, "barely provable" and "elegance"."""

    pass_rate_max: float = 0.25
    """A conjecture is kept when 0 < P and P <= this."""
    require_lemma: bool = True
    """Some correct proof must use the lemma the conjecture was prompted with."""
    elegance_drop: float = 0.2
    """The share of the least elegant that is dropped."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A conjecture after its K samples: `proofs` are its distinct correct proofs."""

    statement: str
    signature: str
    lemma: str
    samples: int
    correct: int
    proofs: tuple[str, ...]
    lemmas_used: frozenset[str]

    @property
    def pass_rate(self) -> float:
        return self.correct / self.samples

    @property
    def elegance(self) -> float | None:
        """min over correct proofs of |proof| / |statement|, in characters; None without a proof.

        A long statement with a short proof is padded: low is bad (STP, section 3.2).
        """
        return min(len(p) for p in self.proofs) / len(self.signature) if self.proofs else None


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a candidate, in one word, and the weight its example gets (0: not selected)."""

    candidate: Candidate
    decision: str
    weight: float


def select(candidates: Sequence[Candidate], settings: SelectionSettings = SelectionSettings()) -> list[Decision]:
    """One decision a candidate, in the given order.

    >>> c = Candidate("s", "x" * 100, "", 32, 4, ("p" * 50,), frozenset())
    >>> [d.decision for d in select([c])]
    ['selected']
    """
    words = [_band(c, settings) for c in candidates]
    kept = [c.elegance for c, word in zip(candidates, words, strict=True) if word == "selected"]
    cut = elegance_cutoff(kept, settings.elegance_drop)
    decisions = []
    for candidate, word in zip(candidates, words, strict=True):
        if word == "selected" and candidate.elegance < cut:
            word = "inelegant"
        decisions.append(Decision(candidate, word, 1.0 if word == "selected" else 0.0))
    return decisions


def _band(candidate: Candidate, settings: SelectionSettings) -> str:
    if not candidate.correct:
        return "unproved"
    if candidate.pass_rate > settings.pass_rate_max:
        return "too easy"
    if settings.require_lemma and candidate.lemma and candidate.lemma not in candidate.lemmas_used:
        return "off its lemma"
    return "selected"


def elegance_cutoff(values: Sequence[float], drop: float) -> float:
    """The value below which a conjecture is dropped: element int(drop * n) of the sorted values.

    Ties with it stay, so at most floor(drop * n) go; of an empty list, or of one, nothing goes.

    >>> elegance_cutoff([0.2, 0.5, 0.9, 1.1, 1.4, 2.0], 0.2)
    0.5
    """
    return sorted(values)[min(int(drop * len(values)), len(values) - 1)] if values else 0.0


def proof_weight(proof: str, distinct: int, gamma: float = 0.001) -> float:
    """The prover's weight of one correct proof: exp(-gamma |proof|) / number of distinct correct proofs.

    STP multiplies with exp(-0.01 seconds) as well; wall seconds depend on the machine's load, and the
    heartbeats that replace them come with the reweighting (STP, section 3.2, "verification time").
    """
    return math.exp(-gamma * len(proof)) / distinct

