"""Where a run may end: what holds of a state in which no step of some kind is enabled, and of what lies in the channels there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from checker.model.model import Channel, Step
from checker.sorted.logic import BOOL, App, Term, at_most, disj, distinct, equal, negate, number, quantified, substituted, truth
from checker.sorted.shapes import BagV, SeqV, Sym
from checker.sorted.system import Sorted


def nobody_acts(form: Sorted, chosen: Callable[[Step], bool] = lambda step: step.fault is None) -> Iterator[Term]:
    """No step that is `chosen` is enabled. It may say so of more states than those where that is so, never of fewer.

    Where an evaluation only perhaps fails, the step is enabled either way: it goes on, as its formula says, or it fails.
    """
    for step, run in form.steps:
        if chosen(step):
            surely = (failing.condition for failing in run.failures if failing.exact)
            yield negate(possible(form, disj(run.lasting, *surely)))


def messages_wait(form: Sorted) -> Term:
    """Whether a message waits in a channel that is not persistent."""
    return disj(*(_anywhere(form, channel) for channel in form.model.channels if channel.kind != "persistent"))


def _anywhere(form: Sorted, channel: Channel, known: tuple[Sym, ...] = ()) -> Term:
    if len(known) < len(channel.variable.index):
        return form.values.some(channel.variable.index[len(known)], lambda i: _anywhere(form, channel, (*known, i)), "i")
    match form.state[channel.variable](known):
        case BagV(size=size) | SeqV(length=size):
            return at_most(number(1), size)
    raise TypeError(channel.variable.type)


def possible(form: Sorted, enabled: Term) -> Term:
    """Whether there are choices for which `enabled` holds.

    Of a choice for each of many (a map, a set, what is chosen in a `for`) only those are looked at that are the same for all, and of a set those of
    one element: there may be others.
    """
    choices: dict[str, list[App]] = {}
    for node in distinct(enabled):
        if isinstance(node, App) and not node.element:
            function = form.signature.functions.get(node.symbol)
            if function is not None and function.kind == "choice":
                choices.setdefault(node.symbol, []).append(node)
    for symbol, uses in choices.items():
        enabled = disj(*_with(form, symbol, uses, enabled))
    return enabled


def _with(form: Sorted, symbol: str, uses: Sequence[App], enabled: Term) -> Iterator[Term]:
    """`enabled` with each of the choices that are looked at."""
    if uses[0].sort != BOOL:
        one = form.signature.variable(symbol, uses[0].sort)
        yield quantified("exists", (one,), substituted(enabled, dict.fromkeys(uses, one)))
        return
    for value in (False, True):
        yield substituted(enabled, dict.fromkeys(uses, truth(value)))
    if len(uses[0].arguments) == 1:
        (sort,) = {use.arguments[0].sort for use in uses}
        one = form.signature.variable(symbol, sort)
        yield quantified("exists", (one,), substituted(enabled, {use: equal(use.arguments[0], one) for use in uses}))
