"""The graph of a native search is the reference's: edges, instances, progress, paths; so are the verdicts on runs, under any fairness."""

from __future__ import annotations

from array import array
from collections import Counter
from itertools import pairwise
from random import Random
from typing import Literal
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from checker import api
from checker.engines.explicit import explore
from checker.engines.native.edges import NativeGraph
from checker.engines.native.explore import explore_native
from checker.engines.native.packed import GraphTooLarge, PackedEdges
from checker.engines.state_graph import StateGraph
from checker.graph import lassos
from checker.ground.graph import Unsupported
from checker.language.types import Bool, position
from checker.model.expr import Apply, Const, Expr, Read
from checker.model.model import Goal, GoalKind, Model
from checker.properties.judge import judge
from checker.properties.native_search import NativeSearch
from checker.properties.search import Search
from checker.properties.traces import replayed
from checker.semantics.interpreter import Interpreter
from tests.elaborate.generator import Generated, protocols
from tests.native.agreeing import models
from tests.native.test_partial_order import ROOT
from tests.properties.machines import HERE, Machine, Move, goal
from tests.properties.test_brute_force import machines, sets

MOST_STATES = 300
MOST_PAIRS = 500  # that one exact search for a lasso looks at here
FAIRNESS: tuple[Literal["weak", "strong", "may"], ...] = ("weak", "strong", "may")


def edges_of(graph: StateGraph | NativeGraph) -> Counter[tuple[object, ...]]:
    states, marks = list(graph.states), graph.edge_marks
    return Counter(
        (states[s], states[graph.edge_target[e]], graph.classes[graph.edge_class[e]], "progress" in marks.get(e, ()))
        for s in range(graph.distinct)
        for e in graph.edges(s)
    )


def native_graph(model: Model, threads: int = 2) -> NativeGraph:
    return NativeGraph(explore_native(model, threads=threads, runs=True), model)


def same_graph(model: Model, reference: StateGraph, native: NativeGraph) -> None:
    assert edges_of(native) == edges_of(reference)
    assert set(native.classes) == set(reference.classes)
    assert len(native.classes) == len(set(native.classes))
    assert {native.states[s] for s in native.initial} == {reference.states[s] for s in reference.initial}
    depth = dict(zip(reference.states, reference.depth, strict=True))
    interpreter = Interpreter(model)
    for number in range(0, native.distinct, 1 + native.distinct // 20):
        assert native.depth[number] == depth[native.states[number]]
        assert native.number(native.states[number]) == number
        initial, indices = native.path(number)
        run = interpreter.replay(initial, indices)
        assert len(run) == native.depth[number]
        assert (run[-1][1].target if run else native.states[initial]) == native.states[number]
    for edge in range(0, native.transitions, 1 + native.transitions // 50):
        taken = interpreter.transitions(native.states[native.source(edge)])[native.index(edge)]
        assert taken.target == native.states[native.edge_target[edge]]
        assert (taken.step, taken.agent, taken.values) == native.classes[native.edge_class[edge]]


def same_verdicts(reference: Search, native: NativeSearch) -> list[str]:
    """The verdicts on all goals; lassos and paths are replayed in both."""
    found = []
    for asked in native.model.goals:
        here, there = judge(reference, asked), judge(native, asked)
        assert (there.verdict, there.reason, there.fairness) == (here.verdict, here.reason, here.fairness), asked
        found.append(there.verdict)
        assert (there.path is None) == (here.path is None)
        if here.path is None or there.path is None:
            continue
        replayed(reference, here.path)
        run = replayed(native, there.path)
        assert native.path_states(there.path) == [
            native.graph.initial[there.path.initial],
            *(native_number(native, t.after) for t in run.taken),
        ]
        if here.path.shortest and there.path.shortest:
            assert len(there.path.indices) == len(here.path.indices)
        if here.returns_to is not None and there.returns_to is not None:
            good = {reference.graph.states[s] for s, value in enumerate(here.returns_to) if value}
            assert good == {native.graph.states[s] for s, value in enumerate(there.returns_to) if value}
    return found


def native_number(native: NativeSearch, state: tuple[object, ...]) -> int:
    assert isinstance(native.graph, NativeGraph)
    return native.graph.number(state)


# --- machines -------------------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(machines(), sets(), sets(), sets(), st.booleans())
def test_machines(
    machine: tuple[Machine, list[Move]], p: frozenset[int], q: frozenset[int], done: frozenset[int], has_done: bool
) -> None:
    made, moves = machine
    conditions = (made.among(p), made.among(q))
    goals = [
        replace(goal("eventually", conditions[0]), name="e"),
        replace(goal("whenever", *conditions), name="w"),
        goal("no livelock"),
        goal("no unhandled message"),
    ]
    model = made.model(moves, goals, made.among(done) if has_done else None)
    reference = explore(model)
    native = native_graph(model)
    same_graph(model, reference, native)
    same_verdicts(Search(reference, Interpreter(model)), NativeSearch(native, native.interpreter))


def test_a_condition_without_a_value_is_unknown() -> None:
    machine = Machine(3)
    moves = [Move(((0, 1), (1, 2), (2, 0)))]
    asked = goal("eventually", machine.without_value({1}))
    model = machine.model(moves, [replace(asked, name="e"), replace(asked, name="f", conditions=(machine.among({2}),))])
    native = native_graph(model)
    verdicts = same_verdicts(Search(explore(model), Interpreter(model)), NativeSearch(native, native.interpreter))
    assert verdicts == ["unknown", "holds"]


# --- generated protocols --------------------------------------------------------------------------------------------------


def equals(model: Model, graph: StateGraph, random: Random) -> Expr:
    """Some cell has, or has not, the value that it has in some reachable state."""
    variable = random.choice(model.variables)
    place = random.randrange(variable.cells)
    value = random.choice(graph.states)[variable.offset + place]
    indices: list[Expr] = []
    for type in reversed(variable.index):
        place, at = divmod(place, len(position(type)))
        indices.insert(0, Const(list(position(type))[at], type))
    found = Apply("eq", (Read(variable, tuple(indices)), Const(value, variable.type)), Bool())
    return Apply("not", (found,), Bool()) if random.random() < 0.5 else found


def random_goals(model: Model, graph: StateGraph, random: Random) -> tuple[Goal, ...]:
    def named(number: int, kind: GoalKind, *conditions: Expr) -> Goal:
        return Goal(name=f"{kind} {number}", kind=kind, text=None, conditions=conditions, at=HERE)

    return (
        *(named(i, "eventually", equals(model, graph, random)) for i in range(3)),
        *(named(i, "whenever", equals(model, graph, random), equals(model, graph, random)) for i in range(3)),
        named(0, "no livelock"),
        named(0, "no unhandled message"),
    )


def agree(model: Model, seed: int) -> list[str]:
    """Compare graphs, and verdicts under random fairness; [] where the model is too large, fails, or has no ground form."""
    graph = explore(model, states_limit=MOST_STATES)
    if not graph.complete or graph.failures or not graph.states:
        return []
    random = Random(seed)
    steps = tuple(
        replace(step, fairness=random.choice(FAIRNESS)) if step.fault is None and random.random() < 0.5 else step
        for step in model.steps
    )
    model = replace(model, steps=steps, goals=random_goals(model, graph, random))
    graph.model = model
    try:
        native = native_graph(model)
    except Unsupported:
        return []
    same_graph(model, graph, native)
    with patch.object(lassos, "PAIRS", MOST_PAIRS):
        return same_verdicts(Search(graph, Interpreter(model)), NativeSearch(native, native.interpreter))


SEEN: Counter[str] = Counter()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols(), st.integers(0, 2**20))
def test_generated_protocols(generated: Generated, seed: int) -> None:
    for model in models(generated):
        SEEN.update(agree(model, seed))


def test_the_generated_protocols_told_something() -> None:
    if SEEN:  # the test before ran
        assert SEEN["holds"] > 20
        assert SEEN["violated"] > 20


@pytest.mark.slow
@pytest.mark.timeout(7200)
@settings(max_examples=4_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols(), st.integers(0, 2**20))
def test_many_generated_protocols(generated: Generated, seed: int) -> None:
    for model in models(generated):
        agree(model, seed)


# --- widths -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("classes", "bits"), [(1, 0), (2, 1), (256, 8), (257, 9)])
def test_classes_take_as_few_bits_as_they_need(classes: int, bits: int) -> None:
    machine = Machine(3)
    model = machine.model([Move(((0, 1), (1, number % 3))) for number in range(classes)], [goal("no livelock")])
    native = native_graph(model)
    assert (len(native.classes), native.packed.label_bits) == (classes, bits)
    same_graph(model, explore(model), native)


def test_labels_of_every_width_are_the_same() -> None:
    machine = Machine(3)
    model = machine.model([Move(((0, 1), (1, 2))), Move(((1, 0),)), Move(((0, 2),))], [goal("no livelock")])
    native = native_graph(model)
    search, n, edges, labels = native.explored.search, native.expanded, native.transitions, native.explored.compiled.labels
    assert labels is not None
    degrees = array("I", [end - first for first, end in pairwise(native.edge_start)])

    def room(classes: int) -> PackedEdges:
        return PackedEdges.with_degrees(degrees, n, edges, classes=classes, progress=False)

    given = array("I", range(100, 100 + labels.size))
    for classes in (128, 2**16, 2**24, 2**32):
        found = room(classes)
        search.edges(found.struct(), given)
        assert (list(found.starts), list(found.targets)) == (list(native.edge_start), list(native.edge_target))
        assert [labels.instance(number - 100) for number in found.labels] == [native.classes[c] for c in native.edge_class]
    for classes, to in ((64, given), (128, array("I", [0]))):  # a label that is wider; one that is not below the number of labels
        with pytest.raises(ValueError, match="complete"):
            search.edges(room(classes).struct(), to)
    with pytest.raises(ValueError, match="complete"):
        search.degrees(degrees, bytearray(1))
    wrong = PackedEdges.with_degrees(array("I", [0] * n), n, 0, classes=128, progress=False)
    with pytest.raises(ValueError, match="complete"):  # starts that are not those of the states
        search.edges(wrong.struct(), given)


def test_packed_numbers_are_read_one_by_one_and_at_once() -> None:
    """By Python and by the library, across the blocks of states and the words of each width."""
    model = api.load(str(ROOT / "specs" / "two_phase_commit.spec"), "three")
    for threads in (1, 3):
        native = native_graph(model, threads=threads)
        for numbers in (native.edge_start, native.edge_target, native.edge_class):
            at_once = list(numbers)
            assert [numbers[place] for place in range(len(numbers))] == at_once
            for cut in (slice(3, 70), slice(-5, None), slice(7, 3), slice(None, None, -1), slice(2, 90, 3)):
                assert list(numbers[cut]) == at_once[cut]
            assert numbers[-1] == at_once[-1]
            with pytest.raises(IndexError):
                numbers[len(numbers)]
        assert native.packed.bytes < 3 * native.transitions


# --- limits -----------------------------------------------------------------------------------------------------------------


def test_edges_that_do_not_fit_are_refused() -> None:
    machine = Machine(3)
    model = machine.model([Move(((0, 1), (1, 2)))], [goal("no livelock")])
    with pytest.raises(GraphTooLarge, match="the limit of memory is 1 MiB"):
        NativeGraph(explore_native(model, runs=True), model, memory_mib=1)


def test_a_search_that_is_cut_short_has_no_graph() -> None:
    machine = Machine(3)
    model = machine.model([Move(((0, 1), (1, 2)))], [goal("no livelock")])
    with pytest.raises(AssertionError, match="complete"):
        NativeGraph(explore_native(model, runs=True, states_limit=1), model)
    explored = explore_native(model, runs=True, states_limit=1)
    for ask in (
        lambda: explored.search.degrees(bytearray(80)),
        lambda: explored.search.edges(PackedEdges.with_degrees(bytearray(4), 1, 0, classes=1, progress=False).struct()),
        lambda: explored.search.evaluate(0, 1, bytearray(10)),
    ):
        with pytest.raises(ValueError, match="not complete"):
            ask()
