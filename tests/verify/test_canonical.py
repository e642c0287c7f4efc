"""Canonical forms: the same for every order of the binders, different for different statements."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.canonical import canonical


def reordered(keys: list[str], order: list[int]) -> list[str]:
    """The keys with binder order[i] in place i, and all references following."""
    place = {old: new for new, old in enumerate(order)}
    moved = [keys[i] for i in order] + [keys[-1]]
    return ["".join(f"${place[int(p)]};" if n % 2 else p for n, p in enumerate(split(key))) for key in moved]


def split(key: str) -> list[str]:
    pieces = key.replace("$", "\0").replace(";", "\0").split("\0")
    return pieces


@st.composite
def statements(draw) -> list[str]:
    variables = draw(st.integers(1, 4))
    reference = st.integers(0, variables - 1).map(lambda i: f"${i};")
    types = draw(st.lists(st.sampled_from(["ℝ", "ℕ"]), min_size=variables, max_size=variables))
    hypotheses = draw(
        st.lists(st.tuples(reference, st.sampled_from("<=≤"), st.one_of(reference, st.just("0"))), max_size=4)
    )
    goal = draw(st.lists(reference, min_size=1, max_size=4))
    return [*types, *(" ".join(h) for h in hypotheses), " + ".join(goal)]


@given(statements(), st.randoms())
def test_the_order_of_binders_does_not_matter(keys, rng: random.Random):
    order = list(range(len(keys) - 1))
    rng.shuffle(order)
    assert canonical(reordered(keys, order)) == canonical(keys)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["ℝ", "ℝ", "$0; < $1;"], ["ℝ", "ℝ", "$0; < $0;"]),
        (["ℝ", "ℝ", "$0; < 1", "$0; < $1;"], ["ℝ", "ℝ", "$0; < 1", "$1; < $0;"]),
        (["ℝ", "ℕ", "$0; = $1;"], ["ℝ", "ℝ", "$0; = $1;"]),
        (["ℝ", "0 < $0;", "$0;"], ["ℝ", "$0;"]),
        (["1 = 1"], ["1 = 2"]),
        # a path and a triangle with a tail: the same numbers of mentions
        (["V"] * 4 + ["$0;$1;", "$1;$2;", "$2;$3;", "G"], ["V"] * 4 + ["$0;$1;", "$1;$2;", "$2;$0;", "G"]),
        # six in a ring and two rings of three: colours alone cannot tell them apart
        (
            ["V"] * 6 + ["$0;$1;", "$1;$2;", "$2;$3;", "$3;$4;", "$4;$5;", "$5;$0;", "G"],
            ["V"] * 6 + ["$0;$1;", "$1;$2;", "$2;$0;", "$3;$4;", "$4;$5;", "$5;$3;", "G"],
        ),
    ],
)
def test_different_statements_have_different_forms(one, other):
    assert canonical(one) != canonical(other)
