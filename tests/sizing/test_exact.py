"""The worst case at a size: against longest paths that networkx finds on costs that are counted from what the interpreter tells of each step."""

from __future__ import annotations

from pathlib import Path
from random import Random

import networkx
import pytest

from checker.engines.explicit import explore
from checker.language.diagnostics import BadInput
from checker.model.model import Model
from checker.properties.native_search import NativeSearch
from checker.semantics.interpreter import Interpreter
from checker.sizing.meters import metered, meters_of
from checker.sizing.result import Exact
from tests.elaborate.generator import protocol
from tests.sizing.loading import corpus, exact, loaded, spending

STATES = 400


def cost(model: Model, meter: str, interpreter: Interpreter, state: object, index: int) -> int:
    """What a transition costs, by the interpreter alone."""
    step = model.steps[interpreter.outcomes(state)[index][0]]  # type: ignore[arg-type]
    notes = [note for note, _, _ in interpreter.notes(state, index)]  # type: ignore[arg-type]
    match meter:
        case "steps":
            return int(step.fault is None)
        case "rounds":
            return int(step.kind == "round")
        case "messages":
            return sum(note.kind in ("send", "drop") for note in notes)
    return sum(dict(note.costs).get(meter, 0) for note in notes)


def by_networkx(model: Model, meter: str) -> int | None:
    """The worst case; None where it is unbounded."""
    graph, interpreter = explore(model), Interpreter(model)
    walk = networkx.MultiDiGraph()
    walk.add_nodes_from(range(graph.distinct))
    for state in range(graph.distinct):
        for index, edge in enumerate(graph.edges(state)):
            if graph.edge_target[edge] >= 0:
                walk.add_edge(state, graph.edge_target[edge], cost=cost(model, meter, interpreter, graph.states[state], index))
    whole = networkx.condensation(networkx.DiGraph(walk))
    part = whole.graph["mapping"]
    for node in whole.nodes:
        whole.nodes[node]["best"] = 0
    for source, target, spent in walk.edges(data="cost"):
        if part[source] == part[target] and spent:
            return None
        known = whole.get_edge_data(part[source], part[target]) or {}
        if part[source] != part[target]:
            whole.edges[part[source], part[target]]["cost"] = max(spent, known.get("cost", 0))
    best: dict[int, int] = {}
    for node in reversed(list(networkx.topological_sort(whole))):
        best[node] = max((best[to] + whole.edges[node, to]["cost"] for to in whole.successors(node)), default=0)
    return max(best[part[state]] for state in graph.initial)


def told(found: Exact) -> int | None:
    assert found.worst in ("at most", "unbounded")
    return None if found.worst == "unbounded" else found.amount


@pytest.mark.parametrize(
    ("name", "instance", "faults"),
    [
        ("task_board", "pair", "none"),
        ("task_board", "pair", "one_crash"),
        ("two_phase_commit", "three", "none"),
        ("ring_election", "three", "none"),
        ("patterns/retry_budget", "limited", "none"),
        ("patterns/retry_budget", "endless", "none"),
        ("patterns/planner_workers", None, "none"),
        ("patterns/debate_judge", "polite", "none"),
        ("seed_leased", "leased", "one_crash"),
        ("tutorial", "small", "none"),
        ("parts/heartbeat", None, "none"),
    ],
)
def test_the_corpus(name: str, instance: str | None, faults: str) -> None:
    _, model = loaded(corpus(name), instance, faults)
    found = exact(model)
    assert found is not None
    assert {meter: told(one) for meter, one in found.items()} == {meter: by_networkx(model, meter) for meter in found}


def generated(seed: int, folder: Path) -> Model | None:
    random = Random(seed)
    made = protocol(random.randrange)
    path = folder / "p.team"
    path.write_text(made.protocol.replace("await llm()", f"await llm(tokens: {random.choice((1, 3, 10))})"), encoding="utf-8")
    try:
        return loaded(path)[1]
    except BadInput:
        return None


def agree(seed: int, folder: Path) -> bool:
    """Whether the protocol of this seed could be compared."""
    model = generated(seed, folder)
    if model is None:
        return False
    found = exact(model, states=STATES)
    if found is None or any(one.worst == "at least" for one in found.values()):
        return False
    for meter, one in found.items():
        assert told(one) == by_networkx(model, meter), (seed, meter)
    return True


def test_generated_protocols(tmp_path: Path) -> None:
    assert sum(agree(seed, tmp_path) for seed in range(25)) >= 8


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_generated_protocols(tmp_path: Path) -> None:
    assert sum(agree(seed, tmp_path) for seed in range(1_000, 1_400)) >= 150


@pytest.mark.parametrize("name", ["two_phase_commit", "tutorial", "patterns/contract_net", "patterns/debate_judge", "task_board"])
def test_the_native_engine_says_the_same(name: str) -> None:
    """Also where the model needs a variable that counts messages."""
    _, model = loaded(corpus(name))
    interpreted, native = exact(model), exact(model, engine="native")
    searched_natively = spending(model, engine="native")
    assert searched_natively is not None
    assert isinstance(searched_natively.search, NativeSearch)
    assert interpreted is not None
    assert native is not None
    for meter in meters_of(model):
        assert (native[meter].worst, native[meter].amount, native[meter].fair, native[meter].cheapest) == (
            interpreted[meter].worst,
            interpreted[meter].amount,
            interpreted[meter].fair,
            interpreted[meter].cheapest,
        )


def test_the_model_that_counts_messages_has_the_same_transitions() -> None:
    _, model = loaded(corpus("ring_election"))
    counted = metered(model)
    assert list(counted.varying) == ["messages"]
    plain, counting = Interpreter(model), Interpreter(counted.model)
    for state in explore(counted.model).states:
        here, there = plain.outcomes(state[:-1]), counting.outcomes(state)
        assert [(o[0], o[1], o[2]) for o in here] == [(o[0], o[1], o[2] and o[2][:-1]) for o in there]
        for index, outcome in enumerate(there):
            sent = sum(note.kind in ("send", "drop") for note, _, _ in plain.notes(state[:-1], index))
            assert outcome[2] is not None
            assert outcome[2][-1] + counted.cost(outcome[0], "messages") == sent


def test_a_cycle_that_is_not_fair_is_told_apart() -> None:
    """The lease comes back for a fair agent: no fair run goes round for ever."""
    _, model = loaded(corpus("seed_leased"), "leased")
    found = exact(model)
    assert found is not None
    assert (found["tokens"].worst, found["tokens"].fair, found["tokens"].amount) == ("unbounded", False, 18_000)
    _, endless = loaded(corpus("patterns/retry_budget"), "endless")
    other = exact(endless)
    assert other is not None
    trace = other["tokens"].trace
    assert trace is not None
    assert (other["tokens"].fair, other["tokens"].amount, len(trace.steps), trace.cycle, trace.shortest) == (
        True,
        600,
        5,
        4,
        True,
    )


def test_a_graph_that_is_cut_short_gives_a_lower_bound() -> None:
    _, model = loaded(corpus("task_board"), "pair")
    from checker.properties.searches import Limits
    from checker.sizing.exact import Spending
    from checker.sizing.graphs import searched

    counted = metered(model)
    found = Spending(searched(counted.model, Limits(states_limit=100)), counted, model).worst("tokens")
    assert (found.worst, found.cheapest) == ("at least", None)
    assert 0 < found.amount <= 40_000
    assert found.reason.startswith("the search is incomplete: the limit of 100 states was reached")


def test_behind_a_step_that_fails_nothing_is_known(tmp_path: Path) -> None:
    path = tmp_path / "p.team"
    path.write_text(
        "protocol p\nrole R\nshared n: 0..1 = 0\nrole R:\n    action go:\n        await llm(tokens: 3)\n        n += 1\n",
        encoding="utf-8",
    )
    found = exact(loaded(path)[1])
    assert found is not None
    assert (found["tokens"].worst, found["tokens"].amount) == ("at least", 6)
    assert found["tokens"].reason == "the protocol itself fails: see no error"


CUT_OFF = """
protocol cut
role Worker * 2:
    var failed: bool = false
    run:
        await as thinking:
            llm(tokens: 100):
                pass
            timeout:
                failed = true
        if failed:
            await llm(tokens: 7) as again
            failed = false
"""


@pytest.mark.parametrize(
    ("faults", "worst"),
    [("none", 214), ("crash Worker <= 1", 214), ("crash Worker <= 1, restart Worker <= 1", 321), ("stall Worker <= 2", 214)],
)
def test_calls_that_are_cut_off_are_paid(tmp_path: Path, faults: str, worst: int) -> None:
    """Each worker pays 100, and 7 more after a timeout; one that crashes while it waits has paid, and pays again after its restart."""
    path = tmp_path / "cut.team"
    path.write_text(CUT_OFF, encoding="utf-8")
    _, model = loaded(path, faults=faults)
    found = exact(model, ["tokens"])
    assert found is not None
    assert (found["tokens"].worst, found["tokens"].amount) == ("at most", worst)
    assert by_networkx(model, "tokens") == worst
