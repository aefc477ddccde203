"""Types, constants and defs, resolved when they are first asked for: the order of declarations does not matter, circles are errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from checker.language import tree
from checker.language.checked import Constant, DefInfo
from checker.language.checking import limits
from checker.language.checking.constants import NoValue, Unknown, evaluate
from checker.language.checking.context import Context, DefFacts, Local, Scope
from checker.language.checking.errors import limit_errors, name_errors, type_errors, use_errors, value_errors
from checker.language.checking.given import given_value
from checker.language.checking.inference import expect_number, infer
from checker.language.checking.locals import bind_unhidden
from checker.language.checking.words import kind, nearest_help
from checker.language.checking.written import written
from checker.language.types import Bool, Enum, Int, MapOf, Option, Record, SeqOf, SetOf, Sort, Type, Value, contains, show

MOST_CHAIN = 50  # names of which each needs the next to be known


@contextmanager
def _resolving(ctx: Context, name: str) -> Iterator[None]:
    ctx.resolving.append(name)
    try:
        yield
    finally:
        ctx.resolving.pop()


def _too_far(ctx: Context, at: tree.Node) -> bool:
    """Whether what is resolved needs what needs ... too many others; then it is reported."""
    if len(ctx.resolving) < MOST_CHAIN:
        return False
    ctx.report(limit_errors.ChainTooLong(span=at.span, most=MOST_CHAIN))
    return True


# --- constant expressions --------------------------------------------------------------------------------------


def constant_number(ctx: Context, node: tree.Expr, what: str) -> int | None:
    """The value of a constant expression that must be a number."""
    if expect_number(ctx, node, Scope(mode="constant", what=what)) is None:
        return None
    value = value_of(ctx, node, what)
    return value if isinstance(value, int) else None


def value_of(ctx: Context, node: tree.Expr, what: str) -> Value | None:
    """The value of an expression that has been typed without error; an error, and None, when it has none."""
    try:
        return evaluate(ctx, node, {})
    except Unknown as unknown:
        ctx.report(use_errors.NotConstant(span=unknown.span, what=what, name=unknown.name))
    except NoValue as failure:
        ctx.report(value_errors.NoConstantValue(span=failure.span, what=what, why=failure.why))
    return None


# --- types -----------------------------------------------------------------------------------------------------


def resolve_type(ctx: Context, node: tree.TypeExpr) -> Type | None:
    """The type that is written, entered in the table; None after an error."""
    known = ctx.checked.type_expressions.get(id(node))
    if known is not None:
        return known
    type = _resolve(ctx, node)
    if type is not None:
        type = limits.of_type(ctx, node, type)
    if type is not None:
        ctx.checked.type_expressions[id(node)] = type
    return type


def _resolve(ctx: Context, node: tree.TypeExpr) -> Type | None:
    match node:
        case tree.NamedType():
            return Bool() if node.name == "bool" else named_type(ctx, node.name, node)
        case tree.RangeType():
            return _range(ctx, node)
        case tree.OptionType():
            inner = resolve_type(ctx, node.of)
            if isinstance(inner, Option):
                ctx.report(type_errors.NestedOption(span=node.span, inner=str(inner)))
                return None
            return None if inner is None else Option(inner)
        case tree.SetType():
            inner = resolve_type(ctx, node.of)
            return None if inner is None else SetOf(inner)
        case tree.MapType():
            key, value = resolve_type(ctx, node.key), resolve_type(ctx, node.value)
            return None if key is None or value is None else MapOf(key, value)
        case tree.SeqType():
            inner, most = resolve_type(ctx, node.of), constant_number(ctx, node.max, "the length of a sequence")
            if most is not None and most < 0:
                ctx.report(value_errors.NegativeSize(span=node.max.span, what="the length of a sequence", value=most))
                return None
            return None if inner is None or most is None else SeqOf(inner, most)
    raise TypeError(node)


def _range(ctx: Context, node: tree.RangeType) -> Type | None:
    low, high = constant_number(ctx, node.low, "a range"), constant_number(ctx, node.high, "a range")
    if low is None or high is None:
        return None
    if low > high:
        text = f"{written(node.low)}..{written(node.high)}"
        ctx.report(value_errors.EmptyRange(span=node.span, text=text, low=low, high=high, instance=ctx.checked.instance))
        return None
    type = Int(low, high)
    if not (isinstance(node.low, tree.Number) and isinstance(node.high, tree.Number)):
        ctx.elastic.add(type)
    return type


def named_type(ctx: Context, name: str, at: tree.Node) -> Type | None:
    """The type called `name`: an enum, ids, a role, a record or an alias."""
    if name in ctx.named_types:
        return ctx.named_types[name]
    if name not in ctx.type_decls and name not in ctx.role_decls:
        _unknown_type(ctx, name, at)
        return None
    if name in ctx.resolving:
        ctx.report(type_errors.CircularType(span=at.span, name=name))
        return None
    if _too_far(ctx, at):
        return None
    with _resolving(ctx, name):
        type = _sort_of_role(ctx, name) if name in ctx.role_decls else _declared_type(ctx, name)
    ctx.named_types[name] = type
    return type


def _unknown_type(ctx: Context, name: str, at: tree.Node) -> None:
    if name in ctx.declared:
        where, what = ctx.declared[name]
        ctx.report(use_errors.NotAType(span=at.span, name=name, what=kind(what), related=((where, "declared here"),)))
        return
    names = ["bool", *ctx.type_decls, *ctx.role_decls]
    ctx.report(name_errors.UnknownType(span=at.span, name=name, advice=nearest_help(name, names)))


def _declared_type(ctx: Context, name: str) -> Type | None:
    declaration = ctx.type_decls[name]
    match declaration:
        case tree.EnumDecl():
            return Enum(name, tuple(member.name for member in declaration.members))
        case tree.TypeAlias():
            return resolve_type(ctx, declaration.type)
        case tree.IdsDecl():
            size = limits.size(ctx, declaration.size, name, constant_number)
            return None if size is None else Sort(name, size, ordered=declaration.ordered)
        case tree.RecordDecl():
            fields = [(field.name, resolve_type(ctx, field.type)) for field in declaration.fields]
            known = tuple((field, type) for field, type in fields if type is not None)
            return Record(name, known) if len(known) == len(fields) else None
    raise TypeError(declaration)


def _sort_of_role(ctx: Context, name: str) -> Sort | None:
    head = ctx.role_decls[name][0]
    for block in ctx.role_decls[name]:
        if block.size is not None:
            head = block
    if head.size is None:
        return Sort(name, 1, ordered=head.ordered, role=True, single=True)
    size = limits.size(ctx, head.size, name, constant_number)
    return None if size is None else Sort(name, size, ordered=head.ordered, role=True)


# --- parameters and consts ---------------------------------------------------------------------------------------


def constant_named(ctx: Context, name: str, at: tree.Node) -> Constant | None:
    """The value of parameter or const `name` in this instance; None after an error."""
    for table in (ctx.checked.parameters, ctx.checked.constants):
        if name in table:
            return table[name]
    if name in ctx.failed:
        return None
    if name in ctx.resolving:
        ctx.report(type_errors.CircularConstant(span=at.span, name=name))
        ctx.failed.add(name)
        return None
    if _too_far(ctx, at):
        ctx.failed.add(name)
        return None
    with _resolving(ctx, name):
        found = _parameter(ctx, name) if name not in ctx.const_decls else _constant(ctx, ctx.const_decls[name])
    if found is None:
        ctx.failed.add(name)
        return None
    (ctx.checked.constants if name in ctx.const_decls else ctx.checked.parameters)[name] = found
    return found


def _constant(ctx: Context, declaration: tree.ConstDecl) -> Constant | None:
    type = resolve_type(ctx, declaration.type)
    value = ctx.given.get(declaration.name, declaration.value)
    if type is None:
        return None
    if value is None:
        ctx.report(
            value_errors.ConstNotGiven(
                span=declaration.span, name=declaration.name, type=str(type), instance=ctx.checked.instance
            )
        )
        return None
    return _valued(ctx, declaration.name, type, value)


def _parameter(ctx: Context, name: str) -> Constant | None:
    declaration = next(p for p in ctx.protocol.parameters if p.name == name)
    type = resolve_type(ctx, declaration.type)
    if type is None:
        return None
    if name in ctx.overrides:
        return _override(ctx, name, type, ctx.overrides[name])
    value = ctx.given.get(name, declaration.default)
    if value is None:
        ctx.report(
            value_errors.ParameterNotGiven(span=declaration.span, name=name, type=str(type), instance=ctx.checked.instance)
        )
        return None
    return _valued(ctx, name, type, value)


def _valued(ctx: Context, name: str, type: Type, value: tree.Expr) -> Constant | None:
    found = given_value(ctx, value, type)
    if found is None:
        return None
    if not contains(type, found.value):
        ctx.report(value_errors.ValueOutOfRange(span=value.span, name=name, value=show(type, found.value), wanted=str(type)))
        return None
    return Constant(found.value, type)


def _override(ctx: Context, name: str, type: Type, text: str) -> Constant | None:
    cleaned = text.strip().replace("_", "")
    if isinstance(type, Bool) and cleaned in ("true", "false"):
        return Constant(cleaned == "true", type)
    if isinstance(type, Int) and cleaned.lstrip("-").isdecimal():
        number = int(cleaned)
        if type.low <= number <= type.high:
            return Constant(number, type)
    if isinstance(type, Enum) and text.strip().removeprefix(f"{type.name}.") in type.members:
        return Constant(type.members.index(text.strip().removeprefix(f"{type.name}.")), type)
    ctx.report(value_errors.BadOverride(span=None, name=name, text=text, wanted=str(type)))
    return None


# --- defs --------------------------------------------------------------------------------------------------------


def def_named(ctx: Context, name: str, at: tree.Node) -> DefInfo | None:
    """The def `name`, its body typed; None after an error."""
    if name in ctx.checked.defs:
        return ctx.checked.defs[name]
    if name in ctx.failed:
        return None
    if name in ctx.resolving:
        ctx.report(type_errors.RecursiveDef(span=at.span, name=name, related=((ctx.def_decls[name].span, "declared here"),)))
        ctx.failed.add(name)
        return None
    if _too_far(ctx, at):
        ctx.failed.add(name)
        return None
    with _resolving(ctx, name):
        found = _def(ctx, ctx.def_decls[name])
    if found is None or name in ctx.failed:
        ctx.failed.add(name)
        return None
    ctx.checked.defs[name] = found
    return found


def _def(ctx: Context, declaration: tree.DefDecl) -> DefInfo | None:
    in_spec = declaration.name in ctx.spec_defs
    scope = Scope(mode="spec" if in_spec else "def", owner=declaration.name, old="yes" if in_spec else "no")
    ctx.def_facts[declaration.name] = DefFacts()
    parameters: list[tuple[str, Type]] = []
    for parameter in declaration.parameters:
        type = resolve_type(ctx, parameter.type)
        if any(name == parameter.name for name, _ in parameters):
            first = scope.names[parameter.name].span or declaration.span
            ctx.report(name_errors.BoundTwice(span=parameter.span, name=parameter.name, related=((first, "first bound here"),)))
        scope = bind_unhidden(ctx, scope, parameter.name, Local(type, "parameter", parameter.span))
        if type is not None:
            parameters.append((parameter.name, type))
    body = infer(ctx, declaration.body, scope)
    if body is None or len(parameters) != len(declaration.parameters):
        return None
    return DefInfo(name=declaration.name, parameters=tuple(parameters), body=declaration.body, type=body)
