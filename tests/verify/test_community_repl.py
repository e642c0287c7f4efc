"""The community REPL's protocol, spoken by the real Lean: as its clients see it, over pipes."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.lean, pytest.mark.xdist_group("community")]
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 200


class Repl:
    """A client of some lines: one request, one reply up to the blank line."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "verify.community_repl"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=ROOT, **pipes)

    def say(self, text: str) -> dict[str, Any]:
        """Kills a process that hangs, which ends the reading."""
        clock = threading.Timer(SECONDS, self.process.kill)
        clock.start()
        try:
            self.process.stdin.write(text.encode() + b"\n\n")
            self.process.stdin.flush()
            lines = []
            while line := self.process.stdout.readline().decode():
                if not line.strip():
                    return json.loads("".join(lines))
                lines.append(line)
            raise AssertionError(f"it ended or hung: {lines}")
        finally:
            clock.cancel()

    def ask(self, **request: Any) -> dict[str, Any]:
        return self.say(json.dumps(request, ensure_ascii=False))


@pytest.fixture(scope="module")
def repl() -> Iterator[Repl]:
    client = Repl()
    assert client.ask(cmd="import Mathlib\nimport Aesop\nopen Nat") == {"env": 0}
    yield client
    client.process.kill()
    client.process.wait()


def test_a_true_theorem_has_no_messages(repl):
    reply = repl.ask(cmd="theorem t (a b : ℝ) : 2 * a * b ≤ a ^ 2 + b ^ 2 := by nlinarith [sq_nonneg (a - b)]", env=0)
    assert set(reply) == {"env"}
    assert reply["env"] > 0
    message = repl.ask(cmd="#check @t", env=reply["env"])["messages"][0]
    assert message["severity"] == "info" and message["data"].startswith("@t")


def test_a_false_theorem_is_an_error_with_its_place(repl):
    reply = repl.ask(cmd="theorem t (a b : ℝ) :\n    2 * a * b ≤ a ^ 2 := by\n  linarith", env=0)
    message = next(m for m in reply["messages"] if m["severity"] == "error")
    assert message["pos"] == {"line": 3, "column": 2}
    assert message["endPos"] == {"line": 3, "column": 10}
    assert message["data"]


def test_written_sorries_are_listed_with_their_goals(repl):
    reply = repl.ask(cmd="theorem t (n : ℕ) (h : 0 < n) : n ≠ 0 := by\n  sorry\ntheorem u : 1 = 1 := sorry", env=0)
    assert [m["severity"] for m in reply["messages"]] == ["warning", "warning"]
    assert "sorry" in reply["messages"][0]["data"]
    first, second = reply["sorries"]
    assert first["pos"] == {"line": 2, "column": 2} and first["endPos"] == {"line": 2, "column": 7}
    assert "h : 0 < n" in first["goal"] and first["goal"].endswith("⊢ n ≠ 0")
    assert second["pos"]["line"] == 3 and second["goal"].strip() == "⊢ 1 = 1"


def test_one_job_leaves_nothing_to_the_next(repl):
    assert "env" in repl.ask(cmd="axiom cheat : False", env=0)
    reply = repl.ask(cmd="theorem t : False := cheat", env=0)
    assert any(m["severity"] == "error" for m in reply["messages"])


def test_with_gc_the_environment_is_not_kept(repl):
    before = repl.ask(cmd="def x := 1", env=0)["env"]
    assert repl.ask(cmd="def y := 1", env=0, gc=True) == {}
    assert repl.ask(cmd="def z := x", env=before)["env"] == before + 1


def test_an_unknown_environment_is_a_message(repl):
    assert repl.ask(cmd="#check 1", env=9999) == {"message": "Unknown environment."}


@pytest.mark.parametrize(
    "text", ['{"cmd": ', "[1, 2]", '"cmd"', '{"tactic": "simp", "proofState": 0}', '{"path": "/nowhere"}']
)
def test_what_is_no_request_is_a_message_and_no_end(repl, text):
    assert list(repl.say(text)) == ["message"]
    assert "env" in repl.ask(cmd="def w := 1", env=0)


def test_a_request_may_have_more_lines_and_remarks_before_it(repl):
    assert "env" in repl.say('-- a remark\n# another\n{"cmd": "def v := 1",\n "env": 0}')


def test_it_ends_with_its_input():
    client = Repl()
    client.process.stdin.close()
    client.process.wait(SECONDS)
