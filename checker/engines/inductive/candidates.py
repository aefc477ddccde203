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
from checker.engines.inductive.guided import Guided, wanted
from checker.engines.inductive.houdini import Houdini, fewest
from checker.engines.inductive.pool import Pool
from checker.engines.inductive.prove import Proofs, own_condition
from checker.engines.inductive.templates import in_stages
from checker.engines.inductive.written import what_was_counted
from checker.ground.graph import Node
from checker.ground.violations import bad
from checker.model.expr import Expr
from checker.model.model import Goal, Model

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
    """Lemmas or Open, as `candidates`, without looking for a proof at any size: of rules of a fixed form (`templates`), and what steps counted; then
    of rules that are made as they are needed (`guided`)."""
    deadline = None if time_s is None else perf_counter() + time_s
    try:
        search = _Search(model_at, sizes, goal, deadline)
        found = search.of_a_form()
    except GaveUp as reason:
        yield Open(goal=goal, reason=str(reason))
        return
    yield Open(goal=goal, reason="no rules were found that are enough") if found is None else found


class _Search:
    def __init__(self, model_at: Callable[[Sizes], Model], sizes: Sequence[Sizes], goal: str, deadline: float | None) -> None:
        self.goal = goal
        self.deadline = deadline
        self.sizes = sizes
        self.proofs = [Proofs(model_at(size), near=True) for size in sizes]
        self.wrong = [_wrong(proofs, goal) for proofs in self.proofs]
        self.pool = Pool(self.proofs)
        self.pool.take(said_of_states(other for other in self.proofs[-1].model.goals if other.name != goal))

    def events(self) -> Iterator[Event]:
        for number, proofs in enumerate(self.proofs):
            for event in proofs.search(self.goal, self.wrong[number], self.deadline):
                yield event
                if isinstance(event, Violated):
                    return
            complete = [orbit for orbit in proofs.known if orbit.complete]
            for orbit in complete:
                self.pool.take(proofs.sayer.readings(orbit.cubes[0]))
            self.pool.take(proofs.sayer.some(complete))
            found = self._inductive()
            if found is not None:
                yield found
                return
        yield Open(goal=self.goal, reason="what the small sizes show is not inductive in all of them")

    def of_a_form(self) -> Lemmas | None:
        """With what few rules are enough; else with rules that are made as they are needed."""
        self.pool.take(what_was_counted(self.proofs[-1].model))
        for rules in in_stages([proofs.model for proofs in self.proofs]):
            self.pool.take(rules)
            found = self._inductive()
            if found is not None:
                return found
        places = zip(self.proofs, self.wrong, strict=True)
        asked = [wanted(proofs.form, _goal(proofs, self.goal), wrong) for proofs, wrong in places]
        made = Guided(self.proofs, self.pool, self.deadline).rules(asked)
        return None if made is None else Lemmas(goal=self.goal, lemmas=tuple(made[0]), more=tuple(made[1]))

    def _inductive(self) -> Lemmas | None:
        """The lemmas that are inductive with the goal in all sizes, those that are needed first; None where they are not enough."""
        thinned = self.pool.thinned(self._table, Houdini.safe)
        if thinned is None:
            return None
        lemmas, tables, left = thinned
        if not all(table.safe(left) for table in tables):
            return None
        needed = fewest(tables, left)
        few, more = ([lemmas[n] for n in sorted(some) if n < len(lemmas)] for some in (needed, left - needed))
        return Lemmas(goal=self.goal, lemmas=tuple(few), more=tuple(more))

    def _table(self, lemmas: Sequence[Expr], at: int) -> Houdini:
        """The lemmas, and what the goal says of every state, in one size."""
        proofs, wrong = self.proofs[at], self.wrong[at]
        own = own_condition(proofs.form, _goal(proofs, self.goal), wrong)
        return Houdini(proofs.system, [*self.pool.nodes(lemmas, at), *own], [wrong], self.deadline)


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
