"""Sentences back to expressions, by the parser, the checks and the lowering that specs go through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from checker.elaborate.lower import elaborate
from checker.language import tree
from checker.language.check import check
from checker.language.faults import with_text
from checker.language.parse import parse_spec
from checker.language.source import Source
from checker.model.expr import Expr

_NAME = "sentence_{}"


def read_sentences(
    texts: Sequence[str],
    protocol: tree.Protocol,
    spec: tree.Spec | None,
    instance: str | None,
    faults: str = "none",
    overrides: Mapping[str, str] = {},
) -> list[Expr]:
    """Each text as a closed condition over the model of the protocol under an instance and a fault model. Raises BadInput."""
    lines = [
        f'spec {protocol.name.rpartition(".")[2]} for ""',
        *(f"always {_NAME.format(i)}: {text}" for i, text in enumerate(texts)),
    ]
    made = parse_spec(Source("<sentence>", "\n".join(lines) + "\n"))
    whole = made if spec is None else replace(spec, properties=(*spec.properties, *made.properties))
    checked = check(protocol, whole, instance, overrides)
    with_text(checked, faults)
    goals = elaborate(checked, faults, made.properties).goals
    return [goal.conditions[0] for goal in goals if goal.kind == "always"]
