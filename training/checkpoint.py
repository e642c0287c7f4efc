"""Checkpoints: the model after each round, whole or not there at all.

`checkpoints/round-0003/` holds the Hugging Face directory and `state.json`. The optimiser starts fresh in
every round (STP, section 3.3) and every random draw is derived from (seed, round), so nothing else is
needed for a resumed run to equal an uninterrupted one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from prover import model as models

FORMAT = 1


def directory(run: Path, round: int) -> Path:
    return run / "checkpoints" / f"round-{round:04d}"


def save(run: Path, round: int, model: Any, tokenizer: Any, **state: Any) -> Path:
    """Writes the model aside, then its state, last of all; an existing whole checkpoint stays as it is."""
    target = directory(run, round)
    if not whole(run, round):
        models.save(model, tokenizer, target)
        aside = target / "state.json.aside"
        with aside.open("w") as file:
            json.dump({"format": FORMAT, "next_round": round + 1, **state}, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target / "state.json")
    return target


def whole(run: Path, round: int) -> bool:
    return (directory(run, round) / "state.json").exists()


def latest(run: Path) -> Path | None:
    """The newest whole checkpoint of a run, or None."""
    found = sorted(path.parent for path in (run / "checkpoints").glob("round-*/state.json"))
    return found[-1] if found else None
