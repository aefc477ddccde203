"""One explored model and what the checkers of properties ask of it again and again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from checker.graph.fair_cycles import FairGraph, Fairness, fair_components
from checker.graph.lassos import Lasso, find_lasso
from checker.graph.reachability import Backward, Distances, forward
from checker.model.expr import Expr
from checker.model.model import Model
from checker.properties.finding import Finding, Path
from checker.properties.predicates import NO_VALUE, TRUE, Truths, of_states

if TYPE_CHECKING:
    from checker.engines.native.edges import NativeGraph
    from checker.engines.state_graph import StateGraph
    from checker.graph.hunger import Hunger
    from checker.properties.ltl.accepted import ProductSearch
    from checker.properties.ltl.automaton import Automaton
    from checker.semantics.failure import Failure
    from checker.semantics.interpreter import Interpreter


class Search:
    """A model, its state graph and the interpreter that replays its traces.

    States, edges and classes are numbers as in the graph. `expanded` counts the states whose outgoing edges are all known: the states
    0 .. expanded - 1.
    """

    def __init__(self, graph: StateGraph | NativeGraph, interpreter: Interpreter) -> None:
        self.graph = graph
        self.model: Model = graph.model
        self.interpreter = interpreter
        self.expanded = graph.expanded
        self.initial = [state for state in graph.initial if state < len(graph.states)]  # a limit may be reached among them
        self._truths: dict[int, tuple[Expr, Truths]] = {}

    # --- predicates ----------------------------------------------------------------------------------------------

    def truths(self, expr: Expr) -> Truths:
        """The truth of `expr` in every state that was found."""
        found = self._truths.get(id(expr))
        if found is None:
            found = self._truths[id(expr)] = (expr, of_states(expr, self.graph.states))
        return found[1]

    def letters(self, conditions: Mapping[int, Expr]) -> Sequence[int]:
        """Of each state the mask of the conditions that are true there, bit i for condition i; UNREAD where one has no value."""
        from checker.graph.product import UNREAD

        found = [0] * len(self.graph.states)
        for number, condition in conditions.items():
            bit = 1 << number
            for state, value in enumerate(self.truths(condition).values):
                if value == TRUE:
                    found[state] |= bit
        for condition in conditions.values():
            for state, value in enumerate(self.truths(condition).values):
                if value == NO_VALUE:
                    found[state] = UNREAD
        return found

    # --- edges ---------------------------------------------------------------------------------------------------

    def fails(self) -> bool:
        """Whether some reachable step fails."""
        return bool(self.graph.failures)

    @cached_property
    def fair(self) -> FairGraph:
        return FairGraph(self.graph, self.fairness())

    def fairness(self) -> list[Fairness]:
        """Of each class."""
        return [self.fairness_of(step) for step, _, _ in self.graph.classes]

    def fairness_of(self, number: int) -> Fairness:
        """Of a step of the model."""
        step = self.model.steps[number]
        return "fault" if step.fault is not None else step.fairness

    @cached_property
    def _backward(self) -> Backward:
        return Backward(self.graph)

    def reaching(self, targets: Iterable[int]) -> bytearray:
        """1 for each state from which some target can be reached, the targets included."""
        return self._backward.reaching(targets)

    def source(self, edge: int) -> int:
        """The state that an edge leaves."""
        return self.graph.source(edge)

    def quiet(self) -> Iterable[int]:
        """The states without an enabled step that is not a fault, in breadth-first order: nothing but a fault can happen there."""
        enabled, acting = self.fair.enabled, self.fair.acting
        return (state for state in range(self.expanded) if not enabled[state] & acting)

    def quiet_marks(self) -> bytearray:
        """1 for each of the quiet states."""
        found = bytearray(len(self.graph.states))
        for state in self.quiet():
            found[state] = 1
        return found

    def may_deadlock(self) -> bool:
        """False only where it is known that every quiet state is done."""
        return True

    def resting(self) -> bytearray:
        """1 for each state where a run may stop for ever: no step there is owed fairness, for all are faults or `may`."""
        owed = self.fair.weak | self.fair.strong
        enabled = self.fair.enabled
        found = bytearray(len(self.graph.states))
        for state in range(self.expanded):
            if not enabled[state] & owed:
                found[state] = 1
        return found

    # --- paths ---------------------------------------------------------------------------------------------------

    def path(self, state: int) -> Path:
        """A shortest path to a state."""
        initial, indices = self.graph.path(state)
        return Path(initial=initial, indices=tuple(indices), end=state)

    def path_over(self, edge: int) -> Path:
        """A shortest path to the state that `edge` leaves, and over it."""
        state = self.source(edge)
        target = self.graph.edge_target[edge]
        return self.extended(self.path(state), [edge], target if target >= 0 else None)

    def extended(
        self, path: Path, edges: Sequence[int], end: int | None, cycle: int | None = None, shortest: bool = True
    ) -> Path:
        """`path`, then `edges`."""
        more = tuple(self.graph.index(edge) for edge in edges)
        return Path(initial=path.initial, indices=path.indices + more, end=end, cycle=cycle, shortest=shortest)

    def everywhere(self) -> Distances:
        """Distances of all states from the initial ones."""
        return self.forward([(state, 0) for state in self.initial], bytearray(b"\1") * len(self.graph.states))

    def forward(self, sources: Iterable[tuple[int, int]], inside: bytearray, cut: Collection[int] = frozenset()) -> Distances:
        """Distances from sources, (state, level) in the order of the levels, over states with a true `inside` and edges that are not cut."""
        return forward(self.graph, sources, inside, cut)

    def path_states(self, path: Path) -> list[int]:
        """The numbers of the states on a path, the first one included; a step that fails leads to none."""
        graph = self.graph
        found = [graph.initial[path.initial]]
        for index in path.indices:
            target = graph.edge_target[graph.edge_start[found[-1]] + index]
            if target >= 0:
                found.append(target)
        return found

    def product(self, conditions: Mapping[int, Expr], automaton: Automaton) -> ProductSearch:
        """The runs that an automaton accepts which reads these conditions."""
        from checker.properties.ltl.accepted import ProductSearch

        return ProductSearch(self, self.letters(conditions), automaton)

    def lasso(
        self, inside: bytearray, distances: Distances, *, without_progress: bool, through: bytearray | None = None
    ) -> Lasso | None:
        """A short lasso whose cycle is fair, within the states of `inside` and (where given) through one of `through`, and whose stem
        `distances` gives.
        """
        return find_lasso(self.fair, fair_components(self.fair, inside, self._cut(without_progress)), distances, through)

    def fair_states(self, inside: bytearray, *, without_progress: bool = False) -> bytearray:
        """1 for each state that a fair cycle within the states of `inside` can visit over and over."""
        return self.fair_without(inside, self._cut(without_progress))

    def fair_without(self, inside: bytearray, cut: Collection[int]) -> bytearray:
        """The same of the cycles that take none of these edges."""
        found = bytearray(len(inside))
        for component in fair_components(self.fair, inside, cut):
            for state in component.states:
                found[state] = 1
        return found

    def progressing(self) -> bytearray | None:
        """1 for each state with a step that is progress; None where that takes long to find."""
        found = bytearray(len(self.graph.states))
        for edge in self._cut(without_progress=True):
            found[self.source(edge)] = 1
        return found

    def _cut(self, without_progress: bool) -> frozenset[int]:
        """The edges that a cycle may not take."""
        if not without_progress:
            return frozenset()
        return frozenset(edge for edge, marks in self.graph.edge_marks.items() if "progress" in marks)

    def longest(
        self, inside: bytearray, ends: bytearray, counted: Sequence[int], limit: int, gained: Sequence[int] | None = None
    ) -> Sequence[int]:
        """See `graph.longest`."""
        from checker.graph.longest import longest

        return longest(self.graph, inside, ends, counted, limit, gained)

    def starving_lasso(self, hunger: Hunger, distances: Distances) -> Lasso | None:
        """A short lasso whose cycle is fair and starves the agent."""
        from checker.graph.hunger import EVERY, marks

        graph = self.graph
        progress = bytearray(graph.transitions)
        for edge in (edge for edge, found in graph.edge_marks.items() if "progress" in found):
            progress[edge] = 1
        sets, served = marks(graph, hunger, progress)
        return self.lasso_through(sets, EVERY, distances, self.fairness(), served)

    def lasso_through(
        self, sets: Sequence[int], every: int, distances: Distances, fairness: Sequence[Fairness], cut: Sequence[int] = b""
    ) -> Lasso | None:
        """A short lasso whose cycle is fair, `fairness` of each class, takes an edge of each of the sets in `every`, and none with a true `cut`.

        `sets` gives of each edge the mask of those that it is in.
        """
        fair = FairGraph(self.graph, fairness, edge_sets=sets, sets=every)
        known = bytearray(b"\1") * self.expanded + bytearray(len(self.graph.states) - self.expanded)
        left_out = frozenset(edge for edge, gone in enumerate(cut) if gone)
        return find_lasso(fair, fair_components(fair, known, left_out), distances)


def no_value(search: Search, *asked: Truths) -> Finding | None:
    """`unknown`, with the way to the first state where one of the predicates has no value; None where all have one."""
    for truths in asked:
        state = truths.first(NO_VALUE)
        if state is not None:
            assert truths.failure is not None
            return Finding(verdict="unknown", path=search.path(state), reason=without_value(truths.failure))
    return None


def without_value(failure: Failure) -> str:
    """The reason for `unknown` where an expression has no value."""
    place = f" ({failure.at})" if failure.at is not None else ""
    return f"it has no value in some reachable state: {failure.text}{place}"
