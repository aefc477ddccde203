"""A protocol and specs to check in tests, as text."""

from __future__ import annotations

from pathlib import Path

TEAM = """\
protocol board(workers: 1..4 = 2, tasks: 1..3 = 2)

enum Status: open, claimed, done
ids  Task * tasks
role Worker * workers

shared status: map[Task, Status]  = open
shared owner:  map[Task, Worker?] = none

role Worker:
    action work(t: Task) when status[t] == open:
        await llm() as planning
        status[t] = claimed
        owner[t] = self
        await llm() as working
        status[t] = done

done when all(t in Task: status[t] == done)
"""

SPEC = """\
spec board for "board.team"

instance pair: workers = 2, tasks = 2
instance one:  workers = 1, tasks = 1

faults one_crash: crash Worker <= 1

always one_owner: all(t in Task, w in Worker: w at working and w.work.t == t implies owner[t] == w)
eventually finished: all(t in Task: status[t] == done)
sometimes busy: any(w in Worker: w is busy)
no deadlock
no lost update on status

check pair under none, one_crash
check one under none
expect one_owner, no lost update on status violated in pair
expect finished, no deadlock violated under one_crash
expect 131 states, 228 transitions in pair under none
expect 265 states in pair under one_crash
"""


def write(folder: Path, team: str = TEAM, spec: str = SPEC) -> str:
    """Both files in a folder; the path of the spec."""
    (folder / "board.team").write_text(team, encoding="utf-8")
    (folder / "board.spec").write_text(spec, encoding="utf-8")
    return str(folder / "board.spec")
