"""Sets of faults: their order, their smallest ones, and all of them up to a number."""

from __future__ import annotations

from checker.properties.tolerance.fault_sets import NOTHING, alone, minimal, up_to, with_crashes, within, written
from checker.properties.tolerance.known import Known

CRASH, LOSE = ("crash W", 1), ("lose M", 1)


def test_more_of_a_fault_is_more() -> None:
    assert within(NOTHING, (CRASH,))
    assert within((CRASH,), (("crash W", 2),))
    assert within((("crash W", 2),), (("crash W", None),))
    assert not within((("crash W", None),), (("crash W", 2),))
    assert not within((CRASH,), (LOSE,))
    assert within((CRASH,), (CRASH, LOSE))


def test_the_smallest_sets() -> None:
    assert minimal([(CRASH, LOSE), (CRASH,), (("crash W", 2),), (LOSE,), (CRASH,)]) == [(CRASH,), (LOSE,)]
    assert minimal([(CRASH,), NOTHING]) == [NOTHING]


def test_all_sets_of_two_faults() -> None:
    assert [written(faults) for faults in up_to(["crash W", "lose M"], 2)] == [
        "none",
        "crash W <= 1",
        "lose M <= 1",
        "crash W <= 2",
        "lose M <= 2",
        "crash W <= 1, lose M <= 1",
    ]


def test_restarts_are_free_and_never_more_than_crashes() -> None:
    assert [written(faults) for faults in up_to(["crash W", "restart W"], 2)] == [
        "none",
        "crash W <= 1",
        "crash W <= 1, restart W <= 1",
        "crash W <= 2",
        "crash W <= 2, restart W <= 1",
        "crash W <= 2, restart W <= 2",
    ]
    assert with_crashes(["restart W", "lose M"]) == ["crash W", "restart W", "lose M"]
    assert written(alone("restart W", None)) == "crash W unlimited, restart W unlimited"


def test_what_is_known_follows_up_and_down() -> None:
    known = Known(kind="always")
    known.add((CRASH,), "violated")
    known.add((("lose M", 2),), "holds")
    assert [known.verdict(s) for s in [(CRASH, LOSE), (LOSE,), NOTHING, (("lose M", None),)]] == [
        "violated",
        "holds",
        "holds",
        "unknown",
    ]
    reached = Known(kind="sometimes")
    reached.add((CRASH,), "holds")
    reached.add((LOSE,), "violated")
    assert [reached.verdict(s) for s in [(CRASH, LOSE), NOTHING]] == ["holds", "violated"]
