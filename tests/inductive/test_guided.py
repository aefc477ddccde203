"""Rules that are made as they are needed: enough where the protocol is right, none where it is not, and no small run refutes one."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.certificates.subject import Asked
from checker.engines.explicit import explore
from checker.engines.inductive.guided import Guided, wanted
from checker.engines.inductive.pool import Pool
from checker.engines.inductive.prove import Proofs
from checker.ground.violations import bad
from checker.model.expr import Expr
from checker.model.model import Model
from checker.model.resize import resized
from checker.properties.plan import read_target
from checker.properties.searches import Limits, model_of
from checker.properties.tolerance.subject import Subject, subject
from checker.proving.attempt import Attempts
from checker.semantics.interpreter import Interpreter

TEAM = '''"""Orders are paid; what was paid for an order is given back before it is cancelled."""
protocol refunds(orders: 1..4 = 2, workers: 1..4 = 2, broken: bool = false)
enum Stage: created, paid, undoing, cancelled
ids Order * orders
role Worker * workers
shared stage: map[Order, Stage] = created
shared money: map[Order, bool] = false
shared taken: map[Order, Worker?] = none
role Worker:
    action pay(o: Order) when stage[o] == created and taken[o] == none:
        taken[o] = self
        await tool() as paying
        money[o] = true
        either:
            stage[o] = paid
        or:
            stage[o] = undoing
        taken[o] = none
    action undo(o: Order) when stage[o] == undoing and taken[o] == none:
        taken[o] = self
        await tool() as refunding
        if not broken:
            money[o] = false
        await tool() as closing
        stage[o] = cancelled
        taken[o] = none
done when all(o in Order: stage[o] == paid or stage[o] == cancelled)
'''
SPEC = """spec refunds for "refunds.team"
instance good: orders = 2, workers = 2
instance broken: orders = 2, workers = 2, broken = true
never kept "a cancelled order costs nothing": any(o in Order: stage[o] == cancelled and money[o])
no deadlock
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    (tmp_path / "refunds.team").write_text(TEAM, encoding="utf-8")
    (tmp_path / "refunds.spec").write_text(SPEC, encoding="utf-8")
    return str(tmp_path / "refunds.spec")


def asked(spec: str, instance: str) -> Subject:
    return subject(spec, instance=instance, faults="none", properties=None, overrides={}, limits=Limits(), said=None)


def models(spec: str, instance: str) -> list[Model]:
    family = Asked(read_target(spec), instance, "none", "kept", {}).family.about(None)
    return [family.model({"orders": size, "workers": size}) for size in (2, 3)]


def rules(models: list[Model], name: str) -> tuple[list[Expr], list[Expr]] | None:
    proofs = [Proofs(model) for model in models]
    of_sizes = []
    for one in proofs:
        goal = next(goal for goal in one.model.goals if goal.name == name)
        wrong = bad(one.form, goal)
        assert wrong is not None
        of_sizes.append(wanted(one.form, goal, wrong))
    return Guided(proofs, Pool(proofs), None).rules(of_sizes)


@pytest.mark.parametrize("name", ["kept", "no deadlock"])
def test_no_run_refutes_a_rule_that_was_made(spec: str, name: str) -> None:
    small = models(spec, "good")[:1]
    found = rules(small, name)
    assert found is not None
    assert found[0]
    assert found == rules(small, name)
    states, interpreter = explore(small[0]).states, Interpreter(small[0])
    for rule in (resized(rule, small[0]) for some in found for rule in some):
        assert all(interpreter.evaluate(rule, state) for state in states)


def test_none_are_found_where_the_goal_is_violated(spec: str) -> None:
    assert rules(models(spec, "broken")[:1], "kept") is None


def test_they_are_lemmas_for_every_size(spec: str) -> None:
    base = asked(spec, "good")
    goals = [goal for job in base.jobs("none") for goal in model_of(job).goals]
    attempts = Attempts(base, "none", None)
    for name in attempts.look_for_rules(goals, 60.0):
        attempts.every_size(next(goal for goal in goals if goal.name == name), 30.0, "rules")
    assert [goal.name for goal in goals if attempts.proved(goal.name)] == ["kept", "no deadlock", "no error"]
    assert max(text.text.count(" and ") for text in attempts.of("kept").lemmas) >= 1
