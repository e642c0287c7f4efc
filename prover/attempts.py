"""Sampling and verification side by side: while Lean judges one chunk, the model writes the next.

A chunk (some statements, all their samples or a block of them) is the unit in which work is repeated after an
interruption, so its composition depends on nothing but the list of statements (and, for a
later block, on the verdicts of the earlier ones).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from prover.prompts import prove_prompt, read_proof
from prover.sampler import Completion, Sampler
from verify.records import Attempt, Statement, content_id


@dataclass(slots=True)
class Clock:
    """Where the wall time of a round goes, in seconds: sampling, and waiting for verdicts alone."""

    sample: float = 0.0
    wait: float = 0.0
    tokens: int = 0


def derived_seed(*parts: object) -> int:
    """A 63-bit seed from the run's seed and whatever names the draw."""
    return int(content_id(*(str(part) for part in parts)), 16) >> 1


class Chunk(NamedTuple):
    """Statements that are sampled together: `samples` of each, the first of which has the index `first`."""

    statements: Sequence[Statement]
    first: int
    samples: int


def chunks(statements: Sequence[Statement], size: int, first: int, samples: int) -> list[Chunk]:
    return [Chunk(statements[i : i + size], first, samples) for i in range(0, len(statements), size)]


def sample_proofs(sampler: Sampler, chunk: Chunk, seed: int, round: int, voice: str) -> list[Attempt]:
    """A chunk's attempts. A completion that holds no proof is an attempt with an empty one.

    A sample depends on its statement and index, not on the blocks in which the K samples are drawn.
    """
    statements = chunk.statements
    prompts = [prove_prompt(s) for s in statements]
    seeds = [derived_seed(seed, voice, round, s.id) for s in statements]
    completions: Sequence[Completion] = sampler.sample(prompts, chunk.samples, seeds, chunk.first)
    return [
        Attempt(statements[c.prompt_index].id, read_proof(c.text) or "", round, c.sample, voice, c.tokens, c.logprob)
        for c in completions
    ]


async def sample_and_check(
    chunks_to_sample: AsyncIterable[Chunk],
    sample: Callable[[Chunk], list[Attempt]],
    check: Callable[[list[Attempt]], asyncio.Task[None]],
    clock: Clock,
) -> None:
    """Runs `sample` (in a thread) over the chunks and hands each to `check` without waiting for it.

    At most two chunks are being checked while the next is sampled: more would only fill memory. All that is not
    sampling is waiting; the source of the chunks may sample too, on the same clock.
    """
    checking: list[asyncio.Task[None]] = []
    began, sampled = time.monotonic(), clock.sample
    async for chunk in chunks_to_sample:
        started = time.monotonic()
        attempts = await asyncio.to_thread(sample, chunk)
        clock.sample += time.monotonic() - started
        clock.tokens += sum(a.tokens for a in attempts)
        checking.append(check(attempts))
        if len(checking) > 2:
            await checking.pop(0)
    await asyncio.gather(*checking)
    clock.wait += time.monotonic() - began - (clock.sample - sampled)
