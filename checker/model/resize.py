"""One closed expression over models of several sizes: `all(t in Task: ...)` says of three tasks what it says of two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import final

from msgspec.structs import replace

from checker.language.types import (
    BagOf,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
    Value,
    cardinality,
)
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.fits import fits, is_value
from checker.model.model import Model
from checker.model.operator_types import LENGTH_UNSEEN, Mismatch, natural_type

# Their type follows from that of their arguments; that of all others is given.
COMPUTED = frozenset(
    {"add", "sub", "mul", "floordiv", "mod", "neg", "min", "max", "index", "size", "unwrap", "first", "last", "rest", "butlast"}
    | {"item", "get", "field", "next", "previous", "next_in_ring", "without", "with_field", "bag_remove"}
)


@final
class NotOfThisSize(Exception):
    """The expression says nothing in that model; the text says why."""


def resized(expr: Expr, model: Model) -> Expr:
    """The same closed expression over `model`, which elaborates the same protocol, perhaps in another size.

    Variables and sorts are found by their names. Intervals that follow from sizes (of `count`, of sums) are computed again; numbers that are
    written out stay, bounds of a `narrow` too. Raises NotOfThisSize where a variable or an element that it names is not there.
    """
    return _Resized(model).expr(expr, {})


@final
class _Resized:
    def __init__(self, model: Model) -> None:
        self.variables = {variable.name: variable for variable in model.variables}
        self.sorts = {sort.name: sort for sort in model.sorts}
        self.records: dict[tuple[str, tuple[str, ...]], dict[Record, None]] = {}
        for variable in model.variables:
            for type in (*variable.index, variable.type):
                for record in _records(type):
                    self.records.setdefault(_key(record), {})[record] = None

    # --- expressions -------------------------------------------------------------------------------------------------

    def expr(self, expr: Expr, scope: Mapping[int, Local]) -> Expr:
        match expr:
            case Const(value, type):
                wanted = self.type(type)
                return Const(_value(type, wanted, value), wanted)
            case Local():
                return scope[expr.number]
            case Read(variable, indices):
                found = self.variables.get(variable.name)
                if found is None or len(found.index) != len(indices):
                    raise NotOfThisSize(f"there is no `{variable.name}` with {len(indices)} indices")
                return Read(found, tuple(self.expr(index, scope) for index in indices), expr.old)
            case Apply():
                return self._apply(expr, scope)
            case Quantifier():
                return self._quantifier(expr, scope)

    def _apply(self, node: Apply, scope: Mapping[int, Local]) -> Apply:
        arguments = tuple(self.expr(argument, scope) for argument in node.arguments)
        made = replace(node, arguments=arguments, type=self.type(node.type))
        try:
            if node.operator == "if" and all(isinstance(argument.type, Int) for argument in arguments[1:]):
                return replace(made, type=_hull(*(argument.type for argument in arguments[1:])))
            given = natural_type(made)
        except Mismatch as mismatch:
            raise NotOfThisSize(str(mismatch)) from None
        if node.operator in COMPUTED:
            return replace(made, type=given)
        if not fits(given, made.type, lengths=node.operator not in LENGTH_UNSEEN):
            raise NotOfThisSize(f"`{node.operator}` gives {given}, not {made.type}")
        return made

    def _quantifier(self, node: Quantifier, scope: Mapping[int, Local]) -> Quantifier:
        inner, locals, domains, most = dict(scope), list[Local](), list[Type | Expr](), 1
        for local, domain in zip(node.locals, node.domains, strict=True):
            made = self.type(domain) if isinstance(domain, Type) else self.expr(domain, inner)
            same = local.type == _element(domain)
            new = replace(local, type=_element(made) if same else self.type(local.type))
            most *= cardinality(new.type) if isinstance(made, Type) else _most(made.type)
            inner[local.number] = new
            locals.append(new)
            domains.append(made)
        body = self.expr(node.body, inner)
        type = self._given(node, locals[0].type, domains[0], body, most)
        return replace(node, locals=tuple(locals), domains=tuple(domains), body=body, type=type)

    def _given(self, node: Quantifier, first: Type, domain: Type | Expr, body: Expr, most: int) -> Type:
        if node.kind == "count":
            return Int(0, most)
        if node.kind == "sum" and isinstance(body.type, Int):
            return Int(min(0, most * body.type.low), max(0, most * body.type.high))
        if node.kind in ("min", "max"):
            return body.type
        if node.kind == "those":
            return SetOf(first)
        if node.kind == "map" and isinstance(domain, Type):
            return MapOf(domain, body.type)
        return self.type(node.type)

    # --- types -------------------------------------------------------------------------------------------------------

    def type(self, type: Type) -> Type:
        match type:
            case Sort(name):
                if name not in self.sorts:
                    raise NotOfThisSize(f"there is no `{name}`")
                return self.sorts[name]
            case Option(of):
                return Option(self.type(of))
            case SetOf(of):
                return SetOf(self.type(of))
            case MapOf(key, of):
                return MapOf(self.type(key), self.type(of))
            case SeqOf(of, most):
                return SeqOf(self.type(of), most)
            case BagOf(of, most):
                return BagOf(self.type(of), most)
            case Record(name, fields):
                return self._record(Record(name, tuple((field, self.type(of)) for field, of in fields)))
        return type

    def _record(self, record: Record) -> Record:
        """The one that the model has: bounds of its fields may hang on sizes."""
        there = self.records.get(_key(record), {})
        return next(iter(there)) if record not in there and len(there) == 1 else record


def _records(type: Type) -> Iterator[Record]:
    match type:
        case Record(_, fields):
            yield type
            for _, of in fields:
                yield from _records(of)
        case Option(of) | SetOf(of) | SeqOf(of, _) | BagOf(of, _):
            yield from _records(of)
        case MapOf(key, of):
            yield from _records(key)
            yield from _records(of)


def _key(record: Record) -> tuple[str, tuple[str, ...]]:
    return record.name, tuple(field for field, _ in record.fields)


def _hull(*types: Type) -> Int:
    numbers = [type for type in types if isinstance(type, Int)]
    return Int(min(type.low for type in numbers), max(type.high for type in numbers))


def _element(domain: Type | Expr) -> Type:
    """The type of the elements of a domain."""
    if isinstance(domain, Type):
        return domain
    assert isinstance(domain.type, SetOf | SeqOf | BagOf)
    return domain.type.of


def _most(type: Type) -> int:
    """The most distinct elements that a set, sequence or bag has."""
    assert isinstance(type, SetOf | SeqOf | BagOf)
    return cardinality(type.of) if isinstance(type, SetOf) else min(cardinality(type.of), type.max)


def _value(own: Type, wanted: Type, value: Value) -> Value:
    """The value in the type of the other size."""
    if own == wanted:
        return value
    match own, wanted:
        case MapOf(key, of), MapOf(other_key, other):
            items = [_value(of, other, item) for item in value]
            if key == other_key:
                return tuple(items)
            if len(set(items)) > 1:
                raise NotOfThisSize(f"a map that is written out for each {key}")
            return (items[0],) * cardinality(other_key) if items else ()
        case Record(_, fields), Record(_, others):
            return tuple(_value(a, b, item) for (_, a), (_, b), item in zip(fields, others, value, strict=True))
        case Option(of), Option(other):
            return None if value is None else _value(of, other, value)
        case (SetOf(of), SetOf(other)):
            return frozenset(_value(of, other, item) for item in value)
        case (SeqOf(of), SeqOf(other)) | (BagOf(of), BagOf(other)):
            return tuple(_value(of, other, item) for item in value)
    if not is_value(wanted, value):
        raise NotOfThisSize(f"{value!r} is no {wanted} there")
    return value
