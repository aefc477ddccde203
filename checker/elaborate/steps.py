"""The steps of the agents: starting an activity, taking a message, going on from an await, and the barrier of a round."""

from __future__ import annotations

from dataclasses import dataclass, replace

from checker.elaborate import make
from checker.elaborate.activities import Continuation, Segments, alive, free
from checker.elaborate.build import Build, Registers
from checker.elaborate.channels import Taking, channels_of, take
from checker.elaborate.ghosts import Watch
from checker.elaborate.rewrite import registers_of_step, registers_read
from checker.elaborate.terms import Env, Terms
from checker.language import tree
from checker.language.checked import ActivityInfo, AwaitInfo, RoleInfo
from checker.language.checking.constants import evaluate
from checker.language.checking.context import Context
from checker.language.types import Bool
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Assign, Bind, Body, For, Guard, If, Let, Prelude, Statement, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The beginning of a step of one activity: its registers, its agent, what must hold before anything else."""

    segments: Segments
    registers: Registers
    agent: Local
    prelude: tuple[Bind | Let | Guard, ...]

    def terms(self, env: Env) -> Terms:
        return Terms(build=self.segments.build, registers=self.registers, env={**env, "self": self.agent})


def steps_of(build: Build, role: RoleInfo, watch: Watch | None) -> list[Step]:
    """Every step of the agents of a role, faults of messages and advice included."""
    made: list[Step] = []
    for activity in role.activities:
        segments = Segments(build=build, role=role, activity=activity, watch=watch)
        made += _starts(segments)
        done: set[int] = set()
        while len(done) < len(segments.waiting):
            for key, (info, then) in list(segments.waiting.items()):
                if key not in done:
                    done.add(key)
                    made += _resumes(segments, info, then)
    if any(isinstance(what, tree.AwaitRound) for a in role.activities for info in a.awaits for what in info.whats):
        made.append(_round(build, role))
    return made


def opening(segments: Segments, *conditions: Expr, registers: Registers, agent: Local) -> Opening:
    whole = make.both(*conditions, *alive(segments.build, segments.role, agent))
    prelude: Prelude = (Bind(local=agent, domain=segments.role.sort),)
    if whole != make.TRUE:
        prelude = (*prelude, Guard(condition=whole))
    return Opening(segments=segments, registers=registers, agent=agent, prelude=prelude)


def _begin(segments: Segments) -> Opening:
    registers = Registers()
    agent = registers.fresh("self", segments.role.sort)
    condition = free(segments.build, segments.role, segments.activity, agent)
    return opening(segments, condition, registers=registers, agent=agent)


# --- starts -----------------------------------------------------------------------------------------------------


def _starts(segments: Segments) -> list[Step]:
    match segments.activity.node:
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
    return _step(
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
    conjuncts = list(guard.arguments) if isinstance(guard, Apply) and guard.operator == "and" else [guard]
    made: list[Bind | Let | Guard] = []
    waiting = list(bound)
    for conjunct in conjuncts:
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
        for way in take(segments.build, begin.registers, channel, begin.agent, node.pattern.fields, node.pattern.sender):
            made.append(_taking_step(begin, way, node.pattern, node.guard, node.body, None, None, {}, node.fairness, node))
    return made


def _taking_step(
    begin: Opening,
    way: Taking,
    pattern: tree.Pattern,
    guard_node: tree.Expr | None,
    statements: tree.Block,
    then: Continuation,
    came_from: AwaitInfo | None,
    frame: Env,
    fairness: tree.Fairness,
    at: tree.Node,
) -> Step:
    """A step that takes a message: of a handler, or of an await."""
    env: Env = {**frame, **{n: v for n, v in zip(pattern.fields, way.values, strict=True) if n is not None}}
    if pattern.sender is not None and way.sender is not None:
        env[pattern.sender] = way.sender
    guard = begin.terms(env).condition(guard_node)
    activity = begin.segments.activity
    name = f"on {activity.name}" if came_from is None else f"{activity.name}.{came_from.label}[{pattern.message}]"
    phrase = f"takes {pattern.message}" if came_from is None else f"takes {pattern.message} at {came_from.label}"
    return _step(
        begin,
        name=name + way.suffix,
        phrase=phrase + way.suffix,
        kind="take" if way.fault is None else "fault",
        env=env,
        parameters=way.shown,
        prelude=(*way.prelude, *((Guard(condition=guard),) if guard != make.TRUE else ())),
        first=way.body,
        statements=statements,
        then=then,
        came_from=came_from,
        guards=(guard,),
        fairness=fairness if way.fault is None else "may",
        fault=way.fault,
        at=at,
        frame=frame,
    )


def _run(segments: Segments) -> Step:
    node = segments.activity.node
    assert isinstance(node, tree.Run)
    return _step(
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
    return _step(
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


# --- going on ------------------------------------------------------------------------------------------------------


def _resumes(segments: Segments, info: AwaitInfo, then: Continuation) -> list[Step]:
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
                made.append(_taking_step(begin, way, what.pattern, what.guard, branch.body, then, info, frame, fairness, branch))
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
    step = _step(
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
    return [replace(step, meters=_meters(segments.build, what))]


def _meters(build: Build, what: tree.Awaitable) -> tuple[tuple[str, int], ...]:
    if not isinstance(what, tree.AwaitCall):
        return ()
    context = Context(build.checked.protocol, None, build.checked)
    return tuple((argument.name, evaluate(context, argument.value, {})) for argument in what.arguments)


def _resumed(segments: Segments, info: AwaitInfo, label: str) -> tuple[Opening, list[Let], Env]:
    registers = Registers()
    agent = registers.fresh("self", segments.role.sort)
    control = segments.build.variables[f"{segments.role.name}.{segments.activity.name}"]
    place = getattr(control.type, "members", ()).index(label)
    begin = opening(segments, make.equal(Read(control, (agent,)), place), registers=registers, agent=agent)
    lets, env = segments.read_frame(registers, agent, info)
    return begin, lets, env


# --- the step itself -------------------------------------------------------------------------------------------------


def _step(
    begin: Opening,
    *,
    name: str,
    phrase: str,
    kind: str,
    env: Env,
    parameters: tuple[Local, ...],
    prelude: Prelude,
    first: Body,
    statements: tree.Block,
    then: Continuation,
    came_from: AwaitInfo | None,
    guards: tuple[Expr, ...],
    fairness: tree.Fairness,
    fault: str | None,
    at: tree.Node,
    frame: Env | None = None,
) -> Step:
    segments = begin.segments
    code = segments.code(begin.registers, begin.agent, env, came_from)
    code.resumed = dict(frame or {})
    noted = code.reads(*guards)
    body = (*noted, *first, *segments.sequence(code, statements, then))
    made = Step(
        name=f"{segments.role.name}.{name}",
        phrase=phrase,
        kind=kind,  # type: ignore[arg-type]
        role=segments.role.name,
        activity=segments.activity.name,
        agent=begin.agent,
        parameters=parameters,
        prelude=(*begin.prelude, *prelude),
        body=body,
        fairness=fairness,
        fault=fault,
        at=at.span,
    )
    return _without_unused_frame(made, frame or {})


def _without_unused_frame(step: Step, frame: Env) -> Step:
    """Leave out what is read from the frame and used nowhere."""
    used = registers_of_step(step)
    kept = tuple(
        part for part in step.prelude if not (isinstance(part, Let) and part.local in frame.values() and part.local not in used)
    )
    return replace(step, prelude=kept)


def _round(build: Build, role: RoleInfo) -> Step:
    """The barrier: every agent of the role that is up and not finished waits at it; all are released at once."""
    registers = Registers()
    agent = registers.fresh("agent", role.sort)
    terms = Terms(build=build, registers=registers, env={"self": agent})
    here: list[Expr] = []
    released: list[Statement] = []
    for activity in role.activities:
        control = terms.control(agent, activity.name)
        labels = [info.label for info in activity.awaits if any(isinstance(w, tree.AwaitRound) for w in info.whats)]
        if control is None:
            continue
        members = getattr(control.type, "members", ())
        for label in labels:
            at_label = make.equal(control, members.index(label))
            here.append(at_label)
            passed = Const(members.index(f"{label} (released)"), control.type)
            released.append(If(condition=at_label, then=(Assign(variable=control.variable, indices=(agent,), value=passed),)))
    waits = make.either(*here)
    up = build.agent_read(f"{role.name} up", agent)
    run = terms.control(agent, "run")
    away: list[Expr] = [] if up is None else [make.negate(up)]
    if run is not None:
        away.append(make.equal(run, getattr(run.type, "members", ()).index("finished")))
    all_here = Quantifier("all", (agent,), (role.sort,), make.either(*away, waits), Bool())
    one_here = Quantifier("any", (agent,), (role.sort,), waits, Bool())
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
