"""A `Search` over the graph of a native search: what is asked of every state or edge is answered by the library."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from checker.engines.native.edges import NativeGraph
from checker.graph.fair_cycles import FairGraph, Fairness
from checker.graph.hunger import EVERY, Hunger
from checker.graph.lassos import ENTRIES, Lasso, lasso_from
from checker.graph.native_cycles import KINDS, CutEdges, FairParts, NativeCycles
from checker.graph.reachability import Distances
from checker.model.expr import Expr
from checker.model.model import Goal
from checker.properties.deadlock import done_states
from checker.properties.finding import Avoided, Finding, Path
from checker.properties.ltl.automaton import Automaton
from checker.properties.ltl.native_accepted import NativeProductSearch
from checker.properties.predicates import NO_VALUE, TRUE, Truths
from checker.properties.search import Search
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import Interpreter

OWED = KINDS["weak"] | KINDS["strong"]
MOST_MARKS = 5_000_000  # edges that are gone through one by one


class NativeSearch(Search):
    """The interpreter still replays every path."""

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

    def fails(self) -> bool:
        return self._native.explored.failed is not None

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
        marks = self.quiet_marks()
        state = marks.find(1)
        while state >= 0:
            yield state
            state = marks.find(1, state + 1)

    def quiet_marks(self) -> bytearray:
        marks = bytearray(self.expanded)
        self._native.explored.search.quiet(1, marks)
        return marks

    def may_deadlock(self) -> bool:
        return self._native.explored.deadlocked is not None  # where `done when` has no value, the library counts a deadlock too

    def resting(self) -> bytearray:
        return self._kinds.translate(bytes(not bits & OWED for bits in range(256)))

    def product(self, conditions: Mapping[int, Expr], automaton: Automaton) -> NativeProductSearch:
        from checker.graph.native_product import letters_of

        letters, bits = letters_of(self._native, {number: self.truths(expr).values for number, expr in conditions.items()})
        return NativeProductSearch(self, self._native, letters, bits, automaton)

    def letters(self, conditions: Mapping[int, Expr]) -> Sequence[int]:
        from checker.graph.native_product import letters_of

        return letters_of(self._native, {number: self.truths(expr).values for number, expr in conditions.items()})[0]

    # --- paths ---------------------------------------------------------------------------------------------------

    def forward(self, sources: Iterable[tuple[int, int]], inside: bytearray, cut: Collection[int] = frozenset()) -> Distances:
        return self._cycles.forward(sources, inside, _marked(cut))

    def path_states(self, path: Path) -> list[int]:
        taken = self.interpreter.replay(path.initial, path.indices)
        rest = [transition.target for _, transition in taken if transition.target is not None]
        return [path.initial, *map(self._native.number, rest)]

    def lasso(
        self, inside: bytearray, distances: Distances, *, without_progress: bool, through: bytearray | None = None
    ) -> Lasso | None:
        parts = self._fair_parts(inside, without_progress)
        return lasso_from(self.fair, parts.nearest(distances, ENTRIES + 1, through), distances)

    def fair_states(self, inside: bytearray, *, without_progress: bool = False) -> bytearray:
        return _labelled(self._fair_parts(inside, without_progress))

    def fair_without(self, inside: bytearray, cut: Collection[int]) -> bytearray:
        return _labelled(self._cycles.fair_parts(inside, _marked(cut)))

    def progressing(self) -> bytearray | None:
        graph = self._native
        if graph.transitions > MOST_MARKS or graph.edge_progress is None:
            return None
        found, bits = bytearray(len(graph.states)), bytes(graph.edge_progress)
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

    def longest(
        self, inside: bytearray, ends: bytearray, counted: Sequence[int], limit: int, gained: Sequence[int] | None = None
    ) -> Sequence[int]:
        return self._cycles.longest(inside, ends, counted, limit, gained)

    def starving_lasso(self, hunger: Hunger, distances: Distances) -> Lasso | None:
        sets, served = self._cycles.hunger(hunger)
        return self.lasso_through(sets, EVERY, distances, self.fairness(), served)

    def lasso_through(
        self, sets: Sequence[int], every: int, distances: Distances, fairness: Sequence[Fairness], cut: Sequence[int] = b""
    ) -> Lasso | None:
        assert isinstance(sets, memoryview | bytearray), "a byte for each edge"
        assert isinstance(cut, memoryview | bytearray | bytes), "a byte for each edge"
        cycles = NativeCycles(self._native, fairness, sets, every)
        left_out = CutEdges(cut) if isinstance(cut, memoryview | bytearray) else None
        parts = cycles.fair_parts(bytearray(b"\1") * self.expanded, left_out)
        fair = FairGraph(self._native, fairness, lazy=True, edge_sets=sets, sets=every)
        return lasso_from(fair, parts.nearest(distances, ENTRIES + 1), distances)


def _marked(cut: Collection[int]) -> CutEdges | None:
    assert not cut or isinstance(cut, CutEdges), "edges are given as bytes"
    return cut if isinstance(cut, CutEdges) else None


def _labelled(parts: FairParts) -> bytearray:
    return bytearray(map(bool, parts.part.labels))


# --- what closed the way --------------------------------------------------------------------------------------------------

MOST_EDGES = 10_000_000  # of a graph that is made for nothing but the point of no return


def way_closed(graph: NativeGraph, goal: Goal, path: Path) -> int | None:
    """The point of no return (`checker.properties.no_return`) of a path that violates what single states decide; None where nobody knows."""
    from checker.properties.no_return import no_return
    from checker.properties.traces import replayed

    search = NativeSearch(graph, graph.interpreter)
    if goal.kind in ("always", "never"):
        bad = bytearray(search.expanded)
        graph.where(goal.name, "wrong", 1, bad)
        found = Finding(verdict="violated", avoided=Avoided(states=bad))
    elif goal.kind == "no deadlock" and search.model.done is not None:
        found = Finding(verdict="violated", returns_to=done_states(search))
    elif goal.kind == "no deadlock":
        found = Finding(verdict="violated", avoided=Avoided(states=search.quiet_marks()))
    elif goal.kind == "no unhandled message":
        found = Finding(verdict="violated", avoided=Avoided(states=graph.final_where(goal.name)))
    elif goal.kind == "no error":  # an edge that fails leads nowhere
        found = Finding(verdict="violated", avoided=Avoided(fails=True))
    else:
        assert goal.kind == "step" or goal.mark is not None, "the others are judged on edges"
        found = Finding(verdict="violated", avoided=Avoided(edges=CutEdges(graph.edges_where(goal.name))))
    return no_return(search, replayed(search, replace(path, end=None)), found)
