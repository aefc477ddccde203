"""Paths of the model as tests of the real code: what the checker found in the protocol is looked for in the code.

A path becomes a program: the actions that it begins with, in its order. Its schedules are searched for one in which the code goes through
the states that the path goes through, as far as the adapter shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Literal, TypeAlias, final

from msgspec import Struct, field

from checker.model.cells import cell_names, cell_variables
from checker.testing.outcome import Outcome
from checker.testing.protocol.follow import Follower, NotAllowed, Refused
from checker.testing.protocol.paths import Goal, ModelPath, program_of, unreachable_for
from checker.testing.protocol.plan import AdapterError, Plan
from checker.testing.protocol.programs import Program, Reached, run_program, token_of

Verdict: TypeAlias = Literal["taken", "not taken", "not seen", "not explained", "fails", "not driven"]


class Reproduced(AssertionError):
    """The code went through the states of a path that violates a property."""


class Driven(Struct, frozen=True, kw_only=True):
    """What came of one path. "taken": the code went that way (for a counterexample: the bug is in the code); "not taken": in none of `runs`
    schedules; "not seen": the adapter shows nothing of what matters, `why`; "not explained": the code did what the protocol does not allow;
    "fails": it raised, or waits for ever; "not driven": `why`.
    `refused`: the calls that the code refused in every run."""

    path: ModelPath
    program: Program
    verdict: Verdict
    runs: int = 0
    why: str = ""
    refused: tuple[str, ...] = ()
    token: str = ""


class Drive(Struct, kw_only=True):
    """All of it. `goals`: the steps and pairs of steps that the model has; `cut`: why there may be more. `left_out`: properties whose violations
    were not looked for, and why."""

    plan: Plan
    driven: list[Driven] = field(default_factory=list)
    goals: tuple[Goal, ...] = ()
    reached: Reached = field(default_factory=Reached)
    cut: str = ""
    left_out: tuple[str, ...] = ()
    interrupted: bool = False

    def open(self) -> list[Goal]:
        """The goals that no run came through."""
        return [g for g in self.goals if not (self.reached.steps[g[0]] if len(g) == 1 else self.reached.pairs[g[0], g[1]])]

    @property
    def exit_code(self) -> int:
        """0 nothing wrong was found in the code, 1 something was, 3 it was interrupted, or violations were not looked for."""
        wrong = {"not explained", "fails"}
        if any(d.verdict in wrong or (d.verdict == "taken" and d.path.kind == "counterexample") for d in self.driven):
            return 1
        return 3 if self.interrupted or self.left_out else 0


def drive(
    plan: Plan, paths: Sequence[ModelPath], *, schedules: int = 100, told: Callable[[str], None] | None = None, **options: Any
) -> Drive:
    """Each path, one after another. An interrupt ends it with what is known by then. Raises AdapterError."""
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
        verdict=_verdict(outcome) if failed else watch.verdict,
        runs=outcome.runs,
        why=outcome.text() if failed else watch.unseen,
        refused=refused,
        token=token_of(program, outcome.token or "") if failed else "",
    )


def _verdict(outcome: Outcome) -> Verdict:
    assert outcome.run is not None
    assert outcome.run.failure is not None
    if isinstance(outcome.run.failure.error, AdapterError):
        raise outcome.run.failure.error
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
    """Compares what is seen of a run with what a path shows. `unseen`: what of the path the adapter does not show, though all hangs on it."""

    def __init__(self, plan: Plan, path: ModelPath) -> None:
        self.plan, self.path = plan, path
        self.taken = False
        self.unseen = ""
        self.refusals: list[set[str]] = []

    @property
    def verdict(self) -> Verdict:
        """Of runs that all passed."""
        return "taken" if self.taken else "not seen" if self.unseen else "not taken"

    def note(self, follower: Follower) -> None:
        """At the end of a run: whether it went the way of the path. Raises Reproduced where that violates a property."""
        self.refusals.append(set(map(str, follower.refused)))
        cells = [cell for cell, _ in follower.seen[0]] if follower.seen else []
        self.unseen = self._hidden_from(cells)
        if not self.unseen and self._went(follower, cells):
            self.taken = True
            if self.path.kind == "counterexample":
                raise Reproduced(f"the code goes the way that violates {self.path.violates} in the protocol")

    def _went(self, follower: Follower, cells: Sequence[int]) -> bool:
        """Whether the states that were seen begin with those of the path (where it stops: are those), stuttering aside."""
        wanted = _without_repeats([tuple((cell, state[cell]) for cell in cells) for state in self.path.states])
        seen = _without_repeats(follower.seen)
        return seen == wanted if self.path.stops else seen[: len(wanted)] == wanted

    def _hidden_from(self, cells: Sequence[int]) -> str:
        """What the violation hangs on, where none of it is in the cells that the adapter shows; "" where some is."""
        states = self.path.states
        if self.path.kind != "counterexample":
            deciding = list(pairwise(states))
        elif self.path.cycle is None or self.path.stops:
            deciding = list(pairwise(states))[-1:]
        else:
            deciding = list(pairwise(states[self.path.cycle :]))
        changed = {cell for before, after in deciding for cell, value in enumerate(after) if value != before[cell]}
        if changed & set(cells) or not changed:
            return ""
        names, variables = cell_names(self.plan.model), cell_variables(self.plan.model)
        said = [names[cell] for cell in sorted(changed) if variables[cell].kind in ("shared", "agent")]
        return f"`observe` does not tell of {', '.join(said)}" if said else "it hangs on what no variable tells"


def _without_repeats(seen: Sequence[Any]) -> list[Any]:
    return [one for n, one in enumerate(seen) if n == 0 or one != seen[n - 1]]
