"""What a proof says as it goes on. It comes from another process, which alone loads the solvers."""

from __future__ import annotations

from typing import TypeAlias, final

from msgspec import Struct

from checker.language.types import Value
from checker.model.expr import Expr


class GaveUp(Exception):
    """It is not decided; the text says why."""


@final
class Proved(Struct, frozen=True, kw_only=True):
    """The lemmas and the goal hold in every initial state, and of every state that has them so do all that a step leads to.

    Each lemma is a closed condition over the model. Z3 has checked this on the ground form, apart from the search. `solver`: what searched.
    """

    goal: str
    lemmas: tuple[Expr, ...]
    solver: str


@final
class Lemmas(Struct, frozen=True, kw_only=True):
    """Candidates for every size: in each of the small sizes they are inductive together with the goal. Closed conditions over the model of the
    last of them; see `checker.model.resize`.

    `more`: what else the small sizes have shown. All of them together are inductive there too, and with them some of `lemmas` can be done without.
    """

    goal: str
    lemmas: tuple[Expr, ...]
    more: tuple[Expr, ...] = ()


@final
class Violated(Struct, frozen=True, kw_only=True):
    """A run from an initial state to a state that violates the goal, or that a step which violates it is taken from, or where it has no value."""

    goal: str
    states: tuple[tuple[Value, ...], ...]


@final
class Open(Struct, frozen=True, kw_only=True):
    """The goal is not decided: `reason` says why."""

    goal: str
    reason: str


@final
class Working(Struct, frozen=True, kw_only=True):
    """How far the proof of a goal is: no run of so many steps violates it; so many lemmas are known."""

    goal: str
    steps: int
    lemmas: int


Event: TypeAlias = Proved | Lemmas | Violated | Open | Working
