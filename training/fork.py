"""A run that begins where another one was after some round; its settings may differ.

The new ledger holds what the old one knew then: rows of later rounds are left out, with the proofs only they have
found. Lean's answers to other questions (does it elaborate, is it trivial …) do not depend on a round and all come
along. With unchanged settings a fork therefore plays the same rounds, and `Ledger.fingerprint` comes out the same.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import yaml

from training import checkpoint, metrics
from training.config import SelfplayConfig
from training.history import is_dualplay
from training.ledger import Ledger
from verify.records import Statement
from verify.statements import BadInput

FORKED = "forked_from"  # the note in a ledger: the other run's directory and the round

_COPIED = """
INSERT INTO statements SELECT * FROM old.statements WHERE kind != 'conjecture' OR round <= :round ORDER BY rowid;
INSERT INTO prompts SELECT * FROM old.prompts WHERE round <= :round ORDER BY rowid;
INSERT INTO proposals SELECT * FROM old.proposals WHERE round <= :round ORDER BY rowid;
INSERT INTO gates SELECT * FROM old.gates WHERE round <= :round ORDER BY rowid;
INSERT INTO attempts SELECT * FROM old.attempts WHERE round <= :round ORDER BY rowid;
INSERT INTO reviews SELECT * FROM old.reviews WHERE round <= :round ORDER BY rowid;
INSERT INTO selections SELECT * FROM old.selections WHERE round <= :round ORDER BY rowid;
INSERT INTO phases SELECT * FROM old.phases WHERE round <= :round ORDER BY rowid;
INSERT INTO run SELECT * FROM old.run WHERE key NOT IN ('format', 'forked_from');
INSERT INTO verdicts SELECT * FROM old.verdicts v WHERE question != 'proof'
    OR EXISTS (SELECT 1 FROM statements s WHERE s.id = v.statement AND s.kind = 'seed')
    OR EXISTS (SELECT 1 FROM attempts a WHERE a.statement = v.statement AND a.proof = v.proof) ORDER BY rowid;
"""


def inherited(old: Path) -> list[Statement]:
    """The given statements and the library of a run, which its forks go on to learn from. Raises BadInput."""
    _require(old)
    with Ledger(old / "ledger.sqlite") as ledger:
        return [*ledger.statements("given"), *ledger.statements("seed")]


def _require(old: Path) -> None:
    if not (old / "ledger.sqlite").is_file() or not (old / "config.yaml").is_file():
        raise BadInput(f"--fork {old}: there is no run")


def fork(config: SelfplayConfig) -> None:
    """Makes `config.run` a fork of `config.fork`; does nothing when it is one already.

    Killed at any moment it is repeated by the next call: the ledger comes last. Raises BadInput when there is no such
    run or round, when `config.run` is another run, or when the two differ in the Lean they use.
    """
    old, new = config.fork, config.run
    _require(old)
    if new.resolve() == old.resolve():
        raise BadInput(f"--fork {old}: a run is no fork of itself; choose another --run")
    if is_dualplay(old):
        raise BadInput(f"--fork {old}: it played questions in words; only a run on theorems has forks")
    newest = checkpoint.newest(old)
    round = newest - 1 if config.from_round is None else config.from_round
    if (new / "ledger.sqlite").exists():
        _same_fork(config)
        return
    if (new / "config.yaml").exists():
        raise BadInput(f"{new} is another run; choose another --run")
    if round < 0 or not checkpoint.whole(old, round + 1):
        played = f"it has played the rounds 0 to {newest - 1}" if newest > 0 else "it has not played a round yet"
        raise BadInput(f"--from-round {round}: {old} has no model from after that round; {played}")
    if config.rounds <= round:
        raise BadInput(f"--rounds {config.rounds}: a fork from after round {round} goes on with round {round + 1}")
    before = (yaml.safe_load((old / "config.yaml").read_text()) or {}).get("config", {})
    if before.get("profile") != config.profile:
        raise BadInput(f"--fork {old}: it was played in profile {before.get('profile')}, not {config.profile}")
    checkpoint.link(checkpoint.directory(old, round + 1), new, round + 1)
    if checkpoint.whole(old, checkpoint.BASE):
        checkpoint.link(checkpoint.directory(old, checkpoint.BASE), new, checkpoint.BASE)
    rows = [row for row in metrics.read(old / "metrics.jsonl") if row["round"] <= round]
    (new / "metrics.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    _copy_ledger(old / "ledger.sqlite", new / "ledger.sqlite", round, {"run": str(old), "round": round})


def _same_fork(config: SelfplayConfig) -> None:
    with Ledger(config.run / "ledger.sqlite") as ledger:
        noted = json.loads(ledger.noted(FORKED) or "null")
    wanted = {"run": str(config.fork), "round": config.from_round}
    if noted is None or noted["run"] != wanted["run"] or wanted["round"] not in (None, noted["round"]):
        source = f"a fork of {noted['run']} after round {noted['round']}" if noted else "no fork"
        raise BadInput(f"{config.run} is a run already, and {source}; choose another --run")


def _copy_ledger(old: Path, new: Path, round: int, source: dict[str, object]) -> None:
    aside = new.with_suffix(".aside")
    aside.unlink(missing_ok=True)
    with Ledger(aside) as ledger:  # its tables
        ledger.note(FORKED, json.dumps(source))
    with closing(sqlite3.connect(aside)) as db:
        db.execute("ATTACH ? AS old", (str(old),))
        there = {name for (name,) in db.execute("SELECT name FROM old.sqlite_master WHERE type='table'")}
        with db:
            for statement in filter(str.strip, _COPIED.split(";")):
                if re.search(r"old\.(\w+)", statement)[1] not in there:
                    continue  # a table that a run of an earlier version does not have
                db.execute(statement, {"round": round} if ":round" in statement else {})
        db.execute("DETACH old")
        db.execute("PRAGMA journal_mode=DELETE")  # one file, that can be renamed
    os.replace(aside, new)
