"""A boundary for the statements of an async engine of SQLAlchemy.

    engine = statements(create_async_engine("sqlite+aiosqlite:///board.db"))

Each statement is a call `execute` of the boundary "database" with the statement and its parameters, each commit a call `commit`. Both take
their time before the database is reached; statements inside one transaction interleave with those of others as its isolation allows.
"""

from __future__ import annotations

from typing import Any

from checker.testing.adapters.extra import extra
from checker.testing.proxy import boundary
from checker.testing.record import Call

with extra("sqlalchemy"):
    from sqlalchemy import event
    from sqlalchemy.ext.asyncio import AsyncEngine


def statements(engine: AsyncEngine, *, name: str = "database", **terms: Any) -> AsyncEngine:
    """The same engine, whose statements and commits wait at the boundary first. `terms`: those of `boundary`."""
    way: Any = boundary(_Way(), name=name, **{"faults": ("delay", "error_before", "crash"), **terms})

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def before_statement(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        _driver(connection).run_async(lambda driver: way.execute(statement, parameters))

    @event.listens_for(engine.sync_engine, "commit")
    def before_commit(connection: Any) -> None:
        _driver(connection).run_async(lambda driver: way.commit())

    return engine


def _driver(connection: Any) -> Any:
    """The adapted connection, whose `run_async` suspends the greenlet that SQLAlchemy runs in."""
    return connection.connection.dbapi_connection


class _Way:
    async def execute(self, statement: str, parameters: Any) -> None: ...

    async def commit(self) -> None: ...


def verb_of(call: Call) -> str:
    """`SELECT`, `UPDATE` ... of a call `execute`, `COMMIT` of a commit."""
    return str(call.args[0]).split(None, 1)[0].upper() if call.args else "COMMIT"
