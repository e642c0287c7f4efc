"""A results file that does not follow from its own proofs is told so; one with a wrong proof does not pass Lean."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys

import pytest

from evaluation.recheck import contradictions
from evaluation.results import read_results
from tests.evaluation.conftest import play
from verify.toolchain import PROJECT


@pytest.fixture
def results(config, given):
    return json.loads(json.dumps(play(config, given)[0]))


def test_what_was_written_follows_from_its_proofs(results):
    assert contradictions(results) == []


def proved(results):
    return next(row for row in results["problems"] if 0 < len(row["proved"]) < row["n"])


def add_a_sample(results):
    row = proved(results)
    row["proved"].append(next(s for s in range(row["n"]) if s not in row["proved"]))


def drop_a_proof(results):
    proved(results)["proofs"].pop()


def count_twice(results):
    row = proved(results)
    row["proofs"][0]["samples"] *= 2


def turn_a_failure(results):
    outcomes = proved(results)["outcomes"]
    outcomes["failed"] -= 1
    outcomes["proved"] += 1


def ease_a_statement(results):
    proved(results)["signature"] = ": True"


def ease_it_with_its_id(results):
    from verify.records import Statement

    row = proved(results)
    row["signature"] = ": True"
    row["id"] = Statement("x", ": True").id


def leave_a_problem_out(results):
    results["out_of_profile"].pop()


def raise_the_headline(results):
    results["headline"]["pass_at_k"][0]["mean"] += 0.001


def narrow_an_interval(results):
    results["headline"]["pass_at_k"][0]["low"] += 0.05


def call_a_failure_proof(results):
    proved(results)["proofs"][0]["verdict"]["outcome"] = "failed"


@pytest.mark.parametrize(
    "tamper",
    [add_a_sample, drop_a_proof, count_twice, turn_a_failure, ease_a_statement, ease_it_with_its_id,
     leave_a_problem_out, raise_the_headline, narrow_an_interval, call_a_failure_proof],
)  # fmt: skip
def test_what_was_changed_does_not(results, tamper):
    changed = copy.deepcopy(results)
    tamper(changed)
    assert contradictions(changed)


def antiphon(*arguments, timeout=280):
    environment = {**os.environ, "COLUMNS": "200"}
    return subprocess.run([sys.executable, "-m", "antiphon", *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout, env=environment)  # fmt: skip


@pytest.mark.lean
@pytest.mark.timeout(900)
def test_with_a_real_lean_a_floor_is_evaluated_and_its_proofs_hold(tmp_path):
    """floor:tactics on six statements: figures, a page; the recheck passes, and fails where a proof is swapped."""
    out = tmp_path / "out"
    lines = (PROJECT / "statements.jsonl").read_text().splitlines()[:5]
    outside = {"name": "complex", "formal_statement": "theorem complex (z : ℂ) : z = z := by sorry"}
    path = tmp_path / "six.jsonl"
    path.write_text("\n".join([*lines, json.dumps(outside)]))
    made = antiphon("eval", "floor:tactics", path, "--out", out, "--heartbeats", "1000", "--no-verdict-cache")
    assert made.returncode == 0, made.stderr
    assert "5 of 6 problems in profile" in made.stdout and "pass@k" in made.stdout
    results = read_results(out)
    assert results["headline"]["solved"]["count"] >= 1 and results["out_of_profile"][0]["name"] == "complex"
    assert contradictions(results) == [] and (out / "report.html").exists()
    held = antiphon("recheck", out)
    assert held.returncode == 0, held.stdout + held.stderr
    assert "all hold" in held.stdout
    row = next(row for row in results["problems"] if row["proofs"])
    row["proofs"][0]["proof"] = "exact absurd rfl (by decide)"
    (out / "results.json").write_text(json.dumps(results))
    failed = antiphon("recheck", out)
    assert failed.returncode == 1 and f"{row['name']}: failed" in failed.stdout, failed.stdout + failed.stderr
