"""Classic protocols as models built by hand."""

from __future__ import annotations

from checker.language.types import Enum, Option, Record, SetOf, Sort
from checker.model.expr import Local
from checker.model.model import Model
from tests.semantics.building import (
    Variables,
    apply,
    assign,
    bind,
    both,
    const,
    equal,
    guard,
    model,
    quantifier,
    read,
    step,
)


def two_phase_commit(participants: int) -> Model:
    """TLA+'s TwoPhase (Gray and Lamport, Consensus on Transaction Commit), with its set of messages that are sent once and stay.

    288 distinct states with 3 participants, 8,832 with 5.
    """
    manager = Sort("RM", participants, role=True)
    states = Enum("RMState", ("working", "prepared", "committed", "aborted"))
    decisions = Enum("TMState", ("init", "committed", "aborted"))
    message = Record("Message", (("kind", Enum("Kind", ("Prepared", "Commit", "Abort"))), ("of", Option(manager))))
    kinds = message.fields[0][1]
    messages = SetOf(message)

    v = Variables()
    rm = v.add("rmState", states, manager, initial=0)
    tm = v.add("tmState", decisions, initial=0)
    prepared = v.add("tmPrepared", SetOf(manager), initial=frozenset())
    sent = v.add("msgs", messages, initial=frozenset(), kind="channel")

    r = Local(0, "r", manager)
    q = Local(1, "q", manager)

    def send(kind: int, of: object) -> object:
        one = apply("set", apply("record", const(kind, kinds), of, type=message), type=messages)
        return assign(sent, apply("union", read(sent), one, type=messages))

    commit, abort = const((1, None), message), const((2, None), message)
    nobody = const(None, Option(manager))
    everybody = const(frozenset(range(participants)), SetOf(manager))

    def goes(state: int) -> object:
        return assign(rm, r, const(state, states))

    steps = [
        step(
            "TMRcvPrepared",
            (
                bind(r),
                guard(
                    both(
                        equal(read(tm), const(0, decisions)),
                        apply("in_set", apply("record", const(0, kinds), r, type=message), read(sent)),
                    )
                ),
            ),
            (assign(prepared, apply("union", read(prepared), apply("set", r, type=SetOf(manager)), type=SetOf(manager))),),
            parameters=(r,),
        ),
        step(
            "TMCommit",
            (guard(both(equal(read(tm), const(0, decisions)), equal(read(prepared), everybody))),),
            (assign(tm, const(1, decisions)), send(1, nobody)),
        ),
        step("TMAbort", (guard(equal(read(tm), const(0, decisions))),), (assign(tm, const(2, decisions)), send(2, nobody))),
        step("RMPrepare", (bind(r), guard(equal(read(rm, r), const(0, states)))), (goes(1), send(0, r)), agent=r),
        step("RMChooseToAbort", (bind(r), guard(equal(read(rm, r), const(0, states)))), (goes(3),), agent=r),
        step("RMRcvCommit", (bind(r), guard(apply("in_set", commit, read(sent)))), (goes(2),), agent=r),
        step("RMRcvAbort", (bind(r), guard(apply("in_set", abort, read(sent)))), (goes(3),), agent=r),
    ]
    done = quantifier("all", q, manager, apply("ge", read(rm, q), const(2, states)))
    return model(v, steps, sorts=(manager,), done=done)
