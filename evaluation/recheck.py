"""Does a `results.json` hold? Every proof through Lean again, without a cache, and every figure from the proofs."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.problems import digest, opens_only, toolchain_of, under
from evaluation.results import headline, informal, read_results
from training.progress import step
from verify import policy
from verify.maths import MathVerifier
from verify.pool import CERTIFIED, LeanPool
from verify.records import Job, Outcome, Statement
from verify.statements import BadInput


@dataclass(frozen=True, slots=True)
class Recheck:
    """`proofs` (or answers) were asked; `failed` are (problem, what is wrong); `notes` say what else differs from then."""

    proofs: int
    failed: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    what: str = "proofs"


def recheck(path: Path, workers: int = 1, certify: bool = False) -> Recheck:
    """Checks a file with the profile and the limit its proofs were accepted with, or its right answers.

    Raises BadInput, LeanUnavailable, MathsUnavailable.
    """
    results = read_results(path)

    async def ask() -> Recheck:
        if informal(results):
            from evaluation import answers_recheck  # which builds on this module

            async with MathVerifier(workers) as verifier:
                return await answers_recheck.checked(results, verifier)
        again, parts = certify or results["judge"]["certified"], []
        for header in _headers(results):  # one Lean after another
            lean = toolchain_of(results["judge"]["profile"], header)
            async with LeanPool(lean, workers, certify=again) as pool:
                parts.append(await checked(results, pool, again, header))
        failed = sorted({row for part in parts for row in part.failed})
        notes = sorted({note for part in parts for note in part.notes})
        return Recheck(sum(part.proofs for part in parts), tuple(failed), tuple(notes))

    try:
        return asyncio.run(ask())
    except (LookupError, TypeError, AttributeError) as error:
        raise BadInput(f"{path}: not whole ({error!r})") from error


def _headers(results: dict[str, Any]) -> list[str | None]:
    """Under which there is a proof to be checked; one that declares something is no header."""
    found = dict.fromkeys(row.get("header") for row in results["problems"] if row["proofs"])
    return [header for header in found if header is None or opens_only(header)] or [None]


async def checked(results: dict[str, Any], pool: LeanPool, certify: bool = False, header: str | None = None) -> Recheck:
    """Asks a pool that remembers nothing about the proofs under one header."""
    failed, judge = [("results", said) for said in contradictions(results)], results["judge"]
    asked = [
        (problem["name"], Job(Statement(problem["theorem"], problem["signature"]), row["proof"], judge["heartbeats"]))
        for problem in results["problems"]
        if problem.get("header") == header
        for row in problem["proofs"]
    ]
    names = {job.key: name for name, job in asked}
    now = {"toolchain": await pool.ready(), "policy": policy.VERSION}
    notes = tuple(f"{key} is {now[key]}, then it was {judge[key]}" for key in now if now[key] != judge[key])
    with step("recheck", len(asked)) as shown:
        async for job, verdict in pool.stream(job for _, job in asked):
            shown.advance()
            if verdict.outcome is not Outcome.PROVED or (certify and verdict.level != CERTIFIED):
                failed.append((names[job.key], f"{verdict.outcome}: {verdict.reason}"))
    return Recheck(len(asked), tuple(sorted(failed)), notes)


def contradictions(results: dict[str, Any]) -> list[str]:
    """Where the file does not follow from its own proofs."""
    said, judge = [], results["judge"]
    for row in results["problems"]:
        name, samples = row["name"], sorted(s for proof in row["proofs"] for s in proof["samples"])
        if (
            samples != sorted(row["proved"])
            or len(set(samples)) != len(samples)
            or not all(0 <= s < row["n"] for s in samples)
        ):
            said.append(f"{name}: the samples of its proofs are not those that are counted as proved")
        if sum(row["outcomes"].values()) != row["n"] or row["outcomes"].get(Outcome.PROVED, 0) != len(samples):
            said.append(f"{name}: its outcomes do not add up")
        if Statement(row["theorem"], row["signature"]).id != row["id"]:
            said.append(f"{name}: its statement is another one than its id says")
        for proof in row["proofs"]:
            verdict = proof["verdict"]
            if verdict["outcome"] != Outcome.PROVED or verdict["profile"] != judge["profile"]:
                said.append(f"{name}: a proof with the verdict {verdict['outcome']} in profile {verdict['profile']}")
        if row.get("header") is not None and not opens_only(row["header"]):
            said.append(f"{name}: its header does more than to open namespaces")
    rows = (*results["problems"], *results["out_of_profile"])
    everything = [(row["name"], under(row["id"], row.get("header"))) for row in rows]
    if digest(everything) != results["benchmark"]["digest"]:
        said.append("the problems are not those of the benchmark's digest")
    told = {key: results[key] for key in ("headline", "no_headline")}
    if not said and not alike(told, headline(results["problems"], results["out_of_profile"], results["settings"])):
        said.append("the headline does not follow from the proofs")
    return said


def alike(told: Any, found: Any, key: str = "") -> bool:
    """Equal; the ends of an interval, which are drawn, to a hundredth."""
    if isinstance(told, dict) and isinstance(found, dict):
        return told.keys() == found.keys() and all(alike(told[key], found[key], key) for key in told)
    if isinstance(told, list) and isinstance(found, list):
        return len(told) == len(found) and all(map(alike, told, found))
    if isinstance(told, float) and isinstance(found, float):
        return math.isclose(told, found, rel_tol=0, abs_tol=0.01 if key in ("low", "high") else 1e-9)
    return told == found
