"""Runs of programs: each under many schedules, followed by the protocol."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, final

from msgspec import Struct, field

from checker.testing.agents import CRASHED, together
from checker.testing.environment import current_loop
from checker.testing.outcome import Outcome
from checker.testing.protocol.adapter import Adapter
from checker.testing.protocol.faults import Fault, Striker, budget
from checker.testing.protocol.follow import Call, Follower
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Program, faults_in, groups, read_token
from checker.testing.search import explore, replay

Told = Callable[[Follower], None]
LONGEST_STOP_US = 100_000  # until an agent is stopped that does nothing


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

    def text(self, plan: Plan, why: Mapping[str, str] | None = None) -> str:
        """Which steps of the protocol were exercised, and which never; `why`: the reason for each of these."""
        count, *never = self._told(plan)
        lines = [count, *(f"  {step.name}: {self.steps[step.name]} times" for step in plan.model.steps if self.steps[step.name])]
        reasons = [f"never: {name}" + (f", for {reason}" if reason else "") for name, reason in (why or {}).items()]
        lines += [f"  {text}" for text in reasons or never]
        if self.cut:
            lines.append(f"  in {self.cut} runs a limit left open what explains them")
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
        team = _Team(plan, adapter, follower)
        try:
            for group in groups(program):
                await team.does(group)
            await adapter.rest()
            follower.look()
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


@final
class _Team:
    """The agents of one run. `stopped`: those that have crashed and are not back; `back`: how often which came back, or was stopped; `offered`: those
    to stop of which something went on."""

    def __init__(self, plan: Plan, adapter: Adapter, follower: Follower) -> None:
        self.plan, self.adapter, self.follower = plan, adapter, follower
        self.stopped: set[str] = set()
        self.back: Counter[Fault] = Counter()
        self.offered: set[Fault] = set()

    async def does(self, group: Sequence[Call | Fault]) -> None:
        """All that is asked for at once, until it is over."""
        asked: dict[str, list[Call | Fault]] = {}
        for part in group:
            asked.setdefault(part.of if isinstance(part, Fault) else part.agent, []).append(part)
        late = {agent: parts for agent, parts in asked.items() if any(isinstance(p, Call) and p.after_states for p in parts)}
        early = {agent: parts for agent, parts in asked.items() if agent not in late}
        if late:
            await asyncio.gather(self._and_no_more(early), self._at_once(late))
        else:
            await self._at_once(early)

    async def _and_no_more(self, asked: dict[str, list[Call | Fault]]) -> None:
        await self._at_once(asked)
        self.follower.no_more()

    async def _at_once(self, asked: dict[str, list[Call | Fault]]) -> None:
        again = {agent: parts for agent, parts in asked.items() if any(isinstance(part, Fault) for part in parts)}
        lives = [self._lives(agent, parts) for agent, parts in again.items()]
        once = {agent: [p for p in parts if isinstance(p, Call)] for agent, parts in asked.items() if agent not in again}
        if lives:
            await asyncio.gather(self._live(once), *lives)
        else:
            await self._live(once)

    async def _lives(self, agent: str, parts: Sequence[Call | Fault]) -> None:
        """One life after another: an agent that crashes comes back where the program says so."""
        life: list[Call] = []
        for part in parts:
            if isinstance(part, Call):
                life.append(part)
                continue
            await self._live({agent: life})
            life = []
            if part.kind == "stop":
                await self._stop(part)
            elif agent in self.stopped:
                await self._live({agent: life}, back=True)
        await self._live({agent: life})

    async def _stop(self, fault: Fault) -> None:
        """The agent crashes, now or a little later: whatever runs in its name."""
        loop = current_loop()
        assert loop is not None
        await asyncio.sleep(loop.chooser.latency(loop.current.number, 0, 0, LONGEST_STOP_US) / 1e6)
        if fault.of in self.stopped:
            return
        if loop.crash_agent(fault.of) or self.plan.role_of(fault.of) is not None:
            self.offered.add(fault)
        self.stopped.add(fault.of)
        self.back[fault] += 1

    async def _live(self, lives: dict[str, list[Call]], back: bool = False) -> None:
        """Each agent does what it is asked for, until that is over or it crashes. `back`: those that have crashed begin anew."""
        acts = {}
        for agent, calls in lives.items():
            if back or (agent in self.stopped and calls and self.plan.restarts(calls[0].action)):
                self.stopped.discard(agent)
                self.back[Fault("restart", agent)] += 1
                acts[agent] = self._acts(agent, calls, back=True)
            elif agent not in self.stopped:
                acts[agent] = self._acts(agent, calls, back=False)
        ends = await together(acts)
        self.stopped |= {agent for agent, end in ends.items() if end is CRASHED}

    async def _acts(self, agent: str, calls: Sequence[Call], back: bool) -> None:
        """An agent does one call after another; where its role is reentrant, those of each action."""
        if back:
            self.follower.comes_back(agent)
            await self.adapter.comes_back(agent)
        at_once: dict[str, list[Call]] = {}
        for call in calls:
            at_once.setdefault(call.action if self.plan.reentrant(call.action) else "", []).append(call)
        await asyncio.gather(*(_does(self.adapter, self.follower, in_a_row) for in_a_row in at_once.values()))


async def _does(adapter: Adapter, follower: Follower, calls: Sequence[Call]) -> None:
    for call in calls:
        if call.after_ms:
            await asyncio.sleep(call.after_ms / 1e3)
        if call.after_states and not await follower.has_seen(call.after_states):
            continue  # what it waited for never came
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
