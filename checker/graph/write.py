"""Graphs to files: one function for all formats.

To add a format, write a function from a graph to pieces of bytes and name it in `WRITERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from checker.graph.graph_errors import CannotWriteGraph, UnknownGraphFormat
from checker.language.diagnostics import BadInput

if TYPE_CHECKING:
    import networkx


def write_graph(graph: networkx.MultiDiGraph, path: str, format: str | None = None) -> None:
    """Write a graph made by `to_networkx` or `view` to `path`, in the format that its ending names unless `format` does.

    Raises BadInput for an unknown format, a picture too large to be read, a PNG without Graphviz, a file that cannot be written.
    A file that cannot be made leaves what was there before.
    """
    pieces = render(graph, format or format_of(path))
    waiting = Path(f"{path}.part")
    try:
        with waiting.open("wb") as file:
            file.writelines(pieces)
        waiting.replace(path)
    except OSError as error:
        waiting.unlink(missing_ok=True)
        raise BadInput([CannotWriteGraph(span=None, path=path, why=error.strerror or str(error))]) from None
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise


def format_of(path: str) -> str:
    """The format that the ending of `path` names. Raises BadInput for one that is not known."""
    format = Path(path).suffix.lower().removeprefix(".") or Path(path).name
    if format not in WRITERS:
        raise BadInput([_unknown(format)])
    return format


def is_picture(path: str) -> bool:
    """Whether `path` ends as a picture for the eye."""
    return format_of(path) in ("svg", "png")


def _unknown(format: str) -> UnknownGraphFormat:
    return UnknownGraphFormat(span=None, format=format, known=", ".join(f"`.{name}`" for name in WRITERS))


def render(graph: networkx.MultiDiGraph, format: str) -> Iterable[bytes]:
    """The file in pieces. Raises BadInput at once, before the first piece."""
    if format not in WRITERS:
        raise BadInput([_unknown(format)])
    return WRITERS[format](graph)


def _graphml(graph: networkx.MultiDiGraph) -> Iterator[bytes]:
    from checker.graph.graphml import to_graphml

    return (piece.encode() for piece in to_graphml(graph))


def _dot(graph: networkx.MultiDiGraph) -> list[bytes]:
    from checker.graph.dot import to_dot
    from checker.graph.drawing import draw

    return [to_dot(draw(graph)).encode()]


def _svg(graph: networkx.MultiDiGraph) -> list[bytes]:
    from checker.graph.drawing import draw
    from checker.graph.picture import picture

    return [picture(draw(graph), "svg")]


def _png(graph: networkx.MultiDiGraph) -> list[bytes]:
    from checker.graph.drawing import draw
    from checker.graph.picture import picture

    return [picture(draw(graph), "png")]


WRITERS: dict[str, Callable[[networkx.MultiDiGraph], Iterable[bytes]]] = {
    "graphml": _graphml,
    "dot": _dot,
    "gv": _dot,
    "svg": _svg,
    "png": _png,
}
