set_option autoImplicit false
set_option linter.all false
open BigOperators Real Nat Topology Rat
