"""One round of self-play theorem proving, phase by phase (Dong & Ma, STP, arXiv 2502.00212v4, section 3).

    conjecture   prompts from proved statements and lemmas; the model conjectures           3.1
    gate         new; with screening also well-formed, true as far as we see, not trivial    ours
    prove        K proofs for each open statement and each conjecture, judged by Lean        3.1
    select       barely provable, on its lemma, elegant, near to what is unproved            3.2
                 with SGS (arXiv 2604.20209) not among the easiest, and of use for its target
    (train)      weighted rows of both voices, `training.examples`                           3.3

Every phase reads what earlier phases have recorded, writes what it finds, and marks its end: a resumed round repeats
nothing that was recorded. What the presets differ in are fields of `SelfplayConfig`; docs/stp.md maps the paper's
steps to functions. The baselines are the same round without conjectures.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from conjecture import gates
from conjecture.guide import Pair, guide, scores
from conjecture.library import invoked
from conjecture.reweighting import Reweighting, ReweightingSettings, reweight
from conjecture.seeds import ConjectureInput, ProvedStatement, conjecture_inputs, samples_per_input, target_inputs
from conjecture.selection import Candidate, select
from prover.attempts import Chunk, Clock, chunks, derived_seed, sample_and_check, sample_proofs
from prover.embedding import embed
from prover.prompts import conjecture_prompt, read_signature
from prover.sampler import Sampler
from training.config import SelfplayConfig
from training.judge import Judge
from training.ledger import FINAL, Ledger, Prompt, Proposal, Selection, Tally
from training.progress import step
from verify.records import Attempt, Statement, Verdict

CHUNK = 16  # statements sampled together
AHEAD = 3  # chunks of targets that Lean has to judge while the conjecturer writes
SCREEN_HEARTBEATS = 1_000  # for each of the gates' own proofs


@dataclass
class Round:
    """The phases of round `number`. `statements` are the data set's; `lemmas` is name -> signature, for prompts."""

    number: int
    config: SelfplayConfig
    judge: Judge
    sampler: Sampler
    statements: Sequence[Statement]
    lemmas: dict[str, str]
    clock: Clock = field(default_factory=Clock)

    @property
    def ledger(self) -> Ledger:
        return self.judge.ledger

    @property
    def conjecturing(self) -> bool:
        return self.config.recipe == "stp" and not self.config.fresh(self.number)

    @cached_property
    def unproved(self) -> list[Statement]:
        """The given statements that no earlier round has proved."""
        solved = self.ledger.solved("given", "prover")
        return [s for s in self.statements if solved.get(s.id, self.number) >= self.number]

    @property
    def budget(self) -> int:
        """So many conjectures are proved in this round, at most (the paper: as many as unproved statements)."""
        budgets = {"fixed": self.config.conjectures, "unproved": len(self.unproved), "all": len(self.statements)}
        return budgets[self.config.conjecture_budget]

    async def conjecture(self) -> None:
        """Samples the conjecturer; every raw proposal is recorded."""
        if self.ledger.finished(self.number, "conjecture"):
            return
        prompts = self.prompts
        self.ledger.add_prompts(self.number, prompts)
        known = {s.id: s for s in self.ledger.statements()}
        n = self.config.conjectures_per_prompt
        if self.config.seeds.prompts == "proved":
            n = samples_per_input(len(prompts), self._proposals, n)
        done = {p.prompt for p in self.ledger.proposals(self.number)}
        groups = [range(i, min(i + 2 * CHUNK, len(prompts))) for i in range(0, len(prompts), 2 * CHUNK)]
        with step(f"round {self.number}: conjecture", len(prompts) * n) as shown:
            for group in groups:
                if group[0] not in done:
                    asked = [prompts[i] for i in group]
                    texts = [conjecture_prompt(p.stated, known[p.seed], p.proof) for p in asked]
                    seeds = [derived_seed(self.config.seed, "conjecture", self.number, i) for i in group]
                    began = time.monotonic()
                    completions = await asyncio.to_thread(self.sampler.sample, texts, n, seeds)
                    self.clock.sample += time.monotonic() - began
                    self.clock.tokens += sum(c.tokens for c in completions)
                    self.ledger.add_proposals(
                        Proposal(
                            self.number, group[c.prompt_index], c.sample, asked[c.prompt_index].seed,
                            asked[c.prompt_index].lemma, read_signature(c.text) if c.finished else None, c.tokens,
                        )
                        for c in completions
                    )  # fmt: skip
                shown.advance(len(group) * n)
        self.ledger.finish(self.number, "conjecture", prompts=len(prompts))

    @property
    def _proposals(self) -> int:
        fixed = self.config.conjecture_budget == "fixed"
        return self.config.proposals_per_conjecture * (self.config.conjectures if fixed else len(self.statements))

    @cached_property
    def prompts(self) -> list[Prompt]:
        """What the conjecturer sees, sampling and training alike. Once recorded it no longer depends on settings."""
        made = (Prompt(i.statement, i.lemma, self.lemmas[i.lemma] if i.lemma else "", i.proof) for i in self.inputs)
        return self.ledger.prompts(self.number) or list(made)

    @cached_property
    def inputs(self) -> list[ConjectureInput]:
        """What this round prompts with: a function of the seed and of what earlier rounds have proved."""
        prompts = min(-(-self._proposals // self.config.conjectures_per_prompt), len(self.statements))
        rng = np.random.default_rng([self.config.seed, self.number])
        if self.config.seeds.prompts == "unsolved":
            return target_inputs([s.id for s in self.unproved], prompts, rng)
        settings, rates = self.config.seeds, self._best_rates()
        given = {s.id: s for s in self.statements}
        proved: dict[str | tuple[str, str], ProvedStatement] = {}
        for kind, before in (("seed", None), ("given", self.number))[not settings.library :]:
            for statement, proof, verdict in self.ledger.proofs(kind, before):
                lemmas = invoked(proof, verdict.lemmas, self.lemmas)
                rate = rates.get(statement, 1.0 if kind == "seed" else 0.0)
                copies = self._matching_weight(given[statement]) if statement in given else 1
                # The shortest proof stands for the statement, unless a longer one is richer in lemmas.
                key = statement if settings.proofs == "richest" else (statement, proof)
                if key not in proved or len(lemmas) > len(proved[key].lemmas):
                    proved[key] = ProvedStatement(statement, proof, lemmas, rate, copies)
        return conjecture_inputs(list(proved.values()), self.lemmas, prompts, rng, settings)

    def _best_rates(self) -> dict[str, float]:
        rates: dict[str, float] = {}
        for earlier in range(self.number):
            for tally in self.ledger.tallies(earlier, "prover", "given"):
                rates[tally.statement] = max(rates.get(tally.statement, 0.0), tally.pass_rate)
        return rates

    def _matching_weight(self, statement: Statement) -> int:
        counts = self.number >= self.config.matching_weight_from and "valid" in statement.split.lower()
        return self.config.matching_weight if counts else 1

    async def gate(self) -> None:
        """Decides which proposals become conjectures of this round."""
        if self.ledger.finished(self.number, "gate"):
            return
        own = {s.id for s in self.ledger.statements("conjecture", self.number)}
        earlier = [s for s in self.ledger.statements() if s.id not in own]
        proposals = self.ledger.proposals(self.number)
        read = [gates.statement_of(p.signature, (p.seed,), p.lemma) if p.signature else None for p in proposals]
        words = gates.textual(read, earlier)
        fresh = [i for i, word in enumerate(words) if word == gates.PASSED]
        if self.config.screening:
            for index, word in zip(fresh, await self._screen([read[i] for i in fresh]), strict=True):
                words[index] = word
        passed = [i for i in fresh if words[i] == gates.PASSED]
        drawn = np.random.default_rng([self.config.seed, self.number, 5]).permutation(len(passed))
        for place in drawn[self.budget :]:  # the first would be those of a few prompts
            words[passed[place]] = "over budget"
        kept = [read[i] for i in passed if words[i] == gates.PASSED]
        self.ledger.add_statements("conjecture", self.number, kept)
        self.ledger.add_gates(
            self.number, ((p, word, s and s.id) for p, word, s in zip(proposals, words, read, strict=True))
        )
        self.ledger.finish(self.number, "gate", passed=len(kept))

    async def _screen(self, conjectures: Sequence[Statement]) -> list[str]:
        with step(f"round {self.number}: gates", len(conjectures)) as shown:

            async def ask(question: str, statement: Statement, proof: str) -> Verdict:
                limit = self.config.heartbeats if question == "statement" else SCREEN_HEARTBEATS
                return await self.judge.ask(question, statement, proof, limit)

            async def one(conjecture: Statement) -> tuple[str, Verdict]:
                result = await gates.screen(conjecture, ask, self.config.screen_trivial)
                shown.advance()
                return result

            screened = await asyncio.gather(*(one(conjecture) for conjecture in conjectures))
        return gates.new_up_to_renaming(screened, self.ledger.canonical_forms(self.number))

    @cached_property
    def targets(self) -> list[Statement]:
        """The given statements this round tries: the unproved, and solved ones where the settings say so."""
        config, chosen = self.config, self.unproved
        if config.recipe == "expert-iteration-optimised":
            found = Counter(id for id, _, _ in self.ledger.proofs("given", self.number))
            most = config.retraining.proofs_per_statement or math.inf
            chosen = [s for s in self.statements if found[s.id] < most]
        elif config.resample_rate_max or config.resample_probability:
            rates, unproved = self._best_rates(), {s.id for s in self.unproved}
            coins = np.random.default_rng([config.seed, self.number, 3]).random(len(self.statements))
            chosen = [
                s for s, coin in zip(self.statements, coins, strict=True)
                if s.id in unproved
                or rates.get(s.id, 0.0) < config.resample_rate_max or coin < config.resample_probability
            ]  # fmt: skip
        if config.statements_per_round and not config.fresh(self.number):
            rng = np.random.default_rng([config.seed, self.number, 2])
            drawn = rng.permutation(len(chosen))[: config.statements_per_round]
            chosen = [chosen[i] for i in sorted(drawn)]
        return chosen

    def samples(self, voice: str = "prover") -> int:
        """K of this round."""
        config = self.config
        if voice == FINAL:  # equal in all recipes, which are compared
            return config.evaluation_samples or config.samples_per_statement
        if config.fresh(self.number) and config.evaluation_samples:
            return config.evaluation_samples
        return config.samples_per_statement if config.recipe == "stp" else config.baseline_samples

    @property
    def samples_per_conjecture(self) -> int:
        return self.config.samples_per_conjecture or self.config.samples_per_statement

    async def prove(self, voice: str = "prover") -> None:
        """K samples for each target and for each conjecture of this round, checked while sampling goes on.

        Some targets come first, so that Lean is at work while the conjecturer writes, and the others while Lean is at
        the gates. Conjectures may get fewer samples, by the rule of `AdaptiveK`; what that saved is recorded with the
        phase. The final model tries every statement, and conjectures nothing.
        """
        if self.ledger.finished(self.number, f"prove:{voice}"):
            return
        targets = self.statements if voice == FINAL else self.targets
        conjectures = self.ledger.statements("conjecture", self.number)
        by_id = {s.id: s for s in (*targets, *conjectures)}
        k, k_conjecture, adaptive = self.samples(voice), self.samples_per_conjecture, self.config.adaptive
        recorded = self.ledger.attempts(self.number, voice)
        done = {(a.statement_id, a.sample) for a in recorded}
        conjecturing, gate = self.conjecturing and voice != FINAL, None
        with step(f"round {self.number}: prove", len(targets) * k + len(conjectures) * k_conjecture) as shown:
            shown.advance(len(recorded))

            def sample(chunk: Chunk) -> list[Attempt]:
                return sample_proofs(self.sampler, chunk, self.config.seed, self.number, voice)

            def check(attempts: list[Attempt]) -> asyncio.Task[None]:
                self.ledger.add_attempts(attempts)  # before any verdict: a verdict without its attempt says nothing
                return asyncio.create_task(self._check(attempts, by_id, shown.advance))

            async def work(first: int, size: int) -> AsyncIterator[Chunk]:
                nonlocal gate
                block = untried(chunks(targets, CHUNK, 0, k)) if first == 0 else []
                for chunk in block[:AHEAD]:
                    yield chunk
                if first == 0 and conjecturing:
                    await self.conjecture()
                    gate = asyncio.create_task(self.gate())
                for chunk in block[AHEAD:]:
                    yield chunk
                if first == 0 and gate:
                    await gate
                    conjectures[:] = self.ledger.statements("conjecture", self.number)
                    by_id.update((s.id, s) for s in conjectures)
                    shown.at(shown.done, len(targets) * k + len(conjectures) * k_conjecture)
                undecided = self._unsettled(conjectures, first, k_conjecture) if first else conjectures
                for chunk in untried(chunks(undecided, CHUNK, first, size)):
                    yield chunk

            def untried(work: Sequence[Chunk]) -> list[Chunk]:
                return [chunk for chunk in work if (chunk.statements[0].id, chunk.first) not in done]

            left_open = check(recorded)
            try:
                for first, size in adaptive.spans(k_conjecture):
                    await sample_and_check(work(first, size), sample, check, self.clock)
                    await left_open
            finally:
                if gate:
                    gate.cancel()
        wanted = len(targets) * k + len(conjectures) * k_conjecture
        made = len(self.ledger.attempts(self.number, voice))
        self.ledger.finish(self.number, f"prove:{voice}", statements=len(by_id), saved=wanted - made)

    def _unsettled(self, conjectures: Sequence[Statement], first: int, k: int) -> list[Statement]:
        """The conjectures whose first samples do not decide yet whether they will be in the band."""
        tallies = self.ledger.tallies(self.number, "prover", "conjecture", first)
        band, settled = self.config.selection.band, self.config.adaptive.settled
        over = {t.statement for t in tallies if settled(t.correct, t.samples, k, band)}
        return [s for s in conjectures if s.id not in over]

    async def _check(self, attempts: list[Attempt], by_id: dict[str, Statement], advance) -> None:
        await self.judge.ask_all("proof", ((by_id[a.statement_id], a.proof) for a in attempts), self.config.heartbeats)
        advance(len(attempts))

    def select(self) -> None:
        """The conjecturer's examples of this round (STP, section 3.2)."""
        if self.ledger.finished(self.number, "select"):
            return
        statements = {s.id: s for s in self.ledger.statements("conjecture", self.number)}
        tallies = self.ledger.tallies(self.number, "prover", "conjecture")
        decisions = select([self._candidate(t, statements[t.statement]) for t in tallies], self.config.selection)
        kept = [d for d in decisions if d.weight]
        chosen = [d.candidate.statement for d in kept]
        plan = self.reweighted([statements[id] for id in chosen])
        guided = self.guided([statements[id] for id in chosen])
        rewards = [d.weight * score * w for d, score, w in zip(kept, guided, plan.weights.tolist(), strict=True)]
        weights = dict(zip(chosen, rewards, strict=True))
        self.ledger.add_selections(
            self.number,
            (
                Selection(
                    d.candidate.statement, d.candidate.pass_rate, d.candidate.samples, d.candidate.elegance,
                    weights.get(d.candidate.statement, 0.0), d.decision,
                )
                for d in decisions
            ),
        )  # fmt: skip
        self.ledger.finish(
            self.number, "select", selected=sum(weight > 0 for weight in weights.values()),
            objective=plan.objective, gap=plan.gap, seconds=round(plan.seconds, 3),
        )  # fmt: skip

    def reweighted(self, conjectures: Sequence[Statement]) -> Reweighting:
        """Weighs selected conjectures: more for those near to statements that are still unproved (3.2)."""
        solved = self.ledger.solved("given", "prover")
        unproved = [s for s in self.statements if solved.get(s.id, self.number + 1) > self.number]
        settings = ReweightingSettings(self.config.reweighting, self.config.reweighting_cap)
        if settings.method == "none" or not conjectures or not unproved:
            return Reweighting(np.ones(len(conjectures)), None, None, 0.0)
        model, tokenizer = self.sampler.model, self.sampler.tokenizer
        x_nd, y_md = (embed(model, tokenizer, [s.signature for s in group]) for group in (conjectures, unproved))
        matching = np.array([self._matching_weight(s) for s in unproved])
        seed = derived_seed(self.config.seed, "reweighting", self.number)
        return reweight(x_nd, y_md, settings, seed, matching)

    def guided(self, conjectures: Sequence[Statement]) -> list[float]:
        """R_guide of each, by what it was prompted with (SGS); 1 where nobody judges. Reviews are asked for once."""
        settings = self.config.guide
        if settings.judge == "none" or not conjectures:
            return [1.0] * len(conjectures)
        known, done = {s.id: s for s in self.ledger.statements()}, self.ledger.reviews(self.number)
        form = self.ledger.canonical
        todo = [
            Pair(c, known[c.parents[0]], form(c.id) != "" and form(c.id) == form(c.parents[0]))
            for c in conjectures if c.id not in done
        ]  # fmt: skip
        if todo:
            judge = guide(settings)
            with step(f"round {self.number}: guide", len(todo)) as shown:
                for group in (todo[i : i + CHUNK] for i in range(0, len(todo), CHUNK)):
                    reviews = zip((pair.conjecture.id for pair in group), judge(group), strict=True)
                    self.ledger.add_reviews(self.number, settings.judge, reviews)
                    shown.advance(len(group))
        reviews = self.ledger.reviews(self.number)
        return scores([reviews[c.id] for c in conjectures])

    def _candidate(self, tally: Tally, statement: Statement) -> Candidate:
        verdicts = [(proof, self.ledger.verdict("proof", tally.statement, proof)) for proof in tally.proofs]
        used = frozenset(name for proof, verdict in verdicts for name in invoked(proof, verdict.lemmas, self.lemmas))
        return Candidate(
            tally.statement, statement.signature, statement.lemma, tally.samples, tally.correct, tally.proofs, used
        )
