"""`w is busy`, `w at planning`."""

from __future__ import annotations

from checker.language import tree
from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import name_errors
from checker.language.checking.inference import rule
from checker.language.checking.names import agent
from checker.language.checking.observe import read, spec_only
from checker.language.checking.words import nearest_help
from checker.language.checking.written import written
from checker.language.types import Bool, Sort, Type


@rule(tree.Is)
def is_(ctx: Context, node: tree.Is, scope: Scope, hint: Type | None) -> Type | None:
    sort = agent(ctx, node.agent, scope)
    if node.fact in ("up", "down"):
        allowed = read(ctx, scope, node.span, written(node))
    else:
        allowed = spec_only(ctx, scope, node.span, written(node))
    if sort is None or not allowed:
        return None
    if node.fact == "finished" and ctx.activities_known and not _runs(ctx, sort):
        ctx.report(name_errors.NoRun(span=node.span, role=sort.name))
        return None
    return Bool()


def _runs(ctx: Context, sort: Sort) -> bool:
    return any(isinstance(activity.node, tree.Run) for activity in ctx.checked.roles[sort.name].activities)


@rule(tree.At)
def at(ctx: Context, node: tree.At, scope: Scope, hint: Type | None) -> Type | None:
    sort = agent(ctx, node.agent, scope)
    if not spec_only(ctx, scope, node.span, written(node)) or sort is None:
        return None
    if ctx.activities_known and not _known(ctx, node, sort):
        return None
    return Bool()


def _known(ctx: Context, node: tree.At, sort: Sort) -> bool:
    activities = ctx.checked.roles[sort.name].activities
    if node.activity is not None:
        names = [activity.name for activity in activities]
        if node.activity not in names:
            ctx.report(
                name_errors.UnknownActivity(
                    span=node.label_span,
                    name=node.activity,
                    role=sort.name,
                    activities=", ".join(names) or "none",
                    advice=nearest_help(node.activity, names),
                )
            )
            return False
        activities = tuple(activity for activity in activities if activity.name == node.activity)
    labels = [item.label for activity in activities for item in activity.awaits]
    if node.label in labels:
        return True
    ctx.report(
        name_errors.UnknownLabel(
            span=node.label_span,
            name=node.label,
            where=sort.name if node.activity is None else f"{sort.name}.{node.activity}",
            labels=", ".join(dict.fromkeys(labels)) or "none",
            advice=nearest_help(node.label, labels),
        )
    )
    return False
