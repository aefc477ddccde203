"""Logs as they are found: packed, in other encodings, broken off, with what JSON does not have. Each is read as it is meant, or refused with
its place."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from checker.api import conform
from checker.cli.main import main
from checker.conformance.logs.formats.detect import read_log
from checker.language.diagnostics import BadInput
from tests.conformance.boards import BOARD, CLAIMED_TWICE, MAP, followed

RECORDS = [{"run": "a", "n": number, "text": "Ünïcode “x” 漢"} for number in range(5)]
LINES = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)
LIST = json.dumps(RECORDS, ensure_ascii=False, indent=1)


COUNT = """\
protocol count

role Worker
shared n: 0..3 = 0
shared odd: bool = false

role Worker:
    action add() when n < 3:
        n += 1
        odd = not odd
"""


def packed_data(data: bytes) -> bytes:
    """The same at any time: the names of tests are made of it."""
    return gzip.compress(data, mtime=0)


def read(folder: Path, data: bytes) -> list[Any]:
    path = folder / "log"
    path.write_bytes(data)
    return [dict(record.fields) for record in read_log(str(path))[1]]


@pytest.mark.parametrize(
    "text",
    [LINES, LIST, LINES.rstrip(), LINES.replace("\n", "\r\n"), LINES.replace("\n", "\n\n  \n"), "\n\n" + LINES, "\n" + LIST],
)
@pytest.mark.parametrize(
    "packed",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.lstrip().encode("utf-16-le"),
        lambda text: text.lstrip().encode("utf-16-be"),
        lambda text: packed_data(text.encode()),
        lambda text: packed_data(text[:100].encode()) + packed_data(text[100:].encode()),
    ],
    ids=["utf-8", "mark", "utf-16", "utf-16-le", "utf-16-be", "gzip", "gzips"],
)
def test_nothing_is_lost(tmp_path: Path, text: str, packed: Any) -> None:
    assert read(tmp_path, packed(text)) == RECORDS


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"\n \n", 1, "there is nothing in it"),
        (packed_data(b""), 1, "there is nothing in it"),
        (LINES.encode("latin-1", errors="replace"), 1, "the line is not JSON (byte 0xdc is no UTF-8)"),
        (b'{"a": 1}\n{"a": "\xe9"}\n', 2, "the line is not JSON (byte 0xe9 is no UTF-8)"),
        (bz2.compress(LINES.encode()), 1, "it is bzip2"),
        (b"PK\x03\x04 and so on", 1, "it is zip"),
        (b'{"a": 1, "b": {"c": 2, "c": 3}}\n', 1, "the field `c` is there twice"),
        (b'{"a": 1}\n{"a": 1, "a": 1}\n', 2, "the field `a` is there twice"),
        (b'[\n{"a": 1},\n{"a": 1, "a": 1}]', 3, "the field `a` is there twice"),
        (b'{"a": "\\ud800"}\n', 1, "the line is not JSON (input data was truncated)"),
        (b'{"a": NaN, "b": "\\ud800"}\n', 1, "the line is not JSON (JSON is malformed: invalid character (byte 6))"),
        (b'[{"a": 1},\n {"a": 2},\n {"a" 3}]', 3, "the line is not JSON (JSON is malformed: expected ':' (byte 28))"),
        (b'[{"a": 1},\n {"a": 2},', 2, "the line is not JSON (input data was truncated)"),
        (b'{"a": 1}\n{"a": 2', 2, "the line is not JSON (input data was truncated)"),
        (b'{"a": 1}\n\x00\x00\n', 2, "the line is not JSON (JSON is malformed: invalid character (byte 0))"),
        ('{"a": 1}\n'.encode("utf-16")[:-1], 1, "the text is not UTF-16, as its beginning says"),
    ],
)
def test_what_is_refused(tmp_path: Path, data: bytes, line: int, reason: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, data)
    (error,) = caught.value.diagnostics
    assert error.span is not None
    assert (error.code, error.span.line, error.title_text) == ("T637", line, f"the log cannot be read: {reason}")


def test_packed_data_that_is_cut_off(tmp_path: Path) -> None:
    data = packed_data(os.urandom(40_000).hex().encode())
    for cut in (data[:-20], data[:12], data[:-1] + b"x"):
        with pytest.raises(BadInput) as caught:
            read(tmp_path, cut)
        assert caught.value.diagnostics[0].title_text.startswith(
            "the log cannot be read: the gzip'd data is damaged, or breaks off, after 0 lines ("
        )


def test_numbers_of_python_and_large_ones(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path, b'{"a": NaN, "b": [Infinity], "c": 123456789012345678901234567890, "d": "say \\"x\\": no", "x\\": 1": 2}\n'
    )
    assert found["a"] != found["a"]
    assert found["c"] == 123456789012345678901234567890
    assert found["d"] == 'say "x": no'


def test_a_last_line_that_breaks_off_is_told(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAP)
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps({"run": "a", **record}) + "\n" for record in CLAIMED_TWICE) + '{"run": "a", "ty')
    found = conform(BOARD, log, map=tmp_path / "map.toml")
    assert (found.verdict, found.records, found.warnings[-1]) == (
        "conforms",
        5,
        f"{log}:6: the last line breaks off in the middle and was not read",
    )


def test_names_of_every_kind(tmp_path: Path) -> None:
    """Numbers stand for themselves; what is written otherwise is another name."""
    odd = ['a"b\\', "ünï\n漢", "*", "", "x" * 5_000, 12345678901234567890123, "[0]", "{task}", "\x1b[31m"]
    for name in odd:
        records = [
            {"type": "plan", "who": name, "task": name},
            {"type": "claim", "who": name},
            {"type": "plan", "who": "other", "task": name},
        ]
        assert followed(tmp_path, records[:2], MAP).verdict == "conforms"
        assert followed(tmp_path, records, MAP).verdict == "violates"


def test_numbers_and_truth_values_as_texts(tmp_path: Path) -> None:
    protocol = tmp_path / "count.team"
    protocol.write_text(COUNT)
    map = '[[record]]\nstep = "Worker.add"\nafter = { n = "n", odd = "odd" }\n'
    for first, second in ((1, True), ("1", "true"), (1.0, True)):
        assert followed(tmp_path, [{"n": first, "odd": second}], map, str(protocol)).verdict == "conforms"
    assert followed(tmp_path, [{"n": "2", "odd": True}], map, str(protocol)).verdict == "violates"
    for wrong in ("01x", "1.5", "", "½", "9" * 5_000):
        with pytest.raises(BadInput):
            followed(tmp_path, [{"n": wrong}], map, str(protocol))


@pytest.mark.parametrize("data", [LINES.encode(), packed_data(LINES.encode()), LINES.encode("utf-16"), LIST.encode()])
def test_a_pipe(tmp_path: Path, data: bytes) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    assert [dict(record.fields) for record in read_log(str(pipe))[1]] == RECORDS
    writer.join()


def test_a_pipe_with_a_fault_is_not_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "map.toml").write_text(MAP)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"{\n",))
    writer.start()
    assert main(["conform", BOARD, str(pipe), "--map", str(tmp_path / "map.toml")]) == 2
    writer.join()
    assert capsys.readouterr().err.startswith(
        "error[T637]: the log cannot be read: the line is not JSON (input data was truncated)"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"\x80",
        packed_data(b"{}")[:-3],
        b"\xff\xfe{",
        b"[",
        b"{}\x00",
        b"[[[[",
        b"\xef\xbb\xbf",
        b"null",
        b"3\n{}",
        b'"x"',
        b"\r\r",
    ],
)
def test_never_a_traceback(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "map.toml").write_text(MAP)
    command = [sys.executable, "-m", "checker", "conform", BOARD, "-"]
    for words in ([], ["--map", str(tmp_path / "map.toml")]):
        done = subprocess.run([*command, *words], input=data, capture_output=True, check=False)
        assert done.returncode == 2
        assert done.stderr.startswith(b"error[")


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_that_breaks_off(tmp_path: Path, indent: int | None) -> None:
    """Wherever it does, the elements that are whole are read, or it is refused."""
    text, path = json.dumps([{"a": 1}, {"b": "x, ]"}, {"c": [1]}], indent=indent), tmp_path / "log"
    ends = [text.index(mark) + len(mark) for mark in ("{", ']"')]
    first, second = text.index("}") + 1, text.index("}", ends[1]) + 1
    for end in range(1, len(text.rstrip("]"))):
        path.write_text(text[:end])
        told: list[int] = []
        if end < first:
            with pytest.raises(BadInput):
                list(read_log(str(path), cut=told.append)[1])
            continue
        read = [dict(record.fields) for record in read_log(str(path), cut=told.append)[1]]
        assert read == [{"a": 1}, {"b": "x, ]"}, {"c": [1]}][: 1 + (end >= second) + (end >= text.rindex("}") + 1)]
        assert len(told) == 1
    with pytest.raises(BadInput):
        list(read_log(str(path))[1])
