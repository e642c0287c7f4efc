"""What a dual-play run looks like from probe to probe, and the words of its alarms.

The pair's own numbers cannot tell whether it learns: with labels of the proposer's own, pass rate and label accuracy
rise while both players withdraw to the few questions on which they agree. So each reading stands beside the fixed
probe set, and the alarms compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any

RISE = 0.1
"""A pass rate that has risen by so much since the first reading has risen."""
FLAT = 0.02
"""A held-out accuracy that has risen by no more has not; of 240 probes a standard error is 3 %."""
NARROWER = 0.25
"""Questions that take so many steps less, on average, than in the first reading are easier."""
SKIPPED = 0.5
"""Of the steps since the last probe: alarm when more taught nobody."""
STARVED = 0.5
"""Of the solver's offline steps: alarm when more found too few questions in the buffer."""
UNDECIDED = 0.01
"""Of the answers that were asked about: alarm when the verifier could not tell of more."""
UNTRUE = 0.5
"""Alarm when fewer of the labels are true, where truth can be computed."""
REPEATED = 0.5
"""Alarm when fewer of the questions had never been asked before."""

AVERAGED = {
    "pass_rate": "solve/pass_rate",
    "valid": "propose/valid",
    "trained": "solve/trained",
    "zero_signal": "solve/zero_signal",
    "reward": "propose/reward",
    "difficulty": "propose/difficulty",
    "diversity": "propose/diversity",
    "fresh": "propose/fresh",
    "label_accuracy": "label/accuracy",
    "skipped": "step/skipped",
    "starved": "buffer/starved",
    "seconds": "time/round",
}
"""Fields of a reading, and of which column of metrics they are the mean."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The probe at a step, and means over the steps since the one before. None: nothing to be measured on."""

    step: int
    probe: Mapping[str, float]
    steps: int
    pass_rate: float | None = None
    valid: float | None = None
    trained: float | None = None
    zero_signal: float | None = None
    reward: float | None = None
    difficulty: float | None = None
    diversity: float | None = None
    fresh: float | None = None
    label_accuracy: float | None = None
    skipped: float | None = None
    starved: float | None = None
    seconds: float | None = None
    unique: float | None = None  # of all questions so far
    buffer: int | None = None
    undecided: float | None = None  # of all answers asked about since the process began

    @property
    def held_out(self) -> float:
        return self.probe["probe/held_out"]

    @property
    def labels(self) -> float | None:
        return self.probe.get("probe/labels")


def readings(rows: Sequence[Mapping[str, Any]], probes: Mapping[int, Mapping[str, float]]) -> list[Reading]:
    """One for each probed step: `rows` are those of metrics, `probes` the results by step."""
    found = [Reading(step, probes[step], 0) for step in sorted(probes)[:1]]
    for before, step in pairwise(sorted(probes)):
        since = [row for row in rows if before <= row["round"] < step]
        last = since[-1] if since else {}
        means = {name: _mean([row.get(column) for row in since]) for name, column in AVERAGED.items()}
        asked, undecided = last.get("verify/asked"), last.get("verify/undecided")
        found.append(
            Reading(
                step, probes[step], len(since), **means, unique=last.get("propose/unique"),
                buffer=last.get("buffer/questions"), undecided=undecided / asked if asked else None,
            )
        )  # fmt: skip
    return found


def alarms(now: Reading, first: Reading, start: Reading) -> list[str]:
    """A plain sentence for each measure beyond its threshold, its name in front.

    `first` is the run's first reading with steps before it, `start` the probe of the cold start's players.
    """
    said = []
    rise = _difference(now.pass_rate, first.pass_rate)
    gain = now.held_out - start.held_out
    if rise is not None and rise >= RISE and gain <= FLAT:
        said.append(
            f"collusion: the pair's own pass rate rose from {first.pass_rate:.0%} to {now.pass_rate:.0%}, while the"
            f" fixed probe set went from {start.held_out:.1%} to {now.held_out:.1%}"
        )
    fall = _difference(first.difficulty, now.difficulty)
    if rise is not None and rise > 0 and fall is not None and fall >= NARROWER:
        said.append(
            f"narrowing: questions take {now.difficulty:.1f} steps on average, at first {first.difficulty:.1f},"
            f" and the pass rate rose by {rise:.0%}"
        )

    def beyond(share: float | None, threshold: float, name: str, what: str) -> None:
        if share is not None and share > threshold:
            said.append(f"{name}: {share:.1%} of {what} (alarm above {threshold:.0%})")

    beyond(now.skipped, SKIPPED, "no advantages", "the steps since the last probe taught nobody")
    beyond(now.starved, STARVED, "starving", "the solver's steps found too few questions in the buffer")
    beyond(now.undecided, UNDECIDED, "infrastructure", "the answers could not be judged")
    beyond(_rest(now.label_accuracy), 1 - UNTRUE, "labels", "the labels that can be computed are wrong")
    beyond(_rest(now.fresh), 1 - REPEATED, "repeats", "the questions had been asked before")
    return said


def alarms_by_step(found: Sequence[Reading]) -> list[tuple[int, list[str]]]:
    """(step, sentences) of the readings that raise alarms, the newest first."""
    played = [reading for reading in found if reading.steps]
    said = [(reading.step, alarms(reading, played[0], found[0])) for reading in reversed(played)]
    return [(step, sentences) for step, sentences in said if sentences]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return fmean(known) if known else None


def _difference(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _rest(share: float | None) -> float | None:
    return None if share is None else 1 - share
