"""One protocol at many sizes: its models, with the ranges of the parameters that give sizes widened as far as is asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, final

from msgspec import Struct, field
from msgspec.structs import replace

from checker.language import tree
from checker.language.check import check
from checker.language.faults import with_text
from checker.model.model import Model

if TYPE_CHECKING:
    from checker.language.checked import Checked


@final
class Family(Struct, frozen=True, kw_only=True, dict=True):
    """A protocol with its spec, one instance and one fault model; `overrides` as for `check`.

    `goals`: the one property that needs ghosts, alone; None: the others of the spec. `orders_fixed`: what is ordered keeps its size. `known`: what
    was checked, by the sizes.
    """

    protocol: tree.Protocol
    spec: tree.Spec | None
    instance: str | None = None
    faults: str = "none"
    overrides: Mapping[str, str] = field(default_factory=dict)
    goals: tuple[tree.PropertyDecl, ...] | None = None
    orders_fixed: bool = False
    known: dict[tuple[tuple[str, int], ...], Checked] = field(default_factory=dict)

    def checked(self, sizes: Mapping[str, int] = {}) -> Checked:
        """Checked with these values of parameters in place of the instance's. Raises BadInput."""
        asked = tuple(sorted(sizes.items()))
        if asked not in self.known:
            self.known[asked] = self._checked(sizes)
        return self.known[asked]

    def about(self, goals: tuple[tree.PropertyDecl, ...] | None, *, orders_fixed: bool = False) -> Family:
        """The same with other goals; what is checked for one is checked for all."""
        return replace(self, goals=goals, orders_fixed=orders_fixed)

    def _checked(self, sizes: Mapping[str, int]) -> Checked:
        widened = replace(self.protocol, parameters=tuple(_widened(p, sizes) for p in self.protocol.parameters))
        given = {**self.overrides, **{name: str(size) for name, size in sizes.items()}}
        checked = check(widened, self.spec, self.instance, given)
        with_text(checked, self.faults)
        return checked

    def model(self, sizes: Mapping[str, int] = {}) -> Model:
        """The model with these values of parameters. Raises BadInput."""
        from checker.elaborate.lower import elaborate

        asked = tuple(sorted(sizes.items()))
        if asked not in self._models:
            self._models[asked] = elaborate(self.checked(sizes), self.faults, self.goals)
        return self._models[asked]

    @cached_property
    def _models(self) -> dict[tuple[tuple[str, int], ...], Model]:
        return {}


def _widened(parameter: tree.Parameter, sizes: Mapping[str, int]) -> tree.Parameter:
    """The parameter with a range that holds the wanted size."""
    wanted, type = sizes.get(parameter.name), parameter.type
    if wanted is None or not isinstance(type, tree.RangeType):
        return parameter
    low, high = type.low, type.high
    if isinstance(low, tree.Number) and low.value > wanted:
        low = replace(low, value=wanted)
    if isinstance(high, tree.Number) and high.value < wanted:
        high = replace(high, value=wanted)
    return replace(parameter, type=replace(type, low=low, high=high))
