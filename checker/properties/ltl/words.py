"""What a formula says of one endless word that comes back to itself: the definition of each operator, place by place.

It knows nothing of automata: every counterexample is judged by it before it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.model.formula import And, Formula, Literal, Next, Or, Release, Truth, Until


def holds_on(formula: Formula, letters: Sequence[int], cycle: int) -> bool:
    """Whether it holds on the word `letters[0], letters[1], ...`, whose last letter is followed by `letters[cycle]`.

    A letter is a mask: bit i says that condition i is true there.
    """
    assert 0 <= cycle < len(letters), "the word comes back to one of its places"
    return _truths(formula, letters, cycle)[0]


def _truths(formula: Formula, letters: Sequence[int], cycle: int) -> list[bool]:
    """Of each place whether the formula holds of the word from there on."""
    match formula:
        case Truth(value):
            return [value] * len(letters)
        case Literal(condition, positive):
            return [bool(letter >> condition & 1) == positive for letter in letters]
        case And(left, right):
            return [a and b for a, b in zip(_truths(left, letters, cycle), _truths(right, letters, cycle), strict=True)]
        case Or(left, right):
            return [a or b for a, b in zip(_truths(left, letters, cycle), _truths(right, letters, cycle), strict=True)]
        case Next(of):
            inner = _truths(of, letters, cycle)
            return [*inner[1:], inner[cycle]]
        case Until(left, right):
            return _fixed_point(_truths(left, letters, cycle), _truths(right, letters, cycle), cycle, least=True)
        case Release(left, right):
            return _fixed_point(_truths(left, letters, cycle), _truths(right, letters, cycle), cycle, least=False)


def _fixed_point(left: list[bool], right: list[bool], cycle: int, *, least: bool) -> list[bool]:
    """The least solution of u = right or (left and next u), or the greatest of r = right and (left or next r)."""
    found = [not least] * len(left)
    for _ in range(2):  # the second time round the cycle, what is after its end is known
        after = found[cycle]
        for place in reversed(range(len(left))):
            now = right[place] or (left[place] and after) if least else right[place] and (left[place] or after)
            found[place] = after = now
    return found
