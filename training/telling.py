"""What a run says on the terminal while it plays, and the files of it that name what it does without."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from conjecture.band import pass_rate_interval
from conjecture.library import Theorem
from training import history
from training.ledger import Ledger
from training.stp import Round
from verify.records import Statement, Verdict

NAMED = 5
"""So many rows that could not be read are named; the file names all."""
SHOWN = 2
"""So many selected conjectures of a round are shown."""

Rejected = Sequence[tuple[str, str]]
"""Rows that hold no statement: their names, and why."""


def not_played(console: Console, run: Path, outside: Sequence[tuple[Statement, Verdict]], rejected: Rejected) -> None:
    """Lists the given statements that are not played, with their reasons."""
    for name, reason in rejected[:NAMED]:
        console.print(f"  not read: {name}: {reason}", highlight=False, markup=False)
    if len(rejected) > NAMED:
        console.print(f"  … and {len(rejected) - NAMED} more rows that are not read")
    rows = [{"name": s.name, "outcome": str(v.outcome), "reason": v.reason} for s, v in outside] + _not_read(rejected)
    if rows:
        path = _listed(run / "out_of_profile.jsonl", rows)
        console.print(f"  {len(rows)} are not played; listed with their reasons in {path}")


def not_learnt(console: Console, run: Path, judged: Sequence[tuple[Theorem, Verdict]], rejected: Rejected) -> None:
    """Lists the library's theorems that are no example here, with their reasons, and says how many there are."""
    rows = [
        {"name": t.statement.name, "chapter": t.chapter, "outcome": str(v.outcome), "reason": v.reason}
        for t, v in judged
        if not v.proved
    ]
    rows += _not_read(rejected)
    if rows:
        path = _listed(run / "library_not_proved.jsonl", rows)
        counts = Counter(row["outcome"] for row in rows)
        told = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in counts.most_common())
        console.print(f"  of the library {len(rows)} theorems are not learnt from ({told}); listed in {path}")


def round_played(console: Console, ledger: Ledger, play: Round, done: history.Round, solved: int, saved: int) -> None:
    """One line, and a few of the selected conjectures, each with a proof that the model found.

    `solved` counts the given statements solved so far, `saved` the samples that adaptive K did not draw.
    """
    new = len(done.solved & {s.id for s in play.unproved})
    line = f"round {play.number}: {solved} of {len(play.statements)} solved ({new} new of {len(play.targets)} tried)"
    if done.gates:
        line += (f"; {done.passed} of {sum(done.gates.values())} conjectures passed the gates, "
                 f"{done.proved} proved, {done.selected} selected")  # fmt: skip
    elif play.conjecturing and play.config.conjectures:
        missing = "proved yet" if play.config.seeds.prompts == "proved" else "unproved"
        line += f"; no conjectures: nothing is {missing} that one could prompt with"
    if saved:
        line += f"; {saved} of {saved + len(done.attempts)} samples saved"
    line += "; sample {time/sample:.0f} s, wait for Lean {time/wait:.0f} s, train {time/train:.0f} s".format(
        **done.logged
    )
    console.print(line, highlight=False)
    statements = {s.id: s for s in ledger.statements("conjecture", play.number)}
    tallies = {t.statement: t for t in done.conjectures}
    for row in [row for row in done.selections.values() if row.weight > 0][:SHOWN]:
        tally = tallies[row.statement]
        low, high = tally.interval()
        proof = tally.proofs[0].replace("\n", "\n      ")
        console.print(f"  P = {row.pass_rate:.2f} ({low:.2f} to {high:.2f})  {statements[row.statement].signature}\n      := by {proof}",
                      highlight=False, markup=False, style="dim")  # fmt: skip


def share(count: int, total: int) -> str:
    """A count with the exact 95 % interval of its share."""
    low, high = pass_rate_interval(count, total)
    return f"{count} ({low:.0%} to {high:.0%})"


def _not_read(rejected: Rejected) -> list[dict[str, str]]:
    return [{"name": name, "outcome": "not read", "reason": reason} for name, reason in rejected]


def _listed(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path
