/-! # Chapter 7: Functions and functional equations -/

theorem seed_fun_value (f : ℝ → ℝ) (hf : ∀ x, f x = 2 * x + 1) : f 3 = 7 := by
  rw [hf]
  norm_num

theorem seed_fun_value_simp (f : ℕ → ℕ) (hf : ∀ x, f x = x * x + 1) : f 5 = 26 := by
  simp [hf]

theorem seed_fun_compose_value (f g : ℤ → ℤ) (hf : ∀ x, f x = x + 3) (hg : ∀ x, g x = 2 * x) : f (g 4) = 11 := by
  rw [hf, hg]
  norm_num

theorem seed_fun_compose_formula (f : ℝ → ℝ) (hf : ∀ x, f x = 3 * x - 2) (x : ℝ) : f (f x) = 9 * x - 8 := by
  rw [hf, hf]
  ring

theorem seed_fun_solve_value (f : ℝ → ℝ) (hf : ∀ x, f x = 5 * x - 4) (x : ℝ) (h : f x = 11) : x = 3 := by
  rw [hf] at h
  linarith

theorem seed_fun_fixed_point (f : ℝ → ℝ) (hf : ∀ x, f x = 2 * x - 6) : ∃ x, f x = x := by
  refine ⟨6, ?_⟩
  rw [hf]
  norm_num

theorem seed_fun_linear_injective (f : ℝ → ℝ) (hf : ∀ x, f x = 3 * x + 1) (a b : ℝ) (h : f a = f b) : a = b := by
  rw [hf, hf] at h
  linarith

theorem seed_fun_linear_surjective (f : ℝ → ℝ) (hf : ∀ x, f x = 2 * x + 4) : ∀ y, ∃ x, f x = y := by
  intro y
  refine ⟨(y - 4) / 2, ?_⟩
  rw [hf]
  ring

theorem seed_fun_linear_increasing (f : ℝ → ℝ) (hf : ∀ x, f x = 4 * x - 9) (a b : ℝ) (h : a < b) : f a < f b := by
  rw [hf, hf]
  linarith

theorem seed_fun_square_even (f : ℝ → ℝ) (hf : ∀ x, f x = x ^ 2 + 3) (x : ℝ) : f (-x) = f x := by
  rw [hf, hf]
  ring

theorem seed_fun_cube_odd (f : ℝ → ℝ) (hf : ∀ x, f x = x ^ 3 - x) (x : ℝ) : f (-x) = -f x := by
  rw [hf, hf]
  ring

theorem seed_fun_injective_comp (f g : ℝ → ℝ) (hf : ∀ x y, f x = f y → x = y) (hg : ∀ x y, g x = g y → x = y) : ∀ x y, f (g x) = f (g y) → x = y := by
  intro x y h
  apply hg
  apply hf
  exact h

theorem seed_fun_injective_of_left_inverse (f g : ℝ → ℝ) (h : ∀ x, g (f x) = x) : ∀ x y, f x = f y → x = y := by
  intro x y hxy
  have h1 : g (f x) = g (f y) := by
    rw [hxy]
  rw [h, h] at h1
  exact h1

theorem seed_fun_surjective_of_right_inverse (f g : ℝ → ℝ) (h : ∀ x, f (g x) = x) : ∀ y, ∃ x, f x = y := by
  intro y
  exact ⟨g y, h y⟩

theorem seed_fun_involution_injective (f : ℝ → ℝ) (h : ∀ x, f (f x) = x) (a b : ℝ) (hab : f a = f b) : a = b := by
  rw [← h a, hab, h b]

theorem seed_fun_involution_surjective (f : ℝ → ℝ) (h : ∀ x, f (f x) = x) : ∀ y, ∃ x, f x = y := by
  intro y
  refine ⟨f y, ?_⟩
  exact h y

theorem seed_fun_additive_zero (f : ℝ → ℝ) (hf : ∀ x y, f (x + y) = f x + f y) : f 0 = 0 := by
  have h := hf 0 0
  rw [add_zero] at h
  linarith

theorem seed_fun_additive_neg (f : ℝ → ℝ) (hf : ∀ x y, f (x + y) = f x + f y) (h0 : f 0 = 0) (x : ℝ) : f (-x) = -f x := by
  have h := hf x (-x)
  have h1 : x + -x = 0 := by
    ring
  rw [h1, h0] at h
  linarith

theorem seed_fun_additive_double (f : ℝ → ℝ) (hf : ∀ x y, f (x + y) = f x + f y) (x : ℝ) : f (2 * x) = 2 * f x := by
  have h := hf x x
  have h1 : x + x = 2 * x := by
    ring
  rw [h1] at h
  linarith

theorem seed_fun_multiplicative_one (f : ℝ → ℝ) (hf : ∀ x y, f (x * y) = f x * f y) (h1 : f 1 ≠ 0) : f 1 = 1 := by
  have h := hf 1 1
  rw [mul_one] at h
  have h2 : f 1 * (f 1 - 1) = 0 := by
    linarith
  rcases mul_eq_zero.mp h2 with h3 | h3
  · exact absurd h3 h1
  · linarith

theorem seed_fun_shift_periodic (f : ℝ → ℝ) (hf : ∀ x, f (x + 1) = f x) (x : ℝ) : f (x + 2) = f x := by
  have h : x + 2 = (x + 1) + 1 := by
    ring
  rw [h, hf, hf]

theorem seed_fun_reflection_equation (f : ℝ → ℝ) (hf : ∀ x, f x + 2 * f (-x) = 3 * x) (x : ℝ) : f x = -3 * x := by
  have h1 := hf x
  have h2 := hf (-x)
  have h3 : - -x = x := by
    ring
  rw [h3] at h2
  linarith

theorem seed_fun_complement_equation (f : ℝ → ℝ) (hf : ∀ x, 2 * f x + f (1 - x) = x) (x : ℝ) : f x = x - 1 / 3 := by
  have h1 := hf x
  have h2 := hf (1 - x)
  have h3 : 1 - (1 - x) = x := by
    ring
  rw [h3] at h2
  linarith

theorem seed_fun_constant_difference (f : ℝ → ℝ) (hf : ∀ x y, f x - f y = x - y) : ∃ c, ∀ x, f x = x + c := by
  refine ⟨f 0, ?_⟩
  intro x
  have h := hf x 0
  linarith

theorem seed_fun_constant_of_all_pairs (f : ℝ → ℝ) (hf : ∀ x y, f (x + y) = f x) (a b : ℝ) : f a = f b := by
  have h1 := hf a (b - a)
  have h2 : a + (b - a) = b := by
    ring
  rw [h2] at h1
  exact h1.symm

theorem seed_fun_monotone_comp (f g : ℝ → ℝ) (hf : ∀ x y, x ≤ y → f x ≤ f y) (hg : ∀ x y, x ≤ y → g x ≤ g y) (x y : ℝ) (h : x ≤ y) : f (g x) ≤ f (g y) := by
  apply hf
  apply hg
  exact h

theorem seed_fun_sum_increasing (f g : ℝ → ℝ) (hf : ∀ x y, x < y → f x < f y) (hg : ∀ x y, x < y → g x < g y) (x y : ℝ) (h : x < y) : f x + g x < f y + g y := by
  have h1 := hf x y h
  have h2 := hg x y h
  linarith

theorem seed_fun_bounded_square (f : ℝ → ℝ) (hf : ∀ x, f x = x ^ 2 - 2 * x) : ∀ x, -1 ≤ f x := by
  intro x
  rw [hf]
  nlinarith [sq_nonneg (x - 1)]

theorem seed_fun_midpoint_convex (f : ℝ → ℝ) (hf : ∀ x, f x = x ^ 2) (a b : ℝ) : f ((a + b) / 2) ≤ (f a + f b) / 2 := by
  rw [hf, hf, hf]
  nlinarith [sq_nonneg (a - b)]

theorem seed_fun_nat_additive (f : ℕ → ℕ) (hf : ∀ x y, f (x + y) = f x + f y) (h1 : f 1 = 3) : f 2 = 6 := by
  have h := hf 1 1
  rw [h1] at h
  exact h
