"""A bound for every size: the smallest potential of the simplest form that has one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import ceil, prod
from typing import Any, TypeAlias, final

from msgspec import Struct

from checker.language.checked import Checked
from checker.model.model import Model
from checker.sizing.potential.constraints import Coefficients, Found, Owing, changes_of
from checker.sizing.potential.sizes import Sizes
from checker.sizing.potential.solve import Program, Undecided, conflict, solve
from checker.sizing.potential.template import MOST_COMBINATIONS, Block, Template, Values, templates
from checker.sizing.potential.values import Refused
from checker.sizing.result import Bound, Owed, Term

Numbered: TypeAlias = dict[object, int]
START = "start"
MOST_STARTS = 2_000  # combinations of the values that the features of a block may start with


@final
class NoBound(Struct, frozen=True, kw_only=True):
    """Why there is none. `steps`: those that together spend without end, as far as such a potential can tell them apart."""

    reason: str
    steps: tuple[str, ...] = ()


@final
class Answer(Struct, frozen=True, kw_only=True):
    """What is known of a meter; not `last`: a better bound is looked for."""

    meter: str
    found: Bound | NoBound
    last: bool


@final
class Potential(Struct, frozen=True, kw_only=True):
    """What is owed: of each block of the template by the values of its features (0 where nothing is said), and of each entry. `begins`: of the sorts
    of blocks, with what their sum begins at most, for each tuple of elements."""

    bound: Bound
    template: Template
    owed: Mapping[Owing | str, Fraction]
    begins: Mapping[tuple[str, ...], Fraction]


def bounds_of(checked: Checked, model: Model, meters: Mapping[str, int]) -> Iterator[Answer]:
    """Bounds of what a run spends of each of `meters`, in teams of every size. `meters`: with what some run spends at this size, which a bound
    that is as good as can be comes down to.

    The constraints are those of `checker.sizing.potential.constraints`: they hold of every step in every state, reachable or not, of every size.
    """
    sizes = _open_sizes(checked, model)
    if isinstance(sizes, NoBound):
        yield from (Answer(meter=meter, found=sizes, last=True) for meter in meters)
        return
    forms = _Forms(model, sizes)
    for meter, least in meters.items():
        best: Bound | None = None
        none = NoBound(reason="the cells that its steps look at say too much at once")
        for found in _bounds(forms, meter, least):
            if isinstance(found, NoBound):
                none = found
            else:
                best = _with_fixed(found.bound, checked, sizes)
                yield Answer(meter=meter, found=best, last=False)
        yield Answer(meter=meter, found=best or none, last=True)


def potentials_of(
    checked: Checked, model: Model, meter: str, least: int, *, guessed: bool = False
) -> Iterator[Potential | NoBound]:
    """Potentials of one meter, better and better ones; why there is none. `least`: the bound at this size that is good enough. `guessed`: what is
    computed with a size is taken as it is here, for what is found is asked about by others.
    """
    sizes = Sizes(checked) if guessed else _open_sizes(checked, model)
    if isinstance(sizes, NoBound):
        yield sizes
        return
    yield from _bounds(_Forms(model, sizes), meter, least)


def _open_sizes(checked: Checked, model: Model) -> Sizes | NoBound:
    """The sizes that are left open; why there are none."""
    sizes = Sizes(checked)
    try:
        sizes.require_same_text(model.faults)
    except Refused as refused:
        return NoBound(reason=str(refused))
    return sizes if sizes.of else NoBound(reason="there is one size only: the protocol has no role of several agents, and no ids")


@final
class _Forms:
    """The forms of a potential, each with the changes of the steps, which are found once for all meters."""

    def __init__(self, model: Model, sizes: Sizes) -> None:
        self.model, self.sizes = model, sizes
        self.templates = [t for t in templates(model, sizes) if not any(_is_large(block, sizes) for block in t.blocks)]
        self._found: dict[int, Found | Refused] = {}

    def changes(self, place: int) -> Found:
        """The changes of the steps in the form number `place`. Raises Refused."""
        if place not in self._found:
            try:
                self._found[place] = changes_of(self.model, self.templates[place], list(self.sizes.of))
            except Refused as refused:
                self._found[place] = refused
        found = self._found[place]
        if isinstance(found, Refused):
            raise found
        return found


def _is_large(block: Block, sizes: Sizes) -> bool:
    starts = prod(len(values) for values in _started(block, sizes))
    return block.combinations > MOST_COMBINATIONS or starts > MOST_STARTS


def _bounds(forms: _Forms, meter: str, least: int) -> Iterator[Potential | NoBound]:
    """Better and better ones, without products of sizes where there is one: pairs are looked at where nothing else helps. Where there is none,
    why."""
    refusal, unpaid = "", None
    best: Potential | None = None
    here = forms.sizes.here
    for place, template in enumerate(forms.templates):
        if best is not None and (best.bound.at(here) <= least or template.pairs):
            return
        numbered: Numbered = {}
        try:
            program = _program(template, forms, forms.changes(place), meter, numbered)
            values = solve(program)
        except (Refused, Undecided) as reason:
            refusal = str(reason)
            continue
        if values is None:
            unpaid = program
            continue
        made = _read(template, forms.sizes, numbered, values)
        if best is None or made.bound.at(here) < best.bound.at(here):
            best = made
            yield made
    if best is None and (unpaid or refusal):
        yield NoBound(reason=refusal) if unpaid is None else _unpaid(unpaid)


def _unpaid(program: Program) -> NoBound:
    try:
        steps = tuple(name for name in conflict(program) if name != START)
    except Undecided:
        steps = ()
    return NoBound(reason="what is spent here could not be bounded", steps=steps)


def _program(template: Template, forms: _Forms, found: Found, meter: str, numbered: Numbered) -> Program:
    def number(owing: object) -> int:
        return numbered.setdefault(owing, len(numbered))

    steps, sizes = forms.model.steps, forms.sizes
    asked: dict[tuple[Coefficients, int], str] = {}
    for change in found.changes:
        step = steps[change.step]
        asked.setdefault((change.coefficients, change.spent(step, meter)), step.name)
    constraints = [
        (tuple((number(owing), count) for owing, count in sorted(terms, key=repr)), spent, step)
        for (terms, spent), step in asked.items()
        if terms or spent
    ]
    goals: list[list[int]] = [[], [], []]
    for place, block in enumerate(template.blocks):
        most = number(("most", place))
        goals[len(block.sorts)].append(most)
        starts = product(*_started(block, sizes))
        constraints += [(((number((place, values)), 1), (most, -1)), 0, START) for values in starts]
    owings = tuple(place for owing, place in numbered.items() if not _is_most(owing))
    owes_nothing = tuple(
        place
        for owing, place in numbered.items()
        if isinstance(owing, str) and (owing in found.uncounted or owing not in template.entries)
    )
    several = (*map(tuple, reversed(goals)), owings)
    return Program(numbers=len(numbered), constraints=tuple(constraints), zero=owes_nothing, goals=several)


def _is_most(owing: object) -> bool:
    return isinstance(owing, tuple) and owing[0] == "most"


def _started(block: Block, sizes: Sizes) -> list[list[object]]:
    """Of each feature what it may be at the start."""
    return [sorted(feature.of_start(sizes.starts_alike(feature.variable)), key=repr) for feature in block.features]


# --- the answer ------------------------------------------------------------------------------------------------------


def _read(template: Template, sizes: Sizes, numbered: Numbered, values: Sequence[Fraction]) -> Potential:
    sums: dict[tuple[str, ...], Fraction] = {}
    for place, block in enumerate(template.blocks):
        sums[block.sorts] = sums.get(block.sorts, Fraction(0)) + values[numbered["most", place]]
    terms = tuple(
        Term(coefficient=ceil(amount), of=of, sizes=tuple(sizes.of[sort][0] for sort in of))
        for of, amount in sums.items()
        if of and amount
    )
    whole = all(
        value.denominator == 1 for value in values
    )  # else the sums are rounded up, and what is owed in between is not told
    owed = tuple(_owed(template, numbered, values)) if whole else ()
    bound = Bound(constant=ceil(sums.get((), Fraction(0))), terms=terms, owed=owed)
    amounts: dict[Any, Fraction] = {owing: values[i] for owing, i in numbered.items() if not _is_most(owing) and values[i]}
    return Potential(bound=bound, template=template, owed=amounts, begins=sums)


def _owed(template: Template, numbered: Numbered, values: Sequence[Fraction]) -> Iterable[Owed]:
    """What is owed: lines that add up, or exclude each other. Of each block one for each amount."""
    for place, block in enumerate(template.blocks):
        amounts = {owing[1]: values[i] for owing, i in numbered.items() if isinstance(owing, tuple) and owing[0] == place}
        yield from _owed_of(block, amounts)
    for variable in template.entries:
        amount = values[numbered[variable]] if variable in numbered else Fraction(0)
        if amount:
            yield Owed(of="each entry", where=f"in {variable}", amount=int(amount))


def _owed_of(block: Block, amounts: dict[Values, Fraction]) -> Iterable[Owed]:
    from checker.sizing.potential.cover import covers

    names = _names(block.sorts)
    of = " and ".join(f"each {name}" for name in names)
    for amount in sorted({amount for amount in amounts.values() if amount}, reverse=True):
        cubes = covers(amounts, amount)
        told = [[f.told(v, names) for f, v in zip(block.features, cube, strict=True) if v is not None] for cube in cubes]
        yield Owed(of=of, where="; or ".join(" and ".join(parts) for parts in told), amount=int(amount))


def _names(sorts: Sequence[str]) -> list[str]:
    """`worker`, and `other worker` for a second one of the same sort."""
    words = [sort.lower() for sort in sorts]
    return [word if word not in words[:place] else f"other {word}" for place, word in enumerate(words)]


def _with_fixed(bound: Bound, checked: Checked, sizes: Sizes) -> Bound:
    from msgspec.structs import replace

    from checker.language.types import show
    from checker.sizing.potential.values import is_plain

    given = {**checked.parameters, **{name: c for name, c in checked.constants.items() if is_plain(c.type)}}
    fixed = tuple((name, show(c.type, c.value)) for name, c in given.items() if name in sizes.used - sizes.parameters)
    return replace(bound, fixed=fixed)
