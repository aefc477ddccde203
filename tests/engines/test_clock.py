"""An end to work in this process: what rings, what is left alone."""

from __future__ import annotations

import signal
import threading
from time import perf_counter

import pytest

from checker.engines.clock import AtMost, TimeIsUp


def busy(seconds: float) -> None:
    until = perf_counter() + seconds
    while perf_counter() < until:
        pass


def test_what_takes_too_long_is_ended_and_what_does_not_is_left_alone() -> None:
    began, done = perf_counter(), []
    with AtMost(0.1) as clock:
        busy(20)
        done.append("late")
    assert (clock.rang, done, perf_counter() - began < 10) == (True, [], True)
    with AtMost(20) as clock:
        done.append("in time")
    assert (clock.rang, done) == (False, ["in time"])


def test_no_time_left_is_an_end_at_once() -> None:
    with AtMost(-1) as clock:
        busy(20)
    assert clock.rang


def test_of_clocks_within_each_other_each_ends_its_own_block() -> None:
    done = []
    with AtMost(20) as outer:
        with AtMost(0.05) as inner:
            busy(20)
        done.append("after the inner one")
    assert (inner.rang, outer.rang, done) == (True, False, ["after the inner one"])
    with AtMost(0.05) as outer:
        with AtMost(20) as inner:
            busy(20)
        done.append("never")
    assert (inner.rang, outer.rang, len(done)) == (False, True, 1)


def test_an_interrupt_that_is_taken_for_one_of_the_user_comes_again() -> None:
    caught = 0
    with AtMost(0.05) as clock:
        try:
            busy(20)
        except KeyboardInterrupt:
            caught += 1
        busy(20)
    assert (clock.rang, caught) == (True, 1)


class Slow:
    def __del__(self) -> None:
        busy(0.2)


def test_an_interrupt_that_is_lost_in_a_finaliser_comes_again_and_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with AtMost(0.05) as clock:
        slow = Slow()
        del slow
        busy(20)
    assert clock.rang
    assert capsys.readouterr().err == ""


def test_errors_and_interrupts_of_the_user_go_on() -> None:
    with pytest.raises(ValueError, match="wrong"), AtMost(20):
        raise ValueError("wrong")
    with pytest.raises(KeyboardInterrupt), AtMost(20):
        raise KeyboardInterrupt


def test_the_alarm_of_others_is_kept() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: heard.append(number))
    timer = signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with AtMost(0.05) as clock:
            busy(20)
        assert (clock.rang, heard) == (True, [])
        busy(0.4)
        assert heard == [signal.SIGALRM]
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *timer)


def test_outside_the_main_thread_it_never_rings() -> None:
    rang = []

    def work() -> None:
        with AtMost(0.01) as clock:
            busy(0.1)
        rang.append(clock.rang)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert rang == [False]
    assert issubclass(TimeIsUp, KeyboardInterrupt)
