"""A dual-play run from its directory: cold start, steps, probes, checkpoints; the same call resumes.

The loop is here, the steps are in `training.pasodoble`. `checkpoints/round-0040/` holds both players as Hugging Face
directories with their learners, and in `state.json` what else step 40 begins with; `round-0000` are the cold start's.
A step that was recorded but not saved is played again, from its recorded completions and verdicts.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

from rich.console import Console

from conjecture import lessons
from conjecture.knowledge import KnowledgeBase
from conjecture.question_buffer import Kept, QuestionBuffer
from prover.sampler import foresee
from training import checkpoint, metrics, players
from training.dualplay_report import write_report
from training.judge import AnswerJudge
from training.ledger import Ledger
from training.meters import alarms_by_step, readings
from training.metrics import Metrics
from training.pasodoble import Memory, PasoDoble
from training.pasodoble_config import RECIPE, PasoDobleConfig
from training.probe import PROBE, Probe
from training.progress import step
from training.settle import directory_of_ours, settle
from verify.maths import MathVerifier
from verify.statements import BadInput

FREE_TO_CHANGE = {"run", "max_steps", "workers", "save_steps", "save_total_limit", "proposer_device", "solver_device"}


def dualplay(config: PasoDobleConfig, console: Console) -> Path:
    """Runs to the end and returns the report's path. Raises BadInput, LedgerError.

    Ctrl-C or a kill loses at most the work in flight; call it again to go on.
    """
    if config.layout == "chat" and not (config.proposer and config.solver):
        raise BadInput("--layout chat wants models with chat templates: name --proposer and --solver")
    knowledge = knowledge_of(config)
    if checkpoint.newest(config.run) < 0:
        for role in players.ROLES:
            foresee(getattr(config, role), config.model, getattr(config, f"{role}_sampling"))
    with directory_of_ours(config.run):
        settle(config, PasoDobleConfig(), FREE_TO_CHANGE)
        with Ledger(config.run / "ledger.sqlite") as ledger, Metrics(config.run / "metrics.jsonl") as metrics:
            ledger.note("recipe", RECIPE)
            asyncio.run(DualPlay(config, knowledge, ledger, metrics, console).play())
        report = write_report(config.run)
    console.print(f"report: {report}")
    return report


def knowledge_of(config: PasoDobleConfig) -> KnowledgeBase:
    """What the proposer is shown: of the bundled lessons those of the topics that the cold start teaches."""
    found, topics = KnowledgeBase.open(config.knowledge), config.cold_start.lessons.topics
    if config.knowledge.source != "bundled" or not topics:
        return found
    texts = {lesson.text for lesson in lessons.LESSONS if lesson.topic in topics}
    return KnowledgeBase(tuple(piece for piece in found.pieces if piece.text in texts))


class DualPlay:
    """One run."""

    def __init__(
        self, config: PasoDobleConfig, knowledge: KnowledgeBase, ledger: Ledger, metrics: Metrics, console: Console
    ) -> None:
        self.config, self.knowledge, self.ledger = config, knowledge, ledger
        self.metrics, self.console = metrics, console

    async def play(self) -> None:
        config, last = self.config, self.config.max_steps
        if checkpoint.newest(config.run) >= last and self.ledger.finished(last, PROBE):
            self.console.print(f"{config.run} is finished; raise --max-steps to go on")
            return
        async with MathVerifier(config.workers) as verifier:
            self.judge = AnswerJudge(self.ledger, verifier)
            recipe = self.begin()
            each = -(-config.probes // len(lessons.LEVELS))
            probe = Probe(lessons.probe(each, config.cold_start.lessons.topics), self.judge)
            first = checkpoint.newest(config.run)
            with step("steps", last) as shown:
                for number in range(first, last + 1):
                    probed: dict[str, Any] = {}
                    if number % config.eval_steps == 0 or number == last:
                        probed = await probe.ask(number, recipe.proposer, recipe.solver)
                        self._tell(number, probed)
                    if number == last:
                        self.metrics.log({"round": number, **probed})
                        break
                    row = await recipe.step(number)
                    self.metrics.log({**row, **probed, "verify/undecided": self.judge.undecided,
                                      "verify/asked": self.judge.asked})  # fmt: skip
                    shown.at(number + 1)
                    if (number + 1) % config.save_steps == 0 or number + 1 == last:
                        self.save(number + 1, recipe)
                        write_report(config.run)

    def begin(self) -> PasoDoble:
        """The players and the memory with which the next step begins."""
        config, newest = self.config, checkpoint.newest(self.config.run)
        if newest < 0:
            self.cold_start()
            newest = 0
        proposer, solver = (players.restored(config, role, newest) for role in players.ROLES)
        state, earlier = checkpoint.state(config.run, newest), self.ledger.questions(before=newest)
        memory = Memory(
            buffer=QuestionBuffer(tuple(Kept(*one) for one in state["buffer"]), state["cursor"]),
            seen={q.statement for q in earlier if q.statement},
            asked=sum(q.statement is not None for q in earlier),
        )
        recipe = PasoDoble(config, self.judge, self.knowledge, proposer, solver, memory)
        recipe.remember(state["history"])
        return recipe

    def cold_start(self) -> None:
        """The checkpoint with which step 0 begins. Its models have gone when the players take their places."""
        config = self.config
        for role in players.ROLES:
            players.begin(config, role)
        players.save(
            config, 0, (players.begun(config, role) for role in players.ROLES), history=[], buffer=[], cursor=0
        )
        for name in (checkpoint.BASE, *map(players.cold_start_name, players.ROLES)):
            shutil.rmtree(checkpoint.directory(config.run, name), ignore_errors=True)

    def save(self, number: int, recipe: PasoDoble) -> None:
        memory = recipe.memory
        players.save(
            self.config, number, (recipe.proposer, recipe.solver), history=[one.text for one in memory.history],
            buffer=memory.buffer.kept, cursor=memory.buffer.cursor,
        )  # fmt: skip

    def _tell(self, number: int, probed: dict[str, Any]) -> None:
        said = f"step {number}: the solver answers {probed['probe/held_out']:.1%} of the probe set"
        if "probe/labels" in probed:
            said += f", the proposer {probed['probe/labels']:.1%}"
        found = readings(metrics.read(self.config.run / "metrics.jsonl"), self.ledger.phases_named(PROBE))
        now = next(reading for reading in found if reading.step == number)
        if now.pass_rate is not None:
            said += f"; the pair's own pass rate is {now.pass_rate:.1%}"
        self.console.print(said, highlight=False)
        for sentence in dict(alarms_by_step(found)).get(number, []):
            self.console.print(f"  alarm: {sentence}", highlight=False, style="red")
