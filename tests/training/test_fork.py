"""A fork begins where another run was, knows no more than it knew then, and plays on as that one did."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
import yaml
from rich.console import Console

from conjecture.library import Library
from conjecture.seeds import SeedSettings
from conjecture.selection import SelectionSettings
from tests.training.test_stp import CONFIG, GIVEN, LEMMAS, LIBRARY, Pool, Sampler, begin, play, played, round_of
from training import checkpoint, metrics, selfplay
from training.config import to_dict
from training.examples import all_examples, round_examples
from training.fork import fork
from training.judge import Judge
from training.ledger import Ledger, LedgerError
from verify.records import Role
from verify.statements import BadInput

ROUNDS = 3
KEEP = SelectionSettings(off_lemma="keep", pass_rate_max=1.0)  # most conjectures are learnt
SETTINGS = replace(CONFIG, evaluation_samples=4, rounds=ROUNDS, selection=KEEP)


@pytest.fixture
async def old(tmp_path):
    """A run of rounds 0 to 3, with checkpoints that hold a word in place of a model."""
    run = tmp_path / "old"
    for which in (checkpoint.BASE, *range(ROUNDS + 2)):
        directory = checkpoint.directory(run, which)
        directory.mkdir(parents=True)
        (directory / "model.safetensors").write_text(f"weights {which}")
        (directory / "state.json").write_text("{}")
    (run / "metrics.jsonl").write_text(
        "".join(json.dumps({"round": n, "solve/round": n}) + "\n" for n in range(ROUNDS + 2))
    )
    (run / "config.yaml").write_text(yaml.safe_dump({"config": to_dict(SETTINGS)}))
    with begin(run / "ledger.sqlite") as ledger:
        ledger.note("not_read", "[]")
        await played(ledger, ROUNDS, SETTINGS)
    return run


def forking(old, name="new", **fields):
    config = replace(SETTINGS, run=old.parent / name, fork=old, **{"from_round": 1, **fields})
    config.run.mkdir(exist_ok=True)
    return config


async def test_a_fork_knows_what_the_run_knew(old):
    config = forking(old)
    fork(config)
    with Ledger(old / "ledger.sqlite") as before, Ledger(config.run / "ledger.sqlite") as after:
        assert json.loads(after.noted("forked_from")) == {"run": str(old), "round": 1}
        assert after.noted("not_read") == "[]"
        for number in (0, 1):
            assert after.attempts(number, "prover") == before.attempts(number, "prover")
            assert after.tallies(number, "prover") == before.tallies(number, "prover")
            assert after.selections(number) == before.selections(number) and after.gates(number) == before.gates(number)
        assert after.attempts(2, "prover") == [] == after.statements("conjecture", 2) == after.proposals(2)
        assert after.finished(1, "select") and not after.finished(2, "conjecture")
        assert after.proofs("seed") == before.proofs("seed")
        assert after.proofs("given") == before.proofs("given", before=2) != before.proofs("given")
        assert after.solved() == {s: n for s, n in before.solved().items() if n < 2}
    assert [row["round"] for row in metrics.read(config.run / "metrics.jsonl")] == [0, 1]
    assert checkpoint.newest(config.run) == 2 and checkpoint.whole(config.run, checkpoint.BASE)
    copy = checkpoint.directory(config.run, 2) / "model.safetensors"
    assert copy.read_text() == "weights 2"
    assert copy.stat().st_ino == (checkpoint.directory(old, 2) / "model.safetensors").stat().st_ino, (
        "no room taken twice"
    )


async def test_with_the_same_settings_it_plays_the_same_rounds(old):
    config = forking(old)
    fork(config)
    with Ledger(old / "ledger.sqlite") as before, Ledger(config.run / "ledger.sqlite") as after:
        for number in range(2, ROUNDS + 1):
            await play(round_of(after, number, config))
        assert after.fingerprint() == before.fingerprint()


async def test_with_other_settings_the_past_stays_and_the_rest_differs(old):
    config = forking(old, recipe="expert-iteration", seed=5)
    fork(config)
    with Ledger(config.run / "ledger.sqlite") as ledger:
        await play(round_of(ledger, 2, config))
        assert ledger.statements("conjecture", 1) and not ledger.statements("conjecture", 2)


class OpenSampler(Sampler):
    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


async def test_the_first_and_the_last_model_are_compared_at_one_k(tmp_path):
    """A baseline under the paper's preset: K = 64 in all rounds, and 32 for the final model, as in self-play."""
    settings = {"evaluation_samples": 0, "baseline_samples": 12, "samples_per_statement": 3}
    config = replace(CONFIG, recipe="expert-iteration", **settings)
    out = io.StringIO()
    with begin(tmp_path / "ledger") as ledger, metrics.Metrics(tmp_path / "metrics.jsonl") as logged:
        await played(ledger, 0, config)
        run = selfplay.SelfPlay(config, None, None, ledger, logged, Console(file=out, width=200), Library([], LEMMAS))
        run.judge, run.sampler = Judge(ledger, Pool()), lambda which: OpenSampler()
        await run.final_evaluation(1, 1, GIVEN)
        assert {t.samples for t in ledger.tallies(0, "prover")} == {12}
        of_three = sum(t.correct > 0 for t in ledger.tallies(0, "prover", first=3))
        assert of_three < sum(t.correct > 0 for t in ledger.tallies(0, "prover"))
    assert f"3 samples each: cold start solves {of_three} " in out.getvalue()


async def test_with_fewer_statements_the_rest_is_counted_no_more(old, monkeypatch):
    config = forking(old, rounds=2, resample_probability=1.0)
    fork(config)
    out = io.StringIO()
    monkeypatch.setattr(selfplay.models, "to_accelerator", lambda model: None)
    with Ledger(config.run / "ledger.sqlite") as ledger, metrics.Metrics(config.run / "metrics.jsonl") as logged:
        solved = ledger.solved("given", "prover").keys()
        few = [GIVEN[0], next(s for s in GIVEN if s.id in solved)]  # the first is never proved
        assert len(solved) > len(few)
        run = selfplay.SelfPlay(config, None, None, ledger, logged, Console(file=out, width=200), Library([], LEMMAS))
        run.judge = Judge(ledger, Pool())
        run.judge.pool.checks = run.judge.pool.busy_seconds = run.judge.pool.restarts = 0
        run.sampler = lambda which: OpenSampler()
        run.learn = lambda *_: {"rows": 0}
        await run.round(2, few, [])
        await run.final_evaluation(3, 3, few)
    assert [row["solve/cumulative"] for row in metrics.read(config.run / "metrics.jsonl")[-2:]] == [1, 1]
    assert "round 2: 1 of 2 solved" in out.getvalue() and "solved in the whole run: 1" in out.getvalue()


@pytest.mark.parametrize(
    "fields", [{"seed": 5}, {"seeds": SeedSettings(library=False, proofs="all")}, {"conjectures": 3}], ids=str
)
async def test_what_the_conjecturer_was_shown_is_learnt_again_whatever_the_settings(old, fields):
    config = forking(old, begin_at_base=True, **fields)
    fork(config)
    with Ledger(old / "ledger.sqlite") as before, Ledger(config.run / "ledger.sqlite") as after:
        selected = {row.statement for row in before.selections(1) if row.weight > 0}
        assert selected and after.prompts(1) == before.prompts(1) and not after.prompts(2)
        wanted = round_examples(round_of(before, 1, replace(SETTINGS, prover_pass_rate_max=0.0)), [])
        last = await play(round_of(after, 2, config))
        last.lemmas = {}  # those of another library
        taught = [e for e in all_examples(last, []) if e.role is Role.CONJECTURE]
    assert len(wanted) == len(selected) and taught[: len(wanted)] == wanted


async def test_prompts_of_a_run_that_did_not_record_them_follow_from_the_same_settings(old):
    with Ledger(old / "ledger.sqlite") as ledger:
        ledger._db.execute("DROP TABLE prompts")
    same, other = forking(old, begin_at_base=True), forking(old, "other", begin_at_base=True, seed=5)
    for config in (same, other):
        fork(config)
        with Ledger(config.run / "ledger.sqlite") as ledger:
            last = await play(round_of(ledger, 2, config))
            if config is same:
                assert any(e.role is Role.CONJECTURE for e in all_examples(last, LIBRARY))
            else:
                with pytest.raises(LedgerError, match=r"shown in round 1 is not recorded .* the old run's --seed"):
                    all_examples(last, LIBRARY)


def test_the_same_command_finds_its_fork(old):
    path = old.parent / "new" / "ledger.sqlite"
    fork(forking(old))
    with Ledger(path) as ledger:
        ledger.note("since", "then")
    fork(forking(old))
    fork(forking(old, from_round=None))
    with Ledger(path) as ledger:
        assert ledger.noted("since") == "then"


def test_an_interrupted_fork_is_made_again(old):
    config = forking(old)
    checkpoint.link(checkpoint.directory(old, 2), config.run, 2)
    (config.run / "ledger.aside").write_text("torn")
    fork(config)
    with Ledger(config.run / "ledger.sqlite") as ledger:
        assert ledger.finished(1, "select")


def test_without_a_round_it_is_the_newest(old):
    config = forking(old, from_round=None, rounds=9)
    fork(config)
    assert checkpoint.newest(config.run) == ROUNDS + 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"fork": "nowhere"}, "there is no run"),
        ({"from_round": 4}, "no model from after that round; it has played the rounds 0 to 3"),
        ({"from_round": -1}, "--from-round must be at least 0"),
        ({"rounds": 1}, "a fork from after round 1 goes on with round 2"),
        ({"profile": "mathlib"}, "it was played in profile core, not mathlib"),
        ({"run": "old"}, "a run is no fork of itself"),
    ],
)
def test_what_cannot_be_forked(old, fields, words):
    paths = {name: old.parent / fields.pop(name) for name in ("fork", "run") if name in fields}
    with pytest.raises(BadInput, match=words):
        fork(replace(forking(old), **fields, **paths))


def test_another_run_is_not_overwritten(old):
    fork(forking(old))
    with pytest.raises(BadInput, match=r"a fork of .* after round 1; choose another --run"):
        fork(forking(old, from_round=2))
    with Ledger(forking(old, "plain").run / "ledger.sqlite"):
        pass
    with pytest.raises(BadInput, match="a run already, and no fork"):
        fork(forking(old, "plain"))


def test_a_run_without_a_round_cannot_be_forked(old):
    for number in range(1, ROUNDS + 2):
        (checkpoint.directory(old, number) / "state.json").unlink()
    with pytest.raises(BadInput, match="it has not played a round yet"):
        fork(forking(old, from_round=None))
