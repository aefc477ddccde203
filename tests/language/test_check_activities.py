"""The tables of activities, roles, messages, instances and imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.language import tree
from checker.language.checked import (
    AgentVariable,
    AwaitInfo,
    Checked,
    Constant,
    SharedVariable,
)
from checker.language.checking.walk import nodes
from checker.language.types import Enum, Int, Option, Sort
from tests.language.checked_texts import checked, codes

TASK = Sort("Task", 2)


def activity(found: Checked, role: str, name: str) -> tuple[AwaitInfo, ...]:
    return next(a.awaits for a in found.roles[role].activities if a.name == name)


def test_labels_are_unique_and_explicit_ones_keep_their_name() -> None:
    text = """\
message Reply(n: 0..3) to Worker
role Worker * workers:
    run:
        await llm()
        await llm() as llm_2
        await llm()
        await Reply(n)
        await Reply(m) as waiting
        await workers > 1
        await round
        await:
            llm(): pass
            timeout: pass
    action a:
        await llm()
        send Reply(1) to self
"""
    found = checked(text)
    labels = [info.label for info in activity(found, "Worker", "run")]
    assert labels == ["llm", "llm_2", "llm_3", "Reply", "waiting", "waiting_2", "round", "waiting_3"]
    assert [info.label for info in activity(found, "Worker", "a")] == ["llm"]


def test_an_await_keeps_what_is_in_scope_in_order_of_binding() -> None:
    text = """\
ids Task * 2
message Reply(n: 0..3, t: Task) to Worker
role Worker * workers:
    action work(t: Task):
        let a = 1
        if workers > 1:
            choose b in Task
            await llm()
            let a2 = 2
        else:
            let b = t
            await tests()
        await Reply(n, _) from w
        for x in Task: send Reply(1, x) to w
        await:
            Reply(k, u): await human()
            timeout: pass
"""
    found = checked(text)
    worker = found.sorts["Worker"]
    t, a, b, n, w = ("t", TASK), ("a", Int(1, 1)), ("b", TASK), ("n", Int(0, 3)), ("w", worker)
    awaits = activity(found, "Worker", "work")
    assert [(info.label, info.kept) for info in awaits] == [
        ("llm", (t, a, b)),
        ("tests", (t, a, b)),
        ("Reply", (t, a)),
        ("waiting", (t, a, n, w)),
        ("human", (t, a, n, w, ("k", Int(0, 3)), ("u", TASK))),
    ]
    (info,) = [x for x in found.roles["Worker"].activities if x.name == "work"]
    assert info.parameters == (t,)
    assert info.frame == (t, a, b, n, w, ("k", Int(0, 3)), ("u", TASK))


def test_numbers_of_one_name_are_joined_in_the_frame() -> None:
    text = """\
role Worker:
    run:
        either:
            let a = 1
            await llm()
        or:
            let a = 5
            await llm()
"""
    found = checked(text)
    assert found.roles["Worker"].activities[0].frame == (("a", Int(1, 5)),)


def test_awaited_calls_are_settled() -> None:
    text = """\
ids Task * 2
message Stop() to Worker
message Reply(t: Task) to Worker
def ready(t: Task): t == t
def idle(): true
shared open: bool = false
role Worker:
    action work(t: Task):
        await Stop()
        await Reply(u)
        await ready(t)
        await idle()
        await tests()
        await llm(tokens: 3)
        await Stop
        await llm
        await open
        await:
            Stop: pass
            tool: pass
            when open: pass
        await:
            Reply(v): pass
            ready(t): pass
            idle(): pass
            tests(): pass
            Stop(): pass
"""
    kinds = [[type(what).__name__ for what in info.whats] for info in activity(checked(text), "Worker", "work")]
    assert kinds == [
        ["AwaitMessage"],
        ["AwaitMessage"],
        ["AwaitCondition"],
        ["AwaitCondition"],
        ["AwaitCall"],
        ["AwaitCall"],
        ["AwaitMessage"],
        ["AwaitCall"],
        ["AwaitCondition"],
        ["AwaitMessage", "AwaitCall", "AwaitCondition"],
        ["AwaitMessage", "AwaitCondition", "AwaitCondition", "AwaitCall", "AwaitMessage"],
    ]


def test_handlers_are_named_by_their_messages() -> None:
    text = """\
message A() to Worker
message B(n: 0..3) to Worker
role Worker * workers:
    on A(): pass
    action work: send A() to self
role Lead:
    run: broadcast B(1) to Worker
role Worker:
    on B(_) from l when true: pass
    on A() from w: pass
"""
    found = checked(text)
    assert [(a.name, a.parameters) for a in found.roles["Worker"].activities] == [
        ("A", ()),
        ("work", ()),
        ("B", (("l", found.sorts["Lead"]),)),
        ("A_2", (("w", found.sorts["Worker"]),)),
    ]


# --- declarations --------------------------------------------------------------------------------------------------------


def test_messages_know_their_senders() -> None:
    text = """\
message A(n: 0..3) to Worker: unordered, capacity workers + 1
message B() to Lead: persistent
message C() to Lead
role Lead:
    run:
        broadcast A(1) to Worker
    on B(): pass
role Worker * workers:
    on A(_) from x: Lead: pass
    on A(_) from x: Worker: pass
    action b: send A(2) to self
"""
    found = checked(text)
    shown = [(m.name, m.fields, m.receiver.name, m.capacity, m.senders, m.takes_sender) for m in found.messages.values()]
    assert shown == [
        ("A", (("n", Int(0, 3)),), "Worker", 3, ("Lead", "Worker"), True),
        ("B", (), "Lead", 4, (), False),
        ("C", (), "Lead", 4, (), False),
    ]


def test_sorts_are_in_the_order_of_declaration() -> None:
    text = "role Worker * workers, ordered\nids Task * 2\nrole Lead\nids Slot * 3, ordered\n"
    assert list(checked(text).sorts.values()) == [
        Sort("Worker", 2, ordered=True, role=True),
        TASK,
        Sort("Lead", 1, role=True, single=True),
        Sort("Slot", 3, ordered=True),
    ]


def test_a_role_in_parts() -> None:
    text = """\
role Worker * 3, reentrant:
    var a: bool = true
role Worker:
    durable var b: bool = a2
    action x: pass
const a2: bool = true
"""
    role = checked(text).roles["Worker"]
    assert (role.sort.size, role.reentrant, role.starts_down) == (3, True, False)
    assert [(v.name, v.declaration.kind) for v in role.variables] == [("a", "var"), ("b", "durable")]
    assert role.at.size is not None


def test_instances_give_values() -> None:
    text = """\
protocol p(workers: 1..3, careful: bool = false)
ids Task * 3
role Worker * workers
record Job: task: Task, after: set[Task]
const needs: map[Task, set[Task]]
const lead: Worker? = none
const jobs: seq[Job, max 2] = [Job(task: 2, after: {0, Task1})]
const double: 0..9 = workers * 2
const flags: map[Task, bool] = true
"""
    spec = "instance a: workers = 2, needs = {1: {0}, 2: {0, 1}}, lead = 1\ninstance b: workers = 3, needs = {}, careful = true\n"
    a, b = checked(text, spec, "a"), checked(text, spec, "b")
    empty: frozenset[int] = frozenset()
    assert {n: c.value for n, c in a.parameters.items()} == {"workers": 2, "careful": False}
    assert {n: c.value for n, c in a.constants.items()} == {
        "needs": (empty, frozenset({0}), frozenset({0, 1})),
        "lead": 1,
        "jobs": ((2, frozenset({0, 1})),),
        "double": 4,
        "flags": (True, True, True),
    }
    assert b.constants["needs"].value == (empty, empty, empty)
    assert (b.constants["double"].value, b.parameters["careful"].value, b.instance) == (6, True, "b")
    assert (checked(text, spec).instance, checked(text, spec, "b", workers="1").constants["double"].value) == ("a", 2)


def test_without_a_spec_parameters_have_their_defaults() -> None:
    found = checked("role Worker * workers\n")
    assert (found.instance, found.parameters) == ("default", {"workers": Constant(2, Int(0, 6))})
    assert checked("role Worker * workers\n", workers="5").sorts["Worker"].size == 5
    assert codes("role Worker * workers\n", workers="7") == ["T403"]


def test_fault_models() -> None:
    text = "shared x: bool = true\nmessage M(n: 0..3) to Worker\nrole Worker * workers:\n    run:\n        await llm()\n        send M(1) to self\n"
    spec = (
        "faults f: crash Worker <= workers, lose M unlimited, stale x <= 1\nfaults none\ntimeouts only when stuck\nno deadlock\n"
    )
    found = checked(text, spec)
    assert {name: [(i.kind, i.target, i.budget) for i in items] for name, items in found.faults.items()} == {
        "none": [],
        "f": [("crash", "Worker", 2), ("lose", "M", None), ("stale", "x", 1)],
    }
    assert found.timeouts_only_when_stuck
    assert [p.name for p in found.properties if isinstance(p, tree.Absence)] == ["no deadlock"]


# --- imports ---------------------------------------------------------------------------------------------------------------

LOCK = """\
protocol lock(clients: 1..4)
enum State: free, taken
ids Slot * 2, ordered
role Client * clients
role Guard
shared holder: Client? = none
shared state: State = free
message Ask(c: Client) to Guard
message Grant(n: 0..3) to Client
def open(c: Client): holder == c or state == free
role Client:
    var wanted: bool = false
    action take(slot: Slot) when open(self) and slot == Slot1:
        wanted = true
        await llm()
        holder = self
    on Grant(n): pass
role Guard:
    on Ask(c): send Grant(1) to c
done when false
"""


def test_an_import_is_merged_under_qualified_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lock.team").write_text(LOCK, encoding="utf-8")
    text = """\
import "lock.team" as lock with Client = Worker, clients = workers
role Worker * workers:
    var own: bool = true
    action look: pass
"""
    spec = """\
always p: all(w in Worker: w.lock.wanted or w at llm or lock.holder == w) and lock.state == lock.State.taken
"""
    found = checked(text, spec)
    assert list(found.sorts) == ["Worker", "lock.Slot", "lock.Guard"]
    assert list(found.shared) == ["lock.holder", "lock.state"]
    assert found.shared["lock.holder"].type == Option(found.sorts["Worker"])
    assert {name: c.value for name, c in found.constants.items()} == {"lock.clients": 2}
    assert [v.name for v in found.roles["Worker"].variables] == ["own", "lock.wanted"]
    assert [a.name for a in found.roles["Worker"].activities] == ["look", "lock.take", "lock.Grant"]
    assert [a.name for a in found.roles["lock.Guard"].activities] == ["lock.Ask"]
    assert {name: m.senders for name, m in found.messages.items()} == {"lock.Ask": (), "lock.Grant": ("lock.Guard",)}
    assert found.done is None
    symbols = {
        written.name: found.symbols.get(id(written))
        for written in nodes(found.properties[0])
        if isinstance(written, (tree.Name, tree.Field))
    }
    assert symbols["lock.wanted"] == AgentVariable("Worker", "lock.wanted")
    assert symbols["lock.holder"] == SharedVariable("lock.holder")
    assert symbols["taken"] == Constant(1, found.enums["lock.State"])


def test_a_parameter_may_be_of_an_enum() -> None:
    found = checked("protocol p(order: Order = fifo)\nenum Order: fifo, random\n")
    assert found.parameters["order"].value == 0
    assert checked("protocol p(order: Order = fifo)\nenum Order: fifo, random\n", order="random").parameters["order"].value == 1


def test_a_member_with_the_name_of_a_variable_is_written_after_its_enum() -> None:
    text = "enum E: x, y\nshared x: bool = true\nshared e: E = E.x\nrole W:\n    action a when x and e == E.x: pass\n"
    assert checked(text).shared["e"].type == Enum("E", ("x", "y"))
