"""Names bound by statements."""

from __future__ import annotations

from checker.language.checking.context import Context, Local, Scope
from checker.language.checking.errors import name_errors


def bind_local(ctx: Context, scope: Scope, name: str, local: Local) -> Scope:
    """`scope` with one more name; in the code of an activity a name is bound once at a time, for its frame has one place for it."""
    before = scope.names.get(name)
    if before is not None and local.span is not None:
        related = ((before.span, "first bound here"),) if before.span is not None else ()
        ctx.report(name_errors.BoundTwice(span=local.span, name=name, related=related))
    return scope.bind(name, local)
