"""Ghosts: what a property needs to remember about the reads and writes of one store.

`no lost update` and `no stale write` need, for each activity that waits and each cell, its *basis*: whether the activity has read the
cell and whether another agent (or another activity) has written it since. `no overwrite` needs, for each agent and cell, whether the cell
holds a value of another agent that this agent has not read. The statements that keep these ghosts go into the steps beside the reads
and writes. Under the fault `stale` of the store a read may miss the last write: then it must be known whose that was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.build import ASIDE, Build, Registers
from checker.language import tree
from checker.language.checked import ActivityInfo, RoleInfo
from checker.language.source import Span
from checker.language.types import Bool, Enum, Type
from checker.model.expr import Apply, Const, Expr, Quantifier, Read
from checker.model.model import Assign, Body, For, If, Let, Mark, Statement, Variable

BASIS = Enum("basis", ("unread", "fresh", "changed"))
UNREAD, FRESH, CHANGED = (Const(i, BASIS) for i in range(3))
READ_NOW, SEEN_NOW = Const(1, BASIS), Const(False, Bool())  # what a read notes: `is` tells them from what a write notes


class Actor(Struct, frozen=True, kw_only=True):
    """Who reads and writes: an agent in an activity."""

    role: RoleInfo
    activity: ActivityInfo
    agent: Expr


class Watch(Struct, frozen=True, kw_only=True):
    """The ghosts of one goal on the store `variable`."""

    build: Build
    goal: tree.Absence
    variable: Variable
    at: Span

    @property
    def mark(self) -> str:
        return self.goal.name

    def declare(self) -> None:
        """Add the ghost variables."""
        self.build.marks.add(self.mark)
        stale = self.build.fault("stale", self.variable.name) is not None
        for role in self.build.checked.roles.values():
            if self.goal.kind == "no overwrite":
                self.build.add(self._unseen_name(role), "ghost", self._index(role), Bool(), False)
                continue
            for activity in role.activities:
                if activity.awaits or stale:
                    self.build.add(self._basis_name(role, activity), "ghost", self._index(role), BASIS, 0)
                if stale:
                    self.build.add(self._mine_name(role, activity), "ghost", self._index(role), Bool(), False)

    def _index(self, role: RoleInfo) -> tuple[Type, ...]:
        return (role.sort, *self.variable.index)

    def _unseen_name(self, role: RoleInfo) -> str:
        return f"unseen {self.variable.name}: {role.name}"

    def _basis_name(self, role: RoleInfo, activity: ActivityInfo) -> str:
        return f"basis {self.variable.name}: {role.name}.{activity.name}"

    def _mine_name(self, role: RoleInfo, activity: ActivityInfo) -> str:
        """Whether the last write of the cell is the activity's own."""
        return f"mine {self.variable.name}: {role.name}.{activity.name}"

    def _own(self, actor: Actor) -> Variable | None:
        if self.goal.kind == "no overwrite":
            return self.build.get(self._unseen_name(actor.role))
        return self.build.get(self._basis_name(actor.role, actor.activity))

    # --- reads ---------------------------------------------------------------------------------------------------

    def after_read(self, expr: Expr, actor: Actor) -> Body:
        """The statements that note the cells of the store that evaluating `expr` reads."""
        own = self._own(actor)
        if own is None:
            return ()
        value = SEEN_NOW if self.goal.kind == "no overwrite" else READ_NOW
        return noted(expr, self.variable, lambda keys: Assign(variable=own, indices=(actor.agent, *keys), value=value), self.at)

    def of_stale_read(self, statement: Assign, missed: Callable[[tuple[Expr, ...]], Expr]) -> Body | None:
        """What becomes of a statement of `after_read` in a step in which, where `missed` holds of the cell, the read misses its last write:
        it counts as made before that. None for other statements."""
        if statement.value is SEEN_NOW:
            return (If(condition=make.negate(missed(statement.indices[1:])), then=(statement,)),)
        if statement.value is READ_NOW:
            mine = Read(self.build.variables[statement.variable.name.replace("basis", "mine", 1)], statement.indices)
            changed = make.both(missed(statement.indices[1:]), make.negate(mine))
            return (replace(statement, value=make.choice(changed, CHANGED, FRESH, BASIS)),)
        return None

    # --- writes --------------------------------------------------------------------------------------------------

    def before_write(self, keys: tuple[Expr, ...], value: Expr, actor: Actor, registers: Registers) -> Body:
        """The statements beside a write of `value` to the cell at `keys`: the verdict on it, and what the others now do not know."""
        fixed: list[Let] = []
        cell: list[Expr] = []
        for key in keys:
            if isinstance(key, Const):
                cell.append(key)
                continue
            local = registers.fresh("cell", key.type)
            fixed.append(Let(local=local, value=key))
            cell.append(local)
        told = self._tell(cell, actor, registers)
        if self.goal.kind == "no stale write":  # a write that leaves the value as it is changes nothing
            old = registers.fresh(ASIDE, self.variable.type)
            fixed.append(Let(local=old, value=Read(self.variable, tuple(cell))))
            told = (If(condition=make.compare("ne", old, value), then=told),)
        return (*fixed, *self._judge(cell, actor, registers), *told, *self._sign(cell, actor, registers))

    def _judge(self, cell: Sequence[Expr], actor: Actor, registers: Registers) -> Body:
        own = self._own(actor)
        if own is None:
            return ()
        here = Read(own, (actor.agent, *cell))
        if self.goal.kind == "no overwrite":
            wrong: Expr = here
        elif self.goal.kind == "no lost update":
            wrong = make.compare("eq", here, CHANGED)
        else:
            locals = tuple(registers.fresh("cell", type) for type in self.variable.index)
            body = make.compare("eq", Read(own, (actor.agent, *locals)), CHANGED)
            wrong = Quantifier("any", locals, self.variable.index, body, Bool()) if locals else body
        verdict: Body = (Mark(mark=self.mark, condition=wrong),)
        if self.goal.kind == "no overwrite":
            return (*verdict, Assign(variable=own, indices=here.indices, value=make.FALSE))
        known = make.compare("eq", here, CHANGED)
        return (*verdict, If(condition=known, then=(Assign(variable=own, indices=here.indices, value=FRESH),)))

    def _tell(self, cell: Sequence[Expr], actor: Actor, registers: Registers) -> Body:
        """Whoever has read the cell has not read this."""
        if self.goal.kind == "no overwrite":
            return self._of_others(self._unseen_name, cell, actor, registers, lambda ghost: _set(ghost, make.TRUE))
        return self._of_others(
            self._basis_name,
            cell,
            actor,
            registers,
            lambda ghost: If(condition=make.compare("eq", ghost, FRESH), then=(_set(ghost, CHANGED),)),
        )

    def _sign(self, cell: Sequence[Expr], actor: Actor, registers: Registers) -> Body:
        """From now on the last write of the cell is the actor's."""
        mine = self.build.get(self._mine_name(actor.role, actor.activity))
        if mine is None:
            return ()
        others = self._of_others(self._mine_name, cell, actor, registers, lambda ghost: _set(ghost, make.FALSE))
        return (*others, Assign(variable=mine, indices=(actor.agent, *cell), value=make.TRUE))

    def _of_others(
        self,
        name: Callable[..., str],
        cell: Sequence[Expr],
        actor: Actor,
        registers: Registers,
        change: Callable[[Read], Statement],
    ) -> Body:
        """`change` of a ghost's cell, for all but the actor."""
        made: list[For] = []
        for role in self.build.checked.roles.values():
            for activity in (None,) if self.goal.kind == "no overwrite" else role.activities:
                ghost = self.build.get(name(role) if activity is None else name(role, activity))
                if ghost is None:
                    continue
                other = registers.fresh("other", role.sort)
                body: Body = (change(Read(ghost, (other, *cell))),)
                if role.name == actor.role.name and (activity is None or activity.name == actor.activity.name):
                    body = (If(condition=make.compare("ne", other, actor.agent), then=body),)
                made.append(For(local=other, domain=role.sort, body=body, independent=True, at=self.at))
        return tuple(made)

    # --- ends ----------------------------------------------------------------------------------------------------

    def at_end(self, role: RoleInfo, activity: ActivityInfo, agent: Expr, registers: Registers) -> Body:
        """The activity ends: what it has read is forgotten (of `no overwrite` nothing is: that is the agent's knowledge)."""
        if self.goal.kind == "no overwrite":
            return ()
        ghost = self.build.get(self._basis_name(role, activity))
        if ghost is None:
            return ()
        locals = tuple(registers.fresh("cell", type) for type in self.variable.index)
        body: Body = (Assign(variable=ghost, indices=(agent, *locals), value=UNREAD),)
        for local, type in zip(reversed(locals), reversed(self.variable.index), strict=True):
            body = (For(local=local, domain=type, body=body, independent=True, at=self.at),)
        return body


def _set(cell: Read, value: Expr) -> Assign:
    return Assign(variable=cell.variable, indices=cell.indices, value=value)


def noted(expr: Expr, variable: Variable, note: Callable[[tuple[Expr, ...]], Statement], at: Span) -> Body:
    """A statement for each read of `variable` that an evaluation of `expr` makes, under the conditions on which it gets there.

    `and`, `or`, `implies` and `if` stop as they do in the evaluation; a quantifier reads for every element of its domains.
    """
    match expr:
        case Read():
            inner = _all(expr.indices, variable, note, at)
            return (*inner, note(expr.indices)) if expr.variable is variable and not expr.old else inner
        case Apply(operator="and" | "or" | "implies") if len(expr.arguments) > 1:
            first, rest = expr.arguments[0], expr.arguments[1:]
            later: Expr = rest[0] if len(rest) == 1 else Apply(expr.operator, rest, expr.type, expr.at)
            goes_on = make.negate(first) if expr.operator == "or" else first
            return (*noted(first, variable, note, at), *_under(goes_on, noted(later, variable, note, at)))
        case Apply(operator="if"):
            condition, then, orelse = expr.arguments
            return (
                *noted(condition, variable, note, at),
                *_under(condition, noted(then, variable, note, at)),
                *_under(make.negate(condition), noted(orelse, variable, note, at)),
            )
        case Apply():
            return _all(expr.arguments, variable, note, at)
        case Quantifier():
            body = noted(expr.body, variable, note, at)
            for local, domain in zip(reversed(expr.locals), reversed(expr.domains), strict=True):
                read = () if isinstance(domain, Type) else noted(domain, variable, note, at)
                body = (*read, For(local=local, domain=domain, body=body, independent=True, at=at)) if body else read
            return body
    return ()


def _all(exprs: Sequence[Expr], variable: Variable, note: Callable[[tuple[Expr, ...]], Statement], at: Span) -> Body:
    return tuple(statement for expr in exprs for statement in noted(expr, variable, note, at))


def _under(condition: Expr, body: Body) -> Body:
    return (If(condition=condition, then=body),) if body else ()
