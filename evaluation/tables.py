"""Results and comparisons as one reads them on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from evaluation.compare import Comparison
from evaluation.recheck import Recheck
from evaluation.results import measure, unit


def print_results(results: dict[str, Any], cost: dict[str, Any], console: Console) -> None:
    """The figures with their intervals and what they cost, or why there are none."""
    judge, made, benchmark = results["judge"], results["attempts"], results["benchmark"]
    inside, outside = len(results["problems"]), len(results["out_of_profile"])
    say = lambda text: console.print(text, highlight=False, markup=False)  # noqa: E731
    say(
        f"{results['model']['name']} on {benchmark['name']}" + (f", {benchmark['split']}" if benchmark["split"] else "")
    )
    say(f"profile {judge['profile']}, Lean {judge['toolchain']}, policy {judge['policy']}"
        + (", every proof certified" if judge["certified"] else "")
        + f"; {inside} of {inside + outside} problems in profile")  # fmt: skip
    figures, settings = results["headline"], results["settings"]
    if figures is None:
        say(f"no headline: {results['no_headline']}")
    else:
        table = Table(box=None, pad_edge=False)
        of_all = f"of all {inside + outside}"
        for heading in ("k", measure(settings), "95 % interval", of_all, unit(settings), "tokens"):
            table.add_column(heading, justify="right", no_wrap=True)
        for row in figures["pass_at_k"]:
            between = f"{row['low']:.1%} to {row['high']:.1%}"
            table.add_row(str(row["k"]), f"{row['mean']:.1%}", between, f"{row['of_all']:.1%}",
                          f"{row['samples']:,}", f"{row['tokens']:,}")  # fmt: skip
        console.print(table)
        solved = figures["solved"]
        say(f"proved: {solved['count']} of {solved['of']} ({solved['low']:.1%} to {solved['high']:.1%})")
    outcomes = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in made["outcomes"].items())
    say(f"attempts: {made['made']:,}, {made['distinct']:,} of them distinct ({outcomes})")
    if overlap := results.get("contamination"):
        touched = overlap["touched"]
        say(f"contamination: {touched['any']} of {overlap['problems']} problems stand, or nearly stand, among "
            f"{overlap['training']:,} training statements ({touched['exact']} exactly)")  # fmt: skip
    if spent := cost.get("search"):
        say("search: " + ", ".join(f"{count:,} {name}" for name, count in spent.items()))
    say(f"cost: {made['tokens']:,} tokens, {cost['heartbeats']:,} thousand heartbeats, Lean "
        f"{cost['lean_seconds']:,.0f} s, sampling {cost['sampling_seconds']:,.0f} s, wall {cost['wall_seconds']:,.0f} s")  # fmt: skip


def print_answers(results: dict[str, Any], cost: dict[str, Any], console: Console) -> None:
    """The same of questions in words."""
    judge, made, benchmark = results["judge"], results["attempts"], results["benchmark"]
    inside, outside = len(results["problems"]), len(results["out_of_profile"])
    say = lambda text: console.print(text, highlight=False, markup=False)  # noqa: E731
    say(
        f"{results['model']['name']} on {benchmark['name']}" + (f", {benchmark['split']}" if benchmark["split"] else "")
    )
    say(f"{judge['toolchain']}, policy {judge['policy']}; {inside} of {inside + outside} references can be read")
    figures = results["headline"]
    if figures is None:
        say(f"no headline: {results['no_headline']}")
    else:
        table = Table(box=None, pad_edge=False)
        for heading in ("", "mean", "95 % interval"):
            table.add_column(heading, justify="right", no_wrap=True)
        rows = [(f"avg@{figures['avg']['n']}", figures["avg"])]
        rows += [(f"{name}@{row['k']}", row) for name in ("maj", "pass") for row in figures[f"{name}_at_k"]]
        for name, row in (*rows, ("without a box", figures["without_box"])):
            table.add_row(name, f"{row['mean']:.1%}", f"{row['low']:.1%} to {row['high']:.1%}")
        console.print(table)
    outcomes = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in made["outcomes"].items())
    say(f"samples: {made['made']:,} ({outcomes})")
    say(f"cost: {made['tokens']:,} tokens, math-verify {cost['judging_seconds']:,.0f} s, "
        f"sampling {cost['sampling_seconds']:,.0f} s, wall {cost['wall_seconds']:,.0f} s")  # fmt: skip


def print_comparison(found: Comparison, console: Console) -> None:
    say = lambda text: console.print(text, highlight=False, markup=False)  # noqa: E731
    say(f"A: {found.a}\nB: {found.b}\n{found.problems} problems, paired")
    table = Table(box=None, pad_edge=False)
    for heading in ("k", "A", "B", "A - B", "95 % interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    for k, a, b, gain in found.rows:
        table.add_row(str(k), f"{a:.1%}", f"{b:.1%}", f"{gain.mean:+.1%}", f"{gain.low:+.1%} to {gain.high:+.1%}")
    console.print(table)
    say(f"proved by both {found.both}, by A alone {len(found.only_a)}, by B alone {len(found.only_b)}")
    for name, problems in (("A", found.only_a), ("B", found.only_b)):
        if problems:
            more = f", … ({len(problems) - 8} more)" if len(problems) > 8 else ""
            say(f"  {name} alone: {', '.join(problems[:8])}{more}")
    for line in found.differing:
        say(f"  they differ in {line}")


def print_recheck(found: Recheck, console: Console) -> None:
    for line in found.notes:
        console.print(f"note: {line}", highlight=False, markup=False)
    for name, reason in found.failed:
        console.print(f"{name}: {reason}", highlight=False, markup=False)
    verdict = "all hold, and the figures follow from them" if not found.failed else f"{len(found.failed)} failures"
    console.print(f"{found.proofs} {found.what} checked again: {verdict}", highlight=False, markup=False)
