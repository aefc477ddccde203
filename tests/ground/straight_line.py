"""A plain evaluation of the nodes of a graph, one state at a time."""

from __future__ import annotations

from collections import Counter

from checker.ground.graph import FOLD, Graph
from checker.ground.program import GroundModel
from checker.language.types import Value


def evaluated(graph: Graph, fields: list[int]) -> list[int]:
    """The value of every node where the fields have these values."""
    values: list[int] = []
    for code in graph.code:
        operation, *arguments = code
        numbers = [a for a in arguments if isinstance(a, int)]
        match operation:
            case "const":
                values.append(numbers[0])
            case "field":
                values.append(fields[numbers[0]])
            case "not":
                values.append(1 - values[numbers[0]])
            case "select":
                values.append(values[numbers[1]] if values[numbers[0]] else values[numbers[2]])
            case "popcount":
                values.append(values[numbers[0]].bit_count())
            case _:
                a, b = (values[n] for n in numbers)
                assert operation not in ("shl", "shr") or 0 <= b <= 30
                values.append(FOLD[str(operation)](a, b))
    return values


def transitions(ground: GroundModel, state: tuple[Value, ...]) -> Counter[tuple[int, tuple[Value, ...] | None]]:
    """The transitions of a state by the ground form: (step, target or None where it fails)."""
    fields = ground.encoded(state)
    values = evaluated(ground.graph, fields)
    found: Counter[tuple[int, tuple[Value, ...] | None]] = Counter()
    for outcome in ground.outcomes:
        if not values[outcome.enabled]:
            continue
        if values[outcome.failed]:
            found[outcome.step, None] += 1
            continue
        after = list(fields)
        for field, node in outcome.updates:
            after[field] = values[node]
        found[outcome.step, ground.decoded(after)] += 1
    return _without_early_timeouts(ground, found)


def _without_early_timeouts(
    ground: GroundModel, found: Counter[tuple[int, tuple[Value, ...] | None]]
) -> Counter[tuple[int, tuple[Value, ...] | None]]:
    steps = ground.model.steps
    timeouts = {number for number, step in enumerate(steps) if step.kind == "timeout" and step.fault is None}
    acts = any(number not in timeouts and steps[number].fault is None for number, _ in found)
    if not ground.model.timeouts_only_when_stuck or not acts:
        return found
    return Counter({key: n for key, n in found.items() if key[0] not in timeouts})
