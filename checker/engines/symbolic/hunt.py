"""The search: sweep after sweep, for each goal until a run shows it. Everything here runs in a process of its own (`child.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from checker.engines.symbolic.concrete import Play, Player, shortened, without_loops
from checker.engines.symbolic.events import Counted, Event, Found, LeftOpen, Swept
from checker.engines.symbolic.formula import Formula, GaveUp, Sought
from checker.engines.symbolic.least import Least
from checker.engines.symbolic.sweeps import Sweeps
from checker.ground.program import ground
from checker.model.model import Model


def hunt(
    model: Model,
    *,
    sweeps: int,
    fewest: Counted | None = None,
    time_s: float | None = None,
    aside: frozenset[str] = frozenset(),
) -> Iterator[Event]:
    """Events as they come. The goals that are still open share what is left of the time, so that a hard one leaves some to
    the others. `aside`: goals that are looked at as long as there are others. Raises Unsupported for what the ground form cannot say.
    """
    deadline = None if time_s is None else perf_counter() + time_s
    form = ground(model)
    formula = Formula(Sweeps(form))
    waiting = [goal.name for goal in model.goals]
    for number in range(sweeps + 1):
        if number:
            formula.grow()
        shown = list(formula.sought())
        for goal in list(waiting):
            formula.deadline = _share(deadline, len(waiting))
            event: Event
            try:
                event = _looked_at(formula, goal, [s for s in shown if s.goal == goal], number, fewest, sweeps)
            except GaveUp as reason:
                event = LeftOpen(goal=goal, reason=str(reason))
            yield event
            if not isinstance(event, Swept):
                waiting.remove(goal)
        if aside.issuperset(waiting):
            break


def _share(deadline: float | None, among: int) -> float | None:
    """Until when one of so many may take."""
    now = perf_counter()
    return None if deadline is None else now + (deadline - now) / among


def _looked_at(
    formula: Formula, goal: str, shown: list[Sought], number: int, fewest: Counted | None, most_sweeps: int
) -> Swept | Found:
    for sought in shown:
        play = formula.run_that_shows(sought)
        if play is not None:
            return _found(formula, sought, play, number, None if fewest is None else Least(formula, fewest, most_sweeps))
    return Swept(goal=goal, sweeps=number)


def _found(formula: Formula, sought: Sought, play: Play, sweeps: int, least: Least | None) -> Found:
    player = Player(formula.sweeps.form, formula.sweeps.enabled)
    state = formula.sweeps.target(sought.goal, sought.what)
    play = shortened(play, lambda shorter: player.shown(shorter, sought.goal, sought.what, state))
    assert player.shown(play, sought.goal, sought.what, state) == play, "the run of the formula does not show it"
    fewest = None
    if least is not None:
        play, fewest = least.of(sought, play)
    states = without_loops(player.states(play))
    return Found(goal=sought.goal, what=sought.what, states=states, sweeps=sweeps, fewest=fewest)
