"""The table of faults for people: properties down, faults across, then what breaks each property and how.

           none   crash   stall
                  Worker  Worker
one_owner  holds  -       2
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from checker.properties.tolerance.result import Breaking, Cell, Row, Tolerance
from checker.report.terminal import Style, padded, text_width, visible, wrapped
from checker.report.text import Shown, counterexample
from checker.report.wording import basis, counted, duration

_PLAIN = Style()
_MOST_UNKNOWN = 3  # sets of faults that are named of those of which nothing is known


def render(tolerance: Tolerance, style: Style = _PLAIN, *, traces: bool = True) -> str:
    """The whole report. `traces`: those of every smallest set of faults."""
    lines = _head(tolerance, style)
    for band in _bands(tolerance, style.width):
        lines += [*_table(tolerance, band, style), ""]
    lines += [*_legend(tolerance), ""]
    for row in tolerance.rows:
        lines += _breaking(tolerance, row, style)
    parts = ["\n".join(lines).rstrip()]
    if traces:
        parts += ["\n".join(block) for block in _traces(tolerance, style)]
    return "\n\n".join([*parts, _summary(tolerance, style)]) + "\n"


def _head(tolerance: Tolerance, style: Style) -> list[str]:
    return [style.tint(visible(tolerance.spec), "bold"), f"  instance {visible(tolerance.instance)}", ""]


# --- the table ---------------------------------------------------------------------------------------------------


def _bands(tolerance: Tolerance, width: int) -> Iterator[range]:
    """Columns that fit side by side."""
    left = width - 6 - _name_width(tolerance) - 10
    first, used = 0, 0
    for place, fault in enumerate(tolerance.faults):
        here = _width(fault) + 2
        if place > first and used + here > left:
            yield range(first, place)
            first, used = place, 0
        used += here
    yield range(first, len(tolerance.faults))


def _name_width(tolerance: Tolerance) -> int:
    return max((text_width(row.name) for row in tolerance.rows), default=0)


def _width(fault: str) -> int:
    return max(map(text_width, fault.split(" ", 1)))


def _table(tolerance: Tolerance, columns: range, style: Style) -> list[str]:
    names = _name_width(tolerance)
    widths = [9, *(_width(tolerance.faults[place]) for place in columns)]
    heads = [["none"], *(tolerance.faults[place].split(" ", 1) for place in columns)]
    lines = [_line("", words, names, widths) for words in zip_longest(*heads, fillvalue="")]
    lines = [style.tint(line, "bold") for line in lines]
    for row in tolerance.rows:
        cells = [_none(row), *(_cell(row, row.cells[place]) for place in columns)]
        lines.append(_line(row.name, cells, names, widths))
    return lines


def _line(name: str, cells: Sequence[str], width: int, widths: Sequence[int]) -> str:
    body = "  ".join(padded(visible(cell), w) for cell, w in zip(cells, widths, strict=True))
    return f"    {padded(visible(name), width)}  {body}".rstrip()


def _none(row: Row) -> str:
    if row.kind == "sometimes":
        return {"holds": "reached", "violated": "not", "unknown": "?"}[row.none]
    return {"holds": "holds", "violated": "violated", "unknown": "?"}[row.none]


def _cell(row: Row, cell: Cell) -> str:
    """How many of the fault it takes: `-` no number, `3+` more than two, `?` not known; "" where it takes none."""
    event = "holds" if row.kind == "sometimes" else "violated"
    if row.none == event:
        return ""
    levels = (row.none, cell.one, cell.two, cell.unlimited)
    first = levels.index(event) if event in levels else len(levels)
    if "unknown" in levels[:first]:
        known = levels.index("unknown") - 1
        return f"? above {known}" if known > 0 else "?"
    return ("0", "1", "2", "3+", "-")[first]


def _legend(tolerance: Tolerance) -> list[str]:
    lines = [
        "    1, 2: so many of this fault alone break the property; 3+: more than two do; -: no number does",
    ]
    if any(row.kind == "sometimes" for row in tolerance.rows):
        lines.append("    of a `sometimes`: with so many it is reached")
    if any(fault.startswith("restart ") for fault in tolerance.faults):
        lines.append("    restart: after as many crashes")
    if tolerance.faults:
        lines.append(f"    looked at: every set of up to {tolerance.most} faults, and one or two kinds without limit")
    if any(not row.whole for row in tolerance.rows):
        lines.append("    ?: not known; it is no pass")
    return lines


# --- what breaks what ------------------------------------------------------------------------------------------------


def _breaking(tolerance: Tolerance, row: Row, style: Style) -> list[str]:
    sometimes = row.kind == "sometimes"
    name = style.tint(visible(row.name), "bold")
    lines = []
    if row.none == "violated" and not sometimes:
        lines.append(f"  {name} is violated without any fault: `teamcheck check` shows how")
    elif row.breaking:
        lines.append(f"  {name} is {'reached' if sometimes else 'broken'} by")
        lines += [f"    {visible(text)}" for text in _columns([(b.written, basis(b.result)) for b in row.breaking])]
    if row.unknown:
        shown = row.unknown[:_MOST_UNKNOWN]
        more = len(row.unknown) - len(shown)
        told = "; ".join(f"{faults}: {reason}" for faults, reason in shown) + (f"; and {more} more" if more else "")
        head = f"  {row.name} is unknown under {counted(len(row.unknown), 'set')} of faults ("
        lines += [style.tint(line, "yellow") for line in wrapped(visible(f"{told})"), style.width, head, "    ")]
    return lines


def _columns(rows: Sequence[tuple[str, str]]) -> list[str]:
    width = max(text_width(first) for first, _ in rows)
    return [f"{padded(first, width)}  {second}" for first, second in rows]


def _traces(tolerance: Tolerance, style: Style) -> Iterator[list[str]]:
    """Each trace once: the same steps under other faults, or of another property, are not shown again."""
    told: dict[str, str] = {}
    for row in tolerance.rows:
        for breaking in row.breaking:
            same = told.setdefault(_steps(breaking), f"{row.name}, {breaking.written}")
            first = same == f"{row.name}, {breaking.written}"
            yield counterexample(breaking.result, style, Shown(chart="never", mend=False), same_as=None if first else same)


def _steps(breaking: Breaking) -> str:
    trace = breaking.result.trace
    assert trace is not None
    steps = [(s.agent, s.action, s.parameters) for s in trace.steps]
    return repr((trace.initial, steps, trace.cycle, trace.no_return))


def _summary(tolerance: Tolerance, style: Style) -> str:
    sets = sum(len(row.breaking) for row in tolerance.rows)
    size = f"{counted(len(tolerance.rows), 'property')} under {counted(len(tolerance.faults), 'fault')}"
    found = f"{counted(sets, 'smallest set')} of faults"
    parts = [size, found]
    if tolerance.interrupted:
        parts.append(style.tint("interrupted before the end", "bold", "yellow"))
    elif any(not row.whole for row in tolerance.rows):
        parts.append(style.tint("not all is known", "bold", "yellow"))
    return f"{': '.join(parts[:2])}{''.join(', ' + part for part in parts[2:])} ({duration(tolerance.seconds)})"
