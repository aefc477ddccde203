"""Names bound by statements and expressions."""

from __future__ import annotations

from checker.language.checking.context import Context, Local, Scope
from checker.language.checking.errors import name_errors
from checker.language.source import Span


def bind_local(ctx: Context, scope: Scope, name: str, local: Local) -> Scope:
    """`scope` with one more name; in the code of an activity a name is bound once at a time, for its frame has one place for it."""
    before = scope.names.get(name)
    if before is not None and local.span is not None:
        related = ((before.span, "first bound here"),) if before.span is not None else ()
        ctx.report(name_errors.BoundTwice(span=local.span, name=name, related=related))
    return bind_unhidden(ctx, scope, name, local)


def bind_unhidden(ctx: Context, scope: Scope, name: str, local: Local) -> Scope:
    """`scope` with one more name, which may not be that of a variable that can be read there."""
    if local.span is not None and local.span.file in _own_files(ctx):
        hidden = _variable(ctx, scope, name)
        if hidden is not None:
            related = ((hidden, "the variable is declared here"),)
            ctx.report(name_errors.HidesVariable(span=local.span, name=name, related=related))
    return scope.bind(name, local)


def _own_files(ctx: Context) -> tuple[str, ...]:
    """The protocol's file and the spec's: those who wrote an imported file do not know of our variables, nor is any of them meant there."""
    return (ctx.protocol.span.file,) if ctx.spec is None else (ctx.protocol.span.file, ctx.spec.span.file)


def _variable(ctx: Context, scope: Scope, name: str) -> Span | None:
    """Where the variable is declared that `name` alone means in `scope`."""
    if scope.role is not None and name in ctx.role_variables.get(scope.role, {}):
        return ctx.role_variables[scope.role][name].declaration.span
    return ctx.shared_decls[name].span if name in ctx.shared_decls else None
