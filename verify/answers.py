"""Answers as text: out of the box, tidied, and taken apart into what has to be compared. No algebra here.

A reading is a number as it was written, words, a group in brackets or between commas, a relation, or a leaf: text that
only algebra can understand. What kind an answer is of, is read off its text, since the types that a parser makes of it
let an open interval be a pair, and a list a set.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

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

    `place` is the power of ten of the last digit, `significant` the number of digits, `exponent` that of the power of
    ten it is written with; they matter for decimals only, of which a recurring one is none.
    """

    value: Fraction
    decimal: bool = False
    place: int = 0
    significant: int = 0
    exponent: int = 0
    percent: bool = False
    base: str = ""
    unit: str = ""

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
    """TeX, tidied. Only a constant has a unit."""

    text: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """`kind` is "list" (order does not matter), "set", "union", or the brackets around an interval, a point or a vector.

    A ratio of three and more is of the kind ":", one of two is a quotient.
    A list of conditions joined by a word is of the word's kind: "or", "and".
    """

    kind: str
    parts: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """Sides with signs between them: two signs in `0 ≤ x < 1`.

    `name` is not empty where the first side only names the others: `x` in `x = 3`, `f(2)` in `f(2) = 3`.
    """

    signs: tuple[str, ...]
    sides: tuple[Reading, ...]
    name: str = ""


Reading = Numeral | Words | Leaf | Group | Relation

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
_THOUSANDS = re.compile(r"(?<=\d)(?:,\\!\s*|\{,\}\s*)(?=\d{3}(?!\d))")
_SPACING = re.compile(
    r"\\\\|\\(?:left|right|displaystyle|[Bb]igg?[lr]?)(?![A-Za-z])|\\[,!;: ()\[\]]|~|(?<!\\)\$|\\q?quad(?![A-Za-z])|\s+"
)
_PERCENT = re.compile(r"\\(?:text|mbox|textrm)\s*\{\s*per ?cent\s*\}|(?<![A-Za-z\\])per ?cent(?![A-Za-z])")
_ROMAN = re.compile(r"\\(?:text|textrm|mathrm|rm)\s*\{\s*([ie])\s*\}")
_AND = re.compile(
    r",?\s*(?:\\(?:text|mbox|textrm)\s*\{\s*,?\s*(?P<dressed>and|or)\s*\}|(?<![A-Za-z\\{])(?P<bare>and|or)(?![A-Za-z]))"
)


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
    text = re.sub(r"(?<=\d)\.(?![\d.(]|\s*\\(?:overline|bar|dot))", "", text)
    text = _ROMAN.sub(r" \1 ", _PERCENT.sub(r"\\%", text))
    return re.sub(r" +", " ", text).lstrip(" ,;").rstrip(" .,;")


_DRESS = r"\\(?:text|textbf|textit|textrm|mbox|mathrm|mathbf|bf|rm)\s*\{([^{}]*)\}"
_DRESSED = re.compile(_DRESS)
_GROUPS = r"\d{1,3}(?:,\d{3})+"  # `366,400` is one number; two have a blank between them, or other digits
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)\s*"
    rf"(?P<whole>\d+|{_GROUPS}|\d{{1,3}}(?: \d{{3}})+)?"
    r"(?:\.(?P<part>\d*)(?:\\(?:overline|bar|dot)\s*(?:(?P<digit>\d)|\{\s*(?P<recurring>\d+)\s*\}))?)?"
    r"(?:[eE](?P<exponent>[-+]?\d+)|\s*(?:\\times|\\cdot|\*)\s*10\s*\^\s*(?:(?P<power>\d)|\{\s*(?P<powers>[-+]?\d+)\s*\}))?"
    r"(?:_\{?\s*(?P<base>\d+)\s*\}?)?"
    r"\s*(?P<percent>\\?%)?"
)
_UNITS = {
    alias: aliases.split()[0]
    for aliases in (
        "mm millimeter millimetre", "cm centimeter centimetre", "m meter metre", "km kilometer kilometre", "in inch", "ft foot feet",
        "yd yard", "mi mile", "mg milligram", "g gram", "kg kilogram", "oz ounce", "lb pound", "ml mL milliliter millilitre", "L l liter litre",
        "s sec second", "min minute", "h hr hour", "day", "week", "month", "yr year", "am AM", "pm PM", "dollar \\$", "euro €", "£", "cent",
        "degree deg", "degree-C celsius", "degree-F fahrenheit", "rad radian", "unit", "mi/h mph", "km/h kph kmph", "K kelvin",
        "N newton", "J joule", "W watt", "V volt", "Hz hertz", "person people", "man men", "woman women", "child children",
    )
    for alias in aliases.split()
}  # fmt: skip
_NO_UNITS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety"
    " hundred thousand million billion trillion mil mill mio lakh crore grand dozen score gross half halve third quarter"
    " fourth fifth sixth seventh eighth ninth tenth hundredth thousandth millionth billionth percent percentage pct"
    " double triple twice thrice squared cubed factorial plus minus over mod modulo base root point negative infinity"
    " not non none wrong false incorrect untrue except unless".split()
)
_CLOTHED = r"\\(?:text|textrm|textnormal|mbox|mathrm|rm)\s*\{([^{}]*)\}"
_POWER = r"(?:\s*\^\s*\{?\s*[23]\s*\}?)?"
_MONEY = re.compile(r"([-+]?)\s*(\\\$|[€£])\s*")
_UNIT = re.compile(
    r"\s*(?P<circle>\^\s*\{?\s*\\circ\s*\}?|\\degree(?![A-Za-z]))?"
    rf"(?P<dressed>(?:\s*/?\s*{_CLOTHED}{_POWER})*)"
    rf"(?P<bare>\s*(?<![A-Za-z\\])[A-Za-z][A-Za-z./ ]*{_POWER}|\s*(?:\\\$|[€£]))?$"
)
_FACTOR = re.compile(
    r"(?:(?P<dimension>square|sq|cubic|cu) )?(?P<word>[A-Za-z]+(?:-[CF])?|\\\$|[€£])(?:\^(?P<power>[23]))?"
)
_CONSTANT = re.compile(r"(?:[-+\s\d./*!^{}()\[\]]|\\(?:frac|sqrt|pi|cdot|times)(?![A-Za-z]))*(?:\d|\\pi)[\s)}\]!]*")
_RATIONAL = re.compile(r"[-+]?\s*(?:\d[\d.,]*|(?:\d+ )?\d+/\d+|\d*\s*\\frac(?:\{\d+\}\{\d+\}|\d\d))")
_TOKEN = re.compile(r"\\\\|\\[{}]|\\[A-Za-z]+|\\.|[()\[\]{},;:]|[<>!]=|[<=>]", re.DOTALL)
_SIGNS = {
    "=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "\\lt": "<", "\\gt": ">", "\\le": "<=", "\\ge": ">=",
    "\\leq": "<=", "\\geq": ">=", "\\leqslant": "<=", "\\geqslant": ">=", "\\ne": "!=", "\\neq": "!=", "\\in": "in",
    "\\approx": "approx",
}  # fmt: skip
_LETTER = (
    r"(?:[A-Za-z]|\\(?:(?:var)?(?:epsilon|theta|phi|rho|sigma)|alpha|beta|gamma|delta|zeta|eta|kappa|lambda|mu|nu|xi|tau"
    r"|chi|psi|omega|ell|Gamma|Delta|Theta|Lambda|Sigma|Phi|Psi|Omega)(?![A-Za-z]))"
)
_SYMBOL = rf"{_LETTER}(?:_(?:\w|{_LETTER}|\{{[^{{}}]*\}}))?(?:'|\^\\prime|\^\{{(?:\\prime)+\}})*"
_NAME = re.compile(
    rf"{_SYMBOL}|[A-Z]{{2,4}}|m?\\angle[A-Z]{{1,3}}|\({_SYMBOL}(?:,{_SYMBOL})+\)"
    rf"|[fghFGH](?:'+|_\w|\^\{{-1\}})?\([^=()]+\)|(?![xyz]\(\d){_SYMBOL}\((?:-?\d+|{_SYMBOL}(?:,{_SYMBOL})*)\)"
)
_CLOSING = {"(": (")", "]"), "[": ("]", ")"), "{": ("}",), "\\{": ("\\}",)}
_EMPTY = re.compile(r"\\(?:emptyset|varnothing)")
_CONDITION = re.compile(r":|\\mid(?![A-Za-z])|\\vert(?![A-Za-z])")
_BOTH_SIGNS = re.compile(r"\\pm(?![A-Za-z])")
_NOT_READ = re.compile(
    r"!="  # n! = 6, or n ≠ 6
    r"|\\p?mod(?![A-Za-z])|\\equiv|\\pm(?![A-Za-z])|\\mp(?![A-Za-z])"
    r"|\d\s*/\s*\d+\s*/\s*\d|\d{4}-\d\d?-\d|\d-\d\d?-\d{4}|(?<![\d._])(?<!_\{)0\d"  # dates
    r"|\.\d*\(\d+\)|\\(?:overline|bar|dot|hat|tilde|vec)\s*(?:\{\s*)?\d+(?:\s*\}|(?!\w))"  # 0.1(6), 5\overline{3}
)
_WORD = re.compile(r"(?<![A-Za-z\\\d])[A-Za-z]{4,}")
_INNER_WORDS = re.compile(r"(?<!_)(?<!_\{)\\(?:text\w*|mbox)\s*\{(?!\s*[A-Za-z]\s*\})[^{}]*\}")
_BESIDE = re.compile(r"(?<!\\frac )(?<!\\sqrt )(?<!_)\d \d")
_DROPPED = re.compile(r"\"|\\\$|[€£]|\{,\}")
_AND_SO_ON = re.compile(r"\\[lcd]?dots(?![A-Za-z])|\.\s*\.|…")
_TIME = re.compile(r"\d{1,2}:\d\d\s*(?:[ap]\.?m\.?|\\(?:text|mathrm)\s*\{[^{}]*\})?")
_LETTERS = re.compile(r"\\(?:angle|triangle)\s*[A-Z][A-Z\d_{} ]*|[A-Z][A-Za-z]+")
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
    if _AND_SO_ON.search(text):
        raise Unreadable("an ellipsis")
    text = tidy(text)
    joined = {found["dressed"] or found["bare"] for found in _AND.finditer(text)}
    if joined and _words(text):
        return Words(plain(text))
    if any(_inside(text[: found.start()]) for found in _AND.finditer(text)):  # (1 or 2) is no point
        raise Unreadable("`and` or `or` within brackets")
    reading = _read(_AND.sub(", ", text).strip(" ,"), alone=True)
    if not isinstance(reading, Group) or reading.kind != "list" or not _says_more(reading.parts, joined):
        return reading
    if len(joined) > 1:
        raise Unreadable("conditions joined by `and` and `or`")
    return Group(joined.pop(), reading.parts)


def _inside(before: str) -> bool:
    """Whether brackets are open after this."""
    return sum(map(before.count, "([{")) != sum(map(before.count, ")]}"))


def _says_more(parts: tuple[Reading, ...], joined: set[str]) -> bool:
    """Whether the words between the parts say more than a comma: not between values, nor those of one name."""
    relations = [part for part in parts if isinstance(part, Relation)]
    if any(set(relation.signs) - {"=", "approx"} for relation in relations):
        return bool(joined)
    names = {part.name if isinstance(part, Relation) else "" for part in parts}
    different = bool(relations) and ("" in names or len(names) > 1)
    return "or" in joined and (different or any(isinstance(part, Words) for part in parts))


def _words(text: str) -> bool:
    """Whether the text is dressed as words, and is not mathematics."""
    dressed = _DRESSED.fullmatch(text)
    return bool(dressed and dressed[1].strip() and not re.search(r"[\d\\^_=+<>$]", dressed[1]))


def _read(text: str, alone: bool = False) -> Reading:
    """`alone`: not between commas, so a comma may be one of thousands."""
    text = text.strip()
    if _words(text):
        return Words(plain(text))
    if dressed := _DRESSED.fullmatch(text):
        text = dressed[1].strip()
    if not text:
        raise Unreadable("an empty answer, or an empty part of one")
    value, unit = _measured(text)
    if unit:
        constant = _read(value, alone)
        if not isinstance(constant, (Numeral, Leaf)):
            raise Unreadable(f"`{unit}` after what is no number")
        return replace(constant, unit=unit)
    if number := _numeral(text, alone):
        return number
    text = _MIXED.sub(r"\1\\frac{\2}{\3}", text) if _MIXED.fullmatch(text) else text
    outer, kind = _outer(text)
    signs = [token for token in outer if token[0] in _SIGNS]
    commas = [token for token in outer if token[0] in (",", ";")]
    if commas and not (alone and len(signs) == 1 and _numeral(text[signs[0].end() :].strip(), alone)):
        return _list(_cut(text, commas))
    if kind:
        return _enclosed(text[len(kind) // 2 : -(len(kind) // 2)], kind, alone)
    if _EMPTY.fullmatch(text):
        return Group("set", ())
    if len(both := _with_either_sign(text)) > 1:
        return _list(both)
    if signs:
        return _relation(text, signs, alone)
    if unions := [token for token in outer if token[0] == "\\cup"]:
        return Group("union", tuple(map(_read, _cut(text, unions))))
    if len(ratio := [token for token in outer if token[0] == ":"]) > 1:
        return Group(":", tuple(map(_read, _cut(text, ratio))))
    return _words_or_leaf(text)


def _measured(text: str) -> tuple[str, str]:
    """A constant without its unit, and the unit; or the text as it is, and nothing.

    In \\text{…} a unit is one word of any kind, if none for a number; bare letters are one if they are in the list, or
    a plural with a space before it: `6 ab` is a product. Raises Unreadable for other words in \\text{…}.
    """
    if money := _MONEY.match(text):
        value, phrase, dressed = money[1] + text[money.end() :], money[2], True
    else:
        found = _UNIT.search(text)
        value, dressed = text[: found.start()], bool(found["circle"] or found["dressed"])
        circle = "degree-" if found["circle"] else ""
        phrase = circle + re.sub(_CLOTHED, r"\1", found["dressed"]).strip() + (found["bare"] or "")
        if dressed and found["bare"] and not circle:
            return text, ""
    value = value.strip()
    if not phrase or not ((_CONSTANT if dressed else _RATIONAL).fullmatch(value) or _NUMBER.fullmatch(value)):
        return text, ""
    phrase = " ".join(re.sub(r"[.{}]", "", phrase).split()).replace(" ^", "^").replace("^ ", "^").removesuffix("-")
    phrase = re.sub(r"degrees?[ -]([CF])\w*", r"degree-\1", phrase)
    spaced = dressed or found[0].startswith(" ") or phrase in ("mm", "cm", "km", "kg", "€", "£", r"\$")
    factors = [_factor(part.strip(), dressed) for part in re.split(r"/| per ", phrase)]
    if all(factors) and spaced:
        return value, "/".join(factors)
    if dressed and (len(phrase) > 2 or not phrase.isalpha()):
        raise Unreadable(f"`{phrase}` after a number")
    return text, ""


def _factor(text: str, dressed: bool) -> str:
    """The name of a unit, the same for its abbreviation, its singular and its plural; empty for what is none."""
    found = _FACTOR.fullmatch(text)
    if not found:
        return ""
    word, power = found["word"], found["power"] or {"s": "2", "c": "3"}.get((found["dimension"] or " ")[0], "")
    plural = re.sub(r"ies$", "y", word.casefold())
    single = re.sub(r"(?:(?<=[cs]h)|(?<=ss)|(?<=x))es$|(?<!s)s$", "", plural)
    known = _UNITS.get(word) or (len(word) > 2 and _UNITS.get(single))
    if known:
        good = dressed or (len(word) > 1 and word != "in") or not word.isalpha()
    elif dressed:
        good = len(word) > 2 and single not in _NO_UNITS
    else:
        in_order = len(word) < 5 and sorted(set(word)) == list(word)  # as the factors of a product are
        good = len(word) > 3 and single != plural and single not in _NO_UNITS and not in_order
    if not good:
        return ""
    return (known or single) + (f"^{power}" if power else "")


def _enclosed(inner: str, kind: str, alone: bool) -> Reading:
    items = _cut(inner, [token for token in _outer(inner)[0] if token[0] in (",", ";")]) if inner.strip() else []
    if kind == "{}" or (kind == "()" and len(items) == 1):  # only there to hold it together
        return _read(inner, alone)
    if kind != "\\{\\}":
        return Group(kind, tuple(map(_read, items)))
    if _CONDITION.search(inner) or inner.count("|") % 2:
        raise Unreadable("a set given by a condition")
    return Group("set", tuple(_read(item) for piece in items for item in _with_either_sign(piece)))


def _list(pieces: Sequence[str]) -> Group:
    parts = [_read(item) for piece in pieces for item in _with_either_sign(piece)]
    first, *others = parts
    if isinstance(first, Relation) and first.name and not any(isinstance(part, Relation) for part in others):
        others = [Relation(first.signs[:1], (first.sides[0], part), first.name) for part in others]  # of `x = 1, 2`
    return Group("list", (first, *others))


def _relation(text: str, signs: list[re.Match[str]], alone: bool) -> Relation:
    first, *others = _cut(text, signs)
    said, values = tuple(_SIGNS[sign[0]] for sign in signs), [_read(side, alone) for side in others]
    name = re.sub(r"\s", "", first)
    together = name.count(",") if name.startswith("(") and said[0] != "in" else 0  # of `(x, y) = (1, 2)`
    if (
        said[0] not in ("=", "in", "approx")
        or not _NAME.fullmatch(name)
        or (together and any(not isinstance(value, Group) or len(value.parts) != together + 1 for value in values))
    ):
        return Relation(said, (_read(first, alone), *values))
    name = re.sub(r"[{}]", "", name.replace("^\\prime", "'").replace("^{\\prime}", "'"))
    return Relation(said, (_leaf(first), *values), name if "(" in name else name.casefold())


def _words_or_leaf(text: str) -> Words | Leaf:
    bare = _DRESSED.sub(" ", text)
    words = [word.lower() for word in _WORD.findall(re.sub(r"\\operatorname\*?\{[^{}]*\}", " ", bare))]
    long = [word for word in words if word not in _FUNCTIONS]
    if _LETTERS.fullmatch(text):
        return Words(re.sub(r"[\s{}]", "", text).casefold())
    if _TIME.fullmatch(text):
        return Words(plain(text))
    if text.lower() in _SHORT_WORDS or (long and re.fullmatch(r"[A-Za-z' -]+", text)):
        return Words(plain(text))
    if _INNER_WORDS.search(text):
        raise Unreadable("words within a formula")
    if found := _NOT_READ.search(text):
        raise Unreadable(f"`{found[0]}` within a formula")
    if _BESIDE.search(text):  # and add these
        raise Unreadable("two numbers side by side")
    if dropped := _DROPPED.search(text):  # and overlook these
        raise Unreadable(f"`{dropped[0]}` within a formula")
    if long and not text.startswith("\\begin"):
        raise Unreadable(f"prose: {long[0]}")
    return _leaf(text)


def _leaf(text: str) -> Leaf:
    return Leaf(re.sub("'+", lambda marks: "^{" + r"\prime " * len(marks[0]) + "}", text.strip()))  # it overlooks these


def plain(text: str) -> str:
    """Words as they are compared."""
    return " ".join(_DRESSED.sub(r" \1 ", text).casefold().replace("(", " ").replace(")", " ").split()).rstrip(".")


def _numeral(text: str, alone: bool) -> Numeral | None:
    found = _NUMBER.fullmatch(text)
    if (
        not found
        or not (found["whole"] or found["part"] or found["digit"] or found["recurring"])
        or (not alone and re.search("[, ]", found["whole"] or ""))
    ):
        return None
    whole, part, recurring = (
        re.sub("[, ]", "", found["whole"] or ""),
        found["part"] or "",
        found["recurring"] or found["digit"],
    )
    exponent = found["exponent"] or found["power"] or found["powers"] or "0"
    if len(exponent) > 5 or abs(int(exponent)) > EXPONENT:
        raise Unreadable("a number too large")
    digits, place = whole + part, int(exponent) - len(part)
    exact = int(digits or 0) + (Fraction(int(recurring), 10 ** len(recurring) - 1) if recurring else 0)
    value = exact * Fraction(10) ** place
    return Numeral(
        -value if found["sign"] == "-" else value,
        decimal=("." in text and not recurring) or exponent != "0",
        place=place,
        significant=len(digits.lstrip("0")),
        exponent=int(exponent),
        percent=bool(found["percent"]),
        base=found["base"] or "",
    )


def _outer(text: str) -> tuple[list[re.Match[str]], str]:
    """The tokens outside of all brackets; and the brackets, if one pair of them encloses it all.

    Raises Unreadable when brackets do not match, or too many are nested.
    """
    opened: list[tuple[str, int]] = []
    outer, around = [], ""
    for token in _TOKEN.finditer(text):
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
        elif not opened:
            outer.append(token)
    if opened:
        raise Unreadable("brackets that do not match")
    return outer, around


def _cut(text: str, tokens: list[re.Match[str]]) -> list[str]:
    """What stands between the tokens."""
    if len(tokens) >= ITEMS:
        raise Unreadable(f"more than {ITEMS} parts")
    if {token[0] for token in tokens} == {",", ";"}:
        raise Unreadable("parts between commas and semicolons")
    if any(re.match(r",0\d", text[token.start() :]) for token in tokens):
        raise Unreadable("a comma that may be one of thousands")
    begins, ends = [0, *(token.end() for token in tokens)], [*(token.start() for token in tokens), len(text)]
    return [text[begin:end] for begin, end in zip(begins, ends, strict=True)]


def _with_either_sign(text: str) -> tuple[str, ...]:
    if len(_BOTH_SIGNS.findall(text)) == 1:
        return tuple(_BOTH_SIGNS.sub(sign, text) for sign in ("+", "-"))
    return (text,)
