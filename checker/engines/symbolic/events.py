"""What the search says as it goes on. It comes from another process, which alone loads the solver."""

from __future__ import annotations

from typing import Literal, TypeAlias, final

from msgspec import Struct

from checker.engines.symbolic.concrete import Fields

Counted: TypeAlias = Literal["steps", "faults", "agents"]


@final
class Fewest(Struct, frozen=True, kw_only=True):
    """`count` of `what`, and no run of up to `sweeps` sweeps has fewer (0: time ran out before that was known).

    `proven`: no run at all has fewer.
    """

    what: Counted
    count: int
    sweeps: int
    proven: bool


@final
class Swept(Struct, frozen=True, kw_only=True):
    """No run of so many sweeps shows anything of the goal."""

    goal: str
    sweeps: int


@final
class LeftOpen(Struct, frozen=True, kw_only=True):
    """The goal is not looked at further: `reason` says why."""

    goal: str
    reason: str


@final
class Found(Struct, frozen=True, kw_only=True):
    """A run that shows something of a goal. `states`: up to the state that shows it, or that the step which shows it is taken from.

    `sweeps`: in how many it was found. `fewest`: of what was asked to be few, None where nothing was.
    """

    goal: str
    what: str
    states: tuple[Fields, ...]
    sweeps: int
    fewest: Fewest | None = None


Event: TypeAlias = Swept | Found | LeftOpen
