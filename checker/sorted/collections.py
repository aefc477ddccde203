"""What the operators on sets, sequences, bags, maps and records mean as formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from checker.language.types import BagOf, MapOf, Record, SeqOf, SetOf, Type, values
from checker.model.expr import Apply, Const
from checker.sorted.logic import FALSE, Term, arithmetic, at_most, conj, disj, equal, implies, ite, negate, number, summed, total
from checker.sorted.quantifiers import in_sequence
from checker.sorted.refusals import Refused
from checker.sorted.shapes import MOST_COUNTED, BagV, Many, MapV, Rec, Scalar, SeqV, SetV, Sym

if TYPE_CHECKING:
    from checker.sorted.expressions import Expressions
    from checker.sorted.scope import Scope

Build: TypeAlias = "Callable[[Expressions, Apply, Scope], Sym]"


def _set_value(of: Expressions, node: Apply, place: int, scope: Scope, wanted: Type) -> SetV:
    found = of.fitted(node.arguments[place], wanted, scope)
    assert isinstance(found, SetV)
    return found


def _set(of: Expressions, node: Apply, scope: Scope) -> Sym:
    assert isinstance(node.type, SetOf)
    inner = node.type.of
    items = [of.fitted(argument, inner, scope) for argument in node.arguments]
    return SetV(lambda e: disj(*(of.values.equal(inner, e, item) for item in items)))


def _in_set(of: Expressions, node: Apply, scope: Scope) -> Sym:
    e, type = of.value(node.arguments[0], scope), node.arguments[1].type
    found = of.value(node.arguments[1], scope)
    assert isinstance(type, SetOf)
    assert isinstance(found, SetV)
    return Scalar(of.values.member(type.of, found.has, node.arguments[0].type, e))


def _subset(of: Expressions, node: Apply, scope: Scope) -> Sym:
    a, b = node.arguments[0].type, node.arguments[1].type
    assert isinstance(a, SetOf)
    assert isinstance(b, SetOf)
    left, right = of.value(node.arguments[0], scope), of.value(node.arguments[1], scope)
    assert isinstance(left, SetV)
    assert isinstance(right, SetV)
    return Scalar(of.values.every(a.of, lambda e: implies(left.has(e), of.values.member(b.of, right.has, a.of, e))))


def _of_two_sets(join: Callable[[Term, Term], Term]) -> Build:
    def build(of: Expressions, node: Apply, scope: Scope) -> Sym:
        left = _set_value(of, node, 0, scope, node.type)
        right = _set_value(of, node, 1, scope, node.type)
        return SetV(lambda e: join(left.has(e), right.has(e)))

    return build


def _size(of: Expressions, node: Apply, scope: Scope) -> Sym:
    value, type = of.value(node.arguments[0], scope), node.arguments[0].type
    match value:
        case SeqV(length, _):
            return Scalar(length)
        case BagV(_, size):
            return Scalar(size)
        case SetV(has):
            assert isinstance(type, SetOf)
            known = of.values.finite(type.of)
            if known is not None:
                return Scalar(total(ite(has(e), number(1), number(0)) for e in known))
            return Many(MOST_COUNTED, lambda k: _at_least(of, type.of, has, k, ()), lambda: _number_of(of, type.of, has))
    raise TypeError(node)


def _number_of(of: Expressions, type: Type, has: Callable[[Sym], Term]) -> Term:
    signature = of.values.signature
    if not signature.is_free(type):
        raise Refused(f"the number of elements of a set of {type}")
    element = signature.variable("e", signature.sort_name(type))
    return summed((element,), ite(has(Scalar(element)), number(1), number(0)))


def _at_least(of: Expressions, type: Type, has: Callable[[Sym], Term], k: int, found: tuple[Sym, ...]) -> Term:
    if k <= len(found):
        return negate(FALSE)

    def says(e: Sym) -> Term:
        others = (negate(of.values.equal(type, e, other)) for other in found)
        return conj(has(e), *others, _at_least(of, type, has, k, (*found, e)))

    return of.values.some(type, says)


# --- sequences -------------------------------------------------------------------------------------------------


def sequence(of: Expressions, node: Apply, place: int, scope: Scope) -> tuple[SeqV, Type]:
    found, type = of.value(node.arguments[place], scope), node.arguments[place].type
    assert isinstance(found, SeqV)
    assert isinstance(type, SeqOf)
    return found, type.of


def _seq(of: Expressions, node: Apply, scope: Scope) -> Sym:
    assert isinstance(node.type, SeqOf)
    items = tuple(of.fitted(argument, node.type.of, scope) for argument in node.arguments)
    return of.values.stretched(node.type.of, SeqV(number(len(items)), items), node.type.max)


def _in_seq(of: Expressions, node: Apply, scope: Scope) -> Sym:
    found, inner = sequence(of, node, 1, scope)
    e = of.value(node.arguments[0], scope)
    given = node.arguments[0].type
    return Scalar(of.values.member(inner, lambda v: in_sequence(of, inner, v, found), given, e))


def _append(of: Expressions, node: Apply, scope: Scope) -> Sym:
    assert isinstance(node.type, SeqOf)
    inner = node.type.of
    found = of.fitted(node.arguments[0], node.type, scope)
    assert isinstance(found, SeqV)
    new = of.fitted(node.arguments[1], inner, scope)
    # one place more than the type has, for a `narrow` around it to see
    found = of.values.stretched(inner, found, node.type.max + 1)
    items = (of.values.choice(inner, equal(found.length, number(i)), new, item) for i, item in enumerate(found.items))
    return SeqV(arithmetic("+", found.length, number(1)), tuple(items))


def _concat(of: Expressions, node: Apply, scope: Scope) -> Sym:
    assert isinstance(node.type, SeqOf)
    inner = node.type.of
    left, _ = sequence(of, node, 0, scope)
    right, _ = sequence(of, node, 1, scope)
    lefts, rights = node.arguments[0].type, node.arguments[1].type
    assert isinstance(lefts, SeqOf)
    assert isinstance(rights, SeqOf)
    left = SeqV(left.length, tuple(of.values.fitted(item, lefts.of, inner) for item in left.items))
    right = SeqV(right.length, tuple(of.values.fitted(item, rights.of, inner) for item in right.items))
    places = len(left.items) + len(right.items)
    left = of.values.stretched(inner, left, places)
    items = []
    for place in range(places):
        item = left.items[place]
        for split in range(min(place, len(left.items)) + 1):  # the length of the left one, at most `place`
            if place - split < len(right.items):
                item = of.values.choice(inner, equal(left.length, number(split)), right.items[place - split], item)
        items.append(item)
    return SeqV(arithmetic("+", left.length, right.length), tuple(items))


def _first(of: Expressions, node: Apply, scope: Scope) -> Sym:
    found, inner = sequence(of, node, 0, scope)
    scope.fail(equal(found.length, number(0)), "empty", node.at)
    return found.items[0] if found.items else of.values.any_value(inner)


def _last(of: Expressions, node: Apply, scope: Scope) -> Sym:
    found, inner = sequence(of, node, 0, scope)
    scope.fail(equal(found.length, number(0)), "empty", node.at)
    item = of.values.any_value(inner)
    for place, other in enumerate(found.items):
        item = of.values.choice(inner, equal(found.length, number(place + 1)), other, item)
    return item


def _rest(of: Expressions, node: Apply, scope: Scope) -> Sym:
    found, inner = sequence(of, node, 0, scope)
    scope.fail(equal(found.length, number(0)), "empty", node.at)
    shorter = arithmetic("-", found.length, number(1))
    return SeqV(shorter, (*found.items[1:], of.values.any_value(inner)) if found.items else ())


def _butlast(of: Expressions, node: Apply, scope: Scope) -> Sym:
    found, _ = sequence(of, node, 0, scope)
    scope.fail(equal(found.length, number(0)), "empty", node.at)
    return SeqV(arithmetic("-", found.length, number(1)), found.items)


def _place(of: Expressions, node: Apply, found: SeqV, scope: Scope) -> Term:
    place = of.rank(node.arguments[1].type, of.value(node.arguments[1], scope))
    inside = conj(at_most(number(0), place), negate(at_most(found.length, place)))
    scope.fail(negate(inside), "key", node.at)
    return place


def _item(of: Expressions, node: Apply, scope: Scope) -> Sym:
    found, inner = sequence(of, node, 0, scope)
    place, item = _place(of, node, found, scope), of.values.any_value(inner)
    for i, other in enumerate(found.items):
        item = of.values.choice(inner, equal(place, number(i)), other, item)
    return item


def _without(of: Expressions, node: Apply, scope: Scope) -> Sym:
    found, inner = sequence(of, node, 0, scope)
    place = _place(of, node, found, scope)
    after = (*found.items[1:], of.values.any_value(inner))
    pairs = enumerate(zip(found.items, after, strict=True))
    items = (of.values.choice(inner, at_most(place, number(i)), b, a) for i, (a, b) in pairs)
    return SeqV(arithmetic("-", found.length, number(1)), tuple(items))


def _replace(of: Expressions, node: Apply, scope: Scope) -> Sym:
    assert isinstance(node.type, SeqOf)
    found, inner = of.fitted(node.arguments[0], node.type, scope), node.type.of
    assert isinstance(found, SeqV)
    place, new = _place(of, node, found, scope), of.fitted(node.arguments[2], inner, scope)
    items = (of.values.choice(inner, equal(place, number(i)), new, item) for i, item in enumerate(found.items))
    return SeqV(found.length, tuple(items))


# --- maps, records, bags ---------------------------------------------------------------------------------------


def _map(of: Expressions, node: Apply, scope: Scope) -> Sym:
    assert isinstance(node.type, MapOf)
    key, inner = node.type.key, node.type.value
    entries = [of.fitted(argument, inner, scope) for argument in node.arguments]
    if of.values.depends(key):
        if len(set(node.arguments)) != 1:
            raise Refused(f"a map gives each {key} a value of its own, so it is of one number of them only")
        return MapV(lambda k: entries[0])
    pairs = [(of.values.constant(key, k), entry) for k, entry in zip(values(key), entries, strict=True)]
    return MapV(lambda k: of.values.pick(key, inner, k, pairs))


def _get(of: Expressions, node: Apply, scope: Scope) -> Sym:
    found, type = of.value(node.arguments[0], scope), node.arguments[0].type
    assert isinstance(found, MapV)
    assert isinstance(type, MapOf)
    return found.at(of.key(node.arguments[1], type.key, scope, node.at))


def _put(of: Expressions, node: Apply, scope: Scope) -> Sym:
    assert isinstance(node.type, MapOf)
    key, inner = node.type.key, node.type.value
    found = of.fitted(node.arguments[0], node.type, scope)
    assert isinstance(found, MapV)
    place = of.key(node.arguments[1], key, scope, node.at)
    new = of.fitted(node.arguments[2], inner, scope)
    return MapV(lambda k: of.values.choice(inner, of.values.equal(key, k, place), new, found.at(k)))


def _record(of: Expressions, node: Apply, scope: Scope) -> Sym:
    assert isinstance(node.type, Record)
    return Rec(tuple(of.fitted(a, t, scope) for a, (_, t) in zip(node.arguments, node.type.fields, strict=True)))


def _field(of: Expressions, node: Apply, scope: Scope) -> Sym:
    found, place = of.value(node.arguments[0], scope), node.arguments[1]
    assert isinstance(found, Rec)
    assert isinstance(place, Const)
    return found.fields[place.value]


def _with_field(of: Expressions, node: Apply, scope: Scope) -> Sym:
    place = node.arguments[1]
    assert isinstance(node.type, Record)
    assert isinstance(place, Const)
    found = of.fitted(node.arguments[0], node.type, scope)
    assert isinstance(found, Rec)
    new = of.fitted(node.arguments[2], node.type.fields[place.value][1], scope)
    return Rec((*found.fields[: place.value], new, *found.fields[place.value + 1 :]))


def _bag_add(of: Expressions, node: Apply, scope: Scope) -> Sym:
    assert isinstance(node.type, BagOf)
    inner = node.type.of
    found, new = of.fitted(node.arguments[0], node.type, scope), of.fitted(node.arguments[1], inner, scope)
    assert isinstance(found, BagV)

    def count(e: Sym) -> Term:
        return arithmetic("+", found.count(e), ite(of.values.equal(inner, e, new), number(1), number(0)))

    return BagV(count, arithmetic("+", found.size, number(1)))


def _bag_remove(of: Expressions, node: Apply, scope: Scope) -> Sym:
    type = node.arguments[0].type
    assert isinstance(type, BagOf)
    found, gone = of.value(node.arguments[0], scope), of.fitted(node.arguments[1], type.of, scope)
    assert isinstance(found, BagV)
    scope.fail(at_most(found.count(gone), number(0)), "key", node.at)

    def count(e: Sym) -> Term:
        return arithmetic("-", found.count(e), ite(of.values.equal(type.of, e, gone), number(1), number(0)))

    return BagV(count, arithmetic("-", found.size, number(1)))


COLLECTIONS: dict[str, Build] = {
    "set": _set,
    "in_set": _in_set,
    "subset": _subset,
    "union": _of_two_sets(disj),
    "intersect": _of_two_sets(conj),
    "minus": _of_two_sets(lambda a, b: conj(a, negate(b))),
    "size": _size,
    "seq": _seq,
    "in_seq": _in_seq,
    "concat": _concat,
    "append": _append,
    "first": _first,
    "last": _last,
    "rest": _rest,
    "butlast": _butlast,
    "item": _item,
    "without": _without,
    "replace": _replace,
    "map": _map,
    "get": _get,
    "put": _put,
    "record": _record,
    "field": _field,
    "with_field": _with_field,
    "bag_add": _bag_add,
    "bag_remove": _bag_remove,
}
