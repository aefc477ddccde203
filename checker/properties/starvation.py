"""`no starvation of R`: no fair run leaves one agent of R busy or wanting for ever while others go on.

See `checker.graph.hunger` for what that says of the edges of a cycle.
"""

from __future__ import annotations

from array import array

from checker.elaborate.independence import statements
from checker.graph.hunger import OTHER, OWN, WANTS, Hunger
from checker.language.types import Sort, values
from checker.model.expr import Expr
from checker.model.model import Goal, Mark, Model, Step
from checker.properties.fairness import fairness_text
from checker.properties.finding import Finding
from checker.properties.lasso import as_path, require_fair
from checker.properties.search import Search
from checker.properties.why import starvation_why


def check_starvation(search: Search, goal: Goal) -> Finding:
    """Violated by a fair cycle that starves an agent of the role; agents are tried in order."""
    sort = next(sort for sort in search.model.sorts if sort.name == goal.role)
    assumed = fairness_text(search.model)
    distances = search.everywhere()
    for place, agent in enumerate(values(sort)):
        lasso = search.starving_lasso(hunger_of(search, goal, sort, place), distances)
        if lasso is not None:
            path = as_path(search, lasso)
            require_fair(search, path)
            why = starvation_why(search, path, sort, agent, by_progress=has_progress(search.model, sort))
            return Finding(verdict="violated", path=path, shown=True, why=why, fairness=assumed)
    return Finding(verdict="holds", fairness=assumed)


def hunger_of(search: Search, goal: Goal, sort: Sort, place: int) -> Hunger:
    """Of the agent with this place in its role."""
    model = search.model
    activities = [v.name.removeprefix(f"{sort.name}.") for v in model.variables if v.kind == "control" and v.index == (sort,)]
    width = 1 + len(activities)
    conditions: dict[int, Expr] = dict(enumerate(goal.conditions[place * width : (place + 1) * width]))
    agent = list(values(sort))[place]
    roles, serves = bytearray(), array("H")
    for number, who, _ in search.graph.classes:
        step = model.steps[number]
        own = step.role == sort.name and who == agent and step.agent is not None
        roles.append(_roles(step, own))
        serves.append(2 << activities.index(step.activity) if own and step.activity in activities else 0)
    return Hunger(letters=search.letters(conditions), roles=roles, serves=serves, by_progress=has_progress(model, sort))


def _roles(step: Step, own: bool) -> int:
    if step.fault is not None or step.agent is None:
        return 0
    return OTHER if not own else OWN if step.fairness == "may" else OWN | WANTS


def has_progress(model: Model, sort: Sort) -> bool:
    """Whether the code of the role has `progress`."""
    return any(
        isinstance(statement, Mark) and statement.mark == "progress"
        for step in model.steps
        if step.role == sort.name and step.fault is None
        for statement in statements(step.body)
    )
