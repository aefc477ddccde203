"""What a checker of one kind of property hands back: a verdict, and the path that it rests on."""

from __future__ import annotations

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


class Finding(Struct, frozen=True, kw_only=True):
    """A verdict with its grounds.

    `path`: the counterexample, the witness, or the way to where the property has no value. `shown`: the path by itself is
    proof of the verdict; a verdict without that rests on having seen everything, and is `unknown` where that is not so.
    `reason`: why `unknown`. `returns_to`: states from which all was still well, for the step after which there was no way back.
    """

    verdict: Verdict
    path: Path | None = None
    shown: bool = False
    reason: str = ""
    why: str = ""
    fairness: str = ""
    returns_to: bytearray | None = None
