"""Lemmas that there is somebody: that some agent holds the token, or it is on its way to one, or the server has it.

Each is a few things of which in every state of small runs at least one is so: `any(a in Agent: a.has) or any(a in Agent: waiting(Baton, a) > 0)`.
A set of parts that meets what is so in each state, and none of whose parts can be left out, is one of the strongest such rules (minimal hitting
sets: R. Reiter, A theory of diagnosis from first principles, 1987).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import combinations, islice, product
from operator import and_, or_
from typing import final

from msgspec import Struct

from checker.elaborate import make
from checker.elaborate.rewrite import map_expr, nodes
from checker.engines.explicit import explore
from checker.engines.inductive.things import Names, said_of, sorts_of_many, true_in
from checker.language.types import Bool, values
from checker.model.expr import Expr, Local, Quantifier
from checker.model.model import Model
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import Interpreter

MOST_STATES = 400  # of each size, that are asked whether they refute a rule
MOST_PARTS = 4  # of a rule
MOST_RULES = 300
OF_MORE = 3  # parts: rules of fewer are of `templates`, where they say of nobody that there is one
MOST_OF_ONE = 100  # of one premise


@final
class _Part(Struct, frozen=True, kw_only=True):
    """`true_in`: a bit for each state and each way to name. `somebody`: it says that there is one; `of_first`: the same, said of the name."""

    says: Expr
    true_in: int
    somebody: bool
    of_first: Expr | None = None


def somebody(models: Sequence[Model], names: int) -> list[Expr]:
    """Rules over the first of `models`, which are one protocol in growing sizes: of nobody by name (0), or of each by name (1)."""
    runs = [_Runs(model) for model in models]
    sorts = [sort.name for sort in sorts_of_many(models[0])]
    found: dict[Expr, None] = {}
    for named in [[]] if names == 0 else [[sort] for sort in sorts]:
        parts = [part for sort in sorts for part in _parts(runs, [*named, sort], somebody=True)]
        parts += _parts(runs, named, somebody=False)
        everywhere = (1 << sum(run.positions(named) for run in runs)) - 1
        locals = runs[0].names(named)
        rules = (
            rule for rule in _rules(parts, everywhere, pairs=not named) if all(any(n in nodes(p) for p in rule) for n in locals)
        )
        found.update(dict.fromkeys(_of_all(locals, rule) for rule in rules))
    return list(found)[:MOST_RULES]


@final
class _Runs:
    """States of a model, and what is so in them. Names are given by the names of their sorts."""

    def __init__(self, model: Model) -> None:
        self.model, self.sorts = model, {sort.name: sort for sort in model.sorts}
        self.states, self.interpreter = explore(model, states_limit=MOST_STATES).states, Interpreter(model)

    def names(self, sorts: Sequence[str]) -> Names:
        return tuple(Local(number, "", self.sorts[sort]) for number, sort in enumerate(sorts))

    def positions(self, sorts: Sequence[str]) -> int:
        """How many states with ways to name there are."""
        return reduce(lambda found, sort: found * self.sorts[sort].size, sorts, len(self.states))

    def said(self, sorts: Sequence[str]) -> list[Expr]:
        return [says for _, says in said_of(self.model, self.names(sorts), twice=False)]

    def bits(self, says: Expr, sorts: Sequence[str]) -> int:
        """A bit for each way to name and each state. Raises EvaluationError."""
        names = self.names(sorts)
        return true_in(self.interpreter, self.states, says, names, list(product(*(tuple(values(name.type)) for name in names))))

    def for_some(self, bits: int, sorts: Sequence[str]) -> int:
        """Of bits for ways to name those whether it is so for some way to name the last."""
        size, last, found = len(self.states), self.sorts[sorts[-1]].size, 0
        for way in range(self.positions(sorts[:-1]) // size):
            each = (bits >> (way * last + place) * size & (1 << size) - 1 for place in range(last))
            found |= reduce(or_, each) << way * size
        return found


def _parts(runs: Sequence[_Runs], sorts: Sequence[str], *, somebody: bool) -> Iterator[_Part]:
    """What may be said of these names; of `somebody`: that there is one to call by the last name of whom it is so."""
    said = [run.said(sorts) for run in runs]
    names = runs[0].names(sorts)
    needed = set(names[-1:] if somebody else names)
    known = set[tuple[int, ...]]()
    for ways in zip(*said, strict=False):
        if not needed <= set(nodes(ways[0])):
            continue
        try:
            bits = tuple(run.bits(says, sorts) for run, says in zip(runs, ways, strict=True))
        except EvaluationError:
            continue
        if bits in known:
            continue
        known.add(bits)
        says, kept, of_first = ways[0], sorts, None
        if somebody:
            of_first = map_expr(says, lambda node: names[0] if node == names[-1] else node)
            bits = tuple(run.for_some(one, sorts) for run, one in zip(runs, bits, strict=True))
            says, kept = Quantifier("any", names[-1:], (names[-1].type,), says, Bool()), sorts[:-1]
        true = reduce(lambda all, one: all << one[0].positions(kept) | one[1], zip(runs, bits, strict=True), 0)
        yield _Part(says=says, true_in=true, somebody=somebody, of_first=of_first)


# --- rules -----------------------------------------------------------------------------------------------------------


def _rules(parts: Sequence[_Part], everywhere: int, *, pairs: bool) -> Iterator[frozenset[Expr]]:
    """Parts one of which is always so, and none of which can be left out: whenever a premise is so, or two (`pairs`), one of a few others is.
    One of them says that there is somebody, or they are three.
    """
    told = [part for part in parts if part.true_in not in (0, everywhere)]
    plain = [part for part in told if not part.somebody]
    opposites = [_opposite(part, everywhere) for part in plain]
    premises: list[tuple[_Part, ...]] = [(), *((one,) for one in [*plain, *opposites, *told[: len(told) - len(plain)]])]
    premises += combinations([*plain, *opposites], 2) if pairs else []
    known: list[tuple[int, int]] = []
    for premise in premises:
        when = reduce(and_, (part.true_in for part in premise), everywhere)
        rows = _rows([part.true_in for part in told], when)
        for chosen in islice(meeting(rows, MOST_PARTS - len(premise)), MOST_OF_ONE) if when else ():
            found = [part for number, part in enumerate(told) if chosen >> number & 1]
            weaker = any(chosen & few == few and not when & ~where for few, where in known)
            weaker = weaker or any(all(row & other for row in rows) for other in _of_the_name(told, chosen))
            if weaker or set(premise) & set(found):
                continue
            known.append((chosen, when))
            if any(part.somebody for part in found) or len(premise) + len(found) >= OF_MORE:
                yield frozenset([*(_opposite(part, everywhere).says for part in premise), *(part.says for part in found)])


def _of_the_name(told: Sequence[_Part], chosen: int) -> Iterator[int]:
    """The sets that say more: of the one who is named what this one says of somebody."""
    numbers = {part.says: number for number, part in enumerate(told)}
    for number, part in enumerate(told):
        own = numbers.get(part.of_first) if part.of_first is not None and chosen >> number & 1 else None
        if own is not None:
            yield chosen & ~(1 << number) | 1 << own


def _opposite(part: _Part, everywhere: int) -> _Part:
    return _Part(says=make.negate(part.says), true_in=everywhere & ~part.true_in, somebody=False)


def _rows(columns: Sequence[int], when: int) -> list[int]:
    """In each place of `when` the numbers of the columns that are so there; without those that another one is part of."""
    places = (at for at in range(when.bit_length()) if when >> at & 1)
    return least(sum((bits >> at & 1) << n for n, bits in enumerate(columns)) for at in places)


def least(rows: Iterable[int]) -> list[int]:
    """The rows without those that another one is part of."""
    found: list[int] = []
    for row in sorted(set(rows), key=int.bit_count):
        if not any(row & other == other for other in found):
            found.append(row)
    return found


def meeting(rows: Sequence[int], most: int) -> Iterator[int]:
    """The sets of at most so many numbers, small ones first, that have one of each row, and none of whose numbers can be left out."""
    for size in range(most + 1):
        for chosen in _of_size(rows, size, 0, 0):
            alone = {row & chosen for row in rows}
            if all(chosen >> number & 1 == 0 or 1 << number in alone for number in range(chosen.bit_length())):
                yield chosen


def _of_size(rows: Sequence[int], size: int, chosen: int, without: int) -> Iterator[int]:
    if not rows or not size:
        if not rows and not size:
            yield chosen
        return
    left = rows[0] & ~without
    while left:
        number = left & -left
        yield from _of_size([row for row in rows if not row & number], size - 1, chosen | number, without)
        without, left = without | number, left ^ number


def _of_all(names: Names, parts: frozenset[Expr]) -> Expr:
    rule = make.either(*sorted(parts, key=repr))
    return Quantifier("all", names, tuple(name.type for name in names), rule, Bool()) if names else rule
