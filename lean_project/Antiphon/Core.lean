module

public import Antiphon.Core.Field

/-!
# The Core profile

What every checking process of the Core profile imports: the two lemma rooms; absolute values, square
roots, intervals, parity and congruences as definitions that agree with Mathlib's; and the few lemmas
the dialect in `header/core.lean` searches with. Notations and macros are not here but in that header,
because a notation compiled into an `.olean` cannot be run by the embedded Lean.
-/

@[expose] public section

set_option linter.unusedSectionVars false

/-! ## Absolute value -/

/-- `|a|`. Mathlib's `a ⊔ -a`, which is the same on a linearly ordered group. -/
noncomputable def abs {α : Type u} [Neg α] [LE α] [OfNat α 0] (a : α) : α :=
  open Classical in if 0 ≤ a then a else -a

section abs
variable {α : Type u} [Lean.Grind.CommRing α] [LE α] [LT α] [Std.LawfulOrderLT α]
  [Std.IsLinearOrder α] [Lean.Grind.OrderedRing α] {a b : α}

theorem abs_of_nonneg (h : 0 ≤ a) : abs a = a := if_pos h
theorem abs_of_neg (h : a < 0) : abs a = -a := if_neg (not_le_of_gt h)
theorem abs_of_pos (h : 0 < a) : abs a = a := abs_of_nonneg (le_of_lt h)
theorem abs_cases (a : α) : abs a = a ∧ 0 ≤ a ∨ abs a = -a ∧ a < 0 :=
  (le_or_gt 0 a).elim (fun h => .inl ⟨abs_of_nonneg h, h⟩) fun h => .inr ⟨abs_of_neg h, h⟩
grind_pattern abs_cases => abs a
theorem abs_of_nonpos (h : a ≤ 0) : abs a = -a := by have := abs_cases a; grind
theorem abs_nonneg (a : α) : 0 ≤ abs a := by have := abs_cases a; grind
theorem le_abs_self (a : α) : a ≤ abs a := by have := abs_cases a; grind
theorem neg_le_abs (a : α) : -a ≤ abs a := by have := abs_cases a; grind
theorem neg_abs_le (a : α) : -abs a ≤ a := by have := abs_cases a; grind
theorem abs_neg (a : α) : abs (-a) = abs a := by
  have := abs_cases a; have := abs_cases (-a); grind
theorem abs_sub_comm (a b : α) : abs (a - b) = abs (b - a) := by rw [← abs_neg, neg_sub]
theorem abs_le : abs a ≤ b ↔ -b ≤ a ∧ a ≤ b := by
  have := abs_cases a; constructor <;> intro h <;> grind
theorem abs_lt : abs a < b ↔ -b < a ∧ a < b := by
  have := abs_cases a; constructor <;> intro h <;> grind
theorem abs_pos : 0 < abs a ↔ a ≠ 0 := by
  have := abs_cases a; constructor <;> intro h <;> grind
theorem abs_add_le (a b : α) : abs (a + b) ≤ abs a + abs b := by
  have := abs_cases a; have := abs_cases b; have := abs_cases (a + b); grind
theorem sq_abs (a : α) : abs a ^ 2 = a ^ 2 := by
  rcases abs_cases a with h | h <;> rw [h.1]; rw [neg_sq]
theorem abs_mul_abs_self (a : α) : abs a * abs a = a * a := by rw [← sq, sq_abs, sq]
theorem abs_mul (a b : α) : abs (a * b) = abs a * abs b := by
  rcases le_total 0 a with ha | ha <;> rcases le_total 0 b with hb | hb
  · rw [abs_of_nonneg ha, abs_of_nonneg hb, abs_of_nonneg (mul_nonneg ha hb)]
  · rw [abs_of_nonneg ha, abs_of_nonpos hb, abs_of_nonpos (mul_nonpos_of_nonneg_of_nonpos ha hb),
      mul_neg]
  · rw [abs_of_nonpos ha, abs_of_nonneg hb, abs_of_nonpos (mul_nonpos_of_nonpos_of_nonneg ha hb),
      neg_mul]
  · rw [abs_of_nonpos ha, abs_of_nonpos hb, abs_of_nonneg (mul_nonneg_of_nonpos_of_nonpos ha hb),
      neg_mul_neg]
end abs

/-! ## Square root -/

/-- A square root given by its laws; Mathlib's `Real.sqrt` satisfies them (see `Bridge.lean`). -/
class Antiphon.Sqrt (α : Type u) [Lean.Grind.Field α] [LE α] where
  sqrt : α → α
  sqrt_nonneg : ∀ x, 0 ≤ sqrt x
  mul_self_sqrt : ∀ x, 0 ≤ x → sqrt x * sqrt x = x
  sqrt_eq_zero_of_nonpos : ∀ x, x ≤ 0 → sqrt x = 0

namespace Real
section
variable {α : Type u} [Lean.Grind.Field α] [LE α] [LT α] [Std.LawfulOrderLT α]
  [Std.IsLinearOrder α] [Lean.Grind.OrderedRing α] [Antiphon.Sqrt α] {x y : α}

theorem sqrt_nonneg (x : α) : 0 ≤ Antiphon.Sqrt.sqrt x := Antiphon.Sqrt.sqrt_nonneg x
theorem mul_self_sqrt (h : 0 ≤ x) : Antiphon.Sqrt.sqrt x * Antiphon.Sqrt.sqrt x = x :=
  Antiphon.Sqrt.mul_self_sqrt x h
theorem sq_sqrt (h : 0 ≤ x) : Antiphon.Sqrt.sqrt x ^ 2 = x := by rw [sq, mul_self_sqrt h]
theorem sqrt_eq_zero_of_nonpos (h : x ≤ 0) : Antiphon.Sqrt.sqrt x = 0 :=
  Antiphon.Sqrt.sqrt_eq_zero_of_nonpos x h
theorem sqrt_zero : Antiphon.Sqrt.sqrt (0 : α) = 0 := sqrt_eq_zero_of_nonpos (le_refl 0)
theorem sqrt_sq (h : 0 ≤ x) : Antiphon.Sqrt.sqrt (x ^ 2) = x :=
  le_antisymm
    ((pow_le_pow_iff_left₀ (sqrt_nonneg _) h (n := 2) (by decide)).1
      (le_of_eq (sq_sqrt (sq_nonneg x))))
    ((pow_le_pow_iff_left₀ h (sqrt_nonneg _) (n := 2) (by decide)).1
      (le_of_eq (sq_sqrt (sq_nonneg x)).symm))
theorem sqrt_mul_self (h : 0 ≤ x) : Antiphon.Sqrt.sqrt (x * x) = x := by rw [← sq, sqrt_sq h]
theorem sqrt_one : Antiphon.Sqrt.sqrt (1 : α) = 1 := by
  have := sqrt_mul_self (zero_le_one (α := α)); rwa [mul_one] at this
theorem sqrt_le_sqrt (h : x ≤ y) : Antiphon.Sqrt.sqrt x ≤ Antiphon.Sqrt.sqrt y := by
  rcases le_total x 0 with hx | hx
  · rw [sqrt_eq_zero_of_nonpos hx]; exact sqrt_nonneg y
  · apply (pow_le_pow_iff_left₀ (sqrt_nonneg _) (sqrt_nonneg _) (n := 2) (by decide)).1
    rw [sq_sqrt hx, sq_sqrt (le_trans hx h)]; exact h
theorem sqrt_pos : 0 < Antiphon.Sqrt.sqrt x ↔ 0 < x := by
  constructor
  · intro h
    exact lt_of_not_ge fun h' => ne_of_gt h (sqrt_eq_zero_of_nonpos h')
  · intro h
    refine lt_of_le_of_ne (sqrt_nonneg x) fun e => ?_
    have := mul_self_sqrt (le_of_lt h)
    rw [← e, mul_zero] at this; exact ne_of_lt h this
theorem sqrt_mul (hx : 0 ≤ x) (y : α) :
    Antiphon.Sqrt.sqrt (x * y) = Antiphon.Sqrt.sqrt x * Antiphon.Sqrt.sqrt y := by
  rcases le_total 0 y with hy | hy
  · rw [← sqrt_sq (mul_nonneg (sqrt_nonneg x) (sqrt_nonneg y)), mul_pow, sq_sqrt hx, sq_sqrt hy]
  · rw [sqrt_eq_zero_of_nonpos hy, mul_zero,
      sqrt_eq_zero_of_nonpos (mul_nonpos_of_nonneg_of_nonpos hx hy)]
theorem sqrt_le_iff : Antiphon.Sqrt.sqrt x ≤ y ↔ 0 ≤ y ∧ x ≤ y ^ 2 := by
  constructor
  · intro h
    have hy := le_trans (sqrt_nonneg x) h
    refine ⟨hy, ?_⟩
    rcases le_total 0 x with hx | hx
    · rw [← sq_sqrt hx]; exact pow_le_pow_left₀ (sqrt_nonneg x) h 2
    · exact le_trans hx (sq_nonneg y)
  · rintro ⟨hy, h⟩
    have := sqrt_le_sqrt h; rwa [sqrt_sq hy] at this
end
end Real

/-! ## Decimal numerals -/

/-- `4.5` is `45 / 10`, as in Mathlib. -/
instance (priority := 50) Antiphon.instOfScientific {α : Type u} [Lean.Grind.Field α] :
    OfScientific α where
  ofScientific m down e :=
    if down then (OfNat.ofNat m : α) / OfNat.ofNat 10 ^ e else OfNat.ofNat m * OfNat.ofNat 10 ^ e

@[simp, grind =] theorem Antiphon.ofScientific_down {α : Type u} [Lean.Grind.Field α] (m e : Nat) :
    (OfScientific.ofScientific m true e : α) = OfNat.ofNat m / OfNat.ofNat 10 ^ e := rfl

/-! ## Sets, as far as intervals need them -/

/-- A set is a predicate, as in Mathlib. -/
def Set (α : Type u) := α → Prop

namespace Set
variable {α : Type u}

instance : Membership α (Set α) := ⟨fun s a => s a⟩

section
variable [LE α] [LT α]
def Icc (a b : α) : Set α := fun x => a ≤ x ∧ x ≤ b
def Ico (a b : α) : Set α := fun x => a ≤ x ∧ x < b
def Ioc (a b : α) : Set α := fun x => a < x ∧ x ≤ b
def Ioo (a b : α) : Set α := fun x => a < x ∧ x < b
def Ici (a : α) : Set α := fun x => a ≤ x
def Ioi (a : α) : Set α := fun x => a < x
def Iic (a : α) : Set α := fun x => x ≤ a
def Iio (a : α) : Set α := fun x => x < a

@[simp, grind =] theorem mem_Icc {a b x : α} : x ∈ Icc a b ↔ a ≤ x ∧ x ≤ b := Iff.rfl
@[simp, grind =] theorem mem_Ico {a b x : α} : x ∈ Ico a b ↔ a ≤ x ∧ x < b := Iff.rfl
@[simp, grind =] theorem mem_Ioc {a b x : α} : x ∈ Ioc a b ↔ a < x ∧ x ≤ b := Iff.rfl
@[simp, grind =] theorem mem_Ioo {a b x : α} : x ∈ Ioo a b ↔ a < x ∧ x < b := Iff.rfl
@[simp, grind =] theorem mem_Ici {a x : α} : x ∈ Ici a ↔ a ≤ x := Iff.rfl
@[simp, grind =] theorem mem_Ioi {a x : α} : x ∈ Ioi a ↔ a < x := Iff.rfl
@[simp, grind =] theorem mem_Iic {a x : α} : x ∈ Iic a ↔ x ≤ a := Iff.rfl
@[simp, grind =] theorem mem_Iio {a x : α} : x ∈ Iio a ↔ x < a := Iff.rfl
end
end Set

/-! ## Parity and congruence -/

/-- `a` is twice something. -/
def Even {α : Type u} [Add α] (a : α) : Prop := ∃ r, a = r + r
/-- `a` is one more than twice something. -/
def Odd {α : Type u} [Lean.Grind.Semiring α] (a : α) : Prop := ∃ m, a = 2 * m + 1

theorem Nat.even_iff {n : Nat} : Even n ↔ n % 2 = 0 :=
  ⟨fun ⟨r, h⟩ => by omega, fun h => ⟨n / 2, by omega⟩⟩
theorem Nat.odd_iff {n : Nat} : Odd n ↔ n % 2 = 1 :=
  ⟨fun ⟨r, h⟩ => by have h : n = 2 * r + 1 := h; omega,
   fun h => ⟨n / 2, show n = 2 * (n / 2) + 1 by omega⟩⟩
theorem Int.even_iff {n : Int} : Even n ↔ n % 2 = 0 :=
  ⟨fun ⟨r, h⟩ => by omega, fun h => ⟨n / 2, by omega⟩⟩
theorem Int.odd_iff {n : Int} : Odd n ↔ n % 2 = 1 :=
  ⟨fun ⟨r, h⟩ => by have h : n = 2 * r + 1 := h; omega,
   fun h => ⟨n / 2, show n = 2 * (n / 2) + 1 by omega⟩⟩

/-- `a ≡ b [MOD n]`. -/
def Nat.ModEq (n a b : Nat) : Prop := a % n = b % n
/-- `a ≡ b [ZMOD n]`. -/
def Int.ModEq (n a b : Int) : Prop := a % n = b % n

instance (n a b : Nat) : Decidable (Nat.ModEq n a b) := inferInstanceAs (Decidable (a % n = b % n))
instance (n a b : Int) : Decidable (Int.ModEq n a b) := inferInstanceAs (Decidable (a % n = b % n))

/-! ## What `nlinarith` multiplies -/

namespace Antiphon
section
variable {α : Type u} [Lean.Grind.CommRing α] [LE α] [LT α] [Std.LawfulOrderLT α]
  [Std.IsLinearOrder α] [Lean.Grind.OrderedRing α] {a b c d : α}

-- Used with `→`, so that each pair of inequalities in the context gives its product, once.
theorem mul_sub_pos (h₁ : a < b) (h₂ : c < d) : 0 < (b - a) * (d - c) :=
  mul_pos (sub_pos.2 h₁) (sub_pos.2 h₂)
theorem mul_sub_nonneg (h₁ : a ≤ b) (h₂ : c ≤ d) : 0 ≤ (b - a) * (d - c) :=
  mul_nonneg (sub_nonneg.2 h₁) (sub_nonneg.2 h₂)
theorem mul_sub_mixed (h₁ : a < b) (h₂ : c ≤ d) : 0 ≤ (b - a) * (d - c) :=
  mul_nonneg (sub_nonneg.2 (le_of_lt h₁)) (sub_nonneg.2 h₂)

theorem sq_diff (a b : α) : 0 ≤ (a - b) ^ 2 ∧ 0 ≤ (a + b) ^ 2 := ⟨sq_nonneg _, sq_nonneg _⟩
end

-- Patterns that are on only where a macro opens these namespaces.
namespace Squares
scoped grind_pattern sq_nonneg => a ^ 2
scoped grind_pattern sq_diff => a * b
end Squares

/-! ## What `positivity` ends with -/

theorem ofNat_pos {α : Type u} [Lean.Grind.CommSemiring α] [LE α] [LT α]
    [Std.LawfulOrderLT α] [Std.IsLinearOrder α] [Lean.Grind.OrderedRing α] (n : Nat)
    (h : n ≠ 0) : 0 < (OfNat.ofNat n : α) := by
  obtain ⟨m, rfl⟩ := Nat.exists_eq_succ_of_ne_zero h
  induction m with
  | zero => exact zero_lt_one
  | succ m ih =>
    rw [Lean.Grind.Semiring.ofNat_succ]
    exact add_pos (ih (by simp)) zero_lt_one

theorem even_pow_nonneg {α : Type u} [Lean.Grind.CommRing α] [LE α] [LT α]
    [Std.LawfulOrderLT α] [Std.IsLinearOrder α] [Lean.Grind.OrderedRing α] (a : α) (n : Nat)
    (h : n % 2 = 0) : 0 ≤ a ^ n := by
  rw [show n = 2 * (n / 2) by omega, pow_mul]; exact pow_nonneg (sq_nonneg a) _

end Antiphon
