"""A round's rules: whom it tries, what it prompts with, when it stops, what it learns from.

The sampler and the verifier are made up for the purpose: a draw says itself how likely it is right, so that thousands
of samples cost nothing and every count can be predicted.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from conjecture.band import AdaptiveK
from conjecture.library import stated
from conjecture.reweighting import Reweighting, ReweightingSettings
from conjecture.seeds import SeedSettings
from conjecture.selection import SelectionSettings
from prover.prompts import conjecture_prompt
from prover.sampler import Completion
from training import stp
from training.coldstart import ProvedTheorem, conjecturer_examples
from training.config import SelfplayConfig
from training.examples import all_examples, round_examples
from training.judge import Judge
from training.ledger import FINAL, Ledger, Proposal
from training.presets import preset
from training.replay import ProofWeights, Retraining
from training.stp import Round
from verify.records import Attempt, Outcome, Role, Statement, Verdict

LEMMAS = {"sq_nonneg": "(a : ℝ) : 0 ≤ a ^ 2", "add_comm": "(a b : ℝ) : a + b = b + a"}
GIVEN = [
    Statement(f"g{n}", f"(n : ℕ) (hard : {n * 7 % 10}) : n + {n} = {n} + n", split="valid" if n % 5 == 0 else "train")
    for n in range(20)
]
SEED = Statement("seed", "(a b : ℝ) : 0 ≤ (a - b) ^ 2", source="seed")
LIBRARY = [ProvedTheorem(SEED, f"exact {name} {n}", (name,)) for n, name in enumerate(LEMMAS)]
CONFIG = SelfplayConfig(statements_per_round=0, conjectures=12, screening=False, library_rows=0, reweighting="none")


class Sampler:
    """Proofs are right with the probability 0, 1/10 … 9/10 that the statement names; conjectures name one."""

    model = tokenizer = None

    def __init__(self, calls: int = 10**9) -> None:
        self.calls, self.drawn = calls, 0

    def sample(self, prompts, n, seeds, first=0):
        self.calls -= 1
        if self.calls < 0:
            raise KeyboardInterrupt
        self.drawn += len(prompts) * n
        return [
            Completion(index, sample, self.text(prompt, np.random.default_rng([seed, sample])), (1,), -1.0, True)
            for index, (prompt, seed) in enumerate(zip(prompts, seeds, strict=True))
            for sample in range(first, first + n)
        ]

    def text(self, prompt, rng):
        if prompt.startswith("<conjecture>"):
            return f"(n : ℕ) (hard : {rng.integers(10)}) : n = {rng.integers(10**9)}"
        right = rng.random() < int(prompt.split("hard : ")[1][0]) / 10
        name = ["sq_nonneg", "add_comm", "rfl"][rng.integers(3)]
        return f"{'good' if right else 'bad'} {name} {'x' * rng.integers(1, 40)}"


class Pool:
    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def check(self, job):
        self.asked["statement" if job.proof is None else "proof"] += 1
        if job.proof is None:
            return Verdict(Outcome.ELABORATES, "", "core", canonical=job.statement.id)
        good = job.proof.startswith("good")
        used = tuple(name for name in LEMMAS if name in job.proof)
        return Verdict(Outcome.PROVED if good else Outcome.FAILED, "", "core", lemmas=used, heartbeats=20_000)


def begin(path, given=GIVEN):
    ledger = Ledger(path)
    ledger.add_statements("given", 0, given)
    ledger.add_statements("seed", 0, [SEED])
    ledger.add_verdicts(
        ("proof", SEED.id, t.proof, Verdict(Outcome.PROVED, "", "core", lemmas=t.lemmas)) for t in LIBRARY
    )
    return ledger


def round_of(ledger, number, config, sampler=None, given=GIVEN) -> Round:
    return Round(number, config, Judge(ledger, Pool()), sampler or Sampler(), given, LEMMAS)


async def play(round: Round) -> Round:
    await round.prove()
    if round.conjecturing:
        round.select()
    return round


async def played(ledger, rounds, config) -> Round:
    for number in range(rounds + 1):
        last = await play(round_of(ledger, number, config))
    return last


@pytest.fixture
def ledger(tmp_path):
    with begin(tmp_path / "ledger.sqlite") as ledger:
        yield ledger


def best_rates(ledger, before):
    rates = {}
    for number in range(before):
        for tally in ledger.tallies(number, "prover", "given"):
            rates[tally.statement] = max(rates.get(tally.statement, 0), tally.pass_rate)
    return rates


# Whom a round tries, and how often


async def test_the_paper_tries_what_is_unproved(ledger):
    last = await played(ledger, 1, replace(CONFIG, evaluation_samples=8))
    solved = {s for s, first in ledger.solved().items() if first == 0}
    assert solved and {s.id for s in last.targets} == {s.id for s in GIVEN} - solved


async def test_the_code_tries_the_seldom_solved_again_and_a_few_of_the_rest(ledger):
    config = replace(CONFIG, evaluation_samples=8, resample_rate_max=0.35, resample_probability=0.05)
    await play(round_of(ledger, 0, config))
    rates, solved = best_rates(ledger, 1), ledger.solved()
    certain = {s.id for s in GIVEN if s.id not in solved or rates[s.id] < 0.35}
    often = {s.id for s in GIVEN} - certain
    assert certain & solved.keys() and often
    chance = []
    for seed in range(200):
        tried = {s.id for s in round_of(ledger, 1, replace(config, seed=seed)).targets}
        assert certain <= tried
        chance.append(len(tried & often) / len(often))
    assert 0.03 < np.mean(chance) < 0.07
    assert {s.id for s in round_of(ledger, 1, replace(config, resample_probability=0.0)).targets} == certain


def record(ledger, statement, number, right, wrong):
    """So many right and wrong proofs of a statement in a round, all different."""
    proofs = [f"{'good' if n < right else 'bad'} {n}" for n in range(right + wrong)]
    ledger.add_attempts(Attempt(statement.id, proof, number, n, "prover") for n, proof in enumerate(proofs))
    outcomes = {"good": Outcome.PROVED, "bad": Outcome.FAILED}
    ledger.add_verdicts(
        ("proof", statement.id, proof, Verdict(outcomes[proof.split()[0]], "", "core")) for proof in proofs
    )


def test_the_best_rate_of_earlier_rounds_decides_whether_one_is_tried_again(ledger):
    for statement, rates in zip(GIVEN, [(7, 0, 0), (6, 0, 0), (10, 1, 0), (1, 0, 19)], strict=False):
        for number, right in enumerate(rates):
            record(ledger, statement, number, right, 20 - right)
    tried = round_of(ledger, 2, replace(CONFIG, resample_rate_max=0.35)).targets
    assert [s in tried for s in GIVEN[:4]] == [False, True, False, True]


def test_sixteen_proofs_of_a_statement_are_enough(ledger):
    record(ledger, GIVEN[0], 0, 15, 5)
    record(ledger, GIVEN[1], 0, 16, 4)
    tried = round_of(ledger, 1, replace(CONFIG, recipe="expert-iteration-optimised")).targets
    assert GIVEN[0] in tried and GIVEN[1] not in tried


async def test_samples_of_a_round():
    paper, code = preset("paper-v4"), preset("repo-2b5fe8b")
    rounds = [SimpleNamespace(config=config, number=n) for config in (paper, code) for n in (0, 1, 24, 25)]
    assert [Round.samples(r) for r in rounds] == [32, 32, 32, 32, 64, 32, 64, 32]
    for config in (paper, code):
        baseline = replace(config, recipe="expert-iteration")
        assert [Round.samples(SimpleNamespace(config=baseline, number=n)) for n in (0, 1, 24)] == [64, 64, 64]
        finals = [SimpleNamespace(config=one, number=48) for one in (config, baseline)]
        assert [Round.samples(r, FINAL) for r in finals] == [32 if config is paper else 64] * 2
    assert Round.samples(SimpleNamespace(config=CONFIG, number=5), FINAL) == CONFIG.evaluation_samples


@pytest.mark.parametrize("recipe", ["expert-iteration", "expert-iteration-optimised", "parallel-sampling"])
async def test_the_baselines_play_the_same_rounds_without_conjectures(ledger, recipe):
    config = replace(CONFIG, recipe=recipe, evaluation_samples=8, baseline_samples=12)
    last = await played(ledger, 2, config)
    assert not ledger.statements("conjecture") and not ledger.proposals(1)
    assert {t.samples for t in ledger.tallies(1, "prover")} == {12}
    found = Counter(id for id, _, _ in ledger.proofs("given", before=2))
    limit = 16 if recipe == "expert-iteration-optimised" else 1
    assert {s.id for s in last.targets} == {s.id for s in GIVEN if found[s.id] < limit}
    assert any(found[s.id] for s in last.targets) == (limit == 16)
    if limit == 16:
        uncapped = replace(config, retraining=Retraining(proofs_per_statement=0))
        assert round_of(ledger, 2, uncapped).targets == GIVEN


# What it prompts with


@pytest.mark.parametrize(("budget", "most"), [("fixed", 12), ("unproved", None), ("all", 20)])
async def test_the_budget_of_conjectures(ledger, budget, most):
    config = replace(CONFIG, conjecture_budget=budget, evaluation_samples=8, conjectures_per_prompt=1)
    await play(round_of(ledger, 0, config))
    last = await play(round_of(ledger, 1, config))
    assert last.budget == (most or len(last.unproved)) and 0 < len(last.unproved) < 20
    assert len(ledger.statements("conjecture", 1)) == last.budget
    assert ledger.gates(1).get("over budget", 0) == sum(ledger.gates(1).values()) - last.budget


async def test_what_is_over_the_budget_falls_by_lot(ledger):
    """With few prompts and many samples of each, the first proposals are those of the first prompts."""
    config = replace(CONFIG, conjectures=20, proposals_per_conjecture=8, evaluation_samples=8)
    await play(round_of(ledger, 0, config))
    await round_of(ledger, 1, config).conjecture()
    asked = [p for p in ledger.proposals(1) if p.signature]
    prompts, lots = {p.prompt for p in asked}, []
    for seed in (0, 0, 1):
        await round_of(ledger, 1, replace(config, seed=seed)).gate()
        kept = {s.signature for s in ledger.statements("conjecture", 1)}
        lots.append([number for number, p in enumerate(asked) if p.signature in kept])
        assert [s.signature for s in ledger.statements("conjecture", 1)] == [asked[n].signature for n in lots[-1]]
        for table in ("gates", "phases", "statements"):
            ledger._db.execute(f"DELETE FROM {table} WHERE round=1")
    assert lots[0] == lots[1] != lots[2] and len(lots[0]) == 20
    assert len({asked[n].prompt for n in lots[0]}) > len(prompts) / 2 and max(lots[0]) > len(asked) / 2


async def test_fifty_statements_give_fifty_prompts_and_three_proposals_each(ledger):
    """STP: at most n prompts, 3n proposals; with 40 seeds each is sampled 3 times, a lemma is in at most 5."""
    given = [replace(GIVEN[0], name=f"h{n}", signature=f"(n : ℕ) (hard : 9) : n + {n} = {n}") for n in range(50)]
    ledger.add_statements("given", 0, given)
    config = replace(preset("paper-v4"), reweighting="none", conjecture_budget="all")
    await play(round_of(ledger, 0, config, given=given))
    round = round_of(ledger, 1, config, given=given)
    assert max(Counter(i.lemma for i in round.inputs).values()) <= 5
    assert len({(i.statement, i.lemma) for i in round.inputs}) == len(round.inputs)
    await round.conjecture()
    samples = Counter(p.prompt for p in ledger.proposals(1))
    assert set(samples.values()) == {max(1, min(150 // len(round.inputs), 8))}


async def test_whose_proofs_are_prompts(ledger):
    config = replace(CONFIG, evaluation_samples=8, conjectures_per_prompt=1)
    await play(round_of(ledger, 0, config))
    rates, proofs = best_rates(ledger, 1), ledger.proofs("given")

    def statements(**settings):
        uncapped = SeedSettings(**{"lemma_cap": 1.0, "library": False, "trivial_lemma_alone": False, **settings})
        return Counter((i.statement, i.proof) for i in round_of(ledger, 1, replace(config, seeds=uncapped)).inputs)

    assert {s for s, _ in statements()} <= {s for s, rate in rates.items() if rate > 0.35}
    seldom = {s for s, rate in rates.items() if 0 < rate <= 0.35}
    assert seldom & {s for s, _ in statements(pass_rate_min=0.0)}
    assert SEED.id in {s for s, _ in statements(library=True)} and SEED.id not in {s for s, _ in statements()}
    one, every = statements(), statements(proofs="all")
    assert max(Counter(s for s, _ in one).values()) == 1 < max(Counter(s for s, _ in every).values())
    assert every.keys() <= {(s, p) for s, p, _ in proofs}


async def test_validation_statements_count_more_from_a_round_on(ledger):
    config = replace(CONFIG, evaluation_samples=8, matching_weight=3, matching_weight_from=2, conjectures=99)
    await played(ledger, 1, config)
    copies = {}
    for number in (1, 2):
        inputs = Counter((i.statement, i.lemma) for i in round_of(ledger, number, config, given=GIVEN * 9).inputs)
        copies[number] = {s.split: n for (id, _), n in inputs.items() for s in GIVEN if s.id == id}
    assert copies == {1: {"train": 1, "valid": 1}, 2: {"train": 1, "valid": 3}}


async def test_screening_asks_lean_before_a_proof_is_sampled(ledger):
    await play(round_of(ledger, 0, CONFIG))
    for screening in (False, True):
        round = round_of(ledger, 1, replace(CONFIG, screening=screening))
        await round.conjecture()
        await round.gate()
        assert (round.judge.pool.asked["statement"] > 0) == screening
        assert ledger.gates(1).keys() <= {"passed", "over budget", "duplicate"}
        if not screening:
            ledger._db.execute("DELETE FROM gates WHERE round=1")
            ledger._db.execute("DELETE FROM phases WHERE round=1 AND phase='gate'")


async def test_a_conjecture_of_an_earlier_round_is_a_duplicate(ledger):
    await played(ledger, 1, CONFIG)
    old = ledger.statements("conjecture", 1)[0]
    ledger.add_proposals([Proposal(2, 0, 0, old.parents[0], old.lemma, old.signature.replace(" ", ""), 1)])
    ledger.finish(2, "conjecture")
    await round_of(ledger, 2, CONFIG).gate()
    assert ledger.gates(2) == {"duplicate": 1}


# When it stops

FEW = replace(CONFIG, evaluation_samples=4, samples_per_statement=32, conjectures=20)
CERTAIN = replace(FEW, adaptive=AdaptiveK("certain"))


async def test_the_certain_rule_selects_the_same_with_fewer_samples(tmp_path):
    with begin(tmp_path / "full") as full, begin(tmp_path / "early") as early:
        await played(full, 1, FEW)
        await played(early, 1, CERTAIN)
        assert full.proposals(1) == early.proposals(1)
        rows = [{row[0]: row[4:] for row in ledger.selections(1)} for ledger in (full, early)]
        assert rows[0] == rows[1] and {word for _, word in rows[0].values()} >= {"selected", "too easy", "unproved"}
        made = [len(ledger.attempts(1, "prover")) for ledger in (full, early)]
        saved = [ledger.finished(1, "prove:prover")["saved"] for ledger in (full, early)]
        assert saved == [0, made[0] - made[1]] and saved[1] > 100
        ids = [{a.id: a.proof for a in ledger.attempts(1, "prover")} for ledger in (full, early)]
        assert ids[1].items() <= ids[0].items(), "the samples that are drawn are the same ones"
        assert {t.samples for t in early.tallies(1, "prover", "given")} == {32}
        too_easy = {s for s, (_, word) in rows[0].items() if word == "too easy"}
        few = {t.statement for t in early.tallies(1, "prover", "conjecture") if t.samples < 32}
        assert few and few <= too_easy


@pytest.mark.parametrize(
    "config", [FEW, CERTAIN, replace(FEW, adaptive=AdaptiveK("confident"))], ids=lambda c: c.adaptive.rule
)
async def test_a_killed_round_goes_on_to_the_same_end(tmp_path, config):
    with begin(tmp_path / "undisturbed") as undisturbed, begin(tmp_path / "killed") as killed:
        await played(undisturbed, 1, config)
        await play(round_of(killed, 0, config))
        for calls in range(1, 9):
            round = round_of(killed, 1, config, Sampler(calls))
            try:
                await play(round)
            except KeyboardInterrupt:
                await asyncio.gather(*(t for t in asyncio.all_tasks() if t is not asyncio.current_task()))
        await play(round_of(killed, 1, config))
        assert killed.fingerprint() == undisturbed.fingerprint()


# What it learns from


def prompts(examples, role):
    return [e for e in examples if e.role is role]


async def test_proofs_are_weighted_by_length_cost_and_number(ledger):
    config = replace(CONFIG, evaluation_samples=8, weights=ProofWeights(0.001, 0.01), prover_pass_rate_max=1.0)
    round = await play(round_of(ledger, 0, config))
    tallies = {t.statement: t for t in ledger.tallies(0, "prover")}
    rows = prompts(round_examples(round, LIBRARY), Role.PROVE)
    assert len(rows) == sum(len(t.proofs) for t in tallies.values())
    by_signature = {" ".join(s.signature.split()): s.id for s in GIVEN}
    for row in rows:
        distinct = len(tallies[by_signature[row.prompt.removeprefix("<prove>").removesuffix("<by>")]].proofs)
        assert row.weight == pytest.approx(np.exp(-0.001 * len(row.target) - 0.01 * 2) / distinct)


async def test_the_replay_window_and_a_refresh_that_empties_it(ledger):
    config = replace(CONFIG, prover_pass_rate_max=1.0, replay_rounds=3, refresh_every=4)
    last = await played(ledger, 6, config)
    assert [round_of(ledger, n, config).conjecturing for n in range(7)] == [False, True, True, True, False, True, True]

    def distinct(rounds):
        return len({(t.statement, p) for n in rounds for t in ledger.tallies(n, "prover") for p in t.proofs})

    def rows(number, **fields):
        return len(prompts(round_examples(round_of(ledger, number, replace(config, **fields)), LIBRARY), Role.PROVE))

    assert rows(3) == distinct([1, 2, 3]) and rows(5) == distinct([4, 5]) and rows(4) == distinct([4])
    assert rows(5, refresh_every=0) == distinct([3, 4, 5]) and rows(6, replay_rounds=1) == distinct([6])
    assert len(prompts(all_examples(last, []), Role.PROVE)) < distinct(range(7))


async def test_a_relabelled_conjecture_asks_for_the_trivial_lemma(ledger):
    settings = SelectionSettings(pass_rate_max=1.0, off_lemma="relabel", elegance_drop=0.0)
    last = await played(ledger, 1, replace(CONFIG, selection=settings, samples_per_statement=8, conjectures=20))
    words = Counter(row[5] for row in ledger.selections(1))
    assert words["relabelled"] and words["selected"]
    rows = prompts(round_examples(last, LIBRARY), Role.CONJECTURE)
    known = {" ".join(s.signature.split()): s for s in ledger.statements("conjecture", 1)}
    decisions = {row[0]: row[5] for row in ledger.selections(1)}
    assert len(rows) == words["relabelled"] + words["selected"]
    for row in rows:
        conjecture = known[row.target]
        lemma = "" if decisions[conjecture.id] == "relabelled" else conjecture.lemma
        assert row.prompt.startswith(f"<conjecture><lemma>{lemma or 'true'} ")


async def test_what_begins_anew_learns_from_all_rounds(ledger):
    config = replace(CONFIG, evaluation_samples=8, weights=ProofWeights(0.001, 0.01))
    last = await played(ledger, 2, config)

    def rows(recipe="stp", **fields):
        settings = replace(Retraining(), **fields)
        last.config = replace(config, recipe=recipe, retraining=settings)
        found = all_examples(last, LIBRARY)
        assert prompts(found, Role.CONJECTURE) == [], "the library of one theorem has no pairs"
        return [e for e in found if e.prompt != f"<prove>{SEED.signature}<by>"]

    every = {(t.statement, p) for n in range(3) for t in ledger.tallies(n, "prover") for p in t.proofs}
    assert len(rows("expert-iteration")) == len(every) > len(rows("expert-iteration-optimised", proofs_per_statement=4))
    assert max(Counter(e.prompt for e in rows("expert-iteration-optimised", proofs_per_statement=4)).values()) == 4
    hard = {
        (t.statement, p) for n in range(3) for t in ledger.tallies(n, "prover") if t.pass_rate <= 0.25 for p in t.proofs
    }
    assert len(rows()) == len(hard) < len(rows(given_at_any_rate=True)) < len(every)
    assert all(e.weight == pytest.approx(np.exp(-0.001 * len(e.target))) for e in rows())
    assert any(e.weight < 0.5 for e in rows(weights="round"))


@pytest.mark.parametrize(("trivial", "pairs"), [(False, ["ac"]), (True, ["ab", "ac", "bc"])])
def test_the_cold_start_of_stp_pairs_theorems_that_share_a_lemma(trivial, pairs):
    used = {"a": "add_comm", "b": "sq_nonneg", "c": "add_comm"}
    theorems = {name: Statement(name, f"(n : ℕ) : n = {name}", tags=("one",)) for name in used}
    library = [ProvedTheorem(s, "rfl", (used[name],)) for name, s in theorems.items()]
    settings = preset("paper-v4").cold_start
    assert not settings.trivial_pairs
    rows = conjecturer_examples(library, LEMMAS, replace(settings, trivial_pairs=trivial))
    shown = {(x, y): stated("add_comm" if x + y == "ac" else "", LEMMAS) for x, y in pairs}
    assert sorted((e.prompt, e.target) for e in rows) == sorted(
        (conjecture_prompt(lemma, theorems[x], "rfl"), theorems[y].signature) for (x, y), lemma in shown.items()
    )


# The weights of conjectures


async def test_the_plan_is_what_conjectures_weigh(ledger, monkeypatch):
    """Embeddings of the conjectures and of what is still unproved, this round's model, and the settings."""
    asked: dict = {}

    def planned(conjectures, targets, settings, seed, matching):
        asked.update(shapes=(conjectures.shape, targets.shape), settings=settings, matching=matching.tolist())
        return Reweighting(np.arange(len(conjectures), dtype=float), 0.5, 0.75, 1.0)

    monkeypatch.setattr(stp, "embed", lambda model, tokenizer, texts: np.array([[len(t)] for t in texts], dtype=float))
    monkeypatch.setattr(stp, "reweight", planned)
    settings = SelectionSettings(pass_rate_max=1.0, off_lemma="keep", elegance_drop=0.0)
    config = replace(CONFIG, reweighting="exact", reweighting_cap=2.5, matching_weight=7, selection=settings)
    last = await played(ledger, 1, config)
    weights = [row[4] for row in ledger.selections(1) if row[5] == "selected"]
    unproved = [s for s in GIVEN if s.id not in ledger.solved()]
    assert weights == [float(n) for n in range(len(weights))]
    assert asked["shapes"] == ((len(weights), 1), (len(unproved), 1))
    assert asked["settings"] == ReweightingSettings("exact", 2.5)
    assert asked["matching"] == [7 if s.split == "valid" else 1 for s in unproved]
    assert ledger.finished(1, "select") == {"selected": len(weights) - 1, "objective": 0.5, "gap": 0.25, "seconds": 1.0}
    rows = prompts(round_examples(last, LIBRARY), Role.CONJECTURE)
    assert [e.weight for e in rows] == weights[1:], "a weight of 0 is no example"


async def test_what_only_a_final_model_has_proved_is_still_to_be_learnt(tmp_path, monkeypatch):
    """A run that ended after round 1 and goes on plays the same rounds 2 and 3 as one that never ended."""
    embedded: list[list[str]] = []

    def embed(model, tokenizer, texts):
        embedded.append(texts)
        return np.ones((len(texts), 1))

    monkeypatch.setattr(stp, "embed", embed)
    monkeypatch.setattr(stp, "reweight", lambda x, y, *_: Reweighting(np.ones(len(x)), None, None, 0.0))
    keep = SelectionSettings(pass_rate_max=1.0, off_lemma="keep")
    config = replace(CONFIG, samples_per_statement=1, conjectures=4, reweighting="exact", selection=keep, seed=3)
    with begin(tmp_path / "straight") as straight, begin(tmp_path / "ended") as ended:
        await played(straight, 3, config)
        one, embedded = embedded, []
        await played(ended, 1, config)
        await round_of(ended, 2, replace(config, evaluation_samples=8)).prove(FINAL)
        alone = ended.solved().keys()
        for number in (2, 3):
            await play(round_of(ended, number, config))
        alone -= {id for id, number in ended.solved(sampler="prover").items() if number <= 2}
        assert alone, "or nothing is shown"
        assert one == embedded and len(one) > 2
        for number in (2, 3):
            assert ended.proposals(number) == straight.proposals(number)
            assert ended.attempts(number, "prover") == straight.attempts(number, "prover")
            assert ended.selections(number) == straight.selections(number)
        assert ended.proofs("given", before=4) == straight.proofs("given", before=4) != ended.proofs("given")


async def test_without_reweighting_every_conjecture_weighs_1(ledger):
    await played(ledger, 1, replace(CONFIG, selection=SelectionSettings(pass_rate_max=1.0, off_lemma="keep")))
    assert {row[4] for row in ledger.selections(1) if row[5] == "selected"} == {1.0}


async def test_conjectures_may_have_a_k_of_their_own(tmp_path):
    with begin(tmp_path / "ledger.sqlite") as ledger:
        config = replace(CONFIG, samples_per_statement=2, samples_per_conjecture=5)
        await played(ledger, 1, config)
        assert {t.samples for t in ledger.tallies(1, "prover", "given")} == {2}
        assert {t.samples for t in ledger.tallies(1, "prover", "conjecture")} == {5}
        assert ledger.finished(1, "prove:prover")["saved"] == 0


async def test_what_begins_at_the_base_learns_the_conjectures_of_all_rounds(tmp_path):
    with begin(tmp_path / "ledger.sqlite") as ledger:
        config = replace(CONFIG, begin_at_base=True, selection=SelectionSettings(off_lemma="keep", pass_rate_max=1.0))
        last = await played(ledger, 2, config)
        selected = [{row[0] for row in ledger.selections(number) if row[4] > 0} for number in (1, 2)]
        assert selected[0], "a conjecture of the first round, learnt once more in the second"
        known = {s.id: s.signature for s in ledger.statements("conjecture")}
        taught = {e.target for e in all_examples(last, LIBRARY) if e.role is Role.CONJECTURE}
        assert {known[id] for id in selected[0] | selected[1]} <= taught
        plain = replace(last, config=CONFIG)
        assert not {known[id] for id in selected[0] | selected[1]} & {
            e.target for e in all_examples(plain, LIBRARY) if e.role is Role.CONJECTURE
        }
