"""How much of the public data sets the Core profile can read, and how strong its dialect is.

    python benchmarks/core_coverage.py DATA_DIR [--sample 400] [--seed 0] [--workers 1] [--proofs]

Reads the files that `DATA_DIR/PROVENANCE.md` describes and asks a pool of embedded Leans:

- which statements elaborate: a random sample of Lean Workbook, every miniF2F name in
  `core_candidates.json`, all of ProofNet; what does not is counted by the first thing Lean did not know;
- with `--proofs`: which accepted Mathlib proofs of in-profile miniF2F statements check unchanged, and
  how much of the Lean Workbook sample a fixed script closes.

Prints tables and writes `benchmarks/results/core_coverage.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import math
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from verify import toolchain
from verify.pool import LeanPool, Limits
from verify.records import Job, Outcome, Statement, Verdict
from verify.statements import cut_proof, parse_theorem, read_statements

RESULTS = Path(__file__).parent / "results" / "core_coverage.json"
NOT_LISTS = ("about", "counts", "unparsed", "ordered_field_fraction_exponent")
"""What `core_candidates.json` holds beside its lists of candidates."""

SCRIPT = (
    "intros\nfirst\n  | norm_num\n    done\n  | omega\n  | positivity\n  | grind\n  | nlinarith\n"
    "  | (refine ⟨?_, ?_⟩ <;> first | omega | grind | nlinarith)\n"
    "  | (field_simp\n     first | ring | nlinarith)"
)
HEARTBEATS = 4_000  # for the script, which many statements make work to the end
PROOF_HEARTBEATS = 12_000  # for proofs that Mathlib's Lean accepted with 200,000 or more


def wilson(k: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % Wilson interval of k successes out of n."""
    if not n:
        return 0.0, 1.0
    p = k / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def share(k: int, n: int) -> dict[str, Any]:
    low, high = wilson(k, n)
    return {"yes": k, "of": n, "share": round(k / n, 4) if n else None, "wilson_95": [round(low, 4), round(high, 4)]}


# What a text that does not parse most likely has that we do not: the first that is found.
SYNTAX = {
    "∑' (infinite sum)": "∑'", "∫": "∫", "⨆ ⨅": "⨆|⨅", "‖x‖": "‖", "∑": "∑", "∏": "∏", "⌊x⌋": "⌊|⌈", "∃!": "∃!",
    "√": "√", "•": "•", "f '' s, f ⁻¹' s": "''|⁻¹'", "≃ →+ →* ≅": "≃|→[+*]|≅", "!": r"\d ?!|\)!|[a-z] !", "π": "π",
    "{x | p x}": r"\{[^{}]*\|", "ᵀ ᶜ ˣ": "[ᵀᶜˣ]", "∠": "∠", "𝓝": "𝓝", "R[X]": r"\[X\]", "⟨x, y⟩ of groups": "⟪|⧸|⊓|⊔|⊤|⊥",
    "∀ᶠ": "∀ᶠ|∃ᶠ", "with": r"\bwith\b", "instance binder": r"\[[A-Z]\w+ [^\]]*\]",
}  # fmt: skip


def reason(verdict: Verdict, text: str) -> str:
    """Why a statement is out of profile, or a proof is none, in a few words that can be counted."""
    words = next((m.text for m in verdict.messages if m.severity == "error"), verdict.reason).strip()
    if "parse" in verdict.reason and verdict.outcome is Outcome.OUT_OF_PROFILE:
        return "syntax: " + next((name for name, mark in SYNTAX.items() if re.search(mark, text)), "other")
    if match := re.search(r"[Uu]nknown (?:identifier|constant) [`‘]([^`’]+)", words):
        return "unknown: " + match[1].removesuffix("✝")
    if match := re.search(r"ailed to synthesize[^\n]*\n\s*([^\n]+)", words):
        return "no instance: " + " ".join(re.sub(r"\?[\w.]+|\b[a-z]\w{0,2}\b", "_", match[1]).split()[:3])
    if match := re.search(r"Invalid field (?:notation)?[^`]*`(\w+)`", words):
        return "unknown field: " + match[1]
    if verdict.outcome in (Outcome.TIMEOUT, Outcome.REFUSED, Outcome.MEMORY, Outcome.INFRASTRUCTURE):
        return str(verdict.outcome)
    first = re.sub(r"<input>:\d+:\d+: ", "", words.split("\n")[0])
    return re.sub(r"`[^`]*`", "…", first)[:60]


async def judged(pool: LeanPool, jobs: Iterable[Job], title: str) -> list[tuple[Job, Verdict]]:
    jobs, started, out = list(jobs), time.monotonic(), []
    async for job, verdict in pool.stream(jobs):
        out.append((job, verdict))
        if len(out) % 50 == 0:
            print(f"  {title}: {len(out)} of {len(jobs)}, {time.monotonic() - started:.0f} s", flush=True)
    return out


def table(title: str, yes: int, results: list[tuple[Job, Verdict]], good: Outcome) -> dict[str, Any]:
    n = len(results)
    reasons = Counter(reason(v, j.statement.text) for j, v in results if v.outcome is not good)
    row = {
        **share(yes, n),
        "seconds": round(sum(v.seconds for _, v in results), 1),
        "reasons": dict(reasons.most_common()),
    }
    low, high = row["wilson_95"]
    print(f"\n{title}: {yes} of {n} = {yes / max(n, 1):.1%}  (95 %: {low:.1%} to {high:.1%})")
    for what, count in reasons.most_common(25):
        print(f"  {count:5}  {what}")
    return row


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def samples(data: Path, size: int, seed: int) -> dict[str, list[Statement]]:
    """The statements of each data set; the same seed gives the same sample."""
    workbook = read_statements(str(data / "lean_workbook.jsonl.gz")).statements
    lists = json.loads((data / "core_candidates.json").read_text())
    parts = [part.get("minif2f", ()) for key, part in lists.items() if key not in NOT_LISTS and isinstance(part, dict)]
    names = {name for part in parts for name, _ in part}
    minif2f = read_statements(str(data / "minif2f.jsonl.gz")).statements
    proofnet = read_statements(str(data / "proofnet.jsonl.gz")).statements
    return {
        "lean_workbook": random.Random(seed).sample(workbook, min(size, len(workbook))),
        "minif2f_candidates": [s for s in minif2f if s.name in names],
        "minif2f_rest": [s for s in minif2f if s.name not in names],
        "proofnet": proofnet,
    }


def accepted_proofs(data: Path) -> list[Job]:
    """The accepted proofs as jobs: the last theorem of each file, its proof word for word."""
    jobs = []
    for path in sorted(data.glob("lean4_*mathlib*verified_proofs.jsonl.gz")):
        for row in rows(path):
            head = row["code"].rfind("\ntheorem ")
            if not row["accepted"] or head < 0:
                continue
            text = row["code"][head + 1 :]
            statement = parse_theorem(text, row["source"])
            value = text[text.index(cut_proof(text)) + len(cut_proof(text)) :].strip().removeprefix(":=").strip()
            jobs.append(
                Job(statement, value[2:] if re.match(r"by\b", value) else f"exact ({value}\n)", PROOF_HEARTBEATS)
            )
    return jobs


async def measure(data: Path, size: int, seed: int, workers: int, proofs: bool, only: str) -> dict[str, Any]:
    out: dict[str, Any] = {
        "sample": size,
        "seed": seed,
        "heartbeats": {"script": HEARTBEATS, "proofs": PROOF_HEARTBEATS},
        "script": SCRIPT,
    }
    lean = toolchain.core()
    async with LeanPool(lean, workers, Limits(heartbeats=HEARTBEATS, wall_seconds=90)) as pool:
        started = time.monotonic()
        await pool.ready()
        out["start_seconds"], out["profile"] = round(time.monotonic() - started, 1), lean.identity
        sets = {name: part for name, part in samples(data, size, seed).items() if only in name}
        inside: dict[str, list[Statement]] = {}
        for name, statements in sets.items():
            results = await judged(pool, [Job(s, None) for s in statements], name)
            inside[name] = [j.statement for j, v in results if v.outcome is Outcome.ELABORATES]
            out[name] = table(f"{name}: elaborates", len(inside[name]), results, Outcome.ELABORATES)
        if proofs:
            jobs = accepted_proofs(data)
            alone = {job.statement.id: Job(job.statement, None) for job in jobs}
            known = {
                j.statement.id
                for j, v in await judged(pool, alone.values(), "their statements")
                if v.outcome is Outcome.ELABORATES
            }
            jobs = [job for job in jobs if job.statement.id in known]
            results = await judged(pool, jobs, "accepted proofs")
            yes = sum(v.proved for _, v in results)
            out["accepted_proofs"] = table("accepted proofs that check unchanged", yes, results, Outcome.PROVED)
            script = [Job(s, SCRIPT, HEARTBEATS) for s in inside.get("lean_workbook", ())]
            results = await judged(pool, script, "fixed script")
            yes = sum(v.proved for _, v in results)
            out["fixed_script"] = table("Lean Workbook closed by the fixed script", yes, results, Outcome.PROVED)
            for key, part in (("proved", True), ("failed", False)):
                seconds = [v.seconds for _, v in results if v.proved is part]
                out["fixed_script"][f"median_seconds_{key}"] = round(statistics.median(seconds), 3) if seconds else None
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the directory of the data files")
    parser.add_argument("--sample", type=int, default=400, help="Lean Workbook statements")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--proofs", action="store_true", help="also check accepted proofs and the fixed script")
    parser.add_argument("--only", default="", help="only data sets whose name contains this")
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args()
    result = asyncio.run(measure(args.data, args.sample, args.seed, args.workers, args.proofs, args.only))
    args.out.parent.mkdir(exist_ok=True)
    args.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
