"""What can be wrong with lines, brackets, and single words and characters (T104 to T118).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class UnexpectedIndent(Diagnostic, frozen=True, kw_only=True):
    """A line is indented deeper than the one before it, which opens no block.

    Only a line that ends with a colon opens a block. An expression that needs several lines stands in brackets.
    """

    code = "T104"
    title = "this line is indented deeper, but no block was opened"
    label = "indented deeper than the line before"
    help = "give it the indentation of the line before; or put `:` at the end of that line; or put an expression of several lines in brackets"


class InconsistentDedent(Diagnostic, frozen=True, kw_only=True):
    """A line goes back to an indentation that no open block has.

    The lines of a block all start in the same column, and the line after a block starts where an outer block does.
    """

    code = "T105"
    title = "the indentation of this line fits no open block"
    label = "indented by {found} spaces; the open blocks have {widths}"
    help = "indent it by {widths} spaces"
    found: int
    widths: str


class TabUsed(Diagnostic, frozen=True, kw_only=True):
    """A tab stands outside of a comment or string.

    How far a tab indents is not the same for everyone, so blocks are indented by spaces, four a level by custom.
    """

    code = "T106"
    title = "a tab is used {where}"
    label = "a tab"
    help = "use spaces: four for each level of indentation"
    where: str


class LineGoesOn(Diagnostic, frozen=True, kw_only=True):
    """A line starts with an operator, as if it went on with the line before.

    A line ends where it ends, but inside brackets lines may break freely: put the whole expression in brackets.
    """

    code = "T107"
    title = "a line cannot start with `{found}`"
    label = "the line before has already ended"
    help = "{advice}"
    found: str
    advice: str


class UnclosedBracket(Diagnostic, frozen=True, kw_only=True):
    """A bracket is opened and never closed.

    Inside brackets lines may break freely, so a bracket that is not closed reaches to the next line that can only start something new.
    """

    code = "T108"
    title = "`{opened}` is never closed"
    label = "opened here"
    help = "write the `{closing}` that belongs to it"
    opened: str
    closing: str


class UnopenedBracket(Diagnostic, frozen=True, kw_only=True):
    """A closing bracket has no opening one."""

    code = "T109"
    title = "`{found}` closes nothing"
    label = "no bracket is open here"
    help = "delete it, or open a bracket before it"
    found: str


class WrongBracket(Diagnostic, frozen=True, kw_only=True):
    """A bracket is closed by one of another kind."""

    code = "T110"
    title = "`{opened}` is closed by `{found}`"
    label = "expected `{wanted}`"
    help = "write `{wanted}`"
    found: str
    wanted: str
    opened: str


class NestedTooDeeply(Diagnostic, frozen=True, kw_only=True):
    """Brackets, blocks or expressions stand inside one another more often than teamcheck allows.

    The limits (64 brackets, 40 blocks, 150 expressions) are far beyond what people write; a long chain of operators counts as
    one inside the other. Name parts of it with `def` or `let`.
    """

    code = "T111"
    title = "nested too deeply: more than {most} {what} inside one another"
    label = "the limit is passed here"
    help = "give parts of it a name with `def` or `let`"
    most: int
    what: str


class UnknownCharacter(Diagnostic, frozen=True, kw_only=True):
    """A character that the language does not use stands outside of comments and strings.

    Names are made of the letters a to z and A to Z, digits and `_`.
    """

    code = "T112"
    title = "the character {found!r} ({number}) is not part of the language"
    label = "not known"
    help = "{advice}"
    found: str
    number: str
    advice: str


class UnfinishedString(Diagnostic, frozen=True, kw_only=True):
    """A text in quotes does not end.

    A string ends on the line where it starts; a description in triple quotes may have several lines.
    """

    code = "T113"
    title = "this text has no closing quotes"
    label = "starts here"
    help = "write `{quotes}` at its end"
    quotes: str


class SingleQuotes(Diagnostic, frozen=True, kw_only=True):
    """Texts stand in double quotes."""

    code = "T114"
    title = "texts are written in double quotes"
    label = "in single quotes"
    help = 'write `"{inside}"`'
    inside: str


class NameStartsWithDigit(Diagnostic, frozen=True, kw_only=True):
    """A name starts with a digit, or a number has letters in it.

    Numbers are decimal and may hold underscores: `2_000`.
    """

    code = "T115"
    title = "`{found}` is neither a number nor a name"
    label = "a name cannot start with a digit"
    help = "start the name with a letter, or separate the number from what follows"
    found: str


class NumberTooLarge(Diagnostic, frozen=True, kw_only=True):
    """A number has more than 18 digits. Types are finite and small; use small numbers that stand for the large ones."""

    code = "T116"
    title = "this number has {digits} digits; at most 18 are allowed"
    label = "too large"
    help = "use a smaller number"
    digits: int


class ForeignOperator(Diagnostic, frozen=True, kw_only=True):
    """An operator of another language: the language writes `and`, `or`, `not`, `implies`, `==`, `!=`, `<=`, `>=`, `//`."""

    code = "T117"
    title = "`{found}` is not an operator of the language"
    label = "`{meant}` is meant?"
    help = "write `{meant}`"
    found: str
    meant: str


class ForeignWord(Diagnostic, frozen=True, kw_only=True):
    """A word of another language: `true`, `false` and `none` are written small, `else if` is `elif`, `null` is `none`."""

    code = "T118"
    title = "`{found}` is written `{meant}` here"
    label = "`{meant}` is meant?"
    help = "write `{meant}`"
    found: str
    meant: str
