"""Which conjectures the conjecturer learns from: barely provable, on topic, elegant (STP, section 3.2).

Pure functions of recorded attempts. Where the paper and its released code differ, a field says which.

In place of a band SGS (arXiv 2604.20209) cuts off the easiest: R_solve = 1 - P, and 0 where P = 0 or the conjecture is
among the easiest 30 % of its round. Its code takes the share of those with 0 < P < 1 and lets ties with the last one kept
stay, as we do; it keeps one more than 70 % of them (element int(0.7 n) of the sorted rates), we keep no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from conjecture.band import Band


@dataclass(frozen=True, slots=True)
class SelectionSettings:
    """The thresholds of STP, section 3.2, "barely provable" and "elegance"."""

    pass_rate_max: float = 0.25
    """A conjecture is kept when 0 < P and P is at most this; 1: whatever has a proof is kept."""
    pass_rate_inclusive: bool = True
    """P may be equal to it (paper); the released code wants it below."""
    off_lemma: Literal["drop", "relabel", "keep"] = "drop"
    """What becomes of a conjecture none of whose proofs uses the lemma it was prompted with: dropped (paper), kept
    as if the trivial lemma had been asked for (released code), or kept as it is (no lemma condition). One that was
    prompted with the trivial lemma is kept (paper), or is one of the relabelled (released code)."""
    relabel_factor: int = 20
    """At most so many are relabelled for each conjecture that uses its lemma,"""
    relabel_least: int = 4096
    """or so many, if that is more."""
    easiest_drop: float = 0.0
    """The share that is dropped of those in the band that are proved sometimes, the easiest first, and whatever is proved
    always (SGS: 0.3); 0: none."""
    solve_reward: bool = False
    """A conjecture weighs 1 - P (SGS, R_solve), not 1."""
    elegance_drop: float = 0.2
    """The share of the least elegant that is dropped; 0: none."""
    elegance_per_lemma: bool = False
    """The share is taken within each lemma's conjectures (released code), not of all together (paper)."""

    @property
    def band(self) -> Band:
        return Band(self.pass_rate_max, self.pass_rate_inclusive)


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
    """What became of a candidate, in a word, and the weight its example gets (0: it is no example).

    `selected`, or `relabelled`: selected with the trivial lemma, in place of its own if it had another.
    """

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
    room = max(settings.relabel_factor * words.count("selected"), settings.relabel_least)
    for index in [index for index, word in enumerate(words) if word == "relabelled"][room:]:
        words[index] = "off its lemma"
    if settings.easiest_drop:
        _drop_the_easiest(candidates, words, settings.easiest_drop)
    groups: dict[str, list[int]] = {}
    for index, word in enumerate(words):
        if word in ("selected", "relabelled"):
            lemma = candidates[index].lemma if word == "selected" else ""
            groups.setdefault(lemma if settings.elegance_per_lemma else "", []).append(index)
    for group in groups.values():
        cut = elegance_cutoff([candidates[i].elegance for i in group], settings.elegance_drop)
        for index in group:
            if candidates[index].elegance < cut:
                words[index] = "inelegant"
    rewards = [1 - c.pass_rate if settings.solve_reward else 1.0 for c in candidates]
    return [
        Decision(candidate, word, reward if word in ("selected", "relabelled") else 0.0)
        for candidate, word, reward in zip(candidates, words, rewards, strict=True)
    ]


def _drop_the_easiest(candidates: Sequence[Candidate], words: list[str], drop: float) -> None:
    kept = [index for index, word in enumerate(words) if word in ("selected", "relabelled")]
    cut = easiest_cutoff([candidates[i].pass_rate for i in kept], drop)
    for index in kept:
        if candidates[index].pass_rate > cut:
            words[index] = "too easy"


def easiest_cutoff(rates: Sequence[float], drop: float) -> float:
    """The pass rate above which a conjecture is dropped; of rates above 0, those below 1 are the n that count.

    Ties with it stay, so at most floor(drop * n) of the n go, and exactly so many without ties; 0 if there are none.

    >>> easiest_cutoff([0.125, 0.25, 0.25, 0.375, 0.5, 0.5, 0.625, 0.75, 0.875, 0.875, 1.0, 1.0], 0.3)
    0.625
    """
    sometimes = sorted(rate for rate in rates if rate < 1)
    return sometimes[len(sometimes) - 1 - int(drop * len(sometimes))] if sometimes else 0.0


def _band(candidate: Candidate, settings: SelectionSettings) -> str:
    if not candidate.correct:
        return "unproved"
    if not settings.band.below(candidate.pass_rate):
        return "too easy"
    if candidate.lemma in candidate.lemmas_used:
        return "selected"
    if settings.off_lemma == "relabel":
        return "relabelled"
    return "off its lemma" if candidate.lemma and settings.off_lemma == "drop" else "selected"


def elegance_cutoff(values: Sequence[float], drop: float) -> float:
    """The value below which a conjecture is dropped: element int(drop * n) of the sorted values.

    Ties with it stay, so at most floor(drop * n) go; of an empty list, or of one, nothing goes.

    >>> elegance_cutoff([0.2, 0.5, 0.9, 1.1, 1.4, 2.0], 0.2)
    0.5
    """
    return sorted(values)[min(int(drop * len(values)), len(values) - 1)] if values else 0.0
