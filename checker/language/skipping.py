"""How the parser goes back and forward over tokens after an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.language.diagnostics import Diagnostic
from checker.language.source import Span
from checker.language.tokens import GiveUp, Token

if TYPE_CHECKING:
    from checker.language.lalr import Mark, Parser

_IF = ("if", "true", ":")
_PROPERTY = ("NAME", ":")
HEADERS = {  # the first word of a line -> what stands for the line when it opens a block
    "if": _IF,
    "elif": ("elif", "true", ":"),
    "else": ("else", ":"),
    "while": ("while", "true", ":"),
    "for": ("for", "NAME", "in", "NAME", ":"),
    "either": ("either", ":"),
    "or": ("or", ":"),
    "await": ("await", ":"),
    "when": ("when", "true", ":"),
    "action": ("action", "NAME", ":"),
    "may": ("action", "NAME", ":"),
    "strongly": ("action", "NAME", ":"),
    "on": ("on", "NAME", ":"),
    "run": ("run", ":"),
    "role": ("role", "NAME", ":"),
    "def": ("def", "NAME", "(", ")", ":"),
    **{kind: (kind, *_PROPERTY) for kind in ("always", "never", "step", "sometimes", "eventually", "ltl", "whenever")},
    "infinitely": ("infinitely", "often", *_PROPERTY),
}


def line_of(parser: Parser, token: Token) -> int:
    """The line that an error at `token` belongs to: for layout tokens the line before."""
    if token.kind[0] in "_$" and parser.at:
        before = next((t for t in reversed(parser.tokens[: parser.at]) if t.kind[0] != "_"), token)
        return before.end_line
    return token.line


def report(parser: Parser, error: Diagnostic) -> None:
    parser.building.errors.append(error)


def span_of(parser: Parser, token: Token) -> Span:
    """The span to point at: at least one column wide."""
    span = parser.building.span(token)
    if (span.line, span.column) < (span.end_line, span.end_column):
        return span
    return Span(span.file, span.line, span.column, span.line, span.column + 1)


def replace(token: Token, terminal: str) -> bool:
    token.terminal = terminal
    return True


def feed_header(parser: Parser) -> None:
    parser.feed(*(("spec", "NAME", "for", "STRING", "_NEWLINE") if parser.start == "spec" else ("protocol", "NAME", "_NEWLINE")))


def skip_line(parser: Parser) -> None:
    """Goes back to the start of the line, lets `_ERROR` stand for it, and goes on after it and its block."""
    token = parser.tokens[parser.at]
    after = parser.at if token.kind in ("_DEDENT", "$END") else end_of_line(parser, parser.at) + 1
    while parser.marks:
        line = parser.marks[-1]
        if _goes_on_after(parser, line, after):
            return
        parser.marks.pop()
        outer = parser.marks[-1].level if parser.marks else 0
        after = _end_of_blocks(parser, after, line.level - outer)
    raise GiveUp


def _goes_on_after(parser: Parser, line: Mark, after: int) -> bool:
    """Tries to put something in the place of the text from the start of `line` to the token `after`."""
    parser.restore(line)
    if parser.accepts(parser.start):
        feed_header(parser)
        parser.at = parser.resumed_at = after
        return True
    if after < len(parser.tokens) and parser.tokens[after].kind == "_INDENT":
        first = parser.tokens[line.at]
        header = HEADERS.get(first.text) or HEADERS.get(first.terminal)  # the terminal, where the text is misspelt
        if header is not None and parser.accepts(*header, "_NEWLINE", "_INDENT"):
            parser.feed(*header, "_NEWLINE")
            parser.at = after
            return True
        after = closing(parser, after) + 1
    if not parser.accepts("_ERROR"):
        return False
    parser.feed("_ERROR")
    parser.at = parser.resumed_at = after
    return True


def end_of_line(parser: Parser, at: int) -> int:
    """The place of the `_NEWLINE` that ends the line of token `at`, or of the last token."""
    while at < len(parser.tokens) - 1 and parser.tokens[at].kind != "_NEWLINE":
        at += 1
    return at


def _end_of_blocks(parser: Parser, at: int, levels: int) -> int:
    """The place after the end of `levels` blocks around token `at`."""
    while levels > 0 and at < len(parser.tokens) - 1:
        levels += (parser.tokens[at].kind == "_INDENT") - (parser.tokens[at].kind == "_DEDENT")
        at += 1
    return at


def closing(parser: Parser, at: int) -> int:
    """The place of the `_DEDENT` of the `_INDENT` at `at`."""
    return _end_of_blocks(parser, at + 1, 1) - 1


def start_again(parser: Parser, line: Mark) -> None:
    """Goes back to the start of `line` to read it once more."""
    for token in parser.tokens[line.at : parser.at + 1]:
        token.terminal = ""
    parser.restore(line)
    parser.at = line.at


def made(text: str, like: Token) -> Token:
    """A token that was not written, at the end of `like`."""
    token = Token("SYMBOL", text, like.start, like.end_line, like.end_column, like.end_line, like.end_column)
    token.terminal = text
    return token
