"""What the scenarios of the adapters are about: a task that two want, an account that two pay into, a session that two use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from tests.testing.adapters.agreeing import Scenario


class Board:
    """The owner of one task."""

    owner: str | None = None

    async def get(self) -> str | None:
        return self.owner

    async def put(self, who: str) -> bool:
        self.owner = who
        return True

    async def take(self, who: str) -> bool:
        """Check and act in one operation of the store."""
        if self.owner is None:
            self.owner = who
            return True
        return False


class Account:
    balance = 0

    async def get(self) -> int:
        return self.balance

    async def put(self, balance: int) -> None:
        self.balance = balance

    async def add(self, amount: int) -> None:
        """Read and write in one operation of the store."""
        self.balance += amount


async def claim(board: Board, who: str, repaired: bool) -> bool:
    """Whether the task was free, and is taken now."""
    if repaired:
        return await board.take(who)
    return await board.get() is None and await board.put(who)


async def pay_in(account: Account, amount: int, repaired: bool) -> None:
    if repaired:
        await account.add(amount)
    else:
        await account.put(await account.get() + amount)


def turns(in_turn: bool) -> AbstractAsyncContextManager[Any]:
    """One at a time may be within, or all at once."""
    return asyncio.Lock() if in_turn else nullcontext()


def pair(scenario: Callable[[bool], Coroutine[Any, Any, Any]]) -> tuple[Scenario, Scenario]:
    """A scenario with its race, and repaired."""

    async def race() -> None:
        await scenario(False)

    async def repair() -> None:
        await scenario(True)

    for made, said in ((race, "race"), (repair, "repaired")):
        made.__name__ = made.__qualname__ = f"{scenario.__name__}_{said}"
    return race, repair
