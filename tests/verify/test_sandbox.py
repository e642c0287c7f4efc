"""The cage of the native Lean, tried with a shell in its place."""

import asyncio
import contextlib
import shutil
import subprocess
import sys
import time

import psutil
import pytest

from verify import sandbox
from verify.process import LeanProcess
from verify.toolchain import Toolchain

needs_bubblewrap = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")


def inside(tmp_path, script: str) -> subprocess.CompletedProcess:
    project = tmp_path / "project"
    project.mkdir(exist_ok=True)
    (project / "file.txt").write_text("seen\n")
    return subprocess.run(sandbox.caged(["sh", "-c", script], project, []), capture_output=True, text=True, timeout=30)


def gone(family: list[psutil.Process]) -> None:
    """All of them have ended, or are only waiting to be forgotten."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(psutil.NoSuchProcess):
            if not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]:
                return
        time.sleep(0.05)
    pytest.fail(f"still there: {family}")


def test_without_bubblewrap_the_command_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert sandbox.caged(["lake", "env"], tmp_path, []) == ("lake", "env")
    assert "install bubblewrap" in sandbox.protection()


@needs_bubblewrap
def test_it_sees_its_project_and_cannot_write(tmp_path):
    (tmp_path / "secret.txt").write_text("key")
    assert inside(tmp_path, "cat file.txt").stdout == "seen\n"
    assert inside(tmp_path, "echo x > file.txt").returncode != 0
    assert inside(tmp_path, "touch new").returncode != 0
    assert inside(tmp_path, "cat ../secret.txt").returncode != 0
    assert not (tmp_path / "project" / "new").exists()


@needs_bubblewrap
def test_it_has_no_network_and_sees_no_other_process(tmp_path):
    assert inside(tmp_path, "cat /proc/net/dev | grep -v -e lo: -e '|'").stdout == ""
    assert int(inside(tmp_path, "ls /proc | grep -c '^[0-9]'").stdout) <= 4


@needs_bubblewrap
async def test_a_caged_process_is_killed_with_all_it_started(tmp_path):
    """Through our own launcher: what it started behind our back ends with it."""
    script = "sleep 1000 & setsid sleep 1001 & echo ready cage, 1; exec sleep 1002"
    command = sandbox.caged(["sh", "-c", script], tmp_path, [])
    process = await LeanProcess.start(Toolchain("mathlib", command, tmp_path, {"PATH": "/usr/bin:/bin"}), timeout=20)
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 4  # bubblewrap and three at sleep
    await process.kill()
    await asyncio.to_thread(gone, family)


@needs_bubblewrap
def test_a_caged_process_dies_with_its_parent(tmp_path):
    command = sandbox.caged(["sleep", "1003"], tmp_path, [])
    parent = f"import subprocess, sys; subprocess.Popen({command!r}); print('started', flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(0.5)  # bubblewrap sets this up as it starts; before that, the end of its input ends a Lean
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    assert family
    gone(family)
