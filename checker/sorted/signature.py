"""The vocabulary of a sorted model: its sorts, enumerations and functions, and the names that they have in formulas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, final

from msgspec import Struct, field

from checker.language.types import Enum, Int, Sort, Type, element
from checker.sorted.logic import BOOL, INT, App, Term, Var

Kind: TypeAlias = Literal["state", "choice", "quorum", "order", "sum", "any"]


class Function(Struct, frozen=True, kw_only=True):
    """`arguments`: sorts. `kind`: of the state, a choice of a step (a constant, or a function of the agents of a `for`), a quorum,
    an order, a sum."""

    name: str
    arguments: tuple[str, ...]
    result: str
    kind: Kind


@final
class Signature(Struct, kw_only=True):
    """`free`: names of the sorts whose size is left open. Everything else is finite and known.

    `functions` are gathered as formulas are made. `counter` numbers the variables, so that no two have one name.
    """

    free: frozenset[str]
    enumerations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    sorts: dict[str, None] = field(default_factory=dict)
    counter: int = 0

    def is_free(self, type: Type) -> bool:
        return isinstance(type, Sort) and type.name in self.free

    def sort_name(self, type: Type) -> str:
        """The sort of a scalar type."""
        match type:
            case Int():
                return INT
            case Sort(name=name) if name in self.free:
                self.sorts[name] = None
                return name
            case Sort(name=name, size=size):
                return self._enumeration(name, tuple(f"{name}:{element(type, place)}" for place in range(size)))
            case Enum(name, members):
                return self._enumeration(name, tuple(f"{name}:{member}" for member in members))
        return BOOL

    def _enumeration(self, name: str, elements: tuple[str, ...]) -> str:
        if name in self.free or name in (BOOL, INT) or self.enumerations.setdefault(name, elements) != elements:
            return self._enumeration(f"{name}'", elements)  # a role and an activity may have one name
        return name

    def elements(self, type: Enum | Sort) -> tuple[App, ...]:
        """The elements of an enumeration, in order."""
        sort = self.sort_name(type)
        return tuple(App(name, (), sort, True) for name in self.enumerations[sort])

    def variable(self, name: str, sort: str) -> Var:
        self.counter += 1
        return Var(f"{name}!{self.counter}", sort)

    def apply(self, name: str, arguments: Iterable[Term], result: str, kind: Kind) -> App:
        """The application of a function, which is declared by that."""
        given = tuple(arguments)
        declared = Function(name=name, arguments=tuple(term.sort for term in given), result=result, kind=kind)
        known = self.functions.setdefault(name, declared)
        if known != declared:
            raise ValueError(f"{name} is declared as {known} and as {declared}")
        return App(name, given, result)
