"""Paths of the model as tests of the real code: what the checker found in the protocol is looked for in the code.

A path becomes a program: the actions that it begins with, in its order. Its schedules are searched for one in which the code goes through
the states that the path goes through, as far as the adapter shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from checker.testing.outcome import Outcome
from checker.testing.progress import telling
from checker.testing.protocol.beside import Asked, ask, questions
from checker.testing.protocol.contests import MOST_STATES, contests
from checker.testing.protocol.follow import Call, Follower, NotAllowed, Refused
from checker.testing.protocol.paths import Goal, ModelPath, explored, program_of, unreachable_for
from checker.testing.protocol.plan import AdapterError, Plan
from checker.testing.protocol.programs import Program, stopping, token_of
from checker.testing.protocol.runs import Reached, run_program
from checker.testing.protocol.watch import Reproduced, Verdict, Watch
from checker.testing.search import quiet_collector


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
    interrupted: bool = False


class Drive(Struct, kw_only=True):
    """All of it. `goals`: the steps and pairs of steps that the model has; `cut`: why there may be more. `left_out`: properties whose violations
    were not looked for, and why."""

    plan: Plan
    driven: list[Driven] = field(default_factory=list)
    goals: tuple[Goal, ...] = ()
    reached: Reached = field(default_factory=Reached)
    cut: str = ""
    left_out: tuple[str, ...] = ()
    asked: Asked = field(default_factory=Asked)
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
    plan: Plan,
    paths: Sequence[ModelPath],
    *,
    schedules: int = 100,
    beside: int = 0,
    **options: Any,
) -> Drive:
    """Each path, one after another; then, where `beside`, each two calls at once of which one rules out the other, and up to so many calls in the
    states of the paths that the code took: what the protocol allows there must be possible, and nothing else. An interrupt ends it with what
    is known by then. Raises AdapterError."""
    result = Drive(plan=plan)
    taken: list[tuple[ModelPath, Watch]] = []
    try:
        with quiet_collector():
            for number, path in enumerate(paths, 1):
                watch = Watch(plan, path)
                with telling(f"path {number} of {len(paths)}: {path.name}"):
                    result.driven.append(_driven(plan, path, watch, result.reached, schedules, options))
                if result.driven[-1].interrupted:
                    raise KeyboardInterrupt
                if path.kind == "steps" and result.driven[-1].verdict == "taken":
                    taken.append((path, watch))
            for contest in contests(plan, explored(plan.model, MOST_STATES)) if beside else ():
                with telling(contest.path.name):
                    outcome = run_program(plan, contest.program, result.reached, schedules=schedules, **options)
                _note_beside(result, contest.path, contest.program, outcome)
            for path, watch in taken:
                _beside(result, path, watch, beside, options)
    except KeyboardInterrupt:
        result.interrupted = True
    return result


def _beside(result: Drive, path: ModelPath, watch: Watch, most: int, options: dict[str, Any]) -> None:
    """Until the first finding."""
    plan, asked = result.plan, result.asked
    shown = [watch.wanted(path.states[: place + 1]) for place in range(len(path.states))]
    for question in questions(plan, path, [len(states) for states in shown], asked.known):
        if asked.tried >= most:
            asked.left += 1
            continue
        with telling(f"beside the paths: call {asked.tried + 1} of at most {most}, {question.call}"):
            outcome = ask(plan, question, shown[question.place], result.reached, asked, options, watch.schedule)
        if outcome is not None:
            name = f"{replace(question.call, after_states=0)} beside {path.name}"
            _note_beside(result, replace(path, kind="beside", name=name), question.program, outcome)
            return


def _note_beside(result: Drive, path: ModelPath, program: Program, outcome: Outcome) -> None:
    """A finding. Raises KeyboardInterrupt where it was made smaller no further."""
    if outcome.passed:
        return
    token = token_of(program, outcome.token or "")
    found = Driven(path=path, program=program, verdict=_verdict(outcome), runs=outcome.runs, why=outcome.text(), token=token)
    result.driven.append(found)
    if outcome.interrupted:
        raise KeyboardInterrupt


def _driven(plan: Plan, path: ModelPath, watch: Watch, reached: Reached, schedules: int, options: dict[str, Any]) -> Driven:
    program = program_of(plan, path)
    why = unreachable_for(plan, path)
    if not why and not any(isinstance(part, Call) for part in program):
        why = "nothing in it is begun by the adapter"
    if why:
        return Driven(path=path, program=program, verdict="not driven", why=why)
    outcome = run_program(plan, program, reached, schedules=schedules, each=watch.note, **options)
    instead = stopping(program)
    if (
        outcome.passed and watch.not_struck(program) and instead != program
    ):  # who makes no call at a boundary crashes between two actions
        program = instead
        outcome = run_program(plan, program, reached, schedules=schedules, each=watch.note, **options)
    if watch.taken:
        _note_taken(path, reached)
    refused = tuple(sorted(set.intersection(*watch.refusals))) if watch.refusals else ()
    failed = not outcome.passed
    why = outcome.text() if failed else watch.unseen or watch.not_struck(program)
    verdict = _verdict(outcome) if failed else watch.verdict
    left_at = watch.left_at() if verdict == "not taken" and path.kind == "steps" and not why else ""
    return Driven(
        path=path,
        program=program,
        verdict="not driven" if why and verdict == "not taken" else verdict,
        runs=outcome.runs,
        why=why or left_at,
        refused=refused,
        token=token_of(program, outcome.token or "") if failed else "",
        interrupted=outcome.interrupted,
    )


def _note_taken(path: ModelPath, reached: Reached) -> None:
    """The steps of a path that the code took: the behaviour that explained its runs may be another, which looks the same."""
    for goal in path.goals:
        if len(goal) == 2:
            reached.pairs[goal[0], goal[1]] = max(1, reached.pairs[goal[0], goal[1]])
        else:
            reached.steps[goal[0]] = max(1, reached.steps[goal[0]])


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
    watches = [Watch(plan, path) for path in paths]

    def note(follower: Follower) -> None:
        for watch in watches:
            watch.note(follower)

    return note
