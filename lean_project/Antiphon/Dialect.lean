module

public import Init
public import Antiphon.Core
public meta import Init.Meta

/-!
# The dialect of the Core profile: notations and tactics

Mathlib's tactic names are macros over the tactics Lean itself has (`grind`, `simp`, `omega`, …), so
that one proof text serves both profiles. A macro only *searches*: what it finds is an ordinary proof
term that the kernel checks, so it can be too weak but never wrong.

Macros, not elaborators: an elaborator would pull the whole of `Lean.Elab` into every process. What a
macro cannot see, the atoms of the goal and the local hypotheses, `grind`'s pattern matching finds.

Everything is `meta`, and closed terms stay where they are (`compiler.extract_closed`): only then does
the embedded Lean read the code of a macro from the `.olean`. It reads that of the declarations written
here, not of those that the compiler makes along with them: no macro may have a local function or a
closure (`strings Dialect.ir | grep _lam_` shows nothing).
-/

set_option autoImplicit false
set_option linter.all false
set_option compiler.extract_closed false
public meta section

notation "ℕ" => Nat
notation "ℤ" => Int
notation "ℚ" => Rat
macro:max atomic("|" noWs) a:term noWs "|" : term => `(abs $a)
notation:50 a " ≡ " b " [MOD " n "]" => Nat.ModEq n a b
notation:50 a " ≡ " b " [ZMOD " n "]" => Int.ModEq n a b
notation:10000 n "!" => Nat.factorial n
notation:max "⌊" a "⌋" => Int.floor a
notation:max "⌈" a "⌉" => Int.ceil a
notation:max "⌊" a "⌋₊" => Nat.floor a
notation:max "⌈" a "⌉₊" => Nat.ceil a
infixl:25 " ≃ " => Equiv
infixl:80 " '' " => Set.image
macro "∃!" xs:Lean.explicitBinders ", " b:term : term => return ⟨← Lean.expandExplicitBinders ``ExistsUnique xs b⟩

/-! ## Sets, sums and products

`in` is the older `∈` of a bounded sum; both are common in statements. -/

macro (priority := low) "{" x:ident " | " p:term "}" : term => `(setOf fun $x:ident => $p)
macro (priority := low) "{" x:ident " : " t:term " | " p:term "}" : term => `(setOf fun ($x:ident : $t) => $p)
macro (priority := low) "{" x:ident " ∈ " s:term " | " p:term "}" : term =>
  `(setOf fun $x:ident => $x:ident ∈ $s ∧ $p)

macro:67 "∑ " x:term:max " ∈ " s:term ", " b:term:67 : term => `(Finset.sum $s fun $x => $b)
macro:67 "∑ " x:term:max " in " s:term ", " b:term:67 : term => `(Finset.sum $s fun $x => $b)
macro:67 "∑ " x:ident ", " b:term:67 : term => `(Finset.sum Finset.univ fun $x:ident => $b)
macro:67 "∑ " x:ident " : " t:term ", " b:term:67 : term => `(Finset.sum Finset.univ fun ($x:ident : $t) => $b)
macro:67 "∏ " x:term:max " ∈ " s:term ", " b:term:67 : term => `(Finset.prod $s fun $x => $b)
macro:67 "∏ " x:term:max " in " s:term ", " b:term:67 : term => `(Finset.prod $s fun $x => $b)
macro:67 "∏ " x:ident ", " b:term:67 : term => `(Finset.prod Finset.univ fun $x:ident => $b)
macro:67 "∏ " x:ident " : " t:term ", " b:term:67 : term => `(Finset.prod Finset.univ fun ($x:ident : $t) => $b)

/-! ## Reading the hint list

Written over plain lists: the array functions a pattern such as `[$ts,*]` needs are private to the
library and cannot be run from here. -/

namespace Antiphon
open Lean

/-- The terms between the brackets of an optional `[t₁, …, tₙ]`, commas dropped. -/
def terms : List Syntax → List Term
  | t :: _ :: ts => ⟨t⟩ :: terms ts
  | [t] => [⟨t⟩]
  | [] => []

/-- The hints of a tactic call whose optional list is argument `i`. -/
def hints (stx : Syntax) (i : Nat) : List Term := terms ((stx.getArg i).getArg 1).getArgs.toList

/-- Puts each hint into the context, then runs `last`. -/
def withHints (last : TSyntax `tactic) : List Term → MacroM (TSyntax `tactic)
  | [] => pure last
  | t :: ts => do let rest ← withHints last ts; `(tactic| (have := $t; $rest:tactic))
end Antiphon

/-! ## Arithmetic -/

/-- `linarith [h₁, …]`: linear arithmetic over the context, its equations and the hints. -/
syntax (name := linarith) "linarith" (&" only")? (" [" term,* "]")? : tactic
@[macro linarith] def Antiphon.expandLinarith : Lean.Macro := fun stx => do
  Antiphon.withHints (← `(tactic| grind -verbose (ematch := 0) (splits := 4))) (Antiphon.hints stx 2)

/-- `nlinarith [h₁, …]`: as `linarith`; then again after the goal is negated, each pair of inequalities
of the context has been multiplied and the squares of the terms that occur have been added. -/
syntax (name := nlinarith) "nlinarith" (&" only")? (" [" term,* "]")? : tactic
@[macro nlinarith] def Antiphon.expandNlinarith : Lean.Macro := fun stx => do
  Antiphon.withHints (← `(tactic| (
    intros
    first
      | refine le_of_not_gt fun _ => ?_
      | refine lt_of_not_ge fun _ => ?_
      | skip
    first
      | grind -verbose (ematch := 0) (splits := 2)
      | open Antiphon.Squares in grind -verbose (ematch := 1) (instances := 40) (ringSteps := 2000) (splits := 2)
          [→ Antiphon.mul_sub_pos, → Antiphon.mul_sub_nonneg, → Antiphon.mul_sub_mixed]))) (Antiphon.hints stx 2)

/-- `ring`: an identity of commutative rings. -/
macro "ring" : tactic => `(tactic| grind -verbose -linarith (ematch := 0) (splits := 1))

/-- `ring_nf` closes the goal if it is an identity; every later step normalises by itself. -/
macro "ring_nf" (Lean.Parser.Tactic.location)? : tactic => `(tactic| try ring)

/-- `linear_combination e`: the equations named in `e` are in the context, the coefficients are
found again by `grind`'s Gröbner basis. -/
macro "linear_combination" term : tactic => `(tactic| grind -verbose (ematch := 0) (splits := 0))

/-! ## Signs -/

-- `antiphon_pos` proves `0 < e`, `antiphon_nonneg` proves `0 ≤ e`, each by the shape of `e`.
syntax "antiphon_pos" : tactic
syntax "antiphon_nonneg" : tactic
syntax "antiphon_ne" : tactic
macro_rules | `(tactic| antiphon_pos) => `(tactic| first
  | assumption
  | exact Antiphon.ofNat_pos _ (by decide)
  | exact one_pos
  | (refine mul_pos ?_ ?_ <;> antiphon_pos)
  | (refine div_pos ?_ ?_ <;> antiphon_pos)
  | (refine pow_pos ?_ _ ; antiphon_pos)
  | (refine add_pos_of_pos_of_nonneg ?_ ?_; antiphon_pos; antiphon_nonneg)
  | (refine add_pos_of_nonneg_of_pos ?_ ?_; antiphon_nonneg; antiphon_pos)
  | (refine inv_pos.2 ?_; antiphon_pos)
  | (refine sq_pos_of_ne_zero ?_; assumption)
  | exact Real.exp_pos _
  | (refine Real.sqrt_pos.2 ?_; antiphon_pos)
  | exact Real.pi_pos
  | (refine abs_pos.2 ?_; antiphon_ne)
  | (refine Nat.cast_pos.2 ?_; antiphon_pos)
  | exact Nat.factorial_pos _
  | (refine Real.rpow_pos_of_pos ?_ _; antiphon_pos)
  | (refine lt_of_le_of_ne ?_ (Ne.symm ?_); assumption; assumption)
  | (refine lt_trans zero_lt_one ?_; assumption)
  | omega)
macro_rules | `(tactic| antiphon_nonneg) => `(tactic| first
  | assumption
  | exact le_of_lt (by assumption)
  | exact le_of_lt (Antiphon.ofNat_pos _ (by decide))
  | exact le_refl _
  | exact zero_le_one
  | exact Antiphon.even_pow_nonneg _ _ (by decide)
  | exact mul_self_nonneg _
  | (refine mul_nonneg ?_ ?_ <;> antiphon_nonneg)
  | (refine div_nonneg ?_ ?_ <;> antiphon_nonneg)
  | (refine add_nonneg ?_ ?_ <;> antiphon_nonneg)
  | (refine pow_nonneg ?_ _; antiphon_nonneg)
  | (refine inv_nonneg.2 ?_; antiphon_nonneg)
  | exact Real.sqrt_nonneg _
  | exact abs_nonneg _
  | exact Nat.cast_nonneg _
  | exact le_of_lt (Real.exp_pos _)
  | (refine Real.rpow_nonneg ?_ _; antiphon_nonneg)
  | (refine le_of_lt ?_; antiphon_pos)
  | (refine Finset.sum_nonneg fun _ _ => ?_; antiphon_nonneg)
  | omega)

/-- `positivity`: `0 < e`, `0 ≤ e` or `e ≠ 0`, by the signs of the parts of `e`. -/
macro "positivity" : tactic => `(tactic| (
  intros
  first
    | (show _ < _); antiphon_pos
    | (show _ ≤ _); antiphon_nonneg
    | (show _ ≠ _); antiphon_ne))

/-- `gcongr`: an inequality from the inequalities of the parts. -/
macro "gcongr" : tactic => `(tactic| (
  repeat' first
    | assumption
    | exact le_refl _
    | exact le_of_lt (by assumption)
    | refine add_le_add ?_ ?_
    | refine sub_le_sub ?_ ?_
    | refine mul_le_mul_of_nonneg_left ?_ (by positivity)
    | refine mul_le_mul_of_nonneg_right ?_ (by positivity)
    | refine mul_le_mul ?_ ?_ (by positivity) (by positivity)
    | refine pow_le_pow_left₀ (by positivity) ?_ _
    | refine div_le_div_of_nonneg_right ?_ (by positivity)
    | refine div_le_div_of_nonneg_left (by positivity) (by positivity) ?_))

/-! ## Simplification -/

namespace Antiphon
open Lean

/-- Appends items to a comma-separated list. -/
def pushAll (args : Array Syntax) : List Syntax → Array Syntax
  | [] => args
  | s :: rest => match args.toList with
    | [] => pushAll (args.push s) rest
    | _ => pushAll ((args.push (mkAtom ",")).push s) rest

/-- A call of `simp` with further lemmas and a location taken over from another tactic's syntax. -/
def simpWith (call : TSyntax `tactic) (more : List Syntax) (loc : Syntax) : TSyntax `tactic :=
  let args := pushAll ((call.raw.getArg 4).getArg 1).getArgs more
  let list := match args.toList with
    | [] => mkNullNode #[]
    | _ => mkNullNode #[mkAtom "[", mkNullNode args, mkAtom "]"]
  ⟨(call.raw.setArg 4 list).setArg 5 loc⟩

def raws : List Term → List Syntax
  | [] => []
  | t :: ts => t.raw :: raws ts

/-- The lemmas between the brackets of a simp-like call whose optional list is argument `i`. -/
def simpArgs (stx : Syntax) (i : Nat) : List Syntax := raws (hints stx i)
end Antiphon

open Lean.Parser.Tactic in
/-- `norm_num [h] at l`: simplifies; without a location it also tries to finish. -/
syntax (name := normNum) "norm_num" (&" only")?
  (" [" (simpStar <|> simpErase <|> simpLemma),*,? "]")? (location)? : tactic
def Antiphon.numbersBy (simp : Lean.TSyntax `tactic) : List Lean.Syntax → Lean.MacroM (Lean.TSyntax `tactic)
  | [] => `(tactic| first | ($simp:tactic; done) | decide | grind -verbose (splits := 4) | $simp:tactic)
  | _ => `(tactic| try $simp:tactic)
@[macro normNum] def Antiphon.expandNormNum : Lean.Macro := fun stx => do
  let call ← `(tactic| simp)
  Antiphon.numbersBy (Antiphon.simpWith call (Antiphon.simpArgs stx 2) (stx.getArg 3)) (stx.getArg 3).getArgs.toList

-- `e ≠ 0` or `0 < e`, the side conditions of clearing a denominator
macro_rules | `(tactic| antiphon_ne) => `(tactic| first
  | assumption
  | (refine ne_of_gt ?_; antiphon_pos)
  | (refine mul_ne_zero ?_ ?_ <;> antiphon_ne)
  | (refine pow_ne_zero _ ?_; antiphon_ne)
  | (refine sub_ne_zero_of_ne ?_; assumption)
  | (refine Nat.cast_ne_zero.2 ?_; antiphon_ne)
  | antiphon_pos)

open Lean.Parser.Tactic in
/-- `field_simp [h] at l`: clears the denominators known to be positive or nonzero. -/
syntax (name := fieldSimp) "field_simp" (&" only")?
  (" [" (simpStar <|> simpErase <|> simpLemma),*,? "]")? (location)? : tactic
@[macro fieldSimp] def Antiphon.expandFieldSimp : Lean.Macro := fun stx => do
  let call ← `(tactic| simp (disch := antiphon_ne) only [ne_eq, not_false_eq_true, ge_iff_le,
    gt_iff_lt, div_div, div_pow, mul_div_assoc', div_mul_eq_mul_div, div_add_div, div_sub_div,
    div_add', add_div', div_sub', sub_div', div_eq_div_iff, div_eq_iff, eq_div_iff,
    div_le_div_iff_of_pos, div_lt_div_iff_of_pos, div_le_iff₀, le_div_iff₀, div_lt_iff₀, lt_div_iff₀])
  pure (Antiphon.simpWith call (Antiphon.simpArgs stx 2) (stx.getArg 3))

/-- `push_neg`: moves negations inwards. -/
syntax (name := pushNeg) "push_neg" (Lean.Parser.Tactic.location)? : tactic
@[macro pushNeg] def Antiphon.expandPushNeg : Lean.Macro := fun stx => do
  let call ← `(tactic| simp only [not_le, not_lt, Classical.not_forall, not_exists, not_and, not_or,
    Classical.not_imp, Classical.not_not, ne_eq])
  let call := Antiphon.simpWith call [] (stx.getArg 1)
  `(tactic| try $call:tactic)

/-! ## Logic -/

/-- `by_contra h`: assume the negation of the goal. -/
macro "by_contra" h:ident : tactic => `(tactic| first
  | refine Not.intro fun $h => ?_
  | refine Classical.byContradiction fun $h => ?_)
macro "by_contra!" h:ident : tactic => `(tactic| (by_contra $h; try push_neg at $h:ident))
/-- `contrapose h`: the negation of the goal for the hypothesis, the negation of it for the goal. -/
macro "contrapose" h:ident : tactic =>
  `(tactic| (revert $h:ident; refine Antiphon.of_contrapose fun $h => ?_))
macro "contrapose!" h:ident : tactic => `(tactic| (contrapose $h:ident; push_neg; push_neg at $h:ident))
macro "apply_fun" f:term " at " h:ident : tactic => `(tactic| replace $h := congrArg $f $h)

/-- `cases' h with a b`: one constructor gives both names, two constructors give one each. -/
macro "cases'" h:term " with " a:ident b:ident : tactic => `(tactic| first
  | refine Or.elim $h (fun $a => ?_) (fun $b => ?_)
  | refine And.elim (fun $a $b => ?_) $h
  | refine Exists.elim $h (fun $a $b => ?_))
macro "cases'" h:term " with " a:ident : tactic => `(tactic| first
  | refine Or.elim $h (fun $a => ?_) (fun $a => ?_)
  | refine Nat.casesOn $h ?_ (fun $a => ?_))
/-- `induction' n with n ih`: first the goal for 0, then the one for `n + 1`. -/
macro "induction'" x:ident " with " n:ident h:ident : tactic =>
  `(tactic| (induction $x:ident; rotate_left; rename_i $n:ident $h:ident; rotate_right))

/-! ## Cases of a bounded number

`antiphon_cases MODE A B N x` with `A - B` for a lower bound of `x`: first the bound is sought with
steps that grow and shrink (modes 0 and 1, step `N`), then each value becomes a goal until the rest is
contradictory (mode 2, at most `N` values). -/

syntax (name := boundedCases) "antiphon_cases" num num num num ident : tactic
namespace Antiphon
open Lean
/-- The numeral `a - b`. -/
def difference (a b : Nat) : MacroM Term :=
  if b ≤ a then pure ⟨Syntax.mkNatLit (a - b)⟩ else `(-$(Syntax.mkNatLit (b - a)))
/-- One step of the search, then the next. -/
def casesCall (mode a b n : Nat) (x : Ident) : MacroM (TSyntax `tactic) :=
  `(tactic| antiphon_cases $(Syntax.mkNatLit mode) $(Syntax.mkNatLit a) $(Syntax.mkNatLit b) $(Syntax.mkNatLit n) $x)
def number (stx : Syntax) (i : Nat) : Nat := (stx.getArg i).isNatLit?.getD 0
@[macro boundedCases] def expandCases : Macro := fun stx => do
  let (a, b, n, x) := (number stx 2, number stx 3, number stx 4, (⟨stx.getArg 5⟩ : Ident))
  match number stx 1, n with
  | 0, n => do
    let bound ← difference (a + n) b
    let more ← casesCall 0 (a + n) b (2 * n) x
    let less ← casesCall 1 a b (n / 2) x
    `(tactic| first | (have : $bound ≤ $x:ident := by omega); $more:tactic | $less:tactic)
  | 1, 0 => do
    let bound ← difference a b
    let rest ← casesCall 2 a b 200 x
    `(tactic| ((have : $bound ≤ $x:ident := by omega); $rest:tactic))
  | 1, n => do
    let bound ← difference (a + n) b
    let more ← casesCall 1 (a + n) b (n / 2) x
    let less ← casesCall 1 a b (n / 2) x
    `(tactic| first | (have : $bound ≤ $x:ident := by omega); $more:tactic | $less:tactic)
  | _, 0 => `(tactic| skip)
  | _, n + 1 => do
    let value ← difference a b
    let next ← difference (a + 1) b
    let rest ← casesCall 2 (a + 1) b n x
    `(tactic| first
      | (exfalso; omega)
      | (refine Or.elim (eq_or_lt_of_le (show $value ≤ $x:ident by assumption)) (fun h => ?_) (fun h => ?_)
         subst h
         rotate_left
         have : $next ≤ $x:ident := h
         clear h
         $rest:tactic
         rotate_right))
end Antiphon

/-- `interval_cases x`: a goal for each value of a natural number or integer between its bounds. -/
macro "interval_cases" x:ident : tactic => `(tactic| first
  | (have : 0 ≤ $x:ident := by omega); antiphon_cases 0 0 0 1 $x
  | (have : -64 ≤ $x:ident := by omega); antiphon_cases 0 0 64 32 $x
  | (have : -1024 ≤ $x:ident := by omega); antiphon_cases 0 0 1024 512 $x)

/-- `use a, b`: gives witnesses, then tries to finish. -/
syntax (name := useWitness) "use" term,+ : tactic
def Antiphon.witnesses : List Lean.Term → Lean.MacroM (Lean.TSyntax `tactic)
  | [] => `(tactic| try trivial)
  | t :: ts => do let rest ← Antiphon.witnesses ts; `(tactic| (refine ⟨$t, ?_⟩; $rest:tactic))
@[macro useWitness] def Antiphon.expandUse : Lean.Macro := fun stx =>
  Antiphon.witnesses (Antiphon.terms (stx.getArg 1).getArgs.toList)

/-- `tauto`, `aesop`: here both are `simp_all`, then `grind`. -/
macro "tauto" : tactic => `(tactic| first | (simp_all; done) | grind -verbose (splits := 8))
macro "aesop" : tactic => `(tactic| first | (simp_all; done) | grind -verbose (splits := 8))

/-! ## Functions of ℝ

ℝ is no type here but a variable, which the header declares; these names mean the functions on it. -/

namespace Antiphon
def real : Lean.Term := Lean.mkIdent `ℝ
macro "Real.sqrt" : term => `(Antiphon.Sqrt.sqrt (α := $real))
macro:100 "√" x:term:100 : term => `(Antiphon.Sqrt.sqrt (α := $real) $x)
macro "Real.exp" : term => `(Antiphon.Elementary.exp (α := $real))
macro "Real.log" : term => `(Antiphon.Elementary.log (α := $real))
macro "Real.sin" : term => `(Antiphon.Elementary.sin (α := $real))
macro "Real.cos" : term => `(Antiphon.Elementary.cos (α := $real))
macro "Real.pi" : term => `(Antiphon.Elementary.pi (α := $real))
macro "Real.arcsin" : term => `(Antiphon.Elementary.arcsin (α := $real))
macro "Real.arccos" : term => `(Antiphon.Elementary.arccos (α := $real))
macro "Real.arctan" : term => `(Antiphon.Elementary.arctan (α := $real))
macro "Real.tan" : term => `(@_root_.Real.tan $real _ _ _ _)
macro "Real.logb" : term => `(@_root_.Real.logb $real _ _ _ _)
-- the short names, as under Mathlib's `open Real`
macro "sqrt" : term => `(Antiphon.Sqrt.sqrt (α := $real))
macro "exp" : term => `(Antiphon.Elementary.exp (α := $real))
macro "log" : term => `(Antiphon.Elementary.log (α := $real))
macro "sin" : term => `(Antiphon.Elementary.sin (α := $real))
macro "cos" : term => `(Antiphon.Elementary.cos (α := $real))
macro "tan" : term => `(@_root_.Real.tan $real _ _ _ _)
macro "logb" : term => `(@_root_.Real.logb $real _ _ _ _)
macro "π" : term => `(Antiphon.Elementary.pi (α := $real))
end Antiphon
