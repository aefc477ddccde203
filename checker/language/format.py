"""`teamcheck fmt`: the one layout of a file.

Before: a text without syntax errors. After: the same tokens and comments in the same order. Four spaces a level; one space between tokens
where people put one; line breaks inside brackets stay where they are, indented by one level more than the line that opened the bracket; at
most one blank line in a row; the comments behind the lines of one paragraph stand in one column, their own if they have one.
Formatting twice changes nothing.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from checker.language.layout import Layout
from checker.language.parse import parsed
from checker.language.source import Source
from checker.language.tokens import CLOSES, OPENS, Token

INDENT = 4

OPERAND_ENDS = frozenset(("NAME", "NUMBER", "DECIMAL", "STRING", ")", "]", "}", "!", "true", "false", "none"))
NO_SPACE_BEFORE = frozenset((")", "]", "}", ",", ":", "from:", "?", "!", ".", ".."))
NO_SPACE_AFTER = frozenset(("(", "[", "{", ".", ".."))
CALLED_OR_INDEXED = frozenset(("NAME", ")", "]", "!", "set", "map", "seq"))


def format_protocol(source: Source) -> str:
    """The text of a `.team` file, laid out. Raises BadInput if it has syntax errors."""
    return _format(source, "protocol")


def format_spec(source: Source) -> str:
    """The text of a `.spec` file, laid out. Raises BadInput if it has syntax errors."""
    return _format(source, "spec")


def _format(source: Source, start: Literal["protocol", "spec"]) -> str:
    _, layout = parsed(source, start)
    rows = Rows(layout).rows
    return "\n".join(_aligned(_spaced(rows))) + "\n"


class Row(Struct):
    """One line of the result: indentation in columns, code, and the comment behind it (alone when there is no code).

    A comment that hangs stands alone under the comment behind the row before, and goes on with it.
    """

    indent: int
    code: str = ""
    comment: str = ""
    inside: bool = False  # of a bracket that an earlier row opened
    comment_at: int = 0  # the columns before the comment, as it was written
    hangs: bool = False

    @property
    def is_blank(self) -> bool:
        return not self.code and not self.comment

    @property
    def width(self) -> int:
        """Of the code, or of its last line: a description may have several."""
        return len(str(self).rpartition("\n")[2])

    def __str__(self) -> str:
        return " " * self.indent + self.code


class Rows:
    """Puts tokens and comments into rows."""

    def __init__(self, layout: Layout) -> None:
        self.rows: list[Row] = []
        self.comments = layout.comments
        self.next_comment = 0
        self.level = 0
        self.widths = [0]  # of the open blocks, as they were written
        self.brackets: list[int] = []  # for each open bracket, the number of the row that opened it
        self.last: Token | None = None  # token or comment
        self.last_token: Token | None = None
        for token in layout.tokens:
            if token.kind == "$END":
                self.take_comments(token, 0)
            elif token.kind[0] != "_":
                self.take(token)

    def take(self, token: Token) -> None:
        if token.level >= 0 or self.last_token is None:
            self.take_comments(token, max(token.level, 0))
            self.level = max(token.level, 0)
            self.widths[self.level :] = [token.column - 1]
            self.start_row(token, self.level * INDENT)
        elif token.line > self.last_token.end_line:
            self.take_comments(token, self.level)
            self.start_row(token, self.continued(token), inside=True)
        else:
            row = self.rows[-1]
            row.code += (" " if _has_space(self.last_token, token, self.before_last) else "") + token.text
        self.before_last = self.last_token
        self.last = self.last_token = token
        self.note_bracket(token)

    before_last: Token | None = None

    def start_row(self, token: Token, indent: int, inside: bool = False) -> None:
        self.keep_blank(token, inside)
        self.rows.append(Row(indent, token.text, inside=inside))

    def keep_blank(self, item: Token, inside: bool) -> None:
        if self.last is not None and item.line > self.last.end_line + 1 and not inside:
            self.rows.append(Row(0))

    # --- brackets -------------------------------------------------------------------------------------

    def continued(self, token: Token | None) -> int:
        """The indentation of a row inside brackets that starts with `token`: a level more than the row that opened the innermost one."""
        opener = self.rows[self.brackets[-1]]
        return opener.indent + (0 if token is not None and token.text in CLOSES else INDENT)

    def note_bracket(self, token: Token) -> None:
        if token.kind != "SYMBOL":
            return
        if token.text in OPENS:
            self.brackets.append(len(self.rows) - 1)
        elif token.text in CLOSES:
            self.brackets.pop()

    # --- comments ----------------------------------------------------------------------------------------

    def take_comments(self, before: Token, level: int) -> None:
        """The comments that stand before token `before`, which is at `level`."""
        while self.next_comment < len(self.comments) and (
            self.comments[self.next_comment].start < before.start or before.kind == "$END"
        ):
            comment = self.comments[self.next_comment]
            self.next_comment += 1
            if self.last is not None and comment.line == self.last.end_line:
                self.rows[-1].comment, self.rows[-1].comment_at = comment.text, comment.column - 1
            elif self.hangs(comment):
                self.rows.append(Row(0, comment=comment.text, comment_at=comment.column - 1, hangs=True))
            else:
                indent = self.continued(None) if self.brackets else self.comment_level(comment, level) * INDENT
                self.keep_blank(comment, bool(self.brackets))
                self.rows.append(Row(indent, comment=comment.text, inside=bool(self.brackets)))
            self.last = comment

    def hangs(self, comment: Token) -> bool:
        """Whether a comment on its own line stands right under one that stands behind code, or hangs itself."""
        above = self.rows[-1] if self.rows else Row(0)
        is_behind = above.comment != "" and (above.code != "" or above.hangs)
        return (
            is_behind and self.last is not None and comment.line == self.last.line + 1 and comment.column - 1 == above.comment_at
        )

    def comment_level(self, comment: Token, level: int) -> int:
        """The block that a comment on its own line belongs to: by its column, of the blocks that end before the next line."""
        for inner in range(self.level, level, -1):
            if self.widths[inner] <= comment.column - 1:
                return inner
        return level


def _has_space(left: Token, right: Token, before: Token | None) -> bool:
    """Whether a space stands between two tokens of one line; `before` is the token before `left`."""
    a, b = left.terminal, right.terminal
    if b in NO_SPACE_BEFORE or a in NO_SPACE_AFTER:
        return False
    if b in ("(", "["):
        return a not in CALLED_OR_INDEXED
    if a == "-":
        return before is not None and before.terminal in OPERAND_ENDS
    return True


def _spaced(rows: list[Row]) -> list[Row]:
    """No blank rows at the ends, after the opening of a block, or in a row."""
    kept: list[Row] = []
    for row in rows:
        if row.is_blank:
            if kept and not kept[-1].is_blank:
                kept.append(row)
        else:
            if len(kept) > 1 and kept[-1].is_blank and kept[-2].indent < row.indent and not kept[-2].inside:
                kept.pop()
            kept.append(row)
    while kept and kept[-1].is_blank:
        kept.pop()
    return kept


def _aligned(rows: list[Row]) -> list[str]:
    """The lines of the result: in each paragraph (rows of code between rows without code), the comments in one column."""
    lines: list[str] = []
    paragraph: list[Row] = []
    for row in [*rows, Row(0)]:
        if row.code or row.hangs:
            paragraph.append(row)
            continue
        column = _comment_column([r for r in paragraph if r.comment])
        lines += [f"{r}{' ' * (column - r.width)}{r.comment}" if r.comment else str(r) for r in paragraph]
        lines.append(" " * row.indent + row.comment if row.comment else "")
        paragraph = []
    return lines[:-1]


def _comment_column(rows: list[Row]) -> int:
    """The columns before the comments of `rows`: as they were written if they agree, two after the longest code otherwise."""
    least = max((row.width + 2 for row in rows), default=0)
    written = {row.comment_at for row in rows}
    return max(least, *written) if len(written) == 1 else least
