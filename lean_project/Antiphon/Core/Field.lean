module

public import Antiphon.Core.Order

/-!
# Signs, squares, fractions and absolute values

The second half of the lemma room: what needs subtraction (ℤ, ℚ, every ordered field) and what needs
division (ℚ, every ordered field). `|x|`, `max`, `min`, decimal numerals and intervals are plain
definitions that agree with Mathlib's on every linearly ordered field.
-/

public section

set_option linter.unusedSectionVars false

open Lean.Grind

/-! ## Ordered rings -/

section OrderedRing
variable {α : Type u} [CommRing α] [LE α] [LT α] [Std.LawfulOrderLT α] [Std.IsLinearOrder α]
  [OrderedRing α] {a b c d : α}

theorem sub_nonneg : 0 ≤ a - b ↔ b ≤ a := by constructor <;> intro h <;> grind
theorem sub_pos : 0 < a - b ↔ b < a := by constructor <;> intro h <;> grind
theorem sub_nonpos : a - b ≤ 0 ↔ a ≤ b := by constructor <;> intro h <;> grind
theorem sub_neg : a - b < 0 ↔ a < b := by constructor <;> intro h <;> grind
theorem sub_nonneg_of_le (h : b ≤ a) : 0 ≤ a - b := sub_nonneg.2 h
theorem sub_pos_of_lt (h : b < a) : 0 < a - b := sub_pos.2 h
theorem le_of_sub_nonneg (h : 0 ≤ a - b) : b ≤ a := sub_nonneg.1 h
theorem lt_of_sub_pos (h : 0 < a - b) : b < a := sub_pos.1 h
theorem sub_le_sub (h₁ : a ≤ b) (h₂ : c ≤ d) : a - d ≤ b - c := by grind
theorem sub_le_self (a : α) (h : 0 ≤ b) : a - b ≤ a := by grind
theorem sub_lt_self (a : α) (h : 0 < b) : a - b < a := by grind
theorem sub_le_iff_le_add : a - c ≤ b ↔ a ≤ b + c := by constructor <;> intro h <;> grind
theorem sub_lt_iff_lt_add : a - c < b ↔ a < b + c := by constructor <;> intro h <;> grind
theorem le_sub_iff_add_le : a ≤ c - b ↔ a + b ≤ c := by constructor <;> intro h <;> grind
theorem lt_sub_iff_add_lt : a < c - b ↔ a + b < c := by constructor <;> intro h <;> grind
theorem neg_le_neg (h : a ≤ b) : -b ≤ -a := by grind
theorem neg_lt_neg (h : a < b) : -b < -a := by grind
theorem neg_le_neg_iff : -a ≤ -b ↔ b ≤ a := by constructor <;> intro h <;> grind
theorem neg_nonneg : 0 ≤ -a ↔ a ≤ 0 := by constructor <;> intro h <;> grind
theorem neg_pos : 0 < -a ↔ a < 0 := by constructor <;> intro h <;> grind
theorem neg_nonpos : -a ≤ 0 ↔ 0 ≤ a := by constructor <;> intro h <;> grind
theorem neg_lt_zero : -a < 0 ↔ 0 < a := by constructor <;> intro h <;> grind

theorem mul_nonneg_of_nonpos_of_nonpos (ha : a ≤ 0) (hb : b ≤ 0) : 0 ≤ a * b := by
  have := mul_nonneg (neg_nonneg.2 ha) (neg_nonneg.2 hb); rwa [neg_mul_neg] at this
theorem mul_pos_of_neg_of_neg (ha : a < 0) (hb : b < 0) : 0 < a * b := by
  have := mul_pos (neg_pos.2 ha) (neg_pos.2 hb); rwa [neg_mul_neg] at this
theorem mul_nonpos_of_nonneg_of_nonpos (ha : 0 ≤ a) (hb : b ≤ 0) : a * b ≤ 0 := by
  have := mul_nonneg ha (neg_nonneg.2 hb); rwa [mul_neg, neg_nonneg] at this
theorem mul_nonpos_of_nonpos_of_nonneg (ha : a ≤ 0) (hb : 0 ≤ b) : a * b ≤ 0 := by
  rw [mul_comm]; exact mul_nonpos_of_nonneg_of_nonpos hb ha
theorem mul_neg_of_pos_of_neg (ha : 0 < a) (hb : b < 0) : a * b < 0 := by
  have := mul_pos ha (neg_pos.2 hb); rwa [mul_neg, neg_pos] at this
theorem mul_neg_of_neg_of_pos (ha : a < 0) (hb : 0 < b) : a * b < 0 := by
  rw [mul_comm]; exact mul_neg_of_pos_of_neg hb ha
theorem mul_le_mul_of_nonpos_left (h : b ≤ a) (hc : c ≤ 0) : c * a ≤ c * b := by
  have := mul_nonneg_of_nonpos_of_nonpos hc (sub_nonpos.2 h); grind
theorem mul_le_mul_of_nonpos_right (h : b ≤ a) (hc : c ≤ 0) : a * c ≤ b * c := by
  rw [mul_comm a, mul_comm b]; exact mul_le_mul_of_nonpos_left h hc

theorem mul_self_nonneg (a : α) : 0 ≤ a * a :=
  (le_total 0 a).elim (fun h => mul_nonneg h h) fun h => mul_nonneg_of_nonpos_of_nonpos h h
theorem sq_nonneg (a : α) : 0 ≤ a ^ 2 := by rw [pow_two]; exact mul_self_nonneg a
theorem pow_two_nonneg (a : α) : 0 ≤ a ^ 2 := sq_nonneg a
theorem add_sq_nonneg (a b : α) : 0 ≤ a ^ 2 + b ^ 2 := add_nonneg (sq_nonneg a) (sq_nonneg b)
theorem mul_self_pos : 0 < a * a ↔ a ≠ 0 := by
  constructor
  · rintro h rfl; rw [mul_zero] at h; exact lt_irrefl _ h
  · intro h
    exact (lt_or_gt_of_ne h).elim (fun h => mul_pos_of_neg_of_neg h h) fun h => mul_pos h h
theorem sq_pos_iff : 0 < a ^ 2 ↔ a ≠ 0 := by rw [pow_two]; exact mul_self_pos
theorem sq_pos_of_ne_zero (h : a ≠ 0) : 0 < a ^ 2 := sq_pos_iff.2 h
theorem sq_pos_of_neg (h : a < 0) : 0 < a ^ 2 := sq_pos_iff.2 (ne_of_lt h)
theorem mul_self_eq_zero : a * a = 0 ↔ a = 0 :=
  ⟨fun h => Classical.byContradiction fun h' => ne_of_lt (mul_self_pos.2 h') h.symm,
   fun h => by rw [h, mul_zero]⟩
theorem sq_eq_zero_iff : a ^ 2 = 0 ↔ a = 0 := by rw [pow_two]; exact mul_self_eq_zero
theorem sq_eq_zero' : a ^ 2 = 0 ↔ a = 0 := sq_eq_zero_iff
theorem mul_eq_zero : a * b = 0 ↔ a = 0 ∨ b = 0 := by
  constructor
  · intro h
    apply Classical.byContradiction
    intro hn
    have ⟨ha, hb⟩ := _root_.not_or.1 hn
    have hp := mul_pos (mul_self_pos.2 ha) (mul_self_pos.2 hb)
    rw [show a * a * (b * b) = a * b * (a * b) by grind, h, mul_zero] at hp
    exact lt_irrefl _ hp
  · rintro (h | h) <;> rw [h] <;> simp
theorem eq_zero_or_eq_zero_of_mul_eq_zero (h : a * b = 0) : a = 0 ∨ b = 0 := mul_eq_zero.1 h
theorem mul_ne_zero (ha : a ≠ 0) (hb : b ≠ 0) : a * b ≠ 0 := fun h =>
  (mul_eq_zero.1 h).elim ha hb
theorem mul_ne_zero_iff : a * b ≠ 0 ↔ a ≠ 0 ∧ b ≠ 0 := by rw [Ne, mul_eq_zero, _root_.not_or]
theorem pow_ne_zero (n : Nat) (h : a ≠ 0) : a ^ n ≠ 0 := by
  induction n with
  | zero => rw [pow_zero]; exact (ne_of_lt zero_lt_one).symm
  | succ n ih => rw [pow_succ]; exact mul_ne_zero ih h
theorem pow_eq_zero_iff {n : Nat} (hn : n ≠ 0) : a ^ n = 0 ↔ a = 0 :=
  ⟨fun h => Classical.byContradiction fun h' => pow_ne_zero n h' h, fun h => by
    rw [h, zero_pow hn]⟩
theorem mul_left_cancel₀ (ha : a ≠ 0) (h : a * b = a * c) : b = c :=
  eq_of_sub_eq_zero ((mul_eq_zero.1 (show a * (b - c) = 0 by grind)).resolve_left ha)
theorem mul_right_cancel₀ (hb : b ≠ 0) (h : a * b = c * b) : a = c :=
  mul_left_cancel₀ hb (by rw [mul_comm b, mul_comm b, h])
theorem mul_eq_mul_left_iff : a * b = a * c ↔ b = c ∨ a = 0 := by
  constructor
  · intro h
    exact (Classical.em (a = 0)).elim .inr fun h' => .inl (mul_left_cancel₀ h' h)
  · rintro (h | h) <;> rw [h] <;> simp
theorem mul_right_inj' (ha : a ≠ 0) : a * b = a * c ↔ b = c :=
  ⟨mul_left_cancel₀ ha, fun h => by rw [h]⟩
theorem mul_left_inj' (hc : c ≠ 0) : a * c = b * c ↔ a = b :=
  ⟨mul_right_cancel₀ hc, fun h => by rw [h]⟩
theorem sq_eq_sq_iff_eq_or_eq_neg : a ^ 2 = b ^ 2 ↔ a = b ∨ a = -b := by
  rw [← sub_eq_zero, sq_sub_sq, mul_eq_zero, add_eq_zero_iff_eq_neg, sub_eq_zero]; exact Or.comm
theorem two_mul_le_add_sq (a b : α) : 2 * a * b ≤ a ^ 2 + b ^ 2 := by
  have := sq_nonneg (a - b); grind
theorem two_mul_le_add_pow_two (a b : α) : 2 * a * b ≤ a ^ 2 + b ^ 2 := two_mul_le_add_sq a b
theorem sq_le_sq' (h₁ : -b ≤ a) (h₂ : a ≤ b) : a ^ 2 ≤ b ^ 2 := by
  have := mul_nonneg (sub_nonneg.2 h₂) (show 0 ≤ a + b by grind); grind
theorem sq_lt_sq' (h₁ : -b < a) (h₂ : a < b) : a ^ 2 < b ^ 2 := by
  have := mul_pos (sub_pos.2 h₂) (show 0 < a + b by grind); grind
theorem mul_pos_iff : 0 < a * b ↔ 0 < a ∧ 0 < b ∨ a < 0 ∧ b < 0 := by
  constructor
  · intro h
    rcases lt_trichotomy a 0 with ha | rfl | ha
    · exact .inr ⟨ha, not_le.1 fun hb =>
        not_lt.2 (mul_nonpos_of_nonpos_of_nonneg (le_of_lt ha) hb) h⟩
    · rw [zero_mul] at h; exact absurd h (lt_irrefl _)
    · exact .inl ⟨ha, not_le.1 fun hb =>
        not_lt.2 (mul_nonpos_of_nonneg_of_nonpos (le_of_lt ha) hb) h⟩
  · rintro (⟨ha, hb⟩ | ⟨ha, hb⟩)
    · exact mul_pos ha hb
    · exact mul_pos_of_neg_of_neg ha hb
end OrderedRing

/-! ## Ordered fields -/

section Field
variable {α : Type u} [Field α] {a b c d : α}

theorem div_eq_mul_inv (a b : α) : a / b = a * b⁻¹ := Field.div_eq_mul_inv a b
theorem mul_inv_cancel₀ (h : a ≠ 0) : a * a⁻¹ = 1 := Field.mul_inv_cancel h
theorem inv_mul_cancel₀ (h : a ≠ 0) : a⁻¹ * a = 1 := by rw [mul_comm, mul_inv_cancel₀ h]
@[simp] theorem inv_zero : (0 : α)⁻¹ = 0 := Field.inv_zero
@[simp] theorem div_zero (a : α) : a / 0 = 0 := by rw [div_eq_mul_inv, inv_zero, mul_zero]
@[simp] theorem zero_div (a : α) : 0 / a = 0 := by rw [div_eq_mul_inv, zero_mul]
@[simp] theorem inv_one : (1 : α)⁻¹ = 1 := by
  have := mul_inv_cancel₀ (Field.zero_ne_one (α := α)).symm; rwa [one_mul] at this
@[simp] theorem div_one (a : α) : a / 1 = a := by rw [div_eq_mul_inv, inv_one, mul_one]
theorem one_div (a : α) : 1 / a = a⁻¹ := by rw [div_eq_mul_inv, one_mul]
theorem inv_eq_one_div (a : α) : a⁻¹ = 1 / a := (one_div a).symm
theorem div_self (h : a ≠ 0) : a / a = 1 := by rw [div_eq_mul_inv, mul_inv_cancel₀ h]
theorem add_div (a b c : α) : (a + b) / c = a / c + b / c := by
  rw [div_eq_mul_inv, div_eq_mul_inv, div_eq_mul_inv, add_mul]
theorem sub_div (a b c : α) : (a - b) / c = a / c - b / c := by
  rw [div_eq_mul_inv, div_eq_mul_inv, div_eq_mul_inv, sub_mul]
theorem neg_div (a b : α) : -b / a = -(b / a) := by
  rw [div_eq_mul_inv, div_eq_mul_inv, neg_mul]
theorem mul_div_assoc (a b c : α) : a * b / c = a * (b / c) := by
  rw [div_eq_mul_inv, div_eq_mul_inv, mul_assoc]
theorem mul_div_assoc' (a b c : α) : a * (b / c) = a * b / c := (mul_div_assoc a b c).symm
theorem mul_div_right_comm (a b c : α) : a * b / c = a / c * b := by
  rw [div_eq_mul_inv, div_eq_mul_inv, mul_right_comm]
theorem div_mul_eq_mul_div (a b c : α) : a / b * c = a * c / b := (mul_div_right_comm a c b).symm
theorem mul_one_div (a b : α) : a * (1 / b) = a / b := by rw [one_div, div_eq_mul_inv]
theorem mul_div_cancel_right₀ (a : α) (h : b ≠ 0) : a * b / b = a := by
  rw [mul_div_assoc, div_self h, mul_one]
theorem mul_div_cancel_left₀ (b : α) (h : a ≠ 0) : a * b / a = b := by
  rw [mul_comm, mul_div_cancel_right₀ b h]
theorem div_mul_cancel₀ (a : α) (h : b ≠ 0) : a / b * b = a := by
  rw [div_mul_eq_mul_div, mul_div_cancel_right₀ a h]
theorem eq_div_iff (hc : c ≠ 0) : a = b / c ↔ a * c = b :=
  ⟨fun h => by rw [h, div_mul_cancel₀ b hc], fun h => by rw [← h, mul_div_cancel_right₀ a hc]⟩
theorem div_eq_iff (hb : b ≠ 0) : a / b = c ↔ a = c * b := by
  rw [eq_comm, eq_div_iff hb, eq_comm]
theorem div_eq_one_iff_eq (hb : b ≠ 0) : a / b = 1 ↔ a = b := by rw [div_eq_iff hb, one_mul]
end Field

section OrderedField
variable {α : Type u} [Field α] [LE α] [LT α] [Std.LawfulOrderLT α] [Std.IsLinearOrder α]
  [OrderedRing α] {a b c d : α}

theorem div_add_div (a : α) (c : α) (hb : b ≠ 0) (hd : d ≠ 0) :
    a / b + c / d = (a * d + b * c) / (b * d) := by
  rw [eq_div_iff (mul_ne_zero hb hd)]
  have := div_mul_cancel₀ a hb; have := div_mul_cancel₀ c hd; grind
theorem div_sub_div (a : α) (c : α) (hb : b ≠ 0) (hd : d ≠ 0) :
    a / b - c / d = (a * d - b * c) / (b * d) := by
  rw [eq_div_iff (mul_ne_zero hb hd)]
  have := div_mul_cancel₀ a hb; have := div_mul_cancel₀ c hd; grind
theorem div_eq_div_iff (hb : b ≠ 0) (hd : d ≠ 0) : a / b = c / d ↔ a * d = c * b := by
  rw [div_eq_iff hb, div_mul_eq_mul_div, eq_div_iff hd]
theorem div_add' (a b c : α) (hc : c ≠ 0) : a / c + b = (a + b * c) / c := by
  rw [add_div, mul_div_cancel_right₀ b hc]
theorem add_div' (a b c : α) (hc : c ≠ 0) : b + a / c = (b * c + a) / c := by
  rw [add_div, mul_div_cancel_right₀ b hc]
theorem div_sub' (a b c : α) (hc : c ≠ 0) : a / c - b = (a - c * b) / c := by
  rw [sub_div, mul_div_cancel_left₀ b hc]
theorem sub_div' (a b c : α) (hc : c ≠ 0) : b - a / c = (b * c - a) / c := by
  rw [sub_div, mul_div_cancel_right₀ b hc]
theorem mul_inv (a b : α) : (a * b)⁻¹ = a⁻¹ * b⁻¹ := by
  rcases Classical.em (a = 0) with rfl | ha
  · simp
  rcases Classical.em (b = 0) with rfl | hb
  · simp
  apply mul_left_cancel₀ (mul_ne_zero ha hb)
  rw [mul_inv_cancel₀ (mul_ne_zero ha hb)]
  have := mul_inv_cancel₀ ha; have := mul_inv_cancel₀ hb; grind
theorem inv_ne_zero (h : a ≠ 0) : a⁻¹ ≠ 0 := fun e => by
  have := mul_inv_cancel₀ h; rw [e, mul_zero] at this; exact ne_of_lt zero_lt_one this
theorem div_ne_zero (ha : a ≠ 0) (hb : b ≠ 0) : a / b ≠ 0 := by
  rw [div_eq_mul_inv]; exact mul_ne_zero ha (inv_ne_zero hb)
theorem inv_inv (a : α) : a⁻¹⁻¹ = a := by
  rcases Classical.em (a = 0) with rfl | ha
  · simp
  apply mul_left_cancel₀ (inv_ne_zero ha)
  rw [mul_inv_cancel₀ (inv_ne_zero ha), inv_mul_cancel₀ ha]
theorem div_div (a b c : α) : a / b / c = a / (b * c) := by
  rw [div_eq_mul_inv, div_eq_mul_inv, div_eq_mul_inv, mul_inv, mul_assoc]
theorem div_mul_div_comm (a b c d : α) : a / b * (c / d) = a * c / (b * d) := by
  rw [div_eq_mul_inv, div_eq_mul_inv, div_eq_mul_inv, mul_inv]; grind
theorem inv_pow (a : α) (n : Nat) : a⁻¹ ^ n = (a ^ n)⁻¹ := by
  induction n with
  | zero => rw [pow_zero, pow_zero, inv_one]
  | succ n ih => rw [pow_succ, pow_succ, mul_inv, ih]
theorem div_pow (a b : α) (n : Nat) : (a / b) ^ n = a ^ n / b ^ n := by
  rw [div_eq_mul_inv, div_eq_mul_inv, mul_pow, inv_pow]
theorem mul_div_mul_left (a b : α) (hc : c ≠ 0) : c * a / (c * b) = a / b := by
  rw [← div_mul_div_comm, div_self hc, one_mul]
theorem mul_div_mul_right (a b : α) (hc : c ≠ 0) : a * c / (b * c) = a / b := by
  rw [← div_mul_div_comm, div_self hc, mul_one]

theorem inv_pos : 0 < a⁻¹ ↔ 0 < a := Field.IsOrdered.inv_pos_iff
theorem inv_pos_of_pos (h : 0 < a) : 0 < a⁻¹ := inv_pos.2 h
theorem inv_nonneg : 0 ≤ a⁻¹ ↔ 0 ≤ a := by
  rw [le_iff_lt_or_eq, le_iff_lt_or_eq, inv_pos]
  constructor
  · rintro (h | h)
    · exact .inl h
    · right; rw [← inv_inv a, ← h, inv_zero]
  · rintro (h | rfl)
    · exact .inl h
    · right; rw [inv_zero]
theorem inv_nonneg_of_nonneg (h : 0 ≤ a) : 0 ≤ a⁻¹ := inv_nonneg.2 h
theorem div_pos (ha : 0 < a) (hb : 0 < b) : 0 < a / b := by
  rw [div_eq_mul_inv]; exact mul_pos ha (inv_pos.2 hb)
theorem div_nonneg (ha : 0 ≤ a) (hb : 0 ≤ b) : 0 ≤ a / b := by
  rw [div_eq_mul_inv]; exact mul_nonneg ha (inv_nonneg.2 hb)
theorem div_nonpos_of_nonpos_of_nonneg (ha : a ≤ 0) (hb : 0 ≤ b) : a / b ≤ 0 := by
  rw [div_eq_mul_inv]; exact mul_nonpos_of_nonpos_of_nonneg ha (inv_nonneg.2 hb)
theorem div_neg_of_neg_of_pos (ha : a < 0) (hb : 0 < b) : a / b < 0 := by
  rw [div_eq_mul_inv]; exact mul_neg_of_neg_of_pos ha (inv_pos.2 hb)
theorem one_div_pos : 0 < 1 / a ↔ 0 < a := by rw [one_div]; exact inv_pos
theorem one_div_nonneg : 0 ≤ 1 / a ↔ 0 ≤ a := by rw [one_div]; exact inv_nonneg
theorem half_pos (h : 0 < a) : 0 < a / 2 := div_pos h two_pos
theorem half_lt_self (h : 0 < a) : a / 2 < a := by grind
theorem add_halves (a : α) : a / 2 + a / 2 = a := by grind

theorem div_le_iff₀ (hc : 0 < c) : a / c ≤ b ↔ a ≤ b * c := by
  have e := div_mul_cancel₀ a (ne_of_lt hc).symm
  constructor
  · intro h; have := mul_le_mul_of_nonneg_right h (le_of_lt hc); rwa [e] at this
  · intro h; rw [← e] at h; exact le_of_mul_le_mul_right h hc
theorem le_div_iff₀ (hc : 0 < c) : a ≤ b / c ↔ a * c ≤ b := by
  have e := div_mul_cancel₀ b (ne_of_lt hc).symm
  constructor
  · intro h; have := mul_le_mul_of_nonneg_right h (le_of_lt hc); rwa [e] at this
  · intro h; rw [← e] at h; exact le_of_mul_le_mul_right h hc
theorem div_lt_iff₀ (hc : 0 < c) : a / c < b ↔ a < b * c := by
  rw [← not_le, ← not_le, le_div_iff₀ hc]
theorem lt_div_iff₀ (hc : 0 < c) : a < b / c ↔ a * c < b := by
  rw [← not_le, ← not_le, div_le_iff₀ hc]
theorem div_le_iff (hc : 0 < c) : a / c ≤ b ↔ a ≤ b * c := div_le_iff₀ hc
theorem le_div_iff (hc : 0 < c) : a ≤ b / c ↔ a * c ≤ b := le_div_iff₀ hc
theorem div_lt_iff (hc : 0 < c) : a / c < b ↔ a < b * c := div_lt_iff₀ hc
theorem lt_div_iff (hc : 0 < c) : a < b / c ↔ a * c < b := lt_div_iff₀ hc
theorem div_le_div_iff_of_pos (hb : 0 < b) (hd : 0 < d) : a / b ≤ c / d ↔ a * d ≤ c * b := by
  rw [div_le_iff₀ hb, div_mul_eq_mul_div, le_div_iff₀ hd]
theorem div_lt_div_iff_of_pos (hb : 0 < b) (hd : 0 < d) : a / b < c / d ↔ a * d < c * b := by
  rw [div_lt_iff₀ hb, div_mul_eq_mul_div, lt_div_iff₀ hd]
theorem div_le_div_iff (hb : 0 < b) (hd : 0 < d) : a / b ≤ c / d ↔ a * d ≤ c * b :=
  div_le_div_iff_of_pos hb hd
theorem div_lt_div_iff (hb : 0 < b) (hd : 0 < d) : a / b < c / d ↔ a * d < c * b :=
  div_lt_div_iff_of_pos hb hd
theorem div_le_one (hb : 0 < b) : a / b ≤ 1 ↔ a ≤ b := by rw [div_le_iff₀ hb, one_mul]
theorem one_le_div (hb : 0 < b) : 1 ≤ a / b ↔ b ≤ a := by rw [le_div_iff₀ hb, one_mul]
theorem div_lt_one (hb : 0 < b) : a / b < 1 ↔ a < b := by rw [div_lt_iff₀ hb, one_mul]
theorem one_lt_div (hb : 0 < b) : 1 < a / b ↔ b < a := by rw [lt_div_iff₀ hb, one_mul]
theorem div_le_div_of_nonneg_right (h : a ≤ b) (hc : 0 ≤ c) : a / c ≤ b / c := by
  rw [div_eq_mul_inv, div_eq_mul_inv]; exact mul_le_mul_of_nonneg_right h (inv_nonneg.2 hc)
theorem one_div_le_one_div_of_le (ha : 0 < a) (h : a ≤ b) : 1 / b ≤ 1 / a := by
  rw [div_le_div_iff_of_pos (lt_of_lt_of_le ha h) ha, one_mul, one_mul]; exact h
theorem div_le_div_of_nonneg_left (hc : 0 ≤ c) (ha : 0 < a) (h : a ≤ b) : c / b ≤ c / a := by
  rw [div_le_div_iff_of_pos (lt_of_lt_of_le ha h) ha]; exact mul_le_mul_of_nonneg_left h hc
end OrderedField
