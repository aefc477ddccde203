"""What faults a protocol tolerates, as data: a table, and the smallest sets of faults that break each property."""

from __future__ import annotations

from msgspec import Struct

from checker.properties.result import Result, Verdict
from checker.properties.tolerance.fault_sets import FaultSet


class Cell(Struct, frozen=True, kw_only=True):
    """The verdicts on one property under one fault alone (a restart: with as many crashes): at most once, at most twice, without limit.

    `reason`: why the first of them that is unknown is so; else "".
    """

    fault: str
    one: Verdict
    two: Verdict
    unlimited: Verdict
    reason: str = ""


class Breaking(Struct, frozen=True, kw_only=True):
    """A smallest set of faults that breaks the property (a `sometimes`: with which it is reached): with less of any of them it does not.

    `result`: of a check under these faults alone, with the trace.
    """

    faults: FaultSet
    written: str
    result: Result


class Row(Struct, frozen=True, kw_only=True):
    """One property. `none`: the verdict without faults, `cells` those under each fault, in the order of the table's faults.

    `breaking` is empty where the verdict without faults is already that which faults could bring about. `unknown`: sets of faults of which
    nothing is known, with the reason, so that smaller ones may be missing from `breaking`.
    """

    name: str
    kind: str
    text: str | None
    place: str
    none: Verdict
    cells: tuple[Cell, ...]
    breaking: tuple[Breaking, ...]
    unknown: tuple[tuple[str, str], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether everything in the row is known."""
        return (
            not self.unknown
            and self.none != "unknown"
            and all("unknown" not in (cell.one, cell.two, cell.unlimited) for cell in self.cells)
        )


class Tolerance(Struct, frozen=True, kw_only=True):
    """The table of one instance. `faults`: its columns. `most`: how many faults in total the sets in `breaking` have at most, restarts not
    counted; beside them there are single faults without limit.
    """

    protocol: str
    spec: str
    instance: str
    faults: tuple[str, ...]
    most: int
    rows: tuple[Row, ...]
    seconds: float
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 where everything is known, 3 where something is unknown or it was interrupted."""
        return 0 if not self.interrupted and all(row.whole for row in self.rows) else 3
