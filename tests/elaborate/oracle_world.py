"""The state of a team as the oracle sees it: dictionaries, one entry for each thing that docs/language.md speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from checker.language import tree
from checker.language.types import Value, sort_key

Agent: TypeAlias = tuple[str, int]  # role, number
Environment: TypeAlias = dict[str, Value]
Cell: TypeAlias = tuple[str, Value]  # a store and the key of one entry; None: the whole store
Queue: TypeAlias = tuple[str, str, int | None, int]  # message, role of the sender, sender (fifo only), receiver


class Failed(Exception):
    """The step has no value, or breaks a rule: `kind` as `no error` tells it."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Blocked(Exception):
    """The step cannot be taken with these choices."""


@dataclass(frozen=True)
class Frame:
    """What is left of a block: the statements from `place` on; at its end only `names` stay in scope, and `loop` asks again."""

    block: tree.Block
    place: int
    names: frozenset[str]
    loop: tree.While | None = None


@dataclass(frozen=True)
class Waiting:
    """An activity at an await. `released`: the barrier of its round has opened."""

    label: str
    names: tuple[tuple[str, Value], ...]
    parameters: tuple[tuple[str, Value], ...]
    rest: tuple[Frame, ...]
    released: bool = False


Run: TypeAlias = Literal["unstarted", "begun", "finished"]


@dataclass
class World:
    shared: dict[str, Value] = field(default_factory=dict)
    own: dict[tuple[Agent, str], Value] = field(default_factory=dict)
    up: dict[Agent, bool] = field(default_factory=dict)
    stalled: dict[Agent, bool] = field(default_factory=dict)
    runs: dict[Agent, Run] = field(default_factory=dict)
    waits: dict[tuple[Agent, str], Waiting] = field(default_factory=dict)
    queues: dict[Queue, tuple[Value, ...]] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)
    finished: dict[tuple[Agent, str], tuple[tuple[str, Value], ...]] = field(default_factory=dict)  # what `repeat` repeats
    before: dict[Cell, Value] = field(default_factory=dict)  # what `stale` reads
    crashed: dict[Agent, bool] = field(default_factory=dict)  # whom `restart` brings back

    def copy(self) -> World:
        return World(*(dict(part) for part in self.parts()))

    def parts(self) -> tuple[dict[Any, Any], ...]:
        return (
            self.shared,
            self.own,
            self.up,
            self.stalled,
            self.runs,
            self.waits,
            self.queues,
            self.spent,
            self.finished,
            self.before,
            self.crashed,
        )

    def key(self) -> Any:
        return tuple(frozenset(part.items()) for part in self.parts())

    def waiting_of(self, agent: Agent) -> dict[str, Waiting]:
        return {activity: waiting for (who, activity), waiting in self.waits.items() if who == agent}


def in_bag(items: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(sorted(items, key=sort_key))


@dataclass
class Chooser:
    """Nondeterminism by doing again: follows `script`, and past its end takes the first option and notes how many there were."""

    script: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    shown: list[tuple[str, str]] = field(default_factory=list)

    def pick(self, options: int) -> int:
        if options == 0:
            raise Blocked
        place = len(self.counts)
        self.counts.append(options)
        if place == len(self.script):
            self.script.append(0)
        return self.script[place]

    def next(self) -> Chooser | None:
        """The chooser of the next way through, None after the last."""
        for place in reversed(range(len(self.counts))):
            if self.script[place] + 1 < self.counts[place]:
                return Chooser([*self.script[:place], self.script[place] + 1])
        return None


@dataclass(frozen=True)
class Event:
    """A cell is read, read as it was before its last write (`stale`), or written; `changes`: with another value than it had."""

    kind: Literal["read", "stale", "write"]
    cell: Cell
    changes: bool = False


@dataclass
class Act:
    """One step in the making: who acts, its choices, what it reads and writes in order."""

    agent: Agent | None
    activity: str = ""
    chooser: Chooser = field(default_factory=Chooser)
    stale: Cell | None = None
    events: list[Event] = field(default_factory=list)
    written: set[Cell] = field(default_factory=set)
    stale_read: bool = False
