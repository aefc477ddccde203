"""The sweeps as a formula in a solver: what can be asked of it, and the run that an answer stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import final

import z3
from msgspec import Struct

from checker.engines.apart import MEMORY, TIME
from checker.engines.symbolic.concrete import Play
from checker.engines.symbolic.sweeps import Chance, Sweeps
from checker.engines.symbolic.terms import Terms
from checker.ground.graph import Node
from checker.ground.shapes import encode

LONGEST = 100  # letters of what a solver says
SOLVER = "QF_FD"  # Z3's solver for finite domains: incremental, by bit-blasting


class GaveUp(Exception):
    """The solver does not know; the text says why: TIME, MEMORY, or in words."""


@final
class Sought(Struct, frozen=True, kw_only=True):
    """Something that a sweep may show: a goal and what of it ("wrong", "undefined"). `over`: the chances that show it, each with the node
    that is 1 where it does; None: the state after the sweep shows it, where `state` is 1.
    """

    goal: str
    what: str
    state: Node | None = None
    over: tuple[tuple[Chance, Node], ...] | None = None


class Formula:
    """What holds of all runs so far; it grows sweep by sweep. `deadline`: until when a question may take (of `perf_counter`), None: no end."""

    def __init__(self, sweeps: Sweeps, deadline: float | None = None) -> None:
        self.sweeps = sweeps
        self._terms = Terms(sweeps.graph)
        self._solver = z3.SolverFor(SOLVER)
        self.deadline = deadline
        self._asked = 0
        for _, chosen, _ in sweeps.initial:
            self._solver.add(self._terms.bounds(chosen))

    def grow(self) -> None:
        """One sweep more."""
        for chance in self.sweeps.sweep():
            if self.sweeps.graph.value(chance.enabled) != 1:
                self._solver.add(z3.Implies(self._terms.truth(chance.taken), self._terms.truth(chance.enabled)))

    def sought(self) -> Iterator[Sought]:
        """What the last sweep may show (before the first: what the initial states may)."""
        graph = self.sweeps.graph
        for goal, what, node in self.sweeps.targets:
            state = self.sweeps.now(node)
            if graph.value(state) != 0:
                yield Sought(goal=goal, what=what, state=state)
        over: dict[tuple[str, str], list[tuple[Chance, Node]]] = {}
        for chance in self.sweeps.sweeps[-1] if self.sweeps.sweeps else ():
            for goal, what, node in chance.seen:
                over.setdefault((goal, what), []).append((chance, node))
        for (goal, what), chances in over.items():
            yield Sought(goal=goal, what=what, over=tuple(chances))

    # --- questions ---------------------------------------------------------------------------------------------------

    def run_that_shows(self, sought: Sought, *limits: z3.BoolRef) -> Play | None:
        """A run that shows it and keeps the limits, None where there is none. Raises GaveUp."""
        shows = [self._terms.truth(node) for node in _nodes(sought)]
        asked = [self._named(z3.Or(shows) if len(shows) != 1 else shows[0]), *map(self._named, limits)]
        if self.deadline is not None:
            left_ms = int((self.deadline - perf_counter()) * 1000)
            if left_ms <= 0:
                raise GaveUp(TIME)
            self._solver.set("timeout", left_ms)
        answer = self._solver.check(*asked)
        if answer == z3.unsat:
            return None
        if answer == z3.unknown:
            late = self.deadline is not None and perf_counter() >= self.deadline
            raise GaveUp(TIME if late else reason_of(self._solver.reason_unknown()))
        return self._play(sought, self._solver.model())

    def at_most(self, chances: Sequence[z3.BoolRef], most: int) -> z3.BoolRef:
        """Of these truths at most so many hold."""
        return z3.PbLe([(chance, 1) for chance in chances], most) if chances else z3.BoolVal(True)

    def taken(self, *, faults_only: bool = False) -> list[z3.BoolRef]:
        """Of each chance whether it is taken."""
        form = self.sweeps.form
        return [
            self._terms.truth(chance.taken)
            for sweep in self.sweeps.sweeps
            for chance in sweep
            if not faults_only or form.model.steps[form.outcomes[chance.outcome].step].fault is not None
        ]

    def acting(self) -> list[z3.BoolRef]:
        """Of each agent whether it acts; a fault is no act of the agent that suffers it."""
        model, graph = self.sweeps.form.model, self.sweeps.graph
        acts: dict[tuple[str, int], list[z3.BoolRef]] = {}
        for chance in (chance for sweep in self.sweeps.sweeps for chance in sweep):
            step = model.steps[self.sweeps.form.outcomes[chance.outcome].step]
            if chance.agent is None or step.fault is not None:
                continue
            assert step.role is not None
            for agent in range(graph.low[chance.agent], graph.high[chance.agent] + 1):
                here = graph.both(chance.taken, graph.eq(chance.agent, graph.const(agent)))
                if graph.value(here) != 0:
                    acts.setdefault((step.role, agent), []).append(self._terms.truth(here))
        return [z3.Or(each) for each in acts.values()]

    def _named(self, term: z3.BoolRef) -> z3.BoolRef:
        """A literal that stands for a term: what the solver assumes must be one."""
        self._asked += 1
        name = z3.Bool(f"asked{self._asked}")
        self._solver.add(z3.Implies(name, term))
        return name

    # --- answers -----------------------------------------------------------------------------------------------------

    def _play(self, sought: Sought, model: z3.ModelRef) -> Play:
        def true(node: Node) -> bool:
            return bool(z3.is_true(model.eval(self._terms.truth(node), model_completion=True)))

        last = None if sought.over is None else next(chance for chance, node in sought.over if true(node))
        outcomes: list[int] = []
        for chance in (chance for sweep in self.sweeps.sweeps for chance in sweep):
            if chance is last:
                break
            if true(chance.taken) and not true(chance.failed):
                outcomes.append(chance.outcome)
        return Play(initial=self._initial(model), outcomes=tuple(outcomes), last=None if last is None else last.outcome)

    def _initial(self, model: z3.ModelRef) -> tuple[int, ...]:
        form = self.sweeps.form
        start = [next(iter(dict.fromkeys(ways))) for variable in form.model.variables for ways in variable.initial]
        cells = [list(encode(type, value)) for type, value in zip(self.sweeps.types, start, strict=True)]
        for place, chosen, ways in self.sweeps.initial:
            term = self._terms.number(chosen)
            cells[place] = ways[model.eval(term, model_completion=True).as_long()]
        return tuple(number for cell in cells for number in cell)


def _nodes(sought: Sought) -> list[Node]:
    """The nodes one of which is 1 where it is shown."""
    return [sought.state] if sought.state is not None else [node for _, node in sought.over or ()]


def reason_of(told: str) -> str:
    """Why Z3 says `unknown`: TIME, MEMORY, or in its words."""
    if told in ("timeout", "canceled"):
        return TIME
    if "memory" in told or "resource" in told:
        return MEMORY
    return f"the solver gave up: {in_words(told)}"


def in_words(told: str) -> str:
    """What a solver says, without the terms that it lists, of which there may be thousands."""
    words = told.strip("()").partition("(")[0].strip()
    return words if len(words) <= LONGEST else words[:LONGEST] + " ..."
