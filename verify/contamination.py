"""Do training statements overlap with a benchmark? Three matches, the strongest counts.

exact: the same signature up to white space, comments and the theorem's name. canonical: the verifier calls them equal
up to the names and the order of binders (`Verdict.canonical`). near: the sets of their runs of five tokens have a
Jaccard index of at least `NEAR`.

A training run refuses test items without having the benchmarks: `benchmarks/fingerprints.json.gz` holds an id for
each. It is written by `python -m verify.contamination NAME=FILE …`.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from verify.benchmark import FOLDER, Problem, describe, theorems
from verify.policy import tokens
from verify.records import Statement
from verify.statements import BadInput

FINGERPRINTS = FOLDER / "fingerprints.json.gz"
RUN = 5
NEAR = 0.5
"""Of Lean Workbook's 16,052 statements 19 have such a match in miniF2F, all of them its problems or variants of them."""
_ROWS = 4_096
Kind = Literal["exact", "canonical", "near"]


@dataclass(frozen=True, slots=True)
class Match:
    """A training statement and a problem that agree; `score` is the Jaccard index of their runs of tokens."""

    kind: Kind
    score: float
    training: Statement
    problem: Problem

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "score": round(self.score, 4),
            "training": {"name": self.training.name, "source": self.training.source, "text": self.training.text},
            "problem": {"name": self.problem.name, "split": self.problem.split, "text": self.problem.statement.text},
        }


@dataclass(frozen=True, slots=True)
class Overlap:
    """All matching pairs of so many training statements and problems."""

    training: int
    problems: int
    near: float
    matches: tuple[Match, ...]

    def touched(self, kind: Kind | None = None) -> int:
        """How many problems have a match (of this kind)."""
        return len({match.problem.name for match in self.matches if kind in (None, match.kind)})

    def to_dict(self) -> dict[str, Any]:
        kinds = ("exact", "canonical", "near")
        return {
            "training": self.training,
            "problems": self.problems,
            "near": self.near,
            "touched": {"any": self.touched(), **{kind: self.touched(kind) for kind in kinds}},
            "matches": [match.to_dict() for match in self.matches],
        }


def overlap(
    training: Sequence[Statement],
    problems: Sequence[Problem],
    canonical: Mapping[str, str] | None = None,
    near: float = NEAR,
) -> Overlap:
    """What of the problems is among the training statements, or close to it.

    `canonical` gives the canonical forms of statements, training's and problems', by `Statement.id`; without it two
    statements that differ in the names of their variables match only if they are near. Seconds for 16,000 x 672.
    """
    canonical = canonical or {}
    ours = [words(statement) for statement in training]
    theirs = [words(problem.statement) for problem in problems]
    kinds: dict[tuple[int, int], Kind] = dict.fromkeys(_near_pairs(ours, theirs, near), "near")
    forms = [[canonical.get(statement.id) or None for statement in side]
             for side in (training, [problem.statement for problem in problems])]  # fmt: skip
    kinds |= dict.fromkeys(_equal_pairs(*forms), "canonical")
    kinds |= dict.fromkeys(_equal_pairs(ours, theirs), "exact")
    order = {"exact": 0, "canonical": 1, "near": 2}
    matches = [Match(kind, _jaccard(ours[i], theirs[j]), training[i], problems[j]) for (i, j), kind in kinds.items()]
    matches.sort(key=lambda m: (order[m.kind], -m.score, m.problem.name, m.training.name, m.training.id))
    return Overlap(len(training), len(problems), near, tuple(matches))


def test_items(statements: Sequence[Statement]) -> dict[str, list[Statement]]:
    """Those that are test items of a benchmark, by its name: the same up to white space, comments and the name."""
    prints = [fingerprint(statement) for statement in statements]
    found = {
        name: [statement for statement, print in zip(statements, prints, strict=True) if print in known]
        for name, known in known_fingerprints().items()
    }
    return {name: items for name, items in found.items() if items}


def refuse_test_items(statements: Sequence[Statement], allowed: bool) -> None:
    """Raises BadInput when statements to train on are test items of a benchmark and that is not `allowed`."""
    found = {} if allowed else test_items(statements)
    if found:
        items = {statement.id: statement.name for items in found.values() for statement in items}
        some = list(items.values())[:3]
        raise BadInput(
            f"{len(items)} of {len(statements)} statements are test items of "
            f"{', '.join(f'{name} ({len(items)})' for name, items in found.items())}: {', '.join(some)}"
            f"{', …' if len(items) > 3 else ''}; leave them out, or train on them with --allow-benchmark-items"
        )


def words(statement: Statement) -> tuple[str, ...]:
    """The tokens of the signature, without comments."""
    return tuple(token for _, token in tokens(statement.signature))


def fingerprint(statement: Statement) -> str:
    """The id of the statement up to white space, comments and its name."""
    return replace(statement, signature=" ".join(words(statement))).id


@cache
def known_fingerprints() -> dict[str, frozenset[str]]:
    """The fingerprints of each benchmark's test items."""
    return {
        name: frozenset(print for prints in splits.values() for print in prints)
        for name, splits in json.loads(gzip.decompress(FINGERPRINTS.read_bytes())).items()
    }


def write_fingerprints(data: Mapping[str, str]) -> None:
    """Writes FINGERPRINTS from the files of benchmarks, by name.

    An item that also stands in a split that may be trained on (miniF2F valid, ProofNet valid, Lean Workbook) is left
    out: what everybody trains on is not refused. `overlap` finds it.
    """
    held: dict[str, dict[str, set[str]]] = {}
    free: set[str] = set()
    for name, path in data.items():
        benchmark = describe(name)
        for split, statement in theorems(name, path):
            if split in benchmark.held_out or set(benchmark.held_out) == benchmark.counts.keys():
                held.setdefault(name, {}).setdefault(split or "all", set()).add(fingerprint(statement))
            else:
                free.add(fingerprint(statement))
    sorted_ids = {
        name: {split: sorted(ids - free) for split, ids in sorted(held[name].items())} for name in sorted(held)
    }
    aside = FINGERPRINTS.with_suffix(".aside")
    aside.write_bytes(gzip.compress(json.dumps(sorted_ids, separators=(",", ":")).encode(), mtime=0))
    os.replace(aside, FINGERPRINTS)


def _runs(text: Sequence[str]) -> set[tuple[str, ...]]:
    """The runs of five tokens; of a shorter text, the text itself."""
    return {tuple(text[k : k + RUN]) for k in range(max(len(text) - RUN, 0) + 1)}


def _jaccard(a: Sequence[str], b: Sequence[str]) -> float:
    first, second = _runs(a), _runs(b)
    return len(first & second) / len(first | second)


def _equal_pairs(ours: Sequence[Any], theirs: Sequence[Any]) -> Iterator[tuple[int, int]]:
    places: dict[Any, list[int]] = {}
    for j, key in enumerate(theirs):
        places.setdefault(key, []).append(j)
    places.pop(None, None)
    for i, key in enumerate(ours):
        for j in places.get(key, ()):
            yield i, j


def _near_pairs(
    ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]], least: float
) -> Iterator[tuple[int, int]]:
    """Pairs whose runs have a Jaccard index of at least `least`, by a product of sparse incidence matrices."""
    import numpy as np
    from scipy.sparse import csr_array

    columns: dict[tuple[str, ...], int] = {}
    right = [[columns.setdefault(run, len(columns)) for run in _runs(text)] for text in theirs]
    left, sizes = [], np.zeros(len(ours))
    for i, text in enumerate(ours):
        runs = _runs(text)
        sizes[i] = len(runs)
        left.append([columns[run] for run in runs if run in columns])

    def incidence(rows: Sequence[Sequence[int]]) -> csr_array:
        places = np.fromiter((column for row in rows for column in row), dtype=np.int64)
        ends = np.cumsum([0, *map(len, rows)])
        return csr_array((np.ones(len(places), dtype=np.int32), places, ends), shape=(len(rows), len(columns)))

    if not ours or not theirs:
        return
    widths = np.array([len(row) for row in right])
    transposed = incidence(right).T.tocsr()
    for start in range(0, len(left), _ROWS):
        common = (incidence(left[start : start + _ROWS]) @ transposed).tocoo()
        i, j = common.coords
        both = sizes[start + i] + widths[j] - common.data
        for k in np.flatnonzero(common.data >= least * both):
            yield int(start + i[k]), int(j[k])


if __name__ == "__main__":
    write_fingerprints(dict(word.split("=", 1) for word in sys.argv[1:]))
