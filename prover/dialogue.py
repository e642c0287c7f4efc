"""The two voices on natural-language mathematics: their prompts, and the way back from a completion (PasoDoble).

    proposer   a piece of knowledge  ->  question, worked solution, \\boxed{answer}
    solver     question              ->  worked solution, \\boxed{answer}

Two layouts. `Chat` is for models of the hub: PasoDoble's structure in our words, through the model's own chat template.
`Small` is for models from nothing; it speaks with the tags of `prover.prompts`, which every tokenizer of ours knows:

    proposer   <conjecture>KNOWLEDGE<hard>   ->  QUESTION<by>SOLUTION
    solver     <prove>QUESTION<by>           ->  SOLUTION

Prompt and reader agree in both, which they do not in the release (there the solver is asked for an answer tag and
read by its box). What is read:

- thoughts are not read: only what follows the last closing think tag, or everything where there is none;
- a question is what stands in the FIRST problem tag after that, since a later one may sit inside the solution;
- an answer is the content of the last box that closes; a blank one is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from prover.formats import lay_chat
from prover.prompts import EOS, PAD, TAGS, lay_signature
from verify.answers import boxed

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Layout = Literal["chat", "small"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a proposer's completion says; None for a part that is missing."""

    question: str | None
    solution: str | None
    answer: str | None


class Dialogue(Protocol):
    """One layout of both voices."""

    def proposer_prompt(self, knowledge: str) -> str:
        """The proposer's prompt; empty knowledge is none (the arm `no-knowledge`)."""

    def solver_prompt(self, question: str) -> str: ...

    def proposer_target(self, question: str, solution: str) -> str:
        """The completion that proposes so: a row of the cold start. The solution ends with its box."""

    def solver_target(self, solution: str) -> str:
        """The completion that answers so."""

    def read_proposal(self, completion: str) -> Proposal: ...

    def read_answer(self, completion: str) -> str | None:
        """The boxed answer of a solver's completion; None is a failure of format."""


@dataclass(frozen=True, slots=True)
class Small:
    """For models from nothing. Question and knowledge are one line with single blanks, without tags."""

    def proposer_prompt(self, knowledge: str) -> str:
        return f"<conjecture>{lay_signature(knowledge)}<hard>"

    def solver_prompt(self, question: str) -> str:
        return f"<prove>{lay_signature(question)}<by>"

    def proposer_target(self, question: str, solution: str) -> str:
        return f"{lay_signature(question)}<by>{solution}"

    def solver_target(self, solution: str) -> str:
        return solution

    def read_proposal(self, completion: str) -> Proposal:
        question, tag, solution = completion.partition("<by>")
        question = lay_signature(question)
        if not tag or not question or _ANY_TAG.search(completion.replace("<by>", "", 1)):
            return Proposal(None, None, None)
        return Proposal(question, solution.strip() or None, _boxed(solution))

    def read_answer(self, completion: str) -> str | None:
        return None if _ANY_TAG.search(completion) else _boxed(completion)


_ANY_TAG = re.compile("|".join(map(re.escape, (*TAGS, EOS, PAD))))


@dataclass(frozen=True, slots=True)
class Chat:
    """For models of the hub with a chat template. With `think` the answer begins inside a think tag, as in the release.

    Without it a template that can turn thinking off (`enable_thinking`, as Qwen3's) is told to. A model whose template has
    no system voice gets the instruction in front of the request. Raises `verify.statements.BadInput` for a tokenizer without a chat template.
    """

    tokenizer: PreTrainedTokenizerBase
    think: bool = True

    def proposer_prompt(self, knowledge: str) -> str:
        source = f"Knowledge:\n{knowledge.strip()}\n\n" if knowledge.strip() else ""
        request = "Write one new problem that this knowledge helps with" if source else "Write one new problem"
        return self._laid(PROPOSER, f"{source}{request}, and solve it.")

    def solver_prompt(self, question: str) -> str:
        return self._laid(SOLVER, question.strip())

    def proposer_target(self, question: str, solution: str) -> str:
        return f"{self._thought()}<problem>\n{question.strip()}\n</problem>\n<answer>\n{solution.strip()}\n</answer>"

    def solver_target(self, solution: str) -> str:
        return f"{self._thought()}{solution.strip()}"

    def read_proposal(self, completion: str) -> Proposal:
        said = _spoken(completion)
        problem = _PROBLEM.search(said)
        if not problem or not problem[1].strip():
            return Proposal(None, None, _boxed(said))
        solution = re.sub(r"</?answer>", "", said[problem.end() :]).strip()
        return Proposal(problem[1].strip(), solution or None, _boxed(solution))

    def read_answer(self, completion: str) -> str | None:
        return _boxed(_spoken(completion))

    def _thought(self) -> str:
        return "\n</think>\n" if self.think else ""

    def _laid(self, instruction: str, request: str) -> str:
        from jinja2 import TemplateError

        from verify.statements import BadInput

        if not getattr(self.tokenizer, "chat_template", None):
            raise BadInput("the model's tokenizer has no chat template: take an instruct model, or layout small")
        talk = [{"role": "system", "content": instruction}, {"role": "user", "content": request}]
        try:
            text = lay_chat(talk, self.tokenizer, enable_thinking=self.think)
        except TemplateError:  # no system's voice
            talk = [{"role": "user", "content": f"{instruction}\n\n{request}"}]
            text = lay_chat(talk, self.tokenizer, enable_thinking=self.think)
        return text + ("<think>\n" if self.think and not text.rstrip().endswith("<think>") else "")


PROPOSER = (
    "You are the proposer in a game of two. You write mathematics problems that a solver can solve, but not easily. "
    "Each problem must be new, complete in itself and have one answer that can be checked. "
    "Write the problem between <problem> and </problem>. Then write, between <answer> and </answer>, a step by step "
    "solution, a check that the result makes sense, and the final answer alone in \\boxed{}. "
    "The problem must not give its answer away."
)
SOLVER = (
    "You are the solver in a game of two. Solve the problem you are given step by step, "
    "and end with the final answer alone in \\boxed{}."
)
_PROBLEM = re.compile(r"<problem>(.*?)</problem>", re.DOTALL)


def _boxed(text: str) -> str | None:
    return boxed(text) or None


def _spoken(completion: str) -> str:
    return completion.rpartition("</think>")[2]


def dialogue(layout: Layout, tokenizer: PreTrainedTokenizerBase, think: bool = True) -> Dialogue:
    """The layout of this name; `small` needs nothing of the tokenizer."""
    return Small() if layout == "small" else Chat(tokenizer, think)
