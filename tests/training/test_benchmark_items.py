"""A run refuses to train on test items of a benchmark unless it is told to, before it does anything."""

import json

import pytest
from rich.console import Console

from training import selfplay
from training.config import ColdStart, SelfplayConfig
from training.ledger import Ledger
from verify.statements import BadInput, read_statements

TEST_ITEM = "theorem mine (a b : ℝ) (h₁ : a * b = 180) (h₂ : 2 * (a + b) = 54) : a ^ 2 + b ^ 2 = 369 := by"


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Begins a run up to where it would fork; no Lean is needed so far."""

    class Began(Exception):
        pass

    def begin(*_) -> None:
        raise Began

    monkeypatch.setattr(selfplay.toolchain, "of_profile", lambda profile: None)
    monkeypatch.setattr(selfplay, "settle", begin)

    def start(**options) -> bool:
        try:
            selfplay.selfplay(SelfplayConfig(run=tmp_path / "run", **options), Console(quiet=True))
        except Began:
            return True
        return False

    return start


@pytest.fixture
def items(tmp_path):
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps({"formal_statement": TEST_ITEM}) + "\n")
    return path


@pytest.mark.parametrize("where", ["statements", "reading"])
def test_statements_and_texts_to_read_are_looked_at(started, items, tmp_path, where):
    options = (
        {"statements": str(items)} if where == "statements" else {"cold_start": ColdStart(reading_statements=items)}
    )
    with pytest.raises(BadInput, match=r"1 of \d+ statements are test items of minif2f .*--allow-benchmark-items"):
        started(**options)
    assert not (tmp_path / "run").exists()
    assert started(**options, allow_benchmark_items=True)


@pytest.mark.parametrize("kind", ["given", "seed"])
def test_what_a_fork_goes_on_to_learn_from_is_looked_at(started, items, tmp_path, kind, monkeypatch):
    old = tmp_path / "old"
    old.mkdir()
    with pytest.raises(BadInput, match="there is no run"):
        started(fork=old)
    (old / "config.yaml").touch()
    with Ledger(old / "ledger.sqlite") as ledger:
        ledger.add_statements(kind, 0, read_statements(str(items)).statements)
    with pytest.raises(BadInput, match=r"1 of \d+ statements are test items of minif2f .*--allow-benchmark-items"):
        started(fork=old)
    assert not (tmp_path / "run").exists()
    monkeypatch.setattr(selfplay, "fork", lambda config: None)
    assert started(fork=old, allow_benchmark_items=True)


def test_a_default_run_is_not_refused(started):
    assert started()
