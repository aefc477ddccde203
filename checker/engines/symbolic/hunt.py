"""The search: sweep after sweep, for each goal until a run shows it. Everything here runs in a process of its own (`child.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias, final

from checker.engines.symbolic.concrete import Fields, Play, Player, shortened, without_loops
from checker.engines.symbolic.formula import Formula, GaveUp, Sought
from checker.engines.symbolic.least import Counted, Fewest, Least
from checker.engines.symbolic.sweeps import Sweeps
from checker.ground.program import ground
from checker.model.model import Model


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """All runs of so many sweeps were looked at, for the goals that were still open."""

    sweeps: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A run that shows something of a goal. `states`: up to the state that shows it, or that the step which shows it is taken from.

    `sweeps`: in how many it was found. `fewest`: of what was asked to be few, None where nothing was.
    """

    goal: str
    what: str
    states: tuple[Fields, ...]
    sweeps: int
    fewest: Fewest | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """There is no more to come: `reason` says why, "" where all goals were found or all sweeps done."""

    reason: str = ""


Event: TypeAlias = Swept | Found | Stopped


def hunt(model: Model, *, sweeps: int, fewest: Counted | None = None, time_s: float | None = None) -> Iterator[Event]:
    """Swept and Found, and Stopped at the end. Raises Unsupported for what the ground form cannot say."""
    deadline = None if time_s is None else perf_counter() + time_s
    form = ground(model)
    formula = Formula(Sweeps(form), deadline)
    open_goals = {goal.name for goal in model.goals}
    try:
        for number in range(sweeps + 1):
            if number:
                formula.grow()
            for sought in formula.sought():
                if sought.goal in open_goals and (play := formula.run_that_shows(sought)) is not None:
                    open_goals.discard(sought.goal)
                    yield _found(formula, sought, play, number, None if fewest is None else Least(form, fewest, sweeps, deadline))
            yield Swept(sweeps=number)
            if not open_goals:
                break
    except GaveUp as reason:
        yield Stopped(reason=_told(reason))
        return
    yield Stopped()


def _told(reason: GaveUp) -> str:
    text = str(reason)
    if "timeout" in text or "canceled" in text:
        return "time"
    return "memory" if "memory" in text or "resource" in text else f"the solver gave up: {text}"


def _found(formula: Formula, sought: Sought, play: Play, sweeps: int, least: Least | None) -> Found:
    player = Player(formula.sweeps.form, formula.sweeps.enabled)
    state = formula.sweeps.target(sought.goal, sought.what)
    play = shortened(play, lambda shorter: player.shows(shorter, sought.goal, sought.what, state))
    assert player.shows(play, sought.goal, sought.what, state), "the run of the formula is none of the ground form"
    fewest = None
    if least is not None:
        play, fewest = least.of(sought, play, sweeps)
    states = player.states(play)
    assert states is not None
    return Found(goal=sought.goal, what=sought.what, states=without_loops(states), sweeps=sweeps, fewest=fewest)
