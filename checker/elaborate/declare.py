"""The variables of a model: stores, agents' variables, where activities wait, what a fault model needs to remember."""

from __future__ import annotations

from collections.abc import Callable

from checker.elaborate import channels
from checker.elaborate.build import Build, flatten
from checker.elaborate.surface import every_statement
from checker.language import tree
from checker.language.checked import ActivityInfo, Checked, RoleInfo, VariableInfo
from checker.language.checking.constants import elements, evaluate_as, fit
from checker.language.checking.context import Context
from checker.language.types import Bool, Enum, Option, Type, Value, default, position
from checker.model.model import VariableKind


def declare(build: Build) -> None:
    """Add every variable but the ghosts of properties and of stale reads. The order is that of the cells in a state."""
    checked = build.checked
    for info in checked.shared.values():
        _store(build, info.name, (), info)
    for role in checked.roles.values():
        for info in role.variables:
            _store(build, f"{role.name}.{info.name}", (role.sort,), info)
        _standing(build, role)
        for activity in role.activities:
            _control(build, role, activity)
    channels.declare(build)
    if build.faults:
        from checker.elaborate import budgets

        budgets.declare(build)
    for role in checked.roles.values():
        if build.fault("repeat", role.name) is not None:
            _repeatable(build, role)


def _store(build: Build, name: str, owner: tuple[Type, ...], info: VariableInfo) -> None:
    index, cell = flatten(info.type)
    starts = _initial(build.checked, info, len(owner), index, cell)
    kind: VariableKind = "agent" if owner else "shared"
    durable = info.declaration.kind != "var"
    build.add(name, kind, (*owner, *index), cell, starts, durable=durable, at=info.declaration.span)


def _initial(
    checked: Checked, info: VariableInfo, owners: int, index: tuple[Type, ...], cell: Type
) -> Callable[[tuple[Value, ...]], tuple[Value, ...]]:
    """The initial values of each cell; `self` is the first index of an agent's variable."""
    context = Context(checked.protocol, None, checked)
    node = info.declaration.initial
    known: dict[Value, list[Value]] = {}

    def whole(agent: Value) -> list[Value]:
        names = {} if agent is None else {"self": agent}
        if not info.declaration.any_of:
            return [evaluate_as(context, node, info.type, names)]
        own = checked.types.get(id(node))
        of = getattr(own, "of", info.type) if own is not None else info.type
        return [fit(value, of, info.type) for value in elements(context, node, names)]

    def of_cell(keys: tuple[Value, ...]) -> tuple[Value, ...]:
        agent = keys[0] if owners else None
        if agent not in known:
            known[agent] = whole(agent)
        found: list[Value] = []
        for value in known[agent]:
            for key, type in zip(keys[owners:], index, strict=True):
                value = value[position(type)[key]]
            if value not in found:
                found.append(value)
        return tuple(found)

    return of_cell


# --- agents -------------------------------------------------------------------------------------------------------


def _standing(build: Build, role: RoleInfo) -> None:
    """Whether agents are up, crashed, stalled: only where something can change it."""
    managed = role.starts_down or _spawned_or_stopped(build, role)
    crashes = build.fault("crash", role.name) is not None
    restarts = build.fault("restart", role.name) is not None
    if managed or crashes or restarts:
        build.add(f"{role.name} up", "up", (role.sort,), Bool(), not role.starts_down)
    if restarts and managed:
        build.add(f"{role.name} crashed", "up", (role.sort,), Bool(), False)
    if build.fault("stall", role.name) is not None:
        build.add(f"{role.name} stalled", "stalled", (role.sort,), Bool(), False)


def _spawned_or_stopped(build: Build, role: RoleInfo) -> bool:
    for other in build.checked.roles.values():
        for activity in other.activities:
            for node in every_statement(getattr(activity.node, "body", ())):
                if isinstance(node, tree.Spawn | tree.Stop):
                    type = build.checked.type_of(node.agent)
                    if str(type).rstrip("?") == role.name:
                        return True
    return False


def _control(build: Build, role: RoleInfo, activity: ActivityInfo) -> None:
    """Where the activity waits, and what it keeps there. An activity that never waits has neither, unless it is a run."""
    run = isinstance(activity.node, tree.Run)
    if not activity.awaits and not run:
        return
    labels: list[str] = []
    for info in activity.awaits:
        labels.append(info.label)
        if any(isinstance(what, tree.AwaitRound) for what in info.whats):
            labels.append(f"{info.label} (released)")
    members = ("unstarted", *labels, "finished") if run else ("idle", *labels)
    name = f"{role.name}.{activity.name}"
    build.add(name, "control", (role.sort,), Enum(name, members), 0, durable=False, at=activity.node.span)
    for kept, type in activity.frame:
        wrapped = type if isinstance(type, Option) else Option(type)
        build.add(f"{name}.{kept}", "frame", (role.sort,), wrapped, None, durable=False, at=activity.node.span)


def _repeatable(build: Build, role: RoleInfo) -> None:
    """For the fault `repeat`: whether each activity has finished once, and the parameters of the last time."""
    for activity in role.activities:
        if isinstance(activity.node, tree.Run):
            continue
        base = f"{role.name}.{activity.name}"
        build.add(f"{base} repeatable", "ghost", (role.sort,), Bool(), False)
        for name, type in activity.parameters:
            build.add(f"{base} last {name}", "ghost", (role.sort,), type, default(type))
