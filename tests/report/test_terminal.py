"""Colour, width, and what may reach a terminal."""

from __future__ import annotations

import io

import pytest

from checker.report.terminal import Style, padded, style_of, text_width, visible, wrapped


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "90")


def test_colour_needs_a_terminal() -> None:
    assert style_of(io.StringIO()) == Style(colour=False, width=100)
    assert style_of(Terminal()) == Style(colour=True, width=90)


def test_a_closed_stream_is_no_terminal() -> None:
    stream = io.StringIO()
    stream.close()
    assert style_of(stream) == Style()


@pytest.mark.parametrize(("name", "value", "colour"), [("NO_COLOR", "1", False), ("NO_COLOR", "", True), ("TERM", "dumb", False)])
def test_a_terminal_may_refuse_colour(monkeypatch: pytest.MonkeyPatch, name: str, value: str, colour: bool) -> None:
    monkeypatch.setenv(name, value)
    assert style_of(Terminal()).colour is colour


def test_tints_are_codes_only_with_colour() -> None:
    assert Style().tint("x", "red") == "x"
    assert Style(colour=True).tint("x", "bold", "red") == "\x1b[1;31mx\x1b[0m"
    assert Style(colour=True).tint("", "red") == ""


def test_control_characters_are_written_out() -> None:
    assert visible("a\x1b[0m\x07\u202eb\ud800") == "a\\x1b[0m\\x07\\u202eb\\ud800"
    assert visible("ä 你 \u00a0") == "ä 你 \u00a0"


def test_widths() -> None:
    assert text_width("你e\u0301a") == 4
    assert padded("你", 4) == "你  "


def test_wrapping_keeps_the_indent_and_never_breaks_a_word() -> None:
    assert wrapped("one two three four", 12, "a: ") == ["a: one two", "   three", "   four"]
    assert wrapped("x" * 30, 10, "> ") == ["> " + "x" * 30]
    assert wrapped("", 10, "> ") == ["> "]
