"""Tokens: what they are made of, and what people write in their place who come from other languages."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of `text`."""
    return frozenset(text.split())


MOST_ERRORS = 50  # that one run reports

TOKEN = re.compile(
    r"""(?P<SPACE>[ ]+) | (?P<LINE>\r?\n) | (?P<COMMENT>\#[^\n]*) | (?P<WORD>[A-Za-z_][A-Za-z0-9_]*(?!\w))
    | (?P<DECIMAL>[0-9][0-9_]*\.[0-9][0-9_]*(?!\w)) | (?P<NUMBER>[0-9][0-9_]*(?!\w)) | (?P<BAD_NUMBER>[0-9]\w*)
    | (?P<DOC>\"\"\"(?s:.*?)\"\"\") | (?P<OPEN_DOC>\"\"\"(?s:.*)) | (?P<STRING>"(?:[^"\\\n\r]|\\[^\n\r])*") | (?P<OPEN_STRING>"[^\n\r]*)
    | (?P<QUOTED>'(?:[^'\\\n\r]|\\[^\n\r])*') | (?P<TAB>\t+) | (?P<BAD_NAME>\w+)
    | (?P<SYMBOL>===|!==|<=>|=>|->|<>|:=|==|!=|<=|>=|\+=|-=|//|\.\.|&&|\|\||[-=<>+*%()\[\]{}:,.?!|&]) | (?P<OTHER>.|\r)""",
    re.VERBOSE,
)
CLOSES = {")": "(", "]": "[", "}": "{"}
OPENS = {"(": ")", "[": "]", "{": "}"}
FOREIGN_WORDS = {"True": "true", "False": "false", "None": "none", "null": "none", "nil": "none"}
FOREIGN = {"/": "//", "&&": "and", "||": "or", "===": "==", "!==": "!=", "<=>": "==", "<>": "!=", "=>": "implies", ":=": "="} | {
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "!=",
    "\u2227": "and",
    "\u2228": "or",
    "\u00ac": "not",
    "\u2208": "in",
    "\u21d2": "implies",
}


class Token:
    """One token; `kind` is a group of TOKEN or a layout token. `level` is the depth of indentation of a line's first token, else -1."""

    __slots__ = ("column", "end_column", "end_line", "kind", "level", "line", "start", "terminal", "text")

    def __init__(self, kind: str, text: str, start: int, line: int, column: int, end_line: int, end_column: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.level = -1
        self.terminal = ""

    def __repr__(self) -> str:
        return f"{self.kind}({self.text!r} at {self.line}:{self.column})"


class GiveUp(Exception):
    """Reading on would help nobody; what is wrong has been reported."""
