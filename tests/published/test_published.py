"""Protocols of others, written anew in our language, have the states and transitions that others published for them.

The numbers are those that TLC found, from the `manifest.json` of each specification in github.com/tlaplus/Examples (MIT licence). Nothing but the
numbers is taken from there. One, snoopy, is an example of SPIN, with the numbers of its README_tests.txt; for two more see
`tests/native/test_partial_order.py`.

TLC and SPIN count what they generate, the initial states too; we count transitions. What TLC generates twice: test_ewd840.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from checker import api
from checker.engines.explicit import explore
from checker.engines.native.explore import explore_native
from checker.properties.result import Report
from tests.export.spin import MISSING, disagreements

HERE = Path(__file__).parent / "protocols"


class Published(Struct, frozen=True, kw_only=True):
    """What TLC or SPIN says: distinct states, generated states, how many of these are initial, and how many a constraint left out."""

    distinct: int
    generated: int
    initial: int = 1
    outside: int = 0


PUBLISHED = {
    "tcommit": Published(distinct=34, generated=94),
    "peterson_labels": Published(distinct=42, generated=77),
    "chang_roberts": Published(distinct=137, generated=227, initial=2**3),  # any of the three may be initiators
    "simple_allocator": Published(distinct=400, generated=1_633),
    "scheduling_allocator": Published(distinct=1_690, generated=5_854),
    "readers_writers": Published(distinct=21_527, generated=59_674),
    "barriers": Published(distinct=29_279, generated=104_515),
    "lamport_mutex": Published(distinct=724_274, generated=2_729_079),
    "paxos_commit": Published(distinct=1_321_761, generated=16_959_159),
    "snoopy": Published(distinct=61_619, generated=211_398),
    "alternating_bit": Published(distinct=240, generated=1_392, initial=2 * 2**2),  # a bit, and two values
    "cigarette_smokers": Published(distinct=6, generated=15, initial=3),
    "coffee_can": Published(distinct=5_150, generated=20_002, initial=5_150),  # a can of each number of beans
    "hygienic_dining": Published(distinct=67, generated=336),
    "inner_fifo": Published(distinct=3_864, generated=9_660, initial=(3 * 2) ** 2),  # a value and a bit in each channel
    "neighbours": Published(distinct=723, generated=1_842),
    "prisoners": Published(distinct=214, generated=860, initial=2**2),
    "regular_neighbours": Published(distinct=277_726, generated=1_454_776),
    "chameneos": Published(distinct=34_534, generated=104_697, initial=3**4),  # each of four has one of three colours
    # left out: what the writer publishes last, while each reader has 6 to 9 items or is at one of the three after the sixth
    "disruptor": Published(distinct=8_496, generated=28_049, outside=7**3),
    "stabilizing_ring": Published(distinct=6**6, generated=248_832, initial=6**6),  # any counts
}
# with the symmetry of its nodes, as TLC was told: one state for each renaming
GERMAN = Published(distinct=1_107, generated=3_281)
BY_HAND = ["ewd998", "go_back", "kanban", "philosophers_net"]  # see the tests of their own
SMALL = ["german", *(name for name, published in PUBLISHED.items() if published.distinct < 5_000)]


def spec_of(name: str) -> str:
    return str(HERE / f"{name}.spec")


def counted(report: Report) -> set[tuple[int, int]]:
    assert report.exit_code == 0, [(r.property, r.verdict, r.reason) for r in report.results if not r.met]
    return {(r.distinct, r.transitions) for r in report.results}


def ours(published: Published) -> tuple[int, int]:
    return published.distinct, published.generated - published.initial - published.outside


def test_each_has_its_number() -> None:
    assert (
        {path.stem for path in HERE.glob("*.spec")}
        == {path.stem for path in HERE.glob("*.team")}
        == {*PUBLISHED, *BY_HAND, "german"}
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_native_engine_counts_what_was_published(name: str) -> None:
    assert counted(api.check(spec_of(name), engine="native")) == {ours(PUBLISHED[name])}


def test_the_states_up_to_symmetry_are_those_published() -> None:
    report = api.check(spec_of("german"), symmetry=True, properties=["coherent", "sharing", "no deadlock"])
    assert counted(report) == {ours(GERMAN)}
    assert {r.reduction for r in report.results} == {"symmetry of Node"}


@pytest.mark.parametrize("name", SMALL)
def test_the_interpreter_counts_the_same(name: str) -> None:
    model = api.load(spec_of(name))
    graph, found = explore(model), explore_native(model)
    assert (graph.distinct, graph.transitions) == (found.stats.distinct, found.stats.transitions)


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
@pytest.mark.parametrize("name", ["alternating_bit", "chang_roberts", "german", "hygienic_dining", "peterson_labels", "tcommit"])
def test_spin_finds_the_same_in_what_is_exported(name: str, tmp_path: Path) -> None:
    assert disagreements(api.load(spec_of(name)), tmp_path) == []


def test_the_deadlocks_are_those_that_spin_complains_of() -> None:
    """With partial order too, which leaves out more than half: most pairs of its steps that meet do not accord, but few pairs meet."""
    model = api.load(spec_of("snoopy"))
    whole, part = explore_native(model).stats, explore_native(model, partial_order=True).stats
    assert whole.deadlocks == part.deadlocks == 81
    assert (part.distinct, part.transitions) == (13_148, 20_181)


@pytest.mark.parametrize(("option", "given"), [("partial_order", "always"), ("symmetry", True)])
@pytest.mark.parametrize(
    "name",
    [
        "alternating_bit",
        "barriers",
        "chameneos",
        "chang_roberts",
        "disruptor",
        "german",
        "inner_fifo",
        "peterson_labels",
        "readers_writers",
        "tcommit",
    ],
)
def test_reductions_change_no_verdict(name: str, option: str, given: Any) -> None:
    report = api.check(spec_of(name), engine="native", **{option: given})
    assert all(r.met for r in report.results)
