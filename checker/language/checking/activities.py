"""Roles and their activities: guards, bodies, awaits, frames."""

from __future__ import annotations

from checker.language import tree
from checker.language.checked import ActivityInfo, AwaitInfo, RoleInfo
from checker.language.checking import limits
from checker.language.checking.awaits import labelled
from checker.language.checking.context import Context, Local, Scope
from checker.language.checking.declarations import named_activities
from checker.language.checking.errors import name_errors, type_errors
from checker.language.checking.inference import expect_bool
from checker.language.checking.locals import bind_local
from checker.language.checking.patterns import bind_pattern
from checker.language.checking.relations import join
from checker.language.checking.resolve import resolve_type
from checker.language.checking.statements import Place, check_block
from checker.language.checking.words import a, kind
from checker.language.source import Span
from checker.language.types import Option, Sort, Type


def roles(ctx: Context) -> None:
    """Check the code of every role, and enter the roles."""
    for name, blocks in ctx.role_decls.items():
        sort = ctx.named_types.get(name)
        if not isinstance(sort, Sort):
            sort = Sort(name, 1, role=True)  # its size is in error: the code is checked all the same
        head = next((block for block in blocks if block.size is not None), blocks[0])
        named = named_activities(blocks)
        _named_once(ctx, name, named)
        limits.activities(ctx, name, [node for _, node in named])
        ctx.checked.roles[name] = RoleInfo(
            name=name,
            sort=sort,
            reentrant=any(block.reentrant for block in blocks),
            starts_down=any(block.starts_down for block in blocks),
            variables=tuple(ctx.role_variables.get(name, {}).values()),
            activities=tuple(_activity(ctx, sort, activity_name, node) for activity_name, node in named),
            at=head,
        )
    ctx.activities_known = True


def _named_once(ctx: Context, role: str, named: list[tuple[str, tree.Activity]]) -> None:
    seen: dict[str, Span] = {}
    variables = ctx.role_variables.get(role, {})
    for name, node in named:
        before, what = seen.get(name), f"activity of {role}"
        if before is None and name in variables:
            before, what = variables[name].declaration.span, f"variable of {role}"
        if before is not None:
            related = ((before, "first declared here"),)
            ctx.report(name_errors.DeclaredTwice(span=_head(node), name=name, what=kind(what), related=related))
        seen.setdefault(name, _head(node))


def _head(node: tree.Activity) -> Span:
    """The first line of an activity."""
    span = node.pattern.span if isinstance(node, tree.Handler) else node.span
    return span if span.line == span.end_line else Span(span.file, span.line, span.column, span.line, span.column + 3)


def _activity(ctx: Context, sort: Sort, name: str, node: tree.Activity) -> ActivityInfo:
    scope = Scope(mode="agent", role=sort.name).bind("self", Local(sort, "self", None))
    place = Place(role=sort.name)
    match node:
        case tree.Action():
            for parameter in node.parameters:
                type = resolve_type(ctx, parameter.type)
                limits.choices(ctx, parameter.type, type)
                scope = bind_local(ctx, scope, parameter.name, Local(type, "parameter", parameter.span))
            for condition in (node.guard, node.advice):
                if condition is not None:
                    expect_bool(ctx, condition, scope)
            parameters, body = _bound(scope), node.body
        case tree.Handler():
            scope = bind_pattern(ctx, node.pattern, scope, sort.name)
            if node.guard is not None:
                expect_bool(ctx, node.guard, scope)
            parameters, body = _bound(scope), node.body
        case tree.Run():
            parameters, body = (), node.body
        case _:
            raise TypeError(node)
    check_block(ctx, body, scope, place)
    awaits = labelled(ctx, place.awaits)
    return ActivityInfo(name=name, node=node, parameters=parameters, awaits=awaits, frame=_frame(ctx, name, awaits))


def _bound(scope: Scope) -> tuple[tuple[str, Type], ...]:
    return tuple((name, local.type) for name, local in scope.names.items() if local.kind != "self" and local.type is not None)


def _frame(ctx: Context, activity: str, awaits: tuple[AwaitInfo, ...]) -> tuple[tuple[str, Type], ...]:
    """The names that some await keeps; numbers of different bounds have the bounds of all."""
    frame: dict[str, Type] = {}
    for info in awaits:
        for name, type in info.kept:
            both = join(frame[name], type) if name in frame else type
            if both is None or (name in frame and isinstance(type, Option) is not isinstance(frame[name], Option)):
                ctx.report(
                    type_errors.TwoTypes(
                        span=info.node.span,
                        name=name,
                        activity=activity,
                        first=a(frame[name]),
                        second=a(type),
                    )
                )
            else:
                frame[name] = both
    return tuple(frame.items())
