"""Results for people: a block for each spec, instance and fault model, then what is worth reading about them.

task_board, instance pair, no faults            131 states, 228 transitions, depth 12, 0.03 s
  ok    one_owner      violated as expected (after 4 steps)
  ok    no livelock    holds (exhaustive, 131 states)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from checker.properties.result import CountExpectation, Report, Result, Trace, Warning
from checker.report.chart import has_messages, render_chart
from checker.report.terminal import Style, Tint, padded, text_width, visible, wrapped
from checker.report.trace import render_trace, state_lines
from checker.report.wording import count_text, counted, duration, outcome, verdict, where

_PLAIN = Style()
_TINTS: dict[str, Tint] = {"ok": "green", "FAIL": "red", "?": "yellow"}
_STATE_KINDS = frozenset({"no deadlock", "no unhandled message"})

Traces = Literal["all", "unexpected", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a reader asked to see: which traces, whole states and hidden changes, a chart always, never or where messages flow."""

    traces: Traces = "unexpected"
    everything: bool = False
    chart: Literal["always", "never", "auto"] = "auto"
    quiet: bool = False


def render(report: Report, style: Style = _PLAIN, shown: Shown | None = None) -> str:
    """The whole report. Ends with a line end; "" when `quiet` and all is as expected."""
    shown = shown or Shown()
    parts = [*_blocks(report, style, shown)]
    if shown.traces != "none":
        parts += ["\n".join(lines) for lines in _counterexamples(report, style, shown)]
    if not (shown.quiet and report.exit_code == 0):
        parts.append("\n".join(summary(report, style)))
    return "\n\n".join(p for p in parts if p) + "\n" if any(parts) else ""


# --- blocks of verdicts --------------------------------------------------------------------------------------


def _key(item: Result | CountExpectation | Warning) -> tuple[str, str, str]:
    return item.spec, item.instance, item.faults


def _blocks(report: Report, style: Style, shown: Shown) -> Iterator[str]:
    """One block for each spec, instance and fault model, in the order of the results."""
    keys: dict[str, dict[tuple[str, str, str], None]] = {}
    items: tuple[Result | CountExpectation | Warning, ...] = (*report.results, *report.counts, *report.warnings)
    for item in items:
        keys.setdefault(item.spec, {})[_key(item)] = None
    for spec, of_spec in keys.items():
        lines: list[str] = []
        for key in of_spec:
            block = _block(key, report, style, shown)
            lines += ["", *block] if block and lines else block
        if lines:
            yield "\n".join([style.tint(visible(spec), "bold"), *lines])


def _block(key: tuple[str, str, str], report: Report, style: Style, shown: Shown) -> list[str]:
    results = [r for r in report.results if _key(r) == key]
    counts = [c for c in report.counts if _key(c) == key]
    warnings = [w for w in report.warnings if _key(w) == key]
    if shown.quiet:
        results = [r for r in results if not (r.met and r.verdict != "unknown")]
        counts = [c for c in counts if not c.met]
        warnings = []
    if not (results or counts or warnings):
        return []
    width = max((text_width(r.property) for r in results), default=0)
    width = max(width, 6) if counts else width
    lines = [_headline(key, results, style)] if key[1] else []
    for result in results:
        lines += _verdict_lines(result, min(width, 44), style)
    for count in counts:
        word = "ok" if count.met else "?" if count.met is None else "FAIL"
        lines.append(_verdict_line(word, "counts", count_text(count), min(width, 44), style)[0])
    return lines + [line for w in warnings for line in _warning_lines(w, style)]


def _headline(key: tuple[str, str, str], results: Sequence[Result], style: Style) -> str:
    head = f"  {where(key[1], key[2])}"
    if not results:
        return style.tint(head, "bold")
    largest = max(results, key=lambda r: (r.distinct, r.transitions))
    facts = [counted(largest.distinct, "state"), counted(largest.transitions, "transition"), f"depth {largest.depth}"]
    facts.append(duration(max(r.seconds for r in results)))
    text = ", ".join(facts)
    gap = max(3, min(style.width, 100) - text_width(head) - len(text))
    return style.tint(head, "bold") + " " * gap + style.tint(text, "dim")


def _verdict_lines(result: Result, width: int, style: Style) -> list[str]:
    lines = _verdict_line(outcome(result), result.property, verdict(result), width, style)
    if result.fairness and result.verdict == "holds":
        lines += wrapped(f"assuming {result.fairness}", style.width, " " * (12 + width), " " * (14 + width))
    return lines


def _verdict_line(word: str, name: str, text: str, width: int, style: Style) -> list[str]:
    head = f"    {style.tint(padded(word, 4), 'bold', _TINTS[word])}  {padded(visible(name), width)}  "
    plain = " " * (12 + width)
    lines = wrapped(visible(text), style.width, plain)
    body = [lines[0][len(plain) :], *lines[1:]]
    if word != "ok":
        body = [style.tint(line, _TINTS[word]) for line in body]
    return [head + body[0], *body[1:]]


def _warning_lines(warning: Warning, style: Style) -> list[str]:
    place = f"{warning.place}: " if warning.place else ""
    lines = wrapped(visible(f"{place}{warning.text}"), style.width, "    warning: ", " " * 13)
    return [style.tint(line, "yellow") if i == 0 else line for i, line in enumerate(lines)]


# --- counterexamples -----------------------------------------------------------------------------------------


def _counterexamples(report: Report, style: Style, shown: Shown) -> Iterator[list[str]]:
    """Traces worth reading: those that nobody expected; with `all` the first of each property that was, and the witnesses."""
    told: set[tuple[str, str]] = set()
    for result in report.results:
        if result.trace is None and result.met:
            continue
        as_expected = result.met and result.verdict != "unknown"
        if as_expected and (shown.traces != "all" or (result.spec, result.property) in told):
            continue
        if result.trace is None and not result.why:
            continue
        told.add((result.spec, result.property))
        yield counterexample(result, style, shown)


def counterexample(result: Result, style: Style = _PLAIN, shown: Shown | None = None) -> list[str]:
    """One violation, or witness, in full: what was asked, the trace, why, and how to see it again."""
    shown = shown or Shown()
    lines = _title(result, style)
    trace = result.trace
    if trace is not None:
        lines.append("")
        failing = result.verdict != "holds"
        lines += render_trace(trace, style, everything=shown.everything, failing=failing)
        if trace.steps and result.kind in _STATE_KINDS and result.verdict == "violated":
            lines += _end(trace, style, shown)
        if shown.chart == "always" or (shown.chart == "auto" and has_messages(trace)):
            lines += ["", *render_chart(trace, style)]
        lines.append("")
    if result.why:
        lines += wrapped(visible(result.why), style.width, "  why: ", "       ")
    if result.fairness:
        lines += wrapped(visible(result.fairness), style.width, "  fairness: ", "       ")
    if result.replay:
        lines.append("  again: " + style.tint(visible(result.replay), "bold"))
    return lines


def _title(result: Result, style: Style) -> list[str]:
    place = f"  ({visible(result.place)})" if result.place else ""
    word = {"holds": "reached", "violated": "violated", "unknown": "unknown"}[result.verdict]
    if result.verdict == "holds" and result.kind != "sometimes":
        word = "holds"
    tint = _TINTS[outcome(result)]
    named = result.property if result.property.startswith(result.kind) else f"{result.kind} {result.property}"
    head = style.tint(visible(f"{named}: {word}"), "bold", tint)
    lines = [f"{head}, {where(result.instance, result.faults)}{style.tint(place, 'dim')}"]
    if result.text:
        lines.append(f'  "{visible(result.text)}"')
    if result.trace is not None and result.trace.steps:
        shortest = "a shortest trace" if result.trace.shortest else "a trace (there may be a shorter one)"
        lines.append(f"  {shortest}, {counted(len(result.trace.steps), 'step')}:")
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
    """`3 violated, 5 hold, ` of results that are all as expected."""
    verdicts = [r.verdict for r in results]
    held, violated = verdicts.count("holds"), verdicts.count("violated")
    return f"{held} hold, {violated} violated, " if held and violated else ""
