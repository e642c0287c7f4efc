"""Informal self-play end to end: real (tiny) players, real math-verify; resumed exactly, in both paradigms."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from training import checkpoint, metrics
from training.config import read_yaml
from training.dualplay import dualplay
from training.ledger import Ledger
from training.pasodoble_config import configured
from verify.statements import BadInput

pytestmark = pytest.mark.xdist_group("pasodoble")  # one test process makes the runs they share

TINY = """
recipe: pasodoble
max_steps: 6
eval_steps: 3
save_steps: 3
probes: 8
pieces_per_step: 2
proposals_per_piece: 4
answers_per_question: 3
model: {vocab_size: 300, hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 64}
cold_start:
  lessons: {solver_rows: 300, proposer_rows: 300, topics: [sums], levels: [1, 0, 0, 0]}
  solver_sft: {num_train_epochs: 6, learning_rate: 1.0e-2, per_device_train_batch_size: 32}
  proposer_sft: {num_train_epochs: 6, learning_rate: 1.0e-2, per_device_train_batch_size: 32}
# The players are too weak to be right: a coin teaches them something in every step.
arm: fully-random
"""
OFFLINE = TINY + "paradigm: offline\noffline: {proposer_steps: 2, solver_steps: 1, questions_per_step: 2}\n"


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """As in the process that is killed: sums in another order have other bits."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", params=[TINY, OFFLINE], ids=["online", "offline"])
def config(request, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("config") / "tiny.yaml"
    path.write_text(request.param)
    return path


def play(config: Path, run: Path, **changes) -> str:
    """What the run says."""
    console = Console(file=io.StringIO(), width=200)
    dualplay(replace(configured(None, read_yaml(config), str(config)), run=run, **changes), console)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def undisturbed(config, tmp_path_factory):
    run = tmp_path_factory.mktemp("undisturbed") / "run"
    return run, play(config, run)


def weights(run: Path, step: int) -> dict[str, str]:
    """A hash of each player's weights."""
    return {
        path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in checkpoint.directory(run, step).glob("*/model.safetensors")
    }


def fingerprint(run: Path) -> str:
    with Ledger(run / "ledger.sqlite") as ledger:
        return ledger.fingerprint()


@pytest.mark.timeout(600)
def test_a_run_leaves_what_it_promises(undisturbed):
    run, out = undisturbed
    assert "step 0: the solver answers" in out and "step 6: the solver answers" in out
    with Ledger(run / "ledger.sqlite") as ledger:
        assert set(ledger.phases_named("probe")) == {0, 3, 6}
        questions, statements = ledger.questions(), {s.id: s for s in ledger.statements("question")}
        assert questions and all(q.statement is None or q.hack or q.statement in statements for q in questions)
        for q in questions:
            answers = [a for a in ledger.attempts_at(q.statement, q.round) if a.sampler == "solver"] if q.judged else []
            assert len([a for a in answers if a.sample // 3 == q.number]) == (3 if q.judged else 0)
    rows = metrics.read(run / "metrics.jsonl")
    assert [row["round"] for row in rows] == [*range(7)] and "probe/held_out" in rows[-1]
    assert weights(run, 6).keys() == {"proposer", "solver"} and weights(run, 6) != weights(run, 0)
    page = (run / "report.html").read_text()
    assert "math-verify judges" in page and page.count("<svg") >= 4
    assert "is finished" in play_again(run)


def seated(whole: Path, run: Path) -> Path:
    """A run that has had the cold start of another."""
    checkpoint.link(checkpoint.directory(whole, 0), run, 0, history=[], buffer=[], cursor=0)
    return run


def play_again(run: Path) -> str:
    config = run.parent / "again.yaml"
    config.write_text(yaml.safe_dump(yaml.safe_load((run / "config.yaml").read_text())["config"]))
    return play(config, run)


@pytest.mark.timeout(600)
def test_stopped_at_a_checkpoint_it_goes_on_to_the_same_bits(undisturbed, config, tmp_path):
    """Its own cold start has the same bits, too."""
    whole, _ = undisturbed
    run = tmp_path / "run"
    play(config, run, max_steps=3)
    play(config, run)
    assert weights(run, 6) == weights(whole, 6)
    assert fingerprint(run) == fingerprint(whole)


@pytest.mark.timeout(600)
def test_killed_between_checkpoints_it_repeats_nothing_and_ends_with_the_same_bits(undisturbed, config, tmp_path):
    whole, _ = undisturbed
    run = seated(whole, tmp_path / "run")
    process = subprocess.Popen(
        [sys.executable, "-m", "antiphon", "selfplay", "--config", str(config), "--run", str(run)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    while not played(run, 4) and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert checkpoint.newest(run) == 3, "it was to be killed after a checkpoint and before the next"
    recorded = sampled(run)
    play(config, run)
    assert sampled(run)[: len(recorded)] == recorded
    assert weights(run, 6) == weights(whole, 6)
    assert fingerprint(run) == fingerprint(whole)


def played(run: Path, step: int) -> bool:
    """Whether the solver's completions of a step are recorded."""
    path = run / "ledger.sqlite"
    if not path.exists():
        return False
    with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(path)) as db:
        return bool(db.execute("SELECT 1 FROM phases WHERE round=? AND phase='solver'", (step,)).fetchone())
    return False


def sampled(run: Path) -> list[tuple]:
    """Every recorded completion, with the row it stands in."""
    with contextlib.closing(sqlite3.connect(run / "ledger.sqlite")) as db:
        return db.execute(
            "SELECT rowid, round, role, prompt, sample, token_ids FROM rollouts ORDER BY rowid"
        ).fetchall()


def test_another_configuration_needs_another_run(undisturbed, config):
    run, _ = undisturbed
    with pytest.raises(BadInput, match="begun with another answers_per_question"):
        play(config, run, answers_per_question=2)
