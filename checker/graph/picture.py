"""Pictures for the eye: SVG and PNG through Graphviz where its program `dot` is installed, SVG by our own plain layout where not."""

from __future__ import annotations

import subprocess
from shutil import which

from checker.graph.dot import to_dot
from checker.graph.drawing import Drawing
from checker.graph.graph_errors import GraphvizFailed, PictureNeedsGraphviz, TooManyToDraw
from checker.graph.svg import to_svg
from checker.language.diagnostics import BadInput

MOST_NODES = 600
MOST_EDGES = 2_500
DOT_TIME_S = 90


def picture(drawing: Drawing, format: str) -> bytes:
    """`drawing` as "svg" or "png". Raises BadInput when it is too large to be read, or Graphviz is missing for a PNG or fails."""
    refuse_too_large(len(drawing.boxes), len(drawing.arrows))
    program = which("dot")
    if program is not None:
        return _by_graphviz(program, to_dot(drawing), format)
    if format == "svg":
        return to_svg(drawing).encode()
    raise BadInput([PictureNeedsGraphviz(span=None)])


def refuse_too_large(nodes: int, edges: int) -> None:
    """Raise BadInput for a picture of which nobody could read anything."""
    if nodes > MOST_NODES or edges > MOST_EDGES:
        raise BadInput([TooManyToDraw(span=None, nodes=nodes, edges=edges, most_nodes=MOST_NODES, most_edges=MOST_EDGES)])


def _by_graphviz(program: str, dot: str, format: str) -> bytes:
    command = [program, f"-T{format}", *(["-Gdpi=110"] if format == "png" else [])]
    try:
        done = subprocess.run(command, input=dot.encode(), capture_output=True, timeout=DOT_TIME_S, check=False)
    except subprocess.TimeoutExpired:
        raise BadInput([GraphvizFailed(span=None, why=f"no answer within {DOT_TIME_S} s")]) from None
    except OSError as error:
        raise BadInput([GraphvizFailed(span=None, why=str(error))]) from None
    if done.returncode != 0 or not done.stdout:
        why = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.returncode}"]
        raise BadInput([GraphvizFailed(span=None, why=why[0])])
    return done.stdout
