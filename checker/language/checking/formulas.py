"""Formulas of `ltl` properties: temporal operators over predicates of a state.

They may stand under `not`, `and`, `or`, `implies`, each other, and `all` and `any` over a type: those are as many formulas. What holds none of them
is a predicate like any other.
"""

from __future__ import annotations

from checker.language import tree
from checker.language.checked import TypeName
from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import limit_errors, spec_errors
from checker.language.checking.inference import expect_bool, rule
from checker.language.checking.quantifiers import bind, domain_size
from checker.language.checking.walk import has_temporal
from checker.language.checking.written import written
from checker.language.types import Bool, Type

MOST_OPERATORS = 200  # once `all` and `any` stand for as many formulas


def formula(ctx: Context, node: tree.Expr, scope: Scope) -> None:
    """Check the formula of an `ltl` property."""
    errors = len(ctx.errors)
    operators = _formula(ctx, node, scope)
    if operators > MOST_OPERATORS and len(ctx.errors) == errors:
        ctx.report(limit_errors.LargeFormula(span=node.span, found=f"{operators:,}", most=MOST_OPERATORS))


def _formula(ctx: Context, node: tree.Expr, scope: Scope) -> int:
    """How many temporal operators and predicates it has."""
    if not has_temporal(node):
        expect_bool(ctx, node, scope)
        return 1
    ctx.name_type(node, Bool())
    match node:
        case tree.Temporal():
            return 1 + sum(_formula(ctx, operand, scope) for operand in node.operands)
        case tree.Unary(operator="not"):
            return _formula(ctx, node.operand, scope)
        case tree.Binary(operator="and" | "or" | "implies"):
            return _formula(ctx, node.left, scope) + _formula(ctx, node.right, scope)
        case tree.Quantifier(kind="all" | "any"):
            return _quantifier(ctx, node, scope)
    expect_bool(ctx, node, scope)  # reports what is within
    return 1


def _quantifier(ctx: Context, node: tree.Quantifier, scope: Scope) -> int:
    times, inner = 1, scope
    for binder in node.binders:
        if has_temporal(binder.domain):
            expect_bool(ctx, binder.domain, inner)
            return 1
        inner = bind(ctx, binder, inner)
        if not isinstance(ctx.checked.symbols.get(id(binder.domain)), TypeName):
            if inner.names[binder.name].type is not None:
                ctx.report(spec_errors.MovingDomain(span=binder.domain.span, text=written(binder.domain)))
            continue
        times *= domain_size(ctx, binder.domain)[1]
    return times * _formula(ctx, node.body, inner)


@rule(tree.Temporal)
def temporal(ctx: Context, node: tree.Temporal, scope: Scope, hint: Type | None) -> Type | None:
    ctx.report(spec_errors.TemporalInside(span=node.span, word=node.operator))
    return None
