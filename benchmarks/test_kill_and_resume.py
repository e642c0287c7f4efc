"""`pytest benchmarks/test_kill_and_resume.py` (some minutes). Self-play end to end, with a real Lean and a real (tiny) model: it resumes exactly, and loses nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

import psutil
import pytest

from training.ledger import Ledger

pytestmark = pytest.mark.lean

TINY = """
verdict_cache: false
limit: 12
rounds: 1
samples_per_statement: 2
statements_per_round: 6
conjectures: 6
workers: 1
heartbeats: 1000
library_rows: 40
model: {hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, intermediate_size: 128}
sampling: {max_new_tokens: 32, batch_size: 16}
cold_start: {theorems: 3, renamings: 1, reading: {num_train_epochs: 1}}
"""


def start(config, run) -> subprocess.Popen:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "antiphon", "selfplay", "--config", str(config), "--run", str(run)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def finish(config, run) -> str:
    process = start(config, run)
    out, err = process.communicate(timeout=280)
    assert process.returncode == 0, err
    return out


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "tiny.yaml"
    path.write_text(TINY)
    return path


@pytest.fixture(scope="module")
def undisturbed(config, tmp_path_factory):
    run = tmp_path_factory.mktemp("undisturbed") / "run"
    return run, finish(config, run)


@pytest.mark.timeout(900)
def test_kill_and_resume_equals_the_undisturbed_run(undisturbed, config, tmp_path):
    """kill -9 at two random moments: the same command goes on, and the ledgers are equal."""
    run, _ = undisturbed
    whole = (run / "ledger.sqlite").stat().st_mtime - (run / "config.yaml").stat().st_mtime
    rng = random.Random(0)
    for part in (0.55, 0.8):
        process = start(config, tmp_path / "run")
        time.sleep(whole * part * rng.uniform(0.8, 1.1))
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.kill()
        process.communicate()
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive
    finish(config, tmp_path / "run")
    with Ledger(run / "ledger.sqlite") as one, Ledger(tmp_path / "run" / "ledger.sqlite") as other:
        assert one.fingerprint() == other.fingerprint()
