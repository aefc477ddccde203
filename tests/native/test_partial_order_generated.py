"""With partial order, generated protocols get the verdicts that they get without, and outcomes have to do with each other what is said of them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import astuple, replace

from checker.engines.native.compile import Compiled
from checker.engines.native.explore import Explored, explore_native
from checker.ground.graph import Unsupported
from checker.ground.independence import Independence
from checker.ground.program import GroundModel, GroundOutcome
from checker.ground.run import evaluated
from checker.language.source import Span
from checker.language.types import Bool, Value, values
from checker.model.expr import Apply, Const, Expr, Read
from checker.model.model import Goal, GoalKind, Model, Variable
from tests.elaborate.generator import Generated, protocols
from tests.native.agreeing import available, models, with_final_goals

MOST_STATES = 1_500
MOST_LOOKED_AT = 40  # states of one model in which the relations are tried
AT = Span("generated.spec", 1, 1, 1, 1)

pytestmark = pytest.mark.skipif(not available(), reason="the native library is not there")


# --- goals ---------------------------------------------------------------------------------------------------------------


def _read(variable: Variable, cell: int, *, old: bool = False) -> Expr:
    keys: list[tuple[Value, ...]] = [()]
    for type in variable.index:
        keys = [(*key, value) for key in keys for value in values(type)]
    indices = tuple(Const(value=value, type=type) for value, type in zip(keys[cell], variable.index, strict=True))
    return Read(variable=variable, indices=indices, old=old)


def _equals(read: Expr, value: Value) -> Expr:
    return Apply(operator="eq", arguments=(read, Const(value=value, type=read.type)), type=Bool())


def asked(model: Model, states: list[tuple[Value, ...]], random: Random) -> Model:
    """With goals on what one or two cells hold somewhere, and on what a step does to one."""
    goals: list[Goal] = []
    for number in range(random.choice([0, 1, 1, 2])):
        variable = random.choice(model.variables)
        cell = random.randrange(variable.cells)
        held = [state[variable.offset + cell] for state in (random.choice(states), random.choice(states))]
        now = _equals(_read(variable, cell), held[0])
        kind: GoalKind = random.choice(["never", "sometimes", "step"])
        if kind == "step":
            before = _equals(_read(variable, cell, old=True), held[1])
            both = Apply(operator="and", arguments=(before, now), type=Bool())
            now = Apply(operator="not", arguments=(both,), type=Bool())
        goals.append(Goal(name=f"g{number}", kind=kind, text=None, conditions=(now,), at=AT))
    return replace(model, goals=(*with_final_goals(model).goals, *goals))


# --- verdicts ------------------------------------------------------------------------------------------------------------


def decided(found: Explored) -> dict[object, object]:
    """What a verdict may rest on. Of final states how many there are, too: they are all reached."""
    final = {w: n.count for w, n in found.seen.items() if w.goal in ("no deadlock", "no unhandled message")}
    other = {w: n.count > 0 for w, n in found.seen.items() if w not in final}
    return {**final, **other, "deadlocks": found.stats.deadlocks, "fails": found.failed is not None, "fired": found.fired}


def depths(found: Explored) -> list[int]:
    """How long the paths to the first final states are."""
    kinds = [found.deadlocked, *(n.state for w, n in found.seen.items() if w.goal == "no unhandled message")]
    return [len(found.search.path(state)) if state is not None and state >= 0 else 0 for state in kinds]


def check_verdicts(model: Model, random: Random) -> bool:
    """Compare; whether anything was left out."""
    first = explore_native(with_final_goals(model), states_limit=MOST_STATES, threads=1)
    if not first.complete:
        return False
    states = [_state(first, number) for number in range(0, first.stats.distinct, max(1, first.stats.distinct // 20))]
    model = asked(model, states, random)
    whole = explore_native(model, threads=1)
    parts = [explore_native(model, threads=threads, partial_order=True) for threads in random.choice([[1], [1], [1], [1, 2]])]
    for part in parts:
        assert part.complete
        assert decided(part) == decided(whole)
        assert depths(part) == depths(whole)
        assert part.stats.distinct <= whole.stats.distinct
    assert all(astuple(part.stats)[:8] == astuple(parts[0].stats)[:8] for part in parts)
    check_relations(parts[0].compiled, whole, random)
    return parts[0].stats.reduced > 0


def _state(found: Explored, number: int) -> tuple[Value, ...]:
    return found.compiled.ground.decoded(found.compiled.unpacked(found.search.state(number)))


# --- relations -----------------------------------------------------------------------------------------------------------


def check_relations(compiled: Compiled, whole: Explored, random: Random) -> None:
    """In reachable states: who is said to accord does, who turns a condition is an enabler, and the conditions are the guard."""
    form, relation = compiled.ground, compiled.independence
    if relation is None:
        return
    numbers = list(range(whole.stats.distinct))
    for number in random.sample(numbers, min(MOST_LOOKED_AT, len(numbers))):
        _check_state(form, relation, whole.compiled.unpacked(whole.search.state(number)))


def _check_state(form: GroundModel, relation: Independence, fields: list[int]) -> None:
    facts = [_facts(form, fields, outcome) for outcome in relation.outcomes]
    conditions = evaluated(form.graph, fields, relation.conditions)
    for fact, needs in zip(facts, relation.needs, strict=True):
        assert fact[0] == all(conditions[c] for c in needs)
    after = {i: _after(form, fields, o) for i, o in enumerate(relation.outcomes) if facts[i][:2] == [1, 0]}
    for i, made in after.items():
        for c, then in enumerate(evaluated(form.graph, made, relation.conditions)):
            assert conditions[c] or not then or relation.enablers[c] >> i & 1, (_name(form, relation, i), c)
        for j, outcome in enumerate(relation.outcomes):
            if j == i or not facts[j][0] or relation.conflicts[i] >> j & 1:
                continue
            assert _facts(form, made, outcome) == facts[j], (_name(form, relation, i), _name(form, relation, j))
            if j in after:
                assert _after(form, made, outcome) == _after(form, after[j], relation.outcomes[i])


def _name(form: GroundModel, relation: Independence, number: int) -> str:
    return form.model.steps[relation.outcomes[number].step].name


def _facts(form: GroundModel, fields: list[int], outcome: GroundOutcome) -> list[int]:
    """Whether it is enabled, whether it fails, and what the goals see of it."""
    seen = [node for _, node in (*outcome.goals, *outcome.undefined)]
    found = evaluated(form.graph, fields, [outcome.enabled, outcome.failed, *seen])
    return found if found[0] else [0]


def _after(form: GroundModel, fields: list[int], outcome: GroundOutcome) -> list[int]:
    made = list(fields)
    for (number, _), value in zip(outcome.updates, evaluated(form.graph, fields, [n for _, n in outcome.updates]), strict=True):
        made[number] = value
    return made


# --- tests ---------------------------------------------------------------------------------------------------------------


def reducible(generated: Generated) -> Iterator[Model]:
    yield from (model for model in models(generated) if not model.timeouts_only_when_stuck)


def agree(generated: Generated) -> int:
    """How many of the protocol's models were reduced."""
    random, reduced = Random(generated.protocol), 0
    for model in reducible(generated):
        try:
            reduced += check_verdicts(model, random)
        except Unsupported:
            continue
    return reduced


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_generated_protocols(generated: Generated) -> None:
    agree(generated)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_many_generated_protocols(generated: Generated) -> None:
    agree(generated)
