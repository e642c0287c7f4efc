"""Equal questions are asked once, and forgotten when the answer is none."""

import asyncio

import pytest

from verify.once import Once, as_they_come


class Oracle:
    """Answers when it is told to, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked, self.cancelled = 0, 0
        self.may_answer = asyncio.Event()

    async def answer(self, value: object = "yes") -> object:
        self.asked += 1
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(value, Exception):
            raise value
        return value


async def test_one_answer_for_all_who_ask_before_and_after():
    oracle, once = Oracle(), Once(keep=bool)
    tasks = [asyncio.create_task(once.get("q", oracle.answer)) for _ in range(5)]
    await asyncio.sleep(0)
    assert len(once.pending()) == 1
    oracle.may_answer.set()
    assert await asyncio.gather(*tasks) == ["yes"] * 5
    assert await once.get("q", oracle.answer) == "yes"
    assert (oracle.asked, once.pending()) == (1, [])
    once.clear()
    await once.get("q", oracle.answer)
    assert oracle.asked == 2


@pytest.mark.parametrize("value", ["", ValueError("no")])
async def test_what_is_no_answer_is_asked_again(value):
    oracle, once = Oracle(), Once(keep=bool)
    oracle.may_answer.set()
    for _ in range(2):
        assert await asyncio.gather(once.get("q", lambda: oracle.answer(value)), return_exceptions=True) == [value]
    assert oracle.asked == 2


async def test_the_last_who_leaves_cancels_and_the_first_does_not():
    oracle, once = Oracle(), Once(keep=bool)
    tasks = [asyncio.create_task(once.get("q", oracle.answer)) for _ in range(2)]
    await asyncio.sleep(0.01)
    for left, task in zip((0, 1), tasks, strict=True):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.01)
        assert oracle.cancelled == left
    assert once.pending() == []


async def test_the_oldest_answers_are_forgotten():
    oracle, once = Oracle(), Once(keep=bool, remembered=2)
    oracle.may_answer.set()
    for key in ("a", "b", "c", "c", "b", "a"):
        await once.get(key, oracle.answer)
    assert oracle.asked == 4


async def test_answers_come_in_their_own_order():
    async def wait(seconds):
        await asyncio.sleep(seconds)
        return -seconds

    assert [pair async for pair in as_they_come(wait, [0.1, 0.0])] == [(0.0, 0.0), (0.1, -0.1)]
