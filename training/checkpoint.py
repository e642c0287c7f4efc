"""Checkpoints: the model after each round, whole or not there at all.

`checkpoints/round-0003/` holds the Hugging Face directory with which round 3 begins, and `state.json`. Beside them
stand `base` (before the cold start's SFT, where training begins anew) and `final-0004` (re-trained from it after the
rounds 0 to 3). The optimiser starts fresh in every round (STP, section 3.3) and every random draw is derived from
(seed, round), so nothing else is needed for a resumed run to equal an uninterrupted one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from prover import model as models

FORMAT = 1
BASE = "base"


def directory(run: Path, which: int | str) -> Path:
    """Of the model with which a round begins, by the round's number, or of a named one."""
    return run / "checkpoints" / (which if isinstance(which, str) else f"round-{which:04d}")


def final(round: int) -> str:
    """The name of the model that was re-trained after all rounds before this one."""
    return f"final-{round:04d}"


def save(run: Path, which: int | str, model: Any, tokenizer: Any, **state: Any) -> Path:
    """Writes the model aside, then its state, last of all; an existing whole checkpoint stays as it is."""
    target = directory(run, which)
    if not whole(run, which):
        models.save(model, tokenizer, target)
        _conclude(target, state)
    return target


def save_players(run: Path, step: int, players: Iterable[Any], **state: Any) -> Path:
    """Each player's model, merged one after the other, tokenizer and learner in a directory of its role; the state last
    of all."""
    target = directory(run, step)
    if not whole(run, step):
        for player in players:
            models.save(player.learner.merged(), player.sampler.tokenizer, target / player.role)
            player.learner.save(target / player.role)
        _conclude(target, state)
    return target


def state(run: Path, which: int | str) -> dict[str, Any]:
    """What was saved beside the models of a whole checkpoint."""
    return json.loads((directory(run, which) / "state.json").read_text())


def keep(run: Path, limit: int) -> None:
    """Removes the oldest checkpoints of rounds but the very first, until `limit` others are left; 0: none goes."""
    rounds = sorted(int(path.parent.name.removeprefix("round-")) for path in _rounds(run))
    for number in rounds[1:-limit] if limit else []:
        target = directory(run, number)
        (target / "state.json").unlink()  # from now on it is not whole
        shutil.rmtree(target)


def link(source: Path, run: Path, which: int | str, **state: Any) -> None:
    """The same model once more, as another checkpoint; on one file system its weights take no room again."""
    target = directory(run, which)
    if not whole(run, which):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, copy_function=_link, ignore=shutil.ignore_patterns("state.json*"))
        _conclude(target, state)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _conclude(target: Path, state: dict[str, Any]) -> None:
    aside = target / "state.json.aside"
    with aside.open("w") as file:
        json.dump({"format": FORMAT, **state}, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(target / "state.json")


def whole(run: Path, which: int | str) -> bool:
    return (directory(run, which) / "state.json").exists()


def newest(run: Path) -> int:
    """The round that the newest whole checkpoint begins; -1 where there is none."""
    return max((int(path.parent.name.removeprefix("round-")) for path in _rounds(run)), default=-1)


def _rounds(run: Path) -> Iterator[Path]:
    return (run / "checkpoints").glob("round-*/state.json")


def latest(run: Path) -> Path | None:
    """The newest model of a run, re-trained where it was, or None."""
    round = newest(run)
    return None if round < 0 else directory(run, final(round) if whole(run, final(round)) else round)
