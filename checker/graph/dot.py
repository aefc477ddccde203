"""DOT, the language of Graphviz, written from a `Drawing`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from checker.graph.drawing import MEANING, Arrow, Box, Drawing
from checker.graph.looks import FILLS, FONT, GREY, INK, RED


def to_dot(drawing: Drawing) -> str:
    """The drawing as a `digraph`, ranked from top to bottom, with its legend as the label below."""
    return "\n".join(_statements(drawing)) + "\n"


def quoted(text: str) -> str:
    """A DOT string that is shown as exactly `text`; a line end becomes a centred line break. Graphviz reads entities in labels too."""
    return '"' + text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def left_lines(lines: Iterable[str]) -> str:
    """A DOT string of lines set flush left."""
    return '"' + "".join(quoted(line)[1:-1] + "\\l" for line in lines) + '"'


def _statements(drawing: Drawing) -> Iterator[str]:
    yield f"digraph {quoted(drawing.title)} {{"
    yield f'  graph [rankdir=TB, nodesep=0.3, ranksep=0.45, fontname="{FONT}", fontsize=10, labelloc=b, labeljust=l,'
    yield f"         label={_legend(drawing)}];"
    yield f'  node [shape=box, style="rounded,filled", fontname="{FONT}", fontsize=10, margin="0.09,0.05", height=0.28,'
    yield f'        width=0.3, fontcolor="{INK}"];'
    yield f'  edge [fontname="{FONT}", fontsize=8, color="{INK}", fontcolor="{INK}", arrowsize=0.6];'
    for box in drawing.boxes:
        yield from _box(box)
    starts = [quoted(box.name) for box in drawing.boxes if box.initial]
    if len(starts) > 1:
        yield f"  {{ rank=same; {'; '.join(starts)} }}"
    for arrow in drawing.arrows:
        yield _arrow(arrow)
    yield "}"


def _box(box: Box) -> Iterator[str]:
    fill, border = FILLS[box.look]
    attributes = [f"label={_box_label(box)}", f'fillcolor="{fill}"', f'color="{border}"']
    if box.look == "done":
        attributes.append("peripheries=2")
    if box.look == "failure":
        attributes.append('fontcolor="white"')
    if box.look == "unexplored":
        attributes.append('style="rounded,filled,dashed"')
    if box.initial:
        attributes.append("penwidth=2.2")
    yield f"  {quoted(box.name)} [{', '.join(attributes)}];"
    if box.initial:
        start = quoted(f"start {box.name}")
        yield f'  {start} [shape=circle, label="", style=filled, fillcolor="{INK}", width=0.11, height=0.11, fixedsize=true];'
        yield f"  {start} -> {quoted(box.name)} [penwidth=1.6, weight=5];"


def _box_label(box: Box) -> str:
    """The number small and grey above the lines; without lines, the number alone."""
    if not box.head:
        return left_lines(box.lines)
    rows = [f'<FONT POINT-SIZE="8" COLOR="{GREY}">{escape(box.head)}</FONT>', *(_html(line) for line in box.lines)]
    return "<" + '<BR ALIGN="LEFT"/>'.join([*rows, ""]) + ">"


def _html(text: str) -> str:
    """Text for an HTML-like label; Graphviz takes no empty element."""
    return escape(text) or " "


def _arrow(arrow: Arrow) -> str:
    attributes = [f"label={left_lines(arrow.lines)}"] if arrow.lines else []
    if arrow.fault:
        attributes += ["style=dashed", f'color="{RED}"', f'fontcolor="{RED}"']
    elif arrow.violates:
        attributes += ["penwidth=2", f'color="{RED}"', f'fontcolor="{RED}"']
    return f"  {quoted(arrow.source)} -> {quoted(arrow.target)} [{', '.join(attributes)}];"


def _legend(drawing: Drawing) -> str:
    """The title, the caption, and what the looks mean, for those that occur."""
    cells = ['<TD ALIGN="LEFT">● start</TD>'] if any(box.initial for box in drawing.boxes) else []
    for look in drawing.looks:
        fill, border = FILLS[look]
        sides = 'STYLE="ROUNDED"' if look == "done" else ""
        colour = f'<FONT COLOR="white">{MEANING[look]}</FONT>' if look == "failure" else MEANING[look]
        cells.append(f'<TD BORDER="1" {sides} BGCOLOR="{fill}" COLOR="{border}">{colour}</TD>')
    if drawing.faults:
        cells.append(f'<TD><FONT COLOR="{RED}">- - → fault</FONT></TD>')
    if drawing.violations:
        cells.append(f'<TD><FONT COLOR="{RED}"><B>→</B> violates a goal</FONT></TD>')
    lines = [f"<B>{_html(drawing.title)}</B>", *(_html(line) for line in drawing.caption)]
    if cells:
        lines.append(f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="6" CELLPADDING="2"><TR>{"".join(cells)}</TR></TABLE>')
    rows = "".join(f'<TR><TD ALIGN="LEFT">{line}</TD></TR>' for line in lines)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>>'
