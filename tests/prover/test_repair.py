"""Proof repair: what the model is shown, when a chain goes on, and that every sample counts."""

import pytest

from prover.formats import open_format
from prover.repair import errors, repair
from prover.sampler import Completion
from verify.records import Message, Outcome, Statement, Verdict
from verify.statements import BadInput

STATEMENT = Statement("t", "(a b : ℕ) : a + b = b + a")
GOEDEL = open_format("goedel-prover-v2")


def answer(proof: str) -> str:
    return f"The plan.\n```lean4\ntheorem t (a b : ℕ) : a + b = b + a := by\n  {proof}\n```"


class Writer:
    """Writes the given proofs, one a sample, and keeps the conversations it was shown."""

    def __init__(self, *texts: str, unfinished: tuple[int, ...] = ()) -> None:
        self.texts, self.unfinished, self.shown, self.seeds = list(texts), unfinished, [], []

    def sample(self, prompts, n, seeds, first=0):
        assert n == 1
        self.seeds += seeds
        found = []
        for index, prompt in enumerate(prompts):
            number = len(self.shown)
            self.shown.append(prompt)
            text = self.texts[number % len(self.texts)]
            found.append(Completion(index, 0, text, (1, 2), None, number not in self.unfinished))
        return found


class Judge:
    """Says of a proof what it is told; `proved` of `omega`."""

    def __init__(self, outcome: Outcome = Outcome.FAILED) -> None:
        self.outcome, self.asked = outcome, []

    async def check(self, job):
        self.asked.append(job)
        if job.proof.strip() == "omega":
            return Verdict(Outcome.PROVED, "", "fake")
        return Verdict(
            self.outcome, "its reason", "fake", messages=(Message("error", 1, 2, f"{job.proof.strip()} fails"),)
        )


async def turns(sampler, judge, form=GOEDEL, **settings):
    return [
        t async for t in repair(STATEMENT, sampler, form, judge, **{"samples": 3, "rounds": 2, "seed": 0, **settings})
    ]


async def test_a_failed_proof_and_leans_message_are_in_the_next_question():
    sampler = Writer(answer("simp"), answer("ring"), answer("omega"))
    found = await turns(sampler, Judge())
    assert [(t.sample, t.chain, t.round, t.proved) for t in found] == [
        (0, 0, 0, False),
        (1, 0, 1, False),
        (2, 0, 2, True),
    ]
    first, second, third = sampler.shown
    assert first == GOEDEL.messages(STATEMENT)
    assert second[:2] == [*first, {"role": "assistant", "content": answer("simp")}]
    assert "(Round 0)" in second[2]["content"] and "<error>simp</error>" in second[2]["content"]
    assert "Error Message: simp fails" in second[2]["content"]
    assert third[:3] == second and "(Round 1)" in third[4]["content"]
    assert len(set(sampler.seeds)) == 3


async def test_chains_go_side_by_side_until_a_round_brings_a_proof():
    sampler = Writer(answer("simp"), answer("ring"), answer("omega"), answer("rfl"))
    found = await turns(sampler, Judge(), samples=6)
    assert [(t.chain, t.round) for t in found] == [(0, 0), (1, 0), (0, 1), (1, 1)]  # the whole round is reported
    assert [t.proved for t in found] == [False, False, True, False]


@pytest.mark.parametrize(("samples", "chains"), [(1, 1), (3, 1), (4, 2), (7, 3), (9, 3)])
async def test_the_budget_counts_every_sample(samples, chains):
    sampler = Writer(answer("simp"))
    found = await turns(sampler, Judge(), samples=samples)
    assert [t.sample for t in found] == list(range(samples)) and len(sampler.shown) == samples
    assert {t.chain for t in found} == set(range(chains))
    assert max(t.round for t in found) <= 2


async def test_an_answer_without_a_proof_is_told_why_and_not_checked():
    judge = Judge()
    helped = "```lean4\nlemma l : 1 = 1 := rfl\ntheorem t (a b : ℕ) : a + b = b + a := by omega\n```"
    found = await turns(sampler := Writer(helped, answer("omega")), judge)
    assert [(t.answer.reason, t.verdict is None) for t in found] == [("helper declarations", True), ("", False)]
    assert "Error Message: helper declarations" in sampler.shown[1][-1]["content"]
    assert [job.proof.strip() for job in judge.asked] == ["omega"]


@pytest.mark.parametrize("outcome", [Outcome.INFRASTRUCTURE, Outcome.OUT_OF_PROFILE])
async def test_nothing_is_repaired_that_is_not_the_proofs_fault(outcome):
    found = await turns(Writer(answer("simp")), Judge(outcome))
    assert [t.verdict.outcome for t in found] == [outcome]


async def test_what_was_cut_off_is_not_repaired():
    found = await turns(Writer(answer("simp"), unfinished=(0,)), Judge())
    assert len(found) == 1


async def test_a_tokenizer_lays_the_conversation_out():
    class Tokenizer:
        bos_token, bos_token_id = None, None

        def apply_chat_template(self, messages, tokenize, add_generation_prompt):
            return "|".join(message["role"] for message in messages)

    sampler = Writer(answer("simp"))
    await turns(sampler, Judge(), tokenizer=Tokenizer())
    assert sampler.shown == ["user", "user|assistant|user", "user|assistant|user|assistant|user"]


async def test_a_format_without_repair_is_refused_before_anything_is_sampled():
    sampler = Writer("simp")
    with pytest.raises(BadInput, match="knows no repair"):
        await turns(sampler, Judge(), open_format("antiphon"))
    assert sampler.shown == []


def test_errors_are_leans_own_or_the_reason():
    verdict = Verdict(Outcome.TIMEOUT, "heartbeat limit", "core", messages=(Message("info", 1, 0, "so"),))
    read = GOEDEL.read(answer("simp"), STATEMENT)
    assert [e.text for e in errors(read, verdict)] == ["heartbeat limit"]
    assert [e.text for e in errors(GOEDEL.read("", STATEMENT), None)] == ["no complete code block"]


@pytest.mark.lean
def test_leans_own_messages_stand_at_their_places(lean):
    """The second proof is the answer to what the real Lean says of the first."""
    statement = Statement("t", "(p q : Prop)\n    (hp : p) (hq : q) :\n    p ∧ q")
    code = f"```lean4\n{statement.text} := by\n  constructor\n  · exact hp\n  · exact {{}}\n```"
    sampler = Writer(code.format("hp"), code.format("hq"))

    async def run():
        return [t async for t in repair(statement, sampler, GOEDEL, lean.pool, samples=2, rounds=1, seed=0)]

    assert [t.proved for t in lean.run(run())] == [False, True]
    shown = sampler.shown[1][-1]["content"]
    assert "  · exact hp\n  · <error>exact hp</error>\n" in shown
    assert "type mismatch" in shown.lower() and "Error 2" not in shown
