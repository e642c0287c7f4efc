"""The records every room shares: frozen, JSON-serialisable, with stable ids made from their content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


def content_id(*parts: str) -> str:
    """A 16-hex-digit id of the given strings; equal content, equal id, on every machine."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode(errors="surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:16]


class Outcome(StrEnum):
    """What became of a check. The set is closed, and only the verifier makes a `PROVED`.

    Of an answer (`verify.maths`): equal, another one, of no form that can be checked; the reference cannot be read.
    """

    PROVED = "proved"
    FAILED = "failed"  # Lean answered, and it is no proof
    REFUSED = "refused"  # policy: the candidate contains what a proof may not contain
    TIMEOUT = "timeout"  # heartbeat or wall limit
    MEMORY = "memory"
    OUT_OF_PROFILE = "out_of_profile"  # the statement itself does not elaborate here
    INFRASTRUCTURE = "infrastructure"  # could not tell; never a training signal
    ELABORATES = "elaborates"  # the good answer to a statement without a proof; proves nothing


class Role(StrEnum):
    """The two voices of the antiphon, and the two kinds of training row."""

    PROVE = "prove"
    CONJECTURE = "conjecture"


@dataclass(frozen=True, slots=True)
class Statement:
    """A proposition to be proved: `theorem NAME SIGNATURE`, where the signature is ` (binders) : type`.

    `parents` are the ids of what it descends from: for a conjecture, its seed statement.
    `lemma` is the library lemma a conjecture was prompted with (empty: the trivial lemma).
    """

    name: str
    signature: str
    source: str = "user"
    split: str = "train"
    tags: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    lemma: str = ""

    @property
    def id(self) -> str:
        """Identity is the signature and the namespace that the name opens; the rest of the name does not matter.

        Nor does white space between words, where it cannot: a signature with strings, characters or comments, or with
        lines of which Lean heeds the layout, is taken as it stands.
        """
        signature = self.signature.strip(" \n")
        if not (_VERBATIM.search(signature) or ("\n" in signature and _LAYOUT.search(signature))):
            signature = re.sub("[ \n]+", " ", signature)
        namespace = _NAMESPACE.match(self.name)
        return content_id("statement", signature, *([namespace[0]] if namespace else []))

    @property
    def text(self) -> str:
        return f"theorem {self.name} {self.signature}"

    @classmethod
    def parse(cls, text: str, **fields: Any) -> Statement:
        """Reads `theorem NAME SIGNATURE` (or `lemma`), without the `:= by`.

        Raises ValueError when the text does not begin so.
        """
        match = _HEAD.match(text.strip())
        if not match or "--" in match[1] or "/-" in match[1]:  # a comment would end elsewhere in what we make of it
            raise ValueError(f"not a theorem: {text.strip()[:60]!r}")
        return cls(name=match[1], signature=match[2].strip(), **fields)

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "id": self.id, "tags": list(self.tags), "parents": list(self.parents)}


_VERBATIM = re.compile(r"[\"'«\r\t]|--|/-")
_LAYOUT = re.compile(r":=|\b(?:by|calc|do|if|match|nofun|show|suffices|where)\b")
_NAMESPACE = re.compile(r"(?:(?:[^\W\d][\w'!?]*|«[^»]*»)\.)+(?=[^\W\d]|«)")
# Universe parameters, `.{u}`, belong to the signature.
_HEAD = re.compile(r"(?:theorem|lemma)\s+((?:«[^»]*»|(?!\.\{)[^\s:({\[⦃])+)\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sampled proof (what follows `:= by`) of a statement.

    `sample` is the index of this sample among the K of its statement in this round;
    `tokens` counts the new tokens the model spent on it (0 for a proof that no model wrote).
    """

    statement_id: str
    proof: str
    round: int
    sample: int
    sampler: str
    tokens: int = 0
    logprob: float | None = None  # sum over the new tokens, nats, under the sampling model

    @property
    def id(self) -> str:
        return content_id("attempt", self.statement_id, str(self.round), str(self.sample), self.sampler)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of Lean's; line 1 is the line of the proof's first character, columns count from 0."""

    severity: str
    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a verifier to one job.

    `heartbeats` are Lean's own deterministic work units, as `maxHeartbeats` counts them;
    `seconds` is Lean's own wall time without queueing. `axioms` and `lemmas` are what the checked
    term uses; `lemmas` only those not already in the theorem's type.
    """

    outcome: Outcome
    reason: str
    profile: str
    axioms: tuple[str, ...] = ()
    lemmas: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    heartbeats: int = 0
    seconds: float = 0.0
    toolchain: str = ""
    policy: str = ""
    level: str = ""  # of a proof: the strongest gate it has passed, see docs/trust.md
    canonical: str = ""  # of the statement: equal up to the names and the order of its binders

    @property
    def proved(self) -> bool:
        return self.outcome is Outcome.PROVED

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "outcome": str(self.outcome)}

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Verdict:
        row = dict(row)
        row["outcome"] = Outcome(row["outcome"])
        row["messages"] = tuple(Message(**m) for m in row["messages"])
        row["axioms"], row["lemmas"] = tuple(row["axioms"]), tuple(row["lemmas"])
        return cls(**row)


@dataclass(frozen=True, slots=True)
class Goals:
    """What the beginning of a tactic proof leaves to be proved, each goal as Lean prints it.

    The outcome is `ELABORATES` where Lean came to the end of the beginning without an error; otherwise there are no
    `goals`, and `reason` says why. Having none left proves nothing: only a `check` of the whole proof does.
    """

    outcome: Outcome
    reason: str = ""
    goals: tuple[str, ...] = ()
    heartbeats: int = 0

    @property
    def reached(self) -> bool:
        return self.outcome is Outcome.ELABORATES

    @property
    def done(self) -> bool:
        return self.reached and not self.goals


@dataclass(frozen=True, slots=True)
class Example:
    """One training row: the learner maximises `weight` x log p(target | prompt)."""

    role: Role
    prompt: str
    target: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """What a verifier is asked: does `proof` (the text after `:= by`) prove `statement`?

    With `proof=None` the question is whether the statement elaborates alone.
    `heartbeats` is the work limit, as `maxHeartbeats` counts it; 0 means the pool's own default.
    """

    statement: Statement
    proof: str | None
    heartbeats: int = field(default=0)

    @property
    def key(self) -> tuple[str, str | None, int]:
        """Equal jobs are those of which Lean reads the same text."""
        return (self.statement.text, self.proof, self.heartbeats)
