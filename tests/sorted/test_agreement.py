"""The formulas of a model say what the reference interpreter does: that is what makes "for every size" worth something.

At small sizes, in states that are reached and in others, the successors that the formulas allow are those of the interpreter, step by
step, and so is what fails, what is enabled, where it begins and what goals say. Neither a solver nor the code that makes queries is part of it.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from checker.elaborate.lower import elaborate
from checker.language.check import check
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source
from checker.model.model import Model
from checker.properties.plan import read_target
from checker.sorted import collections, logic, quantifiers, scope, shapes, statements, values
from checker.sorted.refusals import Refused
from checker.sorted.system import sorted_form
from checker.sorted.uniform import every_size
from tests.elaborate.generator import Generated, protocol, protocols
from tests.sorted.agreeing import Told, compare, some_states
from tests.sorted.families import SPECS, of_corpus, watching

SMALL = [  # stem, instance, fault model: one for each kind of construct
    ("lock", None, "one_crash"),
    ("two_phase_commit", "hasty", "participant_crash"),
    ("task_board", None, "one_crash"),
    ("bugs/shutdown_hang", None, "none"),
    ("bugs/two_effects", "repaired", "lost_mail"),
    ("bench/lossy_lease", None, "rough"),
    ("patterns/quorum_vote", "two_of_three", "one_lie"),
    ("patterns/merge_queue", "repaired", "none"),
    ("seed_leased", None, "none"),
    ("paxos", "small", "none"),
]


@pytest.mark.parametrize(("stem", "instance", "faults"), SMALL, ids=[s[0] for s in SMALL])
def test_the_corpus(stem: str, instance: str | None, faults: str) -> None:
    every = every_size(of_corpus(stem, instance, faults))
    assert every.open
    for size in (1, 2):
        model = every.model_at(dict.fromkeys(every.open, size))
        told = compare(every.form, model, some_states(model, reached=6, at_random=4))
        assert told.states > 4
        assert told.skipped == 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.spec")), ids=lambda path: path.stem)
def test_all_of_the_corpus(path) -> None:  # type: ignore[no-untyped-def]
    target = read_target(str(path))
    for instance, faults in target.pairs():
        try:
            every = every_size(of_corpus(str(path.relative_to(SPECS).with_suffix("")), target.instance_name(instance), faults))
        except Refused:
            continue
        if not every.open:
            continue
        for size in (1, 2, 3):
            model = every.model_at(dict.fromkeys(every.open, size))
            compare(every.form, model, some_states(model, reached=10, at_random=5))


def test_marks_of_ghosts() -> None:
    every = every_size(watching("task_board", "no lost update on status"))
    assert every.open == {"Task": "tasks", "Worker": "workers"}
    assert any(run.marks for _, run in every.form.steps)
    for size in (1, 2):
        model = every.model_at(dict.fromkeys(every.open, size))
        compare(every.form, model, some_states(model, reached=15, at_random=6))


# --- generated protocols -------------------------------------------------------------------------------------------


def models(generated: Generated) -> list[Model]:
    written = parse_protocol(Source("generated.team", generated.protocol))
    spec = parse_spec(Source("generated.spec", f'spec generated for "generated.team"\n{generated.spec}'))
    try:
        checked = check(written, spec)
    except BadInput:
        return []
    return [elaborate(checked, faults) for faults in ("none", *checked.faults)]


def agree(model: Model, seed: int) -> Told | None:
    """Compares with as many sorts open as can be; None where the model has no sorted form."""
    unordered = [s.name for s in model.sorts if not s.ordered and not s.single and s.size >= 2]
    for open in (unordered, []):
        try:
            form = sorted_form(model, open)
            list(form.initial())
            return compare(form, model, some_states(model, reached=3, at_random=3, seed=seed))
        except Refused:
            continue
    return None


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_generated_protocols(generated: Generated) -> None:
    for model in models(generated):
        agree(model, 1)


@pytest.mark.timeout(240)
def test_generated_protocols_are_mostly_taken() -> None:
    told = [agree(model, seed) for seed in range(12) for model in models(protocol(Random(seed).randrange))]
    taken = [one for one in told if one is not None]
    assert len(taken) >= len(told) * 0.8
    assert sum(one.transitions for one in taken) > 200
    assert sum(one.failures for one in taken) > 10


@pytest.mark.slow
@pytest.mark.timeout(7200)
@settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_many_generated_protocols(generated: Generated) -> None:
    for model in models(generated):
        agree(model, 1)


# --- a wrong translation is seen -----------------------------------------------------------------------------------


def _without_old(self, run, statement):  # type: ignore[no-untyped-def]
    """An assignment that sets every cell of the variable."""
    scope = self.scope(run)
    value = self.expressions.fitted(statement.value, statement.variable.type, scope)
    run.state[statement.variable] = lambda indices: value


def _no_failures(self, condition, kind, at, *, exact=True):  # type: ignore[no-untyped-def]
    """An evaluation that never fails."""


def _one_more(made, node, scope, k):  # type: ignore[no-untyped-def]
    return EXACTLY(made, node, scope, k + 1)


EXACTLY = quantifiers.at_least
MUTANTS = {
    "an assignment forgets the other cells": (statements.Statements, "_assign", _without_old, "task_board", None, "none"),
    "nothing fails": (scope.Scope, "fail", _no_failures, "task_board", None, "none"),
    "a condition is not asked for": (statements.Statements, "ask", lambda self, run, condition: None, "lock", None, "none"),
    "a count is one too strict": (quantifiers, "at_least", _one_more, "patterns/quorum_vote", None, "none"),
    "the branch that is not taken": (values.Values, "choice", lambda self, t, c, a, b: a, "bench/lossy_lease", None, "rough"),
    "options that hold the same are equal": (
        values.Values,
        "equal",
        lambda self, t, a, b: (
            SAME(self, t, shapes.Opt(logic.TRUE, a.value), shapes.Opt(logic.TRUE, b.value))
            if isinstance(a, shapes.Opt)
            else SAME(self, t, a, b)
        ),
        "lock",
        None,
        "none",
    ),
    "all quorums": (quantifiers, "_majority", lambda made, node, scope: logic.TRUE, "paxos", "small", "none"),
    "a loop at once for all": (
        statements.Statements,
        "_of_own_round",
        lambda self, variable, place, before, has, around: before,
        "two_phase_commit",
        None,
        "none",
    ),
}
SAME = values.Values.equal
OPERATORS = {
    "rest": ("first", "bugs/shutdown_hang"),
    "bag_remove": ("bag_add", "bench/lossy_lease"),
    "union": ("intersect", "two_phase_commit"),
    "minus": ("union", "lock"),
}


def differs(stem: str, instance: str | None, faults: str) -> bool:
    """Whether a comparison sees a difference, or the translation breaks."""
    try:
        every = every_size(of_corpus(stem, instance, faults))
        for size in (1, 2, 3):
            model = every.model_at(dict.fromkeys(every.open, size))
            compare(every.form, model, some_states(model, reached=12, at_random=6))
    except (AssertionError, TypeError):
        return True
    return False


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_translation_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, attribute, wrong, stem, instance, faults = MUTANTS[name]
    monkeypatch.setattr(owner, attribute, wrong)
    assert differs(stem, instance, faults)


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_wrong_operator_is_seen(operator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other, stem = OPERATORS[operator]
    monkeypatch.setitem(collections.COLLECTIONS, operator, collections.COLLECTIONS[other])
    assert differs(stem, None, "rough" if "lossy" in stem else "none")
