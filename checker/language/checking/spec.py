"""Specs: instances, fault models, properties, checks and expectations."""

from __future__ import annotations

from collections.abc import Iterable

from checker.language import tree
from checker.language.checked import FaultInfo
from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import spec_errors, value_errors
from checker.language.checking.inference import expect_bool
from checker.language.checking.names import METERS
from checker.language.checking.resolve import constant_number
from checker.language.checking.words import nearest_help
from checker.language.faults import AGENT_FAULTS, MESSAGE_FAULTS, pointless
from checker.language.source import Span

MOST_BOUND = 10_000  # of `within`
MOST_SPENT = 500_000_000  # of a bound on what is spent: what one step more spends has room in a number
COUNTED = ("messages", "rounds", "steps")  # meters that are added to by what happens, not by calls


# --- instances ---------------------------------------------------------------------------------------------------


def instances(ctx: Context) -> None:
    """Check the names in every instance, and take the values of the one that is checked."""
    assert ctx.spec is not None
    names = [p.name for p in ctx.protocol.parameters] + [
        d.name for d in ctx.protocol.declarations if isinstance(d, tree.ConstDecl)
    ]
    seen: dict[str, Span] = {}
    for instance in ctx.spec.instances:
        _once(ctx, instance.name, instance.span, "instance", seen)
        given: dict[str, tree.Expr] = {}
        for name, value in instance.bindings:
            if name not in names:
                error = spec_errors.NotAParameter(
                    span=value.span,
                    name=name,
                    protocol=ctx.protocol.name,
                    names=", ".join(names) or "none",
                    advice=nearest_help(name, names),
                )
                ctx.report(error)
            elif name in given:
                related = ((given[name].span, "first given here"),)
                ctx.report(spec_errors.GivenTwice(span=value.span, name=name, instance=instance.name, related=related))
            else:
                given[name] = value
        if instance.name == ctx.checked.instance:
            ctx.given = given
            ctx.checked.given = {name: value for name, value in given.items() if name not in ctx.overrides}


def _once(ctx: Context, name: str, span: Span, what: str, seen: dict[str, Span]) -> None:
    if name in seen:
        related = ((seen[name], "first declared here"),)
        ctx.report(spec_errors.SpecNameTwice(span=_line(span), name=name, what=what, related=related))
    seen.setdefault(name, span)


def _line(span: Span) -> Span:
    return span if span.line == span.end_line else Span(span.file, span.line, span.column, span.line, span.column + 1)


# --- fault models ------------------------------------------------------------------------------------------------


def faults(ctx: Context) -> None:
    """Check every fault model and enter it; `none` always exists."""
    assert ctx.spec is not None
    ctx.checked.faults["none"] = ()
    seen: dict[str, Span] = {}
    for model in ctx.spec.faults:
        _once(ctx, model.name, model.span, "fault model", seen)
        if model.name == "none" and model.items:
            ctx.report(spec_errors.NoneHasFaults(span=_line(model.span)))
        items: list[FaultInfo] = []
        twice: dict[tuple[str, str], Span] = {}
        for item in model.items:
            _twice(ctx, item, twice)
            info = _fault(ctx, item, model)
            if info is not None:
                items.append(info)
        ctx.checked.faults[model.name] = tuple(items)


def _twice(ctx: Context, item: tree.FaultItem, seen: dict[tuple[str, str], Span]) -> None:
    key = (item.kind, item.target)
    if key in seen:
        ctx.report(
            spec_errors.SpecNameTwice(
                span=item.span, name=f"{item.kind} {item.target}", what="fault", related=((seen[key], "first given here"),)
            )
        )
    seen.setdefault(key, item.span)


def _fault(ctx: Context, item: tree.FaultItem, model: tree.FaultsDecl) -> FaultInfo | None:
    budget = None if item.budget is None else constant_number(ctx, item.budget, "the budget of a fault")
    if item.budget is not None:
        if budget is None:
            return None
        if budget < 0:
            ctx.report(value_errors.NegativeSize(span=item.budget.span, what="the budget of a fault", value=budget))
            return None
    if not _target(ctx, item, model):
        return None
    return FaultInfo(kind=item.kind, target=item.target, budget=budget, at=item)


def _target(ctx: Context, item: tree.FaultItem, model: tree.FaultsDecl) -> bool:
    if item.kind in AGENT_FAULTS:
        wanted, names = "a role", list(ctx.role_decls)
    elif item.kind in MESSAGE_FAULTS:
        wanted, names = "a message", list(ctx.message_decls)
    else:
        wanted, names = "a shared variable", list(ctx.shared_decls)
    if item.target not in names:
        ctx.report(
            spec_errors.FaultTarget(
                span=item.target_span,
                name=item.target,
                kind=item.kind,
                wanted=wanted,
                names=", ".join(names) or "none",
                advice=nearest_help(item.target, names),
            )
        )
        return False
    why = _pointless(ctx, item, model)
    if why is not None:
        ctx.report(spec_errors.PointlessFault(span=item.span, fault=f"{item.kind} {item.target}", why=why))
    return why is None


def _pointless(ctx: Context, item: tree.FaultItem, model: tree.FaultsDecl) -> str | None:
    """Why a fault cannot happen, or None."""
    if item.kind == "restart" and not any(other.kind == "crash" and other.target == item.target for other in model.items):
        return f"`{model.name}` has no `crash {item.target}`, and whom the protocol stops is not restarted"
    return pointless(ctx.checked, item.kind, item.target)


# --- properties ----------------------------------------------------------------------------------------------------


def properties(ctx: Context) -> None:
    """Check every property."""
    assert ctx.spec is not None
    seen: dict[str, Span] = {}
    for node in ctx.spec.properties:
        match node:
            case tree.StateProperty(kind="ltl"):
                _once(ctx, node.name, node.span, "property", seen)
                from checker.language.checking.formulas import formula  # which makes the rule for what is temporal known

                formula(ctx, node.condition, Scope(mode="spec"))
            case tree.StateProperty():
                _once(ctx, node.name, node.span, "property", seen)
                scope = Scope(mode="spec", old="yes" if node.kind == "step" else "no")
                expect_bool(ctx, node.condition, scope)
            case tree.Whenever():
                _once(ctx, node.name, node.span, "property", seen)
                for condition in (node.trigger, node.goal):
                    expect_bool(ctx, condition, Scope(mode="spec"))
                _bound(ctx, node)
            case tree.Absence():
                _once(ctx, node.name, node.span, "property", seen)
                _role(ctx, node) if node.kind == "no starvation" else _variable(ctx, node)
            case tree.Spending():
                _once(ctx, node.name, node.span, "property", seen)
                _spending(ctx, node)
    ctx.checked.properties = ctx.spec.properties
    ctx.checked.timeouts_only_when_stuck = ctx.spec.timeouts_only_when_stuck


def _bound(ctx: Context, node: tree.Whenever) -> None:
    """The bound of `within` is a number that the instance settles, from 1 to `MOST_BOUND`."""
    if node.bound is None:
        return
    most = constant_number(ctx, node.bound, "the bound of `within`")
    if most is not None and 1 <= most <= MOST_BOUND:
        ctx.checked.bounds[id(node.bound)] = most
    elif most is not None:
        ctx.report(spec_errors.BoundOutOfReach(span=node.bound.span, value=most, unit=node.unit, most=f"{MOST_BOUND:,}"))


def _spending(ctx: Context, node: tree.Spending) -> None:
    """`meter <= bound`: the bound is a number that the instance settles."""
    meters = [*METERS, *ctx.meters, *COUNTED]
    if node.meter not in meters:
        ctx.report(
            spec_errors.NotAMeter(
                span=node.meter_span, name=node.meter, meters=", ".join(meters), advice=nearest_help(node.meter, meters)
            )
        )
    most = constant_number(ctx, node.bound, f"the bound of `{node.meter}`")
    if most is not None and 0 <= most <= MOST_SPENT:
        ctx.checked.bounds[id(node.bound)] = most
    elif most is not None:
        ctx.report(spec_errors.SpendingOutOfReach(span=node.bound.span, value=most, meter=node.meter, most=f"{MOST_SPENT:,}"))


def _role(ctx: Context, node: tree.Absence) -> None:
    if node.on is None or node.on in ctx.role_decls:
        return
    names = list(ctx.role_decls)
    ctx.report(
        spec_errors.NotARole(
            span=node.on_span or node.span,
            name=node.on,
            property=node.kind,
            names=", ".join(names) or "none",
            advice=nearest_help(node.on, names),
        )
    )


def _variable(ctx: Context, node: tree.Absence) -> None:
    if node.on is None or node.on in ctx.shared_decls:
        return
    names = list(ctx.shared_decls)
    ctx.report(
        spec_errors.NotAStore(
            span=node.on_span or node.span,
            name=node.on,
            property=node.kind,
            names=", ".join(names) or "none",
            advice=nearest_help(node.on, names),
        )
    )


# --- checks and expectations ---------------------------------------------------------------------------------------


def plan(ctx: Context) -> None:
    """Check that checks and expectations name what there is, and that each expectation is looked at."""
    assert ctx.spec is not None
    instances = [i.name for i in ctx.spec.instances] or ["default"]
    models = list(dict.fromkeys(["none", *(f.name for f in ctx.spec.faults)]))
    known = [
        p.name for p in ctx.spec.properties if isinstance(p, (tree.StateProperty, tree.Whenever, tree.Absence, tree.Spending))
    ]
    for check in ctx.spec.checks:
        _known(ctx, check.instances, instances, "instance")
        _known(ctx, check.faults, models, "fault model")
    checked = _checked(ctx.spec, instances, models)
    for expectation in ctx.spec.expectations:
        good = _known(ctx, expectation.instances, instances, "instance")
        good = _known(ctx, expectation.faults, models, "fault model") and good
        if isinstance(expectation, tree.ExpectViolated) and _known(ctx, expectation.properties, [*known, "no error"], "property"):
            _reachable(ctx, ctx.spec, expectation)
        if good and not _looked_at(expectation, checked):
            ctx.report(spec_errors.NeverLookedAt(span=expectation.span))


def _reachable(ctx: Context, spec: tree.Spec, node: tree.ExpectViolated) -> None:
    """What is said to be `unreachable` is what a `sometimes` looks for."""
    looked_for = {p.name for p in spec.properties if isinstance(p, tree.StateProperty) and p.kind == "sometimes"}
    for name in node.properties:
        if node.word == "unreachable" and name.name not in looked_for:
            ctx.report(spec_errors.NotLookedFor(span=name.span, name=name.name))


def _checked(spec: tree.Spec, instances: list[str], models: list[str]) -> set[tuple[str, str]]:
    """The pairs of instance and fault model that are checked."""
    if not spec.checks:
        return {(i, f) for i in instances for f in models}
    result: set[tuple[str, str]] = set()
    for check in spec.checks:
        result |= {(i.name, f) for i in check.instances for f in ([f.name for f in check.faults] or ["none"])}
    return result


def _looked_at(node: tree.ExpectViolated | tree.ExpectCounts, checked: set[tuple[str, str]]) -> bool:
    instances, models = {i.name for i in node.instances}, {f.name for f in node.faults}
    return any((not instances or i in instances) and (not models or f in models) for i, f in checked)


def _known(ctx: Context, names: Iterable[tree.Name], existing: list[str], what: str) -> bool:
    good = True
    for name in names:
        if name.name not in existing:
            good = False
            ctx.report(
                spec_errors.UnknownInSpec(
                    span=name.span,
                    name=name.name,
                    what=what,
                    existing=", ".join(f"`{e}`" for e in existing) or "none",
                    advice=nearest_help(name.name, existing),
                )
            )
    return good
