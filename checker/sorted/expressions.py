"""What expressions of the model mean as formulas. `checker.semantics.operators` and its neighbours define it; the tests hold this to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

from msgspec import Struct

from checker.language.source import Span
from checker.language.types import BagOf, Enum, Int, MapOf, Option, Record, SeqOf, SetOf, Sort, Type
from checker.model.expr import OPERATORS, Apply, Const, Expr, Local, Quantifier, Read
from checker.model.fits import fits
from checker.sorted.collections import COLLECTIONS
from checker.sorted.logic import Term, arithmetic, at_most, conj, disj, equal, ite, negate, number, value_of
from checker.sorted.orders import Neighbour, at_most_of, end_of, neighbour_of
from checker.sorted.quantifiers import quantifier
from checker.sorted.refusals import Refused
from checker.sorted.scope import Scope
from checker.sorted.shapes import NOT_BY_FEW, Many, Opt, Scalar, Sym, settled
from checker.sorted.values import Values


@final
class Expressions(Struct, frozen=True):
    values: Values

    def truth(self, expr: Expr, scope: Scope) -> Term:
        found = self.value(expr, scope)
        if not isinstance(found, Scalar):
            raise TypeError(expr)
        return found.term

    def value(self, expr: Expr, scope: Scope) -> Sym:
        """The value of `expr`, in the shape of its type. Raises Refused."""
        match expr:
            case Const(value, type):
                return self.values.constant(type, value)
            case Local(number):
                return scope.registers[number]
            case Read():
                return self._read(expr, scope)
            case Apply():
                try:
                    return self._apply(expr, scope)
                except Refused as refused:
                    raise (refused if refused.at or not expr.at else Refused(refused.what, expr.at)) from None
            case Quantifier():
                try:
                    return quantifier(self, expr, scope)
                except Refused as refused:
                    raise (refused if refused.at or not expr.at else Refused(refused.what, expr.at)) from None

    def fitted(self, expr: Expr, wanted: Type, scope: Scope) -> Sym:
        """The value of `expr` in the shape of `wanted`. Raises Refused."""
        return self.values.fitted(settled(self.value(expr, scope)), expr.type, wanted)

    def _read(self, node: Read, scope: Scope) -> Sym:
        pairs = zip(node.indices, node.variable.index, strict=True)
        indices = tuple(self.key(index, type, scope, None) for index, type in pairs)
        if node.old:
            assert scope.old is not None
            return scope.old(node.variable)(indices)
        return scope.read(node.variable)(indices)

    def key(self, expr: Expr, type: Type, scope: Scope, at: Span | None) -> Sym:
        """The value of `expr` as a value of `type`; the evaluation fails where it is none."""
        value, own = settled(self.value(expr, scope)), expr.type
        if isinstance(own, Option) and not isinstance(type, Option) and isinstance(value, Opt):
            scope.fail(negate(value.some), "key", at)
            value, own = value.value, own.of
        if not fits(own, type):
            scope.fail(negate(self.values.within(type, value)), "key", at)
        return self.values.fitted(value, own, type)

    # --- operators --------------------------------------------------------------------------------------------

    def _apply(self, node: Apply, scope: Scope) -> Sym:
        a = node.arguments
        match node.operator:
            case "and" | "or" | "implies" | "not":
                return Scalar(self._boolean(node, scope))
            case "if":
                condition = self.truth(a[0], scope)
                then = self.fitted(a[1], node.type, scope.under(condition))
                orelse = self.fitted(a[2], node.type, scope.under(negate(condition)))
                return self.values.choice(node.type, condition, then, orelse)
            case "eq" | "ne" | "lt" | "le" | "gt" | "ge":
                return Scalar(self._compared(node.operator, a[0], a[1], scope))
            case "add":
                return self._sum(node, scope)
            case "sub" | "mul" | "floordiv" | "mod" | "neg":
                return Scalar(self._number(node, scope))
            case "min" | "max":
                left, right = self.value(a[0], scope), self.value(a[1], scope)
                smaller = at_most(self.rank(a[0].type, left), self.rank(a[1].type, right))
                first = smaller if node.operator == "min" else negate(smaller)
                return self.values.choice(node.type, first, settled(left), settled(right))
            case "next" | "previous" | "next_in_ring":
                return self._neighbour(node, scope)
            case "index":
                low = a[0].type.low if isinstance(a[0].type, Int) else 0
                return Scalar(arithmetic("-", self.rank(a[0].type, self.value(a[0], scope)), number(low)))
            case "narrow":
                return self._narrow(node, scope)
            case "unwrap":
                value = self.value(a[0], scope)
                assert isinstance(value, Opt)
                scope.fail(negate(value.some), "none", node.at)
                return value.value
        return self._collection(node, scope)

    def _boolean(self, node: Apply, scope: Scope) -> Term:
        found: list[Term] = []
        for place, argument in enumerate(node.arguments):
            value = self.truth(argument, scope)
            if node.operator == "not":
                return negate(value)
            if node.operator == "implies" and place == 0:
                value = negate(value)
            found.append(value)
            scope = scope.under(value if node.operator == "and" else negate(value))
        return conj(*found) if node.operator == "and" else disj(*found)

    def rank(self, type: Type, value: Sym) -> Term:
        """A number that orders the values of an ordered type: itself, or its place."""
        value = settled(value)
        assert isinstance(value, Scalar)
        if isinstance(type, Int):
            return value.term
        assert isinstance(type, Enum | Sort)
        if self.values.signature.is_free(type):
            raise Refused(f"the place of an element of {type}, of which there is any number")
        elements = self.values.signature.elements(type)
        found: Term = number(len(elements) - 1)
        for place in reversed(range(len(elements) - 1)):
            found = ite(equal(value.term, elements[place]), number(place), found)
        return found

    def _compared(self, operator: str, a: Expr, b: Expr, scope: Scope) -> Term:
        left, right = self.value(a, scope), self.value(b, scope)
        few = _by_few(operator, left, right)
        if few is not None:
            return few
        if operator in ("eq", "ne"):
            same = self._same(a.type, left, b.type, right)
            return same if operator == "eq" else negate(same)
        turned = operator in ("ge", "lt")
        found = self._at_most(b.type, right, a.type, left) if turned else self._at_most(a.type, left, b.type, right)
        return found if operator in ("le", "ge") else negate(found)

    def _at_most(self, a: Type, left: Sym, b: Type, right: Sym) -> Term:
        if self.values.signature.is_free(a) and isinstance(left, Scalar) and isinstance(right, Scalar):
            return at_most_of(self.values.signature, left.term, right.term)
        return at_most(self.rank(a, left), self.rank(b, right))

    def _same(self, a: Type, left: Sym, b: Type, right: Sym) -> Term:
        if isinstance(a, Option) != isinstance(b, Option):
            wide = a if isinstance(a, Option) else b
            left, right = self.values.fitted(left, a, wide), self.values.fitted(right, b, wide)
            return self.values.equal(wide, left, right)
        if isinstance(a, SetOf) and isinstance(b, SetOf) and a != b:
            wide = a if fits(b, a) else b
            if not fits(a, wide) or not fits(b, wide):
                raise Refused(f"a comparison of {a} with {b}")
            return self.values.equal(wide, self.values.fitted(left, a, wide), self.values.fitted(right, b, wide))
        return self.values.equal(a, left, right)

    def _sum(self, node: Apply, scope: Scope) -> Sym:
        left, right = (self.value(argument, scope) for argument in node.arguments)

        def total() -> Term:
            return arithmetic("+", *(self.rank(a.type, v) for a, v in zip(node.arguments, (left, right), strict=True)))

        if not isinstance(left, Many) and not isinstance(right, Many):
            return Scalar(total())
        return Many(*_by_few_together(left, right), total)

    def _number(self, node: Apply, scope: Scope) -> Term:
        parts = [self.rank(argument.type, self.value(argument, scope)) for argument in node.arguments]
        if node.operator == "neg":
            return arithmetic("-", number(0), parts[0])
        if node.operator in ("floordiv", "mod"):
            divisor = node.arguments[1].type
            assert isinstance(divisor, Int)
            scope.fail(equal(parts[1], number(0)), "division", node.at)
            if divisor.low < 0:
                raise Refused("a division by what may be negative")
        return arithmetic({"add": "+", "sub": "-", "mul": "*", "floordiv": "div", "mod": "mod"}[node.operator], *parts)

    def _neighbour(self, node: Apply, scope: Scope) -> Sym:
        type = node.arguments[0].type
        value = self.value(node.arguments[0], scope)
        assert isinstance(value, Scalar)
        step, ends = (-1, 0) if node.operator == "previous" else (1, -1)
        after: Term
        if self.values.signature.is_free(type):
            which: Neighbour = "previous" if step < 0 else "next"
            end = end_of(self.values.signature, value.term.sort, "first" if step < 0 else "last")
            beyond, after = equal(value.term, end), neighbour_of(self.values.signature, value.term, which)
            if node.operator == "next_in_ring":
                after = ite(beyond, end_of(self.values.signature, value.term.sort, "first"), after)
        elif isinstance(type, Int):
            last = number(type.low if step < 0 else type.high)
            beyond = at_most(value.term, last) if step < 0 else at_most(last, value.term)
            after = arithmetic("+", value.term, number(step))
            after = ite(beyond, number(type.low), after) if node.operator == "next_in_ring" else after
        else:
            assert isinstance(type, Enum | Sort)
            elements = self.values.signature.elements(type)
            beyond = equal(value.term, elements[ends])
            after = elements[0]
            for place, element in enumerate(elements):
                if 0 <= place + step < len(elements):
                    after = ite(equal(value.term, element), elements[place + step], after)
        if node.operator != "next_in_ring":
            scope.fail(beyond, "range", node.at)
        return Scalar(after)

    def _narrow(self, node: Apply, scope: Scope) -> Sym:
        value, own, wanted = settled(self.value(node.arguments[0], scope)), node.arguments[0].type, node.type
        if isinstance(own, Option) and not isinstance(wanted, Option) and isinstance(value, Opt):
            scope.fail(negate(value.some), "range", node.at)
            value, own = value.value, own.of
        if _has_sets(wanted) and not fits(own, wanted):
            raise Refused(f"a value of {own} where {wanted} is wanted")
        scope.fail(negate(self._inside(wanted, own, value)), "range", node.at)
        return self.values.fitted(value, own, wanted)

    def _inside(self, wanted: Type, own: Type, value: Sym) -> Term:
        if isinstance(wanted, Option) and not isinstance(own, Option):
            return self._inside(wanted.of, own, value)
        return self.values.within(wanted, value)

    # --- collections ------------------------------------------------------------------------------------------

    def _collection(self, node: Apply, scope: Scope) -> Sym:
        build = COLLECTIONS.get(node.operator)
        if build is None:
            raise Refused(f"`{node.operator}`: {OPERATORS[node.operator].meaning}")
        return build(self, node, scope)


def _by_few_together(left: Sym, right: Sym) -> tuple[int, Callable[[int], Term]]:
    """Up to which number few elements say whether two numbers, one or both of which depend on the size of a sort, are together as large; how."""
    one, other = (left, right) if isinstance(left, Many) else (right, left)
    assert isinstance(one, Many)
    if isinstance(other, Many):
        most = min(one.few, other.few)
        return most, lambda k: disj(*(conj(one.at_least(i), other.at_least(k - i)) for i in range(max(k, 0) + 1)))
    known = value_of(other.term) if isinstance(other, Scalar) else None
    return (NOT_BY_FEW, one.at_least) if known is None else (one.few + known, lambda k: one.at_least(k - known))


def _by_few(operator: str, left: Sym, right: Sym) -> Term | None:
    """A comparison of a number that depends on the size of a sort with a small constant, by so many elements; None: it is another one."""
    if isinstance(right, Many):
        turned = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}.get(operator, operator)
        left, right, operator = right, left, turned
    if not isinstance(left, Many) or not isinstance(right, Scalar):
        return None
    at_least, known = left.at_least, value_of(right.term)
    if known is None or (known if operator in ("ge", "lt") else known + 1) > left.few:
        return None
    match operator:
        case "ge":
            return at_least(known)
        case "gt":
            return at_least(known + 1)
        case "lt":
            return negate(at_least(known))
        case "le":
            return negate(at_least(known + 1))
        case "eq":
            return conj(at_least(known), negate(at_least(known + 1)))
    return disj(negate(at_least(known)), at_least(known + 1))


def _has_sets(type: Type) -> bool:
    match type:
        case SetOf():
            return True
        case Option(of) | SeqOf(of, _) | BagOf(of, _):
            return _has_sets(of)
        case MapOf(_, of):
            return _has_sets(of)
        case Record(_, fields):
            return any(_has_sets(t) for _, t in fields)
    return False
