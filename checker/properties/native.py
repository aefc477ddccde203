"""Verdicts from a native search: of the goals that single states and transitions decide, and, on its graph, of all others.

The search says how often and where first something was seen. What is shown (a violation, a witness, a value that is missing) is
found again by the reference interpreter along the path to it, and judged there by the same checkers as always.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from checker.engines.along import explore_along
from checker.engines.native.explore import PARTIAL_ORDER, Explored
from checker.engines.native.watches import Watched
from checker.engines.state_graph import counted_states
from checker.model.model import Goal
from checker.properties.finding import Finding
from checker.properties.judge import FAILS, judge
from checker.properties.result import Result
from checker.properties.search import Search
from checker.semantics.interpreter import Interpreter

if TYPE_CHECKING:
    from checker.engines.native.edges import NativeGraph
    from checker.properties.searches import Job

DECIDED = frozenset(
    {
        *("always", "never", "sometimes", "step", "no deadlock", "no unhandled message", "no error"),
        *("no lost update", "no stale write", "no overwrite"),
    }
)
FINAL = frozenset({"no deadlock", "no unhandled message"})  # the paths to them are as short in a reduced graph


MOST_STATES = 200_000  # of a search that is made once more for nothing but the points of no return
NO_EDGES = "it needs every transition, and `--store bitstate` keeps none"


def decides(goal: Goal) -> bool:
    """Whether a native search can decide this goal."""
    return goal.kind in DECIDED


def native_verdicts(job: Job, explored: Explored) -> Iterator[Result]:
    """A result for each goal that the search decides, in order; on `no error` as `job.errors` says.

    After an interrupt, or with a bit array, no other search will come: the goals that it does not decide are `unknown` then.
    """
    from checker.properties.verdicts import result_of

    interpreter = Interpreter(explored.model)
    ways = Ways(explored)
    for goal in explored.model.goals:
        if goal.kind == "no error" and job.errors == "never":
            continue
        if not decides(goal) and explored.stopped != "interrupted" and explored.store != "bitstate":
            continue  # another search will decide it
        search, found = _finding(explored, goal, interpreter)
        closed = ways.closed(goal, found)
        if goal.kind == "no error" and job.errors == "violated" and found.verdict == "holds":
            continue
        made = result_of(job, search, goal, found)
        if made.trace is not None and closed is not None:
            made = replace(made, trace=replace(made.trace, no_return=closed))
        if made.trace is not None and explored.reduction == PARTIAL_ORDER and goal.kind not in FINAL:
            made = replace(made, trace=replace(made.trace, shortest=False))
        yield replace(
            made,
            basis="exhaustive" if explored.complete else "bounded",
            engine=explored.engine,
            reduction=explored.reduction,
            distinct=explored.stats.distinct,
            transitions=explored.stats.transitions,
            depth=explored.stats.depth,
            seconds=explored.seconds + made.seconds,
        )


class Ways:
    """Points of no return of the violations that one search found, on a graph that is made when the first of them is asked for."""

    def __init__(self, explored: Explored) -> None:
        self._explored = explored

    def closed(self, goal: Goal, found: Finding) -> int | None:
        """The point of no return of a violation; None where it is not known."""
        from checker.engines.native.packed import GraphTooLarge
        from checker.properties.native_search import way_closed

        if found.path is None or found.verdict != "violated":
            return None
        try:
            return None if self._graph is None else way_closed(self._graph, goal, found.path)
        except (GraphTooLarge, MemoryError):
            return None

    @cached_property
    def _graph(self) -> NativeGraph | None:
        """Of a complete search, where it is not too large to be made for a word on a trace."""
        from checker.engines.native.edges import NativeGraph
        from checker.properties.native_search import MOST_EDGES

        explored = self._explored
        if explored.complete and explored.compiled.labels is None and not explored.compiled.unlabelled:
            explored = _with_labels(explored)
        if not explored.complete or explored.compiled.labels is None or explored.stats.transitions > MOST_EDGES:
            return None
        return NativeGraph(explored, explored.model, lazy=True)


def _with_labels(explored: Explored) -> Explored:
    """A small search once more, of all states and compiled for runs; the same one where that would not be complete."""
    from checker.engines.native.compile import compile_model
    from checker.engines.native.explore import explore_native
    from checker.ground.graph import Unsupported

    if explored.stats.distinct > MOST_STATES:
        return explored
    whole = not explored.compiled.ground.symmetric and explored.compiled.independence is None
    try:
        compiled = compile_model(explored.compiled.ground, runs=True) if whole else None
        again = explore_native(explored.model, runs=True, states_limit=MOST_STATES, compiled=compiled)
    except Unsupported:
        return explored
    return again if again.complete else explored


def run_verdicts(job: Job, graph: NativeGraph) -> Iterator[Result]:
    """A result for each goal of the graph's model: those that need its edges."""
    from checker.properties.native_search import NativeSearch
    from checker.properties.verdicts import verdicts

    for made in verdicts(job, NativeSearch(graph, graph.interpreter)):
        yield replace(made, engine=graph.explored.engine)


def _finding(explored: Explored, goal: Goal, interpreter: Interpreter) -> tuple[Search, Finding]:
    """The finding, and the part of the state graph that its path lies in."""
    shown = _shown(explored, goal) if decides(goal) else None
    search = _along(explored, shown if shown is not None else 0, interpreter)
    if shown is not None:
        found = judge(search, goal)
        assert found.path is not None, f"the interpreter does not find {goal.name} where the search saw it"
        shortest = found.path.shortest and explored.order == "breadth-first"
        return search, replace(found, path=replace(found.path, shortest=shortest))
    if explored.store == "bitstate" and not decides(goal):
        return search, _unknown(NO_EDGES)
    if explored.store != "states" and not explored.stopped:
        return search, _unknown(_not_found(explored))
    if not explored.complete:
        return search, _unknown(f"the search is incomplete: {explored.stopped} (after {counted_states(explored.stats.distinct)})")
    if explored.failed is not None and goal.kind != "no error":
        return search, _unknown(FAILS)
    if goal.kind == "sometimes":
        return search, Finding(verdict="violated", why="No reachable state satisfies it.")
    return search, Finding(verdict="holds")


def _not_found(explored: Explored) -> str:
    """The reason for `unknown` where nothing speaks against `holds` but that states may be missing."""
    stats = explored.stats
    if explored.store == "bitstate":
        full, mistaken = 100 * stats.bits_set / stats.array_bits, max(1e-18, stats.mistaken)  # written with a digit that is not 0
        about = f"{mistaken:,.0f}" if mistaken >= 10 else f"{mistaken:.1e}"
        return (
            f"not found in {stats.distinct:,} states, told apart by the bits that they set in {stats.array_bits / 2**23:,.0f} MiB, "
            f"{full:.2g} % full: about {about} states were taken for others and not looked at"
        )
    chance = max(1e-18, explored.chance_of_a_miss)
    return (
        f"not found in {stats.distinct:,} states, told apart by 64-bit fingerprints: that one was missed "
        f"has a probability of at most {chance:.1e}"
    )


def _unknown(reason: str) -> Finding:
    return Finding(verdict="unknown", reason=reason)


def _shown(explored: Explored, goal: Goal) -> int | None:
    """The first state that decides the goal, or where it has no value; None where everything that was seen is well."""
    kinds: tuple[str, ...] = ("wrong", "undefined")
    match goal.kind:
        case "no error":
            return explored.failed
        case "no deadlock" if explored.deadlocked is not None:
            return explored.deadlocked
        case "no deadlock":
            kinds = ("undefined",)
    for what in kinds:
        witness = explored.seen[Watched(goal=goal.name, what=what)]
        if witness.count:
            return witness.state
    return None


def _along(explored: Explored, state: int, interpreter: Interpreter) -> Search:
    path = explored.path(state) if explored.stats.distinct else []  # a limit may be reached before the first state
    return Search(explore_along(explored.model, path, interpreter), interpreter)
