"""What quantifiers mean as formulas. What is counted over a sort of any size is said by so many elements, or a sum; majorities are quorums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from checker.elaborate.rewrite import may_fail
from checker.language.source import Span
from checker.language.types import BagOf, Int, MapOf, SeqOf, SetOf, Sort, Type
from checker.model.expr import Expr, FailureKind, Quantifier
from checker.sorted.logic import (
    FALSE,
    TRUE,
    App,
    Term,
    arithmetic,
    at_most,
    conj,
    disj,
    distinct,
    implies,
    ite,
    negate,
    number,
    quantified,
    substituted,
    summed,
    total,
)
from checker.sorted.refusals import Refused
from checker.sorted.scope import Failing, Scope
from checker.sorted.shapes import MOST_COUNTED, NOT_BY_FEW, BagV, Many, MapV, Scalar, SeqV, SetV, Sym
from checker.sorted.values import Values

if TYPE_CHECKING:
    from checker.sorted.expressions import Expressions

QUORUM, HAS = "Quorum of ", " has"  # the sort of quorums of a sort, and the function that says whether one has an element


def elements(made: Expressions, domain: Type | Expr, scope: Scope) -> tuple[Type, Callable[[Sym], Term]]:
    """The type of the elements of a domain, and what says of a value of it whether it is one of them."""
    if isinstance(domain, Type):
        return domain, lambda e: TRUE
    found = made.value(domain, scope)
    match domain.type, found:
        case (SetOf(of), SetV(has)):
            return of, has
        case (BagOf(of, _), BagV(count, _)):
            return of, lambda e: at_most(number(1), count(e))
        case (SeqOf(of, _), SeqV(length, items)):
            return of, lambda e: in_sequence(made, of, e, SeqV(length, items))
    raise TypeError(domain)


def in_sequence(made: Expressions, of: Type, e: Sym, sequence: SeqV) -> Term:
    places = enumerate(sequence.items)
    return disj(*(conj(at_most(number(i + 1), sequence.length), made.values.equal(of, e, item)) for i, item in places))


def every(made: Expressions, node: Quantifier, scope: Scope, says: Callable[[Scope], Term], place: int = 0) -> Term:
    """Whether `says` holds for all combinations of the locals, from `place` on."""
    if place == len(node.locals):
        return says(scope)
    local, domain = node.locals[place], node.domains[place]
    of, has = elements(made, domain, scope)
    if isinstance(domain, Type) or not isinstance(domain.type, SeqOf):
        return made.values.every(
            of,
            lambda e: implies(
                has(e), every(made, node, scope.bound(local, made.values.fitted(e, of, local.type)), says, place + 1)
            ),
            local.name,
        )
    sequence = made.value(domain, scope)
    assert isinstance(sequence, SeqV)
    parts = []
    for i, item in enumerate(sequence.items):
        inner = scope.bound(local, made.values.fitted(item, of, local.type))
        parts.append(implies(at_most(number(i + 1), sequence.length), every(made, node, inner, says, place + 1)))
    return conj(*parts)


def some(made: Expressions, node: Quantifier, scope: Scope, says: Callable[[Scope], Term]) -> Term:
    return negate(every(made, node, scope, lambda inner: negate(says(inner))))


def quantifier(made: Expressions, node: Quantifier, scope: Scope) -> Sym:
    _failures_inside(made, node, scope)
    quiet = replace(scope, failures=None, path=TRUE)
    match node.kind:
        case "all":
            return Scalar(every(made, node, quiet, lambda inner: made.truth(node.body, inner)))
        case "any":
            return Scalar(some(made, node, quiet, lambda inner: made.truth(node.body, inner)))
        case "those":
            _, has = elements(made, node.domains[0], quiet)
            return SetV(lambda e: conj(has(e), made.truth(node.body, quiet.bound(node.locals[0], e))))
        case "map":
            assert isinstance(node.type, MapOf)
            wanted = node.type.value
            return MapV(lambda k: made.fitted(node.body, wanted, quiet.bound(node.locals[0], k)))
        case "count":
            return _count(made, node, quiet)
        case "majority":
            return Scalar(_majority(made, node, quiet))
    return _folded(made, node, quiet)


def _failures_inside(made: Expressions, node: Quantifier, scope: Scope) -> None:
    """Collects how the evaluation of the domains or of the body may fail, for some values of the locals."""
    if scope.failures is None or not may_fail(node):
        return
    exact = node.kind not in ("all", "any")
    kinds: dict[tuple[FailureKind, Span | None], bool] = {}

    def inside(inner: Scope, wanted: tuple[FailureKind, Span | None] | None) -> Term:
        found: list[Failing] = []
        made.value(node.body, replace(inner, failures=found, path=TRUE))
        for one in found:
            kinds[one.kind, one.at] = kinds.get((one.kind, one.at), True) and one.exact
        return disj(*(one.condition for one in found if (one.kind, one.at) == wanted))

    for place, domain in enumerate(node.domains):
        if not isinstance(domain, Type) and may_fail(domain):
            if place:
                raise Refused("a domain that may have no value, after another domain")
            made.value(domain, scope)
    quiet = replace(scope, failures=None, path=TRUE)
    some(made, node, quiet, lambda inner: inside(inner, None))
    for kind, at in list(kinds):
        condition = some(made, node, quiet, lambda inner, wanted=(kind, at): inside(inner, wanted))  # type: ignore[misc]
        scope.fail(condition, kind, at, exact=exact and kinds[kind, at])


def listed(made: Expressions, node: Quantifier, scope: Scope, place: int = 0) -> list[tuple[Term, Scope]] | None:
    """All combinations of the locals, each with whether it is one, where they are few and known; else None."""
    if place == len(node.locals):
        return [(TRUE, scope)]
    local = node.locals[place]
    of, has = elements(made, node.domains[place], scope)
    known = made.values.finite(of)
    if known is None:
        return None
    found: list[tuple[Term, Scope]] = []
    for value in known:
        rest = listed(made, node, scope.bound(local, made.values.fitted(value, of, local.type)), place + 1)
        if rest is None:
            return None
        found += [(conj(has(value), condition), inner) for condition, inner in rest]
    return found


def _count(made: Expressions, node: Quantifier, scope: Scope) -> Sym:
    known = listed(made, node, scope)
    if known is not None:
        counted = [ite(conj(there, made.truth(node.body, inner)), number(1), number(0)) for there, inner in known]
        return Scalar(_listed_total(made, counted))
    one, none = number(1), number(0)
    return Many(
        MOST_COUNTED,
        lambda k: at_least(made, node, scope, k),
        lambda: sum_of(made, node, scope, lambda inner: ite(made.truth(node.body, inner), one, none)),
    )


def sum_of(made: Expressions, node: Quantifier, scope: Scope, part: Callable[[Scope], Term], place: int = 0) -> Term:
    """The sum of `part` over all combinations of the locals, from `place` on. Raises Refused for what can be neither listed nor summed up."""
    if place == len(node.locals):
        return part(scope)
    local = node.locals[place]
    of, has = elements(made, node.domains[place], scope)

    def at(value: Sym) -> Term:
        inner = scope.bound(local, made.values.fitted(value, of, local.type))
        return ite(has(value), sum_of(made, node, inner, part, place + 1), number(0))

    known = made.values.finite(of)
    if known is not None:
        return _listed_total(made, [at(value) for value in known])
    if not made.values.signature.is_free(of):
        raise Refused(f"`{node.kind}` over {of}")
    element = made.values.signature.variable(local.name, made.values.signature.sort_name(of))
    return summed((element,), at(Scalar(element)))


def _listed_total(made: Expressions, parts: Sequence[Term]) -> Term:
    """Their sum. What a step changes of it is said apart: of the one who is chosen, the difference; so a solver need not try all of them."""
    functions = made.values.signature.functions
    rest, changes = list[Term](), list[Term]()
    for part in parts:
        for atom in distinct(part):
            match atom:
                case App("=", (App(symbol, (), _, False), App(element=True))) if (
                    symbol in functions and functions[symbol].kind == "choice"
                ):
                    there, part = substituted(part, {atom: TRUE}), substituted(part, {atom: FALSE})
                    changes.append(ite(atom, arithmetic("-", there, part), number(0)))
        rest.append(part)
    return total([*rest, *changes])


def at_least(made: Expressions, node: Quantifier, scope: Scope, k: int) -> Term:
    """Whether `k` different combinations of the locals satisfy the body."""
    types = [local.type for local in node.locals]

    def more(found: tuple[tuple[Sym, ...], ...]) -> Term:
        if len(found) >= k:
            return TRUE

        def says(inner: Scope) -> Term:
            this = tuple(inner.registers[local.number] for local in node.locals)
            others = (
                disj(*(negate(made.values.equal(t, x, y)) for t, x, y in zip(types, this, other, strict=True))) for other in found
            )
            return conj(made.truth(node.body, inner), *others, more((*found, this)))

        return some(made, node, scope, says)

    return more(())


def _majority(made: Expressions, node: Quantifier, scope: Scope) -> Term:
    """More than half. Over a sort of any size: all of some quorum, where any two quorums have an agent in common.

    Each real majority is a quorum, and so is whoever holds more than half; that is all that is said of quorums.
    """
    known = listed(made, node, scope)
    if known is not None:
        size = total(ite(there, number(1), number(0)) for there, _ in known)
        ayes = total(ite(conj(there, made.truth(node.body, inner)), number(1), number(0)) for there, inner in known)
        return negate(at_most(arithmetic("*", number(2), ayes), size))
    sort = node.domains[0]
    if not isinstance(sort, Sort):
        raise Refused("a majority of something else than a whole role or ids")
    name = made.values.signature.sort_name(sort)
    quorum = made.values.signature.variable("q", f"{QUORUM}{name}")
    made.values.signature.sorts[quorum.sort] = None
    inside = made.values.every(
        sort,
        lambda e: implies(quorum_has(made.values, quorum, e), made.truth(node.body, scope.bound(node.locals[0], e))),
        node.locals[0].name,
    )

    return quantified("exists", (quorum,), inside)


def _folded(made: Expressions, node: Quantifier, scope: Scope) -> Sym:
    known = listed(made, node, scope)
    if node.kind != "sum":
        raise Refused(f"`{node.kind}` over any number of agents or things" if known is None else f"`{node.kind}`")

    def part(inner: Scope) -> Term:
        return made.rank(node.body.type, made.value(node.body, inner))

    if known is None:
        natural = isinstance(node.body.type, Int) and node.body.type.low >= 0

        def at_least(k: int) -> Term:
            return TRUE if k <= 0 else some(made, node, scope, lambda inner: at_most(number(1), part(inner)))

        return Many(1 if natural else NOT_BY_FEW, at_least, lambda: sum_of(made, node, scope, part))
    return Scalar(_listed_total(made, [ite(there, part(inner), number(0)) for there, inner in known]))


def quorum_has(values: Values, quorum: Term, e: Sym) -> Term:
    assert isinstance(e, Scalar)
    return values.signature.apply(f"{quorum.sort}{HAS}", (quorum, e.term), "Bool", "quorum")


def is_quorum(function: str) -> bool:
    """Whether this is the name of what says of an element whether a quorum has it."""
    return function.startswith(QUORUM) and function.endswith(HAS)
