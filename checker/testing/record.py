"""What one run of a test did: boundary calls, tasks, faults and marks, in one total order.

Every entry carries `at` positions on the run's own clock: a counter that grows by one with each thing recorded, so two entries of one
run are always ordered, also within one instant of virtual time. `*_s` are seconds of virtual time since the start of the run.

Arguments and results are kept by reference, not copied: give `boundary(..., snapshot=copy.deepcopy)` where code changes them later and a
check looks at what they were. Reports tell them as they were.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field


class Call(Struct, kw_only=True):
    """One call at a boundary: the interval from its invocation to its return.

    The effect lies between: `effects` holds the positions at which the real method ended (none after `drop`, `error_before` and
    `crash`; two after `duplicate`). `returned_at` is None when the caller crashed, or waited still when the run ended.
    """

    number: int  # calls of a run are numbered from 0 in the order of invocation
    boundary: str  # the name given to `boundary`, or the class of the object
    op: str  # the name of the method
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    agent: str  # the agent of the calling task, or the task's name where no agent was told
    task: str  # the name of the calling task
    invoked_at: int
    invoked_s: float
    effects: list[int] = field(default_factory=list)
    returned_at: int | None = None
    returned_s: float | None = None
    result: Any | UnsetType = UNSET  # UNSET: no result; for a stream the list of the items that were received
    error: BaseException | None = None
    fault: str | None = None  # the fault that was injected here
    given_text: str | None = None  # the arguments as they were then, in a run that is explained
    result_text: str | None = None  # so the result

    @property
    def pending(self) -> bool:
        """True when the call has not returned, with a result or an error."""
        return self.returned_at is None

    def before(self, other: Call) -> bool:
        """True when this call had returned before `other` was invoked (real-time order)."""
        return self.returned_at is not None and self.returned_at < other.invoked_at


class TaskSpan(Struct, kw_only=True):
    """One asyncio task, from its creation to its end."""

    number: int  # tasks of a run are numbered from 1 in the order of creation; 1 is the test itself
    name: str
    agent: str
    parent: str | None  # the name of the task that created it
    started_at: int
    started_s: float
    ended_at: int | None = None
    ended_s: float | None = None
    outcome: str | None = (
        None  # "returned", "raised", "cancelled", "crashed", "collected"; None: still waiting when the run ended
    )
    error: BaseException | None = None


class Fault(Struct, kw_only=True):
    """One injected fault: of a boundary call (`call` is its number), or the cancellation of a task."""

    at: int
    at_s: float
    kind: str  # a name of `FAULTS`, or "cancel"
    agent: str
    task: str
    call: int | None = None


class Mark(Struct, kw_only=True):
    """Something that the test itself noted with `mark`."""

    at: int
    at_s: float
    name: str
    agent: str
    task: str
    fields: dict[str, Any] = field(default_factory=dict)


class Unhandled(Struct, kw_only=True):
    """An exception that reached the loop and no code: of a callback, or of a task whose result nobody took."""

    at: int
    at_s: float
    message: str
    error: BaseException | None = None
    task: str | None = None


class Record(Struct, kw_only=True):
    """Everything recorded in one run."""

    calls: list[Call] = field(default_factory=list)
    tasks: list[TaskSpan] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    unhandled: list[Unhandled] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)  # that `together` and `spawn` started, in this order
    foreign_threads: bool = False  # a thread outside the run posted work: its moment is not ours to choose
    ended_at: int = 0  # the number of positions given out
    ended_s: float = 0.0
    remarks: set[str] = field(default_factory=set)  # of checks: what there was nothing of to look at

    def next_at(self) -> int:
        """A new position."""
        self.ended_at += 1
        return self.ended_at

    def of(self, boundary: str | None = None, op: str | None = None, agent: str | None = None) -> Iterator[Call]:
        """The calls with this boundary, method and agent (None: any), in order of invocation."""
        for call in self.calls:
            if boundary in (None, call.boundary) and op in (None, call.op) and agent in (None, call.agent):
                yield call

    def events(self) -> list[tuple[int, str, Call | TaskSpan | Fault | Mark | Unhandled]]:
        """(position, what, entry) in order; `what` is "invoke", "effect", "return", "start", "end", "fault", "mark", "unhandled"."""
        found: list[tuple[int, str, Call | TaskSpan | Fault | Mark | Unhandled]] = []
        for call in self.calls:
            found.append((call.invoked_at, "invoke", call))
            found += [(at, "effect", call) for at in call.effects]
            if call.returned_at is not None:
                found.append((call.returned_at, "return", call))
        for span in self.tasks:
            found.append((span.started_at, "start", span))
            if span.ended_at is not None:
                found.append((span.ended_at, "end", span))
        found += [(fault.at, "fault", fault) for fault in self.faults]
        found += [(mark.at, "mark", mark) for mark in self.marks]
        found += [(lost.at, "unhandled", lost) for lost in self.unhandled]
        return sorted(found, key=lambda event: event[0])


def call_text(call: Call) -> str:
    """`0.5 ms  ann: Board.get('t') -> None`, with the time of invocation."""
    given = call.given_text if call.given_text is not None else given_text(call.args, call.kwargs)
    end = "has not returned" if call.pending else f"raised {short(call.error)}" if call.error is not None else ""
    if not end:
        end = call.result_text or short(None if call.result is UNSET else call.result)
    took = "" if call.returned_s is None else f", {(call.returned_s - call.invoked_s) * 1e3:.9g} ms"
    fault = f", fault {call.fault}" if call.fault else ""
    return f"{call.invoked_s * 1e3:.9g} ms  {call.agent}: {call.boundary}.{call.op}({given}) -> {end}{took}{fault}"


def given_text(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """The arguments of a call as they are now."""
    return ", ".join([*map(short, args), *(f"{key}={short(value)}" for key, value in kwargs.items())])


def short(value: Any, most: int = 60) -> str:
    """What `repr` says, on one line and cut."""
    try:
        text = without_addresses(repr(value).replace("\n", " "))  # lines are of protocol buffers, for one
    except Exception as error:
        text = "".join(traceback.format_exception_only(error)).strip()
    return text if len(text) <= most else text[: most - 1] + "…"


# as `object.__repr__` writes them, and as anyio does, in hexadecimal digits alone
_ADDRESS = re.compile(r"0x[0-9a-f]{9,16}\b|(?<![-\w])7[ef][0-9a-f]{10}(?![-\w])")


def without_addresses(text: str) -> str:
    """Where an object lies in memory differs from run to run, and tells nobody anything."""
    return _ADDRESS.sub("0x…", text)
