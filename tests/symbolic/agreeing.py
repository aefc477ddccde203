"""Whether the Z3 engine finds in a model what a search finds, at the same depth, and nothing else."""

from __future__ import annotations

from checker.engines.along import explore_along
from checker.engines.explicit import explore
from checker.engines.state_graph import StateGraph
from checker.engines.symbolic.events import Found
from checker.engines.symbolic.hunt import hunt
from checker.ground.graph import Unsupported
from checker.ground.program import decoder
from checker.model.model import Model
from checker.properties.judge import judge
from checker.properties.search import Search
from checker.semantics.interpreter import Interpreter

MOST_STATES = 400
SWEEPS = 3


def depths(graph: StateGraph) -> dict[str, int | None]:
    """Of each goal how many steps show it first: a violation, or that it has no value."""
    search = Search(graph, Interpreter(graph.model))
    found: dict[str, int | None] = {}
    for goal in graph.model.goals:
        finding = judge(search, goal)
        found[goal.name] = None if finding.path is None else len(finding.path.indices)
    return found


def agree(model: Model, most_states: int = MOST_STATES) -> bool:
    """Compare the engines; False where the model is too large, or has no formula."""
    graph = explore(model, states_limit=most_states)
    if not graph.complete:
        return False
    try:
        events = list(hunt(model, sweeps=SWEEPS, fewest="steps"))
    except Unsupported:
        return False
    found = {event.goal: event for event in events if isinstance(event, Found)}
    decoded, interpreter = decoder(model), Interpreter(model)
    for goal, depth in depths(graph).items():
        if goal not in found:
            assert depth is None or depth > SWEEPS, (goal, depth)
            continue
        assert depth is not None, (goal, found[goal])
        along = Search(explore_along(model, [decoded(fields) for fields in found[goal].states], interpreter), interpreter)
        finding = judge(along, next(g for g in model.goals if g.name == goal))
        assert finding.path is not None
        fewest = found[goal].fewest
        assert fewest is not None
        if found[goal].what == "wrong":
            assert fewest.count >= depth
            assert not fewest.proven or fewest.count == depth
        assert depth > SWEEPS + 1 or fewest.proven or found[goal].what == "undefined"
    return True
