"""Runs whose order is known in part: a search for an order of the observations, within what is known, that the model explains.

A node of the search is a candidate and a set of observations made so far that is closed under what must come before. It is kept as the
length of the prefix that is made whole, and a bit for each later one. The order of the log is tried first, depth first, so a run that
was written down about in order is explained at once; where the log tells of one agent after another, all go on side by side instead. That no
order exists takes all nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from graphlib import TopologicalSorter
from typing import TypeAlias, final

from msgspec import Struct
from msgspec.structs import replace

from checker.conformance.automaton import Label
from checker.conformance.beliefs import Beliefs, CannotTell
from checker.conformance.explain import Explained, Taken
from checker.conformance.seen import Seen, StepSeen
from checker.semantics.interpreter import State

ORDERS = 500_000  # nodes that a search may visit

Made: TypeAlias = tuple[int, int]  # the length of the prefix that is made, and a mask of what is made beyond it
Node: TypeAlias = tuple[int, Made]
Reached: TypeAlias = tuple[Node, tuple[int, ...]]  # and what may be made next


@final
class PartialOrder(Struct, frozen=True, kw_only=True):
    """`before[i]`: the observations that come before observation i, at least those that come directly before it. `joined`: those that come
    after the one before them in `seen`, with no other between; what comes after such a group waits for its last."""

    seen: tuple[Seen, ...]
    before: tuple[frozenset[int], ...]
    joined: frozenset[int] = frozenset()


@final
class Blocked(Struct, frozen=True, kw_only=True):
    """How far every order gets: `explained` observations at most. `next`: those that could come then, and that nothing explains there
    (places in the order of the log, from 0); `allowed`: the steps that could have been observed instead. `states`: those that this was
    looked for in; `fails`: the next observation could happen there, as an error of the protocol."""

    explained: int
    next: tuple[int, ...]
    allowed: tuple[Label, ...]
    states: tuple[State, ...]
    fails: str | None


@final
class Ordered(Struct, frozen=True, kw_only=True):
    """`order`: the observations in an order that the model explains, as far as any goes. `blocked` None: all are explained."""

    order: tuple[int, ...]
    path: Explained
    blocked: Blocked | None
    nodes: int


def explain_in_some_order(beliefs: Beliefs, known: PartialOrder, *, most: int = ORDERS, within: Made | None = None) -> Ordered:
    """An order that the model explains, or that there is none; `within`: of these observations alone, which no other comes before. Raises
    CannotTell after `most` nodes."""
    return _Search(beliefs, known, most, within).run()


def explain_as_far(beliefs: Beliefs, known: PartialOrder, *, most: int, within: Made) -> Explained:
    """A path that explains these observations, of which it is known that there is one, or as many of them as `most` nodes do. Raises CannotTell where
    the time is over."""
    search = _Search(beliefs, known, most, within)
    try:
        found = search.run()
    except CannotTell as limit:
        if limit.limit != "orders" or search.best is None:
            raise
        found = search.ordered(search.best, None)
        return replace(found.path, only=len(found.order))
    assert found.blocked is None, "sets hold what no behaviour explains"
    return found.path


@final
class _Search:
    def __init__(self, beliefs: Beliefs, known: PartialOrder, most: int, within: Made | None) -> None:
        self.beliefs = beliefs
        self.known, self.seen = known, known.seen
        self.most, self.within = most, within
        self.whole = len(known.seen) if within is None else count_made(within)
        self.then = followers(known)
        self.joined = known.joined
        self.rank = _rank(known)
        self.came: dict[Node, tuple[Node, int | None] | None] = {}
        self.best: Node | None = None  # with the most observations

    def run(self) -> Ordered:
        first = tuple(sorted(self._wanted(first_of(self.known)), key=self.rank.__getitem__))
        farthest, left = -1, first
        ways = [self._begin(first)]  # of each node on the way, what is still to be tried after it
        while ways:
            reached = next(ways[-1], None)
            if reached is None:
                ways.pop()
                continue
            node, enabled = reached
            count = count_made(node[1])
            if count > farthest:
                farthest, self.best, left = count, node, enabled
            if count == self.whole:
                return self.ordered(node, None)
            ways.append(self._after(node, enabled))
        assert self.best is not None
        return self.ordered(self.best, self._blocked(self.best[1], self._next(left)))

    def _begin(self, enabled: tuple[int, ...]) -> Iterator[Reached]:
        for state in self.beliefs.automaton.initial():  # one after another: there can be very many
            node = self.beliefs.candidate(state, ()), (0, 0)
            if self._is_new(node, None):
                yield node, enabled

    def _after(self, node: Node, enabled: tuple[int, ...]) -> Iterator[Reached]:
        """Observations in the order of their ranks, hidden steps last."""
        candidate, made = node
        for event in self._next(enabled):
            after: Made | None = None
            for target in self.beliefs.follow(candidate, self.seen[event]):
                if after is None:
                    after = with_made(made, event)
                    rest = self._enabled(enabled, event, after)
                if self._is_new((target, after), (node, event)):
                    yield (target, after), rest
        for target in self.beliefs.unseen(candidate):
            if self._is_new((target, made), (node, None)):
                yield (target, made), enabled

    def _is_new(self, node: Node, parent: tuple[Node, int | None] | None) -> bool:
        if node in self.came:
            return False
        if len(self.came) >= self.most:
            raise CannotTell("orders", f"more than {self.most:,} ways to explain the events were looked at")
        if len(self.came) % 1024 == 0:
            self.beliefs.look()
        self.came[node] = parent
        return True

    def _enabled(self, enabled: tuple[int, ...], event: int, after: Made) -> tuple[int, ...]:
        """What may come next once `event` is made too."""
        rest = [other for other in enabled if other != event]
        freed = self._wanted([event + 1] if event + 1 in self.joined else freed_by(self.known, self.then, event, after))
        return tuple(sorted([*rest, *freed], key=self.rank.__getitem__) if freed else rest)

    def _next(self, enabled: tuple[int, ...]) -> tuple[int, ...]:
        return going_on(self.known, enabled)

    def _wanted(self, places: Iterable[int]) -> list[int]:
        return [place for place in places if self.within is None or is_made(place, self.within)]

    def _blocked(self, made: Made, enabled: tuple[int, ...]) -> Blocked:
        automaton = self.beliefs.automaton
        found: dict[Label, None] = {}
        fails: str | None = None
        candidates = sorted({c for c, m in self.came if m == made})
        for candidate in candidates:
            found.update(dict.fromkeys(automaton.labels[label] for label in self.beliefs.visible_from(candidate)))
            for seen in (self.seen[event] for event in enabled):
                if fails is None and isinstance(seen, StepSeen):
                    fails = self.beliefs.failure(candidate, seen)
        states = dict.fromkeys(automaton.state(self.beliefs.state_of(candidate)) for candidate in candidates)
        return Blocked(explained=count_made(made), next=enabled, allowed=tuple(found), states=tuple(states), fails=fails)

    def ordered(self, node: Node, blocked: Blocked | None) -> Ordered:
        taken: list[Taken] = []
        order: list[int] = []
        while (step := self.came[node]) is not None:
            parent, event = step
            if event is not None:
                order.append(event)
            index = self._index(parent[0], node[0], event)
            if index is not None:
                number = None if event is None else event + 1
                taken.append(Taken(before=self._state(parent), index=index, after=self._state(node), number=number))
            node = parent
        path = Explained(start=self._state(node), taken=tuple(reversed(taken)), first=1)
        return Ordered(order=tuple(reversed(order)), path=path, blocked=blocked, nodes=len(self.came))

    def _index(self, before: int, after: int, event: int | None) -> int | None:
        """The place of the transition between two candidates; None where the observation is no step."""
        seen = None if event is None else self.seen[event]
        if event is None:
            move = next(move for move, target in self.beliefs.unseen_moves(before) if target == after)
        elif isinstance(seen, StepSeen):
            move = next(self.beliefs.step_moves(before, seen, after))
        else:
            return None
        return self.beliefs.index(before, move)

    def _state(self, node: Node) -> tuple[object, ...]:
        return self.beliefs.automaton.state(self.beliefs.state_of(node[0]))


def _rank(known: PartialOrder) -> Sequence[int]:
    """By what observations are tried: their places; or how many come before each in a row, where most follow the one before them in the log."""
    following = sum(place - 1 in before for place, before in enumerate(known.before))
    if 2 * following <= len(known.seen):
        return range(len(known.seen))
    rank = [0] * len(known.seen)
    for place in TopologicalSorter(dict(enumerate(known.before))).static_order():
        rank[place] = 1 + max((rank[earlier] for earlier in known.before[place]), default=0)
    return rank


def followers(known: PartialOrder) -> list[list[int]]:
    """Of each observation, those that come directly after it."""
    then: list[list[int]] = [[] for _ in known.seen]
    for place, before in enumerate(known.before):
        for earlier in before:
            then[earlier].append(place)
    return then


def first_of(known: PartialOrder) -> list[int]:
    """The observations that none comes before."""
    return [place for place, before in enumerate(known.before) if not before]


def freed_by(known: PartialOrder, then: Sequence[Sequence[int]], event: int, after: Made) -> list[int]:
    """What may come once `event` is made, as the last of those before it."""
    return [other for other in then[event] if all(is_made(earlier, after) for earlier in known.before[other])]


def going_on(known: PartialOrder, enabled: tuple[int, ...]) -> tuple[int, ...]:
    """Of these, what may come now: a group that has begun goes on."""
    return tuple(event for event in enabled if event in known.joined) or enabled


def count_made(made: Made) -> int:
    return made[0] + made[1].bit_count()


def is_made(event: int, made: Made) -> bool:
    base, mask = made
    return event < base or bool(mask >> (event - base) & 1)


def with_made(made: Made, event: int) -> Made:
    base, mask = made
    mask |= 1 << (event - base)
    while mask & 1:
        base, mask = base + 1, mask >> 1
    return base, mask
