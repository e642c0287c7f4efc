"""Runs a command and ends it, with everything it started, once standard input is closed.

`python supervise.py SECONDS COMMAND…`. Whoever started this holds the other end of standard input, and closes it by
dying too, even from kill -9. The command gets SIGTERM and so many seconds, then its whole session SIGKILL: vLLM's
engine is a grandchild that does not see its server's death and would keep the memory. Ends with the command's status,
128 and the signal's number where a signal ended it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading


def main() -> None:
    patience, command = float(sys.argv[1]), sys.argv[2:]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=end_with_parent, args=(child, patience), daemon=True).start()
    status = child.wait()
    kill_family(child)
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


if __name__ == "__main__":
    main()
