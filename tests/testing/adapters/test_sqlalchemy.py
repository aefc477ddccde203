"""SQLAlchemy on the controlled loop: statements of an async engine interleave."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from checker.testing import run_once, together
from tests.testing.adapters.agreeing import Scenario, finds, never_reports, runs_alike

for package in ("sqlalchemy", "aiosqlite", "greenlet"):
    pytest.importorskip(package, reason=f"{package} is not installed: pip install 'teamcheck[sqlalchemy]'")

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from checker.testing.adapters import sqlalchemy as adapter

NUMBERS = itertools.count()  # a run may not find the rows of one before it
READ = text("select owner from tasks where id = 1")
TAKE = text("update tasks set owner = :who where id = 1")
TAKE_IF_FREE = text("update tasks set owner = :who where id = 1 and owner is null")


def claims(folder: Path, repaired: bool) -> Scenario:
    """Two agents take the row of a task: by a read and a write, or by one conditional write."""

    async def scenario() -> None:
        url = f"sqlite+aiosqlite:///{folder}/{next(NUMBERS)}.db"
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

    return scenario


def test_statements_run_alike(tmp_path: Path) -> None:
    scenario = claims(tmp_path, repaired=True)
    runs_alike(scenario)
    assert [adapter.verb_of(call) for call in run_once(scenario).record.of("database", "execute", "ann")] == ["UPDATE"]


def test_a_claim_by_check_then_act(tmp_path: Path) -> None:
    finds(claims(tmp_path, repaired=False))
    never_reports(claims(tmp_path, repaired=True))
