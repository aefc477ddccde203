"""Types of expressions: the table of rules, and the two ways to ask.

`infer` gives the type that an expression has by itself; `hint` only settles what is ambiguous (a shared enum member, `none`, `{}`).
`expect` asks for a wanted type and reports what does not fit. Both give None after an error, and None silences what would follow
from it. A rule is registered with `@rule(tree.X)`; the modules with rules are imported by `checker.language.check`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from checker.language import tree
from checker.language.checked import Constant
from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import name_errors, type_errors, value_errors
from checker.language.checking.relations import bare, fits, fits_or_spreads, outside, plain_wanted
from checker.language.checking.words import a, nearest_help
from checker.language.checking.written import written
from checker.language.diagnostics import Diagnostic
from checker.language.types import Bool, Enum, Int, Option, SeqOf, SetOf, Type

Rule: TypeAlias = Callable[[Context, tree.Expr, Scope, Type | None], Type | None]
RULES: dict[type[tree.Expr], Rule] = {}

N = TypeVar("N", bound=tree.Expr)


def rule(kind: type[N]) -> Callable[[Callable[[Context, N, Scope, Type | None], Type | None]], Rule]:
    """Register the rule for the nodes of one class."""

    def register(function: Callable[[Context, N, Scope, Type | None], Type | None]) -> Rule:
        RULES[kind] = function  # type: ignore[assignment]
        return RULES[kind]

    return register


def infer(ctx: Context, node: tree.Expr, scope: Scope, hint: Type | None = None) -> Type | None:
    """The type of `node` by itself, entered in the table; None after an error."""
    type = RULES[node.__class__](ctx, node, scope, hint)
    if type is not None:
        ctx.checked.types[id(node)] = type
    return type


def expect(ctx: Context, node: tree.Expr, scope: Scope, wanted: Type | None, *, spreads: bool = True) -> Type | None:
    """The type of `node` by itself, which must fit `wanted` (None: unknown after an error); None after an error."""
    if wanted is None:
        return infer_rest(ctx, node, scope)
    found = infer(ctx, node, scope, wanted)
    if found is None:
        return None
    if not (fits_or_spreads if spreads else fits)(found, wanted):
        ctx.report(misfit(ctx, node, found, wanted))
        return None
    if outside(found, wanted) and plain_wanted(wanted) not in ctx.elastic and not depends_on_instance(ctx, node):
        ctx.report(value_errors.OutOfRange(span=node.span, value=_value_text(node, found), wanted=str(plain_wanted(wanted))))
        return None
    return found


def infer_rest(ctx: Context, node: tree.Expr, scope: Scope) -> Type | None:
    """The type of `node` where an error has made it unknown what is wanted: what is ambiguous is not reported."""
    unknown = isinstance(node, tree.Name) and node.name not in ctx.members
    return infer(ctx, node, scope) if unknown or not needs_context(ctx, node, scope) else None


def expect_bool(ctx: Context, node: tree.Expr, scope: Scope) -> Type | None:
    return expect(ctx, node, scope, Bool())


def expect_number(ctx: Context, node: tree.Expr, scope: Scope, hint: Type | None = None) -> Int | None:
    """The interval of `node`, which must be a number."""
    found = infer(ctx, node, scope, hint)
    if found is None or isinstance(found, Int):
        return found
    wanted = Int(0, 0)
    ctx.report(misfit(ctx, node, found, wanted, "a number"))
    return None


def misfit(ctx: Context, node: tree.Expr, found: Type, wanted: Type, words: str | None = None) -> Diagnostic:
    """The error that says best why `node` does not fit."""
    words = words or a(wanted)
    core = plain_wanted(wanted)
    if isinstance(node, tree.Name) and isinstance(core, Enum) and node.name in ctx.members and isinstance(found, Enum):
        return not_a_member(node, core)
    if isinstance(found, Option) and fits(found.of, bare(wanted)):
        if isinstance(node, tree.NoneValue):
            return type_errors.NeverNone(span=node.span, wanted=words)
        return type_errors.MayBeNone(span=node.span, text=written(node), found=str(found), wanted=words)
    if isinstance(wanted, SetOf) and fits(found, wanted.of):
        return type_errors.ElementForSet(span=node.span, text=written(node), wanted=str(wanted))
    if isinstance(core, Bool) and isinstance(found, Int):
        return type_errors.NumberForBool(span=node.span, text=written(node))
    return type_errors.WrongType(span=node.span, text=written(node), found=a(found), wanted=words)


def not_a_member(node: tree.Name, enum: Enum) -> name_errors.NotAMember:
    return name_errors.NotAMember(
        span=node.span,
        name=node.name,
        enum=enum.name,
        members=", ".join(enum.members),
        advice=nearest_help(node.name, enum.members),
    )


def depends_on_instance(ctx: Context, node: tree.Node) -> bool:
    """Whether the text holds a parameter or const: another instance may give it another value."""
    from checker.language.checking.walk import nodes

    for part in nodes(node):
        if (
            isinstance(part, tree.Name)
            and isinstance(ctx.checked.symbols.get(id(part)), Constant)
            and part.name not in ctx.members
        ):
            return True
        if isinstance(part, (tree.Quantifier, tree.Call)):
            return True
    return False


def _value_text(node: tree.Expr, found: Type) -> str:
    core = bare(found)
    if isinstance(core, Int) and core.low == core.high:
        return str(core.low)
    return f"{written(node)} ({found})"


def needs_context(ctx: Context, node: tree.Expr, scope: Scope) -> bool:
    """Whether `node` has a type only where one is wanted: `none`, `{}`, `[]`, a member of several enums."""
    match node:
        case tree.NoneValue():
            return True
        case tree.Braces() | tree.SeqLiteral():
            return all(needs_context(ctx, item, scope) for item in node.items)
        case tree.Name():
            return not _is_value(ctx, node.name, scope) and len(ctx.members.get(node.name, ())) != 1
        case tree.Conditional():
            return needs_context(ctx, node.then, scope) and needs_context(ctx, node.orelse, scope)
    return False


def _is_value(ctx: Context, name: str, scope: Scope) -> bool:
    """Whether `name` has a value whatever is wanted."""
    own = ctx.role_variables.get(scope.role, {}) if scope.role is not None else {}
    return name in scope.names or name in own or (name in ctx.declared and name not in ctx.members)


def infer_both(
    ctx: Context, left: tree.Expr, right: tree.Expr, scope: Scope, hint: Type | None = None
) -> tuple[Type | None, Type | None]:
    """The types of two sides of which each may settle what is ambiguous in the other."""
    if needs_context(ctx, left, scope) and not needs_context(ctx, right, scope):
        second, first = _one_by_one(ctx, right, left, scope, hint)
        return first, second
    return _one_by_one(ctx, left, right, scope, hint)


def _one_by_one(
    ctx: Context, leader: tree.Expr, other: tree.Expr, scope: Scope, hint: Type | None
) -> tuple[Type | None, Type | None]:
    """The type of `leader`, then of `other`, for which it is the hint."""
    first = infer(ctx, leader, scope, hint)
    if first is None and hint is None and needs_context(ctx, other, scope):
        return None, None
    return first, infer(ctx, other, scope, hint if first is None else beside(first, other))


def beside(type: Type, node: tree.Expr) -> Type:
    """What is wanted of `node` where it stands beside something of `type`: a sequence that is written there may be longer."""
    if isinstance(type, SeqOf) and isinstance(node, tree.SeqLiteral):
        return SeqOf(type.of, max(type.max, len(node.items)))
    return type
