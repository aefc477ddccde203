"""Lemmas for every size: what they say, and that they are inductive at sizes that had no part in their making."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from checker import load
from checker.engines.inductive.candidates import candidates
from checker.engines.inductive.events import Lemmas, Violated, Working
from checker.engines.inductive.recheck import not_inductive
from checker.ground.program import ground
from checker.model.model import Model
from checker.model.printing import print_expr
from checker.model.resize import resized

CASES = [
    ("lock", "pair", "none", "together", ({"clients": 1}, {"clients": 2}, {"clients": 3}), {"clients": 4}, 1),
    ("lock", "pair", "one_crash", "together", ({"clients": 1}, {"clients": 2}, {"clients": 3}), {"clients": 4}, 1),
    (
        "two_phase_commit",
        "three",
        "none",
        "consistent",
        ({"participants": 2}, {"participants": 3}, {"participants": 4}),
        {"participants": 6},
        8,
    ),
]


def found(spec: str, instance: str, faults: str, goal: str, sizes: tuple[Mapping[str, int], ...]) -> object:
    def model_at(size: Mapping[str, int]) -> Model:
        return load(f"specs/{spec}.spec", instance, faults, overrides=dict(size))

    *_, last = [event for event in candidates(model_at, sizes, goal) if not isinstance(event, Working)]
    return last


@pytest.mark.parametrize(("spec", "instance", "faults", "goal", "sizes", "larger", "count"), CASES)
def test_candidates_are_inductive_at_a_larger_size(  # type: ignore[no-untyped-def]
    spec, instance, faults, goal, sizes, larger, count
) -> None:
    event = found(spec, instance, faults, goal, sizes)
    assert isinstance(event, Lemmas)
    assert len(event.lemmas) == count
    model = load(f"specs/{spec}.spec", instance, faults, overrides=larger)
    asked = next(one for one in model.goals if one.name == goal)
    assert not_inductive(ground(model), asked, [resized(lemma, model) for lemma in event.lemmas]) is None


BOARDS = tuple({"workers": workers, "tasks": tasks} for workers, tasks in ((1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 2)))


def test_some_worker_is_at_it() -> None:
    """Of a claimed task there is some worker that works on it: two workers alone do not say whether all of them or some do."""
    event = found("task_board", "pair", "none", "no deadlock", BOARDS)
    assert isinstance(event, Lemmas)
    (lemma,) = event.lemmas
    assert print_expr(lemma) == (
        "all(t#0: Task in Task: or(ne(status[t#0], claimed:Status), any(w#1: Worker in Worker: "
        "and(eq(Worker.work.t[w#1], t#0), ne(Worker.work[w#1], idle:Worker.work)))))"
    )


def test_where_the_smallest_size_needs_no_lemma_a_larger_one_may() -> None:
    """With one member a task cannot get another owner, whatever the state is."""

    def model_at(size: Mapping[str, int]) -> Model:
        return load("specs/bugs/busy_check.spec", "as_it_was", overrides=dict(size))

    sizes = ({"members": 1, "tasks": 1}, {"members": 2, "tasks": 1}, {"members": 2, "tasks": 2})
    *_, last = candidates(model_at, sizes, "no_steal")
    assert isinstance(last, Lemmas)
    assert [print_expr(lemma) for lemma in last.lemmas] == [
        "all(m#0: Member in Member, t#1: Task in Task: or(ne(status[t#1], pending:Status), ne(owner[t#1], m#0)))"
    ]


def test_a_goal_that_breaks_at_some_size_is_violated() -> None:
    event = found("task_board", "pair", "none", "one_owner", BOARDS)
    assert isinstance(event, Violated)
    assert len(event.states) == 5
