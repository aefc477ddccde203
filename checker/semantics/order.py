"""Whether the result of a `for` depends on the order of its elements.

For every subset of the elements all orders must lead to the same result. The results of a subset are found from those of the subsets
with one element less, so each subset is run once for each of its elements: n * 2^(n-1) runs of the body for n elements.
The result of a run is its cells, its marks, whether and how it failed, and the registers that the body sets again although they were set
before the loop. A body that chooses has a set of results.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TypeAlias

from checker.language.types import Value
from checker.model.model import For
from checker.semantics.domains import watch
from checker.semantics.failure import Failure, shown
from checker.semantics.registers import MARKS, Cells, Registers

Outcome: TypeAlias = tuple[Cells, Registers, Failure | None]
Results: TypeAlias = dict[Value, Outcome]


def order_failure(
    loop: For,
    items: Sequence[Value],
    body: Callable[[Cells, Registers], list[Outcome]],
    cells: Cells,
    registers: Registers,
    kept: Sequence[int],
) -> Failure | None:
    """The failure of `loop` on `items` from `cells` and `registers`, which it leaves alone, or None. `kept`: registers that count."""
    number = loop.local.number

    def after(results: Results, item: Value) -> Results:
        found: Results = {}
        for key, outcome in results.items():
            if outcome[2] is not None:
                found[key] = outcome
                continue
            fresh = outcome[1].copy()
            fresh[number] = item
            for result in body(outcome[0].copy(), fresh):
                found[_key(result, kept)] = result
        return found

    layer: dict[tuple[int, ...], Results] = {(): {(): (cells, registers, None)}}
    for size in range(1, len(items) + 1):
        below, layer = layer, {}
        for subset in combinations(range(len(items)), size):
            watch()
            results: Results | None = None
            for last in reversed(subset):
                found = after(below[tuple(i for i in subset if i != last)], items[last])
                if results is None:
                    results = found
                elif results.keys() != found.keys():
                    return _failure(loop, [items[i] for i in subset])
            layer[subset] = results or {}
    return None


def _key(outcome: Outcome, kept: Sequence[int]) -> Value:
    cells, registers, failure = outcome
    if failure is not None:
        return failure.kind
    return tuple(cells), frozenset(registers[MARKS]), tuple(registers[i] for i in kept)


def _failure(loop: For, items: Sequence[Value]) -> Failure:
    names = ", ".join(shown(loop.local.type, item) for item in items)
    return Failure("order", f"the result depends on the order in which `for` takes {loop.local.name} = {names}", loop.at)
