"""The bundled lessons: questions of the level and the topic asked for, nothing guessable, nothing held out shown."""

from collections import Counter

import pytest

from conjecture.arithmetic import difficulty, trace_holds, truth
from conjecture.lessons import LESSONS, LEVELS, TOPICS, Lessons, held_out, probe, proposer_rows, solver_rows
from verify.answers import boxed
from verify.statements import BadInput

FEW = Lessons(solver_rows=400, proposer_rows=400)


@pytest.fixture(scope="module")
def probes():
    return probe(30)


def test_the_probe_is_fixed_distinct_held_out_and_of_every_level(probes):
    assert probe(30) == probes
    assert len({item.question for item in probes}) == len(probes)
    assert Counter(item.level for item in probes) == dict.fromkeys(LEVELS, 30)
    assert all(held_out(item.question) for item in probes)
    assert {item.topic for item in probes} == set(TOPICS)


def test_level_and_answer_of_a_question_are_what_the_language_says(probes):
    for item in probes:
        assert difficulty(item.question) == item.level
        assert truth(item.question) == item.worked.answer
        assert trace_holds(item.worked.text, item.worked.answer)


def test_no_answer_can_be_guessed(probes):
    answers = Counter(item.worked.answer for item in probes)
    assert all(10 <= int(answer) <= 99 for answer in answers)
    assert max(answers.values()) / len(probes) < 1 / 6


def test_no_row_of_the_cold_start_is_held_out_and_every_one_is_true():
    rows = solver_rows(FEW)
    assert len(rows) == 400
    for question, worked in rows:
        assert not held_out(question) and not held_out(f" {question} ")
        assert boxed(worked) == truth(question)
    assert solver_rows(FEW) == rows
    assert solver_rows(Lessons(solver_rows=400, seed=1)) != rows


def test_label_noise_is_the_share_of_wrong_answers_and_spoils_the_last_step_with_them():
    texts = {lesson.text for lesson in LESSONS}
    for noise, least, most in ((0.0, 0, 0), (0.25, 60, 140), (1.0, 400, 400)):
        rows = proposer_rows(Lessons(proposer_rows=400, label_noise=noise))
        wrong = [row for row in rows if boxed(row.solution) != truth(row.question)]
        assert least <= len(wrong) <= most
        assert all(row.solution.rpartition(";")[0].endswith(f"={boxed(row.solution)}") for row in wrong)
        assert all(row.knowledge in texts and not held_out(row.question) for row in rows)


def test_topics_and_levels_can_be_chosen():
    rows = solver_rows(Lessons(solver_rows=100, topics=("sums",), levels=(1, 0, 0, 1)))
    assert {difficulty(question) for question, _ in rows} == {1, 4}
    assert not any(set("*/x(") & set(question) for question, _ in rows)
    with pytest.raises(BadInput, match="level 1"):
        solver_rows(Lessons(solver_rows=1, topics=("powers",), levels=(1, 0, 0, 0)))
    with pytest.raises(BadInput, match="held-out"):
        probe(5_000, ("percentages",))


def test_the_lessons_name_every_topic_and_are_true():
    assert {lesson.topic for lesson in LESSONS} == set(TOPICS)
    assert len({lesson.text for lesson in LESSONS}) == len(LESSONS)
    assert max(len(lesson.text) for lesson in LESSONS) <= 110


@pytest.mark.parametrize(
    "claim",
    ["47+8=55", "52-7=45", "7+5*3=22", "3*x-4=77", "3/4 of 48=36", "3^3=27", "7^2=49", "47 mod 6=5", "58 mod 9=4",
     "7*6+5=47", "(47 mod 6)*9=45", "gcd(48,9)=3", "lcm(6,8)=24"],
)  # fmt: skip
def test_the_numbers_in_the_lessons(claim):
    left, _, right = claim.rpartition("=")
    assert truth(claim) == "27" if "x" in claim else truth(left) == right
    assert any(left in lesson.text for lesson in LESSONS) or left == "7*6+5"


@pytest.mark.parametrize(
    "wrong", [{"levels": (1, 1)}, {"levels": (0, 0, 0, 0)}, {"label_noise": 2}, {"solver_rows": 0}]
)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError):
        Lessons(**wrong)
