"""What the parser does at an error: report it, mend it or skip it, and go on, so that one run shows every independent error.

Common mistakes are mended (mends.py): the parser goes on as if the right thing stood there. After any other error it goes back to the
start of the line; `_ERROR` stands for the line then, or a header of its kind when a block belongs to it, so that the block is still read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.language import syntax_errors as wrong
from checker.language.expectations import advice, expected_words, found_words
from checker.language.mends import MENDS, missing_block
from checker.language.skipping import feed_header, line_of, report, skip_line, span_of
from checker.language.source import Span
from checker.language.tokens import GiveUp, Token

if TYPE_CHECKING:
    from checker.language.lalr import Parser


def recover(parser: Parser) -> None:
    """Leaves the parser where it can go on. Each call reports something, or takes a token away, or goes forward."""
    token = parser.tokens[parser.at]
    if parser.accepts(parser.start):
        missing_header(parser, token)
        return
    terminals = set(parser.expected())
    if line_of(parser, token) in parser.spoilt and token.kind not in ("_INDENT",):
        if not (terminals == {"_INDENT"} and missing_block(parser, token, terminals)):
            skip_line(parser)
        return
    if any(mend(parser, token, terminals) for mend in MENDS):
        return
    report_unexpected(parser, token, terminals)
    skip_line(parser)


# --- the header of the file -------------------------------------------------------------------------------------


def missing_header(parser: Parser, token: Token) -> None:
    """The file does not start as it must: says so, and goes on as if it did."""
    header = 'spec NAME for "FILE.team"' if parser.start == "spec" else "protocol NAME"
    other = "protocol" if parser.start == "spec" else "spec"
    what = "spec" if parser.start == "spec" else "protocol"
    text = (
        f"this file is a {other}, not a {what}"
        if token.text == other
        else f"write `{header}` before everything but the description"
    )
    if token.line not in parser.spoilt:
        report(parser, wrong.WrongHeader(span=span_of(parser, token), what=what, header=header, advice=text))
    if token.text == other:
        raise GiveUp
    parser.headless = True
    feed_header(parser)
    if token.kind != "_INDENT" and not parser.accepts(parser.terminal_of(parser.at)):
        skip_line(parser)
    token.terminal = ""


# --- everything else: report, skip the line -----------------------------------------------------------------------


def report_unexpected(parser: Parser, token: Token, terminals: set[str]) -> None:
    span = span_of(parser, token)
    if token.kind in ("_DEDENT", "$END"):
        before = next((t for t in reversed(parser.tokens[: parser.at]) if t.kind[0] != "_"), token)
        span = Span(span.file, before.end_line, before.end_column, before.end_line, before.end_column + 1)
    words = advice(parser, token, terminals)
    report(parser, wrong.Unexpected(span=span, found=found_words(token), expected=expected_words(terminals), advice=words))
