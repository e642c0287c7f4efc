"""The knowledge base: texts that the proposer is shown, one piece a step (PasoDoble, K).

Sources: a Hugging Face data set by its id (the paper: a filtered `OctoThinker/MegaMath-Web-Pro-Max`), streamed, so that nothing is
downloaded whole; a json, jsonl, parquet or text file; a directory of texts; or `bundled`, our lessons on arithmetic
and algebra. A row of a data set gives one piece, its beginning; a text is cut into pieces from end to end. Pieces end
between paragraphs, sentences or at least words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from conjecture.lessons import LESSONS
from verify.records import content_id
from verify.statements import FILE_KINDS, BadInput, file_rows, hub_rows

TEXT_KINDS = (".txt", ".md", ".tex")


@dataclass(frozen=True, slots=True)
class KnowledgeSettings:
    """Where the proposer's knowledge comes from."""

    source: str = "bundled"
    """A hub id, a file, a directory of texts, or `bundled`."""
    field: str = "text"
    """The column of a data set that holds the text."""
    split: str = "train"
    """Of a hub data set."""
    max_characters: int = 2000
    """A longer text is cut."""
    pieces: int = 10_000
    """At most so many are read: of a stream the first ones."""

    def __post_init__(self) -> None:
        if self.max_characters < 1 or self.pieces < 1:
            raise ValueError("knowledge wants max_characters >= 1 and pieces >= 1")


class Piece(NamedTuple):
    """A piece of knowledge; `id` is made of its text."""

    id: str
    text: str


NOTHING = Piece("", "")
"""What the proposer is shown without a knowledge base."""


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """Distinct pieces in the order of their source."""

    pieces: tuple[Piece, ...]

    @classmethod
    def open(cls, settings: KnowledgeSettings) -> KnowledgeBase:
        """Reads the source. Raises BadInput when it cannot be read or holds no text."""
        found: dict[str, Piece] = {}
        for text in _texts(settings):
            piece = Piece(content_id("knowledge", text), text)
            found.setdefault(piece.id, piece)
            if len(found) == settings.pieces:
                break
        if not found:
            raise BadInput(f"{settings.source} holds no text")
        return cls(tuple(found.values()))

    def draw(self, seed: int, step: int, n: int = 1) -> list[Piece]:
        """The n pieces of a step. Every piece comes up once before any comes up again, in an order made from the seed.

        Raises ValueError unless n is at least 1.
        """
        if n < 1:
            raise ValueError("a step draws at least one piece of knowledge")
        drawn = []
        for position in range(step * n, (step + 1) * n):
            lap, at = divmod(position, len(self.pieces))
            order = np.random.default_rng([seed, lap]).permutation(len(self.pieces))
            drawn.append(self.pieces[order[at]])
        return drawn


def _texts(settings: KnowledgeSettings) -> Iterable[str]:
    source, limit = settings.source, settings.max_characters
    if source == "bundled":
        return (lesson.text for lesson in LESSONS)
    path = Path(source)
    kind = Path(path.name.removesuffix(".gz")).suffix
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix in TEXT_KINDS and file.is_file())
        if not files:
            raise BadInput(f"{source} holds no texts; files that end in {', '.join(TEXT_KINDS)} are read")
        return (piece for file in files for piece in cut(_read(file), limit))
    if kind in TEXT_KINDS:
        return cut(_read(path), limit)
    if kind in FILE_KINDS:
        return _columns(file_rows(path), settings)
    if path.exists():
        raise BadInput(f"{source}: not a {', '.join((*FILE_KINDS, *TEXT_KINDS))} file")
    return _columns(hub_rows(source, settings.split, streaming=True), settings)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _columns(rows: Iterable[dict[str, Any]], settings: KnowledgeSettings) -> Iterator[str]:
    """The beginning of each row's text; a blank one is passed over."""
    for number, row in enumerate(rows, 1):
        text = row.get(settings.field)
        if not isinstance(text, str):
            raise BadInput(
                f"{settings.source}, row {number}: no text in the field {settings.field!r}; it has {', '.join(row)}"
            )
        yield from islice(cut(text, settings.max_characters), 1)


def cut(text: str, limit: int) -> Iterator[str]:
    """Pieces of at most `limit` characters, each as long as may be, in order.

    A piece ends at the last paragraph's end in its second half, or else sentence's, or else word's, or at the limit.

    >>> list(cut("One two three. Four.", 16))
    ['One two three.', 'Four.']
    """
    text = text.strip()
    while len(text) > limit:
        window = text[: limit + 1]
        ends = (
            [found.start(1) for found in re.finditer(pattern, window) if found.start(1) >= max(1, limit // 2)]
            for pattern in (r"(\n\s*\n)", r"[.!?](\s)", r"(\s)")
        )
        end = next((found[-1] for found in ends if found), limit)
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    if text:
        yield text
