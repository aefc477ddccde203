"""The Z3 engine finds what a search finds in generated protocols, at the same depth, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from checker.language.check import check
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source, Span
from checker.model.model import Goal, GoalKind, Model
from tests.elaborate.generator import Generated, protocols
from tests.symbolic.agreeing import agree

KINDS: tuple[GoalKind, ...] = ("no deadlock", "no unhandled message", "no error")


def models(generated: Generated) -> list[Model]:
    """Without faults and under the fault model, with the goals that need no spec; none where the static checks find something to say."""
    from checker.elaborate.lower import elaborate

    protocol = parse_protocol(Source("generated.team", generated.protocol))
    spec = parse_spec(Source("generated.spec", f'spec generated for "generated.team"\n{generated.spec}'))
    try:
        checked = check(protocol, spec)
    except BadInput:
        return []
    at = Span("generated.spec", 1, 1, 1, 1)
    goals = tuple(Goal(name=kind, kind=kind, text=None, at=at) for kind in KINDS)
    return [replace(elaborate(checked, faults), goals=goals) for faults in ("none", *checked.faults)]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_generated_protocols(generated: Generated) -> None:
    for model in models(generated):
        agree(model)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_many_generated_protocols(generated: Generated) -> None:
    for model in models(generated):
        agree(model)
