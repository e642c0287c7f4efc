"""Who is evaluated: a real tiny model, floors, an endpoint; each gives the same attempts however they are cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.config import EvaluationConfig
from evaluation.floors import Floor
from evaluation.provers import open_prover
from prover import model as models
from prover.attempts import Chunk
from prover.sampler import Completion, SamplingSettings
from prover.search import CLOSERS
from training import checkpoint
from verify.benchmark import Problem
from verify.records import Statement
from verify.statements import BadInput

STATEMENTS = [
    Statement("amgm", "(a b : ℝ) (h : 0 < a) : 2 * a * b ≤ a ^ 2 + b ^ 2"),
    Statement("succ", "(n : ℕ) : n < n + 1"),
]
PROBLEMS = [Problem(s.name, s, "import Mathlib\n", f"Show {s.name}.", "test") for s in STATEMENTS]
TINY = models.ModelConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)


def saved(directory: Path, seed: int) -> Path:
    tokenizer = models.build_tokenizer([s.signature for s in STATEMENTS], TINY)
    models.save(models.build_model(TINY, tokenizer, seed), tokenizer, directory)
    return directory


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> EvaluationConfig:
    model = saved(tmp_path_factory.mktemp("model") / "model", 0)
    return EvaluationConfig(str(model), "bundled", samples=4, sampling=SamplingSettings(max_new_tokens=8))


def proofs(prover, *spans):
    made = [a for first, size in spans for a in prover.attempts(Chunk(STATEMENTS, first, size), "eval")[0]]
    return {(a.statement_id, a.sample): a.proof for a in made}


def test_a_sample_does_not_depend_on_the_block_it_is_drawn_in(config):
    with open_prover(config, PROBLEMS) as prover:
        whole = proofs(prover, (0, 4))
        assert len(whole) == 8 and len(set(whole.values())) > 1
        assert proofs(prover, (0, 1), (1, 1), (2, 2)) == whole
    with open_prover(replace(config, seed=1), PROBLEMS) as prover:
        assert proofs(prover, (0, 4)) != whole


def test_a_result_names_the_weights(config, tmp_path):
    with open_prover(config, PROBLEMS) as prover:
        said = prover.describe()
    assert said["kind"] == "model" and said["format"] == "antiphon" and len(said["weights"]) == 16
    with open_prover(replace(config, model=str(saved(tmp_path / "other", 1))), PROBLEMS) as prover:
        assert prover.describe()["weights"] != said["weights"]


def test_of_a_run_the_newest_checkpoint_is_evaluated(config, tmp_path):
    for round, seed in ((0, 5), (1, 6)):
        tokenizer = models.build_tokenizer([s.signature for s in STATEMENTS], TINY)
        checkpoint.save(tmp_path, round, models.build_model(TINY, tokenizer, seed), tokenizer)
    with open_prover(replace(config, model=str(tmp_path)), PROBLEMS) as prover:
        assert prover.describe()["checkpoint"] == "round-0001"


def test_a_context_that_is_too_short_is_said(config):
    long = replace(config, sampling=SamplingSettings(max_new_tokens=512))
    with pytest.raises(BadInput, match="leaves no room"), open_prover(long, PROBLEMS):
        pass


class Endpoint:
    """Answers every request with a file; keeps what it was asked."""

    def __init__(self, url, model, settings, stop=()):
        self.url, self.model, self.asked = url, model, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def sample(self, prompts, n, seeds, first=0):
        self.asked += prompts
        answers = ["no code at all", f"```lean4\n{STATEMENTS[1].text} := by\n  omega\n```"]
        return [Completion(i, first + s, answers[i], (), 0.0, True) for i in range(len(prompts)) for s in range(n)]


def test_an_endpoint_is_asked_in_the_models_own_format(config, monkeypatch):
    monkeypatch.setattr("prover.endpoint.EndpointSampler", Endpoint)
    config = replace(config, model="http://localhost:8000/v1#kimina", format="kimina-prover")
    with open_prover(config, PROBLEMS) as prover:
        made, unread = prover.attempts(Chunk(STATEMENTS, 0, 2), "eval")
        assert prover.sampler.model == "kimina" and prover.sampler.url == "http://localhost:8000/v1"
        conversation = prover.sampler.asked[0]
        assert conversation[-1]["role"] == "user" and STATEMENTS[0].signature in conversation[-1]["content"]
        assert prover.describe() == {"kind": "endpoint", "name": "kimina", "format": "kimina-prover"}
    assert [a.proof.strip() for a in made] == ["", "", "omega", "omega"]
    assert dict(unread) == {"no complete code block": 2}


def test_floors_try_their_list_in_order():
    floor = Floor.open("tactics", None, 0)
    assert floor.samples == len(CLOSERS) and floor.proofs(STATEMENTS[0]) == CLOSERS
    made = proofs(floor, (0, 3), (3, 20))
    assert [made[STATEMENTS[0].id, i] for i in range(len(CLOSERS))] == list(CLOSERS)
    assert Floor.open("grind", 8, 0).samples == 1 and Floor.open("omega", None, 0).proofs(STATEMENTS[0]) == ("omega",)
    assert Floor.open("tactics", 2, 0).describe()["tactics"] == list(CLOSERS[:2])


def test_the_search_floor_is_seeded_and_does_not_repeat_itself():
    floor = Floor.open("search", 16, 0)
    whole = proofs(floor, (0, 16))
    assert proofs(floor, (0, 5), (5, 11)) == whole == proofs(Floor.open("search", 16, 0), (0, 16))
    assert whole != proofs(Floor.open("search", 16, 1), (0, 16))
    for statement in STATEMENTS:
        tried = [proof for (id, _), proof in whole.items() if id == statement.id]
        assert len(tried) == len(set(tried)) <= 16
    assert any("sq_nonneg (a - b)" in proof for proof in Floor.open("search", 64, 0).proofs(STATEMENTS[0]))
