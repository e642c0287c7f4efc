"""A directory that is written to is ours alone, until we are gone."""

import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from training.config import SelfplayConfig
from training.dualplay import dualplay
from training.pasodoble_config import PasoDobleConfig
from training.settle import directory_of_ours
from verify.statements import BadInput

ROOT = Path(__file__).resolve().parents[2]
HOLDER = "import sys, time; from pathlib import Path; from training.settle import directory_of_ours\n"
HOLDER += "with directory_of_ours(Path(sys.argv[1])): print('mine', flush=True); time.sleep(60)"


def test_two_processes_do_not_write_in_one_directory(tmp_path):
    run = tmp_path / "a" / "run"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, run], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert holder.stdout.readline() == "mine\n"
        with pytest.raises(BadInput, match=r"another process is at work in .*run: wait .* another --out"):
            directory_of_ours(run, "--out").__enter__()
        with pytest.raises(BadInput, match="another process is at work"):
            dualplay(PasoDobleConfig(run=run), Console(quiet=True))
        assert [path.name for path in run.iterdir()] == [".lock"]
    finally:
        holder.kill()
        holder.wait()
    with directory_of_ours(run):
        pass
    with directory_of_ours(run):
        pass


def test_a_directory_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"--run .*file/run"):
        directory_of_ours(tmp_path / "file" / "run").__enter__()


def test_numbers_that_mean_nothing_are_refused_before_anything_is_written():
    for changed in ({"seed": -1}, {"resample_rate_max": 1.5}, {"reweighting_cap": float("nan")}, {"limit": 0}):
        with pytest.raises(BadInput, match=next(iter(changed)).replace("_", "-")):
            SelfplayConfig(**changed)
