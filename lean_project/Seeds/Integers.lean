/-! # Chapter 3: Integers -/

theorem seed_int_neg_sum (a b : ℤ) : -(a + b) = -a - b := by
  omega

theorem seed_int_sub_cancel (a b : ℤ) : a - b + b = a := by
  ring

theorem seed_int_linear_solve (x : ℤ) (h : 3 * x + 5 = 20) : x = 5 := by
  omega

theorem seed_int_linear_system (x y : ℤ) (h : 2 * x + y = 7) (k : x - y = 2) : x = 3 ∧ y = 1 := by
  omega

theorem seed_int_linear_no_solution (x y : ℤ) : 4 * x + 6 * y ≠ 9 := by
  omega

theorem seed_int_no_half (x : ℤ) : 2 * x ≠ 7 := by
  omega

theorem seed_int_discrete (a b : ℤ) (h : a < b) : a + 1 ≤ b := by
  omega

theorem seed_int_trapped (x : ℤ) (h : -1 < x) (k : x < 1) : x = 0 := by
  omega

theorem seed_int_square_nonneg (a : ℤ) : 0 ≤ a * a := by
  exact mul_self_nonneg a

theorem seed_int_square_expand (a b : ℤ) : (a - b) ^ 2 = a ^ 2 - 2 * a * b + b ^ 2 := by
  ring

theorem seed_int_two_mul_le (a b : ℤ) : 2 * a * b ≤ a ^ 2 + b ^ 2 := by
  nlinarith [sq_nonneg (a - b)]

theorem seed_int_sophie (a b : ℤ) : a ^ 4 + 4 * b ^ 4 = (a ^ 2 + 2 * b ^ 2 + 2 * a * b) * (a ^ 2 + 2 * b ^ 2 - 2 * a * b) := by
  ring

theorem seed_int_brahmagupta (a b c d : ℤ) : (a ^ 2 + b ^ 2) * (c ^ 2 + d ^ 2) = (a * c - b * d) ^ 2 + (a * d + b * c) ^ 2 := by
  ring

theorem seed_int_consecutive_product (n : ℤ) : n * (n + 1) * (n + 2) * (n + 3) + 1 = (n ^ 2 + 3 * n + 1) ^ 2 := by
  ring

theorem seed_int_mul_zero_cases (x : ℤ) (h : (x - 2) * (x - 5) = 0) : x = 2 ∨ x = 5 := by
  rcases Int.mul_eq_zero.mp h with h1 | h1
  · left
    omega
  · right
    omega

theorem seed_int_quadratic_roots (x : ℤ) (h : x ^ 2 - 5 * x + 6 = 0) : x = 2 ∨ x = 3 := by
  have h1 : (x - 2) * (x - 3) = 0 := by
    linarith
  rcases Int.mul_eq_zero.mp h1 with h2 | h2
  · left
    omega
  · right
    omega

theorem seed_int_square_one (x : ℤ) (h : x ^ 2 = 1) : x = 1 ∨ x = -1 := by
  have h1 : (x - 1) * (x + 1) = 0 := by
    linarith
  rcases Int.mul_eq_zero.mp h1 with h2 | h2
  · left
    omega
  · right
    omega

theorem seed_int_square_zero (x : ℤ) (h : x * x = 0) : x = 0 := by
  rcases Int.mul_eq_zero.mp h with h1 | h1
  · exact h1
  · exact h1

theorem seed_int_sign_cases (x : ℤ) : x < 0 ∨ x = 0 ∨ 0 < x := by
  omega

theorem seed_int_parity_square (n : ℤ) (h : n % 2 = 1) : (n * n) % 2 = 1 := by
  rw [Int.mul_emod, h]
  decide

theorem seed_int_mod_three_cases (n : ℤ) : n % 3 = 0 ∨ n % 3 = 1 ∨ n % 3 = 2 := by
  omega

theorem seed_int_square_mod_four (n : ℤ) : (n * n) % 4 = 0 ∨ (n * n) % 4 = 1 := by
  rw [Int.mul_emod]
  have h : n % 4 = 0 ∨ n % 4 = 1 ∨ n % 4 = 2 ∨ n % 4 = 3 := by
    omega
  rcases h with h | h | h | h
  · simp [h]
  · simp [h]
  · simp [h]
  · simp [h]

theorem seed_int_exists_between (a b : ℤ) (h : a + 1 < b) : ∃ c, a < c ∧ c < b := by
  refine ⟨a + 1, ?_, ?_⟩
  · omega
  · exact h

theorem seed_int_exists_solution : ∃ x y : ℤ, 7 * x + 5 * y = 1 := by
  exact ⟨-2, 3, by norm_num⟩

theorem seed_int_mul_pos_square (a b : ℤ) (ha : 0 < a) (hb : 0 < b) : 0 < a * b := by
  exact Int.mul_pos ha hb

theorem seed_int_diff_squares_pos (a b : ℤ) (h : 0 < b) (k : b < a) : 0 < a ^ 2 - b ^ 2 := by
  have h1 : 0 < (a - b) * (a + b) := Int.mul_pos (by omega) (by omega)
  linarith

theorem seed_int_sum_diff_parity (a b : ℤ) : (a + b) % 2 = (a - b) % 2 := by
  omega

theorem seed_int_average_le (a b : ℤ) (h : a ≤ b) : a ≤ (a + b) / 2 ∧ (a + b) / 2 ≤ b := by
  constructor
  · omega
  · omega

theorem seed_int_remainder_bound (n : ℤ) : 0 ≤ n % 6 ∧ n % 6 < 6 := by
  omega
