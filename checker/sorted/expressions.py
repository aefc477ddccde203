"""What expressions of the model mean as formulas. `checker.semantics.operators` and its neighbours define it; the tests hold this to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, final

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate.rewrite import may_fail
from checker.language.source import Span
from checker.language.types import BagOf, Enum, Int, MapOf, Option, Record, SeqOf, SetOf, Sort, Type
from checker.model.expr import OPERATORS, Apply, Const, Expr, FailureKind, Local, Quantifier, Read
from checker.model.fits import fits
from checker.model.model import Variable
from checker.sorted.logic import (
    FALSE,
    TRUE,
    Term,
    arithmetic,
    at_most,
    conj,
    disj,
    equal,
    implies,
    ite,
    negate,
    number,
    value_of,
)
from checker.sorted.refusals import Refused
from checker.sorted.values import COUNTED, BagV, Many, MapV, Opt, Scalar, SeqV, SetV, Sym, Values

MOST_COUNTED = 6  # the largest number that a count over a sort of any size is compared with
Reader: TypeAlias = Callable[[tuple[Sym, ...]], Sym]


class Failing(Struct, frozen=True):
    """The evaluation fails where `condition` holds; unless `exact`, only perhaps: an `any` that stops before it comes there does not."""

    condition: Term
    exact: bool
    kind: FailureKind
    at: Span | None = None


@final
class Scope(Struct, frozen=True, kw_only=True):
    """Where an expression stands: the registers, the state (`read`), the state before, what is known here (`path`).

    `failures`: collects how evaluations may fail; None: nobody asks.
    """

    registers: Mapping[int, Sym]
    read: Callable[[Variable], Reader]
    old: Callable[[Variable], Reader] | None = None
    path: Term = TRUE
    failures: list[Failing] | None = None

    def under(self, condition: Term) -> Scope:
        return replace(self, path=conj(self.path, condition))

    def fail(self, condition: Term, kind: FailureKind, at: Span | None, *, exact: bool = True) -> None:
        found = conj(self.path, condition)
        if self.failures is not None and found != FALSE:
            self.failures.append(Failing(found, exact, kind, at))

    def bound(self, local: Local, value: Sym) -> Scope:
        return replace(self, registers={**self.registers, local.number: value})


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
                    return self._quantifier(expr, scope)
                except Refused as refused:
                    raise (refused if refused.at or not expr.at else Refused(refused.what, expr.at)) from None

    def fitted(self, expr: Expr, wanted: Type, scope: Scope) -> Sym:
        """The value of `expr` in the shape of `wanted`. Raises Refused for a number that depends on the size of a sort."""
        found = self.value(expr, scope)
        if isinstance(found, Many):
            raise Refused(COUNTED)
        return self.values.fitted(found, expr.type, wanted)

    def _read(self, node: Read, scope: Scope) -> Sym:
        pairs = zip(node.indices, node.variable.index, strict=True)
        indices = tuple(self._key(index, type, scope, None) for index, type in pairs)
        if node.old:
            assert scope.old is not None
            return scope.old(node.variable)(indices)
        return scope.read(node.variable)(indices)

    def _key(self, expr: Expr, type: Type, scope: Scope, at: Span | None) -> Sym:
        """The value of `expr` as a value of `type`; the evaluation fails where it is none."""
        value, own = self.value(expr, scope), expr.type
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
            case "add" | "sub" | "mul" | "floordiv" | "mod" | "neg":
                return Scalar(self._number(node, scope))
            case "min" | "max":
                left, right = self.value(a[0], scope), self.value(a[1], scope)
                smaller = at_most(self.rank(a[0].type, left), self.rank(a[1].type, right))
                first = smaller if node.operator == "min" else negate(smaller)
                return self.values.choice(node.type, first, left, right)
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
        if not isinstance(value, Scalar):
            raise Refused(COUNTED)
        if isinstance(type, Int):
            return value.term
        assert isinstance(type, Enum | Sort)
        elements = self.values.signature.elements(type)
        found: Term = number(len(elements) - 1)
        for place in reversed(range(len(elements) - 1)):
            found = ite(equal(value.term, elements[place]), number(place), found)
        return found

    def _compared(self, operator: str, a: Expr, b: Expr, scope: Scope) -> Term:
        left, right = self.value(a, scope), self.value(b, scope)
        if isinstance(left, Many) or isinstance(right, Many):
            return self._counted(operator, left, a.type, right, b.type)
        if operator in ("eq", "ne"):
            same = self._same(a.type, left, b.type, right)
            return same if operator == "eq" else negate(same)
        x, y = self.rank(a.type, left), self.rank(b.type, right)
        match operator:
            case "le":
                return at_most(x, y)
            case "ge":
                return at_most(y, x)
            case "lt":
                return negate(at_most(y, x))
        return negate(at_most(x, y))

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

    def _counted(self, operator: str, left: Sym, a: Type, right: Sym, b: Type) -> Term:
        """A comparison with a number that depends on the size of a sort."""
        if isinstance(right, Many):
            turned = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}.get(operator, operator)
            left, a, right, b, operator = right, b, left, a, turned
        assert isinstance(left, Many)
        if not isinstance(right, Scalar) or not isinstance(b, Int):
            raise Refused("a comparison of two numbers that depend on the size of a sort")
        known = value_of(right.term)
        found = range(known, known + 1) if known is not None else range(b.low, b.high + 1)
        if len(found) > MOST_COUNTED or found[-1] >= MOST_COUNTED:
            raise Refused(f"a count over a sort of any size compared with numbers up to {found[-1]}")
        return disj(*(conj(equal(right.term, number(k)), _at(operator, left, k)) for k in found))

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
        if isinstance(type, Int):
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
        value, own, wanted = self.value(node.arguments[0], scope), node.arguments[0].type, node.type
        if isinstance(value, Many):
            raise Refused(COUNTED)
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
        from checker.sorted.collections import COLLECTIONS

        build = COLLECTIONS.get(node.operator)
        if build is None:
            raise Refused(f"`{node.operator}`: {OPERATORS[node.operator].meaning}")
        return build(self, node, scope)

    # --- quantifiers ------------------------------------------------------------------------------------------

    def elements(self, domain: Type | Expr, scope: Scope) -> tuple[Type, Callable[[Sym], Term]]:
        """The type of the elements of a domain, and what says of a value of it whether it is one of them."""
        if isinstance(domain, Type):
            return domain, lambda e: TRUE
        found = self.value(domain, scope)
        match domain.type, found:
            case (SetOf(of), SetV(has)):
                return of, has
            case (BagOf(of, _), BagV(count, _)):
                return of, lambda e: at_most(number(1), count(e))
            case (SeqOf(of, _), SeqV(length, items)):
                return of, lambda e: self.in_sequence(of, e, SeqV(length, items))
        raise TypeError(domain)

    def in_sequence(self, of: Type, e: Sym, sequence: SeqV) -> Term:
        places = enumerate(sequence.items)
        return disj(*(conj(at_most(number(i + 1), sequence.length), self.values.equal(of, e, item)) for i, item in places))

    def every(self, node: Quantifier, scope: Scope, says: Callable[[Scope], Term], place: int = 0) -> Term:
        """Whether `says` holds for all combinations of the locals, from `place` on."""
        if place == len(node.locals):
            return says(scope)
        local, domain = node.locals[place], node.domains[place]
        of, has = self.elements(domain, scope)
        if isinstance(domain, Type) or not isinstance(domain.type, SeqOf):
            return self.values.every(
                of,
                lambda e: implies(
                    has(e), self.every(node, scope.bound(local, self.values.fitted(e, of, local.type)), says, place + 1)
                ),
                local.name,
            )
        sequence = self.value(domain, scope)
        assert isinstance(sequence, SeqV)
        parts = []
        for i, item in enumerate(sequence.items):
            inner = scope.bound(local, self.values.fitted(item, of, local.type))
            parts.append(implies(at_most(number(i + 1), sequence.length), self.every(node, inner, says, place + 1)))
        return conj(*parts)

    def some(self, node: Quantifier, scope: Scope, says: Callable[[Scope], Term]) -> Term:
        return negate(self.every(node, scope, lambda inner: negate(says(inner))))

    def _quantifier(self, node: Quantifier, scope: Scope) -> Sym:
        self._failures_inside(node, scope)
        quiet = replace(scope, failures=None, path=TRUE)
        match node.kind:
            case "all":
                return Scalar(self.every(node, quiet, lambda inner: self.truth(node.body, inner)))
            case "any":
                return Scalar(self.some(node, quiet, lambda inner: self.truth(node.body, inner)))
            case "those":
                _, has = self.elements(node.domains[0], quiet)
                return SetV(lambda e: conj(has(e), self.truth(node.body, quiet.bound(node.locals[0], e))))
            case "map":
                assert isinstance(node.type, MapOf)
                wanted = node.type.value
                return MapV(lambda k: self.fitted(node.body, wanted, quiet.bound(node.locals[0], k)))
            case "count":
                return self._count(node, quiet)
            case "majority":
                return Scalar(self._majority(node, quiet))
        return self._folded(node, quiet)

    def _failures_inside(self, node: Quantifier, scope: Scope) -> None:
        """Collects how the evaluation of the domains or of the body may fail, for some values of the locals."""
        if scope.failures is None or not may_fail(node):
            return
        exact = node.kind not in ("all", "any")
        kinds: dict[tuple[FailureKind, Span | None], bool] = {}

        def inside(inner: Scope, wanted: tuple[FailureKind, Span | None] | None) -> Term:
            found: list[Failing] = []
            self.value(node.body, replace(inner, failures=found, path=TRUE))
            for one in found:
                kinds[one.kind, one.at] = kinds.get((one.kind, one.at), True) and one.exact
            return disj(*(one.condition for one in found if (one.kind, one.at) == wanted))

        for place, domain in enumerate(node.domains):
            if not isinstance(domain, Type) and may_fail(domain):
                if place:
                    raise Refused("a domain that may have no value, after another domain")
                self.value(domain, scope)
        quiet = replace(scope, failures=None, path=TRUE)
        self.some(node, quiet, lambda inner: inside(inner, None))
        for kind, at in list(kinds):
            condition = self.some(node, quiet, lambda inner, wanted=(kind, at): inside(inner, wanted))  # type: ignore[misc]
            scope.fail(condition, kind, at, exact=exact and kinds[kind, at])

    def listed(self, node: Quantifier, scope: Scope, place: int = 0) -> list[tuple[Term, Scope]] | None:
        """All combinations of the locals, each with whether it is one, where they are few and known; else None."""
        if place == len(node.locals):
            return [(TRUE, scope)]
        local = node.locals[place]
        of, has = self.elements(node.domains[place], scope)
        known = self.values.finite(of)
        if known is None:
            return None
        found: list[tuple[Term, Scope]] = []
        for value in known:
            rest = self.listed(node, scope.bound(local, self.values.fitted(value, of, local.type)), place + 1)
            if rest is None:
                return None
            found += [(conj(has(value), condition), inner) for condition, inner in rest]
        return found

    def _count(self, node: Quantifier, scope: Scope) -> Sym:
        known = self.listed(node, scope)
        if known is not None:
            return Scalar(_sum(ite(conj(there, self.truth(node.body, inner)), number(1), number(0)) for there, inner in known))
        return Many(lambda k: self.at_least(node, scope, k))

    def at_least(self, node: Quantifier, scope: Scope, k: int) -> Term:
        """Whether `k` different combinations of the locals satisfy the body."""
        types = [local.type for local in node.locals]

        def more(found: tuple[tuple[Sym, ...], ...]) -> Term:
            if len(found) == k:
                return TRUE

            def says(inner: Scope) -> Term:
                this = tuple(inner.registers[local.number] for local in node.locals)
                others = (
                    disj(*(negate(self.values.equal(t, x, y)) for t, x, y in zip(types, this, other, strict=True)))
                    for other in found
                )
                return conj(self.truth(node.body, inner), *others, more((*found, this)))

            return self.some(node, scope, says)

        return TRUE if k <= 0 else more(())

    def _majority(self, node: Quantifier, scope: Scope) -> Term:
        """More than half. Over a sort of any size: all of some quorum, where any two quorums have an agent in common.

        Each real majority is a quorum, and so is whoever holds more than half; that is all that is said of quorums.
        """
        known = self.listed(node, scope)
        if known is not None:
            size = _sum(ite(there, number(1), number(0)) for there, _ in known)
            ayes = _sum(ite(conj(there, self.truth(node.body, inner)), number(1), number(0)) for there, inner in known)
            return negate(at_most(arithmetic("*", number(2), ayes), size))
        sort = node.domains[0]
        if not isinstance(sort, Sort):
            raise Refused("a majority of something else than a whole role or ids")
        name = self.values.signature.sort_name(sort)
        quorum = self.values.signature.variable("q", f"Quorum of {name}")
        self.values.signature.sorts[quorum.sort] = None
        inside = self.values.every(
            sort,
            lambda e: implies(quorum_has(self.values, quorum, e), self.truth(node.body, scope.bound(node.locals[0], e))),
            node.locals[0].name,
        )
        from checker.sorted.logic import quantified

        return quantified("exists", (quorum,), inside)

    def _folded(self, node: Quantifier, scope: Scope) -> Sym:
        known = self.listed(node, scope)
        if known is None or node.kind != "sum":
            raise Refused(f"`{node.kind}` over a sort of any size" if known is None else f"`{node.kind}`")
        return Scalar(
            _sum(ite(there, self.rank(node.body.type, self.value(node.body, inner)), number(0)) for there, inner in known)
        )


def quorum_has(values: Values, quorum: Term, e: Sym) -> Term:
    assert isinstance(e, Scalar)
    return values.signature.apply(f"{quorum.sort} has", (quorum, e.term), "Bool", "quorum")


def _sum(parts: object) -> Term:
    found: Term = number(0)
    for part in parts:  # type: ignore[attr-defined]
        found = part if value_of(found) == 0 else arithmetic("+", found, part)
    return found


def _at(operator: str, many: Many, k: int) -> Term:
    match operator:
        case "ge":
            return many.at_least(k)
        case "gt":
            return many.at_least(k + 1)
        case "lt":
            return negate(many.at_least(k))
        case "le":
            return negate(many.at_least(k + 1))
        case "eq":
            return conj(many.at_least(k), negate(many.at_least(k + 1)))
    return disj(negate(many.at_least(k)), many.at_least(k + 1))


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
