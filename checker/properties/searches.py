"""From paths and names to models, and from models to a report: one search for each instance and fault model, and one more for each
property that needs ghosts (their ghosts are part of its states, so it has a model of its own).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from checker.language import tree
from checker.language.diagnostics import BadInput, Diagnostic
from checker.language.faults import with_text
from checker.properties.plan import Filters, Target, find_files, property_name, read_target

if TYPE_CHECKING:
    from checker.engines.explicit import Progress as EngineProgress
    from checker.engines.stores import Order, PartialOrder, Store
    from checker.language.checked import Checked
    from checker.model.model import Model
    from checker.properties.checkpoints import Checkpoints

SMALL = 20_000  # states that the reference interpreter searches in well under a second
Told = Callable[["Job", int, int, "EngineProgress"], None]  # which search, its number from 1, how many there are, how far it is
Errors = Literal["always", "violated", "never"]
Engine = Literal["auto", "reference", "native", "z3"]
Counted = Literal["steps", "faults", "agents"]
SWEEPS = 12


SECOND_SHARE = 0.1  # of the time, where a first search has used all of it


class Limits(Struct, frozen=True, kw_only=True):
    """Of each search; None: none. `engine`: "auto" begins with the reference interpreter and goes on natively beyond `small` states."""

    time_s: float | None = None
    memory_mib: float | None = None
    states_limit: int | None = None
    engine: Engine = "auto"
    threads: int = 0  # of the native engine; 0: one for each processor
    symmetry: bool = False  # of the native engine: one state for each orbit under renaming
    partial_order: PartialOrder = False  # of the native engine: without states that only another order of steps goes through
    checkpoints: Checkpoints | None = None  # of the native engine
    store: Store = "states"  # of the native engine: what it keeps of each state
    order: Order = "breadth-first"  # of the native engine
    small: int = SMALL
    sweeps: int = SWEEPS  # of the Z3 engine: how many at most
    fewest: Counted | None = None  # of the Z3 engine: what its traces shall have few of

    def __post_init__(self) -> None:
        others = {
            "symmetry": self.symmetry,
            "checkpoints": self.checkpoints is not None,
            "depth-first search": self.order == "depth-first" or self.store == "bitstate",
        }
        for other in [name for name, given in others.items() if given and self.partial_order]:
            raise ValueError(f"partial order goes without {other}")

    def after(self, took_s: float) -> Limits:
        """For a second search of one model: the time that the first did not take, and at least a little."""
        if self.time_s is None:
            return self
        return replace(self, time_s=round(max(self.time_s - took_s, SECOND_SHARE * self.time_s), 2))


class Job(Struct, frozen=True, kw_only=True):
    """One search: a model with the properties that it decides. `ghost`: the property that it is for, "" for the main search.

    `errors`: when to report on `no error`, which every search decides: "always", "violated" (unless it holds), "never".
    """

    target: Target
    instance: str
    faults: str
    checked: Checked
    properties: tuple[tree.PropertyDecl, ...]
    ghost: str
    overrides: Mapping[str, str]
    errors: Errors = "always"


# --- what is to be done --------------------------------------------------------------------------------------------


def plan(paths: Sequence[str], filters: Filters, overrides: Mapping[str, str]) -> list[Job]:
    """Every search of the check, in order: specs, then their checks, the main search of each first. Raises BadInput with all that is wrong."""
    targets, errors = [], list[Diagnostic]()
    for path in find_files(paths):
        try:
            targets.append(read_target(path))
        except BadInput as bad:
            errors += bad.diagnostics
    if not errors:
        filters.require_known(targets)
    jobs: list[Job] = []
    for target in targets:
        try:
            jobs += _jobs(target, filters, overrides)
        except BadInput as bad:
            errors += bad.diagnostics
    if any(error.severity == "error" for error in errors):
        raise BadInput(dict.fromkeys(errors))
    return jobs


def _jobs(target: Target, filters: Filters, overrides: Mapping[str, str]) -> list[Job]:
    chosen = filters.pairs(target)
    checked = _checked(target, [instance for instance, _ in chosen], overrides)
    for instance, faults in chosen:
        with_text(checked[instance], faults)
    jobs = []
    for instance, faults in chosen:
        jobs += jobs_under(
            target,
            instance,
            faults,
            checked[instance],
            filters.properties_of(target),
            overrides,
            errors=filters.asks_for_errors,
        )
    return jobs


def jobs_under(
    target: Target,
    instance: str,
    faults: str,
    checked: Checked,
    wanted: Sequence[tree.PropertyDecl],
    overrides: Mapping[str, str],
    *,
    errors: bool,
) -> list[Job]:
    """The searches for some properties of one instance under one fault model. `errors`: whether `no error` is asked for."""
    from checker.elaborate.lower import needs_ghosts

    reported: Errors = "always" if errors else "violated"
    main = tuple(node for node in wanted if not needs_ghosts(node))
    groups = [("", main)] if main or errors else []
    groups += [(property_name(node), (node,)) for node in wanted if needs_ghosts(node)]
    return [
        Job(
            target=target,
            instance=instance,
            faults=faults,
            checked=checked,
            properties=properties,
            ghost=ghost,
            overrides=overrides,
            errors="never" if ghost and groups[0][0] == "" else reported,
        )
        for ghost, properties in groups
    ]


def _checked(target: Target, instances: Sequence[str], overrides: Mapping[str, str]) -> dict[str, Checked]:
    """The protocol and spec under each of the instances. Raises BadInput with the errors of all of them, each once."""
    from checker.language.check import check

    found, errors = {}, dict[Diagnostic, None]()
    for name in dict.fromkeys(instances):
        try:
            found[name] = check(target.protocol, target.spec, target.instance_name(name), dict(overrides))
        except BadInput as bad:
            errors.update(dict.fromkeys(bad.diagnostics))
    if errors:
        raise BadInput(errors)
    return found


def model_of(job: Job) -> Model:
    from checker.elaborate.lower import elaborate

    model = elaborate(job.checked, job.faults, job.properties)
    return model if model.instance == job.instance else replace(model, instance=job.instance)


def setting_texts(overrides: Mapping[str, str | int] | None) -> dict[str, str]:
    """The values as `--set` gives them."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in (overrides or {}).items()}


class Progress(Struct, frozen=True, kw_only=True):
    """How far a check has come. `search` counts from 1; `goal` is "" in the main search, else the property that has a
    search of its own; `queue`: states that wait to be expanded; `states_per_s`: how many have been, a second; `instead`: what searches, where
    that is not what was asked for or would have been faster."""

    spec: str
    instance: str
    faults: str
    goal: str
    search: int
    searches: int
    distinct: int
    transitions: int
    depth: int
    queue: int
    states_per_s: float
    seconds: float
    instead: str = ""


def told_by(progress: Callable[[Progress], None]) -> Told:
    def tell(job: Job, search: int, searches: int, engine: EngineProgress) -> None:
        progress(
            Progress(
                spec=job.target.path,
                instance=job.instance,
                faults=job.faults,
                goal=job.ghost,
                search=search,
                searches=searches,
                distinct=engine.states,
                transitions=engine.transitions,
                depth=engine.depth,
                queue=engine.queue,
                states_per_s=engine.states_per_s,
                seconds=engine.seconds,
                instead=engine.instead,
            )
        )

    return tell
