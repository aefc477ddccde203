"""The graph of a model, by the interpreter while it is small, then by the native library."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from checker.engines.explicit import Progress, explore
from checker.model.model import Model
from checker.properties.search import Search
from checker.semantics.interpreter import Interpreter

if TYPE_CHECKING:
    from checker.properties.searches import Limits

Progressing = Callable[[Progress], None] | None


def searched(model: Model, limits: Limits, progress: Progressing = None) -> Search:
    """A search of `model`, complete unless a limit was reached or it was interrupted.

    Where that happens to the native library, which then gives no transitions, it is the interpreter's search of the first states.
    """
    if limits.engine == "reference" or (limits.states_limit is not None and limits.states_limit <= limits.small):
        return _interpreted(model, limits, limits.states_limit, progress)
    first = _interpreted(model, limits, limits.small, progress)
    if first.graph.complete or first.graph.distinct < limits.small:
        return first
    found = _native(model, limits, progress)
    if isinstance(found, Search):
        return found
    if found:
        first.graph.stopped = found
        return first
    return _interpreted(model, limits, limits.states_limit, progress)


def _interpreted(model: Model, limits: Limits, states: int | None, progress: Progressing) -> Search:
    graph = explore(model, states_limit=states, time_s=limits.time_s, memory_mib=limits.memory_mib, progress=progress)
    return Search(graph, Interpreter(model))


def _native(model: Model, limits: Limits, progress: Progressing) -> Search | str:
    """What ended the search where a limit did or the user; "" where the library is not there, does not take the model, or a step fails."""
    from checker.engines.native.edges import NativeGraph
    from checker.engines.native.explore import explore_native
    from checker.engines.native.library import NativeUnavailable
    from checker.engines.native.packed import GraphTooLarge
    from checker.ground.graph import Unsupported
    from checker.properties.native_search import NativeSearch

    try:
        explored = explore_native(
            model,
            states_limit=limits.states_limit,
            time_s=limits.time_s,
            memory_mib=limits.memory_mib,
            threads=limits.threads,
            runs=True,
            progress=progress,
        )
    except (Unsupported, NativeUnavailable):
        return ""
    if not explored.complete:
        explored.search.close()
        return explored.stopped
    try:
        if explored.failed is not None or explored.compiled.labels is None:
            return ""
        graph = NativeGraph(explored, model, memory_mib=limits.memory_mib)
        return NativeSearch(graph, graph.interpreter)
    except (GraphTooLarge, MemoryError) as reason:
        return str(reason) or "the memory does not suffice"
