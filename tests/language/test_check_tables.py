"""What the tables of a `Checked` hold: types, symbols, labels, frames, messages, constants."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.language import tree
from checker.language.check import check_spec_all
from checker.language.checked import (
    AgentVariable,
    AwaitInfo,
    Bound,
    Builtin,
    Checked,
    Constant,
    Def,
    FrameVariable,
    RecordField,
    RecordMaker,
    SharedVariable,
    TypeName,
)
from checker.language.checking.walk import nodes
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, parse_spec, read_source
from checker.language.types import Bool, Enum, Int, MapOf, Option, SeqOf, SetOf, Sort
from tests.language.checked_texts import checked, codes

ROOT = Path(__file__).parents[2]
SPECS = sorted(ROOT.glob("specs/**/*.spec"))
TASK = Sort("Task", 2)


# --- the whole corpus ----------------------------------------------------------------------------------------------


def test_there_is_a_corpus() -> None:
    assert len(SPECS) >= 20


@pytest.mark.parametrize("path", SPECS, ids=lambda path: str(path.relative_to(ROOT / "specs")))
def test_every_expression_of_the_corpus_has_a_type(path: Path) -> None:
    spec = parse_spec(read_source(str(path)))
    protocol = parse_protocol(read_source(os.path.join(path.parent, spec.path)))
    for found in check_spec_all(protocol, spec).values():
        untyped = [str(node.span) for root in roots(found) for node in expressions(found, root) if id(node) not in found.types]
        assert untyped == []


def roots(found: Checked) -> Iterator[tree.Node]:
    """The trees that the lowering reads expressions from."""
    yield from found.properties
    yield from (info.body for info in found.defs.values())
    yield from (info.declaration.initial for info in found.shared.values())
    if found.done is not None:
        yield found.done
    for role in found.roles.values():
        yield from (info.declaration.initial for info in role.variables)
        for activity in role.activities:
            yield activity.node
            yield from (what for info in activity.awaits for what in info.whats)


def expressions(found: Checked, node: tree.Node) -> Iterator[tree.Expr]:
    """The expressions below `node` that have values: no names of types or messages, no `w.work` of `w.work.t`, no calls of the outside."""
    if isinstance(node, tree.Await):
        for branch in node.branches:  # what it waits for is in `whats`
            for statement in branch.body:
                yield from expressions(found, statement)
        return
    symbol = found.symbols.get(id(node))
    if isinstance(node, tree.Expr) and not isinstance(symbol, TypeName):
        yield node
    skipped: set[int] = set()
    if isinstance(node, tree.Field) and isinstance(symbol, FrameVariable) and isinstance(node.of, tree.Field):
        skipped.add(id(node.of))
        yield from expressions(found, node.of.of)
    if isinstance(node, tree.Field) and isinstance(symbol, Constant):
        skipped.add(id(node.of))
    if isinstance(node, tree.Call) and symbol == Builtin("waiting"):
        skipped.add(id(node.arguments[0]))
    for child in children(node):
        if id(child) not in skipped:
            yield from expressions(found, child)


def children(node: tree.Node) -> list[tree.Node]:
    from checker.language.checking.walk import children

    return list(children(node))


# --- types ---------------------------------------------------------------------------------------------------------


def type_of(expression: str, declarations: str = "") -> object:
    """The type of an expression in a def with a number `n: 0..3`, a task `t`, a set `s` and a sequence `q`."""
    text = (
        f"enum Status: open, done\nids Task * 2\nids Slot * 3, ordered\nrole Worker * workers\n{declarations}\n"
        f"def f(n: 0..3, t: Task, s: set[Task], q: seq[Task, max 2], x: Slot, o: Task?): {expression}\n"
    )
    return checked(text).defs["f"].type


@pytest.mark.parametrize(
    ("expression", "type"),
    [
        ("n + 1", Int(1, 4)),
        ("n - 4", Int(-4, -1)),
        ("n * n - 2", Int(-2, 7)),
        ("-n", Int(-3, 0)),
        ("n // 2", Int(0, 1)),
        ("7 // (n - 1)", Int(-7, 7)),
        ("-7 // 2", Int(-4, -4)),
        ("n % 2", Int(0, 1)),
        ("n % 9", Int(0, 3)),
        ("n % (0 - 2)", Int(-1, 0)),
        ("workers + n", Int(2, 5)),
        ("if n > 1 then n else 7", Int(0, 7)),
        ("min(n, 1)", Int(0, 1)),
        ("max(n, 1)", Int(1, 3)),
        ("len(s)", Int(0, 2)),
        ("len(q)", Int(0, 2)),
        ("index(x)", Int(0, 2)),
        ("count(a in Task, b in Slot: true)", Int(0, 6)),
        ("count(a in s, b in Slot: true)", Int(0, 6)),
        ("sum(a in Slot: n - 1)", Int(-3, 6)),
        ("sum(a in s: 2)", Int(0, 4)),
        ("sum(a in Slot: 2)", Int(6, 6)),
        ("min(a in Slot: index(a))", Int(0, 2)),
        ("those(a in Task: a == t)", SetOf(TASK)),
        ("majority(a in Task: a == t)", Bool()),
        ("{t}", SetOf(TASK)),
        ("{n, 7}", SetOf(Int(0, 7))),
        ("s - {t}", SetOf(TASK)),
        ("s | {t} & s", SetOf(TASK)),
        ("[t, t, t]", SeqOf(TASK, 3)),
        ("q + [t]", SeqOf(TASK, 3)),
        ("append(q, t)", SeqOf(TASK, 3)),
        ("rest(q)", SeqOf(TASK, 1)),
        ("first(q)", TASK),
        ("q[n]", TASK),
        ("first(Slot)", Sort("Slot", 3, ordered=True)),
        ("next_in_ring(x)", Sort("Slot", 3, ordered=True)),
        ("open", Enum("Status", ("open", "done"))),
        ("if n > 1 then t else none", Option(TASK)),
        ("if n > 1 then o else t", Option(TASK)),
        ("o!", TASK),
        ("{a: n for a in Task}", MapOf(TASK, Int(0, 3))),
        ("{open: 1, done: n}", MapOf(Enum("Status", ("open", "done")), Int(0, 3))),
        ("[none, t]", SeqOf(Option(TASK), 2)),
        ("{t, none}", SetOf(Option(TASK))),
        ("t in s and t in q and s subset {t}", Bool()),
    ],
)
def test_types_are_as_narrow_as_their_operands_allow(expression: str, type: object) -> None:
    if type is None:
        with pytest.raises(BadInput):
            type_of(expression)
    else:
        assert type_of(expression) == type


def test_a_plain_value_for_a_map_keeps_its_own_type() -> None:
    found = checked("ids Task * 2\nshared m: map[Task, map[Task, 0..3]] = 1\n")
    assert found.types[id(found.shared["m"].declaration.initial)] == Int(1, 1)


def test_literals_hold_what_is_wanted_only_where_they_say_nothing_themselves() -> None:
    text = "ids Task * 2\nshared a: set[0..3] = {1}\nshared b: set[0..3] = {}\nshared c: Task? = none\nshared d: map[Task, Task?] = none\n"
    found = checked(text)
    types = {name: found.types[id(info.declaration.initial)] for name, info in found.shared.items()}
    assert types == {"a": SetOf(Int(1, 1)), "b": SetOf(Int(0, 3)), "c": Option(TASK), "d": Option(TASK)}


# --- symbols ---------------------------------------------------------------------------------------------------------

SYMBOLS = """\
enum Status: open, done
enum Door: open, shut
ids Task * 2
record Entry: task: Task, n: 0..3
const most: 0..3 = 2
shared status: map[Task, Status] = open
shared entry: Entry = Entry(task: 0, n: 1)
role Lead
role Worker * workers:
    var seen: Task? = none
    action work(t: Task) when ready(t):
        let x = seen
        await llm()
        seen = t
def ready(t: Task): status[t] == open
"""
SYMBOLS = SYMBOLS.replace("shared entry: Entry = Entry(task: 0, n: 1)", "shared entry: Entry? = none")


def symbol(found: Checked, root: tree.Node, text: str) -> object:
    """The symbol of the node below `root` that is written `text`."""
    from checker.language.checking.written import written

    return next(
        found.symbols[id(node)]
        for node in nodes(root)
        if isinstance(node, tree.Expr) and written(node) == text and id(node) in found.symbols
    )


def test_names_fields_and_calls_have_symbols() -> None:
    spec = (
        "always p: all(w in Worker, t in Task: w.seen == t and w.work.t == Task1 and w.work.x == t and status[t] == Status.done"
        " and entry!.n > most + workers and Lead is up and entry == Entry(task: t, n: min(1, 2)) and ready(t) and open == status[t])\n"
    )
    found = checked(SYMBOLS, spec)
    (goal,) = found.properties
    worker = found.sorts["Worker"]
    status = found.enums["Status"]
    expected = {
        "w": Bound("w", worker),
        "Worker": TypeName(worker),
        "Task": TypeName(TASK),
        "w.seen": AgentVariable("Worker", "seen"),
        "w.work.t": FrameVariable("Worker", "work", "t"),
        "w.work.x": FrameVariable("Worker", "work", "x"),
        "Task1": Constant(1, TASK),
        "status": SharedVariable("status"),
        "Status.done": Constant(1, status),
        "entry!.n": RecordField("n"),
        "most": Constant(2, Int(2, 2)),
        "workers": Constant(2, Int(2, 2)),
        "Lead": Constant(0, found.sorts["Lead"]),
        "Entry(task: t, n: min(1, 2))": RecordMaker("Entry"),
        "min(1, 2)": Builtin("min"),
        "ready(t)": Def("ready"),
        "open": Constant(0, status),
    }
    assert {text: symbol(found, goal, text) for text in expected} == expected


def test_options_of_frames_do_not_nest() -> None:
    found = checked(SYMBOLS, "always p: all(w in Worker: w.work.x == none and w.work.t == none)\n")
    by_name = {
        node.name: found.types[id(node)]
        for node in nodes(found.properties[0])
        if isinstance(node, tree.Field) and isinstance(found.symbols.get(id(node)), FrameVariable)
    }
    assert by_name == {"x": Option(TASK), "t": Option(TASK)}


def test_type_expressions_have_types_wherever_they_stand() -> None:
    found = checked("ids Task * 2\nrole Worker:\n    action a(t: Task):\n        choose n: set[0..workers]\n")
    written = [node for node in nodes(found.protocol) if isinstance(node, tree.TypeExpr)]
    assert [found.type_expressions[id(node)] for node in written] == [Int(0, 6), TASK, SetOf(Int(0, 2)), Int(0, 2)]


# --- activities --------------------------------------------------------------------------------------------------------


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
role Worker:
    action work(t: Task):
        await Stop()
        await Reply(u)
        await ready(t)
        await idle()
        await tests()
        await llm(tokens: 3)
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
