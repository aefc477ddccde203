"""One step of an activity: what opens it, what it takes, and its body up to the next awaits."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.activities import Continuation, Segments, alive
from checker.elaborate.build import Registers
from checker.elaborate.channels import Taking
from checker.elaborate.rewrite import registers_of_step
from checker.elaborate.terms import Env, Terms
from checker.language import tree
from checker.language.checked import AwaitInfo
from checker.model.expr import Expr, Local
from checker.model.model import Bind, Body, Guard, Let, Prelude, Step


class Opening(Struct, frozen=True, kw_only=True):
    """The beginning of a step of one activity: its registers, its agent, what must hold before anything else."""

    segments: Segments
    registers: Registers
    agent: Local
    prelude: tuple[Bind | Let | Guard, ...]

    def terms(self, env: Env) -> Terms:
        return Terms(build=self.segments.build, registers=self.registers, env={**env, "self": self.agent})


def opening(segments: Segments, *conditions: Expr, registers: Registers, agent: Local) -> Opening:
    whole = make.both(*conditions, *alive(segments.build, segments.role, agent))
    prelude: Prelude = (Bind(local=agent, domain=segments.role.sort),)
    if whole != make.TRUE:
        prelude = (*prelude, Guard(condition=whole))
    return Opening(segments=segments, registers=registers, agent=agent, prelude=prelude)


def step_of(
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
    if not frame:
        return step
    used = registers_of_step(step)
    kept = tuple(
        part for part in step.prelude if not (isinstance(part, Let) and part.local in frame.values() and part.local not in used)
    )
    return replace(step, prelude=kept)


def taking_step(
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
    return step_of(
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
