"""Is an answer equal to a reference? math-verify's comparison, with guards against what it lets pass.

Only a checking process (`verify/maths_worker.py`) imports this: nothing here has a time limit of its own.

math-verify is asked about leaves alone, in exact numbers (a decimal is the fraction that it says) and with 60
digits where it compares numerically. Around it: what an answer is (list, set, interval, relation, words, …) is read off
its text; both sides are of one kind and have the same free symbols; towers of powers are refused before they are built.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

import sympy
from latex2sympy2_extended.latex2sympy2 import ConversionConfig, _Latex2Sympy
from latex2sympy2_extended.math_normalization import NormalizationConfig, normalize_latex
from math_verify import StringExtractionConfig, parse, verify
from sympy.core.random import seed

from verify import answers
from verify.answers import Group, Leaf, Numeral, Reading, Relation, Unreadable, Words, plain, tidy
from verify.records import Outcome

PRECISION = 60  # digits of a numerical comparison
MAGNITUDE = 10_000  # digits of a number that may have to be written out
_TIDYING = NormalizationConfig(units=False, malformed_operators=True, nits=True, boxed="none")
_CHOICE = (StringExtractionConfig(strings=tuple(answers.LETTERS)),)
_LARGE_CHOICE = re.compile(r"(?:binom|choose).*\d{5}|\d{5}.*choose", re.DOTALL)  # computed while it is parsed

_ANGLE = re.compile(r"\\(?:sin|cos|tan|cot|sec|csc)(?![A-Za-z])")  # elsewhere the sign of degrees may be left out


class _Parser(_Latex2Sympy):
    """math-verify's parser, guessing less: it reads `3(4)` as 7, overlooks the base in `10_2+1`, rounds, γ is a number."""

    def parse_number(self, text: str) -> Any:
        mantissa, _, exponent = text.replace(",", "").lower().partition("e")
        if len(exponent) > 5 or abs(int(exponent or 0)) > answers.EXPONENT:
            raise Unreadable("a number too large")
        return sympy.Rational(mantissa) * sympy.Integer(10) ** int(exponent or 0)

    def convert_atom(self, atom: Any) -> Any:
        if atom.number_subexpr() and atom.number_subexpr().subexpr():
            raise Unreadable("a base within a formula")
        value = super().convert_atom(atom)
        return sympy.Symbol(atom.getText(), real=True) if value == sympy.EulerGamma else value

    def convert_postfix_list(self, arr: Any, i: int = 0) -> Any:
        """Side by side is a product, but for a whole number and a proper fraction that stand alone."""
        factors = [self.convert_postfix(part) for part in arr]
        if any(isinstance(factor, list) for factor in factors):
            raise Unreadable("a derivative to be computed")
        for part, following, value in zip(arr, arr[1:], factors[1:], strict=False):
            if part.getText().isdigit() and following.getText().startswith("\\frac") and value.is_Rational:
                if len(arr) > 2 or not 0 < value < 1:
                    raise Unreadable("a mixed number, or a product")
                return sympy.Add(*factors)
        product = factors.pop()
        while factors:
            matrices = isinstance(product, sympy.MatrixBase) or isinstance(factors[-1], sympy.MatrixBase)
            product = (self.mat_mul_flat if matrices else self.mul_flat)(factors.pop(), product)
        return product

    def convert_frac(self, frac: Any) -> Any:
        """`dx/dt` is not 0."""
        value = super().convert_frac(frac)
        if isinstance(value, sympy.Derivative) and not value.doit():
            return sympy.Symbol(str(value), real=True)
        return value


def judge(reference: str, answer: str) -> tuple[Outcome, str]:
    """PROVED (equal), FAILED, REFUSED (no readable answer) or OUT_OF_PROFILE (no readable reference), and why.

    Not symmetric in one case only, as math-verify: the reference `0 ≤ x < 1` accepts the answer `[0, 1)`.
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
    elif isinstance(reading, Relation):
        for side in reading.sides[bool(reading.name) :]:
            _parse_all(side)


@lru_cache(maxsize=8_192)
def _expression(text: str) -> Any:
    """What sympy makes of a leaf, in exact numbers. Raises Unreadable."""
    if _LARGE_CHOICE.search(text):
        raise Unreadable("a number too large")
    letters = set(re.sub(r"\\[A-Za-z]+", "", text))
    both = any(letter.isalpha() and letter.swapcase() in letters for letter in letters)  # R and r are two things then
    degrees = bool(_ANGLE.search(text))
    parser = _Parser(is_real=True, convert_degrees=degrees, config=ConversionConfig(lowercase_symbols=not both))
    try:
        expression = parser.parse(normalize_latex(text, _TIDYING))
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        raise Unreadable("not mathematics that can be parsed") from error
    if not isinstance(expression, (sympy.Expr, sympy.Set, sympy.Tuple, sympy.MatrixBase)):
        raise Unreadable("not mathematics that can be compared")
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
    letter = wanted.text if isinstance(wanted, Leaf) else wanted.text.upper() if isinstance(wanted, Words) else ""
    if len(letter) != 1 or letter not in answers.LETTERS:
        return False
    text = re.sub(r"\\(?:text|textbf|mbox|mathrm|mathbf)(?![A-Za-z])|[{}()$]", " ", answer).strip()
    named = set(re.findall(rf"(?<![A-Za-z\\])[{answers.LETTERS}](?![A-Za-z])", text))
    found = parse(text, _CHOICE, fallback_mode="no_fallback", parsing_timeout=None)
    return named == {letter} and found == [letter.lower()]


def _equal(reference: Reading, answer: Reading) -> bool:
    if isinstance(reference, Relation) and isinstance(answer, Relation):
        return _equal_relations(reference, answer)
    if isinstance(reference, Relation) or isinstance(answer, Relation):
        return _equal_stated(reference, answer)
    if isinstance(reference, Words) or isinstance(answer, Words):
        return _text(reference) == _text(answer)
    if isinstance(reference, Group) and isinstance(answer, Group) and "union" not in (reference.kind, answer.kind):
        return reference.kind == answer.kind and _equal_parts(reference, answer)
    if isinstance(reference, Group) or isinstance(answer, Group):
        return _equal_sets(reference, answer)
    if _unit(reference) and _unit(answer) and _unit(reference) != _unit(answer):
        return False
    if isinstance(reference, Numeral) and isinstance(answer, Numeral):
        return _equal_numerals(reference, answer)
    return _same(_value(reference), _value(answer))


def _text(reading: Reading) -> str | None:
    return plain(reading.text) if isinstance(reading, (Words, Leaf)) else None


def _equal_numerals(reference: Numeral, answer: Numeral) -> bool:
    if reference.base and answer.base and reference.base != answer.base:
        return False
    same_form = answer.decimal and answer.exponent == reference.exponent  # 1000499 is no longer form of 1.000e6
    if abs(reference.exact - answer.exact) <= (reference.slack if same_form else 0):
        return True
    # The sign may be left out of "how many per cent", but 0.5 is no 0.5 %.
    return reference.percent != answer.percent and reference.value == answer.value and abs(answer.value) >= 1


def _value(reading: Numeral | Leaf) -> Any:
    if isinstance(reading, Leaf):
        return _expression(reading.text)
    return sympy.Rational(reading.exact.numerator, reading.exact.denominator)


def _equal_parts(reference: Group, answer: Group) -> bool:
    if reference.kind not in ("list", "set", "and", "or"):
        return len(reference.parts) == len(answer.parts) and all(map(_equal, reference.parts, answer.parts))
    labels = [[_label(part) for part in group.parts] for group in (reference, answer)]
    labelled = any(len(set(found)) > 1 for found in labels)  # `x = 2, y = 3` is not `3, 2`, `3 cm, 2 m` is not `3, 2`

    def same(r: int, a: int) -> bool:
        agree = not labelled or labels[0][r] == labels[1][a]
        return agree and _equal(reference.parts[r], answer.parts[a])

    indices = range(len(answer.parts))
    if reference.kind == "set":
        return all(any(same(r, a) for a in indices) for r in range(len(reference.parts))) and all(
            any(same(r, a) for r in range(len(reference.parts))) for a in indices
        )
    left = list(indices)
    for r in range(len(reference.parts)):
        match = next((a for a in left if same(r, a)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _label(part: Reading) -> tuple[str, str]:
    """The name and the unit of a value."""
    if isinstance(part, Relation):
        return part.name, _label(part.sides[-1])[1]
    return "", _unit(part) if isinstance(part, (Numeral, Leaf)) else ""


def _unit(value: Numeral | Leaf) -> str:
    return "%" if isinstance(value, Numeral) and value.percent else value.unit


def _equal_sets(reference: Reading, answer: Reading) -> bool:
    """A set or an interval in brackets against a union or a leaf."""
    values = _set(reference), _set(answer)
    return all(isinstance(value, sympy.Set) for value in values) and _same(*values)


def _set(reading: Reading) -> Any:
    """The set of numbers that a reading says; None for a list, a point, a vector or a number."""
    if isinstance(reading, Leaf):
        return _expression(reading.text)
    if not isinstance(reading, Group):
        return None
    if reading.kind == "union":
        sets = [_set(part) for part in reading.parts]
        return sympy.Union(*sets) if all(isinstance(part, sympy.Set) for part in sets) else None
    if any(not isinstance(part, (Numeral, Leaf)) for part in reading.parts):
        return None
    values = [_value(part) for part in reading.parts]
    if reading.kind == "set":
        return sympy.FiniteSet(*values)
    if reading.kind in ("list", "and", "or") or len(values) != 2:
        return None
    left_open, right_open = reading.kind[0] == "(", reading.kind[1] == ")"
    if (values[0].is_infinite and not left_open) or (values[1].is_infinite and not right_open):
        return None
    try:
        interval = sympy.Interval(*values, left_open=left_open, right_open=right_open)
    except (ValueError, TypeError, NotImplementedError):
        return None
    return None if interval is sympy.EmptySet else interval  # (3, 1) is a point


def _equal_stated(reference: Reading, answer: Reading) -> bool:
    """A relation against something else: what it names, or for a reference the interval that it describes."""
    if isinstance(reference, Relation) and isinstance(answer, Group) and answer.kind != "set":
        solutions, given = _solutions(reference), _set(answer)
        if solutions is not None and isinstance(given, sympy.Set):
            return _same(solutions, given)
    stated = [_stated(side) if isinstance(side, Relation) else side for side in (reference, answer)]
    return None not in stated and _equal(*stated)


def _stated(relation: Relation) -> Reading | None:
    """3 for `x = 3` and for `x = 1 + 2 = 3`, the root for `\\sqrt2 \\approx 1.41`; None if the relation says more, or is false."""
    named = bool(relation.name)
    members, signs = relation.sides[named:], relation.signs[named:]
    if not named and signs != ("approx",):
        return None
    for sign, member in zip(signs, members[1:], strict=True):
        if not (_rounded(members[0], member) if sign == "approx" else sign == "=" and _equal(members[0], member)):
            return None
    return members[0]


def _rounded(exact: Reading, decimal: Reading) -> bool:
    """Whether the decimal is less than a unit of its last place away from the exact value."""
    if not isinstance(exact, (Numeral, Leaf)) or not isinstance(decimal, Numeral) or not decimal.decimal:
        return False
    distance = sympy.Abs(_value(exact) - _value(decimal)).evalf(PRECISION)
    return bool(distance.is_number and distance < sympy.Integer(10) ** (decimal.place - 2 * decimal.percent))


def _solutions(relation: Relation) -> Any:
    """The reals that an inequality of one symbol describes; None where that is all of them, or none."""
    atoms = _atoms(relation)
    if any(sign not in _INEQUALITIES or not _comparable(left, right) for left, sign, right in atoms):
        return None
    inequalities = [_INEQUALITIES[sign](_value(left), _value(right)) for left, sign, right in atoms]
    if len(set().union(*(_symbols(part) for part in inequalities))) != 1:
        return None
    solutions = sympy.Intersection(*(part.as_set() for part in inequalities))
    return None if solutions in (sympy.EmptySet, sympy.Reals) else solutions


_INEQUALITIES = {"<": sympy.StrictLessThan, "<=": sympy.LessThan, "!=": sympy.Ne}
_FLIPPED = {">": "<", ">=": "<="}


def _atoms(relation: Relation) -> list[tuple[Reading, str, Reading]]:
    """`0 < x < 1` as `0 < x` and `x < 1`; none of them with > or ≥."""
    sides = zip(relation.sides, relation.signs, relation.sides[1:], strict=False)
    return [(right, _FLIPPED[sign], left) if sign in _FLIPPED else (left, sign, right) for left, sign, right in sides]


def _equal_relations(reference: Relation, answer: Relation) -> bool:
    """By the values of one name, else side by side, else as one of them can be turned into the other.

    What names a number, or bounds a symbol by one, is solved, and no unsolved relation is equal to it:
    to repeat the question `2x = 6` is no answer to it.
    """
    if reference.name and reference.name == answer.name:
        values = _stated(reference), _stated(answer)
        if None not in values:
            return _equal(*values)
    left = _atoms(answer)
    for atom in _atoms(reference):
        match = next((other for other in left if _equal_atoms(atom, other)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _equal_atoms(reference: tuple[Reading, str, Reading], answer: tuple[Reading, str, Reading]) -> bool:
    (a, sign, b), (c, other, d) = reference, answer
    if sign != other:
        return False
    if (_equal(a, c) and _equal(b, d)) or (sign in ("=", "!=") and _equal(a, d) and _equal(b, c)):
        return True
    if sign in ("in", "approx") or not _comparable(a, b, c, d):
        return False
    values = [_value(side) for side in (a, b, c, d)]
    if _solved(*values[:2]) or _solved(*values[2:]):
        return False
    return _proportional(values[0] - values[1], values[2] - values[3], ordered=sign in ("<", "<="))


def _comparable(*sides: Reading) -> bool:
    return all(
        isinstance(side, (Numeral, Leaf)) and not side.unit and _kind(_value(side)) == "expression" for side in sides
    )


def _solved(left: Any, right: Any) -> bool:
    return any(one.is_Symbol and not other.free_symbols for one, other in ((left, right), (right, left)))


def _proportional(one: Any, other: Any, ordered: bool) -> bool:
    """Whether one difference is a constant times the other, a positive one where order matters."""
    if not _symbols(one) or _symbols(one) != _symbols(other):
        return False
    if not ordered:
        one, other = (sympy.fraction(sympy.together(side))[0] for side in (one, other))
    if not one.simplify().free_symbols or not other.simplify().free_symbols:
        return False
    ratio = sympy.simplify(one / other)
    return bool(not ratio.free_symbols and (ratio.is_positive if ordered else ratio.is_nonzero))


def _kind(value: Any) -> str:
    if isinstance(value, sympy.MatrixBase):
        return "matrix"
    if isinstance(value, sympy.Set):
        return "numbers" if isinstance(value, sympy.FiniteSet) else "set"
    return "tuple" if isinstance(value, sympy.Tuple) else "expression"


def _same(reference: Any, answer: Any) -> bool:
    """math-verify's answer for two values of one kind with the same symbols."""
    if _kind(reference) != _kind(answer) or _symbols(reference) != _symbols(answer):
        return False
    return _verify(reference, answer)


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
