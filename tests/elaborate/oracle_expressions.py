"""The value of an expression, by direct recursion over what was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from checker.language import tree
from checker.language.checked import (
    AgentVariable,
    Bound,
    Builtin,
    Checked,
    Constant,
    Def,
    FrameVariable,
    RecordMaker,
    SharedVariable,
    TypeName,
)
from checker.language.types import (
    MapOf,
    Record,
    Sort,
    Type,
    Value,
    cardinality,
    contains,
    position,
    sort_key,
    values,
)
from tests.elaborate.oracle_world import Act, Agent, Environment, Event, Failed, World

COMPARISONS = {
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


@dataclass
class Later:
    """The argument of a def: it is evaluated where the body uses it."""

    value: Callable[[], Value]

    def __call__(self) -> Value:
        return self.value()


def spread(value: Value, given: Type, wanted: Type) -> Value:
    """A plain value stands for a map in which every key has it."""
    if isinstance(wanted, MapOf) and not isinstance(given, MapOf):
        return (spread(value, given, wanted.value),) * cardinality(wanted.key)
    if isinstance(wanted, MapOf) and isinstance(given, MapOf):
        return tuple(spread(v, given.value, wanted.value) for v in value)
    return value


class Expressions:
    def __init__(self, checked: Checked) -> None:
        self.checked = checked

    def truth(self, node: tree.Expr, env: Environment, world: World, act: Act) -> bool:
        return bool(self.value(node, env, world, act))

    def fitted(self, node: tree.Expr, wanted: Type, env: Environment, world: World, act: Act) -> Value:
        """The value as one of type `wanted`; an error where it is outside."""
        value = spread(self.value(node, env, world, act), self.checked.type_of(node), wanted)
        if not contains(wanted, value):
            raise Failed("range")
        return value

    def elements(self, domain: tree.Expr, env: Environment, world: World, act: Act) -> list[Value]:
        symbol = self.checked.symbols.get(id(domain))
        if isinstance(symbol, TypeName):
            return list(values(symbol.type))
        return sorted(self.value(domain, env, world, act), key=sort_key)

    # --- stores ----------------------------------------------------------------------------------------------------

    def entry(self, name: str, key: Value, world: World, act: Act) -> Value:
        """One cell of a store."""
        value = world.shared[name]
        type = self.checked.shared[name].type
        value = value[position(type.key)[key]] if isinstance(type, MapOf) else value
        if act.stale == (name, key) and (name, key) not in act.written and world.before[name, key] != value:
            act.stale_read = True
            act.events.append(Event("stale", (name, key)))
            return world.before[name, key]
        act.events.append(Event("read", (name, key)))
        return value

    def store(self, name: str, world: World, act: Act) -> Value:
        type = self.checked.shared[name].type
        if isinstance(type, MapOf):
            return tuple(self.entry(name, key, world, act) for key in values(type.key))
        return self.entry(name, None, world, act)

    # --- expressions -----------------------------------------------------------------------------------------------

    def value(self, node: tree.Expr, env: Environment, world: World, act: Act) -> Value:
        match node:
            case tree.Number() | tree.Truth():
                return node.value
            case tree.NoneValue():
                return None
            case tree.Name():
                return self._name(node, env, world, act)
            case tree.Field():
                return self._field(node, env, world, act)
            case tree.Index():
                return self._index(node, env, world, act)
            case tree.Call():
                return self._call(node, env, world, act)
            case tree.Unwrap():
                value = self.value(node.operand, env, world, act)
                if value is None:
                    raise Failed("none")
                return value
            case tree.Unary():
                value = self.value(node.operand, env, world, act)
                return not value if node.operator == "not" else -value
            case tree.Binary():
                return self._binary(node, env, world, act)
            case tree.Conditional():
                chosen = node.then if self.truth(node.condition, env, world, act) else node.orelse
                return spread(self.value(chosen, env, world, act), self.checked.type_of(chosen), self.checked.type_of(node))
            case tree.Quantifier():
                return self._quantifier(node, env, world, act)
            case tree.Is() | tree.At():
                return self._fact(node, env, world, act)
        return self._literal(node, env, world, act)

    def _literal(self, node: tree.Expr, env: Environment, world: World, act: Act) -> Value:
        own: Any = self.checked.type_of(node)
        match node:
            case tree.Braces():
                if isinstance(own, MapOf):
                    return ()
                return frozenset(self._item(item, own.of, env, world, act) for item in node.items)
            case tree.SeqLiteral():
                return tuple(self._item(item, own.of, env, world, act) for item in node.items)
            case tree.MapLiteral():
                found = {self.value(k, env, world, act): self._item(v, own.value, env, world, act) for k, v in node.entries}
                return tuple(found[key] for key in values(own.key))
            case tree.MapComprehension():
                name = node.binder.name
                return tuple(self._item(node.value, own.value, {**env, name: k}, world, act) for k in values(own.key))
        raise TypeError(node)

    def _item(self, node: tree.Expr, wanted: Type, env: Environment, world: World, act: Act) -> Value:
        return spread(self.value(node, env, world, act), self.checked.type_of(node), wanted)

    def _name(self, node: tree.Name, env: Environment, world: World, act: Act) -> Value:
        match self.checked.symbol_of(node):
            case Constant(value):
                return value
            case Bound(name):
                bound = env[name]
                return bound() if isinstance(bound, Later) else bound
            case SharedVariable(name):
                return self.store(name, world, act)
            case AgentVariable(role, name):
                return world.own[(role, env["self"]), name]
        raise TypeError(node)

    def _field(self, node: tree.Field, env: Environment, world: World, act: Act) -> Value:
        match self.checked.symbols.get(id(node)):
            case Constant(value):
                return value
            case AgentVariable(role, name):
                return world.own[(role, self.value(node.of, env, world, act)), name]
            case FrameVariable(role, activity, name):
                assert isinstance(node.of, tree.Field)
                agent = self.value(node.of.of, env, world, act)
                waiting = world.waits.get(((role, agent), activity))
                return dict(waiting.names).get(name) if waiting is not None else None
        record = self.checked.type_of(node.of)
        assert isinstance(record, Record)
        return self.value(node.of, env, world, act)[record.position(node.name)]

    def _index(self, node: tree.Index, env: Environment, world: World, act: Act) -> Value:
        of = self.checked.type_of(node.of)
        symbol = self.checked.symbols.get(id(node.of))
        if isinstance(of, MapOf) and isinstance(node.of, tree.Name) and isinstance(symbol, SharedVariable):
            key = self.value(node.key, env, world, act)
            if key not in position(of.key):
                raise Failed("key")
            return self.entry(symbol.name, key, world, act)
        whole = self.value(node.of, env, world, act)
        key = self.value(node.key, env, world, act)
        place = position(of.key).get(key) if isinstance(of, MapOf) else key
        if place is None or not 0 <= place < len(whole):
            raise Failed("key")
        return whole[place]

    def _binary(self, node: tree.Binary, env: Environment, world: World, act: Act) -> Value:
        left = self.value(node.left, env, world, act)
        if (node.operator == "and" and not left) or (node.operator == "implies" and not left) or (node.operator == "or" and left):
            return node.operator != "and"
        right = self.value(node.right, env, world, act)
        if node.operator in ("and", "or", "implies"):
            return right
        if node.operator in ("//", "%"):
            if right == 0:
                raise Failed("division")
            return left // right if node.operator == "//" else left % right
        return COMPARISONS[node.operator](left, right)

    def _bodies(
        self, binders: tuple[tree.Binder, ...], body: tree.Expr, env: Environment, world: World, act: Act
    ) -> Iterator[tuple[Value, Value]]:
        """The last element and the body's value, for every binding."""
        first, *rest = binders
        for element in self.elements(first.domain, env, world, act):
            inner = {**env, first.name: element}
            if rest:
                yield from self._bodies(tuple(rest), body, inner, world, act)
            else:
                yield element, self.value(body, inner, world, act)

    def _quantifier(self, node: tree.Quantifier, env: Environment, world: World, act: Act) -> Value:
        found = list(self._bodies(node.binders, node.body, env, world, act))
        answers = [answer for _, answer in found]
        match node.kind:
            case "all":
                return all(answers)
            case "any":
                return any(answers)
            case "count" | "sum":
                return sum(answers)
            case "majority":
                return 2 * sum(answers) > len(answers)
            case "those":
                return frozenset(element for element, answer in found if answer)
        if not answers:
            raise Failed("empty")
        return min(answers) if node.kind == "min" else max(answers)

    # --- calls -----------------------------------------------------------------------------------------------------

    def _call(self, node: tree.Call, env: Environment, world: World, act: Act) -> Value:
        match self.checked.symbol_of(node):
            case Def(name):
                info = self.checked.defs[name]
                given: Environment = {}
                for (parameter, type), argument in zip(info.parameters, node.arguments, strict=True):
                    given[parameter] = Later(partial(self.fitted, argument, type, env, world, act))
                return self.value(info.body, given, world, act)
            case RecordMaker():
                record = self.checked.type_of(node)
                assert isinstance(record, Record)
                fields = {
                    argument.name: self.fitted(argument.value, record.field(argument.name), env, world, act)
                    for argument in node.named
                }
                return tuple(fields[name] for name, _ in record.fields)
            case Builtin(name):
                return self._builtin(name, node, env, world, act)
        raise TypeError(node)

    def _builtin(self, name: str, node: tree.Call, env: Environment, world: World, act: Act) -> Value:
        if name == "waiting":
            assert isinstance(node.arguments[0], tree.Name)
            message = node.arguments[0].name
            to = self.value(node.arguments[1], env, world, act) if len(node.arguments) == 2 else None
            return sum(len(q) for (m, _, _, w), q in world.queues.items() if m == message and (to is None or w == to))
        symbol = self.checked.symbols.get(id(node.arguments[0]))
        if isinstance(symbol, TypeName):
            every = list(values(symbol.type))
            if not every:
                raise Failed("empty")
            return every[0] if name == "first" else every[-1]
        given = [self.value(argument, env, world, act) for argument in node.arguments]
        match name:
            case "min" | "max":
                return min(given) if name == "min" else max(given)
            case "len":
                return len(given[0])
            case "append":
                return (*given[0], given[1])
            case "without":
                kept = list(given[0])
                if given[1] in kept:
                    kept.remove(given[1])
                return tuple(kept)
            case "index":
                return given[0]
            case "first" | "last" | "rest" | "butlast":
                if not given[0]:
                    raise Failed("empty")
                if name == "butlast":
                    return given[0][: len(given[0]) - 1]
                return given[0][0] if name == "first" else given[0][-1] if name == "last" else given[0][1:]
        every = list(values(self.checked.type_of(node.arguments[0])))
        place = every.index(given[0]) + (-1 if name == "previous" else 1)
        if name == "next_in_ring":
            return every[place % len(every)]
        if not 0 <= place < len(every):
            raise Failed("range")
        return every[place]

    # --- what agents do ----------------------------------------------------------------------------------------------

    def _fact(self, node: tree.Is | tree.At, env: Environment, world: World, act: Act) -> bool:
        sort = self.checked.type_of(node.agent)
        assert isinstance(sort, Sort)
        agent: Agent = (sort.name, self.value(node.agent, env, world, act))
        waiting = world.waiting_of(agent)
        if isinstance(node, tree.At):
            return any(w.label == node.label and node.activity in (None, name) for name, w in waiting.items())
        match node.fact:
            case "busy":
                return bool(waiting)
            case "idle":
                return not waiting
            case "up":
                return world.up[agent]
            case "down":
                return not world.up[agent]
            case "stalled":
                return world.stalled[agent]
            case "finished":
                return world.runs[agent] == "finished"
