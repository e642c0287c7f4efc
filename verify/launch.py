"""Started in place of a Lean process, which it becomes: limits first, then exec.

`python launch.py PARENT NICE COMMAND…`. The child gets a session of its own (so its whole family can be
killed), dies with its parent even when that is killed with -9 (Linux), steps back for others as far as
it is told, leaves no core file, and has a stack as deep as the recursion limit given to Node.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

STACK_BYTES = 1 << 30
PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, nice, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            sys.exit(1)
    if nice:
        os.nice(nice)
        with contextlib.suppress(OSError):  # Linux weighs sessions against each other, and this is a new one
            Path("/proc/self/autogroup").write_text(str(nice))
    become(command)


def launched(command: Sequence[str], nice: int = 0) -> list[str]:
    """The command that starts `command` as a child of this process, in the way of this file."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(nice), *command]


def become(command: Sequence[str], environment: Mapping[str, str] = os.environ) -> NoReturn:
    """Takes the limits of a Lean process and turns into it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    stack = STACK_BYTES if hard == resource.RLIM_INFINITY else min(STACK_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (stack, hard))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which cleans up
    os.execvpe(command[0], command, environment)


if __name__ == "__main__":
    main()
