"""The fair queue of the service: turns, debts, cancellation, the end."""

from __future__ import annotations

import asyncio

import pytest

from verify.server.fairness import Closed, FairQueue


async def take(queue: FairQueue, log: list[str], client: str, round: int, cost: float) -> None:
    await queue.turn(client, round)
    log.append(client)
    await asyncio.sleep(0)
    queue.leave(client, cost)


async def served(queue: FairQueue, *asked: tuple[str, int, float]) -> str:
    """The order in which (client, jobs, cost of each) are served."""
    log: list[str] = []
    tasks = []
    queue.enter("first")
    await queue.turn("first", 0)
    for client, count, cost in asked:
        first = queue.enter(client)
        tasks += [asyncio.create_task(take(queue, log, client, first + n, cost)) for n in range(count)]
        await asyncio.sleep(0)
    queue.leave("first", 0)
    await asyncio.gather(*tasks)
    for client in ("first", *(client for client, *_ in asked)):
        queue.exit(client)
    assert queue.running == queue.waiting == queue.clients == 0
    return "".join(log)


async def test_clients_take_turns():
    assert await served(FairQueue(1), ("a", 6, 1), ("b", 3, 1)) == "abababaaa"


async def test_time_is_shared_and_not_jobs():
    order = await served(FairQueue(1), ("a", 3, 10), ("b", 30, 1))
    assert [order[: order.rindex("a")].count(x) for x in "ab"] == [2, 20]


async def test_a_debt_is_remembered_while_others_work():
    queue, log = FairQueue(1), []
    first = queue.enter("light")
    light = [asyncio.create_task(take(queue, log, "light", first + n, 1)) for n in range(30)]
    for _ in range(3):  # a client that asks one by one, and each costs ten
        queue.enter("heavy")
        await take(queue, log, "heavy", 0, 10)
        queue.exit("heavy")
    await asyncio.gather(*light)
    gaps = "".join(name[0] for name in log).strip("l").split("h")[1:-1]
    assert all(8 <= len(gap) <= 12 for gap in gaps), log


async def test_requests_of_one_client_take_turns():
    queue, log = FairQueue(1), []
    first = queue.enter("a")
    big = [asyncio.create_task(take(queue, log, "a", first + n, 1)) for n in range(100)]
    while len(log) < 10:
        await asyncio.sleep(0)
    await take(queue, log, "a", queue.enter("a"), 1)
    assert 11 <= len(log) <= 14
    await asyncio.gather(*big)


async def test_a_cancelled_turn_is_given_to_no_one():
    queue = FairQueue(1)
    queue.enter("a")
    await queue.turn("a", 0)
    waiting = [asyncio.create_task(queue.turn("a", n)) for n in range(1, 200)]
    await asyncio.sleep(0)
    for task in waiting[:-1]:
        task.cancel()
    queue.leave("a", 1)  # in the same moment
    await asyncio.wait_for(waiting[-1], 5)
    assert queue.running == 1 and queue.waiting == 0
    late = asyncio.create_task(queue.turn("a", 300))
    await asyncio.sleep(0)
    queue.leave("a", 1)
    late.cancel()  # it has just been given its turn
    with pytest.raises(asyncio.CancelledError):
        await late
    assert queue.running == queue.waiting == 0
    queue.exit("a")
    assert queue.clients == 0


async def test_a_closed_queue_gives_no_turn():
    queue = FairQueue(1)
    queue.enter("a")
    await queue.turn("a", 0)
    waiting = asyncio.create_task(queue.turn("a", 1))
    await asyncio.sleep(0)
    queue.close()
    for turn in (waiting, queue.turn("a", 2)):
        with pytest.raises(Closed):
            await turn
    queue.leave("a", 1)
    queue.exit("a")
    assert queue.running == queue.waiting == queue.clients == 0
