"""Classic protocols as models built by hand."""

from __future__ import annotations

from checker.language.types import BagOf, Enum, Int, Option, Record, SetOf, Sort
from checker.model.expr import Expr, Local
from checker.model.model import Assign, If, Model, Require, Statement, Step
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
    narrow,
    number,
    quantifier,
    read,
    step,
    unwrapped,
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

    def send(kind: int, of: Expr) -> Assign:
        one = apply("set", apply("record", const(kind, kinds), of, type=message), type=messages)
        return assign(sent, apply("union", read(sent), one, type=messages))

    commit, abort = const((1, None), message), const((2, None), message)
    nobody = const(None, Option(manager))
    everybody = const(frozenset(range(participants)), SetOf(manager))

    def goes(state: int) -> Assign:
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


def dining_philosophers(seats: int) -> Model:
    """Each takes the fork at the left, then the one at the right, eats, and lays both down. All can have their left fork: a deadlock."""
    seat = Sort("Seat", seats, ordered=True, role=True)
    at = Enum("At", ("thinking", "waiting", "eating"))
    v = Variables()
    where = v.add("at", at, seat, initial=0, kind="control")
    fork = v.add("fork", Option(seat), seat, initial=None)
    p = Local(0, "p", seat)
    right = apply("next_in_ring", p, type=seat)

    def moves(name: str, before: int, after: int, free: Expr | None, *changes: Statement) -> Step:
        guards = [guard(equal(read(where, p), const(before, at)))]
        if free is not None:
            guards.append(guard(equal(read(fork, free), const(None, Option(seat)))))
        return step(name, (bind(p), *guards), (assign(where, p, const(after, at)), *changes), agent=p)

    nobody = const(None, Option(seat))
    steps = [
        moves("takes left", 0, 1, p, assign(fork, p, p)),
        moves("takes right", 1, 2, right, assign(fork, right, p)),
        moves("lays down", 2, 0, None, assign(fork, p, nobody), assign(fork, right, nobody)),
    ]
    return model(v, steps, sorts=(seat,))


def lossy_channel(messages: int, capacity: int) -> Model:
    """A sender sends 0, 1, ... over a bag that loses and duplicates; the receiver keeps the greatest number that it took."""
    number_type = Int(0, messages - 1)
    content = BagOf(number_type, capacity)
    v = Variables()
    sent = v.add("sent", Int(0, messages), initial=0)
    waiting = v.add("waiting", content, initial=(), kind="channel")
    greatest = v.add("greatest", Option(number_type), initial=None)
    m = Local(0, "m", number_type)
    room = apply("lt", apply("size", read(waiting), type=Int(0, capacity)), number(capacity))

    def without_m() -> Expr:
        return apply("bag_remove", read(waiting), m, type=content)

    newer = apply("or", equal(read(greatest), const(None, Option(number_type))), apply("lt", unwrapped(read(greatest)), m))
    steps = [
        step(
            "send",
            (guard(apply("lt", read(sent), number(messages))),),
            (
                Require(condition=room),
                assign(waiting, apply("bag_add", read(waiting), narrow(read(sent), number_type), type=content)),
                assign(sent, narrow(apply("add", read(sent), number(1), type=Int(1, messages + 1)), Int(0, messages))),
            ),
        ),
        step(
            "receive",
            (bind(m, read(waiting)),),
            (assign(waiting, without_m()), If(condition=newer, then=(assign(greatest, m),))),
            parameters=(m,),
            kind="take",
        ),
        step("lose", (bind(m, read(waiting)),), (assign(waiting, without_m()),), parameters=(m,), kind="fault", fault="lose M"),
        step(
            "duplicate",
            (bind(m, read(waiting)), guard(room)),
            (assign(waiting, apply("bag_add", read(waiting), m, type=content)),),
            parameters=(m,),
            kind="fault",
            fault="duplicate M",
        ),
    ]
    return model(v, steps)
