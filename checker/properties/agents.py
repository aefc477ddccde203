"""Where the agents are in a state, in words: `Worker0 is down since step 2`, `Worker1 waits at reply`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from checker.language.types import Enum, Sort, Value, element
from checker.model.model import Model, Step, Variable
from checker.properties.predicates import State
from checker.properties.run import Run

RESTING = frozenset({"idle", "unstarted", "finished"})


class Agent(Struct, frozen=True, kw_only=True):
    """`waits`: the awaits where its activities are, with the messages that would end them. `down_since`, `stalled_since`: the
    number of the step, 0 where it began so.
    """

    name: str
    role: str
    waits: tuple[str, ...]
    finished: bool
    down_since: int | None
    stalled_since: int | None


def roles(model: Model) -> list[Sort]:
    return [sort for sort in model.sorts if sort.role]


def agents(run: Run, state: State | None = None) -> list[Agent]:
    """Every agent at the end of the run (or in `state`), role by role."""
    here = run.end if state is None else state
    return [_agent(run, sort, number, here) for sort in roles(run.model) for number in range(sort.size)]


def _agent(run: Run, sort: Sort, number: Value, state: State) -> Agent:
    labels: dict[str, str] = {}  # of each activity
    for variable in _of_role(run.model, sort, "control"):
        assert isinstance(variable.type, Enum)
        labels[variable.name] = variable.type.members[state[variable.offset + number]]
    waits = tuple(_place(run.model, name, label) for name, label in labels.items() if label not in RESTING)
    return Agent(
        name=element(sort, number),
        role=sort.name,
        waits=waits,
        finished="finished" in labels.values() and not waits,
        down_since=_since(run, _of_role(run.model, sort, "up"), number, state, False),
        stalled_since=_since(run, _of_role(run.model, sort, "stalled"), number, state, True),
    )


def _place(model: Model, activity: str, label: str) -> str:
    """`collecting`; `collecting for Result`, ``turn until `holder == none` `` where only messages and conditions lead on from there."""
    label = label.removesuffix(" (released)")
    onward = [step for step in model.steps if step.fault is None and _leads_on(step, f"{activity}.{label}")]
    if any(step.kind != "take" and not step.awaited for step in onward):
        return label
    messages = dict.fromkeys(step.name.partition("[")[2].partition("]")[0] for step in onward if step.kind == "take")
    conditions = dict.fromkeys(f"`{step.awaited}`" for step in onward if step.awaited)
    told = [f"for {' or '.join(messages)}"] * bool(messages) + [f"until {' or '.join(conditions)}"] * bool(conditions)
    return " ".join([label, " or ".join(told)] if told else [label])


def _leads_on(step: Step, place: str) -> bool:
    return step.name == place or step.name.startswith(f"{place}[")


def _of_role(model: Model, sort: Sort, kind: str) -> Iterable[Variable]:
    """The variables of a kind that have one cell for each agent of a role."""
    return (v for v in model.variables if v.kind == kind and v.index == (sort,))


def _since(run: Run, variables: Iterable[Variable], number: Value, state: State, value: bool) -> int | None:
    for variable in variables:
        cell = variable.offset + number
        if bool(state[cell]) is value:
            change = run.last_change({cell})
            return change[0].number if change else 0
    return None


def situation(run: Run, agent: Agent) -> str:
    """What an agent is at, without its name: `is down (crash Worker in step 2)`, `waits at planning`, `is idle`."""
    for since, word in ((agent.down_since, "is down"), (agent.stalled_since, "is stalled")):
        if since is not None:
            how = "from the start" if since == 0 else f"{_cause(run, since)} in step {since}"
            return f"{word} ({how})"
    if agent.waits:
        return f"waits at {' and '.join(agent.waits)}"
    return "has finished its run" if agent.finished else "is idle"


def _cause(run: Run, number: int) -> str:
    return run.taken[number - 1].step.fault or "stopped"


def situations(run: Run, chosen: Sequence[Agent]) -> list[str]:
    """`Worker0 and Worker2 wait at reply`: agents with the same situation are told together."""
    grouped: dict[str, list[str]] = {}
    for agent in chosen:
        grouped.setdefault(situation(run, agent), []).append(agent.name)
    return [f"{listed(names)} {_plural(text) if len(names) > 1 else text}" for text, names in grouped.items()]


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`; of more than five the first ones and how many others."""
    if len(names) > 5:
        return f"{', '.join(names[:4])} and {len(names) - 4} others"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _plural(text: str) -> str:
    word, _, rest = text.replace("its run", "their runs").partition(" ")
    return {"is": "are", "waits": "wait", "has": "have"}.get(word, word) + " " + rest
