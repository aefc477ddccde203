"""One run, followed: what was observed so far, which states can explain it, and where nothing can any more."""

from __future__ import annotations

from collections import deque
from typing import final

from msgspec import Struct

from checker.conformance.automaton import Label
from checker.conformance.beliefs import NOTHING, Beliefs, CannotTell, Limit
from checker.conformance.explain import Explained, explained
from checker.conformance.result import Verdict
from checker.conformance.seen import Begun, Dropped, Ended, Gone, Seen, StateSeen, StepSeen
from checker.language.types import Value
from checker.model.model import Model

SOME = 1_000  # candidates that are held on to, of those of a run that are too many to list, when all else is forgotten
REMEMBERED = 20_000  # observations of a run that an explanation can go back over


@final
class Stuck(Struct, frozen=True, kw_only=True):
    """The first observation that no behaviour explains: its `number`, from 1. `allowed`: the steps that could have been observed instead.

    `fails`: the step could happen, and would be an error of the protocol: its text."""

    number: int
    seen: Seen
    allowed: tuple[Label, ...]
    fails: str | None


@final
class Tracker:
    """Follows one run. `observe` takes what was seen next; each method says whether some behaviour of the protocol still explains it all.

    After a first observation that none explains, or once a limit was reached, nothing more is looked at: `verdict` says which it was.
    Trackers that share `Beliefs` share what was worked out.
    """

    def __init__(self, beliefs: Beliefs, *, remembered: int = REMEMBERED) -> None:
        self.beliefs = beliefs
        self.number = 0  # observations so far
        self.stuck: Stuck | None = None
        self.reason = ""  # why nothing can be told
        self.limit: Limit | None = None  # and the limit that was reached
        self._history: deque[tuple[int, Seen]] = deque(maxlen=remembered)  # the belief before, and what was seen
        self.belief = NOTHING
        try:
            self.belief = beliefs.start()
        except CannotTell as limit:
            self._stop(limit)
        beliefs.join(self)

    @property
    def model(self) -> Model:
        return self.beliefs.model

    @property
    def verdict(self) -> Verdict:
        """About what was observed so far."""
        return "cannot tell" if self.reason else "violates" if self.stuck is not None else "conforms"

    @property
    def candidates(self) -> int:
        """How many states (with the calls under way) can explain what was observed, hidden steps after it not counted."""
        return len(self.beliefs.members(self.belief))

    def states(self) -> list[tuple[Value, ...]]:
        """Those states, each once."""
        numbers = dict.fromkeys(self.beliefs.state_of(c) for c in sorted(self.beliefs.members(self.belief)))
        return [self.beliefs.automaton.state(number) for number in numbers]

    # --- observations --------------------------------------------------------------------------------------------------

    def observe(self, seen: Seen) -> bool:
        """Take the next observation: whether some behaviour explains all up to it."""
        if self.stuck is not None or self.reason:
            return False
        if self.beliefs.full:
            self.beliefs.renew()
        try:
            after = self.beliefs.after(self.belief, seen)
            if after == NOTHING:
                self.stuck = self._stuck(seen)
        except CannotTell as limit:
            self._stop(limit)
        self.number += 1  # an interrupt before leaves it unexplained
        if self.stuck is not None or self.reason:
            return False
        self._history.append((self.belief, seen))
        self.belief = after
        return True

    def observe_state(self, cells: dict[int, Value]) -> bool:
        """At this moment the cells (by their places in the state) have these values; hidden steps may have come before."""
        return self.observe(StateSeen(tuple(sorted(cells.items(), key=lambda cell: cell[0]))))

    def begin(self, step: StepSeen) -> int:
        """A call begins that takes this step at some moment before its end; the slot to end it with. Without an end its outcome is unknown."""
        taken = {call[0] for c in self.beliefs.members(self.belief) for call in self.beliefs.pending_of(c)}
        slot = next(n for n in range(len(taken) + 1) if n not in taken)
        self.observe(Begun(slot, step))
        return slot

    def end(self, slot: int, step: StepSeen | None = None) -> bool:
        """The call ends; `step`: what is known by then of the step that it took."""
        return self.observe(Ended(slot, step))

    def drop(self, slot: int) -> bool:
        """The call ends without effect."""
        return self.observe(Dropped(slot))

    def lose(self, slot: int) -> bool:
        """The call ends, with or without effect."""
        return self.observe(Gone(slot))

    def give_up(self, reason: str) -> None:
        """Nothing more is looked at: what comes is beyond the model."""
        self.reason = self.reason or reason

    # --- what can be told ----------------------------------------------------------------------------------------------

    def allowed(self) -> list[Label]:
        """The steps that could be observed next, those that fail included. Raises CannotTell."""
        return self.beliefs.visible(self.belief)

    def explanation(self) -> Explained:
        """One behaviour of the model that explains what was observed, without the observation that none explains."""
        return explained(self.beliefs, list(self._history), self.belief, number=self.number_explained)

    @property
    def number_explained(self) -> int:
        """How many observations are explained."""
        return self.number - (1 if self.stuck is not None or self.reason else 0)

    def _stop(self, limit: CannotTell) -> None:
        self.reason, self.limit = str(limit), limit.limit

    def _stuck(self, seen: Seen) -> Stuck:
        texts = (
            (self.beliefs.failure(c, seen) for c in sorted(self.beliefs.closed(self.belief)))
            if isinstance(seen, StepSeen)
            else ()
        )
        fails = next((text for text in texts if text is not None), None)
        return Stuck(number=self.number + 1, seen=seen, allowed=tuple(self.allowed()), fails=fails)

    def renewed(self, belief: int) -> None:
        """The belief has a new number. What was seen before can no longer be explained step by step."""
        self.belief = belief if self.limit is None else self.beliefs.thinned(belief, SOME)
        self.forget()

    def forget(self) -> None:
        """Keep where the run is, and not how it came there: an explanation then begins here."""
        self._history.clear()
