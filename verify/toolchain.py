"""Which Lean, with which library: how to start a checking process of either profile.

`core`: the embedded Lean (WebAssembly under Node) with our Core profile instead of Mathlib.
`mathlib`: a native Lean under elan, the Lake project `lean_project/` built with Mathlib.
A verdict names its profile; numbers of the two are never mixed.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from verify import install
from verify.cache import VerdictCache
from verify.records import content_id
from verify.sandbox import caged

PROJECT = install.PROJECT
BUNDLED = PROJECT / "statements.jsonl"
"""The statements of a default run."""


class LeanUnavailable(RuntimeError):
    """No Lean can be started here; the text says what to do about it."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A command that starts the checking process, and what its verdicts are called."""

    profile: str
    command: tuple[str, ...]
    directory: Path
    environment: dict[str, str]
    identity: str = ""
    """Names everything a verdict depends on but the job; empty where that is not known."""


def core(*words: str) -> Toolchain:
    """The embedded Lean. Raises LeanUnavailable when it is not installed, or not whole.

    `words` come before the header in its arguments: `community` for the community REPL's protocol.
    """
    try:
        package, library, loop = install.installed()
    except install.NotInstalled as error:
        raise LeanUnavailable(f"{error}; run `antiphon lean install`") from error
    command = install.lean_command(
        package, {library: "/library", loop: "/loop", PROJECT: "/project"}, (*install.SCRIPT, *words, *install.BASE)
    )
    sources = [(PROJECT / name).read_text() for name in ("Antiphon/Load.lean", "header/core.lean", "embedded.js")]
    identity = content_id(library.name, loop.name, *sources)
    return Toolchain("core", tuple(command), PROJECT, _environment(), identity)


def mathlib(project: Path = PROJECT, header: str | None = None) -> Toolchain:
    """The native Lean with Mathlib. Raises LeanUnavailable when elan or the build is missing.

    `header` is elaborated after the import instead of the profile's own: the `open`s that a benchmark expects
    (`verify.benchmark.lean_header`).
    """
    lake = shutil.which("lake")
    if lake is None:
        raise LeanUnavailable("no `lake` on the PATH; install elan, or use --profile core")
    if not (project / ".lake" / "build" / "bin" / "repl").exists():
        raise LeanUnavailable(f"not built; run `cd {project} && lake exe cache get && lake build`")
    elan = Path(os.environ.get("ELAN_HOME", Path.home() / ".elan"))
    file, readable = Path("header/mathlib.lean"), [elan]
    if header is not None:
        file = install.home() / "headers" / f"{content_id(header)}.lean"
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(f".{os.getpid()}")
        aside.write_text(header, encoding="utf-8")
        aside.replace(file)
        readable.append(file.parent)
    command = (lake, "env", ".lake/build/bin/repl", str(file), "Mathlib")
    return Toolchain("mathlib", caged(command, project, readable), project, _environment(("HOME", "ELAN_HOME")))


def of_profile(profile: str) -> Toolchain:
    """The toolchain of `core` or `mathlib`. Raises LeanUnavailable, or ValueError for another name."""
    match profile:
        case "core":
            return core()
        case "mathlib":
            return mathlib()
    raise ValueError(f"no profile {profile!r}: choose core or mathlib")


def verdict_cache(toolchain: Toolchain) -> VerdictCache | None:
    """The machine's store of verdicts for this toolchain; None where its identity is not known."""
    return VerdictCache(install.home() / "verdicts.sqlite", toolchain.identity) if toolchain.identity else None


def _environment(keep: tuple[str, ...] = ()) -> dict[str, str]:
    """A clean environment: a candidate finds no keys and no home in it."""
    names = ("PATH", "LANG", "TMPDIR", *keep)
    return {name: os.environ[name] for name in names if name in os.environ}
