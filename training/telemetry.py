"""The collapse telemetry of each round, read from a ledger alone, so that old runs have it too.

What is measured and why stands in `conjecture.telemetry`. A correction to the gates' own count: a proposal
counts as seen before when any earlier round proposed it, whatever the gates made of it then; the gates
compare with conjectures that passed.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import lru_cache
from statistics import fmean, median

from conjecture.library import invoked
from conjecture.telemetry import (
    TARGETS,
    VENDI_EXACT,
    Telemetry,
    Vectors,
    binary_entropy,
    closeness,
    conclusion,
    disjunctive,
    drawn,
    repeated,
    share,
    trigram_vectors,
    vendi_score,
)
from training.ledger import Ledger, Proposal, Tally
from verify.records import Outcome, Statement

UNSCREENED = ("unreadable", "duplicate", "ill-formed", "undecided")
"""Words of the gates for proposals that were not asked whether they are refuted, trivial or vacuous."""


def of_run(ledger: Ledger, vectors: Vectors = trigram_vectors) -> list[Telemetry]:
    """One for each round with proposals, in order; `vectors` embeds texts for the Vendi score and closeness."""
    reader = _Reader(ledger, vectors)
    seen, found = reader.known(), []
    for number in reader.rounds():
        found.append(reader.read(number, seen))
        seen |= set(reader.forms(number))
    return found


def of_round(ledger: Ledger, number: int, vectors: Vectors = trigram_vectors) -> Telemetry:
    """The telemetry of one round, as far as it has been played; `vectors` as for `of_run`."""
    reader = _Reader(ledger, vectors)
    earlier = (reader.forms(past) for past in reader.rounds() if past < number)
    return reader.read(number, reader.known().union(*earlier))


class _Reader:
    """What all rounds of a ledger share, read once."""

    def __init__(self, ledger: Ledger, vectors: Vectors) -> None:
        self.ledger, self.vectors = ledger, vectors
        answers = ledger.answers("statement")
        self.well_formed = {id for id, outcome, _, _ in answers if outcome == Outcome.ELABORATES}
        self.canonical = {id: verdict.canonical for id, _, verdict in ledger.proofs("seed")}
        self.canonical |= {id: form for id, _, _, form in answers}
        self.given = [s for s in ledger.statements("given") if s.id in self.well_formed]
        self.solved = ledger.solved("given", "prover")

    def rounds(self) -> list[int]:
        return sorted({number for number, _ in self.ledger.samplers() if self.ledger.proposals(number)})

    def known(self) -> set[str]:
        return {self._form(s.id) for kind in ("seed", "given") for s in self.ledger.statements(kind)}

    def forms(self, number: int) -> list[str]:
        """What the readable proposals of a round are up to the names of binders, or their text where no one knows."""
        return [self._form(_id(p)) for p in self.ledger.proposals(number) if p.signature]

    def _form(self, id: str) -> str:
        return self.canonical.get(id) or id

    def read(self, number: int, seen: AbstractSet[str]) -> Telemetry:
        ledger = self.ledger
        proposals, words = ledger.proposals(number), ledger.gates(number)
        readable = [p for p in proposals if p.signature]
        conjectures = ledger.statements("conjecture", number)
        passed = {s.id for s in conjectures}
        whole = self.well_formed | passed
        texts = [p.signature for p in readable if _id(p) in whole]
        claims = [conclusion(text) for text in texts]
        screened = sum(count for word, count in words.items() if word not in UNSCREENED)
        tallies = [t for t in ledger.tallies(number, "prover", "conjecture") if t.statement in passed]
        rates = [tally.pass_rate for tally in tallies]
        sample = drawn(texts, VENDI_EXACT)
        targets = drawn(self._open(number), TARGETS)
        return Telemetry(
            number=number,
            proposed=len(proposals),
            readable=len(readable),
            well_formed=len(texts),
            screened=screened,
            conjectures=len(conjectures),
            duplicates=repeated([_id(p) for p in readable]),
            renamed=repeated(self.forms(number)),
            seen_before=share(sum(form in seen for form in self.forms(number)), len(readable)),
            conclusion_mean=fmean(map(len, claims)) if claims else None,
            conclusion_median=float(median(map(len, claims))) if claims else None,
            disjunctive=share(sum(map(disjunctive, claims)), len(claims)),
            refuted=share(words.get("refuted", 0), screened),
            trivial=share(words.get("trivial", 0), screened),
            vacuous=share(words.get("vacuous", 0), screened),
            lemmas_prompted=len({s.lemma for s in conjectures} - {""}),
            lemmas_in_proofs=len(self._lemmas(tallies)),
            vendi=vendi_score(self.vectors(sample)) if sample else None,
            vendi_of=len(sample),
            vendi_given=self._vendi_given(len(sample)),
            closeness=self._closeness(targets, [s.signature for s in conjectures]),
            targets=len(targets),
            tried=len(rates),
            entropy=fmean(map(binary_entropy, rates)) if rates else None,
            rate_0=share(sum(rate == 0 for rate in rates), len(rates)),
            rate_low=share(sum(0 < rate <= 1 / 4 for rate in rates), len(rates)),
            rate_1=share(sum(rate == 1 for rate in rates), len(rates)),
        )

    @lru_cache  # noqa: B019 (a reader lives no longer than one report)
    def _vendi_given(self, count: int) -> float | None:
        given = drawn([s.signature for s in self.given], count)
        return vendi_score(self.vectors(given)) if given else None

    def _open(self, number: int) -> list[str]:
        """The given statements in profile that no attempt of an earlier round had proved."""
        return [s.signature for s in self.given if self.solved.get(s.id, number) >= number]

    def _closeness(self, targets: list[str], conjectures: list[str]) -> float | None:
        if not targets or not conjectures:
            return None
        return closeness(self.vectors(targets), self.vectors(conjectures))

    def _lemmas(self, tallies: list[Tally]) -> set[str]:
        """What the correct proofs use by name."""
        found: set[str] = set()
        for tally in tallies:
            for proof in tally.proofs:
                lemmas = self.ledger.verdict("proof", tally.statement, proof).lemmas
                found.update(invoked(proof, lemmas, lemmas))
        return found


def _id(proposal: Proposal) -> str:
    return Statement("", proposal.signature or "").id
