"""The oracle and the lowering on one protocol: what can be seen of every state, every transition, every failure.

`differences` is empty when they agree exactly. What is compared of a state: shared and agents' variables, who is up and stalled, where each
activity waits and with which names, what is in the channels, how much of each fault is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from checker.elaborate.lower import elaborate
from checker.engines.explicit import explore
from checker.engines.state_graph import StateGraph
from checker.language import tree
from checker.language.checked import Checked
from checker.language.types import Enum, Value, sort_key
from checker.model.model import Model, Variable
from checker.model.validate import validate
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import Interpreter, State, Transition
from tests.elaborate.oracle import Oracle
from tests.elaborate.oracle_steps import Explored, Step
from tests.elaborate.oracle_world import World

Seen: TypeAlias = frozenset[tuple[Any, Value]]


# --- what can be seen of a state -----------------------------------------------------------------------------------


def seen_by_oracle(checked: Checked, world: World) -> Seen:
    found: dict[Any, Value] = {("shared", name): value for name, value in world.shared.items()}
    for ((role, number), name), value in world.own.items():
        found["own", role, name, number] = value
    for (role, number), up in world.up.items():
        found["up", role, number] = up
        found["stalled", role, number] = world.stalled[role, number]
        for activity in checked.roles[role].activities:
            waiting = world.waits.get(((role, number), activity.name))
            at = waiting.label + (" (released)" if waiting.released else "") if waiting is not None else "idle"
            if waiting is None and isinstance(activity.node, tree.Run):
                at = world.runs[role, number]
            found["at", role, activity.name, number] = at
            names = dict(waiting.names) if waiting is not None else {}
            for name, _ in activity.frame:
                found["frame", role, activity.name, name, number] = names.get(name)
    for queue, waiting_messages in world.queues.items():
        found["queue", *queue] = waiting_messages
    found.update({("spent", fault): spent for fault, spent in world.spent.items()})
    return frozenset(found.items())


def reader(checked: Checked, model: Model) -> Callable[[State], Seen]:
    """What can be seen of a state of the model."""
    views: list[Callable[[State], Iterable[tuple[Any, Value]]]] = []
    channels = {id(channel.variable): channel for channel in model.channels}
    for variable in model.variables:
        if variable.name in [f"{role} crashed" for role in checked.roles]:
            continue  # follows from the history, as the oracle's does
        match variable.kind:
            case "shared":
                views.append(_shared(variable))
            case "agent" | "up" | "stalled" | "control" | "frame":
                views.append(_of_agents(checked, variable))
            case "channel":
                views.append(_channel(variable, channels[id(variable)]))
            case "budget":
                views.append(lambda state, v=variable: [(("spent", v.name), state[v.offset])])  # type: ignore[misc]
    base = _defaults(checked, model)
    return lambda state: frozenset({**base, **{key: value for view in views for key, value in view(state)}}.items())


def _defaults(checked: Checked, model: Model) -> dict[Any, Value]:
    """What a model leaves out because it never changes."""
    found: dict[Any, Value] = {}
    for role in checked.roles.values():
        for number in range(role.sort.size):
            found["up", role.name, number] = True
            found["stalled", role.name, number] = False
            for activity in role.activities:
                found["at", role.name, activity.name, number] = "idle"
    for name, items in checked.faults.items():
        if name == model.faults:
            found.update({("spent", f"{item.kind} {item.target}"): 0 for item in items})
    return found


def _cells(variable: Variable, state: State) -> tuple[Value, ...]:
    return tuple(state[variable.offset : variable.offset + variable.cells])


def _shared(variable: Variable) -> Callable[[State], Iterable[tuple[Any, Value]]]:
    def view(state: State) -> Iterable[tuple[Any, Value]]:
        cells = _cells(variable, state)
        return [(("shared", variable.name), cells if variable.index else cells[0])]

    return view


def _of_agents(checked: Checked, variable: Variable) -> Callable[[State], Iterable[tuple[Any, Value]]]:
    role = str(variable.index[0])
    rest = variable.name.removeprefix(role)[1:]
    key: tuple[Any, ...]
    match variable.kind:
        case "agent":
            key = ("own", role, rest)
        case "control":
            key = ("at", role, rest)
        case "frame":
            activity = next(a for a in checked.roles[role].activities if rest.removeprefix(a.name + ".") in dict(a.frame))
            key = ("frame", role, activity.name, rest.removeprefix(activity.name + "."))
        case kind:
            key = (kind, role)

    def view(state: State) -> Iterable[tuple[Any, Value]]:
        cells = _cells(variable, state)
        agents = checked.roles[role].sort.size
        width = len(cells) // agents if agents else 0
        for number in range(agents):
            own = cells[number * width : (number + 1) * width]
            value = own if len(variable.index) > 1 else own[0]
            if variable.kind == "control":
                assert isinstance(variable.type, Enum)
                value = variable.type.members[value]
            yield (*key, number), value

    return view


def _channel(variable: Variable, channel: Any) -> Callable[[State], Iterable[tuple[Any, Value]]]:
    def view(state: State) -> Iterable[tuple[Any, Value]]:
        cells = _cells(variable, state)
        receivers = channel.receiver.size
        for place, cell in enumerate(cells):
            fifo = channel.kind == "fifo"
            sender = place // receivers if fifo else None
            items = tuple(m[1:] if fifo and channel.with_sender else m for m in cell)
            if not fifo:
                items = tuple(sorted(items, key=sort_key))
            yield ("queue", channel.message, channel.sender.name, sender, place % receivers), items

    return view


# --- what can be seen of the transitions -----------------------------------------------------------------------------

Edge: TypeAlias = tuple[Any, ...]


def edge_of_oracle(step: Step, target: Seen | None) -> Edge:
    return (step.agent[1] if step.agent else None, step.fault, step.choices, step.kind if target is None else target)


def edge_of_model(model: Model, transition: Transition, target: Seen | None) -> Edge:
    step = model.steps[transition.step]
    kind = transition.failure.kind if transition.failure is not None else None
    return (transition.agent, step.fault, transition.choices, kind if target is None else target)


def show_seen(seen: Seen) -> str:
    return ", ".join(sorted(f"{'.'.join(map(str, key))}={value}" for key, value in seen))


def show_change(before: Seen, edge: Edge) -> str:
    agent, fault, choices, target = edge
    after = target if isinstance(target, str) else show_seen(frozenset(target - before))
    return f"agent {agent} {fault or ''} {choices}: {after}"


# --- both ------------------------------------------------------------------------------------------------------------


def both(checked: Checked, faults: str, most: int) -> tuple[Explored, Oracle, Model, StateGraph] | None:
    """Both explorations, or None when there are more than `most` states."""
    oracle = Oracle(checked, faults)
    found = oracle.explore(most)
    if not found.complete:
        return None
    model = elaborate(checked, faults, [])
    return found, oracle, model, explore(model, states_limit=20 * most + 1000)


def differences(checked: Checked, faults: str = "none", most: int = 1_000_000) -> list[str] | None:
    """How the oracle and the lowering differ, a few lines; None when there are too many states."""
    result = both(checked, faults, most)
    if result is None:
        return None
    found, oracle, model, graph = result
    problems = [f"validate: {line}" for line in validate(model)]
    if not graph.complete:
        return [*problems, f"the model has more than {graph.distinct} states, the oracle {len(found.worlds)}"]
    see = reader(checked, model)
    by_key = {key: seen_by_oracle(checked, world) for key, world in found.worlds.items()}
    by_state = [see(state) for state in graph.states]
    ours, theirs = Counter(by_key.values()), Counter(by_state)
    edges_of_ours = _edges_of_oracle(found, by_key)
    edges_of_theirs = _edges_of_model(model, graph, see)
    for seen in [s for s in ours if s in theirs]:
        one, two = edges_of_ours[seen], edges_of_theirs[seen]
        if _remembers_more(checked, faults):
            one, two = Counter(one.keys()), Counter(two.keys())
        problems += [f"only the oracle, from [{show_seen(seen)}]: {show_change(seen, edge)}" for edge in one - two]
        problems += [f"only the model, from [{show_seen(seen)}]: {show_change(seen, edge)}" for edge in two - one]
    if ours != theirs and not (ours.keys() == theirs.keys() and _remembers_more(checked, faults)):
        problems.append(f"states: oracle {len(found.worlds)}, model {graph.distinct}")
        problems += [f"state only of the oracle: {show_seen(s)}" for s in list(ours - theirs)[:2]]
        problems += [f"state only of the model: {show_seen(s)}" for s in list(theirs - ours)[:2]]
    lasting = graph.transitions - len(graph.failures)
    if found.transitions != lasting and not _remembers_more(checked, faults):
        problems.append(f"transitions: oracle {found.transitions}, model {lasting}")
    if {by_key[key] for key in found.initial} != {by_state[i] for i in graph.initial}:
        problems.append("the initial states differ")
    problems += _stuck(oracle, found, model, graph, by_key, by_state)
    return problems


def _remembers_more(checked: Checked, faults: str) -> bool:
    """Whether the model tells states apart that the oracle does not: a store with several initial values remembers that it was written."""
    stale = [item.target for item in checked.faults.get(faults, ()) if item.kind == "stale"]
    return any(checked.shared[name].declaration.any_of for name in stale)


def _edges_of_oracle(found: Explored, seen: dict[Any, Seen]) -> dict[Seen, Counter[Edge]]:
    edges: dict[Seen, Counter[Edge]] = {}
    for key, steps in found.steps.items():
        here = edges.setdefault(seen[key], Counter())
        here.update(edge_of_oracle(s, seen[s.target.key()]) for s in steps if s.target is not None)
        failing = _failing(edge_of_oracle(s, None) for s in steps if s.target is None)
        here.update({edge: 1 for edge in failing if edge not in here})
    return edges


def _failing(edges: Iterable[Edge]) -> set[Edge]:
    """The steps that fail, each once. What fails anyway is no matter of the faults that only change how an agent's own step is taken."""
    found = set(edges)
    anyway = {(agent, kind) for agent, fault, _, kind in found if fault is None}
    return {e for e in found if e[1] is None or e[1].split()[0] not in ("stale", "disobey") or (e[0], e[3]) not in anyway}


def _edges_of_model(model: Model, graph: StateGraph, see: Callable[[State], Seen]) -> dict[Seen, Counter[Edge]]:
    interpreter = Interpreter(model)
    edges: dict[Seen, Counter[Edge]] = {}
    for state in graph.states:
        here = edges.setdefault(see(state), Counter())
        failing = []
        for transition in interpreter.transitions(state):
            if transition.target is not None:
                here[edge_of_model(model, transition, see(transition.target))] += 1
            else:
                failing.append(edge_of_model(model, transition, None))
        here.update({edge: 1 for edge in _failing(failing) if edge not in here})
    return edges


def _stuck(
    oracle: Oracle, found: Explored, model: Model, graph: StateGraph, by_key: dict[Any, Seen], by_state: list[Seen]
) -> list[str]:
    """Where the two differ on the states in which only faults can happen, and on which of them are done."""
    interpreter = Interpreter(model)
    ours = {(by_key[key], done) for key, done in oracle.stuck(found).items()}
    theirs: set[tuple[Seen, bool | str]] = set()
    for number, state in enumerate(graph.states):
        if all(model.steps[t.step].fault is not None for t in interpreter.transitions(state)):
            theirs.add((by_state[number], _done(model, interpreter, state)))
    return [f"stuck only of the oracle (done: {done}): {show_seen(s)}" for s, done in list(ours - theirs)[:2]] + [
        f"stuck only of the model (done: {done}): {show_seen(s)}" for s, done in list(theirs - ours)[:2]
    ]


def _done(model: Model, interpreter: Interpreter, state: State) -> bool | str:
    try:
        return model.done is not None and bool(interpreter.evaluate(model.done, state))
    except EvaluationError as error:
        return error.failure.kind
