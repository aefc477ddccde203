"""What would mend a protocol, for people: under each property the smallest sets of assumptions, each with what to write for it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from checker.properties.mending.assumptions import Assumption
from checker.properties.mending.result import Mending, Mendings
from checker.properties.result import Result
from checker.report.terminal import Style, visible, wrapped
from checker.report.text import Shown, counterexample
from checker.report.wording import counted, duration, faults_text, where

_PLAIN = Style()


def render(mendings: Mendings, style: Style = _PLAIN, *, traces: bool = True) -> str:
    """The whole report. `traces`: the run that is left where nothing mends a property."""
    head = [style.tint(visible(mendings.spec), "bold"), f"  {visible(where(mendings.instance, mendings.faults))}"]
    parts = ["\n".join(head)]
    for one in mendings.mendings:
        parts.append("\n".join(_mending(one, mendings.most, style)))
        if traces and one.left is not None and one.left.trace is not None:
            parts.append("\n".join(counterexample(_without_replay(one.left), style, Shown(chart="never"))))
    return "\n\n".join([*parts, _summary(mendings, style)]) + "\n"


def _mending(one: Mending, most: int, style: Style) -> Iterator[str]:
    name = style.tint(visible(one.result.property), "bold")
    if one.question == "rules":
        yield f"  {name} is violated where agents ignore advice ({visible(faults_text(one.faults))})."
        yield f"  It holds all the same if {'one of these' if len(one.sets) > 1 else 'this'} is enforced:"
    elif one.result.verdict == "unknown":
        yield f"  {name} is unknown: nothing can be said of what would mend it"
    else:
        yield f"  {name} is violated." + (
            f" It holds if{' one of these is so' if len(one.sets) > 1 else ''}:" if one.sets else ""
        )
    for number, chosen in enumerate(one.sets, 1):
        for place, assumption in enumerate(chosen):
            head = f"    {number}. " if place == 0 else "       and "
            yield from wrapped(visible(told(assumption)), style.width, head, "       ")
    if not one.sets and one.left is not None:
        yield from wrapped(_nothing(one, most), style.width, "  ")
    if one.reason:
        yield from (style.tint(line, "yellow") for line in wrapped(visible(f"not all is known: {one.reason}"), style.width, "  "))


def told(assumption: Assumption) -> str:
    """An assumption, and what to change for it."""
    role, _, _ = assumption.of.partition(".")
    at = f" ({assumption.place})" if assumption.place else ""
    what = f"`{assumption.declared}` of {role}"
    match assumption.kind:
        case "no fault":
            return f"`{assumption.of}` does not happen: rule it out, or let the protocol make up for it"
        case "fair":
            return f"{what} happens, where it can for ever: leave out its `may`{at}"
        case "strongly fair":
            return f"{what} happens, where it can again and again: write `strongly fair {assumption.declared}`{at}"
        case "enforced":
            return f"{what} is refused where its `should` is false: write it as a `when`{at}"


def _nothing(one: Mending, most: int) -> str:
    if one.left is not None and one.left.verdict == "holds":
        return f"No {most} assumptions of fairness or about faults are enough; all of them together are."
    return (
        "No assumption of fairness or about faults mends it: the run below gives every step its due, and has no fault that could be "
        "ruled out. The protocol itself allows it."
    )


def _without_replay(left: Result) -> Result:
    """Of a model that no command makes."""
    return replace(left, replay="")


def _summary(mendings: Mendings, style: Style) -> str:
    mended = sum(bool(one.sets) for one in mendings.mendings)
    asked = len(mendings.mendings)
    if not asked:
        text = "nothing to mend"
    else:
        text = f"{mended} of {counted(asked, 'violated property')} can be mended so"
    if mendings.interrupted:
        text += ", " + style.tint("interrupted before the end", "bold", "yellow")
    return f"{text} ({duration(mendings.seconds)})"
