"""Two results: paired where they may be, refused with the difference named where not."""

import json
from dataclasses import replace

import pytest

from evaluation.compare import compare
from evaluation.statistics import pass_at_k
from tests.evaluation.conftest import CHANCES, FakePool, FakeProver, play
from verify.statements import BadInput


@pytest.fixture
def pair(config, given):
    strong, _ = play(config, given)
    weak, _ = play(
        replace(config, out=config.directory / "weak", seed=1),
        given,
        prover=FakeProver({**CHANCES, "easy": 0.3, "again": 0}),
    )
    return json.loads(json.dumps(strong)), json.loads(json.dumps(weak))


def test_the_gain_is_paired_over_the_same_problems(pair):
    found = compare(*pair)
    assert [k for k, *_ in found.rows] == [1, 2, 4, 8] and found.problems == 5
    for k, a, b, gain in found.rows:
        rates = [[pass_at_k(8, len(p["proved"]), k) for p in results["problems"]] for results in pair]
        assert (a, b) == pytest.approx([sum(rate) / 5 for rate in rates])
        assert gain.mean == pytest.approx(a - b) and gain.low <= gain.mean <= gain.high
    assert found.rows[0][3].mean > 0
    assert found.only_a == ("again",) and not found.only_b
    assert found.both + len(found.only_a) == sum(bool(p["proved"]) for p in pair[0]["problems"])
    assert found.differing == ("seed: 0 and 1",)


def test_the_other_way_round_is_the_same_gain_below_zero(pair):
    forth, back = compare(*pair), compare(*reversed(pair))
    assert [gain.mean for *_, gain in back.rows] == pytest.approx([-gain.mean for *_, gain in forth.rows])
    assert back.only_b == forth.only_a


def test_a_model_does_not_beat_itself(pair):
    assert all(gain.low == gain.mean == gain.high == 0 for *_, gain in compare(pair[0], pair[0]).rows)


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [("judge", "profile", "mathlib"), ("judge", "toolchain", "Lean 4.9.0"), ("judge", "policy", "3"), ("benchmark", "digest", "x")],
)  # fmt: skip
def test_what_is_judged_otherwise_is_not_compared(pair, part, key, value):
    a, b = pair
    b[part][key] = value
    with pytest.raises(BadInput, match=f"A has {key} .* B '{value}'"):
        compare(a, b)


def test_other_problems_in_profile_are_not_compared(config, given):
    a, _ = play(config, given)
    b, _ = play(replace(config, out=config.directory / "b"), given, FakePool(outside=frozenset({"complex", "hard"})))
    with pytest.raises(BadInput, match="1 problems are in profile in one of them only, such as hard"):
        compare(a, b)


def test_without_a_headline_nothing_is_compared(pair):
    a, b = pair
    b |= {"headline": None, "no_headline": "too many system errors"}
    with pytest.raises(BadInput, match="B has no headline"):
        compare(a, b)


def test_no_common_k(pair):
    a, b = pair
    a["settings"]["k"], b["settings"]["k"] = [1], [2]
    with pytest.raises(BadInput, match="none in common"):
        compare(a, b)


def test_the_command_says_the_gain_and_who_proves_what_alone(pair, tmp_path, capsys):
    import antiphon

    paths = tmp_path / "a.json", tmp_path / "b.json"
    for path, results in zip(paths, pair, strict=True):
        path.write_text(json.dumps(results))
    assert antiphon.compare(*paths) == 0
    said = capsys.readouterr().out
    gain = compare(*pair).rows[0][3]
    assert f"{gain.mean:+.1%}" in said and f"{gain.low:+.1%} to {gain.high:+.1%}" in said
    assert "A alone: again" in said and "seed: 0 and 1" in said
