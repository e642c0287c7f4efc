"""The guide: is a conjecture of use for its target, and is it clean? (SGS, arXiv 2604.20209, and its code at 64d2de4).

A conjecturer paid by pass rate alone collapses to disjunctions and to conclusions about ten times as long, which can be
solved and help nothing. So SGS pays it R = R_solve R_guide: R_solve = 1 - P is `conjecture.selection`'s, R_guide is a
judge's answer to three questions about the pair (conjecture, target), the rubric of the paper's prompt:

    relevance    0 to 5   0: the target again, or unrelated and trivial; 5: with it the target is much easier
    redundancy   0 or 1   1: a premise is not needed
    complexity   0 to 4   of the conclusion; 0: one atomic claim, 4: many unrelated alternatives in one

    R_guide = 0 if complexity is 3 or 4, otherwise max(0, relevance + (2 - complexity) + (1 - redundancy))

Two judges answer them. `model` is SGS's: an instruct model reads the rubric and reasons. `form` is ours, for runs where
nobody could read a rubric: it computes an answer from the two texts alone. It knows spelling and shape and nothing of
mathematics; it pays against the two signs of collapse that the paper names, and says little about use.

Deviations from SGS:
- R_guide is divided by 8, its greatest value, and R is not stretched over [0, 1] within each round, as the code does:
  there the worst conjecture of a round always weighs nothing, however good it is.
- Relevance 0 is a score of 0 (in the code up to 3 of 8): the target itself must not pay, whatever its form.
- Where Lean's canonical forms say that a conjecture is its target with other names, the judge is not asked.
- The rubric's words are ours; the model answers greedily, so that the same pairs get the same answers.
- SGS's guide is a copy of the model that it begins with, fixed; here it is any model, named by an option.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from conjecture.counterexample import Unreadable, split
from conjecture.telemetry import LENGTHENED, conclusion, trigram_vectors
from verify.policy import tokens
from verify.records import Statement

BEST = 8
"""The greatest sum of a rubric: relevance 5, complexity 0, redundancy 0."""


@dataclass(frozen=True, slots=True)
class GuideSettings:
    """Who scores the selected conjectures (SGS, R_guide)."""

    judge: Literal["none", "form", "model"] = "none"
    """Nobody (STP), our computation from the texts alone, or an instruct model with the paper's rubric (SGS)."""
    model_name_or_path: str | None = None
    """The instruct model: a hub id or directory; it is loaded beside the model that plays."""
    max_new_tokens: int = 1024
    """Tokens of one review, its reasoning included (SGS: 8192)."""


@dataclass(frozen=True, slots=True)
class Rubric:
    """A judge's answers. Raises ValueError outside their ranges.

    >>> Rubric(4, 0, 1).score, Rubric(5, 0, 3).score
    (0.75, 0.0)
    """

    relevance: float
    redundancy: int
    complexity: int

    def __post_init__(self) -> None:
        if not 0 <= self.relevance <= 5 or self.redundancy not in (0, 1) or self.complexity not in range(5):
            raise ValueError(f"no answers to the rubric: {self}")

    @property
    def score(self) -> float:
        """R_guide, from 0 to 1."""
        if self.complexity >= 3 or not self.relevance:
            return 0.0
        return (self.relevance + (2 - self.complexity) + (1 - self.redundancy)) / BEST


class Pair(NamedTuple):
    """A conjecture and what it was prompted with; `same`: Lean knows them to be equal up to names and order."""

    conjecture: Statement
    target: Statement
    same: bool = False


Guide = Callable[[Sequence[Pair]], list[Rubric | None]]
"""The answers for each pair, in order; None where the judge's answer could not be read."""


def guide(settings: GuideSettings) -> Guide:
    """The judge of these settings; a model is loaded now. Raises ValueError for `none`, and what loading raises."""
    if settings.judge == "none":
        raise ValueError("there is no judge")
    judge = by_form if settings.judge == "form" else by_model(_instructed(settings))

    def judged(pairs: Sequence[Pair]) -> list[Rubric | None]:
        answers = iter(judge([pair for pair in pairs if not pair.same]))
        return [Rubric(0, 0, 0) if pair.same else next(answers) for pair in pairs]

    return judged


def scores(reviews: Sequence[Rubric | None]) -> list[float]:
    """R_guide of each; an answer that could not be read counts as the mean of the others, 0 if there are none (SGS).

    >>> scores([Rubric(5, 0, 0), None, Rubric(5, 0, 4)])
    [1.0, 0.5, 0.0]
    """
    read = [review.score for review in reviews if review is not None]
    mean = sum(read) / len(read) if read else 0.0
    return [mean if review is None else review.score for review in reviews]


# Our computation


def by_form(pairs: Sequence[Pair]) -> list[Rubric | None]:
    """Ours: relevance from spelling, redundancy from unconnected premises, complexity from the conclusion's shape.

    Relevance is 5 times the cosine of the counts of character trigrams: it needs no model and is spread widely, while
    the embeddings of a small model lie close together. What it tells on our seed theorems: docs/stp.md.
    """
    if not pairs:
        return []
    conjectures, targets = (
        trigram_vectors([statement.signature for statement in column])
        for column in ([pair.conjecture for pair in pairs], [pair.target for pair in pairs])
    )
    lengths = np.linalg.norm(conjectures, axis=1) * np.linalg.norm(targets, axis=1)
    cosines = np.clip(np.einsum("nd,nd->n", conjectures, targets) / lengths, 0, 1)
    return [
        Rubric(5 * float(cosine), redundancy(pair.conjecture), complexity(pair.conjecture, pair.target))
        for pair, cosine in zip(pairs, cosines, strict=True)
    ]


def redundancy(conjecture: Statement) -> int:
    """1 where some binder has nothing to do with the conclusion, not even through other hypotheses.

    0 also where that cannot be read, and for a conclusion that speaks of no binder, as `False`.

    >>> [redundancy(Statement("c", f"(x y z : ℝ) (h : x < y) (k : {k}) : x ≤ y")) for k in ("z < 1", "z < x")]
    [1, 0]
    """
    try:
        binders, goal = split(conjecture)
    except Unreadable:
        return 0
    names = {binder.name for binder in binders}
    reached = _mentioned(goal) & names
    if not reached:
        return 0
    groups = [({binder.name} | _mentioned(binder.type)) & names for binder in binders]
    while any(reached & group and not group <= reached for group in groups):
        reached = reached.union(*(group for group in groups if reached & group))
    return int(reached != names)


def complexity(conjecture: Statement, target: Statement) -> int:
    """The rubric's 0 to 4 by counting connectives; 3 also for a conclusion `LENGTHENED` times as long as the target's.

    >>> goals = ["p", "p ∧ q", "p ∨ q", "p ∨ q ∨ r", "p ∨ q ∨ r ∨ s", "p ∧ q ∧ r ∧ s"]
    >>> [complexity(Statement("c", f"(p q r s : Prop) : {goal}"), Statement("t", ": p → q ∧ r")) for goal in goals]
    [0, 1, 2, 3, 4, 2]
    """
    claim = conclusion(conjecture.signature)
    alternatives = claim.count("∨") + claim.count("\\/")
    parts = claim.count("∧") + claim.count("/\\")
    if alternatives >= 3:
        return 4
    if alternatives == 2 or len(claim) > LENGTHENED * len(conclusion(target.signature)):
        return 3
    if alternatives or parts >= 3:
        return 2
    return int(parts > 0)


def _mentioned(text: str) -> set[str]:
    return {token.split(".")[0] for _, token in tokens(text)}


# An instruct model


def by_model(ask: Callable[[Sequence[str]], Sequence[str]]) -> Guide:
    """The judge that puts the rubric to `ask`, which answers texts with texts."""
    return lambda pairs: [read_review(answer) for answer in ask([review_prompt(pair) for pair in pairs])]


def review_prompt(pair: Pair) -> str:
    """The rubric, with a conjecture and its target, for an instruct model."""
    return _RUBRIC.format(target=pair.target.text, conjecture=pair.conjecture.text)


def read_review(answer: str) -> Rubric | None:
    """The last value given for each question; None where one is missing or outside its range.

    >>> read_review("relevance: 1? No, it helps.\\nrelevance: 4\\nredundancy: 0\\ncomplexity: 1")
    Rubric(relevance=4, redundancy=0, complexity=1)
    """
    found = [re.findall(rf"{name}\W*[:=]\W*(\d+)", answer, re.IGNORECASE) for name in Rubric.__slots__]
    if not all(found):
        return None
    try:
        return Rubric(*(int(values[-1]) for values in found))
    except ValueError:
        return None


def _instructed(settings: GuideSettings) -> Callable[[Sequence[str]], list[str]]:
    """Greedy answers of the settings' model, in its own chat layout where it has one."""
    from prover import model as models
    from prover.formats import lay_chat
    from prover.sampler import SamplingSettings, open_sampler

    model, tokenizer = models.load(settings.model_name_or_path)
    sampling = SamplingSettings(0.0, max_new_tokens=settings.max_new_tokens)
    sampler = open_sampler("transformers", model, tokenizer, sampling, settings.model_name_or_path)

    def asked(text: str) -> str:
        return lay_chat([{"role": "user", "content": text}], tokenizer) if tokenizer.chat_template else text

    def answers(texts: Sequence[str]) -> list[str]:
        return [c.text for c in sampler.sample([asked(text) for text in texts], 1, [0] * len(texts))]

    return answers


_RUBRIC = """\
You judge conjectures in Lean 4. There is a target that we cannot prove yet, and a conjecture that was proposed as a \
step towards it: a lemma for its proof, or a theorem that needs a similar idea.

Target:
```lean4
{target}
```

Conjecture:
```lean4
{conjecture}
```

Think about these three questions, then answer each with one number.

relevance, from 0 to 5: how much would it help to have proved the conjecture?
  0 - it says the same as the target, perhaps with other names; or it is both unrelated and trivial
  1 - unrelated
  2 - from the same field, but no help
  3 - related, and perhaps of help
  4 - a step of a proof of the target: with it, the target is easier
  5 - the heart of the matter: with it, little of the target is left
redundancy, 0 or 1: is there a premise that the conclusion does not need? (1: yes)
complexity, from 0 to 4: how far is the conclusion from one plain claim?
  0 - a single equality, inequality or property
  1 - two or three claims that belong together
  2 - closely related alternatives, or three to four claims on one theme
  3 - two or three unrelated alternatives, or connectives nested so that the claim is hidden
  4 - many unrelated alternatives: several theorems in one

End with exactly these three lines, a number in each:
relevance: …
redundancy: …
complexity: …
"""
