"""The service as a process: its address, its keys, its signals.

settings = Settings(slots=workers)
await serve(LeanPool(toolchain.core(), workers), listen("127.0.0.1", 8000, settings.keys), settings)
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from verify.pool import LeanPool
from verify.server.app import Service, Settings
from verify.statements import BadInput


def keys_of(text: str, where: str) -> tuple[str, ...]:
    """The keys of a file, one a line; `#` begins a comment. Raises BadInput when there is none."""
    lines = (line.strip() for line in text.splitlines())
    keys = tuple(line for line in lines if line and not line.startswith("#"))
    if not keys:
        raise BadInput(f"{where} holds no key")
    if not all(key.isascii() and key.isprintable() for key in keys):
        raise BadInput(f"{where}: a key is of printable ASCII")
    return keys


def listen(host: str, port: int, keys: tuple[str, ...]) -> socket.socket:
    """A bound socket. Raises BadInput where it cannot be had, or leaves loopback without a key."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise BadInput(f"--host {host}: {getattr(error, 'strerror', None) or error}") from error
    if not (ipaddress.ip_address(address[0].partition("%")[0]).is_loopback or keys):
        raise BadInput(f"--host {host} can be reached by others: give --api-key-file, or ANTIPHON_API_KEY")
    listener = socket.socket(family, kind)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise BadInput(
            f"--host {host} --port {port}: {error.strerror}; another --port, or 0 for any free one"
        ) from error
    return listener


def url(listener: socket.socket) -> str:
    """Where a bound socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(
    pool: LeanPool, listener: socket.socket, settings: Settings, say: Callable[[str], None] = print
) -> None:
    """Opens the pool, serves until SIGTERM or SIGINT, closes the pool. Raises LeanUnavailable.

    The port answers only once Lean does. A second signal does not wait for what is in Lean's hands.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    service: Service | None = None

    def signalled() -> None:
        if stop.is_set() and service:
            service.hurry()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, signalled)
    ready, stopped = asyncio.create_task(pool.ready()), asyncio.create_task(stop.wait())
    try:
        async with pool:
            await asyncio.wait({ready, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                service = Service(pool, settings, ready.result())
                listener.listen()
                say(f"serving on {url(listener)} ({pool.toolchain.profile}, Lean {service.version}); stop with Ctrl-C")
                await run(service, listener, stop)
    finally:
        ready.cancel()
        stopped.cancel()
        listener.close()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def run(service: Service, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serves on a socket until `stop` is set, and then until all is answered or the grace is over."""
    grace = service.settings.grace_seconds
    server = _Server(uvicorn.Config(
        service.app, lifespan="off", ws="none", http="h11", log_config=None, access_log=False, server_header=False,
        proxy_headers=False, limit_concurrency=service.settings.connections,
        timeout_graceful_shutdown=round(grace) + 5,
    ))  # fmt: skip
    serving = asyncio.create_task(server.serve([listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        service.stop()
        server.should_exit = True
        await asyncio.wait({serving, service.over}, timeout=grace, return_when=asyncio.FIRST_COMPLETED)
        service.hurry()
        await serving
    finally:
        service.cancel()
        serving.cancel()
        stopping.cancel()


class _Server(uvicorn.Server):
    """Leaves signals to its caller, who has a pool to close after it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
