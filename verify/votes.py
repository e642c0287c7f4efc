"""Votes among answers: clustered by equality as the verifier judges it, not as strings.

What R-Zero takes its labels from (2508.05004), and maj@k its majorities.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from verify.maths import AnswerJob, MathsUnavailable
from verify.records import Outcome, Verdict


class Checks(Protocol):
    async def check(self, job: AnswerJob) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Cluster:
    """Votes for one answer. `answer` is the way of writing it that most have chosen; `texts` are all ways."""

    answer: str
    votes: int
    texts: tuple[str, ...]


async def majority(verifier: Checks, answers: Iterable[str | None]) -> list[Cluster]:
    """The clusters, most votes first. Whatever the order of the answers, the result is the same.

    An answer that is none (no box, cannot be read, too costly) is no vote. Ways of writing are taken by their
    number, then the shorter, then the alphabetically earlier; each becomes the head of a cluster or joins the first
    one whose head it equals, as reference or as answer. So every text of a cluster equals its head: what is equal to
    two different heads (10 % to 10 and to 0.1) does not join them. Raises MathsUnavailable when a check could not be made.
    """
    counts = Counter(answer for answer in answers if answer is not None)
    texts = sorted(counts, key=lambda text: (-counts[text], len(text), text))
    readable = await asyncio.gather(*(_equal(verifier, text, text) for text in texts))
    left = [text for text, good in zip(texts, readable, strict=True) if good]
    clusters = []
    while left:
        head, *others = left
        same = await asyncio.gather(*(_either(verifier, head, other) for other in others))
        members = [head, *(text for text, equal in zip(others, same, strict=True) if equal)]
        clusters.append(Cluster(head, sum(counts[text] for text in members), tuple(members)))
        left = [text for text, equal in zip(others, same, strict=True) if not equal]
    return sorted(clusters, key=lambda cluster: -cluster.votes)


async def _either(verifier: Checks, head: str, other: str) -> bool:
    return await _equal(verifier, head, other) or await _equal(verifier, other, head)


async def _equal(verifier: Checks, reference: str, answer: str) -> bool:
    verdict = await verifier.check(AnswerJob(reference, answer))
    if verdict.outcome is Outcome.INFRASTRUCTURE:
        raise MathsUnavailable(f"a vote could not be counted: {verdict.reason}")
    return verdict.proved
