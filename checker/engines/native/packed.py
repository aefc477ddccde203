"""Edges in a few bits each, as the library keeps them (`src/packed.h`): the number of the target, the class, whether it is progress.

Of a graph of ten million states an edge takes four bytes; where the edges of a state begin takes two bytes more for each state.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, final, overload

from msgspec import Struct

from checker.engines.native import library as lib
from checker.engines.native.search import Buffer, address

BLOCK_STATES = 64  # of packed.h
AT_ONCE = 1 << 16  # numbers that are unpacked together where all are gone through


class GraphTooLarge(Exception):
    """The edges do not fit into the memory; the text says why."""


def memory(bytes_: int) -> memoryview:
    """So many zero bytes, which the system gives when they are used. Raises GraphTooLarge where it does not promise them."""
    try:
        return memoryview(mmap.mmap(-1, max(1, bytes_)))[:bytes_]
    except (OSError, ValueError, OverflowError) as error:
        raise GraphTooLarge(f"the system gives no {bytes_ / 2**20:,.0f} MiB of memory") from error


def packed_bytes(number: int, bits: int) -> int:
    """What so many numbers take, with the words after the last."""
    return 8 * ((number * bits + 63) // 64 + 2)


@final
class PackedEdges(Struct, frozen=True, kw_only=True, eq=False):
    """`first`, `more` and `edge` are words, and as `tc_graph` has them; so are the bits."""

    states: int
    edges: int
    first: memoryview
    more: memoryview
    edge: memoryview
    more_bits: int
    target_bits: int
    label_bits: int
    edge_bits: int

    @classmethod
    def with_degrees(cls, degrees: Buffer, states: int, edges: int, *, classes: int, progress: bool) -> PackedEdges:
        """The edges of so many states, nothing known of them but how many each state has (4 bytes each). Raises GraphTooLarge."""
        library, given = lib.load(), address(degrees)
        more_bits: int = library.tc_graph_starts(states, given, None, None, 0)
        first, more = memory(8 * (states // BLOCK_STATES + 1)), memory(packed_bytes(states + 1, more_bits))
        library.tc_graph_starts(states, given, address(first), address(more), more_bits)
        target_bits, label_bits = states.bit_length(), max(0, classes - 1).bit_length()
        edge_bits = target_bits + label_bits + progress
        return cls(
            states=states,
            edges=edges,
            first=first.cast("Q"),
            more=more.cast("Q"),
            edge=memory(packed_bytes(edges, edge_bits)).cast("Q"),
            more_bits=more_bits,
            target_bits=target_bits,
            label_bits=label_bits,
            edge_bits=edge_bits,
        )

    @property
    def bytes(self) -> int:
        """What is kept in all, the starts included."""
        return self.first.nbytes + self.more.nbytes + self.edge.nbytes

    def struct(self, cut: Buffer | None = None, sets: Buffer | None = None, every: int = 0) -> lib.GraphStruct:
        """As the library reads it; it keeps alive what it points to."""
        words = [address(part) for part in (self.first, self.more, self.edge)]
        marks = [None if part is None else address(part) for part in (cut, sets)]
        widths = (self.more_bits, self.target_bits, self.label_bits, self.edge_bits)
        made = lib.GraphStruct(self.states, *words, *marks, every, *widths)
        made.kept = (self, cut, sets)
        return made

    @property
    def starts(self) -> Sequence[int]:
        """The first edge of each state, and of one after the last."""
        return _Numbers(self, "q", self.states + 1, lib.load().tc_graph_first_edges, self._start)

    @property
    def targets(self) -> Sequence[int]:
        """The target of each edge, -1 where it fails."""
        at = partial(self._part, shift=0, bits=self.target_bits, less=1)
        return _Numbers(self, "i", self.edges, lib.load().tc_graph_targets, at)

    @property
    def labels(self) -> Sequence[int]:
        """The class of each edge."""
        at = partial(self._part, shift=self.target_bits, bits=self.label_bits)
        return _Numbers(self, "I", self.edges, lib.load().tc_graph_labels, at)

    def is_progress(self, edge: int) -> bool:
        shift = self.target_bits + self.label_bits
        return bool(self._part(edge, shift=shift, bits=self.edge_bits - shift))

    def progress(self) -> memoryview:
        """One byte for each edge. Raises GraphTooLarge."""
        marks = memory(self.edges)
        lib.load().tc_graph_progress(self.struct(), 0, self.edges, address(marks))
        return marks

    def _start(self, state: int) -> int:
        return self.first[state // BLOCK_STATES] + _number(self.more, state * self.more_bits, self.more_bits)

    def _part(self, edge: int, *, shift: int, bits: int, less: int = 0) -> int:
        return _number(self.edge, edge * self.edge_bits + shift, bits) - less


def _number(words: memoryview, bit: int, width: int) -> int:
    """As bits_at of packed.h."""
    word, shift = bit >> 6, bit & 63
    return (words[word + 1] << 64 | words[word]) >> shift & (1 << width) - 1


@final
class _Numbers(Sequence[int]):
    """Unpacked when they are asked for: one by one, or a slice at once, as an array."""

    def __init__(
        self, packed: PackedEdges, code: Literal["q", "i", "I"], length: int, unpack: Any, at: Callable[[int], int]
    ) -> None:
        self._packed, self._code, self._length, self._unpack, self._at = packed, code, length, unpack, at

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> array[int]: ...
    def __getitem__(self, place: int | slice) -> int | array[int]:
        if isinstance(place, slice):
            first, last, step = place.indices(self._length)
            return self._unpacked(first, max(first, last))[::step] if step > 0 else self._unpacked(0, self._length)[place]
        if not -self._length <= place < self._length:
            raise IndexError(place)
        return self._at(place % self._length)

    def __iter__(self) -> Iterator[int]:
        for first in range(0, self._length, AT_ONCE):
            yield from self._unpacked(first, min(first + AT_ONCE, self._length))

    def _unpacked(self, first: int, last: int) -> array[int]:
        found: array[int] = array(self._code, [0]) * (last - first)
        self._unpack(self._packed.struct(), first, last, address(found))
        return found
