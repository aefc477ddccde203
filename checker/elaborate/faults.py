"""The faults of a fault model as steps, each with a tag and, where it has one, a budget.

`disobey`, `duplicate`, `reorder` and `repeat` are variants of the agents' own steps (`checker.elaborate.steps`); `stale` is made from finished
steps (`checker.elaborate.stale`). The others are here.
"""

from __future__ import annotations

from collections.abc import Callable

from checker.elaborate import make
from checker.elaborate.activities import alive
from checker.elaborate.build import Build, Registers
from checker.elaborate.channels import record_of, send
from checker.elaborate.effects import end_activity, go_down, lose_memory
from checker.elaborate.ghosts import Watch
from checker.elaborate.standing import resting
from checker.language.checked import FaultInfo, RoleInfo
from checker.language.types import BagOf, Int, SeqOf, Type
from checker.model.expr import Expr, Local, Read
from checker.model.model import Assign, Bind, Body, Channel, Guard, Let, Note, Prelude, Step


def steps_of_faults(build: Build, watch: Watch | None) -> list[Step]:
    """The steps of every fault that is a step of its own."""
    made: list[Step] = []
    for item in build.faults:
        if item.budget == 0:
            continue
        if item.kind in _AGENT:
            made += _AGENT[item.kind](build, item, watch)
        elif item.kind in _MESSAGE:
            for channel in build.channels:
                if channel.message == item.target:
                    made += _MESSAGE[item.kind](build, item, channel)
    return made


def _fault(
    item: FaultInfo,
    *,
    name: str,
    phrase: str,
    agent: Local | None,
    prelude: Prelude,
    body: Body,
    parameters: tuple[Local, ...] = (),
    role: str | None = None,
    activity: str | None = None,
) -> Step:
    return Step(
        name=name,
        phrase=phrase,
        kind="fault",
        role=role,
        activity=activity,
        agent=agent,
        parameters=parameters,
        prelude=prelude,
        body=body,
        fairness="may",
        fault=f"{item.kind} {item.target}",
        at=item.at.span,
    )


# --- of agents ------------------------------------------------------------------------------------------------------


def _of_agent(build: Build, item: FaultInfo, phrase: str, guards: list[Expr], body: Body, agent: Local) -> list[Step]:
    condition = make.both(*guards)
    first: Prelude = (Bind(local=agent, domain=agent.type),)
    prelude = first if condition == make.TRUE else (*first, Guard(condition=condition))
    name = f"{item.kind} {item.target}"
    return [_fault(item, name=name, phrase=phrase, agent=agent, prelude=prelude, body=body, role=item.target)]


def _crash(build: Build, item: FaultInfo, watch: Watch | None) -> list[Step]:
    role, registers, agent = _victim(build, item)
    up = Read(build.variables[f"{role.name} up"], (agent,))
    body = go_down(build, registers, role, agent, watch)
    crashed = build.get(f"{role.name} crashed")
    if crashed is not None:
        body = (*body, Assign(variable=crashed, indices=(agent,), value=make.TRUE))
    return _of_agent(build, item, "crashes", [up], body, agent)


def _restart(build: Build, item: FaultInfo, watch: Watch | None) -> list[Step]:
    role, _, agent = _victim(build, item)
    variable = build.variables[f"{role.name} up"]
    crashed = build.get(f"{role.name} crashed")
    guards: list[Expr] = [make.negate(Read(variable, (agent,)))]
    body: Body = (Assign(variable=variable, indices=(agent,), value=make.TRUE),)
    if crashed is not None:
        guards.append(Read(crashed, (agent,)))
        body = (*body, Assign(variable=crashed, indices=(agent,), value=make.FALSE))
    return _of_agent(build, item, "comes back", guards, body, agent)


def _stall(build: Build, item: FaultInfo, watch: Watch | None) -> list[Step]:
    role, _, agent = _victim(build, item)
    variable = build.variables[f"{role.name} stalled"]
    body: Body = (Assign(variable=variable, indices=(agent,), value=make.TRUE),)
    return _of_agent(build, item, "stalls for ever", alive(build, role, agent), body, agent)


def _forget(build: Build, item: FaultInfo, watch: Watch | None) -> list[Step]:
    role, registers, agent = _victim(build, item)
    body = tuple(lose_memory(build, registers, role, agent, watch))
    return _of_agent(build, item, "loses its context", alive(build, role, agent), body, agent)


def _skip(build: Build, item: FaultInfo, watch: Watch | None) -> list[Step]:
    """One step for each activity that waits: it ends at its await."""
    made: list[Step] = []
    role = build.checked.roles[item.target]
    for activity in role.activities:
        variable = build.get(f"{role.name}.{activity.name}")
        if not activity.awaits or variable is None:
            continue
        registers = Registers()
        agent = registers.fresh("self", role.sort)
        control = Read(variable, (agent,))
        waits = make.negate(resting(control))
        to = getattr(variable.type, "members", ()).index("finished") if activity.name == "run" else 0
        body = end_activity(build, role, activity, agent, registers, watch, to=to)
        made.append(
            _fault(
                item,
                name=f"skip {role.name}.{activity.name}",
                phrase=f"leaves {activity.name} undone",
                agent=agent,
                prelude=(Bind(local=agent, domain=role.sort), Guard(condition=make.both(waits, *alive(build, role, agent)))),
                body=(*body, Note(kind="ends", text=activity.name)),
                role=role.name,
                activity=activity.name,
            )
        )
    return made


def _byzantine(build: Build, item: FaultInfo, watch: Watch | None) -> list[Step]:
    """One step for each message kind that the role can send: any such message to anyone."""
    made: list[Step] = []
    role = build.checked.roles[item.target]
    for channel in build.channels:
        if channel.sender.name != role.name:
            continue
        registers = Registers()
        agent = registers.fresh("self", role.sort)
        to = registers.fresh("to", channel.receiver)
        fields = _any_fields(registers, channel)
        guards = make.both(*alive(build, role, agent))
        prelude: Prelude = (
            Bind(local=agent, domain=role.sort),
            *((Guard(condition=guards),) if guards != make.TRUE else ()),
            Bind(local=to, domain=channel.receiver),
            *(Bind(local=local, domain=local.type) for local in fields),
        )
        made.append(
            _fault(
                item,
                name=f"byzantine {role.name}: {channel.message}",
                phrase=f"makes up {channel.message}",
                agent=agent,
                prelude=prelude,
                body=send(build, registers, channel, agent, to, fields, item.at.span),
                parameters=(to, *fields),
                role=role.name,
            )
        )
    return made


def _victim(build: Build, item: FaultInfo) -> tuple[RoleInfo, Registers, Local]:
    role = build.checked.roles[item.target]
    registers = Registers()
    return role, registers, registers.fresh("self", role.sort)


def _any_fields(registers: Registers, channel: Channel) -> list[Local]:
    skip = 1 if channel.with_sender else 0
    return [registers.fresh(name, type) for name, type in record_of(channel).fields[skip:]]


# --- of messages ------------------------------------------------------------------------------------------------------


def _in_transit(registers: Registers, channel: Channel) -> tuple[list[Bind | Let | Guard], Read, Local, Local | None]:
    """Any message that waits in the channel: what finds it, its cell, the message, and its place in a queue."""
    variable = channel.variable
    ends = [channel.sender, channel.receiver] if channel.kind == "fifo" else [channel.receiver]
    names = ["from", "to"] if channel.kind == "fifo" else ["to"]
    locals = [registers.fresh(name, sort) for name, sort in zip(names, ends, strict=True)]
    cell = Read(variable, tuple(locals))
    prelude: list[Bind | Let | Guard] = [Bind(local=local, domain=local.type) for local in locals]
    message = registers.fresh("message", record_of(channel))
    if channel.kind != "fifo":
        prelude.append(Bind(local=message, domain=cell))
        return prelude, cell, message, None
    assert isinstance(variable.type, SeqOf)
    place = registers.fresh("place", Int(0, max(0, variable.type.max - 1)))
    here = make.apply("size", (cell,), Int(0, variable.type.max))
    prelude += [Bind(local=place, domain=place.type), Guard(condition=make.compare("lt", place, here))]
    prelude.append(Let(local=message, value=make.apply("item", (cell, place), message.type)))
    return prelude, cell, message, place


def _lose(build: Build, item: FaultInfo, channel: Channel) -> list[Step]:
    registers = Registers()
    prelude, cell, message, place = _in_transit(registers, channel)
    left = _without(cell, message, place)
    body: Body = (Assign(variable=cell.variable, indices=cell.indices, value=left),)
    shown = tuple(p.local for p in prelude if isinstance(p, Bind | Let))
    name = f"lose {cell.variable.name}"
    phrase = f"{channel.message} is lost"
    return [_fault(item, name=name, phrase=phrase, agent=None, prelude=tuple(prelude), body=body, parameters=shown)]


def _garble(build: Build, item: FaultInfo, channel: Channel) -> list[Step]:
    registers = Registers()
    prelude, cell, message, place = _in_transit(registers, channel)
    record = record_of(channel)
    fields: list[Expr] = list(_any_fields(registers, channel))
    prelude += [Bind(local=f, domain=f.type) for f in fields if isinstance(f, Local)]
    given = [make.apply("field", (message, make.number(0)), record.fields[0][1]), *fields] if channel.with_sender else fields
    wrong = registers.fresh("garbled", record)
    prelude.append(Let(local=wrong, value=make.apply("record", given, record)))
    prelude.append(Guard(condition=make.compare("ne", wrong, message)))
    type = cell.variable.type
    if place is not None:
        changed: Expr = make.apply("replace", (cell, place, wrong), type)
    elif isinstance(type, BagOf):
        changed = make.apply("bag_add", (_without(cell, message, None), wrong), type)
    else:
        changed = make.apply("union", (cell, make.apply("set", (wrong,), type)), type)
    body: Body = (Assign(variable=cell.variable, indices=cell.indices, value=changed),)
    shown = tuple(p.local for p in prelude if isinstance(p, Bind | Let) and p.local is not wrong)
    name = f"garble {cell.variable.name}"
    phrase = f"{channel.message} is garbled"
    return [_fault(item, name=name, phrase=phrase, agent=None, prelude=tuple(prelude), body=body, parameters=shown)]


def _without(cell: Read, message: Local, place: Local | None) -> Expr:
    type: Type = cell.variable.type
    if place is not None:
        return make.apply("without", (cell, place), type)
    return make.apply("bag_remove", (cell, message), type)


_AGENT: dict[str, Callable[[Build, FaultInfo, Watch | None], list[Step]]] = {
    "crash": _crash,
    "restart": _restart,
    "stall": _stall,
    "forget": _forget,
    "skip": _skip,
    "byzantine": _byzantine,
}
_MESSAGE: dict[str, Callable[[Build, FaultInfo, Channel], list[Step]]] = {"lose": _lose, "garble": _garble}
