"""Other people's pools on the same Lean: LeanInteract, and Kimina's server as PyPI has it (`kimina-ast-server`).

    peer-python benchmarks/peers.py {leaninteract,kimina,kimina-unchecked} WORKERS  <jobs.json  >results.json

Runs in a virtual environment of its own, where those packages are and ours is not: `pip install lean-interact
kimina-ast-server kimina-ast-client "fastapi<0.116" colorama tabulate google-cloud-logging`. Both start their REPL as
`lake env REPL`: here `lake` is a shell script that runs its argument, and REPL is `verify/community_repl.py`.
Jobs are `{"warm": [code, …], "jobs": [code, …], "repl": [command, …]}`; results are what each said, and the
seconds that all took together, without start and warm-up.

Kimina's database is a log, needs Postgres and a client generated with tools from the network, and is left
out. `kimina-unchecked` is the server without the `#eval 1` that this package, unlike its upstream, asks a
process before each use.
"""

from __future__ import annotations

import json
import logging
import os
import shlex
import sys
import tempfile
import threading
import time
import types
import typing
from pathlib import Path

import typing_extensions

HEADER = "import Mathlib"
TIMEOUT = 120
PORT = 8765
Said = list[bool | None]
"""For each job whether its pool takes it for a proof; None where it could not tell."""


def project(directory: Path, repl: list[str]) -> None:
    """A Lake project as far as these two look, with our REPL as its binary."""
    binary = directory / ".lake" / "build" / "bin" / "repl"
    binary.parent.mkdir(parents=True)
    kept = [f"{name}={os.environ[name]}" for name in ("PYTHONPATH", "ANTIPHON_HOME") if name in os.environ]
    scripts = {
        binary: "exec " + shlex.join(["env", *kept, *repl]),
        directory / "lake": '[ "$1" = env ] && shift && exec "$@"',
    }
    for path, line in scripts.items():
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)
    (directory / "lean-toolchain").write_text("leanprover/lean4:v4.28.0\n")


def leaninteract(directory: Path, workers: int, warm: list[str], codes: list[str]) -> tuple[Said, float]:
    from lean_interact import Command, LeanREPLConfig, LeanServerPool

    config = LeanREPLConfig(local_repl_path=directory, build_repl=False, lake_path=directory / "lake")
    with LeanServerPool(config, num_workers=workers, max_total_memory=1.0) as pool:
        header = pool.run(Command(cmd=HEADER), timeout=600).env

        def run(batch: list[str]) -> Said:
            replies = pool.run_batch([Command(cmd=code, env=header) for code in batch], timeout_per_cmd=TIMEOUT)
            return [
                r.lean_code_is_valid(allow_sorry=False) if hasattr(r, "lean_code_is_valid") else None for r in replies
            ]

        run(warm * workers)
        begin = time.perf_counter()
        return run(codes), time.perf_counter() - begin


def kimina(directory: Path, workers: int, warm: list[str], codes: list[str], asks: bool) -> tuple[Said, float]:
    os.environ |= {
        "PATH": f"{directory}:{os.environ['PATH']}",
        "LEAN_SERVER_REPL_PATH": str(directory / ".lake/build/bin/repl"),
        "LEAN_SERVER_PROJECT_DIR": str(directory),
        "LEAN_SERVER_SKIP_VALIDATION": "1",
        "LEAN_SERVER_MAX_REPLS": str(workers),
        "LEAN_SERVER_MAX_REPL_MEM": "64G",  # of address space, of which WebAssembly reserves much
        "LEAN_SERVER_LOG_LEVEL": "CRITICAL",
        "LEAN_SERVER_ENVIRONMENT": "prod",
        "NO_GCE_CHECK": "true",
    }
    database = types.ModuleType("server.prisma_client")
    database.prisma = None
    sys.modules["server.prisma_client"] = database

    if sys.version_info < (3, 12):  # pydantic takes the standard library's TypedDict from 3.12 only
        typing.TypedDict = typing_extensions.TypedDict
    import uvicorn
    from kimina_client import KiminaClient, Snippet
    from server.main import app
    from server.repl import Repl

    if not asks:

        async def healthy(self: Repl, timeout: float = 5.0) -> bool:
            return True

        Repl.health_check = healthy
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=PORT, log_config=None))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.1)
    client = KiminaClient(api_url=f"http://127.0.0.1:{PORT}", http_timeout=3600)

    def run(batch: list[str]) -> Said:
        snippets = [Snippet(id=str(n), code=f"{HEADER}\n{code}") for n, code in enumerate(batch)]
        reply = client.check(snippets, timeout=TIMEOUT, batch_size=8, max_workers=5, show_progress=False)
        said: dict[str, bool | None] = {}
        for result in reply.results:
            answer = result.response
            if answer is None or "message" in answer:
                said[result.id] = None
            else:
                errors = any(m["severity"] == "error" for m in answer.get("messages") or ())
                said[result.id] = not errors and not answer.get("sorries")
        return [said.get(str(n)) for n in range(len(batch))]

    run(warm * workers)
    begin = time.perf_counter()
    said = run(codes)
    seconds = time.perf_counter() - begin
    server.should_exit = True
    time.sleep(2)
    return said, seconds


def main() -> None:
    name, workers = sys.argv[1], int(sys.argv[2])
    task = json.load(sys.stdin)
    results, sys.stdout = sys.stdout, sys.stderr
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "repl"
        project(directory, task["repl"])
        if name == "leaninteract":
            said, seconds = leaninteract(directory, workers, task["warm"], task["jobs"])
        else:
            said, seconds = kimina(directory, workers, task["warm"], task["jobs"], asks=name == "kimina")
        json.dump({"said": said, "seconds": seconds}, results)


if __name__ == "__main__":
    main()
