"""How provers are asked and how their answers are read: one file of `prover/formats/` a model family.

A file holds `source` (where the prompt was looked up), `prompt` and, where the model knows how to be asked again,
`repair` (jinja2), `header` (where the caller gives none), `system`, `chat` (messages, laid out by the model's own chat
template) and `answer`: `block` (a file in the last code block), `continuation` (the text goes on behind `:= by`) or
`tags` (ours). Templates see `theorem` (`theorem NAME SIGNATURE`), `header`, `informal` (bare), `docstring` and
`prove_prompt`; those of `repair` see `round`, `errors` (`text`, and `line`, `column` from 0, or None) and `lines` of
code.

Reading is strict, because the verifier checks one `by` block for a statement of its own: an answer counts as a proof
of the asked theorem alone. What is refused says why, so that refusals can be reported by reason.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import jinja2
import yaml

from prover.prompts import prove_prompt, read_proof
from verify.policy import COMMANDS, tokens
from verify.records import Message, Statement
from verify.statements import BadInput, cut_proof

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FOLDER = Path(__file__).with_name("formats")
THINKING = "the thinking does not end"
NO_BLOCK = "no complete code block"
NO_PROOF = "no proof follows the theorem"
ALTERED = "the theorem is not the asked one"
HELPERS = "helper declarations"


class ChatMessage(TypedDict):
    """One turn, as chat templates and endpoints take it."""

    role: str
    content: str


Prompt = str | Sequence[ChatMessage]
"""Text to go on from, or a conversation to be answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The proof (what follows `:= by`) in a completion, or None and why."""

    proof: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """One model family's way to be asked; see the head of this module."""

    name: str
    source: str
    prompt_template: str
    answer: Literal["block", "continuation", "tags"]
    chat: bool = False
    system: str = ""
    header: str = ""
    repair_template: str = ""
    stop: tuple[str, ...] = ()
    """Strings at which a sampler may end a completion."""

    def prompt(self, statement: Statement, header: str = "", informal: str = "") -> str:
        """The text that the model goes on from or, with `chat`, the user's message.

        `informal` is the problem in words, with or without the marks of a docstring.
        """
        bare = informal.strip().removeprefix("/--").removesuffix("-/").strip()
        header = header or self.header
        return _template(self.prompt_template).render(
            theorem=statement.text,
            header=header if header.endswith("\n") or not header else f"{header}\n",
            informal=bare,
            docstring=_docstring(informal.strip()),
            prove_prompt=prove_prompt(statement),
        )

    def messages(self, statement: Statement, header: str = "", informal: str = "") -> list[ChatMessage]:
        """The conversation that asks for a first proof."""
        system: list[ChatMessage] = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, {"role": "user", "content": self.prompt(statement, header, informal)}]

    def ask(
        self,
        statement: Statement,
        header: str = "",
        informal: str = "",
        tokenizer: PreTrainedTokenizerBase | None = None,
    ) -> Prompt:
        """What a sampler takes: text or, of a chat format without a tokenizer to lay it out, messages."""
        if not self.chat:
            return self.prompt(statement, header, informal)
        return lay_chat(self.messages(statement, header, informal), tokenizer)

    def repair(self, statement: Statement, proof: str, errors: Sequence[Message], round: int) -> str:
        """The user's message that follows a failed proof; `round` counts from 0, as Goedel-Prover-V2 does.

        Raises BadInput where the model does not know how to be asked again.
        """
        if not self.repair_template:
            known = ", ".join(name for name in names() if open_format(name).repair_template)
            raise BadInput(f"the format {self.name} knows no repair; those that do: {known}")
        lines = f"{statement.text} := by\n{proof}".split("\n")
        shown = [_located(error, lines, statement) for error in errors]
        return _template(self.repair_template).render(lines=lines, errors=shown, round=round)

    def read(self, completion: str, statement: Statement) -> Answer:
        """The proof of exactly this statement that a completion holds."""
        completion = completion.replace("\r\n", "\n")
        if self.answer == "tags":
            proof = read_proof(completion)
            return Answer(proof, "" if proof else NO_PROOF)
        if self.answer == "continuation":
            last_line = self.prompt(statement).rpartition("\n")[2]
            return _tactics(last_line + completion.partition("```")[0], len(last_line))
        answered = completion
        if "<think>" in completion or "</think>" in completion:
            _, closed, answered = completion.rpartition("</think>")
            if not closed:
                return Answer(None, THINKING)
        blocks = [match[1] for match in _BLOCK.finditer(answered)]
        if not blocks:
            return Answer(None, NO_BLOCK)
        files = [block for block in blocks if _theorems(block)]
        return _of_file(files[-1], statement) if files else _tactics(blocks[-1], 0)


def names() -> list[str]:
    """All formats."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


@functools.cache
def open_format(name: str) -> Format:
    """The format of that name. Raises BadInput."""
    if name not in names():
        raise BadInput(f"no prover format {name!r}; there are {', '.join(names())}")
    fields: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    fields["prompt_template"], fields["repair_template"] = fields.pop("prompt"), fields.pop("repair", "")
    return Format(name=name, **{**fields, "stop": tuple(fields.get("stop", ()))})


def lay_chat(messages: Sequence[ChatMessage], tokenizer: PreTrainedTokenizerBase | None, **variables: Any) -> Prompt:
    """The conversation as text by the tokenizer's own template; as it is without a tokenizer.

    `variables` are the template's; one that it does not know changes nothing. The mark of a text's beginning is left to
    whoever encodes the text, where the tokenizer puts it there itself.
    """
    if tokenizer is None:
        return list(messages)
    text = tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True, **variables)
    begins = tokenizer.bos_token and tokenizer("").input_ids[:1] == [tokenizer.bos_token_id]
    return text.removeprefix(tokenizer.bos_token) if begins else text


# --- Lean text, by the verifier's lexer, which knows comments and strings

_BLOCK = re.compile(r"^[ \t]*```[ \t]*(?:lean4?|tactics)[ \t]*\n(.*?)```", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_THEOREM = frozenset(("theorem", "lemma"))
_HEADER = frozenset("import open namespace section end noncomputable universe scoped private protected".split())
"""Commands and modifiers that may stand before the theorem: the header is the verifier's own, whatever they say."""


def _theorems(code: str) -> list[int]:
    return [position for position, token in tokens(code) if token in _THEOREM]


def _of_file(code: str, statement: Statement) -> Answer:
    start, *more = _theorems(code)
    before = any(token in COMMANDS - _HEADER for _, token in tokens(code[:start]))
    if more or before:
        return Answer(None, HELPERS)
    theorem = code[start:]
    restated = cut_proof(theorem)
    try:
        signature = Statement.parse(restated).signature
    except ValueError:
        return Answer(None, ALTERED)
    if _words(signature) != _words(statement.signature):
        return Answer(None, ALTERED)
    value = [(start + len(restated) + position, token) for position, token in tokens(theorem[len(restated) :])]
    match [token for _, token in value[:3]]:
        case [":", "=", "by"]:
            return _tactics(code, value[2][0] + len("by"))
        case [":", "=", _]:  # a term; it is the same as `by exact`
            term = _tactics(code, value[1][0] + 1)
            return Answer(f"exact ({term.proof.strip()}\n)") if term.proof else term
        case _:
            return Answer(None, NO_PROOF)


def _tactics(code: str, start: int) -> Answer:
    """The tactics from `start` on; those that begin on a line already begun keep their column."""
    for position, token in tokens(code[start:]):
        if code[start + position - 1 : start + position] not in ("", "\n"):  # a command begins its line
            continue
        if token == "end" or (token[0] == "#" and len(token) > 1):
            code = code[: start + position]
            break
        if token in COMMANDS:
            return Answer(None, HELPERS)
    column = start - (code.rfind("\n", 0, start) + 1)
    first, _, rest = code[start:].partition("\n")
    text = f"{' ' * column}{first}\n{rest}" if first.strip() else rest
    if not any(True for _ in tokens(text)):
        return Answer(None, NO_PROOF)
    return Answer("\n".join(line.rstrip() for line in text.split("\n")).strip("\n"))


def _words(text: str) -> list[str]:
    return [token for _, token in tokens(text)]


# --- templates


def _docstring(informal: str) -> str:
    """A docstring as it is given, or the words as one."""
    if not informal:
        return ""
    return f"{informal}\n" if informal.startswith("/--") else f"/-- {informal} -/\n"


@functools.cache
def _template(text: str) -> jinja2.Template:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return environment.from_string(text)


def _located(error: Message, lines: Sequence[str], statement: Statement) -> Mapping[str, Any]:
    """A message with its place in `lines`; one that stands outside them (it may be about no place) has none."""
    line = statement.text.count("\n") + error.line
    inside = error.line >= 1 and line < len(lines)
    return {"text": error.text.strip(), "line": line if inside else None, "column": error.column}
