"""What a question about faults or assumptions is asked of: one instance of a spec, and a check of it under given faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from checker.language.faults import is_text, with_text
from checker.properties.plan import Filters, Target, property_name, read_target
from checker.properties.result import Report, Result
from checker.properties.searches import Job, Limits, jobs_under, model_of

if TYPE_CHECKING:
    from checker.engines.explicit import Progress
    from checker.language import tree
    from checker.language.checked import Checked
    from checker.model.model import Model

MOST_STATES = 5_000_000  # of one check among many, where no limit is given
SMALL = 1_000  # states that the interpreter searches in the time that a native search takes to begin
Said = Callable[[str], None]
NO_ERROR = "no error"


class Subject(Struct, frozen=True, kw_only=True):
    """`properties`: those asked for. `errors`: whether `no error` is one of them. `said` is told now and then what is done."""

    target: Target
    instance: str
    checked: Checked
    properties: tuple[tree.PropertyDecl, ...]
    errors: bool
    overrides: Mapping[str, str]
    limits: Limits
    said: Said | None

    def names(self) -> list[str]:
        return [*map(property_name, self.properties), *([NO_ERROR] if self.errors else [])]

    def jobs(self, faults: str, names: Sequence[str] | None = None) -> list[Job]:
        """The searches for these properties (None: all) under a fault model, given by name or as text."""
        with_text(self.checked, faults)
        wanted = [node for node in self.properties if names is None or property_name(node) in names]
        errors = self.errors and (names is None or NO_ERROR in names)
        return jobs_under(self.target, self.instance, faults, self.checked, wanted, self.overrides, errors=errors)

    def model(self, job: Job) -> Model:
        return model_of(job)

    def check(self, faults: str, names: Sequence[str]) -> Report:
        """The verdicts on these properties under a fault model, each by a check of its own."""
        from checker.properties.running import run

        report = run(self.jobs(faults, names), self.checking, self._told(faults))
        return replace(report, results=tuple(_of(names, report.results)))

    @property
    def checking(self) -> Limits:
        """The limits of a check among many."""
        return replace(self.limits, small=SMALL, states_limit=self.limits.states_limit or MOST_STATES)

    def progress(self, doing: str) -> Callable[[Progress], None] | None:
        said = self.said
        return None if said is None else lambda progress: said(f"{doing}: {_counts(progress)}")

    def _told(self, faults: str) -> Callable[[Job, int, int, Progress], None] | None:
        tell = self.progress(f"under {faults}")
        return None if tell is None else lambda _job, _search, _searches, progress: tell(progress)


def _of(names: Sequence[str], results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.property in names]


def _counts(progress: Progress) -> str:
    return f"{progress.states:,} states, {progress.transitions:,} transitions, depth {progress.depth}"


def subject(
    path: str,
    *,
    instance: str | None,
    faults: str | None,
    properties: Sequence[str] | None,
    overrides: Mapping[str, str],
    limits: Limits,
    said: Said | None,
) -> Subject:
    """The spec or protocol at `path` under one instance, by default its first. Raises BadInput."""
    from checker.language.check import check

    target = read_target(path)
    named = None if faults is None or is_text(faults) else [faults]
    filters = Filters(instances=None if instance is None else [instance], faults=named, properties=properties)
    filters.require_known([target])
    chosen = target.instances[0] if instance is None else instance
    return Subject(
        target=target,
        instance=chosen,
        checked=check(target.protocol, target.spec, target.instance_name(chosen), dict(overrides)),
        properties=tuple(filters.properties_of(target)),
        errors=filters.asks_for_errors,
        overrides=overrides,
        limits=limits,
        said=said,
    )
