"""Which weights a round's model begins from, recipe by recipe: real (tiny) models, a made-up prover."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import torch
from rich.console import Console

from conjecture.library import Library
from prover import model as models
from prover.model import ModelConfig
from tests.training.test_stp import CONFIG, GIVEN, LEMMAS, LIBRARY, Pool, Sampler, begin, play
from training import checkpoint, selfplay
from training.config import ColdStart
from training.judge import Judge
from training.metrics import Metrics
from training.sft import SFTSettings, fine_tune
from training.stp import Round
from verify.statements import BadInput

KNOWN = Library([], LEMMAS)
TINY = ModelConfig(vocab_size=330, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
FAST = SFTSettings(learning_rate=1e-2, per_device_train_batch_size=64, warmup_steps=0)
SETTINGS = replace(
    CONFIG, model=TINY, sft=FAST, rounds=2, evaluation_samples=8, cold_start=ColdStart(reading=FAST, sft=FAST),
    retraining=replace(CONFIG.retraining, sft=FAST),
)  # fmt: skip


async def trained(path, rounds=2, **fields):
    """The checkpoints of a run of this recipe, as flat weights by name."""
    config = replace(SETTINGS, run=path, **fields)
    path.mkdir()
    with begin(path / "ledger.sqlite") as ledger, Metrics(path / "metrics.jsonl") as metrics:
        run = selfplay.SelfPlay(config, None, None, ledger, metrics, Console(file=io.StringIO()), KNOWN)
        run.judge = Judge(ledger, Pool())
        run.cold_start(LIBRARY, GIVEN)
        for number in range(rounds + 1):
            round = await play(Round(number, config, run.judge, Sampler(), GIVEN, LEMMAS))
            run.learn(round, *models.load(checkpoint.directory(path, number)), LIBRARY)
        run.judge.pool.checks = 0
        await run.final_evaluation(rounds + 1, run.final_model(rounds + 1, GIVEN, LIBRARY), GIVEN)
    return {p.parent.name: flat(p.parent) for p in (path / "checkpoints").glob("*/state.json")}


def flat(path) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in models.load(path)[0].parameters()])


def same(one, other) -> bool:
    return torch.equal(one, other)


@pytest.mark.timeout(600)
async def test_parallel_sampling_learns_nothing(tmp_path):
    found = await trained(tmp_path / "run", recipe="parallel-sampling", final_retraining=True)
    assert set(found) == {"base", *(f"round-000{n}" for n in range(4))}
    assert same(found["round-0000"], found["round-0003"]) and not same(found["base"], found["round-0000"])


@pytest.mark.timeout(600)
async def test_stp_goes_on_and_expert_iteration_begins_anew(tmp_path):
    """Round 1 changed by hand: STP's next model depends on it, that of expert iteration does not, nor of STP at the base."""
    arms = (({}, True), ({"recipe": "expert-iteration"}, False), ({"begin_at_base": True}, False))
    for number, (fields, depends) in enumerate(arms):
        source = tmp_path / str(number)
        found = await trained(source, rounds=1, **fields)
        with begin(source / "ledger.sqlite") as ledger, Metrics(source / "metrics.jsonl") as metrics:
            config = replace(SETTINGS, run=source, **fields)
            run = selfplay.SelfPlay(config, None, None, ledger, metrics, Console(file=io.StringIO()), KNOWN)
            run.judge = Judge(ledger, Pool())
            for file in checkpoint.directory(source, 2).iterdir():
                file.unlink()
            model, tokenizer = models.load(checkpoint.directory(source, 1))
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.add_(0.01)
            run.learn(Round(1, config, run.judge, Sampler(), GIVEN, LEMMAS), model, tokenizer, LIBRARY)
            assert same(flat(checkpoint.directory(source, 2)), found["round-0002"]) != depends


@pytest.mark.timeout(600)
async def test_a_final_retraining_stands_beside_the_rounds(tmp_path):
    plain = await trained(tmp_path / "plain", rounds=1)
    retrained = await trained(tmp_path / "retrained", rounds=1, final_retraining=True)
    assert set(retrained) - set(plain) == {"final-0002"}
    assert all(same(plain[name], retrained[name]) for name in plain)
    assert not same(retrained["final-0002"], retrained["round-0002"])
    assert checkpoint.latest(tmp_path / "retrained").name == "final-0002"
    assert checkpoint.latest(tmp_path / "plain").name == "round-0002"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fields", [{"refresh_every": 2}, {"begin_at_base": True}], ids=str)
async def test_a_last_model_that_began_at_the_base_is_the_final_one(tmp_path, monkeypatch, fields):
    """Training it again comes to the same bits."""
    began = []

    def counted(model, tokenizer, examples, settings, seed, on_step):
        began.append(seed)
        return fine_tune(model, tokenizer, examples, settings, seed, on_step)

    monkeypatch.setattr(selfplay, "fine_tune", counted)
    linked = await trained(tmp_path / "linked", rounds=1, final_retraining=True, **fields)
    assert began == [0, 0, 1, 2], "to read, the cold start, and after each of two rounds"
    monkeypatch.setattr(checkpoint, "link", lambda *_: None)
    again = await trained(tmp_path / "again", rounds=1, final_retraining=True, **fields)
    assert began[4:] == [0, 0, 1, 2, 2]
    assert set(linked) == set(again) and all(same(linked[name], again[name]) for name in linked)
    assert same(linked["final-0002"], linked["round-0002"])


@pytest.mark.timeout(600)
async def test_what_begins_at_the_base_has_settings_of_its_own(tmp_path, monkeypatch):
    """STP's refreshes and its final model train as `retraining.sft` says, its rounds and the baselines as `sft`."""
    found = []

    def noted(model, tokenizer, examples, settings, seed, on_step):
        found.append(settings.learning_rate)
        return {"rows": len(examples)}

    monkeypatch.setattr(selfplay, "fine_tune", noted)
    other = replace(SETTINGS.retraining, sft=replace(FAST, learning_rate=3e-3))
    for name, fields, rates in (
        ("round", {}, [1e-2, 1e-2, 3e-3]),
        ("refresh", {"refresh_every": 2}, [1e-2, 3e-3, 1e-2, 3e-3]),
        ("base", {"begin_at_base": True}, [3e-3, 3e-3]),
        ("baseline", {"recipe": "expert-iteration"}, [1e-2, 1e-2]),
    ):
        found.clear()
        rounds = 2 if name == "refresh" else 1
        await trained(tmp_path / name, rounds=rounds, retraining=other, final_retraining=True, **fields)
        assert found[2:] == rates, name


def test_what_begins_at_the_base_needs_one(tmp_path):
    run = selfplay.SelfPlay(replace(SETTINGS, run=tmp_path), None, None, None, None, None, KNOWN)
    with pytest.raises(BadInput, match="no checkpoints/base"):
        run.base()
    used = [replace(SETTINGS, **fields).begins_at_base for fields in (
        {}, {"final_retraining": True}, {"refresh_every": 2}, {"recipe": "expert-iteration"},
        {"recipe": "parallel-sampling", "final_retraining": True}, {"begin_at_base": True},
    )]  # fmt: skip
    assert used == [False, True, True, True, False, True]
