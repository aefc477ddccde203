"""What a potential must satisfy: no step lowers it by less than it spends, whatever the state.

The change of a step is split by elements: those that it touches, and each other one by itself, as there may be any number of those. Each part
must not be above 0, with the spending that belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import permutations
from typing import TypeAlias, final

from msgspec import Struct, field

from checker.elaborate.meters import cost_of
from checker.model.model import Model, Step
from checker.sizing.potential.execute import Execution
from checker.sizing.potential.template import Block, Template, Tuple, Values
from checker.sizing.potential.values import Choices, Element, Pruned, Refused
from checker.sizing.potential.world import World

Owing: TypeAlias = tuple[int, Values]  # a block by its number, values of its features
Coefficients: TypeAlias = frozenset[tuple[Owing | str, int]]
MOST_WAYS = 20_000  # through one step


@final
class Change(Struct, frozen=True):
    """What a step does to the potential: the sum of `coefficients`. `told`: what it has spent by calls and messages, by meter. `whole`: it is
    that of the step itself, else of one element more, for which it has spent so much."""

    coefficients: Coefficients
    step: int
    whole: bool
    told: tuple[tuple[str, int], ...]

    def spent(self, step: Step, meter: str) -> int:
        """What belongs to it of what the step spends."""
        told = sum(cost for name, cost in self.told if name == meter)
        return told + (cost_of(step, meter) if self.whole else 0)


@final
class Found(Struct, kw_only=True):
    """The changes of all steps, each once. `uncounted`: variables whose entries are not known, so that they owe nothing."""

    changes: dict[Change, None] = field(default_factory=dict)
    uncounted: set[str] = field(default_factory=set)


def changes_of(model: Model, template: Template, sorts: Sequence[str]) -> Found:
    """The changes of all steps. Raises Refused."""
    found = Found()
    for number, step in enumerate(model.steps):
        choices, ways = Choices(), 0
        while True:
            ways += 1
            if ways > MOST_WAYS:
                raise Refused(f"`{step.name}` depends on too much to be looked at in every state ({step.at})")
            with suppress(Pruned):
                _one_way(World(choices), number, step, template, sorts, found)
            if not choices.more():
                break
    return found


def _one_way(world: World, number: int, step: Step, template: Template, sorts: Sequence[str], found: Found) -> None:
    execution = Execution(world, step)
    execution.run()
    found.uncounted |= execution.uncounted
    touched = tuple(world.elements)
    part = world.choices.pick(list(_parts(template, sorts)))
    others = tuple(world.fresh(sort) for sort in part)
    terms: dict[Owing | str, int] = {}
    for place, block in enumerate(template.blocks):
        for elements in _tuples(block, touched, others):
            if block.changed(world, elements):
                before, after = block.before(world, elements), block.after(world, elements)
                terms[place, after] = terms.get((place, after), 0) + 1
                terms[place, before] = terms.get((place, before), 0) - 1
    own: set[Element | None] = {None, *touched} if not others else set(others) if len(others) == 1 else set()
    for (variable, element), more in execution.entries.items():
        if element in own:
            terms[variable] = terms.get(variable, 0) + more
    told: dict[str, int] = {}
    for (meter, element), cost in execution.spent.items():
        if element in own:
            told[meter] = told.get(meter, 0) + cost
    coefficients = frozenset((owing, count) for owing, count in terms.items() if count)
    if coefficients or told or not others:
        found.changes[Change(coefficients, number, not others, tuple(sorted(told.items())))] = None


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
