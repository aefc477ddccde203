"""The protocol side of a test: which steps the program drives, which stay unseen, how values of the code are read."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, final

from msgspec import Struct

from checker.conformance.beliefs import Beliefs, Limits
from checker.conformance.logs.names import Names, Naming, Unreadable
from checker.conformance.logs.vocabulary import Vocabulary
from checker.conformance.seen import StateSeen
from checker.language.diagnostics import nearest
from checker.language.types import Int, Sort, Type, Value, cardinality, element, values
from checker.model.model import Model, Step, Variable
from checker.semantics.interpreter import Interpreter, State
from checker.testing.protocol.adapter import Adapter
from checker.testing.protocol.faults import Fault, cannot_be_had, fault_of


class AdapterError(Exception):
    """The adapter does not fit the protocol; the text says where, and what to write."""


class Beyond(Exception):
    """A number has left its range, of a variable of which the adapter says that it may."""


class Action(Struct, frozen=True, kw_only=True):
    """An action of the protocol that the program drives. `method`: of the adapter. `parameters`: their names and types, without the agent.
    `step`: that begins it; `under_faults`: those that begin it against advice, once more, or with a stale read."""

    name: str
    method: str
    step: int
    under_faults: tuple[int, ...]
    role: Sort
    parameters: tuple[tuple[str, Type], ...]

    def choices(self) -> dict[str, list[str]]:
        """For each parameter its values, as the adapter is given them."""
        return {name: [shown(type, value) for value in values(type)] for name, type in self.parameters}


@final
class Plan:
    """Made once for a model and an adapter class. Raises AdapterError."""

    def __init__(self, model: Model, adapter: type[Adapter], path: str) -> None:
        self.model, self.adapter, self.path = model, adapter, path
        self.vocabulary = Vocabulary(model)
        self.naming = Naming(model, {})
        self.actions = {action.method: action for action in self._actions()}
        self.crashes = self._faults("crash", "stall")
        self.restarts_of = self._faults("restart")
        driven = {action.step for action in self.actions.values()}
        driven.update(*self.crashes.values(), *self.restarts_of.values())
        self.beliefs = Beliefs(model, [n for n in range(len(model.steps)) if n not in driven], Limits())

    @property
    def interpreter(self) -> Interpreter:
        return self.beliefs.automaton.interpreter

    def _actions(self) -> list[Action]:
        starts = [(n, step) for n, step in enumerate(self.model.steps) if step.kind == "start" and step.fault is None]
        often = [step.activity for _, step in starts]
        found = []
        roles = [sort.name for sort in self.model.sorts if sort.role]
        on_its_own = set(self.adapter.on_its_own) - {f"{kind} {r}" for kind in ("crash", "stall", "restart") for r in roles}
        for number, step in starts:
            role = self.vocabulary.role(number)
            if role is None or step.activity is None or self._is_run(role, step.activity):
                continue
            method = step.activity if often.count(step.activity) == 1 else f"{role.name}_{step.activity}"
            if {step.name, step.activity} & on_its_own:
                on_its_own -= {step.name, step.activity}
                continue
            self._require_method(method, step.name, [local.name for local in step.parameters])
            parameters = tuple((local.name, local.type) for local in step.parameters)
            variants = tuple(n for n, one in enumerate(self.model.steps) if one.fault and one.name.startswith(f"{step.name} ("))
            action = Action(name=step.name, method=method, step=number, under_faults=variants, role=role, parameters=parameters)
            found.append(action)
        for name in self.adapter.beyond:
            self._variable(name, "beyond names")
        known = {name for action in found for name in (action.name, action.method)}
        for attribute, strange in (("on_its_own", on_its_own), ("may_refuse", set(self.adapter.may_refuse) - known)):
            if strange:
                raise AdapterError(f"{self.adapter.__name__}.{attribute}: the protocol has no action `{min(strange)}`")
        return found

    def _faults(self, *kinds: str) -> dict[str, frozenset[int]]:
        """By role, the steps of these faults of agents that the program asks: told of when they happen, unless the code has them on its own."""
        own = self.adapter.on_its_own
        found: dict[str, frozenset[int]] = {}
        for role in {action.role.name for action in self.actions.values()}:
            names = {f"{kind} {role}" for kind in kinds}
            found[role] = frozenset(n for n, step in enumerate(self.model.steps) if step.fault in names and step.fault not in own)
        return found

    def _is_run(self, role: Sort, activity: str) -> bool:
        control = self.control(role, activity)
        return control is not None and "unstarted" in getattr(control.type, "members", ())

    def _require_method(self, method: str, name: str, parameters: list[str]) -> None:
        given = getattr(self.adapter, method, None)
        want = ", ".join(["self", "agent", *parameters])
        who = self.adapter.__name__
        if given is None:
            raise AdapterError(
                f"{who} has no method for the action `{name}`: write `async def {method}({want})`, "
                f'or `on_its_own = ("{name}",)` where the code starts it by itself'
            )
        try:
            inspect.signature(given).bind(None, None, **dict.fromkeys(parameters))
        except TypeError as error:
            raise AdapterError(
                f"{who}.{method} cannot be called for the action `{name}` ({error}): write `async def {method}({want})`"
            ) from None

    def control(self, role: Sort, activity: str) -> Variable | None:
        """The variable that says where the activity waits; None where it never waits."""
        return next((v for v in self.model.variables if v.kind == "control" and v.name == f"{role.name}.{activity}"), None)

    def may_have(self, step: Step, agent: Value | None, state: State) -> bool:
        """Whether the code can go through the step out of this state: it is no fault, or one that the code can have."""
        return step.fault is None or not cannot_be_had(self.adapter, step.fault)

    def fault_at(self, step: Step, agent: Value | None, state: State) -> Fault | None:
        """What a program says for a step out of this state: see `fault_of`. An agent crashes in a call, or else while it does nothing."""
        fault, role = fault_of(step, agent), str(step.role)
        if fault is None or fault.kind != "crash" or not isinstance(agent, int):
            return fault
        return fault if self.waits(role, agent, state) or not self._controls(role) else Fault("stop", fault.of)

    def is_sure(self, step: Step, agent: Value | None, state: State) -> bool:
        """Whether the step comes by itself where the program asks for what goes before: it is no action that the code begins when it likes."""
        return step.kind != "start" or step.fault is not None or not {step.name, step.activity} & set(self.adapter.on_its_own)

    def must_come(self, step: int) -> bool:
        """Whether the step comes at last where it can for ever: it is no fault, and nobody's who may leave it."""
        return self.model.steps[step].fault is None and self.model.steps[step].fairness != "may"

    def waits(self, role: str, agent: int, state: State, activity: str | None = None) -> bool:
        """Whether an activity of the agent waits in the state, or the one that is named."""
        for variable in self._controls(role):
            at = state[variable.offset + agent]
            over = at == 0 or (variable.name == f"{role}.run" and at == cardinality(variable.type) - 1)
            if not over and activity in (None, variable.name.rpartition(".")[2]):
                return True
        return False

    def _controls(self, role: str) -> list[Variable]:
        return [v for v in self.model.variables if v.kind == "control" and v.name.startswith(f"{role}.")]

    def restarts(self, action: str) -> bool:
        """Whether the fault model lets the agents of this action come back after a crash."""
        return any(step.fault == f"restart {self.actions[action].role.name}" for step in self.model.steps)

    def reentrant(self, action: str) -> bool:
        """Whether the agents of this action may begin activities while others of theirs wait."""
        return self.actions[action].role.name in self.model.reentrant

    def role_of(self, agent: str) -> Sort | None:
        """The role of an agent that the program asks."""
        return next((a.role for a in self.actions.values() if agent in self.agents(a.role)), None)

    def agents(self, role: Sort) -> list[str]:
        return [element(role, n) for n in range(role.size)]

    def idle(self, action: Action, agent: int) -> StateSeen | None:
        """That the agent's activity is over; None where it never waits."""
        activity = self.model.steps[action.step].activity
        control = self.control(action.role, activity or "")
        return None if control is None else StateSeen(((control.offset + agent, 0),))

    # --- observations ------------------------------------------------------------------------------------------------------

    def cells(self, names: Names, observed: Mapping[str, Any]) -> dict[int, Any]:
        """The cells that the variables told of (`plain`) have, with their values. Raises AdapterError, or Unreadable or Beyond for a value."""
        found: dict[int, Any] = {}
        for name, given in observed.items():
            variable = self._variable(name)
            try:
                self._into(found, names, variable, variable.index, (), given)
            except Unreadable as error:
                if not isinstance(variable.type, Int):
                    raise
                short = variable.name.rpartition(".")[2]
                if {variable.name, short} & set(self.adapter.beyond):
                    raise Beyond(f"`{variable.name}`: {error}") from None
                more = f'where the code knows no such limit, the adapter says so: beyond = ("{short}",)'
                raise Unreadable(f"`{variable.name}`: {error}", f"{error.advice}; {more}") from None
        return found

    def _variable(self, name: str, said: str = "observe tells of") -> Variable:
        known = {v.name: v for v in self.model.variables if v.kind in ("shared", "agent")}
        short = {n.rpartition(".")[2]: v for n, v in known.items()}
        found = known.get(name) or short.get(name)
        if found is None:
            near = nearest(name, known) or nearest(name, short)
            advice = f"did you mean `{near}`?" if near else f"it has {', '.join(known)}"
            raise AdapterError(f"{self.adapter.__name__}.{said} `{name}`, which is no variable of the protocol: {advice}")
        return found

    def _into(
        self, found: dict[int, Any], names: Names, variable: Variable, index: tuple[Type, ...], at: tuple[Any, ...], given: Any
    ) -> None:
        if not index:
            found[self.vocabulary.cell(variable, at)] = names.value(variable.type, given)
            return
        if isinstance(index[0], Sort) and index[0].single and not isinstance(given, dict):
            given = {element(index[0], 0): given}
        if not isinstance(given, dict):
            what = f"`{variable.name}` is a map: give a dictionary with a value for each {index[0]}"
            raise AdapterError(f"{self.adapter.__name__}.observe: {what}, not {given!r}")
        for key, value in given.items():
            self._into(found, names, variable, index[1:], (*at, names.value(index[0], key)), value)


def shown(type: Type, value: Any) -> Any:
    """A value of the protocol as an adapter is given it: texts for names, numbers and truth values as they are."""
    from checker.language.types import Bool, Int, Option, show

    inner = type.of if isinstance(type, Option) and value is not None else type
    return value if value is None or isinstance(inner, Bool | Int) else show(inner, value)


def plain(given: Any) -> Any:
    """What an adapter tells, as a log would have it: members of Python enums by name, sets and tuples as lists."""
    import enum

    match given:
        case enum.Enum():
            return given.name
        case dict():
            return {plain(key): plain(value) for key, value in given.items()}
        case list() | tuple():
            return [plain(value) for value in given]
        case set() | frozenset():
            return sorted((plain(value) for value in given), key=repr)
    return given
