import Mathlib

/-!
# The bridge: what the Core profile assumes, the real numbers satisfy

`header/core.lean` proves theorems about *any* type `ℝ` with seven classes. This file, compiled under
Mathlib only, goes through them one by one for Mathlib's ℝ and ℚ, then through the definitions that
`Antiphon/Core.lean` makes under Mathlib's names, then through the lemmas whose shape is easiest to
get wrong. If it compiles, "proved (core)" implies the Mathlib statement with the same text.
-/

namespace Antiphon.Bridge

/-! ## The classes, for ℝ -/

noncomputable example : Lean.Grind.Field ℝ := inferInstance
noncomputable example : LE ℝ := inferInstance
noncomputable example : LT ℝ := inferInstance
example : Std.LawfulOrderLT ℝ := ⟨fun _ _ => lt_iff_le_not_ge⟩
example : Std.IsLinearOrder ℝ :=
  { le_refl := le_refl
    le_trans := fun _ _ _ => le_trans
    le_antisymm := fun _ _ => le_antisymm
    le_total := le_total }
example : Lean.Grind.OrderedRing ℝ := inferInstance

/-! ## The classes, for ℚ -/

example : Lean.Grind.Field ℚ := inferInstance
example : Std.LawfulOrderLT ℚ := ⟨fun _ _ => lt_iff_le_not_ge⟩
example : Std.IsLinearOrder ℚ := inferInstance
example : Lean.Grind.OrderedRing ℚ := inferInstance

/-! ## The same symbols mean the same

A Core theorem, taken at ℝ, has the Mathlib statement with the same text: the operations that reach
ℝ through `Lean.Grind.Field` are Mathlib's. One example for each operation and numeral. -/

section
variable
  (core : ∀ {α : Type} [Lean.Grind.Field α] [LE α] [LT α] [Std.LawfulOrderLT α]
    [Std.IsLinearOrder α] [Lean.Grind.OrderedRing α] (a b : α) (n : ℕ) (m : ℤ),
    0 < b → a + b * a - a / b ≤ -a + b⁻¹ ^ n ∨ a ^ m = 3 / 7 ∨ a ≠ (1 : α))

example (a b : ℝ) (n : ℕ) (m : ℤ) (h : 0 < b) :
    a + b * a - a / b ≤ -a + b⁻¹ ^ n ∨ a ^ m = 3 / 7 ∨ a ≠ 1 := core a b n m h
example (a b : ℚ) (n : ℕ) (m : ℤ) (h : 0 < b) :
    a + b * a - a / b ≤ -a + b⁻¹ ^ n ∨ a ^ m = 3 / 7 ∨ a ≠ 1 := core a b n m h
end

example (n : ℕ) : ((Lean.Grind.Semiring.natCast : NatCast ℝ).natCast n) = (n : ℝ) := rfl
example (n : ℤ) : ((Lean.Grind.Ring.intCast : IntCast ℝ).intCast n) = (n : ℝ) := rfl

/-! ## The definitions -/

example (a : ℝ) : |a| = if 0 ≤ a then a else -a := by
  split_ifs with h
  · exact abs_of_nonneg h
  · exact abs_of_neg (not_le.1 h)
example (a : ℤ) : |a| = if 0 ≤ a then a else -a := by
  split_ifs with h
  · exact abs_of_nonneg h
  · exact abs_of_neg (not_le.1 h)

-- the laws of `Antiphon.Sqrt`
example : ∀ x : ℝ, 0 ≤ Real.sqrt x := Real.sqrt_nonneg
example : ∀ x : ℝ, 0 ≤ x → Real.sqrt x * Real.sqrt x = x := fun _ => Real.mul_self_sqrt
example : ∀ x : ℝ, x ≤ 0 → Real.sqrt x = 0 := fun _ => Real.sqrt_eq_zero_of_nonpos

-- decimal numerals
example : (4.5 : ℝ) = 45 / 10 ^ 1 := by norm_num
example : (0.25 : ℝ) = 25 / 10 ^ 2 := by norm_num
example : (1e3 : ℝ) = 1 * 10 ^ 3 := by norm_num

-- intervals
example (a b x : ℝ) : x ∈ Set.Icc a b ↔ a ≤ x ∧ x ≤ b := Iff.rfl
example (a b x : ℝ) : x ∈ Set.Ico a b ↔ a ≤ x ∧ x < b := Iff.rfl
example (a b x : ℝ) : x ∈ Set.Ioc a b ↔ a < x ∧ x ≤ b := Iff.rfl
example (a b x : ℝ) : x ∈ Set.Ioo a b ↔ a < x ∧ x < b := Iff.rfl
example (a x : ℝ) : x ∈ Set.Ici a ↔ a ≤ x := Iff.rfl
example (a x : ℝ) : x ∈ Set.Ioi a ↔ a < x := Iff.rfl
example (a x : ℝ) : x ∈ Set.Iic a ↔ x ≤ a := Iff.rfl
example (a x : ℝ) : x ∈ Set.Iio a ↔ x < a := Iff.rfl

-- parity and congruence
example (a : ℤ) : Even a ↔ ∃ r, a = r + r := Iff.rfl
example (a : ℤ) : Odd a ↔ ∃ m, a = 2 * m + 1 := Iff.rfl
example (n a b : ℕ) : a ≡ b [MOD n] ↔ a % n = b % n := Iff.rfl
example (n a b : ℤ) : a ≡ b [ZMOD n] ↔ a % n = b % n := Iff.rfl

example (a : ℤ) : IsSquare a ↔ ∃ r, a = r * r := Iff.rfl
example (a b : ℤ) : IsCoprime a b ↔ ∃ x y, x * a + y * b = 1 := Iff.rfl

-- primes, factorials, binomials, digits, roots
example (p : ℕ) : p.Prime ↔ 2 ≤ p ∧ ∀ m, m ∣ p → m = 1 ∨ m = p := Nat.prime_def
example (p : ℤ) : Prime p ↔ p ≠ 0 ∧ (¬∃ u, p * u = 1) ∧ ∀ a b, p ∣ a * b → p ∣ a ∨ p ∣ b := by
  rw [← isUnit_iff_exists_inv]; exact Iff.rfl
example : Nat.factorial 0 = 1 := rfl
example (n : ℕ) : Nat.factorial (n + 1) = (n + 1) * Nat.factorial n := rfl
example (n : ℕ) : Nat.choose n 0 = 1 := Nat.choose_zero_right n
example (k : ℕ) : Nat.choose 0 (k + 1) = 0 := rfl
example (n k : ℕ) : Nat.choose (n + 1) (k + 1) = Nat.choose n k + Nat.choose n (k + 1) := rfl
example (n k : ℕ) : (n + 1) * Nat.choose n k = Nat.choose (n + 1) (k + 1) * (k + 1) :=
  Nat.add_one_mul_choose_eq n k
example : Nat.fib 0 = 0 ∧ Nat.fib 1 = 1 := ⟨rfl, rfl⟩
example (n : ℕ) : Nat.fib (n + 2) = Nat.fib n + Nat.fib (n + 1) := Nat.fib_add_two
example (b : ℕ) : Nat.digits b 0 = [] := Nat.digits_zero b
example (n : ℕ) : Nat.digits 0 (n + 1) = [n + 1] := Nat.digits_zero_succ n
example (n : ℕ) : Nat.digits 1 n = List.replicate n 1 := Nat.digits_one n
example (b n : ℕ) (hb : 1 < b) (hn : 0 < n) : Nat.digits b n = (n % b) :: Nat.digits b (n / b) :=
  Nat.digits_def' hb hn
example (b : ℕ) : Nat.ofDigits b [] = 0 := Nat.ofDigits_nil
example (b d : ℕ) (ds : List ℕ) : Nat.ofDigits b (d :: ds) = d + b * Nat.ofDigits b ds :=
  Nat.ofDigits_cons b d ds
example (n : ℕ) : Nat.sqrt n * Nat.sqrt n ≤ n := Nat.sqrt_le n
example (n : ℕ) : n < (Nat.sqrt n + 1) * (Nat.sqrt n + 1) := Nat.lt_succ_sqrt n

-- sets and functions
example (p : ℝ → Prop) (a : ℝ) : a ∈ {x | p x} ↔ p a := Iff.rfl
example (s t : Set ℝ) (x : ℝ) : x ∈ s ∪ t ↔ x ∈ s ∨ x ∈ t := Iff.rfl
example (s t : Set ℝ) (x : ℝ) : x ∈ s ∩ t ↔ x ∈ s ∧ x ∈ t := Iff.rfl
example (s t : Set ℝ) (x : ℝ) : x ∈ s \ t ↔ x ∈ s ∧ ¬x ∈ t := Iff.rfl
example (s t : Set ℝ) : s ⊆ t ↔ ∀ x, x ∈ s → x ∈ t := Iff.rfl
example (a b : ℝ) : a ∈ ({b} : Set ℝ) ↔ a = b := Iff.rfl
example (a b : ℝ) (s : Set ℝ) : a ∈ insert b s ↔ a = b ∨ a ∈ s := Iff.rfl
example (x : ℝ) : x ∈ (Set.univ : Set ℝ) := trivial
example (x : ℝ) : x ∈ (∅ : Set ℝ) ↔ False := Iff.rfl
example (s : Set ℝ) : s.Nonempty ↔ ∃ x, x ∈ s := Iff.rfl
example (f : ℝ → ℝ) (x : ℝ) : x ∈ Set.range f ↔ ∃ y, f y = x := Iff.rfl
example (f : ℝ → ℝ) (s : Set ℝ) (y : ℝ) : y ∈ f '' s ↔ ∃ x, x ∈ s ∧ f x = y := Iff.rfl
example (f : ℝ → ℝ) (s : Set ℝ) (x : ℝ) : x ∈ f ⁻¹' s ↔ f x ∈ s := Iff.rfl
example (f : ℝ → ℝ) (s : Set ℝ) :
    Set.InjOn f s ↔ ∀ ⦃a⦄, a ∈ s → ∀ ⦃b⦄, b ∈ s → f a = f b → a = b := Iff.rfl
example (s : Set ℝ) (a : ℝ) : a ∈ upperBounds s ↔ ∀ ⦃x⦄, x ∈ s → x ≤ a := Iff.rfl
example (s : Set ℝ) (a : ℝ) : a ∈ lowerBounds s ↔ ∀ ⦃x⦄, x ∈ s → a ≤ x := Iff.rfl
example (s : Set ℝ) : BddAbove s ↔ ∃ x, x ∈ upperBounds s := Iff.rfl
example (s : Set ℝ) (a : ℝ) : IsLeast s a ↔ a ∈ s ∧ a ∈ lowerBounds s := Iff.rfl
example (s : Set ℝ) (a : ℝ) : IsGreatest s a ↔ a ∈ s ∧ a ∈ upperBounds s := Iff.rfl
example (s : Set ℝ) (a : ℝ) : IsLUB s a ↔ IsLeast (upperBounds s) a := Iff.rfl
example (s : Set ℝ) (a : ℝ) : IsGLB s a ↔ IsGreatest (lowerBounds s) a := Iff.rfl
example (f : ℝ → ℝ) : Monotone f ↔ ∀ ⦃a b⦄, a ≤ b → f a ≤ f b := Iff.rfl
example (f : ℝ → ℝ) : Antitone f ↔ ∀ ⦃a b⦄, a ≤ b → f b ≤ f a := Iff.rfl
example (f : ℝ → ℝ) : StrictMono f ↔ ∀ ⦃a b⦄, a < b → f a < f b := Iff.rfl
example (f : ℝ → ℝ) : StrictAnti f ↔ ∀ ⦃a b⦄, a < b → f b < f a := Iff.rfl
example (f : ℝ → ℝ) (s : Set ℝ) :
    MonotoneOn f s ↔ ∀ ⦃a⦄, a ∈ s → ∀ ⦃b⦄, b ∈ s → a ≤ b → f a ≤ f b := Iff.rfl
example (f : ℝ → ℝ) (s : Set ℝ) :
    StrictMonoOn f s ↔ ∀ ⦃a⦄, a ∈ s → ∀ ⦃b⦄, b ∈ s → a < b → f a < f b := Iff.rfl
example (f : ℝ → ℝ) : Function.Bijective f ↔ Function.Injective f ∧ Function.Surjective f := Iff.rfl
example (f : ℝ → ℝ) : Function.Even f ↔ ∀ a, f (-a) = f a := Iff.rfl
example (f : ℝ → ℝ) : Function.Odd f ↔ ∀ a, f (-a) = -f a := Iff.rfl
example (f : ℝ → ℝ) (c : ℝ) : Function.Periodic f c ↔ ∀ x, f (x + c) = f x := Iff.rfl
example (p : ℝ → Prop) : (∃! x, p x) ↔ ∃ x, p x ∧ ∀ y, p y → y = x := Iff.rfl
example (e : ℝ ≃ ℝ) (x : ℝ) : e.invFun (e.toFun x) = x ∧ e.toFun (e.invFun x) = x :=
  ⟨e.left_inv x, e.right_inv x⟩
example (e : ℝ ≃ ℝ) (x : ℝ) : e.symm (e x) = x := e.symm_apply_apply x

/-! Finite sets are determined by their members, and cardinality, sums and products by what they are on
the empty set and after one insertion: so equal laws mean equal values. -/

section
variable {ι : Type} [DecidableEq ι] (s t : Finset ι) (f : ι → ℝ) (a b : ι)
example (h : ∀ a, a ∈ s ↔ a ∈ t) : s = t := Finset.ext h
example : ¬a ∈ (∅ : Finset ι) := Finset.notMem_empty a
example : b ∈ ({a} : Finset ι) ↔ b = a := Finset.mem_singleton
example : a ∈ insert b s ↔ a = b ∨ a ∈ s := Finset.mem_insert
example : a ∈ s ∪ t ↔ a ∈ s ∨ a ∈ t := Finset.mem_union
example : a ∈ s ∩ t ↔ a ∈ s ∧ a ∈ t := Finset.mem_inter
example : a ∈ s \ t ↔ a ∈ s ∧ ¬a ∈ t := Finset.mem_sdiff
example : a ∈ s.erase b ↔ a ≠ b ∧ a ∈ s := Finset.mem_erase
example (p : ι → Prop) [DecidablePred p] : a ∈ s.filter p ↔ a ∈ s ∧ p a := Finset.mem_filter
example (g : ι → ℕ) (n : ℕ) : n ∈ s.image g ↔ ∃ a, a ∈ s ∧ g a = n := by simp
example (m n : ℕ) : m ∈ Finset.range n ↔ m < n := Finset.mem_range
example (a b x : ℕ) : x ∈ Finset.Icc a b ↔ a ≤ x ∧ x ≤ b := Finset.mem_Icc
example (a b x : ℤ) : x ∈ Finset.Icc a b ↔ a ≤ x ∧ x ≤ b := Finset.mem_Icc
example (a b x : ℤ) : x ∈ Finset.Ico a b ↔ a ≤ x ∧ x < b := Finset.mem_Ico
example (a b x : ℤ) : x ∈ Finset.Ioc a b ↔ a < x ∧ x ≤ b := Finset.mem_Ioc
example (a b x : ℤ) : x ∈ Finset.Ioo a b ↔ a < x ∧ x < b := Finset.mem_Ioo
example (n : ℕ) (x : Fin n) : x ∈ (Finset.univ : Finset (Fin n)) := Finset.mem_univ x
example : (∅ : Finset ι).card = 0 := Finset.card_empty
example (h : ¬a ∈ s) : (insert a s).card = s.card + 1 := Finset.card_insert_of_notMem h
example : ∑ i ∈ ∅, f i = 0 := Finset.sum_empty
example (h : ¬a ∈ s) : ∑ i ∈ insert a s, f i = f a + ∑ i ∈ s, f i := Finset.sum_insert h
example : ∏ i ∈ ∅, f i = 1 := Finset.prod_empty
example (h : ¬a ∈ s) : ∏ i ∈ insert a s, f i = f a * ∏ i ∈ s, f i := Finset.prod_insert h
end
example (f : ℕ → ℝ) (n : ℕ) : ∑ i ∈ Finset.range (n + 1), f i = ∑ i ∈ Finset.range n, f i + f n :=
  Finset.sum_range_succ f n
example {a b : ℕ} (hab : a ≤ b + 1) (f : ℕ → ℝ) :
    ∑ k ∈ Finset.Icc a (b + 1), f k = ∑ k ∈ Finset.Icc a b, f k + f (b + 1) :=
  Finset.sum_Icc_succ_top hab f
example (s : Set ℝ) : s.Finite ↔ ∃ t : Finset ℝ, ∀ x, x ∈ s ↔ x ∈ t :=
  ⟨fun h => ⟨h.toFinset, fun x => h.mem_toFinset.symm⟩,
   fun ⟨t, h⟩ => (t.finite_toSet).subset fun x hx => (h x).1 hx⟩
example (t : Finset ℝ) : (t : Set ℝ).ncard = t.card := Set.ncard_coe_finset t
example (s : Set ℝ) (h : s.Infinite) : s.ncard = 0 := h.ncard
example (n m : ℕ) : n ∈ Nat.divisors m ↔ n ∣ m ∧ m ≠ 0 := Nat.mem_divisors
example (n m : ℕ) : n ∈ Nat.properDivisors m ↔ n ∣ m ∧ n < m := Nat.mem_properDivisors
example (n : ℕ) : Nat.primeFactors n = (Nat.divisors n).filter Nat.Prime := by
  ext p; simp [Nat.mem_primeFactors]; tauto
example (n : ℕ) : Nat.totient n = ((Finset.range n).filter (Nat.Coprime n)).card :=
  Nat.totient_eq_card_coprime n

-- larger, smaller, rounding
example (a b : ℝ) : max a b = if a ≤ b then b else a := max_def a b
example (a b : ℝ) : min a b = if a ≤ b then a else b := min_def a b
example (z : ℤ) (a : ℝ) : z ≤ ⌊a⌋ ↔ (z : ℝ) ≤ a := Int.le_floor
example (z : ℤ) (a : ℚ) : z ≤ ⌊a⌋ ↔ (z : ℚ) ≤ a := Int.le_floor
example (a : ℝ) : ⌈a⌉ = -⌊-a⌋ := by rw [Int.floor_neg, neg_neg]
example (a : ℝ) : Int.fract a = a - ⌊a⌋ := rfl
example (a : ℝ) : ⌊a⌋₊ = ⌊a⌋.toNat := (Int.floor_toNat a).symm
example (a : ℝ) : ⌈a⌉₊ = ⌈a⌉.toNat := (Int.ceil_toNat a).symm

-- casts
example (q : ℚ) : (q : ℝ) = (q.num : ℝ) / (q.den : ℝ) := Rat.cast_def q
example (x : ℝ) : Irrational x ↔ ¬∃ q : ℚ, (q : ℝ) = x := Iff.rfl

-- the laws of `Antiphon.Elementary`, then what is defined from them
section
variable (x y : ℝ)
example : Real.exp (x + y) = Real.exp x * Real.exp y := Real.exp_add x y
example : x + 1 ≤ Real.exp x := Real.add_one_le_exp x
example (h : 0 < x) : Real.exp (Real.log x) = x := Real.exp_log h
example : Real.log 0 = 0 := Real.log_zero
example : Real.log (-x) = Real.log x := Real.log_neg_eq_log x
example : Real.sin (x + y) = Real.sin x * Real.cos y + Real.cos x * Real.sin y := Real.sin_add x y
example : Real.cos (x + y) = Real.cos x * Real.cos y - Real.sin x * Real.sin y := Real.cos_add x y
example : Real.sin (-x) = -Real.sin x := Real.sin_neg x
example : Real.cos (-x) = Real.cos x := Real.cos_neg x
example : Real.cos 0 = 1 := Real.cos_zero
example : Real.sin (Real.pi / 2) = 1 := Real.sin_pi_div_two
example : Real.cos (Real.pi / 2) = 0 := Real.cos_pi_div_two
example : 314 / 100 < Real.pi := by have := Real.pi_gt_d2; norm_num at this ⊢; linarith
example : Real.pi < 315 / 100 := by have := Real.pi_lt_d2; norm_num at this ⊢; linarith
example (h₀ : 0 < x) (h : x < Real.pi) : 0 < Real.sin x := Real.sin_pos_of_pos_of_lt_pi h₀ h
example (h : 0 < x) : Real.sin x < x := Real.sin_lt h
example (h₁ : -1 ≤ x) (h₂ : x ≤ 1) : Real.sin (Real.arcsin x) = x := Real.sin_arcsin h₁ h₂
example : -(Real.pi / 2) ≤ Real.arcsin x ∧ Real.arcsin x ≤ Real.pi / 2 := Real.arcsin_mem_Icc x
example : Real.arccos x = Real.pi / 2 - Real.arcsin x := rfl
example : Real.sin (Real.arctan x) / Real.cos (Real.arctan x) = x := by
  rw [← Real.tan_eq_sin_div_cos, Real.tan_arctan]
example : -(Real.pi / 2) < Real.arctan x ∧ Real.arctan x < Real.pi / 2 := Real.arctan_mem_Ioo x
example : Real.tan x = Real.sin x / Real.cos x := Real.tan_eq_sin_div_cos x
example : Real.logb x y = Real.log y / Real.log x := rfl
example : x ^ y = if x = 0 then (if y = 0 then 1 else 0)
    else if 0 < x then Real.exp (Real.log x * y) else Real.exp (Real.log x * y) * Real.cos (y * Real.pi) := by
  split_ifs with h₁ h₂ h₃
  · rw [h₂, Real.rpow_zero]
  · rw [h₁, Real.zero_rpow h₂]
  · exact Real.rpow_def_of_pos h₃ y
  · exact Real.rpow_def_of_neg (lt_of_le_of_ne (not_lt.1 h₃) h₁) y
end

/-! ## The lemmas whose shape is easiest to get wrong -/

section
variable (a b c d : ℝ)

example (h : b ≤ c) (ha : 0 ≤ a) : a * b ≤ a * c := mul_le_mul_of_nonneg_left h ha
example (h : b ≤ c) (ha : 0 ≤ a) : b * a ≤ c * a := mul_le_mul_of_nonneg_right h ha
example (h : b < c) (ha : 0 < a) : a * b < a * c := mul_lt_mul_of_pos_left h ha
example (h₁ : a ≤ b) (h₂ : c ≤ d) (hc : 0 ≤ c) (hb : 0 ≤ b) : a * c ≤ b * d :=
  mul_le_mul h₁ h₂ hc hb
example (h₁ : a < c) (h₂ : b < d) (ha : 0 ≤ a) (hb : 0 ≤ b) : a * b < c * d :=
  mul_lt_mul'' h₁ h₂ ha hb
example (hb : 0 < b) (hd : 0 < d) : a / b ≤ c / d ↔ a * d ≤ c * b := div_le_div_iff_of_pos hb hd
example (hc : 0 < c) : a / c ≤ b ↔ a ≤ b * c := div_le_iff₀ hc
example (hc : 0 < c) : a ≤ b / c ↔ a * c ≤ b := le_div_iff₀ hc
example (hb : b ≠ 0) (hd : d ≠ 0) : a / b + c / d = (a * d + b * c) / (b * d) :=
  div_add_div a c hb hd
example (hb : b ≠ 0) (hd : d ≠ 0) : a / b = c / d ↔ a * d = c * b := div_eq_div_iff hb hd
example (hb : b ≠ 0) : a / b = c ↔ a = c * b := div_eq_iff hb
example (hc : c ≠ 0) : a = b / c ↔ a * c = b := eq_div_iff hc
example (hc : c ≠ 0) : a / c - b = (a - c * b) / c := div_sub' a b c hc
example (hc : c ≠ 0) : b - a / c = (b * c - a) / c := sub_div' a b c hc
example (hc : c ≠ 0) : a / c + b = (a + b * c) / c := div_add' a b c hc
example (hc : c ≠ 0) : b + a / c = (b * c + a) / c := add_div' a b c hc
example (h : b ≠ 0) : a * b / b = a := mul_div_cancel_right₀ a h
example (h : a ≠ 0) : a * b / a = b := mul_div_cancel_left₀ b h
example (h : b ≠ 0) : a / b * b = a := div_mul_cancel₀ a h
example (ha : 0 ≤ a) (h : a ≤ b) (n : ℕ) : a ^ n ≤ b ^ n := pow_le_pow_left₀ ha h n
example (h : a < b) (ha : 0 ≤ a) (n : ℕ) (hn : n ≠ 0) : a ^ n < b ^ n := pow_lt_pow_left₀ h ha n hn
example (n : ℕ) (hb : 0 ≤ b) (h : a ^ n < b ^ n) : a < b := lt_of_pow_lt_pow_left₀ n hb h
example (h₁ : -b ≤ a) (h₂ : a ≤ b) : a ^ 2 ≤ b ^ 2 := sq_le_sq' h₁ h₂
example : 2 * a * b ≤ a ^ 2 + b ^ 2 := two_mul_le_add_sq a b
example : |a| = a ∧ 0 ≤ a ∨ |a| = -a ∧ a < 0 := abs_cases a
example (hx : 0 ≤ a) : Real.sqrt (a * b) = Real.sqrt a * Real.sqrt b := Real.sqrt_mul hx b
example : Real.sqrt a ≤ b ↔ 0 ≤ b ∧ a ≤ b ^ 2 := Real.sqrt_le_iff
example (h : a ≤ b) : Real.sqrt a ≤ Real.sqrt b := Real.sqrt_le_sqrt h
end

end Antiphon.Bridge
