"""The fault `stale v`: for one step, one cell of v reads as it was before its last write.

Made from finished steps. Every write of v first saves the cell in a ghost, `v before`. A step that reads v gets a variant for this
fault: it binds a cell whose saved value differs, and reads of that cell give the saved value until the step itself writes the cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from checker.elaborate import make
from checker.elaborate.build import Build
from checker.elaborate.rewrite import map_body, map_prelude, map_statement, registers_of_step, step_expressions
from checker.language.types import Bool
from checker.model.expr import Expr, Local, Read
from checker.model.model import Assign, Bind, Body, Choose, For, Guard, If, Let, Prelude, Statement, Step, Variable


def with_stale_reads(build: Build, steps: list[Step]) -> list[Step]:
    """The steps, and after them the variants for every `stale` of the fault model."""
    for item in build.faults:
        if item.kind != "stale" or item.budget == 0:
            continue
        store = build.variables[item.target]
        before = build.add(f"{store.name} before", "ghost", store.index, store.type, _same(store))
        variants = [_variant(s, store, before, item.target) for s in steps if s.fault is None and _reads(s, store)]
        steps = [_saving(s, store, before) for s in (*steps, *variants)]
    return steps


def _same(store: Variable) -> Callable[[tuple[object, ...]], tuple[object, ...]]:
    """The store's own initial values; where a cell has several, the saved value is the first (nothing was written yet)."""
    starts = iter(store.initial)
    return lambda _cell: next(starts)[:1]


def _reads(step: Step, store: Variable) -> bool:
    return any(read.variable is store for expr in step_expressions(step) for read in make.reads(expr))


def _next_number(step: Step) -> int:
    bound = [part.local for part in step.prelude if not isinstance(part, Guard)]
    found = [local.number for local in (*registers_of_step(step), *bound)]
    numbers: list[int] = []

    def look(statement: Statement) -> Body:
        if isinstance(statement, Let | For | Choose):
            numbers.append(statement.local.number)
        return (statement,)

    map_body(step.body, look)
    return max((*found, *numbers), default=-1) + 1


def _variant(step: Step, store: Variable, before: Variable, target: str) -> Step:
    number = _next_number(step)
    cell = tuple(Local(number + i, "cell", type) for i, type in enumerate(store.index))
    fresh = Local(number + len(cell), "written", Bool())
    saved = Read(before, cell)

    def inside_body(expr: Expr) -> Expr:
        return _stale_read(expr, store, cell, saved, make.negate(fresh))

    def inside_prelude(expr: Expr) -> Expr:
        return _stale_read(expr, store, cell, saved, make.TRUE)

    def statement_of(statement: Statement) -> Body:
        changed = map_statement(statement, inside_body)
        if isinstance(changed, Assign) and changed.variable is store:
            here = make.both(*(make.compare("eq", i, c) for i, c in zip(changed.indices, cell, strict=True)))
            return (changed, If(condition=here, then=(Let(local=fresh, value=make.TRUE),)))
        return (changed,)

    binds: Prelude = tuple(Bind(local=local, domain=local.type) for local in cell)
    differs = Guard(condition=make.compare("ne", saved, Read(store, cell)))
    return replace(
        step,
        name=f"{step.name} (stale {target})",
        phrase=f"{step.phrase}, with a stale read of {target}",
        kind="fault",
        parameters=(*step.parameters, *cell),
        prelude=(*binds, differs, *map_prelude(step.prelude, inside_prelude)),
        body=(Let(local=fresh, value=make.FALSE), *map_body(step.body, statement_of)),
        fairness="may",
        fault=f"stale {target}",
    )


def _stale_read(expr: Expr, store: Variable, cell: tuple[Local, ...], saved: Read, while_: Expr) -> Expr:
    if not isinstance(expr, Read) or expr.variable is not store:
        return expr
    here = make.both(while_, *(make.compare("eq", i, c) for i, c in zip(expr.indices, cell, strict=True)))
    return make.choice(here, saved, expr, store.type)


def _saving(step: Step, store: Variable, before: Variable) -> Step:
    """Every write of the store saves the cell first. The new value is computed before that: it may read the saved one."""
    number = _next_number(step)
    value = Local(number, "value", store.type)

    def save(statement: Statement) -> Body:
        if not isinstance(statement, Assign) or statement.variable is not store:
            return (statement,)
        old = Read(store, statement.indices)
        return (
            Let(local=value, value=statement.value),
            Assign(variable=before, indices=statement.indices, value=old),
            replace(statement, value=value),
        )

    return replace(step, body=map_body(step.body, save))
