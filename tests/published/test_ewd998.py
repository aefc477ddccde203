"""Safra's detection of termination (EWD 998), for whose sizes here no numbers are published: they are those of a search written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TypeVar

import pytest

from checker import api
from tests.published.test_published import counted, spec_of

T = TypeVar("T")
Ring = tuple[tuple[bool, ...], tuple[bool, ...], tuple[int, ...], tuple[int, ...], int, int, bool]  # black is true


def changed(values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place + 1 :])


def following(ring: Ring, most: int) -> Iterator[Ring]:
    active, black, counter, pending, pos, total, token = ring
    if pos == 0 and (token or black[0] or counter[0] + total > 0):
        yield active, changed(black, 0, False), counter, pending, len(active) - 1, 0, False
    if pos > 0 and not active[pos] and total + counter[pos] <= 3 * most:
        yield active, changed(black, pos, False), counter, pending, pos - 1, total + counter[pos], token or black[pos]
    for node, others in ((n, [o for o in range(len(active)) if o != n]) for n in range(len(active))):
        if active[node]:
            yield changed(active, node, False), black, counter, pending, pos, total, token
        for other in others if active[node] and counter[node] < most else ():
            if pending[other] < most:
                sent, waiting = changed(counter, node, counter[node] + 1), changed(pending, other, pending[other] + 1)
                yield active, black, sent, waiting, pos, total, token
        if pending[node]:
            got, left = changed(counter, node, counter[node] - 1), changed(pending, node, pending[node] - 1)
            yield changed(active, node, True), changed(black, node, True), got, left, pos, total, token


def by_hand(nodes: int, most: int) -> tuple[int, int]:
    """States and transitions."""
    each, zeros = list(product((False, True), repeat=nodes)), (0,) * nodes
    waiting: list[Ring] = [(a, b, zeros, zeros, pos, 0, True) for a in each for b in each for pos in range(nodes)]
    seen, transitions = set(waiting), 0
    while waiting:
        for after in following(waiting.pop(), most):
            transitions += 1
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return len(seen), transitions


@pytest.mark.parametrize(("instance", "nodes", "most"), [("two", 2, 3), ("three", 3, 1)])
def test_both_count_the_same(instance: str, nodes: int, most: int) -> None:
    assert counted(api.check(spec_of("ewd998"), instances=[instance], engine="native")) == {by_hand(nodes, most)}
