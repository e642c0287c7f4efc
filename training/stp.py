"""One round of self-play theorem proving, phase by phase (Dong & Ma, STP, arXiv 2502.00212v4, section 3).

    conjecture   prompts from proved statements and lemmas; the model conjectures           3.1
    gate         readable, new, well-formed, not trivial: before a proof is sampled          ours
    prove        K proofs for each unproved statement and each conjecture, judged by Lean    3.1
    select       barely provable, on its lemma, elegant                                      3.2
    train        weighted SFT of both voices, from the previous round's weights              3.3

Every phase reads what earlier phases have recorded, writes what it finds, and marks its end: a resumed
round repeats nothing that was recorded. Deviations from the paper: the gates; seed theorems are prompts
too; the conjecturer's examples all weigh 1 (reweighting comes with its own settings).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from conjecture import gates
from conjecture.library import stated
from conjecture.seeds import ConjectureInput, ProvedStatement, conjecture_inputs
from conjecture.selection import Candidate, proof_weight, select
from prover.attempts import Clock, chunks, derived_seed, sample_and_check, sample_proofs
from prover.prompts import conjecture_example, conjecture_prompt, prove_example, read_signature
from prover.sampler import TransformersSampler
from training.coldstart import ProvedTheorem, conjecturer_examples, invoked, prover_examples
from training.config import SelfplayConfig
from training.judge import Judge
from training.ledger import Ledger, Proposal, Tally
from training.progress import step
from verify.records import Attempt, Example, Statement, Verdict

CHUNK = 16  # statements sampled together
SCREEN_HEARTBEATS = 1_000  # for each of the gates' own proofs


@dataclass
class Round:
    """The phases of round `number`. `lemmas` is name -> signature of what one may prompt with."""

    number: int
    config: SelfplayConfig
    judge: Judge
    sampler: TransformersSampler
    lemmas: dict[str, str]
    clock: Clock = field(default_factory=Clock)

    @property
    def ledger(self) -> Ledger:
        return self.judge.ledger

    async def conjecture(self) -> None:
        """Samples the conjecturer; every raw proposal is recorded."""
        if self.ledger.finished(self.number, "conjecture"):
            return
        inputs = self.inputs
        known = {s.id: s for s in self.ledger.statements()}
        n = self.config.conjectures_per_prompt
        done = {p.prompt for p in self.ledger.proposals(self.number)}
        groups = [range(i, min(i + 2 * CHUNK, len(inputs))) for i in range(0, len(inputs), 2 * CHUNK)]
        with step(f"round {self.number}: conjecture", len(inputs) * n) as shown:
            for group in groups:
                if group[0] not in done:
                    prompts = [conjecture_prompt(*self._shown(inputs[i], known)) for i in group]
                    seeds = [derived_seed(self.config.seed, "conjecture", self.number, i) for i in group]
                    began = time.monotonic()
                    completions = await asyncio.to_thread(self.sampler.sample, prompts, n, seeds)
                    self.clock.sample += time.monotonic() - began
                    self.clock.tokens += sum(c.tokens for c in completions)
                    self.ledger.add_proposals(
                        Proposal(
                            self.number, group[c.prompt_index], c.sample, inputs[group[c.prompt_index]].statement,
                            inputs[group[c.prompt_index]].lemma, read_signature(c.text) if c.finished else None, c.tokens,
                        )
                        for c in completions
                    )  # fmt: skip
                shown.advance(len(group) * n)
        self.ledger.finish(self.number, "conjecture", prompts=len(inputs))

    @cached_property
    def inputs(self) -> list[ConjectureInput]:
        """The prompts of this round: a function of the seed and of what earlier rounds have proved."""
        rates = self._best_rates()
        proved: dict[str, ProvedStatement] = {}
        attempted = self.ledger.solved("given")
        for kind in ("seed", "given"):
            for statement, proof, verdict in self.ledger.proofs(kind):
                if kind == "given" and attempted.get(statement, self.number) >= self.number:
                    continue
                lemmas = invoked(proof, verdict.lemmas, self.lemmas)
                rate = rates.get(statement, 1.0 if kind == "seed" else 0.0)
                # The shortest proof stands for the statement, unless a longer one is richer in lemmas.
                if statement not in proved or len(lemmas) > len(proved[statement].lemmas):
                    proved[statement] = ProvedStatement(statement, proof, lemmas, rate)
        prompts = -(-4 * self.config.conjectures // self.config.conjectures_per_prompt)  # most fall at the gates
        rng = np.random.default_rng([self.config.seed, self.number])
        return conjecture_inputs(list(proved.values()), self.lemmas, prompts, rng, self.config.seeds)

    def _best_rates(self) -> dict[str, float]:
        rates: dict[str, float] = {}
        for earlier in range(self.number):
            for tally in self.ledger.tallies(earlier, "prover", "given"):
                rates[tally.statement] = max(rates.get(tally.statement, 0.0), tally.pass_rate)
        return rates

    def _shown(self, given: ConjectureInput, known: dict[str, Statement]) -> tuple[tuple[str, str] | None, Statement, str]:
        """What the conjecturer sees of an input, sampling and training alike: lemma, statement, proof."""
        return stated(given.lemma, self.lemmas), known[given.statement], given.proof

    async def gate(self) -> None:
        """Decides which proposals become conjectures of this round."""
        if self.ledger.finished(self.number, "gate"):
            return
        earlier = [s for s in self.ledger.statements() if s.source != "conjecture"]
        for past in range(1, self.number):
            earlier += self.ledger.statements("conjecture", past)
        proposals = self.ledger.proposals(self.number)
        read = [
            gates.statement_of(p.signature, (p.seed,), p.lemma) if p.signature else None for p in proposals
        ]
        words = gates.textual(read, {s.id for s in earlier})
        fresh = [i for i, word in enumerate(words) if word == gates.PASSED]
        with step(f"round {self.number}: gates", len(fresh)) as shown:

            async def ask(question: str, statement: Statement, proof: str) -> Verdict:
                limit = self.config.heartbeats if question == "statement" else SCREEN_HEARTBEATS
                return await self.judge.ask(question, statement, proof, limit)

            async def one(index: int) -> tuple[str, Verdict]:
                result = await gates.screen(read[index], ask)
                shown.advance()
                return result

            screened = await asyncio.gather(*(one(i) for i in fresh))
        known = self.ledger.canonical_forms(self.number)
        for index, word in zip(fresh, gates.new_up_to_renaming(screened, known), strict=True):
            words[index] = word
        passed = [i for i in fresh if words[i] == gates.PASSED]
        for index in passed[self.config.conjectures :]:
            words[index] = "over budget"
        kept = [read[i] for i in passed[: self.config.conjectures]]
        self.ledger.add_statements("conjecture", self.number, kept)
        self.ledger.add_gates(
            self.number, ((p, word, s and s.id) for p, word, s in zip(proposals, words, read, strict=True))
        )
        self.ledger.finish(self.number, "gate", passed=len(kept))

    async def prove(self, targets: Sequence[Statement], voice: str = "prover") -> None:
        """K samples for each target and for each conjecture of this round, checked while sampling goes on."""
        if self.ledger.finished(self.number, f"prove:{voice}"):
            return
        statements = [*targets, *self.ledger.statements("conjecture", self.number)]
        by_id = {s.id: s for s in statements}
        alone = self.number == 0 or voice != "prover"  # the first and the last model try every statement
        k = self.config.evaluation_samples if alone else self.config.samples_per_statement
        recorded = self.ledger.attempts(self.number, voice)
        done = {a.statement_id for a in recorded}
        todo = [chunk for chunk in chunks(statements, CHUNK) if chunk[0].id not in done]
        with step(f"round {self.number}: prove", len(statements) * k) as shown:
            shown.advance(len(recorded))

            def sample(chunk: Sequence[Statement]) -> list[Attempt]:
                return sample_proofs(self.sampler, chunk, k, self.config.seed, self.number, voice)

            def check(attempts: list[Attempt]) -> asyncio.Task[None]:
                self.ledger.add_attempts(attempts)  # before any verdict: a verdict without its attempt says nothing
                return asyncio.create_task(self._check(attempts, by_id, shown.advance))

            left_open = check(recorded)
            await sample_and_check(todo, sample, check, self.clock)
            await left_open
        self.ledger.finish(self.number, f"prove:{voice}", statements=len(statements))

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
        self.ledger.add_selections(
            self.number,
            (
                (d.candidate.statement, d.candidate.pass_rate, d.candidate.samples, d.candidate.elegance, d.weight, d.decision)
                for d in decisions
            ),
        )  # fmt: skip
        self.ledger.finish(self.number, "select", selected=sum(d.decision == "selected" for d in decisions))

    def _candidate(self, tally: Tally, statement: Statement) -> Candidate:
        verdicts = [(proof, self.ledger.verdict("proof", tally.statement, proof)) for proof in tally.proofs]
        used = frozenset(name for proof, verdict in verdicts for name in invoked(proof, verdict.lemmas, self.lemmas))
        return Candidate(
            tally.statement, statement.signature, statement.lemma, tally.samples, tally.correct, tally.proofs, used
        )

    def examples(self, library: Sequence[ProvedTheorem]) -> list[Example]:
        """This round's training set: recent hard-won proofs, selected conjectures, some of the library."""
        statements = {s.id: s for s in self.ledger.statements()}
        window = range(max(0, self.number - self.config.replay_rounds + 1), self.number + 1)
        samples: dict[str, int] = {}
        correct: dict[str, int] = {}
        proofs: dict[str, set[str]] = {}
        for past in window:
            for tally in self.ledger.tallies(past, "prover"):
                samples[tally.statement] = samples.get(tally.statement, 0) + tally.samples
                correct[tally.statement] = correct.get(tally.statement, 0) + tally.correct
                proofs.setdefault(tally.statement, set()).update(tally.proofs)
        rows = [
            prove_example(statements[statement], proof, proof_weight(proof, len(found)))
            for statement, found in proofs.items()
            if correct[statement] / samples[statement] <= self.config.prover_pass_rate_max
            for proof in sorted(found)
        ]
        by_prompt = {(i.statement, i.lemma): i for i in self.inputs} if self.number else {}
        for statement_id, _, _, _, weight, decision in self.ledger.selections(self.number):
            if decision == "selected":
                conjecture = statements[statement_id]
                given = by_prompt[conjecture.parents[0], conjecture.lemma]
                rows.append(conjecture_example(*self._shown(given, statements), conjecture, weight))
        old = [*prover_examples(library), *conjecturer_examples(library, self.lemmas, self.config.cold_start)]
        rng = np.random.default_rng([self.config.seed, self.number, 1])
        kept = rng.permutation(len(old))[: self.config.library_rows]
        return rows + [old[i] for i in sorted(kept)]
