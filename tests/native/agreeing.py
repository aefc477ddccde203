"""Holds the native engine to the reference interpreter on one model: states, counts, depths, what fails, what final states hold."""

from __future__ import annotations

from msgspec.structs import replace

from checker.elaborate.lower import elaborate
from checker.engines.explicit import explore
from checker.engines.native.compile import compile_model
from checker.engines.native.explore import Explored, explore_native
from checker.engines.native.library import NativeUnavailable, load
from checker.engines.native.watches import Watched
from checker.engines.state_graph import StateGraph
from checker.ground.graph import Unsupported
from checker.ground.program import decoder, ground
from checker.language.check import check
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source, Span
from checker.model.model import Goal, GoalKind, Model
from checker.semantics.interpreter import EvaluationError, Interpreter
from tests.elaborate.generator import Generated

MOST_STATES = 1_500
FINAL_WATCHES = (Watched(goal="no deadlock", what="undefined"), Watched(goal="no unhandled message", what="wrong"))


def available() -> bool:
    try:
        load()
    except NativeUnavailable:
        return False
    return True


def models(generated: Generated) -> list[Model]:
    """Without faults and under the fault model; none where the static checks find something to say."""
    protocol = parse_protocol(Source("generated.team", generated.protocol))
    spec = parse_spec(Source("generated.spec", f'spec generated for "generated.team"\n{generated.spec}'))
    try:
        checked = check(protocol, spec)
    except BadInput:
        return []
    return [elaborate(checked, faults) for faults in ("none", *checked.faults)]


FINAL_KINDS: tuple[GoalKind, ...] = ("no deadlock", "no unhandled message")


def with_final_goals(model: Model) -> Model:
    at = Span("generated.spec", 1, 1, 1, 1)
    return replace(model, goals=tuple(Goal(name=kind, kind=kind, text=None, at=at) for kind in FINAL_KINDS))


def final_states(graph: StateGraph) -> tuple[int, int, int]:
    """Of the states where no step but faults is enabled: the deadlocks; those where `done when` has no value; those with a message."""
    model = graph.model
    interpreter = Interpreter(replace(model, steps=()))  # it only evaluates
    deadlocks = undefined = unhandled = 0
    waiting = [c.variable for c in model.channels if c.kind != "persistent"]
    for state in range(graph.expanded):
        steps = (model.steps[graph.classes[graph.edge_class[e]][0]] for e in graph.edges(state))
        if any(step.fault is None for step in steps):
            continue
        values = graph.states[state]
        unhandled += any(values[cell] for v in waiting for cell in range(v.offset, v.offset + v.cells))
        try:
            deadlocks += model.done is None or not interpreter.evaluate(model.done, values)
        except EvaluationError:
            undefined += 1
    return deadlocks, undefined, unhandled


def states_of(found: Explored) -> set[tuple[object, ...]]:
    decoded, unpacked = decoder(found.model), found.compiled.unpacked
    return {decoded(unpacked(found.search.state(number))) for number in range(found.stats.distinct)}


def agree(model: Model, *, most_states: int = MOST_STATES, threads: int = 2) -> bool:
    """Compare the two engines; False where the model is too large, or has no ground form."""
    graph = explore(model, states_limit=most_states)
    if not graph.complete:
        return False
    try:
        form = ground(model, symmetry=True)
        whole = replace(form, symmetric=(), representative=(), renamings=())  # what `ground` makes without symmetry
        native = explore_native(model, threads=threads, compiled=compile_model(whole))
        reduced = explore_native(model, compiled=compile_model(form)) if form.symmetric else native
    except Unsupported:
        return False
    assert native.complete
    assert states_of(native) == set(graph.states)
    assert (native.stats.distinct, native.stats.depth) == (graph.distinct, graph.max_depth)
    assert (native.failed is not None) == bool(graph.failures)
    if not graph.failures:  # a failing guard may be one candidate there and several here
        assert native.stats.transitions == graph.transitions
    assert native.fired == {graph.classes[c][0] for c in set(graph.edge_class)}
    assert final_states(graph) == (native.stats.deadlocks, *(native.seen[watched].count for watched in FINAL_WATCHES))
    # with symmetry: fewer states, and the same answer to whether something fails or is stuck
    assert reduced.stats.distinct <= native.stats.distinct
    assert (reduced.failed is None, reduced.deadlocked is None) == (native.failed is None, native.deadlocked is None)
    assert reduced.fired == native.fired
    return True
