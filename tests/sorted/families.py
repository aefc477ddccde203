"""Families of the corpus and of protocols that tests write, and lemmas written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from checker.language import tree
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source
from checker.model.expr import Expr
from checker.model.model import Goal, Model
from checker.properties.plan import read_target
from checker.sorted.decide import Decision, decide_all
from checker.sorted.family import Family
from checker.sorted.obligations import Obligation, obligations
from checker.sorted.uniform import EverySize, every_size

SPECS = Path(__file__).resolve().parents[2] / "specs"


def of_corpus(stem: str, instance: str | None = None, faults: str = "none", lemmas: Sequence[str] = ()) -> Family:
    """The family of `specs/STEM.spec`; each lemma is a predicate of the language, and becomes the goal `lemma N`."""
    target = read_target(str(SPECS / f"{stem}.spec"))
    text = "\n".join(f"always lemma_{place}: {lemma}" for place, lemma in enumerate(lemmas))
    written = parse_spec(Source("lemmas.spec", f'spec lemmas for "x.team"\n{text}\n'))
    assert target.spec is not None
    spec = replace(target.spec, properties=target.spec.properties + written.properties)
    return Family(protocol=target.protocol, spec=spec, instance=instance, faults=faults)


def watching(stem: str, name: str, instance: str | None = None, faults: str = "none") -> Family:
    """The family with the ghosts of the property `name`, which then is its only goal."""
    family = of_corpus(stem, instance, faults)
    assert family.spec is not None
    return replace(family, goals=tuple(p for p in family.spec.properties if isinstance(p, tree.Absence) and p.name == name))


def of_text(protocol: str, spec: str = "", instance: str | None = None, faults: str = "none") -> Family:
    return Family(
        protocol=parse_protocol(Source("p.team", protocol)),
        spec=parse_spec(Source("p.spec", f'spec p for "p.team"\n{spec}')) if spec else None,
        instance=instance,
        faults=faults,
    )


def goal_of(model: Model, name: str) -> Goal:
    return next(goal for goal in model.goals if goal.name == name)


def lemmas_of(model: Model) -> tuple[Expr, ...]:
    return tuple(goal.conditions[0] for goal in model.goals if goal.name.startswith("lemma_"))


def asked(family: Family, goal: str) -> tuple[EverySize, tuple[Obligation, ...]]:
    every = every_size(family)
    model = every.form.model
    return every, obligations(every.form, lemmas_of(model), goal_of(model, goal))


def decided(family: Family, goal: str) -> list[tuple[Obligation, Decision]]:
    every, found = asked(family, goal)
    return list(zip(found, decide_all(every, found), strict=True))
