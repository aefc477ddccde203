"""Trees of specs, from the rules of the grammar with the same names."""

from __future__ import annotations

from typing import Any, cast, get_args

from msgspec.structs import replace

from checker.language import tree
from checker.language.build_expressions import string, whole
from checker.language.lalr import Building
from checker.language.source import Span
from checker.language.tokens import Token

FAULT_KINDS = get_args(tree.FaultKind)


class Timeouts:
    """`timeouts only when stuck`."""


def timeouts_only_when_stuck(b: Building, span: Span, c: list[Any]) -> Timeouts:
    return Timeouts()


def spec(b: Building, span: Span, c: list[Any]) -> tree.Spec:
    text, name, path, *items = c
    return tree.Spec(
        span=span,
        doc=text,
        name=name.text,
        path=string(path),
        path_span=b.span(path),
        instances=tuple(i for i in items if isinstance(i, tree.InstanceDecl)),
        faults=tuple(i for i in items if isinstance(i, tree.FaultsDecl)),
        timeouts_only_when_stuck=any(isinstance(i, Timeouts) for i in items),
        defs=tuple(i for i in items if isinstance(i, tree.DefDecl)),
        properties=tuple(i for i in items if isinstance(i, tree.PropertyDecl)),
        checks=tuple(i for i in items if isinstance(i, tree.CheckDecl)),
        expectations=tuple(i for i in items if isinstance(i, (tree.ExpectViolated, tree.ExpectCounts))),
    )


def instance(b: Building, span: Span, c: list[Any]) -> tree.InstanceDecl:
    return tree.InstanceDecl(span=span, name=c[0].text, bindings=c[1] if len(c) > 1 else ())


# --- faults ---------------------------------------------------------------------------------------------


def none_name(b: Building, span: Span, c: list[Any]) -> tree.Name:
    return tree.Name(span=span, name="none")


def faults_none(b: Building, span: Span, c: list[Any]) -> tree.FaultsDecl:
    if c[0].name != "none":
        from checker.language.syntax_errors import EmptyFaults

        b.errors.append(EmptyFaults(span=c[0].span, name=c[0].name))
    return tree.FaultsDecl(span=span, name=c[0].name, items=())


def faults(b: Building, span: Span, c: list[Any]) -> tree.FaultsDecl:
    return tree.FaultsDecl(span=span, name=c[0].name, items=c[1])


def faults_block(b: Building, span: Span, c: list[Any]) -> tuple[tree.FaultItem, ...]:
    return tuple(c)


def at_most(b: Building, span: Span, c: list[Any]) -> list[Any]:
    return c


def unlimited(b: Building, span: Span, c: list[Any]) -> list[Any]:
    return [None]


def fault(b: Building, span: Span, c: list[Any]) -> tree.FaultItem:
    kind, target, budget = c
    if kind.text not in FAULT_KINDS:
        from checker.language.diagnostics import nearest
        from checker.language.syntax_errors import UnknownFault

        near = nearest(kind.text, FAULT_KINDS) or "crash"
        b.errors.append(UnknownFault(span=b.span(kind), found=kind.text, kinds=", ".join(FAULT_KINDS), near=near))
    if budget is None:
        from checker.language.syntax_errors import NoBudget

        b.errors.append(NoBudget(span=span, fault=f"{kind.text} {target.name}"))
        budget = [None]
    return tree.FaultItem(
        span=span, kind=cast(tree.FaultKind, kind.text), target=target.name, target_span=target.span, budget=budget[0]
    )


# --- properties ------------------------------------------------------------------------------------------


def property_kind(b: Building, span: Span, c: list[Token]) -> str:
    return " ".join(word.text for word in c)


def ltl(b: Building, span: Span, c: list[Any]) -> tree.StateProperty:
    return state_property(b, span, ["ltl", *c])


def formula_block(b: Building, span: Span, c: list[Any]) -> tree.Expr:
    formula: tree.Expr = c[0]
    return formula


def state_property(b: Building, span: Span, c: list[Any]) -> tree.StateProperty:
    kind, name, text, condition = c
    return tree.StateProperty(
        span=span, kind=kind, name=name.text, text=string(text) if text is not None else None, condition=condition
    )


def leads_block(b: Building, span: Span, c: list[Any]) -> list[Any]:
    return c


def unit(b: Building, span: Span, c: list[Token]) -> str:
    return c[0].text.removesuffix("s") + "s"


def within(b: Building, span: Span, c: list[Any]) -> tuple[tree.Expr, str]:
    return c[0], c[1]


def whenever(b: Building, span: Span, c: list[Any]) -> tree.Whenever:
    name, text, (trigger, goal, bound) = c
    made = tree.Whenever(span=span, name=name.text, text=string(text) if text is not None else None, trigger=trigger, goal=goal)
    return made if bound is None else replace(made, bound=bound[0], unit=bound[1])


def no_starvation(b: Building, span: Span, c: list[Any]) -> tree.Absence:
    return tree.Absence(span=span, kind="no starvation", on=c[0].name, on_span=c[0].span)


def absence_of_whole(b: Building, span: Span, c: list[Token]) -> str:
    return " ".join(word.text for word in c)


absence_on_variable = absence_of_whole


def absence(b: Building, span: Span, c: list[Any]) -> tree.Absence:
    kind = cast(tree.AbsenceKind, f"no {c[0]}")
    if len(c) == 1:
        return tree.Absence(span=span, kind=kind, on=None, on_span=None)
    return tree.Absence(span=span, kind=kind, on=c[1].name, on_span=c[1].span)


def spent(b: Building, span: Span, c: list[Token]) -> Token:
    return c[-1]


def spending(b: Building, span: Span, c: list[Any]) -> tree.Spending:
    meter, bound = c
    return tree.Spending(span=span, meter=meter.text, meter_span=b.span(meter), bound=bound)


# --- checks and expectations ------------------------------------------------------------------------------


def scope_instances(b: Building, span: Span, c: list[Any]) -> tuple[tree.Name, ...]:
    return tuple(tree.Name(span=b.span(token), name=token.text) for token in c if token is not None)


def scope_faults(b: Building, span: Span, c: list[Any]) -> tuple[tree.Name, ...]:
    return tuple(name for name in c if name is not None)


def scope(b: Building, span: Span, c: list[Any]) -> tuple[tuple[tree.Name, ...], tuple[tree.Name, ...]]:
    return (c[0], c[1])


def check(b: Building, span: Span, c: list[Any]) -> tree.CheckDecl:
    *instances, faults = c
    names = tuple(tree.Name(span=b.span(token), name=token.text) for token in instances)
    return tree.CheckDecl(span=span, instances=names, faults=faults)


def expected_properties(b: Building, span: Span, c: list[Any]) -> tuple[tree.Name, ...]:
    return tuple(tree.Name(span=property.span, name=property.name) for property in c)


def expect_violated(b: Building, span: Span, c: list[Any]) -> tree.ExpectViolated:
    properties, (instances, faults) = c
    return tree.ExpectViolated(span=span, properties=properties, instances=instances, faults=faults)


def expect_unreachable(b: Building, span: Span, c: list[Any]) -> tree.ExpectViolated:
    return replace(expect_violated(b, span, c), word="unreachable")


def expect_states(b: Building, span: Span, c: list[Any]) -> tree.ExpectCounts:
    states, (instances, faults) = c
    return tree.ExpectCounts(span=span, states=whole(states), transitions=None, instances=instances, faults=faults)


def expect_states_and_transitions(b: Building, span: Span, c: list[Any]) -> tree.ExpectCounts:
    states, transitions, (instances, faults) = c
    return tree.ExpectCounts(span=span, states=whole(states), transitions=whole(transitions), instances=instances, faults=faults)


# --- formulas ---------------------------------------------------------------------------------------------


def _unary(operator: tree.TemporalOperator) -> Any:
    def build(b: Building, span: Span, c: list[Any]) -> tree.Temporal:
        return tree.Temporal(span=span, operator=operator, operands=(c[0],))

    return build


def _binary(operator: tree.TemporalOperator) -> Any:
    def build(b: Building, span: Span, c: list[Any]) -> tree.Temporal:
        return tree.Temporal(span=span, operator=operator, operands=(c[0], c[1]))

    return build


always_operation = _unary("always")
eventually_operation = _unary("eventually")
until = _binary("until")
weak_until = _binary("weak until")
release = _binary("release")


def next_operation(b: Building, span: Span, c: list[Any]) -> tree.Temporal:
    operand = c[0]
    if isinstance(operand, tree.Binary) and operand.span.line == span.line:
        line = b.source.line(span.line)
        between = line[span.column - 1 + len("next") : operand.span.column - 1]
        if not between.strip() and line[operand.span.column - 1] == "(":  # no bracket around the whole operand
            from checker.language.expression_errors import NextOrSuccessor

            b.errors.append(NextOrSuccessor(span=span))
    return tree.Temporal(span=span, operator="next", operands=(operand,))
