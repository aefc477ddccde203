"""`whenever P leads to Q within k steps` against formulas with `next`, and against its definition; rounds; what is said of a violation."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from msgspec.structs import replace

import checker
from checker.model.formula import FALSE, Formula, Literal, either, negated, next_, release
from checker.properties.finding import Finding
from checker.properties.judge import judge
from checker.properties.search import Search
from tests.properties.machines import Move, goal, searched
from tests.properties.test_ltl import random_machine


def within(steps: int) -> Formula:
    """`always (#0 implies (#1 or next (#1 or next ...)))`, of so many steps."""
    found: Formula = Literal(1)
    for _ in range(steps):
        found = either(Literal(1), next_(found))
    return release(FALSE, either(negated(Literal(0)), found))


@pytest.mark.parametrize("seed", range(150))
def test_a_bound_is_a_formula_with_next(seed: int) -> None:
    """Without faults: they do not count as steps of a bound, and do for `next`."""
    chance = random.Random(seed)
    machine, moves = random_machine(chance)
    moves = [Move(move.arrows, move.fairness) for move in moves]
    steps = chance.randint(1, 4)
    numbers = range(machine.number.high + 1)
    sets = [machine.among(chance.sample(numbers, chance.randint(0, len(numbers)))) for _ in range(2)]
    bounded = replace(goal("whenever", *sets), within=(steps, "steps"))
    formula = replace(goal("ltl", *sets), formula=within(steps))
    search = searched(machine.model(moves, [bounded, formula]))
    found = judge(search, bounded)
    assert found.verdict == judge(search, formula).verdict
    if found.path is not None:
        require_violation(search, found, steps, sets)


def require_violation(search: Search, found: Finding, steps: int, sets: list) -> None:  # type: ignore[type-arg]
    """From a state with P the path takes so many steps among states without Q, or ends where a run may end."""
    assert found.path is not None
    trigger, target = (search.truths(condition).values for condition in sets)
    states = search.path_states(found.path)
    late = [place for place, state in enumerate(states) if trigger[state] and not any(target[s] for s in states[place:])]
    assert late
    assert len(states) - 1 - late[0] >= steps or search.resting()[states[-1]]


LINE = [Move(((0, 1), (1, 2), (2, 3)))]


@pytest.mark.parametrize(("steps", "verdict"), [(2, "violated"), (3, "holds"), (4, "holds")])
def test_a_line(steps: int, verdict: str) -> None:
    assert bounded(4, LINE, {0}, {3}, steps).verdict == verdict


def bounded(size: int, moves: list[Move], p: set[int], q: set[int], steps: int) -> Finding:
    from tests.properties.machines import Machine

    machine = Machine(size)
    asked = replace(goal("whenever", machine.among(p), machine.among(q)), within=(steps, "steps"))
    return judge(searched(machine.model(moves, [asked])), asked)


def test_faults_do_not_count() -> None:
    moves = [Move(((0, 1), (1, 2))), Move(((0, 0), (1, 1)), fault=True)]
    assert bounded(3, moves, {0}, {2}, 2).verdict == "holds"
    found = bounded(3, moves, {0}, {2}, 1)
    assert found.path is not None
    assert len(found.path.indices) == 1


def test_a_run_that_ends_too_soon() -> None:
    found = bounded(3, [Move(((0, 1),))], {0}, {2}, 9)
    assert found.verdict == "violated"
    assert found.path is not None
    assert len(found.path.indices) == 1


def test_a_step_that_may_never_come() -> None:
    moves = [Move(((0, 1),), fairness="may")]
    found = bounded(2, moves, {0}, {1}, 5)
    assert found.path is not None
    assert found.path.indices == ()


def test_rounds_are_counted_by_their_barriers(tmp_path: Path) -> None:
    """What a worker does in round two is done after the second barrier; a run that ends, or goes on without rounds, keeps no bound."""
    team = "protocol r()\nrole W * 2\nshared done: bool = false\nshared x: bool = false\nrole W:\n    run:\n"
    team += "        await round\n        await round\n        done = true\n"
    (tmp_path / "r.team").write_text(team, encoding="utf-8")
    lines = [f"whenever w{n}: not done leads to done within {n} round{'s' * (n > 1)}" for n in (1, 2, 3)]
    (tmp_path / "r.spec").write_text(
        "\n".join(['spec r for "r.team"', *lines, "whenever never: not x leads to x within 9 rounds\n"])
    )
    report = checker.check(str(tmp_path / "r.spec"))
    assert {r.property: r.verdict for r in report.results if r.property != "no error"} == {
        "w1": "violated",
        "w2": "violated",
        "w3": "holds",
        "never": "violated",
    }
