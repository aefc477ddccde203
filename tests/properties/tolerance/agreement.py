"""Holds a table of faults to checks under each fault model by itself."""

from __future__ import annotations

from checker import api
from checker.properties.result import Verdict
from checker.properties.tolerance.fault_sets import FaultSet, alone, units, unlimited_pairs, up_to, with_crashes, within, written
from checker.properties.tolerance.result import Tolerance


def verdicts(path: str, instance: str, faults: FaultSet) -> dict[str, Verdict]:
    report = api.check(path, instances=[instance], faults=[written(faults)], engine="reference")
    return {result.property: result.verdict for result in report.results}


def wrong_cells(table: Tolerance) -> list[str]:
    """The cells that a check of their own contradicts."""
    found = []
    for place, fault in enumerate(table.faults):
        for count in (1, 2, None):
            alone_checked = verdicts(table.spec, table.instance, alone(fault, count))
            for row in table.rows:
                cell = row.cells[place]
                said = {1: cell.one, 2: cell.two, None: cell.unlimited}[count]
                if said != alone_checked[row.name]:
                    found.append(f"{row.name} under {written(alone(fault, count))}: {said}, not {alone_checked[row.name]}")
    return found


def wrong_sets(table: Tolerance) -> list[str]:
    """The smallest sets that do not break their property, or of which one fault less does."""
    found = []
    for row in table.rows:
        event = "holds" if row.kind == "sometimes" else "violated"
        for breaking in row.breaking:
            if verdicts(table.spec, table.instance, breaking.faults)[row.name] != event:
                found.append(f"{breaking.written} does not break {row.name}")
            smaller = [
                less for less in _one_less(breaking.faults) if verdicts(table.spec, table.instance, less)[row.name] == event
            ]
            found += [f"{written(less)} breaks {row.name} already" for less in smaller]
            if any(other is not breaking and within(other.faults, breaking.faults) for other in row.breaking):
                found.append(f"{breaking.written} holds another set that breaks {row.name}")
    return found


def wrong_absences(table: Tolerance) -> list[str]:
    """The sets of up to so many faults, and of two kinds without limit, of which the smallest sets do not tell what a check of their own does."""
    found = []
    kinds = with_crashes(table.faults)
    for faults in [*up_to(kinds, table.most), *unlimited_pairs(kinds)]:
        checked = verdicts(table.spec, table.instance, faults)
        for row in table.rows:
            event = "holds" if row.kind == "sometimes" else "violated"
            said = row.none == event or any(within(breaking.faults, faults) for breaking in row.breaking)
            if said != (checked[row.name] == event):
                found.append(f"{row.name} under {written(faults)}: {checked[row.name]}")
    return found


def _one_less(faults: FaultSet) -> list[FaultSet]:
    """Without one of the faults; 2 stands for no limit, for sets of two are known, and of two kinds without limit one of each."""
    if len(units([fault for fault, _ in faults])) > 1 and faults[0][1] is None:
        one_kind = [tuple((fault, None) for fault in unit) for unit in units([fault for fault, _ in faults])]
        return [*one_kind, tuple((fault, 1) for fault, _ in faults)]
    found = []
    for place, (fault, count) in enumerate(faults):
        left = 2 if count is None else count - 1
        if left == 0 and fault.startswith("crash ") and ("restart " + fault[6:]) in dict(faults):
            continue
        less = [*faults[:place], *([(fault, left)] if left else []), *faults[place + 1 :]]
        if count is None and len(faults) > 1:
            less = [(other, 2) for other, _ in faults]
        found.append(tuple(less))
    return found
