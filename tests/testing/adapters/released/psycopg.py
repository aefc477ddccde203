"""Bugs of the connection pool of psycopg, on which stores of checkpoints stand."""

from __future__ import annotations

from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug

POOLS = ("psycopg-pool==3.2.6 psycopg[binary]==3.3.9", "psycopg-pool==3.3.0 psycopg[binary]==3.3.9")


@bug(*POOLS, "couldn't get a connection", sweeps=True, cancel=["ann"])
async def a_client_that_leaves_during_a_check() -> None:
    """A client that is cancelled while its connection is checked keeps it, and a pool of one serves nobody any more (psycopg, issue 1208)."""
    from psycopg import AsyncConnection
    from psycopg.pq import TransactionStatus
    from psycopg_pool import AsyncConnectionPool

    class Connection(AsyncConnection[Any]):
        """What the pool needs of one, without a server."""

        closed = False  # type: ignore[assignment]

        def __init__(self) -> None:
            self.pgconn = _Wire(TransactionStatus.IDLE)  # type: ignore[assignment]

        def __repr__(self) -> str:
            return "connection"

        @classmethod
        async def connect(cls, *args: Any, **kwargs: Any) -> Any:
            return cls()

        async def close(self) -> None:
            pass

        async def commit(self) -> None:
            pass

        async def rollback(self) -> None:
            pass

        def __del__(self) -> None:
            pass

    server = boundary(_Server())
    async with AsyncConnectionPool(connection_class=Connection, min_size=1, max_size=1, check=server.check) as pool:

        async def ask() -> None:
            async with pool.connection():
                await server.answer()

        await together(ann=ask())
        await together(bob=ask())


class _Wire:
    def __init__(self, status: Any) -> None:
        self.transaction_status = status


class _Server:
    async def check(self, connection: Any) -> None:
        pass

    async def answer(self) -> None:
        pass
