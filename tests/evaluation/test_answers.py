"""Questions in words: worked figures, votes by mathematics, the same bytes after any kill, wrong answers found again."""

from __future__ import annotations

import asyncio
import copy
import json
import random
from dataclasses import dataclass, field, replace

import pytest
from rich.console import Console

from evaluation import questions
from evaluation.answers import CompletionJudge, Undecided, judged_by, play, voted
from evaluation.answers_page import write_page
from evaluation.answers_recheck import checked, contradictions
from evaluation.compare import compare
from evaluation.config import EvaluationConfig
from evaluation.evaluate import settle
from evaluation.results import informal, read_cost, write_json
from evaluation.scores import answers_cost, collect, scores
from evaluation.solvers import CUT_OFF, Solver
from evaluation.tables import print_answers, print_recheck
from prover.dialogue import Small
from prover.sampler import Completion
from tests.evaluation.conftest import Killed
from tests.training.test_report import check, tiles
from training.ledger import Ledger
from verify.maths import AnswerJob, MathVerifier
from verify.records import Outcome
from verify.statements import BadInput

ROWS = [
    {"id": "half", "question": "What is 1 / 2?", "answer": "#### 1/2"},
    {"id": "sum", "question": "What is 1 + 1?", "answer": "one and one\n#### 2"},
    {"id": "algebra.hard", "question": "What is <b> 7 * 13?", "answer": "#### 91"},
    {"id": "odd", "question": "Why?", "answer": "#### 5 7"},
    {"id": "sum again", "question": "What is  1 + 1?", "answer": "#### 3"},
]
SAID = {  # the boxes of six samples, None for none
    "What is 1 / 2?": [r"\frac{1}{2}", "0.5", "2", "2", "2", "1/2"],
    "What is 1 + 1?": ["3", "2", None, "2", "((", "2.0"],
    "What is <b> 7 * 13?": ["90", "((", None, "81", "90", "92"],
}


@dataclass
class Table:
    """A sampler whose samples are known; dies at its `dies_at`-th call. Box 5 of a question was cut off."""

    dies_at: int = -1
    calls: int = 0

    def sample(self, prompts, n, seeds, first=0):
        if self.calls == self.dies_at:
            raise Killed
        self.calls += 1
        by_prompt = {Small().solver_prompt(question): said for question, said in SAID.items()}
        return [
            Completion(i, s, self.text(by_prompt[prompt][s], s), (1, 2, 3), -1.0, s != 2)
            for i, prompt in enumerate(prompts)
            for s in range(first, first + n)
        ]

    def text(self, box, sample):
        return f"sample {sample} <i>" + ("" if box is None else f" says \\boxed{{{box}}}.")


@dataclass
class Fragile:
    """The verifier, which dies with its process at its `dies_at`-th new question, or cannot tell of some answers."""

    verifier: MathVerifier
    dies_at: int = -1
    lost: frozenset[str] = frozenset()
    asked: list[AnswerJob] = field(default_factory=list)

    async def check(self, job):
        if job not in self.asked:  # how often one is asked before it is known depends on the machine
            if len(self.asked) == self.dies_at:
                raise Killed
            self.asked.append(job)
        verdict = await self.verifier.check(job)
        return replace(verdict, outcome=Outcome.INFRASTRUCTURE) if job.answer in self.lost else verdict


@pytest.fixture(scope="module")
def runner():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def maths(runner):
    verifier = MathVerifier(1)
    runner.run(verifier.__aenter__())
    yield verifier
    runner.run(verifier.__aexit__(None, None, None))


@pytest.fixture
def config(tmp_path) -> EvaluationConfig:
    path = tmp_path / "test.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    made = EvaluationConfig.of_protocol("pasodoble", "fake", "gsm8k")
    return replace(made, data=str(path), out=tmp_path / "out", sampling=replace(made.sampling, batch_size=2))


def solver(sampler):
    voice = Small()
    described = {"kind": "model", "name": "fake", "layout": "small"}
    return Solver(sampler, voice.solver_prompt, voice.read_answer, 6, 0, described)


def evaluated(config, runner, verifier, sampler=None):
    """The command without its model: the results, and the bytes that were written."""
    sampler, given = solver(sampler or Table()), questions.load(config)
    config.directory.mkdir(parents=True, exist_ok=True)
    with Ledger(config.directory / "ledger.sqlite") as ledger:
        settle(ledger, config, given.description, sampler.describe(), judged_by())
        judge = CompletionJudge(ledger, verifier, given.references, sampler.read)
        votes = runner.run(play(config, given, sampler, judge, Console(quiet=True)))
        results = collect(config, given, sampler, ledger, votes, {"python": "3"})
        write_json(config.directory / "results.json", results)
        write_json(config.directory / "cost.json", answers_cost(ledger))
    return results, (config.directory / "results.json").read_bytes()


@pytest.fixture
def results(config, runner, maths):
    return json.loads(json.dumps(evaluated(config, runner, maths)[0]))


def test_the_figures_are_those_of_the_samples(results):
    half, two, hard = results["problems"]
    assert half["proved"] == [0, 1, 5] and two["proved"] == [1, 3, 5] and hard["proved"] == []
    figures = results["headline"]
    assert next(iter(figures)) == "avg" and figures["avg"]["n"] == 6
    assert figures["avg"]["mean"] == pytest.approx((3 / 6 + 3 / 6 + 0) / 3)
    assert figures["avg"]["low"] <= figures["avg"]["mean"] <= figures["avg"]["high"]
    assert figures["avg"]["method"] == "bootstrap"
    assert [row["k"] for row in figures["pass_at_k"]] == [1, 2, 4, 6] == [row["k"] for row in figures["maj_at_k"]]
    # of six samples with three right ones: 1 - C(3, 2) / C(6, 2)
    assert figures["pass_at_k"][1]["mean"] == pytest.approx((2 * (1 - 3 / 15)) / 3)
    assert figures["solved"]["count"] == 2
    assert figures["without_box"]["mean"] == pytest.approx((0 + 1 / 6 + 1 / 6) / 3)
    assert results["attempts"]["without_answer"] == {CUT_OFF: 2}  # the third sample of each was cut off
    assert half["tokens"] == 18 and results["attempts"]["made"] == 18
    assert two["outcomes"] == {"failed": 1, "proved": 3, "refused": 2}


def test_majorities_are_of_what_is_equal(results):
    half, two, hard = (row["majority"] for row in results["problems"])
    # 1/2 as three texts against 2 three times: a tie, which the text that most have written wins
    assert [(vote["k"], vote["votes"], vote["right"]) for vote in half] == [
        (1, 1, True), (2, 2, True), (4, 2, False), (6, 3, False),
    ]  # fmt: skip
    assert half[1]["answer"] == "0.5" and half[3]["answer"] == "2"
    # what has no box, or cannot be read, is no vote
    assert [(vote["answer"], vote["votes"], vote["right"]) for vote in two] == [
        ("3", 1, False), ("2", 1, True), ("2", 2, True), ("2", 3, True),
    ]  # fmt: skip
    assert (hard[1]["answer"], hard[3]["answer"], hard[3]["votes"]) == ("90", "90", 2)
    shares = [row["mean"] for row in results["headline"]["maj_at_k"]]
    assert shares == pytest.approx([1 / 3, 2 / 3, 1 / 3, 1 / 3])


async def test_no_readable_answer_is_no_majority_and_order_does_not_matter():
    async with MathVerifier(1) as verifier:
        assert await voted(verifier, [None, "(("], 2) == {"k": 2, "answer": None, "votes": 0}
        answers = ["0.5", "4", r"\frac12", "4", "3", None]
        for _ in range(4):
            assert await voted(verifier, answers, 6) == {"k": 6, "answer": "4", "votes": 2}
            random.Random(0).shuffle(answers)
        assert (await voted(verifier, ["7", "5", "12"], 3))["answer"] == "5"  # by length, then the alphabet


async def test_a_comparison_that_cannot_be_made_is_told():
    class Lost:
        async def check(self, job):
            raise Undecided

    assert await voted(Lost(), ["1", "2"], 2) == {"k": 2, "answer": None, "votes": None}


def test_a_question_whose_reference_cannot_be_read_is_left_out(results):
    (left,) = results["out_of_profile"]
    assert left["name"] == "odd" and left["outcome"] == "out_of_profile" and "cannot be read" in left["reason"]
    assert results["not_read"] == [["sum again", "asks what sum asks, and has another answer"]]
    assert results["headline"]["avg"]["mean"] == pytest.approx(1 / 3)  # of the three that can


def test_killed_at_every_point_it_ends_with_the_same_bytes(config, runner, maths, tmp_path):
    verifier, sampler = Fragile(maths), Table()
    _, undisturbed = evaluated(config, runner, verifier, sampler)
    moments = [("verifier", i) for i in range(len(verifier.asked))] + [("sampler", i) for i in range(sampler.calls)]
    assert len(moments) > 20 and sampler.calls > 2
    for part, moment in moments:
        again = replace(config, out=tmp_path / f"{part}-{moment}")
        with pytest.raises(Killed):
            evaluated(again, runner, Fragile(maths, moment if part == "verifier" else -1),
                      Table(moment if part == "sampler" else -1))  # fmt: skip
        assert evaluated(again, runner, maths)[1] == undisturbed


def test_a_finished_evaluation_asks_nothing_again(config, runner, maths):
    _, first = evaluated(config, runner, maths)
    verifier, sampler = Fragile(maths), Table()
    assert evaluated(config, runner, verifier, sampler)[1] == first
    assert not verifier.asked and not sampler.calls


def test_other_settings_want_another_directory(config, runner, maths):
    evaluated(config, runner, maths)
    with pytest.raises(BadInput, match="another seed; choose another --out"):
        evaluated(replace(config, seed=1), runner, maths)


def test_above_one_percent_of_system_errors_there_is_no_headline(config, runner, maths):
    results, _ = evaluated(config, runner, Fragile(maths, lost=frozenset({"81"})))
    assert results["headline"] is None and "1 of 18 attempts" in results["no_headline"]
    assert results["problems"][2]["outcomes"]["infrastructure"] == 1
    results, _ = evaluated(config, runner, maths)  # the same command, and the verifier is well again
    assert results["headline"] is not None


def test_lost_votes_above_one_percent_leave_no_headline(results):
    results["problems"][0]["majority"][0]["votes"] = None
    told = scores(results["problems"], results["out_of_profile"], results["settings"])
    assert told["headline"] is None and told["no_headline"].startswith("1 of 12 votes")


def test_what_was_written_holds(results, runner, maths, capsys):
    assert contradictions(results) == []
    held = runner.run(checked(results, maths))
    assert held.proofs == 5 and not held.failed and not held.notes  # 1/2 in three ways, 2 in two
    print_recheck(held, Console())
    assert "5 answers checked again: all hold" in capsys.readouterr().out


def swap_an_answer(results):
    results["problems"][0]["answers"][0]["answer"] = results["problems"][0]["majority"][0]["answer"] = "5"


def swap_the_reference(results):
    results["problems"][1]["reference"] = "3"


def call_a_wrong_answer_right(results):
    row = results["problems"][2]
    row["answers"][0]["outcome"] = "proved"
    row["proved"], row["outcomes"] = [0, 4], {"failed": 2, "proved": 2, "refused": 2}
    for vote in row["majority"]:
        vote["right"] = vote["answer"] == "90"
    results |= scores(results["problems"], results["out_of_profile"], results["settings"])


def turn_a_majority(results):
    results["problems"][0]["majority"][3] |= {"answer": r"\frac{1}{2}", "right": True}
    results |= scores(results["problems"], results["out_of_profile"], results["settings"])


def raise_the_headline(results):
    results["headline"]["avg"]["mean"] += 0.01


def hide_a_sample_without_box(results):
    results["problems"][1]["without_box"] = 0


def change_a_question(results):
    results["problems"][0]["question"] = "What is 1?"


@pytest.mark.parametrize(
    "tamper",
    [swap_an_answer, swap_the_reference, call_a_wrong_answer_right, turn_a_majority, raise_the_headline,
     hide_a_sample_without_box, change_a_question],
)  # fmt: skip
def test_what_was_changed_does_not(results, runner, maths, tamper):
    changed = copy.deepcopy(results)
    tamper(changed)
    assert runner.run(checked(changed, maths)).failed


def test_the_page_shows_every_question_and_escapes_it(config, runner, maths, capsys):
    results, _ = evaluated(config, runner, maths)
    page = write_page(config.directory).read_text()
    text = "".join(check(page).text)
    assert tiles(page)["samples without a boxed answer, " + between(results["headline"]["without_box"])] == "11.1 %"
    for row in results["problems"]:
        assert row["question"] in text and f"{len(row['proved'])} of 6" in text
    assert r"sample 0 <i> says \boxed{\frac{1}{2}}." in text and "<i>" not in page and "<b> 7" not in page
    assert "two numbers side by side" in text and "has another answer" in text
    assert write_page(config.directory).read_text() == page and not list(config.directory.glob("*.part"))
    print_answers(results, read_cost(config.directory), Console())
    said = capsys.readouterr().out
    assert "avg@6" in said and "33.3%" in said and "3 of 4 references can be read" in said


def between(row):
    return f"{100 * row['low']:.1f} to {100 * row['high']:.1f} %"


def test_two_results_are_compared_as_those_of_theorems(results):
    assert informal(results)
    found = compare(results, results)
    assert found.problems == 3 and found.both == 2 and all(gain.mean == 0 for *_, gain in found.rows)


def test_the_protocol_is_what_it_says():
    config = EvaluationConfig.of_protocol("pasodoble", "m", "gsm8k")
    assert (config.samples, config.sampling.temperature, config.sampling.max_new_tokens) == (6, 0.6, 6144)
    with pytest.raises(BadInput, match="six samples"):
        replace(config, samples=8)
    with pytest.raises(BadInput, match="no protocol 'r-zero'"):
        EvaluationConfig.of_protocol("r-zero", "m", "gsm8k")
