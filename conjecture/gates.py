"""What a conjecture has to pass before a single proof of it is sampled.

In order: it can be read, it is new by its text, it elaborates alone, no small values refute it, no cheap
tactic closes it, its hypotheses do not contradict each other, and it is new up to renaming and reordering
of its binders. Each gate is a word; the ledger keeps one for every proposal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from conjecture import counterexample
from verify.records import Outcome, Statement, Verdict

PASSED = "passed"
Ask = Callable[[str, Statement, str], Awaitable[Verdict]]
"""Asks the verifier one of the ledger's questions: `statement`, `refuted`, `trivial` or `vacuous`, about a
statement (for `refuted` and `vacuous` the one to be proved instead), with a proof."""

TRIVIAL_PROOF = "first\n| rfl\n| omega\n| simp\n| grind"
ABSURD_PROOF = "first\n| omega\n| grind\n| simp_all\n| nlinarith"


def statement_of(signature: str, parents: tuple[str, ...], lemma: str) -> Statement:
    """A conjecture as a statement; its name is made from its content."""
    nameless = Statement("conjecture", signature, source="conjecture", parents=parents, lemma=lemma)
    return Statement(f"conjecture_{nameless.id}", signature, source="conjecture", parents=parents, lemma=lemma)


def textual(conjectures: Iterable[Statement | None], known: Iterable[Statement]) -> list[str]:
    """`unreadable`, `duplicate` of one before it or of a known one, or `passed` for each.

    Signatures are compared without their white space, as STP does.
    """
    seen, words = {_without_space(statement) for statement in known}, []
    for conjecture in conjectures:
        if conjecture is None:
            words.append("unreadable")
        elif (text := _without_space(conjecture)) in seen:
            words.append("duplicate")
        else:
            seen.add(text)
            words.append(PASSED)
    return words


def _without_space(statement: Statement) -> str:
    return "".join(statement.signature.split())


async def screen(conjecture: Statement, ask: Ask, trivial: bool = True) -> tuple[str, Verdict]:
    """`ill-formed`, `refuted`, `trivial` (if asked for), `vacuous`, `undecided` (no telling) or `passed`, with its
    elaboration.

    Each word but the first is a theorem of Lean's: the negation, the statement, or `False` from the hypotheses
    is `proved`. Whether a screen fails or runs out of its budget, its word is not said.
    """
    elaboration = await ask("statement", conjecture, "")
    if elaboration.outcome is not Outcome.ELABORATES:
        undecided = elaboration.outcome in (Outcome.INFRASTRUCTURE, Outcome.TIMEOUT, Outcome.MEMORY)
        return ("undecided" if undecided else "ill-formed"), elaboration
    tried = counterexample.search(conjecture)
    questions = [("trivial", conjecture, TRIVIAL_PROOF)] if trivial else []
    if tried.refuting is not None:
        questions.insert(0, ("refuted", *counterexample.negation(conjecture, tried.refuting)))
    if not tried.satisfied and (absurd := counterexample.contradiction(conjecture)):
        questions.append(("vacuous", absurd, ABSURD_PROOF))
    for word, statement, proof in questions:
        answer = await ask(word, statement, proof)
        if answer.outcome is Outcome.INFRASTRUCTURE:
            return "undecided", elaboration
        if answer.proved:
            return word, elaboration
    return PASSED, elaboration


def new_up_to_renaming(screened: Sequence[tuple[str, Verdict]], known: set[str]) -> list[str]:
    """The words of `screened`, with `renamed` for one whose canonical form was seen before.

    Runs over the proposals in their own order, so the outcome does not depend on which verdict came first.
    """
    seen, words = set(known), []
    for word, elaboration in screened:
        if word not in ("ill-formed", "undecided") and elaboration.canonical in seen:
            word = "renamed"
        seen.add(elaboration.canonical)
        words.append(word)
    return words
