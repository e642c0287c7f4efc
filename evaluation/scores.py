"""What an evaluation on questions in words has found: the contents of its `results.json`, from the ledger.

It has the keys of a formal one (`evaluation.results`): `proved` are the samples that are right, `out_of_profile` the
questions whose reference cannot be read; so pass@k, comparing and the limit of system errors are the same code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.config import EvaluationConfig
from evaluation.questions import Questions, as_statement
from evaluation.results import (
    FORMAT,
    SYSTEM_ERRORS,
    VOICE,
    cost,
    headline,
    one_toolchain,
    outcome_of,
    reason_of,
    total,
)  # fmt: skip
from evaluation.solvers import NO_BOX, Solver
from evaluation.statistics import interval
from training.judge import equals
from training.ledger import Ledger
from verify.benchmark import Question
from verify.maths import POLICY, PROFILE
from verify.records import Attempt, Outcome


def collect(
    config: EvaluationConfig,
    given: Questions,
    solver: Solver,
    ledger: Ledger,
    votes: Mapping[str, Sequence[dict[str, Any]]],
    versions: dict[str, str],
) -> dict[str, Any]:
    """The contents of `results.json`; `votes` are those of `evaluation.answers.CompletionJudge.votes`. Raises BadInput."""
    made: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in ledger.attempts(0, VOICE):
        made[attempt.statement_id].append(attempt)
    problems, outside = [], []
    for question in given.problems:
        id = as_statement(question).id
        check = ledger.verdict("statement", id)
        row = {"name": question.name, "id": id, "question": question.question, "reference": question.answer}
        if outcome_of(check) is Outcome.ELABORATES:
            attempts = sorted(made[id], key=lambda a: a.sample)
            problems.append(row | _answered(question, attempts, solver, ledger, votes[id]))
        else:
            outside.append(row | {"outcome": str(outcome_of(check)), "reason": reason_of(check)})
    settings = {
        "samples": solver.samples, "k": list(config.budgets(solver.samples)), "seed": config.seed, "shots": 0,
        "protocol": config.protocol, "estimator": "unbiased", **config.decisive()["sampling"],
    }  # fmt: skip
    return {
        "format": FORMAT,
        "model": solver.describe(),
        "benchmark": given.description,
        "judge": {"profile": PROFILE, "toolchain": one_toolchain(ledger), "policy": POLICY},
        "settings": settings,
        "versions": versions,
        "attempts": {
            "made": sum(p["n"] for p in problems), "distinct": sum(p["distinct"] for p in problems),
            "outcomes": total(p["outcomes"] for p in problems), "tokens": sum(p["tokens"] for p in problems),
            "without_answer": total(piece["unread"] for piece in ledger.phases(0).values()),
        },
        **scores(problems, outside, settings),
        "problems": problems, "out_of_profile": outside, "not_read": [list(row) for row in given.rejected],
    }  # fmt: skip


def scores(
    problems: Sequence[dict[str, Any]], outside: Sequence[dict[str, Any]], settings: dict[str, Any]
) -> dict[str, Any]:
    """avg@n, maj@k and pass@k with their intervals, all of which follow from the rows; no headline as of proofs."""
    found = headline(problems, outside, settings)
    if found["headline"] is None:
        reason = found["no_headline"].replace("no problem is in profile", "no question has an answer that can be read")
        return {"headline": None, "no_headline": reason}
    lost = sum(vote["votes"] is None for p in problems for vote in p["majority"])
    counted = len(problems) * len(settings["k"])
    if lost > SYSTEM_ERRORS * counted:
        reason = f"{lost} of {counted} votes could not be counted; up to {SYSTEM_ERRORS:.0%} may"
        return {"headline": None, "no_headline": reason}
    seed, samples = settings["seed"], settings["samples"]
    figures = {
        "avg": {"n": samples} | _told([len(p["proved"]) / p["n"] for p in problems], seed),
        "maj_at_k": [
            {"k": k} | _told([float(p["majority"][at]["right"]) for p in problems], seed)
            for at, k in enumerate(settings["k"])
        ],
        "without_box": _told([p["without_box"] / p["n"] for p in problems], seed),
    }  # fmt: skip
    return {"headline": figures | found["headline"], "no_headline": None}


def _told(shares: Sequence[float], seed: int) -> dict[str, Any]:
    found = interval(shares, seed)
    return {"mean": found.mean, "low": found.low, "high": found.high, "method": found.method}


def _answered(
    question: Question,
    attempts: Sequence[Attempt],
    solver: Solver,
    ledger: Ledger,
    votes: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """What became of a question: its answers in the order in which they came first."""
    samples: dict[str | None, list[int]] = defaultdict(list)
    for attempt in attempts:
        samples[solver.read(attempt.proof)].append(attempt.sample)
    answers = []
    for answer, those in samples.items():
        said = {"outcome": str(Outcome.REFUSED), "reason": NO_BOX}
        if answer is not None:
            verdict = ledger.verdict(equals(question.answer), as_statement(question).id, answer)
            said = {"outcome": str(outcome_of(verdict)), "reason": reason_of(verdict)}
        answers.append({"answer": answer, "samples": those, **said})
    right = {row["answer"] for row in answers if row["outcome"] == Outcome.PROVED}
    return {
        "split": question.split, "tags": [], "n": len(attempts), "distinct": len(answers),
        "proved": sorted(sample for row in answers if row["answer"] in right for sample in row["samples"]),
        "outcomes": total({row["outcome"]: len(row["samples"])} for row in answers),
        "without_box": len(samples.get(None, ())), "tokens": sum(a.tokens for a in attempts),
        "majority": [{**vote, "right": vote["answer"] in right} for vote in votes],
        "answers": answers,
    }  # fmt: skip


def answers_cost(ledger: Ledger) -> dict[str, Any]:
    """What it took, in seconds: math-verify's work on distinct answers, the model's time, the wall's."""
    whole = cost(ledger)
    return {
        "checks": whole["checks"], "judging_seconds": whole["lean_seconds"],
        "sampling_seconds": whole["sampling_seconds"], "wall_seconds": whole["wall_seconds"],
    }  # fmt: skip
