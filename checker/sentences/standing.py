"""Where an agent stands, as a spec asks for it: the other way round than `checker.elaborate.standing`."""

from __future__ import annotations

from collections.abc import Iterable

from checker.language import tree
from checker.language.checked import Checked
from checker.language.types import Enum, Sort
from checker.model.model import Variable
from checker.sentences import build

RELEASED = " (released)"


def stands(checked: Checked, variable: Variable, places: Iterable[int], agent: tree.Expr) -> tree.Expr:
    """The activity of a control variable is at one of these places (numbers of members)."""
    assert isinstance(variable.type, Enum)
    members = variable.type.members
    wanted, others = _split(members, frozenset(places))
    if not others:
        return tree.Truth(span=build.NOWHERE, value=True)
    if 0 in wanted:  # idle, or not begun: there is no word for that one, but there are for all others
        return build.negated(_any_of(checked, variable, sorted(others), agent))
    return _any_of(checked, variable, sorted(wanted), agent)


def _split(members: tuple[str, ...], wanted: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
    return wanted, frozenset(range(len(members))) - wanted


def _any_of(checked: Checked, variable: Variable, places: list[int], agent: tree.Expr) -> tree.Expr:
    assert isinstance(variable.type, Enum)
    members = variable.type.members
    labels = [members[place] for place in places]
    found = []
    for label in labels:
        plain = label.removesuffix(RELEASED)
        twins = {plain, plain + RELEASED} & set(members)
        if label == "finished" and members[0] == "unstarted":
            found.append(build.fact(agent, "finished"))
        elif twins <= set(labels):
            if label == plain:
                found.append(_at(checked, variable, plain, agent))
        else:
            which = "has passed" if label.endswith(RELEASED) else "waits at"
            from checker.language.checking.written import whole

            found.append(build.Unsayable(span=build.NOWHERE, name=f"({whole(agent)} {which} the round of {plain})"))
    return build.chain("or", found)


def _at(checked: Checked, variable: Variable, label: str, agent: tree.Expr) -> tree.Expr:
    sort = variable.index[0]
    assert isinstance(sort, Sort)
    role = checked.roles[sort.name]
    having = [activity.name for activity in role.activities if any(wait.label == label for wait in activity.awaits)]
    activity = variable.name.removeprefix(f"{sort.name}.")
    return build.at(agent, None if having == [activity] and "." not in activity else activity, label)
