"""Lost updates, stale writes and overwrites by their definitions, over whole histories of reads and writes.

`History` keeps every read and write of a path; `violates` asks the definitions of docs/language.md of a step. `disagreements` walks
through a protocol, the oracle with its history and the model with its ghosts side by side, to the first violation of each walk.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from checker.elaborate.lower import elaborate
from checker.language import tree
from checker.language.checked import Checked
from checker.model.model import Model
from checker.model.validate import validate
from checker.semantics.interpreter import Interpreter, State, Transition
from tests.elaborate.comparing import reader, seen_by_oracle
from tests.elaborate.oracle import Oracle
from tests.elaborate.oracle_steps import Step
from tests.elaborate.oracle_world import Agent, Cell, Event, World

Time: TypeAlias = tuple[int, int]  # the step of the path, and the place within it
Activity: TypeAlias = tuple[Agent, str]


@dataclass(frozen=True)
class Write:
    at: Time
    by: Activity
    cell: Cell
    changes: bool


@dataclass
class History:
    """What happened on a path to the cells of one store. A stale read counts as made before the step whose write it misses."""

    store: str
    step: int = 0
    writes: list[Write] = field(default_factory=list)
    basis: dict[Activity, dict[Cell, Time]] = field(
        default_factory=dict
    )  # when an activity, since its start, last read each cell
    known: dict[Agent, dict[Cell, Time]] = field(default_factory=dict)  # up to when an agent knows what was written

    def violates(self, kind: str, step: Step) -> bool:
        """Add a step of the path; whether some write of it is of the kind (`no lost update`, ...) that must not be."""
        self.step += 1
        found = False
        for place, event in enumerate(step.act.events):
            if event.cell[0] == self.store and step.agent is not None:
                found |= self._event(kind, (self.step, place), (step.agent, step.act.activity), event)
        return found

    def _event(self, kind: str, now: Time, who: Activity, event: Event) -> bool:
        if event.kind == "write":
            found = self._wrong(kind, who, event.cell)
            self.writes.append(Write(now, who, event.cell, event.changes))
            return found
        if event.kind == "stale":
            last = max(write.at[0] for write in self.writes if write.cell == event.cell)
            now = (last, -1)
        self.basis.setdefault(who, {})[event.cell] = now
        known = self.known.setdefault(who[0], {})
        known[event.cell] = max(now, known.get(event.cell, now))  # who has read a value has read it
        return False

    def _wrong(self, kind: str, who: Activity, cell: Cell) -> bool:
        read = self.basis.get(who, {})
        match kind:
            case "no lost update":
                return cell in read and any(w.cell == cell and w.by != who and w.at > read[cell] for w in self.writes)
            case "no stale write":
                others = [w for w in self.writes if w.by != who and w.changes]
                return any(w.cell == c and w.at > at for c, at in read.items() for w in others)
        last = next((w for w in reversed(self.writes) if w.cell == cell), None)
        return last is not None and last.by[0] != who[0] and self.known.get(who[0], {}).get(cell, (-1, 0)) < last.at

    def forget_ended(self, world: World) -> None:
        """What an activity has read is its own: it is gone with its end."""
        self.basis = {who: read for who, read in self.basis.items() if who in world.waits}


# --- side by side ----------------------------------------------------------------------------------------------------

NO_AGENT = ("crash", "restart", "stall", "forget", "lose", "garble", "byzantine")


def label_of_oracle(step: Step) -> Any:
    """What a transition is called on both sides."""
    fault = step.start.fault
    plain = fault is None or fault.split()[0] not in NO_AGENT
    at = step.start.at.span if step.start.at is not None else None
    activity = step.act.activity or None
    return (step.agent[1] if step.agent else None, activity, fault, at, step.start.values if plain else (), step.choices)


def label_of_model(model: Model, transition: Transition) -> Any:
    step = model.steps[transition.step]
    plain = step.fault is None or step.fault.split()[0] not in NO_AGENT
    return (transition.agent, step.activity, step.fault, step.at, transition.values if plain else (), transition.choices)


@dataclass
class SideBySide:
    """The oracle with a history and the model with its ghosts, for one goal."""

    checked: Checked
    faults: str
    goal: tree.Absence

    def __post_init__(self) -> None:
        assert self.goal.on is not None
        self.oracle = Oracle(self.checked, self.faults)
        self.model = elaborate(self.checked, self.faults, [self.goal])
        self.interpreter = Interpreter(self.model)
        self.see = reader(self.checked, self.model)
        self.compared = self.violations = 0

    def walk(self, random: Random, most: int) -> list[str]:
        """One random walk of at most `most` steps; a disagreement, or nothing."""
        world = random.choice(self.oracle.initial_worlds())
        seen = seen_by_oracle(self.checked, world)
        state = next(state for state in self.interpreter.initial_states() if self.see(state) == seen)
        assert self.goal.on is not None
        history = History(self.goal.on)
        for _ in range(most):
            step = self._choice(random, self.oracle.steps(world))
            if step is None or step.target is None:
                return []
            wrong = history.violates(self.goal.kind, step)
            transition = self._same(step, state)
            if transition is None:
                return [f"{self.goal.name}: the model does not have {label_of_oracle(step)}"]
            self.compared += 1
            if wrong is not (self.goal.name in transition.marks):
                return [f"{self.goal.name}: violated says {'the oracle' if wrong else 'the model'}, at {label_of_oracle(step)}"]
            self.violations += wrong
            if wrong or transition.target is None:
                return []
            world, state = step.target, transition.target
            history.forget_ended(world)
        return []

    def _choice(self, random: Random, steps: Sequence[Step]) -> Step | None:
        """Any step that does not fail; more often one that touches the store."""
        steps = [step for step in steps if step.target is not None]
        touching = [s for s in steps if any(e.cell[0] == self.goal.on for e in s.act.events)]
        return random.choice(touching if touching and random.random() < 0.5 else steps) if steps else None

    def _same(self, step: Step, state: State) -> Transition | None:
        """The model's transition with the same label to the same state."""
        assert step.target is not None
        label, target = label_of_oracle(step), seen_by_oracle(self.checked, step.target)
        found = [
            t
            for t in self.interpreter.transitions(state)
            if t.target is not None and label_of_model(self.model, t) == label and self.see(t.target) == target
        ]
        assert len({(t.target, t.marks) for t in found}) <= 1, label
        return found[0] if found else None


def disagreements(
    checked: Checked, faults: str, goal: tree.Absence, *, walks: int, most: int, seed: int = 0
) -> tuple[list[str], SideBySide]:
    """What the first walk with a disagreement found."""
    both = SideBySide(checked, faults, goal)
    problems = [f"validate: {line}" for line in validate(both.model)]
    random = Random(seed)
    for _ in range(walks):
        problems += both.walk(deepcopy(random), most)
        random.random()
        if problems:
            break
    return problems, both
