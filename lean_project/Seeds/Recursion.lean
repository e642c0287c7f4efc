/-! # Chapter 8: Recursion and induction -/

theorem seed_rec_constant (f : ℕ → ℕ) (h0 : f 0 = 5) (hs : ∀ n, f (n + 1) = f n) : ∀ n, f n = 5 := by
  intro n
  induction n with
  | zero => exact h0
  | succ k ih =>
    rw [hs]
    exact ih

theorem seed_rec_arithmetic (f : ℕ → ℕ) (h0 : f 0 = 2) (hs : ∀ n, f (n + 1) = f n + 3) : ∀ n, f n = 3 * n + 2 := by
  intro n
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [hs, ih]
    ring

theorem seed_rec_arithmetic_int (f : ℕ → ℤ) (h0 : f 0 = 10) (hs : ∀ n, f (n + 1) = f n - 2) : f 3 = 4 := by
  rw [hs, hs, hs, h0]
  norm_num

theorem seed_rec_geometric (f : ℕ → ℕ) (h0 : f 0 = 1) (hs : ∀ n, f (n + 1) = 2 * f n) : ∀ n, f n = 2 ^ n := by
  intro n
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [hs, ih, Nat.pow_succ]
    ring

theorem seed_rec_geometric_real (f : ℕ → ℝ) (h0 : f 0 = 1) (hs : ∀ n, f (n + 1) = 3 * f n) : ∀ n, f n = 3 ^ n := by
  intro n
  induction n with
  | zero => rw [h0, pow_zero]
  | succ k ih =>
    rw [hs, ih, pow_succ]
    ring

theorem seed_rec_double_plus_one (f : ℕ → ℕ) (h0 : f 0 = 0) (hs : ∀ n, f (n + 1) = 2 * f n + 1) : ∀ n, f n + 1 = 2 ^ n := by
  intro n
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [hs, Nat.pow_succ]
    omega

theorem seed_rec_double_value (f : ℕ → ℕ) (h0 : f 0 = 1) (hs : ∀ n, f (n + 1) = 2 * f n + 1) : f 4 = 31 := by
  rw [hs, hs, hs, hs, h0]

theorem seed_rec_sum_naturals (s : ℕ → ℕ) (h0 : s 0 = 0) (hs : ∀ n, s (n + 1) = s n + (n + 1)) : ∀ n, 2 * s n = n * (n + 1) := by
  intro n
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [hs]
    grind

theorem seed_rec_sum_odds (s : ℕ → ℕ) (h0 : s 0 = 0) (hs : ∀ n, s (n + 1) = s n + (2 * n + 1)) : ∀ n, s n = n ^ 2 := by
  intro n
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [hs, ih]
    ring

theorem seed_rec_sum_squares (s : ℕ → ℕ) (h0 : s 0 = 0) (hs : ∀ n, s (n + 1) = s n + (n + 1) ^ 2) : ∀ n, 6 * s n = n * (n + 1) * (2 * n + 1) := by
  intro n
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [hs]
    grind

theorem seed_rec_sum_cubes (s : ℕ → ℕ) (h0 : s 0 = 0) (hs : ∀ n, s (n + 1) = s n + (n + 1) ^ 3) : ∀ n, 4 * s n = (n * (n + 1)) ^ 2 := by
  intro n
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [hs]
    grind

theorem seed_rec_sum_evens (s : ℕ → ℕ) (h0 : s 0 = 0) (hs : ∀ n, s (n + 1) = s n + 2 * (n + 1)) : ∀ n, s n = n * (n + 1) := by
  intro n
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [hs, ih]
    ring

theorem seed_rec_even_invariant (f : ℕ → ℕ) (h0 : f 0 = 4) (hs : ∀ n, f (n + 1) = 3 * f n + 2) : ∀ n, f n % 2 = 0 := by
  intro n
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [hs]
    omega

theorem seed_rec_mod_invariant (f : ℕ → ℕ) (h0 : f 0 = 1) (hs : ∀ n, f (n + 1) = 4 * f n + 3) : ∀ n, f n % 3 = 1 := by
  intro n
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [hs]
    omega

theorem seed_rec_positive (f : ℕ → ℝ) (h0 : f 0 = 1) (hs : ∀ n, f (n + 1) = f n + f n ^ 2) : ∀ n, 0 < f n := by
  intro n
  induction n with
  | zero =>
    rw [h0]
    exact zero_lt_one
  | succ k ih =>
    rw [hs]
    positivity

theorem seed_rec_nonneg (f : ℕ → ℝ) (h0 : 0 ≤ f 0) (hs : ∀ n, f (n + 1) = 2 * f n + 1) : ∀ n, 0 ≤ f n := by
  intro n
  induction n with
  | zero => exact h0
  | succ k ih =>
    rw [hs]
    linarith

theorem seed_rec_lower_bound (f : ℕ → ℕ) (h0 : f 0 = 1) (hs : ∀ n, f (n + 1) = f n + n + 1) : ∀ n, n ≤ f n := by
  intro n
  induction n with
  | zero => exact Nat.zero_le (f 0)
  | succ k ih =>
    rw [hs]
    omega

theorem seed_rec_monotone_step (f : ℕ → ℕ) (hs : ∀ n, f n ≤ f (n + 1)) : ∀ n, f 0 ≤ f n := by
  intro n
  induction n with
  | zero => exact Nat.le_refl (f 0)
  | succ k ih =>
    exact Nat.le_trans ih (hs k)

theorem seed_rec_growth (f : ℕ → ℕ) (hs : ∀ n, f n < f (n + 1)) : ∀ n, n ≤ f n := by
  intro n
  induction n with
  | zero => exact Nat.zero_le (f 0)
  | succ k ih =>
    have h := hs k
    omega

theorem seed_rec_converging_affine (f : ℕ → ℝ) (h0 : f 0 = 2) (hs : ∀ n, f (n + 1) = (f n + 2) / 2) : ∀ n, f n = 2 := by
  intro n
  induction n with
  | zero => exact h0
  | succ k ih =>
    rw [hs, ih]
    norm_num

theorem seed_rec_bounded_above (f : ℕ → ℝ) (h0 : f 0 ≤ 4) (hs : ∀ n, f (n + 1) = f n / 2 + 2) : ∀ n, f n ≤ 4 := by
  intro n
  induction n with
  | zero => exact h0
  | succ k ih =>
    rw [hs]
    linarith

theorem seed_rec_fibonacci_value (f : ℕ → ℕ) (h0 : f 0 = 0) (h1 : f 1 = 1) (hs : ∀ n, f (n + 2) = f (n + 1) + f n) : f 6 = 8 := by
  have h2 := hs 0
  have h3 := hs 1
  have h4 := hs 2
  have h5 := hs 3
  have h6 := hs 4
  simp at h2 h3 h4 h5 h6
  omega

theorem seed_rec_pair_invariant (a b : ℕ → ℤ) (h0 : a 0 + b 0 = 7) (ha : ∀ n, a (n + 1) = a n + 1) (hb : ∀ n, b (n + 1) = b n - 1) : ∀ n, a n + b n = 7 := by
  intro n
  induction n with
  | zero => exact h0
  | succ k ih =>
    rw [ha, hb]
    omega

theorem seed_rec_alternating (f : ℕ → ℤ) (hs : ∀ n, f (n + 1) = -f n) : ∀ n, f (n + 2) = f n := by
  intro n
  rw [hs (n + 1), hs n]
  omega

theorem seed_rec_bernoulli (n : ℕ) (x : ℝ) (hx : 0 ≤ x) : 1 + n * x ≤ 1 + n * x + x ^ 2 := by
  nlinarith [sq_nonneg x]

theorem seed_rec_power_ge_one (x : ℝ) (hx : 1 ≤ x) : ∀ n : ℕ, 1 ≤ x ^ n := by
  intro n
  induction n with
  | zero =>
    rw [pow_zero]
    exact le_refl 1
  | succ k ih =>
    rw [pow_succ]
    nlinarith [mul_nonneg (sub_nonneg.2 ih) (sub_nonneg.2 hx)]

theorem seed_rec_power_sum (n : ℕ) : 2 ^ n + 2 ^ n = 2 ^ (n + 1) := by
  rw [Nat.pow_succ]
  omega

theorem seed_rec_square_lt_power (n : ℕ) : n ^ 2 ≤ 4 ^ n := by
  induction n with
  | zero => decide
  | succ k ih =>
    have h : k + 1 ≤ 2 ^ (k + 1) := by
      exact Nat.le_of_lt Nat.lt_two_pow_self
    have h1 : (k + 1) ^ 2 ≤ (2 ^ (k + 1)) ^ 2 := Nat.pow_le_pow_left h 2
    rw [← Nat.pow_mul, Nat.mul_comm, Nat.pow_mul] at h1
    exact h1
