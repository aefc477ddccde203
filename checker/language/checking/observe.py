"""What may be read where: agents know what they were sent and what they read from shared stores; only specs see everything."""

from __future__ import annotations

from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import use_errors
from checker.language.source import Span


def read(ctx: Context, scope: Scope, span: Span, name: str) -> bool:
    """Note a read of the state; report it where the state is not there yet."""
    if scope.mode in ("constant", "initial"):
        ctx.report(use_errors.NotConstant(span=span, what=scope.what, name=name))
        return False
    if scope.owner is not None:
        facts = ctx.def_facts[scope.owner]
        facts.reads = facts.reads or (span, name)
    return True


def look(ctx: Context, scope: Scope, span: Span, variable: str, role: str) -> bool:
    """A read of the variable of another agent."""
    if scope.mode in ("spec", "done"):
        return read(ctx, scope, span, variable)
    if scope.mode == "def":
        return _note(ctx, scope, span, f"reads `{variable}` of an agent")
    ctx.report(use_errors.OthersVariable(span=span, name=variable, role=role))
    return False


def spec_only(ctx: Context, scope: Scope, span: Span, text: str) -> bool:
    """A look at what an agent is doing."""
    if scope.mode in ("spec", "done"):
        return read(ctx, scope, span, text)
    if scope.mode == "def":
        return _note(ctx, scope, span, f"says `{text}`")
    ctx.report(use_errors.SpecOnly(span=span, text=text))
    return False


def _note(ctx: Context, scope: Scope, span: Span, what: str) -> bool:
    assert scope.owner is not None
    facts = ctx.def_facts[scope.owner]
    facts.observes = facts.observes or (span, what)
    facts.reads = facts.reads or (span, what)
    return True


def calls(ctx: Context, scope: Scope, span: Span, name: str) -> bool:
    """A call of def `name`: whether it may do here what its body does."""
    facts = ctx.def_facts[name]
    if facts.reads is not None and scope.mode in ("constant", "initial"):
        return read(ctx, scope, span, f"{name}(...)")
    if facts.observes is not None:
        if scope.mode == "def":
            _note(ctx, scope, *facts.observes)
        elif scope.mode not in ("spec", "done"):
            related = ((facts.observes[0], "here"),)
            ctx.report(use_errors.ObservingDef(span=span, name=name, what=facts.observes[1], related=related))
            return False
    if facts.reads is not None and not read(ctx, scope, span, f"{name}(...)"):
        return False
    if facts.old is not None:
        if scope.old != "yes":
            ctx.report(use_errors.OldOutside(span=span, related=((facts.old, "the def says `old` here"),)))
            return False
        if scope.owner is not None:
            owner = ctx.def_facts[scope.owner]
            owner.old = owner.old or span
    return True
