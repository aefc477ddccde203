"""Paths of the model as tests of the real code: what the checker found in the protocol is looked for in the code.

A path becomes a program: the actions that it begins with, in its order. Its schedules are searched for one in which the code goes through
the states that the path goes through, as far as the adapter shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias, final

from msgspec import Struct, field

from checker.testing.outcome import Outcome
from checker.testing.protocol.follow import Follower, NotAllowed, Refused
from checker.testing.protocol.paths import Goal, ModelPath, program_of, unreachable_for
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Program, Reached, run_program, token_of

Verdict: TypeAlias = Literal["taken", "not taken", "not explained", "fails", "not driven"]


class Reproduced(AssertionError):
    """The code went through the states of a path that violates a property."""


class Driven(Struct, frozen=True, kw_only=True):
    """What came of one path. "taken": the code went that way (for a counterexample: the bug is in the code); "not taken": in none of `runs`
    schedules; "not explained": the code did what the protocol does not allow; "fails": it raised, or waits for ever; "not driven": `why`.
    `refused`: the calls that the code refused in every run."""

    path: ModelPath
    program: Program
    verdict: Verdict
    runs: int = 0
    why: str = ""
    refused: tuple[str, ...] = ()
    token: str = ""


class Drive(Struct, kw_only=True):
    """All of it. `goals`: the steps and pairs of steps that the model has; `cut`: why there may be more."""

    plan: Plan
    driven: list[Driven] = field(default_factory=list)
    goals: tuple[Goal, ...] = ()
    reached: Reached = field(default_factory=Reached)
    cut: str = ""
    interrupted: bool = False

    def open(self) -> list[Goal]:
        """The goals that no run came through."""
        return [g for g in self.goals if not (self.reached.steps[g[0]] if len(g) == 1 else self.reached.pairs[g[0], g[1]])]

    @property
    def exit_code(self) -> int:
        """0 nothing wrong was found in the code, 1 something was, 3 it was interrupted before."""
        wrong = {"not explained", "fails"}
        if any(d.verdict in wrong or (d.verdict == "taken" and d.path.kind == "counterexample") for d in self.driven):
            return 1
        return 3 if self.interrupted else 0


def drive(
    plan: Plan, paths: Sequence[ModelPath], *, schedules: int = 100, told: Callable[[str], None] | None = None, **options: Any
) -> Drive:
    """Each path, one after another. An interrupt ends it with what is known by then."""
    result = Drive(plan=plan)
    try:
        for number, path in enumerate(paths, 1):
            if told is not None:
                told(f"path {number} of {len(paths)}: {path.name}")
            result.driven.append(_driven(plan, path, result.reached, schedules, options))
    except KeyboardInterrupt:
        result.interrupted = True
    return result


def _driven(plan: Plan, path: ModelPath, reached: Reached, schedules: int, options: dict[str, Any]) -> Driven:
    program = program_of(plan, path)
    why = unreachable_for(plan, path) or ("" if program else "nothing in it is begun by the adapter")
    if why:
        return Driven(path=path, program=program, verdict="not driven", why=why)
    watch = _Watch(plan, path)
    outcome = run_program(plan, program, reached, schedules=schedules, each=watch.note, **options)
    refused = tuple(sorted(set.intersection(*watch.refusals))) if watch.refusals else ()
    failed = not outcome.passed
    return Driven(
        path=path,
        program=program,
        verdict=_verdict(outcome) if failed else "taken" if watch.taken else "not taken",
        runs=outcome.runs,
        why=outcome.text() if failed else "",
        refused=refused,
        token=token_of(program, outcome.token or "") if failed else "",
    )


def _verdict(outcome: Outcome) -> Verdict:
    assert outcome.run is not None
    assert outcome.run.failure is not None
    name = outcome.run.failure.name
    if name == Reproduced.__name__:
        return "taken"
    return "not explained" if name in (NotAllowed.__name__, Refused.__name__) else "fails"


def watching(plan: Plan, paths: Sequence[ModelPath]) -> Callable[[Follower], None]:
    """What raises Reproduced at the end of a run that goes the way of one of the counterexamples."""
    watches = [_Watch(plan, path) for path in paths]

    def note(follower: Follower) -> None:
        for watch in watches:
            watch.note(follower)

    return note


@final
class _Watch:
    """Compares what is seen of a run with what a path shows."""

    def __init__(self, plan: Plan, path: ModelPath) -> None:
        self.plan, self.path = plan, path
        self.taken = False
        self.refusals: list[set[str]] = []

    def note(self, follower: Follower) -> None:
        """At the end of a run: whether it went the way of the path. Raises Reproduced where that violates a property."""
        self.refusals.append(set(map(str, follower.refused)))
        if self._went(follower):
            self.taken = True
            if self.path.kind == "counterexample":
                raise Reproduced(f"the code goes the way that violates {self.path.property} in the protocol")

    def _went(self, follower: Follower) -> bool:
        """Whether the states that were seen begin with those of the path, as far as the adapter shows them; stuttering aside."""
        if not follower.seen:
            return False
        cells = [cell for cell, _ in follower.seen[0]]
        wanted = _without_repeats([tuple((cell, state[cell]) for cell in cells) for state in self.path.states])
        return _without_repeats(follower.seen)[: len(wanted)] == wanted


def _without_repeats(seen: Sequence[Any]) -> list[Any]:
    return [one for n, one in enumerate(seen) if n == 0 or one != seen[n - 1]]
