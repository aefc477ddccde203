"""The JSON values of a file with the lines that they begin on: JSON lines, one value, or the elements of one list."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from checker.conformance.logs.map_errors import UnreadableLog
from checker.language.diagnostics import BadInput
from checker.language.file_errors import FileIsFolder, FileMissing, FileUnreadable
from checker.language.source import Span

STDIN = "-"
MOST_AT_ONCE = 1 << 30  # bytes of a file that is one value


def documents(path: str) -> Iterator[tuple[int, Any]]:
    """(line, value), one after another as they are read. Raises BadInput."""
    with opened(path) as file:
        first, number = b"", 0
        for first in file:
            number += 1
            if first.strip():
                break
        if not first.strip():
            return
        try:
            value = _decoded(first)
        except msgspec.DecodeError:
            yield from _whole(path, first, file, number)
            return
        yield from _elements(first, value, number)
        for line in file:
            number += 1
            if line.strip():
                try:
                    value = _decoded(line)
                except msgspec.DecodeError as error:
                    raise BadInput([_not_json(path, number, line, error)]) from None
                yield number, value


def opened(path: str) -> BinaryIO:
    """Raises BadInput."""
    if path == STDIN:
        return sys.stdin.buffer if hasattr(sys.stdin, "buffer") else _bytes_of(sys.stdin.read())
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise BadInput([FileMissing(span=None, path=path)]) from None
    except IsADirectoryError:
        raise BadInput([FileIsFolder(span=None, path=path)]) from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise BadInput([FileUnreadable(span=None, path=path, why=reason[:1].lower() + reason[1:])]) from None


def _bytes_of(text: str) -> BinaryIO:
    from io import BytesIO

    return BytesIO(text.encode())


def _whole(path: str, first: bytes, file: BinaryIO, line: int) -> Iterator[tuple[int, Any]]:
    """The file as one value, which begins on `line`."""
    data = first + file.read(MOST_AT_ONCE)
    try:
        value = _decoded(data)
    except msgspec.DecodeError as error:
        raise BadInput([_not_json(path, line, first, error)]) from None
    yield from _elements(data, value, line)


def _decoded(data: bytes) -> Any:
    """Raises DecodeError."""
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        raise msgspec.DecodeError("it is nested too deeply") from None


def _elements(data: bytes, value: Any, line: int) -> Iterator[tuple[int, Any]]:
    """The value by itself, or the elements of the list that it is."""
    if not isinstance(value, list):
        yield line, value
        return
    at = 0
    for raw, element in zip(msgspec.json.decode(data, type=list[msgspec.Raw]), value, strict=True):
        start = data.index(bytes(raw), at)
        line += data.count(b"\n", at, start)
        at = start
        yield line, element


def _not_json(path: str, line: int, text: bytes, error: msgspec.DecodeError) -> UnreadableLog:
    length = len(text.decode(errors="replace").rstrip())
    reason = str(error)
    reason = reason if reason.startswith("JSON") else reason[:1].lower() + reason[1:]
    return UnreadableLog(
        span=Span(path, line, 1, line, max(2, length + 1)),
        reason=f"the line is not JSON ({reason})",
        advice="a log has a JSON object on each line; `--log-format` names other formats",
    )
