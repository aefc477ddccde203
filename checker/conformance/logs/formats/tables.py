"""CSV with a first row of names: a record for each other row. A cell without anything in it is no field."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator

from checker.conformance.logs.formats.lines import lines, unreadable
from checker.conformance.logs.formats.places import Document
from checker.language.diagnostics import BadInput


def is_table(path: str) -> bool:
    return path.lower().endswith((".csv", ".csv.gz"))


def rows(path: str, *, following: bool = False) -> Iterator[Document]:
    """The rows, one after another as they are read. Raises BadInput."""
    csv.field_size_limit(sys.maxsize)
    read = csv.reader(_texts(path, following), strict=True)
    names: list[str] | None = None
    line = 1
    while True:
        try:
            cells = next(read, None)
        except csv.Error as error:
            raise unreadable(path, read.line_num, f"the row is not CSV ({error})", "export it again") from None
        if cells is None:
            return
        if names is None and cells:
            _require_names(path, line, names := cells)
        elif names is not None and cells:
            if len(cells) != len(names):
                raise _uneven(path, line, len(cells), len(names))
            row = {name: cell for name, cell in zip(names, cells, strict=True) if cell != ""}
            yield Document(line=line, value=row)
        line = read.line_num + 1


def _texts(path: str, following: bool) -> Iterator[str]:
    for number, line in enumerate(lines(path, following=following), 1):
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            reason = f"byte {line[error.start]:#04x} of the line is no UTF-8"
            raise unreadable(path, number, reason, "write the log as UTF-8") from None


def _require_names(path: str, line: int, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise unreadable(path, line, f"two columns are called `{twice}`", "give each column a name of its own")


def _uneven(path: str, line: int, cells: int, names: int) -> BadInput:
    reason = f"the row has {cells} cells, and the first row has {names}"
    return unreadable(
        path, line, reason, "export it again: the file is cut off, or a cell with commas in it stands without quotes"
    )
