"""Runs of programs: each under many schedules, followed by the protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, final

from msgspec import Struct, field

from checker.testing.environment import current_loop
from checker.testing.outcome import Outcome
from checker.testing.protocol.faults import Striker, budget
from checker.testing.protocol.follow import Follower
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Program, faults_in, groups, read_token
from checker.testing.protocol.team import Team
from checker.testing.search import explore, replay

Told = Callable[[Follower], None]


@final
class Reached(Struct, kw_only=True):
    """What the runs of a test have come through: how often each step was in the behaviour that explained a run, and in how many runs that was."""

    steps: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    runs: int = 0
    cut: int = 0  # runs of which a limit left open what explains them

    def add(self, follower: Follower) -> None:
        self.runs += 1
        steps = follower.exercised()
        self.cut += bool(follower.tracker.reason)
        self.steps.update(steps)
        self.pairs.update(pairwise(steps))

    def in_short(self, plan: Plan) -> str:
        """`text` on a line."""
        return "; ".join(self._told(plan))

    def _told(self, plan: Plan) -> list[str]:
        names = [step.name for step in plan.model.steps]
        never = [name for name in names if not self.steps[name]]
        part = f" ({self.cut} of them followed in part)" if self.cut else ""
        count = f"protocol steps exercised: {len(names) - len(never)} of {len(names)}, in {self.runs} runs{part}"
        return [count, f"never: {', '.join(never)}"] if never else [count]

    def text(self, plan: Plan, why: Mapping[str, str] | None = None) -> str:
        """Which steps of the protocol were exercised, and which never; `why`: the reason for each of these."""
        count, *never = self._told(plan)
        lines = [count, *(f"  {step.name}: {self.steps[step.name]} times" for step in plan.model.steps if self.steps[step.name])]
        reasons = [f"never: {name}" + (f", for {reason}" if reason else "") for name, reason in (why or {}).items()]
        lines += [f"  {text}" for text in reasons or never]
        if self.cut:
            lines.append(
                f"  in {self.cut} runs it is left open what explains them: a limit was reached, or a number left its range"
            )
        return "\n".join(lines)


def runner(plan: Plan, program: Program, reached: Reached, each: Told | None = None, begun: Told | None = None) -> Any:
    """The program as a test for `explore`: a coroutine function that raises where the protocol does not explain what the code does.

    `begun` is called at the beginning of each run, `each` at the end of each that it explains; what they raise fails the run.
    """

    async def run() -> None:
        adapter = plan.adapter()
        await adapter.setup()
        follower = Follower(plan, adapter)
        if begun is not None:
            begun(follower)
        follower.look()
        loop = current_loop()
        assert loop is not None
        loop.watches.append(follower.after_step)
        striker = Striker(plan.adapter, faults_in(program), loop.record)
        if striker.wanted:
            loop.strikes = striker
        team = Team(plan, adapter, follower)
        loop.at_rest = team.at_rest
        try:
            for group in groups(program):
                await team.does(group)
            await team.over()
        finally:
            loop.watches.remove(follower.after_step)
        follower.over()
        follower.faults = striker.struck() + team.back
        follower.offered = striker.offered | team.offered
        reached.add(follower)
        if each is not None:
            each(follower)

    run.__name__ = run.__qualname__ = plan.adapter.__name__
    return run


def run_program(
    plan: Plan, program: Program, reached: Reached, *, each: Told | None = None, begun: Told | None = None, **options: Any
) -> Outcome:
    """The outcome of a search among the schedules of the program, told with the program. `each`, `begun`: see `runner`."""
    return _told(plan, program, explore(runner(plan, program, reached, each, begun), **_with_faults(program, options)))


def replay_program(plan: Plan, text: str, reached: Reached, *, each: Told | None = None, **options: Any) -> Outcome:
    """The one run of a token. `each`: see `runner`. Raises ValueError for a token that cannot be read."""
    program, schedule = read_token(plan, text)
    return _told(plan, program, replay(runner(plan, program, reached, each), schedule, **_with_faults(program, options)))


def _with_faults(program: Program, options: dict[str, Any]) -> dict[str, Any]:
    """The faults that the program names may strike, and then no others."""
    named = budget(faults_in(program))
    return {**options, "faults": named} if named else options


def _told(plan: Plan, program: Program, outcome: Outcome) -> Outcome:
    if outcome.run is not None:
        outcome.notes += [f"the program: {'; '.join(map(str, program))}"]
        outcome.notes += [f"against {plan.path}, instance {plan.model.instance}, faults {plan.model.faults}"]
    return outcome
