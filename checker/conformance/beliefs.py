"""The subset construction: which states of the model can explain what was observed, as an automaton that is built where logs lead.

A **candidate** is a state of the model with the calls under way, each with the label of the step that it has taken, or None. A
**belief** is a set of candidates. Both are numbered. Hidden steps, and the steps of calls under way, may come before every
observation; the belief after it holds each candidate that some behaviour of the model leads to, and no other. What follows a belief and an
observation is worked out once, for all runs that share these `Beliefs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Literal, Protocol, TypeAlias, final
from weakref import WeakValueDictionary

from msgspec import Struct

from checker.conformance.automaton import FAILS, Automaton, Label
from checker.conformance.seen import Begun, DoneSeen, Dropped, Ended, Gone, Seen, StateSeen, StepSeen
from checker.model.model import Model
from checker.semantics.interpreter import EvaluationError, Interpreter, State

NOTHING = 0  # the empty belief: no behaviour explains what was observed
LOOK = 256  # candidates between two looks at the clock
HELD = 10  # places in beliefs for each thing that may be kept

Pending: TypeAlias = tuple[tuple[int, StepSeen, int | None], ...]  # slot, its step, the label of the step taken


Limit = Literal["candidates", "time", "orders"]


@final
class CannotTell(Exception):
    """A limit was reached, so nothing follows; the text says which."""

    def __init__(self, limit: Limit, reason: str) -> None:
        super().__init__(reason)
        self.limit: Limit = limit


@final
class Limits(Struct, frozen=True, kw_only=True):
    """`candidates`: in one belief, hidden steps included. `kept`: states, candidates and beliefs that are remembered, before all but what
    is needed is forgotten. `time_s`: of all the work, None: without limit."""

    candidates: int = 10_000
    kept: int = 400_000
    time_s: float | None = None


class Follower(Protocol):
    """What holds on to a belief, and is told its new number."""

    belief: int

    def renewed(self, belief: int) -> None: ...


@final
class Beliefs:
    """The beliefs about runs of one model. `hidden`: the steps, by their places in `model.steps`, that a log never shows. `watch` is called now
    and then while something takes long."""

    def __init__(
        self,
        model: Model,
        hidden: Iterable[int] = (),
        limits: Limits | None = None,
        watch: Callable[[], None] = lambda: None,
    ) -> None:
        self.model = model
        self.hidden = frozenset(hidden)
        self.limits, self.watch = limits or Limits(), watch
        self.automaton = Automaton(Interpreter(model))
        self._deadline = None if self.limits.time_s is None else perf_counter() + self.limits.time_s
        self._looks = self._joined = 0
        self._needed = 0  # candidates that the followers needed when all else was forgotten
        self._followers: WeakValueDictionary[int, Follower] = WeakValueDictionary()
        self._clear()

    def _clear(self) -> None:
        self._candidates: list[tuple[int, Pending]] = []
        self._candidate_of: dict[tuple[int, Pending], int] = {}
        self._successors: list[tuple[int, ...] | None] = []
        self._members: list[frozenset[int]] = [frozenset()]
        self._belief_of: dict[frozenset[int], int] = {frozenset(): NOTHING}
        self._closed: dict[int, frozenset[int]] = {}
        self._after: dict[tuple[int, Seen], int] = {}
        self._held = 0  # places in all these sets
        self._start: int | None = None
        self._seen: dict[Seen, Seen] = {}

    # --- what may be asked ---------------------------------------------------------------------------------------------

    def start(self) -> int:
        """The belief before anything was observed. Raises CannotTell."""
        if self._start is None:
            found: set[int] = set()
            for state in self.automaton.initial():
                found.add(self.candidate(state, ()))
                self._require_few(found)
            self._start = self.belief(found)
        return self._start

    def after(self, belief: int, seen: Seen) -> int:
        """The belief after one more observation. Raises CannotTell."""
        known = self._after.get((belief, seen))
        if known is None:
            self.look()
            found: set[int] = set()
            for candidate in self._found(belief, seen):
                found.add(candidate)
                self._require_few(found)
            known = self._after[belief, seen] = self.belief(found)
        return known

    def members(self, belief: int) -> frozenset[int]:
        """The candidates of a belief."""
        return self._members[belief]

    def closed(self, belief: int) -> frozenset[int]:
        """Its candidates, and those that hidden steps and the calls under way lead to. Raises CannotTell."""
        known = self._closed.get(belief)
        if known is None:
            known = self._closed[belief] = self._closure(self._members[belief])
            self._held += len(known) if known is not self._members[belief] else 0
        return known

    def closed_states(self, belief: int) -> list[State]:
        """The states of `closed`, each once. Raises CannotTell."""
        return [self.automaton.state(number) for number in sorted({self.state_of(c) for c in self.closed(belief)})]

    def same(self, seen: Seen) -> Seen:
        """The one object for all observations that are equal to `seen`."""
        return self._seen.setdefault(seen, seen)

    def state_of(self, candidate: int) -> int:
        """The number of a candidate's state in the automaton."""
        return self._candidates[candidate][0]

    def pending_of(self, candidate: int) -> Pending:
        return self._candidates[candidate][1]

    def visible(self, belief: int) -> list[Label]:
        """The labels of the steps that could be observed next, those that fail included, each once. Raises CannotTell."""
        found: dict[int, None] = {}
        for candidate in sorted(self.closed(belief)):
            found.update(dict.fromkeys(self.visible_from(candidate)))
        return [self.automaton.labels[label] for label in found]

    def visible_from(self, candidate: int) -> Iterator[int]:
        """The labels, by number, of the steps of one candidate that could be observed."""
        for step in range(len(self.model.steps)):
            if step not in self.hidden:
                yield from (label for label, _, _ in self.automaton.moves(self._candidates[candidate][0], step))

    def failure(self, candidate: int, seen: StepSeen) -> str | None:
        """The text of a transition that is what was seen and fails: an error of the protocol."""
        state = self._candidates[candidate][0]
        for step in sorted(seen.steps):
            for label, target, place in self.automaton.moves(state, step):
                if target == FAILS and self.automaton.fits(label, seen):
                    failure = self.automaton.interpreter.outcomes_of(self.automaton.state(state), step)[place][3]
                    return None if failure is None else failure.text
        return None

    @property
    def full(self) -> bool:
        """Whether more is remembered than the limit says."""
        kept = self.limits.kept + self._needed
        return (
            self._held > HELD * kept or max(len(self._candidates), len(self._after), len(self._seen), len(self.automaton)) > kept
        )

    def join(self, follower: Follower) -> None:
        """From now on the follower's belief outlives `renew`."""
        self._joined += 1
        self._followers[self._joined] = follower

    def renew(self) -> None:
        """Forget all but the beliefs of the followers, which get new numbers."""
        followers = list(self._followers.values())
        kept = [[self._candidates[c] for c in self._members[follower.belief]] for follower in followers]
        states = [[(self.automaton.state(state), pending) for state, pending in members] for members in kept]
        self.automaton.forget()
        self._clear()
        number = self.automaton.number
        for follower, members in zip(followers, states, strict=True):
            follower.renewed(self.belief({self.candidate(number(state), pending) for state, pending in members}))
        self._needed = len(self._candidates)

    # --- numbers -------------------------------------------------------------------------------------------------------

    def candidate(self, state: int, pending: Pending) -> int:
        key = (state, pending)
        number = self._candidate_of.setdefault(key, len(self._candidates))
        if number == len(self._candidates):
            self._candidates.append(key)
            self._successors.append(None)
        return number

    def thinned(self, belief: int, most: int) -> int:
        """A belief with some of its candidates."""
        members = sorted(self._members[belief])
        return self.belief(members[:: -(-len(members) // most) or 1])

    def belief(self, candidates: Iterable[int]) -> int:
        members = frozenset(candidates)
        number = self._belief_of.setdefault(members, len(self._members))
        if number == len(self._members):
            self._members.append(members)
            self._held += len(members)
        return number

    # --- what follows --------------------------------------------------------------------------------------------------

    def _found(self, belief: int, seen: Seen) -> Iterator[int]:
        """The candidates after `seen`."""
        members = self._members[belief] if isinstance(seen, Begun) else self.closed(belief)
        for candidate in members:
            yield from self.follow(candidate, seen)

    def follow(self, candidate: int, seen: Seen) -> Iterator[int]:
        """The candidates that `seen` leads to from one of them, without any hidden step."""
        state, pending = self._candidates[candidate]
        match seen:
            case StepSeen():
                for step in seen.steps:
                    for label, target, _ in self.automaton.moves(state, step):
                        if target != FAILS and self.automaton.fits(label, seen):
                            yield self.candidate(target, pending)
            case StateSeen():
                values = self.automaton.state(state)
                if all(values[cell] == value for cell, value in seen.cells):
                    yield candidate
            case DoneSeen():
                if self._done(state) == seen.done:
                    yield candidate
            case Begun():
                yield self.candidate(state, tuple(sorted([*pending, (seen.slot, seen.step, None)], key=_slot)))
            case Ended():
                taken = next((label for slot, _, label in pending if slot == seen.slot), None)
                if taken is not None and (seen.step is None or self.automaton.fits(taken, seen.step)):
                    yield self.candidate(state, _without(pending, seen.slot))
            case Dropped():
                if any(slot == seen.slot and label is None for slot, _, label in pending):
                    yield self.candidate(state, _without(pending, seen.slot))
            case Gone():
                yield self.candidate(state, _without(pending, seen.slot))

    def unseen(self, candidate: int) -> tuple[int, ...]:
        """The candidates that one hidden step, or the step of a call under way, leads to."""
        known = self._successors[candidate]
        if known is None:
            known = self._successors[candidate] = tuple(dict.fromkeys(target for _, target in self.unseen_moves(candidate)))
        return known

    def unseen_moves(self, candidate: int) -> Iterator[tuple[tuple[int, int], int]]:
        """((step, place among its transitions), candidate) for each of them."""
        state, pending = self._candidates[candidate]
        for step in sorted(self.hidden):
            for _, target, place in self.automaton.moves(state, step):
                if target != FAILS:
                    yield (step, place), self.candidate(target, pending)
        for call, (slot, seen, taken) in enumerate(pending):
            for step in sorted(seen.steps) if taken is None else ():
                for label, target, place in self.automaton.moves(state, step):
                    if target != FAILS and self.automaton.fits(label, seen):
                        now = (*pending[:call], (slot, seen, label), *pending[call + 1 :])
                        yield (step, place), self.candidate(target, now)

    def step_moves(self, candidate: int, seen: StepSeen, target: int) -> Iterator[tuple[int, int]]:
        """(step, place among its transitions) of each transition that is what was seen, and leads from one candidate to another."""
        state, wanted = self._candidates[candidate][0], self._candidates[target][0]
        for step in sorted(seen.steps):
            for label, to, place in self.automaton.moves(state, step):
                if to != FAILS and to == wanted and self.automaton.fits(label, seen):
                    yield step, place

    def index(self, candidate: int, move: tuple[int, int]) -> int:
        """The place of a transition among all of the candidate's state."""
        return self.automaton.index(self._candidates[candidate][0], *move)

    def _closure(self, members: frozenset[int]) -> frozenset[int]:
        found = set(members)
        waiting = list(members)
        while waiting:
            for candidate in self.unseen(waiting.pop()):
                if candidate not in found:
                    found.add(candidate)
                    waiting.append(candidate)
            self._require_few(found)
        return frozenset(found) if len(found) > len(members) else members

    def _done(self, state: int) -> bool | None:
        """Whether `done when` holds; None where it has no value."""
        if self.model.done is None:
            return False
        try:
            return bool(self.automaton.interpreter.evaluate(self.model.done, self.automaton.state(state)))
        except EvaluationError:
            return None

    def _require_few(self, found: set[int]) -> None:
        if len(found) > self.limits.candidates:
            raise CannotTell("candidates", f"more than {self.limits.candidates:,} states could explain what was seen")
        self._looks += 1
        if self._looks % LOOK == 0:
            self.look()

    def look(self) -> None:
        """Raises CannotTell where the time is over."""
        self.watch()
        if self._deadline is not None and perf_counter() > self._deadline:
            raise CannotTell("time", f"the limit of {self.limits.time_s:g} s was reached")


def _without(pending: Pending, slot: int) -> Pending:
    return tuple(call for call in pending if call[0] != slot)


def _slot(call: tuple[int, StepSeen, int | None]) -> int:
    return call[0]
