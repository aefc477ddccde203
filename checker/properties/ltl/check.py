"""`ltl F` and `eventually always P`: every fair run satisfies a formula.

A run violates it that an automaton of the negation accepts. A conjunction, `always` of one too, is checked part by part: a run violates it
that violates a part, and the automata of the parts are small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.model.expr import Expr
from checker.model.formula import FALSE, TRUE, And, Formula, Literal, Release, conditions_of, negated, release, until
from checker.model.model import Goal
from checker.properties.fairness import fairness_text
from checker.properties.finding import Finding, Path
from checker.properties.lasso import require_fair
from checker.properties.ltl.accepted import Accepted
from checker.properties.ltl.automaton import TooLarge, automaton_of
from checker.properties.ltl.words import holds_on
from checker.properties.predicates import NO_VALUE, of_states
from checker.properties.predicates import TRUE as IS_TRUE
from checker.properties.search import Search, no_value
from checker.properties.why import formula_why


def check_ltl(search: Search, goal: Goal) -> Finding:
    """Violated by a fair run that does not satisfy the formula."""
    assert goal.formula is not None, "an ltl goal has a formula"
    return _check(search, goal, goal.formula)


def check_eventually_always(search: Search, goal: Goal) -> Finding:
    """Violated by a fair run in which P is false again and again, or in the state where it ends."""
    return _check(search, goal, until(TRUE, release(FALSE, Literal(0))))


def _check(search: Search, goal: Goal, formula: Formula) -> Finding:
    assumed = fairness_text(search.model)
    try:
        for part in conjuncts(formula):
            run = violating_run(search, goal.conditions, part)
            if run is not None:
                why = formula_why(search, goal, sorted(conditions_of(part)), run.path, decided=run.decided)
                return Finding(verdict="violated", path=run.path, shown=True, why=why, fairness=assumed)
    except TooLarge as reason:
        return Finding(verdict="unknown", reason=str(reason))
    asked = [search.truths(condition) for condition in goal.conditions]
    return no_value(search, *asked) or Finding(verdict="holds", fairness=assumed)


def conjuncts(formula: Formula) -> Iterator[Formula]:
    """Formulas that together say the same."""
    match formula:
        case And(left, right):
            yield from conjuncts(left)
            yield from conjuncts(right)
        case Release(left, right) if left == FALSE and isinstance(right, And):
            for part in conjuncts(right):
                yield from conjuncts(release(FALSE, part))
        case _:
            yield formula


def violating_run(search: Search, conditions: Sequence[Expr], formula: Formula) -> Accepted | None:
    """A fair run that does not satisfy the formula. Raises TooLarge."""
    automaton = automaton_of(negated(formula))
    if not any(automaton.moves):
        return None
    spoken_of = sorted(conditions_of(formula))
    run = search.product({number: conditions[number] for number in spoken_of}, automaton).run()
    if run is not None:
        _require_violation(search, conditions, formula, run.path)
    return run


def _require_violation(search: Search, conditions: Sequence[Expr], formula: Formula, path: Path) -> None:
    """By the definition of the operators, with the values that the interpreter has in the states of the path."""
    states = [search.graph.states[number] for number in search.path_states(path)]
    if path.cycle is not None:
        states.pop()  # it is the first one of the cycle
    letters = [0] * len(states)
    for number in conditions_of(formula):
        for place, value in enumerate(of_states(conditions[number], states).values):
            assert value != NO_VALUE, "a condition has no value on the run"
            letters[place] |= (value == IS_TRUE) << number
    if path.cycle is not None:
        require_fair(search, path)
    cycle = path.cycle if path.cycle is not None else len(letters) - 1
    assert not holds_on(formula, letters, cycle), "the run satisfies the formula"
