"""The steps of the agents: those that start an activity or take a message; what goes on from awaits is in `resumes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.elaborate import make
from checker.elaborate.activities import Segments, free
from checker.elaborate.build import Build, Registers
from checker.elaborate.channels import channels_of, take
from checker.elaborate.one_step import Opening, opening, step_of, taking_step
from checker.elaborate.rewrite import registers_read
from checker.elaborate.terms import Env
from checker.language import tree
from checker.language.checked import ActivityInfo, RoleInfo
from checker.language.types import cardinality
from checker.model.expr import Expr, Local, Read, conjuncts
from checker.model.model import Bind, Guard, Let, Prelude, Step

if TYPE_CHECKING:
    from checker.elaborate.ghosts import Watch


def steps_of(build: Build, role: RoleInfo, watch: Watch | None) -> list[Step]:
    """Every step of the agents of a role, faults of messages and advice included."""
    made: list[Step] = []
    for activity in role.activities:
        segments = Segments(build=build, role=role, activity=activity, watch=watch)
        made += _starts(segments)
        made += _goings_on(segments) if segments.waiting else []
    if any(isinstance(what, tree.AwaitRound) for a in role.activities for info in a.awaits for what in info.whats):
        from checker.elaborate.resumes import round_of

        made.append(round_of(build, role))
    return made


def _goings_on(segments: Segments) -> list[Step]:
    """From the awaits of an activity, those included that are found on the way."""
    from checker.elaborate.resumes import resumes

    made: list[Step] = []
    done: set[int] = set()
    while len(done) < len(segments.waiting):
        for key, (info, then) in list(segments.waiting.items()):
            if key not in done:
                done.add(key)
                made += resumes(segments, info, then)
    return made


def _begin(segments: Segments) -> Opening:
    registers = Registers()
    agent = registers.fresh("self", segments.role.sort)
    condition = free(segments.build, segments.role, segments.activity, agent)
    return opening(segments, condition, registers=registers, agent=agent)


# --- starts -----------------------------------------------------------------------------------------------------


def _starts(segments: Segments) -> list[Step]:
    match segments.activity.node:
        case tree.Action() if any(cardinality(type) == 0 for _, type in segments.activity.parameters):
            return []  # no parameters there are: even a guard without a value is never asked for
        case tree.Action():
            made = [_action(segments, segments.activity.node, disobeys=False)]
            if segments.activity.node.advice is not None and segments.build.fault("disobey", segments.role.name):
                made.append(_action(segments, segments.activity.node, disobeys=True))
        case tree.Handler():
            made = _handler(segments, segments.activity.node)
        case _:
            made = [_run(segments)]
    if segments.build.fault("repeat", segments.role.name) and segments.activity.name != "run":
        made.append(_repeat(segments))
    return made


def _verb(activity: ActivityInfo) -> str:
    return "starts" if activity.awaits else "does"


def _action(segments: Segments, node: tree.Action, *, disobeys: bool) -> Step:
    begin = _begin(segments)
    env: Env = {}
    bound: list[Local] = []
    for name, type in segments.activity.parameters:
        local = begin.registers.fresh(name, type)
        env[name] = local
        bound.append(local)
    terms = begin.terms(env)
    guard, advice = terms.condition(node.guard), terms.condition(node.advice)
    whole = make.both(guard, make.negate(advice) if disobeys else advice)
    fault = f"disobey {segments.role.name}" if disobeys else None
    activity = segments.activity
    return step_of(
        begin,
        name=activity.name + (" (against advice)" if disobeys else ""),
        phrase=f"{_verb(activity)} {activity.name}" + (" against advice" if disobeys else ""),
        kind="fault" if disobeys else "start",
        env=env,
        parameters=tuple(bound),
        prelude=_interleaved(bound, whole),
        first=(),
        statements=node.body,
        then=None,
        came_from=None,
        guards=(guard, advice),
        fairness="may" if disobeys else node.fairness,
        fault=fault,
        at=node,
    )


def _interleaved(bound: list[Local], guard: Expr) -> Prelude:
    """Each conjunct of the guard as soon as its registers are bound, in the order written."""
    made: list[Bind | Let | Guard] = []
    waiting = list(bound)
    for conjunct in conjuncts(guard):
        if conjunct == make.TRUE:
            continue
        needed = registers_read(conjunct)
        while any(local in needed for local in waiting):
            local = waiting.pop(0)
            made.append(Bind(local=local, domain=local.type))
        made.append(Guard(condition=conjunct))
    return (*made, *(Bind(local=local, domain=local.type) for local in waiting))


def _handler(segments: Segments, node: tree.Handler) -> list[Step]:
    made = []
    for channel in channels_of(segments.build, node.pattern.message, node.pattern.sender_role):
        begin = _begin(segments)
        made += [
            taking_step(begin, way, node.pattern, node.guard, node.body, None, None, {}, node.fairness, node)
            for way in take(segments.build, begin.registers, channel, begin.agent, node.pattern.fields, node.pattern.sender)
        ]
    return made


def _run(segments: Segments) -> Step:
    node = segments.activity.node
    assert isinstance(node, tree.Run)
    return step_of(
        _begin(segments),
        name="run",
        phrase="begins its run",
        kind="start",
        env={},
        parameters=(),
        prelude=(),
        first=(),
        statements=node.body,
        then=None,
        came_from=None,
        guards=(),
        fairness="weak",
        fault=None,
        at=node,
    )


def _repeat(segments: Segments) -> Step:
    """The fault `repeat`: the last finished activity of this name once more, guard or not."""
    begin = _begin(segments)
    base = f"{segments.role.name}.{segments.activity.name}"
    done = Read(segments.build.variables[f"{base} repeatable"], (begin.agent,))
    prelude: list[Bind | Let | Guard] = [Guard(condition=done)]
    env: Env = {}
    shown: list[Local] = []
    for name, type in segments.activity.parameters:
        local = begin.registers.fresh(name, type)
        prelude.append(Let(local=local, value=Read(segments.build.variables[f"{base} last {name}"], (begin.agent,))))
        env[name] = local
        shown.append(local)
    node = segments.activity.node
    name = segments.activity.name if isinstance(node, tree.Action) else f"on {segments.activity.name}"
    return step_of(
        begin,
        name=f"{name} (again)",
        phrase=f"repeats {segments.activity.name}",
        kind="fault",
        env=env,
        parameters=tuple(shown),
        prelude=tuple(prelude),
        first=(),
        statements=getattr(node, "body", ()),
        then=None,
        came_from=None,
        guards=(),
        fairness="may",
        fault=f"repeat {segments.role.name}",
        at=node,
    )
