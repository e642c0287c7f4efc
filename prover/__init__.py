"""Try to prove it: prompts, models, samplers, attempts."""

import os

# Before torch is loaded. Its threads would spin while they wait for one another, and Lean works on the same cores:
# beside one busy process on two cores a training step takes half the time if they sleep instead.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
