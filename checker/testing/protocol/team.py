"""The agents of one run, who do what a program asks of them: at once, one thing after another, through crashes, and waiting where they must."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from collections.abc import Sequence
from typing import Any, final

from checker.testing.agents import CRASHED, Agent, give_up, together
from checker.testing.environment import current_loop
from checker.testing.protocol.adapter import Adapter
from checker.testing.protocol.faults import Fault
from checker.testing.protocol.follow import Call, Follower, NotAllowed
from checker.testing.protocol.plan import Plan
from checker.testing.record import TaskSpan

LONGEST_STOP_US = 100_000  # until an agent is stopped that does nothing
SETTLING_STEPS = 20  # in which what is ready at the end of a run comes to rest, or is not waited for


@final
class Team:
    """The agents of one run. `stopped`: those that have crashed and are not back; `back`: how often which came back, or was stopped; `offered`: those
    to stop of which something went on. `waiting`: those that wait for others, with the task that does."""

    def __init__(self, plan: Plan, adapter: Adapter, follower: Follower) -> None:
        self.plan, self.adapter, self.follower = plan, adapter, follower
        self.stopped: set[str] = set()
        self.back: Counter[Fault] = Counter()
        self.offered: set[Fault] = set()
        self.waiting: dict[str, tuple[Agent, asyncio.Task[Any]]] = {}
        self._acting: set[str] = set()

    def at_rest(self) -> str | None:
        """Nothing goes on in the code. None where that may be by the protocol, too: then the program goes on without those who wait for
        others; else why it may not, as far as the protocol has a say."""
        loop = current_loop()
        assert loop is not None
        names = self._acting & {call.agent for call in self.follower.under_way()}
        if not names:
            return ""
        why = self.follower.why_not_wait()
        if why:
            return why
        for lane in loop.lanes:  # of one that had waited before, what waits for that comes last
            who, task = lane.agent, lane.task
            if who is not None and lane.label == who.name in names and task is not None and not task.done() and not lane.dead:
                self.waiting[who.name] = who, task
        for name in names:
            give_up(self.waiting[name][0])
        self._acting -= names
        return None

    async def over(self) -> None:
        """At the end of a run: raises what those raised who had waited. Raises NotAllowed where the code has come to rest, nothing of it
        cancelled meanwhile, nobody crashed and nothing lost, and by the protocol something that has begun goes on."""
        tasks = len(self._cancelled())
        await self.adapter.rest()
        self.follower.look()
        for _, task in self.waiting.values():
            if task.done() and not task.cancelled():
                task.result()
        loop = current_loop()
        assert loop is not None
        lost = loop.crashed or any(fault.kind == "drop" for fault in loop.record.faults)
        if lost or not self.follower.why_not_wait(begun=True):
            return
        for _ in range(SETTLING_STEPS):
            if loop.is_at_rest():
                break
            await asyncio.sleep(0)
        self.follower.look()
        if loop.is_at_rest() and len(self._cancelled()) == tasks and (why := self.follower.why_not_wait(begun=True)):
            raise NotAllowed(f"nothing goes on in the code any more, all calls are over\n{why}")

    @staticmethod
    def _cancelled() -> list[TaskSpan]:
        loop = current_loop()
        return [span for span in loop.record.tasks if span.outcome == "cancelled"] if loop is not None else []

    async def does(self, group: Sequence[Call | Fault]) -> None:
        """All that is asked for at once, until it is over."""
        asked: dict[str, list[Call | Fault]] = {agent: [] for agent in self.waiting}
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
            if life or part.kind != "stop":  # one that waits is stopped there
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
        self.waiting.pop(fault.of, None)
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
        self._acting |= set(acts)
        ends = await together(acts)
        self._acting -= set(acts)
        self.stopped |= {agent for agent, end in ends.items() if end is CRASHED}

    @staticmethod
    async def _goes_on(who: Agent, task: asyncio.Task[Any]) -> Any:
        """The result of what an agent waited in, once it has ended or crashed."""
        crash = asyncio.get_running_loop().create_future()
        who.watchers.append(crash)
        await asyncio.wait((task, crash), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else CRASHED

    async def _acts(self, agent: str, calls: Sequence[Call], back: bool) -> Any:
        """An agent does one call after another; where its role is reentrant, those of each action. What it waits in is first."""
        if agent in self.waiting and await self._goes_on(*self.waiting.pop(agent)) is CRASHED:
            return CRASHED
        if back:
            self.follower.comes_back(agent)
            await self.adapter.comes_back(agent)
        at_once: dict[str, list[Call]] = {}
        for call in calls:
            at_once.setdefault(call.action if self.plan.reentrant(call.action) else "", []).append(call)
        await asyncio.gather(*(_does(self.adapter, self.follower, in_a_row) for in_a_row in at_once.values()))
        return None


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
