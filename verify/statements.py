"""Reading statements: the layouts of LeanWorkbook, miniF2F and ProofNet, from files or the hub.

A row is recognised by its fields, not by its file's name: `name` (or `id`, `problem_name`) and
`formal_statement` (or `statement`, `theorem`, `lean4_formalization`). What counts is only the theorem: the
header is the verifier's, and any proof is cut (`cut_proof`). A row that holds no theorem
(ProofNet has definitions) is reported with its reason, never dropped in silence.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from verify.policy import COMMANDS, tokens
from verify.records import Statement

TEXT_FIELDS = ("formal_statement", "statement", "theorem", "lean4_formalization")
NAME_FIELDS = ("name", "id", "problem_name", "full_name")
FILE_KINDS = (".json", ".jsonl", ".parquet")
HARMLESS = frozenset("import section end universe scoped noncomputable private protected nonrec public".split())
"""Words of commands that may stand before a theorem and do not change what it says."""


class BadInput(ValueError):
    """The user's file or option cannot be used; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source held: statements, and (name, reason) for every row that is none."""

    statements: list[Statement]
    rejected: list[tuple[str, str]] = field(default_factory=list)


def read_statements(source: str, *, split: str | None = None, limit: int | None = None) -> Reading:
    """Statements from a local json, jsonl or parquet file (`.gz` too), or a Hugging Face data set id.

    `split` keeps only rows of that split; `limit` the first so many rows. Raises BadInput.
    """
    statements: list[Statement] = []
    rejected: list[tuple[str, str]] = []
    seen: set[str] = set()
    taken = 0
    for number, row in enumerate(_rows(source, split)):
        if limit is not None and taken >= limit:
            break
        if split is not None and row.get("split") not in (None, split):
            continue
        taken += 1
        name = str(next((row[key] for key in NAME_FIELDS if row.get(key)), f"row_{number + 1}"))
        text = next((row[key] for key in TEXT_FIELDS if isinstance(row.get(key), str)), None)
        if text is None:
            raise BadInput(f"{source}, row {number + 1}: none of the fields {', '.join(TEXT_FIELDS)} holds a text")
        try:
            statement = parse_theorem(text, source_name(source), row)
        except ValueError as error:
            rejected.append((name, str(error)))
            continue
        if statement.id in seen:
            rejected.append((name, "duplicate of an earlier statement"))
            continue
        seen.add(statement.id)
        statements.append(statement)
    if not taken:
        raise BadInput(f"{source} holds no rows" + (f" of split {split!r}" if split else ""))
    return Reading(statements, rejected)


def parse_theorem(text: str, source: str = "user", row: dict[str, Any] | None = None) -> Statement:
    """The theorem of a data set's text, without its proof. Raises ValueError with a reason.

    >>> parse_theorem("theorem t (n : ℕ := 3) : n = n := by sorry").signature
    '(n : ℕ := 3) : n = n'
    """
    start = theorem_start(text)
    row = row or {}
    tags = tuple(str(tag) for tag in row.get("tags") or ())
    split = str(row.get("split") or "train")
    statement = Statement.parse(cut_proof(text[start:]), source=source, split=split, tags=tags)
    if not statement.signature:
        raise ValueError("the theorem has no statement")
    if (start or "theorem" in text[7:] or "lemma" in text[5:]) and (reason := _leans(text, start, statement.signature)):
        raise ValueError(reason)
    return statement


def _leans(text: str, start: int, signature: str) -> str:
    """Why the theorem at `start` may lean on what stands beside it, which the verifier does not run; "" if it cannot."""
    words = [token for _, token in tokens(text)]
    if sum(word in ("theorem", "lemma") for word in words) > 1:
        return "holds more than one theorem"
    said = {part for _, token in tokens(signature) for part in token.split(".")}
    before = [token for _, token in tokens(text[:start])]
    for word, following in pairwise([*before, ""]):
        named = word in ("def", "abbrev") and following.split(".")[-1] not in said
        if word in COMMANDS - HARMLESS and not named:
            return f"holds a `{word}` before the theorem, which is not run"
    return ""


def theorem_start(text: str, *, last: bool = False) -> int:
    """Where the first or the last theorem of a text begins. Raises ValueError with a reason when it holds none."""
    if re.match(r"(theorem|lemma)\s", text) and len(re.findall(r"\b(?:theorem|lemma)\b", text)) == 1:
        return 0  # the usual case, without reading it word by word
    starts = [position for position, token in tokens(text) if token in ("theorem", "lemma")]
    if not starts:
        kind = re.search(r"\b(def|abbrev|instance|example|structure|axiom)\b", text)
        raise ValueError(f"holds a {kind[1]}, not a theorem" if kind else "holds no theorem")
    return starts[-1 if last else 0]


def cut_proof(text: str) -> str:
    """The text before the `:=` that begins the proof.

    It is the first `:=` outside all brackets that answers no `let` or `have`: a default value sits inside
    brackets, and `let x := 3; x = 3` is still the statement.
    """
    if ":=" not in text:
        return text.strip()
    depth, bindings, cut, previous = 0, 0, None, (-2, "")
    for position, token in tokens(text):
        if token in "([{⟨⦃":
            depth += 1
        elif token in ")]}⟩⦄":
            depth -= 1
        elif depth == 0 and token in ("let", "have", "letI", "haveI"):
            bindings += 1
        elif token == "=" and previous == (position - 1, ":") and depth == 0:
            if not bindings:
                cut = position - 1
                break
            bindings -= 1
        previous = (position, token)
    return text[:cut].strip()


def source_name(source: str) -> str:
    name = Path(source).name
    for ending in (".gz", *FILE_KINDS):
        name = name.removesuffix(ending)
    return name


def _rows(source: str, split: str | None) -> Iterable[dict[str, Any]]:
    path = Path(source)
    if path.is_dir():
        raise BadInput(f"{source} is a directory; give a json, jsonl or parquet file in it")
    suffixes = [s for s in path.suffixes if s != ".gz"]
    if path.exists() or (suffixes and suffixes[-1] in FILE_KINDS):
        return file_rows(path)
    return hub_rows(source, split or "train")


def file_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a json, jsonl or parquet file, `.gz` too. Raises BadInput."""
    kind = Path(path.name.removesuffix(".gz")).suffix
    if not path.exists():
        raise BadInput(f"{path}: No such file or directory")
    if kind not in FILE_KINDS:
        raise BadInput(f"{path}: not a json, jsonl or parquet file")
    try:
        if kind == ".parquet":
            import pyarrow.parquet

            yield from pyarrow.parquet.read_table(path).to_pylist()
            return
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BadInput(f"{path}: {reason}") from error
    if kind == ".json":
        try:
            rows = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{path}: not JSON ({error})") from error
        if not isinstance(rows, list):
            raise BadInput(f"{path}: a list of objects is wanted")
        numbered = enumerate(rows, 1)
    else:
        numbered = _json_lines(path, text)
    for number, row in numbered:
        if not isinstance(row, dict):
            raise BadInput(f"{path}, row {number}: an object is wanted")
        yield row


def _json_lines(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                raise BadInput(f"{path}, line {number}: not JSON ({error})") from error


def hub_rows(source: str, split: str, config: str | None = None, streaming: bool = False) -> Iterator[dict[str, Any]]:
    """The rows of one split of a data set on the Hugging Face hub. Raises BadInput."""
    import datasets

    try:
        yield from datasets.load_dataset(source, config, split=split, streaming=streaming)
    except Exception as error:  # the library raises a dozen kinds for one cause: not there, or not reachable
        first = str(error).strip().split("\n")[0]
        raise BadInput(f"{source}: neither a file here nor a data set that can be loaded ({first})") from error
