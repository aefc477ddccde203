"""Attempts at proofs: what was found stands, whatever comes after it."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from checker import api
from checker.certificates.certificate import SUFFIX
from checker.properties.searches import Limits, model_of
from checker.properties.tolerance.subject import subject
from checker.proving import attempt
from checker.proving.attempt import Attempts
from checker.report.proving import render
from checker.sorted.refusals import Refused

LOCK = Path(__file__).parents[2] / "specs" / "lock.spec"


@pytest.mark.parametrize("ended", [KeyboardInterrupt(), Refused("too many")])
def test_a_proof_stands_where_the_time_is_up_before_all_is_told_of_it(
    ended: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def up(*_: object, **__: object) -> NoReturn:
        raise ended

    base = subject(str(LOCK), instance="pair", faults=None, properties=["together"], overrides={}, limits=Limits(), said=None)
    goal = next(goal for job in base.jobs("none") for goal in model_of(job).goals if goal.name == "together")
    attempts = Attempts(base, "none", str(tmp_path))
    monkeypatch.setattr(attempt, "decided_at", up)
    if isinstance(ended, KeyboardInterrupt):
        with pytest.raises(KeyboardInterrupt):
            attempts.every_size(goal, 60)
    else:
        attempts.every_size(goal, 60)
    attempts.end()
    assert attempts.proved("together")
    assert [attempts.of("together").certificate] == [str(path) for path in tmp_path.glob(f"*{SUFFIX}")]


def test_which_size_does_not_vary_is_said_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "pool.team").write_text(
        "protocol pool(agents: 1..3 = 2, tasks: 1..3 = 2)\nids Task * tasks\nrole Agent * agents\n"
        "shared finished: set[Task] = {}\nrole Agent:\n    action finish(t: Task) when t not in finished:\n        finished += {t}\n"
        "done when len(finished) == tasks\n",
        encoding="utf-8",
    )
    (tmp_path / "pool.spec").write_text(
        'spec pool for "pool.team"\nstep kept: old(finished) subset finished\nsometimes begun: finished != {}\n', encoding="utf-8"
    )
    found = api.prove(tmp_path / "pool.spec", properties=["kept", "begun"], time_s=60)
    assert [sort for sort, _ in found.varying] == ["Agent"]
    text = " ".join(render(found).split())
    why = "`tasks` says more here than how many Task there are: give that a parameter of its own"
    assert found.kept == f"Task: {why} ({tmp_path / 'pool.team'}:8:28)"
    assert f"one size only: Task: {why}" in text
    assert "sometimes begun: reached It is reached after 1 step at agents = 2, tasks = 2." in text


REVIEW = """
protocol review(coders: 2..4 = 2)
role Coder * coders
shared author: Coder? = none
shared reviewed: bool = false
role Coder:
    action write when author == none:
        author = self
    action review when author != none and author != self and not reviewed:
        reviewed = true
done when reviewed
"""


def test_where_the_proof_stops_with_fewer_than_the_protocol_asks_for_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "review.team").write_text(REVIEW, encoding="utf-8")
    (tmp_path / "review.spec").write_text(
        'spec review for "review.team"\nsometimes over: reviewed\nno deadlock\nalways first: author == none implies not reviewed\n',
        encoding="utf-8",
    )
    found = api.prove(tmp_path / "review.spec", properties=["no deadlock", "first"], time_s=60)
    stuck, first = found.proofs
    assert (first.rung, first.stuck) == ("every size", None)
    assert stuck.rung == "sizes"
    assert stuck.stuck is not None
    assert (stuck.stuck.sizes, stuck.stuck.allowed) == ((("coders", 1),), (("coders", 2),))
    said = "The protocol asks for coders from 2, but a proof for every size is of every number from 1: what is so only from there on has none."
    assert said in " ".join(render(found).split())


def test_formulas_that_allow_more_are_said_to_prove_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "mail.team").write_text(
        "protocol mail(agents: 1..3 = 2)\nrole Agent * agents\nshared got: bool = false\n"
        "message Note(from_whom: Agent) to Agent: unordered, drop\nrole Agent:\n    action write(a: Agent): send Note(self) to a\n"
        "    on Note(x): got = true\n",
        encoding="utf-8",
    )
    (tmp_path / "mail.spec").write_text('spec mail for "mail.team"\nstep kept: old(got) implies got\n', encoding="utf-8")
    found = api.prove(tmp_path / "mail.spec", properties=["kept"], time_s=60)
    assert found.proofs[0].rung == "every size"
    text = " ".join(render(found).split())
    assert "The formulas allow more: of an unordered channel only this is known" in text
    assert "So what is proved holds all the same, and some of what holds has no proof." in text
