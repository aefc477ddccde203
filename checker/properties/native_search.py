"""A `Search` over the graph of a native search: what is asked of every state or edge is answered by the library."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from checker.engines.native.edges import NativeGraph
from checker.graph.fair_cycles import FairGraph
from checker.graph.lassos import ENTRIES, Lasso, lasso_from
from checker.graph.native_cycles import KINDS, CutEdges, FairParts, NativeCycles
from checker.graph.reachability import Distances
from checker.model.expr import Expr
from checker.properties.finding import Path
from checker.properties.predicates import NO_VALUE, TRUE, Truths
from checker.properties.search import Search
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import Interpreter

OWED = KINDS["weak"] | KINDS["strong"]
MOST_MARKS = 5_000_000  # edges that are gone through one by one
ACTING = OWED | KINDS["may"]


class NativeSearch(Search):
    """The interpreter still replays every path, and checks that every lasso is fair."""

    def __init__(self, graph: NativeGraph, interpreter: Interpreter) -> None:
        super().__init__(graph, interpreter)
        self._native = graph

    # --- predicates ----------------------------------------------------------------------------------------------

    def truths(self, expr: Expr) -> Truths:
        found = self._truths.get(id(expr))
        if found is None:
            found = self._truths[id(expr)] = (expr, self._evaluated(expr))
        return found[1]

    def _evaluated(self, expr: Expr) -> Truths:
        truths = Truths(bytearray(self.expanded))
        goal, what = self._watched(expr)
        self._native.where(goal, what, TRUE, truths.values)
        self._native.where(goal, f"{what} undefined", NO_VALUE, truths.values)
        unclear = truths.first(NO_VALUE)
        if unclear is not None:
            try:
                self.interpreter.evaluate(expr, self._native.states[unclear])
            except EvaluationError as error:
                truths.failure = error.failure
            assert truths.failure is not None, "the interpreter has a value where the library has none"
        return truths

    def _watched(self, expr: Expr) -> tuple[str, str]:
        """Under which goal and as what the search watches a condition of a goal, or `done when`."""
        if expr is self.model.done:
            return "", "done"
        return next(
            (goal.name, f"condition {place}")
            for goal in self.model.goals
            for place, condition in enumerate(goal.conditions)
            if condition is expr
        )

    # --- edges ---------------------------------------------------------------------------------------------------

    @cached_property
    def fair(self) -> FairGraph:
        return FairGraph(self._native, self.fairness(), lazy=True)

    @cached_property
    def _cycles(self) -> NativeCycles:
        return NativeCycles(self._native, self.fairness())

    @cached_property
    def _kinds(self) -> bytearray:
        """Of each state the kinds of its edges, as bits."""
        return self._cycles.kinds()

    def reaching(self, targets: Iterable[int]) -> bytearray:
        return self._cycles.reaching(targets)

    def quiet(self) -> Iterable[int]:
        kinds = self._kinds.translate(bytes(not bits & ACTING for bits in range(256)))
        state = kinds.find(1)
        while state >= 0:
            yield state
            state = kinds.find(1, state + 1)

    def resting(self) -> bytearray:
        return self._kinds.translate(bytes(not bits & OWED for bits in range(256)))

    # --- paths ---------------------------------------------------------------------------------------------------

    def forward(self, sources: Iterable[tuple[int, int]], inside: bytearray, cut: frozenset[int] = frozenset()) -> Distances:
        assert not cut, "what transitions break is not asked of this graph"
        return self._cycles.forward(sources, inside)

    def path_states(self, path: Path) -> list[int]:
        taken = self.interpreter.replay(path.initial, path.indices)
        rest = [transition.target for _, transition in taken if transition.target is not None]
        return [path.initial, *map(self._native.number, rest)]

    def lasso(self, inside: bytearray, distances: Distances, *, without_progress: bool) -> Lasso | None:
        parts = self._fair_parts(inside, without_progress)
        lasso = lasso_from(self.fair, parts.nearest(distances, ENTRIES + 1), distances)
        if lasso is not None:
            self._require_fair(lasso.cycle)
        return lasso

    def fair_states(self, inside: bytearray, *, without_progress: bool = False) -> bytearray:
        labels = self._fair_parts(inside, without_progress).part.labels
        return bytearray(map(bool, labels))

    def progressing(self) -> bytearray | None:
        marks, graph = self._native.edge_progress, self._native
        if marks is None or len(marks) > MOST_MARKS:
            return None
        found, bits = bytearray(len(graph.states)), bytes(marks)
        edge = bits.find(1)
        while edge >= 0:
            state = graph.source(edge)
            found[state] = 1
            edge = bits.find(1, graph.edge_start[state + 1])
        return found

    def _fair_parts(self, inside: bytearray, without_progress: bool) -> FairParts:
        cut = None
        if without_progress:
            assert self._native.edge_progress is not None, "the graph of a model with progress keeps it"
            cut = CutEdges(self._native.edge_progress)
        return self._cycles.fair_parts(inside, cut)

    def _require_fair(self, cycle: list[int]) -> None:
        """By the definition, with the transitions that the interpreter has in the states of the cycle."""
        always, ever, taken = None, set[object](), set[object]()
        for edge in cycle:
            state = self._native.states[self.source(edge)]
            transitions = self.interpreter.transitions(state)
            here = {(t.step, t.agent, t.values) for t in transitions}
            always = here if always is None else always & here
            ever |= here
            chosen = transitions[self._native.index(edge)]
            taken.add((chosen.step, chosen.agent, chosen.values))
        assert always is not None
        kinds = {instance: self._fairness(instance[0]) for instance in ever | taken}  # type: ignore[index]
        assert any(kinds[instance] != "fault" for instance in taken), "a cycle of faults alone"
        assert all(kinds[instance] != "weak" or instance in taken for instance in always), "a cycle that is not weakly fair"
        assert all(kinds[instance] != "strong" or instance in taken for instance in ever), "a cycle that is not strongly fair"
