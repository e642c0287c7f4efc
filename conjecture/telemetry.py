"""What a collapse of the conjecturer looks like in numbers, round by round, and the words of its alarms.

A conjecturer paid by pass rate alone collapses: more than 80 % of its conclusions become disjunctions and
conclusions grow about tenfold, while ever more of them are solved and help nothing (SGS, arXiv 2604.20209).
STP (arXiv 2502.00212v4) reports no such numbers; its corpus was audited for duplicates and vacuity afterwards.

Everything here is a function of what it is given; `training.telemetry` reads a ledger for it. The Vendi score
is Friedman & Dieng's (TMLR 2023, equation 2, order 1). Their kernels are a user's choice; ours, where no
embeddings are given, is the cosine of counts of character trigrams, hashed: it sees spelling, not meaning,
and a variable renamed is another spelling.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from verify.policy import tokens

VENDI_EXACT = 256
"""The Vendi score is of all texts up to so many, of so many drawn ones beyond: it costs their cube."""
TARGETS = 2_000
"""Closeness is measured to all unproved statements up to so many, to so many drawn ones beyond."""
DIMENSIONS = 1_024

ENOUGH = 10
"""Of fewer than so many things no alarm is raised about a share. Ours."""
DISJUNCTIVE = 0.5
"""SGS saw more than 0.8 after the collapse; we speak before that. Of the bundled statements 7 % are."""
LENGTHENED = 5.0
"""SGS saw conclusions grow about tenfold; half of that, against the first round that conjectured."""
DUPLICATES = 0.5
"""An audit of STP's corpus found 8 % duplicates in an iteration. Ours, far above that."""
NARROW = 1 / 3
"""Vendi score over that of as many given statements. Ours. A fixed share of n would not do: with trigrams 330
statements written by people, `lean_project/statements.jsonl`, score 25, and the share falls as n grows."""
VACUOUS = 0.1
"""An audit of STP's corpus found 2.5 to 4.1 % vacuous, 9.8 % in the worst iteration."""
TRIVIAL = 0.5
"""Ours: half of the screened conjectures close by one cheap tactic."""

Vectors = Callable[[Sequence[str]], np.ndarray]
"""n texts to an n x d array, one row each; rows need not have length 1, but may not be zero."""


@dataclass(frozen=True, slots=True)
class Telemetry:
    """One round's conjecturer. Shares are between 0 and 1; None is for what has nothing to be measured on.

    `proposed` are all samples, `readable` those that are a signature, `well_formed` those that elaborate,
    `screened` those that came to the questions of refutation, triviality and vacuity (renamed and over budget are
    said after them), `conjectures` those that passed. Samples count with their multiplicity; conjectures are distinct.
    """

    number: int
    proposed: int
    readable: int
    well_formed: int
    screened: int
    conjectures: int
    duplicates: float | None  # of the readable: text stands earlier in the round
    renamed: float | None  # the same up to the names and the order of binders; never less than `duplicates`
    seen_before: float | None  # of the readable: a seed, a given statement or a proposal of an earlier round
    conclusion_mean: float | None  # characters, of the well-formed
    conclusion_median: float | None
    disjunctive: float | None  # of the well-formed
    refuted: float | None  # of the screened, and the next two
    trivial: float | None
    vacuous: float | None
    lemmas_prompted: int  # distinct lemmas with which the conjectures were prompted
    lemmas_in_proofs: int  # distinct lemmas that correct proofs of the conjectures use by name
    vendi: float | None  # effective number of distinct texts among `vendi_of` well-formed ones
    vendi_of: int
    vendi_given: float | None  # the same of as many given statements, or of all there are
    closeness: float | None  # to `targets` unproved statements: 1 is a conjecture that spells each of them
    targets: int
    tried: int  # conjectures with a pass rate
    entropy: float | None  # bits, mean over them
    rate_0: float | None  # share of them never proved
    rate_low: float | None  # share in (0, 1/4]
    rate_1: float | None  # share always proved


def alarms(now: Telemetry, first: Telemetry | None = None) -> list[str]:
    """A plain sentence for each measure beyond its threshold; `first` is the run's first conjecturing round.

    A share of fewer than `ENOUGH` things raises none.
    """
    said = []

    def beyond(share: float | None, of: int, threshold: float, what: str) -> None:
        if share is not None and of >= ENOUGH and share > threshold:
            said.append(f"{share:.0%} of {of:,} {what} (alarm above {threshold:.0%})")

    beyond(now.disjunctive, now.well_formed, DISJUNCTIVE, "well-formed proposals conclude a disjunction")
    beyond(now.renamed, now.readable, DUPLICATES, "proposals repeat another of the same round")
    beyond(now.seen_before, now.readable, DUPLICATES, "proposals stood in the ledger before the round")
    beyond(now.trivial, now.screened, TRIVIAL, "screened proposals are trivial")
    beyond(now.vacuous, now.screened, VACUOUS, "screened proposals are vacuous")
    before = first and first.conclusion_median
    if before and now.conclusion_median and min(now.well_formed, first.well_formed) >= ENOUGH:
        growth = now.conclusion_median / before
        if growth > LENGTHENED:
            said.append(
                f"the median conclusion is {growth:.1f} times as long as in round {first.number}"
                f" (alarm above {LENGTHENED:g})"
            )
    if now.vendi and now.vendi_given and now.vendi_of >= ENOUGH and now.vendi < NARROW * now.vendi_given:
        said.append(
            f"{now.vendi_of:,} well-formed proposals have a Vendi score of {now.vendi:.1f}, as many given"
            f" statements {now.vendi_given:.1f} (alarm below {NARROW:.0%} of it)"
        )
    if now.tried >= ENOUGH and now.rate_low == 0:
        extremes = ", and every rate is 0 or 1" if now.entropy == 0 else ""
        said.append(
            f"none of {now.tried:,} conjectures tried has a pass rate in (0, 1/4]{extremes}: by STP's rule there is"
            " nothing for the conjecturer to learn"
        )
    return said


# Texts


def type_of(signature: str) -> str:
    """What stands after the first `:` outside all brackets: the binders are in brackets, or bare names.

    A later `:` belongs to the type itself, as in `: ∃ n : ℕ, n = 1`. A text with none is its own type.

    >>> type_of("(n : ℕ) {p : ℕ → Prop} : ∀ m : ℕ, p m")
    '∀ m : ℕ, p m'
    """
    for position, token in _top(signature):
        if token == ":":
            return signature[position + 1 :].strip()
    return signature.strip()


def conclusion(signature: str) -> str:
    """What a signature claims at last: its type without leading `∀`, `let`, `have` and hypotheses before `→`.

    `↔` binds more weakly than `→`: in `p → q ↔ r` nothing is a hypothesis.

    >>> conclusion("(h : 0 < x) : ∀ y : ℝ, y < x → (y < 0 ∨ 0 ≤ y)")
    'y < 0 ∨ 0 ≤ y'
    """
    text = type_of(signature)
    while True:
        text = _unwrapped(text)
        start = _behind_a_hypothesis(text)
        if start is None:
            return text
        text = text[start:].strip()


def disjunctive(claim: str) -> bool:
    """Whether a conclusion is a disjunction: `∨` is its weakest connective, and under no `∃`.

    >>> [disjunctive(claim) for claim in ("¬p ∧ q ∨ r", "p ∧ (q ∨ r)", "∃ n, p n ∨ q n", "p ∨ q ↔ r")]
    [True, False, False, False]
    """
    if "∨" not in claim and "\\/" not in claim:
        return False
    outside = [token for _, token in _before_a_binder(_unwrapped(claim))]
    return "∨" in outside and not {"→", "↔"} & set(outside)


_TO_THE_END = frozenset("∀ ∃ λ forall exists fun let letI have haveI show if match".split())
_SYMBOL = re.compile(r"<->|->|\\/|:=|::")
_SPELT = {"->": "→", "<->": "↔", "\\/": "∨"}


def _top(text: str) -> Iterator[tuple[int, str]]:
    """The tokens outside all brackets, `:=`, `::` and the ASCII connectives as one symbol each."""
    depth, end = 0, 0
    for position, token in tokens(text):
        if position < end:
            continue
        if token in "([{⟨⦃":
            depth += 1
        elif token in ")]}⟩⦄":
            depth -= 1
        elif depth == 0:
            if token in "<-\\:" and (symbol := _SYMBOL.match(text, position)):
                end, token = symbol.end(), _SPELT.get(symbol[0], symbol[0])
            yield position, token


def _before_a_binder(text: str) -> Iterator[tuple[int, str]]:
    """The top tokens up to the first word whose scope reaches to the end."""
    for position, token in _top(text):
        if token in _TO_THE_END:
            return
        yield position, token


def _behind_a_hypothesis(text: str) -> int | None:
    """Where the rest begins, if the text begins with `∀ …,`, `let …;`, `have …;` or `… →`."""
    top = list(_top(text))
    if top and top[0][0] == 0:
        if top[0][1] in ("∀", "forall"):
            return next((position + 1 for position, token in top if token == ","), None)
        if top[0][1] in ("let", "letI", "have", "haveI"):
            begin = next((position for position, token in top if token == ":="), len(text))
            ends = [position for position, token in top if token == ";"]
            ends += [place for place in (text.find("\n", begin),) if place >= 0]
            return min(ends) + 1 if ends else None
    arrow = None
    for position, token in _before_a_binder(text):
        if token == "↔":
            return None
        if token == "→":  # the last one: all before it are hypotheses
            arrow = position + (1 if text[position] == "→" else 2)
    return arrow


def _unwrapped(text: str) -> str:
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and not list(_top(text)) and _one_pair(text):
        text = text[1:-1].strip()
    return text


def _one_pair(text: str) -> bool:
    """Whether the first bracket is closed by the last one."""
    depth = 0
    for position, token in tokens(text):
        depth += (token in "([{⟨⦃") - (token in ")]}⟩⦄")
        if not depth:
            return position == len(text) - 1
    return False


# Sets of texts


def repeated(forms: Sequence[str], seen: AbstractSet[str] = frozenset()) -> float | None:
    """The share of `forms` that stand in `seen` or earlier in the list; None of an empty list.

    >>> repeated(["a", "b", "a", "c"], {"c"})
    0.5
    """
    return share(len(forms) - len(set(forms) - seen), len(forms))


def share(count: int, of: int) -> float | None:
    """`count / of`, or None of nothing."""
    return count / of if of else None


def drawn(texts: Sequence[str], most: int) -> list[str]:
    """All of them up to `most`, else so many, the same ones each time, in their order."""
    if len(texts) <= most:
        return list(texts)
    return [texts[i] for i in sorted(np.random.default_rng(0).permutation(len(texts))[:most])]


def trigram_vectors(texts: Sequence[str]) -> np.ndarray:
    """Counts of character trigrams, n x `DIMENSIONS`, hashed; white space counts as one blank, also at the ends."""
    vectors = np.zeros((len(texts), DIMENSIONS))
    for row, text in zip(vectors, texts, strict=True):
        padded = f"  {' '.join(text.split())}  ".encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(padded, np.uint32).astype(np.uint64)
        mixed = (codes[:-2] * _ODD[0] ^ codes[1:-1] * _ODD[1] ^ codes[2:] * _ODD[2]) * _ODD[3]
        row += np.bincount((mixed >> np.uint64(40)) % DIMENSIONS, minlength=DIMENSIONS)
    return vectors


_ODD = np.array([0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63], np.uint64)
"""Multipliers of 64 bits, xxHash's: neighbouring letters fall far from each other."""


def vendi_score(vectors: np.ndarray) -> float:
    """exp of the entropy of the eigenvalues of K/n, K the cosines of the n rows of an n x d array: 1 to n.

    n identical rows score 1, n orthogonal ones n; no rows 0. Exact: K/n and the d x d matrix of the same
    products have the same eigenvalues above 0, and the smaller is solved. Raises ValueError for a zero row.
    """
    count = len(vectors)
    if not count:
        return 0.0
    unit = _unit(vectors)
    gram = unit @ unit.T if count <= unit.shape[1] else unit.T @ unit
    values = np.linalg.eigvalsh(gram / count)
    values = values[values > 1e-12]
    score = math.exp(-float(np.sum(values * np.log(values))))
    return min(max(score, 1.0), float(count))


def closeness(targets: np.ndarray, conjectures: np.ndarray) -> float | None:
    """Mean over the m rows of `targets` (m x d) of the largest cosine with a row of `conjectures` (n x d).

    None when either has no row. Raises ValueError for a zero row.
    """
    if not len(targets) or not len(conjectures):
        return None
    return float((_unit(targets) @ _unit(conjectures).T).max(axis=1).mean())


def _unit(vectors: np.ndarray) -> np.ndarray:
    vectors = np.asarray(vectors, dtype=float)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all(lengths > 0):
        raise ValueError("a vector is zero or no number: it has no direction")
    return vectors / lengths


# Pass rates


def binary_entropy(rate: float) -> float:
    """The entropy in bits of one attempt that succeeds at this rate: 0 at 0 and 1, 1 at 1/2.

    >>> round(binary_entropy(0.25), 4)
    0.8113
    """
    return -sum(p * math.log2(p) for p in (rate, 1 - rate) if p > 0)
