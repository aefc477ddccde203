"""What can be wrong with a fault model that is given as a text (T52x).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class FaultsText(Diagnostic, frozen=True, kw_only=True):
    """`--faults` takes the name of a fault model of the spec, or faults between commas: `--faults "crash Worker <= 1, lose Assign
    unlimited"`. `teamcheck tolerate` takes faults without a number there, for the columns of its table.
    """

    code = "T521"
    title = "`{given}` is no fault: {reason}"
    help = "{advice}"
    given: str
    reason: str
    advice: str


class NoSuchTarget(Diagnostic, frozen=True, kw_only=True):
    """`crash`, `restart`, `stall`, `forget`, `skip`, `repeat`, `disobey` and `byzantine` befall a role; `lose`, `duplicate`, `reorder` and
    `garble` a message; `stale` a shared variable.
    """

    code = "T522"
    title = "`{kind}` needs {wanted}, and `{name}` is none"
    help = "{advice}"
    kind: str
    name: str
    wanted: str
    advice: str


class ThatFaultIsPointless(Diagnostic, frozen=True, kw_only=True):
    """A fault that can never happen, or that is part of the protocol already, would make a verdict look stronger than it is."""

    code = "T523"
    title = "`{fault}` would change nothing: {why}"
    help = "leave it out"
    fault: str
    why: str
