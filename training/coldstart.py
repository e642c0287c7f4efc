"""The cold start: what a model from nothing is taught before it may play (STP, section 3, stage 1).

Proofs: our seed theorems and what a grammar of tactics finds for them, all judged by Lean. Conjectures:
triples (lemma L, theorem X, theorem Y) of one chapter where L is used in the proofs of both and X comes
before Y. STP takes all from Mathlib's files, through LeanDojo's benchmark; `--cold-start.library` names such a one.
Where a run prompts with unsolved targets (SGS), the same pairs are read the other way round: Y is the target, X the
easier theorem. SGS itself has no such lesson, it asks an instruct model in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from conjecture.leandojo import read_benchmark
from conjecture.library import Library, Theorem, core_lemmas, renamed, seed_theorems, stated
from prover.prompts import conjecture_example, lay_signature, prove_example
from prover.search import candidates
from training.config import ColdStart
from training.replay import proof_weight
from verify.records import Example, Role, Statement


@dataclass(frozen=True, slots=True)
class ProvedTheorem:
    """A library theorem, one of its verified proofs, and the lemmas that proof uses."""

    statement: Statement
    proof: str
    lemmas: tuple[str, ...]


def given_library(settings: ColdStart) -> Library:
    """The theorems a run begins with, ours before those of a LeanDojo benchmark, and all their lemmas.

    Where a lemma of the profile has the name of one in the benchmark, the profile's is shown. Raises BadInput.
    """
    seeds = seed_theorems(per_chapter=settings.theorems) if settings.seeds else []
    if settings.library is None:
        return Library(seeds, core_lemmas())
    other = read_benchmark(settings.library, settings.theorems)
    return Library([*seeds, *other.theorems], {**other.lemmas, **core_lemmas()}, other.rejected)


def searched(seeds: Sequence[Theorem], settings: ColdStart, seed: int) -> list[Theorem]:
    """Proofs from the grammar for every seed theorem, in a fixed order: Lean decides what stays."""
    return [
        Theorem(theorem.statement, proof, theorem.chapter)
        for index, theorem in enumerate(seeds)
        for proof in candidates(theorem.statement, settings.search_per_statement, np.random.default_rng([seed, index]))
    ]


def prover_examples(proved: Sequence[ProvedTheorem], renamings: int = 0, weighted: bool = True) -> list[Example]:
    """A row for every distinct proof, weighted as in a round or 1, and copies with other letters.

    Copying the names of a statement into its proof is the first thing a small model has to learn. A
    copy is the same theorem to Lean; it is training text only, no proof that the ledger knows of.
    """
    distinct: dict[str, int] = {}
    for item in proved:
        distinct[item.statement.id] = distinct.get(item.statement.id, 0) + 1
    examples = []
    for item in proved:
        theorem = Theorem(item.statement, item.proof, "")
        copies = [copy for n in range(renamings) if (copy := renamed(theorem, n))]
        weight = proof_weight(item.proof, distinct[item.statement.id]) if weighted else 1.0
        examples += [prove_example(t.statement, t.proof, weight) for t in (theorem, *copies)]
    return examples


def reading_examples(
    examples: Sequence[Example], given: Sequence[Statement], renamings: int, further: Sequence[Statement] = ()
) -> list[Example]:
    """The first lessons of a model from nothing: the same rows with nothing masked, and bare statements.

    A pretrained model knows what a statement looks like; this one learns it from every prompt it
    reads, and from the given and further statements, without proofs, as conjectures. STP's base
    model has read LeanWorkbook as well.
    """
    whole = [_unmasked(example) for example in examples]
    plain = [Theorem(statement, "", "") for statement in given]
    plain += [copy for theorem in plain for n in range(renamings) if (copy := renamed(theorem, n))]
    plain += [Theorem(statement, "", "") for statement in further]
    return whole + [Example(Role.CONJECTURE, "<hard>", lay_signature(t.statement.signature)) for t in plain]


def _unmasked(example: Example) -> Example:
    tag, rest = example.prompt.split(">", 1)
    return replace(example, prompt=f"{tag}>", target=rest + example.target)


def conjecturer_examples(
    proved: Sequence[ProvedTheorem],
    known: Mapping[str, str],
    settings: ColdStart,
    prompts: Literal["proved", "unsolved"] = "proved",
) -> list[Example]:
    """Triples (L, X, Y), the nearest X first; where Y shares no lemma with X, the trivial lemma or (STP) no triple.

    The prompt shows L, X and its proof, and Y is to be written; with the prompts `unsolved` it shows Y, and X is.
    """
    chapters: dict[str, list[ProvedTheorem]] = {}
    for item in proved:
        chapters.setdefault(item.statement.tags[0] if item.statement.tags else "", []).append(item)
    examples, trivial = [], [""] if settings.trivial_pairs else []
    for chapter in chapters.values():
        first: dict[str, ProvedTheorem] = {}
        for item in chapter:
            first.setdefault(item.statement.id, item)
        theorems = list(first.values())
        for index, target in enumerate(theorems):
            pairs: list[tuple[str, ProvedTheorem]] = []
            for earlier in reversed(theorems[:index]):
                shared = [name for name in target.lemmas if name in earlier.lemmas]
                pairs += [(name, earlier) for name in shared or trivial]
            # Shared lemmas before trivial ones: they are what the conjecturer has to learn.
            pairs.sort(key=lambda pair: pair[0] == "")
            if prompts == "unsolved":  # X once, however many lemmas it shares
                easier = {earlier.statement.id: earlier.statement for _, earlier in pairs}
                for statement in list(easier.values())[: settings.conjectures_per_theorem]:
                    examples.append(conjecture_example(None, target.statement, None, statement))
                continue
            for name, earlier in pairs[: settings.conjectures_per_theorem]:
                given = stated(name, known), earlier.statement, earlier.proof
                examples.append(conjecture_example(*given, target.statement))
    return examples
