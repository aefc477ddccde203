"""Seeds that no run of this process has had: for code that keeps from run to run what it knows by its random ids.

All runs of a search have random numbers from a few seeds, so that runs are alike but for their schedules. A library that registers its runs,
sessions or tasks under ids from `uuid4` or `secrets`, and forgets them only when they have ended well, then meets ids that it knows from an earlier
run, and refuses them. That is a failure of the test, not of the code: it goes where the numbers are new, and comes again where they are used twice.
"""

from __future__ import annotations

from itertools import count

_FIRST = 1_000_000  # far above those that searches begin with
_seeds = count(_FIRST)
KEEP_IDS: set[str] = set()  # the tests whose code does so, by name


def fresh_seed() -> int:
    """One that was not used before."""
    return next(_seeds)
