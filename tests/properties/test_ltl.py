"""Verdicts on formulas, on random machines with random fairness, against a decision by other means; and what is said of them."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from checker.model.formula import TRUE, Formula, Literal, both, either, negated, next_, until
from checker.model.model import Goal
from checker.properties.judge import judge
from checker.properties.ltl.words import holds_on
from checker.properties.traces import replayed
from tests.graph.hand_graphs import is_fair
from tests.properties.formulas import random_formula
from tests.properties.machines import Machine, Move, goal, searched
from tests.properties.runs_by_hand import some_run_satisfies
from tests.properties.test_brute_force import ByHand

KINDS = (("weak", False), ("weak", False), ("strong", False), ("strong", False), ("may", False), ("weak", True))
CONDITIONS = 3


def random_machine(chance: random.Random) -> tuple[Machine, list[Move]]:
    size = chance.randint(2, 5)
    moves = []
    for _ in range(chance.randint(1, 5)):
        arrows = {(chance.randrange(size), chance.randrange(size)) for _ in range(chance.randint(1, 3))}
        fairness, fault = chance.choice(KINDS)
        moves.append(Move(tuple(sorted(arrows)), fairness, fault))
    return Machine(size, sorted(chance.sample(range(size), chance.choice((1, 1, 2))))), moves


def random_goal(chance: random.Random, machine: Machine) -> Goal:
    sets = [chance.sample(range(machine.number.high + 1), chance.randint(0, machine.number.high)) for _ in range(CONDITIONS)]
    formula = random_formula(chance, CONDITIONS, chance.randint(1, 4))
    return replace(goal("ltl", *(machine.among(numbers) for numbers in sets)), formula=formula)


def compare(seed: int) -> str:
    """The verdict on a random formula of a random machine, which must be as the definition says."""
    chance = random.Random(seed)
    machine, moves = random_machine(chance)
    asked = random_goal(chance, machine)
    assert asked.formula is not None
    search = searched(machine.model(moves, [asked]))
    by_hand = ByHand(search)
    letters = list(search.letters(dict(enumerate(asked.conditions))))
    finding = judge(search, asked)
    wanted = some_run_satisfies(by_hand.graph, by_hand.initial, letters, negated(asked.formula))
    assert finding.verdict == ("violated" if wanted else "holds"), f"seed {seed}"
    if finding.path is not None:
        require_run(search, asked.formula, finding.path, by_hand, letters)
    return finding.verdict


def require_run(search, formula: Formula, path, by_hand: ByHand, letters: list[int]) -> None:  # type: ignore[no-untyped-def]
    """The path is a fair run, or the part of one that decides, and does not satisfy the formula."""
    replayed(search, path)
    states = search.path_states(path)
    read = [letters[state] for state in states]
    if path.cycle is None:
        assert not holds_on(formula, read, len(read) - 1)
        return
    assert not holds_on(formula, read[:-1], path.cycle)
    edges = [search.graph.edge_start[s] + i for s, i in zip(states, path.indices, strict=False)]
    assert is_fair(by_hand.graph, edges[path.cycle :])


@pytest.mark.parametrize("block", range(10))
def test_random_formulas(block: int) -> None:
    found = [compare(seed) for seed in range(block * 40, block * 40 + 40)]
    assert {"holds", "violated"} == set(found)


@pytest.mark.slow
def test_many_random_formulas() -> None:
    found = [compare(seed) for seed in range(1_000, 21_000)]
    assert min(found.count("holds"), found.count("violated")) > 5_000


def test_a_formula_whose_automaton_is_too_large_is_unknown() -> None:
    contrary: Formula = TRUE
    for number in range(14):
        contrary = both(contrary, either(next_(until(TRUE, Literal(2 * number))), next_(until(TRUE, Literal(2 * number + 1)))))
    machine = Machine(3)
    asked = replace(goal("ltl", *(machine.among({n % 3}) for n in range(28))), formula=negated(contrary))
    finding = judge(searched(machine.model([Move(((0, 1), (1, 2), (2, 0)))], [asked])), asked)
    assert (finding.verdict, finding.reason) == ("unknown", "a state of its automaton has more than 2,000 moves")
