"""In the profile `mathlib` a problem is judged under its benchmark's own header, one Lean a header."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from types import SimpleNamespace

import pytest
from rich.console import Console

from evaluation import evaluate as module
from evaluation import problems as benchmarks
from evaluation import recheck as rechecking
from evaluation.problems import Problems, opens_only
from evaluation.results import read_results
from tests.evaluation.conftest import FakePool
from verify.benchmark import Problem, lean_header
from verify.records import Statement

OPENS = {
    "a": "import Mathlib\nopen Filter\n",
    "b": "import Mathlib\nopen Set\n",
    "c": "import Mathlib\nopen Filter\n",
    "d": "",
}


@pytest.fixture
def asked(monkeypatch):
    """The headers of the Leans that were started, each with the names it was asked about."""
    asked = defaultdict(list)

    def mathlib(header=None):
        return SimpleNamespace(profile="mathlib", identity="", header=header)

    class Pool(FakePool):
        def __init__(self, lean, workers=1, limits=None, cache=None, certify=False):
            super().__init__()
            self.toolchain = lean

        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            pass

        async def ready(self):
            return "4.28.0"

        async def check(self, job):
            asked[self.toolchain.header].append(job.statement.name)
            proof = job.proof and f"good {job.proof}"
            return replace(await super().check(replace(job, proof=proof)), profile="mathlib")

        async def stream(self, jobs):
            for job in jobs:
                yield job, await self.check(job)

    monkeypatch.setattr(benchmarks.toolchain, "mathlib", mathlib)
    monkeypatch.setattr(benchmarks.toolchain, "of_profile", lambda profile: mathlib())
    monkeypatch.setattr(module, "LeanPool", Pool)
    monkeypatch.setattr(rechecking, "LeanPool", Pool)
    return asked


@pytest.fixture
def problems():
    return [Problem(n, Statement(n, f"(n : ℕ) : n < n + {i + 1}"), OPENS[n], "", "test") for i, n in enumerate(OPENS)]


def test_core_has_one_header(problems):
    given = Problems(problems, [], {})
    assert list(given.by_header("core")) == [None]
    groups = given.by_header("mathlib")
    assert [[s.name for s in group] for group in groups.values()] == [["a", "c"], ["b"], ["d"]]
    assert "open Filter" in next(iter(groups)) and list(groups)[2] is None


def test_each_header_has_a_lean_of_its_own_and_is_checked_again_under_it(asked, problems, tmp_path, monkeypatch):
    described = {"name": "small", "split": None}
    described["digest"] = benchmarks.digest(
        (p.name, benchmarks.under(p.statement.id, lean_header(p) if p.header else None)) for p in problems
    )
    monkeypatch.setattr(benchmarks, "load", lambda config: Problems(problems, [], described))
    config = module.EvaluationConfig("floor:tactics", "small", profile="mathlib", samples=2, out=tmp_path / "out")
    results = module.evaluate(config, Console(quiet=True))
    first, second = lean_header(problems[0]), lean_header(problems[1])
    assert {header: set(names) for header, names in asked.items()} == {first: {"a", "c"}, second: {"b"}, None: {"d"}}
    assert [row.get("header") for row in results["problems"]] == [first, second, first, None]
    assert all(row["not_opened"] == [] for row in results["problems"])
    assert results["headline"]["solved"]["count"] == 4
    file = (tmp_path / "out" / "results.json").read_bytes()
    asked.clear()
    module.evaluate(config, Console(quiet=True))
    assert not asked and (tmp_path / "out" / "results.json").read_bytes() == file
    again = rechecking.recheck(tmp_path / "out")
    assert again.proofs == 8 and not again.failed
    assert {header: set(names) for header, names in asked.items()} == {first: {"a", "c"}, second: {"b"}, None: {"d"}}
    changed = read_results(tmp_path / "out")
    changed["problems"][0]["header"] = first + "axiom cheat : False\n"
    (tmp_path / "out" / "results.json").write_text(json.dumps(changed))
    asked.clear()
    assert any("its header does more" in reason for _, reason in rechecking.recheck(tmp_path / "out").failed)
    assert not any(header and "axiom" in header for header in asked)


@pytest.mark.parametrize(
    "more", ["axiom x : False\n", "open Nat in axiom x : False\n", "set_option a true\n", "open Nat axiom x\n"]
)
def test_a_header_only_opens(problems, more):
    assert opens_only(lean_header(problems[0]))
    assert not opens_only(lean_header(problems[0]) + more)
