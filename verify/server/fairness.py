"""Whose turn it is: start-time fair queueing (Goyal, Vin, Cheng 1996) between clients, over a few slots.

Time is what is shared, not the number of jobs: of all who wait, the client with the fewest turns in
hand goes first, then the one that has used least of Lean's time. Who was away returns with no credit
and with its debt. Within a client its requests take turns, so a late request of one snippet does not
wait for an early one of ten thousand. Deviation: a turn's cost is known at its end, not at its start.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from dataclasses import dataclass, field

REMEMBERED = 1_000
"""Clients that are away and still owe time; of more, all are forgiven."""


class Closed(Exception):
    """No more turns are given: the service is stopping."""


@dataclass(slots=True)
class _Client:
    """One client with open requests or turns. `used` is virtual time in seconds, `served` the last round."""

    used: float
    open: int = 0
    waiting: int = 0
    running: int = 0
    served: int = -1
    line: list[tuple[int, int, asyncio.Future[None]]] = field(default_factory=list)
    """A heap of (round, number, turn), some of them cancelled."""


class FairQueue:
    """Gives at most `slots` turns at a time.

        first = queue.enter(client)             # a request
        await queue.turn(client, first + n)     # for its n-th job; then work, then:
        queue.leave(client, seconds)
        queue.exit(client)                      # may come before the last `leave`

    A turn that is cancelled while it waits is given to no one.
    """

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.running = 0
        self.waiting = 0
        self._clients: dict[str, _Client] = {}
        self._debts: dict[str, float] = {}
        self._now = 0.0  # virtual: what the least served of the present clients has used
        self._numbers = itertools.count()
        self._closed = False

    @property
    def clients(self) -> int:
        """Clients that are present."""
        return len(self._clients)

    def enter(self, client: str) -> int:
        """A request begins; its n-th job belongs into the n-th round after the one returned."""
        one = self._clients.get(client)
        if one is None:
            one = self._clients[client] = _Client(max(self._debts.pop(client, 0.0), self._now))
        one.open += 1
        return one.served + 1

    def exit(self, client: str) -> None:
        """A request has ended."""
        self._clients[client].open -= 1
        self._depart(client)

    async def turn(self, client: str, round: int) -> None:
        """Waits for a slot; who gets it must `leave`. Raises Closed."""
        if self._closed:
            raise Closed
        one = self._clients[client]
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(one.line, (round, next(self._numbers), turn))
        one.waiting += 1
        self.waiting += 1
        self._grant()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._forget(one)
                self._depart(client)
            elif turn.exception() is None:  # it came in the same moment
                self.leave(client, 0.0)
            raise

    def leave(self, client: str, seconds: float) -> None:
        """Gives a slot back, and charges the client with what its turn has cost."""
        one = self._clients[client]
        one.running -= 1
        one.used += seconds
        self.running -= 1
        self._depart(client)
        self._grant()

    def close(self) -> None:
        """Whoever waits, and whoever comes, gets Closed; turns in hand go on."""
        self._closed = True
        for one in self._clients.values():
            for *_, turn in list(one.line):
                if not turn.done():
                    turn.set_exception(Closed())
                    self._forget(one)

    def _forget(self, one: _Client) -> None:
        one.waiting -= 1
        self.waiting -= 1
        if len(one.line) > 2 * one.waiting + 64:  # mostly cancelled ones
            one.line = [entry for entry in one.line if not entry[2].done()]
            heapq.heapify(one.line)

    def _grant(self) -> None:
        while self.running < self.slots:
            ready = [one for one in self._clients.values() if one.line]
            if not ready:
                return
            self._now = max(self._now, min(one.used for one in self._clients.values()))
            one = min(ready, key=lambda one: (one.running, one.used, one.line[0][1]))
            round, _, turn = heapq.heappop(one.line)
            if turn.done():  # cancelled
                continue
            one.served = max(one.served, round)
            one.waiting -= 1
            one.running += 1
            self.waiting -= 1
            self.running += 1
            turn.set_result(None)

    def _depart(self, client: str) -> None:
        one = self._clients[client]
        if one.open or one.waiting or one.running:
            return
        del self._clients[client]
        if self._clients:
            if len(self._debts) >= REMEMBERED:
                self._debts.clear()
            self._debts[client] = one.used
        else:  # nobody competes: all begin anew as equals
            self._now = max(self._now, one.used, *self._debts.values())
            self._debts.clear()
