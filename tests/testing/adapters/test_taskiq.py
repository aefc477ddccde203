"""taskiq on the controlled loop: a broker that delivers at least once, a worker that can crash, results."""

from __future__ import annotations

from typing import Any

import pytest

from checker.testing import boundary, checks, run_once, together, unwrap
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike
from tests.testing.adapters.desk import Account, pair, pay_in

pytest.importorskip("taskiq", reason="taskiq is not installed: pip install 'teamcheck[taskiq]'")

from checker.testing.adapters import taskiq as adapter


async def two_tasks() -> None:
    broker = adapter.Broker()

    @broker.task(task_name="later")
    async def later(x: int) -> int:
        return x

    @broker.task(task_name="in_thread")
    def in_thread(x: int) -> int:
        return x

    async def work(task: Any, x: int) -> None:
        sent = await task.kiq(x)
        assert (await sent.wait_result(timeout=5)).return_value == x

    await broker.startup()
    await together(ann=work(later, 1), bob=work(in_thread, 2))
    await broker.shutdown()


def test_tasks_run_alike() -> None:
    runs_alike(two_tasks)


def test_who_acts() -> None:
    record = run_once(two_tasks).record
    assert {call.agent for call in record.of("broker", "kick")} == {"ann", "bob"}
    assert {call.agent for call in record.of("results", "set_result")} == {"worker"}


# --- a message that comes twice ------------------------------------------------------------------------------------------------


class Ledger:
    def __init__(self) -> None:
        self.paid: list[int] = []

    async def pay(self, order: int) -> bool:
        self.paid.append(order)
        return True

    async def pay_once(self, order: int) -> bool:
        if order in self.paid:
            return False
        self.paid.append(order)
        return True


async def payments(repaired: bool) -> None:
    broker, ledger = adapter.Broker(), boundary(Ledger(), faults=())

    @broker.task(task_name="pay")
    async def pay(order: int) -> None:
        await (ledger.pay_once(order) if repaired else ledger.pay(order))

    async def shop() -> None:
        await (await pay.kiq(7)).wait_result(timeout=5)

    await broker.startup()
    await together(shop=shop())
    await broker.wait_all()
    assert unwrap(ledger).paid == [7], f"paid {unwrap(ledger).paid}"


payments_race, payments_repaired = pair(payments)


def test_a_message_that_comes_twice() -> None:
    outcome = finds(payments_race, faults={"duplicate": 1})
    assert outcome.run is not None
    assert [(fault.kind, fault.agent) for fault in outcome.run.record.faults] == [("duplicate", "shop")]
    never_reports(payments_race)
    never_reports(payments_repaired, faults={"duplicate": 1})


# --- read, change, write in two tasks ------------------------------------------------------------------------------------------


async def deposits(repaired: bool) -> None:
    broker, account = adapter.Broker(), boundary(Account())

    @broker.task(task_name="deposit")
    async def deposit(amount: int) -> None:
        await pay_in(account, amount, repaired)

    async def client(amount: int) -> None:
        await (await deposit.kiq(amount)).wait_result(timeout=5)

    await broker.startup()
    await together(ann=client(1), bob=client(2))
    assert unwrap(account).balance == 3


deposits_race, deposits_repaired = pair(deposits)


def test_an_update_that_is_lost() -> None:
    finds(deposits_race)
    never_reports(deposits_repaired, checks=[checks.no_waiter_left()])
