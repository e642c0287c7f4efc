"""The settings of STP's paper, of its released code, and of its successor SGS, as data; `antiphon` is what
`SelfplayConfig` says itself.

`paper-v4` is arXiv 2502.00212v4 (21 March 2025), `repo-2b5fe8b` its repository at that commit (28 March 2025). A
preset holds what decides the algorithm; what a machine can bear stays ours: the model, the workers, Lean's limit
(STP: 200 s a proof). docs/stp.md lists every value with its source.

Not reproduced from `repo-2b5fe8b`, because they are mistakes and not choices:

- the list of invoked lemmas is edited in place when the trivial lemma is added, so its share creeps up;
- conjectures, lemmas and SFT targets are cut at the first `:=`, in the middle of a default binder;
- the conjecturer is trained on prompts (import header, ending) it never generates from, and SFT differs again;
- the prompt imports Mathlib while the checker imports a smaller module;
- a correct proof whose premise pass fails counts as wrong; cost is wall seconds under load;
- the final re-training forgets each statement's header.

A conjecture is proved under its own statement alone and its type compared: an open binder cannot be closed by a proof.

`sgs` is Self-Guided Self-Play (Bailey et al., arXiv 2604.20209, and its code at 64d2de4): a conjecture for each unsolved
target, prompted with that target; R = R_solve R_guide, nothing for the easiest 30 %; proofs of what is proved at most
every second time, of this round alone. SGS plays with a 7B model that already proves and reads instructions, so its
optimiser, its token limits, our cold start and our repeated library rows are no part of the preset. It differs from SGS in this:

- round 0 only proves, as everywhere here; SGS conjectures at once, so its 200 rounds are our rounds 1 to 200;
- one model has both voices; SGS trains a solver and a conjecturer apart;
- the guide is our computation (`conjecture.guide`) unless an instruct model is named;
- a proof weighs 1 over the number of its statement's distinct proofs; in SGS every sample weighs 1;
- a proof may contain `try`, and a text near the token limit has no negative weight: our loss has none.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from training.config import SelfplayConfig, merge, read_yaml
from verify.statements import BadInput

_ADAM = {"lr_scheduler_type": "constant_with_warmup", "num_train_epochs": 1.0, "max_length": 2048,
         "group_by_length": False, "per_device_train_batch_size": 8, "gradient_accumulation_steps": 256}  # fmt: skip

_STP: dict[str, Any] = {  # in which paper and code agree
    "rounds": 47, "refresh_every": 24, "final_retraining": True,
    "samples_per_statement": 32, "baseline_samples": 64, "statements_per_round": 0,
    "conjectures_per_prompt": 1, "proposals_per_conjecture": 3, "screening": False,
    "seeds": {"library": False, "proofs": "all", "trivial_lemma_probability": 0.5, "trivial_lemma_alone": False,
              "lemma_cap": 0.1},
    "selection": {"pass_rate_max": 0.25, "elegance_drop": 0.2},
    "weights": {"length_penalty": 0.001, "cost_penalty": 0.01},
    "prover_pass_rate_max": 0.5, "replay_rounds": 3, "library_rows": 0,
    "retraining": {"pass_rate_max": 0.25, "proofs_per_statement": 16,
                   "sft": {**_ADAM, "learning_rate": 1e-4, "min_steps": 10}},
    "sft": {**_ADAM, "learning_rate": 5e-5, "min_steps": 5},
    "sampling": {"temperature": 1.0, "top_p": 1.0, "max_new_tokens": 1024},
    "model": {"max_position_embeddings": 2048},
    "cold_start": {"search_per_statement": 0, "renamings": 0, "conjectures_per_theorem": 1_000_000, "trivial_pairs": False,
                   "weighted": False,
                   "sft": {**_ADAM, "learning_rate": 1e-4, "warmup_steps": 20}},
}  # fmt: skip

PRESETS: dict[str, dict[str, Any]] = {
    "antiphon": {},
    "paper-v4": {
        **_STP,
        "evaluation_samples": 0,
        "conjecture_budget": "unproved",
        "resample_rate_max": 0.0, "resample_probability": 0.0,
        "seeds": {**_STP["seeds"], "pass_rate_min": 0.0},
        "selection": {**_STP["selection"], "pass_rate_inclusive": True, "off_lemma": "drop", "elegance_per_lemma": False},
        "reweighting": "greedy", "reweighting_cap": 3.0, "matching_weight": 128, "matching_weight_from": 24,
        "prover_pass_rate_inclusive": False, "prover_pass_rate_over": "round",
        "retraining": {**_STP["retraining"], "given_at_any_rate": False, "weights": "round"},
    },
    "repo-2b5fe8b": {
        **_STP,
        "evaluation_samples": 64,
        "conjecture_budget": "all",
        "resample_rate_max": 0.35, "resample_probability": 0.05,
        "seeds": {**_STP["seeds"], "pass_rate_min": 0.35},
        "selection": {**_STP["selection"], "pass_rate_inclusive": False, "off_lemma": "relabel", "relabel_factor": 20,
                      "relabel_least": 4096, "elegance_per_lemma": True},
        "reweighting": "repo", "reweighting_cap": 4.0, "matching_weight": 256, "matching_weight_from": 0,
        "prover_pass_rate_inclusive": True, "prover_pass_rate_over": "window",
        "retraining": {**_STP["retraining"], "given_at_any_rate": True, "weights": "length"},
    },
    "sgs": {
        "rounds": 200,
        "samples_per_statement": 8, "baseline_samples": 8, "evaluation_samples": 8, "statements_per_round": 0,
        "resample_rate_max": 0.0, "resample_probability": 1.0,
        "seeds": {"prompts": "unsolved"},
        "conjecture_budget": "unproved", "conjectures_per_prompt": 1, "proposals_per_conjecture": 1, "screening": False,
        "selection": {"pass_rate_max": 1.0, "easiest_drop": 0.3, "solve_reward": True, "elegance_drop": 0.0},
        "guide": {"judge": "form"},
        "reweighting": "none",
        "weights": {"length_penalty": 0.0, "cost_penalty": 0.0},
        "prover_pass_rate_max": 0.5, "prover_pass_rate_inclusive": True, "prover_pass_rate_over": "round",
        "replay_rounds": 1,
        "sampling": {"temperature": 1.0, "top_p": 1.0},
    },
}  # fmt: skip


def preset(name: str) -> SelfplayConfig:
    """The configuration of that name. Raises BadInput when there is none."""
    if name not in PRESETS:
        raise BadInput(f"--preset is one of {', '.join(PRESETS)}, not {name!r}")
    return replace(merge(SelfplayConfig(), PRESETS[name], name), preset=name)


def configured(name: str | None, file: Path | None) -> SelfplayConfig:
    """A preset with the fields a YAML file sets; without a name the file's own `preset`, or `antiphon`."""
    values = read_yaml(file) if file else {}
    said = values.get("preset") if isinstance(values, dict) else None
    base = preset(name or str(said or "antiphon"))
    return replace(merge(base, values, str(file)), preset=base.preset)
