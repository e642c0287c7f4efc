# ruff: noqa: F401, F811
"""`python -m pytest benchmarks/kill_and_resume.py -n 0 -s` (a quarter of an hour): killed runs end as one that was not."""

from __future__ import annotations

import random
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
        kill(process)
    finish(config, run)
    assert fingerprint(run) == fingerprint(undisturbed[0])


@pytest.mark.timeout(3000)
def test_twenty_kills_at_random_moments(undisturbed, config, tmp_path):
    """Runs are killed again and again, wherever they are, until twenty kills are spent; each is then let to its end."""
    moments, kills, runs = random.Random(0), 0, 0
    while kills < 20:
        run, ended = tmp_path / f"run-{runs}", False
        while kills < 20 and not ended:
            process = start(config, run)
            try:
                process.wait(moments.uniform(2, 45))
                ended = True
                assert process.returncode == 0, process.communicate()[1]
            except subprocess.TimeoutExpired:
                kill(process)
                kills += 1
        finish(config, run)
        assert fingerprint(run) == fingerprint(undisturbed[0])
        runs += 1
    print(f"{kills} kills in {runs} runs: every ledger equals the undisturbed one")


def kill(process: subprocess.Popen) -> None:
    """kill -9; nothing of its family may outlive it."""
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive


def fingerprint(run) -> str:
    with Ledger(run / "ledger.sqlite") as ledger:
        return ledger.fingerprint()
