"""Embeddings against the plain definition, for two architectures with random weights."""

import numpy as np
import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from prover.embedding import embed
from prover.model import ModelConfig, build_model, build_tokenizer, encode

CONFIG = ModelConfig(
    vocab_size=300,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=48,
    max_position_embeddings=640,
)
TEXTS = [
    "theorem (a b : ℝ) : 2*a*b ≤ a^2 + b^2",
    ": 1 = 1",
    "(n : ℕ) : n = n",
    "(x y z : ℝ) (h : 0 < x ∧ 0 < y) : x * y > 0",
    ": 1 = 1",
]
TOKENIZER = build_tokenizer(TEXTS * 2, CONFIG)


def gpt2():
    size = {"n_positions": 64, "n_embd": 16, "n_layer": 2, "n_head": 2}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return GPT2LMHeadModel(GPT2Config(vocab_size=len(TOKENIZER), **size)).eval()


MODELS = {"llama": build_model(CONFIG, TOKENIZER, 0), "gpt2": gpt2()}


def plain(model, text: str, limit: int) -> np.ndarray:
    """One text, no padding, all hidden states: the definition."""
    ids = torch.tensor(encode(TOKENIZER, [text]))[:, :limit]
    with torch.no_grad():
        mean = model(input_ids=ids, output_hidden_states=True).hidden_states[-1][0].mean(0)
    return (mean / mean.norm()).numpy()


@pytest.mark.parametrize("name", MODELS)
def test_the_mean_of_the_last_hidden_layer_whatever_the_batch(name):
    model = MODELS[name]
    expected = np.stack([plain(model, text, 512) for text in TEXTS])
    for batch_size in (1, 2, 32):
        found = embed(model, TOKENIZER, TEXTS, batch_size)
        assert found.dtype == np.float32
        assert np.abs(found - expected).max() < 1e-5
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert found[0] @ found[1] < 0.999  # texts differ


def test_it_is_repeated_exactly():
    model = MODELS["llama"]
    before = torch.random.get_rng_state()
    model.train()
    one, two = (embed(model, TOKENIZER, TEXTS, 2) for _ in range(2))
    assert (one == two).all()
    assert not model.training
    assert torch.equal(before, torch.random.get_rng_state())


def test_what_follows_512_tokens_or_the_context_does_not_count():
    words = ": 1 = 1 " * 300
    assert len(encode(TOKENIZER, [words])[0]) > 640
    for name, limit in (("llama", 512), ("gpt2", 64)):
        [found] = embed(MODELS[name], TOKENIZER, [words])
        assert np.abs(found - plain(MODELS[name], words, limit)).max() < 1e-5


def test_nothing_to_embed():
    assert embed(MODELS["llama"], TOKENIZER, []).shape == (0, 32)
    with pytest.raises(ValueError, match="text 1 has no tokens"):
        embed(MODELS["llama"], TOKENIZER, ["a", ""])
