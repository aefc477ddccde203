"""What a checker of one kind of property hands back: a verdict, and the path that it rests on."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from checker.properties.result import Verdict


class Path(Struct, frozen=True, kw_only=True):
    """Transitions by their places among those of each state, from initial state number `initial`.

    `end`: the number of the state that it leads to, or None where the last step fails. `cycle`: how many steps lie before the cycle of a lasso.
    `shortest`: no shorter path (or lasso) shows the same.
    """

    initial: int
    indices: tuple[int, ...]
    end: int | None
    cycle: int | None = None
    shortest: bool = True


class Avoided(Struct, frozen=True, kw_only=True):
    """What a run must stay clear of: states (1 for each; None: no state is bad by itself) and edges. `fails`: those edges are the steps that fail."""

    states: bytearray | None = None
    edges: Collection[int] = frozenset()
    fails: bool = False


class Finding(Struct, frozen=True, kw_only=True):
    """A verdict with its grounds.

    `path`: the counterexample, the witness, or the way to where the property has no value. `shown`: the path by itself is
    proof of the verdict; a verdict without that rests on having seen everything, and is `unknown` where that is not so.
    `reason`: why `unknown`. `returns_to`: 1 for each state that the run should have reached; `avoided`: what it should have stayed clear of.
    """

    verdict: Verdict
    path: Path | None = None
    shown: bool = False
    reason: str = ""
    why: str = ""
    fairness: str = ""
    returns_to: bytearray | None = None
    avoided: Avoided | None = None
