"""What a protocol may do, told a second time: a naive interpreter of checked surface trees, written from docs/language.md alone.

It shares no code with the lowering and the interpreter of models: activities are stacks of statements that are still to run, stores are
dictionaries, nondeterminism is doing a step again with other choices. Slow on purpose; `Oracle.explore` visits every reachable state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from checker.language import tree
from checker.language.checked import ActivityInfo, AwaitInfo, Checked, RoleInfo
from checker.language.types import MapOf, Value, values
from tests.elaborate.oracle_code import Code, outcomes
from tests.elaborate.oracle_faults import Faults
from tests.elaborate.oracle_steps import Explored, Start, Step, Taken
from tests.elaborate.oracle_world import Act, Agent, Failed, Frame, Queue, Waiting, World


class Oracle(Code):
    def __init__(self, checked: Checked, faults: str = "none") -> None:
        super().__init__(checked, faults)
        self.fault_steps = Faults(self)

    # --- initial states ----------------------------------------------------------------------------------------------

    def initial_worlds(self) -> list[World]:
        world = World()
        options: list[tuple[Any, list[Value]]] = []
        for name, variable in self.checked.shared.items():
            options.append((name, self._initial(variable.declaration, variable.type, {})))
        for role in self.checked.roles.values():
            for agent in self.agents(role.name):
                world.up[agent] = not role.starts_down
                world.stalled[agent] = False
                world.runs[agent] = "unstarted"
                env = {"self": agent[1]}
                options += [((agent, v.name), self._initial(v.declaration, v.type, env)) for v in role.variables]
        for item in self.faults:
            world.spent[f"{item.kind} {item.target}"] = 0
        for message in self.checked.messages.values():
            for role_name in message.senders:
                fifo = message.declaration.channel == "fifo"
                for sender in [a[1] for a in self.agents(role_name)] if fifo else [None]:
                    for _, to in self.agents(message.receiver.name):
                        world.queues[message.name, role_name, sender, to] = ()
        return [self._chosen(world, [name for name, _ in options], chosen) for chosen in product(*(v for _, v in options))]

    def _initial(self, node: tree.VarDecl, type: Any, env: dict[str, Value]) -> list[Value]:
        act = Act(agent=None)
        if node.any_of:
            return self.elements(node.initial, env, World(), act)
        return [self.fitted(node.initial, type, env, World(), act)]

    def _chosen(self, base: World, names: list[Any], chosen: tuple[Value, ...]) -> World:
        world = base.copy()
        for name, value in zip(names, chosen, strict=True):
            if not isinstance(name, str):
                world.own[name] = value
                continue
            world.shared[name] = value
            type = self.checked.shared[name].type
            if name in self.tracks_before:
                entries = zip(values(type.key), value, strict=True) if isinstance(type, MapOf) else [(None, value)]
                world.before.update({(name, key): entry for key, entry in entries})
        return world

    def agents(self, role: str) -> list[Agent]:
        return [(role, i) for i in range(self.checked.roles[role].sort.size)]

    # --- transitions -------------------------------------------------------------------------------------------------

    def steps(self, world: World) -> list[Step]:
        """Every transition from `world`."""
        found: list[Step] = []
        for start in self.starts(world, None):
            found += self.taken(start, world)
        if self.checked.timeouts_only_when_stuck and any(not s.start.timeout and s.fault is None for s in found):
            found = [s for s in found if not s.start.timeout]
        found += self.fault_steps.steps(world)
        return found

    def taken(self, start: Start, world: World) -> list[Step]:
        """The outcomes of a step."""
        if start.do is None:
            return [Step(start, start.act, None, start.kind)]
        return [Step(start, act, None if kind else other, kind) for other, kind, act in outcomes(start.do, world, start.act)]

    def starts(self, world: World, stale: tuple[str, Value] | None) -> Iterator[Start]:
        """What agents and rounds may do; `stale`: a cell that reads as it was before its last write."""
        for role in self.checked.roles.values():
            for agent in self.agents(role.name):
                if world.up[agent] and not world.stalled[agent]:
                    yield from self.of_agent(role, agent, world, stale)
            if stale is None:
                yield from self._barrier(role, world)

    def free(self, role: RoleInfo, agent: Agent, activity: str, world: World) -> bool:
        waiting = world.waiting_of(agent)
        return activity not in waiting if role.reentrant else not waiting

    def of_agent(self, role: RoleInfo, agent: Agent, world: World, stale: tuple[str, Value] | None) -> Iterator[Start]:
        for activity in role.activities:
            if self.free(role, agent, activity.name, world):
                match activity.node:
                    case tree.Action():
                        yield from self.actions(role, agent, activity, world, stale, obeying=True)
                    case tree.Handler():
                        yield from self._handlers(role, agent, activity, world, stale)
                    case tree.Run():
                        if world.runs[agent] == "unstarted":
                            act = Act(agent, activity.name, stale=stale)
                            yield Start(act, self._beginning(activity, {}), activity.node)
            waiting = world.waits.get((agent, activity.name))
            if waiting is not None:
                info = next(a for a in activity.awaits if a.label == waiting.label)
                yield from self._resumes(role, agent, activity, info, waiting, world, stale)

    def _beginning(self, activity: ActivityInfo, given: dict[str, Value]) -> Callable[[World, Act], None]:
        return lambda world, act: self.begin(activity, given, world, act)

    def actions(
        self,
        role: RoleInfo,
        agent: Agent,
        activity: ActivityInfo,
        world: World,
        stale: tuple[str, Value] | None,
        *,
        obeying: bool,
    ) -> Iterator[Start]:
        """The starts of an action whose guard holds, and whose advice holds (`obeying`) or does not."""
        node = activity.node
        assert isinstance(node, tree.Action)
        names = [name for name, _ in activity.parameters]
        for chosen in product(*(list(values(type)) for _, type in activity.parameters)):
            given = dict(zip(names, chosen, strict=True))
            env = {"self": agent[1], **given}
            act = Act(agent, activity.name, stale=stale)
            try:
                if node.guard is not None and not self.truth(node.guard, env, world, act):
                    continue
                if node.advice is not None and self.truth(node.advice, env, world, act) is not obeying:
                    continue
            except Failed as failed:
                yield Start(act, None, node, chosen, failed.kind)
                continue
            yield Start(act, self._beginning(activity, given), node, chosen)

    # --- messages ----------------------------------------------------------------------------------------------------

    def _handlers(
        self, role: RoleInfo, agent: Agent, activity: ActivityInfo, world: World, stale: tuple[str, Value] | None
    ) -> Iterator[Start]:
        node = activity.node
        assert isinstance(node, tree.Handler)
        for taken in self._takes(node.pattern, agent, world):
            env = {"self": agent[1], **taken.bound}

            def do(world: World, act: Act, taken: Taken = taken) -> None:
                taken.remove(world)
                self.begin(activity, taken.bound, world, act)

            yield from self._guarded(node, node.guard, env, activity, agent, taken, world, stale, do)

    def _guarded(
        self,
        at: tree.Node,
        guard: tree.Expr | None,
        env: dict[str, Value],
        activity: ActivityInfo,
        agent: Agent,
        taken: Taken,
        world: World,
        stale: tuple[str, Value] | None,
        do: Callable[[World, Act], None],
    ) -> Iterator[Start]:
        act = Act(agent, activity.name, stale=stale)
        try:
            if guard is not None and not self.truth(guard, env, world, act):
                return
        except Failed as failed:
            yield Start(act, None, at, taken.shown, failed.kind, taken.fault)
            return
        yield Start(act, do, at, taken.shown, fault=taken.fault)

    def _takes(self, pattern: tree.Pattern, agent: Agent, world: World) -> Iterator[Taken]:
        """Every message that the pattern may take."""
        for queue in world.queues:
            message, role, _, to = queue
            if message == pattern.message and to == agent[1] and pattern.sender_role in (None, role):
                yield from self._takes_from(pattern, queue, world)

    def _takes_from(self, pattern: tree.Pattern, queue: Queue, world: World) -> Iterator[Taken]:
        info = self.checked.messages[queue[0]]
        waiting = world.queues[queue]
        channel = info.declaration.channel
        if channel == "persistent":
            for item in waiting:
                yield self._taken(pattern, queue, item, None)
            return
        places = [waiting.index(item) for item in dict.fromkeys(waiting)] if channel == "unordered" else range(len(waiting))
        for place in places:
            in_turn = channel == "unordered" or place == 0
            if in_turn:
                yield self._taken(pattern, queue, waiting[place], place)
                if self.fault_steps.may("duplicate", queue[0], world):
                    yield self._taken(pattern, queue, waiting[place], None, "duplicate")
            elif self.fault_steps.may("reorder", queue[0], world):
                yield self._taken(pattern, queue, waiting[place], place, "reorder")

    def _taken(self, pattern: tree.Pattern, queue: Queue, item: Value, place: int | None, fault: str | None = None) -> Taken:
        info = self.checked.messages[queue[0]]
        sender, fields = queue[2], item
        if sender is None and info.takes_sender:
            sender, fields = item[0], item[1:]
        bound = {name: value for name, value in zip(pattern.fields, fields, strict=True) if name is not None}
        shown = (*(() if sender is None else (sender,)), *((place,) if fault == "reorder" else ()), *fields)
        if pattern.sender is not None:
            bound[pattern.sender] = sender
        full = f"{fault} {queue[0]}" if fault is not None else None
        return Taken(self.fault_steps.pay, queue, item, place, bound, shown, full)

    # --- awaits ------------------------------------------------------------------------------------------------------

    def _resumes(
        self,
        role: RoleInfo,
        agent: Agent,
        activity: ActivityInfo,
        info: AwaitInfo,
        waiting: Waiting,
        world: World,
        stale: tuple[str, Value] | None,
    ) -> Iterator[Start]:
        env = {"self": agent[1], **dict(waiting.names)}
        for what, branch in zip(info.whats, info.node.branches, strict=True):
            act = Act(agent, activity.name, stale=stale)
            plain = self._resuming(info, branch, waiting, {})
            match what:
                case tree.AwaitRound():
                    if waiting.released:
                        yield Start(act, plain, branch)
                case _ if waiting.released:
                    pass
                case tree.AwaitCall():
                    yield Start(act, plain, branch)
                case tree.AwaitTimeout():
                    yield Start(act, plain, branch, timeout=True)
                case tree.AwaitCondition():
                    try:
                        if self.truth(what.condition, env, world, act):
                            yield Start(act, plain, branch)
                    except Failed as failed:
                        yield Start(act, None, branch, (), failed.kind)
                case tree.AwaitMessage():
                    for taken in self._takes(what.pattern, agent, world):

                        def do(world: World, act: Act, taken: Taken = taken, branch: tree.AwaitBranch = branch) -> None:
                            taken.remove(world)
                            self._resuming(info, branch, waiting, taken.bound)(world, act)

                        inner = {**env, **taken.bound}
                        yield from self._guarded(branch, what.guard, inner, activity, agent, taken, world, stale, do)

    def _resuming(
        self, info: AwaitInfo, branch: tree.AwaitBranch, waiting: Waiting, bound: dict[str, Value]
    ) -> Callable[[World, Act], None]:
        """Go on in a branch. What a single await without a body binds stays in scope to the end of the block."""

        def do(world: World, act: Act) -> None:
            assert act.agent is not None
            env = {"self": act.agent[1], **dict(waiting.names)}
            rest = list(waiting.rest)
            if len(info.node.branches) > 1 or branch.body:
                rest.append(Frame(branch.body, 0, frozenset(env)))
            self.go_on(rest, {**env, **bound}, waiting.parameters, world, act)

        return do

    def _barrier(self, role: RoleInfo, world: World) -> Iterator[Start]:
        """Opens when every agent that is up and not finished is at its `await round`."""
        at_round: dict[tuple[Agent, str], Waiting] = {}
        for agent in self.agents(role.name):
            if not world.up[agent]:
                continue
            here = {
                (agent, activity.name): waiting
                for activity in role.activities
                if (waiting := world.waits.get((agent, activity.name))) is not None and self._waits_for_round(activity, waiting)
            }
            if not here and world.runs[agent] != "finished":
                return
            at_round.update(here)

        def do(world: World, act: Act) -> None:
            for key, waiting in at_round.items():
                world.waits[key] = replace(waiting, released=True)

        if at_round:
            yield Start(Act(None), do, role.at)

    def _waits_for_round(self, activity: ActivityInfo, waiting: Waiting) -> bool:
        info = next(a for a in activity.awaits if a.label == waiting.label)
        return not waiting.released and any(isinstance(what, tree.AwaitRound) for what in info.whats)

    # --- everything --------------------------------------------------------------------------------------------------

    def explore(self, most: int = 1_000_000) -> Explored:
        """Every reachable state, breadth first; incomplete when there are more than `most`."""
        found = Explored({}, {}, [])
        for world in self.initial_worlds():
            found.initial.append(world.key())
            found.worlds[world.key()] = world
        todo = list(found.worlds)
        while todo:
            later = []
            for key in todo:
                found.steps[key] = self.steps(found.worlds[key])
                for step in found.steps[key]:
                    if step.target is not None and step.target.key() not in found.worlds:
                        found.worlds[step.target.key()] = step.target
                        later.append(step.target.key())
                if len(found.worlds) > most:
                    found.complete = False
                    return found
            todo = later
        return found

    def is_done(self, world: World) -> bool | str:
        """Whether `done when` holds, or the kind of failure where it has no value."""
        try:
            return self.checked.done is not None and self.truth(self.checked.done, {}, world, Act(None))
        except Failed as failed:
            return failed.kind

    def stuck(self, found: Explored) -> dict[Any, bool | str]:
        """The states where only faults can happen, and whether they are done: those that are not are deadlocks."""
        stuck = [key for key, steps in found.steps.items() if all(step.fault is not None for step in steps)]
        return {key: self.is_done(found.worlds[key]) for key in stuck}
