"""The lines of a log as UTF-8, whatever the file is: plain, gzip'd, with a byte order mark, in UTF-16, a pipe, or one that is still written to."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Iterator
from typing import BinaryIO, final

from checker.conformance.logs.map_errors import UnreadableLog
from checker.language.diagnostics import BadInput
from checker.language.file_errors import FileIsFolder, FileMissing, FileUnreadable
from checker.language.source import Span

STDIN = "-"
WAIT_S = 0.1  # before a file that is followed is looked at again

GZIP = b"\x1f\x8b"
UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16 = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"{\x00": "utf-16-le",
    b"[\x00": "utf-16-le",
    b"\x00{": "utf-16-be",
    b"\x00[": "utf-16-be",
}
OTHERS = {b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"PK\x03\x04": "zip", b"PAR1": "parquet"}


def lines(path: str, *, following: bool = False) -> Iterator[bytes]:
    """Each line with its end, as it is read; the last may have none. `following`: at the end of a file, wait for more. Raises BadInput."""
    import zlib

    following = following and os.path.isfile(path)  # a pipe has an end, when all that write to it have left

    number = 0
    try:
        with opened(path) as file:
            first = file.readline()
            while following and not first.endswith(b"\n"):
                time.sleep(WAIT_S)
                first += file.readline()
            for line in _read(path, first, file, following):
                number += 1
                yield line
    except (EOFError, zlib.error) as error:
        raise _damaged(path, number, error) from None
    except UnicodeError:
        raise unreadable(path, number + 1, "the text is not UTF-16, as its beginning says", "write it as UTF-8") from None
    except OSError as error:
        if error.errno is None:
            raise _damaged(path, number, error) from None
        raise BadInput([FileUnreadable(span=None, path=path, why=_why(error))]) from None


def _damaged(path: str, number: int, error: Exception) -> BadInput:
    reason = f"the gzip'd data is damaged, or breaks off, after {number} line{'s' * (number != 1)} ({str(error).rstrip('.')})"
    return unreadable(path, number + 1, reason, "pack it again; `gzip -dc LOG` gives the text as far as it goes")


def _read(path: str, first: bytes, file: BinaryIO, following: bool) -> Iterator[bytes]:
    if not first:
        return iter(())
    if first.startswith(GZIP):
        import gzip

        return iter(gzip.GzipFile(fileobj=io.BufferedReader(_Again(first, file))))
    for mark, encoding in UTF_16.items():
        if first.startswith(mark):
            text = io.TextIOWrapper(io.BufferedReader(_Again(first, file)), encoding, newline="\n")
            return (line.encode() for line in text)
    for mark, name in OTHERS.items():
        if first.startswith(mark):
            raise unreadable(path, 1, f"it is {name}", "unpack it, and give the text: a JSON object on each line")
    return _plain(first.removeprefix(UTF_8_MARK), file, following)


def _plain(first: bytes, file: BinaryIO, following: bool) -> Iterator[bytes]:
    yield first
    if not following:
        yield from file
        return
    begun = b""
    while True:
        begun += file.readline()
        if begun.endswith(b"\n"):
            yield begun
            begun = b""
        else:
            time.sleep(WAIT_S)


@final
class _Again(io.RawIOBase):
    """What was read of a file already, and the rest of it."""

    def __init__(self, read: bytes, file: BinaryIO) -> None:
        self._read, self._file = read, file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if not self._read:
            self._read = self._file.read1(len(view)) if isinstance(self._file, io.BufferedReader) else self._file.read(len(view))
        part, self._read = self._read[: len(view)], self._read[len(view) :]
        view[: len(part)] = part
        return len(part)


def opened(path: str) -> BinaryIO:
    """Raises BadInput."""
    if path == STDIN:
        return sys.stdin.buffer if hasattr(sys.stdin, "buffer") else io.BytesIO(sys.stdin.read().encode())
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise BadInput([FileMissing(span=None, path=path)]) from None
    except IsADirectoryError:
        raise BadInput([FileIsFolder(span=None, path=path)]) from None
    except (OSError, ValueError) as error:
        raise BadInput([FileUnreadable(span=None, path=path, why=_why(error))]) from None


def unreadable(path: str, line: int, reason: str, advice: str, length: int = 1) -> BadInput:
    return BadInput([UnreadableLog(span=Span(path, line, 1, line, max(2, length + 1)), reason=reason, advice=advice)])


def _why(error: OSError | ValueError) -> str:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return reason[:1].lower() + reason[1:]
