"""The offline paradigm's buffer: what enters, in which order it is drawn, and when it leaves."""

from conjecture.dualplay import RewardSettings, Scored
from conjecture.question_buffer import BufferSettings, QuestionBuffer
from prover.dialogue import Proposal

SETTINGS = RewardSettings()


def filled(*questions: str) -> QuestionBuffer:
    return inserted(QuestionBuffer(), *((question, 0.5, "") for question in questions))


def inserted(buffer, *rows):
    proposals = [Proposal(question, "", "7") for question, _, _ in rows]
    scored = [Scored(rate, hack, 1.0, 0.5, True) for _, rate, hack in rows]
    return buffer.insert(proposals, scored, SETTINGS)


def names(kept):
    return [one.question for one in kept]


def test_only_questions_of_the_band_that_pass_the_check_enter_once():
    buffer = inserted(
        QuestionBuffer(),
        ("a", 0.5, ""),
        ("low", 0.2, ""),
        ("high", 1.0, ""),
        ("hack", 0.5, "answer in the question"),
        ("unknown", None, ""),
        ("a", 0.6, ""),
    )
    assert names(buffer.kept) == ["a"]
    assert names(inserted(buffer, ("a", 0.5, ""), ("b", 0.3, "")).kept) == ["a", "b"]


def test_draws_go_round():
    buffer = filled("a", "b", "c")
    first, buffer = buffer.draw(2)
    second, buffer = buffer.draw(2)
    assert (names(first), names(second)) == (["a", "b"], ["c", "a"])
    assert names(buffer.draw(9)[0]) == ["b", "c", "a"]
    assert QuestionBuffer().draw(3) == ([], QuestionBuffer())


def test_a_question_leaves_when_it_is_always_solved_or_stale():
    buffer = filled("a", "b", "c")
    buffer = buffer.trained({"a": 1.0, "b": 0.505, "c": 0.7}, BufferSettings())
    assert [(one.question, one.pass_rate, one.stale) for one in buffer.kept] == [("b", 0.505, 1), ("c", 0.7, 0)]
    for _ in range(2):
        buffer = buffer.trained({"b": 0.5}, BufferSettings())
    assert names(buffer.kept) == ["c"]


def test_a_gain_is_more_than_one_hundredth():
    buffer = filled("a", "b").trained({"a": 0.5 + 0.01, "b": 0.5 + 0.0101}, BufferSettings())
    assert [(one.question, one.stale) for one in buffer.kept] == [("a", 1), ("b", 0)]


def test_the_ring_goes_on_where_it_was_when_questions_leave():
    drawn, buffer = filled("a", "b", "c", "d").draw(2)
    buffer = buffer.trained({one.question: 1.0 for one in drawn}, BufferSettings())
    assert names(buffer.draw(2)[0]) == ["c", "d"]


def test_as_released_nothing_leaves():
    buffer = filled("a", "b")
    assert buffer.trained({"a": 1.0, "b": 0.0}, BufferSettings(evict=False)) == buffer
