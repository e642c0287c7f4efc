"""Runs a command and ends it, with everything it started, once standard input is closed.

`python supervise.py SECONDS COMMAND…`. Whoever started this holds the other end of standard input, and closes it by
dying too, even from kill -9. The command gets SIGTERM and so many seconds, then its whole session SIGKILL: vLLM's
engine is a grandchild that does not see its server's death and would keep the memory. Ends when they are gone, so that
their memory is free, with the command's status, 128 and the signal's number where a signal ended it.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

GONE_SECONDS = 10.0  # so long at most does what was killed keep it
PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    patience, command = float(sys.argv[1]), sys.argv[2:]
    adopt_orphans()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=end_with_parent, args=(child, patience), daemon=True).start()
    status = child.wait()
    kill_family(child)
    await_family(child)
    os._exit(status if status >= 0 else 128 - status)  # the thread may still be reading


def end_with_parent(child: subprocess.Popen[bytes], patience: float) -> None:
    os.read(0, 1)
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(patience)
    kill_family(child)


def kill_family(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def adopt_orphans() -> None:
    """Whoever loses its parent below this process becomes its child, which can be waited for (on Linux)."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def await_family(child: subprocess.Popen[bytes]) -> None:
    """The killed are there until their memory has been given back."""
    until = time.monotonic() + GONE_SECONDS
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < until:
            if os.waitpid(-child.pid, os.WNOHANG) == (0, 0):
                time.sleep(0.01)


if __name__ == "__main__":
    main()
