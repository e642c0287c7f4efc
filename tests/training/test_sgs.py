"""Rounds of SGS (arXiv 2604.20209): targets as prompts, R = R_solve R_guide, reviews that are asked for once.

The sampler and the verifier are those of `test_stp`; a whole run with a real (tiny) model and a real Lean is at the end.
"""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest
import yaml

from conjecture import gates
from conjecture.guide import GuideSettings, Pair, Rubric, guide
from conjecture.library import seed_theorems
from conjecture.seeds import SeedSettings
from prover.prompts import conjecture_prompt
from tests.training.test_recipes import same, trained
from tests.training.test_stp import CONFIG, GIVEN, LEMMAS, LIBRARY, Pool, Sampler, begin, play, played, round_of
from training import checkpoint, coldstart, stp
from training.coldstart import ProvedTheorem
from training.config import ColdStart, to_dict
from training.examples import round_examples
from training.fork import fork
from training.judge import Judge
from training.ledger import Ledger
from training.presets import preset
from training.stp import Round
from verify.records import Role, Statement, Verdict

SGS = replace(preset("sgs"), library_rows=0, evaluation_samples=1)  # much is left unsolved
FEW = replace(CONFIG, seeds=SeedSettings(prompts="unsolved"))


@pytest.fixture
def ledger(tmp_path):
    with begin(tmp_path / "ledger.sqlite") as ledger:
        yield ledger


# Prompts


async def test_every_unsolved_target_is_asked_for_one_conjecture(ledger):
    last = await played(ledger, 1, SGS)
    unsolved = {s.id for s in GIVEN if ledger.solved().get(s.id, 1) >= 1}
    proposals = ledger.proposals(1)
    assert 0 < len(unsolved) < len(GIVEN)
    assert sorted(p.seed for p in proposals) == sorted(unsolved) and {p.lemma for p in proposals} == {""}
    assert last.budget == len(unsolved) and len(last.targets) == len(GIVEN), "solved statements are tried again"
    assert {t.samples for t in ledger.tallies(1, "prover")} == {8}


async def test_the_prompt_is_the_same_in_sampling_and_in_training(ledger):
    sampled: list[str] = []

    class Listening(Sampler):
        def sample(self, prompts, n, seeds, first=0):
            sampled.extend(prompt for prompt in prompts if prompt.startswith("<conjecture>"))
            return super().sample(prompts, n, seeds, first)

    config = replace(SGS, samples_per_statement=32)
    await play(round_of(ledger, 0, config))
    last = await play(round_of(ledger, 1, config, Listening()))
    rows = [e for e in round_examples(last, LIBRARY) if e.role is Role.CONJECTURE]
    assert rows and {row.prompt for row in rows} <= set(sampled)
    known = {s.id: s for s in GIVEN}
    by_signature = {" ".join(s.signature.split()): s for s in ledger.statements("conjecture", 1)}
    for row in rows:
        assert row.prompt == conjecture_prompt(None, known[by_signature[row.target].parents[0]], None)


@pytest.mark.parametrize(("per_prompt", "conjectures", "inputs"), [(1, 12, 20), (2, 12, 20), (4, 12, 12), (2, 2, 4)])
async def test_targets_fit_the_budgets_of_a_small_run_too(ledger, per_prompt, conjectures, inputs):
    config = replace(FEW, conjectures_per_prompt=per_prompt, conjectures=conjectures)
    round = round_of(ledger, 1, config)  # nothing is solved: there was no round 0
    assert len(round.inputs) == inputs
    await round.conjecture()
    assert len(ledger.proposals(1)) == inputs * per_prompt, "never more samples of a prompt"


async def test_other_seeds_and_rounds_draw_other_targets(ledger):
    config = replace(FEW, conjectures=2)
    drawn = [
        tuple(i.statement for i in round_of(ledger, number, replace(config, seed=seed)).inputs)
        for seed, number in ((0, 1), (1, 1), (0, 2), (0, 1))
    ]
    assert len(set(drawn)) == 3 and drawn[0] == drawn[3]


async def test_when_everything_is_solved_nothing_is_asked(ledger):
    easy = [s for s in GIVEN if "hard : 9" in s.signature]
    await play(round_of(ledger, 0, SGS, given=easy))
    assert len(ledger.solved()) == len(easy) > 0
    await play(round_of(ledger, 1, SGS, given=easy))
    assert not ledger.proposals(1) and ledger.finished(1, "select")["selected"] == 0


# The cold start


def test_a_pair_of_a_chapter_is_read_the_other_way_round():
    a, b, c = (Statement(name, f"(n : ℕ) : n = {name}", tags=("one",)) for name in ("1", "2", "3"))
    other = Statement("4", "(n : ℕ) : n = 4", tags=("two",))
    library = [ProvedTheorem(s, "rfl", ("add_comm",) if s in (a, c) else ()) for s in (a, b, c, other)]
    plain = coldstart.conjecturer_examples(library, LEMMAS, ColdStart())
    turned = coldstart.conjecturer_examples(library, LEMMAS, ColdStart(), "unsolved")
    assert [(e.prompt, e.target) for e in turned] == [
        (conjecture_prompt(None, b, None), a.signature),
        (conjecture_prompt(None, c, None), a.signature),  # it shares a lemma, b is only nearer
    ]
    assert [e.target for e in plain] == [b.signature, c.signature]
    every = coldstart.conjecturer_examples(library, LEMMAS, ColdStart(conjectures_per_theorem=9), "unsolved")
    assert len({(e.prompt, e.target) for e in every}) == len(every) == 3


def test_the_library_teaches_the_prompt():
    library = [ProvedTheorem(t.statement, t.proof, ()) for t in seed_theorems()]
    rows = coldstart.conjecturer_examples(library, LEMMAS, ColdStart(), "unsolved")
    chapters = len({t.chapter for t in seed_theorems()})
    assert len(rows) == len(library) - chapters, "all but the first of each chapter are targets"
    assert all(e.prompt.startswith("<conjecture><hard>") and e.prompt.endswith("<seed>") for e in rows)


# Reward


async def test_a_conjecture_weighs_what_both_rewards_say(ledger):
    await played(ledger, 1, replace(SGS, samples_per_statement=32))
    known = {s.id: s for s in ledger.statements()}
    reviews = ledger.reviews(1)
    selected = [row for row in ledger.selections(1) if row[5] == "selected"]
    assert len(selected) == len(reviews) > 3
    for id, rate, _, _, weight, _ in selected:
        conjecture, target = known[id], known[known[id].parents[0]]
        review = guide(SGS.guide)([Pair(conjecture, target)])[0]
        assert reviews[id] == review and weight == pytest.approx((1 - rate) * review.score)
    assert {row[4] for row in ledger.selections(1) if row[5] != "selected"} == {0.0}
    rates = sorted(row[1] for row in ledger.selections(1) if 0 < row[1] < 1)
    assert max(row[1] for row in selected) == rates[len(rates) - 1 - int(0.3 * len(rates))]


async def test_without_a_guide_the_solve_reward_is_left(ledger):
    await played(ledger, 1, replace(SGS, guide=GuideSettings(), samples_per_statement=32))
    assert ledger.reviews(1) == {}
    selected = [row for row in ledger.selections(1) if row[5] == "selected"]
    assert selected and all(row[4] == 1 - row[1] for row in selected)


async def test_the_guide_alone_scores_by_the_proved_statement_that_prompted(ledger):
    config = replace(CONFIG, guide=GuideSettings("form"), samples_per_statement=32)
    config = replace(config, selection=replace(config.selection, pass_rate_max=1.0, off_lemma="keep"))
    await played(ledger, 1, config)
    weights = {row[0]: row[4] for row in ledger.selections(1) if row[5] == "selected"}
    assert weights and weights == {id: review.score for id, review in ledger.reviews(1).items()}


class Knowing(Pool):
    """Says that every conjecture is its target with other names."""

    def __init__(self, forms: dict[str, str]) -> None:
        super().__init__()
        self.forms = forms

    async def check(self, job) -> Verdict:
        form = self.forms.get(job.statement.parents[0] if job.statement.parents else job.statement.id, "")
        return replace(await super().check(job), canonical=form)


@pytest.mark.parametrize("screening", [False, True])
async def test_a_target_with_other_names_is_refused(ledger, screening):
    config = replace(SGS, screening=screening, samples_per_statement=32)
    for number in (0, 1):
        judge = Judge(ledger, Knowing({s.id: f"form of {s.id}" for s in GIVEN}))
        await judge.ask_all("statement", [(s, "") for s in GIVEN], 1)
        await play(Round(number, config, judge, Sampler(), GIVEN, LEMMAS))
    assert ledger.proposals(1)
    if screening:
        assert ledger.gates(1) == {"renamed": len(ledger.proposals(1))} and not ledger.statements("conjecture", 1)
    else:
        assert set(ledger.reviews(1).values()) == {Rubric(0, 0, 0)}
        assert {row[4] for row in ledger.selections(1)} == {0.0}, "it may be proved, but pays nothing"


async def test_the_target_itself_falls_at_the_first_gate(ledger):
    class Echo(Sampler):
        def text(self, prompt, rng):
            if prompt.startswith("<conjecture>"):
                return prompt.removeprefix("<conjecture><hard>").removesuffix("<seed>")
            return super().text(prompt, rng)

    await play(round_of(ledger, 0, SGS))
    await play(round_of(ledger, 1, SGS, Echo()))
    assert ledger.gates(1) == {"duplicate": len(ledger.proposals(1))}


@pytest.mark.lean
def test_lean_knows_a_target_with_other_names(lean):
    """The last gate with a real Lean: other letters, binders in another order."""
    target = "(a b : ℝ) (h : 0 < a) (k : a < b) : 0 < b"
    copies = ["(x y : ℝ) (l : 0 < x) (m : x < y) : 0 < y", "(y x : ℝ) (m : x < y) (l : 0 < x) : 0 < y"]
    known = {lean.check(target, None).canonical}
    screened = [(gates.PASSED, lean.check(s, None)) for s in (*copies, "(x y : ℝ) (l : 0 ≤ x) (m : x < y) : 0 < y")]
    assert gates.new_up_to_renaming(screened, known) == ["renamed", "renamed", gates.PASSED]
    proved = lean.check(copies[0], "linarith")
    assert proved.proved and {proved.canonical} == known, "a proof's verdict says it too, where nothing is screened"


# Resuming, forking, old ledgers


async def test_a_killed_round_goes_on_to_the_same_end(tmp_path):
    with begin(tmp_path / "undisturbed") as undisturbed, begin(tmp_path / "killed") as killed:
        await played(undisturbed, 2, SGS)
        for number in range(3):
            for calls in (1, 2, 3):
                try:
                    await play(round_of(killed, number, SGS, Sampler(calls)))
                except KeyboardInterrupt:
                    await asyncio.gather(*(t for t in asyncio.all_tasks() if t is not asyncio.current_task()))
            await play(round_of(killed, number, SGS))
        assert killed.fingerprint() == undisturbed.fingerprint()
        assert undisturbed.reviews(1) and undisturbed.reviews(2)


async def test_a_review_is_asked_for_once(ledger, monkeypatch):
    """Killed after some reviews, and with a judge that would answer otherwise the second time."""
    answers = iter(range(10**6))
    monkeypatch.setattr(stp, "CHUNK", 2)
    monkeypatch.setattr(stp, "guide", lambda _: lambda pairs: [Rubric(next(answers) % 5 + 1, 0, 0) for _ in pairs])
    await play(round_of(ledger, 0, SGS))
    round = round_of(ledger, 1, SGS)
    await round.conjecture()
    await round.gate()
    chosen = ledger.statements("conjecture", 1)
    first = round.guided(chosen[:2])
    assert first == [4 / 8, 5 / 8] and round.guided(chosen[:2]) == first
    assert round.guided(chosen[:5]) == [*first, 6 / 8, 7 / 8, 8 / 8]
    assert [review.relevance for review in ledger.reviews(1).values()] == [1, 2, 3, 4, 5]


async def test_what_the_judge_did_not_say_is_the_mean_and_is_recorded(ledger, monkeypatch):
    answers = [Rubric(5, 0, 0), None, Rubric(1, 0, 4)]
    monkeypatch.setattr(stp, "guide", lambda _: lambda pairs: answers[: len(pairs)])
    await play(round_of(ledger, 0, SGS))
    round = round_of(ledger, 1, SGS)
    await round.conjecture()
    await round.gate()
    assert round.guided(ledger.statements("conjecture", 1)[:3]) == [1.0, 0.5, 0.0]
    assert list(ledger.reviews(1).values()) == answers


async def test_a_fork_takes_the_reviews_along_and_an_old_run_has_none(tmp_path):
    config, forked = replace(SGS, rounds=3), {}
    for name in ("old", "older"):
        run = tmp_path / name
        for which in range(4):
            directory = checkpoint.directory(run, which)
            directory.mkdir(parents=True)
            (directory / "state.json").write_text("{}")
        (run / "metrics.jsonl").write_text("")
        (run / "config.yaml").write_text(yaml.safe_dump({"config": to_dict(config)}))
        with begin(run / "ledger.sqlite") as ledger:
            await played(ledger, 2, config)
            wanted = ledger.fingerprint()
        if name == "older":
            with sqlite3.connect(run / "ledger.sqlite") as db:
                db.execute("DROP TABLE reviews")  # as an earlier version left it
        forked[name] = replace(config, run=tmp_path / f"new {name}", fork=run, from_round=1)
        forked[name].run.mkdir()
        fork(forked[name])
    with Ledger(forked["old"].run / "ledger.sqlite") as new, Ledger(tmp_path / "old" / "ledger.sqlite") as old:
        assert new.reviews(1) == old.reviews(1) != {} and not new.reviews(2)
        await play(round_of(new, 2, forked["old"]))
        assert new.fingerprint() == wanted
    with Ledger(forked["older"].run / "ledger.sqlite") as new:
        assert new.reviews(1) == {} and new.selections(1)
    with Ledger(tmp_path / "older" / "ledger.sqlite") as older:
        assert older.reviews(1) == {} and older.selections(2)


# Whole runs


@pytest.mark.timeout(600)
async def test_real_models_learn_from_what_the_guide_left(tmp_path):
    """From the cold start to the final evaluation; the prover is made up, the models and their rows are real."""
    names = ("seeds", "selection", "guide", "reweighting", "conjecture_budget", "conjectures_per_prompt")
    fields = {name: getattr(SGS, name) for name in names}
    found = await trained(tmp_path / "run", rounds=1, proposals_per_conjecture=1, samples_per_statement=32, **fields)
    assert set(found) == {"base", "round-0000", "round-0001", "round-0002"}
    with Ledger(tmp_path / "run" / "ledger.sqlite") as ledger:
        assert ledger.reviews(1) and 0 < max(row[4] for row in ledger.selections(1)) < 1
    without = await trained(
        tmp_path / "without", rounds=1, proposals_per_conjecture=1, samples_per_statement=32,
        **(fields | {"guide": GuideSettings()}),
    )  # fmt: skip
    assert same(without["round-0001"], found["round-0001"]) and not same(without["round-0002"], found["round-0002"])


TINY = """
preset: sgs
limit: 10
rounds: 1
samples_per_statement: 2
evaluation_samples: 2
workers: 1
heartbeats: 1000
library_rows: 40
model: {hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, intermediate_size: 128}
sampling: {max_new_tokens: 32, batch_size: 16}
cold_start: {theorems: 2, search_per_statement: 0, renamings: 1, reading: {num_train_epochs: 1}}
"""


@pytest.mark.lean
@pytest.mark.timeout(600)
def test_a_run_of_the_preset(tmp_path):
    path, run = tmp_path / "tiny.yaml", tmp_path / "run"
    path.write_text(TINY)

    def antiphon(*arguments: str) -> str:
        command = [sys.executable, "-m", "antiphon", *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=560)
        assert result.returncode == 0, result.stderr
        return result.stdout

    assert "round 1" in antiphon("selfplay", "--config", str(path), "--run", str(run))
    assert "<html" in (run / "report.html").read_text()
    with Ledger(run / "ledger.sqlite") as ledger:
        unsolved = {s.id for s in ledger.statements("given") if ledger.solved().get(s.id, 1) >= 1}
        assert {p.seed for p in ledger.proposals(1)} == unsolved and len(ledger.proposals(1)) == len(unsolved)
        assert len(ledger.tallies(1, "prover", "given")) == 10 and ledger.finished(1, "select") is not None
    assert "is finished" in " ".join(antiphon("selfplay", "--config", str(path), "--run", str(run)).split())
    assert "lemma true" in antiphon("conjecture", "--model", str(run), "--count", "2")
