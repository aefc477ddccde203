"""SPIN on formulas under weak fairness: a machine as a program with one process for each step.

SPIN's `-f` is weak fairness of processes: one that is enabled for ever from some point on is taken again and again. A process that is one loop over
the arrows of one step is enabled where the step is, so this is weak fairness of steps, as long as all of them are weakly fair. One more step goes
from each place to itself: SPIN 6.5.2 misses runs that end when it is asked for fairness (seed 17 without that step: it finds the run without
`-f` and not with it).
"""

from __future__ import annotations

import random
from pathlib import Path

from msgspec.structs import replace

from checker.model.formula import And, Formula, Literal, Next, Or, Release, Truth, Until, both, either, release, until
from checker.properties.judge import judge
from tests.export.spin import _number, _run
from tests.properties.formulas import random_formula
from tests.properties.machines import Machine, Move, goal, searched

CONDITIONS = 2


def without_next(formula: Formula) -> Formula:
    """SPIN as Debian builds it has no `next`."""
    match formula:
        case Next(of):
            return without_next(of)
        case And(left, right):
            return both(without_next(left), without_next(right))
        case Or(left, right):
            return either(without_next(left), without_next(right))
        case Until(left, right):
            return until(without_next(left), without_next(right))
        case Release(left, right):
            return release(without_next(left), without_next(right))
    return formula


def in_spin(formula: Formula) -> str:
    match formula:
        case Truth(value):
            return "true" if value else "false"
        case Literal(condition, positive):
            return f"c{condition}" if positive else f"(!c{condition})"
        case And(left, right):
            return f"({in_spin(left)} && {in_spin(right)})"
        case Or(left, right):
            return f"({in_spin(left)} || {in_spin(right)})"
        case Until(left, right):
            return f"({in_spin(left)} U {in_spin(right)})"
        case Release(left, right):
            return f"({in_spin(left)} V {in_spin(right)})"
    raise TypeError(formula)


def program(moves: list[Move], start: int, sets: list[list[int]], formula: Formula) -> str:
    lines = [f"byte at = {start};"]
    for number, members in enumerate(sets):
        lines.append(f"#define c{number} ({' || '.join(f'at == {m}' for m in members) or 'at == 99'})")
    for number, move in enumerate(moves):
        options = "\n".join(f"  :: d_step {{ at == {a} -> at = {b} }}" for a, b in move.arrows)
        lines.append(f"active proctype step{number}() {{\nend:\n  do\n{options}\n  od\n}}")
    return "\n".join([*lines, f"ltl asked {{ {in_spin(formula)} }}", ""])


def violated_in_spin(text: str, folder: Path) -> bool:
    (folder / "model.pml").write_text(text, encoding="utf-8")
    made = _run(["spin", "-o2", "-a", "model.pml"], folder)
    assert "rror" not in made, made
    _run(["cc", "-O0", "-w", "-DNOREDUCE", "-o", "pan", "pan.c"], folder)
    return _number(r"errors: (\d+)", _run(["./pan", "-a", "-f", "-m100000"], folder)) > 0


def compare_with_spin(seed: int, folder: Path) -> str:
    """The verdict on a random formula of a random machine whose steps are all weakly fair, on which SPIN must agree."""
    chance = random.Random(seed)
    size = chance.randint(2, 5)
    moves = []
    for _ in range(chance.randint(1, 4)):
        arrows = {(chance.randrange(size), chance.randrange(size)) for _ in range(chance.randint(1, 3))}
        moves.append(Move(tuple(sorted(arrows))))
    moves.append(Move(tuple((at, at) for at in range(size))))
    sets = [chance.sample(range(size), chance.randint(1, size - 1)) for _ in range(CONDITIONS)]
    formula = without_next(random_formula(chance, CONDITIONS, chance.randint(1, 4)))
    machine = Machine(size)
    asked = replace(goal("ltl", *(machine.among(members) for members in sets)), formula=formula)
    verdict = judge(searched(machine.model(moves, [asked])), asked).verdict
    text = program(moves, 0, sets, formula)
    assert violated_in_spin(text, folder) == (verdict == "violated"), f"seed {seed}\n{text}"
    return verdict
