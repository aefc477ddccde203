"""A run, followed with sets of states: what `checker.conformance.beliefs` does by listing them, for sets that are too large to list.

Behind the cells of a state stands one for each call that can be under way: None, or the step that it may take and the label of the one that
it has taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias, final

from msgspec import Struct

from checker.conformance.automaton import Label
from checker.conformance.beliefs import CannotTell
from checker.conformance.seen import Begun, DoneSeen, Dropped, Ended, Gone, Seen, StateSeen, StepSeen
from checker.conformance.symbolic.cases import Effect, Instance, instances, truth
from checker.conformance.symbolic.diagram import EMPTY, Diagrams, TooManyNodes, Writes
from checker.conformance.symbolic.images import Images
from checker.language.types import Sort, Value
from checker.model.expr import Local
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter, State

NODES = 500_000
WORK = 10_000_000  # results of operations on diagrams: about half a minute
SHOWN = 1_000  # states that stand for what could have been observed instead


@final
class Followed(Struct, frozen=True, kw_only=True):
    """`explained`: the observations up to the first that nothing explains. Then `allowed`, `states` (some, one for each way in which the cells
    that were looked at could be) and `fails` tell what was possible there. Otherwise `count` states can explain all,
    in which the cells have these `values`."""

    explained: int
    allowed: tuple[Label, ...] = ()
    states: tuple[State, ...] = ()
    fails: str | None = None
    count: int = 0
    values: tuple[tuple[Value, ...], ...] = ()


# A set, and the steps (an instance, or any of the call in a slot) that led from it to a larger one
Grown: TypeAlias = tuple[int, Instance | int]


@final
class SetsOfStates:
    """Follows one run of a model. `slots`: of calls that can be under way; `look` is called now and then, and may raise.

    `most`: nodes that are kept at one time, `work`: results of operations until CannotTell is raised."""

    def __init__(
        self,
        interpreter: Interpreter,
        hidden: frozenset[int],
        slots: int,
        *,
        most: int = NODES,
        work: int = WORK,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        model = self.model = interpreter.model
        self.interpreter, self.hidden, self.look = interpreter, hidden, look
        self.sets = Diagrams([*_order(model), *range(model.size, model.size + slots)], most, work)
        self.images = Images(self.sets, model.size)
        self._instances = [instances(model, step) for step in range(len(model.steps))]
        busy = (step for step, of in enumerate(model.steps) if of.kind != "timeout" and of.fault is None)
        self._busy = [instance for step in busy for instance in self._instances[step]]
        self._done = None if model.done is None else truth(interpreter.compiled(model.done))
        self.slots, self.now = slots, EMPTY
        self.past: list[int] | None = []  # the sets before each observation; None: they are too large to be kept
        self.needs_past = False  # rather than do without them, a limit is reached

    def follow(self, seen: Sequence[Seen]) -> Followed:
        """Raises CannotTell where the diagrams get too large, or take too long."""
        try:
            self.start()
            for number, one in enumerate(seen):
                before = self.observe(one)
                if self.now == EMPTY:
                    return self.stuck(number, before, one)
            return Followed(explained=len(seen), count=self.sets.count(self.now), values=self.told(self.now))
        except TooManyNodes as limit:
            raise CannotTell("candidates", str(limit)) from None

    def told(self, of: int) -> tuple[tuple[Value, ...], ...]:
        """The values that each cell has in some state of a set."""
        found = self.sets.values_of(of)[: self.model.size]
        return tuple(tuple(self.sets.values[cell][value] for value in sorted(some)) for cell, some in enumerate(found))

    # --- one observation -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """`now` becomes the set of the initial states. Raises TooManyNodes."""
        self.now = self.sets.product([*_initial(self.model), *([None] for _ in range(self.slots))])

    def observe(self, seen: Seen) -> int:
        """`now` becomes the set after `seen`; the one before it, with the hidden steps that may have come before. Raises TooManyNodes."""
        if self.past is not None:
            self.past.append(self.now)
        before = self.now if isinstance(seen, Begun) else self.closed(self.now)
        before, self.now = self.after(before, seen)
        return before

    def closed(self, of: int, grown: list[Grown] | None = None) -> int:
        """The set with what hidden steps and the calls under way lead to. `grown` is told how it grew; no set is forgotten then."""
        found, before = of, EMPTY
        while found != before:
            before = found
            for instance in (one for step in sorted(self.hidden) for one in self._instances[step]):
                if grown is None:
                    before, found = self._tidied(before, found)
                larger = self.sets.union(found, self.image(found, instance))
                found = _noted(grown, found, larger, instance)
            for slot in range(self.model.size, self.sets.cells):
                larger = found
                for part, writes, _, _ in self.calls(found, slot):
                    larger = self.sets.union(larger, self.sets.written(part, writes))
                found = _noted(grown, found, larger, slot)
        return found

    def calls(self, of: int, slot: int) -> Iterator[tuple[int, Writes, Instance, Effect]]:
        """Where the call of a slot takes its step: a part of the set, what is written in it, and the step."""
        for number in self.sets.values_at(of, slot):
            call = self.sets.values[slot][number]
            if call is None or call[1] is not None:
                continue
            open = self.sets.part(of, slot, number)
            for instance in self.that_may_be(call[0]):
                self.look()
                for part, effect in self.effects(open, instance):
                    label = self.label(instance.step, effect)
                    if label.fits(call[0]):
                        yield part, self.sets.writes([*effect.writes, (slot, (call[0], label))]), instance, effect

    def image(self, of: int, instance: Instance, seen: StepSeen | None = None) -> int:
        """Where a step leads, of those that are what was seen."""
        found = EMPTY
        for part, effect in self.effects(of, instance):
            if seen is None or self.label(instance.step, effect).fits(seen):
                found = self.sets.union(found, self.images.written(part, effect))
        return found

    def effects(self, of: int, instance: Instance, *, failing: bool = False) -> Iterator[tuple[int, Effect]]:
        """The effects of a step, each with the part of the set in which it has it; those that fail, or those that do not."""
        for part, effects in self.images.split(self._idle(of) if instance.idle else of, instance.cases):
            for effect in effects:
                if (effect.failure is not None) == failing:
                    yield part, effect

    def _idle(self, of: int) -> int:
        """The states of a set in which a timeout may happen though it only does when nothing else can."""
        for instance in self._busy:
            idle = EMPTY
            for part, effects in self.images.split(of, instance.cases):
                if not effects:
                    idle = self.sets.union(idle, part)
            of = idle
        return of

    def after(self, of: int, seen: Seen) -> tuple[int, int]:
        """The set, which may have a new number, and the one after `seen`."""
        match seen:
            case StepSeen():
                found = EMPTY
                for instance in self.that_may_be(seen):
                    of, found = self._tidied(of, found)
                    found = self.sets.union(found, self.image(of, instance, seen))
                return of, found
            case StateSeen(cells):
                found = of
                for cell, value in cells:
                    found = self.sets.part(found, cell, self.sets.number(cell, value))
                return of, found
            case DoneSeen(done):
                if self._done is None:
                    return of, EMPTY if done else of
                return of, self.images.holding(of, self._done, done)
            case Begun(slot, step):
                return of, self.sets.written(of, self.sets.writes([(self.model.size + slot, (step, None))]))
            case Ended(slot) | Dropped(slot) | Gone(slot):
                found = EMPTY
                for part in self.ended(of, seen):
                    found = self.sets.union(found, self.sets.written(part, self.sets.writes([(self.model.size + slot, None)])))
                return of, found

    def ended(self, of: int, seen: Ended | Dropped | Gone) -> Iterator[int]:
        """The parts of a set in which a call can end so."""
        cell = self.model.size + seen.slot
        for number in self.sets.values_at(of, cell):
            call = self.sets.values[cell][number]
            if call is not None and _can_end(call[1], seen):
                yield self.sets.part(of, cell, number)

    # --- steps ---------------------------------------------------------------------------------------------------------

    def that_may_be(self, seen: StepSeen) -> Iterable[Instance]:
        known = dict(seen.values)
        for step in sorted(seen.steps):
            for instance in self._instances[step]:
                fixed = instance.fixed
                if seen.agent is not None and fixed.get("", seen.agent) != seen.agent:
                    continue
                if all(fixed.get(name, value) == value for name, value in known.items()):
                    yield instance

    def label(self, step: int, effect: Effect) -> Label:
        of = self.model.steps[step]
        agent, values = (effect.instance[0], effect.instance[1:]) if of.agent is not None else (None, effect.instance)
        parameters = tuple((local.name, value) for local, value in zip(of.parameters, values, strict=True))
        chosen = tuple((made.name if isinstance(made, Local) else "either", value) for made, value in effect.choices)
        return Label(step, agent, parameters, chosen)

    # --- the end -------------------------------------------------------------------------------------------------------

    def stuck(self, number: int, before: int, last: Seen) -> Followed:
        """`before`: the set in which nothing is the last observation."""
        labels: dict[Label, None] = {}
        fails = None
        for instance in (one for step, some in enumerate(self._instances) if step not in self.hidden for one in some):
            for failing in (False, True):
                for _, effect in self.effects(before, instance, failing=failing):
                    label = self.label(instance.step, effect)
                    labels.setdefault(label)
                    if fails is None and effect.failure is not None and isinstance(last, StepSeen) and label.fits(last):
                        fails = effect.failure.text
        cells = [cell for cell, _ in last.cells] if isinstance(last, StateSeen) else []
        states = tuple(tuple(self.sets.some(part)[: self.model.size]) for part in self._apart(before, cells))
        return Followed(explained=number, allowed=tuple(labels), states=states, fails=fails)

    def _apart(self, of: int, cells: Sequence[int]) -> list[int]:
        """The set in parts, one for each way in which these cells can be, not more than can be shown."""
        parts = [of]
        for cell in cells:
            parts = [self.sets.part(part, cell, value) for part in parts for value in self.sets.values_at(part, cell)][:SHOWN]
        return parts if cells else []

    def _tidied(self, one: int, other: int) -> tuple[int, int]:
        """The new numbers of two sets, after all others were forgotten where too much is remembered."""
        self.look()
        if self.sets.remembered > self.sets.most // 2:
            *past, one, other = self.sets.forget_all_but([*(self.past or ()), one, other])
            if self.past is not None:
                self.past = past
                if self.sets.remembered > self.sets.most // 4 and not self.needs_past:
                    self.past = None
                    one, other = self.sets.forget_all_but([one, other])
        return one, other


def _noted(grown: list[Grown] | None, before: int, after: int, by: Instance | int) -> int:
    if grown is not None and after != before:
        grown.append((before, by))
    return after


def _can_end(taken: Label | None, seen: Ended | Dropped | Gone) -> bool:
    """Whether a call that has taken this step, or none, can end so."""
    match seen:
        case Ended(_, step):
            return taken is not None and (step is None or taken.fits(step))
        case Dropped():
            return taken is None
    return True


def _initial(model: Model) -> list[list[Value]]:
    """The initial values of each cell, in the order of the state."""
    return [list(dict.fromkeys(choices)) for variable in model.variables for choices in variable.initial]


def _order(model: Model) -> list[int]:
    """The cells, those of one agent or thing side by side: what belongs together depends on each other, and few nodes tell of it."""
    keys: list[tuple[int, int, int]] = []
    for place, variable in enumerate(model.variables):
        first = variable.index[0] if variable.index else None
        sort = 1 + model.sorts.index(first) if isinstance(first, Sort) and first in model.sorts else 0
        each = variable.cells // first.size if isinstance(first, Sort) and first.size else 1
        keys += [(variable.offset + cell, sort, (cell // each if sort else 0) * 1_000 + place) for cell in range(variable.cells)]
    return [cell for cell, _, _ in sorted(keys, key=lambda key: (key[1], key[2], key[0]))]
