"""What is drawn of a graph: boxes and arrows with their lines of text and their looks, before any layout.

DOT and our own SVG are made from the same `Drawing`, so they show the same. A box of a state shows only the cells that differ from the
first initial state; lines that all boxes share are said once, below the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

if TYPE_CHECKING:
    import networkx

Look = Literal["plain", "done", "stuck", "violated", "failure", "unexplored"]

MEANING: dict[Look, str] = {
    "plain": "state",
    "done": "done",
    "stuck": "no step left, not done",
    "violated": "violates a goal",
    "failure": "a step fails",
    "unexplored": "steps not explored",
}
MOST_ACTIONS = 4  # kinds of actions that the text of one merged arrow lists
MOST_LINES = 14  # lines of a box
MOST_CHARACTERS = 60  # of a line
LABEL_WIDTH = 26  # of the text at an arrow between states, in characters


class Box(Struct, frozen=True, kw_only=True):
    """`name` is unique in the drawing; `head` is the number of a state, "" for a merged node."""

    name: str
    head: str
    lines: tuple[str, ...]
    look: Look
    initial: bool
    depth: int


class Arrow(Struct, frozen=True, kw_only=True):
    """`violates`: this edge alone violates a goal."""

    source: str
    target: str
    lines: tuple[str, ...]
    fault: bool
    violates: bool


class Drawing(Struct, frozen=True, kw_only=True):
    """`caption`: what this is a picture of, and what it leaves out. `looks`: those of the boxes, for the legend."""

    title: str
    caption: tuple[str, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    @property
    def looks(self) -> tuple[Look, ...]:
        used = {box.look for box in self.boxes}
        return tuple(look for look in MEANING if look in used and look != "plain")

    @property
    def faults(self) -> bool:
        return any(arrow.fault for arrow in self.arrows)

    @property
    def violations(self) -> bool:
        return any(arrow.violates for arrow in self.arrows)


def draw(graph: networkx.MultiDiGraph) -> Drawing:
    """The drawing of a graph made by `to_networkx` or `view`, or of a subgraph of one."""
    merged = graph.graph["view"] != "full"
    lines, shared = _merged_lines(graph) if merged else _state_lines(graph)
    boxes = tuple(_box(graph, node, lines.get(node, ())) for node in graph.nodes)
    arrows = tuple(_merged_arrows(graph) if merged else _arrows(graph))
    return Drawing(title=_title(graph), caption=_caption(graph, shared), boxes=boxes, arrows=arrows)


def count(number: int, thing: str) -> str:
    """`1 state`, `1,310 states`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


# --- text ----------------------------------------------------------------------------------------------------


def _title(graph: networkx.MultiDiGraph) -> str:
    about = graph.graph
    parts = [about["protocol"], about["instance"]]
    if about["faults"] != "none":
        parts.append(f"under {about['faults']}")
    if about["view"] != "full":
        parts.append(f"by {about['view']}")
    return " · ".join(part for part in parts if part)


def _caption(graph: networkx.MultiDiGraph, shared: tuple[str, ...]) -> tuple[str, ...]:
    about = graph.graph
    shown = sum("failure" not in data for _, data in graph.nodes(data=True))
    whole = about.get("nodes", about["states"])
    found = [f"{count(about['states'], 'state')}, {count(about['transitions'], 'transition')}"]
    if about["view"] != "full":
        found[0] += f" in {count(whole, 'node')}"
    if shown < whole:
        found.insert(0, f"only {shown:,} of {count(whole, 'state' if about['view'] == 'full' else 'node')} shown")
    if not about["complete"]:
        found.insert(0, f"not complete: {about['stopped'] or 'the search was stopped'}")
    if shared:
        found.append("everywhere: " + ", ".join(shared))
    return tuple(found)


def _state_lines(graph: networkx.MultiDiGraph) -> tuple[dict[Any, tuple[str, ...]], tuple[str, ...]]:
    """For each state the cells that differ from the first state that is drawn, which shows those that ever differ."""
    cells: tuple[str, ...] = graph.graph["cells"]
    states = [(node, data) for node, data in graph.nodes(data=True) if "failure" not in data]
    if not states:
        return {}, ()
    first = next((data for _, data in states if data["initial"]), states[0][1])
    moving = [cell for cell in cells if any(data[cell] != first[cell] for _, data in states)]
    found = {}
    for node, data in states:
        differing = moving if data is first else [cell for cell in moving if data[cell] != first[cell]]
        found[node] = tuple(_cell_lines(differing, data))
    return found, ()


def _cell_lines(cells: list[str], data: dict[str, Any]) -> Iterator[str]:
    """`status[Task0] = open`; what an activity keeps stands behind where it waits: `Worker0.work = planning, t = Task0`."""
    lines: dict[str, str] = {}
    for cell in cells:
        owner, _, kept = cell.rpartition(".")
        if owner not in lines:
            lines[cell] = f"{cell} = {data[cell]}"
        elif data[cell] != "none":
            lines[owner] += f", {kept} = {data[cell]}"
    yield from lines.values()


def _merged_lines(graph: networkx.MultiDiGraph) -> tuple[dict[Any, tuple[str, ...]], tuple[str, ...]]:
    """For each node the lines of its label that not all nodes share, and what it stands for; and the shared lines."""
    labels = {node: data["label"] for node, data in graph.nodes(data=True) if "failure" not in data}
    alike = set.intersection(*map(set, labels.values())) if len(labels) > 1 else set()
    shared = tuple(line for line in next(iter(labels.values()), ()) if line in alike)
    found = {}
    for node, label in labels.items():
        own = tuple(line for line in label if line not in alike)
        found[node] = (*own, *_stands_for(graph, node))
    return found, shared


def _stands_for(graph: networkx.MultiDiGraph, node: Any) -> Iterator[str]:
    data = graph.nodes[node]
    inside = [edge for _, target, edge in graph.out_edges(node, data=True) if target == node]
    steps = sum(edge["transitions"] for edge in inside)
    yield count(data["states"], "state") + (f", {count(steps, 'step')} inside" if steps else "")
    if 0 < data["done"] < data["states"]:
        yield f"{data['done']:,} done"
    if 0 < data["stuck"] < data["states"] and not any(number == data["stuck"] for _, number in data["violated"]):
        yield f"{data['stuck']:,} with no step left"
    yield from (f"{goal} violated in {number:,}" for goal, number in data["violated"])
    yield from (f"{goal} violated by {count(number, 'step')} inside" for edge in inside for goal, number in edge["violated"])


# --- boxes and arrows ----------------------------------------------------------------------------------------


def _box(graph: networkx.MultiDiGraph, node: Any, lines: tuple[str, ...]) -> Box:
    data = graph.nodes[node]
    if "failure" in data:
        return Box(name=str(node), head="", lines=_short((data["failure"],)), look="failure", initial=False, depth=-1)
    full = graph.graph["view"] == "full"
    tail = tuple(f"{goal} violated" for goal in data["violated"]) if full else ()
    if data.get("cut"):
        tail += (f"… {count(data['cut'], 'more step')}",)
    return Box(
        name=str(node),
        head=str(node) if full else "",
        lines=_short(lines, tail),
        look=_state_look(data, node, graph.graph["expanded"]) if full else _merged_look(data),
        initial=bool(data["initial"]),
        depth=data["depth"],
    )


def _state_look(data: dict[str, Any], node: int, expanded: int) -> Look:
    if data["violated"]:
        return "violated"
    if node >= expanded:
        return "unexplored"
    if data["done"]:
        return "done"
    return "stuck" if data["final"] else "plain"


def _merged_look(data: dict[str, Any]) -> Look:
    """A merged node is red when any of its states violates a goal, and done or stuck only when all of them are."""
    if data["violated"]:
        return "violated"
    if data["done"] == data["states"]:
        return "done"
    return "stuck" if data["stuck"] == data["states"] else "plain"


def _short(lines: tuple[str, ...], tail: tuple[str, ...] = ()) -> tuple[str, ...]:
    """No line too long, and not too many before `tail`; what was left out is said."""
    if len(lines) > MOST_LINES:
        lines = (*lines[: MOST_LINES - 1], f"… {len(lines) - MOST_LINES + 1} more")
    return tuple(line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + "…" for line in (*lines, *tail))


def _arrows(graph: networkx.MultiDiGraph) -> Iterator[Arrow]:
    for source, target, data in graph.edges(data=True):
        broken = tuple(f"{goal} violated" for goal in data["violated"])
        yield Arrow(
            source=str(source),
            target=str(target),
            lines=_short((*wrap(data["label"], LABEL_WIDTH), *broken)),
            fault=bool(data["fault"]),
            violates=bool(broken) or "failure" in graph.nodes[target],
        )


def _merged_arrows(graph: networkx.MultiDiGraph) -> Iterator[Arrow]:
    """Without the steps inside a node, which its box counts."""
    for source, target, data in graph.edges(data=True):
        if source == target:
            continue
        actions = [f"{text} ×{number:,}" for text, number in data["actions"]]
        if len(actions) > MOST_ACTIONS:
            rest = sum(number for _, number in data["actions"][MOST_ACTIONS - 1 :])
            actions = [*actions[: MOST_ACTIONS - 1], f"… {len(actions) - MOST_ACTIONS + 1} other kinds ×{rest:,}"]
        broken = [f"{goal} violated ×{number:,}" for goal, number in data["violated"]]
        yield Arrow(
            source=str(source),
            target=str(target),
            lines=_short((*actions, *broken)),
            fault=bool(data["fault"]),
            violates=bool(broken) or "failure" in graph.nodes[target],
        )
