"""SQLAlchemy on the controlled loop: statements of an async engine interleave."""

from __future__ import annotations

import itertools
from tempfile import TemporaryDirectory

import pytest

from checker.testing import run_once, together
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike
from tests.testing.adapters.desk import pair

for package in ("sqlalchemy", "aiosqlite", "greenlet"):
    pytest.importorskip(package, reason=f"{package} is not installed: pip install 'teamcheck[sqlalchemy]'")

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from checker.testing.adapters import sqlalchemy as adapter

FOLDER = TemporaryDirectory()
NUMBERS = itertools.count()  # a run may not find the rows of one before it
READ = text("select owner from tasks where id = 1")
TAKE = text("update tasks set owner = :who where id = 1")
TAKE_IF_FREE = text("update tasks set owner = :who where id = 1 and owner is null")


async def claims(repaired: bool) -> None:
    """Two agents take the row of a task: by a read and a write, or by one conditional write."""
    url = f"sqlite+aiosqlite:///{FOLDER.name}/{next(NUMBERS)}.db"
    engine = adapter.statements(create_async_engine(url, isolation_level="AUTOCOMMIT"))
    async with engine.connect() as connection:
        await connection.execute(text("create table tasks (id integer, owner text)"))
        await connection.execute(text("insert into tasks values (1, null)"))
    claimed = []

    async def claim(who: str) -> None:
        async with engine.connect() as connection:
            if repaired:
                taken = (await connection.execute(TAKE_IF_FREE, {"who": who})).rowcount == 1
            else:
                taken = (await connection.execute(READ)).scalar() is None
                if taken:
                    await connection.execute(TAKE, {"who": who})
        if taken:
            claimed.append(who)

    await together(ann=claim("ann"), bob=claim("bob"))
    await engine.dispose()
    assert len(claimed) == 1, f"claimed by {claimed}"


claims_race, claims_repaired = pair(claims)


def test_statements_run_alike() -> None:
    runs_alike(claims_repaired)
    assert [adapter.verb_of(call) for call in run_once(claims_repaired).record.of("database", "execute", "ann")] == ["UPDATE"]


def test_a_claim_by_check_then_act() -> None:
    finds(claims_race)
    never_reports(claims_repaired)
