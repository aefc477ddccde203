"""What a potential must satisfy: no step lowers it by less than it spends, whatever the state.

The change of a step is split by elements: those that it touches, and each other one by itself, as there may be any number of those. Each part
must not be above 0, with the spending that belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import permutations
from typing import TypeAlias, final

from msgspec import Struct, field

from checker.model.model import Model, Step
from checker.semantics.domains import watch
from checker.sizing.potential.execute import Execution
from checker.sizing.potential.template import Block, Template, Tuple, Values
from checker.sizing.potential.values import Choices, Element, Pruned, Refused
from checker.sizing.potential.world import World

Owing: TypeAlias = tuple[int, Values]  # a block by its number, values of its features
Coefficients: TypeAlias = frozenset[tuple[Owing | str, int]]
MOST_WAYS = 20_000  # through one step


@final
class Found(Struct, kw_only=True):
    """`changes`: the sum of the coefficients and what is spent must not be above 0, because of a step (one of those that ask for it). `uncounted`:
    variables whose entries are not known, so that they owe nothing."""

    changes: dict[tuple[Coefficients, int], str] = field(default_factory=dict)
    uncounted: set[str] = field(default_factory=set)


def changes_of(model: Model, template: Template, cost: Callable[[Step, int], int], sorts: Sequence[str]) -> Found:
    """The changes of all steps. `cost(step, messages)`: what a step spends that sends so many. Raises Refused."""
    found = Found()
    for step in model.steps:
        choices, ways = Choices(), 0
        while True:
            ways += 1
            if ways % 256 == 0:
                watch()
            if ways > MOST_WAYS:
                raise Refused(f"`{step.name}` depends on too much to be looked at in every state ({step.at})")
            with suppress(Pruned):
                _one_way(World(choices), step, template, cost, sorts, found)
            if not choices.more():
                break
    return found


def _one_way(
    world: World, step: Step, template: Template, cost: Callable[[Step, int], int], sorts: Sequence[str], found: Found
) -> None:
    execution = Execution(world, step)
    execution.run()
    found.uncounted |= execution.uncounted
    touched = tuple(world.elements)
    part = world.choices.pick(list(_parts(template, sorts)))
    others = tuple(world.fresh(sort) for sort in part)
    terms: dict[Owing | str, int] = {}
    for number, block in enumerate(template.blocks):
        for elements in _tuples(block, touched, others):
            if block.changed(world, elements):
                before, after = block.before(world, elements), block.after(world, elements)
                terms[number, after] = terms.get((number, after), 0) + 1
                terms[number, before] = terms.get((number, before), 0) - 1
    own: set[Element | None] = set(others) if others else {None, *touched}
    for (variable, element), more in execution.entries.items():
        if element in own and len(others) < 2:
            terms[variable] = terms.get(variable, 0) + more
    sent = sum(count for element, count in execution.sent_for.items() if element in own and len(others) < 2)
    spent = cost(step, sent) - cost(step, 0) if others else cost(step, sent + execution.sent)
    coefficients = frozenset((owing, count) for owing, count in terms.items() if count)
    if coefficients or spent:
        found.changes.setdefault((coefficients, spent), step.name)


def _parts(template: Template, sorts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """What the change is split into: what the step touches, each other element with that, each pair of others."""
    yield ()
    for sort in sorts:
        yield (sort,)
    for block in template.blocks:
        if len(block.sorts) == 2:
            yield block.sorts


def _tuples(block: Block, touched: Tuple, others: Tuple) -> Iterator[Tuple]:
    """The tuples of different elements that belong to a part: all of `others` are in them."""
    for elements in permutations((*touched, *others), len(block.sorts)):
        if tuple(e.sort for e in elements) == block.sorts and set(others) <= set(elements):
            yield elements
