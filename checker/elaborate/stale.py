"""The fault `stale v`: for one step, one cell of v reads as it was before the step that wrote it last.

Made from finished steps. Every step that writes v saves the cell as it was in a ghost, `v before`. A step that reads v gets a variant for this
fault: it binds a cell whose saved value differs, and reads of that cell give the saved value until the step itself writes the cell. An
outcome that never comes to read the cell does not exist: nothing in it was stale.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.build import ASIDE, Build
from checker.elaborate.ghosts import Watch, noted
from checker.elaborate.independence import expressions, statements
from checker.elaborate.rewrite import map_body, map_prelude, map_statement, nodes, step_expressions
from checker.language.types import Bool, MapOf
from checker.model.expr import Expr, Local, Quantifier, Read
from checker.model.model import (
    Assign,
    Bind,
    Body,
    Choose,
    For,
    Guard,
    If,
    Let,
    Mark,
    Note,
    Prelude,
    Require,
    Statement,
    Step,
    Variable,
    While,
)


def with_stale_reads(build: Build, steps: list[Step], watch: Watch | None) -> list[Step]:
    """The steps, and after them the variants for every `stale` of the fault model."""
    for item in build.faults:
        if item.kind != "stale" or item.budget == 0:
            continue
        store = build.variables[item.target]
        ghosts = _Ghosts.declared(build, store)
        variants = [_variant(s, store, ghosts, item.target, watch) for s in steps if s.fault is None and _reads(s, store)]
        steps = [_saving(s, store, ghosts) for s in (*steps, *variants)]
    return steps


class _Ghosts(Struct, frozen=True, kw_only=True):
    """`before`: each cell as it was before the step that wrote it last. `written`: whether there was one, where that cannot be told
    from `before` because the store has several initial values."""

    before: Variable
    written: Variable | None

    @staticmethod
    def declared(build: Build, store: Variable) -> _Ghosts:
        starts = iter(store.initial)
        before = build.add(f"{store.name} before", "ghost", store.index, store.type, lambda _cell: next(starts)[:1])
        if all(len(values) == 1 for values in store.initial):
            return _Ghosts(before=before, written=None)
        return _Ghosts(before=before, written=build.add(f"{store.name} written", "ghost", store.index, Bool(), False))


def _reads(step: Step, store: Variable) -> bool:
    return any(read.variable is store for expr in step_expressions(step) for read in make.reads(expr))


def _next_number(step: Step) -> int:
    """A number above those of all registers of the step."""
    bound = [part.local for part in step.prelude if not isinstance(part, Guard)]
    bound += [s.local for s in statements(step.body) if isinstance(s, Let | For | Choose)]
    for expr in step_expressions(step):
        bound += [local for node in nodes(expr) if isinstance(node, Quantifier) for local in node.locals]
    if step.agent is not None:
        bound.append(step.agent)
    return max((local.number for local in bound), default=-1) + 1


# --- the variant with a stale read ----------------------------------------------------------------------------------


class _Stale(Struct, frozen=True, kw_only=True):
    """One variant: the cell that is read as it was, whether the step has written it, whether it has read it so."""

    step: Step
    store: Variable
    watch: Watch | None
    saved: Read
    written: Local
    hit: Local

    def here(self, indices: tuple[Expr, ...]) -> Expr:
        return make.both(*(make.compare("eq", i, c) for i, c in zip(indices, self.saved.indices, strict=True)))

    def in_prelude(self, expr: Expr) -> Expr:
        return self._read(expr, make.TRUE)

    def in_body(self, expr: Expr) -> Expr:
        return self._read(expr, make.negate(self.written))

    def _read(self, expr: Expr, while_: Expr) -> Expr:
        if not isinstance(expr, Read) or expr.variable is not self.store:
            return expr
        return make.choice(make.both(while_, self.here(expr.indices)), self.saved, expr, self.store.type)

    def hits(self, expr: Expr, change: Callable[[Expr], Expr]) -> Body:
        """Statements that note whether evaluating `expr` reads the cell as it was."""

        def note(indices: tuple[Expr, ...]) -> Statement:
            condition = make.both(make.negate(self.written), self.here(indices))
            return If(condition=condition, then=(Let(local=self.hit, value=make.TRUE),))

        found = noted(expr, self.store, note, self.step.at)
        return map_body(found, lambda statement: (map_statement(statement, change),))

    def statement(self, statement: Statement) -> Body:
        """A statement of the body; those inside it have been changed already."""
        if isinstance(statement, Let) and statement.local.name == ASIDE:
            return (statement,)
        if isinstance(statement, Assign) and self.watch is not None and self.watch.variable is self.store:
            noted_otherwise = self.watch.of_stale_read(
                statement, lambda cell: make.both(make.negate(self.written), self.here(cell))
            )
            if noted_otherwise is not None:
                return tuple(map_statement(made, self.in_body) for made in noted_otherwise)
        read: Body = ()
        if not isinstance(statement, Note | Mark):
            read = tuple(made for expr in expressions(statement) for made in self.hits(expr, self.in_body))
        changed = map_statement(statement, self.in_body)
        if isinstance(changed, Choose):
            return (changed, *read)  # `where` is read for the element that is chosen
        if isinstance(changed, While):
            return (*read, replace(changed, body=(*changed.body, *read)))
        if isinstance(changed, Assign) and changed.variable is self.store:
            written = If(condition=self.here(changed.indices), then=(Let(local=self.written, value=make.TRUE),))
            return (*read, changed, written)
        return (*read, changed)


def _variant(step: Step, store: Variable, ghosts: _Ghosts, target: str, watch: Watch | None) -> Step:
    number = _next_number(step)
    cell = tuple(Local(number + i, "cell", type) for i, type in enumerate(store.index))
    written, hit = (Local(number + len(cell) + i, name, Bool()) for i, name in enumerate(("written", "hit")))
    stale = _Stale(step=step, store=store, watch=watch, saved=Read(ghosts.before, cell), written=written, hit=hit)
    asked = [expr for expr in step_expressions(replace(step, body=())) if not isinstance(expr, Local)]
    binds: Prelude = tuple(Bind(local=local, domain=local.type) for local in cell)
    was_written = make.TRUE if ghosts.written is None else Read(ghosts.written, cell)
    differs = Guard(condition=make.both(was_written, make.compare("ne", stale.saved, Read(store, cell))))
    return replace(
        step,
        name=f"{step.name} (stale {target})",
        phrase=f"{step.phrase}, with a stale read of {target}",
        kind="fault",
        parameters=(*step.parameters, *cell),
        prelude=(*binds, differs, *map_prelude(step.prelude, stale.in_prelude)),
        body=(
            Let(local=written, value=make.FALSE),
            Let(local=hit, value=make.FALSE),
            *(made for expr in asked for made in stale.hits(expr, stale.in_prelude)),
            *map_body(step.body, stale.statement),
            Require(condition=hit),
        ),
        fairness="may",
        fault=f"stale {target}",
    )


# --- what is saved ----------------------------------------------------------------------------------------------------


def _saving(step: Step, store: Variable, ghosts: _Ghosts) -> Step:
    """Every write of the store saves the cell as it was before the step."""
    writes = _writes(step.body, store)
    if writes == 0:
        return step
    number = _next_number(step)
    value = Local(number, "value", store.type)
    keys = tuple(Local(number + 1 + i, "key", type) for i, type in enumerate(store.index))
    whole = _whole(store, keys, ())
    start = Local(number + 1 + len(keys), "start", whole.type)

    def save(statement: Statement) -> Body:
        if not isinstance(statement, Assign) or statement.variable is not store:
            return (statement,)
        old: Expr = Read(store, statement.indices) if writes == 1 else start
        for index in () if writes == 1 else statement.indices:
            assert isinstance(old.type, MapOf)
            old = make.apply("get", (old, index), old.type.value)
        indices = statement.indices
        told = () if ghosts.written is None else (Assign(variable=ghosts.written, indices=indices, value=make.TRUE),)
        return (
            Let(local=value, value=statement.value),  # first: it may read the saved one
            Assign(variable=ghosts.before, indices=indices, value=old),
            *told,
            replace(statement, value=value),
        )

    first: Body = () if writes == 1 else (Let(local=start, value=whole),)
    return replace(step, body=(*first, *map_body(step.body, save)))


def _writes(body: Body, store: Variable) -> int:
    """How often a cell of the store may be written: 0, 1, or 2 for more than once."""
    found = 0
    for statement in body:
        match statement:
            case Assign():
                found += statement.variable is store
            case If():
                found += max(_writes(statement.then, store), _writes(statement.orelse, store))
            case For() | While():
                found += 2 * _writes(statement.body, store)
            case _:
                found += max((_writes(branch, store) for branch in getattr(statement, "branches", ())), default=0)
    return min(found, 2)


def _whole(store: Variable, keys: tuple[Local, ...], given: tuple[Expr, ...]) -> Expr:
    """All cells of the store under the indices `given`, as a map of maps."""
    if not keys:
        return Read(store, given)
    body = _whole(store, keys[1:], (*given, keys[0]))
    return Quantifier("map", (keys[0],), (keys[0].type,), body, MapOf(keys[0].type, body.type))
