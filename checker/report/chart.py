"""A trace as a text sequence chart: a column for each agent, a row for each step.

         Lead                   Worker0                Worker1
    1    send Assign(Task0) ------------------------->  |
    2     |                      X crash                 |

Messages are drawn when they are sent, as an arrow to the receiver's column, and named again where they are taken.
Faults are an X.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.properties.result import Event, Trace, TraceStep
from checker.report.terminal import Style, padded, text_width, visible
from checker.report.trace import closing

_PLAIN = Style()
_NARROWEST = 14  # columns of one agent


def has_messages(trace: Trace) -> bool:
    """Whether a chart shows more than the steps do."""
    return any(e.kind in ("send", "take", "drop") for step in trace.steps for e in step.events)


def render_chart(trace: Trace, style: Style = _PLAIN, kind: str = "") -> list[str]:
    """The lines of the chart, at most 100 columns wide; one line that says so when the agents are too many to fit."""
    agents = _agents(trace)
    digits = len(str(len(trace.steps)))
    left = digits + 4
    room = min(style.width, 100) - left
    if not agents:
        return []
    if room // len(agents) < _NARROWEST:
        return [f"  (no chart: {len(agents)} agents act, more than fit side by side)"]
    column = min(room // len(agents), 34)
    canvas = _Canvas(agents, left, column)
    lines = [canvas.header(style)]
    for number, step in enumerate(trace.steps, 1):
        lines += canvas.around(trace, number - 1, kind)
        lines += [style.tint(line, "yellow") if step.fault else line for line in canvas.rows(f"{number:>{digits}}", step)]
    if trace.cycle is not None and trace.cycle < len(trace.steps):
        lines.append(canvas.across(f"and so on for ever: again from {trace.cycle + 1}"))
    return lines


def _agents(trace: Trace) -> list[str]:
    """Who acts, sends or receives, in the order of the first letter then number: `Lead`, `Worker0`, `Worker1`, `Worker10`."""
    found: dict[str, None] = {}
    for step in trace.steps:
        for name in (step.agent, *(e.other for e in step.events)):
            if name:
                found[name] = None
    return sorted(found, key=_order)


def _order(name: str) -> tuple[str, int, str]:
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or 0), name


class _Canvas:
    """Rows of `column`-wide fields, one for each agent, with a line of life at the start of each."""

    def __init__(self, agents: Sequence[str], left: int, column: int) -> None:
        self.place = {name: i for i, name in enumerate(agents)}
        self.left = left
        self.column = column

    def header(self, style: Style) -> str:
        fields = "".join(padded(_cut(name, self.column - 2), self.column) for name in self.place)
        return style.tint((" " * self.left + fields).rstrip(), "bold")

    def around(self, trace: Trace, place: int, kind: str) -> list[str]:
        found = []
        if trace.no_return == place:
            found.append(self.across(closing(trace, kind).partition(":")[0]))
        if trace.cycle == place:
            found.append(self.across("from here on for ever"))
        return found

    def across(self, text: str) -> str:
        return (" " * self.left + f"-- {text} ").ljust(self.left + self.column * len(self.place), "-")

    def rows(self, number: str, step: TraceStep) -> list[str]:
        """The row of what the agent does, and a row for each message beyond."""
        rows = []
        sends = [e for e in step.events if e.kind in ("send", "drop")]
        own = _doing(step)
        at = self.place.get(step.agent or "")
        if at is None:
            others = [self.place[e.other] for e in step.events if e.other in self.place]
            rows.append(self._text(others[0] if others else 0, own, everywhere=not others))
        elif own:
            rows.append(self._text(at, own))
        rows += [self._arrow(at, event) for event in sends]
        rows = rows or [self._text(at or 0, step.phrase)]
        return [f"  {number if i == 0 else ' ' * len(number)}  {row}".rstrip() for i, row in enumerate(rows)]

    def _life(self) -> list[str]:
        return list(("|" + " " * (self.column - 1)) * len(self.place))

    def _text(self, at: int, text: str, everywhere: bool = False) -> str:
        """Text in a column; what it needs beyond its own it takes from the right, from the left in the last."""
        width = self.column * (len(self.place) - at if not everywhere else len(self.place)) - 1
        text = _cut(visible(text), max(width, self.column - 1))
        cells = self._life()
        start = at * self.column
        end = min(len(cells), start + text_width(text))
        # a blank after the text, so that a line of life does not run into it
        return "".join(cells[:start]) + text + ("".join(cells[end:]) if end % self.column else " " + "".join(cells[end + 1 :]))

    def _arrow(self, at: int | None, event: Event) -> str:
        label = visible(event.text)
        to = self.place.get(event.other or "")
        if at is None:
            return self._text(to or 0, label)
        if to is None:
            return self._text(at, f"sends {label}")
        if to == at:
            return self._text(at, f"--{label}--> itself" if event.kind == "send" else f"--{label}--X itself")
        cells = self._life()
        head = ">" if event.kind == "send" else "X"
        low, high = sorted((at * self.column, to * self.column))
        span = high - low - 1
        label = _cut(label, span - 4)
        line = label.center(span - 1, "-")
        drawn = line + head if to > at else ("<" if head == ">" else "X") + line
        cells[low + 1 : high] = list(drawn)
        return "".join(cells)


def _doing(step: TraceStep) -> str:
    """What the agent does besides sending: taken messages by name, faults as an X."""
    if step.fault:
        return f"X {step.phrase}"
    taken = [e for e in step.events if e.kind == "take"]
    if taken:
        return ", ".join(f"takes {e.text}" for e in taken)
    parameters = f" ({', '.join(v for _, v in step.parameters)})" if step.parameters else ""
    return f"* {step.phrase}{parameters}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(0, width - 2)] + ".."
