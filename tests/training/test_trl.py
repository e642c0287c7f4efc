"""The same numbers as trl's on the same data: its GRPO loss, a GRPO step, and an SFT step with unit weights."""

from dataclasses import replace

import pytest
import torch

from prover.model import ModelConfig, build_model, build_tokenizer, encode, encode_targets
from training.advantages import group_advantages
from training.policy_gradient import PolicyGradientSettings, PolicyLearner
from training.rollouts import Rollout
from training.sft import SFTSettings, fine_tune
from training.trl_grpo import ScoredGroup, TrlLearner
from verify.records import Example, Role
from verify.statements import BadInput

trl = pytest.importorskip("trl", reason="trl is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")

CONFIG = ModelConfig(vocab_size=300, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
TOKENIZER = build_tokenizer(["1 + 2 = 3"], CONFIG)
SIZE = 4
REWARDS = [[1.0, 0.0, 0.0, 0.5], [1.0, 1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]]
LENGTH = 12


def model(seed=0):
    built = build_model(CONFIG, TOKENIZER, seed)
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.mul_(4 if parameter.ndim > 1 else 1)  # far from uniform
    return built


def groups() -> list[ScoredGroup]:
    draw = torch.Generator().manual_seed(3)

    def ids(low, high):
        length = int(torch.randint(low, high, (), generator=draw))
        return tuple(torch.randint(2, 200, (length,), generator=draw).tolist())

    return [ScoredGroup(ids(2, 9), tuple(ids(1, LENGTH + 1) for _ in rewards), tuple(rewards)) for rewards in REWARDS]


def rollouts(scale_rewards="group", old=False) -> list[Rollout]:
    draw = torch.Generator().manual_seed(4)
    made = []
    for group, advantages in zip(groups(), group_advantages(REWARDS, scale_rewards), strict=True):
        for completion, advantage in zip(group.completion_ids, advantages, strict=True):
            logprobs = tuple((-8 * torch.rand(len(completion), generator=draw)).tolist())
            made.append(Rollout(group.prompt_ids, completion, advantage, logprobs if old else None))
    return made


def padded(rows, side="right", value=0):
    width = max(map(len, rows))
    fill = [[value] * (width - len(row)) for row in rows]
    return torch.tensor([[*f, *r] if side == "left" else [*r, *f] for r, f in zip(rows, fill, strict=True)])


@pytest.fixture(scope="module")
def trainer(tmp_path_factory):
    """trl's own, for its loss alone."""
    from datasets import Dataset

    return trl.GRPOTrainer(
        model=model(),
        reward_funcs=lambda **_: [0.0],
        args=trl.GRPOConfig(
            str(tmp_path_factory.mktemp("trl")),
            use_cpu=True,
            bf16=False,
            report_to="none",
            num_generations=SIZE,
            per_device_train_batch_size=12,
            max_completion_length=LENGTH,
            temperature=0.8,
            epsilon_high=0.28,
        ),
        train_dataset=Dataset.from_dict({"prompt": ["a", "b", "c"]}),
        processing_class=TOKENIZER,
    )


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("loss_type", ["grpo", "dr_grpo", "dapo"])
def test_the_clipped_loss_is_trls(trainer, loss_type, old):
    rows = rollouts(old=old)
    inputs = {
        "prompt_ids": padded([row.prompt_ids for row in rows], "left"),
        "prompt_mask": padded([[1] * len(row.prompt_ids) for row in rows], "left"),
        "completion_ids": padded([row.completion_ids for row in rows]),
        "completion_mask": padded([[1] * len(row.completion_ids) for row in rows]),
        "advantages": torch.tensor([row.advantage for row in rows]),
        "num_items_in_batch": torch.tensor(sum(len(row.completion_ids) for row in rows)),
    }
    if old:
        inputs["old_per_token_logps"] = padded([row.old_logprobs for row in rows], value=0.0)
    trainer.model.eval()  # no accumulation: the loss of the batch
    trainer.model.zero_grad()
    trainer.loss_type = loss_type
    loss = trainer._compute_loss(trainer.model, inputs)
    loss.backward()
    norm = torch.nn.utils.get_total_norm([p.grad for p in trainer.model.parameters()])
    settings = PolicyGradientSettings(
        loss_type=loss_type,
        max_completion_length=LENGTH,
        temperature=0.8,
        epsilon_high=0.28,
        per_device_train_batch_size=5,
    )
    metrics = PolicyLearner(model(), settings).update(rows)
    assert metrics["loss"] == pytest.approx(float(loss), abs=1e-6)
    assert metrics["grad_norm"] == pytest.approx(float(norm), rel=1e-4)
    assert abs(metrics["loss"]) > 1e-3 or not old


@pytest.mark.parametrize(
    ("loss_type", "scale_rewards", "num_iterations"),
    [("dr_grpo", "none", 1), ("grpo", "group", 2), ("dapo", "batch", 1)],
)
def test_two_updates_give_the_weights_that_trls_steps_give(loss_type, scale_rewards, num_iterations):
    common = {
        "loss_type": loss_type,
        "scale_rewards": scale_rewards,
        "num_iterations": num_iterations,
        "learning_rate": 1e-3,
        "max_completion_length": LENGTH,
        "adam_epsilon": 1e-4,  # below it a rounded gradient is not blown up to a whole step
        "weight_decay": 0.1,
        "per_device_train_batch_size": 6,
    }
    theirs = TrlLearner(model(), TOKENIZER, common)
    ours = PolicyLearner(model(), PolicyGradientSettings(**common, warmup_steps=0))
    for _ in range(2):
        their_metrics = theirs.update(groups())
        our_metrics = ours.update(rollouts(scale_rewards))
        assert our_metrics["grad_norm"] > 0.01
        if num_iterations == 1:
            assert our_metrics["grad_norm"] == pytest.approx(their_metrics["grad_norm"], rel=1e-4)
    pairs = list(zip(ours.model.parameters(), theirs.model.parameters(), model().parameters(), strict=True))
    assert max(float((p - q).abs().max()) for p, q, _ in pairs) < 2e-6
    assert max(float((p - start).abs().max()) for p, _, start in pairs) > 1e-3
    assert not {"forward", "_is_accelerate_prepared"} & vars(theirs.model).keys() and not theirs.model.training


def test_trl_gets_one_gpu_where_there_are_two(two_gpus):
    assert TrlLearner(model(), TOKENIZER, {"max_completion_length": LENGTH}).update(groups())["grad_norm"] > 0


def test_trl_wants_regular_groups():
    learner = TrlLearner(model(), TOKENIZER, {})
    one, two, _ = groups()
    shorter = replace(two, completion_ids=two.completion_ids[:3], rewards=two.rewards[:3])
    for some in ([one, shorter], [replace(one, completion_ids=one.completion_ids[:1], rewards=one.rewards[:1])], []):
        with pytest.raises(BadInput, match="groups of one size"):
            learner.update(some)
    with pytest.raises(BadInput, match="does not divide the 8 samples"):
        TrlLearner(model(), TOKENIZER, {"per_device_train_batch_size": 5}).update([one, two])


def test_weighted_sft_with_unit_weights_is_trls_sft(tmp_path):
    from datasets import Dataset

    examples = [Example(Role.PROVE, f"{a} + {b} = ", "9" * (a + b)) for a in range(1, 4) for b in range(1, 4)]
    settings = SFTSettings(
        learning_rate=1e-3, num_train_epochs=3, per_device_train_batch_size=9, warmup_steps=0, adam_epsilon=1e-4
    )
    ours = model()
    fine_tune(ours, TOKENIZER, examples, settings, seed=0)

    prompts = encode(TOKENIZER, [example.prompt for example in examples])
    targets = encode_targets(TOKENIZER, [example.target for example in examples])
    theirs = model()
    trl.SFTTrainer(
        model=theirs,
        args=trl.SFTConfig(
            str(tmp_path),
            use_cpu=True,
            bf16=False,
            report_to="none",
            save_strategy="no",
            gradient_checkpointing=False,
            learning_rate=1e-3,
            lr_scheduler_type="constant",
            num_train_epochs=3,
            per_device_train_batch_size=9,
            max_grad_norm=settings.max_grad_norm,
            adam_beta1=settings.adam_beta1,
            adam_beta2=settings.adam_beta2,
            adam_epsilon=settings.adam_epsilon,
            max_length=None,
            completion_only_loss=True,
            loss_type="nll",
            disable_tqdm=True,
        ),
        train_dataset=Dataset.from_dict(
            {
                "input_ids": [p + t for p, t in zip(prompts, targets, strict=True)],
                "completion_mask": [[0] * len(p) + [1] * len(t) for p, t in zip(prompts, targets, strict=True)],
            }
        ),
        processing_class=TOKENIZER,
    ).train()
    pairs = list(zip(ours.parameters(), theirs.parameters(), model().parameters(), strict=True))
    assert max(float((p - q).abs().max()) for p, q, _ in pairs) < 2e-6
    assert max(float((p - start).abs().max()) for p, _, start in pairs) > 1e-3
