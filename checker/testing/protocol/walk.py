"""A walk through the protocol beside the drawing of a program, so that what is asked for is often what is allowed."""

from __future__ import annotations

from typing import final

from msgspec.structs import replace

from checker.semantics.interpreter import State
from checker.testing.protocol.follow import Call
from checker.testing.protocol.plan import Plan, shown


@final
class Walk:
    """`state`: one in which the team may be by the protocol, had each call been done as it was asked for; `before`: that before the last of them.
    It guides, and judges nothing."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state: State = next(plan.interpreter.iterate_initial_states())
        self.before = self.state
        self.last = Call(action="", agent="")

    def ask(self, which: int, after_ms: int, rival: bool) -> Call | None:
        """One of the calls that the state allows, and on to the state after it; None where it allows none. A `rival` is one of another agent that
        the last call has ruled out, where it has, at the same time: two that want the same are what races are made of."""
        rivals = self._rivals() if rival else []
        allowed = rivals or self._allowed(self.state)
        if not allowed:
            return None
        call, after = allowed[which % len(allowed)]
        call = replace(call, after_ms=self.last.after_ms if rivals else after_ms)
        if not rivals:
            self.before, self.state, self.last = self.state, after, call
        return call

    def asked(self, call: Call) -> None:
        """Goes on to the state after a call, where it is allowed."""
        wanted = (call.action, call.agent, call.values)
        after = [to for one, to in self._allowed(self.state) if (one.action, one.agent, one.values) == wanted]
        if after:
            self.before, self.state, self.last = self.state, after[0], call

    def go_on(self, which: int) -> None:
        """One step that the program does not ask for: no fault, and none where there is none."""
        driven = {action.step for action in self.plan.actions.values()}
        steps = self.plan.model.steps
        unseen = [
            target
            for step, _, target, *_ in self.plan.interpreter.outcomes(self.state)
            if target is not None and step not in driven and steps[step].fault is None
        ]
        if unseen:
            self.state = unseen[which % len(unseen)]

    def _rivals(self) -> list[tuple[Call, State]]:
        still = {call for call, _ in self._allowed(self.state)}
        return [(call, to) for call, to in self._allowed(self.before) if call not in still and call.agent != self.last.agent]

    def _allowed(self, state: State) -> list[tuple[Call, State]]:
        return calls_in(self.plan, state)


def calls_in(plan: Plan, state: State) -> list[tuple[Call, State]]:
    """What a program may ask for in this state, by the protocol, each with the state after it."""
    by_step = {action.step: action for action in plan.actions.values()}
    found = []
    for step, instance, target, *_ in plan.interpreter.outcomes(state):
        action = by_step.get(step)
        if action is None or target is None:
            continue
        values = tuple((name, shown(type, v)) for (name, type), v in zip(action.parameters, instance[1:], strict=True))
        found.append((Call(action=action.method, agent=plan.agents(action.role)[instance[0]], values=values), target))
    return found
