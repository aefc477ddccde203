"""Small coordinators that the tests of the controlled loop run: each is real asyncio code with the bug, or the care, that it is named for."""

from __future__ import annotations

import asyncio

from checker.testing import boundary, together


class Board:
    """An in-memory store whose methods never suspend."""

    def __init__(self) -> None:
        self.owner: str | None = None
        self.claims = 0
        self.log: list[str] = []

    async def get(self) -> str | None:
        return self.owner

    async def claim(self, who: str) -> None:
        self.owner = who
        self.claims += 1

    async def append(self, line: str) -> None:
        self.log.append(line)

    def peek(self) -> str | None:
        return self.owner


class SlowBoard(Board):
    """A store that is no boundary, and takes a millisecond for each check."""

    async def get(self) -> str | None:
        seen = self.owner
        await asyncio.sleep(0.001)
        return seen


async def claim(board: Board, who: str, delay_s: float = 0.0) -> None:
    """Check, round trip, act."""
    await asyncio.sleep(delay_s)
    if await board.get() is None:
        await board.claim(who)


async def staggered_claim() -> None:
    """Two claims, 5 ms apart."""
    board = boundary(Board())
    await together(ann=claim(board, "ann"), bob=claim(board, "bob", 0.005))
    assert board.claims == 1, f"{board.claims} claims"


async def staggered_claim_without_boundary() -> None:
    board = SlowBoard()
    await together(ann=claim(board, "ann"), bob=claim(board, "bob", 0.005))
    assert board.claims == 1, f"{board.claims} claims"


async def locked_claim() -> None:
    board = boundary(Board())
    lock = asyncio.Lock()

    async def careful(who: str, delay_s: float) -> None:
        async with lock:
            await claim(board, who, delay_s)

    await together(ann=careful("ann", 0.0), bob=careful("bob", 0.005))
    assert board.claims == 1, f"{board.claims} claims"


async def plain_order_hand_off() -> None:
    """Correct where ready tasks run first-in first-out: the receiver runs before the sender goes on."""
    board = boundary(Board())
    box: list[str] = []
    full = asyncio.Event()

    async def sender() -> None:
        await board.append("sent")
        box.append("work")
        full.set()
        await asyncio.sleep(0)
        box.clear()

    async def receiver() -> None:
        await full.wait()
        assert box == ["work"], "the box is empty"
        await board.append("received")

    await together(sender=sender(), receiver=receiver())


async def crossed_locks() -> None:
    """Two locks taken in opposite orders."""
    board = boundary(Board())
    first, second = asyncio.Lock(), asyncio.Lock()

    async def both(one: asyncio.Lock, other: asyncio.Lock) -> None:
        async with one:
            await board.get()
            async with other:
                await board.append("both")

    await together(ann=both(first, second), bob=both(second, first))


async def poll_for_ever() -> None:
    board = boundary(Board())

    async def poll() -> None:
        while await board.get() is None:
            await asyncio.sleep(0.1)

    await together(poller=poll())
