"""The automaton of a formula accepts the words that satisfy it, by the definition of each operator, on words that come back to themselves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model.formula import (
    FALSE,
    TRUE,
    And,
    Formula,
    Literal,
    Next,
    Or,
    Release,
    Until,
    both,
    either,
    negated,
    next_,
    release,
    shown,
    until,
)
from checker.properties.ltl.automaton import Automaton, TooLarge, automaton_of
from checker.properties.ltl.words import holds_on
from tests.properties.formulas import accepts, formulas

P, Q = Literal(0), Literal(1)
CONDITIONS = 3


@st.composite
def words(draw: st.DrawFn) -> tuple[list[int], int]:
    letters = draw(st.lists(st.integers(0, 2**CONDITIONS - 1), min_size=1, max_size=7))
    return letters, draw(st.integers(0, len(letters) - 1))


@given(formulas(CONDITIONS), st.lists(words(), min_size=10, max_size=30))
@settings(max_examples=400, deadline=None)
def test_automata_accept_the_words_that_satisfy(formula: Formula, drawn: list[tuple[list[int], int]]) -> None:
    automaton, contrary = automaton_of(formula), automaton_of(negated(formula))
    for letters, cycle in drawn:
        holds = holds_on(formula, letters, cycle)
        assert accepts(automaton, letters, cycle) == holds
        assert accepts(contrary, letters, cycle) != holds


@given(formulas(CONDITIONS), st.integers(0, 2**CONDITIONS - 1))
@settings(max_examples=300, deadline=None)
def test_what_is_accepted_for_ever(formula: Formula, letter: int) -> None:
    assert automaton_of(formula).accepts_for_ever(0, letter) == holds_on(formula, [letter], 0)


@given(formulas(CONDITIONS), words())
@settings(max_examples=300)
def test_negation(formula: Formula, word: tuple[list[int], int]) -> None:
    assert holds_on(negated(formula), *word) != holds_on(formula, *word)
    assert negated(negated(formula)) == formula


@given(formulas(CONDITIONS), formulas(CONDITIONS), words())
@settings(max_examples=400)
def test_what_is_made_simpler_says_the_same(left: Formula, right: Formula, word: tuple[list[int], int]) -> None:
    pairs = [
        (until(left, right), Until(left, right)),
        (until(left, until(left, right)), Until(left, Until(left, right))),
        (release(left, right), Release(left, right)),
        (release(left, release(left, right)), Release(left, Release(left, right))),
        (both(left, right), And(left, right)),
        (either(left, right), Or(left, right)),
        (next_(left), Next(left)),
    ]
    for simple, whole in pairs:
        assert holds_on(simple, *word) == holds_on(whole, *word)


@pytest.mark.parametrize(
    ("formula", "letters", "cycle", "holds"),
    [
        (until(P, Q), [1, 1, 2, 0], 3, True),
        (until(P, Q), [1, 0, 2, 0], 3, False),
        (until(P, Q), [1], 0, False),  # it must come
        (release(Q, P), [1], 0, True),  # it need not
        (release(Q, P), [1, 3, 0], 2, True),
        (release(Q, P), [1, 2, 0], 2, False),
        (next_(P), [0, 1], 0, True),
        (next_(P), [0], 0, False),
        (next_(P), [1], 0, True),  # the last state of a run that ends goes on for ever
        (release(FALSE, until(TRUE, P)), [1, 0, 0, 1, 0], 1, True),
        (release(FALSE, until(TRUE, P)), [1, 0, 0, 1, 0], 4, False),
        (until(TRUE, release(FALSE, P)), [0, 0, 1], 2, True),
        (until(TRUE, release(FALSE, P)), [0, 1, 0], 1, False),
    ],
)
def test_words_by_hand(formula: Formula, letters: list[int], cycle: int, holds: bool) -> None:
    assert holds_on(formula, letters, cycle) == holds
    assert accepts(automaton_of(formula), letters, cycle) == holds


def size(automaton: Automaton) -> tuple[int, int]:
    return len(automaton.moves), sum(map(len, automaton.moves))


@pytest.mark.parametrize(
    ("formula", "states", "moves"),
    [
        (until(TRUE, P), 2, 3),
        (release(FALSE, P), 1, 1),
        (release(FALSE, until(TRUE, P)), 1, 2),
        (until(TRUE, release(FALSE, P)), 2, 3),
        (both(release(FALSE, until(TRUE, P)), release(FALSE, until(TRUE, Q))), 1, 4),
    ],
    ids=lambda value: shown(value) if not isinstance(value, int) else str(value),
)
def test_automata_are_small(formula: Formula, states: int, moves: int) -> None:
    assert size(automaton_of(formula)) == (states, moves)


def test_a_formula_too_large_is_refused() -> None:
    found: Formula = TRUE
    for number in range(14):
        found = both(found, Or(next_(Until(TRUE, Literal(2 * number))), next_(Until(TRUE, Literal(2 * number + 1)))))
    with pytest.raises(TooLarge, match="more than 2,000 moves"):
        automaton_of(found)
