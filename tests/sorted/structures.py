"""Formulas evaluated in one finite structure by going through everything: slow, obvious, without a solver.

A structure is a state of a model at one size. What a state does not fix (what an option holds that is none, the places of a sequence beyond its
length) gets values at random: no formula may depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from random import Random

from checker.language.types import (
    BagOf,
    Bool,
    Enum,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
    Value,
    element,
    sort_key,
    values,
)
from checker.model.model import Model
from checker.sorted.counterexample import cells, constant, listed
from checker.sorted.finite import QUORUM
from checker.sorted.logic import BOOL, INT, App, Quantified, Term, Var
from checker.sorted.shapes import BagV, MapV, Opt, Rec, Scalar, SeqV, SetV, Sym
from checker.sorted.system import Sorted


class Structure:
    """`sizes`: of the open sorts. The table gives functions at arguments their values; what is asked and not there is made up once."""

    def __init__(self, form: Sorted, model: Model, state: tuple[Value, ...], seed: int = 0) -> None:
        self.form = form
        self.sizes = {sort.name: sort.size for sort in model.sorts if sort.name in form.signature.free}
        self.random = Random(seed)
        self.table: dict[tuple[str, tuple[object, ...]], object] = {}
        for (type, cell), value in zip(cells(form, model), state, strict=True):
            self._enter(type, cell, value)

    def elements(self, sort: str) -> list[object]:
        if sort.startswith(QUORUM):
            members = self.elements(sort.removeprefix(QUORUM))
            most = range(len(members) // 2 + 1, len(members) + 1)
            return [frozenset(found) for size in most for found in combinations(members, size)]
        if sort in self.form.signature.enumerations:
            return list(self.form.signature.enumerations[sort])
        return [f"{sort}:{element(Sort(sort, i + 1), i)}" for i in range(self.sizes[sort])]

    def _enter(self, type: Type, cell: Sym, value: Value) -> None:
        """Enters what the value of a cell says of the functions that make it up."""
        match type, cell:
            case _, Scalar(term):
                self._set(term, _scalar(type, value))
            case Option(of), Opt(some, inner):
                self._set(some, value is not None)
                if value is not None:
                    self._enter(of, inner, value)
            case Record(_, fields), Rec(parts):
                for (_, t), part, v in zip(fields, parts, value, strict=True):
                    self._enter(t, part, v)
            case SetOf(of), SetV(has):
                for e in listed(of):
                    self._set(has(constant(self.form, of, e)), e in value)
            case MapOf(key, of), MapV(at):
                for k, v in zip(listed(key), value, strict=True):
                    self._enter(of, at(constant(self.form, key, k)), v)
            case SeqOf(of, _), SeqV(length, items):
                self._set(length, len(value))
                for item, v in zip(items, value, strict=False):
                    self._enter(of, item, v)
            case BagOf(of, _), BagV(count, size):
                self._set(size, len(value))
                for e in listed(of):
                    self._set(count(constant(self.form, of, e)), value.count(e))

    def _set(self, term: Term, value: object) -> None:
        assert isinstance(term, App)
        if term.element:  # the only value of its type
            return
        key = term.symbol, tuple(self.value(a, {}) for a in term.arguments)
        assert self.table.setdefault(key, value) == value, f"{key} is {self.table[key]} and {value}"

    def value(self, term: Term, known: dict[Term, object]) -> object:
        """The value of a term: a truth value, a number, or the name of an element. `known`: of variables and of constants."""
        match term:
            case Var():
                return known[term]
            case App() if term in known:
                return known[term]
            case App(symbol, (), sort, True):
                return symbol == "true" if sort == BOOL else int(symbol) if sort == INT else symbol
            case App("and", arguments):
                return all(self.value(a, known) for a in arguments)
            case App("or", arguments):
                return any(self.value(a, known) for a in arguments)
            case App("ite", (condition, then, orelse)):
                return self.value(then if self.value(condition, known) else orelse, known)
            case App(symbol, arguments):
                return self._applied(term, symbol, [self.value(a, known) for a in arguments])
            case Quantified(kind, variables, body):
                found = (
                    self.value(body, {**known, **dict(zip(variables, chosen, strict=True))})
                    for chosen in product(*(self.elements(v.sort) for v in variables))
                )
                return sum(found) if kind == "sum" else all(found) if kind == "forall" else any(found)  # type: ignore[arg-type]
        raise TypeError(term)

    def _applied(self, term: App, symbol: str, a: list) -> object:  # type: ignore[type-arg]
        match symbol:
            case "not":
                return not a[0]
            case "=":
                return a[0] == a[1]
            case "<=":
                return a[0] <= a[1]
            case "+":
                return sum(a)
            case "-":
                return a[0] - a[1]
            case "*":
                return a[0] * a[1]
            case "div":
                return a[0] // a[1] if a[1] else 0
            case "mod":
                return a[0] % a[1] if a[1] else 0
        if symbol.startswith(QUORUM) and symbol.endswith(" has"):
            return a[1] in a[0]
        function = self.form.signature.functions.get(symbol)
        if function is not None and function.kind == "order":
            ordered = self.elements(function.arguments[0] if function.arguments else function.result)
            place = ordered.index(a[0]) if a else 0
            match symbol.rsplit(" ", 1)[1]:
                case "order":
                    return place <= ordered.index(a[1])
                case "first":
                    return ordered[0]
                case "last":
                    return ordered[-1]
                case "next" if place + 1 < len(ordered):
                    return ordered[place + 1]
                case "previous" if place > 0:
                    return ordered[place - 1]
        return self.table.setdefault((symbol, tuple(a)), self.anything(term.sort))

    def anything(self, sort: str) -> object:
        if sort == BOOL:
            return self.random.random() < 0.5
        return self.random.randrange(3) if sort == INT else self.random.choice(self.elements(sort))

    def domain(self, sort: str, numbers: Iterable[int]) -> list[object]:
        return [False, True] if sort == BOOL else list(numbers) if sort == INT else self.elements(sort)


def _scalar(type: Type, value: Value) -> object:
    match type:
        case Bool() | Int():
            return value
        case Enum(name, members):
            return f"{name}:{members[value]}"
        case Sort(name):
            return f"{name}:{element(type, value)}"
    raise TypeError(type)


def as_text(value: object) -> str:
    """As `state_of` reads values: `true`, a number, the name of an element."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def random_value(type: Type, random: Random) -> Value:
    """A value of `type`, collections mostly small."""
    match type:
        case BagOf(of, most):
            found = [random_value(of, random) for _ in range(random.randint(0, most))]
            return tuple(sorted(found, key=sort_key))
        case SeqOf(of, most):
            return tuple(random_value(of, random) for _ in range(random.randint(0, most)))
        case SetOf(of):
            return frozenset(v for v in values(of) if random.random() < 0.5)
        case Record(_, fields):
            return tuple(random_value(t, random) for _, t in fields)
        case Option(of):
            return None if random.random() < 0.4 else random_value(of, random)
        case MapOf(key, of):
            return tuple(random_value(of, random) for _ in values(key))
    return random.choice(list(values(type)))


def random_states(model: Model, random: Random) -> Iterator[tuple[Value, ...]]:
    while True:
        yield tuple(random_value(v.type, random) for v in model.variables for _ in range(v.cells))
