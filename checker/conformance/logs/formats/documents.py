"""The JSON values of a file with the lines that they begin on: JSON lines, one value, or the elements of one list."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

import msgspec

from checker.conformance.logs.formats.lines import lines, unreadable
from checker.conformance.logs.formats.places import Document
from checker.language.diagnostics import BadInput

_KEY = re.compile(rb'"\s*:')
_PYTHONS = (b"NaN", b"Infinity")  # numbers that Python's json writes, and JSON does not have
DEEPEST = (
    200  # lists and objects in one another: what looks at a record calls itself for each, which Python allows some hundred times
)
_ADVICE = "a log has a JSON object on each line; `--log-format text` takes lines of any form (in a map: `format = 'text'`)"


def documents(path: str, *, following: bool = False, cut: Callable[[int], None] | None = None) -> Iterator[Document]:
    """The values, one after another as they are read. `cut` is called with the last line where that breaks off in the middle of a value: what
    writes a log may be stopped there, and it is left out. Raises BadInput."""
    rest = iter(enumerate(lines(path, following=following), 1))
    number, first = next(((n, line) for n, line in rest if line.strip()), (0, b""))
    if not number:
        return
    try:
        value = _decoded(first)
    except msgspec.DecodeError as error:
        if following:
            raise _not_json(path, number, first, error) from None
        yield from _whole(path, number, chain([first], (line for _, line in rest)), cut)
        return
    yield from _elements(path, number, first, value)
    for number, line in rest:
        if not line.strip():
            continue
        try:
            value = _decoded(line)
        except msgspec.DecodeError as error:
            if cut is None or line.endswith(b"\n"):
                raise _not_json(path, number, line, error) from None
            cut(number)
            return
        _require_each_once(path, number, line, value)
        yield Document(line=number, value=value, text=line)


def _whole(path: str, line: int, read: Iterator[bytes], cut: Callable[[int], None] | None) -> Iterator[Document]:
    """The file as one value, which begins on `line`."""
    data = b"".join(read)
    try:
        value = _decoded(data)
    except msgspec.DecodeError as error:
        if "trailing characters" in str(error):
            yield from _one_after_another(path, line, data)
            return
        if cut is not None and "truncated" in str(error) and (whole := _whole_elements(data)) is not None:
            yield from _elements(path, line, whole, _decoded(whole))
            cut(line + whole.count(b"\n"))
            return
        at = _line_of(data, str(error))
        raise _not_json(path, line + at, data.split(b"\n")[at], error) from None
    yield from _elements(path, line, data, value)


def _whole_elements(data: bytes) -> bytes | None:
    """The list that `data` begins, with the elements that are whole; None: it is no list, or none of them is."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    at = _after(text, 0)
    if not text.startswith("[", at):
        return None
    at, end, decoder = _after(text, at + 1), 0, json.JSONDecoder()
    with suppress(ValueError, RecursionError):
        while True:
            _, end = decoder.raw_decode(text, at)
            at = _after(text, end)
            if not text.startswith(",", at):
                break
            at = _after(text, at + 1)
    return f"{text[:end]}]".encode() if end else None


def _after(text: str, at: int) -> int:
    """Behind the blanks."""
    while text[at : at + 1].isspace():
        at += 1
    return at


def _one_after_another(path: str, line: int, data: bytes) -> Iterator[Document]:
    """Values over several lines each, with nothing between them."""
    text, at, decoder = data.decode(), 0, json.JSONDecoder()
    while True:
        start = len(text) - len(text[at:].lstrip()) if at else len(text) - len(text.lstrip())
        line += text.count("\n", at, start)
        if start == len(text):
            return
        try:
            _, end = decoder.raw_decode(text, start)
            value = _decoded(part := text[start:end].encode())
        except (ValueError, RecursionError) as error:
            told = msgspec.DecodeError(str(error) if not isinstance(error, RecursionError) else "it is nested too deeply")
            raise _not_json(path, line, text[start:].split("\n", 1)[0].encode(), told) from None
        yield from _elements(path, line, part, value)
        line += text.count("\n", start, end)
        at = end


def _line_of(data: bytes, reason: str) -> int:
    """The line, from 0, that is told of: of a byte, of the first that is no UTF-8, or the last."""
    place = re.search(r"\(byte (\d+)\)", reason)
    if place is not None:
        return data.count(b"\n", 0, int(place[1]))
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start)
    return data.rstrip().count(b"\n")


def _elements(path: str, line: int, data: bytes, value: Any) -> Iterator[Document]:
    """The value by itself, or the elements of the list that it is."""
    if not isinstance(value, list):
        _require_each_once(path, line, data, value)
        yield Document(line=line, value=value, text=data)
        return
    if any(word in data for word in _PYTHONS):
        yield from (Document(line=line, value=element, within=(place,)) for place, element in enumerate(value))
        return
    at = counted = 0  # where the last one ends; up to where lines are counted
    several = b"\n" not in data.strip()
    for place, (raw, element) in enumerate(zip(msgspec.json.decode(data, type=list[msgspec.Raw]), value, strict=True)):
        text = bytes(raw)
        start = data.index(text, at)
        line += data.count(b"\n", counted, start)
        at, counted = start + len(text), start
        _require_each_once(path, line, text, element)
        yield Document(line=line, value=element, text=text, within=(place,) if several else ())


def _decoded(data: bytes) -> Any:
    """Raises DecodeError."""
    try:
        value = _value(data)
    except RecursionError:
        raise msgspec.DecodeError("it is nested too deeply") from None
    if data.count(b"[") + data.count(b"{") > DEEPEST and _deeper(value):
        raise msgspec.DecodeError("it is nested too deeply")
    return value


def _deeper(value: Any) -> bool:
    """Whether a list or object in `value` has more than DEEPEST others around it."""
    layer: list[Any] = [[value]]
    for _ in range(DEEPEST):
        layer = [
            one for outer in layer for one in (outer.values() if type(outer) is dict else outer) if type(one) in (dict, list)
        ]
    return bool(layer)


def _value(data: bytes) -> Any:
    """Raises DecodeError and RecursionError."""
    try:
        return msgspec.json.decode(data)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"byte {error.object[error.start]:#04x} is no UTF-8") from None
    except msgspec.DecodeError:
        if not any(word in data for word in _PYTHONS):
            raise
        try:
            value = json.loads(data)
            msgspec.json.encode(value)  # whatever is read can be written
        except (ValueError, RecursionError):
            pass
        else:
            return value
        raise


def _require_each_once(path: str, line: int, text: bytes, value: Any) -> None:
    """A field that is there twice has two values, and decoders take one of them. Raises BadInput."""
    if not isinstance(value, dict) or len(_KEY.findall(text)) <= _fields(value):
        return

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, one in pairs:
            if name in found:
                raise unreadable(path, line, f"the field `{name}` is there twice", "write each field once", len(text.rstrip()))
            found[name] = one
        return found

    json.loads(text, object_pairs_hook=object_of)


def _fields(value: Any) -> int:
    """How many fields there are, inner ones too."""
    if isinstance(value, dict):
        return len(value) + sum(_fields(one) for one in value.values() if type(one) in (dict, list))
    return sum(_fields(one) for one in value if type(one) in (dict, list))


def _not_json(path: str, line: int, text: bytes, error: msgspec.DecodeError) -> BadInput:
    reason = str(error)
    reason = reason if reason.startswith("JSON") else reason[:1].lower() + reason[1:]
    length = len(text.decode(errors="replace").rstrip())
    return unreadable(path, line, f"the line is not JSON ({reason})", _ADVICE, length)
