"""A counterexample to induction is a state of the model: the interpreter takes its step, and what was to be kept is broken by it."""

from __future__ import annotations

import pytest

from checker.model.expr import Expr
from checker.model.model import Goal
from checker.model.resize import resized
from checker.model.validate import misfits
from checker.semantics.interpreter import EvaluationError, Interpreter, State
from checker.sorted.counterexample import Counterexample
from checker.sorted.decide import decide_all
from checker.sorted.obligations import PROVABLE, Obligation, invariants, obligations
from checker.sorted.refusals import Refused
from checker.sorted.uniform import EverySize, every_size
from tests.sorted.families import goal_of, lemmas_of, of_corpus

CASES = [
    ("lock", None, "one_crash"),
    ("task_board", None, "one_crash"),
    ("two_phase_commit", "hasty", "participant_crash"),
    ("bugs/claim_race", "as_it_was", "none"),
    ("bugs/two_effects", "as_it_was", "lost_mail"),
    ("bugs/lease_expiry", "as_it_was", "one_crash"),
    ("bugs/name_clash", "as_it_was", "none"),
    ("bugs/early_start", "as_it_was", "none"),
    ("bench/lossy_lease", "unfenced", "rough"),
    ("patterns/lease", "pair", "one_crash"),
    ("patterns/supervisor_heartbeats", "as_drawn", "one_crash"),
    ("patterns/work_stealing", "as_drawn", "none"),
    ("paxos", "small", "none"),
    ("seed_leased", "leased", "one_crash"),
]


def true(interpreter: Interpreter, condition: Expr, state: State, old: State | None = None) -> bool:
    try:
        return bool(interpreter.evaluate(condition, state, old))
    except EvaluationError:
        return False


def breaks(every: EverySize, goal: Goal, obligation: Obligation, found: Counterexample) -> bool:
    """Whether the interpreter confirms the counterexample."""
    model = every.model_at(found.sizes)
    interpreter = Interpreter(model)
    assert misfits(model, found.state) == []
    known = [resized(condition, model) for condition in invariants(lemmas_of(every.form.model), goal)]
    if obligation.part == "initiation":
        assert obligation.lemma is not None
        return found.state in interpreter.initial_states() and not true(interpreter, known[obligation.lemma], found.state)
    if not all(true(interpreter, condition, found.state) for condition in known):
        return False
    taken = [t for t in interpreter.transitions(found.state) if model.steps[t.step].name == found.step]
    targets = [t.target for t in taken if t.target is not None]
    if obligation.lemma is not None:
        return any(not true(interpreter, known[obligation.lemma], target) for target in targets)
    match goal.kind:
        case "step":
            condition = resized(goal.conditions[0], model)
            return any(not true(interpreter, condition, target, found.state) for target in targets)
        case "no error":
            return any(t.failure is not None for t in taken)
        case "no deadlock":
            enabled = [t for t in interpreter.transitions(found.state) if model.steps[t.step].fault is None]
            return not enabled and not (model.done is not None and true(interpreter, model.done, found.state))
    raise ValueError(goal.kind)


@pytest.mark.parametrize(("stem", "instance", "faults"), CASES, ids=[case[0] for case in CASES])
def test_the_interpreter_confirms(stem: str, instance: str | None, faults: str) -> None:
    every = every_size(of_corpus(stem, instance, faults))
    confirmed = 0
    for goal in every.form.model.goals:
        if goal.kind not in PROVABLE:
            continue
        try:
            found = obligations(every.form, (), goal)
        except Refused:
            continue
        for obligation, decision in zip(found, decide_all(every, found, largest=2), strict=True):
            if isinstance(decision, Counterexample):
                assert breaks(every, goal, obligation, decision), decision
                confirmed += 1
    assert confirmed > 0


def test_the_smallest_comes_first() -> None:
    """One task and two workers: with fewer of either nothing can go wrong."""
    every = every_size(of_corpus("task_board"))
    found = obligations(every.form, (), goal_of(every.form.model, "one_owner"))
    (decision,) = [d for d in decide_all(every, found) if isinstance(d, Counterexample)]
    assert decision == Counterexample(
        obligation="consecution Worker.work.planning #0",
        sizes={"Task": 1, "Worker": 2},
        state=decision.state,
        step="Worker.work.planning",
    )
    assert decision.state[0] in (0, 1, 2)
    assert decision.state[2:4] in ((1, 2), (2, 1))  # one plans, the other one works
