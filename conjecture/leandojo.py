"""A proof library in LeanDojo's benchmark format: its theorems with their proofs, and its lemmas.

LeanDojo Benchmark 4 (Yang et al., arXiv 2306.15626), from which STP builds its first SFT (its released code,
`Notebooks/construct_sft.ipynb`): `random/` and `novel_premises/` hold the same theorems, split in two ways into `train.json`,
`val.json` and `test.json`; `corpus.jsonl` holds the code of every declaration, file by file. As in STP, all splits
are read.

What the format says of a proof depends on the keyword. Of a `lemma` the corpus has the whole code. Of a `theorem` it
has the statement, cut by Lean's parser, and the proof is put together again from the traced tactics, by their
states; a proof that is a term or by equations is not in the data. Nothing here is believed: a library theorem is
judged by Lean like every seed theorem.

A theorem is read as it stands: the `variable`s, `open`s and the namespace of its file are not in the data. One that
leans on them is out of profile, or, in a namespace, may not find a name; it is counted there and not repaired here.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile
from pathlib import Path
from typing import Any

from conjecture.library import Library, Theorem
from verify.policy import tokens
from verify.statements import BadInput, cut_proof, parse_theorem

_DECLARES = frozenset(
    "theorem lemma def abbrev instance example structure class inductive opaque axiom irreducible_def".split()
)
_EQUATIONS = re.compile(r"\n\s*\|\s.*=>")
CORPUS, SPLITS, STRATEGIES = "corpus.jsonl", ("train", "val", "test"), ("random", "novel_premises")

Place = tuple[str, str, tuple[int, ...]]
"""File, full name and end of a declaration: in these its row and its code agree (their starts may differ)."""


@dataclass(frozen=True, slots=True)
class Tactic:
    """A traced tactic: its text, the goals before and after it, and the full names it mentions."""

    text: str
    before: list[str]
    after: list[str]
    premises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A theorem of a split."""

    path: str
    name: str
    start: tuple[int, ...]
    end: tuple[int, ...]
    tactics: tuple[Tactic, ...]


def read_benchmark(directory: Path, per_file: int = 0) -> Library:
    """The library in a benchmark's directory: files in the corpus's order (imports first), theorems in the file's.

    `directory` holds `corpus.jsonl`, and the splits beside it or in `random/` or `novel_premises/`; one of these two may
    be given as well. `per_file` keeps the first so many theorems of each file, if not 0. Raises BadInput.
    """
    corpus, splits = _layout(directory)
    codes: dict[Place, str] = {}
    lemmas: dict[str, str] = {}
    order: dict[str, int] = {}
    for path, place, code in _declarations(corpus):
        order.setdefault(path, len(order))
        if place and (code := _from_keyword(code)):
            codes[place] = code
            lemmas.setdefault(place[1], code)
    rows = [row for path in splits for row in _rows(path)]
    rows.sort(key=lambda row: (order.get(row.path, len(order)), row.path, row.start))
    theorems: list[Theorem] = []
    rejected: list[tuple[str, str]] = []
    taken: dict[str, int] = {}
    for row in rows:
        if per_file and taken.get(row.path, 0) >= per_file:
            continue
        try:
            theorems.append(_theorem(row, codes, lemmas))
            taken[row.path] = taken.get(row.path, 0) + 1
        except ValueError as error:
            rejected.append((row.name or f"{row.path}, line {row.start[0]}", str(error)))
    if not theorems:
        raise BadInput(f"{directory}: none of its {len(rows)} theorems has a proof that can be read")
    known = {name: signature for name, code in lemmas.items() if (signature := _signature(code))}
    return Library(theorems, known, rejected)


def _theorem(row: Row, codes: Mapping[Place, str], lemmas: Container[str]) -> Theorem:
    """The theorem of a row. Raises ValueError with the reason why there is none."""
    if not row.name:
        raise ValueError("it has no name")
    code = codes.get((row.path, row.name, row.end))
    if code is None:
        raise ValueError(f"{CORPUS} has no code for it")
    # A name of its own: the library's may be taken in the profile, and a dotted one would open its namespace.
    name = "library_" + re.sub(r"[.«»]+", "_", row.name)
    statement = replace(parse_theorem(code, "leandojo", {"tags": (row.path, row.name)}), name=name)
    proof = written_proof(code) or replayed(_of_proof(row.tactics, statement.signature))
    traced = [premise for tactic in row.tactics for premise in tactic.premises]
    premises = dict.fromkeys([*traced, *_in_namespace(row.name, proof, lemmas)])
    return Theorem(statement, proof, row.path, tuple(premises))


def _in_namespace(name: str, proof: str, lemmas: Container[str]) -> Iterator[str]:
    """The lemmas of a theorem's own namespaces that its proof calls by their short names; a term has no other trace."""
    parts = name.split(".")[:-1]
    spaces = [".".join(parts[: end + 1]) for end in reversed(range(len(parts)))]
    for _, token in tokens(proof):
        yield from (full for space in spaces if (full := f"{space}.{token}") in lemmas)


def _of_proof(tactics: Sequence[Tactic], signature: str) -> Sequence[Tactic]:
    """The tactics without those of a default `:= by …` in the statement, which stand first."""
    if ":=" not in signature:
        return tactics
    stated = " ".join(signature.split())
    return list(dropwhile(lambda tactic: " ".join(tactic.text.split()) in stated, tactics))


def _from_keyword(code: str) -> str | None:
    """A theorem's code without what stands before its keyword, attributes, say; None for any other declaration."""
    depth = 0
    for position, token in tokens(code) if "theorem" in code or "lemma" in code else ():
        if depth == 0 and token in _DECLARES:
            return code[position:].strip() if token in ("theorem", "lemma") else None
        depth += (token[-1] in "([{") - (token in ")]}")
    return None


def _signature(code: str) -> str:
    """A lemma as a prompt shows it, on one line; '' where the code states none."""
    try:
        return " ".join(_EQUATIONS.split(parse_theorem(code).signature)[0].split())
    except ValueError:
        return ""


def written_proof(code: str) -> str | None:
    """The proof in a theorem's code, as tactics; None for a statement alone. Raises ValueError for equations.

    >>> written_proof("lemma t (n : ℕ := 3) : n = n := rfl")
    'exact rfl'
    """
    head = cut_proof(code)
    if _EQUATIONS.search(head):
        raise ValueError("its proof is by equations")
    if head == code:
        return None
    body = code[code.index(":=", len(head)) + 2 :].lstrip()
    word = next((token for _, token in tokens(body)), "")
    if word != "by":
        return f"exact {body}"
    start = len(code) - len(body) + 2
    start += len(code[start:]) - len(code[start:].lstrip())
    column = start - (code.rfind("\n", 0, start) + 1)  # the lines that follow are aligned with the first
    return textwrap.dedent(" " * column + code[start:]).strip()


def replayed(tactics: Sequence[Tactic]) -> str:
    """The proof that leads from the first tactic's state to no goals. Raises ValueError when there is none.

    A benchmark lists the outermost tactics first and the nested ones after them, without the bulleted ones: of those
    whose state is the current one, the first is the next, and a tactic that sees one of several goals is in a bullet.
    """
    if not tactics:
        raise ValueError("its proof is a term, which the benchmark leaves out")
    goals, waiting = list(tactics[0].before), []  # the goals in sight; those outside the bullets that are open
    lines: list[str] = []
    unused = list(tactics)
    while goals or waiting:
        if not goals:
            goals = waiting.pop()
            continue
        tactic = next((t for t in unused if t.before == goals), None)
        if tactic is None:
            tactic = next((t for t in unused if t.before == goals[:1]), None)
            if tactic is None:
                raise ValueError("its traced tactics do not make a whole proof")
            waiting.append(goals[1:])
            bullet = "· "
        else:
            bullet = ""
        unused.remove(tactic)
        depth = len(waiting) - bool(bullet)
        lines.append(textwrap.indent(bullet + tactic.text.replace("\n", "\n" + " " * len(bullet)), "  " * depth))
        goals = tactic.after
    return "\n".join(lines)


def _layout(directory: Path) -> tuple[Path, list[Path]]:
    """The corpus and the splits of a benchmark. Raises BadInput."""
    if not directory.is_dir():
        raise BadInput(f"{directory}: no such directory")
    root = directory.parent if directory.name in STRATEGIES and not (directory / CORPUS).exists() else directory
    if not (root / CORPUS).is_file():
        raise BadInput(f"{directory}: no LeanDojo benchmark, there is no {CORPUS}")
    for place in (directory, *(root / name for name in STRATEGIES)):
        if splits := [path for name in SPLITS if (path := place / f"{name}.json").is_file()]:
            return root / CORPUS, splits
    raise BadInput(f"{directory}: there is no train.json, val.json or test.json, here or in {' or '.join(STRATEGIES)}")


def _declarations(path: Path) -> Iterator[tuple[str, Place | None, str]]:
    """Every declaration of a corpus: its file, place and code; a place of None for one that has no name."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            where = f"{path}, line {number}"
            if line.strip():
                row = _parsed(line, where)
                file = _field(row, "path", str, where)
                for premise in _field(row, "premises", list, where):
                    name, code = _field(premise, "full_name", str | None, where), _field(premise, "code", str, where)
                    yield file, (file, name, _position(premise, "end", where)) if name else None, code


def _rows(path: Path) -> Iterator[Row]:
    """The theorems of a split."""
    rows = _parsed(path.read_bytes(), str(path))
    if not isinstance(rows, list):
        raise BadInput(f"{path}: a list of theorems is wanted")
    for number, row in enumerate(rows, 1):
        where = f"{path}, theorem {number}"
        yield Row(
            _field(row, "file_path", str, where),
            _field(row, "full_name", str | None, where) or "",
            _position(row, "start", where),
            _position(row, "end", where),
            tuple(_tactic(tactic, where) for tactic in _field(row, "traced_tactics", list, where)),
        )


def _tactic(row: Any, where: str) -> Tactic:
    before, after = _field(row, "state_before", str, where), _field(row, "state_after", str, where)
    annotated = _field(row, "annotated_tactic", list, where)
    if len(annotated) != 2 or not isinstance(annotated[1], list):
        raise BadInput(f"{where}: `annotated_tactic` is a text and a list of premises")
    premises = tuple(_field(premise, "full_name", str, where) for premise in annotated[1])
    return Tactic(_field(row, "tactic", str, where), _goals(before), _goals(after), premises)


def _goals(state: str) -> list[str]:
    return [] if state == "no goals" else state.split("\n\n")


def _parsed(data: bytes, where: str) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:  # JSON's or UTF-8's
        raise BadInput(f"{where}: not JSON ({error})") from error


def _field(row: Any, name: str, kind: Any, where: str) -> Any:
    if not isinstance(row, dict):
        raise BadInput(f"{where}: an object is wanted")
    if name not in row:
        raise BadInput(f"{where}: there is no `{name}`")
    if not isinstance(row[name], kind):
        raise BadInput(f"{where}: `{name}` is not as LeanDojo writes it")
    return row[name]


def _position(row: Any, name: str, where: str) -> tuple[int, ...]:
    position = _field(row, name, list, where)
    if len(position) != 2 or not all(type(part) is int for part in position):
        raise BadInput(f"{where}: `{name}` is a line and a column")
    return tuple(position)
