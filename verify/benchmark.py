"""Benchmarks as data: one file in `benchmarks/` describes each, and this reads its items from any of its layouts.

Formal benchmarks hold problems (a theorem to prove), informal ones questions with an answer. A row that cannot be
played is rejected with its reason, never dropped in silence: `problems` and `rejected` are together all rows read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verify import preamble
from verify.description import Benchmark, Hub, read_description
from verify.install import PROJECT
from verify.records import Statement
from verify.statements import FILE_KINDS, BadInput, cut_proof, file_rows, hub_rows, theorem_start

FOLDER = Path(__file__).parent / "benchmarks"
WRITTEN_OUT = "answer written out"
"""The tag of a statement in which an `abbrev` of its file is replaced by its value."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A theorem to prove. `name` is unique in its benchmark; `statement.name` is what Lean calls it.

    `header` is what the benchmark puts before the theorem (imports, options, `open`s), without comments;
    `informal` is the problem in words, or "".
    """

    name: str
    statement: Statement
    header: str
    informal: str
    split: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question in words, its answer, and a worked solution or ""."""

    name: str
    question: str
    answer: str
    solution: str
    split: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A benchmark's items, Problems or Questions by its kind, and (name, reason) for every row that is none."""

    benchmark: Benchmark
    problems: list[Any]
    rejected: list[tuple[str, str]]


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def describe(name: str) -> Benchmark:
    """What is known of a benchmark. Raises BadInput."""
    if name not in names():
        raise BadInput(f"there is no benchmark {name!r}; choose one of {', '.join(names())}")
    return read_description(FOLDER / f"{name}.yaml")


def load(name: str, data: str | None = None, split: str | None = None, limit: int | None = None) -> Loaded:
    """A benchmark's items.

    `data` is a json, jsonl or parquet file (`.gz` too), a directory of such or of Lean files, or the id of another
    data set on the hub; without it the benchmark's own on the hub is read. `split` keeps only rows of that split,
    `limit` the first so many rows. Raises BadInput.
    """
    benchmark = describe(name)
    if split is not None and split not in benchmark.counts:
        raise BadInput(f"{name} has no split {split!r}; its splits are {', '.join(benchmark.counts)}")
    problems: list[Any] = []
    rejected: list[tuple[str, str]] = []
    read, unsplit = 0, 0
    for row in _rows(benchmark, data):
        unsplit += not row.split
        if split not in (None, row.split) or (limit is not None and read >= limit):
            continue
        read += 1
        try:
            problems.append(_problem(benchmark, row) if benchmark.kind == "formal" else _question(row))
        except ValueError as error:
            rejected.append((row.name, str(error)))
    if split and unsplit:
        raise BadInput(f"{unsplit} rows of {data or name} name no split; give the file of split {split} alone as data")
    if not read:
        raise BadInput(f"{data or name} holds no rows" + (f" of split {split!r}" if split else ""))
    return Loaded(benchmark, problems, rejected)


def theorems(name: str, data: str | None = None) -> Iterator[tuple[str, Statement]]:
    """(split, statement) of every row that holds a theorem, playable or not, as it stands and with answers written out."""
    benchmark = describe(name)
    for row in _rows(benchmark, data):
        try:
            raw = _theorem(row)[0]
            yield row.split, raw
            played = _problem(benchmark, row).statement
        except ValueError:
            continue
        if played.id != raw.id:
            yield row.split, played


def lean_header(problem: Problem) -> str:
    """What the verifier's Mathlib is to elaborate before this problem: the profile's options, the problem's `open`s.

    Without it (`toolchain.mathlib(header=…)`) statements that expect other `open`s than the profile's, most of ProofNet
    and of PutnamBench, do not elaborate.
    """
    options = [line for line in _profile_header("mathlib").splitlines(keepends=True) if line.startswith("set_option")]
    return "".join(options) + preamble.opens(problem.header)


def not_opened(problem: Problem, profile: str) -> tuple[str, ...]:
    """The namespaces that a problem's header opens and the header of `core` or `mathlib` does not.

    Where there are some, the statement may not elaborate in that profile, or in rare cases say something else.
    """
    ours = preamble.opened(_profile_header(profile))
    return tuple(name for name in preamble.opened(problem.header) if name not in ours)


def _profile_header(profile: str) -> str:
    return (PROJECT / "header" / f"{profile}.lean").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row under our own column names; `split` is "" where nothing says it."""

    name: str
    split: str
    columns: Mapping[str, Any]

    def text(self, column: str) -> str:
        """What a column says, as text; a list's items with commas, a whole number without `.0`."""
        value = self.columns.get(column)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value))
        return "" if value is None else str(value)


def _rows(benchmark: Benchmark, data: str | None) -> Iterator[_Row]:
    """All rows in order, with unique names, which must not depend on what is then kept."""
    key = "statement" if benchmark.kind == "formal" else "question"
    seen: set[str] = set()
    for number, (row, where) in enumerate(_sources(benchmark, data), 1):
        columns = {column: _value(row, benchmark.fields[column]) for column in benchmark.fields}
        if columns[key] is None:
            wanted = ", ".join(benchmark.fields[key])
            raise BadInput(f"{data or benchmark.name}, row {number}: none of the fields {wanted}")
        name = str(columns.get("name") or "") or _name_of(str(columns[key])) or f"row_{number}"
        unique, copy = name, 1
        while unique in seen:
            copy += 1
            unique = f"{name}-{copy}"
        seen.add(unique)
        yield _Row(unique, _split(benchmark, columns.get("split"), where), columns)


def _sources(benchmark: Benchmark, data: str | None) -> Iterator[tuple[dict[str, Any], str]]:
    """Rows as they are, each with a text that may name its split: that of the hub, or its file's path."""
    path = Path(data) if data else None
    if path is None or not (path.exists() or path.name.removesuffix(".gz").endswith(FILE_KINDS)):
        hub = Hub(data, None, {split: split for split in benchmark.counts}) if data else benchmark.hub
        if hub is None:
            raise BadInput(f"{benchmark.name} is not on the hub; give a file as data: {benchmark.source}")
        for ours, theirs in hub.splits.items():
            for row in hub_rows(hub.id, theirs, hub.config):
                yield row, ours
    elif not path.is_dir():
        for row in file_rows(path):
            yield row, path.name
    elif lean := sorted(path.rglob("*.lean")):
        columns = {column: benchmark.fields[column][0] for column in ("name", "statement")}
        for file in lean:
            try:
                text = file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise BadInput(f"{file}: not UTF-8 text ({error})") from error
            yield {columns["name"]: file.stem, columns["statement"]: text}, file.parent.name
    else:
        files = sorted(file for file in path.rglob("*") if file.name.removesuffix(".gz").endswith(FILE_KINDS))
        if not files:
            raise BadInput(f"{path}: no json, jsonl, parquet or Lean file in it")
        for file in files:
            for row in file_rows(file):
                yield row, file.name


def _value(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        value: Any = row
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def _split(benchmark: Benchmark, said: Any, where: str) -> str:
    """By the row's own word (`valid`, `miniF2F valid`), or else by where it stands (`valid-00000.parquet`)."""
    for text in (said, where):
        for word in re.findall(r"[a-z]+", str(text or "").lower()):
            word = "valid" if word in ("validation", "val") else word
            if word in benchmark.counts:
                return word
    return next(iter(benchmark.counts)) if len(benchmark.counts) == 1 else ""


def _name_of(text: str) -> str:
    found = re.search(r"(?m)^(?:theorem|lemma|(?:noncomputable )?def)\s+([^\s:({\[]+)", text)
    return found[1] if found else ""


def _theorem(row: _Row) -> tuple[Statement, preamble.Preamble]:
    """A row's theorem, and what stands before it. Raises ValueError with a reason."""
    text = row.text("statement")
    start = theorem_start(text, last=True)
    statement = Statement.parse(cut_proof(text[start:]), source="", split=row.split)
    if not statement.signature:
        raise ValueError("the theorem has no statement")
    return statement, preamble.read("\n".join((row.text("header"), row.text("helper"), text[:start])))


def _problem(benchmark: Benchmark, row: _Row) -> Problem:
    statement, before = _theorem(row)
    statement = replace(statement, source=benchmark.name)
    if needed := preamble.needed(statement.signature, before.declarations):
        signature = preamble.written_out(statement.signature, needed)
        statement = replace(statement, signature=signature, tags=(WRITTEN_OUT,))
    informal = re.sub(r"\A/-[-!]?|-/\Z", "", row.text("informal").strip()).strip()
    return Problem(row.name, statement, before.header or benchmark.header, informal or before.docstring, row.split)


def _question(row: _Row) -> Question:
    """The answer stands in its own column, behind the last `####` (GSM8K), or in the solution's last `\\boxed`."""
    answer, solution = row.text("answer"), row.text("solution")
    if "####" in answer:
        answer, solution = answer.rpartition("####")[2].strip(), solution or answer
    answer = answer or _boxed(solution)
    if not answer:
        raise ValueError("has no answer")
    return Question(row.name, row.text("question"), answer, solution, row.split)


def _boxed(solution: str) -> str:
    """The content of the last `\\boxed{…}`, or ""."""
    start = solution.rfind("\\boxed{")
    depth = 0
    for position in range(start + 6, len(solution)) if start >= 0 else ():
        depth += {"{": 1, "}": -1}.get(solution[position], 0)
        if depth == 0:
            return solution[start + 7 : position]
    return ""
