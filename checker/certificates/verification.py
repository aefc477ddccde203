"""What came of checking a certificate, as data."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Word = Literal["ok", "REFUSED", "?", "note"]


class Check(Struct, frozen=True, kw_only=True):
    """One thing that was looked at. "?": it could not be decided; "note": something that is no part of the verdict."""

    word: Word
    text: str


class Verification(Struct, frozen=True, kw_only=True):
    """`claim`: what the certificate says was proved, in a sentence."""

    certificate: str
    claim: str
    checks: tuple[Check, ...]
    seconds: float

    @property
    def refused(self) -> str:
        """Why the certificate is refused; "" where it is not."""
        return next((check.text for check in self.checks if check.word == "REFUSED"), "")

    @property
    def exit_code(self) -> int:
        """0 where all was checked and is so, 1 where it is refused, 3 where something could not be decided."""
        return 1 if self.refused else 3 if any(check.word == "?" for check in self.checks) else 0
