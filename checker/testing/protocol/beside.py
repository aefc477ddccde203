"""What could be asked for beside a path: in each of its states, what the protocol allows must be possible in the code, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, final

from msgspec import Struct, field
from msgspec.structs import replace

from checker.semantics.interpreter import State
from checker.testing.outcome import Outcome
from checker.testing.protocol.follow import Call, Follower
from checker.testing.protocol.paths import ModelPath, program_of, under_way
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Program, Settle
from checker.testing.protocol.runs import Reached, run_program
from checker.testing.protocol.walk import calls_in

SCHEDULES = 4  # of each call, after the one in which the code went the way of the path


@final
class Asked(Struct, kw_only=True):
    """What came of the calls beside the paths. `done`: the protocol allows them, and the code did them; `refused`: it does not, and the code
    refused, let them wait, or did them only once they were allowed; `never`: allowed, and refused each time, because something came between or the
    code may; `unseen`: in no run was the code seen in the state; `left`: not tried."""

    done: int = 0
    refused: int = 0
    never: list[str] = field(default_factory=list)
    unseen: int = 0
    left: int = 0
    known: set[tuple[State, Call]] = field(default_factory=set)

    @property
    def tried(self) -> int:
        return self.done + self.refused + len(self.never) + self.unseen


class Question(Struct, frozen=True, kw_only=True):
    """One call in the state after the first `place` steps of a path."""

    call: Call
    allowed: bool
    place: int
    program: Program


def questions(plan: Plan, path: ModelPath, seen: Sequence[int], known: set[tuple[State, Call]]) -> Iterator[Question]:
    """One after another for each state on the path and each call of an agent that is free. `seen`: how many states the adapter has
    shown by each of them. Those that are `known` are left out, and added to them."""
    for place, state in enumerate(path.states):
        before = replace(path, steps=path.steps[:place], states=path.states[: place + 1])
        start = program_of(plan, before)
        allowed = {call for call, _ in calls_in(plan, state)}
        for call in calls_of(plan):
            if (state, call) in known or not _is_free(plan, state, call):
                continue
            known.add((state, call))
            if any(isinstance(part, Call) for part in start) and not under_way(plan, state):
                program: Program = (*start, Settle(), call)
            else:
                program = (*start, replace(call, after_states=seen[place]))
            yield Question(call=program[-1], allowed=call in allowed, place=place, program=program)  # type: ignore[arg-type]


def calls_of(plan: Plan) -> Iterator[Call]:
    """All that a program may ask of anyone."""
    for action in plan.actions.values():
        choices = action.choices()
        for agent in plan.agents(action.role):
            for given in product(*choices.values()):
                yield Call(action=action.method, agent=agent, values=tuple(zip(choices, given, strict=True)))


def ask(
    plan: Plan, question: Question, wanted: Sequence[Any], reached: Reached, asked: Asked, options: dict[str, Any], first: str
) -> Outcome | None:
    """Makes the call in a few runs; the outcome where it is a finding. `wanted`: what is seen up to the state; `first`: a schedule to it."""
    answers: set[str] = set()
    begun: list[Follower] = []

    def note(follower: Follower) -> None:
        at = follower.begun.get(question.call)
        if at is not None and follower.seen[:at] == wanted:
            came_to_nothing = question.call in (*follower.refused, *follower.under_way())  # or it waits until it is allowed
            answers.add("refused" if came_to_nothing else "done")

    options = {**options, "schedules": SCHEDULES, "first": [first]}
    outcome = run_program(plan, question.program, reached, each=note, begun=begun.append, **options)
    if outcome.run is not None:
        failure = outcome.run.failure
        waits = failure is not None and failure.kind == "deadlock" and begun[-1].under_way() == [question.call]
        if question.allowed or not waits:
            return outcome
        answers.add("refused")
    if not answers:
        asked.unseen += 1
    elif not question.allowed:
        asked.refused += 1
    elif "done" in answers:
        asked.done += 1
    else:
        asked.never.append(str(replace(question.call, after_states=0)))
    return None


def _is_free(plan: Plan, state: State, call: Call) -> bool:
    """Whether the agent could be asked: it is up, and does nothing that the call would have to wait for."""
    action = plan.actions[call.action]
    role, agent = action.role.name, plan.agents(action.role).index(call.agent)
    for variable in plan.model.variables:
        if variable.name in (f"{role} up", f"{role} stalled") and state[variable.offset + agent] != (variable.kind == "up"):
            return False
    own = plan.model.steps[action.step].activity if plan.reentrant(call.action) else None
    return not plan.waits(role, agent, state, own)
