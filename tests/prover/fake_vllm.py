"""A `vllm serve` without vLLM: it speaks as much of the protocol as the sampler uses, and misbehaves as told.

    fake_vllm.py DIRECTORY FAULT -m vllm… --model MODEL --port PORT …

DIRECTORY/probe.json is what it answers the probe with; DIRECTORY/requests gets a line a completion request, and
DIRECTORY/pids gets its process id and that of its engine, which does nothing and does not end. FAULT: `none`; `exit` or `mute` at the start; `die`, `hang`, `garbage`, `half`, `refuse`
at the third completion request.
"""

import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DIRECTORY, FAULT = Path(sys.argv[1]), sys.argv[2]
PORT = int(sys.argv[sys.argv.index("--port") + 1])
EOS = 1
counting, asked = threading.Lock(), 0


def completion(request: dict) -> dict:
    """Tokens that follow from the seed alone; greedy requests are the probe."""
    if "prompt_logprobs" in request:
        probe = json.loads((DIRECTORY / "probe.json").read_text())
        pairs = zip(request["prompt"][1:], probe, strict=True)
        return {"prompt_logprobs": [None, *({str(token): {"logprob": logprob}} for token, logprob in pairs)]}
    ids = [3 + (request["seed"] >> shift) % 200 for shift in (0, 8, 16)] + [EOS]
    return {"token_ids": ids, "logprobs": {"token_logprobs": [-0.5] * len(ids)}}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.answer(503 if FAULT == "mute" else 200, b"")

    def do_POST(self) -> None:
        global asked
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Bearer {os.environ['VLLM_API_KEY']}":
            return self.answer(401, b"no key")
        choice = completion(request)
        if "prompt_logprobs" not in request:
            with counting:
                asked += 1
                third = asked == 3
                with (DIRECTORY / "requests").open("a") as log:
                    log.write(json.dumps(request) + "\n")
            if third and FAULT == "die":
                print("out of memory", flush=True)
                os._exit(9)
            if third and FAULT == "hang":
                time.sleep(600)
            if third and FAULT == "garbage":
                return self.answer(200, b"<html>")
            if third and FAULT == "refuse":
                return self.answer(400, b"seed too large")
            if third and FAULT == "half":
                choice["token_ids"].pop()
        self.answer(200, json.dumps({"choices": [choice]}).encode())


engine = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"])
with (DIRECTORY / "pids").open("a") as pids:
    pids.write(f"{os.getpid()} {engine.pid}\n")
if FAULT == "exit":
    sys.exit("no such model")
ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
