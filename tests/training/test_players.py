"""How many models a dual-play run holds at once."""

import weakref
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from conjecture.knowledge import KnowledgeBase
from conjecture.lessons import Lessons
from prover import model as models
from training import dualplay, players
from training.ledger import Ledger
from training.pasodoble_config import PasoDobleConfig, PlayersColdStart
from training.policy_gradient import PolicyLearner

SMALL = models.ModelConfig(
    vocab_size=300, hidden_size=16, num_hidden_layers=1, num_attention_heads=1, intermediate_size=16,
    max_position_embeddings=160,
)  # fmt: skip
COLD_START = PlayersColdStart(lessons=Lessons(solver_rows=40, proposer_rows=40, topics=("sums",)))


@pytest.fixture
def begun(tmp_path):
    """A run up to its first step, and its players."""

    def begin(**learner):
        config = PasoDobleConfig(run=tmp_path, model=SMALL, cold_start=COLD_START)
        learners = {f"{role}_learner": replace(config.solver_learner, **learner) for role in players.ROLES}
        config = replace(config, **learners)
        with Ledger(tmp_path / "ledger.sqlite") as ledger:
            play = dualplay.DualPlay(config, KnowledgeBase(()), ledger, None, None)
            play.judge = SimpleNamespace(ledger=ledger)
            return play, play.begin()

    return begin


def test_the_models_of_the_cold_start_have_gone_when_the_players_come(begun, monkeypatch):
    alive, seen = weakref.WeakSet(), []

    def tracked(make):
        def made(*given):
            result = make(*given)
            alive.add(result[0] if isinstance(result, tuple) else result)
            return result

        return made

    def restored(*given):
        seen.append(len(alive))
        return restore(*given)

    restore = players.restored
    monkeypatch.setattr(models, "build_model", tracked(models.build_model))
    monkeypatch.setattr(models, "load", tracked(models.load))
    monkeypatch.setattr(players, "restored", restored)
    begun()
    assert seen == [0, 1]


def test_adapters_are_merged_for_one_player_at_a_time_and_not_on_its_device(begun, monkeypatch):
    pytest.importorskip("peft", reason="peft is not installed")
    alive, seen = weakref.WeakSet(), []

    def merged(learner):
        seen.append(len(alive))
        made = merge(learner)
        alive.add(made)
        return made

    def copied(tensor, memo):
        raise AssertionError("a copy on the parameter's own device")

    play, recipe = begun(use_peft=True, lora_r=2)
    merge = PolicyLearner.merged
    monkeypatch.setattr(PolicyLearner, "merged", merged)
    monkeypatch.setattr(torch.nn.Parameter, "__deepcopy__", copied)
    play.save(1, recipe)
    assert seen == [0, 0]
    saved, _ = models.load(play.config.run / "checkpoints" / "round-0001" / "solver")
    ids = torch.tensor([[5, 6, 7]])
    with torch.no_grad():
        assert torch.allclose(saved(ids).logits, recipe.solver.learner.model(ids).logits, atol=1e-5)
