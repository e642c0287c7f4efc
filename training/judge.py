"""A verifier behind the ledger: what has been answered is not asked again, and every answer is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from training.ledger import Ledger
from verify.maths import AnswerJob, MathVerifier
from verify.pool import LeanPool
from verify.records import Job, Outcome, Statement, Verdict


@dataclass
class Judge:
    """Asks the ledger's questions (`Ledger.add_verdicts`) of Lean, each once.

    That holds for a timeout too, even where the limit is now larger (only a fork can have raised it): what is recorded
    decides the pass rates of earlier rounds.

    An `infrastructure` verdict is counted in `undecided` and not recorded: who asks again may learn more.
    """

    ledger: Ledger
    pool: LeanPool
    undecided: int = 0

    async def ask(self, question: str, statement: Statement, proof: str = "", heartbeats: int = 0) -> Verdict:
        verdict = self.ledger.verdict(question, statement.id, proof)
        if verdict is None:
            verdict = await self.pool.check(Job(statement, None if question == "statement" else proof, heartbeats))
            if verdict.outcome is Outcome.INFRASTRUCTURE:
                self.undecided += 1
            else:
                self.ledger.add_verdicts([(question, statement.id, proof, verdict)])
        return verdict

    async def ask_all(
        self,
        question: str,
        pairs: Iterable[tuple[Statement, str]],
        heartbeats: int,
        advance: Callable[[], None] = lambda: None,
    ) -> dict[tuple[str, str], Verdict]:
        """The verdicts on (statement, proof) pairs by (statement id, proof); `advance` is called for each."""

        async def one(statement: Statement, proof: str) -> Verdict:
            verdict = await self.ask(question, statement, proof, heartbeats)
            advance()
            return verdict

        distinct = {(statement.id, proof): (statement, proof) for statement, proof in pairs}
        return dict(zip(distinct, await asyncio.gather(*(one(*pair) for pair in distinct.values())), strict=True))


@dataclass
class AnswerJudge:
    """Asks math-verify whether answers equal their labels, each pair once. `infrastructure` is as above."""

    ledger: Ledger
    verifier: MathVerifier
    asked: int = 0
    undecided: int = 0

    async def ask_all(self, asked: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], bool | None]:
        """For (statement id, label, answer) whether the answer equals the label; None: the verifier could not tell."""
        found = {key: self.ledger.verdict(equals(key[1]), key[0], key[2]) for key in dict.fromkeys(asked)}
        new = [key for key, verdict in found.items() if verdict is None]
        self.asked += len(new)
        told = await asyncio.gather(*(self.verifier.check(AnswerJob(label, answer)) for _, label, answer in new))
        found |= zip(new, told, strict=True)
        known = [(key, verdict) for key, verdict in found.items() if verdict.outcome is not Outcome.INFRASTRUCTURE]
        self.undecided += len(found) - len(known)
        self.ledger.add_verdicts((equals(label), id, answer, verdict) for (id, label, answer), verdict in known)
        return dict.fromkeys(found) | {key: verdict.proved for key, verdict in known}


def equals(label: str) -> str:
    """The question, as the ledger names it."""
    return f"equals {label}"
