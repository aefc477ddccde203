"""Texts that people read, as templates: `Ann claimed task T-1` is `{who} claimed task {task}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import final

_NAMED = re.compile(r"\S*\d\S*")  # a word with a number in it names something
UNNAMED = "xyzuvw"  # what holes are called of which nothing says what they are

_EDGES = re.compile(r"""([(\["'`#]*)(.*?)([)\]"'`.,;:!?]*)""")
_PLAIN = re.compile(r"[A-Za-z]+")
_SPECIAL = re.compile(r"[{}*]")


@final
class Messages:
    """`texts`: those of one log. `known`: words that things are called by; `is_step`: whether a word is like the name of a step."""

    def __init__(self, texts: Sequence[str], known: Collection[str], is_step: Callable[[str], bool]) -> None:
        self.known = {word.lower() for word in known}
        self.actors = self._actors(texts, is_step)

    def template(self, text: str) -> str:
        """With holes for who acts and for what has a number in its name."""
        words, names = text.split(), set[str]()
        found = []
        for place, word in enumerate(words):
            before, inner, after = _parts(word)
            if place == 0 and inner in self.actors:
                found.append(f"{before}{{who}}{after}")
            elif _NAMED.fullmatch(inner):
                name = self._name(words[place - 1] if place else "", len(names))
                name = name if name not in names else name + UNNAMED[len(names) % len(UNNAMED)]
                names.add(name)
                found.append(f"{before}{{{name}}}{after}")
            else:
                found.append(_SPECIAL.sub("*", word))
        return " ".join(found)

    def _name(self, before: str, number: int) -> str:
        word = before.strip("#:=(").lower()
        return word if word in self.known and _PLAIN.fullmatch(word) else UNNAMED[number % len(UNNAMED)]

    def _actors(self, texts: Sequence[str], is_step: Callable[[str], bool]) -> set[str]:
        """The first words, if what comes after them is the same for several, and none of them says what is done."""
        rests: dict[str, set[str]] = {}
        for text in texts:
            words = text.split()
            if len(words) > 1:
                rest = " ".join("*" if _NAMED.fullmatch(word) else word for word in words[1:])
                rests.setdefault(rest, set()).add(_parts(words[0])[1])
        found = set[str]().union(*(firsts for firsts in rests.values() if len(firsts) > 1))
        return {word for word in found if not is_step(word)} if len(found) > 1 else set()


def _parts(word: str) -> tuple[str, str, str]:
    found = _EDGES.fullmatch(word)
    return (found[1], found[2], found[3]) if found and found[2] else ("", word, "")
