"""Programs: who is asked to do what, and when. Each is run under many schedules, and followed by the protocol."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeAlias, final

from msgspec import Struct, field
from msgspec.structs import replace

from checker.testing.agents import CRASHED, together
from checker.testing.environment import current_loop
from checker.testing.outcome import Outcome
from checker.testing.protocol.adapter import Adapter
from checker.testing.protocol.follow import Call, Follower
from checker.testing.protocol.plan import Plan
from checker.testing.search import explore, replay


class Settle(Struct, frozen=True):
    """Nobody goes on before all that was asked for is over."""

    def __str__(self) -> str:
        return "settle"


Part: TypeAlias = Call | Settle
Program: TypeAlias = tuple[Part, ...]


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
        count = f"protocol steps exercised: {len(names) - len(never)} of {len(names)}, in {self.runs} runs"
        return [count, f"never: {', '.join(never)}"] if never else [count]

    def text(self, plan: Plan) -> str:
        """Which steps of the protocol were exercised, and which never."""
        count, *never = self._told(plan)
        lines = [count, *(f"  {step.name}: {self.steps[step.name]} times" for step in plan.model.steps if self.steps[step.name])]
        lines += [f"  {text}" for text in never]
        if self.cut:
            lines.append(f"  in {self.cut} runs a limit left open what explains them")
        return "\n".join(lines)


def runner(plan: Plan, program: Program, reached: Reached, each: Callable[[Follower], None] | None = None) -> Any:
    """The program as a test for `explore`: a coroutine function that raises where the protocol does not explain what the code does.

    `each` is called at the end of each run that it explains; what it raises fails the run.
    """

    async def run() -> None:
        adapter = plan.adapter()
        await adapter.setup()
        follower = Follower(plan, adapter)
        follower.look()
        loop = current_loop()
        assert loop is not None
        loop.watches.append(follower.look)
        try:
            stopped: set[str] = set()
            for group in groups(program):
                agents: dict[str, list[Call]] = {}
                for call in group:
                    if call.agent not in stopped:
                        agents.setdefault(call.agent, []).append(call)
                ends = await together({agent: _acts(adapter, follower, calls) for agent, calls in agents.items()})
                stopped |= {agent for agent, end in ends.items() if end is CRASHED and not plan.restarts(agents[agent][0].action)}
            await adapter.rest()
            follower.look()
        finally:
            loop.watches.remove(follower.look)
        reached.add(follower)
        if each is not None:
            each(follower)

    run.__name__ = run.__qualname__ = plan.adapter.__name__
    return run


async def _acts(adapter: Adapter, follower: Follower, calls: Sequence[Call]) -> None:
    """An agent does one call after another; where its role is reentrant, those of each action."""
    import asyncio

    at_once: dict[str, list[Call]] = {}
    for call in calls:
        at_once.setdefault(call.action if follower.plan.reentrant(call.action) else "", []).append(call)
    await asyncio.gather(*(_does(adapter, follower, in_a_row) for in_a_row in at_once.values()))


async def _does(adapter: Adapter, follower: Follower, calls: Sequence[Call]) -> None:
    import asyncio

    for call in calls:
        if call.after_ms:
            await asyncio.sleep(call.after_ms / 1e3)
        slot = follower.begin(call)
        try:
            done = getattr(adapter, call.action)(call.agent, **dict(call.values))
            done = await done if inspect.isawaitable(done) else done
        except adapter.refusals:
            done = False
        except adapter.unknown:
            follower.leave(slot)
            continue
        follower.refuse(slot) if done is False else follower.end(slot)


def groups(program: Program) -> list[list[Call]]:
    """The calls between two `Settle`s."""
    found: list[list[Call]] = [[]]
    for part in program:
        if isinstance(part, Settle):
            found.append([])
        else:
            found[-1].append(part)
    return [group for group in found if group]


def smaller_than(program: Program) -> Iterator[Program]:
    """It without one of its parts, and with one call that comes at once."""
    for n in range(len(program)):
        yield program[:n] + program[n + 1 :]
    for n, part in enumerate(program):
        if isinstance(part, Call) and part.after_ms:
            yield (*program[:n], replace(part, after_ms=0), *program[n + 1 :])


# --- tokens --------------------------------------------------------------------------------------------------------------------


def token_of(program: Program, schedule: str) -> str:
    """A replay token: the program, then the token of the schedule: `Worker0.work(t=Task1); settle @ tc1.latency.0.l2`."""
    return f"{'; '.join(map(str, program))} @ {schedule}"


def read_token(plan: Plan, text: str) -> tuple[Program, str]:
    """The program and the schedule of a token. Raises ValueError."""
    parts, _, schedule = text.strip().rpartition("@")
    if not parts:
        raise ValueError(
            f"`{text}` is no replay token of a program: it has the form AGENT.ACTION(NAME=VALUE); ... @ tc1.MODE.SEED.DEVIATIONS"
        )
    return tuple(_part(plan, part.strip()) for part in parts.split(";")), schedule.strip()


def _part(plan: Plan, text: str) -> Part:
    if text == "settle":
        return Settle()
    found = re.fullmatch(r"(\w+)\.(\w+)\((.*)\)(?: \+(\d+)ms)?", text)
    action = plan.actions.get(found[2]) if found else None
    if found is None or action is None:
        what = f"there is no action `{found[2]}`" if found else "it has the form AGENT.ACTION(NAME=VALUE)"
        raise ValueError(f"`{text}` in the replay token cannot be read: {what}")
    given = dict(pair.split("=", 1) for pair in filter(None, found[3].split(", ")))
    choices = action.choices()
    values = []
    for name, _ in action.parameters:
        value = next((one for one in choices[name] if str(one) == given.get(name)), None)
        if value is None and given.get(name) != "None":
            raise ValueError(f"`{text}` in the replay token: {name} is one of {', '.join(map(str, choices[name]))}")
        values.append((name, value))
    return Call(action=action.method, agent=found[1], values=tuple(values), after_ms=int(found[4] or 0))


def run_program(
    plan: Plan, program: Program, reached: Reached, *, each: Callable[[Follower], None] | None = None, **options: Any
) -> Outcome:
    """The outcome of a search among the schedules of the program, told with the program. `each`: see `runner`."""
    return _told(plan, program, explore(runner(plan, program, reached, each), **options))


def replay_program(
    plan: Plan, text: str, reached: Reached, *, each: Callable[[Follower], None] | None = None, **options: Any
) -> Outcome:
    """The one run of a token. `each`: see `runner`. Raises ValueError for a token that cannot be read."""
    program, schedule = read_token(plan, text)
    return _told(plan, program, replay(runner(plan, program, reached, each), schedule, **options))


def _told(plan: Plan, program: Program, outcome: Outcome) -> Outcome:
    if outcome.run is not None:
        outcome.notes += [f"the program: {'; '.join(map(str, program))}"]
        outcome.notes += [f"against {plan.path}, instance {plan.model.instance}, faults {plan.model.faults}"]
    return outcome
