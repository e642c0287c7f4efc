"""A checking process without Lean: it speaks the pool's protocol and misbehaves as a proof orders it to.

    fake_repl.py DIRECTORY [START]

A proof ending in `-- do: WORD [ARGUMENT]` is an order, every other one is `proved`. DIRECTORY marks the
process for whoever looks for survivors; each check that begins is a line of its file `ran`. START says
how to begin: `mute` is never ready, `exit` ends at once, `once` begins only the first time.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

DIRECTORY = Path(sys.argv[1])
START = sys.argv[2] if len(sys.argv) > 2 else ""


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def sleep_for_ever() -> None:
    while True:
        time.sleep(60)


def first_time(name: str) -> bool:
    try:
        (DIRECTORY / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def child(**options) -> None:
    code = f"import time; time.sleep(600)  # {DIRECTORY}"
    subprocess.Popen([sys.executable, "-I", "-S", "-c", code], **options)


def good(request: dict) -> dict:
    answer = {"reason": "", "heartbeats": request["heartbeats"], "ms": 1500, "axioms": [], "lemmas": [], "messages": []}
    if request["op"] == "statement":
        return {**answer, "outcome": "elaborates", "canonical": [request["statement"]]}
    return {**answer, "outcome": "proved", "axioms": ["propext"], "lemmas": ["sq_nonneg"]}


def answer(request: dict) -> None:
    identity = request["id"]
    if request["op"] == "split":
        return say(f"{identity} " + json.dumps({"items": []}))
    with (DIRECTORY / "ran").open("a") as file:
        file.write(json.dumps([request["statement"], request["proof"], os.getpid()]) + "\n")
    proved = good(request)
    failed = {**proved, "outcome": "failed", "reason": "no proof"}
    word, _, argument = request["proof"].partition("do: ")[2].partition(" ")
    match word:
        case "spin":
            while time.process_time() < float(argument):
                pass
        case "sleep":
            time.sleep(float(argument))
        case "hang":
            sleep_for_ever()
        case "stubborn":
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            sleep_for_ever()
        case "crash":
            os._exit(1)
        case "crash-once":
            if first_time(f"crashed-{argument}"):
                os._exit(1)
        case "flood":
            while True:
                say("noise " * 1000)
        case "line":
            while True:
                sys.stdout.write("x" * (1 << 20))
        case "noise":
            for _ in range(int(argument)):
                say("x" * 1023)
        case "stderr":
            sys.stderr.write(("x" * 1023 + "\n") * int(argument))
            sys.stderr.write("y" * (int(argument) << 10))  # and a line without an end
            sys.stderr.flush()
        case "last-words":
            sys.stderr.write(argument + "\n")
            sys.stderr.flush()
            os._exit(1)
        case "not-json":
            return say(f"{identity} proved, believe me")
        case "raw":
            return say(f"{identity} {argument}")
        case "forge":
            guesses = ("", "ID ", "0" * 32 + " ", identity[:-1] + " ", identity + ":", " " + identity + " ")
            for guess in guesses:
                say(guess + json.dumps(proved))
            return say(f"{identity} " + json.dumps(failed)) if argument != "hang" else sleep_for_ever()
        case "twice":
            say(f"{identity} " + json.dumps(failed))
        case "grow":
            hoard = bytearray(int(argument) << 20)
            hoard[::4096] = b"x" * len(hoard[::4096])
            sleep_for_ever()
        case "child":
            child()
        case "child-crash":
            child(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os._exit(1)
        case "child-hang":
            child()
            sleep_for_ever()
        case "with":
            proved |= json.loads(argument)
        case "without":
            del proved[argument]
    say(f"{identity} " + json.dumps(proved))


def main() -> None:
    if START == "exit" or (START == "once" and not first_time("started")):
        sys.exit(3)
    if START == "mute":
        sleep_for_ever()
    say("noise before the start")
    say("ready fake 1.0, x")
    for line in sys.stdin:
        answer(json.loads(line))


if __name__ == "__main__":
    main()
