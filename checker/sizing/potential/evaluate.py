"""Expressions on values of which not all is known.

An operator on plain values is evaluated by the reference interpreter. Everything else that is not understood here is `UNKNOWN`, of which each way is
gone through where it matters: more than what the step can do, never less.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, final

from checker.language.types import SetOf, Sort, Type, contains
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Variable
from checker.semantics.evaluate import evaluator
from checker.semantics.failure import EvaluationError
from checker.semantics.registers import new_registers
from checker.sizing.potential.sizes import is_size_free
from checker.sizing.potential.values import (
    UNKNOWN,
    Abstract,
    Cell,
    Element,
    Members,
    Open,
    Pruned,
    Several,
    Unknown,
    all_values,
    is_plain,
    is_small,
    many,
)
from checker.sizing.potential.world import Rule, World, is_counted

Registers: TypeAlias = dict[int, Abstract]
_PUTS, _TAKES = frozenset({"append", "bag_add"}), frozenset({"rest", "butlast", "without", "bag_remove"})


@final
class Evaluation:
    """Of expressions in a world, with the registers of a step."""

    def __init__(self, world: World, registers: Registers) -> None:
        self.world, self.registers = world, registers

    def value(self, expr: Expr) -> Abstract:
        match expr:
            case Const(value, type):
                return _constant(value, type)
            case Local(number):
                return self.registers.get(number, UNKNOWN)
            case Read(variable, indices):
                if is_counted(variable):
                    return Several(self.cell(variable, indices))
                key = self.world.key(variable, tuple(map(self.value, indices)))
                return self.world.read(key, variable)
            case Apply():
                return self._apply(expr)
            case Quantifier():
                return self._quantifier(expr)

    def cell(self, variable: Variable, indices: tuple[Expr, ...]) -> Cell:
        """A cell by the values of its indices: one that is not known is like no other, unless it comes from a register."""
        places = tuple(Unknown() if value is UNKNOWN else value for value in map(self.value, indices))
        return Cell(variable.name, places, self.world.versions.get(variable.name, 0))

    def decided(self, expr: Expr) -> Abstract:
        """Its value, decided where that says more than `UNKNOWN`. The range of a number may be that of one size, so it is not relied on."""
        value = self.value(expr)
        if isinstance(value, Unknown) and is_size_free(expr.type):
            value = self.world.any_value(expr.type)
        return value

    def truth(self, condition: Expr) -> bool:
        """True or false, each in turn where it is not known; what follows from it is kept."""
        if self._compound(condition) and self.world.choices.pick((True, False)):
            self.assume(condition)
            return True
        if self._compound(condition):
            self.assume(condition, holds=False)
            return False
        return bool(self.decided(condition))

    @staticmethod
    def _compound(condition: Expr) -> bool:
        return isinstance(condition, Quantifier) or (
            isinstance(condition, Apply) and condition.operator in ("and", "or", "not", "implies")
        )

    # --- what must hold ----------------------------------------------------------------------------------------------

    def assume(self, condition: Expr, *, holds: bool = True) -> None:
        """Go on only where the condition holds (does not hold). Raises Pruned."""
        match condition:
            case Apply("not", (inner,), _):
                self.assume(inner, holds=not holds)
            case Apply("and", arguments, _) if holds:
                for argument in arguments:
                    self.assume(argument)
            case Apply("or", arguments, _) if not holds:
                for argument in arguments:
                    self.assume(argument, holds=False)
            case Apply("and" | "or", arguments, _):
                last = self.world.choices.pick(range(len(arguments)))  # the first that decides
                for argument in arguments[:last]:
                    self.assume(argument, holds=not holds)
                self.assume(arguments[last], holds=holds)
            case Apply("implies", (left, right), _):
                if not holds or self.world.choices.pick((False, True)):
                    self.assume(left)
                    self.assume(right, holds=holds)
                else:
                    self.assume(left, holds=False)
            case Quantifier("all" | "any", (local,), (Sort() as sort,), body, _) if many(sort):
                self._assume_of_elements(local, sort, body, every=(condition.kind == "all") == holds, holds=holds)
            case _:
                value = self.value(condition)
                if not isinstance(value, Unknown) and bool(value) != holds:
                    raise Pruned

    def _assume_of_elements(self, local: Local, sort: Sort, body: Expr, *, every: bool, holds: bool) -> None:
        if not every:
            self._within(local, self.world.any_element(sort.name)).assume(body, holds=holds)
            return
        before, here = dict(self.world.after), Evaluation(self.world, dict(self.registers))

        def must(element: Element) -> None:
            now, self.world.after = self.world.after, dict(before)  # what later steps of the body set does not matter
            here._within(local, element).assume(body, holds=holds)
            self.world.after = now

        self.world.every(Rule(sort=sort.name, run=must, needed=False))

    def _within(self, local: Local, value: Abstract) -> Evaluation:
        return Evaluation(self.world, {**self.registers, local.number: value})

    # --- operators ---------------------------------------------------------------------------------------------------

    def _apply(self, node: Apply) -> Abstract:
        lazy = _LAZY.get(node.operator)
        if lazy is not None:
            return lazy(self, node)
        arguments = [self.value(argument) for argument in node.arguments]
        special = _SPECIAL.get(node.operator)
        found = UNKNOWN if special is None else special(self.world, arguments)
        return _plainly(node, arguments) if isinstance(found, Unknown) else found

    def _and(self, node: Apply) -> Abstract:
        return self._until(node, False)

    def _or(self, node: Apply) -> Abstract:
        return self._until(node, True)

    def _until(self, node: Apply, decides: bool) -> Abstract:
        """Of `and` and `or`: what comes after an argument that is not known may never be evaluated, so nothing is concluded from it."""
        for argument in node.arguments:
            value = self.value(argument)
            if isinstance(value, Unknown):
                return UNKNOWN
            if bool(value) == decides:
                return decides
        return not decides

    def _implies(self, node: Apply) -> Abstract:
        left = self.value(node.arguments[0])
        if isinstance(left, Unknown):
            return UNKNOWN
        return self.value(node.arguments[1]) if left else True

    def _if(self, node: Apply) -> Abstract:
        condition, then, orelse = node.arguments
        return self.value(then if self.truth(condition) else orelse)

    def _unwrap(self, node: Apply) -> Abstract:
        value = self.value(node.arguments[0])
        none = self.world.equal(value, None) if isinstance(value, Open) else value is None
        if none:
            raise Pruned
        return value

    def _narrow(self, node: Apply) -> Abstract:
        value = self.value(node.arguments[0])
        if isinstance(value, Unknown | Open | Element | Members | Several) or not is_plain(node.type):
            return value
        if not contains(node.type, value):
            raise Pruned
        return value

    # --- quantifiers -------------------------------------------------------------------------------------------------

    def _quantifier(self, node: Quantifier) -> Abstract:
        """`all` and `any` over one small plain type; others are not known."""
        domain = node.domains[0]
        if node.kind not in ("all", "any") or len(node.locals) != 1 or not isinstance(domain, Type) or not is_small(domain):
            return UNKNOWN
        decides = node.kind == "any"
        for value in all_values(domain):
            found = self._within(node.locals[0], value).value(node.body)
            if isinstance(found, Unknown):
                return UNKNOWN
            if bool(found) == decides:
                return decides
        return not decides


def _constant(value: Abstract, type: Type) -> Abstract:
    """An element that is named is any: at another size another one may stand there."""
    if is_plain(type) or value is None:
        return value
    if isinstance(type, SetOf) and many(type.of) and not value:
        return Members(None)
    return () if value == () else UNKNOWN


def _plainly(node: Apply, arguments: list[Abstract]) -> Abstract:
    """By the reference interpreter, where all is plain."""
    kinds = (Unknown, Open, Element, Members, Several)
    if any(isinstance(argument, kinds) for argument in arguments) or not all(is_plain(a.type) for a in node.arguments):
        return UNKNOWN
    given = tuple(Const(value, of.type) for value, of in zip(arguments, node.arguments, strict=True))
    try:
        return evaluator(Apply(node.operator, given, node.type, node.at))((), new_registers(0))
    except EvaluationError:
        raise Pruned from None


def _equal(world: World, arguments: list[Abstract]) -> Abstract:
    left, right = arguments
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Open) and not isinstance(other, Unknown | Open):
            return world.equal(one, other)
    if isinstance(left, Open) and isinstance(right, Open):
        return left is right or world.equal(left, world.settled(right))
    if isinstance(left, Element | None) and isinstance(right, Element | None):
        return left == right
    return UNKNOWN


def _unequal(world: World, arguments: list[Abstract]) -> Abstract:
    found = _equal(world, arguments)
    return found if isinstance(found, Unknown) else not found


def _set(world: World, arguments: list[Abstract]) -> Abstract:
    found = Members(None)
    for argument in arguments:
        element = world.settled(argument)
        if not isinstance(element, Element):
            return UNKNOWN
        found = found.having(element, True)
    return found if arguments else UNKNOWN


def _in_set(world: World, arguments: list[Abstract]) -> Abstract:
    members = arguments[1]
    if not isinstance(members, Members):
        return UNKNOWN
    element = world.settled(arguments[0])
    if element is None:
        return False  # a set of elements does not hold none
    return world.contains(members, element) if isinstance(element, Element) else UNKNOWN


def _union(world: World, arguments: list[Abstract]) -> Abstract:
    return _combined(world, arguments, there=True)


def _minus(world: World, arguments: list[Abstract]) -> Abstract:
    return _combined(world, arguments, there=False)


def _combined(_world: World, arguments: list[Abstract], *, there: bool) -> Abstract:
    left, right = arguments
    if not isinstance(left, Members) or not isinstance(right, Members):
        return UNKNOWN
    if right.base is not None:
        if not there or left.base is not None:
            return UNKNOWN
        left, right = right, left
    for element, inside in right.changed:
        if inside:
            left = left.having(element, there)
    return left


def _put(_world: World, arguments: list[Abstract]) -> Abstract:
    several = arguments[0]
    if not isinstance(several, Several):
        return UNKNOWN
    return Several(several.cell, several.added + 1, several.removed)


def _take(_world: World, arguments: list[Abstract]) -> Abstract:
    several = arguments[0]
    if not isinstance(several, Several):
        return UNKNOWN
    return Several(several.cell, several.added, several.removed + 1)


def _replaced(_world: World, arguments: list[Abstract]) -> Abstract:
    return arguments[0] if isinstance(arguments[0], Several) else UNKNOWN


_LAZY: dict[str, Callable[[Evaluation, Apply], Abstract]] = {
    "and": Evaluation._and,
    "or": Evaluation._or,
    "implies": Evaluation._implies,
    "if": Evaluation._if,
    "unwrap": Evaluation._unwrap,
    "narrow": Evaluation._narrow,
}
_SPECIAL: dict[str, Callable[[World, list[Abstract]], Abstract]] = {
    "eq": _equal,
    "ne": _unequal,
    "set": _set,
    "in_set": _in_set,
    "union": _union,
    "minus": _minus,
    "replace": _replaced,
    **dict.fromkeys(_PUTS, _put),
    **dict.fromkeys(_TAKES, _take),
}
