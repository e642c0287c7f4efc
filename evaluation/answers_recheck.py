"""Does a `results.json` of questions in words hold? Every right answer through math-verify again, every vote counted
again, and every figure from the rows."""

from __future__ import annotations

from typing import Any

from evaluation.answers import voted
from evaluation.questions import questions_digest
from evaluation.recheck import Recheck, alike
from evaluation.results import total
from evaluation.scores import scores
from training.progress import step
from verify.maths import POLICY, AnswerJob, MathVerifier
from verify.records import Outcome, Statement


async def checked(results: dict[str, Any], verifier: MathVerifier) -> Recheck:
    """Asks a verifier that remembers nothing of then."""
    failed, judge = [("results", said) for said in contradictions(results)], results["judge"]
    now, answers = {"policy": POLICY}, 0
    with step("recheck", len(results["problems"])) as shown:
        for row in results["problems"]:
            for said in row["answers"]:
                if said["outcome"] != Outcome.PROVED:
                    continue
                answers += 1
                verdict = await verifier.check(AnswerJob(row["reference"], said["answer"]))
                now["toolchain"] = verdict.toolchain
                if not verdict.proved:
                    failed.append((row["name"], f"{said['answer']}: {verdict.outcome}: {verdict.reason}"))
            by_sample = {sample: said["answer"] for said in row["answers"] for sample in said["samples"]}
            for vote in row["majority"]:
                again = await voted(verifier, [by_sample.get(sample) for sample in range(vote["k"])], vote["k"])
                if vote["votes"] is not None and any(vote[key] != again[key] for key in again):
                    failed.append((row["name"], f"maj@{vote['k']} is {again['answer']}, not {vote['answer']}"))
            shown.advance()
    notes = tuple(f"{key} is {now[key]}, then it was {judge[key]}" for key in sorted(now) if now[key] != judge[key])
    return Recheck(answers, tuple(sorted(failed)), notes, "answers")


def contradictions(results: dict[str, Any]) -> list[str]:
    """Where the file does not follow from its own answers."""
    said = []
    for row in results["problems"]:
        name, answers = row["name"], row["answers"]
        if sorted(s for answer in answers for s in answer["samples"]) != list(range(row["n"])):
            said.append(f"{name}: its answers are not those of its samples")
        right = [answer for answer in answers if answer["outcome"] == Outcome.PROVED]
        if sorted(s for answer in right for s in answer["samples"]) != row["proved"]:
            said.append(f"{name}: the samples of its right answers are not those that are counted")
        if total({answer["outcome"]: len(answer["samples"])} for answer in answers) != row["outcomes"]:
            said.append(f"{name}: its outcomes do not add up")
        if sum(len(answer["samples"]) for answer in answers if answer["answer"] is None) != row["without_box"]:
            said.append(f"{name}: its samples without a box do not add up")
        if [vote["k"] for vote in row["majority"]] != results["settings"]["k"] or any(
            vote["right"] != (vote["answer"] in [answer["answer"] for answer in right]) for vote in row["majority"]
        ):
            said.append(f"{name}: its majorities are not judged as its answers are")
    for row in (*results["problems"], *results["out_of_profile"]):
        if Statement(row["name"], row["question"]).id != row["id"]:
            said.append(f"{row['name']}: its question is another one than its id says")
    rows = (*results["problems"], *results["out_of_profile"])
    if questions_digest((row["name"], row["id"], row["reference"]) for row in rows) != results["benchmark"]["digest"]:
        said.append("the questions and references are not those of the benchmark's digest")
    told = {key: results[key] for key in ("headline", "no_headline")}
    if not said and not alike(told, scores(results["problems"], results["out_of_profile"], results["settings"])):
        said.append("the headline does not follow from the answers")
    return said
