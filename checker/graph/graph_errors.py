"""What can go wrong when a state graph is viewed, converted or written."""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class CannotWriteGraph(Diagnostic, frozen=True, kw_only=True):
    """The file for the graph cannot be written: its folder does not exist, or the system refuses (permissions, a full disk)."""

    code = "T661"
    title = "cannot write `{path}`: {why}"
    help = "name a file in a folder that exists and that you may write to"

    path: str
    why: str


class UnknownGraphFormat(Diagnostic, frozen=True, kw_only=True):
    """The format of a graph file follows from the end of its name: `.graphml` for other programs, `.dot` or `.gv` for
    Graphviz, `.svg` or `.png` for the eye.
    """

    code = "T662"
    title = "a graph cannot be written as `{format}`"
    help = "end the name of the file in {known}"

    format: str
    known: str


class UnknownView(Diagnostic, frozen=True, kw_only=True):
    """A view says which states are drawn as one. `full` merges nothing. `role` merges states in which as many agents of each role are
    at each place (where their activities wait; the agents of a role that never waits are told apart by their variables of enum
    and bool types); `control` states in which every agent is at the same place; `var:a,b` states that agree on variables or cells;
    `goals` states on which the predicates of the spec agree, `goals:p,q` only those of the properties p and q.
    """

    code = "T663"
    title = "there is no view `{view}`"
    help = "write {suggestion}"

    view: str
    suggestion: str


class UnknownInView(Diagnostic, frozen=True, kw_only=True):
    """A view by variables or by properties names something that the model does not have. A name is that of a variable (`status`:
    all its cells), of one cell (`status[Task0]`), or of a property of the spec that is a predicate on states.
    """

    code = "T664"
    title = "the view names `{name}`, which is no {what} of this model"
    help = "{advice}"

    name: str
    what: str
    advice: str


class TooManyStatesForNetworkx(Diagnostic, frozen=True, kw_only=True):
    """A networkx graph keeps every state and every step as Python objects, about 4 kB for each state with its steps. Beyond the
    limit ask for the arrays: `checker.engines.explicit.explore(checker.load(path))` has the states as a list and the edges in
    `edge_start` and `edge_target`; or merge the states with a view, which needs no networkx graph of the whole.
    """

    code = "T741"
    title = "{states:,} states and {transitions:,} transitions are too many for a networkx graph (limits {most_states:,} and {most_edges:,})"
    help = "use the arrays of `explore(...)`, or merge states (`--view role`), or ask for the first ones (`--states 1000`)"

    states: int
    transitions: int
    most_states: int
    most_edges: int


class TooManyToDraw(Diagnostic, frozen=True, kw_only=True):
    """Nobody can read a picture of thousands of boxes, and Graphviz needs hours for it. Merge the states with a view, or draw the first
    ones, nearest to the start: the picture then says how many there are in all. GraphML and DOT files have no such limit.
    """

    code = "T742"
    title = "{nodes:,} nodes and {edges:,} edges are too many for a picture (limits {most_nodes:,} and {most_edges:,})"
    help = "add `--view role` to merge states, or `--states 100` to draw the first ones, or write `.graphml`"

    nodes: int
    edges: int
    most_nodes: int
    most_edges: int


class PictureNeedsGraphviz(Diagnostic, frozen=True, kw_only=True):
    """A PNG is drawn by Graphviz, whose program `dot` was not found on the PATH. SVG files are written without it as well."""

    code = "T743"
    title = "a PNG needs Graphviz, and its program `dot` is not on the PATH"
    help = "write `.svg`, which needs nothing, or install Graphviz (`apt install graphviz`, `brew install graphviz`)"


class GraphvizFailed(Diagnostic, frozen=True, kw_only=True):
    """Graphviz was started and gave no picture, or took too long. The DOT file can be written and looked at by itself."""

    code = "T744"
    title = "Graphviz gave no picture: {why}"
    help = "draw less (`--view role`, `--states 100`), or write `.dot` and run `dot` on it"

    why: str
