"""The code of an activity, statement by statement, to its next await."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

from checker.language import tree
from checker.language.checked import ActivityInfo, AgentVariable, Checked, SharedVariable, TypeName
from checker.language.types import MapOf, Record, SeqOf, SetOf, Type, Value, contains, position, show, values
from tests.elaborate.oracle_expressions import Expressions
from tests.elaborate.oracle_world import (
    Act,
    Agent,
    Blocked,
    Chooser,
    Environment,
    Event,
    Failed,
    Frame,
    Waiting,
    World,
    in_bag,
)


class Code(Expressions):
    """`tracks_finished`: the roles whose last finished activities a fault may repeat; `tracks_before`: stores that may be read stale."""

    def __init__(self, checked: Checked, faults: str) -> None:
        super().__init__(checked)
        self.faults = checked.faults.get(faults, ())
        self.tracks_finished = {item.target for item in self.faults if item.kind == "repeat"}
        self.tracks_before = {item.target for item in self.faults if item.kind == "stale"}
        self.orders: dict[object, int] = {}  # how many different results the orders of a loop have

    # --- activities --------------------------------------------------------------------------------------------------

    def info(self, role: str, activity: str) -> ActivityInfo:
        return next(a for a in self.checked.roles[role].activities if a.name == activity)

    def begin(self, activity: ActivityInfo, given: dict[str, Value], world: World, act: Act) -> None:
        """Run an activity from its start to its first await or its end."""
        assert act.agent is not None
        env = {"self": act.agent[1], **given}
        frame = Frame(block=activity.node.body, place=0, names=frozenset(env))  # type: ignore[attr-defined]
        self.go_on([frame], env, tuple(given.items()), world, act)

    def go_on(
        self, rest: list[Frame], env: Environment, parameters: tuple[tuple[str, Value], ...], world: World, act: Act
    ) -> None:
        """Run what is left of an activity to its next await or its end."""
        while rest:
            frame = rest.pop()
            if frame.place == len(frame.block):
                env = {name: value for name, value in env.items() if name in frame.names}
                if frame.loop is not None and self.truth(frame.loop.condition, env, world, act):
                    rest.append(Frame(frame.loop.body, 0, frame.names, frame.loop))
                continue
            statement = frame.block[frame.place]
            rest.append(Frame(frame.block, frame.place + 1, frame.names, frame.loop))
            match statement:
                case tree.Return():
                    break
                case tree.Await():
                    self._wait(statement, rest, env, parameters, world, act)
                    return
                case tree.If():
                    rest.append(Frame(self._arm(statement, env, world, act), 0, frozenset(env)))
                case tree.Either():
                    rest.append(Frame(self._branch(statement, act), 0, frozenset(env)))
                case tree.While(at_most=None):
                    if self.truth(statement.condition, env, world, act):
                        rest.append(Frame(statement.body, 0, frozenset(env), statement))
                case _:
                    env = self.simple(statement, env, world, act)
        self.ends(parameters, world, act)

    def ends(self, parameters: tuple[tuple[str, Value], ...], world: World, act: Act) -> None:
        """The activity has reached its end."""
        assert act.agent is not None
        world.waits.pop((act.agent, act.activity), None)
        if not world.up[act.agent]:  # it has stopped itself: what it did since is gone too
            self._volatile(act.agent, world, act)
            return
        if act.activity == "run":
            world.runs[act.agent] = "finished"
        elif act.agent[0] in self.tracks_finished:
            world.finished[act.agent, act.activity] = parameters

    def _wait(
        self,
        node: tree.Await,
        rest: list[Frame],
        env: Environment,
        parameters: tuple[tuple[str, Value], ...],
        world: World,
        act: Act,
    ) -> None:
        assert act.agent is not None
        world.waits.pop((act.agent, act.activity), None)
        if not world.up[act.agent]:
            self._volatile(act.agent, world, act)
            return
        label = next(a.label for a in self.info(act.agent[0], act.activity).awaits if a.node is node)
        names = tuple((name, value) for name, value in env.items() if name != "self")
        world.waits[act.agent, act.activity] = Waiting(label, names, parameters, tuple(rest))
        if act.activity == "run":
            world.runs[act.agent] = "begun"

    # --- statements --------------------------------------------------------------------------------------------------

    def _arm(self, node: tree.If, env: Environment, world: World, act: Act) -> tree.Block:
        for condition, block in node.arms:
            if self.truth(condition, env, world, act):
                return block
        return node.orelse

    def _branch(self, node: tree.Either, act: Act) -> tree.Block:
        chosen = act.chooser.pick(len(node.branches))
        act.chooser.shown.append(("either", str(chosen + 1)))
        return node.branches[chosen][1]

    def block(self, block: tree.Block, env: Environment, world: World, act: Act) -> None:
        """A block without awaits and returns."""
        for statement in block:
            env = self.simple(statement, env, world, act)

    def simple(self, node: tree.Statement, env: Environment, world: World, act: Act) -> Environment:
        """One statement that neither waits nor returns; what is in scope after it."""
        match node:
            case tree.Assign():
                self._assign(node, env, world, act)
            case tree.Let():
                return {**env, node.name: self.value(node.value, env, world, act)}
            case tree.If():
                self.block(self._arm(node, env, world, act), env, world, act)
            case tree.Either():
                self.block(self._branch(node, act), env, world, act)
            case tree.For():
                self._for(node, env, world, act)
            case tree.While():
                self._bounded(node, env, world, act)
            case tree.Choose():
                return self._choose(node, env, world, act)
            case tree.Send():
                self._send(node, env, world, act)
            case tree.Broadcast():
                self._broadcast(node, env, world, act)
            case tree.Assert():
                if not self.truth(node.condition, env, world, act):
                    raise Failed("assert")
            case tree.Spawn() | tree.Stop():
                agent: Agent = (str(self.checked.type_of(node.agent)), self.value(node.agent, env, world, act))
                self.spawn(agent, world) if isinstance(node, tree.Spawn) else self.goes_down(agent, world, act)
            case tree.Progress() | tree.Pass():
                pass
            case _:
                raise TypeError(node)
        return env

    def _choose(self, node: tree.Choose, env: Environment, world: World, act: Act) -> Environment:
        if node.type is not None:
            type = self.checked.type_expressions[id(node.type)]
            every = list(values(type))
        else:
            assert node.domain is not None
            every = self.elements(node.domain, env, world, act)
            symbol = self.checked.symbols.get(id(node.domain))
            type = symbol.type if isinstance(symbol, TypeName) else self.checked.type_of(node.domain).of  # type: ignore[attr-defined]
        if node.where is not None:
            every = [value for value in every if self._may_fit(node.where, {**env, node.name: value}, world, act)]
        value = every[act.chooser.pick(len(every))]
        act.chooser.shown.append((node.name, show(type, value)))
        if node.where is not None:
            # it is read for the one that is chosen, and may fail there
            self.truth(node.where, {**env, node.name: value}, world, act)
        return {**env, node.name: value}

    def _may_fit(self, where: tree.Expr, env: Environment, world: World, act: Act) -> bool:
        """Whether a value fits, or nobody can say."""
        try:
            return self.truth(where, env, world, replace(act, events=[]))
        except Failed:
            return True

    def _bounded(self, node: tree.While, env: Environment, world: World, act: Act) -> None:
        assert node.at_most is not None
        most = self.value(node.at_most, {}, world, act)
        for _ in range(most):
            if not self.truth(node.condition, env, world, act):
                return
            self.block(node.body, env, world, act)
        if self.truth(node.condition, env, world, act):
            raise Failed("bound")

    def _for(self, node: tree.For, env: Environment, world: World, act: Act) -> None:
        """In every order; where the outcomes differ, the loop is wrong."""
        elements = self.elements(node.binder.domain, env, world, act)

        def in_order(order: tuple[Value, ...]) -> Callable[[World, Act], None]:
            def run(world: World, act: Act) -> None:
                for element in order:
                    self.block(node.body, {**env, node.binder.name: element}, world, act)

            return run

        asked = (id(node), world.key(), tuple(env.items()), act.stale, tuple(sorted(act.written, key=repr)))
        if asked not in self.orders:
            self.orders[asked] = len(
                {
                    frozenset(kind or other.key() for other, kind, _ in outcomes(in_order(order), world, act))
                    for order in permutations(elements)
                }
            )
        if self.orders[asked] > 1:
            raise Failed("order")
        in_order(tuple(elements))(world, act)

    # --- assignment --------------------------------------------------------------------------------------------------

    def _assign(self, node: tree.Assign, env: Environment, world: World, act: Act) -> None:
        target = self.checked.type_of(node.target)
        if node.operator == "=":
            value = self.fitted(node.value, target, env, world, act)
        else:
            old = self.value(node.target, env, world, act)
            by = self.value(node.value, env, world, act)
            if isinstance(target, SetOf):
                value = old | by if node.operator == "+=" else old - by
            else:
                value = old + by if node.operator == "+=" else old - by
            if not contains(target, value):
                raise Failed("range")
        self._write(node.target, value, env, world, act)

    def _write(self, node: tree.Expr, value: Value, env: Environment, world: World, act: Act) -> None:
        if isinstance(node, tree.Name):
            self._write_whole(node, value, env, world, act)
            return
        assert isinstance(node, tree.Index | tree.Field)
        of = self.checked.type_of(node.of)
        place = self._place(node, of, env, world, act)
        root = self.checked.symbols.get(id(node.of))
        if isinstance(root, SharedVariable) and isinstance(node.of, tree.Name) and isinstance(of, MapOf):
            self.set_cell((root.name, list(values(of.key))[place]), value, world, act)
            return
        whole = self.value(node.of, env, world, Act(agent=act.agent))  # the rest of the cell stays as it is: that is no read
        if not 0 <= place < len(whole):
            raise Failed("key")
        self._write(node.of, (*whole[:place], value, *whole[place + 1 :]), env, world, act)

    def _place(self, node: tree.Index | tree.Field, of: Type, env: Environment, world: World, act: Act) -> int:
        if isinstance(node, tree.Field):
            assert isinstance(of, Record)
            return of.position(node.name)
        key = self.value(node.key, env, world, act)
        if isinstance(of, SeqOf):
            return int(key)
        assert isinstance(of, MapOf)
        if key not in position(of.key):
            raise Failed("key")
        return position(of.key)[key]

    def _write_whole(self, node: tree.Name, value: Value, env: Environment, world: World, act: Act) -> None:
        match self.checked.symbol_of(node):
            case AgentVariable(role, name):
                world.own[(role, env["self"]), name] = value
            case SharedVariable(name):
                type = self.checked.shared[name].type
                if isinstance(type, MapOf):
                    for key, entry in zip(values(type.key), value, strict=True):
                        self.set_cell((name, key), entry, world, act)
                else:
                    self.set_cell((name, None), value, world, act)

    def set_cell(self, cell: tuple[str, Value], value: Value, world: World, act: Act) -> None:
        name, key = cell
        type = self.checked.shared[name].type
        whole = world.shared[name]
        place = position(type.key)[key] if isinstance(type, MapOf) else None
        if name in self.tracks_before and cell not in act.written:
            world.before[cell] = whole if place is None else whole[place]
        act.events.append(Event("write", cell, value != (whole if place is None else whole[place])))
        act.written.add(cell)
        world.shared[name] = value if place is None else (*whole[:place], value, *whole[place + 1 :])

    # --- messages ----------------------------------------------------------------------------------------------------

    def _send(self, node: tree.Send, env: Environment, world: World, act: Act) -> None:
        fields = self._sent(node, env, world, act)
        to = self.value(node.to, env, world, act)
        assert act.agent is not None
        self.send(node.message, fields, act.agent, to, world)

    def _sent(self, node: tree.Send | tree.Broadcast, env: Environment, world: World, act: Act) -> tuple[Value, ...]:
        types = [type for _, type in self.checked.messages[node.message].fields]
        return tuple(self.fitted(a, type, env, world, act) for a, type in zip(node.arguments, types, strict=True))

    def _broadcast(self, node: tree.Broadcast, env: Environment, world: World, act: Act) -> None:
        fields = self._sent(node, env, world, act)
        assert act.agent is not None
        receiver = self.checked.messages[node.message].receiver.name
        to_role = isinstance(self.checked.symbols.get(id(node.to)), TypeName)
        for to in self.elements(node.to, env, world, act):
            if not to_role or (receiver, to) != act.agent:
                self.send(node.message, fields, act.agent, to, world)

    def send(self, message: str, fields: tuple[Value, ...], sender: Agent, to: int, world: World) -> None:
        info = self.checked.messages[message]
        declaration = info.declaration
        if declaration.lost_if_down and not world.up[info.receiver.name, to]:
            return
        fifo = declaration.channel == "fifo"
        queue = (message, sender[0], sender[1] if fifo else None, to)
        item = fields if fifo or not info.takes_sender else (sender[1], *fields)
        waiting = world.queues[queue]
        if declaration.channel == "persistent":
            world.queues[queue] = waiting if item in waiting else in_bag((*waiting, item))
            return
        if len(waiting) >= info.capacity:
            if declaration.policy == "block":
                raise Blocked
            if declaration.policy == "error":
                raise Failed("overflow")
            return
        world.queues[queue] = (*waiting, item) if fifo else in_bag((*waiting, item))

    # --- agents come and go ------------------------------------------------------------------------------------------

    def fresh(self, agent: Agent, world: World, act: Act) -> None:
        """Volatile variables take initial values again, activities are gone."""
        self._volatile(agent, world, act)
        for activity in world.waiting_of(agent):
            del world.waits[agent, activity]
        world.runs[agent] = "unstarted"

    def _volatile(self, agent: Agent, world: World, act: Act) -> None:
        for variable in self.checked.roles[agent[0]].variables:
            node = variable.declaration
            if node.kind == "durable":
                continue
            if node.any_of:
                every = self.elements(node.initial, {"self": agent[1]}, world, act)
                value = every[act.chooser.pick(len(every))]
                if len(every) > 1:
                    act.chooser.shown.append(("initial", show(variable.type, value)))
            else:
                value = self.fitted(node.initial, variable.type, {"self": agent[1]}, world, act)
            world.own[agent, variable.name] = value

    def spawn(self, agent: Agent, world: World) -> None:
        """A down agent comes up: its memory went when it went down."""
        if world.up[agent]:
            raise Failed("spawn")
        world.up[agent] = True
        world.crashed.pop(agent, None)

    def goes_down(self, agent: Agent, world: World, act: Act) -> None:
        if not world.up[agent]:
            return
        world.up[agent] = False
        world.stalled[agent] = False
        self.fresh(agent, world, act)
        for queue in world.queues:
            info = self.checked.messages[queue[0]]
            if info.declaration.lost_if_down and (info.receiver.name, queue[3]) == agent:
                world.queues[queue] = ()


def outcomes(do: Callable[[World, Act], None], world: World, act: Act) -> list[tuple[World, str, Act]]:
    """Every way that `do` can go from `world`: the world after it, or the kind of its failure; those that cannot be taken are left out."""
    result: list[tuple[World, str, Act]] = []
    chooser: Chooser | None = Chooser()
    while chooser is not None:
        other = world.copy()
        inner = Act(
            agent=act.agent,
            activity=act.activity,
            chooser=chooser,
            stale=act.stale,
            events=list(act.events),
            written=set(act.written),
            stale_read=act.stale_read,
        )
        try:
            do(other, inner)
            result.append((other, "", inner))
        except Failed as failed:
            result.append((other, failed.kind, inner))
        except Blocked:
            pass
        chooser = chooser.next()
    return result
