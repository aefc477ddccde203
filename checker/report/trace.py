"""A trace for people: numbered steps, who acted, what it did, and only what changed.

    1  Worker0  starts work (t = Task0), then waits at planning
    2  Worker1  starts work (t = Task0), then waits at planning
    3  Worker0  goes on after planning, then waits at working
                  status[Task0]: open -> claimed
                  owner[Task0]: none -> Worker0
  > 4  Worker1  goes on after planning, then waits at working
                  owner[Task0]: Worker0 -> Worker1

Where an activity waits is told with the step; the cells behind it (control, frames, channels, budgets, ghosts) are shown only
with `everything`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from checker.properties.result import Change, Event, Trace, TraceStep
from checker.report.terminal import Style, padded, text_width, visible, wrapped
from checker.report.wording import counted

_PLAIN = Style()
_FOLDED = frozenset({"control", "frame", "channel", "budget", "ghost", "up", "stalled"})
_STATE_LINES = 8  # of a whole state, unless everything is asked for
_SHOWN_OF_VALUE = 200  # characters of one value, unless everything is asked for


def render_trace(trace: Trace, style: Style = _PLAIN, *, everything: bool = False, failing: bool = True) -> list[str]:
    """The lines of a trace. `failing`: the trace is a counterexample, so its last step is where it breaks."""
    if not trace.steps:
        return ["  in the initial state:", *state_lines(trace.start, style, everything=everything), *_after(trace, style)]
    who = max(text_width(actor(step)) for step in trace.steps)
    digits = len(str(len(trace.steps)))
    found = ["  at the start:", *state_lines(trace.start, style, everything=True)] if everything else []
    for place, step in enumerate(trace.steps):
        found += _between(trace, place, style)
        broken = failing and place == len(trace.steps) - 1 and trace.cycle is None
        found += _step_lines(f"{'>' if broken else ' '} {place + 1:>{digits}}", step, who, style, broken, everything)
    found += _after(trace, style)
    return found


def step_lines(number: int, step: TraceStep, style: Style = _PLAIN, *, everything: bool = False) -> list[str]:
    """One step by itself."""
    return _step_lines(str(number), step, text_width(actor(step)), style, step.failure is not None, everything)


def actor(step: TraceStep) -> str:
    """Who acts: the agent, or what stands in its place for faults of messages and stores and for rounds."""
    return step.agent or ("(fault)" if step.fault else "(all)")


def told(step: TraceStep) -> str:
    """What the step does in one phrase: `starts work (t = Task0), then waits at planning`."""
    text, parameters = step.phrase, step.parameters
    taken = _taken(step)
    if taken is not None:
        before, _, rest = text.partition(f"takes {taken.text.partition('(')[0]}")
        text = before + event_text(taken) + _without_role(rest, taken.other)
        parameters = tuple((n, v) for n, v in parameters if v != taken.other and v not in _arguments(taken.text))
    if step.fault and step.agent is None:
        text, parameters = _in_transit(text, parameters)
    if parameters:
        text += f" ({', '.join(_parameter(n, v) for n, v in parameters)})"
    after = [e.text for e in step.events if e.kind == "awaits"] or _waits(step)
    if step.failure is None and after:
        text += f", then waits at {' and '.join(after)}"
    if any(e.kind == "ends" for e in step.events) and not step.phrase.startswith(("does ", "takes ", "repeats ", "leaves ")):
        text += ", and ends it"
    return visible(text)


def _taken(step: TraceStep) -> Event | None:
    """The message that the phrase says is taken."""
    words = step.phrase.split()
    if len(words) < 2 or words[0] != "takes":
        return None
    return next((e for e in step.events if e.kind == "take" and e.text.partition("(")[0] == words[1]), None)


def _without_role(text: str, sender: str | None) -> str:
    """What follows the message, without ` from Worker` where ` from Worker0` is said."""
    if sender is None:
        return text
    role = sender.rstrip("0123456789")
    return re.sub(rf" from ({re.escape(sender)}|{re.escape(role)})(?![\w.])", "", text, count=1)


def _in_transit(phrase: str, parameters: tuple[tuple[str, str], ...]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """`Done(Task0) from Worker1 to Lead is lost`, for `Done is lost` and what the step binds; what is left of that."""
    bound = dict(parameters)
    name, space, rest = phrase.partition(" ")
    if not bound.get("message", "").startswith(f"{name}("):
        return phrase, parameters
    message, sender = _apart(bound["message"])
    if sender:
        bound["from"] = sender
    ends = [f" {end} {bound[end]}" for end in ("from", "to") if end in bound]
    left = tuple((n, v) for n, v in parameters if n not in ("message", "from", "to", "place"))
    return f"{_plain(message)}{''.join(ends)}{space}{rest}", left


def _apart(message: str) -> tuple[str, str]:
    """`Done(t: Task0)` and `Worker1`, for `Done(sender: Worker1, t: Task0)`: a bag may keep who sent what."""
    found = re.search(r"\(sender: ([^,)]+)(?:, )?", message)
    return (message, "") if found is None else (message.replace(found[0], "(", 1).removesuffix("()"), found[1])


def _plain(message: str) -> str:
    """`Done(Task0, 3)` for `Done(t: Task0, n: 3)`."""
    return re.sub(r"([(,] ?)\w+: ", r"\1", message)


def _arguments(message: str) -> list[str]:
    """The values in `Assign(Task0, 3)`."""
    return [value.strip() for value in message.partition("(")[2].removesuffix(")").split(",")]


def visible_changes(step: TraceStep) -> list[Change]:
    """The changes that a reader is shown: of stores and of the agents' own variables."""
    told_of = any(e.kind in ("send", "take", "drop") for e in step.events) or any(n == "message" for n, _ in step.parameters)
    folded = _FOLDED if told_of or step.fault is None else _FOLDED - {"channel"}
    return [c for c in step.changes if c.kind not in folded]


def event_text(event: Event) -> str:
    """`sends Assign(Task0) to Worker1`."""
    match event.kind:
        case "send":
            return f"sends {event.text} to {event.other}" if event.other else f"sends {event.text}"
        case "take":
            return f"takes {event.text} from {event.other}" if event.other else f"takes {event.text}"
        case "drop":
            return f"{event.text} to {event.other} is lost" if event.other else f"{event.text} is lost"
        case "spawn":
            return f"brings up {event.other or event.text}"
        case "stop":
            return f"takes down {event.other or event.text}"
        case "ends":
            return f"ends {event.text}"
        case "awaits":
            return f"waits at {event.text}"


def state_lines(state: Mapping[str, str], style: Style = _PLAIN, *, everything: bool = False) -> list[str]:
    """A state as wrapped lines `cell = value`, cut after a few unless `everything` is asked for."""
    if not state:
        return ["      (nothing is shared here)"]
    items = [f"{cell} = {_value(value, everything)}" for cell, value in state.items()]
    found = _packed(items, style.width, "      ")
    if everything or len(found) <= _STATE_LINES:
        return found
    hidden = len(found) - _STATE_LINES
    return [*found[:_STATE_LINES], style.tint(f"      ... and {counted(hidden, 'line')} more (--everything shows all)", "dim")]


def _packed(items: Iterable[str], width: int, indent: str) -> list[str]:
    lines: list[str] = []
    line = ""
    for item in map(visible, items):
        if line and len(indent) + text_width(line) + 2 + text_width(item) >= width:
            lines += wrapped(line + ",", width, indent, indent + "  ")
            line = ""
        line = f"{line}, {item}" if line else item
    return [*lines, *wrapped(line, width, indent, indent + "  ")]


def _parameter(name: str, value: str) -> str:
    return f"branch {value}" if name == "either" else f"{name} = {value}"


def _waits(step: TraceStep) -> list[str]:
    """Where the agent waits now, from its control cells."""
    if step.agent is None:
        return []
    return [c.after for c in step.changes if c.kind == "control" and c.after not in ("idle", "unstarted", "finished")]


def _between(trace: Trace, place: int, style: Style) -> list[str]:
    """The lines before step number `place`, counted from 0."""
    found = []
    if trace.no_return == place:
        found.append(style.tint("  ---- from here on the goal cannot be reached any more ----", "yellow"))
    if trace.cycle == place:
        found.append(style.tint("  ---- from here on for ever: ----", "yellow"))
    return found


def _after(trace: Trace, style: Style) -> list[str]:
    found = []
    if trace.no_return == len(trace.steps) and trace.cycle is None:
        found.append(style.tint("  ---- from here on the goal cannot be reached any more ----", "yellow"))
    if trace.cycle is not None:
        again = trace.cycle + 1
        if again > len(trace.steps):
            found.append(style.tint("  ---- from here on nothing happens, for ever ----", "yellow"))
        else:
            found.append(style.tint(f"  ---- and so on for ever: again from step {again} ----", "yellow"))
    return found


def _step_lines(number: str, step: TraceStep, who: int, style: Style, broken: bool, everything: bool) -> list[str]:
    head = f"  {number}  "
    name = padded(actor(step), who)
    text = told(step) + ("  [fault]" if step.fault and step.agent else "") + ("  [progress]" if "progress" in step.marks else "")
    lines = wrapped(text, style.width, head + name + "  ")
    if broken:
        lines = [style.tint(line, "bold", "red") for line in lines]
    elif step.fault:
        lines = [style.tint(line, "yellow") for line in lines]
    indent = " " * (text_width(head) + who + 4)
    return lines + [line for note in _notes(step, everything) for line in wrapped(note, style.width, indent, indent + "  ")]


def _notes(step: TraceStep, everything: bool) -> list[str]:
    """What the step sent, took and changed, and how it failed."""
    said = [e for e in step.events if e.kind not in ("awaits", "ends") and e is not _taken(step)]
    notes = [event_text(e) for e in said]
    changes = list(step.changes) if everything else visible_changes(step)
    notes += [f"{c.cell}: {_value(c.before, everything)} -> {_value(c.after, everything)}" for c in changes]
    if step.failure is not None:
        notes.append(f"error: {step.failure}")
    return [visible(n) for n in notes]


def _value(text: str, everything: bool) -> str:
    return text if everything or len(text) <= _SHOWN_OF_VALUE else text[:_SHOWN_OF_VALUE] + "..."
