"""The configuration of informal runs: presets, arms, and every YAML file that we ship."""

from dataclasses import asdict
from pathlib import Path

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


def test_released_is_what_the_code_has():
    config = preset("released")
    assert (config.pieces_per_step, config.proposals_per_piece, config.answers_per_question) == (1, 6, 6)
    assert (config.proposer_sampling.temperature, config.solver_sampling.max_new_tokens) == (0.6, 6144)
    assert config.solver_learner.learning_rate == config.proposer_learner.learning_rate == 1e-6
    assert (config.solver_learner.warmup_steps, config.solver_learner.scale_rewards) == (0, "group")
    assert (config.rewards.tau_low, config.rewards.tau_up, config.rewards.history) == (0.2, 1.0, 100)
    assert (config.rewards.leak, config.rewards.ranks, config.offline.buffer.evict) == ("substring", 6, False)
    assert (config.max_steps, config.save_steps) == (2000, 40)
    assert (config.offline.proposer_steps, config.offline.solver_steps, config.offline.questions_per_step) == (10, 5, 6)


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
