"""DOT text, exactly; and Graphviz, where it is installed, reads it. `UPDATE_GOLDEN=1` writes the expected files anew."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.engines.explicit import explore
from checker.graph.dot import left_lines, quoted, to_dot
from checker.graph.drawing import Arrow, Box, Drawing, draw
from checker.graph.views import view
from tests.graph.boards import counter, task_board

GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "counter": (counter(), "full", None),
    "board_role": (task_board(), "role", None),
    "board_crash_role": (task_board(crashes=1), "role", None),
    "board_first_6": (task_board(), "full", 6),
    "board_goals": (task_board(), "goals", None),
    "one_worker": (task_board(1, 1), "full", None),
}
needs_graphviz = pytest.mark.skipif(which("dot") is None, reason="Graphviz is not installed")


@pytest.mark.parametrize("name", CASES)
def test_the_text_is_this(name: str) -> None:
    model, how, states = CASES[name]
    text = to_dot(draw(view(explore(model), how, states=states)))
    place = GOLDEN / f"{name}.dot"
    if os.environ.get("UPDATE_GOLDEN"):
        place.write_text(text, encoding="utf-8")
    assert text == place.read_text(encoding="utf-8")


def test_every_golden_file_has_its_case() -> None:
    assert {path.stem for path in GOLDEN.glob("*.dot")} == set(CASES)


@given(st.text())
def test_a_quoted_text_has_no_loose_end(text: str) -> None:
    inside = quoted(text)[1:-1]
    assert re.fullmatch(r'(?:[^"\\\n]|\\["\\n])*', inside)
    assert re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], inside).replace("&amp;", "&") == text


def test_lines_are_set_left() -> None:
    assert left_lines(['say "no"', "a\\l"]) == '"say \\"no\\"\\la\\\\l\\l"'


NASTY = ['"', "\\", "\\l", "\\N", "<b>", "&amp;", "a -> b; }", "", "ü – 任务", "<>", "x" * 200, "{a|b}"]


@needs_graphviz
@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("head", ["", "7"])
def test_graphviz_reads_any_text_as_itself(text: str, head: str) -> None:
    first = Box(name="a", head=head, lines=(text, "second"), look="plain", initial=True, depth=0)
    second = Box(name="b", head="", lines=(), look="violated", initial=False, depth=1)
    arrow = Arrow(source="a", target="b", lines=(text,), fault=True, violates=False)
    drawing = Drawing(title=text, caption=(text,), boxes=(first, second), arrows=(arrow,))
    done = subprocess.run(["dot", "-Tjson"], input=to_dot(drawing).encode(), capture_output=True, check=False, timeout=30)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    read = json.loads(done.stdout, strict=False)
    assert {node["name"] for node in read["objects"] if "nodes" not in node} == {"a", "b", "start a"}
    drawn = [op["text"] for edge in read["edges"] for op in edge.get("_ldraw_", ()) if op["op"] == "T"]
    assert [one.replace("\\\\", "\\") for one in drawn] == ([text] if text else [])  # newer ones escape once more in JSON
