"""What the oracle says of a protocol: steps that may begin, the transitions that come of them, all that is reachable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from checker.language import tree
from checker.language.types import Value
from tests.elaborate.oracle_world import Act, Agent, Queue, World


@dataclass
class Start:
    """A step before its choices: `act` holds what its guard has read, `values` what it binds, `at` where its code or its fault is written."""

    act: Act
    do: Callable[[World, Act], None] | None
    at: tree.Node | None
    values: tuple[Value, ...] = ()
    kind: str = ""
    fault: str | None = None
    timeout: bool = False


@dataclass
class Step:
    """One transition: what was started, what it chose, and where it leads (None: it fails, `kind` says how)."""

    start: Start
    act: Act
    target: World | None
    kind: str = ""

    @property
    def agent(self) -> Agent | None:
        return self.act.agent

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.act.chooser.shown)

    @property
    def fault(self) -> str | None:
        return self.start.fault


@dataclass
class Explored:
    worlds: dict[Any, World]
    steps: dict[Any, list[Step]]
    initial: list[Any]
    complete: bool = True

    @property
    def transitions(self) -> int:
        """Those that do not fail."""
        return sum(step.target is not None for steps in self.steps.values() for step in steps)


@dataclass
class Taken:
    """A message that a pattern takes, and what it binds. `place` None: the message stays."""

    pay: Callable[[str, World], None]
    queue: Queue
    item: Value
    place: int | None
    bound: dict[str, Value]
    shown: tuple[Value, ...]
    fault: str | None

    def remove(self, world: World) -> None:
        if self.fault is not None:
            self.pay(self.fault, world)
        if self.place is not None:
            waiting = world.queues[self.queue]
            world.queues[self.queue] = waiting[: self.place] + waiting[self.place + 1 :]
