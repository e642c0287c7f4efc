"""`metrics.jsonl`: one flat JSON row a round, appended as the run goes.

A run that resumes logs its interrupted round again; nothing is rewritten, the reader takes the last row.
"""

from __future__ import annotations

import json
import math
import os
import warnings
from numbers import Integral, Real
from pathlib import Path
from typing import Any

Scalar = str | int | float | bool | None


class Metrics:
    """Appends rows to `path`, each in the file as soon as it is logged. Open it as a context manager.

    Raises FileNotFoundError when the folder of `path` is not there.
    """

    def __init__(self, path: Path) -> None:
        torn = path.exists() and not _ends_a_line(path)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        if torn:
            self._file.write("\n")

    def __enter__(self) -> Metrics:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def log(self, row: dict[str, Any]) -> None:
        """One row: `round` and flat values; times in seconds, counts as they are.

        A NaN or an infinity is dropped with a RuntimeWarning. Raises ValueError without a whole
        `round`, TypeError for a value that is no text or number.
        """
        if not isinstance(row.get("round"), Integral):
            raise ValueError(f"a row of metrics needs a whole round, not {row.get('round')!r}")
        kept = {key: _scalar(key, value) for key, value in row.items()}
        for key in [key for key, value in kept.items() if isinstance(value, float) and not math.isfinite(value)]:
            warnings.warn(f"metrics: {key} is {kept.pop(key)} in round {row['round']}; dropped", RuntimeWarning, 2)
        self._file.write(json.dumps(kept, ensure_ascii=False) + "\n")


def read(path: Path) -> list[dict[str, Any]]:
    """The last row of every round, by round; empty when there is no file yet.

    A line that a kill tore is no JSON object and is passed over.
    """
    if not path.exists():
        return []
    rows: dict[int, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            row = json.loads(line)
            rows[int(row["round"])] = row
        except (ValueError, TypeError, KeyError):
            continue
    return [rows[round] for round in sorted(rows)]


def _scalar(key: str, value: Any) -> Scalar:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    raise TypeError(f"metrics: {key} is a {type(value).__name__}; rows are flat")


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
