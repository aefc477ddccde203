"""The point of no return on native graphs is that of the reference for the same path, in generated protocols and on small machines."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from checker.elaborate.lower import elaborate
from checker.engines.explicit import explore
from checker.engines.native.edges import NativeGraph
from checker.engines.native.explore import explore_native
from checker.ground.graph import Unsupported
from checker.language.source import Span
from checker.language.types import Bool
from checker.model.expr import Apply
from checker.model.model import Goal, GoalKind, Model
from checker.properties.judge import judge
from checker.properties.native_search import way_closed
from checker.properties.no_return import no_return
from checker.properties.search import Search
from checker.properties.traces import replayed
from checker.semantics.interpreter import Interpreter
from tests.elaborate.agreeing import generated
from tests.elaborate.generator import protocol
from tests.native.agreeing import available, models
from tests.properties.machines import FAILS, Machine, Move, goal
from tests.properties.test_no_return import LONG

pytestmark = pytest.mark.skipif(not available(), reason="the native library is not there")
AT = Span("generated.spec", 1, 1, 1, 1)
KINDS: tuple[GoalKind, ...] = ("no error", "no deadlock", "no unhandled message")
MARKS = ("no lost update", "no stale write", "no overwrite")


def compared(model: Model, most_states: int = 300) -> Counter[str]:
    """How often each kind of goal was violated, and both said the same of the way there: ` late`, where it closed after the start."""
    found: Counter[str] = Counter()
    graph = explore(model, states_limit=most_states)
    if not graph.complete:
        return found
    try:
        explored = explore_native(model, runs=True, threads=1)
    except Unsupported:
        return found
    search = Search(graph, Interpreter(model))
    for asked in model.goals:
        finding = judge(search, asked)
        if finding.verdict == "violated" and finding.path is not None:
            by_reference = no_return(search, replayed(search, finding.path), finding)
            assert way_closed(NativeGraph(explored, model, lazy=True), asked, finding.path) == by_reference, asked.kind
            found[asked.kind + (" unknown" if by_reference is None else " late" if by_reference else "")] += 1
    return found


def plain(model: Model) -> Model:
    return replace(model, goals=tuple(Goal(name=kind, kind=kind, text=None, at=AT) for kind in KINDS))


def test_generated_protocols() -> None:
    found: Counter[str] = Counter()
    for seed in range(120):
        random = Random(seed)
        for model in models(protocol(random.randrange, most=random.choice((2, 3, 4)))):
            found += compared(plain(model))
    assert {f"{kind} late" for kind in KINDS} < set(found)


def test_generated_stores() -> None:
    found: Counter[str] = Counter()
    for case in generated(range(60), goals=True, aim="race"):
        for asked in () if case is None else case.checked.properties:
            found += compared(elaborate(case.checked, case.faults, [asked]))
    assert set(MARKS) < {kind.removesuffix(" late") for kind in found}


places = st.integers(0, LONG - 1)
moves = st.builds(
    lambda arrows, kind, mark: Move(tuple(arrows), kind[0], kind[1], mark),
    st.lists(st.tuples(places, st.integers(FAILS, LONG - 1)), min_size=1, max_size=3, unique=True),
    st.sampled_from([("weak", False), ("weak", False), ("strong", False), ("may", False), ("may", True)]),
    st.sampled_from([None, None, "m"]),
)


@given(st.lists(moves, min_size=1, max_size=5), st.frozensets(st.tuples(places, places), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_small_machines(drawn: list[Move], bad: frozenset[tuple[int, int]]) -> None:
    """Steps that fail, steps that leave a mark, pairs of states that no step may lead between; some steps fair, some not."""
    at = Machine(LONG, [0])
    line = Move(tuple((n, n + 1) for n in range(LONG - 1)))
    pairs = [Apply("and", (at.among({a}, old=True), at.among({b})), Bool()) for a, b in sorted(bad)]
    step = goal("step", Apply("not", (Apply("or", tuple(pairs), Bool()),), Bool()))
    compared(at.model([line, *drawn], [step, goal("no error"), goal("no lost update", mark="m"), goal("no deadlock")]))
