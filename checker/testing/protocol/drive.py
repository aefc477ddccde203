"""Paths of the model as tests of the real code: what the checker found in the protocol is looked for in the code.

A path becomes a program: the actions that it begins with, in its order. Its schedules are searched for one in which the code goes through
the states that the path goes through, as far as the adapter shows them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Literal, TypeAlias, final

from msgspec import Struct, field
from msgspec.structs import replace

from checker.model.cells import cell_names, cell_variables
from checker.semantics.interpreter import State
from checker.testing.choices import Token
from checker.testing.environment import current_loop
from checker.testing.outcome import Outcome
from checker.testing.progress import telling
from checker.testing.protocol.beside import Asked, ask, questions
from checker.testing.protocol.faults import Fault, fault_of
from checker.testing.protocol.follow import Call, Follower, NotAllowed, Refused
from checker.testing.protocol.paths import Goal, ModelPath, program_of, unreachable_for
from checker.testing.protocol.plan import AdapterError, Plan
from checker.testing.protocol.programs import Program, faults_in, token_of
from checker.testing.protocol.runs import Reached, run_program
from checker.testing.search import quiet_collector

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
    """Each path, one after another; then up to `beside` calls in the states of those that the code took: what the protocol allows there must be
    possible, and nothing else. An interrupt ends it with what is known by then. Raises AdapterError."""
    result = Drive(plan=plan)
    taken: list[tuple[ModelPath, _Watch]] = []
    try:
        with quiet_collector():
            for number, path in enumerate(paths, 1):
                watch = _Watch(plan, path)
                with telling(f"path {number} of {len(paths)}: {path.name}"):
                    result.driven.append(_driven(plan, path, watch, result.reached, schedules, options))
                if result.driven[-1].interrupted:
                    raise KeyboardInterrupt
                if path.kind == "steps" and result.driven[-1].verdict == "taken":
                    taken.append((path, watch))
            for path, watch in taken:
                _beside(result, path, watch, beside, options)
    except KeyboardInterrupt:
        result.interrupted = True
    return result


def _beside(result: Drive, path: ModelPath, watch: _Watch, most: int, options: dict[str, Any]) -> None:
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
            found = replace(path, kind="beside", name=name)
            result.driven.append(
                Driven(
                    path=found,
                    program=question.program,
                    verdict=_verdict(outcome),
                    runs=outcome.runs,
                    why=outcome.text(),
                    token=token_of(question.program, outcome.token or ""),
                )
            )
            if outcome.interrupted:
                raise KeyboardInterrupt
            return


def _driven(plan: Plan, path: ModelPath, watch: _Watch, reached: Reached, schedules: int, options: dict[str, Any]) -> Driven:
    program = program_of(plan, path)
    why = unreachable_for(plan, path)
    if not why and not any(isinstance(part, Call) for part in program):
        why = "nothing in it is begun by the adapter"
    if why:
        return Driven(path=path, program=program, verdict="not driven", why=why)
    outcome = run_program(plan, program, reached, schedules=schedules, each=watch.note, **options)
    if watch.taken:
        _note_struck(path, reached)
    refused = tuple(sorted(set.intersection(*watch.refusals))) if watch.refusals else ()
    failed = not outcome.passed
    why = outcome.text() if failed else watch.unseen or watch.not_struck(program)
    verdict = _verdict(outcome) if failed else watch.verdict
    return Driven(
        path=path,
        program=program,
        verdict="not driven" if why and verdict == "not taken" else verdict,
        runs=outcome.runs,
        why=why,
        refused=refused,
        token=token_of(program, outcome.token or "") if failed else "",
        interrupted=outcome.interrupted,
    )


def _note_struck(path: ModelPath, reached: Reached) -> None:
    """The faults of a path that the code took: what explains its runs need not tell of them."""
    struck = {step.name for step, agent, _ in path.steps if fault_of(step, agent) is not None}
    reached.steps.update(name for name in struck if not reached.steps[name])
    for goal in path.goals:
        if len(goal) == 2 and struck & set(goal) and not reached.pairs[goal[0], goal[1]]:
            reached.pairs[goal[0], goal[1]] = 1


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
        self.schedule = ""  # one in which the code goes this way
        self.refusals: list[set[str]] = []
        self.faults = Counter(filter(None, (fault_of(step, agent) for step, agent, _ in path.steps)))
        self._offered: set[Fault] = set()
        self._cells: list[int] = []

    @property
    def verdict(self) -> Verdict:
        """Of runs that all passed."""
        return "taken" if self.taken else "not seen" if self.unseen else "not taken"

    def note(self, follower: Follower) -> None:
        """At the end of a run: whether it went the way of the path. Raises Reproduced where that violates a property."""
        self.refusals.append(set(map(str, follower.refused)))
        self._offered |= follower.offered
        self._cells = [cell for cell, _ in follower.seen[0]] if follower.seen else []
        self.unseen = self._hidden_from(self._cells)
        if not self.unseen and self._went(follower):
            self.schedule = self.schedule or _schedule()
            self.taken = True
            if self.path.kind == "counterexample":
                raise Reproduced(f"the code goes the way that violates {self.path.violates} in the protocol")

    def wanted(self, states: Sequence[State]) -> list[tuple[tuple[int, Any], ...]]:
        """What the adapter shows of them, each once."""
        return _without_repeats([tuple((cell, state[cell]) for cell in self._cells) for state in states])

    def not_struck(self, program: Program) -> str:
        """Which fault of the program had no call to strike at, in words; "" where all had."""
        for fault in faults_in(program):
            if fault.kind != "restart" and fault not in self._offered:
                return f"it needs the fault {fault}, and no call at a boundary lets it strike"
        return ""

    def _went(self, follower: Follower) -> bool:
        """Whether the states that were seen begin with those of the path (where it stops: are those), stuttering aside, with its faults."""
        wanted, seen = self.wanted(self.path.states), _without_repeats(follower.seen)
        same = seen == wanted if self.path.stops else seen[: len(wanted)] == wanted
        return same and follower.faults == self.faults and follower.crashes == self._crashes()

    def _crashes(self) -> list[tuple[str, int]]:
        """Who crashes on the path, and how many different states the adapter shows before."""
        faults = [fault_of(step, agent) for step, agent, _ in self.path.steps]
        return [(f.of, len(self.wanted(self.path.states[: n + 1]))) for n, f in enumerate(faults) if f and f.kind == "crash"]

    def _hidden_from(self, cells: Sequence[int]) -> str:
        """What the violation hangs on, where none of it is in the cells that the adapter shows; "" where some is."""
        states, steps = self.path.states, self.path.steps
        first = 0
        if self.path.kind == "counterexample":
            first = len(steps) - 1 if self.path.cycle is None or self.path.stops else self.path.cycle
        if any(fault_of(step, agent) for step, agent, _ in steps[max(0, first) :]):
            return ""  # whether a fault has struck is seen without the adapter
        deciding = pairwise(states[max(0, first) :])
        changed = {cell for before, after in deciding for cell, value in enumerate(after) if value != before[cell]}
        if changed & set(cells) or not changed:
            return ""
        names, variables = cell_names(self.plan.model), cell_variables(self.plan.model)
        said = [names[cell] for cell in sorted(changed) if variables[cell].kind in ("shared", "agent")]
        return f"`observe` does not tell of {', '.join(said)}" if said else "it hangs on what no variable tells"


def _schedule() -> str:
    """The token of the run that is on, as far as it has come."""
    loop = current_loop()
    assert loop is not None
    settings = loop.settings
    return str(Token(mode=settings.mode, seed=settings.seed, deviations=tuple(loop.chooser.deviations)))


def _without_repeats(seen: Sequence[Any]) -> list[Any]:
    return [one for n, one in enumerate(seen) if n == 0 or one != seen[n - 1]]
