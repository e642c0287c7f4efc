"""Proof repair: a model is shown its failed proof and Lean's messages, and tries again (Goedel-Prover-V2,
arXiv 2508.03613, verifier-guided self-correction).

A chain is a conversation: the statement, a proof, Lean's errors, the next proof, and so on for `rounds` rounds. Chains
go side by side, a round at a time, so that the samples of a round are drawn together. Every sample counts towards the
budget, a repaired one like a first one, so that the figures compare with as many independent samples.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prover.attempts import derived_seed
from prover.formats import Answer, ChatMessage, Format, lay_chat
from prover.sampler import Completion, Sampler
from verify.pool import LeanPool
from verify.records import Job, Message, Outcome, Statement, Verdict

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

REPAIRABLE = frozenset((Outcome.FAILED, Outcome.REFUSED, Outcome.TIMEOUT, Outcome.MEMORY))


@dataclass(frozen=True, slots=True)
class Turn:
    """One sample: the proof of round `round` (0: the first, before any repair) in chain `chain`.

    `sample` numbers a statement's samples from 0; there is no verdict where the completion held no proof.
    """

    sample: int
    chain: int
    round: int
    completion: Completion
    answer: Answer
    verdict: Verdict | None

    @property
    def proved(self) -> bool:
        return self.verdict is not None and self.verdict.proved


async def repair(
    statement: Statement,
    sampler: Sampler,
    form: Format,
    pool: LeanPool,
    *,
    samples: int,
    rounds: int,
    seed: int,
    header: str = "",
    informal: str = "",
    heartbeats: int = 0,
    tokenizer: PreTrainedTokenizerBase | None = None,
) -> AsyncIterator[Turn]:
    """The turns, in order, until a round brings a proof or `samples` are spent.

    `tokenizer` lays conversations out as text, for a sampler that takes no messages. A chain ends early where the
    completion was cut off, or nobody could tell whether its proof is right. Raises BadInput for a format that knows no
    repair, and what the sampler and the pool raise.
    """
    form.repair(statement, "", (), 0)  # whether it can be asked at all, before anything is sampled
    begun = form.messages(statement, header, informal)
    chains: dict[int, list[ChatMessage]] = {chain: begun for chain in range(-(-samples // (rounds + 1)))}
    drawn = 0
    for round in range(rounds + 1):
        chains = dict(list(chains.items())[: samples - drawn])
        if not chains:
            return
        prompts = [lay_chat(conversation, tokenizer) for conversation in chains.values()]
        seeds = [derived_seed(seed, "repair", statement.id, chain, round) for chain in chains]
        completions = await asyncio.to_thread(sampler.sample, prompts, 1, seeds)
        answers = [form.read(completion.text, statement) for completion in completions]
        verdicts = await asyncio.gather(*(_judged(statement, answer, pool, heartbeats) for answer in answers))
        proved, going_on = False, {}
        for (chain, conversation), completion, answer, verdict in zip(
            chains.items(), completions, answers, verdicts, strict=True
        ):
            turn = Turn(drawn, chain, round, completion, answer, verdict)
            drawn += 1
            proved |= turn.proved
            yield turn
            if completion.finished and (verdict is None or verdict.outcome in REPAIRABLE):
                again = form.repair(statement, answer.proof or "", errors(answer, verdict), round)
                said: list[ChatMessage] = [
                    {"role": "assistant", "content": completion.text},
                    {"role": "user", "content": again},
                ]
                going_on[chain] = [*conversation, *said]
        if proved:
            return
        chains = going_on


def errors(answer: Answer, verdict: Verdict | None) -> list[Message]:
    """What a model is told about its failed answer: Lean's errors or, where Lean was not asked, why not."""
    if verdict is None:
        return [Message("error", 0, 0, answer.reason)]
    found = [message for message in verdict.messages if message.severity == "error"]
    return found or [Message("error", 0, 0, verdict.reason)]


async def _judged(statement: Statement, answer: Answer, pool: LeanPool, heartbeats: int) -> Verdict | None:
    return None if answer.proof is None else await pool.check(Job(statement, answer.proof, heartbeats))
