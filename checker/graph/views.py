"""Merged views of a state graph: states that agree on what is looked at become one node.

A view gives every state a few lines of text; states with the same lines become one node, which shows them (see `merging`).

To add a view, write a function from a state graph to the lines of its states and name it in `_labels`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from checker.graph.facts import predicate
from checker.graph.graph_errors import UnknownInView, UnknownView
from checker.graph.merging import Lines, merged
from checker.graph.networkx_graph import to_networkx
from checker.graph.places import agents, role_lines
from checker.language.diagnostics import BadInput, nearest
from checker.language.types import Value, show
from checker.model.cells import cell_variables, variable_cells
from checker.model.expr import Expr

if TYPE_CHECKING:
    import networkx

    from checker.engines.state_graph import StateGraph
    from checker.model.model import Model

KNOWN = ("full", "role", "control", "var:NAME", "goals", "goals:NAME")
_PREDICATES = ("always", "never", "sometimes", "eventually")


def view(graph: StateGraph, name: str = "role", *, states: int | None = None) -> networkx.MultiDiGraph:
    """The view called `name`: one of KNOWN, with several NAMEs apart by commas. `states`: only so many nodes, nearest to the start.

    `full` is `to_networkx`. Raises BadInput for a name that is not known.
    """
    if name == "full":
        return to_networkx(graph, states=states)
    return merged(graph, _labels(graph, name), view=name, nodes=states)


def check_view(model: Model, name: str) -> None:
    """Raise BadInput for a view that `view` would refuse, without a search."""
    from checker.engines.state_graph import StateGraph

    if name != "full":
        _labels(StateGraph(model=model), name)


def by_role(graph: StateGraph) -> Iterator[Lines]:
    """How many agents of each role are at each place."""
    team = agents(graph.model)
    return _remembered(
        graph, [c for a in team for c in a.cells], lambda s: role_lines(graph.model, tuple(a.place(s) for a in team))
    )


def by_control(graph: StateGraph) -> Iterator[Lines]:
    """Where every agent is."""
    team = agents(graph.model)
    return _remembered(graph, [c for a in team for c in a.cells], lambda s: tuple(f"{a.name}: {a.place(s)}" for a in team))


def by_variables(graph: StateGraph, names: Sequence[str]) -> Iterator[Lines]:
    """The values of the named variables and cells. Raises BadInput for a name that the model does not have."""
    cells = _cells(graph.model, names)
    types = [variable.type for variable in cell_variables(graph.model)]
    return _remembered(graph, [c for c, _ in cells], lambda s: tuple(f"{name} = {show(types[c], s[c])}" for c, name in cells))


def by_predicates(graph: StateGraph, predicates: Iterable[tuple[str, Expr]]) -> Iterator[Lines]:
    """Which of the named closed predicates hold."""
    named = list(predicates)
    columns = [predicate(graph, condition) for _, condition in named]
    says = {True: "{}", False: "not {}", None: "{} has no value"}
    for values in zip(*columns, strict=True) if columns else (() for _ in graph.states):
        yield tuple(says[value].format(name) for (name, _), value in zip(named, values, strict=True))


def _labels(graph: StateGraph, name: str) -> Iterator[Lines]:
    kind, colon, argument = name.partition(":")
    names = [part.strip() for part in argument.split(",") if part.strip()]
    plain: dict[str, Callable[[StateGraph], Iterator[Lines]]] = {"role": by_role, "control": by_control}
    if kind in plain and not colon:
        return plain[kind](graph)
    if kind == "var" and names:
        return by_variables(graph, names)
    if kind == "goals" and bool(colon) == bool(names):
        return by_predicates(graph, _predicates(graph.model, names))
    meant = nearest(name, KNOWN)
    suggestion = f"`{meant}`" if meant else ", ".join(f"`{known}`" for known in KNOWN)
    raise BadInput([UnknownView(span=None, view=name, suggestion=suggestion)])


def _cells(model: Model, names: Sequence[str]) -> list[tuple[int, str]]:
    """(place, name) of the cells that `names` means: whole variables, or single cells by their names."""
    known: dict[str, list[tuple[int, str]]] = {}
    for variable in model.variables:
        cells = variable_cells(variable)
        known.setdefault(variable.name, []).extend(cells)
        for cell in cells:
            known.setdefault(cell[1], [cell])
    return list(dict.fromkeys(cell for name in names for cell in _one(known, name, "variable")))


def _predicates(model: Model, names: Sequence[str]) -> list[tuple[str, Expr]]:
    known = {goal.name: goal.conditions[0] for goal in model.goals if goal.kind in _PREDICATES}
    if model.done is not None:
        known.setdefault("done", model.done)
    return [(name, _one(known, name, "predicate")) for name in names or known]


def _one(known: dict[str, Any], name: str, what: str) -> Any:
    if name not in known:
        meant = nearest(name, known)
        advice = f"write `{meant}`" if meant else f"it has {', '.join(known) or 'none'}"
        raise BadInput([UnknownInView(span=None, name=name, what=what, advice=advice)])
    return known[name]


def _remembered(graph: StateGraph, cells: Sequence[int], label: Callable[[tuple[Value, ...]], Lines]) -> Iterator[Lines]:
    """`label` of every state, computed once for each combination of `cells`, the only ones that it reads."""
    known: dict[tuple[Value, ...], Lines] = {}
    for state in graph.states:
        key = tuple([state[cell] for cell in cells])
        found = known.get(key)
        if found is None:
            found = known[key] = label(state)
        yield found
