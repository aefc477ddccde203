"""Which faults break what: the plan of the searches, and the table that comes of it.

The searches of `Plan` answer for many sets of faults at once, on one program for each model. What they leave open (where the
protocol itself fails under a fault, or the ground form cannot say a step) is checked set by set, small ones first, never one that
holds a set which is known to break the property. At last each smallest set of faults is checked by itself: that check gives the trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from checker.elaborate.budgets import shared
from checker.elaborate.lower import elaborate
from checker.language.faults import applicable, is_text, read
from checker.properties.result import Result
from checker.properties.tolerance.fault_sets import (
    NOTHING,
    FaultSet,
    alone,
    unlimited_pairs,
    up_to,
    with_crashes,
    within,
    written,
)
from checker.properties.tolerance.known import Known
from checker.properties.tolerance.plan import Plan
from checker.properties.tolerance.region import Regions, Undecided
from checker.properties.tolerance.result import Breaking, Cell, Row, Tolerance
from checker.properties.tolerance.subject import Subject

if TYPE_CHECKING:
    from checker.engines.explicit import Progress
    from checker.model.model import GoalKind

MOST_APART = 20_000_000  # states of all checks set by set
LEAST = 2  # the table tells of one and of two


def tolerate(subject: Subject, faults: str | None, most: int = LEAST) -> Tolerance:
    """The table of one instance. `faults`: the columns, as the name of a fault model of the spec or as text without numbers; None: all that apply.

    An interrupt ends it with what is known by then. Raises BadInput.
    """
    began = perf_counter()
    work = _Work(subject, columns(subject, faults), max(most, LEAST))
    try:
        for _ in work.steps():
            pass
    except KeyboardInterrupt:
        work.interrupted = True
    return work.table(perf_counter() - began)


def columns(subject: Subject, faults: str | None) -> list[str]:
    """The faults that the table is about: those that some step of the model can be."""
    checked = subject.checked
    if faults is not None:
        items = read(checked, faults, budgets=False) if is_text(faults) else checked.faults[faults]
        return [f"{item.kind} {item.target}" for item in items]
    checked.faults[EVERYTHING] = tuple(applicable(checked))
    model = elaborate(checked, EVERYTHING, ())
    happen = {step.fault for step in model.steps}
    return [name for item in checked.faults.pop(EVERYTHING) if (name := f"{item.kind} {item.target}") in happen]


EVERYTHING = "every fault"


class _Work:
    """What is known so far. `asked`: the sets of faults of the answer, in order; `results`: of the checks under one set of faults."""

    def __init__(self, subject: Subject, faults: list[str], most: int) -> None:
        self.subject, self.columns, self.most = subject, faults, most
        self.limits = subject.limits
        self.faults = with_crashes(faults)
        alone_ = (alone(fault, None) for fault in faults)
        sets = [*up_to(self.faults, self.most), *alone_, *unlimited_pairs(self.faults)]
        self.asked = {faults: place for place, faults in enumerate(dict.fromkeys(sets))}
        self.known: dict[str, Known] = {}
        self.results: dict[tuple[str, FaultSet], Result] = {}
        self.shown: dict[str, Result] = {}  # of each property its result without faults
        self.stopped: list[FaultSet] = []  # whose check reached a limit
        self.spent = 0  # states of the checks set by set
        self.interrupted = False

    def steps(self) -> Iterator[None]:
        self._without_faults()
        yield
        if self.faults:
            self._together()
        for faults in self.asked:
            self._apart(faults)
            yield
        self._prove()

    # --- without faults ----------------------------------------------------------------------------------------------

    def _without_faults(self) -> None:
        names = self.subject.names()
        for result in self._check(NOTHING, names):
            self.known[result.property] = known = Known(kind=_kind(result))
            self.shown[result.property] = result
            known.add(NOTHING, result.verdict, result.reason)
        self._halt()

    def _halt(self) -> None:
        if self.interrupted:
            raise KeyboardInterrupt

    def _check(self, faults: FaultSet, names: Sequence[str]) -> Sequence[Result]:
        report = self.subject.check(written(faults), names)
        self.interrupted = self.interrupted or report.interrupted
        for result in report.results:
            self.results[result.property, faults] = result
        return report.results

    def _open(self, faults: FaultSet) -> list[str]:
        """The properties of which nothing is known under these faults."""
        return [name for name, known in self.known.items() if known.is_open(faults)]

    # --- many sets at once -------------------------------------------------------------------------------------------

    def _together(self) -> None:
        """Every set of faults up to a number, and every one or two without limit, on one program for each model."""
        for job in self.subject.jobs(_unlimited(self.faults)):
            open_ = [name for name, known in self.known.items() if not known.event(NOTHING)]
            model = self.subject.model(job)
            model = replace(model, goals=tuple(goal for goal in model.goals if goal.name in open_))
            if model.goals:
                Plan(self, Regions(shared(model, self.most), self.limits), [goal.name for goal in model.goals]).follow()

    def search(self, search: Callable[[], int]) -> int | Undecided:
        """How many states a search had, or why it answered nothing."""
        try:
            return search()
        except Undecided as reason:
            self.interrupted = self.interrupted or reason.interrupted
            self._halt()
            return reason

    def saying(self, faults: str) -> Callable[[Progress], None] | None:
        return self.subject.progress(f"under {faults}")

    # --- one set at a time -------------------------------------------------------------------------------------------

    def _apart(self, faults: FaultSet) -> None:
        names = self._open(faults)
        if not names:
            return
        if self.spent > MOST_APART or any(within(small, faults) for small in self.stopped):
            many = f"{MOST_APART:,} states were searched already"
            for name in names:
                reason = many if self.spent > MOST_APART else "a check under fewer faults reached a limit"
                self.known[name].add(faults, "unknown", reason)
            return
        for result in self._check(faults, names):
            self.spent += result.distinct
            self.known[result.property].add(faults, result.verdict, result.reason)
            if result.verdict == "unknown" and result.basis == "bounded":
                self.stopped.append(faults)
        self._halt()

    def _prove(self) -> None:
        """Each smallest set by a check of its own, which gives the trace. What that check cannot confirm is not said."""
        wanted: dict[FaultSet, list[str]] = {}
        for name, known in self.known.items():
            for faults in self._smallest(known):
                if (name, faults) not in self.results:
                    wanted.setdefault(faults, []).append(name)
        for faults, names in wanted.items():
            for result in self._check(faults, names):
                known = self.known[result.property]
                assert result.verdict in (known.with_event, "unknown"), f"{result.property} is not so under {written(faults)}"
                if result.verdict == "unknown":
                    known.seen.remove(faults)
                    known.add(faults, "unknown", result.reason)
            self._halt()

    def _smallest(self, known: Known) -> list[FaultSet]:
        """In the order in which they were asked for. A search for many sets may also have seen that more kinds than these break it."""
        return sorted((faults for faults in known.smallest() if faults in self.asked), key=self.asked.__getitem__)

    # --- the table ---------------------------------------------------------------------------------------------------

    def table(self, seconds: float) -> Tolerance:
        target = self.subject.target
        return Tolerance(
            protocol=target.protocol.name,
            spec=target.path,
            instance=self.subject.instance,
            faults=tuple(self.columns),
            most=self.most,
            rows=tuple(self._row(name, known) for name, known in self.known.items()),
            seconds=seconds,
            interrupted=self.interrupted,
        )

    def _row(self, name: str, known: Known) -> Row:
        shown = self.shown[name]
        breaking = [
            Breaking(faults=faults, written=written(faults), result=self.results[name, faults])
            for faults in self._smallest(known)
            if faults != NOTHING and (name, faults) in self.results
        ]
        unknown = [(written(s), known.reason(s)) for s in self.asked if known.event(s) is None]
        return Row(
            name=name,
            kind=known.kind,
            text=shown.text,
            place=shown.place,
            none=known.verdict(NOTHING),
            cells=tuple(_cell(known, fault) for fault in self.columns),
            breaking=tuple(breaking),
            unknown=tuple(unknown),
        )


def _cell(known: Known, fault: str) -> Cell:
    sets = [alone(fault, count) for count in (1, 2, None)]
    one, two, unlimited = (known.verdict(faults) for faults in sets)
    reason = next((known.reason(faults) for faults in sets if known.event(faults) is None), "")
    return Cell(fault=fault, one=one, two=two, unlimited=unlimited, reason=reason)


def _unlimited(faults: Sequence[str]) -> str:
    return written([(fault, None) for fault in faults])


def _kind(result: Result) -> GoalKind:
    return cast("GoalKind", result.kind)
