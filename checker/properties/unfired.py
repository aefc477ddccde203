"""Why a step never fires: which part of its guards is never true."""

from __future__ import annotations

from typing import Literal

from checker.language.types import Bool, SetOf
from checker.model.expr import Apply, Const, Expr, Quantifier
from checker.model.model import Bind, Guard, Let, Prelude, Step
from checker.properties.predicates import NO_VALUE, TRUE, of_states, reads
from checker.properties.search import Search

_WHERE = frozenset({"control", "up", "stalled"})


def reason_of(search: Search, step: Step) -> tuple[Literal["never fires", "guard never true"], str]:
    """The kind of warning, and the reason in words, for a step that fired in no state of a complete search."""
    for place, part in enumerate(step.prelude):
        if not isinstance(part, Guard):
            continue
        truths = of_states(_satisfiable(step.prelude[: place + 1]), search.graph.states)
        if truths.first(NO_VALUE) is not None:
            return "never fires", "its guard has no value"
        if truths.first(TRUE) is None:
            return _blamed(step, part)
    if step.kind == "timeout" and search.model.timeouts_only_when_stuck:
        return "never fires", "something else can always happen, and timeouts happen only when stuck"
    return "never fires", "its body can never be carried out (a `choose` finds nothing, or what it sends is blocked)"


def _blamed(step: Step, guard: Guard) -> tuple[Literal["never fires", "guard never true"], str]:
    kinds = {read.variable.kind for read in reads(guard.condition)}
    if kinds and kinds <= _WHERE:
        if step.fault is not None:
            return "never fires", "no agent is ever where it could happen"
        if step.kind == "start":
            return "never fires", f"no agent of {step.role} is ever free to begin it (up, and not busy)"
        return "never fires", "no agent ever waits there"
    fault = (step.fault or "").partition(" ")[0]
    if fault == "stale":
        return "never fires", "no step that reads it ever finds an older value"
    if fault == "reorder":
        return "never fires", "there are never two such messages in one queue"
    if "channel" in kinds:
        return "never fires", "no such message is ever there"
    if step.kind == "round":
        return "never fires", "the agents are never all at the barrier"
    return "guard never true", "its guard is never true"


def _satisfiable(prelude: Prelude) -> Expr:
    """Whether some choice of what the prelude binds satisfies its guards, as a closed predicate."""
    found: Expr = Const(True, Bool())
    for part in reversed(prelude):
        match part:
            case Guard(condition=condition):
                found = Apply("and", (condition, found), Bool())
            case Bind(local=local, domain=domain):
                found = Quantifier("any", (local,), (domain,), found, Bool())
            case Let(local=local, value=value):
                only = Apply("set", (value,), SetOf(local.type))
                found = Quantifier("any", (local,), (only,), found, Bool())
    return found
