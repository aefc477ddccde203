"""Results for people: the verdicts in blocks, then the counterexamples that are worth reading, then one line that sums up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from checker.properties.result import Report, Result, Trace
from checker.report.blocks import TINTS, blocks
from checker.report.chart import has_messages, render_chart
from checker.report.terminal import Style, padded, visible, wrapped
from checker.report.trace import render_trace, state_lines
from checker.report.wording import counted, duration, lap_text, outcome, where

_PLAIN = Style()
_STATE_KINDS = frozenset({"no deadlock", "no unhandled message"})

Traces = Literal["all", "violations", "unexpected", "none"]


class Shown(Struct, frozen=True, kw_only=True):
    """What a reader asked to see.

    `traces`: those of all results, of violations, or only of what nobody expected; of what was expected, the first of each property.
    `everything`: whole states and hidden changes. `chart`: sequence charts; "auto": for what was not expected, where
    messages are sent. `brief`: a line for each instance and fault model. `quiet`: nothing of what is as expected.
    `mend`: how to ask what would mend a violation of endless runs.
    """

    traces: Traces = "unexpected"
    everything: bool = False
    chart: Literal["always", "never", "auto"] = "auto"
    brief: bool = False
    quiet: bool = False
    mend: bool = True


def render(report: Report, style: Style = _PLAIN, shown: Shown | None = None) -> str:
    """The whole report. Ends with a line end; "" when `quiet` and all is as expected."""
    shown = shown or Shown()
    parts = ["\n\n".join(blocks(report, style, brief=shown.brief, quiet=shown.quiet))]
    if shown.traces != "none":
        parts += ["\n".join(lines) for lines in _counterexamples(report, style, shown)]
    if not (shown.quiet and report.exit_code == 0):
        parts.append("\n".join(summary(report, style)))
    return "\n\n".join(p for p in parts if p) + "\n" if any(parts) else ""


# --- counterexamples -----------------------------------------------------------------------------------------


def _counterexamples(report: Report, style: Style, shown: Shown) -> Iterator[list[str]]:
    told: set[tuple[str, str]] = set()
    traces: dict[tuple[str, str], Result] = {}  # what was shown -> whose it was
    for result in report.results:
        if result.trace is None and not result.why:
            continue
        if outcome(result) == "ok" and not _wanted(result, shown, told):
            continue
        told.add((result.spec, result.property))
        first = result if result.trace is None else traces.setdefault((result.spec, _steps_of(result.trace)), result)
        yield counterexample(result, style, shown, same_as=None if first is result else _whose(first, result))


def _steps_of(trace: Trace) -> str:
    """What a reader sees of a trace: the same steps have other numbers under other faults, and other cells beside them in other instances."""
    steps = [replace(step, index=0) for step in trace.steps]
    return repr((trace.initial, steps, trace.cycle, trace.shortest, trace.no_return))


def _whose(first: Result, result: Result) -> str:
    """The result whose trace is shown, as it is called beside another result."""
    if (first.instance, first.faults) == (result.instance, result.faults):
        return first.property
    return f"{first.property}, {where(first.instance, first.faults)}"


def _wanted(result: Result, shown: Shown, told: set[tuple[str, str]]) -> bool:
    """Whether the trace of a result that is as expected is shown."""
    if (result.spec, result.property) in told:
        return False
    return shown.traces == "all" or (shown.traces == "violations" and result.verdict == "violated")


def counterexample(result: Result, style: Style = _PLAIN, shown: Shown | None = None, same_as: str | None = None) -> list[str]:
    """One violation, or witness, in full: what was asked, the trace, why, and how to see it again.

    `same_as`: the property whose trace, shown before, is the same.
    """
    shown = shown or Shown()
    lines = _title(result, style)
    if result.trace is not None:
        body = _trace(result, result.trace, style, shown)
        lines += (
            [f"  the trace is that of {visible(same_as)}"] if same_as is not None else [*_length(result.trace), "", *body, ""]
        )
    if result.trace is not None and result.trace.lap is not None:
        lines += wrapped(visible(lap_text(result.trace.lap)), style.width, "  each lap: ", "            ")
    if result.why:
        lines += wrapped(visible(result.why), style.width, "  why: ", "       ")
    if result.fairness:
        lines += wrapped(visible(f"{result.fairness}. {_meaning(result.fairness)}"), style.width, "  fairness: ", "            ")
        if shown.mend and result.replay and result.verdict == "violated" and not result.met:
            lines.append("  mend:  " + style.tint(visible(_mend_command(result)), "bold"))
    if result.replay:
        lines.append("  again: " + style.tint(visible(result.replay), "bold"))
    return lines


def _meaning(fairness: str) -> str:
    what = "All else that" if ", none of " in fairness else "What"
    return f"{what} stays possible is done in the end: nobody just dawdles in this run."


def _mend_command(result: Result) -> str:
    """Of the same instance, faults and property as the command that shows the trace again."""
    same = result.replay.partition(" --steps ")[0].partition(" --initial ")[0]
    return same.replace("teamcheck replay", "teamcheck mend", 1)


def _title(result: Result, style: Style) -> list[str]:
    words = ("never reached", "reached") if result.kind == "sometimes" else ("violated", "holds")
    word = "unknown" if result.verdict == "unknown" else words[result.verdict == "holds"]
    word += " as expected" if result.verdict == "violated" and result.met else ""
    named = result.property if result.property.startswith(result.kind) else f"{result.kind} {result.property}"
    head = style.tint(visible(f"{named}: {word}"), "bold", TINTS[outcome(result)])
    place = f"  ({visible(result.place)})" if result.place else ""
    lines = [f"{head}, {where(result.instance, result.faults)}{style.tint(place, 'dim')}"]
    return [*lines, f'  "{visible(result.text)}"'] if result.text else lines


def _length(trace: Trace) -> list[str]:
    if not trace.steps:
        return []
    steps = counted(len(trace.steps), "step")
    return [f"  a shortest trace, {steps}:" if trace.shortest else f"  a trace (there may be a shorter one), {steps}:"]


def _trace(result: Result, trace: Trace, style: Style, shown: Shown) -> list[str]:
    lines = render_trace(trace, style, everything=shown.everything, failing=result.verdict != "holds", kind=result.kind)
    if trace.steps and result.kind in _STATE_KINDS and result.verdict == "violated":
        lines += _end(trace, style, shown)
    unexpected = outcome(result) != "ok"
    if shown.chart == "always" or (shown.chart == "auto" and unexpected and has_messages(trace)):
        lines += ["", *render_chart(trace, style, result.kind)]
    return lines


def _end(trace: Trace, style: Style, shown: Shown) -> list[str]:
    """Where a deadlock or a final state leaves the team: what is not as it was at the start, without what readers do not name."""
    if shown.everything:
        return ["  the state then:", *state_lines(trace.end, style, everything=True)]
    unnamed = {c.cell for step in trace.steps for c in step.changes if c.kind in ("frame", "budget", "ghost")}
    changed = {cell: value for cell, value in trace.end.items() if cell not in unnamed and trace.start.get(cell) != value}
    if not changed:
        return ["  the state then is as at the start"]
    return ["  the state then, where it is not as at the start:", *state_lines(changed, style)]


# --- the end -------------------------------------------------------------------------------------------------


def summary(report: Report, style: Style = _PLAIN) -> list[str]:
    """How many were as expected, and by name those that were not."""
    results = report.results
    if not (results or report.counts or report.interrupted):
        return [f"nothing was checked ({duration(report.seconds)})"]
    failed = [r for r in results if outcome(r) == "FAIL"]
    unknown = [r for r in results if outcome(r) == "?"]
    wrong = [c for c in report.counts if c.met is False]
    specs = len({r.spec for r in results})
    head = f"{counted(len(results), 'verdict')} in {counted(specs, 'spec')}: "
    if not failed and not unknown and not wrong and all(c.met for c in report.counts) and not report.interrupted:
        text = style.tint("all as expected" if len(results) != 1 else "as expected", "bold", "green")
        return [head + _kinds(results) + text + f" ({duration(report.seconds)})"]
    parts = [f"{len(results) - len(failed) - len(unknown)} as expected"]
    parts += [style.tint(f"{len(failed)} not as expected", "bold", "red")] if failed else []
    parts += [style.tint(f"{len(unknown)} unknown", "bold", "yellow")] if unknown else []
    parts += [style.tint(f"{counted(len(wrong), 'count')} wrong", "bold", "red")] if wrong else []
    parts += [style.tint("interrupted before the end", "bold", "yellow")] if report.interrupted else []
    lines = [head + ", ".join(parts) + f" ({duration(report.seconds)})"]
    if specs > 1:
        named = [(outcome(r), f"{r.spec}: {r.property}, {where(r.instance, r.faults)}") for r in (*failed, *unknown)]
        lines += [f"  {padded(word, 4)}  {visible(text)}" for word, text in named]
    return lines


def _kinds(results: Iterable[Result]) -> str:
    """`3 hold, 1 violated, ` of results that are all as expected."""
    verdicts = [r.verdict for r in results]
    held, violated = verdicts.count("holds"), verdicts.count("violated")
    return f"{held} hold, {violated} violated, " if held and violated else ""
