"""The verdict cache keeps what the job alone decided, and nothing else."""

from __future__ import annotations

import pytest

from verify.cache import VerdictCache
from verify.records import Job, Outcome, Statement, Verdict

JOB = Job(Statement("t", "(n : ℕ) : n = n"), "rfl")


def verdict(outcome, reason=""):
    return Verdict(outcome, reason, "core", axioms=("propext",), heartbeats=7, seconds=0.5, toolchain="4.28.0")


def test_a_verdict_is_found_again(tmp_path):
    cache = VerdictCache(tmp_path / "verdicts.sqlite", "lean")
    assert cache.get(JOB, 100) is None
    cache.put(JOB, 100, verdict(Outcome.PROVED))
    assert cache.get(JOB, 100) == verdict(Outcome.PROVED)
    assert VerdictCache(tmp_path / "verdicts.sqlite", "lean").get(JOB, 100) == verdict(Outcome.PROVED)


@pytest.mark.parametrize(
    "other",
    [
        (Job(Statement("t", "(n : ℕ) : n = n"), "rfl "), 100, "lean"),
        (Job(Statement("t", "(n : ℕ) : n = n"), None), 100, "lean"),
        (Job(Statement("t", "(m : ℕ) : m = m"), "rfl"), 100, "lean"),
        (JOB, 200, "lean"),
        (JOB, 100, "another lean"),
    ],
)
def test_another_question_is_another_question(tmp_path, other):
    job, heartbeats, identity = other
    VerdictCache(tmp_path / "verdicts.sqlite", "lean").put(JOB, 100, verdict(Outcome.PROVED))
    assert VerdictCache(tmp_path / "verdicts.sqlite", identity).get(job, heartbeats) is None


@pytest.mark.parametrize(
    ("outcome", "reason", "kept"),
    [
        (Outcome.FAILED, "Lean reports an error", True),
        (Outcome.TIMEOUT, "heartbeat limit: at `whnf`", True),
        (Outcome.TIMEOUT, "no answer within 60 s", False),
        (Outcome.MEMORY, "its memory is full", False),
        (Outcome.INFRASTRUCTURE, "ended with status 1", False),
    ],
)
def test_what_the_machine_decided_is_not_kept(tmp_path, outcome, reason, kept):
    cache = VerdictCache(tmp_path / "verdicts.sqlite", "lean")
    cache.put(JOB, 100, verdict(outcome, reason))
    assert (cache.get(JOB, 100) is not None) == kept


def test_a_broken_file_is_no_cache(tmp_path):
    (tmp_path / "verdicts.sqlite").write_text("not a database, but long enough to be taken for one " * 50)
    cache = VerdictCache(tmp_path / "verdicts.sqlite", "lean")
    cache.put(JOB, 100, verdict(Outcome.PROVED))
    assert cache.get(JOB, 100) is None
