"""What can go wrong when a model is written for another tool."""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class CannotExport(Diagnostic, frozen=True, kw_only=True):
    """Other tools know numbers and fixed arrays of them, but no sets, maps, bags or sequences: each value is written as numbers of at
    most 31 bits, each step as code without loops. Where that would be too large (a set of hundreds of possible elements,
    thousands of outcomes of one step, loops whose every order has to be tried), nothing is written. `teamcheck check` has
    no such limit.
    """

    code = "T931"
    title = "`{protocol}` cannot be written as {format}: {what}"
    help = "choose a smaller instance (`--instance NAME`) or smaller parameters (`--set NAME=VALUE`)"

    protocol: str
    format: str
    what: str
