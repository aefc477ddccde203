"""Breadth-first search: what a state graph holds, and that a limit never cuts without saying so."""

from __future__ import annotations

import gc
import subprocess
import sys
from itertools import pairwise

import pytest

from checker.engines import explicit, memory
from checker.engines.explicit import Progress, explore
from checker.engines.memory import default_limit_mib, free_mib, used_mib
from checker.engines.state_graph import StateGraph
from checker.language.types import Int, Option, SetOf, Sort
from checker.model.expr import Local, Quantifier
from checker.model.model import Choose, Either, For, Mark, Model, While
from checker.semantics.interpreter import Interpreter
from tests.semantics.building import (
    BOOL,
    HERE,
    Variables,
    apply,
    assign,
    bind,
    both,
    const,
    equal,
    guard,
    model,
    narrow,
    number,
    read,
    step,
)
from tests.semantics.hand_models import dining_philosophers, lossy_channel, two_phase_commit

MODELS = {"2pc": two_phase_commit(3), "forks": dining_philosophers(4), "lossy": lossy_channel(3, 2)}


def counters(limit: int, count: int = 2) -> Model:
    """Counters from 0 or 1 to `limit`; going over it fails. Steps that reach `limit` are marked, and so are those that go over it."""
    which = Sort("Counter", count)
    v = Variables()
    value = v.add("value", Int(0, limit), which, choices=(0, 1))
    c = Local(0, "c", which)
    more = narrow(apply("add", read(value, c), number(1), type=Int(1, limit + 1)), Int(0, limit))
    mark = Mark(mark="progress", condition=equal(read(value, c), number(limit)))
    return model(
        v, (step("count", (bind(c),), (mark, assign(value, c, more), mark), agent=c), step("stay", (bind(c),), parameters=(c,)))
    )


@pytest.mark.parametrize("name", MODELS)
def test_the_graph_says_what_the_interpreter_says(name: str) -> None:
    """Every edge, class, mark and failure, from the transitions themselves."""
    check_against_the_interpreter(explore(MODELS[name]))


def test_the_graph_says_what_the_interpreter_says_of_marks_and_failures() -> None:
    graph = explore(counters(3))
    check_against_the_interpreter(graph)
    assert len(graph.edge_marks) == 16
    assert len(graph.failures) == 8
    assert graph.failures[0][2].text == "`value[Counter1]` would be 4, which is not in 0..3"


def check_against_the_interpreter(graph: StateGraph) -> None:
    interpreter = Interpreter(graph.model)
    numbers = {state: number for number, state in enumerate(graph.states)}
    assert graph.complete
    assert graph.stopped == ""
    assert graph.expanded == len(numbers) == graph.distinct
    assert [graph.states[s] for s in graph.initial] == interpreter.initial_states()
    failures = []
    for state, value in enumerate(graph.states):
        transitions = interpreter.transitions(value)
        edges = graph.edges(state)
        assert [graph.edge_target[e] for e in edges] == [-1 if t.target is None else numbers[t.target] for t in transitions]
        assert [graph.classes[graph.edge_class[e]] for e in edges] == [(t.step, t.agent, t.values) for t in transitions]
        assert [graph.edge_marks.get(e, ()) for e in edges] == [t.marks for t in transitions]
        assert all(graph.source(e) == state for e in edges)
        failures += [(state, index, t.failure) for index, t in enumerate(transitions) if t.failure is not None]
    assert graph.failures == failures
    assert len(set(graph.classes)) == len(graph.classes)
    assert graph.edge_start[-1] == graph.transitions == len(graph.edge_class)


@pytest.mark.parametrize("name", MODELS)
def test_paths_are_shortest_and_replay(name: str) -> None:
    graph = explore(MODELS[name])
    interpreter = Interpreter(MODELS[name])
    distance = dict.fromkeys(graph.initial, 0)
    layer = list(graph.initial)
    while layer:
        ahead = dict.fromkeys(graph.edge_target[e] for s in layer for e in graph.edges(s))
        layer = [s for s in ahead if s >= 0 and s not in distance]
        distance.update((s, 1 + distance[graph.parent[s]]) for s in layer)
    assert list(graph.depth) == [distance[s] for s in range(graph.distinct)]
    assert all(a <= b for a, b in pairwise(graph.depth))
    for state in range(graph.distinct):
        initial, indices = graph.path(state)
        assert len(indices) == graph.depth[state]
        steps = interpreter.replay(initial, indices)
        assert (steps[-1][1].target if steps else interpreter.initial_states()[initial]) == graph.states[state]


def test_a_path_names_the_initial_state_that_it_starts_in() -> None:
    graph = explore(counters(3))
    assert graph.initial == [0, 1, 2, 3]
    assert graph.path(graph.states.index((3, 0))) == (2, [0, 0])


def test_the_same_model_gives_the_same_graph() -> None:
    a, b = explore(two_phase_commit(4)), explore(two_phase_commit(4))
    assert a.states == b.states
    assert (a.parent, a.parent_edge, a.depth) == (b.parent, b.parent_edge, b.depth)
    assert (a.edge_start, a.edge_target, a.edge_class, a.classes) == (b.edge_start, b.edge_target, b.edge_class, b.classes)


# --- limits ----------------------------------------------------------------------------------------------------------------


def check_is_the_beginning(cut: StateGraph, whole: StateGraph) -> None:
    """What a search that was cut short holds is right, and none of it is half done."""
    assert not cut.complete
    assert cut.states == whole.states[: cut.distinct]
    for name in ("parent", "parent_edge", "depth"):
        assert getattr(cut, name) == getattr(whole, name)[: cut.distinct], name
    assert cut.expanded <= cut.distinct
    assert len(cut.edge_start) == cut.distinct + 1
    assert cut.edge_start[: cut.expanded + 1] == whole.edge_start[: cut.expanded + 1]
    edges = cut.edge_start[cut.expanded]
    assert set(cut.edge_start[cut.expanded :]) == {edges}
    assert cut.edge_target == whole.edge_target[:edges]
    assert cut.edge_class == whole.edge_class[:edges]
    assert cut.edge_marks == {e: m for e, m in whole.edge_marks.items() if e < edges}
    assert cut.failures == [f for f in whole.failures if f[0] < cut.expanded]
    assert all(
        cut.edge_start[s] < cut.edge_start[s + 1] or whole.edge_start[s] == whole.edge_start[s + 1] for s in range(cut.expanded)
    )


@pytest.mark.parametrize("limit", [1, 2, 50, 287])
def test_a_limit_of_states_is_kept_and_told(limit: int) -> None:
    cut, whole = explore(two_phase_commit(3), states_limit=limit), explore(two_phase_commit(3))
    assert cut.distinct == limit
    assert cut.stopped == ("the limit of 1 state was reached" if limit == 1 else f"the limit of {limit} states was reached")
    check_is_the_beginning(cut, whole)


def test_a_limit_that_is_just_enough_does_not_cut() -> None:
    assert explore(two_phase_commit(3), states_limit=288).complete


def test_a_limit_below_the_initial_states_is_told() -> None:
    cut = explore(counters(3), states_limit=3)
    assert (cut.distinct, cut.expanded, cut.transitions, cut.complete) == (3, 0, 0, False)
    assert cut.initial == [0, 1, 2]


def test_very_many_initial_states_are_taken_one_at_a_time() -> None:
    cut = explore(counters(3, 40), states_limit=500)
    assert (cut.distinct, cut.expanded) == (500, 0)
    assert "500 states" in cut.stopped


def test_no_time_is_told() -> None:
    cut = explore(two_phase_commit(5), time_s=0.0)
    assert cut.stopped == "the limit of 0 s was reached"
    check_is_the_beginning(cut, explore(two_phase_commit(5)))


def test_no_memory_is_told() -> None:
    cut = explore(two_phase_commit(5), memory_mib=1.0)
    assert cut.stopped == "the limit of 1 MiB of memory was reached"
    check_is_the_beginning(cut, explore(two_phase_commit(5)))


def test_without_a_limit_most_of_what_is_free_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_mib()
    assert free is not None
    assert free > 1
    limit = default_limit_mib()
    assert limit is not None
    assert used_mib() < limit < used_mib() + free
    monkeypatch.setattr(memory, "free_mib", lambda: 0.0)
    assert default_limit_mib() == pytest.approx(used_mib(), abs=1)
    monkeypatch.setattr(explicit, "default_limit_mib", lambda: 1.0)
    assert explore(two_phase_commit(5)).stopped == "the limit of 1 MiB of memory was reached"
    monkeypatch.setattr(memory, "free_mib", lambda: None)
    assert default_limit_mib() is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there a process is held to its address space")
def test_the_limit_of_the_process_is_kept() -> None:
    say = "from checker.engines.memory import free_mib; print(free_mib())"
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20)); {say}"
    out = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, check=True).stdout
    assert 0 < float(out) < 300


def test_memory_is_that_of_this_process() -> None:
    before = used_mib()
    block = bytearray(b"\1" * (64 << 20))
    assert before + 50 < used_mib() < before + 500
    assert len(block) == 64 << 20


def endless(kind: str) -> Model:
    """A model whose one state has a step that nobody lives to see end."""
    v = Variables()
    last = v.add("last", Int(0, 23), initial=0)
    many = SetOf(Int(1, 16))
    a, b, c = Local(0, "a", many), Local(1, "b", many), Local(2, "c", Int(0, 23))
    never, zero = apply("ne", a, a), number(0)
    never_both = Quantifier("any", (a, b), (many, many), both(never, apply("ne", a, b)), BOOL, HERE)
    remembers = For(local=c, domain=c.type, body=(assign(last, narrow(read(last), c.type)),), independent=False, at=HERE)
    digits = [Local(place, "d", Int(0, 9)) for place in range(3, 18)]
    doubles = tuple(Either(branches=((assign(last, zero),), (assign(last, number(1)),))) for _ in range(60))
    return {
        "small bindings": model(v, (step("s", (*(bind(d) for d in digits), guard(never))),)),
        "small choices": model(v, (step("s", (), tuple(Choose(local=d, domain=d.type) for d in digits)),)),
        "branches": model(v, (step("s", (), doubles),)),
        "bindings": model(v, (step("s", (bind(a), bind(b), guard(never))),)),
        "choices": model(v, (step("s", (), (Choose(local=a, domain=many), Choose(local=b, domain=many, where=never))),)),
        "quantifiers": model(v, (step("s", (guard(never_both),)),)),
        "rounds": model(v, (step("s", (), (While(condition=equal(zero, zero), limit=10**12, body=(), at=HERE),)),)),
        "orders": model(v, (step("s", (), (remembers,)),)),
    }[kind]


@pytest.mark.parametrize(
    "kind", ["bindings", "small bindings", "choices", "small choices", "branches", "quantifiers", "rounds", "orders"]
)
def test_the_time_ends_even_within_one_step(kind: str) -> None:
    cut = explore(endless(kind), time_s=0.3)
    assert (cut.distinct, cut.expanded, cut.transitions) == (1, 0, 0)
    assert cut.stopped == "the limit of 0.3 s was reached"
    assert 0.3 < cut.seconds < 3


@pytest.mark.parametrize("after", [1, 37, 300])
def test_an_interrupt_keeps_what_was_found(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interrupt comes while the state number `after` is expanded."""
    whole = explore(two_phase_commit(4))
    outcomes, calls = Interpreter.outcomes, 0

    def interrupted(self: Interpreter, state: object) -> object:
        nonlocal calls
        calls += 1
        if calls > after:
            raise KeyboardInterrupt
        return outcomes(self, state)  # type: ignore[arg-type]

    monkeypatch.setattr(Interpreter, "outcomes", interrupted)
    cut = explore(two_phase_commit(4))
    assert (cut.stopped, cut.expanded) == ("interrupted", after)
    check_is_the_beginning(cut, whole)


def test_an_interrupt_between_two_edges_takes_the_first_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interrupt comes when the 100th state is entered, in the middle of the edges of another."""
    whole = explore(two_phase_commit(4))
    add = explicit._Search._add

    def interrupted(self: explicit._Search, *entry: object) -> None:
        if len(self.graph.states) == 100:
            self.graph.parent.append(7)  # half entered
            raise KeyboardInterrupt
        add(self, *entry)  # type: ignore[arg-type]

    monkeypatch.setattr(explicit._Search, "_add", interrupted)
    cut = explore(two_phase_commit(4))
    assert (cut.stopped, cut.distinct) == ("interrupted", 100)
    check_is_the_beginning(cut, whole)


def test_a_search_leaves_the_collector_as_it_was() -> None:
    assert gc.isenabled()
    explore(two_phase_commit(3))
    assert gc.isenabled()
    gc.disable()
    try:
        explore(two_phase_commit(3), states_limit=3)
        assert not gc.isenabled()
    finally:
        gc.enable()


# --- progress ----------------------------------------------------------------------------------------------------------------


def test_progress_is_told_as_the_search_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "REPORT_S", 0.0)
    told: list[Progress] = []
    graph = explore(two_phase_commit(5), progress=told.append)
    assert len(told) == graph.distinct // explicit.CHECK_STATES + 1
    assert (told[0].states, told[0].transitions, told[0].depth, told[0].queue) == (1, 0, 0, 1)
    for before, after in pairwise(told):
        assert (before.states, before.transitions, before.depth) <= (after.states, after.transitions, after.depth)
        assert before.seconds <= after.seconds
    last = told[-1]
    assert last.states - last.queue == (len(told) - 1) * explicit.CHECK_STATES
    assert last.depth == graph.depth[last.states - last.queue]
    assert last.states_per_s == pytest.approx((last.states - last.queue) / last.seconds)


def test_a_short_search_tells_no_progress() -> None:
    told: list[Progress] = []
    explore(two_phase_commit(3), progress=told.append)
    assert told == []


def test_a_model_without_transitions_is_one_state() -> None:
    v = Variables()
    maybe = v.add("maybe", Option(BOOL), initial=None)
    graph = explore(model(v, (step("never", (guard(equal(read(maybe), const(True, BOOL))),)),)))
    assert (graph.distinct, graph.transitions, graph.max_depth, list(graph.final_states())) == (1, 0, 0, [0])
