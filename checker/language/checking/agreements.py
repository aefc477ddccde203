"""What `with` binds must have the same type on both sides."""

from __future__ import annotations

from collections.abc import Iterable

from checker.language import tree
from checker.language.checking.context import Context
from checker.language.checking.errors import import_errors
from checker.language.checking.resolve import named_type, resolve_type
from checker.language.imports import Agreement
from checker.language.types import Enum, Record, Sort


def agreements(ctx: Context, found: Iterable[Agreement]) -> None:
    """Report what was bound to a declaration of another kind or type."""
    for item in found:
        match item.theirs:
            case tree.EnumDecl() | tree.TypeAlias() | tree.RecordDecl():
                _type(ctx, item, item.theirs)
            case tree.IdsDecl():
                ours = named_type(ctx, item.ours, item.theirs)
                if item.theirs.ordered and isinstance(ours, Sort) and not ours.ordered:
                    _attribute(ctx, item, "ordered")
            case tree.RoleDecl():
                _role(ctx, item, item.theirs)
            case tree.VarDecl():
                _variable(ctx, item, item.theirs)
            case tree.MessageDecl():
                _message(ctx, item, item.theirs)


def _disagree(ctx: Context, item: Agreement, theirs: str, ours: str) -> None:
    if theirs != ours:
        ctx.report(
            import_errors.ImportDisagrees(span=item.span, name=item.name, ours=item.ours, theirs_type=theirs, our_type=ours)
        )


def _wanted(ctx: Context, item: Agreement, what: str) -> None:
    ctx.report(import_errors.BindingWanted(span=item.span, name=item.name, what=what, wanted=what, given=item.ours))


def _attribute(ctx: Context, item: Agreement, attribute: str) -> None:
    ctx.report(import_errors.ImportedAttribute(span=item.span, role=item.name, ours=item.ours, attribute=attribute))


def _type(ctx: Context, item: Agreement, theirs: tree.EnumDecl | tree.TypeAlias | tree.RecordDecl) -> None:
    ours = named_type(ctx, item.ours, theirs)
    if ours is None:
        return
    match theirs:
        case tree.EnumDecl():
            members = f"enum {', '.join(member.name for member in theirs.members)}"
            _disagree(ctx, item, members, f"enum {', '.join(ours.members)}" if isinstance(ours, Enum) else str(ours))
        case tree.RecordDecl():
            fields = [(field.name, resolve_type(ctx, field.type)) for field in theirs.fields]
            text = "record " + ", ".join(f"{name}: {type}" for name, type in fields)
            own = (
                "record " + ", ".join(f"{name}: {type}" for name, type in ours.fields) if isinstance(ours, Record) else str(ours)
            )
            _disagree(ctx, item, text, own)
        case tree.TypeAlias():
            _disagree(ctx, item, str(resolve_type(ctx, theirs.type)), str(ours))


def _role(ctx: Context, item: Agreement, theirs: tree.RoleDecl) -> None:
    blocks = ctx.role_decls.get(item.ours, [])
    for attribute, wanted, given in (
        ("ordered", theirs.ordered, any(b.ordered for b in blocks)),
        ("reentrant", theirs.reentrant, any(b.reentrant for b in blocks)),
        ("starts down", theirs.starts_down, any(b.starts_down for b in blocks)),
    ):
        if wanted and not given:
            _attribute(ctx, item, attribute)


def _variable(ctx: Context, item: Agreement, theirs: tree.VarDecl) -> None:
    ours = ctx.checked.shared.get(item.ours)
    type = resolve_type(ctx, theirs.type)
    if item.ours not in ctx.shared_decls:
        _wanted(ctx, item, "shared variable")
    elif ours is not None and type is not None:
        _disagree(ctx, item, str(type), str(ours.type))


def _message(ctx: Context, item: Agreement, theirs: tree.MessageDecl) -> None:
    ours = ctx.message_decls.get(item.ours)
    if ours is None:
        _wanted(ctx, item, "message")
        return
    _disagree(ctx, item, _signature(ctx, theirs), _signature(ctx, ours))


def _signature(ctx: Context, node: tree.MessageDecl) -> str:
    types = ", ".join(str(resolve_type(ctx, field.type)) for field in node.fields)
    return f"({types}) to {node.to}"
