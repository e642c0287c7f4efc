"""`metrics.jsonl`: appended, never rewritten, readable after a kill."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.metrics import Metrics, read


def test_a_row_is_in_the_file_as_soon_as_it_is_logged(tmp_path):
    path = tmp_path / "metrics.jsonl"
    with Metrics(path) as log:
        log.log({"round": 0, "time/sample": 1.5, "solve/cumulative": 7})
        assert read(path) == [{"round": 0, "time/sample": 1.5, "solve/cumulative": 7}]


def test_the_last_row_of_a_round_counts_and_none_is_rewritten(tmp_path):
    path = tmp_path / "metrics.jsonl"
    for loss in (0.5, 0.25):
        with Metrics(path) as log:
            log.log({"round": 1, "train/loss": loss})
            log.log({"round": 0, "train/loss": 2 * loss})
    assert read(path) == [{"round": 0, "train/loss": 0.5}, {"round": 1, "train/loss": 0.25}]
    assert len(path.read_text().splitlines()) == 4


def test_a_torn_line_is_passed_over_and_the_next_one_is_not(tmp_path):
    path = tmp_path / "metrics.jsonl"
    with Metrics(path) as log:
        log.log({"round": 0, "sampler": "ℕ"})
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:-4])
    assert read(path) == [{"round": 0, "sampler": "ℕ"}]
    with Metrics(path) as log:
        log.log({"round": 1})
    assert [row["round"] for row in read(path)] == [0, 1]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_what_is_not_finite_is_dropped_with_a_warning(tmp_path, value):
    path = tmp_path / "metrics.jsonl"
    with Metrics(path) as log, pytest.warns(RuntimeWarning, match="train/loss"):
        log.log({"round": 3, "train/loss": value, "train/examples": 5})
    assert read(path) == [{"round": 3, "train/examples": 5}]


def test_numbers_of_numpy_are_numbers(tmp_path):
    path = tmp_path / "metrics.jsonl"
    with Metrics(path) as log:
        log.log({"round": np.int64(2), "a": np.float32(0.5), "b": np.int32(4), "c": True, "d": None})
    assert read(path) == [{"round": 2, "a": 0.5, "b": 4, "c": True, "d": None}]


def test_rows_are_flat_and_have_a_round(tmp_path):
    with Metrics(tmp_path / "metrics.jsonl") as log:
        with pytest.raises(TypeError, match="outcome is a dict"):
            log.log({"round": 0, "outcome": {"proved": 1}})
        with pytest.raises(ValueError, match="round"):
            log.log({"time/sample": 1.0})
    assert read(tmp_path / "metrics.jsonl") == []


def test_no_file_is_no_rows(tmp_path):
    assert read(tmp_path / "metrics.jsonl") == []


@given(
    st.lists(st.tuples(st.integers(0, 5), st.text(), st.integers() | st.floats(allow_nan=False, allow_infinity=False)))
)
def test_whatever_is_logged_is_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("metrics") / "metrics.jsonl"
    with Metrics(path) as log:
        for round, text, number in rows:
            log.log({"round": round, "text": text, "number": number})
    wanted = {round: {"round": round, "text": text, "number": number} for round, text, number in rows}
    assert read(path) == [wanted[round] for round in sorted(wanted)]
    assert all(json.loads(line) for line in path.read_text().split("\n")[:-1])
