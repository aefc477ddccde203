"""Partial-order reduction: the figures that it is for, and protocols made to trip it up."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from checker import api
from checker.engines.native.explore import Explored, explore_native
from checker.engines.native.library import NativeUnavailable, load
from checker.engines.native.search import BadProgram, Search
from checker.ground.independence import independence
from checker.ground.program import ground
from checker.model.model import Model
from checker.properties.native import decides
from checker.properties.result import Report

ROOT = Path(__file__).resolve().parents[2]


def _available() -> bool:
    try:
        load()
    except NativeUnavailable:
        return False
    return True


pytestmark = pytest.mark.skipif(not _available(), reason="the native library is not there")


def model_of(path: Path, instance: str | None, faults: str = "none") -> Model:
    """With the goals that single states and transitions decide."""
    model = api.load(str(path), instance, faults)
    return replace(model, goals=tuple(goal for goal in model.goals if decides(goal)))


def counts(found: Explored) -> tuple[int, int]:
    return found.stats.distinct, found.stats.transitions


@pytest.mark.parametrize(
    ("spec", "whole", "part"),
    [("ring_tokens", (34_926, 162_664), (63, 62)), ("sorting_pipeline", (51_625, 290_611), (523, 1_277))],
)
def test_a_fiftieth_of_the_states(spec: str, whole: tuple[int, int], part: tuple[int, int]) -> None:
    model = model_of(ROOT / "specs" / "bench" / f"{spec}.spec", "nine")
    assert counts(explore_native(model)) == whole
    for threads in (1, 2):
        assert counts(explore_native(model, threads=threads, partial_order=True)) == part
    assert whole[0] >= 50 * part[0]


@pytest.mark.parametrize(
    ("spec", "whole", "part"),
    [("spin_leader", (15_779, 58_180), (97, 96)), ("spin_sort", (107_713, 512_418), (135, 134))],
)
def test_the_examples_of_spin(spec: str, whole: tuple[int, int], part: tuple[int, int]) -> None:
    """The numbers are those of README_tests.txt of SPIN, which counts the start as a transition."""
    model = model_of(ROOT / "specs" / "bench" / f"{spec}.spec", "spin")
    assert counts(explore_native(model)) == whole
    assert counts(explore_native(model, partial_order=True)) == part
    assert whole[0] >= 50 * part[0]


@pytest.mark.slow
def test_a_hundredth_of_a_hundred_thousand_states() -> None:
    model = model_of(ROOT / "specs" / "bench" / "sorting_pipeline.spec", "ten")
    assert counts(explore_native(model)) == (96_779, 577_200)
    assert counts(explore_native(model, partial_order=True)) == (903, 2_349)


def test_it_ends_where_it_leaves_out_too_little() -> None:
    """Two-phase commit has one pool of messages: after some thousand states the rest is expanded in full, for all threads alike."""
    model = model_of(ROOT / "specs" / "two_phase_commit.spec", "five")
    whole = explore_native(model)
    found = explore_native(model, partial_order=True)
    assert (counts(found), found.reduction) == (counts(whole), "")
    assert found.unreduced == "in every state all steps matter"


def test_where_most_steps_depend_on_each_other_the_rest_is_not_compared() -> None:
    """Of the pairs of steps of the lossy lease 64 in 100 do not accord; that is known after 60 of them."""
    model = model_of(ROOT / "specs" / "bench" / "lossy_lease.spec", "small", "rough")
    found = independence(ground(model, split=True), [])
    assert found == "most of its steps depend on each other"
    assert explore_native(model, partial_order=True, states_limit=1_000).unreduced == found


def test_a_pair_that_takes_too_many_cases_does_not_accord(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then more steps depend on each other, none less; and what a pair may not take is left for the others."""
    form = ground(model_of(ROOT / "specs" / "bench" / "sorting_pipeline.spec", "four"), split=True)
    whole = independence(form, [])
    assert not isinstance(whole, str)
    monkeypatch.setattr("checker.ground.independence.MOST_CASES_OF_A_PAIR", 150)
    few = independence(form, [])
    assert not isinstance(few, str)
    assert all(fewer | more == more for fewer, more in zip(whole.conflicts, few.conflicts, strict=True))
    assert whole.conflicts != few.conflicts
    assert any(~row & (1 << len(few.outcomes)) - 1 for row in few.conflicts)


# --- traps ---------------------------------------------------------------------------------------------------------------


def verdicts(report: Report) -> dict[str, tuple[str, str]]:
    return {r.property: (r.verdict, r.reduction) for r in report.results}


def compared(tmp_path: Path, protocol: str, spec: str) -> tuple[Report, Report]:
    """Without reduction and with it; the same verdicts."""
    (tmp_path / "p.team").write_text(protocol)
    path = tmp_path / "p.spec"
    path.write_text(f'spec p for "p.team"\n{spec}')
    whole, part = (api.check(str(path), engine="native", partial_order=on) for on in (False, "always"))
    assert {k: v for k, (v, _) in verdicts(whole).items()} == {k: v for k, (v, _) in verdicts(part).items()}
    assert {r.reduction for r in part.results if r.kind in ("no error", "never", "sometimes", "step")} == {"partial order"}
    return whole, part


SPINNER = """\
protocol p()
role Spinner
role Worker
shared on: bool = false
shared done_work: 0..3 = 0

role Spinner:
    action spin:
        on = not on

role Worker:
    action work when done_work < 3:
        done_work += 1
"""


def test_what_is_left_out_is_not_left_out_for_ever(tmp_path: Path) -> None:
    """The ignoring problem: `spin` alone is a stubborn set in every state, and goes round in a circle."""
    whole, part = compared(tmp_path, SPINNER, "sometimes worked: done_work == 3\nnever two: done_work == 2\n")
    assert verdicts(part)["worked"] == ("holds", "partial order")
    assert verdicts(part)["two"] == ("violated", "partial order")
    traces = [next(r.trace for r in report.results if r.property == "two") for report in (whole, part)]
    assert [t is not None and t.shortest for t in traces] == [True, False]


VISIBLE = """\
protocol p()
role A
role B
shared a: 0..1 = 0
shared b: 0..1 = 0
shared c: 0..2 = 0

role A:
    run:
        a = 1
        await tool() as t
        a = 0

role B:
    run:
        b = 1
        await tool() as t
        b = 0

role C
role C:
    action count when c < 2:
        c += 1
"""


def test_steps_that_are_seen_keep_their_order(tmp_path: Path) -> None:
    """Each of A and B is independent of the other, but a predicate sees both."""
    compared(
        tmp_path,
        VISIBLE,
        "never first: a == 1 and b == 0\nsometimes both: a == 1 and b == 1\nsometimes second: a == 0 and b == 1\n",
    )


FAILING = """\
protocol p()
role A
role B
role C
shared x: 0..1 = 0
shared y: 0..3 = 0

role A:
    action up when x == 0:
        x = 1

role B:
    action tread when x == 1:
        assert x == 0

role C:
    action count when y < 3:
        y += 1
"""


def test_a_failing_step_is_not_missed(tmp_path: Path) -> None:
    _, part = compared(tmp_path, FAILING, "sometimes top: y == 3\n")
    assert verdicts(part)["no error"] == ("violated", "partial order")


CRASHING = """\
protocol p()
role A * 2, ordered
role B
shared y: 0..3 = 0

role A:
    var x: 0..2 = 0
    action up when x < 2:
        x += 1

role B:
    action count when y < 3:
        y += 1

done when y == 3 and all(a in A: a.x == 2)
"""


def test_ends_where_only_faults_are_left(tmp_path: Path) -> None:
    """A deadlock does not wait for a fault: a set of faults alone is none."""
    spec = "faults f: crash A <= 1\nsometimes top: y == 3\nno deadlock\ncheck default under f\n"
    whole, part = compared(tmp_path, CRASHING, spec)
    assert verdicts(part)["no deadlock"] == ("violated", "partial order")
    traces = [next(r.trace for r in report.results if r.property == "no deadlock") for report in (whole, part)]
    assert [t is not None and (len(t.steps), t.shortest) for t in traces] == [(len(traces[0].steps), True)] * 2  # type: ignore[union-attr]


FULL = """\
protocol p(room: 1..2 = 1)
role Sender
role Receiver
role Idler
message Item(n: 0..2) to Receiver: fifo, capacity room
shared z: 0..2 = 0

role Sender:
    var n: 0..2 = 0
    action push when n < 2:
        n += 1
        send Item(n) to Receiver

role Receiver:
    var got: 0..2 = 0
    var gap: bool = false
    on Item(n):
        gap = n != got + 1
        got = n

role Idler:
    action idle when z < 2:
        z += 1

done when Receiver.got == 2
"""


@pytest.mark.parametrize("room", [1, 2])
def test_a_full_channel_waits_for_its_receiver(tmp_path: Path, room: int) -> None:
    goals = "never gaps: Receiver.gap\nsometimes both: Receiver.got == 0 and Sender.n == 2\nno deadlock\n"
    spec = f"instance i: room = {room}\n{goals}check i under none\n"
    compared(tmp_path, FULL, spec)


OLD = """\
protocol p()
role A
role B
shared x: 0..1 = 0
shared y: 0..1 = 0

role A:
    action set_x when x == 0:
        x = 1

role B:
    action set_y when y == 0:
        y = 1

role C
role C:
    var z: 0..1 = 0
    action idle when z == 0:
        z = 1
"""


def test_a_step_goal_sees_what_others_write(tmp_path: Path) -> None:
    """`set_y` touches nothing that `set_x` writes, but what the goal sees of it does."""
    compared(tmp_path, OLD, "step together: y == old(y) or old(x) == 1\n")
    compared(tmp_path, OLD, "step apart: y == old(y) or old(x) == 0\n")


SHIFTED = """\
protocol p()
role A
role B
role C
shared k: 1..3 = 3
shared seen: set[1..3] = {}
shared y: 0..3 = 0

role A:
    action walk when k > 1:
        k -= 1

role B:
    action look when k not in seen:
        seen = seen | {k}

role C:
    action count when y < 3:
        y += 1
"""


def test_a_shift_by_a_number_below_zero_is_undecided(tmp_path: Path) -> None:
    """Whether k is in the set is a shift by k - 1: after `walk` that has no value where `walk` is not enabled."""
    _, part = compared(tmp_path, SHIFTED, "sometimes all_seen: seen == {1, 2, 3}\nnever one_left: 1 not in seen and y == 3\n")
    assert verdicts(part)["all_seen"] == ("holds", "partial order")


# --- where it does not go ------------------------------------------------------------------------------------------------


def test_runs_are_decided_on_all_states() -> None:
    report = api.check(str(ROOT / "specs" / "ring_election.spec"), instances=["four"], partial_order="always")
    assert {(r.reduction, r.distinct) for r in report.results if r.kind in ("eventually", "no livelock")} == {("", 116)}
    assert {r.reduction for r in report.results if r.kind == "always"} == {"partial order"}
    assert report.counts == ()  # they are of all states
    assert [w.text for w in report.warnings if w.kind == "not reduced"] == [
        "without partial order for `known` and `no livelock`: fairness is not decided on a part of the states"
    ]


def test_timeouts_that_wait_refuse_it(tmp_path: Path) -> None:
    (tmp_path / "p.team").write_text(SPINNER)
    (tmp_path / "p.spec").write_text('spec p for "p.team"\ntimeouts only when stuck\nsometimes on_: on\n')
    report = api.check(str(tmp_path / "p.spec"), partial_order="always")
    assert {r.reduction for r in report.results} == {""}
    assert [w.text for w in report.warnings if w.kind == "not reduced"] == [
        "partial order leaves nothing out: its timeouts look at every other step"
    ]


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"symmetry": True}, "symmetry"),
        ({"order": "depth-first"}, "depth-first search"),
        ({"store": "bitstate"}, "depth-first search"),
    ],
)
def test_what_it_does_not_go_together_with(other: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"partial order goes without {name}"):
        api.check(str(ROOT / "specs" / "two_phase_commit.spec"), partial_order=True, **other)


def test_nor_with_checkpoints(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="partial order goes without checkpoints"):
        api.check(str(ROOT / "specs" / "two_phase_commit.spec"), partial_order=True, checkpoint=str(tmp_path / "kept"))


def test_the_library_refuses_it_depth_first_and_gives_no_edges() -> None:
    found = explore_native(model_of(ROOT / "specs" / "bench" / "ring_tokens.spec", "three"), partial_order=True)
    program, initial = found.compiled.program, [found.search.state(0)]
    for kept, order in (("states", "depth-first"), ("bitstate", "breadth-first")):
        with pytest.raises(BadProgram, match="no reduction depth first: it goes by layers"):
            Search(program, initial, store=kept, order=order)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the search is not complete"):
        found.search.degrees(array("I", bytes(4 * found.stats.distinct)))


def test_fingerprints_are_told_apart_as_states_are() -> None:
    """Only the last layers are kept whole then; what makes progress is the same."""
    model = model_of(ROOT / "specs" / "bench" / "sorting_pipeline.spec", "nine")
    found = explore_native(model, partial_order=True, store="fingerprint")
    assert (counts(found), found.complete, found.reduction) == ((523, 1_277), False, "partial order")
