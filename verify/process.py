"""One Lean process: bytes, framing and death. What the answers mean is not decided here.

A request is a line of JSON with a fresh secret; the reply is the one line that begins with that secret.
All else on standard output is noise and only counted. Death, silence, flood and growth are each an
exception of their own, and after any of them the process is gone with everything it started.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import secrets
import signal
from collections import deque
from pathlib import Path
from typing import Any

import psutil

from verify.launch import launched
from verify.toolchain import Toolchain

LINE_LIMIT = 64 << 20
NOISE_LIMIT = 4 << 20
POLL_SECONDS = 0.5
GRACE_SECONDS = 5.0
PATIENCE = 20
ENGINE_TRAPS = (
    "RuntimeError: table index is out of bounds",
    "RuntimeError: memory access out of bounds",
    "RangeError: Maximum call stack size exceeded",
    "RangeError: WebAssembly stack overflow",  # embedded.js
)
"""How the WebAssembly engine ends when a recursion has used up its stack."""


class LeanError(Exception):
    """The process is gone; the text says why."""


class LeanDied(LeanError):
    """It ended by itself or broke the protocol."""


class LeanTimeout(LeanError):
    """It did not answer within the wall limit."""


class LeanOutOfMemory(LeanError):
    """It grew beyond the memory limit, or said itself that its memory is full."""


class LeanFlood(LeanError):
    """It printed more than a candidate may print."""


class LeanProcess:
    """A checking process with its environment loaded. Make it with `await LeanProcess.start(…)`."""

    def __init__(self, process: asyncio.subprocess.Process, memory_limit: int) -> None:
        self._process = process
        self._memory_limit = memory_limit
        self._stderr: deque[str] = deque(maxlen=30)
        self._drain = asyncio.create_task(self._keep_stderr())
        self.version = ""
        self.uses = 0

    @classmethod
    async def start(
        cls, toolchain: Toolchain, timeout: float = 300.0, memory_limit: int = 4 << 30, nice: int = 0
    ) -> LeanProcess:
        """Starts Lean and waits until its library is loaded.

        Raises LeanError when it does not become ready within `timeout` seconds.
        """
        process = await asyncio.create_subprocess_exec(
            *launched(toolchain.command, nice),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            start_new_session=True,
            cwd=toolchain.directory,
            env=toolchain.environment,
        )  # fmt: skip
        self = cls(process, memory_limit)
        try:
            ready = await self._watch(self._line_after(b"ready "), timeout)
        except BaseException:
            await self.kill()
            raise
        self.version = ready.decode(errors="replace").split(",")[0].strip()
        return self

    async def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """The reply to one request. Raises LeanError; after that the process is dead."""
        secret = secrets.token_hex(16)
        line = json.dumps({**request, "id": secret}, ensure_ascii=False) + "\n"
        try:
            reply = json.loads(await self._watch(self._exchange(line.encode(errors="replace"), secret), timeout))
            self.uses += 1
            return reply
        except (OSError, ValueError, RecursionError) as error:
            await self.kill()
            raise LeanDied(f"broken pipe or reply: {error}") from error
        except BaseException:
            await self.kill()
            raise

    async def _exchange(self, line: bytes, secret: str) -> bytes:
        self._process.stdin.write(line)
        await self._process.stdin.drain()  # a process that does not read is as silent as one that does not write
        return await self._line_after(f"{secret} ".encode())

    async def _line_after(self, prefix: bytes) -> bytes:
        noise = 0
        while True:
            try:
                line = await self._process.stdout.readline()
            except ValueError as error:  # longer than LINE_LIMIT
                raise LeanFlood("a line without an end") from error
            if not line:
                with contextlib.suppress(TimeoutError):  # unless something it left behind holds the pipes
                    await asyncio.wait_for(self._process.wait(), GRACE_SECONDS)
                    await asyncio.wait_for(asyncio.shield(self._drain), GRACE_SECONDS)  # the last words
                raise self._death()
            if line.startswith(prefix):
                return line[len(prefix) :]
            noise += len(line)
            if noise > NOISE_LIMIT:
                raise LeanFlood(f"more than {NOISE_LIMIT >> 20} MiB of output")

    async def _watch(self, reading: Any, timeout: float) -> bytes:
        """Waits for `reading` under the wall and the memory limit.

        For a process that is ready to run, only the time that the machine gives to it counts, so that a verdict
        does not depend on the load; up to `PATIENCE` times the limit.
        """
        task = asyncio.ensure_future(reading)
        clock = asyncio.get_running_loop().time
        began = last = clock()
        spent, worked = 0.0, self._processor_seconds()
        try:
            while True:
                done, _ = await asyncio.wait({task}, timeout=min(POLL_SECONDS, max(timeout - spent, 0)))
                if done:
                    return task.result()
                (before, last), (earlier, worked) = (last, clock()), (worked, self._processor_seconds())
                spent += min(worked - earlier, last - before) if self._ready_to_run() else last - before
                if spent >= timeout or last - began >= PATIENCE * timeout:
                    raise LeanTimeout(f"no answer within {timeout:g} s")
                if self.memory() > self._memory_limit:
                    raise LeanOutOfMemory(f"grew beyond {self._memory_limit >> 20} MiB")
        finally:
            task.cancel()

    def _death(self) -> LeanError:
        words = "\n".join(self._stderr)
        if any(sign in words for sign in ("out of memory", "Cannot enlarge memory", "OOM")):
            return LeanOutOfMemory("its memory is full")
        if panic := re.search(r"INTERNAL PANIC: .{,100}", words):  # of a number too large, say: the candidate's doing
            return LeanOutOfMemory(f"Lean gave up: {panic[0]}")
        errors = [line for line in self._stderr if "Error:" in line]
        if errors and errors[-1].startswith(ENGINE_TRAPS):
            return LeanOutOfMemory(f"its stack is full ({errors[-1][:100]}): a recursion that does not end")
        last = (errors or list(self._stderr) or ["no last words"])[-1][:200]
        return LeanDied(f"ended with status {self._process.returncode}: {last}")

    async def _keep_stderr(self) -> None:
        with contextlib.suppress(ValueError):
            while line := await self._process.stderr.readline():
                if text := line.decode(errors="replace").strip():
                    self._stderr.append(text)

    def memory(self) -> int:
        """Resident bytes of the process and its children; 0 when it is gone."""
        try:
            family = psutil.Process(self._process.pid)
            return sum(p.memory_info().rss for p in [family, *family.children(recursive=True)])
        except psutil.Error:
            return 0

    def _processor_seconds(self) -> float:
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self._process.pid).cpu_times()
            return times.user + times.system
        return 0.0

    def _ready_to_run(self) -> bool:
        """Whether a thread of its first process runs or waits for its turn (Linux; elsewhere no)."""
        for thread in Path(f"/proc/{self._process.pid}/task").glob("*/stat"):
            with contextlib.suppress(OSError, IndexError):
                if thread.read_text().rpartition(")")[2].split()[0] == "R":
                    return True
        return False

    @property
    def alive(self) -> bool:
        with contextlib.suppress(psutil.Error):
            return psutil.Process(self._process.pid).status() != psutil.STATUS_ZOMBIE
        return False

    @property
    def pid(self) -> int:
        return self._process.pid

    async def kill(self) -> None:
        """Ends the process and all it has started; may be called twice."""
        try:
            family = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.Error:
            family = []
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for member in family:  # one may have left the process group
            with contextlib.suppress(psutil.Error):
                member.kill()
        with contextlib.suppress(TimeoutError):  # asyncio's own `kill` would reap it before its watcher does
            await asyncio.wait_for(self._process.wait(), GRACE_SECONDS)
        self._drain.cancel()
