"""Sentences: what an expression of a model says, in the language and in English, and that it says the same when it is read back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from checker.elaborate.lower import elaborate
from checker.language.check import check
from checker.language.parse import parse_protocol
from checker.language.source import Source
from checker.language.types import Bool, Enum, Int, SetOf, Type, Value, cardinality, values
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Model, Variable
from checker.properties.plan import Filters
from checker.properties.searches import model_of, plan
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import Interpreter
from checker.sentences.read import read_sentences
from checker.sentences.sentence import sentence

ROOT = Path(__file__).parents[2]
SPECS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "specs").rglob("*.spec"))
STATE_KINDS = ("always", "never", "sometimes", "eventually")


def any_value(type: Type, random: Random) -> Value:
    if isinstance(type, SetOf):
        return frozenset(value for value in values(type.of) if random.random() < 0.5)
    if cardinality(type) > 4096:
        return next(values(type))
    return next(islice(values(type), random.randrange(cardinality(type)), None))


def some_states(model: Model, count: int = 40) -> Iterator[tuple[Value, ...]]:
    """Well-typed states, most of them unreachable; channels of bags and queues are as at the start."""
    random = Random(7)
    for _ in range(count):
        state: list[Value] = []
        for variable in model.variables:
            for initial in variable.initial:
                bag = variable.kind == "channel" and not isinstance(variable.type, SetOf)
                state.append(initial[0] if bag else any_value(variable.type, random))
        yield tuple(state)


def truth(interpreter: Interpreter, expr: Expr, state: tuple[Value, ...]) -> object:
    try:
        return interpreter.evaluate(expr, state)
    except EvaluationError:
        return "no value"


@pytest.mark.parametrize("path", SPECS)
def test_a_goal_of_the_corpus_says_the_same_when_it_is_read_back(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    job = plan([path], Filters(), {})[0]
    model = model_of(job)
    interpreter = Interpreter(model)
    goals = [goal for goal in model.goals if goal.kind in STATE_KINDS]
    said = [sentence(goal.conditions[0], job.checked, model) for goal in goals]
    exact = [(goal, one) for goal, one in zip(goals, said, strict=True) if one.exact]
    target = job.target
    again = read_sentences(
        [one.text for _, one in exact], target.protocol, target.spec, target.instance_name(job.instance), job.faults
    )
    states = list(some_states(model))
    for (goal, one), expr in zip(exact, again, strict=True):
        for state in states:
            assert truth(interpreter, goal.conditions[0], state) == truth(interpreter, on(model, expr), state), one.text


def on(model: Model, expr: Expr) -> Expr:
    """The expression over the variables of `model`, which are other objects than those of the model that it was read in."""
    from checker.model.resize import resized

    return resized(expr, model)


PROTOCOL = """
protocol board(workers: 1..3 = 2, tasks: 1..3 = 2)
enum Status: open, claimed, done
ids Task * tasks
role Worker * workers
role Lead
shared status: map[Task, Status] = open
shared owner: map[Task, Worker?] = none
shared held: set[Task] = {}
message Report(t: Task, good: bool) to Lead: unordered, capacity 2
message Stop to Worker: persistent
message Go(t: Task) to Worker
message Note to Worker
role Worker:
    var last: Task? = none
    action work(t: Task) when status[t] == open:
        await llm as planning
        status[t] = claimed
        owner[t] = self
        await llm as working
        held += {t}
        send Report(t, true) to Lead
    on Stop: pass
    on Go(t): pass
    on Note: pass
    action note(w: Worker): send Note to w
role Lead:
    on Report(t, good) from w: pass
    action start(w: Worker, t: Task): send Go(t) to w
    run:
        await round as meeting
        broadcast Stop to Worker
"""


@pytest.fixture(scope="module")
def board() -> tuple[object, object, Model]:
    from checker.language.checked import FaultInfo

    protocol = parse_protocol(Source("board.team", PROTOCOL))
    checked = check(protocol)
    from checker.language.faults import with_text

    with_text(checked, "crash Worker <= 1")
    assert all(isinstance(item, FaultInfo) for item in checked.faults["crash Worker <= 1"])
    return protocol, checked, elaborate(checked, "crash Worker <= 1")


def variable(model: Model, name: str) -> Variable:
    return next(v for v in model.variables if v.name == name)


def eq(left: Expr, right: Expr) -> Expr:
    return Apply("eq", (left, right), Bool())


def every(local: Local, body: Expr) -> Expr:
    return Quantifier("all", (local,), (local.type,), body, Bool())


def at_place(model: Model, name: str, agent: Expr, place: str) -> Expr:
    control = variable(model, name)
    assert isinstance(control.type, Enum)
    return eq(Read(control, (agent,)), Const(control.type.members.index(place), control.type))


def test_a_lemma_in_the_language_and_in_english(board) -> None:  # type: ignore[no-untyped-def]
    _, checked, model = board
    w = Local(0, "?", checked.sorts["Worker"])
    t = Local(1, "?", checked.sorts["Task"])
    task = Read(variable(model, "Worker.work.t"), (w,))
    status = variable(model, "status")
    left = Apply("and", (at_place(model, "Worker.work", w, "working"), eq(task, t)), Bool())
    body = Apply("implies", (left, eq(Read(status, (t,)), Const(1, status.type))), Bool())
    said = sentence(Quantifier("all", (w, t), (w.type, t.type), body, Bool()), checked, model)
    assert said.text == "all(w in Worker, u in Task: w at working and w.work.t == u implies status[u] == claimed)"
    assert said.plain == (
        "for every worker w and task u: whenever w waits at working and the t of w's work is u, the status of u is claimed"
    )
    assert said.exact


def test_where_agents_stand(board) -> None:  # type: ignore[no-untyped-def]
    _, checked, model = board
    w = Local(0, "w", checked.sorts["Worker"])
    lead = Const(0, checked.sorts["Lead"])

    def text(expr: Expr) -> tuple[str, bool]:
        said = sentence(expr, checked, model)
        return said.text, said.exact

    idle = at_place(model, "Worker.work", w, "idle")
    assert text(every(w, idle)) == ("all(w in Worker: not (w at planning or w at working))", True)
    turned = Apply("not", (idle,), Bool())
    assert text(every(w, turned)) == ("all(w in Worker: w at planning or w at working)", True)
    assert text(at_place(model, "Lead.run", lead, "unstarted")) == ("not (Lead at meeting or Lead is finished)", True)
    assert text(at_place(model, "Lead.run", lead, "finished")) == ("Lead is finished", True)
    assert text(at_place(model, "Lead.run", lead, "meeting")) == ("(Lead waits at the round of meeting)", False)
    up = Read(variable(model, "Worker up"), (w,))
    assert text(every(w, Apply("not", (up,), Bool()))) == ("all(w in Worker: w is down)", True)
    used = variable(model, "crash Worker")
    assert text(eq(Read(used, ()), Const(0, used.type))) == ("(how often crash Worker has happened) == 0", False)


def test_messages_that_wait(board) -> None:  # type: ignore[no-untyped-def]
    _, checked, model = board
    w, t = Local(0, "w", checked.sorts["Worker"]), Local(1, "u", checked.sorts["Task"])
    stop, report, go = variable(model, "Stop"), variable(model, "Report"), variable(model, "Go")
    lead = Const(0, checked.sorts["Lead"])

    def text(expr: Expr) -> tuple[str, bool, str]:
        said = sentence(expr, checked, model)
        return said.text, said.exact, said.plain

    assert isinstance(stop.type, SetOf)
    none = eq(Read(stop, (w,)), Const(frozenset(), stop.type))
    assert text(every(w, none)) == (
        "all(w in Worker: waiting(Stop, w) == 0)",
        True,
        "for every worker w: no Stop message waits for w",
    )
    one = Apply("in_set", (Const((), stop.type.of), Read(stop, (w,))), Bool())
    assert text(every(w, one))[:2] == ("all(w in Worker: waiting(Stop, w) > 0)", True)
    record = report.type.of  # type: ignore[attr-defined]
    sent = Apply("record", (w, t, Const(True, Bool())), record)
    waits = Apply("in_set", (sent, Read(report, (lead,))), Bool())
    both = Quantifier("any", (w, t), (w.type, t.type), waits, Bool())
    assert text(both) == (
        "any(w in Worker, u in Task: (Report(u, true) from w waits for Lead))",
        False,
        "there is a worker w and a task u such that Report(u, true) from w waits for Lead",
    )
    empty = eq(Read(go, (lead, w)), Const((), go.type))
    assert text(every(w, empty))[:2] == ("all(w in Worker: waiting(Go, w) == 0)", True)
    note = variable(model, "Note")
    fifo = Apply("gt", (Apply("size", (Read(note, (w, w)),), Int(0, 4)), Const(0, Int(0, 0))), Bool())
    assert text(every(w, Apply("not", (fifo,), Bool()))) == (
        "all(w in Worker: not ((the number of Note messages from w that wait for w) > 0))",
        False,
        "for every worker w: no Note message from w waits for w",
    )
    assert text(every(w, fifo))[2] == "for every worker w: a Note message from w waits for w"


def test_what_the_messages_that_wait_carry(board) -> None:  # type: ignore[no-untyped-def]
    """Lemmas go over the messages of a channel; people ask whether such a message waits."""
    _, checked, model = board
    w, t = Local(0, "w", checked.sorts["Worker"]), Local(1, "u", checked.sorts["Task"])
    report, go = variable(model, "Report"), variable(model, "Go")
    lead, yes = Const(0, checked.sorts["Lead"]), Const(True, Bool())

    def some(channel: Variable, *index: Expr, of: str) -> tuple[str, str]:
        record = channel.type.of  # type: ignore[attr-defined]
        m = Local(7, "m", record)

        def field(place: int) -> Expr:
            return Apply("field", (m, Const(place, Int(0, 9))), record.fields[place][1])

        last = Apply("not", (field(len(record.fields) - 1),), Bool())
        match of:
            case "all":
                body = eq(m, Apply("record", (w, t, yes), record))
            case "sender":
                body = eq(field(0), w)
            case "fields":
                body = Apply("and", (eq(field(1), t), last), Bool())
            case "task":
                body = eq(field(0), t)
            case _:
                body = Apply("or", (eq(field(1), t), last), Bool())
        found = Quantifier("any", (m,), (Read(channel, index),), body, Bool())
        none = Apply("not", (found,), Bool())
        said = [sentence(every(w, every(t, one)), checked, model) for one in (found, none)]
        assert not any(one.exact for one in said)
        return tuple(one.plain.removeprefix("for every worker w: for every task u: ") for one in said)  # type: ignore[return-value]

    assert some(report, lead, of="all") == (
        "Report(u, true) from w waits for Lead",
        "Report(u, true) from w does not wait for Lead",
    )
    assert some(report, lead, of="sender") == (
        "a Report message from w waits for Lead",
        "no Report message from w waits for Lead",
    )
    assert some(report, lead, of="fields")[1] == "no Report message with t = u and good = false waits for Lead"
    assert some(go, lead, w, of="task")[0] == "a Go message with t = u from Lead waits for w"
    assert some(report, lead, of="something")[0].startswith(
        "there is some m of the Report messages that wait for Lead such that "
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (
            "len(held) + count(w in Worker: w at working) == 2",
            "the number of elements of held plus the number of workers w such that w waits at working is 2",
        ),
        (
            "sum(u in Task: if u in held then 2 else 1) == 2",
            "the sum of (2 if u is among held, otherwise 1) over all tasks u is 2",
        ),
        ("2 * (len(held) - 1) <= 3", "2 times (the number of elements of held minus 1) is at most 3"),
        (
            "(if held == {} then 1 else 0) == waiting(Stop)",
            "(1 if held is {}, otherwise 0) is the number of Stop messages that wait",
        ),
        ("not (waiting(Stop, Worker0) > 0)", "no Stop message waits for Worker0"),
        (
            "waiting(Stop, Worker0) < 1 or len(held) > 0",
            "no Stop message waits for Worker0 or the number of elements of held is more than 0",
        ),
        ("not (len(held) > 1)", "the number of elements of held is at most 1"),
        (
            "all(u in Task: (u in held) == (owner[u] != none))",
            "for every task u: u is among held exactly when the owner of u is not none",
        ),
        ("(held == {}) != (Worker0 at working)", "held is {} exactly when it is not so that Worker0 waits at working"),
    ],
)
def test_numbers_in_english(board, text: str, plain: str) -> None:  # type: ignore[no-untyped-def]
    protocol, checked, model = board
    (expr,) = read_sentences([text], protocol, None, None, "crash Worker <= 1")
    assert sentence(expr, checked, model).plain == plain


@pytest.mark.parametrize(
    "text",
    [
        "all(w in Worker: w at planning implies w.work.t != none)",
        "all(w in Worker: w is idle or w is busy)",
        "waiting(Report) + waiting(Go) <= 3 and waiting(Stop) == 0",
        "(if Lead is finished then 1 else 2) - 1 < 2 * (3 - 1)",
        "not any(u in Task: status[u] == done and owner[u] == none) or held == {}",
        "held - {Task0} subset those(u in Task: status[u] in {claimed, done})",
        "all(w in Worker: w.last != none implies owner[w.last!] == w)",
        "count(w in Worker: w is up) >= 1 implies majority(u in Task: u in held) implies held != {}",
        "min(len(held), 1) == max(0, len(held) % 2) or -len(held) < 0",
        "(any(u in Task: u in held) and held != {}) or (held | {Task1}) & held == {}",
    ],
)
def test_sentences_are_read_back_and_come_out_the_same(board, text: str) -> None:  # type: ignore[no-untyped-def]
    protocol, checked, model = board
    (expr,) = read_sentences([text], protocol, None, None, "crash Worker <= 1")
    said = sentence(expr, checked, model)
    assert said.exact
    (again,) = read_sentences([said.text], protocol, None, None, "crash Worker <= 1")
    assert sentence(again, checked, model).text == said.text
    interpreter = Interpreter(model)
    for state in some_states(model, 200):
        assert truth(interpreter, on(model, expr), state) == truth(interpreter, on(model, again), state)
