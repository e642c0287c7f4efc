/-! What a Core process elaborates after its imports: ℝ as any ordered field with the laws
of `Core.lean`. -/

set_option autoImplicit false
set_option linter.all false
-- what a runaway search may cost; a tactic that ends by itself stays far below
set_option maxHeartbeats 20000
set_option linter.unusedSectionVars false

variable {ℝ : Type} [Antiphon.IsReal ℝ] [Lean.Grind.Field ℝ] [LE ℝ] [LT ℝ] [Std.LawfulOrderLT ℝ] [Std.IsLinearOrder ℝ]
  [Lean.Grind.OrderedRing ℝ] [Antiphon.Sqrt ℝ] [Antiphon.Floor ℝ] [Antiphon.Elementary ℝ]

open Real Nat
