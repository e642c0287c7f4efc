"""Gate 0: what a candidate's text may not contain. Microseconds, no Lean.

The rules are ours to change, so every verdict carries `VERSION`. A refusal is an outcome of its own:
training can see it, and a person is told the token and where it stands. Words inside comments, strings
and as parts of longer names (`List.prefix_append`, `axiom_of_choice`) are not tokens and pass.
Knowledge: the exploit table of docs/trust.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

VERSION = "1"
MAX_CHARACTERS = 32_768

INCOMPLETE = frozenset("sorry admit stop sorryAx".split())
SEARCHES = frozenset("apply? exact? rw? hint? simp? aesop? omega? grind? decide? show_term?".split())
COMPILED = frozenset(
    "native_decide bv_decide native ofReduceBool ofReduceNat reduceBool reduceNat trustCompiler".split()
)
METAPROGRAMS = frozenset(
    """run_tac by_elab run_elab run_cmd run_meta eval% include_str dbg_trace dbgTrace dbgStackTrace
    set_option unsafe unsafeCast unsafeIO unsafeEIO unsafeBaseIO Lean IO Elab""".split()
)
COMMANDS = frozenset(
    """axiom theorem lemma def abbrev opaque instance inductive structure class example variable universe
    notation notation3 infix infixl infixr prefix postfix macro macro_rules syntax elab elab_rules simproc
    initialize builtin_initialize attribute import prelude module public meta namespace section mutual
    deriving extern implemented_by csimp export partial noncomputable private protected local scoped
    omit include end declare_syntax_cat""".split()
)
_REASONS = {
    **dict.fromkeys(INCOMPLETE, "leaves the proof open"),
    **dict.fromkeys(SEARCHES, "is a search, not a proof"),
    **dict.fromkeys(COMPILED, "trusts compiled code"),
    **dict.fromkeys(METAPROGRAMS, "is metaprogramming"),
    **dict.fromkeys(COMMANDS, "is a command, not part of a proof"),
    '"': "begins a string that may run code, or a raw one",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The token that is not allowed, why, and where (line from 1, column from 0)."""

    token: str
    why: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"`{self.token}` {self.why} (line {self.line}, column {self.column})"


def refuse(text: str) -> Refusal | None:
    """The first thing in `text` that the policy does not allow, or None."""
    if len(text) > MAX_CHARACTERS:
        return Refusal(f"{len(text)} characters", f"is longer than {MAX_CHARACTERS}", 1, 0)
    for position, char in enumerate(text):
        if char not in "\n\t\r" and unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs"):
            return _refusal(text, position, f"U+{ord(char):04X}", "is an invisible character")
    for position, token in tokens(text):
        if token.startswith("#") and len(token) > 1:
            return _refusal(text, position, token, "is a command, not part of a proof")
        for word in (token, *token.strip("«»").split(".")):
            if why := _REASONS.get(word.strip("«»")):
                return _refusal(text, position, token, why)
    return None


def _refusal(text: str, position: int, token: str, why: str) -> Refusal:
    before = text[:position]
    return Refusal(token, why, before.count("\n") + 1, position - (before.rfind("\n") + 1))


def tokens(text: str) -> Iterator[tuple[int, str]]:
    """Names (dotted, with `«»`), `#words` and single symbols, with their offsets.

    Comments and the contents of strings are left out. What cannot be closed (a comment, a string, a
    `«`) runs to the end of the text; Lean itself refuses such a text, so nothing is hidden by it.
    """
    i, n = 0, len(text)
    while i < n:
        char = text[i]
        if text.startswith("--", i):
            i = _after(text, "\n", i)
        elif text.startswith("/-", i):
            i = _after_block_comment(text, i)
        elif char == '"':
            end = _after_string(text, i)
            if _RUNS_CODE.search(text, i, end):
                yield i, '"'
            i = end
        elif char == "r" and (raw := _RAW_STRING.match(text, i)):
            yield raw.end() - 1, '"'
            i = raw.end()
        elif char == "'" and not (i and text[i - 1] in "]'") and (end := _char_literal(text, i)):
            i = end
        elif char.isdigit():
            j = _NUMBER.match(text, i).end()
            yield i, text[i:j]
            i = j
        elif char == "#" and i + 1 < n and _is_letter(text[i + 1]):
            j = _after_word(text, i + 1)
            yield i, text[i:j]
            i = j
        elif _is_letter(char) or char == "«":
            j = _after_name(text, i)
            if text[i:j] == "eval" and text.startswith("%", j):
                j += 1
            yield i, text[i:j]
            i = j
        else:
            if not char.isspace():
                yield i, char
            i += 1


_NUMBER = re.compile(r"0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?|.")
_RUNS_CODE = re.compile(r"(?<!\\)\{")  # `s!"{code}"`: we need not know which strings interpolate
_RAW_STRING = re.compile(r'r#*"')  # other rules for its end than ours: not worth learning


def _is_letter(char: str) -> bool:
    return char == "_" or (char.isalpha() and char not in "λΠΣ")


def _is_rest(char: str) -> bool:
    return char in "_'!?" or char.isalnum() or char in "₀₁₂₃₄₅₆₇₈₉"


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


def _after_word(text: str, i: int) -> int:
    while i < len(text) and _is_rest(text[i]):
        i += 1
    return i


def _after_name(text: str, i: int) -> int:
    while True:
        i = _after(text, "»", i) if text.startswith("«", i) else _after_word(text, i)
        if i + 1 < len(text) and text[i] == "." and (_is_letter(text[i + 1]) or text[i + 1] == "«"):
            i += 1
        else:
            return i


def _after_block_comment(text: str, i: int) -> int:
    depth = 0
    while i < len(text):
        if text.startswith("/-", i):
            depth, i = depth + 1, i + 2
        elif text.startswith("-/", i):
            depth, i = depth - 1, i + 2
            if depth == 0:
                return i
        else:
            i += 1
    return i


def _after_string(text: str, i: int) -> int:
    i += 1
    while i < len(text) and text[i] != '"':
        i += 2 if text[i] == "\\" else 1
    return min(i + 1, len(text))


def _char_literal(text: str, i: int) -> int | None:
    if text.startswith("'\\", i):
        end = text.find("'", i + 3)
        return end + 1 if 0 < end <= i + 12 else None
    return i + 3 if text[i + 2 : i + 3] == "'" else None
