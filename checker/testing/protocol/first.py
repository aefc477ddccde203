"""The programs that a test runs before any is drawn, the same on every machine: into contests, and along covering paths of the protocol."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from checker.engines.state_graph import StateGraph
from checker.semantics.interpreter import State
from checker.testing.protocol.faults import STRUCK
from checker.testing.protocol.follow import Call
from checker.testing.protocol.paths import Reachable, covering_paths, explored, no_fault, program_of
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Program, Settle, faults_in
from checker.testing.protocol.walk import calls_in

MOST_STATES = 1_000


def first_programs(plan: Plan, faults_of_code: Collection[str] = ()) -> list[Program]:
    """From the first states of the protocol, each kind shortest first; last those along faults of the protocol that may strike the code by these
    faults of boundaries. Raises KeyboardInterrupt."""
    graph = explored(plan.model, MOST_STATES)
    paths = [program_of(plan, path) for path in covering_paths(graph).paths]
    if faults_of_code:
        struck = [program_of(plan, path) for path in covering_paths(graph, plan.may_have).paths]
        paths += [program for program in struck if faults_in(program) and _needed(program) <= set(faults_of_code)]
    return [
        program for program in dict.fromkeys((*_contests(plan, graph), *paths)) if any(isinstance(part, Call) for part in program)
    ]


def _needed(program: Program) -> set[str]:
    """The faults of boundaries by which those of the program strike."""
    return {STRUCK.get(fault.kind, ("crash",))[0] for fault in faults_in(program)}


def _contests(plan: Plan, graph: StateGraph) -> Iterator[Program]:
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
                start = program_of(plan, reachable.path(number))
                yield (*start, *((Settle(),) if start else ()), one, rival)
