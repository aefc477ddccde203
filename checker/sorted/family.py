"""One protocol at many sizes: its models, with the ranges of the parameters that give sizes widened as far as is asked."""

from __future__ import annotations

from collections.abc import Mapping
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
class Family(Struct, frozen=True, kw_only=True):
    """A protocol with its spec, one instance and one fault model; `overrides` as for `check`.

    `goals`: the one property that needs ghosts, alone; None: the others of the spec. `orders_fixed`: what is ordered keeps its size.
    """

    protocol: tree.Protocol
    spec: tree.Spec | None
    instance: str | None = None
    faults: str = "none"
    overrides: Mapping[str, str] = field(default_factory=dict)
    goals: tuple[tree.PropertyDecl, ...] | None = None
    orders_fixed: bool = False

    def checked(self, sizes: Mapping[str, int] = {}) -> Checked:
        """Checked with these values of parameters in place of the instance's. Raises BadInput."""
        widened = replace(self.protocol, parameters=tuple(_widened(p, sizes) for p in self.protocol.parameters))
        given = {**self.overrides, **{name: str(size) for name, size in sizes.items()}}
        checked = check(widened, self.spec, self.instance, given)
        with_text(checked, self.faults)
        return checked

    def model(self, sizes: Mapping[str, int] = {}) -> Model:
        """The model with these values of parameters. Raises BadInput."""
        from checker.elaborate.lower import elaborate

        return elaborate(self.checked(sizes), self.faults, self.goals)


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
