"""What the bundled domain teaches: pieces of knowledge, questions by topic and difficulty, the cold start, the probe.

Made for models from nothing, which must begin in the middle: neither lost nor done. So the numbers are small (running
values are integers from 0 to 99, what is added or multiplied has one digit), and a question's
level is the number of its steps, 1 to 4. And an answer must not be guessable, or p > 0.2 says nothing: it has two
digits in every question that is made here, 90 values in all.

Every sixth question, by a hash of its text, is held out: the cold start never shows one, and the probe is made of
them alone. The proposer can still come upon one in play; `held_out` tells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from conjecture.arithmetic import Worked, work
from verify.records import content_id
from verify.statements import BadInput

Topic = Literal[
    "sums", "order of operations", "equations", "fractions", "percentages", "powers", "remainders", "divisors"
]
LEVELS = (1, 2, 3, 4)


class Lesson(NamedTuple):
    """A piece of knowledge and its topic."""

    topic: Topic
    text: str


LESSONS = tuple(
    Lesson(topic, text)
    for topic, texts in {
        "sums": (
            "Sums and differences are worked from left to right: in 47-5+8 first take 5 from 47, then add 8.",
            "Adding a digit to a number: when the ones make ten or more, carry one to the tens. 47+8=55.",
            "Taking a digit from a number: when the ones are too few, borrow ten from the tens. 52-7=45.",
        ),
        "order of operations": (
            "Brackets are worked first, then products, then sums. In (7+5)*3 the sum comes first.",
            "A product binds more than a sum: 7+5*3 is 7 and 15, which is 22.",
            "Brackets inside brackets are worked from the inside out: ((2+3)*4-6)*5.",
        ),
        "equations": (
            "An equation stays true when the same is done to both sides. From x+8=55 take 8: x=47.",
            "To find x in 3*x-4=77 undo the last operation first: add 4, then divide by 3.",
            "With brackets around the sum, (x+3)*4=60, divide by 4 first, then take 3.",
        ),
        "fractions": (
            "A fraction of a number: divide by the lower number, multiply by the upper one. 3/4 of 48 is 36.",
            "Half of a number is the number divided by 2, a third the number divided by 3.",
            "Parts of the same whole can be added: work out each part, then add.",
        ),
        "percentages": (
            "Percent means hundredths: 50% is a half, 25% a quarter, 20% a fifth, 10% a tenth.",
            "75% of a number is three quarters of it: divide by 4, multiply by 3.",
            "Take the percentage of a number first, then add or take away the rest.",
        ),
        "powers": (
            "A power is a product of equal factors: 3^3 is 3*3*3, that is 27.",
            "A square is a number times itself: 7^2=49. A cube takes the factor three times.",
            "Powers are worked before products and sums: 2^4+5 is 16+5.",
        ),
        "remainders": (
            "The remainder of a division is what is left over: 47 mod 6 is 5, since 47=7*6+5.",
            "A remainder is always smaller than the divisor: 58 mod 9 is 4.",
            "Work out the remainder first, then go on with it: (47 mod 6)*9 is 45.",
        ),
        "divisors": (
            "The greatest common divisor by Euclid: divide, keep the remainder, until it is 0. gcd(48,9)=3.",
            "The least common multiple is the product divided by the greatest common divisor. lcm(6,8)=24.",
            "Numbers without a common divisor have gcd 1, and their lcm is their product.",
        ),
    }.items()
    for text in texts
)


class Problem(NamedTuple):
    """A question of the domain with its worked solution; `level` is the number of steps."""

    question: str
    worked: Worked
    level: int
    topic: Topic


def held_out(question: str) -> bool:
    """Whether the question, up to white space, belongs to the sixth that no cold start shows."""
    return int(content_id("probe", "".join(question.split())), 16) % 6 == 0


def problem(rng: np.random.Generator, topic: Topic, level: int) -> Problem | None:
    """A question of this topic with so many steps; None where the draw had other steps or numbers out of bounds."""
    question = _TOPICS[topic].draw(rng, level)
    worked = work(question)
    if worked is None or len(worked.steps) != level or not worked.answer.isdigit() or len(worked.answer) != 2:
        return None
    values = [step.rpartition("=")[2] for step in worked.steps]
    return Problem(question, worked, level, topic) if all(v.isdigit() and int(v) <= 99 for v in values) else None


def probe(per_level: int = 200, topics: Sequence[Topic] = (), seed: int = 0) -> list[Problem]:
    """The fixed probe set: distinct held-out questions, so many of each level, in the order of levels.

    Without topics it has all of them. Raises BadInput when the topics hold fewer questions.
    """
    return [
        item
        for level in LEVELS
        for item in _distinct(np.random.default_rng([seed, 7, level]), per_level, topics or TOPICS, level, True)
    ]


@dataclass(frozen=True, slots=True)
class Lessons:
    """The cold start of both voices."""

    solver_rows: int = 20_000
    proposer_rows: int = 20_000
    label_noise: float = 0.1
    """The share of the proposer's rows whose last step and answer are wrong: a proposer that errs, as real ones do."""
    topics: tuple[Topic, ...] = ()
    """Empty: all."""
    levels: tuple[float, ...] = (0.25, 0.25, 0.25, 0.25)
    """The share of each level, 1 to 4, in the rows."""
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.levels) != len(LEVELS) or min(self.levels) < 0 or not sum(self.levels):
            raise ValueError("lessons want four shares of levels, none below 0 and not all 0")
        if not 0 <= self.label_noise <= 1 or min(self.solver_rows, self.proposer_rows) < 1:
            raise ValueError("lessons want label_noise from 0 to 1 and at least one row for each voice")


class ProposerRow(NamedTuple):
    """What a proposer is taught: shown the knowledge, write the question and the worked solution with its box."""

    knowledge: str
    question: str
    solution: str


def solver_rows(settings: Lessons) -> list[tuple[str, str]]:
    """(question, worked solution), drawn with repetition, never held out."""
    rng = np.random.default_rng([settings.seed, 1])
    return [(item.question, item.worked.text) for item in _drawn(rng, settings.solver_rows, settings)]


def proposer_rows(settings: Lessons) -> list[ProposerRow]:
    """Rows with a piece of knowledge of the question's topic; never held out."""
    rng = np.random.default_rng([settings.seed, 2])
    rows = []
    for item in _drawn(rng, settings.proposer_rows, settings):
        pieces = [lesson.text for lesson in LESSONS if lesson.topic == item.topic]
        worked = _spoiled(rng, item.worked) if rng.random() < settings.label_noise else item.worked
        rows.append(ProposerRow(pieces[rng.integers(len(pieces))], item.question, worked.text))
    return rows


def _spoiled(rng: np.random.Generator, worked: Worked) -> Worked:
    wrong = str((int(worked.answer) - 10 + rng.integers(1, 90)) % 90 + 10)
    left = worked.steps[-1].rpartition("=")[0]
    return Worked((*worked.steps[:-1], f"{left}={wrong}"), wrong)


def _drawn(rng: np.random.Generator, count: int, settings: Lessons) -> list[Problem]:
    shares = np.asarray(settings.levels) / sum(settings.levels)
    topics = settings.topics or TOPICS
    return [_one(rng, topics, int(level), held=False) for level in rng.choice(LEVELS, size=count, p=shares)]


def _one(rng: np.random.Generator, topics: Sequence[Topic], level: int, held: bool) -> Problem:
    able = [topic for topic in topics if level >= _TOPICS[topic].least]
    if not able:
        raise BadInput(f"none of the topics {', '.join(topics)} has questions of level {level}")
    topic = able[rng.integers(len(able))]
    while True:
        item = problem(rng, topic, level)
        if item is not None and held_out(item.question) == held:
            return item


def _distinct(rng: np.random.Generator, count: int, topics: Sequence[Topic], level: int, held: bool) -> list[Problem]:
    """Raises BadInput when the topics hold fewer questions than asked for."""
    found: dict[str, Problem] = {}
    missed = 0
    while len(found) < count:
        item = _one(rng, topics, level, held)
        missed = missed + 1 if item.question in found else 0
        if missed == 500:
            raise BadInput(f"these topics hold fewer than {count} held-out questions of level {level}")
        found[item.question] = item
    return list(found.values())


# Questions


def _grown(rng: np.random.Generator, text: str, value: int, steps: int, signs: str, loose: bool = False) -> str:
    """The text with so many operations more, each on the value so far, which stays from 0 to 99.

    `loose`: the text is a sum, which needs brackets before a product. Empty where an operation does not fit.
    """
    for _ in range(steps):
        sign = signs[rng.integers(len(signs))]
        after = {"+": value.__add__, "-": value.__sub__, "*": value.__mul__}[sign]
        fitting = [digit for digit in range(2, 10) if 0 <= after(digit) <= 99]
        if not fitting:
            return ""
        digit = fitting[rng.integers(len(fitting))]
        if sign == "*" and text == "x":
            text = f"{digit}*x"
        else:
            text = f"({text}){sign}{digit}" if loose and sign == "*" else f"{text}{sign}{digit}"
        value, loose = after(digit), sign != "*"
    return text


def _continued(rng: np.random.Generator, start: str, level: int) -> str:
    """The start with as many operations more as make up the level; empty where it has more steps already."""
    worked = work(start)
    left = level - len(worked.steps)
    if left < 0 or not worked.answer.isdigit():
        return ""
    return _grown(rng, f"({start})" if left and " " in start else start, int(worked.answer), left, "+-*")


def _sum(rng: np.random.Generator, level: int) -> str:
    value = int(rng.integers(2, 100))
    return _grown(rng, str(value), value, level, "+-")


def _order(rng: np.random.Generator, level: int) -> str:
    value = int(rng.integers(2, 25))
    if level > 1 and rng.random() < 0.5:
        a, b = rng.integers(2, 10, size=2)
        return _grown(rng, f"{value}+{a}*{b}", int(value + a * b), level - 2, "+-*", loose=True)
    return _grown(rng, str(value), value, level, "*" if level == 1 else "+-**")


def _equation(rng: np.random.Generator, level: int) -> str:
    x = int(rng.integers(10, 100))
    text = _grown(rng, "x", x, level, "+-*")
    return text and f"{text}={work(text.replace('x', str(x))).answer}"


def _fraction(rng: np.random.Generator, level: int) -> str:
    below = int(rng.integers(2, 10))
    above = 1 if level == 1 else int(rng.integers(1, below))
    return _continued(rng, f"{above}/{below} of {below * rng.integers(1, 99 // below + 1)}", level)


def _percentage(rng: np.random.Generator, level: int) -> str:
    percent, whole = ((50, 2), (25, 4), (75, 4), (20, 5), (40, 5), (60, 5), (10, 10), (30, 10))[rng.integers(8)]
    return _continued(rng, f"{percent}% of {whole * rng.integers(1, 99 // whole + 1)}", level)


def _power(rng: np.random.Generator, level: int) -> str:
    exponent = int(rng.integers(2, level + 2))
    return _continued(rng, f"{rng.integers(2, 10)}^{exponent}", level)


def _remainder(rng: np.random.Generator, level: int) -> str:
    return _continued(rng, f"{rng.integers(10, 100)} mod {rng.integers(2, 10)}", level)


def _divisor(rng: np.random.Generator, level: int) -> str:
    a, b = rng.integers(2, 10, size=2)
    if rng.random() < 0.5:
        return _continued(rng, f"lcm({a},{b})", level)
    return _continued(rng, f"gcd({rng.integers(10, 100)},{b})", level)


class _Draw(NamedTuple):
    """How a topic's questions are drawn, and the least number of steps at which there are enough of them."""

    draw: Callable[[np.random.Generator, int], str]
    least: int


_TOPICS: dict[Topic, _Draw] = {
    "sums": _Draw(_sum, 1),
    "order of operations": _Draw(_order, 1),
    "equations": _Draw(_equation, 1),
    "fractions": _Draw(_fraction, 1),
    "percentages": _Draw(_percentage, 1),
    "powers": _Draw(_power, 2),
    "remainders": _Draw(_remainder, 2),
    "divisors": _Draw(_divisor, 2),
}
TOPICS: tuple[Topic, ...] = tuple(_TOPICS)
