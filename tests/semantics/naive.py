"""The meaning of expressions and bodies once more, by plain recursion over the tree, with nothing shared with the interpreter.

It is slow and short: what it says is meant to be seen to be right. A body is a function from one (cells, locals) to the list of its ends.
"""

from __future__ import annotations

import operator
from itertools import combinations, permutations, product
from typing import Any

from checker.language.types import Int, MapOf, Type, sort_key, values
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import (
    Assert,
    Assign,
    Body,
    Choose,
    Either,
    For,
    If,
    Let,
    Mark,
    Note,
    Require,
    Statement,
    Variable,
    While,
)


class Fails(Exception):
    """The evaluation fails with this kind."""


Cells = tuple[Any, ...]
Locals = dict[int, Any]
# cells, locals, kind of the failure or None, marks, choices
End = tuple[Cells, Locals, str | None, tuple[str, ...], tuple[tuple[str, Any], ...]]


def value(expr: Expr, cells: Cells, locals: Locals, old: Cells = ()) -> Any:
    """The value of `expr`. Raises Fails."""
    match expr:
        case Const():
            return expr.value
        case Local():
            return locals[expr.number]
        case Read():
            key = tuple(value(index, cells, locals, old) for index in expr.indices)
            return (old if expr.old else cells)[cell(expr.variable, key)]
        case Quantifier():
            return quantified(expr, cells, locals, old)
        case Apply():
            return applied(expr, cells, locals, old)


def cell(variable: Variable, key: tuple[Any, ...]) -> int:
    keys = list(product(*(list(values(t)) for t in variable.index)))
    if key not in keys:
        raise Fails("key")
    return variable.offset + keys.index(key)


def domain(of: Type | Expr, cells: Cells, locals: Locals, old: Cells = ()) -> list[Any]:
    if isinstance(of, Type):
        return list(values(of))
    return sorted(set(value(of, cells, locals, old)), key=sort_key)


def combinations_of(node: Quantifier, cells: Cells, locals: Locals, old: Cells) -> Any:
    """Each way to bind the locals, the last varying fastest."""

    def bind(place: int, bound: Locals) -> Any:
        if place == len(node.locals):
            yield bound
            return
        for item in domain(node.domains[place], cells, bound, old):
            yield from bind(place + 1, {**bound, node.locals[place].number: item})

    return bind(0, locals)


def quantified(node: Quantifier, cells: Cells, locals: Locals, old: Cells) -> Any:
    def bodies() -> Any:
        return (value(node.body, cells, bound, old) for bound in combinations_of(node, cells, locals, old))

    match node.kind:
        case "all":
            return all(bodies())
        case "any":
            return any(bodies())
        case "count":
            return list(bodies()).count(True)
        case "sum":
            return sum(bodies())
        case "min" | "max":
            found = list(bodies())
            if not found:
                raise Fails("empty")
            return min(found) if node.kind == "min" else max(found)
        case "majority":
            found = list(bodies())
            return found.count(True) > len(found) / 2
        case "map":
            return tuple(bodies())
        case "those":
            number = node.locals[0].number
            every = list(combinations_of(node, cells, locals, old))
            return frozenset(bound[number] for bound in every if value(node.body, cells, bound, old))


def applied(node: Apply, cells: Cells, locals: Locals, old: Cells) -> Any:
    def of(place: int) -> Any:
        return value(node.arguments[place], cells, locals, old)

    name = node.operator
    match name:
        case "and":
            return all(of(i) for i in range(len(node.arguments)))
        case "or":
            return any(of(i) for i in range(len(node.arguments)))
        case "implies":
            return of(1) if of(0) else True
        case "if":
            return of(1) if of(0) else of(2)
    return operated(node, [of(i) for i in range(len(node.arguments))])


def operated(node: Apply, given: list[Any]) -> Any:
    """The value of a strict operator on values."""
    types = [argument.type for argument in node.arguments]
    match node.operator, given:
        case "not", [a]:
            return a is False
        case "eq", [a, b]:
            return a == b
        case "ne", [a, b]:
            return operator.ne(a, b)
        case "lt", [a, b]:
            return a < b
        case "le", [a, b]:
            return not b < a
        case "gt", [a, b]:
            return b < a
        case "ge", [a, b]:
            return not a < b
        case "add", [a, b]:
            return a - -b
        case "sub", [a, b]:
            return a + -b
        case "mul", [a, b]:
            return sum([a] * abs(b)) * (1 if b >= 0 else -1)
        case "floordiv" | "mod", [a, b]:
            if b == 0:
                raise Fails("division")
            quotient = next(q for n in range(1000) for q in (n, -n) if 0 <= (a - q * b) * (1 if b > 0 else -1) < abs(b))
            return quotient if node.operator == "floordiv" else a - quotient * b
        case "neg", [a]:
            return 0 - a
        case "min", [a, b]:
            return a if a < b else b
        case "max", [a, b]:
            return a if a > b else b
        case "next" | "previous" | "next_in_ring" | "index", [a]:
            order = list(values(types[0]))
            place = order.index(a)
            if node.operator == "index":
                return place
            place += -1 if node.operator == "previous" else 1
            if node.operator == "next_in_ring":
                return order[place % len(order)]
            if place not in range(len(order)):
                raise Fails("range")
            return order[place]
        case "narrow", [a]:
            if not in_type(node.type, a):
                raise Fails("range")
            return a
        case "unwrap", [a]:
            if a is None:
                raise Fails("none")
            return a
    return of_collections(node, types, given)


def in_type(type: Type, a: Any) -> bool:
    if isinstance(type, Int):
        return a is not None and a in range(type.low, type.high + 1)
    return a in list(values(type))


def of_collections(node: Apply, types: list[Type], given: list[Any]) -> Any:
    match node.operator, given:
        case "set", _:
            return frozenset(given)
        case "in_set", [a, b]:
            return any(a == x for x in b)
        case "subset", [a, b]:
            return all(x in b for x in a)
        case "union", [a, b]:
            return frozenset([*a, *b])
        case "intersect", [a, b]:
            return frozenset(x for x in a if x in b)
        case "minus", [a, b]:
            return frozenset(x for x in a if x not in b)
        case "size", [a]:
            return sum(1 for _ in a)
        case "seq" | "map" | "record", _:
            return tuple(given)
        case "in_seq", [a, b]:
            return any(a == x for x in b)
        case "concat", [a, b]:
            return (*a, *b)
        case "append", [a, b]:
            return (*a, b)
        case (("first" | "last" | "rest" | "butlast"), [a]):
            if a == ():
                raise Fails("empty")
            return {"first": a[0], "last": a[len(a) - 1], "rest": a[1:], "butlast": a[: len(a) - 1]}[node.operator]
        case (("item" | "without"), [a, b]):
            if b not in range(len(a)):
                raise Fails("key")
            return a[b] if node.operator == "item" else tuple(x for i, x in enumerate(a) if i != b)
        case "replace", [a, b, c]:
            if b not in range(len(a)):
                raise Fails("key")
            return tuple(c if i == b else x for i, x in enumerate(a))
        case (("get" | "put"), [a, key, *rest]):
            assert isinstance(types[0], MapOf)
            entries = dict(zip(values(types[0].key), a, strict=True))
            if key not in entries:
                raise Fails("key")
            return entries[key] if node.operator == "get" else tuple({**entries, key: rest[0]}.values())
        case "field", [a, b]:
            return a[b]
        case "with_field", [a, b, c]:
            return tuple(c if i == b else x for i, x in enumerate(a))
        case "bag_add", [a, b]:
            return tuple(sorted([*a, b], key=sort_key))
        case "bag_remove", [a, b]:
            if b not in a:
                raise Fails("key")
            left = list(a)
            left.remove(b)
            return tuple(left)
    raise ValueError(node.operator)


# --- bodies ------------------------------------------------------------------------------------------------------


def run(body: Body, ends: list[End]) -> list[End]:
    """The ends of `body` after each of `ends`."""
    for statement in body:
        ends = [after for end in ends for after in ([end] if end[2] is not None else one(statement, end))]
    return ends


def one(statement: Statement, end: End) -> list[End]:
    cells, locals, _, marks, choices = end
    try:
        match statement:
            case Let():
                found = value(statement.value, cells, locals)
                return [(cells, {**locals, statement.local.number: found}, None, marks, choices)]
            case Assign():
                found = value(statement.value, cells, locals)
                place = cell(statement.variable, tuple(value(index, cells, locals) for index in statement.indices))
                return [((*cells[:place], found, *cells[place + 1 :]), locals, None, marks, choices)]
            case If():
                return run(statement.then if value(statement.condition, cells, locals) else statement.orelse, [end])
            case Assert():
                if not value(statement.condition, cells, locals):
                    raise Fails(statement.kind)
                return [end]
            case Require():
                return [end] if value(statement.condition, cells, locals) else []
            case Note():
                return [end]
            case Mark():
                holds = statement.mark not in marks
                if holds and statement.condition is not None:
                    holds = value(statement.condition, cells, locals)
                return [(cells, locals, None, (*marks, statement.mark) if holds else marks, choices)]
            case While():
                return loop(statement, end, statement.limit)
            case For():
                return over(statement, end)
            case Either():
                return [
                    after
                    for number, branch in enumerate(statement.branches, 1)
                    for after in run(branch, [(cells, locals, None, marks, (*choices, ("either", number)))])
                ]
            case Choose():
                return [after for item in domain(statement.domain, cells, locals) for after in chosen(statement, item, end)]
    except Fails as failure:
        return [(cells, locals, str(failure), marks, choices)]
    raise TypeError(statement)


def chosen(statement: Choose, item: Any, end: End) -> list[End]:
    cells, locals, _, marks, choices = end
    bound = {**locals, statement.local.number: item}
    more = (*choices, (statement.local.name, item))
    try:
        if statement.where is not None and not value(statement.where, cells, bound):
            return []
    except Fails as failure:
        return [(cells, bound, str(failure), marks, more)]
    return [(cells, bound, None, marks, more)]


def loop(statement: While, end: End, left: int) -> list[End]:
    cells, locals, _, marks, choices = end
    try:
        if not value(statement.condition, cells, locals):
            return [end]
        if left == 0:
            raise Fails("bound")
    except Fails as failure:
        return [(cells, locals, str(failure), marks, choices)]
    return [
        last
        for after in run(statement.body, [end])
        for last in ([after] if after[2] is not None else loop(statement, after, left - 1))
    ]


def over(statement: For, end: End) -> list[End]:
    items = domain(statement.domain, end[0], end[1])
    if not statement.independent and depends_on_order(statement, items, end):
        raise Fails("order")
    return [
        (cells, {n: x for n, x in locals.items() if n in end[1]}, failure, marks, choices)  # what a loop binds ends with it
        for cells, locals, failure, marks, choices in in_order(statement, items, [end])
    ]


def in_order(statement: For, items: Any, ends: list[End]) -> list[End]:
    number = statement.local.number
    for item in items:
        ends = [
            after
            for cells, locals, failure, marks, choices in ends
            for after in (
                [(cells, locals, failure, marks, choices)]
                if failure is not None
                else run(statement.body, [(cells, {**locals, number: item}, None, marks, choices)])
            )
        ]
    return ends


def depends_on_order(statement: For, items: list[Any], end: End) -> bool:
    """By the definition: every subset, in every order."""
    outside = set(end[1])

    def results(order: Any) -> frozenset[Any]:
        return frozenset(
            failure
            if failure is not None
            else (cells, frozenset(marks), tuple(sorted((n, x) for n, x in locals.items() if n in outside)))
            for cells, locals, failure, marks, _ in in_order(statement, order, [end])
        )

    return any(
        len({results(order) for order in permutations(subset)}) > 1
        for size in range(2, len(items) + 1)
        for subset in combinations(items, size)
    )
