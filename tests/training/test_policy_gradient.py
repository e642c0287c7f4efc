"""The learner against worked numbers, against plain PyTorch row by row, and against trl."""

import copy
import math
from dataclasses import replace

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from training.advantages import group_advantages
from training.policy_gradient import PolicyGradientSettings, PolicyLearner
from training.policy_loss import clipped_objective, token_logprobs
from training.rollouts import Rollout
from verify.statements import BadInput

VOCABULARY = 40
# Adam's first steps are the gradient's sign; so large an epsilon keeps rounding from deciding it where that is near 0.
SETTINGS = PolicyGradientSettings(learning_rate=1e-2, warmup_steps=0, max_completion_length=12, adam_epsilon=1e-3)
LOSSES = ["grpo", "dr_grpo", "dapo"]


def llama(seed=0, **fields):
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=32,
        initializer_range=0.3,  # so that the policy is far from uniform
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=0,
        **fields,
    )
    return LlamaForCausalLM(config).eval()


def rollouts(old=False, seed=1) -> list[Rollout]:
    """Ragged groups of 4, 3 and 2 rollouts with prompts and completions of many lengths."""
    draw = torch.Generator().manual_seed(seed)

    def ids(low, high):
        length = int(torch.randint(low, high, (), generator=draw))
        return tuple(torch.randint(2, VOCABULARY, (length,), generator=draw).tolist())

    made = []
    for group in group_advantages([[1, 0, 0.5, 0], [1, 1, 0], [0.25, 1]]):
        prompt = ids(1, 9)
        for advantage in group:
            completion = ids(1, 13)
            # About the model's own log-probabilities would be right; far off, many tokens are clipped.
            logprobs = tuple((-5 * torch.rand(len(completion), generator=draw)).tolist())
            made.append(Rollout(prompt, completion, advantage, logprobs if old else None))
    return made


def row_logprobs(model, rollout: Rollout, temperature=1.0) -> torch.Tensor:
    """One unpadded row through the model, all of its logits: the obvious way."""
    logits = model(torch.tensor([rollout.prompt_ids + rollout.completion_ids])).logits[0] / temperature
    positions = torch.arange(len(rollout.completion_ids)) + len(rollout.prompt_ids) - 1
    return logits.log_softmax(-1)[positions, torch.tensor(rollout.completion_ids)]


def reference_loss(model, rows, settings) -> torch.Tensor:
    """The formula of the module's head, row by row and token by token."""
    total = torch.zeros(())
    tokens = sum(len(row.completion_ids) for row in rows)
    for row in rows:
        logprobs = row_logprobs(model, row, settings.temperature)
        old = logprobs.detach() if row.old_logprobs is None else torch.tensor(row.old_logprobs)
        weight = {
            "grpo": 1 / len(rows) / len(row.completion_ids),
            "dr_grpo": 1 / len(rows) / settings.max_completion_length,
            "dapo": 1 / tokens,
        }[settings.loss_type]
        high = settings.epsilon if settings.epsilon_high is None else settings.epsilon_high
        for new, before in zip(logprobs, old, strict=True):
            ratio = (new - before).exp()
            bounded = min(max(ratio, torch.tensor(1 - settings.epsilon)), torch.tensor(1 + high))
            total = total - weight * torch.minimum(ratio * row.advantage, bounded * row.advantage)
    return total


def updated(rows, settings=SETTINGS, updates=1, model=None):
    learner = PolicyLearner(model or llama(), settings)
    for _ in range(updates):
        metrics = learner.update(rows)
    return learner.model, metrics


def same(one, two) -> bool:
    return all(map(torch.equal, one.parameters(), two.parameters()))


def distance(one, two) -> float:
    with torch.no_grad():
        return max(float((p - q).abs().max()) for p, q in zip(one.parameters(), two.parameters(), strict=True))


# Worked numbers


def test_clipping_by_hand():
    """Ratios 1.5 and 0.5 with epsilon 0.2: only what would go on in its own direction is held back."""
    logprobs = torch.tensor([1.5, 1.5, 0.5, 0.5, 1.1]).log().requires_grad_()
    advantages = torch.tensor([1.0, -1.0, 1.0, -1.0, 2.0])
    objective, clipped = clipped_objective(logprobs, torch.zeros(5), advantages, torch.ones(5), 0.2, 0.2)
    assert float(objective.detach()) == pytest.approx(1.2 - 1.5 + 0.5 - 0.8 + 2.2)
    assert clipped.tolist() == [True, False, False, True, False]
    objective.backward()
    assert logprobs.grad.tolist() == pytest.approx([0, -1.5, 0.5, 0, 2.2])


def test_clipping_higher():
    logprobs = torch.tensor([1.5]).log()
    objective, clipped = clipped_objective(logprobs, torch.zeros(1), torch.ones(1), torch.ones(1), 0.2, 0.6)
    assert float(objective) == pytest.approx(1.5) and not clipped.any()


def test_without_old_logprobs_it_is_the_plain_policy_gradient():
    logprobs = torch.tensor([-1.0, -2.0], requires_grad=True)
    missing = torch.full((2,), math.nan)
    objective, _ = clipped_objective(logprobs, missing, torch.tensor([3.0, -1.0]), torch.tensor([0.5, 0.25]), 0.2, 0.2)
    objective.backward()
    assert float(objective.detach()) == pytest.approx(1.25)
    assert logprobs.grad.tolist() == pytest.approx([1.5, -0.25])


def test_entropy_and_chunks(monkeypatch):
    logits = torch.randn(7, 5, requires_grad=True)
    targets = torch.tensor([0, 1, 2, 3, 4, 0, 1])
    whole, entropy = token_logprobs(logits, targets, 0.7)
    expected = torch.distributions.Categorical(logits=logits / 0.7)
    assert torch.allclose(whole, expected.log_prob(targets)) and torch.allclose(entropy, expected.entropy())
    [gradient] = torch.autograd.grad(whole.square().sum(), logits)
    monkeypatch.setattr("training.policy_loss._CHUNK", 10)
    chunked, chunked_entropy = token_logprobs(logits, targets, 0.7)
    assert torch.equal(chunked, whole) and torch.equal(chunked_entropy, entropy)
    assert torch.allclose(torch.autograd.grad(chunked.square().sum(), logits)[0], gradient)


# Against plain PyTorch


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("loss_type", LOSSES)
def test_loss_gradient_and_step_are_those_of_the_obvious_way(loss_type, old):
    settings = replace(SETTINGS, loss_type=loss_type, temperature=0.8, epsilon_high=0.28, weight_decay=0.1)
    rows = rollouts(old)
    plain = llama()
    loss = reference_loss(plain, rows, settings)
    loss.backward()
    norm = float(torch.nn.utils.clip_grad_norm_(plain.parameters(), settings.max_grad_norm))
    torch.optim.AdamW(
        [
            {"params": [p for p in plain.parameters() if p.ndim > 1], "weight_decay": 0.1},
            {"params": [p for p in plain.parameters() if p.ndim < 2], "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
        eps=settings.adam_epsilon,
    ).step()
    model, metrics = updated(rows, settings)
    assert metrics["loss"] == pytest.approx(float(loss.detach()), abs=1e-6)
    assert metrics["grad_norm"] == pytest.approx(norm, rel=1e-4)
    assert metrics["clip_ratio"] > 0.1 if old else metrics["clip_ratio"] == 0
    assert distance(model, plain) < 1e-6
    assert distance(model, llama()) > 9e-3


def test_absolute_positions_and_scaled_logits_are_the_models_own():
    """GPT-2 counts positions, Gemma 2 caps its logits after the head."""
    from transformers import Gemma2Config, Gemma2ForCausalLM

    torch.manual_seed(0)
    gpt2 = GPT2LMHeadModel(GPT2Config(vocab_size=VOCABULARY, n_positions=32, n_embd=16, n_layer=1, n_head=2)).eval()
    gemma = Gemma2ForCausalLM(
        Gemma2Config(
            vocab_size=VOCABULARY,
            hidden_size=16,
            intermediate_size=24,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=2,
            head_dim=8,
            final_logit_softcapping=0.1,
            initializer_range=0.3,
        )
    ).eval()
    for model in (gpt2, gemma):
        rows = PolicyLearner(model, SETTINGS)._with_old_logprobs(rollouts())
        for row in rows:
            assert torch.allclose(torch.tensor(row.old_logprobs), row_logprobs(model, row), atol=1e-5)


# What must not matter, and what must


@pytest.mark.parametrize("loss_type", LOSSES)
def test_neither_micro_batches_nor_the_order_of_rollouts_matter(loss_type):
    settings = replace(SETTINGS, loss_type=loss_type, per_device_train_batch_size=64)
    rows = rollouts(old=True)
    model, metrics = updated(rows, settings)
    for size, some in ((1, rows), (2, rows), (64, rows[::-1]), (4, rows[3:] + rows[:3])):
        other, others = updated(some, replace(settings, per_device_train_batch_size=size))
        for name in ("loss", "entropy", "clip_ratio"):
            assert others[name] == pytest.approx(metrics[name], abs=1e-6)
        assert others["grad_norm"] == pytest.approx(metrics["grad_norm"], rel=1e-5)
        assert distance(model, other) < 1e-6


def test_rollouts_without_advantage_count_but_are_not_run():
    rows = rollouts()
    silent = [replace(row, advantage=0.0) for row in rollouts(seed=2)]
    for loss_type in LOSSES:
        settings = replace(SETTINGS, loss_type=loss_type)
        model = llama()
        loss = float(reference_loss(model, rows + silent, settings).detach())
        _, metrics = updated(rows + silent, settings)
        assert metrics["loss"] == pytest.approx(loss, abs=1e-6)
        assert metrics["completion_tokens"] == sum(len(row.completion_ids) for row in rows)
        assert metrics["rollouts"] == len(rows) + len(silent)


def test_without_any_advantage_nothing_moves_not_even_by_momentum():
    learner = PolicyLearner(llama(), replace(SETTINGS, weight_decay=0.1))
    learner.update(rollouts())
    before, steps = copy.deepcopy(learner.model), learner.steps
    metrics = learner.update([replace(row, advantage=0.0) for row in rollouts()])
    assert metrics["steps"] == metrics["skipped_steps"] == metrics["tokens"] == 0 and "loss" not in metrics
    assert learner.update([])["steps"] == 0
    assert same(learner.model, before) and learner.steps == steps


def test_the_policy_moves_towards_the_better_answer():
    good, bad = Rollout((5, 6), (7, 8, 1), 1.0), Rollout((5, 6), (9, 1), -1.0)
    model = llama()
    before = [float(row_logprobs(model, row).sum().detach()) for row in (good, bad)]
    model, _ = updated([good, bad], updates=5, model=model)
    after = [float(row_logprobs(model, row).sum().detach()) for row in (good, bad)]
    assert after[0] > before[0] + 1 and after[1] < before[1] - 1
    assert not model.training and all(p.grad is None for p in model.parameters())


def test_several_passes_have_the_ratio_to_the_policy_at_the_start():
    settings = replace(SETTINGS, num_iterations=3, epsilon=0.05)
    rows = rollouts()
    model = llama()
    with torch.no_grad():
        known = [replace(row, old_logprobs=tuple(row_logprobs(model, row).tolist())) for row in rows]
    one, metrics = updated(rows, settings)
    two = PolicyLearner(llama(), replace(settings, num_iterations=1))
    for _ in range(3):
        last = two.update(known)
    assert metrics["steps"] == two.steps == 3
    assert metrics["clip_ratio"] > 0.05 and last["clip_ratio"] > 0.05
    assert distance(one, two.model) < 1e-5


def test_mini_batches_are_steps_of_their_own():
    rows = rollouts()
    settings = replace(SETTINGS, per_device_train_batch_size=2, gradient_accumulation_steps=2)
    one, metrics = updated(rows, settings)
    assert metrics["steps"] == 3
    with torch.no_grad():
        known = [replace(row, old_logprobs=tuple(row_logprobs(llama(), row).tolist())) for row in rows]
    two = PolicyLearner(llama(), SETTINGS)
    for start in (0, 4, 8):
        two.update(known[start : start + 4])
    assert distance(one, two.model) < 1e-5


def test_the_rate_warms_up_over_all_updates():
    learner = PolicyLearner(llama(), replace(SETTINGS, warmup_steps=4))
    rates = [learner.update(rollouts())["learning_rate"] for _ in range(6)]
    assert rates == pytest.approx([0, 0.25e-2, 0.5e-2, 0.75e-2, 1e-2, 1e-2])


def test_a_step_that_is_not_finite_is_skipped_and_counted():
    learner = PolicyLearner(llama(), SETTINGS)
    learner.update(rollouts())
    before, moments = copy.deepcopy(learner.model), copy.deepcopy(learner.state_dict())
    # A ratio of e^200 with a negative advantage is not clipped, and overflows.
    hopeless = [Rollout((5, 6), (7, 8), -1.0, (-200.0, -200.0))]
    metrics = learner.update(hopeless)
    assert (metrics["steps"], metrics["skipped_steps"]) == (0, 1)
    assert same(learner.model, before) and learner.steps == moments["steps"] == 1
    for number, state in learner.optimizer.state_dict()["state"].items():
        assert all(torch.equal(state[name], moments["optimizer"]["state"][number][name]) for name in state)
    assert learner.update(rollouts())["steps"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"advantage": math.nan}, "rollout 1 has advantage nan"),
        ({"advantage": math.inf}, "rollout 1 has advantage inf"),
        ({"completion_ids": ()}, "rollout 1 has an empty completion"),
        ({"prompt_ids": ()}, "rollout 1 has an empty prompt"),
        ({"completion_ids": (3,) * 13}, "rollout 1 has 13 tokens, max_completion_length is 12"),
        ({"old_logprobs": (-1.0,) * 99}, "rollout 1 wants one finite old log-probability a token"),
        ({"completion_ids": (3,), "old_logprobs": (math.nan,)}, "rollout 1 wants one finite"),
    ],
)
def test_a_rollout_that_cannot_be_learnt_from_is_refused(change, message):
    good = rollouts()
    learner = PolicyLearner(llama(), SETTINGS)
    with pytest.raises(ValueError, match=message):
        learner.update([good[0], replace(good[1], **change)])
    assert learner.steps == 0 and same(learner.model, llama())


@pytest.mark.parametrize(
    "field",
    [
        {"temperature": 0.0},
        {"epsilon": 1.0},
        {"num_iterations": 0},
        {"max_completion_length": 0},
        {"per_device_train_batch_size": 0},
        {"gradient_accumulation_steps": 0},
    ],
)
def test_settings_that_mean_nothing_are_refused(field):
    with pytest.raises(BadInput, match=next(iter(field))):
        PolicyGradientSettings(**field)


# Going on


def test_a_resumed_run_equals_an_uninterrupted_one_bit_for_bit(tmp_path):
    settings = replace(SETTINGS, warmup_steps=4, num_iterations=2)
    whole = PolicyLearner(llama(), settings)
    for seed in range(4):
        whole.update(rollouts(seed=seed))
    first = PolicyLearner(llama(), settings)
    for seed in range(2):
        first.update(rollouts(seed=seed))
    first.save(tmp_path / "state")
    first.model.save_pretrained(tmp_path / "model")
    second = PolicyLearner(LlamaForCausalLM.from_pretrained(tmp_path / "model"), settings)
    second.load(tmp_path / "state")
    for seed in range(2, 4):
        second.update(rollouts(seed=seed))
    assert same(second.model, whole.model) and second.steps == whole.steps == 8
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["learner.pt"]


def test_what_was_not_saved_here_is_not_loaded(tmp_path):
    learner = PolicyLearner(llama(), SETTINGS)
    with pytest.raises(BadInput, match=r"no learner's state at .*learner\.pt"):
        learner.load(tmp_path)
    with pytest.raises(BadInput, match="format"):
        learner.load_state_dict({**learner.state_dict(), "format": 0})
    with pytest.raises(BadInput, match="another shape"):
        PolicyLearner(llama(tie_word_embeddings=True), SETTINGS).load_state_dict(learner.state_dict())


def test_new_settings_hold_after_loading():
    learner = PolicyLearner(llama(), SETTINGS)
    learner.update(rollouts())
    other = PolicyLearner(llama(), replace(SETTINGS, learning_rate=0.0, adam_beta1=0.5))
    other.load_state_dict(learner.state_dict())
    assert other.update(rollouts())["learning_rate"] == 0.0
    assert other.optimizer.param_groups[0]["betas"] == (0.5, 0.999)


def test_two_learners_know_nothing_of_each_other():
    alone, _ = updated(rollouts(), updates=2)
    one, two = PolicyLearner(llama(), SETTINGS), PolicyLearner(llama(seed=5), SETTINGS)
    for _ in range(2):
        one.update(rollouts())
        two.update(rollouts(seed=9))
    assert same(one.model, alone)


def test_gradient_checkpointing_changes_nothing():
    one, a = updated(rollouts())
    two, b = updated(rollouts(), replace(SETTINGS, gradient_checkpointing=True))
    assert two.model.gradient_checkpointing and not one.model.gradient_checkpointing
    assert a["loss"] == b["loss"] and distance(one, two) < 1e-6


# LoRA


def test_lora_trains_adapters_alone_and_is_merged_on_demand(tmp_path):
    pytest.importorskip("peft", reason="peft is not installed")
    settings = replace(SETTINGS, use_peft=True, lora_r=4, lora_alpha=8)
    learner = PolicyLearner(llama(), settings)
    names = {name for name, p in learner.model.named_parameters() if p.requires_grad}
    assert names and all("lora_" in name for name in names)
    frozen = {n: p.clone() for n, p in learner.model.named_parameters() if not p.requires_grad}
    for _ in range(2):
        learner.update(rollouts())
    assert all(torch.equal(p, frozen[n]) for n, p in learner.model.named_parameters() if n in frozen)

    ids = torch.tensor([[5, 6, 7]])
    with torch.no_grad():
        adapted, plain = learner.model(ids).logits, learner.merged()(ids).logits
    assert torch.allclose(adapted, plain, atol=1e-5)
    assert isinstance(learner.merged(), LlamaForCausalLM)
    assert not {p.data_ptr() for p in learner.merged().parameters()} & {
        p.data_ptr() for p in learner.model.parameters()
    }
    assert not torch.allclose(plain, llama()(ids).logits, atol=1e-3)

    learner.save(tmp_path)
    again = PolicyLearner(llama(), settings)
    again.load(tmp_path)
    assert learner.update(rollouts())["loss"] == again.update(rollouts())["loss"]
    assert same(learner.model, again.model)


def test_without_lora_merged_is_the_model_itself():
    learner = PolicyLearner(llama(), SETTINGS)
    assert learner.merged() is learner.model


# bfloat16 and devices


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_bfloat16_on_a_gpu_is_near_float32():
    rows = rollouts()
    model = llama().cuda()
    learner = PolicyLearner(model, replace(SETTINGS, loss_type="dapo"))
    loss = learner.update(rows)["loss"]
    assert all(p.dtype == torch.float32 and p.is_cuda for p in model.parameters())
    assert loss == pytest.approx(updated(rows, replace(SETTINGS, loss_type="dapo"))[1]["loss"], abs=1e-2)
