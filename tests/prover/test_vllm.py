"""The vLLM samplers: faults with a fake server, the rest with a real vLLM where there is one."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch

from prover import model as models
from prover import vllm
from prover.sampler import SamplerError, SamplingSettings, TransformersSampler, open_sampler
from training.config import SelfplayConfig
from verify.statements import BadInput

ROOT = Path(__file__).resolve().parents[2]
FAKE = Path(__file__).with_name("fake_vllm.py")
CONFIG = models.ModelConfig(
    vocab_size=300,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=48,
    max_position_embeddings=96,
)
PROMPTS = ["<prove>: 1 = 1<by>", "<prove>(n : ℕ) : n = n<by>"]
TOKENIZER = models.build_tokenizer([*PROMPTS, vllm.PROBE] * 2, CONFIG)
MODEL = models.build_model(CONFIG, TOKENIZER, 0)
SETTINGS = SamplingSettings(max_new_tokens=24, batch_size=4)


@pytest.fixture
def open_fake(tmp_path):
    """Opens a sampler over a fake server with a fault; the fake serves the weights of `served`."""
    opened = []

    def open_one(fault: str = "none", served=MODEL, settings=SETTINGS) -> vllm.VLLMServerSampler:
        [probe] = models.encode(TOKENIZER, [vllm.PROBE])
        probe = probe[: (settings.max_model_len or CONFIG.max_position_embeddings) - 1]
        (tmp_path / "probe.json").write_text(json.dumps(vllm.token_logprobs(served, probe)))
        python = tmp_path / "python"
        python.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, str(FAKE), str(tmp_path), fault])} "$@"\n')
        python.chmod(0o755)
        opened.append(vllm.VLLMServerSampler(MODEL, TOKENIZER, settings, tmp_path / "model", python))
        return opened[-1]

    yield open_one
    for sampler in opened:
        sampler.close()
    assert not running(tmp_path)


def running(directory: Path) -> bool:
    """Whether a fake server or its engine is still there, a moment after it should have gone."""
    path = directory / "pids"
    pids = [int(pid) for pid in path.read_text().split()] if path.exists() else []
    return bool(psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=5)[1])


def test_every_sample_has_a_seed_of_its_own_and_its_own_answer(open_fake, tmp_path):
    assert TOKENIZER.eos_token_id == 1  # as the fake has it
    sampler = open_fake()
    completions = sampler.sample(PROMPTS, 3, [5, 6])
    requests = [json.loads(line) for line in (tmp_path / "requests").read_text().splitlines()]
    assert len({request["seed"] for request in requests}) == 6
    assert all(request["logprobs"] == 0 and request["stop_token_ids"] == [1] for request in requests)
    assert [(c.prompt_index, c.sample) for c in completions] == [(p, s) for p in range(2) for s in range(3)]
    assert all(c.finished and c.tokens == 4 and c.logprob == -2.0 for c in completions)
    assert completions[0].text == TOKENIZER.decode(completions[0].token_ids[:-1])
    assert len({c.token_ids for c in completions}) == 6
    assert sampler.sample(PROMPTS[1:], 1, [6], first=2)[0].token_ids == completions[5].token_ids
    assert sampler.sample([], 4, []) == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("die", r"does not answer.*ended with status 9\n  out of memory"),
        ("hang", r"does not answer \(timed out\): it runs"),
        ("garbage", "answers what is no completion"),
        ("half", "gives 3 tokens that are no whole completion"),
        ("refuse", r"refuses a request \(400\): seed too large"),
    ],
)
def test_after_a_fault_the_server_is_gone_and_the_error_says_why(open_fake, tmp_path, monkeypatch, fault, words):
    monkeypatch.setattr(vllm, "REQUEST_SECONDS", 3.0)
    monkeypatch.setattr(vllm, "STOP_SECONDS", 0.5)
    sampler = open_fake(fault)
    with pytest.raises(SamplerError, match=f"(?s){words}"):
        sampler.sample(PROMPTS, 4, [5, 6])
    assert not running(tmp_path)
    with pytest.raises(SamplerError, match=r"does not answer.*it was ended"):
        sampler.sample(PROMPTS, 1, [5, 6])


def test_a_server_that_does_not_start(open_fake, tmp_path, monkeypatch):
    with pytest.raises(SamplerError, match=r"(?s)does not start: it ended with status 1\n  no such model"):
        open_fake("exit")
    monkeypatch.setattr(vllm, "START_SECONDS", 1.0)
    with pytest.raises(SamplerError, match="not ready after 1 s"):
        open_fake("mute")
    assert not running(tmp_path)


def test_other_weights_are_refused(open_fake, tmp_path):
    """Also the weights one step of Adam away (5e-4), and when the answer is no number."""
    torch.manual_seed(0)
    stepped = models.build_model(CONFIG, TOKENIZER, 0)
    with torch.no_grad():
        for parameter in stepped.parameters():
            parameter += 5e-4 * torch.randn_like(parameter).sign()
    for served in (models.build_model(CONFIG, TOKENIZER, 1), stepped):
        with pytest.raises(SamplerError, match=r"does not serve this round's weights .*differ by 0\.\d+ nats a token"):
            open_fake(served=served)
        assert not running(tmp_path)
    with torch.no_grad():
        stepped.lm_head.weight.fill_(float("nan"))
    with pytest.raises(SamplerError, match="differ by nan"):
        open_fake(served=stepped)


def test_a_stream_that_is_left_leaves_no_server_behind(open_fake):
    sampler = open_fake()
    assert next(sampler.stream(PROMPTS, 4, [5, 6])).finished
    assert len(sampler.sample(PROMPTS, 4, [5, 6])) == 8


def test_the_server_dies_with_a_killed_parent(open_fake, tmp_path):
    open_fake().close()  # leaves the files that the other process needs
    (tmp_path / "pids").unlink()
    models.save(MODEL, TOKENIZER, tmp_path / "model")
    script = (
        "import sys, time\nfrom prover import model, vllm\nfrom prover.sampler import SamplingSettings\n"
        "d = sys.argv[1]\nsettings = SamplingSettings(max_new_tokens=24)\n"
        "s = vllm.VLLMServerSampler(*model.load(d + '/model'), settings, d + '/model', d + '/python')\n"
        "print('ready', flush=True)\ntime.sleep(600)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout.readline() == "ready\n"
        assert all(psutil.pid_exists(int(pid)) for pid in (tmp_path / "pids").read_text().split())
        parent.send_signal(signal.SIGKILL)
    assert not running(tmp_path)


def test_the_supervisor_ends_after_those_it_kills():
    """Their memory, which takes a moment to be given back, is then free for training."""
    engine = "import time; held = bytearray(b'x') * 300 * 2**20; print('ready', flush=True); time.sleep(600)"
    server = (
        "import subprocess, sys, time\n"
        f"print(subprocess.Popen([sys.executable, '-c', {engine!r}]).pid, flush=True)\ntime.sleep(600)"
    )
    command = [sys.executable, "-I", "-S", str(ROOT / "prover" / "supervise.py"), "5", sys.executable, "-c", server]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as supervisor:
        pid = int(supervisor.stdout.readline())
        assert supervisor.stdout.readline() == "ready\n"
        supervisor.stdin.close()
        supervisor.wait()
        assert not psutil.pid_exists(pid)


def test_no_vllm_is_said_in_one_line(tmp_path, monkeypatch):
    vllm.require("transformers", None)
    monkeypatch.setattr(vllm.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"--sampler vllm: no module vllm; pip install 'antiphon\[vllm\]'"):
        vllm.require("vllm", None)
    with pytest.raises(BadInput, match="or name another environment's Python by --vllm-python"):
        vllm.require("vllm-server", None)
    with pytest.raises(BadInput, match="no Python that starts"):
        vllm.require("vllm-server", tmp_path / "python")
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -S "$@"\n')  # without site-packages
    bare.chmod(0o755)
    with pytest.raises(BadInput, match="no module vllm there"):
        vllm.require("vllm-server", bare)


def test_the_option_and_what_goes_with_it():
    assert isinstance(open_sampler("transformers", MODEL, TOKENIZER, SETTINGS, "anywhere"), TransformersSampler)
    assert SelfplayConfig(sampler="vllm-server", vllm_python=Path("python")).vllm_python == Path("python")
    for engine in ("transformers", "vllm"):
        with pytest.raises(BadInput, match="goes with --sampler vllm-server"):
            SelfplayConfig(sampler=engine, vllm_python=Path("python"))


def test_beside_transformers_the_model_has_the_gpu_and_beside_vllm_it_waits(open_fake, monkeypatch):
    moved, emptied = [], []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(len(moved)))
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, device: moved.append(device) or self)
    open_fake()
    assert (moved, emptied) == ([], [0])
    open_sampler("transformers", MODEL, TOKENIZER, SETTINGS, "anywhere")
    assert (moved, emptied) == (["cuda"], [0])


def test_the_cache_has_room_for_every_row():
    assert vllm.cache_bytes(MODEL.config, 96, 3) == 4 * (2 * 4 * 2 * 32 * (96 + 128))


def test_vllm_is_asked_for_no_longer_a_context_than_is_wanted(open_fake):
    assert open_fake().engine_settings["max_model_len"] == 96
    bounded = open_fake(settings=replace(SETTINGS, max_model_len=40))
    assert bounded.engine_settings["max_model_len"] == 40
    assert bounded.engine_settings["kv_cache_memory_bytes"] == vllm.cache_bytes(MODEL.config, 40, 4)
    assert bounded.room == 40 - 24


REAL = os.environ.get("ANTIPHON_VLLM_PYTHON") or (sys.executable if importlib.util.find_spec("vllm") else None)


@pytest.mark.skipif(
    REAL is None, reason="no vLLM here: install antiphon[vllm], or name a Python by ANTIPHON_VLLM_PYTHON"
)
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("engine", ["vllm", "vllm-server"])
def test_a_real_vllm_serves_the_weights_it_should_and_repeats_itself(engine, tmp_path):
    torch.manual_seed(0)
    config = models.ModelConfig(vocab_size=400)
    old = models.build_model(config, TOKENIZER, 0)
    models.save(old, TOKENIZER, tmp_path / "old")
    with torch.no_grad():
        for parameter in old.parameters():
            parameter += 5e-4 * torch.randn_like(parameter).sign()
    models.save(old, TOKENIZER, tmp_path / "new")
    script = str(Path(__file__).with_name("real_vllm.py"))
    command = [
        REAL if engine == "vllm" else sys.executable,
        script,
        engine,
        REAL,
        str(tmp_path / "old"),
        str(tmp_path / "new"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-4_000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    for one in (seen["old"], seen["new"]):
        assert one["again"] == one["samples"]
        assert one["later"] == [one["samples"][4 * prompt + sample] for prompt in range(3) for sample in (2, 3)]
        assert len({tuple(sample) for sample in one["samples"]}) == 12  # equal prompts too
        assert one["whole"] and one["error"] < 1e-2
        assert "does not serve this round's weights" in one["refusal"]
    assert seen["old"]["samples"] != seen["new"]["samples"]
