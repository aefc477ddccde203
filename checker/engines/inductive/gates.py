"""Clauses and the gates that define new literals in them (Tseitin, On the complexity of derivation in propositional calculus, 1968).

A literal is a whole number, its negation the number with the other sign, as DIMACS has them. `TRUE` is a literal that holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from checker.engines.inductive.events import GaveUp

Literal: TypeAlias = int
Clause: TypeAlias = list[Literal]

TRUE: Literal = 1
FALSE: Literal = -1
MOST_CLAUSES = 4_000_000  # some GiB, and more than a solver takes in seconds


class Gates:
    """`clauses` hold of everything; equal gates are one literal, gates of what is known are none."""

    def __init__(self) -> None:
        self.variables = 1
        self.clauses: list[Clause] = [[TRUE]]
        self._known: dict[tuple[object, ...], Literal] = {}

    def new(self) -> Literal:
        """A literal that nothing is said of yet."""
        self.variables += 1
        return self.variables

    def say(self, *clause: Literal) -> None:
        """That one of these holds."""
        if TRUE in clause:
            return
        if len(self.clauses) >= MOST_CLAUSES:
            raise GaveUp(f"it has more than {MOST_CLAUSES:,} clauses")
        self.clauses.append([literal for literal in clause if literal != FALSE])

    def all(self, literals: Iterable[Literal]) -> Literal:
        """Whether all of these hold."""
        given = {literal for literal in literals if literal != TRUE}
        if FALSE in given or any(-literal in given for literal in given):
            return FALSE
        if len(given) < 2:
            return next(iter(given), TRUE)
        ordered = tuple(sorted(given))
        found = self._known.get(("all", *ordered))
        if found is None:
            found = self._known["all", *ordered] = self.new()
            for literal in ordered:
                self.say(-found, literal)
            self.say(found, *(-literal for literal in ordered))
        return found

    def any(self, literals: Iterable[Literal]) -> Literal:
        """Whether one of these holds."""
        return -self.all(-literal for literal in literals)

    def choice(self, condition: Literal, a: Literal, b: Literal) -> Literal:
        """`a` where the condition holds, else `b`."""
        if condition in (TRUE, FALSE) or a == b:
            return a if condition == TRUE or a == b else b
        if condition < 0:
            condition, a, b = -condition, b, a
        if a in (TRUE, FALSE, condition, -condition):
            return self.any([condition, b]) if a in (TRUE, condition) else self.all([-condition, b])
        if b in (TRUE, FALSE, condition, -condition):
            return self.any([-condition, a]) if b in (TRUE, -condition) else self.all([condition, a])
        if a < 0:
            return -self.choice(condition, -a, -b)
        found = self._known.get((condition, a, b))
        if found is None:
            found = self._known[condition, a, b] = self.new()
            for clause in ((-condition, -a, found), (-condition, a, -found), (condition, -b, found), (condition, b, -found)):
                self.say(*clause)
            self.say(-a, -b, found)
            self.say(a, b, -found)
        return found

    def same(self, a: Literal, b: Literal) -> Literal:
        """Whether both hold or neither does."""
        return self.choice(a, b, -b)

    def one_of(self, literals: Sequence[Literal]) -> None:
        """Say that exactly one of these holds. Beyond a few, by numbers in binary."""
        self.say(*literals)
        if len(literals) <= 5:
            for i, a in enumerate(literals):
                for b in literals[i + 1 :]:
                    self.say(-a, -b)
            return
        bits = [self.new() for _ in range((len(literals) - 1).bit_length())]
        for number, literal in enumerate(literals):
            for place, bit in enumerate(bits):
                self.say(-literal, bit if number >> place & 1 else -bit)
