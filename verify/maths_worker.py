"""The checking process for answers: `python -m verify.maths_worker MEMORY_BYTES`.

It loads sympy once and then only forks: its child answers one line of JSON with one line, until it is killed from
outside, runs out of memory or has grown; then there is another child, in milliseconds and as warm as the first.
The child stands under RLIMIT_AS and dies with its parent, which is told by SIGUSR1 to kill it.

    in   {"epoch": 3, "number": 17, "reference": "…", "answer": "…"}      of another epoch: ignored
    out  {"epoch": 3, "process": 4711, "before": 9}       a child is there; how the one before it ended (0: as it should)
    out  {"number": 17, "outcome": "proved", "reason": "equal", "seconds": 0.002, "processor": 1.5, "memory": 80000000}
"""

from __future__ import annotations

import ctypes
import gc
import json
import logging
import os
import resource
import signal
import sys
import time
import warnings

from verify.launch import PR_SET_PDEATHSIG
from verify.records import Outcome

NO_MORE = 3  # exit status of a child whose input has ended
FULL, WORN = 0.8, 0.5  # parts of the memory limit: reached by a job, and where a child is replaced between two


def main() -> None:
    memory = int(sys.argv[1])
    output = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no reply
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")

    from verify import equality

    equality.warm()
    gc.collect()
    gc.freeze()
    parent, child, epoch, status = os.getpid(), 0, 0, 0
    signal.signal(signal.SIGUSR1, lambda *_: child and os.kill(child, signal.SIGKILL))
    while os.waitstatus_to_exitcode(status) != NO_MORE:
        epoch += 1
        if (child := os.fork()) == 0:
            try:
                _serve(output, epoch, status, memory, parent)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        child = 0


def _serve(output: int, epoch: int, before: int, memory: int, parent: int) -> None:
    """The child. Does not return."""
    from verify.equality import judge

    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(0)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    _say(output, {"epoch": epoch, "process": os.getpid(), "before": before})
    with open(0, "rb", closefd=False) as requests:
        for line in requests:
            try:
                request = json.loads(line)
                if request["epoch"] != epoch:
                    continue
            except (ValueError, LookupError, TypeError):  # the rest of a line that an earlier child had begun to read
                continue
            began = time.perf_counter()
            full = Outcome.MEMORY, f"needs more than {memory >> 20} MiB"
            try:
                outcome, reason = judge(request["reference"], request["answer"])
            except MemoryError:
                outcome, reason = full
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            if outcome is not Outcome.PROVED and peak > FULL * memory:  # sympy takes a MemoryError for an answer
                outcome, reason = full
            reply = {"number": request["number"], "outcome": str(outcome), "reason": reason, "memory": peak}
            _say(output, {**reply, "seconds": time.perf_counter() - began, "processor": time.process_time()})
            if outcome is Outcome.MEMORY or peak > WORN * memory:
                os._exit(0)
    os._exit(NO_MORE)


def _say(output: int, reply: dict[str, object]) -> None:
    os.write(output, (json.dumps(reply) + "\n").encode())


if __name__ == "__main__":
    main()
