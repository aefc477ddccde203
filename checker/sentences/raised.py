"""From an expression of a model to the expression of the language that says the same: the inverse of `checker.elaborate.terms`.

Before: a closed `Expr` of the model of a `Checked`. After: a surface tree whose text the parser, the checks and the lowering turn into an
equivalent `Expr`, unless it holds an `Unsayable`: the content of a message that waits, how much of a fault was used, what only a fault
remembers. Those stand as words for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from checker.language import tree
from checker.language.checked import Checked
from checker.language.types import (
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
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Model
from checker.sentences import build, messages
from checker.sentences.names import aliases, constant_named, fresh_name, member_name, taken_names
from checker.sentences.standing import stands

if TYPE_CHECKING:
    from checker.language.tree import BinaryOperator

Names = Mapping[int, str]  # of the locals in scope, by number

_BINARY: dict[str, BinaryOperator] = {
    "implies": "implies",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "add": "+",
    "sub": "-",
    "mul": "*",
    "floordiv": "//",
    "mod": "%",
    "in_set": "in",
    "in_seq": "in",
    "subset": "subset",
    "union": "|",
    "intersect": "&",
    "minus": "-",
    "concat": "+",
}
_CALLS = {"next", "previous", "next_in_ring", "index", "first", "last", "rest", "butlast", "append", "min", "max"}


@final
class Raised:
    """Raises expressions of one model."""

    def __init__(self, checked: Checked, model: Model) -> None:
        self.checked = checked
        self.taken = taken_names(checked, model)
        self.aliases = aliases(checked)
        self.channels = messages.Channels(model)

    def expr(self, expr: Expr, names: Names) -> tree.Expr:
        match expr:
            case Const(value, type):
                return self.value(type, value)
            case Local():
                return build.name(names[expr.number])
            case Read():
                return self._old(expr, self._read(expr, names))
            case Apply():
                return self._standing(expr, names) or self.channels.said(expr, self, names) or self._apply(expr, names)
            case Quantifier():
                return self._quantifier(expr, names)

    # --- values ------------------------------------------------------------------------------------------------------

    def value(self, type: Type, value: Value) -> tree.Expr:
        at, known = build.NOWHERE, constant_named(self.checked, type, value)
        if known is not None:
            return build.name(known)
        match type:
            case Bool():
                return tree.Truth(span=at, value=value)
            case Int():
                return build.number(value)
            case Enum(_, members):
                return build.name(member_name(type, members[value], self.checked))
            case Sort():
                return build.name(element(type, value))
            case Option(of):
                return tree.NoneValue(span=at) if value is None else self.value(of, value)
            case SetOf(of):
                return tree.Braces(span=at, items=tuple(self.value(of, item) for item in sorted(value, key=sort_key)))
            case SeqOf(of, _):
                return tree.SeqLiteral(span=at, items=tuple(self.value(of, item) for item in value))
            case MapOf(key, of):
                pairs = zip(values(key), value, strict=True)
                return tree.MapLiteral(span=at, entries=tuple((self.value(key, k), self.value(of, v)) for k, v in pairs))
            case Record(name, fields):
                pairs = zip(fields, value, strict=True)
                return self._record(name, [(field, self.value(of, item)) for (field, of), item in pairs])
        return _unsayable(str(value))

    def _record(self, name: str, fields: list[tuple[str, tree.Expr]]) -> tree.Expr:
        at = build.NOWHERE
        named = tuple(tree.Argument(span=at, name=field, value=value) for field, value in fields)
        return tree.Call(span=at, name=name, name_span=at, named=named)

    # --- stores ------------------------------------------------------------------------------------------------------

    def _old(self, read: Read, raised: tree.Expr) -> tree.Expr:
        return build.call("old", raised) if read.old else raised

    def _read(self, read: Read, names: Names) -> tree.Expr:
        variable = read.variable
        keys = [self.expr(index, names) for index in read.indices]
        match variable.kind:
            case "shared":
                return _indexed(build.name(variable.name), keys)
            case "agent" | "frame":
                return _indexed(self._of_agent(read, keys[0]), keys[1:])
            case "up" | "stalled":
                return _standing_fact(variable.name.rpartition(" ")[2], keys[0])
            case "budget":
                return _unsayable(f"(how often {variable.name} has happened)")
            case "channel":
                return self.channels.content(read, keys)
        return _unsayable(_text(_indexed(build.name(f"({variable.name})"), keys)))

    def _of_agent(self, read: Read, agent: tree.Expr) -> tree.Expr:
        sort = read.variable.index[0]
        assert isinstance(sort, Sort)
        name = read.variable.name.removeprefix(f"{sort.name}.")
        if read.variable.kind == "agent":
            return build.field(agent, name)
        activity, _, kept = name.rpartition(".")
        return build.field(build.field(agent, activity), kept)

    def _standing(self, node: Apply, names: Names) -> tree.Expr | None:
        """`w at working` and its kin, from comparisons of control variables."""
        if node.operator not in ("eq", "ne", "in_set"):
            return None
        read, const = node.arguments
        if isinstance(read, Const):
            read, const = const, read
        if not (isinstance(read, Read) and read.variable.kind == "control" and isinstance(const, Const)):
            return None
        places = const.value if node.operator == "in_set" else (const.value,)
        found = stands(self.checked, read.variable, places, self.expr(read.indices[0], names))
        found = self._old(read, found)
        return build.negated(found) if node.operator == "ne" else found

    # --- operators ---------------------------------------------------------------------------------------------------

    def _apply(self, node: Apply, names: Names) -> tree.Expr:
        of = [self.expr(argument, names) for argument in node.arguments]
        at, operator = build.NOWHERE, node.operator
        if operator in ("and", "or"):
            return build.chain("and" if operator == "and" else "or", of)
        if operator in _BINARY:
            return build.binary(_BINARY[operator], of[0], of[1])
        if operator in _CALLS:
            return build.call(operator, *of)
        match operator:
            case "not":
                return build.negated(of[0])
            case "neg":
                return build.negative(of[0])
            case "if":
                return tree.Conditional(span=at, condition=of[0], then=of[1], orelse=of[2])
            case "narrow":
                return of[0]
            case "unwrap":
                return tree.Unwrap(span=at, operand=of[0])
            case "set":
                return tree.Braces(span=at, items=tuple(of))
            case "seq":
                return tree.SeqLiteral(span=at, items=tuple(of))
            case "size":
                return build.call("len", of[0])
            case "item" | "get":
                return build.index(of[0], of[1])
            case "field":
                return build.field(of[0], _field(node))
            case "record" if isinstance(node.type, Record):
                return self._record(node.type.name, [(name, of[i]) for i, (name, _) in enumerate(node.type.fields)])
            case "map" if isinstance(node.type, MapOf):
                keys = [self.value(node.type.key, value) for value in values(node.type.key)]
                return tree.MapLiteral(span=at, entries=tuple(zip(keys, of, strict=True)))
        return _unsayable(f"{operator}({', '.join(map(_text, of))})")

    def _domain(self, type: Type) -> tree.Expr:
        """A type is gone over by its name; what has none (a range, a set) has none here either."""
        if isinstance(type, Sort | Enum | Bool):
            return build.name(str(type))
        return build.name(self.aliases[type]) if type in self.aliases else _unsayable(str(type))

    def _quantifier(self, node: Quantifier, names: Names) -> tree.Expr:
        waiting = self.channels.waiting(node, self, names) or self.channels.some(node, self, names)
        if waiting is not None:
            return waiting
        inner = dict(names)
        binders = []
        for local, domain in zip(node.locals, node.domains, strict=True):
            over = self._domain(domain) if isinstance(domain, Type) else self.expr(domain, inner)
            inner[local.number] = fresh_name(local.name, local.type, self.taken | frozenset(inner.values()))
            binders.append(tree.Binder(span=build.NOWHERE, name=inner[local.number], domain=over))
        body = self.expr(node.body, inner)
        if node.kind == "map":
            key = build.name(binders[0].name)
            return tree.MapComprehension(span=build.NOWHERE, key=key, value=body, binder=binders[0])
        return tree.Quantifier(span=build.NOWHERE, kind=node.kind, binders=tuple(binders), body=body)


def _field(node: Apply) -> str:
    record, place = node.arguments[0].type, node.arguments[1]
    assert isinstance(record, Record)
    assert isinstance(place, Const)
    return record.fields[place.value][0]


def _standing_fact(word: str, agent: tree.Expr) -> tree.Expr:
    """Of `Worker up`, `Worker stalled`; `Worker crashed` has no word."""
    facts: dict[str, tree.AgentFact] = {"up": "up", "stalled": "stalled"}
    return build.fact(agent, facts[word]) if word in facts else _unsayable(f"({_text(agent)} has {word})")


def _indexed(of: tree.Expr, keys: list[tree.Expr]) -> tree.Expr:
    for key in keys:
        of = build.index(of, key)
    return of


def _unsayable(text: str) -> tree.Expr:
    return build.Unsayable(span=build.NOWHERE, name=text)


def _text(node: tree.Expr) -> str:
    from checker.language.checking.written import whole

    return whole(node)
