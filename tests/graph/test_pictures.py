"""Pictures: what they show, and what is refused rather than drawn badly or cut silently."""

from __future__ import annotations

from pathlib import Path
from shutil import which
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.engines.explicit import explore
from checker.graph import picture as picture_module
from checker.graph.drawing import Arrow, Box, Drawing, draw
from checker.graph.layout import lay_out
from checker.graph.picture import picture
from checker.graph.svg import to_svg
from checker.graph.views import view
from checker.graph.write import write_graph
from checker.language.diagnostics import BadInput
from tests.graph.boards import counter, task_board

BOARD, CRASHING = explore(task_board()), explore(task_board(crashes=1))
needs_graphviz = pytest.mark.skipif(which("dot") is None, reason="Graphviz is not installed")


@pytest.fixture
def no_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_module, "which", lambda program: None)


def texts(svg: str) -> set[str]:
    return {
        "".join(element.itertext()) for element in ElementTree.fromstring(svg).iter() if element.tag.endswith(("text", "tspan"))
    }


# --- what is drawn --------------------------------------------------------------------------------------------


def test_a_state_shows_only_what_differs_from_the_start() -> None:
    boxes = {box.name: box for box in draw(view(BOARD, "full")).boxes}
    start = [f"status[Task{t}] = open" for t in (0, 1)] + [f"owner[Task{t}] = none" for t in (0, 1)]
    assert boxes["0"].lines == (*start, "Worker0.work = idle", "Worker1.work = idle")
    assert boxes["1"].lines == ("Worker0.work = planning, t = Task0",)
    assert boxes["0"].initial
    assert not boxes["1"].initial


def test_looks_follow_the_facts() -> None:
    graph = view(CRASHING, "full")
    drawing = draw(graph)
    for box in drawing.boxes:
        data = graph.nodes[int(box.name)]
        expected = "violated" if data["violated"] else "done" if data["done"] else "stuck" if data["final"] else "plain"
        assert box.look == expected
    assert drawing.looks == ("done", "violated")
    assert {arrow.fault for arrow in drawing.arrows} == {True, False}


def test_steps_inside_a_merged_node_are_counted_in_its_box() -> None:
    drawing = draw(view(BOARD, "var:status[Task0]"))
    assert all(arrow.source != arrow.target for arrow in drawing.arrows)
    boxes = {box.lines[0]: box.lines[1] for box in drawing.boxes}
    whole = view(BOARD, "full")
    still_open = {node for node, data in whole.nodes(data=True) if data["status[Task0]"] == "open"}
    inside = whole.subgraph(still_open).number_of_edges()
    assert boxes["status[Task0] = open"] == f"{len(still_open)} states, {inside} steps inside" == "37 states, 58 steps inside"


def test_lines_that_all_nodes_share_are_said_once() -> None:
    graph = view(explore(task_board(2, 1)), "control")
    for _, data in graph.nodes(data=True):
        data["label"] = ("Lead: idle", *data["label"])
    drawing = draw(graph)
    assert "everywhere: Lead: idle" in drawing.caption
    assert not any("Lead: idle" in box.lines for box in drawing.boxes)


def test_a_cut_is_said_in_the_picture() -> None:
    drawing = draw(view(BOARD, "full", states=12))
    assert drawing.caption[0] == "only 12 of 131 states shown"
    assert "only 12 of 131 states shown" in texts(to_svg(drawing))
    assert any(line.startswith("… ") and line.endswith("more steps") for box in drawing.boxes for line in box.lines)
    assert draw(view(CRASHING, "role", states=3)).caption[0] == "only 3 of 9 nodes shown"
    assert not any("only" in line for line in draw(view(BOARD, "full")).caption)


def test_a_stopped_search_is_said_in_the_picture() -> None:
    drawing = draw(view(explore(task_board(), states_limit=20), "full"))
    assert drawing.caption[0] == "not complete: the limit of 20 states was reached"
    assert "unexplored" in drawing.looks


def test_many_kinds_of_actions_are_counted_when_not_listed() -> None:
    graph = view(BOARD, "role")
    graph.edges[0, 1, "steps"]["actions"] = tuple((f"does {i}", 10 - i) for i in range(6))
    (arrow,) = [a for a in draw(graph).arrows if (a.source, a.target) == ("0", "1")]
    assert arrow.lines == ("does 0 ×10", "does 1 ×9", "does 2 ×8", "… 3 other kinds ×18")


# --- our own layout -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["full", "role", "control", "goals"])
def test_our_own_svg_is_well_formed_and_says_every_line(name: str) -> None:
    drawing = draw(view(CRASHING, name))
    found = texts(to_svg(drawing))
    for box in drawing.boxes:
        assert {*box.lines, *([box.head] if box.head else [])} <= found
    assert {line for arrow in drawing.arrows for line in arrow.lines} <= found
    assert {drawing.title, *drawing.caption} <= found


@pytest.mark.parametrize("found", [BOARD, CRASHING, explore(counter())], ids=["board", "crashing", "counter"])
@pytest.mark.parametrize("name", ["full", "role"])
def test_boxes_do_not_overlap_and_lie_inside(found, name: str) -> None:  # type: ignore[no-untyped-def]
    _assert_sound(draw(view(found, name)))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25), st.sets(st.integers(0, 9)))
def test_any_graph_has_a_sound_layout(pairs: list[tuple[int, int]], starts: set[int]) -> None:
    boxes = [Box(name=str(i), head=str(i), lines=("x" * i,), look="plain", initial=i in starts, depth=0) for i in range(10)]
    arrows = [Arrow(source=str(a), target=str(b), lines=("go",), fault=False, violates=False) for a, b in pairs]
    _assert_sound(Drawing(title="", caption=(), boxes=tuple(boxes), arrows=tuple(arrows)))


def test_an_empty_drawing_is_drawn() -> None:
    assert "<svg" in to_svg(Drawing(title="nothing", caption=(), boxes=(), arrows=()))


def _assert_sound(drawing: Drawing) -> None:
    layout = lay_out(drawing)
    places = list(layout.places.values())
    assert len(places) == len(drawing.boxes)
    assert len(layout.curves) == len(drawing.arrows)
    for i, a in enumerate(places):
        assert a.width / 2 <= a.x <= layout.width - a.width / 2
        assert a.height / 2 <= a.y <= layout.height - a.height / 2
        for b in places[:i]:
            assert abs(a.x - b.x) >= (a.width + b.width) / 2 - 0.01 or abs(a.y - b.y) >= (a.height + b.height) / 2 - 0.01


# --- files ----------------------------------------------------------------------------------------------------


@needs_graphviz
def test_graphviz_draws_svg_and_png(tmp_path: Path) -> None:
    graph = view(CRASHING, "role")
    write_graph(graph, str(tmp_path / "a.svg"))
    assert "Worker: 1 down, 1 idle" in {
        text.replace("\xa0", " ") for text in texts((tmp_path / "a.svg").read_text(encoding="utf-8"))
    }
    write_graph(graph, str(tmp_path / "a.png"))
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG\r\n")


@pytest.mark.usefixtures("no_graphviz")
def test_without_graphviz_svg_is_drawn_and_png_refused(tmp_path: Path) -> None:
    graph = view(CRASHING, "role")
    write_graph(graph, str(tmp_path / "a.svg"))
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == to_svg(draw(graph))
    assert _refusal(graph, tmp_path / "a.png") == "a PNG needs Graphviz, and its program `dot` is not on the PATH"
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


def test_more_than_anyone_can_read_is_refused_not_cut(tmp_path: Path) -> None:
    found = explore(task_board(3, 2))
    graph = view(found, "full")
    text = _refusal(graph, tmp_path / "a.svg")
    assert text == f"{found.distinct:,} nodes and {found.transitions:,} edges are too many for a picture (limits 600 and 2,500)"
    write_graph(graph, str(tmp_path / "a.dot"))
    write_graph(graph, str(tmp_path / "a.graphml"))
    write_graph(view(found, "role"), str(tmp_path / "role.svg"))


def test_graphviz_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\necho 'no fonts' >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(picture_module, "which", lambda name: str(program))
    with pytest.raises(BadInput, match="Graphviz gave no picture: no fonts"):
        picture(draw(view(BOARD, "role")), "svg")


@pytest.mark.parametrize(
    ("name", "text"), [("a.jpeg", "a graph cannot be written as `jpeg`"), ("graph", "a graph cannot be written as `graph`")]
)
def test_an_unknown_format_is_refused(name: str, text: str, tmp_path: Path) -> None:
    assert _refusal(view(BOARD, "role"), tmp_path / name) == text


def test_the_format_may_be_named(tmp_path: Path) -> None:
    write_graph(view(BOARD, "role"), str(tmp_path / "board.txt"), format="dot")
    assert (tmp_path / "board.txt").read_text(encoding="utf-8").startswith('digraph "task_board')


def test_a_file_that_cannot_be_written_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "a.dot"
    assert _refusal(view(BOARD, "role"), path) == f"cannot write `{path}`: No such file or directory"
    (tmp_path / "folder.dot").mkdir()
    assert "cannot write" in _refusal(view(BOARD, "role"), tmp_path / "folder.dot")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.dot"]


def _refusal(graph, path: Path) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput) as refused:
        write_graph(graph, str(path))
    return refused.value.diagnostics[0].title_text
