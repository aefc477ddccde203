"""What every well-formed model obeys. A function that takes a `Model` may rely on all of it; every test of the lowering runs `validate`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from checker.language.types import BagOf, SeqOf, SetOf, Type, Value
from checker.model.expr_rules import Judge
from checker.model.fits import is_value
from checker.model.formula import conditions_of, shown
from checker.model.model import Channel, Goal, GoalKind, Model, Variable
from checker.model.step_rules import judge_step

CONDITIONS: dict[GoalKind, int] = {
    "always": 1,
    "never": 1,
    "step": 1,
    "sometimes": 1,
    "eventually": 1,
    "eventually always": 1,
    "infinitely often": 1,
    "whenever": 2,
}
MARKED: frozenset[GoalKind] = frozenset({"no lost update", "no stale write", "no overwrite"})


def validate(model: Model) -> list[str]:
    """What is wrong with `model`, each message with the variable, step or goal that it is about; [] for a well-formed model."""
    messages: list[str] = []
    _variables(model, messages)
    _channels(model, messages)
    variables = frozenset(model.variables)
    marks = frozenset(goal.mark for goal in model.goals if goal.mark is not None) | (
        {"progress"} if model.has_progress else set()
    )
    for step in model.steps:
        judge_step(step, Judge(variables, _about(messages, f"step {step.name}")), marks)
    for goal in model.goals:
        _goal(goal, Judge(variables, _about(messages, f"goal {goal.name}"), old=goal.kind == "step"))
    if model.done is not None:
        Judge(variables, _about(messages, "done when")).predicate(model.done, {})
    messages.extend(_twice("steps", (step.name for step in model.steps)))
    messages.extend(_twice("goals", (goal.name for goal in model.goals)))
    messages.extend(_twice("variables", (variable.name for variable in model.variables)))
    messages.extend(_twice("sorts", (sort.name for sort in model.sorts)))
    return messages


def misfits(model: Model, state: tuple[Value, ...]) -> list[str]:
    """The cells of `state` whose value is not one of their type: none in any state that a well-formed model reaches."""
    if len(state) != model.size:
        return [f"a state of {len(state)} cells, of {model.size}"]
    return [
        f"{variable.name}, cell {place}: {state[place]!r} is no value of {variable.type}"
        for variable in model.variables
        for place in range(variable.offset, variable.offset + variable.cells)
        if not is_value(variable.type, state[place])
    ]


def _about(messages: list[str], what: str) -> Callable[[str], None]:
    return lambda text: messages.append(f"{what}: {text}")


def _twice(what: str, names: Iterable[str]) -> list[str]:
    return [f"{what}: {count} are named `{name}`" for name, count in Counter(names).items() if count > 1]


def _variables(model: Model, messages: list[str]) -> None:
    offset = 0
    for variable in model.variables:
        say = _about(messages, f"variable {variable.name}")
        if variable.offset != offset:
            say(f"its cells begin at {variable.offset}, those before it end at {offset}")
        offset = variable.offset + variable.cells
        if len(variable.initial) != variable.cells:
            say(f"initial values of {len(variable.initial)} cells, of {variable.cells}")
        for choices in dict.fromkeys(variable.initial):
            _initial(variable, choices, say)


def _initial(variable: Variable, choices: tuple[Value, ...], say: Callable[[str], None]) -> None:
    if not choices:
        say("a cell without an initial value")
    if len(set(choices)) < len(choices):
        say(f"an initial value twice in {choices!r}")
    for value in choices:
        if not is_value(variable.type, value):
            say(f"it starts with {value!r}, which is no value of {variable.type}")


def _goal(goal: Goal, judge: Judge) -> None:
    wanted = CONDITIONS.get(goal.kind, 0)
    if (goal.formula is not None) != (goal.kind == "ltl"):
        judge.say(f"`{goal.kind}` {'without' if goal.formula is None else 'with'} a formula")
    if goal.formula is not None:
        wanted = len(goal.conditions)
        if conditions_of(goal.formula) - set(range(wanted)):
            judge.say(f"its formula speaks of conditions that it does not have: {shown(goal.formula)}")
    if goal.within is not None and (goal.kind != "whenever" or goal.within[0] < 1):
        judge.say(f"`{goal.kind}` within {goal.within[0]} {goal.within[1]}")
    if goal.kind == "no starvation":
        wanted = len(goal.conditions)
    if (goal.role is not None) != (goal.kind == "no starvation"):
        judge.say(f"`{goal.kind}` of the role {goal.role!r}")
    if len(goal.conditions) != wanted:
        judge.say(f"`{goal.kind}` has {wanted} conditions, not {len(goal.conditions)}")
    if (goal.mark is not None) != (goal.kind in MARKED):
        judge.say(f"`{goal.kind}` with the mark {goal.mark!r}")
    for condition in (*goal.conditions, *(premise for _, premise in goal.premises)):
        judge.predicate(condition, {})


def _channels(model: Model, messages: list[str]) -> None:
    kinds: dict[str, tuple[type[Type], int]] = {"fifo": (SeqOf, 2), "unordered": (BagOf, 1), "persistent": (SetOf, 1)}
    for channel in model.channels:
        say = _about(messages, f"channel {channel.message} from {channel.sender.name}")
        if channel.variable not in model.variables:
            say(f"`{channel.variable.name}` is no variable of the model")
        type, indices = kinds[channel.kind]
        if not isinstance(channel.variable.type, type):
            say(f"its content is {channel.variable.type}, which does not suit `{channel.kind}`")
        if channel.variable.index != _ends(channel, indices):
            say(f"its variable is indexed by {', '.join(map(str, channel.variable.index))}")


def _ends(channel: Channel, indices: int) -> tuple[Type, ...]:
    return (channel.sender, channel.receiver) if indices == 2 else (channel.receiver,)
