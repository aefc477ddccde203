"""IC3 proves and violates what a search does in generated protocols; its lemmas hold in every state that the search reaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from checker.elaborate import make
from checker.engines.along import explore_along
from checker.engines.explicit import explore
from checker.engines.inductive.events import GaveUp, Open, Proved, Violated, Working
from checker.engines.inductive.prove import prove
from checker.engines.state_graph import StateGraph
from checker.ground.graph import Unsupported
from checker.ground.shapes import is_scalar
from checker.language.source import Span
from checker.language.types import cardinality, values
from checker.model.expr import Const, Read
from checker.model.model import Goal, Model
from checker.properties.judge import judge
from checker.properties.search import Search
from checker.semantics.interpreter import Interpreter
from tests.elaborate.generator import Generated, protocol, protocols
from tests.symbolic.test_generated import models

MOST_STATES = 400
MOST_GOALS = 7
TIME_S = 8.0  # for all goals of one model: what is not decided by then agrees with everything


def agree(model: Model) -> dict[str, str]:
    """Of each goal what IC3 says, where it agrees with the search; {} where the model is too large, or has no clauses."""
    graph = explore(model, states_limit=MOST_STATES)
    if not graph.complete:
        return {}
    try:
        events = list(prove(model, goals=[goal.name for goal in model.goals], time_s=TIME_S))
    except (Unsupported, GaveUp):
        return {}
    said = {event.goal: event for event in events if not isinstance(event, Working)}
    interpreter = Interpreter(model)
    search = Search(graph, interpreter)
    for goal in model.goals:
        violated = judge(search, goal).path is not None
        match said[goal.name]:
            case Proved() as proved:
                assert not violated, goal.name
                hold_everywhere(proved, graph, interpreter)
            case Violated() as found:
                assert violated, goal.name
                along = Search(explore_along(model, found.states, interpreter), interpreter)
                assert judge(along, goal).path is not None
            case Open() as left:
                assert left.reason, goal.name
    return {name: type(event).__name__ for name, event in said.items()}


def hold_everywhere(proved: Proved, graph: StateGraph, interpreter: Interpreter) -> None:
    for lemma in proved.lemmas:
        assert all(interpreter.evaluate(lemma, state) is True for state in graph.states), lemma


def with_goals_of_cells(model: Model) -> Model:
    """And with goals about cells: of a few that they never have one of their values."""
    at = Span("generated.spec", 1, 1, 1, 1)
    goals = list(model.goals)
    for variable in model.variables:
        if is_scalar(variable.type) and variable.cells and all(map(cardinality, variable.index)) and len(goals) < MOST_GOALS:
            cell = Read(variable, tuple(Const(next(values(type)), type) for type in variable.index))
            value = list(values(variable.type))[-1]
            goals.append(Goal(name=variable.name, kind="never", text=None, conditions=(make.equal(cell, value),), at=at))
    return replace(model, goals=tuple(goals))


def said_of(seeds: Iterable[int]) -> Counter[str]:
    """How many goals of the protocols of these seeds were decided which way, all as a search decides them."""
    said: Counter[str] = Counter()
    for seed in seeds:
        for model in models(protocol(Random(seed).randrange)):
            said.update(agree(with_goals_of_cells(model)).values())
    return said


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_generated_protocols(generated: Generated) -> None:
    for model in models(generated):
        agree(with_goals_of_cells(model))


def test_a_run_that_comes_back_to_a_state_is_told_without_its_lap() -> None:
    assert said_of([840])["Violated"] > 0


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(0, 2_000, 250))
def test_many_generated_protocols(first: int) -> None:
    """2,000 in all; `python -m tests.inductive.many` counts what was said of them."""
    assert said_of(range(first, first + 250)).total() > 1_000
