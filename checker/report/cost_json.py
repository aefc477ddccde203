"""What a team costs, as one JSON object."""

from __future__ import annotations

import json
from typing import Any

from checker.report.cost import bound_text
from checker.report.json import trace_data
from checker.report.tolerance_json import head
from checker.sizing.result import Bound, Costs, MeterCost


def render(costs: Costs) -> str:
    """The JSON text. Ends with a line end."""
    return json.dumps(to_data(costs), indent=2, ensure_ascii=False) + "\n"


def to_data(costs: Costs) -> dict[str, Any]:
    return {
        **head(),
        "exit_code": costs.exit_code,
        "interrupted": costs.interrupted,
        "seconds": round(costs.seconds, 3),
        "protocol": costs.protocol,
        "spec": costs.spec,
        "instance": costs.instance,
        "faults": costs.faults,
        "engine": costs.engine,
        "distinct": costs.distinct,
        "transitions": costs.transitions,
        "meters": [_meter(meter) for meter in costs.meters],
    }


def _meter(meter: MeterCost) -> dict[str, Any]:
    exact = meter.exact
    return {
        "meter": meter.meter,
        "worst": exact.worst,
        "amount": exact.amount,
        "fair": exact.fair if exact.worst == "unbounded" else None,
        "cheapest": exact.cheapest,
        "reason": exact.reason,
        "spent": [
            {"agent": s.agent, "action": s.action, "phrase": s.phrase, "times": s.times, "amount": s.amount} for s in exact.spent
        ],
        "replay": exact.replay,
        "trace": None if exact.trace is None else trace_data(exact.trace),
        "bound": None if meter.bound is None else _bound(meter.bound),
        "no_bound": meter.no_bound,
    }


def _bound(bound: Bound) -> dict[str, Any]:
    return {
        "text": bound_text(bound),
        "constant": bound.constant,
        "terms": [{"coefficient": t.coefficient, "of": list(t.of), "sizes": list(t.sizes)} for t in bound.terms],
        "owed": [{"of": o.of, "where": o.where, "amount": o.amount} for o in bound.owed],
        "attained": list(bound.attained),
        "below": [{"size": size, "amount": amount} for size, amount in bound.below],
        "fixed": dict(bound.fixed),
    }
