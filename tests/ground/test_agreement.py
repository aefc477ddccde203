"""The ground form has the transitions of the reference interpreter, and its predicates the same values."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.elaborate.lower import elaborate
from checker.ground.graph import Unsupported
from checker.ground.program import GroundModel, ground
from checker.language import tree
from checker.language.check import check
from checker.language.parse import parse_protocol, parse_spec, read_source
from checker.model.model import Model
from checker.semantics.interpreter import EvaluationError, Interpreter, State
from tests.ground.straight_line import evaluated, transitions

ROOT = Path(__file__).resolve().parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.spec"))
MOST_STATES = 12


def models(path: Path) -> Iterator[Model]:
    """Each instance without faults, and the first one under each fault model."""
    spec = parse_spec(read_source(str(path)))
    protocol = parse_protocol(read_source(str(path.parent / spec.path)))
    instances: list[str | None] = [i.name for i in spec.instances] or [None]
    for number, instance in enumerate(instances):
        checked = check(protocol, spec, instance)
        for faults in ("none", *checked.faults) if number == 0 else ("none",):
            yield elaborate(checked, faults)
        for goal in checked.properties if number == 0 else ():
            if isinstance(goal, tree.Absence) and goal.on is not None:
                yield elaborate(checked, "none", [goal])


def test_there_are_specs() -> None:
    assert len(SPECS) > 30


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_corpus(path: Path) -> None:
    compared = 0
    for model in models(path):
        try:
            form = ground(model)
        except Unsupported:
            continue
        interpreter = Interpreter(model)
        waiting = deque(interpreter.initial_states()[:3])
        seen = set(waiting)
        for _ in range(MOST_STATES):
            if not waiting:
                break
            state = waiting.popleft()
            assert form.decoded(form.encoded(state)) == state
            expected = Counter((t.step, t.target) for t in interpreter.transitions(state))
            assert transitions(form, state) == expected
            _same_predicates(form, interpreter, state)
            compared += 1
            for _, target in expected:
                if target is not None and target not in seen:
                    seen.add(target)
                    waiting.append(target)
    assert compared > 0, "nothing of this spec has a ground form"


def _same_predicates(form: GroundModel, interpreter: Interpreter, state: State) -> None:
    values = evaluated(form.graph, form.encoded(state))
    for goal, predicates in form.goals:
        for expr, predicate in zip((*goal.conditions, *(e for _, e in goal.premises)), predicates, strict=False):
            try:
                holds = interpreter.evaluate(expr, state)
            except EvaluationError:
                assert values[predicate.undefined] == 1
                continue
            assert (values[predicate.value], values[predicate.undefined]) == (int(holds), 0)
