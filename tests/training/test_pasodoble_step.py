"""What a step of PasoDoble does, arm by arm: players with written lines, the real ledger and math-verify.

The players say what is written below, and what they are taught is looked at; everything between is the real thing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

import pytest

from conjecture.dualplay import coin
from conjecture.knowledge import KnowledgeBase, Piece
from conjecture.question_buffer import BufferSettings
from prover.dialogue import Small
from prover.model import ModelConfig, build_model, build_tokenizer
from prover.sampler import Completion
from training import players
from training.judge import AnswerJudge
from training.ledger import Ledger, LedgerError
from training.pasodoble import Memory, PasoDoble, Player
from training.pasodoble_config import OfflineSettings, PasoDobleConfig
from training.policy_gradient import PolicyGradientSettings
from training.rollouts import Rollout
from verify.maths import AnswerJob, MathVerifier
from verify.records import Verdict

KNOWLEDGE = KnowledgeBase((Piece("k", "Add the tens first."),))
CONFIG = PasoDobleConfig(pieces_per_step=1, proposals_per_piece=5, answers_per_question=4)

# question: (what the proposer works out, what the solver answers; None: no box)
LINES: dict[str, tuple[str | None, Sequence[str | None]]] = {
    "12+30": ("43", ["42", "43", "42", "41"]),  # the proposer is wrong, the most frequent answer right
    "50+6": ("56", ["57", "57", "56", None]),  # the proposer is right, the most frequent answer wrong
    "20+7": ("28", ["28", "28", "28", "27"]),  # both are wrong, and agree
    "3+4": ("7", ["7", "7", "7", "7"]),  # nothing to learn
    "31+8": (None, ["39", "38", "39", "37"]),  # the proposer has no box
}
PUBLISHED = {"12+30": 0.25, "50+6": 0.25, "20+7": 0.75, "3+4": 1.0, "31+8": 0.0}
"""Pass rates by the proposer's labels; the last question is not asked."""


@dataclass
class Written:
    """A sampler that says its lines: `lines` gives the texts for a prompt. What it says is its ids, byte by byte."""

    tokenizer: Any
    lines: Any
    room: int = 100
    prompts: list[str] = field(default_factory=list)

    def sample(self, prompts: Sequence[str], n: int, seeds: Sequence[int]) -> list[Completion]:
        self.prompts += prompts
        said = [
            (index, sample, text) for index, p in enumerate(prompts) for sample, text in enumerate(self.lines(p)[:n])
        ]
        return [Completion(index, sample, text, tuple(text.encode()), -1.0, True) for index, sample, text in said]


@dataclass
class Taught:
    """A learner that keeps its lessons."""

    settings: PolicyGradientSettings = field(default_factory=lambda: PolicyGradientSettings(scale_rewards="none"))
    lessons: list[Sequence[Rollout]] = field(default_factory=list)

    def update(self, rollouts: Sequence[Rollout]) -> dict[str, float]:
        self.lessons.append(rollouts)
        return {"rollouts": len(rollouts)}


@dataclass
class Heard:
    """The real verifier; what it is asked is kept."""

    verifier: MathVerifier
    jobs: list[AnswerJob] = field(default_factory=list)

    async def check(self, job: AnswerJob) -> Verdict:
        self.jobs.append(job)
        return await self.verifier.check(job)


class Table:
    """A run of steps between two such players."""

    def __init__(
        self, run: asyncio.Runner, verifier: MathVerifier, ledger: Ledger, config: PasoDobleConfig, lines
    ) -> None:
        self.run, self.ledger, self.lines = run, ledger, lines
        tokenizer = build_tokenizer([*lines, "<conjecture>x<hard>"], ModelConfig(vocab_size=300))
        self.heard = Heard(verifier)
        self.proposer = Player("proposer", Small(), Written(tokenizer, lambda prompt: self.proposals()), Taught())
        self.solver = Player("solver", Small(), Written(tokenizer, self.answers), Taught())
        judge = AnswerJudge(ledger, self.heard)
        self.recipe = PasoDoble(config, judge, KNOWLEDGE, self.proposer, self.solver, Memory())

    def proposals(self) -> list[str]:
        return [f"{question}<by>{boxed(answer)}" for question, (answer, _) in self.lines.items()]

    def answers(self, prompt: str) -> list[str]:
        return [boxed(answer) for answer in self.lines[prompt.removeprefix("<prove>").removesuffix("<by>")][1]]

    def step(self, number: int = 0) -> dict[str, Any]:
        return self.run.run(self.recipe.step(number))

    @property
    def questions(self) -> dict[str, Any]:
        """The recorded questions by their text."""
        return dict(zip(self.lines, self.ledger.questions(), strict=True))

    def labels(self) -> dict[str, str | None]:
        return {text: one.label for text, one in self.questions.items()}

    def pass_rates(self) -> dict[str, float | None]:
        return {text: one.pass_rate for text, one in self.questions.items()}

    def trained(self) -> set[str]:
        return {text for text, one in self.questions.items() if one.trains_solver}

    def asked(self) -> list[str]:
        """The questions that the solver was asked."""
        return [prompt.removeprefix("<prove>").removesuffix("<by>") for prompt in self.solver.sampler.prompts]

    def taught_solver(self) -> dict[str, list[tuple[str, float]]]:
        """By question the answers of the last lesson, with their advantages."""
        prompts = {tuple(self.solver.prompt_ids([f"<prove>{text}<by>"])[0]): text for text in self.lines}
        lesson: dict[str, list[tuple[str, float]]] = {}
        for one in self.solver.learner.lessons[-1]:
            said = bytes(one.completion_ids).decode()
            lesson.setdefault(prompts[tuple(one.prompt_ids)], []).append((said, one.advantage))
        return lesson


def boxed(answer: str | None) -> str:
    return "so it is" if answer is None else rf"so \boxed{{{answer}}}"


@pytest.fixture(scope="module")
def verifier():
    with asyncio.Runner() as runner:
        real = MathVerifier(workers=1)
        runner.run(real.__aenter__())
        yield runner, real
        runner.run(real.__aexit__(None, None, None))


@pytest.fixture
def table(verifier, tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:

        def laid(arm: str = "published", lines=LINES, **changes) -> Table:
            return Table(*verifier, ledger, replace(CONFIG, arm=arm, **changes), lines)

        yield laid


# Whose label, and who is asked


def test_as_published_the_proposers_answer_is_the_label_and_a_question_without_one_is_not_asked(table):
    one = table()
    one.step()
    assert one.labels() == {"12+30": "43", "50+6": "56", "20+7": "28", "3+4": "7", "31+8": None}
    assert one.pass_rates() == PUBLISHED
    assert one.questions["31+8"].hack == "no answer"
    assert one.asked() == ["12+30", "50+6", "20+7", "3+4"]


def test_true_labels_are_the_computed_ones_and_a_question_needs_no_answer(table):
    one = table("true-label")
    one.step()
    assert one.labels() == {"12+30": "42", "50+6": "56", "20+7": "27", "3+4": "7", "31+8": "39"}
    assert one.pass_rates() == {"12+30": 0.5, "50+6": 0.25, "20+7": 0.25, "3+4": 1.0, "31+8": 0.5}
    assert all(not row.hack for row in one.questions.values())
    assert one.questions["31+8"].answer is None  # the proposer's own stays on record


def test_majority_labels_are_the_most_frequent_answers(table):
    one = table("majority-label")
    one.step()
    assert one.labels() == {"12+30": "42", "50+6": "57", "20+7": "28", "3+4": "7", "31+8": "39"}
    assert one.pass_rates() == {"12+30": 0.5, "50+6": 0.5, "20+7": 0.75, "3+4": 1.0, "31+8": 0.5}
    assert one.questions["31+8"].reward == pytest.approx(0.5 - 1 / 5)  # readable, whatever its own answer


def test_shuffled_labels_are_those_of_other_questions(table):
    one = table("shuffled-labels")
    one.step()
    own = [answer for answer, _ in LINES.values()]
    moved = [*one.labels().values()]
    assert sorted(moved, key=str) == sorted(own, key=str)
    assert all(label != answer for label, answer in zip(moved, own, strict=True))
    assert one.asked() == [*LINES]
    for text, label in one.labels().items():
        assert one.pass_rates()[text] == fmean(answer is not None and answer == label for answer in LINES[text][1])


LEAKS = {
    "1234+0": ("99", ["1234", "1234", "7", "8"]),  # truth and majority stand in the question, the proposer's does not
    "2000+46": ("2000", ["2046", "2046", "2047", "3"]),  # only the proposer's answer stands in it
}


@pytest.mark.parametrize(
    ("arm", "words"),
    [
        ("published", {"1234+0": "", "2000+46": "answer in the question"}),
        ("true-label", {"1234+0": "answer in the question", "2000+46": ""}),
        ("majority-label", {"1234+0": "answer in the question", "2000+46": ""}),
    ],
)
def test_what_must_not_stand_in_the_question_is_its_label(table, arm, words):
    one = table(arm, LEAKS, proposals_per_piece=2)
    one.step()
    assert {text: row.hack for text, row in one.questions.items()} == words
    for text, word in words.items():
        assert (one.pass_rates()[text] == 0.0) is (bool(word) or arm == "published")
        assert (text in one.trained()) is (not word and arm != "published")
        assert (text in one.asked()) is (not word or arm != "published")


@pytest.mark.parametrize(
    ("arm", "text", "answers"),
    [("true-label", "apples?", ["7", "7", "8", "8"]), ("majority-label", "12+30", [None] * 4)],
)
def test_a_question_without_a_label_is_no_hack_and_nothing_is_right(table, arm, text, answers):
    one = table(arm, {text: ("42", answers)}, proposals_per_piece=1)
    one.step()
    row = one.questions[text]
    assert (row.label, row.hack, row.pass_rate, row.trains_solver) == (None, "", 0.0, False)


def test_the_label_comes_first_and_the_answer_second(table):
    """math-verify accepts the interval for the inequality, and not the other way round."""
    inequality, interval = r"0 \le x < 1", "[0,1)"
    lines = {
        "where is x?": (inequality, [interval, interval, "[0,2)", "[0,3)"]),
        "and where y?": (interval, [inequality, interval, "[0,2)", "[0,3)"]),
    }
    one = table(lines=lines, proposals_per_piece=2)
    one.step()
    assert one.pass_rates() == {"where is x?": 0.5, "and where y?": 0.25}
    assert {(job.reference, job.answer) for job in one.heard.jobs} >= {(inequality, interval), (interval, inequality)}
    assert {job.reference for job in one.heard.jobs} == {inequality, interval}


# Who learns what


def test_the_solver_learns_from_right_and_wrong_answers_to_questions_of_the_band(table):
    one = table()
    row = one.step()
    assert row["step/skipped"] is False
    assert one.trained() == {"12+30", "50+6", "20+7"} == {*one.taught_solver()}
    assert one.taught_solver()["12+30"] == [
        (r"so \boxed{42}", -0.25), (r"so \boxed{43}", 0.75), (r"so \boxed{42}", -0.25), (r"so \boxed{41}", -0.25)
    ]  # fmt: skip
    assert (r"so \boxed{56}", 0.75) in one.taught_solver()["50+6"]
    assert row["solver/rollouts"] == 12 and row["proposer/rollouts"] == 5


def test_without_the_filter_it_learns_from_every_question_that_is_no_hack(table):
    one = table("no-filter")
    one.step()
    assert {*one.taught_solver()} == {"12+30", "50+6", "20+7", "3+4"}
    assert [advantage for _, advantage in one.taught_solver()["3+4"]] == [0.0] * 4


def test_the_proposer_learns_its_rewards_against_their_mean(table):
    one = table()
    one.step()
    [lesson] = one.proposer.learner.lessons
    rewards = [row.reward for row in one.questions.values()]
    assert [taught.advantage for taught in lesson] == pytest.approx([reward - fmean(rewards) for reward in rewards])
    assert [bytes(taught.completion_ids).decode() for taught in lesson] == one.proposals()
    assert {taught.prompt_ids for taught in lesson} == {*one.proposer.prompt_ids(one.proposer.sampler.prompts)}


@pytest.mark.parametrize("role", ["proposer", "solver"])
def test_advantages_are_scaled_as_its_own_learner_is_set(table, role):
    one = table()
    player = getattr(one, role)
    player.learner.settings = PolicyGradientSettings(scale_rewards="group")
    one.step()
    if role == "solver":
        assert [a for _, a in one.taught_solver()["12+30"]] == pytest.approx([-0.5, 1.5, -0.5, -0.5], abs=1e-3)
    else:
        squares = [taught.advantage**2 for taught in player.learner.lessons[-1]]
        assert sum(squares) == pytest.approx(len(squares) - 1, abs=1e-2)  # a standard deviation of 1


@pytest.mark.parametrize("paradigm", ["online", "offline"])
def test_a_frozen_proposer_is_not_trained(table, paradigm):
    one = table("frozen-proposer", paradigm=paradigm)
    row = one.step()
    assert one.pass_rates() == PUBLISHED
    assert one.proposer.learner.lessons == [] and "proposer/rollouts" not in row
    assert len(one.solver.learner.lessons) == (paradigm == "online")


def test_without_knowledge_the_proposer_is_shown_none(table):
    one = table("no-knowledge")
    one.step()
    assert one.proposer.sampler.prompts == ["<conjecture><hard>"]
    assert {row.knowledge for row in one.questions.values()} == {""}


def test_with_knowledge_it_is_shown_the_piece_of_the_step(table):
    one = table()
    one.step()
    assert one.proposer.sampler.prompts == ["<conjecture>Add the tens first.<hard>"]
    assert {row.knowledge for row in one.questions.values()} == {"k"}


def test_without_diversity_the_reward_is_that_of_the_pass_rate_alone(table):
    one = table("no-diversity")
    one.step()
    assert [row.reward for row in one.questions.values()] == pytest.approx([0.85, 0.85, 0.35, 0.1, 0.0])


@pytest.mark.parametrize(("arm", "without_box"), [("fully-random", 1), ("partially-random", 0)])
def test_random_rewards_are_coins_and_no_verdicts(table, arm, without_box):
    one = table(arm)
    one.step()
    for index, text in enumerate([*LINES][:4]):
        coins = [
            coin(CONFIG.seed, 0, index, sample) * (1 if answer else without_box)
            for sample, answer in enumerate(LINES[text][1])
        ]
        assert one.pass_rates()[text] == fmean(coins)
    labels = {("42", "43"), ("56", "56"), ("27", "28"), ("7", "7")}
    assert {
        (job.reference, job.answer) for job in one.heard.jobs
    } == labels  # whether they are true; no answer is judged


# When nobody learns


def test_a_step_with_nothing_for_the_solver_is_skipped(table):
    one = table(lines={"3+4": LINES["3+4"], "12+30": ("99", ["1", "2", "3", "4"])}, proposals_per_piece=2)
    row = one.step()
    assert one.pass_rates() == {"3+4": 1.0, "12+30": 0.0}
    assert row["step/skipped"] is True
    assert one.proposer.learner.lessons == one.solver.learner.lessons == []


# The offline paradigm

TURNS = OfflineSettings(proposer_steps=1, solver_steps=1, questions_per_step=6)


@pytest.mark.parametrize(
    ("arm", "labels"),
    [
        ("published", {"12+30": "43", "50+6": "56", "20+7": "28"}),
        ("true-label", {"12+30": "42", "50+6": "56", "20+7": "27", "31+8": "39"}),
        ("majority-label", {"12+30": "42", "50+6": "57", "20+7": "28", "31+8": "39"}),
    ],
)
def test_a_buffered_question_keeps_the_label_it_was_scored_with(table, arm, labels):
    one = table(arm, paradigm="offline", offline=TURNS)
    one.step(0)
    assert {kept.question: kept.answer for kept in one.recipe.memory.buffer.kept} == labels
    assert one.solver.learner.lessons == [] and len(one.proposer.learner.lessons) == 1
    rates = one.pass_rates()
    one.step(1)
    assert len(one.proposer.learner.lessons) == 1
    right = {
        text: {said for said, advantage in lesson if advantage > 0} for text, lesson in one.taught_solver().items()
    }
    assert right == {text: {boxed(label)} for text, label in labels.items()}
    kept = {one.question: one.pass_rate for one in one.recipe.memory.buffer.kept}
    assert kept == {text: rates[text] for text in labels}  # the same answers have the same rates


def test_the_solvers_step_takes_the_label_of_the_buffer_and_no_new_vote(table):
    one = table("majority-label", {"12+30": ("43", ["42", "42", "42", "41"])}, paradigm="offline", offline=TURNS)
    one.step(0)
    one.lines = {"12+30": ("43", ["41", "41", "41", "42"])}
    one.step(1)
    assert {said for said, advantage in one.taught_solver()["12+30"] if advantage > 0} == {boxed("42")}


@pytest.mark.parametrize(("evict", "kept"), [(True, ["50+6", "20+7"]), (False, ["12+30", "50+6", "20+7"])])
def test_the_buffer_is_bounded_unless_nothing_ever_leaves(table, evict, kept):
    one = table(paradigm="offline", offline=replace(TURNS, buffer=BufferSettings(evict=evict), buffer_size=2))
    one.step()
    assert [entry.question for entry in one.recipe.memory.buffer.kept] == kept


# Resuming


def test_a_step_played_again_samples_nothing_and_comes_to_the_same(table):
    first = table("true-label")
    row = first.step()
    again = table("true-label")
    repeated = again.step()
    assert again.proposer.sampler.prompts == again.solver.sampler.prompts == []
    assert {**row, "time/round": 0} == {**repeated, "time/round": 0}
    assert again.taught_solver() == first.taught_solver()


def test_completions_to_other_questions_than_are_asked_now_are_not_taken_for_theirs(table):
    table("published").step()
    with pytest.raises(LedgerError, match="step 0 was recorded by a version that asked other questions"):
        table("true-label").step()


# The players' own settings


@pytest.mark.parametrize("role", players.ROLES)
def test_a_learner_works_at_the_temperature_and_length_of_its_sampling(role):
    config = PasoDobleConfig(model=ModelConfig(300, 32, 1, 2, 64, 160))
    tokenizer = build_tokenizer(LINES, config.model)
    sampling = getattr(config, f"{role}_sampling")
    player = players.seat(config, role, build_model(config.model, tokenizer, 0), tokenizer)
    assert sampling.temperature == {"proposer": 1.0, "solver": 0.6}[role]
    assert player.sampler.settings == sampling
    assert player.learner.settings.temperature == sampling.temperature
    assert player.learner.settings.max_completion_length == sampling.max_new_tokens
    assert player.learner.settings.scale_rewards == getattr(config, f"{role}_learner").scale_rewards
