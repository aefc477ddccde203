"""A folder with one small team, its spec, and the command run in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from checker.cli.main import main

PROTOCOL = '''"""Two workers look, think, and then claim: both can claim the same task."""
protocol board(workers: 1..3 = 2, tasks: 1..3 = 1, careful: bool = false)

enum Status: open, claimed, done
ids Task * tasks
role Worker * workers

shared status: map[Task, Status] = open
shared owner: map[Task, Worker?] = none

role Worker:
    action work(t: Task) when status[t] == open:
        await llm() as planning
        if careful and status[t] != open:
            return
        status[t] = claimed
        owner[t] = self
        await llm() as working
        status[t] = done

done when all(t in Task: status[t] == done)
'''

SPEC = """spec board for "../protocols/board.team"

instance pair: workers = 2
instance safe: workers = 2, careful = true

faults one_crash: crash Worker <= 1

always one_owner "a task is worked on by its owner":
    all(t in Task, w in Worker: w at working and w.work.t == t implies owner[t] == w)
sometimes both: count(w in Worker: w is busy) == 2
no deadlock

check pair, safe under none
check safe under one_crash

expect one_owner violated in pair
expect no deadlock violated in safe under one_crash
"""

MESSAGES = '''"""A lead asks, a worker answers."""
protocol ask()

role Lead
role Worker
message Ask(n: 0..1) to Worker
message Answer(n: 0..1) to Lead

shared known: 0..1 = 0

role Lead:
    run:
        send Ask(1) to Worker
    on Answer(n):
        known = n

role Worker:
    on Ask(n):
        send Answer(n) to Lead

done when known == 1
'''


@dataclass(frozen=True, slots=True)
class Said:
    """What a command wrote, and its exit code."""

    code: int
    out: str
    err: str


Teamcheck = Callable[..., Said]


@pytest.fixture
def teamcheck(capsys: pytest.CaptureFixture[str]) -> Teamcheck:
    """Runs a command line in this process."""

    def run(*words: str) -> Said:
        capsys.readouterr()
        code = main(list(words))
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, which is also the current one."""
    for name, text in (("protocols/board.team", PROTOCOL), ("specs/board.spec", SPEC), ("protocols/ask.team", MESSAGES)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path
