"""Prover formats: the published prompts to the letter, and real answers cut to the proof of the asked theorem."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.formats import (
    ALTERED,
    HELPERS,
    NO_BLOCK,
    NO_PROOF,
    THINKING,
    lay_chat,
    names,
    open_format,
)
from prover.prompts import prove_prompt
from verify.policy import tokens
from verify.records import Message, Statement
from verify.statements import BadInput, parse_theorem

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "lean4_mathlib_verified_proofs.jsonl.gz"
HEADER = "import Mathlib\nimport Aesop\n\nset_option maxHeartbeats 0\n\nopen BigOperators Real Nat Topology Rat\n\n"
SQUARE = Statement("algebra_sqineq_at2malt1", "(a : ℝ) : a * (2 - a) ≤ 1")
SQUARE_FILE = f"""{HEADER}/-- Show that for any real number $a$, $a(2-a)\\leq 1$.-/
theorem algebra_sqineq_at2malt1 (a : ℝ) : a * (2 - a) ≤ 1 := by
  have := mul_self_nonneg (a - 1)
  have := mul_self_nonneg (a - 2)
  linarith
"""  # an accepted file of Slim205/RL-Lean
SQUARE_PROOF = "  have := mul_self_nonneg (a - 1)\n  have := mul_self_nonneg (a - 2)\n  linarith"
BLOCK_FORMATS = [name for name in names() if open_format(name).answer == "block"]
CONTINUATIONS = [name for name in names() if open_format(name).answer == "continuation"]
v2 = open_format("deepseek-prover-v2")


def words(text: str) -> list[str]:
    return [token for _, token in tokens(text)]


def test_every_format_says_where_its_prompt_is_from_and_asks_for_the_theorem():
    assert {"antiphon", "deepseek-prover-v1.5", "deepseek-prover-v2", "deepseek-prover-v2-noncot", "goedel-prover",
            "goedel-prover-v2", "kimina-prover", "stp"} == set(names())  # fmt: skip
    for name in names():
        assert open_format(name).source
        assert SQUARE.signature in open_format(name).prompt(SQUARE)


def test_an_unknown_format_is_told_with_those_that_are_known():
    with pytest.raises(BadInput, match=r"no prover format 'gpt'; there are antiphon, .*stp"):
        open_format("gpt")


# --- prompts, as their authors publish them


def test_deepseek_prover_v15_is_its_quick_start():
    informal = "/-- The second and fourth terms of a geometric sequence are $2$ and $6$.-/"
    statement = Statement("amc12b_2003_p6", "(a r : ℝ) (h₁ : a * r = 2)\n  (h₂ : a * r ^ 3 = 6) : r ^ 2 = 3")
    assert open_format("deepseek-prover-v1.5").prompt(statement, informal=informal) == (
        f"Complete the following Lean 4 code:\n\n```lean4\n{HEADER}{informal}\n"
        "theorem amc12b_2003_p6 (a r : ℝ) (h₁ : a * r = 2)\n  (h₂ : a * r ^ 3 = 6) : r ^ 2 = 3 := by\n"
    )


def test_deepseek_prover_v2_is_its_read_me():
    statement = Statement("mathd_algebra_10", ": abs ((120 : ℝ) / 100 * 30 - 130 / 100 * 20) = 10")
    [message] = v2.messages(statement, informal="/-- What is the difference? Show that it is 10.-/")
    assert message["role"] == "user"
    assert message["content"] == (
        f"Complete the following Lean 4 code:\n\n```lean4\n{HEADER}/-- What is the difference? Show that it is 10.-/\n"
        "theorem mathd_algebra_10 : abs ((120 : ℝ) / 100 * 30 - 130 / 100 * 20) = 10 := by\n  sorry\n```\n\n"
        "Before producing the Lean 4 code to formally prove the given theorem, provide a detailed proof plan outlining "
        "the main proof steps and strategies.\nThe plan should highlight key ideas, intermediate lemmas, and proof "
        "structures that will guide the construction of the final formal proof."
    )
    assert message["content"].startswith(open_format("deepseek-prover-v2-noncot").prompt(
        statement, informal="/-- What is the difference? Show that it is 10.-/"))  # fmt: skip


def test_goedel_prover_v2_closes_the_fence_behind_sorry():
    statement = Statement("square_equation_solution", "{x y : ℝ} (h : x^2 + y^2 = 2*x - 4*y - 5) : x + y = -1")
    content = open_format("goedel-prover-v2").prompt(statement)
    assert f"```lean4\n{HEADER}\ntheorem square_equation_solution" in content
    assert ":= by\n  sorry```\n\nBefore producing" in content and content.endswith("the final formal proof.")


def test_kimina_prover_has_a_system_message_and_the_bare_problem():
    system, user = open_format("kimina-prover").messages(SQUARE, "import Mathlib\n\n", "/-- Show it.-/")
    assert system == {"role": "system", "content": "You are an expert in mathematics and Lean 4."}
    assert user["content"] == (
        "Think about and solve the following problem step by step in Lean 4.\n# Problem:Show it.\n# Formal statement:\n"
        "```lean4\nimport Mathlib\n\n/-- Show it.-/\ntheorem algebra_sqineq_at2malt1 (a : ℝ) : a * (2 - a) ≤ 1 := by\n```\n"
    )


def test_stp_ends_behind_by_and_goedel_prover_asks_for_comments():
    assert open_format("stp").prompt(SQUARE).endswith("Topology Rat\n\ntheorem " + SQUARE.text[8:] + " := by")
    assert (
        open_format("goedel-prover")
        .prompt(SQUARE, informal="Words.")
        .startswith(
            "Complete the following Lean 4 code with explanatory comments preceding each line of code:\n\n```lean4\nimport"
        )
    )
    assert "/-- Words. -/\ntheorem" in open_format("goedel-prover").prompt(SQUARE, informal="Words.")


def test_our_own_models_are_asked_as_they_are_trained():
    antiphon = open_format("antiphon")
    assert antiphon.ask(SQUARE) == prove_prompt(SQUARE)
    assert antiphon.read("nlinarith [sq_nonneg (a - 1)]<eos>", SQUARE).proof == "nlinarith [sq_nonneg (a - 1)]"
    assert antiphon.read("<by>", SQUARE).reason == NO_PROOF


class ChatTokenizer:
    """As much of a tokenizer as a chat template is laid out with; it begins a text itself if told so."""

    bos_token, bos_token_id = "<s>", 1

    def __init__(self, begins: bool) -> None:
        self.begins = begins

    def __call__(self, text):
        return type("Encoding", (), {"input_ids": [1] if self.begins else []})()

    def apply_chat_template(self, messages, tokenize, add_generation_prompt):
        assert not tokenize and add_generation_prompt
        return "<s>" + "".join(f"[{m['role']}]{m['content']}" for m in messages) + "[assistant]"


def test_a_conversation_is_laid_out_by_the_models_own_template_and_begins_once():
    messages = v2.messages(SQUARE)
    assert v2.ask(SQUARE) == lay_chat(messages, None) == messages
    laid = f"[user]{messages[0]['content']}[assistant]"
    assert v2.ask(SQUARE, tokenizer=ChatTokenizer(begins=True)) == laid
    assert v2.ask(SQUARE, tokenizer=ChatTokenizer(begins=False)) == "<s>" + laid


# --- answers


def test_the_last_block_with_the_theorem_is_the_answer():
    plan = "### Plan\n```lean4\ntheorem algebra_sqineq_at2malt1 (a : ℝ) : a * (2 - a) ≤ 1 := by\n  sorry\n```\n"
    completion = f"{plan}### Proof\n```lean4\n{SQUARE_FILE}```\nIts heart is\n```lean4\n  linarith\n```\n"
    for name in BLOCK_FORMATS:
        assert open_format(name).read(completion, SQUARE).proof == SQUARE_PROOF
    for fence in ("lean", "lean4", "tactics"):
        assert v2.read(f"```{fence}\n{SQUARE_FILE}```", SQUARE).proof == SQUARE_PROOF


def test_kiminas_pieces_of_code_inside_the_thinking_are_not_the_answer():
    statement = Statement("mathd_numbertheory_728", ": (29 ^ 13 - 5 ^ 13) % 7 = 3")
    thinking = (
        "<think>\nLet's verify this solution step by step in Lean 4:\n\n```tactics\nimport Mathlib\n```\n\n"
        "```tactics\ntheorem mathd_numbertheory_728 : (29 ^ 13 - 5 ^ 13) % 7 = 3 := by\n  decide\n```\n"
    )
    answer = f"{HEADER}\ntheorem mathd_numbertheory_728 : (29 ^ 13 - 5 ^ 13) % 7 = 3 := by \n  norm_num"
    kimina = open_format("kimina-prover")
    assert kimina.read(f"{thinking}</think>\n\n```lean4\n{answer}\n```", statement).proof == "  norm_num"
    assert kimina.read(thinking, statement).reason == THINKING
    # A chat template may open the thinking itself.
    assert kimina.read(f"so.\n</think>```lean4\n{answer}\n```", statement).proof == "  norm_num"
    assert kimina.read(f"{thinking}</think>\nThat is it.", statement).reason == NO_BLOCK


@pytest.mark.parametrize("name", CONTINUATIONS)
def test_a_continuation_ends_with_the_fence(name):
    form = open_format(name)
    line_break = "" if form.prompt(SQUARE).endswith("\n") else "\n"
    completion = f"{line_break}{SQUARE_PROOF}\n```\n\nThis follows ```lean4\nrfl\n```"
    assert form.read(completion, SQUARE).proof == SQUARE_PROOF
    assert form.read(f"{line_break}{SQUARE_PROOF}", SQUARE).proof == SQUARE_PROOF
    assert form.read(f"{line_break}{SQUARE_PROOF}\n\ntheorem more : True := trivial\n```", SQUARE).reason == HELPERS
    assert form.read("\n```", SQUARE).reason == NO_PROOF


def test_tactics_on_the_theorems_own_line_keep_their_column():
    proof = open_format("stp").read(" constructor\n  · rfl", Statement("t", ": 1 = 1 ∧ True")).proof
    assert proof == f"{' ' * len('theorem t : 1 = 1 ∧ True := by')} constructor\n  · rfl"
    code = "theorem t : 1 = 1 ∧ True := by constructor\n                               rfl\n                               trivial"
    first, second, third = v2.read(f"```lean4\n{code}\n```", Statement("t", ": 1 = 1 ∧ True")).proof.split("\n")
    assert first.index("constructor") == second.index("rfl") == third.index("trivial") == 31


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (SQUARE_FILE.replace("≤ 1 :=", "≤ 2 :="), ALTERED),
        (SQUARE_FILE.replace("(a : ℝ)", "(a : ℝ) (h : a = 1)"), ALTERED),
        (SQUARE_FILE.replace("(a : ℝ)", "(a : ℝ) /- (h : a = 1) -/ "), ""),
        (SQUARE_FILE.replace(" : a * (2 - a) ≤ 1", "\n    :\n    a*(2-a) ≤ 1 -- := by\n   "), ""),
        (SQUARE_FILE.replace("algebra_sqineq_at2malt1", "renamed"), ""),
        (SQUARE_FILE.replace("theorem", "lemma"), ""),
        (SQUARE_FILE.replace("theorem", "lemma help : 1 = 1 := rfl\n\ntheorem"), HELPERS),
        (SQUARE_FILE.replace("theorem", "-- lemma help\n/- def x := 1 -/\ntheorem"), ""),
        (SQUARE_FILE.replace("theorem", "def two : ℝ := 2\ntheorem"), HELPERS),
        (SQUARE_FILE.replace("theorem", "variable (b : ℝ)\ntheorem"), HELPERS),
        (SQUARE_FILE.replace("theorem", "attribute [simp] sub_nonneg\ntheorem"), HELPERS),
        (
            SQUARE_FILE.replace("theorem", "noncomputable section\nnamespace N\n@[simp] private theorem") + "\nend N\n",
            "",
        ),
        (SQUARE_FILE + "\n#print axioms algebra_sqineq_at2malt1\n", ""),
        (SQUARE_FILE + "\nexample : 1 = 1 := rfl\n", HELPERS),
        (SQUARE_FILE + "\ntheorem again : 1 = 1 := rfl\n", HELPERS),
        (SQUARE_FILE[: SQUARE_FILE.index(" := by")], NO_PROOF),
        (SQUARE_FILE[: SQUARE_FILE.index("  have")], NO_PROOF),
        ("theorem", ALTERED),
        ("-- nothing", NO_PROOF),
    ],
)
def test_an_answer_is_the_proof_of_the_asked_theorem_alone(code, reason):
    answer = v2.read(f"```lean4\n{code}\n```", SQUARE)
    assert answer.reason == reason
    assert (answer.proof is None) == bool(reason)
    if not reason:
        assert words(answer.proof) == words(SQUARE_PROOF)


def test_a_proof_term_is_the_same_as_exact():
    statement = Statement("t", "(p : Prop) (h : p) : p")
    assert v2.read("```lean4\ntheorem t (p : Prop) (h : p) : p := id h\n```", statement).proof == "exact (id h\n)"
    # What looks like a proof inside the statement is not one.
    default = Statement("t", "(n : ℕ := by exact 2) : n = n")
    assert v2.read("```lean4\ntheorem t (n : ℕ := by exact 2) : n = n := by rfl\n```", default).proof.strip() == "rfl"


def test_a_block_without_a_theorem_is_its_tactics_and_one_that_is_cut_off_is_none():
    assert v2.read("```lean4\nintro x\nsimp\n```", SQUARE).proof == "intro x\nsimp"
    assert v2.read("```lean4\nimport Mathlib\n```", SQUARE).reason == HELPERS
    assert v2.read(f"```lean4\n{SQUARE_FILE}", SQUARE).reason == NO_BLOCK
    assert v2.read("No code at all.", SQUARE).reason == NO_BLOCK


PIECES = (
    "```lean4\n", "```\n", "\n", "theorem ", "t ", ": 1 = 1 ", ":= by", "by ", "  simp", "lemma ", "-- x", "/-", "-/", '"',
    "end", "<think>", "</think>", "import Mathlib\n", "(", ")",
)  # fmt: skip
FRAGMENTS = st.lists(st.sampled_from(PIECES)).map("".join)


@given(st.sampled_from(names()), FRAGMENTS)
def test_an_answer_is_a_proof_or_a_reason_whatever_the_text(name, completion):
    answer = open_format(name).read(completion, Statement("t", ": 1 = 1"))
    assert (answer.proof is None) == bool(answer.reason)
    if name != "antiphon" and answer.proof:
        assert not {"theorem", "lemma", "import"} & {
            token for at, token in tokens(answer.proof) if at == 0 or answer.proof[at - 1] == "\n"
        }


# --- repair


def test_goedel_prover_v2_is_shown_its_errors_in_place():
    errors = [
        Message("error", 3, 2, "linarith failed to find a contradiction\n"),
        Message("error", 0, 0, "the proof does not parse"),
    ]
    text = open_format("goedel-prover-v2").repair(SQUARE, SQUARE_PROOF, errors, 0)
    assert text == (
        "The proof (Round 0) is not correct. Following is the compilation error message, where we use <error></error> "
        "to signal the position of the error.\n\n\nError 1:\n\nCorresponding Code:\n```lean4\n"
        "theorem algebra_sqineq_at2malt1 (a : ℝ) : a * (2 - a) ≤ 1 := by\n  have := mul_self_nonneg (a - 1)\n"
        "  have := mul_self_nonneg (a - 2)\n  <error>linarith</error>\n\n```\n\n"
        "Error Message: linarith failed to find a contradiction\n\nError 2:\n\nError Message: the proof does not parse\n"
        "\n\nBefore producing the Lean 4 code to formally prove the given theorem, provide a detailed analysis of the "
        "error message."
    )


def test_kimina_prover_is_shown_the_lines_around_an_error():
    text = open_format("kimina-prover").repair(SQUARE, SQUARE_PROOF, [Message("error", 1, 2, "unknown")], 0)
    assert text == (
        "# Error 1:\nError message: \nunknown\n\nLean 4 code snippet with error:\n```lean4\n"
        "001  | theorem algebra_sqineq_at2malt1 (a : ℝ) : a * (2 - a) ≤ 1 := by\n"
        "002 >|   have := mul_self_nonneg (a - 1)\n003  |   have := mul_self_nonneg (a - 2)\n004  |   linarith\n```\n"
    )


def test_a_model_that_knows_no_repair_is_not_asked_for_it():
    with pytest.raises(BadInput, match="stp knows no repair; those that do: goedel-prover-v2, kimina-prover"):
        open_format("stp").repair(SQUARE, "simp", [], 0)


# --- the real transcripts


@pytest.mark.skipif(not DATA.exists(), reason="the shared data folder is not here")
def test_every_real_file_reads_back_to_its_own_proof():
    rows = [json.loads(line) for line in gzip.decompress(DATA.read_bytes()).splitlines()]
    assert len(rows) == 1140
    for row in rows:
        code = row["code"]
        statement = parse_theorem(code)
        theorem = words(code[code.index(f"theorem {statement.name}") :])
        answers = [v2.read(f"Some words.\n\n```lean4\n{code}\n```\n", statement)]
        for name in CONTINUATIONS:
            proof = code[code.index(statement.text) + len(statement.text) :].split("by", 1)[1]
            completion = proof.removeprefix("\n") if open_format(name).prompt(statement).endswith("\n") else proof
            answers.append(open_format(name).read(f"{completion}\n```", statement))
        for answer in answers:
            assert answer.reason == ""
            assert words(f"{statement.text} := by\n{answer.proof}") == theorem
