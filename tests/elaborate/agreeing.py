"""Generated protocols and those of the corpus, checked, for the tests that compare the lowering with the oracle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from checker.language.check import check
from checker.language.checked import Checked
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, parse_spec, read_source
from checker.language.source import Source
from tests.elaborate.generator import Generated, protocol

SPECS = Path(__file__).parents[2] / "specs"
KINDS = ("no lost update", "no stale write", "no overwrite")


@dataclass(frozen=True)
class Case:
    """A protocol under one instance and one fault model."""

    checked: Checked
    faults: str
    text: str


def case_of(generated: Generated, *, goals: bool = False) -> Case | None:
    """A generated protocol, checked; None where the static checks refuse it. `goals`: with the three properties of each store."""
    wanted = "".join(f"{kind} on {store}\n" for store in generated.stores for kind in KINDS) if goals else ""
    parsed = parse_protocol(Source("generated.team", generated.protocol))
    spec = parse_spec(Source("generated.spec", f'spec p for "generated.team"\n\n{generated.spec}{wanted}'))
    try:
        checked = check(parsed, spec)
    except BadInput:
        return None
    return Case(checked, "f" if "f" in checked.faults else "none", repr(generated))


def generated(seeds: range, *, goals: bool = False) -> Iterator[Case | None]:
    for seed in seeds:
        yield case_of(protocol(Random(seed).randrange), goals=goals)


def corpus(paths: list[Path]) -> Iterator[Case]:
    """Every instance of these specs under every fault model."""
    for path in paths:
        spec = parse_spec(read_source(str(path)))
        parsed = parse_protocol(read_source(str(path.parent / spec.path)))
        for instance in [i.name for i in spec.instances] or ["default"]:
            checked = check(parsed, spec, instance)
            for faults in checked.faults:
                yield Case(checked, faults, f"{path.name}, {instance} under {faults}")
