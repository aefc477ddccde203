"""The command that measures how surely bugs are found counts what it says it counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.testing import surety
from tests.testing.faulty import Booking, OpenBooking


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEAMCHECK_REPLAY", raising=False)


def test_each_broken_coordinator_has_a_sound_one_beside_it() -> None:
    protocols = {sound: {case.protocol for case in surety.CASES if case.sound is sound} for sound in (True, False)}
    assert protocols[False] <= protocols[True]
    assert len({case.name for case in surety.CASES}) == len(surety.CASES)


@pytest.mark.slow
def test_a_line_for_each_coordinator() -> None:
    broken = surety.Case(protocol=surety.faulty.BOOKING, adapter=OpenBooking, sound=False, examples=4, schedules=4)
    sound = surety.Case(protocol=surety.faulty.BOOKING, adapter=Booking, sound=True, examples=2, schedules=2)
    head, *lines = surety.measure([broken, sound], seeds=2, replays=5)
    assert head.split()[:6] == ["coordinator", "given", "drawn", "of", "2", "seeds;"]
    assert [line.split()[:2] for line in lines] == [["faulty.OpenBooking", "2"], ["faulty.Booking", "0"]]
    assert " broken, " in lines[0]
    assert lines[0].endswith(" s, 5 replays identical")


def test_what_is_not_as_it_must_be_is_marked() -> None:
    missed = surety.Case(protocol=surety.faulty.BOOKING, adapter=Booking, sound=False, examples=1, schedules=1)
    alarm = surety.Case(protocol=surety.faulty.BOOKING, adapter=OpenBooking, sound=True, examples=4, schedules=4)
    _, *lines = surety.measure([missed, alarm], seeds=1, replays=0)
    assert [line[0] for line in lines] == ["!", "!"]
