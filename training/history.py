"""What a run has done so far, read once from its ledger, `metrics.jsonl` and `config.yaml`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from conjecture.telemetry import Telemetry, alarms
from training import metrics, telemetry
from training.ledger import FINAL, Ledger, Selection, Tally
from training.pasodoble_config import RECIPE
from verify.records import Attempt, Outcome, Statement, Verdict


@dataclass(frozen=True, slots=True)
class Round:
    """What the ledger holds of one round and sampler. Tallies are per statement."""

    number: int
    sampler: str
    given: list[Tally]
    conjectures: list[Tally]
    outcomes: dict[str, int]
    attempts: list[Attempt]
    proposed: int = 0
    gates: dict[str, int] = field(default_factory=dict)
    selections: dict[str, Selection] = field(default_factory=dict)  # by statement
    logged: dict[str, Any] = field(default_factory=dict)

    @property
    def final(self) -> bool:
        return self.sampler == FINAL

    @property
    def solved(self) -> set[str]:
        return {tally.statement for tally in self.given if tally.correct}

    @property
    def proved(self) -> int:
        return sum(tally.correct > 0 for tally in self.conjectures)

    @property
    def label(self) -> str:
        return f"{self.number}, {FINAL}" if self.final else str(self.number)

    @property
    def passed(self) -> int:
        return self.gates.get("passed", 0)

    @property
    def selected(self) -> int:
        return sum(row.weight > 0 for row in self.selections.values())

    @property
    def distinct(self) -> int:
        return len({(attempt.statement_id, attempt.proof) for attempt in self.attempts})


class Check(NamedTuple):
    """What the verifier said of a statement without a proof."""

    outcome: str
    reason: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Run:
    """All that a report needs, read once."""

    name: str
    config: dict[str, str]
    rounds: list[Round]
    statements: dict[str, Statement]
    given: dict[str, Statement]
    conjectures: dict[int, list[Statement]]  # by the round that proposed them
    checks: dict[str, Check]
    first: dict[str, int]  # statement: the round that first proved it
    proofs: dict[str, list[tuple[str, Verdict]]]  # shortest first
    not_read: list[tuple[str, str]]  # rows of the data set that hold no statement, with the reason
    telemetry: list[Telemetry]  # of the rounds that conjectured

    @property
    def played(self) -> list[Round]:
        return [round for round in self.rounds if not round.final]

    @property
    def last(self) -> Round | None:
        """The evaluation of the final model, once there is one."""
        return next((round for round in reversed(self.rounds) if round.final), None)

    def cumulative(self) -> list[int]:
        """Given statements solved up to and with each played round; the final evaluation adds nothing."""
        solved: set[str] = set()
        return [len(solved := solved | round.solved) for round in self.played]

    def alarms(self) -> list[tuple[int, list[str]]]:
        """(round, sentences) where a measure of collapse is beyond its threshold, the newest round first."""
        said = [(now.number, alarms(now, self.telemetry[0])) for now in self.telemetry]
        return [(number, sentences) for number, sentences in reversed(said) if sentences]

    def in_profile(self) -> list[Statement]:
        return [s for s in self.given.values() if self._said(s) == Outcome.ELABORATES]

    def out_of_profile(self) -> Counter[str]:
        """Why the other given statements are out; those with no answer yet are in neither."""
        unknown = ("", Outcome.INFRASTRUCTURE, Outcome.ELABORATES)
        return Counter(
            self.checks[s.id].reason or self._said(s) for s in self.given.values() if self._said(s) not in unknown
        )

    def _said(self, statement: Statement) -> str:
        return self.checks[statement.id].outcome if statement.id in self.checks else ""

    def when(self, statement: Statement) -> str:
        """Who proved it first, for people."""
        number = self.first.get(statement.id)
        if number is None:
            return "not by an attempt"
        return f"round {number}" if number in {round.number for round in self.played} else "only the final model"

    def unseen(self) -> list[str]:
        """Conjectures proved by a model that had not trained on them in this run, by id.

        That is: first proved in the round that proposed them, and not equal, up to the names of bound
        variables, to a seed, a given statement or a conjecture of an earlier round.
        """
        conjectured = {s.id for group in self.conjectures.values() for s in group}
        seen = {self._form(id) for id in self.statements if id not in conjectured}
        found: dict[str, str] = {}
        for number, group in sorted(self.conjectures.items()):
            forms = {self._form(s.id): s.id for s in group if self.first.get(s.id) == number}
            found |= {form: id for form, id in forms.items() if form not in seen}
            seen |= {self._form(s.id) for s in group}
        return list(found.values())

    def uncompared(self) -> int:
        """Seeds and given statements with no canonical form recorded: `unseen` knows them by their text alone."""
        conjectured = {s.id for group in self.conjectures.values() for s in group}
        return sum(self._form(id) == id for id in self.statements if id not in conjectured)

    def _form(self, id: str) -> str:
        return (id in self.checks and self.checks[id].canonical) or id


def read_run(run_directory: Path, ledger: Ledger) -> Run:
    """Everything the report tells, from the ledger, `metrics.jsonl` and `config.yaml`."""
    logged = {row["round"]: row for row in metrics.read(run_directory / "metrics.jsonl")}
    rounds = [read_round(ledger, number, name, logged.get(number, {})) for number, name in ledger.samplers()]
    proofs: dict[str, list[tuple[str, Verdict]]] = {}
    for id, proof, verdict in ledger.proofs():
        proofs.setdefault(id, []).append((proof, verdict))
    return Run(
        name=run_directory.resolve().name,
        config=configuration(run_directory / "config.yaml"),
        rounds=rounds,
        statements={s.id: s for s in ledger.statements()},
        given={s.id: s for s in ledger.statements("given")},
        conjectures={r.number: ledger.statements("conjecture", r.number) for r in rounds if not r.final},
        checks={row[0]: Check(*row[1:]) for row in ledger.answers("statement")},
        first=ledger.solved("given") | ledger.solved("conjecture"),
        proofs=proofs,
        not_read=json.loads(ledger.noted("not_read") or "[]"),
        telemetry=telemetry.of_run(ledger),
    )


def open_ledger(run_directory: Path) -> Ledger:
    """The ledger of a run. Raises FileNotFoundError when there is none, LedgerError when it is no ledger."""
    path = run_directory / "ledger.sqlite"
    if not path.is_file():
        raise FileNotFoundError(f"no run in {run_directory}: it has no ledger.sqlite")
    return Ledger(path)


def is_dualplay(run_directory: Path) -> bool:
    """Whether a proposer and a solver played the run. Raises as `open_ledger` does."""
    with open_ledger(run_directory) as ledger:
        return ledger.noted("recipe") == RECIPE


def read_round(ledger: Ledger, number: int, name: str, logged: dict[str, Any]) -> Round:
    """What `name` sampled in a round; `logged` is the round's row of metrics."""
    facts: dict[str, Any] = {}
    if name != FINAL:
        facts["proposed"] = len(ledger.proposals(number))
        facts["gates"] = ledger.gates(number)
        facts["selections"] = {row.statement: row for row in ledger.selections(number)}
    return Round(
        number, name, ledger.tallies(number, name, "given"), ledger.tallies(number, name, "conjecture"),
        ledger.outcomes(number, name), ledger.attempts(number, name), logged=logged, **facts,
    )  # fmt: skip


def configuration(path: Path) -> dict[str, str]:
    """The run's configuration with dotted keys; as its own text where it is no YAML."""
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        return dict(_flat(yaml.safe_load(text) or {}))
    except yaml.YAMLError:
        return {"config.yaml": text}


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key or "config.yaml", ", ".join(map(str, value)) if isinstance(value, list) else str(value)
