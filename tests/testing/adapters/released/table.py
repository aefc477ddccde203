"""The table of the bugs, and how one is searched for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from msgspec import Struct

from checker.testing import Outcome, explore, sweep

Scenario = Callable[[], Coroutine[Any, Any, None]]
SCHEDULES = 200


class Bug(Struct, frozen=True, kw_only=True):
    """One bug. A release is told as pip reads it, after it what else must be installed with it."""

    scenario: Scenario
    broken: str
    repaired: str | None  # None: there is none, and `repair` changes the broken one in place, as a release that repairs it would
    repair: Callable[[], None] | None
    said: str  # by the report of the bug
    search: dict[str, Any]  # options of `explore`, or of `sweep` where `sweeps`; `checks` a function that makes them
    sweeps: bool

    @property
    def name(self) -> str:
        return self.scenario.__name__

    def look(self, *, after_repair: bool = False) -> Outcome:
        """What a search says of the version that is on the path, or of that with the repair of this table."""
        if after_repair and self.repair is not None:
            self.repair()
        options = {key: value() if key == "checks" else value for key, value in self.search.items()}
        if self.sweeps:
            return sweep(self.scenario, **options)
        return explore(self.scenario, **{"mode": "latency", "schedules": SCHEDULES, **options})

    def row(self) -> str:
        """The line of the table in the docs."""
        told = " ".join((self.scenario.__doc__ or "").split()).removesuffix(".")
        return f"| {_release(self.broken)} | {told} | {_release(self.repaired).split()[-1] if self.repaired else 'none'} |"


BUGS: dict[str, Bug] = {}


def bug(
    broken: str, repaired: str | None, said: str, *, sweeps: bool = False, repair: Callable[[], None] | None = None, **search: Any
) -> Callable[[Scenario], Scenario]:
    def keep(scenario: Scenario) -> Scenario:
        found = Bug(scenario=scenario, broken=broken, repaired=repaired, repair=repair, said=said, search=search, sweeps=sweeps)
        BUGS[found.name] = found
        return scenario

    return keep


def _release(pinned: str) -> str:
    return pinned.split()[0].replace("==", " ")
