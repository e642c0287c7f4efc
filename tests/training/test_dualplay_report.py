"""The page of a dual-play run: whole at any stage, safe to open, the same each time, with its alarms."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from training.dualplay_report import samples, summary, write_report
from training.history import is_dualplay
from training.ledger import Ledger, Question
from training.metrics import Metrics
from verify.records import Attempt, Outcome, Statement, Verdict

EASY = Statement("step-0-0", "40+7")
HOSTILE = Statement("step-1-0", "2+<script>alert(1)</script>")


@pytest.fixture
def run(tmp_path):
    """Two probes with a step between them: the pair agrees ever more, and knows ever less."""
    with Ledger(tmp_path / "ledger.sqlite") as ledger, Metrics(tmp_path / "metrics.jsonl") as metrics:
        ledger.note("recipe", "pasodoble")
        for step, rate, held_out in ((0, 0.4, 0.37), (1, 0.9, 0.3)):
            ledger.finish(step, "probe", **{"probe/held_out": held_out, "probe/held_out_1": held_out})
            metrics.log({"round": step, "solve/pass_rate": rate, "propose/difficulty": 2.0, "step/skipped": False})
        ledger.finish(2, "probe", **{"probe/held_out": 0.2})
        ledger.add_statements("question", 0, [EASY, HOSTILE])
        ledger.add_questions(
            Question(round, 0, "piece", s.id, "40+7=47;\\boxed{47}", "47", "47", 0.5, 2, 1.0, 0.8, "", True)
            for round, s in enumerate((EASY, HOSTILE))
        )
        for round, s in enumerate((EASY, HOSTILE)):
            ledger.add_attempts(Attempt(s.id, answer, round, i, "solver") for i, answer in enumerate(("47", "48")))
            verdicts = ("47", Outcome.PROVED), ("48", Outcome.FAILED)
            ledger.add_verdicts(("equals 47", s.id, a, Verdict(outcome, "", "maths")) for a, outcome in verdicts)
    (tmp_path / "config.yaml").write_text("config: {answers_per_question: 2}\n")
    return tmp_path


def test_the_page_tells_questions_answers_and_alarms(run):
    page = write_report(run).read_text()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert page.count("<svg") == 5 and "collusion: the pair" in page and "40% to 90%" in page
    assert "<code>47</code> right" in page and "<code>48</code> wrong" in page
    assert write_report(run).read_text() == page


def test_the_terminal_tells_the_same(run):
    console = Console(file=io.StringIO(), width=120)
    console.print(summary(run))
    for sample in samples(run):
        console.print(sample, markup=False)
    said = console.file.getvalue()
    assert "37%" in said and "90%" in said and "47 (right), 48 (wrong)" in said


def test_a_run_of_a_moment_ago_has_a_page(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert not is_dualplay(tmp_path)
        ledger.note("recipe", "pasodoble")
    assert is_dualplay(tmp_path)
    assert "Nothing has been recorded yet" in write_report(tmp_path).read_text()


def test_where_there_is_no_run_it_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="no run in"):
        is_dualplay(tmp_path)
