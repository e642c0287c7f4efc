"""The report of a run: `report.html`, one page that needs nothing but itself, and the same for a terminal.

Everything said is read from the ledger, save times and losses, which come from `metrics.jsonl`. The
page depends on nothing else: written twice from the same files it is the same, byte for byte.
"""

from __future__ import annotations

import itertools
import os
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from rich.table import Table
from rich.text import Text

from conjecture.telemetry import VENDI_EXACT, Telemetry
from training import plots
from training.history import Round, Run, open_ledger, read_run
from training.ledger import Ledger, Tally
from training.lineage import (
    Fertility,
    Inherited,
    LemmaUse,
    depths,
    fertility,
    first_on_conjectures,
    layers,
    lemma_uses,
    lineage,
    longest_line,
)
from verify.records import Attempt, Outcome, Statement, Verdict

CONJECTURES_A_ROUND, FAILURES_A_ROUND, PROOFS_SHOWN = 60, 8, 3  # what the page shows; the ledger has all
LINEAGE_ROWS = 12  # of each table of the lineage
_SCANNED = 400  # attempts looked at for failures worth showing, a round


def write_report(run_directory: Path) -> Path:
    """Writes `report.html` into the run's folder, aside and then renamed; returns its path.

    A run may be anywhere on its way. Raises FileNotFoundError when there is no run, LedgerError when
    its ledger is none.
    """
    with open_ledger(run_directory) as ledger:
        run = read_run(run_directory, ledger)
        failures = [(round, _failures(ledger, run, round)) for round in run.rounds]
        page = environment(Path(__file__).parent).get_template("report.html.jinja").render(
            run=run, headline=_headline(run), figures=_figures(run), tables=_tables(run), groups=_conjectures(run),
            solved=[s for s in run.given.values() if s.id in run.proofs], failures=failures,
            unsolved=[s for s in run.in_profile() if s.id not in run.proofs], tree=_tree(ledger, run),
            alarms=run.alarms(), shown=PROOFS_SHOWN, vendi_exact=VENDI_EXACT, style=plots.STYLE,
        )  # fmt: skip
    return write_page(run_directory, page)


def write_page(run_directory: Path, page: str) -> Path:
    """The text as `report.html`, written aside and then renamed."""
    path = run_directory / "report.html"
    aside = path.with_suffix(".html.part")
    aside.write_text(page, encoding="utf-8")
    os.replace(aside, path)
    return path


def summary(run_directory: Path) -> Table:
    """The rounds as a table for a terminal. Raises as `write_report` does."""
    with open_ledger(run_directory) as ledger:
        run = read_run(run_directory, ledger)
    title = Text(f"{run.name}: {len(run.in_profile())} statements in profile")
    table = Table(title=title, box=None, collapse_padding=True, pad_edge=False)  # 80 columns suffice
    for heading in (
        "round",
        "solved",
        "so far",
        "proposed",
        "passed",
        "proved",
        "selected",
        "attempts",
        "time",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    so_far = iter(run.cumulative())
    for round in run.rounds:
        conjecturing = (round.proposed, round.passed, round.proved, round.selected)
        table.add_row(
            round.label, str(len(round.solved)),
            "" if round.final else str(next(so_far)), *(str(n) if round.proposed else "" for n in conjecturing),
            str(len(round.attempts)), _duration(round.logged.get("time/round")),
        )  # fmt: skip
    return table


def samples(run_directory: Path, round: int | None = None, limit: int = 10) -> Iterator[str]:
    """Up to `limit` attempts of a round, or of the newest that has any, each with its outcome and Lean's words.

    The same ones each time, in an order that favours none. Raises as `write_report` does.
    """
    with open_ledger(run_directory) as ledger:
        played = [(number, name) for number, name in ledger.samplers() if name]
        round = played[-1][0] if round is None and played else round
        statements = {s.id: s for s in ledger.statements()}
        attempts = [a for number, name in played if number == round for a in ledger.attempts(number, name)]
        for attempt in sorted((a for a in attempts if a.statement_id in statements), key=lambda a: a.id)[:limit]:
            verdict = ledger.verdict("proof", attempt.statement_id, attempt.proof)
            outcome, message = (str(verdict.outcome), _told(verdict)) if verdict else ("pending", "")
            said = f"{outcome}\n{message}".strip().replace("\n", "\n  ")
            yield f"{_lean(statements[attempt.statement_id], attempt.proof)}\n  {said}\n"


def _headline(run: Run) -> list[list[tuple[str, int | None]]]:
    """Two rows of (label, number), statements and conjectures; None is for what has not happened yet."""
    inside, outside = len(run.in_profile()), run.out_of_profile().total()
    waiting = len(run.given) - inside - outside
    statements = [
        ("statements given", len(run.given)),
        ("in profile", inside),
        ("out of profile", outside),
        *([("not checked yet", waiting)] if waiting else []),
        *([("rows not read", len(run.not_read))] if run.not_read else []),
        ("solved by the cold-start model", next((len(r.solved) for r in run.played if r.number == 0), None)),
        ("solved in all rounds together", run.cumulative()[-1] if run.played else None),
        ("solved by the final model alone", len(run.last.solved) if run.last else None),
    ]
    conjectures = [
        ("conjectures proposed", sum(round.proposed for round in run.played)),
        ("passed the gates", sum(round.passed for round in run.played)),
        ("proved", sum(round.proved for round in run.played)),
        ("selected to learn from", sum(round.selected for round in run.played)),
        ("proved by a model that had not trained on them", len(run.unseen())),
    ]
    return [statements, conjectures]


def _tables(run: Run) -> list[tuple[str, list[str], list[list[str]]]]:
    """(heading, columns, rows of text): the rounds, the outcomes, the gates."""
    if not run.rounds:
        return []
    so_far = iter(run.cumulative())
    rounds = [
        [
            round.label, len(round.given) + len(round.conjectures), len(round.attempts), round.distinct,
            len(round.solved), None if round.final else next(so_far),
            *((round.proposed, round.passed, round.proved, round.selected) if round.proposed else [None] * 4),
            round.logged.get("train/examples"), round.logged.get("train/loss"),
            _duration(round.logged.get("time/round")),
        ]
        for round in run.rounds
    ]  # fmt: skip
    columns = "round statements attempts distinct solved so_far proposed passed proved selected examples loss time"
    tables = [("Round by round", columns.split(), rounds)]
    for heading, kind in (
        ("What became of the attempts", "outcomes"),
        ("Where the proposals ended", "gates"),
    ):
        counts = {round.label: getattr(round, kind) for round in run.rounds if getattr(round, kind)}
        known = ["passed", *plots.OUTCOMES]
        names = sorted({*itertools.chain(*counts.values())}, key=lambda n: (known.index(n) if n in known else 99, n))
        if names:
            rows = [[label, *(count.get(name) for name in names)] for label, count in counts.items()]
            tables.append((heading, ["round", *names], rows))
    if run.telemetry:
        tables += _collapse(run)
    return [(heading, columns, [[_cell(value) for value in row] for row in rows]) for heading, columns, rows in tables]


def _collapse(run: Run) -> list[tuple[str, list[str], list[list[Any]]]]:
    """The telemetry in three tables; their columns are fields of `Telemetry`."""
    tables = {
        "what is proposed": "readable duplicates renamed seen_before well_formed disjunctive conclusion_median"
        " conclusion_mean",
        "how diverse it is": "vendi vendi_of vendi_given lemmas_prompted lemmas_in_proofs closeness targets",
        "what it is worth": "screened refuted trivial vacuous tried entropy rate_0 rate_low rate_1",
    }
    return [
        (
            f"Signs of collapse: {heading}",
            ["round", *fields.split()],
            [[_measure(row, name) for name in ("number", *fields.split())] for row in run.telemetry],
        )
        for heading, fields in tables.items()
    ]


def _measure(row: Telemetry, name: str) -> str | int | None:
    """Lengths and effective numbers with one decimal, shares and cosines with three."""
    value = getattr(row, name)
    if isinstance(value, float) and name.partition("_")[0] in ("conclusion", "vendi"):
        return f"{value:.1f}"
    return str(value) if name == "number" else value


def _cell(value: str | float | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _figures(run: Run) -> list[tuple[str, Any]]:
    """(caption, plot), those for which there is something to draw."""
    played, figures = run.played, []
    if any(round.given for round in played):
        figures.append((
            "Given statements solved so far, by round.",
            plots.curve(
                "solved", "Statements solved by round", [r.number for r in played], run.cumulative(),
                len(run.last.solved) if run.last else None, len(run.in_profile()),
            ),
        ))  # fmt: skip
    conjecturing = [round for round in played if round.conjectures]
    rates = [Counter(_band(tally.pass_rate) for tally in round.conjectures) for round in conjecturing]
    timed = list({round.number: round for round in run.rounds}.values())
    times = [[round.logged.get(f"time/{name}") or 0 for name in plots.TIMES] for round in timed]
    for name, title, caption, rounds, rows, colours, unit in (
        ("rates", "Conjectures by pass rate", "Conjectures by pass rate P; those in (0, 1/4] teach the most.",
         conjecturing, [[rate[band] for band in plots.BANDS] for rate in rates], plots.BANDS, "conjectures"),
        ("outcomes", "Attempts by outcome", "What became of every attempt.",
         played, [[r.outcomes.get(name, 0) for name in plots.OUTCOMES] for r in played], plots.OUTCOMES, "attempts"),
        ("times", "Time by round", "Where the time went; sampling and verification overlap.",
         timed, times, plots.TIMES, "seconds"),
    ):  # fmt: skip
        if any(any(row) for row in rows):
            series = {label: [row[i] for row in rows] for i, label in enumerate(colours)}
            figures.append((caption, plots.stacked(name, title, [r.number for r in rounds], series, colours, unit)))
    if run.telemetry:
        series = {label: [getattr(row, label.replace(" ", "_")) for row in run.telemetry] for label in plots.SHARES}
        figures.append((
            "Signs of collapse, as shares of the readable, the well-formed or the screened proposals: see the table.",
            plots.shares("collapse", "Signs of collapse", [row.number for row in run.telemetry], series),
        ))  # fmt: skip
    return figures


def _band(rate: float) -> str:
    """The bar of the histogram in which a pass rate stands."""
    for name, top in zip(plots.BANDS, (0, 1 / 4, 1 / 2, 3 / 4), strict=False):
        if rate <= top:
            return name
    return "(3/4, 1)" if rate < 1 else "1"


class Conjecture(NamedTuple):
    """A conjecture as one reads it: `decision` is empty before selection, `tally` None before an attempt."""

    statement: Statement
    seed: Statement | None
    tally: Tally | None
    weight: float
    decision: str
    proofs: list[tuple[str, Verdict]]


def _conjectures(run: Run) -> list[tuple[Round, list[Conjecture], int]]:
    """For each round its conjectures worth reading and how many it has: the selected first, then the hardest."""
    groups = []
    for round in run.played:
        tallies = {tally.statement: tally for tally in round.conjectures}
        read = []
        for s in run.conjectures[round.number]:
            seed = next((run.statements[id] for id in s.parents if id in run.statements), None)
            made = round.selections.get(s.id)
            weight, decision = (made.weight, made.decision) if made else (0.0, "")
            proofs = run.proofs.get(s.id, [])[:PROOFS_SHOWN]
            read.append(Conjecture(s, seed, tallies.get(s.id), weight, decision, proofs))
        read.sort(key=lambda c: (c.weight <= 0, not c.proofs, -c.weight, c.tally.pass_rate if c.tally else 2))
        if read:
            groups.append((round, read[:CONJECTURES_A_ROUND], len(read)))
    return groups


def _failures(ledger: Ledger, run: Run, round: Round) -> list[tuple[Statement, Attempt, Verdict]]:
    """A few attempts that proved nothing, of every outcome; the same ones each time."""
    by_outcome: dict[Outcome, list[tuple[Statement, Attempt, Verdict]]] = {}
    seen: set[tuple[str, str]] = set()
    for attempt in sorted(round.attempts, key=lambda attempt: attempt.id)[:_SCANNED]:
        verdict = ledger.verdict("proof", attempt.statement_id, attempt.proof)
        key = (attempt.statement_id, attempt.proof)
        if verdict and not verdict.proved and key not in seen and attempt.statement_id in run.statements:
            seen.add(key)
            row = (run.statements[attempt.statement_id], attempt, verdict)
            by_outcome.setdefault(verdict.outcome, []).append(row)
    turns = sorted((turn, str(outcome)) for outcome, rows in by_outcome.items() for turn in range(len(rows)))
    return [by_outcome[Outcome(outcome)][turn] for turn, outcome in turns[:FAILURES_A_ROUND]]


class Tree(NamedTuple):
    """Of the lineage: the longest line of descent, and the first rows of each answer with how many there are."""

    drawing: tuple[str, Any] | None  # caption and plot
    line: list[Statement]
    depths: list[tuple[int, int]]  # (depth by the shortest chain, conjectures)
    orphans: int  # conjectures to which no chain leads
    fertile: list[tuple[Statement, Fertility]]
    origins: int
    lemmas: list[LemmaUse]
    lemmas_used: int
    inherited: list[tuple[Statement, Inherited]]
    inherited_all: int


def _tree(ledger: Ledger, run: Run) -> Tree:
    graph = lineage(ledger)
    conjectured = [id for id, kind in graph.nodes(data="kind") if kind == "conjecture"]
    found = depths(graph)
    deep = Counter(found[id].shortest for id in conjectured if id in found)
    fertile, uses, inherited = fertility(graph), lemma_uses(graph), first_on_conjectures(graph)
    return Tree(
        _drawing(graph) if conjectured else None,
        [run.statements[id] for id in longest_line(graph)],
        sorted(deep.items()),
        len(conjectured) - deep.total(),
        [(run.statements[row.statement], row) for row in fertile[:LINEAGE_ROWS]],
        len(fertile),
        uses[:LINEAGE_ROWS],
        len(uses),
        [(run.statements[row.statement], row) for row in inherited[:LINEAGE_ROWS]],
        len(inherited),
    )


def _drawing(graph: nx.DiGraph) -> tuple[str, Any]:
    drawing = layers(graph)
    origins, *rounds = drawing.layers
    total, drawn = sum(layer.total for layer in rounds), sum(len(layer.states) for layer in rounds)
    caption = "Each conjecture that passed the gates, and what prompted it."
    if drawn < total:
        caption = (
            f"Drawn are {drawn:,} of the {total:,} conjectures of these rounds: of each round evenly from the"
            " selected, the proved and the others."
        )
    if len(origins.states) < origins.total:
        caption += (
            f" Of the {origins.total:,} seeds and given statements that prompted conjectures, the"
            f" {len(origins.states)} that prompted the most of those drawn."
        )
    if len(drawing.layers) - 1 < drawing.rounds:
        caption += f" {len(drawing.layers) - 1} of {drawing.rounds} rounds are drawn, evenly spaced."
    return caption, plots.layered("lineage", "Lineage by round", drawing)


def _told(verdict: Verdict) -> str:
    """What Lean said, one message a paragraph with its line and column, or the verifier's reason."""
    said = [f"{m.line}:{m.column} {m.severity}: {m.text.strip()}" for m in verdict.messages]
    return "\n".join(said) or verdict.reason


def _lean(statement: Statement, proof: str) -> str:
    return f"{statement.text} := by\n{textwrap.indent(proof, '  ')}"


def _duration(seconds: float | None) -> str:
    """A wall time for people; empty when unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{seconds:.1f} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


CONTROLS = {code: "\ufffd" for code in (*range(32), 127) if chr(code) not in "\t\n"}  # for no HTML, for no terminal


def environment(folder: Path) -> Environment:
    """For the pages in a folder: every value is escaped on its way into the page."""
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: value.translate(CONTROLS) if type(value) is str else value,
    )  # fmt: skip
    environment.filters |= {"count": "{:,}".format, "told": _told, "duration": _duration}
    environment.globals["lean"] = _lean
    return environment
