"""Warnings: what never happens, and never said of what does."""

from __future__ import annotations

from pathlib import Path

import pytest

import checker
from checker.properties.result import Warning
from tests.properties.boards import write

HEAD = """\
protocol board(workers: 1..4 = 2, eager: bool = false)
ids  Task * 1
role Worker * workers
role Lead
shared flag: bool = false
shared open: set[Task] = {}
message Assign(t: Task) to Worker<channel>
"""
GIVE = """\
role Lead:
    var given: 0..9 = 0
    action give(t: Task, w: Worker) when given < <limit>:
        given += 1
        send Assign(t) to w
role Worker:
    on Assign(t):
        pass
"""
SPEC = (
    'spec board for "board.team"\ninstance small: workers = 1\ninstance large: workers = 2, eager = true\nsometimes ever: true\n'
)


def warned(
    folder: Path, body: str, spec: str = SPEC, channel: str = ": fifo, capacity 9", limit: int = 2, **arguments: object
) -> list[Warning]:
    team = (HEAD + GIVE + body).replace("<channel>", channel).replace("<limit>", str(limit))
    return list(checker.check(write(folder, team, spec), **arguments).warnings)  # type: ignore[arg-type]


def texts(found: list[Warning]) -> list[tuple[str, str]]:
    return [(w.kind, w.text) for w in found]


def test_nothing_is_said_of_a_model_in_which_everything_happens(tmp_path: Path) -> None:
    assert warned(tmp_path, "") == []


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (
            "    action rest when flag:\n        pass\n",
            "guard never true",
            "`Worker.rest` never happens: its guard is never true",
        ),
        (
            "    action pick:\n        choose t in open\n        open -= {t}\n",
            "never fires",
            "`Worker.pick` never happens: its body can never be carried out (a `choose` finds nothing, or what it sends is blocked)",
        ),
        (
            "    run:\n        await flag as waiting\n    action rest:\n        pass\n",
            "guard never true",
            "`Worker.run.waiting` never happens: its guard is never true",
        ),
    ],
)
def test_steps_that_never_fire_and_why(tmp_path: Path, body: str, kind: str, text: str) -> None:
    found = warned(tmp_path, body)
    assert (kind, text) in texts(found)
    assert {w.place.rpartition("/")[2].split(":")[0] for w in found} == {"board.team"}


def test_a_step_after_an_await_that_is_never_passed(tmp_path: Path) -> None:
    body = "    action rest:\n        await flag as first\n        await llm() as second\n"
    assert texts(warned(tmp_path, body)) == [
        ("guard never true", "`Worker.rest.first` never happens: its guard is never true"),
        ("never fires", "`Worker.rest.second` never happens: no agent ever waits there"),
    ]


def test_an_agent_that_is_never_free(tmp_path: Path) -> None:
    body = "role Lead:\n    run:\n        await flag as waiting\n"
    head = HEAD.replace("<channel>", "").replace("role Lead\n", "role Lead, starts down\n")
    team = head + "role Worker:\n    on Assign(t):\n        pass\n" + body
    found = checker.check(write(tmp_path, team, SPEC)).warnings
    assert ("never fires", "`Lead.run` never happens: no agent of Lead is ever free to begin it (up, and not busy)") in texts(
        list(found)
    )
    assert ("never fires", "`Worker.Assign` never happens: nobody sends `Assign`") in texts(list(found))


def test_a_message_that_is_never_there(tmp_path: Path) -> None:
    assert texts(warned(tmp_path, "", limit=0)) == [
        ("never fires", "`Worker.on Assign` never happens: no such message is ever there"),
        ("guard never true", "`Lead.give` never happens: its guard is never true"),
    ]


def test_what_happens_in_one_of_the_searches_is_not_warned_of(tmp_path: Path) -> None:
    """Coverage said "never enabled" of an action that fired (veil 9)."""
    body = "    action rest when eager and not flag:\n        flag = true\n"
    assert warned(tmp_path, body) == []
    found = warned(tmp_path, body, instances=["small"])
    assert texts(found) == [("never fires", "`Worker.rest` never happens: its guard is false whatever the state")]


def test_an_incomplete_search_says_not_seen(tmp_path: Path) -> None:
    body = "    action rest when flag:\n        pass\n"
    found = warned(tmp_path, body, limit=9, states_limit=5)
    assert ("never fires", "`Worker.rest` was not seen to happen (the search is incomplete)") in texts(found)
    assert not any("never" in text.partition(":")[0] for _, text in texts(found))


def test_a_step_that_only_fails_has_fired(tmp_path: Path) -> None:
    body = '    action rest:\n        assert flag, "no"\n'
    assert warned(tmp_path, body) == []


def test_a_fault_that_never_happens(tmp_path: Path) -> None:
    spec = SPEC + "faults back: crash Worker <= 0, restart Worker <= 1\n"
    found = warned(tmp_path, "", spec)
    assert [w.faults for w in found] == ["back"] * len(found)
    assert ("never fires", "the fault `restart Worker` never happens: no agent is ever where it could happen") in texts(found)
    assert warned(tmp_path, "", SPEC + "faults both: crash Worker <= 1, restart Worker <= 1\n") == []


@pytest.mark.parametrize(
    ("fault", "limit", "reason"),
    [
        ("reorder Assign", 1, "there are never two such messages in one queue"),
        ("lose Assign", 0, "no such message is ever there"),
        ("stale flag", 1, "no step that reads it ever finds an older value"),
    ],
)
def test_faults_that_never_happen_and_why(tmp_path: Path, fault: str, limit: int, reason: str) -> None:
    spec = SPEC + f"faults bad: {fault} <= 1\ncheck large under bad\n"
    body = "role Lead:\n    action look when not flag and given < 0:\n        pass\n"
    found = texts(warned(tmp_path, body, spec, limit=limit))
    assert ("never fires", f"the fault `{fault}` never happens: {reason}") in found


def test_premises_that_never_hold(tmp_path: Path) -> None:
    spec = SPEC + (
        "always empty: all(t in Task: t in open and flag implies false)\n"
        "always full: all(t in Task: t not in open implies not flag)\n"
        "whenever asked: flag leads to true\n"
        "step once: old(flag) implies flag\n"
    )
    found = [text for kind, text in texts(warned(tmp_path, "", spec)) if kind == "vacuous"]
    assert [text.replace(str(tmp_path), "") for text in found] == [
        "`empty` says nothing there: the left side of `implies` at /board.spec:5:30 is never true",
        "`asked` says nothing there: the trigger of `leads to` is never true",
        "`once` says nothing there: the left side of `implies` at /board.spec:8:12 is never true",
    ]


def test_a_spec_without_sometimes(tmp_path: Path) -> None:
    found = warned(tmp_path, "", SPEC.replace("sometimes ever: true", "always ever: true"))
    assert [(w.kind, w.instance) for w in found] == [("no witness asked", "small")]


def test_a_channel_that_fills_up_at_its_default_capacity(tmp_path: Path) -> None:
    found = warned(tmp_path, "", channel="", limit=4)
    assert texts(found) == [
        (
            "default capacity",
            "a channel of `Assign` gets full, at the capacity that it has by default: write the one that is meant",
        )
    ]
    assert warned(tmp_path, "", channel="", limit=3) == []
    assert warned(tmp_path, "", channel=": unordered, capacity 4", limit=4) == []
    assert warned(tmp_path, "", channel=": persistent", limit=4) == []
