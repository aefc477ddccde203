"""What a team costs: each meter at the size that is asked about, and in teams of every size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from time import perf_counter
from typing import TYPE_CHECKING, final

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate.lower import elaborate
from checker.language.checking.words import nearest_help
from checker.language.diagnostics import BadInput
from checker.properties.plan import read_target
from checker.properties.requests import one_checked
from checker.properties.running import clock
from checker.properties.verdicts import ENGINE, replay_of
from checker.semantics.domains import watched
from checker.sizing.exact import Spending
from checker.sizing.graphs import searched
from checker.sizing.meters import metered, meters_of
from checker.sizing.potential.bound import NoBound
from checker.sizing.potential.child import bounds_apart
from checker.sizing.potential.sizes import Sizes
from checker.sizing.result import Bound, Costs, Exact, MeterCost
from checker.sizing.sizing_errors import NothingSpends

if TYPE_CHECKING:
    from checker.engines.explicit import Progress
    from checker.language.checked import Checked
    from checker.model.model import Model
    from checker.properties.finding import Path
    from checker.properties.plan import Target
    from checker.properties.search import Search
    from checker.properties.searches import Limits

Said = Callable[[str], None] | None
TRIED = (1, 2, 3)  # sizes at which a bound is compared with an exact search
MOST_TRIED, MOST_SMALL, MOST_SMALL_S = 9, 3_000, 10.0  # so many of them, with so many states and seconds each


@final
class Asked(Struct, frozen=True, kw_only=True):
    target: Target
    instance: str
    faults: str
    overrides: Mapping[str, str]
    limits: Limits
    said: Said

    def checked(self, sizes: Mapping[str, str]) -> Checked:
        """The protocol, with other values for some parameters. Raises BadInput."""
        declared = self.target.instance_name(self.instance)
        return one_checked(self.target.path, declared, self.faults, {**self.overrides, **sizes})

    def again(self, path: Path) -> str:
        return replay_of(self.target, self.instance, self.faults, self.overrides, path)

    def progress(self) -> Callable[[Progress], None] | None:
        said = self.said
        return None if said is None else lambda p: said(f"{p.states:,} states, {p.transitions:,} transitions, depth {p.depth}")


def cost(
    path: str,
    *,
    instance: str | None,
    faults: str,
    meters: Sequence[str] | None,
    overrides: Mapping[str, str],
    every_size: bool,
    limits: Limits,
    said: Said,
) -> Costs:
    """The costs of one instance; `every_size`: whether bounds for every size are looked for, too. An interrupt ends it with what is known by then.
    Raises BadInput."""
    began = perf_counter()
    checked = one_checked(path, instance, faults, overrides)
    target = read_target(path)
    chosen = target.instances[0] if instance is None else instance
    asked = Asked(target=target, instance=chosen, faults=faults, overrides=overrides, limits=limits, said=said)
    model = elaborate(checked, faults, [])
    wanted = _wanted(model, meters)
    found: list[MeterCost] = []
    search: Search | None = None
    interrupted = False
    try:
        counted = metered(model, wanted)
        search = searched(counted.model, limits, asked.progress())
        interrupted = search.graph.stopped == "interrupted"
        with watched(clock(limits.time_s)):
            spending = Spending(search, counted, model, asked.again)
            found += [_at_this_size(meter, spending) for meter in wanted]
        if every_size and not interrupted:
            _everywhere(asked, checked, model, found)
    except KeyboardInterrupt:
        interrupted = True
    return Costs(
        protocol=model.protocol,
        spec=path,
        instance=chosen,
        faults=faults,
        engine=_engine(search),
        distinct=0 if search is None else search.graph.distinct,
        transitions=0 if search is None else search.graph.transitions,
        meters=tuple(found),
        seconds=perf_counter() - began,
        interrupted=interrupted,
    )


def _at_this_size(meter: str, spending: Spending) -> MeterCost:
    exact = spending.worst(meter)
    return MeterCost(
        meter=meter, exact=exact, no_bound="it is unbounded at this size already" if exact.worst == "unbounded" else ""
    )


def _wanted(model: Model, meters: Sequence[str] | None) -> list[str]:
    known = meters_of(model)
    unknown = [name for name in meters or () if name not in known]
    if unknown:
        raise BadInput(
            NothingSpends(span=None, name=name, protocol=model.protocol, advice=nearest_help(name, known)) for name in unknown
        )
    return known if meters is None else list(dict.fromkeys(meters))


def _engine(search: Search | None) -> str:
    explored = None if search is None else getattr(search.graph, "explored", None)
    return ENGINE if explored is None else explored.engine


# --- every size --------------------------------------------------------------------------------------------------------


def _everywhere(asked: Asked, checked: Checked, model: Model, found: list[MeterCost]) -> None:
    """Adds to each meter its bound for every size, compared with exact searches at small ones, or why there is none."""
    if asked.said is not None:
        asked.said("bounds for every size")
    places = [place for place, known in enumerate(found) if known.exact.worst != "unbounded"]
    limits = asked.limits
    known = {found[place].meter: found[place].exact.amount for place in places}
    bounds = bounds_apart(checked, model, known, time_s=limits.time_s, memory_mib=limits.memory_mib)
    for place in places:
        bound = bounds[found[place].meter]
        if isinstance(bound, NoBound):
            steps = ", ".join(f"`{step}`" for step in bound.steps)
            found[place] = replace(found[place], no_bound=bound.reason + (f": {steps}" if steps else ""))
        else:
            _require_above(bound, found[place].exact, checked)
            found[place] = replace(found[place], bound=bound)
    if any(meter.bound is not None for meter in found):
        for given in _small(Sizes(checked)):
            _compare(asked, given, found)


def _require_above(bound: Bound, exact: Exact, checked: Checked) -> int:
    """The bound at the size of `checked`. That an exact search exceeds it could only be a fault of ours."""
    most = bound.at(Sizes(checked).here)
    assert exact.worst != "unbounded", "a bound where there is none"
    assert exact.amount <= most, f"a run that costs {exact.amount}, above the bound of {most}"
    return most


def _small(sizes: Sizes) -> Iterator[dict[str, str]]:
    """Values of the parameters that are sizes, small ones first."""
    names = sorted(sizes.parameters)
    tried = sorted(product(TRIED, repeat=len(names)), key=lambda values: (max(values), values)) if names else []
    for values in tried[:MOST_TRIED]:
        yield {name: str(value) for name, value in zip(names, values, strict=True)}


def _compare(asked: Asked, given: Mapping[str, str], found: list[MeterCost]) -> None:
    """Adds to each bound what an exact search finds at a small size, where that is quickly done."""
    try:
        checked = asked.checked(given)
    except BadInput:
        return  # the protocol does not declare this size
    model = elaborate(checked, asked.faults, [])
    counted = metered(model, [known.meter for known in found])
    few = replace(asked.limits, states_limit=MOST_SMALL, time_s=MOST_SMALL_S, engine="reference")
    search = searched(counted.model, few, asked.progress())
    if search.graph.stopped == "interrupted":
        raise KeyboardInterrupt
    if not search.graph.complete:
        return
    size = ", ".join(f"{name} = {value}" for name, value in given.items())
    with watched(clock(MOST_SMALL_S)):
        spending = Spending(search, counted, model)
        for place, known in enumerate(found):
            if known.bound is not None:
                found[place] = replace(known, bound=_with(known.bound, size, spending.worst(known.meter), checked))


def _with(bound: Bound, size: str, exact: Exact, checked: Checked) -> Bound:
    most = _require_above(bound, exact, checked)
    if exact.worst == "at least":
        return bound
    if exact.amount == most:
        return replace(bound, attained=(*bound.attained, size))
    return replace(bound, below=(*bound.below, (size, exact.amount)))
