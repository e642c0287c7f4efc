"""The shapes of Kimina's Lean server: requests in, results out. Nothing here knows HTTP or waits for Lean.

    POST /api/check   {snippets: [{id, code}], timeout, debug, reuse, infotree}
                   -> {results: [{id, time, error | response, diagnostics?, verdicts}]}
    POST /verify      {codes: [{custom_id, proof | code}], timeout, infotree_type, disable_cache}
                   -> {results: [{custom_id, error | response (with time), verdicts}]}

A `response` has the form of the REPL's: `messages` with severity, pos and data. Kimina's rule "no message of
severity error, and no sorry" holds of a result exactly when every theorem of the snippet is proved: an
outcome that is not `proved` brings an error message, or `error` in place of the response where Lean has not
decided (infrastructure, wall time). `verdicts`, our own field, says it in full. `reuse`, `disable_cache` and
`infotree` are read and have no effect: every check begins on the same base, and there are no info trees.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from verify.policy import MAX_CHARACTERS
from verify.records import Job, Message, Outcome, Verdict
from verify.statements import BadInput

MAX_CODE = 4 * MAX_CHARACTERS
MAX_ID = 1_000
MAX_THEOREMS = 200
MAX_SECONDS = 86_400.0
INFOTREES = ("full", "tactics", "original", "substantive")
START = {"line": 1, "column": 0}
SEVERITIES = ("trace", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of Lean text to be judged, and its sender's name for it."""

    id: str
    code: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request asks. `timeout` is in seconds, for each snippet, from the request's arrival."""

    snippets: tuple[Snippet, ...]
    timeout: float
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a snippet: (name, verdict) of each theorem so far; `error` where Lean has not decided."""

    theorems: tuple[tuple[str, Job | None, Verdict], ...]
    error: str = ""
    waited: float = 0.0
    seconds: float = 0.0


def read_check(body: bytes) -> Batch:
    """The request of `/api/check`. Raises BadInput with one line."""
    row = _object(body)
    rows = _rows(row, "snippets")
    snippets = tuple(Snippet(_text(r, "id", MAX_ID), _text(r, "code")) for r in rows)
    if len({snippet.id for snippet in snippets}) < len(snippets):
        raise BadInput("`snippets` must have unique ids")
    _choice(row, "infotree")
    _flag(row, "reuse")
    return Batch(snippets, _seconds(row, 30.0), _flag(row, "debug"))


def read_verify(body: bytes) -> Batch:
    """The request of `/verify`. Raises BadInput with one line."""
    row = _object(body)
    snippets = []
    for code in _rows(row, "codes"):
        number = code.get("custom_id")
        name = str(number) if type(number) is int and abs(number) < 10**18 else _text(code, "custom_id", MAX_ID)
        snippets.append(Snippet(name, _text(code, "code" if code.get("proof") is None else "proof")))
    _choice(row, "infotree_type")
    _flag(row, "disable_cache")
    return Batch(tuple(snippets), _seconds(row, 300.0))


def check_result(snippet: Snippet, judged: Judged, debug: bool) -> dict[str, Any]:
    """One row of the reply of `/api/check`."""
    row = {"id": snippet.id, "time": _time(judged), **_answer(snippet, judged)}
    if debug:
        row["diagnostics"] = {"wait_seconds": round(judged.waited, 3), "wall_seconds": round(judged.seconds, 3)}
    return row


def verify_result(snippet: Snippet, judged: Judged, debug: bool) -> dict[str, Any]:
    """One row of the reply of `/verify`."""
    row = {"custom_id": snippet.id, **_answer(snippet, judged)}
    if "response" in row:
        row["response"]["time"] = _time(judged)
    return row


def undecided(verdict: Verdict) -> bool:
    """Whether a verdict says nothing about the proof: no Lean has come to an end with it."""
    return verdict.outcome is Outcome.INFRASTRUCTURE or (verdict.outcome is Outcome.TIMEOUT and not _errors(verdict))


def _answer(snippet: Snippet, judged: Judged) -> dict[str, Any]:
    rows = [{"name": name, **verdict.to_dict()} for name, _, verdict in judged.theorems]
    error = judged.error
    for name, _, verdict in judged.theorems:
        if not error and undecided(verdict):
            kind = "infrastructure" if verdict.outcome is Outcome.INFRASTRUCTURE else "Lean check timed out"
            error = f"{kind}: {name}: {verdict.reason}"
    if error:
        return {"error": error, "verdicts": rows}
    messages = [m for _, job, verdict in judged.theorems for m in _messages(snippet.code, job, verdict)]
    if not judged.theorems:
        messages = [_message("error", START, "holds no theorem")]
    return {"response": {"messages": messages}, "verdicts": rows}


def _time(judged: Judged) -> float:
    return round(sum(verdict.seconds for *_, verdict in judged.theorems), 3)


# --- messages and where they stand


def _errors(verdict: Verdict) -> list[Message]:
    return [message for message in verdict.messages if message.severity == "error"]


def _messages(code: str, job: Job | None, verdict: Verdict) -> list[dict[str, Any]]:
    """Lean's messages on one theorem; for what is not proved there is an error among them."""
    if verdict.proved and not verdict.messages:
        return []
    place = _Place.find(code, job) if job else None
    out = []
    for message in verdict.messages:
        severity = message.severity if message.severity in SEVERITIES else "error"
        at = place.of_message(message.line, message.column) if place else START
        out.append(_message(severity, at, message.text))
    if not (verdict.proved or _errors(verdict)):
        reason, at = _reason(place, verdict.reason)
        out.append(_message("error", at, f"{verdict.outcome}: {reason}"))
    return out


def _message(severity: str, at: dict[str, int], text: str) -> dict[str, Any]:
    return {"severity": severity, "pos": at, "data": text}


_AT = re.compile(r"(?:(proof|statement): )?(.*?)(?: \(line (\d{1,9})(?:, column (\d{1,9}))?\))?", re.DOTALL)


def _reason(place: _Place | None, reason: str) -> tuple[str, dict[str, int]]:
    """A reason without the line and column at its end, and these in the snippet's own."""
    part, words, *numbers = _AT.fullmatch(reason).groups()
    line, column = (int(number or 0) for number in numbers)
    if place is None:  # the reader's own, which counts as the snippet does
        return words, {"line": max(line, 1), "column": column} if part is None else START
    match part:
        case "proof":
            return f"proof: {words}", place.of_proof(line, column)
        case "statement":
            return f"statement: {words}", place.of_refused(line, column)
    return reason, place.of_statement(-1)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a theorem stands in its snippet: offsets of its first word, signature and proof (-1: not found)."""

    code: str
    job: Job
    first: int
    signature: int
    proof: int

    @classmethod
    def find(cls, code: str, job: Job) -> _Place | None:
        name, signature = re.escape(job.statement.name), re.escape(job.statement.signature)
        found = re.search(rf"(?:theorem|lemma)\s+{name}\s*({signature})\s*:=\s*(by)?", code)
        if not found:
            return None
        value, _ = _as_written(job.proof or "")
        start = next((at for at in (found.end(), found.end() - 2) if code.startswith(value, at)), -1)
        return cls(code, job, found.start(), found.start(1), start)

    def of_message(self, line: int, column: int) -> dict[str, int]:
        """Of a message of Lean's: line 1 is the proof's first, what is before it belongs to the statement."""
        if line >= 1:
            return self.of_proof(line, column)
        text = self.job.statement.text
        return self.of_statement(_offset(text, line + text.count("\n") + 1, column))

    def of_proof(self, line: int, column: int) -> dict[str, int]:
        _, before = _as_written(self.job.proof or "")
        offset = _offset(self.job.proof or "", line, column)
        known = self.proof >= 0 and offset >= 0
        return _position(self.code, self.proof + max(offset - before, 0) if known else self.first)

    def of_refused(self, line: int, column: int) -> dict[str, int]:
        """Of what policy refuses in a statement, which it reads without the first word."""
        word = "theorem "
        offset = _offset(self.job.statement.text.removeprefix(word), line, column)
        return self.of_statement(offset + len(word) if offset >= 0 else -1)

    def of_statement(self, offset: int) -> dict[str, int]:
        """Of an offset into `theorem NAME SIGNATURE`; what is before the signature stands at the first word."""
        inside = offset - (len(self.job.statement.text) - len(self.job.statement.signature))
        return _position(self.code, self.signature + inside if inside >= 0 else self.first)


def _as_written(proof: str) -> tuple[str, int]:
    """The proof as it stands in the snippet, and how much the reader has put before it (see `source._proof`)."""
    before, after = "exact (", "\n)"
    if proof.startswith(before) and proof.endswith(after):
        return proof[len(before) : -len(after)], len(before)
    return proof, 0


def _offset(text: str, line: int, column: int) -> int:
    """The offset of a line (from 1) and column (from 0); -1 where the text has no such line."""
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return -1
    return sum(len(one) + 1 for one in lines[: line - 1]) + min(column, len(lines[line - 1]))


def _position(code: str, offset: int) -> dict[str, int]:
    before = code[:offset]
    return {"line": before.count("\n") + 1, "column": len(before) - (before.rfind("\n") + 1)}


# --- reading, closed: what is not of the right form is refused in one line


def _object(body: bytes) -> dict[str, Any]:
    try:
        row = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON: {' '.join(str(error).split())[:100]}") from error
    if not isinstance(row, dict):
        raise BadInput("a JSON object is wanted")
    return row


def _rows(row: dict[str, Any], field: str) -> list[dict[str, Any]]:
    rows = row.get(field)
    if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
        raise BadInput(f"`{field}` must be a list of objects, and not empty")
    return rows


def _text(row: dict[str, Any], field: str, limit: int | None = None) -> str:
    value = row.get(field)
    if not isinstance(value, str):
        raise BadInput(f"`{field}` must be a string")
    if limit is not None and len(value) > limit:
        raise BadInput(f"`{field}` is longer than {limit} characters")
    return value


def _seconds(row: dict[str, Any], default: float) -> float:
    value = row.get("timeout", default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_SECONDS:
        raise BadInput(f"`timeout` must be a number of seconds from 0 to {MAX_SECONDS:.0f}")
    return float(value)


def _flag(row: dict[str, Any], field: str) -> bool:
    value = row.get(field, False)
    if not isinstance(value, bool):
        raise BadInput(f"`{field}` must be true or false")
    return value


def _choice(row: dict[str, Any], field: str) -> None:
    if row.get(field) is not None and row[field] not in INFOTREES:
        raise BadInput(f"`{field}` must be one of {', '.join(INFOTREES)}, or null")
