"""A plain layered layout: where the boxes of a drawing stand and how its arrows run, without Graphviz.

The layers are the distances from the first states, so a forward arrow never passes a layer (the layered method of Sugiyama, Tagawa
and Toda, 1981, without its dummy nodes). Boxes of a layer are ordered by the mean place of their neighbours; arrows back go round the side.
Lengths are in pixels, x to the right, y down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from msgspec import Struct

from checker.graph.drawing import Arrow, Box, Drawing

LINE, CHARACTER, PADDING = 13.0, 5.7, 8.0  # of the text in boxes
LABEL_LINE, LABEL_CHARACTER = 10.5, 4.6  # of the text at arrows
Points: TypeAlias = tuple[tuple[float, float], ...]
GAP = 26.0  # between boxes of a layer
SWEEPS = 8


class Place(Struct):
    """The middle of a box, and its size."""

    x: float
    y: float
    width: float
    height: float


class Curve(Struct, frozen=True):
    """A cubic Bézier curve, four points; `label`: the middle of the arrow's text."""

    arrow: Arrow
    points: Points
    label: tuple[float, float]


class Layout(Struct, frozen=True):
    width: float
    height: float
    places: dict[str, Place]
    curves: tuple[Curve, ...]


def lay_out(drawing: Drawing) -> Layout:
    """The layout of `drawing`; the same for the same drawing."""
    layers = _layers(drawing)
    rank = {name: r for r, layer in enumerate(layers) for name in layer}
    neighbours = _neighbours(drawing.arrows, rank)
    _order(layers, neighbours)
    sizes = {box.name: _size(box) for box in drawing.boxes}
    places = {name: Place(0.0, 0.0, *size) for name, size in sizes.items()}
    _spread(layers, places, neighbours)
    _stack(layers, places, drawing.arrows, rank)
    curves = tuple(_curves(drawing.arrows, places, rank))
    return _framed(places, curves)


def text_width(lines: Sequence[str], character: float) -> float:
    return max((len(line) for line in lines), default=0) * character


def _size(box: Box) -> tuple[float, float]:
    rows = len(box.lines) + (1 if box.head else 0)
    width = max(text_width(box.lines, CHARACTER), text_width([box.head], CHARACTER), 14.0)
    return width + 2 * PADDING, max(1, rows) * LINE + PADDING


def _layers(drawing: Drawing) -> list[list[str]]:
    """Names by distance from the first states; what they do not reach starts again at the top."""
    following: dict[str, list[str]] = defaultdict(list)
    for arrow in drawing.arrows:
        following[arrow.source].append(arrow.target)
    layers: list[list[str]] = []
    seen: set[str] = set()
    names = [box.name for box in drawing.boxes]
    for roots in ([box.name for box in drawing.boxes if box.initial], *([name] for name in names)):
        layer = [name for name in roots if name not in seen]
        seen.update(layer)
        depth = 0
        while layer:
            if depth == len(layers):
                layers.append([])
            layers[depth] += layer
            layer = [name for name in dict.fromkeys(to for source in layer for to in following[source]) if name not in seen]
            seen.update(layer)
            depth += 1
    return layers


def _neighbours(arrows: Iterable[Arrow], rank: dict[str, int]) -> dict[str, tuple[list[str], list[str]]]:
    """For each box those that it is joined to in the layer above, and in the layer below."""
    found: dict[str, tuple[list[str], list[str]]] = {name: ([], []) for name in rank}
    for arrow in arrows:
        difference = rank[arrow.target] - rank[arrow.source]
        if abs(difference) == 1:
            upper, lower = (arrow.source, arrow.target) if difference == 1 else (arrow.target, arrow.source)
            found[upper][1].append(lower)
            found[lower][0].append(upper)
    return found


def _order(layers: list[list[str]], neighbours: dict[str, tuple[list[str], list[str]]]) -> None:
    """Sort each layer by the mean place of the neighbours above, then below, and again."""
    place = {name: float(i) for layer in layers for i, name in enumerate(layer)}
    for sweep in range(SWEEPS):
        side = sweep % 2
        for layer in layers if side == 0 else reversed(layers):
            mean = {name: _mean([place[other] for other in neighbours[name][side]], place[name]) for name in layer}
            layer.sort(key=mean.__getitem__)
            place.update((name, float(i)) for i, name in enumerate(layer))


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _spread(layers: list[list[str]], places: dict[str, Place], neighbours: dict[str, tuple[list[str], list[str]]]) -> None:
    """Give each box its x: near its neighbours, without overlap, in the order of its layer."""
    for layer in layers:
        _pack(layer, places, dict.fromkeys(layer, 0.0))
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted = {}
            for name in layer:
                above, below = neighbours[name]
                wanted[name] = _mean(
                    [places[other].x for other in (above or below if sweep % 2 == 0 else below or above)], places[name].x
                )
            _pack(layer, places, wanted)


def _pack(layer: list[str], places: dict[str, Place], wanted: dict[str, float]) -> None:
    """Boxes at the wanted x where there is room, else pushed right; then the whole layer is moved to where the pushes cancel out."""
    right = float("-inf")
    for name in layer:
        box = places[name]
        box.x = max(wanted[name], right + box.width / 2)
        right = box.x + box.width / 2 + GAP
    shift = _mean([wanted[name] - places[name].x for name in layer], 0.0)
    for name in layer:
        places[name].x += shift


def _stack(layers: list[list[str]], places: dict[str, Place], arrows: Iterable[Arrow], rank: dict[str, int]) -> None:
    """Give each layer its y; the room between two layers fits the texts of the arrows there."""
    texts = [0] * len(layers)
    for arrow in arrows:
        texts[rank[arrow.source]] = max(texts[rank[arrow.source]], len(arrow.lines))
    top = 0.0
    for r, layer in enumerate(layers):
        height = max(places[name].height for name in layer)
        for name in layer:
            places[name].y = top + height / 2
        top += height + 44.0 + 2.2 * LABEL_LINE * texts[r]


def _curves(arrows: Sequence[Arrow], places: dict[str, Place], rank: dict[str, int]) -> Iterable[Curve]:
    ports, taken = _Ports(arrows, places), _Taken(places.values())
    around: dict[str, int] = defaultdict(int)
    for number, arrow in enumerate(arrows):
        source, target = places[arrow.source], places[arrow.target]
        down = rank[arrow.target] - rank[arrow.source]
        if arrow.source != arrow.target and down >= 0:
            points = _between(source, target, ports.out[number], ports.into[number], same_layer=down == 0)
        else:
            around[arrow.source] += 1
            points = _round(source, target, around[arrow.source])
        yield Curve(arrow, points, taken.free_place(points, arrow.lines))


def _between(source: Place, target: Place, out: float, into: float, *, same_layer: bool) -> Points:
    """From the lower edge to the upper edge of a box below, or to the lower edge of one beside."""
    a = (out, source.y + source.height / 2)
    if same_layer:
        b = (into, target.y + target.height / 2)
        return a, (a[0], a[1] + 34.0), (b[0], b[1] + 34.0), b
    b = (into, target.y - target.height / 2)
    bend = (b[1] - a[1]) * 0.4
    return a, (a[0], a[1] + bend), (b[0], b[1] - bend), b


def _round(source: Place, target: Place, number: int) -> Points:
    """From the right side of a box round to the right side of one above, or of itself."""
    a, b = (source.x + source.width / 2, source.y), (target.x + target.width / 2, target.y)
    if source is target:
        a, b = (a[0], a[1] - source.height / 4), (b[0], b[1] + source.height / 4)
    out = max(a[0], b[0]) + 22.0 + 10.0 * number + 0.08 * abs(a[1] - b[1])
    return a, (out, a[1]), (out, b[1]), b


def _on(points: Sequence[tuple[float, float]], t: float) -> tuple[float, float]:
    """The point of a Bézier curve at t in 0..1."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return sum(w * x for w, (x, _) in zip(weights, points, strict=True)), sum(
        w * y for w, (_, y) in zip(weights, points, strict=True)
    )


class _Ports:
    """Where arrows leave and enter: side by side along the edge of a box, in the order of their other ends."""

    def __init__(self, arrows: Sequence[Arrow], places: dict[str, Place]) -> None:
        leaving, entering = defaultdict(list), defaultdict(list)
        for number, arrow in enumerate(arrows):
            leaving[arrow.source].append((places[arrow.target].x, number))
            entering[arrow.target].append((places[arrow.source].x, number))
        self.out = {n: x for name, ends in leaving.items() for n, x in self._along(places[name], ends)}
        self.into = {n: x for name, ends in entering.items() for n, x in self._along(places[name], ends)}

    @staticmethod
    def _along(box: Place, ends: list[tuple[float, int]]) -> Iterable[tuple[int, float]]:
        for i, (_, number) in enumerate(sorted(ends)):
            yield number, box.x + ((i + 0.5) / len(ends) - 0.5) * box.width * 0.8


class _Taken:
    """The rectangles that boxes and texts cover already, in a grid, so that texts of arrows find room."""

    WIDTH, HEIGHT = 120.0, 40.0
    TRIES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)  # along the curve, the first that is free

    def __init__(self, boxes: Iterable[Place]) -> None:
        self._grid: dict[tuple[int, int], list[Place]] = defaultdict(list)
        for box in boxes:
            self._take(box)

    def free_place(self, points: Points, lines: Sequence[str]) -> tuple[float, float]:
        """The middle of a place for `lines` on the curve, now taken; the middle of the curve when none is free."""
        width, height = text_width(lines, LABEL_CHARACTER), LABEL_LINE * len(lines)
        tries = [Place(*_on(points, t), width, height) for t in self.TRIES]
        found = next((place for place in tries if self._is_free(place)), tries[0])
        self._take(found)
        return found.x, found.y

    def _take(self, place: Place) -> None:
        for cell in self._cells(place):
            self._grid[cell].append(place)

    def _is_free(self, place: Place) -> bool:
        return not any(
            abs(other.x - place.x) * 2 < other.width + place.width and abs(other.y - place.y) * 2 < other.height + place.height
            for cell in self._cells(place)
            for other in self._grid.get(cell, ())
        )

    def _cells(self, place: Place) -> Iterable[tuple[int, int]]:
        left, right = (int((place.x + side * place.width / 2) // self.WIDTH) for side in (-1, 1))
        top, bottom = (int((place.y + side * place.height / 2) // self.HEIGHT) for side in (-1, 1))
        return ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))


def _framed(places: dict[str, Place], curves: tuple[Curve, ...]) -> Layout:
    """Everything moved so that it starts a little right of and below (0, 0)."""
    margin = 24.0
    left, right, bottom = [0.0], [0.0], [0.0]
    for place in places.values():
        left.append(place.x - place.width / 2)
        right.append(place.x + place.width / 2)
        bottom.append(place.y + place.height / 2)
    for curve in curves:
        half = text_width(curve.arrow.lines, LABEL_CHARACTER) / 2
        left.append(curve.label[0] - half)
        right += [curve.label[0] + half, *(_on(curve.points, t)[0] for t in (0.25, 0.5, 0.75))]
    dx, dy = margin - min(left), margin + 16.0
    for place in places.values():
        place.x, place.y = place.x + dx, place.y + dy
    moved = tuple(
        Curve(c.arrow, tuple((x + dx, y + dy) for x, y in c.points), (c.label[0] + dx, c.label[1] + dy)) for c in curves
    )
    return Layout(max(right) + dx + margin, max(bottom) + dy + margin, places, moved)
