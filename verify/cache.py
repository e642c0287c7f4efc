"""Verdicts that need not be asked twice on this machine, across runs.

The key is everything a verdict depends on: the engine, the compiled library, the checking process and its
header (`Toolchain.identity`), the policy, the statement, the proof and the heartbeat limit. What the
machine's load decided (a wall limit, memory, infrastructure) is never kept.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from verify import policy
from verify.records import Job, Outcome, Verdict, content_id

KEPT = frozenset({Outcome.PROVED, Outcome.FAILED, Outcome.OUT_OF_PROFILE, Outcome.ELABORATES})


class VerdictCache:
    """An SQLite file, shared by processes. A cache that cannot be read or written is no cache, never an error."""

    def __init__(self, path: Path, identity: str) -> None:
        self._identity = identity
        try:
            self._db: sqlite3.Connection | None = sqlite3.connect(
                path, timeout=10, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("CREATE TABLE IF NOT EXISTS verdicts (key TEXT PRIMARY KEY, verdict TEXT NOT NULL)")
        except sqlite3.Error:
            self._db = None

    def get(self, job: Job, heartbeats: int) -> Verdict | None:
        """The verdict on an equal job, with the same limit."""
        if self._db is None:
            return None
        try:
            row = self._db.execute("SELECT verdict FROM verdicts WHERE key=?", (self._key(job, heartbeats),)).fetchone()
            return Verdict.from_dict(json.loads(row[0])) if row else None
        except (sqlite3.Error, ValueError, KeyError, TypeError):
            return None

    def put(self, job: Job, heartbeats: int, verdict: Verdict) -> None:
        by_heartbeats = verdict.outcome is Outcome.TIMEOUT and verdict.reason.startswith("heartbeat limit")
        if self._db is None or not (verdict.outcome in KEPT or by_heartbeats):
            return
        try:
            row = (self._key(job, heartbeats), json.dumps(verdict.to_dict(), ensure_ascii=False))
            self._db.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", row)
        except sqlite3.Error:
            return

    def close(self) -> None:
        if self._db is not None:
            self._db.close()

    def _key(self, job: Job, heartbeats: int) -> str:
        question = ("statement",) if job.proof is None else ("proof", job.proof, str(heartbeats))
        return content_id(self._identity, policy.VERSION, job.statement.text, *question)
