"""Questions in words to evaluate on: an informal benchmark by its name, from its own place or from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.config import EvaluationConfig
from evaluation.problems import digest
from verify import benchmark
from verify.benchmark import Question
from verify.records import Statement, content_id
from verify.statements import BadInput


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions, (name, reason) of every row that is none, and what a result says of the benchmark."""

    problems: Sequence[Question]
    rejected: Sequence[tuple[str, str]]
    description: dict[str, Any]

    @property
    def statements(self) -> list[Statement]:
        """As the ledger keeps them. Different ones: rows with the same question share their answers."""
        return list({statement.id: statement for statement in map(as_statement, self.problems)}.values())

    @property
    def references(self) -> dict[str, str]:
        """What counts as right, by statement id."""
        return {as_statement(question).id: question.answer for question in self.problems}


def as_statement(question: Question) -> Statement:
    """A question in the place of a signature: what has no names of Lean's, the ledger keeps all the same."""
    return Statement(question.name, question.question, split=question.split)


def informal(name: str) -> bool:
    """Whether a benchmark of this name asks questions in words."""
    return name in benchmark.names() and benchmark.describe(name).kind == "informal"


def load(config: EvaluationConfig) -> Questions:
    """Raises BadInput when there is no question, and for settings that mean nothing to questions."""
    of_theorems = {
        "--stop-at-first": config.stop_at_first, "--certify": config.certify, "--train": config.train,
        "--format": config.format != "antiphon", "--profile": config.profile != "core",
    }  # fmt: skip
    if said := [option for option, given in of_theorems.items() if given]:
        raise BadInput(f"{config.benchmark} asks questions in words; {', '.join(said)} goes with theorems")
    loaded = benchmark.load(config.benchmark, config.data, config.split, config.limit)
    questions, rejected = [], list(loaded.rejected)
    first: dict[str, Question] = {}
    for question in loaded.problems:
        same = first.setdefault(as_statement(question).id, question)
        if same.answer == question.answer:
            questions.append(question)
        else:
            rejected.append((question.name, f"asks what {same.name} asks, and has another answer"))
    if not questions:
        raise BadInput(f"{config.benchmark}: no question to evaluate on; {len(rejected)} rows hold none")
    said = loaded.benchmark
    description = {
        "name": said.name, "title": said.title, "licence": said.licence, "citation": said.citation,
        "split": config.split, "limit": config.limit, "problems": len(questions),
        "digest": questions_digest((q.name, as_statement(q).id, q.answer) for q in questions),
    }  # fmt: skip
    return Questions(questions, rejected, description)


def questions_digest(rows: Any) -> str:
    """Of (name, statement id, reference) of all questions: equal for equal benchmarks, in any order."""
    return digest((name, content_id(id, reference)) for name, id, reference in rows)
