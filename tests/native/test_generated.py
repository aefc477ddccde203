"""The native engine finds what the reference interpreter finds in generated protocols: states, counts, depths, what fails and where nothing goes on."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from checker.elaborate.lower import elaborate
from checker.engines.explicit import explore
from checker.engines.native.explore import Explored, explore_native
from checker.engines.native.library import NativeUnavailable, load
from checker.engines.state_graph import StateGraph
from checker.ground.graph import Unsupported
from checker.language.check import check
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source
from checker.model.model import Model
from checker.semantics.interpreter import EvaluationError, Interpreter
from tests.elaborate.generator import Generated, protocols

MOST_STATES = 1_500


def _available() -> bool:
    try:
        load()
    except NativeUnavailable:
        return False
    return True


pytestmark = pytest.mark.skipif(not _available(), reason="the native library is not there")


def models(generated: Generated) -> list[Model]:
    """Without faults and under the fault model; none where the static checks find something to say."""
    protocol = parse_protocol(Source("generated.team", generated.protocol))
    spec = parse_spec(Source("generated.spec", f'spec generated for "generated.team"\n{generated.spec}'))
    try:
        checked = check(protocol, spec)
    except BadInput:
        return []
    return [elaborate(checked, faults) for faults in ("none", *checked.faults)]


def final_states(graph: StateGraph) -> int:
    """How many states are deadlocks: no step but faults, and not done. -1 where `done when` has no value in one."""
    interpreter = Interpreter(graph.model)
    found = 0
    for state in range(graph.expanded):
        steps = (graph.model.steps[graph.classes[graph.edge_class[e]][0]] for e in graph.edges(state))
        if all(step.fault is not None for step in steps):
            try:
                done = graph.model.done is not None and interpreter.evaluate(graph.model.done, graph.states[state])
            except EvaluationError:
                return -1
            found += not done
    return found


def states_of(found: Explored) -> set[tuple[object, ...]]:
    form, compiled = found.compiled.ground, found.compiled
    numbers = range(found.stats.distinct)
    return {form.decoded(compiled.unpacked(found.search.state(number))) for number in numbers}


def agree(model: Model) -> bool:
    """Compare the two engines; False where the model is too large, or has no ground form."""
    graph = explore(model, states_limit=MOST_STATES)
    if not graph.complete:
        return False
    try:
        native = explore_native(model, threads=2)
    except Unsupported:
        return False
    assert native.complete
    assert states_of(native) == set(graph.states)
    assert (native.stats.distinct, native.stats.depth) == (graph.distinct, graph.max_depth)
    assert (native.failed is not None) == bool(graph.failures)
    if not graph.failures:  # a failing guard may be one candidate there and several here
        assert native.stats.transitions == graph.transitions
    assert native.fired == {graph.classes[c][0] for c in set(graph.edge_class)}
    stuck = final_states(graph)
    assert stuck in (-1, native.stats.deadlocks)
    _same_reductions(model, native)
    return True


def _same_reductions(model: Model, native: Explored) -> None:
    """With symmetry: fewer states, and the same answer to whether something fails or is stuck."""
    reduced = explore_native(model, symmetry=True)
    assert reduced.stats.distinct <= native.stats.distinct
    assert (reduced.failed is None, reduced.deadlocked is None) == (native.failed is None, native.deadlocked is None)
    assert reduced.fired == native.fired


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_generated_protocols(generated: Generated) -> None:
    for model in models(generated):
        agree(model)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_many_generated_protocols(generated: Generated) -> None:
    for model in models(generated):
        agree(model)
