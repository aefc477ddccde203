"""`meter <= bound`: a variable adds up what is spent, and nothing happens any more once it is above the bound.

So there are finitely many states at each size, whatever cycles spend. The bound is a sum over agents where it names how many there are, so it
says the same at every size: `1_000 + 1_700 * workers` is `1_000 + sum(w in Worker: 1_700)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, final

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.build import Build, Registers
from checker.elaborate.independence import statements
from checker.elaborate.meters import adding, cost_of, counted, told_cost
from checker.elaborate.rewrite import registers_of_step
from checker.elaborate.size_errors import TooDear
from checker.language import tree
from checker.language.checked import Bound, Checked
from checker.language.checking.constants import evaluate
from checker.language.checking.context import Context
from checker.language.checking.spec import MOST_SPENT
from checker.language.checking.walk import nodes
from checker.language.checking.written import whole
from checker.language.diagnostics import BadInput
from checker.language.types import Int, Sort
from checker.model.expr import Expr, Quantifier, Read
from checker.model.model import Goal, Guard, Note, Step, Variable

METER = Int(0, 1_500_000_000)  # more than a bound and the dearest step, less than a number of 32 bits
Linear: TypeAlias = dict[tuple[str, ...], int]  # how much for each element of a sort, each pair of elements of two, or once


@final
class Spending(Struct, frozen=True, kw_only=True):
    """What a goal on a meter adds to the model."""

    build: Build
    goal: tree.Spending
    variable: Variable

    def step(self, step: Step) -> Step:
        """The step, adding what it spends, possible while not too much is spent. Raises BadInput where it spends more than can be added up."""
        meter = self.goal.meter
        notes = [note for note in statements(step.body) if isinstance(note, Note)]
        dearest = max((told_cost(note, meter) for note in notes), default=0)
        if dearest > MOST_SPENT:
            raise BadInput([TooDear(span=step.at, meter=meter, cost=f"{dearest:,}", most=f"{MOST_SPENT:,}")])
        more = cost_of(step, meter)
        body = counted(step.body, self.variable, meter)
        last = max((local.number for local in registers_of_step(step)), default=-1)
        first = Guard(condition=self.condition(Registers(count=last + 1)))
        return replace(
            step, prelude=(first, *step.prelude), body=(*body, *((adding(self.variable, make.number(more)),) if more else ()))
        )

    def condition(self, registers: Registers) -> Expr:
        """Not more is spent than the bound says."""
        return make.compare("le", Read(self.variable, ()), self._bound(registers))

    def made(self) -> Goal:
        text = f"{self.goal.meter} <= {whole(self.goal.bound)}"
        return Goal(name=self.goal.name, kind="always", text=text, conditions=(self.condition(Registers()),), at=self.goal.span)

    def _bound(self, registers: Registers) -> Expr:
        checked = self.build.checked
        sizes = {name: sort for sort, name in named_sizes(checked).items()}
        linear = linear_of(checked, self.goal.bound, sizes)
        if linear is None:
            return make.number(checked.bounds[id(self.goal.bound)])
        return expr_of(linear, checked, registers)


def expr_of(linear: Linear, checked: Checked, registers: Registers) -> Expr:
    """A sum, with a part for each sort, or pair of sorts."""
    total: Expr = make.number(linear.get((), 0))
    for names, amount in linear.items():
        if names:
            domains = tuple(checked.sorts[name] for name in names)
            total = make.integer("add", total, summed(make.number(amount), domains, registers))
    return total


def summed(part: Expr, domains: tuple[Sort, ...], registers: Registers) -> Expr:
    assert isinstance(part.type, Int)
    most = 1
    for domain in domains:
        most *= domain.size
    locals = tuple(registers.fresh(domain.name[:1].lower(), domain) for domain in domains)
    type = Int(min(0, part.type.low * most), max(0, part.type.high * most))
    return Quantifier("sum", locals, domains, part, type)


def named_sizes(checked: Checked) -> dict[str, str]:
    """Sorts of which a parameter by itself is the size."""
    parameters = {parameter.name for parameter in checked.protocol.parameters}
    return {
        node.name: node.size.name
        for node in checked.protocol.declarations
        if isinstance(node, tree.RoleDecl | tree.IdsDecl) and isinstance(node.size, tree.Name) and node.size.name in parameters
    }


def linear_of(checked: Checked, node: tree.Expr, sizes: Mapping[str, str]) -> Linear | None:
    """A bound as a sum of numbers, of sizes and of products of two sizes, each with a factor; None where it is no such sum. `sizes`: of parameters
    a sort whose size they are."""
    named = [part for part in nodes(node) if isinstance(part, tree.Name) and part.name in sizes]
    if not any(not isinstance(checked.symbols.get(id(part)), Bound) for part in named):
        value = evaluate(Context(checked.protocol, None, checked), node, {})
        assert isinstance(value, int)
        return {(): value}
    match node:
        case tree.Name():
            return {(sizes[node.name],): 1}
        case tree.Binary(operator="+" | "-" | "*" as operator):
            left, right = (linear_of(checked, side, sizes) for side in (node.left, node.right))
            if left is None or right is None:
                return None
            if operator == "*":
                return _product(left, right)
            sign = 1 if operator == "+" else -1
            return {names: left.get(names, 0) + sign * right.get(names, 0) for names in (*left, *right)}
    return None


def _product(left: Linear, right: Linear) -> Linear | None:
    made: Linear = {}
    for one, factor in left.items():
        for other, more in right.items():
            names = tuple(sorted((*one, *other)))
            if len(names) > 2:
                return None
            made[names] = made.get(names, 0) + factor * more
    return made
