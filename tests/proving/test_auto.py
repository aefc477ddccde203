"""`check` with a budget of seconds: what the search leaves open is found or proved, and each verdict says by what."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import api
from checker.properties.result import Report, Result
from checker.properties.searches import Limits
from checker.proving import auto
from checker.report.blocks import blocks
from checker.report.terminal import Style

ROOT = Path(__file__).parents[2]


def check(instance: str, name: str, **more: object) -> dict[str, Result]:
    report = api.check(
        ROOT / "specs" / "two_phase_commit.spec",
        instances=[instance],
        faults=["none"],
        properties=[name],
        **more,  # type: ignore[arg-type]
    )
    return {result.property: result for result in report.results}


def test_what_a_search_leaves_open_is_proved_for_every_size() -> None:
    found = check("three", "no deadlock", states_limit=50, time_s=60)["no deadlock"]
    assert (found.verdict, found.basis, found.met, found.reason) == ("holds", "every size", True, "")
    assert found.engine == "inductive (Z3)"
    assert found.why.startswith("It is so at the start, and no step ends it where this is so, which no step ends either: ")


def test_a_violation_is_found_at_a_size_that_no_search_reaches() -> None:
    found = check("hasty", "consistent", states_limit=50, time_s=60, overrides={"participants": 10})["consistent"]
    assert (found.verdict, found.basis, found.met) == ("violated", "bounded", True)
    assert found.engine == "symbolic (Z3)"
    assert found.trace is not None
    assert "--set participants=10" in found.replay


def test_without_a_budget_a_limit_is_a_limit() -> None:
    assert check("three", "consistent", states_limit=50)["consistent"].verdict == "unknown"
    assert check("three", "consistent", states_limit=50, time_s=60, engine="reference")["consistent"].verdict == "unknown"


def test_what_the_search_decides_is_as_it_was() -> None:
    found = check("three", "consistent", time_s=60)["consistent"]
    assert (found.verdict, found.basis, found.distinct) == ("holds", "exhaustive", 288)


def test_nothing_is_proved_where_the_protocol_itself_may_fail(tmp_path: Path) -> None:
    """Runs end where a step fails: what holds in every state that is reached is not what was asked."""
    (tmp_path / "count.team").write_text(
        "protocol count(agents: 1..9 = 3)\nrole Agent * agents\nshared n: 0..5 = 0\n"
        "role Agent:\n    var seen: 0..5 = 0\n    action more:\n        n += 1\n        seen = n\n",
        encoding="utf-8",
    )
    (tmp_path / "count.spec").write_text('spec count for "count.team"\nalways low: n <= 5\nno error\n', encoding="utf-8")
    report = api.check(tmp_path / "count.spec", states_limit=3, time_s=20)
    assert {result.property: result.verdict for result in report.results} == {"low": "unknown", "no error": "violated"}


def test_a_budget_goes_with_the_usual_search_only() -> None:
    assert auto.applies(Limits(time_s=10))
    assert auto.searching(Limits(time_s=10)).time_s == 5
    assert not auto.applies(Limits())
    for other in (Limits(time_s=1, symmetry=True), Limits(time_s=1, store="bitstate"), Limits(time_s=1, engine="native")):
        assert not auto.applies(other)


@pytest.mark.parametrize(("basis", "text"), [("every size", "for every size"), ("inductive", "proved at this size")])
def test_the_text_says_what_it_rests_on(basis: str, text: str) -> None:
    from msgspec.structs import replace

    found = replace(check("three", "consistent")["consistent"], basis=basis)  # type: ignore[arg-type]
    (said,) = blocks(Report(results=(found,), counts=(), warnings=(), seconds=0.0), Style(), brief=False, quiet=False)
    assert said.splitlines()[-1] == f"    ok    consistent  holds ({text})"


def test_what_is_asked_of_whole_runs_is_proved_where_every_run_ends() -> None:
    report = api.check(
        ROOT / "specs" / "lock.spec",
        instances=["pair"],
        faults=["none"],
        properties=["served", "no livelock"],
        states_limit=3,
        time_s=60,
    )
    for found in (result for result in report.results if result.kind in ("eventually", "no livelock")):
        assert (found.verdict, found.basis, found.met) == ("holds", "every size", True)
        assert found.fairness == "weak fairness of every step of every agent"
        assert found.why.startswith("Every run ends, for each step lowers what is still to come (sum(")
