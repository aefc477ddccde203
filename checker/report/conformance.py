"""Whether the runs of logs conform, for people: a line for each run, and for each violation what was seen, what was possible instead, and one
explanation of what came before."""

from __future__ import annotations

from collections.abc import Sequence

from checker.conformance.result import Conformance, Explaining, Observed, RunResult, Verdict, Violation
from checker.report.terminal import Style, Tint, padded, text_width, visible, wrapped
from checker.report.trace import actor, told, visible_changes
from checker.report.wording import counted, duration, where

_PLAIN = Style()
_TINTS: dict[Verdict, Tint] = {"conforms": "green", "violates": "red", "cannot tell": "yellow"}
_RUNS = 20  # lines of runs, unless everything is asked for
_STEPS = 12  # of an explanation
_ALLOWED = 10
_HELPS = (
    "cannot tell is no verdict. What helps: records that say more (who, with what, in what order), fewer `hidden` steps, "
    "more `--candidates` or `--time`"
)
_NO_WAY = (
    "a way in which it could have come to this is not shown: no steps are needed for it, or the run is too long to go back over"
)
_LOGS = 4  # that are named
_SHOWN = 3  # violations that are shown in full


def render(found: Conformance, style: Style = _PLAIN, *, everything: bool = False) -> str:
    """The report. Ends with a line end."""
    logs = ", ".join(found.logs) if len(found.logs) <= _LOGS else f"{found.logs[0]} and {len(found.logs) - 1:,} other logs"
    lines = [f"{found.path}, {where(found.instance, found.faults)}: {logs} ({found.format}), read with {found.map}"]
    lines += _run_lines(found.runs, style, everything)
    violating = [run for run in found.runs if run.violation is not None]
    for run in violating if everything else violating[:_SHOWN]:
        lines += ["", *_violation(run, style, everything, several=len(found.logs) > 1)]
    if len(violating) > _SHOWN and not everything:
        lines += ["", f"... and {counted(len(violating) - _SHOWN, 'violation')} more (--everything shows all)"]
    lines += ["", *_notes(found, style)]
    lines.append(_summary(found))
    return "\n".join(visible(line) if not style.colour else line for line in lines) + "\n"


def render_violation(run: RunResult, style: Style = _PLAIN, *, several: bool = False) -> str:
    """A run that violates, by itself; `several`: there are other logs. Ends with a line end."""
    lines = _violation(run, style, everything=False, several=several)
    return "\n".join(visible(line) if not style.colour else line for line in lines) + "\n"


def _run_lines(runs: Sequence[RunResult], style: Style, everything: bool) -> list[str]:
    """Each run in a line; of many, first those that do not conform."""
    shown = list(runs)
    if len(runs) > _RUNS and not everything:
        shown = sorted(runs, key=lambda run: run.verdict == "conforms")[:_RUNS]
    names = {run.run: visible(run.run or "the log") for run in shown}
    width = max((min(40, text_width(name)) for name in names.values()), default=0)
    lines = []
    for run in shown:
        head = f"  {style.tint(padded(run.verdict, 11), 'bold', _TINTS[run.verdict])}  {padded(_cut(names[run.run]), width)}  "
        lines.append(head + _run_text(run))
    if len(shown) < len(runs):
        rest = len(runs) - len(shown)
        lines.append(f"  ... and {counted(rest, 'run')} more (--everything shows all)")
    return lines


def _cut(name: str) -> str:
    return name if text_width(name) <= 40 else "..." + name[-37:]


def _run_text(run: RunResult) -> str:
    open = f", {counted(run.unknown_outcomes, 'call')} without an outcome" if run.unknown_outcomes else ""
    match run.verdict:
        case "conforms":
            after = f"{'one state is' if run.states == 1 else f'{run.states:,} states are'} possible after them"
            explained = "all explained by at least one behaviour" if run.at_least else f"all explained, {after}"
            return f"{counted(run.events, 'event')}{f', {explained}' if run.events else ''}{open}"
        case "violates":
            assert run.violation is not None
            if run.violation.waiting:
                return f"no order of its {counted(run.events, 'event')} is explained: at most {run.violation.event} are"
            return f"event {run.violation.event}, {run.violation.seen.place}: no behaviour explains it"
    return f"{counted(run.events, 'event')}: {run.reason}"


# --- violations --------------------------------------------------------------------------------------------------------


def _violation(run: RunResult, style: Style, everything: bool, *, several: bool) -> list[str]:
    violation = run.violation
    assert violation is not None
    name = f"run {run.run}: " if run.run else "the log: "
    if violation.waiting:
        head = (
            f"{name}whatever the order, after {counted(violation.event, 'event')} none of those that could come next is possible"
        )
        seen = violation.waiting
    else:
        head = f"{name}event {violation.event} is not possible"
        seen = (violation.seen,)
    lines = [style.tint(line, "bold", "red") for line in wrapped(visible(head), style.width)]
    for one in seen if everything else seen[:_ALLOWED]:
        of = f" of {one.place.log}" if several else ""
        lines += wrapped(visible(f"{one.place}{of}: {observed_text(one)}"), style.width, "  ", "    ")
        lines += [style.tint(f"    {visible(one.record)}", "dim")] if one.record else []
    lines += _names(run, style)
    lines += [""]
    if violation.fails is not None:
        lines += wrapped(f"it is an error of the protocol there: {visible(violation.fails)}", style.width, "  ")
    lines += _allowed(violation, style, everything)
    return lines + _explanation(violation, style, everything)


def observed_text(seen: Observed) -> str:
    """What was observed, in words."""
    values = ", ".join(f"{name} = {value}" for name, value in seen.values)
    match seen.kind:
        case "state":
            return values
        case "done":
            return "the team is done" if values.endswith("true") else "the team is not done"
    what = seen.phrase or (f"one of {', '.join(seen.steps)}" if seen.steps else "its step")
    who = seen.agent or seen.nobody or "somebody"
    call = {"begin": "a call begins in which ", "end": "a call has ended in which ", "fail": "a call has failed in which "}.get(
        seen.kind, ""
    )
    return (
        f"{call}{who}: {what}{f' ({values})' if values else ''}" if call else f"{who}  {what}{f' ({values})' if values else ''}"
    )


def _names(run: RunResult, style: Style) -> list[str]:
    said = [f"{given} is {element}" for names in run.names.values() for given, element in names.items()]
    return wrapped(visible(f"({', '.join(said)})"), style.width, "    ") if said else []


def _allowed(violation: Violation, style: Style, everything: bool) -> list[str]:
    if violation.possible:
        return [
            "  what it could have been instead:",
            *(f"    {visible(text)}" for text in violation.possible[: None if everything else _ALLOWED]),
        ]
    if not violation.allowed:
        return ["  nothing more could be observed: no step was possible, or only hidden ones"]
    shown = violation.allowed if everything else violation.allowed[:_ALLOWED]
    who = max(text_width(actor(step)) for step in shown)
    lines = ["  what was possible instead:", *(f"    {padded(actor(step), who)}  {told(step)}" for step in shown)]
    if len(shown) < len(violation.allowed):
        lines.append(f"    ... and {len(violation.allowed) - len(shown):,} more")
    return lines


def _explanation(violation: Violation, style: Style, everything: bool) -> list[str]:
    steps = violation.explanation
    explained = violation.event if violation.waiting else violation.event - 1
    if not steps:
        return [] if not explained else wrapped(_NO_WAY, style.width, "  ", "    ")
    shown = steps if everything else steps[-_STEPS:]
    first = len(steps) - len(shown)
    assumed = f", {counted(violation.assumed, 'step')} of it assumed, as the log does not show {'it' if violation.assumed == 1 else 'them'}"
    way = "one way in which it could have come to this"
    if violation.only is not None:
        some = f"{violation.only} of the {counted(explained, 'event')}"
        way = f"one way in which {some} could have come (there is one for all of them; a short search did not find it)"
    lines = ["", *wrapped(f"{way}{assumed if violation.assumed else ''}:", style.width, "  ", "    ")]
    if first:
        lines.append(f"    ... {counted(first, 'step')} before (--everything shows all)")
    several = len({one.place.log for one in steps if one.place is not None}) > 1
    who = max(text_width(actor(one.step)) for one in shown)
    digits = max(text_width(_place(one, several)) for one in shown)
    for one in shown:
        text = f"    {padded(_place(one, several), digits)}  {padded(actor(one.step), who)}  {told(one.step)}"
        lines.append(style.tint(text, "yellow") if one.line is None else text)
        lines += [
            f"{' ' * (digits + who + 10)}{visible(f'{c.cell}: {c.before} -> {c.after}')}" for c in visible_changes(one.step)
        ]
    if violation.replay:
        lines += wrapped(f"again: {violation.replay}", style.width, "  ", "    ")
    return lines


def _place(one: Explaining, several: bool) -> str:
    if one.place is None:
        return "unseen"
    return visible(f"{one.place.log}, {one.place}" if several else f"{one.place}")


# --- the end -----------------------------------------------------------------------------------------------------------


def _notes(found: Conformance, style: Style) -> list[str]:
    lines = [
        style.tint(line, "yellow") for text in found.warnings for line in wrapped(visible(text), style.width, "warning: ", "  ")
    ]
    if found.unseen and found.runs:
        lines += wrapped(f"no record that was read shows: {', '.join(found.unseen)}", style.width, "", "  ")
    if found.count("cannot tell") and not found.interrupted:
        lines += wrapped(_HELPS, style.width, "", "  ")
    if found.hidden:
        lines += wrapped(f"assumed to happen unseen: {', '.join(found.hidden)}", style.width, "", "  ")
    return lines


def _summary(found: Conformance) -> str:
    verdicts: tuple[Verdict, ...] = ("conforms", "violates", "cannot tell")
    words = {
        "conforms": ("conforms", "conform"),
        "violates": ("violates", "violate"),
        "cannot tell": ("cannot be told", "cannot be told"),
    }
    parts = [f"{n:,} {words[v][0] if n == 1 else words[v][1]}" for v in verdicts if (n := found.count(v))]
    ignored = f", {found.ignored:,} ignored" if found.ignored else ""
    ended = ", interrupted" if found.interrupted else ""
    return (
        f"{counted(len(found.runs), 'run')} in {counted(found.records, 'record')}{ignored}: {', '.join(parts) or 'nothing to tell'}{ended} "
        f"({duration(found.seconds)})"
    )
