"""Common mistakes that the parser reports and mends, so that it can go on in the same line.

Each function takes the parser at an unexpected token, with the terminals that may stand there. It returns False if the mistake is not its own;
otherwise it has reported it, and left the parser where it can go on.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from checker.language import expression_errors, layout_errors
from checker.language import syntax_errors as wrong
from checker.language.expectations import (
    KIND_OF_LINE,
    NOT_YET,
    OTHER_LANGUAGES,
    PLACE,
    STATEMENT,
    context,
    expected_words,
    misplaced,
)
from checker.language.skipping import (
    HEADERS,
    closing,
    end_of_line,
    line_of,
    made,
    replace,
    report,
    skip_line,
    span_of,
    start_again,
)
from checker.language.source import Span
from checker.language.tokens import Token

if TYPE_CHECKING:
    from checker.language.lalr import Parser

OPENS_BLOCK = frozenset(HEADERS) - {"await", "role"}
BLOCKS = (  # what may stand for a block that is missing
    ("_INDENT", "_ERROR", "_DEDENT"),
    ("_INDENT", "NAME", "_NEWLINE", "_DEDENT"),
    ("_INDENT", "NAME", ":", "NAME", "_NEWLINE", "_DEDENT"),
    ("_INDENT", "NAME", "=", "NAME", "_NEWLINE", "_DEDENT"),
    ("_INDENT", "NAME", "NAME", "unlimited", "_NEWLINE", "_DEDENT"),
    ("_INDENT", "NAME", "leads", "to", "NAME", "_NEWLINE", "_DEDENT"),
)


def missing_block(parser: Parser, token: Token, terminals: set[str]) -> bool:
    if "_INDENT" not in terminals or parser.tokens[parser.at - 1].kind != "_NEWLINE":
        return False
    for block in BLOCKS:
        if parser.accepts(*block):
            opener = parser.tokens[parser.at - 2]
            if opener.end_line not in parser.spoilt:
                report(parser, wrong.MissingBlock(span=span_of(parser, opener)))
            parser.feed(*block)
            return True
    return False


def unexpected_indent(parser: Parser, token: Token, terminals: set[str]) -> bool:
    if token.kind != "_INDENT":
        return False
    line = parser.marks[-1] if parser.marks else None
    end = parser.tokens[parser.at - 1] if parser.at else None
    if line is not None and end is not None and parser.tokens[line.at].text in ("role", "instance"):
        report(parser, wrong.MissingColon(span=span_of(parser, end)))
        parser.tokens.insert(parser.at - 1, made(":", end))
        start_again(parser, line)
        return True
    if line_of(parser, token) not in parser.spoilt:
        report(parser, layout_errors.UnexpectedIndent(span=span_of(parser, parser.tokens[parser.at + 1])))
    close = closing(parser, parser.at)
    for inside in parser.tokens[parser.at : close]:
        inside.level -= inside.level >= 0
    del parser.tokens[close], parser.tokens[parser.at]
    return True


def missing_colon(parser: Parser, token: Token, terminals: set[str]) -> bool:
    if ":" not in terminals or not parser.marks:
        return False
    end = end_of_line(parser, parser.at)
    opens = parser.tokens[end + 1].kind == "_INDENT" if end + 1 < len(parser.tokens) else False
    first = parser.tokens[parser.marks[-1].at].text
    if token.kind == "_NEWLINE":
        if not opens and first not in OPENS_BLOCK:
            return False
    elif first not in OPENS_BLOCK or opens or _has_colon(parser, parser.at, end) or not _can_follow_colon(parser, token):
        return False
    before = parser.tokens[parser.at - 1]
    span = Span(parser.building.source.path, before.end_line, before.end_column, before.end_line, before.end_column + 1)
    report(parser, wrong.MissingColon(span=span))
    parser.spoilt.add(before.end_line)
    parser.tokens.insert(parser.at, made(":", before))
    token.terminal = ""
    return True


def _can_follow_colon(parser: Parser, token: Token) -> bool:
    if token.kind not in ("WORD", "NUMBER"):
        return False
    return parser.accepts(":", parser.word(parser.at, token.text) if token.kind == "WORD" else token.kind)


def _has_colon(parser: Parser, at: int, end: int) -> bool:
    depth = 0
    for token in parser.tokens[at:end]:
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if token.text == ":" and depth <= 0:
            return True
    return False


def assign_for_compare(parser: Parser, token: Token, terminals: set[str]) -> bool:
    if token.text == "=" and "==" in terminals:
        report(parser, expression_errors.AssignInExpression(span=span_of(parser, token)))
        if parser.text(parser.at + 1) == "=":  # `= =`
            del parser.tokens[parser.at + 1]
        return replace(token, "==")
    if token.text == "==" and "=" in terminals:
        report(parser, expression_errors.CompareInAssignment(span=span_of(parser, token)))
        return replace(token, "=")
    return False


def foreign_operator(parser: Parser, token: Token, terminals: set[str]) -> bool:
    following = parser.tokens[parser.at + 1] if parser.at + 1 < len(parser.tokens) else token
    if token.text == "!" and "not" in terminals:
        report(parser, layout_errors.ForeignOperator(span=span_of(parser, token), found="!", meant="not"))
        return replace(token, "not")
    if token.text in ("+", "-") and following.text == token.text and "+=" in terminals:
        name = _text_of(parser, parser.marks[-1].at, parser.at)
        meant = f"{name} {token.text}= 1"
        report(
            parser,
            expression_errors.IncrementSign(
                span=span_of(parser, token).to(span_of(parser, following)), found=token.text * 2, meant=meant
            ),
        )
        skip_line(parser)
        return True
    if token.text in ("none", "true", "false") and parser.text(parser.at - 1) in ("is", "not") and terminals <= {"NAME", "not"}:
        return replace(token, "NAME")
    return False


def _text_of(parser: Parser, start: int, end: int) -> str:
    return "".join(token.text for token in parser.tokens[start:end])


def block_in_line(parser: Parser, token: Token, terminals: set[str]) -> bool:
    """`run: for x in S: ...`: a statement with a block of its own needs a line of its own."""
    if token.text not in ("if", "for", "while") or "let" not in terminals or parser.text(parser.at - 1) != ":":
        return False
    report(parser, wrong.BlockInLine(span=span_of(parser, token), found=token.text))
    return _skip(parser)


def reserved_name(parser: Parser, token: Token, terminals: set[str]) -> bool:
    from checker.language.lalr import RESERVED

    is_name = "NAME" in terminals and "NUMBER" not in terminals and parser.tokens[parser.marks[-1].at].text != "spec"
    if token.text not in RESERVED or not is_name or context(terminals):
        return False
    report(parser, wrong.ReservedName(span=span_of(parser, token), found=token.text))
    return replace(token, "NAME")


def type_in_expression(parser: Parser, token: Token, terminals: set[str]) -> bool:
    opener = _opener(parser)
    before = parser.text(opener - 1) if opener > 0 else ""
    if token.text == "..":
        if opener > 0 and parser.text(opener) == "(" and before in (":", "["):
            report(parser, expression_errors.TypeInParentheses(span=span_of(parser, parser.tokens[opener])))
            return _skip(parser)
        report(parser, expression_errors.TypeInExpression.of(span_of(parser, token), ".."))
        return replace(token, "+") if "+" in terminals else _skip(parser)
    if token.text != "," or "]" not in terminals or before not in ("map", "seq"):
        return False
    report(parser, expression_errors.TypeInExpression.of(span_of(parser, parser.tokens[opener - 1]), before))
    return _skip(parser)


def _opener(parser: Parser) -> int:
    """The place of the bracket of this line that is open at the current token; -1: none."""
    depth = 1
    for at in range(parser.at - 1, parser.marks[-1].at if parser.marks else 0, -1):
        depth += (parser.tokens[at].text in (")", "]", "}")) - (parser.tokens[at].text in ("(", "[", "{"))
        if not depth:
            return at
    return -1


def misused_word(parser: Parser, token: Token, terminals: set[str]) -> bool:
    first = parser.tokens[parser.marks[-1].at].text if parser.marks else ""
    if (
        token.text == "return"
        and (first == "def" or (first == "return" and _outer_word(parser) == "def"))
        and "NUMBER" in terminals
    ):
        report(parser, expression_errors.ReturnInDef(span=span_of(parser, token)))
        del parser.tokens[parser.at]
        return True
    if token.text == "await" and "NUMBER" in terminals:
        report(parser, expression_errors.AwaitInExpression(span=span_of(parser, token)))
        return _skip(parser)
    if token.text == "(" and "+=" in terminals and parser.marks:
        name = _text_of(parser, parser.marks[-1].at, parser.at)
        if _near(name, STATEMENT) is None:
            report(parser, expression_errors.CallAsStatement(span=span_of(parser, parser.tokens[parser.marks[-1].at]), name=name))
            return _skip(parser)
    return False


def _outer_word(parser: Parser) -> str:
    return parser.tokens[parser.marks[-2].at].text if len(parser.marks) > 1 else ""


def _skip(parser: Parser) -> bool:
    skip_line(parser)
    return True


def _near(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that `word` is, but for a slip of the fingers."""
    found = get_close_matches(word, list(words), n=1, cutoff=0.75)
    return found[0] if found else None


def wrong_first_word(parser: Parser, token: Token, terminals: set[str]) -> bool:
    """A word that starts no line here: misspelt, of another place, or of another language."""
    where = context(terminals)
    if token.kind == "WORD" and token.level >= 0 and where:
        return _cannot_start(parser, token, terminals, where)
    line = parser.marks[-1] if parser.marks else None
    if line is None or parser.at != line.at + 1 or parser.tokens[line.at].kind != "WORD":
        return False
    if "+=" in terminals:
        return _is_no_target(parser, parser.tokens[line.at], token, "statement", STATEMENT - {"NAME"})
    return "from" in terminals and _is_no_target(parser, parser.tokens[line.at], token, "branch", {"when", "timeout"})


def _is_no_target(parser: Parser, first: Token, token: Token, where: str, words: Iterable[str]) -> bool:
    """The first word of a line was read as a name that is assigned to (or awaited), but what follows it shows that it is none."""
    near, moved = _near(first.text, words), misplaced(first.text, where)
    if near == first.text:
        return False
    if moved is not None and token.kind in ("WORD", "STRING"):
        report(parser, wrong.Misplaced(span=span_of(parser, first), found=first.text, found_in=PLACE[where], advice=moved))
    elif near is not None or first.text in OTHER_LANGUAGES:
        text = OTHER_LANGUAGES.get(first.text) or f"write `{near}`"
        report(parser, wrong.UnknownWord(span=span_of(parser, first), found=first.text, what=KIND_OF_LINE[where], advice=text))
    else:
        return False
    return _skip(parser)


def _cannot_start(parser: Parser, token: Token, terminals: set[str], where: str) -> bool:
    word = token.text
    if word in ("else", "elif", "or"):
        if parser.at != parser.resumed_at:
            wanted = "`either`" if word == "or" else "`if`"
            report(parser, wrong.ElseAlone(span=span_of(parser, token), found=word, wanted=wanted))
        return _skip(parser)
    if where == "spec" and word in NOT_YET:
        report(parser, wrong.NotInThisVersion(span=span_of(parser, token), found=word, advice=NOT_YET[word]))
        return _skip(parser)
    moved = misplaced(word, where)
    if moved is None and parser.text(parser.at + 1) in ("=", "+=", "-=", "["):
        moved = misplaced("let", where)
    if moved is not None:
        if word != parser.start or not parser.headless:
            report(parser, wrong.Misplaced(span=span_of(parser, token), found=word, found_in=PLACE[where], advice=moved))
        return _skip(parser)
    known, near = OTHER_LANGUAGES.get(word), _near(word, [t for t in terminals if t.isalpha() and t.islower()])
    text = known or (f"write `{near}`" if near else f"here may stand {expected_words(terminals)}")
    report(parser, wrong.UnknownWord(span=span_of(parser, token), found=word, what=KIND_OF_LINE[where], advice=text))
    parser.spoilt.add(token.line)
    if near is not None and known is None:
        return replace(token, near)
    return _skip(parser)


MENDS = (
    missing_block,
    unexpected_indent,
    missing_colon,
    assign_for_compare,
    foreign_operator,
    block_in_line,
    reserved_name,
    type_in_expression,
    misused_word,
    wrong_first_word,
)
