"""Counterexamples to conjectures: found by trying small values, believed only when Lean proves the negation.

A statement is read as far as it is quantifier-free arithmetic over ℝ, ℚ, ℤ, ℕ or propositional logic, with
Lean's conventions (`x / 0 = 0`, truncated subtraction and division in ℕ). Values are exact rationals. What
cannot be read has no counterexample here. A wrong reading costs one failed check, never a wrong refutation.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from verify.records import Statement

TRIES = 3_000
VALUES: dict[str, tuple] = {
    "ℝ": tuple(
        Fraction(n, d)
        for n, d in ((0, 1), (1, 1), (-1, 1), (2, 1), (1, 2), (-2, 1), (3, 1), (-1, 2), (-3, 1), (10, 1), (1, 10))
    ),
    "ℤ": (0, 1, -1, 2, -2, 3, -3, 4, 5, 7, -7, 10),
    "ℕ": (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12),
    "Prop": (False, True),
}
VALUES["ℚ"] = VALUES["ℝ"]
LARGEST_POWER = 64

Value = Fraction | int | bool
Assignment = Mapping[str, Value]


class Unreadable(ValueError):
    """Not in the fragment that can be evaluated."""


@dataclass(frozen=True, slots=True)
class Binder:
    """One name of a statement: a variable of a type of `VALUES`, or a hypothesis with its proposition."""

    name: str
    type: str

    @property
    def variable(self) -> bool:
        return self.type in VALUES


def split(statement: Statement) -> tuple[list[Binder], str]:
    """The binders in order and the goal's text. Raises Unreadable for instances, patterns and bare names."""
    binders, text = [], statement.signature.strip()
    while text and text[0] in "({":
        end = _closing(text)
        names, colon, type_ = text[1:end].partition(" : ")
        if not colon or ":=" in type_ or not re.fullmatch(r"[\w'₀-₉ ]+", names):
            raise Unreadable(text[: end + 1])
        binders += [Binder(name, type_.strip()) for name in names.split()]
        text = text[end + 1 :].lstrip()
    if not text.startswith(":"):
        raise Unreadable(text)
    return binders, text[1:].strip()


def _closing(text: str) -> int:
    depth = 0
    for position, char in enumerate(text):
        depth += (char in "([{⟨") - (char in ")]}⟩")
        if not depth:
            return position
    raise Unreadable(text)


@dataclass(frozen=True, slots=True)
class Search:
    """What the values tried have shown: `refuting` makes all hypotheses true and the goal false."""

    refuting: dict[str, Value] | None
    satisfied: bool  # some values made all hypotheses true


def search(statement: Statement, seed: int = 0, tries: int = TRIES) -> Search:
    """Tries at most `tries` assignments, the same for equal seeds; what cannot be read is neither refuted nor satisfied."""
    try:
        binders, goal = split(statement)
        types = {b.name: b.type for b in binders if b.variable}
        hypotheses = [proposition(b.type, types) for b in binders if not b.variable]
        claim = proposition(goal, types)
    except (Unreadable, RecursionError):
        return Search(None, False)
    satisfied = False
    for values in _assignments(types, seed, tries):
        try:
            if all(hypothesis(values) for hypothesis in hypotheses):
                satisfied = True
                if not claim(values):
                    return Search(values, True)
        except (OverflowError, Unreadable):
            continue
    return Search(None, satisfied)


def _assignments(types: Mapping[str, str], seed: int, tries: int) -> Iterator[dict[str, Value]]:
    choices = [VALUES[type_] for type_ in types.values()]
    if np.prod([len(c) for c in choices], dtype=float) <= tries:
        rows = itertools.product(*choices)
    else:
        rng = np.random.default_rng(seed)
        drawn = rng.integers(0, [len(c) for c in choices], (tries, len(choices)))
        rows = ([c[i] for c, i in zip(choices, row, strict=True)] for row in drawn)
    for row in rows:
        yield dict(zip(types, row, strict=True))


def negation(statement: Statement, values: Assignment) -> tuple[Statement, str]:
    """The statement's negation and a proof of it from a counterexample, for Lean to judge."""
    binders, goal = split(statement)
    given = " ".join(f"({b.name} : {b.type})" for b in binders)
    arguments = [_written(values[b.name], b.type) if b.variable else f"(by {_DECIDE})" for b in binders]
    claim = f"∀ {given}, {goal}" if binders else goal
    refuted = replace(statement, name="refuted", signature=f": ¬ ({claim})", parents=(statement.id,))
    return refuted, f"intro h\nexact absurd ({' '.join(['h', *arguments])}) (by {_DECIDE})"


def contradiction(statement: Statement) -> Statement | None:
    """The statement with `False` for its goal: proved, the hypotheses contradict each other. None without hypotheses."""
    try:
        binders, _ = split(statement)
    except Unreadable:
        return None
    if all(b.variable for b in binders):
        return None
    given = " ".join(f"({b.name} : {b.type})" for b in binders)
    return replace(statement, name="vacuous", signature=f"{given} : False", parents=(statement.id,))


_DECIDE = "first | norm_num | decide | omega | simp | grind"


def _written(value: Value, type_: str) -> str:
    if type_ == "Prop":
        return str(value)
    return f"({value} : {type_})"


# Reading. A parsed piece is a function of the values, terms with the type they have; None: a numeral fits any.

Evaluate = Callable[[Assignment], Value]
_TOKEN = re.compile(r"\s*(\d+|[A-Za-zα-ωΑ-Ω_][\w'₀-₉.]*|<->|->|.)")
_CONNECTIVES = (("↔",), ("→",), ("∨",), ("∧",))  # weakest first
_RELATIONS: dict[str, Callable[[Value, Value], bool]] = {
    "=": lambda a, b: a == b, "≠": lambda a, b: a != b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
    "≤": lambda a, b: a <= b, "≥": lambda a, b: a >= b, "∣": lambda a, b: b % a == 0 if a else b == 0,
}  # fmt: skip


def proposition(text: str, types: Mapping[str, str]) -> Callable[[Assignment], bool]:
    """The truth of a quantifier-free proposition as a function of the variables' values. Raises Unreadable.

    >>> proposition("a ^ 2 ≤ b ∨ a = 1 / 2", {"a": "ℝ", "b": "ℝ"})({"a": Fraction(1, 2), "b": Fraction(0)})
    True
    """
    reader = _Reader(_tokens(text), types)
    truth = reader.connective(0)
    if reader.next:
        raise Unreadable(reader.next)
    return truth


def _tokens(text: str) -> list[str]:
    return [match[1] for match in _TOKEN.finditer(text.strip())]


class _Reader:
    """Recursive descent over the tokens of one proposition."""

    def __init__(self, tokens: list[str], types: Mapping[str, str]) -> None:
        self.tokens, self.types, self.at = tokens, types, 0

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        if self.next not in wanted:
            raise Unreadable(f"{self.next!r} in place of {' '.join(wanted)}")
        self.at += 1
        return wanted[0] if len(wanted) == 1 else self.tokens[self.at - 1]

    def connective(self, level: int) -> Callable[[Assignment], bool]:
        if level == len(_CONNECTIVES):
            return self.negated()
        left = self.connective(level + 1)
        if self.next not in _CONNECTIVES[level]:
            return left
        self.at += 1
        right = self.connective(level)  # all four are right-associative, or associative
        match level:
            case 0:
                return lambda v: left(v) == right(v)
            case 1:
                return lambda v: not left(v) or right(v)
            case 2:
                return lambda v: left(v) or right(v)
        return lambda v: left(v) and right(v)

    def negated(self) -> Callable[[Assignment], bool]:
        if self.next == "¬":
            self.at += 1
            inner = self.negated()
            return lambda v: not inner(v)
        start = self.at
        try:
            return self.comparison()
        except Unreadable:
            self.at = start
        if self.next == "(":
            self.at += 1
            inner = self.connective(0)
            self.take(")")
            return inner
        name = self.next
        if name in ("True", "False"):
            self.at += 1
            return lambda v: name == "True"
        if self.types.get(name) == "Prop":
            self.at += 1
            return lambda v: bool(v[name])
        raise Unreadable(name)

    def comparison(self) -> Callable[[Assignment], bool]:
        start = self.at
        _, kind = self.sum("")
        relation = self.take(*_RELATIONS)
        _, other = self.sum("")
        if kind and other and kind != other:
            raise Unreadable("two types in one comparison")
        kind = kind or other or "ℕ"
        if relation == "∣" and kind in ("ℝ", "ℚ"):
            raise Unreadable("∣ in a field")
        self.at = start  # once more, now that the type is known
        left, _ = self.sum(kind)
        self.at += 1
        right, _ = self.sum(kind)
        holds = _RELATIONS[relation]
        return lambda v: holds(left(v), right(v))

    def sum(self, kind: str) -> tuple[Evaluate, str]:
        left, found = self.product(kind)
        while self.next in ("+", "-") and self.next:
            sign = self.take("+", "-")
            right, other = self.product(kind)
            left, found = _binary(sign, left, right, kind), self.same(found, other)
        return left, found

    def product(self, kind: str) -> tuple[Evaluate, str]:
        left, found = self.signed(kind)
        while self.next in ("*", "/", "%") and self.next:
            sign = self.take("*", "/", "%")
            right, other = self.signed(kind)
            left, found = _binary(sign, left, right, kind), self.same(found, other)
        return left, found

    def signed(self, kind: str) -> tuple[Evaluate, str]:
        if self.next == "-":
            self.at += 1
            inner, found = self.signed(kind)
            if kind == "ℕ":
                raise Unreadable("a negative number in ℕ")
            return (lambda v: -inner(v)), found
        return self.power(kind)

    def power(self, kind: str) -> tuple[Evaluate, str]:
        base, found = self.atom(kind)
        if self.next != "^":
            return base, found
        self.at += 1
        exponent, of = self.power("ℕ")
        if of not in ("", "ℕ"):
            raise Unreadable("an exponent that is no natural number")

        def raised(values: Assignment) -> Value:
            n = exponent(values)
            if n > LARGEST_POWER:
                raise OverflowError
            return base(values) ** n

        return raised, found

    def atom(self, kind: str) -> tuple[Evaluate, str]:
        token = self.next
        if token == "(":
            self.at += 1
            inner = self.sum(kind)
            if self.next == ":":  # (2 : ℝ)
                self.at += 1
                inner = inner[0], self.same(inner[1], self.take(*(t for t in VALUES if t != "Prop")))
            self.take(")")
            return inner
        if token == "|":
            self.at += 1
            inner, found = self.sum(kind)
            self.take("|")
            return (lambda v: abs(inner(v))), found
        self.at += 1
        if token.isdecimal():
            number = Fraction(token) if kind in ("ℝ", "ℚ") else int(token)
            return (lambda v: number), ""
        type_ = self.types.get(token)
        if type_ in (None, "Prop") or (kind and type_ != kind):
            raise Unreadable(token)
        return (lambda v: v[token]), type_

    @staticmethod
    def same(one: str, other: str) -> str:
        if one and other and one != other:
            raise Unreadable("two types in one term")
        return one or other


def _binary(sign: str, left: Evaluate, right: Evaluate, kind: str) -> Evaluate:
    field = kind in ("ℝ", "ℚ")
    if sign == "+":
        return lambda v: left(v) + right(v)
    if sign == "-":
        return (lambda v: max(left(v) - right(v), 0)) if kind == "ℕ" else lambda v: left(v) - right(v)
    if sign == "*":
        return lambda v: left(v) * right(v)
    if sign == "%" and field:
        raise Unreadable("% in a field")

    def divided(values: Assignment) -> Value:
        a, b = left(values), right(values)
        if not b:
            return 0 if sign == "/" else a
        if field:
            return a / b
        remainder = a % abs(b)  # Lean's Int division is Euclidean: 0 ≤ a % b
        return (a - remainder) // b if sign == "/" else remainder

    return divided
