"""What can be wrong with the adapter that `drive` is given (T65x). The docstring of a class is its page in `teamcheck explain`."""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class NoAdapter(Diagnostic, frozen=True, kw_only=True):
    """An adapter is a class of your own, a subclass of `checker.testing.Adapter`, that does the actions of a protocol with the real code. It is
    named by its file or module, and the class: `tests/test_board.py:Board`, `tests.test_board:Board`. `teamcheck scaffold` writes one to start from.
    """

    code = "T651"
    title = "the adapter `{given}` cannot be loaded: {reason}"
    help = "name it as `tests/test_board.py:Board`; `teamcheck scaffold PATH` writes one to start from"

    given: str
    reason: str


class AdapterMisfit(Diagnostic, frozen=True, kw_only=True):
    """The adapter and the protocol do not fit: a method for an action is missing or takes other parameters, or `observe` tells of something that is
    no variable or no value of the protocol.
    """

    code = "T652"
    title = "the adapter does not fit the protocol"
    help = "{reason}"

    reason: str
