"""What a map can speak of in a model: its steps with their parameters and choices, and its cells, by the names that users know."""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from itertools import product
from typing import final

from checker.conformance.logs.map_errors import NotInProtocol
from checker.conformance.logs.names import literal
from checker.language.diagnostics import nearest
from checker.language.source import Span
from checker.language.types import Sort, Type, values
from checker.model.cells import cell_names, cell_variables
from checker.model.model import Body, Choose, Either, For, If, Model, Step, Variable, While


@final
class Vocabulary:
    """Names of `model`, and what to say of one that it does not have."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.step_of = {step.name: number for number, step in enumerate(model.steps)}
        self.cell_of = {name: cell for cell, name in enumerate(cell_names(model))}
        self.owner_of = cell_variables(model)
        self._types: dict[int, dict[str, Type]] = {}

    def steps(self, pattern: str) -> list[int]:
        """The steps of a name, in which `*` stands for any letters."""
        if "*" not in pattern:
            return [self.step_of[pattern]] if pattern in self.step_of else []
        return [number for name, number in self.step_of.items() if fnmatchcase(name, pattern.replace("[", "[[]"))]

    def types(self, step: int) -> dict[str, Type]:
        """The parameters of a step, and what its body chooses, with their types."""
        known = self._types.get(step)
        if known is None:
            of = self.model.steps[step]
            known = {local.name: local.type for local in of.parameters}
            for choice in _choices(of.body):
                known.setdefault(choice.local.name, choice.local.type)
            self._types[step] = known
        return known

    def role(self, step: int) -> Sort | None:
        """The sort of the step's agent."""
        local = self.model.steps[step].agent
        return local.type if local is not None and isinstance(local.type, Sort) else None

    def no_step(self, name: str, span: Span) -> NotInProtocol:
        found = nearest(name, self.step_of) or nearest(name.rsplit(".", 1)[-1], {n.rsplit(".", 1)[-1]: n for n in self.step_of})
        found = next((n for n in self.step_of if n == found or n.endswith(f".{found}")), None) if found else None
        advice = f"did you mean `{found}`?" if found else f"its steps are {', '.join(self.step_of)}"
        return NotInProtocol(span=span, what="step", name=name, advice=advice)

    def no_parameter(self, name: str, step: int, span: Span) -> NotInProtocol:
        known = self.types(step)
        found = nearest(name, known)
        of = f"`{self.model.steps[step].name}`"
        advice = f"did you mean `{found}`?" if found else f"{of} has {', '.join(known)}" if known else f"{of} has none"
        return NotInProtocol(span=span, what="parameter or choice", name=name, advice=advice)

    def no_cell(self, name: str, span: Span) -> NotInProtocol:
        known = [n for n, v in zip(self.cell_of, self.owner_of, strict=True) if v.kind in ("shared", "agent")]
        bases = {n.partition("[")[0]: n for n in reversed(known)}
        found = nearest(name.partition("[")[0], bases)
        advice = f"it has {', '.join(known[:8])}{' ...' if len(known) > 8 else ''}"
        advice = f"did you mean `{found}`, as in `{bases[found]}`?" if found else advice
        return NotInProtocol(span=span, what="variable", name=name, advice=advice)

    # --- cells ---------------------------------------------------------------------------------------------------------

    def variable(self, name: str) -> Variable | None:
        return next((v for v in self.model.variables if v.name == name), None)

    def agent_variable(self, base: str, agent: str | None) -> Variable | None:
        """The variable that each agent has, `seen` for `Worker.seen`, where there is one; of several roles, that of the one with this agent."""
        found = [
            v for v in self.model.variables if v.index and isinstance(v.index[0], Sort) and v.name == f"{v.index[0].name}.{base}"
        ]
        having = [v for v in found if agent is not None and literal(v.index[0], agent) is not None]
        chosen = having or found
        return chosen[0] if len(chosen) == 1 else None

    def cell(self, variable: Variable, indices: tuple[object, ...]) -> int:
        """The place in the state of the variable's cell at these indices."""
        for place, keys in enumerate(product(*(tuple(values(t)) for t in variable.index))):
            if keys == indices:
                return variable.offset + place
        raise KeyError(indices)


def holes(text: str) -> list[str]:
    """The paths of the fields in `{...}`."""
    return re.findall(r"\{([^{}]+)\}", text)


def filled(text: str, value: Callable[[str], str]) -> str:
    """`text` with each `{field}` replaced."""
    return re.sub(r"\{([^{}]+)\}", lambda found: value(found[1]), text)


def _choices(body: Body) -> list[Choose]:
    found: list[Choose] = []
    for statement in body:
        match statement:
            case Choose():
                found.append(statement)
            case If():
                found += _choices(statement.then) + _choices(statement.orelse)
            case For() | While():
                found += _choices(statement.body)
            case Either():
                found += [choice for branch in statement.branches for choice in _choices(branch)]
            case _:
                pass
    return found


def left_out(vocabulary: Vocabulary, seen: set[int]) -> list[Step]:
    """The steps that are not among `seen`."""
    return [step for number, step in enumerate(vocabulary.model.steps) if number not in seen]
