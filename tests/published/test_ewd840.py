"""Why TLC generates more states of the detection of termination (EWD 840) than we have transitions and initial states.

TLC goes through a disjunction in the guard of an action as through several actions: a step whose guard holds for two reasons is generated twice
(tlaplus/tlaplus 1168). We count a step once for each of its outcomes. A search written by hand counts both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from checker import api
from tests.published.test_ewd998 import changed
from tests.published.test_published import counted

SPEC = "specs/patterns/termination.spec"
Ring = tuple[tuple[bool, ...], tuple[bool, ...], int, bool]  # who works, who is marked, where the token is, whether it is black


def following(ring: Ring) -> Iterator[tuple[Ring, int]]:
    """What each step leads to, and how many reasons there are for taking it: the disjuncts of its guard that hold."""
    active, marked, at, black = ring
    reasons = marked[at] + black + (at > 0 and not active[at])
    if reasons:
        to, token = (len(active) - 1, False) if at == 0 else (at - 1, black or marked[at])
        yield (active, changed(marked, at, False), to, token), reasons
    for waker in (agent for agent, works in enumerate(active) if works):
        yield (changed(active, waker, False), marked, at, black), 1
        for woken in range(len(active)):
            if woken != waker:
                marks = changed(marked, waker, True) if woken > waker else marked
                yield (changed(active, woken, True), marks, at, black), 1


def by_hand(agents: int) -> tuple[int, int, int]:
    """States, transitions, and what TLC generates: the initial states, then a state for each reason."""
    each = list(product((False, True), repeat=agents))
    waiting: list[Ring] = [(active, marked, at, True) for active in each for marked in each for at in range(agents)]
    seen, transitions, generated = set(waiting), 0, len(waiting)
    while waiting:
        for after, reasons in following(waiting.pop()):
            transitions += 1
            generated += reasons
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return len(seen), transitions, generated


@pytest.mark.parametrize(("instance", "agents", "published"), [("three", 3, (302, 2_001)), ("four", 4, (1_566, 15_986))])
def test_a_step_with_two_reasons_is_one_transition_and_two_states_generated(
    instance: str, agents: int, published: tuple[int, int]
) -> None:
    distinct, transitions, generated = by_hand(agents)
    assert (distinct, generated) == published
    assert counted(api.check(SPEC, instances=[instance], properties=["right"], engine="native")) == {(distinct, transitions)}
