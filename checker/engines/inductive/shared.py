"""Rules of a fixed form for all goals of a protocol at once: what is inductive does not hang on what is asked, so small sizes are looked at once.

After the simple ones rules are made as they are needed, for one after another of the goals that are open still.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import perf_counter

from checker.engines.inductive.candidates import said_of_states
from checker.engines.inductive.events import GaveUp, Lemmas
from checker.engines.inductive.guided import Guided, Wanted, wanted
from checker.engines.inductive.houdini import Houdini, fewest
from checker.engines.inductive.pool import Pool
from checker.engines.inductive.prove import Proofs, own_condition
from checker.engines.inductive.templates import in_stages
from checker.engines.inductive.written import what_was_counted
from checker.ground.graph import Node
from checker.ground.violations import bad, bad_at_the_end
from checker.model.expr import Expr
from checker.model.model import Goal, Model

SIMPLE = 2  # stages, before rules are made as they are needed
GUIDED_SHARE = 0.5  # of the time that is left then
STATES = ("always", "never")  # the kinds of goals that say something of every state


def rules_for(models: Sequence[Model], goals: Sequence[str], *, time_s: float | None = None) -> Iterator[Lemmas]:
    """Lemmas for each of the goals that rules are enough for in all of these models, of one protocol in growing sizes, as they are found.

    The goals are of single states and steps, or ask something of the state where a run ends. Raises Unsupported, and GaveUp where the time is used
    up.
    """
    yield from _Shared(models, goals, None if time_s is None else perf_counter() + time_s).found()


class _Shared:
    def __init__(self, models: Sequence[Model], goals: Sequence[str], deadline: float | None) -> None:
        self.deadline = deadline
        self.proofs = [Proofs(model, near=True) for model in models]
        self.goals = list(goals)
        self.open = set(goals)
        self.wrong = [[self._wrong(proofs, goal) for goal in self._asked(proofs)] for proofs in self.proofs]
        self.pool = Pool(self.proofs)

    def found(self) -> Iterator[Lemmas]:
        self.pool.take(what_was_counted(self.proofs[-1].model))
        for number, rules in enumerate(in_stages([proofs.model for proofs in self.proofs])):
            if number == SIMPLE:
                yield from self._made_as_needed()
            if not self.open:
                return
            self.pool.take(rules)
            yield from self._enough()

    def _made_as_needed(self) -> Iterator[Lemmas]:
        """For the goals that are open still, one by one, in a part of the time."""
        now = perf_counter()
        until = None if self.deadline is None else now + (self.deadline - now) * GUIDED_SHARE
        guided = Guided(self.proofs, self.pool, until)
        with suppress(GaveUp):
            for which, goal in enumerate(self.goals):
                if goal in self.open:
                    found = guided.rules([self._wanted(at, which) for at in range(len(self.proofs))])
                    if found is not None:
                        self.open.remove(goal)
                        yield Lemmas(goal=goal, lemmas=tuple(found[0]), more=tuple(found[1]))

    def _wanted(self, at: int, which: int) -> Wanted:
        proofs, wrong = self.proofs[at], self.wrong[at][which]
        return wanted(proofs.form, self._asked(proofs)[which], wrong)

    def _asked(self, proofs: Proofs) -> list[Goal]:
        return [next(goal for goal in proofs.model.goals if goal.name == name) for name in self.goals]

    def _wrong(self, proofs: Proofs, goal: Goal) -> Node:
        wrong = bad(proofs.form, goal)
        if wrong is None:
            wrong = bad_at_the_end(proofs.form, goal)
        assert wrong is not None, f"{goal.kind} asks nothing of single states and steps"
        return wrong

    def _enough(self) -> Iterator[Lemmas]:
        """For the open goals that what is inductive in all sizes is enough for. What the goals say of every state is part of it."""
        thinned = self.pool.thinned(self._table)
        assert thinned is not None
        lemmas, tables, left = thinned
        speaking = [goal for goal in self._asked(self.proofs[-1]) if goal.kind in STATES]
        said = [*lemmas, *said_of_states(speaking)]
        owns = {goal.name: len(lemmas) + place for place, goal in enumerate(speaking)}
        for which, goal in enumerate(self.goals):
            if goal in self.open and all(table.safe(left, which) for table in tables):
                needed = fewest(tables, left, which)
                few, more = ([said[n] for n in sorted(some) if n != owns.get(goal)] for some in (needed, left - needed))
                self.open.remove(goal)
                yield Lemmas(goal=goal, lemmas=tuple(few), more=tuple(more))

    def _table(self, lemmas: Sequence[Expr], at: int) -> Houdini:
        """The lemmas, and what the goals say of every state, in one size."""
        proofs, wrong = self.proofs[at], self.wrong[at]
        asked = zip(self._asked(proofs), wrong, strict=True)
        own = [node for goal, bad_there in asked for node in own_condition(proofs.form, goal, bad_there)]
        return Houdini(proofs.system, [*self.pool.nodes(lemmas, at), *own], wrong, self.deadline)
