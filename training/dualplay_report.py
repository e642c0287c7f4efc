"""The report of a dual-play run: the same page as for formal runs, and the same for a terminal.

Questions, answers and probes are read from the ledger, the other meters from `metrics.jsonl`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table

from conjecture import arithmetic
from conjecture.lessons import LEVELS
from training import metrics, plots
from training.history import configuration, open_ledger
from training.judge import equals
from training.ledger import Ledger, Question
from training.meters import Reading, alarms_by_step, readings
from training.probe import PROBE
from training.report import environment, write_page
from verify.records import Attempt

BY = "step"
SHARES = {
    "held out": "accent", "pass rate": "gold", "labels right": "blue", "labels right on probes": "violet",
}  # fmt: skip
BY_LEVEL = {"1 step": "blue0", "2 steps": "blue1", "3 steps": "blue2", "4 steps": "blue3"}
LEVEL = {**BY_LEVEL, "more": "violet", "not computable": "stone"}
SIGNS = {"new questions": "accent", "diversity": "blue", "trained on": "gold", "no signal": "stone", "skipped": "red"}
SIZES = {"proposer's reward": "gold", "steps a question takes": "blue"}
QUESTIONS_SHOWN = 40  # of a reading
ANSWERS_SHOWN = 4


class Asked(NamedTuple):
    """A question as one reads it, with a few of its answers and whether each was right (None: not judged)."""

    question: Question
    text: str
    truth: str | None
    answers: list[tuple[str, bool | None]]


@dataclass(frozen=True, slots=True)
class Run:
    """All that the page tells."""

    name: str
    config: dict[str, str]
    readings: list[Reading]
    levels: dict[int, Counter[str]]
    """Of the questions since the last probe, by the reading's step."""
    samples: list[tuple[Reading, list[Asked], int]]
    proposals: int
    questions: int
    steps: int


def read_run(run_directory: Path, ledger: Ledger) -> Run:
    rows, config = metrics.read(run_directory / "metrics.jsonl"), configuration(run_directory / "config.yaml")
    j = _answers(config)
    found = readings(rows, ledger.phases_named(PROBE))
    texts = {s.id: s.signature for s in ledger.statements("question")}
    levels, samples, proposals = {}, [], 0
    for before, reading in pairwise(found):
        asked = ledger.questions(before.step, reading.step)
        proposals += len(asked)
        levels[reading.step] = Counter(_level(texts[q.statement]) for q in asked if q.statement in texts)
        samples.append((reading, _shown(ledger, asked, texts, j), len(asked)))
    return Run(
        run_directory.resolve().name, config, found, levels, samples, proposals,
        len(texts), sum(r.steps for r in found),
    )  # fmt: skip


def write_report(run_directory: Path) -> Path:
    """Writes `report.html` into the run's folder, as `training.report.write_report` does for formal runs."""
    with open_ledger(run_directory) as ledger:
        run = read_run(run_directory, ledger)
    return write_page(
        run_directory, environment(Path(__file__).parent).get_template("dualplay.html.jinja").render(
            run=run, headline=_headline(run), figures=_figures(run), tables=_tables(run), alarms=alarms_by_step(run.readings),
            style=plots.STYLE,
        )
    )  # fmt: skip


def summary(run_directory: Path) -> Table:
    """The readings as a table for a terminal."""
    with open_ledger(run_directory) as ledger:
        run = read_run(run_directory, ledger)
    table = Table(title=f"{run.name}: {run.steps} steps, {run.proposals:,} proposals", box=None, pad_edge=False)
    columns = ("step", "held out", "labels", "pass rate", "true labels", "difficulty", "new", "no signal", "skipped")
    for heading in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    for r in run.readings:
        shares = (r.held_out, r.labels, r.pass_rate, r.label_accuracy)
        rest = (r.fresh, r.zero_signal, r.skipped)
        steps = "" if r.difficulty is None else f"{r.difficulty:.2f}"
        table.add_row(str(r.step), *map(_percent, shares), steps, *map(_percent, rest))
    return table


def samples(run_directory: Path, round: int | None = None, limit: int = 10) -> Iterator[str]:
    """Up to `limit` questions of a step, or of the newest, each with answers of the solver."""
    with open_ledger(run_directory) as ledger:
        texts = {s.id: s.signature for s in ledger.statements("question")}
        asked = ledger.questions() if round is None else ledger.questions(round, round + 1)
        newest = [q for q in asked if q.round == asked[-1].round]
        j = _answers(configuration(run_directory / "config.yaml"))
        for one in _shown(ledger, newest, texts, j)[:limit]:
            q = one.question
            rate = "not judged" if q.pass_rate is None else f"pass rate {q.pass_rate:.2f}"
            said = ", ".join(f"{text} ({_verdict(right)})" for text, right in one.answers)
            yield f"{one.text}\n  answer {q.answer}, label {q.label}, {rate}, reward {q.reward}\n  solver: {said}"


def _answers(config: dict[str, str]) -> int:
    return int(config.get("config.answers_per_question", 1))


def _shown(ledger: Ledger, asked: Sequence[Question], texts: dict[str, str], j: int) -> list[Asked]:
    """Some of those that were tried, evenly spread, each with the first of its j answers."""
    tried = [q for q in asked if q.statement in texts and q.judged]
    shown = []
    for q in tried[:: max(1, -(-len(tried) // QUESTIONS_SHOWN))]:
        made = {a.sample: a for a in ledger.attempts_at(q.statement, q.round)}
        first = [made[s] for s in range(q.number * j, q.number * j + min(j, ANSWERS_SHOWN)) if s in made]
        answers = [(a.proof, _right(ledger, q, a)) for a in first]
        shown.append(Asked(q, texts[q.statement], arithmetic.truth(texts[q.statement]), answers))
    return shown


def _right(ledger: Ledger, question: Question, attempt: Attempt) -> bool | None:
    """Whether an answer was found equal to the label; None where nobody asked."""
    if not attempt.proof:
        return False
    verdict = question.label and ledger.verdict(equals(question.label), attempt.statement_id, attempt.proof)
    return verdict.proved if verdict else None


def _level(question: str) -> str:
    steps = arithmetic.difficulty(question)
    if steps is None:
        return "not computable"
    return [*BY_LEVEL][max(steps, 1) - 1] if steps <= len(LEVELS) else "more"


def _headline(run: Run) -> list[list[tuple[str, int | str | None]]]:
    first, last = run.readings[:1], run.readings[1:][-1:]
    probes = [
        ("held-out accuracy of the cold start", _percent(first[0].held_out) if first else None),
        ("held-out accuracy now", _percent(last[0].held_out) if last else None),
        ("the pair's own pass rate", _percent(last[0].pass_rate) if last else None),
        ("labels that are true, of those computable", _percent(last[0].label_accuracy) if last else None),
    ]
    counts = [
        ("steps", run.steps), ("proposals", run.proposals), ("distinct questions", run.questions),
        ("steps that taught nobody since the last probe", _percent(last[0].skipped) if last else None),
    ]  # fmt: skip
    return [probes, counts]


def _figures(run: Run) -> list[tuple[str, Any]]:
    """(caption, plot), those for which there is something to draw."""
    all_readings, played = run.readings, [r for r in run.readings if r.steps]
    if not played:
        return []
    steps = [r.step for r in all_readings]
    figures = [
        (
            "The pair's own numbers (pass rate; labels that are true of its own questions) beside the fixed probe set.",
            plots.shares(
                "probe", "Held-out accuracy and the pair's own pass rate", steps,
                _series(SHARES, [(r.held_out, r.pass_rate, r.label_accuracy, r.labels) for r in all_readings]),
                SHARES, BY,
            ),
        ),
        (
            "Held-out accuracy by the steps that a question takes.",
            plots.shares(
                "levels", "Held-out accuracy by difficulty", steps,
                _series(BY_LEVEL, [[r.probe.get(f"probe/held_out_{n}") for n in LEVELS] for r in all_readings]),
                BY_LEVEL, BY,
            ),
        ),
        (
            "Questions by the steps that they take.",
            plots.stacked(
                "difficulty", "Questions by difficulty", [*run.levels],
                {label: [counts[label] for counts in run.levels.values()] for label in LEVEL}, LEVEL, "questions", BY,
            ),
        ),
        (
            "What the proposer earns on average, and how many steps its questions take.",
            plots.lines(
                "reward", "Reward and difficulty", [r.step for r in played],
                _series(SIZES, [(r.reward, r.difficulty) for r in played]), SIZES, "reward, steps", BY,
            ),
        ),
        (
            "Shares: questions never asked before, diversity, proposals the solver trains on, groups without a signal,"
            " skipped steps.",
            plots.shares(
                "signs", "Diversity and signal", [r.step for r in played],
                _series(SIGNS, [(r.fresh, r.diversity, r.trained, r.zero_signal, r.skipped) for r in played]), SIGNS, BY,
            ),
        ),
    ]  # fmt: skip
    return [figure for figure in figures if figure[0] != figures[2][0] or any(c.total() for c in run.levels.values())]


def _series(labels: dict[str, str], rows: Sequence[Sequence[float | None]]) -> dict[str, list[float | None]]:
    """One list for each label that has a value somewhere."""
    columns = {label: [row[i] for row in rows] for i, label in enumerate(labels)}
    return {label: values for label, values in columns.items() if any(value is not None for value in values)}


def _tables(run: Run) -> list[tuple[str, list[str], list[list[str]]]]:
    """(heading, columns, rows of text)."""
    if not run.readings:
        return []
    probes = ["held_out", *(f"held_out_{n}" for n in LEVELS), "labels", *(f"labels_{n}" for n in LEVELS)]
    own = (
        "pass_rate label_accuracy valid trained zero_signal reward difficulty diversity fresh unique skipped starved"
        " buffer undecided seconds"
    ).split()  # fmt: skip
    return [
        (
            "The fixed probe set, greedy", ["step", *probes],
            [[str(r.step), *(_cell(r.probe.get(f"probe/{name}")) for name in probes)] for r in run.readings],
        ),
        (
            "The pair's own numbers since the probe before", ["step", *own],
            [[str(r.step), *(_cell(getattr(r, name)) for name in own)] for r in run.readings if r.steps],
        ),
    ]  # fmt: skip


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _verdict(right: bool | None) -> str:
    return {True: "right", False: "wrong", None: "not judged"}[right]
