"""Fair lassos as paths."""

from __future__ import annotations

from checker.engines.state_graph import Instance
from checker.graph.lassos import Lasso
from checker.graph.reachability import Distances
from checker.properties.finding import Path
from checker.properties.search import Search


def lasso_path(
    search: Search,
    inside: bytearray,
    distances: Distances,
    *,
    without_progress: bool = False,
    through: bytearray | None = None,
) -> Path | None:
    """A short lasso whose cycle is fair and within the states of `inside` (and takes no step that is progress, and goes through one of the states of
    `through`), and whose stem `distances` gives.
    """
    lasso = search.lasso(inside, distances, without_progress=without_progress, through=through)
    if lasso is None:
        return None
    path = as_path(search, lasso)
    require_fair(search, path)
    return path


def as_path(search: Search, lasso: Lasso) -> Path:
    """The lasso from an initial state on."""
    stem = search.extended(search.path(lasso.source), lasso.stem, None)
    entry = search.source(lasso.cycle[0])
    return search.extended(stem, lasso.cycle, entry, cycle=len(stem.indices), shortest=lasso.shortest)


def require_fair(search: Search, path: Path) -> None:
    """The cycle of a lasso is fair by the definition, with the transitions that the interpreter has in its states."""
    always, ever, taken = None, set[Instance](), set[Instance]()
    for state, transition in search.interpreter.replay(path.initial, path.indices)[path.cycle :]:
        here = {(t.step, t.agent, t.values) for t in search.interpreter.transitions(state)}
        always = here if always is None else always & here
        ever |= here
        taken.add((transition.step, transition.agent, transition.values))
    assert always is not None, "a cycle has a step"
    kinds = {instance: search.fairness_of(instance[0]) for instance in ever | taken}
    assert any(kinds[instance] != "fault" for instance in taken), "a cycle of faults alone"
    assert all(kinds[instance] != "weak" or instance in taken for instance in always), "a cycle that is not weakly fair"
    assert all(kinds[instance] != "strong" or instance in taken for instance in ever), "a cycle that is not strongly fair"
