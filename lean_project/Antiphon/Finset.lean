module

public import Antiphon.Number

/-!
# Sets, finite sets, bounded sums and products

A set is a predicate and a finite set is a list without repetition up to order, as in Mathlib. Sums and
products run over the list. `{x | p}`, `∑ x ∈ s, f`, … are written in `header/core.lean`.
-/

@[expose] public noncomputable section

set_option linter.unusedSectionVars false

open Lean.Grind

/-! ## Sets -/

/-- A set is a predicate, as in Mathlib. -/
def Set (α : Type u) := α → Prop
/-- `{x | p x}`. -/
def setOf {α : Type u} (p : α → Prop) : Set α := p

namespace Set
variable {α : Type u} {β : Type v}

instance : Membership α (Set α) := ⟨fun s a => s a⟩
theorem ext {s t : Set α} (h : ∀ x, x ∈ s ↔ x ∈ t) : s = t := funext fun x => propext (h x)
attribute [ext] Set.ext

section
variable [LE α] [LT α]
def Icc (a b : α) : Set α := fun x => a ≤ x ∧ x ≤ b
def Ico (a b : α) : Set α := fun x => a ≤ x ∧ x < b
def Ioc (a b : α) : Set α := fun x => a < x ∧ x ≤ b
def Ioo (a b : α) : Set α := fun x => a < x ∧ x < b
def Ici (a : α) : Set α := fun x => a ≤ x
def Ioi (a : α) : Set α := fun x => a < x
def Iic (a : α) : Set α := fun x => x ≤ a
def Iio (a : α) : Set α := fun x => x < a

@[simp, grind =] theorem mem_Icc {a b x : α} : x ∈ Icc a b ↔ a ≤ x ∧ x ≤ b := Iff.rfl
@[simp, grind =] theorem mem_Ico {a b x : α} : x ∈ Ico a b ↔ a ≤ x ∧ x < b := Iff.rfl
@[simp, grind =] theorem mem_Ioc {a b x : α} : x ∈ Ioc a b ↔ a < x ∧ x ≤ b := Iff.rfl
@[simp, grind =] theorem mem_Ioo {a b x : α} : x ∈ Ioo a b ↔ a < x ∧ x < b := Iff.rfl
@[simp, grind =] theorem mem_Ici {a x : α} : x ∈ Ici a ↔ a ≤ x := Iff.rfl
@[simp, grind =] theorem mem_Ioi {a x : α} : x ∈ Ioi a ↔ a < x := Iff.rfl
@[simp, grind =] theorem mem_Iic {a x : α} : x ∈ Iic a ↔ x ≤ a := Iff.rfl
@[simp, grind =] theorem mem_Iio {a x : α} : x ∈ Iio a ↔ x < a := Iff.rfl
end

def univ : Set α := fun _ => True
instance : EmptyCollection (Set α) := ⟨fun _ => False⟩
instance : Union (Set α) := ⟨fun s t x => x ∈ s ∨ x ∈ t⟩
instance : Inter (Set α) := ⟨fun s t x => x ∈ s ∧ x ∈ t⟩
instance : SDiff (Set α) := ⟨fun s t x => x ∈ s ∧ ¬x ∈ t⟩
instance : HasSubset (Set α) := ⟨fun s t => ∀ x, x ∈ s → x ∈ t⟩
instance : Singleton α (Set α) := ⟨fun a x => x = a⟩
instance : Insert α (Set α) := ⟨fun a s x => x = a ∨ x ∈ s⟩
protected def Nonempty (s : Set α) : Prop := ∃ x, x ∈ s
def range {ι : Sort w} (f : ι → α) : Set α := fun x => ∃ y, f y = x
def image (f : α → β) (s : Set α) : Set β := fun y => ∃ x, x ∈ s ∧ f x = y
def preimage (f : α → β) (s : Set β) : Set α := fun x => f x ∈ s
def InjOn (f : α → β) (s : Set α) : Prop := ∀ ⦃a⦄, a ∈ s → ∀ ⦃b⦄, b ∈ s → f a = f b → a = b

@[simp, grind =] theorem mem_setOf_eq {a : α} {p : α → Prop} : (a ∈ setOf p) = p a := rfl
@[simp, grind ←] theorem mem_univ (x : α) : x ∈ (univ : Set α) := True.intro
@[simp, grind =] theorem mem_empty_iff_false (x : α) : x ∈ (∅ : Set α) ↔ False := Iff.rfl
@[simp, grind =] theorem mem_union (x : α) (s t : Set α) : x ∈ s ∪ t ↔ x ∈ s ∨ x ∈ t := Iff.rfl
@[simp, grind =] theorem mem_inter_iff (x : α) (s t : Set α) : x ∈ s ∩ t ↔ x ∈ s ∧ x ∈ t := Iff.rfl
@[simp, grind =] theorem mem_diff {s t : Set α} (x : α) : x ∈ s \ t ↔ x ∈ s ∧ ¬x ∈ t := Iff.rfl
@[simp, grind =] theorem mem_singleton_iff {a b : α} : a ∈ ({b} : Set α) ↔ a = b := Iff.rfl
@[simp, grind =] theorem mem_insert_iff {x a : α} {s : Set α} :
    x ∈ (insert a s : Set α) ↔ x = a ∨ x ∈ s := Iff.rfl
theorem subset_def {s t : Set α} : (s ⊆ t) = ∀ x, x ∈ s → x ∈ t := rfl
@[simp, grind =] theorem mem_range {ι : Sort w} {f : ι → α} {x : α} : x ∈ range f ↔ ∃ y, f y = x := Iff.rfl
@[simp, grind =] theorem mem_image (f : α → β) (s : Set α) (y : β) :
    y ∈ image f s ↔ ∃ x, x ∈ s ∧ f x = y := Iff.rfl
end Set

section
variable {α : Type u} [LE α]
def upperBounds (s : Set α) : Set α := fun x => ∀ ⦃a⦄, a ∈ s → a ≤ x
def lowerBounds (s : Set α) : Set α := fun x => ∀ ⦃a⦄, a ∈ s → x ≤ a
def BddAbove (s : Set α) : Prop := ∃ x, x ∈ upperBounds s
def BddBelow (s : Set α) : Prop := ∃ x, x ∈ lowerBounds s
def IsLeast (s : Set α) (a : α) : Prop := a ∈ s ∧ a ∈ lowerBounds s
def IsGreatest (s : Set α) (a : α) : Prop := a ∈ s ∧ a ∈ upperBounds s
def IsLUB (s : Set α) (a : α) : Prop := IsLeast (upperBounds s) a
def IsGLB (s : Set α) (a : α) : Prop := IsGreatest (lowerBounds s) a
theorem mem_upperBounds {s : Set α} {a : α} : a ∈ upperBounds s ↔ ∀ x, x ∈ s → x ≤ a :=
  ⟨fun h _ hx => h hx, fun h x hx => h x hx⟩
theorem mem_lowerBounds {s : Set α} {a : α} : a ∈ lowerBounds s ↔ ∀ x, x ∈ s → a ≤ x :=
  ⟨fun h _ hx => h hx, fun h x hx => h x hx⟩
end

/-! ## Functions -/

theorem congr_arg {α : Sort u} {β : Sort v} {a₁ a₂ : α} (f : α → β) (h : a₁ = a₂) : f a₁ = f a₂ :=
  congrArg f h

section
variable {α : Type u} {β : Type v} [LE α] [LE β]
def Monotone (f : α → β) : Prop := ∀ ⦃a b⦄, a ≤ b → f a ≤ f b
def Antitone (f : α → β) : Prop := ∀ ⦃a b⦄, a ≤ b → f b ≤ f a
def MonotoneOn (f : α → β) (s : Set α) : Prop :=
  ∀ ⦃a⦄, a ∈ s → ∀ ⦃b⦄, b ∈ s → a ≤ b → f a ≤ f b
def AntitoneOn (f : α → β) (s : Set α) : Prop :=
  ∀ ⦃a⦄, a ∈ s → ∀ ⦃b⦄, b ∈ s → a ≤ b → f b ≤ f a
end
section
variable {α : Type u} {β : Type v} [LT α] [LT β]
def StrictMono (f : α → β) : Prop := ∀ ⦃a b⦄, a < b → f a < f b
def StrictAnti (f : α → β) : Prop := ∀ ⦃a b⦄, a < b → f b < f a
def StrictMonoOn (f : α → β) (s : Set α) : Prop :=
  ∀ ⦃a⦄, a ∈ s → ∀ ⦃b⦄, b ∈ s → a < b → f a < f b
def StrictAntiOn (f : α → β) (s : Set α) : Prop :=
  ∀ ⦃a⦄, a ∈ s → ∀ ⦃b⦄, b ∈ s → a < b → f b < f a
end
def Function.Bijective {α : Sort u} {β : Sort v} (f : α → β) : Prop :=
  Function.Injective f ∧ Function.Surjective f
def Function.Even {α : Type u} {β : Type v} [Neg α] (f : α → β) : Prop := ∀ a, f (-a) = f a
def Function.Odd {α : Type u} {β : Type v} [Neg α] [Neg β] (f : α → β) : Prop := ∀ a, f (-a) = -f a
/-- `c` is a period of `f`. -/
def Function.Periodic {α : Type u} {β : Type v} [Add α] (f : α → β) (c : α) : Prop := ∀ x, f (x + c) = f x
/-- `∃! x, p x`. -/
def ExistsUnique {α : Sort u} (p : α → Prop) : Prop := ∃ x, p x ∧ ∀ y, p y → y = x

/-- A bijection with its inverse. -/
structure Equiv (α : Sort u) (β : Sort v) where
  toFun : α → β
  invFun : β → α
  left_inv : ∀ x, invFun (toFun x) = x
  right_inv : ∀ x, toFun (invFun x) = x
namespace Equiv
variable {α : Sort u} {β : Sort v}
instance : CoeFun (Equiv α β) fun _ => α → β := ⟨toFun⟩
protected def symm (e : Equiv α β) : Equiv β α := ⟨e.invFun, e.toFun, e.right_inv, e.left_inv⟩
@[simp, grind =] theorem symm_apply_apply (e : Equiv α β) (x : α) : e.symm (e x) = x := e.left_inv x
@[simp, grind =] theorem apply_symm_apply (e : Equiv α β) (x : β) : e (e.symm x) = x := e.right_inv x
theorem apply_eq_iff_eq (e : Equiv α β) {x y : α} : e x = e y ↔ x = y :=
  ⟨fun h => by rw [← e.left_inv x, ← e.left_inv y, h], fun h => by rw [h]⟩
theorem apply_eq_iff_eq_symm_apply {x : α} {y : β} (e : Equiv α β) : e x = y ↔ x = e.symm y :=
  ⟨fun h => by rw [← h]; exact (e.left_inv x).symm, fun h => by rw [h]; exact e.right_inv y⟩
theorem symm_apply_eq (e : Equiv α β) {x : β} {y : α} : e.symm x = y ↔ x = e y :=
  ⟨fun h => by rw [← h]; exact (e.right_inv x).symm, fun h => by rw [h]; exact e.left_inv y⟩
theorem invFun_as_coe (e : Equiv α β) : e.invFun = (e.symm : β → α) := rfl
grind_pattern left_inv => toFun self x
grind_pattern right_inv => invFun self x
end Equiv

/-! ## Finite sets -/

theorem Antiphon.perm_of_nodup {α : Type u} : ∀ {l₁ l₂ : List α}, l₁.Nodup → l₂.Nodup →
    (∀ a, a ∈ l₁ ↔ a ∈ l₂) → l₁.Perm l₂
  | [], l₂, _, _, h => by
    rw [List.eq_nil_iff_forall_not_mem.2 fun a ha => List.not_mem_nil ((h a).2 ha)]
  | a :: l₁, l₂, h₁, h₂, h => by
    obtain ⟨s, t, rfl⟩ := List.append_of_mem ((h a).1 List.mem_cons_self)
    have hm : (s ++ a :: t).Perm (a :: (s ++ t)) := List.perm_middle
    have h₂' := (hm.nodup_iff).1 h₂
    rw [List.nodup_cons] at h₁ h₂'
    refine List.Perm.trans (List.Perm.cons a (perm_of_nodup h₁.2 h₂'.2 fun b => ?_)) hm.symm
    have hb := h b
    rw [hm.mem_iff, List.mem_cons, List.mem_cons] at hb
    rcases Classical.em (b = a) with rfl | e
    · exact ⟨fun hb => absurd hb h₁.1, fun hb => absurd hb h₂'.1⟩
    · exact ⟨fun x => (hb.1 (.inr x)).resolve_left e, fun x => (hb.2 (.inr x)).resolve_left e⟩

instance Antiphon.nodupSetoid (α : Type u) : Setoid {l : List α // l.Nodup} where
  r a b := a.1.Perm b.1
  iseqv := ⟨fun a => List.Perm.refl a.1, fun h => h.symm, fun h₁ h₂ => h₁.trans h₂⟩

/-- A finite set: a list without repetition, up to order. -/
def Finset (α : Type u) := Quotient (Antiphon.nodupSetoid α)

namespace Finset
variable {α : Type u} {β : Type v}

/-- The finite set of the members of `l`. -/
protected def ofNodup (l : List α) (h : l.Nodup) : Finset α := Quotient.mk _ ⟨l, h⟩

instance : Membership α (Finset α) :=
  ⟨fun s a => Quotient.lift (fun l => a ∈ l.1)
    (fun l m (h : l.1.Perm m.1) => propext h.mem_iff) s⟩
@[simp] theorem mem_ofNodup {a : α} {l : List α} {h : l.Nodup} : a ∈ Finset.ofNodup l h ↔ a ∈ l := Iff.rfl
theorem ofNodup_ind {p : Finset α → Prop} (h : ∀ l hl, p (Finset.ofNodup l hl)) (s : Finset α) : p s :=
  Quotient.ind (fun ⟨l, hl⟩ => h l hl) s
theorem ext {s t : Finset α} (h : ∀ a, a ∈ s ↔ a ∈ t) : s = t := by
  induction s using Finset.ofNodup_ind with | _ l hl
  induction t using Finset.ofNodup_ind with | _ m hm
  exact Quotient.sound (Antiphon.perm_of_nodup hl hm h)
attribute [ext] Finset.ext

instance [DecidableEq α] (a : α) (s : Finset α) : Decidable (a ∈ s) :=
  Quotient.recOnSubsingleton (motive := fun s : Finset α => Decidable (a ∈ s)) s
    fun l => inferInstanceAs (Decidable (a ∈ l.1))

/-- How many members. -/
def card (s : Finset α) : Nat :=
  Quotient.lift (fun l => l.1.length) (fun l m (h : l.1.Perm m.1) => h.length_eq) s
def range (n : Nat) : Finset Nat := Finset.ofNodup (List.range n) List.nodup_range
def filter (p : α → Prop) [DecidablePred p] (s : Finset α) : Finset α :=
  Quotient.lift (fun l => Finset.ofNodup (l.1.filter fun a => decide (p a))
      (by have h := l.2; unfold List.Nodup at h ⊢; exact List.Pairwise.filter _ h))
    (fun l m (h : l.1.Perm m.1) => Quotient.sound (List.Perm.filter _ h)) s
instance : EmptyCollection (Finset α) := ⟨Finset.ofNodup [] List.nodup_nil⟩
instance : Singleton α (Finset α) := ⟨fun a => Finset.ofNodup [a] (by simp)⟩
protected def insert [DecidableEq α] (a : α) (s : Finset α) : Finset α :=
  Quotient.lift (fun l => Finset.ofNodup (if a ∈ l.1 then l.1 else a :: l.1) (by
      split
      · exact l.2
      · exact List.nodup_cons.2 ⟨by assumption, l.2⟩))
    (fun l m (h : l.1.Perm m.1) => Quotient.sound (by
      show List.Perm (if a ∈ l.1 then l.1 else a :: l.1) (if a ∈ m.1 then m.1 else a :: m.1)
      by_cases ha : a ∈ l.1
      · rw [if_pos ha, if_pos (h.mem_iff.1 ha)]; exact h
      · rw [if_neg ha, if_neg (fun hm => ha (h.mem_iff.2 hm))]; exact h.cons a)) s
instance [DecidableEq α] : Insert α (Finset α) := ⟨Finset.insert⟩
instance : HasSubset (Finset α) := ⟨fun s t => ∀ ⦃a⦄, a ∈ s → a ∈ t⟩
/-- The set of the members of a list, repetitions dropped. -/
def _root_.List.toFinset [DecidableEq α] : List α → Finset α
  | [] => ∅
  | a :: l => insert a (toFinset l)
/-- The members as a list in some order. -/
def toList (s : Finset α) : List α := (Classical.choose (Quotient.exists_rep s)).1
protected def Nonempty (s : Finset α) : Prop := ∃ x, x ∈ s
def erase [DecidableEq α] (s : Finset α) (a : α) : Finset α := filter (· ≠ a) s
instance [DecidableEq α] : Inter (Finset α) := ⟨fun s t => filter (· ∈ t) s⟩
instance [DecidableEq α] : SDiff (Finset α) := ⟨fun s t => filter (¬· ∈ t) s⟩
instance : CoeTC (Finset α) (Set α) := ⟨fun s => fun a => a ∈ s⟩

@[simp, grind =] theorem mem_range {n m : Nat} : m ∈ range n ↔ m < n := List.mem_range
@[simp, grind =] theorem mem_filter {p : α → Prop} [DecidablePred p] {s : Finset α} {a : α} :
    a ∈ filter p s ↔ a ∈ s ∧ p a := by
  induction s using Finset.ofNodup_ind with | _ l hl
  exact List.mem_filter.trans (by simp)
@[simp, grind =] theorem mem_singleton {a b : α} : b ∈ ({a} : Finset α) ↔ b = a := List.mem_singleton
@[simp, grind ←] theorem notMem_empty (a : α) : ¬a ∈ (∅ : Finset α) := List.not_mem_nil
@[simp, grind =] theorem mem_insert [DecidableEq α] {s : Finset α} {a b : α} :
    a ∈ insert b s ↔ a = b ∨ a ∈ s := by
  induction s using Finset.ofNodup_ind with | _ l hl
  show a ∈ (if b ∈ l then l else b :: l) ↔ a = b ∨ a ∈ l
  split
  · exact ⟨.inr, fun h => h.elim (fun e => e ▸ by assumption) id⟩
  · exact List.mem_cons
@[simp, grind =] theorem mem_inter [DecidableEq α] {s t : Finset α} {a : α} :
    a ∈ s ∩ t ↔ a ∈ s ∧ a ∈ t := mem_filter
@[simp, grind =] theorem mem_sdiff [DecidableEq α] {s t : Finset α} {a : α} :
    a ∈ s \ t ↔ a ∈ s ∧ ¬a ∈ t := mem_filter
@[simp, grind =] theorem mem_erase [DecidableEq α] {s : Finset α} {a b : α} :
    a ∈ erase s b ↔ a ≠ b ∧ a ∈ s := mem_filter.trans And.comm
@[simp] theorem _root_.List.mem_toFinset [DecidableEq α] {l : List α} {a : α} :
    a ∈ l.toFinset ↔ a ∈ l := by
  induction l with
  | nil => exact ⟨fun h => h, fun h => h⟩
  | cons b l ih => rw [List.mem_cons, ← ih]; exact mem_insert
/-- The images of the members. -/
def image [DecidableEq β] (f : α → β) (s : Finset α) : Finset β :=
  Quotient.lift (fun l => (l.1.map f).toFinset)
    (fun l m (h : l.1.Perm m.1) => ext fun a => by
      rw [List.mem_toFinset, List.mem_toFinset, (h.map f).mem_iff]) s
@[simp, grind =] theorem mem_image [DecidableEq β] {f : α → β} {s : Finset α} {b : β} :
    b ∈ image f s ↔ ∃ a, a ∈ s ∧ f a = b := by
  induction s using Finset.ofNodup_ind with | _ l hl
  exact List.mem_toFinset.trans List.mem_map
/-- Everything that is in one of the two. -/
protected def union [DecidableEq α] (s t : Finset α) : Finset α :=
  Quotient.lift (fun l => l.1.foldr insert t)
    (fun l m (h : l.1.Perm m.1) => ext fun a => by
      have key : ∀ l : List α, a ∈ l.foldr insert t ↔ a ∈ l ∨ a ∈ t := fun l => by
        induction l with
        | nil => simp
        | cons b l ih => rw [List.foldr_cons, mem_insert, ih, List.mem_cons, _root_.or_assoc]
      rw [key, key, h.mem_iff]) s
instance [DecidableEq α] : Union (Finset α) := ⟨Finset.union⟩
@[simp, grind =] theorem mem_union [DecidableEq α] {s t : Finset α} {a : α} :
    a ∈ s ∪ t ↔ a ∈ s ∨ a ∈ t := by
  induction s using Finset.ofNodup_ind with | _ l hl
  show a ∈ l.foldr insert t ↔ a ∈ l ∨ a ∈ t
  clear hl
  induction l with
  | nil => simp
  | cons b l ih => rw [List.foldr_cons, mem_insert, ih, List.mem_cons, _root_.or_assoc]

@[simp] theorem card_range (n : Nat) : (range n).card = n := List.length_range
@[simp] theorem card_empty : (∅ : Finset α).card = 0 := rfl
@[simp] theorem card_singleton (a : α) : ({a} : Finset α).card = 1 := rfl
theorem card_insert_of_notMem [DecidableEq α] {s : Finset α} {a : α} (h : ¬a ∈ s) :
    (insert a s).card = s.card + 1 := by
  induction s using Finset.ofNodup_ind with | _ l hl
  show (if a ∈ l then l else a :: l).length = l.length + 1
  rw [if_neg (show ¬a ∈ l from h)]; rfl
@[simp] theorem range_zero : range 0 = ∅ := rfl
theorem card_insert_of_not_mem [DecidableEq α] {s : Finset α} {a : α} (h : ¬a ∈ s) :
    (insert a s).card = s.card + 1 := card_insert_of_notMem h
theorem range_succ {n : Nat} : range (n + 1) = insert n (range n) := by
  ext a; rw [mem_insert, mem_range, mem_range]; omega

instance [DecidableEq α] : DecidableEq (Finset α) := fun s t =>
  Quotient.recOnSubsingleton₂ (motive := fun s t : Finset α => Decidable (s = t)) s t fun l m =>
    decidable_of_iff ((∀ a ∈ l.1, a ∈ m.1) ∧ ∀ a ∈ m.1, a ∈ l.1)
      ⟨fun h => ext fun a => ⟨h.1 a, h.2 a⟩, fun h =>
        ⟨fun a ha => (Finset.ext_iff.1 h a).1 ha, fun a ha => (Finset.ext_iff.1 h a).2 ha⟩⟩
instance decidableBall (s : Finset α) (p : α → Prop) [DecidablePred p] : Decidable (∀ a, a ∈ s → p a) :=
  Quotient.recOnSubsingleton (motive := fun s : Finset α => Decidable (∀ a, a ∈ s → p a)) s
    fun l => inferInstanceAs (Decidable (∀ a, a ∈ l.1 → p a))
instance decidableBex (s : Finset α) (p : α → Prop) [DecidablePred p] : Decidable (∃ a, a ∈ s ∧ p a) :=
  Quotient.recOnSubsingleton (motive := fun s : Finset α => Decidable (∃ a, a ∈ s ∧ p a)) s
    fun l => inferInstanceAs (Decidable (∃ a, a ∈ l.1 ∧ p a))
end Finset

/-! ## Intervals -/

theorem Antiphon.nodup_shift (a : Int) (n : Nat) :
    ((List.range n).map fun k : Nat => a + (k : Int)).Nodup := by
  have h := List.nodup_range (n := n)
  unfold List.Nodup at h ⊢
  rw [List.pairwise_map]
  exact h.imp (by intro x y h e; apply h; omega)

/-- A type whose closed intervals are finite, with the intervals. -/
class LocallyFiniteOrder (α : Type u) [LE α] where
  finsetIcc : α → α → Finset α
  finset_mem_Icc : ∀ a b x : α, x ∈ finsetIcc a b ↔ a ≤ x ∧ x ≤ b

instance : LocallyFiniteOrder Nat where
  finsetIcc a b := Finset.ofNodup (List.range' a (b + 1 - a)) (List.nodup_range' (step := 1))
  finset_mem_Icc a b x := by rw [Finset.mem_ofNodup, List.mem_range'_1]; omega
instance : LocallyFiniteOrder Int where
  finsetIcc a b := Finset.ofNodup ((List.range (b + 1 - a).toNat).map fun n : Nat => a + (n : Int))
    (Antiphon.nodup_shift a _)
  finset_mem_Icc a b x := by
    rw [Finset.mem_ofNodup, List.mem_map]
    exact ⟨fun ⟨n, hn, e⟩ => by rw [List.mem_range] at hn; omega, fun h =>
      ⟨(x - a).toNat, by rw [List.mem_range]; omega, by omega⟩⟩

namespace Finset
section
variable {α : Type u} [LE α] [LT α] [LocallyFiniteOrder α] [DecidableEq α]
def Icc (a b : α) : Finset α := LocallyFiniteOrder.finsetIcc a b
def Ico (a b : α) : Finset α := filter (· ≠ b) (Icc a b)
def Ioc (a b : α) : Finset α := filter (· ≠ a) (Icc a b)
def Ioo (a b : α) : Finset α := filter (fun x => x ≠ a ∧ x ≠ b) (Icc a b)
@[simp, grind =] theorem mem_Icc {a b x : α} : x ∈ Icc a b ↔ a ≤ x ∧ x ≤ b :=
  LocallyFiniteOrder.finset_mem_Icc a b x
variable [Std.LawfulOrderLT α] [Std.IsLinearOrder α]
@[simp, grind =] theorem mem_Ico {a b x : α} : x ∈ Ico a b ↔ a ≤ x ∧ x < b := by
  rw [lt_iff_le_and_ne]; exact mem_filter.trans (by rw [mem_Icc, and_assoc])
@[simp, grind =] theorem mem_Ioc {a b x : α} : x ∈ Ioc a b ↔ a < x ∧ x ≤ b := by
  rw [lt_iff_le_and_ne]; refine mem_filter.trans ?_
  rw [mem_Icc]; exact ⟨fun h => ⟨⟨h.1.1, h.2.symm⟩, h.1.2⟩, fun h => ⟨⟨h.1.1, h.2⟩, h.1.2.symm⟩⟩
@[simp, grind =] theorem mem_Ioo {a b x : α} : x ∈ Ioo a b ↔ a < x ∧ x < b := by
  rw [lt_iff_le_and_ne, lt_iff_le_and_ne]; refine mem_filter.trans ?_
  rw [mem_Icc]
  exact ⟨fun h => ⟨⟨h.1.1, h.2.1.symm⟩, h.1.2, h.2.2⟩, fun h => ⟨⟨h.1.1, h.2.1⟩, h.1.2.symm, h.2.2⟩⟩
end

/-! ## Sums and products -/

section
variable {ι : Type u} {M : Type v}

/-- `∑ x ∈ s, f x`. -/
protected def sum [Semiring M] (s : Finset ι) (f : ι → M) : M :=
  Quotient.lift (fun l => l.1.foldr (fun i acc => f i + acc) 0)
    (fun l m (h : l.1.Perm m.1) => List.Perm.foldr_eq' h (fun x _ y _ z => by
      rw [← Semiring.add_assoc, Semiring.add_comm (f y), Semiring.add_assoc]) 0) s
/-- `∏ x ∈ s, f x`. -/
protected def prod [CommSemiring M] (s : Finset ι) (f : ι → M) : M :=
  Quotient.lift (fun l => l.1.foldr (fun i acc => f i * acc) 1)
    (fun l m (h : l.1.Perm m.1) => List.Perm.foldr_eq' h (fun x _ y _ z => mul_left_comm (f y) (f x) z) 1) s

section
variable [CommSemiring M] {s t : Finset ι} {f g : ι → M} {a : ι}

@[simp, grind =] theorem sum_empty : Finset.sum ∅ f = 0 := rfl
@[simp, grind =] theorem sum_singleton (f : ι → M) (a : ι) : Finset.sum {a} f = f a := add_zero (f a)
@[simp] theorem sum_insert [DecidableEq ι] (h : ¬a ∈ s) :
    Finset.sum (insert a s) f = f a + Finset.sum s f := by
  induction s using Finset.ofNodup_ind with | _ l hl
  show (if a ∈ l then l else a :: l).foldr (fun i acc => f i + acc) 0 = _
  rw [if_neg (show ¬a ∈ l from h)]; rfl
@[simp, grind =] theorem prod_empty : Finset.prod ∅ f = 1 := rfl
@[simp, grind =] theorem prod_singleton (f : ι → M) (a : ι) : Finset.prod {a} f = f a := mul_one (f a)
@[simp] theorem prod_insert [DecidableEq ι] (h : ¬a ∈ s) :
    Finset.prod (insert a s) f = f a * Finset.prod s f := by
  induction s using Finset.ofNodup_ind with | _ l hl
  show (if a ∈ l then l else a :: l).foldr (fun i acc => f i * acc) 1 = _
  rw [if_neg (show ¬a ∈ l from h)]; rfl
/-- Induction over a finite set. -/
protected theorem induction_on {p : Finset ι → Prop} [DecidableEq ι] (s : Finset ι) (empty : p ∅)
    (insert : ∀ (a : ι) (s : Finset ι), ¬a ∈ s → p s → p (insert a s)) : p s := by
  induction s using Finset.ofNodup_ind with | _ l hl
  induction l with
  | nil => exact empty
  | cons a l ih =>
    have h := List.nodup_cons.1 hl
    have e : Finset.ofNodup (a :: l) hl = Insert.insert a (Finset.ofNodup l h.2) := by
      ext b; rw [mem_insert, mem_ofNodup, mem_ofNodup, List.mem_cons]
    rw [e]; exact insert a _ h.1 (ih h.2)

theorem sum_range_zero (f : Nat → M) : Finset.sum (range 0) f = 0 := rfl
theorem sum_range_succ (f : Nat → M) (n : Nat) :
    Finset.sum (range (n + 1)) f = Finset.sum (range n) f + f n := by
  rw [range_succ, sum_insert (by simp), add_comm]
theorem sum_range_one (f : Nat → M) : Finset.sum (range 1) f = f 0 := add_zero _
theorem prod_range_zero (f : Nat → M) : Finset.prod (range 0) f = 1 := rfl
theorem prod_range_succ (f : Nat → M) (n : Nat) :
    Finset.prod (range (n + 1)) f = Finset.prod (range n) f * f n := by
  rw [range_succ, prod_insert (by simp), mul_comm]
theorem prod_range_one (f : Nat → M) : Finset.prod (range 1) f = f 0 := mul_one _
grind_pattern sum_range_succ => Finset.sum (range (n + 1)) f
grind_pattern prod_range_succ => Finset.prod (range (n + 1)) f

theorem _root_.Antiphon.Icc_succ {a b : Nat} (h : a ≤ b + 1) : Icc a (b + 1) = insert (b + 1) (Icc a b) := by
  ext x; rw [mem_insert, mem_Icc, mem_Icc]; omega
theorem sum_Icc_succ_top {a b : Nat} (hab : a ≤ b + 1) (f : Nat → M) :
    Finset.sum (Icc a (b + 1)) f = Finset.sum (Icc a b) f + f (b + 1) := by
  rw [Antiphon.Icc_succ hab, sum_insert (by rw [mem_Icc]; omega), add_comm]
theorem prod_Icc_succ_top {a b : Nat} (hab : a ≤ b + 1) (f : Nat → M) :
    Finset.prod (Icc a (b + 1)) f = Finset.prod (Icc a b) f * f (b + 1) := by
  rw [Antiphon.Icc_succ hab, prod_insert (by rw [mem_Icc]; omega), mul_comm]
theorem _root_.Antiphon.Ico_succ {a b : Nat} (h : a ≤ b) : Ico a (b + 1) = insert b (Ico a b) := by
  ext x; rw [mem_insert, mem_Ico, mem_Ico]; omega
theorem sum_Ico_succ_top {a b : Nat} (hab : a ≤ b) (f : Nat → M) :
    Finset.sum (Ico a (b + 1)) f = Finset.sum (Ico a b) f + f b := by
  rw [Antiphon.Ico_succ hab, sum_insert (by rw [mem_Ico]; omega), add_comm]
theorem prod_Ico_succ_top {a b : Nat} (hab : a ≤ b) (f : Nat → M) :
    Finset.prod (Ico a (b + 1)) f = Finset.prod (Ico a b) f * f b := by
  rw [Antiphon.Ico_succ hab, prod_insert (by rw [mem_Ico]; omega), mul_comm]
@[simp] theorem Icc_self (a : Nat) : Icc a a = {a} := by
  ext x; rw [mem_Icc, mem_singleton]; omega
theorem Icc_eq_empty_of_lt {a b : Nat} (h : b < a) : Icc a b = ∅ := by
  ext x; rw [mem_Icc]; exact ⟨fun _ => by omega, fun hx => absurd hx (notMem_empty x)⟩

theorem sum_congr {s₁ s₂ : Finset ι} (h : s₁ = s₂) (hf : ∀ x, x ∈ s₂ → f x = g x) :
    Finset.sum s₁ f = Finset.sum s₂ g := by
  classical
  subst h
  induction s₁ using Finset.induction_on with
  | empty => rfl
  | insert a s ha ih =>
    rw [sum_insert ha, sum_insert ha, hf a (by simp), ih fun x hx => hf x (by simp [hx])]
theorem prod_congr {s₁ s₂ : Finset ι} (h : s₁ = s₂) (hf : ∀ x, x ∈ s₂ → f x = g x) :
    Finset.prod s₁ f = Finset.prod s₂ g := by
  classical
  subst h
  induction s₁ using Finset.induction_on with
  | empty => rfl
  | insert a s ha ih =>
    rw [prod_insert ha, prod_insert ha, hf a (by simp), ih fun x hx => hf x (by simp [hx])]
theorem sum_add_distrib : Finset.sum s (fun i => f i + g i) = Finset.sum s f + Finset.sum s g := by
  classical
  induction s using Finset.induction_on with
  | empty => exact (add_zero 0).symm
  | insert a s ha ih => rw [sum_insert ha, sum_insert ha, sum_insert ha, ih]; grind
theorem mul_sum (s : Finset ι) (f : ι → M) (b : M) :
    b * Finset.sum s f = Finset.sum s fun i => b * f i := by
  classical
  induction s using Finset.induction_on with
  | empty => exact mul_zero b
  | insert a s ha ih => rw [sum_insert ha, sum_insert ha, mul_add, ih]
theorem sum_mul (s : Finset ι) (f : ι → M) (b : M) :
    Finset.sum s f * b = Finset.sum s fun i => f i * b := by
  rw [mul_comm, mul_sum]; exact sum_congr rfl fun x _ => mul_comm _ _
theorem sum_eq_zero (h : ∀ x, x ∈ s → f x = 0) : Finset.sum s f = 0 := by
  classical
  rw [sum_congr rfl h]
  induction s using Finset.induction_on with
  | empty => rfl
  | insert a s ha ih => rw [sum_insert ha, ih fun x hx => h x (by simp [hx]), add_zero]
@[simp] theorem sum_const_zero : Finset.sum s (fun _ => (0 : M)) = 0 := sum_eq_zero fun _ _ => rfl
theorem prod_mul_distrib : Finset.prod s (fun i => f i * g i) = Finset.prod s f * Finset.prod s g := by
  classical
  induction s using Finset.induction_on with
  | empty => exact (mul_one 1).symm
  | insert a s ha ih => rw [prod_insert ha, prod_insert ha, prod_insert ha, ih]; grind
@[simp] theorem prod_const (b : M) : Finset.prod s (fun _ => b) = b ^ s.card := by
  classical
  induction s using Finset.induction_on with
  | empty => exact (pow_zero b).symm
  | insert a s ha ih => rw [prod_insert ha, ih, card_insert_of_notMem ha, pow_succ']
theorem sum_pair [DecidableEq ι] {a b : ι} (h : a ≠ b) : Finset.sum {a, b} f = f a + f b := by
  show Finset.sum (insert a {b}) f = _
  rw [sum_insert (by rwa [mem_singleton]), sum_singleton]
theorem prod_pair [DecidableEq ι] {a b : ι} (h : a ≠ b) : Finset.prod {a, b} f = f a * f b := by
  show Finset.prod (insert a {b}) f = _
  rw [prod_insert (by rwa [mem_singleton]), prod_singleton]
theorem sum_const_nat {m : Nat} {f : ι → Nat} (h : ∀ x, x ∈ s → f x = m) :
    Finset.sum s f = s.card * m := by
  classical
  rw [sum_congr rfl h]; clear h
  induction s using Finset.induction_on with
  | empty => exact (Nat.zero_mul m).symm
  | insert a s ha ih => rw [sum_insert ha, ih, card_insert_of_notMem ha]; grind
end

section
variable [CommRing M] {s : Finset ι} {f g : ι → M}
theorem sum_neg_distrib : Finset.sum s (fun i => -f i) = -Finset.sum s f := by
  classical
  induction s using Finset.induction_on with
  | empty => exact neg_zero.symm
  | insert a s ha ih => rw [sum_insert ha, sum_insert ha, ih]; grind
theorem sum_sub_distrib : Finset.sum s (fun i => f i - g i) = Finset.sum s f - Finset.sum s g := by
  classical
  induction s using Finset.induction_on with
  | empty => exact (sub_self 0).symm
  | insert a s ha ih => rw [sum_insert ha, sum_insert ha, sum_insert ha, ih]; grind
end

section
variable [CommSemiring M] [LE M] [LT M] [Std.LawfulOrderLT M] [Std.IsLinearOrder M] [OrderedRing M]
  {s : Finset ι} {f g : ι → M}
theorem sum_le_sum (h : ∀ i, i ∈ s → f i ≤ g i) : Finset.sum s f ≤ Finset.sum s g := by
  classical
  induction s using Finset.induction_on with
  | empty => exact le_refl _
  | insert a s ha ih =>
    rw [sum_insert ha, sum_insert ha]
    exact add_le_add (h a (by simp)) (ih fun i hi => h i (by simp [hi]))
theorem sum_nonneg (h : ∀ i, i ∈ s → 0 ≤ f i) : 0 ≤ Finset.sum s f := by
  have := sum_le_sum (f := fun _ => (0 : M)) (g := f) (s := s) h; rwa [sum_const_zero] at this
theorem prod_pos (h : ∀ i, i ∈ s → 0 < f i) : 0 < Finset.prod s f := by
  classical
  induction s using Finset.induction_on with
  | empty => exact zero_lt_one
  | insert a s ha ih =>
    rw [prod_insert ha]; exact mul_pos (h a (by simp)) (ih fun i hi => h i (by simp [hi]))
end
end
end Finset

/-! ## All elements of a finite type -/

/-- A type with finitely many elements, with all of them. -/
class Fintype (α : Type u) where
  elems : Finset α
  complete : ∀ x : α, x ∈ elems
instance (n : Nat) : Fintype (Fin n) where
  elems := Finset.ofNodup (List.finRange n) (by
    rw [List.finRange, List.nodup_iff_pairwise_ne, List.pairwise_iff_getElem]
    intro i j hi hj hij; simp [Fin.ext_iff]; omega)
  complete x := List.mem_finRange x
instance : Fintype Bool where
  elems := Finset.ofNodup [false, true] (by decide)
  complete x := by cases x <;> decide
def Finset.univ {α : Type u} [Fintype α] : Finset α := Fintype.elems
@[simp] theorem Finset.mem_univ {α : Type u} [Fintype α] (x : α) : x ∈ (univ : Finset α) := Fintype.complete x
def Fintype.card (α : Type u) [Fintype α] : Nat := (Finset.univ : Finset α).card

/-! ## Finite sets as sets -/

/-- Its members are those of a finite set. -/
protected def Set.Finite {α : Type u} (s : Set α) : Prop := ∃ t : Finset α, ∀ x, x ∈ s ↔ x ∈ t
protected def Set.Infinite {α : Type u} (s : Set α) : Prop := ¬s.Finite
/-- How many members; 0 for an infinite set. -/
def Set.ncard {α : Type u} (s : Set α) : Nat :=
  open Classical in if h : s.Finite then (Classical.choose h).card else 0
theorem Set.ncard_coe_finset {α : Type u} (t : Finset α) : Set.ncard (fun x => x ∈ t) = t.card := by
  have h : Set.Finite fun x => x ∈ t := ⟨t, fun _ => Iff.rfl⟩
  unfold Set.ncard; rw [dif_pos h]
  congr 1; exact Finset.ext fun x => (Classical.choose_spec h x).symm

/-! ## Divisors -/

/-- The divisors of `n`; none for 0. -/
def Nat.divisors (n : Nat) : Finset Nat := Finset.filter (· ∣ n) (Finset.Icc 1 n)
def Nat.properDivisors (n : Nat) : Finset Nat := Finset.filter (· ∣ n) (Finset.Ico 1 n)
def Nat.primeFactors (n : Nat) : Finset Nat := Finset.filter Nat.Prime (Nat.divisors n)
/-- Euler's totient. -/
def Nat.totient (n : Nat) : Nat := (Finset.filter (Nat.Coprime n) (Finset.range n)).card
@[simp, grind =] theorem Nat.mem_divisors {n m : Nat} : n ∈ Nat.divisors m ↔ n ∣ m ∧ m ≠ 0 := by
  rw [divisors, Finset.mem_filter, Finset.mem_Icc]
  constructor
  · rintro ⟨h, hd⟩; exact ⟨hd, by omega⟩
  · rintro ⟨hd, h⟩
    have := Nat.le_of_dvd (Nat.pos_of_ne_zero h) hd; have := Nat.pos_of_dvd_of_pos hd (Nat.pos_of_ne_zero h)
    exact ⟨by omega, hd⟩
