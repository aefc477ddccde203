"""Two calls of which the first rules out the second, asked for at once: what races are made of."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from checker.engines.state_graph import StateGraph
from checker.semantics.interpreter import State
from checker.testing.protocol.follow import Call
from checker.testing.protocol.paths import ModelPath, Reachable, no_fault, program_of
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Program, Settle
from checker.testing.protocol.walk import calls_in

MOST_STATES = 1_000  # of the protocol, from which two calls are taken


class Contest(Struct, frozen=True, kw_only=True):
    """`program`: goes `path`, and then asks for the two calls at once."""

    path: ModelPath
    program: Program


def contests(plan: Plan, graph: StateGraph) -> Iterator[Contest]:
    """For each two actions, one program whose last two calls are asked for at once by two agents, though the first rules out the second: two that
    want the same are what races are made of."""
    seen: set[tuple[str, str]] = set()
    allowed: dict[State, dict[Call, State]] = {}
    reachable = Reachable(graph, no_fault)

    def calls(state: State) -> dict[Call, State]:
        if state not in allowed:
            allowed[state] = dict(calls_in(plan, state))
        return allowed[state]

    for number in (state for state in sorted(reachable.entered) if state < graph.expanded):
        for one, after in calls(graph.states[number]).items():
            for rival in calls(graph.states[number]):
                names = (one.action, rival.action)
                if names in seen or rival.agent == one.agent or rival in calls(after):
                    continue
                seen.add(names)
                path = reachable.path(number)
                start = program_of(plan, path)
                program = (*start, *((Settle(),) if start else ()), one, rival)
                yield Contest(path=replace(path, kind="beside", name=f"{one} and {rival} at once"), program=program)
