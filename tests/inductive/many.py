"""What IC3 says of many generated protocols, each verdict held to a search: `python -m tests.inductive.many [COUNT]`, 2,000 where none is given.

It ends with an error at the first disagreement.
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.inductive.test_generated import said_of

BLOCK = 100


def main(count: int) -> int:
    said: Counter[str] = Counter()
    for first in range(0, count, BLOCK):
        last = min(count, first + BLOCK)
        said += said_of(range(first, last))
        counts = ", ".join(f"{number:,} {name.lower()}" for name, number in sorted(said.items()))
        print(f"{last:,} protocols, {said.total():,} goals: {counts}; 0 disagreements", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 2_000))
