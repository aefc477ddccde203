"""What an outcome needs, taken apart: tests that are evaluated once a batch, a guard for the rest, and what follows where they hold.

A condition of an outcome is a conjunction. Most of its parts are cheap or asked by many outcomes ("the agent is at this place", "this message is
there"), so they become tests of the program; what is left stays the outcome's guard. Where the outcome is enabled all parts are true, so
its other code need not ask them again.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from checker.ground.graph import LARGEST, LEAVES, Graph, Node
from checker.ground.program import GroundOutcome

CHEAP = 3  # operations of a part that only one outcome asks: more of them are worth waiting whether the other parts hold at all
ALL_BITS = 2**32 - 1


class NodeTest(Struct, frozen=True):
    """Passes where `node` has a bit of `mask`; with `zero`, where it has none."""

    node: Node
    mask: int
    zero: bool


class Conditions(Struct, frozen=True, kw_only=True):
    """The outcome is enabled where all `tests` pass and `guard` is 1 (None: where the tests pass). `outcome` is equal to it there."""

    tests: tuple[NodeTest, ...]
    guard: Node | None
    outcome: GroundOutcome


def conditions(graph: Graph, outcomes: Sequence[GroundOutcome]) -> list[Conditions]:
    parts = [_parts(graph, outcome.enabled) for outcome in outcomes]
    asked: dict[Node, int] = {}
    for part in (part for several in parts for part in several):
        asked[part] = asked.get(part, 0) + 1
    return [_taken_apart(graph, outcome, own, asked) for outcome, own in zip(outcomes, parts, strict=True)]


def _taken_apart(graph: Graph, outcome: GroundOutcome, parts: Sequence[Node], asked: dict[Node, int]) -> Conditions:
    tested = [part for part in parts if asked[part] > 1 or _is_cheap(graph, _test(graph, part).node)]
    rest = [part for part in parts if part not in tested]
    simpler = _assuming(graph, rest, frozenset(tested))
    guard = graph.const(1)
    for part in (p for node in rest for p in _parts(graph, simpler[node])):
        if _is_cheap(graph, _test(graph, part).node):
            tested.append(part)
        else:
            guard = graph.both(guard, part)
    roots = [node for _, node in (*outcome.updates, *outcome.goals, *outcome.undefined)]
    equal = _assuming(graph, [outcome.failed, *roots], frozenset(parts))
    return Conditions(
        tests=tuple(dict.fromkeys(_test(graph, part) for part in tested)),
        guard=None if graph.value(guard) == 1 else guard,
        outcome=replace(
            outcome,
            failed=equal[outcome.failed],
            updates=tuple([(place, equal[node]) for place, node in outcome.updates]),
            goals=tuple([(name, equal[node]) for name, node in outcome.goals]),
            undefined=tuple([(name, equal[node]) for name, node in outcome.undefined]),
        ),
    )


def _parts(graph: Graph, condition: Node) -> list[Node]:
    """The conditions, each once, of which this one is the conjunction."""
    found: dict[Node, None] = {}
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if graph.code[node][0] == "and":
            waiting += reversed(graph.arguments[node])
        elif graph.value(node) != 1:
            found[node] = None
    return list(found)


def _test(graph: Graph, condition: Node) -> NodeTest:
    """A truth value as a test of the bits of something: "is not 0" of as little code as there is."""
    operation = graph.code[condition][0]
    a, b = (*graph.arguments[condition], 0, 0)[:2]
    if operation == "not":
        inner = _test(graph, a)
        return NodeTest(inner.node, inner.mask, not inner.zero)
    if operation == "eq":
        for value, other in ((a, b), (b, a)):
            if graph.value(value) == 0:
                return _bits(graph, other, zero=True)
    return _bits(graph, condition, zero=False)


def _bits(graph: Graph, node: Node, *, zero: bool) -> NodeTest:
    """Whether a number is not 0, or is it: of `x >> k & m` only the bits of x count."""
    if graph.code[node][0] == "bitand":
        a, b = graph.arguments[node]
        for value, other in ((a, b), (b, a)):
            mask = graph.value(value)
            if mask is not None:
                shift, shifted = _shifted(graph, other)
                return NodeTest(shifted, mask << shift, zero) if mask << shift <= LARGEST else NodeTest(other, mask, zero)
    return NodeTest(node, ALL_BITS, zero)


def _shifted(graph: Graph, node: Node) -> tuple[int, Node]:
    """A number as another one shifted to the right by a constant."""
    if graph.code[node][0] == "shr":
        a, b = graph.arguments[node]
        by = graph.value(b)
        if by is not None and 0 <= by < 32:
            return by, a
    return 0, node


def _is_cheap(graph: Graph, node: Node) -> bool:
    """Whether a number takes few operations."""
    found: set[Node] = set()
    waiting = [node]
    while waiting and len(found) <= CHEAP:
        at = waiting.pop()
        if at not in found and graph.code[at][0] not in LEAVES:
            found.add(at)
            waiting += graph.arguments[at]
    return len(found) <= CHEAP


TRUTH_TABLES = ("and", "or", "not", "select")  # operations in which something known leaves something out


def _assuming(graph: Graph, roots: Sequence[Node], known: frozenset[Node]) -> dict[Node, Node]:
    """For each root a node that is equal where all of `known` are true."""
    found: set[Node] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            if node not in known and graph.code[node][0] in TRUTH_TABLES:
                waiting += graph.arguments[node]
    made: dict[Node, Node] = {}
    for node in sorted(found):  # a node is made after its arguments
        operation = graph.code[node][0]
        if node in known:
            made[node] = graph.const(1)
        elif operation not in TRUTH_TABLES:
            made[node] = node
        else:
            arguments = graph.arguments[node]
            new = tuple([made[a] for a in arguments])
            made[node] = node if new == arguments else _again(graph, str(operation), new)
    return made


def _again(graph: Graph, operation: str, arguments: Sequence[Node]) -> Node:
    match operation:
        case "and":
            return graph.both(*arguments)
        case "or":
            return graph.either(*arguments)
        case "not":
            return graph.negate(*arguments)
    return graph.select(*arguments)
