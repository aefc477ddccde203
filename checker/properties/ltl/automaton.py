"""Formulas as automata: a word satisfies the formula if and only if some run of the automaton over it is accepted.

The automata are generalised Büchi automata that accept by moves: each set of moves must be taken again and again. They are made by the tableau of
Gerth, Peled, Vardi and Wolper (PSTV 1995) in the form of Couvreur (FM 1999): a state is a set of formulas that the rest of the word
must satisfy; a move reads a letter, and where it puts the right side of an `until` off, it is not in the set of that `until`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from checker.model.formula import And, Formula, Literal, Next, Or, Release, Truth, Until
from checker.semantics.domains import watch

MOST_STATES = 1_000
MOST_MOVES = 2_000  # out of one state, before those are left out that others make needless
MOST_WAYS = 20_000  # that are looked at for them

Obligations = frozenset[Formula]


class TooLarge(Exception):
    """The automaton of the formula would have more states or moves than can be handled."""


class Move(Struct, frozen=True):
    """May be taken on a letter that has all bits of `true` and none of `false`; `sets` is the mask of the sets that it is in."""

    true: int
    false: int
    target: int
    sets: int


class Automaton:
    """`moves[q]` are the moves out of state q, 0 is the initial state. Accepted: a run that takes moves of each of the sets again and again.

    `sets` is the mask of all of them. `everything`: a state from which every word is accepted, or -1.
    """

    def __init__(self, moves: Sequence[Sequence[Move]], sets: int) -> None:
        self.moves = [tuple(found) for found in moves]
        self.sets = sets
        every = (q for q, found in enumerate(self.moves) if Move(0, 0, q, sets) in found)
        self.everything = next(every, -1)
        self._after: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {}
        self._rests: dict[tuple[int, int], bool] = {}

    def after(self, state: int, letter: int) -> tuple[tuple[int, int], ...]:
        """(state, mask of sets) for each move that can be taken on the letter; of two to one state that in more sets is enough."""
        known = self._after.get((state, letter))
        if known is None:
            found = {(m.target, m.sets) for m in self.moves[state] if letter & m.true == m.true and not letter & m.false}
            best = {(t, s) for t, s in found if not any(u == t and s != r and s & r == s for u, r in found)}
            known = self._after[state, letter] = tuple(sorted(best))
        return known

    def decided(self, state: int, letter: int) -> bool:
        """Whether every word that begins with the letter is accepted from the state."""
        return self.everything >= 0 and (
            state == self.everything or any(t == self.everything for t, _ in self.after(state, letter))
        )

    def accepts_for_ever(self, state: int, letter: int) -> bool:
        """Whether the word that is this letter for ever is accepted from the state."""
        known = self._rests.get((state, letter))
        if known is None:
            moves = {q: self.after(q, letter) for q in self._reached(state, letter)}
            known = self._rests[state, letter] = any(self._goes_round(q, moves) for q in moves)
        return known

    def _reached(self, state: int, letter: int) -> list[int]:
        found = [state]
        for q in found:
            found += [t for t in dict.fromkeys(t for t, _ in self.after(q, letter)) if t not in found]
        return found

    def _goes_round(self, start: int, moves: dict[int, tuple[tuple[int, int], ...]]) -> bool:
        """Whether a cycle through `start` takes moves of all sets: pairs of a state and what was taken on the way there."""
        seen = {(start, 0)}
        waiting = [(start, 0)]
        while waiting:
            state, taken = waiting.pop()
            for target, sets in moves[state]:
                pair = (target, taken | sets)
                if pair == (start, self.sets):
                    return True
                if pair not in seen:
                    seen.add(pair)
                    waiting.append(pair)
        return False


def automaton_of(formula: Formula) -> Automaton:
    """The automaton of the words that satisfy `formula`. Raises TooLarge."""
    untils = list(dict.fromkeys(part for part in _parts(formula) if isinstance(part, Until)))
    everything = (1 << len(untils)) - 1
    numbers: dict[Obligations, int] = {frozenset([formula]): 0}
    moves: list[list[Move]] = []
    waiting = list(numbers)
    for obligations in waiting:
        watch()
        found = _without_needless(list(_expanded(obligations)))
        for ways in found:
            if ways.later not in numbers:
                numbers[ways.later] = len(numbers)
                waiting.append(ways.later)
                if len(numbers) > MOST_STATES:
                    raise TooLarge(f"its automaton has more than {MOST_STATES:,} states")
        moves.append(
            [
                Move(w.true, w.false, numbers[w.later], everything & ~sum(1 << i for i, u in enumerate(untils) if u in w.put_off))
                for w in found
            ]
        )
    return Automaton(*_merged(moves, everything))


def _parts(formula: Formula) -> Iterator[Formula]:
    """The formula and all within it."""
    yield formula
    match formula:
        case Next(of):
            yield from _parts(of)
        case And(left, right) | Or(left, right) | Until(left, right) | Release(left, right):
            yield from _parts(left)
            yield from _parts(right)


class _Way(Struct, frozen=True):
    """One way to satisfy obligations: what must be true and false now, what the rest of the word must satisfy, and which untils are put off."""

    true: int
    false: int
    later: Obligations
    put_off: Obligations

    def makes_needless(self, other: _Way) -> bool:
        return (
            self.true & other.true == self.true
            and self.false & other.false == self.false
            and self.later <= other.later
            and self.put_off <= other.put_off
        )


def _expanded(obligations: Obligations) -> Iterator[_Way]:
    """Every way to satisfy the obligations. Raises TooLarge."""
    nothing: Obligations = frozenset()
    waiting = [(list(obligations), _Way(0, 0, nothing, nothing), nothing)]
    found = looked = 0
    while waiting:
        looked += 1
        if found > MOST_MOVES or looked > MOST_WAYS:
            raise TooLarge(f"a state of its automaton has more than {MOST_MOVES:,} moves")
        todo, way, done = waiting.pop()
        while todo:
            formula = todo.pop()
            if formula in done:
                continue
            done |= {formula}
            true, false, later, put_off = way.true, way.false, way.later, way.put_off
            match formula:
                case Truth(value):
                    if not value:
                        break
                case Literal(condition, positive):
                    way = _Way(true | positive << condition, false | (not positive) << condition, later, put_off)
                    if way.true & way.false:
                        break
                case And(left, right):
                    todo += [left, right]
                case Or(left, right):
                    waiting.append(([*todo, right], way, done))
                    todo.append(left)
                case Next(of):
                    way = _Way(true, false, later | {of}, put_off)
                case Until(left, right):
                    waiting.append(([*todo, left], _Way(true, false, later | {formula}, put_off | {formula}), done))
                    todo.append(right)
                case Release(left, right):
                    waiting.append(([*todo, right], _Way(true, false, later | {formula}, put_off), done))
                    todo += [left, right]
        else:
            found += 1
            yield way


def _without_needless(ways: list[_Way]) -> list[_Way]:
    """Without the ways that ask for more than another one."""
    kept: list[_Way] = []
    for way in dict.fromkeys(ways):
        if not any(other.makes_needless(way) for other in kept):
            kept = [other for other in kept if not way.makes_needless(other)]
            kept.append(way)
    return kept


def _merged(moves: list[list[Move]], sets: int) -> tuple[list[list[Move]], int]:
    """States with the same moves are one, again and again."""
    while True:
        kinds: dict[frozenset[Move], int] = {}
        new = [kinds.setdefault(frozenset(found), len(kinds)) for found in moves]
        if len(kinds) == len(moves):
            return moves, sets
        moves = [[Move(m.true, m.false, new[m.target], m.sets) for m in sorted(kind, key=_order)] for kind in kinds]
        moves = [list(dict.fromkeys(found)) for found in moves]


def _order(move: Move) -> tuple[int, int, int, int]:
    return move.target, move.true, move.false, move.sets
