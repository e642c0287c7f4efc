/-! # Chapter 2: Natural numbers -/

theorem seed_nat_four_squares_sum : 1 ^ 2 + 2 ^ 2 + 3 ^ 2 + 4 ^ 2 = 30 := by
  norm_num

theorem seed_nat_factorial_like : 1 * 2 * 3 * 4 * 5 * 6 = 720 := by
  decide

theorem seed_nat_add_three (a b c : ℕ) : a + b + c = c + b + a := by
  omega

theorem seed_nat_shift_lt (n : ℕ) : n < n + 7 := by
  omega

theorem seed_nat_sub_back (a b : ℕ) (h : b ≤ a) : a - b + b = a := by
  omega

theorem seed_nat_le_double (n : ℕ) : n ≤ 2 * n := by
  omega

theorem seed_nat_pos_of_lt (a b : ℕ) (h : a < b) : 0 < b := by
  omega

theorem seed_nat_between (n : ℕ) (h : 4 < n) (k : n < 6) : n = 5 := by
  omega

theorem seed_nat_three_cases (n : ℕ) (h : n < 3) : n = 0 ∨ n = 1 ∨ n = 2 := by
  omega

theorem seed_nat_system_small (x y : ℕ) (h : x + y = 10) (k : x = y + 4) : x = 7 ∧ y = 3 := by
  constructor
  · omega
  · omega

theorem seed_nat_system_heads_legs (r c : ℕ) (h : r + c = 35) (k : 4 * r + 2 * c = 94) : r = 12 := by
  omega

theorem seed_nat_sum_le_sum (a b c d : ℕ) (h : a ≤ b) (k : c ≤ d) : a + c ≤ b + d := by
  exact Nat.add_le_add h k

theorem seed_nat_mul_le_both (a b c : ℕ) (h : a ≤ b) : a * c ≤ b * c := by
  exact Nat.mul_le_mul_right c h

theorem seed_nat_square_le (a b : ℕ) (h : a ≤ b) : a * a ≤ b * b := by
  exact Nat.mul_le_mul h h

theorem seed_nat_square_step (n : ℕ) : (n + 1) ^ 2 = n ^ 2 + 2 * n + 1 := by
  ring

theorem seed_nat_cube_step (n : ℕ) : (n + 1) ^ 3 = n ^ 3 + 3 * n ^ 2 + 3 * n + 1 := by
  ring

theorem seed_nat_product_expand (a b : ℕ) : (a + 2) * (b + 3) = a * b + 3 * a + 2 * b + 6 := by
  ring

theorem seed_nat_consecutive_odd_sum (n : ℕ) : (2 * n + 1) + (2 * n + 3) = 4 * (n + 1) := by
  ring

theorem seed_nat_square_pos (n : ℕ) (h : 0 < n) : 0 < n * n := by
  exact Nat.mul_pos h h

theorem seed_nat_le_square (n : ℕ) : n ≤ n * n := by
  rcases n with _ | n
  · simp
  · exact Nat.le_mul_of_pos_left (n + 1) (by omega)

theorem seed_nat_pow_two_pos (n : ℕ) : 0 < 2 ^ n := by
  exact Nat.pow_pos (by decide)

theorem seed_nat_lt_pow_two (n : ℕ) : n < 2 ^ n := by
  induction n with
  | zero => decide
  | succ k ih =>
    rw [Nat.pow_succ]
    omega

theorem seed_nat_pow_three_ge (n : ℕ) : 2 * n + 1 ≤ 3 ^ n := by
  induction n with
  | zero => decide
  | succ k ih =>
    rw [Nat.pow_succ]
    omega

theorem seed_nat_pow_four_ge (n : ℕ) : 3 * n + 1 ≤ 4 ^ n := by
  induction n with
  | zero => decide
  | succ k ih =>
    have h : 4 ^ (k + 1) = 4 ^ k * 4 := by
      rw [Nat.pow_succ]
    omega

theorem seed_nat_sq_ge_linear (n : ℕ) (h : 3 ≤ n) : 3 * n ≤ n * n := by
  exact Nat.mul_le_mul_right n h

theorem seed_nat_even_or_odd (n : ℕ) : (∃ k, n = 2 * k) ∨ (∃ k, n = 2 * k + 1) := by
  rcases Nat.mod_two_eq_zero_or_one n with h | h
  · left
    exact ⟨n / 2, by omega⟩
  · right
    exact ⟨n / 2, by omega⟩

theorem seed_nat_exists_larger (n : ℕ) : ∃ m, n < m ∧ m < n + 2 := by
  refine ⟨n + 1, ?_, ?_⟩
  · omega
  · omega

theorem seed_nat_no_between (n m : ℕ) : ¬ (n < m ∧ m < n + 1) := by
  intro h
  obtain ⟨h1, h2⟩ := h
  omega

theorem seed_nat_half_le (n : ℕ) : n / 2 ≤ n := by
  omega

theorem seed_nat_ceiling_half (n : ℕ) : n / 2 + (n + 1) / 2 = n := by
  omega

theorem seed_nat_min_sum (a b : ℕ) : min a b + max a b = a + b := by
  omega

theorem seed_nat_product_zero (a b : ℕ) (h : a * b = 0) : a = 0 ∨ b = 0 := by
  exact Nat.mul_eq_zero.mp h

theorem seed_nat_sum_zero (a b c : ℕ) (h : a + b + c = 0) : a = 0 ∧ b = 0 ∧ c = 0 := by
  refine ⟨?_, ?_, ?_⟩
  · omega
  · omega
  · omega

theorem seed_nat_product_one (a b : ℕ) (h : a * b = 1) : a = 1 := by
  exact Nat.eq_one_of_mul_eq_one_right h

theorem seed_nat_induct_from_step (P : ℕ → Prop) (h0 : P 0) (hs : ∀ n, P n → P (n + 1)) : ∀ n, P n := by
  intro n
  induction n with
  | zero => exact h0
  | succ k ih => exact hs k ih
