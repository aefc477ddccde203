"""GraphML: networkx reads back what was written."""

from __future__ import annotations

from pathlib import Path

import networkx
import pytest

from checker.engines.explicit import explore
from checker.graph.graphml import plain, to_graphml
from checker.graph.views import view
from checker.graph.write import write_graph
from tests.graph.boards import counter, task_board


@pytest.mark.parametrize("name", ["full", "role", "goals"])
@pytest.mark.parametrize("model", [task_board(crashes=1), counter()], ids=["board", "counter"])
def test_what_is_read_back_is_what_was_written(model, name: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    graph = view(explore(model), name)
    path = tmp_path / "graph.graphml"
    write_graph(graph, str(path))
    key_type = int if name == "full" else str
    read = networkx.read_graphml(path, node_type=int, edge_key_type=key_type, force_multigraph=True)
    assert dict(read.nodes(data=True)) == {node: _plain(data) for node, data in graph.nodes(data=True)}
    found = {(a, b, key): {k: v for k, v in data.items() if k != "id"} for a, b, key, data in read.edges(keys=True, data=True)}
    assert found == {(a, b, key): _plain(data) for a, b, key, data in graph.edges(keys=True, data=True)}
    told = {name: value for name, value in read.graph.items() if name not in ("node_default", "edge_default")}
    assert told == _plain(graph.graph)


def test_raw_states_are_json_and_names_are_text() -> None:
    assert plain("state", (1, None, True, frozenset({2, 1}), ((), frozenset()))) == "[1, null, true, [1, 2], [[], []]]"
    assert plain("violated", ("a", "b")) == "a, b"
    assert plain("violated", (("a", 3),)) == "a = 3"
    assert plain("label", ("one", "two")) == "one\ntwo"


def test_text_that_xml_cannot_hold_is_written_all_the_same() -> None:
    graph = networkx.MultiDiGraph(title="<&\x00\x1b>")
    graph.add_node(0, **{'a "quoted" <name>\n': "line 1\r\nline 2\ud800 & ]]>"})
    read = networkx.parse_graphml("".join(to_graphml(graph)), node_type=int)
    assert read.graph["title"] == "<&\ufffd\ufffd>"
    assert read.nodes[0] == {'a "quoted" <name>\n': "line 1\r\nline 2\ufffd & ]]>"}


def _plain(data: dict) -> dict:  # type: ignore[type-arg]
    return {name: plain(name, value) for name, value in data.items()}
