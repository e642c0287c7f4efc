import errno
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.model import (
    ModelConfig,
    build_model,
    build_tokenizer,
    encode,
    encode_targets,
    load,
    look,
    save,
)
from prover.prompts import TAGS, conjecture_prompt, prove_prompt
from verify.records import Statement
from verify.statements import BadInput

CORPUS = [
    "(a b : ℝ) (ha : 0 < a) : 2*a*b ≤ a^2 + b^2",
    "(x y z : ℝ) (h₀ : 0 < x ∧ 0 < y) : x * y > 0",
    "(n : ℕ) (h : n % 2 = 1) : n ^ 2 % 8 = 1",
    "nlinarith [sq_nonneg (a - b), sq_nonneg (a + b)]",
    "intro x\nconstructor\n· omega\n· nlinarith [sq_nonneg (x - 1)]",
] * 3
CONFIG = ModelConfig(
    vocab_size=400,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=48,
    max_position_embeddings=96,
)
TOKENIZER = build_tokenizer(CORPUS, CONFIG)


@settings(deadline=None)
@given(st.text() | st.text(alphabet=st.sampled_from("aℝ≤₀ \n\t0123.,_'()<>·😀")))
def test_every_text_round_trips(text):
    assert TOKENIZER.decode(encode(TOKENIZER, [text])[0]) == text


def test_tags_are_single_tokens_and_digits_stay_single():
    statement = Statement("t", ": 1234 = 1234")
    ids = encode(TOKENIZER, [conjecture_prompt(None, statement, "omega"), prove_prompt(statement)])
    texts = [[TOKENIZER.decode([i]) for i in row] for row in ids]
    for tag in TAGS:
        assert sum(row.count(tag) for row in texts) == (2 if tag == "<by>" else 1)
    assert all(sum(c.isdigit() for c in text) <= 1 for row in texts for text in row)


def test_mathematics_is_short():
    statement, proof = CORPUS[0], CORPUS[3].split(",")[0] + "]"
    assert sum(map(len, encode(TOKENIZER, [statement, proof]))) < 60


def test_targets_end_in_eos_and_join_their_prompts():
    [target] = encode_targets(TOKENIZER, ["omega"])
    assert target[-1] == TOKENIZER.eos_token_id
    [prompt, whole] = encode(TOKENIZER, ["<prove>: 1 = 1<by>", "<prove>: 1 = 1<by>omega"])
    assert prompt + target[:-1] == whole
    assert encode(TOKENIZER, []) == encode_targets(TOKENIZER, []) == []


def test_equal_corpora_and_seeds_give_equal_tokenizers_and_models():
    import torch

    again = build_tokenizer(iter(CORPUS), CONFIG)
    assert again.backend_tokenizer.to_str() == TOKENIZER.backend_tokenizer.to_str()
    before = torch.random.get_rng_state()
    one, two, other = (build_model(CONFIG, TOKENIZER, seed) for seed in (1, 1, 2))
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(map(torch.equal, one.parameters(), two.parameters()))
    assert not torch.equal(one.lm_head.weight, other.lm_head.weight)
    assert one.lm_head.weight is one.model.embed_tokens.weight
    assert len(one.lm_head.weight) == len(TOKENIZER)


def test_default_size():
    import torch

    with torch.device("meta"):
        model = build_model(ModelConfig(), TOKENIZER, 0)
    assert 4e6 < model.num_parameters() < 6e6


def test_save_and_load_give_the_same_model_and_replace_an_older_one(tmp_path):
    import torch

    for seed in (1, 2):
        model = build_model(CONFIG, TOKENIZER, seed)
        save(model, TOKENIZER, tmp_path / "round" / "model")
    loaded, tokenizer = load(tmp_path / "round" / "model")
    assert all(map(torch.equal, model.parameters(), loaded.parameters()))
    assert tokenizer.get_vocab() == TOKENIZER.get_vocab()
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("<eos>", "<pad>")
    text = "<prove>(a b : ℝ) : a <hard>\n  x  12"
    assert encode(tokenizer, [text]) == encode(TOKENIZER, [text])
    assert tokenizer.decode(encode(tokenizer, [text])[0]) == text
    assert [path.name for path in (tmp_path / "round").iterdir()] == ["model"]


def test_a_failed_save_leaves_the_older_model(tmp_path, monkeypatch):
    model = build_model(CONFIG, TOKENIZER, 1)
    save(model, TOKENIZER, tmp_path / "model")
    monkeypatch.setattr(type(TOKENIZER), "save_pretrained", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(model, TOKENIZER, tmp_path / "model")
    load(tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_full_disk_is_an_os_error(tmp_path, monkeypatch):
    from safetensors import SafetensorError

    model = build_model(CONFIG, TOKENIZER, 1)

    def full(directory, **_):
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(model, "save_pretrained", full)
    with pytest.raises(OSError, match="No space left") as caught:
        save(model, TOKENIZER, tmp_path / "model")
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_load_says_what_is_wrong(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"no model at .*no such folder"):
        load(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError, match=r"config\.json is missing"):
        load(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(FileNotFoundError, match="hub does not give it") as caught:
        load("nobody/nothing-here")
    assert "\n" not in str(caught.value)
    (tmp_path / "config.json").write_text('{"model_type": "no-such"}')
    for opened in (load, look):
        with pytest.raises(BadInput, match="no model to generate text with") as caught:
            opened(tmp_path)
        assert "\n" not in str(caught.value)


def test_a_tokenizer_without_an_end_is_refused_before_weights_are_read(tmp_path):
    endless = build_tokenizer(CORPUS, CONFIG)
    save(build_model(CONFIG, endless, 0), endless, tmp_path)
    assert look(tmp_path)[1].eos_token == "<eos>"
    endless.eos_token = None
    endless.save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    for opened in (load, look):
        with pytest.raises(BadInput, match="no eos token"):
            opened(tmp_path)


def test_config_is_checked_early():
    with pytest.raises(ValueError, match="num_attention_heads"):
        ModelConfig(hidden_size=100)
    with pytest.raises(ValueError, match="vocab_size"):
        ModelConfig(vocab_size=100)


def test_settings_import_without_torch():
    code = (
        "import sys, prover.model, prover.prompts, prover.sampler, training.sft;"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
