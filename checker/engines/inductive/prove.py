"""Proofs at one size: IC3 for one goal after another, each proof as lemmas that Z3 has checked again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from time import perf_counter

from checker.engines.inductive.events import Event, GaveUp, Open, Proved, Violated, Working
from checker.engines.inductive.houdini import Houdini, fewest
from checker.engines.inductive.ic3 import Ic3, Run
from checker.engines.inductive.lemmas import Sayer
from checker.engines.inductive.narrowed import narrowed
from checker.engines.inductive.orbits import Cube, Orbit, renamings_of
from checker.engines.inductive.recheck import not_inductive
from checker.engines.inductive.solver import name
from checker.engines.inductive.system import System
from checker.engines.symbolic.concrete import Fields, Player
from checker.ground.ends import enabled
from checker.ground.graph import Node, Unsupported
from checker.ground.program import GroundModel, ground
from checker.ground.violations import bad
from checker.language.types import Value
from checker.model.expr import Expr
from checker.model.model import Goal, Model

NOT_OF_STATES = "it speaks of whole runs: lemmas prove what holds of single states and steps"


def prove(model: Model, *, goals: Sequence[str], time_s: float | None = None) -> Iterator[Event]:
    """Of each goal Working, now and then, and at last Proved, Violated or Open. The goals that are left share what is left of the time. Raises
    Unsupported for what the ground form cannot say, GaveUp where the model is too large.
    """
    deadline = None if time_s is None else perf_counter() + time_s
    proofs = Proofs(model)
    for number, goal in enumerate(goals):
        yield from proofs.of(goal, _share(deadline, len(goals) - number))


def _share(deadline: float | None, among: int) -> float | None:
    """Until when one of so many may take."""
    now = perf_counter()
    return None if deadline is None else now + (deadline - now) / among


class Proofs:
    """Proofs of goals of one model; what one has learnt helps the next. `known`: cubes that no reachable state is in, inductive together."""

    def __init__(self, model: Model, *, near: bool = False) -> None:
        """`near`: where lemmas are all that is looked for, large numbers only near where they start (`narrowed`)."""
        self.model = model
        self.form = ground(model, symmetry=True)
        self.system = System(narrowed(self.form) if near else self.form)
        alone = [sort for sort in model.sorts if sort.size == 1 and not sort.ordered and not sort.single]
        self.sayer = Sayer(self.system, (*self.form.symmetric, *alone))
        self._renamings = renamings_of(self.system, self.form.symmetric)
        self.known: list[Orbit] = []
        self.unsaid = ""  # why a clause is no condition of the model

    def of(self, goal: str, deadline: float | None) -> Iterator[Event]:
        """Working, now and then; at last Proved, Violated or Open."""
        asked = next(one for one in self.model.goals if one.name == goal)
        wrong = bad(self.form, asked)
        if wrong is None:
            yield Open(goal=goal, reason=NOT_OF_STATES)
            return
        try:
            violated = False
            for event in self.search(goal, wrong, deadline):
                yield event
                violated = isinstance(event, Violated)
            if not violated:
                yield self._proof(asked, wrong, deadline)
        except (GaveUp, Unsupported) as reason:
            yield Open(goal=goal, reason=str(reason))

    def search(self, goal: str, wrong: Node, deadline: float | None) -> Iterator[Working | Violated]:
        """Working, now and then; at last Violated, where there is a run to a wrong state. Else what is `known` then excludes all of them.

        Raises GaveUp.
        """
        known = [cube for orbit in self.known for cube in orbit.cubes]
        literal = self.system.now.encoder.truth(wrong)
        search = Ic3(self.system, literal, renamings=self._renamings, known=known, deadline=deadline)
        while (found := search.advance()) is None:
            yield Working(goal=goal, steps=search.steps, lemmas=search.lemmas)
        if isinstance(found, Run):
            yield Violated(goal=goal, states=_without_laps(self._states(found)))
        else:
            self.known += found

    def _proof(self, asked: Goal, wrong: Node, deadline: float | None) -> Proved | Open:
        lemmas = self._needed(list(self._said()), asked, wrong, deadline)
        why_not = not_inductive(self.form, asked, lemmas, deadline)
        if why_not is not None:
            return Open(goal=asked.name, reason=f"the lemmas that were found do not pass the check: {why_not}")
        return Proved(goal=asked.name, lemmas=lemmas, solver=name())

    def _said(self) -> Iterator[Expr]:
        """The lemmas that say what the clauses say, as far as conditions can."""
        for orbit in self.known:
            try:
                yield self.sayer.universal(orbit.cubes[0]) if orbit.complete else self.sayer.of_one(orbit.cubes[0])
            except GaveUp as reason:
                self.unsaid = str(reason)

    def _needed(self, lemmas: Sequence[Expr], asked: Goal, wrong: Node, deadline: float | None) -> tuple[Expr, ...]:
        """Of lemmas that are inductive with the goal, few that are so too."""
        conditions = [condition(self.system, lemma) for lemma in lemmas]
        houdini = Houdini(self.system, [*conditions, *own_condition(self.form, asked, wrong)], [wrong], deadline)
        left = houdini.inductive(range(len(houdini.now)))
        if not houdini.safe(left):
            raise GaveUp(self.unsaid or "the lemmas that were found are not inductive")
        return tuple(lemmas[number] for number in sorted(fewest([houdini], left)) if number < len(lemmas))

    def _states(self, run: Run) -> Iterator[tuple[Value, ...]]:
        player, fields = Player(self.form, enabled(self.form)), run.initial
        yield self.form.decoded(list(fields))
        for outcomes, cube in run.steps:
            ways = (player.after(fields, number) for number in outcomes)
            fields = next(after for after in ways if after is not None and self._is_in(after, cube))
            yield self.form.decoded(list(fields))

    def _is_in(self, fields: Fields, cube: Cube) -> bool:
        return all(self.system.atoms.holds(abs(literal) - 1, fields) == (literal > 0) for literal in cube)


def _without_laps(run: Iterable[tuple[Value, ...]]) -> tuple[tuple[Value, ...], ...]:
    """The run without what it does between two times in one state: two cubes of it may be met in the same state."""
    path: dict[tuple[Value, ...], None] = {}
    for state in run:
        if state in path:
            while next(reversed(path)) != state:
                path.popitem()
        path[state] = None
    return tuple(path)


def own_condition(form: GroundModel, goal: Goal, wrong: Node) -> list[Node]:
    """What a goal says of every state, to be shown together with the lemmas; of other goals the lemmas have to say that no state is wrong."""
    return [form.graph.negate(wrong)] if goal.kind in ("always", "never") else []


def condition(system: System, lemma: Expr) -> Node:
    """1 where a lemma holds; it must have a value too."""
    graph, said = system.form.graph, system.form.predicate(lemma)
    return graph.both(said.value, graph.negate(said.undefined))
