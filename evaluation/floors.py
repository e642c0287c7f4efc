"""Floors: what is solved without a model, on the same path and with the same outputs as a model.

A benchmark's figure says little until it is known what one tactic does. A floor's attempts come in a fixed order, so
its pass@k is the share of problems proved within its first k attempts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluation.config import FLOOR
from prover.attempts import Chunk, derived_seed
from prover.search import CLOSERS, candidates
from verify.records import Attempt, Statement
from verify.statements import BadInput

TACTICS = {"grind": ("grind",), "omega": ("omega",), "simp": ("simp",), "tactics": CLOSERS}
SEARCH = "search"
SEARCH_SAMPLES = 32


@dataclass(frozen=True, slots=True)
class Floor:
    """Attempts that no model wrote: a list of tactics, or for `search` `samples` proofs of the hint grammar."""

    name: str
    samples: int
    seed: int
    ordered = True

    @classmethod
    def open(cls, name: str, samples: int | None, seed: int) -> Floor:
        """`name` without its prefix. Raises BadInput for a name that is none."""
        if name == SEARCH:
            return cls(name, samples or SEARCH_SAMPLES, seed)
        if name not in TACTICS:
            raise BadInput(f"no floor {name!r}: choose one of {', '.join((*TACTICS, SEARCH, 'best-first'))}")
        return cls(name, min(samples or len(TACTICS[name]), len(TACTICS[name])), seed)

    def describe(self) -> dict[str, Any]:
        tried = {"tactics": list(TACTICS[self.name][: self.samples])} if self.name in TACTICS else {}
        return {"kind": "floor", "name": FLOOR + self.name, **tried}

    def proofs(self, statement: Statement) -> tuple[str, ...]:
        """All attempts at a statement; the grammar may have fewer than `samples` for a short one."""
        if self.name in TACTICS:
            return TACTICS[self.name][: self.samples]
        rng = np.random.default_rng(derived_seed(self.seed, "floor", statement.id))
        return tuple(candidates(statement, self.samples, rng))

    def attempts(self, chunk: Chunk, voice: str) -> tuple[list[Attempt], Counter[str]]:
        wanted = slice(chunk.first, chunk.first + chunk.samples)
        made = [
            Attempt(statement.id, proof, 0, sample, voice)
            for statement in chunk.statements
            for sample, proof in [*enumerate(self.proofs(statement))][wanted]
        ]
        return made, Counter()
