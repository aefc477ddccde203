"""Coordinators for `protocols/bugs/claim_race.team`, as people write them, and their adapters."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from checker.testing import Adapter, boundary


class Store:
    """The table of beads, in memory."""

    def __init__(self) -> None:
        self.status = {"Bead0": "open", "Bead1": "open"}
        self.assignee: dict[str, str | None] = {"Bead0": None, "Bead1": None}

    async def get(self, bead: str) -> str:
        return self.status[bead]

    async def update(self, bead: str, status: str, assignee: str | None = None) -> None:
        self.status[bead] = status
        self.assignee[bead] = assignee or self.assignee[bead]

    async def claim(self, bead: str, assignee: str) -> bool:
        """`UPDATE ... WHERE status = 'open'`."""
        if self.status[bead] != "open":
            return False
        await self.update(bead, "in_progress", assignee)
        return True


class Beads(Adapter):
    """What all of them have in common: two calls to claim."""

    def __init__(self) -> None:
        self.raw = Store()
        self.store = boundary(self.raw)

    async def work(self, agent: str, b: str) -> bool:
        if await self.store.get(b) != "open":
            return False
        await self.store.update(b, "in_progress", agent)
        await asyncio.sleep(0.9)
        await self.store.update(b, "closed")
        return True

    def observe(self) -> dict[str, Any]:
        return {"status": self.raw.status, "assignee": self.raw.assignee}


class TwoCalls(Beads):
    """Check, then act."""


class OneCall(Beads):
    """The claim is one call of the store."""

    async def work(self, agent: str, b: str) -> bool:
        if not await self.store.claim(b, agent):
            return False
        await asyncio.sleep(0.9)
        await self.store.update(b, "closed")
        return True


class Timid(Beads):
    """Refuses every bead but the first."""

    async def work(self, agent: str, b: str) -> bool:
        return b == "Bead0" and await super().work(agent, b)


class AlreadyTakenError(Exception):
    pass


class Raising(OneCall):
    """Refuses by an exception."""

    refusals: ClassVar[tuple[type[BaseException], ...]] = (AlreadyTakenError,)

    async def work(self, agent: str, b: str) -> bool:
        if not await super().work(agent, b):
            raise AlreadyTakenError(b)
        return True


class Hasty(OneCall):
    """Closes what it has not claimed."""

    async def work(self, agent: str, b: str) -> bool:
        await self.store.update(b, "closed")
        return True
