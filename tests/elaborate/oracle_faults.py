"""The faults of docs/language.md, each an ordinary step of the oracle with a tag and a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from checker.language import tree
from checker.language.checked import FaultInfo, RoleInfo
from checker.language.types import MapOf, Value, values
from tests.elaborate.oracle_steps import Start, Step
from tests.elaborate.oracle_world import Act, Agent, Queue, World, in_bag

if TYPE_CHECKING:
    from tests.elaborate.oracle import Oracle


class Faults:
    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle

    def item(self, kind: str, target: str) -> FaultInfo | None:
        return next((f for f in self.oracle.faults if f.kind == kind and f.target == target), None)

    def may(self, kind: str, target: str, world: World) -> bool:
        """Whether some of the fault's budget is left."""
        item = self.item(kind, target)
        return item is not None and (item.budget is None or world.spent[f"{kind} {target}"] < item.budget)

    def steps(self, world: World) -> list[Step]:
        found = []
        for item in self.oracle.faults:
            if self.may(item.kind, item.target, world):
                for start in self._starts(item, world):
                    start.fault = f"{item.kind} {item.target}"
                    start.timeout = False
                    start.at = start.at or item.at
                    start.do = self._paid(start.fault, start.do)
                    steps = self.oracle.taken(start, world)
                    if item.kind == "stale":
                        steps = [step for step in steps if step.act.stale_read]
                    found += steps
        return found

    def _paid(self, fault: str, do: Callable[[World, Act], None] | None) -> Callable[[World, Act], None] | None:
        if do is None:
            return None

        def paid(world: World, act: Act) -> None:
            self.pay(fault, world)
            do(world, act)

        return paid

    def pay(self, fault: str, world: World) -> None:
        item = self.item(*fault.split(" ", 1))  # type: ignore[arg-type]
        if item is not None and item.budget is not None:
            world.spent[fault] += 1

    def _starts(self, item: FaultInfo, world: World) -> Iterator[Start]:
        match item.kind:
            case "crash" | "restart" | "stall" | "forget" | "skip" | "repeat" | "disobey" | "byzantine":
                role = self.oracle.checked.roles[item.target]
                for agent in self.oracle.agents(item.target):
                    yield from self._of_agent(item, role, agent, world)
            case "lose":
                yield from self._of_messages(item, world, self._losses)
            case "garble":
                yield from self._of_messages(item, world, self._garblings)
            case "stale":
                yield from self._stale(item, world)

    # --- faults of agents --------------------------------------------------------------------------------------------

    def _of_agent(self, item: FaultInfo, role: RoleInfo, agent: Agent, world: World) -> Iterator[Start]:
        if item.kind == "restart":
            if world.crashed.get(agent):
                yield Start(Act(agent), lambda world, act: self._restart(agent, world), None)
            return
        if not world.up[agent]:
            return
        if item.kind == "crash":
            yield Start(Act(agent), lambda world, act: self._crash(agent, world, act), None)
            return
        if world.stalled[agent]:
            return
        match item.kind:
            case "stall":
                yield Start(Act(agent), lambda world, act: world.stalled.update({agent: True}), None)
            case "forget":
                yield Start(Act(agent), lambda world, act: self.oracle.fresh(agent, world, act), None)
            case "skip":
                for activity in world.waiting_of(agent):
                    yield Start(Act(agent, activity), self._skip, None)
            case "repeat":
                yield from self._repeats(role, agent, world)
            case "disobey":
                for info in role.activities:
                    advised = isinstance(info.node, tree.Action) and info.node.advice is not None
                    if advised and self.oracle.free(role, agent, info.name, world):
                        for start in self.oracle.actions(role, agent, info, world, None, obeying=False):
                            if start.do is not None:  # a guard without a value fails the ordinary step already
                                yield start
            case "byzantine":
                yield from self._lies(role, agent, world)

    def _crash(self, agent: Agent, world: World, act: Act) -> None:
        self.oracle.goes_down(agent, world, act)
        if self.item("restart", agent[0]) is not None:
            world.crashed[agent] = True

    def _restart(self, agent: Agent, world: World) -> None:
        world.up[agent] = True
        del world.crashed[agent]

    def _skip(self, world: World, act: Act) -> None:
        assert act.agent is not None
        del world.waits[act.agent, act.activity]
        if act.activity == "run":
            world.runs[act.agent] = "finished"

    def _repeats(self, role: RoleInfo, agent: Agent, world: World) -> Iterator[Start]:
        for info in role.activities:
            last = world.finished.get((agent, info.name))
            if last is not None and self.oracle.free(role, agent, info.name, world):
                again = partial(self.oracle.begin, info, dict(last))
                yield Start(Act(agent, info.name), again, info.node, tuple(value for _, value in last))

    def _lies(self, role: RoleInfo, agent: Agent, world: World) -> Iterator[Start]:
        def say(message: str, fields: tuple[Value, ...], to: int, world: World, act: Act) -> None:
            self.oracle.send(message, fields, agent, to, world)

        for message in self.oracle.checked.messages.values():
            if role.name in message.senders:
                for _, to in self.oracle.agents(message.receiver.name):
                    for fields in product(*(list(values(type)) for _, type in message.fields)):
                        yield Start(Act(agent), partial(say, message.name, fields, to), None)

    # --- faults of messages and stores -------------------------------------------------------------------------------

    def _of_messages(
        self, item: FaultInfo, world: World, of: Callable[[Queue, Value], Iterator[Value | None]]
    ) -> Iterator[Start]:
        """Put something else, or nothing, in the place of a waiting message."""
        for queue, waiting in world.queues.items():
            if queue[0] != item.target:
                continue
            fifo = self.oracle.checked.messages[queue[0]].declaration.channel == "fifo"
            for place in range(len(waiting)) if fifo else [waiting.index(m) for m in dict.fromkeys(waiting)]:
                for other in of(queue, waiting[place]):
                    yield Start(Act(None), partial(self._put, queue, place, other), None)

    def _put(self, queue: Queue, place: int, other: Value | None, world: World, act: Act) -> None:
        waiting, put = world.queues[queue], () if other is None else (other,)
        match self.oracle.checked.messages[queue[0]].declaration.channel:
            case "persistent":  # the message stays
                world.queues[queue] = in_bag(tuple({*waiting, *put}))
            case "unordered":
                world.queues[queue] = in_bag(waiting[:place] + put + waiting[place + 1 :])
            case "fifo":
                world.queues[queue] = waiting[:place] + put + waiting[place + 1 :]

    def _losses(self, queue: Queue, message: Value) -> Iterator[Value | None]:
        yield None

    def _garblings(self, queue: Queue, message: Value) -> Iterator[Value | None]:
        info = self.oracle.checked.messages[queue[0]]
        with_sender = info.declaration.channel != "fifo" and info.takes_sender
        head, fields = (message[:1], message[1:]) if with_sender else ((), message)
        for other in product(*(list(values(type)) for _, type in info.fields)):
            if other != fields:
                yield (*head, *other)

    def _stale(self, item: FaultInfo, world: World) -> Iterator[Start]:
        type = self.oracle.checked.shared[item.target].type
        for key in values(type.key) if isinstance(type, MapOf) else [None]:
            for start in self.oracle.starts(world, (item.target, key)):
                if start.fault is None:
                    start.values = (*start.values, *(() if key is None else (key,)))
                    yield start
