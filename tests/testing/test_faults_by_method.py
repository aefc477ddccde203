"""Faults that a boundary allows at some of its methods only."""

from __future__ import annotations

import pytest

from checker.testing import boundary, explore, replay, together
from tests.testing.adapters.desk import Account, Board

DROPS = {"faults": {"drop": 3}}


async def deposits() -> None:
    account = boundary(Account(), faults={"put": ["drop"]})
    await together(ann=account.put(1), bob=account.add(1))
    assert await account.get() is not None
    assert account.balance == 2, f"the balance is {account.balance}"


def test_a_fault_strikes_only_where_it_is_allowed() -> None:
    outcome = explore(deposits, mode="latency", **DROPS)
    assert outcome.run is not None
    assert [outcome.run.record.calls[f.call or 0].op for f in outcome.run.record.faults] == ["put"]
    assert replay(deposits, str(outcome.token), **DROPS).text().splitlines()[:2] == outcome.text().splitlines()[:2]


def test_a_method_that_is_not_named_has_none() -> None:
    async def asked() -> None:
        board = boundary(Board(), faults={"put": ["error_before", "crash"], "take": []})
        got = await together(ann=board.take("ann"), bob=board.get())
        assert list(got) == ["ann", "bob"]
        assert got["ann"] is True

    outcome = explore(asked, mode="latency", faults={"error_before": 3, "crash": 1}, schedules=60)
    assert outcome.passed


def test_what_is_no_method_or_no_fault_is_told() -> None:
    with pytest.raises(ValueError, match="`puts` is no method of Account"):
        boundary(Account(), faults={"puts": ["drop"]})
    with pytest.raises(ValueError, match="`dorp` is no fault of a boundary: delay, "):
        boundary(Account(), faults={"put": ["dorp"]})
