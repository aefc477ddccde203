"""What each transition of a model adds to a meter.

Steps and rounds cost the same wherever a step runs. Which calls a step begins, and how many messages it sends, may depend on the state: then
the model gets a variable more for that meter, which says how much the last step spent, so that each edge of the graph costs what the state that
it leads to says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import final

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate.independence import statements
from checker.elaborate.meters import MESSAGES, ROUNDS, STEPS, amounts, cost_of, counted
from checker.language.types import Int
from checker.model.expr import Const
from checker.model.model import Assign, Model, Note, Step, Variable


@final
class Metered(Struct, frozen=True, kw_only=True):
    """`model`, with a variable as one of its last cells for each meter of `varying`: how much of it the last step spent. `fixed`: of each meter what
    each step spends, 0 where the variable says it."""

    model: Model
    fixed: Mapping[str, tuple[int, ...]]
    varying: Mapping[str, Variable]

    def cost(self, step: int, meter: str) -> int:
        """What a step adds to a meter, without what its variable says."""
        return self.fixed[meter][step]


def meters_of(model: Model) -> list[str]:
    """The meters of a model: those that its calls name, in order, then `messages` and `rounds` where it has any, and `steps`."""
    notes = (note for step in model.steps for note in statements(step.body) if isinstance(note, Note))
    named = dict.fromkeys(name for note in notes for name, _ in note.costs)
    rounds = any(step.kind == "round" for step in model.steps)
    return [*named, *([MESSAGES] if model.channels else []), *([ROUNDS] if rounds else []), STEPS]


def metered(model: Model, meters: Sequence[str] | None = None) -> Metered:
    """The model with what is needed to tell what each of its transitions costs (None: of every meter). Its transitions are those of `model`, in the
    same order."""
    ranges = {
        meter: [(low + more, high + more) for low, high, more in (_range(step, meter) for step in model.steps)]
        for meter in (meters_of(model) if meters is None else meters)
    }
    varying: dict[str, Variable] = {}
    made = model
    for meter, of_steps in ranges.items():
        if all(low == high for low, high in of_steps):
            continue
        most = max(high for _, high in of_steps)
        spent = Variable(name=f"{meter} spent", kind="ghost", index=(), type=Int(0, most), initial=((0,),), offset=made.size)
        steps = tuple(_counting(s, spent, meter, fixed=low == high) for s, (low, high) in zip(made.steps, of_steps, strict=True))
        made = replace(made, variables=(*made.variables, spent), steps=steps)
        varying[meter] = spent
    fixed = {meter: tuple(low if low == high else 0 for low, high in of_steps) for meter, of_steps in ranges.items()}
    return Metered(model=made, fixed=fixed, varying=varying)


def _range(step: Step, meter: str) -> tuple[int, int, int]:
    """What its calls and messages cost, at least and at most, and what the step itself does."""
    return *amounts(step.body, meter), cost_of(step, meter)


def _counting(step: Step, spent: Variable, meter: str, *, fixed: bool) -> Step:
    """The step, setting `spent`: to 0 where it always spends as much."""
    start = Assign(variable=spent, indices=(), value=Const(0, spent.type))
    return replace(step, body=(start, *(step.body if fixed else counted(step.body, spent, meter))))
