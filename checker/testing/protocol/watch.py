"""Whether a run of the real code goes the way of a path of the model, as far as the adapter shows it; and where it leaves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal, TypeAlias, final

from checker.language.types import show
from checker.model.cells import cell_names, cell_variables
from checker.semantics.interpreter import State
from checker.testing.choices import Token
from checker.testing.environment import current_loop
from checker.testing.protocol.faults import Fault
from checker.testing.protocol.follow import Follower
from checker.testing.protocol.paths import ModelPath
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Program, faults_in

Verdict: TypeAlias = Literal["taken", "not taken", "not seen", "not explained", "fails", "not driven"]


class Reproduced(AssertionError):
    """The code went through the states of a path that violates a property."""


@final
class Watch:
    """Compares what is seen of a run with what a path shows. `unseen`: what of the path the adapter does not show, though all hangs on it."""

    def __init__(self, plan: Plan, path: ModelPath) -> None:
        self.plan, self.path = plan, path
        self.taken = False
        self.unseen = ""
        self.schedule = ""  # one in which the code goes this way
        self.refusals: list[set[str]] = []
        self._of_steps = [
            plan.fault_at(step, agent, state) for (step, agent, _), state in zip(path.steps, path.states, strict=False)
        ]
        self.faults = Counter(map(_wherever, filter(None, self._of_steps)))
        self._offered: set[Fault] = set()
        self._cells: list[int] = []
        self._told_later: set[str] = set()  # cells that are told of, and not from the start
        self._farthest: tuple[int, Any] = (
            -1,
            None,
        )  # of any run: how many states of the path it went through, and what was seen then

    @property
    def verdict(self) -> Verdict:
        """Of runs that all passed."""
        return "taken" if self.taken else "not seen" if self.unseen else "not taken"

    def note(self, follower: Follower) -> None:
        """At the end of a run: whether it went the way of the path. Raises Reproduced where that violates a property."""
        self.refusals.append(set(map(str, follower.refused)))
        self._offered |= follower.offered
        self._cells = [cell for cell, _ in follower.seen[0]] if follower.seen else []
        later = {cell for seen in follower.seen for cell, _ in seen if cell not in self._cells}
        self._told_later |= {cell_names(self.plan.model)[cell] for cell in later} if later else set()
        self.unseen = self._hidden_from(self._cells)
        if not self.unseen and self._went(follower):
            self.schedule = self.schedule or _schedule()
            self.taken = True
            if self.path.kind == "counterexample":
                raise Reproduced(f"the code goes the way that violates {self.path.violates} in the protocol")

    def wanted(self, states: Sequence[State]) -> list[tuple[tuple[int, Any], ...]]:
        """What the adapter shows of them, each once."""
        return _without_repeats([tuple((cell, state[cell]) for cell in self._cells) for state in states])

    def not_struck(self, program: Program) -> str:
        """Which fault of the program had no call to strike at, in words; "" where all had."""
        for fault in faults_in(program):
            if fault.kind in ("restart",) or fault in self._offered:
                continue
            who = f'where it runs in a task of its own, start that as this agent: `with agent("{fault.of}"): ...`'
            if fault.kind == "stop":
                return f"it needs the fault crash {fault.of}, and nothing is known to run as {fault.of}: {who}"
            return f"it needs the fault {fault}, and no call at a boundary lets it strike" + (
                f": {who}" if fault.kind == "crash" else ""
            )
        return ""

    def _went(self, follower: Follower) -> bool:
        """Whether the states that were seen begin with those of the path (where it stops: are those), stuttering aside, with its faults."""
        wanted, seen = self.wanted(self.path.states), _without_repeats(follower.seen)
        along = next(
            (n for n, (one, other) in enumerate(zip(wanted, seen, strict=False)) if one != other), min(len(wanted), len(seen))
        )
        if along > self._farthest[0]:
            self._farthest = along, seen[along] if along < len(seen) else None
        same = along == len(wanted) and (len(seen) == along or not self.path.stops)
        struck = sum((Counter({_wherever(fault): n}) for fault, n in follower.faults.items()), Counter[Fault]())
        return same and struck == self.faults and follower.crashes == self._crashes()

    def left_at(self) -> str:
        """Where the run that went along the path the farthest left it, in words."""
        wanted = self.wanted(self.path.states)
        along, seen = self._farthest
        if along < 1:
            return "the code does not begin as the path does: " + self._different(wanted[0], seen)
        if along == len(wanted):
            return f"all of its {len(wanted)} states; then the code " + (
                "goes on" if self.path.stops else "has its faults at other places"
            )
        then = "nothing more comes" if seen is None else "the code has " + self._different(seen, wanted[along])
        return f"at most {along} of its {len(wanted)} states; where the path has {self._step_to(along)}, {then}"

    def _step_to(self, place: int) -> str:
        """The step of the path that leads to the state that is shown at this place."""
        states = [tuple((cell, state[cell]) for cell in self._cells) for state in self.path.states]
        changes = [n for n, (before, after) in enumerate(pairwise(states)) if before != after]
        return self.path.steps[changes[place - 1]][0].name

    def _different(self, one: Any, other: Any) -> str:
        """`status[Task0] = open, not claimed`: the cells of one that the other has not so."""
        names, owners = cell_names(self.plan.model), self.plan.vocabulary.owner_of
        before, found = dict(other or ()), []
        for cell, value in one or ():
            if before.get(cell, value) != value:
                found.append(f"{names[cell]} = {show(owners[cell].type, value)}, not {show(owners[cell].type, before[cell])}")
        return "; ".join(found)

    def _crashes(self) -> list[tuple[str, int]]:
        """Who crashes on the path, and how many different states the adapter shows before."""
        crashes = ("crash", "stop")
        return [
            (f.of, len(self.wanted(self.path.states[: n + 1]))) for n, f in enumerate(self._of_steps) if f and f.kind in crashes
        ]

    def _hidden_from(self, cells: Sequence[int]) -> str:
        """What the violation hangs on, where none of it is in the cells that the adapter shows; "" where some is."""
        states, steps = self.path.states, self.path.steps
        first = 0
        if self.path.kind == "counterexample":
            first = len(steps) - 1 if self.path.cycle is None or self.path.stops else self.path.cycle
        if any(self._of_steps[max(0, first) :]):
            return ""  # whether a fault has struck is seen without the adapter
        deciding = pairwise(states[max(0, first) :])
        changed = {cell for before, after in deciding for cell, value in enumerate(after) if value != before[cell]}
        if changed & set(cells) or not changed:
            return ""
        names, variables = cell_names(self.plan.model), cell_variables(self.plan.model)
        said = [names[cell] for cell in sorted(changed) if variables[cell].kind in ("shared", "agent")]
        if set(said) & self._told_later:
            return f"`observe` tells of {', '.join(said)} only later: let it tell each from the start, with the protocol's first value"
        return f"`observe` does not tell of {', '.join(said)}" if said else "it hangs on what no variable tells"


def _wherever(fault: Fault) -> Fault:
    """A crash in a call and one between two calls are one to the protocol."""
    return Fault("crash", fault.of) if fault.kind == "stop" else fault


def _schedule() -> str:
    """The token of the run that is on, as far as it has come."""
    loop = current_loop()
    assert loop is not None
    settings = loop.settings
    return str(Token(mode=settings.mode, seed=settings.seed, deviations=tuple(loop.chooser.deviations)))


def _without_repeats(seen: Sequence[Any]) -> list[Any]:
    return [one for n, one in enumerate(seen) if n == 0 or one != seen[n - 1]]
