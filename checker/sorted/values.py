"""How values of the model's types are made, compared and gone through in formulas."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import final

from msgspec import Struct

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
    show,
    values,
)
from checker.sorted.bags import within_bag
from checker.sorted.logic import (
    BOOL,
    FALSE,
    INT,
    TRUE,
    Term,
    at_most,
    conj,
    disj,
    equal,
    implies,
    ite,
    negate,
    number,
    quantified,
    truth,
)
from checker.sorted.orders import end_of
from checker.sorted.refusals import Refused
from checker.sorted.shapes import BagV, Many, MapV, Opt, Rec, Scalar, SeqV, SetV, Sym, settled
from checker.sorted.signature import Kind, Signature

LISTED = 24  # values of a finite type that a quantifier lists
MOST_RECORDS = 128  # values of a record, which are listed field by field


@final
class Values(Struct, frozen=True):
    """How values of the model's types are made, compared and gone through in one vocabulary."""

    signature: Signature

    # --- one value --------------------------------------------------------------------------------------------

    def constant(self, type: Type, value: Value) -> Sym:
        """A value that is known. Raises Refused where it names an element of a sort of any size."""
        match type:
            case Bool():
                return Scalar(truth(value))
            case Int():
                return Scalar(number(value))
            case Enum() | Sort():
                if self.signature.is_free(type):
                    return Scalar(self._end(type, value))
                return Scalar(self.signature.elements(type)[value])
            case Option(of):
                return Opt(FALSE, self.any_value(of)) if value is None else Opt(TRUE, self.constant(of, value))
            case Record(_, fields):
                return Rec(tuple(self.constant(t, v) for (_, t), v in zip(fields, value, strict=True)))
            case SetOf(of):
                return self._set(of, value)
            case MapOf(key, of):
                return self._map(key, of, value)
            case SeqOf(of, most):
                items = [self.constant(of, v) for v in value]
                return SeqV(number(len(items)), tuple(items) + (self.any_value(of),) * (most - len(items)))
            case BagOf(of, _):
                if value:
                    raise Refused(f"a constant of {type} that is not empty")
                return BagV(lambda e: number(0), number(0))
        raise TypeError(type)

    def _end(self, type: Type, value: Value) -> Term:
        """The first or the last element of an ordered sort of any size: no other one is known."""
        assert isinstance(type, Sort)
        if type.ordered and value in (0, type.size - 1):
            return end_of(self.signature, self.signature.sort_name(type), "first" if value == 0 else "last")
        raise Refused(
            f"`{show(type, value)}` is named: one {type} that is not like the others, so it is not said for any number of them"
        )

    def _set(self, of: Type, value: Value) -> Sym:
        if self.depends(of) and len(value) == cardinality(of):
            return SetV(lambda e: TRUE)
        known = [self.constant(of, v) for v in sorted(value, key=str)]
        return SetV(lambda e: disj(*(self.equal(of, e, k) for k in known)))

    def _map(self, key: Type, of: Type, value: Value) -> Sym:
        if not self.depends(key):
            pairs = [(self.constant(key, k), self.constant(of, v)) for k, v in zip(values(key), value, strict=True)]
            return MapV(lambda k: self.pick(key, of, k, pairs))
        if len(set(value)) != 1:
            raise Refused(f"a constant gives each {key} a value of its own, so it is of one number of them only")
        same = self.constant(of, value[0])
        return MapV(lambda k: same)

    def pick(self, key: Type, of: Type, k: Sym, pairs: list[tuple[Sym, Sym]]) -> Sym:
        """The value of the pair whose key is `k`; of the last one where none is."""
        found = pairs[-1][1]
        for known, value in reversed(pairs[:-1]):
            found = self.choice(of, self.equal(key, k, known), value, found)
        return found

    def any_value(self, type: Type) -> Sym:
        """Some value: what stands where nobody looks."""
        match type:
            case Bool():
                return Scalar(FALSE)
            case Int(low, high):
                return Scalar(number(min(max(0, low), high)))
            case Enum() | Sort():
                if self.signature.is_free(type):
                    sort = self.signature.sort_name(type)
                    return Scalar(self.signature.apply(f"any {sort}", (), sort, "any"))
                return Scalar(self.signature.elements(type)[0])
            case Option(of):
                return Opt(FALSE, self.any_value(of))
            case Record(_, fields):
                return Rec(tuple(self.any_value(t) for _, t in fields))
            case SetOf():
                return SetV(lambda e: FALSE)
            case MapOf(_, of):
                return MapV(lambda k: self.any_value(of))
            case SeqOf(of, most):
                return SeqV(number(0), (self.any_value(of),) * most)
            case BagOf():
                return BagV(lambda e: number(0), number(0))
        raise TypeError(type)

    def symbol(self, type: Type, name: str, arguments: tuple[Term, ...], kind: Kind) -> Sym:
        """The value of `type` that functions named after `name` give at `arguments`."""
        apply = self.signature.apply
        match type:
            case Bool() | Int() | Enum() | Sort():
                if not self.signature.is_free(type) and isinstance(type, Enum | Sort) and cardinality(type) == 1:
                    return Scalar(self.signature.elements(type)[0])
                return Scalar(apply(name, arguments, self.signature.sort_name(type), kind))
            case Option(of):
                return Opt(apply(f"{name} some", arguments, BOOL, kind), self.symbol(of, f"{name} value", arguments, kind))
            case Record(_, fields):
                return Rec(tuple(self.symbol(t, f"{name} {field}", arguments, kind) for field, t in fields))
            case SetOf(of):
                return SetV(lambda e: apply(f"{name} has", arguments + self.flat(of, e), BOOL, kind))
            case MapOf(key, of):
                return MapV(lambda k: self.symbol(of, f"{name} at", arguments + self.flat(key, k), kind))
            case SeqOf(of, most):
                length = apply(f"{name} length", arguments, INT, kind) if most else number(0)
                return SeqV(length, tuple(self.symbol(of, f"{name} {i}", arguments, kind) for i in range(most)))
            case BagOf(of, _):
                size = apply(f"{name} size", arguments, INT, kind)
                return BagV(lambda e: apply(f"{name} count", arguments + self.flat(of, e), INT, kind), size)
        raise TypeError(type)

    def flat(self, type: Type, value: Sym) -> tuple[Term, ...]:
        """The scalars that `value` is made of, equal for equal values. Raises Refused for what is no element of a set."""
        match type, value:
            case (Enum() | Sort(), Scalar(term)):
                return () if not self.signature.is_free(type) and cardinality(type) == 1 else (term,)
            case (Bool() | Int(), Scalar(term)):
                return (term,)
            case (Option(of), Opt(some, inner)):
                return (some, *self._where(some, of, inner))
            case (Record(_, fields), Rec(parts)):
                return tuple(t for (_, of), part in zip(fields, parts, strict=True) for t in self.flat(of, part))
            case (SeqOf(of, _), SeqV(length, items)):
                there = (self._where(at_most(number(i + 1), length), of, item) for i, item in enumerate(items))
                return (length, *(t for terms in there for t in terms))
        raise Refused(f"values of {type} as elements of a set or as keys")

    def _where(self, condition: Term, of: Type, value: Sym) -> tuple[Term, ...]:
        pairs = zip(self.flat(of, value), self.flat(of, self.any_value(of)), strict=True)
        return tuple(ite(condition, term, other) for term, other in pairs)

    # --- two values -------------------------------------------------------------------------------------------

    def equal(self, type: Type, a: Sym, b: Sym) -> Term:
        match type, a, b:
            case (_, Scalar(left), Scalar(right)):
                return equal(left, right)
            case (Option(of), Opt(), Opt()):
                both = conj(a.some, b.some, self.equal(of, a.value, b.value))
                return disj(both, conj(negate(a.some), negate(b.some)))
            case (Record(_, fields), Rec(), Rec()):
                return conj(*(self.equal(t, x, y) for (_, t), x, y in zip(fields, a.fields, b.fields, strict=True)))
            case (SetOf(of), SetV(), SetV()):
                return self.every(of, lambda e: equal(a.has(e), b.has(e)))
            case (MapOf(key, of), MapV(), MapV()):
                return self.every(key, lambda k: self.equal(of, a.at(k), b.at(k)))
            case (BagOf(of, _), BagV(), BagV()):
                return conj(equal(a.size, b.size), self.every(of, lambda e: equal(a.count(e), b.count(e))))
            case (SeqOf(of, _), SeqV(), SeqV()):
                pairs = list(zip(a.items, b.items, strict=False))
                same = (implies(at_most(number(i + 1), a.length), self.equal(of, x, y)) for i, (x, y) in enumerate(pairs))
                return conj(equal(a.length, b.length), at_most(a.length, number(len(pairs))), *same)
            case (_, Many(), _) | (_, _, Many()):
                return self.equal(type, settled(a), settled(b))
        raise TypeError(f"{type}: {a} = {b}")

    def choice(self, type: Type, condition: Term, a: Sym, b: Sym) -> Sym:
        """`a` where the condition holds, else `b`."""
        if condition == TRUE or a is b:
            return a
        if condition == FALSE:
            return b
        match type, a, b:
            case (_, Scalar(left), Scalar(right)):
                return Scalar(ite(condition, left, right))
            case (Option(of), Opt(), Opt()):
                return Opt(ite(condition, a.some, b.some), self._value_of_choice(of, condition, a, b))
            case (Record(_, fields), Rec(), Rec()):
                parts = zip(fields, a.fields, b.fields, strict=True)
                return Rec(tuple(self.choice(t, condition, x, y) for (_, t), x, y in parts))
            case (SetOf(), SetV(), SetV()):
                return SetV(lambda e: ite(condition, a.has(e), b.has(e)))
            case (MapOf(_, of), MapV(), MapV()):
                return MapV(lambda k: self.choice(of, condition, a.at(k), b.at(k)))
            case (BagOf(), BagV(), BagV()):
                return BagV(lambda e: ite(condition, a.count(e), b.count(e)), ite(condition, a.size, b.size))
            case (SeqOf(of, _), SeqV(), SeqV()):
                x, y = (self.stretched(of, s, max(len(a.items), len(b.items))) for s in (a, b))
                items = (self.choice(of, condition, p, q) for p, q in zip(x.items, y.items, strict=True))
                return SeqV(ite(condition, a.length, b.length), tuple(items))
            case (_, Many(), _) | (_, _, Many()):
                return self.choice(type, condition, settled(a), settled(b))
        raise TypeError(f"{type}: {a} or {b}")

    def _value_of_choice(self, of: Type, condition: Term, a: Opt, b: Opt) -> Sym:
        """What a choice between options holds: where one of them is none, what the other one holds will do."""
        if a.some == FALSE:
            return b.value
        if b.some == FALSE:
            return a.value
        return self.choice(of, condition, a.value, b.value)

    def stretched(self, of: Type, value: SeqV, places: int) -> SeqV:
        """The same sequence with room for `places` elements at least."""
        return SeqV(value.length, value.items + (self.any_value(of),) * (places - len(value.items)))

    def fitted(self, value: Sym, own: Type, wanted: Type) -> Sym:
        """A value of `own` in the shape of `wanted`, which it fits: options around it, places of sequences, maps spread over their keys."""
        match own, wanted:
            case (Option(a), Option(b)) if isinstance(value, Opt):
                return Opt(value.some, self.fitted(value.value, a, b))
            case _, Option(b):
                return Opt(TRUE, self.fitted(value, own, b))
            case (SeqOf(a, _), SeqOf(b, most)) if isinstance(value, SeqV):
                items = tuple(self.fitted(item, a, b) for item in value.items)
                return self.stretched(b, SeqV(value.length, items[:most]), most)
            case (SetOf(a), SetOf(b)) if isinstance(value, SetV) and a != b:
                return SetV(lambda e: self.member(a, value.has, b, e))
            case (MapOf(_, a), MapOf(_, b)) if isinstance(value, MapV) and a != b:
                return MapV(lambda k: self.fitted(value.at(k), a, b))
            case (Record(_, f), Record(_, g)) if isinstance(value, Rec) and f != g:
                parts = zip(value.fields, f, g, strict=True)
                return Rec(tuple(self.fitted(part, s, t) for part, (_, s), (_, t) in parts))
        return value

    def member(self, of: Type, has: Callable[[Sym], Term], given: Type, e: Sym) -> Term:
        """Whether `e`, a value of `given`, is in a set of values of `of`."""
        match of, given, e:
            case (Int(low, high), Int(least, most), _) if least < low or high < most:
                return conj(self.within(of, e), has(e))
            case (Option(a), Option(b), Opt()) if a != b:
                return ite(e.some, self.member(a, lambda v: has(Opt(TRUE, v)), b, e.value), has(Opt(FALSE, self.any_value(a))))
            case (Option(a), _, _) if not isinstance(given, Option):
                return self.member(a, lambda v: has(Opt(TRUE, v)), given, e)
            case (_, Option(b), Opt()) if not isinstance(of, Option):
                return conj(e.some, self.member(of, has, b, e.value))
        return has(e)

    # --- all values of a type ---------------------------------------------------------------------------------

    def depends(self, type: Type) -> bool:
        """Whether how many values `type` has depends on a sort of any size."""
        match type:
            case Sort():
                return self.signature.is_free(type)
            case Option(of) | SetOf(of) | SeqOf(of, _) | BagOf(of, _):
                return self.depends(of)
            case MapOf(key, of):
                return self.depends(key) or self.depends(of)
            case Record(_, fields):
                return any(self.depends(t) for _, t in fields)
        return False

    def every(self, type: Type, says: Callable[[Sym], Term], name: str = "x") -> Term:
        """Whether `says` holds of all values of `type`. Raises Refused for collections: that would be second-order."""
        match type:
            case Bool():
                return conj(says(Scalar(TRUE)), says(Scalar(FALSE)))
            case Sort() if self.signature.is_free(type):
                variable = self.signature.variable(name, self.signature.sort_name(type))
                return quantified("forall", (variable,), says(Scalar(variable)))
            case Enum() | Sort():
                return conj(*(says(Scalar(e)) for e in self.signature.elements(type)))
            case Int(low, high) if high - low < LISTED:
                return conj(*(says(Scalar(number(i))) for i in range(low, high + 1)))
            case Int(low, high):
                variable = self.signature.variable(name, INT)
                inside = conj(at_most(number(low), variable), at_most(variable, number(high)))
                return quantified("forall", (variable,), implies(inside, says(Scalar(variable))))
            case Option(of):
                return conj(says(Opt(FALSE, self.any_value(of))), self.every(of, lambda v: says(Opt(TRUE, v)), name))
            case Record(_, fields):
                if self._listed(type) > MOST_RECORDS:
                    raise Refused(f"something that is said of all {self._listed(type):,} values of {type}, one by one")
                return self._every_record(fields, (), says, name)
            case SeqOf(of, most):
                return conj(*(self._every_sequence(of, n, most, (), says, name) for n in range(most + 1)))
            case SetOf() | MapOf() | BagOf() if not self.depends(type) and cardinality(type) <= LISTED:
                return conj(*(says(self.constant(type, value)) for value in values(type)))
        raise Refused(f"something that is said of every value of {type}")

    def _listed(self, type: Type) -> int:
        """In how many parts `every` says something of all values of a type: those that a quantifier ranges over are one."""
        match type:
            case Sort() if self.signature.is_free(type):
                return 1
            case Int(low, high) if high - low >= LISTED:
                return 1
            case Option(of):
                return 1 + self._listed(of)
            case Record(_, fields):
                return prod(self._listed(of) for _, of in fields)
        return cardinality(type) if not self.depends(type) else 1

    def _every_record(
        self, fields: tuple[tuple[str, Type], ...], known: tuple[Sym, ...], says: Callable[[Sym], Term], name: str
    ) -> Term:
        if len(known) == len(fields):
            return says(Rec(known))
        field, type = fields[len(known)]
        return self.every(type, lambda v: self._every_record(fields, (*known, v), says, name), f"{name}.{field}")

    def _every_sequence(
        self, of: Type, length: int, most: int, known: tuple[Sym, ...], says: Callable[[Sym], Term], name: str
    ) -> Term:
        if len(known) == length:
            return says(SeqV(number(length), known + (self.any_value(of),) * (most - length)))
        return self.every(of, lambda v: self._every_sequence(of, length, most, (*known, v), says, name), name)

    def some(self, type: Type, says: Callable[[Sym], Term], name: str = "x") -> Term:
        """Whether `says` holds of some value of `type`."""
        return negate(self.every(type, lambda v: negate(says(v)), name))

    def finite(self, type: Type) -> list[Sym] | None:
        """All values of a type that has few, else None."""
        if self.depends(type) or cardinality(type) > LISTED or isinstance(type, BagOf):
            return None
        return [self.constant(type, value) for value in values(type)]

    def within(self, type: Type, value: Sym) -> Term:
        """Whether a value of the shape of `type` is within its bounds."""
        match type, value:
            case (Int(low, high), Scalar(term)):
                return conj(at_most(number(low), term), at_most(term, number(high)))
            case (Option(of), Opt(some, inner)):
                return implies(some, self.within(of, inner))
            case (Record(_, fields), Rec(parts)):
                return conj(*(self.within(t, part) for (_, t), part in zip(fields, parts, strict=True)))
            case (MapOf(key, of), MapV(at)):
                return self.every(key, lambda k: self.within(of, at(k)))
            case (SeqOf(of, most), SeqV(length, items)):
                return conj(
                    at_most(number(0), length),
                    at_most(length, number(most)),
                    *(implies(at_most(number(i + 1), length), self.within(of, item)) for i, item in enumerate(items[:most])),
                )
            case (BagOf(of, most), BagV(count, size)):
                return within_bag(self, of, most, count, size)
        return TRUE
