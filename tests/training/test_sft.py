import gc
import math
import weakref
from dataclasses import replace

import pytest
import torch

from prover.model import ModelConfig, build_model, build_tokenizer, encode, encode_targets
from prover.prompts import prove_example
from prover.sampler import SamplingSettings, TransformersSampler
from training import sft
from training.sft import SFTSettings, collate, fine_tune, length_grouped_order, steps_of
from verify.records import Example, Role, Statement

CONFIG = ModelConfig(
    vocab_size=330,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=64,
    max_position_embeddings=96,
)
STATEMENTS = [Statement(f"t{i}", f"(n : ℕ) (h : n < {i}) : n + {i} < {2 * i}") for i in range(1, 21)]
PROOFS = ["omega", "simp at h ⊢\nomega", "nlinarith [h]", "exact Nat.add_lt_add_right h _"]
EXAMPLES = [prove_example(s, PROOFS[i % 4]) for i, s in enumerate(STATEMENTS)]
TOKENIZER = build_tokenizer([e.prompt + e.target for e in EXAMPLES], CONFIG)
ONE_STEP = SFTSettings(warmup_steps=0, per_device_train_batch_size=32)


def trained(examples, settings=ONE_STEP, seed=0, **fields):
    model = build_model(CONFIG, TOKENIZER, 0)
    metrics = fine_tune(model, TOKENIZER, examples, settings, seed, **fields)
    return model, metrics


def same(one, two) -> bool:
    return all(map(torch.equal, one.parameters(), two.parameters()))


def close(one, two) -> bool:
    return all(torch.allclose(p, q, atol=2e-5) for p, q in zip(one.parameters(), two.parameters(), strict=True))


def row_ce(example: Example) -> list[float]:
    """Cross-entropies of one row's target tokens under the untrained model, by hand."""
    [prompt], [target] = (
        encode(TOKENIZER, [example.prompt]),
        encode_targets(TOKENIZER, [example.target]),
    )
    model = build_model(CONFIG, TOKENIZER, 0)
    with torch.no_grad():
        logprobs = model(torch.tensor([prompt + target])).logits[0].log_softmax(-1)
    return [-float(logprobs[len(prompt) + t - 1, token]) for t, token in enumerate(target)]


def test_unit_weights_give_the_plain_mean():
    ces = [ce for example in EXAMPLES for ce in row_ce(example)]
    assert trained(EXAMPLES)[1]["loss"] == pytest.approx(sum(ces) / len(ces), rel=1e-5)


def test_two_rows_of_different_length_and_weight():
    short = replace(EXAMPLES[0], weight=3.0)
    long = replace(EXAMPLES[3], weight=0.5)
    a, b = row_ce(short), row_ce(long)
    assert len(a) != len(b)
    expected = (3 * sum(a) + 0.5 * sum(b)) / (3 * len(a) + 0.5 * len(b))
    _, metrics = trained([short, long])
    assert metrics["loss"] == pytest.approx(expected, rel=1e-5)
    assert (metrics["rows"], metrics["steps"]) == (2, 1)


def test_doubling_all_weights_changes_nothing_and_ratios_matter():
    weighted = [replace(e, weight=1 + i % 3) for i, e in enumerate(EXAMPLES)]
    doubled = [replace(e, weight=2 * e.weight) for e in weighted]
    assert same(trained(weighted)[0], trained(doubled)[0])
    assert not close(trained(weighted)[0], trained(EXAMPLES)[0])


def test_weight_zero_is_absence():
    extra = [replace(e, weight=0.0) for e in EXAMPLES[:5]]
    assert same(trained(EXAMPLES[5:] + extra)[0], trained(EXAMPLES[5:])[0])


def test_accumulation_equals_the_big_batch():
    weighted = [replace(e, weight=1 + i % 3) for i, e in enumerate(EXAMPLES)]
    big = replace(ONE_STEP, per_device_train_batch_size=8, num_train_epochs=2)
    small = replace(big, per_device_train_batch_size=2, gradient_accumulation_steps=4)
    (one, a), (two, b) = trained(weighted, big), trained(weighted, small)
    assert (a["steps"], b["steps"], a["tokens"]) == (6, 6, b["tokens"])
    assert a["loss"] == pytest.approx(b["loss"], rel=1e-4)
    assert close(one, two)


def test_gradient_checkpointing_changes_nothing_but_the_memory():
    saved = []
    with torch.autograd.graph.saved_tensors_hooks(lambda x: saved.append(x.numel()) or x, lambda x: x):
        plain, _ = trained(EXAMPLES)
        kept = sum(saved)
        saved.clear()
        thrifty, _ = trained(EXAMPLES, replace(ONE_STEP, gradient_checkpointing=True))
    assert close(plain, thrifty)
    assert sum(saved) < kept
    assert not thrifty.is_gradient_checkpointing


def test_equal_seeds_give_equal_bits():
    settings = replace(ONE_STEP, per_device_train_batch_size=4, num_train_epochs=2)
    torch.manual_seed(1)
    one, a = trained(EXAMPLES, settings, seed=2**40)
    torch.manual_seed(2)
    two, b = trained(EXAMPLES, settings, seed=2**40)
    assert same(one, two) and a["loss"] == b["loss"]
    assert not same(one, trained(EXAMPLES, settings, seed=1)[0])


def test_every_call_has_a_fresh_optimiser():
    model, _ = trained(EXAMPLES)
    copy = build_model(CONFIG, TOKENIZER, 1)
    copy.load_state_dict(model.state_dict())
    for each in (model, copy):
        fine_tune(each, TOKENIZER, EXAMPLES, ONE_STEP, 5)
    assert same(model, copy)


def test_logits_are_computed_of_targets_alone():
    seen = []
    build = build_model(CONFIG, TOKENIZER, 0)
    build.lm_head.register_forward_hook(lambda module, given, logits: seen.append(logits.shape[:-1].numel()))
    fine_tune(build, TOKENIZER, EXAMPLES, ONE_STEP, 0)
    assert seen == [sum(map(len, encode_targets(TOKENIZER, [e.target for e in EXAMPLES])))]


def test_a_tiny_model_learns_rows_by_heart_and_samples_them():
    settings = SFTSettings(learning_rate=1e-2, num_train_epochs=60, per_device_train_batch_size=20)
    seen = []
    model, metrics = trained(EXAMPLES, settings, on_step=lambda *step: seen.append(step))
    assert [(step, total) for step, total, _ in seen] == [(i, 60) for i in range(1, 61)]
    assert seen[-1][2] < 0.1 < seen[0][2]
    assert metrics["loss"] == pytest.approx(sum(loss for *_, loss in seen) / 60)
    sampler = TransformersSampler(model, TOKENIZER, SamplingSettings(max_new_tokens=24))
    completions = sampler.sample([e.prompt for e in EXAMPLES], 2, range(20))
    right = sum(c.finished and c.text == EXAMPLES[c.prompt_index].target for c in completions)
    assert right >= 36


def test_nothing_is_written_or_printed_and_the_model_is_left_clean(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    model, _ = trained(EXAMPLES)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().out == ""
    assert not model.training and "forward" not in vars(model)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_model_is_trained_on_one_gpu_where_there_are_two(two_gpus):
    assert trained(EXAMPLES, replace(ONE_STEP, per_device_train_batch_size=10))[1]["steps"] == 2


def test_mixed_precision_is_put_on_and_taken_off_each_time(monkeypatch):
    plain = torch.autocast
    monkeypatch.setattr(torch, "autocast", lambda device, dtype, enabled: plain(device, dtype))  # as on CUDA
    model, seen = build_model(CONFIG, TOKENIZER, 0), []
    model.model.layers[0].mlp.register_forward_hook(lambda module, given, made: seen.append(made.dtype))
    before = set(vars(model))
    for _ in range(3):
        fine_tune(model, TOKENIZER, EXAMPLES, ONE_STEP, 0)
        assert set(vars(model)) == before
    assert seen == [torch.bfloat16] * 3


def test_nothing_of_a_training_is_kept():
    """Not even until it is collected: on a GPU Adam's moments are twice the model."""

    def optimizers():
        return sum(isinstance(one, torch.optim.Optimizer) for one in gc.get_objects())

    gc.collect()
    gc.disable()
    before = optimizers()
    try:
        model, _ = trained(EXAMPLES)
        alive = weakref.ref(model)
        del model
        assert alive() is None and optimizers() == before
    finally:
        gc.enable()


def test_without_rows_nothing_happens():
    model, metrics = trained([replace(EXAMPLES[0], weight=0.0)])
    assert same(model, build_model(CONFIG, TOKENIZER, 0))
    assert metrics == {"rows": 0, "steps": 0, "tokens": 0, "seconds": 0.0}


@pytest.mark.parametrize("weight", [-1.0, math.nan, math.inf])
def test_a_bad_weight_is_refused(weight):
    with pytest.raises(ValueError, match="example 1 has weight"):
        trained([EXAMPLES[0], replace(EXAMPLES[1], weight=weight)])


def test_an_empty_prompt_and_a_useless_length_are_refused():
    with pytest.raises(ValueError, match="empty prompt"):
        trained([Example(Role.PROVE, "", "omega")])
    with pytest.raises(ValueError, match="max_length"):
        SFTSettings(max_length=1)


def test_a_long_row_loses_its_beginning():
    long = replace(EXAMPLES[0], prompt="x " * 200 + EXAMPLES[0].prompt)
    settings = replace(ONE_STEP, max_length=20)
    assert trained([long], settings)[1]["tokens"] == 20
    assert same(trained([long], settings)[0], trained([EXAMPLES[0]], settings)[0])


def test_collate_pads_on_the_right_and_ignores_it():
    rows = [
        {"input_ids": [5, 6, 7], "labels": [-100, 6, 7], "weight": 0.5},
        {"input_ids": [8, 9], "labels": [-100, 9], "weight": 2.0},
    ]
    batch = {name: tensor.tolist() for name, tensor in collate(rows, pad_token_id=0).items()}
    assert batch == {
        "input_ids": [[5, 6, 7], [8, 9, 0]],
        "attention_mask": [[1, 1, 1], [1, 1, 0]],
        "labels": [[-100, 6, 7], [-100, 9, -100]],
        "weights": [0.5, 2.0],
    }


def test_the_order_is_a_shuffle_of_even_batches():
    lengths = [(37 * i) % 101 for i in range(203)]
    order = length_grouped_order(lengths, 8, seed=1)
    assert sorted(order) == list(range(203))
    assert order == length_grouped_order(lengths, 8, seed=1) != length_grouped_order(lengths, 8, 2)
    batches = [[lengths[i] for i in order[at : at + 8]] for at in range(0, 200, 8)]
    assert max(max(batch) - min(batch) for batch in batches) < 20
    assert [batch[0] for batch in batches] != sorted(batch[0] for batch in batches)


@pytest.mark.parametrize(
    ("rows", "least", "steps"),
    [
        (10_000, 5, 5),
        (10_239, 5, 5),
        (10_240, 5, 5),
        (12_288, 5, 6),
        (0, 5, 5),
        (10_000, 10, 10),
        (3_262_558, 10, 1593),
    ],
)
def test_steps_by_the_rule_of_stp(rows, least, steps):
    settings = SFTSettings(per_device_train_batch_size=8, gradient_accumulation_steps=256, min_steps=least)
    assert steps_of(rows, settings) == steps


@pytest.mark.parametrize(("warmup", "least", "wanted"), [(20, 5, 4), (20, 30, 20), (20, 0, 20)])
def test_the_warm_up_leaves_a_step(monkeypatch, warmup, least, wanted):
    """STP warms up min(steps - 1, warm-up) steps where steps are counted; the last has the whole rate."""
    asked, trainer = [], sft._trainer_class()

    def noted(*arguments, **fields):
        asked.append(fields["args"].warmup_steps)
        return trainer(*arguments, **fields)

    monkeypatch.setattr(sft, "_trainer_class", lambda: noted)
    trained(EXAMPLES, replace(ONE_STEP, warmup_steps=warmup, min_steps=least))
    assert asked == [wanted]


def test_a_least_number_of_steps_goes_round_the_rows_again():
    settings = SFTSettings(warmup_steps=9, per_device_train_batch_size=20, min_steps=3)
    assert trained(EXAMPLES, settings)[1]["steps"] == 3
    assert trained(EXAMPLES[:10], settings)[1]["steps"] == 3
