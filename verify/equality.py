"""Is an answer equal to a reference? math-verify's comparison, with guards against what it lets pass.

Only a checking process (`verify/maths_worker.py`) imports this: nothing here has a time limit of its own.

math-verify is asked about leaves alone, in exact numbers (a decimal is the fraction that it says) and with 60
digits where it compares numerically. Around it: what an answer is (list, set, interval, words, …) is read off its
text; both sides are of one kind and have the same free symbols; towers of powers are refused before they are built.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

import sympy
from latex2sympy2_extended.logic import And
from math_verify import LatexExtractionConfig, StringExtractionConfig, parse, verify
from math_verify.grader import is_assignment_relation, is_equation, is_relation, take_last_relation
from sympy.core.random import seed

from verify import answers
from verify.answers import Group, Leaf, Numeral, Reading, Unreadable, Words, plain, tidy
from verify.records import Outcome

PRECISION = 60  # digits of a numerical comparison
MAGNITUDE = 10_000  # digits of a number that may have to be written out
_BOX = LatexExtractionConfig(try_extract_without_anchor=False, boxed_match_priority=0)
_CHOICE = (StringExtractionConfig(strings=tuple(answers.LETTERS)),)
_LARGE_CHOICE = re.compile(r"(?:binom|choose).*\d{5}|\d{5}.*choose", re.DOTALL)  # computed while it is parsed


def judge(reference: str, answer: str) -> tuple[Outcome, str]:
    """PROVED (equal), FAILED, REFUSED (no readable answer) or OUT_OF_PROFILE (no readable reference), and why.

    Not symmetric in one case only, math-verify's own: the reference `0 ≤ x < 1` accepts the answer `[0, 1)`.
    """
    seed(0)  # sympy tries random points: a verdict must not depend on what was asked before
    try:
        wanted = understood(reference)
    except MemoryError:
        raise
    except Exception as error:
        return Outcome.OUT_OF_PROFILE, f"the reference cannot be read: {_said(error)}"
    if _same_letter(wanted, answer):
        return Outcome.PROVED, "the same letter"
    try:
        given = understood(answer)
    except MemoryError:
        raise
    except Exception as error:
        return Outcome.REFUSED, f"the answer cannot be read: {_said(error)}"
    if tidy(reference) == tidy(answer):
        return Outcome.PROVED, "the same text"
    try:
        if _equal(wanted, given):
            return Outcome.PROVED, "equal"
    except MemoryError:
        raise
    except Exception as error:
        return Outcome.FAILED, f"cannot be compared: {_said(error)}"
    return Outcome.FAILED, "another answer"


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, Unreadable) else type(error).__name__


@lru_cache(maxsize=4_096)
def understood(text: str) -> Reading:
    """The reading of a text all of whose leaves can be parsed. Raises Unreadable."""
    reading = answers.read(text)
    _parse_all(reading)
    return reading


def _parse_all(reading: Reading) -> None:
    if isinstance(reading, Leaf):
        _expression(reading.text)
    elif isinstance(reading, Group):
        for part in reading.parts:
            _parse_all(part)


@lru_cache(maxsize=8_192)
def _expression(text: str) -> Any:
    """What sympy makes of a leaf, in exact numbers. Raises Unreadable."""
    if _LARGE_CHOICE.search(text):
        raise Unreadable("a number too large")
    found = parse(  # the first match or none: it would look for a fraction in what it cannot parse
        f"\\boxed{{{text}}}",
        (_BOX,),
        fallback_mode="no_fallback",
        extraction_mode="first_match",
        parsing_timeout=None,
        raise_on_error=True,
    )
    if not found or isinstance(found[0], str):
        raise Unreadable("not mathematics that can be parsed")
    expression = found[0]
    exact = {number: sympy.Rational(str(number)) for number in expression.atoms(sympy.Float)}
    expression = expression.xreplace(exact) if exact else expression
    _digits(expression)
    return expression


def _digits(expression: Any) -> float:
    """Roughly how many digits the expression's value has at most, symbols counting as small.

    Raises Unreadable where writing it out would not end soon, and where there is no value.
    """
    if isinstance(expression, sympy.Rational):
        return math.log10(max(abs(expression.p), expression.q))
    if isinstance(expression, sympy.MatrixBase):
        return sum(map(_digits, expression.flat()))
    if expression in (sympy.nan, sympy.zoo) or (
        isinstance(expression, (sympy.Add, sympy.Mul, sympy.Pow))
        and expression.has(sympy.oo, -sympy.oo)
        and expression.args != (-1, sympy.oo)
    ):
        raise Unreadable("no number: calculating with infinity")
    inner = [_digits(part) for part in expression.args]
    size = sum(inner)
    if isinstance(expression, sympy.Pow):
        size = max(inner[0], 0.5) * 10 ** min(inner[1], 9)
    elif isinstance(expression, (sympy.exp, sympy.factorial, sympy.gamma, sympy.factorial2)):
        size = (inner[0] + 1) * 10 ** min(inner[0], 9)
    elif isinstance(expression, sympy.binomial):
        size = 10 ** min(inner[0], 9)
    if size > MAGNITUDE:
        raise Unreadable("a number too large")
    return size


def _same_letter(wanted: Reading, answer: str) -> bool:
    """Whether the reference is a letter of multiple choice and the answer names this one and no other."""
    letter = wanted.text.upper() if isinstance(wanted, (Leaf, Words)) else ""
    if len(letter) != 1 or letter not in answers.LETTERS:
        return False
    text = re.sub(r"\\(?:text|textbf|mbox|mathrm|mathbf)(?![A-Za-z])|[{}()$]", " ", answer).strip()
    named = set(re.findall(rf"(?<![A-Za-z\\])[{answers.LETTERS}](?![A-Za-z])", text))
    found = parse(text, _CHOICE, fallback_mode="no_fallback", parsing_timeout=None)
    return named == {letter} and found == [letter.lower()]


def _equal(reference: Reading, answer: Reading) -> bool:
    if isinstance(reference, Words) or isinstance(answer, Words):
        return _text(reference) == _text(answer)
    if isinstance(reference, Group) and isinstance(answer, Group):
        return reference.kind == answer.kind and _equal_parts(reference, answer)
    if isinstance(reference, Group) or isinstance(answer, Group):
        return _equal_sets(reference, answer)
    if isinstance(reference, Numeral) and isinstance(answer, Numeral):
        return _equal_numerals(reference, answer)
    return _same(_value(reference), _value(answer))


def _text(reading: Reading) -> str | None:
    return plain(reading.text) if isinstance(reading, (Words, Leaf)) else None


def _equal_numerals(reference: Numeral, answer: Numeral) -> bool:
    if reference.base and answer.base and reference.base != answer.base:
        return False
    if abs(reference.exact - answer.exact) <= reference.slack:
        return True
    # The sign may be left out of "how many per cent", but 0.5 is no 0.5 %.
    return reference.percent != answer.percent and reference.value == answer.value and abs(answer.value) >= 1


def _value(reading: Numeral | Leaf) -> Any:
    if isinstance(reading, Leaf):
        return _expression(reading.text)
    return sympy.Rational(reading.exact.numerator, reading.exact.denominator)


def _equal_parts(reference: Group, answer: Group) -> bool:
    if reference.kind == "set":
        return all(any(_equal(r, a) for a in answer.parts) for r in reference.parts) and all(
            any(_equal(r, a) for r in reference.parts) for a in answer.parts
        )
    if len(reference.parts) != len(answer.parts):
        return False
    if reference.kind != "list":
        return all(map(_equal, reference.parts, answer.parts))
    left = list(answer.parts)
    for part in reference.parts:
        match = next((k for k, other in enumerate(left) if _equal(part, other)), None)
        if match is None:
            return False
        del left[match]
    return True


def _equal_sets(reference: Reading, answer: Reading) -> bool:
    """A set or an interval in brackets against a leaf: a union, or a relation that describes the reference."""
    values = [_set(reading) if isinstance(reading, Group) else _value(reading) for reading in (reference, answer)]
    if values[0] is None or not isinstance(values[1], sympy.Set):
        return False
    if not isinstance(values[0], sympy.Set) and _kind(values[0]) != "inequality":
        return False
    return _verify(*values)


def _set(group: Group) -> Any:
    """The set of numbers that a group says; None for a list, a point or a vector."""
    if any(not isinstance(part, (Numeral, Leaf)) for part in group.parts):
        return None
    values = [_value(part) for part in group.parts]
    if group.kind == "set":
        return sympy.FiniteSet(*values)
    if group.kind == "list" or len(values) != 2:
        return None
    try:
        return sympy.Interval(*values, left_open=group.kind[0] == "(", right_open=group.kind[1] == ")")
    except (ValueError, TypeError, NotImplementedError):
        return None


def _kind(value: Any) -> str:
    if isinstance(value, sympy.MatrixBase):
        return "matrix"
    if isinstance(value, sympy.Set):
        return "set"
    if isinstance(value, sympy.Tuple):
        return "tuple"
    if is_equation(value):
        return "equation"
    if is_relation(value) or isinstance(value, (And, sympy.logic.boolalg.Boolean)):
        return "inequality"
    return "expression"


def _same(reference: Any, answer: Any) -> bool:
    """math-verify's answer for two values of one kind with the same symbols; `x = 3` may stand for 3."""
    kinds = {_kind(reference), _kind(answer)}
    if kinds == {"inequality", "set"}:
        return _kind(reference) == "inequality" and _verify(reference, answer)
    sides = reference, answer
    if kinds == {"equation", "expression"}:
        if not all(_kind(side) == "expression" or _named(side) for side in sides):
            return False
        sides = tuple(take_last_relation(side).rhs if _kind(side) == "equation" else side for side in sides)
    elif len(kinds) > 1:
        return False
    if _symbols(sides[0]) != _symbols(sides[1]):
        return False
    return _verify(reference, answer)


def _named(equation: Any) -> bool:
    """Whether an equation only names a value: `x = 3`, and not `3 = 3`."""
    return is_assignment_relation(equation)


def _symbols(value: Any) -> set[str]:
    return {symbol.name for symbol in value.free_symbols}


def _verify(reference: Any, answer: Any) -> bool:
    # Its arguments are the reference first, the answer second: exchanged, it says something else.
    return verify(
        reference, answer, numeric_precision=PRECISION, strict=True, timeout_seconds=None, raise_on_error=True
    )


_TYPICAL = (
    (r"\frac{14}{3}", "14/3"),
    (r"3\sqrt{13}", r"\sqrt{117}"),
    (r"\left(3,\frac{\pi}{2}\right)", r"(3, \pi/2)"),
    (r"(-\infty, 2) \cup (3, \infty)", r"(3,\infty)\cup(-\infty,2)"),
    ("x^5-x^4+1", "1 + x^5 - x^4"),
    (r"6-5i", r"-5i + 6"),
    ("y=2x+3", "2x-y+3=0"),
    ("f(n)=n^2", "n^{2}"),
    (r"1\pm\sqrt{19}", r"1+\sqrt{19}, 1-\sqrt{19}"),
    (r"\begin{pmatrix} -1/3 \\ 2 \end{pmatrix}", r"\begin{pmatrix} -\frac13 \\ 2 \end{pmatrix}"),
    (r"0\le x<1", "[0,1)"),
    (r"2^{10}", "1024"),
    (r"\frac{100!}{2^{50}}", r"100!/2^{50}"),
    (r"\binom{2n}{n}", r"\frac{(2n)!}{n!^2}"),
    (r"\lfloor n/2\rfloor+1", r"1+\lfloor\frac{n}{2}\rfloor"),
    (r"\frac{\log 2}{\log 3}", r"\log_3 2"),
    (r"\sin^2 x", r"1-\cos^2 x"),
    (r"(a+b)(a-b)", "a^2-b^2"),
    (r"5 \text{ cm}", "5"),
    ("k \\ge 2", "2 \\le k"),
    (r"e^{-t}", r"\frac{1}{e^t}"),
    (r"\sqrt[3]{8}", "2"),
    ("C", r"\text{(C)}"),
    ("0.5613", "0.56130"),
)


def warm() -> None:
    """Goes through the usual shapes of answers once, so that the first jobs need not wait for the parser's tables."""
    for reference, answer in _TYPICAL:
        judge(reference, answer)
