"""Bugs of SQLAlchemy and of what stands on it."""

from __future__ import annotations

from contextlib import suppress
from tempfile import TemporaryDirectory
from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


@bug(
    "sqlalchemy==1.4.38 aiosqlite==0.17.0 greenlet",
    "sqlalchemy==2.0.20 aiosqlite==0.19.0 greenlet",
    "QueuePool limit of size 1",
    sweeps=True,
)
async def a_statement_that_is_given_up() -> None:
    """A session that is cancelled during a statement keeps its connection, and a pool of one serves nobody any more (sqlalchemy, issue 8145)."""
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
    from sqlalchemy.pool import AsyncAdaptedQueuePool

    from checker.testing.adapters.sqlalchemy import statements

    one: Any = {"poolclass": AsyncAdaptedQueuePool, "pool_size": 1, "max_overflow": 0, "pool_timeout": 30}
    engine = create_async_engine("sqlite+aiosqlite:///:memory:", **one)
    statements(engine)

    async def ask() -> None:
        async with AsyncSession(engine) as session:
            await session.execute(text("select 1"))

    await together(ann=ask(), bob=ask())
    await ask()


class _Desk:
    async def answer(self) -> None:
        """What is asked of another service."""


@bug("databases[aiosqlite]==0.7.0", "databases[aiosqlite]==0.8.0", "_transaction_stack[-1] is self")
async def two_transactions_at_once() -> None:
    """Two transactions of one `Database` at once are taken for one within the other (databases, pull request 546)."""
    from databases import Database

    desk = boundary(_Desk())
    with TemporaryDirectory() as folder:
        async with Database(f"sqlite+aiosqlite:///{folder}/notes.db") as database:
            await database.execute("create table notes (who text)")

            async def note() -> None:
                async with database.transaction():
                    await database.execute("insert into notes values ('ann')")
                    await desk.answer()

            async def give_up() -> None:
                with suppress(KeyError):
                    async with database.transaction():
                        await desk.answer()
                        raise KeyError

            await together(ann=note(), bob=give_up())
            kept = [row[0] for row in await database.fetch_all("select who from notes")]
            assert kept == ["ann"], f"kept are the notes of {kept}"
