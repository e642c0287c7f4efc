"""A pool and a prover whose answers are known: for the layer above them."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from evaluation.config import EvaluationConfig
from evaluation.evaluate import Evaluation, settle
from evaluation.problems import Problems, digest
from evaluation.results import collect, cost, write_json
from prover.attempts import Chunk, derived_seed
from training.judge import Judge
from training.ledger import Ledger
from verify.benchmark import Problem
from verify.records import Attempt, Job, Message, Outcome, Statement, Verdict, content_id


class Killed(BaseException):
    """Stands for kill -9: nothing that runs afterwards belongs to the process."""


@dataclass
class FakePool:
    """Knows which statements elaborate and which proofs are right; dies at the `dies_at`-th question."""

    outside: frozenset[str] = frozenset({"complex"})
    broken: frozenset[str] = frozenset()  # proofs that cannot be judged
    dies_at: int = -1
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    toolchain: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(profile="core", identity="fake"))

    async def check(self, job: Job) -> Verdict:
        if len(self.asked) == self.dies_at:
            raise Killed
        self.asked.append((job.statement.name, job.proof))
        if job.proof is None:
            if job.statement.name in self.outside:
                return self._verdict(Outcome.OUT_OF_PROFILE, "unknown identifier 'ℂ'")
            return self._verdict(Outcome.ELABORATES, "", canonical=job.statement.id)
        if job.proof in self.broken:
            return self._verdict(Outcome.INFRASTRUCTURE, "Lean died twice")
        if job.proof.startswith("good"):
            return self._verdict(Outcome.PROVED, "", level="accepted", axioms=("propext",), heartbeats=100)
        said = (Message("error", 1, 2, "unsolved goals\n⊢ a < b & <script>alert(1)</script>"),)
        return self._verdict(Outcome.FAILED, "unsolved goals", messages=said, heartbeats=50)

    def _verdict(self, outcome: Outcome, reason: str, **fields) -> Verdict:
        return Verdict(outcome, reason, "core", seconds=0.25, toolchain="4.28.0", policy="2", **fields)


@dataclass
class FakeProver:
    """Sample s of a statement is right when a coin with its statement's `chances` falls so; some repeat others."""

    chances: dict[str, float]
    samples: int = 8
    ordered: bool = False
    dies_at: int = -1
    chunks: list[Chunk] = field(default_factory=list)

    def describe(self):
        return {"kind": "model", "name": "fake"}

    def attempts(self, chunk: Chunk, voice: str) -> tuple[list[Attempt], Counter[str]]:
        if len(self.chunks) == self.dies_at:
            raise Killed
        self.chunks.append(chunk)
        made = [
            Attempt(s.id, self.proof(s, sample), 0, sample, voice, tokens=3)
            for s in chunk.statements
            for sample in range(chunk.first, chunk.first + chunk.samples)
        ]
        return made, Counter("no complete code block" for a in made if a.proof.endswith("0"))

    def proof(self, statement: Statement, sample: int) -> str:
        coin = derived_seed(statement.name, sample) / 2**63
        word = "good" if coin < self.chances[statement.name] else "bad"
        return f"{word} {int(content_id(statement.name, str(sample)), 16) % 4}"


def play(config, given, pool=None, prover=None):
    """A whole evaluation with these parts; the results, and the bytes that were written."""
    pool, prover = pool or FakePool(), prover or FakeProver(CHANCES)
    config.directory.mkdir(parents=True, exist_ok=True)

    async def work(ledger):
        evaluation = Evaluation(config, prover, Judge(ledger, pool))
        await evaluation.attempt(await evaluation.in_profile(given.statements))

    with Ledger(config.directory / "ledger.sqlite") as ledger:
        settle(ledger, config, given.description, prover.describe(), {"lean": "fake"})
        asyncio.run(work(ledger))
        results = collect(config, given, prover, ledger, {"python": "3"})
        write_json(config.directory / "results.json", results)
        write_json(config.directory / "cost.json", cost(ledger))
    return results, (config.directory / "results.json").read_bytes()


CHANCES = {"easy": 0.9, "middling": 0.4, "hard": 0.1, "impossible": 0.0, "complex": 1.0, "again": 0.5}


@pytest.fixture
def given() -> Problems:
    problems = [
        Problem(
            name, Statement(name, f"(n : ℕ) : n < n + {i + 1}", tags=("order",)), "", "", "test" if i % 2 else "valid"
        )
        for i, name in enumerate(CHANCES)
    ]
    described = {
        "name": "small",
        "split": None,
        "problems": 6,
        "digest": digest((p.name, p.statement.id) for p in problems),
    }
    return Problems(problems, [("row_9", "holds a def, not a theorem")], described)


@pytest.fixture
def config(tmp_path) -> EvaluationConfig:
    return EvaluationConfig("fake", "small", out=tmp_path / "out", samples=8)
