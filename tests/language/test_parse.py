"""Text to surface trees: every construct, where it may stand, and the places of the nodes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker.language import tree
from checker.language.build import BUILDERS
from checker.language.compile_grammar import TABLES, compiled_text
from checker.language.parse import parse_protocol, parse_spec, read_source
from checker.language.source import Source
from tests.language.tree_text import nodes, shown, text_at

ROOT = Path(__file__).parent.parent.parent


def protocol(text: str) -> tree.Protocol:
    return parse_protocol(Source("x.team", "protocol p\n" + text))


def spec(text: str) -> tree.Spec:
    return parse_spec(Source("x.spec", 'spec s for "x.team"\n' + text))


def declaration(text: str) -> str:
    (found,) = protocol(text + "\n").declarations
    return shown(found)


def member(text: str) -> str:
    (role,) = protocol("role W:\n    " + text.replace("\n", "\n    ") + "\n").declarations
    assert isinstance(role, tree.RoleDecl)
    (found,) = role.variables + role.activities
    return shown(found)


def statement(text: str) -> str:
    (role,) = protocol("role W:\n    run:\n        " + text.replace("\n", "\n        ") + "\n").declarations
    assert isinstance(role, tree.RoleDecl)
    (run,) = role.activities
    (found,) = run.body
    return shown(found)


def expression(text: str) -> str:
    (done,) = protocol(f"done when {text}\n").declarations
    return shown(done.condition)


# --- the compiled grammar ------------------------------------------------------------------------------


def test_the_tables_are_those_of_the_grammar() -> None:
    assert TABLES.read_text(encoding="utf-8") == compiled_text(), "run `python -m checker.language.compile_grammar`"


def test_every_rule_has_its_function() -> None:
    import json

    rules = json.loads(TABLES.read_text(encoding="utf-8"))["rules"]
    assert {name for _, name, _, _ in rules} - {"", "="} <= set(BUILDERS)


def test_parsing_imports_no_lark() -> None:
    code = "import sys; from checker.language.parse import *; parse_protocol(Source('x', 'protocol p\\n')); print('lark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "False"


# --- whole files ------------------------------------------------------------------------------------------


def corpus() -> list[Path]:
    return sorted([*ROOT.glob("protocols/**/*.team"), *ROOT.glob("specs/**/*.spec")])


def test_there_is_a_corpus() -> None:
    assert len(corpus()) >= 20


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_the_corpus_parses(path: Path) -> None:
    source = read_source(str(path))
    made = parse_protocol(source) if path.suffix == ".team" else parse_spec(source)
    for node in nodes(made):
        assert text_at(source.text, node.span).strip(), node


def test_a_protocol() -> None:
    made = parse_protocol(Source("x", '"""Two\n  lines."""\n\n# c\nprotocol p(a: 1..3 = 2, b: bool)\nmeter tokens\n'))
    assert made.doc == "Two\nlines."
    assert shown(made.parameters) == "[Parameter(a RangeType(1 3) 2) Parameter(b bool -)]"
    assert shown(made.declarations) == "[MeterDecl(tokens)]"


def test_a_header_is_enough() -> None:
    assert shown(protocol("")) == "Protocol(- p [] [])"
    assert shown(parse_protocol(Source("x", "protocol p()"))) == "Protocol(- p [] [])"
    assert shown(spec("")) == "Spec(- s x.team [] [] False [] [] [] [])"


def test_carriage_returns_and_a_byte_order_mark() -> None:
    made = parse_protocol(Source("x", '\ufeff"""a\r\nb"""\r\nprotocol p\r\nmeter m\r\n'))
    assert (made.doc, made.declarations[0].span.line) == ("a\nb", 4)


# --- declarations ------------------------------------------------------------------------------------------

DECLARATIONS = {
    'import "lock.team" as lock with Client = Worker, n = 2 + 1': "Import(lock.team lock [[Client Worker] [n Binary(+ 2 1)]])",
    'import "a.team" as a': "Import(a.team a [])",
    "enum Status: open, claimed, done": "EnumDecl(Status [open claimed done])",
    "enum Status:\n    open, stop,\n    round": "EnumDecl(Status [open stop round])",
    "type Count = 0..3": "TypeAlias(Count RangeType(0 3))",
    "record Entry: task: Task, by: Worker?": "RecordDecl(Entry [TypedName(task Task) TypedName(by OptionType(Worker))])",
    "record Entry:\n    task: Task\n    by: Worker?": "RecordDecl(Entry [TypedName(task Task) TypedName(by OptionType(Worker))])",
    "ids Task * tasks + 1": "IdsDecl(Task Binary(+ tasks 1) False)",
    "ids Task * 3, ordered": "IdsDecl(Task 3 True)",
    "const needs: map[Task, set[Task]] = {}": "ConstDecl(needs MapType(Task SetType(Task)) Braces([]))",
    "const n: 0..3": "ConstDecl(n RangeType(0 3) -)",
    "shared status: map[Task, Status] = open": "VarDecl(shared status MapType(Task Status) open False)",
    "shared first_pick: Task in Task": "VarDecl(shared first_pick Task Task True)",
    "shared q: seq[0..n - 1?, max 2 * n] = []": (
        "VarDecl(shared q SeqType(OptionType(RangeType(0 Binary(- n 1))) Binary(* 2 n)) SeqLiteral([]) False)"
    ),
    "shared x: lock.Grant? = none": "VarDecl(shared x OptionType(lock.Grant) none False)",
    "message Assign(t: Task) to Worker: unordered, capacity 4": "MessageDecl(Assign [TypedName(t Task)] Worker unordered 4 block False)",
    "message Stop to lock.Client": "MessageDecl(Stop [] lock.Client fifo - block False)",
    "message A() to B: lost if down, error, persistent": "MessageDecl(A [] B persistent - error True)",
    "meter tokens": "MeterDecl(tokens)",
    "def ready(t: Task): x": "DefDecl(ready [TypedName(t Task)] x)",
    "def ready():\n    x": "DefDecl(ready [] x)",
    "role Worker * workers": "RoleDecl(Worker workers False False False [] [])",
    "role Lead": "RoleDecl(Lead - False False False [] [])",
    "role W * 2 * n, ordered, reentrant, starts down": "RoleDecl(W Binary(* 2 n) True True True [] [])",
    "role W * 2, starts down:\n    var x: bool = false\n    pass": "RoleDecl(W 2 False False True [VarDecl(var x bool false False)] [])",
    "role W: run: x = 1": "RoleDecl(W - False False False [] [Run([Assign(x = 1)])])",
    "done when x": "DoneDecl(x)",
    "done when\n    x": "DoneDecl(x)",
}


@pytest.mark.parametrize("text", DECLARATIONS)
def test_a_declaration(text: str) -> None:
    assert declaration(text) == DECLARATIONS[text]


MEMBERS = {
    "var seen: Task? = none": "VarDecl(var seen OptionType(Task) none False)",
    "durable var log: seq[Task, max 2] in S": "VarDecl(durable log SeqType(Task 2) S True)",
    "action a: pass": "Action(a weak [] - - [Pass()])",
    "action a() when c should d: pass": "Action(a weak [] c d [Pass()])",
    "may action a(t: T, u: 0..1):\n    pass\n    pass": "Action(a may [TypedName(t T) TypedName(u RangeType(0 1))] - - [Pass() Pass()])",
    "strongly fair action done should d: pass": "Action(done strong [] - d [Pass()])",
    "on M: pass": "Handler(weak Pattern(M [] - -) - [Pass()])",
    "on M(a, _) from x when g: pass": "Handler(weak Pattern(M [a -] x -) g [Pass()])",
    "on M(a) from x: Role: pass": "Handler(weak Pattern(M [a] x Role) - [Pass()])",
    "on M(a) from x: lock.Role when g:\n    pass": "Handler(weak Pattern(M [a] x lock.Role) g [Pass()])",
    "on M(a) from x: y = 1": "Handler(weak Pattern(M [a] x -) - [Assign(y = 1)])",
    "on M from x: y.z = 1": "Handler(weak Pattern(M [] x -) - [Assign(Field(y z) = 1)])",
    "may on lock.M(): pass": "Handler(may Pattern(lock.M [] - -) - [Pass()])",
    "run: pass": "Run([Pass()])",
}


@pytest.mark.parametrize("text", MEMBERS)
def test_a_member(text: str) -> None:
    assert member(text) == MEMBERS[text]


# --- statements ---------------------------------------------------------------------------------------------

STATEMENTS = {
    "x = 1": "Assign(x = 1)",
    "x[k].f += {a}": "Assign(Field(Index(x k) f) += Braces([a]))",
    "x -= 1": "Assign(x -= 1)",
    "let y = 2_000": "Let(y 2000)",
    "if a: pass": "If([[a [Pass()]]] [])",
    "if a:\n    pass\nelif b: pass\nelif c:\n    pass\nelse: x = 1": "If([[a [Pass()]] [b [Pass()]] [c [Pass()]]] [Assign(x = 1)])",
    "for x in S: pass": "For(Binder(x S) [Pass()])",
    "choose x in S where c": "Choose(x S - c)",
    "choose x in S | T": "Choose(x Binary(| S T) - -)",
    "choose x: set[Task] where c": "Choose(x - SetType(Task) c)",
    "choose x: 0..3": "Choose(x - RangeType(0 3) -)",
    "either: pass\nor: pass": "Either([[- [Pass()]] [- [Pass()]]])",
    "either 0.9:\n    pass\nor 0.1:\n    pass\nor:\n    pass": "Either([[0.9 [Pass()]] [0.1 [Pass()]] [- [Pass()]]])",
    "send M(e, 1) to w": "Send(M [e 1] w)",
    "send lock.Stop to f(x)": "Send(lock.Stop [] Call(f [x] []))",
    "broadcast M() to {a, b}": "Broadcast(M [] Braces([a b]))",
    'assert c, "text \\"a\\\\"': "Assert(c 'text \"a\\\\')",
    "assert c": "Assert(c -)",
    "return": "Return()",
    "while c: pass": "While(c - [Pass()])",
    "while c at most 2 * n: pass": "While(c Binary(* 2 n) [Pass()])",
    "while w at home: pass": "While(At(w - home) - [Pass()])",
    "progress": "Progress()",
    "spawn w": "Spawn(w)",
    "stop w": "Stop(w)",
    "pass": "Pass()",
    "await llm(tokens: 2_000, s: 12) as p": "Await([AwaitBranch(AwaitCall(llm [Argument(tokens 2000) Argument(s 12)]) [])] p)",
    "await x == done": "Await([AwaitBranch(AwaitCondition(Binary(== x done)) [])] -)",
    "await tests()": "Await([AwaitBranch(AwaitCondition(Call(tests [] [])) [])] -)",
    "await tests": "Await([AwaitBranch(AwaitName(tests) [])] -)",
    "await:\n    lock.Granted: pass": "Await([AwaitBranch(AwaitName(Field(lock Granted)) [Pass()])] -)",
    "await R(v, _) from w: Lead when v > 0 as waiting": "Await([AwaitBranch(AwaitMessage(Pattern(R [v -] w Lead) Binary(> v 0)) [])] waiting)",
    "await R from w": "Await([AwaitBranch(AwaitMessage(Pattern(R [] w -) -) [])] -)",
    "await R(v) when v": "Await([AwaitBranch(AwaitMessage(Pattern(R [v] - -) v) [])] -)",
    "await round": "Await([AwaitBranch(AwaitRound() [])] -)",
    "await round as sync": "Await([AwaitBranch(AwaitRound() [])] sync)",
    "await as listening:\n    timeout: pass\n    when c: pass": (
        "Await([AwaitBranch(AwaitTimeout() [Pass()]) AwaitBranch(AwaitCondition(c) [Pass()])] listening)"
    ),
    "await:\n    R(v) from w when v:\n        pass\n    R(v): pass\n    R(v) from w: Lead: pass\n    llm(seconds: 3): pass\n    tests(): pass": (
        "Await([AwaitBranch(AwaitMessage(Pattern(R [v] w -) v) [Pass()]) AwaitBranch(AwaitMessage(Pattern(R [v] - -) -) [Pass()]) "
        "AwaitBranch(AwaitMessage(Pattern(R [v] w Lead) -) [Pass()]) AwaitBranch(AwaitCall(llm [Argument(seconds 3)]) [Pass()]) "
        "AwaitBranch(AwaitCondition(Call(tests [] [])) [Pass()])] -)"
    ),
}


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement(text: str) -> None:
    assert statement(text) == STATEMENTS[text]


# --- expressions --------------------------------------------------------------------------------------------

EXPRESSIONS = {
    "if a then b else if c then d else e": "Conditional(a b Conditional(c d e))",
    "a implies b implies c": "Binary(implies a Binary(implies b c))",
    "a implies if b then c else d": "Binary(implies a Conditional(b c d))",
    "a or b and not c == d": "Binary(or a Binary(and b Unary(not Binary(== c d))))",
    "a or b or c": "Binary(or Binary(or a b) c)",
    "not a in S": "Unary(not Binary(in a S))",
    "a not in S": "Binary('not in' a S)",
    "a subset b | c & d + e * f": "Binary(subset a Binary(| b Binary(& c Binary(+ d Binary(* e f)))))",
    "a - b - c": "Binary(- Binary(- a b) c)",
    "-a // -2 % 3": "Binary(% Binary(// Unary(- a) Unary(- 2)) 3)",
    "(a < b) == (c >= d)": "Binary(== Binary(< a b) Binary(>= c d))",
    "x!.f[k]!": "Unwrap(Index(Field(Unwrap(x) f) k))",
    "f(a, (b)) != g()": "Binary(!= Call(f [a b] []) Call(g [] []))",
    "lock.free(a).x": "Field(Call(lock.free [a] []) x)",
    "Entry(task: t, by: none)": "Call(Entry [] [Argument(task t) Argument(by none)])",
    "all(x in D: p)": "Quantifier(all [Binder(x D)] p)",
    "count(x in D - {a}, y in E: x == y)": "Quantifier(count [Binder(x Binary(- D Braces([a]))) Binder(y E)] Binary(== x y))",
    "min(a, b) + min(x in D: e)": "Binary(+ Call(min [a b] []) Quantifier(min [Binder(x D)] e))",
    "{}": "Braces([])",
    "{a, b,}": "Braces([a b])",
    "{a: b, c: {}}": "MapLiteral([[a b] [c Braces([])]])",
    "{k: v for k in K}": "MapComprehension(k v Binder(k K))",
    "[a, [b], []]": "SeqLiteral([a SeqLiteral([b]) SeqLiteral([])])",
    "w is busy and w at work.planning": "Binary(and Is(w busy) At(w work planning))",
    "w at done or w at run.done": "Binary(or At(w - done) At(w run done))",
    "w at lock.acquire.waiting": "At(w lock.acquire waiting)",
    "old(owner[t]) != none": "Binary(!= Call(old [Index(owner t)] []) none)",
    "true == false": "Binary(== true false)",
    "self == Worker1": "Binary(== self Worker1)",
    "(a\n   and\nb)": "Binary(and a b)",
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression(text: str) -> None:
    assert expression(text) == EXPRESSIONS[text]


# --- specs ----------------------------------------------------------------------------------------------------

SPEC_LINES = {
    "instance pair: workers = 2, tasks = 2": "InstanceDecl(pair [[workers 2] [tasks 2]])",
    "instance pair": "InstanceDecl(pair [])",
    "instance pair:\n    workers = 2\n    needs = {1: {0}}, n = 1": "InstanceDecl(pair [[workers 2] [needs MapLiteral([[1 Braces([0])]])] [n 1]])",
    "faults none": "FaultsDecl(none [])",
    "faults nothing: none": "FaultsDecl(nothing [])",
    "faults f: crash Worker <= 1 + 1, lose lock.M unlimited": "FaultsDecl(f [FaultItem(crash Worker Binary(+ 1 1)) FaultItem(lose lock.M -)])",
    "faults f:\n    stale v <= 1\n    skip W unlimited, forget W <= 2": (
        "FaultsDecl(f [FaultItem(stale v 1) FaultItem(skip W -) FaultItem(forget W 2)])"
    ),
    "def f(): x": "DefDecl(f [] x)",
    'always one "text":\n    x': "StateProperty(always one text x)",
    "never both: x": "StateProperty(never both - x)",
    "step no_steal: old(x)": "StateProperty(step no_steal - Call(old [x] []))",
    "sometimes s: x": "StateProperty(sometimes s - x)",
    "eventually e: x": "StateProperty(eventually e - x)",
    "whenever w: p leads to q": "Whenever(w - p q - steps)",
    'whenever w "t":\n    p\n    leads to q': "Whenever(w t p q - steps)",
    'whenever w "t":\n    p leads to q': "Whenever(w t p q - steps)",
    "whenever w: p leads to q within 3 steps": "Whenever(w - p q 3 steps)",
    "whenever w: p leads to q within 1 step": "Whenever(w - p q 1 steps)",
    'whenever w "t":\n    p\n    leads to q\n    within 2 * n rounds': "Whenever(w t p q Binary(* 2 n) rounds)",
    "whenever w:\n    p leads to q within 1 round": "Whenever(w - p q 1 rounds)",
    "eventually always w: p": "StateProperty('eventually always' w - p)",
    'infinitely often w "t": p': "StateProperty('infinitely often' w t p)",
    "no starvation of W": "Absence('no starvation' W)",
    "ltl w: always p": "StateProperty(ltl w - Temporal(always [p]))",
    "ltl w: p until q until r": "StateProperty(ltl w - Temporal(until [p Temporal(until [q r])]))",
    "ltl w: not p weak until q and r release always s": (
        "StateProperty(ltl w - Binary(and Temporal('weak until' [Unary(not p) q]) Temporal(release [r Temporal(always [s])])))"
    ),
    'ltl w "t":\n    always (p implies eventually q)': (
        "StateProperty(ltl w t Temporal(always [Binary(implies p Temporal(eventually [q]))]))"
    ),
    "ltl w: (always p) implies next ((a + b) * 2 == c)": (
        "StateProperty(ltl w - Binary(implies Temporal(always [p]) Temporal(next [Binary(== Binary(* Binary(+ a b) 2) c)])))"
    ),
    "ltl w: all(t in T: eventually x[next(t)])": (
        "StateProperty(ltl w - Quantifier(all [Binder(t T)] Temporal(eventually [Index(x Call(next [t] []))])))"
    ),
    "no deadlock": "Absence('no deadlock' -)",
    "no livelock": "Absence('no livelock' -)",
    "no unhandled message": "Absence('no unhandled message' -)",
    "no error": "Absence('no error' -)",
    "no lost update on status": "Absence('no lost update' status)",
    "no stale write on lock.holder": "Absence('no stale write' lock.holder)",
    "no overwrite on status": "Absence('no overwrite' status)",
    "check pair, crowd under none, f": "CheckDecl([pair crowd] [none f])",
    "check pair": "CheckDecl([pair] [])",
    "expect a, no lost update on v, no deadlock violated": "ExpectViolated([a no lost update on v no deadlock] [] [] violated)",
    "expect no, b violated in pair, crowd under none": "ExpectViolated([no b] [pair crowd] [none] violated)",
    "expect a, b unreachable in pair": "ExpectViolated([a b] [pair] [] unreachable)",
    "expect 157_820 states, 228 transitions in pair under none": "ExpectCounts(157820 228 [pair] [none])",
    "expect 1 state": "ExpectCounts(1 - [] [])",
}


@pytest.mark.parametrize("text", SPEC_LINES)
def test_a_line_of_a_spec(text: str) -> None:
    made = spec(text + "\n")
    (found,) = made.instances + made.faults + made.defs + made.properties + made.checks + made.expectations
    assert shown(found) == SPEC_LINES[text]


def test_timeouts_only_when_stuck() -> None:
    assert spec("timeouts only when stuck\n").timeouts_only_when_stuck
    assert not spec("").timeouts_only_when_stuck


# --- places ---------------------------------------------------------------------------------------------------


def test_each_node_has_the_place_of_its_text() -> None:
    text = "protocol p\nrole W * 2:  # c\n    run:\n        if (a + b) * c < f(x)!:\n            send M(1) to w\n\n# end\n"
    made = parse_protocol(Source("x.team", text))
    found = [(type(node).__name__, text_at(text, node.span)) for node in nodes(made)]
    body = "if (a + b) * c < f(x)!:\n            send M(1) to w"
    assert found == [
        ("Protocol", text[: text.index("\n\n# end")]),
        ("RoleDecl", f"role W * 2:  # c\n    run:\n        {body}"),
        ("Number", "2"),
        ("Run", f"run:\n        {body}"),
        ("If", body),
        ("Binary", "(a + b) * c < f(x)!"),
        ("Binary", "(a + b) * c"),
        ("Binary", "a + b"),
        ("Name", "a"),
        ("Name", "b"),
        ("Name", "c"),
        ("Unwrap", "f(x)!"),
        ("Call", "f(x)"),
        ("Name", "x"),
        ("Send", "send M(1) to w"),
        ("Number", "1"),
        ("Name", "w"),
    ]
    assert made.span.file == "x.team"


# --- cost -----------------------------------------------------------------------------------------------------


def test_ten_thousand_lines_take_seconds() -> None:
    block = (
        "    action a{}(t: T) when s[t] == a and not done:\n        await llm(tokens: 2_000) as planning\n"
        "        s[t] = b\n        if x: y{} = y + 2\n"
    )
    text = "protocol x\nrole W * 2:\n" + "".join(block.format(i, i) for i in range(2500))
    started = time.process_time()
    made = parse_protocol(Source("x", text))
    assert time.process_time() - started < 10
    (role,) = made.declarations
    assert isinstance(role, tree.RoleDecl)
    assert len(role.activities) == 2500
