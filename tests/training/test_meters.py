"""Readings from rows of metrics and probes, and the alarms of a run that goes astray, from worked numbers."""

from dataclasses import replace

import pytest

from training.meters import Reading, alarms, readings

START = Reading(0, {"probe/held_out": 0.37}, 0)
FIRST = Reading(20, {"probe/held_out": 0.36}, 20, pass_rate=0.5, difficulty=2.3, label_accuracy=0.8, fresh=0.99,
                skipped=0.0, undecided=0.0)  # fmt: skip


def said(**changes) -> list[str]:
    return alarms(replace(FIRST, step=40, **changes), FIRST, START)


def test_readings_are_means_since_the_probe_before():
    rows = [
        {"round": n, "solve/pass_rate": n / 10, "propose/unique": 1 - n / 100, "step/skipped": n == 3} for n in range(4)
    ]
    rows[1]["solve/pass_rate"] = None
    rows[3] |= {"verify/asked": 200, "verify/undecided": 3, "buffer/questions": 7}
    zero, two, four = readings(rows, {0: START.probe, 2: FIRST.probe, 4: {"probe/held_out": 0.3, "probe/labels": 0.5}})
    assert (zero.steps, zero.pass_rate) == (0, None)
    assert (two.steps, two.pass_rate, two.unique, two.undecided) == (2, 0.0, 0.99, None)
    assert (four.pass_rate, four.skipped, four.buffer, four.undecided) == (pytest.approx(0.25), 0.5, 7, 0.015)
    assert (four.held_out, four.labels) == (0.3, 0.5)


def test_a_healthy_run_raises_none():
    assert said(probe={"probe/held_out": 0.47}, pass_rate=0.8) == []
    assert alarms(FIRST, FIRST, START) == []


def test_collusion_is_a_pass_rate_that_rises_while_the_probe_does_not():
    (sentence,) = said(probe={"probe/held_out": 0.29}, pass_rate=0.97)
    assert sentence.startswith("collusion") and "50% to 97%" in sentence and "37.0% to 29.0%" in sentence
    assert said(probe={"probe/held_out": 0.385}, pass_rate=0.97)  # flat is no gain
    assert not said(probe={"probe/held_out": 0.29}, pass_rate=0.55)  # both fall: no collusion


def test_narrowing_is_easier_questions_that_are_solved_more_often():
    (sentence,) = said(probe={"probe/held_out": 0.45}, pass_rate=0.58, difficulty=1.4)
    assert sentence.startswith("narrowing") and "1.4 steps" in sentence
    assert not said(probe={"probe/held_out": 0.45}, pass_rate=0.4, difficulty=1.4)  # easier, and solved less often


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"skipped": 0.7}, "no advantages"),
        ({"starved": 0.9}, "buffer"),
        ({"undecided": 0.02}, "infrastructure"),
        ({"label_accuracy": 0.3}, "labels that can be computed are wrong"),
        ({"fresh": 0.2}, "asked before"),
    ],
)
def test_other_alarms_have_thresholds(change, word):
    (sentence,) = said(**change)
    assert word in sentence


def test_what_was_not_measured_raises_none():
    assert alarms(Reading(40, {"probe/held_out": 0.1}, 20), Reading(20, {"probe/held_out": 0.1}, 20), START) == []
