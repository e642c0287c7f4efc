"""Trying a model by hand: one theorem to prove, a few conjectures to look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from conjecture import gates
from conjecture.library import core_lemmas, invoked, seed_theorems, stated
from conjecture.seeds import ProvedStatement, conjecture_inputs, target_inputs
from prover import model as models
from prover.attempts import Chunk, derived_seed, sample_proofs
from prover.prompts import conjecture_prompt, read_signature
from prover.sampler import ModelSampler, SamplingSettings, open_sampler
from training import checkpoint
from training.history import configuration, is_dualplay
from training.progress import step
from training.stp import SCREEN_HEARTBEATS
from verify import toolchain
from verify.pool import LeanPool, Limits
from verify.records import Job, Outcome, Statement, Verdict
from verify.statements import BadInput, parse_theorem

DEFAULT = Path("runs/selfplay")
SETTINGS = SamplingSettings(max_new_tokens=128)


def _sampler(model: Path) -> ModelSampler:
    if model == DEFAULT and not model.is_dir():
        raise BadInput(f"no run in {model}: make one with `antiphon selfplay`, or name a --model")
    if (model / "ledger.sqlite").is_file() and is_dualplay(model):
        raise BadInput(f"{model} played questions in words, and proves nothing: `antiphon eval {model} gsm8k` asks it")
    directory = checkpoint.latest(model) or model
    return open_sampler("transformers", *models.load(directory), SETTINGS, directory)


async def prove_one(text: str, model: Path, samples: int, seed: int, profile: str, heartbeats: int) -> int:
    """Prints the first proof Lean accepts. Exit status 0 when there is one, 1 when not, 6 out of profile."""
    try:
        statement = parse_theorem(text)
    except ValueError as error:
        raise BadInput(f"{error}; wanted is `theorem NAME (binders) : type`") from error
    sampler = _sampler(model)
    async with LeanPool(toolchain.of_profile(profile), 1, Limits(heartbeats=heartbeats)) as pool:
        elaboration = await pool.check(Job(statement, None))
        if elaboration.outcome is not Outcome.ELABORATES:
            print(f"{statement.name}: {elaboration.outcome}: {elaboration.reason}")
            return 6 if elaboration.outcome is Outcome.OUT_OF_PROFILE else 3
        attempts = sample_proofs(sampler, Chunk([statement], 0, samples), seed, 0, "trial")
        proofs = list(dict.fromkeys(attempt.proof for attempt in attempts))
        with step(f"check {len(proofs)} distinct proofs of {samples} samples", len(proofs)) as shown:
            async for job, verdict in pool.stream(Job(statement, proof) for proof in proofs):
                shown.advance()
                if verdict.proved:
                    indented = job.proof.replace("\n", "\n  ")
                    print(f"{statement.text} := by\n  {indented}\n-- {verdict.outcome} ({verdict.profile})")
                    return 0
    print(f"{statement.name}: none of {len(proofs)} distinct proofs ({samples} samples) is one")
    return 1


async def conjecture_some(model: Path, count: int, seed: int, profile: str) -> int:
    """Prints conjectures, each with the seed and lemma it came from and the gate it reached.

    Where the run prompts with unsolved targets, our seed theorems are shown as such.
    """
    sampler, lemmas = _sampler(model), core_lemmas()
    theorems = {t.statement.id: t for t in seed_theorems()}
    names, rng = tuple(lemmas), np.random.default_rng(seed)
    if configuration(model / "config.yaml").get("config.seeds.prompts") == "unsolved":
        inputs = target_inputs(list(theorems), count, rng)
    else:
        proved = [ProvedStatement(i, t.proof, invoked(t.proof, names, lemmas)) for i, t in theorems.items()]
        inputs = conjecture_inputs(proved, lemmas, count, rng)
    prompts = [conjecture_prompt(stated(i.lemma, lemmas), theorems[i.statement].statement, i.proof) for i in inputs]
    completions = sampler.sample(prompts, 1, [derived_seed(seed, "trial", n) for n in range(len(prompts))])
    async with LeanPool(toolchain.of_profile(profile), 1) as pool:

        async def ask(question: str, statement: Statement, proof: str) -> Verdict:
            limit = 0 if question == "statement" else SCREEN_HEARTBEATS
            return await pool.check(Job(statement, None if question == "statement" else proof, limit))

        for given, completion in zip(inputs, completions, strict=True):
            signature = read_signature(completion.text)
            word = "unreadable"
            if signature:
                conjecture = gates.statement_of(signature, (given.statement,), given.lemma)
                word, _ = await gates.screen(conjecture, ask)
            print(f"[{word}] {signature or completion.text}")
            print(f"    from {theorems[given.statement].statement.name}, lemma {given.lemma or 'true'}")
    return 0
