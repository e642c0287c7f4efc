"""The question buffer of PasoDoble's offline paradigm: valid questions wait here for the solver's updates.

The release's defects 2 and 4 (see `conjecture.dualplay`): it inserts pass rates from before the hack check, and its
eviction is written but not called, so that ever older questions train the solver. Here only `Scored` proposals enter,
and eviction is on: a question leaves once it is always solved, or after three trainings that gained at most 0.01.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from conjecture.dualplay import RewardSettings, Scored, trainable
from prover.dialogue import Proposal


class Kept(NamedTuple):
    """A buffered question with the label it was scored with, its latest pass rate, and its trainings without a gain."""

    question: str
    answer: str
    pass_rate: float
    stale: int = 0


@dataclass(frozen=True, slots=True)
class BufferSettings:
    evict: bool = True
    """False: nothing ever leaves, as in the release."""
    patience: int = 3
    """Trainings without a gain after which a question leaves."""
    gain: float = 0.01
    """A pass rate must rise by more than this to count as a gain."""


@dataclass(frozen=True, slots=True)
class QuestionBuffer:
    """Questions in the order of their arrival, and where the next draw begins."""

    kept: tuple[Kept, ...] = ()
    cursor: int = 0

    def insert(
        self, proposals: Sequence[Proposal], scored: Sequence[Scored], settings: RewardSettings
    ) -> QuestionBuffer:
        """With the proposals of 0.2 < p < 1 that pass the hack check and are not here yet."""
        here = {one.question for one in self.kept}
        fresh: dict[str, Kept] = {}
        for proposal, one in zip(proposals, scored, strict=True):
            if one.pass_rate is None or one.hack or not trainable(one.pass_rate, settings):
                continue
            if proposal.question not in here:
                fresh[proposal.question] = Kept(proposal.question, proposal.answer, one.pass_rate)
        return replace(self, kept=(*self.kept, *fresh.values()))

    def draw(self, n: int) -> tuple[list[Kept], QuestionBuffer]:
        """The next n questions in ring order, all of them once where there are fewer; none from an empty buffer."""
        count = min(n, len(self.kept))
        drawn = [self.kept[(self.cursor + at) % len(self.kept)] for at in range(count)]
        return drawn, replace(self, cursor=(self.cursor + count) % max(1, len(self.kept)))

    def trained(self, rates: dict[str, float], settings: BufferSettings) -> QuestionBuffer:
        """After a training on these questions, with the pass rate that each had in it."""
        if not settings.evict:
            return self
        stays: list[Kept] = []
        cursor = self.cursor
        for at, one in enumerate(self.kept):
            rate = rates.get(one.question)
            if rate is not None:
                gained = rate > one.pass_rate + settings.gain
                one = one._replace(pass_rate=rate, stale=0 if gained else one.stale + 1)
                if rate >= 1 or one.stale >= settings.patience:
                    cursor -= at < self.cursor
                    continue
            stays.append(one)
        return QuestionBuffer(tuple(stays), cursor % max(1, len(stays)))
