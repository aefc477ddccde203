"""Formulas of first-order logic with sorts, and how they are made: simplified where that is free, so that queries stay small.

A sort is a name: "Bool", "Int", an enumeration whose elements are known (`Enumeration`), or a sort of any size of at least one. A term is a
variable, an application of a symbol, a quantified formula, or a sum over all elements; `and`, `or`, `not`, `=`, `ite`, `+`, `<=` ... are symbols
like others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import Literal, TypeAlias, final

from msgspec import Struct
from msgspec.structs import replace

BOOL, INT = "Bool", "Int"
KEPT = 50_000  # terms of which is kept what was found out about them: questions about one protocol are made of the same ones


@final
class Var(Struct, frozen=True, cache_hash=True):
    name: str
    sort: str


@final
class App(Struct, frozen=True, cache_hash=True):
    """A symbol with its arguments; a constant has none. `element`: it is an element of an enumeration (its name) or a number."""

    symbol: str
    arguments: tuple[Term, ...]
    sort: str
    element: bool = False


@final
class Quantified(Struct, frozen=True, cache_hash=True):
    """A formula over all elements, or over some; a `sum` is a number: what the numbers of all elements are together."""

    kind: Binding
    variables: tuple[Var, ...]
    body: Term

    @property
    def sort(self) -> str:
        return INT if self.kind == "sum" else BOOL


Term: TypeAlias = Var | App | Quantified
Bound: TypeAlias = tuple[tuple[Var, Term], ...]
Binding: TypeAlias = Literal["forall", "exists", "sum"]

TRUE, FALSE = App("true", (), BOOL, True), App("false", (), BOOL, True)
CONNECTIVES = frozenset({"and", "or", "not", "ite", "=", "+", "-", "*", "<=", "div", "mod"})


def truth(value: bool) -> App:
    return TRUE if value else FALSE


def number(value: int) -> App:
    return App(str(value), (), INT, True)


def value_of(term: Term) -> int | None:
    """The number that `term` is, where it is one."""
    return int(term.symbol) if isinstance(term, App) and term.element and term.sort == INT else None


def conj(*terms: Term) -> Term:
    kept: dict[Term, None] = {}
    for term in terms:
        for part in term.arguments if isinstance(term, App) and term.symbol == "and" else (term,):
            if part == FALSE:
                return FALSE
            if part != TRUE:
                kept[part] = None
    if any(negate(part) in kept for part in kept):
        return FALSE
    return _joined("and", kept, TRUE)


def disj(*terms: Term) -> Term:
    kept: dict[Term, None] = {}
    for term in terms:
        for part in term.arguments if isinstance(term, App) and term.symbol == "or" else (term,):
            if part == TRUE:
                return TRUE
            if part != FALSE:
                kept[part] = None
    if any(negate(part) in kept for part in kept):
        return TRUE
    return _joined("or", kept, FALSE)


def _joined(symbol: str, parts: Iterable[Term], empty: Term) -> Term:
    found = tuple(parts)
    if len(found) < 2:
        return found[0] if found else empty
    return App(symbol, found, BOOL)


def negate(term: Term) -> Term:
    if term == TRUE:
        return FALSE
    if term == FALSE:
        return TRUE
    if isinstance(term, App) and term.symbol == "not":
        return term.arguments[0]
    return App("not", (term,), BOOL)


def implies(left: Term, right: Term) -> Term:
    return disj(negate(left), right)


def ite(condition: Term, then: Term, orelse: Term) -> Term:
    if condition == TRUE or then == orelse:
        return then
    if condition == FALSE:
        return orelse
    if then.sort == BOOL:
        if TRUE in (then, orelse) or FALSE in (then, orelse):
            return conj(disj(negate(condition), then), disj(condition, orelse))
        return disj(conj(condition, then), conj(negate(condition), orelse))
    return App("ite", (condition, then, orelse), then.sort)


def equal(left: Term, right: Term) -> Term:
    """`left = right`; a choice on one side is drawn out, so that elements of enumerations meet and the equality is known."""
    if left == right:
        return TRUE
    if left.sort == BOOL:
        return _iff(left, right)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, App) and one.symbol == "ite":
            condition, then, orelse = one.arguments
            return ite(condition, equal(then, other), equal(orelse, other))
    if isinstance(left, App) and isinstance(right, App) and left.element and right.element:
        return FALSE
    first, second = (right, left) if isinstance(left, App) and left.element else (left, right)
    return App("=", (first, second), BOOL)


def _iff(left: Term, right: Term) -> Term:
    for one, other in ((left, right), (right, left)):
        if one == TRUE:
            return other
        if one == FALSE:
            return negate(other)
    return conj(implies(left, right), implies(right, left))


def at_most(left: Term, right: Term) -> Term:
    """`left <= right` of numbers."""
    a, b = value_of(left), value_of(right)
    if a is not None and b is not None:
        return truth(a <= b)
    for place, one in enumerate((left, right)):
        if isinstance(one, App) and one.symbol == "ite" and (b if place == 0 else a) is not None:
            condition, then, orelse = one.arguments
            if place == 0:
                return ite(condition, at_most(then, right), at_most(orelse, right))
            return ite(condition, at_most(left, then), at_most(left, orelse))
    return App("<=", (left, right), BOOL)


def arithmetic(symbol: str, left: Term, right: Term) -> Term:
    """`symbol` is one of + - * div mod; `div` and `mod` by a positive number are those of the language."""
    a, b = value_of(left), value_of(right)
    if a is not None and b is not None and (symbol not in ("div", "mod") or b > 0):
        return number({"+": a + b, "-": a - b, "*": a * b, "div": a // max(b, 1), "mod": a % max(b, 1)}[symbol])
    if symbol in ("+", "-") and b == 0:
        return left
    return App(symbol, (left, right), INT)


def total(parts: Iterable[Term]) -> Term:
    """The sum of numbers."""
    found: Term = number(0)
    for part in parts:
        found = part if value_of(found) == 0 else arithmetic("+", found, part)
    return found


def summed(variables: tuple[Var, ...], body: Term) -> Term:
    """The sum of `body` over all elements: of parts the sum of theirs, so that what is said of one sum helps with others."""
    match body:
        case App("+" | "-" as symbol, (left, right)):
            return arithmetic(symbol, summed(variables, left), summed(variables, right))
        case App("*", (factor, other)) | App("*", (other, factor)) if value_of(factor) is not None:
            return arithmetic("*", factor, summed(variables, other))
        case Quantified("sum", inner, part):
            return Quantified("sum", variables + inner, part)
    return body if value_of(body) == 0 else Quantified("sum", variables, body)


def quantified(kind: Binding, variables: Iterable[Var], body: Term) -> Term:
    """The quantified formula, over those variables that `body` speaks of: one that it does not speak of makes solvers slow."""
    if kind == "sum":
        return summed(tuple(variables), body)
    free = free_variables(body)
    kept = tuple(v for v in variables if v in free)
    if not kept:
        return body
    if isinstance(body, Quantified) and body.kind == kind:
        return Quantified(kind, kept + body.variables, body.body)
    return Quantified(kind, kept, body)


@lru_cache(KEPT)
def free_variables(term: Term) -> frozenset[Var]:
    match term:
        case Var():
            return frozenset({term})
        case App(arguments=arguments):
            return frozenset[Var]().union(*map(free_variables, arguments)) if arguments else frozenset()
        case Quantified(variables=variables, body=body):
            return free_variables(body) - set(variables)


def bound_in(term: Term, known: dict[Var, Term]) -> Bound:
    """What of `known` the term speaks of: with equal values it is the same term."""
    return tuple((v, known[v]) for v in free_variables(term) if v in known)


def nodes(term: Term) -> Iterator[Term]:
    """Every node, the term itself first."""
    yield term
    match term:
        case App(arguments=arguments):
            for argument in arguments:
                yield from nodes(argument)
        case Quantified(body=body):
            yield from nodes(body)
        case Var():
            pass


@lru_cache(KEPT)
def distinct(term: Term) -> tuple[Term, ...]:
    """Every node once, in the order in which `nodes` comes to them."""
    match term:
        case App(arguments=arguments) if arguments:
            return tuple(dict.fromkeys((term, *(node for argument in arguments for node in distinct(argument)))))
        case Quantified(body=body):
            return tuple(dict.fromkeys((term, *distinct(body))))
    return (term,)


@lru_cache(KEPT)
def symbols(term: Term) -> frozenset[str]:
    """The symbols in it; elements are none."""
    return frozenset(symbol for _, symbol in mentioned(term))


@lru_cache(KEPT)
def mentioned(term: Term) -> tuple[tuple[str, str], ...]:
    """Each once, in the order in which `nodes` comes to it: a sort, and the symbol that is of it ("" of elements and variables)."""
    match term:
        case Var():
            return ()
        case App(symbol, arguments, sort, element):
            own = [(sort, "" if element else symbol)]
        case Quantified(variables=variables, body=body):
            own, arguments = [(v.sort, "") for v in variables], (body,)
    return tuple(dict.fromkeys([*own, *(one for argument in arguments for one in mentioned(argument))]))


def substituted(term: Term, values: dict[Term, Term]) -> Term:
    """`term` with variables and constants replaced, and simplified again."""
    known = values.get(term)
    if known is not None:
        return known
    match term:
        case App(arguments=arguments) if arguments:
            return rebuilt(term, tuple(substituted(argument, values) for argument in arguments))
        case Quantified(kind, variables, body):
            return quantified(kind, variables, substituted(body, values))
    return term


def rebuilt(term: App, arguments: tuple[Term, ...]) -> Term:
    """`term` with other arguments, simplified."""
    build = _BUILDERS.get(term.symbol)
    return replace(term, arguments=arguments) if build is None else build(*arguments)


_BUILDERS: dict[str, Callable[..., Term]] = {
    "and": conj,
    "or": disj,
    "not": negate,
    "ite": ite,
    "=": equal,
    "<=": at_most,
    **{symbol: partial(arithmetic, symbol) for symbol in ("+", "-", "*", "div", "mod")},
}


@lru_cache(KEPT)
def normal(term: Term, positive: bool = True) -> Term:
    """`term` (or its negation) as an equivalent formula with negations in front of atoms only."""
    match term:
        case App("not", (argument,)):
            return normal(argument, not positive)
        case App("and" | "or" as symbol, arguments):
            join = conj if (symbol == "and") == positive else disj
            return join(*(normal(argument, positive) for argument in arguments))
        case Quantified("forall" | "exists" as kind, variables, body):
            other: Binding = "exists" if kind == "forall" else "forall"
            return quantified(kind if positive else other, variables, normal(body, positive))
    return term if positive else negate(term)
