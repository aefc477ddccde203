"""What is proved of a generated protocol for every size, a search finds no violation of at any size that it tries.

This goes through everything: which sorts are open, the translation, the queries, the solver.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from random import Random

import pytest

from checker.engines.explicit import explore
from checker.language.diagnostics import BadInput
from checker.language.source import Span
from checker.language.types import BagOf, Bool, Enum, Int, SeqOf, Sort, Type, cardinality, values
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, QuantifierKind, Read
from checker.model.model import Goal, Model
from checker.model.resize import resized
from checker.semantics.interpreter import EvaluationError, Interpreter
from checker.sorted.family import Family
from checker.sorted.obligations import obligations
from checker.sorted.refusals import Refused
from checker.sorted.solve import Script, solve_all
from checker.sorted.uniform import EverySize, every_size
from tests.elaborate.generator import protocol
from tests.sorted.families import of_text

MOST_STATES = 400
AT = Span("generated.spec", 1, 1, 1, 1)


def family(seed: int) -> Iterator[Family]:
    """A generated protocol with a parameter for each size that it writes, without faults and with them."""
    generated = protocol(Random(seed).randrange)
    sizes: list[str] = []

    def named(found: re.Match[str]) -> str:
        sizes.append(f"size{len(sizes)}: 1..9 = {found[2]}")
        return f"{found[1]} * size{len(sizes) - 1}"

    text = re.sub(r"^((?:ids|role) \w+) \* (\d+)", named, generated.protocol, flags=re.MULTILINE)
    text = text.replace("protocol p", f"protocol p({', '.join(sizes)})" if sizes else "protocol p", 1)
    yield of_text(text, generated.spec or "faults g: none")
    if "faults f:" in generated.spec:
        yield of_text(text, generated.spec, faults="f")


def claims(model: Model) -> Iterator[Goal]:
    """That nothing fails; and for each scalar cell and value that none of the cells ever has it, whether or not that is so."""
    yield Goal(name="no error", kind="no error", text=None, at=AT)
    yield Goal(name="no deadlock", kind="no deadlock", text=None, at=AT)
    for variable in model.variables:
        if isinstance(variable.type, Bool | Int | Enum) and cardinality(variable.type) <= 4:
            for value in values(variable.type):
                locals = tuple(Local(place, f"i{place}", type) for place, type in enumerate(variable.index))
                body: Expr = Apply("ne", (Read(variable, locals), Const(value, variable.type)), Bool())
                if locals:
                    domains: tuple[Type | Expr, ...] = variable.index
                    body = Quantifier("all", locals, domains, body, Bool())
                yield Goal(name=f"{variable.name} is never {value}", kind="always", text=None, conditions=(body,), at=AT)
    yield from lengths(model)
    yield from sums(model)


def lengths(model: Model) -> Iterator[Goal]:
    """Of each bag and sequence, a channel's or not: that all are empty, that none has more than one element, that one is empty."""
    for variable in model.variables:
        if not isinstance(variable.type, BagOf | SeqOf) or not all(isinstance(type, Sort) for type in variable.index):
            continue
        locals = tuple(Local(place, f"i{place}", type) for place, type in enumerate(variable.index))
        size: Expr = Apply("size", (Read(variable, locals),), Int(0, variable.type.max))
        kinds: list[QuantifierKind] = ["all", "all", "any"] if locals else ["all", "all"]
        for kind, most in zip(kinds, (0, 1, 0), strict=False):
            body: Expr = Apply("le", (size, Const(most, Int(most, most))), Bool())
            if locals:
                body = Quantifier(kind, locals, variable.index, body, Bool())
            text = f"{kind} {variable.name} has at most {most}"
            yield Goal(name=text, kind="always", text=None, conditions=(body,), at=AT)


def sums(model: Model) -> Iterator[Goal]:
    """What cells of numbers are together, and how many of all others are as at first: at most 2, and that two such sums are equal or in an order."""
    numbers: list[Expr] = []
    for variable in model.variables:
        if not variable.index or not all(isinstance(type, Sort) for type in variable.index):
            continue
        if isinstance(variable.type, Bool | Int | Enum):
            locals = tuple(Local(place, f"i{place}", type) for place, type in enumerate(variable.index))
            cell: Expr = Read(variable, locals)
            kind: QuantifierKind = "sum" if isinstance(variable.type, Int) else "count"
            if kind == "count":
                cell = Apply("eq", (cell, Const(variable.initial[0][0], variable.type)), Bool())
            numbers.append(resized(Quantifier(kind, locals, variable.index, cell, Int(0, 0)), model))
    for place, one in enumerate(numbers[:4]):
        for operator, other in product(("eq", "le"), [Const(2, Int(2, 2)), *numbers[:place]]):
            text = f"sum {place} {operator} {numbers.index(other) if other in numbers else 2}"
            yield Goal(name=text, kind="always", text=None, conditions=(Apply(operator, (one, other), Bool()),), at=AT)


def violated(goal: Goal, model: Model) -> bool:
    """Whether the first states of a search violate the goal."""
    graph, interpreter = explore(model, states_limit=MOST_STATES), Interpreter(model)
    if goal.kind == "no error":
        return bool(graph.failures)
    if goal.kind == "no deadlock":
        for number in range(graph.expanded):
            steps = (model.steps[graph.classes[graph.edge_class[e]][0]] for e in graph.edges(number))
            if all(step.fault is not None for step in steps) and not _true(interpreter, model.done, graph.states[number]):
                return True
        return False
    condition = resized(goal.conditions[0], model)
    return any(not interpreter.evaluate(condition, state) for state in graph.states)


def _true(interpreter: Interpreter, condition: Expr | None, state: tuple[object, ...]) -> bool:
    try:
        return condition is not None and bool(interpreter.evaluate(condition, state))
    except EvaluationError:
        return True  # undecided, not violated


def proved(every: EverySize) -> Iterator[Goal]:
    for goal in claims(every.form.model):
        try:
            found = obligations(every.form, (), goal)
        except Refused:
            continue
        if all(answer.result == "unsat" for answer in solve_all([Script(one.smtlib) for one in found], time_s=2)):
            yield goal


def check(seed: int) -> int:
    """How many claims are proved for every size, none of which a search refutes."""
    count = 0
    for one in family(seed):
        try:
            every = every_size(one)
        except (BadInput, Refused):
            continue
        if not every.open:
            continue
        models = [every.model_at(dict.fromkeys(every.open, size)) for size in (1, 2, 3)]
        for goal in proved(every):
            count += 1
            for model in models:
                assert not violated(goal, model), f"seed {seed}, {model.parameters}: {goal.name}"
    return count


def test_what_is_proved_is_not_refuted() -> None:
    assert sum(check(seed) for seed in range(3)) >= 4


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_what_is_proved_is_not_refuted_in_many() -> None:
    assert sum(check(seed) for seed in range(1_000, 1_400)) > 600
