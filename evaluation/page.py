"""The page of an evaluation: `report.html`, which needs nothing but itself; the one to show a colleague.

It is written from `results.json`, `cost.json` and the ledger beside them; written twice it is the same.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.results import VOICE, measure, read_cost, read_results, unit, values
from evaluation.statistics import interval
from training import plots, report
from training.ledger import Ledger
from verify.records import Statement, Verdict

ATTEMPTS_SHOWN = 16  # different ones of a problem, proofs aside; the ledger has all
MESSAGE_CHARACTERS = 800


class Tried(NamedTuple):
    """One text that was tried, so many times; `verdict` is None where it could not be judged."""

    proof: str
    samples: list[int]
    outcome: str
    verdict: Verdict | None


class Shown(NamedTuple):
    """A problem as one reads it: proofs first, then the other attempts, the most frequent first."""

    row: dict[str, Any]
    statement: Statement
    proofs: list[Tried]
    others: list[Tried]
    left_out: int


def write_page(directory: Path) -> Path:
    """Writes `report.html` beside the results, aside and then renamed. Raises BadInput where there are no results."""
    results = read_results(directory)
    with Ledger(directory / "ledger.sqlite") as ledger:
        shown = _problems(results, ledger)
    page = report.environment(Path(__file__).parent).get_template("page.html.jinja").render(
        results=results, cost=read_cost(directory), shown=shown, curve=curve(results), groups=groups(results), style=plots.STYLE,
        reasons=Counter(row["reason"].split("\n")[0] or row["outcome"] for row in results["out_of_profile"]),
        settings=settings_rows(results), said=said, ends=_ends(results),
        measure=partial(measure, results["settings"]),
    )  # fmt: skip
    return report.write_page(directory, page)


def _problems(results: dict[str, Any], ledger: Ledger) -> list[Shown]:
    made: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for attempt in sorted(ledger.attempts(0, VOICE), key=lambda a: a.sample):
        made[attempt.statement_id][attempt.proof].append(attempt.sample)
    shown = []
    for row in results["problems"]:
        tried = []
        for proof, samples in made[row["id"]].items():
            verdict = ledger.verdict("proof", row["id"], proof)
            tried.append(Tried(proof, samples, verdict.outcome if verdict else "infrastructure", verdict))
        proofs = [one for one in tried if one.verdict and one.verdict.proved]
        others = sorted((one for one in tried if one not in proofs), key=lambda one: (-len(one.samples), one.samples))
        statement = Statement(row["theorem"], row["signature"])
        shown.append(Shown(row, statement, proofs, others[:ATTEMPTS_SHOWN], len(others[ATTEMPTS_SHOWN:])))
    return shown


def said(verdict: Verdict | None) -> str:
    """Lean's messages, cut where they are long, or the verifier's reason."""
    if verdict is None:
        return "could not be judged"
    told = "\n".join(f"{m.line}:{m.column} {m.severity}: {m.text.strip()}" for m in verdict.messages) or verdict.reason
    return told if len(told) <= MESSAGE_CHARACTERS else told[:MESSAGE_CHARACTERS] + " …"


def _ends(results: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures for the smallest k and for the largest, if it is another."""
    rows = results["headline"]["pass_at_k"] if results["headline"] else []
    return [rows[0], rows[-1]] if len(rows) > 1 else rows


def curve(results: dict[str, Any]) -> Any:
    """pass@k against k; None where there is no headline, or a single k."""
    rows = results["headline"]["pass_at_k"] if results["headline"] else []
    if len(rows) < 2:
        return None
    columns = ([row[key] for row in rows] for key in ("k", "mean", "low", "high"))
    settings = results["settings"]
    return plots.budgets("pass", f"{measure(settings)} by the number of {unit(settings)} k", *columns)


def groups(results: dict[str, Any]) -> list[tuple[str, list[str], list[list[str]]]]:
    """(heading, columns, rows): pass@k by split and by tag, where there is more than one of them."""
    settings, tables = results["settings"], []
    if results["headline"] is None:
        return []
    ends = sorted({settings["k"][0], settings["k"][-1]})
    for heading, of in (("split", lambda row: [row["split"]]), ("tag", lambda row: row["tags"])):
        members: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in results["problems"]:
            for name in of(row):
                members[name].append(row)
        if len(members) > 1:
            columns = [heading, "problems", "proved", *(f"{measure(settings, k)} (95 %)" for k in ends)]
            tables.append((f"By {heading}", columns, [_group(n, members[n], ends, settings) for n in sorted(members)]))
    return tables


def _group(name: str, rows: Sequence[dict[str, Any]], ends: Sequence[int], settings: dict[str, Any]) -> list[str]:
    found = [interval(values(rows, k, settings["estimator"]), settings["seed"]) for k in ends]
    figures = [f"{one.mean:.1%} ({one.low:.1%} to {one.high:.1%})" for one in found]
    return [name or "none", str(len(rows)), str(sum(bool(row["proved"]) for row in rows)), *figures]


def settings_rows(results: dict[str, Any]) -> list[tuple[str, str]]:
    """Everything that decided the results, as (key, value) to be read."""
    parts = ("model", "benchmark", "judge", "settings", "versions")
    return [
        (f"{part}.{key}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for part in parts
        for key, value in results[part].items()
    ]
