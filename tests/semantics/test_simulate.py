"""Random runs are the same for the same seed, and are runs."""

from __future__ import annotations

import pytest

from checker.language.types import Int
from checker.semantics.interpreter import Interpreter
from checker.semantics.simulate import simulate
from tests.semantics.building import Variables, apply, assign, guard, model, narrow, number, read, step
from tests.semantics.hand_models import dining_philosophers, two_phase_commit


def test_a_seed_gives_one_run() -> None:
    interpreter = Interpreter(two_phase_commit(3))
    runs = [simulate(interpreter, seed=seed, steps=30) for seed in range(20)]
    assert runs == [simulate(Interpreter(two_phase_commit(3)), seed=seed, steps=30) for seed in range(20)]
    assert len({run.indices for run in runs}) == 20


def test_a_run_is_pinned() -> None:
    """The same on every machine and every version of Python that is supported."""
    assert simulate(Interpreter(two_phase_commit(3)), seed=1, steps=8).indices == PINNED


PINNED = (5, 3, 0, 2, 2, 3, 3, 0)


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
