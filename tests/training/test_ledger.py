"""The ledger: nothing counted twice, nothing lost to a kill, pass rates as the paper counts them."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.ledger import Ledger, LedgerError, Proposal
from verify.records import Attempt, Message, Outcome, Statement, Verdict

STATEMENT = Statement("two_le", "(n : ℕ) (h : 2 ≤ n) : 1 < n", source="test", tags=("order",))


def verdict(outcome: Outcome, **fields) -> Verdict:
    return Verdict(outcome, "", "core", **fields)


def record(ledger: Ledger, round: int, made: list[tuple[str, Outcome]], statement=STATEMENT, sampler="prover"):
    """Attempts with these proofs and outcomes, in this order."""
    ledger.add_statements("given", 0, [statement])
    ledger.add_attempts(Attempt(statement.id, proof, round, sample, sampler) for sample, (proof, _) in enumerate(made))
    ledger.add_verdicts(("proof", statement.id, proof, verdict(outcome)) for proof, outcome in made)


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        yield ledger


def test_a_pass_rate_counts_every_duplicate(ledger):
    made = [("omega", Outcome.PROVED)] * 3 + [("simp", Outcome.FAILED)] * 28 + [("linarith", Outcome.PROVED)]
    record(ledger, 1, made)
    (tally,) = ledger.tallies(1, "prover")
    assert (tally.correct, tally.samples, tally.pass_rate) == (4, 32, 0.125)
    assert tally.proofs == ("omega", "linarith")
    assert tally.interval() == pytest.approx((0.0351, 0.2899), abs=1e-4)  # Clopper-Pearson
    assert [(t.correct, t.samples) for t in ledger.tallies(1, "prover", first=8)] == [(3, 8)]
    assert ledger.outcomes(1, "prover") == {"failed": 28, "proved": 4}


def test_an_infrastructure_verdict_is_an_attempt_not_made(ledger):
    made = [("omega", Outcome.PROVED), ("simp", Outcome.FAILED), ("ring", Outcome.INFRASTRUCTURE)]
    record(ledger, 1, made)
    (tally,) = ledger.tallies(1, "prover")
    assert (tally.correct, tally.samples) == (1, 2)
    other = Statement("other", ": 1 + 1 = 2")
    record(ledger, 2, [("ring", Outcome.INFRASTRUCTURE)], other)
    assert ledger.tallies(2, "prover") == []


def test_an_attempt_without_a_verdict_is_not_counted(ledger):
    record(ledger, 1, [("omega", Outcome.PROVED)])
    ledger.add_attempts([Attempt(STATEMENT.id, "in flight", 1, 9, "prover")])
    assert [tally.samples for tally in ledger.tallies(1, "prover")] == [1]


def test_only_answers_to_the_question_of_proof_count(ledger):
    record(ledger, 1, [("omega", Outcome.FAILED)])
    ledger.add_verdicts([("trivial", STATEMENT.id, "omega", verdict(Outcome.PROVED))])
    assert ledger.tallies(1, "prover")[0].correct == 0
    assert ledger.proofs() == [] and ledger.solved() == {}


def test_tallies_keep_rounds_samplers_and_kinds_apart(ledger):
    record(ledger, 1, [("omega", Outcome.PROVED)])
    record(ledger, 2, [("simp", Outcome.FAILED)])
    record(ledger, 2, [("omega", Outcome.PROVED)], sampler="final")
    assert [t.correct for t in ledger.tallies(2, "prover")] == [0]
    assert [t.correct for t in ledger.tallies(2, "final", "given")] == [1]
    assert ledger.tallies(2, "final", "conjecture") == []


def test_solved_gives_the_first_round(ledger):
    record(ledger, 2, [("omega", Outcome.PROVED)])
    record(ledger, 1, [("simp", Outcome.FAILED)])
    record(ledger, 3, [("omega", Outcome.PROVED)])
    assert ledger.solved() == {STATEMENT.id: 2}
    assert ledger.solved("conjecture") == {}


def test_proofs_come_shortest_first_with_their_verdicts(ledger):
    full = verdict(
        Outcome.PROVED, axioms=("propext",), lemmas=("Nat.lt_of_lt_of_le",), heartbeats=12, seconds=0.25,
        messages=(Message("warning", 1, 0, "unused `h`"),), toolchain="4.9", level="accepted",
    )  # fmt: skip
    ledger.add_statements("given", 0, [STATEMENT])
    ledger.add_verdicts([("proof", STATEMENT.id, proof, full) for proof in ("simp; omega", "omega")])
    assert ledger.proofs("given") == [(STATEMENT.id, "omega", full), (STATEMENT.id, "simp; omega", full)]
    assert ledger.verdict("proof", STATEMENT.id, "omega") == full
    assert ledger.verdict("statement", STATEMENT.id) is None


def test_proofs_of_earlier_rounds_alone(ledger):
    record(ledger, 1, [("omega", Outcome.PROVED), ("simp", Outcome.FAILED)])
    record(ledger, 2, [("omega", Outcome.PROVED), ("linarith", Outcome.PROVED)])
    assert [[proof for _, proof, _ in ledger.proofs("given", before)] for before in (1, 2, 3)] == [
        [], ["omega"], ["omega", "linarith"],
    ]  # fmt: skip
    rounds = {proof: round for (_, proof), round in ledger.first_rounds().items()}
    assert rounds == {"omega": 1, "simp": 1, "linarith": 2}


def fill(ledger: Ledger, order: random.Random, seconds: float) -> None:
    """The same run each time; `order` shuffles its verdicts, `seconds` is the machine's mood."""
    conjecture = Statement("c", "(n : ℕ) : n < n + 1", parents=(STATEMENT.id,), lemma="Nat.lt_succ_self")
    proposal = Proposal(1, 0, 0, STATEMENT.id, conjecture.lemma, conjecture.signature, 12)
    ledger.add_statements("given", 0, [STATEMENT])
    ledger.add_statements("conjecture", 1, [conjecture])
    ledger.add_proposals([proposal])
    ledger.add_gates(1, [(proposal, "passed", conjecture.id)])
    proofs = [f"exact h{i}" for i in range(12)]
    ledger.add_attempts(Attempt(conjecture.id, proof, 1, i, "prover", 5, -1.5) for i, proof in enumerate(proofs))
    rows = [
        ("proof", conjecture.id, proof,
         verdict(Outcome.FAILED if i % 3 else Outcome.PROVED, seconds=seconds * i, heartbeats=int(seconds * i)))
        for i, proof in enumerate(proofs)
    ]  # fmt: skip
    order.shuffle(rows)
    ledger.add_verdicts(rows)
    ledger.add_selections(1, [(conjecture.id, 1 / 3, 12, 0.9, 1.0, "selected")])
    ledger.finish(1, "select", selected=1)


def test_writing_twice_changes_nothing(ledger):
    fill(ledger, random.Random(0), 1.0)
    before, tallies = ledger.fingerprint(), ledger.tallies(1, "prover")
    fill(ledger, random.Random(1), 7.0)
    assert ledger.fingerprint() == before
    assert ledger.tallies(1, "prover") == tallies
    assert len(ledger.proposals(1)) == 1 and ledger.gates(1) == {"passed": 1}
    assert ledger.selections(1) == [(ledger.statements("conjecture")[0].id, 1 / 3, 12, 0.9, 1.0, "selected")]


def test_the_fingerprint_knows_no_order_of_verdicts_no_seconds_and_no_heartbeats(tmp_path):
    with Ledger(tmp_path / "a") as one, Ledger(tmp_path / "b") as other:
        fill(one, random.Random(1), 1.0)
        fill(other, random.Random(2), 50.0)
        assert one.fingerprint() == other.fingerprint()
        other.add_verdicts([("proof", STATEMENT.id, "sorry", verdict(Outcome.REFUSED))])
        assert one.fingerprint() != other.fingerprint()


def test_what_was_recorded_stands(ledger):
    record(ledger, 1, [("omega", Outcome.PROVED)])
    ledger.add_verdicts([("proof", STATEMENT.id, "omega", verdict(Outcome.FAILED))])
    ledger.finish(1, "verify", checks=3)
    ledger.finish(1, "verify", checks=9)
    ledger.note("seed", "1")
    ledger.note("seed", "2")
    assert ledger.verdict("proof", STATEMENT.id, "omega").proved
    assert ledger.finished(1, "verify") == {"checks": 3} and ledger.finished(1, "train") is None
    assert ledger.noted("seed") == "1" and ledger.noted("unknown") is None


def test_statements_come_back_as_they_went_in(ledger):
    renamed = Statement("same_again", "(n : ℕ)  (h : 2 ≤ n) :\n 1 < n")
    conjecture = Statement("c", ": True ∧ 1 < 2", "conjecturer", "train", (), (STATEMENT.id,), "sq_nonneg")
    ledger.add_statements("given", 0, [STATEMENT, renamed])
    ledger.add_statements("conjecture", 3, [conjecture])
    assert ledger.statements() == [STATEMENT, conjecture]
    assert ledger.statements("conjecture", 3) == [conjecture] and ledger.statements("conjecture", 2) == []


WRITER = """
import sys
from pathlib import Path
from training.ledger import Ledger
from verify.records import Attempt, Outcome, Statement, Verdict
with Ledger(Path(sys.argv[1])) as ledger:
    for round in range(1_000_000):
        statement = Statement(f"t{round}", f": {round} = {round}")
        ledger.add_statements("given", round, [statement])
        ledger.add_attempts(Attempt(statement.id, f"exact {i}", round, i, "prover") for i in range(40))
        ledger.add_verdicts(
            ("proof", statement.id, f"exact {i}", Verdict(Outcome.PROVED, "", "core")) for i in range(40)
        )
        ledger.finish(round, "verify")
        print(round, flush=True)
"""


def test_a_kill_leaves_only_whole_transactions(tmp_path):
    path = tmp_path / "ledger.sqlite"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True)
    reported = [int(writer.stdout.readline()) for _ in range(25)][-1]
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    with Ledger(path) as ledger:
        assert all(ledger.finished(round, "verify") is not None for round in range(reported + 1))
        rounds = len(ledger.statements())
        attempts = [len(ledger.attempts(round, "prover")) for round in range(rounds)]
        assert rounds > reported
        assert all(n == 40 for n in attempts[:-1]) and attempts[-1] in (0, 40)
        assert {tally.samples for round in range(rounds) for tally in ledger.tallies(round, "prover")} == {40}
        record(ledger, rounds, [("omega", Outcome.PROVED)])
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_foreign_file_is_refused_and_left_as_it_was(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Not a database, but long enough to look like one. " * 40)
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="cannot be used as a ledger"):
        Ledger(path)
    assert path.read_bytes() == before


def test_another_format_is_refused(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path):
        pass
    with sqlite3.connect(path) as database:
        database.execute("UPDATE run SET value='99' WHERE key='format'")
    database.close()
    with pytest.raises(LedgerError, match="format 99"):
        Ledger(path)


outcomes = st.sampled_from([o for o in Outcome if o is not Outcome.ELABORATES])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text("abc⊢λ", max_size=4), outcomes, min_size=1), st.data())
def test_tallies_are_what_counting_gives(judged, data):
    drawn = data.draw(st.lists(st.sampled_from(sorted(judged)), min_size=1, max_size=40))
    counts = Counter(judged[proof] for proof in drawn)
    counted = [proof for proof in drawn if judged[proof] is not Outcome.INFRASTRUCTURE]
    with Ledger(":memory:") as ledger:
        record(ledger, 1, [(proof, judged[proof]) for proof in drawn])
        tallies = ledger.tallies(1, "prover")
        assert sum(tally.samples for tally in tallies) == len(counted)
        assert sum(tally.correct for tally in tallies) == counts[Outcome.PROVED]
        assert ledger.outcomes(1, "prover") == {str(outcome): n for outcome, n in counts.items()}
        for tally in tallies:
            assert 0 <= tally.pass_rate <= 1
            assert set(tally.proofs) == {proof for proof in counted if judged[proof] is Outcome.PROVED}
            assert list(tally.proofs) == sorted(tally.proofs, key=lambda proof: (len(proof), proof))
        assert (STATEMENT.id in ledger.solved()) == (counts[Outcome.PROVED] > 0)
