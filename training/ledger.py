"""The ledger: everything a run has proposed, sampled, checked and chosen, in one append-only SQLite file.

A row is written once and never changed; each method that writes is one transaction, so a kill at any
moment loses at most work in flight. Rewards, selections and reports are functions of what stands here.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from conjecture.band import pass_rate_interval
from conjecture.guide import Rubric
from prover.sampler import Completion
from verify.records import Attempt, Statement, Verdict, content_id

FORMAT = 1
FINAL = "final"  # the sampler's name when the final model is evaluated
SCHEMA = """
CREATE TABLE IF NOT EXISTS run (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS statements (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, round INTEGER NOT NULL, name TEXT NOT NULL, signature TEXT NOT NULL,
    source TEXT NOT NULL, split TEXT NOT NULL, tags TEXT NOT NULL, parents TEXT NOT NULL, lemma TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS prompts (
    round INTEGER NOT NULL, prompt INTEGER NOT NULL, seed TEXT NOT NULL, lemma TEXT NOT NULL, signature TEXT NOT NULL,
    proof TEXT, PRIMARY KEY (round, prompt));
CREATE TABLE IF NOT EXISTS proposals (
    round INTEGER NOT NULL, prompt INTEGER NOT NULL, sample INTEGER NOT NULL, seed TEXT NOT NULL, lemma TEXT NOT NULL,
    signature TEXT, tokens INTEGER NOT NULL, PRIMARY KEY (round, prompt, sample));
CREATE TABLE IF NOT EXISTS gates (
    round INTEGER NOT NULL, prompt INTEGER NOT NULL, sample INTEGER NOT NULL, gate TEXT NOT NULL, statement TEXT,
    PRIMARY KEY (round, prompt, sample));
CREATE TABLE IF NOT EXISTS attempts (
    id TEXT PRIMARY KEY, statement TEXT NOT NULL, round INTEGER NOT NULL, sample INTEGER NOT NULL, proof TEXT NOT NULL,
    sampler TEXT NOT NULL, tokens INTEGER NOT NULL, logprob REAL);
CREATE INDEX IF NOT EXISTS attempts_of_round ON attempts (round, statement);
CREATE INDEX IF NOT EXISTS attempts_at_statement ON attempts (statement);
CREATE TABLE IF NOT EXISTS verdicts (
    statement TEXT NOT NULL, proof TEXT NOT NULL, question TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
    lemmas TEXT NOT NULL, heartbeats INTEGER NOT NULL, seconds REAL NOT NULL, canonical TEXT NOT NULL, more TEXT NOT NULL,
    PRIMARY KEY (question, statement, proof));
CREATE TABLE IF NOT EXISTS selections (
    round INTEGER NOT NULL, statement TEXT NOT NULL, pass_rate REAL NOT NULL, samples INTEGER NOT NULL,
    elegance REAL, weight REAL NOT NULL, decision TEXT NOT NULL, PRIMARY KEY (round, statement));
CREATE TABLE IF NOT EXISTS reviews (
    round INTEGER NOT NULL, statement TEXT NOT NULL, judge TEXT NOT NULL, relevance REAL, redundancy INTEGER,
    complexity INTEGER, PRIMARY KEY (round, statement));
CREATE TABLE IF NOT EXISTS rollouts (
    round INTEGER NOT NULL, role TEXT NOT NULL, prompt INTEGER NOT NULL, sample INTEGER NOT NULL, text TEXT NOT NULL,
    token_ids BLOB NOT NULL, logprob REAL NOT NULL, finished INTEGER NOT NULL, PRIMARY KEY (round, role, prompt, sample));
CREATE TABLE IF NOT EXISTS questions (
    round INTEGER NOT NULL, number INTEGER NOT NULL, knowledge TEXT NOT NULL, statement TEXT, solution TEXT, answer TEXT,
    label TEXT, pass_rate REAL, judged INTEGER NOT NULL, diversity REAL NOT NULL, reward REAL, hack TEXT NOT NULL,
    trains_solver INTEGER NOT NULL, PRIMARY KEY (round, number));
CREATE TABLE IF NOT EXISTS phases (
    round INTEGER NOT NULL, phase TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (round, phase));
"""


class LedgerError(RuntimeError):
    """The file is not a ledger of this version; the text says what to do."""


class Prompt(NamedTuple):
    """What the conjecturer is shown: a statement by its id, a lemma with its signature ('' is the trivial lemma), and
    the statement's proof, or None where the statement is a target."""

    seed: str
    lemma: str
    signature: str
    proof: str | None

    @property
    def stated(self) -> tuple[str, str] | None:
        """The lemma as `conjecture_prompt` wants it."""
        return (self.lemma, self.signature) if self.lemma else None


class Selection(NamedTuple):
    """What a round made of one of its conjectures; `weight` is 0 where the conjecturer does not learn it."""

    statement: str
    pass_rate: float
    samples: int
    elegance: float | None
    weight: float
    decision: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One raw sample of the conjecturer: `signature` is None when the text was no statement."""

    round: int
    prompt: int
    sample: int
    seed: str
    lemma: str
    signature: str | None
    tokens: int


@dataclass(frozen=True, slots=True)
class Question:
    """A proposal of the informal mode and what it came to; `statement` is None when the text held no question.

    `answer` is the proposer's own, `label` the one its `judged` answers were compared with; `pass_rate` and `reward` are
    None where the verifier could not tell.
    """

    round: int
    number: int
    knowledge: str  # the id of the piece it was prompted with
    statement: str | None
    solution: str | None
    answer: str | None
    label: str | None
    pass_rate: float | None
    judged: int
    diversity: float
    reward: float | None
    hack: str
    trains_solver: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """The attempts at one statement in one round: `proofs` are its distinct correct proofs, shortest first."""

    statement: str
    samples: int
    correct: int
    proofs: tuple[str, ...]

    @property
    def pass_rate(self) -> float:
        """P = correct / samples, each duplicate counted (STP, section 3.2)."""
        return self.correct / self.samples

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """The exact (Clopper-Pearson) interval of the pass rate."""
        return pass_rate_interval(self.correct, self.samples, confidence)


class Ledger:
    """Open it as a context manager. Raises LedgerError for a foreign file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, check_same_thread=False)
        except sqlite3.Error as error:
            raise LedgerError(f"{path} cannot be opened: {error}") from error
        try:
            tables = {row[0] for row in self._db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
            if tables and "verdicts" not in tables:
                raise LedgerError(f"{path} is a database of something else; use another --run")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(SCHEMA)
            self.note("format", str(FORMAT))
            found = self.noted("format")
            if found != str(FORMAT):
                raise LedgerError(f"{path} has format {found}, this Antiphon writes {FORMAT}; use another --run")
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise LedgerError(f"{path} cannot be used as a ledger: {error}") from error
        except LedgerError:
            self._db.close()
            raise

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Writes rows that are not there yet: writing twice changes nothing."""
        rows = list(rows)
        if rows:
            with self._db as db:
                marks = ",".join("?" * len(rows[0]))
                db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)

    # Facts about the run, and its progress

    def note(self, key: str, value: str) -> None:
        self._insert("run", [(key, value)])

    def noted(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM run WHERE key=?", (key,)).fetchone()
        return row and row[0]

    def finish(self, round: int, phase: str, **data: Any) -> None:
        self._insert("phases", [(round, phase, json.dumps(data))])

    def finished(self, round: int, phase: str) -> dict[str, Any] | None:
        """What the phase left behind when it ended, or None while it has not."""
        row = self._db.execute("SELECT data FROM phases WHERE round=? AND phase=?", (round, phase)).fetchone()
        return row and json.loads(row[0])

    def phases(self, round: int) -> dict[str, dict[str, Any]]:
        """What the ended phases of a round left behind, by name."""
        rows = self._db.execute("SELECT phase, data FROM phases WHERE round=? ORDER BY rowid", (round,))
        return {phase: json.loads(data) for phase, data in rows}

    def phases_named(self, phase: str) -> dict[int, dict[str, Any]]:
        """What a phase left behind in every round in which it ended."""
        rows = self._db.execute("SELECT round, data FROM phases WHERE phase=? ORDER BY round", (phase,))
        return {round: json.loads(data) for round, data in rows}

    # Statements

    def add_statements(self, kind: str, round: int, statements: Iterable[Statement]) -> None:
        """`kind` is seed (with a proof of ours), given (a data set's), conjecture, question, or probe."""
        self._insert(
            "statements",
            (
                (s.id, kind, round, s.name, s.signature, s.source, s.split, json.dumps(s.tags), json.dumps(s.parents), s.lemma)
                for s in statements
            ),
        )  # fmt: skip

    def statements(self, kind: str | None = None, round: int | None = None) -> list[Statement]:
        """In the order in which they came."""
        rows = self._db.execute(
            "SELECT name, signature, source, split, tags, parents, lemma FROM statements"
            " WHERE (?1 IS NULL OR kind=?1) AND (?2 IS NULL OR round=?2) ORDER BY rowid",
            (kind, round),
        )
        return [Statement(*row[:4], tuple(json.loads(row[4])), tuple(json.loads(row[5])), row[6]) for row in rows]

    # What the conjecturer was shown, its proposals, and what the gates said

    def add_prompts(self, round: int, prompts: Iterable[Prompt]) -> None:
        self._insert("prompts", ((round, number, *prompt) for number, prompt in enumerate(prompts)))

    def prompts(self, round: int) -> list[Prompt]:
        """All of a round, or none: older versions did not record them."""
        rows = self._db.execute(
            "SELECT seed, lemma, signature, proof FROM prompts WHERE round=? ORDER BY prompt", (round,)
        )
        return [Prompt(*row) for row in rows]

    def add_proposals(self, proposals: Iterable[Proposal]) -> None:
        self._insert("proposals", map(astuple, proposals))

    def proposals(self, round: int) -> list[Proposal]:
        rows = self._db.execute("SELECT * FROM proposals WHERE round=? ORDER BY prompt, sample", (round,))
        return [Proposal(*row) for row in rows]

    def add_gates(self, round: int, gates: Iterable[tuple[Proposal, str, str | None]]) -> None:
        """For each proposal the gate that stopped it (or `passed`) and the statement's id."""
        self._insert("gates", ((round, p.prompt, p.sample, gate, statement) for p, gate, statement in gates))

    def gates(self, round: int) -> dict[str, int]:
        """How many proposals of a round ended at which gate."""
        rows = self._db.execute("SELECT gate, COUNT(*) FROM gates WHERE round=? GROUP BY gate ORDER BY gate", (round,))
        return dict(rows.fetchall())

    # Attempts and verdicts

    def add_attempts(self, attempts: Iterable[Attempt]) -> None:
        self._insert(
            "attempts",
            ((a.id, a.statement_id, a.round, a.sample, a.proof, a.sampler, a.tokens, a.logprob) for a in attempts),
        )

    def attempts(self, round: int, sampler: str) -> list[Attempt]:
        rows = self._db.execute(
            "SELECT statement, proof, round, sample, sampler, tokens, logprob FROM attempts"
            " WHERE round=? AND sampler=? ORDER BY rowid",
            (round, sampler),
        )
        return [Attempt(*row) for row in rows]

    def attempts_at(self, statement_id: str, round: int) -> list[Attempt]:
        rows = self._db.execute(
            "SELECT statement, proof, round, sample, sampler, tokens, logprob FROM attempts"
            " WHERE statement=? AND round=? ORDER BY sampler, sample",
            (statement_id, round),
        )
        return [Attempt(*row) for row in rows]

    def add_verdicts(self, verdicts: Iterable[tuple[str, str, str, Verdict]]) -> None:
        """Rows of (question, statement id, proof, verdict).

        The questions: `proof` (is it one?), `statement` (does it elaborate? no proof), `trivial` (is the statement
        closed by this cheap tactic?), `refuted`, `vacuous`, and of answers `equals LABEL`.
        """
        self._insert("verdicts", (_verdict_row(*row) for row in verdicts))

    def verdict(self, question: str, statement_id: str, proof: str = "") -> Verdict | None:
        """The recorded answer to exactly this question."""
        row = self._db.execute(
            "SELECT more FROM verdicts WHERE question=? AND statement=? AND proof=?", (question, statement_id, proof)
        ).fetchone()
        return row and Verdict.from_dict(json.loads(row[0]))

    def all_verdicts(self) -> list[Verdict]:
        """Of all questions, in the order in which they came."""
        rows = self._db.execute("SELECT more FROM verdicts ORDER BY rowid")
        return [Verdict.from_dict(json.loads(row[0])) for row in rows]

    def proofs(self, kind: str | None = None, before: int | None = None) -> list[tuple[str, str, Verdict]]:
        """All proved (statement id, proof, verdict), in a fixed order; `kind` as in `add_statements`.

        With `before` only those that a prover's attempt of an earlier round than this has found.
        """
        rows = self._db.execute(
            "SELECT v.statement, v.proof, v.more FROM verdicts v JOIN statements s ON s.id = v.statement"
            " WHERE v.outcome='proved' AND (?1 IS NULL OR s.kind=?1)"
            " AND v.question='proof' AND (?2 IS NULL OR EXISTS (SELECT 1 FROM attempts a"
            " WHERE a.statement = v.statement AND a.proof = v.proof AND a.round < ?2 AND a.sampler = 'prover'))"
            " ORDER BY v.statement, LENGTH(v.proof), v.proof",
            (kind, before),
        )
        return [(row[0], row[1], Verdict.from_dict(json.loads(row[2]))) for row in rows]

    def first_rounds(self) -> dict[tuple[str, str], int]:
        """(statement id, proof) of every attempt, with the round that first made it."""
        rows = self._db.execute("SELECT statement, proof, MIN(round) FROM attempts GROUP BY statement, proof")
        return {(statement, proof): round for statement, proof, round in rows}

    def canonical_forms(self, before: int) -> set[str]:
        """The canonical forms of all statements that were there before a round."""
        rows = self._db.execute(
            "SELECT DISTINCT v.canonical FROM verdicts v JOIN statements s ON s.id = v.statement"
            " WHERE v.canonical != '' AND (s.kind != 'conjecture' OR s.round < ?)",
            (before,),
        )
        return {row[0] for row in rows}

    def tallies(self, round: int, sampler: str, kind: str | None = None, first: int | None = None) -> list[Tally]:
        """Pass rates of a round; of the `first` samples, if given.

        An attempt whose verdict is `infrastructure` counts as not made.
        """
        rows = self._db.execute(
            "SELECT a.statement, a.proof, v.outcome FROM attempts a JOIN statements s ON s.id = a.statement"
            " JOIN verdicts v ON v.statement = a.statement AND v.proof = a.proof AND v.question='proof'"
            " WHERE a.round=? AND a.sampler=? AND (?3 IS NULL OR s.kind=?3) AND v.outcome != 'infrastructure'"
            " AND (?4 IS NULL OR a.sample < ?4) ORDER BY s.rowid, a.sample",
            (round, sampler, kind, first),
        )
        groups: dict[str, list[tuple[str, str]]] = {}
        for statement, proof, outcome in rows:
            groups.setdefault(statement, []).append((proof, outcome))
        tallies = []
        for statement, made in groups.items():
            correct = [proof for proof, outcome in made if outcome == "proved"]
            proofs = tuple(sorted(set(correct), key=lambda proof: (len(proof), proof)))
            tallies.append(Tally(statement, len(made), len(correct), proofs))
        return tallies

    def outcomes(self, round: int, sampler: str) -> dict[str, int]:
        """How many attempts of a round ended with which outcome."""
        rows = self._db.execute(
            "SELECT v.outcome, COUNT(*) FROM attempts a JOIN verdicts v ON v.statement = a.statement"
            " AND v.proof = a.proof AND v.question='proof' WHERE a.round=? AND a.sampler=?"
            " GROUP BY v.outcome ORDER BY v.outcome",
            (round, sampler),
        )
        return dict(rows.fetchall())

    def solved(self, kind: str = "given", sampler: str | None = None) -> dict[str, int]:
        """For every proved statement of a kind, the round in which an attempt, or one of `sampler`, first proved it.

        What only the final model has proved is still to be learnt where further rounds follow.
        """
        rows = self._db.execute(
            "SELECT a.statement, MIN(a.round) FROM attempts a JOIN statements s ON s.id = a.statement"
            " JOIN verdicts v ON v.statement = a.statement AND v.proof = a.proof AND v.question='proof'"
            " WHERE v.outcome='proved' AND s.kind=?1 AND (?2 IS NULL OR a.sampler=?2)"
            " GROUP BY a.statement ORDER BY s.rowid",
            (kind, sampler),
        )
        return dict(rows.fetchall())

    def samplers(self) -> list[tuple[int, str]]:
        """(round, sampler) pairs in the order played; a round with proposals and no attempt yet has the sampler ''."""
        rows = self._db.execute(
            "SELECT DISTINCT round, sampler FROM attempts"
            " UNION SELECT round, '' FROM proposals WHERE round NOT IN (SELECT round FROM attempts)"
        )
        return sorted(rows, key=lambda row: (row[0], row[1] == FINAL, row[1]))

    def answers(self, question: str) -> list[tuple[str, str, str, str]]:
        """(statement id, outcome, reason, canonical form) of every recorded answer to a question."""
        return self._db.execute(
            "SELECT statement, outcome, reason, canonical FROM verdicts WHERE question=?", (question,)
        ).fetchall()

    def canonical(self, statement_id: str) -> str:
        """The canonical form of a statement, '' where no verdict has said it."""
        row = self._db.execute(
            "SELECT canonical FROM verdicts WHERE statement=? AND canonical != '' LIMIT 1", (statement_id,)
        ).fetchone()
        return row[0] if row else ""

    # The informal mode: completions with their tokens, and questions with their rewards

    def add_rollouts(self, round: int, role: str, completions: Iterable[Completion]) -> None:
        self._insert(
            "rollouts",
            (
                (
                    round,
                    role,
                    c.prompt_index,
                    c.sample,
                    c.text,
                    array("I", c.token_ids).tobytes(),
                    c.logprob,
                    c.finished,
                )
                for c in completions
            ),
        )

    def rollouts(self, round: int, role: str) -> list[Completion]:
        """In the order of prompts and samples."""
        rows = self._db.execute(
            "SELECT prompt, sample, text, token_ids, logprob, finished FROM rollouts WHERE round=? AND role=?"
            " ORDER BY prompt, sample",
            (round, role),
        )
        return [Completion(*row[:3], tuple(array("I", row[3])), row[4], bool(row[5])) for row in rows]

    def add_questions(self, questions: Iterable[Question]) -> None:
        self._insert("questions", (astuple(question) for question in questions))

    def questions(self, since: int = 0, before: int | None = None) -> list[Question]:
        """Of these rounds, `before` not among them; without it to the newest."""
        rows = self._db.execute(
            "SELECT * FROM questions WHERE round>=?1 AND (?2 IS NULL OR round<?2) ORDER BY round, number",
            (since, before),
        )
        return [Question(*row[:-1], bool(row[-1])) for row in rows]

    # Reviews of the guide, and selections

    def add_reviews(self, round: int, judge: str, reviews: Iterable[tuple[str, Rubric | None]]) -> None:
        """Rows of (statement id, the judge's answers); None for answers that could not be read."""
        self._insert(
            "reviews",
            (
                (round, id, judge, *((r.relevance, r.redundancy, r.complexity) if r else (None,) * 3))
                for id, r in reviews
            ),
        )

    def reviews(self, round: int) -> dict[str, Rubric | None]:
        rows = self._db.execute(
            "SELECT statement, relevance, redundancy, complexity FROM reviews WHERE round=? ORDER BY rowid", (round,)
        )
        return {id: None if answers[0] is None else Rubric(*answers) for id, *answers in rows}

    def add_selections(self, round: int, rows: Iterable[Selection]) -> None:
        """Rows of (statement id, pass rate, samples, elegance, weight, decision)."""
        self._insert("selections", ((round, *row) for row in rows))

    def selections(self, round: int) -> list[Selection]:
        rows = self._db.execute(
            "SELECT statement, pass_rate, samples, elegance, weight, decision FROM selections WHERE round=? ORDER BY rowid",
            (round,),
        )
        return [Selection(*row) for row in rows]

    def fingerprint(self) -> str:
        """A hash of everything that must not depend on the machine, its load or interruptions.

        Wall times and heartbeats are left out, and the order in which verdicts came.
        """
        queries = (
            "SELECT * FROM statements ORDER BY id",
            "SELECT * FROM prompts ORDER BY round, prompt",
            "SELECT * FROM proposals ORDER BY round, prompt, sample",
            "SELECT * FROM gates ORDER BY round, prompt, sample",
            "SELECT id, statement, round, sample, proof, sampler, tokens FROM attempts ORDER BY id",
            "SELECT question, statement, proof, outcome FROM verdicts ORDER BY question, statement, proof",
            "SELECT round, role, prompt, sample, token_ids FROM rollouts ORDER BY round, role, prompt, sample",
            "SELECT * FROM questions ORDER BY round, number",
            "SELECT * FROM reviews ORDER BY round, statement",
            "SELECT * FROM selections ORDER BY round, statement",
            "SELECT round, phase FROM phases ORDER BY round, phase",
        )
        return content_id(*(repr(self._db.execute(query).fetchall()) for query in queries))


def _verdict_row(question: str, statement_id: str, proof: str, verdict: Verdict) -> tuple[Any, ...]:
    return (
        statement_id, proof, question, str(verdict.outcome), verdict.reason, json.dumps(verdict.lemmas),
        verdict.heartbeats, verdict.seconds, verdict.canonical, json.dumps(verdict.to_dict(), ensure_ascii=False),
    )  # fmt: skip
