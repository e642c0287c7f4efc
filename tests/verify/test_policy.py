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
        ("let rec @[csimp] f := g", "@[", "gives an attribute", 1, 8),
        ("exact `(tactic| rfl)", "`", "quotes syntax", 1, 6),
        ("exact ``Nat.add", "`", "quotes syntax", 1, 6),
        ("exact lcProof", "lcProof", "is metaprogramming", 1, 6),
        ("exact Quot.lcInv h", "Quot.lcInv", "is metaprogramming", 1, 6),
        ("exact Array.mapMUnsafe f", "Array.mapMUnsafe", "is metaprogramming", 1, 6),
        ("exact value_of% x", "value_of%", "is a tool of the library's own", 1, 6),
        ("exact exact?%", "exact?%", "is a search", 1, 6),
        ("have h : 1 = 1 := rfl\n  stop\nrfl", "stop", "leaves the proof open", 2, 2),
        ("constructor <;> stop", "stop", "leaves the proof open", 1, 16),
        ("open Lean.Grind in simp", "Lean.Grind", "is metaprogramming", 1, 5),
        ("exact Lean.Grind.x.Elab", "Lean.Grind.x.Elab", "is metaprogramming", 1, 6),
        # options
        ("set_option maxHeartbeats 0 in simp", "set_option", "changes an option", 1, 0),
        ("set_option maxRecDepth 4097 in simp", "set_option", "changes an option", 1, 0),
        ("set_option maxRecDepth 0x10 in simp", "set_option", "changes an option", 1, 0),
        ("set_option maxRecDepth 1000", "set_option", "changes an option", 1, 0),
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
        ("exact h\u3164", "U+3164", "is an invisible character", 1, 7),
        ("rfl\u2028sorry", "U+2028", "is an invisible character", 1, 3),
        # where Lean's longest symbol is not ours
        ("rw [<--sorry]", "--", "may be a comment", 1, 5),
        ("exact {x //-sorry = x} -/", "/-", "may be a comment", 1, 10),
        ("exact p \\/-sorry -/", "/-", "may be a comment", 1, 9),
        ('let rec /--/ " -/ f := sorry --"', "/-", "may be a comment", 1, 8),
        ('exact (a ×\'"\' " sorry " x ")', "'\"", "may be a character", 1, 10),
        ("exact f 'a''\"' sorry \"x\"", "'\"", "may be a character", 1, 11),
        ("have : 1 ≡ 1 [MODsorry] := rfl", "sorry", "leaves the proof open", 1, 17),
        ('exact s!"\\\\{sorry}"', '"', "begins a string", 1, 8),
        ("simpa using sᶜsorry", "sorry", "leaves the proof open", 1, 14),
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
    "#v[1, 2].toArray = # [1]",
    "#s + #(t ∪ u) = #univ",
    "exact h.end.theorem.open_in",
    "obtain ⟨«theorem», h⟩ := «end»",
    "rw [show stop - start = n from hint stop]",
    "simp [Range.stop, r.stop, h.sleep]",
    "exact Lean.Grind.Semiring.mul_one a",
    "set_option maxRecDepth 4096 in simp",
    "exact (rfl)-- done",
    "exact ⟨rfl⟩/- done -/",
    "x % 2 = n%2 ∧ type_of% x = ℕ",
    "show n - -1 = n -(-1)",
    "exact {x // x = y}",
    "exact h -- 'tis \"no string",
    "[MOD n] [ZMOD n] [MODULE]",
    "f ''s ⊆ (fun x' ↦ x') '' t'",
    'have := "\\\\" ++ "a\\"b"',
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
        assert refuse(f"{before} {glued.strip('#')} {after}") is None or "%" in word or word in ("#eval", "∎")


def test_the_words_of_our_own_dialect_are_allowed():
    """What it makes a word of the syntax could otherwise not be written in a proof."""
    dialect = (PROJECT / "Antiphon" / "Dialect.lean").read_text()
    notations = re.findall(r"^(?:notation|infix|macro|syntax)(?!_rules).*?(?==>|\n)", dialect, re.MULTILINE)
    words = {word.strip() for line in notations for word in re.findall(r'"([^"]+)"', line)}
    assert {"Real.sqrt", "≡", "nlinarith", "π"} <= words
    ours = {word for word in words if word.startswith("antiphon_")}  # of the macros, for the macros
    assert {word for word in words - ours if re.search("[a-zA-Z]", word)} <= ALLOWED
    assert not ours & ALLOWED


def test_the_two_lists_do_not_meet():
    assert not ALLOWED & policy.REFUSED.keys()
    assert policy.REFUSED.keys() >= policy.NAMES
    assert policy.REFUSED.keys() >= policy.ALSO_NAMES


TOKENS_OF_LEAN = """#check #check_assertions #check_failure #check_simp #check_tactic #check_tactic_failure #discr_tree_key
#discr_tree_simp_key #dump_async_env_state #eval #eval! #exit #grind_lint #guard #guard_expr #guard_msgs #import_path
#info_trees #print #reduce #synth #time #version #where #with_exporting @[ Prop Sort StateRefT Type ` abbrev
add_decl_doc assert! assert_not_exists assert_not_imported at attribute axiom bif binder_predicate binop% binop_lazy%
binrel% binrel_no_prop% break builtin_dsimproc builtin_dsimproc_decl builtin_grind_propagator builtin_initialize
builtin_simproc builtin_simproc_decl builtin_simproc_pattern% by by? by_elab calc catch class clear% coinductive
coinductive_fixpoint continue dbg_trace debug_assert! decl_name% declare_bitwise_int_theorems
declare_bitwise_uint_theorems declare_int_theorems declare_simp_like_tactic declare_syntax_cat declare_uint_theorems
decreasing_by def default_or_ofNonempty% deriving do docs_to_verso dsimproc dsimproc_decl elab elab_rules else end
ensure_expected_type% ensure_type_of% eval_prec eval_prio exact?% example exists export extends f! finally for for_in%
for_in'% forall from fun gen_injective_theorems% generalizing grind_annotated grind_pattern grind_propagator have haveI
hiding if import in include include_str inductive inductive_fixpoint infix infixl infixr init_grind_norm init_quot
initialize instance leading_parser leftact% let letI let_delayed let_expr let_fun let_mvar% let_tmp local logNamedError
logNamedErrorAt logNamedWarning logNamedWarningAt macro macro_rules match match_expr matches max_prec meta mod_cast mut
mutual namespace nat_lit no_error_if_unused% no_implicit_lambda% no_index nofun nomatch noncomputable nonrec
norm_cast_add_elim notation omit opaque open panic! partial partial_fixpoint postfix prefix println! private
private_decl% protected public recommended_spelling register_error_explanation register_tactic_tag renaming repeat
reset_grind_attrs% return rightact% run_cmd run_elab run_meta s! satisfies_binder_pred% scoped seal section
set_library_suggestions set_option show show_term show_term_elab simproc simproc_decl simproc_pattern% sorry structure
suffices syntax tactic_alt tactic_extension tactic_tag termination_by termination_by? then theorem throwNamedError
throwNamedErrorAt trailing_parser try type_of% unif_hint universe unless unop% unreachable! unsafe unseal until using
value_of% variable wait_if_contains_mvar% wait_if_type_contains_mvar% wait_if_type_mvar% where while with with_decl_name%
with_weak_namespace without_expected_type""".split()


@pytest.mark.parametrize("token", TOKENS_OF_LEAN)
def test_every_reserved_word_of_lean_is_on_one_of_the_lists(token):
    """The token table of the embedded Lean, as it was read from it: whatever a word may do, somebody has decided."""
    passes = refuse(f"intro x; {token} foo") is None
    assert passes is (token in ALLOWED and token != "set_option")
