"""The presets: each row of the table "paper versus code", and each ablation by one option."""

import subprocess
import sys
from dataclasses import replace
from typing import get_args, get_type_hints

import pytest
import tyro

import antiphon
from training.config import SelfplayConfig, merge, to_dict
from training.presets import PRESETS, configured, preset
from verify.statements import BadInput

PAPER, CODE, OURS, SGS = preset("paper-v4"), preset("repo-2b5fe8b"), preset("antiphon"), preset("sgs")


def value(config, path: str):
    for name in path.split("."):
        config = getattr(config, name)
    return config


@pytest.mark.parametrize(
    ("field", "paper", "code"),
    [
        ("selection.pass_rate_inclusive", True, False),  # upper band
        ("selection.off_lemma", "drop", "relabel"),  # lemma must be used
        ("seeds.pass_rate_min", 0.0, 0.35),  # seed proofs
        ("conjecture_budget", "unproved", "all"),
        ("resample_rate_max", 0.0, 0.35),  # prover inputs
        ("resample_probability", 0.0, 0.05),
        ("selection.elegance_per_lemma", False, True),  # elegance quantile
        ("reweighting", "greedy", "repo"),
        ("reweighting_cap", 3.0, 4.0),  # OT cap
        ("matching_weight", 128, 256),  # of validation sets
        ("matching_weight_from", 24, 0),
        ("prover_pass_rate_inclusive", False, True),  # prover filter
        ("prover_pass_rate_over", "round", "window"),
        ("retraining.given_at_any_rate", False, True),  # final filter
        ("retraining.weights", "round", "length"),  # final weights
        ("evaluation_samples", 0, 64),  # K of round 0, 0: of the others
    ],
)
def test_paper_versus_code(field, paper, code):
    assert (value(PAPER, field), value(CODE, field)) == (paper, code)


def test_the_relabelling_of_the_code():
    assert (CODE.selection.relabel_factor, CODE.selection.relabel_least) == (20, 4096)


@pytest.mark.parametrize("config", [PAPER, CODE], ids=["paper", "code"])
@pytest.mark.parametrize(
    ("field", "agreed"),
    [
        ("samples_per_statement", 32), ("baseline_samples", 64), ("selection.pass_rate_max", 0.25),
        ("selection.elegance_drop", 0.2), ("seeds.lemma_cap", 0.1), ("seeds.trivial_lemma_probability", 0.5),
        ("conjectures_per_prompt", 1), ("proposals_per_conjecture", 3), ("replay_rounds", 3),
        ("prover_pass_rate_max", 0.5), ("weights.length_penalty", 0.001), ("weights.cost_penalty", 0.01),
        ("retraining.pass_rate_max", 0.25), ("retraining.proofs_per_statement", 16), ("sampling.temperature", 1.0),
        ("sampling.top_p", 1.0), ("sampling.max_new_tokens", 1024), ("sft.learning_rate", 5e-5), ("sft.min_steps", 5),
        ("retraining.sft.learning_rate", 1e-4), ("retraining.sft.min_steps", 10), ("cold_start.sft.learning_rate", 1e-4),
        ("cold_start.sft.warmup_steps", 20), ("refresh_every", 24), ("rounds", 47), ("screening", False),
        ("statements_per_round", 0), ("final_retraining", True), ("adaptive.rule", "off"), ("cold_start.weighted", False),
        ("cold_start.trivial_pairs", False), ("cold_start.conjectures_per_theorem", 1_000_000),
        ("cold_start.search_per_statement", 0), ("cold_start.renamings", 0), ("library_rows", 0), ("seeds.library", False),
        ("seeds.proofs", "all"), ("seeds.trivial_lemma_alone", False),
    ],
)  # fmt: skip
def test_where_paper_and_code_agree(config, field, agreed):
    assert value(config, field) == agreed
    for sft in (config.sft, config.retraining.sft, config.cold_start.sft):
        assert (sft.group_by_length, sft.max_length, sft.lr_scheduler_type) == (False, 2048, "constant_with_warmup")
        assert sft.per_device_train_batch_size * sft.gradient_accumulation_steps == 2048
        assert (sft.adam_beta1, sft.adam_beta2, sft.adam_epsilon, sft.weight_decay, sft.max_grad_norm) == (
            0.9,
            0.95,
            1e-5,
            0,
            1,
        )


@pytest.mark.parametrize(
    ("field", "sgs", "ours"),
    [
        ("seeds.prompts", "unsolved", "proved"),
        ("conjectures_per_prompt", 1, 2),  # one conjecture a target
        ("conjecture_budget", "unproved", "fixed"),
        ("selection.easiest_drop", 0.3, 0.0),
        ("selection.solve_reward", True, False),
        ("selection.pass_rate_max", 1.0, 0.25),  # no band
        ("selection.elegance_drop", 0.0, 0.2),
        ("reweighting", "none", "exact"),
        ("guide.judge", "form", "none"),
        ("samples_per_statement", 8, 8),
        ("resample_probability", 1.0, 0.0),  # every statement is tried in every round
        ("statements_per_round", 0, 40),
        ("rounds", 200, 3),
        ("prover_pass_rate_max", 0.5, 0.5),
        ("prover_pass_rate_inclusive", True, True),
        ("prover_pass_rate_over", "round", "window"),
        ("replay_rounds", 1, 3),
        ("weights.length_penalty", 0.0, 0.001),
        ("sampling.temperature", 1.0, 0.6),
        ("screening", False, True),
        ("final_retraining", False, False),
    ],
)
def test_sgs_and_ours(field, sgs, ours):
    assert (value(SGS, field), value(OURS, field)) == (sgs, ours)


@pytest.mark.parametrize("field", ["sft", "cold_start", "model", "library_rows", "heartbeats", "adaptive"])
def test_what_sgs_leaves_to_the_model(field):
    assert value(SGS, field) == value(OURS, field)


def test_ours_is_what_the_dataclass_says():
    assert SelfplayConfig() == OURS
    assert set(get_args(get_type_hints(SelfplayConfig)["preset"])) == set(PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_reads_back_from_its_own_record(name):
    assert merge(SelfplayConfig(), to_dict(preset(name)), "record") == preset(name)


def test_unknown_presets_are_refused(tmp_path):
    with pytest.raises(BadInput, match="antiphon, paper-v4, repo-2b5fe8b, sgs, not 'v5'"):
        preset("v5")
    path = tmp_path / "run.yaml"
    path.write_text("preset: [1]")
    with pytest.raises(BadInput, match="--preset is one of"):
        configured(None, path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"guide": {"judge": "model"}}, "--guide.model-name-or-path"),
        ({"guide": {"max_new_tokens": 0}}, "--guide.max-new-tokens"),
        ({"guide": {"judge": "llm"}}, "none, form, model"),
        ({"selection": {"easiest_drop": 1.0}}, "--selection.easiest-drop"),
        ({"seeds": {"prompts": "solved"}}, "proved, unsolved"),
    ],
)
def test_what_a_guide_or_a_cut_cannot_be(options, said):
    with pytest.raises(BadInput, match=said):
        merge(SelfplayConfig(), options, "file")


def command_line(*arguments: str) -> SelfplayConfig:
    """What the command line makes of `antiphon selfplay ARGUMENTS`."""
    rest, default = antiphon._with_config(["selfplay", *arguments])
    return tyro.cli(SelfplayConfig, args=rest[1:], default=default)


def test_an_option_goes_before_the_file_before_the_preset(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text("preset: repo-2b5fe8b\nreweighting_cap: 5\nresample_rate_max: 0.1\nseeds: {library: true}\n")
    found = command_line("--config", str(path), "--resample-rate-max", "0.2")
    assert found == replace(CODE, reweighting_cap=5.0, resample_rate_max=0.2, seeds=replace(CODE.seeds, library=True))
    found = command_line(f"--config={path}", "--preset", "paper-v4")
    assert found == replace(PAPER, reweighting_cap=5.0, resample_rate_max=0.1, seeds=replace(PAPER.seeds, library=True))
    assert command_line("--preset=paper-v4", "--selection.elegance-drop", "0.5").selection.elegance_drop == 0.5
    assert command_line() == OURS


@pytest.mark.parametrize(
    ("ablated", "option", "field", "off"),
    [
        ("elegance filter", ["--selection.elegance-drop", "0"], "selection.elegance_drop", 0),
        ("reweighting", ["--reweighting", "none"], "reweighting", "none"),
        ("lemma condition", ["--selection.off-lemma", "keep"], "selection.off_lemma", "keep"),
        ("band", ["--selection.pass-rate-max", "1"], "selection.pass_rate_max", 1),
        ("trivial lemma", ["--seeds.trivial-lemma-probability", "0"], "seeds.trivial_lemma_probability", 0),
        ("length penalty", ["--weights.length-penalty", "0"], "weights.length_penalty", 0),
        ("cost penalty", ["--weights.cost-penalty", "0"], "weights.cost_penalty", 0),
        ("replay window", ["--replay-rounds", "1"], "replay_rounds", 1),
        ("screening gates", ["--no-screening"], "screening", False),
        ("adaptive K", ["--adaptive.rule", "off"], "adaptive.rule", "off"),
        ("target", ["--seeds.prompts", "proved"], "seeds.prompts", "proved"),
        ("guide", ["--guide.judge", "none"], "guide.judge", "none"),
        ("easiest cut", ["--selection.easiest-drop", "0"], "selection.easiest_drop", 0),
        ("solve reward", ["--selection.no-solve-reward"], "selection.solve_reward", False),
    ],
)
@pytest.mark.parametrize("name", PRESETS)
def test_one_option_ablates(name, ablated, option, field, off):
    found, whole = command_line("--preset", name, *option), preset(name)
    assert value(found, field) == off
    head, _, tail = field.partition(".")
    back = replace(getattr(found, head), **{tail: value(whole, field)}) if tail else value(whole, field)
    assert replace(found, **{head: back}) == whole, f"the {ablated} alone is off"


def test_the_command_line_names_the_presets():
    command = [sys.executable, "-m", "antiphon", "selfplay", "--preset", "v5"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2 and "paper-v4" in result.stderr and "Traceback" not in result.stderr
