module

public import Antiphon.Core.Field

/-!
# Whole numbers, and the casts into a ring

Parity, congruence, primes, factorials and binomials under Mathlib's names, each by Mathlib's own
definition or by one that Mathlib proves equal to its own (`Bridge.lean` says which); then how the
casts `ℕ → α` and `ℤ → α` go with the operations and the order.
-/

@[expose] public noncomputable section

set_option linter.unusedSectionVars false

open Lean.Grind

/-! ## Parity and congruence -/

/-- `a` is twice something. -/
def Even {α : Type u} [Add α] (a : α) : Prop := ∃ r, a = r + r
/-- `a` is one more than twice something. -/
def Odd {α : Type u} [Semiring α] (a : α) : Prop := ∃ m, a = 2 * m + 1
/-- `a` is something times itself. -/
def IsSquare {α : Type u} [Mul α] (a : α) : Prop := ∃ r, a = r * r

theorem Nat.even_iff {n : Nat} : Even n ↔ n % 2 = 0 :=
  ⟨fun ⟨r, h⟩ => by omega, fun h => ⟨n / 2, by omega⟩⟩
theorem Nat.odd_iff {n : Nat} : Odd n ↔ n % 2 = 1 :=
  ⟨fun ⟨r, h⟩ => by have h : n = 2 * r + 1 := h; omega,
   fun h => ⟨n / 2, show n = 2 * (n / 2) + 1 by omega⟩⟩
theorem Int.even_iff {n : Int} : Even n ↔ n % 2 = 0 :=
  ⟨fun ⟨r, h⟩ => by omega, fun h => ⟨n / 2, by omega⟩⟩
theorem Int.odd_iff {n : Int} : Odd n ↔ n % 2 = 1 :=
  ⟨fun ⟨r, h⟩ => by have h : n = 2 * r + 1 := h; omega,
   fun h => ⟨n / 2, show n = 2 * (n / 2) + 1 by omega⟩⟩
theorem Nat.even_or_odd (n : Nat) : Even n ∨ Odd n := by
  rw [Nat.even_iff, Nat.odd_iff]; omega
theorem Int.even_or_odd (n : Int) : Even n ∨ Odd n := by
  rw [Int.even_iff, Int.odd_iff]; omega
theorem Nat.not_even_iff_odd {n : Nat} : ¬Even n ↔ Odd n := by
  rw [Nat.even_iff, Nat.odd_iff]; omega
theorem Nat.not_odd_iff_even {n : Nat} : ¬Odd n ↔ Even n := by
  rw [Nat.even_iff, Nat.odd_iff]; omega
theorem Int.not_even_iff_odd {n : Int} : ¬Even n ↔ Odd n := by
  rw [Int.even_iff, Int.odd_iff]; omega
theorem Int.not_odd_iff_even {n : Int} : ¬Odd n ↔ Even n := by
  rw [Int.even_iff, Int.odd_iff]; omega

instance (n : Nat) : Decidable (Even n) := decidable_of_iff _ Nat.even_iff.symm
instance (n : Nat) : Decidable (Odd n) := decidable_of_iff _ Nat.odd_iff.symm
instance (n : Int) : Decidable (Even n) := decidable_of_iff _ Int.even_iff.symm
instance (n : Int) : Decidable (Odd n) := decidable_of_iff _ Int.odd_iff.symm
grind_pattern Nat.even_iff => Even n
grind_pattern Nat.odd_iff => Odd n
grind_pattern Int.even_iff => Even n
grind_pattern Int.odd_iff => Odd n

/-- `a ≡ b [MOD n]`. -/
def Nat.ModEq (n a b : Nat) : Prop := a % n = b % n
/-- `a ≡ b [ZMOD n]`. -/
def Int.ModEq (n a b : Int) : Prop := a % n = b % n

instance (n a b : Nat) : Decidable (Nat.ModEq n a b) := inferInstanceAs (Decidable (a % n = b % n))
instance (n a b : Int) : Decidable (Int.ModEq n a b) := inferInstanceAs (Decidable (a % n = b % n))
@[grind =] theorem Nat.modEq_iff_mod_eq {n a b : Nat} : Nat.ModEq n a b ↔ a % n = b % n := Iff.rfl
@[grind =] theorem Int.modEq_iff_emod_eq {n a b : Int} : Int.ModEq n a b ↔ a % n = b % n := Iff.rfl

namespace Nat.ModEq
variable {n a b c d : Nat}
protected theorem refl (a : Nat) : Nat.ModEq n a a := rfl
protected theorem symm (h : Nat.ModEq n a b) : Nat.ModEq n b a := Eq.symm h
protected theorem trans (h₁ : Nat.ModEq n a b) (h₂ : Nat.ModEq n b c) : Nat.ModEq n a c :=
  Eq.trans h₁ h₂
protected theorem add (h₁ : Nat.ModEq n a b) (h₂ : Nat.ModEq n c d) : Nat.ModEq n (a + c) (b + d) := by
  show (a + c) % n = (b + d) % n
  rw [Nat.add_mod, show a % n = b % n from h₁, show c % n = d % n from h₂, ← Nat.add_mod]
protected theorem mul (h₁ : Nat.ModEq n a b) (h₂ : Nat.ModEq n c d) : Nat.ModEq n (a * c) (b * d) := by
  show (a * c) % n = (b * d) % n
  rw [Nat.mul_mod, show a % n = b % n from h₁, show c % n = d % n from h₂, ← Nat.mul_mod]
protected theorem pow (m : Nat) (h : Nat.ModEq n a b) : Nat.ModEq n (a ^ m) (b ^ m) := by
  show a ^ m % n = b ^ m % n
  rw [Nat.pow_mod, show a % n = b % n from h, ← Nat.pow_mod]
end Nat.ModEq

namespace Int.ModEq
variable {n a b c d : Int}
protected theorem refl (a : Int) : Int.ModEq n a a := rfl
protected theorem symm (h : Int.ModEq n a b) : Int.ModEq n b a := Eq.symm h
protected theorem trans (h₁ : Int.ModEq n a b) (h₂ : Int.ModEq n b c) : Int.ModEq n a c :=
  Eq.trans h₁ h₂
protected theorem add (h₁ : Int.ModEq n a b) (h₂ : Int.ModEq n c d) : Int.ModEq n (a + c) (b + d) := by
  show (a + c) % n = (b + d) % n
  rw [Int.add_emod, show a % n = b % n from h₁, show c % n = d % n from h₂, ← Int.add_emod]
protected theorem mul (h₁ : Int.ModEq n a b) (h₂ : Int.ModEq n c d) : Int.ModEq n (a * c) (b * d) := by
  show (a * c) % n = (b * d) % n
  rw [Int.mul_emod, show a % n = b % n from h₁, show c % n = d % n from h₂, ← Int.mul_emod]
protected theorem pow (m : Nat) (h : Int.ModEq n a b) : Int.ModEq n (a ^ m) (b ^ m) := by
  induction m with
  | zero => show a ^ 0 % n = b ^ 0 % n; rw [Int.pow_zero, Int.pow_zero]
  | succ m ih => rw [Int.pow_succ, Int.pow_succ]; exact ih.mul h
end Int.ModEq

theorem Int.modEq_iff_dvd {n a b : Int} : Int.ModEq n a b ↔ n ∣ b - a :=
  ⟨fun h => Int.dvd_of_emod_eq_zero (by rw [Int.sub_emod, show a % n = b % n from h]; simp),
   fun h => (Int.emod_emod_of_dvd a (Int.dvd_refl n)).symm.trans (by
    obtain ⟨k, hk⟩ := h
    rw [show b = a + n * k by omega, Int.add_mul_emod_self_left]; simp)⟩
theorem Int.modEq_zero_iff_dvd {n a : Int} : Int.ModEq n a 0 ↔ n ∣ a :=
  ⟨fun h => Int.dvd_of_emod_eq_zero (by rw [show a % n = 0 % n from h]; simp),
   fun h => show a % n = 0 % n by rw [Int.emod_eq_zero_of_dvd h]; simp⟩
theorem Nat.modEq_zero_iff_dvd {n a : Nat} : Nat.ModEq n a 0 ↔ n ∣ a :=
  ⟨fun h => Nat.dvd_of_mod_eq_zero (by rw [show a % n = 0 % n from h]; simp),
   fun h => show a % n = 0 % n by rw [Nat.mod_eq_zero_of_dvd h]; simp⟩

/-! ## Primes, factorials, binomials -/

/-- Mathlib's `Irreducible`, in the form of its `Nat.prime_def`. -/
def Nat.Prime (p : Nat) : Prop := 2 ≤ p ∧ ∀ m, m ∣ p → m = 1 ∨ m = p
/-- A prime of a commutative semiring. -/
def Prime {α : Type u} [CommSemiring α] [Dvd α] (p : α) : Prop :=
  p ≠ 0 ∧ (¬∃ u, p * u = 1) ∧ ∀ a b, p ∣ a * b → p ∣ a ∨ p ∣ b

/-- No number from `k` on, with a square of at most `p`, divides `p`; `fuel` numbers are tried. -/
def Nat.noFactorFrom (p : Nat) : Nat → Nat → Bool
  | 0, _ => true
  | fuel + 1, k => if p < k * k then true else if p % k = 0 then false else noFactorFrom p fuel (k + 1)

theorem Nat.noFactorFrom_spec (p : Nat) : ∀ fuel k, p < k + fuel →
    (noFactorFrom p fuel k = true ↔ ∀ m, k ≤ m → m * m ≤ p → ¬m ∣ p)
  | 0, k, h => by
    refine ⟨fun _ m hk hm _ => ?_, fun _ => rfl⟩
    have : m * 1 ≤ m * m := Nat.mul_le_mul_left m (by omega)
    omega
  | fuel + 1, k, h => by
    unfold noFactorFrom
    split
    · next hp =>
      refine ⟨fun _ m hk hm _ => ?_, fun _ => rfl⟩
      have := Nat.mul_le_mul hk hk; omega
    · next hp =>
      split
      · next hd =>
        refine ⟨fun h => by simp at h, fun h => absurd (Nat.dvd_of_mod_eq_zero hd) (h k (by omega) (by omega))⟩
      · next hd =>
        rw [noFactorFrom_spec p fuel (k + 1) (by omega)]
        refine ⟨fun h m hk hm => ?_, fun h m hk => h m (by omega)⟩
        rcases Nat.eq_or_lt_of_le hk with rfl | hk
        · exact fun hm => hd (Nat.mod_eq_zero_of_dvd hm)
        · exact h m hk hm

theorem Nat.prime_iff_noFactorFrom {p : Nat} :
    Nat.Prime p ↔ 2 ≤ p ∧ noFactorFrom p p 2 = true := by
  rw [noFactorFrom_spec p p 2 (by omega)]
  refine ⟨fun ⟨h₂, h⟩ => ⟨h₂, fun m hm hs hd => ?_⟩, fun ⟨h₂, h⟩ => ⟨h₂, fun m hd => ?_⟩⟩
  · rcases h m hd with rfl | rfl
    · omega
    · have := Nat.mul_le_mul_left m hm; omega
  · obtain ⟨k, rfl⟩ := hd
    rcases Nat.lt_or_ge m 2 with hm | hm
    · rcases Nat.lt_or_ge m 1 with h0 | h1
      · rw [show m = 0 by omega] at h₂; simp at h₂
      · left; omega
    rcases Nat.lt_or_ge k 2 with hk | hk
    · right
      rcases Nat.lt_or_ge k 1 with h0 | h1
      · rw [show k = 0 by omega] at h₂; simp at h₂
      · rw [show k = 1 by omega, Nat.mul_one]
    exfalso
    rcases Nat.le_total m k with hl | hl
    · exact h m hm (Nat.mul_le_mul_left m hl) (Nat.dvd_mul_right m k)
    · exact h k hk (Nat.mul_le_mul_right k hl) (Nat.dvd_mul_left k m)

instance (p : Nat) : Decidable (Nat.Prime p) := decidable_of_iff _ Nat.prime_iff_noFactorFrom.symm

theorem Nat.prime_def {p : Nat} : Nat.Prime p ↔ 2 ≤ p ∧ ∀ m, m ∣ p → m = 1 ∨ m = p := Iff.rfl
theorem Nat.prime_two : Nat.Prime 2 := by decide
theorem Nat.prime_three : Nat.Prime 3 := by decide
namespace Nat.Prime
variable {p m n : Nat}
theorem two_le (h : Nat.Prime p) : 2 ≤ p := h.1
theorem one_lt (h : Nat.Prime p) : 1 < p := h.1
theorem pos (h : Nat.Prime p) : 0 < p := Nat.lt_of_lt_of_le (by decide) h.1
theorem ne_zero (h : Nat.Prime p) : p ≠ 0 := Nat.ne_of_gt h.pos
theorem ne_one (h : Nat.Prime p) : p ≠ 1 := Nat.ne_of_gt h.one_lt
theorem eq_one_or_self_of_dvd (h : Nat.Prime p) (m : Nat) (hm : m ∣ p) : m = 1 ∨ m = p := h.2 m hm
theorem coprime_iff_not_dvd (h : Nat.Prime p) : Nat.Coprime p n ↔ ¬p ∣ n := by
  refine ⟨fun hc hd => h.ne_one ?_, fun hd => ?_⟩
  · rw [← Nat.gcd_eq_left hd]; exact hc
  · rcases h.2 _ (Nat.gcd_dvd_left p n) with e | e
    · exact e
    · exact absurd (e ▸ Nat.gcd_dvd_right p n) hd
theorem dvd_mul (h : Nat.Prime p) : p ∣ m * n ↔ p ∣ m ∨ p ∣ n := by
  refine ⟨fun hd => ?_, fun hd => hd.elim (fun hd => Nat.dvd_mul_right_of_dvd hd n) fun hd =>
    Nat.dvd_mul_left_of_dvd hd m⟩
  rcases Classical.em (p ∣ m) with hm | hm
  · exact .inl hm
  · exact .inr (Nat.Coprime.dvd_of_dvd_mul_left (h.coprime_iff_not_dvd.2 hm) hd)
theorem dvd_of_dvd_pow (h : Nat.Prime p) (hd : p ∣ m ^ n) : p ∣ m := by
  induction n with
  | zero => rw [Nat.pow_zero] at hd; have := Nat.le_of_dvd (by decide) hd; have := h.1; omega
  | succ n ih => rw [Nat.pow_succ, h.dvd_mul] at hd; exact hd.elim ih id
theorem eq_two_or_odd (h : Nat.Prime p) : p = 2 ∨ p % 2 = 1 := by
  rcases Nat.mod_two_eq_zero_or_one p with e | e
  · exact .inl ((h.2 2 (Nat.dvd_of_mod_eq_zero e)).resolve_left (by decide)).symm
  · exact .inr e
end Nat.Prime

/-- `n !`. -/
def Nat.factorial : Nat → Nat
  | 0 => 1
  | n + 1 => (n + 1) * factorial n
@[simp] theorem Nat.factorial_zero : Nat.factorial 0 = 1 := rfl
@[simp] theorem Nat.factorial_one : Nat.factorial 1 = 1 := rfl
@[simp] theorem Nat.factorial_two : Nat.factorial 2 = 2 := rfl
theorem Nat.factorial_succ (n : Nat) : Nat.factorial (n + 1) = (n + 1) * Nat.factorial n := rfl
grind_pattern Nat.factorial_succ => Nat.factorial (n + 1)
theorem Nat.factorial_pos : ∀ n, 0 < Nat.factorial n
  | 0 => Nat.one_pos
  | n + 1 => Nat.mul_pos (Nat.succ_pos n) (Nat.factorial_pos n)
theorem Nat.factorial_ne_zero (n : Nat) : Nat.factorial n ≠ 0 := Nat.ne_of_gt (Nat.factorial_pos n)

/-- The number of ways to take `k` of `n`. -/
def Nat.choose : Nat → Nat → Nat
  | _, 0 => 1
  | 0, _ + 1 => 0
  | n + 1, k + 1 => choose n k + choose n (k + 1)
@[simp] theorem Nat.choose_zero_right (n : Nat) : Nat.choose n 0 = 1 := by cases n <;> rfl
@[simp] theorem Nat.choose_zero_succ (k : Nat) : Nat.choose 0 (k + 1) = 0 := rfl
theorem Nat.choose_succ_succ (n k : Nat) :
    Nat.choose (n + 1) (k + 1) = Nat.choose n k + Nat.choose n (k + 1) := rfl
theorem Nat.choose_succ_succ' (n k : Nat) :
    Nat.choose (n + 1) (k + 1) = Nat.choose n k + Nat.choose n (k + 1) := rfl
theorem Nat.choose_eq_zero_of_lt : ∀ {n k : Nat}, n < k → Nat.choose n k = 0
  | _, 0, h => absurd h (Nat.not_lt_zero _)
  | 0, _ + 1, _ => rfl
  | n + 1, k + 1, h => by
    rw [choose_succ_succ, choose_eq_zero_of_lt (by omega), choose_eq_zero_of_lt (by omega)]
@[simp] theorem Nat.choose_self (n : Nat) : Nat.choose n n = 1 := by
  induction n with
  | zero => rfl
  | succ n ih => rw [choose_succ_succ, ih, choose_eq_zero_of_lt (Nat.lt_succ_self n)]
@[simp] theorem Nat.choose_one_right (n : Nat) : Nat.choose n 1 = n := by
  induction n with
  | zero => rfl
  | succ n ih => rw [choose_succ_succ, ih, choose_zero_right, Nat.add_comm]
theorem Nat.add_one_mul_choose_eq (n k : Nat) :
    (n + 1) * Nat.choose n k = Nat.choose (n + 1) (k + 1) * (k + 1) := by
  induction n generalizing k with
  | zero => cases k <;> simp [choose_succ_succ, choose_eq_zero_of_lt]
  | succ n ih =>
    cases k with
    | zero => simp
    | succ k =>
      rw [choose_succ_succ (n + 1) (k + 1), Nat.add_mul _ _ (k + 1 + 1), ← ih (k + 1)]
      have := ih k; have := choose_succ_succ n k; grind

/-- The Fibonacci numbers. -/
def Nat.fib : Nat → Nat
  | 0 => 0
  | 1 => 1
  | n + 2 => fib n + fib (n + 1)
@[simp] theorem Nat.fib_zero : Nat.fib 0 = 0 := rfl
@[simp] theorem Nat.fib_one : Nat.fib 1 = 1 := rfl
theorem Nat.fib_add_two {n : Nat} : Nat.fib (n + 2) = Nat.fib n + Nat.fib (n + 1) := rfl

/-- The digits of `n` in base `b`, the last one first; in Mathlib's words, also for bases 0 and 1. -/
def Nat.digitsFuel (b : Nat) : Nat → Nat → List Nat
  | 0, _ => []
  | _ + 1, 0 => []
  | fuel + 1, n + 1 => (n + 1) % b :: digitsFuel b fuel ((n + 1) / b)
def Nat.digits (b n : Nat) : List Nat :=
  match b with
  | 0 => if n = 0 then [] else [n]
  | 1 => List.replicate n 1
  | b + 2 => Nat.digitsFuel (b + 2) (n + 1) n
def Nat.ofDigits (b : Nat) : List Nat → Nat
  | [] => 0
  | d :: ds => d + b * ofDigits b ds

/-- The largest number whose square is at most `n`. -/
def Nat.sqrtFuel (n : Nat) : Nat → Nat
  | 0 => 0
  | r + 1 => if (r + 1) * (r + 1) ≤ n then r + 1 else sqrtFuel n r
def Nat.sqrt (n : Nat) : Nat := Nat.sqrtFuel n n
theorem Nat.sqrtFuel_spec (n r : Nat) (h : n < (r + 1) * (r + 1)) :
    sqrtFuel n r * sqrtFuel n r ≤ n ∧ n < (sqrtFuel n r + 1) * (sqrtFuel n r + 1) := by
  induction r with
  | zero => simp [sqrtFuel] at h ⊢; omega
  | succ r ih =>
    unfold sqrtFuel; split
    · exact ⟨by assumption, h⟩
    · exact ih (by omega)
theorem Nat.sqrt_le (n : Nat) : Nat.sqrt n * Nat.sqrt n ≤ n :=
  (sqrtFuel_spec n n (by have := Nat.mul_le_mul_left (n + 1) (show 1 ≤ n + 1 by omega); omega)).1
theorem Nat.lt_succ_sqrt (n : Nat) : n < (Nat.sqrt n + 1) * (Nat.sqrt n + 1) :=
  (sqrtFuel_spec n n (by have := Nat.mul_le_mul_left (n + 1) (show 1 ≤ n + 1 by omega); omega)).2

/-- `a` and `b` generate everything. -/
def IsCoprime {α : Type u} [CommSemiring α] (a b : α) : Prop := ∃ x y, x * a + y * b = 1

/-! ## Casts -/

section Cast
variable {α : Type u} [CommRing α]

@[simp, norm_cast] theorem Nat.cast_zero : ((0 : Nat) : α) = 0 := Semiring.natCast_zero
@[simp, norm_cast] theorem Nat.cast_one : ((1 : Nat) : α) = 1 := Semiring.natCast_one
@[simp, norm_cast] theorem Nat.cast_ofNat {n : Nat} : ((OfNat.ofNat n : Nat) : α) = OfNat.ofNat n :=
  (Semiring.ofNat_eq_natCast n).symm
@[simp, norm_cast] theorem Nat.cast_add (m n : Nat) : ((m + n : Nat) : α) = m + n :=
  Semiring.natCast_add m n
@[simp, norm_cast] theorem Nat.cast_mul (m n : Nat) : ((m * n : Nat) : α) = m * n :=
  Semiring.natCast_mul m n
@[simp, norm_cast] theorem Nat.cast_pow (m n : Nat) : ((m ^ n : Nat) : α) = (m : α) ^ n :=
  Semiring.natCast_pow m n
theorem Nat.cast_succ (n : Nat) : ((n + 1 : Nat) : α) = n + 1 := Semiring.natCast_succ n
theorem Nat.cast_add_one (n : Nat) : ((n + 1 : Nat) : α) = n + 1 := Semiring.natCast_succ n
@[simp, norm_cast] theorem Nat.cast_sub {m n : Nat} (h : m ≤ n) : ((n - m : Nat) : α) = n - m := by
  have := Nat.cast_add (α := α) (n - m) m
  rw [Nat.sub_add_cancel h] at this; rw [this]; grind
@[simp, norm_cast] theorem Int.cast_zero : ((0 : Int) : α) = 0 := Ring.intCast_zero
@[simp, norm_cast] theorem Int.cast_one : ((1 : Int) : α) = 1 := Ring.intCast_one
@[simp, norm_cast] theorem Int.cast_ofNat {n : Nat} : ((OfNat.ofNat n : Int) : α) = OfNat.ofNat n :=
  Ring.intCast_ofNat n
@[simp, norm_cast] theorem Int.cast_natCast (n : Nat) : ((n : Int) : α) = n := Ring.intCast_natCast n
@[simp, norm_cast] theorem Int.cast_neg (m : Int) : ((-m : Int) : α) = -m := Ring.intCast_neg m
@[simp, norm_cast] theorem Int.cast_add (m n : Int) : ((m + n : Int) : α) = m + n := Ring.intCast_add m n
@[simp, norm_cast] theorem Int.cast_sub (m n : Int) : ((m - n : Int) : α) = m - n := Ring.intCast_sub m n
@[simp, norm_cast] theorem Int.cast_mul (m n : Int) : ((m * n : Int) : α) = m * n := Ring.intCast_mul m n
@[simp, norm_cast] theorem Int.cast_pow (m : Int) (n : Nat) : ((m ^ n : Int) : α) = (m : α) ^ n := by
  induction n with
  | zero => rw [Int.pow_zero, pow_zero, Int.cast_one]
  | succ n ih => rw [Int.pow_succ, pow_succ, Int.cast_mul, ih]
end Cast

section OrderedCast
variable {α : Type u} [CommRing α] [LE α] [LT α] [Std.LawfulOrderLT α] [Std.IsLinearOrder α]
  [OrderedRing α]

theorem Nat.cast_nonneg (n : Nat) : 0 ≤ (n : α) := by
  induction n with
  | zero => rw [Nat.cast_zero]; exact le_refl _
  | succ n ih => rw [Nat.cast_succ]; exact add_nonneg ih zero_le_one
@[simp, norm_cast] theorem Nat.cast_lt {m n : Nat} : (m : α) < n ↔ m < n := by
  have key : ∀ {m n : Nat}, m < n → (m : α) < n := fun {m n} h => by
    obtain ⟨k, rfl⟩ := Nat.exists_eq_add_of_lt h
    rw [Nat.cast_succ, Nat.cast_add]
    have := Nat.cast_nonneg (α := α) k; have := zero_lt_one (α := α); grind
  refine ⟨fun h => Nat.lt_of_not_le fun h' => ?_, key⟩
  rcases Nat.eq_or_lt_of_le h' with rfl | h'
  · exact lt_irrefl _ h
  · exact lt_asymm h (key h')
@[simp, norm_cast] theorem Nat.cast_le {m n : Nat} : (m : α) ≤ n ↔ m ≤ n := by
  rw [← not_lt, Nat.cast_lt, Nat.not_lt]
@[simp, norm_cast] theorem Nat.cast_inj {m n : Nat} : (m : α) = n ↔ m = n := by
  rw [le_antisymm_iff, Nat.cast_le, Nat.cast_le]; omega
@[simp] theorem Nat.cast_pos {n : Nat} : 0 < (n : α) ↔ 0 < n := by
  rw [← Nat.cast_zero (α := α), Nat.cast_lt]
@[simp, norm_cast] theorem Nat.cast_eq_zero {n : Nat} : (n : α) = 0 ↔ n = 0 := by
  rw [← Nat.cast_zero (α := α), Nat.cast_inj]
theorem Nat.cast_ne_zero {n : Nat} : (n : α) ≠ 0 ↔ n ≠ 0 := not_congr Nat.cast_eq_zero
theorem Nat.cast_add_one_pos (n : Nat) : 0 < (n : α) + 1 :=
  add_pos_of_nonneg_of_pos (Nat.cast_nonneg n) zero_lt_one
@[simp, norm_cast] theorem Int.cast_lt {m n : Int} : (m : α) < n ↔ m < n := by
  have key : ∀ {m n : Int}, m < n → (m : α) < n := fun {m n} h => by
    have e : n = m + ((n - m).toNat : Int) := by omega
    have p : 0 < (n - m).toNat := by omega
    rw [e, Int.cast_add, Int.cast_natCast]
    have := Nat.cast_pos (α := α).2 p; grind
  refine ⟨fun h => Int.lt_of_not_ge fun h' => ?_, key⟩
  rcases Int.le_iff_lt_or_eq.1 h' with h' | rfl
  · exact lt_asymm h (key h')
  · exact lt_irrefl _ h
@[simp, norm_cast] theorem Int.cast_le {m n : Int} : (m : α) ≤ n ↔ m ≤ n := by
  rw [← not_lt, Int.cast_lt, Int.not_lt]
@[simp, norm_cast] theorem Int.cast_inj {m n : Int} : (m : α) = n ↔ m = n := by
  rw [le_antisymm_iff, Int.cast_le, Int.cast_le]; omega
@[simp] theorem Int.cast_pos {n : Int} : 0 < (n : α) ↔ 0 < n := by
  rw [← Int.cast_zero (α := α), Int.cast_lt]
@[simp] theorem Int.cast_nonneg {n : Int} : 0 ≤ (n : α) ↔ 0 ≤ n := by
  rw [← Int.cast_zero (α := α), Int.cast_le]
@[simp, norm_cast] theorem Int.cast_eq_zero {n : Int} : (n : α) = 0 ↔ n = 0 := by
  rw [← Int.cast_zero (α := α), Int.cast_inj]
end OrderedCast

-- so that `grind` knows the sign of a cast
grind_pattern Nat.cast_nonneg => (n : α)

/-- The cast of a rational; Mathlib's is equal to it (`Rat.cast_def`). -/
def Rat.cast {α : Type u} [Field α] (q : Rat) : α := (q.num : α) / (q.den : α)
instance (priority := 100) {α : Type u} [Field α] : CoeTail Rat α := ⟨Rat.cast⟩
instance (priority := 100) {α : Type u} [Field α] : CoeHTCT Rat α := ⟨Rat.cast⟩
