"""What a person meets: outcomes and exit statuses, one clear line for a mistake, quick help."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time

import psutil
import pytest

from antiphon import COMMANDS, main, pasodoble

GOOD = "theorem t (a b : ℝ) : 2*a*b ≤ a^2 + b^2 := by nlinarith [sq_nonneg (a - b)]"
LEAN = pytest.mark.lean


def antiphon(*arguments, stdin="", home=None, timeout=280):
    environment = {**os.environ, "COLUMNS": "200", "HF_HUB_OFFLINE": "1"}
    if home is not None:
        environment["ANTIPHON_HOME"] = str(home)
    return subprocess.run(
        [sys.executable, "-m", "antiphon", *map(str, arguments)],
        input=stdin, capture_output=True, text=True, timeout=timeout, env=environment,
    )  # fmt: skip


@pytest.mark.lean
def test_verify_reads_lean_from_standard_input():
    result = antiphon("verify", "-", stdin=GOOD)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "t: proved (core)"


@pytest.mark.lean
def test_verify_json_gives_each_outcome_its_line(tmp_path):
    rows = [
        {"name": "good", "formal_statement": "theorem g (n : ℕ) (h : n > 3) : n > 2", "proof": "omega"},
        {"name": "false", "statement": "theorem f (n : ℕ) : n < n", "proof": "omega"},
        {"name": "open", "statement": "theorem s (n : ℕ) : n = n + 1", "proof": "sorry"},
        {"name": "axiom", "code": "axiom cheat : False\ntheorem x : 1 = 2 := cheat.elim"},
        {"name": "unparsable", "statement": "theorem p : 1 = 1", "proof": "exact (rfl"},
        {"name": "analysis", "statement": "theorem r (x : ℂ) : x = x := by", "proof": "simp"},
        {"name": "whole", "code": "import Mathlib\n\ntheorem w (n : ℕ) : n + 0 = n := by\n  simp\n"},
        {"name": "long", "statement": GOOD.split(":=")[0], "proof": "nlinarith [sq_nonneg (a - b), sq_nonneg (a + b)]"},
    ]
    path = tmp_path / "items.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    result = antiphon("verify", path, "--json", "--heartbeats", "300")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["name"] for line in lines] == [row["name"] for row in rows]
    assert {"name", "outcome", "reason", "profile", "axioms", "heartbeats", "seconds"} <= lines[0].keys()
    assert [line["outcome"] for line in lines] == [
        "proved", "failed", "refused", "refused", "failed", "out_of_profile", "proved", "timeout",
    ]  # fmt: skip
    assert result.returncode == 1


@pytest.mark.lean
def test_statements_only(tmp_path):
    path = tmp_path / "statements.jsonl"
    rows = [
        {"name": "in", "formal_statement": GOOD},
        {"name": "out", "formal_statement": "theorem o (z : ℂ) : z = z := by sorry"},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    result = antiphon("verify", path, "--json", "--statements-only")
    assert [json.loads(line)["outcome"] for line in result.stdout.splitlines()] == ["elaborates", "out_of_profile"]
    assert result.returncode == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify", "nowhere.lean"], "nowhere.lean"),
        (["verify", "."], "directory"),
        (["selfplay", "--rounds", "0"], "--rounds must be at least 1"),
        (["selfplay", "--config", "nowhere.yaml"], "nowhere.yaml"),
        pytest.param(["selfplay", "--statements", "nowhere.jsonl"], "nowhere.jsonl", marks=LEAN),
        (["report", "nowhere"], "nowhere"),
        (["selfplay", "--preset", "v5"], "antiphon, paper-v4, repo-2b5fe8b"),
        (["selfplay", "--preset="], "--preset wants a name"),
        pytest.param(["selfplay", "--fork", "nowhere"], "--fork nowhere: there is no run", marks=LEAN),
        (["selfplay", "--from-round", "1"], "--from-round goes with --fork"),
        (["selfplay", "--adaptive.confidence", "2"], "adaptive.confidence"),
        (["selfplay", "--recipe", "pasodoble", "--max-steps", "0"], "--max-steps must be at least 1"),
        (["selfplay", "--recipe", "pasodoble", "--arm", "no-such-arm"], "no-such-arm"),
        (["selfplay", "--recipe", "pasodoble", "--preset", "sgs"], "--preset is one of antiphon, released"),
        (["selfplay", "--recipe", "pasodoble", "--rounds", "3"], "--rounds"),
        (["selfplay", "--recipe", "pasodoble", "--knowledge.source", "nowhere.txt"], "nowhere.txt"),
        (["selfplay", "--recipe", "pasodoble", "--layout", "chat"], "name --proposer and --solver"),
        (["selfplay", "--recipe", "paso"], "paso"),
        (["selfplay", "--seed", "-1"], "--seed must be at least 0"),
        (["selfplay", "--limit", "0"], "--limit must be at least 1"),
        (["selfplay", "--conjectures", "-3"], "--conjectures must be at least 0"),
        (["selfplay", "--resample-probability", "7"], "--resample-probability is a share"),
        (["selfplay", "--selection.elegance-drop", "2"], "--selection.elegance-drop is a share"),
        (["selfplay", "--sft.learning-rate", "nan"], "--sft.learning-rate must be at least 0, and have an end"),
        (
            ["selfplay", "--recipe", "pasodoble", "--solver-learner.learning-rate", "nan"],
            "--solver-learner.learning-rate",
        ),
        (["eval", "floor:grind", "bundled", "--temperature", "-1"], "temperature must be a finite number"),
        (["eval", "floor:grind", "bundled", "--wall-seconds", "nan"], "--wall-seconds must be positive"),
        (["verify", "-", "--wall-seconds", "nan"], "--wall-seconds"),
        (["prove", "theorem t : 1 = 1", "--samples", "-3"], "--samples and --heartbeats must be at least 1"),
        (["prove", "theorem t : 1 = 1"], "no run in runs/selfplay: make one with `antiphon selfplay`"),
        (["conjecture", "--count", "0"], "--count must be at least 1"),
        (["export", "nowhere"], "say what to export"),
        (["export", "nowhere", "--model", "nowhere/model"], "nowhere has no model"),
        (["export", "nowhere", "--data", "nowhere/data"], "no run in nowhere"),
        pytest.param(
            ["eval", "floor:nlinarith", "bundled"], "choose one of grind, omega, simp, tactics, search", marks=LEAN
        ),
        (["eval", "floor:grind", "nowhere.jsonl"], "nowhere.jsonl"),
        (["eval", "floor:grind", "no-such-benchmark"], "no benchmark 'no-such-benchmark'"),
        (["eval", "floor:grind", "gsm8k", "--data", "nowhere.jsonl"], "nowhere.jsonl"),
        pytest.param(["eval", "floor:grind", "bundled", "--k", "2"], "pass@2 needs as many samples", marks=LEAN),
        pytest.param(["eval", "http://localhost:1/v1", "bundled"], "http://localhost:1/v1#MODEL", marks=LEAN),
        pytest.param(
            ["eval", "nowhere/model", "bundled", "--format", "alpaca"], "no prover format 'alpaca'", marks=LEAN
        ),
        (["eval", "nowhere/model", "gsm8k", "--certify"], "--certify goes with theorems"),
        (["eval", "nowhere/model", "gsm8k", "--protocol", "r-zero"], "no protocol 'r-zero'"),
        (["eval", "nowhere/model", "gsm8k", "--protocol"], "--protocol wants a name"),
        (["eval", "nowhere/model", "gsm8k", "--protocol", "pasodoble", "--samples", "8"], "is six samples"),
        (["eval", "nowhere/model", "bundled", "--protocol", "pasodoble"], "go with questions in words"),
        (["eval", "nowhere/model", "minif2f", "--memorisation"], "minif2f is no benchmark of such"),
        (["eval", "compare", "nowhere", "elsewhere"], "nowhere"),
        (["recheck", "nowhere"], "nowhere"),
        (["selfplay", "--no-such-option"], "no-such-option"),
        (["no-such-command"], "no-such-command"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path, monkeypatch, capfd, arguments, words):
    run = ["--run", str(tmp_path / "run")] if arguments[0] == "selfplay" else []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["antiphon", *arguments, *run])
    for command in (*COMMANDS.values(), pasodoble):  # a call leaves its preset's values there
        monkeypatch.setattr(command, "__defaults__", command.__defaults__)
    with pytest.raises(SystemExit) as ended:
        main()
    said = capfd.readouterr()
    assert ended.value.code == 2
    assert words in said.err + said.out
    assert "Traceback" not in said.err


def test_a_full_gpu_is_one_clear_line(monkeypatch, capfd):
    import torch

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of …")

    monkeypatch.setattr("antiphon._with_config", full)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capfd.readouterr().err == (
        "antiphon: CUDA out of memory. Tried to allocate 20.00 GiB: "
        "lower batch_size where it samples, per_device_train_batch_size where it trains\n"
    )


@LEAN
def test_a_model_that_is_nowhere_is_one_clear_line(tmp_path):
    result = antiphon("eval", "nowhere/model", "bundled", "--out", tmp_path / "out")
    assert result.returncode == 2
    assert "no model at nowhere/model" in result.stderr and "Traceback" not in result.stderr


def test_a_missing_lean_says_what_to_do(tmp_path):
    result = antiphon("verify", "-", stdin=GOOD, home=tmp_path)
    assert result.returncode == 8
    assert "antiphon lean install" in result.stderr and "Traceback" not in result.stderr


def test_a_broken_lean_says_what_to_do(tmp_path):
    from verify import install

    for directory in (install.package_directory().name, install.library_directory().name):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "manifest.json").write_text('{"lean.wasm": 5}')
        (tmp_path / directory / "lean.wasm").write_text("torn")
    result = antiphon("verify", "-", stdin=GOOD, home=tmp_path)
    assert result.returncode == 8
    assert "broken" in result.stderr and "antiphon lean install" in result.stderr


def test_the_version():
    result = antiphon("--version")
    assert result.returncode == 0 and re.fullmatch(r"antiphon \d+\.\d+\S*\n", result.stdout)


def test_help_is_quick():
    """It loads nothing that takes seconds."""
    command = [sys.executable, "-X", "importtime", "-m", "antiphon", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    loaded = {line.rsplit("|", 1)[-1].strip().partition(".")[0] for line in said.splitlines()}
    assert "tyro" in loaded
    slow = {"torch", "transformers", "datasets", "trl", "peft", "vllm", "matplotlib", "networkx", "sympy", "pandas"}
    assert not loaded & slow


@pytest.mark.parametrize("recipe", ["stp", "pasodoble"])
def test_help_loads_no_torch(recipe):
    code = f"import sys; sys.argv = ['antiphon', 'selfplay', '--recipe', '{recipe}', '--help']; import antiphon\ntry: antiphon.main()\nexcept SystemExit: pass\nprint('torch' in sys.modules, 'transformers' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.endswith("False False\n")


def test_the_help_of_a_recipe_shows_its_own_options():
    formal, informal = antiphon("selfplay", "--help"), antiphon("selfplay", "--recipe", "pasodoble", "--help")
    assert formal.returncode == informal.returncode == 0
    assert "--recipe pasodoble" in formal.stdout and "--samples-per-statement" in formal.stdout
    assert "--arm" in informal.stdout and "--answers-per-question" in informal.stdout
    assert "--samples-per-statement" not in informal.stdout and "--arm" not in formal.stdout


@pytest.mark.lean
def test_a_killed_verify_leaves_no_process():
    """kill -9 in the middle of a check: Lean dies with its parent."""
    process = subprocess.Popen(
        [sys.executable, "-m", "antiphon", "verify", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    process.stdin.write(GOOD)
    process.stdin.close()
    children: list[psutil.Process] = []
    for _ in range(200):
        children = psutil.Process(process.pid).children(recursive=True)
        if children:
            break
        time.sleep(0.05)
    assert children
    time.sleep(1)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
