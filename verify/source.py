"""What a person hands to `antiphon verify`: Lean text, or json lines with statements and proofs.

Each theorem becomes one item with either a job for the pool or, where there is nothing to check, the
verdict itself. The verifier's contract holds here too: imports and `open`s of a file are its header,
which is ours; what ours does not open, and any other command beside the theorems, is refused, since the theorem might
lean on it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from verify.policy import COMMANDS, VERSION, tokens
from verify.pool import LeanPool
from verify.preamble import opened
from verify.process import LeanError, LeanOutOfMemory, LeanTimeout
from verify.records import Job, Outcome, Statement, Verdict
from verify.statements import TEXT_FIELDS, BadInput, parse_theorem, theorem_start
from verify.toolchain import PROJECT

# `open Nat in theorem …` is one command to Lean: without its prefix it is the theorem, in the same place.
_PREFIX = re.compile(r"(?m)^(?:set_option[ \t]+[\w.]+[ \t]+\w+|open(?:[ \t]+[\w.«»]+)+)\s+in(?=\s)")
_HEADER = re.compile(r"(open\b|/-!|set_option\s+(maxHeartbeats|maxRecDepth|autoImplicit|relaxedAutoImplicit)\b)")

_HEADERS = [(PROJECT / "header" / f"{profile}.lean").read_text(encoding="utf-8") for profile in ("core", "mathlib")]
OPENED = {"scoped", "in"}.union(*map(opened, _HEADERS))
BEGINNINGS = COMMANDS - {"scoped"} | {"open", "set_option", "@["}


@dataclass(frozen=True, slots=True)
class Item:
    """One theorem of the input: a job, or the verdict that needs none."""

    name: str
    job: Job | None = None
    verdict: Verdict | None = None


async def read_items(text: str, where: str, pool: LeanPool, *, statements_only: bool = False) -> list[Item]:
    """The items of a Lean text or of json lines (known by a first `{`). Raises BadInput."""
    if not text.strip():
        raise BadInput(f"{where} is empty")
    if not text.lstrip().startswith("{"):
        items = await _of_code(text, where, None, pool)
    else:
        items = []
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                items += await _of_row(line, f"{where}, line {number}", f"line_{number}", pool, statements_only)
    if statements_only:
        items = [Item(i.name, Job(i.job.statement, None)) if i.job else i for i in items]
    return items


async def _of_row(line: str, where: str, default: str, pool: LeanPool, statements_only: bool) -> list[Item]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadInput(f"{where}: not JSON ({error})") from error
    if not isinstance(row, dict):
        raise BadInput(f"{where}: an object is wanted")
    name = str(row.get("name") or default)
    text = next((row[key] for key in TEXT_FIELDS if isinstance(row.get(key), str)), None)
    proof = row.get("proof")
    if isinstance(row.get("code"), str):
        found = (await _of_code(row["code"], where, row.get("name"), pool))[-1]
        if text is None or found.job is None:
            return [Item(name, found.job, found.verdict)]
        proof = found.job.proof  # of the row's own statement, whatever the code says it proves
    if text is None or not (isinstance(proof, str) or statements_only):
        raise BadInput(f"{where}: wants `statement` (or `formal_statement`) and `proof`, or `code`")
    try:
        statement = parse_theorem(text)
        if foreign := _foreign(text[: theorem_start(text)]):
            raise ValueError(f"opens {' '.join(foreign)}, which the verifier's header does not")
        return [Item(name, Job(statement, None if statements_only else proof))]
    except ValueError as error:
        return [_settled(name, Outcome.OUT_OF_PROFILE, str(error), pool)]


async def _of_code(text: str, where: str, wanted: str | None, pool: LeanPool) -> list[Item]:
    """The theorems of a whole file; with `wanted`, that one alone, or the last if none has the name."""
    text = _theorems(unprefixed(text))
    items: list[Item] = []
    try:
        pieces = await pool.split(text)
    except LeanOutOfMemory as error:
        return [_settled(where, Outcome.MEMORY, str(error), pool)]
    except LeanTimeout as error:
        return [_settled(where, Outcome.TIMEOUT, str(error), pool)]
    except LeanError as error:
        return [_settled(where, Outcome.INFRASTRUCTURE, str(error), pool)]
    for piece in pieces:
        line = piece["line"]
        if piece["kind"] == "error":
            return [*items, _settled(f"{where}:{line}", Outcome.FAILED, f"does not parse (line {line})", pool)]
        if piece["kind"] == "other":
            behind = any(token == "in" for _, token in tokens(piece["text"]))  # of a command we would pass over
            if behind or not _HEADER.match(piece["text"]):
                words = " ".join(piece["text"].split()[:2])
                reason = f"`{words}` is not allowed beside a theorem (line {line})"
                return [_settled(f"{where}:{line}", Outcome.REFUSED, reason, pool)]
            if foreign := _foreign(piece["text"]):
                reason = f"opens {' '.join(foreign)}, which the verifier's header does not (line {line})"
                return [_settled(f"{where}:{line}", Outcome.REFUSED, reason, pool)]
        else:
            try:
                items.append(Item(piece["name"], Job(Statement.parse(piece["statement"]), _proof(piece))))
            except ValueError as error:
                items.append(_settled(piece["name"], Outcome.OUT_OF_PROFILE, str(error), pool))
    if not items:
        return [_settled(where, Outcome.FAILED, "holds no theorem", pool)]
    names = [item.name for item in items]
    if twice := next((name for name in names if names.count(name) > 1), None):
        return [_settled(twice, Outcome.FAILED, f"declares `{twice}` twice", pool)]
    return [item for item in items if item.name == wanted] or (items if wanted is None else items[-1:])


def unprefixed(text: str) -> str:
    """The text with blanks for what stands before a theorem with `in`, which is the header's affair; places stay."""
    words = dict(tokens(text))

    def blanks(match: re.Match[str]) -> str:
        following = next((word for position, word in words.items() if position >= match.end()), "")
        wraps = match.start() in words and following in ("theorem", "lemma", "open", "set_option")
        return re.sub(r"\S", " ", match[0]) if wraps and not _foreign(match[0]) else match[0]

    return _PREFIX.sub(blanks, text)


def _theorems(text: str) -> str:
    """The text with `theorem` for each `lemma` that begins a line, which the core profile does not know."""
    words = dict(tokens(text))
    return re.sub(r"(?m)^(\s*)lemma(?=\s)", lambda m: m[0] if m.end(1) not in words else f"{m[1]}theorem", text)


def _foreign(text: str) -> list[str]:
    """What the commands `open` in a text say that the header of no profile opens, `hiding` and the like included."""
    found, opening = [], False
    for _, word in tokens(text):
        if word in BEGINNINGS:
            opening = word == "open"
        elif opening and word not in OPENED:
            found.append(word)
    return found


def _proof(piece: dict[str, Any]) -> str:
    """What follows `:= by`; a proof term `:= t` is the same as `by exact t`."""
    value = piece["value"].strip()
    return value.removeprefix("by") if piece["by"] else f"exact ({value}\n)"


def _settled(name: str, outcome: Outcome, reason: str, pool: LeanPool) -> Item:
    return Item(name, verdict=Verdict(outcome, reason, pool.toolchain.profile, policy=VERSION))
