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
