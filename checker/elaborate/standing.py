"""Where agents stand: up or down, busy or idle, at which await."""

from __future__ import annotations

from checker.elaborate import make
from checker.elaborate.build import Build
from checker.language import tree
from checker.language.types import Enum
from checker.model.expr import Expr, Read


def control(build: Build, agent: Expr, activity: str, old: bool = False) -> Read | None:
    """Where the agent is in an activity; None for one that never waits."""
    variable = build.get(f"{build.role(agent.type).name}.{activity}")
    if variable is None or variable.kind != "control":
        return None
    return Read(variable, (agent,), old)


def members(of: Read) -> tuple[str, ...]:
    """The places of a control variable."""
    assert isinstance(of.type, Enum)
    return of.type.members


def stands_at(of: Read, place: str) -> Expr:
    """Whether the activity is at this place."""
    return make.equal(of, members(of).index(place))


def resting(of: Read) -> Expr:
    """The activity does not wait: it is idle, or a run that has not begun or has finished."""
    first = make.equal(of, 0)
    return make.either(first, stands_at(of, "finished")) if "finished" in members(of) else first


def idle(build: Build, agent: Expr, old: bool = False) -> Expr:
    """No activity of the agent waits anywhere."""
    names = [activity.name for activity in build.role(agent.type).activities]
    controls = [control(build, agent, name, old) for name in names]
    return make.both(*(resting(c) for c in controls if c is not None))


def fact(build: Build, agent: Expr, of: tree.AgentFact, old: bool) -> Expr:
    """`agent is busy`, and so on."""
    role = build.role(agent.type).name
    match of:
        case "busy":
            return make.negate(idle(build, agent, old))
        case "idle":
            return idle(build, agent, old)
        case "finished":
            run = control(build, agent, "run", old)
            return make.FALSE if run is None else stands_at(run, "finished")
        case "stalled":
            return _flag(build, f"{role} stalled", agent, make.FALSE, old)
        case "up":
            return _flag(build, f"{role} up", agent, make.TRUE, old)
        case "down":
            return make.negate(_flag(build, f"{role} up", agent, make.TRUE, old))


def _flag(build: Build, name: str, agent: Expr, otherwise: Expr, old: bool) -> Expr:
    variable = build.get(name)
    return otherwise if variable is None else Read(variable, (agent,), old)


def at(build: Build, agent: Expr, activity: str | None, label: str, old: bool) -> Expr:
    """`agent at label`: in any activity that has the label, or in the one that is named."""
    found: Expr = make.FALSE
    for candidate in build.role(agent.type).activities:
        here = control(build, agent, candidate.name, old)
        if here is None or activity not in (None, candidate.name):
            continue
        for place in (label, f"{label} (released)"):
            if place in members(here)[1:]:
                found = make.either(found, stands_at(here, place))
    return found
