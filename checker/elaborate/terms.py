"""Expressions of the surface to expressions of the model.

Before: a checked expression. After: a typed `Expr` whose stores are flat cells and whose defs are expanded. Requires the tables of
`Checked`; establishes that every index, wanted type and partial operation is exact or checked at run time.
"""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from checker.elaborate import make, standing
from checker.elaborate.build import Build, Registers, size
from checker.elaborate.shapes import element_hull, element_type, joined, quantified
from checker.language import tree
from checker.language.checked import (
    AgentVariable,
    Bound,
    Builtin,
    Constant,
    Def,
    FrameVariable,
    RecordField,
    RecordMaker,
    SharedVariable,
    TypeName,
)
from checker.language.types import Bool, Int, MapOf, Record, SeqOf, SetOf, Type, cardinality, default, position
from checker.model.expr import Const, Expr, Local, Quantifier, Read
from checker.model.model import Variable

Env = dict[str, Expr]

_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "//": "floordiv", "%": "mod"}
_SETS = {"|": "union", "&": "intersect", "-": "minus"}


class Terms(Struct, kw_only=True):
    """Lowers expressions in one scope: `env` gives the names that are bound, `self` included. `old`: read the state before."""

    build: Build
    registers: Registers
    env: Env = field(default_factory=dict)
    old: bool = False

    def inside(self, env: Env) -> Terms:
        return replace(self, env=env)

    def _agent(self, node: tree.Is | tree.At) -> Expr:
        return make.unwrap(self.lower(node.agent), node.span)

    def condition(self, node: tree.Expr | None) -> Expr:
        return make.TRUE if node is None else self.lower(node)

    def fitted(self, node: tree.Expr, wanted: Type) -> Expr:
        """`node` as a value of `wanted`."""
        return make.fit(self.lower(node), wanted, node.span)

    def lower(self, node: tree.Expr) -> Expr:
        match node:
            case tree.Number():
                return make.number(node.value)
            case tree.Truth():
                return make.truth(node.value)
            case tree.NoneValue():
                return Const(None, self.build.checked.type_of(node))
            case tree.Name() | tree.Field() | tree.Index():
                return self._path(node)
            case tree.Call():
                return self._call(node)
            case tree.Unary():
                return self._unary(node)
            case tree.Binary():
                return self._binary(node)
            case tree.Unwrap():
                return make.unwrap(self.lower(node.operand), node.span)
            case tree.Conditional():
                return self._conditional(node)
            case tree.Quantifier():
                return self._quantifier(node)
            case tree.Braces() | tree.SeqLiteral():
                return self._collection(node)
            case tree.MapLiteral() | tree.MapComprehension():
                return self._map(node)
            case tree.Is():
                return standing.fact(self.build, self._agent(node), node.fact, self.old)
            case tree.At():
                return standing.at(self.build, self._agent(node), node.activity, node.label, self.old)
        raise TypeError(node)

    # --- stores: a path of names, fields and keys down to a cell ------------------------------------------------

    def cell(self, node: tree.Expr) -> tuple[Variable, tuple[Expr, ...], tuple[tree.Expr, ...]] | None:
        """The variable that a path starts at, the keys found so far (at most its index), and the rest of the path, outermost last.

        None where the path does not start at a variable.
        """
        rest: list[tree.Expr] = []
        while True:
            base = self._base(node)
            if base is not None:
                break
            if not isinstance(node, tree.Field | tree.Index):
                return None
            rest.append(node)
            node = node.of
        variable, keys = base
        rest.reverse()
        taken = list(keys)
        used = 0
        for part in rest:
            if len(taken) == len(variable.index) or not isinstance(part, tree.Index):
                break
            taken.append(self.fitted(part.key, variable.index[len(taken)]))
            used += 1
        return variable, tuple(taken), tuple(rest[used:])

    def _base(self, node: tree.Expr) -> tuple[Variable, tuple[Expr, ...]] | None:
        symbol = self.build.checked.symbols.get(id(node))
        match symbol:
            case SharedVariable(name):
                return self.build.variables[name], ()
            case AgentVariable(role, name):
                agent = self.lower(node.of) if isinstance(node, tree.Field) else self.env["self"]
                return self.build.variables[f"{role}.{name}"], (agent,)
            case FrameVariable(role, activity, name):
                assert isinstance(node, tree.Field)
                assert isinstance(node.of, tree.Field)
                return self.build.variables[f"{role}.{activity}.{name}"], (self.lower(node.of.of),)
        return None

    def read(self, variable: Variable, keys: tuple[Expr, ...]) -> Expr:
        """The cell, or the map of the cells under these keys."""
        if len(keys) == len(variable.index):
            return Read(variable, keys, self.old)
        key = variable.index[len(keys)]
        local = self.registers.fresh("key", key)
        body = self.read(variable, (*keys, local))
        return Quantifier("map", (local,), (key,), body, MapOf(key, body.type))

    def _path(self, node: tree.Expr) -> Expr:
        found = self.cell(node)
        if found is not None:
            variable, keys, rest = found
            value = self.read(variable, keys)
            for part in rest:
                value = self._part(value, part)
            return value
        match self.build.checked.symbols.get(id(node)):
            case Constant(value, type):
                return Const(value, type)
            case Bound(name):
                return self.env[name]
        assert isinstance(node, tree.Field | tree.Index), node
        return self._part(self.lower(node.of), node)

    def _part(self, value: Expr, part: tree.Expr) -> Expr:
        if isinstance(part, tree.Index):
            if isinstance(value.type, MapOf):
                key = self.fitted(part.key, value.type.key)
                return make.apply("get", (value, key), value.type.value, part.span)
            assert isinstance(value.type, SeqOf)
            return make.apply("item", (value, self.lower(part.key)), value.type.of, part.span)
        assert isinstance(part, tree.Field)
        assert isinstance(value.type, Record)
        symbol = self.build.checked.symbols.get(id(part))
        assert symbol is None or isinstance(symbol, RecordField)
        place = value.type.position(part.name)
        return make.apply("field", (value, make.number(place)), value.type.fields[place][1], part.span)

    # --- operators -----------------------------------------------------------------------------------------------

    def _unary(self, node: tree.Unary) -> Expr:
        operand = self.lower(node.operand)
        if node.operator == "not":
            return make.negate(operand)
        if isinstance(operand, Const):
            return make.number(-operand.value)
        assert isinstance(operand.type, Int)
        return make.apply("neg", (operand,), Int(-operand.type.high, -operand.type.low))

    def _binary(self, node: tree.Binary) -> Expr:
        left = self.lower(node.left)
        match node.operator:
            case "and":
                return make.FALSE if left == make.FALSE else make.both(left, self.lower(node.right))
            case "or":
                return make.TRUE if left == make.TRUE else make.either(left, self.lower(node.right))
            case "implies":
                return make.TRUE if left == make.FALSE else make.implies(left, self.lower(node.right))
        right = self.lower(node.right)
        operator = node.operator
        if operator in make.COMPARE:
            return make.compare(make.COMPARE[operator], left, right, node.span)
        if operator in ("in", "not in"):
            inside = make.apply("in_seq" if isinstance(right.type, SeqOf) else "in_set", (left, right), Bool())
            return make.negate(inside) if operator == "not in" else inside
        if operator == "subset":
            return make.apply("subset", (left, right), Bool())
        if isinstance(left.type, SetOf):
            return make.apply(_SETS[operator], (left, right), make.hull(left.type, right.type))
        if isinstance(left.type, SeqOf) and isinstance(right.type, SeqOf):
            joined = SeqOf(element_hull(left.type, right.type), left.type.max + right.type.max)
            return make.apply("concat", (left, right), joined)
        return make.integer(_ARITHMETIC[operator], left, right, node.span)

    def _conditional(self, node: tree.Conditional) -> Expr:
        condition = self.lower(node.condition)
        if isinstance(condition, Const):
            return self.lower(node.then if condition.value else node.orelse)
        then, orelse = self.lower(node.then), self.lower(node.orelse)
        return make.choice(condition, then, orelse, joined(then, orelse))

    def _quantifier(self, node: tree.Quantifier) -> Expr:
        env = dict(self.env)
        scope = self.inside(env)
        locals: list[Local] = []
        domains: list[Type | Expr] = []
        for binder in node.binders:
            domain = scope.domain(binder.domain)
            local = self.registers.fresh(binder.name, element_type(domain))
            env[binder.name] = local
            locals.append(local)
            domains.append(domain)
        body = scope.lower(node.body)
        most = size(element_type(d) for d in domains)
        return Quantifier(node.kind, tuple(locals), tuple(domains), body, quantified(node.kind, most, locals, body), node.span)

    def domain(self, node: tree.Expr) -> Type | Expr:
        """A type, or the expression of a set or sequence."""
        symbol = self.build.checked.symbols.get(id(node))
        return symbol.type if isinstance(symbol, TypeName) else self.lower(node)

    def _collection(self, node: tree.Braces | tree.SeqLiteral) -> Expr:
        type = self.build.checked.type_of(node)
        if isinstance(type, MapOf):  # `{}` where a map is wanted
            return Const(default(type), type)
        assert isinstance(type, SetOf | SeqOf)
        items = [self.fitted(item, type.of) for item in node.items]
        if all(isinstance(item, Const) for item in items):
            known = [item.value for item in items if isinstance(item, Const)]
            return Const(frozenset(known) if isinstance(type, SetOf) else tuple(known), type)
        return make.apply("set" if isinstance(type, SetOf) else "seq", items, type, node.span)

    def _map(self, node: tree.MapLiteral | tree.MapComprehension) -> Expr:
        type = self.build.checked.type_of(node)
        assert isinstance(type, MapOf)
        if isinstance(node, tree.MapComprehension):
            local = self.registers.fresh(node.binder.name, type.key)
            value = self.inside({**self.env, node.binder.name: local}).fitted(node.value, type.value)
            return Quantifier("map", (local,), (type.key,), value, type, node.span)
        places = position(type.key)
        found: dict[int, Expr] = {}
        for key, value_node in node.entries:
            known = self.fitted(key, type.key)
            assert isinstance(known, Const), "keys of a map literal are constants"
            found[places[known.value]] = self.fitted(value_node, type.value)
        return make.apply("map", [found[i] for i in sorted(found)], type, node.span)

    # --- calls -----------------------------------------------------------------------------------------------------

    def _call(self, node: tree.Call) -> Expr:
        checked = self.build.checked
        match checked.symbol_of(node):
            case Def(name):
                info = checked.defs[name]
                pairs = zip(info.parameters, node.arguments, strict=True)
                env: Env = {parameter: self.fitted(argument, type) for (parameter, type), argument in pairs}
                return self.inside(env).lower(info.body)
            case RecordMaker():
                record = checked.type_of(node)
                assert isinstance(record, Record)
                given = {argument.name: argument.value for argument in node.named}
                return make.apply("record", [self.fitted(given[n], t) for n, t in record.fields], record, node.span)
            case Builtin(name):
                return self._builtin(name, node)
            case Constant(value, type):
                return Const(value, type)
        raise TypeError(node)

    def _builtin(self, name: str, node: tree.Call) -> Expr:
        first = node.arguments[0]
        if name == "old":
            return replace(self, old=True).lower(first)
        if name == "waiting":
            return self._waiting(node)
        symbol = self.build.checked.symbols.get(id(first))
        if isinstance(symbol, TypeName):  # first(Slot), last(Slot)
            return _end(name, symbol.type, node)
        value = self.lower(first)
        type = value.type
        match name:
            case "len":
                most = type.max if isinstance(type, SeqOf) else cardinality(type.of) if isinstance(type, SetOf) else 0
                return make.apply("size", (value,), Int(0, most))
            case "min" | "max":
                return make.integer(name, value, self.lower(node.arguments[1]), node.span)
            case "first" | "last":
                assert isinstance(type, SeqOf)
                return make.apply(name, (value,), type.of, node.span)
            case "rest" | "butlast":
                assert isinstance(type, SeqOf)
                return make.apply(name, (value,), type, node.span)
            case "append":
                assert isinstance(type, SeqOf)
                item = self.lower(node.arguments[1])
                of = item.type if type.max == 0 else make.hull(type.of, item.type)
                return make.apply("append", (value, item), SeqOf(of, type.max + 1))
            case "without":
                assert isinstance(type, SeqOf)
                return _without(value, self.lower(node.arguments[1]), type)
            case "index":
                return make.apply("index", (value,), Int(0, max(0, cardinality(type) - 1)))
            case "next" | "previous" | "next_in_ring":
                return make.apply(name, (value,), type, node.span)
        raise TypeError(name)

    def _waiting(self, node: tree.Call) -> Expr:
        message = node.arguments[0]
        assert isinstance(message, tree.Name)
        to = self.lower(node.arguments[1]) if len(node.arguments) == 2 else None
        total: Expr = make.number(0)
        for channel in self.build.channels:
            if channel.message != message.name:
                continue
            variable = channel.variable
            free = variable.index if to is None else variable.index[:-1]
            locals = [self.registers.fresh("agent", type) for type in free]
            keys = (*locals, *(() if to is None else (make.unwrap(to, node.span),)))
            cell = Read(variable, keys, self.old)
            most = cell.type.max if isinstance(cell.type, SeqOf) else getattr(cell.type, "max", cardinality(variable.type))
            here: Expr = make.apply("size", (cell,), Int(0, most))
            if locals:
                here = Quantifier("sum", tuple(locals), tuple(free), here, Int(0, most * size(free)))
            total = here if total == make.number(0) else make.integer("add", total, here)
        return total


def _without(items: Expr, item: Expr, type: SeqOf) -> Expr:
    """The sequence without the first place that has the item; as it is where none has."""
    if type.max == 0:
        return items
    rest: Expr = make.apply("without", (items, make.number(type.max - 1)), type)
    for place in map(make.number, reversed(range(type.max - 1))):
        here = make.compare("eq", make.apply("item", (items, place), type.of), item)
        rest = make.choice(here, make.apply("without", (items, place), type), rest, type)
    return make.choice(make.apply("in_seq", (item, items), Bool()), rest, items, type)


def _end(name: str, type: Type, node: tree.Call) -> Expr:
    """`first(Slot)`, `last(Slot)`; of a type without elements it has no value."""
    size_of_type = cardinality(type)
    if size_of_type == 0:
        return make.apply(name, (Const((), SeqOf(type, 0)),), type, node.span)
    return Const(0 if name == "first" else size_of_type - 1, type)
