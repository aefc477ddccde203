"""How one call at a boundary runs: its legs, its fault, its record."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from checker.testing.choices import FAULTS
from checker.testing.collecting import sleep_unheld
from checker.testing.record import Call, given_text, short

if TYPE_CHECKING:
    from checker.testing.loop import ControlledLoop
    from checker.testing.proxy import Terms

PLAIN_FAULTS = tuple(fault for fault in FAULTS if fault != "collect")  # a plain method never suspends
STREAM_FAULTS = ("delay", "error_before", "error_after", "drop", "crash", "crash_after")


class Leg:
    """The accounts of one call: opened by its invocation, closed by its return."""

    def __init__(
        self, loop: ControlledLoop, terms: Terms, op: str, args: tuple[Any, ...], kwargs: dict[str, Any], faults: Any
    ) -> None:
        self.loop = loop
        self.terms = terms
        lane = loop.current
        copy = terms.snapshot or _same
        self.call = Call(
            number=len(loop.record.calls),
            boundary=terms.name,
            op=op,
            args=copy(args),
            kwargs=copy(kwargs),
            agent=loop.who(),
            task=lane.label,
            invoked_at=loop.record.next_at(),
            invoked_s=loop.elapsed_s(),
        )
        loop.record.calls.append(self.call)
        if loop.witness:
            self.call.given_text = given_text(self.call.args, self.call.kwargs)
        self.fault = self._struck_by(faults) if loop.chooser.budget else None
        agent = loop.acting()
        self._caller = (agent.lane if agent else 0) or lane.number

    def _struck_by(self, faults: Any) -> str | None:
        """The fault that is chosen for the call, among those that may strike there."""
        loop, call, terms = self.loop, self.call, self.terms
        allowed = [
            fault for fault in terms.faults_at(call.op) if fault in faults and (loop.strikes is None or loop.strikes(fault, call))
        ]
        call.fault = loop.chooser.fault(allowed, loop.witness.fault(loop, call) if loop.witness else None)
        if call.fault is not None:
            loop.note_fault(call.fault, call.agent, call.task, call.number)
        return call.fault

    def leg_s(self, what: str) -> float:
        """How long the request or the reply takes, in seconds of virtual time."""
        terms, loop = self.terms, self.loop
        tell = loop.witness.latency(loop, self.call, what) if loop.witness else None
        us = loop.chooser.latency(self._caller, terms.low_us // 2, terms.plain_us // 2, terms.high_us // 2, tell)
        return us / 1e6 + (terms.delay_s if what == "request" and self.fault == "delay" else 0.0)

    def effect(self) -> None:
        if not self.loop.ending:
            self.call.effects.append(self.loop.record.next_at())

    def returned(self, result: Any) -> None:
        if not self.loop.ending:
            self._close()
            self.call.result = (self.terms.snapshot or _same)(result)
            if self.loop.witness:
                self.call.result_text = short(self.call.result)

    def raised(self, error: BaseException) -> None:
        if not self.loop.ending:
            self._close()
            self.call.error = error

    @contextmanager
    def errors(self) -> Iterator[None]:
        """What is raised within is what the call raises."""
        try:
            yield
        except BaseException as error:
            self.raised(error)
            raise

    def _close(self) -> None:
        self.call.returned_at, self.call.returned_s = self.loop.record.next_at(), self.loop.elapsed_s()

    def halt(self) -> None:
        """In a job: for ever. On the loop nothing can be halted but at an `await`, where a crashed task stays."""
        job = self.loop.jobs.current()
        if job is not None:
            job.halt()

    def error(self) -> BaseException:
        return self.terms.error(self.call.op)


def _same(value: Any) -> Any:
    return value


async def call_slowly(loop: ControlledLoop, terms: Terms, op: str, function: Any, args: Any, kwargs: Any) -> Any:
    """An awaited call: request, effect, reply."""
    return await _finish_slowly(Leg(loop, terms, op, args, kwargs, FAULTS), function, args, kwargs)


async def _finish_slowly(leg: Leg, function: Any, args: Any, kwargs: Any) -> Any:
    if leg.fault is not None:
        return await _under_fault(leg, lambda: function(*args, **kwargs))
    try:
        await asyncio.sleep(leg.leg_s("request"))
        result = await function(*args, **kwargs)
        leg.effect()
        await asyncio.sleep(leg.leg_s("reply"))
    except BaseException as error:
        leg.raised(error)
        raise
    leg.returned(result)
    return result


async def _under_fault(leg: Leg, start: Callable[[], Any]) -> Any:
    with leg.errors():
        await _request(leg)
        result = await _effect(leg, start)
    await reply(leg, result)
    return result


async def reply(leg: Leg, result: Any) -> None:
    """The effect is done, and the caller hears of it."""
    with leg.errors():
        if leg.fault == "crash_after":
            await crash(leg.loop)
        await asyncio.sleep(leg.leg_s("reply"))
        if leg.fault == "error_after":
            raise leg.error()
    leg.returned(result)


async def _request(leg: Leg) -> None:
    seconds = leg.leg_s("request")
    await (sleep_unheld(leg.loop, seconds) if leg.fault == "collect" else asyncio.sleep(seconds))


async def _effect(leg: Leg, start: Callable[[], Any]) -> Any:
    if leg.fault == "crash":
        await crash(leg.loop)
    if leg.fault == "error_before":
        raise leg.error()
    if leg.fault == "drop":
        return None
    result = await start()
    leg.effect()
    if leg.fault == "duplicate":
        leg.loop.create_task(_again(leg, start), name=f"duplicate of {leg.call.op} by {leg.call.agent}")
    return result


async def _again(leg: Leg, start: Callable[[], Any]) -> None:
    """The second delivery of a duplicated call; what it answers reaches nobody."""
    await asyncio.sleep(leg.leg_s("second request"))
    try:
        await start()
    except Exception:
        return
    leg.effect()


async def crash(loop: ControlledLoop) -> None:
    """Stops the agent of the running code; does not return."""
    loop.crash()
    await loop.create_future()  # for ever


async def stream(loop: ControlledLoop, terms: Terms, op: str, items: Any, args: Any, kwargs: Any) -> AsyncIterator[Any]:
    """An async iteration: one recorded call, a leg before each item; a fault strikes at the second item, or at the end before it."""
    leg = Leg(loop, terms, op, args, kwargs, STREAM_FAULTS)
    received: list[Any] = []
    try:
        if leg.fault == "error_before":
            raise leg.error()
        await asyncio.sleep(leg.leg_s("request"))
        async for item in items:
            if received:
                await _stream_fault(leg)
                await asyncio.sleep(leg.leg_s("reply"))
            received.append(item)
            yield item
        if len(received) < 2:
            await _stream_fault(leg)
        leg.effect()
    except GeneratorExit:
        leg.returned(received)
        raise
    except BaseException as error:
        leg.raised(error)
        raise
    leg.returned(received)


async def _stream_fault(leg: Leg) -> None:
    fault, leg.fault = leg.fault, None
    if fault in ("crash", "crash_after"):
        await crash(leg.loop)
    if fault in ("error_after", "drop"):
        raise leg.error()


# --- methods that are not `async def` -----------------------------------------------------------------------------------------

# what a method returned the first time: runs of a search are alike, so it is known at once
_learned: dict[tuple[Any, ...], str] = {}


def call_plainly(loop: ControlledLoop, terms: Terms, op: str, function: Any, args: Any, kwargs: Any) -> Any:
    """A call of a method that may return anything: what it returned the first time tells how it is treated.

    A first call is made before its kind is known, so no fault can strike there; a search and a replay begin with a run that learns.
    """
    key = _identity(function, op)
    kind = _learned.get(key)
    if kind == "coroutine":
        return call_slowly(loop, terms, op, function, args, kwargs)
    if kind == "plain":
        return _call_at_once(Leg(loop, terms, op, args, kwargs, PLAIN_FAULTS), function, args, kwargs)
    result = function(*args, **kwargs)
    kind = _learned[key] = _kind_of(result)
    if kind == "coroutine":
        return _finish_slowly(Leg(loop, terms, op, args, kwargs, ()), lambda: result, (), {})
    if kind == "future":
        return loop.create_task(
            _finish_slowly(Leg(loop, terms, op, args, kwargs, ("delay", "error_after")), lambda: result, (), {})
        )
    if kind == "stream":
        return stream(loop, terms, op, result, args, kwargs)
    if kind == "plain":
        leg = Leg(loop, terms, op, args, kwargs, ())
        leg.effect()
        leg.returned(result)
    return result


def _identity(function: Any, op: str) -> tuple[Any, ...]:
    """The same for the same method in each run, also where a test makes its classes anew: by code and name, not by object."""
    inner = getattr(function, "__func__", function)
    owner = type(getattr(function, "__self__", function)).__qualname__
    return getattr(inner, "__code__", None), getattr(inner, "__qualname__", None), owner, op


def _kind_of(result: Any) -> str:
    if hasattr(result, "__aenter__"):
        return "context"
    if inspect.iscoroutine(result):
        return "coroutine"
    if inspect.isawaitable(result):
        return "future"
    return "stream" if hasattr(result, "__anext__") else "plain"


def _call_at_once(leg: Leg, function: Any, args: Any, kwargs: Any) -> Any:
    """In a job the call has its legs; on the loop it is one moment, as nothing can run between two lines without an `await`."""
    job = leg.loop.jobs.current()
    with leg.errors():
        if job is not None:
            job.sleep(leg.leg_s("request"))
        elif leg.fault == "delay":
            leg.loop.spend(leg.terms.delay_s)
        result = _effect_at_once(leg, function, args, kwargs)
        if job is not None:
            job.sleep(leg.leg_s("reply"))
        if leg.fault == "error_after":
            raise leg.error()
    leg.returned(result)
    return result


def _effect_at_once(leg: Leg, function: Any, args: Any, kwargs: Any) -> Any:
    if leg.fault == "error_before":
        raise leg.error()
    if leg.fault == "drop":
        return None
    if leg.fault == "crash":
        leg.loop.crash()
        leg.halt()
    result = function(*args, **kwargs)
    leg.effect()
    if leg.fault == "duplicate":
        function(*args, **kwargs)
        leg.effect()
    if leg.fault == "crash_after":
        leg.loop.crash()
        leg.halt()
    return result
