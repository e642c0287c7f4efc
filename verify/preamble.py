"""What stands before a benchmark's theorem: imports, options, `open`s, a docstring, and declarations it may lean on.

The verifier has a header of its own and judges one theorem, so a statement that names a declaration of its file cannot
be judged, with one exception: an `abbrev` whose value is known is written out in its place. PutnamBench leaves the
answer of a question so (`abbrev putnam_1962_a5_solution : ℕ → ℕ := sorry`, and the answer in a comment below it), and
STP's copy of PutnamBench writes the answers out in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

from verify.policy import tokens

_MARK = re.compile(r"--[^\n]*|/-")
_BRACKET = re.compile(r"/-|-/")
_COMMAND = re.compile(
    r"(?m)^(?:(?:@\[[^\]]*\]|noncomputable|private|protected|local|scoped|unsafe|partial)\s+)*"
    r"(import|open|set_option|section|end|namespace|universe|variable|notation3?|infix[lr]?|prefix|postfix|macro|"
    r"macro_rules|syntax|elab|attribute|instance|def|abbrev|theorem|lemma|structure|class|inductive|axiom|opaque)\b"
)
_HEADER = ("import", "open", "set_option")
_NAMED = ("def", "abbrev", "theorem", "lemma", "structure", "class", "inductive", "axiom", "opaque")
_VALUE = re.compile(r"abbrev\s+\S+\s*:(?!=)\s*(.*?)\s*:=\s*(.*)", re.DOTALL)
_BINDERS = frozenset("∀ ∃ fun λ ∑ ∏ ⋃ ⋂ ⨆ ⨅ ∫ let have letI haveI".split())
_BRACKETS = frozenset("( [ ⦃".split())


@dataclass(frozen=True, slots=True)
class Declaration:
    """A command of the file that the verifier does not run. `name` is "" where it declares none.

    `value` is what an `abbrev` without parameters stands for, as a term of its type: "" where that is not known.
    """

    command: str
    name: str
    value: str = ""

    def __str__(self) -> str:
        return f"`{self.command} {self.name}`".replace(" `", "`")


@dataclass(frozen=True, slots=True)
class Preamble:
    """`header` are the imports, options and `open`s, without comments; `docstring` the words of the last comment."""

    header: str
    docstring: str
    declarations: tuple[Declaration, ...]


@cache  # most rows of a benchmark begin alike
def read(text: str) -> Preamble:
    """The preamble in `text`, which ends where the theorem begins."""
    bare, docstring = _without_comments(text)
    starts = list(_COMMAND.finditer(bare))
    header, declarations = "", []
    for match, following in zip_longest(starts, starts[1:]):
        end = following.start() if following else len(bare)
        if match[1] in _HEADER:
            header += re.sub(r"\s+in\s*\Z", "\n", bare[match.start() : end])
        elif match[1] not in ("section", "end"):
            declarations.append(_declaration(match[1], bare[match.start(1) : end], text[match.start(1) : end]))
    header = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", header)).strip()
    return Preamble(f"{header}\n\n" if header else "", docstring, tuple(declarations))


def opens(header: str) -> str:
    """The `open` commands of a header, as they are."""
    return "".join(f"{line}\n" for line in _without_comments(header)[0].splitlines() if re.match(r"open\s", line))


def opened(header: str) -> tuple[str, ...]:
    """The namespaces that a header opens, in order, each once.

    >>> opened("open Real Nat\nopen scoped BigOperators Nat")
    ('Real', 'Nat', 'BigOperators')
    """
    words = opens(header).replace("open scoped ", "open ").split()
    return tuple(dict.fromkeys(word for word in words if word not in ("open", "in")))


def needed(signature: str, declarations: Sequence[Declaration]) -> list[Declaration]:
    """Those that a statement cannot do without: it names them, or they name nothing and change how it is read."""
    if not declarations:
        return []
    said = {part for _, token in tokens(signature) for part in token.split(".")}
    return [d for d in declarations if not d.name or d.name.split(".")[-1] in said]


def written_out(signature: str, declarations: Sequence[Declaration]) -> str:
    """The signature with the values of the `abbrev`s it needs in their places.

    Raises ValueError, with a reason, where a value is not known or would not mean the same inside the theorem.
    """
    values = {}
    for declaration in declarations:
        if not declaration.value:
            raise ValueError(f"needs {declaration} of its file")
        free = _names(declaration.value) - bound(declaration.value)
        if free & (bound(signature, brackets=True) | {d.name for d in declarations}):
            raise ValueError(f"needs {declaration} of its file, whose value would mean something else in the theorem")
        values[declaration.name] = declaration.value
    parts, end = [], 0
    for position, token in tokens(signature):
        head = token.partition(".")[0]
        if head in values:
            parts += [signature[end:position], values[head]]
            end = position + len(head)
    return "".join(parts) + signature[end:]


def bound(text: str, *, brackets: bool = False) -> set[str]:
    """Names that a term binds; with `brackets` also those of `(x : ℕ)`, which binds only in a theorem's signature.

    >>> sorted(bound("fun (a : ℕ) b => ∃ x y, {z | ∀ n ∈ s, (k : ℕ) = n}"))
    ['a', 'b', 'n', 'x', 'y', 'z']
    """
    words = [token for _, token in tokens(text)]
    found: set[str] = set()
    for k, word in enumerate(words):
        if word in _BINDERS or word == "{" or (brackets and word in _BRACKETS):
            names, after = _binder(words[k + 1 :])
            if word in _BINDERS or after in (":", "|", "∈"):
                found |= names
    return found


def _binder(words: Sequence[str]) -> tuple[set[str], str]:
    """The names at the beginning of `words`, patterns and typed ones too, and the word that ends them."""
    names: set[str] = set()
    depth, typed = 0, 0
    for word in words:
        if word in "(⟨" or (typed and word in "[{⦃"):
            depth += 1
        elif word in ")]}⟩⦄":
            depth -= 1
            typed = min(typed, depth)
            if depth < 0:
                return names, word
        elif typed:
            continue
        elif word == ":" and depth:
            typed = depth
        elif _is_name(word):
            names.add(word)
        elif word != "," or not depth:
            return names, word
    return names, ""


def _names(text: str) -> set[str]:
    return {token.partition(".")[0] for _, token in tokens(text) if _is_name(token)}


def _is_name(word: str) -> bool:
    return (word[0].isalpha() or word[0] in "_«") and word not in _BINDERS and word != "in"


def _declaration(command: str, bare: str, text: str) -> Declaration:
    """`bare` is the command without comments, `text` with those that follow it."""
    name = bare.split(maxsplit=2)[1] if command in _NAMED and len(bare.split()) > 1 else ""
    if command != "abbrev" or not (match := _VALUE.fullmatch(bare.strip())):
        return Declaration(command, name)
    type, value = match[1], match[2]
    if value == "sorry":
        comment = re.match(r"\s*((?:--[^\n]*\n?\s*)+)", text[bare.index("sorry") + len("sorry") :])
        value = " ".join(re.sub(r"(?m)^\s*--", "", comment[1]).split()) if comment else ""
    return Declaration(command, name, f"(({value}) : {type})" if value else "")


def _without_comments(text: str) -> tuple[str, str]:
    """The text with blanks for its comments, lines kept, and the words of the last block comment."""
    parts: list[str] = []
    last, at = "", 0
    for start, end in _comments(text):
        if text.startswith("/-", start):
            last = re.sub(r"\A/-[-!]?|-/\Z", "", text[start:end]).strip()
        parts += [text[at:start], re.sub(r"[^\n]", " ", text[start:end])]
        at = end
    return "".join(parts) + text[at:], last


def _comments(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while match := _MARK.search(text, at):
        at, depth = match.end(), int(match[0] == "/-")
        while depth:
            bracket = _BRACKET.search(text, at)
            depth = depth + (1 if bracket[0] == "/-" else -1) if bracket else 0
            at = bracket.end() if bracket else len(text)
        yield match.start(), at
