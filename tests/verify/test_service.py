"""The HTTP service, driven by Kimina's own client and by worse ones; a fake Lean but for one test."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import typing
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest
import typing_extensions

from verify.pool import LeanPool, Limits
from verify.records import Job, Message, Outcome, Statement, Verdict
from verify.server import kimina
from verify.server.app import Service, Settings
from verify.server.daemon import keys_of, listen, run, url
from verify.statements import BadInput
from verify.toolchain import Toolchain

with pytest.MonkeyPatch.context() as patch:
    if sys.version_info[:2] == (3, 11):  # the one version on which the client takes a TypedDict that pydantic refuses
        patch.setattr(typing, "TypedDict", typing_extensions.TypedDict)
    from kimina_client import AsyncKiminaClient, KiminaClient, Snippet, SnippetStatus, VerifyRequestBody

FAKE = Path(__file__).with_name("fake_repl.py")
ROOT = Path(__file__).resolve().parents[2]
QUICK = Limits(wall_seconds=20, start_seconds=30)
SPLITTING = f"""
import json, os, re, time
fake = {{"__name__": "fake_repl"}}
exec(open({str(FAKE)!r}).read(), fake)
plain = fake["answer"]

def split(text):
    if "do: split-crash" in text:
        os._exit(1)
    at = 0
    for piece in re.split(r"(?m)^(?=theorem|axiom|#)", text):
        line, at = text.count("\\n", 0, at) + 1, at + len(piece)
        found = re.match(r"theorem\\s+(\\S+)(.*?):=(.*)", piece, re.S)
        if found:
            value = found[3].strip()
            yield {{"kind": "theorem", "line": line, "name": found[1], "by": value.startswith("by"),
                   "statement": "theorem " + found[1] + found[2].rstrip(), "value": value}}
        elif piece.strip() and not piece.startswith("import"):
            kind = "error" if piece.startswith("theorem") else "other"
            yield {{"kind": kind, "line": line, "text": piece}}

def answer(request):
    if request["op"] != "split":
        return plain(request)
    with (fake["DIRECTORY"] / "splits").open("a") as file:
        file.write("x")
    fake["say"](request["id"] + " " + json.dumps({{"items": list(split(request["text"]))}}))

fake["answer"] = answer
fake["main"]()
"""
"""fake_repl.py, which can also split a text in which every command begins a line."""


def splitting(directory: Path, *start: str) -> Toolchain:
    command = (sys.executable, "-I", "-S", "-c", SPLITTING, str(directory), *start)
    return Toolchain("fake", command, directory, {"PATH": os.environ["PATH"]})


def code(order: str = "", number: int | str = 0) -> str:
    return f"import Mathlib\n\ntheorem t{number} (n : ℕ) : n = n + {number} := by\n  rfl -- do: {order}"


def ran(directory: Path) -> list[str]:
    """The theorem's number of every check that has begun."""
    file = directory / "ran"
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [statement.split()[1][1:] for statement, _, _ in rows]


def family(directory: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            if "python" in (words or [""])[0] and "-c" in words and str(directory) in words:
                found.append(process)
    return found


async def until(condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came about"
        await asyncio.sleep(0.02)


@pytest.fixture
def place(tmp_path):
    """A directory in whose name nothing may live on after the test."""
    yield tmp_path
    end = time.monotonic() + 10
    while family(tmp_path) and time.monotonic() < end:
        time.sleep(0.05)
    assert not family(tmp_path), "a process has survived its pool"


class Live:
    """A service on a port of its own."""

    def __init__(self, service: Service, address: str) -> None:
        self.service, self.url = service, address

    def client(self, name: str = "") -> httpx.AsyncClient:
        headers = {"X-Client": name} if name else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=120, verify=False)  # no TLS: quick

    async def check(self, *codes: str, client: str = "", timeout: float = 60, **more) -> list[dict]:
        body = {"snippets": [{"id": str(n), "code": c} for n, c in enumerate(codes)], "timeout": timeout, **more}
        async with self.client(client) as http:
            answer = await http.post("/api/check", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    async def metrics(self) -> dict[str, float]:
        async with self.client() as http:
            lines = (await http.get("/metrics")).text.splitlines()
        return {name: float(value) for name, _, value in (x.rpartition(" ") for x in lines if x[0] != "#")}


@contextlib.asynccontextmanager
async def serving(place: Path, workers: int = 1, limits: Limits = QUICK, **settings):
    listener = listen("127.0.0.1", 0, ("needed",))
    address, stop = url(listener), asyncio.Event()
    async with LeanPool(splitting(place), workers, limits) as pool:
        service = Service(pool, Settings(slots=workers, **settings), await pool.ready())
        listener.listen()
        running = asyncio.create_task(run(service, listener, stop))
        try:
            yield Live(service, address)
        finally:
            stop.set()
            await asyncio.wait_for(running, 30)
    assert service.queue.running == service.queue.waiting == service.queue.clients == 0
    assert not service._held and not service._bytes


# --- Kimina's own client


CASES = [
    ("", SnippetStatus.valid, "proved"),
    ('with {"outcome": "failed", "reason": "no proof"}', SnippetStatus.lean_error, "failed"),
    ('with {"outcome": "timeout", "reason": "heartbeat limit", "messages": [{"severity": "error", "line": 2, '
     '"column": 2, "text": "maximum number of heartbeats"}]}', SnippetStatus.lean_error, "timeout"),
    ('with {"outcome": "out_of_profile", "reason": "no ℂ"}', SnippetStatus.lean_error, "out_of_profile"),
    ("last-words Cannot enlarge memory arrays", SnippetStatus.lean_error, "memory"),
    ("hang", SnippetStatus.timeout_error, "timeout"),
    ("crash", SnippetStatus.server_error, "infrastructure"),
    ('with {"outcome": "nonsense"}', SnippetStatus.server_error, "infrastructure"),
]  # fmt: skip


async def test_kiminas_client_judges_every_outcome_rightly(place):
    snippets = [Snippet(id=f"s{n}", code=code(order, n)) for n, (order, *_) in enumerate(CASES)]
    async with serving(place, 2, Limits(wall_seconds=1.5, start_seconds=30)) as live:
        client = KiminaClient(api_url=live.url, n_retries=1)
        reply = await asyncio.to_thread(client.check, snippets, timeout=60, batch_size=20, show_progress=False)
        rows = await live.check(*(snippet.code for snippet in snippets))
    assert [(r.id, r.analyze().status) for r in reply.results] == [(f"s{n}", c[1]) for n, c in enumerate(CASES)]
    assert [row["verdicts"][0]["outcome"] for row in rows] == [outcome for *_, outcome in CASES]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("theorem t : 1 = 2 := by\n  sorry", "leaves the proof open"),
        ("theorem t : 1 = 2 := by\n  exact?", "is a search"),
        ("axiom cheat : False\ntheorem t : 1 = 2 := by\n  exact cheat.elim", "`axiom cheat` is not allowed"),
        ("import Mathlib\n", "holds no theorem"),
        ("", "holds no theorem"),
        (" \n ", "holds no theorem"),
        ("#check Nat", "not allowed beside a theorem"),
        ("theorem t : 1 = 2", "does not parse"),
        ('{"statement": "theorem t : True", "proof": "trivial"}', "not Lean text"),
        ("theorem t : True := by\n  trivial -- " + "x" * kimina.MAX_CODE, "longer than"),
        ("theorem t : True := by\n  trivial -- \ud800", "not Unicode text"),
        ("".join(f"theorem t{n} : True := by\n  trivial\n" for n in range(201)), "more than 200 theorems"),
        (
            "open Nat (succ) in\n  theorem t : 1 = 2 := by\n  simp\n\ntheorem u : True := by\n  trivial",
            "not allowed beside",
        ),
    ],
)
async def test_what_is_no_proof_is_never_valid(place, text, words):
    async with serving(place) as live, live.client() as http:
        body = json.dumps({"snippets": [{"id": "x", "code": text}]})
        answer = await http.post("/api/check", content=body)
    assert answer.status_code == 200
    (row,) = answer.json()["results"]
    errors = [m["data"] for m in row["response"]["messages"] if m["severity"] == "error"]
    assert errors and words in errors[0]
    assert row["verdicts"][0]["outcome"] in ("failed", "refused")
    assert not ran(place)


async def test_the_asynchronous_client_keeps_order_over_many_batches(place):
    wrong = 'with {"outcome": "failed", "reason": "no proof"}'
    snippets = [Snippet(id=f"s{n}", code=code(wrong if n % 3 == 0 else "", n)) for n in range(60)]
    async with serving(place, 2) as live:
        client = AsyncKiminaClient(api_url=live.url, headers={"X-Client": "kimina"})
        reply = await client.check(snippets, batch_size=7, max_workers=4, show_progress=False)
        assert await client.health() == {"status": "ok", "profile": "fake", "toolchain": "fake 1.0"}
        await client.session.aclose()
    assert [r.id for r in reply.results] == [s.id for s in snippets]
    valid = [r.analyze().status is SnippetStatus.valid for r in reply.results]
    assert valid == [n % 3 != 0 for n in range(60)]


async def test_the_shapes_of_both_versions(place):
    async with serving(place) as live:
        (row,) = await live.check(code(), debug=True, reuse=False, infotree="original")
        async with live.client() as http:
            for path in ("/verify", "/one_pass_verify_batch"):
                codes = [{"custom_id": 7, "proof": code()}, {"custom_id": "b", "code": code("crash", 1)}]
                request = {"codes": codes, "timeout": 60, "infotree_type": "original"}
                VerifyRequestBody.model_validate(request)
                first, second = (await http.post(path, json=request)).json()["results"]
            assert (await http.get("/")).json()["status"] == (await http.get("/health")).json()["status"] == "ok"
            assert (await http.post("/api/check/", json={})).status_code == 422
    assert row.keys() == {"id", "time", "response", "verdicts", "diagnostics"}
    assert row["response"] == {"messages": []} and row["time"] == 1.5
    assert row["verdicts"][0]["name"] == "t0" and row["verdicts"][0]["axioms"] == ["propext"]
    assert first["response"] == {"messages": [], "time": 1.5} and first["custom_id"] == "7"
    assert second.keys() == {"custom_id", "error", "verdicts"} and "infrastructure" in second["error"]


async def test_one_bad_theorem_makes_the_snippet_bad(place):
    two = (
        code("", 1)
        + "\n\n"
        + code('with {"outcome": "failed", "reason": "no proof"}', 2).removeprefix("import Mathlib")
    )
    async with serving(place) as live:
        (row,) = await live.check(two)
    assert [(v["name"], v["outcome"]) for v in row["verdicts"]] == [("t1", "proved"), ("t2", "failed")]
    (message,) = row["response"]["messages"]
    assert message == {"severity": "error", "pos": {"line": 8, "column": 0}, "data": "failed: no proof"}


# --- messages stand where the snippet has them


TEXT = (
    "import Mathlib\n\n/-- d -/ lemma  a.b\n    (n : ℕ)\n  : n = n :=  by  skip\n  rfl\n\ntheorem c : 1 = 1 := rfl x\n"
)
MULTILINE = Job(Statement("a.b", "(n : ℕ)\n  : n = n"), "  skip\n  rfl")
TERM = Job(Statement("c", ": 1 = 1"), "exact (rfl x\n)")


@pytest.mark.parametrize(
    ("job", "line", "column", "expected"),
    [
        (MULTILINE, 1, 2, (5, 18)),
        (MULTILINE, 2, 2, (6, 2)),
        (MULTILINE, 0, 4, (5, 4)),
        (MULTILINE, -1, 12, (4, 4)),
        (MULTILINE, -1, 0, (3, 9)),
        (MULTILINE, -2, 0, (3, 9)),
        (MULTILINE, 9, 0, (3, 9)),
        (TERM, 1, 7, (8, 21)),
        (TERM, 1, 11, (8, 25)),
        (TERM, 1, 2, (8, 21)),
        (Job(Statement("elsewhere", ": 1 = 1"), "rfl"), 3, 3, (1, 0)),
    ],
)
def test_positions(job, line, column, expected):
    verdict = Verdict(Outcome.FAILED, "no", "fake", messages=(Message("error", line, column, "here"),))
    row = kimina.check_result(kimina.Snippet("x", TEXT), kimina.Judged((("n", job, verdict),)), False)
    (message,) = row["response"]["messages"]
    assert (message["pos"]["line"], message["pos"]["column"]) == expected


@pytest.mark.parametrize(
    ("job", "reason", "data", "expected"),
    [
        (
            MULTILINE,
            "proof: `sorry` leaves the proof open (line 2, column 2)",
            "refused: proof: `sorry` leaves the proof open",
            (6, 2),
        ),
        (MULTILINE, "statement: `IO` is bad (line 2, column 4)", "refused: statement: `IO` is bad", (5, 4)),
        (MULTILINE, "something (line 2)", "refused: something (line 2)", (3, 9)),
        (None, "`axiom x` is not allowed (line 4)", "refused: `axiom x` is not allowed", (4, 0)),
        (None, "nothing", "refused: nothing", (1, 0)),
    ],
)
def test_positions_of_refusals(job, reason, data, expected):
    row = kimina.check_result(
        kimina.Snippet("x", TEXT), kimina.Judged((("n", job, Verdict(Outcome.REFUSED, reason, "fake")),)), False
    )
    (message,) = row["response"]["messages"]
    assert (message["data"], (message["pos"]["line"], message["pos"]["column"])) == (data, expected)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.PROVED])
@pytest.mark.parametrize("messages", [(), (Message("warning", 1, 0, "w"),), (Message("error", 1, 0, "e"),)])
def test_only_a_proof_has_no_error(outcome, messages):
    verdict = Verdict(outcome, "", "fake", messages=messages)
    proved = Verdict(Outcome.PROVED, "", "fake")
    for theorems in ([verdict], [proved, verdict], [verdict, proved]):
        judged = kimina.Judged(tuple(("n", TERM, v) for v in theorems))
        for shape in (kimina.check_result, kimina.verify_result):
            row = shape(kimina.Snippet("x", TEXT), judged, False)
            bad = bool(row.get("error")) or any(m["severity"] == "error" for m in row["response"]["messages"])
            assert bad
            assert ("error" in row) != ("response" in row)
            if outcome is Outcome.INFRASTRUCTURE:
                assert "error" in row


# --- garbage


GARBAGE = [
    b"", b"{", b"\xff\xfe\x00", b"[]", b"null", b"[" * 100_000, b"{}", b'{"snippets": []}', b'{"snippets": {}}', b'{"snippets": [1]}',
    b'{"snippets": [{"id": 1, "code": "x"}]}', b'{"snippets": [{"id": "a"}]}', b'{"snippets": [{"id": "a", "code": null}]}',
    b'{"snippets": [{"id": "a", "code": "x"}, {"id": "a", "code": "y"}]}',
    b'{"snippets": [{"id": "a", "code": "x"}], "timeout": "soon"}', b'{"snippets": [{"id": "a", "code": "x"}], "timeout": NaN}',
    b'{"snippets": [{"id": "a", "code": "x"}], "timeout": 1e999}', b'{"snippets": [{"id": "a", "code": "x"}], "timeout": -1}',
    b'{"snippets": [{"id": "a", "code": "x"}], "timeout": true}', b'{"snippets": [{"id": "a", "code": "x"}], "infotree": "all"}',
    b'{"snippets": [{"id": "a", "code": "x"}], "timeout": ' + b"9" * 5000 + b"}",
    b'{"snippets": [{"id": "a", "code": "x"}], "debug": 1}', b'{"snippets": [{"id": "' + b"a" * 2000 + b'", "code": "x"}]}',
    b'{"codes": [{"custom_id": [], "code": "x"}]}',
]  # fmt: skip


async def test_garbage_is_told_so_in_one_line(place):
    async with serving(place, body_mib=1, queue=20, body_seconds=1) as live, live.client() as http:
        for body in GARBAGE:
            for path in ("/api/check", "/verify"):
                answer = await http.post(path, content=body)
                assert answer.status_code == 422, (body[:80], answer.text)
                detail = answer.json()["detail"]
                assert 0 < len(detail) < 300 and "\n" not in detail and "Traceback" not in detail
        for method, path, status in (("GET", "/api/check", 405), ("GET", "/nowhere", 404), ("DELETE", "/verify", 405)):
            answer = await http.request(method, path)
            assert (answer.status_code, list(answer.json())) == (status, ["detail"])
        many = {"snippets": [{"id": str(n), "code": "x"} for n in range(11)]}
        assert (await http.post("/api/check", json=many)).status_code == 413
        assert (await http.post("/api/check", content=b"x" * (1 << 20) + b"x")).status_code == 413
        assert await raw(live.url, b"\x16\x03\x01\x02\x00 this is no HTTP\r\n\r\n") == 400
        assert await raw(live.url, b"POST /api/check HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{") == 408
        assert await raw(live.url, b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000 + b"\r\n\r\n") == 400
        (row,) = await live.check(code())
        assert not row["response"]["messages"]
        statuses = {name for name in await live.metrics() if "requests_total" in name and "5" in name.split('"')[1][:1]}
        assert not statuses


async def raw(address: str, data: bytes) -> int:
    """The status that bytes on a bare connection get."""
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    with contextlib.suppress(ConnectionError):
        writer.write(data)
        await writer.drain()
    line = await asyncio.wait_for(reader.readline(), 20)
    writer.close()
    return int(line.split()[1])


async def test_a_text_that_kills_lean_spoils_only_itself(place):
    texts = [code("", 1), code("split-crash", 2), code("", 3)]
    async with serving(place) as live:
        rows = await live.check(*texts)
    assert ["response" in row for row in rows] == [True, False, True]
    assert "infrastructure" in rows[1]["error"]


# --- keys and addresses


async def test_a_key_is_wanted_where_there_is_one(place):
    async with serving(place, keys=("first-key", "second-key")) as live:
        for key, status in (
            ("", 401),
            ("first-kez", 401),
            ("first-key\xe9", 401),
            ("first-key", 200),
            ("second-key", 200),
        ):
            headers = [(b"Authorization", b"Bearer " + key.encode())] if key else []
            async with httpx.AsyncClient(base_url=live.url, headers=headers, timeout=60) as http:
                body = {"snippets": [{"id": "a", "code": code()}]}
                assert (await http.post("/api/check", json=body)).status_code == status
                assert (await http.get("/metrics")).status_code == status
                assert (await http.get("/health")).status_code == 200
        async with live.client() as http:
            answer = await http.post("/api/check", json=body, headers={"Authorization": "Basic first-key"})
            assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
        client = KiminaClient(api_url=live.url, api_key="first-key", n_retries=1)
        reply = await asyncio.to_thread(client.check, code(), show_progress=False)
        assert reply.results[0].analyze().status is SnippetStatus.valid
        assert "first-key" not in repr(live.service.settings)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::ffff:127.0.0.1", "192.0.2.1"])
def test_others_are_let_in_only_with_a_key(host):
    with pytest.raises(BadInput, match="can be reached by others"):
        listen(host, 0, ())


def test_addresses():
    for host in ("127.0.0.1", "localhost"):
        with contextlib.closing(listen(host, 0, ())) as one:
            assert one.getsockname()[0] in ("127.0.0.1", "::1")
            port = one.getsockname()[1]
            one.listen()
            with pytest.raises(BadInput, match=f"--port {port}"):
                listen(one.getsockname()[0], port, ())
    with pytest.raises(BadInput, match="--host nowhere"):
        listen("nowhere.invalid", 0, ())
    with contextlib.closing(listen("0.0.0.0", 0, ("key",))) as one:
        assert one.getsockname()[0] == "0.0.0.0"


def test_keys_of_a_file():
    assert keys_of("# ours\nabc\n\n  def  \n", "f") == ("abc", "def")
    for text in ("", "# nothing\n", "clé"):
        with pytest.raises(BadInput, match=r"^f"):
            keys_of(text, "f")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "can be reached by others"),
        (["--port", "65536"], "--port"),
        (["--workers", "0"], "--workers"),
        (["--api-key-file", "nowhere"], "nowhere"),
    ],
)
def test_a_mistake_is_one_line(arguments, words):
    environment = {k: v for k, v in os.environ.items() if k != "ANTIPHON_API_KEY"}
    command = [sys.executable, "-m", "antiphon", "serve", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, cwd=ROOT)
    assert result.returncode == 2
    assert words in result.stderr and result.stderr.count("\n") == 1


def test_a_missing_extra_says_what_to_install():
    code = "import sys; sys.modules['starlette'] = None; sys.argv = ['antiphon', 'serve']; import antiphon; antiphon.main()"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert result.returncode == 2
    assert "antiphon[serve]" in result.stderr and result.stderr.count("\n") == 1


# --- waiting: bounds, fairness, leaving


async def test_a_full_queue_says_when_to_come_again_and_keeps_room_for_others(place):
    async with serving(place, queue=8) as live, live.client("greedy") as greedy, live.client("other") as other:

        def body(count, name):
            return {"snippets": [{"id": str(n), "code": code("sleep 0.5", f"{name}{n}")} for n in range(count)]}

        first = asyncio.create_task(greedy.post("/api/check", json=body(4, "a")))
        await until(lambda: live.service._held)
        answer = await greedy.post("/api/check", json=body(1, "b"))
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert "full" in answer.json()["detail"]
        assert (await other.post("/api/check", json=body(2, "c"))).status_code == 200
        assert (await first).status_code == 200
        assert (await greedy.post("/api/check", json=body(1, "b"))).status_code == 200
        assert (await live.metrics())['antiphon_requests_total{status="429"}'] == 1


async def test_the_bytes_that_are_held_are_bounded(place):
    async with serving(place, body_mib=1, bodies_mib=1) as live, live.client() as http:
        big = {"snippets": [{"id": str(n), "code": "-" * 100_000 + code("sleep 1", n)} for n in range(8)]}
        first = asyncio.create_task(http.post("/api/check", json=big))
        await until(lambda: live.service._bytes > 700_000)
        assert (await http.post("/api/check", json=big)).status_code == 429
        assert (await first).status_code == 200


async def test_one_snippet_does_not_wait_for_ten_thousand(place):
    """The one is checked within a few turns of its coming, be it of another client or of the same one."""
    async with serving(place) as live:
        many = [code("", f"big{n}") for n in range(10_000)]
        big = asyncio.create_task(live.check(*many, client="greedy", timeout=600))
        await until(lambda: len(ran(place)) > 50)
        for client, number in (("modest", "one"), ("greedy", "two")):  # another client, and another request
            before = len(ran(place))
            await live.check(code("", number), client=client)
            order = ran(place)
            assert order.index(number) - before <= 12
            assert len(order) < 5_000, "too quick to show anything"
        big.cancel()


async def test_who_leaves_takes_waiting_jobs_along_and_leaves_what_is_running(place):
    async with serving(place) as live:
        leaver = asyncio.create_task(live.check(*(code("sleep 1", n) for n in range(50)), client="leaver"))
        await until(lambda: ran(place))
        leaver.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaver
        await until(lambda: not live.service.queue.waiting, 5)
        began = time.monotonic()
        await live.check(code("", "other"), client="other")
        assert time.monotonic() - began < 4
        await until(lambda: not live.service.queue.running)
        started = ran(place)
        assert len(started) <= 3  # one worker; 50 without cancellation
        (row,) = await live.check(code("sleep 1", started[0]))
        assert row["verdicts"][0]["outcome"] == "proved"
        assert Counter(ran(place))[started[0]] == 1, "its verdict should have been kept"
        seen = await live.metrics()
        assert seen['antiphon_snippets_abandoned_total{why="left"}'] == 50
        assert seen['antiphon_requests_total{status="499"}'] == 1


async def test_the_timeout_bounds_the_waiting_and_is_no_verdict(place):
    async with serving(place) as live:
        began = time.monotonic()
        rows = await live.check(code("", 1), code("sleep 3", 2), *(code("", n) for n in range(3, 9)), timeout=1.5)
        assert time.monotonic() - began < 2.9
        assert all("timed out" in row["error"] for row in rows[-3:])
        assert not any(v["outcome"] != "proved" for row in rows for v in row["verdicts"])
        (row,) = await live.check(code("sleep 3", 2))
        assert row["verdicts"][0]["outcome"] == "proved"
        assert Counter(ran(place))["2"] == 1
        (row,) = await live.check(code("", 100), timeout=0)
        assert "timed out" in row["error"]


async def test_equal_snippets_hold_one_turn(place):
    """A hundred who ask the same do not keep others from Lean."""
    async with serving(place, 2) as live:
        same = [asyncio.create_task(live.check(code("sleep 2", 1), client=f"c{n}")) for n in range(30)]
        await until(lambda: ran(place))
        began = time.monotonic()
        await live.check(code("", 2), client="other")
        assert time.monotonic() - began < 1.5
        assert all([row["verdicts"][0]["outcome"] == "proved" for (row,) in await asyncio.gather(*same)])
    assert Counter(ran(place)) == {"1": 1, "2": 1}


async def test_a_hundred_clients(place):
    """Honest ones, ones that leave, ones that send garbage, a greedy one: every honest answer is right and soon."""
    wrong = 'with {"outcome": "failed", "reason": "no proof"}'
    async with serving(place, 2, body_mib=1, body_seconds=20) as live:
        greedy = asyncio.create_task(
            live.check(*(code("", f"g{n}") for n in range(8_000)), client="greedy", timeout=600)
        )
        await until(lambda: len(ran(place)) > 20)

        async def honest(number: int) -> None:
            for round in range(3):
                kinds = [(number + round + k) % 3 for k in range(4)]
                names = [f"h{number}x{round}x{k}" for k in range(4)]
                codes = [code(wrong if kind == 0 else "", name) for kind, name in zip(kinds, names, strict=True)]
                rows = await live.check(*codes, client=f"honest {number}")
                assert [v["name"] for row in rows for v in row["verdicts"]] == [f"t{name}" for name in names]
                assert [row["verdicts"][0]["outcome"] for row in rows] == ["proved" if k else "failed" for k in kinds]

        async def kimina_client(number: int) -> None:
            client = AsyncKiminaClient(api_url=live.url, headers={"X-Client": f"kimina {number}"}, n_retries=1)
            reply = await client.check([code("", f"k{number}"), code(wrong, f"w{number}")], show_progress=False)
            await client.session.aclose()
            assert [r.analyze().status for r in reply.results] == [SnippetStatus.valid, SnippetStatus.lean_error]

        async def leaving(number: int) -> None:
            codes = [code("sleep 0.05", f"l{number}x{k}") for k in range(20)]
            work = asyncio.create_task(live.check(*codes, client=f"leaver {number}"))
            await asyncio.sleep(0.05 + number / 40)
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work

        async def garbage(number: int) -> None:
            async with live.client(f"garbage {number}") as http:
                for body in GARBAGE[number::5]:
                    assert 400 <= (await http.post("/api/check", content=body)).status_code < 500
            assert await raw(live.url, os.urandom(200).replace(b"\n", b"") + b"\r\n\r\n") == 400

        began = time.monotonic()
        clients = [honest(n) for n in range(50)] + [kimina_client(n) for n in range(10)]
        clients += [leaving(n) for n in range(20)] + [garbage(n) for n in range(20)]
        await asyncio.gather(*clients)
        seconds = time.monotonic() - began
        order = ran(place)
        left = 8_000 - sum(name.startswith("g") for name in order)
        assert not greedy.done() and left > 2_000, "the greedy one was served first"
        # While a hundred others were served, it had not much more than its share.
        others = [n for n, name in enumerate(order) if not name.startswith("g")]
        share = sum(name.startswith("g") for name in order[others[0] : others[-1]]) / (others[-1] - others[0])
        assert share < 0.5
        seen = await live.metrics()
        assert not [name for name in seen if name.startswith('antiphon_requests_total{status="5')]
        assert len([name for name in order if name.startswith("l")]) < 300  # of 400
        print(f"{len(order)} checks, {seconds:.1f} s, greedy share {share:.2f}")
        greedy.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await greedy


# --- what is to be seen, and the end


async def test_metrics(place):
    async with serving(place) as live:
        await live.check(code("", 1), code('with {"outcome": "failed", "reason": ""}', 2), code("crash", 3))
        seen = await live.metrics()
    assert [seen[f'antiphon_checks_total{{outcome="{o}"}}'] for o in ("proved", "failed", "infrastructure")] == [
        1,
        1,
        1,
    ]
    assert seen["antiphon_lean_restarts_total"] >= 1 and seen["antiphon_lean_busy_seconds_total"] > 0
    assert seen["antiphon_check_seconds_count"] == seen["antiphon_wait_seconds_count"] == 6
    assert seen["antiphon_waiting"] == seen["antiphon_in_flight"] == seen["antiphon_clients"] == 0
    assert seen['antiphon_requests_total{status="200"}'] == 1


async def test_a_lean_that_is_lost_is_told(place):
    """It starts once, and never again after its first death."""
    listener = listen("127.0.0.1", 0, ())
    async with LeanPool(splitting(place, "once"), 1, QUICK) as pool:
        service = Service(pool, Settings(), await pool.ready())
        live, stop = Live(service, url(listener)), asyncio.Event()
        listener.listen()
        running = asyncio.create_task(run(service, listener, stop))
        rows = await live.check(code("crash", 1), code("", 2))
        assert all("infrastructure" in row["error"] for row in rows)
        async with live.client() as http:
            for answer in (await http.get("/health"), await http.post("/api/check", json={})):
                assert answer.status_code == 503
                assert "doctor" in answer.json()["detail"]
        stop.set()
        await running


HOLDER = """
import asyncio, os, sys
from pathlib import Path
from verify.pool import LeanPool, Limits
from verify.server.daemon import listen, serve
from verify.toolchain import Toolchain

directory = Path(sys.argv[1])
command = (sys.executable, "-I", "-S", "-c", sys.argv[2], *sys.argv[1:2], *sys.argv[3:])
pool = LeanPool(Toolchain("fake", command, directory, dict(os.environ)), 2, Limits())
from verify.server.app import Settings
settings = Settings(slots=2, grace_seconds=6)
asyncio.run(serve(pool, listen("127.0.0.1", 0, ()), settings, lambda text: print(text, flush=True)))
"""


@contextlib.contextmanager
def holder(place: Path, *start: str):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place), SPLITTING, *start], cwd=ROOT, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("end", "order"), [(signal.SIGTERM, "sleep 3"), (signal.SIGINT, "sleep 3"), (signal.SIGTERM, "hang")]
)
async def test_a_signal_ends_it_in_order(place, end, order):
    """What Lean has in hand is answered, what waits is told, what hangs is not waited for."""
    with holder(place) as process:
        line = await asyncio.to_thread(process.stdout.readline)
        address = line.split(" on ")[1].split()[0]
        live = Live(None, address)

        async def ask(http: httpx.AsyncClient, number: int) -> str:
            answer = await http.post("/api/check", json={"snippets": [{"id": "a", "code": code(order, number)}]})
            if answer.status_code != 200:
                return str(answer.status_code)
            (row,) = answer.json()["results"]
            return row.get("error", "proved")

        async with live.client() as http:
            asked = [asyncio.create_task(ask(http, n)) for n in range(6)]
            await until(lambda: len(ran(place)) == 2)
            while (await live.metrics())["antiphon_waiting"] < 4:
                await asyncio.sleep(0.02)
            began = time.monotonic()
            process.send_signal(end)
            answers = Counter(await asyncio.gather(*asked))
            assert await asyncio.to_thread(process.wait, 60) == 0
        assert time.monotonic() - began < 20
        assert answers == {"503" if order == "hang" else "proved": 2, "infrastructure: the service is stopping": 4}
        assert "Traceback" not in process.stderr.read()
    assert not family(place)


async def test_a_second_signal_waits_for_nothing(place):
    with holder(place) as process:
        line = await asyncio.to_thread(process.stdout.readline)
        async with Live(None, line.split(" on ")[1].split()[0]).client() as http:
            body = {"snippets": [{"id": "a", "code": code("hang")}]}
            asked = asyncio.create_task(http.post("/api/check", json=body))
            await until(lambda: ran(place))
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            await asyncio.sleep(1)
            assert not asked.done()
            process.send_signal(signal.SIGINT)
            answer = await asked
            assert await asyncio.to_thread(process.wait, 30) == 0
        assert time.monotonic() - began < 6
        assert (answer.status_code, answer.json()) == (503, {"detail": "the service is stopping"})
        assert "Traceback" not in process.stderr.read()
    assert not family(place)


async def test_a_signal_while_lean_starts(place):
    with holder(place, "mute") as process:
        await until(lambda: len(family(place)) >= 3)  # the holder has the directory's name too
        await asyncio.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 30) == 0
    assert not family(place)


# --- the real Lean


@pytest.mark.lean
def test_a_true_and_a_false_theorem_through_http(lean):
    listener = listen("127.0.0.1", 0, ())

    async def begin():
        service, stop = Service(lean.pool, Settings(), await lean.pool.ready()), asyncio.Event()
        listener.listen()
        return stop, asyncio.ensure_future(run(service, listener, stop))

    async def end(stop, running):
        stop.set()
        await running

    snippets = [
        "import Mathlib\n\ntheorem t (a b : ℝ) : 2*a*b ≤ a^2 + b^2 := by\n  nlinarith [sq_nonneg (a - b)]\n",
        "import Mathlib\n\ntheorem f (n : ℕ) : n = n ∧ n = n + 1 := by\n  constructor\n  · rfl\n  · exact rfl\n",
        "theorem s : 1 = 1 := by exact rfl x",
        "theorem s : 1 = 1 := (rfl : 2 = 2)",
        "theorem u : 1 = 2 := by\n  sorry",
        "#check Nat",
    ]
    running = lean.run(begin())
    try:
        reply = KiminaClient(api_url=url(listener), n_retries=1).check(snippets, timeout=200, show_progress=False)
    finally:
        lean.run(end(*running))
    statuses = [row.analyze().status for row in reply.results]
    assert statuses == [SnippetStatus.valid] + [SnippetStatus.lean_error] * 5
    errors = [next((m for m in r.response["messages"] if m["severity"] == "error"), None) for r in reply.results]
    assert [error and (error["pos"]["line"], error["pos"]["column"]) for error in errors] == [
        None, (6, 4), (1, 30), (1, 21), (2, 2), (1, 0),
    ]  # fmt: skip
