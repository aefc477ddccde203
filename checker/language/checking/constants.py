"""The value of a typed expression that reads no state: constants, ranges, initial values, the values that an instance gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from checker.language import tree
from checker.language.checked import Bound, Builtin, Constant, Def, RecordMaker, TypeName
from checker.language.checking import limits
from checker.language.checking.context import Context
from checker.language.source import Span
from checker.language.types import MapOf, Record, SeqOf, SetOf, Type, Value, cardinality, contains, position, values

Environment = dict[str, Value]


class Unknown(Exception):
    """The expression needs `name`, which is not known before the run."""

    def __init__(self, span: Span, name: str) -> None:
        self.span, self.name = span, name
        super().__init__(name)


class NoValue(Exception):
    """The expression has no value: a division by zero, `x!` of none, the first of nothing."""

    def __init__(self, span: Span, why: str) -> None:
        self.span, self.why = span, why
        super().__init__(why)


def fit(value: Value, given: Type, wanted: Type) -> Value:
    """A value of `given` as a value of `wanted`, which it fits: plain values are spread over maps. Bounds are not checked."""
    if isinstance(wanted, MapOf) and not isinstance(given, MapOf):
        return (fit(value, given, wanted.value),) * cardinality(wanted.key)
    if isinstance(wanted, MapOf) and isinstance(given, MapOf) and given.value != wanted.value:
        return tuple(fit(v, given.value, wanted.value) for v in value)
    return value


def evaluate(ctx: Context, node: tree.Expr, names: Environment) -> Value:
    """The value of `node` under `names`. Raises Unknown and NoValue."""
    return _RULES[type(node)](ctx, node, names)


def evaluate_as(ctx: Context, node: tree.Expr, wanted: Type, names: Environment) -> Value:
    return fit(evaluate(ctx, node, names), ctx.checked.types[id(node)], wanted)


def elements(ctx: Context, domain: tree.Expr, names: Environment) -> list[Value]:
    """The values of a domain, a type or a set, in order."""
    symbol = ctx.checked.symbols.get(id(domain))
    if isinstance(symbol, TypeName):
        if limits.count(symbol.type) > limits.MOST_CHOICES:
            raise NoValue(domain.span, f"{symbol.type} has too many values to go through")
        return _listed(symbol.type)
    of = ctx.checked.types[id(domain)]
    assert isinstance(of, SetOf)
    return sorted(evaluate(ctx, domain, names), key=lambda v: position(of.of).get(v, -1))


@lru_cache(maxsize=16)
def _listed(type: Type) -> list[Value]:
    return list(values(type))


# --- leaves ------------------------------------------------------------------------------------------------------


def _name(ctx: Context, node: tree.Name, names: Environment) -> Value:
    symbol = ctx.checked.symbols.get(id(node))
    if isinstance(symbol, Constant):
        return symbol.value
    if isinstance(symbol, Bound) and symbol.name in names:
        return names[symbol.name]
    raise Unknown(node.span, node.name)


def _field(ctx: Context, node: tree.Field, names: Environment) -> Value:
    symbol = ctx.checked.symbols.get(id(node))
    if isinstance(symbol, Constant):
        return symbol.value
    of = ctx.checked.types.get(id(node.of))
    if isinstance(of, Record):
        return evaluate(ctx, node.of, names)[of.position(node.name)]
    raise Unknown(node.span, node.name)


def _index(ctx: Context, node: tree.Index, names: Environment) -> Value:
    of, key = evaluate(ctx, node.of, names), evaluate(ctx, node.key, names)
    of_type = ctx.checked.types[id(node.of)]
    if isinstance(of_type, MapOf):
        place = position(of_type.key).get(key)
    else:
        place = key if 0 <= key < len(of) else None
    if place is None:
        raise NoValue(node.key.span, f"there is nothing at {key}")
    return of[place]


def _unwrap(ctx: Context, node: tree.Unwrap, names: Environment) -> Value:
    value = evaluate(ctx, node.operand, names)
    if value is None:
        raise NoValue(node.span, "`!` of none")
    return value


def _is(ctx: Context, node: tree.Expr, names: Environment) -> Value:
    raise Unknown(node.span, "what an agent does")


# --- operators -----------------------------------------------------------------------------------------------------


def _unary(ctx: Context, node: tree.Unary, names: Environment) -> Value:
    value = evaluate(ctx, node.operand, names)
    return not value if node.operator == "not" else -value


_PLAIN: dict[str, Callable[[Any, Any], Value]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
    "subset": lambda a, b: a <= b,
    "|": lambda a, b: a | b,
    "&": lambda a, b: a & b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def _binary(ctx: Context, node: tree.Binary, names: Environment) -> Value:
    left = evaluate(ctx, node.left, names)
    match node.operator:
        case "and":
            return left and evaluate(ctx, node.right, names)
        case "or":
            return left or evaluate(ctx, node.right, names)
        case "implies":
            return not left or evaluate(ctx, node.right, names)
    right = evaluate(ctx, node.right, names)
    if node.operator in ("//", "%"):
        if right == 0:
            raise NoValue(node.span, "it divides by 0")
        return left // right if node.operator == "//" else left % right
    return _PLAIN[node.operator](left, right)


def _conditional(ctx: Context, node: tree.Conditional, names: Environment) -> Value:
    return evaluate(ctx, node.then if evaluate(ctx, node.condition, names) else node.orelse, names)


# --- quantifiers and literals -----------------------------------------------------------------------------------------


def _bodies(ctx: Context, binders: tuple[tree.Binder, ...], body: tree.Expr, names: Environment) -> Iterator[Value]:
    if not binders:
        yield evaluate(ctx, body, names)
        return
    for value in elements(ctx, binders[0].domain, names):
        ctx.bound += 1
        if ctx.bound > limits.MOST_BOUND:
            raise NoValue(body.span, f"with more than {limits.MOST_BOUND:,} values to go through it takes too long")
        yield from _bodies(ctx, binders[1:], body, {**names, binders[0].name: value})


def _quantifier(ctx: Context, node: tree.Quantifier, names: Environment) -> Value:
    found = _bodies(ctx, node.binders, node.body, names)
    match node.kind:
        case "all":
            return all(found)
        case "any":
            return any(found)
        case "count" | "sum":
            return sum(found)
        case "majority":
            answers = list(found)
            return 2 * sum(answers) > len(answers)
        case "those":
            return frozenset(e for e, p in zip(elements(ctx, node.binders[0].domain, names), found, strict=True) if p)
        case "min" | "max":
            numbers = list(found)
            if not numbers:
                raise NoValue(node.span, f"it is the {node.kind} of nothing")
            return min(numbers) if node.kind == "min" else max(numbers)


def _braces(ctx: Context, node: tree.Braces, names: Environment) -> Value:
    own = ctx.checked.types[id(node)]
    if isinstance(own, MapOf):
        return ()
    assert isinstance(own, SetOf)
    return frozenset(evaluate_as(ctx, item, own.of, names) for item in node.items)


def _map(ctx: Context, node: tree.MapLiteral, names: Environment) -> Value:
    own = ctx.checked.types[id(node)]
    assert isinstance(own, MapOf)
    entries = {evaluate(ctx, k, names): evaluate_as(ctx, v, own.value, names) for k, v in node.entries}
    return tuple(entries[key] for key in values(own.key))


def _comprehension(ctx: Context, node: tree.MapComprehension, names: Environment) -> Value:
    own = ctx.checked.types[id(node)]
    assert isinstance(own, MapOf)
    return tuple(evaluate_as(ctx, node.value, own.value, {**names, node.binder.name: key}) for key in values(own.key))


def _sequence(ctx: Context, node: tree.SeqLiteral, names: Environment) -> Value:
    own = ctx.checked.types[id(node)]
    assert isinstance(own, SeqOf)
    return tuple(evaluate_as(ctx, item, own.of, names) for item in node.items)


# --- calls -------------------------------------------------------------------------------------------------------------


def _call(ctx: Context, node: tree.Call, names: Environment) -> Value:
    match ctx.checked.symbols[id(node)]:
        case Def(name):
            info = ctx.checked.defs[name]
            inner: Environment = {}
            for (parameter, type), argument in zip(info.parameters, node.arguments, strict=True):
                inner[parameter] = evaluate_as(ctx, argument, type, names)
                if not contains(type, inner[parameter]):
                    raise NoValue(argument.span, f"it is outside {type}")
            return evaluate(ctx, info.body, inner)
        case RecordMaker():
            own = ctx.checked.types[id(node)]
            assert isinstance(own, Record)
            given = {a.name: a.value for a in node.named}
            return tuple(evaluate_as(ctx, given[field], type, names) for field, type in own.fields)
        case Builtin(name):
            return _builtin(ctx, node, name, names)
    raise Unknown(node.span, node.name)


def _builtin(ctx: Context, node: tree.Call, name: str, names: Environment) -> Value:
    if name in ("waiting", "old"):
        raise Unknown(node.span, name)
    symbol = ctx.checked.symbols.get(id(node.arguments[0]))
    if isinstance(symbol, TypeName):
        size = cardinality(symbol.type)
        if size == 0:
            raise NoValue(node.span, f"{symbol.type} is empty")
        return 0 if name == "first" else size - 1
    given = [evaluate(ctx, argument, names) for argument in node.arguments]
    if name in ("next", "previous", "next_in_ring"):
        return _neighbour(ctx, node, name, given[0])
    if name in ("first", "last", "rest", "butlast") and not given[0]:
        raise NoValue(node.span, f"the {name} of an empty sequence")
    return _BUILTINS[name](given)


_BUILTINS: dict[str, Callable[[list[Any]], Value]] = {
    "min": min,
    "max": max,
    "len": lambda given: len(given[0]),
    "first": lambda given: given[0][0],
    "last": lambda given: given[0][-1],
    "rest": lambda given: given[0][1:],
    "butlast": lambda given: given[0][:-1],
    "append": lambda given: (*given[0], given[1]),
    "without": lambda given: _without(*given),
    "index": lambda given: given[0],
}


def _without(items: tuple[Value, ...], item: Value) -> tuple[Value, ...]:
    place = items.index(item) if item in items else len(items)
    return items[:place] + items[place + 1 :]


def _neighbour(ctx: Context, node: tree.Call, name: str, value: int) -> Value:
    size = cardinality(ctx.checked.types[id(node)])
    if name == "next_in_ring":
        return (value + 1) % size
    found = value + 1 if name == "next" else value - 1
    if not 0 <= found < size:
        raise NoValue(node.span, f"there is no {name} one")
    return found


_RULES: dict[type[tree.Expr], Callable[[Context, Any, Environment], Value]] = {
    tree.Number: lambda ctx, node, names: node.value,
    tree.Truth: lambda ctx, node, names: node.value,
    tree.NoneValue: lambda ctx, node, names: None,
    tree.Name: _name,
    tree.Field: _field,
    tree.Index: _index,
    tree.Unwrap: _unwrap,
    tree.Unary: _unary,
    tree.Binary: _binary,
    tree.Conditional: _conditional,
    tree.Quantifier: _quantifier,
    tree.Braces: _braces,
    tree.MapLiteral: _map,
    tree.MapComprehension: _comprehension,
    tree.SeqLiteral: _sequence,
    tree.Call: _call,
    tree.Is: _is,
    tree.At: _is,
}
