"""Which answers are equal, and which of math-verify's lenient cases are not."""

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verify.equality import judge
from verify.records import Outcome

EQUAL = [
    ("5", "5.0"), ("1/2", r"\frac{1}{2}"), ("0.5", r"\frac12"), (r"\frac{14}{3}", "14/3"), (r"1\frac{4}{5}", r"\frac95"), ("1 2/3", r"\frac53"), ("-1 2/3", r"-\frac53"),
    ("1{,}000", "1000"), ("1,000", "1000"), (r"10,\!080", "10080"), (r"\$18.90", "18.9"), (r"\$36", "36"),
    ("10%", "0.1"), (r"10\%", r"\frac{1}{10}"), ("9%", "9"), (r"62.5\%", "62.5"), (r"90^\circ", "90"), ("52_8", "52"),
    (r"3\sqrt{13}", r"\sqrt{117}"), (r"\frac{1}{\sqrt2}", r"\frac{\sqrt{2}}{2}"), ("2^{1009}", r"2\cdot 2^{1008}"),
    (r"\frac{100!}{2^{50}}", r"100!/2^{50}"), (r"\binom{10}{3}", "120"), ("6-5i", "-5i+6"), ("4.5e33", r"4.5\times 10^{33}"),
    ("(x+1)^2", "x^2+2x+1"), ("1.5x+2", r"\frac{3x}{2}+2"), (r"\sin^2 x", r"1-\cos^2 x"), ("ab", "ba"), ("√2", r"\sqrt 2"),
    (r"5 \text{ cm}", "5"), ("5 apples", "5"),
    ("x=3", "3"), ("3", "x=3"), ("x=3", "x = 3"), ("f(x)=2x", "2x"), ("y=2x+3", "2x-y+3=0"), (r"k \geqslant 2", r"2 \le k"),
    ("1,2,3", "3,2,1"), ("3, 5, and 7", "3,5,7"), (r"1\pm\sqrt{19}", r"1-\sqrt{19}, 1+\sqrt{19}"), ("a=2, a=-6", "a=-6, a=2"),
    (r"\{1,2\}", r"\{2,1\}"), (r"\{1,2\}", r"\{2,1,1\}"), (r"\{1\pm\sqrt5,-2\}", r"\{-2,1+\sqrt5,1-\sqrt5\}"), (r"\emptyset", r"\{\}"),
    ("(1,2)", r"\left(1,\frac42\right)"), ("(1,8,19),(2,7,13)", "(2,7,13),(1,8,19)"), ("(x,y)=(1,2)", "(1,2)"),
    (r"(-\infty,2)\cup(3,\infty)", r"(3,\infty)\cup(-\infty,2)"), ("[0,1]", r"[0,\frac12]\cup[\frac12,1]"), (r"x\in[-2,7]", "[-2,7]"),
    (r"\begin{pmatrix} -1/3 \\ 2 \end{pmatrix}", r"\begin{pmatrix} -\frac13 \\ 2 \end{pmatrix}"),
    (r"\text{Evelyn}", "evelyn"), (r"\text{even}", "Even"), ("no", r"\text{No}"), (r"(-\infty, 2]", r"(-\infty,2]"), (r"-\infty", "-∞"),
    ("C", "(C)"), (r"\text{(C)}", "C"), ("B", r"\textbf{(B)}"), ("A", "A."),
]  # fmt: skip

DIFFERENT = [
    (r"\sqrt{2}", "1.414213562"), (r"\frac13", "0.333333"), (r"\pi", "3.14159265358979"), ("e", "2.718281828459045"),
    ("(1,2)", r"\{1,2\}"), ("(1,2)", "1,2"), ("(1,2)", "[1,2]"), ("(1,2)", "(2,1)"), ("(1,2]", "[1,2]"),
    ("1,2,3", r"\{1,2,3\}"), ("1,2,3", "(1,2,3)"), ("1,1,2", "1,2,2"), ("1,2", "1,2,3"), ("-2,-2", "-2"), ("1", r"\{1\}"),
    ("a+b", "a+b+10^{-20}"), ("a+b", "a+c"), (r"\sqrt2", r"\sqrt{2}+10^{-20}"), ("x<5", "x<5+10^{-20}"), ("x<5", r"x\le 5"),
    ("5", "x-x+5"), ("5", "3=5"), ("5", "5x"), ("x=5", "y=5"), ("x", "y"), ("2x", "y=3x"), ("1.25", "1.254"), ("0.5", "0.54"),
    ("0.5", "0.5%"), ("52_8", "52_9"), ("100", "100%0"), ("1000", "1,00"), ("12", "21"),
    ("y'+y", "y+y"), ("5", "5'"), (r"\infty", r"-\infty"), (r"\frac12", r"\frac12 \text{ percent}"), (r"\text{Evelyn}", "nylevE"), ("even", "neve"), ("864", r"864 \mbox{ a}+x^{2}"), ("12", "5 7"), ("5", r"\{5\}"), ("no", "on"), ("yes", "1"),
    ("A", "B"), ("A", "A B"), ("C", "C^2"), ("C", "A, B, C, D"), (r"\text{(C)}", "5"),
    (r"(0,9)\cup(9,36)", "(0,36)"), ("[0,1]", "[0,1]\\cup[2,3]"), (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}2\\1\end{pmatrix}"),
]  # fmt: skip
"""In both directions, whichever is the reference; what cannot be read is no equality either."""


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal_answers_in_both_directions(one, other):
    assert judge(one, other)[0] is Outcome.PROVED
    assert judge(other, one)[0] is Outcome.PROVED


def test_a_letter_may_be_followed_by_what_it_stands_for():
    assert judge("D", "D. 42")[0] is Outcome.PROVED
    assert judge("D", "C. 42")[0] is not Outcome.PROVED
    assert judge("D. 42", "D")[0] is Outcome.OUT_OF_PROFILE


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_lenient_cases_are_closed_in_both_directions(one, other):
    assert judge(one, other)[0] is not Outcome.PROVED
    assert judge(other, one)[0] is not Outcome.PROVED
    assert judge(one, one)[0] is Outcome.PROVED


@pytest.mark.parametrize(("reference", "answer"), [("0<=x<1", "[0,1)"), (r"0 \le x < 1", "[0,1)")])
def test_the_reference_is_never_taken_for_the_answer(reference, answer):
    """math-verify's own asymmetry: were the two exchanged anywhere, this would be the other way round."""
    assert judge(reference, answer)[0] is Outcome.PROVED
    assert judge(answer, reference)[0] is Outcome.FAILED


@pytest.mark.parametrize(
    ("reference", "answer", "equal"),
    [
        ("1.4142", "1.41421356", True),
        ("1.41421356", "1.4142", False),
        ("1.4142", "1.4143", False),
        ("1.4142", r"\sqrt{2}", False),
        ("1.414213562", r"\sqrt{2}", False),
        ("1.50", "1.5", True),
        ("0.1235", "12.35%", True),
    ],
)
def test_a_decimal_reference_at_its_own_precision(reference, answer, equal):
    assert (judge(reference, answer)[0] is Outcome.PROVED) == equal


@pytest.mark.parametrize(
    "hostile",
    [
        "9^{9^{9^9}}", "2^{3000000000}", "(10^8)!", "100000000!", "5!!!!!", "((((5!)!)!)!)!", r"\binom{1000000000}{500000000}",
        "10^{10^{10}}", r"\infty 5", r"\infty-\infty", r"\frac{0}{0}", r"\frac{1}{2}+", r"\foo\frac{1}{2}", "x\\ldots+1", '5"', "1e999999", "x^{999999999}", r"\left(3^{9000}\right)!", "1" * 300, "(" * 30 + "1" + ")" * 30,
        r"\frac{1}{", r"\frac{1}{2}}", "😀" * 50, "\\" * 50, "\x00\x01", "the answer is 5", "\ud800", r"\end{x}", "____",
    ],
)  # fmt: skip
def test_hostile_texts_are_refused_as_answers_and_reported_as_references(hostile):
    assert judge("5", hostile)[0] is Outcome.REFUSED
    outcome, reason = judge(hostile, "5")
    assert outcome is Outcome.OUT_OF_PROFILE
    assert reason.startswith("the reference cannot be read")
    assert judge(hostile, hostile)[0] is Outcome.OUT_OF_PROFILE  # depends on the reference alone


def renderings(value: Fraction) -> list[str]:
    p, q = value.numerator, value.denominator
    texts = [
        rf"\frac{{{p}}}{{{q}}}",
        f"{p}/{q}",
        rf"\dfrac{{{p}}}{{{q}}}",
        f"${p}/{q}$",
        rf"\frac{{{2 * p}}}{{{2 * q}}}",
    ]
    if q == 1:
        texts += [str(p), f"{p}.0"]
    if 10**6 % q == 0:
        texts.append(f"{float(value):.6f}")
    return texts


rationals = st.fractions(-50, 50, max_denominator=40)


@settings(max_examples=40, deadline=None)
@given(rationals, rationals, st.data())
def test_ways_of_writing_a_rational(one, other, data):
    first, second = (data.draw(st.sampled_from(renderings(one))) for _ in range(2))
    assert judge(first, second)[0] is Outcome.PROVED
    assume(one != other)
    assert judge(first, data.draw(st.sampled_from(renderings(other))))[0] is Outcome.FAILED


elements = st.sampled_from(["1", "2", "0.5", r"\frac12", r"\sqrt{2}", "1.41", "x", "10%", "0.1", r"\sqrt{8}/2"])
shapes = st.sampled_from(["{}", "({},{})", "[{},{}]", "({},{}]", r"\{{{},{}\}}", "{},{}", "x={}", r"\{{{}\}}", "{}+x"])


@st.composite
def texts(draw):
    shape = draw(shapes)
    return shape.format(*(draw(elements) for _ in range(2)))


@settings(max_examples=60, deadline=None)
@given(texts(), texts())
def test_equality_is_reflexive_and_symmetric(one, other):
    assert judge(one, one)[0] is Outcome.PROVED
    assert (judge(one, other)[0] is Outcome.PROVED) == (judge(other, one)[0] is Outcome.PROVED)
