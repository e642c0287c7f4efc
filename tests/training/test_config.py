"""The configuration: what a YAML file may say, and what is told when it may not."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from conjecture.band import AdaptiveK
from conjecture.selection import SelectionSettings
from training.config import ColdStart, SelfplayConfig, load, merge, to_dict
from verify.statements import BadInput

DEFAULT = SelfplayConfig()


def write(tmp_path, text: str) -> Path:
    path = tmp_path / "run.yaml"
    path.write_text(text)
    return path


def test_only_the_named_fields_change(tmp_path):
    path = write(
        tmp_path,
        "rounds: 7\nrun: here/there\nmodel_name_or_path: some/model\nprover_pass_rate_max: 1\n"
        "selection:\n  pass_rate_max: 0.5\nsft:\n  num_train_epochs: 3\ncold_start:\n  sft:\n    warmup_steps: 9\n",
    )
    assert load(path, DEFAULT) == replace(
        DEFAULT,
        rounds=7,
        run=Path("here/there"),
        model_name_or_path="some/model",
        prover_pass_rate_max=1.0,
        selection=SelectionSettings(pass_rate_max=0.5),
        sft=replace(DEFAULT.sft, num_train_epochs=3.0),
        cold_start=ColdStart(sft=replace(DEFAULT.cold_start.sft, warmup_steps=9)),
    )
    assert type(load(path, DEFAULT).prover_pass_rate_max) is float


def test_the_file_goes_before_the_default_it_is_given(tmp_path):
    given = replace(DEFAULT, rounds=5, workers=4)
    assert load(write(tmp_path, "rounds: 6"), given) == replace(given, rounds=6)
    assert load(write(tmp_path, ""), given) == given
    assert load(write(tmp_path, "# nothing\n"), given) == given


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("round: 3", ["'round'", "rounds", "samples_per_statement"]),
        (
            "selection:\n  pass: 1",
            ["selection", "'pass'", "elegance_drop, elegance_per_lemma, off_lemma, pass_rate_inclusive, pass_rate_max"],
        ),
        ("cold_start:\n  sft:\n    lr: 1", ["cold_start: sft", "'lr'", "learning_rate"]),
        ("rounds: many", ["rounds wants a int", "'many'"]),
        ("rounds: 1.5", ["rounds wants a int"]),
        ("rounds: null", ["rounds wants a int"]),
        ("rounds: [1]", ["rounds wants a int"]),
        ("prover_pass_rate_max: half", ["prover_pass_rate_max wants a float"]),
        ("selection:\n  pass_rate_inclusive: 1", ["pass_rate_inclusive wants a bool"]),
        ("selection:\n  off_lemma: maybe", ["off_lemma is one of drop, relabel, keep, not 'maybe'"]),
        ("recipe: 3", ["recipe is one of stp, expert-iteration", "not 3"]),
        ("adaptive:\n  blocks: 4", ["blocks wants a list of whole numbers, not 4"]),
        ("adaptive:\n  blocks: [4, 2.5]", ["blocks wants a list of whole numbers"]),
        ("adaptive:\n  blocks: []", ["adaptive.blocks wants sizes"]),
        ("adaptive:\n  confidence: 1.0", ["adaptive.confidence must be between 0 and 1"]),
        ("from_round: 1", ["--from-round goes with --fork"]),
        ("profile: 3", ["profile wants a str"]),
        ("selection: 3", ["selection", "a mapping of fields is wanted"]),
        ("- rounds", ["a mapping of fields is wanted"]),
        ("word", ["a mapping of fields is wanted"]),
        ("rounds: [", ["not YAML"]),
        ("rounds: 0", ["--rounds must be at least 1, not 0"]),
        ("samples_per_statement: -1", ["--samples-per-statement must be at least 1"]),
        ("profile: coq", ["--profile is core or mathlib, not 'coq'"]),
    ],
)
def test_what_a_file_may_not_say(tmp_path, text, words):
    with pytest.raises(BadInput) as caught:
        load(write(tmp_path, text), DEFAULT)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_message_names_the_file(tmp_path):
    path = write(tmp_path, "selection:\n  nothing: 1")
    with pytest.raises(BadInput, match=r"run\.yaml: selection: there is no field 'nothing'"):
        load(path, DEFAULT)
    with pytest.raises(BadInput, match="No such file"):
        load(tmp_path / "none.yaml", DEFAULT)
    with pytest.raises(BadInput, match="directory"):
        load(tmp_path, DEFAULT)


def test_nothing_is_run_from_a_file(tmp_path):
    with pytest.raises(BadInput, match="not YAML"):
        load(write(tmp_path, "run: !!python/object/apply:os.getcwd []"), DEFAULT)


@pytest.mark.parametrize(
    "config",
    [
        DEFAULT,
        SelfplayConfig(
            run=Path("/a/b"),
            split="valid",
            limit=3,
            seed=9,
            selection=SelectionSettings(0.1, False, "keep", elegance_drop=0.0),
        ),
        SelfplayConfig(
            fork=Path("old"), from_round=2, adaptive=AdaptiveK("certain", 0.9, (2, 3)), recipe="expert-iteration"
        ),
        SelfplayConfig(sft=replace(DEFAULT.sft, learning_rate=1e-7, adam_epsilon=1e-12), model_name_or_path="x"),
    ],
)
def test_a_written_configuration_reads_back(tmp_path, config):
    text = yaml.safe_dump(to_dict(config))
    assert load(write(tmp_path, text), DEFAULT) == config
    assert merge(config, to_dict(config), "here") == config


@pytest.mark.parametrize(
    "name",
    ["rounds", "samples_per_statement", "baseline_samples", "conjectures_per_prompt", "proposals_per_conjecture",
     "workers", "heartbeats", "matching_weight", "replay_rounds"],
)  # fmt: skip
def test_what_must_be_positive(name):
    assert getattr(replace(DEFAULT, **{name: 1}), name) == 1
    with pytest.raises(BadInput, match=name.replace("_", "-")):
        replace(DEFAULT, **{name: 0})


@pytest.mark.parametrize("cap", [0.5, float("inf"), float("nan")])
def test_a_cap_that_no_plan_can_meet_is_said_at_once(cap):
    with pytest.raises(BadInput, match="--reweighting-cap"):
        SelfplayConfig(reweighting_cap=cap)
