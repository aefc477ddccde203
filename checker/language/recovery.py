"""What the parser does at an error: report it, mend or skip, and go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.language.syntax_errors import Unexpected

if TYPE_CHECKING:
    from checker.language.lalr import Parser


def recover(parser: Parser) -> None:
    from checker.language.lalr import TooManyErrors

    token = parser.tokens[parser.at]
    parser.building.errors.append(
        Unexpected(
            span=parser.building.span(token), found=token.text or token.kind, expected=", ".join(parser.expected()), advice=""
        )
    )
    raise TooManyErrors
