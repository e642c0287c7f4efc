"""A results file that does not follow from its own proofs is told so; one with a wrong proof does not pass Lean."""

from __future__ import annotations

import copy
import json
import subprocess
import sys

import pytest

from evaluation.recheck import Recheck, checked, contradictions
from evaluation.results import read_results
from tests.evaluation.conftest import play
from verify.statements import BadInput
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


@pytest.mark.lean
@pytest.mark.timeout(900)
def test_with_a_real_lean_a_floor_is_evaluated_and_its_proofs_hold(lean, tmp_path):
    """By the command: figures and a page. Its proofs hold; a false one, put in the place of one, does not."""
    out, path = tmp_path / "out", tmp_path / "six.jsonl"
    rows = [json.loads(line) for line in (PROJECT / "statements.jsonl").read_text().splitlines()]
    chosen = [row for row in rows if row["name"] in {f"antiphon_02{n}" for n in (44, 45, 46, 47)}]
    chosen += [{"name": "open", "formal_statement": "theorem open_one (n : ℕ) : n < n"}]
    chosen += [{"name": "outside", "formal_statement": "theorem outside (z : ℂ) : z = z"}]
    path.write_text("\n".join(map(json.dumps, chosen)))
    command = ["eval", "floor:tactics", path, "--samples", "2", "--out", out, "--heartbeats", "1000"]
    made = subprocess.run([sys.executable, "-m", "antiphon", *map(str, command)], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert "5 of 6 problems in profile" in made.stdout and "pass@k" in made.stdout
    results = read_results(out)
    assert results["headline"]["solved"]["count"] == 4 and results["out_of_profile"][0]["name"] == "outside"
    assert (out / "report.html").exists()
    held = lean.run(checked(results, lean.pool))
    assert held.proofs >= 4 and not held.failed and not held.notes
    row = next(row for row in results["problems"] if row["proofs"])
    row["proofs"][0]["proof"] = "exact absurd rfl (by decide)"
    failed = lean.run(checked(results, lean.pool)).failed
    assert [name for name, _ in failed] == [row["name"]] and "failed" in failed[0][1]


def test_the_status_is_one_where_a_proof_fails_and_a_torn_file_is_named(monkeypatch, results, tmp_path, capsys):
    import antiphon
    from evaluation import recheck as module

    path = tmp_path / "results.json"
    path.write_text(json.dumps(results))
    for found, status in (
        (Recheck(3, (), ()), 0),
        (Recheck(3, (("easy", "failed: no"),), ("policy is 3, then 2",)), 1),
    ):
        monkeypatch.setattr(module, "recheck", lambda *_, found=found: found)
        assert antiphon.recheck(path) == status
    assert "easy: failed: no" in capsys.readouterr().out
    monkeypatch.undo()
    del results["judge"]
    path.write_text(json.dumps(results))
    with pytest.raises(BadInput, match="not whole"):
        module.recheck(path)
