"""Each kind of property on machines whose verdict is plain to see, its trace, and what an incomplete search may say of it."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.properties.judge import FAILS as PROTOCOL_FAILS
from checker.properties.judge import judge
from checker.properties.table import CHECKERS
from checker.properties.verdicts import _joined
from tests.properties.machines import FAILS, Machine, Move, found, goal, numbers, searched

LINE = [Move(((0, 1), (1, 2), (2, 3)))]  # 0 -> 1 -> 2 -> 3, and there it ends
RING = [Move(((0, 1), (1, 2), (2, 0)))]


def verdict(*args: object, **kwargs: object) -> str:
    return found(*args, **kwargs)[0].verdict  # type: ignore[arg-type]


# --- states and steps --------------------------------------------------------------------------------------------


def test_always_is_violated_by_the_nearest_state() -> None:
    finding, search = found(4, [Move(((0, 1), (0, 2), (1, 3), (2, 3)))], "always", {0, 1, 2})
    assert finding.verdict == "violated"
    assert numbers(search, finding) == [0, 1, 3]
    assert "It is false since step 2" in finding.why


def test_always_false_in_the_initial_state_has_a_trace_without_steps() -> None:
    finding, search = found(4, LINE, "always", {1, 2, 3})
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0])
    assert finding.why == "It is false from the start."


def test_never_is_always_not() -> None:
    assert verdict(4, LINE, "never", {3}) == "violated"
    assert verdict(5, LINE, "never", {4}) == "holds"


def test_sometimes_shows_a_witness_and_is_violated_without_one() -> None:
    finding, search = found(4, LINE, "sometimes", {2, 3})
    assert (finding.verdict, numbers(search, finding)) == ("holds", [0, 1, 2])
    assert verdict(5, LINE, "sometimes", {4}) == "violated"


def test_step_sees_every_transition_faults_included() -> None:
    machine = Machine(3)
    moves = [Move(((0, 1),)), Move(((1, 2),), fault=True, fairness="may")]
    leaves = goal("step", machine.among({0}, old=True))
    search = searched(machine.model(moves, [leaves]))
    finding = judge(search, leaves)
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 1, 2])


# --- ends -----------------------------------------------------------------------------------------------------------


def test_deadlock_is_a_final_state_that_is_not_done() -> None:
    assert verdict(4, LINE, "no deadlock", done={3}) == "holds"
    assert verdict(4, LINE, "no deadlock", done={2}) == "violated"
    assert verdict(4, LINE, "no deadlock") == "violated"
    assert verdict(3, RING, "no deadlock") == "holds"


def test_waiting_for_a_fault_is_a_deadlock_and_waiting_for_a_human_is_not() -> None:
    assert verdict(2, [Move(((0, 1), (1, 0)), fault=True, fairness="may")], "no deadlock") == "violated"
    assert verdict(2, [Move(((0, 1), (1, 0)), fairness="may")], "no deadlock") == "holds"


def test_deadlock_names_the_step_after_which_done_was_out_of_reach() -> None:
    from checker.properties.no_return import no_return
    from checker.properties.traces import replayed

    moves = [Move(((0, 1), (1, 2), (2, 3), (1, 4), (4, 5), (5, 6)))]
    finding, search = found(7, moves, "no deadlock", done={3})
    assert numbers(search, finding) == [0, 1, 4, 5, 6]
    assert finding.returns_to is not None
    assert finding.path is not None
    assert no_return(search, replayed(search, finding.path), finding) == 2


def test_a_step_that_fails_is_no_deadlock_but_the_error_is_found() -> None:
    moves = [Move(((0, 1), (1, FAILS)))]
    assert verdict(2, moves, "no deadlock") == "unknown"
    finding, search = found(2, moves, "no error")
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 1, 1])
    assert finding.why == "The step itself fails at hand.team:1:1: it fails."


# --- runs -----------------------------------------------------------------------------------------------------------


def test_eventually_by_fairness() -> None:
    assert verdict(4, LINE, "eventually", {3}) == "holds"
    assert verdict(3, RING, "eventually", {2}) == "holds"
    loop_and_leave = [Move(((0, 0),)), Move(((0, 1),))]
    assert verdict(2, loop_and_leave, "eventually", {1}) == "holds"
    human = [Move(((0, 0),)), Move(((0, 1),), fairness="may")]
    finding, search = found(2, human, "eventually", {1})
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 0])
    assert finding.path is not None
    assert finding.path.cycle == 0


def test_eventually_is_violated_where_a_run_ends() -> None:
    finding, search = found(4, LINE, "eventually", set())
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 1, 2, 3])


def test_a_human_may_never_answer() -> None:
    """No step is owed in state 0: the run may rest there although a step is enabled (implicit stuttering, tla-rs PR 62)."""
    finding, search = found(2, [Move(((0, 1),), fairness="may")], "eventually", {1})
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0])


def test_eventually_is_not_lost_where_a_state_is_reached_twice() -> None:
    """State 3 is reached with the goal met (by 1) and without it (by 2): stateright PR 3 remembered the first only."""
    moves = [Move(((0, 1), (1, 3), (3, 3))), Move(((0, 2), (2, 3)))]
    finding, search = found(4, moves, "eventually", {1})
    assert finding.verdict == "violated"
    assert numbers(search, finding)[:3] == [0, 2, 3]


def test_eventually_is_not_lost_where_a_cycle_closes() -> None:
    """0 -> 1 -> 0 never meets the goal in 2, whose exit the scheduler owes nothing."""
    moves = [Move(((0, 1), (1, 0))), Move(((1, 2),), fairness="may")]
    finding, search = found(3, moves, "eventually", {2})
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 1, 0])


def test_strong_fairness_leaves_a_cycle_that_weak_fairness_allows() -> None:
    arrows = Move(((0, 1), (1, 0)))
    assert verdict(3, [arrows, Move(((1, 2),))], "eventually", {2}) == "violated"
    assert verdict(3, [arrows, Move(((1, 2),), fairness="strong")], "eventually", {2}) == "holds"


def test_leads_to_needs_the_goal_after_each_trigger() -> None:
    assert verdict(3, RING, "whenever", {0}, {2}) == "holds"
    assert verdict(4, LINE, "whenever", {1}, {3}) == "holds"
    finding, search = found(4, LINE, "whenever", {2}, {1})
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 1, 2, 3])
    assert verdict(4, LINE, "whenever", {2}, {2}) == "holds"  # met at once


def test_leads_to_starts_at_the_trigger_not_at_the_start() -> None:
    """Not meeting the goal before the trigger is no violation."""
    moves = [Move(((0, 0),)), Move(((0, 1),), fairness="may"), Move(((1, 2),)), Move(((2, 2),))]
    assert verdict(3, moves, "whenever", {1}, {2}) == "holds"
    assert verdict(3, moves, "eventually", {2}) == "violated"


def test_livelock_without_progress_marks_is_a_cycle_short_of_done() -> None:
    moves = [Move(((0, 1), (1, 0))), Move(((1, 2),), fairness="may"), Move(((2, 2),))]
    finding, search = found(3, moves, "no livelock", done={2})
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 1, 0])
    assert "Steps 1 to 2 can repeat for ever" in finding.why
    assert verdict(3, [Move(((0, 1), (1, 2))), Move(((2, 2),))], "no livelock", done={2}) == "holds"
    assert verdict(3, RING, "no livelock") == "violated"


def test_livelock_with_progress_marks_is_a_cycle_without_one() -> None:
    working = [Move(((0, 1),)), Move(((1, 0),), mark="progress")]
    assert verdict(2, working, "no livelock") == "holds"
    idling = [*working, Move(((0, 0),))]
    assert verdict(2, idling, "no livelock") == "holds"  # step 0 is owed, for 0 enables it always
    finding, _ = found(2, [Move(((0, 1),), fairness="may"), *idling[1:]], "no livelock")
    assert finding.verdict == "violated"
    assert finding.fairness == "weak fairness of every step of every agent, none of step0"


def test_a_loop_after_the_end_is_no_livelock_but_one_that_leaves_the_end_again_is() -> None:
    working = [Move(((0, 1),), mark="progress"), Move(((1, 1),))]
    assert verdict(2, working, "no livelock", done={1}) == "holds"
    assert verdict(2, working, "no livelock") == "violated"
    back = [Move(((0, 1),), mark="progress"), Move(((1, 2), (2, 1)))]
    assert verdict(3, back, "no livelock", done={1}) == "violated"
    assert verdict(3, back, "no livelock", done={1, 2}) == "holds"


def test_marks_are_violations() -> None:
    moves = [Move(((0, 1), (1, 2))), Move(((2, 3),), mark="no overwrite on x")]
    finding, search = found(4, moves, "no overwrite", mark="no overwrite on x")
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 1, 2, 3])
    assert verdict(4, LINE, "no overwrite", mark="no overwrite on x") == "holds"


# --- what may be said when ---------------------------------------------------------------------------------------------

EVERY: set[int] = {0, 1, 2, 3}
NONE: set[int] = set()
SETS = {
    "always": (EVERY,),
    "never": (NONE,),
    "step": (EVERY,),
    "sometimes": (NONE,),
    "eventually": ({3},),
    "eventually always": ({3},),
    "infinitely often": ({3},),
    "ltl": ({3},),
    "whenever": ({1}, {3}),
}
MARKED = ("no lost update", "no stale write", "no overwrite")
KINDS = [kind for kind in CHECKERS if kind != "no starvation"]  # which is about agents: test_starvation.py


@pytest.mark.parametrize("kind", KINDS)
def test_an_incomplete_search_never_says_holds(kind: str) -> None:
    """Stopping at a limit without a word (agenticraft 0.1.1, fizzbee 91 and 169)."""
    kwargs = {"done": EVERY, "mark": "m" if kind in MARKED else None}
    sets = SETS.get(kind, ())
    whole, _ = found(4, LINE, kind, *sets, **kwargs)  # type: ignore[arg-type]
    assert whole.verdict == ("violated" if kind == "sometimes" else "holds")
    part, search = found(4, LINE, kind, *sets, states_limit=3, **kwargs)  # type: ignore[arg-type]
    assert not search.graph.complete
    assert part.verdict == "unknown"
    assert part.reason == "the search is incomplete: the limit of 3 states was reached (after 3 states)"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "no error"])
def test_where_a_step_fails_nothing_else_is_said_to_hold(kind: str) -> None:
    moves = [*LINE, Move(((1, FAILS),), fairness="may")]
    kwargs = {"done": EVERY, "mark": "m" if kind in MARKED else None}
    sets = SETS.get(kind, ())
    finding, _ = found(4, moves, kind, *sets, **kwargs)  # type: ignore[arg-type]
    assert (finding.verdict, finding.reason) == ("unknown", PROTOCOL_FAILS)


def test_a_violation_stands_in_an_incomplete_search() -> None:
    finding, search = found(4, LINE, "always", {0, 1}, states_limit=3)
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 1, 2])


def test_a_state_that_is_not_expanded_is_no_deadlock() -> None:
    finding, _ = found(4, LINE, "no deadlock", states_limit=3)
    assert finding.verdict == "unknown"
    early = [Move(((0, 1), (0, 2), (2, 3), (3, 4), (4, 5)))]
    finding, search = found(6, early, "no deadlock", states_limit=5)
    assert not search.graph.complete
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 1])


def test_a_cycle_counts_in_an_incomplete_search_where_all_its_states_are_expanded() -> None:
    moves = [Move(((0, 0),)), Move(((0, 1), (1, 2), (2, 3)), fairness="may")]
    finding, search = found(4, moves, "no livelock", states_limit=3)
    assert (finding.verdict, search.graph.complete) == ("violated", False)
    assert found(4, LINE, "eventually", {3}, states_limit=2)[0].verdict == "unknown"


@pytest.mark.parametrize("kind", ["always", "sometimes", "eventually", "no deadlock", "no livelock", "step"])
def test_a_predicate_without_a_value_makes_it_unknown_with_the_trace(kind: str) -> None:
    machine = Machine(4)
    broken = machine.without_value({2 if kind != "no deadlock" else 3})
    moves = [*LINE, Move(((3, 3),))] if kind == "no livelock" else LINE
    asked = goal(kind, broken) if not kind.startswith("no") else goal(kind)  # type: ignore[arg-type]
    if kind == "sometimes":
        from checker.language.types import Bool
        from checker.model.expr import Apply

        asked = goal(kind, Apply("not", (broken,), Bool()))
    search = searched(machine.model(moves, [asked], broken if kind.startswith("no") else None))
    finding = judge(search, asked)
    assert finding.verdict == "unknown"
    assert "has no value in some reachable state" in finding.reason
    assert numbers(search, finding)[-1] == (3 if kind == "no deadlock" else 2)


def test_a_false_state_decides_although_another_has_no_value() -> None:
    from checker.language.types import Bool
    from checker.model.expr import Apply

    machine = Machine(4)
    asked = goal("always", Apply("and", (machine.without_value({1}), machine.among({0, 1, 2})), Bool()))
    search = searched(machine.model(LINE, [asked]))
    finding = judge(search, asked)
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0, 1, 2, 3])


def test_a_model_without_states_is_unknown() -> None:
    finding, _ = found(4, LINE, "always", {0}, initial=())
    assert (finding.verdict, finding.reason) == ("unknown", "the protocol has no initial state")


def test_every_initial_state_counts() -> None:
    finding, search = found(4, RING, "always", {0, 1, 2}, initial=(0, 3))
    assert (finding.verdict, numbers(search, finding)) == ("violated", [3])
    assert finding.path is not None
    assert finding.path.initial == 1


@given(
    st.lists(
        st.text(max_size=4)
        | st.sampled_from(["", "--set", "n=3", "a b", "it's", "s.spec", "0,0@1", "~", "$x", "\u00e9", "\u0663"])
    )
)
def test_the_words_of_a_command_are_quoted_as_a_shell_wants_them(words: list[str]) -> None:
    assert _joined(words) == shlex.join(words)
