"""What a team costs, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from checker.properties.result import Trace

Worst = Literal["at most", "at least", "unbounded"]


class Spent(Struct, frozen=True, kw_only=True):
    """What one agent spent on one kind of step: `times` it took the step, for `amount` in all. `agent` None: the barrier of a round, a fault."""

    agent: str | None
    action: str
    phrase: str
    times: int
    amount: int


class Exact(Struct, frozen=True, kw_only=True):
    """The worst case of one meter over all runs of one instance.

    "at most": `amount` is reached by the run `trace` and exceeded by none. "unbounded": `trace` is a lasso, `amount` what a lap costs; `fair`:
    a fair run may spend for ever, else only runs that go on are owed nothing do, and a fair one may spend any amount before it stops. "at
    least": `reason` says why no more is known. `spent`: of the trace, of a lasso of one lap. `cheapest`: what the cheapest run to a state with
    `done when` costs, None where there is none or it was not looked for.
    """

    worst: Worst
    amount: int
    trace: Trace | None = None
    replay: str = ""
    fair: bool = False
    spent: tuple[Spent, ...] = ()
    cheapest: int | None = None
    reason: str = ""


class Term(Struct, frozen=True, kw_only=True):
    """`coefficient` for each element of a sort, or for each pair of elements of two: `of` are sorts, `sizes` how the protocol writes their sizes."""

    coefficient: int
    of: tuple[str, ...]
    sizes: tuple[str, ...]


class Owed(Struct, frozen=True, kw_only=True):
    """What is still owed while `where` holds: of each element, or pair of them, that `of` names; once, where it names none. What all that holds
    says is owed is added up."""

    of: str
    where: str
    amount: int


class Bound(Struct, frozen=True, kw_only=True):
    """At most `constant` and the `terms`, in teams of every size. `owed`: the potential, which no step lowers by less than it spends.

    `attained`: sizes at which an exact search found as much, `below`: at which less (as `workers = 2`, amount of the search). `fixed`: the
    parameters that are no sizes, with the values for which it holds.
    """

    constant: int
    terms: tuple[Term, ...]
    owed: tuple[Owed, ...]
    attained: tuple[str, ...] = ()
    below: tuple[tuple[str, int], ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()

    def at(self, sizes: Mapping[str, int]) -> int:
        """The bound in a team with so many elements of each sort."""
        total = self.constant
        for term in self.terms:
            one, *other = [sizes[sort] for sort in term.of]
            total += term.coefficient * one * ((other[0] - (term.of[0] == term.of[1])) if other else 1)
        return total

    @property
    def degree(self) -> int:
        """How many sizes are multiplied with each other at most."""
        return max((len(term.of) for term in self.terms), default=0)


class MeterCost(Struct, frozen=True, kw_only=True):
    """One meter. `bound` None: `no_bound` says why no bound for every size is given."""

    meter: str
    exact: Exact
    bound: Bound | None = None
    no_bound: str = ""


class Costs(Struct, frozen=True, kw_only=True):
    """What one instance costs under one fault model."""

    protocol: str
    spec: str
    instance: str
    faults: str
    engine: str
    distinct: int
    transitions: int
    meters: tuple[MeterCost, ...]
    seconds: float
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 where the worst case of each meter at this size is known, 3 where it is not or the search was interrupted."""
        return 3 if self.interrupted or any(m.exact.worst == "at least" for m in self.meters) else 0
