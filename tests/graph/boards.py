"""Models built by hand for the tests of graphs: a task board, and a counter that runs out of its range."""

from __future__ import annotations

from checker.language.source import Span
from checker.language.types import Bool, Enum, Int, Option, Sort, Type, Value, cardinality
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Assign, Bind, Body, Goal, Guard, Mark, Model, Prelude, Step, Variable, VariableKind

HERE = Span("board.team", 1, 1, 1, 2)
BOOL = Bool()


def _apply(operator: str, *arguments: Expr, type: Type = BOOL) -> Apply:
    return Apply(operator, arguments, type, HERE)


class _Variables:
    def __init__(self) -> None:
        self.made: list[Variable] = []

    def add(self, name: str, kind: VariableKind, type: Type, initial: Value, *index: Type) -> Variable:
        cells = 1
        for t in index:
            cells *= cardinality(t)
        offset = sum(v.cells for v in self.made)
        made = Variable(name=name, kind=kind, index=index, type=type, initial=((initial,),) * cells, offset=offset, at=HERE)
        self.made.append(made)
        return made


def task_board(workers: int = 2, tasks: int = 2, *, crashes: int = 0) -> Model:
    """The first protocol of the language reference: 131 states and 228 transitions for two workers and two tasks without
    crashes, 265 and 610 with one crash. Two workers can claim one task: `one_owner` is violated.
    """
    worker, task = Sort("Worker", workers, role=True), Sort("Task", tasks)
    status_type = Enum("Status", ("open", "claimed", "done"))
    places = Enum("Worker.work", ("idle", "planning", "working"))
    v = _Variables()
    status = v.add("status", "shared", status_type, 0, task)
    owner = v.add("owner", "shared", Option(worker), None, task)
    at = v.add("Worker.work", "control", places, 0, worker)
    of = v.add("Worker.work.t", "frame", Option(task), None, worker)
    up = v.add("Worker up", "up", BOOL, True, worker) if crashes else None
    used = v.add("crash Worker", "budget", Int(0, crashes), 0) if crashes else None
    w, t = Local(0, "self", worker), Local(1, "t", task)
    mine = _apply("unwrap", Read(of, (w,)), type=task)

    def is_at(agent: Expr, place: int) -> Expr:
        here = _apply("eq", Read(at, (agent,)), Const(place, places))
        return here if up is None else _apply("and", Read(up, (agent,)), here)

    def go(place: int) -> Assign:
        return Assign(variable=at, indices=(w,), value=Const(place, places))

    def hold(what: Expr) -> Assign:
        return Assign(variable=of, indices=(w,), value=what)

    def mark_task(value: int) -> Assign:
        return Assign(variable=status, indices=(mine,), value=Const(value, status_type))

    nothing = Const(None, Option(task))
    is_open = _apply("eq", Read(status, (t,)), Const(0, status_type))
    steps = [
        _step("Worker.work", "starts work", (Bind(local=w, domain=worker), Bind(local=t, domain=task), Guard(condition=is_at(w, 0)),
              Guard(condition=is_open)), (go(1), hold(t)), agent=w, parameters=(t,)),
        _step("Worker.work.planning", "goes on with work after planning", (Bind(local=w, domain=worker), Guard(condition=is_at(w, 1))),
              (mark_task(1), Assign(variable=owner, indices=(mine,), value=w), go(2)), agent=w),
        _step("Worker.work.working", "goes on with work after working", (Bind(local=w, domain=worker), Guard(condition=is_at(w, 2))),
              (mark_task(2), hold(nothing), go(0)), agent=w),
    ]  # fmt: skip
    if up is not None and used is not None:
        more = _apply("lt", Read(used, ()), Const(crashes, Int(0, crashes)))
        spent = Assign(variable=used, indices=(), value=_apply("add", Read(used, ()), Const(1, Int(1, 1)), type=Int(0, crashes)))
        down = Assign(variable=up, indices=(w,), value=Const(False, BOOL))
        guards = (Bind(local=w, domain=worker), Guard(condition=Read(up, (w,))), Guard(condition=more))
        steps.append(_step("crash Worker", "crashes", guards, (spent, down, hold(nothing), go(0)), agent=w, fault="crash Worker"))
    a, b = Local(0, "t", task), Local(1, "w", worker)
    works = _apply("and", is_at(b, 2), _apply("eq", Read(of, (b,)), a))
    owned = _apply("implies", works, _apply("eq", Read(owner, (a,)), b))
    done = Quantifier("all", (a,), (task,), _apply("eq", Read(status, (a,)), Const(2, status_type)), BOOL)
    goals = (
        Goal(
            name="one_owner",
            kind="always",
            text=None,
            conditions=(Quantifier("all", (a, b), (task, worker), owned, BOOL),),
            at=HERE,
        ),
        Goal(name="finished", kind="eventually", text=None, conditions=(done,), at=HERE),
        Goal(name="no deadlock", kind="no deadlock", text=None, at=HERE),
    )
    return _model("task_board", "pair", "one_crash" if crashes else "none", (worker, task), v, steps, goals, done)


def counter(most: int = 2) -> Model:
    """One cell `depth` that counts up to `most` and then fails; each step from 1 on carries the mark of `slow`."""
    v = _Variables()
    number = Int(0, most)
    depth = v.add("depth", "shared", number, 0)
    more = _apply("narrow", _apply("add", Read(depth, ()), Const(1, Int(1, 1)), type=Int(1, most + 1)), type=number)
    late = _apply("ge", Read(depth, ()), Const(1, Int(1, 1)))
    body = (Mark(mark="!slow", condition=late), Assign(variable=depth, indices=(), value=more))
    goal = Goal(name="slow", kind="step", text=None, mark="!slow", at=HERE)
    return _model("counter", "default", "none", (), v, [_step("count", "counts", (), body)], (goal,), None)


def _step(name: str, phrase: str, prelude: Prelude, body: Body, *, agent=None, parameters=(), fault=None) -> Step:  # type: ignore[no-untyped-def]
    return Step(
        name=name,
        phrase=phrase,
        kind="fault" if fault else "start",
        role=agent.type.name if agent else None,
        activity=None,
        agent=agent,
        parameters=parameters,
        prelude=prelude,
        body=body,
        fairness="may" if fault else "weak",
        fault=fault,
        at=HERE,
    )


def _model(protocol, instance, faults, sorts, variables, steps, goals, done) -> Model:  # type: ignore[no-untyped-def]
    return Model(
        protocol=protocol,
        instance=instance,
        faults=faults,
        parameters=(),
        sorts=sorts,
        variables=tuple(variables.made),
        steps=tuple(steps),
        goals=goals,
        done=done,
    )
