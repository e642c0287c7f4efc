"""The gates of a conjecture, one word each, with a verifier made up for the purpose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conjecture.gates import PASSED, TRIVIAL_PROOF, new_up_to_renaming, screen, statement_of, textual
from verify.policy import refuse
from verify.records import Outcome, Verdict


def conjecture(signature: str = "(n : ℕ) : n = n"):
    return statement_of(signature, ("seed",), "sq_nonneg")


def verdict(outcome: Outcome, canonical: str = "") -> Verdict:
    return Verdict(outcome, "", "fake", canonical=canonical)


def test_a_conjecture_is_named_by_its_content():
    one = conjecture()
    assert one.name == f"conjecture_{one.id}"
    assert conjecture("(n : ℕ) :\n   n = n").name == one.name
    assert conjecture("(n : ℕ) : n = 1").name != one.name
    assert (one.parents, one.lemma, one.source) == (("seed",), "sq_nonneg", "conjecture")
    assert refuse(one.name) is None


def test_by_the_text():
    a, b = conjecture(": 1 = 1"), conjecture(": 2 = 2")
    asked = [None, a, b, conjecture(":  1 =\n1"), conjecture(":1=1"), conjecture(": 11 = 1"), None]
    assert textual(asked, [conjecture(": 2=2")]) == [
        "unreadable",
        PASSED,
        "duplicate",
        "duplicate",
        "duplicate",
        PASSED,
        "unreadable",
    ]


def verifier(elaboration: Outcome, cheap: Outcome | None = None):
    asked = []

    async def ask(question, statement, proof):
        asked.append((question, proof))
        return verdict(elaboration if question == "statement" else cheap, "c")

    return ask, asked


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Outcome.OUT_OF_PROFILE, "ill-formed"),
        (Outcome.REFUSED, "ill-formed"),
        (Outcome.FAILED, "ill-formed"),
        (Outcome.PROVED, "ill-formed"),  # never the answer to a statement
        (Outcome.INFRASTRUCTURE, "undecided"),
        (Outcome.TIMEOUT, "undecided"),
        (Outcome.MEMORY, "undecided"),
    ],
)
async def test_what_does_not_elaborate_is_asked_nothing_more(outcome, word):
    ask, asked = verifier(outcome)
    found, elaboration = await screen(conjecture(), ask)
    assert (found, elaboration.outcome) == (word, outcome)
    assert asked == [("statement", "")]


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Outcome.PROVED, "trivial"),
        (Outcome.FAILED, PASSED),
        (Outcome.TIMEOUT, PASSED),
        (Outcome.MEMORY, PASSED),
        (Outcome.INFRASTRUCTURE, "undecided"),
    ],
)
async def test_what_elaborates_is_tried_cheaply(outcome, word):
    ask, asked = verifier(Outcome.ELABORATES, outcome)
    found, elaboration = await screen(conjecture(), ask)
    assert (found, elaboration.outcome) == (word, Outcome.ELABORATES)
    assert asked == [("statement", ""), ("trivial", TRIVIAL_PROOF)]


async def screened(signature: str, proved: set[str]) -> tuple[str, list[str]]:
    """The word for a conjecture, and the questions asked, where exactly these questions are answered `proved`."""
    asked = []

    async def ask(question, statement, proof):
        asked.append(question)
        if question == "statement":
            return verdict(Outcome.ELABORATES)
        return verdict(Outcome.PROVED if question in proved else Outcome.FAILED)

    return (await screen(conjecture(signature), ask))[0], asked


async def test_small_values_refute_when_lean_agrees():
    assert await screened("(n : ℕ) : n < 3", {"refuted"}) == ("refuted", ["statement", "refuted"])
    assert await screened("(n : ℕ) : n < 3", set()) == (PASSED, ["statement", "refuted", "trivial"])


async def test_contradictory_hypotheses_are_looked_for_where_no_values_meet_them():
    assert await screened("(n : ℕ) (h : n < 0) : n = 5", {"vacuous"}) == (
        "vacuous",
        ["statement", "trivial", "vacuous"],
    )
    assert await screened("(n : ℕ) (h : n < 0) : n = 5", set()) == (PASSED, ["statement", "trivial", "vacuous"])
    assert await screened("(n : ℕ) (h : n < 9) : n < 10", set()) == (PASSED, ["statement", "trivial"])


def test_the_cheap_proof_is_a_proof():
    assert refuse(TRIVIAL_PROOF) is None


def rows(*pairs):
    return [(word, verdict(Outcome.ELABORATES, canonical)) for word, canonical in pairs]


def test_by_the_canonical_form():
    screened = rows((PASSED, "a"), (PASSED, "a"), ("trivial", "b"), (PASSED, "b"), ("trivial", "k"), (PASSED, "c"))
    assert new_up_to_renaming(screened, {"k"}) == [PASSED, "renamed", "trivial", "renamed", "renamed", PASSED]


def test_what_was_not_elaborated_is_no_renaming_of_the_next():
    screened = rows(("ill-formed", ""), ("ill-formed", ""), ("undecided", ""), ("undecided", "a"), (PASSED, "b"))
    assert new_up_to_renaming(screened, set()) == ["ill-formed", "ill-formed", "undecided", "undecided", PASSED]


@given(
    st.lists(st.tuples(st.sampled_from([PASSED, "trivial"]), st.sampled_from("abcd"))), st.sets(st.sampled_from("abcd"))
)
def test_each_form_passes_once(pairs, known):
    words = new_up_to_renaming(rows(*pairs), known)
    fresh = [form for (_, form), word in zip(pairs, words, strict=True) if word != "renamed"]
    assert sorted(fresh) == sorted({form for _, form in pairs} - known)
    assert all(word in ("renamed", said) for (said, _), word in zip(pairs, words, strict=True))
