"""What is said of atoms, of their images and of orbits is what they mean, in any states of the encoding, reachable or not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from random import Random

import pytest

from checker import load
from checker.engines.explicit import explore
from checker.engines.inductive.atoms import Atoms
from checker.engines.inductive.events import GaveUp
from checker.engines.inductive.leaves import Atom
from checker.engines.inductive.orbits import Cube, images, renamings_of
from checker.engines.inductive.prove import Proofs
from checker.engines.inductive.system import System
from checker.ground.permute import renamed
from checker.ground.program import GroundModel, ground
from checker.ground.run import evaluated
from checker.ground.shapes import flat
from checker.ground.well_formed import well_formed
from checker.semantics.interpreter import Interpreter

SPECS = [
    "two_phase_commit",
    "task_board",
    "seed_leased",
    "paxos",
    "tutorial",
    "ring_election",
    "patterns/planner_workers",
    "patterns/work_stealing",
    "patterns/contract_net",
    "patterns/quorum_vote",
    "bugs/two_effects",
]


def some_states(form: GroundModel, random: Random) -> Iterator[list[int]]:
    """States of the encoding: reachable ones in which some cells have values of other reachable ones."""
    states = [form.encoded(state) for state in explore(form.model, states_limit=200).states]
    cells = [list(flat(cell)) for cell in form.cells]
    starts = [sum(map(len, cells[:i])) for i in range(len(cells) + 1)]
    while True:
        made = list(random.choice(states))
        for cell in random.sample(range(len(cells)), min(3, len(cells))):
            made[starts[cell] : starts[cell + 1]] = random.choice(states)[starts[cell] : starts[cell + 1]]
        yield made


@pytest.mark.parametrize("spec", SPECS)
def test_conditions_say_what_atoms_mean(spec: str) -> None:
    form = ground(load(f"specs/{spec}.spec"))
    atoms, interpreter = Atoms(form), Interpreter(form.model)
    unsaid = set()
    for fields in islice(some_states(form, Random(1)), 12):
        assert evaluated(form.graph, fields, [well_formed(form)]) == [1]
        assert list(atoms.fields([atoms.holds(number, fields) for number in range(len(atoms.all))])) == fields
        state = form.decoded(fields)
        for number in range(len(atoms.all)):
            try:
                said = [atoms.said(number, {}, holds=holds) for holds in (True, False)]
            except GaveUp:
                unsaid.add(number)
                continue
            holds = atoms.holds(number, fields)
            assert [interpreter.evaluate(expr, state) for expr in said] == [holds, not holds], said
    assert unsaid <= atoms.rough


@pytest.mark.parametrize("spec", SPECS)
def test_images_say_of_renamed_states_what_atoms_say(spec: str) -> None:
    form = ground(load(f"specs/{spec}.spec"), symmetry=True)
    atoms = Atoms(form)
    for fields in islice(some_states(form, Random(2)), 20):
        for sort in form.symmetric:
            other = form.encoded(renamed(form.model, form.decoded(fields), sort, 0, 1))
            for number in range(len(atoms.all)):
                image = atoms.image(number, sort, 0, 1)
                if image is not None:
                    assert atoms.holds(number, fields) == atoms.holds(image, other)
                else:
                    saying = atoms.all[number]
                    assert isinstance(saying, Atom)
                    assert atoms.leaves[saying.field].may_be_absent


def random_cube(system: System, random: Random) -> Cube:
    literals = random.sample(range(1, len(system.atoms.all) + 1), 4)
    return frozenset(number if random.random() < 0.4 else -number for number in literals)


@pytest.mark.parametrize("spec", ["two_phase_commit", "task_board", "patterns/work_stealing", "bugs/two_effects"])
def test_a_lemma_says_what_a_clause_and_its_images_say(spec: str) -> None:
    proofs, random = Proofs(load(f"specs/{spec}.spec")), Random(3)
    renamings = renamings_of(proofs.system, proofs.form.symmetric)
    atoms, compared = proofs.system.atoms, 0
    states = list(islice(some_states(proofs.form, random), 60))
    for _ in range(60):
        orbit = images(random_cube(proofs.system, random), renamings)
        if not orbit.complete:
            continue
        try:
            lemma = proofs.sayer.universal(orbit.cubes[0])
        except GaveUp:
            continue
        node = proofs.form.predicate(lemma).value
        for fields in states:
            inside = any(all(atoms.holds(abs(n) - 1, fields) == (n > 0) for n in cube) for cube in orbit.cubes)
            assert evaluated(proofs.form.graph, fields, [node]) == [not inside]
            compared += inside
    assert compared > 100
