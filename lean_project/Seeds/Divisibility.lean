/-! # Chapter 4: Divisibility and remainders -/

theorem seed_dvd_numeral : 7 ∣ 91 := by
  decide

theorem seed_dvd_refl_mul (a b : ℕ) : a ∣ a * b := by
  exact Nat.dvd_mul_right a b

theorem seed_dvd_mul_left (a b : ℕ) : a ∣ b * a := by
  exact ⟨b, Nat.mul_comm b a⟩

theorem seed_dvd_chain (a b c : ℕ) (h : a ∣ b) (k : b ∣ c) : a ∣ c := by
  exact Nat.dvd_trans h k

theorem seed_dvd_sum (a b c : ℕ) (h : a ∣ b) (k : a ∣ c) : a ∣ b + c := by
  exact Nat.dvd_add h k

theorem seed_dvd_int_sub (a b c : ℤ) (h : a ∣ b) (k : a ∣ c) : a ∣ b - c := by
  exact Int.dvd_sub h k

theorem seed_dvd_int_combine (d a b x y : ℤ) (h : d ∣ a) (k : d ∣ b) : d ∣ a * x + b * y := by
  obtain ⟨m, hm⟩ := h
  obtain ⟨n, hn⟩ := k
  refine ⟨m * x + n * y, ?_⟩
  rw [hm, hn]
  ring

theorem seed_dvd_int_square (a b : ℤ) (h : a ∣ b) : a ^ 2 ∣ b ^ 2 := by
  obtain ⟨k, hk⟩ := h
  refine ⟨k ^ 2, ?_⟩
  rw [hk]
  ring

theorem seed_dvd_six_split (n : ℕ) (h : 6 ∣ n) : 2 ∣ n ∧ 3 ∣ n := by
  constructor
  · omega
  · omega

theorem seed_dvd_six_join (n : ℕ) (h : 2 ∣ n) (k : 3 ∣ n) : 6 ∣ n := by
  omega

theorem seed_dvd_not_both_neighbours (n : ℕ) (h : 3 ∣ n) : ¬ 3 ∣ n + 1 := by
  omega

theorem seed_dvd_consecutive_three (n : ℕ) : 3 ∣ n ∨ 3 ∣ n + 1 ∨ 3 ∣ n + 2 := by
  omega

theorem seed_dvd_consecutive_product (n : ℤ) : 2 ∣ n * (n + 1) := by
  rcases (show n % 2 = 0 ∨ n % 2 = 1 by omega) with h | h
  · obtain ⟨k, hk⟩ : ∃ k, n = 2 * k := ⟨n / 2, by omega⟩
    exact ⟨k * (n + 1), by rw [hk]; ring⟩
  · obtain ⟨k, hk⟩ : ∃ k, n = 2 * k + 1 := ⟨n / 2, by omega⟩
    exact ⟨n * (k + 1), by rw [hk]; ring⟩

theorem seed_dvd_square_minus_self (n : ℤ) : (n ^ 2 - n) % 2 = 0 := by
  have h : n % 2 = 0 ∨ n % 2 = 1 := by
    omega
  rcases h with h | h
  · obtain ⟨k, hk⟩ : ∃ k, n = 2 * k := ⟨n / 2, by omega⟩
    have h1 : n ^ 2 - n = 2 * (2 * k ^ 2 - k) := by
      rw [hk]
      ring
    omega
  · obtain ⟨k, hk⟩ : ∃ k, n = 2 * k + 1 := ⟨n / 2, by omega⟩
    have h1 : n ^ 2 - n = 2 * (2 * k ^ 2 + k) := by
      rw [hk]
      ring
    omega

theorem seed_dvd_digit_sum_two (a b : ℕ) (h : (10 * a + b) % 9 = 0) : (a + b) % 9 = 0 := by
  omega

theorem seed_dvd_digit_sum_three (a b c : ℕ) : (100 * a + 10 * b + c) % 3 = (a + b + c) % 3 := by
  omega

theorem seed_dvd_alternating_eleven (a b c : ℤ) : (100 * a + 10 * b + c) % 11 = (a - b + c) % 11 := by
  omega

theorem seed_dvd_crt_three_five (n : ℕ) (h : n % 3 = 2) (k : n % 5 = 3) : n % 15 = 8 := by
  omega

theorem seed_dvd_mod_shift (n : ℕ) (h : n % 7 = 3) : (2 * n + 1) % 7 = 0 := by
  omega

theorem seed_dvd_mod_product (a b : ℕ) (h : a % 5 = 2) (k : b % 5 = 3) : (a * b) % 5 = 1 := by
  rw [Nat.mul_mod, h, k]

theorem seed_dvd_mod_square_five (n : ℕ) (h : n % 5 = 2) : (n ^ 2) % 5 = 4 := by
  rw [Nat.pow_mod, h]

theorem seed_dvd_mod_cube_seven (n : ℕ) (h : n % 7 = 2) : (n ^ 3) % 7 = 1 := by
  simp [Nat.pow_mod, h]

theorem seed_dvd_square_mod_three (n : ℕ) : (n ^ 2) % 3 = 0 ∨ (n ^ 2) % 3 = 1 := by
  have h : n % 3 = 0 ∨ n % 3 = 1 ∨ n % 3 = 2 := by
    omega
  rcases h with h | h | h
  · simp [Nat.pow_mod, h]
  · simp [Nat.pow_mod, h]
  · simp [Nat.pow_mod, h]

theorem seed_dvd_odd_square_mod_eight (n : ℕ) (h : n % 2 = 1) : (n ^ 2) % 8 = 1 := by
  have h1 : n % 8 = 1 ∨ n % 8 = 3 ∨ n % 8 = 5 ∨ n % 8 = 7 := by
    omega
  rcases h1 with h1 | h1 | h1 | h1 <;> simp [Nat.pow_mod, h1]

theorem seed_dvd_three_of_square (n : ℕ) (h : (n ^ 2) % 3 = 0) : n % 3 = 0 := by
  have h1 : n % 3 = 0 ∨ n % 3 = 1 ∨ n % 3 = 2 := by
    omega
  rcases h1 with h1 | h1 | h1
  · exact h1
  · simp [Nat.pow_mod, h1] at h
  · simp [Nat.pow_mod, h1] at h

theorem seed_dvd_even_sum_of_squares (a b : ℕ) (h : a % 2 = 1) (k : b % 2 = 1) : (a ^ 2 + b ^ 2) % 2 = 0 := by
  simp [Nat.add_mod, Nat.pow_mod, h, k]

theorem seed_dvd_power_five_minus (n : ℕ) : 5 ^ n % 4 = 1 := by
  induction n with
  | zero => decide
  | succ k ih =>
    rw [Nat.pow_succ]
    omega

theorem seed_dvd_power_ten_mod_nine (n : ℕ) : 10 ^ n % 9 = 1 := by
  induction n with
  | zero => decide
  | succ k ih =>
    rw [Nat.pow_succ]
    omega

theorem seed_dvd_four_pow_plus (n : ℕ) : 3 ∣ 4 ^ n + 2 := by
  induction n with
  | zero => decide
  | succ k ih =>
    rw [Nat.pow_succ]
    omega

theorem seed_dvd_two_three_pow (n : ℕ) : 5 ∣ 7 ^ n + 4 * 2 ^ n := by
  induction n with
  | zero => decide
  | succ k ih =>
    rw [Nat.pow_succ, Nat.pow_succ]
    omega

theorem seed_dvd_cube_minus_self (n : ℕ) : (n ^ 3 + 2 * n) % 3 = 0 := by
  induction n with
  | zero => decide
  | succ k ih =>
    have h : (k + 1) ^ 3 + 2 * (k + 1) = (k ^ 3 + 2 * k) + 3 * (k ^ 2 + k + 1) := by
      ring
    rw [h]
    omega

theorem seed_dvd_le_of_pos (a b : ℕ) (hb : 0 < b) (h : a ∣ b) : a ≤ b := by
  exact Nat.le_of_dvd hb h

theorem seed_dvd_antisymm (a b : ℕ) (h : a ∣ b) (k : b ∣ a) : a = b := by
  exact Nat.dvd_antisymm h k

theorem seed_dvd_gcd_both (d a b : ℕ) (h : d ∣ a) (k : d ∣ b) : d ∣ Nat.gcd a b := by
  apply Nat.dvd_gcd
  · exact h
  · exact k

theorem seed_dvd_gcd_numeral : Nat.gcd 84 36 = 12 := by
  decide

theorem seed_dvd_difference_powers (a b : ℤ) : a - b ∣ a ^ 3 - b ^ 3 := by
  exact ⟨a ^ 2 + a * b + b ^ 2, by ring⟩
