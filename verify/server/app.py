"""A Lean pool behind HTTP: Kimina's shapes, our verdicts, fair between clients (docs/service.md).

A verdict depends on its heartbeat limit alone. A request's `timeout` is how long its sender waits: it ends
the waiting and never becomes a verdict. A client that leaves takes its waiting jobs along; what is in
Lean's hands is finished, and remembered for the next one who asks. Whatever is not of the right form is
answered with 4xx and one line `{"detail": …}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from verify.policy import VERSION
from verify.pool import LeanPool
from verify.records import Job, Outcome, Verdict
from verify.server import kimina
from verify.server.fairness import Closed, FairQueue
from verify.server.kimina import Batch, Judged, Snippet
from verify.server.metrics import Metrics
from verify.source import Item, read_items
from verify.statements import BadInput
from verify.toolchain import LeanUnavailable, Toolchain

log = logging.getLogger("antiphon.service")
T = TypeVar("T")
GONE = 499
STOPPING = "the service is stopping"
OWN_ERROR = "infrastructure: an error of the service's own; its log has it"
RESTART_SECONDS = 30.0
"""What a client is charged, beside the time, for a job that cost a Lean process."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service admits. With no `keys` everyone is let in: for loopback alone."""

    keys: tuple[str, ...] = field(default=(), repr=False)
    slots: int = 1
    """Questions in Lean's hands at a time: as many as the pool has processes."""
    queue: int = 20_000
    """Snippets that are admitted and not answered yet. A client may hold no more than is left free."""
    body_mib: int = 32
    """Size of one request."""
    bodies_mib: int = 512
    """Size of all requests that are being read or answered."""
    body_seconds: float = 60.0
    """Time to send a request."""
    connections: int = 2_000
    grace_seconds: float = 10.0
    """At the end: time for what is in Lean's hands."""


Shape = Callable[[Snippet, Judged, bool], dict[str, Any]]


class Service:
    """The application (`app`) over an open pool."""

    def __init__(self, pool: LeanPool, settings: Settings = Settings(), version: str = "") -> None:
        self.pool = pool
        self.settings = settings
        self.version = version
        self.queue = FairQueue(settings.slots)
        self.metrics = Metrics(pool, self.queue)
        self._held: Counter[str] = Counter()
        self._bytes = 0
        self._checks: dict[Any, asyncio.Task[Verdict]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._mean = 0.0  # seconds of an undisturbed turn, lately
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._broken = ""
        self._stopping = False
        check = self._endpoint(kimina.read_check, kimina.check_result)
        verify = self._endpoint(kimina.read_verify, kimina.verify_result)
        self.app = Starlette(
            routes=[
                *(Route(path, self._health) for path in ("/", "/health")),
                *(Route(path, check, methods=["POST"]) for path in ("/api/check", "/api/check/")),
                *(Route(path, verify, methods=["POST"]) for path in ("/verify", "/one_pass_verify_batch")),
                Route("/metrics", self._metrics),
            ],
            exception_handlers={HTTPException: self._refused, Exception: self._failed},
        )

    # --- requests

    def _endpoint(self, read: Callable[[bytes], Batch], shape: Shape) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            client = self._client(request)
            if self._stopping or self._broken:
                raise HTTPException(503, self._broken or STOPPING)
            with self._memory() as take:
                try:
                    batch = read(await self._body(request, take))
                except BadInput as error:
                    raise HTTPException(422, str(error)) from error
                except ClientDisconnect:
                    return self._gone()
                with self._admitted(client, len(batch.snippets)) as first:
                    rows = await self._while_asked(request, self._batch(client, first, batch, shape))
            return self._gone() if rows is None else self._reply({"results": rows})

        return endpoint

    def _client(self, request: Request) -> str:
        """Who asks: its key, and the name it gives itself or else its address. Raises 401."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        matches = [hmac.compare_digest(given.strip().encode(), key.encode()) for key in self.settings.keys]
        if self.settings.keys and not (any(matches) and scheme.lower() == "bearer"):
            raise HTTPException(401, "wants `Authorization: Bearer KEY`", {"WWW-Authenticate": "Bearer"})
        key = matches.index(True) if matches else 0
        host = request.client.host if request.client else ""
        return f"{key} {request.headers.get('x-client', '')[:200] or host}"

    async def _body(self, request: Request, take: Callable[[int], None]) -> bytes:
        limit = self.settings.body_mib << 20
        body = bytearray()
        try:
            async with asyncio.timeout(self.settings.body_seconds):
                async for piece in request.stream():
                    if len(body) + len(piece) > limit:
                        raise HTTPException(413, f"a request may have {self.settings.body_mib} MiB")
                    take(len(piece))
                    body += piece
        except TimeoutError as error:
            raise HTTPException(408, f"the request took more than {self.settings.body_seconds:g} s") from error
        return bytes(body)

    @contextlib.contextmanager
    def _memory(self) -> Iterator[Callable[[int], None]]:
        """Counts the bytes a request holds until it is answered. Raises 429."""
        taken = 0

        def take(count: int) -> None:
            nonlocal taken
            if self._bytes + count > self.settings.bodies_mib << 20:
                raise self._full()
            taken += count
            self._bytes += count

        try:
            yield take
        finally:
            self._bytes -= taken

    @contextlib.contextmanager
    def _admitted(self, client: str, count: int) -> Iterator[int]:
        """Room in the queue while it lasts, and the first snippet's round. Raises 413 or 429.

        A client may hold no more snippets than are still free, so there is always room for another client;
        a request of less than a hundredth of what is free is let in anyway.
        """
        if count > self.settings.queue // 2:
            raise HTTPException(413, f"a request may have {self.settings.queue // 2} snippets")
        free = self.settings.queue - self._held.total()
        if self._held[client] + count > free and count * 100 > free:
            raise self._full()
        self._held[client] += count
        first = self.queue.enter(client)
        try:
            yield first
        finally:
            self.queue.exit(client)
            self._held[client] -= count
            if not self._held[client]:
                del self._held[client]

    def _full(self) -> HTTPException:
        seconds = self.queue.waiting * self._mean / self.queue.slots
        return HTTPException(429, "the queue is full", {"Retry-After": str(round(min(max(seconds, 1), 60)))})

    async def _while_asked(self, request: Request, work: Awaitable[T]) -> T | None:
        """The result of `work`; None when the client leaves before it, 503 when the service does. Work is dropped then."""
        working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(request.receive())
        try:
            await asyncio.wait({working, leaving, self.over}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            if self.over.done():
                raise HTTPException(503, STOPPING)
            return None
        finally:
            working.cancel()
            leaving.cancel()
            await asyncio.wait({working, leaving})

    # --- snippets

    async def _batch(self, client: str, first: int, batch: Batch, shape: Shape) -> list[dict[str, Any]]:
        async def one(round: int, snippet: Snippet) -> dict[str, Any]:
            judged = await self._judge(_Asker(self, client, round), snippet, batch.timeout)
            try:
                return shape(snippet, judged, batch.debug)
            except Exception:
                log.exception("a result could not be written")
                return shape(snippet, Judged((), OWN_ERROR), batch.debug)

        return await _together(one(first + n, snippet) for n, snippet in enumerate(batch.snippets))

    async def _judge(self, asker: _Asker, snippet: Snippet, timeout: float) -> Judged:
        """What becomes of one snippet within `timeout` seconds; one snippet's misfortune is no other's."""
        began = time.monotonic()
        found: list[tuple[str, Job | None, Verdict] | None] = []
        error = ""

        async def one(number: int, item: Item) -> None:
            verdict = item.verdict or await asker.check(item.job)
            found[number] = (item.name, item.job, verdict)
            self.metrics.checks.labels(str(verdict.outcome)).inc()

        try:
            async with asyncio.timeout(timeout):
                items = await self._read(asker, snippet.code)
                found += [None] * len(items)
                await _together(one(number, item) for number, item in enumerate(items))
        except TimeoutError:
            error = f"Lean check timed out: no verdict within {timeout:g} s"
            self.metrics.abandoned.labels("timeout").inc()
        except Closed:
            error = f"infrastructure: {STOPPING}"
        except LeanUnavailable as reason:
            error = f"infrastructure: {reason}"
        except asyncio.CancelledError:
            self.metrics.abandoned.labels("left").inc()
            raise
        except Exception:
            log.exception("a snippet could not be judged")
            error = OWN_ERROR
        theorems = tuple(row for row in found if row)
        return Judged(theorems, error, asker.waited, time.monotonic() - began)

    async def _read(self, asker: _Asker, code: str) -> list[Item]:
        """The theorems of a snippet; what cannot be Lean text never gets to Lean."""
        reason, outcome = _not_lean(code), Outcome.REFUSED
        if not reason:
            try:
                items = await read_items(code, "snippet", asker)
                if len(items) <= kimina.MAX_THEOREMS:
                    return items
                reason = f"holds more than {kimina.MAX_THEOREMS} theorems"
            except ValueError as error:
                reason, outcome = f"cannot be read: {error}", Outcome.FAILED
        return [Item("snippet", verdict=Verdict(outcome, reason, self.pool.toolchain.profile, policy=VERSION))]

    async def check(self, client: str, round: int, job: Job) -> tuple[Verdict, float]:
        """The verdict on one job, and the seconds it has waited for its turn."""
        waited = await self._turn(client, round)
        task = self._checks.get(job.key)
        if task is None:
            task = self._checks[job.key] = self._begin(client, self.pool.check(job))
            task.add_done_callback(lambda _: self._checks.pop(job.key))
        else:  # another one has asked the same: its turn will do
            self.queue.leave(client, 0.0)
        await asyncio.wait({task})
        return task.result(), waited

    async def split(self, client: str, round: int, text: str) -> tuple[list[dict[str, Any]], float]:
        """The pieces of a text, and the seconds it has waited for its turn. Raises LeanError."""
        waited = await self._turn(client, round)
        task = self._begin(client, self.pool.split(text))
        await asyncio.wait({task})
        return task.result(), waited

    async def _turn(self, client: str, round: int) -> float:
        began = time.monotonic()
        await self.queue.turn(client, round)
        waited = time.monotonic() - began
        self.metrics.wait.observe(waited)
        return waited

    def _begin(self, client: str, question: Awaitable[Any]) -> asyncio.Task[Any]:
        """Lean at work for a client that has the turn: goes on to its end, whoever leaves."""
        task = asyncio.create_task(self._work(client, question))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # its asker may have left
        return task

    async def _work(self, client: str, question: Awaitable[Any]) -> Any:
        began, starts = time.monotonic(), self.pool.starts
        answer = None
        try:
            answer = await question
            return answer
        except LeanUnavailable as error:
            self._broken = str(error)
            raise
        finally:
            seconds = time.monotonic() - began
            self.metrics.check.observe(seconds)
            lost = answer is None or (isinstance(answer, Verdict) and _lost(answer))
            if lost:  # who costs a process pays for it,
                seconds += RESTART_SECONDS
            elif self.pool.starts > starts:  # and not who has waited for the next one
                seconds = min(seconds, self._mean)
            else:
                self._mean += 0.05 * (seconds - self._mean)
            self.queue.leave(client, seconds)

    # --- the rest

    async def _health(self, request: Request) -> Response:
        if self._stopping or self._broken:
            return self._reply({"status": "unavailable", "detail": self._broken or STOPPING}, 503)
        return self._reply({"status": "ok", "profile": self.pool.toolchain.profile, "toolchain": self.version})

    async def _metrics(self, request: Request) -> Response:
        self._client(request)
        return Response(generate_latest(self.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    async def _refused(self, request: Request, error: HTTPException) -> Response:
        return self._reply({"detail": error.detail}, error.status_code, error.headers)

    async def _failed(self, request: Request, error: Exception) -> Response:
        return self._reply({"detail": "an error of the service's own; its log has it"}, 500)

    def _gone(self) -> Response:
        return self._reply({"detail": "the client has left"}, GONE)

    def _reply(self, content: dict[str, Any], status: int = 200, headers: Any = None) -> Response:
        self.metrics.requests.labels(str(status)).inc()
        data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        return Response(data, status, headers, "application/json")

    def stop(self) -> None:
        """Nothing new is begun: who waits is told so, and what is in Lean's hands goes on."""
        self._stopping = True
        self.queue.close()

    def hurry(self) -> None:
        """Lean is not waited for any more: open requests are answered with 503."""
        if not self.over.done():
            self.over.set_result(None)

    def cancel(self) -> None:
        """Drops what is in Lean's hands; the pool is closed next."""
        for task in self._tasks:
            task.cancel()


@dataclass(slots=True)
class _Asker:
    """The pool as one snippet of one client sees it: every question waits for its turn."""

    service: Service
    client: str
    round: int
    waited: float = 0.0

    @property
    def toolchain(self) -> Toolchain:
        return self.service.pool.toolchain

    async def split(self, text: str) -> list[dict[str, Any]]:
        pieces, waited = await self.service.split(self.client, self.round, text)
        self.waited += waited
        return pieces

    async def check(self, job: Job) -> Verdict:
        verdict, waited = await self.service.check(self.client, self.round, job)
        self.waited += waited
        return verdict


async def _together(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """All results; the first exception, or cancellation, ends all of it before it is raised."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def _lost(verdict: Verdict) -> bool:
    """Whether the check has cost a Lean process."""
    return kimina.undecided(verdict) or verdict.outcome is Outcome.MEMORY


def _not_lean(code: str) -> str:
    """Why a text is not given to Lean at all; empty where it is."""
    if not code.strip():
        return "holds no theorem"
    if len(code) > kimina.MAX_CODE:
        return f"longer than {kimina.MAX_CODE} characters"
    if code.lstrip().startswith("{"):
        return "not Lean text"
    try:
        code.encode()
    except UnicodeEncodeError:
        return "not Unicode text (a lone surrogate)"
    return ""
