"""The memorisation probe: ROUGE-L's worked numbers, and a model that has or has not seen the questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conjecture.memorisation import Memorisation, cut_at, probe, rouge_l, words

texts = st.lists(st.sampled_from("abc"), max_size=8)


def subsequence(a, b):
    """The longest common one, by its definition."""
    if not a or not b:
        return 0
    return 1 + subsequence(a[1:], b[1:]) if a[0] == b[0] else max(subsequence(a[1:], b), subsequence(a, b[1:]))


@pytest.mark.parametrize(
    ("candidate", "score"),
    [("police kill the gunman", 3 / 4), ("the gunman kill police", 2 / 4), ("the gunman police killed", 2 / 4)],
)
def test_the_example_of_lins_paper(candidate, score):
    assert rouge_l("police killed the gunman".split(), candidate.split()) == score


@given(texts, texts)
def test_rouge_l_is_its_definition(a, b):
    expected = 2 * subsequence(a, b) / (len(a) + len(b)) if a and b else 0.0
    assert rouge_l(a, b) == expected == rouge_l(b, a)


@given(st.text(max_size=60), st.floats(0.1, 0.9))
def test_beginning_and_rest_are_the_question(question, share):
    beginning, rest = cut_at(question, share)
    assert beginning + rest == question
    assert len(words(beginning)) == int(share * len(words(question)))


QUESTIONS = ["Find the sum of the first ten odd numbers now.", "What is 12 plus 30, if 5 is taken away?", "7"]


def test_a_model_that_knows_the_questions_and_one_that_does_not():
    def knows(beginnings):
        return [next(q for q in QUESTIONS if q.startswith(b))[len(b) :].upper() + " And then?" for b in beginnings]

    def guesses(beginnings):
        return ["" for _ in beginnings]

    assert probe(QUESTIONS, knows) == Memorisation(2, 1.0, 1.0)  # "7" is too short to cut
    assert probe(QUESTIONS, guesses) == Memorisation(2, 0.0, 0.0)


def test_half_known_is_not_exact():
    result = probe(["one two three four five six seven eight nine ten"], lambda _: ["nine eleven"])
    assert result == Memorisation(1, 0.0, 0.5)


def test_no_question_to_cut_is_said():
    with pytest.raises(ValueError, match="long enough"):
        probe(["7", ""], lambda beginnings: beginnings)
