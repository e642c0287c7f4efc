"""The fixed probe set of informal self-play: what both players can do that the pair's own pass rate does not tell.

A pair that agrees ever more may have drifted to the few questions on which it agrees; label accuracy on its own
proposals rises then too. So every `eval_steps` the solver answers the same held-out questions, and the proposer, shown
them as if it had just written them, works them out: the accuracy of its labels. Greedy, by math-verify against the
computed truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from conjecture.lessons import LESSONS, LEVELS, Problem
from prover.dialogue import Small
from prover.sampler import TransformersSampler
from training.judge import AnswerJudge
from training.pasodoble import Player
from verify.records import Attempt, Statement

PROBE = "probe"  # the phase, and the kind of these statements


@dataclass(frozen=True)
class Probe:
    """The questions and who judges the answers."""

    problems: Sequence[Problem]
    judge: AnswerJudge

    async def ask(self, step: int, proposer: Player, solver: Player) -> dict[str, Any]:
        """What the players that begin a step can do, asked once: recorded and read from the ledger then.

        Shares of right answers: `probe/held_out` (and `probe/held_out_1` to `_4`, by the steps that a question takes),
        `probe/labels` the same for the proposer (of the layout that lets it go on with a given question).
        """
        ledger = self.judge.ledger
        if not ledger.finished(step, PROBE):
            ledger.add_statements(PROBE, 0, self._statements())
            prompts = [solver.dialogue.solver_prompt(p.question) for p in self.problems]
            result = self._by_level("held_out", await self._right(step, solver, prompts))
            if isinstance(proposer.dialogue, Small):
                result |= self._by_level("labels", await self._right(step, proposer, self._begun(proposer.dialogue)))
            ledger.finish(step, PROBE, **result)
        return ledger.finished(step, PROBE)

    def _statements(self) -> list[Statement]:
        return [Statement(f"probe-{i}", p.question, source=f"level {p.level}") for i, p in enumerate(self.problems)]

    def _begun(self, dialogue: Small) -> list[str]:
        """The proposer's prompts with a question already written, up to where its solution begins."""
        texts = {topic: text for topic, text in reversed(LESSONS)}  # the first of each topic
        return [
            dialogue.proposer_prompt(texts[p.topic]) + dialogue.proposer_target(p.question, "") for p in self.problems
        ]

    async def _right(self, step: int, player: Player, prompts: Sequence[str]) -> list[bool | None]:
        settings = replace(player.sampler.settings, temperature=0.0)
        sampler = TransformersSampler(player.sampler.model, player.sampler.tokenizer, settings)
        completions = sampler.sample(prompts, 1, [0] * len(prompts))
        boxes = [player.dialogue.read_answer(c.text) for c in completions]
        statements = self._statements()
        self.judge.ledger.add_attempts(
            Attempt(s.id, box or "", step, 0, f"{PROBE} {player.role}", c.tokens)
            for s, c, box in zip(statements, completions, boxes, strict=True)
        )
        keys = [(s.id, p.worked.answer, box) for s, p, box in zip(statements, self.problems, boxes, strict=True)]
        verdicts = await self.judge.ask_all(key for key in keys if key[2] is not None)
        return [False if key[2] is None else verdicts[key] for key in keys]

    def _by_level(self, name: str, right: Sequence[bool | None]) -> dict[str, float]:
        """Of what the verifier could tell."""
        told = [(p.level, one) for p, one in zip(self.problems, right, strict=True) if one is not None]
        shares = {f"probe/{name}": told}
        shares |= {f"probe/{name}_{level}": [row for row in told if row[0] == level] for level in LEVELS}
        return {key: fmean(float(one) for _, one in rows) for key, rows in shares.items() if rows}
