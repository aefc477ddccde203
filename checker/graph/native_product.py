"""`Product` in the native library (`product.c`), for graphs of millions of states."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, final

from checker.engines.memory import default_limit_mib, used_mib
from checker.engines.native import library as lib
from checker.engines.native.edges import NativeGraph
from checker.engines.native.explore import SHARE
from checker.engines.native.packed import GraphTooLarge, PackedEdges, memory
from checker.engines.native.search import address
from checker.graph.product import Reader

MOST_CONDITIONS = 15  # bits of a letter; the last bit says that one has no value
MOST_READERS = 2**16
MOST_SETS = 8
MOST_NODES = 2**31 - 2
NODE_BYTES = 90  # for each node: the arrays of the product, and what looking for cycles takes at most
EDGE_BYTES = 1  # for each edge: its sets, beside what it is packed in
DECIDED = 2
UNREADABLE = 1 << MOST_CONDITIONS


class RestingReader(Reader, Protocol):
    """What the native product asks of an automaton besides."""

    @property
    def moves(self) -> Sequence[Sequence[Any]]: ...

    def accepts_for_ever(self, state: int, letter: int) -> bool: ...


def letters_of(graph: NativeGraph, values: Mapping[int, bytearray]) -> tuple[array[int], dict[int, int]]:
    """Of each state a letter: bit i for the i-th of the conditions, and UNREADABLE where one has no value; and the condition of each bit.

    `values`: of each condition FALSE, TRUE or NO_VALUE in each state. Raises GraphTooLarge.
    """
    if len(values) > MOST_CONDITIONS:
        raise GraphTooLarge(f"a formula of {len(values)} conditions; the native product has {MOST_CONDITIONS}")
    letters, library = array("H", bytes(2 * graph.expanded)), lib.load()
    for bit, found in enumerate(values.values()):
        library.tc_letters_add(graph.expanded, address(found), bit, address(letters))
    return letters, dict(enumerate(values))


@final
class NativeProduct:
    """See `Product`; its arrays are filled by the library. `letters`: of `letters_of`, with the condition of each of their bits."""

    def __init__(
        self, graph: NativeGraph, letters: array[int], bits: Mapping[int, int], reader: RestingReader, limit: float | None
    ) -> None:
        """Raises GraphTooLarge."""
        if len(reader.moves) > MOST_READERS or reader.sets >= 1 << MOST_SETS:
            raise GraphTooLarge(f"an automaton of {len(reader.moves):,} states and {reader.sets.bit_length()} sets")
        self._library, self._graph, self.classes = lib.load(), graph, graph.classes
        self._tables = _Tables(reader, letters, bits)
        self._find_nodes(len(reader.moves), limit)
        self.sources = len(graph.initial)

    def _find_nodes(self, readers: int, limit: float | None) -> None:
        room = min(self._graph.expanded * readers, MOST_NODES)
        states, reading, degrees = memory(4 * room), memory(2 * room), memory(4 * room)
        numbers = memory(4 * self._graph.expanded * readers)
        parts = [address(part) for part in (states, reading, degrees, numbers)]
        self._nodes = lib.NodesStruct(*parts, 0, room)
        whole = self._graph.packed.struct()
        edges = self._library.tc_product_nodes(whole, self._tables.struct, len(self._graph.initial), self._nodes)
        if edges < 0:
            raise GraphTooLarge("the product with the automaton has more than 2^31 nodes")
        n = self._nodes.n
        self._require(n, edges, n.bit_length() + self._graph.packed.label_bits, limit)
        self.packed = PackedEdges.with_degrees(degrees, n, edges, classes=len(self.classes), progress=False)
        self.edge_sets = memory(edges)
        given = (self._tables.struct, self._nodes, self.packed.target_bits)
        self._library.tc_product_edges(whole, *given, address(self.packed.edge), address(self.edge_sets))
        self.edge_start, self.edge_target, self.edge_class = self.packed.starts, self.packed.targets, self.packed.labels
        self.node_state, self.node_reader = states.cast("i")[:n], reading.cast("H")[:n]

    @staticmethod
    def _require(nodes: int, edges: int, edge_bits: int, memory_mib: float | None) -> None:
        limit = default_limit_mib(SHARE) if memory_mib is None else memory_mib
        wanted = (nodes * NODE_BYTES + edges * (EDGE_BYTES + edge_bits / 8)) / 2**20
        if limit is not None and used_mib() + wanted > limit:
            raise GraphTooLarge(f"the product takes {wanted:,.0f} MiB more, and the limit of memory is {limit:,.0f} MiB")

    def end(self, resting: bytearray, order: array[int]) -> int | None:
        """The first node in this order where every run is accepted, or where one may end that is."""
        found = self._library.tc_product_end(self._tables.struct, self._nodes, address(resting), address(order), len(order))
        return None if found < 0 else int(found)

    def is_decided(self, node: int) -> bool:
        """Whether every run that comes to the node is accepted."""
        return self._tables.ends(self.node_state[node], self.node_reader[node]) == DECIDED

    def edge_of(self, edge: int, node: int) -> int:
        """The edge of the graph that an edge out of `node` is."""
        state, start = self.node_state[node], self._graph.edge_start
        return start[state] + (edge - self.edge_start[node]) % (start[state + 1] - start[state])


@final
class _Tables:
    """An automaton as the library reads it, with the letters that occur only."""

    def __init__(self, reader: RestingReader, letters: array[int], bits: Mapping[int, int]) -> None:
        self._letters = letters
        used = bytearray(1 << 16)
        lib.load().tc_letters_used(len(letters), address(letters), address(used))
        occurring = [letter for letter in range(1 << 16) if used[letter]]
        self._place = array("I", bytes(4 << 16))
        self._first, self._to, self._sets, self._ends = array("I", [0]), array("H"), bytearray(), bytearray()
        for place, letter in enumerate(occurring):
            self._place[letter] = place
        for state in range(len(reader.moves)):
            for letter in occurring:
                self._add(reader, state, None if letter & UNREADABLE else _conditions(letter, bits))
        self._sets += b"\0"  # so that there is an address
        self._to.append(0)
        parts = [
            address(letters),
            address(self._place),
            address(self._first),
            address(self._to),
            address(self._sets),
            address(self._ends),
        ]
        self.struct = lib.ReaderStruct(*parts, len(reader.moves), len(occurring))

    def ends(self, state: int, reader: int) -> int:
        place: int = reader * self.struct.letters + self._place[self._letters[state]]
        return self._ends[place]

    def _add(self, reader: RestingReader, state: int, letter: int | None) -> None:
        decided = letter is not None and reader.decided(state, letter)
        if letter is not None and not decided:
            for to, sets in reader.after(state, letter):
                self._to.append(to)
                self._sets.append(sets)
        self._first.append(len(self._sets))
        self._ends.append(DECIDED if decided else int(letter is not None and reader.accepts_for_ever(state, letter)))


def _conditions(letter: int, bits: Mapping[int, int]) -> int:
    """The mask of the conditions that a letter says are true."""
    return sum(1 << condition for bit, condition in bits.items() if letter >> bit & 1)
