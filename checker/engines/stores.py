"""The choices of a native search between certainty, memory and short traces."""

from __future__ import annotations

from typing import Literal

# what tells states apart: all of each; 64 bits of each; the bits that it sets in one large array
Store = Literal["states", "fingerprint", "bitstate"]
Order = Literal["breadth-first", "depth-first"]
