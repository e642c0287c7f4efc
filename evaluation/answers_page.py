"""The page of an evaluation on questions in words: `report.html`, written from `results.json`, `cost.json`, the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from evaluation.page import curve, groups, settings_rows
from evaluation.results import VOICE, read_cost, read_results
from training import plots, report
from training.ledger import Ledger

SAMPLES_SHOWN = 8
"""Of a question; every different answer is shown once before any is shown again."""
CHARACTERS = 4_000


class Answer(NamedTuple):
    """One answer, None for samples without a box; `texts` are the completions that are shown."""

    answer: str | None
    outcome: str
    reason: str
    samples: list[int]
    texts: list[str]


class Shown(NamedTuple):
    """A question as one reads it, its answers in the order in which they came first."""

    row: dict[str, Any]
    answers: list[Answer]
    left_out: int


def write_page(directory: Path) -> Path:
    """Writes `report.html` beside the results, aside and then renamed. Raises BadInput where there are no results."""
    results = read_results(directory)
    with Ledger(directory / "ledger.sqlite") as ledger:
        shown = _questions(results, ledger)
    page = report.environment(Path(__file__).parent).get_template("answers.html.jinja").render(
        results=results, cost=read_cost(directory), questions=shown, curve=curve(results), groups=groups(results),
        settings=settings_rows(results), style=plots.STYLE,
    )  # fmt: skip
    return report.write_page(directory, page)


def _questions(results: dict[str, Any], ledger: Ledger) -> list[Shown]:
    texts = {(a.statement_id, a.sample): a.proof for a in ledger.attempts(0, VOICE)}
    shown = []
    for row in results["problems"]:
        answers, left = [], SAMPLES_SHOWN
        for said in row["answers"]:
            chosen = said["samples"][: 1 if left > 0 else 0]
            left -= len(chosen)
            completions = [_cut(texts[row["id"], sample]) for sample in chosen]
            answers.append(Answer(said["answer"], said["outcome"], said["reason"], said["samples"], completions))
        for at, answer in enumerate(answers):
            if left > 0 and answer.texts:
                more = answer.samples[1 : 1 + left]
                left -= len(more)
                completions = [_cut(texts[row["id"], sample]) for sample in more]
                answers[at] = answer._replace(texts=answer.texts + completions)
        shown.append(Shown(row, answers, row["n"] - sum(len(answer.texts) for answer in answers)))
    return shown


def _cut(text: str) -> str:
    """The beginning and the end of a long one: the answer stands at the end."""
    half = CHARACTERS // 2
    return text if len(text) <= CHARACTERS else f"{text[:half]}\n…\n{text[-half:]}"
