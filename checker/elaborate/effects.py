"""What happens to an agent as a whole: it goes down, loses its memory, an activity of it ends."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from checker.elaborate import make
from checker.elaborate.build import Build, Registers
from checker.language.checked import ActivityInfo, RoleInfo
from checker.language.source import Span
from checker.language.types import SetOf, Value, default, values
from checker.model.expr import Const, Expr
from checker.model.model import Assign, Body, Choose, For, If, Statement, Variable

if TYPE_CHECKING:
    from checker.elaborate.ghosts import Watch


def go_down(build: Build, registers: Registers, role: RoleInfo, agent: Expr, watch: Watch | None) -> Body:
    """An agent stops: volatile state and activities are gone, and what waits for it where its messages are lost."""
    up = build.variables[f"{role.name} up"]
    made: list[Statement] = [Assign(variable=up, indices=(agent,), value=make.FALSE)]
    stalled = build.get(f"{role.name} stalled")
    if stalled is not None:  # whoever comes up again is fresh
        made.append(Assign(variable=stalled, indices=(agent,), value=make.FALSE))
    made += lose_memory(build, registers, role, agent, watch)
    for channel in build.channels:
        if channel.receiver.name != role.name or not build.checked.messages[channel.message].declaration.lost_if_down:
            continue
        empty = Const(default(channel.variable.type), channel.variable.type)
        if channel.kind == "fifo":
            sender = registers.fresh("sender", channel.sender)
            clear: Body = (Assign(variable=channel.variable, indices=(sender, agent), value=empty),)
            made.append(For(local=sender, domain=channel.sender, body=clear, independent=True, at=role.at.span))
        else:
            made.append(Assign(variable=channel.variable, indices=(agent,), value=empty))
    return tuple(made)


def lose_memory(build: Build, registers: Registers, role: RoleInfo, agent: Expr, watch: Watch | None) -> list[Statement]:
    """Volatile variables fall back to their initial values, activities end where they are (a run may begin again)."""
    made = lose_variables(build, registers, role, agent)
    for activity in role.activities:
        made += end_activity(build, role, activity, agent, registers, watch, to=0)
    return made


def lose_variables(build: Build, registers: Registers, role: RoleInfo, agent: Expr) -> list[Statement]:
    """Volatile variables fall back to their initial values."""
    made: list[Statement] = []
    for info in role.variables:
        variable = build.variables[f"{role.name}.{info.name}"]
        if not variable.durable:
            made += _restore(registers, variable, agent, role.at.span)
    return made


def _restore(registers: Registers, variable: Variable, agent: Expr, at: Span) -> Body:
    """The agent's cells of a variable take one of their initial values again."""
    locals = tuple(registers.fresh("key", type) for type in variable.index[1:])
    indices = (agent, *locals)
    if len(set(variable.initial)) == 1:
        (starts,) = set(variable.initial)
        body = _start(registers, variable, indices, starts)
    else:  # the initial values differ from cell to cell: decide by the index
        body = ()
        for place, cell in reversed(list(enumerate(product(*(tuple(values(t)) for t in variable.index))))):
            here = make.both(*(make.equal(index, value) for index, value in zip(indices, cell, strict=True)))
            body = (If(condition=here, then=_start(registers, variable, indices, variable.initial[place]), orelse=body),)
    for local, type in zip(reversed(locals), reversed(variable.index[1:]), strict=True):
        body = (For(local=local, domain=type, body=body, independent=True, at=at),)
    return body


def _start(registers: Registers, variable: Variable, indices: tuple[Expr, ...], starts: tuple[Value, ...]) -> Body:
    if len(starts) == 1:
        return (Assign(variable=variable, indices=indices, value=Const(starts[0], variable.type)),)
    local = registers.fresh("initial", variable.type)
    several = Const(frozenset(starts), SetOf(variable.type))
    return (Choose(local=local, domain=several), Assign(variable=variable, indices=indices, value=local))


def end_activity(
    build: Build,
    role: RoleInfo,
    activity: ActivityInfo,
    agent: Expr,
    registers: Registers,
    watch: Watch | None,
    *,
    to: int,
    frames: tuple[str, ...] | None = None,
) -> Body:
    """An activity is put to the control state number `to`, its frame (all of it, or the names `frames`) to none."""
    control = build.get(f"{role.name}.{activity.name}")
    if control is None or control.kind != "control":
        return ()
    made: list[Statement] = [Assign(variable=control, indices=(agent,), value=Const(to, control.type))]
    for name in (name for name, _ in activity.frame) if frames is None else frames:
        frame = build.variables[f"{role.name}.{activity.name}.{name}"]
        made.append(Assign(variable=frame, indices=(agent,), value=Const(default(frame.type), frame.type)))
    ghosts = () if watch is None else watch.at_end(role, activity, agent, registers)
    return (*made, *ghosts)
