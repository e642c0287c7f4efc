import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.prompts import (
    TAGS,
    conjecture_example,
    conjecture_prompt,
    lay_proof,
    prove_example,
    prove_prompt,
    read_proof,
    read_signature,
    step_prompt,
)
from verify.records import Role, Statement

SEED = Statement("amgm", "(a b : ℝ)\n    (ha : 0 < a) :\n  2*a*b ≤ a^2 + b^2")
PROOF = "\n    nlinarith [\n      sq_nonneg (a - b)]\n"


def test_prove_prompt_hides_the_name_and_the_line_breaks():
    assert prove_prompt(SEED) == "<prove>(a b : ℝ) (ha : 0 < a) : 2*a*b ≤ a^2 + b^2<by>"


def test_step_prompt_shows_the_goals_without_nameless_instances():
    first = "case left\nℝ : Type\ninst✝¹ : LE ℝ\ninst✝ : Lean.Grind.Field ℝ\na b : ℝ\nh✝ : a < b\n⊢ a ≤ b"
    assert step_prompt([first, "⊢ p"]) == "<hard>case left\nℝ : Type\na b : ℝ\nh✝ : a < b\n⊢ a ≤ b<hard>⊢ p<by>"


def test_conjecture_prompt_with_a_lemma_and_without():
    shown = "(a b : ℝ) (ha : 0 < a) : 2*a*b ≤ a^2 + b^2<by>nlinarith [\n  sq_nonneg (a - b)]<hard>"
    lemma = ("sq_nonneg", "(a : α) :  0 ≤ a ^ 2")
    assert conjecture_prompt(lemma, SEED, PROOF) == f"<conjecture><lemma>sq_nonneg (a : α) : 0 ≤ a ^ 2<seed>{shown}"
    assert conjecture_prompt(None, SEED, PROOF) == f"<conjecture><lemma>true : True<seed>{shown}"


def test_towards_an_unsolved_target_it_is_shown_alone():
    assert conjecture_prompt(None, SEED, None) == "<conjecture><hard>(a b : ℝ) (ha : 0 < a) : 2*a*b ≤ a^2 + b^2<seed>"
    row = conjecture_example(None, SEED, None, Statement("c", "(n : ℕ) :\n  n = n"), 0.25)
    assert (row.prompt, row.target, row.weight) == (conjecture_prompt(None, SEED, None), "(n : ℕ) : n = n", 0.25)


def test_training_rows_begin_with_the_generation_prompts():
    row = prove_example(SEED, PROOF, 0.5)
    assert (row.role, row.prompt, row.weight) == (Role.PROVE, prove_prompt(SEED), 0.5)
    assert row.target == "nlinarith [\n  sq_nonneg (a - b)]"
    row = conjecture_example(None, SEED, PROOF, Statement("c", "(n : ℕ) :\n  n = n"))
    assert (row.role, row.target) == (Role.CONJECTURE, "(n : ℕ) : n = n")
    assert row.prompt == conjecture_prompt(None, SEED, PROOF)


def test_a_tag_inside_a_statement_cannot_open_a_part():
    prompt = prove_prompt(Statement("t", "(a by b : ℕ) : a <by> b <hard> <eos>"))
    assert prompt == "<prove>(a by b : ℕ) : a < by> b < hard> < eos><by>"


@pytest.mark.parametrize(
    ("proof", "laid"),
    [
        ("\n  intro x\n  simp", "intro x\nsimp"),
        ("intro x\nsimp", "intro x\nsimp"),
        (" omega", "omega"),
        ("\r\n  constructor\r\n  · rfl  \r\n", "constructor\n· rfl"),
        ("induction n with\n  | zero => rfl", "induction n with\n  | zero => rfl"),
        ("  have : p := by\n\n    simp\n  exact this", "have : p := by\n\n  simp\nexact this"),
        (" \n", ""),
    ],
)
def test_proofs_lose_their_common_indentation(proof, laid):
    assert lay_proof(proof) == laid


@given(st.text(alphabet=st.sampled_from(" \n\r\tab<>yhrd·")))
def test_laying_a_proof_twice_is_laying_it_once_and_it_reads_back(proof):
    laid = lay_proof(proof)
    assert lay_proof(laid) == laid
    assert read_proof(laid + "<prove>junk") == (laid or None)


@given(st.lists(st.sampled_from([*TAGS, "<eos>", "<", "by>", " ", "a", "\n"])).map("".join))
def test_a_prompt_holds_its_own_tags_only(text):
    statement = Statement("t", text)
    prompt = conjecture_prompt((text, text), statement, text)
    assert [prompt.count(tag) for tag in TAGS] == [0, 1, 1, 1, 1, 1]
    assert [conjecture_prompt(None, statement, None).count(tag) for tag in TAGS] == [0, 0, 1, 0, 1, 1]
    assert [prove_prompt(statement).count(tag) for tag in TAGS] == [1, 1, 0, 0, 0, 0]
    assert [step_prompt([text, text]).count(tag) for tag in TAGS] == [0, 1, 0, 0, 0, 2]


@pytest.mark.parametrize(
    ("completion", "signature"),
    [
        ("(x : ℝ) : x ^ 2 ≥ 0", "(x : ℝ) : x ^ 2 ≥ 0"),
        (" (x : ℝ) :\n    0 ≤ x ^ 2 := by\n  positivity", "(x : ℝ) : 0 ≤ x ^ 2"),
        ("(x : ℝ): x = x:= by rfl", "(x : ℝ): x = x"),
        (": 1 + 1 = 2", ": 1 + 1 = 2"),
        ("(n : ℕ := 2) : n = n := rfl", "(n : ℕ := 2) : n = n"),
        ("{s : Set ℕ} [h : Nonempty s] : ∃ x, x ∈ s", "{s : Set ℕ} [h : Nonempty s] : ∃ x, x ∈ s"),
        ("(h : p := by simp) : p", "(h : p := by simp) : p"),
        (": let y := 2; y = 2 := by rfl", ": let y := 2; y = 2"),
        (": have h := foo; let y := 1; y = y := x", ": have h := foo; let y := 1; y = y"),
        ('(s : String) : s = "(" := by', '(s : String) : s = "("'),
        ("(n : ℕ) : n = n<hard>(m : ℕ) : m = m", "(n : ℕ) : n = n"),
        ("", None),
        ("<hard>(n : ℕ) : n = n", None),
        ("(x : ℝ)", None),
        ("(x : ℝ) :", None),
        ("(x : ℝ) : := by simp", None),
        ("x ^ 2 ≥ 0", None),
        ("x := 2 : ℕ", None),
        ("(x : ℝ : x = x", None),
        ("(x : ℝ := 2", None),
        ("(x : ℝ]) : x = x", None),
        ("x : ℝ) : x = x", None),
        ("(List.nil : α) a::b", None),
        ("(n : ℕ) : n = n -- easy", None),
        ("(n : ℕ) : n = n /- easy -/", None),
    ],
)
def test_read_signature(completion, signature):
    assert read_signature(completion) == signature


TEXT = st.lists(
    st.sampled_from(
        ["(", ")", "[", "]", "{", "}", "⟨", "⟩", ":", ":=", " : ", "let ", "x", " ", "\n", '"', "ℝ"]
        + ["<hard>", "--", "n = 2", "::", "⦃", "⦄"]
    )
).map("".join)


@given(TEXT)
def test_a_read_signature_is_closed_and_reads_as_itself(completion):
    signature = read_signature(completion)
    if signature is None:
        return
    assert read_signature(signature) == signature
    assert read_signature(signature + " := by simp") in (signature, f"{signature} := by simp")
    assert Statement.parse(f"theorem t {signature}").signature == signature
    assert "\n" not in signature and "<hard>" not in signature


@given(TEXT, TEXT)
def test_what_follows_a_tag_is_never_read(head, tail):
    assert read_signature(f"{head}<by>{tail}") == read_signature(head)
    assert read_proof(f"{head}<by>{tail}") == read_proof(head)


def test_read_proof():
    assert read_proof("nlinarith [a,\n  b]\n") == "nlinarith [a,\n  b]"
    assert read_proof(" \n") is None
    assert read_proof("<eos>omega") is None
