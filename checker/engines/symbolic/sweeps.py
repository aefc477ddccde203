"""Runs as one formula: sweep after sweep over all outcomes.

A *sweep* goes once through the outcomes of the ground form, in their order; each is free to be taken or not, on the state that the ones
before it left. So k sweeps hold every run of up to k steps, and many that are longer (the exists-step semantics of Dubrovin, Junttila
and Heljanko, Exploiting step semantics for efficient bounded model checking of asynchronous systems, Sci. Comput. Program. 77, 2012). The
state is a function of the choices: there are no variables for it and no frame axioms, and what is known of it is folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import final

from msgspec import Struct

from checker.ground.ends import enabled
from checker.ground.graph import Graph, Node
from checker.ground.program import GroundModel, cell_types
from checker.ground.shapes import encode
from checker.ground.violations import undefined, violated
from checker.model.model import Goal

MOST_NODES = 20_000_000  # asked for, of the formula: some GiB


@final
class Chance(Struct, frozen=True, kw_only=True):
    """One outcome in one sweep: it is taken where `taken`, a free variable, is 1, and that only where `enabled` is 1.

    Where `failed` is 1 too, taking it leaves the state as it is: the run ends there, and what follows is a run without it. `seen`: for each goal
    that transitions decide and what is seen of it ("wrong", "undefined"), a node that is 1 where it is taken and shows it. `agent`: who acts,
    None for steps that no agent takes.
    """

    outcome: int
    taken: Node
    enabled: Node
    failed: Node
    seen: tuple[tuple[str, str, Node], ...]
    agent: Node | None


class Sweeps:
    """The formula under construction. `graph` holds its nodes: a `field` of it is a free variable, none of the state's.

    `values`: the fields of the state after the last sweep. `initial`: of the cells that may start in several ways the place of the cell, its
    variable and the ways, as fields. Of the ground form: `enabled`, of each outcome, with what timeouts wait for; and `targets`, for each goal
    that states decide and what is seen of it.
    """

    def __init__(self, form: GroundModel) -> None:
        self.form = form
        self.graph = Graph(most_asked=MOST_NODES)
        self.sweeps: list[list[Chance]] = []
        self.initial: list[tuple[int, Node, list[list[int]]]] = []
        self._variables = 0
        self._known: dict[Node, Node] = {}
        self.enabled = enabled(form)
        self.targets = [(goal.name, what, node) for goal in form.model.goals for what, node in of_states(form, goal)]
        self._reads = _reads(form.graph)  # no node is added to the ground form after this
        self.types = tuple(cell_types(form.model))
        self.values = [node for cell in self._initial_cells() for node in cell]

    def target(self, goal: str, what: str) -> Node | None:
        """The node of the ground form that is 1 in states that show it; None where transitions do."""
        return next((node for name, kind, node in self.targets if (name, kind) == (goal, what)), None)

    def _variable(self, low: int, high: int) -> Node:
        self._variables += 1
        return self.graph.field(self._variables - 1, low, high)

    def _initial_cells(self) -> Iterator[list[Node]]:
        each = [choices for variable in self.form.model.variables for choices in variable.initial]
        for place, (type, choices) in enumerate(zip(self.types, each, strict=True)):
            ways = [list(encode(type, value)) for value in dict.fromkeys(choices)]
            chosen = self._variable(0, len(ways) - 1)
            if len(ways) > 1:
                self.initial.append((place, chosen, ways))
            yield [self._one_of(chosen, column) for column in zip(*ways, strict=True)]

    def _one_of(self, chosen: Node, column: Iterable[int]) -> Node:
        graph = self.graph
        first, *rest = (graph.const(value) for value in column)
        for number, node in enumerate(rest, 1):
            first = graph.select(graph.eq(chosen, graph.const(number)), node, first)
        return first

    # --- the formula -------------------------------------------------------------------------------------------------

    def sweep(self) -> list[Chance]:
        """One sweep more; what may happen in it."""
        found = [chance for number in range(len(self.form.outcomes)) if (chance := self._chance(number)) is not None]
        self.sweeps.append(found)
        return found

    def _chance(self, number: int) -> Chance | None:
        graph, outcome = self.graph, self.form.outcomes[number]
        enabled = self.now(self.enabled[number])
        if graph.value(enabled) == 0:
            return None
        taken, failed = self._variable(0, 1), graph.both(enabled, self.now(outcome.failed))
        seen = [("no error", "wrong", failed)]
        seen += [(name, "wrong", self.now(node)) for name, node in outcome.goals]
        seen += [(name, "undefined", self.now(node)) for name, node in outcome.undefined]
        agent = self.form.model.steps[outcome.step].agent
        chance = Chance(
            outcome=number,
            taken=taken,
            enabled=enabled,
            failed=failed,
            seen=tuple((name, what, graph.both(taken, node)) for name, what, node in seen if graph.value(node) != 0),
            agent=None if agent is None else self.now(outcome.instance[0]),
        )
        goes = graph.both(taken, graph.negate(failed))
        self._take(goes, [(field, self.now(node)) for field, node in outcome.updates])
        return chance

    def _take(self, goes: Node, updates: list[tuple[int, Node]]) -> None:
        changed = 0
        for field, new in updates:
            new = self.graph.within(new, *self.form.fields[field])  # where it would not be, the outcome fails
            after = self.graph.select(goes, new, self.values[field])
            if after != self.values[field]:
                self.values[field] = after
                changed |= 1 << field
        if changed:
            self._known = {node: known for node, known in self._known.items() if not self._reads[node] & changed}

    def now(self, node: Node) -> Node:
        """A node of the ground form as one of the formula: in the state so far."""
        source, known = self.form.graph, self._known
        waiting = [node]
        while waiting:
            at = waiting[-1]
            if at in known:
                waiting.pop()
                continue
            operation, *arguments = source.code[at]
            operands = [a for a in arguments if isinstance(a, int)]
            if operation == "const":
                known[at] = self.graph.const(operands[0])
            elif operation == "field":
                known[at] = self.values[operands[0]]
            elif missing := [a for a in operands if a not in known]:
                waiting += missing
            else:
                known[at] = self.graph.apply(str(operation), [known[a] for a in operands])
        return known[node]


def of_states(form: GroundModel, goal: Goal) -> list[tuple[str, Node]]:
    """What a search for the goal looks for in states, and the node of the ground form that is 1 where it is."""
    found = (("wrong", violated(form, goal)), ("undefined", undefined(form, goal)))
    return [(what, node) for what, node in found if node is not None and form.graph.value(node) != 0]


def _reads(graph: Graph) -> list[int]:
    """Of each node the fields that it reads, as bits."""
    found: list[int] = []
    for operation, *arguments in graph.code:
        bits = 0
        for argument in arguments:
            assert isinstance(argument, int)
            bits |= 0 if operation == "const" else 1 << argument if operation == "field" else found[argument]
        found.append(bits)
    return found
