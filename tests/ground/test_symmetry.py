"""Symmetry: what the gate lets pass and why not, what stands for an orbit, and that no verdict changes."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import pytest

from checker import api
from checker.engines.explicit import explore
from checker.engines.native.explore import explore_native
from checker.ground.graph import Graph
from checker.ground.permute import renamed
from checker.ground.program import cell_types, ground
from checker.ground.rows import exchanged_rows, sorted_rows, sorting_network
from checker.ground.run import evaluated
from checker.language.types import BagOf, MapOf, Option, Record, SeqOf, SetOf, Type, Value, sort_key, values
from checker.model.model import Model
from checker.properties.native import DECIDED
from tests.elaborate.lowered import model_of
from tests.ground import symmetric_protocols as protocols
from tests.native.orbits import orbits, reduces_rightly, states_of

ROOT = Path(__file__).resolve().parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.spec"))


def symmetric(model: Model) -> list[str]:
    return [sort.name for sort in ground(model, symmetry=True).symmetric]


def told_apart(protocol: str, spec: str = "") -> dict[str, str]:
    """Why sorts are left alone, by their names."""
    return {sort.name: why for sort, why in ground(model_of(protocol, spec), symmetry=True).told_apart}


# --- sorting -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(1, 10))
def test_the_network_sorts(n: int) -> None:
    for bits in product((0, 1), repeat=n):  # the zero-one principle
        row = list(bits)
        for a, b in sorting_network(n):
            assert a < b < n
            if row[a] > row[b]:
                row[a], row[b] = row[b], row[a]
        assert row == sorted(row)


@pytest.mark.parametrize(
    "ranges", [[(0, 3)], [(-2, 5), (0, 1)], [(0, 2**20), (-5, 2**12), (0, 2)], [(-(2**31) + 1, 2**31 - 1), (3, 9)]]
)
@pytest.mark.parametrize("keys", [1, 2])
def test_rows_are_sorted_by_their_keys_and_stay_whole(ranges: list[tuple[int, int]], keys: int) -> None:
    n, keys, random = 5, min(keys, len(ranges)), Random(1)
    graph = Graph()
    columns = [[graph.field(c * n + row, low, high) for row in range(n)] for c, (low, high) in enumerate(ranges)]
    made, exchanges = sorted_rows(graph, columns, keys=keys)
    again = exchanged_rows(graph, columns, exchanges)
    for _ in range(50):
        rows = [tuple(random.choice((low, high, random.randint(low, high))) for low, high in ranges) for _ in range(n)]
        fields = [row[c] for c in range(len(ranges)) for row in rows]
        values = evaluated(graph, fields, [node for column in made for node in column])
        found = list(zip(*(values[c * n : c * n + n] for c in range(len(ranges))), strict=True))
        assert sorted(found) == sorted(rows)
        assert [row[:keys] for row in found] == sorted(row[:keys] for row in rows)
        assert values == evaluated(graph, fields, [node for column in again for node in column])


# --- orbits --------------------------------------------------------------------------------------------------------------

CORPUS = [
    # protocol, instance, fault model, another size; states, orbits, states kept
    ("two_phase_commit", "three", "none", {}, 288, 80, 80),
    ("two_phase_commit", "three", "manager_crash", {}, 576, 160, 160),
    ("two_phase_commit", "three", "none", {"participants": "4"}, 1_568, 166, 166),
    ("task_board", "pair", "one_crash", {}, 265, 71, 71),
    ("task_board", "pair", "none", {"workers": "3"}, 1_176, 116, 116),
    ("task_board", "pair", "none", {"workers": "4"}, 9_393, 290, 292),  # keys do not tell all apart
    ("task_board", "pair", "none", {"workers": "3", "tasks": "3"}, 11_644, 390, 390),
    ("bugs/claim_race", "crowd", "none", {"agents": "4"}, 1_917, 81, 81),
    ("bugs/busy_check", "as_it_was", "none", {}, 519, 78, 78),
    ("bugs/inbox_rmw", "three", "none", {}, 74, 17, 17),
    ("patterns/quorum_vote", "two_of_three", "restarts", {}, 3_495, 427, 427),
    ("patterns/work_stealing", "as_drawn", "none", {}, 248, 69, 69),
    ("patterns/handoff_swarm", "nobody", "none", {"agents": "4"}, 213, 13, 13),
    ("patterns/contract_net", "accepts", "none", {}, 2_252, 1_145, 1_145),
    ("parts/leases", "three", "one_crash", {}, 462, 55, 55),
    ("paxos", "small", "none", {}, 4_761, 909, 909),
]


@pytest.mark.parametrize(("spec", "instance", "faults", "sizes", "states", "classes", "kept"), CORPUS)
def test_the_corpus_has_as_many_states_as_orbits(
    spec: str, instance: str, faults: str, sizes: dict[str, str], states: int, classes: int, kept: int
) -> None:
    model = api.load(str(ROOT / "specs" / f"{spec}.spec"), instance, faults, overrides=sizes)
    whole = explore_native(model)
    assert whole.stats.distinct == states
    assert reduces_rightly(model, whole) == (classes, kept)


@pytest.mark.parametrize(("participants", "kept"), [(5, 314), (8, 1461), (10, 3300), (12, 6_656)])
def test_two_phase_commit_has_as_many_states_as_orbits(participants: int, kept: int) -> None:
    spec = str(ROOT / "specs" / "two_phase_commit.spec")
    report = api.check(
        spec,
        instances=["three"],
        faults=["none"],
        properties=["consistent"],
        overrides={"participants": str(participants)},
        symmetry=True,
    )
    assert report.results[0].distinct == kept
    assert report.results[0].reduction == "symmetry of Participant"


@pytest.mark.parametrize("name", protocols.SYMMETRIC)
def test_what_is_renamed_in_all_places(name: str) -> None:
    case = protocols.SYMMETRIC[name]
    model = model_of(case.protocol, case.spec)
    assert symmetric(model) == list(case.sorts)
    whole = explore_native(model)
    assert (whole.stats.distinct, *reduces_rightly(model, whole)) == case.counts


@pytest.mark.parametrize("name", protocols.SYMMETRIC)
def test_the_representative_is_a_renaming_of_the_state(name: str) -> None:
    case = protocols.SYMMETRIC[name]
    model = model_of(case.protocol, case.spec)
    form = ground(model, symmetry=True)
    states = explore(model).states
    number = orbits(model, states, form.symmetric)
    for state in states[:: 1 + len(states) // 100]:
        numbers = form.encoded(state)
        chosen = form.decoded(form.canonical(numbers))
        assert number[chosen] == number[state]
        for sort, i, j in form.renaming(numbers):
            state = renamed(model, state, sort, i, j)
        assert state == chosen, "the renaming that is told leads to it"


@pytest.mark.parametrize("agents", [2, 7, 9])
def test_any_state_is_renamed_in_all_places(agents: int) -> None:
    """States that need not be reachable: every place of `EVERYWHERE` holds names."""
    model = model_of(protocols.EVERYWHERE.replace("W * 3", f"W * {agents}"))
    form, random = ground(model, symmetry=True), Random(agents)
    assert [sort.name for sort in form.symmetric] == ["T", "W"]
    for _ in range(4):
        state = tuple(random_value(type, random) for type in cell_types(model))
        chosen = form.decoded(form.canonical(form.encoded(state)))
        for sort, i, j in form.renaming(form.encoded(state)):
            state = renamed(model, state, sort, i, j)
        assert state == chosen


def random_value(type: Type, random: Random) -> Value:
    match type:
        case Option(of):
            return random_value(of, random) if random.random() < 0.7 else None
        case SetOf(of):
            return frozenset(value for value in values(of) if random.random() < 0.5)
        case MapOf(key, of):
            return tuple(random_value(of, random) for _ in values(key))
        case Record(_, fields):
            return tuple(random_value(of, random) for _, of in fields)
        case SeqOf(of, most):
            return tuple(random_value(of, random) for _ in range(random.randint(0, most)))
        case BagOf(of, most):
            return tuple(sorted((random_value(of, random) for _ in range(random.randint(0, most))), key=sort_key))
    return random.choice(list(values(type)))


def test_the_library_makes_the_same_of_the_initial_states() -> None:
    model = model_of(protocols.SYMMETRIC["where it starts"].protocol)
    found = explore_native(model, symmetry=True)
    form = found.compiled.ground
    initial = [state for state, depth in zip(explore(model).states, explore(model).depth, strict=True) if depth == 0]
    assert len(initial) == 3
    assert states_of(found)[:1] == [form.decoded(form.canonical(form.encoded(initial[0])))]
    assert found.search.layers()[1] == 1


QUICK = {"claim_race", "inbox_rmw", "name_clash", "release_stops", "latte", "handoff_swarm", "task_board", "quorum_vote"}


@pytest.mark.parametrize(
    "path", [pytest.param(p, marks=() if p.stem in QUICK else pytest.mark.slow) for p in SPECS], ids=lambda p: p.stem
)
def test_no_verdict_changes(path: Path) -> None:
    plain = api.check(str(path), engine="native")
    reduced = api.check(str(path), symmetry=True)
    for a, b in zip(plain.results, reduced.results, strict=True):
        assert (a.property, a.verdict, a.basis) == (b.property, b.verdict, b.basis)
        assert b.distinct <= a.distinct
        if a.kind in DECIDED and a.trace is not None and b.trace is not None:
            assert len(a.trace.steps) == len(b.trace.steps)
        assert a.kind in DECIDED or b.reduction == ""
    fires = [
        [w for w in report.warnings if w.kind in ("never fires", "guard never true", "vacuous")] for report in (plain, reduced)
    ]
    assert fires[0] == fires[1]


# --- the gate ------------------------------------------------------------------------------------------------------------

FREE = """
    protocol p
    ids T * 3
    shared v: map[T, 0..2] = 0
    shared by: W? = none
    role W * 2:
        action work(t: T) when v[t] == 0:
            v[t] = 1
            by = self
    """


def test_a_property_that_names_an_element_concerns_its_sort_alone() -> None:
    assert told_apart(FREE) == {}
    assert told_apart(FREE, "always named: v[T0] == 0\n") == {"T": "`named` (test.spec:3:1) names some of T"}
    assert symmetric(model_of(FREE, "always named: v[T0] == 0\n")) == ["W"]
    both = "step same: old(v[T1]) <= v[T1]\nsometimes up: by == W1\n"
    assert told_apart(FREE, both) == {"T": "`same` (test.spec:3:1) names some of T", "W": "`up` (test.spec:4:1) names some of W"}
    assert told_apart(FREE, "always fine: all(t in T: v[t] <= 1)\n") == {}


def test_a_map_that_is_written_out_names_its_keys() -> None:
    why = told_apart(
        FREE.replace("v[t] == 0:", "v[t] == 0 and n == 0:") + "shared n: 0..1 = 0\n", "always a: v != {T0: n, T1: 2, T2: n}\n"
    )
    assert why == {"T": "`a` (test.spec:3:1) has a map that names some of T"}


def test_what_may_have_no_value_shows_the_order() -> None:
    partial = "always some: any(t in T: 2 // v[t] == 1)\n"
    why = "has a quantifier over T whose body may have no value for some of them"
    assert told_apart(FREE, partial) == {"T": f"`some` (test.spec:3:1) {why}"}
    assert told_apart(FREE, "always some: any(t in T: 2 // (v[t] + 1) == 1)\n") == {}, "that has always a value"
    step = "step some: all(t in T: old(v[t]) // v[t] == 0)\n"
    assert told_apart(FREE, step) == {"T": f"`some` (test.spec:3:1) {why}"}
    code = FREE + "done when all(t in T: 2 // v[t] == 2)\n"
    assert told_apart(code) == {"T": f"`done when` {why}"}
    guard = FREE.replace("v[t] == 0:", "any(u in T: 2 // v[u] == 1):")
    assert told_apart(guard) == {"T": f"W.work (test.team:7:5) {why}"}
    assert told_apart(FREE, "always least: min(t in T: v[t]) <= 1\n") == {}
    assert told_apart(FREE, "always least: all(t in T: min(u in those(x in T: v[x] > 0): v[u]) <= v[t])\n") == {
        "T": f"`least` (test.spec:3:1) {why}"
    }


def test_a_loop_that_ends_at_the_first_round_that_fails_or_blocks() -> None:
    loop = protocols.LOOP
    assert told_apart(loop) == {"W": "W.b (test.team:8:5) has a `for` over W of which a round may fail and another block"}
    assert told_apart(loop.replace("                assert n[w] == 0\n", "")) == {}
    assert told_apart(loop.replace("                send M() to w\n", "")) == {}


def test_other_reasons() -> None:
    assert told_apart(FREE.replace("ids T * 3", "ids T * 3, ordered")) == {"T": "T is ordered"}
    assert told_apart(protocols.SETS_OF_SETS) == {"W": "`quorums` has sets of W as keys or elements"}
    starts = "protocol p\nids T * 2\nshared v: map[T, 0..2] = 0\nconst c: map[T, 0..2] = {t: 1 for t in T}\n"
    starts += "role W:\n    action work(t: T) when v[t] == 0:\n        v[t] = c[t]\n"
    assert told_apart(starts) == {}
    given = told_apart(starts.replace(" = {t: 1 for t in T}", ""), "instance i: c = {0: 1, 1: 2}\nno deadlock\n")
    assert given == {"T": "W.work (test.team:6:5) names some of T"}
    from_the_start = starts.replace("shared v: map[T, 0..2] = 0", "shared v: map[T, 0..2] = c").replace("v[t] = c[t]", "v[t] = 1")
    lines = from_the_start.splitlines()
    lines[2], lines[3] = lines[3].replace(" = {t: 1 for t in T}", ""), lines[2]
    assert told_apart("\n".join(lines) + "\n", "instance i: c = {0: 0, 1: 2}\nno deadlock\n") == {
        "T": "`v` starts differently for some of T"
    }
