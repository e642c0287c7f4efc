"""Answers as text: out of the box, tidied, and taken apart into what has to be compared. No algebra here.

A reading is a number as it was written, words, a group in brackets or between commas, or a leaf: text that only
algebra can understand. What kind an answer is of, is read off its text, since the types that a parser makes of it
let an open interval be a pair, and a list a set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

CHARACTERS = 1_000
DIGITS = 200  # of one number
EXPONENT = 1_000  # of a number written with a power of ten
NESTING = 20
ITEMS = 100
ROUNDED = 4
"""A decimal reference with at least so many significant digits is read as rounded, a shorter one as exact."""

LETTERS = "ABCDEFGHIJ"  # of multiple choice


class Unreadable(ValueError):
    """The text is no answer that can be checked; says why."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it was written. `value` is that of the digits, before a per cent sign or a base is thought of.

    `place` is the power of ten of the last digit, `significant` the number of digits; both matter for decimals only.
    """

    value: Fraction
    decimal: bool = False
    place: int = 0
    significant: int = 0
    percent: bool = False
    base: str = ""

    @property
    def exact(self) -> Fraction:
        return self.value / 100 if self.percent else self.value

    @property
    def slack(self) -> Fraction:
        """How far another value may lie from this one as a reference: half a unit of the last place, or nothing."""
        if not self.decimal or self.significant < ROUNDED:
            return Fraction(0)
        return Fraction(10) ** (self.place - 2 * self.percent) / 2


@dataclass(frozen=True, slots=True)
class Words:
    text: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """TeX, tidied."""

    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """`kind` is "list" (order does not matter), "set", or the two brackets around an interval, a point or a vector."""

    kind: str
    parts: tuple[Reading, ...]


Reading = Numeral | Words | Leaf | Group

_BOX = re.compile(r"\\boxed\s*\{|\\.|[{}]", re.DOTALL)


def boxed(text: str) -> str | None:
    r"""The content of the last `\boxed{…}` whose braces close; None without one. In time linear in the text."""
    opened: list[int | None] = []  # where the content of a box begins; None for another brace
    found: tuple[int, int] | None = None
    for token in _BOX.finditer(text):
        if token[0].startswith("\\boxed"):
            opened.append(token.end())
        elif token[0] == "{":
            opened.append(None)
        elif token[0] == "}" and opened:
            begin = opened.pop()
            if begin is not None and (found is None or begin > found[0]):
                found = begin, token.start()
    return text[slice(*found)].strip() if found else None


def format_fault(answer: str | None) -> str:
    """What is wrong with the form of an answer (the content of its box, None without one); empty: nothing.

    Whether it is right is another question, and whether it can be read at all is only found out with it.
    """
    if answer is None:
        return "no boxed answer"
    if not answer.strip():
        return "an empty answer"
    if len(answer) > CHARACTERS:
        return f"longer than {CHARACTERS:,} characters"
    return ""


_UNICODE = str.maketrans(
    {
        "−": "-", "–": "-", "×": r"\times ", "·": r"\cdot ", "÷": r"\div ", "π": r"\pi ", "∞": r"\infty ",
        "≤": r"\le ", "≥": r"\ge ", "∪": r"\cup ", "∩": r"\cap ", "∈": r"\in ", "°": r"^\circ ", "²": "^2", "³": "^3",
        "½": r"\frac{1}{2}", "±": r"\pm ", "∅": r"\emptyset ", "％": "%",
    }
)  # fmt: skip
_ROOT = re.compile(r"√\s*(\d+|\w|\([^()]*\))")
_THOUSANDS = re.compile(r"(?<=\d)(?:,\\!\s*|\{,\}\s*)(?=\d)")
_SPACING = re.compile(
    r"\\\\|\\(?:left|right|displaystyle|[Bb]igg?[lr]?)(?![A-Za-z])|\\[,!;: ()\[\]]|~|(?<!\\)\$|\\q?quad(?![A-Za-z])|\s+"
)
_PERCENT = re.compile(r"\\(?:text|mbox|textrm)\s*\{\s*per ?cent\s*\}|(?<![A-Za-z\\])per ?cent(?![A-Za-z])")
_AND = re.compile(r",?\s*(?:\\(?:text|mbox|textrm)\s*\{\s*,?\s*(?:and|or)\s*\}|(?<![A-Za-z\\{])(?:and|or)(?![A-Za-z]))")


def tidy(text: str) -> str:
    """The text without what only sets it: dollars, spacing, delimiters' sizes, separators of thousands.

    Raises Unreadable for what cannot be seen.
    """
    if any(not (c.isprintable() or c.isspace()) for c in text):
        raise Unreadable("an invisible character")
    text = _THOUSANDS.sub("", text.translate(_UNICODE))
    text = _ROOT.sub(r"\\sqrt{\1}", text)
    text = _SPACING.sub(lambda found: found[0] if found[0] == "\\\\" else " ", text)
    text = re.sub(r"\\[dt]frac", r"\\frac", text)
    text = re.sub(r"(?<=\d)\.(?![\d.])", "", text)
    text = re.sub(r"^\s*\\\$|\\\$\s*$", "", _PERCENT.sub(r"\\%", text))
    return re.sub(r" +", " ", text).lstrip(" ,;").rstrip(" .,;")


_DRESS = r"\\(?:text|textbf|textit|textrm|mbox|mathrm|mathbf|bf|rm)\s*\{([^{}]*)\}"
_DRESSED = re.compile(_DRESS)
_NUMBER = re.compile(
    r"[€£]?\s*(?P<sign>[-+]?)\s*(?:\\\$|[€£])?\s*"
    r"(?P<whole>\d+|\d{1,3}(?:[, ]\d{3})+)?(?:\.(?P<part>\d*))?"
    r"(?:[eE](?P<exponent>[-+]?\d+)|\s*(?:\\times|\\cdot|\*)\s*10\s*\^\s*(?:(?P<power>\d)|\{\s*(?P<powers>[-+]?\d+)\s*\}))?"
    r"(?:_\{?\s*(?P<base>\d+)\s*\}?)?"
    r"\s*(?:(?P<percent>\\?%)|\^\s*\{?\s*\\circ\s*\}?|\\degree)?"
)
_NAME = re.compile(r"(?:[A-Za-z]|\([A-Za-z](?: ?, ?[A-Za-z])+\))\s*(?:=|\\in(?![A-Za-z]))\s*")
_BRACKET = re.compile(r"\\\\|\\[{}]|\\[A-Za-z]+|\\.|[()\[\]{},]", re.DOTALL)
_CLOSING = {"(": (")", "]"), "[": ("]", ")"), "{": ("}",), "\\{": ("\\}",)}
_EMPTY = re.compile(r"\\(?:emptyset|varnothing)")
_WORD = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{4,}")
_INNER_WORDS = re.compile(r"(?<!_)(?<!_\{)\\(?:text\w*|mbox)\s*\{[^{}]*\}(?!\s*(?:\^\s*\{?\s*\d\s*\}?\s*)?$)")
_BESIDE = re.compile(r"(?<!\\frac )(?<!\\sqrt )\d \d")
_DROPPED = re.compile(r"\\[ldc]?dots(?![A-Za-z])|\.\.\.|…|\"|\\\$|[€£]")
_MIXED = re.compile(r"([-+]?\d+) (\d+)/(\d+)")
_SHORT_WORDS = frozenset({"yes", "no", "odd", "even", "none", "true", "false"})
_FUNCTIONS = frozenset(
    "sqrt arcsin arccos arctan sinh cosh tanh frac infty cdot times circ theta alpha beta gamma lambda omega sigma".split()
)


def read(text: str) -> Reading:
    """Takes an answer apart. Raises Unreadable, for what is too large to be read as well."""
    if len(text) > CHARACTERS:
        raise Unreadable(f"longer than {CHARACTERS:,} characters")
    if re.search(rf"\d{{{DIGITS + 1}}}", text):
        raise Unreadable(f"a number of more than {DIGITS} digits")
    return _read(_AND.sub(",", tidy(text)).strip(" ,"), alone=True)


def _read(text: str, alone: bool = False) -> Reading:
    """`alone`: not between commas, so a comma may be one of thousands."""
    text = text.strip()
    if dressed := _DRESSED.fullmatch(text):
        text = dressed[1].strip()
        if not re.search(r"[\d\\^_=+<>$]", text) and text:
            return Words(plain(text))
    if not text:
        raise Unreadable("an empty answer, or an empty part of one")
    if number := _numeral(text, alone):
        return number
    text = _MIXED.sub(r"\1\\frac{\2}{\3}", text) if _MIXED.fullmatch(text) else text
    if named := _NAME.match(text):
        rest = text[named.end() :].strip()
        if _pieces(rest)[1] or "\\in" in named[0]:
            return _read(rest, alone)
    pieces, kind = _pieces(text)
    if len(pieces) > 1:
        return Group("list", tuple(_read(item) for piece in pieces for item in _both_signs(piece)))
    if kind:
        inner = text[len(kind) // 2 : -(len(kind) // 2)]
        items = _pieces(inner)[0] if inner.strip() else []
        if kind == "{}" or (kind == "()" and len(items) == 1):  # only there to hold it together
            return _read(inner, alone)
        if kind == "\\{\\}":
            return Group("set", tuple(_read(item) for piece in items for item in _both_signs(piece)))
        return Group(kind, tuple(_read(item) for item in items))
    if _EMPTY.fullmatch(text):
        return Group("set", ())
    if len(both := _both_signs(text)) > 1:
        return Group("list", tuple(_read(item) for item in both))
    return _words_or_leaf(text)


def _words_or_leaf(text: str) -> Words | Leaf:
    bare = _DRESSED.sub(" ", text)
    words = [word.lower() for word in _WORD.findall(re.sub(r"\\operatorname\*?\{[^{}]*\}", " ", bare))]
    long = [word for word in words if word not in _FUNCTIONS]
    if text.lower() in _SHORT_WORDS or (long and re.fullmatch(r"[A-Za-z' -]+", text)):
        return Words(plain(text))
    if _INNER_WORDS.search(text):  # math-verify would drop all that follows them
        raise Unreadable("words within a formula")
    if _BESIDE.search(text):  # and add these
        raise Unreadable("two numbers side by side")
    if dropped := _DROPPED.search(text):  # and overlook these
        raise Unreadable(f"`{dropped[0]}` within a formula")
    if long and not re.match(r"[-+.\d]", text) and not text.startswith("\\begin"):  # "5 apples" is 5
        raise Unreadable(f"prose: {long[0]}")
    return Leaf(re.sub("'+", lambda marks: "^{" + r"\prime " * len(marks[0]) + "}", text))  # it overlooks these too


def plain(text: str) -> str:
    """Words as they are compared."""
    return " ".join(_DRESSED.sub(r" \1 ", text).casefold().replace("(", " ").replace(")", " ").split()).rstrip(".")


def _numeral(text: str, alone: bool) -> Numeral | None:
    found = _NUMBER.fullmatch(text)
    if not found or not (found["whole"] or found["part"]) or (not alone and re.search("[, ]", found["whole"] or "")):
        return None
    whole, part = re.sub("[, ]", "", found["whole"] or ""), found["part"] or ""
    exponent = found["exponent"] or found["power"] or found["powers"] or "0"
    if len(exponent) > 5 or abs(int(exponent)) > EXPONENT:
        raise Unreadable("a number too large")
    digits, place = whole + part, int(exponent) - len(part)
    value = int(digits) * Fraction(10) ** place
    return Numeral(
        -value if found["sign"] == "-" else value,
        decimal="." in text or exponent != "0",
        place=place,
        significant=len(digits.lstrip("0")),
        percent=bool(found["percent"]),
        base=found["base"] or "",
    )


def _pieces(text: str) -> tuple[list[str], str]:
    """What stands between the outermost commas; and the brackets, if one pair of them encloses it all.

    Raises Unreadable when brackets do not match, or too many are nested.
    """
    opened: list[tuple[str, int]] = []
    commas, around = [], ""
    for token in _BRACKET.finditer(text):
        mark = token[0]
        if mark in _CLOSING:
            opened.append((mark, token.start()))
            if len(opened) > NESTING:
                raise Unreadable(f"brackets more than {NESTING} deep")
        elif mark in (")", "]", "}", "\\}"):
            opening, start = opened.pop() if opened else ("", 0)
            if mark not in _CLOSING.get(opening, ()):
                raise Unreadable("brackets that do not match")
            if start == 0 and token.end() == len(text):
                around = opening + mark
        elif mark == "," and not opened:
            commas.append(token.start())
    if opened:
        raise Unreadable("brackets that do not match")
    if len(commas) >= ITEMS:
        raise Unreadable(f"more than {ITEMS} parts")
    cuts = [-1, *commas, len(text)]
    return [text[a + 1 : b] for a, b in pairwise(cuts)], around


def _both_signs(text: str) -> tuple[str, ...]:
    if text.count("\\pm") == 1 and "\\mp" not in text:
        return tuple(text.replace("\\pm", sign) for sign in ("+", "-"))
    return (text,)
