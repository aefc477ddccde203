"""Random runs are the same for the same seed, and are runs."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from checker.language.types import Int
from checker.model.expr import Local
from checker.model.model import Choose, Either
from checker.semantics.interpreter import Interpreter
from checker.semantics.simulate import draw, simulate
from tests.semantics.building import Variables, apply, assign, equal, guard, model, narrow, number, read, step
from tests.semantics.hand_models import dining_philosophers, two_phase_commit


def test_a_seed_gives_one_run() -> None:
    interpreter = Interpreter(two_phase_commit(3))
    runs = [simulate(interpreter, seed=seed, steps=30) for seed in range(20)]
    assert runs == [simulate(Interpreter(two_phase_commit(3)), seed=seed, steps=30) for seed in range(20)]
    assert len({run.indices for run in runs}) == 20


def test_a_run_is_pinned() -> None:
    """The same on every machine and every version of Python that is supported."""
    assert simulate(Interpreter(two_phase_commit(3)), seed=1, steps=8).indices == PINNED


PINNED = (6, 2, 3, 1, 0, 1, 1, 2)


def test_runs_replay() -> None:
    interpreter = Interpreter(dining_philosophers(4))
    for seed in range(20):
        run = simulate(interpreter, seed=seed, steps=200)
        steps = interpreter.replay(run.initial, run.indices)
        assert (run.ended == "length") == (len(run.indices) == 200)
        if run.ended == "stuck":
            last = steps[-1][1].target
            assert last is not None
            assert interpreter.transitions(last) == []


def counter(start: tuple[int, ...]) -> Interpreter:
    v = Variables()
    a = v.add("a", Int(0, 3), choices=start)
    more = narrow(apply("add", read(a), number(1), type=Int(1, 4)), Int(0, 3))
    return Interpreter(model(v, (step("s", (guard(apply("ne", read(a), number(2))),), (assign(a, more),)),)))


@pytest.mark.parametrize(
    ("start", "steps", "ended", "length"), [(0, 9, "stuck", 2), (3, 9, "failed", 1), (0, 1, "length", 1), (0, 2, "length", 2)]
)
def test_how_a_run_ends(start: int, steps: int, ended: str, length: int) -> None:
    run = simulate(counter((start,)), seed=0, steps=steps)
    assert (run.ended, len(run.indices)) == (ended, length)


def test_every_initial_state_can_start_a_run() -> None:
    assert {simulate(counter((0, 1, 2)), seed=seed, steps=0).initial for seed in range(30)} == {0, 1, 2}


def test_an_either_is_drawn_by_its_probabilities() -> None:
    """Heads, tails or a choice of three, by 1/2, 3/8 and 1/8; the step beside it half of the time."""
    v = Variables()
    a = v.add("a", Int(0, 9))
    some = Local(0, "some", Int(3, 5))
    branches = ((assign(a, number(1)),), (assign(a, number(2)),), (Choose(local=some, domain=some.type), assign(a, some)))
    either = Either(branches=branches, probabilities=((1, 2), (3, 8), (1, 8)))
    interpreter = Interpreter(model(v, (step("toss", (), (either,)), step("rest", (), (assign(a, number(9)),)))))
    outcomes = interpreter.outcomes((0,))
    random = Random(7)
    drawn = Counter(interpreter.transitions((0,))[draw(outcomes, random)].target for _ in range(4_800))
    expected = {(9,): 2_400, (1,): 1_200, (2,): 900, (3,): 100, (4,): 100, (5,): 100}
    assert drawn.keys() == expected.keys()
    assert all(abs(drawn[state] - count) < 5 * count**0.5 for state, count in expected.items())


def test_branches_that_cannot_be_taken_leave_their_chances_to_the_others() -> None:
    v = Variables()
    a = v.add("a", Int(0, 9))
    never = Choose(local=Local(0, "n", Int(0, 1)), domain=Int(0, 1), where=equal(number(0), number(1)))
    either = Either(branches=((never,), (assign(a, number(2)),)), probabilities=((999, 1000), (1, 1000)))
    interpreter = Interpreter(model(v, (step("toss", (), (either,)),)))
    assert [draw(interpreter.outcomes((0,)), Random(seed)) for seed in range(9)] == [0] * 9
