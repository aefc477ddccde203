"""What a search watches for each goal: nodes of the ground form that fire in a state, in a final state, or on a transition."""

from __future__ import annotations

from msgspec import Struct

from checker.ground.graph import Node
from checker.ground.program import GroundModel

RUNS = ("eventually", "eventually always", "infinitely often", "ltl", "no starvation", "whenever")


class Watched(Struct, frozen=True, kw_only=True):
    """What a watch tells of: a goal's name, and what of it: "wrong" (or "seen" of `sometimes`), "undefined", or "premise i".

    Of a property of runs "condition i" and "condition i undefined"; of goal "" "done" and "done undefined".
    """

    goal: str
    what: str


Roots = list[tuple[Node, Watched]]


def predicates(ground: GroundModel) -> tuple[tuple[Watched, ...], Roots, Roots]:
    """The watches, and the nodes of those that look at states, and at final states only."""
    graph = ground.graph
    state: Roots = []
    final: Roots = []
    watched: list[Watched] = []

    def watch(roots: Roots | None, node: Node | None, goal: str, what: str) -> None:
        entry = Watched(goal=goal, what=what)
        watched.append(entry)
        if roots is not None and node is not None and graph.value(node) != 0:
            roots.append((node, entry))

    for goal, predicates in ground.goals:
        if goal.kind in ("always", "never", "sometimes"):
            first = predicates[0]
            wrong = graph.negate(first.value) if goal.kind == "always" else first.value
            watch(state, graph.both(wrong, graph.negate(first.undefined)), goal.name, "wrong")
            watch(state, first.undefined, goal.name, "undefined")
        elif goal.kind == "no unhandled message":
            from checker.ground.ends import messages_wait

            watch(final, messages_wait(ground), goal.name, "wrong")
            watch(None, None, goal.name, "undefined")
        elif goal.kind == "no deadlock":
            watch(final, ground.done.undefined, goal.name, "undefined")
        elif goal.kind == "step" or goal.mark is not None:
            watch(None, None, goal.name, "wrong")
            watch(None, None, goal.name, "undefined")
        for number, predicate in enumerate(predicates[len(goal.conditions) :]):
            watch(state, graph.either(predicate.value, predicate.undefined), goal.name, f"premise {number}")
    return tuple(watched), state, final


def with_conditions(ground: GroundModel, watched: tuple[Watched, ...], state: Roots) -> tuple[tuple[Watched, ...], Roots]:
    """With what the properties of runs ask of every state, and what is done."""
    asked = [
        (goal.name, i, p)
        for goal, found in ground.goals
        if goal.kind in RUNS
        for i, p in enumerate(found[: len(goal.conditions)])
    ]
    nodes = [(p.value, Watched(goal=name, what=f"condition {i}")) for name, i, p in asked]
    nodes += [(p.undefined, Watched(goal=name, what=f"condition {i} undefined")) for name, i, p in asked]
    nodes += [
        (ground.done.value, Watched(goal="", what="done")),
        (ground.done.undefined, Watched(goal="", what="done undefined")),
    ]
    return (*watched, *(w for _, w in nodes)), state + [(node, w) for node, w in nodes if ground.graph.value(node) != 0]
