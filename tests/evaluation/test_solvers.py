"""Who answers questions: the solver of a run with its own layout, a model by its tokenizer, an endpoint by messages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from evaluation import questions
from evaluation.config import EvaluationConfig
from evaluation.evaluate import evaluate
from evaluation.memorised import probe_memory
from evaluation.solvers import CUT_OFF, open_solver
from prover import model as models
from prover.attempts import Chunk
from prover.sampler import Completion, SamplingSettings
from verify.records import Statement
from verify.statements import BadInput

QUESTIONS = [Statement("a", "What is 1 + 1?"), Statement("b", "What is 2 * 3 - 4?")]
TINY = models.ModelConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)


def saved(directory: Path, seed: int = 0) -> Path:
    tokenizer = models.build_tokenizer([q.signature for q in QUESTIONS], TINY)
    models.save(models.build_model(TINY, tokenizer, seed), tokenizer, directory)
    return directory


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> EvaluationConfig:
    model = saved(tmp_path_factory.mktemp("model") / "model")
    return EvaluationConfig(str(model), "gsm8k", samples=4, sampling=SamplingSettings(max_new_tokens=8))


def run_of(folder: Path, layout: str, think: bool) -> Path:
    """The directory of a dual-play run: both players in one checkpoint, its state written last."""
    for step, seed in ((0, 5), (20, 6)):
        for role in ("proposer", "solver"):
            saved(folder / "checkpoints" / f"round-{step:04d}" / role, seed + (role == "solver"))
        (folder / "checkpoints" / f"round-{step:04d}" / "state.json").write_text('{"format": 1}')
    (folder / "config.yaml").write_text(yaml.safe_dump({"config": {"layout": layout, "think": think}}))
    return folder


def test_a_sample_does_not_depend_on_the_block_it_is_drawn_in(config):
    with open_solver(config) as solver:
        made, unread = solver.attempts(Chunk(QUESTIONS, 0, 4), "eval")
        cut = [a for first in range(4) for a in solver.attempts(Chunk(QUESTIONS, first, 1), "eval")[0]]
        assert {a.id: a.proof for a in made} == {a.id: a.proof for a in cut} and len({a.proof for a in made}) > 1
        assert sum(unread.values()) == 8 and CUT_OFF in unread
        assert solver.describe()["layout"] == "small"  # its tokenizer knows our tags
        assert solver.ask("1 + 1?") == "<prove>1 + 1?<by>"


def test_of_a_run_the_newest_solver_is_asked_as_it_was_trained(config, tmp_path):
    run = run_of(tmp_path / "run", "small", True)
    with open_solver(replace(config, model=str(run))) as solver:
        said = solver.describe()
        assert (said["checkpoint"], said["layout"]) == ("round-0020", "small")
    alone = run / "checkpoints" / "round-0020"
    with open_solver(replace(config, model=str(alone / "solver"))) as solver:
        assert solver.describe()["weights"] == said["weights"]
    with open_solver(replace(config, model=str(alone / "proposer"))) as solver:
        assert solver.describe()["weights"] != said["weights"]
    chat = run_of(tmp_path / "chat", "chat", True)
    with pytest.raises(BadInput, match="no chat template"), open_solver(replace(config, model=str(chat))):
        pass
    (chat / "config.yaml").unlink()
    lost = pytest.raises(BadInput, match="say --layout small, chat or think")
    with lost, open_solver(replace(config, model=str(chat))):
        pass


class Endpoint:
    def __init__(self, url, model, settings, stop=()):
        self.asked = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def sample(self, prompts, n, seeds, first=0):
        self.asked += prompts
        text = r"<think>\boxed{7}</think> It is \boxed{2}."
        return [Completion(i, first + s, text, (), None, True) for i in range(len(prompts)) for s in range(n)]


def test_an_endpoint_gets_messages_and_its_thoughts_are_not_read(config, monkeypatch):
    monkeypatch.setattr("prover.endpoint.EndpointSampler", Endpoint)
    config = replace(config, model="http://localhost:8000/v1#qwen")
    with open_solver(config) as solver:
        made, unread = solver.attempts(Chunk(QUESTIONS, 0, 2), "eval")
        system, user = solver.sampler.asked[0]
        assert system["role"] == "system" and "\\boxed" in system["content"]
        assert user == {"role": "user", "content": QUESTIONS[0].signature}
        assert not unread and [solver.read(a.proof) for a in made] == ["2"] * 4
        assert solver.describe() == {"kind": "endpoint", "name": "qwen", "layout": "chat"}
    with (
        pytest.raises(BadInput, match="lays out the conversation itself"),
        open_solver(replace(config, layout="think")),
    ):
        pass


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "test.jsonl"
    rows = [
        {"question": f"What is {a} + {b} and then some more of it?", "answer": f"#### {a + b}"}
        for a, b in ((1, 2), (3, 4))
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_the_whole_command_with_a_tiny_model(config, file, tmp_path):
    """A model, math-verify, results and page: all real."""
    from rich.console import Console

    config = replace(config, data=str(file), out=tmp_path / "out", samples=2)
    results = evaluate(config, Console(quiet=True))
    first = (tmp_path / "out" / "results.json").read_bytes()
    assert results["headline"]["avg"]["n"] == 2 and results["attempts"]["made"] == 4
    assert results["judge"]["profile"] == "maths" and (tmp_path / "out" / "report.html").exists()
    evaluate(config, Console(quiet=True))
    assert (tmp_path / "out" / "results.json").read_bytes() == first


def test_memorisation_is_told_of_every_question_and_asked_once(config, file, tmp_path, monkeypatch):
    config = replace(config, data=str(file), out=tmp_path / "out", memorisation=True)
    found = probe_memory(config)
    assert (found["questions"], found["exact"]) == (2, 0.0) and 0 <= found["rouge_l"] <= 1
    first, _ = found["completions"]
    assert first["beginning"] + first["rest"] == questions.load(config).problems[0].question and first["rest"]
    written = (tmp_path / "out" / "memorisation.json").read_bytes()
    monkeypatch.setattr("prover.sampler.TransformersSampler.sample", None)  # asked again, it would fail
    assert probe_memory(config) == found and (tmp_path / "out" / "memorisation.json").read_bytes() == written
    with pytest.raises(BadInput, match="begun with another"):
        probe_memory(replace(config, limit=1))


def test_a_model_that_knows_a_question_is_told_so(config, file, tmp_path, monkeypatch):
    known = questions.load(replace(config, data=str(file))).problems[0].question

    def knows(self, prompts, n, seeds, first=0):
        return [
            Completion(i, 0, known.removeprefix(p) + " And more." if known.startswith(p) else "no", (1,), 0.0, True)
            for i, p in enumerate(prompts)
        ]

    monkeypatch.setattr("prover.sampler.TransformersSampler.sample", knows)
    found = probe_memory(replace(config, data=str(file), out=tmp_path / "knows", memorisation=True))
    assert (found["questions"], found["exact"], found["rouge_l"]) == (2, 0.5, 0.5)


def test_what_goes_with_theorems_is_refused(config, file):
    config = replace(config, data=str(file))
    for change, word in (
        ({"stop_at_first": True}, "--stop-at-first"),
        ({"format": "stp"}, "--format"),
        ({"certify": True}, "--certify"),
    ):
        with pytest.raises(BadInput, match=word):
            questions.load(replace(config, **change))
