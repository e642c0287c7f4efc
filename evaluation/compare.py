"""Two results on the same problems: what the one solves more, and how sure that is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from evaluation.results import values
from evaluation.statistics import Interval, paired_difference
from verify.statements import BadInput

MUST_AGREE = (("judge", "profile"), ("judge", "toolchain"), ("judge", "policy"), ("benchmark", "digest"))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of A with B. `rows` are (k, pass@k of A, of B, A - B with its interval); `only_a` are problems' names."""

    a: str
    b: str
    problems: int
    rows: tuple[tuple[int, float, float, Interval], ...]
    both: int
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    differing: tuple[str, ...]


def compare(a: dict[str, Any], b: dict[str, Any]) -> Comparison:
    """Paired over problems, for every k that both tell.

    Raises BadInput where they may not be compared: judged by another Lean, profile or policy, on other problems, or
    without a headline. Other settings (samples, temperature, limits) may differ, and are named in `differing`.
    """
    for part, key in MUST_AGREE:
        if a[part][key] != b[part][key]:
            raise BadInput(f"not to be compared: A has {key} {a[part][key]!r}, B {b[part][key]!r}")
    for name, results in (("A", a), ("B", b)):
        if results["headline"] is None:
            raise BadInput(f"not to be compared: {name} has no headline ({results['no_headline']})")
    rows_a, rows_b = ({row["name"]: row for row in results["problems"]} for results in (a, b))
    if rows_a.keys() != rows_b.keys():
        odd = sorted(rows_a.keys() ^ rows_b.keys())
        raise BadInput(f"not to be compared: {len(odd)} problems are in profile in one of them only, such as {odd[0]}")
    pairs = [(rows_a[name], rows_b[name]) for name in sorted(rows_a)]
    if "expansions" in (units := {a["settings"]["estimator"], b["settings"]["estimator"]}) and len(units) > 1:
        raise BadInput(
            "not to be compared: one k counts expansions of a search, the other samples; read how many each proved"
        )
    ks = sorted(set(a["settings"]["k"]) & set(b["settings"]["k"]))
    if not ks:
        raise BadInput(f"A tells pass@k for k in {a['settings']['k']}, B in {b['settings']['k']}: none in common")
    rows = []
    for k in ks:
        at_a = values([left for left, _ in pairs], k, a["settings"]["estimator"])
        at_b = values([right for _, right in pairs], k, b["settings"]["estimator"])
        means = sum(at_a) / len(pairs), sum(at_b) / len(pairs)
        rows.append((k, *means, paired_difference(at_a, at_b, a["settings"]["seed"])))
    return Comparison(
        _name(a), _name(b), len(pairs), tuple(rows),
        sum(bool(left["proved"] and right["proved"]) for left, right in pairs),
        tuple(left["name"] for left, right in pairs if left["proved"] and not right["proved"]),
        tuple(left["name"] for left, right in pairs if right["proved"] and not left["proved"]),
        _differing(a, b),
    )  # fmt: skip


def _name(results: dict[str, Any]) -> str:
    model = results["model"]
    return model["name"] + (f" ({model['checkpoint']})" if model.get("checkpoint") else "")


def _differing(a: dict[str, Any], b: dict[str, Any]) -> tuple[str, ...]:
    said = []
    for part in ("settings", "judge"):
        for key in sorted({*a[part], *b[part]}):
            left, right = a[part].get(key), b[part].get(key)
            if left != right:
                said.append(f"{key}: {json.dumps(left)} and {json.dumps(right)}")
    return tuple(said)
