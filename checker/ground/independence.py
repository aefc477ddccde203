"""Which outcomes of steps depend on each other, and which may make one possible: what partial-order reduction rests on.

Two depend on each other where they are not known to accord (`checker.ground.accord`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence, Set
from functools import cache
from math import isqrt
from random import Random

from msgspec import Struct

from checker.ground.accord import Candidate, Lengths, accord, candidate, conjuncts, meet
from checker.ground.cases import UNDECIDED, fields_of
from checker.ground.graph import Node
from checker.ground.possible import possible
from checker.ground.program import GroundModel, GroundOutcome, cell_types

MOST_OUTCOMES = 2048  # a matrix of so many has 512 KiB
MOST_CASES = 200_000  # all questions together: some seconds
MOST_CASES_OF_A_PAIR = 3_000  # next to no pair that accords takes so many to tell
PAIRS_TO_JUDGE = 60  # drawn from those that meet, faults aside: where half of them do not accord, the others are not looked at
CLEAR = 8  # nor where so many more do not accord than do: of those that do, chance does that once in thousands
WORK_OF_AN_OUTCOME, WORK_OF_A_PAIR, WORK_OF_A_MEETING = 50_000, 15_000, 2_000  # nanoseconds, as those of `Fields.work`
FEW_MEET = 5  # but all are looked at where not even one pair of so many meets


class Independence(Struct, frozen=True, kw_only=True):
    """Of the `outcomes` that may happen at all. Sets of them are numbers: bit i is outcome i.

    `conflicts[i]`: those that do not accord with outcome i, i left out. `conditions`: nodes whose conjunctions are the guards; outcome i is
    enabled where all of `needs[i]` (places in `conditions`) are 1, and `enablers[c]` are the outcomes that may turn condition c from 0 to 1.
    `invisible`: those that change nothing that a predicate on states looks at.
    """

    outcomes: tuple[GroundOutcome, ...]
    conflicts: tuple[int, ...]
    conditions: tuple[Node, ...]
    needs: tuple[tuple[int, ...], ...]
    enablers: tuple[int, ...]
    invisible: int


Comparing = Generator[int, None, "Independence | str"]  # each step yields the work that is done so far


def independence(ground: GroundModel, watched: Iterable[Node]) -> Independence | str:
    """The relations between the outcomes of a model without symmetry, or why there is no use in them.

    `watched`: the predicates on states that are looked at.
    """
    steps = comparing(ground, watched)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Independence | str = end.value
            return found


def comparing(ground: GroundModel, watched: Iterable[Node]) -> Comparing:
    """`independence`, step by step: who asks for the next step may stop or do something else between two of them."""
    assert not ground.symmetric, "a representative depends on the whole state"
    fields = fields_of(ground.graph, list(cell_types(ground.model)), cases=MOST_CASES)
    outcomes, fields.fixed = possible(ground, fields)
    fields.work += len(ground.outcomes) * WORK_OF_AN_OUTCOME
    yield fields.work
    if len(outcomes) > MOST_OUTCOMES:
        return "it has too many steps"
    comparison = _Comparison(Lengths(fields), outcomes)
    faults = {i for i, outcome in enumerate(outcomes) if ground.model.steps[outcome.step].fault is not None}
    if (yield from _in_vain(comparison, faults)):
        return "most of its steps depend on each other"
    seen = 0
    for node in watched:
        seen |= fields.mask(node)
    candidates = [comparison.candidate(i) for i in range(len(outcomes))]
    yield fields.work
    needs = [conjuncts(ground.graph, one.outcome.enabled) for one in candidates]
    conditions = list(dict.fromkeys(node for nodes in needs for node in nodes))
    place = {node: number for number, node in enumerate(conditions)}
    conflicts = yield from comparison.conflicts()
    enablers: list[int] = []
    for node in conditions:
        enablers.append(_enablers(comparison.lengths, candidates, node))
        yield fields.work
    return Independence(
        outcomes=tuple(one.outcome for one in candidates),
        conflicts=conflicts,
        conditions=tuple(conditions),
        needs=tuple(tuple(place[node] for node in nodes) for nodes in needs),
        enablers=tuple(enablers),
        invisible=sum(1 << number for number, one in enumerate(candidates) if not one.writes & seen),
    )


class _Comparison:
    """The outcomes of a model, compared where that is asked for."""

    def __init__(self, lengths: Lengths, outcomes: Sequence[GroundOutcome]) -> None:
        self.lengths = lengths
        self.outcomes = outcomes
        self.candidate = cache(lambda i: candidate(lengths.fields, outcomes[i]))
        self.accord = cache(self._accord)

    def _accord(self, i: int, j: int) -> bool:
        """False, too, where it takes too many cases to tell."""
        fields, one, other = self.lengths.fields, self.candidate(i), self.candidate(j)
        fields.work += WORK_OF_A_PAIR
        later = max(0, fields.left - MOST_CASES_OF_A_PAIR)
        fields.left -= later
        try:
            return accord(self.lengths, one, other)
        finally:
            fields.left += later

    def meet(self, i: int, j: int) -> bool:
        return meet(self.lengths.fields.graph, self.candidate(i), self.candidate(j))

    def conflicts(self) -> Generator[int, None, tuple[int, ...]]:
        """For each outcome, those that do not accord with it."""
        fields = self.lengths.fields
        rows = [0] * len(self.outcomes)
        for i in range(len(rows)):
            fields.work += i * WORK_OF_A_MEETING
            yield fields.work
            for j in range(i):
                if not self.meet(i, j):
                    continue
                if not self.accord(i, j):
                    rows[i] |= 1 << j
                    rows[j] |= 1 << i
                yield fields.work
        return tuple(rows)


def _in_vain(comparison: _Comparison, faults: Set[int]) -> Generator[int, None, bool]:
    """Whether so many pairs do not accord that reduction would leave out next to nothing. Faults share a budget, which tells nothing."""
    found, drawn = {False: 0, True: 0}, 0
    for i, j in _drawn(len(comparison.outcomes)):
        if i in faults or j in faults:
            continue
        drawn += 1
        if not comparison.meet(i, j):
            continue
        found[comparison.accord(i, j)] += 1
        yield comparison.lengths.fields.work
        enough = found[False] > PAIRS_TO_JUDGE // 2 or found[False] >= found[True] + CLEAR
        if enough and FEW_MEET * sum(found.values()) >= drawn:
            return True
        if found[False] + found[True] == PAIRS_TO_JUDGE:
            return False
    return False


def _drawn(n: int) -> Iterator[tuple[int, int]]:
    """The pairs i > j of n, in an order of chance that is the same every time."""
    pairs = n * (n - 1) // 2
    for number in Random(0).sample(range(pairs), pairs):
        i = (isqrt(8 * number + 1) + 1) // 2
        yield i, number - i * (i - 1) // 2


# --- what enables -------------------------------------------------------------------------------------------------------


def _enablers(lengths: Lengths, candidates: Sequence[Candidate], condition: Node) -> int:
    found, read = 0, lengths.fields.mask(condition)
    for number, one in enumerate(candidates):
        if one.writes & read and _may_turn(lengths, one, condition):
            found |= 1 << number
    return found


def _may_turn(lengths: Lengths, one: Candidate, condition: Node) -> bool:
    """Whether the outcome may turn the condition from 0 to 1."""
    fields, graph = lengths.fields, lengths.fields.graph
    try:
        after = one.after(condition)
        for at in lengths.of(one.writes & fields.mask(condition)):
            before, then = at(condition), at(after)
            never = graph.both(at(one.outcome.enabled), graph.both(then, graph.negate(before)))
            if before != then and graph.value(never) != 0:
                return True
    except UNDECIDED:
        return True
    return False
