"""Best-first proof search over tactics (GPT-f, arXiv 2009.03393; ReProver, arXiv 2306.15626).

A node is a proof state, reached by a script of tactics. The node with the highest cumulative log-probability, divided
by (number of steps)^alpha (BFS-Prover, arXiv 2502.03438), is expanded: a step model proposes tactics, Lean says what
each leaves open. States with the same text are one node, which keeps the better way to it until it is expanded. A
script that leaves nothing open is checked whole, from the statement on, and only that verdict counts.

Lean keeps no state between questions: each script is elaborated from its beginning. That costs time as scripts grow,
and makes every answer the one that the final check gives.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from prover.attempts import derived_seed
from prover.prompts import prove_prompt, read_proof, step_prompt
from prover.sampler import Sampler, SamplerError
from prover.search import CLOSERS, hints
from verify.policy import tokens
from verify.pool import LeanPool
from verify.records import Job, Outcome, Statement, Verdict

Step = tuple[str, float]
"""A tactic and its log-probability, in nats."""


class StepModel(Protocol):
    """Proposes the next tactic of a proof."""

    def steps(self, statement: Statement, goals: Sequence[str], script: str) -> list[Step]:
        """Different tactics, the likeliest first, for the open `goals` that `script` has led to."""


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """What a search may cost, and how it chooses."""

    expansions: int = 100
    """Nodes expanded, each with one call of the step model and one question to Lean a tactic."""
    alpha: float = 0.0
    """0: the sum of log-probabilities, which favours short scripts; 1: their mean."""
    heartbeats: int = 0
    """Of Lean's work, for each script; 0 is the pool's own limit."""

    def __post_init__(self) -> None:
        if self.expansions < 1 or self.alpha < 0 or self.heartbeats < 0:
            raise ValueError("a search needs at least one expansion; alpha and heartbeats are not negative")


@dataclass(slots=True)
class Search:
    """What a search has found and spent. `checked` are the finished scripts with their verdicts, the last one proved
    if any is; `refused` counts the tactics that led to no state, by outcome."""

    proof: str | None = None
    checked: list[tuple[str, Verdict]] = field(default_factory=list)
    expansions: int = 0
    states: int = 0
    steps: int = 0
    heartbeats: int = 0
    refused: Counter[Outcome] = field(default_factory=Counter)
    reason: str = ""
    """Why it ended without a proof."""


@dataclass(frozen=True, slots=True)
class _Node:
    goals: tuple[str, ...]
    script: str
    logprob: float
    depth: int


async def best_first(
    statement: Statement, model: StepModel, pool: LeanPool, settings: SearchSettings = SearchSettings()
) -> Search:
    """Searches until a script is proved, the budget is spent or no state is left.

    The order depends on the step model alone, not on when Lean answers. Raises what the step model and the pool raise.
    """
    search = Search()
    root = await pool.goals(statement, "", settings.heartbeats)
    search.heartbeats += root.heartbeats
    if not root.reached:
        search.refused[root.outcome] += 1
        search.reason = f"{root.outcome}: {root.reason}"
        return search
    best = {root.goals: -math.inf}  # priority of each state that waits; a state that was expanded stands at +inf
    queue: list[tuple[float, int, _Node]] = []
    order = itertools.count()

    def wait(node: _Node) -> None:
        priority = node.logprob / max(node.depth, 1) ** settings.alpha
        if priority > best.setdefault(node.goals, -math.inf):
            best[node.goals] = priority
            heapq.heappush(queue, (-priority, next(order), node))  # of equals, the earlier one

    wait(_Node(root.goals, "", 0.0, 0))
    while queue and search.expansions < settings.expansions:
        cost, _, node = heapq.heappop(queue)
        if best[node.goals] != -cost:  # expanded, or reached in a better way since
            continue
        best[node.goals] = math.inf
        search.expansions += 1
        proposed = await asyncio.to_thread(model.steps, statement, node.goals, node.script)
        scripts = [f"{node.script}\n{tactic}" if node.script else tactic for tactic, _ in proposed]
        states = await asyncio.gather(*(pool.goals(statement, script, settings.heartbeats) for script in scripts))
        search.steps += len(states)
        search.heartbeats += sum(state.heartbeats for state in states)
        for (_, logprob), script, state in zip(proposed, scripts, states, strict=True):
            if state.done:
                verdict = await pool.check(Job(statement, script, settings.heartbeats))
                search.checked.append((script, verdict))
                search.heartbeats += verdict.heartbeats
                if verdict.proved:
                    search.proof, search.states = script, len(best)
                    return search
            elif state.reached:
                wait(_Node(state.goals, script, node.logprob + logprob, node.depth + 1))
            else:
                search.refused[state.outcome] += 1
    search.states = len(best)
    search.reason = "the budget is spent" if queue else "no state is left"
    return search


# --- step models


@dataclass(frozen=True, slots=True)
class GrammarSteps:
    """Steps without a model: what the goal's shape suggests, the closers, and closers with one hint each.

    All are equally likely, so the search is breadth-first: a floor, as `prover/search.py` is for whole proofs.
    """

    def steps(self, statement: Statement, goals: Sequence[str], script: str) -> list[Step]:
        goal = goals[0].rpartition("⊢")[2]
        shapes = {
            "→": "intro h",
            "∀": "intro x",
            "∧": "constructor",
            "↔": "constructor",
            "∨": "left\nright",
            "¬": "intro h",
        }
        found = [tactic for mark, tactics in shapes.items() if mark in goal for tactic in tactics.split("\n")]
        found += ["assumption", *CLOSERS, *(f"nlinarith [{hint}]" for hint in hints(statement))]
        unique = list(dict.fromkeys(found))
        return [(tactic, -math.log(len(unique))) for tactic in unique]


@dataclass(frozen=True, slots=True)
class GoalSteps:
    """A model that was trained to answer `step_prompt` with one tactic; its own log-probabilities count."""

    sampler: Sampler
    samples: int = 8
    seed: int = 0

    def steps(self, statement: Statement, goals: Sequence[str], script: str) -> list[Step]:
        seed = derived_seed(self.seed, "step", statement.id, *goals)
        found: dict[str, float] = {}
        for completion in self.sampler.sample([step_prompt(goals)], self.samples, [seed]):
            if completion.logprob is None:
                raise SamplerError("steps are ranked by log-probabilities, and this sampler tells none")
            tactic = read_proof(completion.text)
            if tactic and completion.finished:
                found[tactic] = max(completion.logprob, found.get(tactic, -math.inf))
        return _likeliest_first(found)


@dataclass(frozen=True, slots=True)
class ProofSteps:
    """A prover of whole proofs, read one tactic at a time: it goes on from the script, and what it writes is cut
    behind the first tactic (as DeepSeek-Prover-V1.5 truncates and resumes, arXiv 2408.08152).

    A tactic's probability is its share of the samples.
    """

    sampler: Sampler
    samples: int = 8
    seed: int = 0

    def steps(self, statement: Statement, goals: Sequence[str], script: str) -> list[Step]:
        seed = derived_seed(self.seed, "step", statement.id, script)
        prompt = prove_prompt(statement) + (f"{script}\n" if script else "")
        counts: Counter[str] = Counter()
        for completion in self.sampler.sample([prompt], self.samples, [seed]):
            proof = read_proof(completion.text) or ""
            tactic = first_tactic(proof)
            counts[tactic] += completion.finished or tactic != proof  # else it may be half a tactic
        return _likeliest_first({tactic: math.log(n / self.samples) for tactic, n in counts.items() if tactic and n})


def first_tactic(proof: str) -> str:
    """The first tactic of a script without common indentation: up to the next line that begins one.

    A line goes on with the tactic before it when it is indented, when brackets are open or when it begins with `|`,
    `<;>` or a closing bracket.
    """
    depth = 0
    for number, (position, token) in enumerate(tokens(proof)):
        if number and depth == 0 and proof[position - 1] == "\n" and token not in "|<)]}⟩":
            return proof[:position].rstrip()
        depth += (token in "([{⟨") - (token in ")]}⟩")
    return proof.rstrip()


def _likeliest_first(found: dict[str, float]) -> list[Step]:
    return sorted(found.items(), key=lambda step: (-step[1], step[0]))
