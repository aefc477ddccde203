"""One run of a test under one schedule."""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from msgspec import Struct, field, structs

from checker.testing.choices import Deviation, Kind, Token
from checker.testing.chooser import PLAIN, Chooser, Point, Replay, Strategy, check_faults
from checker.testing.environment import controlled, current_loop, has_drawn
from checker.testing.errors import Deadlock, Livelock, LoopInUse, NoCoroutine
from checker.testing.executors import controlled_executors
from checker.testing.failure import Failure, failure_of, goes_through
from checker.testing.holders import noted_holders
from checker.testing.loop import ControlledLoop
from checker.testing.no_io import no_connections
from checker.testing.record import Mark, Record
from checker.testing.settings import Settings
from checker.testing.stuck import deadlock_text, livelock_text
from checker.testing.threads import controlled_threads
from checker.testing.unawaited import noted_unawaited
from checker.testing.where import place_of_error
from checker.testing.witness import Account, Step, Witness

Test = Callable[[], Coroutine[Any, Any, Any]]
Check = Callable[[Record], Any]


class Run(Struct, kw_only=True):
    """What came of one run."""

    settings: Settings
    failure: Failure | None
    record: Record
    deviations: tuple[Deviation, ...]
    steps: int
    virtual_s: float
    fingerprint: int  # of the order in which lanes ran and of the recorded calls: equal runs have equal ones
    result: Any = None  # what the test returned
    drew: bool = False  # of a run that failed: whether the code under test asked for random numbers
    points: list[Point] = field(default_factory=list)
    asked: dict[Kind, int] = field(default_factory=dict)  # choice points by kind
    accounts: list[Account] = field(default_factory=list)  # the deviations in words, filled where `explain`
    told_steps: list[Step] = field(default_factory=list)  # who ran on from where, filled where `explain`

    @property
    def token(self) -> Token:
        return Token(mode=self.settings.mode, seed=self.settings.seed, deviations=self.deviations)


def run_once(
    test: Test,
    settings: Settings | None = None,
    *,
    strategy: Strategy | None = None,
    token: Token | str | None = None,
    checks: Sequence[Check] = (),
    explain: bool = False,
    note_points: bool = False,
) -> Run:
    """Runs the coroutine function once: under a token, under a strategy, or in plain order.

    Each check gets the record of a run that ended by itself; what it returns, if that is not empty, or the AssertionError it raises is a failure.
    Exceptions of the test are in the result, not raised; KeyboardInterrupt and SystemExit go through.
    """
    if asyncio._get_running_loop() is not None:
        raise LoopInUse("a controlled run is started from a plain function, not from a coroutine on another event loop")
    settings = settings or Settings()
    check_faults(settings.faults)
    if token is not None:
        token = Token.parse(token) if isinstance(token, str) else token
        settings = structs.replace(settings, mode=token.mode, seed=token.seed)
        strategy = Replay(token.deviations)
    chooser = Chooser(
        strategy or PLAIN, settings.mode, faults=settings.faults, sweep=settings.cancel is not False, note_points=note_points
    )
    record = Record()
    witness = Witness() if explain else None
    loop = ControlledLoop(chooser, record, settings, witness)  # type: ignore[abstract]  # the class refuses what it lacks
    enabled = gc.isenabled()
    gc.disable()  # finalizers of garbage would run at moments of their own
    try:
        with (
            controlled(loop),
            controlled_threads(),
            controlled_executors(),
            no_connections(),
            noted_holders(),
            noted_unawaited(loop),
        ):
            failure, result = _run(loop, test)
            record.ended_s = loop.elapsed_s()
            if failure is None:
                failure = _checked(checks, record)
            drew = failure is not None and has_drawn(settings.seed)
            loop.jobs.end()
            loop.clean_up()
    finally:
        if enabled:
            gc.enable()
    return Run(
        settings=settings,
        failure=failure,
        record=record,
        result=result,
        drew=drew,
        deviations=tuple(chooser.deviations),
        steps=loop.steps,
        virtual_s=record.ended_s,
        fingerprint=_fingerprint(loop.fingerprint, record),
        points=chooser.points,
        asked=dict(chooser.asked),
        accounts=witness.accounts if witness else [],
        told_steps=witness.steps if witness else [],
    )


def _run(loop: ControlledLoop, test: Test) -> tuple[Failure | None, Any]:
    """Why the test failed, and else what it returned; what waits at its end waits still."""
    __tracebackhide__ = True  # of pytest
    try:
        result = loop.run_until_complete(loop.create_task(_coroutine(test), name="test"))
    except Deadlock as error:
        return Failure(kind="deadlock", name="Deadlock", text="\n".join(filter(None, (deadlock_text(loop), str(error))))), None
    except Livelock:
        return Failure(kind="livelock", name="Livelock", text=livelock_text(loop)), None
    except asyncio.CancelledError as error:
        if any(fault.kind == "cancel" for fault in loop.record.faults):
            return None, None
        return failure_of(error), None
    except NoCoroutine:
        raise
    except BaseException as error:
        if goes_through(error):
            raise
        return failure_of(error), None
    finally:
        loop.note_final()
        loop.chooser.quiet = True
    return None, result


def _coroutine(test: Test) -> Coroutine[Any, Any, Any]:
    given: Any = test
    if inspect.iscoroutine(given):
        given.close()
        name = given.__name__
        raise NoCoroutine(f"a controlled run needs the function {name} itself, not {name}(): it is called in each run")
    coroutine = test()
    if not inspect.iscoroutine(coroutine):
        name = getattr(test, "__qualname__", repr(test))
        raise NoCoroutine(
            f"{name} returned {type(coroutine).__name__}: a controlled run needs an `async def` function without parameters"
        )
    return coroutine


def _checked(checks: Sequence[Check], record: Record) -> Failure | None:
    for check in checks:
        name = getattr(check, "__name__", type(check).__name__)
        try:
            found = check(record)
        except AssertionError as error:
            return Failure(kind="check", name=name, text=str(error) or "AssertionError", place=place_of_error(error), error=error)
        if callable(found):
            raise ValueError(f"`{name}` makes a check, and is none itself: write `{name}(...)`")
        if found:
            texts = [found] if isinstance(found, str) else list(found)
            return Failure(kind="check", name=name, text="\n".join(map(str, texts)))
    return None


def _fingerprint(order: int, record: Record) -> int:
    """Also of which call was made by whom and when; not of arguments, which may hold addresses or times of the real world."""
    for call in record.calls:
        for number in (call.invoked_at, call.returned_at or 0, len(call.op), round(call.invoked_s * 1e6)):
            order = (order * 1_000_003 + number) & 0xFFFFFFFFFFFFFFFF
    return order


# --- for code inside a run -----------------------------------------------------------------------------------------------------


def mark(name: str, **fields: Any) -> None:
    """Notes something in the record of the run, for checks; outside a run nothing happens."""
    loop = current_loop()
    if loop is not None and not loop.ending:
        at = loop.record.next_at()
        loop.record.marks.append(
            Mark(at=at, at_s=loop.elapsed_s(), name=name, agent=loop.who(), task=loop.current.label, fields=fields)
        )


def pick(options: Sequence[Any]) -> Any:
    """One of the options: the first in plain order, any in a search. Outside a run: the first."""
    loop = current_loop()
    if loop is None:
        return options[0]
    return options[loop.chooser.pick(len(options), loop.witness.pick(loop, options) if loop.witness else None)]
