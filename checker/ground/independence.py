"""Which outcomes of steps may change places in a run, and which may make one possible: what partial-order reduction rests on.

Two outcomes **accord** if in every state in which both are enabled neither changes whether the other is enabled, whether it fails and
what the goals see of it, and both orders lead to one state where neither fails. It is decided by cases (`checker.ground.cases`)
over all states that the encoding allows, so a message that is put at the end of a queue accords with one taken from its front. Where that
takes too long, two outcomes that touch the same are taken not to accord.

This is the accordance of strong stubborn sets (Valmari, Stubborn sets for reduced state space generation, 1991), in the state-wise form of
Godefroid's valid dependency relation (Partial-order methods for the verification of concurrent systems, 1996, definition 3.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache, partial
from itertools import product
from math import prod
from random import Random

from msgspec import Struct, field
from msgspec.structs import replace

from checker.ground.cases import UNDECIDED, Fields, State, fields_of
from checker.ground.graph import Graph, Node
from checker.ground.possible import possible
from checker.ground.program import GroundModel, GroundOutcome, cell_types
from checker.ground.substitute import Substitution

MOST_OUTCOMES = 2048  # a matrix of so many has 512 KiB
MOST_CASES = 40_000  # all questions together: a second or two
MOST_LENGTHS = 64  # combinations of lengths that two outcomes are compared at
PAIRS_TO_JUDGE = (
    60  # drawn from those that touch the same, faults aside: where half of them do not accord, the others are not looked at
)


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


Difference = tuple[Node, Node, Node]  # where the first is 1, the others must be equal


class Touched(Struct, frozen=True, kw_only=True):
    """The fields that an outcome reads and writes, as bits."""

    reads: int
    writes: int


def independence(ground: GroundModel, watched: Iterable[Node]) -> Independence | str:
    """The relations between the outcomes of a model without symmetry, or why there is no use in them.

    `watched`: the predicates on states that are looked at.
    """
    assert not ground.symmetric, "a representative depends on the whole state"
    fields = fields_of(ground.graph, list(cell_types(ground.model)), cases=MOST_CASES)
    outcomes, fields.fixed = possible(ground, fields)
    if len(outcomes) > MOST_OUTCOMES:
        return "it has too many steps"
    outcomes = tuple(_never_failing(fields, outcome) for outcome in outcomes)
    touched = [_touched(fields, outcome) for outcome in outcomes]
    seen = 0
    for node in watched:
        seen |= fields.mask(node)
    lengths = Lengths(fields)
    faults = {i for i, outcome in enumerate(outcomes) if ground.model.steps[outcome.step].fault is not None}
    conflicts = _conflicts(lengths, outcomes, touched, faults)
    if conflicts is None:
        return "most of its steps depend on each other"
    needs = [_conjuncts(ground.graph, outcome.enabled) for outcome in outcomes]
    conditions = list(dict.fromkeys(node for nodes in needs for node in nodes))
    place = {node: number for number, node in enumerate(conditions)}
    return Independence(
        outcomes=outcomes,
        conflicts=conflicts,
        conditions=tuple(conditions),
        needs=tuple(tuple(place[node] for node in nodes) for nodes in needs),
        enablers=tuple(_enablers(lengths, outcomes, touched, node) for node in conditions),
        invisible=sum(1 << number for number, own in enumerate(touched) if not own.writes & seen),
    )


def _never_failing(fields: Fields, outcome: GroundOutcome) -> GroundOutcome:
    """The outcome, said not to fail where it does not."""
    if fields.graph.value(outcome.failed) == 0 or not fields.holds(lambda state: not state.number(outcome.failed)):
        return outcome
    return replace(outcome, failed=fields.graph.const(0))


def _looked_at(outcome: GroundOutcome) -> list[Node]:
    """What must be the same whether another outcome came first or not."""
    return [outcome.enabled, outcome.failed, *(n for _, n in outcome.goals), *(n for _, n in outcome.undefined)]


def _touched(fields: Fields, outcome: GroundOutcome) -> Touched:
    reads = writes = 0
    for node in _looked_at(outcome):
        reads |= fields.mask(node)
    for number, node in outcome.updates:
        reads |= fields.mask(node)
        writes |= 1 << number
    return Touched(reads=reads, writes=writes)


# --- which accord -------------------------------------------------------------------------------------------------------


def _conflicts(
    lengths: Lengths, outcomes: Sequence[GroundOutcome], touched: Sequence[Touched], faults: Set[int]
) -> tuple[int, ...] | None:
    """None where so many of some pairs do not accord that reduction would leave out next to nothing. Faults share a budget, which tells nothing."""

    @cache
    def accord(i: int, j: int) -> bool:
        return _accord(lengths, (outcomes[i], outcomes[j]), (touched[i], touched[j]))

    pairs = list(_to_compare(lengths.fields.graph, outcomes, touched))
    plain = [(i, j) for i, j in pairs if i not in faults and j not in faults]
    if len(plain) >= PAIRS_TO_JUDGE:
        left = PAIRS_TO_JUDGE // 2
        for i, j in Random(0).sample(plain, PAIRS_TO_JUDGE):
            left -= not accord(i, j)
            if left < 0:
                return None
    rows = [0] * len(outcomes)
    for i, j in pairs:
        if not accord(i, j):
            rows[i] |= 1 << j
            rows[j] |= 1 << i
    return tuple(rows)


def _to_compare(graph: Graph, outcomes: Sequence[GroundOutcome], touched: Sequence[Touched]) -> Iterator[tuple[int, int]]:
    """The pairs that touch the same, and are not told at a glance never to be enabled together."""
    for i, of_a in enumerate(touched):
        for j, of_b in enumerate(touched[:i]):
            meet = of_a.writes & (of_b.reads | of_b.writes) or of_b.writes & of_a.reads
            together = meet and graph.value(graph.both(outcomes[i].enabled, outcomes[j].enabled)) != 0
            if together and not _exclusive(graph, outcomes[i], outcomes[j]):
                yield i, j


def _accord(lengths: Lengths, pair: tuple[GroundOutcome, GroundOutcome], touched: tuple[Touched, Touched]) -> bool:
    fields, (x, y) = lengths.fields, touched
    shared = x.writes & (y.reads | y.writes) | y.writes & x.reads
    try:
        differences = list(_differences(fields, pair, touched))
        return all(_accord_there(fields, pair, differences, shared, at) for at in lengths.of(shared))
    except UNDECIDED:
        return False


class Lengths(Struct):
    """States by how long what two outcomes share is. Kept: many pairs share the same."""

    fields: Fields
    made: dict[int, list[Substitution]] = field(default_factory=dict)

    def of(self, shared: int) -> list[Substitution]:
        """For each combination of values of the lengths among these fields, what the states have in common."""
        key = shared & self.fields.lengths
        if key not in self.made:
            self.made[key] = list(_by_length(self.fields, key))
        return self.made[key]


def _by_length(fields: Fields, lengths: int) -> Iterator[Substitution]:
    graph, nodes = fields.graph, [node for number, node in fields.nodes() if lengths >> number & 1]
    if prod(graph.high[node] - graph.low[node] + 1 for node in nodes) > MOST_LENGTHS:
        nodes = []
    for values in product(*(range(graph.low[node], graph.high[node] + 1) for node in nodes)):
        state = State(fields, {**fields.fixed, **dict(zip(nodes, values, strict=True))})
        known = {number: state.settled(node) for number, node in fields.nodes()}
        updates = {number: graph.const(value) for number, value in known.items() if value is not None}
        yield Substitution(fields, updates, sum(1 << number for number in updates))


def _accord_there(
    fields: Fields,
    pair: tuple[GroundOutcome, GroundOutcome],
    differences: Sequence[Difference],
    shared: int,
    at: Substitution,
) -> bool:
    """Whether two outcomes accord in the states that `at` is of."""
    graph, (a, b) = fields.graph, (at(outcome.enabled) for outcome in pair)
    if graph.value(graph.both(a, b)) == 0:
        return True
    left = [(at(where), at(x), at(y)) for where, x, y in differences]
    claims = [
        partial(_agree_here, difference)
        for difference in left
        if graph.value(difference[0]) != 0 and difference[1] != difference[2]
    ]
    return not claims or fields.all_hold(claims, lambda state: bool(state.number(a) and state.number(b)))


def _exclusive(graph: Graph, a: GroundOutcome, b: GroundOutcome) -> bool:
    """Whether a condition of one guard is the opposite of one of the other, or asks for another value of the same."""
    ours, theirs = _conjuncts(graph, a.enabled), _conjuncts(graph, b.enabled)
    values = dict(filter(None, (_required(graph, node) for node in theirs)))
    for node in ours:
        asked = _required(graph, node)
        if graph.negate(node) in theirs or (asked is not None and values.get(asked[0], asked[1]) != asked[1]):
            return True
    return False


def _required(graph: Graph, node: Node) -> tuple[Node, int] | None:
    """What must have which value for a condition to hold, where it asks just that."""
    code = graph.code[node]
    if code[0] == "eq":
        for one, other in (code[1:], code[:0:-1]):
            assert isinstance(one, int)
            assert isinstance(other, int)
            value = graph.value(other)
            if value is not None:
                return one, value
    return None


def _differences(
    fields: Fields, pair: tuple[GroundOutcome, GroundOutcome], touched: tuple[Touched, Touched]
) -> Iterator[Difference]:
    """What could tell one order of two outcomes from the other, where both are enabled."""
    graph = fields.graph
    works = [graph.negate(outcome.failed) for outcome in pair]
    after = [Substitution(fields, dict(o.updates), own.writes) for o, own in zip(pair, touched, strict=True)]
    for first, second in ((0, 1), (1, 0)):
        for node in _looked_at(pair[second]):
            if after[first](node) != node:
                yield works[first], node, after[first](node)
    both = graph.both(*works)
    ends = [
        {**dict(pair[first].updates), **{number: after[first](node) for number, node in pair[second].updates}}
        for first, second in ((0, 1), (1, 0))
    ]
    for number in sorted(ends[0].keys() | ends[1].keys()):
        a, b = (end.get(number) for end in ends)
        assert a is not None
        assert b is not None
        if a != b:
            yield both, a, b


def _agree_here(difference: Difference, state: State) -> bool:
    where, x, y = difference
    return not state.number(where) or state.same(x, y)


# --- what enables -------------------------------------------------------------------------------------------------------


def _conjuncts(graph: Graph, node: Node) -> list[Node]:
    """The nodes whose conjunction a node is, none where it is 1."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        here = waiting.pop()
        operation, *arguments = graph.code[here]
        if operation == "and":
            waiting += [argument for argument in arguments if isinstance(argument, int)]
        elif graph.value(here) != 1:
            found.append(here)
    return sorted(set(found))


def _enablers(lengths: Lengths, outcomes: Sequence[GroundOutcome], touched: Sequence[Touched], condition: Node) -> int:
    found, read = 0, lengths.fields.mask(condition)
    for number, (outcome, own) in enumerate(zip(outcomes, touched, strict=True)):
        if own.writes & read and _may_turn(lengths, outcome, own, condition):
            found |= 1 << number
    return found


def _may_turn(lengths: Lengths, outcome: GroundOutcome, own: Touched, condition: Node) -> bool:
    """Whether the outcome may turn the condition from 0 to 1."""
    fields, graph = lengths.fields, lengths.fields.graph
    try:
        after = Substitution(fields, dict(outcome.updates), own.writes)(condition)
        for at in lengths.of(own.writes & fields.mask(condition)):
            before, then = at(condition), at(after)
            never = graph.both(at(outcome.enabled), graph.both(then, graph.negate(before)))
            if before != then and graph.value(never) != 0:
                return True
    except UNDECIDED:
        return True
    return False
