"""Sorting rows of numbers in straight-line code: by a network, on rows packed into few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from checker.ground.graph import Graph, Node

WORD_BITS = 31
Columns = list[list[Node]]  # the same place of each column is one row
Exchange = tuple[int, int, Node]  # rows that are exchanged where the node is 1


class _Place(NamedTuple):
    """Where a column is in the words of a row; `low` is its least value. A column that fills more than a word is there as it is."""

    word: int
    shift: int
    width: int
    low: int


def sorting_network(n: int) -> list[tuple[int, int]]:
    """The comparators of Batcher's odd-even merge sort (Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M)."""
    found: list[tuple[int, int]] = []
    top = 1 << max(0, (n - 1).bit_length() - 1)
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while d > 0:
            found += [(i, i + d) for i in range(n - d) if i & p == r]
            d, q, r = q - p, q >> 1, p
        p >>= 1
    return found


def sorted_rows(graph: Graph, columns: Columns, *, keys: int) -> tuple[Columns, list[Exchange]]:
    """The columns with their rows in ascending order of (at least) the first `keys` columns; what was exchanged for it, in order.

    Rows that are in order already are not exchanged.
    """
    places, rows = _packed(graph, columns)
    decisive = places[keys - 1].word + 1 if keys else 0
    exchanges: list[Exchange] = []
    for a, b in sorting_network(len(rows)) if decisive else ():
        wrong = _greater(graph, rows[a][:decisive], rows[b][:decisive])
        exchanges.append((a, b, wrong))
        if len(rows[a]) == 1:
            rows[a], rows[b] = [graph.min(rows[a][0], rows[b][0])], [graph.max(rows[a][0], rows[b][0])]
        else:
            _exchange(graph, rows, a, b, wrong)
    return _unpacked(graph, places, rows), exchanges


def exchanged_rows(graph: Graph, columns: Columns, exchanges: Sequence[Exchange]) -> Columns:
    """The columns after these exchanges of rows."""
    places, rows = _packed(graph, columns)
    for a, b, wrong in exchanges:
        _exchange(graph, rows, a, b, wrong)
    return _unpacked(graph, places, rows)


def _exchange(graph: Graph, rows: list[list[Node]], a: int, b: int, wrong: Node) -> None:
    pairs = list(zip(rows[a], rows[b], strict=True))
    rows[a] = [graph.select(wrong, y, x) for x, y in pairs]
    rows[b] = [graph.select(wrong, x, y) for x, y in pairs]


def _greater(graph: Graph, a: Sequence[Node], b: Sequence[Node]) -> Node:
    result, equal = graph.const(0), graph.const(1)
    for x, y in zip(a, b, strict=True):
        result = graph.either(result, graph.both(equal, graph.lt(y, x)))
        equal = graph.both(equal, graph.eq(x, y))
    return result


def _packed(graph: Graph, columns: Columns) -> tuple[list[_Place], list[list[Node]]]:
    """Earlier columns in earlier words and higher bits, so that words are in order as columns are."""
    places = _places(graph, columns)
    rows: list[list[Node]] = [
        [graph.const(0)] * (places[-1].word + 1 if places else 0) for _ in range(len(columns[0]) if columns else 0)
    ]
    for place, column in zip(places, columns, strict=True):
        for row, node in zip(rows, column, strict=True):
            if place.width <= WORD_BITS:
                node = graph.shl(graph.sub(node, graph.const(place.low)), graph.const(place.shift))
                node = graph.bitor(row[place.word], node)
            row[place.word] = node
    return places, rows


def _places(graph: Graph, columns: Columns) -> list[_Place]:
    taken: list[tuple[int, int, int, int]] = []  # word, bits before it, width, low
    word, bits = 0, 0
    for column in columns:
        low = min(graph.low[node] for node in column)
        width = (max(graph.high[node] for node in column) - low).bit_length()
        if bits and bits + width > WORD_BITS:
            word, bits = word + 1, 0
        taken.append((word, bits, width, low))
        bits += width
    used: dict[int, int] = {}
    for word, bits, width, _ in taken:
        used[word] = bits + width
    return [_Place(word, used[word] - bits - width, width, low) for word, bits, width, low in taken]


def _unpacked(graph: Graph, places: Sequence[_Place], rows: Sequence[Sequence[Node]]) -> Columns:
    return [[_taken(graph, place, row[place.word]) for row in rows] for place in places]


def _taken(graph: Graph, place: _Place, word: Node) -> Node:
    if place.width > WORD_BITS:
        return word
    shifted = graph.shr(word, graph.const(place.shift))
    mask = (1 << place.width) - 1
    value = shifted if graph.high[shifted] <= mask else graph.bitand(shifted, graph.const(mask))
    return graph.add(value, graph.const(place.low))
