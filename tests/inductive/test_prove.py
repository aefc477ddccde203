"""Proofs at one size: what is proved holds in every reachable state, what is violated is a run, and a lemma that is wrong is not let through."""

from __future__ import annotations

import sys
from itertools import pairwise, product

import pytest

from checker import load
from checker.elaborate import make
from checker.engines.apart import MEMORY, TIME, Stopped
from checker.engines.explicit import explore
from checker.engines.inductive.child import prove_at_size
from checker.engines.inductive.events import Event, Open, Proved, Violated, Working
from checker.engines.inductive.prove import prove
from checker.engines.inductive.recheck import not_inductive
from checker.engines.inductive.solver import WITHOUT
from checker.ground.ends import enabled
from checker.ground.program import ground, initial_states
from checker.ground.run import evaluated
from checker.ground.well_formed import well_formed
from checker.model.expr import Expr
from checker.model.model import Goal, Model
from checker.model.printing import print_expr
from checker.semantics.interpreter import Interpreter


def proofs(model: Model, *goals: str) -> list[Event | Stopped]:
    events = prove_at_size(model, goals or [goal.name for goal in model.goals], time_s=60)
    return [event for event in events if event is not None and not isinstance(event, Working)]


def proved(model: Model, goal: str) -> Proved:
    event = proofs(model, goal)[0]
    assert isinstance(event, Proved), event
    return event


def goal_of(model: Model, name: str) -> Goal:
    return next(goal for goal in model.goals if goal.name == name)


def test_the_lock_is_explained_by_its_holder() -> None:
    found = proved(load("specs/lock.spec", "three"), "together")
    assert found.solver == "glucose4 (python-sat)"
    assert [print_expr(lemma) for lemma in found.lemmas] == [
        "all(c#0: Client in Client: or(ne(Client.use[c#0], using:Client.use), eq(holder, c#0)))"
    ]


def test_two_phase_commit_with_six() -> None:
    model = load("specs/two_phase_commit.spec", "three", overrides={"participants": 6})
    found = {event.goal: event for event in proofs(model) if not isinstance(event, Stopped)}
    kinds = {name: type(event).__name__ for name, event in found.items()}
    assert [name for name, kind in kinds.items() if kind == "Proved"] == ["consistent", "final", "no deadlock", "no error"]
    assert all(kind in ("Proved", "Open") for kind in kinds.values())
    assert found["decided"] == Open(
        goal="decided", reason="it speaks of whole runs: lemmas prove what holds of single states and steps"
    )


@pytest.mark.parametrize(
    ("spec", "instance", "goal"),
    [
        ("two_phase_commit", "three", "consistent"),
        ("task_board", "pair", "no deadlock"),
        ("seed_leased", "leased", "twice"),
        ("patterns/review_pipeline", None, "no deadlock"),
        ("bugs/two_effects", None, "only_pushed"),
        ("peterson", "published", "both_critical"),
    ],
)
def test_lemmas_hold_in_every_reachable_state(spec: str, instance: str | None, goal: str) -> None:
    model = load(f"specs/{spec}.spec", instance)
    lemmas = proved(model, goal).lemmas
    graph, interpreter = explore(model), Interpreter(model)
    assert lemmas
    assert all(interpreter.evaluate(lemma, state) is True for lemma in lemmas for state in graph.states)


@pytest.mark.parametrize(
    ("spec", "instance", "faults", "goal", "steps"),
    [
        ("two_phase_commit", "hasty", "none", "consistent", 7),
        ("task_board", "pair", "none", "one_owner", 4),
        ("task_board", "pair", "one_crash", "no deadlock", 6),
        ("bounded_buffer", "tight", "none", "no deadlock", 8),
    ],
)
def test_a_violation_is_a_run(spec: str, instance: str, faults: str, goal: str, steps: int) -> None:
    model = load(f"specs/{spec}.spec", instance, faults)
    event = proofs(model, goal)[0]
    assert isinstance(event, Violated)
    assert len(event.states) - 1 == steps
    interpreter = Interpreter(model)
    assert event.states[0] in set(interpreter.iterate_initial_states())
    for before, after in pairwise(event.states):
        assert any(transition.target == after for transition in interpreter.transitions(before))


def test_a_protocol_that_starts_in_many_ways() -> None:
    model = load("specs/patterns/termination.spec")
    assert sum(1 for _ in initial_states(model)) == 192
    assert isinstance(proofs(model, "right")[0], Proved)


# --- the check of a proof ------------------------------------------------------------------------------------------------


def test_a_proof_without_one_of_its_lemmas_is_refused() -> None:
    model = load("specs/two_phase_commit.spec", "three")
    goal, lemmas, form = goal_of(model, "consistent"), proved(model, "consistent").lemmas, ground(model)
    assert not_inductive(form, goal, lemmas) is None
    for left_out in range(len(lemmas)):
        assert not_inductive(form, goal, [*lemmas[:left_out], *lemmas[left_out + 1 :]]) is not None


def test_a_lemma_that_is_wrong_is_refused() -> None:
    model = load("specs/task_board.spec", "pair")
    goal, (lemma,) = goal_of(model, "no deadlock"), proved(model, "no deadlock").lemmas
    form = ground(model)
    assert not_inductive(form, goal, [lemma]) is None
    assert not_inductive(form, goal, []) == "a state that has all lemmas is bad"
    assert not_inductive(form, goal, [make.negate(lemma)]) == "lemma 1 does not hold at the start"
    broken = goal_of(model, "one_owner").conditions[0]
    assert not_inductive(form, goal, [lemma, broken]) == "Worker.work.planning may lead to a state without lemma 2"


def inductive_by_enumeration(model: Model, goal: str, lemmas: tuple[Expr, ...]) -> int:
    """Every step from every state of the encoding that has the lemmas leads to one that has them. How many states have them."""
    form = ground(model)
    said = [form.predicate(lemma) for lemma in (*lemmas, *goal_of(model, goal).conditions)]
    holds = form.graph.const(1)
    for one in said[: len(lemmas)]:
        holds = form.graph.both(holds, form.graph.both(one.value, form.graph.negate(one.undefined)))
    asked = said[-1]
    wrong = form.graph.either(asked.value, asked.undefined)
    states = set()
    for fields in product(*(range(low, high + 1) for low, high in form.fields)):
        proper, has, bad = evaluated(form.graph, fields, [well_formed(form), holds, wrong])
        if proper and has:
            assert not bad
            states.add(fields)
    for fields in states:
        for outcome, goes in zip(form.outcomes, enabled(form), strict=True):
            works, failed, *new = evaluated(form.graph, fields, [goes, outcome.failed, *(node for _, node in outcome.updates)])
            if works and not failed:
                after = list(fields)
                for (field, _), value in zip(outcome.updates, new, strict=True):
                    after[field] = value
                assert tuple(after) in states
    assert all(tuple(form.encoded(state)) in states for state in initial_states(model))
    return len(states)


def test_lemmas_are_inductive_by_enumeration() -> None:
    model = load("specs/lock.spec", "three")
    assert inductive_by_enumeration(model, "together", proved(model, "together").lemmas) == 56
    model = load("specs/two_phase_commit.spec", "three", overrides={"participants": 2})
    goal = goal_of(model, "consistent")
    assert goal.kind == "always"


# --- solvers and limits --------------------------------------------------------------------------------------------------


def test_without_python_sat_z3_does_the_work_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysat.solvers", None)
    model = load("specs/two_phase_commit.spec", "three")
    found = [event for event in prove(model, goals=["consistent"]) if isinstance(event, Proved)]
    assert [event.solver for event in found] == [WITHOUT]


def test_a_limit_on_time_leaves_a_goal_open() -> None:
    model = load("specs/patterns/snapshot.spec")
    assert proofs_within(model, time_s=1.0) in ([Open(goal="consistent", reason=TIME), Stopped()], [Stopped(reason=TIME)])


def proofs_within(model: Model, *, time_s: float) -> list[object]:
    events = prove_at_size(model, ["consistent"], time_s=time_s)
    return [event for event in events if event is not None and not isinstance(event, Working)]


def test_a_limit_on_memory_ends_it() -> None:
    model = load("specs/patterns/snapshot.spec")
    events = [event for event in prove_at_size(model, ["consistent"], memory_mib=1.0) if isinstance(event, Stopped)]
    assert events == [Stopped(reason=MEMORY)]
