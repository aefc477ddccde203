"""A model as formulas of first-order logic: its states, where it begins, and what each of its steps does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import TypeAlias, final

from msgspec import Struct

from checker.language.source import Span
from checker.language.types import BagOf, Option, Sort, Type, Value, cardinality, values
from checker.model.expr import Expr
from checker.model.model import Model, Step, Variable
from checker.sorted.expressions import Expressions
from checker.sorted.logic import Term, at_most, conj, disj, implies, negate, number, quantified, symbols
from checker.sorted.orders import End, end_of, laws
from checker.sorted.quantifiers import HAS, QUORUM, quorum_has
from checker.sorted.refusals import Refused
from checker.sorted.scope import Reader, Scope
from checker.sorted.shapes import Scalar, Sym
from checker.sorted.signature import Signature
from checker.sorted.statements import Run, State, run_step
from checker.sorted.values import Values

FIRST: End = "first"
LAST: End = "last"
Reads: TypeAlias = Callable[[tuple[Sym, ...]], Term]  # what is said of a cell, by its indices


@final
class Sorted(Struct, frozen=True, kw_only=True):
    """`model` with the sorts that `signature` names left open. What does not depend on what is asked is made once.

    `sized`: the goals that speak of a size itself (`... <= workers`), with the place: they say something else at every size. `held`: what is known
    of `holds`, by the conditions and the states.
    """

    model: Model
    signature: Signature
    values: Values
    expressions: Expressions
    state: State
    steps: tuple[tuple[Step, Run], ...]
    sized: Mapping[str, Span] = {}
    held: dict[tuple[Expr, int, int], tuple[Term, State, State | None]] = {}

    @property
    def approximations(self) -> tuple[str, ...]:
        """In which ways the formulas allow more than the model does, as sentences: what is proved holds all the same, and more may be true."""
        found: list[str] = []
        if self.model.timeouts_only_when_stuck and any(step.kind == "timeout" for step in self.model.steps):
            found.append("timeouts may happen at any time, not only when nothing else can")
        bags = [variable.type for variable in self.model.variables if isinstance(variable.type, BagOf)]
        if any(self.values.finite(type.of) is None for type in bags):
            found.append(
                "of an unordered channel only this is known: where it is not empty it has some message, and no two more often than messages in all"
            )
        if any(not failing.exact for _, run in self.steps for failing in run.failures):
            found.append("an evaluation that may stop before it fails is taken to go on, and to fail as well")
        return tuple(found)

    def holds(self, condition: Expr, state: State, old: State | None = None) -> Term:
        """Whether `condition` has a value there and is true.

        Where its value may depend on an evaluation that perhaps fails, this says no. Of the same condition it is the same formula again.
        """
        asked = condition, id(state), id(old)
        if asked not in self.held:
            self.held[asked] = (
                self._holds(condition, state, old),
                state,
                old,
            )  # kept with it, so that no other state gets their `id`
        return self.held[asked][0]

    def _holds(self, condition: Expr, state: State, old: State | None) -> Term:
        scope = Scope(
            registers={},
            read=lambda variable: state[variable],
            old=None if old is None else lambda variable: old[variable],
            failures=[],
        )
        found = self.expressions.truth(condition, scope)
        return conj(found, *(negate(failing.condition) for failing in scope.failures or ()))

    def bounds(self) -> Iterator[Term]:
        """What the types say of every state."""
        for variable in self.model.variables:
            yield self._everywhere(variable, partial(self._within, variable))

    def initial(self) -> Iterator[Term]:
        """What an initial state satisfies: for each cell, one of its initial values."""
        for variable in self.model.variables:
            try:
                yield from self._initial(variable)
            except Refused as refused:
                raise Refused(f"the initial value of `{variable.name}`: {refused.what}", variable.at) from None

    def laws(self, terms: Sequence[Term]) -> Iterator[Term]:
        """What is true of the quorums that `terms` speak of, two have an element in common; and of the orders."""
        yield from laws(self.signature, terms)
        for sort in self.model.sorts:
            name = f"{QUORUM}{sort.name}"
            if any(f"{name}{HAS}" in symbols(term) for term in terms):
                q, r = self.signature.variable("q", name), self.signature.variable("r", name)
                yield quantified("forall", (q, r), self._common(sort, q, r))

    def _within(self, variable: Variable, indices: tuple[Sym, ...]) -> Term:
        if variable.kind == "meter":  # which at some size is beyond any range
            cell = self.state[variable](indices)
            assert isinstance(cell, Scalar)
            return at_most(number(0), cell.term)
        return self.values.within(variable.type, self.state[variable](indices))

    def _common(self, sort: Sort, q: Term, r: Term) -> Term:
        return self.values.some(sort, lambda e: conj(quorum_has(self.values, q, e), quorum_has(self.values, r, e)))

    def _everywhere(self, variable: Variable, says: Reads, known: tuple[Sym, ...] = ()) -> Term:
        if len(known) == len(variable.index):
            return says(known)
        type = variable.index[len(known)]
        return self.values.every(type, lambda i: self._everywhere(variable, says, (*known, i)), "i")

    def _initial(self, variable: Variable) -> Iterator[Term]:
        """The cells are told apart by their indices of known size; along the others they must begin alike."""
        lists = [list(values(type)) for type in variable.index]
        starts = dict(zip(product(*lists), variable.initial, strict=True))
        open_places = [place for place, type in enumerate(variable.index) if self.values.depends(type)]
        groups: dict[tuple[Value, ...], list[tuple[Value, ...]]] = {}
        for cell in starts:
            groups.setdefault(tuple(v for p, v in enumerate(cell) if p not in open_places), []).append(cell)
        for cells in groups.values():
            first = cells[0]

            def says(indices: tuple[Sym, ...], cells: list[tuple[Value, ...]] = cells) -> Term:
                return self._begins(variable, indices, {cell: starts[cell] for cell in cells})

            yield self._along(variable, first, open_places, says)

    def _along(self, variable: Variable, cell: tuple[Value, ...], open_places: list[int], says: Reads) -> Term:
        """`says` for all cells that agree with `cell` at the indices of known size."""

        def go(known: tuple[Sym, ...]) -> Term:
            place = len(known)
            if place == len(variable.index):
                return says(known)
            type = variable.index[place]
            if place in open_places:
                return self.values.every(type, lambda i: go((*known, i)), "i")
            return go((*known, self.values.constant(type, cell[place])))

        return go(())

    def _begins(self, variable: Variable, indices: tuple[Sym, ...], starts: dict[tuple[Value, ...], tuple[Value, ...]]) -> Term:
        cell = self.state[variable](indices)
        choices = set(starts.values())
        if len(choices) == 1:
            return self._one_of(variable.type, cell, next(iter(choices)))
        for place, type in enumerate(variable.index):  # each begins with one of its own indices: `= self`
            own = variable.type.of if isinstance(variable.type, Option) else variable.type
            if own == type and all(found == (at[place],) for at, found in starts.items()):
                return self.values.equal(variable.type, cell, self.values.fitted(indices[place], type, variable.type))
            if isinstance(type, Sort) and type.ordered and self.signature.is_free(type):
                for end, which in ((0, FIRST), (type.size - 1, LAST)):
                    at_end = {found for cell_at, found in starts.items() if cell_at[place] == end}
                    others = {found for cell_at, found in starts.items() if cell_at[place] != end}
                    if len(at_end) == len(others) == 1:
                        here = self.values.equal(type, indices[place], Scalar(end_of(self.signature, type.name, which)))
                        one, other = (self._one_of(variable.type, cell, next(iter(found))) for found in (at_end, others))
                        return conj(implies(here, one), implies(negate(here), other))
        raise Refused("it differs from one to another of what stands for any number of them")

    def _one_of(self, type: Type, cell: Sym, choices: tuple[Value, ...]) -> Term:
        if self.values.depends(type) and len(choices) == cardinality(type):
            return conj()
        return disj(*(self.values.equal(type, cell, self.values.constant(type, value)) for value in choices))


def sorted_form(model: Model, free: Iterable[str]) -> Sorted:
    """`model` with the sorts named `free` left open: what it says holds of every size of theirs. Raises Refused.

    The model itself must have at least two elements of each of them: what is the same for all of two or more stands for any number.
    """
    names = frozenset(free)
    for sort in model.sorts:
        if sort.name in names and (sort.size < 2 or sort.single):
            raise ValueError(f"{sort.name} * {sort.size} cannot stand for any size")
    signature = Signature(free=names)
    made = Values(signature)
    expressions = Expressions(made)
    state = {variable: _reader(made, variable) for variable in model.variables}
    steps = tuple((step, run_step(expressions, step, state)) for step in model.steps)
    return Sorted(model=model, signature=signature, values=made, expressions=expressions, state=state, steps=steps)


def _reader(made: Values, variable: Variable) -> Reader:
    def read(indices: tuple[Sym, ...]) -> Sym:
        arguments = tuple(t for type, i in zip(variable.index, indices, strict=True) for t in made.flat(type, i))
        return made.symbol(variable.type, variable.name, arguments, "state")

    return read
