"""Reweighting on synthetic clusters: mean cosine, gap, seconds and peak memory, beside POT and scipy.

    python benchmarks/wasserstein.py [--largest]

Cap 3, d = 64, one thread, every run in a process of its own. `short of best` is measured against the exact optimum
where some method found it; `proved gap` is what the method itself proves. `--largest` adds 30,000 x 65,000. The other
libraries solve the same problem from the whole matrix: POT's emd with a column for the room left, scipy's linprog
(HiGHS), and scipy's linear_sum_assignment with each conjecture repeated cap m / n times. Writes
benchmarks/results/wasserstein.json.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
CAP, WIDTH = 3.0, 64
RESULTS = Path(__file__).parent / "results" / "wasserstein.json"
OURS = ["nearest", "greedy", "repo", "sinkhorn", "exact"]
PLAN = {
    (200, 200): [*OURS, "POT emd", "scipy assignment", "scipy HiGHS"],
    (1_000, 3_000): [*OURS, "POT emd", "scipy assignment"],
    (5_000, 10_000): [*OURS, "POT emd"],
}
LARGEST = {(30_000, 65_000): ["nearest", "greedy", "sinkhorn 8", "exact"]}
"""A number after `sinkhorn` is how many iterations it may take."""


def clusters(n: int, m: int):
    """Unit rows around shared centres, whose shares differ between conjectures and statements."""
    import numpy as np

    rng = np.random.default_rng(0)
    count = max(8, int(m**0.5 / 2))
    centres = rng.normal(size=(count, WIDTH))

    def draw(size):
        rows = centres[rng.choice(count, size, p=rng.dirichlet(np.full(count, 0.5)))] + rng.normal(size=(size, WIDTH))
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    return draw(n), draw(m)


def ours(x, y, method: str) -> dict:
    from conjecture.reweighting import ReweightingSettings, reweight

    word, _, iterations = method.partition(" ")
    found = reweight(x, y, ReweightingSettings(word, CAP, iterations=int(iterations or 100)))
    return {
        "objective": found.objective,
        "proved_gap": found.gap,
        "heaviest": float(found.weights.max()),
        "seconds": found.seconds,
    }


def pot_emd(x, y) -> float:
    import numpy as np
    import ot

    n, m = len(x), len(y)
    cost = np.zeros((n, m + 1))
    cost[:, :m] = -(x @ y.T)
    left = np.append(np.full(m, 1 / m), CAP - 1)
    return -ot.emd2(np.full(n, CAP / n), left, cost, numItermax=10**8, return_matrix=False)


def scipy_assignment(x, y) -> float:
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    cosines = np.repeat(x @ y.T, round(CAP * len(y) / len(x)), axis=0)
    return float(cosines[linear_sum_assignment(cosines, maximize=True)].mean())


def scipy_highs(x, y) -> float:
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import eye_array, kron

    n, m = len(x), len(y)
    rows, columns = kron(eye_array(n), np.ones((1, m))), kron(np.ones((1, n)), eye_array(m))
    room, one = np.full(n, CAP * m / n), np.ones(m)
    return -linprog(-(x @ y.T).ravel() / m, rows, room, columns, one, method="highs").fun


THEIRS = {"POT emd": pot_emd, "scipy assignment": scipy_assignment, "scipy HiGHS": scipy_highs}


def one(n: int, m: int, method: str) -> dict:
    """In a process of its own: what a method finds, and the process's peak resident memory in MB."""
    import ot  # noqa: F401  imports are not measured

    x, y = clusters(n, m)
    began = time.perf_counter()
    found = {"objective": float(THEIRS[method](x, y))} if method in THEIRS else ours(x, y, method)
    found.setdefault("seconds", time.perf_counter() - began)
    return found | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--largest", action="store_true")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        n, m, method = options.one
        print(json.dumps(one(int(n), int(m), method)))
        return
    rows = []
    print(
        f"{'n x m':>15}  {'method':<17}{'mean cosine':>12}{'short of best':>15}{'proved gap':>12}{'seconds':>9}{'peak MB':>9}"
    )
    for (n, m), methods in (PLAN | (LARGEST if options.largest else {})).items():
        found = []
        for method in methods:
            command = [sys.executable, __file__, "--one", str(n), str(m), method]
            done = subprocess.run(command, env=os.environ | THREADS, capture_output=True, text=True, check=True)
            found.append({"conjectures": n, "unproved": m, "method": method, **json.loads(done.stdout)})
        best = [row["objective"] for row in found if row["method"] in ("exact", *THEIRS)]
        for row in found:
            row["short_of_best"] = max(best) - row["objective"] if best and row["method"] != "nearest" else None
            print(
                f"{f'{n} x {m}':>15}  {row['method']:<17}{row['objective']:>12.5f}{number(row['short_of_best']):>15}"
                f"{number(row.get('proved_gap')):>12}{row['seconds']:>9.2f}{row['peak_mb']:>9.0f}",
                flush=True,
            )
        rows += found
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"cap": CAP, "width": WIDTH, "threads": 1, "rows": rows}, indent=1) + "\n")


def number(value: float | None) -> str:
    return "" if value is None else f"{value:.1e}" if 0 < abs(value) < 1e-4 else f"{value:.4f}"


if __name__ == "__main__":
    main()
