"""Gate 0: what it refuses, and what it must let pass."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verify import policy
from verify.policy import ALLOWED, MAX_CHARACTERS, refuse, tokens
from verify.toolchain import PROJECT

BANNED = sorted(policy.INCOMPLETE | policy.SEARCHES | policy.COMPILED | policy.METAPROGRAMS | policy.COMMANDS)


@pytest.mark.parametrize("word", BANNED)
def test_every_banned_word_is_refused_where_it_stands(word):
    refusal = refuse(f"intro x\n  {word} foo")
    assert (refusal.token, refusal.line, refusal.column) == (word, 2, 2)
    assert f"`{word}`" in str(refusal)
    assert "(line 2, column 2)" in str(refusal)


@pytest.mark.parametrize(
    ("text", "token", "why", "line", "column"),
    [
        ("sorry", "sorry", "leaves the proof open", 1, 0),
        ("exact (sorryAx _ false)", "sorryAx", "leaves the proof open", 1, 7),
        ("constructor\n· simp\n· admit", "admit", "leaves the proof open", 3, 2),
        ("exact?", "exact?", "is a search", 1, 0),
        ("simp; apply?", "apply?", "is a search", 1, 6),
        ("decide +native", "native", "trusts compiled code", 1, 8),
        ("exact Lean.ofReduceBool _ _ rfl", "Lean.ofReduceBool", "is metaprogramming", 1, 6),
        ("exact foo.reduceBool", "foo.reduceBool", "trusts compiled code", 1, 6),
        ("run_tac pure ()", "run_tac", "is metaprogramming", 1, 0),
        ("exact by_elab return x", "by_elab", "is metaprogramming", 1, 6),
        ("open Lean in trivial", "Lean", "is metaprogramming", 1, 5),
        ("open Lean Elab in trivial", "Lean", "is metaprogramming", 1, 5),
        ("exact (unsafeCast 1)", "unsafeCast", "is metaprogramming", 1, 7),
        ("have := IO.FS.readFile", "IO.FS.readFile", "is metaprogramming", 1, 8),
        ("set_option debug.skipKernelTC true in rfl", "set_option", "changes an option", 1, 0),
        ("trivial\naxiom cheat : False", "axiom", "is a command", 2, 0),
        ("trivial\ntheorem x : False := y", "theorem", "is a command", 2, 0),
        ("trivial\nlocal instance : Add Nat := ⟨Nat.mul⟩", "local", "is a command", 2, 0),
        ('notation "x" => 1', "notation", "is a command", 1, 0),
        ("macro_rules | `(x) => `(y)", "macro_rules", "is a command", 1, 0),
        ("attribute [simp] foo", "attribute", "is a command", 1, 0),
        ("end Foo", "end", "is a command", 1, 0),
        ("let rec @[implemented_by f] g := 1", "@[", "gives an attribute", 1, 8),
        ("#eval 1", "#eval", "is a command", 1, 0),
        ("simp\n#exit", "#exit", "is a command", 2, 0),
        ("#print axioms foo", "#print", "is a command", 1, 0),
        # in disguise
        ("exact «sorry»", "«sorry»", "leaves the proof open", 1, 6),
        ("exact «Lean».«Elab».x", "«Lean».«Elab».x", "is metaprogramming", 1, 6),
        ("exact a.«sorry»", "a.«sorry»", "leaves the proof open", 1, 6),
        ("exact (sorry)", "sorry", "leaves the proof open", 1, 7),
        ("exact @sorry", "sorry", "leaves the proof open", 1, 7),
        ("exact ‹sorry›", "sorry", "leaves the proof open", 1, 7),
        ("exact ⟨1, sorry⟩", "sorry", "leaves the proof open", 1, 10),
        ("exact x.1.sorry", "sorry", "leaves the proof open", 1, 10),
        ("exact 1+sorry", "sorry", "leaves the proof open", 1, 8),
        ("iterate 3sorry", "sorry", "leaves the proof open", 1, 9),
        ("/- comment -/ sorry", "sorry", "leaves the proof open", 1, 14),
        ("/- /- -/ -/sorry", "sorry", "leaves the proof open", 1, 11),
        ("/-/ -/sorry", "sorry", "leaves the proof open", 1, 6),
        ("-- comment\nsorry", "sorry", "leaves the proof open", 2, 0),
        ('have := "text" ++ sorry', "sorry", "leaves the proof open", 1, 18),
        ('have := "a \\" b" ++ sorry', "sorry", "leaves the proof open", 1, 20),
        ('have := "\\\\" ++ sorry', "sorry", "leaves the proof open", 1, 16),
        ("have := '\"'; sorry --\"", "sorry", "leaves the proof open", 1, 13),
        ("have := '\\''; sorry", "sorry", "leaves the proof open", 1, 14),
        ("have := '\\x41'; sorry", "sorry", "leaves the proof open", 1, 16),
        ("have := h'; sorry'; sorry", "sorry", "leaves the proof open", 1, 20),
        # characters that one does not see
        ("sor\u200bry", "U+200B", "is an invisible character", 1, 3),
        ("rfl\n -- \u202e yrros", "U+202E", "is an invisible character", 2, 4),
        ("rfl \u2066", "U+2066", "is an invisible character", 1, 4),
        ("\ufeffrfl", "U+FEFF", "is an invisible character", 1, 0),
        ("rfl\x00", "U+0000", "is an invisible character", 1, 3),
        ("rfl\x1b[2J", "U+001B", "is an invisible character", 1, 3),
        ("so\u00adrry", "U+00AD", "is an invisible character", 1, 2),
        ("rfl \ud800", "U+D800", "is an invisible character", 1, 4),
        ("rfl \ue000", "U+E000", "is an invisible character", 1, 4),
    ],
)
def test_refusals(text, token, why, line, column):
    refusal = refuse(text)
    assert refusal is not None
    assert (refusal.token, refusal.line, refusal.column) == (token, line, column)
    assert why in refusal.why


@pytest.mark.parametrize(
    "text", ['exact s!"{sorry}"', 'exact s!"{1} and { x + sorry }"', 'exact m!"{Lean.x}"', 'f "{by native_decide}"']
)
def test_code_inside_a_string_is_read(text):
    refusal = refuse(text)
    assert refusal is not None
    assert refusal.column >= text.index('"')


BENIGN = [
    "",
    "simp",
    "exact List.prefix_append _ _",
    "exact axiom_of_choice",
    "exact h_sorry",
    "rw [sorry_free, my.not_sorry, lemma_1, theorem']",
    "exact Foo.endpoint.classical",
    "simp [h.left] -- sorry, this is no proof; axiom",
    "/- sorry -/ rfl",
    "/- outer /- sorry -/ run_tac -/ rfl",
    "/-- `theorem` inside a doc comment -/ rfl",
    "/- --/ rfl",
    'have : "notation" = "notation" := rfl',
    'have : "a \\" sorry" = x := rfl',
    "have : 'a' ≠ 'b' := by decide",
    "have : '\"' ≠ 'b' := by decide",
    "have : '\\n' = '\\x0a' := rfl",
    "open Nat in exact succ_pos _",
    "open Real Nat in simp",
    "obtain ⟨«my name», h⟩ := h",
    "exact «a b».c",
    "nlinarith [sq_nonneg (a - b), sq_nonneg (a + b), mul_pos ha hb, mul_self_nonneg (a*b - 1)]",
    "intro x hx\nrcases hx with ⟨y, rfl⟩ | h <;> simp_all [Nat.succ_le_iff]",
    "refine ⟨fun h ↦ ?_, fun h => ?_⟩\n· exact?' h\n· exact h",
    "calc a = b := by ring\n  _ ≤ c := h.le\n  _ < d := by positivity",
    "induction n with\n| zero => simp\n| succ n ih => rw [Nat.pow_succ]; omega",
    "rcases lt_trichotomy a b with h | h | h",
    "have h₁ : ∀ ε > 0, ∃ δ > 0, |x - y| < δ → ‖f x - f y‖ ≤ ε := by\n  simpa using h",
    "∑ i ∈ Finset.range n, (i : ℝ)⁻¹ ≤ √2 ∧ ¬ (p ∣ q) ∨ a ≡ b [MOD n]",
    "f '' s ⊆ t ∩ (g ⁻¹' u)",
    "xs[0]'h",
    "a % b = 0",
    "show (5 : ℕ)! = 120",
    "x!",
    "first | rfl | omega | grind",
    "decide",
    "norm_num [abs_of_pos]",
    "termination_by n => n\ndecreasing_by omega",
    "let rec go (n : ℕ) : ℕ := n\nexact go 1",
    "#[1, 2].size = 2",
    "\tsimp\r\n  rfl",
    "exact (h : p → q) hp |>.elim",
    "exact h.2.1",
    "simp only [«foo», ← h, if_pos rfl] at h ⊢",
]


@pytest.mark.parametrize("text", BENIGN)
def test_benign_proofs_pass(text):
    assert refuse(text) is None


def test_the_longest_text_allowed_and_one_more():
    assert refuse("x" * MAX_CHARACTERS) is None
    refusal = refuse("x" * (MAX_CHARACTERS + 1))
    assert (refusal.line, refusal.column) == (1, 0)
    assert str(MAX_CHARACTERS) in str(refusal)


@pytest.mark.parametrize(
    "proof",
    [
        's!"{"--"}{sorry}"', 'exact f s!"{"/-"}"\nrun_tac foo', 'r"\\"; sorry; have := "x"', "n%sorry", "n%Lean.foo",
        "iterate 0x1sorry", "1e5sorry", "try exact x[0]'\"' \"\nrun_tac x\ntry exact \"y\"", "λsorry",
    ],
)  # fmt: skip
def test_the_lexer_cannot_be_led_astray(proof):
    assert refuse(proof) is not None


def test_tokens_have_their_places():
    text = "exact a.«b c».d' (h₁ - 2) -- x\n#check \"s\" 'c' y!"
    assert list(tokens(text)) == [
        (0, "exact"), (6, "a.«b c».d'"), (17, "("), (18, "h₁"), (21, "-"), (23, "2"), (24, ")"),
        (31, "#check"), (46, "y!"),
    ]  # fmt: skip
    for offset, token in tokens(text):
        assert text.startswith(token, offset)


PIECES = ["sorry", "--", "/-", "-/", '"', "'", "\\", "{", "}", "«", "»", "\n", " ", ".", "#", "x", "₁", "s!", "1", "∀"]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


@given(TEXTS)
@example("'\\")
@example("«")
@example('"\\')
@example("#")
@example("a.")
def test_refuse_never_raises_and_points_into_the_text(text):
    list(tokens(text))
    refusal = refuse(text)
    if refusal:
        lines = text.split("\n")
        assert 1 <= refusal.line <= len(lines)
        assert 0 <= refusal.column < len(lines[refusal.line - 1])
        if not refusal.token.startswith("U+"):
            rest = "\n".join(lines[refusal.line - 1 :])[refusal.column :]
            assert rest.startswith(refusal.token)


@given(TEXTS)
def test_tokens_stand_in_the_text_one_after_the_other(text):
    end = 0
    for offset, token in tokens(text):
        assert token
        assert offset >= end
        assert text.startswith(token, offset)
        end = offset + len(token)


PLAIN = st.text("abcxyz ₁()+*∀→ℝ\n")


@given(PLAIN, st.sampled_from([*BANNED, "#eval"]), PLAIN)
def test_a_banned_word_counts_outside_comments_and_strings_only(before, word, after):
    assert refuse(f"{before} /- {word} -/ {after}") is None
    assert refuse(f"{before} /- a /- {word} -/ {word} -/ {after}") is None
    assert refuse(f"{before}\n-- {word}\n{after}") is None
    assert refuse(f'{before} "{word}" {after}') is None
    refusal = refuse(f"{before} /- comment -/; {word} {after}")
    assert refusal.token == word
    for glued in (f"x{word}", f"{word}_", f"{word}x", f"{word}₁"):
        assert refuse(f"{before} {glued.strip('#')} {after}") is None or "%" in word or word == "#eval"


def test_the_words_of_our_own_header_are_allowed():
    """What the header makes a word of the syntax could otherwise not be written in a proof."""
    header = (PROJECT / "header" / "core.lean").read_text()
    notations = re.findall(r'^\s*(?:local )?(?:notation|prefix|infix\w*)\S* .*', header, re.MULTILINE)
    words = {word.strip() for line in notations for word in re.findall(r'"([^"]+)"', line)}
    assert {"Real.sqrt", "≡"} <= words
    assert {word for word in words if re.search("[a-zA-Z]", word)} <= ALLOWED
