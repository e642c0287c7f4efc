"""Gate 0: what a candidate's text may not contain. Microseconds, no Lean.

Two lists. `REFUSED` are words that no proof may contain, each with its reason. `ALLOWED` are the words of
Lean's syntax that a proof may be made of. A lexer cannot tell a word of the syntax from a name, so any other
word passes here as a name; Lean's parser can, and holds the parsed proof against `ALLOWED` before a step of
it is run (`strange` in `Repl.lean`): there, a keyword that nobody has thought of is refused too.

The rules are ours to change, so every verdict carries `VERSION`. A refusal is an outcome of its own:
training can see it, and a person is told the token and where it stands. Words inside comments and strings,
and parts of longer names (`List.prefix_append`, `h.end`, `axiom_of_choice`), are not tokens and pass.
Knowledge: the exploit table of docs/trust.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

VERSION = "2"
MAX_CHARACTERS = 32_768
MAX_REC_DEPTH = 4_096
"""What `set_option maxRecDepth N in` may ask for."""

INCOMPLETE = frozenset("sorry admit stop mstop sorryAx".split())
SEARCHES = frozenset(
    """apply? exact? exact?% rw? rw?? rw_search hint hint? simp? simp?! simp_all? simp_all?! simpa? simpa?! dsimp?
    dsimp?! simp_arith? aesop? omega? grind? decide? norm_num? show_term show_term? show_term_elab try? by? finish?
    cases? induction? have? observe observe? unfold? conv? congrm? continuity? measurability? fun_prop? positivity?
    termination_by? mvcgen? polyrith slim_check plausible propose suggest suggestions library_search
    attempt_all attempt_all_par first_par ∎""".split()
)
COMPILED = frozenset(
    """native_decide decide! bv_decide bv_decide? bv_check native ofReduceBool ofReduceNat reduceBool reduceNat
    trustCompiler""".split()
)
METAPROGRAMS = frozenset(
    """run_tac by_elab run_elab run_cmd run_meta eval% include_str include_bytes unsafe Lean IO Elab dbg_trace
    dbgTrace dbgTraceVal dbgTraceIfShared dbgStackTrace dbgSleep sleep println! panic! unreachable! todo! assert!
    debug_assert! throwError throwErrorAt throwNamedError throwNamedErrorAt logNamedError logNamedErrorAt
    logNamedWarning logNamedWarningAt leading_parser trailing_parser match_expr let_expr let_tmp let_delayed
    StateRefT eval_prec eval_prio max_prec unif_hint with_annotate_state with_annotate_term declare_config_elab
    lcProof lcUnreachable lcAny lcErased lcCast lcVoid lcInv""".split()
)
COMMANDS = frozenset(
    """axiom theorem lemma def abbrev opaque instance inductive coinductive structure class extends example variable
    universe notation notation3 infix infixl infixr prefix postfix macro macro_rules syntax elab elab_rules simproc
    dsimproc simproc_decl dsimproc_decl builtin_simproc builtin_dsimproc builtin_simproc_decl builtin_dsimproc_decl
    initialize builtin_initialize attribute import prelude public meta namespace section mutual deriving
    extern implemented_by csimp export partial noncomputable nonrec private protected local scoped omit include end
    declare_syntax_cat declare_simp_like_tactic binder_predicate grind_pattern grind_propagator
    builtin_grind_propagator grind_annotated add_decl_doc init_quot seal unseal register_error_explanation
    register_tactic_tag recommended_spelling set_library_suggestions tactic_alt tactic_extension tactic_tag
    docs_to_verso assert_not_exists assert_not_imported init_grind_norm norm_cast_add_elim with_weak_namespace
    partial_fixpoint inductive_fixpoint coinductive_fixpoint declare_int_theorems declare_uint_theorems
    declare_bitwise_int_theorems declare_bitwise_uint_theorems alias irreducible_def proof_wanted
    suppress_compilation unsuppress_compilation initialize_simps_projections""".split()
)
MACHINERY = frozenset(
    """binop% binop_lazy% binrel% binrel_no_prop% leftact% rightact% unop% clear% decl_name% private_decl%
    default_or_ofNonempty% ensure_expected_type% ensure_type_of% for_in% for_in'% gen_injective_theorems% let_mvar%
    no_error_if_unused% no_implicit_lambda% reset_grind_attrs% satisfies_binder_pred% simproc_pattern%
    builtin_simproc_pattern% value_of% wait_if_contains_mvar% wait_if_type_contains_mvar% wait_if_type_mvar%
    with_decl_name% without_expected_type""".split()
)
HASH_COMMANDS = frozenset(
    """eval eval! exec check check_assertions check_failure check_simp check_simp_failure check_tactic
    check_tactic_failure print exit reduce synth time version where with_exporting guard guard_expr guard_msgs
    discr_tree_key discr_tree_simp_key dump_async_env_state grind_lint import_path info_trees lint find find_home
    help html widget simp norm_num conv ring_nf push_cast whnf whnfR aesop_rules count_heartbeats loogle leansearch
    moogle search min_imports redundant_imports trans_imports import_diff sample test unfold? instances
    print_sorry_in push_discr_tree""".split()
)
ALSO_NAMES = frozenset("stop hint observe plausible propose suggest suggestions sleep".split())
"""Refused only where a tactic begins: elsewhere they are good names, such as `start` and `stop`."""
NAMES = (
    INCOMPLETE - {"stop"}
    | COMPILED
    | frozenset(
        """Lean IO Elab dbgTrace dbgTraceVal dbgTraceIfShared dbgStackTrace dbgSleep lcProof lcUnreachable lcAny lcErased
    lcCast lcVoid lcInv""".split()
    )
)
"""Refused as parts of a longer name too, and in `«»`: here it is what they name that must not be there."""

REFUSED = {
    **dict.fromkeys(MACHINERY, "is a tool of the library's own, no word of a proof"),
    **dict.fromkeys(COMMANDS, "is a command, not part of a proof"),
    **dict.fromkeys(SEARCHES, "is a search, not a proof"),
    **dict.fromkeys(METAPROGRAMS, "is metaprogramming"),
    **dict.fromkeys(COMPILED, "trusts compiled code"),
    **dict.fromkeys(INCOMPLETE, "leaves the proof open"),
}
_SYMBOLS = {
    '"': "begins a string that may run code, or a raw one",
    "`": "quotes syntax, which is metaprogramming",
    "@[": "gives an attribute, which may run code",
    "--": "may be a comment or part of a symbol; put a space before it",
    "/-": "may be a comment or part of a symbol; put a space before it",
}

ALLOWED = frozenset(
    # terms
    """fun forall exists let have haveI letI let_fun show from suffices by match with if then else at using where rec
    in generalizing motive nomatch nofun matches calc bif Type Prop Sort max imax do return for mut while until unless
    repeat try catch finally break continue termination_by decreasing_by structural type_of% no_index nat_lit mod_cast
    inferInstanceAs open hiding renaming set_option s! f! congr( fun₀ #v[ [MOD [ZMOD [PMOD [SMOD""".split()
    # notations of the Core header
    + """Real.sqrt Real.pi Real.exp Real.log Real.logb Real.sin Real.cos Real.tan Real.arcsin Real.arccos Real.arctan
    sqrt log logb sin cos tan""".split()
    # tactics of Lean
    + """intro intros rename rename_i revert clear clear_value subst subst_vars subst_eqs assumption assumption_mod_cast
    contradiction false_or_by_contra apply exact refine refine' refine_lift refine_lift' exfalso constructor left right
    case case' next all_goals any_goals focus skip done trace trace_state fail fail_if_success first solve iterate
    repeat' repeat1 repeat1' rotate_left rotate_right with_reducible with_reducible_and_instances with_unfolding_all
    with_unfolding_none eq_refl rfl rfl' apply_rfl ac_rfl ac_nf ac_nf0 infer_instance change generalize rw rwa erw
    rewrite rw_mod_cast injection injections simp simp! simp_all simp_all! simpa simpa! dsimp dsimp! simp_arith
    simp_arith! simp_all_arith simp_all_arith! simp_wf clean_wf delta unfold let' have' cases induction fun_cases
    fun_induction replace and_intros trivial classical split unhygienic symm symm_saturate specialize decide omega
    bv_omega bv_normalize norm_cast norm_cast0 push_cast exact_mod_cast apply_mod_cast congr rcases rintro obtain ext
    ext1 funext solve_by_elim apply_rules apply_assumption conv grind lia cutsat grobner linarith by_cases extract_lets
    lift_lets let_to_have expose_names as_aux_lemma decreasing_tactic decreasing_with decreasing_trivial monotonicity
    get_elem_tactic get_elem_tactic_trivial guard_expr guard_hyp guard_target mvcgen only config""".split()
    # inside `conv` and `grind`
    + """lhs rhs arg args enter pattern occs whnf zeta reduce simp_match tactic tactic' ring ac mbtc instantiate finish
    use show_state show_cases show_eqcs show_true show_false show_asserted thm thms""".split()
    # tactics of Mathlib and Batteries
    + """nlinarith linarith! nlinarith! linear_combination linear_combination' linear_combination2 exp positivity ring!
    ring_nf ring_nf! ring1 ring1! ring1_nf ring1_nf! noncomm_ring abel abel! abel1 abel_nf abel_nf! group module
    match_scalars field field_simp norm_num norm_num1 push_neg push pull by_contra by_contra! use! use_discharger tauto
    aesop aesop_cat gcongr rel bound interval_cases fin_cases mod_cases nth_rw nth_rewrite nth_grw nth_grewrite
    grw grewrite apply_rw simp_rw contrapose contrapose! absurd continuity measurability fun_prop disch cases'
    induction' cases_type cases_type! casesm casesm! constructorm choose choose! lift to pick_goal swap on_goal apply_fun
    apply_congr convert convert! convert_to ac_change congr! congrm conv_lhs conv_rhs set set! clear_ clear!
    clear_aux_decl split_ifs split_ands rename' rename_bvar reduce_mod_char reduce_mod_char! trans transitivity eapply
    fapply fconstructor econstructor exacts existsi itauto itauto! infer_param inhabit nontriviality peel qify rify zify
    push_ofReal triv trfl wlog rsuffices substs simp_intro subsingleton swap_var tfae_have tfae_finish unfold_let
    unfold_projs beta_reduce eta_reduce eta_expand eta_struct refold_let whisker_simps coherence monoidal bicategory
    slice_lhs slice_rhs compute_degree compute_degree! monicity monicity! algebraize assumption' borelize cancel_denoms
    filter_upwards finiteness generalize_proofs generalize' mono rcongr map_tacs seq_focus recover cc obviously
    order""".split()
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The token that is not allowed, why, and where (line from 1, column from 0)."""

    token: str
    why: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"`{self.token}` {self.why} (line {self.line}, column {self.column})"


def refuse(text: str) -> Refusal | None:
    """The first thing in `text` that the policy does not allow, or None."""
    if len(text) > MAX_CHARACTERS:
        return Refusal(f"{len(text)} characters", f"is longer than {MAX_CHARACTERS}", 1, 0)
    if hidden := [char for char in set(text) if _is_invisible(char)]:
        first = min(text.index(char) for char in hidden)
        return _refusal(text, first, f"U+{ord(text[first]):04X}", "is an invisible character")
    found = list(tokens(text))
    for k, (position, token) in enumerate(found):
        if why := _why(text, found, k):
            return _refusal(text, position, token, why)
    return None


def _why(text: str, found: list[tuple[int, str]], k: int) -> str:
    """What is wrong with token `k` of `found`; '' for nothing."""
    _, token = found[k]
    if token in _SYMBOLS:
        return _SYMBOLS[token]
    if token[0] == "'" and len(token) == 2:
        return "may be a character or part of a symbol; put a space before it"
    if token.startswith("#") and len(token) > 1:
        return "is a command, not part of a proof"
    if token in ALSO_NAMES and not _begins_tactic(text, found, k):
        return ""
    if token == "set_option":
        return (
            ""
            if _may_set([word for _, word in found[k + 1 : k + 4]])
            else "changes an option that is not ours to change"
        )
    if why := REFUSED.get(token):
        return why
    parts = token.removeprefix("Lean.") if token.startswith("Lean.Grind.") else token  # algebra, no code
    for part in parts.split("."):
        part = part.strip("«»")
        if part in NAMES:
            return REFUSED[part]
        if _UNSAFE.search(part):
            return REFUSED["unsafe"]
    return ""


def _begins_tactic(text: str, found: list[tuple[int, str]], k: int) -> bool:
    line = text[: found[k][0]].rpartition("\n")[2]
    return not line.strip() or found[k - 1][1] in ("by", ";", "·", ">")  # `>` of `<;>` and `=>`


def _may_set(words: list[str]) -> bool:
    if len(words) < 3 or words[0] != "maxRecDepth" or words[2] != "in":
        return False
    return words[1].isascii() and words[1].isdigit() and int(words[1]) <= MAX_REC_DEPTH


def _refusal(text: str, position: int, token: str, why: str) -> Refusal:
    before = text[:position]
    return Refusal(token, why, before.count("\n") + 1, position - (before.rfind("\n") + 1))


def _is_invisible(char: str) -> bool:
    return char not in "\n\t\r" and (
        unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
        or char in "\u034f\u115f\u1160\u2800\u3164\uffa0"
    )


def tokens(text: str) -> Iterator[tuple[int, str]]:
    """Names (dotted, with `«»`), words with their `%`, `#words` and single symbols, with their offsets.

    Comments and the contents of strings are left out. What cannot be closed (a comment, a string, a
    `«`) runs to the end of the text; Lean itself refuses such a text, so nothing is hidden by it. Where Lean's
    rule of the longest symbol may read a comment or a character otherwise than we do (`<--x` is `<-` and `-x`),
    its first characters are a token of their own, which `refuse` refuses.
    """
    i, n = 0, len(text)
    while i < n:
        char = text[i]
        if char == " " or char == "\n":
            i += 1
        elif char == "r" and (raw := _RAW_STRING.match(text, i)):
            yield raw.end() - 1, '"'
            i = raw.end()
        elif char == "«" or _WORD.match(text, i):
            j = _after_name(text, i)
            if text.startswith("%", j) and text[i:j] + "%" in REFUSED:
                j += 1
            yield i, text[i:j]
            i = j
        elif text.startswith("--", i):
            if _glued(text, i):
                yield i, "--"
            i = _after(text, "\n", i)
        elif text.startswith("/-", i):
            if _glued(text, i) or text.startswith("/--/", i):
                yield i, "/-"
            i = _after_block_comment(text, i)
        elif char == '"':
            end, runs_code = _after_string(text, i)
            if runs_code:
                yield i, '"'
            i = end
        elif char == "'" and not (i and text[i - 1] == "]") and (literal := _CHARACTER.match(text, i)):
            if i and (_glued(text, i) or text[i - 1] == "'") and literal[0][1] in '"\\-/«`':
                yield i, text[i : i + 2]
            i = literal.end()
        elif text.startswith("@[", i):
            yield i, "@["
            i += 2
        elif char in _DIGITS:
            j = _NUMBER.match(text, i).end()
            yield i, text[i:j]
            i = j
        elif char == "#" and (command := _HASH_WORD.match(text, i)) and command[1] in HASH_COMMANDS:
            yield i, command[0]
            i = command.end()
        elif char == "[" and (opening := _MODULUS.match(text, i)):
            yield i, "["
            yield i + 1, opening[0][1:]
            i = opening.end()
        else:
            if not char.isspace():
                yield i, char
            i += 1


_DIGITS = frozenset("0123456789")
# As Lean's `isIdFirst` and `isIdRest`; any other letter is a symbol, here and there.
_FIRST = "A-Za-z_\u0391-\u039f\u03a1\u03a2\u03a4-\u03ba\u03bc-\u03fb\u1f00-\u1ffe\u2100-\u214f\U0001d49c-\U0001d59f"
_WORD = re.compile(f"[{_FIRST}][{_FIRST}0-9'!?\u2080-\u2089\u2090-\u209c\u1d62-\u1d6a\u2c7c]*")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_RAW_STRING = re.compile(r'r#*"')  # other rules for its end than ours: not worth learning
_CHARACTER = re.compile(r"""'(?:\\(?:[\\"'rnt]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})|[^\\'])'""")
_HASH_WORD = re.compile(r"#([A-Za-z_]+[!?]?)")
_MODULUS = re.compile(r"\[[ZPS]?MOD")  # `[MODx]` is `[MOD` and `x`
_UNSAFE = re.compile(r"^unsafe[A-Z]|Unsafe(?![a-z])")
_NEVER_GLUED = frozenset("()[]{}⟨⟩«»_'\",;:.=>·?!")


def _glued(text: str, i: int) -> bool:
    """Whether the character before `i` may be one symbol with the character at `i`."""
    if i == 0:
        return False
    before = text[i - 1]
    return not (before.isspace() or before.isalnum() or before in _NEVER_GLUED)


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


def _after_name(text: str, i: int) -> int:
    while True:
        i = _after(text, "»", i) if text.startswith("«", i) else _WORD.match(text, i).end()
        if not (text.startswith(".", i) and (text.startswith("«", i + 1) or _WORD.match(text, i + 1))):
            return i
        i += 1


def _after_block_comment(text: str, i: int) -> int:
    i += 3 if text.startswith(("/--", "/-!"), i) else 2
    depth = 1
    while i < len(text) and depth:
        if text.startswith("/-", i):
            depth, i = depth + 1, i + 2
        elif text.startswith("-/", i):
            depth, i = depth - 1, i + 2
        else:
            i += 1
    return i


def _after_string(text: str, i: int) -> tuple[int, bool]:
    """Its end, and whether it would run code as `s!"{code}"`: we need not know which strings interpolate."""
    i, runs_code = i + 1, False
    while i < len(text) and text[i] != '"':
        runs_code |= text[i] == "{"
        i += 2 if text[i] == "\\" else 1
    return min(i + 1, len(text)), runs_code
