"""Protocols on which the lowering and the oracle once differed, each with what it must give."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.engines.explicit import explore
from tests.elaborate.comparing import both, differences
from tests.elaborate.lowered import checked_of, failures, fired, graph_of


def agreed(protocol: str, faults: str = "none", spec: str = "") -> tuple[int, int]:
    """States and transitions that do not fail, on which both sides agree."""
    if faults != "none":
        spec = f"faults f: {faults}\n{spec}"
    checked = checked_of(protocol, spec)
    model = "none" if faults == "none" else "f"
    assert differences(checked, model) == []
    result = both(checked, model, 10_000)
    assert result is not None
    return len(result[0].worlds), result[0].transitions


# --- agents come and go ------------------------------------------------------------------------------------------------


def test_a_stalled_agent_that_comes_up_again_acts_again() -> None:
    protocol = """
        protocol p
        shared x: 0..1 = 0
        role W:
            action a when x == 0:
                x = 1
        """
    faults = "stall W <= 1, crash W <= 1, restart W <= 1"
    assert agreed(protocol, faults) == (14, 15)
    path = graph_of(protocol, f"faults f: {faults}\nsometimes seen: W is stalled and x == 1\n", faults="f")
    assert "W.a" in fired(path)


@pytest.mark.parametrize("after", ["v = 1", "await llm()", "v = 1\n        await llm()"])
def test_what_an_agent_keeps_after_it_stops_itself_is_gone(after: str) -> None:
    protocol = f"""
protocol p
role W:
    var v: 0..1 = 0
    action a:
        stop self
        {after}
role Boss:
    action again when W is down:
        spawn W
"""
    assert agreed(protocol) == (2, 2)


def test_durable_variables_survive_a_spawn() -> None:
    protocol = """
        protocol p
        role W:
            durable var d: 0..1 = 0
            var v: 0..1 = 0
            action a when d == 0:
                d = 1
                v = 1
                stop self
        role Boss:
            action again when W is down:
                spawn W
        """
    assert agreed(protocol) == (3, 2)


def test_who_is_finished_and_waits_for_the_round_goes_on_with_the_others() -> None:
    protocol = """
        protocol p
        role W * 2:
            run:
                pass
            action meet:
                await round
        """
    assert agreed(protocol) == (36, 72)


# --- stale reads --------------------------------------------------------------------------------------------------------


def test_a_step_that_does_not_come_to_read_the_cell_is_not_stale() -> None:
    protocol = """
        protocol p
        shared x: 0..1 = 0
        shared seen: bool = false
        role W:
            action write when x == 0:
                x = 1
            action look when not seen:
                seen = true or x == 1
        """
    assert agreed(protocol, "stale x <= 1") == (6, 7)  # only `write` again, when it takes x for 0 once more


def test_a_stale_read_is_of_the_state_before_the_step() -> None:
    protocol = """
        protocol p
        shared x: 0..2 = 0
        shared seen: 0..2 = 2
        role W:
            action write when x == 0 and seen == 2:
                x = 1
                x = 2
            action look when seen == 2:
                seen = x
        """
    model = graph_of(protocol, "faults f: stale x <= 1\nnever middle: seen == 1\n", faults="f").model
    place = next(v.offset for v in model.variables if v.name == "seen")
    assert {state[place] for state in explore(model).states} == {0, 2}
    agreed(protocol, "stale x <= 1")


def test_what_was_never_written_is_not_stale() -> None:
    protocol = """
        protocol p
        shared x: bool in {false, true}
        shared seen: bool? = none
        role W:
            action look when seen == none:
                seen = x
        """
    assert agreed(protocol, "stale x <= 1") == (4, 2)


def test_to_write_a_part_of_a_cell_is_no_read_of_it() -> None:
    protocol = """
        protocol p
        record Pair: a: 0..1, b: 0..1
        shared x: Pair = Pair(a: 0, b: 0)
        role W:
            action first when x.a == 0:
                x.a = 1
            action other:
                x.b = 1
        """
    assert "W.other (stale x)" not in fired(graph_of(protocol, "faults f: stale x <= 1\n", faults="f"))
    agreed(protocol, "stale x <= 1")


def test_the_names_of_quantifiers_are_no_obstacle() -> None:
    protocol = """
        protocol p
        shared x: map[bool, 0..1] = 0
        role W * 2:
            action a when any(w in W: x[true] == 0):
                x[true] = 1
                x[false] = count(w in W: x[true] == 1) - 1
        """
    agreed(protocol, "stale x <= 1")


# --- values ---------------------------------------------------------------------------------------------------------------


def test_what_a_broadcast_carries_is_evaluated_when_nobody_gets_it() -> None:
    protocol = """
        protocol p
        message M(x: 0..1) to W
        role W:
            var o: 0..1? = none
            action say:
                broadcast M(o!) to W
            on M(_):
                pass
        """
    assert agreed(protocol) == (1, 0)
    assert failures(graph_of(protocol)) == {"none"}


def test_an_action_without_any_parameters_to_choose_fails_nowhere() -> None:
    protocol = """
        protocol p(n: 0..1 = 0)
        ids T * n
        shared x: 0..1? = none
        shared s: set[T] = {}
        role W:
            action a(t: T) when x! == 1:
                s += {t}
        """
    assert agreed(protocol) == (1, 0)
    assert failures(graph_of(protocol)) == set()


@pytest.mark.parametrize("end", ["first", "last"])
def test_a_type_without_elements_has_no_ends(end: str) -> None:
    protocol = f"""
        protocol p(n: 0..1 = 0)
        ids T * n, ordered
        shared x: T? = none
        role W:
            action a:
                x = {end}(T)
        """
    assert agreed(protocol) == (1, 0)
    assert failures(graph_of(protocol)) == {"empty"}


@pytest.mark.parametrize("guard", ["when x! == 1 should false", "when x! == 1 and false"])
def test_a_guard_that_fails_before_it_is_false_fails(guard: str) -> None:
    protocol = f"""
        protocol p
        shared x: 0..1? = none
        role W:
            action a {guard}:
                pass
        """
    assert agreed(protocol) == (1, 0)
    assert failures(graph_of(protocol)) == {"none"}


# --- imports --------------------------------------------------------------------------------------------------------------


def test_an_imported_role_brings_its_run(tmp_path: Path) -> None:
    (tmp_path / "ready.team").write_text(
        """protocol ready(members: 1..2 = 2)
role Member * members, reentrant
shared ready: set[Member] = {}
message Ping(n: 0..1) to Member: capacity 1, drop
role Member:
    run:
        await round
        ready += {self}
    on Ping(n) from who when n == 1:
        await who in ready as waiting
        send Ping(0) to who
"""
    )
    protocol = """
        protocol team
        import "ready.team" as start with Member = Worker, members = 2
        role Worker * 2, reentrant
        role Worker:
            action poke when self in start.ready:
                choose other in Worker where other != self
                send start.Ping(1) to other
        done when all(w in Worker: w is finished and not (w at start.Ping.waiting))
        """
    checked = checked_of(protocol, "faults f: crash Worker <= 1\n", path=str(tmp_path / "team.team"))
    assert differences(checked, "none") == []
    assert differences(checked, "f") == []
    assert {activity.name for activity in checked.roles["Worker"].activities} == {"poke", "run", "start.Ping"}
