"""A run whose order is known in part: decided by the cheapest way that ends. An order that explains it is looked for depth first, for a while; then
it is followed with sets of states, for each set of events that may have happened first; then the search goes on for long."""

from __future__ import annotations

from contextlib import suppress
from typing import final

from msgspec import Struct
from msgspec.structs import replace

from checker.conformance.beliefs import Beliefs, CannotTell
from checker.conformance.explain import Explained
from checker.conformance.logs.names import Names
from checker.conformance.logs.partial import Arranged
from checker.conformance.logs.records import Place
from checker.conformance.logs.telling import Teller
from checker.conformance.orders import ORDERS, Blocked, Made, count_made, explain_as_far, explain_in_some_order
from checker.conformance.result import RunResult
from checker.conformance.seen import Begun
from checker.conformance.symbolic.follow import SetsOfStates
from checker.conformance.symbolic.in_part import follow_in_part

QUICK = 20_000  # nodes of a first search


@final
class UndecidedInPart(Struct, frozen=True, kw_only=True):
    """`made`: the observations of the run, and what is known of their order."""

    run: str
    made: Arranged
    beliefs: Beliefs
    teller: Teller
    names: Names

    def decided(self) -> RunResult:
        if self.beliefs.full:
            self.beliefs.renew()
        reasons = []
        for first, most in ((True, QUICK), (False, None), (False, ORDERS)):
            try:
                return self._in_sets() if most is None else self._searched(most)
            except CannotTell as limit:
                if limit.limit == "time":
                    return replace(self._untold, reason=str(limit))
                if not first:  # of the searches, the last says it all
                    reasons.append(str(limit))
        return replace(self._untold, reason="; ".join(reasons))

    def _searched(self, most: int) -> RunResult:
        """Depth first, through so many nodes. Raises CannotTell."""
        found = explain_in_some_order(self.beliefs, self.made.known, most=most)
        if found.blocked is None:
            return replace(self._untold, verdict="conforms", explained=len(found.order), states=1, at_least=True)
        return self._violates(found.blocked, found.path)

    def _in_sets(self) -> RunResult:
        """With sets of states that are not listed. Raises CannotTell."""
        known, beliefs = self.made.known, self.beliefs
        slots = 1 + max((one.slot for one in known.seen if isinstance(one, Begun)), default=-1)
        try:
            found = follow_in_part(SetsOfStates(beliefs.automaton.interpreter, beliefs.hidden, slots, look=beliefs.look), known)
        except CannotTell as limit:
            if limit.limit != "candidates":
                raise
            sets = SetsOfStates(beliefs.automaton.interpreter, beliefs.hidden, slots, look=beliefs.look)
            found = follow_in_part(sets, known, keep=False)  # there is more room for each set then
        if not found.next:
            return replace(
                self._untold, verdict="conforms", explained=len(known.seen), states=found.count, end=self.teller.end(found.values)
            )
        explained = count_made(found.made)
        blocked = Blocked(explained=explained, next=found.next, allowed=found.allowed, states=(), fails=found.fails)
        return self._violates(blocked, found.way or self._way(found.made))

    def _way(self, made: Made) -> Explained | None:
        """A behaviour that explains these observations, of which it is known that there is one, or as many of them as were soon found."""
        with suppress(CannotTell):
            return explain_as_far(self.beliefs, self.made.known, most=QUICK, within=made)
        return None

    # --- results -------------------------------------------------------------------------------------------------------

    def _violates(self, blocked: Blocked, path: Explained | None) -> RunResult:
        def place(number: int) -> Place:
            return self.made.entries[number - 1].record.place

        waiting = [self.teller.observed(self.made.entries[one], self.made.readings[one]) for one in blocked.next]
        violation = self.teller.blocked(blocked, waiting, path, place)
        return replace(self._untold, verdict="violates", explained=blocked.explained, violation=violation)

    @property
    def _untold(self) -> RunResult:
        """Nothing is known of it yet."""
        return RunResult(
            run=self.run,
            verdict="cannot tell",
            events=len(self.made.known.seen),
            explained=0,
            states=0,
            names=self.teller.names(self.names),
            unknown_outcomes=self.made.open,
        )
