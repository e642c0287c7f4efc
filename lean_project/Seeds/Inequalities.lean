/-! # Chapter 6: Inequalities -/

theorem seed_ineq_square_nonneg (a : ℝ) : 0 ≤ a ^ 2 := by
  exact sq_nonneg a

theorem seed_ineq_self_product_nonneg (a b : ℝ) : 0 ≤ (a + b) * (a + b) := by
  exact mul_self_nonneg (a + b)

theorem seed_ineq_square_diff_nonneg (a b : ℝ) : 0 ≤ (a - b) ^ 2 := by
  exact sq_nonneg (a - b)

theorem seed_ineq_squares_sum_nonneg (a b : ℝ) : 0 ≤ a ^ 2 + b ^ 2 := by
  exact add_nonneg (sq_nonneg a) (sq_nonneg b)

theorem seed_ineq_product_pos (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : 0 < a * b := by
  exact mul_pos ha hb

theorem seed_ineq_product_of_three_pos (a b c : ℝ) (ha : 0 < a) (hb : 0 < b) (hc : 0 < c) : 0 < a * b * c := by
  exact mul_pos (mul_pos ha hb) hc

theorem seed_ineq_sum_pos (a b c : ℝ) (ha : 0 < a) (hb : 0 < b) (hc : 0 < c) : 0 < a + b + c := by
  linarith

theorem seed_ineq_poly_pos (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : 0 < a ^ 2 + a * b + b ^ 2 := by
  positivity

theorem seed_ineq_product_nonneg (a b : ℝ) (ha : 0 ≤ a) (hb : 0 ≤ b) : 0 ≤ a * b := by
  exact mul_nonneg ha hb

theorem seed_ineq_cube_pos (a : ℝ) (ha : 0 < a) : 0 < a ^ 3 := by
  exact pow_pos ha 3

theorem seed_ineq_quotient_pos (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : 0 < a / b := by
  exact div_pos ha hb

theorem seed_ineq_linear_sum (a b c d : ℝ) (h : a ≤ b) (k : c < d) : a + c < b + d := by
  linarith

theorem seed_ineq_linear_scale (a b : ℝ) (h : a ≤ b) : 3 * a - 1 ≤ 3 * b + 1 := by
  linarith

theorem seed_ineq_linear_chain (x y z : ℝ) (h : x < y) (k : y < z) : x < z := by
  exact lt_trans h k

theorem seed_ineq_linear_mixed (x y : ℝ) (h : x + y ≤ 4) (k : x - y ≤ 2) : x ≤ 3 := by
  linarith

theorem seed_ineq_calc_steps (a b c : ℝ) (h : a ≤ b) (k : b ≤ c) : 2 * a ≤ 2 * c := by
  calc
    2 * a ≤ 2 * b := by linarith
    _ ≤ 2 * c := by linarith

theorem seed_ineq_two_mul (a b : ℝ) : 2 * a * b ≤ a ^ 2 + b ^ 2 := by
  nlinarith [sq_nonneg (a - b)]

theorem seed_ineq_neg_two_mul (a b : ℝ) : -(2 * a * b) ≤ a ^ 2 + b ^ 2 := by
  nlinarith [sq_nonneg (a + b)]

theorem seed_ineq_four_mul (a b : ℝ) : 4 * a * b ≤ (a + b) ^ 2 := by
  nlinarith [sq_nonneg (a - b)]

theorem seed_ineq_square_of_sum (a b : ℝ) : (a + b) ^ 2 ≤ 2 * (a ^ 2 + b ^ 2) := by
  nlinarith [sq_nonneg (a - b)]

theorem seed_ineq_tangent_one (x : ℝ) : 2 * x ≤ x ^ 2 + 1 := by
  nlinarith [sq_nonneg (x - 1)]

theorem seed_ineq_tangent_three (x : ℝ) : 6 * x ≤ x ^ 2 + 9 := by
  nlinarith [sq_nonneg (x - 3)]

theorem seed_ineq_quadratic_above (x : ℝ) : 1 ≤ x ^ 2 - 4 * x + 5 := by
  nlinarith [sq_nonneg (x - 2)]

theorem seed_ineq_quadratic_pos (x : ℝ) : 0 < x ^ 2 + x + 1 := by
  nlinarith [sq_nonneg (2 * x + 1)]

theorem seed_ineq_quadratic_vertex (x : ℝ) : x * (6 - x) ≤ 9 := by
  nlinarith [sq_nonneg (x - 3)]

theorem seed_ineq_weighted_squares (a b : ℝ) : 12 * a * b ≤ 4 * a ^ 2 + 9 * b ^ 2 := by
  nlinarith [sq_nonneg (2 * a - 3 * b)]

theorem seed_ineq_form_nonneg (a b : ℝ) : 0 ≤ a ^ 2 - a * b + b ^ 2 := by
  nlinarith [sq_nonneg (a - b), sq_nonneg a, sq_nonneg b]

theorem seed_ineq_form_plus_nonneg (a b : ℝ) : 0 ≤ a ^ 2 + a * b + b ^ 2 := by
  nlinarith [sq_nonneg (a + b), sq_nonneg a, sq_nonneg b]

theorem seed_ineq_three_products (a b c : ℝ) : a * b + b * c + c * a ≤ a ^ 2 + b ^ 2 + c ^ 2 := by
  nlinarith [sq_nonneg (a - b), sq_nonneg (b - c), sq_nonneg (c - a)]

theorem seed_ineq_three_products_sum (a b c : ℝ) : 3 * (a * b + b * c + c * a) ≤ (a + b + c) ^ 2 := by
  nlinarith [sq_nonneg (a - b), sq_nonneg (b - c), sq_nonneg (c - a)]

theorem seed_ineq_three_squares_sum (a b c : ℝ) : (a + b + c) ^ 2 ≤ 3 * (a ^ 2 + b ^ 2 + c ^ 2) := by
  nlinarith [sq_nonneg (a - b), sq_nonneg (b - c), sq_nonneg (c - a)]

theorem seed_ineq_one_plus_products (a b : ℝ) : a * b + a + b ≤ a ^ 2 + b ^ 2 + 1 := by
  nlinarith [sq_nonneg (a - b), sq_nonneg (a - 1), sq_nonneg (b - 1)]

theorem seed_ineq_cauchy_two (a b x y : ℝ) : (a * x + b * y) ^ 2 ≤ (a ^ 2 + b ^ 2) * (x ^ 2 + y ^ 2) := by
  nlinarith [sq_nonneg (a * y - b * x)]

theorem seed_ineq_cauchy_three (a b c x y z : ℝ) : (a * x + b * y + c * z) ^ 2 ≤ (a ^ 2 + b ^ 2 + c ^ 2) * (x ^ 2 + y ^ 2 + z ^ 2) := by
  nlinarith [sq_nonneg (a * y - b * x), sq_nonneg (b * z - c * y), sq_nonneg (c * x - a * z)]

theorem seed_ineq_sum_squares_half (a b : ℝ) (h : a + b = 1) : 1 / 2 ≤ a ^ 2 + b ^ 2 := by
  have hb : b = 1 - a := by
    linarith
  rw [hb]
  nlinarith [sq_nonneg (2 * a - 1)]

theorem seed_ineq_product_quarter (a b : ℝ) (h : a + b = 1) : a * b ≤ 1 / 4 := by
  have hb : b = 1 - a := by
    linarith
  rw [hb]
  nlinarith [sq_nonneg (2 * a - 1)]

theorem seed_ineq_product_nine (x y : ℝ) (h : x + y = 6) : x * y ≤ 9 := by
  have hy : y = 6 - x := by
    linarith
  rw [hy]
  nlinarith [sq_nonneg (x - 3)]

theorem seed_ineq_unit_circle_product (x y : ℝ) (h : x ^ 2 + y ^ 2 = 1) : x * y ≤ 1 / 2 := by
  nlinarith [sq_nonneg (x - y)]

theorem seed_ineq_unit_circle_sum (x y : ℝ) (h : x ^ 2 + y ^ 2 = 1) : (x + y) ^ 2 ≤ 2 := by
  nlinarith [sq_nonneg (x - y)]

theorem seed_ineq_sphere_products (x y z : ℝ) (h : x ^ 2 + y ^ 2 + z ^ 2 = 1) : x * y + y * z + z * x ≤ 1 := by
  nlinarith [sq_nonneg (x - y), sq_nonneg (y - z), sq_nonneg (z - x)]

theorem seed_ineq_sphere_products_below (x y z : ℝ) (h : x ^ 2 + y ^ 2 + z ^ 2 = 1) : -(1 / 2) ≤ x * y + y * z + z * x := by
  nlinarith [sq_nonneg (x + y + z)]

theorem seed_ineq_sum_three_squares (a b c : ℝ) (h : a + b + c = 3) : 3 ≤ a ^ 2 + b ^ 2 + c ^ 2 := by
  nlinarith [sq_nonneg (a - 1), sq_nonneg (b - 1), sq_nonneg (c - 1)]

theorem seed_ineq_products_at_most_three (a b c : ℝ) (h : a + b + c = 3) : a * b + b * c + c * a ≤ 3 := by
  have hc : c = 3 - a - b := by
    linarith
  rw [hc]
  nlinarith [sq_nonneg (a - 1), sq_nonneg (b - 1), sq_nonneg (a + b - 2)]

theorem seed_ineq_fourth_powers (a b : ℝ) : 2 * a ^ 2 * b ^ 2 ≤ a ^ 4 + b ^ 4 := by
  nlinarith [sq_nonneg (a ^ 2 - b ^ 2)]

theorem seed_ineq_fourth_powers_mixed (a b : ℝ) : a ^ 3 * b + a * b ^ 3 ≤ a ^ 4 + b ^ 4 := by
  nlinarith [sq_nonneg (a ^ 2 - b ^ 2), mul_nonneg (sq_nonneg (a - b)) (sq_nonneg (a + b)), mul_nonneg (sq_nonneg (a - b)) (sq_nonneg a), mul_nonneg (sq_nonneg (a - b)) (sq_nonneg b)]

theorem seed_ineq_squared_products (a b c : ℝ) : a * b * c * (a + b + c) ≤ a ^ 2 * b ^ 2 + b ^ 2 * c ^ 2 + c ^ 2 * a ^ 2 := by
  nlinarith [sq_nonneg (a * b - b * c), sq_nonneg (b * c - c * a), sq_nonneg (c * a - a * b)]

theorem seed_ineq_sum_fourth_ge_products (a b c : ℝ) : a ^ 2 * b ^ 2 + b ^ 2 * c ^ 2 + c ^ 2 * a ^ 2 ≤ a ^ 4 + b ^ 4 + c ^ 4 := by
  nlinarith [sq_nonneg (a ^ 2 - b ^ 2), sq_nonneg (b ^ 2 - c ^ 2), sq_nonneg (c ^ 2 - a ^ 2)]

theorem seed_ineq_four_variables (a b c d : ℝ) : a * b + b * c + c * d + d * a ≤ a ^ 2 + b ^ 2 + c ^ 2 + d ^ 2 := by
  nlinarith [sq_nonneg (a - b), sq_nonneg (b - c), sq_nonneg (c - d), sq_nonneg (d - a)]

theorem seed_ineq_square_pos_of_pos (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : a ^ 2 + b ^ 2 < (a + b) ^ 2 := by
  nlinarith [mul_pos ha hb]

theorem seed_ineq_product_of_shifts (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : 1 + a + b < (1 + a) * (1 + b) := by
  nlinarith [mul_pos ha hb]

theorem seed_ineq_multiply_by_pos (a b c : ℝ) (h : a < b) (hc : 0 < c) : a * c < b * c := by
  nlinarith [mul_pos (sub_pos.2 h) hc]

theorem seed_ineq_multiply_by_nonneg (a b c : ℝ) (h : a ≤ b) (hc : 0 ≤ c) : c * a ≤ c * b := by
  exact mul_le_mul_of_nonneg_left h hc

theorem seed_ineq_squares_monotone (a b : ℝ) (ha : 0 ≤ a) (h : a ≤ b) : a ^ 2 ≤ b ^ 2 := by
  nlinarith [mul_nonneg ha (sub_nonneg.2 h), sq_nonneg (b - a)]

theorem seed_ineq_squares_strict (a b : ℝ) (ha : 0 < a) (h : a < b) : a ^ 2 < b ^ 2 := by
  nlinarith [mul_pos ha (sub_pos.2 h), mul_pos (sub_pos.2 h) (sub_pos.2 h)]

theorem seed_ineq_cubes_monotone (a b : ℝ) (ha : 0 ≤ a) (h : a ≤ b) : a ^ 3 ≤ b ^ 3 := by
  exact pow_le_pow_left₀ ha h 3

theorem seed_ineq_unit_interval_square (x : ℝ) (h0 : 0 ≤ x) (h1 : x ≤ 1) : x ^ 2 ≤ x := by
  nlinarith [mul_nonneg h0 (sub_nonneg.2 h1)]

theorem seed_ineq_unit_interval_product (x y : ℝ) (hx : 0 ≤ x) (hx1 : x ≤ 1) (hy : 0 ≤ y) (hy1 : y ≤ 1) : x + y ≤ 1 + x * y := by
  nlinarith [mul_nonneg (sub_nonneg.2 hx1) (sub_nonneg.2 hy1)]

theorem seed_ineq_interval_quadratic (x : ℝ) (h : 1 ≤ x) (k : x ≤ 3) : x ^ 2 - 4 * x + 3 ≤ 0 := by
  nlinarith [mul_nonneg (sub_nonneg.2 h) (sub_nonneg.2 k)]

theorem seed_ineq_above_one_square (x : ℝ) (h : 1 < x) : x < x ^ 2 := by
  nlinarith [mul_pos (sub_pos.2 h) (lt_trans zero_lt_one h)]

theorem seed_ineq_above_one_product (x y : ℝ) (hx : 1 ≤ x) (hy : 1 ≤ y) : x + y ≤ x * y + 1 := by
  nlinarith [mul_nonneg (sub_nonneg.2 hx) (sub_nonneg.2 hy)]

theorem seed_ineq_rearrange_two (a b x y : ℝ) (h : a ≤ b) (k : x ≤ y) : a * y + b * x ≤ a * x + b * y := by
  nlinarith [mul_nonneg (sub_nonneg.2 h) (sub_nonneg.2 k)]

theorem seed_ineq_chebyshev_two (a b x y : ℝ) (h : a ≤ b) (k : x ≤ y) : (a + b) * (x + y) ≤ 2 * (a * x + b * y) := by
  nlinarith [mul_nonneg (sub_nonneg.2 h) (sub_nonneg.2 k)]

theorem seed_ineq_cubes_two (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : a ^ 2 * b + a * b ^ 2 ≤ a ^ 3 + b ^ 3 := by
  nlinarith [mul_nonneg (add_pos ha hb).le (sq_nonneg (a - b))]

theorem seed_ineq_cube_of_sum (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : (a + b) ^ 3 ≤ 4 * (a ^ 3 + b ^ 3) := by
  nlinarith [mul_nonneg (add_pos ha hb).le (sq_nonneg (a - b))]

theorem seed_ineq_cube_tangent (x : ℝ) (hx : 0 < x) : 3 * x ≤ x ^ 3 + 2 := by
  nlinarith [mul_nonneg hx.le (sq_nonneg (x - 1)), sq_nonneg (x - 1)]

theorem seed_ineq_amgm_three_cubes (a b c : ℝ) (ha : 0 < a) (hb : 0 < b) (hc : 0 < c) : 3 * a * b * c ≤ a ^ 3 + b ^ 3 + c ^ 3 := by
  have h : 0 < a + b + c := by
    positivity
  nlinarith [mul_nonneg h.le (sq_nonneg (a - b)), mul_nonneg h.le (sq_nonneg (b - c)), mul_nonneg h.le (sq_nonneg (c - a))]

theorem seed_ineq_pairwise_sums_product (a b c : ℝ) (ha : 0 < a) (hb : 0 < b) (hc : 0 < c) : 8 * a * b * c ≤ (a + b) * (b + c) * (c + a) := by
  nlinarith [mul_nonneg ha.le (sq_nonneg (b - c)), mul_nonneg hb.le (sq_nonneg (c - a)), mul_nonneg hc.le (sq_nonneg (a - b))]

theorem seed_ineq_six_terms (a b c : ℝ) (ha : 0 < a) (hb : 0 < b) (hc : 0 < c) : 6 * a * b * c ≤ a * (b ^ 2 + c ^ 2) + b * (c ^ 2 + a ^ 2) + c * (a ^ 2 + b ^ 2) := by
  nlinarith [mul_nonneg ha.le (sq_nonneg (b - c)), mul_nonneg hb.le (sq_nonneg (c - a)), mul_nonneg hc.le (sq_nonneg (a - b))]

theorem seed_ineq_sum_times_products (a b c : ℝ) (ha : 0 < a) (hb : 0 < b) (hc : 0 < c) : 9 * a * b * c ≤ (a + b + c) * (a * b + b * c + c * a) := by
  nlinarith [mul_nonneg ha.le (sq_nonneg (b - c)), mul_nonneg hb.le (sq_nonneg (c - a)), mul_nonneg hc.le (sq_nonneg (a - b))]

theorem seed_ineq_shift_products (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : 4 * a * b ≤ (1 + a * b) * (a + b) ^ 2 - a * b * (a - b) ^ 2 - 4 * (a * b) ^ 2 := by
  nlinarith [sq_nonneg (a - b)]

theorem seed_ineq_x_plus_inverse (x : ℝ) (hx : 0 < x) : 2 ≤ x + 1 / x := by
  have h : x + 1 / x - 2 = (x - 1) ^ 2 / x := by
    grind
  have h1 : 0 ≤ (x - 1) ^ 2 / x := div_nonneg (sq_nonneg (x - 1)) hx.le
  linarith

theorem seed_ineq_ratio_sum (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : 2 ≤ a / b + b / a := by
  have h : a / b + b / a - 2 = (a - b) ^ 2 / (a * b) := by
    grind
  have h1 : 0 ≤ (a - b) ^ 2 / (a * b) := div_nonneg (sq_nonneg (a - b)) (mul_pos ha hb).le
  linarith

theorem seed_ineq_div_le_of_mul (a b : ℝ) (hb : 0 < b) (h : a ≤ 2 * b) : a / b ≤ 2 := by
  rw [div_le_iff₀ hb]
  linarith

theorem seed_ineq_le_div_of_mul (a b : ℝ) (hb : 0 < b) (h : 3 * b ≤ a) : 3 ≤ a / b := by
  rw [le_div_iff₀ hb]
  linarith

theorem seed_ineq_fraction_below_half (x : ℝ) : x / (x ^ 2 + 1) ≤ 1 / 2 := by
  have h : 0 < x ^ 2 + 1 := by
    positivity
  rw [div_le_iff₀ h]
  nlinarith [sq_nonneg (x - 1)]

theorem seed_ineq_fraction_below_one (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : a / (a + b) < 1 := by
  have h : 0 < a + b := by
    positivity
  rw [div_lt_iff₀ h]
  linarith

theorem seed_ineq_harmonic_mean (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : 2 * a * b / (a + b) ≤ (a + b) / 2 := by
  have h : 0 < a + b := by
    positivity
  rw [div_le_iff₀ h]
  nlinarith [sq_nonneg (a - b)]

theorem seed_ineq_titu_two (a b : ℝ) (ha : 0 < a) (hb : 0 < b) : 4 / (a + b) ≤ 1 / a + 1 / b := by
  have h : 0 < a + b := by
    positivity
  rw [div_add_div 1 1 ha.ne' hb.ne', div_le_div_iff_of_pos h (mul_pos ha hb)]
  nlinarith [sq_nonneg (a - b)]

theorem seed_ineq_square_over (a b : ℝ) (hb : 0 < b) : 2 * a - b ≤ a ^ 2 / b := by
  rw [le_div_iff₀ hb]
  nlinarith [sq_nonneg (a - b)]

theorem seed_ineq_fractions_compare (a b : ℝ) (ha : 0 < a) (h : a < b) : a / b < (a + 1) / (b + 1) := by
  have hb : 0 < b := lt_trans ha h
  have hb1 : 0 < b + 1 := by
    linarith
  rw [div_lt_div_iff_of_pos hb hb1]
  linarith

theorem seed_ineq_reciprocal_order (a b : ℝ) (ha : 0 < a) (h : a < b) : 1 / b < 1 / a := by
  have hb : 0 < b := lt_trans ha h
  rw [div_lt_div_iff_of_pos hb ha]
  linarith

theorem seed_ineq_pair_bounded (a b : ℝ) (h : a ^ 2 + b ^ 2 ≤ 2) : a + b ≤ 2 := by
  nlinarith [sq_nonneg (a - 1), sq_nonneg (b - 1)]

theorem seed_ineq_product_le_one (a b : ℝ) (h : a ^ 2 + b ^ 2 = 2) : a * b ≤ 1 := by
  nlinarith [sq_nonneg (a - b)]

theorem seed_ineq_mean_square_shift (a b c : ℝ) : 2 * (a + b + c) ≤ a ^ 2 + b ^ 2 + c ^ 2 + 3 := by
  nlinarith [sq_nonneg (a - 1), sq_nonneg (b - 1), sq_nonneg (c - 1)]

theorem seed_ineq_triangle_sides (a b c : ℝ) (hab : c < a + b) (hbc : a < b + c) (hca : b < c + a) (ha : 0 < a) (hb : 0 < b) (hc : 0 < c) : a ^ 2 + b ^ 2 + c ^ 2 < 2 * (a * b + b * c + c * a) := by
  nlinarith [mul_pos ha (sub_pos.2 hbc), mul_pos hb (sub_pos.2 hca), mul_pos hc (sub_pos.2 hab)]

theorem seed_ineq_case_split_square (x : ℝ) (h : x ≤ -2 ∨ 2 ≤ x) : 4 ≤ x ^ 2 := by
  rcases h with h1 | h1
  · nlinarith [sq_nonneg (x + 2)]
  · nlinarith [sq_nonneg (x - 2)]

theorem seed_ineq_total_order_product (a b : ℝ) : 0 ≤ (a - b) * (a ^ 3 - b ^ 3) := by
  have h : 0 ≤ a ^ 2 + a * b + b ^ 2 := by
    nlinarith [sq_nonneg (a + b), sq_nonneg a, sq_nonneg b]
  have h1 : (a - b) * (a ^ 3 - b ^ 3) = (a - b) ^ 2 * (a ^ 2 + a * b + b ^ 2) := by
    ring
  rw [h1]
  exact mul_nonneg (sq_nonneg (a - b)) h

theorem seed_ineq_between_both (x : ℝ) (h : x ^ 2 ≤ 1) : -1 ≤ x ∧ x ≤ 1 := by
  constructor
  · nlinarith [sq_nonneg (x - 1)]
  · nlinarith [sq_nonneg (x + 1)]

theorem seed_ineq_equality_case (a b : ℝ) (h : (a - b) ^ 2 ≤ 0) : a = b := by
  have h1 : (a - b) ^ 2 = 0 := le_antisymm h (sq_nonneg (a - b))
  have h2 : a - b = 0 := sq_eq_zero_iff.1 h1
  linarith

theorem seed_ineq_int_cauchy (a b : ℤ) : (a + 2 * b) ^ 2 ≤ 5 * (a ^ 2 + b ^ 2) := by
  nlinarith [sq_nonneg (2 * a - b)]

theorem seed_ineq_rational_mean (a b : ℚ) : a * b ≤ (a ^ 2 + b ^ 2) / 2 := by
  nlinarith [sq_nonneg (a - b)]

theorem seed_ineq_exists_larger_square (a : ℝ) : ∃ x, a < x ^ 2 + 1 + a := by
  refine ⟨a, ?_⟩
  nlinarith [sq_nonneg a]

theorem seed_ineq_exists_between (a b : ℝ) (h : a < b) : ∃ x, a < x ∧ x < b := by
  refine ⟨(a + b) / 2, ?_, ?_⟩
  · linarith
  · linarith

theorem seed_ineq_schur_ordered (a b c : ℝ) (hc : 0 ≤ c) (hbc : c ≤ b) (hab : b ≤ a) : 0 ≤ a * (a - b) * (a - c) + b * (b - a) * (b - c) + c * (c - a) * (c - b) := by
  have h1 : 0 ≤ a - b := sub_nonneg.2 hab
  have h2 : 0 ≤ b - c := sub_nonneg.2 hbc
  have h3 : 0 ≤ (a - b) * (a - b) * (a + b - c) := by
    exact mul_nonneg (mul_self_nonneg (a - b)) (by linarith)
  have h4 : 0 ≤ c * ((a - b + (b - c)) * (b - c)) := by
    exact mul_nonneg hc (mul_nonneg (by linarith) h2)
  nlinarith [h3, h4]
