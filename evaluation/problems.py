"""What a benchmark's name stands for: a known benchmark, our bundled statements, or a file of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evaluation.config import EvaluationConfig
from training.history import open_ledger
from training.ledger import Ledger
from verify import toolchain
from verify.benchmark import Problem, lean_header, not_opened
from verify.policy import COMMANDS, tokens
from verify.preamble import opened
from verify.records import Statement, content_id
from verify.statements import FILE_KINDS, BadInput, read_statements, source_name


@dataclass(frozen=True, slots=True)
class Problems:
    """The problems, (name, reason) of every row that holds none, and what a result says of the benchmark."""

    problems: Sequence[Problem]
    rejected: Sequence[tuple[str, str]]
    description: dict[str, Any]

    @property
    def statements(self) -> list[Statement]:
        """Different ones: problems with the same statement share their attempts."""
        return list({problem.statement.id: problem.statement for problem in self.problems}.values())

    def headers(self, profile: str) -> dict[str, str | None]:
        """What Lean elaborates before each statement, by id: in `mathlib` what its benchmark puts there (of problems with
        one statement, the first). None stands for the profile's own header, the only one of `core`."""
        found: dict[str, str | None] = {}
        for problem in self.problems:
            own = profile == "mathlib" and problem.header
            found.setdefault(problem.statement.id, lean_header(problem) if own else None)
        return found

    def by_header(self, profile: str) -> dict[str | None, list[Statement]]:
        """The statements that one Lean can judge, in order."""
        headers, groups = self.headers(profile), defaultdict[str | None, list[Statement]](list)
        for statement in self.statements:
            groups[headers[statement.id]].append(statement)
        return groups


def load(config: EvaluationConfig) -> Problems:
    """Raises BadInput when there is no such benchmark, or no problem in it."""
    if config.benchmark == "bundled":
        problems, rejected, said = _of_file(str(toolchain.BUNDLED), config)
    elif Path(config.benchmark).exists() or config.benchmark.endswith((*FILE_KINDS, ".gz")):
        problems, rejected, said = _of_file(config.benchmark, config)
    else:
        problems, rejected, said = _known(config)
    if not problems:
        raise BadInput(f"{config.benchmark}: no problem to evaluate on; {len(rejected)} rows hold none")
    description = {**said, "split": config.split, "limit": config.limit, "problems": len(problems)}
    given = Problems(problems, rejected, description)
    headers = given.headers(config.profile)
    description["digest"] = digest((p.name, under(p.statement.id, headers[p.statement.id])) for p in problems)
    return given


def digest(problems: Iterable[tuple[str, str]]) -> str:
    """Of the names and statement ids of all problems: equal for equal benchmarks, in any order."""
    return content_id(*(part for pair in sorted(problems) for part in pair))


def under(statement_id: str, header: str | None) -> str:
    """Names a statement together with a header that is not the profile's own."""
    return statement_id if header is None else content_id(statement_id, header)


def opens_only(header: str) -> bool:
    """Whether a header is the profile's options and `open`s, as `lean_header` makes it, and declares nothing."""
    words = {word for _, word in tokens(header)} - {"open", "set_option"}
    again = lean_header(Problem("", Statement("t", ": True"), header, "", ""))
    return header == again and not words & (COMMANDS | {"in"})


def unopened(problem: Problem, profile: str, header: str | None) -> tuple[str, ...]:
    """The namespaces that a problem expects to be open, and that are not where it is judged."""
    if header is None:
        return not_opened(problem, profile)
    return tuple(name for name in opened(problem.header) if name not in opened(header))


def toolchain_of(profile: str, header: str | None) -> toolchain.Toolchain:
    """The Lean that judges what stands under this header. Raises LeanUnavailable."""
    return (
        toolchain.mathlib(header=header)
        if header is not None and profile == "mathlib"
        else toolchain.of_profile(profile)
    )


def contamination(config: EvaluationConfig, given: Problems, ledger: Ledger) -> dict[str, Any] | None:
    """What the problems share with the training statements; None where none are known.

    Those are the files and runs of --train, and what the evaluated run itself has read. Equal up to the names and the
    order of binders is told of runs alone, whose ledgers know the forms: of a file, Lean has elaborated nothing.
    """
    own = Path(config.model)
    sources = [*config.train, *([own] if (own / "ledger.sqlite").exists() else [])]
    if not sources:
        return None
    from verify.contamination import overlap

    training: dict[str, Statement] = {}
    forms = {s.id: ledger.canonical(s.id) for s in given.statements}
    for source in sources:
        if not source.is_dir():
            training |= {s.id: s for s in read_statements(str(source)).statements}
            continue
        with open_ledger(source) as run:
            read = run.statements()
            training |= {s.id: s for s in read}
            forms |= {s.id: form for s in read if (form := run.canonical(s.id))}
    return overlap(list(training.values()), given.problems, forms).to_dict()


def _of_file(path: str, config: EvaluationConfig) -> tuple[list[Problem], list[tuple[str, str]], dict[str, Any]]:
    if config.data is not None:
        raise BadInput("--data goes with a benchmark's name; BENCHMARK is a file already")
    reading = read_statements(path, split=config.split, limit=config.limit)
    problems = [Problem(s.name, s, "", "", s.split) for s in reading.statements]
    return problems, reading.rejected, {"name": "bundled" if config.benchmark == "bundled" else source_name(path)}


def _known(config: EvaluationConfig) -> tuple[list[Problem], list[tuple[str, str]], dict[str, Any]]:
    from verify import benchmark

    loaded = benchmark.load(config.benchmark, config.data, config.split, config.limit)
    said = loaded.benchmark
    if said.kind != "formal":
        raise BadInput(f"{said.name} asks questions in words; `antiphon eval` wants theorems to prove")
    fields = {
        "name": said.name, "title": said.title, "licence": said.licence, "citation": said.citation,
        "written_for": said.profile and asdict(said.profile),
    }  # fmt: skip
    return loaded.problems, loaded.rejected, fields
