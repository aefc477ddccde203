"""The traps that other checkers fell into, one test for each; the docstrings name where."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec.structs import replace

import checker
from checker.language.diagnostics import BadInput
from checker.model.formula import FALSE, TRUE, Literal, both, negated, next_, release, until
from checker.model.model import GoalKind
from checker.properties.judge import judge
from checker.properties.table import CHECKERS
from tests.properties.machines import FAILS, Machine, Move, found, goal, numbers, searched

P, Q = Literal(0), Literal(1)


def verdicts(folder: Path, team: str, spec: str, **options: Any) -> dict[str, str]:
    return {result.property: result.verdict for result in report(folder, team, spec, **options).results}


def report(folder: Path, team: str, spec: str, **options: Any) -> checker.Report:
    (folder / "trap.team").write_text(f"protocol trap()\n{team}", encoding="utf-8")
    (folder / "trap.spec").write_text(f'spec trap for "trap.team"\n{spec}', encoding="utf-8")
    return checker.check(str(folder / "trap.spec"), **options)


LOCK = """\
role Worker * 3
shared holder: Worker? = none
role Worker:
    action take when holder == none:
        holder = self
        await tool() as inside
        holder = none
"""
STARVING = """\
eventually served: holder == Worker0
infinitely often often: holder == Worker0
ltl again: always eventually holder == Worker0
no starvation of Worker
sometimes taken: holder != none
"""
STARVED = {"served", "often", "again", "no starvation of Worker"}


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_liveness_with_several_workers(threads: int, tmp_path: Path) -> None:
    """tlaplus 971: liveness with several workers missed a violation."""
    made = verdicts(tmp_path, LOCK, STARVING, engine="native", threads=threads)
    assert {name for name, verdict in made.items() if verdict == "violated"} == STARVED


def test_liveness_and_symmetry(tmp_path: Path) -> None:
    """tlaplus 59, 644: symmetry together with liveness missed violations and made false ones. Here it is used for safety only, and says so."""
    made = report(tmp_path, LOCK, STARVING + "never two: count(w in Worker: w at inside) > 1\n", symmetry=True)
    assert {r.property for r in made.results if r.verdict == "violated"} == STARVED
    assert {r.reduction for r in made.results if r.property in STARVED} == {""}


def test_fairness_is_of_edges() -> None:
    """tlaplus 201: both states of the cycle 1, 2 are entered by the first step from elsewhere, but no edge of the cycle is of that step, which
    is enabled in both: a run that goes round for ever starves it."""
    moves = [Move(((0, 1), (0, 2), (1, 3), (2, 3))), Move(((1, 2), (2, 1)))]
    for kind, formula in (("eventually", None), ("infinitely often", None), ("ltl", until(TRUE, P))):
        assert found(4, moves, kind, {3}, formula=formula)[0].verdict == "holds"  # type: ignore[arg-type]
    assert found(4, [Move(((0, 1), (0, 2))), moves[1]], "ltl", {3})[0].verdict == "violated"


@pytest.mark.parametrize("kind", ["eventually", "ltl"])
def test_a_state_is_reached_again(kind: GoalKind) -> None:
    """stateright PR 3: `eventually` was lost on revisiting a state (3, with the goal met by way of 1 and without it by way of 2) and on closing a
    cycle."""
    joined = [Move(((0, 1), (0, 2), (1, 3), (2, 3)))]
    finding, search = found(4, joined, kind, {1})
    assert finding.verdict == "violated"
    assert numbers(search, finding) == [0, 2, 3]
    assert found(3, [Move(((0, 1), (1, 0)))], kind, {2})[0].verdict == "violated"


@pytest.mark.parametrize("kind", ["eventually", "eventually always", "infinitely often", "ltl", "no deadlock", "no livelock"])
def test_a_bound_changes_no_verdict(kind: GoalKind) -> None:
    """fizzbee 91, 169: the bound of the search silently changed a verdict on liveness or deadlock."""
    line = [Move(((0, 1), (1, 2), (2, 3)))]
    sets = () if kind.startswith("no ") else ({3},)
    done = {0, 1, 2, 3}
    assert found(4, line, kind, *sets, done=done)[0].verdict == "holds"
    cut, _ = found(4, line, kind, *sets, done=done, states_limit=3)
    assert (cut.verdict, cut.reason) == (
        "unknown",
        "the search is incomplete: the limit of 3 states was reached (after 3 states)",
    )


def test_two_contradictory_eventually_always() -> None:
    """fizzbee 212: `eventually always p` and `eventually always not p` both passed."""
    ring = [Move(((0, 1), (1, 0)))]
    for kind, first, second in (
        ("eventually always", None, None),
        ("ltl", until(TRUE, release(FALSE, P)), until(TRUE, release(FALSE, P))),
    ):
        made = [found(2, ring, kind, numbers, formula=f)[0].verdict for numbers, f in (({0}, first), ({1}, second))]  # type: ignore[arg-type]
        assert made == ["violated", "violated"]


def test_no_form_is_dropped(tmp_path: Path) -> None:
    """fabracht/tla-rs PR 62: an unknown temporal form was dropped and the result was "ok"."""
    assert set(CHECKERS) == set(get_args(GoalKind))
    with pytest.raises(BadInput) as refused:
        report(tmp_path, LOCK, "converges holder\n")
    assert [error.code for error in refused.value.diagnostics] == ["T901"]


def test_a_run_that_ends_stutters() -> None:
    """fabracht/tla-rs PR 62: the implicit stuttering of a run that ends was ignored."""
    line = [Move(((0, 1),))]
    assert found(2, line, "ltl", {1}, formula=until(TRUE, release(FALSE, P)))[0].verdict == "holds"
    assert found(2, line, "ltl", {1}, formula=release(FALSE, until(TRUE, negated(P))))[0].verdict == "violated"
    assert found(2, line, "ltl", {1}, formula=next_(next_(next_(P))))[0].verdict == "holds"
    assert found(2, [Move(((0, 1),), fairness="may")], "ltl", {1}, formula=next_(P))[0].verdict == "violated"


def test_stuttering_is_no_step_taken() -> None:
    """fabracht/tla-rs 63: fairness counted a stuttering step as taken. A run may not rest in 0, where the first step is owed; and a run that goes
    round does not rest in between: every second state is 1."""
    owed = [Move(((0, 1),)), Move(((0, 0),), fairness="may")]
    assert found(2, owed, "eventually", {1})[0].verdict == "holds"
    assert found(2, owed, "ltl", {1})[0].verdict == "holds"
    ring = [Move(((0, 1), (1, 0)), fairness="may")]
    in_turn = release(FALSE, until(TRUE, both(P, next_(P))))  # again and again two states in a row in 0
    rests_between = until(TRUE, both(P, both(next_(P), next_(next_(Q)))))
    assert found(2, ring, "ltl", {0}, {1}, formula=negated(rests_between))[0].verdict == "holds"
    assert found(2, ring, "ltl", {0}, {1}, formula=in_turn)[0].verdict == "violated"


@pytest.mark.parametrize("kind", ["eventually", "infinitely often", "ltl"])
def test_a_fair_cycle_within_an_unfair_component(kind: GoalKind) -> None:
    """fabracht/tla-rs PR 59: the component 0, 1, 2 starves the strongly fair step, which only 2 enables; the cycle 0, 1 within it is fair."""
    moves = [Move(((0, 1), (1, 0), (1, 2), (2, 0))), Move(((2, 3),), fairness="strong")]
    finding, search = found(4, moves, kind, {3})
    assert finding.verdict == "violated"
    assert numbers(search, finding) == [0, 1, 0]


def test_two_fairness_assumptions_at_once() -> None:
    """diffblue/hw-cbmc 2007: liveness was wrong with two or more fairness assumptions. Each step alone can be starved, and both together cannot."""
    around = Move(((0, 1), (1, 0)))
    first, second = Move(((0, 2),), fairness="strong"), Move(((1, 3),), fairness="strong")
    unfair = [Move(move.arrows, fairness="may") for move in (first, second)]
    for kind in ("eventually", "ltl"):
        assert found(4, [around, *unfair], kind, {2, 3})[0].verdict == "violated"  # type: ignore[arg-type]
        assert found(4, [around, first, second], kind, {2, 3})[0].verdict == "holds"  # type: ignore[arg-type]
        assert found(4, [around, first, second], kind, {2})[0].verdict == "violated"  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "formula"), [("always", None), ("ltl", P), ("ltl", release(FALSE, P))])
def test_false_in_the_first_state(kind: GoalKind, formula: Any) -> None:
    """quint 1501: a bounded checker said ok for a property false in state 0."""
    finding, search = found(3, [Move(((0, 1), (1, 2), (2, 0)))], kind, {1, 2}, formula=formula)
    assert (finding.verdict, numbers(search, finding)) == ("violated", [0])


def test_a_fold_without_a_value(tmp_path: Path) -> None:
    """apalache 1691, 3385: a fold over an unsupported set silently returned the base value."""
    team = "role W\nshared s: set[0..2] = {}\nrole W:\n    run:\n        s += {1}\n        await tool()\n        s += {2}\n"
    spec = "always low: min(x in s: x) >= 0\nltl last: eventually always sum(x in s: x) == 3\nnever more: sum(x in s: x) > 3\n"
    assert verdicts(tmp_path, team, spec) == {"low": "unknown", "last": "holds", "more": "holds", "no error": "holds"}


def test_a_bound_is_never_clamped(tmp_path: Path) -> None:
    """minicheck 0.1.0: an integer bound was clamped instead of reported, so a reachable value was "proved" unreachable."""
    team = "role W\nshared n: 0..3 = 0\nrole W:\n    action go: n += 1\n"
    spec = "always low: n < 4\neventually always top: n == 3\nltl stays: always n < 4\n"
    made = verdicts(tmp_path, team, spec)
    assert made == {"low": "unknown", "top": "unknown", "stays": "unknown", "no error": "violated"}


def test_the_trace_is_of_the_violation() -> None:
    """quint 1802: an arbitrary trace was reported as the counterexample."""
    moves = [Move(((0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (4, 4)))]
    finding, search = found(5, moves, "ltl", {4}, {2}, formula=until(negated(Q), P))  # 2 comes before 4
    assert numbers(search, finding) == [0, 1, 2]
    finding, search = found(5, moves, "ltl", {2}, formula=release(FALSE, until(TRUE, P)))  # 2 again and again
    assert numbers(search, finding)[-2:] == [4, 4]


def test_what_fired_is_not_called_dead(tmp_path: Path) -> None:
    """verse-lab/veil 9: coverage said "never enabled" for an action that fired."""
    team = "role W\nshared n: 0..1 = 0\nrole W:\n    action up when n == 0: n = 1\n    action never when n > 1: n = 0\n"
    made = report(tmp_path, team, "sometimes up: n == 1\n")
    assert [warning.text for warning in made.warnings if "W.up" in warning.text] == []
    assert any("W.never" in warning.text for warning in made.warnings)


def test_no_limit_without_a_word(tmp_path: Path) -> None:
    """agenticraft-foundation 0.1.1: the search stopped at 10,000 states, and a deadlock at 16,807 states was "deadlock-free"."""
    team = "role W * 5\nrole W:\n    var n: 0..6 = 0\n    action up when n < 6: n += 1\n"
    made = report(tmp_path, team + "done when false\n", "no deadlock\n")
    assert [(r.verdict, r.distinct) for r in made.results if r.property == "no deadlock"] == [("violated", 16_807)]


def test_nothing_is_proved_without_exploration(tmp_path: Path) -> None:
    """Lingua Universale 0.5.0: "always terminates: PROVED" for every protocol, with no exploration behind the word."""
    team = """\
role W
shared right: bool = false
role W:
    run:
        while not right:
            await llm()
            choose good: bool
            right = good
"""
    made = report(tmp_path, team, "eventually ends: right\nltl comes: eventually right\n")
    assert [(r.verdict, r.distinct) for r in made.results] == [("violated", 3), ("violated", 3), ("holds", 3)]


def test_locks_are_taken_one_by_one(tmp_path: Path) -> None:
    """TraceFix: every lock of a multi-lock acquire was taken in one model step, so each protocol passed and the runtime deadlocked."""
    team = """\
role W * 2
enum Lock: left, right
shared held: map[Lock, W?] = none
role W:
    action work(a: Lock, b: Lock) when a != b and held[a] == none:
        held[a] = self
        await held[b] == none as second
        held[b] = self
        await tool()
        held[a] = none
        held[b] = none
"""
    assert verdicts(tmp_path, team, "no deadlock\n")["no deadlock"] == "violated"


def test_a_proper_end_is_no_deadlock(tmp_path: Path) -> None:
    """fizzbee 182: a deadlock check that cannot tell a proper end, so users turn it off."""
    team = "role W\nshared n: 0..2 = 0\nrole W:\n    action up when n < 2: n += 1\n"
    assert verdicts(tmp_path, team + "done when n == 2\n", "no deadlock\n")["no deadlock"] == "holds"
    assert verdicts(tmp_path, team + "done when n == 1\n", "no deadlock\n")["no deadlock"] == "violated"


def test_where_a_step_fails_no_formula_holds() -> None:
    """Behind a failing step nothing is known."""
    moves = [Move(((0, 1),)), Move(((1, FAILS),), fairness="may")]
    assert found(2, moves, "ltl", {1})[0].verdict == "unknown"


def test_a_condition_without_a_value() -> None:
    """Nothing is said to hold where a condition has no value somewhere; a violation that keeps away from there stands."""
    machine = Machine(3)
    moves = [Move(((0, 1), (0, 2), (1, 1)))]
    asked = replace(goal("ltl", machine.without_value({2}), machine.among({2})), formula=release(FALSE, P))
    finding = judge(searched(machine.model(moves, [asked])), asked)
    assert finding.verdict == "unknown"
    assert finding.reason.startswith("it has no value in some reachable state")
    broken = replace(asked, formula=until(both(P, P), Q))
    assert judge(searched(machine.model(moves, [broken])), broken).verdict == "violated"
