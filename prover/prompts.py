"""The one place where text is laid out: both voices' prompts, and the way back from a completion.

A training row and a generation prompt come from the same function, so they cannot drift apart
(STP's released code trains its conjecturer on prompts it never generates from).

    prover       <prove>SIGNATURE<by>                                        -> proof
      one step of it                            <hard>GOAL<hard>GOAL…<by>    -> tactic
    conjecturer  <conjecture><lemma>NAME SIGNATURE<seed>SIGNATURE<by>PROOF<hard>  -> signature
      the same, towards an unsolved target      <conjecture><hard>SIGNATURE<seed>  -> signature

Signatures are one line with single spaces. Proofs keep their lines and lose their common
indentation. A tag that occurs inside a user's text gets a space after its `<`: to Lean
`a <by> b` and `a < by> b` are the same tokens, to the reader of a prompt they are not.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from verify.records import Example, Role, Statement

TAGS = ("<prove>", "<by>", "<conjecture>", "<lemma>", "<seed>", "<hard>")
EOS, PAD = "<eos>", "<pad>"
TRIVIAL_LEMMA = ("true", ": True")  # STP 4.1: the lemma that asks for nothing

_TAG = re.compile("|".join((*TAGS, EOS, PAD)))
_NAMELESS_INSTANCE = re.compile(r"(?m)^inst✝.*\n")


def lay_signature(signature: str) -> str:
    """The signature as a model sees and writes it: one line, single spaces, no tags."""
    return _untagged(" ".join(signature.split()))


def lay_proof(proof: str) -> str:
    """The proof (what follows `:= by`) as a model sees and writes it; idempotent.

    Lines keep their relative indentation; the common one, trailing blanks, and blank lines at
    either end go.
    """
    lines = "\n".join(line.rstrip() for line in proof.replace("\r\n", "\n").split("\n"))
    return _untagged(textwrap.dedent(lines.strip("\n")))


def prove_prompt(statement: Statement) -> str:
    """The prover's prompt. The theorem's name is not shown: it must not matter."""
    return f"<prove>{lay_signature(statement.signature)}<by>"


def step_prompt(goals: Sequence[str]) -> str:
    """The prompt for one tactic: the open goals, the one to work on first, as Lean prints them without the instances
    that have no name, of which the Core profile's ℝ has ten.

    Like the unsolved target's, it makes do with the tags there are, and no other prompt begins with `<hard>`.
    """
    return "".join(f"<hard>{lay_proof(_NAMELESS_INSTANCE.sub('', goal))}" for goal in goals) + "<by>"


def conjecture_prompt(lemma: tuple[str, str] | None, seed: Statement, seed_proof: str | None) -> str:
    """The conjecturer's prompt: a lemma (name, signature) and a proved seed statement.

    `lemma=None` is the trivial lemma, `true : True` (STP, section 4.1). With `seed_proof=None` the statement is an
    unsolved target, shown alone (SGS, arXiv 2604.20209): the hard theorem stands first and a seed for it is wanted. It
    has no tags of its own, so a model that knows the other prompt reads this one.
    """
    if seed_proof is None:
        return f"<conjecture><hard>{lay_signature(seed.signature)}<seed>"
    name, signature = lemma or TRIVIAL_LEMMA
    return (
        f"<conjecture><lemma>{lay_signature(f'{name} {signature}')}"
        f"<seed>{lay_signature(seed.signature)}<by>{lay_proof(seed_proof)}<hard>"
    )


def prove_example(statement: Statement, proof: str, weight: float = 1.0) -> Example:
    """A training row for the prover's voice."""
    return Example(Role.PROVE, prove_prompt(statement), lay_proof(proof), weight)


def conjecture_example(
    lemma: tuple[str, str] | None,
    seed: Statement,
    seed_proof: str | None,
    conjecture: Statement,
    weight: float = 1.0,
) -> Example:
    """A training row for the conjecturer's voice: the target is the conjecture's signature."""
    prompt = conjecture_prompt(lemma, seed, seed_proof)
    return Example(Role.CONJECTURE, prompt, lay_signature(conjecture.signature), weight)


def read_proof(completion: str) -> str | None:
    """The proof in a prover's completion, cut at the first tag; None when nothing is left."""
    return lay_proof(_until_tag(completion)) or None


def read_signature(completion: str) -> str | None:
    """The signature in a conjecturer's completion, or None when it is unusable.

    The text is cut at the first tag, then at the first `:=` outside all brackets that belongs to
    no `let` or `have`: default binders such as `(n : ℕ := 2)` survive, which STP's cut at the
    first `:=` breaks. Unusable is a text without a colon outside all brackets or with nothing
    behind it, one whose brackets do not match (a sampled proof could close an open binder and
    choose its own goal), and one with a comment (it can swallow what follows on the line).
    """
    text = lay_signature(_until_tag(completion))
    open_brackets: list[str] = []
    pending_lets = 0
    colon = None
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in _COMMENTS:
            return None
        if word in _CLOSING:
            open_brackets.append(_CLOSING[word])
        elif word in _CLOSING.values():
            if not open_brackets or open_brackets.pop() != word:
                return None
        elif open_brackets:
            continue
        elif word in ("let", "have"):
            pending_lets += 1
        elif word == ":=":
            if not pending_lets:
                text = text[: token.start()].rstrip()
                break
            pending_lets -= 1
        elif word == ":" and colon is None:
            colon = token.end()
    usable = not open_brackets and colon is not None and text[colon:].strip()
    return text if usable else None


_CLOSING = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "⦃": "⦄"}
_COMMENTS = ("--", "/-")
# Strings and longer operators come first, so that what looks like a bracket or a colon inside
# them is not taken for one.
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|--|/-|:=|::|:|[()\[\]{}⟨⟩⦃⦄]|[\w.\'!?]+')


def _untagged(text: str) -> str:
    return _TAG.sub(lambda tag: f"< {tag[0][1:]}", text)


def _until_tag(text: str) -> str:
    return _TAG.split(text, maxsplit=1)[0]
