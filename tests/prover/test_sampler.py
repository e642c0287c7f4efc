import math
import weakref

import numpy as np
import pytest
import torch

from prover import decoding
from prover.decoding import pick, uniforms
from prover.model import ModelConfig, build_model, build_tokenizer
from prover.sampler import SamplingSettings, TransformersSampler
from verify.statements import BadInput

CONFIG = ModelConfig(
    vocab_size=300,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=48,
    max_position_embeddings=96,
)
PROMPTS = [
    "<prove>(a b : ℝ) : 2*a*b ≤ a^2 + b^2<by>",
    "<prove>: 1 = 1<by>",
    "<prove>(n : ℕ) : n = n<by>",
]
TOKENIZER = build_tokenizer(PROMPTS * 2, CONFIG)


def make_model(seed: int = 0, spread: float = 4.0):
    """A random model made decided by wider weights, that ends after some twenty tokens."""
    model = build_model(CONFIG, TOKENIZER, seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 2:
                parameter *= spread
    plain = model.lm_head.forward

    def with_eos(hidden):
        logits = plain(hidden).clone()
        logits[..., TOKENIZER.eos_token_id] = logits.logsumexp(-1) - math.log(20)
        return logits

    model.lm_head.forward = with_eos
    return model


MODEL = make_model()


def sampler(**fields) -> TransformersSampler:
    return TransformersSampler(MODEL, TOKENIZER, SamplingSettings(**{"max_new_tokens": 24, "batch_size": 8, **fields}))


def test_a_completion_depends_on_its_prompt_seed_and_index_alone():
    together = sampler().sample(PROMPTS, 5, [7, 8, 9])
    assert [(c.prompt_index, c.sample) for c in together] == [(p, s) for p in range(3) for s in range(5)]
    for batch_size in (1, 3, 64):
        again = sampler(batch_size=batch_size).sample(PROMPTS, 5, [7, 8, 9])
        assert [c.token_ids for c in again] == [c.token_ids for c in together]
        assert [c.logprob for c in again] == pytest.approx([c.logprob for c in together], abs=1e-3)
    alone = sampler().sample(PROMPTS[1:2], 2, [8])
    assert [c.token_ids for c in alone] == [c.token_ids for c in together[5:7]]
    assert len({c.token_ids for c in together}) == 15


def test_equal_prompts_with_different_seeds_differ():
    one, two = sampler().sample([PROMPTS[0]] * 2, 1, [1, 2])
    assert one.token_ids != two.token_ids


def test_text_count_and_logprob_are_those_of_the_tokens():
    for c in sampler(temperature=0.7).sample(PROMPTS, 4, [1, 2, 3]):
        prompt = TOKENIZER(PROMPTS[c.prompt_index]).input_ids
        with torch.inference_mode():
            logits = MODEL(torch.tensor([prompt + list(c.token_ids)])).logits[0, len(prompt) - 1 : -1]
        at = logits.log_softmax(-1)[range(c.tokens), c.token_ids]
        assert c.logprob == pytest.approx(float(at.sum()), abs=1e-3)
        assert c.finished == (c.token_ids[-1] == TOKENIZER.eos_token_id)
        assert c.finished or c.tokens == 24
        assert c.text == TOKENIZER.decode(c.token_ids[: c.tokens - c.finished])


def test_greedy_equals_generate():
    encoded = TOKENIZER(PROMPTS, return_tensors="pt", padding=True)
    expected = MODEL.generate(**encoded, max_new_tokens=24, do_sample=False)
    for settings in ({"temperature": 0.0}, {"temperature": 1e-4}):
        for c in sampler(**settings).sample(PROMPTS, 1, [1, 2, 3]):
            row = expected[c.prompt_index, encoded.input_ids.shape[1] :].tolist()
            assert list(c.token_ids) == row[: c.tokens]


def test_the_stream_gives_each_as_it_ends_and_leaks_no_mode():
    given = []
    for completion in sampler().stream(PROMPTS, 6, [1, 2, 3]):
        assert not torch.is_inference_mode_enabled()
        given.append(completion)
    assert sorted(given, key=lambda c: (c.prompt_index, c.sample)) == sampler().sample(PROMPTS, 6, [1, 2, 3])
    first_wave = [c.tokens for c in sampler(batch_size=64).stream(PROMPTS, 6, [1, 2, 3])]
    assert first_wave == sorted(first_wave)


def test_the_prompt_is_read_once(monkeypatch):
    widths = []
    forward = MODEL.model.forward
    monkeypatch.setattr(
        MODEL.model,
        "forward",
        lambda *args, **fields: widths.append(fields["input_ids"].shape) or forward(*args, **fields),
    )
    sampler().sample(PROMPTS, 16, [1, 2, 3])
    assert sum(rows for rows, width in widths if width > 1) == 3


def test_a_cache_that_outgrows_its_room(monkeypatch):
    monkeypatch.setattr("prover.decoding._ROOM", 5)
    small = [c.token_ids for c in sampler().sample(PROMPTS, 3, [1, 2, 3])]
    monkeypatch.undo()
    assert small == [c.token_ids for c in sampler().sample(PROMPTS, 3, [1, 2, 3])]


def test_under_autocast_the_cache_is_half_as_large_and_the_samples_are_the_same(monkeypatch):
    plain = torch.autocast
    monkeypatch.setattr(torch, "autocast", lambda device, dtype, enabled: plain(device, dtype))  # as on CUDA
    layer, dtypes = decoding._roomy_layer(), set()

    def told(self, keys, values):
        kept = update(self, keys, values)
        dtypes.update(tensor.dtype for tensor in kept)
        return kept

    update = layer.update
    monkeypatch.setattr(layer, "update", told)
    halved = sampler().sample(PROMPTS, 6, [1, 2, 3])
    assert dtypes == {torch.bfloat16}
    put = layer.put
    monkeypatch.setattr(layer, "put", lambda self, at, keys, values: put(self, at, keys.float(), values.float()))
    dtypes.clear()
    assert sampler().sample(PROMPTS, 6, [1, 2, 3]) == halved
    assert dtypes == {torch.float32}


def test_gathering_holds_no_second_cache(monkeypatch):
    """While a layer is made, of the former cache's layers only that one and those still to come are there."""
    layer, alive, seen = decoding._roomy_layer(), weakref.WeakSet(), []

    def told(self, rows, width):
        seen.append(len(alive))
        alive.add(self)
        init(self, rows, width)

    init = layer.__init__
    monkeypatch.setattr(layer, "__init__", told)
    assert len(sampler(batch_size=4).sample(PROMPTS, 6, [1, 2, 3])) == 18
    assert len(seen) > 2 * CONFIG.num_hidden_layers
    assert max(seen) == CONFIG.num_hidden_layers


def test_a_long_prompt_loses_its_beginning():
    room = 96 - 24
    long = "x " * 100 + PROMPTS[0]
    kept = TOKENIZER.decode(TOKENIZER(long).input_ids[-room:])
    [one], [two] = (sampler().sample([text], 1, [5]) for text in (long, kept))
    assert one.token_ids == two.token_ids
    [three] = sampler(max_model_len=40).sample([long], 1, [5])
    kept = TOKENIZER.decode(TOKENIZER(long).input_ids[-(40 - 24) :])
    assert three.token_ids == sampler().sample([kept], 1, [5])[0].token_ids != one.token_ids
    for wrong in ({"max_new_tokens": 96}, {"max_model_len": 24}):
        with pytest.raises(BadInput, match="no room for a prompt"):
            sampler(**wrong)


def test_a_model_with_a_text_part_is_sampled_by_its_context():
    from transformers import AutoModelForCausalLM, Gemma3Config

    small = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    text = {"vocab_size": len(TOKENIZER), "num_hidden_layers": 2, "num_key_value_heads": 1, "head_dim": 8}
    text |= {"max_position_embeddings": 96, "sliding_window": 8}
    vision = {"num_hidden_layers": 1, "image_size": 28, "patch_size": 14}
    config = Gemma3Config(text_config={**small, **text}, vision_config={**small, **vision}, mm_tokens_per_image=4)
    model = AutoModelForCausalLM.from_config(config).eval()
    assert not hasattr(config, "max_position_embeddings")
    greedy = TransformersSampler(model, TOKENIZER, SamplingSettings(temperature=0, max_new_tokens=24, batch_size=2))
    assert greedy.room == 96 - 24
    for c in greedy.sample(PROMPTS, 1, [1, 2, 3]):
        encoded = TOKENIZER(PROMPTS[c.prompt_index], return_tensors="pt")
        expected = model.generate(**encoded, max_new_tokens=c.tokens, do_sample=False)[0, encoded.input_ids.shape[1] :]
        assert list(c.token_ids) == expected.tolist()


def test_a_model_that_does_not_tell_its_context_wants_it_told():
    with pytest.raises(BadInput, match="say max_model_len"):
        SamplingSettings().context(None)
    assert SamplingSettings(max_model_len=300).context(None) == 300


def test_nothing_to_do_and_wrong_numbers():
    assert sampler().sample([], 4, []) == []
    assert sampler().sample(PROMPTS, 0, [1, 2, 3]) == []
    with pytest.raises(ValueError, match="3 prompts need as many seeds, not 1"):
        sampler().sample(PROMPTS, 1, [1])
    for wrong in ({"temperature": -1}, {"top_p": 0}, {"batch_size": 0}, {"max_new_tokens": 0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            SamplingSettings(**wrong)


def test_pick_inverts_the_cdf():
    logits = torch.tensor([[0.5, 0.0, 0.3, 0.2]]).log().expand(6, -1)
    numbers = torch.tensor([0.0, 0.4999, 0.5001, 0.7999, 0.8001, 1 - 2**-53], dtype=torch.float64)
    assert pick(logits, numbers, 1.0, 1.0).tolist() == [0, 0, 2, 2, 3, 3]
    assert pick(logits, numbers, 1.0, 0.6).tolist() == [0, 0, 0, 2, 2, 2]
    assert pick(logits, numbers, 1.0, 0.5).tolist() == [0] * 6
    assert pick(logits, numbers, 0.0, 1.0).tolist() == [0] * 6


def test_pick_follows_the_distribution():
    logits = torch.tensor([[1.0, 0.0, -1.0]]).expand(20_000, -1)
    numbers = torch.from_numpy(uniforms(3, 0, 20_000))
    share = np.bincount(pick(logits, numbers, 2.0, 1.0), minlength=3) / 20_000
    assert share == pytest.approx(torch.softmax(logits[0] / 2, -1).numpy(), abs=0.01)


def test_streams_are_independent_and_have_prefixes():
    assert (uniforms(1, 0, 4) == uniforms(1, 0, 9)[:4]).all()
    assert len({uniforms(seed, sample, 1)[0] for seed in (-1, 0, 1, 2**63) for sample in range(3)}) == 12
