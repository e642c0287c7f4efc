"""What an evaluation has found: `results.json`, a function of the ledger, and `cost.json`, what it took.

`results.json` holds nothing that depends on the machine's load or on interruptions: an evaluation that was killed and
resumed ends with the same bytes. It is complete: every figure follows from its problems, and every proof that counts
stands in it with its verdict.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.config import EvaluationConfig
from evaluation.problems import Problems, contamination, unopened
from evaluation.provers import Prover
from evaluation.searches import PHASE, SearchingProver
from evaluation.statistics import blocks, interval, pass_at_k, wilson
from training.ledger import Ledger
from verify import maths, policy
from verify.benchmark import Problem
from verify.records import Attempt, Outcome, Verdict
from verify.statements import BadInput

FORMAT = 1
VOICE = "eval"  # the sampler's name in the ledger
SYSTEM_ERRORS = 0.01
"""Above this share of attempts that could not be judged there is no headline (so STP's code, too)."""
_MEASURED = ("heartbeats", "seconds")  # of a verdict: they vary from check to check


def collect(
    config: EvaluationConfig,
    given: Problems,
    prover: Prover | SearchingProver,
    ledger: Ledger,
    versions: dict[str, str],
) -> dict[str, Any]:
    """The contents of `results.json`. Raises BadInput when verdicts of different Leans stand in the ledger."""
    checks = {s.id: ledger.verdict("statement", s.id) for s in given.statements}
    headers = given.headers(config.profile)
    inside = [p for p in given.problems if outcome_of(checks[p.statement.id]) is Outcome.ELABORATES]
    outside = [
        {
            "name": p.name, "id": p.statement.id, "outcome": str(outcome_of(checks[p.statement.id])),
            "reason": reason_of(checks[p.statement.id]), **_header(p, config, headers),
        }
        for p in given.problems
        if outcome_of(checks[p.statement.id]) is not Outcome.ELABORATES
    ]  # fmt: skip
    done, made = ledger.phases(0), defaultdict[str, list[Attempt]](list)
    for attempt in ledger.attempts(0, VOICE):
        made[attempt.statement_id].append(attempt)
    problems = [
        {**_problem(p, sorted(made[p.statement.id], key=lambda a: a.sample), ledger),
         **_searched(p, config, done), **_header(p, config, headers)}
        for p in inside
    ]  # fmt: skip
    budgets = config.budgets(prover.samples)
    result = {
        "format": FORMAT,
        "model": prover.describe(),
        "benchmark": given.description,
        "judge": {
            "profile": config.profile, "toolchain": one_toolchain(ledger), "policy": policy.VERSION,
            "heartbeats": config.heartbeats, "certified": config.certify,
        },
        "settings": {
            "samples": prover.samples, "k": list(budgets), "seed": config.seed, "stop_at_first": config.stop_at_first,
            "estimator": _estimator(config, prover),
            **config.search_options,
            **({} if prover.describe()["kind"] == "floor" else config.decisive()["sampling"]),
        },
        "versions": versions,
        "attempts": {
            "made": sum(p["n"] for p in problems), "distinct": sum(p["distinct"] for p in problems),
            "outcomes": total(p["outcomes"] for p in problems), "tokens": sum(map(_tokens, problems)),
            "without_proof": total(piece["unread"] for piece in done.values()),
        },
    }  # fmt: skip
    if (shared := contamination(config, given, ledger)) is not None:
        result["contamination"] = shared
    result |= headline(problems, outside, result["settings"])
    lists = {"problems": problems, "out_of_profile": outside, "not_read": [list(row) for row in given.rejected]}
    return result | lists


def headline(
    problems: Sequence[dict[str, Any]], outside: Sequence[dict[str, Any]], settings: dict[str, Any]
) -> dict[str, Any]:
    """The figures, all of which follow from the problems; `headline` is None, with a reason, where they mean nothing."""
    made = sum(p["n"] for p in problems)
    errors = sum(p["outcomes"].get(Outcome.INFRASTRUCTURE, 0) for p in problems)
    unknown = sum(row["outcome"] == Outcome.INFRASTRUCTURE for row in outside)
    lost = sum(p.get("search", {}) is None for p in problems)
    if not problems:
        return {"headline": None, "no_headline": "no problem is in profile"}
    if unknown:
        return {
            "headline": None,
            "no_headline": f"of {unknown} problems it could not be told whether they are in profile",
        }
    if errors > SYSTEM_ERRORS * made:
        reason = f"{errors} of {made} attempts ({errors / made:.1%}) could not be judged; up to {SYSTEM_ERRORS:.0%} may"
        return {"headline": None, "no_headline": reason}
    if lost > SYSTEM_ERRORS * len(problems):
        return {"headline": None, "no_headline": f"{lost} of {len(problems)} searches did not come to their end"}
    solved, whole = sum(bool(p["proved"]) for p in problems), len(problems) + len(outside)
    low, high = wilson(solved, len(problems))
    figures = {
        "solved": {"count": solved, "of": len(problems), "low": low, "high": high},
        "pass_at_k": [_figure(problems, k, whole, settings) for k in settings["k"]],
    }
    return {"headline": figures, "no_headline": None}


def unit(settings: dict[str, Any]) -> str:
    """Of the budget."""
    return "expansions" if settings["estimator"] == "expansions" else "samples"


def measure(settings: dict[str, Any], k: int | str = "k") -> str:
    """What the figures are called: pass@k is one of independent samples or of a list of attempts, not of a search."""
    if settings["estimator"] == "expansions":
        return f"proved within {k} expansions"
    return f"proved within {k} samples" if settings.get("search") else f"pass@{k}"


def values(problems: Iterable[dict[str, Any]], k: int, estimator: str) -> list[float]:
    """pass@k of each problem: by the unbiased estimator, or 1 where the first k attempts hold a proof, or the first k
    expansions of its search led to one.

    An attempt that could not be judged counts as none that proves.
    """
    if estimator == "expansions":
        return [float(bool(p["proved"]) and p["search"]["expansions"] <= k) for p in problems]
    if estimator == "first":
        return [float(any(sample < k for sample in p["proved"])) for p in problems]
    return [pass_at_k(p["n"], len(p["proved"]), k) for p in problems]


def _figure(problems: Sequence[dict[str, Any]], k: int, whole: int, settings: dict[str, Any]) -> dict[str, Any]:
    """pass@k, and what k attempts (or expansions) at each problem cost: their number, and their tokens on average."""
    made = [_spent(p, settings["estimator"]) for p in problems]
    found = interval(values(problems, k, settings["estimator"]), settings["seed"])
    row: dict[str, Any] = {
        "k": k, "mean": found.mean, "low": found.low, "high": found.high, "method": found.method,
        "of_all": found.mean * len(problems) / whole, "samples": sum(min(k, n) for n in made),
        "tokens": round(sum(_tokens(p) * min(k, n) / max(n, 1) for p, n in zip(problems, made, strict=True))),
    }  # fmt: skip
    if settings["estimator"] == "unbiased":
        solved_PS = np.zeros((len(problems), settings["samples"]), bool)
        for index, problem in enumerate(problems):
            solved_PS[index, problem["proved"]] = True
        cut = blocks(solved_PS, k)
        row["blocks"] = {"mean": cut.mean, "std": cut.std, "count": cut.count}
    return row


def _header(problem: Problem, config: EvaluationConfig, headers: Mapping[str, str | None]) -> dict[str, Any]:
    """Under which header it was judged, where that is not the profile's, and what it misses there."""
    header = headers[problem.statement.id]
    own = {} if header is None else {"header": header}
    return {"not_opened": list(unopened(problem, config.profile, header)), **own}


def _estimator(config: EvaluationConfig, prover: Prover | SearchingProver) -> str:
    if config.expands:
        return "expansions"
    return "first" if prover.ordered or config.stop_at_first else "unbiased"


def _searched(problem: Problem, config: EvaluationConfig, done: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the search at a problem spent; None where it has not come to its end."""
    if not config.searches:
        return {}
    piece = done.get(PHASE + problem.statement.id)
    return {"search": piece and piece["search"]}


def _spent(problem: dict[str, Any], estimator: str) -> int:
    """Attempts or, of a best-first search, expansions."""
    return (problem["search"] or {}).get("expansions", 0) if estimator == "expansions" else problem["n"]


def _tokens(problem: dict[str, Any]) -> int:
    """Of its attempts, and of the steps of its search."""
    return problem["tokens"] + (problem.get("search") or {}).get("tokens", 0)


def _problem(problem: Problem, attempts: Sequence[Attempt], ledger: Ledger) -> dict[str, Any]:
    statement = problem.statement
    found = {proof: ledger.verdict("proof", statement.id, proof) for proof in dict.fromkeys(a.proof for a in attempts)}
    proved = {proof: verdict for proof, verdict in found.items() if verdict and verdict.proved}
    return {
        "name": problem.name, "id": statement.id, "theorem": statement.name, "signature": statement.signature,
        "split": problem.split, "tags": list(statement.tags), "n": len(attempts), "distinct": len(found),
        "proved": [a.sample for a in attempts if a.proof in proved],
        "outcomes": total({str(outcome_of(found[a.proof])): 1} for a in attempts), "tokens": sum(a.tokens for a in attempts),
        "proofs": [
            {
                "proof": proof, "samples": [a.sample for a in attempts if a.proof == proof],
                "verdict": {key: value for key, value in verdict.to_dict().items() if key not in _MEASURED},
            }
            for proof, verdict in proved.items()
        ],
    }  # fmt: skip


def outcome_of(verdict: Verdict | None) -> Outcome:
    """What is not in the ledger could not be told."""
    return verdict.outcome if verdict else Outcome.INFRASTRUCTURE


def reason_of(verdict: Verdict | None) -> str:
    return verdict.reason if verdict else "could not be told"


def total(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    summed: Counter[str] = Counter()
    for count in counts:
        summed.update(count)
    return dict(sorted(summed.items()))


def one_toolchain(ledger: Ledger) -> str:
    """The one Lean that has judged; a refusal by policy needs none."""
    judged = {v.toolchain for v in ledger.all_verdicts()} - {""}
    if len(judged) > 1:
        raise BadInput(f"{ledger.path} holds verdicts of {' and '.join(sorted(judged))}; choose another --out")
    return judged.pop() if judged else ""


def cost(ledger: Ledger) -> dict[str, Any]:
    """What it took: Lean's work on distinct proofs and on the statements, the model's time, all in seconds; and what the
    steps of searches took of Lean, whose seconds are in the wall time alone.

    A verdict that is remembered from an earlier run counts with what it took then. What a kill threw away is left out.
    """
    verdicts, work = ledger.all_verdicts(), ledger.phases(0).values()
    spent = total(piece.get("search", {}) for piece in work)
    return {
        "checks": len(verdicts), "heartbeats": sum(v.heartbeats for v in verdicts) + sum(piece.get("heartbeats", 0) for piece in work),
        **({"search": spent} if spent else {}),
        "lean_seconds": round(sum(v.seconds for v in verdicts), 3),
        "sampling_seconds": round(sum(piece["sampling"] for piece in work), 3),
        "wall_seconds": round(sum(piece["wall"] for piece in work), 3),
    }  # fmt: skip


def write_json(path: Path, contents: dict[str, Any]) -> None:
    """Aside, to disk, then renamed: the file is whole or as it was."""
    aside = path.with_name(path.name + ".part")
    with aside.open("w", encoding="utf-8") as file:
        json.dump(contents, file, ensure_ascii=False, indent=1, allow_nan=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def read_cost(directory: Path) -> dict[str, Any]:
    return json.loads((directory / "cost.json").read_text(encoding="utf-8"))


def informal(results: dict[str, Any]) -> bool:
    """Whether these are results on questions in words."""
    return results["judge"]["profile"] == maths.PROFILE


def read_results(path: Path) -> dict[str, Any]:
    """A `results.json`, given itself or its directory. Raises BadInput when it is none."""
    path = path / "results.json" if path.is_dir() else path
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}; `antiphon eval` writes it at its end") from error
    except ValueError as error:
        raise BadInput(f"{path}: not JSON ({error})") from error
    if not isinstance(results, dict) or results.get("format") != FORMAT or "problems" not in results:
        raise BadInput(f"{path}: not the results of `antiphon eval` in format {FORMAT}")
    return results
