module

public import Antiphon.Finset

/-!
# The Core profile

What every checking process of the Core profile imports: the lemma rooms; absolute values, square
roots, rounding and the elementary functions, each a definition that agrees with Mathlib's or a class
of laws that Mathlib's namesake has; and the few lemmas the dialect searches with. Notations and macros
are in `Dialect.lean`.
-/

@[expose] public noncomputable section

set_option linter.unusedSectionVars false

/-! ## Absolute value -/

/-- `|a|`. Mathlib's `a ⊔ -a`, which is the same on a linearly ordered group. -/
def abs {α : Type u} [Neg α] [LE α] [OfNat α 0] (a : α) : α :=
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
theorem sqrt_lt_sqrt (hx : 0 ≤ x) (h : x < y) : Antiphon.Sqrt.sqrt x < Antiphon.Sqrt.sqrt y := by
  refine lt_of_pow_lt_pow_left₀ 2 (sqrt_nonneg y) ?_
  rw [sq_sqrt hx, sq_sqrt (le_of_lt (lt_of_le_of_lt hx h))]; exact h
theorem le_sqrt' (hx : 0 < x) : x ≤ Antiphon.Sqrt.sqrt y ↔ x ^ 2 ≤ y := by
  constructor
  · intro h
    rw [← sq_sqrt (le_of_lt (sqrt_pos.1 (lt_of_lt_of_le hx h)))]; exact pow_le_pow_left₀ (le_of_lt hx) h 2
  · intro h; have := sqrt_le_sqrt h; rwa [sqrt_sq (le_of_lt hx)] at this
theorem sqrt_lt' (hx : 0 < x) : Antiphon.Sqrt.sqrt y < x ↔ y < x ^ 2 := by
  rw [← not_le, ← not_le, le_sqrt' hx]
theorem lt_sqrt (hx : 0 ≤ x) : x < Antiphon.Sqrt.sqrt y ↔ x ^ 2 < y := by
  rw [← not_le, sqrt_le_iff, ← not_le]
  exact not_congr ⟨fun h => h.2, fun h => ⟨hx, h⟩⟩
theorem sqrt_inj (hx : 0 ≤ x) (hy : 0 ≤ y) : Antiphon.Sqrt.sqrt x = Antiphon.Sqrt.sqrt y ↔ x = y :=
  ⟨fun h => by rw [← sq_sqrt hx, h, sq_sqrt hy], fun h => by rw [h]⟩
theorem sqrt_eq_iff_sq_eq (hx : 0 ≤ x) (hy : 0 ≤ y) : Antiphon.Sqrt.sqrt x = y ↔ y ^ 2 = x :=
  ⟨fun h => by rw [← h, sq_sqrt hx], fun h => by rw [← h, sqrt_sq hy]⟩
theorem sqrt_eq_zero' : Antiphon.Sqrt.sqrt x = 0 ↔ x ≤ 0 :=
  ⟨fun h => le_of_not_gt fun hx => ne_of_gt (sqrt_pos.2 hx) h, sqrt_eq_zero_of_nonpos⟩
theorem sqrt_eq_zero (h : 0 ≤ x) : Antiphon.Sqrt.sqrt x = 0 ↔ x = 0 := by
  rw [sqrt_eq_zero']; exact ⟨fun h' => le_antisymm h' h, le_of_eq⟩
theorem sqrt_inv (x : α) : Antiphon.Sqrt.sqrt x⁻¹ = (Antiphon.Sqrt.sqrt x)⁻¹ := by
  rcases le_or_gt x 0 with h | h
  · rw [sqrt_eq_zero_of_nonpos h, inv_zero]
    exact sqrt_eq_zero_of_nonpos (le_of_not_gt fun h' => not_le_of_gt (inv_pos.1 h') h)
  · apply mul_left_cancel₀ (ne_of_gt (sqrt_pos.2 h))
    rw [mul_inv_cancel₀ (ne_of_gt (sqrt_pos.2 h)), ← sqrt_mul (le_of_lt h), mul_inv_cancel₀ (ne_of_gt h),
      sqrt_one]
theorem sqrt_div (hx : 0 ≤ x) (y : α) :
    Antiphon.Sqrt.sqrt (x / y) = Antiphon.Sqrt.sqrt x / Antiphon.Sqrt.sqrt y := by
  rw [div_eq_mul_inv, sqrt_mul hx, sqrt_inv, ← div_eq_mul_inv]
end
end Real

/-! ## Larger and smaller -/

section
variable {α : Type u} [LE α]
open Classical in
instance (priority := 50) Antiphon.instMax : Max α := ⟨fun a b => if a ≤ b then b else a⟩
open Classical in
instance (priority := 50) Antiphon.instMin : Min α := ⟨fun a b => if a ≤ b then a else b⟩
end

section
variable {α : Type u} [Lean.Grind.CommRing α] [LE α] [LT α] [Std.LawfulOrderLT α]
  [Std.IsLinearOrder α] [Lean.Grind.OrderedRing α] {a b c : α}

theorem max_def (a b : α) : max a b = open Classical in if a ≤ b then b else a := rfl
theorem min_def (a b : α) : min a b = open Classical in if a ≤ b then a else b := rfl
theorem max_eq_right (h : a ≤ b) : max a b = b := if_pos h
theorem max_eq_left (h : b ≤ a) : max a b = a := by
  rw [max_def]; split
  · exact le_antisymm h (by assumption)
  · rfl
theorem min_eq_left (h : a ≤ b) : min a b = a := if_pos h
theorem min_eq_right (h : b ≤ a) : min a b = b := by
  rw [min_def]; split
  · exact le_antisymm (by assumption) h
  · rfl
theorem max_cases (a b : α) : max a b = a ∧ b ≤ a ∨ max a b = b ∧ a < b :=
  (le_or_gt b a).elim (fun h => .inl ⟨max_eq_left h, h⟩) fun h => .inr ⟨max_eq_right (le_of_lt h), h⟩
theorem min_cases (a b : α) : min a b = a ∧ a ≤ b ∨ min a b = b ∧ b < a :=
  (le_or_gt a b).elim (fun h => .inl ⟨min_eq_left h, h⟩) fun h => .inr ⟨min_eq_right (le_of_lt h), h⟩
grind_pattern max_cases => max a b
grind_pattern min_cases => min a b
theorem le_max_left (a b : α) : a ≤ max a b := by have := max_cases a b; grind
theorem le_max_right (a b : α) : b ≤ max a b := by have := max_cases a b; grind
theorem min_le_left (a b : α) : min a b ≤ a := by have := min_cases a b; grind
theorem min_le_right (a b : α) : min a b ≤ b := by have := min_cases a b; grind
theorem max_le (h₁ : a ≤ c) (h₂ : b ≤ c) : max a b ≤ c := by have := max_cases a b; grind
theorem le_min (h₁ : c ≤ a) (h₂ : c ≤ b) : c ≤ min a b := by have := min_cases a b; grind
end

/-! ## Rounding -/

/-- Rounding down, given by its law; ℝ and ℚ have it. -/
class Antiphon.Floor (α : Type u) [Lean.Grind.Field α] [LE α] where
  floor : α → Int
  le_floor : ∀ (z : Int) (a : α), z ≤ floor a ↔ (z : α) ≤ a

instance : Antiphon.Floor Rat := ⟨Rat.floor, fun _ _ => Rat.le_floor_iff⟩

section
variable {α : Type u} [Lean.Grind.Field α] [LE α] [Antiphon.Floor α]
/-- `⌊a⌋`. -/
def Int.floor (a : α) : Int := Antiphon.Floor.floor a
/-- `⌈a⌉`. -/
def Int.ceil (a : α) : Int := -Int.floor (-a)
def Int.fract (a : α) : α := a - (Int.floor a : α)
/-- `⌊a⌋₊`. -/
def Nat.floor (a : α) : Nat := (Int.floor a).toNat
/-- `⌈a⌉₊`. -/
def Nat.ceil (a : α) : Nat := (Int.ceil a).toNat
variable [LT α] [Std.LawfulOrderLT α] [Std.IsLinearOrder α] [Lean.Grind.OrderedRing α] {a : α} {z : Int}
namespace Int
theorem le_floor : z ≤ Int.floor a ↔ (z : α) ≤ a := Antiphon.Floor.le_floor z a
theorem floor_lt : Int.floor a < z ↔ a < z := by rw [← Int.not_le, le_floor, not_le]
theorem floor_le (a : α) : (Int.floor a : α) ≤ a := le_floor.1 (Int.le_refl _)
theorem lt_floor_add_one (a : α) : a < Int.floor a + 1 := by
  have := floor_lt.1 (Int.lt_add_one_iff.2 (Int.le_refl (Int.floor a)))
  rwa [Int.cast_add, Int.cast_one] at this
theorem floor_eq_iff : Int.floor a = z ↔ (z : α) ≤ a ∧ a < z + 1 := by
  rw [← le_floor, show (z : α) + 1 = ((z + 1 : Int) : α) by rw [Int.cast_add, Int.cast_one],
    ← floor_lt]; omega
@[simp] theorem floor_intCast (z : Int) : Int.floor (z : α) = z :=
  floor_eq_iff.2 ⟨le_refl _, by have := zero_lt_one (α := α); grind⟩
theorem ceil_le : Int.ceil a ≤ z ↔ a ≤ z := by
  have := le_floor (a := -a) (z := -z)
  rw [Int.cast_neg, neg_le_neg_iff] at this
  rw [← this]; unfold Int.ceil; omega
theorem fract_nonneg (a : α) : 0 ≤ Int.fract a := sub_nonneg.2 (floor_le a)
theorem fract_lt_one (a : α) : Int.fract a < 1 := by
  have := lt_floor_add_one a; unfold Int.fract; grind
end Int
grind_pattern Int.floor_le => Int.floor a
grind_pattern Int.lt_floor_add_one => Int.floor a
end

/-! ## Exponential, logarithm, sine and cosine -/

/-- The elementary functions, given by laws that Mathlib proves for its own (see `Bridge.lean`). -/
class Antiphon.Elementary (α : Type u) [Lean.Grind.Field α] [LE α] [LT α] where
  exp : α → α
  log : α → α
  sin : α → α
  cos : α → α
  arcsin : α → α
  arccos : α → α
  arctan : α → α
  pi : α
  exp_add : ∀ x y, exp (x + y) = exp x * exp y
  add_one_le_exp : ∀ x, x + 1 ≤ exp x
  exp_log : ∀ x, 0 < x → exp (log x) = x
  log_zero : log 0 = 0
  log_neg_eq_log : ∀ x, log (-x) = log x
  sin_add : ∀ x y, sin (x + y) = sin x * cos y + cos x * sin y
  cos_add : ∀ x y, cos (x + y) = cos x * cos y - sin x * sin y
  sin_neg : ∀ x, sin (-x) = -sin x
  cos_neg : ∀ x, cos (-x) = cos x
  cos_zero : cos 0 = 1
  sin_pi_div_two : sin (pi / 2) = 1
  cos_pi_div_two : cos (pi / 2) = 0
  pi_gt_d2 : 314 / 100 < pi
  pi_lt_d2 : pi < 315 / 100
  sin_pos_of_pos_of_lt_pi : ∀ x, 0 < x → x < pi → 0 < sin x
  sin_lt : ∀ x, 0 < x → sin x < x
  sin_arcsin : ∀ x, -1 ≤ x → x ≤ 1 → sin (arcsin x) = x
  arcsin_mem_Icc : ∀ x, -(pi / 2) ≤ arcsin x ∧ arcsin x ≤ pi / 2
  arccos_eq : ∀ x, arccos x = pi / 2 - arcsin x
  tan_arctan : ∀ x, sin (arctan x) / cos (arctan x) = x
  arctan_mem_Ioo : ∀ x, -(pi / 2) < arctan x ∧ arctan x < pi / 2

namespace Real
open Antiphon.Elementary
section
variable {α : Type u} [Lean.Grind.Field α] [LE α] [LT α] [Std.LawfulOrderLT α]
  [Std.IsLinearOrder α] [Lean.Grind.OrderedRing α] [Antiphon.Elementary α] {x y : α}

theorem exp_add (x y : α) : exp (x + y) = exp x * exp y := Antiphon.Elementary.exp_add x y
theorem add_one_le_exp (x : α) : x + 1 ≤ exp x := Antiphon.Elementary.add_one_le_exp x
theorem exp_ne_zero (x : α) : exp x ≠ 0 := fun h => by
  have h₁ := exp_add x (-x); have h₂ := add_one_le_exp (x + -x)
  rw [h, zero_mul] at h₁; rw [h₁] at h₂; have := zero_lt_one (α := α); grind
theorem exp_pos (x : α) : 0 < exp x := by
  have h := exp_add (x / 2) (x / 2)
  rw [add_halves, ← sq] at h; rw [h]; exact sq_pos_of_ne_zero (exp_ne_zero _)
@[simp] theorem exp_zero : exp (0 : α) = 1 := by
  have h := exp_add (0 : α) 0
  rw [add_zero] at h
  exact (mul_left_cancel₀ (exp_ne_zero 0) (by rw [mul_one]; exact h)).symm
theorem exp_lt_exp : exp x < exp y ↔ x < y := by
  have key : ∀ {x y : α}, x < y → exp x < exp y := fun {x y} h => by
    have e := exp_add x (y - x); have h₁ := add_one_le_exp (y - x)
    rw [show x + (y - x) = y by grind] at e
    have := mul_lt_mul_of_pos_left (show (1 : α) < exp (y - x) by grind) (exp_pos x)
    rw [mul_one] at this; rw [e]; exact this
  refine ⟨fun h => lt_of_not_ge fun h' => ?_, key⟩
  rcases eq_or_lt_of_le h' with rfl | h'
  · exact lt_irrefl _ h
  · exact lt_asymm h (key h')
theorem exp_le_exp : exp x ≤ exp y ↔ x ≤ y := by rw [← not_lt, exp_lt_exp, not_lt]
theorem exp_injective (h : exp x = exp y) : x = y :=
  le_antisymm (exp_le_exp.1 (le_of_eq h)) (exp_le_exp.1 (le_of_eq h.symm))
theorem exp_log (h : 0 < x) : exp (log x) = x := Antiphon.Elementary.exp_log x h
@[simp] theorem log_exp (x : α) : log (exp x) = x := exp_injective (exp_log (exp_pos x))
@[simp] theorem log_zero : log (0 : α) = 0 := Antiphon.Elementary.log_zero
@[simp] theorem log_one : log (1 : α) = 0 := by rw [← exp_zero, log_exp]
theorem log_neg_eq_log (x : α) : log (-x) = log x := Antiphon.Elementary.log_neg_eq_log x
theorem log_mul (hx : x ≠ 0) (hy : y ≠ 0) : log (x * y) = log x + log y := by
  have key : ∀ {x y : α}, 0 < x → 0 < y → log (x * y) = log x + log y := fun {x y} hx hy =>
    exp_injective (by rw [exp_log (mul_pos hx hy), exp_add, exp_log hx, exp_log hy])
  rcases lt_or_gt_of_ne hx with hx | hx <;> rcases lt_or_gt_of_ne hy with hy | hy
  · rw [← neg_mul_neg, key (neg_pos.2 hx) (neg_pos.2 hy), log_neg_eq_log, log_neg_eq_log]
  · rw [← log_neg_eq_log, ← neg_mul, key (neg_pos.2 hx) hy, log_neg_eq_log]
  · rw [← log_neg_eq_log, ← mul_neg, key hx (neg_pos.2 hy), log_neg_eq_log]
  · exact key hx hy
theorem log_inv (x : α) : log x⁻¹ = -log x := by
  rcases Classical.em (x = 0) with rfl | h
  · rw [inv_zero, log_zero, neg_zero]
  · have := log_mul h (inv_ne_zero h); rw [mul_inv_cancel₀ h, log_one] at this; grind
theorem log_div (hx : x ≠ 0) (hy : y ≠ 0) : log (x / y) = log x - log y := by
  rw [div_eq_mul_inv, log_mul hx (inv_ne_zero hy), log_inv, sub_eq_add_neg]
theorem log_pow (n : Nat) (x : α) : log (x ^ n) = n * log x := by
  induction n with
  | zero => rw [pow_zero, log_one, Nat.cast_zero, zero_mul]
  | succ n ih =>
    rcases Classical.em (x = 0) with rfl | h
    · rw [zero_pow (Nat.succ_ne_zero n), log_zero, mul_zero]
    · rw [pow_succ, log_mul (pow_ne_zero n h) h, ih, Nat.cast_succ, add_mul, one_mul]
theorem log_lt_log_iff (hx : 0 < x) (hy : 0 < y) : log x < log y ↔ x < y := by
  rw [← exp_lt_exp, exp_log hx, exp_log hy]
theorem log_le_log_iff (hx : 0 < x) (hy : 0 < y) : log x ≤ log y ↔ x ≤ y := by
  rw [← exp_le_exp, exp_log hx, exp_log hy]
theorem log_lt_log (hx : 0 < x) (h : x < y) : log x < log y := (log_lt_log_iff hx (lt_trans hx h)).2 h
theorem log_le_log (hx : 0 < x) (h : x ≤ y) : log x ≤ log y :=
  (log_le_log_iff hx (lt_of_lt_of_le hx h)).2 h
theorem log_pos (h : 1 < x) : 0 < log x := by
  have := log_lt_log zero_lt_one h; rwa [log_one] at this
theorem log_le_sub_one_of_pos (h : 0 < x) : log x ≤ x - 1 := by
  have := add_one_le_exp (log x); rw [exp_log h] at this; grind

theorem sin_add (x y : α) : sin (x + y) = sin x * cos y + cos x * sin y := Antiphon.Elementary.sin_add x y
theorem cos_add (x y : α) : cos (x + y) = cos x * cos y - sin x * sin y := Antiphon.Elementary.cos_add x y
@[simp] theorem sin_neg (x : α) : sin (-x) = -sin x := Antiphon.Elementary.sin_neg x
@[simp] theorem cos_neg (x : α) : cos (-x) = cos x := Antiphon.Elementary.cos_neg x
@[simp] theorem cos_zero : cos (0 : α) = 1 := Antiphon.Elementary.cos_zero
@[simp] theorem sin_zero : sin (0 : α) = 0 := by
  have := sin_neg (0 : α); rw [neg_zero] at this; grind
theorem sin_sub (x y : α) : sin (x - y) = sin x * cos y - cos x * sin y := by
  rw [sub_eq_add_neg, sin_add, cos_neg, sin_neg]; grind
theorem cos_sub (x y : α) : cos (x - y) = cos x * cos y + sin x * sin y := by
  rw [sub_eq_add_neg, cos_add, cos_neg, sin_neg]; grind
@[simp] theorem sin_sq_add_cos_sq (x : α) : sin x ^ 2 + cos x ^ 2 = 1 := by
  have := cos_sub x x; rw [sub_self, cos_zero] at this; grind
grind_pattern sin_sq_add_cos_sq => sin x, cos x
@[simp] theorem cos_sq_add_sin_sq (x : α) : cos x ^ 2 + sin x ^ 2 = 1 := by
  rw [add_comm, sin_sq_add_cos_sq]
theorem sin_sq (x : α) : sin x ^ 2 = 1 - cos x ^ 2 := by have := sin_sq_add_cos_sq x; grind
theorem cos_sq' (x : α) : cos x ^ 2 = 1 - sin x ^ 2 := by have := sin_sq_add_cos_sq x; grind
theorem sin_two_mul (x : α) : sin (2 * x) = 2 * sin x * cos x := by rw [two_mul, sin_add]; grind
theorem cos_two_mul (x : α) : cos (2 * x) = 2 * cos x ^ 2 - 1 := by
  rw [two_mul, cos_add]; have := sin_sq_add_cos_sq x; grind
theorem cos_two_mul' (x : α) : cos (2 * x) = cos x ^ 2 - sin x ^ 2 := by rw [two_mul, cos_add]; grind
theorem sin_three_mul (x : α) : sin (3 * x) = 3 * sin x - 4 * sin x ^ 3 := by
  rw [show 3 * x = 2 * x + x by grind, sin_add, sin_two_mul, cos_two_mul]
  have := sin_sq_add_cos_sq x; grind
theorem cos_three_mul (x : α) : cos (3 * x) = 4 * cos x ^ 3 - 3 * cos x := by
  rw [show 3 * x = 2 * x + x by grind, cos_add, sin_two_mul, cos_two_mul]
  have := sin_sq_add_cos_sq x; grind
theorem _root_.Antiphon.abs_le_one_of_sq {s c : α} (h : s ^ 2 + c ^ 2 = 1) : -1 ≤ s ∧ s ≤ 1 := by
  have hs : s ^ 2 ≤ 1 ^ 2 := by have := sq_nonneg c; rw [one_pow]; grind
  constructor
  · refine le_of_not_gt fun h' => not_le_of_gt (sq_lt_sq' (a := 1) (b := -s) ?_ ?_) (by rwa [neg_sq])
    · have := zero_lt_one (α := α); grind
    · grind
  · exact le_of_pow_le_pow_left₀ (n := 2) (by decide) zero_le_one hs
theorem sin_le_one (x : α) : sin x ≤ 1 := (Antiphon.abs_le_one_of_sq (sin_sq_add_cos_sq x)).2
theorem neg_one_le_sin (x : α) : -1 ≤ sin x := (Antiphon.abs_le_one_of_sq (sin_sq_add_cos_sq x)).1
theorem cos_le_one (x : α) : cos x ≤ 1 := (Antiphon.abs_le_one_of_sq (cos_sq_add_sin_sq x)).2
theorem neg_one_le_cos (x : α) : -1 ≤ cos x := (Antiphon.abs_le_one_of_sq (cos_sq_add_sin_sq x)).1
@[simp] theorem sin_pi_div_two : sin ((pi : α) / 2) = 1 := Antiphon.Elementary.sin_pi_div_two
@[simp] theorem cos_pi_div_two : cos ((pi : α) / 2) = 0 := Antiphon.Elementary.cos_pi_div_two
@[simp] theorem sin_pi : sin (pi : α) = 0 := by
  have := sin_add ((pi : α) / 2) (pi / 2); rw [add_halves, cos_pi_div_two] at this; grind
@[simp] theorem cos_pi : cos (pi : α) = -1 := by
  have := cos_add ((pi : α) / 2) (pi / 2)
  rw [add_halves, cos_pi_div_two, sin_pi_div_two] at this; grind
theorem pi_gt_three : 3 < (pi : α) := by have := Antiphon.Elementary.pi_gt_d2 (α := α); grind
theorem pi_pos : 0 < (pi : α) := by have := pi_gt_three (α := α); grind
theorem pi_ne_zero : (pi : α) ≠ 0 := ne_of_gt pi_pos
theorem two_le_pi : 2 ≤ (pi : α) := by have := pi_gt_three (α := α); grind
theorem sin_pi_sub (x : α) : sin (pi - x) = sin x := by rw [sin_sub, sin_pi, cos_pi]; grind
theorem cos_pi_sub (x : α) : cos (pi - x) = -cos x := by rw [cos_sub, sin_pi, cos_pi]; grind
theorem sin_pi_div_two_sub (x : α) : sin (pi / 2 - x) = cos x := by
  rw [sin_sub, sin_pi_div_two, cos_pi_div_two]; grind
theorem cos_pi_div_two_sub (x : α) : cos (pi / 2 - x) = sin x := by
  rw [cos_sub, sin_pi_div_two, cos_pi_div_two]; grind
theorem sin_pos_of_pos_of_lt_pi (h₀ : 0 < x) (h : x < pi) : 0 < sin x :=
  Antiphon.Elementary.sin_pos_of_pos_of_lt_pi x h₀ h
theorem sin_lt (h : 0 < x) : sin x < x := Antiphon.Elementary.sin_lt x h
theorem cos_pos_of_mem_Ioo (h : x ∈ Set.Ioo (-(pi / 2)) (pi / 2)) : 0 < cos x := by
  have e := sin_add x (pi / 2)
  rw [cos_pi_div_two, sin_pi_div_two, mul_zero, zero_add, mul_one] at e
  rw [← e]
  have h₁ := h.1; have h₂ := h.2
  exact sin_pos_of_pos_of_lt_pi (by grind) (by grind)

def tan (x : α) : α := sin x / cos x
theorem tan_eq_sin_div_cos (x : α) : Real.tan x = sin x / cos x := rfl
/-- The logarithm to base `b`. -/
def logb (b x : α) : α := log x / log b
theorem log_div_log {b x : α} : log x / log b = logb b x := rfl

/-- `x ^ y`, by the formula of Mathlib's `Real.rpow_def`. -/
def rpow (x y : α) : α :=
  open Classical in
  if x = 0 then (if y = 0 then 1 else 0)
  else if 0 < x then exp (log x * y) else exp (log x * y) * cos (y * pi)
instance (priority := 50) Antiphon.instRPow : HPow α α α := ⟨rpow⟩

theorem rpow_def_of_pos (hx : 0 < x) (y : α) : x ^ y = exp (log x * y) := by
  show rpow x y = _
  rw [rpow, if_neg (ne_of_gt hx), if_pos hx]
theorem zero_rpow (h : x ≠ 0) : (0 : α) ^ x = 0 := by
  show rpow 0 x = _
  rw [rpow, if_pos rfl, if_neg h]
@[simp] theorem rpow_zero (x : α) : x ^ (0 : α) = 1 := by
  show rpow x 0 = _
  unfold rpow; split
  · exact if_pos rfl
  · split <;> rw [mul_zero, exp_zero]
    rw [zero_mul, cos_zero, mul_one]
theorem rpow_pos_of_pos (hx : 0 < x) (y : α) : 0 < x ^ y := by
  rw [rpow_def_of_pos hx]; exact exp_pos _
theorem rpow_nonneg (hx : 0 ≤ x) (y : α) : 0 ≤ x ^ y := by
  rcases eq_or_lt_of_le hx with rfl | hx
  · rcases Classical.em (y = 0) with rfl | hy
    · rw [rpow_zero]; exact zero_le_one
    · rw [zero_rpow hy]; exact le_refl _
  · exact le_of_lt (rpow_pos_of_pos hx y)
theorem rpow_add (hx : 0 < x) (y z : α) : x ^ (y + z) = x ^ y * x ^ z := by
  rw [rpow_def_of_pos hx, rpow_def_of_pos hx, rpow_def_of_pos hx, mul_add, exp_add]
theorem log_rpow (hx : 0 < x) (y : α) : log (x ^ y) = y * log x := by
  rw [rpow_def_of_pos hx, log_exp, mul_comm]
theorem rpow_mul (hx : 0 ≤ x) (y z : α) : x ^ (y * z) = (x ^ y) ^ z := by
  rcases eq_or_lt_of_le hx with rfl | hx
  · rcases Classical.em (y = 0) with rfl | hy
    · rw [zero_mul, rpow_zero, rpow_def_of_pos zero_lt_one, log_one, zero_mul, exp_zero]
    rcases Classical.em (z = 0) with rfl | hz
    · rw [mul_zero, rpow_zero, rpow_zero]
    · rw [zero_rpow hy, zero_rpow hz, zero_rpow (mul_ne_zero hy hz)]
  · rw [rpow_def_of_pos (rpow_pos_of_pos hx y), log_rpow hx, rpow_def_of_pos hx]
    congr 1; grind
@[simp] theorem one_rpow (x : α) : (1 : α) ^ x = 1 := by
  rw [rpow_def_of_pos zero_lt_one, log_one, zero_mul, exp_zero]
theorem _root_.Antiphon.cos_sin_nat_mul_pi (n : Nat) : cos ((n : α) * pi) = (-1) ^ n ∧ sin ((n : α) * pi) = 0 := by
  induction n with
  | zero => rw [Nat.cast_zero, zero_mul, cos_zero, sin_zero, pow_zero]; exact ⟨rfl, rfl⟩
  | succ n ih =>
    rw [Nat.cast_succ, add_mul, one_mul, cos_add, sin_add, ih.1, ih.2, cos_pi, sin_pi, pow_succ]
    grind
theorem rpow_natCast (x : α) (n : Nat) : x ^ (n : α) = x ^ n := by
  have pos : ∀ {x : α}, 0 < x → exp (log x * n) = x ^ n := fun {x} hx => by
    rw [mul_comm, ← log_pow, exp_log (pow_pos hx n)]
  rcases lt_trichotomy x 0 with hx | rfl | hx
  · show rpow x n = _
    rw [rpow, if_neg (ne_of_lt hx), if_neg (lt_asymm hx), (Antiphon.cos_sin_nat_mul_pi n).1, ← log_neg_eq_log,
      pos (neg_pos.2 hx), ← mul_pow]
    congr 1; grind
  · cases n with
    | zero => rw [Nat.cast_zero, rpow_zero, pow_zero]
    | succ n =>
      rw [zero_rpow (Nat.cast_ne_zero.2 (Nat.succ_ne_zero n)), zero_pow (Nat.succ_ne_zero n)]
  · rw [rpow_def_of_pos hx, pos hx]
@[simp] theorem rpow_ofNat (x : α) (n : Nat) : x ^ (OfNat.ofNat n : α) = x ^ n := by
  rw [Lean.Grind.Semiring.ofNat_eq_natCast, rpow_natCast]
@[simp] theorem rpow_one (x : α) : x ^ (1 : α) = x := by
  have := rpow_natCast x 1; rwa [Nat.cast_one, pow_one] at this
theorem rpow_two (x : α) : x ^ (2 : α) = x ^ 2 := rpow_ofNat x 2
theorem rpow_neg (hx : 0 ≤ x) (y : α) : x ^ (-y) = (x ^ y)⁻¹ := by
  rcases eq_or_lt_of_le hx with rfl | hx
  · rcases Classical.em (y = 0) with rfl | hy
    · rw [neg_zero, rpow_zero, inv_one]
    · rw [zero_rpow hy, zero_rpow (fun e => hy (by grind)), inv_zero]
  · have h := rpow_add hx y (-y)
    rw [show y + -y = 0 by grind, rpow_zero] at h
    apply mul_left_cancel₀ (ne_of_gt (rpow_pos_of_pos hx y))
    rw [← h, mul_inv_cancel₀ (ne_of_gt (rpow_pos_of_pos hx y))]
theorem sqrt_eq_rpow [Antiphon.Sqrt α] (x : α) : Antiphon.Sqrt.sqrt x = x ^ ((1 : α) / 2) := by
  rcases lt_or_ge x 0 with hx | hx
  · rw [sqrt_eq_zero_of_nonpos (le_of_lt hx)]; show _ = rpow x _
    rw [rpow, if_neg (ne_of_lt hx), if_neg (lt_asymm hx),
      show (1 : α) / 2 * pi = pi / 2 by grind, cos_pi_div_two, mul_zero]
  · have h := rpow_mul hx ((1 : α) / 2) 2
    rw [show (1 : α) / 2 * 2 = 1 by grind, rpow_one, rpow_two] at h
    have := sqrt_sq (rpow_nonneg hx ((1 : α) / 2)); rwa [← h] at this
end
end Real

/-- `x` is no fraction of whole numbers. -/
def Irrational {α : Type u} [Lean.Grind.Field α] (x : α) : Prop := ¬∃ q : Rat, (q : α) = x

/-! ## Decimal numerals -/

/-- `4.5` is `45 / 10`, as in Mathlib. -/
instance (priority := 50) Antiphon.instOfScientific {α : Type u} [Lean.Grind.Field α] :
    OfScientific α where
  ofScientific m down e :=
    if down then (OfNat.ofNat m : α) / OfNat.ofNat 10 ^ e else OfNat.ofNat m * OfNat.ofNat 10 ^ e

@[simp, grind =] theorem Antiphon.ofScientific_down {α : Type u} [Lean.Grind.Field α] (m e : Nat) :
    (OfScientific.ofScientific m true e : α) = OfNat.ofNat m / OfNat.ofNat 10 ^ e := rfl

/-! ## Shortcuts of instance search

Each `+` over ℝ asks for `HAdd ℝ ℝ ℝ`, and the way there by `Add`, `Semiring`, `Ring`, `CommRing`, `Field`
was most of what a `grind` cost. `IsReal` says nothing about a type: it only opens the short way. -/

/-- A mark without content. -/
class Antiphon.IsReal (α : Type u) : Prop

namespace Antiphon.Fast
open Lean.Grind
section
variable {α : Type u} [Antiphon.IsReal α] [Field α]
instance (priority := 2000) ring : Ring α := CommRing.toRing
instance (priority := 2000) semiring : Semiring α := Ring.toSemiring (self := CommRing.toRing)
instance (priority := 2000) mul : Mul α := Semiring.toMul (self := Ring.toSemiring (self := CommRing.toRing))
instance (priority := 2000) add : Add α := Semiring.toAdd (self := Ring.toSemiring (self := CommRing.toRing))
instance (priority := 2000) sub : Sub α := Ring.toSub (self := CommRing.toRing)
instance (priority := 2000) hMul : HMul α α α := @instHMul α mul
instance (priority := 2000) hAdd : HAdd α α α := @instHAdd α add
instance (priority := 2000) hSub : HSub α α α := @instHSub α sub
instance (priority := 2000) hDiv : HDiv α α α := @instHDiv α Field.toDiv
instance (priority := 2000) neg : Neg α := Ring.toNeg (self := CommRing.toRing)
instance (priority := 2000) npow : HPow α Nat α := Semiring.npow (self := Ring.toSemiring (self := CommRing.toRing))
instance (priority := 2000) ofNat (n : Nat) : OfNat α n :=
  Semiring.ofNat (self := Ring.toSemiring (self := CommRing.toRing)) n
instance (priority := 2000) natCast : NatCast α := Semiring.natCast (self := Ring.toSemiring (self := CommRing.toRing))
instance (priority := 2000) intCast : IntCast α := Ring.intCast (self := CommRing.toRing)
end
section
variable {α : Type u} [Antiphon.IsReal α] [LE α]
instance (priority := 2000) isLinearPreorder [Std.IsLinearOrder α] : Std.IsLinearPreorder α := inferInstance
instance (priority := 2000) isPartialOrder [Std.IsLinearOrder α] : Std.IsPartialOrder α := inferInstance
instance (priority := 2000) isPreorder [Std.IsLinearOrder α] : Std.IsPreorder α := inferInstance
variable [Field α] [LT α] [Std.LawfulOrderLT α] [Std.IsLinearOrder α] [OrderedRing α]
instance (priority := 2000) isCharP : IsCharP α 0 := inferInstance
instance (priority := 2000) orderedAdd : OrderedAdd α := inferInstance
end
end Antiphon.Fast

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

theorem of_contrapose {p q : Prop} (h : ¬q → ¬p) : p → q :=
  fun hp => Classical.byContradiction fun hq => h hq hp

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
