/-! # Chapter 5: Identities, equations and systems -/

theorem seed_alg_square_sum (a b : ℝ) : (a + b) ^ 2 = a ^ 2 + 2 * a * b + b ^ 2 := by
  ring

theorem seed_alg_square_diff (a b : ℝ) : (a - b) ^ 2 = a ^ 2 - 2 * a * b + b ^ 2 := by
  ring

theorem seed_alg_difference_squares (a b : ℝ) : (a - b) * (a + b) = a ^ 2 - b ^ 2 := by
  ring

theorem seed_alg_cube_sum (a b : ℝ) : a ^ 3 + b ^ 3 = (a + b) * (a ^ 2 - a * b + b ^ 2) := by
  ring

theorem seed_alg_square_three (a b c : ℝ) : (a + b + c) ^ 2 = a ^ 2 + b ^ 2 + c ^ 2 + 2 * (a * b + b * c + c * a) := by
  ring

theorem seed_alg_three_cubes (a b c : ℝ) : a ^ 3 + b ^ 3 + c ^ 3 - 3 * a * b * c = (a + b + c) * (a ^ 2 + b ^ 2 + c ^ 2 - a * b - b * c - c * a) := by
  ring

theorem seed_alg_product_of_sums (a b c : ℝ) : (a + b) * (b + c) * (c + a) = (a + b + c) * (a * b + b * c + c * a) - a * b * c := by
  ring

theorem seed_alg_lagrange (a b x y : ℝ) : (a ^ 2 + b ^ 2) * (x ^ 2 + y ^ 2) - (a * x + b * y) ^ 2 = (a * y - b * x) ^ 2 := by
  ring

theorem seed_alg_polarize (a b : ℝ) : (a + b) ^ 2 - (a - b) ^ 2 = 4 * a * b := by
  ring

theorem seed_alg_linear_one (x : ℝ) (h : 2 * x + 3 = 11) : x = 4 := by
  linarith

theorem seed_alg_linear_both_sides (x : ℝ) (h : 5 * x - 7 = 2 * x + 8) : x = 5 := by
  linarith

theorem seed_alg_system_two (x y : ℝ) (h : x + y = 9) (k : x - y = 5) : x = 7 ∧ y = 2 := by
  constructor
  · linarith
  · linarith

theorem seed_alg_system_three (x y z : ℝ) (h : x + y = 3) (k : y + z = 5) (l : z + x = 4) : x + y + z = 6 := by
  linarith

theorem seed_alg_system_cyclic (x y z : ℝ) (h : x + y = 3) (k : y + z = 5) (l : z + x = 4) : x = 1 ∧ y = 2 ∧ z = 3 := by
  refine ⟨?_, ?_, ?_⟩
  · linarith
  · linarith
  · linarith

theorem seed_alg_from_sum_product (a b : ℝ) (hs : a + b = 5) (hp : a * b = 6) : a ^ 2 + b ^ 2 = 13 := by
  have h : a ^ 2 + b ^ 2 = (a + b) ^ 2 - 2 * (a * b) := by
    ring
  rw [h, hs, hp]
  norm_num

theorem seed_alg_cubes_from_sum_product (a b : ℝ) (hs : a + b = 3) (hp : a * b = 1) : a ^ 3 + b ^ 3 = 18 := by
  have h : a ^ 3 + b ^ 3 = (a + b) ^ 3 - 3 * (a * b) * (a + b) := by
    ring
  rw [h, hs, hp]
  norm_num

theorem seed_alg_zero_sum_cubes (a b c : ℝ) (h : a + b + c = 0) : a ^ 3 + b ^ 3 + c ^ 3 = 3 * a * b * c := by
  have hc : c = -a - b := by
    linarith
  rw [hc]
  ring

theorem seed_alg_zero_sum_squares (a b c : ℝ) (h : a + b + c = 0) : a ^ 2 + b ^ 2 + c ^ 2 = -2 * (a * b + b * c + c * a) := by
  have hc : c = -a - b := by
    linarith
  rw [hc]
  ring

theorem seed_alg_root_cases (x : ℝ) (h : (x - 1) * (x + 4) = 0) : x = 1 ∨ x = -4 := by
  rcases mul_eq_zero.mp h with h1 | h1
  · left
    linarith
  · right
    linarith

theorem seed_alg_quadratic_factor (x : ℝ) (h : x ^ 2 - 7 * x + 10 = 0) : x = 2 ∨ x = 5 := by
  have h1 : (x - 2) * (x - 5) = 0 := by
    linarith
  rcases mul_eq_zero.mp h1 with h2 | h2
  · left
    linarith
  · right
    linarith

theorem seed_alg_square_eq_nine (x : ℝ) (h : x ^ 2 = 9) : x = 3 ∨ x = -3 := by
  have h1 : (x - 3) * (x + 3) = 0 := by
    linarith
  rcases mul_eq_zero.mp h1 with h2 | h2
  · left
    linarith
  · right
    linarith

theorem seed_alg_double_root (x : ℝ) (h : x ^ 2 - 6 * x + 9 = 0) : x = 3 := by
  have h1 : (x - 3) * (x - 3) = 0 := by
    linarith
  rcases mul_eq_zero.mp h1 with h2 | h2
  · linarith
  · linarith

theorem seed_alg_positive_root (x : ℝ) (hx : 0 < x) (h : x ^ 2 = 16) : x = 4 := by
  have h1 : (x - 4) * (x + 4) = 0 := by
    linarith
  rcases mul_eq_zero.mp h1 with h2 | h2
  · linarith
  · linarith

theorem seed_alg_equal_squares (a b : ℝ) (ha : 0 < a) (hb : 0 < b) (h : a ^ 2 = b ^ 2) : a = b := by
  have h1 : (a - b) * (a + b) = 0 := by
    linarith
  rcases mul_eq_zero.mp h1 with h2 | h2
  · linarith
  · linarith

theorem seed_alg_cancel_factor (a x y : ℝ) (ha : a ≠ 0) (h : a * x = a * y) : x = y := by
  have h1 : a * (x - y) = 0 := by
    linarith
  rcases mul_eq_zero.mp h1 with h2 | h2
  · exact absurd h2 ha
  · linarith

theorem seed_alg_no_square_minus_one (x : ℝ) : x ^ 2 ≠ -1 := by
  intro h
  have h1 := sq_nonneg x
  linarith

theorem seed_alg_sum_squares_zero (a b : ℝ) (h : a ^ 2 + b ^ 2 = 0) : a = 0 := by
  have h1 : a ^ 2 = 0 := by
    nlinarith [sq_nonneg a, sq_nonneg b]
  have h2 : a * a = 0 := by
    linarith
  rcases mul_eq_zero.mp h2 with h3 | h3
  · exact h3
  · exact h3

theorem seed_alg_div_self_cancel (a b : ℝ) (hb : b ≠ 0) : a * b / b = a := by
  exact mul_div_cancel_right₀ a hb

theorem seed_alg_div_add_same (a b c : ℝ) (hc : c ≠ 0) : a / c + b / c = (a + b) / c := by
  rw [add_div]

theorem seed_alg_reciprocal_sum (a b : ℝ) (ha : a ≠ 0) (hb : b ≠ 0) : 1 / a + 1 / b = (a + b) / (a * b) := by
  rw [div_add_div 1 1 ha hb]
  have h : 1 * b + a * 1 = a + b := by
    ring
  rw [h]

theorem seed_alg_reciprocal_diff (x : ℝ) (hx : 0 < x) : 1 / x - 1 / (x + 1) = 1 / (x * (x + 1)) := by
  grind

theorem seed_alg_ratio_to_product (x y : ℝ) (hy : y ≠ 0) (h : x / y = 3) : x = 3 * y := by
  rw [div_eq_iff hy] at h
  exact h

theorem seed_alg_x_plus_inverse (x : ℝ) (hx : x ≠ 0) (h : x + 1 / x = 3) : x ^ 2 - 3 * x + 1 = 0 := by
  have h1 : x * (x + 1 / x) = x * 3 := by
    rw [h]
  have h2 : x * (1 / x) = 1 := by
    rw [mul_one_div, div_self hx]
  rw [mul_add, h2] at h1
  linarith

theorem seed_alg_substitute (x y : ℝ) (h : y = x + 1) : y ^ 2 - x ^ 2 = 2 * x + 1 := by
  rw [h]
  ring

theorem seed_alg_calc_average (a b m : ℝ) (h : m = (a + b) / 2) : 2 * m = a + b := by
  rw [h]
  ring

theorem seed_alg_rational_linear (x : ℚ) (h : 3 * x = 2) : 6 * x + 1 = 5 := by
  linarith

theorem seed_alg_rational_identity (a b : ℚ) : (a + b) * (a - b) + b ^ 2 = a ^ 2 := by
  ring

theorem seed_alg_int_identity_four (a b c d : ℤ) : (a + b + c + d) ^ 2 + (a + b - c - d) ^ 2 = 2 * (a + b) ^ 2 + 2 * (c + d) ^ 2 := by
  ring

theorem seed_alg_calc_chain (a b c : ℝ) (h : a = 2 * b) (k : b = 3 * c) : a = 6 * c := by
  calc
    a = 2 * b := h
    _ = 2 * (3 * c) := by rw [k]
    _ = 6 * c := by ring

theorem seed_alg_exists_root : ∃ x : ℝ, x ^ 2 - 3 * x + 2 = 0 := by
  exact ⟨1, by norm_num⟩

theorem seed_alg_exists_average (a b : ℝ) : ∃ x, x + x = a + b := by
  refine ⟨(a + b) / 2, ?_⟩
  ring
