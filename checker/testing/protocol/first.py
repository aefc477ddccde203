"""The programs that a test runs before any is drawn, the same on every machine: into contests, and along covering paths of the protocol."""

from __future__ import annotations

from collections.abc import Collection

from checker.testing.protocol.contests import MOST_STATES, contests
from checker.testing.protocol.faults import STRUCK
from checker.testing.protocol.follow import Call
from checker.testing.protocol.paths import covering_paths, explored, program_of
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Program, faults_in


def first_programs(plan: Plan, faults_of_code: Collection[str] = ()) -> list[Program]:
    """From the first states of the protocol, each kind shortest first; last those along faults of the protocol that may strike the code by these
    faults of boundaries. Raises KeyboardInterrupt."""
    graph = explored(plan.model, MOST_STATES)
    paths = [program_of(plan, path) for path in covering_paths(graph).paths]
    if faults_of_code:
        struck = [program_of(plan, path) for path in covering_paths(graph, plan.may_have).paths]
        paths += [program for program in struck if faults_in(program) and _needed(program) <= set(faults_of_code)]
    return [
        program
        for program in dict.fromkeys((*(contest.program for contest in contests(plan, graph)), *paths))
        if any(isinstance(part, Call) for part in program)
    ]


def _needed(program: Program) -> set[str]:
    """The faults of boundaries by which those of the program strike."""
    return {STRUCK.get(fault.kind, ("crash",))[0] for fault in faults_in(program)}
