"""A self-play run from its directory: set up, cold start, rounds, final evaluation; the same call resumes.

The loop is here, the rounds are in `training.stp`. What a run has done is read from its ledger alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from conjecture.library import Library, invoked, seed_theorems
from prover import model as models
from prover.sampler import ModelSampler, foresee, open_sampler
from prover.vllm import require
from training import checkpoint, coldstart, telling
from training.coldstart import ProvedTheorem
from training.config import SelfplayConfig
from training.examples import all_examples, round_examples
from training.fork import fork, inherited
from training.history import read_round
from training.judge import Judge
from training.ledger import FINAL, Ledger
from training.metrics import Metrics
from training.progress import step
from training.report import write_report
from training.settle import directory_of_ours, settle
from training.sft import SFTSettings, fine_tune
from training.stp import Round
from verify import toolchain
from verify.contamination import refuse_test_items
from verify.pool import LeanPool, Limits
from verify.records import Example, Job, Outcome, Statement, Verdict
from verify.statements import BadInput, Reading, read_statements

LIBRARY_HEARTBEATS = 8_000  # the same in every run, so that verdicts on the library are found again
# What decides the course of a run: a change of any of it needs a new run directory.
FREE_TO_CHANGE = {
    "run", "rounds", "workers", "verdict_cache", "vllm_python", "fork", "from_round", "final_evaluation",
}  # fmt: skip


def selfplay(config: SelfplayConfig, console: Console) -> Path:
    """Runs to the end and returns the report's path. Raises BadInput, LeanUnavailable, LedgerError.

    Ctrl-C or a kill loses at most the work in flight; call it again to go on.
    """
    lean = toolchain.of_profile(config.profile)
    require(config.sampler, config.vllm_python)
    reading = read_statements(
        str(toolchain.BUNDLED) if config.statements == "bundled" else config.statements,
        split=config.split,
        limit=config.limit,
    )
    library = coldstart.given_library(config.cold_start)
    texts = config.cold_start.reading_statements
    further = read_statements(str(texts)).statements if texts else []
    taught = [*reading.statements, *further, *(theorem.statement for theorem in library.theorems)]
    taught += inherited(config.fork) if config.fork else []
    refuse_test_items(taught, config.allow_benchmark_items)
    if checkpoint.newest(config.run) < 0 and config.fork is None:  # otherwise all that is needed has been loaded before
        foresee(config.model_name_or_path, config.model, config.sampling)
    with directory_of_ours(config.run):
        if config.fork is not None:
            fork(config)
        settle(config, SelfplayConfig(), FREE_TO_CHANGE)
        with Ledger(config.run / "ledger.sqlite") as ledger, Metrics(config.run / "metrics.jsonl") as metrics:
            run = SelfPlay(config, lean, reading, ledger, metrics, console, library, further)
            asyncio.run(run.play())
        report = write_report(config.run)
    console.print(f"report: {report}")
    return report


async def judge_library(console: Console) -> None:
    """Judges what every default run begins with: a trial of the installation whose verdicts are kept.

    Raises LeanUnavailable when Lean does not work.
    """
    lean, settings = toolchain.core(), SelfplayConfig().cold_start
    seeds = seed_theorems()
    jobs = [Job(s, None, LIBRARY_HEARTBEATS) for s in read_statements(str(toolchain.BUNDLED)).statements]
    jobs += [Job(t.statement, t.proof, LIBRARY_HEARTBEATS) for t in seeds]
    found = coldstart.searched(seeds, settings, SelfplayConfig().seed)
    jobs += [Job(t.statement, t.proof, settings.search_heartbeats) for t in found]
    cache = toolchain.verdict_cache(lean)
    new = [job for job in jobs if cache.get(job, job.heartbeats) is None]
    if not new:
        return
    async with LeanPool(lean, 2, cache=cache) as pool:
        with step("judge the library", len(new)) as shown:
            async for _ in pool.stream(new):
                shown.advance()
        proved = [(await pool.check(Job(t.statement, t.proof, LIBRARY_HEARTBEATS))).proved for t in seeds]
    console.print(f"library: {sum(proved)} of {len(seeds)} seed theorems proved")


class SelfPlay:
    """One run; `play` is the algorithm box of STP (section 3)."""

    def __init__(
        self,
        config: SelfplayConfig,
        lean: toolchain.Toolchain,
        reading: Reading,
        ledger: Ledger,
        metrics: Metrics,
        console: Console,
        library: Library,
        further: Sequence[Statement] = (),
    ) -> None:
        self.config, self.lean, self.reading, self.further = config, lean, reading, further
        self.ledger, self.metrics, self.console = ledger, metrics, console
        self.library, self.lemmas = library, library.lemmas
        self.judge: Judge

    async def play(self) -> None:
        last = self.config.rounds
        if self.ledger.finished(last + 1, f"prove:{FINAL}"):
            self.console.print(f"{self.config.run} is finished; raise --rounds to go on")
            return
        limits = Limits(
            heartbeats=self.config.heartbeats, nice=15
        )  # the model comes first: its threads wait for one another
        cache = toolchain.verdict_cache(self.lean) if self.config.verdict_cache else None
        async with LeanPool(self.lean, self.config.workers, limits, cache) as pool:
            self.judge = Judge(self.ledger, pool)
            targets = await self.read_targets()
            library = await self.prove_library()
            await asyncio.to_thread(self.cold_start, library, targets)  # while Lean starts
            if self.config.begins_at_base:
                self.base()  # is there, or is said to be missing now
            self.console.print(f"Lean {await pool.ready()}, profile {self.lean.profile}")
            for number in range(checkpoint.newest(self.config.run), last + 1):
                await self.round(number, targets, library)
                write_report(self.config.run)
            name = await asyncio.to_thread(self.final_model, last + 1, targets, library)
            if self.config.final_evaluation:
                await self.final_evaluation(last + 1, name, targets)

    async def read_targets(self) -> list[Statement]:
        """The given statements that elaborate in this profile; the others are counted and listed."""
        statements = self.reading.statements
        self.ledger.add_statements("given", 0, statements)
        self.ledger.note("not_read", json.dumps(self.reading.rejected))
        verdicts = await self._check("statements", "statement", [(s, "") for s in statements])
        inside = [s for s in statements if verdicts[s.id, ""].outcome is Outcome.ELABORATES]
        share = len(inside) / len(statements)
        self.console.print(f"{len(statements)} statements, {len(inside)} in profile {self.lean.profile} ({share:.0%})")
        outside = [(s, verdicts[s.id, ""]) for s in statements if verdicts[s.id, ""].outcome is not Outcome.ELABORATES]
        telling.not_played(self.console, self.config.run, outside, self.reading.rejected)
        if not inside:
            raise BadInput(f"no statement elaborates in profile {self.lean.profile}; see {self.config.run}")
        return inside

    async def prove_library(self) -> list[ProvedTheorem]:
        """The library's theorems and what search finds for them, judged by Lean (stage 1)."""
        settings, seeds = self.config.cold_start, self.library.theorems
        self.ledger.add_statements("seed", 0, [t.statement for t in seeds])
        verdicts = await self._check("library", "proof", [(t.statement, t.proof) for t in seeds])
        judged = [(t, verdicts[t.statement.id, t.proof]) for t in seeds]
        telling.not_learnt(self.console, self.config.run, judged, self.library.rejected)
        inside = [t for t in seeds if verdicts[t.statement.id, t.proof].outcome is not Outcome.OUT_OF_PROFILE]
        found, limit = coldstart.searched(inside, settings, self.config.seed), settings.search_heartbeats
        verdicts |= await self._check("search", "proof", [(t.statement, t.proof) for t in found], limit)
        proved = {}
        for theorem in [*seeds, *found]:
            verdict = verdicts[theorem.statement.id, theorem.proof]
            if verdict.proved:
                used = invoked(theorem.proof, verdict.lemmas, self.lemmas, theorem.premises)
                proved[theorem.statement.id, theorem.proof] = ProvedTheorem(theorem.statement, theorem.proof, used)
        if not proved:
            raise BadInput(f"no theorem of the library is proved in profile {self.lean.profile}; see {self.config.run}")
        distinct = len({statement for statement, _ in proved})
        self.console.print(f"library: {len(proved)} proofs of {distinct} theorems")
        return list(proved.values())

    def cold_start(self, library: Sequence[ProvedTheorem], targets: Sequence[Statement]) -> None:
        """The first model: SFT in both roles on the library (a model from nothing also learns to read)."""
        settings = self.config.cold_start
        if checkpoint.newest(self.config.run) >= 0:
            return
        examples = [
            *coldstart.prover_examples(library, settings.renamings, settings.weighted),
            *coldstart.conjecturer_examples(library, self.lemmas, settings, self.config.seeds.prompts),
        ]
        if self.config.model_name_or_path:
            model, tokenizer = models.load(self.config.model_name_or_path)
        else:
            lessons = coldstart.reading_examples(examples, targets, settings.renamings, self.further)
            tokenizer = models.build_tokenizer([e.prompt + e.target for e in lessons], self.config.model)
            model = models.build_model(self.config.model, tokenizer, self.config.seed)
            self._fit("cold start: read", model, tokenizer, lessons, settings.reading, 0)
            checkpoint.save(self.config.run, checkpoint.BASE, model, tokenizer)
        self._train(0, model, tokenizer, examples, settings.sft, "cold start")

    async def round(self, number: int, targets: Sequence[Statement], library: Sequence[ProvedTheorem]) -> None:
        """Round 0 only proves (its model is the cold start's); from then on conjectures are played too."""
        if checkpoint.whole(self.config.run, number + 1):
            return
        began = time.monotonic()
        pool, undecided = self.judge.pool, self.judge.undecided
        checks, busy, restarts = pool.checks, pool.busy_seconds, pool.restarts
        with self.sampler(number) as sampler:
            play = Round(number, self.config, self.judge, sampler, targets, self.lemmas)
            await play.prove()
        proved_at = time.monotonic()
        if play.conjecturing:
            models.to_accelerator(sampler.model)  # for the embeddings; vLLM has left the GPU
            play.select()
        selected_at = time.monotonic()
        result = self.learn(play, sampler.model, sampler.tokenizer, library)
        now = time.monotonic()
        verifying = pool.busy_seconds - busy
        self._log(play, {
            "time/sample": play.clock.sample, "time/wait": play.clock.wait, "time/verify": verifying,
            "time/select": selected_at - proved_at, "time/train": now - selected_at, "time/round": now - began,
            "sample/tokens": play.clock.tokens,
            "sample/tokens_per_second": play.clock.tokens / max(play.clock.sample, 1e-9),
            "verify/checks_per_second": (pool.checks - checks) / max(verifying, 1e-9),
            "verify/restarts": pool.restarts - restarts, "verify/undecided": self.judge.undecided - undecided,
            **{f"train/{key}": value for key, value in result.items() if key in ("loss", "tokens")},
            "train/examples": result["rows"],
        })  # fmt: skip

    def sampler(self, which: int | str) -> ModelSampler:
        """Of the checkpoint's weights; to be closed before training."""
        directory, config = checkpoint.directory(self.config.run, which), self.config
        _threads(beside=config.workers)
        model = models.load(directory)
        return open_sampler(config.sampler, *model, config.sampling, directory, config.vllm_python)

    def learn(self, play: Round, model, tokenizer, library: Sequence[ProvedTheorem]) -> dict[str, float]:
        """Writes the model with which the next round begins.

        STP goes on from this round's weights, and now and then (or always, with `begin_at_base`) from the base; expert
        iteration always begins at the base; parallel sampling learns nothing.
        """
        run, number, recipe = self.config.run, play.number, self.config.recipe
        if recipe == "parallel-sampling":
            checkpoint.link(checkpoint.directory(run, number), run, number + 1)
            return {"rows": 0}
        if recipe == "stp" and not self.config.from_base(number + 1):
            return self._train(
                number + 1, model, tokenizer, round_examples(play, library), self.config.sft, f"round {number}"
            )
        settings = self.config.retraining.sft if recipe == "stp" else self.config.sft
        return self._train(
            number + 1,
            *models.load(self.base()),
            all_examples(play, library),
            settings,
            f"round {number}, from the base",
        )

    def base(self) -> str | Path:
        """The model from before the cold start's SFT, for `models.load`. Raises BadInput when the run has none."""
        if self.config.model_name_or_path:
            return self.config.model_name_or_path
        if not checkpoint.whole(self.config.run, checkpoint.BASE):
            raise BadInput(f"{self.config.run} has no checkpoints/{checkpoint.BASE} to begin from; start another --run")
        return checkpoint.directory(self.config.run, checkpoint.BASE)

    def final_model(self, number: int, targets: Sequence[Statement], library: Sequence[ProvedTheorem]) -> int | str:
        """The checkpoint of the model after the last round, re-trained from the base where the recipe wants it."""
        retrained = self.config.final_retraining and self.config.recipe == "stp"
        name = checkpoint.final(number) if retrained else number
        if retrained and self.config.from_base(number):  # of the same rows, settings and seed
            checkpoint.link(checkpoint.directory(self.config.run, number), self.config.run, name)
        if not checkpoint.whole(self.config.run, name):
            play = Round(number - 1, self.config, self.judge, None, targets, self.lemmas)
            examples, settings = all_examples(play, library), self.config.retraining.sft
            self._train(name, *models.load(self.base()), examples, settings, "final model, from the base", number)
        return name

    async def final_evaluation(self, number: int, name: int | str, targets: Sequence[Statement]) -> None:
        """K samples of the last model for every statement: what it can do alone, as the cold start did in round 0."""
        with self.sampler(name) as sampler:
            began = time.monotonic()
            play = Round(number, self.config, self.judge, sampler, targets, self.lemmas)
            await play.prove(FINAL)
        ids = {s.id for s in targets}  # a fork may have left some of the old run's statements out
        k = play.samples(FINAL)
        first = ids & {t.statement for t in self.ledger.tallies(0, "prover", "given", k) if t.correct}
        last = ids & {t.statement for t in self.ledger.tallies(number, FINAL, "given") if t.correct}
        ever = ids & self.ledger.solved("given").keys()
        self.metrics.log({
            "round": number, "solve/statements": len(targets), "solve/round": len(last),
            "solve/cumulative": len(ever), "time/sample": play.clock.sample, "time/wait": play.clock.wait,
            "time/round": time.monotonic() - began,
        })  # fmt: skip
        self.console.print(
            f"of {len(targets)} statements, {k} samples each: cold start solves {telling.share(len(first), len(targets))}, "
            f"final model {telling.share(len(last), len(targets))}; solved in the whole run: {len(ever)}",
            highlight=False,
        )

    async def _check(
        self, name: str, question: str, pairs: Sequence[tuple[Statement, str]], heartbeats: int = LIBRARY_HEARTBEATS
    ) -> dict[tuple[str, str], Verdict]:
        with step(name, len(pairs)) as shown:
            return await self.judge.ask_all(question, pairs, heartbeats, shown.advance)

    def _train(
        self,
        which: int | str,
        model,
        tokenizer,
        examples: Sequence[Example],
        settings: SFTSettings,
        name: str,
        number: int | None = None,
    ) -> dict[str, float]:
        """Trains and writes a checkpoint: by its number the one with which that round begins."""
        result = self._fit(name, model, tokenizer, examples, settings, which if number is None else number)
        checkpoint.save(self.config.run, which, model, tokenizer, **result)
        return result

    def _fit(
        self, name: str, model, tokenizer, examples: Sequence[Example], settings: SFTSettings, number: int
    ) -> dict[str, float]:
        _threads(beside=0)
        with step(f"{name}: train on {len(examples)} rows", 1) as shown:
            seed = self.config.seed * 1_000 + number
            return fine_tune(model, tokenizer, examples, settings, seed, lambda at, total, _: shown.at(at, total))

    def _log(self, play: Round, times: dict[str, float]) -> None:
        done = read_round(self.ledger, play.number, "prover", times)
        saved = self.ledger.finished(play.number, "prove:prover").get("saved", 0)
        proved = self.ledger.solved("given", "prover")
        solved = sum(proved.get(s.id, play.number + 1) <= play.number for s in play.statements)
        self.metrics.log({
            "round": play.number, **times, "solve/statements": len(play.statements),
            "solve/round": len(done.solved), "solve/cumulative": solved,
            "conjecture/proposed": sum(done.gates.values()), "conjecture/passed": done.passed,
            "conjecture/proved": done.proved, "conjecture/selected": done.selected,
            "attempt/total": len(done.attempts), "attempt/distinct": done.distinct, "attempt/saved": saved,
            **{f"outcome/{name}": count for name, count in done.outcomes.items()},
            **{f"gate/{name}": count for name, count in done.gates.items()},
        })  # fmt: skip
        telling.round_played(self.console, self.ledger, play, done, solved, saved)


def _threads(beside: int) -> None:
    """Torch beside so many busy Lean processes: threads that wait for a core cost more than they bring."""
    import torch

    torch.set_num_threads(max((os.cpu_count() or 1) - beside, 1))
