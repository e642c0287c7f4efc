r"""A small language of arithmetic and algebra in which every answer can be computed: the bundled domain.

    question := expression | expression = expression     with one x in an equation, nothing else unknown
    expression: integers, + - * / ^ mod, parentheses, gcd(a, b), lcm(a, b), a/b of e, p% of e

One evaluator gives the answer, the worked solution and the difficulty, the number of its steps:

    (7+5)*3-4     7+5=12;12*3=36;36-4=32;\boxed{32}
    3*x-4=77      77+4=81;81/3=27;\boxed{27}
    3/4 of 48     48/4=12;12*3=36;\boxed{36}

It reads what a model wrote, so it never evaluates text as a program, and bounds lengths, depths and numbers.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

Node = int | str | tuple
"""A number, `x`, or (operation, left, right)."""

LONGEST = 120  # characters of a question
DEEPEST = 12  # brackets in brackets
GREATEST = 10**9  # numerators and denominators
_TOKEN = re.compile(r"\s*([0-9]+|gcd|lcm|mod|of|x|[-+*/^%()=,])")


class Worked(NamedTuple):
    """A question's steps, each an equation of numbers, and its answer in LaTeX."""

    steps: tuple[str, ...]
    answer: str

    @property
    def text(self) -> str:
        """The worked solution as a model writes it."""
        return ";".join((*self.steps, rf"\boxed{{{self.answer}}}"))


def work(question: str) -> Worked | None:
    r"""The worked solution of a question; None when it is not in the language or has not exactly one answer.

    >>> work("7+5*3").text, work("x/0=2"), work("1/2+1/3").answer
    ('5*3=15;15+7=22;\\boxed{22}', None, '\\frac{5}{6}')
    """
    try:
        left, right = _Reader(question).question()
        steps: list[str] = []
        if right is None:
            answer = _value(left, steps)
        else:
            if _unknowns(left) + _unknowns(right) != 1:
                return None
            if _unknowns(right):
                left, right = right, left
            answer = _undone(left, _value(right, steps), steps)
    except _Unreadable:
        return None
    return Worked(tuple(steps), _latex(answer))


def truth(question: str) -> str | None:
    """The true answer, as LaTeX; None when the question is not in the language."""
    worked = work(question)
    return worked and worked.answer


def difficulty(question: str) -> int | None:
    """The steps of the worked solution; None when the question is not in the language."""
    worked = work(question)
    return None if worked is None else len(worked.steps)


def trace_holds(text: str, answer: str) -> bool:
    r"""Whether every step of a worked solution is a true equation and the last one ends in the answer.

    It needs no question: it catches a proposer whose own working is wrong, not one that works another problem.

    >>> trace_holds(r"7+5=12;12*3=36;\boxed{36}", "36"), trace_holds(r"7+5=13;\boxed{13}", "13")
    (True, False)
    """
    steps = _steps(text)
    last = None
    for step in steps:
        left, _, right = step.rpartition("=")
        last, worked = truth(right), work(left)
        if last is None or worked is None or len(worked.steps) != 1 or worked.answer != last:
            return False
    return bool(steps) and last == answer.strip()


def _steps(text: str) -> list[str]:
    return [step for step in text.partition("\\boxed")[0].split(";") if step.strip()]


class _Unreadable(Exception):
    """Not in the language, or without an answer."""


class _Reader:
    """Recursive descent over the question's tokens."""

    def __init__(self, question: str) -> None:
        if len(question) > LONGEST:
            raise _Unreadable
        self.tokens: list[str] = []
        at, end = 0, len(question.rstrip())
        while at < end:
            found = _TOKEN.match(question, at)
            if not found:
                raise _Unreadable
            self.tokens.append(found[1])
            at = found.end()
        self.tokens.append("")
        self.at = self.depth = 0

    def question(self) -> tuple[Node, Node | None]:
        left = self.sum()
        right = self.sum() if self.took("=") else None
        if self.next:
            raise _Unreadable
        return left, right

    @property
    def next(self) -> str:
        return self.tokens[self.at]

    def took(self, *words: str) -> str:
        word = self.next
        if word not in words:
            return ""
        self.at += 1
        return word

    def sum(self) -> Node:
        node = self.product()
        while sign := self.took("+", "-"):
            node = (sign, node, self.product())
        return node

    def product(self) -> Node:
        node = self.power()
        while sign := self.took("*", "/", "mod", "of"):
            if sign == "of" and not _is_share(node):
                raise _Unreadable
            node = (sign, node, self.power())
        return node

    def power(self) -> Node:
        node = self.atom()
        return ("^", node, self.atom()) if self.took("^") else node

    def atom(self) -> Node:
        word = self.next
        self.at += bool(word)
        if word.isdigit():
            number = _bounded(Fraction(int(word))).numerator
            if self.next == "%" and self.tokens[self.at + 1] == "of":
                self.at += 1
                return ("/", number, 100)
            return number
        if word == "x":
            return word
        if word == "-" and self.next.isdigit():
            negative = self.atom()
            if not isinstance(negative, int) or self.next == "^":
                raise _Unreadable  # -2^2 is read in two ways
            return -negative
        if word in ("gcd", "lcm"):
            self.expect("(")
            left = self.nested(",")
            return (word, left, self.nested(")"))
        if word == "(":
            return self.nested(")")
        raise _Unreadable

    def nested(self, closing: str) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Unreadable
        node = self.sum()
        self.depth -= 1
        self.expect(closing)
        return node

    def expect(self, word: str) -> None:
        if not self.took(word):
            raise _Unreadable


def _is_share(node: Node) -> bool:
    """a/b or p% in front of `of`."""
    return isinstance(node, tuple) and node[0] == "/" and all(isinstance(n, int) and n > 0 for n in node[1:])


def _unknowns(node: Node) -> int:
    if isinstance(node, tuple):
        return _unknowns(node[1]) + _unknowns(node[2])
    return int(node == "x")


def _value(node: Node, steps: list[str]) -> Fraction:
    """Its value; the steps are added in the order of working."""
    if isinstance(node, int):
        return Fraction(node)
    if node == "x":
        raise _Unreadable
    sign, left, right = node
    if sign == "of":
        share = Fraction(left[1], left[2])
        return _scaled(_value(right, steps), share, steps)
    a, b = _value(left, steps), _value(right, steps)
    if sign in ("gcd", "lcm"):
        return _divisor(sign, a, b, steps)
    if sign == "^":
        return _power(a, b, steps)
    if sign in "+*" and isinstance(left, int) and not isinstance(right, int):
        a, b = b, a  # the running value comes first
    return _step(sign, a, b, steps)


def _undone(node: Node, value: Fraction, steps: list[str]) -> Fraction:
    """The x for which the node, which holds it once, has this value: operations are undone from the outside in."""
    if node == "x":
        return value
    sign, left, right = node
    if sign == "of" and _unknowns(right):
        share = Fraction(left[1], left[2])
        return _undone(right, _scaled(value, 1 / share, steps), steps)
    if sign not in _INVERSE:
        raise _Unreadable
    if _unknowns(left):
        return _undone(left, _step(_INVERSE[sign], value, _nonzero(sign, _value(right, steps)), steps), steps)
    known = _nonzero(sign, _value(left, steps))
    if sign in "+*":
        return _undone(right, _step(_INVERSE[sign], value, known, steps), steps)
    return _undone(right, _step(sign, known, value, steps), steps)


_INVERSE = {"+": "-", "-": "+", "*": "/", "/": "*"}


def _nonzero(sign: str, known: Fraction) -> Fraction:
    """0*x, x/0 and 0/x leave no x or any."""
    if not known and sign in "*/":
        raise _Unreadable
    return known


def _step(sign: str, a: Fraction, b: Fraction, steps: list[str]) -> Fraction:
    match sign:
        case "+":
            result = a + b
        case "-":
            result = a - b
        case "*":
            result = a * b
        case "/":
            if not b:
                raise _Unreadable
            result = a / b
        case _:  # mod
            if b <= 0 or b.denominator != 1 or a.denominator != 1:
                raise _Unreadable
            result = a % b
    word = " mod " if sign == "mod" else sign
    said = f"{_operand(a)}{word}{_operand(b)}"
    if said != str(_bounded(result)):  # 1/2 is 1/2: nothing was worked out
        steps.append(f"{said}={result}")
    return result


def _scaled(value: Fraction, share: Fraction, steps: list[str]) -> Fraction:
    """A share of a value: divided first, then multiplied; a factor of 1 is no step."""
    if share.denominator != 1:
        value = _step("/", value, Fraction(share.denominator), steps)
    if share.numerator != 1:
        value = _step("*", value, Fraction(share.numerator), steps)
    return value


def _power(base: Fraction, exponent: Fraction, steps: list[str]) -> Fraction:
    if exponent.denominator != 1 or not 1 <= exponent <= 30:
        raise _Unreadable
    value = base
    for _ in range(int(exponent) - 1):
        value = _step("*", value, base, steps)
    return value


def _divisor(word: str, a: Fraction, b: Fraction, steps: list[str]) -> Fraction:
    """Euclid's algorithm, the larger number first; lcm(a, b) = ab / gcd(a, b)."""
    if a.denominator != 1 or b.denominator != 1 or min(a, b) < 1:
        raise _Unreadable
    larger, smaller = max(a, b), min(a, b)
    while smaller:
        larger, smaller = smaller, _step("mod", larger, smaller, steps)
    if word == "gcd":
        return larger
    product = _step("*", a, b, steps)
    return product if larger == 1 else _step("/", product, larger, steps)


def _bounded(number: Fraction) -> Fraction:
    if abs(number.numerator) > GREATEST or number.denominator > GREATEST:
        raise _Unreadable
    return number


def _operand(number: Fraction) -> str:
    return str(number) if number.denominator == 1 and number >= 0 else f"({number})"


def _latex(number: Fraction) -> str:
    if number.denominator == 1:
        return str(number)
    sign = "-" if number < 0 else ""
    return rf"{sign}\frac{{{abs(number.numerator)}}}{{{number.denominator}}}"
