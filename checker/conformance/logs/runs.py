"""One run of a log: followed as it is read where its order is known, or put together and searched at its end."""

from __future__ import annotations

from collections import deque
from typing import TypeAlias, final

from msgspec.structs import replace

from checker.conformance.beliefs import Beliefs, CannotTell
from checker.conformance.logs.decide import Undecided
from checker.conformance.logs.decide_in_part import UndecidedInPart
from checker.conformance.logs.map_file import LogTable, Order
from checker.conformance.logs.names import Names
from checker.conformance.logs.ordering import Entry, predecessors
from checker.conformance.logs.partial import arranged, begins_again, is_total, never_began
from checker.conformance.logs.records import Place, Record
from checker.conformance.logs.rules import Call, Reading
from checker.conformance.logs.telling import Teller
from checker.conformance.result import RunResult, Violation
from checker.conformance.seen import Begun, Dropped, Ended, Seen, StepSeen
from checker.conformance.tracker import REMEMBERED, Tracker

TOLD_STATES = 10_000  # states at the end of a run whose values are told
RunKey: TypeAlias = tuple[str, ...]  # what tells a run apart: its log, the values of fields

SEARCHED = 20_000  # observations of a run that are kept, to be searched depth first where too many states could explain them


@final
class InOrder:
    """A run whose records come in order."""

    def __init__(self, key: RunKey, beliefs: Beliefs, names: Names, teller: Teller) -> None:
        self.key, self.name, self.names, self.teller = key, name_of(key), names, teller
        self.tracker = Tracker(beliefs)
        self.calls: dict[str, int] = {}
        self.events = 0
        self.violation: Violation | None = None
        self._places: deque[Place] = deque(maxlen=REMEMBERED)
        self._kept: list[Seen] | None = []
        # of the observations, by number, after too many states could explain them to list them
        self._records: dict[int, Record] = {}

    @property
    def over(self) -> bool:
        """Whether nothing that comes can change the verdict."""
        return self.violation is not None

    def take(self, entry: Entry) -> bool:
        """Whether the run is over. Raises BadInput."""
        for reading in entry.readings:
            if self.violation is not None:
                break
            self.events += 1
            seen = self._seen(entry, reading)
            self._places.append(entry.record.place)
            self._keep(seen)
            if self.tracker.verdict == "conforms" and not self.tracker.observe(seen):
                self.violation = self._violation(entry, reading)
            if self.tracker.limit == "candidates" and self._kept is not None:
                self._records[self.events] = entry.record
        return self.over

    def forget(self) -> None:
        """Keep where the run is, and not how it came there."""
        self.tracker.forget()
        self._places.clear()
        self._kept = None
        self._records.clear()

    def _violation(self, entry: Entry, reading: Reading) -> Violation | None:
        """What to say of the observation that was just made, unless it is only that a limit was reached."""
        stuck = self.tracker.stuck
        if stuck is None:
            return None
        try:
            path = self.tracker.explanation()
        except CannotTell:
            path = None
        states = self.tracker.beliefs.closed_states(self.tracker.belief)
        return self.teller.violation(stuck, self.teller.observed(entry, reading), path, self._place, states)

    def _keep(self, seen: Seen) -> None:
        if self._kept is not None:
            self._kept.append(seen)
            if len(self._kept) > SEARCHED:
                self._kept = None
                self._records.clear()

    def _seen(self, entry: Entry, reading: Reading) -> Seen:
        match reading:
            case Call("begin", id, step):
                assert isinstance(step, StepSeen)
                if id in self.calls:
                    raise begins_again(entry, id)
                slot = next(n for n in range(len(self.calls) + 1) if n not in self.calls.values())
                self.calls[id] = slot
                return Begun(slot, step)
            case Call(kind, id, step):
                slot_of = self.calls.pop(id, None)
                if slot_of is None:
                    raise never_began(entry, id)
                return Ended(slot_of, step) if kind == "end" else Dropped(slot_of)
            case _:
                return self.tracker.beliefs.same(reading)

    def result(self) -> RunResult:
        tracker = self.tracker
        if tracker.limit == "candidates" and self._kept is not None:
            return Undecided(
                run=self.name,
                seen=self._kept,
                tracker=tracker,
                record=self._record,
                teller=self.teller,
                names=self.names,
                open=len(self.calls),
            ).decided()
        return RunResult(
            run=self.name,
            verdict=tracker.verdict,
            events=self.events,
            explained=tracker.number_explained,
            states=tracker.candidates if tracker.verdict == "conforms" else 0,
            reason=tracker.reason,
            violation=self.violation,
            end=self._end(tracker) if tracker.verdict == "conforms" and tracker.candidates <= TOLD_STATES else {},
            names=self.teller.names(self.names),
            unknown_outcomes=len(self.calls),
        )

    def _end(self, tracker: Tracker) -> dict[str, tuple[str, ...]]:
        states = tracker.states()
        return self.teller.end([{state[cell] for state in states} for cell in range(tracker.model.size)])

    def _record(self, number: int) -> Record:
        """The record of an observation, by its number from 1; of those that were listed, no more than its place."""
        return self._records.get(number) or Record(fields={}, place=self._place(number))

    def _place(self, number: int) -> Place:
        """Where an observation stands, by its number from 1."""
        return self._places[len(self._places) - (self.events - number) - 1]


@final
class Gathered:
    """A run whose order is known in part."""

    def __init__(self, key: RunKey, beliefs: Beliefs, names: Names, teller: Teller, order: Order, log: LogTable) -> None:
        self.key, self.name = key, name_of(key)
        self.beliefs, self.names, self.teller = beliefs, names, teller
        self.order, self.log = order, log
        self.entries: list[Entry] = []
        self.over = False

    def take(self, entry: Entry) -> bool:
        self.entries.append(entry)
        return False

    def result(self) -> RunResult:
        """Raises BadInput."""
        owned = [
            replace(one, lane=self.names.agent(one.lane)) if isinstance(one.lane, str) else one for one in self.entries
        ]  # by now all names are known
        entries, before = predecessors(self.order, owned, self.log)
        made = arranged(entries, before)
        if is_total(made.known):
            run = InOrder(self.key, self.beliefs, self.names, self.teller)
            for place, entry in enumerate(made.entries):
                if not place or entry is not made.entries[place - 1]:
                    run.take(entry)
            return run.result()
        return UndecidedInPart(run=self.name, made=made, beliefs=self.beliefs, teller=self.teller, names=self.names).decided()


def name_of(key: RunKey) -> str:
    """The run's name in reports: what tells it apart, one after another."""
    return ", ".join(part for part in key if part)
