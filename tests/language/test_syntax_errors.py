"""Syntax errors: each kind of mistake has its message, at its place, and does not hide the next one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.language.diagnostics import BadInput, Diagnostic
from checker.language.parse import MOST_BYTES, parse_protocol, parse_spec, read_source
from checker.language.source import Source


def errors(text: str, kind: str = "protocol") -> tuple[Diagnostic, ...]:
    with pytest.raises(BadInput) as caught:
        (parse_protocol if kind == "protocol" else parse_spec)(Source("x", text))
    return caught.value.diagnostics


def places(text: str, kind: str = "protocol") -> list[str]:
    """`T101 3:5 found ...` for each error."""
    return [f"{e.code} {e.span.line}:{e.span.column} {e.title_text}" for e in errors(text, kind) if e.span is not None]


def in_run(statements: str) -> str:
    return "protocol p\nrole W:\n    run:\n" + "".join(f"        {line}\n" for line in statements.split("\n"))


def only(found: tuple[Diagnostic, ...]) -> Diagnostic:
    (error,) = found
    return error


def test_the_header() -> None:
    assert places("enum E: a\nshared x: E = a\n") == ["T149 1:1 a protocol starts with `protocol NAME`"]
    assert places("protocol p\n", "spec") == ['T149 1:1 a spec starts with `spec NAME for "FILE.team"`']
    assert places("spec s for x\n", "spec") == ["T101 1:12 found `x`, expected a text in double quotes"]
    assert only(errors('spec s for "a"\n')).help_text == "this file is a spec, not a protocol"


# --- several mistakes -------------------------------------------------------------------------------------------------


def test_every_independent_error_is_reported() -> None:
    text = """protocol p(a: 1..3 b: 2)
enum E a, b
shared x: E = = a
role W * 2
    var y: = 3
    actoin work(t: T) when y = 3:
        z == 4
        if z z:
            q = 3 3
        else
            r = (3
        s = 'a'
    action work(t T):
        u = 3 3
        await:
            M(x from w: pass
            whn c: pass
done when x x
"""
    assert places(text) == [
        "T101 1:20 found `b`, expected `)`, `,` or `=`",
        "T101 2:8 found `a`, expected `:`",
        "T101 3:15 found `=`, expected an expression",
        "T102 4:11 a colon is missing",
        "T101 5:12 found `=`, expected a type",
        "T120 6:5 `actoin` starts no part of a role",
        "T123 7:11 `==` compares; to give a value, write `=`",
        "T101 8:14 found `z`, expected `:`",
        "T101 9:19 found `3`, expected the end of the line",
        "T102 10:13 a colon is missing",
        "T108 11:17 `(` is never closed",
        "T114 12:13 texts are written in double quotes",
        "T101 13:19 found `T`, expected `:`",
        "T101 14:15 found `3`, expected the end of the line",
        "T108 16:14 `(` is never closed",
        "T120 17:13 `whn` starts no branch of an await",
        "T101 18:13 found `x`, expected the end of the line",
    ]


def test_an_error_is_reported_once() -> None:
    assert places(in_run("await M(1) from w\nx x\ny y")) == [
        "T148 4:15 expected a message and names for its fields",
        "T101 5:11 found `x`, expected `=`, `+=`, `-=`, `.` or `[`",
        "T101 6:11 found `y`, expected `=`, `+=`, `-=`, `.` or `[`",
    ]


def test_what_follows_a_broken_line_is_not_blamed() -> None:
    assert places(in_run("if a b c: x = 1\nelse: x = 2\neither 1 2: pass\nor: pass\ny y")) == [
        "T101 4:14 found `b`, expected `:`",
        "T101 6:18 found `2`, expected `:`",
        "T101 8:11 found `y`, expected `=`, `+=`, `-=`, `.` or `[`",
    ]


def test_at_most_fifty_errors() -> None:
    found = errors(in_run("x x\n" * 200))
    assert len(found) == 51
    assert (found[-1].code, found[-1].title_text) == ("T153", "there are more than 50 errors; the others are not shown")
    found = errors(in_run("x = §\n" * 200))
    assert (len(found), found[-1].code) == (51, "T153")


def test_a_wrong_bracket_says_where_the_right_one_was_opened() -> None:
    error = only(errors(in_run("x = f(a,\n    b]")))
    ((span, text),) = error.related
    assert (span.line, span.column, text) == (4, 14, "`(` is opened here")


# --- files ------------------------------------------------------------------------------------------------------------------


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.team"
    path.write_bytes("protocol p # ü\r\n".encode())
    assert read_source(str(path)) == Source(str(path), "protocol p # ü\r\n")


def refusal(path: str) -> tuple[str, str]:
    with pytest.raises(BadInput) as caught:
        parse_protocol(read_source(path))
    error = only(caught.value.diagnostics)
    return error.code, error.title_text.replace(path, "PATH")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.team"
    assert refusal(str(path)) == ("T601", "there is no file `PATH`")
    assert refusal(str(tmp_path)) == ("T602", "`PATH` is a folder, not a file")
    path.write_bytes(b"protocol p\n\xff")
    assert refusal(str(path)) == ("T604", "`PATH` is not UTF-8 text: byte 12 is not UTF-8")
    path.write_bytes(b"protocol p\n\0")
    assert refusal(str(path)) == ("T604", "`PATH` is not UTF-8 text: it holds zero bytes")
    for empty in (b"", b" \n\n", b"\xef\xbb\xbf"):
        path.write_bytes(empty)
        assert refusal(str(path)) == ("T606", "`PATH` is empty")
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    assert refusal(str(path)) == ("T605", "`PATH` has 1048577 bytes; at most 1048576 are read")
    assert refusal(str(path / "b.team"))[0] == "T603"
    assert refusal("a\0b")[0] == "T603"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipes_and_devices_are_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "a.team"
    os.mkfifo(path)
    assert refusal(str(path)) == ("T607", "`PATH` is a pipe, not a file")
    path.unlink()
    path.symlink_to("/dev/zero")
    assert refusal(str(path)) == ("T607", "`PATH` is a device, not a file")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.team"
    path.write_text("protocol p\n")
    path.chmod(0)
    assert refusal(str(path)) == ("T603", "`PATH` cannot be read: Permission denied")
