"""What is learnt from a round: weighted rows for both voices (STP, section 3.3 and stage 3).

Deviation: some rows of the cold start's library are repeated, so that a small model does not forget it; the presets
of the paper and of its code repeat none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from prover.prompts import conjecture_example, prove_example
from training.coldstart import ProvedTheorem, conjecturer_examples, prover_examples
from training.ledger import LedgerError
from training.replay import ProofWeights, Replayed, all_proofs, proof_weight, recent_proofs
from training.stp import Round
from verify.records import Example


def round_examples(play: Round, library: Sequence[ProvedTheorem]) -> list[Example]:
    """The training set of a round: recent hard-won proofs, selected conjectures, some of the library."""
    config, ledger, number = play.config, play.ledger, play.number
    began = max(n for n in range(number + 1) if config.fresh(n))
    window = range(max(began, number - config.replay_rounds + 1), number + 1)
    tallies = [ledger.tallies(past, "prover") for past in window]
    proofs = recent_proofs(tallies, config.prover_band, config.prover_pass_rate_over)
    rows = _proof_rows(play, proofs, config.weights) + _conjecture_rows(play)
    old = _library_rows(play, library)
    kept = np.random.default_rng([config.seed, number, 1]).permutation(len(old))[: config.library_rows]
    return rows + [old[i] for i in sorted(kept)]


def all_examples(play: Round, library: Sequence[ProvedTheorem]) -> list[Example]:
    """The training set of a model that begins anew from the base: the library and the proofs of all rounds.

    For the final re-training and the refreshes; for expert iteration every proof so far at any rate (optimised: at
    most 16 of a statement). There are no conjecturer's rows but the library's; where every round begins at the base,
    the selected conjectures of all rounds.
    """
    config = play.config
    settings, weights = config.retraining, config.weights
    if config.recipe != "stp":
        most = settings.proofs_per_statement if config.recipe == "expert-iteration-optimised" else 0
        settings = replace(settings, pass_rate_max=1.0, proofs_per_statement=most)
    rounds = [play.ledger.tallies(past, "prover") for past in range(play.number + 1)]
    rng = np.random.default_rng([config.seed, play.number, 4])
    proofs = all_proofs(rounds, {s.id for s in play.statements}, settings, rng)
    if settings.weights == "length":
        weights = ProofWeights(weights.length_penalty, 0.0)
        proofs = [found._replace(distinct=1) for found in proofs]
    conjectures = []
    if config.recipe == "stp" and config.begin_at_base:
        for past in range(1, play.number + 1):
            conjectures += _conjecture_rows(replace(play, number=past))
    return [*_library_rows(play, library), *_proof_rows(play, proofs, weights), *conjectures]


def _proof_rows(play: Round, proofs: Iterable[Replayed], weights: ProofWeights) -> list[Example]:
    known = {s.id: s for s in play.ledger.statements()}
    rows = []
    for id, proof, distinct in proofs:
        heartbeats = play.ledger.verdict("proof", id, proof).heartbeats
        rows.append(prove_example(known[id], proof, proof_weight(proof, distinct, heartbeats, weights)))
    return rows


def _conjecture_rows(play: Round) -> list[Example]:
    """The round's selected conjectures; a relabelled one as if the trivial lemma had been asked for."""
    selected = [row for row in play.ledger.selections(play.number) if row.weight > 0]
    known = {s.id: s for s in play.ledger.statements()}
    prompts = {(p.seed, p.lemma): p for p in play.prompts} if selected else {}
    rows = []
    for row in selected:
        conjecture = known[row.statement]
        prompt = prompts.get((conjecture.parents[0], conjecture.lemma))
        if prompt is None:
            raise LedgerError(
                f"what the conjecturer was shown in round {play.number} is not recorded (an older version played it) and "
                "does not follow from these settings; fork with the old run's --seed and --seeds"
            )
        asked = None if row.decision == "relabelled" else prompt.stated
        rows.append(conjecture_example(asked, known[prompt.seed], prompt.proof, conjecture, row.weight))
    return rows


def _library_rows(play: Round, library: Sequence[ProvedTheorem]) -> list[Example]:
    proofs = prover_examples(library, weighted=play.config.cold_start.weighted)
    config = play.config
    return [*proofs, *conjecturer_examples(library, play.lemmas, config.cold_start, config.seeds.prompts)]
