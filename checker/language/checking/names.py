"""What names, fields and elements refer to."""

from __future__ import annotations

import re

from checker.language import tree
from checker.language.checked import AgentVariable, Bound, Constant, FrameVariable, RecordField, SharedVariable, TypeName
from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import name_errors, type_errors, use_errors
from checker.language.checking.inference import infer, not_a_member, rule
from checker.language.checking.observe import look, read, spec_only
from checker.language.checking.relations import agent_sort, bare, option, plain_wanted
from checker.language.checking.resolve import constant_named, named_type
from checker.language.checking.words import a, elements, kind, nearest_help
from checker.language.checking.written import written
from checker.language.types import Bool, Enum, Int, Option, Record, Sort, Type

METERS = ("tokens", "seconds")  # there without a declaration
_ELEMENT = re.compile(r"(.*?)(0|[1-9][0-9]*)")


# --- names -----------------------------------------------------------------------------------------------------


@rule(tree.Name)
def name(ctx: Context, node: tree.Name, scope: Scope, hint: Type | None) -> Type | None:
    local = scope.names.get(node.name)
    if local is not None:
        if local.type is not None:
            ctx.checked.symbols[id(node)] = Bound(node.name, local.type)
        return local.type
    if scope.role is not None and node.name in ctx.role_variables.get(scope.role, {}):
        return _own_variable(ctx, node, scope, scope.role)
    if node.name in ctx.shared_decls:
        return _shared(ctx, node, scope)
    if node.name in ctx.const_decls or any(p.name == node.name for p in ctx.protocol.parameters):
        return _constant(ctx, node)
    if node.name in ctx.members and node.name not in ctx.role_decls:
        return _member(ctx, node, hint)
    if node.name in ctx.role_decls:
        sort = named_type(ctx, node.name, node)
        if isinstance(sort, Sort) and sort.single:
            ctx.checked.symbols[id(node)] = Constant(0, sort)
            return sort
        if sort is None:
            return None
    return _other(ctx, node, scope, hint)


def _own_variable(ctx: Context, node: tree.Name, scope: Scope, role: str) -> Type | None:
    if not read(ctx, scope, node.span, node.name):
        return None
    ctx.checked.symbols[id(node)] = AgentVariable(role, node.name)
    return ctx.role_variables[role][node.name].type


def _shared(ctx: Context, node: tree.Name, scope: Scope) -> Type | None:
    info = ctx.checked.shared.get(node.name)
    if not read(ctx, scope, node.span, node.name) or info is None:
        return None
    ctx.checked.symbols[id(node)] = SharedVariable(node.name)
    return info.type


def _constant(ctx: Context, node: tree.Name) -> Type | None:
    found = constant_named(ctx, node.name, node)
    if found is None:
        return None
    type = Int(found.value, found.value) if isinstance(found.type, Int) else found.type
    ctx.checked.symbols[id(node)] = Constant(found.value, type)
    return type


def _member(ctx: Context, node: tree.Name, hint: Type | None) -> Type | None:
    enums = ctx.members[node.name]
    wanted = plain_wanted(hint)
    own = [enum for enum in enums if "." not in enum.name]  # an imported enum's members do not make ours ambiguous
    enum = wanted if isinstance(wanted, Enum) and wanted in enums else (own or enums)[0]
    if len(own or enums) > 1 and enum is not wanted:
        names = [f"{e.name}.{node.name}" for e in enums]
        ctx.report(name_errors.AmbiguousMember(span=node.span, name=node.name, choices=" or ".join(f"`{n}`" for n in names)))
        return None
    ctx.checked.symbols[id(node)] = Constant(enum.members.index(node.name), enum)
    return enum


def _other(ctx: Context, node: tree.Name, scope: Scope, hint: Type | None) -> Type | None:
    """An element, or an error."""
    if node.name == "self":
        ctx.report(use_errors.SelfOutside(span=node.span))
        return None
    if node.name in ctx.declared:
        return _misplaced(ctx, node)
    match = _ELEMENT.fullmatch(node.name)
    if match and (match[1] in ctx.role_decls or isinstance(ctx.type_decls.get(match[1]), tree.IdsDecl)):
        return _element(ctx, node, scope, match[1], int(match[2]))
    wanted = plain_wanted(hint)
    if isinstance(wanted, Enum):
        ctx.report(not_a_member(node, wanted))
        return None
    names = visible(ctx, scope)
    if node.name in (*METERS, *ctx.meters):
        ctx.report(use_errors.MeterAsValue(span=node.span, name=node.name))
        return None
    owner = next((role for role, variables in ctx.role_variables.items() if node.name in variables), None)
    if owner is not None:
        ctx.report(use_errors.WhoseVariable(span=node.span, name=node.name, role=owner))
        return None
    ctx.report(name_errors.UnknownName(span=node.span, name=node.name, advice=nearest_help(node.name, names)))
    return None


def _misplaced(ctx: Context, node: tree.Name) -> Type | None:
    where, what = ctx.declared[node.name]
    related = ((where, "declared here"),)
    ctx.report(
        use_errors.NotAValue(span=node.span, name=node.name, what=kind(what), advice=_use(node.name, what), related=related)
    )
    return None


def _use(name: str, what: str) -> str:
    match what:
        case "def":
            return f"call it: `{name}(...)`"
        case "record":
            return f"make one: `{name}(field: ...)`"
        case "ids" | "role":
            return f"a value is one element; all of them are `those(x in {name}: true)`"
        case "enum":
            return f"write one of its members, as in `{name}.member`"
    return ""


def _element(ctx: Context, node: tree.Name, scope: Scope, sort_name: str, index: int) -> Type | None:
    sort = named_type(ctx, sort_name, node)
    if not isinstance(sort, Sort):
        return None
    if index >= sort.size or sort.single:
        ctx.report(name_errors.NoSuchElement(span=node.span, name=node.name, sort=sort.name, elements=elements(sort)))
        return None
    if not sort.ordered and scope.mode not in ("spec", "constant"):
        ctx.report(use_errors.ElementInProtocol(span=node.span, name=node.name, sort=sort.name))
        return None
    ctx.checked.symbols[id(node)] = Constant(index, sort)
    return sort


def visible(ctx: Context, scope: Scope) -> list[str]:
    """Every name that may stand for a value in `scope`."""
    own = ctx.role_variables.get(scope.role, {}) if scope.role is not None else {}
    state = [] if scope.mode in ("constant", "initial") else [*own, *ctx.shared_decls]
    return [*scope.names, *state, *ctx.const_decls, *(p.name for p in ctx.protocol.parameters), *ctx.members]


def conditions(ctx: Context, scope: Scope) -> list[str]:
    """The variables and bound names that are true or false."""
    own = ctx.role_variables.get(scope.role, {}) if scope.role is not None else {}
    typed = [(name, local.type) for name, local in scope.names.items()]
    typed += [(name, info.type) for table in (own, ctx.checked.shared) for name, info in table.items()]
    return [name for name, type in typed if isinstance(type, Bool)]


def known(ctx: Context, name: str, scope: Scope) -> bool:
    """Whether `name` is bound or declared in any way, so that no other meaning may be given to it."""
    match = _ELEMENT.fullmatch(name)
    return (
        name in visible(ctx, scope)
        or name in ctx.declared
        or name in METERS
        or name in ctx.meters
        or any(name in variables for variables in ctx.role_variables.values())
        or (match is not None and (match[1] in ctx.role_decls or match[1] in ctx.type_decls))
    )


def type_place(ctx: Context, node: tree.Expr, scope: Scope) -> Type | None:
    """The type that `node` names where a type may stand as a domain; None when it is no type's name."""
    if not isinstance(node, tree.Name) or node.name in scope.names:
        return None
    if node.name != "bool" and node.name not in ctx.type_decls and node.name not in ctx.role_decls:
        return None
    type = Bool() if node.name == "bool" else named_type(ctx, node.name, node)
    if type is not None:
        ctx.checked.symbols[id(node)] = TypeName(type)
    return type


# --- fields ----------------------------------------------------------------------------------------------------


@rule(tree.Field)
def field(ctx: Context, node: tree.Field, scope: Scope, hint: Type | None) -> Type | None:
    of_name = node.of.name if isinstance(node.of, tree.Name) and node.of.name not in scope.names else None
    if of_name is not None and isinstance(ctx.type_decls.get(of_name), tree.EnumDecl):
        return _enum_field(ctx, node, of_name)
    if isinstance(node.of, tree.Field):
        frame = _frame(ctx, node, node.of, scope)
        if frame is not None:
            return frame[0]
    of = infer(ctx, node.of, scope)
    if of is None:
        return None
    if isinstance(of, Record):
        return _record_field(ctx, node, of)
    sort = agent_sort(of)
    if sort is not None:
        return _agent_field(ctx, node, scope, sort)
    if isinstance(of, Option) and (isinstance(of.of, Record) or agent_sort(of.of)):
        ctx.report(type_errors.MayBeNone(span=node.of.span, text=written(node.of), found=str(of), wanted=a(of.of)))
        return None
    ctx.report(type_errors.NoFields(span=node.span, text=written(node.of), found=a(of), field=node.name))
    return None


def _enum_field(ctx: Context, node: tree.Field, of: str) -> Type | None:
    enum = named_type(ctx, of, node.of)
    if not isinstance(enum, Enum):
        return None
    if node.name not in enum.members:
        ctx.report(not_a_member(tree.Name(span=node.name_span, name=node.name), enum))
        return None
    ctx.checked.symbols[id(node)] = Constant(enum.members.index(node.name), enum)
    return enum


def _record_field(ctx: Context, node: tree.Field, record: Record) -> Type | None:
    names = [field for field, _ in record.fields]
    if node.name not in names:
        ctx.report(
            name_errors.UnknownField(
                span=node.name_span,
                name=node.name,
                record=record.name,
                fields=", ".join(names),
                advice=nearest_help(node.name, names),
            )
        )
        return None
    ctx.checked.symbols[id(node)] = RecordField(node.name)
    return record.field(node.name)


def _agent_field(ctx: Context, node: tree.Field, scope: Scope, sort: Sort) -> Type | None:
    variables = ctx.role_variables.get(sort.name, {})
    if node.name in variables:
        own = isinstance(node.of, tree.Name) and node.of.name == "self"
        allowed = read(ctx, scope, node.span, written(node)) if own else look(ctx, scope, node.span, node.name, sort.name)
        if not allowed:
            return None
        ctx.checked.symbols[id(node)] = AgentVariable(sort.name, node.name)
        return variables[node.name].type
    info = ctx.checked.roles.get(sort.name)
    activities = [activity.name for activity in info.activities] if info is not None else []
    if node.name in activities:
        ctx.report(use_errors.ActivityAsValue(span=node.span, text=written(node), role=sort.name, activity=node.name))
        return None
    if ctx.failed and f"{sort.name}.{node.name}" in ctx.failed:
        return None
    names = [*variables, *activities]
    ctx.report(
        name_errors.UnknownVariable(
            span=node.name_span,
            name=node.name,
            role=sort.name,
            names=", ".join(names) or "no variables",
            advice=nearest_help(node.name, names),
        )
    )
    return None


def _frame(ctx: Context, node: tree.Field, middle: tree.Field, scope: Scope) -> tuple[Type | None] | None:
    """The type of `w.work.t`, or None when `w.work` is not an activity of an agent."""
    if middle.name not in ctx.activity_names:
        return None
    of = ctx.checked.types.get(id(middle.of)) or infer(ctx, middle.of, scope)
    sort = agent_sort(of)
    if of is None:
        return (None,)
    if sort is None or middle.name in ctx.role_variables.get(sort.name, {}):
        return None
    if not ctx.activities_known:
        spec_only(ctx, scope, node.span, written(node))
        return (None,)
    info = next((a for a in ctx.checked.roles[sort.name].activities if a.name == middle.name), None)
    if info is None:
        return None
    if not spec_only(ctx, scope, node.span, written(node)):
        return (None,)
    kept = dict(info.frame)
    if node.name not in kept:
        ctx.report(
            name_errors.NotInFrame(
                span=node.name_span,
                name=node.name,
                activity=f"{sort.name}.{info.name}",
                kept=", ".join(kept) or "nothing",
                advice=nearest_help(node.name, list(kept)),
            )
        )
        return (None,)
    ctx.checked.symbols[id(node)] = FrameVariable(sort.name, info.name, node.name)
    return (option(kept[node.name]),)


# --- facts about agents ------------------------------------------------------------------------------------------


def agent(ctx: Context, node: tree.Expr, scope: Scope) -> Sort | None:
    """The role of `node`, which must be an agent; None after an error."""
    type = infer(ctx, node, scope)
    if type is None:
        return None
    sort = agent_sort(type)
    if sort is None:
        if agent_sort(bare(type)) is not None:
            ctx.report(type_errors.MayBeNone(span=node.span, text=written(node), found=str(type), wanted="an agent"))
        else:
            ctx.report(type_errors.WrongType(span=node.span, text=written(node), found=a(type), wanted="an agent"))
    return sort
