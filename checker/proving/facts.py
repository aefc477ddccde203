"""What holds of every protocol by the way it is built: where an activity waits, it keeps what its code still needs."""

from __future__ import annotations

from collections.abc import Iterator

from checker.elaborate import make
from checker.language.checked import Checked
from checker.language.types import Bool, Enum, Option
from checker.model.expr import Const, Expr, Local, Quantifier, Read
from checker.model.model import Model, Variable

RELEASED = " (released)"


def kept_at_awaits(checked: Checked, model: Model) -> Iterator[Expr]:
    """`all(w in Worker: w at planning implies w.work.t != none)`, for each name that is kept at some await, with all the awaits that keep it.

    They are candidates like others: whether they hold is for the solver to say.
    """
    variables = {variable.name: variable for variable in model.variables}
    for role in checked.roles.values():
        for activity in role.activities:
            control = variables.get(f"{role.name}.{activity.name}")
            if control is None:
                continue
            for name, type in activity.frame:
                labels = [wait.label for wait in activity.awaits if any(kept == name for kept, _ in wait.kept)]
                frame = variables[f"{control.name}.{name}"]
                if labels and not isinstance(type, Option):
                    yield _kept(control, frame, labels)


def _kept(control: Variable, frame: Variable, labels: list[str]) -> Expr:
    assert isinstance(control.type, Enum)
    agent = Local(0, "", control.index[0])
    here = Read(control, (agent,))
    places = [place for place, member in enumerate(control.type.members) if member.removesuffix(RELEASED) in labels]
    waits = make.either(*(make.equal(here, place) for place in places))
    something = make.compare("ne", Read(frame, (agent,)), Const(None, frame.type))
    return Quantifier("all", (agent,), (agent.type,), make.implies(waits, something), Bool())
