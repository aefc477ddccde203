"""Which outcomes of steps may change places in a run.

Two outcomes **accord** if in every state in which both are enabled neither changes whether the other is enabled, whether it fails and
what the goals see of it, and both orders lead to one state where neither fails. It is decided by cases (`checker.ground.cases`)
over all states that the encoding allows, so a message that is put at the end of a queue accords with one taken from its front. Where that
takes too long, two outcomes that touch the same are taken not to accord.

This is the accordance of strong stubborn sets (Valmari, Stubborn sets for reduced state space generation, 1991), in the state-wise form of
Godefroid's valid dependency relation (Partial-order methods for the verification of concurrent systems, 1996, definition 3.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import product
from math import prod

from msgspec import Struct, field
from msgspec.structs import replace

from checker.ground.cases import UNDECIDED, Fields, State
from checker.ground.graph import Graph, Node
from checker.ground.program import GroundOutcome
from checker.ground.substitute import Substitution

MOST_LENGTHS = 64  # combinations of lengths that two outcomes are compared at

Difference = tuple[Node, Node, Node]  # where the first is 1, the others must be equal


class Candidate(Struct, frozen=True, kw_only=True):
    """An outcome, said not to fail where it does not, with what is asked of it again and again.

    `reads`, `writes`: fields, as bits. `guard`: the nodes whose conjunction its guard is, none where it is 1; `negated`: their opposites, as far
    as there are nodes for them; `required`: which nodes the guard wants to have which value. `after`: nodes after its updates.
    """

    outcome: GroundOutcome
    reads: int
    writes: int
    guard: Set[Node]
    negated: Set[Node]
    required: Mapping[Node, int]
    after: Substitution


def candidate(fields: Fields, outcome: GroundOutcome) -> Candidate:
    """What is asked of an outcome when it is compared with others."""
    graph, outcome = fields.graph, _never_failing(fields, outcome)
    reads = writes = 0
    for node in _looked_at(outcome):
        reads |= fields.mask(node)
    for number, node in outcome.updates:
        reads |= fields.mask(node)
        writes |= 1 << number
    guard = conjuncts(graph, outcome.enabled)
    return Candidate(
        outcome=outcome,
        reads=reads,
        writes=writes,
        guard=frozenset(guard),
        negated=frozenset(graph.negate(node) for node in guard),
        required=dict(filter(None, (_required(graph, node) for node in guard))),
        after=Substitution(fields, dict(outcome.updates), writes),
    )


def _never_failing(fields: Fields, outcome: GroundOutcome) -> GroundOutcome:
    """The outcome, said not to fail where it does not."""
    if fields.graph.value(outcome.failed) == 0 or not fields.holds(lambda state: not state.number(outcome.failed)):
        return outcome
    return replace(outcome, failed=fields.graph.const(0))


def _looked_at(outcome: GroundOutcome) -> list[Node]:
    """What must be the same whether another outcome came first or not."""
    return [outcome.enabled, outcome.failed, *(n for _, n in outcome.goals), *(n for _, n in outcome.undefined)]


def conjuncts(graph: Graph, node: Node) -> list[Node]:
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


# --- which accord -------------------------------------------------------------------------------------------------------


def meet(graph: Graph, a: Candidate, b: Candidate) -> bool:
    """Whether two outcomes touch the same, and are not told at a glance never to be enabled together."""
    if not _shared(a, b) or a.negated & b.guard or b.negated & a.guard:
        return False
    if any(b.required.get(node, value) != value for node, value in a.required.items()):
        return False
    return graph.value(graph.both(a.outcome.enabled, b.outcome.enabled)) != 0


def _shared(a: Candidate, b: Candidate) -> int:
    """The fields that one writes and the other touches."""
    return a.writes & (b.reads | b.writes) | b.writes & a.reads


def accord(lengths: Lengths, a: Candidate, b: Candidate) -> bool:
    """Whether two outcomes are known to accord."""
    fields = lengths.fields
    try:
        together = [at for at in lengths.of(_shared(a, b)) if _both_enabled(fields.graph, at, a, b)]
        differences = list(_differences(fields, (a, b))) if together else []
        return all(_accord_there(fields, (a, b), differences, at) for at in together)
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
        state = State(fields, dict(zip(nodes, values, strict=True)))
        known = {number: state.settled(node) for number, node in fields.nodes()}
        updates = {number: graph.const(value) for number, value in known.items() if value is not None}
        yield Substitution(fields, updates, sum(1 << number for number in updates))


def _both_enabled(graph: Graph, at: Substitution, a: Candidate, b: Candidate) -> bool:
    """Whether two outcomes are not told at a glance never to be enabled together in the states that `at` is of."""
    return graph.value(graph.both(at(a.outcome.enabled), at(b.outcome.enabled))) != 0


def _accord_there(fields: Fields, pair: tuple[Candidate, Candidate], differences: Sequence[Difference], at: Substitution) -> bool:
    """Whether two outcomes accord in the states that `at` is of."""
    graph, (a, b) = fields.graph, (at(one.outcome.enabled) for one in pair)
    left = [(at(where), at(x), at(y)) for where, x, y in differences]
    claims = [
        partial(_agree_here, difference)
        for difference in left
        if graph.value(difference[0]) != 0 and difference[1] != difference[2]
    ]
    return not claims or fields.all_hold(claims, lambda state: bool(state.number(a) and state.number(b)))


def _differences(fields: Fields, pair: tuple[Candidate, Candidate]) -> Iterator[Difference]:
    """What could tell one order of two outcomes from the other, where both are enabled."""
    graph = fields.graph
    works = [graph.negate(one.outcome.failed) for one in pair]
    for first, second in ((0, 1), (1, 0)):
        after = pair[first].after
        for node in _looked_at(pair[second].outcome):
            if after(node) != node:
                yield works[first], node, after(node)
    both = graph.both(*works)
    a, b = pair
    for number, node in b.outcome.updates:
        then = a.after(node)
        other = a.after.updates.get(number)
        last = node if other is None else b.after(other)
        if then != last:
            yield both, then, last
    for number, node in a.outcome.updates:
        if number not in b.after.updates and b.after(node) != node:
            yield both, node, b.after(node)


def _agree_here(difference: Difference, state: State) -> bool:
    where, x, y = difference
    return not state.number(where) or state.same(x, y)
