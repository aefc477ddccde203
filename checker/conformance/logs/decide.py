"""A run in order that too many states could explain to list them: decided by the cheapest way that ends, each with bounds of its own.

One explanation is enough where it conforms: it is looked for among some of the states, then depth first. That there is none takes all of
them, as sets that are kept as decision diagrams, or where these get too large a long search.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import final

from msgspec import Struct
from msgspec.structs import replace

from checker.conformance.beliefs import CannotTell
from checker.conformance.explain import Explained
from checker.conformance.logs.names import Names
from checker.conformance.logs.ordering import Entry
from checker.conformance.logs.records import Record
from checker.conformance.logs.rules import Call, Reading
from checker.conformance.logs.telling import Teller
from checker.conformance.orders import ORDERS, PartialOrder, explain_in_some_order
from checker.conformance.result import RunResult
from checker.conformance.seen import Begun, Dropped, Ended, Gone, Seen
from checker.conformance.some import SomeStates
from checker.conformance.symbolic.back import way_back
from checker.conformance.symbolic.follow import SetsOfStates
from checker.conformance.tracker import Stuck, Tracker
from checker.semantics.interpreter import State

QUICK = 20_000  # nodes of a first search


@final
class Undecided(Struct, frozen=True, kw_only=True):
    """`seen`: all its observations, of which `tracker` followed the first; `record` gives the one of an observation, by its number from 1.
    `open`: calls that began and are not known to have ended."""

    run: str
    seen: Sequence[Seen]
    tracker: Tracker
    record: Callable[[int], Record]
    teller: Teller
    names: Names
    open: int

    def decided(self) -> RunResult:
        ways = (self._among_some, lambda: self._searched(QUICK), self._in_sets, lambda: self._searched(ORDERS))
        reasons = [self.tracker.reason]  # of those for searches depth first, the last one says it all
        for way in ways:
            try:
                found = way()
            except CannotTell as limit:
                if limit.limit != "orders" or way is ways[-1]:
                    reasons.append(str(limit))
                if limit.limit == "time":
                    break
            else:
                if found is not None:
                    return found
        return replace(self._untold, reason="; ".join(reasons))

    def _among_some(self) -> RunResult | None:
        """None: nothing is known."""
        rest = self.seen[self.tracker.number_explained :]
        explained = SomeStates(self.tracker.beliefs, self.tracker.belief, rest).explain()
        if explained != len(rest):
            return None
        return replace(self._untold, verdict="conforms", explained=len(self.seen), states=1, at_least=True)

    def _searched(self, most: int) -> RunResult:
        """Depth first, through so many nodes. Raises CannotTell."""
        beliefs = self.tracker.beliefs
        if beliefs.full:
            beliefs.renew()
        before = tuple(frozenset([place - 1]) if place else frozenset[int]() for place in range(len(self.seen)))
        found = explain_in_some_order(beliefs, PartialOrder(seen=tuple(self.seen), before=before), most=most)
        if found.blocked is None:
            return replace(self._untold, verdict="conforms", explained=len(self.seen), states=1, at_least=True)
        number = found.blocked.explained + 1
        stuck = Stuck(number=number, seen=self.seen[number - 1], allowed=found.blocked.allowed, fails=found.blocked.fails)
        return self._violates(stuck, found.path, found.blocked.states)

    def _in_sets(self) -> RunResult:
        """With sets of states that are not listed. Raises CannotTell."""
        beliefs = self.tracker.beliefs
        slots = 1 + max((one.slot for one in self.seen if isinstance(one, Begun)), default=-1)
        sets = SetsOfStates(beliefs.automaton.interpreter, beliefs.hidden, slots, look=beliefs.look)
        found = sets.follow(self.seen)
        if found.explained == len(self.seen):
            return replace(
                self._untold, verdict="conforms", explained=found.explained, states=found.count, end=self.teller.end(found.values)
            )
        number = found.explained + 1
        stuck = Stuck(number=number, seen=self.seen[number - 1], allowed=found.allowed, fails=found.fails)
        return self._violates(stuck, way_back(sets, self.seen[: found.explained]), found.states)

    # --- results -------------------------------------------------------------------------------------------------------

    def _violates(self, stuck: Stuck, path: Explained | None, states: Sequence[State]) -> RunResult:
        entry = Entry(record=self.record(stuck.number), readings=(), lane=None)
        observed = self.teller.observed(entry, _reading(stuck.seen))
        violation = self.teller.violation(stuck, observed, path, lambda number: self.record(number).place, states)
        return replace(self._untold, verdict="violates", explained=stuck.number - 1, violation=violation)

    @property
    def _untold(self) -> RunResult:
        """Nothing is known of it yet."""
        return RunResult(
            run=self.run,
            verdict="cannot tell",
            events=len(self.seen),
            explained=0,
            states=0,
            names=self.teller.names(self.names),
            unknown_outcomes=self.open,
        )


def _reading(seen: Seen) -> Reading:
    match seen:
        case Begun(slot, step):
            return Call("begin", str(slot), step)
        case Ended(slot, step):
            return Call("end", str(slot), step)
        case Dropped(slot) | Gone(slot):
            return Call("fail", str(slot), None)
        case _:
            return seen
