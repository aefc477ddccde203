"""What the lowering of one model shares: the variables made so far, and what the fault model asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

from msgspec import Struct, field

from checker.language.checked import Checked, FaultInfo, RoleInfo
from checker.language.checking.limits import MOST_CELLS
from checker.language.diagnostics import BadInput
from checker.language.source import Span
from checker.language.types import MapOf, Sort, Type, Value, cardinality, values
from checker.model.expr import Const, Expr, Local, Read
from checker.model.model import Channel, Variable, VariableKind

ASIDE = "(aside)"  # names the registers that hold a cell which the code itself does not read


class Registers(Struct):
    """Numbers the registers of one step or one goal."""

    count: int = 0

    def fresh(self, name: str, type: Type) -> Local:
        local = Local(self.count, name, type)
        self.count += 1
        return local


class Build(Struct, kw_only=True):
    """The model under construction.

    `variables` are in the order of their cells in the state; `marks` are the names of the goals that steps report.
    """

    checked: Checked
    faults: tuple[FaultInfo, ...]
    variables: dict[str, Variable] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)

    def add(
        self,
        name: str,
        kind: VariableKind,
        index: tuple[Type, ...],
        type: Type,
        initial: Callable[[tuple[Value, ...]], Iterable[Value]] | Value,
        *,
        durable: bool = True,
        at: Span | None = None,
    ) -> Variable:
        """A new variable; `initial` is a value for every cell, or a function from the cell's index values to its initial values."""
        last = next(reversed(self.variables.values()), None)
        offset = 0 if last is None else last.offset + last.cells
        self._check_size(name, size(index), offset, at)
        cells = product(*(tuple(values(t)) for t in index))
        start = tuple(tuple(initial(cell)) if callable(initial) else (initial,) for cell in cells)
        variable = Variable(name=name, kind=kind, index=index, type=type, initial=start, offset=offset, durable=durable, at=at)
        self.variables[name] = variable
        return variable

    def _check_size(self, name: str, cells: int, offset: int, at: Span | None) -> None:
        """Raises BadInput where a state with these cells too is too large; the largest variable is named."""
        if offset + cells <= MOST_CELLS:
            return
        from checker.elaborate.size_errors import StateTooLarge

        largest = max(self.variables.values(), key=lambda variable: variable.cells, default=None)
        if largest is not None and largest.cells > cells:
            name, cells, at = largest.name, largest.cells, largest.at
        raise BadInput([StateTooLarge(span=at, name=name, cells=cells, most=MOST_CELLS)])

    def get(self, name: str) -> Variable | None:
        return self.variables.get(name)

    def fault(self, kind: str, target: str) -> FaultInfo | None:
        """The item of the fault model that can happen at least once, or None."""
        for item in self.faults:
            if item.kind == kind and item.target == target and item.budget != 0:
                return item
        return None

    def role(self, sort: Type) -> RoleInfo:
        assert isinstance(sort, Sort)
        return self.checked.roles[sort.name]

    def agent_read(self, name: str, agent: Expr) -> Read | None:
        """The cell of an agent for a variable that may not be needed in this model."""
        variable = self.variables.get(name)
        return None if variable is None else Read(variable, (agent,))


def flatten(type: Type) -> tuple[tuple[Type, ...], Type]:
    """`map[K, map[L, V]]` -> ((K, L), V): the index and the cell type of a store of this type."""
    index: list[Type] = []
    while isinstance(type, MapOf):
        index.append(type.key)
        type = type.value
    return tuple(index), type


def is_constant(expr: Expr, value: Value) -> bool:
    return isinstance(expr, Const) and expr.value is value


def size(types: Iterable[Type]) -> int:
    total = 1
    for t in types:
        total *= cardinality(t)
    return total
