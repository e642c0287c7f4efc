"""The guide: the rubric's score, the computed judge against the signs of collapse, and what a model's answer says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conjecture.guide import (
    GuideSettings,
    Pair,
    Rubric,
    by_model,
    complexity,
    guide,
    read_review,
    redundancy,
    review_prompt,
    scores,
)
from conjecture.library import seed_theorems
from conjecture.telemetry import trigram_vectors
from prover.model import ModelConfig, build_model, build_tokenizer, save
from verify.records import Statement

TARGET = Statement("t", "(a b c : ℝ) (h : 0 < a) : a * b ≤ (a ^ 2 + b ^ 2) / 2 + c ^ 2")
NEAR = "(a b : ℝ) : a * b ≤ (a ^ 2 + b ^ 2) / 2"
FAR = "(p q : Prop) (h : p) : p ∨ q"


def conjectured(signature: str) -> Statement:
    return Statement("c", signature, source="conjecture", parents=(TARGET.id,))


def judged(*signatures: str) -> list[Rubric | None]:
    return guide(GuideSettings("form"))([Pair(conjectured(s), TARGET) for s in signatures])


# The rubric


@pytest.mark.parametrize(
    ("relevance", "redundancy", "complexity", "score"),
    [
        (5, 0, 0, 1.0),  # 5 + 2 + 1
        (3, 0, 1, 5 / 8),  # 3 + 1 + 1
        (3, 1, 2, 3 / 8),  # 3 + 0 + 0
        (1, 1, 0, 3 / 8),  # 1 + 2 + 0
        (5, 0, 3, 0.0),
        (5, 0, 4, 0.0),
        (0, 0, 0, 0.0),  # SGS's code: 3 of 8
    ],
)
def test_the_score_of_an_answer(relevance, redundancy, complexity, score):
    assert Rubric(relevance, redundancy, complexity).score == score


@pytest.mark.parametrize("answers", [(6, 0, 0), (-1, 0, 0), (3, 2, 0), (3, 0, 5), (float("nan"), 0, 0)])
def test_answers_outside_their_ranges_are_none(answers):
    with pytest.raises(ValueError, match="rubric"):
        Rubric(*answers)


RUBRICS = st.builds(Rubric, st.floats(0, 5), st.integers(0, 1), st.integers(0, 4))


@given(RUBRICS)
def test_a_score_is_a_share_and_worse_answers_never_pay(review):
    assert 0 <= review.score <= 1
    assert Rubric(review.relevance, 1, review.complexity).score <= review.score
    assert Rubric(review.relevance, review.redundancy, 4).score == 0
    assert Rubric(review.relevance / 2, review.redundancy, review.complexity).score <= review.score


@given(st.lists(st.none() | RUBRICS))
def test_what_could_not_be_read_counts_as_the_mean(reviews):
    found = scores(reviews)
    read = [review.score for review in reviews if review]
    assert [s for s, review in zip(found, reviews, strict=True) if review] == read
    mean = sum(read) / len(read) if read else 0.0
    assert {s for s, review in zip(found, reviews, strict=True) if not review} <= {mean}


# The computed judge


def test_the_near_and_plain_pays_more_than_the_far_or_the_padded():
    near, far = judged(NEAR, FAR)
    assert near.relevance > far.relevance and near.score > far.score > 0
    padded, unused = judged(f"{NEAR} ∨ a = b", f"(a b c : ℝ) (k : c < 1) : {NEAR.split(' : ', 2)[2]}")
    assert near.score > padded.score and near.score > unused.score
    assert (unused.redundancy, padded.complexity) == (1, 2)


def test_the_signs_of_collapse_pay_nothing():
    disjunctive = f"{NEAR} ∨ a = b ∨ a < b"
    long = f"(a b : ℝ) : {' + '.join(['a * b'] * 60)} = 60 * (a * b)"
    assert [review.score for review in judged(disjunctive, long)] == [0.0, 0.0]
    assert complexity(conjectured(long), TARGET) == 3, "one claim, but long"
    assert complexity(conjectured(long), Statement("t", long)) == 0, "no longer than its target"


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("(x y : ℝ) (h : x < y) : x ≤ y", 0),
        ("(x y z : ℝ) (h : x < y) (k : y < z) : x < x + 1", 0),  # y and z through h and k
        ("(x y z : ℝ) (h : x < y) : x ≤ y", 1),  # z
        ("(x y : ℝ) (h : 0 < y) : x ≤ x", 1),
        ("(h : p) (k : ¬p) : False", 0),  # speaks of no binder
        ("[Group G] (a : G) : a = a", 0),  # cannot be read
        (": 1 = 1", 0),
        ("(n : ℕ) (h : 0 < n) : h.ne' = h.ne'", 0),
    ],
)
def test_premises_that_have_nothing_to_do_with_the_conclusion(signature, expected):
    assert redundancy(conjectured(signature)) == expected


SIGNATURES = st.sampled_from([NEAR, FAR, TARGET.signature, ": 1 = 1", "[Group G] (a : G) : a = a", "x", "∨"])


@given(st.lists(SIGNATURES, max_size=8), st.randoms())
def test_a_review_depends_on_its_pair_alone(signatures, random):
    order = list(range(len(signatures)))
    random.shuffle(order)
    found = judged(*signatures)
    assert judged(*(signatures[i] for i in order)) == [found[i] for i in order]
    assert found == [judged(s)[0] for s in signatures] and None not in found


def test_the_target_with_other_names_pays_nothing():
    renamed = conjectured("(x y z : ℝ) (k : 0 < x) : x * y ≤ (x ^ 2 + y ^ 2) / 2 + z ^ 2")
    pairs = [Pair(conjectured(NEAR), TARGET), Pair(renamed, TARGET, same=True), Pair(conjectured(FAR), TARGET)]
    first, second, third = guide(GuideSettings("form"))(pairs)
    assert (second.relevance, second.score) == (0, 0.0)
    assert [first, third] == judged(NEAR, FAR)


def test_spelling_tells_pairs_of_one_chapter_from_others():
    """Why relevance is what it is: the chance that a pair of one chapter is nearer than a pair of two (docs/stp.md)."""
    theorems = seed_theorems()
    vectors = trigram_vectors([t.statement.signature for t in theorems])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chapter = np.array([t.chapter for t in theorems])
    i, j = np.triu_indices(len(theorems), 1)
    cosine, same = (vectors @ vectors.T)[i, j], chapter[i] == chapter[j]
    ranks = cosine.argsort().argsort() + 1
    auc = (ranks[same].sum() - same.sum() * (same.sum() + 1) / 2) / (same.sum() * (~same).sum())
    print(f"area under the curve {auc:.2f}")
    assert auc > 0.75


# A model as judge


def test_the_prompt_shows_both_and_asks_three_questions():
    prompt = review_prompt(Pair(conjectured(NEAR), TARGET))
    assert TARGET.text in prompt and conjectured(NEAR).text in prompt
    assert all(f"\n{name}: …\n" in prompt for name in Rubric.__slots__)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("It helps.\nrelevance: 4\nredundancy: 0\ncomplexity: 1", Rubric(4, 0, 1)),
        ("relevance: 1? No.\n**Relevance:** 3\n**Redundancy** = 1\n**Complexity**: 2.", Rubric(3, 1, 2)),
        ("relevance: 4\nredundancy: 0", None),
        ("relevance: 9\nredundancy: 0\ncomplexity: 0", None),
        ("relevance: …\nredundancy: …\ncomplexity: …", None),
        ("", None),
    ],
)
def test_reading_an_answer(answer, expected):
    assert read_review(answer) == expected


def test_the_same_pairs_are_not_asked_about():
    asked: list[str] = []

    def ask(texts):
        asked.extend(texts)
        return ["relevance: 5\nredundancy: 0\ncomplexity: 0" if NEAR in text else "no idea" for text in texts]

    assert by_model(ask)([Pair(conjectured(NEAR), TARGET), Pair(conjectured(FAR), TARGET)]) == [Rubric(5, 0, 0), None]
    assert len(asked) == 2


@pytest.mark.parametrize("chat", [False, True])
def test_a_real_model_answers_and_an_unreadable_answer_is_none(tmp_path, chat):
    """A random one, so its answers are noise; the way there and back is the real one."""
    config = ModelConfig(
        vocab_size=400, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=4096,
    )  # fmt: skip
    pairs = [Pair(conjectured(NEAR), TARGET), Pair(TARGET, TARGET, same=True), Pair(conjectured(FAR), TARGET)]
    tokenizer = build_tokenizer([review_prompt(pair) for pair in pairs], config)
    if chat:
        tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}ANSWER"
    save(build_model(config, tokenizer, 0), tokenizer, tmp_path / "judge")
    settings = GuideSettings("model", str(tmp_path / "judge"), max_new_tokens=8)
    assert guide(settings)(pairs) == [None, Rubric(0, 0, 0), None]


def test_nobody_is_no_judge():
    with pytest.raises(ValueError, match="no judge"):
        guide(GuideSettings())
