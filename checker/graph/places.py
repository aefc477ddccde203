"""Where each agent is, read off the cells of a state: `idle`, `planning`, `down`.

Of a role whose activities wait somewhere it is told where they wait. The agents of a role that never waits are told apart by their own
variables of enum and bool types, which is where such protocols keep what their agents are at: `prepared`, `not taking_part`.
"""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from checker.language.types import Bool, Enum, Sort, Value, element, show
from checker.model.model import Model, Variable


class Agent(Struct, frozen=True, kw_only=True):
    """An agent and the cells that tell where it is: (place in the state, variable). Without `controls` its `own` cells tell."""

    name: str
    role: str
    controls: tuple[tuple[int, Variable], ...]
    own: tuple[tuple[int, Variable], ...]
    up: int | None
    stalled: int | None

    @property
    def cells(self) -> tuple[int, ...]:
        """The places of all cells that `place` reads."""
        told = self.controls or self.own
        return (*(place for place, _ in told), *(p for p in (self.up, self.stalled) if p is not None))

    def place(self, state: tuple[Value, ...]) -> str:
        """`idle`; or where its activities wait, `+` between them; `down`; `stalled at` what it would do."""
        if self.up is not None and not state[self.up]:
            return "down"
        where = self._waits(state) if self.controls else self._says(state)
        return f"stalled at {where}" if self.stalled is not None and state[self.stalled] else where

    def _waits(self, state: tuple[Value, ...]) -> str:
        waits = [show(variable.type, state[place]) for place, variable in self.controls]
        away = [text for (place, _), text in zip(self.controls, waits, strict=True) if state[place] != 0]
        return "+".join(away) or waits[0]

    def _says(self, state: tuple[Value, ...]) -> str:
        words = []
        for place, variable in self.own:
            name = variable.name.rpartition(".")[2]
            if isinstance(variable.type, Bool):
                words.append(name if state[place] else f"not {name}")
            else:
                words.append(show(variable.type, state[place]))
        return " ".join(words) or "idle"


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
    def of_kind(kind: str) -> list[tuple[int, Variable]]:
        return [(v.offset + number, v) for v in model.variables if v.kind == kind and v.index == (sort,)]

    up = [place for place, v in of_kind("up") if v.name == f"{sort.name} up"]  # beside it: whether a crash brought it down
    stalled = [place for place, _ in of_kind("stalled")]
    return Agent(
        name=element(sort, number),
        role=sort.name,
        controls=tuple(of_kind("control")),
        own=tuple((place, v) for place, v in of_kind("agent") if isinstance(v.type, Bool | Enum)),
        up=up[0] if up else None,
        stalled=stalled[0] if stalled else None,
    )
