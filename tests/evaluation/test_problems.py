"""What a benchmark's name stands for, and what it shares with training statements."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.config import EvaluationConfig
from evaluation.problems import contamination, load
from training.ledger import Ledger
from verify.records import Outcome, Statement, Verdict
from verify.statements import BadInput

ROWS = [
    {"name": "one", "formal_statement": "theorem one (n : ℕ) (h : 2 < n) : 1 < n := by sorry", "split": "valid"},
    {"name": "two", "formal_statement": "theorem two (x y : ℝ) (h : x < y) : x ≤ y := by sorry", "split": "test"},
    {"name": "none", "formal_statement": "def three := 3", "split": "test"},
]


@pytest.fixture
def config(tmp_path) -> EvaluationConfig:
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return EvaluationConfig("floor:grind", str(path))


def test_a_file_of_statements_is_a_benchmark(config):
    given = load(config)
    assert [(p.name, p.split) for p in given.problems] == [("one", "valid"), ("two", "test")]
    assert given.rejected == [("none", "holds a def, not a theorem")]
    assert given.description["name"] == "own" and given.description["problems"] == 2
    assert [p.name for p in load(replace(config, split="valid")).problems] == ["one"]
    assert load(replace(config, split="valid")).description["digest"] != given.description["digest"]
    Path(config.benchmark).write_text(json.dumps(ROWS[2]))
    with pytest.raises(BadInput, match="no problem to evaluate on; 1 rows hold none"):
        load(config)


def test_the_bundled_statements():
    given = load(EvaluationConfig("floor:grind", "bundled", limit=7))
    assert len(given.problems) == 7 and given.description["name"] == "bundled"


def test_a_benchmark_by_name_with_its_own_file(config):
    given = load(replace(config, benchmark="minif2f", data=config.benchmark, split="test"))
    assert [p.name for p in given.problems] == ["two"] and given.problems[0].header
    assert given.description["licence"] and given.description["written_for"]["name"] == "mathlib"
    with pytest.raises(BadInput, match="asks questions in words"):
        load(replace(config, benchmark="gsm8k", data=_questions(config)))


def _questions(config):
    path = config.benchmark.replace("own", "questions")
    Path(path).write_text(json.dumps({"question": "1 + 1?", "answer": "#### 2"}))
    return path


def test_two_problems_with_one_statement_share_their_attempts(config):
    twice = [ROWS[0], {**ROWS[0], "name": "again"}]
    Path(config.benchmark).write_text("\n".join(map(json.dumps, twice)))
    given = load(replace(config, benchmark="minif2f", data=config.benchmark))
    assert len(given.problems) == 2 and len(given.statements) == 1


def test_what_a_run_has_read_is_compared_with_the_problems(config, tmp_path):
    given = load(config)
    elaborates = Verdict(Outcome.ELABORATES, "", "core", canonical="the same")
    run = tmp_path / "run"
    run.mkdir()
    renamed = Statement("mine", "(b a : ℝ) (less : b < a) : b ≤ a")
    with Ledger(run / "ledger.sqlite") as ledger:
        ledger.add_statements("given", 0, [renamed, Statement("other", ": 1 + 1 = 2")])
        ledger.add_verdicts([("statement", renamed.id, "", elaborates)])
    with Ledger(tmp_path / "eval.sqlite") as ledger:
        ledger.add_verdicts([("statement", given.problems[1].statement.id, "", elaborates)])
        assert contamination(config, given, ledger) is None
        file = tmp_path / "train.jsonl"
        file.write_text(json.dumps(ROWS[0]))
        found = contamination(replace(config, model=str(run), train=(file,)), given, ledger)
    assert found["training"] == 3 and found["problems"] == 2
    assert found["touched"] == {"any": 2, "exact": 1, "canonical": 1, "near": 0}
