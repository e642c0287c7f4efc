"""The band by the binomial's own numbers, exact intervals, and an adaptive K that changes no selection."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from conjecture.band import AdaptiveK, Band, pass_rate_interval
from conjecture.selection import Candidate, SelectionSettings, select

PAPER, CODE = Band(0.25, True), Band(0.25, False)


def test_the_edges_at_32_samples():
    assert (PAPER.most(32), CODE.most(32)) == (8, 7)
    assert PAPER.below(8 / 32) and not CODE.below(8 / 32) and CODE.below(7 / 32)
    assert Band(1.0, True).most(32) == 32 and Band(0.0, False).most(32) == -1


@pytest.mark.parametrize(
    ("p", "code", "paper", "none"),
    [
        (0.005, 0.148, 0.148, 0.852), (0.01, 0.275, 0.275, 0.725), (0.02, 0.476, 0.476, 0.524),
        (0.05, 0.806, 0.806, 0.194), (0.1, 0.954, 0.962, 0.034), (0.2, 0.697, 0.825, 0.001),
        (0.25, 0.432, 0.593, 0.0), (0.3, 0.212, 0.344, 0.0), (0.4, 0.025, 0.057, 0.0), (0.5, 0.001, 0.004, 0.0),
    ],
)  # fmt: skip
def test_the_chance_to_be_accepted(p, code, paper, none):
    def chance(band: Band) -> float:
        return binom.cdf(band.most(32), 32, p) - binom.pmf(0, 32, p)

    assert chance(CODE) == pytest.approx(code, abs=6e-4)
    assert chance(PAPER) == pytest.approx(paper, abs=6e-4)
    assert binom.pmf(0, 32, p) == pytest.approx(none, abs=6e-4)


@given(st.integers(1, 80), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_intervals_are_exact(samples, data, confidence):
    correct = data.draw(st.integers(0, samples))
    low, high = pass_rate_interval(correct, samples, confidence)
    tail = (1 - confidence) / 2
    assert 0 <= low <= correct / samples <= high <= 1
    assert low == 0 if correct == 0 else binom.sf(correct - 1, samples, low) == pytest.approx(tail, rel=1e-6)
    assert high == 1 if correct == samples else binom.cdf(correct, samples, high) == pytest.approx(tail, rel=1e-6)


def test_an_interval_needs_samples():
    with pytest.raises(ValueError):
        pass_rate_interval(0, 0)


@given(st.integers(1, 70), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_blocks_are_the_samples_once_each(k, blocks):
    spans = list(AdaptiveK("certain", blocks=tuple(blocks)).spans(k))
    assert [i for first, size in spans for i in range(first, first + size)] == list(range(k))
    assert list(AdaptiveK("off", blocks=tuple(blocks)).spans(k)) == [(0, k)]


def stopped_at(made: list[bool], adaptive: AdaptiveK, band: Band) -> int:
    """The samples drawn of a conjecture whose K samples would be these."""
    drawn = 0
    for first, size in adaptive.spans(len(made)):
        if adaptive.settled(sum(made[:first]), first, len(made), band):
            break
        drawn = first + size
    return drawn


def candidate(index: int, made: list[tuple[bool, str, bool]]) -> Candidate:
    """A conjecture from its samples (correct, proof, whether it uses the lemma)."""
    correct = [(proof, uses) for right, proof, uses in made if right]
    used = frozenset("l" for _, uses in correct if uses)
    proofs = tuple(sorted({proof for proof, _ in correct}, key=len))
    return Candidate(f"s{index}", "x" * 40, "l" if index % 2 else "", len(made), len(correct), proofs, used)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([8, 13, 32]).flatmap(
        lambda k: st.lists(
            st.integers(0, 9).flatmap(
                lambda rate: st.lists(
                    st.tuples(
                        st.integers(0, 9).map(lambda n: n < rate), st.integers(1, 90).map(lambda n: "p" * n), st.booleans()
                    ),
                    min_size=k, max_size=k,
                )
            ),
            min_size=1, max_size=8,
        )
    ),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.sampled_from([0.1, 0.25, 0.5, 1.0]),
    st.booleans(),
    st.sampled_from(["drop", "keep", "relabel"]),
)  # fmt: skip
def test_the_certain_rule_selects_what_all_samples_select(conjectures, blocks, rate, inclusive, off_lemma):
    chosen = SelectionSettings(rate, inclusive, off_lemma, relabel_least=2)
    adaptive = AdaptiveK("certain", blocks=tuple(blocks))
    cut = [made[: stopped_at([right for right, *_ in made], adaptive, chosen.band)] for made in conjectures]
    full, early = ([candidate(i, made) for i, made in enumerate(group)] for group in (conjectures, cut))
    assert [d.decision for d in select(early, chosen)] == [d.decision for d in select(full, chosen)]
    assert [d.weight for d in select(early, chosen)] == [d.weight for d in select(full, chosen)]
    for one, other in zip(full, early, strict=True):
        if other.samples < one.samples:
            assert not chosen.band.below(one.pass_rate) and not chosen.band.below(other.pass_rate)


def test_what_the_rules_save():
    certain, confident = AdaptiveK("certain"), AdaptiveK("confident")
    easy, hopeless, hard = [True] * 32, [False] * 32, [True] + [False] * 31
    assert [stopped_at(made, certain, PAPER) for made in (easy, hopeless, hard)] == [16, 32, 32]
    assert [stopped_at(made, confident, PAPER) for made in (easy, hopeless, hard)] == [4, 32, 32]
    assert stopped_at(hard, replace(confident, blocks=(4,)), PAPER) == 20  # 1 of 20: at most 0.249
    assert stopped_at(easy, AdaptiveK(), PAPER) == 32
    assert stopped_at(easy, certain, Band(1.0, True)) == 32
