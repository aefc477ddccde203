"""Statements without awaits to statements of the model.

Before: checked statements of one activity, none of which contains an await or a return. After: the same effects on cells, one
after another. `Code.env` is extended by what the statements bind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from checker.elaborate import channels, make
from checker.elaborate.build import ASIDE, Build, Registers
from checker.elaborate.effects import go_down
from checker.elaborate.independence import independent
from checker.elaborate.shapes import element_type
from checker.elaborate.terms import Env, Terms
from checker.language import tree
from checker.language.checked import ActivityInfo, AwaitInfo, RoleInfo, TypeName
from checker.language.source import Span
from checker.language.types import MapOf, Record, SeqOf, SetOf, Type
from checker.model.expr import Const, Expr, Local, Read
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
    Statement,
    Variable,
    While,
)

if TYPE_CHECKING:
    from checker.elaborate.ghosts import Actor, Watch

BlockLowering = Callable[["Code", tree.Block], Body]


class Code(Struct, kw_only=True):
    """Where statements are lowered: one segment of one activity of one agent.

    `came_from` is the await that the segment goes on from, None at the start; `resumed` is what it read from the frame there. `joins`: of
    the statements around whose ends are joined (by `id`), the register that says whether the step has come to its own end.
    """

    build: Build
    role: RoleInfo
    activity: ActivityInfo
    agent: Local
    registers: Registers
    env: Env
    watch: Watch | None
    came_from: AwaitInfo | None = None
    resumed: Env = field(default_factory=dict)
    joins: Mapping[int, Local] = field(default_factory=dict)

    @property
    def terms(self) -> Terms:
        return Terms(build=self.build, registers=self.registers, env=self.env)

    def within(self, env: Env) -> Code:
        return replace(self, env=env)

    @property
    def actor(self) -> Actor:
        from checker.elaborate.ghosts import Actor

        return Actor(role=self.role, activity=self.activity, agent=self.agent)

    def reads(self, *exprs: Expr | Type) -> Body:
        """What the ghosts note of evaluating these."""
        if self.watch is None:
            return ()
        return tuple(s for e in exprs if not isinstance(e, Type) for s in self.watch.after_read(e, self.actor))

    def writes(self, variable: Variable, keys: tuple[Expr, ...], value: Expr) -> Body:
        if self.watch is None or variable is not self.watch.variable:
            return ()
        return self.watch.before_write(keys, value, self.actor, self.registers)


def block(code: Code, statements: tree.Block) -> Body:
    """A block with a scope of its own."""
    inner = code.within(dict(code.env))
    return tuple(made for statement in statements for made in lower(inner, statement))


def lower(code: Code, node: tree.Statement) -> Body:
    """One statement; names that it binds are added to `code.env`."""
    terms = code.terms
    match node:
        case tree.Pass():
            return ()
        case tree.Assign():
            return _assign(code, node)
        case tree.Let():
            return bind(code, node.name, terms.lower(node.value))
        case tree.If():
            return _if(code, node)
        case tree.For():
            return _for(code, node)
        case tree.Choose():
            return _choose(code, node)
        case tree.Either():
            branches = tuple(block(code, body) for _, body in node.branches)
            return (Either(branches=branches, probabilities=probabilities(node)),)
        case tree.Send():
            return _send(code, node)
        case tree.Broadcast():
            return _broadcast(code, node)
        case tree.Assert():
            condition = terms.lower(node.condition)
            text = node.text if node.text is not None else "the assertion does not hold"
            return (*code.reads(condition), Assert(condition=condition, kind="assert", text=text, at=node.span))
        case tree.While():
            return _while(code, node)
        case tree.Progress():
            return (Mark(mark="progress"),)
        case tree.Spawn() | tree.Stop():
            return _spawn_or_stop(code, node)
    raise TypeError(node)


def bind(code: Code, name: str, value: Expr) -> Body:
    """`let`: a register, unless the value is known."""
    if isinstance(value, Const):
        code.env[name] = value
        return ()
    local = code.registers.fresh(name, value.type)
    code.env[name] = local
    return (*code.reads(value), Let(local=local, value=value))


# --- assignment -------------------------------------------------------------------------------------------------


def _assign(code: Code, node: tree.Assign) -> Body:
    terms = code.terms
    found = terms.cell(node.target)
    assert found is not None, "targets are variables"
    variable, keys, rest = found
    current = terms.read(variable, keys)
    for part in rest:
        current = terms._part(current, part)
    value = terms.lower(node.value)
    if node.operator != "=":
        value = _updated(current, node.operator, value, node.span)
    if len(keys) < len(variable.index):
        return _assign_map(code, variable, keys, value, node.span)
    read = code.reads(*keys, value)
    kept: Body = ()
    if rest:  # the rest of the cell stays as it is: that is no read
        whole = code.registers.fresh(ASIDE, variable.type)
        kept = (Let(local=whole, value=terms.read(variable, keys)),)
        value = _put(terms, whole, rest, value)
    value = make.fit(value, variable.type, node.span)
    return (*read, *kept, *code.writes(variable, keys, value), Assign(variable=variable, indices=keys, value=value))


def _updated(current: Expr, operator: str, value: Expr, at: Span) -> Expr:
    if isinstance(current.type, SetOf):
        name = "union" if operator == "+=" else "minus"
        return make.apply(name, (current, value), make.hull(current.type, value.type) if name == "union" else current.type)
    return make.integer("add" if operator == "+=" else "sub", current, value, at)


def _put(terms: Terms, whole: Expr, rest: tuple[tree.Expr, ...], value: Expr) -> Expr:
    """`whole` with `value` at the end of the path `rest`."""
    part, deeper = rest[0], rest[1:]
    inner = _put(terms, terms._part(whole, part), deeper, value) if deeper else value
    if isinstance(part, tree.Field):
        assert isinstance(whole.type, Record)
        place = whole.type.position(part.name)
        fitted = make.fit(inner, whole.type.fields[place][1], part.span)
        return make.apply("with_field", (whole, make.number(place), fitted), whole.type)
    assert isinstance(part, tree.Index)
    if isinstance(whole.type, MapOf):
        key = terms.fitted(part.key, whole.type.key)
        return make.apply("put", (whole, key, make.fit(inner, whole.type.value, part.span)), whole.type, part.span)
    assert isinstance(whole.type, SeqOf)
    place_expr = terms.lower(part.key)
    return make.apply("replace", (whole, place_expr, make.fit(inner, whole.type.of, part.span)), whole.type, part.span)


def _assign_map(code: Code, variable: Variable, keys: tuple[Expr, ...], value: Expr, at: Span) -> Body:
    """All cells under `keys` at once."""
    wanted: Type = variable.type
    free = variable.index[len(keys) :]
    for key in reversed(free):
        wanted = MapOf(key, wanted)
    whole = code.registers.fresh(variable.name, wanted)
    locals = tuple(code.registers.fresh("key", key) for key in free)
    item: Expr = whole
    for local in locals:
        assert isinstance(item.type, MapOf)
        item = make.apply("get", (item, local), item.type.value)
    target = (*keys, *locals)
    body: Body = (*code.writes(variable, target, item), Assign(variable=variable, indices=target, value=item))
    for local, key in zip(reversed(locals), reversed(free), strict=True):
        body = (For(local=local, domain=key, body=body, independent=True, at=at),)
    return (*code.reads(*keys, value), Let(local=whole, value=make.fit(value, wanted, at)), *body)


# --- control ----------------------------------------------------------------------------------------------------


def _if(code: Code, node: tree.If) -> Body:
    return branch(code, node, lambda inner, body: block(inner, body))


def branch(code: Code, node: tree.If, then: BlockLowering) -> Body:
    """The arms of an `if` as nested conditions; `then` lowers a block. Arms that cannot be taken are left out."""
    orelse: Body | None = None
    made: list[tuple[Expr, Body, Body]] = []
    for condition_node, body in node.arms:
        condition = code.terms.lower(condition_node)
        if condition == make.FALSE:
            continue
        if condition == make.TRUE:
            orelse = then(code, body)
            break
        made.append((condition, code.reads(condition), then(code, body)))
    result = then(code, node.orelse) if orelse is None else orelse
    for condition, read, body_made in reversed(made):
        result = (*read, If(condition=condition, then=body_made, orelse=result))
    return result


def _for(code: Code, node: tree.For) -> Body:
    domain = code.terms.domain(node.binder.domain)
    local = code.registers.fresh(node.binder.name, element_type(domain))
    body = block(code.within({**code.env, node.binder.name: local}), node.body)
    free = independent(body, local)
    return (*code.reads(domain), For(local=local, domain=domain, body=body, independent=free, at=node.span))


def _choose(code: Code, node: tree.Choose) -> Body:
    if node.type is not None:
        domain: Type | Expr = code.build.checked.type_expressions[id(node.type)]
    else:
        assert node.domain is not None
        domain = code.terms.domain(node.domain)
    local = code.registers.fresh(node.name, element_type(domain))
    code.env[node.name] = local
    where = None if node.where is None else code.terms.lower(node.where)
    after = () if where is None else code.reads(where)
    return (*code.reads(domain), Choose(local=local, domain=domain, where=where), *after)


def probabilities(node: tree.Either) -> tuple[tuple[int, int], ...] | None:
    given = [text for text, _ in node.branches]
    if all(text is None for text in given):
        return None
    from fractions import Fraction

    fractions = [Fraction(text or "0") for text in given]
    return tuple((f.numerator, f.denominator) for f in fractions)


def _while(code: Code, node: tree.While) -> Body:
    assert node.at_most is not None
    limit = code.build.checked.bounds[id(node.at_most)]
    condition = code.terms.lower(node.condition)
    body = (*code.reads(condition), *block(code, node.body))
    return (While(condition=condition, limit=limit, body=body, at=node.span), *code.reads(condition))


# --- messages and agents ----------------------------------------------------------------------------------------


def _send(code: Code, node: tree.Send) -> Body:
    fields = _fields(code, node)
    to = make.fit(code.terms.lower(node.to), code.build.checked.messages[node.message].receiver, node.span)
    return (*code.reads(*fields, to), *_sent(code, node, to, fields))


def _fields(code: Code, node: tree.Send | tree.Broadcast) -> list[Expr]:
    """What a message carries."""
    types = [type for _, type in code.build.checked.messages[node.message].fields]
    return [code.terms.fitted(argument, type) for argument, type in zip(node.arguments, types, strict=True)]


def _sent(code: Code, node: tree.Send | tree.Broadcast, to: Expr, fields: list[Expr]) -> Body:
    channel = channels.channels_of(code.build, node.message, code.role.name)[0]
    return channels.send(code.build, code.registers, channel, code.agent, to, fields, node.span)


def _broadcast(code: Code, node: tree.Broadcast) -> Body:
    """One message to each agent. What it carries is evaluated first, once."""
    info = code.build.checked.messages[node.message]
    to_role = isinstance(code.build.checked.symbols.get(id(node.to)), TypeName)
    given: list[Expr] = []
    carried: list[Statement] = []
    for value, (name, _) in zip(_fields(code, node), info.fields, strict=True):
        carried += code.reads(value)
        if isinstance(value, Const):
            given.append(value)
            continue
        local = code.registers.fresh(name, value.type)
        carried.append(Let(local=local, value=value))
        given.append(local)
    domain: Type | Expr = info.receiver if to_role else code.terms.domain(node.to)
    local = code.registers.fresh("to", info.receiver)
    body = _sent(code, node, local, given)
    if to_role and info.receiver.name == code.role.name:
        body = (If(condition=make.compare("ne", local, code.agent), then=body),)
    free = independent(body, local)
    return (*carried, *code.reads(domain), For(local=local, domain=domain, body=body, independent=free, at=node.span))


def _spawn_or_stop(code: Code, node: tree.Spawn | tree.Stop) -> Body:
    agent = code.terms.lower(node.agent)
    local = code.registers.fresh("agent", agent.type)
    role = code.build.role(agent.type)
    up = code.build.variables[f"{role.name} up"]
    is_up = Read(up, (local,))
    first = Let(local=local, value=agent)
    if isinstance(node, tree.Spawn):
        text = "the agent that is spawned is up already"
        free = Assert(condition=make.negate(is_up), kind="spawn", text=text, at=node.span)
        note = Note(kind="spawn", text=role.name, agent=local)
        crashed = code.build.get(f"{role.name} crashed")
        again: Body = () if crashed is None else (Assign(variable=crashed, indices=(local,), value=make.FALSE),)
        return (*code.reads(agent), first, free, note, Assign(variable=up, indices=(local,), value=make.TRUE), *again)
    note = Note(kind="stop", text=role.name, agent=local)
    down = (note, *go_down(code.build, code.registers, role, local, code.watch))
    return (*code.reads(agent), first, If(condition=is_up, then=down))
