"""What the conjecturer is prompted with: unique, capped, drawn by the generator alone (STP, section 3.1)."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conjecture.seeds import (
    ConjectureInput,
    ProvedStatement,
    SeedSettings,
    conjecture_inputs,
    samples_per_input,
    target_inputs,
)

ALWAYS, NEVER = SeedSettings(trivial_lemma_probability=1.0), SeedSettings(trivial_lemma_probability=0.0)
SELDOM = SeedSettings(trivial_lemma_probability=1e-12)


def draw(proved, known, count, seed=0, settings=SeedSettings()):
    return conjecture_inputs(proved, known, count, np.random.default_rng(seed), settings)


def test_one_lemma_has_a_tenth_of_the_inputs():
    proved = [ProvedStatement(f"s{n}", "p", ("l", f"own{n}")) for n in range(60)]
    known = {"l", *(f"own{n}" for n in range(60))}
    for seed in range(5):
        found = Counter(i.lemma for i in draw(proved, known, 50, seed, NEVER))
        assert found["l"] <= 5
        assert found.total() == 50
        assert max(found.values()) == found["l"]
    assert Counter(i.lemma for i in draw(proved, {"l"}, 50, 0, NEVER)) == {"l": 5}
    assert Counter(i.lemma for i in draw(proved, {"l"}, 50, 0, ALWAYS)) == {"l": 5, "": 5}


def test_the_cap_lets_one_through_however_few_inputs_are_wanted():
    proved = [ProvedStatement(f"s{n}", "p", ("l",)) for n in range(9)]
    assert Counter(i.lemma for i in draw(proved, {"l"}, 3, 0, NEVER)) == {"l": 1}


def test_a_proof_without_a_known_lemma_serves_with_the_trivial_one():
    proved = [ProvedStatement(f"s{n}", "simp", ("unknown",)) for n in range(30)]
    found = draw(proved, {"other"}, 50, 0, SELDOM)
    assert sorted(i.statement for i in found) == sorted(f"s{n}" for n in range(30))
    assert {i.lemma for i in found} == {""}


def test_without_the_trivial_lemma_or_its_exception_such_a_proof_is_no_prompt():
    proved = [ProvedStatement(f"s{n}", "simp", ("unknown",)) for n in range(30)]
    assert draw(proved, {"other"}, 50, 0, NEVER) == []
    paper = SeedSettings(trivial_lemma_probability=1.0, trivial_lemma_alone=False)
    assert len(draw(proved, {"other"}, 50, 0, paper)) == 5  # the trivial lemma is capped like any other


def test_the_trivial_lemma_joins_every_second_proof():
    proved = [ProvedStatement(f"s{n}", "simp", (f"l{n}",)) for n in range(2000)]
    found = draw(proved, {f"l{n}" for n in range(2000)}, 100_000)
    assert 900 < sum(not i.lemma for i in found) < 1100


def test_copies_repeat_a_prompt():
    proved = [ProvedStatement("plain", "p", ("a",)), ProvedStatement("valid", "p", ("b",), copies=3)]
    found = Counter(i.statement for i in draw(proved, {"a", "b"}, 50, 0, NEVER))
    assert found == {"plain": 1, "valid": 3}


def test_only_what_is_understood_is_a_prompt():
    proved = [ProvedStatement(f"s{n}", "p", (), n / 20) for n in range(21)]
    assert {i.statement for i in draw(proved, (), 50)} == {f"s{n}" for n in range(8, 21)}  # above 7/20 = 0.35


def test_an_empty_library_gives_no_inputs():
    assert draw([], {"l"}, 10) == []
    assert draw([ProvedStatement("s", "p", ("l",))], {"l"}, 0) == []


def test_a_mapping_of_lemmas_does_as_well():
    proved = [ProvedStatement("s", "p", ("l",))]
    assert draw(proved, {"l": ": True"}, 9, 0, NEVER) == [ConjectureInput("s", "p", "l")]


PROVED = st.lists(
    st.builds(
        ProvedStatement,
        st.sampled_from([f"s{n}" for n in range(12)]),
        st.sampled_from(["simp", "ring"]),
        st.lists(st.sampled_from("abcd"), max_size=4).map(tuple),
        st.sampled_from([0.1, 0.35, 0.4, 1.0]),
    ),
    max_size=30,
)


@given(
    PROVED, st.sets(st.sampled_from("abc")), st.integers(0, 60), st.integers(0, 2**32), st.sampled_from([0.0, 0.5, 1.0])
)
def test_inputs_are_unique_capped_and_repeatable(proved, known, count, seed, chance):
    settings = SeedSettings(trivial_lemma_probability=chance)
    inputs = draw(proved, known, count, seed, settings)
    assert inputs == draw(proved, known, count, seed, settings)
    assert len(inputs) <= count
    assert len({(i.statement, i.lemma) for i in inputs}) == len(inputs)
    cap = max(int(settings.lemma_cap * count), 1)
    assert all(n <= cap for lemma, n in Counter(i.lemma for i in inputs).items() if lemma)
    for item in inputs:
        sources = [p for p in proved if (p.statement, p.proof) == (item.statement, item.proof) and p.pass_rate > 0.35]
        assert any(item.lemma in p.lemmas or not item.lemma for p in sources)
        assert not item.lemma or item.lemma in known
    if chance == 0:
        assert all(i.lemma for i in inputs)


def test_other_seeds_give_other_orders():
    proved = [ProvedStatement(f"s{n}", "p", ()) for n in range(20)]
    assert draw(proved, (), 20, 1) != draw(proved, (), 20, 2)
    assert len(draw(proved, (), 7, 1)) == 7


@pytest.mark.parametrize(
    ("inputs", "target", "least", "times"),
    [(40, 50, 1, 3), (50, 50, 1, 3), (1, 50, 1, 8), (0, 50, 1, 8), (150, 50, 1, 1), (1000, 50, 1, 1), (60, 50, 1, 2),
     (10, 0, 1, 1), (60, 50, 4, 4), (1, 50, 9, 9)],
)  # fmt: skip
def test_how_often_an_input_is_sampled(inputs, target, least, times):
    assert samples_per_input(inputs, 3 * target, least) == times


@given(st.lists(st.text("abc", min_size=1), unique=True), st.integers(0, 20), st.integers(0, 2**32))
def test_targets_are_prompts_once_each(targets, count, seed):
    found = target_inputs(targets, count, np.random.default_rng(seed))
    assert found == target_inputs(targets, count, np.random.default_rng(seed))
    assert len(found) == min(count, len(targets)) == len({i.statement for i in found})
    assert {i.statement for i in found} <= set(targets)
    assert all(i.proof is None and i.lemma == "" for i in found)
