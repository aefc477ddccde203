"""Models built by hand, a node at a time, with little to write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.language.source import Span
from checker.language.types import Bool, Int, Option, Sort, Type, Value, cardinality
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Assign, Bind, Body, Goal, Guard, Model, Prelude, Step, StepKind, Variable, VariableKind

HERE = Span("hand.team", 1, 1, 1, 2)
BOOL = Bool()


def const(value: Value, type: Type) -> Const:
    return Const(value, type)


def number(value: int) -> Const:
    return Const(value, Int(value, value))


TRUE, FALSE = Const(True, BOOL), Const(False, BOOL)


def apply(operator: str, *arguments: Expr, type: Type = BOOL) -> Apply:
    return Apply(operator, arguments, type, HERE)


def both(*arguments: Expr) -> Apply:
    return apply("and", *arguments)


def equal(a: Expr, b: Expr) -> Apply:
    return apply("eq", a, b)


def narrow(expr: Expr, type: Type) -> Apply:
    return apply("narrow", expr, type=type)


def unwrapped(expr: Expr) -> Apply:
    """The value of an option, whose type it must have."""
    assert isinstance(expr.type, Option)
    return apply("unwrap", expr, type=expr.type.of)


def quantifier(kind: str, local: Local, domain: Type | Expr, body: Expr, type: Type = BOOL) -> Quantifier:
    return Quantifier(kind, (local,), (domain,), body, type, HERE)  # type: ignore[arg-type]


class Variables:
    """Hands out offsets in order."""

    def __init__(self) -> None:
        self.made: list[Variable] = []

    def add(
        self,
        name: str,
        type: Type,
        *index: Type,
        initial: Value = None,
        choices: Sequence[Value] | None = None,
        kind: VariableKind = "shared",
    ) -> Variable:
        """A variable whose cells all start with `initial`, or with any of `choices`."""
        cells = 1
        for t in index:
            cells *= cardinality(t)
        offset = sum(v.cells for v in self.made)
        each = tuple(choices) if choices is not None else (initial,)
        variable = Variable(name=name, kind=kind, index=index, type=type, initial=(each,) * cells, offset=offset, at=HERE)
        self.made.append(variable)
        return variable


def read(variable: Variable, *indices: Expr, old: bool = False) -> Read:
    return Read(variable, indices, old)


def assign(variable: Variable, *indices_and_value: Expr) -> Assign:
    *indices, value = indices_and_value
    return Assign(variable=variable, indices=tuple(indices), value=value)


def bind(local: Local, domain: Type | Expr | None = None) -> Bind:
    return Bind(local=local, domain=local.type if domain is None else domain)


def guard(condition: Expr) -> Guard:
    return Guard(condition=condition)


def step(
    name: str,
    prelude: Prelude = (),
    body: Body = (),
    *,
    agent: Local | None = None,
    parameters: tuple[Local, ...] = (),
    kind: StepKind = "start",
    fault: str | None = None,
) -> Step:
    return Step(
        name=name,
        phrase="acts",
        kind=kind,
        role=None,
        activity=None,
        agent=agent,
        parameters=parameters,
        prelude=prelude,
        body=body,
        fairness="may" if fault else "weak",
        fault=fault,
        at=HERE,
    )


def model(
    variables: Variables | Iterable[Variable],
    steps: Sequence[Step],
    *,
    goals: Sequence[Goal] = (),
    done: Expr | None = None,
    sorts: Sequence[Sort] = (),
    timeouts_only_when_stuck: bool = False,
) -> Model:
    made = variables.made if isinstance(variables, Variables) else list(variables)
    return Model(
        protocol="hand",
        instance="default",
        faults="none",
        parameters=(),
        sorts=tuple(sorts),
        variables=tuple(made),
        steps=tuple(steps),
        goals=tuple(goals),
        done=done,
        timeouts_only_when_stuck=timeouts_only_when_stuck,
    )
