"""The declarations of a protocol: names once each, types, initial values, messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod

from checker.language import tree
from checker.language.checked import MessageInfo, VariableInfo
from checker.language.checking import limits
from checker.language.checking.calls import BUILTINS
from checker.language.checking.constants import NoValue, Unknown, elements, evaluate_as
from checker.language.checking.context import Context, Local, Scope
from checker.language.checking.errors import limit_errors, name_errors, type_errors, use_errors, value_errors
from checker.language.checking.inference import expect
from checker.language.checking.quantifiers import domain
from checker.language.checking.relations import fits
from checker.language.checking.resolve import constant_named, constant_number, def_named, named_type, resolve_type
from checker.language.checking.walk import nodes
from checker.language.checking.words import a, kind, nearest_help
from checker.language.source import Span
from checker.language.types import Enum, MapOf, Record, Sort, Type, Value, contains, show

RESERVED = {"self", "bool", "none", "true", "false", "_"}


def index(ctx: Context) -> None:
    """Enter every declared name in its table; report names that are declared twice."""
    for parameter in ctx.protocol.parameters:
        _declare(ctx, parameter.name, parameter.name_span, "parameter")
    for declaration in ctx.protocol.declarations:
        _index(ctx, declaration)
    for definition in ctx.spec.defs if ctx.spec is not None else ():
        if _declare(ctx, definition.name, definition.name_span, "def"):
            ctx.def_decls[definition.name] = definition
            ctx.spec_defs.add(definition.name)
    _senders(ctx)


def _declare(ctx: Context, name: str, span: Span, what: str) -> bool:
    if name in RESERVED or (what in ("def", "record") and name in BUILTINS):
        ctx.report(name_errors.ReservedName(span=span, name=name))
        return False
    if name in ctx.declared:
        where, before = ctx.declared[name]
        ctx.report(name_errors.DeclaredTwice(span=span, name=name, what=kind(before), related=((where, "first declared here"),)))
        return False
    ctx.declared[name] = (span, what)
    return True


def _index(ctx: Context, node: tree.Declaration) -> None:
    match node:
        case tree.EnumDecl() | tree.TypeAlias() | tree.RecordDecl() | tree.IdsDecl():
            what = {tree.EnumDecl: "enum", tree.TypeAlias: "type", tree.RecordDecl: "record", tree.IdsDecl: "ids"}[type(node)]
            if _declare(ctx, node.name, node.name_span, what):
                ctx.type_decls[node.name] = node
                if isinstance(node, tree.EnumDecl):
                    _members(ctx, node)
        case tree.ConstDecl():
            if _declare(ctx, node.name, node.name_span, "const"):
                ctx.const_decls[node.name] = node
        case tree.VarDecl():
            if _declare(ctx, node.name, node.name_span, "shared variable"):
                ctx.shared_decls[node.name] = node
        case tree.MessageDecl():
            if _declare(ctx, node.name, node.name_span, "message"):
                ctx.message_decls[node.name] = node
        case tree.DefDecl():
            if _declare(ctx, node.name, node.name_span, "def"):
                ctx.def_decls[node.name] = node
        case tree.RoleDecl():
            _role(ctx, node)
        case tree.Import():
            _declare(ctx, node.alias, node.alias_span, "import")
        case tree.MeterDecl():
            if node.name in ctx.meters:
                where = ctx.meters[node.name] or node.name_span
                related = ((where, "first declared here"),)
                ctx.report(name_errors.DeclaredTwice(span=node.name_span, name=node.name, what="a meter", related=related))
            ctx.meters[node.name] = node.name_span


def _members(ctx: Context, node: tree.EnumDecl) -> None:
    enum = Enum(node.name, tuple(member.name for member in node.members))
    seen: dict[str, Span] = {}
    for member in node.members:
        if member.name in seen:
            related = ((seen[member.name], "first here"),)
            ctx.report(name_errors.DeclaredTwice(span=member.span, name=member.name, what="a member", related=related))
        elif member.name in ("self", "none", "true", "false"):
            ctx.report(name_errors.ReservedName(span=member.span, name=member.name))
        else:
            ctx.members.setdefault(member.name, []).append(enum)
        seen.setdefault(member.name, member.span)


def _role(ctx: Context, node: tree.RoleDecl) -> None:
    blocks = ctx.role_decls.get(node.name)
    if blocks is None:
        if _declare(ctx, node.name, node.name_span, "role"):
            ctx.role_decls[node.name] = [node]
        return
    if node.size is not None or node.ordered or node.reentrant or node.starts_down:
        related = ((blocks[0].name_span, "first declared here"),)
        ctx.report(name_errors.RoleTwice(span=node.name_span, name=node.name, related=related))
    blocks.append(node)


def _senders(ctx: Context) -> None:
    """Which roles send which messages, which senders are asked for, how activities are called."""
    for role, blocks in ctx.role_decls.items():
        for block in blocks:
            for node in nodes(block):
                if isinstance(node, (tree.Send, tree.Broadcast)):
                    roles = ctx.senders.setdefault(node.message, [])
                    if role not in roles:
                        roles.append(role)
                elif isinstance(node, tree.Pattern):
                    if node.sender is not None:
                        ctx.sender_taken.add(node.message)
                elif isinstance(node, tree.Action):
                    ctx.activity_names.add(node.name)
        for name, _ in named_activities(blocks):
            ctx.activity_names.add(name)


def named_activities(blocks: Iterable[tree.RoleDecl]) -> list[tuple[str, tree.Activity]]:
    """The activities of a role with their names, in the order of the text."""
    result: list[tuple[str, tree.Activity]] = []
    handlers: dict[str, int] = {}
    for block in blocks:
        for activity in block.activities:
            match activity:
                case tree.Action():
                    result.append((activity.name, activity))
                case tree.Handler():
                    message = activity.pattern.message
                    handlers[message] = handlers.get(message, 0) + 1
                    result.append((message if handlers[message] == 1 else f"{message}_{handlers[message]}", activity))
                case tree.Run():
                    result.append(("run", activity))
    return result


# --- resolved, in the order of declaration ---------------------------------------------------------------------------


def resolve_all(ctx: Context) -> None:
    """Every type, parameter and const; every variable and message with its type."""
    for parameter in ctx.protocol.parameters:
        if ctx.declared.get(parameter.name, (None,))[0] is parameter.name_span:
            constant_named(ctx, parameter.name, parameter)
    ctx.checked.parameters = {
        p.name: ctx.checked.parameters[p.name] for p in ctx.protocol.parameters if p.name in ctx.checked.parameters
    }
    for name, declaration in ctx.type_decls.items():
        type = named_type(ctx, name, declaration)
        if isinstance(declaration, tree.EnumDecl) and isinstance(type, Enum):
            ctx.checked.enums[name] = type
        elif isinstance(declaration, tree.RecordDecl):
            _fields_once(ctx, declaration.fields)
    for name, blocks in ctx.role_decls.items():
        named_type(ctx, name, blocks[0])
    for name in ctx.const_decls:
        constant_named(ctx, name, ctx.const_decls[name])
    ctx.checked.constants = {name: ctx.checked.constants[name] for name in ctx.const_decls if name in ctx.checked.constants}
    _sorts(ctx)
    _variables(ctx)
    for message in ctx.message_decls.values():
        _message(ctx, message)


def _sorts(ctx: Context) -> None:
    """Ids and roles in the order of declaration."""
    for name in ctx.declared:
        ids = isinstance(ctx.type_decls.get(name), tree.IdsDecl)
        sort = ctx.named_types.get(name) if ids or name in ctx.role_decls else None
        if isinstance(sort, Sort):
            ctx.checked.sorts[name] = sort


def _fields_once(ctx: Context, fields: tuple[tree.TypedName, ...]) -> None:
    seen: dict[str, Span] = {}
    for field in fields:
        if field.name in seen:
            related = ((seen[field.name], "first declared here"),)
            ctx.report(name_errors.DeclaredTwice(span=field.span, name=field.name, what="a field", related=related))
        seen.setdefault(field.name, field.span)


def _variables(ctx: Context) -> None:
    for name, node in ctx.shared_decls.items():
        type = resolve_type(ctx, node.type)
        if type is not None:
            ctx.checked.shared[name] = VariableInfo(name=name, role=None, declaration=node, type=type)
    for role, blocks in ctx.role_decls.items():
        table = ctx.role_variables.setdefault(role, {})
        first: dict[str, Span] = {}
        for node in (variable for block in blocks for variable in block.variables):
            if _own_name(ctx, node, role, first):
                type = resolve_type(ctx, node.type)
                if type is not None:
                    table[node.name] = VariableInfo(name=node.name, role=role, declaration=node, type=type)
                else:
                    ctx.failed.add(f"{role}.{node.name}")


def _own_name(ctx: Context, node: tree.VarDecl, role: str, first: dict[str, Span]) -> bool:
    """Whether a variable of a role has a name of its own."""
    if node.name in RESERVED:
        ctx.report(name_errors.ReservedName(span=node.name_span, name=node.name))
        return False
    before = first.get(node.name)
    what = f"variable of {role}"
    if before is None and node.name in ctx.declared:
        before, what = ctx.declared[node.name]
    if before is not None:
        related = ((before, "first declared here"),)
        ctx.report(name_errors.DeclaredTwice(span=node.name_span, name=node.name, what=kind(what), related=related))
        return False
    first[node.name] = node.name_span
    return True


def _message(ctx: Context, node: tree.MessageDecl) -> None:
    fields = [(field.name, resolve_type(ctx, field.type)) for field in node.fields]
    _fields_once(ctx, node.fields)
    if node.to not in ctx.role_decls:
        ctx.report(name_errors.UnknownRole(span=node.to_span, name=node.to, advice=nearest_help(node.to, list(ctx.role_decls))))
        return
    receiver = named_type(ctx, node.to, node)
    capacity = _capacity(ctx, node)
    known = tuple((name, type) for name, type in fields if type is not None)
    if len(known) < len(fields) or not isinstance(receiver, Sort) or capacity is None:
        return
    if node.channel == "persistent":
        _persistent(ctx, node, known)
    ctx.checked.messages[node.name] = MessageInfo(
        name=node.name,
        declaration=node,
        fields=known,
        receiver=receiver,
        capacity=capacity,
        senders=tuple(ctx.senders.get(node.name, ())),
        takes_sender=node.name in ctx.sender_taken,
    )


def _persistent(ctx: Context, node: tree.MessageDecl, fields: tuple[tuple[str, Type], ...]) -> None:
    limits.of_channel(ctx, node, Record(node.name, fields))


def _capacity(ctx: Context, node: tree.MessageDecl) -> int | None:
    if node.capacity is None:
        return 4
    value = constant_number(ctx, node.capacity, "a capacity")
    if node.channel == "persistent":
        ctx.report(value_errors.PersistentCapacity(span=node.capacity.span, message=node.name))
        return None
    if value is not None and value < 1:
        ctx.report(value_errors.CapacityTooSmall(span=node.capacity.span, message=node.name, value=value))
        return None
    return value


# --- initial values ----------------------------------------------------------------------------------------------------


def initial_values(ctx: Context) -> None:
    """Type every initial value and find the values that are outside their type."""
    for info in ctx.checked.shared.values():
        _initial(ctx, info, Scope(mode="initial", what="an initial value"), [{}])
    for role, variables in ctx.role_variables.items():
        sort = ctx.named_types.get(role)
        if not isinstance(sort, Sort):
            continue
        scope = Scope(mode="initial", what="an initial value", role=role).bind("self", Local(sort, "self", None))
        for info in variables.values():
            _initial(ctx, info, scope, [{"self": i} for i in range(sort.size)])


def _initial(ctx: Context, info: VariableInfo, scope: Scope, environments: list[dict[str, Value]]) -> None:
    node, errors = info.declaration, len(ctx.errors)
    if not node.any_of:
        if expect(ctx, node.initial, scope, info.type) is None:
            return
    else:
        of = domain(ctx, node.initial, scope)
        if of is None:
            return
        if not fits(of, info.type):
            ctx.report(type_errors.WrongType(span=node.initial.span, text="an element of it", found=a(of), wanted=a(info.type)))
    if len(ctx.errors) > errors:
        return
    try:
        for names in environments:
            _within(ctx, info, names)
    except Unknown as unknown:
        ctx.report(use_errors.NotConstant(span=unknown.span, what="an initial value", name=unknown.name))
    except NoValue as failure:
        ctx.report(value_errors.NoConstantValue(span=failure.span, what="an initial value", why=failure.why))


def _within(ctx: Context, info: VariableInfo, names: dict[str, Value]) -> None:
    node = info.declaration
    if node.any_of:
        found = elements(ctx, node.initial, names)
        if not found:
            raise NoValue(node.initial.span, "the set is empty")
    else:
        found = [evaluate_as(ctx, node.initial, info.type, names)]
    for value in found:
        if not contains(info.type, value):
            raise NoValue(node.initial.span, f"{_shown(info.type, value)} is outside {info.type}")
    if node.any_of and isinstance(info.type, MapOf):
        _each_on_its_own(ctx, info, info.type, found)


def _each_on_its_own(ctx: Context, info: VariableInfo, type: MapOf, found: list[Value]) -> None:
    """Report maps of which one entry says something about another."""
    inner: list[list[Value]] = [list(_entries(type, value)) for value in found]
    combined = prod(len(set(entry)) for entry in zip(*inner, strict=True))
    if combined != len(set(found)):
        node = info.declaration.initial
        ctx.report(limit_errors.MapsTogether(span=node.span, name=info.name, given=len(set(found)), combined=combined))


def _entries(type: Type, value: Value) -> Iterator[Value]:
    """The entries of a map, of maps within it their own."""
    if not isinstance(type, MapOf):
        yield value
        return
    for entry in value:
        yield from _entries(type.value, entry)


def _shown(type: Type, value: Value) -> str:
    try:
        return show(type, value)
    except (IndexError, TypeError):
        return str(value)


def definitions(ctx: Context) -> None:
    """Type the defs that nothing has called."""
    for name, node in ctx.def_decls.items():
        def_named(ctx, name, node)
    ctx.checked.defs = {name: ctx.checked.defs[name] for name in ctx.def_decls if name in ctx.checked.defs}
