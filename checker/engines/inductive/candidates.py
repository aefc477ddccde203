"""Lemmas that may hold for every size: what small sizes show, thinned until it is inductive in all of them.

IC3 proves the goal at one small size after another. Its clauses, read as quantified lemmas, are thinned by Houdini at all of the sizes, until the
goal is among those that are left (I4: H. Ma et al., SOSP 2019; IC3PO: A. Goel, K. Sakallah, NFM 2021). Whether they hold for every size is not
decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import TypeAlias

from checker.elaborate import make
from checker.engines.inductive.events import Event, GaveUp, Lemmas, Open, Violated
from checker.engines.inductive.houdini import Houdini, fewest, jointly
from checker.engines.inductive.prove import Proofs, condition, own_condition
from checker.engines.inductive.templates import in_stages
from checker.engines.inductive.written import what_was_counted
from checker.ground.graph import Node, Unsupported
from checker.ground.violations import bad
from checker.model.expr import Apply, Expr, Quantifier, Read
from checker.model.model import Goal, Model
from checker.model.resize import NotOfThisSize, resized

Sizes: TypeAlias = Mapping[str, int]


def candidates(
    model_at: Callable[[Sizes], Model], sizes: Sequence[Sizes], goal: str, *, time_s: float | None = None
) -> Iterator[Event]:
    """Working, now and then; at last Lemmas, Violated at one of the sizes, or Open.

    `model_at`: the model of a size. `sizes`: in the order in which they are tried, small ones first; the lemmas and the goal are inductive in all of
    them. Raises Unsupported for what the ground form cannot say.
    """
    deadline = None if time_s is None else perf_counter() + time_s
    try:
        yield from _Search(model_at, sizes, goal, deadline).events()
    except GaveUp as reason:
        yield Open(goal=goal, reason=str(reason))


def candidates_of_a_form(
    model_at: Callable[[Sizes], Model], sizes: Sequence[Sizes], goal: str, *, time_s: float | None = None
) -> Iterator[Event]:
    """Lemmas or Open, as `candidates`, without looking for a proof at any size: of rules of a fixed form (`templates`), and what steps counted."""
    deadline = None if time_s is None else perf_counter() + time_s
    try:
        search = _Search(model_at, sizes, goal, deadline)
        found = search.of_a_form()
    except GaveUp as reason:
        yield Open(goal=goal, reason=str(reason))
        return
    yield Open(goal=goal, reason="rules between two things are not enough") if found is None else found


class _Search:
    def __init__(self, model_at: Callable[[Sizes], Model], sizes: Sequence[Sizes], goal: str, deadline: float | None) -> None:
        self.goal = goal
        self.deadline = deadline
        self.sizes = sizes
        self.proofs = [Proofs(model_at(size)) for size in sizes]
        self.wrong = [_wrong(proofs, goal) for proofs in self.proofs]
        self._nodes: dict[tuple[Expr, int], Node | None] = {}
        self.pool: dict[Expr, None] = {}  # over the model of the last size, so that equal lemmas are one
        self._take(said_of_states(other for other in self.proofs[-1].model.goals if other.name != goal))

    def events(self) -> Iterator[Event]:
        for number, proofs in enumerate(self.proofs):
            for event in proofs.search(self.goal, self.wrong[number], self.deadline):
                yield event
                if isinstance(event, Violated):
                    return
            complete = [orbit for orbit in proofs.known if orbit.complete]
            for orbit in complete:
                self._take(proofs.sayer.readings(orbit.cubes[0]))
            self._take(proofs.sayer.some(complete))
            found = self._inductive()
            if found is not None:
                yield found
                return
        yield Open(goal=self.goal, reason="what the small sizes show is not inductive in all of them")

    def of_a_form(self) -> Lemmas | None:
        """With what few rules are enough."""
        self._take(what_was_counted(self.proofs[-1].model))
        for rules in in_stages(self.proofs[0].model):
            self._take(iter(rules))
            found = self._inductive()
            if found is not None:
                return found
        return None

    def _take(self, lemmas: Iterator[Expr]) -> None:
        largest = self.proofs[-1].model
        for lemma in lemmas:
            try:
                self.pool[resized(lemma, largest)] = None
            except NotOfThisSize:  # it names an element, or a number, of its own size
                continue

    def _inductive(self) -> Lemmas | None:
        """The lemmas that are inductive with the goal in all sizes, those that are needed first; None where they are not enough."""
        lemmas = sorted(self.pool, key=complexity)
        for at in range(len(self.sizes)):  # what falls at a small size need not be looked at in others
            lemmas = [lemma for lemma in lemmas if self._node(lemma, at) is not None]
            table = self._table(lemmas, at)
            left = table.inductive(range(len(table.now)))
            if not table.safe(left):
                return None
            lemmas = [lemma for number, lemma in enumerate(lemmas) if number in left]
        tables = [self._table(lemmas, at) for at in range(len(self.sizes))]
        left = jointly(tables, range(len(tables[0].now)))
        if not all(table.safe(left) for table in tables):
            return None
        needed = fewest(tables, left)
        few, more = ([lemmas[n] for n in sorted(some) if n < len(lemmas)] for some in (needed, left - needed))
        return Lemmas(goal=self.goal, lemmas=tuple(few), more=tuple(more))

    def _table(self, lemmas: Sequence[Expr], at: int) -> Houdini:
        """The lemmas, and what the goal says of every state, in one size."""
        proofs, wrong = self.proofs[at], self.wrong[at]
        nodes = [node for lemma in lemmas if (node := self._node(lemma, at)) is not None]
        own = own_condition(proofs.form, _goal(proofs, self.goal), wrong)
        return Houdini(proofs.system, [*nodes, *own], [wrong], self.deadline)

    def _node(self, lemma: Expr, at: int) -> Node | None:
        """The lemma in one size; None where it says nothing there."""
        if (lemma, at) not in self._nodes:
            proofs = self.proofs[at]
            try:
                self._nodes[lemma, at] = condition(proofs.system, resized(lemma, proofs.model))
            except (NotOfThisSize, Unsupported):
                self._nodes[lemma, at] = None
        return self._nodes[lemma, at]


def _wrong(proofs: Proofs, goal: str) -> Node:
    wrong = bad(proofs.form, _goal(proofs, goal))
    if wrong is None:
        raise GaveUp("it speaks of whole runs: lemmas prove what holds of single states and steps")
    return wrong


def _goal(proofs: Proofs, name: str) -> Goal:
    return next(goal for goal in proofs.model.goals if goal.name == name)


def said_of_states(goals: Iterable[Goal]) -> Iterator[Expr]:
    """What these goals say of every state."""
    for goal in goals:
        if goal.kind in ("always", "never"):
            yield goal.conditions[0] if goal.kind == "always" else make.negate(goal.conditions[0])


def complexity(lemma: Expr) -> tuple[int, int, int, str]:
    """What of two lemmas is the simpler one: of fewer kinds of quantifiers, fewer variables, fewer parts."""
    kinds, variables, parts = _counted(lemma)
    return len(kinds), variables, parts, repr(lemma)


def _counted(expr: Expr) -> tuple[frozenset[str], int, int]:
    match expr:
        case Quantifier(kind, locals, _, body):
            kinds, variables, parts = _counted(body)
            return kinds | {kind}, variables + len(locals), parts
        case Apply(_, arguments) | Read(_, arguments):
            inner = [_counted(argument) for argument in arguments]
            kinds = frozenset[str]().union(*(kinds for kinds, _, _ in inner))
            return kinds, sum(variables for _, variables, _ in inner), 1 + sum(parts for _, _, parts in inner)
    return frozenset(), 0, 1
