"""Predicates over all states at once say what the interpreter says of each, remembering or not."""

from __future__ import annotations

from pathlib import Path

import pytest

import checker
from checker.engines.explicit import explore
from checker.properties import predicates
from checker.properties.predicates import NO_VALUE, cells_read, of_states, of_transitions
from checker.semantics.interpreter import EvaluationError, Interpreter
from tests.properties.boards import write

SPEC = """\
spec board for "board.team"
always a: all(t in Task, w in Worker: w at working and w.work.t == t implies owner[t] == w)
always b: all(t in Task: status[t] == done implies owner[t]! != Worker0)
always c: owner[Task0]! == Worker1 or status[Task1] == open
step d: all(t in Task: old(owner[t]) != none implies owner[t] == old(owner[t]))
step e: old(status[Task0]) == status[Task0] or old(owner[Task0])! == Worker0
always f: true
"""


@pytest.mark.parametrize("sample", [1, 20, 4_096])
def test_every_state_and_transition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: int) -> None:
    monkeypatch.setattr(predicates, "_SAMPLE", sample)
    model = checker.load(write(tmp_path, spec=SPEC))
    graph, interpreter = explore(model), Interpreter(model)
    pairs = [(graph.states[s], graph.states[graph.edge_target[e]]) for s in range(graph.distinct) for e in graph.edges(s)]
    without = set()
    for goal in model.goals[:-1]:
        (expr,) = goal.conditions
        if goal.kind == "step":
            found, cases = of_transitions(expr, pairs), [(after, before) for before, after in pairs]
        else:
            found, cases = of_states(expr, graph.states), [(state, None) for state in graph.states]
        expected = []
        for state, before in cases:
            try:
                expected.append(int(interpreter.evaluate(expr, state, before)))
            except EvaluationError:
                expected.append(NO_VALUE)
        assert list(found.values) == expected
        if NO_VALUE in expected:
            without.add(goal.name)
            assert found.failure is not None
        else:
            assert found.failure is None
    assert without == {"c", "e"}


def test_only_the_cells_that_are_read_count(tmp_path: Path) -> None:
    model = checker.load(write(tmp_path, spec=SPEC))
    names = {goal.name: goal.conditions[0] for goal in model.goals[:-1]}
    status, owner = model.variables[0].offset, model.variables[1].offset
    assert cells_read(names["c"]) == [status + 1, owner]
    assert cells_read(names["e"]) == [status]
    assert cells_read(names["e"], old=True) == [status, owner]
    assert cells_read(names["f"]) == []
