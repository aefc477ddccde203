"""A run, followed with sets of states: what `checker.conformance.beliefs` does by listing them, for sets that are too large to list.

Behind the cells of a state stands one for each call that can be under way: None, or the step that it may take and the label of the one that
it has taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import final

from msgspec import Struct

from checker.conformance.automaton import Label
from checker.conformance.beliefs import CannotTell
from checker.conformance.seen import Begun, DoneSeen, Dropped, Ended, Gone, Seen, StateSeen, StepSeen
from checker.conformance.symbolic.cases import Cases, Effect, instances, truth
from checker.conformance.symbolic.diagram import EMPTY, Diagrams, TooManyNodes
from checker.conformance.symbolic.images import Images
from checker.language.types import Sort, Value
from checker.model.expr import Local
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter, State

NODES = 500_000
SHOWN = 1_000  # states that stand for what could have been observed instead


@final
class Followed(Struct, frozen=True, kw_only=True):
    """`explained`: the observations up to the first that nothing explains. Then `allowed`, `states` (some, one for each way in which the cells
    that were looked at could be) and `fails` tell what was possible there. Otherwise `count` states can explain all, in which the cells have
    these `values`."""

    explained: int
    allowed: tuple[Label, ...] = ()
    states: tuple[State, ...] = ()
    fails: str | None = None
    count: int = 0
    values: tuple[tuple[Value, ...], ...] = ()


@final
class Instance(Struct, frozen=True):
    step: int
    fixed: dict[str, Value]  # of its agent ("") and parameters, those that are fixed
    cases: Cases


@final
class SetsOfStates:
    """Follows one run of a model. `slots`: of calls that can be under way; `look` is called now and then, and may raise."""

    def __init__(
        self,
        interpreter: Interpreter,
        hidden: frozenset[int],
        slots: int,
        *,
        most: int = NODES,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        model = self.model = interpreter.model
        if model.timeouts_only_when_stuck:  # whether a timeout is possible depends on all the others
            raise CannotTell("candidates", "sets of states are not kept as diagrams where timeouts only happen when stuck")
        self.hidden, self.look = hidden, look
        self.sets = Diagrams([*_order(model), *range(model.size, model.size + slots)], most)
        self.images = Images(self.sets, model.size)
        self._instances = [[Instance(number, *one) for one in instances(step)] for number, step in enumerate(model.steps)]
        self._done = None if model.done is None else truth(interpreter.compiled(model.done))
        self.now = self.sets.product([*_initial(model), *([None] for _ in range(slots))])

    def follow(self, seen: Sequence[Seen]) -> Followed:
        """Raises CannotTell where the diagrams get too large."""
        try:
            for number, one in enumerate(seen):
                before = self.now if isinstance(one, Begun) else self.closed(self.now)
                before, self.now = self._after(before, one)
                if self.now == EMPTY:
                    return self._stuck(number, before, one)
            values = self.sets.values_of(self.now)[: self.model.size]
            told = tuple(tuple(self.sets.values[cell][value] for value in sorted(found)) for cell, found in enumerate(values))
            return Followed(explained=len(seen), count=self.sets.count(self.now), values=told)
        except TooManyNodes:
            raise CannotTell(
                "candidates", f"the states that could explain what was seen need more than {self.sets.most:,} nodes"
            ) from None

    # --- one observation -----------------------------------------------------------------------------------------------

    def closed(self, of: int) -> int:
        """The set with what hidden steps and the calls under way lead to."""
        found, before = of, EMPTY
        while found != before:
            before = found
            for step in sorted(self.hidden):
                for instance in self._instances[step]:
                    before, found = self._tidied(before, found)
                    found = self.sets.union(found, self.images.image(found, instance.cases, _any))
            for slot in range(self.model.size, self.sets.cells):
                found = self.sets.union(found, self._called(found, slot))
        return found

    def _called(self, of: int, slot: int) -> int:
        """Where the call of a slot takes its step."""
        found = EMPTY
        for number in self.sets.values_at(of, slot):
            call = self.sets.values[slot][number]
            if call is None or call[1] is not None:
                continue
            open = self.sets.part(of, slot, number)
            for instance in self._that_may_be(call[0]):
                self.look()
                for part, effects in self.images.split(open, instance.cases):
                    for effect in effects:
                        label = self._label(instance.step, effect)
                        if effect.failure is None and label.fits(call[0]):
                            written = self.images.written(part, effect)
                            found = self.sets.union(found, self._told(written, slot, (call[0], label)))
        return found

    def _after(self, of: int, seen: Seen) -> tuple[int, int]:
        """The set, which may have a new number, and the one after `seen`."""
        match seen:
            case StepSeen():
                found = EMPTY
                for instance in self._that_may_be(seen):
                    of, found = self._tidied(of, found)
                    image = self.images.image(of, instance.cases, self._fitting(instance.step, seen))
                    found = self.sets.union(found, image)
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
                return of, self._told(of, self.model.size + slot, (step, None))
            case Ended(slot, step):
                return of, self._ended(of, slot, lambda call: call[1] is not None and (step is None or call[1].fits(step)))
            case Dropped(slot):
                return of, self._ended(of, slot, lambda call: call[1] is None)
            case Gone(slot):
                return of, self._ended(of, slot, lambda call: True)

    def _ended(self, of: int, slot: int, fits: Callable[[tuple[StepSeen, Label | None]], bool]) -> int:
        cell, found = self.model.size + slot, EMPTY
        for number in self.sets.values_at(of, cell):
            call = self.sets.values[cell][number]
            if call is not None and fits(call):
                found = self.sets.union(found, self._told(self.sets.part(of, cell, number), cell, None))
        return found

    def _told(self, of: int, slot: int, call: tuple[StepSeen, Label | None] | None) -> int:
        return self.sets.written(of, self.sets.writes([(slot, call)]))

    # --- steps ---------------------------------------------------------------------------------------------------------

    def _that_may_be(self, seen: StepSeen) -> Iterable[Instance]:
        known = dict(seen.values)
        for step in sorted(seen.steps):
            for instance in self._instances[step]:
                fixed = instance.fixed
                if seen.agent is not None and fixed.get("", seen.agent) != seen.agent:
                    continue
                if all(fixed.get(name, value) == value for name, value in known.items()):
                    yield instance

    def _fitting(self, step: int, seen: StepSeen) -> Callable[[Effect], bool]:
        return lambda effect: self._label(step, effect).fits(seen)

    def _label(self, step: int, effect: Effect) -> Label:
        of = self.model.steps[step]
        agent, values = (effect.instance[0], effect.instance[1:]) if of.agent is not None else (None, effect.instance)
        parameters = tuple((local.name, value) for local, value in zip(of.parameters, values, strict=True))
        chosen = tuple((made.name if isinstance(made, Local) else "either", value) for made, value in effect.choices)
        return Label(step, agent, parameters, chosen)

    # --- the end -------------------------------------------------------------------------------------------------------

    def _stuck(self, number: int, before: int, seen: Seen) -> Followed:
        labels: dict[Label, None] = {}
        fails = None
        for step, some in enumerate(self._instances):
            for instance in some if step not in self.hidden else ():
                for _, effects in self.images.split(before, instance.cases):
                    for effect in effects:
                        label = self._label(step, effect)
                        labels.setdefault(label)
                        if fails is None and effect.failure is not None and isinstance(seen, StepSeen) and label.fits(seen):
                            fails = effect.failure.text
        cells = [cell for cell, _ in seen.cells] if isinstance(seen, StateSeen) else []
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
            one, other = self.sets.forget_all_but([one, other])
        return one, other


def _any(effect: Effect) -> bool:
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
