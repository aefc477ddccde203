"""The Z3 engine finds what a search finds in generated protocols, at the same depth, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from checker.engines.along import explore_along
from checker.engines.explicit import explore
from checker.engines.state_graph import StateGraph
from checker.engines.symbolic.events import Found
from checker.engines.symbolic.hunt import hunt
from checker.ground.graph import Unsupported
from checker.ground.program import decoder
from checker.language.check import check
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source, Span
from checker.model.model import Goal, GoalKind, Model
from checker.properties.judge import judge
from checker.properties.search import Search
from checker.semantics.interpreter import Interpreter
from tests.elaborate.generator import Generated, protocols

MOST_STATES = 400
SWEEPS = 3
KINDS: tuple[GoalKind, ...] = ("no deadlock", "no unhandled message", "no error")


def models(generated: Generated) -> list[Model]:
    """Without faults and under the fault model, with the goals that need no spec; none where the static checks find something to say."""
    from checker.elaborate.lower import elaborate

    protocol = parse_protocol(Source("generated.team", generated.protocol))
    spec = parse_spec(Source("generated.spec", f'spec generated for "generated.team"\n{generated.spec}'))
    try:
        checked = check(protocol, spec)
    except BadInput:
        return []
    at = Span("generated.spec", 1, 1, 1, 1)
    goals = tuple(Goal(name=kind, kind=kind, text=None, at=at) for kind in KINDS)
    return [replace(elaborate(checked, faults), goals=goals) for faults in ("none", *checked.faults)]


def depths(graph: StateGraph) -> dict[str, int | None]:
    """Of each goal how many steps show it first: a violation, or that it has no value."""
    search = Search(graph, Interpreter(graph.model))
    found: dict[str, int | None] = {}
    for goal in graph.model.goals:
        finding = judge(search, goal)
        found[goal.name] = None if finding.path is None else len(finding.path.indices)
    return found


def agree(model: Model) -> bool:
    """Compare the engines; False where the model is too large, or has no formula."""
    graph = explore(model, states_limit=MOST_STATES)
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


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_generated_protocols(generated: Generated) -> None:
    for model in models(generated):
        agree(model)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_many_generated_protocols(generated: Generated) -> None:
    for model in models(generated):
        agree(model)
