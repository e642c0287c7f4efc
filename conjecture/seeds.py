"""What the conjecturer is prompted with: proved statements and the lemmas their proofs use (STP, section 3.1), or
unsolved targets (SGS, arXiv 2604.20209).

Ours by default, because a small run has few proofs, and off in the papers' presets: seed theorems may be prompts,
not only proved data-set statements; one proof, the richest in lemmas, stands for a statement; and a proof that uses
no known lemma still serves, with the trivial lemma.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True, slots=True)
class ProvedStatement:
    """A statement with one verified proof, the library lemmas that proof uses, and its best pass rate."""

    statement: str
    proof: str
    lemmas: tuple[str, ...]
    pass_rate: float = 1.0
    copies: int = 1
    """How often a prompt made of it is repeated: the matching weight of its data set."""


@dataclass(frozen=True, slots=True)
class SeedSettings:
    """STP, section 3.1 and the released code's `select`."""

    prompts: Literal["proved", "unsolved"] = "proved"
    """A proved statement with a lemma, or an unsolved target alone, towards which an easier theorem is wanted (SGS);
    for the latter the other fields say nothing."""
    pass_rate_min: float = 0.35
    """Only statements proved at more than this rate are prompts: the others are not understood yet. 0 in the paper."""
    library: bool = True
    """Our seed theorems are prompts too; in STP only proved statements of the data set are."""
    proofs: Literal["richest", "all"] = "richest"
    """The proof with most lemmas stands for a statement, or each of its proofs makes a prompt (STP)."""
    trivial_lemma_probability: float = 0.5
    """How often a proof serves with the trivial lemma as well; 0: never, there is no trivial lemma."""
    trivial_lemma_alone: bool = True
    """A proof without a known lemma always serves with the trivial one, beyond its cap. Not in STP."""
    lemma_cap: float = 0.1
    """One lemma is prompted with at most this share of the inputs."""


@dataclass(frozen=True, slots=True)
class ConjectureInput:
    """One prompt: a proved statement, its proof, and a lemma ('' is the trivial one).

    Or an unsolved target: then there is no proof and no lemma.
    """

    statement: str
    proof: str | None
    lemma: str


def conjecture_inputs(
    proved: Sequence[ProvedStatement],
    known_lemmas: Iterable[str] | Mapping[str, str],
    count: int,
    rng: np.random.Generator,
    settings: SeedSettings = SeedSettings(),
) -> list[ConjectureInput]:
    """At most `count` prompts; no two with the same (statement, lemma) but for copies, no lemma beyond its cap.

    >>> rng = np.random.default_rng(0)
    >>> conjecture_inputs([ProvedStatement("s", "simp", ("sq_nonneg",))], {"sq_nonneg"}, 10, rng)[0].lemma
    'sq_nonneg'
    """
    known = set(known_lemmas)
    cap = max(int(settings.lemma_cap * count), 1)
    alone = settings.trivial_lemma_alone and settings.trivial_lemma_probability > 0
    used: dict[str, int] = {}
    taken: set[tuple[str, str]] = set()
    inputs: list[ConjectureInput] = []
    candidates = [p for p in proved if p.pass_rate > settings.pass_rate_min]
    for index in rng.permutation(len(candidates)):
        item = candidates[index]
        lemmas = [name for name in item.lemmas if name in known]
        if rng.random() < settings.trivial_lemma_probability or (alone and not lemmas):
            lemmas.append("")
        for lemma in lemmas:
            # A proof without any known lemma has only the trivial one: it must not be capped away.
            free = alone and lemma == "" and len(lemmas) == 1
            if (item.statement, lemma) in taken or (used.get(lemma, 0) >= cap and not free):
                continue
            taken.add((item.statement, lemma))
            used[lemma] = used.get(lemma, 0) + 1
            inputs += [ConjectureInput(item.statement, item.proof, lemma)] * item.copies
    return inputs[:count]


def target_inputs(targets: Sequence[str], count: int, rng: np.random.Generator) -> list[ConjectureInput]:
    """A prompt for each of `count` unsolved targets, drawn at random; for all, where there are no more (SGS).

    >>> [i.statement for i in target_inputs(["s", "t"], 5, np.random.default_rng(0))]
    ['s', 't']
    """
    return [ConjectureInput(targets[index], None, "") for index in rng.permutation(len(targets))[:count]]


def samples_per_input(inputs: int, proposals: int, least: int = 1, most: int = 8) -> int:
    """How often each input is sampled, that about so many proposals come: `max(least, min(proposals // inputs, most))`.

    The released code aims at 3 n proposals, where n is the number of statements.

    >>> samples_per_input(40, 3 * 50)
    3
    """
    return max(least, min(proposals // max(inputs, 1), most))
