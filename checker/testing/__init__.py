"""Tests of real coordinators under controlled schedules.

    from checker.testing import boundary, explored, together

    @explored(schedules=400)
    async def test_a_task_is_claimed_once():
        board = boundary(Board())
        await together(ann=claim(board, "ann"), bob=claim(board, "bob"))
        assert board.claims == 1

Public names, each imported when it is first used (`import checker.testing` alone loads no asyncio):

`explore(test, *, schedules=200, mode="both", seed=0, strategy="auto", faults={}, checks=(), first=(), **settings) -> Outcome`
    searches the schedules of a coroutine function; `Outcome.check()` raises `ScheduleFailure` with the report
`explored(**options)`
    decorator: an `async def` test becomes a plain test that any pytest runs; the variable TEAMCHECK_REPLAY=TOKEN replays one run
`replay(test, token, **options) -> Outcome`
    the one run of a token, explained
`sweep(test, *, cancel=None, checks=(), **settings) -> Outcome`
    cancels each agent (or task) at each suspension point seen, one per run
`run_once(test, settings=None, *, strategy=None, token=None, checks=(), explain=False) -> Run`
    one run: `.failure`, `.record`, `.deviations`, `.token`, `.result`
`boundary(obj, ops=None, *, name=None, latency_s=(0, 0.2), faults=FAULTS, error=InjectedError, delay_s=60, snapshot=None)`
    makes the calls of a store, model, tool or broker scheduling points, recorded intervals and fault points; `unwrap` undoes it
`together(ann=coroutine, bob=coroutine) -> dict`, `spawn(name, coroutine) -> Task`, `with agent(name):`
    agents: who acts
`mark(name, **fields)`, `pick(options)`
    inside a run: a note for checks; a choice that the search makes
`Record`, `Call`, `TaskSpan`, `Fault`, `Mark`, `Unhandled`
    what a run did (`checker/testing/record.py`)
`Outcome`, `Failure`, `ScheduleFailure`, `Run`, `Settings`, `Token`, `Deviation`, `Strategy`
    results and parts
`CRASHED`, `FAULTS`, `MODES`, `InjectedError`, `RealIORefused`
    the result of a crashed agent; the names of faults and modes; errors that code under test may see

`machine(protocol, adapter, ...) -> type[TestCase]`, `Adapter`
    tests of real code against a protocol: programs that Hypothesis draws, each followed by the protocol under many schedules

A check is a function of the `Record`: it raises AssertionError, or returns what it found wrong (nothing, an empty list: fine).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.testing.agents import CRASHED, agent, spawn, together
    from checker.testing.choices import FAULTS, MODES, Deviation, Token
    from checker.testing.chooser import Strategy
    from checker.testing.errors import InjectedError, RealIORefused
    from checker.testing.failure import Failure
    from checker.testing.outcome import Outcome, ScheduleFailure
    from checker.testing.protocol.adapter import Adapter
    from checker.testing.protocol.machine import machine
    from checker.testing.protocol.plan import AdapterError
    from checker.testing.proxy import boundary, unwrap
    from checker.testing.record import Call, Fault, Mark, Record, TaskSpan, Unhandled
    from checker.testing.run import Run, mark, pick, run_once
    from checker.testing.search import explore, explored, replay, sweep
    from checker.testing.settings import Settings

_HOME = {
    "agents": "CRASHED agent spawn together",
    "proxy": "boundary unwrap",
    "choices": "FAULTS MODES Deviation Token",
    "chooser": "Strategy",
    "errors": "InjectedError RealIORefused",
    "search": "explore explored replay sweep",
    "outcome": "Outcome ScheduleFailure",
    "record": "Call Fault Mark Record TaskSpan Unhandled",
    "failure": "Failure",
    "run": "Run mark pick run_once",
    "settings": "Settings",
    "protocol.adapter": "Adapter",
    "protocol.machine": "machine",
    "protocol.plan": "AdapterError",
}
_MODULE = {name: module for module, names in _HOME.items() for name in names.split()}

__all__ = [
    "CRASHED",
    "FAULTS",
    "MODES",
    "Adapter",
    "AdapterError",
    "Call",
    "Deviation",
    "Failure",
    "Fault",
    "InjectedError",
    "Mark",
    "Outcome",
    "RealIORefused",
    "Record",
    "Run",
    "ScheduleFailure",
    "Settings",
    "Strategy",
    "TaskSpan",
    "Token",
    "Unhandled",
    "agent",
    "boundary",
    "explore",
    "explored",
    "machine",
    "mark",
    "pick",
    "replay",
    "run_once",
    "spawn",
    "sweep",
    "together",
    "unwrap",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE[name]}"), name)
