"""The types of generated protocols, and expressions of every type over the names in scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Kind:
    """A type: `shape` is bool, int, enum, ids, role, option, set, map, seq or record; `text` is how it is written."""

    shape: str
    text: str
    of: tuple[Kind, ...] = ()
    names: tuple[str, ...] = ()  # members of an enum, fields of a record
    low: int = 0
    high: int = 0  # of an int; the size of ids, a role, the most of a seq
    ordered: bool = False


BOOL = Kind("bool", "bool")


def number(low: int, high: int) -> Kind:
    return Kind("int", f"{low}..{high}", low=low, high=high)


def option(of: Kind) -> Kind:
    return Kind("option", f"{of.text}?", (of,))


def set_of(of: Kind) -> Kind:
    return Kind("set", f"set[{of.text}]", (of,))


def seq_of(of: Kind, most: int) -> Kind:
    return Kind("seq", f"seq[{of.text}, max {most}]", (of,), high=most)


def map_of(key: Kind, value: Kind) -> Kind:
    return Kind("map", f"map[{key.text}, {value.text}]", (key, value))


@dataclass(frozen=True)
class Scope:
    """The names that may be read, with their types. `agents`: an agent's facts may be asked for; `role`: whose code it is."""

    names: tuple[tuple[str, Kind], ...] = ()
    role: Kind | None = None
    of_all: bool = False  # `done when`: everything may be read
    defs: tuple[tuple[str, tuple[Kind, ...], Kind], ...] = ()

    def bind(self, name: str, kind: Kind) -> Scope:
        return replace(self, names=(*self.names, (name, kind)))

    def fresh(self, stem: str) -> str:
        taken = {name for name, _ in self.names}
        return next(f"{stem}{i}" for i in range(100) if f"{stem}{i}" not in taken)


class NoExpression(Exception):
    """Nothing of this type can be written here."""


STEMS = {"bool": "p", "int": "n", "enum": "e", "ids": "i", "role": "w", "option": "o", "set": "s", "map": "m", "seq": "q"}


def stem(kind: Kind) -> str:
    """Names of one type are alike, so that one name is bound at several places of an activity."""
    if kind.shape in ("ids", "role", "record", "enum"):
        return kind.text.lower() + "_"
    return STEMS[kind.shape] + "".join(stem(of) for of in kind.of) + "_"


@dataclass
class Expressions:
    """Writes expressions; `below(n)` decides: any number from 0 to n - 1."""

    below: Callable[[int], int]
    kinds: list[Kind] = field(default_factory=list)  # bool, numbers, enums, ids, roles, records: what may be a domain or a part
    roles: list[Kind] = field(default_factory=list)
    messages: list[tuple[str, Kind]] = field(default_factory=list)
    at_labels: dict[str, list[str]] = field(default_factory=dict)

    def pick(self, options: list[T]) -> T:
        return options[self.below(len(options))] if len(options) > 1 else options[0]

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        return self.between(0, 99) >= 100 - percent

    # --- the parts of an expression --------------------------------------------------------------------------------

    def expression(self, kind: Kind, scope: Scope, depth: int = 2, *, other_than: str = "") -> str:
        """An expression of the type, mostly not `other_than`; raises NoExpression, but not for bool."""
        try:
            found = self._expression(kind, scope, depth)
            return self._expression(kind, scope, depth) if found == other_than else found
        except NoExpression:
            if kind.shape == "bool":
                return self.pick(["true", "false"])
            raise

    def _expression(self, kind: Kind, scope: Scope, depth: int) -> str:
        known = self.known(kind, scope)
        if known and (depth <= 0 or self.chance(45)):
            return self.pick(known)
        called = [d for d in scope.defs if d[2].text == kind.text]
        if called and depth > 0 and self.chance(20):
            name, parameters, _ = self.pick(called)
            return f"{name}({', '.join(self.expression(p, scope, depth - 1) for p in parameters)})"
        if depth > 1 and kind.shape != "map" and self.chance(8):
            then, orelse = self.expression(kind, scope, depth - 1), self.expression(kind, scope, depth - 1)
            return f"(if {self.expression(BOOL, scope, depth - 1)} then {then} else {orelse})"
        try:
            return str(getattr(self, f"_{kind.shape}")(kind, scope, depth))
        except NoExpression:
            if known:
                return self.pick(known)
            raise

    def known(self, kind: Kind, scope: Scope) -> list[str]:
        """Names, entries, fields and unwrapped options of the type."""
        found: list[str] = []
        for name, own in scope.names:
            if self._same(own, kind):
                found.append(name)
            elif own.shape == "record" and kind.text in [f.text for f in own.of]:
                found += [f"{name}.{f}" for f, of in zip(own.names, own.of, strict=True) if of.text == kind.text]
            elif own.shape == "map" and self._same(own.of[1], kind):
                found += [f"{name}[{key}]" for key in self._keys(own.of[0], scope)]
        return found

    def _same(self, own: Kind, kind: Kind) -> bool:
        return own.text == kind.text or (own.shape == kind.shape == "int")

    def _keys(self, kind: Kind, scope: Scope) -> list[str]:
        found = [name for name, own in scope.names if own.text == kind.text]
        if kind.shape == "bool":
            found += ["false", "true"]
        if kind.shape == "int":
            found += [str(n) for n in range(kind.low, kind.high + 1)]
        if kind.shape == "enum":
            found += kind.names
        if kind.shape == "ids" and kind.ordered:
            found += [f"first({kind.text})", f"last({kind.text})"]
        return found

    def opened(self, kind: Kind, scope: Scope) -> list[str]:
        """`x!` of the options in scope: may fail in the run."""
        return [f"{name}!" for name in self.known(option(kind), scope)]

    # --- by type -----------------------------------------------------------------------------------------------------

    def _bool(self, kind: Kind, scope: Scope, depth: int) -> str:
        if depth <= 0 and self.chance(70):
            return self._compare(scope, 0)
        if depth <= 0:
            return self.pick(["true", "false"])
        ways = [self._compare, self._compare, self._logic, self._member, self._quantified, self._agent_fact]
        try:
            return self.pick(ways)(scope, depth)
        except NoExpression:
            return self.pick(["true", "false"])

    def _compare(self, scope: Scope, depth: int) -> str:
        if not scope.names:
            raise NoExpression
        name, kind = self.pick(list(scope.names))
        if kind.shape == "map":
            name, kind = f"{name}[{self.pick(self._keys(kind.of[0], scope) or self._none())}]", kind.of[1]
        if kind.shape == "bool":
            return self.pick([name, f"(not {name})"])
        operators = ["==", "!="]
        if kind.shape in ("int", "enum") or (kind.shape in ("ids", "role") and kind.ordered):
            operators += ["<", "<=", ">", ">="]
        if kind.shape == "option" and self.chance(50):
            return f"({name} {self.pick(['==', '!='])} none)"
        return f"({name} {self.pick(operators)} {self.expression(kind, scope, depth - 1, other_than=name)})"

    def _none(self) -> list[str]:
        raise NoExpression

    def _logic(self, scope: Scope, depth: int) -> str:
        left = self.expression(BOOL, scope, depth - 1)
        operator = self.pick(["and", "or", "not", "implies"])
        if operator == "not":
            return f"(not {left})"
        return f"({left} {operator} {self.expression(BOOL, scope, depth - 1)})"

    def _member(self, scope: Scope, depth: int) -> str:
        holders = [(name, kind) for name, kind in scope.names if kind.shape in ("set", "seq")]
        if not holders:
            raise NoExpression
        name, kind = self.pick(holders)
        if kind.shape == "set" and self.chance(30):
            return f"({self.expression(kind, scope, depth - 1)} subset {name})"
        return f"({self.expression(kind.of[0], scope, depth - 1)} {self.pick(['in', 'not in'])} {name})"

    def domain(self, scope: Scope) -> tuple[str, Kind]:
        """A type or a set to range over, and the type of its elements."""
        sets = [(name, kind.of[0]) for name, kind in scope.names if kind.shape == "set"]
        named = [(kind.text, kind) for kind in self.kinds if kind.shape in ("enum", "ids", "role")]
        return self.pick([*named, *sets] or self._none())

    def _quantified(self, scope: Scope, depth: int) -> str:
        text, kind = self.domain(scope)
        name = scope.fresh("x")
        inner = self.expression(BOOL, scope.bind(name, kind), depth - 1)
        return f"{self.pick(['all', 'any', 'majority'])}({name} in {text}: {inner})"

    def _agent_fact(self, scope: Scope, depth: int) -> str:
        role = self.pick(self.roles or self._none())
        facts = ["up", "down"] if not scope.of_all else ["up", "down", "busy", "idle", "stalled"]
        name = scope.fresh("x")
        text = f"{name} is {self.pick(facts)}"
        labels = self.at_labels.get(role.text, [])
        if scope.of_all and labels and self.chance(50):
            text = f"{name} at {self.pick(labels)}"
        return f"{self.pick(['any', 'all'])}({name} in {role.text}: {text})"

    def _int(self, kind: Kind, scope: Scope, depth: int) -> str:
        if depth <= 0 or self.chance(40):
            return str(self.between(kind.low, kind.high))
        way = self.pick(["arithmetic", "count", "len", "extreme", "opened", "place"])
        numbers = self.known(kind, scope)
        if way == "arithmetic" and numbers:
            other = self.pick([*numbers, "1", "2"])
            return f"({self.pick(numbers)} {self.pick(['+', '-', '*', '//', '%'])} {other})"
        if way == "count":
            text, of = self.domain(scope)
            name = scope.fresh("x")
            inner = scope.bind(name, of)
            if self.chance(30):
                return f"{self.pick(['sum', 'min', 'max'])}({name} in {text}: {self.expression(number(0, 1), inner, depth - 1)})"
            return f"count({name} in {text}: {self.expression(BOOL, inner, depth - 1)})"
        holders = [name for name, own in scope.names if own.shape in ("set", "seq")]
        if way == "len" and holders:
            return f"len({self.pick(holders)})"
        if way == "extreme":
            parts = [self.expression(kind, scope, depth - 1) for _ in range(2)]
            return f"{self.pick(['min', 'max'])}({', '.join(parts)})"
        if way == "opened" and self.opened(kind, scope):
            return self.pick(self.opened(kind, scope))
        queues = [name for name, own in scope.names if own.shape == "seq" and own.of[0].shape == "int"]
        if way == "place" and queues:
            return self.pick([f"first({self.pick(queues)})", f"last({self.pick(queues)})", f"{self.pick(queues)}[0]"])
        return str(kind.low)

    def _enum(self, kind: Kind, scope: Scope, depth: int) -> str:
        known = self.known(kind, scope)
        if known and self.chance(20):
            return f"{self.pick(['next', 'previous', 'next_in_ring'])}({self.pick(known)})"
        return self.pick([*kind.names, *self.opened(kind, scope)])

    def _ids(self, kind: Kind, scope: Scope, depth: int) -> str:
        options = self.opened(kind, scope)
        if kind.ordered:
            options += [f"first({kind.text})", f"last({kind.text})"]
            options += [f"next_in_ring({name})" for name in self.known(kind, scope)]
        return self.pick(options or self._none())

    def _role(self, kind: Kind, scope: Scope, depth: int) -> str:
        options = self.opened(kind, scope)
        if scope.role is not None and scope.role.text == kind.text:
            options = ["self", "self", *options]
        if kind.low == 1:  # a role of one agent
            options = [kind.text, *options]
        return self.pick(options or self._none())

    def _option(self, kind: Kind, scope: Scope, depth: int) -> str:
        if self.chance(60):
            try:
                return self.expression(kind.of[0], scope, depth - 1)
            except NoExpression:
                pass
        return "none"

    def _set(self, kind: Kind, scope: Scope, depth: int) -> str:
        of = kind.of[0]
        way = self.pick(["empty", "items", "those", "operator"]) if depth > 0 else "empty"
        known = self.known(kind, scope)
        if way == "operator" and known:
            return f"({self.pick(known)} {self.pick(['|', '&', '-'])} {self.expression(kind, scope, depth - 1)})"
        if way == "those" and of.shape in ("enum", "ids", "role"):
            name = scope.fresh("x")
            return f"those({name} in {of.text}: {self.expression(BOOL, scope.bind(name, of), depth - 1)})"
        if way == "items":
            try:
                items = [self.expression(of, scope, depth - 1) for _ in range(self.pick([1, 2]))]
            except NoExpression:
                return "{}"
            return f"{{{', '.join(items)}}}"
        return "{}"

    def _seq(self, kind: Kind, scope: Scope, depth: int) -> str:
        known = self.known(kind, scope)
        way = self.pick(["empty", "items", "append", "without", "rest", "butlast", "join"]) if depth > 0 else "empty"
        if way in ("append", "without") and known:
            return f"{way}({self.pick(known)}, {self.expression(kind.of[0], scope, depth - 1)})"
        if way in ("rest", "butlast") and known:
            return f"{way}({self.pick(known)})"
        if way == "join" and known:
            return f"({self.pick(known)} + {self.pick(known)})"
        if way == "items":
            try:
                return f"[{self.expression(kind.of[0], scope, depth - 1)}]"
            except NoExpression:
                return "[]"
        return "[]"

    def _map(self, kind: Kind, scope: Scope, depth: int) -> str:
        key, value = kind.of
        if self.chance(50) and key.shape in ("enum", "ids", "role"):
            name = scope.fresh("x")
            return f"{{{name}: {self.expression(value, scope.bind(name, key), depth - 1)} for {name} in {key.text}}}"
        if key.shape == "bool" and self.chance(50):
            parts = [self.expression(value, scope, depth - 1) for _ in range(2)]
            return f"{{false: {parts[0]}, true: {parts[1]}}}"
        if value.shape in ("map", "set", "seq"):
            known = self.known(value, scope)
            return self.pick(known or ["{}" if value.shape == "set" else "[]" if value.shape == "seq" else "false"])
        return self.expression(value, scope, depth - 1)

    def _record(self, kind: Kind, scope: Scope, depth: int) -> str:
        fields = [f"{name}: {self.expression(of, scope, depth - 1)}" for name, of in zip(kind.names, kind.of, strict=True)]
        return f"{kind.text}({', '.join(fields)})"
