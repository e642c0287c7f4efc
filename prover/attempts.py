"""Sampling and verification side by side: while Lean judges one chunk, the model writes the next.

A chunk (some statements, all their samples) is the unit in which work is repeated after an
interruption, so its composition depends on nothing but the list of statements.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prover.prompts import prove_prompt, read_proof
from prover.sampler import Completion, TransformersSampler
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


def chunks(statements: Sequence[Statement], size: int) -> list[Sequence[Statement]]:
    return [statements[i : i + size] for i in range(0, len(statements), size)]


def sample_proofs(
    sampler: TransformersSampler, statements: Sequence[Statement], k: int, seed: int, round: int, voice: str
) -> list[Attempt]:
    """K attempts a statement. A completion that holds no proof is an attempt with an empty one."""
    prompts = [prove_prompt(s) for s in statements]
    seeds = [derived_seed(seed, voice, round, s.id) for s in statements]
    completions: Sequence[Completion] = sampler.sample(prompts, k, seeds)
    return [
        Attempt(statements[c.prompt_index].id, read_proof(c.text) or "", round, c.sample, voice, c.tokens, c.logprob)
        for c in completions
    ]


async def sample_and_check(
    chunks_to_sample: Sequence[Sequence[Statement]],
    sample: Callable[[Sequence[Statement]], list[Attempt]],
    check: Callable[[list[Attempt]], asyncio.Task[None]],
    clock: Clock,
) -> None:
    """Runs `sample` (in a thread) over the chunks and hands each to `check` without waiting for it.

    At most two chunks are being checked while the next is sampled: more would only fill memory.
    """
    checking: list[asyncio.Task[None]] = []
    for chunk in chunks_to_sample:
        started = time.monotonic()
        attempts = await asyncio.to_thread(sample, chunk)
        clock.sample += time.monotonic() - started
        clock.tokens += sum(a.tokens for a in attempts)
        checking.append(check(attempts))
        if len(checking) > 2:
            started = time.monotonic()
            await checking.pop(0)
            clock.wait += time.monotonic() - started
    started = time.monotonic()
    await asyncio.gather(*checking)
    clock.wait += time.monotonic() - started
