"""One well-formed model with every kind of node in it."""

from __future__ import annotations

from msgspec.structs import replace

from checker.language.types import BagOf, Enum, Int, MapOf, Option, Record, SeqOf, Sort
from checker.model.expr import Local, Quantifier
from checker.model.model import Assert, Channel, Choose, Either, For, Goal, If, Let, Mark, Model, Note, Require, While
from tests.semantics.building import (
    BOOL,
    FALSE,
    HERE,
    TRUE,
    Variables,
    apply,
    assign,
    bind,
    const,
    equal,
    guard,
    model,
    narrow,
    number,
    quantifier,
    read,
    step,
)

TASK, WORKER = Sort("Task", 2), Sort("Worker", 2, ordered=True, role=True)
STATUS = Enum("Status", ("open", "done"))
ENTRY = Record("Entry", (("task", TASK), ("by", Option(WORKER))))
COUNT = Int(0, 3)
T, W, N, S, Q, R, C = (
    Local(place, name, type)
    for place, (name, type) in enumerate(
        [
            ("t", TASK),
            ("w", WORKER),
            ("n", COUNT),
            ("s", Enum("Status", ("open", "done"))),
            ("q", TASK),
            ("r", WORKER),
            ("c", TASK),
        ]
    )
)


def rich_model() -> Model:
    v = Variables()
    status = v.add("status", STATUS, TASK, initial=0)
    count = v.add("count", COUNT, choices=(0, 2))
    log = v.add("log", SeqOf(ENTRY, 2), initial=())
    seen = v.add("Worker.seen", Option(TASK), WORKER, initial=None, kind="agent")
    load = v.add("load", MapOf(TASK, COUNT), initial=(0, 1))
    sent = v.add("Assign", BagOf(ENTRY, 2), WORKER, initial=(), kind="channel")
    done = const(1, STATUS)
    more = narrow(apply("add", read(count), number(1), type=Int(1, 4)), COUNT)
    entry = apply("record", T, W, type=ENTRY)
    all_done = quantifier("all", Q, TASK, equal(read(status, Q), done))
    two = Quantifier("any", (Q, R), (TASK, WORKER), equal(read(seen, R), Q), BOOL, HERE)
    body = (
        Let(local=N, value=more),
        assign(status, T, done),
        If(condition=equal(N, number(1)), then=(assign(count, N),), orelse=(assign(load, read(load)),)),
        For(local=C, domain=TASK, body=(assign(status, C, done),), independent=False, at=HERE),
        While(condition=FALSE, limit=2, body=(assign(count, more),), at=HERE),
        Choose(local=S, domain=STATUS, where=apply("ne", S, done)),
        Either(branches=((assign(status, T, S),), ()), probabilities=((1, 3), (2, 3))),
        Require(condition=apply("lt", apply("size", read(sent, W), type=Int(0, 2)), number(2))),
        assign(sent, W, apply("bag_add", read(sent, W), entry, type=BagOf(ENTRY, 2))),
        Assert(condition=TRUE, kind="assert", text="it's so", at=HERE),
        Mark(mark="lost", condition=two),
        Note(kind="send", text="Assign", agent=W, values=(T, N)),
        Note(kind="awaits", text="planning", costs=(("tokens", 10),)),
    )
    work = step(
        "Worker.work", (bind(W), bind(T), guard(equal(read(status, T), const(0, STATUS)))), body, agent=W, parameters=(T,)
    )
    crash = step(
        "crash Worker", (bind(W),), (assign(seen, W, const(None, Option(TASK))),), agent=W, kind="fault", fault="crash Worker"
    )
    goals = (
        Goal(name="finished", kind="eventually", text="it ends", conditions=(all_done,), premises=(("left", two),), at=HERE),
        Goal(name="kept", kind="step", text=None, conditions=(apply("ge", read(count), read(count, old=True)),), at=HERE),
        Goal(name="no lost update on status", kind="no lost update", text=None, mark="lost", at=HERE),
    )
    made = model(v, (replace(work, role="Worker", activity="work"), crash), goals=goals, done=all_done)
    channel = Channel(message="Assign", sender=WORKER, receiver=WORKER, kind="unordered", variable=sent, with_sender=False)
    unused = equal(read(log), const((), SeqOf(ENTRY, 2)))
    extra = Goal(name="empty", kind="always", text=None, conditions=(unused,), at=HERE)
    return replace(made, sorts=(TASK, WORKER), channels=(channel,), parameters=(("tasks", "2"),), goals=(*made.goals, extra))
