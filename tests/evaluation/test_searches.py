"""Searches in an evaluation: they end with the same bytes however often killed, and their figures are their own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest

from evaluation.compare import compare
from evaluation.page import write_page
from evaluation.provers import open_prover
from evaluation.recheck import checked, contradictions
from evaluation.results import read_results
from evaluation.searches import Asked, BestFirst, Repair
from prover.attempts import derived_seed
from prover.formats import open_format
from prover.sampler import Completion
from tests.evaluation.conftest import CHANCES, FakePool, Killed, play
from training.judge import Judge
from training.ledger import Ledger
from verify.records import Goals, Outcome
from verify.statements import BadInput


def coin(*parts: object) -> float:
    return derived_seed(*parts) / 2**63


@dataclass
class Space(FakePool):
    """States and verdicts follow from the script; a script that leaves nothing open is not always a proof."""

    lost: int = 0  # so many questions about goals, from the first on, cannot be answered
    moves: int = 0

    async def goals(self, statement, beginning, heartbeats=0):
        if len(self.asked) + self.moves == self.dies_at:
            raise Killed
        self.moves += 1
        if self.moves <= self.lost:
            return Goals(Outcome.INFRASTRUCTURE, "Lean died")
        side = coin("state", statement.name, beginning)
        if beginning and side > 0.3:
            return Goals(Outcome.FAILED, "no such luck", heartbeats=2)
        if beginning and side < CHANCES[statement.name] / 20:
            return Goals(Outcome.ELABORATES, heartbeats=2)
        return Goals(Outcome.ELABORATES, goals=(f"⊢ {int(side * 1e6) % 9}",), heartbeats=2)

    async def check(self, job):
        if len(self.asked) + self.moves == self.dies_at:
            raise Killed
        if job.proof and coin("check", job.proof) < 0.5:
            return await super().check(replace(job, proof=f"good {job.proof}"))
        return await super().check(job)


@pytest.fixture
def config(config):
    return replace(config, model="floor:best-first", samples=None, expansions=6, workers=2)


FLOOR = BestFirst(6, {"kind": "floor", "name": "floor:best-first"})


def test_a_killed_search_ends_with_the_same_bytes(config, given, tmp_path):
    pool = Space()
    results, undisturbed = play(config, given, pool, FLOOR)
    assert 0 < results["headline"]["solved"]["count"] < 5 and results["attempts"]["made"] > 5
    moments = range(0, len(pool.asked) + pool.moves, 7)
    assert len(moments) > 15
    for moment in moments:
        again = replace(config, out=tmp_path / str(moment), workers=1 + moment % 3)
        with pytest.raises(Killed):
            play(again, given, Space(dies_at=moment), FLOOR)
        assert play(again, given, Space(), FLOOR)[1] == undisturbed
    idle = Space()
    assert play(config, given, idle, FLOOR)[1] == undisturbed
    assert not idle.asked and not idle.moves


def test_the_figures_count_expansions(config, given):
    results, _ = play(config, given, Space(), FLOOR)
    settings, figures = results["settings"], results["headline"]["pass_at_k"]
    assert settings["estimator"] == "expansions" and settings["expansions"] == 6 and settings["k"] == [1, 2, 4, 6]
    for row in figures:
        inside = [p for p in results["problems"] if p["proved"] and p["search"]["expansions"] <= row["k"]]
        assert row["mean"] == len(inside) / 5 and "blocks" not in row
        assert row["samples"] == sum(min(row["k"], p["search"]["expansions"]) for p in results["problems"])
    assert figures[-1]["mean"] * 5 == results["headline"]["solved"]["count"]
    for row in results["problems"]:
        assert row["proved"] in ([], [row["n"] - 1])  # a search ends with its proof
    assert contradictions(json.loads(json.dumps(results))) == []
    spent = json.loads((config.directory / "cost.json").read_text())
    assert spent["search"]["steps"] == sum(p["search"]["steps"] for p in results["problems"])
    page = write_page(config.directory).read_text()
    assert "proved within 6 expansions" in page and "pass@" not in page
    sampled, _ = play(replace(config, model="fake", samples=8, out=config.directory / "sampled"), given)
    with pytest.raises(BadInput, match="counts expansions"):
        compare(results, sampled)
    assert compare(results, results).both == results["headline"]["solved"]["count"]


def test_a_search_in_which_lean_failed_is_done_again(config, given):
    pool = Space(lost=5)
    results, _ = play(replace(config, workers=1), given, pool, FLOOR)
    lost = [p for p in results["problems"] if p["search"] is None]
    assert 1 <= len(lost) < 5 and not any(p["n"] for p in lost)
    assert results["no_headline"] == f"{len(lost)} of 5 searches did not come to their end"
    assert contradictions(json.loads(json.dumps(results))) == []
    mended, file = play(config, given, Space(), FLOOR)
    assert mended["headline"] is not None
    assert file == play(replace(config, out=config.directory / "well"), given, Space(), FLOOR)[1]


def test_one_lost_answer_is_asked_again(config, given):
    _, undisturbed = play(config, given, Space(), FLOOR)
    assert play(replace(config, out=config.directory / "once"), given, Space(lost=1), FLOOR)[1] == undisturbed


class Writer:
    """Writes files by the seed alone: some without a block, some with a good proof."""

    def sample(self, prompts, n, seeds, first=0):
        assert n == 1
        return [
            Completion(i, 0, self.answer(p, s), (1, 2, 3), None, True)
            for i, (p, s) in enumerate(zip(prompts, seeds, strict=True))
        ]

    def answer(self, conversation, seed):
        if seed % 5 == 0:
            return "no code"
        word = "good" if seed % 10 == 1 else f"bad {seed % 7}"
        return f"```lean4\n{word}\n```"


def mender(given, rounds=2):
    form, by_id = open_format("goedel-prover-v2"), {p.statement.id: p for p in given.problems}
    return Repair(Writer(), form, None, by_id, 6, rounds, 0, {"kind": "endpoint", "name": "fake"})


def test_every_turn_of_a_repair_is_an_attempt(config, given, tmp_path):
    config = replace(config, model="fake", search="repair", samples=6, format="goedel-prover-v2")
    pool = Space()
    results, undisturbed = play(config, given, pool, mender(given))
    assert results["settings"]["estimator"] == "first" and results["settings"]["rounds"] == 2
    assert results["attempts"]["tokens"] == 3 * results["attempts"]["made"]
    assert results["attempts"]["without_proof"]["no complete code block"] > 0
    assert "infrastructure" not in results["attempts"]["outcomes"]
    assert {p["n"] for p in results["problems"]} <= {2, 4, 6}  # whole rounds of two chains
    assert results["headline"]["solved"]["count"] > 0 and pool.moves == 0
    assert contradictions(json.loads(json.dumps(results))) == []
    assert "proved within 6 samples" in write_page(config.directory).read_text()
    for moment in range(0, len(pool.asked), 3):
        again = replace(config, out=tmp_path / str(moment))
        with pytest.raises(Killed):
            play(again, given, Space(dies_at=moment), mender(given))
        assert play(again, given, Space(), mender(given))[1] == undisturbed


async def test_a_search_is_served_from_the_ledger(config, given, tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        first, second = Space(), Space()
        for pool in (first, second):
            await mender(given).search(given.problems[0].statement, Asked(Judge(ledger, pool)), 10, "eval")
        assert first.asked and not second.asked


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"model": "floor:grind", "search": "best-first"}, "floor:best-first"),
        ({"search": "best-first", "samples": 4}, "--expansions, not --samples"),
        ({"search": "best-first", "format": "stp"}, "in the format antiphon"),
        ({"search": "repair", "stop_at_first": True}, "ends at its first proof"),
        ({"search": "best-first", "step_samples": 0}, "--step-samples must be at least 1"),
    ],
)
def test_settings_that_do_not_go_together(config, settings, said):
    with pytest.raises(BadInput, match=said):
        replace(config, **{"model": "fake", **settings})


def test_a_format_that_knows_no_repair_is_told_before_a_model_is_loaded(config, given):
    config = replace(config, model="nowhere", search="repair", format="stp")
    with pytest.raises(BadInput, match="the format stp knows no repair"), open_prover(config, given.problems):
        pass


def test_independent_samples_are_resumed_whatever_searches_there_are(config):
    config = replace(config, model="fake")
    assert not {"search", "steps", "expansions", "step_samples", "rounds"} & config.decisive().keys()
    assert config.decisive() == replace(config, expansions=3, rounds=1).decisive()
    assert "max_model_len" not in config.decisive()["sampling"]
    assert replace(config, search="repair", rounds=1).decisive()["rounds"] == 1


@pytest.mark.lean
@pytest.mark.timeout(900)
def test_with_a_real_lean_a_conjunction_is_found_tactic_by_tactic(lean, tmp_path):
    """By the command: no single closer proves it, and its proof holds when it is checked again."""
    out, path = tmp_path / "out", tmp_path / "one.jsonl"
    signature = "(f : ℕ → ℕ) (a b : ℝ) (h : ∀ n, f n = 0) : (∃ n, f n = 0) ∧ 2 * a * b ≤ a ^ 2 + b ^ 2"
    path.write_text(json.dumps({"name": "both", "formal_statement": f"theorem both {signature}"}))
    command = ["eval", "floor:best-first", path, "--expansions", "4", "--heartbeats", "4000", "--out", out]
    made = subprocess.run([sys.executable, "-m", "antiphon", *map(str, command)], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert "proved within k expansions" in made.stdout and "proved: 1 of 1" in made.stdout
    results = read_results(out)
    (row,) = results["problems"]
    assert "\n" in row["proofs"][0]["proof"] and 1 < row["search"]["expansions"] <= 4
    held = lean.run(checked(results, lean.pool))
    assert held.proofs == 1 and not held.failed
