module

public import Init

/-!
# The lemma room of the Core profile

Lean's own library (`Init`) knows ordered fields only through the classes `grind` reasons with, and
has hardly any lemma about them in the root namespace. A prover trained on Mathlib text writes
`mul_pos ha hb` or `sq_nonneg (a - b)`; this file gives it those names, in Mathlib's argument order
and statement shape, each one proved from the classes.

Where Mathlib's name has changed its meaning over time (`add_le_add_left`, `mul_le_mul_left`, …) the
name is left out: a lemma here must never say what its namesake in Mathlib does not.
-/

public section

set_option linter.unusedSectionVars false  -- one `variable` line a section reads better than `omit`s

-- the casts `ℕ → α` and `ℤ → α` that a ring carries; `Init` keeps them as plain fields
attribute [instance 100] Lean.Grind.Semiring.natCast Lean.Grind.Ring.intCast

open Lean.Grind

/-! ## Order alone (ℕ, ℤ, ℚ and every linear order) -/

section Order
variable {α : Type u} [LE α] [LT α] [Std.LawfulOrderLT α] [Std.IsLinearOrder α] {a b c : α}

theorem le_refl (a : α) : a ≤ a := Std.IsPreorder.le_refl a
theorem le_rfl : a ≤ a := le_refl a
theorem le_of_eq (h : a = b) : a ≤ b := h ▸ le_refl a
theorem le_trans (h₁ : a ≤ b) (h₂ : b ≤ c) : a ≤ c := Std.IsPreorder.le_trans _ _ _ h₁ h₂
theorem le_antisymm (h₁ : a ≤ b) (h₂ : b ≤ a) : a = b := Std.IsPartialOrder.le_antisymm _ _ h₁ h₂
theorem le_total (a b : α) : a ≤ b ∨ b ≤ a := Std.IsLinearPreorder.le_total a b
theorem lt_iff_le_not_ge : a < b ↔ a ≤ b ∧ ¬b ≤ a := Std.LawfulOrderLT.lt_iff a b
theorem le_of_lt (h : a < b) : a ≤ b := (lt_iff_le_not_ge.1 h).1
theorem not_le_of_gt (h : b < a) : ¬a ≤ b := (lt_iff_le_not_ge.1 h).2
theorem lt_of_not_ge (h : ¬b ≤ a) : a < b :=
  lt_iff_le_not_ge.2 ⟨(le_total a b).resolve_right h, h⟩
theorem not_le : ¬a ≤ b ↔ b < a := ⟨lt_of_not_ge, not_le_of_gt⟩
theorem not_lt : ¬a < b ↔ b ≤ a :=
  ⟨fun h => Classical.byContradiction fun h' => h (lt_of_not_ge h'), fun h h' => not_le_of_gt h' h⟩
theorem le_of_not_gt (h : ¬b < a) : a ≤ b := not_lt.1 h
theorem not_lt_of_ge (h : b ≤ a) : ¬a < b := not_lt.2 h
theorem lt_irrefl (a : α) : ¬a < a := not_lt.2 (le_refl a)
theorem lt_of_le_of_lt (h₁ : a ≤ b) (h₂ : b < c) : a < c :=
  lt_of_not_ge fun h => not_le_of_gt h₂ (le_trans h h₁)
theorem lt_of_lt_of_le (h₁ : a < b) (h₂ : b ≤ c) : a < c :=
  lt_of_not_ge fun h => not_le_of_gt h₁ (le_trans h₂ h)
theorem lt_trans (h₁ : a < b) (h₂ : b < c) : a < c := lt_of_lt_of_le h₁ (le_of_lt h₂)
theorem lt_asymm (h : a < b) : ¬b < a := not_lt.2 (le_of_lt h)
theorem ne_of_lt (h : a < b) : a ≠ b := fun e => lt_irrefl b (e ▸ h)
theorem ne_of_gt (h : a > b) : a ≠ b := fun e => lt_irrefl b (e ▸ h)
theorem lt_of_le_of_ne (h₁ : a ≤ b) (h₂ : a ≠ b) : a < b :=
  lt_of_not_ge fun h => h₂ (le_antisymm h₁ h)
theorem lt_or_eq_of_le (h : a ≤ b) : a < b ∨ a = b :=
  (Classical.em (a = b)).elim .inr fun n => .inl (lt_of_le_of_ne h n)
theorem eq_or_lt_of_le (h : a ≤ b) : a = b ∨ a < b := (lt_or_eq_of_le h).symm
theorem le_iff_lt_or_eq : a ≤ b ↔ a < b ∨ a = b :=
  ⟨lt_or_eq_of_le, fun h => h.elim le_of_lt le_of_eq⟩
theorem lt_iff_le_and_ne : a < b ↔ a ≤ b ∧ a ≠ b :=
  ⟨fun h => ⟨le_of_lt h, ne_of_lt h⟩, fun h => lt_of_le_of_ne h.1 h.2⟩
theorem le_antisymm_iff : a = b ↔ a ≤ b ∧ b ≤ a :=
  ⟨fun h => ⟨le_of_eq h, le_of_eq h.symm⟩, fun h => le_antisymm h.1 h.2⟩
theorem lt_or_ge (a b : α) : a < b ∨ a ≥ b :=
  (Classical.em (b ≤ a)).elim .inr fun h => .inl (lt_of_not_ge h)
theorem le_or_gt (a b : α) : a ≤ b ∨ a > b := (lt_or_ge b a).symm
theorem le_or_lt (a b : α) : a ≤ b ∨ b < a := le_or_gt a b
theorem lt_or_le (a b : α) : a < b ∨ b ≤ a := lt_or_ge a b
theorem lt_trichotomy (a b : α) : a < b ∨ a = b ∨ b < a :=
  (lt_or_ge a b).elim .inl fun h => .inr ((eq_or_lt_of_le h).elim (fun e => .inl e.symm) .inr)
theorem lt_or_gt_of_ne (h : a ≠ b) : a < b ∨ a > b :=
  (lt_trichotomy a b).elim .inl fun h' => .inr (h'.resolve_left h)
theorem ne_iff_lt_or_gt : a ≠ b ↔ a < b ∨ a > b :=
  ⟨lt_or_gt_of_ne, fun h => h.elim ne_of_lt ne_of_gt⟩

-- the same facts as methods of a hypothesis: `h.le`, `h.trans h'`, `h.ne'`
theorem LE.le.trans (h₁ : a ≤ b) (h₂ : b ≤ c) : a ≤ c := le_trans h₁ h₂
theorem LE.le.trans_lt (h₁ : a ≤ b) (h₂ : b < c) : a < c := lt_of_le_of_lt h₁ h₂
theorem LE.le.antisymm (h₁ : a ≤ b) (h₂ : b ≤ a) : a = b := le_antisymm h₁ h₂
theorem LE.le.lt_of_ne (h₁ : a ≤ b) (h₂ : a ≠ b) : a < b := lt_of_le_of_ne h₁ h₂
theorem LE.le.not_gt (h : a ≤ b) : ¬b < a := not_lt.2 h
theorem LT.lt.le (h : a < b) : a ≤ b := le_of_lt h
theorem LT.lt.trans (h₁ : a < b) (h₂ : b < c) : a < c := lt_trans h₁ h₂
theorem LT.lt.trans_le (h₁ : a < b) (h₂ : b ≤ c) : a < c := lt_of_lt_of_le h₁ h₂
theorem LT.lt.ne (h : a < b) : a ≠ b := ne_of_lt h
theorem LT.lt.ne' (h : a < b) : b ≠ a := (ne_of_lt h).symm
theorem LT.lt.not_ge (h : a < b) : ¬b ≤ a := not_le_of_gt h
theorem Eq.le (h : a = b) : a ≤ b := le_of_eq h
theorem Eq.ge (h : a = b) : b ≤ a := le_of_eq h.symm
end Order

/-! ## Rings without an order -/

section Semiring
variable {α : Type u} [CommSemiring α]

theorem add_comm (a b : α) : a + b = b + a := Semiring.add_comm a b
theorem add_assoc (a b c : α) : a + b + c = a + (b + c) := Semiring.add_assoc a b c
theorem mul_comm (a b : α) : a * b = b * a := CommSemiring.mul_comm a b
theorem mul_assoc (a b c : α) : a * b * c = a * (b * c) := Semiring.mul_assoc a b c
theorem add_left_comm (a b c : α) : a + (b + c) = b + (a + c) := by
  rw [← add_assoc, add_comm a b, add_assoc]
theorem add_right_comm (a b c : α) : a + b + c = a + c + b := by
  rw [add_assoc, add_comm b c, ← add_assoc]
theorem mul_left_comm (a b c : α) : a * (b * c) = b * (a * c) := by
  rw [← mul_assoc, mul_comm a b, mul_assoc]
theorem mul_right_comm (a b c : α) : a * b * c = a * c * b := by
  rw [mul_assoc, mul_comm b c, ← mul_assoc]
@[simp] theorem add_zero (a : α) : a + 0 = a := Semiring.add_zero a
@[simp] theorem zero_add (a : α) : 0 + a = a := by rw [add_comm, add_zero]
@[simp] theorem mul_one (a : α) : a * 1 = a := Semiring.mul_one a
@[simp] theorem one_mul (a : α) : 1 * a = a := Semiring.one_mul a
@[simp] theorem mul_zero (a : α) : a * 0 = 0 := Semiring.mul_zero a
@[simp] theorem zero_mul (a : α) : 0 * a = 0 := Semiring.zero_mul a
theorem mul_add (a b c : α) : a * (b + c) = a * b + a * c := Semiring.left_distrib a b c
theorem add_mul (a b c : α) : (a + b) * c = a * c + b * c := Semiring.right_distrib a b c
theorem left_distrib (a b c : α) : a * (b + c) = a * b + a * c := mul_add a b c
theorem right_distrib (a b c : α) : (a + b) * c = a * c + b * c := add_mul a b c
@[simp] theorem pow_zero (a : α) : a ^ 0 = 1 := Semiring.pow_zero a
theorem pow_succ (a : α) (n : Nat) : a ^ (n + 1) = a ^ n * a := Semiring.pow_succ a n
theorem pow_succ' (a : α) (n : Nat) : a ^ (n + 1) = a * a ^ n := by rw [pow_succ, mul_comm]
@[simp] theorem pow_one (a : α) : a ^ 1 = a := by rw [pow_succ a 0, pow_zero, one_mul]
theorem pow_two (a : α) : a ^ 2 = a * a := by rw [pow_succ a 1, pow_one]
theorem sq (a : α) : a ^ 2 = a * a := pow_two a
theorem pow_three (a : α) : a ^ 3 = a * (a * a) := by rw [pow_succ' a 2, pow_two]
theorem pow_three' (a : α) : a ^ 3 = a * a * a := by rw [pow_succ a 2, pow_two]
theorem pow_add (a : α) (m n : Nat) : a ^ (m + n) = a ^ m * a ^ n := by
  induction n with
  | zero => rw [Nat.add_zero, pow_zero, mul_one]
  | succ n ih => rw [← Nat.add_assoc, pow_succ, pow_succ, ih, mul_assoc]
@[simp] theorem one_pow (n : Nat) : (1 : α) ^ n = 1 := by
  induction n with
  | zero => rw [pow_zero]
  | succ n ih => rw [pow_succ, ih, mul_one]
theorem zero_pow {n : Nat} (h : n ≠ 0) : (0 : α) ^ n = 0 := by
  obtain ⟨m, rfl⟩ := Nat.exists_eq_succ_of_ne_zero h
  rw [Nat.succ_eq_add_one, pow_succ, mul_zero]
theorem mul_pow (a b : α) (n : Nat) : (a * b) ^ n = a ^ n * b ^ n := by
  induction n with
  | zero => rw [pow_zero, pow_zero, pow_zero, mul_one]
  | succ n ih => rw [pow_succ, pow_succ, pow_succ, ih, mul_assoc, mul_assoc, mul_left_comm a]
theorem pow_mul (a : α) (m n : Nat) : a ^ (m * n) = (a ^ m) ^ n := by
  induction n with
  | zero => rw [Nat.mul_zero, pow_zero, pow_zero]
  | succ n ih => rw [Nat.mul_succ, pow_add, pow_succ, ih]
theorem two_mul (a : α) : 2 * a = a + a := by grind
theorem mul_two (a : α) : a * 2 = a + a := by grind
theorem add_sq (a b : α) : (a + b) ^ 2 = a ^ 2 + 2 * a * b + b ^ 2 := by grind
theorem add_pow_two (a b : α) : (a + b) ^ 2 = a ^ 2 + 2 * a * b + b ^ 2 := add_sq a b
end Semiring

section Ring
variable {α : Type u} [CommRing α] {a b c : α}

theorem sub_eq_add_neg (a b : α) : a - b = a + -b := Ring.sub_eq_add_neg a b
@[simp] theorem sub_self (a : α) : a - a = 0 := by grind
@[simp] theorem sub_zero (a : α) : a - 0 = a := by grind
@[simp] theorem zero_sub (a : α) : 0 - a = -a := by grind
@[simp] theorem neg_neg (a : α) : - -a = a := by grind
@[simp] theorem neg_zero : -(0 : α) = 0 := by grind
@[simp] theorem neg_sub (a b : α) : -(a - b) = b - a := by grind
@[simp] theorem sub_add_cancel (a b : α) : a - b + b = a := by grind
@[simp] theorem add_sub_cancel_right (a b : α) : a + b - b = a := by grind
@[simp] theorem add_sub_cancel_left (a b : α) : a + b - a = b := by grind
theorem add_sub (a b c : α) : a + (b - c) = a + b - c := by grind
theorem sub_add_eq_add_sub (a b c : α) : a - b + c = a + c - b := by grind
theorem neg_add_cancel (a : α) : -a + a = 0 := by grind
theorem add_neg_cancel (a : α) : a + -a = 0 := by grind
theorem neg_add_rev (a b : α) : -(a + b) = -b + -a := by grind
theorem sub_neg_eq_add (a b : α) : a - -b = a + b := by grind
theorem neg_add (a b : α) : -(a + b) = -a + -b := by grind
theorem add_sub_assoc (a b c : α) : a + b - c = a + (b - c) := by grind
theorem mul_sub (a b c : α) : a * (b - c) = a * b - a * c := by grind
theorem sub_mul (a b c : α) : (a - b) * c = a * c - b * c := by grind
theorem neg_mul (a b : α) : -a * b = -(a * b) := by grind
theorem mul_neg (a b : α) : a * -b = -(a * b) := by grind
theorem neg_mul_neg (a b : α) : -a * -b = a * b := by grind
theorem neg_sq (a : α) : (-a) ^ 2 = a ^ 2 := by grind
theorem sub_eq_zero : a - b = 0 ↔ a = b := by constructor <;> intro h <;> grind
theorem sub_eq_zero_of_eq (h : a = b) : a - b = 0 := sub_eq_zero.2 h
theorem eq_of_sub_eq_zero (h : a - b = 0) : a = b := sub_eq_zero.1 h
theorem sub_ne_zero : a - b ≠ 0 ↔ a ≠ b := not_congr sub_eq_zero
theorem sub_ne_zero_of_ne (h : a ≠ b) : a - b ≠ 0 := sub_ne_zero.2 h
theorem sub_eq_iff_eq_add : a - b = c ↔ a = c + b := by constructor <;> intro h <;> grind
theorem eq_sub_iff_add_eq : a = b - c ↔ a + c = b := by constructor <;> intro h <;> grind
theorem eq_neg_of_add_eq_zero_left (h : a + b = 0) : a = -b := by grind
theorem add_eq_zero_iff_eq_neg : a + b = 0 ↔ a = -b := by constructor <;> intro h <;> grind
theorem sub_sq (a b : α) : (a - b) ^ 2 = a ^ 2 - 2 * a * b + b ^ 2 := by grind
theorem sub_pow_two (a b : α) : (a - b) ^ 2 = a ^ 2 - 2 * a * b + b ^ 2 := sub_sq a b
theorem sq_sub_sq (a b : α) : a ^ 2 - b ^ 2 = (a + b) * (a - b) := by grind
theorem mul_self_sub_mul_self (a b : α) : a * a - b * b = (a + b) * (a - b) := by grind
end Ring

/-! ## Ordered semirings (ℕ too) -/

section OrderedSemiring
variable {α : Type u} [CommSemiring α] [LE α] [LT α] [Std.LawfulOrderLT α] [Std.IsLinearOrder α]
  [OrderedRing α] {a b c d : α}

theorem zero_lt_one : (0 : α) < 1 := OrderedRing.zero_lt_one
theorem one_pos : (0 : α) < 1 := zero_lt_one
theorem zero_le_one : (0 : α) ≤ 1 := le_of_lt zero_lt_one
theorem add_le_add (h₁ : a ≤ b) (h₂ : c ≤ d) : a + c ≤ b + d :=
  le_trans ((OrderedAdd.add_le_left_iff c).1 h₁) (by
    rw [add_comm b c, add_comm b d]; exact (OrderedAdd.add_le_left_iff b).1 h₂)
theorem add_lt_add_of_le_of_lt (h₁ : a ≤ b) (h₂ : c < d) : a + c < b + d := by
  apply lt_of_le_of_lt ((OrderedAdd.add_le_left_iff c).1 h₁)
  apply lt_of_not_ge
  rw [add_comm b c, add_comm b d, ← OrderedAdd.add_le_left_iff]
  exact not_le_of_gt h₂
theorem add_lt_add_of_lt_of_le (h₁ : a < b) (h₂ : c ≤ d) : a + c < b + d := by
  rw [add_comm a, add_comm b]; exact add_lt_add_of_le_of_lt h₂ h₁
theorem add_lt_add (h₁ : a < b) (h₂ : c < d) : a + c < b + d :=
  add_lt_add_of_le_of_lt (le_of_lt h₁) h₂
theorem add_nonneg (ha : 0 ≤ a) (hb : 0 ≤ b) : 0 ≤ a + b := by
  have := add_le_add ha hb; rwa [add_zero] at this
theorem add_pos (ha : 0 < a) (hb : 0 < b) : 0 < a + b := by
  have := add_lt_add ha hb; rwa [add_zero] at this
theorem add_pos_of_pos_of_nonneg (ha : 0 < a) (hb : 0 ≤ b) : 0 < a + b := by
  have := add_lt_add_of_lt_of_le ha hb; rwa [add_zero] at this
theorem add_pos_of_nonneg_of_pos (ha : 0 ≤ a) (hb : 0 < b) : 0 < a + b := by
  have := add_lt_add_of_le_of_lt ha hb; rwa [add_zero] at this
theorem le_add_of_nonneg_right (h : 0 ≤ b) : a ≤ a + b := by
  have := add_le_add (le_refl a) h; rwa [add_zero] at this
theorem le_add_of_nonneg_left (h : 0 ≤ b) : a ≤ b + a := by
  rw [add_comm]; exact le_add_of_nonneg_right h
theorem lt_add_of_pos_right (a : α) (h : 0 < b) : a < a + b := by
  have := add_lt_add_of_le_of_lt (le_refl a) h; rwa [add_zero] at this
theorem two_pos : (0 : α) < 2 := by
  have := add_pos (zero_lt_one (α := α)) zero_lt_one
  rwa [show (1 : α) + 1 = 2 by grind] at this
theorem three_pos : (0 : α) < 3 := by
  have := add_pos (two_pos (α := α)) zero_lt_one
  rwa [show (2 : α) + 1 = 3 by grind] at this
theorem four_pos : (0 : α) < 4 := by
  have := add_pos (two_pos (α := α)) two_pos
  rwa [show (2 : α) + 2 = 4 by grind] at this
theorem zero_lt_two : (0 : α) < 2 := two_pos
theorem zero_lt_three : (0 : α) < 3 := three_pos
theorem zero_lt_four : (0 : α) < 4 := four_pos
theorem zero_le_two : (0 : α) ≤ 2 := le_of_lt two_pos
theorem mul_lt_mul_of_pos_left (h : b < c) (ha : 0 < a) : a * b < a * c :=
  OrderedRing.mul_lt_mul_of_pos_left h ha
theorem mul_lt_mul_of_pos_right (h : b < c) (ha : 0 < a) : b * a < c * a :=
  OrderedRing.mul_lt_mul_of_pos_right h ha
theorem mul_le_mul_of_nonneg_left (h : b ≤ c) (ha : 0 ≤ a) : a * b ≤ a * c := by
  rcases eq_or_lt_of_le h with rfl | h
  · exact le_refl _
  rcases eq_or_lt_of_le ha with rfl | ha
  · rw [zero_mul, zero_mul]; exact le_refl _
  exact le_of_lt (mul_lt_mul_of_pos_left h ha)
theorem mul_le_mul_of_nonneg_right (h : b ≤ c) (ha : 0 ≤ a) : b * a ≤ c * a := by
  rw [mul_comm b, mul_comm c]; exact mul_le_mul_of_nonneg_left h ha
theorem mul_pos (ha : 0 < a) (hb : 0 < b) : 0 < a * b := by
  have := mul_lt_mul_of_pos_left hb ha; rwa [mul_zero] at this
theorem mul_nonneg (ha : 0 ≤ a) (hb : 0 ≤ b) : 0 ≤ a * b := by
  have := mul_le_mul_of_nonneg_left hb ha; rwa [mul_zero] at this
theorem mul_le_mul (h₁ : a ≤ b) (h₂ : c ≤ d) (hc : 0 ≤ c) (hb : 0 ≤ b) : a * c ≤ b * d :=
  le_trans (mul_le_mul_of_nonneg_right h₁ hc) (mul_le_mul_of_nonneg_left h₂ hb)
theorem mul_lt_mul'' (h₁ : a < c) (h₂ : b < d) (ha : 0 ≤ a) (hb : 0 ≤ b) : a * b < c * d :=
  lt_of_le_of_lt (mul_le_mul_of_nonneg_right (le_of_lt h₁) hb)
    (mul_lt_mul_of_pos_left h₂ (lt_of_le_of_lt ha h₁))
theorem mul_self_le_mul_self (ha : 0 ≤ a) (h : a ≤ b) : a * a ≤ b * b :=
  mul_le_mul h h ha (le_trans ha h)
theorem pow_pos (ha : 0 < a) (n : Nat) : 0 < a ^ n := by
  induction n with
  | zero => rw [pow_zero]; exact zero_lt_one
  | succ n ih => rw [pow_succ]; exact mul_pos ih ha
theorem pow_nonneg (ha : 0 ≤ a) (n : Nat) : 0 ≤ a ^ n := by
  induction n with
  | zero => rw [pow_zero]; exact zero_le_one
  | succ n ih => rw [pow_succ]; exact mul_nonneg ih ha
theorem pow_le_pow_left₀ (ha : 0 ≤ a) (h : a ≤ b) (n : Nat) : a ^ n ≤ b ^ n := by
  induction n with
  | zero => rw [pow_zero, pow_zero]; exact le_refl _
  | succ n ih =>
    rw [pow_succ, pow_succ]
    exact mul_le_mul ih h ha (pow_nonneg (le_trans ha h) n)
theorem pow_lt_pow_left₀ (h : a < b) (ha : 0 ≤ a) (n : Nat) (hn : n ≠ 0) : a ^ n < b ^ n := by
  obtain ⟨m, rfl⟩ := Nat.exists_eq_succ_of_ne_zero hn
  rw [Nat.succ_eq_add_one, pow_succ, pow_succ]
  have hb : 0 < b := lt_of_le_of_lt ha h
  exact lt_of_le_of_lt (mul_le_mul_of_nonneg_right (pow_le_pow_left₀ ha (le_of_lt h) m) ha)
    (mul_lt_mul_of_pos_left h (pow_pos hb m))
theorem one_le_pow₀ (h : 1 ≤ a) {n : Nat} : 1 ≤ a ^ n := by
  have := pow_le_pow_left₀ zero_le_one h n; rwa [one_pow] at this
theorem pow_le_one₀ {n : Nat} (h₀ : 0 ≤ a) (h₁ : a ≤ 1) : a ^ n ≤ 1 := by
  have := pow_le_pow_left₀ h₀ h₁ n; rwa [one_pow] at this
theorem sq_pos_of_pos (h : 0 < a) : 0 < a ^ 2 := pow_pos h 2
theorem le_of_mul_le_mul_left (h : c * a ≤ c * b) (hc : 0 < c) : a ≤ b :=
  le_of_not_gt fun h' => not_le_of_gt (mul_lt_mul_of_pos_left h' hc) h
theorem le_of_mul_le_mul_right (h : a * c ≤ b * c) (hc : 0 < c) : a ≤ b :=
  le_of_not_gt fun h' => not_le_of_gt (mul_lt_mul_of_pos_right h' hc) h
theorem lt_of_mul_lt_mul_left (h : c * a < c * b) (hc : 0 ≤ c) : a < b :=
  lt_of_not_ge fun h' => not_le_of_gt h (mul_le_mul_of_nonneg_left h' hc)
theorem lt_of_mul_lt_mul_right (h : a * c < b * c) (hc : 0 ≤ c) : a < b :=
  lt_of_not_ge fun h' => not_le_of_gt h (mul_le_mul_of_nonneg_right h' hc)
theorem lt_of_pow_lt_pow_left₀ (n : Nat) (hb : 0 ≤ b) (h : a ^ n < b ^ n) : a < b :=
  lt_of_not_ge fun h' => not_le_of_gt h (pow_le_pow_left₀ hb h' n)
theorem le_of_pow_le_pow_left₀ {n : Nat} (hn : n ≠ 0) (hb : 0 ≤ b) (h : a ^ n ≤ b ^ n) : a ≤ b :=
  le_of_not_gt fun h' => not_le_of_gt (pow_lt_pow_left₀ h' hb n hn) h
theorem pow_le_pow_iff_left₀ (ha : 0 ≤ a) (hb : 0 ≤ b) {n : Nat} (hn : n ≠ 0) :
    a ^ n ≤ b ^ n ↔ a ≤ b :=
  ⟨le_of_pow_le_pow_left₀ hn hb, fun h => pow_le_pow_left₀ ha h n⟩
theorem sq_le_sq₀ (ha : 0 ≤ a) (hb : 0 ≤ b) : a ^ 2 ≤ b ^ 2 ↔ a ≤ b :=
  pow_le_pow_iff_left₀ ha hb (by decide)
end OrderedSemiring
