"""What is too large to be a model (T710).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class StateTooLarge(Diagnostic, frozen=True, kw_only=True):
    """A state has a cell for each entry of a shared map, for each variable of each agent, for each channel from one agent to another, and
    it keeps all of them.
    """

    code = "T710"
    title = "a state of this instance is too large: `{name}` alone has {cells:,} cells"
    label = "a state has at most {most:,} cells"
    help = "check a smaller instance: fewer agents, ids or keys"
    name: str
    cells: int
    most: int


class TooDear(Diagnostic, frozen=True, kw_only=True):
    """What a property `METER <= BOUND` adds up is a number of 32 bits, so one call may not cost more than such a bound may be."""

    code = "T712"
    title = "a call here costs {cost} {meter}, more than can be added up"
    label = "it spends more than {most}"
    help = "give costs in a larger unit: thousands, say"
    meter: str
    cost: str
    most: str
