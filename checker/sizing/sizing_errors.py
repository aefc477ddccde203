"""What can be wrong with what is asked about costs."""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class NothingSpends(Diagnostic, frozen=True, kw_only=True):
    """`--meter` keeps the meters that it names: those that calls add to (`await llm(tokens: 500)`), `messages`, `rounds` and `steps`. One that
    nothing in the protocol adds to is an error: its cost would be 0 whatever was meant.
    """

    code = "T711"
    title = "nothing in `{protocol}` adds to a meter `{name}`"
    help = "{advice}"

    name: str
    protocol: str
    advice: str
