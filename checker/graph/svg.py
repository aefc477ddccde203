"""SVG, drawn from a `Drawing` and its plain layout: the same looks as through Graphviz, without it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from checker.graph.drawing import MEANING, Box, Drawing
from checker.graph.layout import LABEL_CHARACTER, LABEL_LINE, LINE, PADDING, Curve, Place, lay_out, text_width
from checker.graph.looks import FILLS, GREY, INK, RED

_STYLE = (
    """<style>
text { font-family: Helvetica, Arial, sans-serif; fill: INK; white-space: pre }
.box { font-size: 10px } .head { font-size: 8px; fill: GREY } .label { font-size: 8px; text-anchor: middle }
.halo { stroke: white; stroke-width: 3px; stroke-linejoin: round }
.title { font-size: 11px; font-weight: bold } .caption { font-size: 10px }
path { fill: none; stroke: INK; stroke-width: 1 } path.red { stroke: RED } text.red { fill: RED } path.thick { stroke-width: 2 }
path.fault { stroke: RED; stroke-dasharray: 4 3 }
</style>
""".replace("INK", INK)
    .replace("GREY", GREY)
    .replace("RED", RED)
)


def to_svg(drawing: Drawing) -> str:
    """The whole file."""
    layout = lay_out(drawing)
    legend = list(_legend(drawing, layout.height))
    rows = 1 + len(drawing.caption) + 1
    width = max(
        layout.width, 24.0 + 6.2 * max(len(line) for line in (drawing.title, *drawing.caption)), 560.0 if drawing.looks else 0.0
    )
    height = layout.height + rows * 16.0 + 12.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">\n',
        f"<title>{_text(drawing.title)}</title>\n",
        _STYLE,
        "<defs>",
        *(_arrowhead(name, colour) for name, colour in (("ink", INK), ("red", RED))),
        '</defs>\n<rect width="100%" height="100%" fill="white"/>\n',
        *(_curve(curve) for curve in layout.curves),
        *(piece for box in drawing.boxes for piece in _box(box, layout.places[box.name])),
        *(_label(curve) for curve in layout.curves if curve.arrow.lines),
        *legend,
        "</svg>\n",
    ]
    return "".join(parts)


def _text(text: str) -> str:
    return escape("".join(c if c >= " " else " " for c in text))


def _arrowhead(name: str, colour: str) -> str:
    shape = f'<path d="M0,0 L7,3 L0,6 z" style="fill:{colour};stroke:none"/>'
    return f'<marker id="{name}" markerWidth="8" markerHeight="6" refX="7" refY="3" orient="auto" markerUnits="userSpaceOnUse">{shape}</marker>'


def _curve(curve: Curve) -> str:
    arrow = curve.arrow
    kind = "fault" if arrow.fault else "red thick" if arrow.violates else ""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve.points
    path = f"M{ax:.1f},{ay:.1f} C{bx:.1f},{by:.1f} {cx:.1f},{cy:.1f} {dx:.1f},{dy:.1f}"
    return f'<path class="{kind}" d="{path}" marker-end="url(#{"red" if kind else "ink"})"/>\n'


def _label(curve: Curve) -> str:
    x, y = curve.label
    top = y - LABEL_LINE * (len(curve.arrow.lines) - 1) / 2 + 3
    red = " red" if curve.arrow.fault or curve.arrow.violates else ""
    rows = (
        f'<tspan x="{x:.1f}" y="{top + i * LABEL_LINE:.1f}">{_text(line)}</tspan>' for i, line in enumerate(curve.arrow.lines)
    )
    text = "".join(rows)
    return f'<text class="label halo">{text}</text><text class="label{red}">{text}</text>\n'


def _box(box: Box, place: Place) -> Iterator[str]:
    left, top = place.x - place.width / 2, place.y - place.height / 2
    fill, border = FILLS[box.look]
    extra = ' stroke-dasharray="3 2"' if box.look == "unexplored" else ""
    if box.initial:
        yield f'<circle cx="{place.x:.1f}" cy="{top - 18:.1f}" r="4" fill="{INK}"/>'
        yield f'<path d="M{place.x:.1f},{top - 14:.1f} L{place.x:.1f},{top:.1f}" marker-end="url(#ink)"/>'
    if box.look == "done":
        yield _rectangle(left - 3, top - 3, place.width + 6, place.height + 6, f'fill="none" stroke="{border}"')
    weight = 2.2 if box.initial else 1
    yield _rectangle(left, top, place.width, place.height, f'fill="{fill}" stroke="{border}" stroke-width="{weight}"{extra}')
    y = top + PADDING / 2 + 10
    if box.head:
        yield f'<text class="head" x="{left + PADDING:.1f}" y="{y:.1f}">{_text(box.head)}</text>'
        y += LINE
    colour = ' style="fill:white"' if box.look == "failure" else ""
    for line in box.lines:
        yield f'<text class="box" x="{left + PADDING:.1f}" y="{y:.1f}"{colour}>{_text(line)}</text>'
        y += LINE
    yield "\n"


def _rectangle(x: float, y: float, width: float, height: float, rest: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="5" {rest}/>'


def _legend(drawing: Drawing, top: float) -> Iterator[str]:
    y = top + 12.0
    yield f'<text class="title" x="12" y="{y:.0f}">{_text(drawing.title)}</text>\n'
    for line in drawing.caption:
        y += 16.0
        yield f'<text class="caption" x="12" y="{y:.0f}">{_text(line)}</text>\n'
    x, y = 12.0, y + 16.0
    entries = [("● start", "")] if any(box.initial for box in drawing.boxes) else []
    entries += [(MEANING[look], look) for look in drawing.looks]
    entries += [("- - → fault", "red")] * drawing.faults + [("→ violates a goal", "red")] * drawing.violations
    for text, look in entries:
        width = text_width([text], LABEL_CHARACTER) * 1.2 + 14
        if look in FILLS:
            fill, border = FILLS[look]
            yield _rectangle(x - 5, y - 11, width, 15, f'fill="{fill}" stroke="{border}"')
        style = ' style="fill:white"' if look == "failure" else ""
        yield f'<text class="caption {look}" x="{x:.0f}" y="{y:.0f}"{style}>{_text(text)}</text>\n'
        x += width + 10
