"""Checks that need no protocol: each on a record that it must find fault with, and on one that it must not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from checker.testing import Record, boundary, checks, explore, mark, run_once, together
from checker.testing.record import Call, Fault, Mark, TaskSpan


def marks(*rows: tuple[str, str, dict[str, Any]]) -> Record:
    """A record of marks (agent, name, fields), one after another."""
    record = Record()
    for agent, name, fields in rows:
        at = record.next_at()
        record.marks.append(Mark(at=at, at_s=at / 1e3, name=name, agent=agent, task=agent, fields=fields))
    return record


def calls(*rows: dict[str, Any]) -> Record:
    """A record of calls: `start`, `effects` and `end` are positions."""
    record = Record(ended_at=100)
    for number, row in enumerate(rows):
        call = Call(
            number=number,
            boundary="Store",
            op=row["op"],
            args=row.get("args", ()),
            agent=row["agent"],
            task=row["agent"],
            invoked_at=row["start"],
            invoked_s=row["start"] / 1e3,
            effects=row.get("effects", [row["start"] + 1]),
            returned_at=row.get("end", row["start"] + 2),
            returned_s=None if row.get("end", 0) is None else 0.0,
            result=row.get("result", True),
            fault=row.get("fault"),
        )
        record.calls.append(call)
    return record


A, B = "ann", "bob"


class TestClaimedOnce:
    check = staticmethod(checks.claimed_once("claim", key="task", released="release"))

    def test_two_grants(self) -> None:
        (found,) = self.check(marks((A, "claim", {"task": 1}), (B, "claim", {"task": 1})))
        assert found.splitlines() == [
            "two claims of 1 are granted, to ann and to bob",
            "    1 ms  ann: claim(task=1)",
            "    2 ms  bob: claim(task=1)",
        ]

    def test_a_release_between_them(self) -> None:
        assert self.check(marks((A, "claim", {"task": 1}), (A, "release", {"task": 1}), (B, "claim", {"task": 1}))) == []

    def test_other_tasks_and_the_same_agent(self) -> None:
        assert self.check(marks((A, "claim", {"task": 1}), (B, "claim", {"task": 2}), (A, "claim", {"task": 1}))) == []

    def test_a_refused_call_is_no_claim(self) -> None:
        check = checks.claimed_once("Store.claim", key=0)
        first, second = (
            {"op": "claim", "agent": A, "args": (1,), "start": 1},
            {"op": "claim", "agent": B, "args": (1,), "start": 5},
        )
        assert len(check(calls(first, second))) == 1
        assert check(calls(first, {**second, "result": False})) == []
        assert check(calls(first, {**second, "effects": []})) == []

    def test_a_key_that_is_not_there_is_told(self) -> None:
        with pytest.raises(ValueError, match="no argument or field `job` to tell what this is about: 1 ms  ann: claim"):
            checks.claimed_once("claim", key="job")(marks((A, "claim", {"task": 1})))


class TestAtMostOnce:
    def test_a_second_delivery_counts(self) -> None:
        check = checks.at_most_once("done", key=0)
        once = {"op": "done", "agent": A, "args": ("t",), "start": 1, "effects": [2]}
        assert check(calls(once)) == []
        (found,) = check(calls({**once, "effects": [2, 9], "fault": "duplicate"}))
        assert found.startswith("2 effects of 't' where one is allowed\n")
        assert len(check(calls(once, {**once, "agent": B, "start": 5, "effects": [6]}))) == 1

    def test_a_call_without_an_effect_does_not(self) -> None:
        once = {"op": "done", "agent": A, "args": ("t",), "start": 1, "effects": []}
        assert checks.at_most_once("done", key=0)(calls(once, {**once, "start": 5, "effects": [6]})) == []


class TestAnsweredOnce:
    check = staticmethod(checks.answered_once("ask", "reply", key="id"))

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ([(A, "ask", {"id": 1}), (B, "reply", {"id": 1})], None),
            ([(A, "ask", {"id": 1})], "the request of 1 has no answer"),
            ([(A, "ask", {"id": 1}), (B, "reply", {"id": 1}), (B, "reply", {"id": 1})], "the request of 1 has 2 answers"),
            ([(B, "reply", {"id": 2})], "an answer of 2 that nobody asked for"),
        ],
    )
    def test_answers(self, rows: list[Any], said: str | None) -> None:
        assert [found.splitlines()[0] for found in self.check(marks(*rows))] == ([said] if said else [])


class TestJoinedOnce:
    check = staticmethod(checks.joined_once("branch", "join", key="name", taken="branches"))

    @pytest.mark.parametrize(
        ("taken", "said"),
        [
            ([["x", "y"]], []),
            ([["x"], ["y"]], []),
            ([["x"]], ["no join takes the branch 'y'"]),
            ([["x", "y"], ["y"]], ["the branch 'y' is taken 2 times"]),
            ([["x", "y", "z"]], ["the branch 'z' is taken, and did not end"]),
        ],
    )
    def test_joins(self, taken: list[list[str]], said: list[str]) -> None:
        rows = [(A, "branch", {"name": "x"}), (B, "branch", {"name": "y"}), *(("lead", "join", {"branches": t}) for t in taken)]
        assert [found.splitlines()[0] for found in self.check(marks(*rows))] == said


class TestResumedExactly:
    check = staticmethod(checks.resumed_exactly("step", key="n", steps=[1, 2, 3]))

    @pytest.mark.parametrize(
        ("came", "said"),
        [
            ([1, 2, 3], []),
            ([1, 2, 2, 3], ["the step 2 is repeated"]),
            ([1, 3], ["the step 2 is left out"]),
            ([1, 2], ["the step 3 is left out"]),
            ([2, 1, 3], ["the steps came in the order [2, 1, 3]"]),
        ],
    )
    def test_steps(self, came: list[int], said: list[str]) -> None:
        assert [found.splitlines()[0] for found in self.check(marks(*((A, "step", {"n": n}) for n in came)))] == said

    def test_a_crash_may_leave_the_rest_undone_and_no_gap(self) -> None:
        def crashed(*came: int) -> list[str]:
            record = marks(*((A, "step", {"n": n}) for n in came))
            record.faults.append(Fault(at=record.next_at(), at_s=1.0, kind="crash", agent=A, task=A))
            return self.check(record)

        assert crashed(1, 2) == []
        assert len(crashed(1, 3)) == 1


class TestOrder:
    def test_one_terminal_state(self) -> None:
        check = checks.one_terminal_state("set", key="task", value="to", terminal={"done", "failed"})
        fine = [
            (A, "set", {"task": 1, "to": "open"}),
            (A, "set", {"task": 1, "to": "done"}),
            (B, "set", {"task": 2, "to": "failed"}),
        ]
        assert check(marks(*fine, (B, "set", {"task": 1, "to": "done"}))) == []
        for after in ("failed", "open"):
            (found,) = check(marks(*fine, (B, "set", {"task": 1, "to": after})))
            assert found.startswith(f"the end of 1 was 'done', then it became '{after}'\n")

    def test_nothing_after(self) -> None:
        check = checks.nothing_after("close", ["write", "delete"], key="doc")
        assert check(marks((A, "write", {"doc": 1}), (A, "close", {"doc": 1}), (B, "write", {"doc": 2}))) == []
        (found,) = check(marks((A, "close", {"doc": 1}), (B, "delete", {"doc": 1})))
        assert found.startswith("an effect after the end of 1\n")

    def test_serial(self) -> None:
        check = checks.serial("turn", key=0)
        first = {"op": "turn", "agent": A, "args": ("s",), "start": 1, "end": 10}
        assert check(calls(first, {**first, "agent": B, "start": 11, "end": 20})) == []
        assert check(calls(first, {**first, "agent": B, "args": ("r",), "start": 5, "end": 20})) == []
        (found,) = check(calls(first, {**first, "agent": B, "start": 5, "end": 6}))
        assert found.startswith("two turns of 's' at once, by ann and by bob\n")
        assert len(check(calls({**first, "end": None}, {**first, "agent": B, "start": 50, "end": 60}))) == 1


class TestNoLostUpdate:
    check = staticmethod(checks.no_lost_update("get", "put", key="k"))

    @pytest.mark.parametrize(
        ("rows", "lost"),
        [
            ([(A, "get"), (A, "put"), (B, "get"), (B, "put")], False),
            ([(A, "get"), (B, "get"), (A, "put"), (B, "put")], True),
            ([(A, "get"), (B, "put"), (A, "put")], True),
            ([(A, "get"), (B, "put"), (A, "get"), (A, "put")], False),
            ([(B, "put"), (A, "put")], False),
            ([(A, "get"), (A, "put"), (B, "put"), (A, "put")], False),
        ],
    )
    def test_orders(self, rows: list[tuple[str, str]], lost: bool) -> None:
        assert bool(self.check(marks(*((who, what, {"k": "n"}) for who, what in rows)))) is lost

    def test_what_is_told(self) -> None:
        (found,) = self.check(marks((A, "get", {"k": "n"}), (B, "put", {"k": "n"}), (A, "put", {"k": "n"})))
        assert found.splitlines() == [
            "ann writes over what bob wrote of 'n' after ann had read it",
            "    1 ms  ann: get(k='n')",
            "    2 ms  bob: put(k='n')",
            "    3 ms  ann: put(k='n')",
        ]

    def test_other_keys(self) -> None:
        assert self.check(marks((A, "get", {"k": 1}), (B, "put", {"k": 2}), (A, "put", {"k": 1}))) == []


class TestProgress:
    def test_no_waiter_left(self) -> None:
        check = checks.no_waiter_left(apart=["server"])
        record = Record()
        for number, (name, outcome) in enumerate([(A, "returned"), (B, None), ("server", None)]):
            record.tasks.append(
                TaskSpan(number=number, name=name, agent=name, parent=None, started_at=1, started_s=0.0, outcome=outcome)
            )
        assert check(record) == ["the task bob (agent bob) waits still at the end"]
        record.faults.append(Fault(at=2, at_s=0.0, kind="crash", agent=B, task=B))
        assert check(record) == []

    def test_a_call_under_way(self) -> None:
        (found,) = checks.no_waiter_left()(calls({"op": "get", "agent": A, "start": 1, "end": None}))
        assert found.startswith("a call is under way at the end\n")

    def test_bounded_handoffs(self) -> None:
        check = checks.bounded_handoffs("hand", progress="edit", most=2)
        assert check(marks((A, "hand", {}), (B, "hand", {}), (A, "edit", {}), (A, "hand", {}), (B, "hand", {}))) == []
        (found,) = check(marks(*((who, "hand", {}) for who in (A, B, A, B))))
        assert found.startswith("3 handoffs in a row without progress\n")


# --- in runs under controlled schedules ----------------------------------------------------------------------------------------


class Counters:
    def __init__(self) -> None:
        self.values: dict[str, int] = {}

    async def get(self, name: str) -> int:
        return self.values.get(name, 0)

    async def put(self, name: str, value: int) -> None:
        self.values[name] = value


async def two_count(lock: asyncio.Lock | None = None) -> None:
    store = boundary(Counters())

    async def count() -> None:
        if lock is not None:
            await lock.acquire()
        await store.put("n", await store.get("n") + 1)
        mark("counted")
        if lock is not None:
            lock.release()

    async def later() -> None:
        await asyncio.sleep(0.01)
        await count()

    await together(ann=count(), bob=later())


def test_a_lost_update_is_found_in_latency_mode_and_not_under_a_lock() -> None:
    check = checks.no_lost_update("Counters.get", "Counters.put", key=0)
    outcome = explore(two_count, checks=[check])
    assert outcome.mode == "latency"
    assert "check no_lost_update: ann writes over what bob wrote of 'n' after ann had read it" in outcome.text()

    async def locked() -> None:
        await two_count(asyncio.Lock())

    assert explore(locked, checks=[check]).passed


def test_checks_look_at_a_run_in_plain_order_too() -> None:
    run = run_once(two_count, checks=[checks.at_most_once("counted")])
    assert run.failure is not None
    assert run.failure.name == "at_most_once"
