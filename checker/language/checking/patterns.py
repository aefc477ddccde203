"""Messages as they are sent and taken."""

from __future__ import annotations

from checker.language import tree
from checker.language.checking.context import Context, Local, Scope
from checker.language.checking.errors import name_errors, type_errors, use_errors
from checker.language.checking.inference import expect, infer_rest
from checker.language.checking.locals import bind_local
from checker.language.checking.resolve import named_type
from checker.language.checking.words import kind, nearest_help
from checker.language.source import Span
from checker.language.types import Sort, Type


def message_named(ctx: Context, name: str, span: Span) -> tree.MessageDecl | None:
    """The declaration of message `name`; an error, and None, when there is none."""
    if name in ctx.message_decls:
        return ctx.message_decls[name]
    if name in ctx.declared:
        where, what = ctx.declared[name]
        ctx.report(use_errors.NotAMessage(span=span, name=name, what=kind(what), related=((where, "declared here"),)))
    else:
        ctx.report(name_errors.UnknownMessage(span=span, name=name, advice=nearest_help(name, list(ctx.message_decls))))
    return None


def signature(declaration: tree.MessageDecl) -> str:
    return f"{declaration.name}({', '.join(f.name for f in declaration.fields)})"


def check_sent(ctx: Context, node: tree.Send | tree.Broadcast, scope: Scope) -> tree.MessageDecl | None:
    """Check the message and the arguments of a send; None where the message is not known."""
    declaration = message_named(ctx, node.message, node.message_span)
    if declaration is None or len(node.arguments) != len(declaration.fields):
        if declaration is not None:
            problem = f"it has {_count(len(declaration.fields), 'field')}, and {len(node.arguments)} are given"
            related = ((declaration.span, "declared here"),)
            ctx.report(
                type_errors.Arguments(
                    span=node.span, name=node.message, problem=problem, signature=signature(declaration), related=related
                )
            )
        for argument in node.arguments:
            infer_rest(ctx, argument, scope)
        return declaration
    for argument, field in zip(node.arguments, declaration.fields, strict=True):
        expect(ctx, argument, scope, ctx.checked.type_expressions.get(id(field.type)))
    return declaration


def _count(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def receiver(ctx: Context, declaration: tree.MessageDecl) -> Sort | None:
    info = ctx.checked.messages.get(declaration.name)
    return info.receiver if info is not None else None


def bind_pattern(ctx: Context, pattern: tree.Pattern, scope: Scope, role: str) -> Scope:
    """`scope` with what taking a message binds: its fields and its sender."""
    declaration = message_named(ctx, pattern.message, pattern.message_span)
    types: list[Type | None] = [None] * len(pattern.fields)
    if declaration is not None:
        if declaration.to != role:
            related = ((declaration.to_span, "declared here"),)
            ctx.report(
                type_errors.WrongReceiver(
                    span=pattern.message_span, message=pattern.message, to=declaration.to, role=role, related=related
                )
            )
        if len(pattern.fields) == len(declaration.fields):
            types = [ctx.checked.type_expressions.get(id(field.type)) for field in declaration.fields]
        else:
            problem = f"it has {_count(len(declaration.fields), 'field')}, and {len(pattern.fields)} are named"
            ctx.report(
                type_errors.Arguments(
                    span=pattern.span,
                    name=pattern.message,
                    problem=problem,
                    signature=signature(declaration),
                    related=((declaration.span, "declared here"),),
                )
            )
    for name, span, type in zip(pattern.fields, pattern.field_spans, types, strict=True):
        if name is not None:
            scope = bind_local(ctx, scope, name, Local(type, "field", span))
    if pattern.sender is not None:
        sender = _sender(ctx, pattern) if declaration is not None else None
        scope = bind_local(ctx, scope, pattern.sender, Local(sender, "sender", pattern.span))
    elif pattern.sender_role is not None and declaration is not None:
        _sender(ctx, pattern)
    return scope


def _sender(ctx: Context, pattern: tree.Pattern) -> Type | None:
    """The role that the message comes from."""
    senders = ctx.senders.get(pattern.message, [])
    if pattern.sender_role is not None:
        return _sender_role(ctx, pattern, pattern.sender_role, senders)
    if len(senders) == 1:
        return named_type(ctx, senders[0], pattern)
    if not senders:
        ctx.report(name_errors.NobodySends(span=pattern.span, message=pattern.message))
    else:
        ctx.report(
            type_errors.WhichSender(
                span=pattern.span,
                message=pattern.message,
                roles=", ".join(senders),
                sender=pattern.sender or "x",
                first=senders[0],
            )
        )
    return None


def _sender_role(ctx: Context, pattern: tree.Pattern, role: str, senders: list[str]) -> Type | None:
    if role not in ctx.role_decls:
        ctx.report(name_errors.UnknownRole(span=pattern.span, name=role, advice=nearest_help(role, list(ctx.role_decls))))
        return None
    if role not in senders:
        ctx.report(
            name_errors.RoleSendsNot(
                span=pattern.span, message=pattern.message, role=role, senders=", ".join(senders) or "nobody"
            )
        )
    return named_type(ctx, role, pattern)
