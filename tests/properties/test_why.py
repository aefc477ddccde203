"""The sentences that say why: who read what when, who is down or waits, what was lost, what repeats."""

from __future__ import annotations

from pathlib import Path

import pytest

import checker
from checker.properties.result import Result
from tests.properties.boards import write

REQUEST = """\
protocol board()
ids  Task * 2
role Worker * 2
role Lead
message Ask(t: Task) to Worker: unordered, capacity 4
message Answer(t: Task) to Lead: unordered, capacity 4
shared answered: set[Task] = {}
role Lead:
    run:
        choose w: Worker
        send Ask(Task0) to w
        await Answer(t) as listening
        answered += {t}
role Worker:
    on Ask(t):
        await llm() as thinking
        send Answer(t) to Lead
done when Task0 in answered
"""

COUNTER = """\
protocol board()
role Worker * 2
shared count: 0..9 = 0
shared rounds: map[Worker, 0..3] = 0
role Worker:
    action add when rounds[self] == 0:
        let seen = count
        await llm() as thinking
        count = seen + 1
        rounds[self] = 1
    action look:
        await llm() as looking
done when all(w in Worker: rounds[w] == 1)
"""

LEASE_RENEWED = """\
protocol lease()
role Worker * 2
shared holder: Worker? = none
shared ended: bool = false
role Worker:
    run:
        while not ended:
            await holder == none or holder == self as queue
            holder = self
            await llm() as working
            choose right: bool
            if right:
                ended = true
                holder = none
done when ended
"""

LEASE = """\
protocol board()
ids  Task * 1
role Worker * 2
shared owner: map[Task, Worker?] = none
shared done_by: map[Task, set[Worker]] = {}
role Worker:
    action work(t: Task) when owner[t] == none and done_by[t] == {}:
        owner[t] = self
        await llm() as working
        done_by[t] += {self}
    action expire(t: Task) when owner[t] != none and owner[t] != self:
        owner[t] = none
"""

FLAG = """\
protocol board()
role Worker
role Lead
shared raised: bool = false
shared lowered: bool = false
role Worker:
    run:
        if not raised:
            await lowered as watching
            await llm() as acting
role Lead:
    run:
        raised = true
        await llm() as checking
        raised = false
        lowered = true
"""

BOARD = """\
protocol board()
role Agent * 2
shared board: set[Agent] = {}
role Agent:
    action post when self not in board:
        await llm() as composing
        board += {self}
"""

TIMEOUT = """\
protocol board()
role Lead
role Worker
message Ask() to Worker
message Answer() to Lead
role Lead:
    var alone: bool = false
    run:
        send Ask to Worker
        await:
            Answer:
                pass
            timeout:
                alone = true
role Worker:
    on Ask:
        send Answer to Lead
"""

FAULTS = {"lossy": "lose Ask", "deadly": "crash Worker", "late": "stale board"}

TEAMS = {
    "board": BOARD,
    "timeout": TIMEOUT,
    "lease": LEASE,
    "flag": FLAG,
    "request": REQUEST.replace("Task0", "first(Task)").replace("ids  Task * 2", "ids  Task * 2, ordered"),
    "counter": COUNTER,
}


def only(folder: Path, team: str, line: str, faults: str = "none") -> Result:
    """The result on one property."""
    declared = "".join(f"faults {name}: {FAULTS[name]} <= 1\n" for name in [faults] if name != "none")
    spec = f'spec board for "board.team"\n{declared}timeouts only when stuck\nsometimes ever: true\n'
    path = write(folder, TEAMS[team], f"{spec}{line}\n")
    name = line.split(":")[0].split(" ", 1)[1] if ":" in line else line
    return next(r for r in checker.check(path, faults=[faults]).results if r.property == name)


@pytest.mark.parametrize(
    ("team", "line", "faults", "why"),
    [
        (
            "board",
            "step grows: old(board) subset board",
            "late",
            "False in step 4: board went from {Agent0} to {Agent1}. Agent1 read an old value in step 4 (stale board).",
        ),
        (
            "board",
            "no lost update on board",
            "late",
            "Agent1 replaced board in step 4 after it read an old value: Agent0 had written {Agent0} in step 3.",
        ),
        (
            "timeout",
            "never alone: Lead.alone",
            "lossy",
            (
                "It is true since step 3 (Lead times out at waiting): Lead.alone went from false to true. "
                "A message was lost in step 2 (lose Ask)."
            ),
        ),
        (
            "timeout",
            "no deadlock",
            "none",
            (
                "Nothing can happen any more: Lead has finished its run; Worker is idle. "
                "The protocol has no `done when`, so this is no proper end."
            ),
        ),
        (
            "lease",
            "never twice: any(t in Task: len(done_by[t]) == 2)",
            "none",
            (
                "It is true for t = Task0 since step 5 (Worker1 goes on with work after working): done_by[Task0] went from {Worker0} to "
                "{Worker0, Worker1}. Worker0 made owner[Task0] Worker0 in step 1, Worker1 changed it to Worker1 in step 3, and Worker0 "
                "went on in step 4 without looking at it again."
            ),
        ),
        (
            "flag",  # as it was read, again: no stale read
            "never late: Worker at acting",
            "none",
            "It is true since step 4 (Worker goes on with run after watching): Worker.run went from watching to acting.",
        ),
        (
            "request",
            "no deadlock",
            "lossy",
            (
                "Nothing can happen any more: Worker0 and Worker1 are idle; Lead waits at listening for Answer. "
                "`done when` does not hold. A message was lost in step 2 (lose Ask)."
            ),
        ),
        (
            "request",
            "no deadlock",
            "deadly",
            (
                "Nothing can happen any more: Worker0 is down (crash Worker in step 2); Worker1 is idle; Lead waits at listening for Answer. "
                "Nobody takes what waits: Ask[Worker0] holds {Ask(t: Task0)}. `done when` does not hold."
            ),
        ),
        (
            "request",
            "no unhandled message",
            "deadly",
            (
                "At the end Ask[Worker0] holds {Ask(t: Task0)}, and nobody will take it. "
                "Worker0 is down (crash Worker in step 2); Worker1 is idle; Lead waits at listening for Answer."
            ),
        ),
        (
            "request",
            "sometimes half: any(w in Worker: w at thinking)",
            "none",
            "For example with w = Worker0.",
        ),
        (
            "counter",
            "always exact: all(w in Worker: rounds[w] == 1) implies count == 2",
            "none",
            (
                "It is false since step 4 (Worker1 goes on with add after thinking): rounds[Worker1] went from 0 to 1. "
                "Worker1 read count (0) in step 2, Worker0 changed it to 1 in step 3, and Worker1 went on in step 4 without "
                "looking at it again."
            ),
        ),
        (
            "counter",
            "step counted: old(count) != 0 implies count != old(count)",
            "none",
            "False in step 3.",
        ),
        (
            "counter",
            "no stale write on count",
            "none",
            "Worker1 read count (0) in step 2, Worker0 changed it to 1 in step 3, and Worker1 went on in step 4 without looking at it again.",
        ),
        (
            "counter",
            "eventually twice: count == 2",
            "none",
            (
                "Steps 1 to 4 can repeat for ever: Worker0 starts look and goes on with look after looking; "
                "Worker1 starts look and goes on with look after looking. The goal is not reached."
            ),
        ),
        (
            "counter",
            "whenever begun: rounds[Worker0] == 1 leads to rounds[Worker1] == 1",
            "none",
            (
                "Steps 3 to 6 can repeat for ever: Worker0 starts look and goes on with look after looking; "
                "Worker1 starts look and goes on with look after looking. The goal is not reached."
            ),
        ),
    ],
)
def test_why(tmp_path: Path, team: str, line: str, faults: str, why: str) -> None:
    assert only(tmp_path, team, line, faults).why == why


def test_a_write_that_left_the_value_as_it_was(tmp_path: Path) -> None:
    """It is a lost update all the same, and the two values do not show it."""
    team = """protocol board()
shared bucket: 0..1 = 1
role Agent:
    run:
        let before = bucket
        await llm()
        bucket = before - 1
role Clock:
    run:
        if true:
            bucket = min(bucket + 1, 1)
"""
    path = write(tmp_path, team, 'spec board for "board.team"\nno lost update on bucket\n')
    (found,) = checker.check(path, properties=["no lost update on bucket"]).results
    assert found.why == "Agent writes bucket in step 3; Clock had written it in step 2, as it was."


def test_agents_that_have_finished(tmp_path: Path) -> None:
    team = "protocol board()\nrole W * 2:\n    run:\n        await round\nrole X * 2:\n    run:\n        pass\ndone when false\n"
    (found,) = [r for r in checker.check(write(tmp_path, team, 'spec board for "board.team"\nno deadlock\n')).results if r.trace]
    assert found.why.startswith("Nothing can happen any more: W0, W1, X0 and X1 have finished their runs.")


def test_the_barrier_of_a_round_is_told_as_its_agents(tmp_path: Path) -> None:
    team = "protocol board()\nshared done: bool = false\nrole W * 2:\n    run:\n        while true:\n            await round\ndone when done\n"
    spec = 'spec board for "board.team"\neventually ever: done\n'
    (found,) = [r for r in checker.check(write(tmp_path, team, spec)).results if r.kind == "eventually"]
    assert "the agents of W begin the next round" in found.why


def test_who_waits_for_a_condition_says_which(tmp_path: Path) -> None:
    (tmp_path / "lease.team").write_text(LEASE_RENEWED)
    (finding,) = checker.check(str(tmp_path / "lease.team"), properties=["no livelock"]).results[:1]
    assert "while Worker1 waits at queue until `holder == none or holder == self`." in finding.why
