"""What a well-formed expression obeys: operators with the arguments that they want, locals that are bound, cells that are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, final

from msgspec import Struct

from checker.language.types import BagOf, Bool, Enum, Int, MapOf, Option, Record, SeqOf, SetOf, Sort, Type, cardinality
from checker.model.expr import OPERATORS, Apply, Const, Expr, Local, Quantifier, Read
from checker.model.fits import comparable, fits, is_value
from checker.model.model import Variable
from checker.model.operator_types import LENGTH_UNSEEN, Mismatch, is_ordered, natural_type

Scope: TypeAlias = Mapping[int, Local]
LARGEST_DOMAIN = 1 << 20  # values of a type that a step or a quantifier goes through


@final
class Judge(Struct):
    """Collects messages about the expressions of one place: a step, a goal. `old`: reads of the state before are allowed."""

    variables: frozenset[Variable]
    say: Callable[[str], None]
    old: bool = False

    def expr(self, expr: Expr, scope: Scope) -> None:
        """Says what is wrong in `expr`, where the locals of `scope` are bound."""
        match expr:
            case Const():
                if not is_value(expr.type, expr.value):
                    self.say(f"{expr.value!r} is no value of {expr.type}")
            case Local():
                self._local(expr, scope)
            case Read():
                self.cell(expr.variable, expr.indices, scope)
                if expr.old and not self.old:
                    self.say(f"`old({expr.variable.name})` outside a `step` goal")
            case Apply():
                self._apply(expr, scope)
            case Quantifier():
                self._quantifier(expr, scope)

    def predicate(self, expr: Expr, scope: Scope) -> None:
        """Says what is wrong in `expr`, which must be a boolean."""
        self.expr(expr, scope)
        if expr.type != Bool():
            self.say(f"a condition of type {expr.type}")

    def fitting(self, expr: Expr, wanted: Type, scope: Scope, what: str) -> None:
        """Says what is wrong in `expr`, whose value must be one of `wanted`."""
        self.expr(expr, scope)
        if not fits(expr.type, wanted):
            self.say(f"{what} wants {wanted}, not {expr.type}")

    def cell(self, variable: Variable, indices: tuple[Expr, ...], scope: Scope) -> None:
        """Says what is wrong with a cell."""
        if variable not in self.variables:
            self.say(f"`{variable.name}` is no variable of the model")
        if len(indices) != len(variable.index):
            self.say(f"`{variable.name}` has {len(variable.index)} indices, not {len(indices)}")
        for type, index in zip(variable.index, indices, strict=False):
            self.expr(index, scope)
            if not comparable(index.type, type):
                self.say(f"an index of `{variable.name}` wants {type}, not {index.type}")

    def domain(self, domain: Type | Expr, local: Local, scope: Scope) -> int:
        """Says what is wrong with the domain of `local`; gives the most elements that it can have."""
        if isinstance(domain, Type):
            of, most = domain, cardinality(domain)
            if _has_bag(domain):
                self.say(f"the values of {domain} are never listed")
            elif most > LARGEST_DOMAIN:
                self.say(f"{domain} has more than {LARGEST_DOMAIN:,} values")
        else:
            self.expr(domain, scope)
            if not isinstance(domain.type, SetOf | SeqOf | BagOf):
                self.say(f"the domain of `{local.name}` is {domain.type}, which has no elements")
                return 0
            of = domain.type.of
            most = cardinality(of) if isinstance(domain.type, SetOf) else min(cardinality(of), domain.type.max)
        if not fits(of, local.type):
            self.say(f"`{local.name}`, {local.type}, gets elements of {of}")
        return most

    def _local(self, local: Local, scope: Scope) -> None:
        bound = scope.get(local.number)
        if bound is None:
            self.say(f"`{local.name}` (register {local.number}) is not bound here")
        elif bound != local:
            self.say(f"register {local.number} is `{bound.name}`, {bound.type}, here, not `{local.name}`, {local.type}")

    def _apply(self, node: Apply, scope: Scope) -> None:
        for argument in node.arguments:
            self.expr(argument, scope)
        operator = OPERATORS.get(node.operator)
        if operator is None:
            self.say(f"there is no operator `{node.operator}`")
            return
        if operator.arity is not None and operator.arity != len(node.arguments):
            self.say(f"`{node.operator}` wants {operator.arity} arguments, not {len(node.arguments)}")
            return
        try:
            given = natural_type(node)
        except Mismatch as mismatch:
            self.say(str(mismatch))
            return
        if not fits(given, node.type, lengths=node.operator not in LENGTH_UNSEEN):
            self.say(f"`{node.operator}` gives {given}, but its type says {node.type}")

    def _quantifier(self, node: Quantifier, scope: Scope) -> None:
        inner, most = dict(scope), 1
        if len(node.locals) != len(node.domains) or not node.locals:
            self.say(f"`{node.kind}` binds {len(node.locals)} locals in {len(node.domains)} domains")
            return
        if node.kind in ("those", "majority", "map") and len(node.locals) != 1:
            self.say(f"`{node.kind}` binds one local, not {len(node.locals)}")
        for local, domain in zip(node.locals, node.domains, strict=True):
            most *= self.domain(domain, local, inner)
            if local.number in inner:
                self.say(f"`{node.kind}` binds register {local.number} (`{local.name}`), which is bound already")
            inner[local.number] = local
        self.expr(node.body, inner)
        given = self._given(node, most)
        if given is not None and not fits(given, node.type):
            self.say(f"`{node.kind}` gives {given}, but its type says {node.type}")

    def _given(self, node: Quantifier, most: int) -> Type | None:
        body = node.body.type
        match node.kind:
            case "all" | "any" | "majority" | "count" | "those":
                if body != Bool():
                    self.say(f"`{node.kind}` wants a condition, not {body}")
                if node.kind == "those":
                    return SetOf(node.locals[0].type)
                return Int(0, most) if node.kind == "count" else Bool()
            case "sum":
                if isinstance(body, Int):
                    return Int(min(0, most * body.low), max(0, most * body.high))
                self.say(f"`sum` wants numbers, not {body}")
            case "min" | "max":
                if is_ordered(body):
                    return body
                self.say(f"`{node.kind}` wants values of an ordered type, not {body}")
            case "map":
                if isinstance(node.domains[0], Type):
                    return MapOf(node.domains[0], body)
                self.say("`map` wants a type as its domain")
        return None


def _has_bag(type: Type) -> bool:
    match type:
        case BagOf():
            return True
        case Option(of) | SetOf(of) | SeqOf(of, _):
            return _has_bag(of)
        case MapOf(key, value):
            return _has_bag(key) or _has_bag(value)
        case Record(_, fields):
            return any(_has_bag(t) for _, t in fields)
        case Bool() | Int() | Enum() | Sort():
            return False
    raise TypeError(type)
