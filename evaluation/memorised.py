"""How many questions of a benchmark a model knows by heart: it goes on from their first 80 % (`conjecture.memorisation`).

Greedy, from the bare text, without a chat template. Completions are kept in the ledger as they come, so the same
command goes on where an interrupted one stopped; `memorisation.json` is a function of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from conjecture.memorisation import cut_at, probe
from evaluation import questions
from evaluation.config import EvaluationConfig
from evaluation.evaluate import settle
from evaluation.provers import open_model
from evaluation.results import FORMAT, write_json
from prover.sampler import Sampler
from training.ledger import Ledger
from training.progress import step
from training.settle import directory_of_ours, versions
from verify.records import Attempt, content_id
from verify.statements import BadInput

SHARE = 0.8  # of a question's words, the default of `conjecture.memorisation`
VOICE = "memorisation"  # the sampler's name in the ledger


def probe_memory(config: EvaluationConfig) -> dict[str, Any]:
    """Writes `memorisation.json` and returns it. Raises BadInput, FileNotFoundError, LedgerError, SamplerError."""
    if not questions.informal(config.benchmark):
        raise BadInput(f"--memorisation completes questions in words; {config.benchmark} is no benchmark of such")
    given = questions.load(config)
    config = replace(config, protocol="none", sampling=replace(config.sampling, temperature=0.0, top_p=1.0))
    asked = {at: q.question for at, q in enumerate(given.problems) if all(cut_at(q.question))}
    opened = open_model(config)
    with (
        opened.sampler as sampler,
        directory_of_ours(config.directory, "--out"),
        Ledger(config.directory / "ledger.sqlite") as ledger,
    ):
        settle(ledger, config, given.description, opened.description, {})
        size = 2 * config.sampling.batch_size
        try:
            found = probe(list(asked.values()), lambda starts: completed(sampler, ledger, starts, size))
        except ValueError as error:
            raise BadInput(f"{config.benchmark}: {error}") from error
        texts = _texts(ledger)
    rows = [
        {"name": given.problems[at].name, "beginning": start, "rest": rest, "completion": texts[_id(start)]}
        for at, (start, rest) in ((at, cut_at(question)) for at, question in asked.items())
    ]
    result = {
        "format": FORMAT, "model": opened.description, "benchmark": given.description, "share": SHARE, **asdict(found),
        "max_new_tokens": config.sampling.max_new_tokens, "versions": versions(), "completions": rows,
    }  # fmt: skip
    write_json(config.directory / "memorisation.json", result)
    return result


def completed(sampler: Sampler, ledger: Ledger, beginnings: Sequence[str], size: int) -> list[str]:
    """How the model goes on from each; drawn in chunks of `size`, of which each is recorded before the next."""
    known = _texts(ledger)
    with step("memorisation", len(beginnings)) as shown:
        for first in range(0, len(beginnings), size):
            chunk = list(dict.fromkeys(beginnings[first : first + size]))
            if not all(_id(start) in known for start in chunk):
                made = sampler.sample(chunk, 1, [0] * len(chunk))
                attempts = [Attempt(_id(chunk[c.prompt_index]), c.text, 0, 0, VOICE, c.tokens, c.logprob) for c in made]
                ledger.add_attempts(attempts)
            shown.advance(len(beginnings[first : first + size]))
    known = _texts(ledger)
    return [known[_id(start)] for start in beginnings]


def _texts(ledger: Ledger) -> dict[str, str]:
    return {a.statement_id: a.proof for a in ledger.attempts(0, VOICE)}


def _id(beginning: str) -> str:
    return content_id("beginning", beginning)
