"""Selection by the paper's rules and worked numbers (STP, section 3.2)."""

import math
from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from conjecture.selection import Candidate, SelectionSettings, easiest_cutoff, elegance_cutoff, select

RATIOS = [0.2, 0.5, 0.9, 1.1, 1.4, 2.0]


def candidate(ratio: float = 1.0, correct: int = 4, lemma: str = "", used=(), samples: int = 32) -> Candidate:
    proofs = ("p" * round(100 * ratio), "p" * 900) if correct else ()
    return Candidate(f"s{ratio}", "x" * 100, lemma, samples, correct, proofs, frozenset(used))


def words(candidates, settings=SelectionSettings()):
    return [d.decision for d in select(candidates, settings)]


def test_the_pass_rate_counts_samples_not_distinct_proofs():
    some = Candidate("s", "x", "", 32, 4, ("a", "b"), frozenset())  # (correct, x3), (wrong, x28), (correct, x1)
    assert some.pass_rate == 0.125
    assert words([some]) == ["selected"]


def test_the_edges_of_the_band():
    found = words([candidate(correct=n) for n in range(33)])
    assert found == ["unproved"] + ["selected"] * 8 + ["too easy"] * 24
    strict = words([candidate(correct=n) for n in range(33)], SelectionSettings(pass_rate_inclusive=False))
    assert strict == ["unproved"] + ["selected"] * 7 + ["too easy"] * 25
    open = words([candidate(correct=n) for n in range(33)], SelectionSettings(pass_rate_max=1.0))
    assert open == ["unproved"] + ["selected"] * 32


def test_the_lemma_must_be_used():
    rows = [candidate(lemma="l", used=["k"]), candidate(lemma="l", used=["k", "l"]), candidate(lemma="", used=[])]
    assert words(rows) == ["off its lemma", "selected", "selected"]
    assert words(rows, SelectionSettings(off_lemma="keep")) == ["selected"] * 3


def test_the_released_code_relabels_what_is_off_its_lemma():
    settings = SelectionSettings(off_lemma="relabel", relabel_factor=2, relabel_least=1)
    on, off = candidate(lemma="l", used=["l"]), candidate(lemma="l", used=["k"])
    assert words([off, on, off, off, on, off, off, off], settings) == [
        "relabelled", "selected", "relabelled", "relabelled", "selected", "relabelled", "off its lemma", "off its lemma",
    ]  # fmt: skip
    assert words([off] * 3, settings) == ["relabelled", "off its lemma", "off its lemma"]
    assert words([off] * 3, replace(settings, relabel_least=4096)) == ["relabelled"] * 3
    assert words([candidate(lemma="l", correct=9)], settings) == ["too easy"]
    trivial = candidate(lemma="")
    assert words([trivial, on, off, trivial, trivial], settings) == [
        "relabelled", "selected", "relabelled", "off its lemma", "off its lemma",
    ], "one prompted with the trivial lemma uses none: it is under the cap too, and lets in no further ones"  # fmt: skip
    assert [d.weight for d in select([off, on], settings)] == [1.0, 1.0]


def test_elegance_is_the_shortest_proof_by_the_statement():
    assert Candidate("s", "x" * 50, "", 32, 2, ("p" * 100, "p" * 25), frozenset()).elegance == 0.5
    assert candidate(correct=0).elegance is None


def test_the_least_elegant_go():
    assert elegance_cutoff(RATIOS, 0.2) == 0.5
    assert words([candidate(r) for r in RATIOS]) == ["inelegant"] + ["selected"] * 5
    assert words([candidate(0.1)]) == ["selected"]
    assert words([candidate(0.1)] * 5) == ["selected"] * 5
    assert words([]) == []


def test_the_released_code_cuts_within_each_lemma():
    settings = SelectionSettings(elegance_per_lemma=True)
    rows = [candidate(r, lemma="l", used=["l"]) for r in RATIOS] + [candidate(0.1, lemma="k", used=["k"])]
    assert words(rows, settings) == ["inelegant"] + ["selected"] * 6  # a group of one is kept
    assert words(rows) == ["selected"] * 6 + ["inelegant"]  # of seven together one goes, the least
    off = [candidate(0.1, lemma="m"), *(candidate(1.0, lemma=f"m{n}") for n in range(4))]
    relabelled = replace(settings, off_lemma="relabel")
    assert words(off, relabelled) == ["inelegant"] + ["relabelled"] * 4  # they are one group, the trivial lemma's


def test_those_outside_the_band_do_not_move_the_cut():
    rows = [candidate(r) for r in RATIOS]
    outside = [candidate(0.01, correct=30), candidate(0.01, lemma="l"), candidate(0.01, correct=0)] * 4
    assert words(rows + outside)[: len(rows)] == words(rows)


@given(st.lists(st.floats(0, 10), min_size=1), st.floats(0, 0.99))
def test_the_cut_drops_at_most_its_share(values, drop):
    cut = elegance_cutoff(values, drop)
    assert sum(v < cut for v in values) <= math.floor(drop * len(values))
    assert cut in values


CANDIDATES = st.lists(
    st.builds(
        candidate,
        st.sampled_from([*RATIOS, 0.35, 3.0]),
        st.integers(0, 32),
        st.sampled_from(["", "l"]),
        st.sampled_from([(), ("l",), ("k",)]),
    ),
    max_size=25,
)
SETTINGS = st.builds(
    SelectionSettings,
    pass_rate_max=st.sampled_from([0.0, 0.1, 0.25, 1.0]),
    pass_rate_inclusive=st.booleans(),
    off_lemma=st.sampled_from(["drop", "keep"]),
    elegance_drop=st.sampled_from([0.0, 0.2, 0.5]),
)


@given(CANDIDATES, SETTINGS, st.randoms())
def test_decisions_do_not_depend_on_the_order(candidates, settings, random):
    order = list(range(len(candidates)))
    random.shuffle(order)
    found = words(candidates, settings)
    assert words([candidates[i] for i in order], settings) == [found[i] for i in order]


@given(CANDIDATES, SETTINGS)
def test_who_is_selected(candidates, settings):
    decisions = select(candidates, settings)
    assert [d.candidate for d in decisions] == candidates
    for decision in decisions:
        chosen = decision.candidate
        assert decision.weight == (decision.decision == "selected")
        if decision.decision in ("selected", "inelegant"):
            assert chosen.pass_rate > 0 and settings.band.below(chosen.pass_rate)
            assert settings.off_lemma == "keep" or not chosen.lemma or chosen.lemma in chosen.lemmas_used
    eligible = [d for d in decisions if d.decision in ("selected", "inelegant")]
    dropped = [d.candidate.elegance for d in eligible if d.decision == "inelegant"]
    kept = [d.candidate.elegance for d in eligible if d.decision == "selected"]
    assert len(dropped) <= math.floor(settings.elegance_drop * len(eligible))
    assert not dropped or max(dropped) < min(kept)
    if len(set(dropped + kept)) == len(eligible):  # no ties: exactly the share
        assert len(dropped) == int(settings.elegance_drop * len(eligible))


@given(CANDIDATES)
def test_without_the_drop_nobody_is_inelegant(candidates):
    settings = replace(SelectionSettings(), elegance_drop=0.0)
    assert "inelegant" not in words(candidates, settings)


@given(CANDIDATES, SETTINGS)
def test_within_each_lemma_at_most_its_share_is_inelegant(candidates, settings):
    decisions = select(candidates, replace(settings, elegance_per_lemma=True))
    for lemma in {c.lemma for c in candidates}:
        group = [d.decision for d in decisions if d.candidate.lemma == lemma]
        inelegant, kept = group.count("inelegant"), group.count("selected")
        assert inelegant <= math.floor(settings.elegance_drop * (inelegant + kept))


# SGS: the easiest go, and 1 - P is paid

EASIEST = SelectionSettings(pass_rate_max=1.0, elegance_drop=0.0, easiest_drop=0.3, solve_reward=True)


def test_the_easiest_of_ten_are_three():
    rates = [n / 32 for n in (1, 2, 3, 5, 8, 13, 17, 21, 26, 31)]
    assert easiest_cutoff(rates, 0.3) == 17 / 32
    decisions = select([candidate(correct=round(32 * rate)) for rate in rates], EASIEST)
    assert [d.decision for d in decisions] == ["selected"] * 7 + ["too easy"] * 3
    assert [d.weight for d in decisions] == [1 - rate for rate in rates[:7]] + [0.0] * 3


def test_never_and_always_count_neither_and_always_goes():
    rows = [0] * 50 + [4] * 3 + [8] + [32] * 50
    assert Counter(words([candidate(correct=n) for n in rows], EASIEST)) == {
        "unproved": 50, "selected": 3, "too easy": 51,
    }  # fmt: skip
    assert words([candidate(correct=n) for n in (0, 32, 32)], EASIEST) == ["unproved", "too easy", "too easy"]
    assert words([candidate(correct=31)], EASIEST) == ["selected"], "of three or fewer none is 30 %"


def test_ties_with_the_last_one_stay():
    assert words([candidate(correct=n, samples=8) for n in (1, 7, 7, 7)], EASIEST) == ["selected"] * 4
    assert words([candidate(correct=n, samples=8) for n in (1, 1, 1, 7)], EASIEST) == ["selected"] * 3 + ["too easy"]


@given(st.lists(st.integers(1, 31), min_size=1, max_size=40), st.sampled_from([0.1, 0.3, 0.5, 0.9]), st.randoms())
def test_the_cut_drops_exactly_its_share_of_the_easiest(successes, drop, random):
    settings = replace(EASIEST, easiest_drop=drop)
    random.shuffle(successes)
    rows = [candidate(correct=n) for n in [*successes, 0, 32]]
    decisions = select(rows, settings)
    easy = [d.candidate.pass_rate for d in decisions if d.decision == "too easy" and d.candidate.correct < 32]
    kept = [d.candidate.pass_rate for d in decisions if d.decision == "selected"]
    assert kept and (not easy or min(easy) > max(kept))
    assert len(easy) <= int(drop * len(successes))
    if len(set(successes)) == len(successes):
        assert len(easy) == int(drop * len(successes))
    order = list(range(len(rows)))
    random.shuffle(order)
    assert words([rows[i] for i in order], settings) == [decisions[i].decision for i in order]


@given(CANDIDATES, SETTINGS)
def test_the_reward_changes_weights_alone(candidates, settings):
    plain, paid = select(candidates, settings), select(candidates, replace(settings, solve_reward=True))
    for one, other in zip(plain, paid, strict=True):
        assert one.decision == other.decision
        assert other.weight == one.weight * (1 - one.candidate.pass_rate)


@given(CANDIDATES, SETTINGS)
def test_the_cut_takes_from_the_band_alone(candidates, settings):
    """Above the band nothing counts, so a rule that stops the sampling of those changes no selection."""
    cut = replace(settings, elegance_drop=0.0, easiest_drop=0.3)
    inside = [c for c in candidates if settings.band.below(c.pass_rate)]
    found = dict(zip(map(id, candidates), words(candidates, cut), strict=True))
    assert words(inside, cut) == [found[id(c)] for c in inside]
