# ruff: noqa: F401, F811
"""`python -m pytest benchmarks/kill_and_resume.py -n 0` (some minutes): a run killed twice ends as one that was not."""

from __future__ import annotations

import sqlite3
import subprocess
import time

import psutil
import pytest

from tests.training.test_selfplay import config, finish, start, undisturbed
from training.ledger import Ledger

pytestmark = pytest.mark.lean


def wait_for(process: subprocess.Popen, run, query: str) -> None:
    """Until the run's ledger answers `query` with more than zero."""
    while process.poll() is None:
        try:
            with sqlite3.connect(f"{(run / 'ledger.sqlite').as_uri()}?mode=ro", uri=True) as ledger:
                if ledger.execute(query).fetchone()[0]:
                    return
        except sqlite3.Error:
            pass  # not there yet
        time.sleep(0.05)
    pytest.fail(f"the run ended before it could be killed: {process.communicate()[1]}")


@pytest.mark.timeout(900)
def test_kill_and_resume_equals_the_undisturbed_run(undisturbed, config, tmp_path):
    """kill -9 in the middle of two rounds: the same command goes on, repeats nothing, and the ledgers are equal."""
    run = tmp_path / "run"
    for number in (0, 1):
        process = start(config, run)
        wait_for(process, run, f"SELECT COUNT(*) FROM attempts WHERE round={number}")
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate()
        _, alive = psutil.wait_procs(family, timeout=10)
        assert family and not alive
    finish(config, run)
    with Ledger(undisturbed[0] / "ledger.sqlite") as one, Ledger(run / "ledger.sqlite") as other:
        assert one.fingerprint() == other.fingerprint()
