"""What would be said of a model when it is sampled is said before anything else is done, in both modes."""

from dataclasses import replace

import pytest
from rich.console import Console

from prover import model as models
from prover.sampler import SamplingSettings
from training import dualplay, selfplay
from training.config import SelfplayConfig
from training.pasodoble_config import PasoDobleConfig
from verify.statements import BadInput

SMALL = models.ModelConfig(
    vocab_size=300, hidden_size=16, num_hidden_layers=1, num_attention_heads=1, intermediate_size=16,
    max_position_embeddings=64,
)  # fmt: skip


def formal(run, origin, max_new_tokens):
    sampling = SamplingSettings(max_new_tokens=max_new_tokens)
    selfplay.selfplay(SelfplayConfig(run=run, model_name_or_path=origin, model=SMALL, sampling=sampling), CONSOLE)


def informal(run, origin, max_new_tokens, role="solver"):
    config = PasoDobleConfig(run=run, model=SMALL, **{role: origin})
    names = [f"{one}_sampling" for one in ("proposer", "solver")]
    short = {name: replace(getattr(config, name), max_new_tokens=8) for name in names}
    asked = {f"{role}_sampling": SamplingSettings(max_new_tokens=max_new_tokens)}
    dualplay.dualplay(replace(config, **{**short, **asked}), CONSOLE)


CONSOLE = Console(quiet=True)
MODES = [formal, informal, lambda *given: informal(*given, role="proposer")]


class Began(Exception):
    pass


@pytest.fixture(autouse=True)
def no_run(monkeypatch):
    def begin(*_):
        raise Began

    monkeypatch.setattr(selfplay.toolchain, "of_profile", lambda profile: None)
    for mode in (selfplay, dualplay):
        monkeypatch.setattr(mode, "directory_of_ours", begin)


def saved(directory, eos=True) -> str:
    tokenizer = models.build_tokenizer(["a b c"], SMALL)
    models.save(models.build_model(SMALL, tokenizer, 0), tokenizer, directory)
    (directory / "model.safetensors").unlink()  # nobody reads it
    if not eos:
        tokenizer.eos_token = None
        tokenizer.save_pretrained(directory)
    return str(directory)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("from_nothing", [True, False])
def test_a_context_without_room_for_a_prompt(mode, from_nothing, tmp_path):
    origin = None if from_nothing else saved(tmp_path / "model")
    with pytest.raises(BadInput, match="max_new_tokens=64 leaves no room for a prompt in a context of 64"):
        mode(tmp_path / "run", origin, 64)
    with pytest.raises(Began):
        mode(tmp_path / "run", origin, 63)


@pytest.mark.parametrize("mode", MODES)
def test_a_model_that_is_none(mode, tmp_path):
    with pytest.raises(BadInput, match="no eos token"):
        mode(tmp_path / "run", saved(tmp_path / "model", eos=False), 8)
    with pytest.raises(FileNotFoundError, match="no model at"):
        mode(tmp_path / "run", str(tmp_path / "nowhere"), 8)


@pytest.mark.parametrize("mode", MODES)
def test_a_run_that_has_begun_does_not_want_its_first_model(mode, tmp_path):
    whole = tmp_path / "run" / "checkpoints" / "round-0000"
    whole.mkdir(parents=True)
    (whole / "state.json").write_text("{}")
    with pytest.raises(Began):
        mode(tmp_path / "run", str(tmp_path / "nowhere"), 8)
