"""Answers as text: the box, the form, and the parts."""

import contextlib
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.answers import Group, Leaf, Numeral, Reading, Relation, Unreadable, Words, boxed, format_fault, read, tidy


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (r"so \boxed{5}.", "5"),
        (r"\boxed{1}, no: \boxed{2}", "2"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"\boxed {  7 }", "7"),
        (r"\boxed{\{1,2\}}", r"\{1,2\}"),
        (r"\boxed{\left\{1\right.}", r"\left\{1\right."),
        (r"\boxed{\boxed{3}}", "3"),
        (r"\boxed{4} and then \boxed{5", "4"),
        (r"{ open \boxed{6}", "6"),
        (r"} shut \boxed{6}", "6"),
        (r"\boxed{}", ""),
        ("\\boxed{a\nb}", "a\nb"),
        (r"boxed{5}", None),
        (r"\boxed{5", None),
        (r"\boxed{{5}", None),
        (r"\boxed 5", None),
        ("", None),
    ],
)
def test_the_last_box_that_closes(text, content):
    assert boxed(text) == content


@given(st.text(r"{}\ab", max_size=30), st.sampled_from(["1", r"\frac{1}{2}", r"\{a\}", "{}", "x y"]))
def test_a_box_at_the_end_is_found_after_anything(before, content):
    assert boxed(f"{before} \\boxed{{{content}}}") == content
    assert boxed(f"{before} \\boxed{{{content}}} {before.replace('{', '').replace('}', '')}") == content


@pytest.mark.parametrize("text", ["\\boxed{" * 60_000, "{" * 400_000, "\\boxed{1}" * 40_000, "}" * 400_000])
def test_a_box_is_sought_in_linear_time(text):
    began = time.process_time()
    boxed(text)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (None, "no boxed answer"),
        ("", "an empty answer"),
        (" \n", "an empty answer"),
        ("1" * 1_001, "longer than 1,000 characters"),
        ("1" * 1_000, ""),
        ("5", ""),
        ("nonsense((", ""),  # the form is good; whether it can be read is another question
    ],
)
def test_the_form_of_an_answer(answer, fault):
    assert format_fault(answer) == fault


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        (r"$ \left( 3, \dfrac{\pi}{2} \right) $", r"( 3, \frac{\pi}{2} )"),
        (r"11,\! 111,\! 100", "11111100"),
        ("1{,}000", "1000"),
        ("−5.", "-5"),
        (".5", ".5"),
        ("√2", r"\sqrt{2}"),
        ("x²", "x^2"),
        (r"\[ 7 \]", "7"),
        (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
        ("-1./3", "-1/3"),
    ],
)
def test_what_only_sets_a_text_goes(text, tidied):
    assert tidy(text) == tidied


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,000", 1_000), ("10 000", 10_000), ("1{,}000", 1_000), (r"10,\!080", 10_080), (r"\$32,\!348", 32_348), ("-7", -7), ("+2", 2),
        ("18.90", Fraction(189, 10)), (".5", Fraction(1, 2)), ("5.", 5), (r"\$18.90", Fraction(189, 10)),
        (r"90^\circ", 90), ("90°", 90), ("4.5e3", 4_500), (r"4.5\times 10^{3}", 4_500), (r"4.5 \cdot 10^3", 4_500),
        ("2e-3", Fraction(1, 500)), ("$1{,}234{,}567$", 1_234_567), ("−3", -3), ("(5)", 5), (r"{5}", 5), (r"\text{5}", 5),
        (r"0.1\overline{6}", Fraction(1, 6)), (r"-2.\bar3", Fraction(-7, 3)), (r"0.\overline{09}", Fraction(1, 11)), ("114{,}200", 114_200), ("276,000", 276_000), ("366,400", 366_400), ("100,050,200", 100_050_200),
    ],
)  # fmt: skip
def test_numbers_as_they_are_written(text, value):
    number = read(text)
    assert isinstance(number, Numeral)
    assert number.exact == value


@pytest.mark.parametrize(("text", "exact"), [("10%", Fraction(1, 10)), (r"62.5\%", Fraction(5, 8)), ("52_8", 52)])
def test_per_cent_and_bases(text, exact):
    assert read(text).exact == exact


@pytest.mark.parametrize(
    ("text", "slack"),
    [("0.333", 0), ("1.25", 0), ("3", 0), ("31415", 0), ("0.3333", Fraction(1, 20_000)), ("1.4903e4", Fraction(1, 2))],
)
def test_a_long_decimal_is_rounded_and_a_short_one_exact(text, slack):
    assert read(text).slack == slack


@pytest.mark.parametrize(
    ("text", "kind", "parts"),
    [
        ("1,2,3", "list", 3),
        (r"\{1,2,3\}", "set", 3),
        ("(1,2)", "()", 2),
        ("(1,2]", "(]", 2),
        ("[1,2)", "[)", 2),
        ("(312,123,231)", "()", 3),
        ("(1,8,19), (2,7,13)", "list", 2),
        (r"1 \pm \sqrt{19}", "list", 2),
        (r"\{1\pm\sqrt{5},-2\}", "set", 3),
        (r"3 \text{ and } 5", "list", 2),
        ("3, 5, and 7", "list", 3),
        ("x=1 or x=2", "list", 2),
        (r"\emptyset", "set", 0),
        (r"\{\}", "set", 0),
        ("2500,7500", "list", 2),
        ("100, 200", "list", 2),
        ("10, 800", "list", 2),
        ("$69$,$84$", "list", 2),
        (r"(0,9)\cup(9,36)", "union", 2),
        ("1;2;3", "list", 3),
        ("x<1 or x>2", "or", 2),
        ("x=1, 2", "list", 2),
    ],
)
def test_kinds_are_read_off_the_text(text, kind, parts):
    group = read(text)
    assert isinstance(group, Group)
    assert (group.kind, len(group.parts)) == (kind, parts)


@pytest.mark.parametrize("text", ["(a+5)(b+2)", "ab", r"\cot x", "x_{1,2}"])
def test_leaves_are_for_algebra(text):
    assert read(text) == Leaf(tidy(text))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5 apples", "apple"), (r"5\text{ boxes}", "box"), ("5cm", "cm"), (r"5\,\mathrm{cm}^2", "cm^2"), (r"5\text{ sq. ft}", "ft^2"), (r"5\text{ cubic feet}", "ft^3"), ("3 hours", "h"), (r"5\text{ m/s}^2", "m/s^2"),
        (r"5\text{ dollars per hour}", "dollar/h"), (r"\$5", "dollar"), ("5€", "euro"), ("90°", "degree"), (r"9^{\circ}\mathrm{C}", "degree-C"), ("-3 pm", "pm"), (r"\frac12\text{ cup}", "cup"), (r"3\sqrt{2}\text{ m}", "m"), ("5", ""), ("5x", ""), ("6 ab", ""),
        (r"3\text{i}", ""), (r"5\text{u}", ""), ("10%", ""),
    ],
)  # fmt: skip
def test_a_constant_keeps_its_unit(text, unit):
    assert read(text).unit == unit


@pytest.mark.parametrize(
    ("text", "signs", "name"),
    [
        ("x=5", ["="], "x"),
        ("N = 5", ["="], "n"),
        ("f(x)=2x", ["="], "f(x)"),
        ("F(2)=2", ["="], "F(2)"),
        ("(x,y)=(1,2)", ["="], "(x,y)"),
        (r"x \in [-2,7]", ["in"], "x"),
        (r"x=\frac13\approx0.33", ["=", "approx"], "x"),
        (r"m_{\max }=4", ["="], r"m_\max"),
        ("AB=5", ["="], "ab"),
        ("xy=5", ["="], ""),
        ("n(n+1)=6", ["="], ""),
        ("x+y=5", ["="], ""),
        ("5=x", ["="], ""),
        (r"0\leqslant x<1", ["<=", "<"], ""),
        ("x<5", ["<"], ""),
    ],
)
def test_a_relation_has_signs_and_may_name_a_value(text, signs, name):
    relation = read(text)
    assert isinstance(relation, Relation)
    assert (list(relation.signs), relation.name) == (signs, name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"\text{Evelyn}", "evelyn"),
        ("Evelyn", "evelyn"),
        (r"\text{(C)}", "c"),
        ("no", "no"),
        ("north east", "north east"),
    ],
)
def test_words_are_no_products(text, words):
    assert read(text) == Words(words)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("$$", "empty"),
        ("1,,2", "empty"),
        ("(((", "match"),
        ("1)", "match"),
        (r"\frac{1}{", "match"),
        (r"\{1", "match"),
        ("(" * 21 + "1" + ")" * 21, "deep"),
        ("1" * 201, "200 digits"),
        ("1e9999", "too large"),
        ("1e999999999999", "too large"),
        ("1\u200b0", "invisible"),
        ("\x00", "invisible"),
        ("the answer is 5", "prose"),
        ("x=5 because it fits", "prose"),
        ("5 7", "side by side"),
        (r"864 \mbox{ inches}^2+10^{-20}", "words within"),
        (r"x\text{ cm}", "words within"),
        (r"5\text{ million}", "`million` after"),
        (r"5\text{ is wrong}", "`is wrong` after"),
        (r"5\text{00}", "`00` after"),
        ("5 million", "prose"),
        ("0.333...", "ellipsis"),
        (r"1,3,\dots", "ellipsis"),
        (r"5\overline{3}", "within a formula"),
        ("1,000, 2,000", "thousands"),
        ("2024-01-02", "within a formula"),
        (r"\{x: x>1\}", "condition"),
        (r"x\text{ if } x>0", "words within"),
        ("1" + ",1" * 101, "parts"),
        ("x" * 1_001, "1,000"),
    ],
)
def test_what_cannot_be_read_says_why(text, why):
    with pytest.raises(Unreadable, match=why):
        read(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(Unreadable):
        assert isinstance(read(text), Reading)
