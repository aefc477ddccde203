"""Hand-made results with everything that a report has to show."""

from __future__ import annotations

from msgspec.structs import replace

from checker.properties.result import Change, CountExpectation, Event, Report, Result, Trace, TraceStep, Warning

SPEC = "specs/task_board.spec"


def step(index: int, agent: str | None, action: str, phrase: str, **more: object) -> TraceStep:
    given: dict[str, object] = {"parameters": (), "fault": None, "changes": (), "events": (), "marks": (), "place": "p.team:15:5"}
    return TraceStep(index=index, agent=agent, action=action, phrase=phrase, **{**given, **more})  # type: ignore[arg-type]


def change(cell: str, before: str, after: str, kind: str = "shared") -> Change:
    return Change(cell=cell, before=before, after=after, kind=kind)


def control(agent: str, before: str, after: str) -> Change:
    return Change(cell=f"Worker.work.at[{agent}]", before=before, after=after, kind="control")


START = {"status[Task0]": "open", "status[Task1]": "open", "owner[Task0]": "none", "owner[Task1]": "none"}

STOLEN = Trace(
    initial=0,
    steps=(
        step(
            0,
            "Worker0",
            "Worker.work",
            "starts work",
            parameters=(("t", "Task0"),),
            changes=(control("Worker0", "idle", "planning"), change("Worker.work.t[Worker0]", "none", "Task0", "frame")),
            events=(Event(kind="awaits", text="planning"),),
        ),
        step(
            2,
            "Worker1",
            "Worker.work",
            "starts work",
            parameters=(("t", "Task0"),),
            changes=(control("Worker1", "idle", "planning"),),
        ),
        step(
            0,
            "Worker0",
            "Worker.work.planning",
            "goes on with work after planning",
            changes=(
                change("status[Task0]", "open", "claimed"),
                change("owner[Task0]", "none", "Worker0"),
                control("Worker0", "planning", "working"),
            ),
        ),
        step(
            1,
            "Worker1",
            "Worker.work.planning",
            "goes on with work after planning",
            changes=(change("owner[Task0]", "Worker0", "Worker1"), control("Worker1", "planning", "working")),
            marks=("no lost update on status",),
        ),
    ),
    start=START,
    end={**START, "status[Task0]": "claimed", "owner[Task0]": "Worker1"},
)

MESSAGES = Trace(
    initial=0,
    steps=(
        step(
            0,
            "Lead",
            "Lead.assign",
            "does assign",
            parameters=(("t", "Task0"),),
            changes=(change("Assign[Lead, Worker1]", "[]", "[Assign(t: Task0)]", "channel"),),
            events=(Event(kind="send", text="Assign(Task0)", other="Worker1"), Event(kind="ends", text="assign")),
        ),
        step(
            3,
            "Worker1",
            "Worker.on Assign",
            "takes Assign",
            parameters=(("t", "Task0"),),
            changes=(change("Worker.seen[Worker1]", "none", "Task0", "agent"),),
            events=(Event(kind="take", text="Assign(Task0)", other="Lead"), Event(kind="send", text="Done(Task0)", other="Lead")),
        ),
        step(
            1,
            None,
            "lose Done",
            "Done is lost",
            parameters=(("from", "Worker1"), ("to", "Lead"), ("message", "Done(t: Task0)")),
            fault="lose Done",
            changes=(change("Done[Worker1, Lead]", "[Done(t: Task0)]", "[]", "channel"), change("budget", "0", "1", "budget")),
        ),
        step(
            0, "Worker0", "crash Worker", "crashes", fault="crash Worker", changes=(change("up[Worker0]", "true", "false", "up"),)
        ),
        step(4, "Lead", "Lead.assign", "does assign", events=(Event(kind="drop", text="Assign(Task1)", other="Worker0"),)),
    ),
    start=START,
    end={**START, "Worker.seen[Worker1]": "Task0"},
    no_return=3,
    shortest=False,
)

LASSO = Trace(
    initial=0,
    steps=(
        step(0, "Worker0", "Worker.work", "starts work", parameters=(("t", "Task0"),)),
        step(1, "Worker1", "Worker.retry", "starts retry", changes=(change("tries", "0", "1"),)),
        step(1, "Worker1", "Worker.retry", "starts retry", changes=(change("tries", "1", "0"),), marks=("progress",)),
    ),
    start=START,
    end=START,
    cycle=1,
)


def result(name: str, **more: object) -> Result:
    given: dict[str, object] = {
        "protocol": "task_board",
        "spec": SPEC,
        "instance": "pair",
        "faults": "none",
        "property": name,
        "kind": "always",
        "text": None,
        "verdict": "holds",
        "basis": "exhaustive",
        "engine": "reference",
        "expected": "holds",
        "met": True,
        "distinct": 131,
        "transitions": 228,
        "depth": 12,
        "seconds": 0.031,
        "place": "specs/task_board.spec:9:1",
    }
    return Result(**{**given, **more})  # type: ignore[arg-type]


REPLAY = "teamcheck replay specs/task_board.spec --instance pair --faults none --property one_owner --steps 0,2,0,1"

STOLEN_RESULT = result(
    "one_owner",
    text="a claimed task is worked on by the worker that owns it",
    verdict="violated",
    expected="violated",
    trace=STOLEN,
    why="Worker1 claimed Task0 after Worker0 had: it wrote what it had read before its await.",
    replay=REPLAY,
)
UNEXPECTED = replace(STOLEN_RESULT, expected="holds", met=False)
WITNESS = result("parallel", kind="sometimes", trace=replace(STOLEN, steps=STOLEN.steps[:2]))
NEVER_REACHED = result("lonely", kind="sometimes", verdict="violated", met=False)
DEADLOCK = result(
    "no deadlock",
    kind="no deadlock",
    verdict="violated",
    met=False,
    faults="one_crash",
    distinct=265,
    transitions=610,
    trace=MESSAGES,
    why="Worker0 crashed with a claim that nobody else may take.",
)
LIVELOCK = result(
    "no livelock", kind="no livelock", verdict="violated", met=False, trace=LASSO, fairness="weak fairness of every step"
)
UNKNOWN = result(
    "no overwrite on owner", kind="no overwrite", verdict="unknown", met=False, reason="stopped at 10,000 states (--states)"
)
HOLDS_UNEXPECTEDLY = result("safe", expected="violated", met=False)
AT_ONCE = result(
    "ready", verdict="violated", met=False, trace=Trace(initial=0, steps=(), start=START, end=START), why="It starts so."
)

WARNING = Warning(
    spec=SPEC,
    instance="pair",
    faults="none",
    kind="never fires",
    text="`Worker.give_up` never fires",
    place="protocols/task_board.team:22:5",
)
COUNTS = CountExpectation(
    spec=SPEC,
    instance="pair",
    faults="none",
    states=131,
    transitions=228,
    counted_states=131,
    counted_transitions=228,
    met=True,
    place="specs/task_board.spec:30:1",
)
WRONG_COUNTS = replace(COUNTS, states=130, transitions=None, met=False)


def report(*results: Result, **more: object) -> Report:
    given: dict[str, object] = {"counts": (), "warnings": (), "seconds": 0.05}
    return Report(results=results, **{**given, **more})  # type: ignore[arg-type]


GREEN = report(STOLEN_RESULT, result("no livelock", kind="no livelock"), WITNESS, counts=(COUNTS,))
MIXED = report(
    UNEXPECTED,
    result("finished", kind="eventually", fairness="weak fairness of Worker.work and Worker.work.planning"),
    WITNESS,
    NEVER_REACHED,
    HOLDS_UNEXPECTEDLY,
    UNKNOWN,
    LIVELOCK,
    AT_ONCE,
    DEADLOCK,
    counts=(WRONG_COUNTS,),
    warnings=(WARNING,),
)
EMPTY = report()
INTERRUPTED = report(UNKNOWN, interrupted=True)
REPORTS = {"green": GREEN, "mixed": MIXED, "empty": EMPTY, "interrupted": INTERRUPTED}
