"""What came of trying to prove properties, as data."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from checker.properties.result import Result, Verdict
from checker.sentences.sentence import Sentence

Rung = Literal["every size", "this size", "sizes", "violated", "open"]
Sizes = tuple[tuple[str, int], ...]  # parameter, value


class Searched(Struct, frozen=True, kw_only=True):
    """Of the search over sizes: every combination of the parameters that vary, each up to `up_to` (0: none), and those in `also`, was
    searched through. `ended`: the protocol allows no larger ones. `stopped`: why it went no further.
    """

    up_to: int
    also: tuple[Sizes, ...] = ()
    states: int = 0
    ended: bool = False
    stopped: str = ""


class Stuck(Struct, frozen=True, kw_only=True):
    """The smallest state from which induction fails: the goal (and the lemmas found) hold there and after `step` no longer, or the property is not
    implied there (`step` ""). It may be unreachable. `state`, `after`: cells and values, without what is as at the start. `allowed`: the
    parameters of `sizes` of which the protocol asks for more, with the least that it does.
    """

    sizes: Sizes
    state: tuple[tuple[str, str], ...]
    step: str
    after: tuple[tuple[str, str], ...]
    allowed: Sizes = ()


class Attempt(Struct, frozen=True, kw_only=True):
    """Of one property. `reason`: why there is no proof for every size, `not_here`: why none at the size asked for, where one was tried;
    "" where there is one. `refuted`: a violation at the size asked for.

    `uncertified`: why there is no certificate although one is wanted.
    """

    every_size: bool = False
    this_size: bool = False
    lemmas: tuple[Sentence, ...] = ()
    solvers: tuple[str, ...] = ()
    obligations: int = 0
    only_with: tuple[tuple[str, int], ...] = ()
    majorities: tuple[str, ...] = ()
    decided_at: tuple[tuple[str, int], ...] = ()
    certificate: str = ""
    uncertified: str = ""
    stuck: Stuck | None = None
    refuted: Result | None = None
    reason: str = ""
    not_here: str = ""
    seconds: float = 0.0


class Proof(Struct, frozen=True, kw_only=True):
    """How far one property came.

    `rung`: "every size": proved whatever the numbers that vary are; "this size": proved at the size asked for, by an invariant or by a
    search through all of its states; "sizes": the same, and searched through at others; "violated": at `sizes`, with the trace of
    `result` (it holds where all that varies is at most `held_up_to`); "open". `reason`: why no higher rung was reached; "" for the highest.
    `uncertified`: why there is no certificate although one was wanted; "" else.
    `only_with`: parameters that vary in other proofs, and that this one is about one value of.
    `majorities`: the sorts of whose majorities a proof for every size uses that any two have an element in common, and nothing else.
    `decided_at`: so many elements of each sort decide for every size, where all questions are so; else (). `result`: of the search at the
    size asked for, or where it is violated. `fairness`: what a proof for every size assumes of endless runs; "" where it is of states and steps.
    `expected`, `met`: as of `Result`.
    """

    property: str
    kind: str
    text: str | None
    place: str
    rung: Rung
    expected: Verdict
    met: bool
    reason: str = ""
    lemmas: tuple[Sentence, ...] = ()
    solvers: tuple[str, ...] = ()
    obligations: int = 0
    only_with: Sizes = ()
    majorities: tuple[str, ...] = ()
    decided_at: Sizes = ()
    fairness: str = ""
    certificate: str = ""
    uncertified: str = ""
    sizes: Sizes = ()
    held_up_to: int = 0
    result: Result | None = None
    stuck: Stuck | None = None
    seconds: float = 0.0


class Proofs(Struct, frozen=True, kw_only=True):
    """Of one instance under one fault model. `asked`: its size. `varying`: (sort, parameter that sets its size, "" for none); `fixed`: the
    other parameters. `refused`: why nothing may vary; "" where something does. `kept`: which sizes do not vary although others do, and why.
    `searched`: at which sizes; None where none vary. `note`: what would make it faster.
    `only_proofs`: what is not proved for every size counts as unknown.
    """

    protocol: str
    spec: str
    instance: str
    faults: str
    asked: Sizes
    varying: tuple[tuple[str, str], ...]
    fixed: tuple[tuple[str, str], ...]
    refused: str
    assumptions: tuple[str, ...]
    proofs: tuple[Proof, ...]
    seconds: float
    searched: Searched | None = None
    kept: str = ""
    note: str = ""
    only_proofs: bool = False
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 where all is as expected, 1 a violation that is not, 3 what is unknown."""
        if any(proof.rung == "violated" and not proof.met for proof in self.proofs):
            return 1
        if any(proof.rung not in ("open", "violated") and not proof.met for proof in self.proofs):
            return 1
        unproved = self.only_proofs and any(proof.rung not in ("every size", "violated") for proof in self.proofs)
        return 3 if self.interrupted or unproved or any(proof.rung == "open" for proof in self.proofs) else 0
