"""The configuration of informal runs: presets, arms, and every YAML file that we ship."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from conjecture.dualplay import ARMS
from training.config import SelfplayConfig, merge, read_yaml, to_dict
from training.pasodoble_config import PRESETS, PasoDobleConfig, configured, preset
from training.presets import configured as formal
from verify.statements import BadInput

SHIPPED = sorted(
    path
    for folder in ("benchmarks", "docs")
    for path in (Path(__file__).parents[2] / folder).rglob("*.yaml")
    if "results" not in path.parts
)


def test_there_are_yaml_files_to_check():
    assert {"pasodoble_ablation.yaml", "pasodoble_gpu.yaml", "stp_gpu.yaml"} <= {path.name for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_yaml_file_is_a_configuration(path):
    values = read_yaml(path)
    config = configured(None, values, str(path)) if values.get("recipe") == "pasodoble" else formal(None, path)
    assert to_dict(config) != to_dict(PasoDobleConfig()) and to_dict(config) != to_dict(SelfplayConfig())


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_written_to_yaml_is_read_back_the_same(name):
    config = preset(name)
    assert merge(PasoDobleConfig(), yaml.safe_load(yaml.safe_dump(to_dict(config))), "file") == config


SAMPLING = {"temperature": 0.6, "top_p": 1.0, "max_new_tokens": 6144}
LEARNER = {
    "learning_rate": 1e-6,
    "warmup_steps": 0,
    "weight_decay": 0.0,
    "max_grad_norm": 1.0,
    "loss_type": "dr_grpo",
    "scale_rewards": "group",
    "num_iterations": 1,
    "gradient_accumulation_steps": None,
    "per_device_train_batch_size": 1,
    "bf16": True,
    "gradient_checkpointing": True,
    "use_peft": False,
}
RELEASED = {
    "max_steps": 2000,
    "save_steps": 40,
    "arm": "published",
    "paradigm": "online",
    "pieces_per_step": 1,
    "proposals_per_piece": 6,
    "answers_per_question": 6,
    "proposer_sampling": {**SAMPLING, "batch_size": 6},
    "solver_sampling": {**SAMPLING, "batch_size": 36},
    "proposer_learner": LEARNER,
    "solver_learner": LEARNER,
    "layout": "chat",
    "think": True,
    "knowledge": {"source": "OctoThinker/MegaMath-Web-Pro-Max"},
    "rewards": {
        "tau_low": 0.2,
        "tau_up": 1.0,
        "difficulty_offset": 1.1,
        "diversity_weight": 0.2,
        "similarity": 0.8,
        "diversity_gate": 0.3,
        "history": 100,
        "within_batch": False,
        "repeats_earn": True,
        "leak": "substring",
        "leak_floor": 4,  # for the other `leak`
        "check_working": False,
        "ranks": 6,
    },
    "offline": {
        "proposer_steps": 10,
        "solver_steps": 5,
        "questions_per_step": 6,
        "buffer": {"evict": False, "patience": 3, "gain": 0.01},
    },
}
"""The released code's values; some of them are our defaults too."""


def flat(values: dict[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value}
    return found


def test_released_is_what_the_code_has():
    config, released = flat(to_dict(preset("released"))), flat(RELEASED)
    assert {name: config[name] for name in released} == released
    assert flat(PRESETS["released"]).keys() <= released.keys(), "every field of the preset has its value here"


def test_our_preset_warms_up_and_has_none_of_the_defects():
    config = PasoDobleConfig()
    assert config.proposer_learner.warmup_steps == config.solver_learner.warmup_steps == 20
    assert (config.rewards.ranks, config.rewards.leak, config.offline.buffer.evict) == (1, "token", True)


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_is_one_word(arm):
    assert configured(None, {"arm": arm}, "file").rules == ARMS[arm]


def test_a_label_can_be_said_beside_the_arm():
    rules = configured(None, {"arm": "frozen-proposer", "label": "truth"}, "file").rules
    assert asdict(rules) == {**asdict(ARMS["frozen-proposer"]), "label": "truth"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"arm": "no-such-arm"}, "arm is one of published, "),
        ({"answers_per_question": 0}, "--answers-per-question must be at least 1"),
        ({"arm": "true-label", "knowledge": {"source": "x.txt"}}, "leave --knowledge.source bundled"),
        ({"rewards": {"tau_low": 2.0}}, "tau_low"),
        ({"cold_start": {"lessons": {"topics": [1]}}}, "topics wants a list of words"),
        ({"cold_start": {"lessons": {"levels": ["a"]}}}, "levels wants a list of numbers"),
        ({"rounds": 3}, "there is no field 'rounds'"),
        ({"preset": "paper-v4"}, "--preset is one of antiphon, released"),
        (["recipe"], "a mapping of fields is wanted"),
    ],
)
def test_a_mistake_is_said(values, words):
    with pytest.raises(BadInput, match=words):
        configured(None, values, "file")
