"""Proofs without a model: a small grammar of tactics and hints, read off the statement.

It gives the cold start more proofs than the library has, and evaluation a floor. Nothing is known
here about which candidate is right: Lean judges them like any other.
"""

from __future__ import annotations

import itertools
import re

import numpy as np

from verify.records import Statement

CLOSERS = (
    "grind",
    "omega",
    "simp",
    "norm_num",
    "ring",
    "linarith",
    "nlinarith",
    "positivity",
    "simp_all",
    "decide",
    "rfl",
)
_BINDER = re.compile(r"[({]\s*([^(){}:]+?)\s*:\s*([^(){}]+?)\s*[)}]")
_NUMBER_TYPES = {"ℝ": "real", "ℚ": "real", "ℤ": "integer", "ℕ": "natural"}


def binders(statement: Statement) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Variables as (name, kind) and hypotheses as (name, proposition), by a look at the outer binders."""
    variables, hypotheses = [], []
    for names, kind in _BINDER.findall(statement.signature):
        if kind in _NUMBER_TYPES:
            variables += [(name, _NUMBER_TYPES[kind]) for name in names.split()]
        elif re.search(r"[<≤=>≥≠∧∨¬∣]", kind):
            hypotheses += [(name, kind) for name in names.split()]
    return variables, hypotheses


def hints(statement: Statement) -> list[str]:
    """Terms that `nlinarith` may find useful: squares of differences and products of positive facts."""
    variables, hypotheses = binders(statement)
    names = [name for name, _ in variables]
    positive = [name for name, kind in hypotheses if re.fullmatch(r"0\s*[<≤]\s*\w+|\w+\s*[>≥]\s*0", kind)]
    found = [f"sq_nonneg ({a} {sign} {b})" for a, b in itertools.combinations(names, 2) for sign in "-+"]
    found += [f"sq_nonneg ({a} - 1)" for a in names] + [f"sq_nonneg {a}" for a in names]
    found += [f"mul_pos {a} {b}" for a, b in itertools.combinations_with_replacement(positive, 2)]
    found += [f"mul_self_nonneg ({a} - {b})" for a, b in itertools.combinations(names, 2)]
    return found


def candidates(statement: Statement, count: int, rng: np.random.Generator) -> list[str]:
    """At most `count` different proofs to try, in random order: bare closers and closers after a step."""
    variables, hypotheses = binders(statement)
    pool = [*CLOSERS]
    terms = hints(statement)
    for _ in range(count):
        if terms:
            size = int(rng.integers(1, min(4, len(terms)) + 1))
            chosen = [terms[i] for i in rng.choice(len(terms), size, replace=False)]
            pool.append(f"nlinarith [{', '.join(chosen)}]")
    goal = statement.signature.rsplit(" : ", 1)[-1]
    closers = [str(c) for c in rng.choice(CLOSERS, 3)]
    if "∀" in goal or "→" in goal:
        pool += [f"intro x\n{closer}" for closer in closers] + [f"intros\n{closer}" for closer in closers]
    if "∧" in goal or "↔" in goal:
        pool += [f"constructor <;> {closer}" for closer in closers]
    if "∧" in statement.signature:
        pool += [f"obtain ⟨h1, h2⟩ := {name}\n{closers[0]}" for name, kind in hypotheses if "∧" in kind]
    pool += [f"subst {name}\n{closers[0]}" for name, kind in hypotheses if re.fullmatch(r"\w+ = .*", kind)]
    pool += [
        f"induction {name} with\n| zero => {closers[0]}\n| succ {name} ih => {closers[1]}"
        for name, kind in variables
        if kind == "natural"
    ]
    unique = list(dict.fromkeys(pool))
    return [unique[i] for i in rng.permutation(len(unique))[:count]]
