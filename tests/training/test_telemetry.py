"""The telemetry of a ledger made by hand, every number worked out beside it."""

import numpy as np
import pytest

from conjecture.telemetry import binary_entropy
from training.ledger import Ledger, Proposal
from training.telemetry import of_round, of_run
from verify.records import Attempt, Outcome, Statement, Verdict

SEED = Statement("seed", "(a : ℕ) : a = a", source="seed")
EASY = Statement("easy", "(n : ℕ) : n < n + 1", source="given")
OPEN = Statement("open", "(n : ℕ) : n < 2 ^ n", source="given")
OUTSIDE = Statement("outside", "(s : Set ℕ) : s = s", source="given")

KEPT, RENAMED = "(n : ℕ) : n = 0 ∨ 0 < n", "(m : ℕ) : m = 0 ∨ 0 < m"
FALSE, TRIVIAL, ILL = "(x : ℝ) (h : 0 < x) : x < x", ": ∀ p : Prop, p → 2 = 2", "(x : ℝ) : x ∨ x"
LIKE_SEED = "(b : ℕ) : b = b"
FORMS = {KEPT: "n0", RENAMED: "n0", FALSE: "f", TRIVIAL: "t", LIKE_SEED: "seed form"}


def verdict(outcome: Outcome, **fields) -> Verdict:
    return Verdict(outcome, "", "core", **fields)


def elaborates(ledger, statement, form=""):
    ledger.add_verdicts([("statement", statement.id, "", verdict(Outcome.ELABORATES, canonical=form))])


def propose(ledger, round, rows):
    """Rows of (signature or None, gate)."""
    proposals = [Proposal(round, i, 0, SEED.id, "", text, 5) for i, (text, _) in enumerate(rows)]
    statements = [text and conjecture(text) for text, _ in rows]
    ledger.add_proposals(proposals)
    ledger.add_gates(
        round, [(p, gate, s and s.id) for p, s, (_, gate) in zip(proposals, statements, rows, strict=True)]
    )
    ledger.add_statements(
        "conjecture", round, [s for s, (_, gate) in zip(statements, rows, strict=True) if gate == "passed"]
    )
    for text, _ in rows:
        if text in FORMS:
            elaborates(ledger, conjecture(text), FORMS[text])


def conjecture(signature, lemma="mul_pos"):
    return Statement("c", signature, source="conjecture", parents=(SEED.id,), lemma=lemma)


def attempt(ledger, statement, round, proofs, sampler="prover"):
    """`proofs`: a proof, whether it is one, its lemmas."""
    ledger.add_attempts(Attempt(statement.id, row[0], round, i, sampler) for i, row in enumerate(proofs))
    ledger.add_verdicts(
        ("proof", statement.id, proof, verdict(Outcome.PROVED if proved else Outcome.FAILED, lemmas=lemmas))
        for proof, proved, lemmas in proofs
    )


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.add_statements("given", 0, [EASY, OPEN, OUTSIDE])
        ledger.add_statements("seed", 0, [SEED])
        for statement in (EASY, OPEN):
            elaborates(ledger, statement, statement.name)
        ledger.add_verdicts([("statement", OUTSIDE.id, "", verdict(Outcome.OUT_OF_PROFILE))])
        ledger.add_verdicts([("proof", SEED.id, "rfl", verdict(Outcome.PROVED, canonical="seed form"))])
        attempt(ledger, EASY, 0, [("omega", True, ())])
        yield ledger


def first_round(ledger):
    propose(ledger, 1, [
        (KEPT, "passed"), ("(n : ℕ) :  n = 0 ∨ 0 < n", "duplicate"), (RENAMED, "renamed"), (FALSE, "refuted"),
        (None, "unreadable"), (LIKE_SEED, "renamed"), (ILL, "ill-formed"), (TRIVIAL, "trivial"),
    ])  # fmt: skip
    simp = [("simp", False, ())] * 6
    attempt(
        ledger,
        conjecture(KEPT),
        1,
        [("exact foo.bar n", True, ("foo.bar", "not_written")), *simp, ("apply zero.le", True, ("zero.le",))],
    )


def test_a_round_by_hand(ledger):
    first_round(ledger)
    found = of_round(ledger, 1)
    assert (found.proposed, found.readable, found.well_formed, found.screened, found.conjectures) == (
        8,
        7,
        6,
        5,
        1,
    )
    assert found.duplicates == 1 / 7  # KEPT, with two blanks
    assert found.renamed == 2 / 7  # that, and RENAMED
    assert found.seen_before == 1 / 7  # LIKE_SEED
    assert found.disjunctive == 3 / 6  # ILL does not count: it does not elaborate
    # lengths of the conclusions: three times 13, x < x, b = b, 2 = 2
    assert found.conclusion_mean == (3 * 13 + 3 * 5) / 6 and found.conclusion_median == 9
    assert (found.refuted, found.trivial, found.vacuous) == (1 / 5, 1 / 5, 0)
    assert (found.lemmas_prompted, found.lemmas_in_proofs) == (1, 2)  # not_written came with a tactic
    assert found.vendi_of == 6 and 1 < found.vendi < 5 and 1 < found.vendi_given <= 2
    assert found.targets == 1 and 0 < found.closeness < 1
    assert found.tried == 1 and found.entropy == binary_entropy(1 / 4)
    assert (found.rate_0, found.rate_low, found.rate_1) == (0, 1, 0)


def test_what_an_earlier_round_proposed_was_seen_before_whatever_became_of_it(ledger):
    first_round(ledger)
    propose(
        ledger,
        2,
        [
            (FALSE, "refuted"),
            ("(k : ℕ) : k ≤ k * k", "ill-formed"),
            (RENAMED, "renamed"),
            (ILL, "ill-formed"),
        ],
    )
    found = of_round(ledger, 2)
    assert found.seen_before == 3 / 4 and found.duplicates == found.renamed == 0
    assert found.conjectures == found.tried == 0
    assert found.closeness is found.entropy is found.rate_0 is None
    assert of_round(ledger, 1).seen_before == 1 / 7, "later rounds do not change an earlier one"
    assert of_run(ledger) == [of_round(ledger, 1), found]


def test_a_statement_is_open_until_the_round_after_its_proof(ledger):
    first_round(ledger)
    attempt(ledger, OPEN, 1, [("simp", True, ())])
    propose(ledger, 2, [(FALSE, "passed")])
    assert [found.targets for found in of_run(ledger)] == [1, 0]


def test_only_this_rounds_conjectures_have_pass_rates_here(ledger):
    first_round(ledger)
    before = of_round(ledger, 1)
    attempt(ledger, OPEN, 1, [("rfl", False, ())] * 4)
    attempt(ledger, conjecture(KEPT), 1, [("rfl", False, ())] * 4, sampler="final")
    assert of_round(ledger, 1) == before
    propose(ledger, 2, [(FALSE, "passed")])
    attempt(ledger, conjecture(KEPT), 2, [("exact bar.foo", True, ("bar.foo",))])
    later = of_round(ledger, 2)
    assert later.tried == later.lemmas_in_proofs == 0, "nor does another try at an earlier round's conjecture"


def test_embeddings_take_the_place_of_the_trigrams(ledger):
    first_round(ledger)
    asked = []

    def vectors(texts):
        asked.append(list(texts))
        return np.array([[1.0, 0.0] if "∨" in text else [0.6, 0.8] for text in texts])

    found = of_round(ledger, 1, vectors)
    assert found.closeness == pytest.approx(0.6)  # OPEN to KEPT
    # 3 of 6 each way, cosine 0.6: eigenvalues 0.8 and 0.2
    assert found.vendi == pytest.approx(0.8**-0.8 * 0.2**-0.2)
    assert found.vendi_given == pytest.approx(1)
    assert [OPEN.signature] in asked and [KEPT] in asked


def test_rounds_without_proposals_have_none(ledger):
    assert of_run(ledger) == []
    found = of_round(ledger, 0)
    assert found.proposed == 0 and found.vendi is found.duplicates is found.disjunctive is found.conclusion_mean is None


def test_an_unfinished_round_is_told_as_far_as_it_went(ledger):
    ledger.add_proposals([Proposal(1, 0, 0, SEED.id, "", KEPT, 5)])
    [found] = of_run(ledger)
    assert (found.proposed, found.readable, found.well_formed, found.screened) == (1, 1, 0, 0)
    assert found.trivial is found.disjunctive is None and found.duplicates == 0


def test_reading_changes_nothing(ledger):
    first_round(ledger)
    before = ledger.fingerprint()
    of_run(ledger)
    assert ledger.fingerprint() == before
