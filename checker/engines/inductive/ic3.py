"""IC3: clauses, each inductive relative to those before, until they exclude what a goal forbids.

A. R. Bradley, SAT-based model checking without unrolling, VMCAI 2011; N. Een, A. Mishchenko, R. Brayton, Efficient implementation of
property directed reachability, FMCAD 2011. Each clause that is learnt is learnt with its images under renaming (A. Goel, K. Sakallah,
On symmetry and quantification, NFM 2021).

A cube says of some atoms whether they hold: whole numbers, n for atom n - 1, -n for its opposite. The clause that is learnt is that it is not so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import count
from typing import final

from msgspec import Struct

from checker.engines.inductive.gates import Literal
from checker.engines.inductive.orbits import Cube, Orbit, images
from checker.engines.inductive.solver import Solver, solver
from checker.engines.inductive.system import Outcome, System

QUESTIONS = 4_000  # until a solver starts anew, without the clauses that were for one question only


@final
class Run(Struct, frozen=True, kw_only=True):
    """A run that ends where the bad literal holds: its first state, as the fields, and then of each step the outcomes one of which leads to a state
    of the cube.
    """

    initial: tuple[int, ...]
    steps: tuple[tuple[tuple[int, ...], Cube], ...]


@final
class _Duty(Struct, frozen=True, kw_only=True):
    """From each state of the cube one of the outcomes leads to `towards` (None: the cube is bad)."""

    cube: Cube
    outcomes: tuple[int, ...] = ()
    towards: _Duty | None = None


class Ic3:
    """The search for one goal. `bad`: the literal, over `now`, that no reachable state may have. `known`: cubes that no reachable state is in.

    `renamings`: of each exchange of two elements how it changes a cube's literals; see `renamings_of`.
    """

    def __init__(
        self,
        system: System,
        bad: Literal,
        *,
        renamings: Iterable[Mapping[int, int]] = (),
        known: Iterable[Cube] = (),
        deadline: float | None = None,
    ) -> None:
        self.system = system
        self.bad = bad
        self.renamings = tuple(renamings)
        self.frames: list[dict[Cube, Orbit]] = [{}]
        self._deadline = deadline
        self._known = list(known)
        self._starts = {number: cell for cell in system.initial for number in cell[0]}
        self._opposites = _opposites(system)
        self._start_anew()

    # --- the search --------------------------------------------------------------------------------------------------

    def advance(self) -> Run | list[Orbit] | None:
        """One frame more. A run to a bad state; or the cubes that no reachable state is in: their clauses are inductive and exclude the bad;
        None where neither is known yet. Raises GaveUp.
        """
        if len(self.frames) == 1 and self._ask([self._activation(0), self.bad]):
            return Run(initial=self.system.atoms.fields(self._state()), steps=())
        self.frames.append({})
        last = len(self.frames) - 1
        while self._ask([*self._active(last), self.bad]):
            if (reached := self._blocked(self._bad_duty(), last)) is not None:
                return reached
        return self._pushed()

    @property
    def steps(self) -> int:
        """No run of so many steps ends in a bad state."""
        return len(self.frames) - 1

    @property
    def lemmas(self) -> int:
        """How many clauses are known, without their images."""
        return sum(map(len, self.frames))

    def _blocked(self, first: _Duty, level: int) -> Run | None:
        """Exclude the first cube from the frame, with all that leads to it; or a run to it."""
        order = count()
        waiting: list[tuple[int, int, _Duty]] = [(level, next(order), first)]
        while waiting:
            level, _, duty = waiting[0]
            if (start := self._initial_in(duty.cube)) is not None:
                return _run(start, duty)
            assert level > 0
            if self._excluded(duty.cube, level):
                heappop(waiting)
                continue
            core = self._unreachable(duty.cube, level)
            if core is None:
                before = self._before(duty)
                heappush(waiting, (level - 1, -next(order), before))
                continue
            heappop(waiting)
            cube = self._generalised(core, level)
            while level < len(self.frames) - 1 and self._unreachable(cube, level + 1) is not None:
                level += 1
            self._learn(cube, level)
            if level < len(self.frames) - 1:
                heappush(waiting, (level + 1, -next(order), duty))
        return None

    def _pushed(self) -> list[Orbit] | None:
        """Move clauses on to the frames where they hold too; all clauses from a frame on that adds none to the next."""
        for level in range(1, len(self.frames) - 1):
            for cube, orbit in list(self.frames[level].items()):
                if self._unreachable(cube, level + 1) is not None:
                    del self.frames[level][cube]
                    self._add(orbit, level + 1)
            if not self.frames[level]:
                return [orbit for frame in self.frames[level + 1 :] for orbit in frame.values()]
        return None

    def _generalised(self, cube: Cube, level: int) -> Cube:
        """A part of the cube that is as unreachable as it is: of what it says in full first the less is tried, then nothing."""
        cube = self._in_full(cube)
        for literal in sorted(cube, key=self._worth):
            if literal not in cube:
                continue
            smaller = cube - {literal}
            if self._starts_in(smaller):
                continue
            core = self._unreachable(smaller, level)
            if core is not None:
                cube = core
        return cube

    def _in_full(self, cube: Cube) -> Cube:
        """With what a field is not, where the cube says what it is."""
        return cube.union(*(self._opposites.get(literal, ()) for literal in cube))

    def _worth(self, literal: int) -> tuple[bool, bool, int]:
        """It is tried without what places in sequences and bags hold, then without what fields are, then without what they are not."""
        return abs(literal) - 1 not in self.system.atoms.rough, literal < 0, literal

    # --- clauses -----------------------------------------------------------------------------------------------------

    def _learn(self, cube: Cube, level: int) -> None:
        self._add(images(cube, self.renamings), level)

    def _add(self, orbit: Orbit, level: int) -> None:
        for frame in self.frames[1 : level + 1]:
            for other in [other for other in frame if orbit.cubes[0] <= other]:
                del frame[other]
        self.frames[level][orbit.cubes[0]] = orbit
        self._say(orbit, level)

    def _say(self, orbit: Orbit, level: int) -> None:
        for cube in orbit.cubes:
            self._solver.add([-self._activation(level), *(-self._now(literal) for literal in cube)])

    def _excluded(self, cube: Cube, level: int) -> bool:
        return any(other <= cube for frame in self.frames[level:] for orbit in frame.values() for other in orbit.cubes)

    # --- questions ---------------------------------------------------------------------------------------------------

    def _unreachable(self, cube: Cube, level: int) -> Cube | None:
        """A part of the cube, without initial states, that no step leads to from the frame before and outside the cube; None where one does."""
        self._asked += 1
        if self._asked > QUESTIONS:
            self._start_anew()
        here = self._solver_variable()
        self._solver.add([-here, *(-self._now(literal) for literal in cube)])
        asked = {self._then(literal): literal for literal in cube}
        reached = self._ask([*self._active(level - 1), here, *asked])
        if not reached:
            core = frozenset(literal for then, literal in asked.items() if then in self._solver.core())
        self._solver.add([-here])
        return None if reached else self._off_the_start(core, cube)

    def _off_the_start(self, core: Cube, cube: Cube) -> Cube:
        """The core with literals of the cube that keep it off the initial states: those of one cell."""
        if not self._starts_in(core):
            return core
        for mine, _ in self.system.initial:
            own = frozenset(literal for literal in cube if abs(literal) - 1 in mine)
            if own and not self._starts_in(own):
                for literal in sorted(own):
                    own = own if self._starts_in(own - {literal}) else own - {literal}
                return core | own
        raise AssertionError("a cube with initial states")

    def _bad_duty(self) -> _Duty:
        """Of the bad state that was found."""
        state, wrong = self._state_cube(), [[-self.bad]]
        cube = self._lifted(self._plain(state), wrong)
        if cube is None:
            cube = self._lifted(state, wrong)
        assert cube is not None, "the state is not bad"
        return _Duty(cube=cube)

    def _before(self, duty: _Duty) -> _Duty:
        """Of the step that was found: all states from which it leads to the cube.

        Where that hangs on the places of messages, it is tried whether it does not hang on them for all outcomes of the step together: to take a
        message is an outcome for each place.
        """
        state = self._state_cube()
        taken = next(o for o in self.system.outcomes if self._solver.true(o.taken))
        step = self.system.form.outcomes[taken.number].step
        alike = [o for o in self.system.outcomes if self.system.form.outcomes[o.number].step == step]
        for outcomes, part in (([taken], self._plain(state)), (alike, self._plain(state)), ([taken], state)):
            wrong = [[-o.works, *(-self._after(o, literal) for literal in duty.cube)] for o in outcomes]
            cube = self._lifted(part, wrong)
            if cube is not None:
                return _Duty(cube=cube, outcomes=tuple(o.number for o in outcomes), towards=duty)
        raise AssertionError("the step does not lead to the cube")

    def _plain(self, state: Cube) -> Cube:
        """Without what places in sequences and bags hold."""
        return frozenset(literal for literal in state if abs(literal) - 1 not in self.system.atoms.rough)

    def _lifted(self, state: Cube, wrong: list[list[Literal]]) -> Cube | None:
        """A part of the cube no state of which has a literal of each of the `wrong`; None where some state of the cube has."""
        here = self._lifting_variable()
        for literals in wrong:
            self._lifting.add([-here, *literals])
        core = self._core_of(state, here)
        self._lifting.add([-here])
        return core

    def _core_of(self, state: Cube, here: Literal) -> Cube | None:
        asked = {self._now(literal): literal for literal in sorted(state)}
        if self._lifting.solve([here, *asked]):
            return None
        core = self._lifting.core()
        return frozenset(literal for now, literal in asked.items() if now in core)

    def _ask(self, assumptions: list[Literal]) -> bool:
        return self._solver.solve(assumptions)

    def _active(self, level: int) -> list[Literal]:
        """What makes the clauses of a frame hold."""
        return [self._activation(frame) for frame in range(level, len(self.frames))]

    # --- literals ----------------------------------------------------------------------------------------------------

    def _now(self, literal: int) -> Literal:
        made = self.system.now.literals[abs(literal) - 1]
        return made if literal > 0 else -made

    def _then(self, literal: int) -> Literal:
        made = self.system.then.literals[abs(literal) - 1]
        return made if literal > 0 else -made

    def _after(self, outcome: Outcome, literal: int) -> Literal:
        number = abs(literal) - 1
        made = outcome.after.get(number, self.system.now.literals[number])
        return made if literal > 0 else -made

    def _activation(self, level: int) -> Literal:
        while len(self._activations) <= level:
            self._activations.append(self._solver_variable())
            if len(self._activations) == 1:
                self._say_initial(self._activations[0])
        return self._activations[level]

    def _state(self) -> list[bool]:
        """Of each atom whether it holds in the model that was found last."""
        return [self._solver.true(literal) for literal in self.system.now.literals]

    def _state_cube(self) -> Cube:
        """The state of the model that was found last; of fields that are one of several values only what they are."""
        found = set[int]()
        for number, holds in enumerate(self._state()):
            if holds:
                found.add(number + 1)
            elif number + 1 not in self._opposites:
                found.add(-number - 1)
        return frozenset(found)

    # --- the start ---------------------------------------------------------------------------------------------------

    def _starts_in(self, cube: Cube) -> bool:
        return self._initial_in(cube) is not None

    def _initial_in(self, cube: Cube) -> tuple[int, ...] | None:
        """The fields of an initial state in the cube. Cells start independently of each other."""
        chosen: dict[frozenset[int], frozenset[int]] = {}
        for literal in cube:
            mine, ways = self._starts[abs(literal) - 1]
            if mine in chosen:
                continue
            asked = [other for other in cube if abs(other) - 1 in mine]
            fitting = next((way for way in ways if all((abs(o) - 1 in way) == (o > 0) for o in asked)), None)
            if fitting is None:
                return None
            chosen[mine] = fitting
        true = set().union(*(chosen.get(mine, ways[0]) for mine, ways in self.system.initial))
        return self.system.atoms.fields([number in true for number in range(len(self.system.atoms.all))])

    def _say_initial(self, activation: Literal) -> None:
        first = self._solver_variable()
        clauses = self.system.starts(first)
        top = max((abs(literal) for clause in clauses for literal in clause), default=first)
        while self._solver_variable() < top:
            pass
        for clause in clauses:
            self._solver.add([-activation, *clause])

    # --- solvers -----------------------------------------------------------------------------------------------------

    def _start_anew(self) -> None:
        """New solvers, without the clauses that were there for one question only."""
        gates = self.system.gates
        self._asked = 0
        self._activations: list[Literal] = []
        self._variables = count(gates.variables + 1)
        self._lifting_variables = count(gates.variables + 1)
        self._solver: Solver = solver([*gates.clauses, *self.system.steps], self._deadline)
        self._lifting: Solver = solver(gates.clauses, self._deadline)
        for cube in self._known:
            for one in (self._now, self._then):
                self._solver.add([-one(literal) for literal in cube])
            self._lifting.add([-self._now(literal) for literal in cube])
        for level, frame in enumerate(self.frames):
            for orbit in frame.values():
                self._say(orbit, level)

    def _solver_variable(self) -> Literal:
        return next(self._variables)

    def _lifting_variable(self) -> Literal:
        return next(self._lifting_variables)


def _opposites(system: System) -> dict[int, tuple[int, ...]]:
    """Of what a field is what it then is not."""
    found: dict[int, tuple[int, ...]] = {}
    for atoms in system.atoms.of_field:
        numbers = [system.atoms.numbers[atom] + 1 for atom in atoms]
        if len(numbers) > 1 and atoms[0].test == "is":
            for number in numbers:
                found[number] = tuple(-other for other in numbers if other != number)
    return found


def _run(start: tuple[int, ...], duty: _Duty) -> Run:
    def steps() -> Iterator[tuple[tuple[int, ...], Cube]]:
        at = duty
        while at.towards is not None:
            yield at.outcomes, at.towards.cube
            at = at.towards

    return Run(initial=start, steps=tuple(steps()))
