"""Symmetry: the representative is a renaming of the state, the gates hold, and no verdict changes."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from checker import api
from checker.engines.explicit import explore
from checker.ground.permute import permuted
from checker.ground.program import ground
from checker.ground.rows import sorting_network
from checker.ground.symmetry import interchangeable, obstacle
from checker.language.types import Sort, values
from checker.model.model import Model
from checker.properties.native import DECIDED
from checker.semantics.interpreter import State
from tests.elaborate.lowered import model_of

ROOT = Path(__file__).resolve().parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.spec"))


def renamed(model: Model, state: State, sort: Sort, i: int, j: int) -> State:
    """The state with two elements renamed into each other."""
    made = list(state)
    for variable in model.variables:
        keys = list(product(*(tuple(values(t)) for t in variable.index)))
        for place, key in enumerate(keys):
            image = tuple(permuted(t, k, sort, i, j) for t, k in zip(variable.index, key, strict=True))
            made[variable.offset + keys.index(image)] = permuted(variable.type, state[variable.offset + place], sort, i, j)
    return tuple(made)


def orbit(model: Model, state: State, sorts: tuple[Sort, ...]) -> set[State]:
    """Every renaming of a state."""
    found, waiting = {state}, [state]
    while waiting:
        one = waiting.pop()
        for sort in sorts:
            for i, j in zip(range(sort.size - 1), range(1, sort.size), strict=True):
                other = renamed(model, one, sort, i, j)
                if other not in found:
                    found.add(other)
                    waiting.append(other)
    return found


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
    ("spec", "instance", "faults"),
    [
        ("task_board", "pair", "one_crash"),
        ("two_phase_commit", "three", "none"),
        ("bugs/claim_race", "crowd", "none"),
        ("patterns/quorum_vote", None, "none"),
        ("patterns/contract_net", None, "none"),
        ("patterns/debate_judge", None, "none"),
        ("patterns/planner_workers", None, "none"),
    ],
)
def test_the_representative_is_a_renaming_of_the_state(spec: str, instance: str | None, faults: str) -> None:
    model = api.load(str(ROOT / "specs" / f"{spec}.spec"), instance, faults)
    sorts = interchangeable(model)
    form = ground(model, sorts)
    graph = explore(model, states_limit=400)
    for state in graph.states[::7]:
        representative = form.decoded(form.canonical(form.encoded(state)))
        assert representative in orbit(model, state, sorts)
        assert form.canonical(form.encoded(representative)) == form.encoded(representative) or len(sorts) > 1


QUICK = {"claim_race", "inbox_rmw", "name_clash", "release_stops", "latte", "handoff_swarm", "task_board", "quorum_vote"}


@pytest.mark.parametrize(
    "path", [pytest.param(p, marks=() if p.stem in QUICK else pytest.mark.slow) for p in SPECS], ids=lambda p: p.stem
)
def test_no_verdict_changes(path: Path) -> None:
    plain = api.check(str(path), engine="native")
    reduced = api.check(str(path), symmetry=True)
    for a, b in zip(plain.results, reduced.results, strict=True):
        if a.kind in DECIDED:
            assert (a.property, a.verdict, a.basis) == (b.property, b.verdict, b.basis)
            assert b.distinct <= a.distinct
            if a.trace is not None and b.trace is not None:
                assert len(a.trace.steps) == len(b.trace.steps)


@pytest.mark.parametrize(("participants", "orbits"), [(3, 80), (5, 314), (8, 1461)])
def test_two_phase_commit_has_as_many_states_as_orbits(participants: int, orbits: int) -> None:
    spec = str(ROOT / "specs" / "two_phase_commit.spec")
    report = api.check(
        spec,
        instances=["three"],
        faults=["none"],
        properties=["consistent"],
        overrides={"participants": str(participants)},
        symmetry=True,
    )
    assert report.results[0].distinct == orbits
    assert report.results[0].reduction == "symmetry of Participant"


BOARD = """
    protocol p
    ids T * 3
    shared v: map[T, 0..2] = 0
    shared first_one: T? = {initial}
    role W * 2:
        action work(t: T) when {guard}:
            v[t] = 1
    """


def reason(protocol: str, spec: str = "") -> str | None:
    model = model_of(protocol, spec)
    return obstacle(model, next(s for s in model.sorts if s.name == "T"))


def test_the_gates() -> None:
    free = BOARD.format(initial="none", guard="v[t] == 0")
    assert reason(free) is None
    assert reason(free, "always named: v[T0] == 0\n") == "a constant names some of T"
    assert reason(free, "always fine: all(t in T: v[t] <= 1)\n") is None
    may_fail = reason(free, "always stops: any(t in T: 2 // v[t] == 1)\n")
    assert may_fail == "a quantifier over T may have no value for some elements"
    assert reason(free.replace("ids T * 3", "ids T * 3, ordered")) == "T is ordered"
    starts = "protocol p\nids T * 2\nshared v: map[T, 0..2] = 0\nconst c: map[T, 0..2] = {t: 1 for t in T}\n"
    starts += "role W:\n    action work(t: T) when v[t] == 0:\n        v[t] = c[t]\n"
    assert reason(starts) is None
    given = reason(starts.replace(" = {t: 1 for t in T}", ""), "instance i: c = {0: 1, 1: 2}\nno deadlock\n")
    assert given == "a constant names some of T"


def test_an_initial_state_that_names_an_element() -> None:
    model = model_of("protocol p\nids T * 3\nshared t: T in T\nrole W:\n    action a(x: T):\n        t = x\n")
    assert obstacle(model, model.sorts[0]) is None
    picked = model_of("protocol p\nrole W * 3:\n    var n: 0..2 = 0\n    action a when n == 0:\n        n = 1\n")
    assert [s.name for s in interchangeable(picked)] == ["W"]
