"""The sizes of a protocol: which of its parameters say how many agents or things there are, and in which order sizes are tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from checker.language import tree
from checker.language.check import check
from checker.language.checked import Checked
from checker.language.diagnostics import BadInput
from checker.language.types import Int
from checker.properties.tolerance.subject import Subject
from checker.proving.result import Sizes


def size_parameters(checked: Checked) -> dict[str, Int]:
    """The parameters that are, by themselves, the size of a role or of ids, with the range that each may have, in the order of declaration."""
    sized = [node.size for node in checked.protocol.declarations if isinstance(node, tree.RoleDecl | tree.IdsDecl)]
    named = {size.name for size in sized if isinstance(size, tree.Name)}
    known = [(name, constant.type) for name, constant in checked.parameters.items() if name in named]
    return {name: type for name, type in known if isinstance(type, Int)}


def may_vary(base: Subject, name: str, type: Int) -> bool:
    """Whether the protocol can be made with another value of a size: a table of the instance may be written out for this one only."""
    asked = base.checked.parameters[name].value
    other = asked - 1 if asked > type.low else asked + 1
    if other > type.high:
        return False
    settings = {**base.overrides, name: str(other)}
    try:
        check(base.target.protocol, base.target.spec, base.target.instance_name(base.instance), settings)
    except BadInput:
        return False
    return True


def box(ranges: dict[str, Int], most: int) -> Iterator[Sizes]:
    """Every combination with values up to `most` of which one is `most`; a parameter that may not be as large stays at its largest."""
    columns = [range(type.low, min(type.high, most) + 1) for type in ranges.values()]
    for values in product(*columns):
        if any(value == most for value in values):
            yield tuple(zip(ranges, values, strict=True))


def smallest(ranges: dict[str, Int]) -> int:
    """The first box that holds a size: all parameters at their least."""
    return max((type.low for type in ranges.values()), default=0)


def largest(ranges: dict[str, Int]) -> int:
    return max((type.high for type in ranges.values()), default=0)


def sizes_text(sizes: Sequence[tuple[str, int]]) -> str:
    """`workers = 2, tasks = 3`."""
    return ", ".join(f"{name} = {value}" for name, value in sizes)
