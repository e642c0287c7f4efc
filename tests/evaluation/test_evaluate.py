"""An evaluation: every pair asked once, the same bytes however often it was killed, no headline on sand."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from evaluation.evaluate import spans
from evaluation.results import headline
from evaluation.statistics import pass_at_k
from tests.evaluation.conftest import CHANCES, FakePool, FakeProver, Killed, play
from verify.statements import BadInput


def problem(results, name):
    return next(p for p in results["problems"] if p["name"] == name)


def test_figures_follow_from_the_attempts(config, given):
    prover = FakeProver(CHANCES)
    results, _ = play(config, given, prover=prover)
    statements = {p.name: p.statement for p in given.problems}
    for row in results["problems"]:
        right = [s for s in range(8) if prover.proof(statements[row["name"]], s).startswith("good")]
        assert row["proved"] == right and row["n"] == 8
        assert sorted(s for proof in row["proofs"] for s in proof["samples"]) == right
        assert all(proof["verdict"]["outcome"] == "proved" for proof in row["proofs"])
    counts = [len(row["proved"]) for row in results["problems"]]
    figures = results["headline"]
    assert [row["k"] for row in figures["pass_at_k"]] == [1, 2, 4, 8]
    for row in figures["pass_at_k"]:
        mean = sum(pass_at_k(8, c, row["k"]) for c in counts) / 5
        assert row["mean"] == pytest.approx(mean) and row["of_all"] == pytest.approx(mean * 5 / 6)
        assert row["low"] <= row["mean"] <= row["high"]
        assert (row["samples"], row["tokens"]) == (5 * row["k"], 15 * row["k"])
    assert figures["pass_at_k"][0]["blocks"]["mean"] == pytest.approx(figures["pass_at_k"][0]["mean"])
    assert figures["solved"]["count"] == sum(c > 0 for c in counts) == round(figures["pass_at_k"][-1]["mean"] * 5)
    assert results["attempts"]["made"] == 40 and results["attempts"]["tokens"] == 120
    empty = sum(prover.proof(statements[p["name"]], s).endswith("0") for p in results["problems"] for s in range(8))
    assert results["attempts"]["without_proof"] == {"no complete code block": empty} and empty > 0
    assert results["judge"]["toolchain"] == "4.28.0" and results["judge"]["profile"] == "core"


def test_out_of_profile_is_listed_by_reason_and_never_sampled(config, given):
    prover = FakeProver(CHANCES)
    results, _ = play(config, given, prover=prover)
    (row,) = results["out_of_profile"]
    assert (row["name"], row["outcome"], row["reason"]) == ("complex", "out_of_profile", "unknown identifier 'ℂ'")
    assert results["not_read"] == [["row_9", "holds a def, not a theorem"]]
    assert "complex" not in {s.name for chunk in prover.chunks for s in chunk.statements}
    assert len(results["problems"]) == 5


def test_a_duplicate_is_checked_once_and_counted_every_time(config, given):
    pool = FakePool()
    results, _ = play(config, given, pool)
    assert max(Counter(pool.asked).values()) == 1
    assert len(pool.asked) == 6 + results["attempts"]["distinct"] < 6 + results["attempts"]["made"]


@pytest.mark.parametrize("stop", [False, True])
def test_killed_at_every_point_it_ends_with_the_same_bytes(config, given, tmp_path, stop):
    config = replace(config, stop_at_first=stop, sampling=replace(config.sampling, batch_size=4))
    pool, prover = FakePool(), FakeProver(CHANCES)
    _, undisturbed = play(config, given, pool, prover)
    moments = [("pool", i) for i in range(len(pool.asked))] + [("prover", i) for i in range(len(prover.chunks))]
    assert len(moments) > 15
    for part, moment in moments:
        again = replace(config, out=tmp_path / f"{part}-{moment}")
        with pytest.raises(Killed):
            play(again, given, FakePool(dies_at=moment if part == "pool" else -1),
                 FakeProver(CHANCES, dies_at=moment if part == "prover" else -1))  # fmt: skip
        assert not (again.directory / "results.json").exists()
        assert play(again, given)[1] == undisturbed
    often = replace(config, out=tmp_path / "often")  # a new kill after every few questions
    for _ in range(100):
        try:
            assert play(often, given, FakePool(dies_at=3))[1] == undisturbed
            break
        except Killed:
            continue
    else:
        pytest.fail("no session got any further")


def test_a_finished_evaluation_asks_nothing_again(config, given):
    _, first = play(config, given)
    took = (config.directory / "cost.json").read_bytes()
    pool, prover = FakePool(), FakeProver(CHANCES)
    assert play(config, given, pool, prover)[1] == first
    assert not pool.asked and not prover.chunks
    assert (config.directory / "cost.json").read_bytes() == took


def test_the_cost_is_read_from_the_store(config, given):
    results, _ = play(config, given)
    spent = json.loads((config.directory / "cost.json").read_text())
    distinct = results["attempts"]["distinct"]
    assert spent["checks"] == 6 + distinct and spent["lean_seconds"] == pytest.approx(0.25 * (6 + distinct))
    right = sum(len(p["proofs"]) for p in results["problems"])
    assert spent["heartbeats"] == 100 * right + 50 * (distinct - right)
    assert 0 < spent["wall_seconds"] >= spent["sampling_seconds"] >= 0


def test_stop_at_first_tries_a_proved_problem_no_further(config, given):
    config = replace(config, stop_at_first=True)
    whole, _ = play(replace(config, stop_at_first=False, out=config.directory / "whole"), given)
    results, _ = play(config, given)
    assert results["settings"]["estimator"] == "first"
    for row in results["problems"]:
        first = next(iter(problem(whole, row["name"])["proved"]), None)
        assert row["n"] == (8 if first is None else next(n for n in (1, 2, 4, 8) if first < n))
        assert (row["proved"] or [None])[0] == first
    assert results["attempts"]["made"] < whole["attempts"]["made"]
    for k, row in zip((1, 2, 4, 8), results["headline"]["pass_at_k"], strict=True):
        share = sum(any(s < k for s in p["proved"]) for p in whole["problems"]) / 5
        assert row["mean"] == share and row["method"] == "wilson" and "blocks" not in row
    assert results["headline"]["solved"]["count"] == whole["headline"]["solved"]["count"]


def test_above_one_percent_of_system_errors_there_is_no_headline(config, given):
    statements = {p.name: p.statement for p in given.problems}
    lost = FakeProver(CHANCES).proof(statements["impossible"], 0)
    results, _ = play(config, given, FakePool(broken=frozenset({lost})))
    errors = results["attempts"]["outcomes"]["infrastructure"]
    assert errors >= 1 and results["headline"] is None
    assert f"{errors} of 40 attempts" in results["no_headline"]
    assert problem(results, "impossible")["outcomes"]["infrastructure"] >= 1
    results, _ = play(config, given)  # the same command, and Lean is well again
    assert results["headline"] is not None and "infrastructure" not in results["attempts"]["outcomes"]


def test_up_to_one_percent_counts_as_not_proved():
    row = {"n": 100, "tokens": 0, "proved": [0], "outcomes": {"proved": 1, "failed": 98, "infrastructure": 1}}
    settings = {"k": [1], "samples": 100, "seed": 0, "estimator": "unbiased"}
    assert headline([row], [], settings)["headline"]["pass_at_k"][0]["mean"] == pytest.approx(0.01)
    row["outcomes"] = {"proved": 1, "failed": 97, "infrastructure": 2}
    assert headline([row], [], settings)["headline"] is None
    row["outcomes"] = {"proved": 1, "failed": 99}
    unknown = [{"name": "x", "outcome": "infrastructure", "reason": ""}]
    assert "could not be told" in headline([row], unknown, settings)["no_headline"]
    assert headline([], unknown[:0], settings)["no_headline"] == "no problem is in profile"


def test_other_settings_want_another_directory(config, given):
    play(config, given)
    with pytest.raises(BadInput, match="another heartbeats, seed; choose another --out"):
        play(replace(config, seed=1, heartbeats=5), given)
    play(replace(config, workers=7), given)  # of no account for the results


def test_a_k_above_the_samples_is_refused(config):
    with pytest.raises(BadInput, match="pass@16"):
        replace(config, k=(1, 16)).budgets(8)
    assert replace(config, k=(4, 1)).budgets(8) == (1, 4)
    assert config.budgets(1) == (1,) and config.budgets(12) == (1, 2, 4, 8, 12)


def test_blocks_cover_every_sample_once():
    for samples in (1, 2, 7, 64, 100):
        for growing in (False, True):
            found = [i for first, size in spans(samples, 32, growing) for i in range(first, first + size)]
            assert found == list(range(samples))
