"""What a team costs, for people: a table of the meters, then of each where it goes, a run that spends it, and what is owed.

          at this size       at every size
tokens    at most 40,000     at most 10,000 * tasks * workers
messages  unbounded          no bound
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.properties.result import Trace
from checker.report.terminal import Style, padded, text_width, visible, wrapped
from checker.report.trace import render_trace
from checker.report.wording import counted, duration, lap_text, where
from checker.sizing.result import Bound, Costs, Exact, MeterCost, Owed, Spent, Term

_PLAIN = Style()
_MOST_OWED = 12  # lines of one potential


def render(costs: Costs, style: Style = _PLAIN, *, traces: bool = True) -> str:
    """The whole report. `traces`: the runs that cost most."""
    size = f"{counted(costs.distinct, 'state')}, {counted(costs.transitions, 'transition')}"
    head = f"  {visible(where(costs.instance, costs.faults))}"
    gap = " " * max(3, min(style.width, 100) - text_width(head) - len(size))
    parts = ["\n".join([style.tint(visible(costs.spec), "bold"), style.tint(head, "bold") + gap + style.tint(size, "dim")])]
    if costs.meters:
        parts.append("\n".join(_table(costs, style)))
    shown: dict[str, str] = {}
    parts += ["\n".join(_meter(meter, style, traces, shown)) for meter in costs.meters]
    notes = list(_notes(costs, style))
    if notes:
        parts.append("\n".join(notes))
    return "\n\n".join([*parts, _summary(costs, style)]) + "\n"


# --- the table -------------------------------------------------------------------------------------------------------


def _table(costs: Costs, style: Style) -> list[str]:
    everywhere = any(meter.bound or (meter.no_bound and meter.exact.worst != "unbounded") for meter in costs.meters)
    rows = [("", "at this size", "at every size" if everywhere else "")]
    rows += [(meter.meter, worst_text(meter.exact), _bound_cell(meter) if everywhere else "") for meter in costs.meters]
    widths = [max(text_width(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"    {padded(a, widths[0])}  {padded(b, widths[1])}  {c}".rstrip() for a, b, c in rows]
    return [style.tint(lines[0], "bold"), *lines[1:]]


def worst_text(exact: Exact) -> str:
    """`at most 40,000`, `unbounded`, `at least 400`."""
    return "unbounded" if exact.worst == "unbounded" else f"{exact.worst} {exact.amount:,}"


def _bound_cell(meter: MeterCost) -> str:
    if meter.bound is not None:
        return f"at most {bound_text(meter.bound)}"
    return "" if not meter.no_bound else "unbounded" if meter.exact.worst == "unbounded" else "no bound found"


def bound_text(bound: Bound) -> str:
    """`1,000 + 1,700 * workers`."""
    parts = [f"{bound.constant:,}"] if bound.constant or not bound.terms else []
    return " + ".join([*parts, *map(_term_text, bound.terms)])


def _term_text(term: Term) -> str:
    """`1,700 * workers`; sizes that are numbers are multiplied out."""
    coefficient, named = term.coefficient, list[str]()
    for place, size in enumerate(term.sizes):
        less = place == 1 and term.of[0] == term.of[1]
        if size.isdigit():
            coefficient *= int(size) - less
        else:
            named.append(f"({size} - 1)" if less else f"({size})" if " " in size else size)
    return " * ".join([f"{coefficient:,}", *named] if coefficient != 1 or not named else named)


# --- one meter -------------------------------------------------------------------------------------------------------


def _meter(meter: MeterCost, style: Style, traces: bool, shown: dict[str, str]) -> Iterator[str]:
    """`shown`: of which meter each trace was shown."""
    exact = meter.exact
    yield style.tint(f"{meter.meter}: {_headline(meter)}", "bold")
    if exact.spent:
        yield from _spent(exact.spent, "each lap" if exact.worst == "unbounded" else "where it goes")
    if exact.cheapest is not None:
        yield f"  the cheapest run to `done when` costs {exact.cheapest:,}"
    if meter.bound is not None:
        yield from _bound(meter.bound, style)
    elif meter.no_bound and exact.worst != "unbounded":
        yield from wrapped(visible(meter.no_bound), style.width, "  no bound for every size: ", "    ")
    if traces and exact.trace is not None and exact.amount:
        yield from _trace(meter.meter, exact, exact.trace, style, shown)


def _headline(meter: MeterCost) -> str:
    exact = meter.exact
    match exact.worst:
        case "unbounded":
            kind = (
                "a fair run can go round for ever" if exact.fair else "no fair run goes round for ever, but any number of times"
            )
            return f"unbounded, {exact.amount:,} a lap ({kind})"
        case "at least":
            return f"unknown, at least {exact.amount:,}: {visible(exact.reason)}"
    return f"at most {exact.amount:,}"


def _spent(lines: Sequence[Spent], head: str) -> Iterator[str]:
    """Who spent it on what: `Worker0  2 x goes on with work after planning  4,000`."""
    total = sum(line.amount for line in lines)
    rows = [
        (line.agent or "(all)", f"{line.times} x {line.phrase}", f"{line.amount:,}", _share(line.amount, total)) for line in lines
    ]
    widths = [max(text_width(row[column]) for row in rows) for column in range(4)]
    yield f"  {head}:"
    for agent, what, amount, share in rows:
        yield visible(f"    {padded(agent, widths[0])}  {padded(what, widths[1])}  {amount:>{widths[2]}}  {share:>{widths[3]}}")


def _share(amount: int, total: int) -> str:
    return f"{100 * amount / total:.0f} %"


def _trace(meter: str, exact: Exact, trace: Trace, style: Style, shown: dict[str, str]) -> Iterator[str]:
    same = shown.setdefault(exact.replay or repr(trace), meter)
    if same != meter:
        yield f"  the run is that of {same}"
    elif meter == "steps" and len(shown) > 1 and trace.cycle is None:
        yield "  the run is not shown here: it is much like those above"
    else:
        length = counted(len(trace.steps), "step")
        kind = "a shortest lasso" if trace.shortest else "a lasso" if trace.cycle is not None else "a run that costs as much"
        yield from ("", f"  {kind}, {length}:", "", *render_trace(trace, style, failing=False), "")
        if trace.lap is not None:
            yield from wrapped(visible(lap_text(trace.lap)), style.width, "  each lap: ", "            ")
    if exact.replay:
        yield f"  again: {style.tint(visible(exact.replay), 'bold')}"


# --- every size ------------------------------------------------------------------------------------------------------


def _bound(bound: Bound, style: Style) -> Iterator[str]:
    yield style.tint(f"  in teams of every size: at most {bound_text(bound)}", "bold")
    if bound.owed:
        yield "  what is still owed (all that holds, added up), and no step lowers by less than it spends:"
        yield from _owed(bound.owed, style)
    if bound.attained and not bound.below and len(bound.attained) > 1:
        text = f"at all {len(bound.attained)} sizes from {bound.attained[0]} to {bound.attained[-1]}"
        yield from wrapped(visible(text), style.width, "  exactly as much is spent ", "    ")
    elif bound.attained:
        yield from wrapped(visible("; ".join(bound.attained)), style.width, "  exactly as much is spent at ", "    ")
    if bound.below:
        text = "; ".join(f"{amount:,} at {size}" for size, amount in bound.below)
        yield from wrapped(visible(text), style.width, "  less, by an exact search: ", "    ")
    if bound.fixed:
        text = ", ".join(f"{name} = {value}" for name, value in bound.fixed)
        yield from wrapped(visible(text), style.width, "  for ", "    ")


def _owed(lines: Sequence[Owed], style: Style) -> Iterator[str]:
    width = max(len(f"{line.amount:,}") for line in lines)
    for line in lines[:_MOST_OWED]:
        who = f"{line.of}: " if line.of else ""
        yield from wrapped(
            visible(f"{who}{line.where or 'at all times'}"), style.width, f"    {line.amount:>{width},}  ", " " * (8 + width)
        )
    if len(lines) > _MOST_OWED:
        yield f"    ... and {counted(len(lines) - _MOST_OWED, 'line')} more (--format json has them all)"


def _notes(costs: Costs, style: Style) -> Iterator[str]:
    if any(meter.meter == "seconds" for meter in costs.meters):
        yield "  note: seconds are added up over all agents; agents that work at the same time take less"
    if any(meter.bound is not None for meter in costs.meters):
        text = "every size: whatever numbers the protocol allows for its parameters, as long as no step fails (`no error`)"
        yield from wrapped(text, style.width, "  note: ", "        ")


def _summary(costs: Costs, style: Style) -> str:
    bounds = sum(meter.bound is not None for meter in costs.meters)
    told = counted(len(costs.meters), "meter") + (f", {bounds} bounded at every size" if bounds else "")
    if costs.interrupted:
        told += ", " + style.tint("interrupted before the end", "bold", "yellow")
    elif costs.exit_code:
        told += ", " + style.tint("not all is known", "bold", "yellow")
    return f"{told} ({duration(costs.seconds)})"
