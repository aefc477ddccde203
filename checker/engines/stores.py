"""The choices of a native search between certainty, memory and short traces."""

from __future__ import annotations

from typing import Literal, TypeAlias

# what tells states apart: all of each; 64 bits of each; the bits that it sets in one large array
Store = Literal["states", "fingerprint", "bitstate"]
Order = Literal["breadth-first", "depth-first"]
# states that only another order of steps goes through are left out: never, where that is likely to take less time, wherever it can be
PartialOrder: TypeAlias = bool | Literal["always"]
