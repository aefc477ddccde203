"""What the searches of a spec never saw: steps that never fire, premises that never hold. And channels that fill up at a default capacity.

A warning is given only for what no search of the spec saw, and says "never" only where each of them was complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from checker.engines.explicit import LimitReached
from checker.language import tree
from checker.language.checked import ActivityInfo, Checked
from checker.language.source import Span
from checker.language.types import BagOf, SeqOf
from checker.model.expr import Expr
from checker.model.model import Goal, Model, Step
from checker.properties.predicates import NO_VALUE, TRUE, Truths, of_transitions, reads
from checker.properties.result import Warning
from checker.properties.search import Search
from checker.properties.step import pairs
from checker.properties.unfired import reason_of

if TYPE_CHECKING:
    from checker.engines.native.explore import Explored

Kind = Literal["never fires", "guard never true", "vacuous", "default capacity"]


class Unseen(Struct, kw_only=True):
    """One thing that no search has seen so far: `never` says so of complete searches, `so_far` of others."""

    kind: Kind
    never: str
    so_far: str
    place: Span
    instance: str
    faults: str
    complete: bool


class Coverage(Struct):
    """Collects over the searches of one spec."""

    spec: str
    _seen: set[str] = field(default_factory=set)
    _unseen: dict[str, Unseen] = field(default_factory=dict)
    _full: dict[str, Warning] = field(default_factory=dict)
    _partial: bool = False

    def add(self, search: Search, goals: Iterable[Goal]) -> None:
        """Take in what a search of the model without ghosts saw. What the watcher raises leaves it unsaid what was never seen."""
        try:
            self._add(search, goals)
        except LimitReached:
            self._partial = True

    def _add(self, search: Search, goals: Iterable[Goal]) -> None:
        fired = {search.graph.classes[number][0] for number in set(search.graph.edge_class)}
        self._seen |= {_step_key(search.model.steps[number]) for number in fired}
        for number, step in enumerate(search.model.steps):
            if number not in fired:
                self._step(search, step)
        for goal in goals:
            for place, premise in goal.premises:
                self._premise(search, goal, place, premise)
        for key in self._seen & self._unseen.keys():
            self._saw(key)

    def add_native(self, explored: Explored) -> None:
        """Take in what a native search of the model without ghosts saw: which steps fired, and which premises held."""
        from checker.engines.native.explore import PARTIAL_ORDER
        from checker.engines.native.watches import Watched

        model, exact = explored.model, explored.complete and explored.failed is None
        whole = explored.reduction != PARTIAL_ORDER  # else a premise may hold in a state that was left out
        for number, step in enumerate(model.steps):
            key, what = _step_key(step), f"the fault `{step.fault}`" if step.fault is not None else f"`{step.name}`"
            if number in explored.fired:
                self._saw(key)
            elif not self._known(exact, key):
                self._miss(model, key, "never fires", f"{what} never happens", f"{what} was not seen to happen", step.at, exact)
        for goal in model.goals:
            for place, (left, _) in enumerate(goal.premises if goal.kind == "always" else ()):
                key = f"premise {goal.name} {left}"
                if explored.seen[Watched(goal=goal.name, what=f"premise {place}")].count:
                    self._saw(key)
                elif whole and not self._known(exact, key):
                    never = f"`{goal.name}` says nothing there: the left side of `implies` at {left} is never true"
                    so_far = f"`{goal.name}`: the left side of `implies` at {left} was not seen to be true"
                    self._miss(model, key, "vacuous", never, so_far, goal.at, exact)

    def add_activities(self, model: Model, checked: Checked) -> None:
        """Take in which activities have no step at all in the model: their messages are never sent, or their guards are constant."""
        present = {(step.role, step.activity) for step in model.steps}
        for role in checked.roles.values():
            for activity in role.activities:
                key = f"activity {role.name}.{activity.name}"
                if (role.name, activity.name) in present:
                    self._saw(key)
                elif key not in self._seen:
                    what, why = f"`{role.name}.{activity.name}`", _absent(checked, activity)
                    self._miss(model, key, "never fires", f"{what} never happens: {why}", "", activity.node.span, True)

    def add_full_channels(self, search: Search, defaults: Iterable[tuple[str, Span]]) -> None:
        """Note the messages without a `capacity` of their own (name, place of the declaration) that fill a channel somewhere."""
        for message, place in defaults:
            if message not in self._full and _fills_up(search, message):
                self._full[message] = Warning(
                    spec=self.spec,
                    instance=search.model.instance,
                    faults=search.model.faults,
                    kind="default capacity",
                    text=f"a channel of `{message}` gets full, at the capacity that it has by default: write the one that is meant",
                    place=str(place),
                )

    def warnings(self) -> list[Warning]:
        found = [
            Warning(
                spec=self.spec,
                instance=unseen.instance,
                faults=unseen.faults,
                kind=unseen.kind,
                text=unseen.never if unseen.complete else f"{unseen.so_far} (the search is incomplete)",
                place=str(unseen.place),
            )
            for unseen in (() if self._partial else self._unseen.values())
        ]
        return [*found, *self._full.values()]

    def _step(self, search: Search, step: Step) -> None:
        key = _step_key(step)
        if self._known(_exact(search), key):
            return
        what = f"the fault `{step.fault}`" if step.fault is not None else f"`{step.name}`"
        kind, why = reason_of(search, step) if _exact(search) else ("never fires", "")
        never, so_far = f"{what} never happens: {why}", f"{what} was not seen to happen"
        self._miss(search.model, key, kind, never, so_far, step.at, _exact(search))

    def _premise(self, search: Search, goal: Goal, place: str, premise: Expr) -> None:
        key = f"premise {goal.name} {place}"
        if self._known(_exact(search), key):
            return
        if _ever_true(search, goal, premise):
            self._seen.add(key)
            return
        left = place if goal.kind == "whenever" else f"the left side of `implies` at {place}"
        never = f"`{goal.name}` says nothing there: {left} is never true"
        so_far = f"`{goal.name}`: {left} was not seen to be true"
        self._miss(search.model, key, "vacuous", never, so_far, goal.at, _exact(search))

    def _known(self, exact: bool, key: str) -> bool:
        """Whether there is no more to find out about `key`."""
        if key in self._seen:
            return True
        older = self._unseen.get(key)
        if older is not None and not key.startswith("premise"):
            older.complete = older.complete and exact
            return True
        return False

    def _saw(self, key: str) -> None:
        self._seen.add(key)
        self._unseen.pop(key, None)

    def _miss(self, model: Model, key: str, kind: Kind, never: str, so_far: str, place: Span, exact: bool) -> None:
        older = self._unseen.get(key)
        if older is not None:
            older.complete = older.complete and exact
            return
        self._unseen[key] = Unseen(
            kind=kind,
            never=never,
            so_far=so_far,
            place=place,
            instance=model.instance,
            faults=model.faults,
            complete=exact,
        )


def _exact(search: Search) -> bool:
    """Whether what was not seen does not exist: the search is complete, and no behaviour ends early because a step fails."""
    return search.graph.complete and not search.graph.failures


def _absent(checked: Checked, activity: ActivityInfo) -> str:
    """Why an activity has no step."""
    node = activity.node
    if isinstance(node, tree.Handler) and not checked.messages[node.pattern.message].senders:
        return f"nobody sends `{node.pattern.message}`"
    return "its guard is false whatever the state"


def _step_key(step: Step) -> str:
    return f"fault {step.fault}" if step.fault is not None else f"step {step.name}"


def _ever_true(search: Search, goal: Goal, premise: Expr) -> bool:
    """Whether the premise holds somewhere; so it counts where it has no value, for then nothing is known."""
    if any(read.old for read in reads(premise)):
        truths: Truths = of_transitions(premise, pairs(search))
    else:
        truths = search.truths(premise)
    return truths.first(TRUE) is not None or truths.first(NO_VALUE) is not None


def _fills_up(search: Search, message: str) -> bool:
    for channel in search.model.channels:
        kind, variable = channel.variable.type, channel.variable
        if channel.message == message and isinstance(kind, SeqOf | BagOf):
            cells = range(variable.offset, variable.offset + variable.cells)
            if any(len(state[cell]) >= kind.max for state in search.graph.states for cell in cells):
                return True
    return False
