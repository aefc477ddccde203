"""What can be wrong with the flow of control (T2xx).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class AwaitInside(Diagnostic, frozen=True, kw_only=True):
    """The rounds of `for` and of `while ... at most` are part of one atomic step. An agent that waits in each round is a `while`:

    while todo != {}:
        choose t in todo
        await llm()
        todo -= {t}
    """

    code = "T261"
    title = "no await may stand inside `{kind}`"
    label = "this would end the step in the middle of the loop"
    help = "use `while` with an await each way round"
    kind: str


class LoopWithoutAwait(Diagnostic, frozen=True, kw_only=True):
    """A step is what runs between two awaits, so a loop without an await could keep one step running for ever. Each way from the start of the
    body to its end must cross an await; an await in only one branch of an `if`, or in an inner `while`, is not enough.
    """

    code = "T262"
    title = "this `while` can go round without an await"
    label = "nothing ends the step while `{condition}` holds"
    help = "put an await on every way round, or bound it: `while {condition} at most 5:`"
    condition: str


class NeverRuns(Diagnostic, frozen=True, kw_only=True):
    """`return` ends the activity: the statements after it in the same block are dead."""

    code = "T263"
    title = "this never runs"
    label = "after `return`"
    help = "remove it, or put the `return` in an `if`"


class ReturnInside(Diagnostic, frozen=True, kw_only=True):
    """`return` ends the activity, and the rounds of `for` and of `while ... at most` are parts of one step that all run.

    Ask before the loop whether there is anything to end it for, or set a variable in the loop and return after it:

        if any(t in Task: status[t] == lost):
            return
    """

    code = "T264"
    title = "no `return` may stand inside `{kind}`"
    label = "the rounds that are left would be lost"
    help = "decide before the loop, with `any(...)`, or after it"
    kind: str


class NoGuard(Diagnostic, frozen=True, kw_only=True):
    """A timeout may happen whenever the agent waits, and a round opens when all are there: neither has a condition or a sender.

    To be able to time out only sometimes, put the awaits with and without `timeout:` into the branches of an `if`.
    """

    code = "T265"
    title = "`{name}` has no `when` and no `from`"
    label = "not allowed here"
    help = "write `{name}` alone"
    name: str
