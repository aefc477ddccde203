"""Models for the tests of costs: from the corpus, and from texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from checker.elaborate.lower import elaborate
from checker.language.checked import Checked
from checker.model.model import Model
from checker.properties.requests import one_checked
from checker.properties.searches import Limits
from checker.sizing.exact import Spending
from checker.sizing.graphs import searched
from checker.sizing.meters import metered, meters_of
from checker.sizing.potential.bound import NoBound, bounds_of
from checker.sizing.result import Bound, Exact

ROOT = Path(__file__).resolve().parents[2]


def corpus(name: str) -> str:
    return str(ROOT / "specs" / f"{name}.spec")


def loaded(
    path: str | Path, instance: str | None = None, faults: str = "none", sizes: Mapping[str, object] | None = None
) -> tuple[Checked, Model]:
    """The checked protocol and its model, without goals."""
    checked = one_checked(str(path), instance, faults, {name: str(value) for name, value in (sizes or {}).items()})
    return checked, elaborate(checked, faults, [])


def spending(model: Model, *, states: int = 20_000, engine: str = "reference") -> Spending | None:
    """The costs of its graph; None where it has more states."""
    counted = metered(model)
    small = 1 if engine == "native" else states  # states before the native library takes over
    search = searched(counted.model, Limits(states_limit=states, small=small))
    return Spending(search, counted, model) if search.graph.complete else None


def bounds_in(checked: Checked, model: Model, meters: Mapping[str, int]) -> dict[str, Bound | NoBound]:
    """The last answer on each meter."""
    return {answer.meter: answer.found for answer in bounds_of(checked, model, meters)}


def exact(model: Model, meters: Sequence[str] | None = None, **options: object) -> dict[str, Exact] | None:
    found = spending(model, **options)  # type: ignore[arg-type]
    return None if found is None else {meter: found.worst(meter) for meter in meters or meters_of(model)}
