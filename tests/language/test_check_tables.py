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
from tests.language.checked_texts import checked

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
        ("q + [t, t, t]", SeqOf(TASK, 5)),
        ("[t] + [t, t]", SeqOf(TASK, 3)),
        ("{[t], [t, t]}", SetOf(SeqOf(TASK, 2))),
        ("[t] == [t, t]", Bool()),
        ("append(q, t)", SeqOf(TASK, 3)),
        ("without(q, t)", SeqOf(TASK, 2)),
        ("rest(q)", SeqOf(TASK, 1)),
        ("butlast(q)", SeqOf(TASK, 1)),
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
