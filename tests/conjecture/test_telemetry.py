"""The measures of collapse: worked by hand, and what must hold of any input."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conjecture import telemetry
from conjecture.telemetry import (
    DIMENSIONS,
    Telemetry,
    alarms,
    binary_entropy,
    closeness,
    conclusion,
    disjunctive,
    drawn,
    repeated,
    share,
    trigram_vectors,
    type_of,
    vendi_score,
)
from verify.statements import parse_theorem


@pytest.mark.parametrize(
    "signature, expected",
    [
        ("(n : ℕ) : n = n", "n = n"),
        (": ∃ n : ℕ, n * n = 49", "∃ n : ℕ, n * n = 49"),
        ("{α : Type} [h : Fact (∀ x : ℕ, x = x)] (f : (a : ℕ) → a = a) : f = f", "f = f"),
        ("(n : ℕ := 3) ⦃p : ℕ × ℕ⦄ : p = (n, n)", "p = (n, n)"),
        ("x y : x = y", "x = y"),
        ("(x : ℝ) :\n  (x : ℝ) = x", "(x : ℝ) = x"),
        (".{u} (α : Type u) : Nonempty (α → α)", "Nonempty (α → α)"),
        ("(a : ℕ) -- not : here\n : a = 0", "a = 0"),
        ("p ∧ q", "p ∧ q"),
    ],
)
def test_the_type_stands_behind_the_first_colon_outside_brackets(signature, expected):
    assert type_of(signature) == expected


@pytest.mark.parametrize(
    "signature, expected",
    [
        ("(p q : Prop) : p → q", "q"),
        ("(p q r : Prop) : p → q → r", "r"),
        ("(p q r : Prop) : (p → q) → r", "r"),
        ("(p q r : Prop) : p -> (q -> r)", "r"),
        ("(p q r : Prop) : p → q ↔ r", "p → q ↔ r"),
        ("(p q r : Prop) : p → q <-> r", "p → q <-> r"),
        ("(p q r : Prop) : (p ↔ q) → r", "r"),
        ("(p : Prop) : p → ∃ n : ℕ, p ↔ n = 0", "∃ n : ℕ, p ↔ n = 0"),
        (": ∀ x : ℝ, 0 < x → x ≠ 0", "x ≠ 0"),
        (": ∀ (x : ℝ) (h : f (x, x) = 0), ∀ y ∈ s, y > x", "y > x"),
        (": ∃ x : ℕ, x = 0 → x = 1", "∃ x : ℕ, x = 0 → x = 1"),
        (": ¬ ∀ x y, f x = f y → x = y", "¬ ∀ x y, f x = f y → x = y"),
        (": let x := 3; x = 3 ∨ x = 4", "x = 3 ∨ x = 4"),
        (": let f : ℕ → ℕ := fun n => n\n  f 0 = 0 → f 1 = 1", "f 1 = 1"),
        (": let x := 3; ∃ y,\n  y = x", "∃ y,\n  y = x"),
        (": have h : 1 = 1 := rfl; h = h", "h = h"),
        (": ((1 = 1))", "1 = 1"),
        (": (p → q) ∧ (q → p)", "(p → q) ∧ (q → p)"),
        ("(f : ℕ → ℕ) : f = fun n => n", "f = fun n => n"),
        (": ∀ x", "∀ x"),
    ],
)
def test_the_conclusion_is_what_is_claimed_at_last(signature, expected):
    assert conclusion(signature) == expected


@pytest.mark.parametrize(
    "claim, expected",
    [
        ("p ∨ q", True),
        ("p \\/ q", True),
        ("(p ∨ q)", True),
        ("¬ p ∧ q ∨ r", True),
        ("(∃ n, p n) ∨ q", True),
        ("p ∨ ∀ n : ℕ, q n ↔ r", True),
        ("x = 1 ∨ x = -1 ∨ x = 2", True),
        ("p ∧ (q ∨ r)", False),
        ("p ∨ q ↔ q ∨ p", False),
        ("p ∨ q <-> q ∨ p", False),
        ("∃ n, p n ∨ q n", False),
        ("¬ ∃ n, p n ∨ q n", False),
        ("¬ (p ∨ q)", False),
        ("f (p ∨ q) = {x | x = 1 ∨ x = 2}", False),
        ("p = q", False),
    ],
)
def test_a_disjunction_is_one_only_at_the_top(claim, expected):
    assert disjunctive(claim) is expected


def test_the_statements_of_a_data_set():
    text = "theorem t (p q : ℕ → Prop) (h : ∀ n, p n ∨ q n) : ∀ n, p n → (q n ∨ ¬ q n) := by tauto"
    assert conclusion(parse_theorem(text).signature) == "q n ∨ ¬ q n"


@given(st.text(alphabet="()[]{}:→∀∃,;=∨↔<->pq \n\\/"))
def test_any_text_has_a_conclusion_that_is_a_part_of_it(text):
    found = conclusion(text)
    assert found in text and disjunctive(found) in (True, False)
    assert len(found) <= len(text)


def test_repeated():
    assert repeated([]) is None
    assert repeated(["a", "b", "c"]) == 0
    assert repeated(["a", "a", "a", "b"]) == 0.5
    assert repeated(["a", "b"], {"a", "b", "z"}) == 1
    assert share(1, 4) == 0.25 and share(0, 0) is None


def test_entropy_of_a_pass_rate():
    assert binary_entropy(0) == binary_entropy(1) == 0
    assert binary_entropy(0.5) == 1
    assert binary_entropy(1 / 8) == pytest.approx(3 / 8 + 7 / 8 * math.log2(8 / 7))  # 0.543564
    assert binary_entropy(0.25) == pytest.approx(binary_entropy(0.75))


def test_vendi_by_hand():
    assert vendi_score(np.zeros((0, 3))) == 0
    assert vendi_score(np.ones((7, 3))) == pytest.approx(1)
    assert vendi_score(np.eye(5) * [[2], [1], [3], [1], [9]]) == pytest.approx(5)
    # eigenvalues 2/3 and 1/3: exp(H) = 3 / 2^(2/3)
    assert vendi_score(np.array([[1, 0], [5, 0], [0, 1]])) == pytest.approx(3 / 2 ** (2 / 3))
    # a cosine of 0.6: eigenvalues 0.8 and 0.2
    expected = math.exp(-0.8 * math.log(0.8) - 0.2 * math.log(0.2))
    assert vendi_score(np.array([[1, 0], [0.6, 0.8]])) == pytest.approx(expected)
    with pytest.raises(ValueError):
        vendi_score(np.array([[1.0, 0.0], [0.0, 0.0]]))
    with pytest.raises(ValueError):
        vendi_score(np.array([[1.0, math.nan]]))


matrices = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1)).map(
    lambda shape: np.random.default_rng(shape[2]).normal(size=shape[:2])
)


@settings(max_examples=60)
@given(matrices, st.randoms(use_true_random=False))
def test_vendi_is_between_1_and_n_and_blind_to_order_length_and_doubling(vectors, random):
    score = vendi_score(vectors)
    assert 1 <= score <= len(vectors)
    order = list(range(len(vectors)))
    random.shuffle(order)
    assert vendi_score(vectors[order]) == pytest.approx(score)
    assert vendi_score(np.concatenate([vectors, vectors, vectors])) == pytest.approx(score)
    assert vendi_score(vectors * np.arange(1, len(vectors) + 1)[:, None]) == pytest.approx(score)


@settings(max_examples=60)
@given(matrices)
def test_both_ways_to_the_eigenvalues_agree(vectors):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    values = np.clip(np.linalg.eigvalsh(unit @ unit.T / len(unit)), 1e-300, None)
    assert vendi_score(vectors) == pytest.approx(math.exp(-np.sum(values * np.log(values))), rel=1e-6)


def test_closeness_by_hand():
    targets, conjectures = np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 1.0]]), np.array([[3.0, 0.0], [0.6, 0.8]])
    assert closeness(targets, conjectures) == pytest.approx((1 + 0.8 + 0.8) / 3)
    assert closeness(targets, targets) == pytest.approx(1)
    assert closeness(targets[:0], conjectures) is None is closeness(targets, conjectures[:0])


def test_trigrams_see_spelling_and_no_white_space():
    vectors = trigram_vectors(["a  + b\n= c", "a + b = c", "", "(n : ℕ) : n ∣ 𝔸"])
    assert vectors.shape == (4, DIMENSIONS)
    assert (vectors[0] == vectors[1]).all()
    # "  a + b = c  " has 13 characters, "    " 4
    assert vectors.sum(axis=1).tolist() == [11, 11, 2, 17]
    near, far = trigram_vectors(["a + b = d"]), trigram_vectors(["∃ k, Odd k"])
    assert closeness(near, vectors[:1]) > 0.6 > 0.2 > closeness(far, vectors[:1])
    assert (trigram_vectors(["abc"]) != trigram_vectors(["cab"])).any()


def test_what_is_drawn_is_the_same_each_time_and_in_order():
    texts = [f"{i:03}" for i in range(100)]
    few = drawn(texts, 10)
    assert len(few) == 10 == len(set(few)) and few == sorted(few) == drawn(texts, 10)
    assert few != texts[:10]
    assert drawn(texts, 100) == texts and drawn([], 3) == []


QUIET = Telemetry(
    number=4, proposed=200, readable=150, well_formed=100, screened=90, conjectures=40,
    duplicates=0.1, renamed=0.2, seen_before=0.2, conclusion_mean=30.0, conclusion_median=20.0, disjunctive=0.1,
    refuted=0.4, trivial=0.2, vacuous=0.05, lemmas_prompted=7, lemmas_in_proofs=5, vendi=20.0, vendi_of=100,
    vendi_given=25.0, closeness=0.6, targets=300, tried=40, entropy=0.2, rate_0=0.5, rate_low=0.2, rate_1=0.1,
)  # fmt: skip


def test_a_healthy_round_is_quiet():
    assert alarms(QUIET) == alarms(QUIET, QUIET) == []


@pytest.mark.parametrize(
    "change, words",
    [
        ({"disjunctive": 0.83}, "83% of 100 well-formed proposals conclude a disjunction"),
        ({"renamed": 0.6}, "60% of 150 proposals repeat another of the same round"),
        ({"seen_before": 0.7}, "70% of 150 proposals stood in the ledger before the round"),
        ({"trivial": 0.9}, "90% of 90 screened proposals are trivial"),
        ({"vacuous": 0.2}, "20% of 90 screened proposals are vacuous"),
        ({"conclusion_median": 200.0}, "the median conclusion is 10.0 times as long as in round 4"),
        (
            {"vendi": 3.0},
            "100 well-formed proposals have a Vendi score of 3.0, as many given statements 25.0",
        ),
        (
            {"rate_low": 0.0, "rate_0": 0.7},
            "none of 40 conjectures tried has a pass rate in (0, 1/4]: by STP",
        ),
        (
            {"entropy": 0.0, "rate_0": 0.6, "rate_low": 0.0, "rate_1": 0.4},
            "none of 40 conjectures tried has a pass rate in (0, 1/4], and every rate is 0 or 1: by STP",
        ),
    ],
)
def test_each_measure_has_its_alarm(change, words):
    said = alarms(replace(QUIET, **change), QUIET)
    assert len(said) == 1 and said[0].startswith(words)


def test_at_the_threshold_nothing_is_said():
    edge = replace(
        QUIET, disjunctive=telemetry.DISJUNCTIVE, renamed=telemetry.DUPLICATES, trivial=telemetry.TRIVIAL,
        vacuous=telemetry.VACUOUS, conclusion_median=20.0 * telemetry.LENGTHENED, vendi=25.0 * telemetry.NARROW,
    )  # fmt: skip
    assert alarms(edge, QUIET) == []


def test_of_a_few_or_of_nothing_no_alarm_is_raised():
    worst = replace(QUIET, disjunctive=1.0, renamed=0.9, seen_before=1.0, trivial=1.0, vacuous=1.0, vendi=1.0,
                    conclusion_median=900.0, rate_low=0.0)  # fmt: skip
    assert len(alarms(worst, QUIET)) == 8
    few = replace(worst, readable=9, well_formed=9, screened=9, vendi_of=9, tried=9)
    assert alarms(few, QUIET) == []
    nothing = replace(worst, **{name: None for name in ("disjunctive", "renamed", "seen_before", "trivial", "vacuous",
                                                        "conclusion_median", "vendi", "rate_low")})  # fmt: skip
    assert alarms(nothing, nothing) == []
