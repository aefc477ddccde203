"""What the sorted form does not take, with its place."""

from __future__ import annotations

from typing import final

from checker.language.source import Span


@final
class Refused(Exception):
    """The sorted form cannot say `what`, which stands at `at` (None: at no one place). The text is a sentence for users."""

    def __init__(self, what: str, at: Span | None = None) -> None:
        self.what, self.at = what, at
        super().__init__(what)

    def __reduce__(self) -> tuple[type[Refused], tuple[str, Span | None]]:
        return Refused, (self.what, self.at)

    def __str__(self) -> str:
        return self.what if self.at is None else f"{self.what} ({self.at})"
