"""The bundled language: every answer is the true one, and nothing else is read."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conjecture.arithmetic import LONGEST, difficulty, trace_holds, truth, work
from verify.answers import boxed
from verify.maths import AnswerJob, MathVerifier


@pytest.mark.parametrize(
    ("question", "solution"),
    [
        ("(7+5)*3-4", r"7+5=12;12*3=36;36-4=32;\boxed{32}"),
        ("7+5*3", r"5*3=15;15+7=22;\boxed{22}"),
        ("3*x-4=77", r"77+4=81;81/3=27;\boxed{27}"),
        ("(x+3)*4-2=26", r"26+2=28;28/4=7;7-3=4;\boxed{4}"),
        ("26=(x+3)*4-2", r"26+2=28;28/4=7;7-3=4;\boxed{4}"),
        ("12-x=5", r"12-5=7;\boxed{7}"),
        ("60/x=4", r"60/4=15;\boxed{15}"),
        ("x/4=15", r"15*4=60;\boxed{60}"),
        ("3/4 of 48", r"48/4=12;12*3=36;\boxed{36}"),
        ("75% of 48", r"48/4=12;12*3=36;\boxed{36}"),
        ("25% of x=12", r"12*4=48;\boxed{48}"),
        ("100% of 48", r"\boxed{48}"),
        ("2^4+5", r"2*2=4;4*2=8;8*2=16;16+5=21;\boxed{21}"),
        ("(47 mod 6)*9", r"47 mod 6=5;5*9=45;\boxed{45}"),
        ("gcd(48,9)*5", r"48 mod 9=3;9 mod 3=0;3*5=15;\boxed{15}"),
        ("lcm(6,8)", r"8 mod 6=2;6 mod 2=0;6*8=48;48/2=24;\boxed{24}"),
        ("lcm(3,4)", r"4 mod 3=1;3 mod 1=0;3*4=12;\boxed{12}"),
        ("3-8", r"3-8=-5;\boxed{-5}"),
        ("(-2)^2*3", r"(-2)*(-2)=4;4*3=12;\boxed{12}"),
        ("(3-8)*2", r"3-8=-5;(-5)*2=-10;\boxed{-10}"),
        ("1/2+1/3", r"(1/2)+(1/3)=5/6;\boxed{\frac{5}{6}}"),
        ("1/3-1/2", r"(1/3)-(1/2)=-1/6;\boxed{-\frac{1}{6}}"),
        ("-3-4", r"(-3)-4=-7;\boxed{-7}"),
        (" 7 + 5 ", r"7+5=12;\boxed{12}"),
        ("13", r"\boxed{13}"),
        ("x=5", r"\boxed{5}"),
    ],
)
def test_worked_solutions(question, solution):
    worked = work(question)
    assert worked.text == solution
    assert truth(question) == worked.answer == boxed(solution)
    assert difficulty(question) == len(worked.steps) == solution.count(";")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "2+",
        "2+*3",
        "(2+3",
        "2+3)",
        "3+4=7",
        "x+y=3",
        "x+x=4",
        "2*(x+1)=x",
        "x=x",
        "0*x=3",
        "0*x=0",
        "5/x=0",
        "0/x=4",
        "1/0",
        "x/0=1",
        "5 mod 0",
        "(1/2) mod 3",
        "gcd(0,4)",
        "gcd(4)",
        "-2^2",
        "2^3^2",
        "2^(1/2)",
        "2^100",
        "9^30",
        "10000000000",
        "x^2=4",
        "x mod 3=1",
        "5% of",
        "5%",
        "2*3/4 of 8",
        "1/2/3 of 8",
        "4 of 8",
        "2+3=5=5",
        "What is 2+3?",
        "2+3\x00",
        "__import__('os')",
        "٣+٤",
        "²",
        "(" * 60 + "1" + ")" * 59,
        "1+" * LONGEST + "1",
        "(" * 13 + "1" + ")" * 13,
    ],
)
def test_what_is_not_in_the_language_has_no_truth(text):
    assert truth(text) is None
    assert difficulty(text) is None


numbers = st.integers(0, 99)
expressions = st.recursive(
    numbers.map(str),
    lambda inner: st.builds("({}{}{})".format, inner, st.sampled_from("+-*"), inner),
    max_leaves=4,
)


@given(expressions)
def test_integer_expressions_agree_with_python(text):
    assert truth(text) == str(eval(text))


@given(numbers, numbers, st.integers(1, 30), st.integers(1, 30))
def test_fractions_agree_with_pythons(a, b, c, d):
    value = Fraction(a, c) - Fraction(b, d)
    expected = str(abs(value)) if value.denominator == 1 else rf"\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    assert truth(f"{a}/{c}-{b}/{d}") == ("-" if value < 0 else "") + expected


@given(st.integers(-50, 50).filter(bool), st.integers(0, 50), st.integers(-99, 99))
def test_the_solution_of_an_equation_satisfies_it(a, b, c):
    x = Fraction(c - b, a)
    shown = f"({a})" if a < 0 else str(a)
    answer = truth(f"{shown}*x+{b}={c}")
    expected = str(abs(x)) if x.denominator == 1 else rf"\frac{{{abs(x.numerator)}}}{{{x.denominator}}}"
    assert answer == ("-" if x < 0 else "") + expected


@given(st.text(alphabet="0123456789+-*/^%()=x ,gcdlmof", max_size=30))
def test_any_text_is_read_or_refused_and_a_worked_solution_holds(text):
    worked = work(text)
    if worked is not None and worked.steps:
        assert trace_holds(worked.text, worked.answer)


@pytest.mark.parametrize(
    ("text", "answer", "holds"),
    [
        (r"7+5=12;12*3=36;\boxed{36}", "36", True),
        (r"7+5=12; 12*3=36; \boxed{36}", "36", True),
        (r"7+5=13;13*3=39;\boxed{39}", "39", False),
        (r"7+5=12;12*3=36;\boxed{35}", "35", False),
        (r"36=36;\boxed{36}", "36", False),  # nothing was worked out
        (r"36;\boxed{36}", "36", False),
        (r"\boxed{36}", "36", False),
        ("", "36", False),
        (r"6*6=36=36;\boxed{36}", "36", False),
        (r"x=36;\boxed{36}", "36", False),
    ],
)
def test_a_trace_holds_when_every_step_is_true_and_ends_in_the_answer(text, answer, holds):
    assert trace_holds(text, answer) is holds


async def test_true_answers_are_what_math_verify_reads():
    right = [("3*9", "27"), ("3*9", "x=27"), ("3-8", "-5"), ("1/2+1/3", "5/6"), ("1/3-1/2", r"-\frac{1}{6}")]
    wrong = [("3*9", "72"), ("3-8", "5"), ("1/2+1/3", "6/5")]
    jobs = {AnswerJob(truth(question), answer): True for question, answer in right}
    jobs |= {AnswerJob(truth(question), answer): False for question, answer in wrong}
    async with MathVerifier(workers=1) as verifier:
        assert {job: (await verifier.check(job)).proved for job in jobs} == jobs
