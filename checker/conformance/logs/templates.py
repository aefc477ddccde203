"""Texts with holes, as maps write them: `{who} claimed {task}`, `{time...} {level}: {message...}`."""

from __future__ import annotations

import re
from typing import final

_HOLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(\.\.\.)?\}")
_WORD, _ANY = r"\S+?", r".+?"


def has_holes(text: str) -> bool:
    return _HOLE.search(text) is not None


@final
class Template:
    """`{name}` stands for a word, `{name...}` for any text, the shortest that fits, `*` for any letters. A name that is there twice is the same
    text in both places. Next to holes, one blank stands for several."""

    def __init__(self, text: str) -> None:
        parts, at, names = [], 0, set[str]()
        for hole in _HOLE.finditer(text):
            name, what = hole[1], _ANY if hole[2] else _WORD
            parts.append(_literal(text[at : hole.start()]))
            parts.append(f"(?P={name})" if name in names else f"(?P<{name}>{what})")
            names.add(name)
            at = hole.end()
        self.text = text
        form = "".join([*parts, _literal(text[at:])])
        self._form = re.compile(re.sub(r"(\\ )+", r"\\s+", form) if names else form, re.DOTALL)

    def read(self, text: object) -> dict[str, str] | None:
        """What stands in the holes; None: the text is of another form."""
        found = self._form.fullmatch(text) if isinstance(text, str) else None
        return None if found is None else found.groupdict()


def _literal(text: str) -> str:
    return ".*?".join(map(re.escape, text.split("*")))
