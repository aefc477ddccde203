"""Going on from an await, and the barrier of a round."""

from __future__ import annotations

from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.activities import Continuation, Segments
from checker.elaborate.build import Build, Registers
from checker.elaborate.channels import channels_of, take
from checker.elaborate.one_step import Opening, opening, step_of, taking_step
from checker.elaborate.standing import control, members, stands_at
from checker.elaborate.terms import Env
from checker.language import tree
from checker.language.checked import AwaitInfo, RoleInfo
from checker.language.checking.written import written
from checker.language.types import Bool
from checker.model.expr import Const, Expr, Quantifier, Read
from checker.model.model import Assign, Bind, For, Guard, If, Let, Statement, Step


def resumes(segments: Segments, info: AwaitInfo, then: Continuation) -> list[Step]:
    made: list[Step] = []
    names: dict[str, int] = {}
    for branch, what in zip(info.node.branches, info.whats, strict=True):
        for step in _branch(segments, info, then, branch, what):
            count = names[step.name] = names.get(step.name, 0) + 1
            made.append(step if count == 1 else replace(step, name=f"{step.name} {count}"))
    return made


def _branch(
    segments: Segments, info: AwaitInfo, then: Continuation, branch: tree.AwaitBranch, what: tree.Awaitable
) -> list[Step]:
    activity = segments.activity
    node = activity.node
    fairness: tree.Fairness = "strong" if getattr(node, "fairness", "weak") == "strong" else "weak"
    if isinstance(what, tree.AwaitMessage):
        made = []
        for channel in channels_of(segments.build, what.pattern.message, what.pattern.sender_role):
            begin, lets, frame = _resumed(segments, info, info.label)
            for way in take(segments.build, begin.registers, channel, begin.agent, what.pattern.fields, what.pattern.sender):
                way = replace(way, prelude=(*lets, *way.prelude))
                made.append(taking_step(begin, way, what.pattern, what.guard, branch.body, then, info, frame, fairness, branch))
        return made
    label = f"{info.label} (released)" if isinstance(what, tree.AwaitRound) else info.label
    begin, lets, frame = _resumed(segments, info, label)
    prelude: list[Bind | Let | Guard] = list(lets)
    guard: Expr = make.TRUE
    if isinstance(what, tree.AwaitCondition):
        guard = begin.terms(frame).lower(what.condition)
        prelude.append(Guard(condition=guard))
    several = len(info.node.branches) > 1
    ending = {tree.AwaitTimeout: "timeout", tree.AwaitCondition: "when"}.get(type(what), getattr(what, "name", "round"))
    timeout = isinstance(what, tree.AwaitTimeout)
    phrase = f"times out at {info.label}" if timeout else f"goes on with {activity.name} after {info.label}"
    step = step_of(
        begin,
        name=f"{activity.name}.{info.label}" + (f"[{ending}]" if several else ""),
        phrase=phrase,
        kind="timeout" if timeout else "resume",
        env=frame,
        parameters=(),
        prelude=tuple(prelude),
        first=(),
        statements=branch.body,
        then=then,
        came_from=info,
        guards=(guard,),
        fairness=fairness,
        fault=None,
        at=branch,
        frame=frame,
    )
    awaited = written(what.condition) if isinstance(what, tree.AwaitCondition) else ""
    return [replace(step, awaited=awaited)]


def _resumed(segments: Segments, info: AwaitInfo, label: str) -> tuple[Opening, list[Let], Env]:
    registers = Registers()
    agent = registers.fresh("self", segments.role.sort)
    control = segments.build.variables[f"{segments.role.name}.{segments.activity.name}"]
    place = getattr(control.type, "members", ()).index(label)
    begin = opening(segments, make.equal(Read(control, (agent,)), place), registers=registers, agent=agent)
    lets, env = segments.read_frame(registers, agent, info)
    return begin, lets, env


def round_of(build: Build, role: RoleInfo) -> Step:
    """The barrier: every agent of the role that is up and not finished waits at it; all are released at once."""
    agent = Registers().fresh("agent", role.sort)
    here: list[Expr] = []
    released: list[Statement] = []
    for activity in role.activities:
        place = control(build, agent, activity.name)
        for info in activity.awaits:
            if place is None or not any(isinstance(what, tree.AwaitRound) for what in info.whats):
                continue
            waits = stands_at(place, info.label)
            passed = Const(members(place).index(f"{info.label} (released)"), place.type)
            here.append(waits)
            released.append(If(condition=waits, then=(Assign(variable=place.variable, indices=(agent,), value=passed),)))
    waits_here = make.either(*here)
    up = build.agent_read(f"{role.name} up", agent)
    run = control(build, agent, "run")
    away = [] if up is None else [make.negate(up)]
    if run is not None:
        away.append(stands_at(run, "finished"))
    all_here = Quantifier("all", (agent,), (role.sort,), make.either(*away, waits_here), Bool())
    one_here = Quantifier("any", (agent,), (role.sort,), waits_here, Bool())
    body = For(local=agent, domain=role.sort, body=tuple(released), independent=True, at=role.at.span)
    return Step(
        name=f"{role.name}.round",
        phrase="begin the next round",
        kind="round",
        role=role.name,
        activity=None,
        agent=None,
        parameters=(),
        prelude=(Guard(condition=make.both(one_here, all_here)),),
        body=(body,),
        fairness="weak",
        at=role.at.span,
    )
