"""Self-play end to end, with a real Lean and a real (tiny) model: it resumes exactly, and loses nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from training.ledger import Ledger

pytestmark = [pytest.mark.lean, pytest.mark.xdist_group("selfplay")]  # one test process makes the run they share

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


@pytest.mark.timeout(600)
def test_a_run_leaves_what_it_promises(undisturbed):
    run, out = undisturbed
    assert "12 statements" in out and "round 1" in out
    with Ledger(run / "ledger.sqlite") as ledger:
        assert len(ledger.statements("given")) == 12
        assert len(ledger.proofs("seed")) >= 20  # the library, by Lean's verdict
        assert len(ledger.attempts(0, "prover")) == 24
        assert sum(ledger.gates(1).values()) > 0
        assert all(ledger.verdict("proof", a.statement_id, a.proof) for a in ledger.attempts(0, "prover"))
    assert "<html" in (run / "report.html").read_text()
    rounds = [json.loads(line)["round"] for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert rounds == [0, 1, 2]
    assert (run / "config.yaml").exists()
    assert (run / "checkpoints" / "round-0002" / "config.json").exists()


def test_another_configuration_needs_another_run(undisturbed, config):
    run, _ = undisturbed
    process = subprocess.run(
        [sys.executable, "-m", "antiphon", "selfplay", "--config", str(config), "--run", str(run), "--seed", "1"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert process.returncode == 2
    assert "seed" in process.stderr and "--run" in process.stderr


@pytest.mark.timeout(600)
def test_a_fork_plays_on_with_other_settings(undisturbed, config, tmp_path):
    """From after round 0 of the run, as a baseline, without a cold start; then it is exported."""
    old, _ = undisturbed
    run = tmp_path / "fork"
    command = [
        sys.executable,
        "-m",
        "antiphon",
        "selfplay",
        "--config",
        str(config),
        "--run",
        str(run),
        "--fork",
        str(old),
    ]
    options = ["--from-round", "0", "--recipe", "expert-iteration", "--baseline-samples", "2"]
    result = subprocess.run([*command, *options], capture_output=True, text=True, timeout=280)
    assert result.returncode == 0, result.stderr
    with Ledger(old / "ledger.sqlite") as before, Ledger(run / "ledger.sqlite") as after:
        assert after.attempts(0, "prover") == before.attempts(0, "prover")
        assert len(after.attempts(1, "prover")) == 12 and not after.proposals(1)
        assert len(after.attempts(2, "final")) == 24
    assert not (run / "checkpoints" / "round-0000").exists()
    export = [
        sys.executable,
        "-m",
        "antiphon",
        "export",
        str(run),
        "--model",
        str(tmp_path / "m"),
        "--data",
        str(tmp_path / "d"),
    ]
    result = subprocess.run(export, capture_output=True, text=True, timeout=100)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "m" / "model.safetensors").exists() and len(list((tmp_path / "d").glob("*.parquet"))) == 1
