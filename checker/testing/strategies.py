"""How a search draws schedules: at random, by priorities (PCT), and by number of deviations from plain order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from checker.testing.choices import CALLBACKS, Deviation, Kind
from checker.testing.chooser import Point, Strategy

PASSED_MOST = 64  # contested turns that the oldest ready work can be passed over, under priorities
RUN_MOST = 24  # contested turns that one lane can win in a row before it gets the lowest priority


class RandomWalk(Strategy):
    """Each answer deviates with a rate that is drawn once for the run: some runs deviate now and then, some nearly always.

    `asked` tells how many questions of each kind a plain run asks, so that a fault strikes any of the calls alike. `late`: the loop may wake
    up late.
    """

    def __init__(self, key: str, asked: Mapping[Kind, int], late: bool = False) -> None:
        self._rng = rng = random.Random(key)
        self._order_rate = rng.choice((0.05, 0.2, 0.5, 1.0))
        self._timer_rate = rng.choice((0.03, 0.1, 0.3))
        self._latency_rate = rng.choice((0.0, 0.2, 0.5, 1.0))
        self._late = random.Random(f"{key}:late")
        self._late_rate = self._late.choice((0.0, 0.25, 1.0)) if late else 0.0
        self._fault_rate = 2 / (asked.get("f", 0) + 1)
        self._cancel_rate = 1 / (asked.get("c", 0) + 1)

    def order(self, number: int, lanes: Sequence[int]) -> int:
        return self._rng.randrange(len(lanes)) if self._rng.random() < self._order_rate else 0

    def timer(self, number: int) -> int:
        return int(self._rng.random() < self._timer_rate)

    def wake(self, number: int, options: int) -> int:
        return self._late.randint(1, options) if self._late.random() < self._late_rate else 0

    def latency(self, number: int, lane: int, low_us: int, plain_us: int, high_us: int) -> int:
        return any_latency(self._rng, low_us, high_us) if self._rng.random() < self._latency_rate else plain_us

    def fault(self, number: int, kinds: Sequence[str]) -> str | None:
        return self._rng.choice(kinds) if self._rng.random() < self._fault_rate else None

    def cancel(self, number: int) -> int:
        return int(self._rng.random() < self._cancel_rate)

    def pick(self, number: int, options: int) -> int:
        return self._rng.randrange(options)


class Uncancelled(RandomWalk):
    """A schedule through which a sweep goes: it cancels nobody itself."""

    def cancel(self, number: int) -> int:
        return 0


class Priorities(RandomWalk):
    """Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010, section 3), made fair.

    Each lane gets a random priority, the ready lane with the highest one runs, and at `depth - 1` random turns the one that runs falls
    below all others. Fairness, without which a loop that polls starves the work it waits for: a lane that wins too often in a row falls
    too, work that was passed over too often runs, and plain callbacks have no lasting priority. Latencies follow the same idea: a
    caller is quick or slow, and at `depth - 1` random calls one changes its pace.
    """

    def __init__(self, key: str, asked: Mapping[Kind, int], depth: int, late: bool = False) -> None:
        super().__init__(key, asked, late)
        rng = self._rng
        self._priority: dict[int, float] = {}
        self._pace: dict[int, float] = {}
        self._falls = {rng.randrange(max(1, asked.get("o", 0))) for _ in range(depth - 1)}
        self._changes = {rng.randrange(max(1, asked.get("l", 0))) for _ in range(depth - 1)}
        self._lowest = 0.0
        self._won = (-1, 0)  # the last lane that ran, and how often in a row
        self._passed = 0  # how often the oldest work was passed over

    def order(self, number: int, lanes: Sequence[int]) -> int:
        best = max(range(len(lanes)), key=lambda i: self._rank(lanes[i]))
        lane = lanes[best]
        self._won = (lane, self._won[1] + 1 if self._won[0] == lane else 1)
        self._passed = self._passed + 1 if best else 0
        if number in self._falls or self._won[1] >= RUN_MOST:
            self._lowest -= 1.0
            self._priority[lane] = self._lowest
            self._won = (-1, 0)
        if self._passed >= PASSED_MOST:
            self._passed = best = 0
        return best

    def latency(self, number: int, lane: int, low_us: int, plain_us: int, high_us: int) -> int:
        if lane not in self._pace or number in self._changes:
            self._pace[lane] = self._rng.random()
        return _scaled(self._pace[lane] * self._rng.uniform(0.9, 1.0), low_us, high_us)

    def _rank(self, lane: int) -> float:
        if lane == CALLBACKS:
            return self._rng.random()
        if lane not in self._priority:
            self._priority[lane] = self._rng.random()
        return self._priority[lane]


def any_latency(rng: random.Random, low_us: int, high_us: int) -> int:
    return _scaled(rng.random(), low_us, high_us)


def _scaled(share: float, low_us: int, high_us: int) -> int:
    """The latency at this share of the way from the lowest to the highest, on a logarithmic scale from 0.1 ms up."""
    floor = max(low_us, min(100, high_us))
    return max(low_us, round(floor * (high_us / floor) ** share)) if high_us else 0


class ByDeviations:
    """Lists of deviations, fewest first: every single one that a plain run could have made, then every pair, and so on.

    A list is extended at choice points behind its last deviation only, so each comes once. Latencies stand for all by a few
    (`chooser.ladder`). Where a level is larger than what is left of the budget, it is gone through in random order.
    """

    def __init__(self, key: str, first: Sequence[Kind]) -> None:
        self._rng = random.Random(key)
        self._first = set(first)  # these kinds are tried before the others
        self._level: Iterator[tuple[Deviation, ...]] = iter([()])
        self._parents: list[tuple[tuple[Deviation, ...], list[Point]]] = []
        self.complete = -1  # all lists of up to so many deviations were given out
        self.exhausted = False  # there is no list of more

    def next(self) -> tuple[Deviation, ...] | None:
        """The next list, or None when there is none."""
        found = next(self._level, None)
        if found is None and not self.exhausted:
            self.complete += 1
            self._level, self._parents = iter(self._children()), []
            found = next(self._level, None)
            self.exhausted = found is None
        return found

    def ran(self, deviations: tuple[Deviation, ...], points: list[Point]) -> None:
        """The points of the run with these deviations."""
        last = deviations[-1] if deviations else None
        start = 0
        if last is not None:
            start = next((i + 1 for i, p in enumerate(points) if (p.kind, p.number) == (last.kind, last.number)), len(points))
        self._parents.append((deviations, points[start:]))

    def _children(self) -> list[tuple[Deviation, ...]]:
        children = [
            (*deviations, Deviation(point.kind, point.number, value))
            for deviations, points in self._parents
            for point in points
            for value in point.others
        ]
        late = [child for child in children if child[-1].kind == "w"]  # last: they explain least
        children = [child for child in children if child[-1].kind != "w"]
        for some in (children, late):
            self._rng.shuffle(some)
        children.sort(key=lambda child: child[-1].kind not in self._first)
        return children + late
