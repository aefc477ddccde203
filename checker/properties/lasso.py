"""Fair lassos as paths, and what a verdict on them assumes."""

from __future__ import annotations

from checker.graph.reachability import Distances
from checker.properties.finding import Path
from checker.properties.search import Search


def lasso_path(search: Search, inside: bytearray, distances: Distances, *, without_progress: bool = False) -> Path | None:
    """A short lasso whose cycle is fair and within the states of `inside` (and takes no step that is progress), and whose stem `distances`
    gives.
    """
    lasso = search.lasso(inside, distances, without_progress=without_progress)
    if lasso is None:
        return None
    stem = search.extended(search.path(lasso.source), lasso.stem, None)
    entry = search.source(lasso.cycle[0])
    return search.extended(stem, lasso.cycle, entry, cycle=len(stem.indices), shortest=lasso.shortest)


def fairness_text(search: Search) -> str:
    """What a verdict on endless runs assumes of them, in a phrase."""
    steps = [step for step in search.model.steps if step.fault is None]
    strong = sorted({step.name for step in steps if step.fairness == "strong"})
    free = sorted({step.name for step in steps if step.fairness == "may"})
    text = "weak fairness of every step of every agent"
    if strong:
        text += f", strong fairness of {', '.join(strong)}"
    if free:
        text += f", none of {', '.join(free)}"
    if any(step.fault is not None for step in search.model.steps):
        text += "; faults need not happen, and not only faults happen for ever"
    return text
