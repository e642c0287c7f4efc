"""The proof library a run begins with: our seed theorems, and the lemmas one may prompt with.

Both are read from `lean_project/`: `Seeds/*.lean` holds theorems with proofs in chapters (a theorem
and its proof are separated by the first ` := by`, which a test compares with Lean's own parser), and
`Antiphon/Core/*.lean` the lemmas by their Mathlib names.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from verify.policy import tokens
from verify.records import Statement
from verify.statements import cut_proof
from verify.toolchain import PROJECT


@dataclass(frozen=True, slots=True)
class Theorem:
    """A statement with a proof that Lean has yet to judge."""

    statement: Statement
    proof: str
    chapter: str
    premises: tuple[str, ...] = ()
    """What its source says the proof mentions, by full names that the text may abbreviate."""


@dataclass(frozen=True, slots=True)
class Library:
    """What a run begins with: theorems, the lemmas one may prompt with, and (name, reason) for what was not read."""

    theorems: list[Theorem]
    lemmas: dict[str, str]
    rejected: list[tuple[str, str]] = field(default_factory=list)


def seed_theorems(directory: Path = PROJECT / "Seeds", per_chapter: int = 0) -> list[Theorem]:
    """Our seed theorems, chapter by chapter, in the order of their files; the first so many of each, if not 0."""
    theorems = []
    for path in sorted(directory.glob("*.lean")):
        blocks = [b for b in re.split(r"\n(?=theorem )", path.read_text()) if b.startswith("theorem ")]
        for block in blocks[: per_chapter or None]:
            head, _, proof = block.partition(" := by")
            statement = Statement.parse(head, source="seed", tags=(path.stem,))
            theorems.append(Theorem(statement, textwrap.dedent(proof.strip("\n")).strip(), path.stem))
    return theorems


def core_lemmas(directory: Path = PROJECT / "Antiphon" / "Core") -> dict[str, str]:
    """Name -> signature of every lemma of the Core profile: what a conjecturer may be prompted with."""
    lemmas = {}
    for path in sorted(directory.glob("*.lean")):
        for block in re.split(r"\n(?=theorem )", path.read_text()):
            if block.startswith("theorem ") and ":=" in block:
                statement = Statement.parse(cut_proof(block))
                lemmas[statement.name] = " ".join(statement.signature.split())
    return lemmas


def stated(name: str, lemmas: Mapping[str, str]) -> tuple[str, str] | None:
    """A lemma as a prompt shows it, (name, signature); None for the trivial lemma, whose name is ''."""
    return (name, lemmas[name]) if name else None


# Single letters only: long names are lemmas, `h…` and digits are hypotheses and stay recognisable.
_ALPHABETS = ("xyzwuvpqrs", "abcdmnkt", "pqrstuvw")


def invoked(proof: str, lemmas: Sequence[str], known: Container[str], premises: Sequence[str] = ()) -> tuple[str, ...]:
    """The known lemmas a proof uses by name. Those only a tactic brought in are not the prover's choice.

    `lemmas` are what Lean saw; `premises` what a library says is named, in full, where the text has a shorter name.
    """
    written = {part for _, token in tokens(proof) for part in (token, token.split(".")[0])}.union(premises)
    return tuple(name for name in lemmas if name in known and name in written)


def renamed(theorem: Theorem, alphabet: int) -> Theorem | None:
    """The same theorem with other letters for its bound variables, or None when that changes nothing.

    Copying the names of a statement into its proof is the first thing a small model has to learn;
    this gives it other names to copy. The result is checked by Lean like everything else.
    """
    letters = sorted({name for name in _bound(theorem.statement.signature) if len(name) == 1})
    taken = {token for _, token in tokens(theorem.statement.signature + "\n" + theorem.proof)}
    fresh = [c for c in _ALPHABETS[alphabet % len(_ALPHABETS)] if c not in taken or c in letters]
    mapping = dict(zip(letters, fresh, strict=False))
    if len(mapping) < len(letters) or all(old == new for old, new in mapping.items()):
        return None
    statement = Statement(
        f"{theorem.statement.name}_{alphabet}",
        _rename(theorem.statement.signature, mapping),
        source="seed",
        tags=theorem.statement.tags,
        parents=(theorem.statement.id,),
    )
    return Theorem(statement, _rename(theorem.proof, mapping), theorem.chapter)


def _bound(signature: str) -> Iterator[str]:
    for group in re.finditer(r"[({∀∃]\s*([^():{}∀∃,]*?)\s*[:,∈]", signature):
        yield from group[1].split()


def _rename(text: str, mapping: dict[str, str]) -> str:
    pieces, end = [], 0
    for position, token in tokens(text):
        head, dot, rest = token.partition(".")
        if head in mapping:
            pieces += [text[end:position], mapping[head], dot, rest]
            end = position + len(token)
    return "".join([*pieces, text[end:]])
