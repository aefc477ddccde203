"""Strategies for well-typed expressions over a small world of types and variables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from random import Random
from typing import Any, TypeAlias

from hypothesis import strategies as st

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
    cardinality,
    sort_key,
    values,
)
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.fits import fits
from checker.model.model import Variable
from checker.model.operator_types import is_ordered
from tests.semantics.building import BOOL, HERE, Variables

SIGN, COUNT = Int(-1, 1), Int(0, 3)
COLOUR = Enum("Colour", ("red", "green", "blue"))
TASK, SLOT = Sort("Task", 2), Sort("Slot", 3, ordered=True)
MAYBE, TASKS, COUNTS = Option(TASK), SetOf(TASK), SetOf(COUNT)
LOAD, KNOWN, QUEUE = MapOf(TASK, COUNT), MapOf(COUNT, BOOL), SeqOf(TASK, 2)
ENTRY = Record("Entry", (("task", TASK), ("by", Option(SLOT))))
BAG = BagOf(ENTRY, 2)
TYPES: tuple[Type, ...] = (BOOL, SIGN, COUNT, COLOUR, TASK, SLOT, MAYBE, TASKS, COUNTS, LOAD, KNOWN, QUEUE, ENTRY, BAG)

VARIABLES = Variables()
CELLS: dict[Type, list[Variable]] = {}
for place, cell_type in enumerate(TYPES):
    CELLS[cell_type] = [
        VARIABLES.add(f"v{place}", cell_type),
        VARIABLES.add(f"w{place}", cell_type, TASK),
        VARIABLES.add(f"x{place}", cell_type, SIGN, COLOUR),
        VARIABLES.add(f"y{place}", cell_type, MAYBE),
    ]
LOCALS: dict[Type, Local] = {type: Local(place, f"l{place}", type) for place, type in enumerate(TYPES)}
FIRST_FREE = len(TYPES)


def _some_values(type: Type) -> list[Value]:
    if isinstance(type, BagOf):
        items = list(values(type.of))
        return [(), *((a,) for a in items), *((a, b) for a, b in product(items, items) if sort_key(a) <= sort_key(b))]
    return list(values(type))


SOME_VALUES: dict[Type, list[Value]] = {type: _some_values(type) for type in TYPES}
SOME_VALUES.update({Option(type): _some_values(Option(type)) for type in TYPES if not isinstance(type, Option | BagOf)})


def _world(seed: int) -> tuple[tuple[Value, ...], tuple[Value, ...], tuple[Value, ...]]:
    random = Random(seed)
    states = [tuple(random.choice(SOME_VALUES[v.type]) for v in VARIABLES.made for _ in range(v.cells)) for _ in range(2)]
    return states[0], states[1], tuple(random.choice(SOME_VALUES[type]) for type in TYPES)


# A state, the state before it, and the values of the registers. Their shrinking would not help a reader: an expression reads few of them.
WORLDS = st.integers(0, 2**20).map(_world)


Pick: TypeAlias = Callable[[Sequence[Any]], Any]


@st.composite
def exprs(draw: Any, type: Type, depth: int, old: bool = False) -> Expr:
    """An expression of a type that fits `type`."""
    return _expr(lambda options: options[draw(BELOW[len(options)])], type, depth, (), old)


BELOW = [st.integers(0, max(0, n - 1)) for n in range(64)]


def expr_of(pick: Pick, type: Type, depth: int, bound: tuple[Local, ...]) -> Expr:
    """An expression as `pick` picks it, which may use the locals `bound`; their numbers are apart from those of quantifiers."""
    return _expr(pick, type, depth, bound, False)


def leaf_of(pick: Pick, type: Type, bound: tuple[Local, ...]) -> Expr:
    """The same, of one node."""
    return _leaf(pick, type, bound, False)


def _expr(pick: Pick, type: Type, depth: int, bound: tuple[Local, ...], old: bool) -> Expr:
    """`bound` are the locals of the quantifiers around it."""
    if depth == 0 or pick(range(4)) == 0:
        return _leaf(pick, type, bound, old)
    return pick(makers(type))(pick, type, depth - 1, bound, old)


def _leaf(pick: Pick, type: Type, bound: tuple[Local, ...], old: bool) -> Expr:
    kinds = ["constant", *(["register", "cell", "cell"] if type in LOCALS else [])]
    fitting = [local for local in bound if fits(local.type, type)]
    kind = pick([*kinds, *(["bound", "bound"] if fitting else [])])
    if kind == "constant":
        return Const(pick(SOME_VALUES[type]), type)
    if kind == "register":
        return LOCALS[type]
    if kind == "bound":
        return pick(fitting)
    variable = pick(CELLS[type])
    return Read(variable, tuple(_leaf(pick, t, bound, old) for t in variable.index), old and pick([False, True]))


def makers(type: Type) -> list[Any]:
    """The ways to make an expression of `type` from smaller ones."""
    found = [_if, _item_of_sequence, _value_of_map]
    if not isinstance(type, BagOf | Option):
        found.append(_unwrap)
    match type:
        case Bool():
            found += [_boolean, _boolean, _equality, _order, _membership, _all_or_any, _majority]
        case Int():
            found += [_arithmetic, _arithmetic, _number_of_nodes]
        case SetOf():
            found += [_sets, _set_literal, _those]
        case SeqOf():
            found += [_sequences]
        case MapOf():
            found += [_map_literal, _put, _map]
        case Record():
            found += [_record, _with_field]
        case BagOf():
            found += [_bags]
    if isinstance(type, Enum | Sort) and is_ordered(type):
        found += [_neighbour, _extreme]
    if type == TASK:
        found += [_field]
    return found


def _node(operator: str, type: Type, *arguments: Expr) -> Apply:
    return Apply(operator, arguments, type, HERE)


def _narrowed(type: Type, expr: Expr) -> Apply:
    return _node("narrow", type, expr)


def _if(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    return _node("if", type, _expr(pick, BOOL, depth, bound, old), *(_expr(pick, type, depth, bound, old) for _ in range(2)))


def _unwrap(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    return _node("unwrap", type, _expr(pick, Option(type), depth, bound, old))


def _boolean(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    operator, count = pick([("not", 1), ("implies", 2), *(("and", n) for n in range(5)), *(("or", n) for n in range(5))])
    return _node(operator, BOOL, *(_expr(pick, BOOL, depth, bound, old) for _ in range(count)))


def _equality(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    a = pick(TYPES)
    b = pick([a, Option(a)]) if not isinstance(a, Option | BagOf) else a
    return _node(pick(["eq", "ne"]), BOOL, _expr(pick, a, depth, bound, old), _expr(pick, b, depth, bound, old))


def _order(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    a, b = pick([(COUNT, COUNT), (SIGN, COUNT), (COLOUR, COLOUR), (SLOT, SLOT)])
    operator = pick(["lt", "le", "gt", "ge"])
    return _node(operator, BOOL, _expr(pick, a, depth, bound, old), _expr(pick, b, depth, bound, old))


def _membership(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    operator, a, b = pick(
        [
            ("in_set", TASK, TASKS),
            ("in_set", MAYBE, TASKS),
            ("in_set", SIGN, COUNTS),
            ("subset", TASKS, TASKS),
            ("subset", COUNTS, COUNTS),
            ("in_seq", TASK, QUEUE),
        ]
    )
    return _node(operator, BOOL, _expr(pick, a, depth, bound, old), _expr(pick, b, depth, bound, old))


def _arithmetic(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    operator = pick(["add", "sub", "mul", "floordiv", "mod", "min", "max", "neg"])
    given = [_expr(pick, pick([SIGN, COUNT]), depth, bound, old) for _ in range(1 if operator == "neg" else 2)]
    return _narrowed(type, _node(operator, Int(-50, 50), *given))


def _number_of_nodes(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    """A number that something else has: a size, a place, a count."""
    kind = pick(["size", "index", "count", "sum", "min", "max", "ring"])
    if kind == "size":
        of = pick([TASKS, COUNTS, QUEUE, BAG])
        return _narrowed(type, _node("size", Int(0, 4), _expr(pick, of, depth, bound, old)))
    if kind == "index":
        of = pick([COLOUR, SLOT, SIGN])
        return _narrowed(type, _node("index", Int(0, 2), _expr(pick, of, depth, bound, old)))
    if kind == "ring":
        return _narrowed(type, _node("next_in_ring", SIGN, _expr(pick, SIGN, depth, bound, old)))
    body = BOOL if kind == "count" else pick([SIGN, COUNT])
    return _narrowed(type, _quantifier(pick, kind, pick(range(1, 2 + 1)), Int(-50, 50), body, depth, bound, old))


def _neighbour(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    return _node(pick(["next", "previous", "next_in_ring"]), type, _expr(pick, type, depth, bound, old))


def _extreme(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    if pick([False, True]):
        return _quantifier(pick, pick(["min", "max"]), 1, type, type, depth, bound, old)
    return _node(pick(["min", "max"]), type, *(_expr(pick, type, depth, bound, old) for _ in range(2)))


# --- collections ---------------------------------------------------------------------------------------------------


def _sets(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    operator = pick(["union", "intersect", "minus"])
    return _node(operator, type, *(_expr(pick, type, depth, bound, old) for _ in range(2)))


def _set_literal(pick: Pick, type: SetOf, depth: int, bound: Any, old: bool) -> Expr:
    return _node("set", type, *(_expr(pick, type.of, depth, bound, old) for _ in range(pick(range(3 + 1)))))


def _sequences(pick: Pick, type: SeqOf, depth: int, bound: Any, old: bool) -> Expr:
    def one(of: Type) -> Expr:
        return _expr(pick, of, depth, bound, old)

    match pick(["seq", "concat", "append", "rest", "butlast", "without", "replace"]):
        case "seq":
            return _node("seq", type, *(one(type.of) for _ in range(pick(range(type.max + 1)))))
        case "concat":
            return _narrowed(type, _node("concat", SeqOf(type.of, 2 * type.max), one(type), one(type)))
        case "append":
            return _narrowed(type, _node("append", SeqOf(type.of, type.max + 1), one(type), one(type.of)))
        case "rest" | "butlast" as end:
            return _node(end, type, one(type))
        case "without":
            return _node("without", type, one(type), one(SIGN))
    return _node("replace", type, one(type), one(SIGN), one(type.of))


def _item_of_sequence(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    if type != TASK:
        return _if(pick, type, depth, bound, old)
    operator = pick(["first", "last", "item"])
    given = [_expr(pick, QUEUE, depth, bound, old)]
    if operator == "item":
        given.append(_expr(pick, SIGN, depth, bound, old))
    return _node(operator, TASK, *given)


def _value_of_map(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    if type not in (COUNT, BOOL):
        return _if(pick, type, depth, bound, old)
    of, key = (LOAD, pick([TASK, MAYBE])) if type == COUNT else (KNOWN, pick([COUNT, SIGN]))
    return _node("get", type, _expr(pick, of, depth, bound, old), _expr(pick, key, depth, bound, old))


def _map_literal(pick: Pick, type: MapOf, depth: int, bound: Any, old: bool) -> Expr:
    return _node("map", type, *(_expr(pick, type.value, depth, bound, old) for _ in range(cardinality(type.key))))


def _put(pick: Pick, type: MapOf, depth: int, bound: Any, old: bool) -> Expr:
    key = pick([TASK, MAYBE] if type == LOAD else [COUNT, SIGN])
    return _node("put", type, *(_expr(pick, t, depth, bound, old) for t in (type, key, type.value)))


def _record(pick: Pick, type: Record, depth: int, bound: Any, old: bool) -> Expr:
    return _node("record", type, *(_expr(pick, t, depth, bound, old) for _, t in type.fields))


def _place(pick: Pick, type: Record, fields: list[int]) -> Const:
    return Const(pick(fields), Int(0, len(type.fields) - 1))


def _with_field(pick: Pick, type: Record, depth: int, bound: Any, old: bool) -> Expr:
    place = _place(pick, type, [0, 1])
    field = type.fields[place.value][1]
    return _node("with_field", type, _expr(pick, type, depth, bound, old), place, _expr(pick, field, depth, bound, old))


def _field(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    return _node("field", TASK, _expr(pick, ENTRY, depth, bound, old), _place(pick, ENTRY, [0]))


def _bags(pick: Pick, type: BagOf, depth: int, bound: Any, old: bool) -> Expr:
    bag, entry = _expr(pick, type, depth, bound, old), _expr(pick, type.of, depth, bound, old)
    if pick([False, True]):
        return _node("bag_remove", type, bag, entry)
    return _narrowed_bag(type, _node("bag_add", BagOf(type.of, type.max + 1), bag, entry))


def _narrowed_bag(type: BagOf, expr: Apply) -> Expr:
    return _node(
        "if",
        type,
        _node("le", BOOL, _node("size", Int(0, 3), expr), Const(2, Int(2, 2))),
        _shortened(type, expr),
        Const((), type),
    )


def _shortened(type: BagOf, expr: Apply) -> Apply:
    return Apply(expr.operator, expr.arguments, type, HERE)


# --- quantifiers -----------------------------------------------------------------------------------------------------


def _quantifier(pick: Pick, kind: str, count: int, type: Type, body: Type, depth: int, bound: Any, old: bool) -> Quantifier:
    locals: list[Local] = []
    domains: list[Type | Expr] = []
    for _ in range(count):
        of, domain = pick(
            [(COLOUR, COLOUR), (TASK, TASK), (SIGN, SIGN), (TASK, TASKS), (TASK, QUEUE), (ENTRY, BAG), (COUNT, COUNTS)]
        )
        inner = (*bound, *locals)
        domains.append(domain if of == domain else _expr(pick, domain, min(depth, 1), inner, old))
        locals.append(Local(FIRST_FREE + len(inner), f"q{len(inner)}", of))
    return Quantifier(kind, tuple(locals), tuple(domains), _expr(pick, body, depth, (*bound, *locals), old), type, HERE)  # type: ignore[arg-type]


def _all_or_any(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    return _quantifier(pick, pick(["all", "any"]), pick(range(1, 2 + 1)), BOOL, BOOL, depth, bound, old)


def _majority(pick: Pick, type: Type, depth: int, bound: Any, old: bool) -> Expr:
    return _quantifier(pick, "majority", 1, BOOL, BOOL, depth, bound, old)


def _those(pick: Pick, type: SetOf, depth: int, bound: Any, old: bool) -> Expr:
    local = Local(FIRST_FREE + len(bound), f"q{len(bound)}", type.of)
    domain = pick([type.of, type])
    of = domain if domain == type.of else _expr(pick, domain, min(depth, 1), bound, old)
    return Quantifier("those", (local,), (of,), _expr(pick, BOOL, depth, (*bound, local), old), type, HERE)


def _map(pick: Pick, type: MapOf, depth: int, bound: Any, old: bool) -> Expr:
    local = Local(FIRST_FREE + len(bound), f"q{len(bound)}", type.key)
    return Quantifier("map", (local,), (type.key,), _expr(pick, type.value, depth, (*bound, local), old), type, HERE)


ALL_PLACES = [(v, key) for v in VARIABLES.made for key in product(*(list(values(t)) for t in v.index))]
