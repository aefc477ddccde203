"""The worst case of a meter at one size, on the state graph.

A cycle that spends makes it unbounded: the lasso is found as fair lassos are, with the edges that spend as a set that the cycle must take. Where
there is none, all that is spent is spent between components, and the longest path says how much.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from operator import or_
from typing import TYPE_CHECKING, final

from msgspec.structs import replace

from checker.engines.explicit import LimitReached
from checker.engines.state_graph import counted_states
from checker.graph.cheapest import cheapest
from checker.graph.longest import LongestPath
from checker.properties.finding import Path
from checker.properties.judge import FAILS
from checker.properties.lasso import as_path, require_fair
from checker.properties.predicates import TRUE
from checker.properties.run import Run, Taken
from checker.properties.search import Search
from checker.properties.spending import spent
from checker.properties.traces import replayed, trace_of
from checker.semantics.interpreter import Interpreter
from checker.sizing.meters import Metered
from checker.sizing.result import Exact, Spent

if TYPE_CHECKING:
    from checker.model.model import Model

MOST = 1 << 60  # no sum of costs comes near it
MOST_EDGES = 1_000_000  # of a graph on which the cheapest run is looked for


@final
class Spending:
    """The costs of the transitions of a searched model. `plain`: the model without what counts; traces are of it."""

    def __init__(self, search: Search, metered: Metered, plain: Model, again: Callable[[Path], str] = lambda _: "") -> None:
        """`again`: the command that shows a path."""
        self.search, self._metered, self._again = search, metered, again
        self._plain, self._interpreter = plain, Interpreter(plain)
        graph = search.graph
        self.inside = bytearray(b"\1") * search.expanded + bytearray(len(graph.states) - search.expanded)
        self.distances = search.everywhere()

    def worst(self, meter: str) -> Exact:
        """The worst case of `meter`; a limit on time leaves what is known by then."""
        search = self.search
        if not search.graph.states:
            return Exact(worst="at least", amount=0, reason=search.graph.stopped or "the protocol has no initial state")
        counted = [self._metered.cost(step, meter) for step, _, _ in search.graph.classes]
        gained = self._gained(meter)
        try:
            return self._unbounded(meter, counted, gained) or self._bounded(meter, counted, gained)
        except LimitReached as limit:
            return Exact(worst="at least", amount=0, reason=f"{limit} while what was found was looked through")

    def _gained(self, meter: str) -> Sequence[int] | None:
        """Of each state what the step that led there spent."""
        varying = self._metered.varying
        if meter not in varying:
            return None
        graph, known = self.search.graph, dict[object, int]()
        tails = list(graph.tails(len(varying), bytearray(b"\1") * len(graph.states)))
        for state, tail in enumerate(tails):
            if tail not in known:
                known[tail] = graph.states[state][varying[meter].offset]
        return array("q", (known[tail] for tail in tails))

    # --- cycles ------------------------------------------------------------------------------------------------------

    def _unbounded(self, meter: str, counted: Sequence[int], gained: Sequence[int] | None) -> Exact | None:
        search, graph = self.search, self.search.graph
        of_class = bytes(map(bool, [*counted]))
        sets = bytearray(map(of_class.__getitem__, graph.edge_class))
        if gained is not None:
            of_state = bytes([*map(bool, gained), 0])  # the last is for steps that fail, which lead to -1
            sets = bytearray(map(or_, sets, map(of_state.__getitem__, graph.edge_target)))
        if not any(sets):
            return None
        lasso = search.lasso_through(sets, 1, self.distances, ["may"] * len(graph.classes))
        if lasso is None:
            return None
        fair = search.lasso_through(sets, 1, self.distances, search.fairness())
        if fair is not None:
            require_fair(search, as_path(search, fair))
        run = self._run(as_path(search, lasso))
        assert run.path.cycle is not None, "a lasso"
        found = spending_of(run.taken[run.path.cycle :], meter)
        amount = sum(line.amount for line in found)
        assert amount > 0, "a lap spends"
        return Exact(
            worst="unbounded",
            amount=amount,
            trace=trace_of(run),
            replay=self._again(run.path),
            fair=fair is not None,
            spent=found,
        )

    # --- paths -------------------------------------------------------------------------------------------------------

    def _bounded(self, meter: str, counted: Sequence[int], gained: Sequence[int] | None) -> Exact:
        search, graph, inside = self.search, self.search.graph, self.inside
        ends = bytearray(len(inside))
        most = search.longest(inside, ends, counted, MOST, gained)
        first = max((state for state in search.initial if state < search.expanded), key=most.__getitem__, default=None)
        if first is None:
            return Exact(worst="at least", amount=0, reason=graph.stopped)
        amount = most[first]
        edges, end = LongestPath(graph, inside, ends, counted, most, gained).walk(first, amount)
        run = self._run(search.extended(search.path(first), edges, end, shortest=False))
        found = spending_of(run.taken, meter)
        assert sum(line.amount for line in found) == amount, "the interpreter spends as much"
        reason = self._left_open()
        return Exact(
            worst="at least" if reason else "at most",
            amount=amount,
            trace=trace_of(run),
            replay=self._again(run.path),
            spent=found,
            cheapest=None if reason else self._cheapest(counted, gained),
            reason=reason,
        )

    def _left_open(self) -> str:
        graph = self.search.graph
        if not graph.complete:
            return f"the search is incomplete: {graph.stopped} (after {counted_states(graph.distinct)})"
        return FAILS if graph.failures else ""

    def _cheapest(self, counted: Sequence[int], gained: Sequence[int] | None) -> int | None:
        search, done = self.search, self.search.model.done
        if done is None or search.graph.transitions > MOST_EDGES:
            return None
        goal = [value == TRUE for value in search.truths(done).values]
        return cheapest(search.graph, search.initial, goal, counted, gained)

    def _run(self, path: Path) -> Run:
        """The path as the interpreter takes it, in the model without what counts."""
        replayed(self.search, path)
        run = Run(self._plain, self._interpreter, replace(path, end=None))
        if path.cycle is not None:
            begin = run.start if path.cycle == 0 else run.taken[path.cycle - 1].after
            assert run.end == begin, "the cycle does not close"
        return run


def spending_of(steps: Sequence[Taken], meter: str) -> tuple[Spent, ...]:
    """Who spent what on which kind of step, what cost most first."""
    lines: dict[tuple[str | None, str], tuple[str, int, int]] = {}
    for taken in steps:
        cost = spent(taken).get(meter, 0)
        if cost:
            key = taken.who, taken.step.name
            _, times, amount = lines.get(key, ("", 0, 0))
            lines[key] = taken.step.phrase, times + 1, amount + cost
    found = [
        Spent(agent=agent, action=action, phrase=phrase, times=times, amount=amount)
        for (agent, action), (phrase, times, amount) in lines.items()
    ]
    return tuple(sorted(found, key=lambda line: (-line.amount, line.agent or "", line.action)))
