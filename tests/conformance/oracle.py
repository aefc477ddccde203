"""An oracle that shares nothing with the tracker: paths in products of the explicit state graph, by networkx."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from random import Random

import networkx
from msgspec import Struct

from checker.conformance.seen import StepSeen
from checker.elaborate.lower import elaborate
from checker.engines.explicit import explore
from checker.graph.networkx_graph import to_networkx
from checker.language.check import check
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source
from checker.language.types import show
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter, Transition
from tests.elaborate.generator import protocol

MOST_STATES = 400


class Event(Struct, frozen=True, kw_only=True):
    """An observed step as texts: what it may be called, who it may be ("" for nobody; None: not known), parameters that are known."""

    actions: frozenset[str]
    agent: str | None
    parameters: tuple[tuple[str, str], ...]


def generated_models(seeds: Iterable[int], *, most_states: int = MOST_STATES) -> list[Model]:
    """Models of generated protocols, with and without faults, that are small and do something."""
    found = []
    for seed in seeds:
        random = Random(seed)
        made = protocol(lambda n: random.randrange(n))  # noqa: B023 - used at once
        try:
            checked = check(
                parse_protocol(Source("generated.team", made.protocol)),
                parse_spec(Source("generated.spec", f'spec generated for "generated.team"\n{made.spec}')),
            )
        except BadInput:
            continue
        for faults in ("none", *checked.faults):
            model = elaborate(checked, faults)
            graph = explore(model, states_limit=most_states)
            if graph.complete and graph.transitions >= 4:
                found.append(model)
    return found


def random_run(interpreter: Interpreter, random: Random, steps: int) -> list[Transition]:
    """The transitions of a random run that ends before a step that fails."""
    state = random.choice(interpreter.initial_states())
    taken: list[Transition] = []
    for _ in range(steps):
        fine = [transition for transition in interpreter.transitions(state) if transition.target is not None]
        if not fine:
            break
        taken.append(random.choice(fine))
        assert taken[-1].target is not None
        state = taken[-1].target
    return taken


def seen_of(model: Model, transition: Transition) -> StepSeen:
    step = model.steps[transition.step]
    values = tuple((local.name, value) for local, value in zip(step.parameters, transition.values, strict=True))
    return StepSeen(frozenset([transition.step]), transition.agent, values)


def event_of(model: Model, seen: StepSeen) -> Event:
    step = model.steps[min(seen.steps)]
    types = {local.name: local.type for local in step.parameters}
    agent = None if seen.agent is None or step.agent is None else show(step.agent.type, seen.agent)
    return Event(
        actions=frozenset(model.steps[number].name for number in seen.steps),
        agent=agent,
        parameters=tuple((name, show(types[name], value)) for name, value in seen.values),
    )


class Oracle:
    """What runs of a model can look like, by its whole state graph."""

    def __init__(self, model: Model) -> None:
        graph = to_networkx(explore(model))
        assert graph.graph["complete"]
        self.initial = [node for node, initial in graph.nodes(data="initial") if initial]
        self.edges = [(s, t, data) for s, t, data in graph.edges(data=True) if t >= 0]  # negative: a step that fails
        self.nodes = sorted({node for node in graph.nodes if node >= 0})

    def explains(self, events: Sequence[Event], hidden: frozenset[str] = frozenset()) -> bool:
        """Whether a path takes the events in this order, with any hidden steps between."""
        return self.explains_lanes([events], hidden)

    def explains_lanes(self, lanes: Sequence[Sequence[Event]], hidden: frozenset[str] = frozenset()) -> bool:
        """Whether a path takes the events of each lane in their order, those of several lanes in any."""
        walk = networkx.DiGraph()
        for done in product(*(range(len(lane) + 1) for lane in lanes)):
            for source, target, data in self.edges:
                if data["action"] in hidden:
                    walk.add_edge((source, done), (target, done))
                for number, lane in enumerate(lanes):
                    if done[number] < len(lane) and fits(lane[done[number]], data):
                        after = (*done[:number], done[number] + 1, *done[number + 1 :])
                        walk.add_edge((source, done), (target, after))
        zero, every = tuple(0 for _ in lanes), tuple(len(lane) for lane in lanes)
        walk.add_edges_from(("start", (node, zero)) for node in self.initial)
        walk.add_edges_from(((node, every), "end") for node in self.nodes)
        return bool(networkx.has_path(walk, "start", "end"))


def fits(event: Event, data: dict[str, object]) -> bool:
    parameters = dict(data["parameters"])  # type: ignore[call-overload]
    return (
        data["action"] in event.actions
        and event.agent in (None, data["agent"])
        and all(parameters.get(name) == value for name, value in event.parameters)
    )
