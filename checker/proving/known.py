"""What Z3 has said of lemmas, and which of the others each answer needed: with these the answer stands, whatever else is known.

It only guides the search: of a proof that was found so, every question is asked once more, as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, final

from checker.model.expr import Expr
from checker.sorted.obligations import Obligation

About: TypeAlias = tuple[str, str | None, Expr | str]  # which part, of which step, and of what
Needed: TypeAlias = frozenset[Expr]


@final
class Known:
    """Of questions about one form of a protocol. Sets of numbers are places in what a question knows before."""

    def __init__(self) -> None:
        self._shown: dict[About, list[Needed]] = {}
        self._refuted: set[tuple[About, Needed]] = set()

    def needed(self, asked: Obligation) -> set[int] | None:
        """What is enough for a yes; None where no yes is known."""
        before = frozenset(asked.known)
        ways = [way for way in self._shown.get(_about(asked), ()) if way <= before]
        if not ways:
            return None
        fewest = min(ways, key=len)
        return {place for place, condition in enumerate(asked.known) if condition in fewest}

    def is_refuted(self, asked: Obligation) -> bool:
        """Whether the answer was a no, with the same knowledge."""
        return (_about(asked), frozenset(asked.known)) in self._refuted

    def shown(self, asked: Obligation, core: Iterable[int] | None) -> set[int]:
        """Take in a yes. `core`: the assertions that were enough; None: that is not known. What it needed."""
        needed = set(range(len(asked.known))) if core is None else set(asked.lemmas_of(core))
        self._shown.setdefault(_about(asked), []).append(frozenset(asked.known[place] for place in needed))
        return needed

    def refuted(self, asked: Obligation) -> None:
        self._refuted.add((_about(asked), frozenset(asked.known)))


def _about(asked: Obligation) -> About:
    return asked.part, asked.step, asked.goal if asked.lemma is None else asked.known[asked.lemma]
