"""Text to tokens: words, numbers, strings and symbols, and the layout tokens of the blocks.

Before: the text of a file. After: a list of tokens that ends with `$END`; every logical line ends with `_NEWLINE`, and every `_INDENT`
has its `_DEDENT`. Whatever is wrong is reported and repaired, so the list is always well formed. Keywords are not told from
names here: the parser does that, where it knows what may come.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from checker.language.source import Source, Span
from checker.language.tokens import CLOSES, FOREIGN, FOREIGN_WORDS, MOST_ERRORS, OPENS, TOKEN, GiveUp, Token, words

if TYPE_CHECKING:
    from checker.language.diagnostics import Diagnostic


MOST_BRACKETS = 64  # open at once
MOST_LEVELS = 40  # of indentation
MOST_DIGITS = 18

GOES_ON = words("and or not implies in is at if then else for subset true false none self")  # what an expression may go on with
OR_BRANCH = re.compile(r"or *[0-9_.]* *(:|#|\r?\n)")
LEADING_OPERATORS = frozenset(("and", "or", "implies", "|", "&", "+", "==", "!=", "<", ">", "<=", ">=", "*", "//", "in"))


class Layout(Struct, kw_only=True):
    """What `read_layout` finds. `comments` are tokens too, in order; they are not among `tokens`.

    `spoilt`: the lines on which an error has taken text away, so that what else is wrong there follows from it.
    """

    tokens: list[Token]
    comments: list[Token]
    errors: list[Diagnostic] = field(default_factory=list)
    spoilt: set[int] = field(default_factory=set)


def read_layout(source: Source) -> Layout:
    """The tokens of `source`, with what is wrong in them."""
    reader = Reader(source, closes_at_line=False)
    layout = reader.read()
    if reader.ends_in_bracket:  # read again: a line that is indented no deeper than the bracket's ends it
        layout = Reader(source, closes_at_line=True).read()
    return layout


class Reader:
    """Reads one text from its start to its end."""

    def __init__(self, source: Source, *, closes_at_line: bool) -> None:
        self.source = source
        self.text = source.text
        self.closes_at_line = closes_at_line
        self.ends_in_bracket = False
        self.tokens: list[Token] = []
        self.comments: list[Token] = []
        self.errors: list[Diagnostic] = []
        self.brackets: list[Token] = []
        self.spoilt: set[int] = set()
        self.indents = [0]
        self.tab_columns = 0  # what the tabs at the start of this line stand for, beyond one column each
        self.line = 1
        self.line_start = 1 if self.text.startswith("\ufeff") else 0
        self.at_line_start = True

    def read(self) -> Layout:
        position = self.line_start
        match = TOKEN.match
        end = len(self.text)
        try:
            while position < end:
                found = match(self.text, position)
                assert found is not None
                kind = found.lastgroup
                assert kind is not None
                if kind != "SPACE":
                    self.take(kind, found.group(), position)
                position = found.end()
            self.finish(position)
        except GiveUp:
            self.tokens = []
            self.ends_in_bracket = bool(self.brackets)
        return Layout(tokens=self.tokens, comments=self.comments, errors=self.errors, spoilt=self.spoilt)

    # --- one token ------------------------------------------------------------------------------

    def take(self, kind: str, text: str, start: int) -> None:
        if kind == "LINE":
            self.end_of_line(start)
            if len(self.errors) > MOST_ERRORS:
                raise GiveUp
            self.line += 1
            self.line_start = start + len(text)
            self.tab_columns = 0
            return
        if kind == "COMMENT":
            self.comments.append(self.token(kind, text.rstrip(), start))
            return
        token = self.token(kind, text, start)
        if kind not in ("WORD", "SYMBOL", "NUMBER", "DECIMAL", "STRING", "DOC") or text in FOREIGN:
            if len(self.errors) > MOST_ERRORS:
                raise GiveUp
            if not self.mend(token):
                return
        elif kind == "NUMBER" and len(text) > MOST_DIGITS:
            self.number_too_large(token)
        elif text in FOREIGN_WORDS:
            self.foreign_word(token, text, FOREIGN_WORDS[text])
        if self.at_line_start and not self.brackets:
            self.start_of_line(token)
        elif self.brackets and self.closes_at_line and self.begins_a_line(token):
            self.close_brackets()
            self.end_of_line(start)
            self.start_of_line(token)
        self.at_line_start = False
        if text == "if" and self.tokens and self.tokens[-1].text == "else" and self.tokens[-1].level >= 0:
            self.foreign_word(self.tokens[-1], "else if", "elif")
            return
        self.tokens.append(token)
        if token.kind == "SYMBOL":
            self.bracket(token)
        if kind == "DOC":
            self.line, self.line_start = token.end_line, self.line_start_after(token)

    def token(self, kind: str, text: str, start: int) -> Token:
        column = start - self.line_start + 1
        if kind in ("DOC", "OPEN_DOC") and "\n" in text:
            last = len(text) - text.rindex("\n")
            return Token(kind, text, start, self.line, column, self.line + text.count("\n"), last)
        return Token(kind, text, start, self.line, column, self.line, column + len(text))

    def line_start_after(self, token: Token) -> int:
        return token.start + len(token.text) - (token.end_column - 1)

    def span(self, token: Token) -> Span:
        return Span(self.source.path, token.line, token.column, token.end_line, token.end_column)

    def add(self, kind: str, start: int, text: str = "") -> Token:
        """A token without width at `start`, of layout or to repair."""
        column = start - self.line_start + 1
        token = Token(kind, text, start, self.line, column, self.line, column)
        self.tokens.append(token)
        return token

    # --- lines and blocks -------------------------------------------------------------------------

    def end_of_line(self, start: int) -> None:
        if self.brackets or self.at_line_start:
            return
        last = self.tokens[-1]
        self.tokens.append(
            Token("_NEWLINE", "", last.start + len(last.text), last.end_line, last.end_column, last.end_line, last.end_column)
        )
        self.at_line_start = True

    def start_of_line(self, token: Token) -> None:
        """The layout tokens before the first token of a line."""
        width = token.column - 1 + self.tab_columns
        if width > self.indents[-1]:
            if self.continues(token):
                return
            self.indents.append(width)
            if len(self.indents) > MOST_LEVELS:
                self.too_deep(token, MOST_LEVELS, "blocks")
            self.add("_INDENT", token.start)
        else:
            if self.continues(token):
                return
            self.dedent(token, width)
        token.level = len(self.indents) - 1

    def dedent(self, token: Token, width: int) -> None:
        while width < self.indents[-1]:
            below = self.indents[-2]
            if below < width:
                from checker.language.layout_errors import InconsistentDedent

                span = Span(self.source.path, token.line, 1, token.line, max(2, token.column))
                widths = " or ".join(str(w) for w in self.indents)
                self.errors.append(InconsistentDedent(span=span, found=width, widths=widths))
                self.indents[-1] = width
                return
            self.indents.pop()
            self.add("_DEDENT", token.start)

    def continues(self, token: Token) -> bool:
        """Whether a line starts with an operator, as if it went on with the line before; reported, and joined to it."""
        if not self.tokens or self.tokens[-1].kind != "_NEWLINE":
            return False
        if token.text in ("when", "should") and self.is_in_header(token):
            return self.joined(token, "write it on the line before; a long condition may break inside brackets")
        if token.text not in LEADING_OPERATORS:
            return False
        if token.text == "or" and OR_BRANCH.match(self.text, token.start):
            return False
        return self.joined(
            token, f"put brackets around the whole expression, then its lines may break anywhere: `(a` … `{token.text} b)`"
        )

    def is_in_header(self, token: Token) -> bool:
        """Whether the line before starts an action or a handler, and has not ended with a colon."""
        first = next((t for t in reversed(self.tokens) if t.level >= 0), token)
        return first.text in ("action", "may", "strongly", "on") and len(self.tokens) > 1 and self.tokens[-2].text != ":"

    def joined(self, token: Token, advice: str) -> bool:
        from checker.language.layout_errors import LineGoesOn

        self.errors.append(LineGoesOn(span=self.span(token), found=token.text, advice=advice))
        self.tokens.pop()
        return True

    def finish(self, start: int) -> None:
        if self.brackets:
            self.ends_in_bracket = True
            self.close_brackets()
        self.end_of_line(start)
        for _ in self.indents[1:]:
            self.add("_DEDENT", start)
        self.add("$END", start)

    # --- brackets -----------------------------------------------------------------------------------

    def bracket(self, token: Token) -> None:
        if token.text in OPENS:
            self.brackets.append(token)
            if len(self.brackets) > MOST_BRACKETS:
                self.too_deep(token, MOST_BRACKETS, "brackets")
        elif token.text in CLOSES:
            if self.brackets and self.brackets[-1].text == CLOSES[token.text]:
                self.brackets.pop()
            else:
                self.wrong_bracket(token)

    def wrong_bracket(self, token: Token) -> None:
        from checker.language.layout_errors import UnopenedBracket, WrongBracket

        if len(self.errors) > MOST_ERRORS:
            raise GiveUp
        self.tokens.pop()
        self.spoilt.add(token.line)
        if not self.brackets:
            self.errors.append(UnopenedBracket(span=self.span(token), found=token.text))
            if not self.tokens or self.tokens[-1].kind in ("_NEWLINE", "_INDENT", "_DEDENT"):
                self.at_line_start = not self.tokens or self.tokens[-1].kind == "_NEWLINE"
            return
        opened = self.brackets[-1]
        wanted = OPENS[opened.text]
        related = ((self.span(opened), f"`{opened.text}` is opened here"),)
        self.errors.append(
            WrongBracket(span=self.span(token), found=token.text, wanted=wanted, opened=opened.text, related=related)
        )
        self.brackets.pop()
        token.text = wanted
        self.tokens.append(token)

    def begins_a_line(self, token: Token) -> bool:
        """Whether `token` starts a line that, by its indentation and first word, does not go on with what is in the brackets."""
        if token.line == self.tokens[-1].end_line or token.kind != "WORD" or token.text in GOES_ON:
            return False
        opening = self.text[self.text.rfind("\n", 0, self.brackets[0].start) + 1 : self.brackets[0].start]
        return token.column - 1 <= len(opening) - len(opening.lstrip(" "))

    def close_brackets(self) -> None:
        from checker.language.layout_errors import UnclosedBracket

        last = self.tokens[-1]
        for opened in reversed(self.brackets):
            self.spoilt.add(opened.line)
            self.errors.append(UnclosedBracket(span=self.span(opened), opened=opened.text, closing=OPENS[opened.text]))
            closing = Token(
                "SYMBOL",
                OPENS[opened.text],
                last.start + len(last.text),
                last.end_line,
                last.end_column,
                last.end_line,
                last.end_column,
            )
            self.tokens.append(closing)
        self.brackets.clear()

    # --- mistakes in single tokens ---------------------------------------------------------------------

    def too_deep(self, token: Token, most: int, what: str) -> None:
        from checker.language.layout_errors import NestedTooDeeply

        self.errors.append(NestedTooDeeply(span=self.span(token), most=most, what=what))
        raise GiveUp

    def number_too_large(self, token: Token) -> None:
        from checker.language.layout_errors import NumberTooLarge

        self.errors.append(NumberTooLarge(span=self.span(token), digits=len(token.text.replace("_", ""))))
        token.text = "0"

    def foreign_word(self, token: Token, found: str, meant: str) -> None:
        from checker.language.layout_errors import ForeignWord

        self.errors.append(ForeignWord(span=self.span(token), found=found, meant=meant))
        token.text = meant

    def mend(self, token: Token) -> bool:
        """Reports a token that cannot be; True if the repaired token stands for something."""
        from checker.language import layout_errors as wrong

        span, text = self.span(token), token.text
        match token.kind:
            case "TAB":
                self.errors.append(wrong.TabUsed(span=span, where="to indent a line" if self.at_line_start else "between words"))
                if self.at_line_start and not self.brackets:  # count it as one level, so that the blocks stay as they were meant
                    self.tab_columns += 3 * len(text)
                return False
            case "BAD_NAME":
                self.unknown_character(token, next(i for i, letter in enumerate(text) if not letter.isascii()))
                token.kind = "WORD"
            case "BAD_NUMBER":
                self.errors.append(wrong.NameStartsWithDigit(span=span, found=text))
                token.kind = "WORD"
            case "OPEN_STRING" | "OPEN_DOC":
                quotes = '"' if token.kind == "OPEN_STRING" else '"""'
                self.errors.append(wrong.UnfinishedString(span=self.opening(span, quotes), quotes=quotes))
                token.kind = token.kind.removeprefix("OPEN_")
                self.spoilt.update((token.line, token.end_line))
            case "QUOTED":
                self.errors.append(wrong.SingleQuotes(span=span, inside=text[1:-1]))
                self.spoilt.add(token.line)
                token.kind = "STRING"
            case _ if text in FOREIGN:
                self.errors.append(wrong.ForeignOperator(span=span, found=text, meant=FOREIGN[text]))
                token.kind, token.text = "WORD" if FOREIGN[text].isalpha() else "SYMBOL", FOREIGN[text]
            case _:
                self.spoilt.add(token.line)
                self.unknown_character(token, 0)
                return False
        return True

    def unknown_character(self, token: Token, at: int) -> None:
        from checker.language.layout_errors import UnknownCharacter

        found, column = token.text[at], token.column + at
        span = Span(self.source.path, token.line, column, token.line, column + 1)
        advice = (
            "write one statement a line" if found == ";" else "delete it; names are made of letters a-z and A-Z, digits and `_`"
        )
        self.errors.append(UnknownCharacter(span=span, found=found, number=f"U+{ord(found):04X}", advice=advice))

    def opening(self, span: Span, quotes: str) -> Span:
        return Span(span.file, span.line, span.column, span.line, span.column + len(quotes))
