"""Whether a claim about states holds in all of them, by cases: a field gets a value only where the claim asks for it.

A claim is asked of a `State`, of which some fields have values and all others are open. What it does not need as a number stays an
expression, so a message that is moved from one place to another is never looked at. Where a number is needed that is open, the case
is split by the values of the field that it hangs on, or by the truth of a comparison. Such truths are taken each for itself; where a
claim fails, a state that has them all is looked for.

States are all that the encoding allows (`checker.ground.shapes`), reachable or not: what lies beyond the length of a sequence, and the
value of an option that is absent, is the least of its interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from msgspec import Struct, field

from checker.ground.graph import FOLD, Graph, Node, Unsupported
from checker.ground.shapes import is_scalar, scalars
from checker.language.types import BagOf, MapOf, Option, Record, SeqOf, Type, cardinality

MOST_CASES = 200  # of one claim
MOST_VALUES = 64  # of a field that a case is split by

# too many cases; code too deep to be followed; truths that exclude each other (a shift by less than 0)
UNDECIDED = (Unsupported, RecursionError, ValueError)

Claim = Callable[["State"], bool]
Condition = tuple[int, int]  # a field and a number: what it belongs to is there where the field is above the number


class Open(Exception):
    """A number hangs on a node that has no value yet: a field, or a truth value."""

    def __init__(self, node: Node) -> None:
        self.node = node


class Fields(Struct, kw_only=True):
    """The fields of a ground model; `conditions`: on what it hangs whether the value of a field is there.

    `fixed`: fields that have one value in every state that counts. `left` bounds the work: so many cases may still be looked at.
    `work`: how much was done so far, counted so that it is the same in every run: in nanoseconds, more or less.
    `lengths`: the fields in `conditions`, as bits; `reads`: a bit for each field that a node reads.
    """

    graph: Graph
    conditions: tuple[tuple[Condition, ...], ...]
    left: int
    lengths: int
    work: int = 0
    fixed: Mapping[Node, int] = field(default_factory=dict)
    reads: list[int] = field(default_factory=list)

    def mask(self, node: Node) -> int:
        """The fields that a node reads, as bits."""
        while len(self.reads) <= node:
            here = len(self.reads)
            operation, *rest = self.graph.code[here]
            mask = 1 << cast("int", rest[0]) if operation == "field" else 0
            for argument in self.graph.arguments[here]:
                mask |= self.reads[argument]
            self.reads.append(mask)
        return self.reads[node]

    def nodes(self) -> Iterator[tuple[int, Node]]:
        """The number and the node of every field that has more than one value."""
        for number in range(len(self.conditions)):
            node = self.graph.known.get(("field", number))
            if node is not None:
                yield number, node

    def holds(self, claim: Claim) -> bool:
        """Whether the claim holds in every state; False too where that takes too many cases."""
        return self.all_hold([claim], lambda state: True)

    def all_hold(self, claims: Sequence[Claim], there: Claim) -> bool:
        """Whether all claims hold in every state that is `there`."""
        start = State(self)
        try:
            return not any(truth and self._fails(claims, case) for case, truth in self._split(there, start))
        except UNDECIDED:
            return False

    def _fails(self, claims: Sequence[Claim], case: State) -> bool:
        if not claims or not self._possible(case.values):
            return False
        return any(not truth and self._possible(state.values) for claim in claims for state, truth in self._split(claim, case))

    def _split(self, claim: Claim, start: State) -> Iterator[tuple[State, bool]]:
        """The cases in which it is decided whether the claim holds, and whether it does."""
        waiting = [start]
        for _ in range(MOST_CASES):
            if not waiting:
                return
            self.left -= 1
            state = waiting.pop()
            try:
                yield state, claim(state)
            except Open as number:
                low, high = self.graph.low[number.node], self.graph.high[number.node]
                if high - low >= MOST_VALUES or self.left < 0:
                    break
                waiting += [state.where(number.node, value) for value in range(low, high + 1)]
        raise Unsupported("so many cases")

    def _possible(self, values: Mapping[Node, int]) -> bool:
        """Whether some state has these truths: each was taken for itself. Those that read different fields are asked for by themselves."""
        fields = {node: value for node, value in values.items() if self.graph.code[node][0] == "field"}
        groups: list[tuple[int, list[Node]]] = []
        for node in (node for node in values if node not in fields):
            mask, nodes = self.mask(node), [node]
            for group in [group for group in groups if group[0] & mask]:
                groups.remove(group)
                mask, nodes = mask | group[0], nodes + group[1]
            groups.append((mask, nodes))

        def some(nodes: list[Node]) -> bool:
            start = State(self, fields, atoms=False)  # of what is fixed too
            return any(truth for _, truth in self._split(lambda state: all(state.number(n) == values[n] for n in nodes), start))

        return all(some(nodes) for _, nodes in groups)


def fields_of(graph: Graph, types: Sequence[Type], *, cases: int) -> Fields:
    """The fields of the cells with these types; `cases`: how many may be looked at, all claims together."""
    conditions: list[tuple[Condition, ...]] = []
    for type in types:
        conditions += _conditions(type, len(conditions), ())
    lengths = {number for on in conditions for number, _ in on}
    return Fields(graph=graph, conditions=tuple(conditions), lengths=sum(1 << number for number in lengths), left=cases)


def _conditions(type: Type, first: int, outer: tuple[Condition, ...]) -> Iterator[tuple[Condition, ...]]:
    """For each field of a value, the first of which is `first`, on what its being there hangs."""
    if is_scalar(type):
        yield outer
        return
    at, parts = first, list[tuple[Type, tuple[Condition, ...]]]()
    match type:
        case Option(of):
            yield outer
            at, parts = first + 1, [(of, (*outer, (first, 0)))]
        case SeqOf(of, most) | BagOf(of, most):
            yield outer
            at, parts = first + 1, [(of, (*outer, (first, place))) for place in range(most)]
        case MapOf(key, of):
            parts = [(of, outer)] * cardinality(key)
        case Record(_, own):
            parts = [(of, outer) for _, of in own]
        case _:
            yield from (outer for _ in scalars(type))
    for of, conditions in parts:
        yield from _conditions(of, at, conditions)
        at += sum(1 for _ in scalars(of))


class State(Struct):
    """A state in which, beside what is fixed, the nodes in `values` (fields, truth values) are known. Raises `Open` where a number hangs on
    another one."""

    fields: Fields
    values: Mapping[Node, int] = field(default_factory=dict)
    known: dict[Node, int] = field(default_factory=dict)
    open: dict[Node, Open] = field(default_factory=dict)
    atoms: bool = True  # a case may be split by the truth of a comparison, not by values of fields alone

    def __post_init__(self) -> None:
        self.known.update(self.values)

    def where(self, node: Node, value: int) -> State:
        """The states of this case in which the node has this value."""
        self.fields.work += 2_000 + 6 * (len(self.values) + len(self.known))
        return State(self.fields, {**self.values, node: value}, self.known.copy(), {}, self.atoms)

    def number(self, node: Node) -> int:
        """The value of a node."""
        found = self._found(node)
        if isinstance(found, Open):
            raise Open(found.node)
        return found

    def settled(self, node: Node) -> int | None:
        """The value of a node that hangs on nothing open, else None."""
        found = self._found(node)
        return None if isinstance(found, Open) else found

    def same(self, a: Node, b: Node) -> bool:
        """Whether two nodes have one value."""
        a, b = self._chosen(a), self._chosen(b)
        return a == b or self.number(a) == self.number(b)

    def _chosen(self, node: Node) -> Node:
        """What a choice, or a choice of choices, comes down to."""
        code = self.fields.graph.code
        while code[node][0] == "select":
            _, condition, a, b = cast("tuple[str, int, int, int]", code[node])
            node = a if self.number(condition) else b
        return node

    def _found(self, node: Node) -> int | Open:
        """The value of a node, or what it hangs on: given back, not raised, for most of what is asked is open."""
        found: int | Open | None = self.known.get(node)
        if found is None:
            found = self.open.get(node)
        if found is None:
            found = self._looked_up(node)
            if isinstance(found, Open):
                self.open[node] = found
            else:
                self.known[node] = found
        return found

    def _looked_up(self, node: Node) -> int | Open:
        self.fields.work += 500
        operation, *arguments = cast("tuple[str, *tuple[int, ...]]", self.fields.graph.code[node])
        if operation == "select":
            condition = self._found(arguments[0])
            return condition if isinstance(condition, Open) else self._found(arguments[1 if condition else 2])
        if operation == "and" or operation == "or":
            return self._decided(0 if operation == "and" else 1, *arguments)
        if operation == "field":
            return self._field(node, arguments[0])
        if operation == "const":
            return arguments[0]
        a = self._found(arguments[0])
        b = self._found(arguments[1]) if len(arguments) > 1 and not isinstance(a, Open) else a
        if isinstance(b, Open):
            return Open(node) if self.atoms and (operation == "eq" or operation == "lt") else b
        assert not isinstance(a, Open)
        if operation == "not":
            return 1 - a
        return a.bit_count() if operation == "popcount" else FOLD[operation](a, b)

    def _field(self, node: Node, number: int) -> int | Open:
        fixed = self.fields.fixed.get(node)
        if fixed is not None:
            return fixed
        for condition, above in self.fields.conditions[number]:
            length = self._length(condition)
            if isinstance(length, Open):
                return length
            if length <= above:
                return self.fields.graph.low[node]
        return Open(node)

    def _length(self, number: int) -> int | Open:
        """The value of a field that tells how much there is. One that has one value only has no node."""
        node = self.fields.graph.known.get(("field", number))
        return 1 if node is None else self._found(node)

    def _decided(self, by: int, first: Node, second: Node) -> int | Open:
        """Of two truth values the one that decides, where one does: the other may be open."""
        a = self._found(first)
        if a == by:
            return by
        b = self._found(second)
        return a if isinstance(a, Open) and b != by else b
