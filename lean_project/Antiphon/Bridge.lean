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
