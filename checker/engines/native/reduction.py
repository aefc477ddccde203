"""Partial-order reduction: of which models a search may leave outcomes out, and why no verdict changes.

A search that is told how outcomes depend on each other (`checker.ground.independence`) takes in each state only a stubborn set T of them
(`src/stubborn.h`: CLOSED, KEY, PROGRESS, FAILURE), or all. Let a run of the model go from a state of the reduced graph by the outcomes
t1 .. tn to what a goal looks at, and take the first state where T is not all of them.

1. *Some of t1 .. tn is in T.* The first such, ti, is enabled: else an enabler of it were earlier in the run and in T (CLOSED). It accords with
   all before it, so ti t1 .. ti-1 ti+1 .. tn leads to the same, and n - 1 outcomes are left (Valmari 1991, theorem 2.2; FAILURE: ti does not fail
   here). Where ti is itself what the goal looks at (it fails, a `step` goal or a mark sees it), the same is seen of it here: to
   accord is to leave that as it is.
2. *None is.* Then all of T that is enabled here stays enabled, and t1 .. tn stays possible after it.
   - A state where nothing but faults is enabled does not end the run: the key is enabled there (KEY). So this case does not
     arise for `no deadlock` and `no unhandled message`, and a path to such a state is as short as in the whole graph.
   - For predicates on states, and for what is seen of tn, take the invisible outcome of PROGRESS: the same n outcomes are possible after
     it, tn looks the same, and the predicate is where it was, for the outcome changes no field that it reads. It leads to a deeper
     layer, and there are finitely many.

By induction on n, and on the layers that are left, the goal is decided as in the whole graph; and the same steps happen. Paths are of the model, so
every trace is one; one that shows a predicate, a failure or a `step` need not be shortest.

Not kept are the numbers of states and transitions, and runs without end: properties of runs need a search without reduction. With
timeouts that wait for all others there is none, nor together with symmetry.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from msgspec.structs import replace

from checker.engines.native.program import Reduction
from checker.engines.native.watches import Watched
from checker.ground.graph import Node
from checker.ground.independence import Independence, comparing
from checker.ground.program import GroundModel

Compared = tuple[GroundModel, Independence | None, str]


def independent(ground: GroundModel, states: Sequence[tuple[Node, Watched]]) -> Compared:
    """The model without the outcomes that never happen, and how the others depend on each other; or why nothing can be left out.

    `states`: the predicates on states that are looked at. Whether a premise ever holds is no verdict: it is not looked at.
    """
    steps = by_steps(ground, states)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Compared = end.value
            return found


def by_steps(ground: GroundModel, states: Sequence[tuple[Node, Watched]]) -> Generator[int, None, Compared]:
    """`independent`, step by step, each of which yields the work that is done so far."""
    if ground.model.timeouts_only_when_stuck:
        return ground, None, "its timeouts look at every other step"
    found = yield from comparing(ground, [node for node, watched in states if not watched.what.startswith("premise")])
    if isinstance(found, str):
        return ground, None, found
    faults = sum(1 << i for i, o in enumerate(found.outcomes) if ground.model.steps[o.step].fault is not None)
    keys, all_of_them = found.invisible & ~faults, (1 << len(found.outcomes)) - 1
    if not any(keys >> i & 1 and row | 1 << i != all_of_them for i, row in enumerate(found.conflicts)):
        return ground, None, "every step depends on every other, or on what the properties look at"
    return replace(ground, outcomes=found.outcomes), found, ""


def reduction(found: Independence, conditions: Iterable[int]) -> Reduction:
    """For the program: `conditions` are the registers of the conditions."""
    return Reduction(
        conditions=tuple(conditions),
        needs=found.needs,
        conflicts=found.conflicts,
        enablers=found.enablers,
        invisible=found.invisible,
    )
