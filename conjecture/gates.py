"""What a conjecture has to pass before a single proof of it is sampled.

In order: it can be read, it is new by its text, it elaborates alone, it is new up to renaming, and no
cheap tactic closes it. Each gate is a word; the ledger keeps one for every proposal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from verify.records import Outcome, Statement, Verdict

PASSED = "passed"
Ask = Callable[[str, Statement, str], Awaitable[Verdict]]
"""Asks the verifier one of the ledger's questions: `statement` or `trivial`, about a statement, with a proof."""

TRIVIAL_PROOF = "first\n| rfl\n| omega\n| simp\n| grind"


def statement_of(signature: str, parents: tuple[str, ...], lemma: str) -> Statement:
    """A conjecture as a statement; its name is made from its content."""
    nameless = Statement("conjecture", signature, source="conjecture", parents=parents, lemma=lemma)
    return Statement(f"conjecture_{nameless.id}", signature, source="conjecture", parents=parents, lemma=lemma)


def textual(conjectures: Iterable[Statement | None], known: set[str]) -> list[str]:
    """`unreadable`, `duplicate`, or `passed` for each; `known` holds the ids seen before."""
    seen, words = set(known), []
    for conjecture in conjectures:
        if conjecture is None:
            words.append("unreadable")
        elif conjecture.id in seen:
            words.append("duplicate")
        else:
            seen.add(conjecture.id)
            words.append(PASSED)
    return words


async def screen(conjecture: Statement, ask: Ask) -> tuple[str, Verdict]:
    """`ill-formed`, `trivial`, `undecided` (the verifier could not tell) or `passed`, with its elaboration.

    A proof by the cheap tactics counts as much as any: it must be `proved`. Whether they failed or
    ran out of time, the statement is not trivial.
    """
    elaboration = await ask("statement", conjecture, "")
    if elaboration.outcome is not Outcome.ELABORATES:
        undecided = elaboration.outcome in (Outcome.INFRASTRUCTURE, Outcome.TIMEOUT, Outcome.MEMORY)
        return ("undecided" if undecided else "ill-formed"), elaboration
    cheap = await ask("trivial", conjecture, TRIVIAL_PROOF)
    if cheap.outcome is Outcome.INFRASTRUCTURE:
        return "undecided", elaboration
    return ("trivial" if cheap.proved else PASSED), elaboration


def new_up_to_renaming(
    screened: Sequence[tuple[str, Verdict]], known: set[str]
) -> list[str]:
    """The words of `screened`, with `renamed` for one whose canonical form was seen before.

    Runs over the proposals in their own order, so the outcome does not depend on which verdict came first.
    """
    seen, words = set(known), []
    for word, elaboration in screened:
        if word in (PASSED, "trivial") and elaboration.canonical in seen:
            word = "renamed"
        seen.add(elaboration.canonical)
        words.append(word)
    return words
