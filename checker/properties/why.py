"""Why a property is violated, in one or two sentences for people.

They name the instance of the quantifiers that is false and the step that last changed what it reads, the stale read, the message that
was lost, and who is down, waits or acts. Nothing here decides a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.language.types import Sort, Value, element
from checker.model.cells import message_cells
from checker.model.expr import Expr
from checker.model.model import Assign, Body, Either, For, Goal, If, While
from checker.properties.agents import agents, listed, situation, situations
from checker.properties.finding import Path
from checker.properties.instance_of import Instance, find_instance
from checker.properties.predicates import TRUE, of_states
from checker.properties.run import Run, Taken
from checker.properties.search import Search
from checker.properties.stale import find_stale, stale_at, stale_sentence
from checker.properties.traces import replayed


def state_why(search: Search, goal: Goal, path: Path) -> str:
    """Of a state where the predicate of `always` or `never` is not as it must be."""
    run = replayed(search, path)
    wrong = goal.kind == "never"
    found = find_instance(goal.conditions[0], wrong, run.end)
    return _sentences(_instance_sentence(run, found, "true" if wrong else "false"), _stale(run, found.cells) or _lost(run))


def witness_why(search: Search, goal: Goal, path: Path) -> str:
    """Of the witness of `sometimes`."""
    run = replayed(search, path)
    found = find_instance(goal.conditions[0], True, run.end)
    return f"For example with {found.text}." if found.text else ""


def step_why(search: Search, goal: Goal, path: Path) -> str:
    """Of a transition where the predicate of `step` is false."""
    run = replayed(search, path)
    last = run.taken[-1]
    found = find_instance(goal.conditions[0], False, last.after, last.before)
    changed = [cell for cell in found.cells if cell in last.changed]
    did = f": {_change(run, last, changed[0])}" if changed else ""
    return _sentences(f"False{_for(found)} in step {last.number}{did}.", _stale(run, found.cells) or _lost(run))


def mark_why(search: Search, goal: Goal, path: Path) -> str:
    """Of a write that loses, ignores or replaces what another wrote."""
    run = replayed(search, path)
    last = run.taken[-1]
    name = goal.name.rpartition(" on ")[2]
    mine = [i for i, v in enumerate(run.variables) if v.kind == "shared" and v.name == name]
    stale = [found for found in stale_at(run, last) if found.cell in mine]
    if stale and goal.kind != "no overwrite":
        return stale_sentence(run, min(stale, key=lambda found: found.cell not in last.changed))
    for cell in mine:
        if cell in last.changed:
            before = run.last_change({cell}, last.number - 1)
            if before is not None and before[0].who != last.who:
                wrote = f"{_who(before[0])} had written {run.value(cell, before[0].after)} in step {before[0].number}"
                read = "after it read an old value" if _reads_late(last) else "without having read it"
                return f"{_who(last)} replaced {run.names[cell]} in step {last.number} {read}: {wrote}."
    return f"{_who(last)} writes {name} in step {last.number}{_same_value(run, last, name, mine)}."


def deadlock_why(search: Search, path: Path) -> str:
    """Of a state where nothing but a fault can happen, although the team is not done."""
    run = replayed(search, path)
    everyone = situations(run, agents(run))
    first = f"Nothing can happen any more: {'; '.join(everyone)}." if everyone else "Nothing can happen any more."
    done = search.model.done
    rest = "The protocol has no `done when`, so this is no proper end." if done is None else _not_done(run, done)
    waiting = _waiting(run, [cell for cell in message_cells(search.model) if run.end[cell]])
    untaken = f"Nobody takes what waits: {waiting}." if waiting else ""
    return _sentences(first, untaken, rest, _lost(run) or _stale_anywhere(run))


def unhandled_why(search: Search, path: Path, cells: Sequence[int]) -> str:
    """Of messages that wait in a final state."""
    run = replayed(search, path)
    everyone = situations(run, agents(run))
    return _sentences(
        f"At the end {_waiting(run, cells)}, and nobody will take it.", f"{'; '.join(everyone)}." if everyone else ""
    )


def livelock_why(search: Search, path: Path) -> str:
    """Of a fair cycle without progress."""
    run = replayed(search, path)
    done = search.model.done
    rest = "" if done is None or search.model.has_progress else _not_done(run, done)
    return _sentences(_cycle(run), rest, _lost(run))


def liveness_why(search: Search, goal: Goal, path: Path) -> str:
    """Of a run that never gets to its goal."""
    run = replayed(search, path)
    found = find_instance(goal.conditions[-1], False, run.end)
    if path.cycle is not None:
        start = _cycle(run)
    else:
        start = _rests(search, run)
    never = f"The goal is not reached{_for(found)}{_since(run, found)}."
    return _sentences(start, never, _lost(run) or _stale_anywhere(run))


def formula_why(search: Search, goal: Goal, conditions: Sequence[int], path: Path, *, decided: bool) -> str:
    """Of a run that does not satisfy a formula, which speaks of these conditions of the goal. `decided`: whatever comes after the path."""
    run = replayed(search, path)
    if path.cycle is not None:
        start = _cycle(run)
    elif decided:
        start = "What has happened by then breaks it, whatever comes after."
    else:
        start = _rests(search, run)
    seen = run.states[path.cycle :] if path.cycle is not None else [run.end]
    said = [_course(goal.texts[number], of_states(goal.conditions[number], seen).values) for number in conditions if goal.texts]
    when = "While they repeat" if path.cycle is not None else "At the end"
    return _sentences(start, f"{when}, {listed(said)}." if said else "", _lost(run))


def _course(text: str, values: bytearray) -> str:
    """`status[t] == done` is never true."""
    if len(values) == 1:
        return f"`{text}` is {'true' if values[0] == TRUE else 'false'}"
    word = "always" if all(value == TRUE for value in values) else "now and then" if TRUE in values else "never"
    return f"`{text}` is {word} true"


def _rests(search: Search, run: Run) -> str:
    """Of a run that ends where nothing has to happen."""
    rests = (
        "Nothing has to happen any more (only steps that may never come are left)"
        if _may_go_on(search, run)
        else "Nothing can happen any more"
    )
    everyone = situations(run, agents(run))
    return f"{rests}: {'; '.join(everyone)}." if everyone else f"{rests}."


def _may_go_on(search: Search, run: Run) -> bool:
    """Whether some step that is no fault can be taken at the end."""
    found = search.interpreter.transitions(run.end)
    return any(t.target is not None for t in found if search.model.steps[t.step].fault is None)


def bounded_why(search: Search, goal: Goal, path: Path, steps: int) -> str:
    """Of a path that ends so many steps after a trigger."""
    run = replayed(search, path)
    assert goal.within is not None
    limit, unit = goal.within
    found = find_instance(goal.conditions[-1], False, run.end)
    began = len(run.taken) - steps
    start = f"after step {began}" if began else "at the start"
    passed = sum(taken.step.kind == "round" if unit == "rounds" else taken.step.fault is None for taken in run.taken[began:])
    if passed < limit:
        return _sentences(
            f"The bound begins {start}.",
            _rests(search, run),
            f"The goal is not reached{_for(found)}{_since(run, found)}.",
            _lost(run),
        )
    many = f"{limit} {unit if limit > 1 else unit.removesuffix('s')}"
    return _sentences(
        f"The bound begins {start}; {many} later the goal is not reached{_for(found)}{_since(run, found)}.", _lost(run)
    )


def starvation_why(search: Search, path: Path, sort: Sort, agent: Value, *, by_progress: bool) -> str:
    """Of a fair cycle that starves an agent."""
    run = replayed(search, path)
    name = element(sort, agent)
    found = next(one for one in agents(run) if one.name == name)
    around = run.taken[path.cycle :]
    if any(taken.who == name for taken in around):
        never = "makes progress" if by_progress else "ends what it does (`progress` in its code would say what serves it)"
        what = f"{name} goes on and never {never}"
    elif found.waits:
        what = f"{name} {situation(run, found)} for ever"
    else:
        what = f"{name} never gets its turn: {_could(search, around, sort, agent)}, and others take the chance away"
    return _sentences(_cycle(run), f"{what}.", _lost(run))


def _could(search: Search, around: Sequence[Taken], sort: Sort, agent: Value) -> str:
    """`before step 3 it could do what others do: starts take`, of an agent that wants to act."""
    for taken in around:
        for transition in search.interpreter.transitions(taken.before):
            step = search.model.steps[transition.step]
            owed = step.fault is None and step.fairness != "may"
            if owed and step.agent is not None and step.role == sort.name and transition.agent == agent:
                return f"`{step.name}` is enabled for it before step {taken.number}"
    raise AssertionError("a starved agent is busy or wants to act")


# --- parts of sentences --------------------------------------------------------------------------------------------


def _sentences(*found: str) -> str:
    return " ".join(text for text in found if text)


def _who(taken: Taken) -> str:
    if taken.step.kind == "round":
        return f"the agents of {taken.step.role}"
    return taken.who or taken.step.fault or taken.step.name


def _for(found: Instance) -> str:
    return f" for {found.text}" if found.text else ""


def _change(run: Run, taken: Taken, cell: int) -> str:
    return f"{run.names[cell]} went from {run.value(cell, taken.before)} to {run.value(cell, taken.after)}"


def _instance_sentence(run: Run, found: Instance, word: str) -> str:
    """`False for t = Task0: in step 4 Worker1 goes on after planning, and owner[Task0] went from Worker0 to Worker1.`"""
    change = run.last_change(set(found.cells))
    if change is None:
        return f"It is {word}{_for(found)} from the start."
    taken, cell = change
    return (
        f"It is {word}{_for(found)} since step {taken.number} ({_who(taken)} {taken.step.phrase}): {_change(run, taken, cell)}."
    )


def _since(run: Run, found: Instance) -> str:
    """`: status[Task0] is claimed since step 3`"""
    change = run.last_change(set(found.cells))
    if change is None:
        return ""
    taken, cell = change
    return f": {run.names[cell]} is {run.value(cell, run.end)} since step {taken.number} ({_who(taken)} {taken.step.phrase})"


def _stale(run: Run, cells: Sequence[int]) -> str:
    for taken in reversed(run.taken):
        if _reads_late(taken):
            return f"{_who(taken)} read an old value in step {taken.number} ({taken.step.fault})."
    stale = find_stale(run, cells)
    return "" if stale is None else stale_sentence(run, stale)


def _reads_late(taken: Taken) -> bool:
    return taken.step.fault is not None and taken.step.fault.startswith("stale ")


def _stale_anywhere(run: Run) -> str:
    """A stale read on the way to an end: the last one that an agent acted on by writing to a store."""
    return _stale(run, [i for i, variable in enumerate(run.variables) if variable.kind == "shared"])


def _waiting(run: Run, cells: Sequence[int]) -> str:
    """`Token[Agent0, Agent1] holds [Token(generation: 0)]`, of a few cells."""
    waiting = [f"{run.names[cell]} holds {run.value(cell, run.end)}" for cell in cells[:3]]
    return "; ".join(waiting) + (f" (and {len(cells) - 3} more)" if len(cells) > 3 else "")


def _same_value(run: Run, last: Taken, name: str, mine: Sequence[int]) -> str:
    """`; Clock had written it in step 2, as it was`: of a variable of one cell, whose last writer left its value."""
    for taken in reversed(run.taken[: last.number - 1]):
        if len(mine) == 1 and taken.who != last.who and _assigns(taken.step.body, name):
            return f"; {_who(taken)} had written it in step {taken.number}, as it was"
    return ""


def _assigns(body: Body, name: str) -> bool:
    for statement in body:
        match statement:
            case Assign() if statement.variable.name == name:
                return True
            case If() if _assigns(statement.then, name) or _assigns(statement.orelse, name):
                return True
            case Either() if any(_assigns(branch, name) for branch in statement.branches):
                return True
            case For() | While() if _assigns(statement.body, name):
                return True
    return False


def _not_done(run: Run, done: Expr) -> str:
    found = find_instance(done, False, run.end)
    return f"`done when` does not hold{_for(found)}{_since(run, found)}."


def _lost(run: Run) -> str:
    """The messages that were lost on the way."""
    lost = [
        f"{text} to {other} in step {taken.number}" if other else f"{text} in step {taken.number}"
        for taken in run.taken
        for note, other, text in taken.told
        if note.kind == "drop"
    ]
    faults = [f"step {t.number} ({t.step.fault})" for t in run.taken if (t.step.fault or "").startswith("lose ")]
    if lost:
        return f"Lost on the way: {listed(lost)}."
    return f"A message was lost in {listed(faults)}." if faults else ""


def _cycle(run: Run) -> str:
    """Who acts in the cycle, and where the others are meanwhile."""
    assert run.path.cycle is not None
    around = run.taken[run.path.cycle :]
    acts: dict[str, dict[str, None]] = {}
    for taken in around:
        acts.setdefault(_who(taken), {})[taken.step.phrase] = None
    doing = "; ".join(f"{who} {listed(list(phrases))}" for who, phrases in acts.items())
    idle = [agent for agent in agents(run) if agent.name not in acts]
    first, last = run.path.cycle + 1, len(run.taken)
    steps = f"Step {first}" if first == last else f"Steps {first} to {last}"
    others = f", while {'; '.join(situations(run, idle))}" if idle else ""
    return f"{steps} can repeat for ever: {doing}{others}."
