"""Where each agent is, read off the cells of a state: `idle`, `planning`, `down`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from checker.language.types import Sort, Type, Value, element, show
from checker.model.model import Model, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent and the cells that tell where it is: `controls` holds (place in the state, type) of each."""

    name: str
    role: str
    controls: tuple[tuple[int, Type], ...]
    up: int | None
    stalled: int | None

    @property
    def cells(self) -> tuple[int, ...]:
        return (*(place for place, _ in self.controls), *(p for p in (self.up, self.stalled) if p is not None))

    def place(self, state: tuple[Value, ...]) -> str:
        """`idle`; or where its activities wait, `+` between them; `down`; `stalled at` what it would do."""
        if self.up is not None and not state[self.up]:
            return "down"
        waits = [show(type, state[place]) for place, type in self.controls]
        away = [text for (place, _), text in zip(self.controls, waits, strict=True) if state[place] != 0]
        where = "+".join(away) or next(iter(waits), "idle")
        return f"stalled at {where}" if self.stalled is not None and state[self.stalled] else where


def agents(model: Model) -> tuple[Agent, ...]:
    """The agents of every role that has them, in the order of the roles and of their elements."""
    return tuple(_agent(model, sort, i) for sort in model.sorts if sort.role for i in range(sort.size))


def role_lines(model: Model, places: tuple[str, ...]) -> tuple[str, ...]:
    """`Worker: 2 idle, 1 planning`, a line for each role; `places` as `agents` orders them."""
    by_role: dict[str, list[str]] = {}
    for agent, place in zip(agents(model), places, strict=True):
        by_role.setdefault(agent.role, []).append(place)
    single = {sort.name for sort in model.sorts if sort.size == 1}
    return tuple(f"{role}: {found[0] if role in single else _counted(found)}" for role, found in by_role.items())


def _counted(places: list[str]) -> str:
    return ", ".join(
        f"{number} {place}" for place, number in sorted(Counter(places).items(), key=lambda item: (-item[1], item[0]))
    )


def _agent(model: Model, sort: Sort, number: int) -> Agent:
    def cell(variable: Variable) -> int:
        return variable.offset + number

    def of_kind(kind: str) -> list[Variable]:
        return [v for v in model.variables if v.kind == kind and v.index and v.index[0] == sort]

    up = [v for v in of_kind("up") if v.name == f"{sort.name} up"]  # beside it: whether a crash brought it down
    stalled = of_kind("stalled")
    return Agent(
        name=element(sort, number),
        role=sort.name,
        controls=tuple((cell(v), v.type) for v in of_kind("control")),
        up=cell(up[0]) if up else None,
        stalled=cell(stalled[0]) if stalled else None,
    )
