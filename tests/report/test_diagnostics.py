"""Diagnostics as people see them: exact text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from checker.language.diagnostics import Diagnostic
from checker.language.source import Span
from checker.report.diagnostics import lines, render
from checker.report.terminal import Style


class Coded:
    """What gives the classes below their code: the catalogue lists those that have one of their own, and these are no part of the tool."""

    __slots__ = ()
    code = "T204"


class Wrong(Coded, Diagnostic, frozen=True, kw_only=True):
    title = "`{name}` is not a Status"
    label = "`Status` has open, claimed, done"
    help = "write `claimed`"

    name: str = "claimd"


class Quiet(Coded, Diagnostic, frozen=True, kw_only=True):
    title = "nothing to add"


class Warn(Coded, Diagnostic, frozen=True, kw_only=True):
    severity: ClassVar = "warning"
    title = "be careful"
    help = "first line\nsecond line"


def made(cls: type[Diagnostic], span: Span | None = None, **more: Any) -> Diagnostic:
    return cls(span=span, **more)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    number = 0

    def write(text: str) -> str:
        nonlocal number
        number += 1  # the lines of a file are remembered by its path
        path = f"{tmp_path.name}_{number}.team"
        Path(path).write_bytes(text.encode())
        return path

    return write


def shown(diagnostic: Diagnostic, path: str) -> str:
    return "\n".join(lines(diagnostic)).replace(path, "a.team")


def test_the_example_of_the_style_guide(file) -> None:  # type: ignore[no-untyped-def]
    path = file("\n" * 16 + "        status[t] = claimd\n")
    assert shown(made(Wrong, Span(path, 17, 21, 17, 27)), path) == (
        """\
error[T204]: `claimd` is not a Status
  --> a.team:17:21
   |
17 |         status[t] = claimd
   |                     ^^^^^^ `Status` has open, claimed, done
help: write `claimed`            more: teamcheck explain T204"""
    )


def test_tabs_are_shown_as_blanks_and_the_carets_still_fit(file) -> None:  # type: ignore[no-untyped-def]
    path = file("\tx\ty = 1\n")
    assert shown(made(Quiet, Span(path, 1, 4, 1, 5)), path).splitlines()[2:5] == [
        "  |",
        "1 |     x    y = 1",
        "  |          ^",
    ]


def test_wide_and_combining_characters_keep_the_carets_in_place(file) -> None:  # type: ignore[no-untyped-def]
    path = file("# 你好 e\u0301 x\n")
    shown_line = "1 | # 你好 e\u0301 x"
    assert shown(made(Quiet, Span(path, 1, 3, 1, 5)), path).splitlines()[3:5] == [shown_line, "  |   ^^^^"]
    assert shown(made(Quiet, Span(path, 1, 9, 1, 10)), path).splitlines()[3:5] == [shown_line, "  |          ^"]


def test_a_long_line_is_cut_around_the_carets(file) -> None:  # type: ignore[no-untyped-def]
    path = file("a" * 5000 + "BAD" + "z" * 5000)
    text = "\n".join(lines(made(Wrong, Span(path, 1, 5001, 1, 5004)), Style(width=60))).splitlines()
    line, marks = text[3], text[4]
    assert len(line) <= 60
    assert line.startswith("1 | ... aaa")
    assert line.endswith("zzz ...")
    assert line[marks.index("^") : marks.rindex("^") + 1] == "BAD"


def test_a_span_longer_than_the_line_is_cut_too(file) -> None:  # type: ignore[no-untyped-def]
    path = file("x" * 10_000)
    text = lines(made(Quiet, Span(path, 1, 1, 1, 10_001)), Style(width=80))
    assert all(len(line) <= 80 for line in text[:5])


def test_a_span_of_several_lines(file) -> None:  # type: ignore[no-untyped-def]
    path = file("if a:\n    b = 1\n    c = 2\nd\n")
    assert shown(made(Wrong, Span(path, 1, 1, 3, 10)), path).splitlines()[2:9] == [
        "  |",
        "1 | if a:",
        "  | ^^^^^",
        "2 |     b = 1",
        "  |     ^^^^^",
        "3 |     c = 2",
        "  |     ^^^^^ `Status` has open, claimed, done",
    ]


def test_a_span_of_very_many_lines_is_shortened(file) -> None:  # type: ignore[no-untyped-def]
    path = file("".join(f"line {n}\n" for n in range(1, 101)))
    text = shown(made(Wrong, Span(path, 1, 1, 100, 9)), path).splitlines()
    assert [line for line in text if line.strip().endswith(("line 3", "line 4", "line 100"))] == [
        "  3 | line 3",
        "100 | line 100",
    ]
    assert "..." in text


def test_a_span_past_the_end_of_the_line_still_has_a_caret(file) -> None:  # type: ignore[no-untyped-def]
    path = file("abc\n")
    assert shown(made(Quiet, Span(path, 1, 4, 1, 4)), path).splitlines()[4] == "  |    ^"
    assert shown(made(Quiet, Span(path, 2, 1, 2, 1)), path).splitlines()[3:5] == ["2 |", "  | ^"]


def test_a_place_past_the_end_of_the_file_shows_no_line(file) -> None:  # type: ignore[no-untyped-def]
    path = file("abc")
    assert shown(made(Wrong, Span(path, 9, 1, 9, 2)), path).splitlines()[1:3] == [
        " --> a.team:9:1",
        "  = `Status` has open, claimed, done",
    ]


def test_without_a_place_there_is_no_excerpt() -> None:
    assert lines(made(Wrong)) == [
        "error[T204]: `claimd` is not a Status",
        "help: write `claimed`            more: teamcheck explain T204",
    ]


def test_a_file_that_cannot_be_read_shows_no_line() -> None:
    assert lines(made(Quiet, Span("no/such.team", 3, 4, 3, 5))) == [
        "error[T204]: nothing to add",
        " --> no/such.team:3:4",
        "more: teamcheck explain T204",
    ]


def test_related_places_are_notes(file) -> None:  # type: ignore[no-untyped-def]
    path = file("role A\n\nrole A\n")
    found = made(Quiet, Span(path, 3, 6, 3, 7), related=((Span(path, 1, 6, 1, 7), "the first is here"),))
    assert shown(found, path).splitlines()[5:] == [
        "note: the first is here",
        " --> a.team:1:6",
        "  |",
        "1 | role A",
        "  |      -",
        "more: teamcheck explain T204",
    ]


def test_control_characters_of_a_file_never_reach_the_terminal(file) -> None:  # type: ignore[no-untyped-def]
    path = file("x = \x1b[31mred\x00\n")
    text = render([made(Wrong, Span(path, 1, 5, 1, 6), name="\x1b[2J\nnext")])
    assert "\x1b" not in text
    assert "\x00" not in text
    assert "\\x1b[31mred\\x00" in text
    assert "`\\x1b[2J next` is not a Status" in text


def test_several_are_counted(file) -> None:  # type: ignore[no-untyped-def]
    one, two = file("a\n"), file("b\n")
    found = [made(Quiet, Span(one, 1, 1, 1, 2)), made(Warn, Span(two, 1, 1, 1, 2)), made(Wrong)]
    text = render(found)
    assert text.endswith("\n\n2 errors, 1 warning in 2 files\n")
    assert text.count("\n\n") == 3
    assert "warning[T204]: be careful" in text
    assert "help: first line\n      second line\nmore: teamcheck explain T204" in text
    assert render([made(Quiet)]).endswith("\n\n1 error\n")
    assert render([]) == ""


def test_there_is_colour_only_where_it_is_asked_for() -> None:
    assert "\x1b[" not in render([made(Wrong)])
    assert "\x1b[1;31merror[T204]\x1b[0m" in render([made(Wrong)], Style(colour=True))
