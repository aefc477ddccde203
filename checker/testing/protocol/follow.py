"""One run of the real code, followed by the protocol: after each step, whether some behaviour of the protocol explains what is seen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, final

from msgspec import Struct

from checker.conformance.beliefs import NOTHING, CannotTell
from checker.conformance.logs.names import Names, Unreadable
from checker.conformance.seen import Dropped, Ended, Seen, StateSeen, StepSeen
from checker.conformance.tracker import Tracker
from checker.language.types import show
from checker.model.cells import cell_names
from checker.testing.environment import current_loop
from checker.testing.protocol.adapter import Adapter
from checker.testing.protocol.faults import Fault
from checker.testing.protocol.plan import AdapterError, Beyond, Plan, plain
from checker.testing.protocol.torn import half_of_a_step
from checker.testing.stuck import last_step

if TYPE_CHECKING:
    import asyncio


class NotAllowed(AssertionError):
    """The code did what no behaviour of the protocol explains."""


class Refused(AssertionError):
    """The code refused what the protocol allowed all the time."""


class Call(Struct, frozen=True, kw_only=True):
    """One action that the program asks of an agent. `values`: its parameters, as the adapter is given them; `after_ms`: of virtual time;
    `after_states`: once the code has been seen in so many states, one after another, and never where it is not."""

    action: str  # the adapter's method
    agent: str
    values: tuple[tuple[str, Any], ...] = ()
    after_ms: int = 0
    after_states: int = 0

    def __str__(self) -> str:
        after = f" +{self.after_ms}ms" if self.after_ms else ""
        after += f" after {self.after_states} states" if self.after_states else ""
        return f"{self.agent}.{self.action}({', '.join(f'{name}={value}' for name, value in self.values)}){after}"


@final
class Follower:
    """Told by the program what begins and ends, it looks at the code after each of its steps."""

    def __init__(self, plan: Plan, adapter: Adapter) -> None:
        self.plan, self.adapter = plan, adapter
        self.tracker = Tracker(plan.beliefs)
        self.names = Names(plan.naming)
        self.seen: list[
            tuple[tuple[int, Any], ...]
        ] = []  # the cells that were observed, with their values, each time they had changed
        self.refused: list[Call] = []
        self.begun: dict[Call, int] = {}  # how often the cells had been seen to change when a call began
        self.faults: Counter[Fault] = Counter()  # that struck, known at the end of the run
        self.crashes: list[tuple[str, int]] = []  # who crashed, and in how many states the code had been seen by then
        self._down: dict[str, int | None] = {}  # crashed agents, with the slot of their crash
        self.offered: set[Fault] = set()  # for which there was a call at which to strike
        self._no_more = False
        self._waiting: list[tuple[int, asyncio.Future[bool]]] = []
        self._last: Any = None  # what was observed last
        self._calls: dict[int, tuple[Call, StepSeen]] = {}
        self._may_refuse: set[int] = set()  # slots of calls that the protocol forbade at some moment

    # --- what happens ------------------------------------------------------------------------------------------------------

    def begin(self, call: Call) -> int:
        """The agent is about to do it; the slot to end it with."""
        action = self.plan.actions[call.action]
        agent = self.names.value(action.role, call.agent)
        types = dict(action.parameters)
        values = tuple((name, self.names.value(types[name], value)) for name, value in call.values)
        seen = StepSeen(frozenset([action.step, *action.under_faults]), agent, values)
        slot = self.tracker.begin(seen)
        if slot in self._calls:  # nothing is followed any more, and so no slot taken
            slot = max(self._calls) + 1
        self._calls[slot] = call, seen
        self.begun[call] = len(self.seen)
        if {action.name, action.method} & set(self.adapter.may_refuse):
            self._may_refuse.add(slot)
        self._note_disabled()
        return slot

    def end(self, slot: int) -> None:
        """The action is over. Raises NotAllowed."""
        call, seen = self._calls.pop(slot)
        self.look()
        if not self.tracker.end(slot):
            self._require(f"{call} was done")
        self._idle(call, seen, f"{call} was over")

    def refuse(self, slot: int) -> None:
        """The code refused, or did nothing. Raises NotAllowed, or Refused where the protocol allowed it all the time."""
        call, seen = self._calls.pop(slot)
        self.look()
        may = slot in self._may_refuse or self.tracker.reason or self._comes_to_nothing(slot, call, seen)
        self._may_refuse.discard(slot)
        if not may:
            advice = f"where that is right, the adapter says so: may_refuse = ({call.action!r},)"
            raise Refused(f"{call} was refused, and the protocol allowed it all the time\n{self._story()}\n{advice}")
        self.refused.append(call)
        if not self._without_effect(slot):
            self.tracker.drop(slot)
            advice = "an action that was begun and came to nothing returns True: it is over, and was not refused"
            self._require(f"{call} was refused, but has had its effect", advice)
        elif self._waits(call):
            self.tracker.lose(slot)  # what it changes where nothing is seen of it, it may have changed
        else:
            self.tracker.drop(slot)
        self._idle(call, seen, f"{call} was refused")

    def leave(self, slot: int) -> None:
        """The call is over, and it is not known whether the action was done, or will be. Raises NotAllowed."""
        del self._calls[slot]
        self._may_refuse.discard(slot)
        self.look()

    def after_step(self) -> None:
        """The code has taken a step: what it changed, and then who has crashed in it."""
        self.look()
        loop = current_loop()
        for agent in loop.crashed[len(self.crashes) :] if loop is not None else ():
            self.crashes.append((agent, len(self.seen)))
            self._down[agent] = self._begin_crash(agent)

    def _begin_crash(self, agent: str) -> int | None:
        """By the protocol it crashes now or later: what it has set going may have its effect first."""
        role = self.plan.role_of(agent)
        steps = self.plan.crashes[role.name] if role is not None else frozenset()
        if role is None or not steps:
            return None
        slot = self.tracker.begin(StepSeen(steps, self.names.value(role, agent)))
        self._note_disabled()
        return slot

    def comes_back(self, agent: str) -> None:
        """An agent that has crashed begins anew."""
        slot, role = self._down.pop(agent, None), self.plan.role_of(agent)
        if slot is None or role is None:
            return
        restarted = StepSeen(self.plan.restarts_of[role.name], self.names.value(role, agent))
        if self._explains(Ended(slot)):
            self.tracker.end(slot)
        else:
            self.tracker.lose(slot)  # the fault model has no such crash, or no more of them
        if self._explains(restarted):
            self.tracker.observe(restarted)
        self._note_disabled()

    def over(self) -> None:
        """At the end of a run who is down has crashed, where the fault model lets it."""
        for slot in self._down.values():
            if slot is not None and self._explains(Ended(slot)):
                self.tracker.end(slot)

    def _explains(self, seen: Seen) -> bool:
        """Whether some behaviour would explain this, too."""
        try:
            return not self.tracker.reason and self.tracker.beliefs.after(self.tracker.belief, seen) != NOTHING
        except CannotTell:
            return False

    def look(self) -> None:
        """Compares the state of the code with those that the protocol allows. Raises NotAllowed."""
        if self.tracker.reason:
            return
        observed = plain(self.adapter.observe())
        if observed == self._last:
            return
        self._last = observed
        try:
            cells = tuple(sorted(self._read(observed).items()))
        except Beyond as error:
            self.tracker.give_up(str(error))
            return
        if not self.seen or cells != self.seen[-1]:
            self.seen.append(cells)
            self._wake()
        if cells and not self.tracker.observe(StateSeen(cells)):
            half = half_of_a_step(self.tracker.beliefs, self.tracker.belief, cells) if self.tracker.stuck is not None else ""
            self._require("the state of the code is " + self._told(cells), half)
        self._note_disabled()

    # --- who waits for a state ---------------------------------------------------------------------------------------------

    async def has_seen(self, count: int) -> bool:
        """Waits until the code has been seen in so many states; False where nothing goes on that could lead there."""
        import asyncio

        if len(self.seen) >= count or self._no_more:
            return len(self.seen) >= count
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((count, waiter))
        return await waiter

    def no_more(self) -> None:
        """All is over but what waits for a state."""
        self._no_more = True
        self._wake()

    def _wake(self) -> None:
        for count, waiter in self._waiting:
            if not waiter.done() and (self._no_more or len(self.seen) >= count):
                waiter.set_result(len(self.seen) >= count)

    def under_way(self) -> list[Call]:
        """The calls that have not ended, those of crashed agents included."""
        return [call for call, _ in self._calls.values()]

    def why_not_wait(self, begun: bool = False) -> str:
        """Of a team in which nothing goes on: "" where some behaviour that explains the run waits now, too, for what nobody is asked for; else
        what goes on in the protocol. `begun`: of activities that have begun."""
        if self.tracker.reason or self.tracker.stuck is not None:
            return ""
        beliefs, steps, shown = self.tracker.beliefs, self.plan.model.steps, self.seen[-1] if self.seen else ()
        going_on: set[str] = set()
        for candidate in beliefs.closed(self.tracker.belief):
            values = beliefs.automaton.state(beliefs.state_of(candidate))
            if any(values[cell] != value for cell, value in shown):
                continue
            moves = {
                steps[step].name
                for (step, _), _ in beliefs.unseen_moves(candidate)
                if self.plan.must_come(step) and not (begun and steps[step].kind != "resume")
            }
            if not moves:
                return ""
            going_on |= moves
        return f"by the protocol something goes on: {', '.join(sorted(going_on))}\n{self._story()}"

    def _read(self, seen: Any) -> dict[int, Any]:
        try:
            return self.plan.cells(self.names, seen)
        except Unreadable as error:
            raise AdapterError(f"{type(self.adapter).__name__}.observe: {error}; {error.advice}") from None

    def _idle(self, call: Call, seen: StepSeen, said: str) -> None:
        idle = self._over(call, seen)
        if not self.tracker.reason and not self.tracker.observe(idle):
            self._require(f"{said}, and by the protocol it waits still")
        self._note_disabled()

    # --- refusals ----------------------------------------------------------------------------------------------------------

    def _note_disabled(self) -> None:
        """Which of the calls under way could have met a state in which they are not allowed."""
        tracker = self.tracker
        if tracker.reason or tracker.stuck is not None:
            return
        waiting = [slot for slot in self._calls if slot not in self._may_refuse]
        for slot in waiting:
            if self._disabled_somewhere(slot, *self._calls[slot]):
                self._may_refuse.add(slot)

    def _disabled_somewhere(self, slot: int, call: Call, seen: StepSeen) -> bool:
        """Whether some state that looks as the code does now does not let the call begin without a fault, or lets it change nothing."""
        beliefs = self.tracker.beliefs
        moves = beliefs.automaton.moves
        shown = self.seen[-1] if self.seen else ()
        try:
            closed = beliefs.closed(self.tracker.belief)
        except CannotTell:
            return True
        for candidate in closed:
            if any(s == slot and label is not None for s, _, label in beliefs.pending_of(candidate)):
                continue
            state = beliefs.state_of(candidate)
            values = beliefs.automaton.state(state)
            if any(values[cell] != value for cell, value in shown):
                continue  # what was seen is how it is: the code is in no such state
            fitting = [m for m in moves(state, self.plan.actions[call.action].step) if beliefs.automaton.fits(m[0], seen)]
            if not fitting or any(target == state for _, target, _ in fitting):
                return True
        return False

    def _without_effect(self, slot: int) -> bool:
        """Whether all that was seen is explained without the action's step."""
        try:
            return bool(self.tracker.reason) or self.tracker.beliefs.after(self.tracker.belief, Dropped(slot)) != NOTHING
        except CannotTell:
            return True

    def _comes_to_nothing(self, slot: int, call: Call, seen: StepSeen) -> bool:
        """Whether an action that waits may have been begun and be over by now, in a state that explains what was seen."""
        if not self._waits(call):
            return False
        beliefs = self.tracker.beliefs
        try:
            after = beliefs.after(self.tracker.belief, Ended(slot))
            return after != NOTHING and beliefs.after(after, self._over(call, seen)) != NOTHING
        except CannotTell:
            return True

    def _waits(self, call: Call) -> bool:
        """Whether the action has awaits in the protocol; without, it is one step."""
        return self.plan.idle(self.plan.actions[call.action], 0) is not None

    def _over(self, call: Call, seen: StepSeen) -> StateSeen:
        """That the agent's activity is over in a state that looks as the code does now."""
        assert seen.agent is not None
        idle = self.plan.idle(self.plan.actions[call.action], seen.agent)
        return StateSeen(tuple(sorted({**dict(self.seen[-1] if self.seen else ()), **dict(idle.cells if idle else ())}.items())))

    # --- what is told ------------------------------------------------------------------------------------------------------

    def _told(self, cells: tuple[tuple[int, Any], ...]) -> str:
        names, owners = cell_names(self.plan.model), self.plan.vocabulary.owner_of
        return ", ".join(f"{names[cell]} = {show(owners[cell].type, value)}" for cell, value in cells)

    def _require(self, said: str, advice: str = "") -> None:
        """Raises NotAllowed, unless it was a limit that ended the following."""
        if self.tracker.stuck is None:
            return
        loop = current_loop()
        told = [f"{said}, which no behaviour of the protocol explains", self._story(), advice, last_step(loop) if loop else ""]
        raise NotAllowed("\n".join(filter(None, told)))

    def _story(self) -> str:
        """What explains the run up to here, and what the protocol allows next."""
        lines = ["what came before is explained by:", *(self._taken() or ["  (nothing has happened)"])]
        allowed = [self._label(label) for label in self.tracker.allowed()]
        if self._calls:
            lines.append(f"under way: {', '.join(map(str, self.under_way()))}")
        lines.append(f"allowed to start next: {', '.join(dict.fromkeys(allowed)) or 'nothing'}")
        called = {f"{what} is {self._element(sort, n)}" for sort, of in self.names.bound.items() for what, n in of.items()}
        different = sorted(text for text in called if text.split(" is ")[0] != text.split(" is ")[1])
        return "\n".join([*lines, *([f"names: {', '.join(different)}"] if different else [])])

    def _element(self, sort: Any, n: int) -> str:
        return show(sort, n)

    def _taken(self) -> list[str]:
        automaton = self.tracker.beliefs.automaton
        found = []
        try:
            path = self.tracker.explanation()
        except CannotTell:
            return ["  (too many behaviours to tell one)"]
        for number, taken in enumerate(path.taken, 1):
            outcome = automaton.interpreter.outcomes(taken.before)[taken.index]
            step = self.plan.model.steps[outcome[0]]
            who = show(step.agent.type, outcome[1][0]) if step.agent is not None else step.role or "the network"
            rest = outcome[1][1:] if step.agent is not None else outcome[1]
            values = [f"{local.name} = {show(local.type, v)}" for local, v in zip(step.parameters, rest, strict=True)]
            found.append(f"  {number}. {who} {step.phrase}" + (f" ({', '.join(values)})" if values else ""))
        return found

    def _label(self, label: Any) -> str:
        step = self.plan.model.steps[label.step]
        who = "" if step.agent is None else show(step.agent.type, label.agent) + "."
        types = self.plan.vocabulary.types(label.step)
        values = ", ".join(f"{name}={show(types[name], value)}" for name, value in label.parameters)
        return f"{who}{step.activity or step.name}({values})"

    def exercised(self) -> list[str]:
        """The names of the steps of one behaviour that explains the run, in order; none where a limit was reached."""
        if self.tracker.reason or self.tracker.stuck is not None:
            return []
        automaton = self.tracker.beliefs.automaton
        try:
            path = self.tracker.explanation()
        except CannotTell:
            return []
        return [self.plan.model.steps[automaton.interpreter.outcomes(t.before)[t.index][0]].name for t in path.taken]
