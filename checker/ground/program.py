"""The ground form of a model: scalar fields, and one piece of straight-line code for each outcome of each step instance.

Before: a `Model`. After: a `GroundModel`, whose parts are nodes of one `Graph`. Every engine that works on bits (native search,
exports) reads this form. Raises `Unsupported`, with the construct and its place, for what it cannot say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from checker.ground.convert import convert
from checker.ground.evaluate import Place, Registers
from checker.ground.execute import Execution, Outcome
from checker.ground.graph import Graph, Node, Unsupported
from checker.ground.shapes import Shape, build, decode, encode, flat, scalars
from checker.language.types import Sort, Type, Value
from checker.model.expr import Expr, Local
from checker.model.model import Bind, Goal, Guard, Let, Model, Step
from checker.semantics.registers import kept_registers

if TYPE_CHECKING:
    from checker.ground.representative import Renaming

MOST_OUTCOMES = 50_000
MOST_SPLIT = 64  # outcomes of one step instance; where its branches make more, they are not split
MOST_UPDATES = 2_000_000  # fields that outcomes may change, all outcomes together


class GroundOutcome(Struct, frozen=True, kw_only=True):
    """One way in which one instance of a step may go: `updates` are the fields that change and their new values.

    It is there in the states where `enabled` is 1; where `failed` is 1 too, the step fails. `goals`: for `step` goals and
    marks, by the goal's name, a node that is 1 where the transition violates it; `undefined`: where the goal has no value.
    `instance`: the values of the step's agent and parameters (`instance_types`), as the guard left them, where it does not fail;
    `progress`: 1 where the transition is progress.
    """

    step: int
    enabled: Node
    failed: Node
    updates: tuple[tuple[int, Node], ...]
    goals: tuple[tuple[str, Node], ...]
    undefined: tuple[tuple[str, Node], ...]
    instance: tuple[Node, ...]
    progress: Node


class Predicate(Struct, frozen=True, kw_only=True):
    """A closed expression on a state: `value` is 1 where it holds; where `undefined` is 1 it has no value."""

    value: Node
    undefined: Node


class GroundModel(Struct, frozen=True, kw_only=True):
    """`fields[i]` is the interval of field i; `cells[c]` the shape of cell c in nodes of fields.

    `representative`: the fields that change between a state and the one that stands for its orbit under renaming of the sorts
    `symmetric`, and their new values; `renamings`: what is renamed for it, in order. `told_apart`: why other sorts, where symmetry
    was asked for, are not among them.
    """

    model: Model
    graph: Graph
    fields: tuple[tuple[int, int], ...]
    cells: tuple[Shape, ...]
    outcomes: tuple[GroundOutcome, ...]
    done: Predicate
    goals: tuple[tuple[Goal, tuple[Predicate, ...]], ...]
    symmetric: tuple[Sort, ...] = ()
    representative: tuple[tuple[int, Node], ...] = ()
    renamings: tuple[Renaming, ...] = ()
    told_apart: tuple[tuple[Sort, str], ...] = ()

    def predicate(self, expr: Expr) -> Predicate:
        """A closed condition of the model, as nodes. Raises Unsupported."""
        return _predicate(self.graph, self.cells, expr)

    def canonical(self, numbers: list[int]) -> list[int]:
        """The fields of the representative of the state with these fields."""
        from checker.ground.run import evaluated

        changed = list(numbers)
        values = evaluated(self.graph, numbers, [node for _, node in self.representative])
        for (field, _), value in zip(self.representative, values, strict=True):
            changed[field] = value
        return changed

    def renaming(self, numbers: list[int]) -> list[tuple[Sort, int, int]]:
        """The exchanges of elements, in order, that make the representative of the state with these fields."""
        from checker.ground.run import evaluated

        decided = evaluated(self.graph, numbers, [node for *_, node in self.renamings])
        return [(sort, i, j) for (sort, i, j, _), done in zip(self.renamings, decided, strict=True) if done]

    def encoded(self, state: tuple[Value, ...]) -> list[int]:
        """The fields of a state."""
        return [n for type, value in zip(cell_types(self.model), state, strict=True) for n in encode(type, value)]

    def decoded(self, numbers: list[int]) -> tuple[Value, ...]:
        """The state of these fields."""
        return decoder(self.model)(numbers)


def decoder(model: Model) -> Callable[[Sequence[int]], tuple[Value, ...]]:
    """What gives the state of these fields, where there is no `GroundModel` at hand."""
    types = tuple(cell_types(model))

    def decoded(numbers: Sequence[int]) -> tuple[Value, ...]:
        rest = iter(numbers)
        return tuple(decode(type, rest) for type in types)

    return decoded


def cell_types(model: Model) -> Iterator[Type]:
    """The type of each cell, in the order of the state."""
    for variable in model.variables:
        for _ in range(variable.cells):
            yield variable.type


def instance_types(step: Step) -> list[Type]:
    """The types of what tells the instances of a step apart for fairness: of its agent, where it has one, and of its parameters."""
    return [local.type for local in _instance_locals(step)]


def _instance_locals(step: Step) -> tuple[Local, ...]:
    return (*(() if step.agent is None else (step.agent,)), *step.parameters)


def ground(model: Model, *, symmetry: bool = False, split: bool = False) -> GroundModel:
    """The ground form of a model; with `symmetry`, what stands for an orbit under renaming of the elements of all sorts that allow it
    (see `checker.ground.symmetry`). With `split`, the branches of an `if` are outcomes of their own.
    """
    graph = Graph()
    fields = [interval for type in cell_types(model) for interval in scalars(type)]
    leaves = iter([graph.field(number, low, high) for number, (low, high) in enumerate(fields)])
    cells = tuple(build(type, leaves) for type in cell_types(model))
    outcomes: list[GroundOutcome] = []
    for number, step in enumerate(model.steps):
        try:
            for outcome in _outcomes(model, graph, cells, number, step, split):
                outcomes.append(outcome)
                if len(outcomes) * len(fields) > MOST_UPDATES:
                    raise Unsupported(f"outcomes that may change more than {MOST_UPDATES:,} fields")
        except Unsupported as error:
            raise Unsupported(f"{step.name} ({step.at}): {error.what}") from None
        if len(outcomes) > MOST_OUTCOMES:
            raise Unsupported(f"more than {MOST_OUTCOMES} step instances")
    done = _predicate(graph, cells, model.done) if model.done is not None else _never(graph)
    goals = tuple((goal, _conditions(graph, cells, goal)) for goal in model.goals)
    found = GroundModel(
        model=model,
        graph=graph,
        fields=tuple(fields),
        cells=cells,
        outcomes=tuple(outcomes),
        done=done,
        goals=goals,
    )
    return _with_orbits(found) if symmetry else found


def initial_states(model: Model) -> Iterator[tuple[Value, ...]]:
    """Every initial state, in the order of the reference interpreter."""
    return product(*(dict.fromkeys(choices) for variable in model.variables for choices in variable.initial))


# --- symmetry -----------------------------------------------------------------------------------------------------------


def _with_orbits(form: GroundModel) -> GroundModel:
    """With the sorts that allow it, and what stands for an orbit under their renamings."""
    from checker.ground.representative import representative
    from checker.ground.symmetry import Partial, obstacle

    graph, model = form.graph, form.model
    unclear = [goal.name for goal, conditions in form.goals if any(graph.value(c.undefined) != 0 for c in conditions)]
    partial = Partial(
        steps=frozenset(outcome.step for outcome in form.outcomes if graph.value(outcome.failed) != 0),
        goals=frozenset([*unclear, *(name for outcome in form.outcomes for name, _ in outcome.undefined)]),
        done=graph.value(form.done.undefined) != 0,
    )
    told_apart = {sort: obstacle(model, sort, partial) for sort in model.sorts}
    symmetric = tuple(sort for sort, reason in told_apart.items() if reason is None)
    chosen, renamings = representative(model, graph, list(form.cells), symmetric)
    return replace(
        form,
        symmetric=symmetric,
        representative=tuple(_changes(form.cells, chosen)),
        renamings=tuple(renamings),
        told_apart=tuple((sort, reason) for sort, reason in told_apart.items() if reason is not None and sort.size > 1),
    )


# --- predicates ---------------------------------------------------------------------------------------------------------


def _never(graph: Graph) -> Predicate:
    return Predicate(value=graph.const(0), undefined=graph.const(0))


def _predicate(graph: Graph, cells: tuple[Shape, ...], expr: Expr) -> Predicate:
    place = Place(graph=graph, cells=list(cells), path=graph.const(1), failed=graph.const(0))
    value = place.truth(expr)
    return Predicate(value=value, undefined=place.failed)


def _conditions(graph: Graph, cells: tuple[Shape, ...], goal: Goal) -> tuple[Predicate, ...]:
    """The goal's conditions and premises on a state; those of a `step` goal stand in the outcomes."""
    if goal.kind == "step":
        return ()
    return tuple(_predicate(graph, cells, expr) for expr in (*goal.conditions, *(p for _, p in goal.premises)))


# --- steps --------------------------------------------------------------------------------------------------------------


def _outcomes(
    model: Model, graph: Graph, cells: tuple[Shape, ...], number: int, step: Step, split: bool
) -> Iterator[GroundOutcome]:
    zero = graph.const(0)
    for enabled, failed, registers in _instances(graph, cells, step, 0, graph.const(1), zero, {}):
        instance = _instance(graph, step, registers)
        start = Outcome(enabled=enabled, failed=failed, cells=list(cells), registers=registers)
        for outcome in _executed(graph, step, start, split):
            yield _ground_outcome(model, graph, cells, number, outcome, instance)


def _executed(graph: Graph, step: Step, start: Outcome, split: bool) -> list[Outcome]:
    kept = kept_registers(step)
    if split:
        try:
            return Execution(graph, graph.const(1), kept, split=True, most=MOST_SPLIT).run(step.body, start.copy())
        except Unsupported:
            pass
    return Execution(graph, graph.const(1), kept).run(step.body, start)


def _instance(graph: Graph, step: Step, registers: Registers) -> tuple[Node, ...]:
    """The values of the step's agent and parameters after its prelude: a body may use their registers again."""
    found: list[Node] = []
    for local in _instance_locals(step):
        own, shape = registers[local.number]
        found += flat(convert(graph, shape, own, local.type))
    return tuple(found)


def _instances(
    graph: Graph, cells: tuple[Shape, ...], step: Step, at: int, enabled: Node, failed: Node, registers: Registers
) -> Iterator[tuple[Node, Node, Registers]]:
    """Every binding of the prelude, with the condition on which it is enabled and that on which its guard has no value."""
    if graph.value(enabled) == 0:
        return
    if at == len(step.prelude):
        yield enabled, failed, dict(registers)
        return
    part = step.prelude[at]
    path = graph.both(enabled, graph.negate(failed))
    place = Place(graph=graph, cells=list(cells), registers=registers, path=path, failed=failed)
    match part:
        case Bind():
            for type, element, there in list(place.elements(part.domain)):
                registers[part.local.number] = (type, element)
                here = graph.both(enabled, graph.either(there, failed))
                yield from _instances(graph, cells, step, at + 1, here, place.failed, registers)
        case Let():
            registers[part.local.number] = (part.local.type, place.as_type(part.value, part.local.type))
            yield from _instances(graph, cells, step, at + 1, enabled, place.failed, registers)
        case Guard():
            condition = place.truth(part.condition)
            here = graph.both(enabled, graph.either(condition, place.failed))
            yield from _instances(graph, cells, step, at + 1, here, place.failed, registers)


def _ground_outcome(
    model: Model,
    graph: Graph,
    cells: tuple[Shape, ...],
    number: int,
    outcome: Outcome,
    instance: tuple[Node, ...],
) -> GroundOutcome:
    goals: list[tuple[str, Node]] = []
    undefined: list[tuple[str, Node]] = []
    works = graph.both(outcome.enabled, graph.negate(outcome.failed))
    for goal in model.goals:
        if goal.mark is not None and goal.mark in outcome.marks:
            goals.append((goal.name, graph.both(works, outcome.marks[goal.mark])))
        elif goal.kind == "step":
            place = Place(graph=graph, cells=outcome.cells, old=list(cells), path=works, failed=graph.const(0))
            holds = place.truth(goal.conditions[0])
            undefined.append((goal.name, place.failed))
            goals.append((goal.name, graph.both(works, graph.negate(graph.either(holds, place.failed)))))
    return GroundOutcome(
        step=number,
        enabled=outcome.enabled,
        failed=graph.both(outcome.enabled, outcome.failed),
        updates=tuple(_changes(cells, outcome.cells)),
        goals=tuple((name, node) for name, node in goals if graph.value(node) != 0),
        undefined=tuple((name, node) for name, node in undefined if graph.value(node) != 0),
        instance=instance,
        progress=graph.both(works, outcome.marks.get("progress", graph.const(0))),
    )


def _changes(before: Sequence[Shape], after: Sequence[Shape]) -> Iterator[tuple[int, Node]]:
    """The fields that differ, and their new values."""
    first = 0
    for old_cell, new_cell in zip(before, after, strict=True):
        old = flat(old_cell)
        if old_cell is not new_cell:
            yield from ((first + i, b) for i, (a, b) in enumerate(zip(old, flat(new_cell), strict=True)) if a != b)
        first += len(old)
