"""What the conjecturer is prompted with: proved statements and the lemmas their proofs use (STP, section 3.1).

Deviations from STP, all because a small run has few proofs: our seed theorems may be prompts, not only
proved data-set statements, and a proof that uses no known lemma still serves, with the trivial lemma.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class ProvedStatement:
    """A statement with one verified proof, the library lemmas that proof uses, and its best pass rate."""

    statement: str
    proof: str
    lemmas: tuple[str, ...]
    pass_rate: float = 1.0


@dataclass(frozen=True, slots=True)
class SeedSettings:
    """STP, section 3.1 and the released code's `select`."""

    pass_rate_min: float = 0.35
    """Only statements proved at more than this rate are prompts: the others are not understood yet."""
    trivial_lemma_probability: float = 0.5
    lemma_cap: float = 0.1
    """One lemma is prompted with at most this share of the inputs."""


@dataclass(frozen=True, slots=True)
class ConjectureInput:
    """One prompt: a proved statement, its proof, and a lemma ('' is the trivial one)."""

    statement: str
    proof: str
    lemma: str


def conjecture_inputs(
    proved: Sequence[ProvedStatement],
    known_lemmas: Iterable[str] | Mapping[str, str],
    count: int,
    rng: np.random.Generator,
    settings: SeedSettings = SeedSettings(),
) -> list[ConjectureInput]:
    """At most `count` prompts; no two with the same (statement, lemma), no lemma beyond its cap.

    >>> rng = np.random.default_rng(0)
    >>> conjecture_inputs([ProvedStatement("s", "simp", ("sq_nonneg",))], {"sq_nonneg"}, 10, rng)[0].lemma
    'sq_nonneg'
    """
    known = set(known_lemmas)
    cap = max(int(settings.lemma_cap * count), 1)
    used: dict[str, int] = {}
    taken: set[tuple[str, str]] = set()
    inputs: list[ConjectureInput] = []
    candidates = [p for p in proved if p.pass_rate > settings.pass_rate_min]
    for index in rng.permutation(len(candidates)):
        item = candidates[index]
        lemmas = [name for name in item.lemmas if name in known]
        if rng.random() < settings.trivial_lemma_probability or not lemmas:
            lemmas.append("")
        for lemma in lemmas:
            # A proof without any known lemma has only the trivial one: it must not be capped away.
            free = lemma == "" and len(lemmas) == 1
            if (item.statement, lemma) in taken or (used.get(lemma, 0) >= cap and not free):
                continue
            taken.add((item.statement, lemma))
            used[lemma] = used.get(lemma, 0) + 1
            inputs.append(ConjectureInput(item.statement, item.proof, lemma))
    return inputs[:count]


def samples_per_input(inputs: int, target: int, most: int = 8) -> int:
    """How often each input is sampled: `max(1, min(3 * target // inputs, most))` (released code).

    >>> samples_per_input(40, 50)
    3
    """
    return max(1, min(3 * target // max(inputs, 1), most))
