/-! # Chapter 1: Logic and quantifiers -/

theorem seed_logic_self (p : Prop) (h : p) : p := by
  exact h

theorem seed_logic_imp_refl (p : Prop) : p → p := by
  intro h
  exact h

theorem seed_logic_imp_const (p q : Prop) : p → q → p := by
  intro hp hq
  exact hp

theorem seed_logic_imp_chain (p q r : Prop) (hpq : p → q) (hqr : q → r) : p → r := by
  intro hp
  exact hqr (hpq hp)

theorem seed_logic_apply_twice (p q r : Prop) (h : p → q → r) (hp : p) (hq : q) : r := by
  apply h
  · exact hp
  · exact hq

theorem seed_logic_and_make (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
  constructor
  · exact hp
  · exact hq

theorem seed_logic_and_swap (p q : Prop) (h : p ∧ q) : q ∧ p := by
  obtain ⟨hp, hq⟩ := h
  exact ⟨hq, hp⟩

theorem seed_logic_and_left (p q : Prop) : p ∧ q → p := by
  intro h
  exact h.1

theorem seed_logic_and_right_of_three (p q r : Prop) (h : p ∧ q ∧ r) : r := by
  rcases h with ⟨hp, hq, hr⟩
  exact hr

theorem seed_logic_and_regroup (p q r : Prop) : (p ∧ q) ∧ r → p ∧ (q ∧ r) := by
  intro h
  obtain ⟨⟨hp, hq⟩, hr⟩ := h
  exact ⟨hp, hq, hr⟩

theorem seed_logic_or_left (p q : Prop) (h : p) : p ∨ q := by
  left
  exact h

theorem seed_logic_or_right (p q r : Prop) (h : r) : p ∨ q ∨ r := by
  right
  right
  exact h

theorem seed_logic_or_swap (p q : Prop) (h : p ∨ q) : q ∨ p := by
  rcases h with hp | hq
  · right
    exact hp
  · left
    exact hq

theorem seed_logic_or_elim_same (p : Prop) (h : p ∨ p) : p := by
  rcases h with hp | hp
  · exact hp
  · exact hp

theorem seed_logic_or_map (p q r s : Prop) (hpr : p → r) (hqs : q → s) (h : p ∨ q) : r ∨ s := by
  rcases h with hp | hq
  · exact Or.inl (hpr hp)
  · exact Or.inr (hqs hq)

theorem seed_logic_or_resolve (p q : Prop) (h : p ∨ q) (hn : ¬ p) : q := by
  rcases h with hp | hq
  · exact absurd hp hn
  · exact hq

theorem seed_logic_distrib_and_or (p q r : Prop) : p ∧ (q ∨ r) → (p ∧ q) ∨ (p ∧ r) := by
  intro h
  obtain ⟨hp, hq | hr⟩ := h
  · left
    exact ⟨hp, hq⟩
  · right
    exact ⟨hp, hr⟩

theorem seed_logic_distrib_or_and (p q r : Prop) : p ∨ (q ∧ r) ↔ (p ∨ q) ∧ (p ∨ r) := by
  grind

theorem seed_logic_iff_make (p q : Prop) (hpq : p → q) (hqp : q → p) : p ↔ q := by
  constructor
  · exact hpq
  · exact hqp

theorem seed_logic_iff_swap (p q : Prop) (h : p ↔ q) : q ↔ p := by
  exact h.symm

theorem seed_logic_iff_chain (p q r : Prop) (h : p ↔ q) (k : q ↔ r) : p ↔ r := by
  rw [h, k]

theorem seed_logic_contrapose (p q : Prop) (h : p → q) : ¬ q → ¬ p := by
  intro hq hp
  exact hq (h hp)

theorem seed_logic_not_both (p : Prop) : ¬ (p ∧ ¬ p) := by
  intro h
  exact h.2 h.1

theorem seed_logic_double_neg_intro (p : Prop) (h : p) : ¬ ¬ p := by
  intro hn
  exact hn h

theorem seed_logic_excluded_middle (p : Prop) : p ∨ ¬ p := by
  by_cases h : p
  · left
    exact h
  · right
    exact h

theorem seed_logic_peirce (p q : Prop) : ((p → q) → p) → p := by
  intro h
  by_cases hp : p
  · exact hp
  · exact h (fun k => absurd k hp)

theorem seed_logic_de_morgan_or (p q : Prop) : ¬ (p ∨ q) ↔ ¬ p ∧ ¬ q := by
  simp

theorem seed_logic_de_morgan_and (p q : Prop) : ¬ (p ∧ q) → ¬ p ∨ ¬ q := by
  intro h
  by_cases hp : p
  · right
    intro hq
    exact h ⟨hp, hq⟩
  · left
    exact hp

theorem seed_logic_imp_as_or (p q : Prop) : (p → q) ↔ ¬ p ∨ q := by
  grind

theorem seed_logic_false_elim (p : Prop) (h : False) : p := by
  exact h.elim

theorem seed_logic_forall_imp (P Q : ℕ → Prop) (h : ∀ n, P n → Q n) (hp : ∀ n, P n) : ∀ n, Q n := by
  intro n
  apply h
  exact hp n

theorem seed_logic_forall_and (P Q : ℕ → Prop) : (∀ n, P n ∧ Q n) ↔ (∀ n, P n) ∧ (∀ n, Q n) := by
  constructor
  · intro h
    exact ⟨fun n => (h n).1, fun n => (h n).2⟩
  · intro h n
    exact ⟨h.1 n, h.2 n⟩

theorem seed_logic_exists_or (P Q : ℕ → Prop) (h : ∃ n, P n ∨ Q n) : (∃ n, P n) ∨ (∃ n, Q n) := by
  obtain ⟨n, hn⟩ := h
  rcases hn with hp | hq
  · left
    exact ⟨n, hp⟩
  · right
    exact ⟨n, hq⟩

theorem seed_logic_not_exists (P : ℕ → Prop) (h : ¬ ∃ n, P n) : ∀ n, ¬ P n := by
  intro n hn
  apply h
  exact ⟨n, hn⟩

theorem seed_logic_exists_forall_swap (R : ℕ → ℕ → Prop) (h : ∃ a, ∀ b, R a b) : ∀ b, ∃ a, R a b := by
  intro b
  obtain ⟨a, ha⟩ := h
  exact ⟨a, ha b⟩

theorem seed_logic_exists_eq (a : ℕ) : ∃ n, n = a := by
  exact ⟨a, rfl⟩

theorem seed_logic_eq_chain (a b c : ℝ) (hab : a = b) (hbc : b = c) : a = c := by
  rw [hab, hbc]

theorem seed_logic_eq_congr (f : ℝ → ℝ) (a b : ℝ) (h : a = b) : f a = f b := by
  rw [h]
